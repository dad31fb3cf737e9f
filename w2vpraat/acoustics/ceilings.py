"""Formant ceilings: fixed, by sex, per speaker or per token.

Per speaker: of all candidate ceilings the one with the least variability within labels (Escudero, P.,
Boersma, P., Rauber, A. S. & Bion, R. A. H. 2009, A cross-dialect acoustic description of vowels: Brazilian
and European Portuguese, Journal of the Acoustical Society of America 126, 1379-1393). They minimize, for each
vowel of each speaker, the variance of log F1 plus the variance of log F2; here the within-label variances of
log F1, F2 and F3 are pooled over the labels, which gives one ceiling per speaker.

Per token: of all candidate ceilings the one whose tracks a smooth curve fits best (Barreda, S. 2021, Fast
Track: fast (nearly) automatic formant-tracking using Praat, Linguistics Vanguard 7, 20200051). The curve is a
regression on the first five cosines; the error is the mean squared log residual, summed over F1 to F3.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from w2vpraat.acoustics.burg import N_SCORED
from w2vpraat.acoustics.values import Candidates, Floats, TokenLike
from w2vpraat.errors import InputError, MeasurementError
from w2vpraat.params import FormantParams

N_COSINES = 5
"""Cosines (with the constant) in the curve of the token search, as in FastTrack."""
MIN_SHARE = 0.75
"""Share of a token's frames in which F1 to F3 must be defined for a candidate to be judged."""

FEMALE = frozenset({"f", "female", "w", "woman"})
MALE = frozenset({"m", "male", "man"})


@dataclass(frozen=True)
class SpeakerCeiling:
    """The ceiling chosen for a speaker.

    Parameters
    ----------
    ceiling : float
        Hz.
    candidates, variability : tuple of float
        Each candidate (Hz) and its pooled within-label variance of ln F1 + ln F2 + ln F3.
    n_tokens, n_labels : int
        What it was chosen from.
    note : str
        Empty, or why it was not chosen from the data.
    """

    ceiling: float
    candidates: tuple[float, ...]
    variability: tuple[float, ...]
    n_tokens: int
    n_labels: int
    note: str = ""


def candidate_ceilings(params: FormantParams) -> Floats:
    """Return the candidates in Hz, evenly spaced from lowest to highest, shape (n_candidates,).

    Raises
    ------
    InputError
        If the highest is not above the lowest.
    """
    if params.candidate_high <= params.candidate_low:
        raise InputError(
            f"candidate ceilings from {params.candidate_low:g} to {params.candidate_high:g} Hz",
            "candidate_high must be above candidate_low",
        )
    values = np.linspace(params.candidate_low, params.candidate_high, params.n_candidates)
    # Whole millihertz: nobody types more into Praat, and round numbers resample faster.
    return np.round(values, 3)


def ceiling_by_sex(
    token: TokenLike, params: FormantParams, speaker_sex: Mapping[str, str] | None = None
) -> tuple[float, str]:
    """Return the ceiling for a token's speaker in Hz and a note, which is empty if the sex is known.

    Parameters
    ----------
    token : token
        Its ``speaker`` and the column ``sex`` of its ``metadata`` are used (F, M, female, male; any case).
    params : FormantParams
        The three ceilings.
    speaker_sex : mapping, optional
        Sex by speaker; goes before the metadata.
    """
    sex = (speaker_sex or {}).get(token.speaker, "")
    if not sex:
        sex = next((str(value) for name, value in token.metadata.items() if name.lower() == "sex"), "")
    sex = sex.strip().lower()
    if sex in FEMALE:
        return params.ceiling_female, ""
    if sex in MALE:
        return params.ceiling_male, ""
    return params.ceiling, "sex unknown: fixed ceiling"


def fallback_ceilings(
    tokens: Iterable[TokenLike], params: FormantParams, speaker_sex: Mapping[str, str] | None = None
) -> dict[str, float]:
    """Return the ceiling by sex in Hz of every speaker."""
    found: dict[str, float] = {}
    for token in tokens:
        if token.speaker not in found:
            found[token.speaker] = ceiling_by_sex(token, params, speaker_sex)[0]
    return found


