"""Ranking: what is more than noise, what is not, and the same words for the same numbers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from formant_corpora import normalized

from w2vpraat.compare import compare
from w2vpraat.compare.paired import exchange_p, holm
from w2vpraat.compare.ranking import COLUMNS, rank
from w2vpraat.compare.scores import Scores, Tally
from w2vpraat.errors import ComparisonError
from w2vpraat.params import CompareParams


@pytest.fixture(scope="module")
def scores(formant_table):
    table = formant_table("pb52")
    params = CompareParams(bootstrap=200, probes=("lda", "rbf"), folds=10)
    return compare(normalized(table), table, params)


@pytest.fixture(scope="module")
def ranking(scores):
    return rank(scores)


def _own(ranking, goal):
    return ranking.table[ranking.table["goal"] == goal].set_index("representation")


def test_table_is_whole_and_sorted(ranking):
    assert list(ranking.table.columns) == list(COLUMNS)
    assert ranking.reference == "Hz"
    for goal, own in ranking.table.groupby("goal"):
        assert len(own) == 6
        assert own["rank"].is_monotonic_increasing
        assert own["rank"].iloc[0] == 1
        assert own["behind"].isna().sum() == 1
        if goal not in ("speaker_given_label", "sex_given_label", "sex_of_speaker"):
            assert (own["behind"].dropna() <= 0).all()
            assert own["value"].iloc[0] == own["value"].max()


def test_lobanov_leads_on_peterson_and_barney_and_uniform_scalings_are_level(ranking):
    label = _own(ranking, "label")
    assert label["rank"]["Lobanov"] == 1
    assert label["rank"]["Hz"] == 6
    assert label["rank"]["Nearey 2"] == label["rank"]["deltaF"] > 1
    assert label["gains"].drop("Hz").eq("yes").all()
    assert label["gains"]["Hz"] == ""
    assert label["gain"]["Lobanov"] == pytest.approx(label["value"]["Lobanov"] - label["value"]["Hz"])


def test_groups_follow_from_the_corrected_test_against_their_first(scores, ranking):
    own = _own(ranking, "label")
    first = own.index[0]
    others = [name for name in own.index if name != first]
    p = [
        exchange_p(
            scores.tallies[(name, "label", "lda", "accuracy")],
            scores.tallies[(first, "label", "lda", "accuracy")],
        )
        for name in others
    ]
    clear = [value < 0.05 for value in holm(np.array(p))]
    level = clear.index(True)  # all before the first that is clearly worse
    assert [name for name in others if own["rank"][name] == 1] == others[:level]
    assert own["rank"][others[level]] == level + 2


def test_a_worse_score_never_has_a_better_rank(scores, ranking):
    for _, own in ranking.table.groupby("goal"):
        if own["direction"].iloc[0] == "remove":
            assert own["value"].clip(lower=own["chance"]).is_monotonic_increasing
        else:
            assert own["value"].is_monotonic_decreasing
        assert own["rank"].is_monotonic_increasing


def test_removing_counts_less_as_better_and_names_the_non_linear_probe(ranking):
    sex = _own(ranking, "sex_given_label")
    assert set(sex["probe"]) == {"rbf"}
    assert set(sex["direction"]) == {"remove"}
    assert sex["rank"]["Hz"] == 6
    assert sex["gain"]["Lobanov"] == pytest.approx(sex["value"]["Hz"] - sex["value"]["Lobanov"])
    assert sex["gain_low"]["Lobanov"] <= sex["gain"]["Lobanov"] <= sex["gain_high"]["Lobanov"]


def test_sentences_say_what_the_table_says(ranking):
    assert set(ranking.sentences) == {"Hz", "C-CuRE", "Lobanov", "Nearey 1", "Nearey 2", "deltaF"}
    text = ranking.sentences["Lobanov"]
    assert text.startswith("Against Hz, in points: Lobanov gains in the label (+")
    assert f"removing sex ({100 * _own(ranking, 'sex_given_label')['gain']['Lobanov']:+.1f})" in text
    assert ranking.sentences["Hz"].startswith("Hz is what the others are measured by")


def test_another_reference(scores):
    other = rank(scores, reference="Lobanov")
    label = _own(other, "label")
    assert label["gains"]["Hz"] == "no"
    assert "loses in the label" in other.sentences["Hz"]
    with pytest.raises(ComparisonError, match="Lobanov"):
        rank(scores, reference="Lobanow")


def _made(right: dict[str, np.ndarray], speakers: np.ndarray) -> Scores:
    import pandas as pd

    rows, tallies = [], {}
    for name, values in right.items():
        tally = Tally.of(values, speakers)
        tallies[(name, "label", "lda", "accuracy")] = tally
        rows.append(("label", "lda", "accuracy", name, tally.value, 0.0, 1.0, 0.25))
    columns = ["goal", "probe", "unit", "representation", "value", "low", "high", "chance"]
    return Scores(pd.DataFrame(rows, columns=columns), pd.DataFrame(), (), tallies)


def test_noise_shares_the_first_rank_and_is_called_open():
    random = np.random.default_rng(0)
    speakers = np.repeat(np.arange(10), 40)
    right = {name: (random.uniform(size=400) < 0.7).astype(float) for name in "abcd"}
    ranking = rank(_made(right, speakers))
    assert set(ranking.table["rank"]) == {1}
    assert set(ranking.table["gains"]) == {"", "open"}
    assert "is not clearly different in the label" in ranking.sentences["b"]


def test_few_speakers_decide_nothing_however_large_the_difference():
    speakers = np.repeat(np.arange(4), 50)
    ranking = rank(_made({"all": np.ones(200), "none": np.zeros(200)}, speakers))
    assert list(ranking.table["rank"]) == [1, 1]
    one = rank(_made({"all": np.ones(50), "none": np.zeros(50)}, np.zeros(50, dtype=int)))
    assert list(one.table["rank"]) == [1, 1]


def test_less_than_chance_is_no_better_than_chance():
    random = np.random.default_rng(1)
    speakers = np.repeat(np.arange(12), 40)
    shares = {"below": 0.2, "at chance": 0.5, "above": 0.8}
    right = {name: (random.uniform(size=480) < share).astype(float) for name, share in shares.items()}
    made = _made(right, speakers)
    rows = made.table.assign(goal="sex_given_label", chance=0.5)
    tallies = {
        (name, "sex_given_label", "lda", "accuracy"): made.tallies[(name, "label", "lda", "accuracy")]
        for name in right
    }
    ranking = rank(replace(made, table=rows, tallies=tallies), reference="above")
    assert dict(zip(ranking.table["representation"], ranking.table["rank"], strict=True)) == {
        "at chance": 1,
        "below": 1,
        "above": 3,
    }
