"""Classical scaling: closed forms, principal components, landmarks, odd distances."""

from __future__ import annotations

import numpy as np
import pytest
from formant_corpora import FORMANTS, representation
from scipy.spatial.distance import cdist, pdist, squareform

from w2vpraat.compare import project
from w2vpraat.compare.maps.projection import lay_flat
from w2vpraat.compare.maps.scaling import (
    FEW_OBJECTS,
    scale_distances,
    scale_squares,
    scaled_map,
    squared_distances,
)
from w2vpraat.errors import ComparisonError, InputError
from w2vpraat.params import CompareParams
from w2vpraat.representation import Representation


@pytest.fixture(scope="module")
def vectors():
    """Four clusters in thirty dimensions, standardized."""
    random = np.random.default_rng(5)
    made = 2.0 * random.normal(size=(4, 30))[random.integers(4, size=120)] + random.normal(size=(120, 30))
    return (made - made.mean(axis=0)) / made.std(axis=0)


def centred(distances):
    """Double centring by its matrix, the slow way."""
    n = len(distances)
    centre = np.eye(n) - np.ones((n, n)) / n
    return -0.5 * centre @ distances**2 @ centre


@pytest.mark.parametrize("metric", ["euclidean", "cosine", "cityblock"])
def test_it_is_the_closed_form(vectors, metric):
    distances = cdist(vectors, vectors, metric)
    np.fill_diagonal(distances, 0.0)
    made = scale_distances((distances + distances.T) / 2.0)
    values, axes = np.linalg.eigh(centred(distances))
    expected = axes[:, [-1, -2]] * np.sqrt(values[[-1, -2]])
    signs = np.sign((made.coordinates * expected).sum(axis=0))
    np.testing.assert_allclose(made.coordinates, expected * signs, atol=1e-8)
    np.testing.assert_allclose(made.eigenvalues, values[::-1], atol=1e-8 * values[-1])
    np.testing.assert_allclose(made.shares, values[[-1, -2]] / values[values > 0].sum(), rtol=1e-8)
    assert made.negative == pytest.approx(-values[values < 0].sum() / np.abs(values).sum(), abs=1e-12)
    assert (made.negative > 0.01) == (metric != "euclidean")


def test_euclidean_scaling_is_principal_components(table_of_tokens):
    table, hertz = table_of_tokens
    params = CompareParams(map_distance="euclidean")
    scaled, principal = project(hertz, table, "mds", params=params), project(hertz, table, "pca")
    signs = np.sign((scaled.coordinates * principal.coordinates).sum(axis=0))
    np.testing.assert_allclose(scaled.coordinates, principal.coordinates * signs, atol=1e-8)
    np.testing.assert_allclose(scaled.shares, principal.shares, atol=1e-10)
    assert scaled.axes[0] == principal.axes[0].replace("PC", "MDS")
    assert scaled.notes == ("Euclidean distances",)
    assert not scaled.supervised


@pytest.fixture(scope="module")
def table_of_tokens(make_corpus):
    table = make_corpus(n_speakers=6, n_labels=4)
    return table, Representation("Hz", tuple(table["id"]), table[FORMANTS].to_numpy(), tuple(FORMANTS))


def test_distances_in_a_plane_come_back():
    points = np.random.default_rng(0).normal(size=(25, 2)) * [3.0, 1.0]
    made = scale_distances(squareform(pdist(points)))
    np.testing.assert_allclose(pdist(made.coordinates), pdist(points), atol=1e-9)
    assert sum(made.shares) == pytest.approx(1.0)
    assert made.negative < 1e-9


def test_distances_that_no_space_has_are_told():
    # A hub at 1 from three villages that lie at 2 from each other: a triangle of side 2 has no such middle.
    roads = np.array([[0, 1, 1, 1], [1, 0, 2, 2], [1, 2, 0, 2], [1, 2, 2, 0]], dtype=float)
    made = scale_distances(roads)
    assert made.eigenvalues.sum() == pytest.approx(np.trace(centred(roads)))
    # The sum of all squared distances over four is 15 / 4, of which the triangle takes 2 + 2.
    assert made.eigenvalues[-1] == pytest.approx(-0.25)
    assert made.negative == pytest.approx(0.25 / (0.25 + 2.0 + 2.0))
    assert np.isfinite(made.coordinates).all()


@pytest.mark.parametrize("metric", ["euclidean", "cosine"])
def test_distances_are_scipys(vectors, metric):
    squares = squared_distances(vectors[:40], vectors[40:], metric)
    np.testing.assert_allclose(squares, cdist(vectors[:40], vectors[40:], metric) ** 2, atol=1e-10)


