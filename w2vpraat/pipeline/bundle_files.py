"""The format of session bundles: a zip that is the same whenever its contents are, and safe to unpack."""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import stat
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from w2vpraat.errors import ExportError, InputError

FORMAT = 1
"""Version of bundles, under the key ``w2vpraat_bundle`` of the manifest."""
MANIFEST, README, CORPUS, SESSION = "manifest.json", "README.txt", "corpus", "session.w2vpraat"
_DATE = (1980, 1, 1, 0, 0, 0)  # the earliest that a zip knows: the time of packing says nothing
_PACKED = frozenset({".flac", ".mp3", ".ogg", ".oga", ".opus", ".png", ".npz", ".parquet", ".pdf"})
_BLOCK = 1 << 20

README_TEXT = """\
Session bundle of w2vpraat
==========================

{title}
{counts}

Open it:   w2vpraat unbundle BUNDLE.zip FOLDER
           w2vpraat gui FOLDER/session.w2vpraat

manifest.json    what is in here, with SHA-256 hashes, and the hashes of the sound files
session.w2vpraat the session: all options, formant ceilings set by hand, changed metadata, review marks
corpus/          the TextGrids as they were on the screen{audio}
{parts}
Sound files. {rule}

Files of a bundle have no date. Two bundles of the same state are equal byte by byte.
"""
RULE = (
    "They are not in the bundle. When it is opened they are looked for by name and\n"
    "recognized by their hash: in folders that you name (--audio), then in the folder of\n"
    "the bundle. What is found is linked into corpus/; what is missing can be copied\n"
    "there by hand, under the name that the manifest gives."
)
RULE_INSIDE = "They are in corpus/, beside their TextGrids."
PART_LINES = {
    "speakers": "speakers/        the speaker table",
    "settings": "settings/        files that the options name",
    "second": "second/          TextGrids of the second annotator",
    "tables": "tables/          tokens.csv (one row per token and time), and what was left out and why",
    "vectors": "vectors/         vectors of the tokens, by the column id of tokens.csv (NPZ and Parquet)",
    "figures": "figures/         the maps as they were on the screen",
    "report.html": "report.html      the comparison",
    "provenance.json": "provenance.json  how every number was made",
}


def pack(files: Mapping[str, Path], path: Path) -> Iterator[str]:
    """Write a zip of these files, as a whole or not at all; yields the name of each as it is done.

    Parameters
    ----------
    files : mapping
        Name in the zip to file.
    path : Path
        Replaced in one step.

    Raises
    ------
    ExportError
        If a file can't be read, or the zip not be written; an old one is untouched then.
    """
    half = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    order = sorted(files, key=lambda name: (name != README, name != MANIFEST, name))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with zipfile.ZipFile(half, "w", allowZip64=True) as archive:
            for name in order:
                _add(archive, name, files[name])
                yield name
        os.replace(half, path)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise ExportError(
            f"the bundle can't be written: {reason}", "check the folder and the disk", file=path
        ) from error
    finally:
        half.unlink(missing_ok=True)


def _add(archive: zipfile.ZipFile, name: str, file: Path) -> None:
    about = zipfile.ZipInfo(name, _DATE)
    packed = file.suffix.lower() in _PACKED
    about.compress_type = zipfile.ZIP_STORED if packed else zipfile.ZIP_DEFLATED
    about.create_system = 3  # of one kind on all systems
    about.external_attr = (stat.S_IFREG | 0o644) << 16
    about.file_size = file.stat().st_size
    with file.open("rb") as source, archive.open(about, "w") as target:
        while block := source.read(_BLOCK):
            target.write(block)


def read_manifest(archive: zipfile.ZipFile, path: Path) -> dict[str, Any]:
    """Return the manifest of a bundle, checked as far as unpacking relies on it.

    Raises
    ------
    InputError
        If this is no bundle, one of a later version, or one whose names lead out of its folder.
    """
    try:
        manifest = json.loads(archive.read(MANIFEST))
        version = manifest["w2vpraat_bundle"]
        names = [str(one["path"]) for one in manifest["files"]]
        sounds = [str(one["audio"]) for one in manifest["recordings"]]
        session = str(manifest["session"])
    except (KeyError, TypeError, ValueError, zipfile.BadZipFile) as error:
        raise InputError("is no session bundle of w2vpraat", "it has no manifest.json", file=path) from error
    if not isinstance(version, int) or version > FORMAT:
        raise InputError(
            f"the bundle is of version {version}; this w2vpraat knows versions up to {FORMAT}",
            "update w2vpraat",
            file=path,
        )
    check_names([*names, *sounds], path)
    if session not in names:
        raise InputError("the bundle holds no session", "take another copy", file=path)
    links = {one.filename for one in archive.infolist() if stat.S_ISLNK(one.external_attr >> 16)}
    if links.intersection(names):
        raise InputError("the bundle holds links", "it was not made by w2vpraat", file=path)
    return dict(manifest)


def check_names(names: Sequence[str], path: Path) -> None:
    """Refuse names that could write outside the folder of a bundle, or over each other.

    Raises
    ------
    InputError
        For the first such name.
    """
    seen: dict[str, str] = {}
    for name in names:
        parts = PurePosixPath(name).parts
        odd = not parts or ".." in parts or name.startswith("/") or "\\" in name or "\0" in name
        if odd or ":" in parts[0] or parts[0].startswith("~"):
            raise InputError(
                f'the bundle holds a file called "{name}", which leads out of its folder',
                "it was not made by w2vpraat; nothing was unpacked",
                file=path,
            )
        if seen.setdefault(name.casefold(), name) != name:
            raise InputError(
                f'the bundle holds both "{name}" and "{seen[name.casefold()]}"',
                "they would be one file on many systems; nothing was unpacked",
                file=path,
            )


def unpack(archive: zipfile.ZipFile, name: str, target: Path, sha256: str, path: Path) -> None:
    """Write one file of a bundle.

    Raises
    ------
    InputError
        If it is missing or damaged.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256()
    try:
        with archive.open(name) as source, target.open("xb") as made:
            while block := source.read(_BLOCK):
                digest.update(block)
                made.write(block)
    except (KeyError, zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError) as error:
        raise InputError(f'"{name}" is missing or damaged', "take another copy", file=path) from error
    if digest.hexdigest() != sha256:
        raise InputError(f'"{name}" is not what the manifest says', "take another copy", file=path)
