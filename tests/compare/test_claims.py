"""The claims as tests: planted effects are found, missing ones denied; little data answers nothing."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
import pytest

from w2vpraat.compare import compare
from w2vpraat.compare.claims import OPEN, REFUTED, SUPPORTED, Candidate, examine_claims, goal_of
from w2vpraat.errors import ComparisonError
from w2vpraat.params import CompareParams
from w2vpraat.representation import Representation, vector_columns

LABELS = ("a", "e", "i", "o")
DIM = 12


def planted(
    strengths: Mapping[str, tuple[float, float]], *, n_speakers: int = 12, repeats: int = 6, seed: int = 0
):
    """Return representations whose vectors hold label and sex as strongly as said, and the token table."""
    random = np.random.default_rng(seed)
    rows = [
        (f"s{speaker:02d}", "FM"[speaker % 2], label)
        for speaker in range(n_speakers)
        for label in LABELS
        for _ in range(repeats)
    ]
    table = pd.DataFrame(rows, columns=["speaker", "sex", "label"])
    table.insert(0, "id", [f"t{row}" for row in range(len(table))])
    table["file_name"] = table["speaker"] + "_" + pd.Series(np.arange(len(table)) % 2).astype(str)
    of_label = random.normal(size=(len(LABELS), DIM))
    of_sex = random.normal(size=DIM)
    label = table["label"].map({name: place for place, name in enumerate(LABELS)}).to_numpy()
    sex = np.where(table["sex"] == "F", 0.5, -0.5)[:, None]
    items = []
    for name, (keeps_label, keeps_sex) in strengths.items():
        values = keeps_label * of_label[label] + keeps_sex * sex * of_sex
        values = values + random.normal(size=values.shape)
        items.append(Representation(f"{name} layer 6", tuple(table["id"]), values, vector_columns(DIM)))
    return items, table


def candidates(*names: str) -> list[Candidate]:
    return [
        Candidate(name, () if name == "base" else tuple(name.split("+")), (f"{name} layer 6",))
        for name in names
    ]


def examined(strengths, *names, probes=("lda", "knn"), bootstrap=300, **options):
    items, table = planted(strengths, **options)
    scores = compare(items, table, CompareParams(bootstrap=bootstrap, probes=probes))
    return examine_claims(scores, candidates(*(names or strengths)), layers="6")


AS_THE_PAPER = {"base": (1.0, 2.0), "phone": (1.5, 0.0), "sex": (0.1, 2.5), "phone+sex": (1.5, 2.5)}


def test_planted_suppression_supports_all_three_claims():
    contrasts, verdicts = examined(AS_THE_PAPER)
    assert {one.claim: one.verdict for one in verdicts} == dict.fromkeys("ABC", SUPPORTED)
    by_key = {(one.claim, one.against, one.target, one.probe): one for one in contrasts if one.claim != "A"}
    of_a = {(one.model, one.target, one.probe): one for one in contrasts if one.claim == "A"}
    lost = of_a["phone", "sex_given_label", "lda"]
    assert lost.high < 0
    assert lost.against == "base"
    assert of_a["sex", "label", "lda"].high < -0.1
    assert by_key["C", "phone", "sex_given_label", "lda"].low > 0.1
    assert lost.n == 12 * len(LABELS) * 6
    assert lost.n_speakers == 12
    assert lost.layers == "6"
    # Both probes of both targets, each with an interval around its effect.
    assert {(one.target, one.probe) for one in contrasts if one.claim == "B"} == {
        (target, probe) for target in ("label", "sex_given_label") for probe in ("lda", "knn")
    }
    assert all(one.low <= one.effect <= one.high for one in contrasts)


def test_the_effect_is_the_difference_of_the_scores():
    items, table = planted(AS_THE_PAPER)
    scores = compare(items, table, CompareParams(bootstrap=50, probes=("lda",)))
    contrasts, _ = examine_claims(scores, candidates(*AS_THE_PAPER))
    rows = scores.table.set_index(["representation", "goal", "unit"])["value"]
    one = next(c for c in contrasts if c.claim == "A" and c.model == "phone")
    expected = (
        rows["phone layer 6", "sex_given_label", "balanced accuracy"]
        - rows["base layer 6", "sex_given_label", "balanced accuracy"]
    )
    assert one.effect == pytest.approx(expected)


def test_upper_layers_are_averaged():
    items, table = planted({"base": (1.0, 2.0), "phone": (1.5, 0.0), "sex": (0.1, 2.5), "other": (0.4, 1.0)})
    scores = compare(items, table, CompareParams(bootstrap=20, probes=("lda",)))
    several = [
        Candidate("base", (), ("base layer 6", "other layer 6")),
        *candidates("phone", "sex"),
    ]
    contrasts, _ = examine_claims(scores, several)
    rows = scores.table.set_index(["representation", "goal", "unit"])["value"]
    values = [rows[f"{name} layer 6", "label", "accuracy"] for name in ("sex", "base", "other")]
    one = next(c for c in contrasts if c.model == "sex" and c.target == "label")
    assert one.effect == pytest.approx(values[0] - (values[1] + values[2]) / 2)


def test_no_suppression_is_told():
    strengths = {**AS_THE_PAPER, "phone": (1.5, 2.5), "sex": (1.5, 2.5)}
    contrasts, verdicts = examined(strengths)
    found = {one.claim: one.verdict for one in verdicts}
    assert found["A"] == REFUTED
    assert found["C"] == REFUTED  # the model of both tasks keeps no more than those of one
    assert "speak against it" in verdicts[0].sentence
    assert all("a loss of 5 points is ruled out" in c.sentence for c in contrasts if c.claim == "A")


def test_a_worse_model_of_two_tasks_is_told():
    _, verdicts = examined({**AS_THE_PAPER, "phone+sex": (0.3, 0.4)})
    found = {one.claim: one.verdict for one in verdicts}
    assert found == {"A": SUPPORTED, "B": REFUTED, "C": REFUTED}


def test_few_speakers_answer_nothing():
    weak = {"base": (0.6, 0.7), "phone": (0.7, 0.5), "sex": (0.5, 0.8), "phone+sex": (0.6, 0.7)}
    _, verdicts = examined(weak, n_speakers=4, repeats=3, seed=1)
    assert OPEN in {one.verdict for one in verdicts}


def test_what_the_base_does_not_hold_cannot_be_lost():
    contrasts, verdicts = examined({**AS_THE_PAPER, "base": (1.0, 0.0)})
    sex = [one for one in contrasts if one.claim == "A" and one.target == "sex_given_label"]
    assert sex
    assert {one.verdict for one in sex} == {OPEN}
    assert all("base itself is not clearly above chance" in one.sentence for one in sex)
    assert verdicts[0].verdict == OPEN


def test_a_blind_probe_does_not_count_where_another_sees():
    items, table = planted(AS_THE_PAPER)
    scores = compare(items, table, CompareParams(bootstrap=300, probes=("lda", "knn")))
    blind = (scores.table["goal"] == "sex_given_label") & (scores.table["probe"] == "knn")
    blind &= scores.table["representation"] == "base layer 6"
    scores.table.loc[blind, "low"] = 0.3
    contrasts, verdicts = examine_claims(scores, candidates(*AS_THE_PAPER))
    sex = {one.probe: one for one in contrasts if (one.claim, one.target) == ("A", "sex_given_label")}
    assert (sex["knn"].verdict, sex["knn"].counts) == (OPEN, False)
    assert (sex["lda"].verdict, sex["lda"].counts) == (SUPPORTED, True)
    assert verdicts[0].verdict == SUPPORTED
    scores.table.loc[scores.table["representation"] == "base layer 6", "low"] = 0.0
    contrasts, verdicts = examine_claims(scores, candidates(*AS_THE_PAPER))
    assert all(one.counts for one in contrasts)
    assert verdicts[0].verdict == OPEN


def test_being_as_good_as_chance_is_no_support():
    contrasts, verdicts = examined({**AS_THE_PAPER, "sex": (0.1, 0.0), "phone+sex": (1.5, 0.0)})
    sex = [one for one in contrasts if one.claim == "B" and one.target == "sex_given_label"]
    assert {one.verdict for one in sex} == {OPEN}
    assert verdicts[1].verdict == OPEN


def test_without_intervals_there_is_no_verdict():
    contrasts, verdicts = examined(AS_THE_PAPER, probes=("lda",), bootstrap=0)
    assert {one.verdict for one in contrasts} == {OPEN}
    assert all("without an interval" in one.sentence for one in contrasts)
    assert {one.verdict for one in verdicts} == {OPEN}


def test_missing_models_leave_claims_open():
    contrasts, verdicts = examined(AS_THE_PAPER, "base", "phone", "sex")
    assert {one.claim for one in contrasts} == {"A"}
    assert [one.verdict for one in verdicts] == [SUPPORTED, OPEN, OPEN]
    assert "Nothing to test" in verdicts[1].sentence


def test_exactly_one_pre_trained_model():
    items, table = planted(AS_THE_PAPER)
    scores = compare(items, table, CompareParams(bootstrap=0, probes=("lda",)))
    with pytest.raises(ComparisonError, match="one pre-trained model"):
        examine_claims(scores, candidates("phone", "sex"))
    with pytest.raises(ComparisonError, match="fine-tuned ones"):
        examine_claims(scores, candidates("base"))


def test_goals_of_tasks():
    assert goal_of("phone", "phone") == "label"
    assert goal_of("tone", "tone") == "label"
    assert goal_of("sex", "phone") == "sex_given_label"
