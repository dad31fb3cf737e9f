"""The brick-wall low-pass filter of Praat's ``Resample``, for whole Sounds of any length.

Praat transforms the whole Sound at once, so that each filtered sample depends on all of it, and formants
of quiet frames notice: filtering stretch by stretch moves them by many Hz. Recordings of up to `WHOLE_LIMIT`
samples are done as Praat does. In longer ones the same filter is the sum of two: a smooth low-pass with a
finite impulse response, which needs only the neighbourhood, and what the brick wall does differently in a
narrow band around its edge. That band is moved to 0 Hz and decimated, where the transform of the whole
Sound is small. The sum equals Praat's samples to 1e-9.
"""

from __future__ import annotations

import math
from functools import cache

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float64]
Spectrum = NDArray[np.complex128]

ANTI_TURN_AROUND = 1000
"""Zeros that Praat puts before and after the Sound."""
WHOLE_LIMIT = 2**23 - 2 * ANTI_TURN_AROUND
"""Longest Sound (in samples) that is transformed as a whole: 8.7 minutes at 16 kHz."""
BLOCK = 2**20
"""Samples handled at once in longer ones."""
DECIMATION = 64
"""Divisor of the rate around the edge; a power of 2, so that it divides Praat's transform length."""
HALF_LENGTH = 960
"""Half length of the smooth filters; less than the zeros around the Sound, so that nothing wraps around."""
ATTENUATION = 200.0
"""Of their stop bands, in dB."""


class Filtered:
    """A filtered Sound, all of it.

    Parameters
    ----------
    samples : ndarray, shape (n,)
        The samples.
    """

    def __init__(self, samples: Samples) -> None:
        self._samples = samples
        self.size = samples.size

    def section(self, start: int, end: int) -> Samples:
        """Return the samples from `start` up to `end`; zeros outside the Sound."""
        return _section(self._samples, start, end)


class LowPass:
    """Praat's filter on one recording; the transform is done once for all cut-offs."""

    def __init__(self, samples: Samples) -> None:
        self._samples = samples
        self._spectrum: Spectrum | None = None
        self._n_fft = 1 << math.ceil(math.log2(samples.size + 2 * ANTI_TURN_AROUND))

    def below(self, factor: float) -> Filtered:
        """Return the Sound without what lies above `factor` times the Nyquist frequency."""
        # Praat zeroes its packed array (re 0, re n/2, re 1, im 1, re 2, ...) from this 1-based index on.
        first_zero = math.floor(factor * self._n_fft)
        if self._samples.size > WHOLE_LIMIT:
            return _LongFiltered(self._samples, self._n_fft, first_zero)
        from scipy.fft import irfft, rfft

        if self._spectrum is None:
            padded = np.zeros(self._n_fft)
            padded[ANTI_TURN_AROUND : ANTI_TURN_AROUND + self._samples.size] = self._samples
            self._spectrum = rfft(padded)
        kept = self._spectrum.copy()
        _brick_wall(kept, 0, first_zero)
        filtered = irfft(kept, self._n_fft)
        return Filtered(filtered[ANTI_TURN_AROUND : ANTI_TURN_AROUND + self._samples.size])


def _brick_wall(spectrum: Spectrum, first_bin: int, first_zero: int) -> None:
    """Cut a spectrum (from `first_bin` on) in place, where Praat cuts its packed array."""
    edge, imaginary_only = divmod(first_zero - 1, 2)
    edge -= first_bin
    if imaginary_only:
        spectrum[edge] = spectrum[edge].real
        edge += 1
    spectrum[edge:] = 0.0