def test_a_token_at_the_mean_has_no_direction(vectors):
    vectors = np.vstack([vectors, np.zeros((2, 30))])
    squares = squared_distances(vectors, vectors, "cosine")
    np.testing.assert_array_equal(squares[-1, :-2], 1.0)
    assert squares[-1, -2] == squares[-1, -1] == 0.0
    flat, axes = lay_flat(np.zeros((6, 20)), "mds")
    np.testing.assert_array_equal(flat, 0.0)
    assert axes == ("MDS 1 (0 %)", "MDS 2 (0 %)")
    line, _ = lay_flat(vectors[:, :1], "mds")
    np.testing.assert_allclose(pdist(line), pdist(vectors[:, :1]), atol=1e-9)
    np.testing.assert_allclose(line[:, 1], 0.0, atol=1e-9)


def test_the_cosine_is_for_many_columns_unless_asked_otherwise(vectors):
    for columns, distance in ((10, "euclidean"), (11, "cosine")):
        few = vectors[:, :columns]
        np.testing.assert_array_equal(lay_flat(few, "mds")[0], lay_flat(few, "mds", distance=distance)[0])
    one, two = (lay_flat(vectors, "mds", distance=distance)[0] for distance in ("cosine", "euclidean"))
    assert not np.allclose(np.abs(one), np.abs(two), atol=0.1)
    with pytest.raises(ComparisonError, match="no distance"):
        lay_flat(vectors, "mds", distance="manhattan")
    with pytest.raises(InputError):
        CompareParams(map_distance="manhattan")


def test_landmarks_give_the_same_plane_and_nearly_the_same_map():
    random = np.random.default_rng(1)
    plane = random.normal(size=(400, 2)) @ random.normal(size=(2, 7))
    made = scaled_map(plane, "euclidean", 0, direct=100, n_landmarks=50)
    np.testing.assert_allclose(pdist(made.coordinates), pdist(plane), atol=1e-8)
    assert made.notes == ("Euclidean distances", "50 landmarks")
    clusters = 2.0 * random.normal(size=(5, 40))[random.integers(5, size=600)] + random.normal(size=(600, 40))
    whole = scaled_map(clusters, "cosine", 0)
    sparse = scaled_map(clusters, "cosine", 0, direct=300, n_landmarks=200)
    assert "landmarks" not in " ".join(whole.notes)
    assert len(sparse.landmarks) == 200
    assert np.corrcoef(pdist(whole.coordinates), pdist(sparse.coordinates))[0, 1] > 0.97
    again = scaled_map(clusters, "cosine", 0, direct=300, n_landmarks=200)
    np.testing.assert_array_equal(sparse.coordinates, again.coordinates)
    other = scaled_map(clusters, "cosine", 1, direct=300, n_landmarks=200)
    assert not np.array_equal(sparse.landmarks, other.landmarks)


def test_landmarks_land_where_they_are(vectors):
    made = scaled_map(vectors, "cosine", 0, direct=50, n_landmarks=40)
    np.testing.assert_allclose(made.place(made.landmarks), made.scaling.coordinates, atol=1e-9)
    # Gower's formula, written out for one token.
    squares = cdist(vectors[:1], made.landmarks, "cosine")[0] ** 2
    own = cdist(made.landmarks, made.landmarks, "cosine") ** 2
    x = made.scaling.coordinates
    expected = 0.5 * np.linalg.pinv(x) @ (own.mean(axis=0) - squares)
    np.testing.assert_allclose(made.coordinates[0], expected, atol=1e-9)


@pytest.mark.parametrize(
    ("distances", "message"),
    [
        (np.zeros((3, 2)), "square"),
        (np.zeros((2, 2)), "three objects"),
        (np.full((3, 3), np.nan), "missing or negative"),
        (np.eye(3) - 1.0, "missing or negative"),
        (np.arange(9.0).reshape(3, 3) * (1 - np.eye(3)), "both directions"),
        (np.ones((3, 3)), "both directions"),
    ],
)
def test_what_are_no_distances_is_an_error(distances, message):
    with pytest.raises(ComparisonError, match=message):
        scale_distances(distances)


def test_a_map_of_an_embedding_says_what_it_shows(make_corpus, vectors):
    table = make_corpus(n_speakers=6, n_labels=4).iloc[:72]
    made = project(representation("e", table, vectors[:72]), table, "mds")
    assert made.notes[0] == "cosine distances"
    assert made.notes[1].startswith("negative eigenvalues ")
    assert made.axes[0] == f"MDS 1 ({100 * made.shares[0]:.0f} %)"
    assert 0.0 < made.quality.continuity <= 1.0


def test_the_leading_axes_of_many_objects_are_those_of_a_whole_decomposition():
    random = np.random.default_rng(5)
    points = random.normal(size=(FEW_OBJECTS + 50, 6)) * [5.0, 3.0, 1.0, 1.0, 1.0, 0.5]
    found = scale_squares(squared_distances(points, points, "euclidean"))
    centred = points - points.mean(axis=0)
    _, values, axes = np.linalg.svd(centred, full_matrices=False)
    expected = centred @ axes[:2].T
    signs = np.sign((found.coordinates * expected).sum(axis=0))
    np.testing.assert_allclose(found.coordinates, expected * signs, atol=1e-8)
    np.testing.assert_allclose(found.eigenvalues[:6], values**2, rtol=1e-9)
