"""One side of a comparison by canonical correlations: vectors or labels, whitened for each fold, once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from w2vpraat.compare.folds import Fold
from w2vpraat.compare.threads import one_thread
from w2vpraat.errors import ComparisonError
from w2vpraat.normalize.vector_axes import principal_axes

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

# Directions with less than this share of the largest variance are rounding errors of single precision.
RANK = 1e-10


@dataclass(frozen=True, eq=False)
class Whitening:
    """Principal components of training tokens, scaled to unit variance.

    Attributes
    ----------
    mean : ndarray, shape (dim,)
    axes : ndarray, shape (dim, n_kept)
        Orthonormal columns.
    variances : ndarray, shape (n_kept,)
        Descending, of the training tokens (divided by n).
    share : float
        Share of the training variance that is kept.
    """

    mean: Floats
    axes: Floats
    variances: Floats
    share: float

    def scores(self, values: Floats) -> Floats:
        """Whitened components, shape (n, n_kept)."""
        return np.asarray((values - self.mean) @ (self.axes / np.sqrt(self.variances)))


@dataclass(frozen=True, eq=False)
class View:
    """One side of a comparison with its whitening per fold, made once and used for many pairs.

    Attributes
    ----------
    values : ndarray, shape (n_tokens, dim)
    folds : tuple of (training, test)
    outer : tuple of Whitening
        Of the training tokens of each fold.
    inner : tuple of Whitening
        Of the training tokens less the dev tokens; empty if there is no dev part.
    """

    values: Floats
    folds: tuple[Fold, ...]
    outer: tuple[Whitening, ...]
    inner: tuple[Whitening, ...] = ()

    @property
    def dims(self) -> int:
        """Number of components, the same in every fold."""
        return len(self.outer[0].variances)

    @property
    def kept_variance(self) -> float:
        """Share of the training variance that the components hold, mean over folds."""
        return float(np.mean([one.share for one in self.outer]))


def make_view(
    values: Floats, folds: Sequence[Fold], *, kept: float = 0.99, most: int | None = None, dev: bool = False
) -> View:
    """Whiten vectors for each fold.

    All folds keep the same number of components: as many as the neediest fold needs for ``kept``, if every
    fold has so many. Columns are centred, not scaled.

    Parameters
    ----------
    values : ndarray, shape (n_tokens, dim)
    folds : sequence of (training, test)
        Token numbers, speakers held out; see :mod:`w2vpraat.compare.folds`.
    kept : float
        Share of the variance, above 0, at most 1.
    most : int, optional
        At most so many components, for few tokens.
    dev : bool
        Whiten without a dev part, too, so that a ridge can be chosen on it: the test tokens of the next
        fold.

    Raises
    ------
    ComparisonError
        Missing values, no variance, an empty part, or too few folds for a dev part.
    """
    values = np.asarray(values, dtype=np.float64)
    if values.ndim != 2 or not values.size or not np.isfinite(values).all():
        raise ComparisonError(
            f"vectors of shape {values.shape} can't be compared", "leave out tokens with missing values"
        )
    if not 0.0 < kept <= 1.0 or (most is not None and most < 1):
        raise ComparisonError(f"can't keep {kept:g} of the variance, at most {most} components")
    folds = tuple(folds)
    if not folds or any(len(training) < 3 or not len(test) for training, test in folds):
        raise ComparisonError(
            "canonical correlations need folds with at least three training tokens and a test token",
            "give more tokens or speakers",
        )
    with one_thread():
        parts = [training for training, _ in folds]
        outer = _whiten(values, parts, kept, most)
        inner: tuple[Whitening, ...] = ()
        if dev:
            parts = [
                np.setdiff1d(training, dev_tokens(folds, number)) for number, training in enumerate(parts)
            ]
            if len(folds) < 3 or min(map(len, parts)) < 3:
                raise ComparisonError(
                    f"{len(folds)} folds are too few to choose a ridge on speakers of their own",
                    "make at least three folds",
                )
            inner = _whiten(values, parts, kept, most)
    return View(values, folds, outer, inner)


def make_label_view(labels: Ints, folds: Sequence[Fold]) -> View:
    """Whiten one-hot labels, shape (n_tokens,), for each fold; with a dev part if there are three folds.

    Raises
    ------
    ComparisonError
        If the training tokens of a fold have one label only, or a part is empty.
    """
    one_hot = np.eye(int(labels.max(initial=0)) + 1)[labels]
    return make_view(one_hot, folds, kept=1.0, dev=len(folds) >= 3)


def dev_tokens(folds: Sequence[Fold], number: int) -> Ints:
    """Return the dev tokens of a fold: the test tokens of the next, as in the splits of Pasad et al."""
    return folds[(number + 1) % len(folds)][1]


def _whiten(values: Floats, parts: Sequence[Ints], kept: float, most: int | None) -> tuple[Whitening, ...]:
    found, needed, ranks = [], [], []
    for part in parts:
        mean = values[part].mean(axis=0)
        centred = values[part] - mean
        n, dim = centred.shape
        if dim <= n:
            variances, axes = principal_axes(centred.T @ centred / n)
        else:
            _, lengths, rows = np.linalg.svd(centred, full_matrices=False)
            variances, axes = lengths**2 / n, rows.T
        rounding = 1e-12 * float(np.abs(values[part]).max())
        if not variances[0] > rounding**2:
            raise ComparisonError(
                "the training tokens of a fold all have the same vector (or label)",
                "canonical correlations need values that vary",
            )
        shares = np.maximum(variances, 0.0) / np.maximum(variances, 0.0).sum()
        rank = int((variances > RANK * variances[0]).sum())
        found.append((mean, variances, axes, shares))
        needed.append(min(int(np.searchsorted(np.cumsum(shares), kept - 1e-12)) + 1, rank))
        ranks.append(rank)
    count = min(max(needed), *ranks, *([] if most is None else [most]))
    return tuple(
        Whitening(mean, axes[:, :count], variances[:count], float(shares[:count].sum()))
        for mean, variances, axes, shares in found
    )
