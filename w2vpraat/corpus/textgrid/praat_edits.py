"""What the keys and the mouse do in Praat's TextGrid window: pure functions, grid in, grid out.

A tier is given by number (from 1) or name; a boundary's number is that of the interval before it; times are
in seconds. Every refusal is a TextGridError that names tier, time and remedy; the grid that was given never
changes. `edits` has the plain commands that these are made of. Adding and removing are here; dragging,
dividing labels and finding times have modules of their own, and all of it can be imported from here.
"""

from __future__ import annotations

from w2vpraat.corpus.textgrid import edits
from w2vpraat.corpus.textgrid.drag_rules import (
    move_all_at,
    move_boundary_to,
    nudge,
    refuse_nothing_there,
    stretch_boundaries,
)
from w2vpraat.corpus.textgrid.split_rules import (
    LabelSelection,
    check_label_selection,
    merge_intervals,
    set_labels,
    split_at_cursor,
    split_by_selection,
    split_interval,
)
from w2vpraat.corpus.textgrid.time_rules import (
    Snap,
    boundaries_at,
    boundary_near,
    boundary_time,
    extend_selection,
    latest_mark,
    move_selection_end,
    move_selection_start,
    nearest_sample_edge,
    next_interval,
    previous_interval,
    snap_time,
    up_down_time,
)
from w2vpraat.corpus.textgrid.values import PointTier, TextGrid
from w2vpraat.errors import TextGridError

__all__ = [
    "LabelSelection",
    "Snap",
    "add_boundary",
    "add_boundary_everywhere",
    "add_interval",
    "boundaries_at",
    "boundary_near",
    "boundary_time",
    "extend_selection",
    "merge_intervals",
    "move_all_at",
    "move_boundary_to",
    "move_selection_end",
    "move_selection_start",
    "nearest_sample_edge",
    "next_interval",
    "nudge",
    "previous_interval",
    "remove_at",
    "set_labels",
    "snap_time",
    "split_interval",
    "stretch_boundaries",
    "up_down_time",
]


def add_boundary(
    grid: TextGrid,
    tier: int | str,
    time: float,
    *,
    selected_tier: int | str | None = None,
    label_selection: LabelSelection | None = None,
) -> TextGrid:
    """Add a boundary, or a point on a point tier (Enter, Ctrl-F1 ... Ctrl-F8, the circle at the cursor).

    Parameters
    ----------
    grid, tier
        Where.
    time : float
        The cursor, or the play cursor.
    selected_tier : int or str, optional
        On this tier the label divides at the text cursor; on others it stays left, and the new interval is
        empty.
    label_selection : (anchor, cursor), optional
        In the label field, in characters of the label as found. Leave it out where the field shows another
        interval's label (during playback): the label stays left.

    Returns
    -------
    TextGrid
        With the new boundary or (empty) point.

    Raises
    ------
    TextGridError
        If there is one at this time already, the time is outside the tier, or the label selection isn't
        inside the label.

    Notes
    -----
    A label that is selected as a whole stays left. Of a label that is selected in part Praat 6.4 loses that
    part; here it divides at the text cursor, so no text is lost.
    """
    if isinstance(grid.tier(tier), PointTier):
        return edits.insert_point(grid, tier, time)
    found = grid.interval_tier(tier)
    number = found.number_at(time)
    on_edge = number and time in found.interval(number)[:2]
    if not number or on_edge or not _is_selected(grid, tier, selected_tier):
        return edits.insert_boundary(grid, tier, time)
    check_label_selection(grid, found, number, label_selection)
    split = split_at_cursor(found.interval(number).label, label_selection)
    return edits.insert_boundary(grid, tier, time, split)


