"""What a place on the tiers means, and what a drag would make of the grid. No events, no edits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from PySide6.QtCore import QPointF

from w2vpraat.corpus.textgrid import IntervalTier, TextGrid, Tier
from w2vpraat.corpus.textgrid.praat_edits import (
    boundaries_at,
    boundary_near,
    boundary_time,
    move_all_at,
    move_boundary_to,
    snap_time,
    stretch_boundaries,
)
from w2vpraat.errors import TextGridError

from ..views.tier_layout import can_add_at
from ..views.tier_view import Ghost, TierView
from ..views.time_axis import LEFT

PRAAT_ZONE = 1.5
"""Reach of Praat's mouse in mm: boundaries are taken at least from here, however short the interval."""


class Target(NamedTuple):
    """What is under the mouse.

    Attributes
    ----------
    kind : {"boundary", "point", "circle", "interval", "empty", "name", "nothing"}
        ``empty`` is a place without interval or point, ``name`` the room beside the axis.
    tier : int
        Number of the tier; 0 for nothing.
    start, end : float
        The boundary, the interval, or the time under the mouse, in seconds.
    number : int
        Of the boundary, point or interval; else 0.
    """

    kind: str
    tier: int = 0
    start: float = 0.0
    end: float = 0.0
    number: int = 0

    @property
    def can_be_dragged(self) -> bool:
        """Whether it is a boundary or point."""
        return self.kind in ("boundary", "point")


def find_target(tiers: TierView, place: QPointF) -> Target:
    """Return what is under the mouse; of a circle and a boundary, the nearer one.

    Boundaries and points reach as far as the settings say, but into an interval not further than a third of
    it, so that a short one can be clicked too; and never less than Praat's 1.5 mm.
    """
    row = tiers.row_at(place.y())
    if tiers.view is None or row is None or row.second:
        return Target("nothing")
    time = tiers.time_of(place.x())
    if not LEFT <= place.x() <= LEFT + tiers.axis_width:
        return Target("name", row.tier, time, time)
    tier, view = tiers.tier_of(row), tiers.view
    number = _boundary_under(tiers, tier, time)
    distance = abs(tiers.x_of(boundary_time(tier, number)) - place.x()) if number else float("inf")
    if not view.has_selection and can_add_at(tier, view.cursor):
        across = place.x() - tiers.x_of(view.cursor)
        down = place.y() - (row.top + tiers.circle_radius + 1)
        if across**2 + down**2 <= (tiers.circle_radius + 1) ** 2 and abs(across) < distance:
            return Target("circle", row.tier, view.cursor, view.cursor)
    if number:
        at = boundary_time(tier, number)
        return Target("boundary" if isinstance(tier, IntervalTier) else "point", row.tier, at, at, number)
    return interval_at(tier, row.tier, time)


def interval_at(tier: Tier, number: int, time: float) -> Target:
    """Return the interval of a tier at a time; where there is none, an empty place."""
    found = tier.number_at(time) if isinstance(tier, IntervalTier) else 0
    if not found or not isinstance(tier, IntervalTier):
        return Target("empty", number, time, time)
    item = tier.interval(found)
    return Target("interval", number, item.start, item.end, found)


def _boundary_under(tiers: TierView, tier: Tier, time: float) -> int:
    second = tiers.seconds_per_pixel
    reach = max(tiers.params.hit_zone, PRAAT_ZONE) * tiers.pixels(1.0) * second
    number = boundary_near(tier, time, reach)
    if number is None:
        return 0
    if isinstance(tier, IntervalTier):
        at = boundary_time(tier, number)
        around = tier.interval(number + 1 if time >= at else number)
        if abs(time - at) > max(tiers.pixels(PRAAT_ZONE) * second, around.duration / 3):
            return 0
    return number


@dataclass(frozen=True)
class Grab:
    """What a drag holds.

    Parameters
    ----------
    target : Target
        The boundary or point that was pressed.
    selection : (float, float)
        What was selected then, in seconds.
    all_tiers : bool
        Shift: everything at exactly this time on all tiers; with `stretch`, on all tiers.
    stretch : bool
        Ctrl-Alt: the boundaries inside the selection like a rubber band.
    """

    target: Target
    selection: tuple[float, float]
    all_tiers: bool = False
    stretch: bool = False


@dataclass(frozen=True)
class Drop:
    """What dropping would do.

    Parameters
    ----------
    grid : TextGrid or None
        The edited grid; None if it is refused.
    ghost : Ghost
        The preview.
    """

    grid: TextGrid | None
    ghost: Ghost


def drop_at(grab: Grab, grid: TextGrid, time: float, within: float) -> Drop:
    """Return what dropping at a time would do.

    Parameters
    ----------
    grab : Grab
        What is held.
    grid : TextGrid
        As it was when it was pressed.
    time : float
        Under the mouse, in seconds.
    within : float
        Reach of snapping, in seconds. Boundaries and points of other tiers attract, and the edges of what was
        selected, except where the boundary itself comes from: else it could not be moved a little.
    """
    held, was = grab.target, grab.target.start
    snapped = False
    if not (grab.stretch and grab.all_tiers):  # there all that could attract moves too
        extra = () if grab.stretch else tuple(edge for edge in grab.selection if edge != was)
        snap = snap_time(
            grid,
            time,
            within=within,
            exclude=(held.tier, held.number),
            together=grab.all_tiers,
            extra=extra,
        )
        time, snapped = snap.time, snap.what is not None
    try:
        edited = _edited(grab, grid, time)
    except TextGridError as error:
        return Drop(None, Ghost(time, was, ((held.tier, time),), snapped, error.message))
    return Drop(edited, Ghost(time, was, _marks(grab, grid, edited, time), snapped))


def _edited(grab: Grab, grid: TextGrid, time: float) -> TextGrid:
    held = grab.target
    if grab.stretch:
        chosen = None if grab.all_tiers else (held.tier,)
        return stretch_boundaries(grid, *grab.selection, held.start, time, chosen)
    if grab.all_tiers:
        return move_all_at(grid, held.start, time)
    return move_boundary_to(grid, held.tier, held.number, time)


def _marks(grab: Grab, grid: TextGrid, edited: TextGrid, time: float) -> tuple[tuple[int, float], ...]:
    if grab.stretch:
        start, end = grab.selection
        return tuple(
            (number, item[0])
            for number, (old, tier) in enumerate(zip(grid.tiers, edited.tiers, strict=True), 1)
            if old is not tier
            for item in _inside(tier, start, end)
        )
    if grab.all_tiers:
        return tuple((tier, time) for tier, _ in boundaries_at(grid, grab.target.start))
    return ((grab.target.tier, time),)


def _inside(tier: Tier, start: float, end: float) -> list[tuple[float, ...]]:
    if isinstance(tier, IntervalTier):
        return [(item.start,) for item in tier.intervals_between(start, end) if start < item.start < end]
    return [(point.time,) for point in tier.points_between(start, end)]
