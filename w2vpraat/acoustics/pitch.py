"""f0 by Praat's autocorrelation method, with the range set by a first pass.

The first pass runs with the wide range of the settings; the second with a floor of 0.75 times the first
quartile and a ceiling of 2.5 times the third quartile of the speaker's voiced frames. The two passes are
those of De Looze, C. & Hirst, D. (2008), Detecting changes in key and range for the automatic modelling and
coding of intonation, Speech Prosody 2008, 135-138; the factors those of Hirst, D. (2011), The analysis by
synthesis of speech melody: from data to models, Journal of Speech Sciences 1, 55-83 (0.75 and 1.5; 2.5 for
expressive speech, taken here since a ceiling that is too low loses whole syllables). Both are rounded to
whole Hz, so that they can be typed into Praat.

Autocorrelation: Boersma, P. (1993), Accurate short-term analysis of the fundamental frequency and the
harmonics-to-noise ratio of a sampled sound, IFA Proceedings 17, 97-110.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from w2vpraat.acoustics.praat import call, make_sound
from w2vpraat.params import PitchParams

Floats = NDArray[np.float64]

FLOOR_FACTOR, CEILING_FACTOR = 0.75, 2.5
MIN_VOICED = 10
"""Fewer voiced frames than this set no range."""
JUMP_SEMITONES = 6.0
"""Neighbouring frames farther apart than this count as a suspected octave jump: f0 changes by at most about
one semitone in 10 ms (Xu & Sun 2002, JASA 111, 1399-1413), a halving or doubling error by about twelve."""
BLOCK_SECONDS = 300.0
"""Longest stretch in one call of Praat (2 s)."""
MARGIN_SECONDS = 3.0
"""Overlap of those stretches; the path finder forgets sooner than this."""


def track_pitch(
    samples: Floats, rate: float, start: float, floor: float, ceiling: float, time_step: float
) -> Any:
    """Run ``To Pitch (ac)`` with Praat's standard settings on a whole recording.

    Recordings longer than five minutes are analysed in overlapping stretches, so that no call is long. Praat
    rounds frame centres to samples, and where that is a coin toss the stretch may fall on the other side than
    the whole: f0 then moves by some 0.01 Hz, and in about one of 2000 frames the voicing decision changes.

    Returns
    -------
    parselmouth.Pitch
        On the frame grid of the whole Sound.

    Raises
    ------
    MeasurementError
        If the recording is shorter than three periods of `floor`.
    """
    step = time_step if time_step > 0.0 else 0.75 / floor
    window = 3.0 / floor
    n_frames = math.floor((samples.size / rate - window) / step) + 1
    per_block = int(BLOCK_SECONDS / step)
    margin = int(MARGIN_SECONDS / step)
    if n_frames <= per_block + margin:
        return to_pitch(make_sound(samples, rate, start), step, floor, ceiling)
    first = start + 0.5 * samples.size / rate - 0.5 * n_frames * step + 0.5 * step
    values = np.zeros(n_frames)
    loudest = samples[np.argmax(np.abs(samples - samples.mean()))]
    for begin in range(0, n_frames, per_block):
        end = min(begin + per_block, n_frames)
        low, high = in_phase(begin, end, margin, n_frames, (first - start) * rate, step * rate)
        part, offset = in_phase_stretch(samples, rate, first - start + low * step, high - low, step, window)
        # Praat weighs a frame's peak against the highest of the whole Sound: put it where no frame is kept.
        part[0 if low > 0 else -1] = loudest
        pitch = to_pitch(make_sound(part, rate, start + offset / rate), step, floor, ceiling)
        found = pitch.selected_array["frequency"]
        values[begin:end] = found[begin - low : end - low]
    return as_pitch(values, start, start + samples.size / rate, step, first)


def in_phase(begin: int, end: int, margin: int, n_frames: int, first: float, step: float) -> tuple[int, int]:
    """Add margins such that the middle (in samples) lies on a sample or between two, as in Praat's Sounds."""

    def error(ends: tuple[int, int]) -> float:
        middle = first + 0.5 * (ends[0] + ends[1] - 1) * step
        return abs(2.0 * middle - round(2.0 * middle))

    lows = {max(0, begin - margin - more) for more in range(8)}
    highs = {min(n_frames, end + margin + more) for more in range(8)}
    return min(((low, high) for low in sorted(lows) for high in sorted(highs)), key=error)


