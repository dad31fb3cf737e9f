"""Columns of the table of tokens: of which kind, in which order, and how their cells are written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .corpus_model import natural_key

if TYPE_CHECKING:
    import pandas

Places = NDArray[np.intp]

MANY_TEXTS = 20_000
"""Beyond so many different texts a column is sorted without regard to the numbers in them."""


def moved(values: NDArray[Any], order: Places) -> NDArray[Any]:
    """Return a column for other rows; what is not known is missing."""
    if not len(values):
        return np.full(len(order), None if values.dtype == object else np.nan, dtype=values.dtype)
    moved = values[np.maximum(order, 0)]
    moved[order < 0] = None if values.dtype == object else np.nan
    return moved


def as_column(series: pandas.Series[Any]) -> NDArray[Any]:
    """Return a column as floats, or as objects where it holds texts."""
    kind = str(series.dtype)
    if kind == "bool" or series.dtype == object or not hasattr(series.dtype, "kind"):
        return series.to_numpy(dtype=object)
    if series.dtype.kind in "fiu":  # Int64 with missing values too
        return series.to_numpy(dtype=np.float64, na_value=np.nan)
    return series.astype(object).to_numpy()


def ranks_of(values: NDArray[Any]) -> NDArray[np.float64]:
    """Return numbers that order a column; NaN for empty cells."""
    if values.dtype != object:
        return values
    import pandas as pd

    codes, texts = pd.factorize(np.array([in_full(one) for one in values], dtype=object))
    if len(texts) > MANY_TEXTS:
        order = np.argsort(np.asarray(texts, dtype=str), kind="stable")
    else:
        order = np.array(sorted(range(len(texts)), key=lambda n: natural_key(str(texts[n]))), dtype=np.intp)
    ranks = np.empty(len(texts))
    ranks[order] = np.arange(len(texts))
    ranks[[not text for text in texts]] = np.nan
    return ranks[codes] if len(texts) else np.empty(0)


def shown(value: Any) -> str:
    """Return a cell as the table shows it: six digits can be read at a glance."""
    if isinstance(value, float):
        return "" if value != value else f"{value:.6g}"
    return in_full(value)


def in_full(value: Any) -> str:
    """Return a cell with all its digits; empty if it is missing."""
    if value is None or value != value:
        return ""
    if isinstance(value, (bool, np.bool_)):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        number = float(value)
        return str(int(number)) if number.is_integer() and abs(number) < 1e15 else repr(number)
    return str(value)
