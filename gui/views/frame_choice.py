"""Which frames of the model make the vector of an interval: asked of the model's clock and of the pooling."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import numpy as np
from numpy.typing import NDArray

from w2vpraat.models.frames import (
    MISSING,
    NEAREST,
    OK,
    ONE_FRAME,
    OUTSIDE,
    WIDENED,
    FrameClock,
    FrameRule,
    FrameSelection,
    NoFrame,
)
from w2vpraat.models.pooling import Pooling, pool
from w2vpraat.params import EmbedParams

MOST_POOLED = 4000
"""Frames of an interval (80 s) beyond which nobody asks which of them count."""


@dataclass(frozen=True, eq=False)
class OwnedFrames:
    """The frames of one interval.

    Parameters
    ----------
    first, stop : int
        Frames ``first <= i < stop``; equal if it has none.
    n_own : int
        How many it owns by the rule; 0 where the nearest one was taken instead, or it had to be widened.
    flag : str
        As in `FrameSelection`.
    weights : ndarray, shape (n_parts, stop - first)
        What each frame adds to each part of the vector, taken from the pooling itself.
    origin : float
        Time in seconds at which frame 0 begins to hear: the first sample of the recording, or of the cut-out
        if the model hears nothing but the interval.
    """

    first: int
    stop: int
    n_own: int
    flag: str
    weights: NDArray[np.float64]
    origin: float

    @property
    def pooled(self) -> NDArray[np.bool_]:
        """Which frames count at all, shape (stop - first,)."""
        return np.asarray((self.weights > 0.0).any(axis=0))


def frames_in(clock: FrameClock, duration: float) -> int:
    """Return the number of frames of a recording (seconds), once resampled for the model."""
    return clock.n_frames(samples_in(clock, duration))


def samples_in(clock: FrameClock, duration: float) -> int:
    """Return the number of samples of a recording (seconds) at the model's rate, as the resampler makes."""
    return int(np.floor(duration * clock.rate + 0.5 + 1e-9))


def owned_frames(
    clock: FrameClock, start: float, end: float, duration: float, params: EmbedParams, start_time: float = 0.0
) -> OwnedFrames:
    """Return the frames of an interval, and how the pooling weighs them.

    Parameters
    ----------
    clock : FrameClock
        Of the model.
    start, end : float
        The interval in seconds.
    duration : float
        Of the recording in seconds.
    params : EmbedParams
        Context, frame rule, pooling, and what becomes of intervals without a frame.
    start_time : float
        Time of the first sample of the recording in seconds.
    """
    if params.context == "token":
        return _cut_out(clock, start, end, duration, params, start_time)
    rule = cast(FrameRule, "overlap" if params.pooling == "overlap" else params.frame_rule)
    no_frame = cast(NoFrame, params.no_frame)
    found = clock.select(start, end, frames_in(clock, duration), start_time, rule, no_frame)
    n_own = 0 if found.flags[0] in (NEAREST, MISSING, OUTSIDE) else int(found.n_frames[0])
    return _pooled(found, n_own, params, start_time)


def _cut_out(
    clock: FrameClock, start: float, end: float, duration: float, params: EmbedParams, start_time: float
) -> OwnedFrames:
    """Frames of an interval that is encoded by itself; see `w2vpraat.models.stretches.encode_cutouts`."""
    total, field = samples_in(clock, duration), clock.receptive_field
    begin, stop = round((start - start_time) * clock.rate), round((end - start_time) * clock.rate)
    if begin >= total or stop < 0 or total < field:
        return OwnedFrames(0, 0, 0, OUTSIDE, np.empty((1, 0)), start_time)
    begin, stop = max(begin, 0), min(stop, total)
    flag = OK
    if stop - begin < field:
        if params.no_frame == "missing":
            return OwnedFrames(0, 0, 0, MISSING, np.empty((1, 0)), start_time)
        flag = WIDENED
        begin = min(max((begin + stop - field) // 2, 0), total - field)
        stop = begin + field
    n = clock.n_frames(stop - begin)
    middle = clock.select(0.0, (stop - begin) / clock.rate, n).middle
    flag = ONE_FRAME if flag == OK and n == 1 else flag
    found = FrameSelection(np.zeros(1, np.int64), np.array([n]), middle, np.full(n, 1.0 / n), (flag,))
    return _pooled(found, 0 if flag == WIDENED else n, params, start_time + begin / clock.rate)


def _pooled(found: FrameSelection, n_own: int, params: EmbedParams, origin: float) -> OwnedFrames:
    n, flag = int(found.n_frames[0]), found.flags[0]
    if n == 0:
        return OwnedFrames(0, 0, 0, flag, np.empty((1, 0)), origin)
    first, stop = int(found.first[0]), int(found.stop[0])
    if n > MOST_POOLED:
        return OwnedFrames(first, stop, n_own, flag, np.full((1, n), 1.0 / n), origin)
    # Pooling unit vectors shows what the pooling does with each frame.
    alone = FrameSelection(
        np.zeros(1, np.int64), np.array([n]), found.middle - found.first, found.weights, found.flags
    )
    vector = pool(np.eye(n), alone, cast(Pooling, params.pooling))
    return OwnedFrames(first, stop, n_own, flag, vector.reshape(-1, n).astype(np.float64), origin)
