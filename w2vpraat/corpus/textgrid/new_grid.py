"""A new TextGrid for a sound that has none."""

from __future__ import annotations

from collections.abc import Sequence

from w2vpraat.corpus.textgrid.edits import add_interval_tier, add_point_tier
from w2vpraat.corpus.textgrid.values import TextGrid
from w2vpraat.errors import TextGridError


def new_textgrid(
    start: float, end: float, intervals: Sequence[str] = ("words", "phones"), points: Sequence[str] = ()
) -> TextGrid:
    """Make an empty TextGrid, as Praat's "To TextGrid..." does.

    Parameters
    ----------
    start, end : float
        Of the sound, in seconds.
    intervals, points : sequence of str
        Names of the interval tiers, then of the point tiers; each interval tier has one empty interval.

    Raises
    ------
    TextGridError
        If it would end before it starts, or have no tier.
    """
    if not start < end:
        raise TextGridError(
            f"a TextGrid from {start!r} to {end!r} s is not possible", "it must end after it starts"
        )
    if not intervals and not points:
        raise TextGridError("a TextGrid needs at least one tier", "name one, such as words")
    grid = TextGrid(float(start), float(end))
    for name in intervals:
        grid = add_interval_tier(grid, name)
    for name in points:
        grid = add_point_tier(grid, name)
    return grid
