"""Overlap in a plane: ellipses as charts draw them, and kernel densities."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

# Strips of the common width of two ellipses, and cells on either side of the grid of densities.
STRIPS = 2000
CELLS = 128
# Kernels reach so many bandwidths beyond the outermost token.
REACH = 4.0


def ellipse_overlap(first: Floats, second: Floats, level: float) -> tuple[float, float]:
    """Overlap of the ellipses that would hold this share of either category, if normally distributed.

    Parameters
    ----------
    first, second : ndarray, shape (n_tokens, 2)
        The tokens of either category.
    level : float

    Returns
    -------
    of_smaller, of_union : float
        Area of the intersection, as a share of the smaller ellipse and of both together. NaN if the tokens of
        a category lie on a line. Independent of the units of the axes.

    References
    ----------
    Wassink 2006, JASA 119:2334-2350 (overlap of ellipses as a measure of vowel categories).
    """
    if min(len(first), len(second)) < 3:
        return float("nan"), float("nan")
    means = (first.mean(axis=0), second.mean(axis=0))
    covariances = (_covariance(first), _covariance(second))
    areas = []
    for covariance in covariances:
        spread = np.linalg.det(covariance) / max(covariance[0, 0] * covariance[1, 1], 1e-300)
        if not spread > 1e-9:
            return float("nan"), float("nan")
        areas.append(np.pi * -2.0 * np.log1p(-level) * float(np.sqrt(np.linalg.det(covariance))))
    common = common_area(means, covariances, -2.0 * float(np.log1p(-level)))
    return min(common / min(areas), 1.0), min(common / (areas[0] + areas[1] - common), 1.0)


def _covariance(points: Floats) -> Floats:
    return np.asarray(np.cov(points.T), dtype=np.float64)


def common_area(means: tuple[Floats, Floats], covariances: tuple[Floats, Floats], square: float) -> float:
    """Area that two ellipses share: the points within ``sqrt(square)`` of either mean (Mahalanobis)."""
    reach = [np.sqrt(square * covariance[0, 0]) for covariance in covariances]
    left = max(mean[0] - width for mean, width in zip(means, reach, strict=True))
    right = min(mean[0] + width for mean, width in zip(means, reach, strict=True))
    if left >= right:
        return 0.0
    # Upright strips, narrow at either end, where the rim of an ellipse is steep.
    angle = (np.arange(STRIPS) + 0.5) * np.pi / STRIPS
    x = (left + right) / 2.0 - (right - left) / 2.0 * np.cos(angle)
    width = (right - left) / 2.0 * np.sin(angle) * np.pi / STRIPS
    low, high = np.full(STRIPS, -np.inf), np.full(STRIPS, np.inf)
    for mean, covariance in zip(means, covariances, strict=True):
        slope = covariance[0, 1] / covariance[0, 0]
        thick = covariance[1, 1] - slope * covariance[0, 1]
        half = np.sqrt(np.clip(square - (x - mean[0]) ** 2 / covariance[0, 0], 0.0, None) * thick)
        centre = mean[1] + slope * (x - mean[0])
        low, high = np.maximum(low, centre - half), np.minimum(high, centre + half)
    return float((np.clip(high - low, 0.0, None) * width).sum())


def kernel_affinity(first: Floats, second: Floats) -> float:
    """Bhattacharyya's affinity of two kernel densities, as sociophoneticians compute it in R.

    Bivariate normal kernels with the reference bandwidth ``sqrt((var x + var y) / 2) * n ** (-1/6)``, the
    same on both axes, as ``kernelUD(h = "href")`` of adehabitatHR has it; the integral runs over all of both
    densities.

    Parameters
    ----------
    first, second : ndarray, shape (n_tokens, 2)

    Returns
    -------
    float
        0 = apart, 1 = the same; NaN for fewer than three tokens or tokens that do not differ.

    References
    ----------
    Worton 1989, Ecology 70:164-168 (bandwidth); Fieberg & Kochanny 2005, J. Wildl. Manage. 69:1346-1359
    (affinity); Johnson 2015, NWAV 44 (for vowels).
    """
    if min(len(first), len(second)) < 3:
        return float("nan")
    widths = [
        float(np.sqrt(points.var(axis=0, ddof=1).mean())) * len(points) ** (-1.0 / 6.0)
        for points in (first, second)
    ]
    if not min(widths) > 0.0:
        return float("nan")
    both = np.concatenate([first, second])
    reach = REACH * max(widths)
    axes = [np.linspace(both[:, i].min() - reach, both[:, i].max() + reach, CELLS) for i in (0, 1)]
    made = [_density(points, width, axes) for points, width in zip((first, second), widths, strict=True)]
    cell = float((axes[0][1] - axes[0][0]) * (axes[1][1] - axes[1][0]))
    return min(float(np.sqrt(made[0] * made[1]).sum() * cell), 1.0)


def _density(points: Floats, width: float, axes: list[Floats]) -> Floats:
    along = [np.exp(-0.5 * ((axes[i][:, None] - points[:, i]) / width) ** 2) for i in (0, 1)]
    return np.asarray(along[0] @ along[1].T / (2.0 * np.pi * width**2 * len(points)))
