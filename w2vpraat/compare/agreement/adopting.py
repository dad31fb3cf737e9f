"""Taking one thing over from the other annotator's TextGrid: a boundary, a label, an item or its absence."""

from __future__ import annotations

from typing import NoReturn

from w2vpraat.compare.agreement.disagreements import Disagreement
from w2vpraat.compare.agreement.matching import match_items, pause_labels
from w2vpraat.corpus.labels import plain_label
from w2vpraat.corpus.textgrid import edits
from w2vpraat.corpus.textgrid.splicing import spliced
from w2vpraat.corpus.textgrid.values import Interval, IntervalTier, Point, TextGrid, Tier
from w2vpraat.errors import TextGridError
from w2vpraat.params.agreeing import AgreementParams


def adopt(
    first: TextGrid, second: TextGrid, disagreement: Disagreement, params: AgreementParams | None = None
) -> TextGrid:
    """Return the first annotator's grid with one thing as the second has it.

    Parameters
    ----------
    first, second : TextGrid
        Both as they were compared, as far as this disagreement is concerned. To change the second instead:
        ``adopt(second, first, disagreement.swapped())``.
    disagreement : Disagreement
        What to take over.

        - *boundary*: it moves to the second's time; its neighbours keep their other boundaries. A pause that
          would shrink to nothing goes.
        - *label*: the second's label, as it stands in the file.
        - *missing in first*: the item is made, cut to the interval of the first that it shares most time
          with; what is left of that interval keeps its label on the longer side, the other side is empty.
        - *missing in second*: the item goes. The neighbour that the second has there grows over it; if the
          second has a pause there, the label is emptied.

    params : AgreementParams, optional
        Settings of the comparison.

    Returns
    -------
    TextGrid
        Other tiers stay as they are. Items after this place may have other numbers now: compare again.

    Raises
    ------
    TextGridError
        If the grids were edited since so that it doesn't fit any more, a neighbour is in the way, or there is
        no room.
    """
    tier = first.tier(disagreement.tier)
    if disagreement.kind == "missing in first":
        theirs = _unchanged(second, disagreement.swapped())
        if isinstance(theirs, Point):
            return edits.insert_point(first, disagreement.tier, theirs.time, theirs.label)
        return _with_item(first, first.interval_tier(disagreement.tier), disagreement, theirs)
    ours = _unchanged(first, disagreement)
    if disagreement.kind == "missing in second":
        if isinstance(ours, Point):
            return edits.remove_point(first, disagreement.tier, disagreement.first)
        return _without_item(first, second, disagreement, params)
    theirs = _unchanged(second, disagreement.swapped())
    if disagreement.kind == "label":
        return edits.set_label(first, disagreement.tier, disagreement.first, theirs.label)
    if not isinstance(tier, IntervalTier):
        return edits.move_point(first, disagreement.tier, disagreement.first, disagreement.second_time)
    return _with_boundary(first, tier, disagreement, pause_labels(params or AgreementParams()))


def _unchanged(grid: TextGrid, disagreement: Disagreement) -> Interval | Point:
    """Return the item of this grid (the first of the disagreement) if it is still as it was compared."""
    tier = grid.tier(disagreement.tier)
    number = disagreement.first
    if 1 <= number <= len(tier):
        item: Interval | Point = tier.items[number - 1]
        span = item[:2] if isinstance(item, Interval) else (item.time, item.time)
        expected = (disagreement.first_start, disagreement.first_end)
        if span == expected and plain_label(item.label) == disagreement.first_label:
            return item
    raise TextGridError(
        "this place has been edited since the two annotations were compared",
        "compare them again",
        file=grid.file,
        tier=tier.name,
        interval=number,
        time=disagreement.time,
    )


