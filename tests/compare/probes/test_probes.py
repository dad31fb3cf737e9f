"""Probes against scikit-learn and closed forms."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.covariance import oas
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

from w2vpraat.compare.probes.linear import (
    Moments,
    credit,
    linear_discriminant,
    linear_scores,
    oas_shrinkage,
    rbf_scores,
    residuals,
)


def _clusters(n: int, dim: int, n_classes: int, seed: int, spread: float = 1.0):
    random = np.random.default_rng(seed)
    classes = np.concatenate([np.arange(n_classes), random.integers(n_classes, size=n - n_classes)])
    # Correlated, but far from singular: two solvers agree to few digits on a singular covariance.
    mixing = np.linalg.qr(random.normal(size=(dim, dim)))[0] * random.uniform(0.3, 3.0, size=dim)
    noise = random.normal(size=(n, dim)) @ mixing
    return noise + spread * random.normal(size=(n_classes, dim))[classes] * dim, classes


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), dim=st.integers(1, 6), n_classes=st.integers(2, 5))
def test_the_plain_discriminant_is_scikit_learns(seed, dim, n_classes):
    vectors, classes = _clusters(400, dim, n_classes, seed, spread=0.3)
    ours = linear_discriminant(Moments.of(vectors, classes, n_classes)).scores(vectors)
    oracle = LinearDiscriminantAnalysis(solver="lsqr").fit(vectors, classes)
    # scikit-learn divides the pooled covariance by n, we by n - classes: only the priors weigh differently
    factor = (400 - n_classes) / 400
    expected = oracle.decision_function(vectors)
    differences = ours - ours[:, :1]
    if n_classes == 2:
        got = (differences[:, 1] - np.log(oracle.priors_[1] / oracle.priors_[0])) / factor
        want = expected - np.log(oracle.priors_[1] / oracle.priors_[0])
    else:
        logs = np.log(oracle.priors_)
        got = (differences - (logs - logs[0])) / factor
        want = expected - expected[:, :1] - (logs - logs[0])
    np.testing.assert_allclose(got, want, rtol=1e-5, atol=1e-5)


def test_leaving_a_speaker_out_by_subtraction_is_training_without_the_speaker():
    vectors, classes = _clusters(300, 12, 4, seed=1)
    held = np.arange(300) % 7 == 0
    total, part = Moments.of(vectors, classes, 4), Moments.of(vectors[held], classes[held], 4)
    subtracted = linear_discriminant(total.without(part)).scores(vectors[held])
    trained = linear_discriminant(Moments.of(vectors[~held], classes[~held], 4)).scores(vectors[held])
    np.testing.assert_allclose(subtracted, trained, rtol=1e-7, atol=1e-7)


@pytest.mark.parametrize(("n", "dim"), [(30, 5), (40, 60), (500, 20)])
def test_shrinkage_is_scikit_learns_oas(n, dim):
    vectors, _ = _clusters(n, dim, 2, seed=3)
    vectors = vectors - vectors.mean(axis=0)
    expected = oas(vectors, assume_centered=True)[1]
    assert oas_shrinkage(vectors.T @ vectors / n, n) == pytest.approx(expected, rel=1e-9)


def test_a_copied_column_changes_nothing():
    vectors, classes = _clusters(500, 3, 3, seed=2, spread=0.2)
    doubled = np.hstack([vectors, vectors[:, :1] * 2.0, np.ones((500, 1))])
    plain = linear_scores(vectors[:400], classes[:400], vectors[400:], 3)
    double = linear_scores(doubled[:400], classes[:400], doubled[400:], 3)
    assert (plain.argmax(axis=1) == double.argmax(axis=1)).all()


def test_more_dimensions_than_tokens_still_work():
    random = np.random.default_rng(0)
    classes = np.arange(40) % 2
    vectors = random.normal(size=(40, 300))
    vectors[:, :10] += 2.0 * classes[:, None]
    right = credit(linear_scores(vectors[:30], classes[:30], vectors[30:], 2), classes[30:])
    assert right.mean() >= 0.9


def test_a_class_without_training_tokens_is_never_chosen():
    vectors, classes = _clusters(100, 2, 2, seed=4)
    scores = linear_discriminant(Moments.of(vectors, classes, 3)).scores(vectors)
    assert np.isneginf(scores[:, 2]).all()
    assert np.isfinite(scores[:, :2]).all()


def test_ties_count_as_coin_tosses():
    scores = np.array([[0.0, 0.0], [0.0, 1e-12], [0.0, 1e-3], [2.0, 1.0]])
    assert credit(scores, np.array([0, 0, 0, 0])).tolist() == [0.5, 0.5, 0.0, 1.0]


def test_the_non_linear_probe_finds_what_differs_by_label():
    # An exclusive or of label and class: no single direction tells the classes apart.
    random = np.random.default_rng(5)
    labels, classes = random.integers(2, size=400), random.integers(2, size=400)
    sign = np.where(labels == classes, 1.0, -1.0)
    vectors = np.column_stack([sign * 2.0 + random.normal(size=400), random.normal(size=400)])
    train, test = slice(0, 300), slice(300, 400)
    bent = rbf_scores(
        vectors[train],
        classes[train],
        vectors[test],
        2,
        training_labels=labels[train],
        test_labels=labels[test],
    )
    straight = linear_scores(vectors[train], classes[train], vectors[test], 2)
    assert credit(bent, classes[test]).mean() > 0.9
    assert credit(straight, classes[test]).mean() < 0.65


def test_residuals_use_training_tokens_and_weigh_groups_alike():
    vectors = np.array([[1.0], [1.0], [1.0], [5.0], [100.0], [7.0]])
    labels, groups = np.array([0, 0, 0, 0, 0, 1]), np.array([0, 0, 0, 1, 1, 1])
    training = np.array([True, True, True, True, False, True])
    # label 0: mean of the groups' means = (1 + 5) / 2 = 3, whatever the test token (100) says
    assert residuals(vectors, labels, groups, training, 2).ravel().tolist() == [-2, -2, -2, 2, 97, 0]
