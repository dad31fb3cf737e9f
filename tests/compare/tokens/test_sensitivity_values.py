"""Arithmetic of moved boundaries: spread, distances, nearest labels, flips, tables."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.spatial.distance import cosine, mahalanobis
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

from w2vpraat.compare.material import Material, gather
from w2vpraat.compare.tokens.sensitivity import (
    LEAST_FREEDOM,
    NearestLabels,
    Yardstick,
    between_token_spread,
    cosine_distance,
    speaker_sd,
)
from w2vpraat.compare.tokens.sensitivity_summary import (
    Sensitivity,
    explain_sensitivity,
    flip_differences,
    summarize,
)
from w2vpraat.compare.tokens.sensitivity_tables import Versions, token_shifts, token_table
from w2vpraat.params import CompareParams
from w2vpraat.representation import Representation

PARAMS = CompareParams(bootstrap=200)


def corpus(values: np.ndarray, labels: list[str], speakers: list[str], name: str = "x") -> tuple:
    """Return a representation and its material; ids in the order of the rows."""
    ids = tuple(f"t{number:04d}" for number in range(len(values)))
    item = Representation(name, ids, values, tuple(f"c{k}" for k in range(values.shape[1])))
    table = pd.DataFrame({"id": ids, "label": labels, "speaker": speakers, "file_name": speakers})
    asked = {"label": "label", "speaker": "speaker", "sex": "", "file": "file_name", "every_label": True}
    return item, gather([item], table, PARAMS, **asked)


@pytest.fixture(scope="module")
def random_corpus() -> tuple[Representation, Material]:
    """Six speakers, four labels, 240 tokens, three columns of very different sizes."""
    random = np.random.default_rng(5)
    labels = [f"v{k % 4}" for k in range(240)]
    speakers = [f"s{k // 40}" for k in range(240)]
    means = random.normal(0, 2, (4, 3))
    values = np.array([means[int(label[1])] for label in labels]) + random.normal(0, 1, (240, 3))
    return corpus(values * [100.0, 1.0, 0.01], labels, speakers)


def test_spread_is_the_pooled_sd_within_label_and_speaker(random_corpus) -> None:
    item, material = random_corpus
    found = between_token_spread(item.values, material.labels, material.speakers)
    assert found.within == "label and speaker"
    frame = pd.DataFrame(item.values).assign(label=material.labels, speaker=material.speakers)
    cells = frame.groupby(["label", "speaker"])
    squares = (cells[[0, 1, 2]].var(ddof=1).mul(cells.size() - 1, axis=0)).sum()
    assert np.allclose(found.values, np.sqrt(squares / (240 - 24)), rtol=1e-12)


def test_spread_falls_back_where_cells_hold_one_token(random_corpus) -> None:
    item, _ = random_corpus
    values = np.asarray(item.values[:60])
    labels, speakers = np.arange(60) % 3, np.arange(60) // 3
    found = between_token_spread(values, labels, speakers)
    assert found.within == "label"
    expected = np.mean([values[labels == k].var(axis=0, ddof=1) for k in range(3)], axis=0)
    assert np.allclose(found.values, np.sqrt(expected), rtol=1e-12)
    few = between_token_spread(values[:LEAST_FREEDOM], labels[:LEAST_FREEDOM], speakers[:LEAST_FREEDOM])
    assert few.within == ""
    assert np.allclose(few.values, values[:LEAST_FREEDOM].std(axis=0, ddof=1), rtol=1e-12)


def test_speaker_sd_is_that_of_lobanov(random_corpus) -> None:
    item, material = random_corpus
    found = speaker_sd(item.values, material.speakers)
    expected = pd.DataFrame(item.values).groupby(material.speakers).transform("std")
    assert np.allclose(found, expected, rtol=1e-12)
    assert np.isnan(speaker_sd(item.values[:1], material.speakers[:1])).all()


def test_cosine_distance_is_scipys() -> None:
    random = np.random.default_rng(0)
    one, other = random.normal(size=(2, 20, 7))
    expected = [cosine(a, b) for a, b in zip(one, other, strict=True)]
    assert np.allclose(cosine_distance(one, other), expected, atol=1e-14)
    assert np.isnan(cosine_distance(one[:1], np.zeros((1, 7)))).all()


def test_nearest_label_is_that_of_discriminant_analysis_on_other_speakers(random_corpus) -> None:
    item, material = random_corpus
    stick = Yardstick(item, material, PARAMS)
    moved = item.values + np.random.default_rng(1).normal(0, 60, item.values.shape) * [1.0, 0.01, 0.0001]
    rows = np.arange(len(moved))
    found = stick.judge(rows, moved).nearest
    for speaker in range(material.n_speakers):
        held = material.speakers == speaker
        rule = LinearDiscriminantAnalysis(solver="lsqr", priors=[0.25] * 4)
        rule.fit(item.values[~held], material.labels[~held])
        assert np.array_equal(found[held], rule.predict(moved[held]))
        assert np.array_equal(stick.own[held], rule.predict(item.values[held]))
    assert (found != stick.own).sum() > 10


def test_nearest_label_is_the_least_mahalanobis_distance(random_corpus) -> None:
    item, material = random_corpus
    rule = NearestLabels.learn(np.asarray(item.values), material, PARAMS)
    assert rule is not None
    others = material.speakers != material.speakers[7]
    values, labels = item.values[others], material.labels[others]
    means = np.array([values[labels == k].mean(axis=0) for k in range(4)])
    within = sum((values[labels == k] - means[k]).T @ (values[labels == k] - means[k]) for k in range(4))
    inverse = np.linalg.inv(within / (len(values) - 4))
    probes = item.values[7] + np.random.default_rng(3).normal(0, 1, (50, 3)) * [150.0, 1.5, 0.015]
    expected = [np.argmin([mahalanobis(x, mean, inverse) for mean in means]) for x in probes]
    assert np.array_equal(rule.nearest(np.full(50, 7), probes), expected)
    assert len(set(expected)) > 1


def test_rare_labels_are_never_nearest(random_corpus) -> None:
    item, material = random_corpus
    labels = [material.label_names[k] for k in material.labels]
    labels[3] = "once"
    speakers = [material.speaker_names[k] for k in material.speakers]
    labels[10] = labels[11] = "one speaker"
    again, rare = corpus(np.asarray(item.values), labels, speakers)
    found = Yardstick(again, rare, PARAMS).own
    assert {rare.label_names[k] for k in found} <= {"v0", "v1", "v2", "v3"}
    assert len(found) == 240  # such tokens are looked at all the same


def test_without_two_labels_there_is_no_nearest_one(random_corpus) -> None:
    item, _ = random_corpus
    one, material = corpus(np.asarray(item.values), ["a"] * 240, [f"s{k % 3}" for k in range(240)])
    stick = Yardstick(one, material, PARAMS)
    assert stick.rule is None
    assert (stick.judge(np.arange(3), one.values[:3] + 1.0).nearest == -1).all()


def test_one_speaker_is_held_out_by_recording_or_token(random_corpus) -> None:
    item, material = random_corpus
    labels = [material.label_names[k] for k in material.labels]
    one, single = corpus(np.asarray(item.values), labels, ["s"] * 240)
    stick = Yardstick(one, single, PARAMS)
    assert stick.rule is not None
    assert "within speakers" in stick.rule.description
    assert len(stick.rule.rules) == 5
    assert (stick.own == single.labels).mean() > 0.5


def test_movement_weighs_columns_by_their_spread(random_corpus) -> None:
    item, material = random_corpus
    stick = Yardstick(item, material, PARAMS, cosine=True)
    step = np.array([[3.0, 0.0, 0.0], [0.0, -1.5, 0.0], [0.0, 0.0, 0.0], [30.0, 0.2, np.nan]])
    rows = np.array([5, 6, 7, 8])
    found = stick.judge(rows, item.values[rows] + step)
    spread = stick.spread.values
    assert np.allclose(found.distance[:3], [3.0, 1.5, 0.0], rtol=1e-9)
    assert np.allclose(found.movement[:2], [3 / spread[0] / 3**0.5, 1.5 / spread[1] / 3**0.5], rtol=1e-9)
    assert found.movement[2] == found.cosine[2] == 0.0
    assert np.isnan([found.movement[3], found.distance[3], found.cosine[3]]).all()
    assert found.nearest[2] == stick.own[7]
    assert found.nearest[3] == -1
    centre = item.values.mean(axis=0)
    expected = cosine(item.values[5] - centre, item.values[5] + step[0] - centre)
    assert found.cosine[0] == pytest.approx(expected, abs=1e-12)


def test_a_version_that_is_the_same_keeps_its_label_whatever_rounding_says(random_corpus) -> None:
    item, material = random_corpus
    stick = Yardstick(item, material, PARAMS)
    stick.own = (stick.own + 1) % 4  # as if the scores had tied and another batch had broken the tie
    rows = np.arange(240)
    assert np.array_equal(stick.judge(rows, np.asarray(item.values)).nearest, stick.own)
    assert not np.array_equal(stick.judge(rows, item.values + 1e-9).nearest, stick.own)


def test_a_column_without_spread_does_not_divide_by_zero(random_corpus) -> None:
    item, material = random_corpus
    values = np.column_stack([item.values, np.full(240, 7.0)])
    labels = [material.label_names[k] for k in material.labels]
    flat, same = corpus(values, labels, [material.speaker_names[k] for k in material.speakers])
    found = Yardstick(flat, same, PARAMS).judge(np.array([0]), values[:1] + 1.0)
    assert np.isfinite(found.movement).all()
    assert (
        found.movement
        == Yardstick(item, material, PARAMS).judge(np.array([0]), values[:1, :3] + 1.0).movement
    )


# One column, two labels around 0 and 10, three speakers: the border lies in the middle.


@pytest.fixture(scope="module")
def line() -> tuple[Yardstick, Material]:
    values = np.array([[-1.0], [1.0], [9.0], [11.0]] * 3)
    item, material = corpus(values, ["low", "low", "high", "high"] * 3, list("aaaabbbbcccc"), "line")
    return Yardstick(item, material, PARAMS), material


def judged(stick: Yardstick, moves: dict[tuple[int, float], dict[str, float]]) -> Versions:
    """Return versions: (token, shift) -> move -> value."""
    versions = Versions(stick)
    for (row, shift), named in moves.items():
        values = np.array([[value] for value in named.values()])
        found = stick.judge(np.full(len(named), row), values)
        versions.add(np.full(len(named), shift), np.array(list(named), dtype=object), found)
    return versions


MOVES = {
    (0, 0.01): {"-10~0": -1.0, "0~+10": 4.9, "+10~+10": -3.0},  # stays low
    (1, 0.01): {"-10~0": 5.1, "0~+10": 1.0},  # goes high
    (2, 0.01): {"-10~0": np.nan, "0~+10": 8.0},  # once undefined
    (3, 0.01): {"-10~0": np.nan, "0~+10": np.nan},  # never defined
    (4, 0.01): {"-10~0": 20.0},
    (8, 0.01): {"-10~0": -1.0},
    (0, 0.02): {"-20~0": 6.0, "0~+20": -9.0},
}


def test_flips_and_largest_changes_by_hand(line) -> None:
    stick, material = line
    table = token_shifts(judged(stick, MOVES), material).set_index(["id", "shift"])
    sd = np.sqrt(12.0 / 6.0)  # all distances from the means are 1; 12 tokens, 6 cells
    assert stick.spread.within == ""  # 6 degrees of freedom are too few
    spread = stick.spread.values[0]
    assert spread != pytest.approx(sd)
    first = table.loc[("t0000", 0.01)]
    assert (first["distance"], first["n_moves"], first["n_undefined"]) == (5.9, 3, 0)
    assert first["movement"] == pytest.approx(5.9 / spread)
    assert (first["worst_move"], first["flip"], first["nearest_moved"]) == ("0~+10", False, "")
    second = table.loc[("t0001", 0.01)]
    assert (second["nearest"], second["nearest_moved"], second["flip"]) == ("low", "high", True)
    third = table.loc[("t0002", 0.01)]
    assert (third["distance"], third["n_undefined"], third["flip"]) == (1.0, 1, False)
    fourth = table.loc[("t0003", 0.01)]
    assert pd.isna(fourth["distance"])
    assert pd.isna(fourth["flip"])
    assert (fourth["worst_move"], fourth["n_undefined"]) == ("", 2)
    assert table.loc[("t0000", 0.02), "flip"]
    assert table.loc[("t0008", 0.01), "movement"] == 0.0


def counts(*rows: tuple[str, float, int, int, int]) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=["id", "shift", "n_moves", "n_clipped", "n_unmade"])


def test_summary_by_hand(line) -> None:
    stick, material = line
    shifts = token_shifts(judged(stick, MOVES), material)
    told = counts(("t0000", 0.01, 3, 2, 5), ("t0001", 0.01, 2, 1, 0), ("t0002", 0.01, 2, 0, 1))
    table = summarize(shifts, told, [stick], material, PARAMS).set_index("shift")
    row = table.loc[0.01]
    assert (row["n_tokens"], row["n_speakers"], row["n_undefined"]) == (5, 3, 3)
    assert (row["n_clipped"], row["n_unmade"]) == (2, 6)
    changes = np.array([5.9, 4.1, 1.0, 21.0, 0.0])
    assert row["distance_median"] == pytest.approx(np.median(changes))
    assert row["distance_p90"] == pytest.approx(np.quantile(changes, 0.9))
    assert row["movement_median"] == pytest.approx(np.median(changes) / stick.spread.values[0])
    assert row["still"] == pytest.approx(0.2)
    # Flips: two of the five tokens that have an answer (4 goes from -1 to 20).
    assert (row["flips"], row["flip_rate"]) == (2, pytest.approx(0.4))
    assert row["low"] <= 0.4 <= row["high"]
    assert np.isnan(row["cosine_median"])
    assert row["right"] == 1.0  # every token as it is lies nearest to its own label
    assert row["right_flip_rate"] == pytest.approx(0.4)


def test_differences_are_paired_and_have_intervals(line) -> None:
    stick, material = line
    everyone = {(row, 0.01): {"-10~0": 4.0 if row % 4 < 2 else 6.0} for row in range(12)}
    across = {(row, 0.01): {"-10~0": 6.0 if row % 4 < 2 else 4.0} for row in range(12)}
    half = across | {(row, 0.01): everyone[row, 0.01] for row in range(4, 12)}
    parts = []
    for name, moves in {"still": everyone, "all": across, "speaker a": half}.items():
        table = token_shifts(judged(stick, moves), material)
        parts.append(table.assign(representation=name))
    found = flip_differences(pd.concat(parts), material, PARAMS).set_index(["first", "second"])
    one = found.loc[("still", "all")]
    assert (one["difference"], one["low"], one["high"], one["n_tokens"]) == (-1.0, -1.0, -1.0, 12)
    other = found.loc[("all", "speaker a")]
    assert other["difference"] == pytest.approx(2 / 3)
    assert 0.0 <= other["low"] < 2 / 3 <= other["high"] == 1.0
    assert other["n_speakers"] == 3


def test_token_table_holds_hertz_speaker_sd_and_both_worlds(random_corpus) -> None:
    item, material = random_corpus
    single = Representation("F1", item.ids, item.values[:, :1], ("F1",))
    hertz = Yardstick(single, material, PARAMS, labels=False)
    whole = Yardstick(item, material, PARAMS, cosine=True)
    rows = np.array([0, 0, 1])
    step = np.array([[30.0, 0.0, 0.0], [-80.0, 0.5, 0.0], [0.0, 0.0, 0.0]])
    moves, sizes = np.array(["-10~0", "0~+10", "-10~0"], dtype=object), np.full(3, 0.01)
    parts = []
    for stick, source in ((hertz, item.values[:, :1]), (whole, item.values)):
        versions = Versions(stick)
        versions.add(sizes, moves, stick.judge(rows, source[rows] + step[:, : source.shape[1]]))
        parts.append(token_shifts(versions, material))
    shifts = pd.concat(parts, ignore_index=True)
    told = counts((material.ids[0], 0.01, 2, 1, 6), (material.ids[1], 0.01, 1, 0, 7))
    table = token_table(shifts, told, material, 0.01, single={"F1": hertz}, vectors="x")
    assert list(table["id"]) == list(material.ids)
    first = table.iloc[0]
    assert first["sens_f1"] == pytest.approx(80.0)
    speaker = item.values[material.speakers == material.speakers[0], 0]
    assert first["sens_f1_sd"] == pytest.approx(80.0 / speaker.std(ddof=1))
    assert first["sens_f1_spread"] == pytest.approx(80.0 / hertz.spread.values[0])
    assert (first["sens_moves"], first["sens_clipped"], first["sens_unmade"]) == (2, 1, 6)
    judgement = whole.judge(rows[:2], item.values[rows[:2]] + step[:2])
    assert first["sens_vec"] == pytest.approx(judgement.cosine.max())
    assert first["sens_flip"] == first["sens_flip_vec"] == (judgement.nearest != whole.own[0]).any()
    assert table.iloc[1]["sens_vec"] == 0.0
    assert not table.iloc[1]["sens_flip"]
    assert np.isnan(table.iloc[2]["sens_f1"])  # not measured
    assert pd.isna(table.iloc[2]["sens_flip"])
    assert not any("formants" in name for name in table.columns)


def result(stick: Yardstick, material: Material, first: dict, second: dict) -> Sensitivity:
    parts = [
        token_shifts(judged(stick, moves), material).assign(representation=name)
        for name, moves in {"formants": first, "vectors": second}.items()
    ]
    shifts = pd.concat(parts, ignore_index=True)
    rows = [
        summarize(part, counts(), [_named(stick, name)], material, PARAMS)
        for name, part in zip(("formants", "vectors"), parts, strict=True)
    ]
    return Sensitivity(
        tokens=pd.DataFrame(),
        shifts=shifts,
        summary=pd.concat(rows),
        differences=flip_differences(shifts, material, PARAMS),
        left_out=pd.DataFrame(),
        formants="formants",
        vectors="vectors",
    )


def _named(stick: Yardstick, name: str) -> Yardstick:
    import copy

    again = copy.copy(stick)
    again.name = name
    return again


def test_sentence_names_the_steadier_world_or_says_that_none_is(line) -> None:
    stick, material = line
    still = {(row, 0.01): {"-10~0": 4.0 if row % 4 < 2 else 6.0} for row in range(12)}
    across = {(row, 0.01): {"-10~0": 6.0 if row % 4 < 2 else 4.0} for row in range(12)}
    text = explain_sensitivity(result(stick, material, across, still))
    assert "100.0 % in formants and 0.0 % in vectors" in text
    assert "12 tokens" in text
    assert text.endswith("says that vectors depends less on them.")
    text = explain_sensitivity(result(stick, material, still, across))
    assert text.endswith("says that formants depends less on them.")
    text = explain_sensitivity(result(stick, material, still, still))
    assert "these speakers do not decide it" in text
    assert explain_sensitivity(result(stick, material, still, still), shift=0.5) == ""
