"""Praat's Formant objects at single frames, equal to ``To Formant (burg)`` on the whole Sound.

What Praat answers depends on the stretch that it is given: on the resampling filter (which hears all of it),
on the phase of the resampled grid and on the frame grid, both centred in the stretch. A token that is cut
out therefore gets other numbers than the same token in the whole Sound. Here the whole Sound is resampled
(`w2vpraat.acoustics.resampling`) and framed as Praat does, and only the windows of the wanted frames are laid
end to end in one Sound of twice the ceiling, which Praat then needs not resample and analyses with a
time step of exactly one window. Each frame sees the very samples that it sees in the whole Sound.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from w2vpraat.acoustics.praat import call, make_sound
from w2vpraat.acoustics.resampling import ResampledSound
from w2vpraat.params import FormantParams

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]

N_SCORED = 3
"""Formants that candidate ceilings are judged by."""
FRAMES_PER_CALL = 4000
"""Frames in one call of Praat: about 0.1 s."""


@dataclass(frozen=True)
class FrameGrid:
    """Where Praat puts its frames in a Sound.

    Parameters
    ----------
    n_frames : int
        Number of frames.
    first_time : float
        Centre of the first, in seconds.
    step : float
        Seconds between centres.
    start, end : float
        Time domain in seconds.
    """

    n_frames: int
    first_time: float
    step: float
    start: float
    end: float

    def times(self, frames: Indices) -> Floats:
        """Return the centres of frames counted from 0, in seconds."""
        return np.asarray(self.first_time + frames * self.step, dtype=np.float64)

    def around(self, times: Floats) -> Indices:
        """Return the frames (from 0, ascending) that interpolation at these times asks for."""
        left = np.floor((times - self.first_time) / self.step).astype(np.intp)
        inside = (times >= self.start) & (times <= self.end)
        both = np.concatenate([left[inside], left[inside] + 1])
        kept: Indices = np.unique(both[(both >= 0) & (both < self.n_frames)])
        return kept

    def between(self, start: float, end: float) -> Indices:
        """Return the frames (from 0) whose centres lie in [start, end]."""
        low = int(np.ceil((start - self.first_time) / self.step - 1e-9))
        high = int(np.floor((end - self.first_time) / self.step + 1e-9))
        return np.arange(max(low, 0), min(high, self.n_frames - 1) + 1, dtype=np.intp)


@dataclass(frozen=True, eq=False)
class FormantFrames:
    """Formants of some frames of a Sound.

    Parameters
    ----------
    grid : FrameGrid
        Where the frames lie.
    frames : ndarray of int, shape (m,)
        Which ones, counted from 0, ascending.
    frequencies, bandwidths : ndarray, shape (m, n_formants)
        Hz; NaN where Praat says undefined.
    """

    grid: FrameGrid
    frames: Indices
    frequencies: Floats
    bandwidths: Floats

    def at(self, times: Floats) -> tuple[Floats, Floats]:
        """Interpolate linearly between frames as Praat's ``Get value at time`` does.

        Parameters
        ----------
        times : ndarray, shape (k,)
            Seconds.

        Returns
        -------
        tuple of ndarray, shape (k, n_formants)
            Frequencies and bandwidths in Hz; NaN where Praat says undefined.
        """
        position = (times - self.grid.first_time) / self.grid.step
        left = np.floor(position).astype(np.intp)
        phase = position - left
        # Praat: the nearer frame must be defined; the farther one may be missing.
        near = np.where(phase < 0.5, left, left + 1)
        far = np.where(phase < 0.5, left + 1, left)
        weight = np.where(phase < 0.5, phase, 1.0 - phase)[:, None]
        inside = (times >= self.grid.start) & (times <= self.grid.end)
        return tuple(  # type: ignore[return-value]
            _mix(self._rows(values, near, inside), self._rows(values, far, inside), weight)
            for values in (self.frequencies, self.bandwidths)
        )

    def stretch(self, frames: Indices) -> Floats:
        """Return the frequencies of successive frames, all of which were measured."""
        row = int(np.searchsorted(self.frames, frames[0])) if frames.size else 0
        return self.frequencies[row : row + frames.size]

    def _rows(self, values: Floats, frames: Indices, inside: NDArray[np.bool_]) -> Floats:
        out = np.full((frames.size, values.shape[1]), np.nan)
        row = np.searchsorted(self.frames, frames)
        known = inside & (row < self.frames.size)
        known[known] = self.frames[row[known]] == frames[known]
        out[known] = values[row[known]]
        return out


def _mix(near: Floats, far: Floats, weight: Floats) -> Floats:
    return np.where(np.isnan(far), near, near + weight * (far - near))


def frame_grid(sound: ResampledSound, params: FormantParams) -> FrameGrid:
    """Return Praat's frame grid on a resampled Sound; ``n_frames`` is 0 if no whole window fits."""
    step = params.time_step if params.time_step > 0.0 else params.window / 4.0
    duration = sound.size * sound.period
    n_frames = max(0, 1 + int(np.floor((duration - 2.0 * params.window) / step)))
    first = sound.first_time + 0.5 * (duration - sound.period - (n_frames - 1) * step)
    return FrameGrid(n_frames, first, step, sound.start, sound.end)


