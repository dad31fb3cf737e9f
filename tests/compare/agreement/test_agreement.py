"""Numbers of agreement: by hand, against scikit-learn, and with errors of known size on real annotations."""

from __future__ import annotations

import math
import random
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score

from w2vpraat.compare.agreement.agreement import agreement
from w2vpraat.compare.agreement.disagreements import disagreements
from w2vpraat.compare.agreement.values import AnnotationPair
from w2vpraat.corpus.textgrid import Interval, IntervalTier, Point, PointTier, TextGrid, edits, read_textgrid
from w2vpraat.errors import ComparisonError, TextGridError
from w2vpraat.params.agreeing import AgreementParams
from w2vpraat.resources import sample_corpus


def grid(*cuts: object) -> TextGrid:
    items = tuple(Interval(*cuts[i : i + 3 : 2], cuts[i + 1]) for i in range(0, len(cuts) - 2, 2))  # type: ignore[arg-type, misc]
    start, end = items[0].start, items[-1].end
    return TextGrid(start, end, (IntervalTier("w", start, end), IntervalTier("t", start, end, items)))


FIRST = grid(0.0, "", 0.1, "k", 0.2, "h", 0.25, "a", 0.4, "", 0.6, "t", 0.7, "a", 0.9)
SECOND = grid(0.0, "", 0.104, "k", 0.24, "a", 0.41, "", 0.6, "d", 0.66, "a", 0.9)


def test_by_hand() -> None:
    compared = agreement([AnnotationPair("r", FIRST, SECOND, "t")])
    # Starts of k, a (after h, not joined: k's end counts apart), t and a; ends of k, a and the last a.
    found = [(b.edge, b.before, b.after, round(b.difference_ms, 6)) for b in compared.boundaries]
    assert found == [
        ("start", "", "k", 4.0),
        ("end", "k", "", 40.0),
        ("start", "", "a", -10.0),
        ("end", "a", "", 10.0),
        ("start", "", "t", 0.0),
        ("start", "t", "a", -40.0),
        ("end", "a", "", 0.0),
    ]
    row = compared.summary().iloc[0]
    assert (row["n_first"], row["n_second"], row["n_matched"]) == (5, 4, 4)
    assert (row["only_first"], row["only_second"], row["n_boundaries"]) == (1, 0, 7)
    assert row["median_ms"] == pytest.approx(10.0)
    assert row["p90_ms"] == pytest.approx(40.0)
    assert row["mean_ms"] == pytest.approx(4.0 / 7)
    assert [row[f"within_{n}ms"] for n in (10, 20, 50)] == pytest.approx([5 / 7, 5 / 7, 1.0])
    assert row["label_agreement"] == 0.75
    # k k, a a, t d, a a: observed 3/4, by chance (1*1 + 2*2) / 16.
    assert row["kappa"] == pytest.approx((0.75 - 5 / 16) / (1 - 5 / 16))
    assert "median_ms_low" not in compared.summary()  # one recording
    assert compared.confusions().values.tolist() == [["t", "d", 1, 1.0]]
    assert compared.confusions(equal=True)["n"].tolist() == [2, 1, 1]
    assert len(compared.item_table()) == 5
    assert compared.item_table()["matched"].tolist() == [True, False, True, True, True]
    assert compared.boundary_table()["difference_ms"].tolist() == [
        b.difference_ms for b in compared.boundaries
    ]