def _with_boundary(
    grid: TextGrid, tier: IntervalTier, disagreement: Disagreement, pauses: frozenset[str]
) -> TextGrid:
    number, time = disagreement.first, disagreement.second_time
    item = tier.interval(number)
    if disagreement.edge == "start":
        if number > 1 and tier.interval(number - 1).end == item.start:
            left = tier.interval(number - 1)
            if time == left.start and plain_label(left.label) in pauses:
                # The pause between goes, since the second has none there.
                made = item._replace(start=time)
                return grid.with_tier(disagreement.tier, spliced(tier, number - 2, number, (made,)))
            return edits.move_boundary(grid, disagreement.tier, number - 1, time)
        if item.start == tier.start < time:
            # The edge of the tier stays: what is before the new boundary becomes an empty interval.
            return edits.insert_boundary(grid, disagreement.tier, time, split=0)
        return edits.set_interval_times(grid, disagreement.tier, number, time, item.end)
    if number < len(tier) and tier.interval(number + 1).start == item.end:
        right = tier.interval(number + 1)
        if time == right.end and plain_label(right.label) in pauses:
            made = item._replace(end=time)
            return grid.with_tier(disagreement.tier, spliced(tier, number - 1, number + 1, (made,)))
        return edits.move_boundary(grid, disagreement.tier, number, time)
    if time < item.end == tier.end:
        return edits.insert_boundary(grid, disagreement.tier, time)
    return edits.set_interval_times(grid, disagreement.tier, number, item.start, time)


def _with_item(grid: TextGrid, tier: IntervalTier, disagreement: Disagreement, new: Interval) -> TextGrid:
    def shared(number: int) -> float:
        item = tier.interval(number)
        return min(item.end, new.end) - max(item.start, new.start)

    numbers = tier.numbers_between(new.start, new.end)
    if not numbers:
        return _in_gap(grid, tier, disagreement, new)
    number = max(numbers, key=shared)
    old = tier.interval(number)
    start, end = max(old.start, new.start), min(old.end, new.end)
    if (start, end) == old[:2] and old.label.strip():
        _refuse(
            grid, tier, number, start, f'it would replace "{old.label}" as a whole; change its label instead'
        )
    left = old.label if start - old.start >= old.end - end else ""
    right = old.label if not left else ""
    parts = (Interval(old.start, start, left), Interval(start, end, new.label), Interval(end, old.end, right))
    made = [part for part in parts if part.start < part.end]
    return grid.with_tier(disagreement.tier, spliced(tier, number - 1, number, made))


def _in_gap(grid: TextGrid, tier: IntervalTier, disagreement: Disagreement, new: Interval) -> TextGrid:
    at = sum(item.end <= new.start for item in tier)
    in_order = all(item.end <= new.start for item in tier.intervals[:at])
    if not in_order or new.start < tier.start or new.end > tier.end:
        _refuse(grid, tier, None, new.start, "there is no room for it")
    return grid.with_tier(disagreement.tier, spliced(tier, at, at, (new,)))


def _without_item(
    first: TextGrid, second: TextGrid, disagreement: Disagreement, params: AgreementParams | None
) -> TextGrid:
    tier = first.interval_tier(disagreement.tier)
    other = second.interval_tier(disagreement.second_tier)
    number, item = disagreement.first, tier.interval(disagreement.first)
    there = other.number_at(disagreement.time)
    partner = {b.number: a.number for a, b in match_items(tier, other, params).pairs}.get(there)
    if partner == number - 1 and tier.interval(partner).end == item.start:
        left = tier.interval(partner)
        made = Interval(left.start, item.end, left.label)
        return first.with_tier(disagreement.tier, spliced(tier, number - 2, number, (made,)))
    if partner == number + 1 and tier.interval(partner).start == item.end:
        right = tier.interval(partner)
        made = Interval(item.start, right.end, right.label)
        return first.with_tier(disagreement.tier, spliced(tier, number - 1, number + 1, (made,)))
    return edits.set_label(first, disagreement.tier, number, "")


def _refuse(grid: TextGrid, tier: Tier, number: int | None, time: float, message: str) -> NoReturn:
    raise TextGridError(
        message, "nothing was changed", file=grid.file, tier=tier.name, interval=number, time=time
    )
