"""Distances between speakers and labels by their means."""

from __future__ import annotations

import numpy as np
import pytest
from formant_corpora import FORMANTS, representation

from w2vpraat.compare.maps.mean_distances import mean_distances
from w2vpraat.compare.maps.scaling import scale_distances
from w2vpraat.errors import ComparisonError


@pytest.fixture(scope="module")
def table(make_corpus):
    return make_corpus(n_speakers=6, n_labels=4)


def slow(table, of, within):
    values = table[FORMANTS]
    standard = (values - values.mean()) / values.std(ddof=0)
    means = standard.groupby([table[of], table[within]]).mean()
    names = sorted(table[of].unique())
    made = np.zeros((len(names), len(names)))
    for one in range(len(names)):
        for two in range(len(names)):
            gaps = (means.loc[names[one]] - means.loc[names[two]]).dropna()
            made[one, two] = np.sqrt((gaps**2).sum(axis=1).mean())
    return made


@pytest.mark.parametrize(("of", "within"), [("speaker", "label"), ("label", "speaker"), ("sex", "label")])
def test_they_are_those_of_a_slow_count(table, of, within):
    uneven = table.drop(index=table[(table["speaker"] == "s01") & (table["label"] == "v2")].index)
    for tokens in (table, uneven):
        names, distances = mean_distances(representation("Hz", tokens, tokens[FORMANTS]), tokens, of)
        assert names == tuple(sorted(tokens[of].unique()))
        np.testing.assert_allclose(distances, slow(tokens, of, within), atol=1e-12)


def test_how_often_somebody_says_what_does_not_matter(table):
    item = representation("Hz", table, table[FORMANTS])
    names, once = mean_distances(item, table)
    # Everybody says everything, so it is a space: the one of all label means side by side.
    assert scale_distances(once).negative < 1e-9
    # Said three times as often, the tokens of one cell weigh no more than before.
    standard = (table[FORMANTS] - table[FORMANTS].mean()) / table[FORMANTS].std(ddof=0)
    means = standard.groupby([table["speaker"], table["label"]]).transform("mean")
    cells = representation("means", table, means)
    said = table[(table["repeat"] == 0) | (table["label"] == "v0")]
    sd = means.loc[said.index].std(ddof=0).to_numpy()
    _, uneven = mean_distances(representation("means", said, means.loc[said.index] / sd), said)
    _, even = mean_distances(cells, table)
    assert names == mean_distances(cells, table)[0]
    assert np.corrcoef(uneven[np.triu_indices(6, 1)], even[np.triu_indices(6, 1)])[0, 1] > 0.99


def test_without_anything_in_common_there_is_no_distance(table):
    item = representation("Hz", table, table[FORMANTS])
    apart = table[(table["speaker"] != "s00") | (table["label"] == "v0")]
    apart = apart[(apart["speaker"] != "s01") | (apart["label"] == "v1")]
    with pytest.raises(ComparisonError, match='"s00" and "s01" have no label in common'):
        mean_distances(item, apart)
    with pytest.raises(ComparisonError, match="has 1 values"):
        mean_distances(item, table[table["speaker"] == "s00"])
    with pytest.raises(ComparisonError, match="no column"):
        mean_distances(item, table, "dialect")


@pytest.mark.shared_data
def test_a_map_of_voices_parts_children_women_and_men(formant_table):
    table = formant_table("pb52").dropna(subset=FORMANTS)
    names, distances = mean_distances(representation("Hz", table, table[FORMANTS]), table)
    first = scale_distances(distances).coordinates[:, 0]
    kinds = table.drop_duplicates("speaker").set_index("speaker")["type"].loc[list(names)].to_numpy()
    men, women, children = (first[kinds == kind] for kind in "mwc")
    side = np.sign(children.mean() - men.mean())
    assert side * men.mean() < side * women.mean() < side * children.mean()
    share = np.mean(side * men[:, None] < side * children)
    assert share > 0.95
