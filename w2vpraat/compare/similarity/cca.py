"""Similarity of two representations by canonical correlations: SVCCA and PWCCA, scored on held-out speakers.

Canonical correlations of many dimensions are large in the tokens that they were fitted on, whatever the
vectors hold. So directions are fitted on the training tokens of each fold, and the correlation of a direction
is that of the tokens held out. What it was in training is reported beside it.

SVCCA: Raghu, Gilmer, Yosinski & Sohl-Dickstein 2017, arXiv:1706.05806: principal components up to a share of
the variance, then the plain mean of the canonical correlations. PWCCA: Morcos, Raghu & Bengio 2018,
arXiv:1806.05759: a mean weighted by how much of the reference view each canonical variate accounts for.
Against one-hot labels: Pasad, Chou & Livescu 2021, arXiv:2107.04734.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from w2vpraat.compare.probes.linear import class_sums
from w2vpraat.compare.scores import interval, speaker_weights
from w2vpraat.compare.similarity.views import View, Whitening, dev_tokens, make_label_view, make_view
from w2vpraat.compare.threads import one_thread
from w2vpraat.errors import ComparisonError

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

__all__ = ["RIDGES", "Similarity", "View", "label_similarity", "make_label_view", "make_view", "similarities"]

# Ridges tried on the dev speakers, as shares of the largest variance. Pasad et al. tried 1e-11 to 1e-5, which
# only keeps the inverse from failing; with few tokens per dimension the best ones are larger.
RIDGES = (1e-6, 1e-4, 1e-3, 1e-2, 1e-1, 1.0)


@dataclass(frozen=True, eq=False)
class Similarity:
    """How similar two views are.

    Attributes
    ----------
    measure : str
        ``svcca`` or ``pwcca``.
    value : float
        Of the held-out tokens: 1 = the same up to a linear map, about 0 = nothing shared (may be below 0).
    low, high : float
        Bootstrap over the held-out speakers without refitting; NaN for one speaker or no samples.
    in_sample : float
        The same of the training tokens, mean over folds: too high by construction.
    correlations : ndarray, shape (n_directions,)
        Held-out, in the order that training gave them.
    weights : ndarray, shape (n_directions,)
        Sum to 1: equal for SVCCA, by projection on the first view for PWCCA.
    kept_variance_x, kept_variance_y : float
    dims_x, dims_y : int
    ridges : tuple of (float, float)
        Of x and y in each fold, as shares of the largest variance.
    n_tokens, n_speakers : int
        Held out.
    """

    measure: str
    value: float
    low: float
    high: float
    in_sample: float
    correlations: Floats
    weights: Floats
    kept_variance_x: float
    kept_variance_y: float
    dims_x: int
    dims_y: int
    ridges: tuple[tuple[float, float], ...]
    n_tokens: int
    n_speakers: int


@dataclass(frozen=True, eq=False)
class _Fitted:
    """Canonical directions of a fold: combinations of whitened components, and the weight of each."""

    x: Floats
    y: Floats
    weights: Floats
    training: Floats  # correlations


def _fit(x: Whitening, y: Whitening, cross: Floats, ridge: tuple[float, float]) -> _Fitted:
    """Fit from the cross-covariance of whitened components, shape (dims_x, dims_y)."""
    # (C_xx + ridge I)^-1/2 of whitened components is diagonal, so that another ridge costs one small SVD.
    shrink_x, shrink_y = (
        np.sqrt(one.variances / (one.variances + share * one.variances[0]))
        for one, share in zip((x, y), ridge, strict=True)
    )
    left, _, right = np.linalg.svd(shrink_x[:, None] * cross * shrink_y, full_matrices=False)
    combine_x, combine_y = shrink_x[:, None] * left, shrink_y[:, None] * right.T
    sd_x, sd_y = np.linalg.norm(combine_x, axis=0), np.linalg.norm(combine_y, axis=0)
    combine_x, combine_y = combine_x / sd_x, combine_y / sd_y
    # |<h_i, x_j>| summed over the columns x_j of the view; what was not kept is orthogonal to every h_i.
    weights = np.abs((combine_x.T * np.sqrt(x.variances)) @ x.axes.T).sum(axis=1)
    training = np.einsum("xd,xy,yd->d", combine_x, cross, combine_y, optimize=True)
    return _Fitted(combine_x, combine_y, weights / weights.sum(), np.clip(training, -1.0, 1.0))


def _cosines(both: Floats, square_x: Floats, square_y: Floats) -> Floats:
    """Correlation about the training mean; 0 where a variate is constant."""
    size = np.sqrt(square_x * square_y)
    return np.asarray(np.clip(np.where(size > 0.0, both / np.where(size > 0.0, size, 1.0), 0.0), -1.0, 1.0))


def similarities(
    x: View,
    y: View,
    speakers: Ints,
    *,
    ridges: Sequence[tuple[float, float]] = ((0.0, 0.0),),
    bootstrap: int = 1000,
    seed: int = 0,
    level: float = 0.95,
    strata: Ints | None = None,
) -> dict[str, Similarity]:
    """Compare two views of the same tokens by SVCCA and PWCCA, from the same directions.

    The correlation of a direction is taken over the held-out tokens of all folds together, about the training
    mean, so that a fold may be a single speaker and differences between speakers count.

    Parameters
    ----------
    x, y : View
        Of the same tokens and folds. PWCCA weighs by ``x``, the reference; SVCCA is symmetric.
    speakers : ndarray, shape (n_tokens,)
        Numbers.
    ridges : sequence of (float, float)
        Added to the variances of x and y, as shares of the largest one. Of several pairs each fold takes the
        one with the best PWCCA on its dev part, then fits it to all its training tokens.
    bootstrap, seed, level
        As in ``CompareParams``.
    strata : ndarray, shape (n_speakers,), optional
        Speakers are resampled within strata.

    Returns
    -------
    dict
        ``svcca`` and ``pwcca`` -> :class:`Similarity`.

    Raises
    ------
    ComparisonError
        Unequal tokens or folds, several ridges without a dev part, or, without a ridge, no more training
        tokens than dimensions of both views, where any data correlate perfectly.
    """
    _check(x, y, speakers, ridges)
    n_speakers = int(speakers.max()) + 1
    count = min(x.dims, y.dims)
    sums: Floats = np.zeros((3, n_speakers, count))
    weights, training, chosen = [], [], []
    with one_thread():
        for number, (train, test) in enumerate(x.folds):
            ridge = ridges[0] if len(ridges) == 1 else _best_ridge(x, y, number, ridges)
            fitted = _fit_tokens(x, y, x.outer[number], y.outer[number], train, ridge)
            moments = _moments(x, y, x.outer[number], y.outer[number], test, fitted)
            sums += [class_sums(one, speakers[test], n_speakers) for one in moments]
            weights.append(fitted.weights)
            training.append(fitted.training)
            chosen.append(ridge)
    held = np.unique(np.concatenate([speakers[test] for _, test in x.folds]))
    sums = sums[:, held]
    correlations = _cosines(*sums.sum(axis=1))
    samples: Floats = np.zeros((0, count))
    if bootstrap and len(held) > 1:
        kinds = np.zeros(len(held), dtype=np.intp) if strata is None else strata[held]
        samples = _cosines(*(speaker_weights(kinds, bootstrap, seed) @ sums))
    found = {}
    even = np.full((len(weights), count), 1.0 / count)
    for measure, by_fold in (("svcca", even), ("pwcca", np.array(weights))):
        mean_weights = by_fold.mean(axis=0)
        low, high = interval(samples @ mean_weights, level)
        found[measure] = Similarity(
            measure=measure,
            value=float(correlations @ mean_weights),
            low=low,
            high=high,
            in_sample=float((np.array(training) * by_fold).sum(axis=1).mean()),
            correlations=correlations,
            weights=mean_weights,
            kept_variance_x=x.kept_variance,
            kept_variance_y=y.kept_variance,
            dims_x=x.dims,
            dims_y=y.dims,
            ridges=tuple(chosen),
            n_tokens=len(np.unique(np.concatenate([test for _, test in x.folds]))),
            n_speakers=len(held),
        )
    return found


def label_similarity(
    labels: View,
    vectors: View,
    speakers: Ints,
    *,
    bootstrap: int = 1000,
    seed: int = 0,
    level: float = 0.95,
    strata: Ints | None = None,
) -> Similarity:
    """PWCCA of vectors against one-hot labels, the ridge of the vectors chosen on dev speakers.

    The labels are the reference: a direction weighs as much as it tells labels apart. This is the view with
    fewer dimensions, which the code of Pasad et al. takes, too.

    Parameters
    ----------
    labels : View
        Of :func:`make_label_view`.
    vectors : View
        With ``dev=True``, best with ``kept=1.0``, since the ridge does what the reduction does for SVCCA.
    speakers, bootstrap, seed, level, strata
        As in :func:`similarities`.
    """
    ridges = [(0.0, ridge) for ridge in RIDGES]
    found = similarities(
        labels, vectors, speakers, ridges=ridges, bootstrap=bootstrap, seed=seed, level=level, strata=strata
    )
    return found["pwcca"]


def _check(x: View, y: View, speakers: Ints, ridges: Sequence[tuple[float, float]]) -> None:
    if len(x.values) != len(y.values) or len(x.values) != len(speakers):
        raise ComparisonError(
            f"views of {len(x.values)} and {len(y.values)} tokens for {len(speakers)} speaker numbers",
            "take the same tokens in the same order",
        )
    same = len(x.folds) == len(y.folds) and all(
        np.array_equal(one, other)
        for pair in zip(x.folds, y.folds, strict=True)
        for one, other in zip(*pair, strict=True)
    )
    if not same:
        raise ComparisonError("the two views have other folds", "make both with the same folds")
    if not ridges or any(ridge < 0.0 for pair in ridges for ridge in pair):
        raise ComparisonError(f"ridges {list(ridges)} are not possible", "0 or a small positive share")
    if len(ridges) > 1 and not (x.inner and y.inner):
        raise ComparisonError("a ridge can't be chosen without a dev part", "make both views with dev=True")
    fewest = min(len(training) for training, _ in x.folds)
    if any(pair == (0.0, 0.0) for pair in ridges) and x.dims + y.dims >= fewest:
        raise ComparisonError(
            f"{x.dims} and {y.dims} dimensions correlate perfectly over any {fewest} training tokens",
            "keep less variance or fewer components, give more tokens, or a ridge",
        )


def _fit_tokens(
    x: View, y: View, white_x: Whitening, white_y: Whitening, training: Ints, ridge: tuple[float, float]
) -> _Fitted:
    cross = white_x.scores(x.values[training]).T @ white_y.scores(y.values[training]) / len(training)
    return _fit(white_x, white_y, cross, ridge)


def _moments(
    x: View, y: View, white_x: Whitening, white_y: Whitening, tokens: Ints, fitted: _Fitted
) -> tuple[Floats, Floats, Floats]:
    """Products and squares of the variates of tokens, each of shape (n_tokens, n_directions)."""
    one = white_x.scores(x.values[tokens]) @ fitted.x
    other = white_y.scores(y.values[tokens]) @ fitted.y
    return one * other, one**2, other**2


def _best_ridge(x: View, y: View, number: int, ridges: Sequence[tuple[float, float]]) -> tuple[float, float]:
    white_x, white_y, dev = x.inner[number], y.inner[number], dev_tokens(x.folds, number)
    training = np.setdiff1d(x.folds[number][0], dev)
    cross = white_x.scores(x.values[training]).T @ white_y.scores(y.values[training]) / len(training)
    scores = []
    for ridge in ridges:
        fitted = _fit(white_x, white_y, cross, ridge)
        moments = _moments(x, y, white_x, white_y, dev, fitted)
        scores.append(float(_cosines(*(one.sum(axis=0) for one in moments)) @ fitted.weights))
    return ridges[int(np.argmax(scores))]