def in_phase_stretch(
    samples: Floats, rate: float, first: float, n_frames: int, step: float, window: float
) -> tuple[Floats, int]:
    """Cut samples so that Praat's own grid in them holds `n_frames` frames, the first at `first`."""
    middle = (first + 0.5 * (n_frames - 1) * step) * rate
    tight = math.ceil((window + (n_frames - 1) * step) * rate)
    # One sample more or less moves the grid by half a sample: take the size that fits the whole grid better.
    size = min((tight + 1, tight + 2), key=lambda size: abs(round(middle - 0.5 * size) - middle + 0.5 * size))
    offset = min(max(round(middle - 0.5 * size), 0), samples.size - size)
    return samples[offset : offset + size].copy(), offset


def to_pitch(sound: Any, step: float, floor: float, ceiling: float) -> Any:
    """Run ``To Pitch (ac)`` with Praat's standard settings on a Sound."""
    return call(sound, "To Pitch (ac)", step, floor, 15, "no", 0.03, 0.45, 0.01, 0.35, 0.14, ceiling)


def as_pitch(values: Floats, start: float, end: float, step: float, first: float) -> Any:
    """Make a Pitch of f0 values in Hz (0: unvoiced), the first of them at `first` seconds."""
    matrix = call("Create Matrix", "pitch", start, end, values.size, step, first, 1.0, 1.0, 1, 1.0, 1.0, "0")
    matrix.values[0, :] = values
    return call(matrix, "To Pitch")


def adapt_range(
    pitch: Any, spans: Sequence[tuple[float, float]] | None, params: PitchParams
) -> tuple[float, float, bool]:
    """Set floor and ceiling from a first pass.

    Parameters
    ----------
    pitch : parselmouth.Pitch
        The first pass.
    spans : sequence of (start, end) or None
        The speaker's stretches in seconds, if others speak as well.
    params : PitchParams
        The range is kept inside theirs.

    Returns
    -------
    tuple of float, float, bool
        Floor and ceiling in Hz, and whether there were enough voiced frames; if not, they are the settings'.
    """
    f0 = pitch.selected_array["frequency"]
    voiced = f0 > 0.0
    if spans is not None:
        times = pitch.xs()
        inside = np.zeros(times.size, dtype=bool)
        for start, end in spans:
            inside |= (times >= start) & (times <= end)
        voiced &= inside
    if int(voiced.sum()) < MIN_VOICED:
        return params.floor, params.ceiling, False
    low, high = np.quantile(f0[voiced], [0.25, 0.75])
    floor = max(params.floor, math.floor(FLOOR_FACTOR * low))
    ceiling = min(params.ceiling, math.ceil(CEILING_FACTOR * high))
    return float(floor), float(ceiling), True


def count_jumps(pitch: Any, start: float, end: float) -> int:
    """Count suspected octave jumps: neighbouring voiced frames more than `JUMP_SEMITONES` apart."""
    first, step = pitch.x1, pitch.dx
    low = max(0, math.ceil((start - first) / step))
    f0 = pitch.selected_array["frequency"][low : max(low, math.floor((end - first) / step) + 1)]
    both = (f0[1:] > 0.0) & (f0[:-1] > 0.0)
    apart = 12.0 * np.abs(np.log2(f0[1:][both] / f0[:-1][both]))
    return int((apart > JUMP_SEMITONES).sum())
