"""Means and ellipses of many groups at once, quick enough to follow the mouse."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from w2vpraat.compare.charts.values import LEAST_FOR_ELLIPSE, Ellipse

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

# A correlation nearer to one than this is a line.
LINE = 1e-9


@dataclass(frozen=True, eq=False)
class Moments:
    """Numbers, means and covariances of the points of groups.

    Attributes
    ----------
    counts : ndarray of int, shape (n_groups,)
    means : ndarray, shape (n_groups, 2)
        NaN for a group without points.
    covariances : ndarray, shape (n_groups, 3)
        Variance of x, covariance, variance of y, divided by n - 1; NaN for fewer than two points.
    """

    counts: Ints
    means: Floats
    covariances: Floats


def group_moments(points: Floats, groups: Ints, n_groups: int) -> Moments:
    """Add up the points of groups in one go.

    Parameters
    ----------
    points : ndarray, shape (n, 2)
        Finite.
    groups : ndarray, shape (n,)
        Numbers from 0; points with a negative one count nowhere.
    n_groups : int
    """
    counted = groups >= 0
    if not counted.all():
        points, groups = points[counted], groups[counted]
    counts = np.bincount(groups, minlength=n_groups)
    with np.errstate(invalid="ignore", divide="ignore"):
        means = np.stack(
            [np.bincount(groups, axis, minlength=n_groups) / counts for axis in points.T], axis=1
        )
        # From deviations, not from squares of the points: F2 in Hz is far from zero.
        x, y = (points - means[groups]).T
        sums = [np.bincount(groups, product, minlength=n_groups) for product in (x * x, x * y, y * y)]
        freedom = np.where(counts > 1, counts - 1.0, np.nan)
        covariances = np.stack(sums, axis=1) / freedom[:, None]
    return Moments(np.asarray(counts, dtype=np.intp), means, covariances)


def moment_ellipses(moments: Moments, level: float) -> tuple[Ellipse | None, ...]:
    """Return each group's ellipse, as `w2vpraat.compare.charts.values.token_ellipse` makes it.

    Parameters
    ----------
    moments : Moments
    level : float
        Share of the points that the ellipse holds if they are normally distributed.

    Returns
    -------
    tuple of Ellipse or None
        None for fewer than four points, or points on a line.
    """
    a, b, c = moments.covariances.T
    enough = moments.counts >= LEAST_FOR_ELLIPSE
    with np.errstate(invalid="ignore", divide="ignore"):
        wide = enough & (a > 0.0) & (c > 0.0) & (np.abs(b) <= (1.0 - LINE) * np.sqrt(a * c))
    found: list[Ellipse | None] = [None] * len(moments.counts)
    rows = np.flatnonzero(wide)
    if not len(rows):
        return tuple(found)
    matrices = moments.covariances[rows][:, [0, 1, 1, 2]].reshape(-1, 2, 2)
    variances, directions = np.linalg.eigh(matrices)
    axes = np.sqrt(-2.0 * np.log1p(-level) * variances)
    angles = np.degrees(np.arctan2(directions[:, 1, 1], directions[:, 0, 1])) % 180.0
    for row, (minor, major), angle in zip(rows.tolist(), axes.tolist(), angles.tolist(), strict=True):
        x, y = moments.means[row].tolist()
        found[row] = Ellipse(x, y, major, minor, angle, int(moments.counts[row]))
    return tuple(found)
