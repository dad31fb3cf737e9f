"""Tables of other programs, given w2vpraat's names and units.

Everything happens on texts: a time in milliseconds becomes one in seconds by moving the decimal point, so no
digit is lost.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from w2vpraat.corpus.tables.cells import Cells
from w2vpraat.corpus.tables.import_rules import AFTER, BEFORE, read_visvow
from w2vpraat.corpus.tables.presets import EITHER, Preset
from w2vpraat.corpus.tables.work import LONGEST_SECONDS, Work, number, written
from w2vpraat.errors import InputError


@dataclass(frozen=True)
class Imported:
    """A table with w2vpraat's names.

    Parameters
    ----------
    columns : mapping
        Column name to cells, all of the same length.
    renamed : mapping
        Their name to ours, where they differ.
    notes : tuple of str
        What else was done, and what to look out for.
    """

    columns: Mapping[str, Sequence[str]]
    renamed: Mapping[str, str]
    notes: tuple[str, ...]


def import_cells(cells: Cells, preset: Preset, *, keep: Collection[str] = ()) -> Imported:
    """Give a table of another program w2vpraat's names and units.

    Times become seconds. Columns that the preset doesn't know stay as they are; columns of the preset without
    any cell are left out. A column is not renamed if the table already has one of that name.

    Parameters
    ----------
    cells : Cells
    preset : Preset
    keep : collection of str
        Columns that keep their names (the user has named them).

    Returns
    -------
    Imported

    Raises
    ------
    InputError
        If the table is not one of the preset, or holds no frequencies (DCT coefficients of new-fave).
    """
    columns = _by_position(cells, preset) if preset.key == "norm" else cells.columns
    if not preset.recognizes(columns) and not set(columns) <= set(preset.names):
        raise InputError(
            f"the columns are not those of {preset.title}: {', '.join(columns[:12])}",
            f"expected: {', '.join(preset.names[:12])}; see {preset.source}",
        )
    work = Work(preset, {}, frozenset(keep))
    if preset.key == "visvow":
        read_visvow(work, cells)
    else:
        work.sheet = {name: [row[i] for row in cells.rows] for i, name in enumerate(columns)}
        if preset.key in BEFORE:
            BEFORE[preset.key](work)
    _rename(work)
    if preset.key in AFTER:
        AFTER[preset.key](work)
    return Imported(work.sheet, work.renamed, tuple(work.notes))


def _rename(work: Work) -> None:
    sheet = work.sheet
    for column in work.preset.columns:
        if column.theirs not in sheet:
            continue
        if work.is_empty(column.theirs):
            del sheet[column.theirs]
            continue
        if column.unit:
            _to_seconds(work, column.theirs, column.unit)
    names = {}
    for column in work.preset.columns:
        ours = column.ours
        if column.theirs in sheet and ours and ours != column.theirs and column.theirs not in work.keep:
            if ours in sheet:
                work.notes.append(f'"{column.theirs}" keeps its name: there is a column "{ours}" too')
            else:
                names[column.theirs] = ours
    work.renamed.update(names)
    work.sheet = {names.get(name, name): cells for name, cells in sheet.items()}


def _to_seconds(work: Work, column: str, unit: str) -> None:
    if unit == EITHER:
        times = work.numbers(column)
        if not times or median(times) <= LONGEST_SECONDS:
            return
        work.notes.append(f"{column} is in milliseconds, to judge by its values")
    work.sheet[column] = [
        cell if (value := number(cell)) is None else written(value.scaleb(-3)) for cell in work.sheet[column]
    ]


def _by_position(cells: Cells, preset: Preset) -> tuple[str, ...]:
    """Give the columns of a NORM table their names: there the order counts, and the header is free."""
    if preset.recognizes(cells.columns):
        exact = {name.lower(): name for name in (*preset.names, "N")}
        plain = [re.sub(r"[.\s_]+", " ", name.strip().lower()) for name in cells.columns]
        return tuple(exact[name] for name in plain)
    width = len(cells.columns)
    without_third = tuple(name for name in preset.names if "F3" not in name)
    return {9: preset.names, 7: without_third, 6: preset.names[:6]}.get(width, cells.columns)
