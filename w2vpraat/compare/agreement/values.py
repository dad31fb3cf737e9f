"""What two annotations of a recording give to compare: pairs of items, and pairs of boundaries."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import NamedTuple

from w2vpraat.compare.agreement.matching import Item, Matching, match_items
from w2vpraat.corpus.textgrid.values import Interval, Point, TextGrid, Tier
from w2vpraat.params.agreeing import AgreementParams

NOWHERE = float("nan")


@dataclass(frozen=True)
class AnnotationPair:
    """A tier of one recording, annotated twice.

    Parameters
    ----------
    name : str
        Of the recording; pairs of the same name (tiers of several speakers) belong together.
    first, second : TextGrid
        Of the two annotators.
    tier : int or str
        In the first, by number (from 1) or name.
    second_tier : int or str, optional
        In the second; default: the same.
    only : collection of int, optional
        Numbers of items of the first that are compared, such as the sample of a blind second pass; default:
        all.
    """

    name: str
    first: TextGrid = field(repr=False)
    second: TextGrid = field(repr=False)
    tier: int | str
    second_tier: int | str | None = None
    only: Collection[int] | None = None

    @property
    def tier_numbers(self) -> tuple[int, int]:
        """Numbers of both tiers, from 1.

        Raises
        ------
        TextGridError
            If there is no such tier, or several.
        """
        other = self.tier if self.second_tier is None else self.second_tier
        return self.first.tier_number(self.tier), self.second.tier_number(other)


class ItemPair(NamedTuple):
    """An interval or point of the first annotator and that of the second; 0 and NaN where one has none.

    Attributes
    ----------
    recording : str
    tier, second_tier : int
        From 1.
    first, second : int
        Item numbers, from 1; 0: none.
    first_label, second_label : str
        As they are compared.
    first_start, first_end, second_start, second_end : float
        Seconds.
    """

    recording: str
    tier: int
    second_tier: int
    first: int
    second: int
    first_label: str
    second_label: str
    first_start: float
    first_end: float
    second_start: float
    second_end: float

    @property
    def matched(self) -> bool:
        """Whether both have it."""
        return self.first > 0 and self.second > 0


class BoundaryPair(NamedTuple):
    """A boundary (or point) that both have set.

    Attributes
    ----------
    recording : str
    tier, second_tier : int
        From 1.
    edge : {"start", "end", "point"}
        Of which edge of the items; a boundary between two matched items is the start of the later one.
    first, second : int
        Numbers of these items, from 1.
    before, after : str
        Labels of the first annotator on both sides; empty for a pause, or an item that the second lacks. For
        a point its label is `after`.
    first_time, second_time : float
        Seconds.
    """

    recording: str
    tier: int
    second_tier: int
    edge: str
    first: int
    second: int
    before: str
    after: str
    first_time: float
    second_time: float

    @property
    def difference_ms(self) -> float:
        """Second less first, in milliseconds: positive if the second annotator set it later."""
        return 1000.0 * (self.second_time - self.first_time)


def compared_items(
    pair: AnnotationPair, params: AgreementParams
) -> tuple[tuple[ItemPair, ...], tuple[BoundaryPair, ...]]:
    """Return the items and boundaries of one recording that are compared.

    Raises
    ------
    TextGridError
        If a tier is missing.
    ComparisonError
        If one tier holds intervals and the other points.
    """
    numbers = pair.tier_numbers
    first = pair.first.tiers[numbers[0] - 1]
    matching = match_items(first, pair.second.tiers[numbers[1] - 1], params)
    where = (pair.name, *numbers)
    counted = _Counted(pair, first)
    items = [
        ItemPair(*where, a.number, b.number, a.label, b.label, a.start, a.end, b.start, b.end)
        for a, b in matching.pairs
        if counted.has(a)
    ]
    items += [
        ItemPair(*where, a.number, 0, a.label, "", a.start, a.end, NOWHERE, NOWHERE)
        for a in matching.only_first
        if counted.has(a)
    ]
    items += [
        ItemPair(*where, 0, b.number, "", b.label, NOWHERE, NOWHERE, b.start, b.end)
        for b in matching.only_second
        if counted.covers(0.5 * (b.start + b.end))
    ]
    items.sort(key=lambda one: one.first_start if one.first else one.second_start)
    return tuple(items), tuple(_boundaries(where, matching, counted))


class _Counted:
    """Which items belong to the sample of a blind second pass; all of them if there is none."""

    def __init__(self, pair: AnnotationPair, tier: Tier) -> None:
        self._numbers = None if pair.only is None else frozenset(pair.only)
        items: tuple[Interval | Point, ...] = tier.items
        self._spans = [
            (item[0], item.end if isinstance(item, Interval) else item.time)
            for number, item in enumerate(items, 1)
            if self._numbers is not None and number in self._numbers
        ]

    def has(self, item: Item) -> bool:
        return self._numbers is None or item.number in self._numbers

    def covers(self, time: float) -> bool:
        return self._numbers is None or any(start <= time <= end for start, end in self._spans)


def _boundaries(where: tuple[str, int, int], matching: Matching, counted: _Counted) -> list[BoundaryPair]:
    found: list[BoundaryPair] = []
    if matching.points:
        return [
            BoundaryPair(*where, "point", a.number, b.number, "", a.label, a.start, b.start)
            for a, b in matching.pairs
            if counted.has(a)
        ]
    left: tuple[Item, Item] | None = None
    for a, b in matching.pairs:
        joined = left is not None and left[0].end == a.start and left[1].end == b.start
        if left is not None and counted.has(left[0]) and not (joined and counted.has(a)):
            found.append(_end(where, left, a.label if joined else ""))
        if counted.has(a):
            before = left[0].label if left is not None and joined else ""
            found.append(BoundaryPair(*where, "start", a.number, b.number, before, a.label, a.start, b.start))
        left = (a, b)
    if left is not None and counted.has(left[0]):
        found.append(_end(where, left))
    return found


def _end(where: tuple[str, int, int], pair: tuple[Item, Item], after: str = "") -> BoundaryPair:
    a, b = pair
    return BoundaryPair(*where, "end", a.number, b.number, a.label, after, a.end, b.end)