def track_error(frequencies: Floats) -> float:
    """Return how badly a smooth curve fits the tracks of one token with one ceiling.

    Each track is regressed on the first `N_COSINES` cosines of a discrete cosine transform; the error is the
    mean over frames of (ln F - ln fitted F) squared, summed over the formants (Barreda 2021, with the log
    residuals of fasttrackpy).

    Parameters
    ----------
    frequencies : ndarray, shape (n_frames, n_formants)
        Hz; NaN where undefined. The first `N_SCORED` formants count.

    Returns
    -------
    float
        NaN if fewer than `MIN_SHARE` of the frames, or fewer than `N_COSINES` + 1, have all of them.
    """
    known = frequencies[:, :N_SCORED]
    n = known.shape[0]
    basis = _cosines(n)
    # One sum tells whether anything is missing, in most cases nothing.
    if np.isfinite(known.sum()):
        if n <= N_COSINES:
            return float("nan")
        # The cosines are orthonormal as long as no frame is missing.
        fitted = basis @ (basis.T @ known)
    else:
        defined = np.isfinite(known).all(axis=1)
        if defined.sum() < max(N_COSINES + 1, MIN_SHARE * n):
            return float("nan")
        basis, known = basis[defined], known[defined]
        fitted = basis @ np.linalg.lstsq(basis, known, rcond=None)[0]
    # A curve below zero fits nothing.
    if fitted.min() <= 0.0:
        return float("inf")
    residual = np.log(known / fitted)
    return float((residual * residual).sum() / known.shape[0])


@lru_cache(maxsize=512)
def _cosines(n: int) -> Floats:
    place = (np.arange(n) + 0.5) / n
    cosines = np.cos(np.pi * place[:, None] * np.arange(N_COSINES))
    return np.asarray(cosines / np.sqrt((cosines**2).sum(axis=0)))


def choose_ceilings(
    candidates: Iterable[Candidates],
    *,
    use: Callable[[str], bool] | None = None,
    fallback: Mapping[str, float] | None = None,
) -> dict[str, SpeakerCeiling]:
    """Choose one ceiling per speaker from the candidate measurements of all recordings.

    Parameters
    ----------
    candidates : iterable of Candidates
        From `measure_recording_candidates` or ``Measured.candidates``.
    use : callable, optional
        Which labels count, for example vowels only; default: all.
    fallback : mapping, optional
        Ceiling in Hz by speaker (see `fallback_ceilings`), for those with too little material: no label with
        two tokens. The nearest candidate is taken.

    Returns
    -------
    dict of SpeakerCeiling
        By speaker. Speakers with too little material have their fallback, or are absent.

    Raises
    ------
    MeasurementError
        If recordings were measured with different candidates.
    """
    groups: dict[str, list[tuple[Candidates, list[int]]]] = {}
    ceilings: Floats | None = None
    for one in candidates:
        if ceilings is not None and not np.array_equal(ceilings, one.ceilings):
            raise MeasurementError(
                "recordings were measured with different candidate ceilings", "measure them together"
            )
        ceilings = one.ceilings
        for speaker in dict.fromkeys(one.speakers):
            rows = [
                row
                for row, (who, label) in enumerate(zip(one.speakers, one.labels, strict=True))
                if who == speaker and (use is None or use(label))
            ]
            groups.setdefault(speaker, []).append((one, rows))
    chosen = {}
    for speaker, parts in groups.items():
        values = np.concatenate([_middles(one, rows) for one, rows in parts], axis=1)
        labels = [one.labels[row] for one, rows in parts for row in rows]
        choice = _least_variable(np.asarray(ceilings), values, labels)
        if choice is None and fallback is not None and speaker in fallback:
            nearest = float(np.asarray(ceilings)[np.argmin(np.abs(np.asarray(ceilings) - fallback[speaker]))])
            choice = SpeakerCeiling(nearest, (), (), 0, 0, "too few tokens to choose a ceiling: by sex")
        if choice is not None:
            chosen[speaker] = choice
    return chosen


def _middles(one: Candidates, rows: Sequence[int]) -> Floats:
    """Log formants at the point nearest to the middle, shape (n_candidates, n_rows, N_SCORED)."""
    point = int(np.argmin(np.abs(one.prop_times - 0.5)))
    return np.asarray(np.log(one.frequencies[:, list(rows), point, :N_SCORED]))


def _least_variable(ceilings: Floats, values: Floats, labels: Sequence[str]) -> SpeakerCeiling | None:
    # The same tokens for every candidate, or the one that loses the most tokens would win.
    complete = np.isfinite(values).all(axis=(0, 2))
    names = np.array(labels, dtype=object)[complete]
    kept = values[:, complete]
    squares = np.zeros(ceilings.size)
    freedom = n_labels = n_tokens = 0
    for label in dict.fromkeys(names):
        group = kept[:, names == label]
        if group.shape[1] < 2:
            continue
        squares += ((group - group.mean(axis=1, keepdims=True)) ** 2).sum(axis=(1, 2))
        freedom += group.shape[1] - 1
        n_tokens += group.shape[1]
        n_labels += 1
    if freedom == 0:
        return None
    variability = squares / freedom
    return SpeakerCeiling(
        float(ceilings[int(np.argmin(variability))]),
        tuple(float(one) for one in ceilings),
        tuple(float(one) for one in variability),
        n_tokens,
        n_labels,
    )
