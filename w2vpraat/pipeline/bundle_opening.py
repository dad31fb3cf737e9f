"""Making a folder of a session bundle again, and finding the sound files that belong to it."""

from __future__ import annotations

import os
import secrets
import shutil
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from w2vpraat.corpus.audio import file_hash
from w2vpraat.corpus.discover import AUDIO_SUFFIXES
from w2vpraat.errors import InputError, W2VPraatError
from w2vpraat.events import Progress
from w2vpraat.pipeline.bundle_files import CORPUS, MANIFEST, read_manifest, unpack

STEP = "unpack"
StrPath = str | os.PathLike[str]


@dataclass(frozen=True)
class OpenedBundle:
    """A bundle that is a folder again.

    Attributes
    ----------
    session : Path
        The session file: open it in the window, or give it to ``w2vpraat run``.
    found : tuple of str
        Sound files, by their name in the corpus, that were in the bundle or found outside.
    missing : tuple of str
        Those that are not here: put them into ``corpus/`` under these names.
    changed : tuple of str
        Those of which a file of the same name was found that is another one: not taken.
    """

    session: Path
    found: tuple[str, ...]
    missing: tuple[str, ...]
    changed: tuple[str, ...]


def open_bundle(path: StrPath, folder: StrPath, *, audio: Iterable[StrPath] = ()) -> OpenedBundle:
    """Unpack a bundle; see :func:`opening_bundle`."""
    for event in opening_bundle(path, folder, audio=audio):
        if isinstance(event, OpenedBundle):
            return event
    raise RuntimeError("the work ended without a result")


def opening_bundle(
    path: StrPath, folder: StrPath, *, audio: Iterable[StrPath] = ()
) -> Iterator[Progress | OpenedBundle]:
    """Unpack a bundle into a new folder and look for its sound files.

    A sound file that is not in the bundle is looked for in the folders of `audio` (by its path in the corpus,
    else by its name alone, also in sub-folders), then beside the bundle (by its path in the corpus, or in the
    corpus). It is taken if its SHA-256 is that of the manifest, and linked into ``corpus/``; where links are
    not possible it is copied.

    Parameters
    ----------
    path : path
        The zip.
    folder : path
        Does not exist yet, or is empty.
    audio : iterable of path
        Folders with the sound files.

    Yields
    ------
    Progress, then OpenedBundle

    Raises
    ------
    InputError
        If this is no bundle, is damaged, holds names that lead out of the folder, or the folder is not empty;
        nothing is left behind then.
    """
    source, target = Path(path), Path(os.path.abspath(folder))
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise InputError("is not empty", "choose a new folder", file=target)
    places = [Path(one) for one in audio]
    for place in places:
        if not place.is_dir():
            raise InputError("is no folder", "name a folder with the sound files", file=place)
    if source.is_file() and not zipfile.is_zipfile(source):
        raise InputError("is no session bundle of w2vpraat", "bundles are zip files", file=source)
    half = target.with_name(f".{target.name}.{secrets.token_hex(4)}.tmp")
    try:
        with zipfile.ZipFile(source) as archive:
            manifest = read_manifest(archive, source)
            half.mkdir(parents=True)
            _check_room(manifest["files"], half, source)
            for done, one in enumerate(manifest["files"], start=1):
                unpack(archive, one["path"], half / one["path"], one["sha256"], source)
                yield Progress(STEP, done, len(manifest["files"]), one["path"])
            (half / MANIFEST).write_bytes(archive.read(MANIFEST))
        found: list[str] = []
        missing: list[str] = []
        changed: list[str] = []
        search = _Search(places, source.parent, str(manifest.get("corpus", "")))
        for done, one in enumerate(manifest["recordings"], start=1):
            name = str(PurePosixPath(one["audio"]).relative_to(CORPUS))
            sound, is_other = search.find(name, one["sha256"], one["size"])
            if one["included"]:
                found.append(name)
            elif sound is not None:
                _link(sound, half / CORPUS / name)
                found.append(name)
            else:
                (changed if is_other else missing).append(name)
            yield Progress("audio", done, len(manifest["recordings"]), name)
        if target.exists():
            target.rmdir()
        os.replace(half, target)
    except (OSError, zipfile.BadZipFile) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(
            f"can't be unpacked: {reason}", "check the file and the disk", file=source
        ) from error
    finally:
        shutil.rmtree(half, ignore_errors=True)
    yield OpenedBundle(target / manifest["session"], tuple(found), tuple(missing), tuple(changed))


def _check_room(files: list[dict[str, int]], folder: Path, source: Path) -> None:
    size = sum(int(one["size"]) for one in files)
    if size > shutil.disk_usage(folder).free:
        raise InputError(
            f"needs {size / 1e9:.1f} GB, and the disk has less", "choose another disk", file=source
        )


class _Search:
    """Where sound files may lie."""

    def __init__(self, folders: list[Path], beside: Path, corpus: str) -> None:
        self._folders = folders
        self._near = [*folders, beside, *([beside / corpus] if corpus else [])]
        self._by_name: dict[str, list[Path]] | None = None

    def find(self, name: str, sha256: str, size: int) -> tuple[Path | None, bool]:
        """Return the file with this hash, and whether there was only another one of the name."""
        seen = False
        for place in self._places(name):
            if not place.is_file():
                continue
            seen = True
            try:
                if sha256 and place.stat().st_size == size and file_hash(place) == sha256:
                    return place.absolute(), False
            except (OSError, W2VPraatError):
                continue
        return None, seen

    def _places(self, name: str) -> Iterator[Path]:
        yield from (folder / name for folder in self._near)
        if self._by_name is None:
            self._by_name = {}
            for folder in self._folders:
                for place, _, files in sorted(os.walk(folder)):
                    for file in files:
                        if Path(file).suffix.lower() in AUDIO_SUFFIXES:
                            self._by_name.setdefault(file, []).append(Path(place, file))
        yield from self._by_name.get(PurePosixPath(name).name, ())


def _link(sound: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        target.symlink_to(sound)
    except (OSError, NotImplementedError):  # Windows asks for a right
        try:
            os.link(sound, target)
        except OSError:
            shutil.copy2(sound, target)
