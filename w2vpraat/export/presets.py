"""The long table in the columns of other programs: renamed, reordered, times converted, never computed anew.

What a program's table can't hold is left out and said in the notes; a column of theirs that w2vpraat has
nothing for stays empty.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from w2vpraat.corpus.tables.presets import Preset, find_preset
from w2vpraat.errors import ExportError
from w2vpraat.export.preset_columns import BUILDERS, NEEDED, Source
from w2vpraat.export.workbooks import workbook_bytes
from w2vpraat.writing import write_whole

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class PresetTable:
    """A table as another program wants it.

    Parameters
    ----------
    preset : Preset
    columns : tuple of str
        Header; names repeat in Visible Vowels' wide form.
    rows : tuple of tuple
        Texts, numbers and None for empty cells. Times in milliseconds are texts, exact to the last digit.
    notes : tuple of str
        What could not be held, and what to look out for.
    """

    preset: Preset
    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    notes: tuple[str, ...] = ()


def as_preset(table: pd.DataFrame, key: str) -> PresetTable:
    """Put a table into another program's columns.

    Parameters
    ----------
    table : pandas.DataFrame
        With the names of the long table (``label, speaker, F1, start`` ...), seconds and Hz. Rows with the
        same ``id`` are time points of one token.
    key : str
        ``"new-fave"``, ``"norm"``, ``"visvow"`` or ``"emur"``.

    Returns
    -------
    PresetTable

    Raises
    ------
    ExportError
        If a column that the program can't do without is missing.
    InputError
        For an unknown key.
    """
    preset = find_preset(key, written=True)
    source = Source(table)
    for name in NEEDED[key]:
        if not source.has(name):
            raise ExportError(
                f'{preset.title} needs a column "{name}", and the table has none with values',
                f"columns: {', '.join(map(str, table.columns[:20]))}",
            )
    columns, notes = BUILDERS[key](preset, source)
    left = [name for name in source.names if name not in source.used]
    if left:
        notes.append(f"not held by {preset.title}, left out: {', '.join(left)}")
    own = set(preset.names)
    empty = [name for name, cells in columns if name in own and all(cell is None for cell in cells)]
    if empty:
        notes.append(f"empty, since the table has nothing for them: {', '.join(dict.fromkeys(empty))}")
    rows = tuple(zip(*(cells for _, cells in columns), strict=True))
    return PresetTable(preset, tuple(name for name, _ in columns), rows, tuple(notes))


def write_preset(made: PresetTable, path: str | PathLike[str]) -> Path:
    """Write a table made by :func:`as_preset`.

    Parameters
    ----------
    made : PresetTable
    path : path
        With one of the endings that the program reads.

    Returns
    -------
    Path

    Raises
    ------
    ExportError
        For another ending, text that the format can't hold, or a file that can't be written.
    """
    target = Path(path)
    endings = made.preset.endings
    if target.suffix.lower() not in endings:
        raise ExportError(
            f'{made.preset.title} doesn\'t read "{target.suffix}"',
            f"end the name in {' or '.join(endings)}",
            file=target,
        )
    if endings == (".xlsx",):
        return write_whole(workbook_bytes("vowels", made.columns, made.rows), target)
    if made.preset.key == "norm":
        return write_whole(_bare_lines(made, target).encode("utf-8"), target)
    return write_whole(_quoted_lines(made, "\t" if target.suffix.lower() == ".tsv" else ","), target)


def _text(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    return str(cell)


def _quoted_lines(made: PresetTable, separator: str) -> bytes:
    import csv

    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=separator, lineterminator="\n")
    writer.writerow(made.columns)
    writer.writerows([_text(cell) for cell in row] for row in made.rows)
    return out.getvalue().encode("utf-8")


def _bare_lines(made: PresetTable, target: Path) -> str:
    """Return lines without quotes: vowels reads with ``quote=""``."""
    lines = []
    for row in (made.columns, *made.rows):
        texts = [_text(cell) for cell in row]
        odd = next((text for text in texts if any(mark in text for mark in "\t\r\n")), "")
        if odd:
            raise ExportError(f"{odd!r} holds a tab or a line end, which NORM can't read", file=target)
        lines.append("\t".join(texts) + "\n")
    return "".join(lines)
