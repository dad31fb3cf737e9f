"""A filter over a table of 100,000 rows: each different value of a column is asked for once.

Nothing here knows Qt; it can run on another thread.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from w2vpraat.corpus.filtering import Filter, Word

Mask = NDArray[np.bool_]
STEP = 5000
"""Different values that are looked at between two yields."""


def filter_columns(columns: Sequence[str]) -> tuple[str, ...]:
    """Return what a filter may name: the columns of the table, and the recording's name."""
    return ("name", *columns)


def filtering(accepted: Filter, columns: Sequence[str], values: Sequence[NDArray[Any]]) -> Iterator[Any]:
    """Yield None now and then, and last the mask of the rows that a filter accepts.

    Parameters
    ----------
    accepted : Filter
    columns, values : sequence
        Names and values of the columns, all of one length.
    """
    rows = len(values[0]) if len(values) else 0
    mask = np.ones(rows, dtype=bool)
    places = {name.casefold(): place for place, name in enumerate(columns)}
    for word in accepted.words:
        if word.key in places:
            column = values[places[word.key]]
        elif word.key == "name" and "id" in places:
            ids = values[places["id"]]
            column = np.array([str(one).rpartition("#")[0] for one in ids], dtype=object)
        else:
            column = np.full(rows, "", dtype=object)
        for found in _word_mask(word, column):
            if found is None:
                yield None
            else:
                mask &= found
    yield mask


def _word_mask(word: Word, column: NDArray[Any]) -> Iterator[Any]:
    import pandas as pd

    codes, different = pd.factorize(column, use_na_sentinel=False)
    accepted = np.empty(len(different), dtype=bool)
    for first in range(0, len(different), STEP):
        for place in range(first, min(first + STEP, len(different))):
            accepted[place] = word.accepts({word.key: different[place]})
        yield None
    yield accepted[codes] if len(different) else np.empty(0, dtype=bool)
