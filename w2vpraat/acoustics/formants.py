"""Formants of the tokens of one recording: at points, as tracks, with one or with every candidate ceiling."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from w2vpraat.acoustics.burg import FormantFrames, analyse_frames, frame_grid
from w2vpraat.acoustics.ceilings import candidate_ceilings, ceiling_by_sex, track_error
from w2vpraat.acoustics.lowpass import LowPass
from w2vpraat.acoustics.resampling import ResampledSound, resample_for_ceilings
from w2vpraat.acoustics.values import Candidates, Floats, TokenLike
from w2vpraat.params import FormantParams


@dataclass(frozen=True, eq=False)
class FormantValues:
    """Formants at the points of tokens.

    Parameters
    ----------
    frequencies, bandwidths : ndarray, shape (n_tokens, n_points, n_reported)
        Hz; NaN where Praat says undefined.
    ceilings : ndarray, shape (n_tokens,)
        The ceiling used for each token in Hz.
    notes : tuple of str
        One per token about its ceiling; may be empty.
    candidates : Candidates or None
        All candidates, if there were any.
    """

    frequencies: Floats
    bandwidths: Floats
    ceilings: Floats
    notes: tuple[str, ...]
    candidates: Candidates | None = None


class RecordingFormants:
    """Formant frames of one recording, for any ceilings.

    Parameters
    ----------
    samples : ndarray, shape (n,)
        The whole recording.
    rate, start : float
        Sampling frequency in Hz and start time in seconds.
    params : FormantParams
        Settings.
    keep_bytes : int
        So much memory may hold resampled sounds for the next call; 0: nothing is kept.
    """

    def __init__(
        self, samples: Floats, rate: float, start: float, params: FormantParams, *, keep_bytes: int = 0
    ) -> None:
        self.samples, self.rate, self.start, self.params = samples, rate, start, params
        # A kept sound holds the filtered samples.
        self._room = keep_bytes // max(1, samples.nbytes)
        self._kept: OrderedDict[float, ResampledSound] = OrderedDict()

    def with_ceilings(self, ceilings: Sequence[float]) -> Iterator[OneCeiling]:
        """Yield the analysis with each ceiling (Hz), in order."""
        low_pass = LowPass(self.samples)
        for ceiling in ceilings:
            sound = self._kept.get(ceiling)
            if sound is None:
                sound = next(
                    resample_for_ceilings(self.samples, self.rate, self.start, [ceiling], low_pass=low_pass)
                )
            if self._room:
                self._kept[ceiling] = sound
                self._kept.move_to_end(ceiling)
                if len(self._kept) > self._room:
                    self._kept.popitem(last=False)
            yield OneCeiling(self, sound, float(ceiling))


class OneCeiling:
    """Formant frames of one recording with one ceiling."""

    def __init__(self, recording: RecordingFormants, sound: ResampledSound, ceiling: float) -> None:
        self._recording, self._sound = recording, sound
        self.ceiling = ceiling
        self.grid = frame_grid(sound, recording.params)

    def frames(self, wanted: NDArray[np.intp], widths: NDArray[np.intp] | None = None) -> FormantFrames:
        """Measure these frames (from 0, ascending), with bandwidths of all or of those in `widths`."""
        return analyse_frames(self._sound, self.grid, wanted, self.ceiling, self._recording.params, widths)

    def around(self, times: Floats) -> FormantFrames:
        """Measure the frames around these times; none if the recording is shorter than a window.

        (Praat makes one frame of such a Sound, or reads beyond its end and dies.)
        """
        return self.frames(self.grid.around(times.ravel()))


def measure_formants(
    samples: Floats,
    rate: float,
    start: float,
    tokens: Sequence[TokenLike],
    times: Floats,
    params: FormantParams,
    *,
    ceilings: Mapping[str, float] | None = None,
    speaker_sex: Mapping[str, str] | None = None,
) -> FormantValues:
    """Measure formants at the points of tokens, with the ceilings that the settings ask for.

    Parameters
    ----------
    samples : ndarray, shape (n,)
        The whole recording.
    rate, start : float
        Sampling frequency in Hz and start time in seconds.
    tokens : sequence of tokens
        What to measure.
    times : ndarray, shape (n_tokens, n_points)
        When, in seconds.
    params : FormantParams
        Settings.
    ceilings : mapping, optional
        Ceiling in Hz by speaker, or by token id (which goes first); whatever the mode.
    speaker_sex : mapping, optional
        Sex by speaker, for the mode ``sex``.

    Returns
    -------
    FormantValues
        With mode ``speaker``, tokens without a ceiling in `ceilings` have NaN everywhere; with modes
        ``speaker`` and ``token`` `candidates` is set.

    Raises
    ------
    MeasurementError
        If Praat refuses.
    """
    recording = RecordingFormants(samples, rate, start, params)
    return formants_at(recording, tokens, times, ceilings=ceilings, speaker_sex=speaker_sex)


def formants_at(
    recording: RecordingFormants,
    tokens: Sequence[TokenLike],
    times: Floats,
    *,
    ceilings: Mapping[str, float] | None = None,
    speaker_sex: Mapping[str, str] | None = None,
) -> FormantValues:
    """Measure formants of some tokens of a recording that is analysed already; see `measure_formants`."""
    params = recording.params
    given, notes = given_ceilings(tokens, params, ceilings, speaker_sex)
    search = np.isnan(given)
    shape = (len(tokens), times.shape[1], params.n_reported)
    frequencies, bandwidths = np.full(shape, np.nan), np.full(shape, np.nan)
    for ceiling in np.unique(given[~search]):
        rows = np.flatnonzero(given == ceiling)
        one = next(recording.with_ceilings([float(ceiling)]))
        f, b = one.around(times[rows]).at(times[rows].ravel())
        frequencies[rows] = _reported(f, params.n_reported).reshape(len(rows), *shape[1:])
        bandwidths[rows] = _reported(b, params.n_reported).reshape(len(rows), *shape[1:])
    if not search.any():
        return FormantValues(frequencies, bandwidths, given, tuple(notes))
    searched = np.flatnonzero(search)
    candidates = measure_candidates(
        recording, [tokens[row] for row in searched], times[searched], errors=params.ceiling_mode == "token"
    )
    values = FormantValues(frequencies, bandwidths, given, tuple(notes), candidates)
    if params.ceiling_mode == "token":
        _take_smoothest(values, notes, tokens, searched, params, speaker_sex)
        return FormantValues(frequencies, bandwidths, given, tuple(notes), candidates)
    return values


def given_ceilings(
    tokens: Sequence[TokenLike],
    params: FormantParams,
    ceilings: Mapping[str, float] | None,
    speaker_sex: Mapping[str, str] | None,
) -> tuple[Floats, list[str]]:
    """Return the ceiling of each token in Hz (NaN: to be searched) and a note on each."""
    values, notes = np.full(len(tokens), np.nan), [""] * len(tokens)
    for row, token in enumerate(tokens):
        own = (ceilings or {}).get(token.id, (ceilings or {}).get(token.speaker))
        if own is not None:
            values[row] = own
        elif params.ceiling_mode == "fixed":
            values[row] = params.ceiling
        elif params.ceiling_mode == "sex":
            values[row], notes[row] = ceiling_by_sex(token, params, speaker_sex)
    return values, notes


def measure_candidates(
    recording: RecordingFormants, tokens: Sequence[TokenLike], times: Floats, *, errors: bool
) -> Candidates:
    """Measure tokens with every candidate ceiling.

    Parameters
    ----------
    recording : RecordingFormants
        The recording and the settings.
    tokens : sequence of tokens
        What to measure.
    times : ndarray, shape (n_tokens, n_points)
        When, in seconds.
    errors : bool
        Whether to judge the tracks of each token as well (`track_error`).
    """
    params = recording.params
    ceilings = candidate_ceilings(params)
    shape = (ceilings.size, len(tokens), times.shape[1], params.n_reported)
    frequencies, bandwidths = np.full(shape, np.nan), np.full(shape, np.nan)
    scores = np.full(shape[:2], np.nan)
    for number, one in enumerate(recording.with_ceilings([float(value) for value in ceilings])):
        inside: list[NDArray[np.intp]] = []
        if errors and tokens:
            # Frames that hear only the token and the padding.
            cut = params.window - params.padding
            inside = [one.grid.between(token.start + cut, token.end - cut) for token in tokens]
            around = one.grid.around(times.ravel())
            found = one.frames(np.unique(np.concatenate([*inside, around])), around)
        else:
            found = one.around(times)
        f, b = found.at(times.ravel())
        frequencies[number] = _reported(f, params.n_reported).reshape(shape[1:])
        bandwidths[number] = _reported(b, params.n_reported).reshape(shape[1:])
        for row, frames in enumerate(inside):
            scores[number, row] = track_error(found.stretch(frames))
    return Candidates(
        tuple(token.id for token in tokens),
        tuple(token.speaker for token in tokens),
        tuple(token.label for token in tokens),
        ceilings,
        np.asarray(params.points, dtype=np.float64),
        times,
        frequencies,
        bandwidths,
        scores,
    )


def _take_smoothest(
    values: FormantValues,
    notes: list[str],
    tokens: Sequence[TokenLike],
    searched: NDArray[np.intp],
    params: FormantParams,
    speaker_sex: Mapping[str, str] | None,
) -> None:
    candidates = values.candidates
    assert candidates is not None
    for column, row in enumerate(searched):
        errors = candidates.errors[:, column]
        if np.isfinite(errors).any():
            best = int(np.nanargmin(np.where(np.isfinite(errors), errors, np.nan)))
        else:
            wanted, note = ceiling_by_sex(tokens[row], params, speaker_sex)
            best = int(np.argmin(np.abs(candidates.ceilings - wanted)))
            notes[row] = "too short for the candidate search" + (f"; {note}" if note else ": ceiling by sex")
        values.ceilings[row] = candidates.ceilings[best]
        values.frequencies[row] = candidates.frequencies[best, column]
        values.bandwidths[row] = candidates.bandwidths[best, column]


def _reported(values: Floats, n_reported: int) -> Floats:
    if values.shape[1] >= n_reported:
        return values[:, :n_reported]
    out = np.full((values.shape[0], n_reported), np.nan)
    out[:, : values.shape[1]] = values
    return out
