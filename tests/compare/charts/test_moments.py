"""Means and ellipses of many groups at once are those of one group at a time."""

from __future__ import annotations

import numpy as np
import pytest

from w2vpraat.compare.charts.moments import group_moments, moment_ellipses
from w2vpraat.compare.charts.values import token_ellipse


@pytest.fixture
def points():
    random = np.random.default_rng(1)
    groups = np.concatenate([np.full(40, 0), np.full(3, 1), np.full(4, 2), np.full(25, 4), np.full(9, -1)])
    # Formants in Hz: far from zero, with other spreads on each axis.
    places = random.normal(size=(len(groups), 2)) @ [[90.0, 40.0], [0.0, 300.0]] + [500.0, 21_000.0]
    mixed = random.permutation(len(groups))
    return places[mixed], groups[mixed]


def test_moments_are_numpys(points):
    places, groups = points
    found = group_moments(places, groups, 5)
    assert found.counts.tolist() == [40, 3, 4, 0, 25]
    for number in (0, 1, 2, 4):
        own = places[groups == number]
        np.testing.assert_allclose(found.means[number], own.mean(axis=0), rtol=1e-13)
        expected = np.cov(own.T)
        np.testing.assert_allclose(found.covariances[number], expected[[0, 0, 1], [0, 1, 1]], rtol=1e-10)
    assert np.isnan(found.means[3]).all()


@pytest.mark.parametrize("level", [0.68, 0.95])
def test_ellipses_are_those_of_the_charts(points, level):
    places, groups = points
    found = moment_ellipses(group_moments(places, groups, 5), level)
    for number in range(5):
        expected = token_ellipse(places[groups == number], level)
        if expected is None:
            assert found[number] is None, number
        else:
            assert found[number].n == expected.n
            np.testing.assert_allclose(found[number].outline(), expected.outline(), rtol=1e-9)
    assert [one is None for one in found] == [False, True, False, True, False]


def test_points_on_a_line_have_no_ellipse():
    along = np.arange(12.0)
    sloping = np.column_stack([along, 0.001 * along + 7.0])
    level = np.column_stack([along, np.zeros(12)])
    places = np.concatenate([sloping, level])
    groups = np.repeat([0, 1], 12)
    assert moment_ellipses(group_moments(places, groups, 2), 0.68) == (None, None)
    assert token_ellipse(sloping, 0.68) is None
