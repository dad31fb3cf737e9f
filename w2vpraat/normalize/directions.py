"""Principal directions of a few mean vectors: one home for the subspace removed and the subspace measured."""

from __future__ import annotations

import numpy as np

from w2vpraat.normalize.vectors import Array


def mean_directions(means: Array) -> tuple[Array, Array, Array]:
    """Find the directions in which mean vectors differ.

    Parameters
    ----------
    means : ndarray, shape (n_means, dim)

    Returns
    -------
    centre : ndarray, shape (dim,)
        The mean of the means.
    axes : ndarray, shape (rank, dim)
        Orthonormal rows, the direction of the largest variance first; none if all means are the same.
    shares : ndarray, shape (rank,)
        Share of the variance between the means of each, together 1.
    """
    centre: Array = means.mean(axis=0)
    _, lengths, axes = np.linalg.svd(means - centre, full_matrices=False)
    rank = int((lengths > lengths[0] * max(means.shape) * np.finfo(np.float64).eps).sum())
    squares = lengths[:rank] ** 2
    return centre, axes[:rank], squares / squares.sum() if rank else squares


def enough_directions(shares: Array, variance: float) -> int:
    """Return how many directions reach a share of the variance.

    The tolerance keeps 1.0 from asking for noise.
    """
    return min(int(np.searchsorted(np.cumsum(shares), variance - 1e-12)) + 1, len(shares))
