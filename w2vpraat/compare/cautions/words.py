"""What a caution is, and the words that all of them need."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

MOST_ROWS = 15


@dataclass(frozen=True, eq=False)
class Caution:
    """Something that a reader of the results should know.

    Attributes
    ----------
    key : str
        What kind it is, for example ``unequal_labels``.
    title : str
        In a few words.
    sentence : str
        What was found, why it matters, and what to do about it.
    rows : pandas.DataFrame
        Where, the worst first; at most 15 rows, columns with headings in words; may be empty.
    n_rows : int
        How many there are in all.
    percent : tuple of str
        Columns of `rows` that are shares, 0 to 1.
    """

    key: str
    title: str
    sentence: str
    rows: pd.DataFrame
    n_rows: int
    percent: tuple[str, ...] = ()

    @property
    def caption(self) -> str:
        """What to write above the rows if they are not all."""
        return f"The first {len(self.rows)} of {self.n_rows}." if len(self.rows) < self.n_rows else ""


def caution(
    key: str, title: str, sentence: str, rows: Sequence[Mapping[str, object]], percent: tuple[str, ...] = ()
) -> Caution:
    """Make a caution from all its rows."""
    import pandas as pd

    return Caution(key, title, sentence, pd.DataFrame(rows[:MOST_ROWS]), len(rows), percent)


def count(n: int, one: str, several: str = "") -> str:
    """Say how many: ``1 token``, ``2 tokens``."""
    return f"{n} {one if n == 1 else several or one + 's'}"


def have(n: int) -> str:
    """Return ``has`` or ``have``."""
    return "has" if n == 1 else "have"


def listed(names: Sequence[str], most: int = 12) -> str:
    """Join names as a sentence does, and count those beyond ``most``."""
    shown = list(names[:most])
    more = len(names) - len(shown)
    if more:
        return f"{', '.join(shown)} and {more} more"
    return " and ".join([", ".join(shown[:-1]), shown[-1]]) if len(shown) > 1 else "".join(shown)


def texts(table: pd.DataFrame, column: str) -> pd.Series[str]:
    """Cells of a column as texts; empty for missing values."""
    values = table[column]
    return values.where(values.notna(), "").astype(str).str.strip()
