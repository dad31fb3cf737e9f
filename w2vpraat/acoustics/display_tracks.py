"""What the overlays of the editor show: formants, f0 and intensity of a visible stretch.

What is on screen is what is measured: every frame is the one that the whole recording has, not one of the
visible part, as in Praat's editor, whose frames move when one scrolls. Praat holds the interpreter while it
works, so nothing here hands it more than a few seconds of sound at once. Formant and intensity frames equal
those behind the measured table; of f0 see `w2vpraat.acoustics.display_pitch`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from w2vpraat.acoustics.burg import FormantFrames, FrameGrid, analyse_frames, frame_grid
from w2vpraat.acoustics.display_pitch import (
    PitchRange,
    PitchTrack,
    adapted_range,
    adapting_range,
    pitch_track,
    set_range,
)
from w2vpraat.acoustics.praat import call, make_sound
from w2vpraat.acoustics.resampling import ResampledSound, resample_for_ceilings
from w2vpraat.acoustics.sources import SILENCE_DB
from w2vpraat.acoustics.whole_sound import (
    PIECE_SECONDS,
    WholeSound,
    frames_between,
    pieces,
    short_term_grid,
    whole_sound,
)
from w2vpraat.params import FormantParams, FormantViewParams, IntensityParams

__all__ = [
    "FormantSource",
    "FormantTracks",
    "IntensityTrack",
    "PitchRange",
    "PitchTrack",
    "WholeSound",
    "adapted_range",
    "adapting_range",
    "formant_sources",
    "formant_tracks",
    "intensity_track",
    "pitch_track",
    "set_range",
    "whole_sound",
]

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class FormantSource:
    """A recording resampled for one formant ceiling; any stretch of its formants is then cheap.

    Parameters
    ----------
    sound : ResampledSound
        What Praat would analyse.
    grid : FrameGrid
        Praat's frames in it.
    ceiling : float
        Hz.
    params : FormantParams
        Settings; `n_reported` is raised to all formants that there are poles for (7 at most).
    """

    sound: ResampledSound
    grid: FrameGrid
    ceiling: float
    params: FormantParams

    def frames(self, wanted: Indices, widths: Indices | None = None) -> FormantFrames:
        """Measure frames (from 0, ascending), with bandwidths of all or of those in `widths`."""
        parts = []
        per_call = max(1, round(PIECE_SECONDS / self.grid.step))
        for first in range(0, max(1, wanted.size), per_call):
            some = wanted[first : first + per_call]
            parts.append(analyse_frames(self.sound, self.grid, some, self.ceiling, self.params, widths))
        return FormantFrames(
            self.grid,
            wanted,
            np.concatenate([part.frequencies for part in parts]),
            np.concatenate([part.bandwidths for part in parts]),
        )


def formant_sources(
    sound: WholeSound, ceilings: Sequence[float], params: FormantParams | None = None
) -> Iterator[FormantSource]:
    """Resample a recording for each of some ceilings (Hz), as Praat's ``To Formant (burg)`` does.

    The filter hears the whole recording, so this costs about 0.05 s per minute of sound at 16 kHz, 0.5 s at
    44.1 kHz, and 9 s for an hour at 16 kHz; more ceilings cost less than the first. Most of it is in Fourier
    transforms, which leave the interpreter free, but run it outside the window's thread.

    Yields
    ------
    FormantSource
        One per ceiling.
    """
    params = params or FormantParams()
    shown = replace(params, n_reported=min(7, max(params.n_reported, math.ceil(params.n_formants))))
    samples = np.asarray(sound.samples, dtype=np.float64)
    resampled = resample_for_ceilings(samples, sound.rate, sound.start_time, ceilings)
    for ceiling, one in zip(ceilings, resampled, strict=True):
        yield FormantSource(one, frame_grid(one, params), float(ceiling), shown)


@dataclass(frozen=True, eq=False)
class FormantTracks:
    """Formants of a stretch.

    Parameters
    ----------
    times : ndarray, shape (m,)
        Centres of Praat's frames in seconds; one more than the stretch holds on each side.
    frequencies : ndarray, shape (m, n_formants)
        Hz; NaN where Praat says undefined.
    bandwidths : ndarray, shape (m, n_formants)
        Hz; NaN unless asked for.
    peaks : ndarray, shape (m,)
        Highest squared sample of each window, after pre-emphasis: Praat's "intensity" of a formant frame.
    frames : FormantFrames
        The same, for `at`.
    """

    times: Floats
    frequencies: Floats
    bandwidths: Floats
    peaks: Floats
    frames: FormantFrames

    def at(self, times: Floats) -> Floats:
        """Return the formants at times (seconds) within the stretch, as Praat interpolates, shape (k, n)."""
        return self.frames.at(np.asarray(times, dtype=np.float64))[0]

    def drawn(self, params: FormantViewParams | None = None) -> NDArray[np.bool_]:
        """Return which frames Praat draws: those within the dynamic range of the loudest, shape (m,)."""
        params = params or FormantViewParams()
        if params.dynamic_range <= 0.0 or self.peaks.size == 0:
            return np.ones(self.peaks.size, dtype=bool)
        least = self.peaks.max() / 10.0 ** (params.dynamic_range / 10.0)
        return np.asarray(self.peaks >= least)


def formant_tracks(
    source: FormantSource, start: float, end: float, *, bandwidths: bool = False
) -> FormantTracks:
    """Measure the formants of a stretch, all frames; exactly what `measure_formants` interpolates between.

    Parameters
    ----------
    source : FormantSource
        The recording with one ceiling.
    start, end : float
        Seconds.
    bandwidths : bool
        Whether to copy bandwidths as well (nearly twice the time).
    """
    low, high = frames_between(source.grid, start, end)
    wanted = np.arange(low, high, dtype=np.intp)
    found = source.frames(wanted, None if bandwidths else np.empty(0, dtype=np.intp))
    return FormantTracks(
        source.grid.times(wanted), found.frequencies, found.bandwidths, _peaks(source, wanted), found
    )


def _peaks(source: FormantSource, wanted: Indices) -> Floats:
    sound, params = source.sound, source.params
    half = int(np.floor(2.0 * params.window / sound.period)) // 2
    left = np.floor((source.grid.times(wanted) - sound.first_time) / sound.period + 1.0).astype(np.intp)
    windows = sound.windows(left - half - 1, 2 * half + 1)
    factor = math.exp(-2.0 * math.pi * params.preemphasis * sound.period)
    emphasized = windows[:, 1:] - factor * windows[:, :-1]
    return np.asarray((emphasized**2).max(axis=1, initial=0.0))


@dataclass(frozen=True, eq=False)
class IntensityTrack:
    """Intensity of a stretch.

    Parameters
    ----------
    times : ndarray, shape (m,)
        Centres of Praat's frames in seconds; two more than the stretch holds on each side.
    values : ndarray, shape (m,)
        dB; NaN where the pressure is zero.
    grid : FrameGrid
        All frames of the recording.
    """

    times: Floats
    values: Floats
    grid: FrameGrid

    def praat(self) -> Any:
        """Return the stretch as a Praat object that is sampled and interpolated like an Intensity."""
        values = np.where(np.isnan(self.values), -300.0, self.values)
        return make_sound(values, 1.0 / self.grid.step, float(self.times[0]) - 0.5 * self.grid.step)

    def at(self, times: Floats) -> Floats:
        """Return intensity at times (seconds) within the stretch, with Praat's cubic interpolation."""
        wanted = np.asarray(times, dtype=np.float64)
        if self.times.size == 0:
            return np.full(wanted.shape, np.nan)
        vector = self.praat()
        found = np.array([call(vector, "Get value at time", 1, float(time), "Cubic") for time in wanted])
        found[found < SILENCE_DB] = np.nan
        return found


