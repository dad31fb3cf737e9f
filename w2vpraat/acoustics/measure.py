"""Measure the tokens of one recording: formants, f0 and intensity in one table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from w2vpraat.acoustics.analyses import Analyses
from w2vpraat.acoustics.ceilings import (
    SpeakerCeiling,
    candidate_ceilings,
    ceiling_by_sex,
    choose_ceilings,
    fallback_ceilings,
)
from w2vpraat.acoustics.formants import FormantValues, RecordingFormants, formants_at
from w2vpraat.acoustics.sources import SourceValues
from w2vpraat.acoustics.values import Candidates, Floats, TokenLike, join_notes
from w2vpraat.errors import MeasurementError
from w2vpraat.params import FormantParams, IntensityParams, PitchParams

if TYPE_CHECKING:
    import pandas

    from w2vpraat.corpus.audio import Audio


@dataclass(frozen=True, eq=False)
class Measured:
    """What was measured in one recording.

    Parameters
    ----------
    name : str
        Name of the recording.
    tokens : tuple of tokens
        What was measured.
    params : FormantParams
        The settings of the formants.
    times : ndarray, shape (n_tokens, n_points)
        The points in seconds.
    formants : FormantValues
        Formants at the points.
    f0, intensity : SourceValues or None
        None if not asked for.
    audio_span : tuple of float
        Start and end of the recording in seconds.
    """

    name: str
    tokens: tuple[TokenLike, ...]
    params: FormantParams
    times: Floats
    formants: FormantValues
    f0: SourceValues | None
    intensity: SourceValues | None
    audio_span: tuple[float, float]

    @property
    def candidates(self) -> Candidates | None:
        """All candidate ceilings' values, for `choose_ceilings` and for pictures."""
        return self.formants.candidates

    def with_ceilings(self, ceilings: Mapping[str, float | SpeakerCeiling]) -> Measured:
        """Take other candidates, without measuring again.

        Parameters
        ----------
        ceilings : mapping
            Ceiling (Hz, or what `choose_ceilings` gave) by speaker, or by token id, which goes first; each
            must be one of the candidates. Tokens of other speakers stay as they are.

        Raises
        ------
        MeasurementError
            If there are no candidates, or a ceiling is none of them.
        """
        candidates = self.candidates
        if candidates is None:
            raise MeasurementError(
                "there are no candidate ceilings to choose from", "measure with ceiling_mode speaker or token"
            )
        row_of = {token.id: row for row, token in enumerate(self.tokens)}
        frequencies, bandwidths = self.formants.frequencies.copy(), self.formants.bandwidths.copy()
        used, notes = self.formants.ceilings.copy(), list(self.formants.notes)
        for column, (name, speaker) in enumerate(zip(candidates.ids, candidates.speakers, strict=True)):
            choice = ceilings.get(name, ceilings.get(speaker))
            if choice is None:
                continue
            wanted = choice.ceiling if isinstance(choice, SpeakerCeiling) else choice
            note = choice.note if isinstance(choice, SpeakerCeiling) else ""
            best = int(np.argmin(np.abs(candidates.ceilings - wanted)))
            if abs(candidates.ceilings[best] - wanted) > 1e-3:
                raise MeasurementError(
                    f"{wanted:g} Hz is none of the candidate ceilings",
                    f"they are {', '.join(f'{one:g}' for one in candidates.ceilings)}",
                )
            row = row_of[name]
            used[row], notes[row] = candidates.ceilings[best], note
            frequencies[row] = candidates.frequencies[best, column]
            bandwidths[row] = candidates.bandwidths[best, column]
        return replace(self, formants=FormantValues(frequencies, bandwidths, used, tuple(notes), candidates))

    def table(self) -> pandas.DataFrame:
        """Return the measurements as a table.

        Returns
        -------
        pandas.DataFrame
            ``id, time, prop_time, F1..., B1..., f0, intensity, max_formant``, then ``f0_mean,
            intensity_mean, f0_jumps, f0_floor, f0_ceiling, measure_note``. Seconds, Hz and dB; NaN where
            undefined. One row per token and point, or one per token with ``summary="median"`` or ``"mean"``
            (time and prop_time are then those of the mean point). Columns of f0 and intensity only if they
            were measured.
        """
        import pandas

        n_tokens, n_points = self.times.shape
        per_row = _summary(self.params.summary) if self.params.summary != "points" else None

        def points(values: Floats) -> Floats:
            return values.ravel() if per_row is None else per_row(values)

        def whole(values: Any) -> Any:
            return np.repeat(values, n_points) if per_row is None else np.asarray(values)

        prop = np.broadcast_to(np.asarray(self.params.points), (n_tokens, n_points))
        mean = _summary("mean")
        table: dict[str, Any] = {
            "id": whole(np.array([token.id for token in self.tokens], dtype=object)),
            "time": self.times.ravel() if per_row is None else mean(self.times),
            "prop_time": prop.ravel() if per_row is None else mean(prop),
        }
        for letter, values in (("F", self.formants.frequencies), ("B", self.formants.bandwidths)):
            for number in range(values.shape[2]):
                table[f"{letter}{number + 1}"] = points(values[:, :, number])
        if self.f0 is not None:
            table["f0"] = points(self.f0.points)
        if self.intensity is not None:
            table["intensity"] = points(self.intensity.points)
        table["max_formant"] = whole(self.formants.ceilings)
        if self.f0 is not None:
            table["f0_mean"] = whole(self.f0.means)
        if self.intensity is not None:
            table["intensity_mean"] = whole(self.intensity.means)
        if self.f0 is not None:
            table["f0_jumps"] = whole(self.f0.jumps)
            table["f0_floor"] = whole(self.f0.ranges[:, 0])
            table["f0_ceiling"] = whole(self.f0.ranges[:, 1])
        table["measure_note"] = self._notes(per_row is not None)
        frame: pandas.DataFrame = pandas.DataFrame(table)
        return frame

    def _notes(self, one_row: bool) -> Any:
        notes: list[str] = []
        for row, token in enumerate(self.tokens):
            common = [self.formants.notes[row]]
            common += [part.notes[row] for part in (self.f0, self.intensity) if part is not None]
            if token.end - token.start < self.params.window:
                common.append("shorter than the window")
            missing = [self._missing(row, point) for point in range(self.times.shape[1])]
            if one_row:
                notes.append(join_notes([*missing, *common]))
            else:
                notes += [join_notes([one, *common]) for one in missing]
        return np.array(notes, dtype=object)

    def _missing(self, row: int, point: int) -> str:
        time = self.times[row, point]
        if not self.audio_span[0] <= time <= self.audio_span[1]:
            return "outside the recording"
        if self.audio_span[1] - self.audio_span[0] < 2.0 * self.params.window:
            return "recording shorter than a window"
        if np.isnan(self.formants.ceilings[row]):
            return "no ceiling for this speaker"
        undefined = np.flatnonzero(np.isnan(self.formants.frequencies[row, point, :3]))
        if undefined.size == min(3, self.params.n_reported):
            return "no formants (silence, or too near the edge of the recording)"
        return f"F{undefined[0] + 1} undefined" if undefined.size else ""


