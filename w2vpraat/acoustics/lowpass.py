"""The brick-wall low-pass filter of Praat's ``Resample``; one forward transform serves every cut-off."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float64]

ANTI_TURN_AROUND = 1000
"""Zeros that Praat puts before and after the Sound."""
WHOLE_LIMIT = 2**23 - 2 * ANTI_TURN_AROUND
"""Longest Sound (in samples) that is transformed as a whole: 8.7 minutes at 16 kHz."""
BLOCK = 2**21
"""Samples filtered at once in longer ones, so that memory stays flat."""
MARGIN = 2**16
"""Samples faded in and out on each side of those blocks, and left out after them."""
N_LENGTHS = 40
"""Transform lengths tried for a block, to put its cut-off where it is in the whole."""


class LowPass:
    """Praat's filter on one recording.

    In recordings of more than `WHOLE_LIMIT` samples, blocks with faded margins stand for the whole.
    """

    def __init__(self, samples: Samples) -> None:
        self._samples = samples
        self._spectrum: NDArray[np.complex128] | None = None
        self._n_fft = 1 << math.ceil(math.log2(samples.size + 2 * ANTI_TURN_AROUND))

    def below(self, factor: float) -> Samples:
        """Return the samples without what lies above `factor` times the Nyquist frequency."""
        # Praat zeroes its packed array (re 0, re n/2, re 1, im 1, re 2, ...) from this 1-based index on. Seen
        # as an edge, in half bins: an even one costs a bin its imaginary part, an odd one is between bins.
        half_bins = math.floor(factor * self._n_fft) - 2
        if self._samples.size > WHOLE_LIMIT:
            return self._in_blocks(half_bins / (2.0 * self._n_fft))
        from scipy.fft import rfft

        if self._spectrum is None:
            self._spectrum = rfft(_padded(self._samples, self._n_fft))
        return _cut(self._spectrum, self._n_fft, half_bins, self._samples.size)

    def _in_blocks(self, edge: float) -> Samples:
        from scipy.fft import rfft

        samples = self._samples
        fade = 0.5 - 0.5 * np.cos(np.pi * (np.arange(MARGIN) + 0.5) / MARGIN)
        out = np.empty_like(samples)
        for start in range(0, samples.size, BLOCK):
            end = min(start + BLOCK, samples.size)
            low, high = max(0, start - 2 * MARGIN), min(samples.size, end + 2 * MARGIN)
            piece = samples[low:high].copy()
            # The ends of the recording itself stay as sharp as Praat sees them.
            if low > 0:
                piece[:MARGIN] *= fade
            if high < samples.size:
                piece[-MARGIN:] *= fade[::-1]
            n_fft = _matching_length(piece.size + 2 * ANTI_TURN_AROUND, edge)
            cut = _cut(rfft(_padded(piece, n_fft)), n_fft, round(2.0 * edge * n_fft), piece.size)
            out[start:end] = cut[start - low : end - low]
        return out


def _matching_length(least: int, edge: float) -> int:
    """Return a fast transform length that has (nearly) a whole number of half bins up to `edge`."""
    from scipy.fft import next_fast_len

    lengths = [next_fast_len(least, real=True)]
    while len(lengths) < N_LENGTHS:
        lengths.append(next_fast_len(lengths[-1] + 1, real=True))
    return int(min(lengths, key=lambda n: abs(2.0 * edge * n - round(2.0 * edge * n)) / n))


def _padded(samples: Samples, n_fft: int) -> Samples:
    out = np.zeros(n_fft)
    out[ANTI_TURN_AROUND : ANTI_TURN_AROUND + samples.size] = samples
    return out


def _cut(spectrum: NDArray[np.complex128], n_fft: int, half_bins: int, size: int) -> Samples:
    from scipy.fft import irfft

    kept = spectrum.copy()
    whole_bins, halved = divmod(half_bins + 1, 2)
    if halved:
        kept[whole_bins] = kept[whole_bins].real
        whole_bins += 1
    kept[whole_bins:] = 0.0
    filtered: Samples = irfft(kept, n_fft)[ANTI_TURN_AROUND : ANTI_TURN_AROUND + size]
    return filtered
