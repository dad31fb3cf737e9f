"""Nearest neighbours against scikit-learn; ties against what any order of the tokens must give."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.neighbors import KNeighborsClassifier, NearestNeighbors
from sklearn.preprocessing import StandardScaler

from w2vpraat.compare.probes import knn
from w2vpraat.compare.probes.knn import NEIGHBOURS, frequencies, nearest, neighbour_scores
from w2vpraat.compare.probes.linear import credit


def _cloud(n: int, dim: int, seed: int):
    """Vectors without ties, in columns of very different size and place."""
    random = np.random.default_rng(seed)
    return random.normal(size=(n, dim)) * 10.0 ** np.arange(-2, dim - 2) + np.arange(dim)


def _dense(found, n_training: int):
    shares = np.zeros((found.n_test, n_training))
    shares[found.test, found.training] = found.shares
    return shares


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10_000), dim=st.integers(1, 8), k=st.integers(1, 20))
def test_the_neighbours_are_scikit_learns(seed, dim, k):
    random = np.random.default_rng(seed)
    training, test = random.normal(size=(80, dim)), random.normal(size=(30, dim))
    expected = np.zeros((30, 80))
    own = NearestNeighbors(n_neighbors=k, algorithm="brute").fit(training).kneighbors(test)[1]
    np.put_along_axis(expected, own, 1.0, axis=1)
    np.testing.assert_array_equal(_dense(nearest(training, test, k), 80), expected)


def test_votes_count_the_classes_of_the_neighbours():
    training, test = np.random.default_rng(1).normal(size=(2, 60, 3))
    classes = np.random.default_rng(2).integers(4, size=60)
    own = NearestNeighbors(n_neighbors=9, algorithm="brute").fit(training).kneighbors(test)[1]
    expected = (classes[own][:, :, None] == np.arange(5)).sum(axis=1)
    np.testing.assert_array_equal(nearest(training, test, 9).votes(classes, 5), expected)


def test_the_usual_number_of_neighbours():
    training, test = np.random.default_rng(3).normal(size=(2, 60, 3))
    assert (_dense(nearest(training, test), 60).sum(axis=1) == NEIGHBOURS).all()


def test_those_equally_far_share_the_places_that_are_left():
    # One at distance 1, then four at distance 2 for the two places left, then one too far.
    training = np.array([[1.0, 0.0], [2.0, 0.0], [-2.0, 0.0], [0.0, 2.0], [0.0, -2.0], [3.0, 0.0]])
    found = nearest(training, np.zeros((1, 2)), 3)
    assert _dense(found, 6)[0].tolist() == [1.0, 0.5, 0.5, 0.5, 0.5, 0.0]
    assert found.votes(np.array([0, 0, 1, 1, 1, 2]), 3)[0].tolist() == [1.5, 1.5, 0.0]


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10_000), k=st.integers(1, 12))
def test_ties_make_no_result_depend_on_the_order_of_the_tokens(seed, k):
    # Integers from 0 to 3: nearly everything is a tie.
    random = np.random.default_rng(seed)
    training, test = random.integers(4, size=(40, 2)) * 1.0, random.integers(4, size=(10, 2)) * 1.0
    classes, order = random.integers(3, size=40), random.permutation(40)
    votes = nearest(training, test, k).votes(classes, 3)
    np.testing.assert_allclose(votes.sum(axis=1), k)
    again = nearest(training[order], test, k).votes(classes[order], 3)
    np.testing.assert_allclose(again, votes, atol=1e-12)
    for row, vector in enumerate(test):
        distances = ((training - vector) ** 2).sum(axis=1)
        last = np.sort(distances)[k - 1]
        sure, tied = distances < last, distances == last
        shares = sure + tied * (k - sure.sum()) / tied.sum()
        np.testing.assert_allclose(votes[row], np.bincount(classes, shares, minlength=3), atol=1e-12)


def test_blocks_of_test_tokens_change_nothing(monkeypatch):
    random = np.random.default_rng(4)
    training, test = random.normal(size=(50, 4)), random.normal(size=(2 * knn.BLOCK + 77, 4))
    blocks = nearest(training, test, 5)
    own = NearestNeighbors(n_neighbors=5, algorithm="brute").fit(training).kneighbors(test)[1]
    expected = np.zeros((len(test), 50))
    np.put_along_axis(expected, own, 1.0, axis=1)
    np.testing.assert_array_equal(_dense(blocks, 50), expected)
    monkeypatch.setattr(knn, "BLOCK", len(test))
    whole = nearest(training, test, 5)
    for name in ("test", "training", "shares", "n_test"):
        np.testing.assert_array_equal(getattr(blocks, name), getattr(whole, name))


@pytest.mark.parametrize("k", [1, 4, NEIGHBOURS])
def test_scores_are_scikit_learns_votes_after_scaling_on_the_training_vectors(k):
    training, test = _cloud(120, 5, seed=5), _cloud(50, 5, seed=6) * 2.0 + 1.0
    classes = np.random.default_rng(7).integers(3, size=120)
    scaler = StandardScaler().fit(training)
    oracle = KNeighborsClassifier(k).fit(scaler.transform(training), classes)
    expected = k * oracle.predict_proba(scaler.transform(test))
    np.testing.assert_allclose(neighbour_scores(training, classes, test, 3, k=k), expected, atol=1e-9)
    # Without scaling the largest column decides, which is not the same.
    plain = KNeighborsClassifier(k).fit(training, classes)
    assert not np.allclose(k * plain.predict_proba(test), expected)


def test_even_votes_are_divided_by_how_frequent_the_class_is():
    training, test = _cloud(90, 3, seed=8), _cloud(40, 3, seed=9)
    classes = np.repeat([0, 1, 3], [60, 25, 5])  # class 2 never occurs
    votes = neighbour_scores(training, classes, test, 4)
    even = neighbour_scores(training, classes, test, 4, even=True)
    np.testing.assert_allclose(even, votes / np.array([60, 25, 1, 5]))
    assert (even[:, 2] == 0.0).all()
    assert frequencies(classes, 4).tolist() == [60, 25, 1, 5]


def test_a_rare_class_wins_only_with_even_votes():
    # Of the five nearest to 0, three of twelve frequent ones and both rare ones.
    frequent = np.array([-1.0, 1.0, 1.5, *np.linspace(5, 9, 9)])
    training = np.concatenate([frequent, [-0.5, 0.5]])[:, None]
    classes, test = np.repeat([0, 1], [12, 2]), np.zeros((1, 1))
    assert neighbour_scores(training, classes, test, 2, k=5)[0].tolist() == [3, 2]
    assert neighbour_scores(training, classes, test, 2, k=5, even=True)[0].tolist() == [0.25, 1.0]


def test_with_fewer_training_vectors_than_neighbours_all_vote():
    training, test = np.random.default_rng(10).normal(size=(2, 6, 2))
    classes = np.array([0, 1, 1, 1, 0, 2])
    assert neighbour_scores(training, classes, test, 3).tolist() == [[2.0, 3.0, 1.0]] * 6
    # All of every class: nothing to choose by, so an answer is a guess.
    even = neighbour_scores(training, classes, test, 3, even=True)
    np.testing.assert_allclose(credit(even, np.zeros(6, dtype=int)), 1 / 3)


def test_a_constant_column_is_harmless():
    training, test = _cloud(70, 3, seed=11), _cloud(20, 3, seed=12)
    classes = np.random.default_rng(13).integers(2, size=70)
    expected = neighbour_scores(training, classes, test, 2)
    for value in (0.0, 0.1, 2.0):
        more = (np.column_stack([part, np.full(len(part), value)]) for part in (training, test))
        some = next(more), next(more)
        np.testing.assert_array_equal(neighbour_scores(some[0], classes, some[1], 2), expected)
    # Constant in training only: all training vectors are as much farther away.
    varying = np.column_stack([test, np.random.default_rng(14).normal(size=20)])
    for value in (0.1, 2.0):  # the sd of 0.1, 0.1 ... is a rounding error
        constant = np.column_stack([training, np.full(70, value)])
        np.testing.assert_array_equal(neighbour_scores(constant, classes, varying, 2), expected)
    nothing = neighbour_scores(np.ones((70, 2)), classes, np.ones((20, 2)), 2)
    np.testing.assert_allclose(nothing, np.tile(np.bincount(classes) * NEIGHBOURS / 70, (20, 1)))


@pytest.mark.parametrize("offset", [0.0, 300.0])
@pytest.mark.parametrize("dim", [1, 3, 8, 9, 40, 200])
def test_single_precision_first_loses_nobody(dim, offset):
    """Neighbours closer together than single precision can tell are still told apart."""
    random = np.random.default_rng(dim)
    centres = random.normal(size=(40, dim)) + offset
    training = np.repeat(centres, 30, axis=0) + 1e-6 * random.normal(size=(1200, dim))
    test = centres[:20] + 1e-6 * random.normal(size=(20, dim))
    found = nearest(training, test, 7)
    exact = ((test[:, None, :] - training[None]) ** 2).sum(axis=2)
    for row in range(20):
        own = found.test == row
        assert found.shares[own].sum() == pytest.approx(7.0)
        if offset == 0.0:  # far from the origin even double precision loses digits of the difference
            assert set(found.training[own][found.shares[own] == 1.0]) <= set(np.argsort(exact[row])[:7])
        assert set(found.training[own] // 30) == {row}
