"""Outliers: as many as promised among normal tokens, no child for being one, none that hide each other."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from formant_corpora import FORMANTS, normalized, representation
from scipy.spatial.distance import mahalanobis
from scipy.stats import chi2, kstest

from w2vpraat.compare.tokens.outliers import group_medians, label_outliers, polished

SPREADS = (0.5, 1.0, 2.0, 1.0, 1.5)


def spoken(n_speakers: int, repeats: int, dim: int, seed: int = 0) -> tuple[pd.DataFrame, np.ndarray]:
    """Normal tokens: labels with a place and a spread, speakers with an offset, one correlated covariance."""
    random = np.random.default_rng(seed)
    rows = [(f"s{s:03d}", f"v{v}") for s in range(n_speakers) for v in range(5) for _ in range(repeats)]
    table = pd.DataFrame(rows, columns=["speaker", "label"])
    table["id"] = [f"t{number:05d}" for number in range(len(table))]
    labels = table["label"].str[1:].astype(int).to_numpy()
    speakers = table["speaker"].str[1:].astype(int).to_numpy()
    mixing = np.eye(dim) + 0.4 * random.normal(size=(dim, dim))
    tokens = random.normal(size=(len(table), dim)) @ mixing * np.array(SPREADS)[labels, None]
    places, offsets = 8.0 * random.normal(size=(5, dim)), 10.0 * random.normal(size=(n_speakers, dim))
    return table, places[labels] + offsets[speakers] + tokens


@pytest.mark.parametrize("dim", [1, 3, 8])
def test_normal_tokens_are_outliers_as_often_as_the_level_says(dim) -> None:
    table, vectors = spoken(40, 20, dim)
    found = label_outliers(representation("x", table, vectors), table)
    assert found.n_components == dim
    for level in (0.9, 0.975):
        assert found.beyond(level).mean() == pytest.approx(1.0 - level, abs=0.015 if level < 0.95 else 0.01)
    assert kstest(found.tails, "uniform").statistic < 0.03
    assert found.tails == pytest.approx(chi2.sf(found.distances, dim))
    spread = table.set_index("id").loc[list(found.ids), "label"]
    for label in spread.unique():  # those that spread more are allowed to
        assert found.beyond(0.9)[(spread == label).to_numpy()].mean() == pytest.approx(0.1, abs=0.03)


def test_strength_begins_at_the_level(make_corpus) -> None:
    table = make_corpus(n_speakers=8, n_labels=4, repeats=5)
    found = label_outliers(representation("Hz", table, table[FORMANTS]), table)
    strength = found.strength(0.9)
    assert ((strength > 0) == found.beyond(0.9)).all()
    assert strength == pytest.approx(np.clip(1.0 - found.tails / 0.1, 0.0, 1.0))


def test_a_speaker_who_is_far_from_the_others_is_no_outlier() -> None:
    table, vectors = spoken(20, 8, 3)
    child = (table["speaker"] == "s007").to_numpy()
    moved = vectors + 300.0 * child[:, None]
    one, two = (label_outliers(representation("x", table, values), table) for values in (vectors, moved))
    assert two.distances == pytest.approx(one.distances, rel=1e-6)
    assert two.beyond(0.975)[child].mean() < 0.1


def test_a_speaker_who_says_few_labels_is_no_outlier() -> None:
    table, vectors = spoken(20, 8, 3)
    kept = ((table["speaker"] != "s007") | table["label"].isin(["v3", "v4"])).to_numpy()
    few = table[kept]
    found = label_outliers(representation("x", few, vectors[kept]), few)
    own = (few["speaker"] == "s007").to_numpy()
    assert own.sum() == 16
    assert found.beyond(0.975)[own].sum() <= 2
    assert np.median(found.distances[own]) < 2.0 * np.median(found.distances)


def test_units_do_not_matter() -> None:
    table, vectors = spoken(20, 8, 3)
    one = label_outliers(representation("x", table, vectors), table)
    two = label_outliers(representation("x", table, vectors * [1.0, 1e3, 1e-3]), table)
    assert two.distances == pytest.approx(one.distances, rel=1e-6)


def test_outliers_do_not_hide_each_other() -> None:
    table, vectors = spoken(20, 10, 2)
    own = np.flatnonzero(table["label"] == "v1")
    wrong = own[::7]  # a seventh of the label, all at the same wrong place
    vectors[wrong] += [25.0, -25.0]
    found = label_outliers(representation("x", table, vectors), table)
    flagged = found.beyond(0.975)  # ids are in order already
    assert flagged[wrong].all()
    assert flagged[np.setdiff1d(own, wrong)].mean() < 0.1
    # What the plain mean and covariance of the label would have said of them.
    rest = polished(
        vectors, *(np.unique(table[name], return_inverse=True)[1] for name in ("label", "speaker"))
    )
    plain = np.linalg.inv(np.cov(rest[own].T))
    seen = [mahalanobis(rest[row], rest[own].mean(axis=0), plain) ** 2 for row in wrong]
    assert np.median(found.distances[wrong]) > 20 * np.median(seen)


def test_polished_residuals_have_no_medians_left() -> None:
    table, vectors = spoken(12, 7, 3)
    labels, speakers = (np.unique(table[name], return_inverse=True)[1] for name in ("label", "speaker"))
    rest = polished(vectors, labels, speakers)
    frame = pd.DataFrame(rest)
    assert frame.groupby(labels).median().abs().to_numpy().max() < 1e-9
    assert frame.groupby(speakers).median().abs().to_numpy().max() < 1e-3
    assert group_medians(vectors, labels) == pytest.approx(pd.DataFrame(vectors).groupby(labels).median())
    # One speaker has no offset.
    alone = polished(vectors, labels, np.zeros(len(labels), dtype=int))
    assert alone == pytest.approx(vectors - group_medians(vectors, labels)[labels])


def test_many_columns_are_reduced_to_what_varies_most() -> None:
    table, vectors = spoken(20, 8, 3)
    random = np.random.default_rng(1)
    wide = vectors @ random.normal(size=(3, 60)) + 0.01 * random.normal(size=(len(vectors), 60))
    wide[100] += 40.0
    found = label_outliers(representation("x", table, wide), table)
    assert found.n_components in (2, 3)  # which hold 90 % of the variance
    assert found.description.endswith(f"{found.n_components} of 60 dimensions")
    assert found.tails.argmin() == 100


def test_columns_that_say_nothing_do_no_harm() -> None:
    table, vectors = spoken(20, 8, 2)
    plain = label_outliers(representation("x", table, vectors), table)
    more = np.column_stack([vectors, vectors[:, 0], vectors.sum(axis=1), np.full(len(vectors), 7.0)])
    found = label_outliers(representation("x", table, more), table)
    assert found.n_components == 2
    # Medians of other axes are not quite the same point.
    assert np.corrcoef(found.distances, plain.distances)[0, 1] > 0.95
    assert found.beyond(0.975).mean() == pytest.approx(plain.beyond(0.975).mean(), abs=0.01)


def test_what_cannot_be_judged_says_so(make_corpus) -> None:
    table = make_corpus(n_speakers=6, n_labels=4, repeats=4)
    few = table[(table["speaker"] != "s02") | (table.index % 6 == 0)]
    assert 0 < (few["speaker"] == "s02").sum() < 5
    found = label_outliers(representation("Hz", few, few[FORMANTS]), few)
    own = few.set_index("id").loc[list(found.ids), "speaker"].to_numpy() == "s02"
    assert (found.judged == ~own).all()
    assert np.isnan(found.tails[own]).all()
    assert not found.beyond(0.5)[own].any()
    assert (found.strength(0.5)[own] == 0.0).all()


def test_tokens_without_spread_are_not_judged(make_corpus) -> None:
    table = make_corpus(n_speakers=6, n_labels=4, repeats=4)
    places = table["label"].str[1:].astype(float).to_numpy()[:, None] * [1.0, 2.0]
    found = label_outliers(representation("x", table, places), table)
    assert not found.judged.any()
    mostly = places.copy()
    mostly[::9] += 1.0
    assert not label_outliers(representation("x", table, mostly), table).judged.any()


@pytest.mark.shared_data
@pytest.mark.parametrize(("corpus", "most"), [("pb52", 0.10), ("h95", 0.08)])
def test_real_vowels_have_heavier_tails_than_normal_ones(formant_table, corpus, most) -> None:
    table = formant_table(corpus)
    lobanov = next(item for item in normalized(table) if item.name == "Lobanov")
    found = label_outliers(lobanov, table)
    assert 0.025 < found.beyond(0.975).mean() < most
    assert np.median(found.tails) == pytest.approx(0.5, abs=0.02)
    children = table.set_index("id").loc[list(found.ids), "type"].isin(["c", "b", "g"]).to_numpy()
    assert found.beyond(0.975)[children].mean() < 0.2
