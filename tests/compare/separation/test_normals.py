"""Distances of two normals against closed forms, scipy and numerical integration."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import integrate
from scipy.spatial.distance import mahalanobis
from scipy.stats import multivariate_normal, norm

from w2vpraat.compare.separation.normals import (
    Moments,
    UnitSums,
    bhattacharyya,
    distances,
    jensen_shannon,
    shrunk,
)


def row(*values: float) -> np.ndarray:
    return np.array([values], dtype=float)


def divergence(densities, limits, step: float) -> float:
    """Jensen-Shannon divergence in bits, by the trapezoid rule on a grid."""
    axes = [np.arange(low, high, step) for low, high in limits]
    points = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1)
    one, two = (np.maximum(density(points), 1e-300) for density in densities)
    mean = (one + two) / 2.0
    inside = one * np.log2(one / mean) + two * np.log2(two / mean)
    return float(inside.sum() * step ** len(limits) / 2.0)


@pytest.mark.parametrize(
    ("gap", "sd_one", "sd_two"), [(0.0, 1.0, 3.0), (1.0, 1.0, 1.0), (2.0, 0.5, 2.5), (7.0, 1.0, 1.2)]
)
def test_one_dimension_is_integrated(gap, sd_one, sd_two) -> None:
    arguments = row(sd_one**2), row(sd_two**2), row(gap)

    def root(x: float) -> float:
        return float(np.sqrt(norm.pdf(x, gap, sd_one) * norm.pdf(x, 0.0, sd_two)))

    affinity = integrate.quad(root, -30, 30, points=[0.0, gap], limit=500)[0]
    assert np.exp(-bhattacharyya(*arguments))[0] == pytest.approx(affinity, abs=1e-9)
    expected = divergence(
        [lambda x: norm.pdf(x[..., 0], gap, sd_one), lambda x: norm.pdf(x[..., 0], 0, sd_two)],
        [(-40, 40)],
        1e-3,
    )
    assert jensen_shannon(*arguments)[0] == pytest.approx(expected, abs=1e-8)


def test_two_correlated_dimensions_are_integrated() -> None:
    random = np.random.default_rng(0)
    one = random.multivariate_normal([0.0, 0.0], [[1.0, 0.6], [0.6, 2.0]], 40)
    two = random.multivariate_normal([1.0, -1.0], [[3.0, -0.8], [-0.8, 0.7]], 25)
    found = distances(Moments.of(np.concatenate([one, two]), np.repeat([0, 1], [40, 25])))
    fitted = [multivariate_normal(points.mean(axis=0), np.cov(points.T)) for points in (one, two)]
    limits = [(-12.0, 12.0)] * 2
    assert found.jsd[0] == pytest.approx(divergence([part.pdf for part in fitted], limits, 0.04), abs=1e-8)
    grid = np.arange(-12.0, 12.0, 0.04)
    points = np.stack(np.meshgrid(grid, grid, indexing="ij"), axis=-1)
    affinity = np.sqrt(fitted[0].pdf(points) * fitted[1].pdf(points)).sum() * 0.04**2
    assert np.exp(-found.bhattacharyya[0]) == pytest.approx(affinity, abs=1e-8)


def test_closed_forms() -> None:
    same = row(2.0, 1.0, 0.5)
    assert bhattacharyya(same, same, row(0, 0, 0))[0] == 0.0
    assert jensen_shannon(same, same, row(0, 0, 0))[0] == pytest.approx(0.0, abs=1e-8)
    # Equal covariances: an eighth of the squared Mahalanobis distance.
    assert bhattacharyya(same, same, row(2, 1, 1))[0] == pytest.approx((4 / 2 + 1 + 1 / 0.5) / 8)
    # Equal means, one dimension.
    expected = 0.5 * np.log((4 + 1) / 2 / np.sqrt(4 * 1))
    assert bhattacharyya(row(4), row(1), row(0))[0] == pytest.approx(expected)
    assert jensen_shannon(row(1), row(1), row(60))[0] == 1.0
    # Dimensions that are the same add nothing.
    wide = jensen_shannon(row(1, 3, 3), row(4, 3, 3), row(1.5, 0, 0))[0]
    assert wide == pytest.approx(jensen_shannon(row(1), row(4), row(1.5))[0], abs=1e-8)


@pytest.fixture(scope="module")
def sample() -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(5)
    groups = np.repeat([0, 1], [30, 18])
    return random.normal(size=(48, 4)) @ random.normal(size=(4, 4)) + 0.8 * groups[:, None], groups


def test_mahalanobis_is_scipys_with_the_pooled_covariance(sample) -> None:
    vectors, groups = sample
    one, two = vectors[groups == 0], vectors[groups == 1]
    pooled = (29 * np.cov(one.T) + 17 * np.cov(two.T)) / 46
    expected = mahalanobis(one.mean(axis=0), two.mean(axis=0), np.linalg.inv(pooled))
    found = distances(Moments.of(vectors, groups))
    assert found.mahalanobis[0] == pytest.approx(expected, abs=1e-9)
    hotelling = expected**2 * 30 * 18 / 48
    assert found.pillai[0] == pytest.approx(hotelling / (hotelling + 46), abs=1e-9)


def test_units_and_rotations_do_not_matter(sample) -> None:
    vectors, groups = sample
    turn = np.linalg.qr(np.random.default_rng(0).normal(size=(4, 4)))[0]
    moved = (vectors * [1.0, 30.0, 0.1, 5.0]) @ turn + 5.0
    for shrink in (False, True):
        one, two = (distances(Moments.of(part, groups), shrink=shrink) for part in (vectors, moved))
        for name in ("pillai", "mahalanobis", "bhattacharyya", "jsd"):
            assert getattr(two, name)[0] == pytest.approx(getattr(one, name)[0], abs=1e-7), name


def test_the_order_of_the_labels_does_not_matter(sample) -> None:
    vectors, groups = sample
    one, two = distances(Moments.of(vectors, groups)), distances(Moments.of(vectors, 1 - groups))
    for name in ("pillai", "mahalanobis", "bhattacharyya", "jsd"):
        assert getattr(two, name)[0] == pytest.approx(getattr(one, name)[0], abs=1e-9), name


def test_a_drawn_sample_is_measured_as_if_its_tokens_were_written_out(sample) -> None:
    vectors, groups = sample
    units = np.arange(48) % 6
    weights = np.array([[1, 1, 1, 1, 1, 1], [3, 0, 2, 0, 0, 1], [0, 0, 0, 0, 0, 0]], dtype=float)
    found = distances(UnitSums.of(vectors, groups, units, 6).sampled(weights))
    drawn = np.repeat(np.arange(48), weights[1][units].astype(int))
    written = distances(Moments.of(vectors[drawn], groups[drawn]))
    for name in ("pillai", "mahalanobis", "bhattacharyya", "jsd"):
        assert getattr(found, name)[1] == pytest.approx(getattr(written, name)[0], abs=1e-8), name
        assert np.isnan(getattr(found, name)[2])


def test_a_flat_category_has_no_density_but_a_distance() -> None:
    random = np.random.default_rng(0)
    one, two = random.normal(size=(30, 3)), random.normal(size=(3, 3)) + 1.0
    vectors, groups = np.concatenate([one, two]), np.repeat([0, 1], [30, 3])
    found = distances(Moments.of(vectors, groups))
    assert found.mahalanobis[0] > 0.0
    assert np.isnan(found.bhattacharyya[0])
    assert np.isnan(found.jsd[0])
    assert np.isfinite(distances(Moments.of(vectors, groups), shrink=True).jsd[0])
    flat = np.column_stack([vectors, vectors[:, 0]])
    assert np.isnan(distances(Moments.of(flat, groups)).mahalanobis[0])


def test_shrinking_takes_away_what_is_noise_and_leaves_what_is_not() -> None:
    random = np.random.default_rng(0)
    groups = np.repeat([0, 1], 80)
    same = random.normal(size=(160, 16))
    plain, shrink = (distances(Moments.of(same, groups), shrink=way).jsd[0] for way in (False, True))
    assert plain > 0.35  # of one population!
    assert shrink < 0.12
    wide = random.normal(size=(1600, 4)) * np.where(np.repeat([0, 1], 800), 3.0, 1.0)[:, None]
    many = np.repeat([0, 1], 800)
    plain, shrink = (distances(Moments.of(wide, many), shrink=way).jsd[0] for way in (False, True))
    assert shrink == pytest.approx(plain, rel=0.02)
    # Noise (4.25 + 2.5 ** 2) / 10 and distance 1.25; the label is a quarter of the pool.
    weight = 0.75 * 1.05 / 1.25
    expected = (1 - weight) * row(2.0, 0.5) + weight
    assert shrunk(row(2.0, 0.5), np.array([0.25]), np.array([11.0])) == pytest.approx(expected)
    assert shrunk(row(1.0, 1.0), np.array([0.5]), np.array([10.0])) == pytest.approx(row(1.0, 1.0))
