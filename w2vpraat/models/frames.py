"""Frame arithmetic: which stretch of signal a frame hears, and which frames belong to an interval.

Pure numpy. Everything is computed from a model's own convolution kernels and strides, never from
``index * duration / n_frames``: frame i of wav2vec 2.0 covers samples [320 i, 320 i + 400) and is centred at
12.5 + 20 i ms; other strides (10 ms models) give other values.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import prod
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from w2vpraat.errors import InputError

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
FrameRule = Literal["centre", "overlap"]
NoFrame = Literal["nearest", "missing"]

# A boundary this close to a frame centre (0.2 ns at 20 ms frames) counts as lying on it, so that decimal
# times such as 0.0325 s, which have no exact binary form, fall on the side that their digits say.
_SNAP = 1e-8

OK, ONE_FRAME, NEAREST, MISSING, OUTSIDE = "", "one_frame", "nearest", "missing", "outside"
WIDENED = "widened"


@dataclass(frozen=True, eq=False)
class FrameSelection:
    """The frames of each of n tokens.

    Parameters
    ----------
    first, stop : ndarray of int, shape (n,)
        Token k owns frames ``first[k] <= i < stop[k]``; both are -1 if it has none.
    middle : ndarray of int, shape (n,)
        The one of them whose centre is nearest to the token's midpoint (the earlier of two); -1 if none.
    weights : ndarray, shape (n_frames.sum(),)
        For the overlap-weighted mean, all tokens one after another: share of each frame's receptive field
        that lies in the token; each token's weights sum to 1.
    flags : tuple of str
        ``""``; ``"one_frame"``; ``"nearest"`` (it owned no frame, the nearest was taken); ``"missing"`` (it
        owned none and got none); ``"outside"`` (it lies beyond the recording); ``"widened"`` (a cut-out token
        shorter than one frame, taken with its neighbourhood).
    """

    first: Ints
    stop: Ints
    middle: Ints
    weights: Floats
    flags: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.flags)

    @property
    def n_frames(self) -> Ints:
        """Number of frames of each token, shape (n,)."""
        counts: Ints = self.stop - self.first
        return counts

    @property
    def offsets(self) -> Ints:
        """Where each token's frames begin in `rows` and `weights`, shape (n + 1,)."""
        offsets: Ints = np.concatenate([np.zeros(1, np.int64), np.cumsum(self.n_frames)])
        return offsets

    @property
    def rows(self) -> Ints:
        """Frame numbers of all tokens, one after another, shape (n_frames.sum(),)."""
        return ranges(self.first, self.stop)


def ranges(first: Ints, stop: Ints) -> Ints:
    """Join ``arange(first[k], stop[k])`` over all k."""
    lengths = stop - first
    begins = np.cumsum(lengths) - lengths
    joined: Ints = np.arange(int(lengths.sum()), dtype=np.int64) + np.repeat(first - begins, lengths)
    return joined


