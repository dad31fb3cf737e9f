"""Choices as plain values, the same in session files and in ``w2vpraat.toml``."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

from w2vpraat.corpus.speaker_edits import MetadataEdit
from w2vpraat.errors import InputError
from w2vpraat.session.choices import CeilingChoice, Placed, ReviewMark, sorted_ceilings


def plain_ceilings(choices: Iterable[CeilingChoice]) -> dict[str, dict[str, Any]]:
    """Return ceilings as they stand in files: ``{"ann#1.5": {"ceiling": 5200.0, "time": 1.25}}``."""
    return {one.who: {"ceiling": one.ceiling, **_plain_place(one)} for one in choices}


def read_ceilings(values: Any, *, source: str = "") -> tuple[CeilingChoice, ...]:
    """Make choices from plain values, as `plain_ceilings` gives them; a bare number will do.

    Raises
    ------
    InputError
        For anything else.
    """
    made = []
    for who, value in _mapping(values, "ceilings", source).items():
        fields = value if isinstance(value, Mapping) else {"ceiling": value}
        where = f'ceilings, "{who}"'
        _only(fields, ("ceiling", "tier", "time"), where, source)
        hertz = _number(fields.get("ceiling"), where, source)
        try:
            made.append(
                CeilingChoice(who, hertz, _text(fields, "tier", where, source), _time(fields, where, source))
            )
        except InputError as error:
            raise InputError(error.message, error.hint, file=source or None) from error
    return sorted_ceilings(made)


def plain_metadata(edits: Iterable[MetadataEdit]) -> dict[str, dict[str, str]]:
    """Return edits of metadata as they stand in files: ``{"ann": {"sex": "F"}}``."""
    made: dict[str, dict[str, str]] = {}
    for edit in edits:
        made.setdefault(edit.who, {})[edit.column] = edit.value
    return made


def read_metadata(values: Any, *, source: str = "") -> tuple[MetadataEdit, ...]:
    """Make edits from plain values, as `plain_metadata` gives them.

    Raises
    ------
    InputError
        For anything else.
    """
    made = []
    for who, cells in _mapping(values, "metadata", source).items():
        for column, value in _mapping(cells, f'metadata, "{who}"', source).items():
            if not isinstance(value, str):
                raise _wrong(f'metadata, "{who}", "{column}"', value, "a text", source)
            made.append(MetadataEdit(who, column, value))
    return tuple(made)


def plain_mark(mark: ReviewMark) -> dict[str, Any]:
    """Return a mark as it stands in a session file; what is not said is left out."""
    said: dict[str, Any] = {name: True for name in ("done", "star") if getattr(mark, name)}
    if mark.tags:
        said["tags"] = list(mark.tags)
    if mark.note:
        said["note"] = mark.note
    return {**said, **_plain_place(mark)}


def read_mark(value: Any, name: str, *, source: str = "") -> ReviewMark:
    """Make a mark from plain values, as `plain_mark` gives them.

    Raises
    ------
    InputError
        For anything else.
    """
    where = f'review, "{name}"'
    fields = _mapping(value, where, source)
    _only(fields, ("done", "star", "tags", "note", "tier", "time"), where, source)
    for key in ("done", "star"):
        if not isinstance(fields.get(key, False), bool):
            raise _wrong(f"{where}, {key}", fields[key], "true or false", source)
    tags = fields.get("tags", [])
    if not (isinstance(tags, (list, tuple)) and all(isinstance(tag, str) for tag in tags)):
        raise _wrong(f"{where}, tags", tags, "a list of texts", source)
    return ReviewMark(
        fields.get("done", False),
        fields.get("star", False),
        tuple(tags),
        _text(fields, "note", where, source),
        _text(fields, "tier", where, source),
        _time(fields, where, source),
    )


def _plain_place(item: Placed) -> dict[str, Any]:
    place: dict[str, Any] = {"tier": item.tier} if item.tier else {}
    return place if item.time is None else {**place, "time": item.time}


def _mapping(value: Any, where: str, source: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise _wrong(where, value, "a mapping from names to values", source)
    return value


def _only(fields: Mapping[str, Any], known: tuple[str, ...], where: str, source: str) -> None:
    unknown = [name for name in fields if name not in known]
    if unknown:
        raise InputError(
            f'{where}: "{unknown[0]}" is not known', f"known here: {', '.join(known)}", file=source or None
        )


def _number(value: Any, where: str, source: str) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise _wrong(where, value, "a number", source)
    return float(value)


def _text(fields: Mapping[str, Any], name: str, where: str, source: str) -> str:
    value = fields.get(name, "")
    if not isinstance(value, str):
        raise _wrong(f"{where}, {name}", value, "a text", source)
    return value


def _time(fields: Mapping[str, Any], where: str, source: str) -> float | None:
    value = fields.get("time")
    return None if value is None else _number(value, f"{where}, time", source)


def _wrong(where: str, value: Any, wanted: str, source: str) -> InputError:
    return InputError(f"{where} is {value!r}, but should be {wanted}", file=source or None)
