"""f0 and intensity of the tokens of one recording, as Praat answers for the whole Sound."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from w2vpraat.acoustics.pitch import adapt_range, count_jumps, track_pitch
from w2vpraat.acoustics.praat import call, make_sound
from w2vpraat.acoustics.values import TokenLike
from w2vpraat.errors import MeasurementError
from w2vpraat.params import IntensityParams, PitchParams

Floats = NDArray[np.float64]

SILENCE_DB = -299.0
"""Praat writes -300 dB where the pressure is zero; here that is a missing value."""


@dataclass(frozen=True, eq=False)
class SourceValues:
    """f0 or intensity of tokens.

    Parameters
    ----------
    points : ndarray, shape (n_tokens, n_points)
        Values at the points (Hz or dB), NaN where undefined.
    means : ndarray, shape (n_tokens,)
        Means over the tokens.
    notes : tuple of str
        One per token, empty if there is nothing to say.
    jumps : ndarray of int, shape (n_tokens,)
        Suspected octave jumps inside each token (f0).
    ranges : ndarray, shape (n_tokens, 2)
        Floor and ceiling of the analysis in Hz (f0).
    """

    points: Floats
    means: Floats
    notes: tuple[str, ...]
    jumps: NDArray[np.int64]
    ranges: Floats


def _empty(tokens: Sequence[TokenLike], times: Floats) -> SourceValues:
    n = len(tokens)
    return SourceValues(
        np.full(times.shape, np.nan),
        np.full(n, np.nan),
        ("",) * n,
        np.zeros(n, dtype=np.int64),
        np.full((n, 2), np.nan),
    )


def measure_f0(
    samples: Floats,
    rate: float,
    start: float,
    tokens: Sequence[TokenLike],
    times: Floats,
    params: PitchParams,
) -> SourceValues:
    """Measure f0 at times and over whole tokens, with one range per speaker.

    The mean is Praat's ``Get mean`` (Hertz); unvoiced is NaN. With one speaker in the recording the first
    pass takes the quartiles over the whole of it, whatever tokens are asked for; with several, over their
    tokens.

    Parameters
    ----------
    samples : ndarray, shape (n,)
        The whole recording.
    rate, start : float
        Sampling frequency in Hz and start time in seconds.
    tokens : sequence of tokens
        Their ``start``, ``end`` and ``speaker`` are used.
    times : ndarray, shape (n_tokens, n_points)
        Seconds.
    params : PitchParams
        Settings.
    """
    out = _empty(tokens, times)
    notes = [""] * len(tokens)
    speakers = list(dict.fromkeys(token.speaker for token in tokens))
    try:
        first = track_pitch(samples, rate, start, params.floor, params.ceiling, params.time_step)
    except MeasurementError:
        # Praat refuses a Sound shorter than three periods of the floor.
        return SourceValues(out.points, out.means, ("too short for f0",) * len(tokens), out.jumps, out.ranges)
    for speaker in speakers:
        rows = [row for row, token in enumerate(tokens) if token.speaker == speaker]
        spans = [(tokens[row].start, tokens[row].end) for row in rows] if len(speakers) > 1 else None
        pitch, floor, ceiling = first, params.floor, params.ceiling
        if params.two_pass:
            floor, ceiling, adapted = adapt_range(first, spans, params)
            if adapted:
                pitch = track_pitch(samples, rate, start, floor, ceiling, params.time_step)
            else:
                notes = [
                    "f0 range not adapted" if row in set(rows) else note for row, note in enumerate(notes)
                ]
        value = pitch.get_value_at_time
        for row in rows:
            token = tokens[row]
            out.points[row] = [value(time) for time in times[row]]
            if token.end > token.start:
                out.means[row] = call(pitch, "Get mean", token.start, token.end, "Hertz")
                out.jumps[row] = count_jumps(pitch, token.start, token.end)
            out.ranges[row] = floor, ceiling
    return SourceValues(out.points, out.means, tuple(notes), out.jumps, out.ranges)


def measure_intensity(
    samples: Floats,
    rate: float,
    start: float,
    tokens: Sequence[TokenLike],
    times: Floats,
    params: IntensityParams,
) -> SourceValues:
    """Measure intensity at times (cubic interpolation) and over whole tokens (mean of the energy, in dB).

    Parameters as in `measure_f0`; ``Get value at time: t, "Cubic"`` and ``Get mean: start, end, "energy"``.
    """
    out = _empty(tokens, times)
    try:
        intensity = call(
            make_sound(samples, rate, start),
            "To Intensity",
            params.minimum_pitch,
            0.0,
            params.subtract_mean,
        )
    except MeasurementError:
        # Praat refuses a Sound shorter than 6.4 periods of the minimum pitch.
        return SourceValues(
            out.points, out.means, ("too short for intensity",) * len(tokens), out.jumps, out.ranges
        )
    cubic = _cubic()
    for row, token in enumerate(tokens):
        out.points[row] = [intensity.get_value(time, cubic) for time in times[row]]
        if token.end > token.start:
            out.means[row] = call(intensity, "Get mean", token.start, token.end, "energy")
    out.points[out.points < SILENCE_DB] = np.nan
    out.means[out.means < SILENCE_DB] = np.nan
    return out


def _cubic() -> Any:
    import parselmouth

    return parselmouth.ValueInterpolation.CUBIC
