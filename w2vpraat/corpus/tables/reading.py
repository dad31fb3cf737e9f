"""Small tables as users keep them (CSV, TSV, XLSX, YAML), read as text: "03" stays "03"."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any

from w2vpraat.corpus.tables.cells import decoded, read_bytes, sheet_lines, text_lines
from w2vpraat.errors import SpeakerError


@dataclass(frozen=True)
class Row:
    """One row of a table.

    Parameters
    ----------
    number : int
        Line of the text file or row of the sheet, counted from 1.
    cells : mapping
        Column name to text, blanks at the ends removed; a missing value is an empty text.
    """

    number: int
    cells: Mapping[str, str]


def read_table(path: str | PathLike[str]) -> tuple[tuple[str, ...], tuple[Row, ...]]:
    """Read a table as text.

    Parameters
    ----------
    path : path
        ``.csv`` (comma, semicolon or tab, found from the header), ``.tsv``, ``.txt``, ``.xlsx`` (first
        sheet), ``.yaml`` or ``.yml``. Text in UTF-8 with or without BOM, or UTF-16 with BOM.

    Returns
    -------
    columns : tuple of str
        Column names.
    rows : tuple of Row
        Rows that are not blank.

    Raises
    ------
    SpeakerError
        If the file can't be read, a row has more cells than the header, a column has no name or the name of
        another, or there is no row.
    """
    file = Path(path)
    suffix = file.suffix.lower()
    data = read_bytes(file)
    if suffix in (".yaml", ".yml"):
        columns, rows = _yaml_rows(decoded(data, file)[0], file)
    elif suffix in (".csv", ".tsv", ".txt"):
        columns, rows = _named_rows(text_lines(decoded(data, file)[0], suffix, file), file)
    elif suffix == ".xlsx":
        columns, rows = _named_rows(sheet_lines(data, file), file)
    else:
        raise SpeakerError(
            f'is a table of an unknown kind ("{suffix}")', "save it as CSV, TSV, XLSX or YAML", file=path
        )
    if not rows:
        raise SpeakerError("holds no rows", "one header line, then one line per file or speaker", file=path)
    return columns, rows


def _named_rows(lines: list[tuple[int, list[str]]], file: Path) -> tuple[tuple[str, ...], tuple[Row, ...]]:
    filled = [(number, cells) for number, cells in lines if any(cells)]
    if not filled:
        return (), ()
    columns = tuple(filled[0][1])
    _check_columns(columns, file)
    rows = []
    for number, cells in filled[1:]:
        if len(cells) != len(columns):
            raise SpeakerError(
                f"row {number} has {len(cells)} cells, but the header has {len(columns)}",
                "a text that holds the separator must be put in quotes",
                file=file,
            )
        rows.append(Row(number, dict(zip(columns, cells, strict=True))))
    return columns, tuple(rows)


def _check_columns(columns: Iterable[str], file: Path) -> None:
    seen: dict[str, int] = {}
    for number, column in enumerate(columns, start=1):
        if not column:
            raise SpeakerError(
                f"column {number} has no name", "name it in the header, or delete it", file=file
            )
        if column in seen:
            raise SpeakerError(
                f'columns {seen[column]} and {number} are both called "{column}"',
                "rename one of them",
                file=file,
            )
        seen[column] = number


def _yaml_rows(text: str, file: Path) -> tuple[tuple[str, ...], tuple[Row, ...]]:
    """Rows of a YAML list of mappings, or of a mapping from speakers (or files) to mappings."""
    import yaml

    try:
        # Nodes, not values: they know their line, keep 03 and NO as written, and show repeated keys.
        top = yaml.compose(text, Loader=yaml.BaseLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise SpeakerError(
            "is not valid YAML" + ("" if mark is None else f": line {mark.line + 1}"),
            "check the indentation",
            file=file,
        ) from error
    if top is None:
        return (), ()
    rows: list[Row] = []
    if isinstance(top, yaml.MappingNode):
        entries = [(key, node) for key, node in _pairs(top, file)]
        if [key for key, _ in entries] == ["speakers"]:
            top = entries[0][1]
            entries = _pairs(top, file) if isinstance(top, yaml.MappingNode) else []
        if entries:
            inner = [(key, node, _yaml_cells(node, file)) for key, node in entries]
            named = all(any(_plain(name) in SPEAKER_NAMES for name in cells) for _, _, cells in inner)
            for key, node, cells in inner:
                rows += _spread({"file" if named else "speaker": [key], **cells}, node)
    if isinstance(top, yaml.SequenceNode):
        for node in top.value:
            rows += _spread(_yaml_cells(node, file), node)
    if not rows:
        raise SpeakerError(
            "holds no rows",
            "a list of {file: ..., speaker: ...}, or a mapping from speakers to their columns",
            file=file,
        )
    columns = tuple(dict.fromkeys(name for row in rows for name in row.cells))
    return columns, tuple(
        Row(row.number, {name: row.cells.get(name, "") for name in columns}) for row in rows
    )


def _pairs(node: Any, file: Path) -> list[tuple[str, Any]]:
    seen: dict[str, int] = {}
    for key, _ in node.value:
        line = key.start_mark.line + 1
        if key.value in seen:
            raise SpeakerError(
                f'rows {seen[key.value]} and {line} have the same key "{key.value}"',
                "delete or rename one of them",
                file=file,
            )
        seen[key.value] = line
    return [(str(key.value).strip(), value) for key, value in node.value]


def _yaml_cells(node: Any, file: Path) -> dict[str, list[str]]:
    import yaml

    if not isinstance(node, yaml.MappingNode):
        raise SpeakerError(
            f"line {node.start_mark.line + 1} is not a list of columns and values",
            "write for example: {speaker: anna, sex: F}",
            file=file,
        )
    cells = {}
    for name, value in _pairs(node, file):
        if isinstance(value, yaml.ScalarNode):
            cells[name] = ["" if value.value in ("~", "null") else str(value.value).strip()]
        elif isinstance(value, yaml.SequenceNode) and all(
            isinstance(one, yaml.ScalarNode) for one in value.value
        ):
            cells[name] = [str(one.value).strip() for one in value.value]
        else:
            raise SpeakerError(
                f'line {value.start_mark.line + 1}: "{name}" is neither a value nor a list of values',
                file=file,
            )
    return cells


def _spread(cells: dict[str, list[str]], node: Any) -> list[Row]:
    """Make one row for each of several files; other lists become one cell."""
    listed = next((name for name in cells if _plain(name) in (*FILE_NAMES, "files")), None)
    number = node.start_mark.line + 1
    single = {name: "; ".join(values) for name, values in cells.items() if name != listed}
    if listed is None:
        return [Row(number, single)]
    shown = "file" if _plain(listed) == "files" else listed
    return [Row(number, {shown: value, **single}) for value in cells[listed]]


FILE_NAMES = ("file_name", "file", "filename", "recording", "path")
SPEAKER_NAMES = ("speaker", "spk", "speaker_id")
SEX_NAMES = ("sex", "gender")


def find_column(columns: Iterable[str], names: tuple[str, ...]) -> str:
    """Return the column that goes by one of these names (the first name first), or an empty text."""
    plain = {_plain(column): column for column in reversed(tuple(columns))}
    return next((plain[name] for name in names if name in plain), "")


def _plain(column: str) -> str:
    return re.sub(r"[\s.-]+", "_", column.strip().casefold())
