"""f0 and intensity of the tokens of one recording, as Praat answers for the whole Sound."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from w2vpraat.acoustics.pitch import adapt_range, count_jumps, track_pitch
from w2vpraat.acoustics.praat import call, make_sound
from w2vpraat.acoustics.values import TokenLike
from w2vpraat.errors import MeasurementError
from w2vpraat.params import IntensityParams, PitchParams

Floats = NDArray[np.float64]

Track = Callable[[Floats, float, float, float, float, float], Any]
"""As `track_pitch`."""
Loudness = Callable[[Floats, float, float, float, bool], Any]
"""As `whole_intensity`."""

RANGES_KEPT = 6
"""f0 paths of one recording that are kept, one for each range."""
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


class F0Range(NamedTuple):
    """Range of the f0 analysis of one speaker in one recording.

    Attributes
    ----------
    floor, ceiling : float
        Hz.
    adapted : bool
        Whether a first pass set it.
    """

    floor: float
    ceiling: float
    adapted: bool


class RecordingF0:
    """f0 of one recording: each range is analysed once, for any tokens.

    Parameters
    ----------
    samples : ndarray, shape (n,)
        The whole recording.
    rate, start : float
        Sampling frequency in Hz and start time in seconds.
    params : PitchParams
        Settings.
    track : callable
        Makes the f0 path of the whole recording.
    """

    def __init__(
        self, samples: Floats, rate: float, start: float, params: PitchParams, track: Track = track_pitch
    ) -> None:
        self.samples, self.rate, self.start, self.params = samples, rate, start, params
        self._track = track
        self._paths: OrderedDict[tuple[float, float], Any] = OrderedDict()

    def ranges(self, tokens: Sequence[TokenLike]) -> dict[str, F0Range]:
        """Return the range of each speaker of these tokens (all of the recording).

        Returns
        -------
        dict
            Speaker to range; empty if the recording is too short for f0.
        """
        params, fixed = self.params, F0Range(self.params.floor, self.params.ceiling, False)
        speakers = list(dict.fromkeys(token.speaker for token in tokens))
        try:
            first = self._path(fixed)
        except MeasurementError:
            # Praat refuses a Sound shorter than three periods of the floor.
            return {}
        if not params.two_pass:
            return dict.fromkeys(speakers, fixed)
        found = {}
        for speaker in speakers:
            own = [(token.start, token.end) for token in tokens if token.speaker == speaker]
            found[speaker] = F0Range(*adapt_range(first, own if len(speakers) > 1 else None, params))
        return found

    def measure(
        self, tokens: Sequence[TokenLike], times: Floats, among: Sequence[TokenLike] | None = None
    ) -> SourceValues:
        """Measure some tokens.

        Parameters
        ----------
        tokens : sequence of tokens
        times : ndarray, shape (n_tokens, n_points)
            Seconds.
        among : sequence of tokens, optional
            All tokens of the recording, which decide the ranges; default: `tokens`.
        """
        out = _empty(tokens, times)
        ranges = self.ranges(tokens if among is None else among)
        if not ranges:
            short = ("too short for f0",) * len(tokens)
            return SourceValues(out.points, out.means, short, out.jumps, out.ranges)
        notes = [""] * len(tokens)
        # Range by range, so that no path is made twice.
        for own in dict.fromkeys(ranges.values()):
            pitch = None
            for row, token in enumerate(tokens):
                if ranges[token.speaker] != own:
                    continue
                pitch = pitch or self._path(own)
                out.points[row] = [pitch.get_value_at_time(time) for time in times[row]]
                if token.end > token.start:
                    out.means[row] = call(pitch, "Get mean", token.start, token.end, "Hertz")
                    out.jumps[row] = count_jumps(pitch, token.start, token.end)
                out.ranges[row] = own.floor, own.ceiling
                if self.params.two_pass and not own.adapted:
                    notes[row] = "f0 range not adapted"
        return SourceValues(out.points, out.means, tuple(notes), out.jumps, out.ranges)

    def _path(self, own: F0Range) -> Any:
        key = (own.floor, own.ceiling)
        if key not in self._paths:
            self._paths[key] = self._track(self.samples, self.rate, self.start, *key, self.params.time_step)
            wide = (self.params.floor, self.params.ceiling)
            if len(self._paths) > RANGES_KEPT:
                # The first pass is asked for each time.
                self._paths.move_to_end(wide)
                self._paths.popitem(last=False)
        return self._paths[key]


class RecordingIntensity:
    """Intensity of one recording: analysed once, for any tokens; parameters as in `RecordingF0`."""

    def __init__(
        self,
        samples: Floats,
        rate: float,
        start: float,
        params: IntensityParams,
        make: Loudness,
    ) -> None:
        self.samples, self.rate, self.start, self.params = samples, rate, start, params
        self._make = make
        self._made: Any = None

    def measure(self, tokens: Sequence[TokenLike], times: Floats) -> SourceValues:
        """Measure some tokens at times of shape (n_tokens, n_points), in seconds."""
        out = _empty(tokens, times)
        try:
            if self._made is None:
                where = (self.samples, self.rate, self.start)
                self._made = self._make(*where, self.params.minimum_pitch, self.params.subtract_mean)
        except MeasurementError:
            # Praat refuses a Sound shorter than 6.4 periods of the minimum pitch.
            short = ("too short for intensity",) * len(tokens)
            return SourceValues(out.points, out.means, short, out.jumps, out.ranges)
        intensity, cubic = self._made, _cubic()
        for row, token in enumerate(tokens):
            out.points[row] = [intensity.get_value(time, cubic) for time in times[row]]
            if token.end > token.start:
                out.means[row] = call(intensity, "Get mean", token.start, token.end, "energy")
        out.points[out.points < SILENCE_DB] = np.nan
        out.means[out.means < SILENCE_DB] = np.nan
        return out


def whole_intensity(
    samples: Floats, rate: float, start: float, minimum_pitch: float, subtract_mean: bool
) -> Any:
    """Run ``To Intensity`` on a whole recording.

    Raises
    ------
    MeasurementError
        If the recording is shorter than 6.4 periods of `minimum_pitch`.
    """
    return call(make_sound(samples, rate, start), "To Intensity", minimum_pitch, 0.0, subtract_mean)


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
    return RecordingF0(samples, rate, start, params).measure(tokens, times)


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
    return RecordingIntensity(samples, rate, start, params, whole_intensity).measure(tokens, times)


def _cubic() -> Any:
    import parselmouth

    return parselmouth.ValueInterpolation.CUBIC
