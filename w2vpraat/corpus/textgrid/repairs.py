"""Named repairs of broken tiers: pure functions, tier in, tier out. None is done unless asked.

Every repair keeps each interval's number in the file, so that token ids stay what Praat shows; see
``tier.numbered()``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import inf

from w2vpraat.corpus.textgrid.values import Interval, IntervalTier, Point, PointTier, T

Numbered = list[tuple[int, Interval]]


def drop_zero_length(tier: IntervalTier) -> IntervalTier:
    """Leave out intervals that end where they start."""
    return _with_numbered(tier, [one for one in tier.numbered() if one[1].end != one[1].start])


def drop_reversed(tier: IntervalTier) -> IntervalTier:
    """Leave out intervals that end before or where they start."""
    return _with_numbered(tier, [one for one in tier.numbered() if one[1].end > one[1].start])


def turn_reversed(tier: IntervalTier) -> IntervalTier:
    """Swap start and end of intervals that end before they start; leave out those without duration."""
    turned = [
        (number, item if item.start < item.end else item._replace(start=item.end, end=item.start))
        for number, item in tier.numbered()
        if item.start != item.end
    ]
    return _with_numbered(tier, turned)


def drop_overlaps(tier: IntervalTier, within: float = 0.0) -> IntervalTier:
    """Leave out intervals that start before an earlier one (by start) ends, by more than `within` seconds.

    Intervals that end before they start are neither dropped nor do they overlap.
    """
    reach, dropped = -inf, set()
    for index in _by_start(tier):
        item = tier.intervals[index]
        if item.start < reach - within:
            dropped.add(index)
        else:
            reach = max(reach, item.end)
    return _with_numbered(tier, [one for index, one in enumerate(tier.numbered()) if index not in dropped])


def trim_overlaps(tier: IntervalTier, within: float = 0.0) -> IntervalTier:
    """Let overlapping intervals start where the earlier one ends; leave out those that it covers.

    Overlaps of up to `within` seconds stay.
    """
    reach, starts = -inf, {}
    for index in _by_start(tier):
        item = tier.intervals[index]
        if item.start < reach - within:
            starts[index] = reach
        reach = max(reach, item.end)
    trimmed = [
        (number, item._replace(start=starts.get(index, item.start)))
        for index, (number, item) in enumerate(tier.numbered())
        if index not in starts or starts[index] < item.end
    ]
    return _with_numbered(tier, trimmed)


def snap_edges(tier: IntervalTier, within: float = 1e-5) -> IntervalTier:
    """Let an interval start where the one before it (by start) ends, if they differ by less than `within` s.

    The first start and the last end snap to the edges of the tier in the same way.
    """
    items = list(tier.intervals)
    reach = tier.start
    order = _by_start(tier)
    for index in order:
        item = items[index]
        if 0 < abs(item.start - reach) < within and reach < item.end:
            items[index] = item._replace(start=reach)
        reach = max(reach, item.end) if index != order[0] else item.end
    if order:
        last = max(order, key=lambda index: items[index].end)
        if 0 < abs(items[last].end - tier.end) < within and items[last].start < tier.end:
            items[last] = items[last]._replace(end=tier.end)
    numbers = [number for number, _ in tier.numbered()]
    return _with_numbered(tier, list(zip(numbers, items, strict=True)))


def fill_gaps(tier: IntervalTier) -> IntervalTier:
    """Put empty intervals into gaps, also at the edges of the tier. Their number is 0."""
    before: dict[int, Interval] = {}
    reach = tier.start
    order = _by_start(tier)
    for index in order:
        item = tier.intervals[index]
        if item.start > reach:
            before[index] = Interval(reach, item.start)
        reach = max(reach, item.end)
    filled: Numbered = []
    for index, one in enumerate(tier.numbered()):
        if index in before:
            filled.append((0, before[index]))
        filled.append(one)
    if reach < tier.end:
        filled.append((0, Interval(reach, tier.end)))
    return _with_numbered(tier, filled)


def clip_end(tier: T, end: float) -> T:
    """Cut intervals off at a time; leave out intervals and points that start after it."""
    if isinstance(tier, PointTier):
        return drop_beyond(tier, end)
    clipped = [
        (number, item._replace(end=min(item.end, end)))
        for number, item in tier.numbered()
        if isinstance(item, Interval) and item.start < end
    ]
    return _with_numbered(tier, clipped)


def drop_beyond(tier: T, end: float) -> T:
    """Leave out intervals and points that reach beyond a time."""
    kept = [(number, item) for number, item in tier.numbered() if item[-2] <= end]
    return _with_numbered(tier, kept)


def drop_numbers(tier: T, numbers: set[int]) -> T:
    """Leave out the items with these numbers in the file."""
    return _with_numbered(tier, [one for one in tier.numbered() if one[0] not in numbers])


def _by_start(tier: IntervalTier) -> list[int]:
    forward = [index for index, item in enumerate(tier.intervals) if item.end > item.start]
    return sorted(forward, key=lambda index: tier.intervals[index].start)


def _with_numbered(tier: T, numbered: Sequence[tuple[int, Interval | Point]]) -> T:
    numbers = tuple(number for number, _ in numbered)
    items = tuple(item for _, item in numbered)
    plain = numbers == tuple(range(1, len(numbers) + 1))
    made = {"intervals" if isinstance(tier, IntervalTier) else "points": items}
    return replace(tier, file_numbers=None if plain else numbers, **made)  # type: ignore[arg-type]