class _LongFiltered(Filtered):
    """Smooth filter plus narrow band; samples are made when a section is asked for."""

    def __init__(self, samples: Samples, n_fft: int, first_zero: int) -> None:
        super().__init__(samples)
        self._n_fft = n_fft
        self._centre = (first_zero - 1) // 2
        self._smooth = _smooth_filter(2.0 * self._centre / n_fft)
        self._band = self._make_band(first_zero)

    def _make_band(self, first_zero: int) -> Spectrum:
        """Make what the brick wall does otherwise than the smooth filter, at the low rate."""
        from scipy.fft import fft, ifft
        from scipy.signal import czt

        n, n_low = self._n_fft, self._n_fft // DECIMATION
        taps = _decimation_filter()
        spectrum = fft(self._demodulate())
        half = min(int(_transition() * n / 2.0) + 1, self._centre - 1, n // 2 - self._centre - 1)
        bins = np.arange(-half, half + 1)
        step = np.exp(-2j * np.pi / n)
        # Both filters are symmetric around tap HALF_LENGTH; responses at the bins of the whole transform.
        shift = np.exp(2j * np.pi * ((bins * HALF_LENGTH) % n) / n)
        first = np.exp(-2j * np.pi * half / n)
        response = (czt(taps, bins.size, step, first) * shift).real
        first = np.exp(2j * np.pi * (self._centre - half) / n)
        whole_shift = np.exp(2j * np.pi * (((bins + self._centre) * HALF_LENGTH) % n) / n)
        smooth = (czt(self._smooth, bins.size, step, first) * whole_shift).real
        around = DECIMATION * spectrum[bins % n_low] / response
        wanted = around.copy()
        _brick_wall(wanted, self._centre - half, first_zero)
        low = np.zeros(n_low, dtype=np.complex128)
        low[bins % n_low] = (wanted - smooth * around) / response
        return np.asarray(ifft(low))

    def _demodulate(self) -> Spectrum:
        """Move the edge to 0 Hz and decimate; index m is sample m * DECIMATION of Praat's padded Sound."""
        from scipy.signal import upfirdn

        out = np.zeros(self._n_fft // DECIMATION, dtype=np.complex128)
        for low in range(0, out.size, BLOCK // DECIMATION):
            high = min(low + BLOCK // DECIMATION, out.size)
            start, end = low * DECIMATION - HALF_LENGTH, (high - 1) * DECIMATION + HALF_LENGTH + 1
            if start - ANTI_TURN_AROUND >= self.size:
                break
            part = _section(self._samples, start - ANTI_TURN_AROUND, end - ANTI_TURN_AROUND)
            moved = part * np.conj(self._carrier(start, end))
            low_rate = upfirdn(_decimation_filter(), moved, 1, DECIMATION)
            skip = 2 * HALF_LENGTH // DECIMATION
            out[low:high] = low_rate[skip : skip + high - low]
        return out

    def _carrier(self, start: int, end: int) -> Spectrum:
        turns = (np.arange(start, end, dtype=np.int64) * self._centre) % self._n_fft
        return np.asarray(np.exp(2j * np.pi * turns / self._n_fft))

    def section(self, start: int, end: int) -> Samples:
        """Return the samples from `start` up to `end`; zeros outside the Sound."""
        from scipy.signal import oaconvolve, upfirdn

        low, high = max(start, 0), min(end, self.size)
        if low >= high:
            return np.zeros(end - start)
        around = _section(self._samples, low - HALF_LENGTH, high + HALF_LENGTH)
        out = oaconvolve(around, self._smooth, mode="valid")
        first, last = low + ANTI_TURN_AROUND, high + ANTI_TURN_AROUND
        low_first = (first - HALF_LENGTH) // DECIMATION
        low_last = -(-(last + HALF_LENGTH) // DECIMATION)
        index = np.arange(low_first, low_last + 1) % self._band.size
        band = upfirdn(_decimation_filter(), self._band[index], DECIMATION, 1)
        skip = first - low_first * DECIMATION + HALF_LENGTH
        band = band[skip : skip + high - low]
        out += 2.0 * (band * self._carrier(first, last)).real
        return np.concatenate([np.zeros(low - start), out, np.zeros(end - high)])


def _section(samples: Samples, start: int, end: int) -> Samples:
    low, high = min(max(start, 0), samples.size), min(max(end, 0), samples.size)
    if (low, high) == (start, end):
        return samples[start:end]
    before = min(max(0, -start), end - start)
    return np.concatenate(
        [np.zeros(before), samples[low:high], np.zeros(end - start - before - (high - low))]
    )


def _transition() -> float:
    """Width of the transition of a Kaiser filter of this length, as a share of the sampling frequency."""
    return (ATTENUATION - 7.95) / (2.285 * 2.0 * math.pi * (2 * HALF_LENGTH))


def _smooth_filter(edge: float) -> Samples:
    """Low-pass with its middle at `edge` (share of the Nyquist frequency)."""
    from scipy.signal import firwin, kaiser_beta

    window = ("kaiser", kaiser_beta(ATTENUATION))
    return np.asarray(firwin(2 * HALF_LENGTH + 1, edge, window=window))


@cache
def _decimation_filter() -> Samples:
    # Flat enough to be divided by in the band that is kept, deaf to what would be folded onto it.
    return _smooth_filter(1.0 / DECIMATION)