def analyse_frames(
    sound: ResampledSound,
    grid: FrameGrid,
    frames: Indices,
    ceiling: float,
    params: FormantParams,
    widths: Indices | None = None,
) -> FormantFrames:
    """Measure the formants of some frames.

    Parameters
    ----------
    sound : ResampledSound
        The Sound at twice the ceiling.
    grid : FrameGrid
        Its frames.
    frames : ndarray of int, shape (m,)
        Wanted frames, counted from 0, ascending.
    ceiling : float
        Formant ceiling in Hz.
    params : FormantParams
        Settings of the analysis.
    widths : ndarray of int, optional
        The frames whose bandwidths are wanted (the others get NaN); default: all.

    Raises
    ------
    MeasurementError
        If Praat refuses, for example because the window holds fewer samples than poles.
    """
    # Never fewer than the search looks at, never more than there are poles for.
    n_formants = min((round(2.0 * params.n_formants) + 1) // 2, max(N_SCORED, params.n_reported))
    window = int(np.floor(2.0 * params.window / sound.period))
    half = window // 2
    # A stride of even length puts the frame centres between two samples, where rounding can't move them.
    stride = 2 * half + 2
    times = grid.times(frames)
    left = np.floor((times - sound.first_time) / sound.period + 1.0).astype(np.intp)
    # One more sample in front of each window, for the pre-emphasis.
    begin = left - half - 1
    with_width = np.ones(frames.size, dtype=bool) if widths is None else np.isin(frames, widths)
    values = np.full((2, frames.size, n_formants), np.nan)
    for first in range(0, frames.size, FRAMES_PER_CALL):
        part = slice(first, first + FRAMES_PER_CALL)
        strip = make_sound(sound.windows(begin[part], stride).ravel(), 2.0 * ceiling, 0.0)
        step = stride / (2.0 * ceiling)
        formant = call(
            strip,
            "To Formant (burg)",
            step,
            params.n_formants,
            ceiling,
            params.window,
            params.preemphasis,
        )
        values[0, part] = _frequencies(formant, n_formants)
        values[1, part] = _bandwidths(formant, n_formants, with_width[part])
    return FormantFrames(grid, frames, values[0], values[1])


def _frequencies(formant: Any, n_formants: int) -> Floats:
    """Copy the frequencies of a Praat Formant object, shape (n_frames, n_formants)."""
    value, numbers = formant.get_value_at_time, range(1, n_formants + 1)
    return np.array([[value(k, time) for k in numbers] for time in formant.xs()])


def _bandwidths(formant: Any, n_formants: int, wanted: NDArray[np.bool_]) -> Floats:
    """Copy bandwidths of the wanted frames, shape (n_frames, n_formants)."""
    out = np.full((wanted.size, n_formants), np.nan)
    times = formant.xs()
    width, numbers = formant.get_bandwidth_at_time, range(1, n_formants + 1)
    for row in np.flatnonzero(wanted):
        out[row] = [width(k, times[row]) for k in numbers]
    return out
