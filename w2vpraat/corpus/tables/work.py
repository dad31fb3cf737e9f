"""A table of another program on its way to w2vpraat's names: columns of texts, and what was done to them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from w2vpraat.corpus.tables.presets import Preset

Sheet = dict[str, list[str]]
# No vowel lasts five seconds, and none five milliseconds.
LONGEST_SECONDS = 5.0


@dataclass
class Work:
    """The columns so far.

    Parameters
    ----------
    preset : Preset
    sheet : dict
        Column name to cells.
    keep : frozenset of str
        Columns that must not be renamed.
    renamed : dict
        Their name to ours.
    notes : list of str
    """

    preset: Preset
    sheet: Sheet
    keep: frozenset[str]
    renamed: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def numbers(self, column: str) -> list[Decimal]:
        """Return the cells of a column that are numbers."""
        return [value for cell in self.sheet.get(column, ()) if (value := number(cell)) is not None]

    def is_empty(self, column: str) -> bool:
        """Whether a column is missing or has no cell with text."""
        return not any(self.sheet.get(column, ()))


def number(cell: str) -> Decimal | None:
    """Return a cell as a number (point or comma as decimal sign), or None if it is none."""
    try:
        value = Decimal(cell.replace(",", ".") if re.fullmatch(r"-?\d+,\d+", cell) else cell)
    except InvalidOperation:
        return None
    return value if value.is_finite() else None


def written(value: Decimal) -> str:
    """Return a decimal number as text without an exponent."""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