@dataclass(frozen=True)
class FrameClock:
    """Times of the frames of a convolutional front end without padding.

    Parameters
    ----------
    rate : int
        Sampling rate of the model's input, Hz.
    kernels, strides : tuple of int
        One entry per convolution layer, first layer first.

    Raises
    ------
    InputError
        If the lists are empty, differ in length, or hold values below 1.

    Examples
    --------
    >>> clock = FrameClock(16000, (10, 3, 3, 3, 3, 2, 2), (5, 2, 2, 2, 2, 2, 2))
    >>> clock.hop, clock.receptive_field, clock.n_frames(16000)
    (320, 400, 49)
    """

    rate: int
    kernels: tuple[int, ...]
    strides: tuple[int, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "kernels", tuple(int(k) for k in self.kernels))
        object.__setattr__(self, "strides", tuple(int(s) for s in self.strides))
        if not self.kernels or len(self.kernels) != len(self.strides):
            raise InputError(
                f"{len(self.kernels)} convolution kernels and {len(self.strides)} strides don't fit together"
            )
        if min(*self.kernels, *self.strides, self.rate) < 1:
            raise InputError("kernels, strides and sampling rate must be at least 1")

    @cached_property
    def hop(self) -> int:
        """Samples from one frame to the next: the product of the strides."""
        return prod(self.strides)

    @cached_property
    def receptive_field(self) -> int:
        """Samples that one frame covers."""
        field, step = 1, 1
        for kernel, stride in zip(self.kernels, self.strides, strict=True):
            field += (kernel - 1) * step
            step *= stride
        return field

    @property
    def hop_seconds(self) -> float:
        """Time from one frame to the next, in seconds."""
        return self.hop / self.rate

    def n_frames(self, n_samples: int) -> int:
        """Count the frames of a signal layer by layer, as the convolutions do; 0 if it is too short."""
        n = int(n_samples)
        for kernel, stride in zip(self.kernels, self.strides, strict=True):
            if n < kernel:
                return 0
            n = (n - kernel) // stride + 1
        return n

    def centres(self, n_frames: int, start_time: float = 0.0) -> Floats:
        """Centre times of the first frames, in seconds, shape (n_frames,)."""
        i = np.arange(n_frames)
        return np.asarray(start_time + (self.hop * i + self.receptive_field / 2) / self.rate)

    def samples(self, first: int, stop: int) -> tuple[int, int]:
        """Return the samples [begin, end) that frames ``first <= i < stop`` hear."""
        return first * self.hop, (stop - 1) * self.hop + self.receptive_field

    def span(self, frame: int, start_time: float = 0.0) -> tuple[float, float]:
        """Time that one frame covers, in seconds."""
        begin, end = self.samples(frame, frame + 1)
        return start_time + begin / self.rate, start_time + end / self.rate

    def select(
        self,
        start: ArrayLike,
        end: ArrayLike,
        n_frames: int,
        start_time: float = 0.0,
        rule: FrameRule = "centre",
        no_frame: NoFrame = "nearest",
    ) -> FrameSelection:
        """Find the frames of one token or of many.

        Parameters
        ----------
        start, end : float or array_like, shape (n,)
            Token times in seconds.
        n_frames : int
            Frames of the recording.
        start_time : float
            Time of the recording's first sample, in seconds.
        rule : {"centre", "overlap"}
            Frames whose centre lies in [start, end), so that neighbours share none; or frames whose receptive
            field overlaps the token at all.
        no_frame : {"nearest", "missing"}
            A token with no such frame takes the frame with the nearest centre (flagged), or none.

        Raises
        ------
        InputError
            If a time is not finite, a token ends before it starts, or a rule is unknown.
        """
        starts, ends = np.broadcast_arrays(
            np.atleast_1d(np.asarray(start, np.float64)), np.atleast_1d(np.asarray(end, np.float64))
        )
        _check_times(starts, ends)
        if rule not in ("centre", "overlap") or no_frame not in ("nearest", "missing"):
            raise InputError(f"unknown frame rule {rule!r} or {no_frame!r}")

        half = self.receptive_field / 2
        if rule == "centre":
            first = self._next(starts, start_time, half)
            stop = self._next(ends, start_time, half)
        else:
            # Frame i ends after the token's start and begins before the token's end.
            first = _floor(self._position(starts, start_time, self.receptive_field)) + 1
            stop = np.where(ends > starts, self._next(ends, start_time, 0), first)
        first = np.clip(first, 0, n_frames)
        stop = np.maximum(np.clip(stop, 0, n_frames), first)

        # Up to hop - 1 last samples of a recording are in no frame; a token there takes the nearest one.
        longest = (n_frames - 1) * self.hop + self.receptive_field + self.hop - 1
        before = self._position(ends, start_time, 0) < -_SNAP
        after = self._position(starts, start_time, longest) > _SNAP
        outside = before | after | (n_frames == 0)

        middle = _nearest(self._position((starts + ends) / 2, start_time, half))
        empty = stop == first
        nearest = np.clip(middle, 0, max(n_frames - 1, 0))
        taken = empty & ~outside if no_frame == "nearest" else np.zeros_like(empty)
        none = (empty & ~taken) | outside
        first = np.where(none, -1, np.where(taken, nearest, first))
        stop = np.where(none, -1, np.where(taken, nearest + 1, stop))
        middle = np.where(none, -1, np.clip(middle, first, stop - 1))

        flags = np.select(
            [outside, none, taken, stop - first == 1], [OUTSIDE, MISSING, NEAREST, ONE_FRAME], default=OK
        )
        weights = self._weights(starts, ends, first, stop, start_time)
        return FrameSelection(first, stop, middle, weights, tuple(str(flag) for flag in flags))

    def _position(self, times: Floats, start_time: float, offset: float) -> Floats:
        """Frame number (fractional) whose sample ``hop * i + offset`` is at the given times."""
        position: Floats = ((times - start_time) * self.rate - offset) / self.hop
        return position

    def _next(self, times: Floats, start_time: float, offset: float) -> Ints:
        """First frame whose sample ``hop * i + offset`` is at or after the given times."""
        return np.ceil(self._position(times, start_time, offset) - _SNAP).astype(np.int64)

    def _weights(self, starts: Floats, ends: Floats, first: Ints, stop: Ints, start_time: float) -> Floats:
        lengths = stop - first
        token = np.repeat(np.arange(len(lengths)), lengths)
        begin = start_time + ranges(first, stop) * self.hop / self.rate
        heard = np.minimum(begin + self.receptive_field / self.rate, ends[token]) - np.maximum(
            begin, starts[token]
        )
        heard = np.maximum(heard, 0.0)
        total = np.bincount(token, weights=heard, minlength=len(lengths))
        # A point, or a token whose nearest frame doesn't reach it: equal weights.
        blind = total[token] <= 0
        weights: Floats = np.where(blind, 1.0 / lengths[token], heard / np.where(blind, 1.0, total[token]))
        return weights


def _floor(position: Floats) -> Ints:
    return np.floor(position + _SNAP).astype(np.int64)


def _nearest(position: Floats) -> Ints:
    # Ties go to the earlier frame.
    return np.ceil(position - 0.5 - _SNAP).astype(np.int64)


def _check_times(starts: Floats, ends: Floats) -> None:
    bad: NDArray[Any] = ~(np.isfinite(starts) & np.isfinite(ends)) | (ends < starts)
    if bad.any():
        k = int(np.argmax(bad))
        raise InputError(
            f"a token from {starts[k]:g} s to {ends[k]:g} s has no frames",
            "every token needs a finite start and an end that is not before it",
        )
