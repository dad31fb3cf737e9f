"""Where the letters of means are written: near their place, without covering each other."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

MOST_MOVED = 80
"""Beyond so many letters none is moved; those of fewer tokens give way."""
STEPS = 60


def apart(places: Floats, sizes: Floats, farthest: float) -> Floats:
    """Push letters apart that would cover each other.

    Parameters
    ----------
    places : ndarray, shape (n, 2)
        Centres in pixels.
    sizes : ndarray, shape (n, 2)
        Width and height in pixels.
    farthest : float
        No letter moves more than so many pixels on either axis.

    Returns
    -------
    ndarray, shape (n, 2)
    """
    moved = places.copy()
    wanted = 0.5 * (sizes[:, None] + sizes[None, :])
    alone = np.eye(len(places), dtype=bool)
    # Letters in one place part by their order, along x.
    order = np.sign(np.subtract.outer(np.arange(len(places)), np.arange(len(places)))).astype(np.float64)
    for _ in range(STEPS):
        gap = moved[:, None] - moved[None, :]
        over = wanted - np.abs(gap)
        clash = (over > 0.0).all(axis=2) & ~alone
        if not clash.any():
            break
        sideways = over[..., 0] <= over[..., 1]
        for axis, chosen in enumerate((clash & sideways, clash & ~sideways)):
            side = np.where(gap[..., axis] == 0.0, order, np.sign(gap[..., axis]))
            step = np.where(chosen, 0.3 * over[..., axis] * side, 0.0).sum(axis=1)
            moved[:, axis] += np.clip(step, -0.2 * farthest, 0.2 * farthest)
        moved = places + np.clip(moved - places, -farthest, farthest)
    return moved


def uncovered(places: Floats, sizes: Floats, importance: Floats) -> Bools:
    """Return which letters stay if one that would cover a more important one is left out.

    Parameters
    ----------
    places, sizes : ndarray, shape (n, 2)
        As in `apart`.
    importance : ndarray, shape (n,)
        Number of tokens.
    """
    stays = np.zeros(len(places), dtype=bool)
    kept = np.empty((0, 4))
    for one in np.argsort(-importance, kind="stable").tolist():
        gap = np.abs(kept[:, :2] - places[one])
        if (gap >= 0.5 * (kept[:, 2:] + sizes[one])).any(axis=1).all():
            stays[one] = True
            kept = np.vstack([kept, np.concatenate([places[one], sizes[one]])])
    return stays