def test_rows_by_label_class_and_recording() -> None:
    other = AnnotationPair("s", FIRST, FIRST, "t")
    compared = agreement([AnnotationPair("r", FIRST, SECOND, "t"), other])
    by_label = compared.summary("label").set_index("value")
    assert list(by_label.index) == ["a", "h", "k", "t"]
    assert by_label.loc["a", ["n_matched", "n_boundaries", "label_agreement"]].tolist() == [4, 8, 1.0]
    assert by_label.loc["t", ["n_matched", "label_agreement"]].tolist() == [2, 0.5]
    assert by_label.loc["h", ["n_matched", "only_first"]].tolist() == [1, 1]
    ours = ["k", "a", "t", "a", "k", "h", "a", "t", "a"]
    theirs = ["k", "a", "d", "a", "k", "h", "a", "t", "a"]
    for label in by_label.index:
        expected = cohen_kappa_score([x == label for x in ours], [x == label for x in theirs])
        assert by_label.loc[label, "kappa"] == pytest.approx(expected)
    assert compared.label_map == "ipa"
    by_class = compared.summary("class").set_index("value")
    assert by_class["n_first"].to_dict() == {"consonant": 6, "vowel": 4}
    assert by_class.loc["vowel", "label_agreement"] == 1.0
    assert math.isnan(by_class.loc["vowel", "kappa"])
    by_recording = compared.summary("recording").set_index("value")
    assert by_recording["median_ms"].tolist() == pytest.approx([10.0, 0.0])
    whole = compared.summaries()
    assert whole["by"].tolist() == ["all", "recording", "recording", "class", "class", *["label"] * 4]


def test_intervals_come_from_recordings_and_kappa_is_that_of_scikit_learn() -> None:
    chance = random.Random(4)
    pairs = []
    for number in range(6):
        labels = [chance.choice("ptkaiu") for _ in range(40)]
        shift = 0.002 * number
        cuts: list[object] = [0.0]
        moved: list[object] = [0.0]
        for place, label in enumerate(labels):
            cuts += [label, (place + 1) * 0.1]
            said = chance.choice("ptkaiu") if chance.random() < 0.05 * number else label
            moved += [said, (place + 1) * 0.1 + shift]
        pairs.append(AnnotationPair(f"r{number}", grid(*cuts), grid(*moved), 2))
    compared = agreement(pairs, AgreementParams(bootstrap=300, seed=3))
    row = compared.summary().iloc[0]
    matched = [item for item in compared.items if item.matched]
    kappa = cohen_kappa_score([i.first_label for i in matched], [i.second_label for i in matched])
    assert row["kappa"] == pytest.approx(kappa)
    assert row["median_ms"] == pytest.approx(5.0, abs=1.1)
    for name in ("median_ms", "p90_ms", "mean_ms", "within_10ms", "label_agreement", "kappa"):
        assert row[f"{name}_low"] <= row[name] <= row[f"{name}_high"]
        assert row[f"{name}_low"] < row[f"{name}_high"] or name == "within_10ms"
    # The first sample, drawn again by copying recordings.
    weights = np.random.default_rng(3).multinomial(6, np.full(6, 1 / 6), size=300)[0]
    again = agreement(
        [
            AnnotationPair(f"{pair.name}.{copy}", pair.first, pair.second, 2)
            for pair, times in zip(pairs, weights, strict=True)
            for copy in range(times)
        ],
        AgreementParams(bootstrap=0),
    )
    one = agreement(pairs, AgreementParams(bootstrap=1, seed=3)).summary().iloc[0]
    for name in ("median_ms", "p90_ms", "mean_ms", "within_10ms", "label_agreement", "kappa"):
        assert one[f"{name}_low"] == pytest.approx(again.summary().iloc[0][name])
    assert agreement(pairs, AgreementParams(bootstrap=0)).summary().shape[1] == 17


def test_sample_of_a_blind_pass_only() -> None:
    compared = agreement([AnnotationPair("r", FIRST, SECOND, "t", only=(2, 6))])
    assert [(item.first, item.second) for item in compared.items] == [(2, 2), (6, 5)]
    # k and t with both of their edges; the end of t is the start of a, which is not in the sample.
    assert [(b.edge, b.before, b.after) for b in compared.boundaries] == [
        ("start", "", "k"),
        ("end", "k", ""),
        ("start", "", "t"),
        ("end", "t", "a"),
    ]
    extra = agreement([AnnotationPair("r", SECOND, FIRST, "t", only=(2,))])
    assert [(item.first, item.second) for item in extra.items] == [(2, 2), (0, 3)]
    assert agreement([AnnotationPair("r", SECOND, FIRST, "t", only=(5,))]).summary()["only_second"][0] == 0


