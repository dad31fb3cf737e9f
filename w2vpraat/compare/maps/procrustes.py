"""Procrustes: the turn, mirroring, scale and shift that lay one set of points upon another."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Alignment:
    """How the points of one map are carried over to another.

    Attributes
    ----------
    turn : ndarray, shape (2, 2)
        Orthogonal: a rotation, maybe with a reflection.
    scale : float
        The same for both axes; 1 if it was to stay.
    source, target : ndarray, shape (2,)
        Mean of the common points before and after.
    disparity : float
        Share of the variance that the two do not have in common (Gower's m2 of configurations of unit size):
        0 if they are alike but for turn, scale and shift, at most 1. The same in both directions.
    """

    turn: Floats
    scale: float
    source: Floats
    target: Floats
    disparity: float

    @property
    def mixes_axes(self) -> bool:
        """Whether it does more to the axes than to exchange and mirror them."""
        return bool(np.abs(self.turn).max(axis=0).min() < 1.0 - 1e-12)

    def apply(self, points: Floats) -> Floats:
        """Carry points over, shape (n, 2) -> (n, 2)."""
        return np.asarray(self.scale * (points - self.source) @ self.turn + self.target)


def procrustes(fixed: Floats, moved: Floats, *, scale: bool = True, axes_only: bool = False) -> Alignment:
    """Find the turn that lays points as near as possible to fixed ones, in the sense of least squares.

    After Schönemann (1966, Psychometrika 31:1-10), with scale after Schönemann & Carroll (1970, Psychometrika
    35:245-255).

    Parameters
    ----------
    fixed, moved : ndarray, shape (n, 2)
        The same objects in the same order.
    scale : bool
        Whether size may change, too.
    axes_only : bool
        Axes may be exchanged and mirrored, but not turned, so that each keeps its meaning.

    Returns
    -------
    Alignment
        If all points of one set lie in one place, nothing is turned and nothing is in common.
    """
    from scipy.linalg import orthogonal_procrustes

    target, source = fixed.mean(axis=0), moved.mean(axis=0)
    there, here = fixed - target, moved - source
    sizes = float((there**2).sum()), float((here**2).sum())
    if min(sizes) <= 0.0:
        return Alignment(np.eye(2), 1.0, source, target, 1.0)
    if axes_only:
        turn, shared = _axes_turn(here.T @ there)
    else:
        turn, shared = orthogonal_procrustes(here, there)
    common = float(shared) ** 2 / (sizes[0] * sizes[1])
    return Alignment(
        turn=np.asarray(turn, dtype=np.float64),
        scale=float(shared) / sizes[1] if scale and shared > 0.0 else 1.0,
        source=source,
        target=target,
        disparity=float(np.clip(1.0 - common, 0.0, 1.0)),
    )


def _axes_turn(products: Floats) -> tuple[Floats, float]:
    """Choose among the eight ways to exchange and mirror two axes; as they stand if that is as good."""
    straight = float(np.abs(np.diag(products)).sum())
    crossed = float(np.abs(np.diag(products[:, ::-1])).sum())
    places = np.eye(2) if straight >= crossed else np.eye(2)[::-1]
    return places * np.where(products < 0.0, -1.0, 1.0), max(straight, crossed)
