"""Find the recordings of a corpus: sound files with their TextGrids, and what has no partner."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from os import PathLike
from pathlib import Path, PurePosixPath

from w2vpraat.corpus.pairing import SourceFile, Unpaired, pairs_across, pairs_beside, report_lonely
from w2vpraat.corpus.textgrid import TextGrid, read_textgrid
from w2vpraat.errors import InputError

__all__ = ["AUDIO_SUFFIXES", "GRID_SUFFIXES", "Corpus", "Recording", "Unpaired", "discover"]

# fmt: off
AUDIO_SUFFIXES = frozenset({
    ".wav", ".wave", ".flac", ".ogg", ".oga", ".opus", ".mp3", ".aiff", ".aif", ".aifc", ".au", ".snd",
    ".caf", ".w64", ".rf64", ".nist", ".sph",
})
UNREADABLE_SUFFIXES = frozenset({
    ".m4a", ".mp4", ".aac", ".wma", ".amr", ".mov", ".avi", ".mkv", ".webm", ".3gp", ".ra",
})
# fmt: on
GRID_SUFFIXES = frozenset([".textgrid"])


@dataclass(frozen=True)
class Recording:
    """A sound file and its annotation.

    Parameters
    ----------
    name : str
        The sound file's path relative to the corpus, with ``/`` and without extension. Unique in its corpus.
    audio_path : Path
        The sound file.
    grid_path : Path
        The TextGrid.
    file_name : str
        As `name`, with the sound file's extension: the column ``file_name`` of all tables.
    """

    name: str
    audio_path: Path
    grid_path: Path
    file_name: str = ""

    def __post_init__(self) -> None:
        if not self.file_name:
            object.__setattr__(self, "file_name", self.name + self.audio_path.suffix)


@dataclass(frozen=True)
class Corpus:
    """Recordings under one folder.

    Parameters
    ----------
    root : Path
        Names are relative to this folder.
    recordings : tuple of Recording
        Sorted by name.
    unpaired : tuple of Unpaired
        What was left out and why, sorted by path.
    grids : mapping
        Recording name to TextGrid: annotations that are open in an editor. They go before the files, so that
        what is on screen is what is measured.
    """

    root: Path
    recordings: tuple[Recording, ...]
    unpaired: tuple[Unpaired, ...] = ()
    grids: Mapping[str, TextGrid] = field(default_factory=dict, compare=False, repr=False)

    def with_grids(self, grids: Mapping[str, TextGrid]) -> Corpus:
        """Return the corpus with these annotations instead of the files of the same recordings."""
        return replace(self, grids=dict(grids))

    @property
    def unsaved(self) -> tuple[str, ...]:
        """Names of recordings whose open annotation is not that of the file."""
        return tuple(
            name
            for name, grid in self.grids.items()
            if grid.source is None or grid != grid.source.grids[grid.source_index]
        )

    def grid(self, recording: Recording, *, fallback_encoding: str = "latin-1") -> TextGrid:
        """Return the annotation of a recording: as it is open, else as it is on the disk.

        Raises
        ------
        TextGridError
            If the file can't be read.
        """
        found = self.grids.get(recording.name)
        if found is not None:
            return found
        return read_textgrid(recording.grid_path, fallback_encoding=fallback_encoding)

    def recording(self, name: str) -> Recording:
        """Return the recording of this name.

        Raises
        ------
        InputError
            If there is none.
        """
        for recording in self.recordings:
            if recording.name == name:
                return recording
        raise InputError(f'the corpus has no recording "{name}"', "names are as in the column id, before #")


def discover(source: str | PathLike[str] | Iterable[str | PathLike[str]]) -> Corpus:
    """Find sound files and their TextGrids.

    A pair has the same name up to the extension (in any case: ``.TextGrid``, ``.WAV``). Partners in the same
    folder come first. A file without one there is paired across parallel folders, such as ``wav/`` and
    ``TextGrid/`` or ``wav/anna/`` and ``grids/anna/``, if the one holds no TextGrid, the other no sound file,
    and only one partner is possible. Whatever is ambiguous is reported, not guessed. Hidden files and folders
    are passed over.

    Parameters
    ----------
    source : path, or several
        A folder (searched with its sub-folders), a sound file, a TextGrid, or a list of these. The partner of
        a single file is looked for in its own folder.

    Returns
    -------
    Corpus
        With `unpaired`: every sound file and TextGrid that is in no recording, and sound files of kinds that
        can't be read.

    Raises
    ------
    InputError
        If a path does not exist, is neither folder, sound file nor TextGrid, or if there is neither a sound
        file nor a TextGrid.
    """
    sources = [Path(source)] if isinstance(source, (str, PathLike)) else [Path(one) for one in source]
    if not sources:
        raise InputError("no folder and no file was given")
    found: dict[Path, None] = {}
    for path in sources:
        found.update(dict.fromkeys(_files_of(path)))
    root = _root_of(sources)
    audios, grids, unpaired = _sorted_kinds(found, root)
    if not audios and not grids and not unpaired:
        raise InputError(
            "holds neither sound files nor TextGrids",
            "choose the folder that holds the recordings and their TextGrids",
            file=str(root),
        )
    pairs = pairs_beside(audios, grids, unpaired)
    pairs += pairs_across(audios, grids, unpaired, pairs)
    known = {file.path for pair in pairs for file in pair} | {report.path for report in unpaired}
    unpaired += report_lonely(audios, grids, "TextGrid", known)
    unpaired += report_lonely(grids, audios, "sound file", known)
    recordings = sorted((_recording(a, g) for a, g in pairs), key=lambda recording: recording.name)
    return Corpus(root, tuple(recordings), tuple(sorted(unpaired, key=lambda report: report.path)))


def _recording(audio: SourceFile, grid: SourceFile) -> Recording:
    folder = PurePosixPath(*audio.folder)
    return Recording(
        (folder / audio.stem).as_posix(),
        audio.path,
        grid.path,
        (folder / unicodedata.normalize("NFC", audio.path.name)).as_posix(),
    )


def _files_of(source: Path) -> Iterator[Path]:
    if source.is_dir():
        yield from _walk(source)
        return
    if not source.exists():
        raise InputError("does not exist", "check the path", file=source)
    suffix = source.suffix.lower()
    if suffix not in AUDIO_SUFFIXES | UNREADABLE_SUFFIXES | GRID_SUFFIXES:
        raise InputError("is neither a sound file nor a TextGrid", "WAV, FLAC, Ogg, MP3 or AIFF", file=source)
    yield source
    wanted = GRID_SUFFIXES if suffix in AUDIO_SUFFIXES else AUDIO_SUFFIXES
    for other in sorted(source.parent.iterdir()):
        if other.suffix.lower() in wanted and _stem(other) == _stem(source) and other.is_file():
            yield other


def _walk(folder: Path) -> Iterator[Path]:
    seen = set()  # linked folders are followed, each real folder once
    for place, folders, names in os.walk(folder, followlinks=True):
        real = os.path.realpath(place)
        if real in seen:
            folders.clear()
            continue
        seen.add(real)
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name != "__MACOSX")
        for name in sorted(names):
            if not name.startswith("."):
                yield Path(place, name)


def _root_of(sources: list[Path]) -> Path:
    folders = [source if source.is_dir() else source.parent for source in sources]
    if len(folders) == 1:
        return folders[0]
    try:
        return Path(os.path.commonpath([os.path.abspath(folder) for folder in folders]))
    except ValueError as error:  # different drives
        raise InputError("the files lie on different drives", "copy them into one folder") from error


def _sorted_kinds(
    found: Iterable[Path], root: Path
) -> tuple[list[SourceFile], list[SourceFile], list[Unpaired]]:
    audios, grids, unreadable = [], [], []
    base = os.path.abspath(root)
    for path in sorted(found):
        suffix = path.suffix.lower()
        parts = Path(os.path.relpath(os.path.abspath(path.parent), base)).parts
        file = SourceFile(path, tuple(unicodedata.normalize("NFC", part) for part in parts), _stem(path))
        if suffix in AUDIO_SUFFIXES:
            audios.append(file)
        elif suffix in GRID_SUFFIXES:
            grids.append(file)
        elif suffix in UNREADABLE_SUFFIXES:
            unreadable.append(
                Unpaired(path, f"sound files of the kind {suffix} can't be read", "convert it to WAV or FLAC")
            )
    return audios, grids, unreadable


def _stem(path: Path) -> str:
    return unicodedata.normalize("NFC", path.stem)