def test_points() -> None:
    first = TextGrid(0, 9, (PointTier("p", 0, 9, (Point(1, "H"), Point(2, "L"), Point(5, "H"))),))
    second = TextGrid(0, 9, (PointTier("q", 0, 9, (Point(1.03, "H"), Point(2, "H"))),))
    compared = agreement([AnnotationPair("r", first, second, "p", "q")])
    assert [round(b.difference_ms, 6) for b in compared.boundaries] == [30.0, 0.0]
    row = compared.summary().iloc[0]
    assert (row["only_first"], row["label_agreement"]) == (1, 0.5)


def test_nothing_to_compare_is_said() -> None:
    with pytest.raises(ComparisonError, match="there is nothing to compare"):
        agreement([])
    with pytest.raises(ComparisonError, match=r"neither annotator has a labelled .* stand for pauses"):
        agreement([AnnotationPair("r", grid(0, "", 1), grid(0, "sil", 1), "t")])
    with pytest.raises(TextGridError, match='there is no tier "x"'):
        agreement([AnnotationPair("r", FIRST, SECOND, "x")])
    with pytest.raises(ComparisonError, match='a summary by "speaker" is not possible'):
        agreement([AnnotationPair("r", FIRST, SECOND, "t")]).summary("speaker")


def disturbed(original: TextGrid, tier: str, seed: int) -> tuple[TextGrid, list[float], int]:
    """Move every third boundary by a known step, and change some labels."""
    chance = random.Random(seed)
    changed, moved, relabelled = original, [], 0
    for number in range(1, len(original.interval_tier(tier)), 3):
        left, right = (
            original.interval_tier(tier).interval(number),
            original.interval_tier(tier).interval(number + 1),
        )
        step = chance.choice([-0.004, 0.003, 0.012])
        room = min(left.duration, right.duration) > 0.03
        if room and (left.label or right.label):
            changed = edits.move_boundary(changed, tier, number, left.end + step)
            moved.append(1000.0 * step)
        if number % 12 == 1 and left.label and left.duration > 0.05:
            changed = edits.set_label(changed, tier, number, "xx")
            relabelled += 1
    return changed, moved, relabelled


def test_known_errors_on_the_sample_corpus() -> None:
    pairs, steps, wrong, n_items = [], [], 0, 0
    for number, path in enumerate(sorted(sample_corpus().glob("gb_f_*.TextGrid"))):
        read = read_textgrid(path)
        changed, moved, relabelled = disturbed(read, "phones", number)
        pairs.append(AnnotationPair(path.stem, read, changed, "phones"))
        steps += moved
        wrong += relabelled
        n_items += sum(bool(item.label) for item in read.interval_tier("phones"))
    compared = agreement(pairs)
    row = compared.summary().iloc[0]
    assert (row["n_first"], row["n_matched"], row["only_first"], row["only_second"]) == (
        n_items,
        n_items,
        0,
        0,
    )
    differences = np.array([b.difference_ms for b in compared.boundaries])
    assert sorted(differences[np.abs(differences) > 1e-6].round(6)) == sorted(np.round(steps, 6))
    assert row["mean_ms"] == pytest.approx(sum(steps) / len(differences))
    assert row["within_10ms"] == pytest.approx(1 - sum(step > 10 for step in steps) / len(differences))
    assert wrong > 5
    assert row["label_agreement"] == pytest.approx(1 - wrong / n_items)
    assert compared.confusions()["n"].sum() == wrong
    listed = disagreements(compared)
    assert sum(one.kind == "label" for one in listed) == wrong
    assert len(listed) == wrong  # no boundary differs by 20 ms


@pytest.mark.shared_data
def test_forced_alignment_against_itself_with_a_syllable_less(shared_data: Path) -> None:
    path = sorted(shared_data.rglob("*.TextGrid"))[0]
    read = read_textgrid(path)
    tier = next(
        number for number, one in enumerate(read.tiers, 1) if isinstance(one, IntervalTier) and len(one) > 8
    )
    numbers = [n for n, item in enumerate(read.interval_tier(tier), 1) if item.label.strip()]
    gone = edits.set_label(read, tier, numbers[3], "")
    row = agreement([AnnotationPair("r", read, gone, tier)]).summary().iloc[0]
    assert (row["only_first"], row["only_second"]) == (1, 0)
    assert row["median_ms"] == 0.0
    assert row["label_agreement"] == 1.0
