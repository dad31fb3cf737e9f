"""Placing new tokens on a map of neighbourhoods, among the tokens that they resemble."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from w2vpraat.compare.maps.map_quality import NEIGHBOURS

Floats = NDArray[np.float64]

STEPS = 100


def place_among(new: Floats, vectors: Floats, places: Floats, *, k: int = NEIGHBOURS) -> Floats:
    """Place tokens where their nearest neighbours lie: at the weighted geometric median of their places.

    t-SNE and UMAP have no formula that carries a vector to the map. If the neighbours are in two clusters,
    the mean of their places is between both, where no token is; the geometric median (found by Weiszfeld's
    steps; Vardi & Zhang 2000, PNAS 97:1423-1426) lies with the majority. Weights are inverse squared
    distances (Shepard 1968, Proc. 23rd ACM National Conference, 517-524), so that a token of the map lands
    where it was. Each token is placed by itself: the others placed with it do not matter.

    Parameters
    ----------
    new : ndarray, shape (n_new, dim)
    vectors : ndarray, shape (n_tokens, dim)
        Of the tokens on the map.
    places : ndarray, shape (n_tokens, 2)
    k : int
        Neighbours; fewer if there are fewer tokens.

    Returns
    -------
    ndarray, shape (n_new, 2)
    """
    from sklearn.neighbors import NearestNeighbors

    if not len(new):
        return np.empty((0, places.shape[1]))
    search = NearestNeighbors(n_neighbors=min(k, len(vectors)), algorithm="brute").fit(vectors)
    distances, near = search.kneighbors(new)
    # Rounding leaves a token some 1e-7 away from itself; that must not look like a distance.
    least = 1e-6 * max(float(vectors.std()), float(np.finfo(float).tiny))
    return geometric_median(places[near], 1.0 / np.maximum(distances, least) ** 2)


def geometric_median(points: Floats, weights: Floats) -> Floats:
    """Return the points whose weighted sum of distances to given ones is least.

    Parameters
    ----------
    points : ndarray, shape (n, k, 2)
    weights : ndarray, shape (n, k)
        Positive.

    Returns
    -------
    ndarray, shape (n, 2)
    """
    weights = weights / weights.sum(axis=1, keepdims=True)
    width = max(float(np.ptp(points, axis=(0, 1)).max()), float(np.finfo(float).tiny))
    median = np.einsum("nk,nkd->nd", weights, points)
    for _ in range(STEPS):
        distances = np.linalg.norm(points - median[:, None], axis=2)
        pull = weights / np.maximum(distances, 1e-9 * width)
        pull /= pull.sum(axis=1, keepdims=True)
        moved = np.einsum("nk,nkd->nd", pull, points)
        step = float(np.abs(moved - median).max())
        median = moved
        if step <= 1e-9 * width:
            break
    return np.asarray(median)
