"""All candidate ceilings of one token, to be pictured: tracks, how smooth each is, and which one is measured.

As FastTrack's pictures of winners (Barreda, S. 2021, Fast Track: fast (nearly) automatic formant-tracking
using Praat, Linguistics Vanguard 7, 20200051). Every number is the one that measuring uses: the frames are
those of the whole recording, and the error is `w2vpraat.acoustics.track_error` of the same frames.

A choice made by hand is a ceiling by token id in the `ceilings` of `w2vpraat.acoustics.measure`; here it is
shown with `chosen_by` ``hand``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from w2vpraat.acoustics.burg import FrameGrid
from w2vpraat.acoustics.ceilings import candidate_ceilings, ceiling_by_sex, track_error
from w2vpraat.acoustics.display_tracks import FormantSource, WholeSound, formant_sources
from w2vpraat.acoustics.values import Floats, TokenLike
from w2vpraat.errors import MeasurementError
from w2vpraat.params import FormantParams

N_SHOWN = 4
"""Formants in a picture: F1 to F4."""


class Limit(NamedTuple):
    """A rule of thumb of FastTrack: beyond it a track is probably wrong.

    Attributes
    ----------
    name : str
        ``F1``, ``B2`` and so on.
    edge : {"max", "min"}
        Which side is wrong.
    value : float
        Hz.
    """

    name: str
    edge: str
    value: float


LIMITS = (
    Limit("F1", "max", 1200.0),
    Limit("B2", "max", 500.0),
    Limit("B3", "max", 600.0),
    Limit("F4", "min", 2900.0),
)
"""FastTrack's rules (those of fasttrackpy); they are compared with the geometric mean over the token."""


@dataclass(frozen=True)
class Flag:
    """A rule that a candidate breaks.

    Parameters
    ----------
    limit : Limit
        The rule.
    mean : float
        Geometric mean of the track over the token in Hz.
    """

    limit: Limit
    mean: float

    @property
    def text(self) -> str:
        """For example ``F1 is 1310 Hz, over 1200``."""
        side = "over" if self.limit.edge == "max" else "under"
        return f"{self.limit.name} is {self.mean:.0f} Hz, {side} {self.limit.value:.0f}"


@dataclass(frozen=True, eq=False)
class CandidateTrack:
    """One token with one ceiling.

    Parameters
    ----------
    ceiling : float
        Hz.
    times : ndarray, shape (m,)
        Centres of Praat's frames in seconds: those in the token and those that are judged.
    frequencies, bandwidths : ndarray, shape (m, 4)
        F1 to F4 and their bandwidths in Hz; NaN where Praat says undefined.
    at_points : ndarray, shape (n_points, 4)
        F1 to F4 in Hz at the points that are measured (`FormantParams.points`).
    error : float
        How badly a smooth curve fits F1 to F3 (`track_error`); NaN if the token is too short to say.
    flags : tuple of Flag
        Rules of FastTrack that it breaks. They are for the eye: the choice doesn't heed them.
    """

    ceiling: float
    times: Floats = field(repr=False)
    frequencies: Floats = field(repr=False)
    bandwidths: Floats = field(repr=False)
    at_points: Floats = field(repr=False)
    error: float = float("nan")
    flags: tuple[Flag, ...] = ()


@dataclass(frozen=True, eq=False)
class TokenCandidates:
    """All candidates of one token.

    Parameters
    ----------
    token : token
        Which one.
    tracks : tuple of CandidateTrack
        By ascending ceiling.
    point_times : ndarray, shape (n_points,)
        When it is measured, in seconds.
    ceiling : float
        The ceiling that measuring uses in Hz; NaN if its speaker has none yet.
    chosen_by : {"hand", "given", "token", "speaker", "sex", "fixed", "none"}
        ``hand``: by token id; ``given``: by speaker, in another mode than ``speaker``; else by the mode of
        the settings; ``none``: mode ``speaker``, and its ceiling hasn't been chosen yet.
    note : str
        Why the mode's own rule could not be followed; may be empty.
    """

    token: TokenLike
    tracks: tuple[CandidateTrack, ...]
    point_times: Floats
    ceiling: float
    chosen_by: str
    note: str = ""

    @property
    def chosen(self) -> int | None:
        """Index of the track that is measured; None if its ceiling is none of the candidates."""
        return next((i for i, one in enumerate(self.tracks) if one.ceiling == self.ceiling), None)

    @property
    def smoothest(self) -> int | None:
        """Index of the track with the least error; None if none could be judged."""
        return _least([one.error for one in self.tracks])


def candidate_sources(
    sound: WholeSound, params: FormantParams | None = None, *, also: Sequence[float] = ()
) -> Iterator[FormantSource]:
    """Prepare a recording once for pictures of any of its tokens.

    Parameters
    ----------
    sound : WholeSound
        From `w2vpraat.acoustics.display_tracks.whole_sound`.
    params : FormantParams, optional
        Settings.
    also : sequence of float
        More ceilings in Hz, such as one that was typed or a speaker's.

    Yields
    ------
    FormantSource
        One per ceiling, ascending. The filter hears the whole recording, so this is work for a job; the
        first one takes longest.
    """
    params = params or FormantParams()
    ceilings = {float(one) for one in candidate_ceilings(params)} | {float(one) for one in also}
    yield from formant_sources(sound, sorted(ceilings), params)


