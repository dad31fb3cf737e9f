"""Dimension control: the components are those of scikit-learn on the training tokens, and of no others."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.decomposition import PCA
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from w2vpraat.compare.probes.space import Space


def _vectors(n: int = 300, dim: int = 12, seed: int = 0):
    random = np.random.default_rng(seed)
    return random.normal(size=(n, dim)) @ random.normal(size=(dim, dim)) * 20.0 + 1000.0


def test_a_whole_space_is_the_vectors_themselves():
    vectors = _vectors()
    assert Space(vectors).whole
    assert Space(vectors).seen_from(np.arange(10)) is vectors


@pytest.mark.parametrize("share", [0.3, 0.9])
def test_components_of_the_training_tokens(share):
    vectors = _vectors()
    training = np.sort(np.random.default_rng(1).permutation(300)[: int(share * 300)])
    found = Space(vectors, 3).seen_from(training)
    other = make_pipeline(StandardScaler(), PCA(3, svd_solver="full")).fit(vectors[training])
    expected = other.transform(vectors)
    signs = np.sign((found * expected).sum(axis=0))
    np.testing.assert_allclose(found * signs, expected, atol=1e-9)


def test_other_tokens_do_not_move_the_axes():
    vectors = _vectors()
    training = np.arange(200)
    before = Space(vectors, 2).seen_from(training)[training]
    spoilt = vectors.copy()
    spoilt[200:] *= np.random.default_rng(2).normal(size=(100, 12))
    after = Space(spoilt, 2).seen_from(training)[training]
    np.testing.assert_allclose(np.abs(after), np.abs(before), atol=1e-8)


def test_a_column_that_is_constant_in_training_says_nothing():
    vectors = _vectors()
    vectors[:200, 4] = 3.0
    found = Space(vectors, 3).seen_from(np.arange(200))
    kept = np.delete(np.arange(12), 4)
    expected = Space(vectors[:, kept], 3).seen_from(np.arange(200))
    np.testing.assert_allclose(np.abs(found), np.abs(expected), atol=1e-8)
