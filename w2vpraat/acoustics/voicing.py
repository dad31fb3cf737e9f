"""Where a recording is voiced, by Praat's pitch analysis."""

from __future__ import annotations

import numpy as np

from w2vpraat.acoustics.pitch import track_pitch
from w2vpraat.corpus.audio import Audio
from w2vpraat.params import PitchParams


def voiced_stretches(audio: Audio, params: PitchParams | None = None) -> tuple[tuple[float, float], ...]:
    """Return the stretches in which Praat finds f0.

    Parameters
    ----------
    audio : Audio
        The recording.
    params : PitchParams, optional
        Floor, ceiling and time step (its first pass).

    Returns
    -------
    tuple of (float, float)
        Start and end in seconds, ascending; each analysis frame stands for one time step around its centre.

    Raises
    ------
    MeasurementError
        If the recording is shorter than three periods of the pitch floor.
    """
    params = params or PitchParams()
    samples = audio.samples.astype(np.float64)
    pitch = track_pitch(samples, audio.rate, audio.start_time, params.floor, params.ceiling, params.time_step)
    voiced = np.concatenate([[False], pitch.selected_array["frequency"] > 0, [False]])
    edges = np.flatnonzero(voiced[1:] != voiced[:-1])
    first, half = float(pitch.x1), float(pitch.dx) / 2
    starts = first + edges[0::2] * 2 * half - half
    ends = first + (edges[1::2] - 1) * 2 * half + half
    return tuple((float(a), float(b)) for a, b in zip(starts, ends, strict=True))