def intensity_track(
    sound: WholeSound, start: float, end: float, params: IntensityParams | None = None
) -> IntensityTrack:
    """Measure intensity in a stretch, on the frames of the whole recording.

    Raises
    ------
    MeasurementError
        If the recording is shorter than 6.4 periods of the minimum pitch.
    """
    params = params or IntensityParams()
    grid = short_term_grid(
        sound,
        6.4 / params.minimum_pitch,
        0.8 / params.minimum_pitch,
        f"6.4 periods of {params.minimum_pitch:g} Hz",
    )
    low, high = frames_between(grid, start, end, beside=2)
    parts = [_intensity_frames(sound, grid, a, b, params) for a, b in pieces(low, high, grid.step)]
    values = np.concatenate([np.empty(0), *parts])
    values[values < SILENCE_DB] = np.nan
    return IntensityTrack(grid.times(np.arange(low, high)), values, grid)


def _intensity_frames(
    sound: WholeSound, grid: FrameGrid, first: int, stop: int, params: IntensityParams
) -> Floats:
    """Measure frames [first, stop) in dB.

    A window is centred on the sample nearest to the frame, which often is a toss between two: it is made with
    Praat's own arithmetic on the whole Sound, then the windows are laid end to end, one step apart.
    """
    period = 1.0 / sound.rate
    half = math.floor(0.5 * (6.4 / params.minimum_pitch) / period)
    times = grid.times(np.arange(first, stop))
    first_sample = sound.start_time + 0.5 * period
    middle = np.floor((times - first_sample) / period + 1.0 + 0.5).astype(np.intp) - 1
    index = middle[:, None] + np.arange(-half - 1, half + 2)
    windows = sound.samples[np.clip(index, 0, sound.samples.size - 1)]
    strip = make_sound(windows.ravel(), sound.rate, 0.0)
    step = (2 * half + 3) * period
    made = call(strip, "To Intensity", params.minimum_pitch, step, params.subtract_mean)
    return np.asarray(made.values[0], dtype=np.float64)
