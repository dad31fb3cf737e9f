"""Columns of texts as numbers that stay while values come and go, the same on every map."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from w2vpraat.compare.charts.tokens import natural_order
from w2vpraat.compare.maps.picture import Factor

if TYPE_CHECKING:
    from w2vpraat.pipeline.live.live_results import LiveResults

Texts = NDArray[np.object_]


class Factors:
    """Numbers of the values of columns.

    A value keeps its number, so that an edit changes no colour but that of the token. New values get the next
    numbers, and those that are gone keep theirs. The first values are in natural order.
    """

    def __init__(self) -> None:
        self._numbers: dict[str, dict[str, int]] = {}
        # Texts are never written again, and most edits change none.
        self._made: dict[str, tuple[Texts, Factor]] = {}

    def factor(self, live: LiveResults, column: str) -> Factor:
        """Return a column as a factor; all tokens have one value if it has no name.

        A column that is not there gives a factor without values.
        """
        if not column:
            return Factor("", ("",), np.zeros(len(live.ids), dtype=np.intp))
        if column not in live.text_columns:
            return Factor(column, (), np.full(len(live.ids), -1, dtype=np.intp))
        texts = live.texts(column)
        made = self._made.get(column)
        if made is None or not (made[0] is texts or np.array_equal(made[0], texts)):
            made = (texts, self._coded(column, texts))
            self._made[column] = made
        return made[1]

    def _coded(self, column: str, texts: Texts) -> Factor:
        numbers = self._numbers.setdefault(column, {"": -1})
        for value in natural_order(_new(texts, numbers)):
            numbers[value] = len(numbers) - 1
        codes = np.fromiter((numbers[text] for text in texts), dtype=np.intp, count=len(texts))
        codes.setflags(write=False)
        return Factor(column, tuple(numbers)[1:], codes)


def _new(texts: Iterable[str], known: dict[str, int]) -> set[str]:
    return set(texts).difference(known)


_KNOWN: WeakKeyDictionary[LiveResults, Factors] = WeakKeyDictionary()


def factors_of(live: LiveResults) -> Factors:
    """Return the one numbering that all maps of these results share (GUI thread)."""
    return _KNOWN.setdefault(live, Factors())
