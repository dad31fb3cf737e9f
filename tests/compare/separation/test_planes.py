"""Overlap in a plane against known cases."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import multivariate_normal

from w2vpraat.compare.separation.planes import common_area, ellipse_overlap, kernel_affinity

UNIT = np.eye(2)


def circle(x: float, y: float) -> np.ndarray:
    """Return four tokens with this mean and a round covariance."""
    return np.array([[x + 1, y], [x - 1, y], [x, y + 1], [x, y - 1]])


def test_identical_disjoint_and_concentric() -> None:
    assert ellipse_overlap(circle(0, 0), circle(0, 0), 0.68) == pytest.approx((1.0, 1.0), abs=1e-5)
    assert ellipse_overlap(circle(0, 0), circle(50, 0), 0.68) == (0.0, 0.0)
    assert ellipse_overlap(circle(0, 0), circle(0, 50), 0.68) == (0.0, 0.0)
    assert ellipse_overlap(circle(0, 0), 3.0 * circle(0, 0), 0.9) == pytest.approx((1.0, 1 / 9), abs=1e-5)


@pytest.mark.parametrize("gap", [0.1, 0.7, 1.5, 1.99])
def test_two_unit_circles_share_a_lens(gap: float) -> None:
    lens = 2 * np.arccos(gap / 2) - gap / 2 * np.sqrt(4 - gap**2)
    for means in (((0, 0), (gap, 0)), ((0, 0), (0, gap)), ((1, 1), (1 + gap / 5 * 3, 1 + gap / 5 * 4))):
        found = common_area(tuple(map(np.array, means)), (UNIT, UNIT), 1.0)
        assert found == pytest.approx(lens, abs=2e-5)


def test_crossing_ellipses_share_what_counting_points_finds() -> None:
    one, two = np.array([[4.0, 1.5], [1.5, 1.0]]), np.array([[1.0, -0.4], [-0.4, 2.0]])
    means = np.array([0.0, 0.0]), np.array([0.5, -0.7])
    side = np.arange(-8.0, 8.0, 0.01)
    points = np.stack(np.meshgrid(side, side), axis=-1)
    inside = np.ones(points.shape[:2], dtype=bool)
    for mean, covariance in zip(means, (one, two), strict=True):
        away = points - mean
        inside &= np.einsum("xyi,ij,xyj->xy", away, np.linalg.inv(covariance), away) <= 2.3
    assert common_area(means, (one, two), 2.3) == pytest.approx(inside.sum() * 1e-4, rel=2e-3)


def test_an_ellipse_holds_its_share_of_normal_tokens() -> None:
    tokens = np.random.default_rng(0).multivariate_normal([500, 1500], [[2500, 1500], [1500, 40000]], 4000)
    away = tokens - tokens.mean(axis=0)
    square = np.einsum("ni,ij,nj->n", away, np.linalg.inv(np.cov(tokens.T)), away)
    assert (square <= -2 * np.log1p(-0.68)).mean() == pytest.approx(0.68, abs=0.02)


def test_units_do_not_matter_for_ellipses() -> None:
    random = np.random.default_rng(1)
    one, two = random.normal(size=(20, 2)), random.normal([1.0, 0.5], size=(30, 2))
    scaled = ellipse_overlap(one * [1000, 0.1] + 7, two * [1000, 0.1] + 7, 0.68)
    assert scaled == pytest.approx(ellipse_overlap(one, two, 0.68), abs=1e-6)
    assert 0.0 < scaled[1] < scaled[0] < 1.0


def test_tokens_on_a_line_have_no_ellipse() -> None:
    line = np.column_stack([np.arange(9.0), 2 * np.arange(9.0)])
    assert np.isnan(ellipse_overlap(line, circle(0, 0), 0.68)).all()
    assert np.isnan(ellipse_overlap(circle(0, 0)[:2], circle(0, 0), 0.68)).all()
    assert np.isnan(kernel_affinity(circle(0, 0)[:2], circle(0, 0)))
    assert np.isnan(kernel_affinity(np.zeros((5, 2)), circle(0, 0)))


def test_kernel_affinity_is_the_integral_of_both_densities() -> None:
    random = np.random.default_rng(2)
    one, two = random.normal(size=(25, 2)), random.normal(size=(40, 2)) * 1.5 + [1.0, 0.5]
    side = np.arange(-10.0, 12.0, 0.1)
    points = np.stack(np.meshgrid(side, side), axis=-1)
    made = []
    for tokens in (one, two):
        width = np.sqrt((np.var(tokens[:, 0], ddof=1) + np.var(tokens[:, 1], ddof=1)) / 2)
        width *= len(tokens) ** (-1 / 6)  # href of adehabitatHR
        made.append(np.mean([multivariate_normal(t, width**2 * UNIT).pdf(points) for t in tokens], axis=0))
    expected = np.sqrt(made[0] * made[1]).sum() * 0.01
    assert kernel_affinity(one, two) == pytest.approx(expected, abs=1e-5)
    assert kernel_affinity(one, one) == pytest.approx(1.0, abs=1e-5)
    assert kernel_affinity(one, one + 100.0) < 1e-6
