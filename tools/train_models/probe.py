"""Vowel identity from vectors: shrinkage LDA over held-out speakers, with intervals."""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from .data import VOWELS, Utterance, centres


@dataclass(frozen=True)
class Token:
    """One vowel interval.

    Parameters
    ----------
    utterance : str
        Name of the recording.
    speaker : str
        Speaker label.
    label : str
        ARPABET vowel.
    start, end : float
        Times in s.
    """

    utterance: str
    speaker: str
    label: str
    start: float
    end: float


def vowel_tokens(corpus: list[Utterance], shortest: float = 0.040) -> list[Token]:
    """Return the vowel intervals of a corpus that last at least `shortest` seconds."""
    return [
        Token(u.name, u.speaker, label, start, end)
        for u in corpus
        for start, end, label in u.phones
        if label in VOWELS and end - start >= shortest - 1e-9
    ]


def pool(frames: np.ndarray, start: float, end: float) -> np.ndarray:
    """Return the mean of the frames centred in the middle half of an interval.

    The frame with the nearest centre is used where no centre lies inside.

    Parameters
    ----------
    frames : ndarray, shape (n, dim)
        Frame vectors of the whole recording.
    start, end : float
        Interval in s.

    Returns
    -------
    ndarray, shape (dim,)
        Pooled vector.
    """
    times = centres(len(frames))
    quarter = (end - start) / 4
    inside = (times >= start + quarter) & (times < end - quarter)
    if not inside.any():
        inside[np.abs(times - (start + end) / 2).argmin()] = True
    return frames[inside].mean(0)


def classifier(priors: list[float] | None = None) -> Pipeline:
    """Return the probe: standardized columns, LDA with automatic shrinkage."""
    lda = LinearDiscriminantAnalysis(solver="lsqr", shrinkage="auto", priors=priors)
    return make_pipeline(StandardScaler(), lda)


def predict_held_out(x: np.ndarray, y: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """Return the label predicted for every token by a probe that never saw its group.

    Parameters
    ----------
    x : ndarray, shape (n, dim)
        Vectors.
    y : ndarray of str, shape (n,)
        Labels.
    groups : ndarray of str, shape (n,)
        Speaker (or sex) that is held out together.

    Returns
    -------
    ndarray of str, shape (n,)
        Predictions.
    """
    predicted = np.empty_like(y)
    for group in np.unique(groups):
        test = groups == group
        # A class with one training token has no covariance of its own; it is shrunk like the rest.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)
            predicted[test] = classifier().fit(x[~test], y[~test]).predict(x[test])
    return predicted


def predict_sex(x: np.ndarray, labels: np.ndarray, speakers: np.ndarray, sexes: np.ndarray) -> float:
    """Return how well sex is told from single tokens, given the label; chance is 0.5.

    As many women as men are held out together (four folds), the label's mean is subtracted, priors are equal.
    """
    women, men = (np.unique(speakers[sexes == sex]) for sex in ("F", "M"))
    right: dict[str, list[bool]] = {"F": [], "M": []}
    for k in range(4):
        test = np.isin(speakers, [*women[k::4], *men[k::4]])
        rest = x.astype(float).copy()
        for label in np.unique(labels):
            own = labels == label
            known = own & ~test
            rest[own] -= x[known].mean(0) if known.any() else x[~test].mean(0)
        given = classifier([0.5, 0.5]).fit(rest[~test], sexes[~test]).predict(rest[test])
        for sex in right:
            right[sex] += (given == sexes[test])[sexes[test] == sex].tolist()
    return float(np.mean([np.mean(one) for one in right.values()]))


def folds(speakers: np.ndarray, n: int) -> np.ndarray:
    """Return a fold name per token that keeps the tokens of a speaker together."""
    return (np.unique(speakers, return_inverse=True)[1] % n).astype(str)


def interval(correct: np.ndarray, speakers: np.ndarray, seed: int = 0, n: int = 2000) -> tuple[float, float]:
    """Return the 95 % bootstrap interval of the mean over resampled speakers.

    Parameters
    ----------
    correct : ndarray of float, shape (n_tokens,)
        One value per token: right or wrong, or a difference of two such columns.
    speakers : ndarray of str, shape (n_tokens,)
        Speaker of each token.
    seed : int
        Seed of the resampling.
    n : int
        Number of resamples.

    Returns
    -------
    tuple of float
        Lower and upper bound.
    """
    rng = np.random.default_rng(seed)
    names = np.unique(speakers)
    sums = np.array([correct[speakers == s].sum() for s in names], float)
    counts = np.array([(speakers == s).sum() for s in names], float)
    draws = rng.integers(len(names), size=(n, len(names)))
    means = sums[draws].sum(1) / counts[draws].sum(1)
    low, high = np.percentile(means, [2.5, 97.5])
    return float(low), float(high)


def lobanov(hertz: np.ndarray, speakers: np.ndarray) -> np.ndarray:
    """Return formants as z-scores within each speaker (Lobanov 1971).

    Parameters
    ----------
    hertz : ndarray, shape (n_tokens, n_formants)
        Formants.
    speakers : ndarray of str, shape (n_tokens,)
        Speaker of each token.

    Returns
    -------
    ndarray, shape (n_tokens, n_formants)
        Normalized formants.
    """
    scaled = np.empty_like(hertz)
    for speaker in np.unique(speakers):
        own = speakers == speaker
        scaled[own] = (hertz[own] - hertz[own].mean(0)) / hertz[own].std(0, ddof=1)
    return scaled
