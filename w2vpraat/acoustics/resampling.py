"""Praat's ``Resample``, sample for sample, for several rates at once.

``To Formant (burg)`` first resamples the whole Sound to twice the ceiling: a brick-wall low-pass over the
whole Sound, then sinc interpolation 50 samples deep on a grid centred in the Sound. Praat repeats all of it
for every ceiling and every call. Here the forward transform is shared by all ceilings and the interpolation
is one polyphase filter, so only the cost differs from Praat's: the samples agree to rounding.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from w2vpraat.acoustics.lowpass import LowPass
from w2vpraat.acoustics.praat import call, make_sound

Samples = NDArray[np.float64]

DEPTH = 50
"""Praat's interpolation depth inside ``To Formant (burg)``."""
MAX_PHASES = 40000
"""Above this many phases a filter bank costs more than it saves."""


@dataclass(frozen=True, eq=False)
class ResampledSound:
    """A Sound at twice a formant ceiling, as Praat makes it.

    Parameters
    ----------
    size : int
        Number of samples.
    period : float
        Seconds between samples.
    first_time : float
        Centre of the first sample, in seconds.
    start, end : float
        Time domain, in seconds.
    samples : ndarray, shape (size,), optional
        The samples, if they were worth computing at once.
    source : ndarray, optional
        Else the filtered Sound from which `take` interpolates.
    ratio : Fraction
        New rate over old rate.
    """

    size: int
    period: float
    first_time: float
    start: float
    end: float
    samples: Samples | None
    source: Samples
    ratio: Fraction

    def take(self, index: NDArray[np.intp]) -> Samples:
        """Return the samples with these indices (from 0), of the same shape; 0 outside the Sound."""
        inside = (index >= 0) & (index < self.size)
        if self.samples is not None:
            out: Samples = np.where(inside, self.samples[np.clip(index, 0, self.size - 1)], 0.0)
            return out
        wanted, back = np.unique(index[inside], return_inverse=True)
        position = _positions(self.source.size, self.size, self.ratio, wanted)
        parts = [
            _interpolate_at(self.source, part) for part in np.array_split(position, wanted.size // 20000 + 1)
        ]
        out = np.zeros(index.shape)
        out[inside] = np.concatenate(parts)[back.ravel()]
        return out


def resample_for_ceilings(
    samples: Samples, rate: float, start: float, ceilings: Sequence[float]
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

    Yields
    ------
    ResampledSound
        One per ceiling: what Praat would analyse.
    """
    filtered = LowPass(samples)
    end = start + samples.size / rate
    for ceiling in ceilings:
        target = 2.0 * ceiling
        factor = target / rate
        ratio = Fraction(str(target)) / Fraction(str(float(rate)))
        if abs(factor - 1.0) < 1e-6:
            yield ResampledSound(
                samples.size, 1.0 / rate, start + 0.5 / rate, start, end, samples, samples, ratio
            )
            continue
        size = max(1, int(np.floor((end - start) * target + 0.5)))
        first = 0.5 * (start + end - (size - 1) / target)
        source = filtered.below(factor) if factor < 1.0 else samples
        at_once: Samples | None = None
        if abs(factor - 2.0) < 1e-6:
            # Here Praat doubles the spectrum instead of interpolating.
            at_once = call(make_sound(samples, rate, start), "Resample", target, DEPTH).values[0]
        elif _worth_a_filter_bank(ratio, size):
            at_once = _interpolate(source, size, ratio)
        yield ResampledSound(size, 1.0 / target, first, start, end, at_once, source, ratio)


def _worth_a_filter_bank(ratio: Fraction, size: int) -> bool:
    return ratio.numerator <= min(MAX_PHASES, size)


def _positions(size: int, n_out: int, ratio: Fraction, outputs: NDArray[np.intp]) -> Samples:
    """Where outputs lie, in input samples counted from 0: spaced ``1 / ratio`` and centred in the Sound."""
    up, down = ratio.numerator, ratio.denominator
    # Whole numbers first: the common centre costs no rounding.
    return np.asarray((_origin(size, n_out, ratio) + 2.0 * down * outputs) / (2.0 * up))


def _origin(size: int, n_out: int, ratio: Fraction) -> int:
    return (size - 1) * ratio.numerator - (n_out - 1) * ratio.denominator


def _interpolate(samples: Samples, n_out: int, ratio: Fraction) -> Samples:
    position = _positions(samples.size, n_out, ratio, np.arange(n_out))
    out = _polyphase(samples, n_out, ratio)
    # Near the ends of the Sound Praat interpolates less deeply.
    edge = (position < DEPTH) | (position > samples.size - 1 - DEPTH)
    out[edge] = _interpolate_at(samples, position[edge])
    return out


def _polyphase(samples: Samples, n_out: int, ratio: Fraction) -> Samples:
    from scipy.signal import upfirdn

    up, down, origin = ratio.numerator, ratio.denominator, _origin(samples.size, n_out, ratio)
    reach = DEPTH + 1
    lead = -(-2 * reach * up // down)  # outputs before the first, so that the filter's past is complete
    start, remainder = divmod(origin - 2 * down * lead, 2 * up)
    taps = _sinc_weights((np.arange(2 * reach * up) + 0.5 * remainder) / up - reach)
    first = start + reach
    padded = np.concatenate([np.zeros(max(0, -first)), samples[max(0, first) :]])
    out: Samples = upfirdn(taps, padded, up, down)[lead : lead + n_out]
    return np.concatenate([out, np.zeros(n_out - out.size)])


def _sinc_weights(distance: Samples) -> Samples:
    """Praat's windowed sinc (NUM_interpolate_sinc) at these distances from a sample, full depth."""
    far = np.abs(distance)
    fraction = far - np.floor(far)
    with np.errstate(divide="ignore", invalid="ignore"):
        weights = np.sin(np.pi * far) / (2.0 * np.pi * far) * (1.0 + np.cos(np.pi * far / (fraction + DEPTH)))
    weights[far == 0.0] = 1.0
    weights[far >= DEPTH] = 0.0
    return np.asarray(weights, dtype=np.float64)


def _interpolate_at(samples: Samples, position: Samples) -> Samples:
    """Interpolate at any positions (counted from 0), with Praat's smaller depth near the ends."""
    left = np.floor(position).astype(np.intp)
    fraction = position - left
    depth = np.minimum(DEPTH, np.minimum(left + 1, samples.size - 1 - left))
    step = np.arange(DEPTH)
    signs = 1.0 - 2.0 * (step % 2)
    out = np.zeros(position.size)
    for side, nearest in ((fraction, left), (1.0 - fraction, left + 1)):
        far = side[:, None] + step
        direction = -1 if nearest is left else 1
        index = np.clip(nearest[:, None] + direction * step, 0, samples.size - 1)
        with np.errstate(divide="ignore", invalid="ignore"):
            weight = 1.0 + np.cos(far * (np.pi / (side + depth))[:, None])
            weight *= signs * (np.sin(np.pi * side) / (2.0 * np.pi))[:, None] / far
        weight[step >= depth[:, None]] = 0.0
        out += np.einsum("ij,ij->i", weight, samples[index])
    whole = np.abs(fraction) < 1e-12
    shallow = depth <= 2
    for row in np.flatnonzero(whole | shallow):
        out[row] = _shallow(samples, float(position[row]))
    return out


def _shallow(samples: Samples, position: float) -> float:
    """Praat's nearest and linear cases, within two samples of the ends, and positions on a sample."""
    if position <= 0.0:
        return float(samples[0])
    if position >= samples.size - 1:
        return float(samples[-1])
    left = int(np.floor(position))
    fraction = position - left
    if fraction < 1e-12:
        return float(samples[left])
    depth = min(left + 1, samples.size - 1 - left)
    if depth <= 1:
        return float(samples[left] + fraction * (samples[left + 1] - samples[left]))
    return _cubic(samples, left, fraction)


def _cubic(samples: Samples, left: int, fraction: float) -> float:
    low, high = samples[left], samples[left + 1]
    slope_low = 0.5 * (samples[left + 1] - samples[left - 1])
    slope_high = 0.5 * (samples[left + 2] - samples[left])
    rest = 1.0 - fraction
    return float(
        low * rest
        + high * fraction
        - fraction
        * rest
        * (0.5 * (slope_high - slope_low) + (fraction - 0.5) * (slope_low + slope_high - 2.0 * (high - low)))
    )
