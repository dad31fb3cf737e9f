"""Pillai score: how much of the label the vectors hold, with and without covariates.

For two categories Pillai's trace is the squared multiple correlation between the category (0 or 1) and the
vectors, both less what the covariates predict. Everything here follows from that.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

# Directions with less than this share of the largest one's spread are rounding.
SAME = 1e-9


@dataclass(frozen=True)
class Pillai:
    """Pillai's trace of two categories.

    Attributes
    ----------
    value : float
        0 = the means are the same, 1 = a plane separates the categories without residue. NaN if the
        covariates determine the category, or if there are too few tokens for so many dimensions.
    f, df1, df2, p : float
        The exact F of two categories and its p value. It takes tokens to be independent.
    null : float
        Expectation for two random samples of the same population, ``df1 / (df1 + df2)``.
    above_chance : float
        ``(value - null) / (1 - null)``: 0 on average for samples of the same population, whatever the
        number of tokens and dimensions (the adjusted squared correlation).
    n_tokens : int
    """

    value: float
    f: float
    df1: int
    df2: int
    p: float
    null: float
    above_chance: float
    n_tokens: int


def pillai_score(vectors: Floats, groups: Ints, covariates: Floats | None = None) -> Pillai:
    """Pillai's trace of the category in a multivariate linear model.

    Parameters
    ----------
    vectors : ndarray, shape (n_tokens, dim)
    groups : ndarray, shape (n_tokens,)
        0 or 1.
    covariates : ndarray, shape (n_tokens, n_columns), optional
        Numbers and dummy columns; the intercept is added here. The trace is that of the category after them
        (full against reduced model).

    Returns
    -------
    Pillai

    References
    ----------
    Pillai 1955, Ann. Math. Stat. 26:117-121; Hay, Warren & Drager 2006, J. Phonetics 34:458-484 (for
    mergers); Stanley & Sneller 2023, JASA 153:54-67 (its dependence on the number of tokens).
    """
    return pillai_given(vectors, groups, intercept_and(len(groups), covariates))


def intercept_and(n: int, covariates: Floats | None = None) -> Floats:
    """Orthonormal basis of the intercept and the covariates, shape (n, rank)."""
    ones = np.ones((n, 1))
    return column_space(ones if covariates is None else np.column_stack([ones, covariates]))


def pillai_given(vectors: Floats, groups: Ints, known: Floats) -> Pillai:
    """Pillai's trace after what an orthonormal basis spans (see :func:`pillai_score`)."""
    from scipy.special import fdtrc

    n = len(groups)
    basis = column_space(without(known, vectors))
    category = without(known, np.asarray(groups, dtype=np.float64)[:, None])[:, 0]
    df1 = basis.shape[1]
    df2 = n - known.shape[1] - df1
    spread = float(category @ category)
    nan = float("nan")
    if df1 == 0 or df2 < 1 or spread <= SAME * n:
        return Pillai(nan, nan, df1, max(df2, 0), nan, nan, nan, n)
    value = min(float(((category @ basis) ** 2).sum() / spread), 1.0)
    null = df1 / (df1 + df2)
    f = (value / df1) / ((1.0 - value) / df2) if value < 1.0 else float("inf")
    p = float(fdtrc(df1, df2, f)) if np.isfinite(f) else 0.0
    return Pillai(value, f, df1, df2, p, null, (value - null) / (1.0 - null), n)


def column_space(columns: Floats) -> Floats:
    """Orthonormal basis of what the columns span, shape (n, rank)."""
    scale = np.sqrt((columns**2).sum(axis=0))
    kept = scale > SAME * max(float(scale.max(initial=0.0)), 1e-300)
    if not kept.any():
        return np.zeros((len(columns), 0))
    basis, spread, _ = np.linalg.svd(columns[:, kept] / scale[kept], full_matrices=False)
    return np.asarray(basis[:, spread > SAME * spread[0]])


def without(basis: Floats, columns: Floats) -> Floats:
    """Residuals of columns after an orthonormal basis; those that are rounding become 0."""
    left = columns - basis @ (basis.T @ columns)
    left -= basis @ (basis.T @ left)  # once more: the first pass leaves rounding of large means
    tiny = np.abs(left).max(axis=0, initial=0.0) <= SAME * np.abs(columns).max(axis=0, initial=0.0)
    left[:, tiny] = 0.0
    return np.asarray(left)


