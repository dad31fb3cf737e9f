"""Angles between subspaces, variance left outside of one, and what random subspaces would give."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Chance:
    """Expectations for random subspaces, each direction of space being as likely as any other.

    Attributes
    ----------
    smallest_angle, mean_angle : float
        Degrees.
    largest_cosine : float
        Of two directions, one of each subspace's orthonormal basis.
    """

    smallest_angle: float
    mean_angle: float
    largest_cosine: float


def principal_angles(one: Floats, other: Floats) -> Floats:
    """Angles between two subspaces in degrees, ascending.

    Bjorck & Golub 1973, Math. Comp. 27:579-594: small angles from sines, since the cosine is flat there.

    Parameters
    ----------
    one, other : ndarray, shape (n, dim), (m, dim)
        Orthonormal rows.
    """
    if len(one) > len(other):
        one, other = other, one
    left, cosines, _ = np.linalg.svd(one @ other.T, full_matrices=False)
    # The part of each principal vector outside the other subspace; its length is the sine.
    vectors = left.T @ one
    sines = np.linalg.norm(vectors - vectors @ other.T @ other, axis=1)
    return np.asarray(np.degrees(np.arctan2(sines, np.clip(cosines, 0.0, 1.0))))


def residual_variance(means: Floats, axes: Floats) -> Floats:
    """Share of the variance of means left once the first k axes are projected out, k = 0 ... n_axes.

    Parameters
    ----------
    means : ndarray, shape (n_means, dim)
    axes : ndarray, shape (n_axes, dim)
        Orthonormal rows.

    Returns
    -------
    ndarray, shape (n_axes + 1,)
        The first is 1.
    """
    centred = means - means.mean(axis=0)
    removed = ((centred @ axes.T) ** 2).sum(axis=0) / (centred**2).sum()
    return np.asarray(np.clip(1.0 - np.concatenate([[0.0], np.cumsum(removed)]), 0.0, 1.0))


@lru_cache(maxsize=256)
def random_subspaces(dim: int, first: int, second: int, *, draws: int = 200, seed: int = 0) -> Chance:
    """Draw pairs of random subspaces and average what has no simple formula.

    Parameters
    ----------
    dim : int
        Of the space.
    first, second : int
        Of the subspaces.
    draws, seed : int
    """
    random = np.random.default_rng(seed)
    angles = np.zeros((draws, min(first, second)))
    largest = np.zeros(draws)
    for draw in range(draws):
        # One subspace can be the first coordinates, since only their relative position counts.
        basis = np.linalg.qr(random.standard_normal((dim, first)))[0][:second]
        angles[draw] = np.degrees(np.arccos(np.clip(np.linalg.svd(basis, compute_uv=False), 0.0, 1.0)))
        largest[draw] = np.abs(basis).max()
    return Chance(float(angles.min(axis=1).mean()), float(angles.mean()), float(largest.mean()))


def random_cosine(dim: int) -> float:
    """Mean absolute cosine of two random directions: Gamma(dim/2) / (sqrt(pi) Gamma((dim+1)/2))."""
    from scipy.special import gammaln

    return float(np.exp(gammaln(dim / 2) - gammaln((dim + 1) / 2)) / np.sqrt(np.pi))
