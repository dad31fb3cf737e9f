"""Praat's ``Resample``, sample for sample, where samples are asked for.

``To Formant (burg)`` first resamples the whole Sound to twice the ceiling: a brick-wall low-pass over the
whole Sound, then sinc interpolation 50 samples deep on a grid centred in the Sound. Praat repeats all of it
for every ceiling and every call. Here the transform of the filter is shared by all ceilings, and only the
samples inside analysis windows are interpolated, by a polyphase filter; they agree with Praat's to rounding.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from w2vpraat.acoustics.lowpass import Filtered, LowPass
from w2vpraat.acoustics.praat import call, make_sound

Samples = NDArray[np.float64]
Indices = NDArray[np.intp]

DEPTH = 50
"""Praat's interpolation depth inside ``To Formant (burg)``."""
MAX_PHASES = 40000
"""Above this many phases a filter bank needs too much memory."""
JOIN = 400
"""Windows with fewer samples than this between them are interpolated in one stretch."""
STRETCH = 2**17
"""Longest such stretch, in samples."""


class ResampledSound:
    """A Sound at twice a formant ceiling, as Praat makes it.

    Parameters
    ----------
    source : Filtered
        The Sound after the low-pass filter.
    ratio : Fraction
        New rate over old rate.
    size : int
        Number of samples.
    rate : float
        Samples per second.
    first_time : float
        Centre of the first sample, in seconds.
    start, end : float
        Time domain, in seconds.
    """

    def __init__(
        self,
        source: Filtered,
        ratio: Fraction,
        size: int,
        rate: float,
        first_time: float,
        start: float,
        end: float,
    ) -> None:
        self.size, self.period, self.first_time = size, 1.0 / rate, first_time
        self.start, self.end = start, end
        self._source, self._ratio = source, ratio
        # Position of sample j, in source samples counted from 0: (origin + 2 * down * j) / (2 * up). Whole
        # numbers: the common centre costs no rounding.
        self._origin = (source.size - 1) * ratio.numerator - (size - 1) * ratio.denominator
        self._taps: Samples | None = None

    def windows(self, begin: Indices, length: int) -> Samples:
        """Return stretches of samples; zeros outside the Sound.

        Parameters
        ----------
        begin : ndarray of int, shape (m,)
            First sample of each, counted from 0, ascending.
        length : int
            Samples in each.

        Returns
        -------
        ndarray, shape (m, length)
        """
        out = np.zeros((begin.size, length))
        runs = list(_runs(begin, length))
        wanted = sum(int(begin[last]) + length - int(begin[first]) for first, last in runs)
        bank = self._ratio.numerator <= min(MAX_PHASES, wanted)
        for first, last in runs:
            low, high = int(begin[first]), int(begin[last]) + length
            stretch = np.zeros(high - low)
            inside_low, inside_high = max(low, 0), min(high, self.size)
            if inside_low < inside_high:
                made = self._samples(inside_low, inside_high, bank)
                stretch[inside_low - low : inside_high - low] = made
            out[first : last + 1] = stretch[(begin[first : last + 1] - low)[:, None] + np.arange(length)]
        return out

    def _samples(self, low: int, high: int, bank: bool) -> Samples:
        if self._ratio == 1:
            return self._source.section(low, high)
        up, down = self._ratio.numerator, self._ratio.denominator
        index = np.arange(low, high, dtype=np.float64)
        position: Samples = (self._origin + 2.0 * down * index) / (2.0 * up)
        if not bank:
            return self._interpolate(position)
        out = self._polyphase(low, high)
        # Near the ends of the Sound Praat interpolates less deeply.
        edge = (position < DEPTH) | (position > self._source.size - 1 - DEPTH)
        if edge.any():
            out[edge] = self._interpolate(position[edge])
        return out

    def _polyphase(self, low: int, high: int) -> Samples:
        from scipy.signal import upfirdn

        up, down = self._ratio.numerator, self._ratio.denominator
        reach = DEPTH + 1
        # Begin so early that the filter's past is complete, and always in the same phase.
        begin = (low + (-2 * reach * up // down)) // up * up
        first, remainder = divmod(self._origin + 2 * down * begin, 2 * up)
        if self._taps is None:
            self._taps = _sinc_weights((np.arange(2 * reach * up) + 0.5 * remainder) / up - reach)
        last = (self._origin + 2 * down * high) // (2 * up) + reach + 1
        out = upfirdn(self._taps, self._source.section(first + reach, last), up, down)
        return np.asarray(out[low - begin : high - begin])

    def _interpolate(self, position: Samples) -> Samples:
        low = max(0, int(position[0]) - DEPTH - 1)
        section = self._source.section(low, min(self._source.size, int(position[-1]) + DEPTH + 3))
        return _interpolate_at(section, low, self._source.size, position)


class _Doubled(Filtered):
    """A Sound at exactly twice its rate: here Praat doubles the spectrum instead of interpolating."""

    def __init__(self, samples: Samples, size: int) -> None:
        super().__init__(samples)
        self.size = size
        self._done = False

    def section(self, start: int, end: int) -> Samples:
        if not self._done:
            self._samples = call(make_sound(self._samples, 1.0, 0.0), "Resample", 2.0, DEPTH).values[0]
            self._done = True
        return super().section(start, end)


def resample_for_ceilings(
    samples: Samples,
    rate: float,
    start: float,
    ceilings: Sequence[float],
    *,
    low_pass: LowPass | None = None,
) -> Iterator[ResampledSound]:
    """Resample a Sound to twice each formant ceiling as Praat does.

    Parameters
    ----------
    samples : ndarray, shape (n,)
        The whole recording.
    rate : float
        Its sampling frequency in Hz.
    start : float
        Start of its time domain in seconds.
    ceilings : sequence of float
        Formant ceilings in Hz.
    low_pass : LowPass, optional
        The filter of these samples, if it is there already.

    Yields
    ------
    ResampledSound
        One per ceiling: what Praat would analyse.
    """
    low_pass = low_pass or LowPass(samples)
    end = start + samples.size / rate
    for ceiling in ceilings:
        target = 2.0 * ceiling
        factor = target / rate
        ratio = Fraction(str(target)) / Fraction(str(float(rate)))
        if abs(factor - 1.0) < 1e-6:
            one = Fraction(1)
            yield ResampledSound(Filtered(samples), one, samples.size, rate, start + 0.5 / rate, start, end)
            continue
        size = max(1, int(np.floor((end - start) * target + 0.5)))
        first = 0.5 * (start + end - (size - 1) / target)
        if abs(factor - 2.0) < 1e-6:
            yield ResampledSound(_Doubled(samples, size), Fraction(1), size, target, first, start, end)
            continue
        source = low_pass.below(factor) if factor < 1.0 else Filtered(samples)
        yield ResampledSound(source, ratio, size, target, first, start, end)


def _runs(begin: Indices, length: int) -> Iterator[tuple[int, int]]:
    """Yield first and last of the windows that lie close together."""
    if begin.size == 0:
        return
    first = 0
    for cut in np.flatnonzero(np.diff(begin) > length + JOIN):
        yield from _split(begin, first, int(cut))
        first = int(cut) + 1
    yield from _split(begin, first, begin.size - 1)


def _split(begin: Indices, first: int, last: int) -> Iterator[tuple[int, int]]:
    while begin[last] - begin[first] > STRETCH:
        middle = int(np.searchsorted(begin, begin[first] + STRETCH, side="right")) - 1
        yield first, max(first, middle)
        first = max(first, middle) + 1
    yield first, last


def _sinc_weights(distance: Samples) -> Samples:
    """Praat's windowed sinc (NUM_interpolate_sinc) at these distances from a sample, full depth."""
    far = np.abs(distance)
    fraction = far - np.floor(far)
    with np.errstate(divide="ignore", invalid="ignore"):
        weights = np.sin(np.pi * far) / (2.0 * np.pi * far) * (1.0 + np.cos(np.pi * far / (fraction + DEPTH)))
    weights[far == 0.0] = 1.0
    weights[far >= DEPTH] = 0.0
    return np.asarray(weights, dtype=np.float64)


def _interpolate_at(section: Samples, offset: int, size: int, position: Samples) -> Samples:
    """Interpolate at any positions, with Praat's smaller depth near the ends of the Sound.

    `section` holds the samples from `offset` on, of `size`; positions count from 0 in the Sound.
    """
    out = np.zeros(position.size)
    for begin in range(0, position.size, 20000):
        part = slice(begin, begin + 20000)
        out[part] = _interpolate_some(section, offset, size, position[part])
    return out


def _interpolate_some(section: Samples, offset: int, size: int, position: Samples) -> Samples:
    left = np.floor(position).astype(np.intp)
    fraction = position - left
    depth = np.minimum(DEPTH, np.minimum(left + 1, size - 1 - left))
    step = np.arange(DEPTH)
    signs = 1.0 - 2.0 * (step % 2)
    out = np.zeros(position.size)
    for side, nearest, direction in ((fraction, left, -1), (1.0 - fraction, left + 1, 1)):
        far = side[:, None] + step
        index = np.clip(nearest[:, None] + direction * step - offset, 0, section.size - 1)
        with np.errstate(divide="ignore", invalid="ignore"):
            weight = 1.0 + np.cos(far * (np.pi / (side + depth))[:, None])
            weight *= signs * (np.sin(np.pi * side) / (2.0 * np.pi))[:, None] / far
        weight[step >= depth[:, None]] = 0.0
        out += np.einsum("ij,ij->i", weight, section[index])
    for row in np.flatnonzero((np.abs(fraction) < 1e-12) | (depth <= 2)):
        out[row] = _shallow(section, float(position[row]) - offset, int(depth[row]))
    return out


def _shallow(samples: Samples, position: float, depth: int) -> float:
    """Praat's nearest, linear and cubic cases, within two samples of the ends or on a sample."""
    if position <= 0.0:
        return float(samples[0])
    if position >= samples.size - 1:
        return float(samples[-1])
    left = int(np.floor(position))
    fraction = position - left
    low, high = samples[left], samples[left + 1]
    if fraction < 1e-12:
        return float(low)
    if depth <= 1:
        return float(low + fraction * (high - low))
    slope_low = 0.5 * (high - samples[left - 1])
    slope_high = 0.5 * (samples[left + 2] - low)
    rest = 1.0 - fraction
    bend = 0.5 * (slope_high - slope_low) + (fraction - 0.5) * (slope_low + slope_high - 2.0 * (high - low))
    return float(low * rest + high * fraction - fraction * rest * bend)
