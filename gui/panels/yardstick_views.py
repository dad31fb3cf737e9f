"""What a page of yardsticks can show: tables that can be narrowed down, and figures.

Signals: none.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt

from ..tables.number_model import Column

if TYPE_CHECKING:
    import pandas as pd

Mask = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Narrowing:
    """Rows that can be shown alone.

    Parameters
    ----------
    name : str
        Of the choice, for screen readers.
    items : sequence of (str, ndarray or None)
        Title and rows; None: all.
    spoken : bool
        Whether titles are labels.
    """

    name: str
    items: Sequence[tuple[str, Mask | None]]
    spoken: bool = False


@dataclass(frozen=True, eq=False)
class Table:
    """A table.

    Parameters
    ----------
    columns : sequence of Column
    keys : sequence, optional
        One per row: what choosing the row means.
    narrowings : sequence of Narrowing
        At most two.
    sorted_by : str
        Title of the column that it is first sorted by; empty: as it comes.
    order : Qt.SortOrder
    """

    columns: Sequence[Column]
    keys: Sequence[Any] = ()
    narrowings: Sequence[Narrowing] = ()
    sorted_by: str = ""
    order: Qt.SortOrder = Qt.SortOrder.DescendingOrder


@dataclass(frozen=True)
class Picture:
    """A figure: PNG, and what it shows in words."""

    data: bytes
    told: str = ""


@dataclass(frozen=True)
class View:
    """One thing to look at; made when it is looked at."""

    title: str
    make: Callable[[], Table | Picture]
    tokens: bool = False
    """Whether the keys of the table are ids of tokens."""


def narrowing(
    name: str, every: str, values: pd.Series[Any], titles: Callable[[str], str] = str, *, spoken: bool = False
) -> Narrowing:
    """Offer all rows, and those of each value of a column, in the order they come in."""
    texts = values.astype(str).to_numpy()
    items: list[tuple[str, Mask | None]] = [(every, None)] if every else []
    items += [(titles(one), texts == one) for one in dict.fromkeys(texts)]
    return Narrowing(name, items, spoken)