def add_interval(
    grid: TextGrid,
    tier: int | str,
    start: float,
    end: float,
    *,
    selected_tier: int | str | None = None,
    label_selection: LabelSelection | None = None,
) -> TextGrid:
    """Add both edges of a time selection (Ctrl-1 ... Ctrl-8; Enter with a selection).

    With a cursor only (`start` equals `end`) and other tiers, a second boundary comes at the latest boundary
    or point of another tier before the cursor, if that lies inside the interval; as in Praat, one that is
    exactly at the cursor is the latest, and then there is no second boundary.

    Parameters
    ----------
    grid, tier
        Where. On a point tier, a point is added at the start.
    start, end : float
        The selection. An edge that is a boundary already is used.
    selected_tier, label_selection
        As for `add_boundary`. Selected text goes to the new interval, what is before it to the left one, the
        rest to the right one; a part whose interval isn't made joins its neighbour.

    Returns
    -------
    TextGrid
        With the new interval.

    Raises
    ------
    TextGridError
        If the selection crosses a boundary, both edges are boundaries already, or as `add_boundary`.
    """
    start, end = min(start, end), max(start, end)
    if isinstance(grid.tier(tier), PointTier):
        return edits.insert_point(grid, tier, start)
    if start == end:
        added = add_boundary(grid, tier, start, selected_tier=selected_tier, label_selection=label_selection)
        return _with_boundary_before(added, tier, start)
    found = grid.interval_tier(tier)
    number = found.number_at(start)
    split = None
    if number and _is_selected(grid, tier, selected_tier):
        check_label_selection(grid, found, number, label_selection)
        split = split_by_selection(found.interval(number).label, label_selection)
    return edits.insert_interval(grid, tier, start, end, split)


def add_boundary_everywhere(
    grid: TextGrid,
    time: float,
    end: float | None = None,
    *,
    selected_tier: int | str | None = None,
    label_selection: LabelSelection | None = None,
) -> tuple[TextGrid, tuple[TextGridError, ...]]:
    """Add a boundary or point on every tier where it is possible (Ctrl-F9); Praat stops at the first refusal.

    Parameters
    ----------
    grid : TextGrid
        Where.
    time : float
        The cursor, or the start of the selection.
    end : float, optional
        End of the selection: both edges are added.
    selected_tier, label_selection
        As for `add_boundary`.

    Returns
    -------
    grid : TextGrid
        With the new boundaries and points.
    notes : tuple of TextGridError
        Why tiers were left out, one per tier; ``str(note)`` is the message.

    Raises
    ------
    TextGridError
        If it is possible on no tier.
    """
    notes = []
    edited = grid
    for number in range(1, len(grid) + 1):
        own = label_selection if _is_selected(grid, number, selected_tier) else None
        try:
            if end is None or end == time:
                edited = add_boundary(edited, number, time, selected_tier=number, label_selection=own)
            else:
                edited = add_interval(edited, number, time, end, selected_tier=number, label_selection=own)
        except TextGridError as refused:
            notes.append(refused)
    if edited is grid:
        first = f", on the first because: {notes[0].message}" if notes else ""
        raise TextGridError(
            f"nothing can be added on any tier{first}", "choose another time", file=grid.file, time=time
        )
    return edited, tuple(notes)


def remove_at(
    grid: TextGrid,
    tier: int | str,
    time: float | None = None,
    *,
    number: int | None = None,
    keep_equal_once: bool = False,
) -> TextGrid:
    """Remove a boundary or point (Alt-Backspace), given by its exact time or its number.

    Labels of the two intervals are joined without a separator.

    Parameters
    ----------
    grid, tier
        Where.
    time : float, optional
        Of the boundary or point.
    number : int, optional
        Of the boundary or point, if no time is given.
    keep_equal_once : bool
        Keep equal labels once, as Praat's manual says; Praat itself joins them ("x" and "x" give "xx").

    Raises
    ------
    TextGridError
        If there is nothing at this time. Edges of the tier stay.
    """
    found = grid.tier(tier)
    if number is None:
        if time is None:
            raise TextGridError("nothing to remove", "give a time or a number", tier=found.name)
        here = boundaries_at(grid, time, (grid.tier_number(tier),))
        if not here:
            refuse_nothing_there(grid, found, time)
        number = here[0][1]
    if isinstance(found, PointTier):
        return edits.remove_point(grid, tier, number)
    return edits.remove_boundary(grid, tier, number, keep_equal_once=keep_equal_once)


def _with_boundary_before(grid: TextGrid, tier: int | str, time: float) -> TextGrid:
    found, own = grid.interval_tier(tier), grid.tier_number(tier)
    others = [latest_mark(other, time) for number, other in enumerate(grid.tiers, 1) if number != own]
    latest = max((mark for mark in others if mark is not None), default=time)
    inside = found.interval(found.number_at(time) - 1)
    return edits.insert_boundary(grid, tier, latest) if inside.start < latest < time else grid


def _is_selected(grid: TextGrid, tier: int | str, selected: int | str | None) -> bool:
    return selected is not None and grid.tier_number(tier) == grid.tier_number(selected)
