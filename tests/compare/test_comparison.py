"""The comparison as a whole: same tokens, traps of the sex probe, reference tables."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from formant_corpora import normalized, representation

from w2vpraat.compare import compare, explain
from w2vpraat.compare.scores import COLUMNS
from w2vpraat.errors import ComparisonError
from w2vpraat.params import CompareParams

QUICK = CompareParams(bootstrap=200)


def cell(scores, name, goal, probe="lda", unit="accuracy", column="value"):
    table = scores.table
    row = table[
        (table["representation"] == name)
        & (table["goal"] == goal)
        & (table["probe"] == probe)
        & (table["unit"] == unit)
    ]
    assert len(row) == 1
    return row.iloc[0][column]


@pytest.fixture(scope="module")
def table(make_corpus):
    return make_corpus()


@pytest.fixture(scope="module")
def scores(table):
    return compare(normalized(table), table, QUICK)


@pytest.fixture(scope="module")
def two(table):
    """Raw and normalized: enough for what does not depend on the method."""
    return [item for item in normalized(table) if item.name in ("Hz", "Nearey 2")]


def test_every_representation_meets_every_goal(scores):
    assert list(scores.table.columns) == list(COLUMNS)
    sizes = scores.table.groupby("representation").size()
    # label: three probes, plain and balanced; across and within sex, speaker, sex of speaker; sex: four.
    assert set(sizes) == {3 * 2 + 3 + 3 + 3 + 3 + 4}
    assert set(scores.table["n_tokens"]) == {150}
    assert scores.table[["value", "chance", "shuffled"]].apply(lambda x: x.between(0, 1)).all(axis=None)
    assert (scores.table["low"] <= scores.table["value"] + 1e-12).all()
    assert (scores.table["value"] <= scores.table["high"] + 1e-12).all()


def test_normalization_keeps_the_label_and_removes_the_speaker(scores):
    assert cell(scores, "Nearey 2", "label") > cell(scores, "Hz", "label")
    assert cell(scores, "Nearey 2", "label_across_sex") > cell(scores, "Hz", "label_across_sex") + 0.05
    assert cell(scores, "Hz", "speaker_given_label") > 3 * cell(scores, "Nearey 1", "speaker_given_label")
    assert cell(scores, "Hz", "sex_given_label", unit="balanced accuracy") > 0.9
    assert cell(scores, "Hz", "sex_of_speaker", unit="balanced accuracy") > 0.9


@pytest.mark.parametrize("probe", ["lda", "logistic"])
@pytest.mark.parametrize("name", ["C-CuRE", "Lobanov", "Nearey 1"])
def test_centring_leaves_a_linear_sex_probe_at_one_half_and_says_so(scores, name, probe):
    # Balanced vowels and per-speaker means of zero: nothing to choose by. One speaker left out would give 0.
    assert cell(scores, name, "sex_given_label", probe, unit="balanced accuracy") == pytest.approx(0.5)
    note = cell(scores, name, "sex_given_label", probe, unit="balanced accuracy", column="note")
    assert "by construction" in note
    assert "sees the other tokens of the test speaker" in note
    plain = cell(scores, "Hz", "sex_given_label", unit="balanced accuracy", column="note")
    assert "by construction" not in plain
    assert "sees" not in plain


def test_shuffled_labels_score_like_chance(scores):
    label = scores.table[(scores.table["goal"] == "label")]
    assert label["shuffled"].between(0.1, 0.3).all()  # five balanced labels
    assert np.allclose(label["chance"], 0.2)
    speaker = scores.table[scores.table["goal"] == "speaker_given_label"]
    assert (speaker["shuffled"] < 0.2).all()


def test_the_order_of_tokens_does_not_matter_nor_does_a_second_run(table, two):
    first = compare(two, table, QUICK).table
    order = np.random.default_rng(5).permutation(len(table))
    mixed = [item.take([item.ids[row] for row in order]) for item in two]
    again = compare(mixed, table.iloc[order[::-1]], QUICK).table
    pd.testing.assert_frame_equal(first, again, rtol=0, atol=0)


def test_another_scale_of_the_columns_does_not_matter(table):
    values = table[["F1", "F2", "F3"]].to_numpy()
    both = compare(
        [representation("Hz", table, values), representation("odd", table, values * [1e3, 1e-4, 1] + 7)],
        table,
        QUICK,
    ).table
    one, two = (both[both["representation"] == name]["value"].to_numpy() for name in ("Hz", "odd"))
    np.testing.assert_allclose(one, two, atol=1e-9)


def test_only_tokens_complete_everywhere_are_compared_and_the_rest_is_named(table):
    reps = normalized(table)[:2]
    holes = reps[0].values.copy()
    holes[3, 1] = np.nan
    reps[0] = representation("Hz", table, holes)
    reps[1] = reps[1].take(reps[1].ids[:-1])
    extra = table.copy()
    extra.loc[7, "speaker"] = None
    extra.loc[8, "label"] = "rare"
    scores = compare(reps, extra, QUICK)
    assert dict(zip(scores.left_out["id"], scores.left_out["reason"], strict=True)) == {
        "t#0003": "missing value",
        "t#0007": "no speaker",
        "t#0008": "rare label",
        "t#0149": "not measured",
    }
    assert set(scores.table["n_tokens"]) == {146}
    assert "4 tokens are left out" in scores.notes[0]
    assert any("rare (1 token(s))" in note for note in scores.notes)


def test_a_label_of_one_speaker_is_left_out(table):
    odd = table.copy()
    odd.loc[(odd["speaker"] == "s03") & (odd["label"] == "v1"), "label"] = "mine"
    scores = compare(normalized(odd)[:1], odd, QUICK)
    assert len(scores.left_out) == 3
    assert any("mine (one speaker)" in note for note in scores.notes)


def test_without_sexes_those_goals_are_left_out_with_a_note(table):
    scores = compare(normalized(table)[:1], table.drop(columns="sex"), QUICK)
    assert set(scores.table["goal"]) == {"label", "speaker_given_label"}
    assert any("sex" in note for note in scores.notes)


def test_one_speaker_gives_a_reduced_comparison(table):
    own = table[table["speaker"] == "s00"]
    scores = compare(normalized(own)[:2], own, QUICK)
    assert set(scores.table["goal"]) == {"label"}
    assert scores.table["low"].isna().all()
    assert "within" in scores.table["note"].iloc[0]
    assert any("one speaker" in note for note in scores.notes)
    assert "one speaker" in explain(scores)


def test_unknown_speakers_count_as_one(table):
    scores = compare(normalized(table)[:1], table.drop(columns=["speaker", "sex"]), QUICK)
    assert any("no speaker is known" in note for note in scores.notes)


def test_grouped_folds_are_said(table):
    scores = compare(normalized(table)[:1], table, CompareParams(folds=4, bootstrap=0))
    assert "4 folds" in scores.table["note"].iloc[0]
    assert scores.table["low"].isna().all()


def test_a_paired_difference_is_narrower_than_two_intervals(table, scores):
    gap = scores.difference("Nearey 2", "Hz")
    assert gap.low <= gap.value <= gap.high
    assert gap.value == pytest.approx(cell(scores, "Nearey 2", "label") - cell(scores, "Hz", "label"))
    same = scores.difference("Hz", "Hz")
    assert (same.value, same.low, same.high, same.decided) == (0, 0, 0, False)
    with pytest.raises(ComparisonError):
        scores.difference("Hz", "nothing")


def test_the_reading_is_two_sentences_and_fair(scores):
    text = explain(scores)
    assert text.count(". ") == 1
    assert "chance" in text
    assert "use the test speaker's other tokens and Hz does not" in text


def test_the_reading_does_not_claim_what_is_not_decided(table):
    values = table[["F1", "F2", "F3"]].to_numpy()
    noisy = values * np.random.default_rng(0).normal(1, 1e-3, size=values.shape)
    text = explain(
        compare([representation("a", table, values), representation("b", table, noisy)], table, QUICK)
    )
    assert "do not decide" in text


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("none", "no representation"),
        ("twice", "same name"),
        ("label", "no column"),
        ("one label", "nothing to compare"),
        ("sex", "more than one sex"),
        ("ids", "more than once"),
    ],
)
def test_what_cannot_be_compared_is_an_error(table, change, message):
    reps, tokens, label = normalized(table)[:1], table.copy(), "label"
    if change == "none":
        reps = []
    elif change == "twice":
        reps = reps * 2
    elif change == "label":
        label = "vowel"
    elif change == "one label":
        tokens["label"] = "a"
    elif change == "sex":
        tokens.loc[0, "sex"] = "M"
    else:
        tokens = pd.concat([tokens, tokens[:1]])
    with pytest.raises(ComparisonError, match=message):
        compare(reps, tokens, QUICK, label=label)


@pytest.mark.shared_data
@pytest.mark.parametrize(
    ("name", "vowel"),
    [
        (
            "pb52",
            {"Hz": 76.4, "C-CuRE": 86.4, "Lobanov": 92.0, "Nearey 1": 90.3, "Nearey 2": 88.8, "deltaF": 87.7},
        ),
        (
            "h95",
            {"Hz": 70.5, "C-CuRE": 78.8, "Lobanov": 85.7, "Nearey 1": 81.5, "Nearey 2": 78.8, "deltaF": 80.6},
        ),
    ],
)
def test_reference_tables(formant_table, name, vowel):
    table = formant_table(name)
    reps = normalized(table)
    scores = compare(reps, table.drop(columns="sex"), CompareParams(folds=10, bootstrap=0))
    for method, percent in vowel.items():
        assert 100 * cell(scores, method, "label") == pytest.approx(percent, abs=0.3), method


@pytest.mark.shared_data
def test_the_traps_of_the_sex_probe_on_peterson_and_barney(formant_table):
    table = formant_table("pb52")
    chosen = [item for item in normalized(table) if item.name in ("Hz", "C-CuRE")]
    scores = compare(chosen, table, CompareParams(folds=10, bootstrap=100))
    linear = {"unit": "balanced accuracy"}
    bent = {"probe": "rbf", "unit": "balanced accuracy"}
    assert cell(scores, "Hz", "sex_given_label", **linear) == pytest.approx(0.907, abs=0.01)
    assert cell(scores, "C-CuRE", "sex_given_label", **linear) == pytest.approx(0.5, abs=0.005)
    assert cell(scores, "C-CuRE", "sex_given_label", **bent) > 0.72
    for name in ("Hz", "C-CuRE"):
        assert cell(scores, name, "sex_of_speaker", **linear) > 0.8
    assert cell(scores, "Hz", "sex_of_speaker", column="n_speakers", **linear) == 61
