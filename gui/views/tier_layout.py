"""Where things are in the tiers: rows, what a row shows of its tier, what is dense or broken. No drawing."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise
from math import floor
from typing import NamedTuple

from w2vpraat.corpus.problems import Problem, find_problems
from w2vpraat.corpus.textgrid import Interval, IntervalTier, Point, PointTier, TextGrid, Tier, to_unicode
from w2vpraat.corpus.textgrid.time_rules import boundaries_at, has_edge_at

from ..tier_pairs import NO_PARTNERS, namesakes

LEAST_ROW = 34.0
"""Least height of a tier in pixels; if that is too much for all, they scroll."""
SECOND_ROW = 24.0
"""Height of the row of a second annotator."""
NARROW = 2.0
"""Intervals narrower than this many pixels are drawn as a band."""
NEWLINES = ("\r\n", "\n", "\r")


class Row(NamedTuple):
    """One strip: a tier, or under it the second annotator's tier of the same name.

    Attributes
    ----------
    tier : int
        Its number, in the grid that it belongs to.
    top, height : float
        In pixels, from the top of all tiers.
    second : bool
        Whether it is the second annotator's.
    """

    tier: int
    top: float
    height: float
    second: bool = False

    @property
    def bottom(self) -> float:
        """Where the next row starts."""
        return self.top + self.height


def shown_label(label: str) -> str:
    """Return a label as it is drawn: codes as signs, line ends as a sign of their own."""
    shown = to_unicode(label)
    for newline in NEWLINES:
        shown = shown.replace(newline, "↵")
    return shown


def make_rows(
    grid: TextGrid,
    second: TextGrid | None,
    height: float,
    *,
    least: float = LEAST_ROW,
    partners: Mapping[str, str] = NO_PARTNERS,
) -> tuple[Row, ...]:
    """Share a height among the tiers.

    Parameters
    ----------
    grid : TextGrid
        Whose tiers.
    second : TextGrid, optional
        Another annotator's: each tier that has a namesake there gets a second row.
    height : float
        In pixels.
    least : float
        Least height of a tier; the rows are higher together than `height` if there are too many.
    partners : mapping
        Tiers that belong together though their names differ, as for `namesakes`.

    Returns
    -------
    tuple of Row
        From top to bottom.
    """
    pairs = {} if second is None else namesakes(grid, second, partners)
    each = max((height - SECOND_ROW * len(pairs)) / max(len(grid), 1), least)
    rows, top = [], 0.0
    for number in range(1, len(grid) + 1):
        rows.append(Row(number, top, each))
        top += each
        if number in pairs:
            rows.append(Row(pairs[number], top, SECOND_ROW, second=True))
            top += SECOND_ROW
    return tuple(rows)


def selected_number(tier: Tier, start: float, end: float) -> int:
    """Return the number of the item that a selection means: where Praat's text field looks.

    Parameters
    ----------
    tier : IntervalTier or PointTier
        The selected tier.
    start, end : float
        The selection in seconds.

    Returns
    -------
    int
        The interval at the start of the selection, or the point at exactly that time; 0 if there is none. Of
        overlapping intervals that whose times are selected.
    """
    if isinstance(tier, PointTier):
        times = tier.sorted_times
        if times is None:
            return next((number for number, point in enumerate(tier, 1) if point.time == start), 0)
        at = bisect_left(times, start)
        return at + 1 if times[at : at + 1] == [start] else 0
    if tier.sorted_starts is None:
        for number, item in enumerate(tier, 1):
            if item[:2] == (start, end):
                return number
    return tier.number_at(start)


def selected_boundary(tier: Tier, start: float) -> int | None:
    """Return the number of the boundary or point at exactly the start of a selection, or None."""
    found = boundaries_at(TextGrid(tier.start, tier.end, (tier,)), start)
    return found[0][1] if found else None


def can_add_at(tier: Tier, time: float) -> bool:
    """Whether a boundary or point can be added at a time: there the cursor has a circle."""
    if isinstance(tier, PointTier):
        return tier.start <= time <= tier.end and not selected_number(tier, time, time)
    return bool(tier.number_at(time)) and not has_edge_at(tier, time)


@dataclass(frozen=True)
class Piece:
    """What is drawn at one place of a row.

    Parameters
    ----------
    number : int
        Of the (first) item.
    item : Interval or Point
        The (first) item.
    count : int
        How many items are at this place; more than one are in one cell of a raster of `NARROW`.
    """

    number: int
    item: Interval | Point
    count: int = 1


class TierIndex:
    """What is needed to find a few items of a tier among very many.

    Tiers in order are bisected as they are. For broken ones an order is made; the tier stays as found.
    """

    def __init__(self, tier: Tier) -> None:
        self.tier = tier
        items: tuple[Interval | Point, ...] = tier.items
        self._items = items
        known = tier.sorted_starts if isinstance(tier, IntervalTier) else tier.sorted_times
        self.in_order = known is not None
        self._order: list[int] | None = None
        self._reach: list[float] | None = None
        if known is not None:
            self._starts = known
        else:
            self._order = sorted(range(len(items)), key=lambda index: min(items[index][0], items[index][-2]))
            self._starts = [min(items[index][0], items[index][-2]) for index in self._order]
            ends = (max(items[index][0], items[index][-2]) for index in self._order)
            self._reach = list(accumulate(ends, max))
        self._breaks = self._find_breaks()
        self._break_starts = [start for start, _ in self._breaks]

    @property
    def is_broken(self) -> bool:
        """Whether there are gaps, overlaps, reversed or unordered items."""
        return bool(self._breaks)

    def pieces(self, start: float, end: float, narrow: float) -> Iterator[Piece]:
        """Yield what is drawn between two times.

        Parameters
        ----------
        start, end : float
            In seconds.
        narrow : float
            Items shorter than this are counted together, in cells of this width that begin at `start`.
        """
        starts = self._starts
        position, last = self._first(start), bisect_right(starts, end)
        while position < last:
            if isinstance(self.tier, IntervalTier) and self._length(position) >= narrow:
                yield self._piece(position)
                position += 1
                continue
            after = position + 1
            if narrow > 0:
                border = start + narrow * (floor((starts[position] - start) / narrow) + 1)
                after = max(bisect_left(starts, border, position, last), after)
            # In a tier in order only the last one of them can be long.
            asked = range(after - 1, after) if self.in_order else range(position, after)
            long = [one for one in asked if self._length(one) >= narrow]
            short = after - position - len(long)
            if short:
                first = next(one for one in range(position, after) if one not in long)
                yield self._piece(first, short)
            for one in long:
                yield self._piece(one)
            position = after

    def breaks(self, start: float, end: float, narrow: float) -> Iterator[tuple[float, float]]:
        """Yield the stretches between two times where something is wrong, not more than can be seen."""
        position = 0
        if self.in_order:
            position = max(bisect_right(self._break_starts, start) - 1, 0)
        last = bisect_right(self._break_starts, end)
        while position < last:
            low, high = self._breaks[position]
            if high >= start:
                yield low, high
            position = max(bisect_left(self._break_starts, low + narrow, position, last), position + 1)

    def problems_near(self, time: float, within: float) -> tuple[Problem, ...]:
        """Return what is wrong at a time, in words."""
        if not self._breaks or not len(self.tier):
            return _sequence(self.tier) if self._breaks else ()
        return tuple(
            one
            for one in _sequence(self._around(time, within))
            if one.start is not None
            and one.end is not None
            and min(one.start, one.end) - within <= time <= max(one.start, one.end) + within
        )

    def _first(self, start: float) -> int:
        if self._reach is not None:
            return bisect_left(self._reach, start)
        if isinstance(self.tier, PointTier):
            return bisect_left(self._starts, start)
        return max(bisect_right(self._starts, start) - 1, 0)

    def _piece(self, position: int, count: int = 1) -> Piece:
        index = position if self._order is None else self._order[position]
        return Piece(index + 1, self._items[index], count)

    def _length(self, position: int) -> float:
        item = self._items[position if self._order is None else self._order[position]]
        return float(item[-2]) - float(item[0]) if len(item) == 3 else 0.0

    def _find_breaks(self) -> list[tuple[float, float]]:
        tier = self.tier
        if isinstance(tier, PointTier):
            return _point_breaks(tier)
        if self.in_order and len(tier):
            ends = [tier.start, *(item[1] for item in tier.intervals)]
            starts = [*self._starts, tier.end]
            return sorted(
                (min(pair), max(pair)) for pair in zip(ends, starts, strict=True) if pair[0] != pair[1]
            )
        found = [right[:2] for left, right in pairwise(tier.intervals) if right[0] < left[0]]  # out of order
        reach = tier.start
        for index in self._order or ():
            start, end, _ = tier.intervals[index]
            if end <= start:
                found.append((end, start))
                continue
            if start != reach:
                found.append((reach, start) if start > reach else (start, min(end, reach)))
            reach = max(reach, end)
        if reach != tier.end:
            found.append((reach, tier.end))
        return sorted((min(pair), max(pair)) for pair in found)

    def _around(self, time: float, within: float) -> Tier:
        # What is at a time and its neighbours, numbered as in the tier, for the words that name numbers.
        low = max(self._first(time - within) - 1, 0)
        high = min(bisect_right(self._starts, time + within) + 1, len(self._starts))
        numbers = tuple(sorted(self._piece(position).number for position in range(low, high)))
        items = tuple(self._items[number - 1] for number in numbers)
        start = self.tier.start if low == 0 else min(item[0] for item in items)
        end = self.tier.end if high == len(self._starts) else max(item[-2] for item in items)
        made = {"intervals" if isinstance(self.tier, IntervalTier) else "points": items}
        return replace(self.tier, start=start, end=end, file_numbers=numbers, **made)  # type: ignore[arg-type]


def _point_breaks(tier: PointTier) -> list[tuple[float, float]]:
    times = tier.sorted_times
    if times is None:
        times = [point.time for point in tier]
        wrong = [right for left, right in pairwise(times) if right < left]
        times = sorted(times)
    else:
        wrong = []
    wrong += [right for left, right in pairwise(times) if left == right]
    wrong += [time for time in (*times[:1], *times[-1:]) if not tier.start <= time <= tier.end]
    return [(time, time) for time in sorted(wrong)]


def _sequence(tier: Tier) -> tuple[Problem, ...]:
    found = find_problems(TextGrid(tier.start, tier.end, (tier,)))
    return tuple(one for one in found if one.kind not in ("empty_tier_name", "beyond_audio", "tier_domain"))
