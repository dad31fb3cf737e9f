"""Session files: versioned JSON that people can read, compare and move with their corpus."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from os import PathLike
from pathlib import Path
from typing import Any

from w2vpraat.errors import InputError
from w2vpraat.session.choice_values import (
    plain_ceilings,
    plain_mark,
    plain_metadata,
    read_ceilings,
    read_mark,
    read_metadata,
)
from w2vpraat.session.session import SUFFIX, Session
from w2vpraat.session.settings import Settings
from w2vpraat.writing import json_bytes, plain, write_whole

FORMAT = 1
"""Version of the file, under the key ``w2vpraat``."""

# Settings that may name a file or folder: a map of labels, models.
PATH_OPTIONS = (
    ("tokens", "label_map"),
    ("chart", "label_map"),
    ("embed", "model"),
    ("finetune", "base"),
    ("layers", "models"),
)
_KNOWN = (
    "w2vpraat",
    "corpus",
    "speakers",
    "settings",
    "ceilings",
    "metadata",
    "review",
    "second_grids",
    "filter",
    "layout",
)


def read_session(path: str | PathLike[str]) -> Session:
    """Read a session file.

    Relative paths are meant from the folder of the file; in the session they are absolute. A file of an
    earlier version is understood and stays as it is until the session is written.

    Raises
    ------
    InputError
        If the file is missing, broken (the line is named), of a newer version, or holds a wrong value.
    """
    file = Path(path)
    values = _migrated(_parsed(_bytes(file), file), file)
    source, folder = str(file), Path(os.path.abspath(file)).parent
    _check_types(values, source)
    sources = [_absolute(one, folder) for one in values.get("corpus", [])]
    speakers = values.get("speakers", "")
    settings = Settings().updated(
        _moved_options(values.get("settings", {}), folder, _from_file), source=source
    )
    settings = replace(
        settings,
        corpus=sources[0] if sources else "",
        files=tuple(sources[1:]),
        speakers=_absolute(speakers, folder) if speakers else "",
        ceilings=read_ceilings(values.get("ceilings", {}), source=source),
        metadata=read_metadata(values.get("metadata", {}), source=source),
    )
    review = {name: read_mark(mark, name, source=source) for name, mark in values.get("review", {}).items()}
    grids = {name: Path(_absolute(one, folder)) for name, one in values.get("second_grids", {}).items()}
    extra = {name: value for name, value in values.items() if name not in _KNOWN}
    try:
        return Session(settings, review, values.get("layout", {}), grids, values.get("filter", ""), extra)
    except InputError as error:
        raise InputError(error.message, error.hint, file=file) from error


def write_session(session: Session, path: str | PathLike[str]) -> Path:
    """Write a session file, as a whole or not at all.

    Keys are sorted, so that two states of a session can be compared line by line. Paths below the file's
    folder or beside it are written relative to it: the folder can be moved with its session.

    Parameters
    ----------
    session : Session
        What to write.
    path : path
        Ends in ``.w2vpraat``.

    Returns
    -------
    Path

    Raises
    ------
    InputError
        If the path ends otherwise, or an existing file is of a newer version.
    ExportError
        If it can't be written; an old file is untouched then.
    """
    file = Path(path)
    if file.suffix.lower() != SUFFIX:
        raise InputError(f"a session file ends in {SUFFIX}", f"call it {file.stem}{SUFFIX}", file=file)
    _refuse_newer(file)
    return write_whole(session_bytes(session, Path(os.path.abspath(file)).parent), file)


def session_bytes(session: Session, folder: Path) -> bytes:
    """Return what a session file in this (absolute) folder holds."""
    settings = session.settings
    sections = settings.as_dict()
    options = {name: sections[name] for name in sections if name not in ("run", "ceilings", "metadata")}
    values: dict[str, Any] = {
        **session.extra,
        "corpus": [_told(one, folder) for one in settings.sources],
        "settings": _moved_options(options, folder, _for_file),
    }
    if settings.speakers:
        values["speakers"] = _told(settings.speakers, folder)
    more = {
        "ceilings": plain_ceilings(settings.ceilings),
        "metadata": plain_metadata(settings.metadata),
        "review": {name: plain_mark(mark) for name, mark in session.review.items()},
        "second_grids": {name: _told(grid, folder) for name, grid in session.second_grids.items()},
        "filter": session.filter,
        "layout": session.layout,
    }
    values.update({name: value for name, value in more.items() if value})
    return json_bytes({"w2vpraat": FORMAT, **_sorted(plain(values))})


def _sorted(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _sorted(value[name]) for name in sorted(value)}
    return [_sorted(one) for one in value] if isinstance(value, list) else value


def _from_version_0(values: dict[str, Any]) -> dict[str, Any]:
    """Turn the first draft: one folder, settings under "options", ceilings and marks as bare values."""
    made = {
        name: value
        for name, value in values.items()
        if name not in ("folder", "options", "ceilings", "reviewed", "stars")
    }
    made["corpus"] = [values["folder"]] if values.get("folder") else []
    made["settings"] = values.get("options", {})
    made["ceilings"] = {who: {"ceiling": hertz} for who, hertz in values.get("ceilings", {}).items()}
    marks: dict[str, dict[str, bool]] = {}
    for key, word in (("reviewed", "done"), ("stars", "star")):
        for name in values.get(key, []):
            marks.setdefault(name, {})[word] = True
    made["review"] = marks
    return made


MIGRATIONS: Mapping[int, Callable[[dict[str, Any]], dict[str, Any]]] = {0: _from_version_0}
"""Version of a file to what turns its values into those of the next version."""


def _bytes(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except FileNotFoundError:
        raise InputError("there is no such session", "check the path", file=file) from None
    except OSError as error:
        raise InputError(f"can't be read ({error.strerror})", "check the path", file=file) from error


def _parsed(raw: bytes, file: Path) -> dict[str, Any]:
    try:
        text = raw.decode("utf-8-sig")
        values = json.loads(text, object_pairs_hook=_once, parse_constant=_no_number)
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise InputError(
            f"line {line} is not UTF-8", "take back the last change of the file", file=file
        ) from error
    except json.JSONDecodeError as error:
        marks = ("<<<<<<<", "=======", ">>>>>>>")
        merged = any(line.startswith(marks) for line in text.splitlines())
        raise InputError(
            f"line {error.lineno} is broken: {error.msg}",
            "two versions were merged: choose one of them between the marks <<<<<<< and >>>>>>>"
            if merged
            else "take back the last change of the file",
            file=file,
        ) from error
    except (ValueError, RecursionError) as error:
        raise InputError(f"is broken: {error}", "take back the last change of the file", file=file) from error
    if not isinstance(values, dict) or "w2vpraat" not in values:
        raise InputError("is not a session of w2vpraat", f"sessions end in {SUFFIX}", file=file)
    return values


def _once(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for name, value in pairs:
        if name in made:
            raise ValueError(f'"{name}" is there twice')
        made[name] = value
    return made


def _no_number(word: str) -> None:
    raise ValueError(f"{word} is no number of JSON")


def _version(values: Mapping[str, Any], file: Path) -> int:
    version = values["w2vpraat"]
    if isinstance(version, bool) or not isinstance(version, int) or version < 0:
        raise InputError(f"version {version!r} is not possible", "it is a whole number", file=file)
    if version > FORMAT:
        raise InputError(
            f"the session is of version {version}; this w2vpraat knows versions up to {FORMAT}",
            "update w2vpraat; the file was left as it is",
            file=file,
        )
    return version


def _migrated(values: dict[str, Any], file: Path) -> dict[str, Any]:
    for version in range(_version(values, file), FORMAT):
        try:
            values = MIGRATIONS[version](values)
        except (TypeError, AttributeError, ValueError, KeyError) as error:
            raise InputError(
                f"is not a session of version {version}: {error}", "take an older copy of the file", file=file
            ) from error
    return values


def _refuse_newer(file: Path) -> None:
    if not file.is_file():
        return
    try:
        values = _parsed(_bytes(file), file)
    except InputError:
        return  # a broken file may be replaced
    _version(values, file)


def _check_types(values: Mapping[str, Any], source: str) -> None:
    kinds = {"corpus": list, "speakers": str, "filter": str}
    kinds |= dict.fromkeys(("settings", "ceilings", "metadata", "review", "second_grids", "layout"), dict)
    words = {list: "a list of paths", str: "a text", dict: "a mapping in braces"}
    for name, kind in kinds.items():
        if name in values and not isinstance(values[name], kind):
            raise InputError(f'"{name}" should be {words[kind]}', "correct it in the file", file=source)
    paths = {"corpus": values.get("corpus", []), "second_grids": values.get("second_grids", {}).values()}
    for name, listed in paths.items():
        if not all(isinstance(one, str) and one for one in listed):
            raise InputError(f'"{name}" should hold paths as texts', "correct it in the file", file=source)
    for name, section in values.get("settings", {}).items():
        if not isinstance(section, dict) or name in ("run", "ceilings", "metadata"):
            raise InputError(
                f'"{name}" under "settings" is no section', "correct it in the file", file=source
            )


def _told(path: str | PathLike[str], folder: Path) -> str:
    """Write a path relative to the session's folder if it lies there or beside it, else in full."""
    full = os.path.abspath(path)
    try:
        near = os.path.relpath(full, folder)
    except ValueError:  # another drive
        return Path(full).as_posix()
    parts = Path(near).parts
    return Path(full if parts[:2] == ("..", "..") else near).as_posix()


def _absolute(text: str, folder: Path) -> str:
    return os.path.normpath(folder / Path(text))


def _moved_options(
    sections: Mapping[str, Any], folder: Path, move: Callable[[str, Path], str]
) -> dict[str, Any]:
    """Change the options that name files, which need not be the case: ``arpabet``, ``base``."""
    made = {name: dict(options) for name, options in sections.items()}
    for section, option in PATH_OPTIONS:
        value = made.get(section, {}).get(option)
        if isinstance(value, str):
            made[section][option] = move(value, folder)
        elif isinstance(value, list):
            made[section][option] = [move(one, folder) if isinstance(one, str) else one for one in value]
    return made


def _for_file(value: str, folder: Path) -> str:
    # A name has no dot in front: it tells a path from the name of a model.
    told = _told(value, folder) if os.path.isabs(value) else value
    return told if told == value or os.path.isabs(told) or told.startswith("..") else f"./{told}"


def _from_file(value: str, folder: Path) -> str:
    return _absolute(value, folder) if value.startswith(("./", "../")) else value
