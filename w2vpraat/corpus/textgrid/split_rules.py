"""How labels divide at new boundaries, and merging, splitting and labelling stretches of intervals.

A label selection is (anchor, cursor), in characters of the label as found: the text cursor is the second; the
two are equal if nothing is selected.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from w2vpraat.corpus.textgrid.splicing import spliced
from w2vpraat.corpus.textgrid.values import Interval, IntervalTier, Point, TextGrid, item_index
from w2vpraat.errors import TextGridError

LabelSelection = tuple[int, int]


def split_at_cursor(label: str, selection: LabelSelection | None) -> int:
    """Return where a label divides at one new boundary: before it goes left, the rest right.

    Parameters
    ----------
    label : str
        Of the interval that is divided.
    selection : (anchor, cursor), optional
        In the label field; None if it doesn't show this label: the whole label stays left.

    Returns
    -------
    int
        Characters that stay left. A label that is selected as a whole stays left. Of one that is selected in
        part, Praat 6.4 loses the selected part; here it divides at the text cursor, and nothing is lost.
    """
    if selection is None or abs(selection[1] - selection[0]) == len(label):
        return len(label)
    return selection[1]


def split_by_selection(label: str, selection: LabelSelection | None) -> LabelSelection | None:
    """Return the part of a label that goes to the middle of three intervals, as (first, last).

    None (the label stays left) if the label field doesn't show this label. Nothing selected: the part before
    the text cursor goes left, the rest right. All selected: it goes to the middle.
    """
    return None if selection is None else (min(selection), max(selection))


def check_label_selection(
    grid: TextGrid, tier: IntervalTier, number: int, selection: LabelSelection | None
) -> None:
    """Refuse a label selection that doesn't lie in the label of an interval.

    Raises
    ------
    TextGridError
        With the label.
    """
    label = tier.interval(number).label
    if selection is not None and (min(selection) < 0 or max(selection) > len(label)):
        raise TextGridError(
            f"the text selection {selection} is not inside the label {label!r}",
            "give the selection in the label of this interval, or none",
            file=grid.file,
            tier=tier.name,
            interval=number,
            time=tier.interval(number).start,
        )


def merge_intervals(grid: TextGrid, tier: int | str, first: int, last: int, separator: str = "") -> TextGrid:
    """Make one interval of several neighbours; Praat has this only boundary by boundary.

    Parameters
    ----------
    grid, tier
        Where.
    first, last : int
        Numbers of the first and the last interval.
    separator : str
        Between labels that aren't empty, for example a space for words.

    Raises
    ------
    TextGridError
        If there are less than two, or two of them don't touch.
    """
    found = grid.interval_tier(tier)
    merged = _stretch(grid, found, first, last)
    if len(merged) < 2:
        raise TextGridError(
            "one interval can't be merged",
            "select two or more",
            file=grid.file,
            tier=found.name,
            interval=first,
            time=merged[0].start,
        )
    for number, (left, right) in enumerate(pairwise(merged), first):
        if left.end != right.start:
            raise TextGridError(
                f"interval {number + 1} starts at {right.start!r} s: they don't touch",
                "repair the gap or overlap first",
                file=grid.file,
                tier=found.name,
                interval=number,
                time=left.end,
            )
    label = separator.join(item.label for item in merged if item.label)
    whole = Interval(merged[0].start, merged[-1].end, label)
    return grid.with_tier(tier, spliced(found, first - 1, last, (whole,)))


def split_interval(grid: TextGrid, tier: int | str, number: int, parts: int) -> TextGrid:
    """Divide an interval into equal parts; the label stays in the first, as at any new boundary.

    Raises
    ------
    TextGridError
        If there are less than two parts, or the interval is too short for them.
    """
    found = grid.interval_tier(tier)
    old = found.interval(number)
    edges = [old.start + old.duration * part / parts for part in range(1, parts)] if parts > 0 else []
    edges = [old.start, *edges, old.end]
    if parts < 2 or any(left >= right for left, right in pairwise(edges)):
        raise TextGridError(
            f"this interval of {old.duration!r} s can't be divided into {parts} parts",
            "two parts or more, and long enough to have different times",
            file=grid.file,
            tier=found.name,
            interval=number,
            time=old.start,
        )
    made = [Interval(start, end) for start, end in pairwise(edges)]
    made[0] = made[0]._replace(label=old.label)
    return grid.with_tier(tier, spliced(found, number - 1, number, made))


def set_labels(
    grid: TextGrid, tier: int | str, first: int, last: int, labels: str | Sequence[str]
) -> TextGrid:
    """Give several intervals or points one label, or a label each.

    Parameters
    ----------
    grid, tier
        Where.
    first, last : int
        Numbers of the first and the last item.
    labels : str or sequence of str
        One for all, or as many as there are items.

    Raises
    ------
    TextGridError
        If there are no such items, or the number of labels differs.
    """
    found = grid.tier(tier)
    if isinstance(found, IntervalTier):
        items: Sequence[Interval | Point] = _stretch(grid, found, first, last)
    else:
        items = found.items[item_index(found, first) : item_index(found, last) + 1]
    given = [labels] * len(items) if isinstance(labels, str) else list(labels)
    if len(given) != len(items) or not items:
        raise TextGridError(
            f"{len(given)} labels for {len(items)} items",
            "give one label for all, or one each",
            file=grid.file,
            tier=found.name,
            interval=first,
        )
    made = [item._replace(label=label) for item, label in zip(items, given, strict=True)]
    return grid.with_tier(tier, spliced(found, first - 1, last, made))


def _stretch(grid: TextGrid, tier: IntervalTier, first: int, last: int) -> tuple[Interval, ...]:
    if first > last:
        raise TextGridError(
            f"interval {first} comes after interval {last}",
            "give the first one first",
            file=grid.file,
            tier=tier.name,
            interval=first,
        )
    return tier.intervals[item_index(tier, first) : item_index(tier, last) + 1]
