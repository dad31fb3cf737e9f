"""Labels across populations: who trains, who is tested, and what a planted difference does."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from formant_corpora import FORMANTS, representation
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

from w2vpraat.compare import compare
from w2vpraat.compare.goals.across_goals import AcrossGoal, Population, across_goals
from w2vpraat.compare.goals.column_goals import Column
from w2vpraat.compare.material import column_texts, gather
from w2vpraat.params import CompareParams

QUICK = CompareParams(bootstrap=0, probes=("lda",), across=("sex",), dimensions=-1)
PLACES = {"label": "label", "speaker": "speaker", "sex": "sex", "file": "file_name"}


@pytest.fixture
def table():
    """Twelve speakers of three dialects; every speaker is calm and angry; two sexes."""
    rows = [
        (
            f"s{speaker:02d}",
            f"v{label}",
            ["north", "south", "west"][speaker % 3],
            "FM"[speaker // 3 % 2],
            mood,
        )
        for speaker in range(12)
        for label in range(4)
        for mood in ("calm", "angry")
        for _ in range(3)
    ]
    made = pd.DataFrame(rows, columns=["speaker", "label", "dialect", "sex", "emotion"])
    made["id"] = [f"t#{number:04d}" for number in range(len(made))]
    return made


def _numbers(table, column):
    return np.unique(table[column], return_inverse=True)[1]


def _vectors(table, seed: int = 0):
    random = np.random.default_rng(seed)
    return random.normal(size=(len(table), 3)) + 6.0 * random.normal(size=(5, 3))[_numbers(table, "label")]


def _population(table, column):
    material = gather([representation("x", table, _vectors(table))], table, QUICK, **PLACES)
    if column == "sex":
        return material, Population.sex(material)
    made = Column.of(column, column_texts(table, column, material.ids), material)
    return material, Population.of(made, material)


@pytest.mark.parametrize("column", ["sex", "dialect", "emotion"])
@pytest.mark.parametrize("within", [False, True])
def test_nobody_is_on_both_sides(table, column, within):
    material, population = _population(table, column)
    goal = AcrossGoal(material, population, 0, 0, within=within)
    tested = np.zeros(len(material.labels), dtype=int)
    for train, test in goal.folds:
        assert not set(material.speakers[train]) & set(material.speakers[test])
        (value,) = set(population.values[train])
        assert all((other == value) == within for other in population.values[test])
        tested[test] += 1
    assert (tested == (1 if within else len(population.names) - 1)).all()


def test_a_shift_of_one_dialect_costs_across_dialects_and_not_within(table):
    vectors = _vectors(table)
    vectors[_numbers(table, "dialect") == 1] += 9.0
    items = [representation("as it is", table, _vectors(table)), representation("shifted", table, vectors)]
    params = CompareParams(bootstrap=0, probes=("lda", "logistic", "knn"), across=("dialect",), dimensions=-1)
    found = compare(items, table, params).table.query("unit == 'accuracy'")
    found = found.set_index(["representation", "goal", "probe"])["value"].sort_index()
    for probe in params.probes:
        assert found["as it is", "label_across_dialect", probe] > 0.9
        assert found["shifted", "label_within_dialect", probe] > 0.9
        assert found["shifted", "label_across_dialect", probe] < 0.75


def test_scores_across_are_those_of_plain_lda_in_the_same_split(formant_table):
    table = formant_table("pb52")
    table = table[table["sex"].notna()].reset_index(drop=True)
    found = compare([representation("Hz", table, table[FORMANTS])], table, QUICK).table
    value = found[found["goal"] == "label_across_sex"]["value"].item()
    shares = []
    for sex in "mf":
        train, test = table[table["sex"] == sex], table[table["sex"] != sex]
        fitted = LinearDiscriminantAnalysis().fit(train[FORMANTS], train["label"])
        shares.append(fitted.score(test[FORMANTS], test["label"]))
    assert value == pytest.approx(np.mean(shares), abs=1e-9)
    inside = found[found["goal"] == "label_within_sex"]["value"].item()
    assert inside > value + 0.1  # raw formants do not carry over from women to men


def test_labels_that_some_value_lacks_are_not_asked(table):
    odd = table[~((table["dialect"] == "west") & (table["label"] == "v0"))].reset_index(drop=True)
    _, population = _population(odd, "dialect")
    assert population.n_labels == 3
    assert set(odd.loc[population.values < 0, "label"]) == {"v0"}


def test_what_is_impossible_is_left_out_with_a_note(table):
    one_label = table.copy()
    one_label.loc[one_label["dialect"] == "west", "label"] = "v9"
    one_label.loc[0, "label"] = "v9"
    material, population = _population(one_label, "dialect")
    goals, notes = across_goals(material, population, 0, 0, ("lda",))
    assert goals == []
    assert "the values of dialect share fewer than two labels" in notes[0]


def test_sex_of_two_speakers_can_be_crossed_but_not_held_out_within(table):
    two = table[table["speaker"].isin(["s00", "s03"])].reset_index(drop=True)
    scores = compare([representation("x", two, _vectors(two))], two, QUICK)
    assert "label_across_sex" in set(scores.table["goal"])
    assert any("label_within_sex is left out" in note for note in scores.notes)


def test_many_speakers_are_held_out_in_groups_for_the_slow_probe_only(make_corpus):
    table = make_corpus(n_speakers=40, n_labels=3, repeats=2)
    item = representation("Hz", table, table[FORMANTS])
    params = CompareParams(bootstrap=0, probes=("lda", "logistic"), across=(), dimensions=-1)
    notes = compare([item], table, params).table.query("goal == 'label'").groupby("probe")["note"].first()
    assert notes["lda"] == "one speaker held out at a time"
    assert notes["logistic"] == "32 folds with speakers held out"


def test_the_note_says_if_not_all_tokens_trained(table, monkeypatch):
    for module in ("goals.base", "probes.given_label"):
        monkeypatch.setattr(f"w2vpraat.compare.{module}.MOST_TOKENS", 100)
    params = CompareParams(bootstrap=0, probes=("logistic",), dimensions=-1)
    notes = compare([representation("x", table, _vectors(table))], table, params).table
    told = notes["note"].str.contains("trained on 100 tokens per fold")
    assert set(notes.loc[told, "goal"]) >= {"label", "speaker_given_label", "sex_given_label"}
    assert notes.query("goal == 'label'")["value"].min() > 0.9
