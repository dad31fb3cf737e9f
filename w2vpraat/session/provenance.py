"""How a result was made: everything that decides its numbers, in ``provenance.json`` beside it."""

from __future__ import annotations

import json
import platform
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timezone
from importlib import metadata
from os import PathLike
from pathlib import Path
from types import MappingProxyType
from typing import Any

from w2vpraat import __version__
from w2vpraat.corpus.audio import file_hash
from w2vpraat.errors import InputError, W2VPraatError
from w2vpraat.writing import json_bytes, plain, write_whole

FILE_NAME = "provenance.json"
FORMAT = 1
# The packages that numbers depend on.
PACKAGES = (
    "numpy",
    "scipy",
    "pandas",
    "scikit-learn",
    "torch",
    "transformers",
    "safetensors",
    "praat-parselmouth",
    "soundfile",
    "soxr",
    "matplotlib",
    "pyarrow",
)


@dataclass(frozen=True)
class FileRecord:
    """One file that a run read or wrote.

    Parameters
    ----------
    path : str
        Relative to the corpus (or results) folder, with ``/``; as given if it lies elsewhere.
    sha256 : str
        Of its bytes.
    size : int
        In bytes.
    """

    path: str
    sha256: str
    size: int


@dataclass(frozen=True)
class Provenance:
    """The record of a run. All but ``times`` is the same when the run is repeated on the same machine.

    Parameters
    ----------
    command : tuple of str
        Command line, as typed; empty in a notebook.
    settings : mapping
        Every parameter, by section of ``w2vpraat.toml``.
    inputs : mapping
        ``audio``, ``textgrids``, ``speakers`` ... -> records of the files read.
    outputs : tuple of FileRecord
        The files written.
    measurements : mapping
        Praat's version, its commands, ceilings.
    embeddings : mapping
        Model id, revision and weight hash, layers, pooling, window rule, device, precision.
    normalizations : tuple of mapping
        One record per method, with its fitted constants.
    comparison : mapping
        Seed, folds, notes.
    training : mapping
        Of a fine-tuned model: base, tasks, splits, steps.
    environment : mapping
        Versions of Python and packages, platform.
    notes, skipped : tuple
        What the reader should know, and the files that could not be used.
    times : mapping
        ``started`` (ISO 8601, UTC) and ``duration`` in seconds.
    """

    command: tuple[str, ...] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)
    inputs: Mapping[str, tuple[FileRecord, ...]] = field(default_factory=dict)
    outputs: tuple[FileRecord, ...] = ()
    measurements: Mapping[str, Any] = field(default_factory=dict)
    embeddings: Mapping[str, Any] = field(default_factory=dict)
    normalizations: tuple[Mapping[str, Any], ...] = ()
    comparison: Mapping[str, Any] = field(default_factory=dict)
    training: Mapping[str, Any] = field(default_factory=dict)
    environment: Mapping[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    skipped: tuple[Mapping[str, Any], ...] = ()
    times: Mapping[str, Any] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """Return plain values, as they stand in the file."""
        made: dict[str, Any] = {"format": FORMAT, "tool": {"name": "w2vpraat", "version": __version__}}
        for name in self.__dataclass_fields__:
            made[name] = plain(getattr(self, name))
        return made

    def reproducible(self) -> dict[str, Any]:
        """Return what must be equal when the run is repeated: everything but the times."""
        made = self.as_dict()
        del made["times"]
        return made


def build_provenance(
    *,
    settings: Mapping[str, Any],
    command: Sequence[str] = (),
    inputs: Mapping[str, Iterable[str | PathLike[str]]] | None = None,
    input_root: str | PathLike[str] = "",
    outputs: Iterable[str | PathLike[str]] = (),
    output_root: str | PathLike[str] = "",
    measurements: Mapping[str, Any] | None = None,
    embeddings: Mapping[str, Any] | None = None,
    normalizations: Iterable[Mapping[str, Any]] = (),
    comparison: Mapping[str, Any] | None = None,
    training: Mapping[str, Any] | None = None,
    notes: Sequence[str] = (),
    skipped: Iterable[Mapping[str, Any]] = (),
    started: datetime | None = None,
    finished: datetime | None = None,
) -> Provenance:
    """Gather the record of a run; hashes the files named.

    Parameters
    ----------
    settings : mapping
        ``Settings.as_dict()``.
    command : sequence of str
        Words of the command line.
    inputs : mapping
        Role -> paths of files read.
    input_root, output_root : path
        Folders that paths are told relative to.
    outputs : iterable of path
        Files written, without ``provenance.json`` itself.
    measurements, embeddings, normalizations, comparison, training
        See :class:`Provenance`.
    notes, skipped
        See :class:`Provenance`.
    started, finished : datetime, optional
        With time zone; ``finished`` defaults to now.

    Returns
    -------
    Provenance

    Raises
    ------
    InputError
        If a file can't be read, or a time has no time zone.
    """
    return Provenance(
        command=tuple(command),
        settings=_frozen(settings),
        inputs=MappingProxyType(
            {role: file_records(paths, input_root) for role, paths in (inputs or {}).items()}
        ),
        outputs=file_records(outputs, output_root),
        measurements=_frozen(measurements or {}),
        embeddings=_frozen(embeddings or {}),
        normalizations=tuple(_frozen(record) for record in normalizations),
        comparison=_frozen(comparison or {}),
        training=_frozen(training or {}),
        environment=_frozen(environment()),
        notes=tuple(notes),
        skipped=tuple(_frozen(item) for item in skipped),
        times=_frozen(_times(started, finished)),
    )


def _frozen(values: Mapping[str, Any]) -> Mapping[str, Any]:
    made = plain(values)  # now, so that later changes of the source change nothing here
    return MappingProxyType(made)


def _times(started: datetime | None, finished: datetime | None) -> dict[str, Any]:
    finished = finished or datetime.now(timezone.utc)
    started = started or finished
    if started.tzinfo is None or finished.tzinfo is None:
        raise InputError("a time of the run has no time zone", "use datetime.now(timezone.utc)")
    utc = started.astimezone(timezone.utc)
    return {
        "started": utc.isoformat(timespec="seconds").replace("+00:00", "Z"),
        "duration": round((finished - started).total_seconds(), 3),
    }


def environment() -> dict[str, Any]:
    """Return versions of Python, platform and the packages that numbers depend on; imports none of them."""
    packages = {}
    for name in PACKAGES:
        try:
            packages[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return {
        "python": platform.python_version(),
        "implementation": sys.implementation.name,
        "platform": platform.platform(),
        "machine": platform.machine(),
        "packages": packages,
    }


def file_records(
    paths: Iterable[str | PathLike[str]], root: str | PathLike[str] = ""
) -> tuple[FileRecord, ...]:
    """Hash files, sorted by path; a file named twice is told once.

    Raises
    ------
    InputError
        If a file can't be read.
    """
    records = {}
    for path in paths:
        file = Path(path)
        try:
            record = FileRecord(_told(file, root), file_hash(file), file.stat().st_size)
        except (OSError, W2VPraatError) as error:
            raise InputError("can't read the file for its hash", "check the path", file=file) from error
        records[record.path] = record
    return tuple(records[name] for name in sorted(records))


def _told(file: Path, root: str | PathLike[str]) -> str:
    if root:
        try:
            return file.resolve().relative_to(Path(root).resolve()).as_posix()
        except ValueError:
            pass
    return file.as_posix()


def write_provenance(provenance: Provenance, folder: str | PathLike[str]) -> Path:
    """Write ``provenance.json`` into a folder, as a whole or not at all.

    Raises
    ------
    ExportError
        If it can't be written.
    """
    return write_whole(json_bytes(provenance.as_dict()), Path(folder) / FILE_NAME)


def read_provenance(path: str | PathLike[str]) -> dict[str, Any]:
    """Read ``provenance.json``, given its path or its folder, as plain values.

    Raises
    ------
    InputError
        If it can't be read, or was written by a later version of the format.
    """
    file = Path(path)
    file = file / FILE_NAME if file.is_dir() else file
    try:
        stored = json.loads(file.read_bytes())
    except (OSError, ValueError) as error:
        raise InputError(f"can't read the provenance: {error}", "check the path", file=file) from error
    if not isinstance(stored, dict) or "format" not in stored:
        raise InputError("this is no provenance of w2vpraat", "name provenance.json", file=file)
    if stored["format"] > FORMAT:
        raise InputError(
            f"format {stored['format']} is newer than this program", "update w2vpraat", file=file
        )
    return stored
