"""Differences between means of scores, resampled together; and the comparison one by one."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from formant_corpora import normalized

from w2vpraat.compare import compare
from w2vpraat.compare.comparison import AT_ONCE, compare_each
from w2vpraat.compare.material import Material
from w2vpraat.compare.scores import Scores, Tally, speaker_weights
from w2vpraat.errors import ComparisonError
from w2vpraat.params import CompareParams

WHAT = ("label", "lda", "accuracy")
EVEN = ("sex_given_label", "knn", "balanced accuracy")
ABILITY = {"low 1": 0.5, "low 2": 0.6, "high 1": 0.7, "high 2": 0.9}
STRATA = np.repeat([0, 1], [5, 4])


@pytest.fixture
def answers():
    """Right or wrong for each representation, with nine speakers who say different numbers of tokens."""
    random = np.random.default_rng(0)
    speakers = np.repeat(np.arange(9), random.integers(20, 60, size=9))
    skill = random.normal(0.0, 0.1, size=9)[speakers]
    right = {
        name: (random.uniform(size=len(speakers)) < share + skill).astype(float)
        for name, share in ABILITY.items()
    }
    return speakers, right


def _scores(answers, *, bootstrap: int = 300, seed: int = 7, level: float = 0.9):
    speakers, right = answers
    tallies = {}
    for name, values in right.items():
        tallies[(name, *WHAT)] = Tally.of(values, speakers)
        tallies[(name, *EVEN)] = Tally.of(values, speakers, STRATA[speakers], strata=STRATA, balanced=True)
    nothing = pd.DataFrame()
    return Scores(nothing, nothing, (), tallies, bootstrap=bootstrap, seed=seed, level=level)


def _keys(*names, what=WHAT):
    return [(name, *what) for name in names]


def _accuracy(right, speakers, drawn):
    """Share of right answers among the tokens of the speakers drawn, who may be drawn more than once."""
    return np.concatenate([right[speakers == speaker] for speaker in drawn]).mean()


def _balanced(right, speakers, drawn):
    sides = [[speaker for speaker in drawn if STRATA[speaker] == side] for side in (0, 1)]
    return np.mean([_accuracy(right, speakers, side) for side in sides])


@pytest.mark.parametrize(
    ("what", "strata", "share"), [(WHAT, np.zeros(9, dtype=int), _accuracy), (EVEN, STRATA, _balanced)]
)
def test_value_and_interval_are_those_of_a_paired_bootstrap_by_hand(answers, what, strata, share):
    speakers, right = answers
    high, low = ("high 1", "high 2"), ("low 1", "low 2", "high 1")
    gap = _scores(answers).mean_difference(_keys(*high, what=what), _keys(*low, what=what))

    def difference(drawn):
        one, two = (np.mean([share(right[name], speakers, drawn) for name in names]) for names in (high, low))
        return one - two

    assert gap.value == pytest.approx(difference(range(9)))
    samples = [
        difference(np.repeat(np.arange(9), times.astype(int))) for times in speaker_weights(strata, 300, 7)
    ]
    assert (gap.low, gap.high) == pytest.approx(tuple(np.quantile(samples, [0.05, 0.95])))
    assert gap.low < gap.value < gap.high
    assert gap.decided


def test_pairing_makes_the_interval_narrower_than_drawing_speakers_anew(answers):
    gap = _scores(answers, bootstrap=2000).mean_difference(_keys("high 1"), _keys("low 2"))
    tallies = _scores(answers).tallies
    one = tallies[("high 1", *WHAT)].resampled(2000, 1)
    two = tallies[("low 2", *WHAT)].resampled(2000, 2)
    assert gap.high - gap.low < 0.8 * np.subtract(*np.quantile(one - two, [0.95, 0.05]))


def test_each_score_counts_the_same(answers):
    scores = _scores(answers)
    twice = scores.mean_difference(_keys("high 1", "high 1", "high 2"), _keys("low 1"))
    values = {name: scores.tallies[(name, *WHAT)].value for name in ABILITY}
    mean = (2 * values["high 1"] + values["high 2"]) / 3
    assert twice.value == pytest.approx(mean - values["low 1"])


def test_the_other_way_round_everything_has_the_other_sign(answers):
    scores = _scores(answers)
    one, two = _keys("high 1", "low 2"), _keys("low 1")
    gap, back = scores.mean_difference(one, two), scores.mean_difference(two, one)
    assert (back.value, back.low, back.high) == pytest.approx((-gap.value, -gap.high, -gap.low))
    assert (back.first, back.second) == (gap.second, gap.first)
    same = scores.mean_difference(one, one[::-1])
    assert (same.value, same.low, same.high) == pytest.approx((0, 0, 0), abs=1e-15)


def test_difference_is_that_of_one_score_each(answers):
    scores = _scores(answers)
    short = scores.difference("high 1", "low 1", "sex_given_label", probe="knn", unit="balanced accuracy")
    assert short == scores.mean_difference(_keys("high 1", what=EVEN), _keys("low 1", what=EVEN))


def test_sides_are_named_by_what_differs(answers):
    scores = _scores(answers)
    gap = scores.mean_difference(_keys("high 1", "high 2", "high 1"), _keys("low 1"))
    assert (gap.first, gap.second) == ("high 1, high 2", "low 1")
    speakers, right = answers
    scores.tallies[("low 1", "label", "knn", "accuracy")] = Tally.of(right["low 1"], speakers)
    gap = scores.mean_difference(_keys("low 1"), [("low 1", "label", "knn", "accuracy")])
    assert (gap.first, gap.second) == ("low 1 (label lda accuracy)", "low 1 (label knn accuracy)")


def test_scores_about_other_speakers_or_drawn_otherwise_cannot_be_paired(answers):
    scores = _scores(answers)
    with pytest.raises(ComparisonError, match="not about the same speakers"):
        scores.mean_difference(_keys("high 1"), _keys("low 1", what=EVEN))
    with pytest.raises(ComparisonError, match="not about the same speakers"):
        scores.mean_difference([*_keys("high 1"), *_keys("high 1", what=EVEN)], _keys("low 1"))
    speakers, right = answers
    for missing in (3, 4):
        fewer = np.where(speakers == missing, np.nan, right["low 1"])
        scores.tallies[(f"without {missing}", *WHAT)] = Tally.of(fewer, speakers)
    for other in ("high 1", "without 3"):
        with pytest.raises(ComparisonError, match="not about the same speakers"):
            scores.mean_difference(_keys(other), _keys("without 4"))


def test_what_is_not_there_is_named(answers):
    scores = _scores(answers)
    with pytest.raises(ComparisonError, match='"nobody", goal label, probe lda, unit accuracy'):
        scores.mean_difference(_keys("high 1"), _keys("low 1", "nobody"))
    with pytest.raises(ComparisonError, match="probe rbf"):
        scores.mean_difference([("high 1", "label", "rbf", "accuracy")], _keys("low 1"))
    for sides in (([], _keys("low 1")), (_keys("low 1"), [])):
        with pytest.raises(ComparisonError, match="no score to compare"):
            scores.mean_difference(*sides)


def test_without_samples_or_with_one_speaker_there_is_no_interval(answers):
    speakers, right = answers
    alone = np.zeros_like(speakers)
    for scores in (_scores(answers, bootstrap=0), _scores((alone, right))):
        gap = scores.mean_difference(_keys("high 2"), _keys("low 1"))
        assert gap.value == pytest.approx(right["high 2"].mean() - right["low 1"].mean())
        assert np.isnan([gap.low, gap.high]).all()
        assert not gap.decided


@pytest.fixture(scope="module")
def corpus(make_corpus):
    table = make_corpus()
    table["dialect"] = np.where(table["speaker"].str[1:].astype(int) % 3, "north", "south")
    return table


def test_one_by_one_gives_the_names_and_then_what_compare_gives(corpus):
    reps = [item for item in normalized(corpus) if item.name in ("Hz", "Nearey 2")]
    params = CompareParams(bootstrap=50, probes=("lda", "knn"))
    *names, last = compare_each(reps, corpus, params, columns=("dialect",))
    assert names == ["Hz", "Nearey 2"]
    whole = compare(reps, corpus, params, columns=("dialect",))
    pd.testing.assert_frame_equal(last.table, whole.table, rtol=0, atol=0)
    assert last.notes == whole.notes
    assert list(last.tallies) == list(whole.tallies)
    assert {"dialect_given_label", "dialect_of_speaker"} < set(last.table["goal"])
    # Every row of the table is a key, with the value of its tally.
    assert len(last.table) == len(last.tallies)
    for *key, value in last.table[["representation", "goal", "probe", "unit", "value"]].to_numpy():
        assert last.tallies[tuple(key)].value == value


@pytest.mark.parametrize("workers", [1, 2])
def test_names_come_before_further_representations_are_looked_at(corpus, monkeypatch, workers):
    looked, look = [], Material.vectors

    def watched(self, item):
        looked.append(item.name)
        return look(self, item)

    monkeypatch.setattr(Material, "vectors", watched)
    monkeypatch.setattr("w2vpraat.compare.comparison.os.cpu_count", lambda: workers)
    params = CompareParams(bootstrap=0, probes=("lda",))
    reps = normalized(corpus)[:4]
    names = [item.name for item in reps]
    found = compare_each(reps, corpus, params)
    assert looked == []
    assert next(found) == names[0]
    assert looked == names[:AT_ONCE]
    assert [next(found) for _ in names[1:]] == names[1:]
    assert sorted(looked) == sorted(names)
    assert isinstance(next(found), Scores)
    assert list(found) == []


def test_the_number_of_processors_changes_no_digit(corpus, monkeypatch):
    reps, params = normalized(corpus)[:3], CompareParams(bootstrap=20, probes=("lda", "knn", "rbf"))
    tables = []
    for workers in (1, 3):
        monkeypatch.setattr("w2vpraat.compare.comparison.os.cpu_count", lambda workers=workers: workers)
        tables.append(compare(reps, corpus, params).table)
    pd.testing.assert_frame_equal(*tables, rtol=0, atol=0)
