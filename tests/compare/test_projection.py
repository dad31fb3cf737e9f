"""Maps and their numbers."""

from __future__ import annotations

import numpy as np
import pytest
from formant_corpora import FORMANTS, normalized, representation
from sklearn.decomposition import PCA

from w2vpraat.compare import project
from w2vpraat.compare.projection import chance_agreement, neighbour_agreement
from w2vpraat.errors import ComparisonError
from w2vpraat.params import CompareParams
from w2vpraat.representation import Representation


@pytest.fixture(scope="module")
def table(make_corpus):
    return make_corpus(n_speakers=6, n_labels=4)


@pytest.fixture(scope="module")
def hertz(table):
    return Representation("Hz", tuple(table["id"]), table[FORMANTS].to_numpy(), tuple(FORMANTS))


def test_neighbours_are_those_of_other_speakers():
    # Each speaker's own tokens lie nearest, but have other labels; the second nearest are another speaker's.
    points = np.array([[0.0], [0.1], [1.0], [5.0], [5.1], [6.0]])
    labels, speakers = np.array([0, 1, 0, 1, 0, 1]), np.array([0, 0, 1, 2, 2, 3])
    nearest = [2, 2, 1, 5, 5, 4]
    expected = np.mean([labels[one] == labels[two] for one, two in enumerate(nearest)])
    assert neighbour_agreement(points, labels, speakers, k=1) == pytest.approx(expected)


def test_agreement_is_that_of_a_slow_search():
    random = np.random.default_rng(0)
    points, labels, speakers = (
        random.normal(size=(700, 2)),
        random.integers(3, size=700),
        random.integers(5, size=700),
    )
    shares = []
    for row in range(700):
        others = np.flatnonzero(speakers != speakers[row])
        order = others[np.argsort(((points[others] - points[row]) ** 2).sum(axis=1))[:10]]
        shares.append((labels[order] == labels[row]).mean())
    assert neighbour_agreement(points, labels, speakers) == pytest.approx(np.mean(shares))
    chance = chance_agreement(labels, speakers)
    slow = np.mean([(labels[speakers != s] == one).mean() for one, s in zip(labels, speakers, strict=True)])
    assert chance == pytest.approx(slow)
    assert np.mean(shares) == pytest.approx(chance, abs=0.05)


def test_principal_components_are_scikit_learns(table, hertz):
    made = project(hertz, table, "pca")
    values = hertz.values
    expected = PCA(2).fit_transform((values - values.mean(axis=0)) / values.std(axis=0))
    signs = np.sign((made.coordinates * expected).sum(axis=0))
    np.testing.assert_allclose(made.coordinates, expected * signs, atol=1e-8)
    assert made.axes[0].startswith("PC 1 (")
    assert not made.supervised


def test_a_plane_is_the_columns_themselves_and_fully_trustworthy(table, hertz):
    made = project(hertz, table, "plane")
    assert made.axes == ("F2", "F1")
    np.testing.assert_array_equal(made.coordinates, hertz.values[:, [1, 0]])
    assert made.quality.trustworthiness == 1.0
    assert made.dim == 3
    suffixed = Representation("z", hertz.ids, hertz.values, ("F1_z", "F2_z", "F3_z"))
    assert project(suffixed, table, "plane").axes == ("F2_z", "F1_z")
    assert project(suffixed, table, "plane", columns=("F3_z", "F2_z")).axes == ("F3_z", "F2_z")


def test_normalization_raises_the_agreement(table):
    quality = {
        item.name: project(item, table, "plane", columns=("c1", "c0")).quality for item in normalized(table)
    }
    assert quality["Nearey 2"].agreement > quality["Hz"].agreement > quality["Hz"].chance
    assert quality["Nearey 2"].silhouette > quality["Hz"].silhouette


@pytest.mark.parametrize("method", ["lda", "tsne"])
def test_other_maps_are_whole_and_repeat(table, hertz, method):
    one, two = project(hertz, table, method), project(hertz, table.iloc[::-1], method)
    np.testing.assert_array_equal(one.coordinates, two.coordinates)
    assert np.isfinite(one.coordinates).all()
    assert one.supervised == (method == "lda")
    assert 0 < one.quality.agreement <= 1
    assert one.quality.trustworthiness > 0.8


def test_tokens_missing_in_either_are_left_out(table, hertz):
    holes = hertz.values.copy()
    holes[4] = np.nan
    other = representation("other", table, holes)
    made = project(hertz, table, "pca", also=[other])
    assert made.n_left_out == 1
    assert hertz.ids[4] not in made.ids
    assert made.ids == project(other, table, "pca", also=[hertz]).ids


def test_odd_corpora_still_make_a_map(table, hertz):
    one_label = table.assign(label="a")
    made = project(hertz, one_label, "pca")
    assert np.isnan(made.quality.silhouette)
    one_speaker = project(hertz, table.assign(speaker="s"), "pca")
    assert one_speaker.quality.same_speakers
    assert 0 < one_speaker.quality.agreement <= 1
    flat = project(representation("flat", table, np.ones((len(table), 1))), table, "pca")
    assert np.isfinite(flat.coordinates).all()
    few = table.iloc[:3]
    assert len(project(hertz, few, "tsne").ids) == 3


def test_what_cannot_be_mapped_is_an_error(table, hertz):
    with pytest.raises(ComparisonError, match="no map"):
        project(hertz, table, "umap")
    with pytest.raises(ComparisonError, match="no columns"):
        project(hertz, table, "plane", columns=("F9", "F1"))
    with pytest.raises(ComparisonError, match="two labels"):
        project(hertz, table.assign(label="a"), "lda")
    with pytest.raises(ComparisonError, match="three tokens"):
        project(hertz, table.iloc[:2], "pca", params=CompareParams())