def shuffled_within(groups: Ints, speakers: Ints, n_shuffles: int, seed: int) -> Floats:
    """Shuffle categories among each speaker's tokens.

    Parameters
    ----------
    groups, speakers : ndarray, shape (n_tokens,)
        Numbers.
    n_shuffles, seed : int

    Returns
    -------
    ndarray, shape (n_shuffles, n_tokens)
        No row if no speaker has both categories, so that nothing can be shuffled.
    """
    voices = np.unique(speakers)
    if not any(len(np.unique(groups[speakers == voice])) > 1 for voice in voices):
        return np.zeros((0, len(groups)))
    random = np.random.default_rng(seed)
    # Whole numbers keep speakers apart, fractions order the tokens within them by lot.
    order = np.argsort(speakers + random.random((n_shuffles, len(groups))), axis=1)
    dealt = np.empty(order.shape)
    dealt[:, np.argsort(speakers, kind="stable")] = groups[order]
    return dealt


def shuffled_pillai(vectors: Floats, shuffles: Floats, speakers: Ints) -> Floats:
    """Pillai scores of shuffled categories after the speakers, shape (n_shuffles,).

    Parameters
    ----------
    vectors : ndarray, shape (n_tokens, dim)
        Centred by speaker.
    shuffles : ndarray, shape (n_shuffles, n_tokens)
    speakers : ndarray, shape (n_tokens,)
        Numbers from 0.
    """
    basis = column_space(vectors)
    # Every shuffle leaves each speaker's share of a category as it is.
    shares = np.bincount(speakers, weights=shuffles[0]) / np.bincount(speakers)
    dealt = shuffles - shares[speakers]
    return np.asarray(((dealt @ basis) ** 2).sum(axis=1) / (dealt**2).sum(axis=1))


def resampled_pillai(values: Floats, covariates: Floats, units: Ints, weights: Floats) -> Floats:
    """Pillai scores after the covariates in bootstrap samples of units.

    Parameters
    ----------
    values : ndarray, shape (n_tokens, 1 + dim)
        The category (0 or 1), then the vector.
    covariates : ndarray, shape (n_tokens, n_columns)
    units : ndarray, shape (n_tokens,)
        Number of the speaker (or of the token).
    weights : ndarray, shape (n_samples, n_units)
        How often each is drawn.

    Returns
    -------
    ndarray, shape (n_samples,)
        NaN where a sample leaves no category to explain.
    """
    n, k = len(values), covariates.shape[1] + 1
    columns: Floats = np.column_stack([np.ones(n), covariates, values])
    products: Floats = unit_sums(columns[:, :, None] * columns[:, None, :], units, weights.shape[1])
    made = np.full(len(weights), np.nan)
    for rows in parts(len(weights), products[0].size):
        cross = np.tensordot(weights[rows], products, axes=1)
        known, mixed, rest = cross[:, :k, :k], cross[:, :k, k:], cross[:, k:, k:]
        left = rest - mixed.transpose(0, 2, 1) @ np.linalg.pinv(known, rcond=1e-10, hermitian=True) @ mixed
        spread, shared, total = left[:, 0, 0], left[:, 0, 1:], left[:, 1:, 1:]
        inverse = np.linalg.pinv(total, rcond=1e-10, hermitian=True)
        explained = np.einsum("bi,bij,bj->b", shared, inverse, shared)
        usable = spread > SAME * n
        made[rows] = np.where(usable, np.clip(explained / np.where(usable, spread, 1.0), 0.0, 1.0), np.nan)
    return made


def unit_sums(values: Floats, units: Ints, n_units: int) -> Floats:
    """Sum of the values of each unit's tokens, shape (n_units, ...)."""
    order = np.argsort(units, kind="stable")
    present, starts = np.unique(units[order], return_index=True)
    made = np.zeros((n_units, *values.shape[1:]))
    if len(present):
        made[present] = np.add.reduceat(values[order], starts, axis=0)
    return made


def parts(n: int, size: int, most: int = 4_000_000) -> list[slice]:
    """Cut n rows of this size into parts that fit the memory."""
    step = max(1, most // max(size, 1))
    return [slice(start, min(start + step, n)) for start in range(0, n, step)]
