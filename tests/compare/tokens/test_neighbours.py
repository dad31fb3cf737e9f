"""Neighbours: exactly those of scikit-learn among the tokens that count, and nearly those with an index."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from formant_corpora import FORMANTS, normalized, representation
from sklearn.neighbors import NearestNeighbors
from sklearn.preprocessing import StandardScaler, normalize

from w2vpraat.compare.tokens import nearest_points, neighbours
from w2vpraat.compare.tokens.neighbours import NearestTokens, find_neighbours, nearest_tokens
from w2vpraat.errors import ComparisonError
from w2vpraat.events import Progress
from w2vpraat.params import ReviewParams


@pytest.fixture
def table(make_corpus) -> pd.DataFrame:
    table = make_corpus(n_speakers=7, n_labels=4, repeats=5)
    table["word"] = [f"w{number % 11}" for number in range(len(table))]
    table["start"] = 0.5 * table.index
    table["end"] = table["start"] + 0.1
    return table


def brute(table: pd.DataFrame, values, k: int, apart: str, metric: str):
    """Ask scikit-learn, group after group, about the tokens outside it."""
    points = StandardScaler().fit_transform(np.asarray(values, dtype=float))
    if metric == "cosine":
        points = normalize(points)
    groups = table[apart].to_numpy() if apart != "id" else table["id"].to_numpy()
    ids = table["id"].to_numpy()
    distances, near = {}, {}
    for group in np.unique(groups):
        own = np.flatnonzero(groups == group)
        others = np.flatnonzero(groups != group)
        found = NearestNeighbors(n_neighbors=k, algorithm="brute").fit(points[others])
        far, rows = found.kneighbors(points[own])
        for token, one, row in zip(ids[own], far, rows, strict=True):
            distances[token] = one**2 / 2 if metric == "cosine" else one
            near[token] = ids[others[row]]
    return distances, near


@pytest.mark.parametrize("metric", ["euclidean", "cosine"])
@pytest.mark.parametrize(
    ("apart", "column"),
    [("speaker", "speaker"), ("recording", "file_name"), ("word", "word"), ("token", "id")],
)
def test_exactly_the_neighbours_of_scikit_learn(table, monkeypatch, apart, column, metric) -> None:
    monkeypatch.setattr(nearest_points, "BLOCK_CELLS", 1000)  # seven tokens at a time
    found = nearest_tokens(
        representation("Hz", table, table[FORMANTS]),
        table,
        params=ReviewParams(neighbours=6, apart=apart, metric=metric),
    )
    distances, near = brute(table, table[FORMANTS], 6, column, metric)
    assert found.exact
    assert found.ids == tuple(table["id"])
    for token, far, names in zip(found.ids, found.distances, found.neighbours, strict=True):
        assert far == pytest.approx(distances[token], abs=1e-9)
        assert names.tolist() == near[token].tolist()
    group = table.set_index("id")[column] if column != "id" else table.set_index("id").index.to_series()
    rows = found.table()
    assert (group[rows["id"]].to_numpy() != group[rows["neighbour"]].to_numpy()).all()


def test_table_and_agreement(table) -> None:
    found = nearest_tokens(representation("Hz", table, table[FORMANTS]), table, ["t#0007", "t#0100"])
    rows = found.table()
    assert list(rows.columns) == [
        "id",
        "rank",
        "neighbour",
        "distance",
        "label",
        "speaker",
        "file_name",
        "word",
        "start",
        "end",
        "same_label",
    ]
    assert rows["id"].tolist() == ["t#0007"] * 10 + ["t#0100"] * 10
    assert rows["rank"].tolist() == [*range(1, 11)] * 2
    tokens = table.set_index("id")
    for column in ("label", "speaker", "file_name", "word", "start", "end"):
        assert rows[column].tolist() == tokens.loc[rows["neighbour"], column].tolist()
    assert (
        rows["same_label"].tolist()
        == (
            tokens.loc[rows["neighbour"], "label"].to_numpy() == tokens.loc[rows["id"], "label"].to_numpy()
        ).tolist()
    )
    assert rows["distance"].iloc[:10].is_monotonic_increasing
    scores = found.scores().set_index("id")
    assert scores["agreement"].tolist() == rows.groupby("id")["same_label"].mean().tolist()
    assert scores["label"].tolist() == tokens.loc[["t#0007", "t#0100"], "label"].tolist()


def test_ties_go_by_id_and_copies_are_neighbours(table) -> None:
    values = table[FORMANTS].to_numpy(copy=True)
    copies = [3, 40, 70, 100, 130]  # of five speakers
    values[copies] = values[3]
    found = nearest_tokens(representation("Hz", table, values), table, ["t#0003"], ReviewParams(neighbours=4))
    assert found.neighbours[0].tolist() == ["t#0040", "t#0070", "t#0100", "t#0130"]
    assert found.distances[0] == pytest.approx(0.0, abs=1e-12)
    fewer = nearest_tokens(representation("Hz", table, values), table, ["t#0100"], ReviewParams(neighbours=2))
    assert fewer.neighbours[0].tolist() == ["t#0003", "t#0040"]


def test_fewer_tokens_than_neighbours(make_corpus) -> None:
    table = make_corpus(n_speakers=2, n_labels=2, repeats=2)
    table = table.drop(index=table.index[-1])
    found = nearest_tokens(representation("Hz", table, table[FORMANTS]), table)
    assert found.neighbours.shape == (7, 6)
    assert np.isfinite(found.distances).sum(axis=1).tolist() == [3, 3, 3, 3, 4, 4, 4]
    assert len(found.table()) == 4 * 3 + 3 * 4


def test_one_speaker_has_neighbours_of_its_own(make_corpus) -> None:
    table = make_corpus(n_speakers=1, n_labels=3, repeats=4)
    found = nearest_tokens(representation("Hz", table, table[FORMANTS]), table)
    assert found.apart == "token"
    assert any("one speaker" in note for note in found.notes)
    assert np.isfinite(found.distances).all()


def test_what_cannot_be_asked_says_why(table) -> None:
    values = table[FORMANTS].to_numpy(copy=True)
    values[9] = np.nan
    item = representation("Hz", table, values)
    with pytest.raises(ComparisonError, match=r"no token \"t#001\".*did you mean t#0\d{3}, t#0"):
        nearest_tokens(item, table, ["t#001"])
    with pytest.raises(ComparisonError, match="ids look like t#0000"):
        nearest_tokens(item, table, ["something else"])
    with pytest.raises(ComparisonError, match=r"t#0009.*missing value: Hz"):
        nearest_tokens(item, table, ["t#0009"])
    with pytest.raises(ComparisonError, match='"word"'):
        nearest_tokens(item, table.drop(columns="word"), params=ReviewParams(apart="word"))
    with pytest.raises(ComparisonError, match="not every token has a recording"):
        nearest_tokens(item, table.drop(columns="file_name"), params=ReviewParams(apart="recording"))


def test_unknown_words_are_no_common_word(table) -> None:
    table["word"] = ["" if number % 2 else "same" for number in range(len(table))]
    found = nearest_tokens(
        representation("Hz", table, table[FORMANTS]), table, params=ReviewParams(apart="word", neighbours=20)
    )
    rows = found.table().merge(table[["id", "word"]], on="id", suffixes=("", "_asked"))
    assert not ((rows["word"] == "same") & (rows["word_asked"] == "same")).any()
    assert ((rows["word"] == "") & (rows["word_asked"] == "")).any()


def test_progress_ends_with_all_tokens(table, monkeypatch) -> None:
    monkeypatch.setattr(nearest_points, "BLOCK_CELLS", 3000)
    *steps, found = find_neighbours(representation("Hz", table, table[FORMANTS]), table)
    assert isinstance(found, NearestTokens)
    done = [step.done for step in steps if isinstance(step, Progress)]
    assert len(done) == len(steps) > 1
    assert done == sorted(set(done))
    assert steps[-1].done == steps[-1].total == len(table)


def test_index_that_would_have_to_reach_too_far_is_not_used(table, monkeypatch) -> None:
    monkeypatch.setattr(neighbours, "FEW_ASKED", 0)
    monkeypatch.setattr(nearest_points, "FARTHEST_REACH", 25)
    numbers = table["speaker"].str[1:].astype(float).to_numpy()
    values = table[FORMANTS].to_numpy() + 1e5 * numbers[:, None]  # the 20 tokens of a speaker lie together
    item = representation("Hz", table, values)
    found = nearest_tokens(item, table, params=ReviewParams(exact_up_to=10))
    assert found.exact
    assert np.array_equal(found.neighbours, nearest_tokens(item, table).neighbours)


@pytest.mark.shared_data
def test_index_finds_nearly_all_and_never_the_own_speaker(formant_table, monkeypatch) -> None:
    monkeypatch.setattr(neighbours, "FEW_ASKED", 100)
    both = pd.concat([formant_table("pb52"), formant_table("h95")], ignore_index=True)
    both["speaker"] = both["id"].str[:4] + both["speaker"]
    lobanov = next(item for item in normalized(both) if item.name == "Lobanov")
    asked = both["id"].tolist()[::2]
    exact = nearest_tokens(lobanov, both, asked)
    found = nearest_tokens(lobanov, both, asked, ReviewParams(exact_up_to=3000))
    assert len(both) > 3000
    assert exact.exact
    assert not found.exact
    assert any("approximate index" in note for note in found.notes)
    recall = np.mean(
        [
            len(set(one) & set(other)) / 10
            for one, other in zip(exact.neighbours, found.neighbours, strict=True)
        ]
    )
    assert recall > 0.95
    assert np.isfinite(found.distances).all()
    rows = found.table()
    speaker = both.set_index("id")["speaker"]
    assert (rows["speaker"].to_numpy() != speaker[rows["id"]].to_numpy()).all()
    # The same seed gives the same neighbours.
    again = nearest_tokens(lobanov, both, asked, ReviewParams(exact_up_to=3000))
    assert np.array_equal(again.neighbours, found.neighbours)
