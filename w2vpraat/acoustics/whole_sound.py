"""A recording prepared for short views of it: Praat's frames of the whole, from pieces of the sound."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from w2vpraat.acoustics.burg import FrameGrid
from w2vpraat.acoustics.pitch import in_phase, in_phase_stretch
from w2vpraat.corpus.audio import Audio
from w2vpraat.errors import MeasurementError

PIECE_SECONDS = 2.0
"""Sound whose frames are kept from one call of Praat, which holds the interpreter while it works."""


@dataclass(frozen=True, eq=False)
class WholeSound:
    """A recording, prepared once for many short views of it.

    Parameters
    ----------
    samples : ndarray, shape (n,)
        All samples; float32 is kept as it is.
    rate, start_time : float
        Hz, and time of the left edge of the first sample in seconds.
    peak : float
        Largest distance from the mean pressure, which decides for Praat what is silent.
    """

    samples: NDArray[np.floating[Any]] = field(repr=False)
    rate: float
    start_time: float
    peak: float

    @property
    def end_time(self) -> float:
        """Time of the right edge of the last sample in seconds."""
        return self.start_time + self.samples.size / self.rate


def whole_sound(audio: Audio) -> WholeSound:
    """Prepare a recording (all of it)."""
    mean = float(audio.samples.mean(dtype=np.float64))
    peak = max(float(audio.samples.max()) - mean, mean - float(audio.samples.min()))
    return WholeSound(audio.samples, float(audio.rate), float(audio.start_time), peak)


def short_term_grid(sound: WholeSound, window: float, step: float, least: str) -> FrameGrid:
    """Return Praat's grid of a short-term analysis: as many whole windows as fit, centred in the Sound.

    Raises
    ------
    MeasurementError
        If not one fits; `least` is named in the message.
    """
    # In the order in which Praat computes, since rounding decides which sample is nearest to a frame.
    period = 1.0 / sound.rate
    duration = period * sound.samples.size
    if window > duration:
        raise MeasurementError(
            f"the recording lasts {duration:.3g} s, less than {least}", "a higher floor needs less sound"
        )
    n_frames = math.floor((duration - window) / step) + 1
    middle = (sound.start_time + 0.5 * period) - 0.5 * period + 0.5 * duration
    first = middle - 0.5 * (n_frames * step) + 0.5 * step
    return FrameGrid(n_frames, first, step, sound.start_time, sound.end_time)


def frames_between(grid: FrameGrid, start: float, end: float, beside: int = 1) -> tuple[int, int]:
    """Frames [low, high) of a stretch, with some beside it for interpolation."""
    low = math.ceil((start - grid.first_time) / grid.step - 1e-9) - beside
    high = math.floor((end - grid.first_time) / grid.step + 1e-9) + 1 + beside
    low = min(max(low, 0), grid.n_frames)
    return low, min(max(high, low), grid.n_frames)


def pieces(low: int, high: int, step: float) -> list[tuple[int, int]]:
    """Divide frames [low, high) into pieces of `PIECE_SECONDS`."""
    size = max(1, round(PIECE_SECONDS / step))
    return [(first, min(first + size, high)) for first in range(low, high, size)]


def cut_in_phase(
    sound: WholeSound, grid: FrameGrid, first: int, stop: int, margin: int, window: float
) -> tuple[int, NDArray[np.floating[Any]], int]:
    """Cut samples whose own frames are those of the whole: first frame, samples, their offset."""
    begin, step = grid.first_time - sound.start_time, grid.step
    low, high = in_phase(first, stop, margin, grid.n_frames, begin * sound.rate, step * sound.rate)
    part, offset = in_phase_stretch(sound.samples, sound.rate, begin + low * step, high - low, step, window)  # type: ignore[arg-type]
    return low, part, offset
