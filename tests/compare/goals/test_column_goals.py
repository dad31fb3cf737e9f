"""Goals about any column: planted effects are found, absent ones are not, and nobody is on both sides."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from formant_corpora import representation

from w2vpraat.compare import compare
from w2vpraat.compare.goals.column_goals import COLUMN_SHUFFLES, Column, ColumnGoal, column_goals
from w2vpraat.compare.material import column_texts, gather
from w2vpraat.errors import ComparisonError
from w2vpraat.params import CompareParams

QUICK = CompareParams(bootstrap=0, probes=("lda", "knn"))
PLACES = {"label": "label", "speaker": "speaker", "sex": "sex", "file": "file_name"}
N_SPEAKERS, N_LABELS, REPEATS = 12, 4, 10


@pytest.fixture
def table():
    """480 tokens; dialect (three values) and accent (two) of the speaker, emotion of the token."""
    rows = [
        (f"s{speaker:02d}", f"v{label}", ["north", "south", "west"][speaker % 3], "ab"[speaker // 3 % 2])
        for speaker in range(N_SPEAKERS)
        for label in range(N_LABELS)
        for _ in range(REPEATS)
    ]
    made = pd.DataFrame(rows, columns=["speaker", "label", "dialect", "accent"])
    made["emotion"] = np.resize(["calm", "angry"], len(made))
    made["id"] = [f"t#{number:04d}" for number in range(len(made))]
    return made


def _noise(table, seed: int = 0, dim: int = 4):
    """Labels lie apart; nothing else is in it."""
    random = np.random.default_rng(seed)
    labels, speakers = (np.unique(table[name], return_inverse=True)[1] for name in ("label", "speaker"))
    vectors = random.normal(size=(len(table), dim)) + 4.0 * random.normal(size=(N_LABELS, dim))[labels]
    return vectors, labels, speakers


def _numbers(table, column):
    return np.unique(table[column], return_inverse=True)[1]


def _scores(table, vectors, *columns, params=QUICK):
    return compare([representation("x", table, vectors)], table, params, columns=columns)


def _row(scores, goal, probe="lda"):
    found = scores.table.query("goal == @goal and probe == @probe and unit == 'balanced accuracy'")
    assert len(found) == 1
    return found.iloc[0]


def _prepared(table, column, vectors, n_folds=0):
    material = gather([representation("x", table, vectors)], table, QUICK, **PLACES)
    made = Column.of(column, column_texts(table, column, material.ids), material)
    goals, notes = column_goals(material, made, n_folds, 0, QUICK.probes)
    return material, made, goals, notes


@pytest.mark.parametrize("column", ["dialect", "accent", "emotion"])
def test_a_planted_effect_is_found_and_a_shuffled_one_is_not(table, column):
    vectors, _, _ = _noise(table)
    n_values = table[column].nunique()
    vectors[:, :n_values] += 3.0 * np.eye(n_values)[_numbers(table, column)]
    scores = _scores(table, vectors, column)
    for probe in QUICK.probes:
        row = _row(scores, f"{column}_given_label", probe)
        assert row["unit"] == "balanced accuracy"
        assert row["chance"] == pytest.approx(1 / n_values)
        assert row["value"] > 0.85
        assert row["n_tokens"] == len(table)
        # Few speakers and few shufflings: whoever changes the value takes the effect along.
        assert row["shuffled"] == pytest.approx(row["chance"], abs=0.12)


@pytest.mark.parametrize("column", ["dialect", "accent", "emotion"])
def test_without_an_effect_scores_are_near_chance(table, column):
    goal = f"{column}_given_label"
    found = [
        _row(_scores(table, _noise(table, seed)[0], column), goal, probe)
        for seed in range(3)
        for probe in QUICK.probes
    ]
    for name in ("value", "shuffled"):
        values = np.array([row[name] - row["chance"] for row in found])
        assert abs(values.mean()) < 0.03
        assert np.abs(values).max() < 0.09


def test_the_label_is_not_mistaken_for_the_column(table):
    # Angry tokens are nearly all of two labels, which lie far from the others.
    vectors, labels, _ = _noise(table, seed=3)
    random = np.random.default_rng(0)
    angry = random.uniform(size=len(table)) < np.where(labels < 2, 0.8, 0.2)
    table["emotion"] = np.where(angry, "angry", "calm")
    scores = _scores(table, vectors, "emotion")
    assert _row(scores, "label")["value"] > 0.9
    for probe in QUICK.probes:
        assert _row(scores, "emotion_given_label", probe)["value"] == pytest.approx(0.5, abs=0.07)


def test_values_of_one_speaker_are_left_out_and_named(table):
    table.loc[table["speaker"] == "s00", "dialect"] = "east"
    vectors, _, _ = _noise(table)
    scores = _scores(table, vectors, "dialect")
    assert "dialect: values of one speaker only are left out: east" in scores.notes
    assert "dialect: 40 tokens without a value that counts are not asked" in scores.notes
    row = _row(scores, "dialect_given_label")
    assert (row["n_tokens"], row["n_speakers"]) == (440, 11)
    assert row["chance"] == pytest.approx(1 / 3)
    assert _row(scores, "label")["n_tokens"] == 480


@pytest.mark.parametrize(
    ("values", "what"),
    [
        ({"s00": "east"}, "only north is"),
        ({f"s{number:02d}": str(number) for number in range(N_SPEAKERS)}, "none is"),
    ],
)
def test_a_column_with_less_than_two_values_is_left_out_with_a_note(table, values, what):
    table["region"] = table["speaker"].map(values).fillna("north")
    scores = _scores(table, _noise(table)[0], "region")
    assert f"region_given_label is left out: of its values {what} found in two speakers" in scores.notes
    assert not scores.table["goal"].str.startswith("region").any()


def test_missing_values_are_not_asked_and_teach_nothing(table):
    vectors, _, _ = _noise(table)
    vectors[:, 1] += 2.0 * _numbers(table, "emotion")
    missing = np.random.default_rng(1).uniform(size=len(table)) < 0.3
    table["emotion"] = table["emotion"].where(~missing)
    table.loc[np.flatnonzero(missing)[:5], "emotion"] = "  "
    scores = _scores(table, vectors, "emotion")
    assert f"emotion: {missing.sum()} tokens without a value that counts are not asked" in scores.notes
    spoilt = _scores(table, np.where(missing[:, None], 100.0 - vectors, vectors), "emotion")
    for probe in QUICK.probes:
        row = _row(scores, "emotion_given_label", probe)
        assert row["n_tokens"] == (~missing).sum()
        assert row["value"] > 0.75
        assert _row(spoilt, "emotion_given_label", probe)["value"] == pytest.approx(row["value"], abs=1e-9)


def test_speakers_without_a_value_are_not_asked(table):
    table.loc[table["speaker"].isin(["s01", "s02"]), "accent"] = np.nan
    table.loc[table["label"] == "v3", "label"] = np.where(
        table["speaker"][table["label"] == "v3"].isin(["s01", "s02"]), "v3", "v2"
    )
    vectors, _, _ = _noise(table)
    scores = _scores(table, vectors, "accent")
    given, whole = _row(scores, "accent_given_label"), _row(scores, "accent_of_speaker")
    assert (given["n_speakers"], whole["n_speakers"]) == (10, 10)
    assert (given["n_tokens"], given["n_labels"]) == (400, 3)  # v3 is said by the two others only
    assert _row(scores, "label")["n_labels"] == 4


@pytest.mark.parametrize(
    ("column", "n_folds", "n_made"), [("emotion", 0, 12), ("emotion", 4, 4), ("dialect", 3, 3)]
)
def test_speakers_are_held_out_whole(table, column, n_folds, n_made):
    material, _, (goal,), _ = _prepared(table, column, _noise(table)[0], n_folds)
    assert isinstance(goal, ColumnGoal)
    assert len(goal.folds) == n_made
    for train, test in goal.folds:
        assert not set(material.speakers[train]) & set(material.speakers[test])
        assert len(train) + len(test) == len(table)
        # Every value stays in training as often as the number of speakers allows.
        assert len(np.unique(goal.variants[0][train])) == goal.n_classes
    assert sorted(np.concatenate([test for _, test in goal.folds])) == list(range(len(table)))
    assert ("one speaker held out" in goal.description) == (n_folds == 0)


def test_what_each_speaker_does_in_their_own_way_says_nothing_about_others(table):
    # Everyone is angry in another direction: easy if the speaker is in training, a coin toss if not.
    vectors, _, speakers = _noise(table, dim=12)
    angry = _numbers(table, "emotion") == 0
    ways = 6.0 * np.eye(N_SPEAKERS)
    vectors += np.where(angry[:, None], ways[speakers], 0.0)
    own = _scores(table, vectors, "emotion")
    shared = vectors + np.where(angry[:, None], 3.0 * np.ones(12), 0.0)
    assert _row(own, "emotion_given_label", "knn")["value"] < 0.65
    assert _row(_scores(table, shared, "emotion"), "emotion_given_label", "knn")["value"] > 0.95
    assert "held out" in _row(own, "emotion_given_label")["note"]


def test_values_are_shuffled_within_speakers_if_they_change_there_and_else_among_them(table):
    material, column, (goal,), _ = _prepared(table, "emotion", _noise(table)[0])
    assert len(goal.variants) == 1 + COLUMN_SHUFFLES
    assert column.of_speaker is None
    assert "values shuffled within speakers" in goal.description
    for mixed in goal.variants[1:]:
        assert not np.array_equal(mixed, column.values)
        for speaker in range(N_SPEAKERS):
            own = material.speakers == speaker
            np.testing.assert_array_equal(np.bincount(mixed[own]), np.bincount(column.values[own]))
    material, column, (goal,), _ = _prepared(table, "dialect", _noise(table)[0])
    assert column.of_speaker.tolist() == [0, 1, 2] * 4
    assert "too low" in goal.description
    for mixed in goal.variants[1:]:
        dealt = pd.Series(mixed).groupby(material.speakers)
        assert (dealt.nunique() == 1).all()
        assert not np.array_equal(dealt.first(), column.of_speaker)
        assert np.bincount(dealt.first()).tolist() == [4, 4, 4]


def test_a_copy_of_the_sex_is_scored_like_the_sex(make_corpus):
    table = make_corpus(n_speakers=11)  # six women, five men
    table["copy"] = table["sex"].map({"F": "one", "M": "other"})
    table.loc[table["speaker"] == "s03", ["sex", "copy"]] = None
    item = representation("Hz", table, table[["F1", "F2", "F3"]])
    params = CompareParams(bootstrap=100, probes=("lda", "knn", "rbf"))
    scores = compare([item], table, params, columns=("copy",)).table
    numbers = scores.columns.drop(["goal", "note"])
    for goal, size in (("given_label", 3), ("of_speaker", 2)):
        sex, copy = (
            scores.loc[scores["goal"] == f"{name}_{goal}", numbers].reset_index(drop=True)
            for name in ("sex", "copy")
        )
        assert len(sex) == size
        pd.testing.assert_frame_equal(sex, copy)
    notes = scores[scores["goal"] == "copy_given_label"]["note"]
    assert notes.str.startswith("one speaker of each copy held out together").all()


def test_whole_speakers_are_left_out_if_there_are_too_few(table):
    table["accent"] = np.where(table["speaker"].isin(["s00", "s01"]), "a", "b")
    scores = _scores(table, _noise(table)[0], "accent")
    note = "accent_of_speaker is left out: it needs three speakers of each value who share labels"
    assert note in scores.notes
    assert set(scores.table["goal"]) == {"label", "speaker_given_label", "accent_given_label"}


def test_an_unknown_column_is_an_error_that_names_the_columns(table):
    with pytest.raises(ComparisonError, match='no column "region"') as caught:
        _scores(table, _noise(table)[0], "dialect", "region")
    for name in table.columns.drop("id"):
        assert name in caught.value.hint


def test_with_one_speaker_columns_are_left_out(table):
    own = table[table["speaker"] == "s00"]
    scores = _scores(own, np.random.default_rng(0).normal(size=(len(own), 2)), "emotion")
    assert set(scores.table["goal"]) == {"label"}


def _centred(vectors, speakers):
    frame = pd.DataFrame(vectors)
    return (frame - frame.groupby(speakers).transform("mean")).to_numpy()


def test_centring_hides_an_accent_from_a_direction_only(table):
    # One accent raises two labels and lowers the others, so that every speaker's mean is the same.
    vectors, labels, speakers = _noise(table)
    vectors[:, 1] += 1.5 * np.where(labels < 2, 1.0, -1.0) * (2.0 * _numbers(table, "accent") - 1.0)
    scores = _scores(table, _centred(vectors, speakers), "accent")
    linear = _row(scores, "accent_given_label")
    assert linear["value"] == pytest.approx(0.5)
    assert "by construction" in linear["note"]
    assert _row(scores, "accent_given_label", "knn")["value"] > 0.85
    assert "by construction" not in _row(scores, "accent_given_label", "knn")["note"]
    for probe in QUICK.probes:
        assert _row(scores, "accent_of_speaker", probe)["value"] == 1.0


def test_centring_removes_what_is_the_same_for_all_labels(table):
    vectors, _, speakers = _noise(table)
    vectors[:, 1] += 3.0 * _numbers(table, "accent")
    plain, centred = (_scores(table, values, "accent") for values in (vectors, _centred(vectors, speakers)))
    for probe in QUICK.probes:
        assert _row(plain, "accent_given_label", probe)["value"] > 0.9
        assert _row(plain, "accent_of_speaker", probe)["value"] == 1.0
        assert _row(centred, "accent_given_label", probe)["value"] < 0.6


def test_centring_does_not_touch_what_changes_within_speakers(table):
    vectors, _, speakers = _noise(table)
    vectors[:, 1] += 3.0 * _numbers(table, "emotion")
    row = _row(_scores(table, _centred(vectors, speakers), "emotion"), "emotion_given_label")
    assert row["value"] > 0.85
    assert "by construction" not in row["note"]


def test_the_order_of_tokens_does_not_matter(table):
    vectors, _, _ = _noise(table)
    vectors[:, 1] += _numbers(table, "dialect")
    first = _scores(table, vectors, "dialect", "emotion").table
    order = np.random.default_rng(5).permutation(len(table))
    again = _scores(table.iloc[order], vectors[order], "dialect", "emotion").table
    pd.testing.assert_frame_equal(first, again, rtol=0, atol=0)