def token_candidates(
    sources: Sequence[FormantSource],
    token: TokenLike,
    params: FormantParams | None = None,
    *,
    ceilings: Mapping[str, float] | None = None,
    speaker_sex: Mapping[str, str] | None = None,
) -> TokenCandidates:
    """Measure one token with every candidate ceiling and say which one the settings take.

    Parameters
    ----------
    sources : sequence of FormantSource
        From `candidate_sources`, with the same settings.
    token : token
        What to measure. Praat is handed its sound in short pieces, one ceiling after the other.
    params : FormantParams, optional
        Settings.
    ceilings : mapping, optional
        Ceiling in Hz by speaker, or by token id (which goes first), as in `w2vpraat.acoustics.measure`.
    speaker_sex : mapping, optional
        Sex by speaker.

    Returns
    -------
    TokenCandidates

    Raises
    ------
    MeasurementError
        If a candidate of the settings is not among the sources, or Praat refuses.
    """
    params = params or FormantParams()
    wanted = [float(one) for one in candidate_ceilings(params)]
    missing = sorted(set(wanted) - {source.ceiling for source in sources})
    if missing:
        raise MeasurementError(
            f"no source for the candidate ceiling {missing[0]:g} Hz", "prepare them with the same settings"
        )
    points = token.start + np.asarray(params.points) * (token.end - token.start)
    by_ceiling = sorted(sources, key=lambda source: source.ceiling)
    tracks = tuple(_track(source, token, points, params) for source in by_ceiling)
    ceiling, chosen_by, note = _choice(tracks, set(wanted), token, params, ceilings or {}, speaker_sex)
    return TokenCandidates(token, tracks, points, ceiling, chosen_by, note)


def _track(source: FormantSource, token: TokenLike, points: Floats, params: FormantParams) -> CandidateTrack:
    grid = source.grid
    judged = _judged(grid, token, params)
    inside = grid.between(token.start, token.end)
    needed = np.concatenate([inside, judged, grid.around(points)])
    # One stretch without holes, so that a line can be drawn through it.
    wanted = np.arange(needed.min(), needed.max() + 1) if needed.size else needed
    found = source.frames(wanted)
    of_token = slice(*np.searchsorted(wanted, [inside[0], inside[-1] + 1])) if inside.size else slice(0, 0)
    drawn = wanted[np.isin(wanted, np.concatenate([inside, judged]))]
    rows = np.searchsorted(wanted, drawn)
    frequencies, bandwidths = _shown(found.frequencies), _shown(found.bandwidths)
    return CandidateTrack(
        source.ceiling,
        grid.times(drawn),
        frequencies[rows],
        bandwidths[rows],
        _shown(found.at(points)[0]),
        track_error(found.stretch(judged)),
        _flags(frequencies[of_token], bandwidths[of_token]),
    )


def _judged(grid: FrameGrid, token: TokenLike, params: FormantParams) -> NDArray[np.intp]:
    # Frames that hear only the token and the padding, as `measure_candidates` takes them.
    cut = params.window - params.padding
    return grid.between(token.start + cut, token.end - cut)


def _shown(values: Floats) -> Floats:
    out = np.full((values.shape[0], N_SHOWN), np.nan)
    n = min(N_SHOWN, values.shape[1])
    out[:, :n] = values[:, :n]
    return out


def _flags(frequencies: Floats, bandwidths: Floats) -> tuple[Flag, ...]:
    flags = []
    for limit in LIMITS:
        values = (frequencies if limit.name[0] == "F" else bandwidths)[:, int(limit.name[1:]) - 1]
        known = values[np.isfinite(values) & (values > 0.0)]
        if not known.size:
            continue
        mean = float(np.exp(np.log(known).mean()))
        if (mean > limit.value) if limit.edge == "max" else (mean < limit.value):
            flags.append(Flag(limit, mean))
    return tuple(flags)


def _choice(
    tracks: Sequence[CandidateTrack],
    candidates: set[float],
    token: TokenLike,
    params: FormantParams,
    given: Mapping[str, float],
    speaker_sex: Mapping[str, str] | None,
) -> tuple[float, str, str]:
    if token.id in given:
        return float(given[token.id]), "hand", ""
    if token.speaker in given:
        return float(given[token.speaker]), "speaker" if params.ceiling_mode == "speaker" else "given", ""
    if params.ceiling_mode == "fixed":
        return params.ceiling, "fixed", ""
    by_sex, note = ceiling_by_sex(token, params, speaker_sex)
    if params.ceiling_mode == "sex":
        return by_sex, "sex", note
    if params.ceiling_mode == "speaker":
        return float("nan"), "none", "no ceiling has been chosen for this speaker"
    searched = [one for one in tracks if one.ceiling in candidates]
    best = _least([one.error for one in searched])
    if best is not None:
        return searched[best].ceiling, "token", ""
    nearest = min(searched, key=lambda one: abs(one.ceiling - by_sex))
    return nearest.ceiling, "sex", "too short for the candidate search"


def _least(errors: Sequence[float]) -> int | None:
    values = np.asarray(errors, dtype=np.float64)
    values = np.where(np.isfinite(values), values, np.nan)
    return None if np.isnan(values).all() else int(np.nanargmin(values))