def _summary(kind: str) -> Any:
    reduce = np.nanmedian if kind == "median" else np.nanmean

    def summarize(values: Floats) -> Floats:
        out = np.full(values.shape[0], np.nan)
        known = np.isfinite(values).any(axis=1)
        out[known] = reduce(values[known], axis=1)
        return out

    return summarize


def measure(
    audio: Audio,
    tokens: Sequence[TokenLike],
    *,
    formants: FormantParams | None = None,
    pitch: PitchParams | None = None,
    intensity: IntensityParams | None = None,
    ceilings: Mapping[str, float] | None = None,
    speaker_sex: Mapping[str, str] | None = None,
    name: str = "",
) -> Measured:
    """Measure the tokens of one recording, as values (see `measure_recording` for the table).

    Parameters as in `measure_recording`; `pitch` and `intensity` are left out where None. With ceiling mode
    ``speaker``, tokens without a ceiling keep NaN until `Measured.with_ceilings`.
    """
    _check(audio, tokens, name)
    analyses = Analyses(audio, formants or FormantParams(), pitch, intensity)
    return measure_tokens(analyses, tokens, ceilings=ceilings, speaker_sex=speaker_sex, name=name)


def measure_tokens(
    analyses: Analyses,
    tokens: Sequence[TokenLike],
    *,
    among: Sequence[TokenLike] | None = None,
    ceilings: Mapping[str, float] | None = None,
    speaker_sex: Mapping[str, str] | None = None,
    name: str = "",
) -> Measured:
    """Measure some tokens of a recording that is analysed already.

    Parameters
    ----------
    analyses : Analyses
        Of the recording.
    tokens : sequence of tokens
        What to measure.
    among : sequence of tokens, optional
        All tokens of the recording: with several speakers the range of f0 depends on them. Default: `tokens`.
    ceilings, speaker_sex, name
        As in `measure`.
    """
    params = analyses.formants.params
    _check(analyses.audio, tokens, name)
    limits = np.array([[token.start, token.end] for token in tokens], dtype=np.float64).reshape(-1, 2)
    times = limits[:, :1] + np.asarray(params.points) * (limits[:, 1:] - limits[:, :1])
    return Measured(
        name,
        tuple(tokens),
        params,
        times,
        formants_at(analyses.formants, tokens, times, ceilings=ceilings, speaker_sex=speaker_sex),
        None if analyses.f0 is None else analyses.f0.measure(tokens, times, among),
        None if analyses.intensity is None else analyses.intensity.measure(tokens, times),
        analyses.span,
    )


