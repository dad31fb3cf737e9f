"""Logistic regression: against scikit-learn's own pipeline, and its corners."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import softmax
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from w2vpraat.compare.probes.logistic import logistic_scores


def _classes(n: int, dim: int, n_classes: int, seed: int = 0):
    random = np.random.default_rng(seed)
    classes = random.choice(
        n_classes, size=n, p=np.arange(1, n_classes + 1) / (n_classes * (n_classes + 1) / 2)
    )
    vectors = random.normal(size=(n, dim)) + random.normal(size=(n_classes, dim))[classes]
    return vectors @ random.normal(size=(dim, dim)) * 30.0 + 500.0, classes


@pytest.mark.parametrize("balanced", [False, True])
@pytest.mark.parametrize(("dim", "n_classes"), [(3, 2), (3, 5), (40, 2), (40, 4)])
def test_same_answers_as_the_library_on_standardized_columns(dim, n_classes, balanced):
    vectors, classes = _classes(400, dim, n_classes)
    train, test = np.arange(300), np.arange(300, 400)
    found = logistic_scores(vectors[train], classes[train], vectors[test], n_classes, equal_priors=balanced)
    other = make_pipeline(
        StandardScaler(),
        LogisticRegression(C=1.0, tol=1e-8, max_iter=10_000, class_weight="balanced" if balanced else None),
    ).fit(vectors[train], classes[train])
    expected = other.predict_proba(vectors[test])
    np.testing.assert_allclose(softmax(found, axis=1), expected, atol=5e-3)


@pytest.mark.parametrize("n_classes", [2, 3])
def test_more_dimensions_than_tokens_give_what_the_penalty_gives(n_classes):
    vectors, classes = _classes(60, 200, n_classes, seed=3)
    train, test = np.arange(45), np.arange(45, 60)
    found = logistic_scores(vectors[train], classes[train], vectors[test], n_classes)
    scaler = StandardScaler().fit(vectors[train])
    other = LogisticRegression(C=1.0, tol=1e-8, max_iter=10_000)
    other.fit(scaler.transform(vectors[train]), classes[train])
    expected = other.predict_proba(scaler.transform(vectors[test]))
    np.testing.assert_allclose(softmax(found, axis=1), expected, atol=5e-3)


def test_a_class_that_is_not_in_training_is_never_chosen():
    vectors, classes = _classes(200, 4, 4)
    kept = classes != 2
    found = logistic_scores(vectors[kept], classes[kept], vectors, 4)
    assert np.isneginf(found[:, 2]).all()
    assert np.isfinite(found[:, [0, 1, 3]]).all()


def test_one_class_in_training_is_the_answer_to_everything():
    vectors, _ = _classes(20, 3, 2)
    found = logistic_scores(vectors, np.full(20, 1), vectors, 3)
    np.testing.assert_array_equal(found.argmax(axis=1), 1)


def test_constant_columns_do_no_harm():
    vectors, classes = _classes(120, 3, 3)
    more = np.hstack([vectors, np.full((120, 2), 7.0)])
    np.testing.assert_allclose(
        logistic_scores(more[:90], classes[:90], more[90:], 3),
        logistic_scores(vectors[:90], classes[:90], vectors[90:], 3),
        atol=1e-3,
    )
