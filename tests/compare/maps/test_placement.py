"""New tokens on an old map: exact where there is a formula, among their neighbours where there is none."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from formant_corpora import FORMANTS, representation
from scipy.optimize import minimize
from sklearn.decomposition import PCA
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.neighbors import NearestNeighbors

from w2vpraat.compare.maps.placement import geometric_median, place_among
from w2vpraat.compare.maps.projection import METHODS, fit_map
from w2vpraat.errors import ComparisonError
from w2vpraat.representation import Representation

# Of the width of the map. Only rounding parts a token from its place; neighbour maps have it among others.
TOLERANCE = {"pca": 1e-9, "lda": 1e-9, "mds": 1e-9, "plane": 0.0, "tsne": 1e-6, "umap": 1e-6}


@pytest.fixture(scope="module")
def table(make_corpus):
    return make_corpus(n_speakers=8, n_labels=4, repeats=4)


@pytest.fixture(scope="module")
def old(table):
    return table[table["speaker"] < "s06"]


@pytest.fixture(scope="module")
def maps(table, old):
    """One map of each method: 60 columns of six speakers, or three formants for a plane."""
    random = np.random.default_rng(2)
    values = table[FORMANTS].to_numpy() / 300.0
    wide = representation("wide", table, values @ random.normal(size=(3, 60)) + random.normal(size=(128, 60)))
    hertz = Representation("Hz", tuple(table["id"]), table[FORMANTS].to_numpy(), tuple(FORMANTS))
    items = {method: hertz if method == "plane" else wide for method in METHODS}
    return {method: (fit_map(item, old, method), item) for method, item in items.items()}


@pytest.mark.parametrize("method", METHODS)
def test_tokens_of_the_map_land_where_they_are(maps, method):
    made, item = maps[method]
    at = made.projection.coordinates
    placed = made.place(item.take(made.projection.ids))
    np.testing.assert_allclose(placed, at, rtol=0, atol=TOLERANCE[method] * np.ptp(at, axis=0).max())


@pytest.mark.parametrize("method", METHODS)
def test_new_tokens_are_placed_one_by_one_and_move_nothing(maps, table, method):
    made, item = maps[method]
    before = made.projection.coordinates.copy()
    new = item.take([token for token in table["id"] if token not in made.projection.ids])
    places = made.place(new)
    assert places.shape == (32, 2)
    width = np.ptp(before, axis=0).max()
    alone = np.vstack([made.place(new.take([token])) for token in new.ids[:5]])
    np.testing.assert_allclose(alone, places[:5], atol=1e-6 * width)
    np.testing.assert_array_equal(made.projection.coordinates, before)
    labels = dict(zip(table["id"], table["label"], strict=True))
    near = NearestNeighbors(n_neighbors=5).fit(before).kneighbors(places, return_distance=False)
    same = [
        made.projection.labels[row] == labels[token]
        for token, rows in zip(new.ids, near, strict=True)
        for row in rows
    ]
    assert np.mean(same) > 0.5  # a quarter by lot


def test_linear_maps_place_as_scikit_learn_does(maps, table, old):
    made, item = maps["pca"]
    ids = list(made.projection.ids)
    first = item.take(ids).values
    mean, sd = first.mean(axis=0), first.std(axis=0)
    new = item.take([token for token in table["id"] if token not in ids])
    fitted = PCA(2).fit((first - mean) / sd)
    expected = fitted.transform((new.values - mean) / sd)
    places = made.place(new)
    signs = np.sign((places * expected).sum(axis=0))
    np.testing.assert_allclose(places, expected * signs, atol=1e-8)
    made, _ = maps["lda"]
    labels = old.set_index("id")["label"].loc[ids]
    judge = LinearDiscriminantAnalysis(solver="eigen", shrinkage="auto").fit((first - mean) / sd, labels)
    expected = judge.transform((new.values - mean) / sd)[:, :2]
    places = made.place(new)
    signs = np.sign((places * expected).sum(axis=0))
    np.testing.assert_allclose(places, expected * signs, atol=1e-8)


def test_missing_values_have_no_place_and_other_columns_are_refused(maps):
    made, item = maps["tsne"]
    values = item.values.copy()
    values[1, 4] = np.nan
    places = made.place(replace(item, values=values))
    assert np.isnan(places[1]).all()
    assert np.isfinite(np.delete(places, 1, axis=0)).all()
    nobody = made.place(item.take([]))
    assert nobody.shape == (0, 2)
    for method in METHODS:
        assert maps[method][0].place(maps[method][1].take([])).shape == (0, 2)
    with pytest.raises(ComparisonError, match="59 columns"):
        made.place(replace(item, values=values[:, 1:], columns=item.columns[1:]))


def test_the_median_is_where_the_sum_of_distances_is_least():
    random = np.random.default_rng(0)
    points, weights = random.normal(size=(20, 7, 2)), random.uniform(0.1, 1.0, size=(20, 7))
    found = geometric_median(points, weights)

    def total(place, row):
        return (weights[row] * np.linalg.norm(points[row] - place, axis=1)).sum()

    for row in range(20):
        best = min(minimize(total, start, args=(row,), method="Nelder-Mead").fun for start in points[row])
        assert total(found[row], row) <= best * (1 + 1e-4)


def test_a_token_between_two_clusters_lies_in_the_one_with_more_neighbours():
    vectors = np.array([[0.0], [0.1], [0.2], [1.0], [1.1]])
    places = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [100.0, 100.0], [101.0, 100.0]])
    (placed,) = place_among(np.array([[0.45]]), vectors, places)
    assert np.abs(placed).max() < 1.5
    turn = np.array([[0.6, 0.8], [-0.8, 0.6]])
    (turned,) = place_among(np.array([[0.45]]), vectors, places @ turn)
    np.testing.assert_allclose(turned, placed @ turn, atol=1e-6)


def agreement(made, item, table):
    """Share of the same label among the ten tokens of the map nearest to each placed one, and chance."""
    new = item.take([token for token in table["id"] if token not in set(made.projection.ids)])
    labels = table.set_index("id")["label"].loc[list(new.ids)].to_numpy()
    there = np.asarray(made.projection.labels)
    near = NearestNeighbors(n_neighbors=10).fit(made.projection.coordinates)
    same = there[near.kneighbors(made.place(new), return_distance=False)] == labels[:, None]
    return float(same.mean()), float((there == labels[:, None]).mean())


@pytest.mark.shared_data
@pytest.mark.parametrize("method", [method for method in METHODS if method != "plane"])
def test_speakers_who_were_not_there_find_their_vowels(formant_table, method):
    """Hillenbrand et al. (1995): every fourth of 46 adults and children comes later."""
    table = formant_table("h95").dropna(subset=FORMANTS)
    table = table[(table[FORMANTS] > 0).all(axis=1)]
    speakers = sorted(table["speaker"].unique())[::3]
    table = table[table["speaker"].isin(speakers)]
    logs = np.log(table[FORMANTS].to_numpy())
    first = table[~table["speaker"].isin(speakers[::4])]
    item = representation("ln Hz", table, logs)
    made = fit_map(item, first, method)
    placed, chance = agreement(made, item, table)
    assert chance < 0.1
    assert placed > 0.35
    assert placed > made.projection.quality.agreement - 0.1  # about as well as those who made the map
