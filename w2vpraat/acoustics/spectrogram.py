"""Spectrograms in tiles: Praat's numbers on a frame grid that all tiles share, and Praat's grey levels.

Praat's editor analyses what is visible, with frames centred in it, so that its frames move when one scrolls.
Here the frames lie at whole multiples of a step of whole samples after the origin of the recording, whatever
is visible; each is computed by Praat (``To Spectrogram``) from the samples under its window, and neighbouring
tiles join without a seam. Steps double from the shortest that Praat makes, so that tiles can be kept
while one zooms.

Grey levels follow Praat's ``Paint``: pre-emphasis in dB per octave, the maximum of what is visible (or a set
one) is black, and `dynamic_range` dB below it is white.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from w2vpraat.acoustics.praat import call, make_sound
from w2vpraat.errors import InputError
from w2vpraat.params import SpectrogramParams

Floats = NDArray[np.float64]
Greys = NDArray[np.uint8]

OVERSAMPLING = 8.0
"""Praat makes at most this many steps per effective width of the window, in time and in frequency."""
FRAMES_PER_TILE = 512
"""Frames of a tile of `tile_spans`: a few ms of Praat's time, at any zoom."""
REFERENCE = 4.0e-10
"""Square of the auditory threshold pressure (20 micropascal), in Pa^2."""
FLOOR = 1e-30
"""What Praat adds to a power before it takes the logarithm."""

_SHAPES = {
    "square": "square (rectangular)",
    "hamming": "Hamming (raised sine-squared)",
    "bartlett": "Bartlett (triangular)",
    "welch": "Welch (parabolic)",
    "hanning": "Hanning (sine-squared)",
    "gaussian": "Gaussian",
}


@dataclass(frozen=True, eq=False)
class SpectrogramTile:
    """Power over time and frequency, before anything is done for display.

    Parameters
    ----------
    times : ndarray, shape (n_time,)
        Centres of the frames in seconds, `step` apart. Frames whose window reaches beyond the given samples
        are left out, as Praat does at the edges of a Sound; so there may be none.
    frequencies : ndarray, shape (n_freq,)
        Centres of the bands in Hz, ascending, `frequency_step` apart.
    levels : ndarray of float32, shape (n_freq, n_time)
        Power in dB/Hz re 2e-5 Pa.
    step, frequency_step : float
        Seconds and Hz. A frame is drawn from half a step before to half a step after its centre.
    """

    times: Floats
    frequencies: Floats
    levels: NDArray[np.float32]
    step: float
    frequency_step: float

    def emphasized(self, params: SpectrogramParams) -> NDArray[np.float32]:
        """Return the levels with Praat's pre-emphasis: dB per octave above about 1000 Hz."""
        # Praat counts bands from 1 and takes the upper edge of each.
        band = np.floor(self.frequencies / self.frequency_step + 0.25) + 1.0
        rise = params.preemphasis * np.log2(band * (self.frequency_step / 1000.0))
        return self.levels + rise.astype(np.float32)[:, None]


def shortest_step(rate: float, params: SpectrogramParams) -> float:
    """Return the shortest step between frames in seconds: Praat's, in whole samples."""
    effective = params.window / math.sqrt(math.pi)
    # At least three samples, so that one more frame never fits beside the wanted ones.
    return max(3, math.ceil(effective / OVERSAMPLING * rate - 1e-9)) / rate


def tile_step(visible: float, rate: float, params: SpectrogramParams) -> float:
    """Return the step in seconds for a view of this many seconds.

    The shortest step times a power of two: at least as fine as Praat's (visible part / time steps), at most
    twice as fine.
    """
    shortest = shortest_step(rate, params)
    doublings = math.floor(math.log2(max(1.0, visible / params.time_steps / shortest)) + 1e-9)
    return float(shortest * 2**doublings)


def tile_margin(params: SpectrogramParams) -> float:
    """Return the seconds of sound before and after a stretch that its frames hear; read these as well."""
    return _physical(params) / 2.0 + 0.001


def tile_spans(start: float, end: float, step: float, *, origin: float = 0.0) -> list[tuple[float, float]]:
    """Return the tiles of `FRAMES_PER_TILE` frames that cover a stretch, as (start, end) in seconds.

    They are the same ones wherever the stretch begins, so they can serve as keys of a cache.
    """
    length = FRAMES_PER_TILE * step
    first, stop = math.floor((start - origin) / length), math.ceil((end - origin) / length)
    return [(origin + index * length, origin + (index + 1) * length) for index in range(first, stop)]


