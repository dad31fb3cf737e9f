"""f0 of a visible stretch, on the frames of the whole recording, and the range it is looked for in.

Praat's path finder and its threshold of silence look at the whole recording. Pieces hear two seconds more on
each side and are told the peak of the whole, so they give the f0 of the whole in all but a few of
100,000 frames; where Praat's rounding of frame centres falls on the other side, f0 moves, mostly by less than
0.1 Hz. Recordings of up to six seconds are analysed as a whole.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from w2vpraat.acoustics.burg import FrameGrid
from w2vpraat.acoustics.pitch import adapt_range, as_pitch, to_pitch, track_pitch
from w2vpraat.acoustics.praat import make_sound
from w2vpraat.acoustics.whole_sound import (
    PIECE_SECONDS,
    WholeSound,
    cut_in_phase,
    frames_between,
    pieces,
    short_term_grid,
)
from w2vpraat.events import Progress
from w2vpraat.params import PitchParams

Floats = NDArray[np.float64]

MARGIN_SECONDS = 2.0
"""Sound before and after a piece that the path finder hears as well."""
SHORT = PIECE_SECONDS + 2.0 * MARGIN_SECONDS
"""Recordings of up to this many seconds are analysed as a whole, so their f0 is exactly what is measured."""


@dataclass(frozen=True)
class PitchRange:
    """The range in which f0 is looked for.

    Parameters
    ----------
    floor, ceiling : float
        Hz.
    adapted : bool
        True if set from a first pass, False if these are the settings'.
    """

    floor: float
    ceiling: float
    adapted: bool = False


def set_range(params: PitchParams | None = None) -> PitchRange:
    """Return the range of the settings, for as long as (or where) it is not adapted."""
    params = params or PitchParams()
    return PitchRange(params.floor, params.ceiling)


def adapted_range(
    sound: WholeSound, params: PitchParams | None = None, spans: Sequence[tuple[float, float]] | None = None
) -> PitchRange:
    """Return the very range that `measure_f0` uses for a speaker, in one go.

    Costs one analysis of the whole recording, about 0.1 s a minute at 16 kHz, and holds the interpreter
    all the while: for long recordings call it in another process, take the columns ``f0_floor`` and
    ``f0_ceiling`` of a measured table, or use `adapting_range`.

    Parameters
    ----------
    sound : WholeSound
        The recording.
    params : PitchParams, optional
        Settings.
    spans : sequence of (start, end), optional
        The speaker's tokens in seconds, if others speak in the recording as well.

    Raises
    ------
    MeasurementError
        If the recording is shorter than three periods of the floor.
    """
    params = params or PitchParams()
    if not params.two_pass:
        return set_range(params)
    samples = np.asarray(sound.samples, dtype=np.float64)
    pitch = track_pitch(samples, sound.rate, sound.start_time, params.floor, params.ceiling, params.time_step)
    return PitchRange(*adapt_range(pitch, spans, params))


def adapting_range(
    sound: WholeSound, params: PitchParams | None = None, spans: Sequence[tuple[float, float]] | None = None
) -> Iterator[Progress | PitchRange]:
    """Set the range as `adapted_range` does, but in short pieces that can be stopped between.

    Takes about three times as long (margins are heard as well). Since f0 of pieces may differ in single
    frames, one end of the range may be 1 Hz off: in 2 of 85 recordings of sample corpus and LibriSpeech.

    Yields
    ------
    Progress or PitchRange
        One event per piece, then the range.
    """
    params = params or PitchParams()
    if not params.two_pass:
        yield set_range(params)
        return
    whole = set_range(params)
    grid = _pitch_grid(sound, whole, params)
    per_piece = max(1, round(PIECE_SECONDS / grid.step))
    firsts = range(0, grid.n_frames, per_piece)
    values = []
    for done, first in enumerate(firsts, 1):
        stop = min(first + per_piece, grid.n_frames)
        values.append(_pitch_frames(sound, grid, whole, first, stop))
        yield Progress("f0 range", done, len(firsts))
    pitch = as_pitch(np.concatenate(values), grid.start, grid.end, grid.step, grid.first_time)
    yield PitchRange(*adapt_range(pitch, spans, params))


@dataclass(frozen=True, eq=False)
class PitchTrack:
    """f0 of a stretch.

    Parameters
    ----------
    times : ndarray, shape (m,)
        Centres of Praat's frames in seconds; one more than the stretch holds on each side.
    values : ndarray, shape (m,)
        Hz; NaN where unvoiced.
    limits : PitchRange
        What was looked for.
    grid : FrameGrid
        All frames of the recording.
    """

    times: Floats
    values: Floats
    limits: PitchRange
    grid: FrameGrid

    def praat(self) -> Any:
        """Return the stretch as a Praat Pitch object."""
        half = 0.5 * self.grid.step
        values = np.nan_to_num(self.values)
        return as_pitch(values, self.times[0] - half, self.times[-1] + half, self.grid.step, self.times[0])

    def at(self, times: Floats) -> Floats:
        """Return f0 at times (seconds) within the stretch, as Praat interpolates; NaN where unvoiced."""
        wanted = np.asarray(times, dtype=np.float64)
        if self.times.size == 0:
            return np.full(wanted.shape, np.nan)
        pitch = self.praat()
        return np.array([pitch.get_value_at_time(time) for time in wanted])


def pitch_track(
    sound: WholeSound,
    start: float,
    end: float,
    limits: PitchRange | None = None,
    params: PitchParams | None = None,
) -> PitchTrack:
    """Measure f0 in a stretch, on the frames of the whole recording.

    Parameters
    ----------
    sound : WholeSound
        The recording.
    start, end : float
        Seconds.
    limits : PitchRange, optional
        From `adapted_range`, or the floor and ceiling of the measured table; default: that of the settings.
    params : PitchParams, optional
        Its time step is used.

    Raises
    ------
    MeasurementError
        If the recording is shorter than three periods of the floor.
    """
    params = params or PitchParams()
    limits = limits or set_range(params)
    grid = _pitch_grid(sound, limits, params)
    low, high = frames_between(grid, start, end)
    values = np.concatenate(
        [np.empty(0)] + [_pitch_frames(sound, grid, limits, a, b) for a, b in pieces(low, high, grid.step)]
    )
    values[values <= 0.0] = np.nan
    return PitchTrack(grid.times(np.arange(low, high)), values, limits, grid)


def _pitch_grid(sound: WholeSound, limits: PitchRange, params: PitchParams) -> FrameGrid:
    step = params.time_step if params.time_step > 0.0 else 0.75 / limits.floor
    return short_term_grid(sound, 3.0 / limits.floor, step, f"three periods of {limits.floor:g} Hz")


def _pitch_frames(sound: WholeSound, grid: FrameGrid, limits: PitchRange, first: int, stop: int) -> Floats:
    """f0 of frames [first, stop) in Hz, 0 where unvoiced."""
    margin = math.ceil(MARGIN_SECONDS / grid.step)
    # A few frames more than the margin may be taken to meet the samples in phase.
    reach = margin + 8
    short = sound.end_time - sound.start_time <= SHORT
    if short or (first <= reach and stop + reach >= grid.n_frames):
        part, offset, low = sound.samples, 0, 0
    else:
        low, part, offset = cut_in_phase(sound, grid, first, stop, margin, 3.0 / limits.floor)
        part = np.array(part, dtype=np.float64)
        # Praat weighs a frame's peak against the highest of the whole Sound: put that where no frame is kept.
        place = 0 if low > 0 else -1
        part[place] = 0.0
        part[place] = (sound.peak + part.mean()) / (1.0 - 1.0 / part.size)
    made = make_sound(part, sound.rate, sound.start_time + offset / sound.rate)
    pitch = to_pitch(made, grid.step, limits.floor, limits.ceiling)
    found: Floats = pitch.selected_array["frequency"]
    return found[first - low : stop - low]
