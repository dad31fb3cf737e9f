"""Between Praat's Tables, which hold only texts, and tables with numbers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from math import isfinite
from typing import TYPE_CHECKING, Any

from w2vpraat.bridge.objects import PraatTable
from w2vpraat.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

UNDEFINED = "--undefined--"
"""How Praat writes a number that is not known."""

_MISSING = frozenset(["", UNDEFINED, "?"])
_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?", re.ASCII)
# A code such as 03 or 007 would lose its zeros.
_CODE = re.compile(r"[+-]?0[0-9]", re.ASCII)


def praat_table(name: str, frame: pd.DataFrame) -> PraatTable:
    """Return a table as a Table of Praat.

    Numbers are written in the shortest form that reads back as exactly the same number, missing ones as
    ``--undefined--``. Truth values become 1 and 0, since scripts of Praat compute with numbers and know no
    TRUE. A missing text is empty.

    Parameters
    ----------
    name : str
        Of the object.
    frame : pandas.DataFrame
        Its index is left out; columns keep their order.
    """
    columns = tuple(map(str, frame.columns))
    cells = [_cells(frame.iloc[:, place]) for place in range(len(columns))]
    return PraatTable(name, columns, tuple(zip(*cells, strict=True)))


def frame_of(table: PraatTable, *, text: Sequence[str] = ()) -> pd.DataFrame:
    """Return a Table of Praat as a table.

    A column becomes one of numbers (float64) if every cell is a number or missing: empty,
    ``--undefined--`` or ``?``. All other columns stay text, where only ``--undefined--`` is missing (an empty
    text): ``?`` may be a label there. The usual columns for speakers, labels, ids, files and words stay text
    (``w2vpraat.pipeline.user_tables.ALWAYS_TEXT``), and so do codes such as ``03``.

    Parameters
    ----------
    table : PraatTable
    text : sequence of str
        Further columns that stay text.

    Returns
    -------
    pandas.DataFrame
        Columns in their order.

    Raises
    ------
    InputError
        If two columns have the same name.
    """
    import pandas as pd

    from w2vpraat.pipeline.user_tables import ALWAYS_TEXT

    for number, column in enumerate(table.columns, 1):
        first = table.columns.index(column) + 1
        if first != number:
            raise InputError(
                f'columns {first} and {number} of the table "{table.name}" are both called "{column}"',
                "rename one of them: Set column label (index)...",
            )
    kept = {name.casefold() for name in (*ALWAYS_TEXT, *text)}
    cells = list(zip(*table.rows, strict=True)) if table.rows else [()] * len(table.columns)
    return pd.DataFrame(
        {
            name: _series(column, numbers=name.casefold() not in kept)
            for name, column in zip(table.columns, cells, strict=True)
        }
    )


def number_cell(value: float) -> str:
    """Write a number for a cell: the shortest text that reads back as this number; not finite: undefined.

    A 32-bit number is written with the digits that 32 bits need.
    """
    if not isfinite(value):
        return UNDEFINED
    text = str(value)
    return text.removesuffix(".0")


def _cells(column: pd.Series) -> list[str]:
    kind = column.dtype.kind
    if kind == "b":
        return ["1" if value else "0" for value in column.tolist()]
    if kind == "f":
        # numpy's own text of 32-bit numbers is as short as they need; a list would make them 64-bit.
        values = column.to_numpy()
        return [number_cell(value) for value in (values if values.itemsize < 8 else values.tolist())]
    missing = column.isna().tolist()
    if kind in "iu":
        return [
            UNDEFINED if lost else str(value) for value, lost in zip(column.tolist(), missing, strict=True)
        ]
    return ["" if lost else _text(value) for value, lost in zip(column.tolist(), missing, strict=True)]


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(int(value))
    return number_cell(value) if isinstance(value, float) else str(value)


def _series(cells: Sequence[str], *, numbers: bool) -> pd.Series:
    import pandas as pd

    plain = [cell.strip() for cell in cells]
    filled = [cell for cell in plain if cell not in _MISSING]
    if numbers and filled and all(_NUMBER.fullmatch(cell) and not _CODE.match(cell) for cell in filled):
        return pd.Series([float("nan" if cell in _MISSING else cell) for cell in plain], dtype="float64")
    return pd.Series(["" if cell == UNDEFINED else cell for cell in cells], dtype=object)