def spectrogram_tile(
    samples: NDArray[np.floating[Any]],
    rate: float,
    start_time: float,
    start: float,
    end: float,
    params: SpectrogramParams | None = None,
    *,
    step: float | None = None,
    origin: float = 0.0,
) -> SpectrogramTile:
    """Compute the spectrogram frames whose centres lie in [start, end).

    Parameters
    ----------
    samples : ndarray, shape (n,)
        Pressure (full scale is 1): the stretch with `tile_margin` on both sides, or the whole recording.
    rate, start_time : float
        Sampling frequency in Hz, and time of the left edge of the first sample in seconds.
    start, end : float
        Seconds.
    params : SpectrogramParams, optional
        Settings; view range, window and steps decide here, the others in `grey_levels`.
    step : float, optional
        Seconds between frames, from `tile_step` for what is visible; default: for a view of this stretch.
    origin : float
        Start of the whole recording in seconds; frames lie at whole multiples of `step` after it.

    Returns
    -------
    SpectrogramTile

    Raises
    ------
    InputError
        If nothing of the view range lies below the Nyquist frequency.
    MeasurementError
        If Praat refuses, for example a window of less than two samples.
    """
    params = params or SpectrogramParams()
    if step is None:
        step = tile_step(end - start, rate, params)
    stride = max(3, round(step * rate))
    step = stride / rate
    skipped = round((start_time - origin) * rate)
    # Half of the samples under a window, and one more, since Praat must find room for a whole window.
    half = math.floor(_physical(params) * rate / 2.0) + 1
    first = math.ceil((start - origin) / step - 1e-6)
    stop = math.ceil((end - origin) / step - 1e-6)
    first = max(first, -(-(skipped + half) // stride))
    stop = min(stop, (skipped + samples.size - half) // stride + 1)
    # Samples may lie between those counted from the origin; rounded, so that all stretches say the same.
    edge = origin + round((start_time - origin) * rate - skipped, 6) / rate
    if stop <= first:
        # Praat decides on the bands, whatever the samples.
        silent = np.zeros(2 * half)
        nothing = _praat(silent, rate, 0.0, step, params)
        return _tile(nothing, params, step, np.empty(0))
    begin = first * stride - half - skipped
    until = (stop - 1) * stride + half - skipped
    sound = samples[begin:until]
    made = _praat(sound, rate, start_time + begin / rate, step, params)
    return _tile(made, params, step, edge + step * np.arange(first, stop, dtype=np.float64))


def display_maximum(
    tiles: Iterable[SpectrogramTile],
    params: SpectrogramParams | None = None,
    *,
    start: float = -math.inf,
    end: float = math.inf,
) -> float:
    """Return what is black, in dB/Hz: with autoscaling the maximum (after pre-emphasis) of what is visible.

    Parameters
    ----------
    tiles : iterable of SpectrogramTile
        All tiles of the view.
    params : SpectrogramParams, optional
        Settings.
    start, end : float
        The visible part in seconds.
    """
    params = params or SpectrogramParams()
    if not params.autoscaling:
        return params.maximum
    highest = 0.0  # Praat's lowest maximum
    for tile in tiles:
        seen = (tile.times + 0.5 * tile.step > start) & (tile.times - 0.5 * tile.step < end)
        if seen.any():
            highest = max(highest, float(tile.emphasized(params)[:, seen].max()))
    return highest


def grey_levels(
    tile: SpectrogramTile, params: SpectrogramParams | None = None, maximum: float | None = None
) -> Greys:
    """Return the picture of a tile as Praat paints it.

    Parameters
    ----------
    tile : SpectrogramTile
        What to paint.
    params : SpectrogramParams, optional
        Settings.
    maximum : float, optional
        What is black in dB/Hz, from `display_maximum` over all visible tiles; default: of this tile.

    Returns
    -------
    ndarray of uint8, shape (n_freq, n_time)
        0 is black, 255 white; row 0 is the lowest frequency.
    """
    params = params or SpectrogramParams()
    if maximum is None:
        maximum = display_maximum([tile], params)
    shown = tile.emphasized(params)
    if params.dynamic_compression > 0.0 and shown.size:
        loudest = np.maximum(shown.max(axis=0), 0.0)
        shown = shown + np.float32(params.dynamic_compression) * (np.float32(maximum) - loudest)
    share = (np.float32(maximum) - shown) / np.float32(params.dynamic_range)
    return np.rint(np.clip(share, 0.0, 1.0) * 255.0).astype(np.uint8)


def spectrogram_command(params: SpectrogramParams, step: float) -> str:
    """Return the line of a Praat script that makes this spectrogram of a whole Sound."""
    return (
        f"To Spectrogram: {params.window:.15g}, {params.view_to:.15g}, {step:.15g},"
        f' {params.view_to / params.frequency_steps:.15g}, "{_SHAPES[params.window_shape]}"'
    )


def _physical(params: SpectrogramParams) -> float:
    return params.window * (2.0 if params.window_shape == "gaussian" else 1.0)


def _praat(
    samples: NDArray[np.floating[Any]], rate: float, start: float, step: float, params: SpectrogramParams
) -> Any:
    if params.view_from >= min(params.view_to, rate / 2.0):
        raise InputError(
            f"a spectrogram from {params.view_from:g} to {params.view_to:g} Hz is empty"
            f" at {rate:g} samples per second",
            "choose a lower start or a higher end of the view range",
        )
    return call(
        make_sound(samples, rate, start),
        "To Spectrogram",
        params.window,
        params.view_to,
        step,
        params.view_to / params.frequency_steps,
        _SHAPES[params.window_shape],
    )


def _tile(made: Any, params: SpectrogramParams, step: float, times: Floats) -> SpectrogramTile:
    frequencies = np.asarray(made.y1 + np.arange(made.ny) * made.dy)
    # Praat shows a band if its centre is seen, or nearly.
    seen = frequencies >= params.view_from - 0.49999 * made.dy
    power = np.asarray(made.values)[seen, : times.size]
    levels = 10.0 * np.log10((power + FLOOR) / REFERENCE)
    return SpectrogramTile(times, frequencies[seen], levels.astype(np.float32), step, float(made.dy))