def _check(audio: Audio, tokens: Sequence[TokenLike], name: str) -> None:
    if audio.samples.size == 0:
        raise MeasurementError("the recording holds no samples", "check the file", file=name or None)
    if not np.isfinite(audio.samples).all():
        raise MeasurementError(
            "the recording holds samples that are no numbers", "write the file again", file=name or None
        )
    for token in tokens:
        if not (np.isfinite(token.start) and np.isfinite(token.end) and token.end >= token.start):
            raise MeasurementError(
                f"token {token.id} lasts from {token.start:g} to {token.end:g} s",
                "drop or repair reversed intervals when the tokens are chosen",
                file=name or None,
                time=float(token.start),
            )


def measure_recording(
    audio: Audio,
    tokens: Sequence[TokenLike],
    *,
    formants: FormantParams | None = None,
    pitch: PitchParams | None = PitchParams(),  # noqa: B008 - frozen
    intensity: IntensityParams | None = IntensityParams(),  # noqa: B008 - frozen
    ceilings: Mapping[str, float] | None = None,
    speaker_sex: Mapping[str, str] | None = None,
) -> pandas.DataFrame:
    """Measure the tokens of one recording.

    Every number is the one that Praat gives for the whole Sound with the commands of `praat_commands`.

    Parameters
    ----------
    audio : Audio
        The recording, at its own rate.
    tokens : sequence of tokens
        With ``id, start, end, label, speaker, metadata``.
    formants, pitch, intensity : parameter groups
        Settings; `pitch` or `intensity` None: not measured, no column.
    ceilings : mapping, optional
        Formant ceiling in Hz by speaker, or by token id (which goes first); overrides the ceiling mode.
    speaker_sex : mapping, optional
        Sex by speaker (F, M); goes before the column ``sex`` of the tokens' metadata.

    Returns
    -------
    pandas.DataFrame
        See `Measured.table`. With ceiling mode ``speaker`` and no ceiling given, each speaker's ceiling is
        chosen from this recording alone; for a corpus use `measure_recordings` and `choose_ceilings`.

    Raises
    ------
    MeasurementError
        If the recording is empty or a token is reversed, or with Praat's own message.
    """
    params = formants or FormantParams()
    measured = measure(
        audio,
        tokens,
        formants=params,
        pitch=pitch,
        intensity=intensity,
        ceilings=ceilings,
        speaker_sex=speaker_sex,
    )
    if params.ceiling_mode == "speaker" and measured.candidates is not None:
        fallback = fallback_ceilings(tokens, params, speaker_sex)
        measured = measured.with_ceilings(choose_ceilings([measured.candidates], fallback=fallback))
    return measured.table()


def tracks(
    audio: Audio,
    token: TokenLike,
    *,
    formants: FormantParams | None = None,
    ceiling: float | None = None,
    n_points: int | None = None,
    speaker_sex: Mapping[str, str] | None = None,
) -> pandas.DataFrame:
    """Measure the formant tracks of one token.

    Parameters
    ----------
    audio : Audio
        The whole recording.
    token : token
        What to measure.
    formants : FormantParams, optional
        Settings.
    ceiling : float, optional
        Formant ceiling in Hz; default: that of the settings (with modes ``speaker`` and ``token`` all
        candidates are measured, one track each).
    n_points : int, optional
        Times equally spaced from start to end, ends included; default: Praat's own frames in the token.
    speaker_sex : mapping, optional
        Sex by speaker.

    Returns
    -------
    pandas.DataFrame
        ``id, time, prop_time, F1..., B1..., max_formant``, one row per time (and ceiling).
    """
    import pandas

    params = formants or FormantParams()
    _check(audio, [token], "")
    if ceiling is not None:
        wanted = [float(ceiling)]
    elif params.ceiling_mode in ("fixed", "sex"):
        wanted = [
            params.ceiling
            if params.ceiling_mode == "fixed"
            else ceiling_by_sex(token, params, speaker_sex)[0]
        ]
    else:
        wanted = [float(one) for one in candidate_ceilings(params)]
    recording = RecordingFormants(
        np.asarray(audio.samples, dtype=np.float64), float(audio.rate), float(audio.start_time), params
    )
    parts = []
    for one in recording.with_ceilings(wanted):
        if n_points is None:
            times = one.grid.times(one.grid.between(token.start, token.end))
        else:
            times = np.linspace(token.start, token.end, n_points, dtype=np.float64)
        frequencies, bandwidths = one.around(times).at(times)
        length = token.end - token.start
        columns: dict[str, Any] = {
            "id": token.id,
            "time": times,
            "prop_time": (times - token.start) / length if length > 0 else np.full(times.size, 0.5),
        }
        for letter, values in (("F", frequencies), ("B", bandwidths)):
            for number in range(params.n_reported):
                known = number < values.shape[1]
                columns[f"{letter}{number + 1}"] = values[:, number] if known else np.nan
        parts.append(pandas.DataFrame({**columns, "max_formant": one.ceiling}))
    joined: pandas.DataFrame = pandas.concat(parts, ignore_index=True)
    return joined
