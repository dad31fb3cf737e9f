"""The spectrum at the cursor or of the selection: Praat's spectral slice."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from w2vpraat.acoustics.praat import call, make_sound, praat_version
from w2vpraat.acoustics.spectrogram import REFERENCE
from w2vpraat.acoustics.whole_sound import WholeSound
from w2vpraat.errors import InputError, MeasurementError
from w2vpraat.params import SpectrogramParams

Floats = NDArray[np.float64]

_SLICE_WINDOWS = {
    "square": "rectangular",
    "hamming": "Hamming",
    "bartlett": "triangular",
    "welch": "parabolic",
    "hanning": "Hanning",
    "gaussian": "Gaussian2",
}


@dataclass(frozen=True, eq=False)
class SpectralSlice:
    """The spectrum at the cursor or of the selection.

    Parameters
    ----------
    frequencies : ndarray, shape (n,)
        Hz, from 0 to the Nyquist frequency.
    levels : ndarray, shape (n,)
        Power density in dB/Hz re 2e-5 Pa; -300 where there is none.
    start, end : float
        The stretch that was transformed, in seconds.
    command : str
        The lines of a Praat script that give the Spectrum from the whole Sound.
    praat : str
        Version.
    """

    frequencies: Floats
    levels: Floats
    start: float
    end: float
    command: str
    praat: str


def spectral_slice(
    sound: WholeSound, start: float, end: float | None = None, params: SpectrogramParams | None = None
) -> SpectralSlice:
    """Take the spectrum of a window around the cursor, or of the selection (Ctrl-L in Praat).

    The window has the shape that the spectrogram has; at a cursor also its length.

    Raises
    ------
    InputError
        If the selection is reversed.
    MeasurementError
        If no sample lies there.
    """
    low, high, cursor = selection(start, end)
    params = params or SpectrogramParams()
    if cursor:
        reach = params.window * (1.0 if params.window_shape == "gaussian" else 0.5)
        low, high = low - reach, high + reach
    low, high = max(low, sound.start_time), min(high, sound.end_time)
    if high <= low:
        raise MeasurementError(
            "there is no sound for a spectrum here",
            f"the recording lasts from {sound.start_time:.6g} to {sound.end_time:.6g} s",
            time=start,
        )
    # Enough around it for Praat to choose the samples itself.
    begin = min(max(0, math.floor((low - sound.start_time) * sound.rate) - 2), sound.samples.size - 1)
    until = max(begin + 1, math.ceil((high - sound.start_time) * sound.rate) + 2)
    around = make_sound(sound.samples[begin:until], sound.rate, sound.start_time + begin / sound.rate)
    shape = _SLICE_WINDOWS[params.window_shape]
    part = call(around, "Extract part", low, high, "rectangular", 1.0, "yes")
    call(part, "Multiply by window", shape)
    spectrum = call(part, "To Spectrum", "yes")
    density = 2.0 * (np.asarray(spectrum.values) ** 2).sum(axis=0) * spectrum.dx
    levels = np.full(density.size, -300.0)
    levels[density > 0.0] = 10.0 * np.log10(density[density > 0.0] / REFERENCE)
    command = (
        f'Extract part: {low:.15g}, {high:.15g}, "rectangular", 1, "yes"\n'
        f'Multiply by window: "{shape}"\nTo Spectrum: "yes"'
    )
    frequencies = np.arange(density.size) * float(spectrum.dx)
    return SpectralSlice(frequencies, levels, low, high, command, praat_version())


def selection(start: float, end: float | None, statistic: str = "mean") -> tuple[float, float, bool]:
    """Check a selection; return its start, its end, and whether it is a cursor."""
    if statistic not in ("mean", "minimum", "maximum"):
        raise InputError(f"{statistic!r} is no statistic", "mean, minimum or maximum")
    high = start if end is None else end
    if high < start:
        raise InputError(f"the selection ends ({high:.6g} s) before it starts ({start:.6g} s)")
    if high == start and statistic != "mean":
        raise InputError(f"a {statistic} needs a selection", "select a stretch first", time=start)
    return float(start), float(high), high == start
