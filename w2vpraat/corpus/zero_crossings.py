"""Zero crossings of a sound, where cuts don't click."""

from __future__ import annotations

from math import floor
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_FIRST_STRETCH = 1024  # samples; doubled until a crossing is found
EDGES = ("start", "end", "both")
"""Edges of a selection that `selection_to_zero` can move."""


def nearest_zero_crossing(
    samples: NDArray[np.floating], rate: float, time: float, start_time: float = 0.0
) -> float | None:
    """Return the time of the zero crossing that is nearest to a time, as Praat finds it.

    Parameters
    ----------
    samples : array of shape (n,)
        One channel. Sample k (from 0) stands for the time ``start_time + (k + 0.5) / rate``.
    rate : float
        Samples per second.
    time : float
        In seconds.
    start_time : float
        Where the first sample starts, in seconds.

    Returns
    -------
    float or None
        In seconds, interpolated linearly between two samples; None if the sound doesn't cross zero. If the
        two samples around `time` lie on both sides of zero, their crossing is taken, even if another is
        nearer (so does Praat's "Get nearest zero crossing").
    """
    left = floor((time - start_time) * rate - 0.5)
    if 0 <= left < len(samples) - 1 and _crosses(samples[left : left + 2]).any():
        return _interpolated(samples, rate, left, start_time)
    earlier, later = _last_before(samples, left), _first_after(samples, left)
    found = [_interpolated(samples, rate, at, start_time) for at in (earlier, later) if at is not None]
    # Of two at the same distance Praat takes the later.
    return min(reversed(found), key=lambda crossing: abs(crossing - time), default=None)


def selection_to_zero(
    selection: tuple[float, float],
    samples: NDArray[np.floating],
    rate: float,
    *,
    edge: str = "both",
    start_time: float = 0.0,
) -> tuple[float, float]:
    """Move the start or end of a selection, or the cursor, to the nearest zero crossing.

    Parameters
    ----------
    selection : tuple of float
        Start and end in seconds; equal for a cursor.
    samples, rate, start_time
        As for `nearest_zero_crossing`.
    edge : {"start", "end", "both"}
        Which one moves.

    Returns
    -------
    tuple of float
        In order; where the sound doesn't cross zero, nothing moves.
    """
    if edge not in EDGES:
        raise ValueError(f"edge is one of {', '.join(EDGES)}, not {edge!r}")
    times = []
    for name, time in zip(EDGES, selection, strict=False):
        crossing = None
        if edge in (name, "both"):
            crossing = nearest_zero_crossing(samples, rate, time, start_time)
        times.append(time if crossing is None else crossing)
    return min(times), max(times)


def _crosses(samples: NDArray[np.floating]) -> NDArray[np.bool_]:
    above = samples >= 0.0
    changes: NDArray[np.bool_] = above[1:] != above[:-1]
    return changes


def _last_before(samples: NDArray[np.floating], left: int) -> int | None:
    stop = min(left, len(samples) - 1)  # pairs before this one
    stretch = _FIRST_STRETCH
    while stop > 0:
        start = max(stop - stretch, 0)
        found = np.flatnonzero(_crosses(samples[start : stop + 1]))
        if len(found):
            return start + int(found[-1])
        stop, stretch = start, 2 * stretch
    return None


def _first_after(samples: NDArray[np.floating], left: int) -> int | None:
    start = max(left + 1, 0)
    stretch = _FIRST_STRETCH
    while start < len(samples) - 1:
        found = np.flatnonzero(_crosses(samples[start : start + stretch + 1]))
        if len(found):
            return start + int(found[0])
        start, stretch = start + stretch, 2 * stretch
    return None


def _interpolated(samples: NDArray[np.floating], rate: float, at: int, start_time: float) -> float:
    first, second = float(samples[at]), float(samples[at + 1])
    return start_time + (at + 0.5 + first / (first - second)) / rate
