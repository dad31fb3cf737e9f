"""Paired differences: against scipy's permutation test and statsmodels' Holm, and on real formants."""

from __future__ import annotations

import numpy as np
import pytest
from formant_corpora import normalized
from scipy.stats import permutation_test
from statsmodels.stats.multitest import multipletests

from w2vpraat.compare import compare
from w2vpraat.compare.paired import (
    COLUMNS,
    EXACT_SPEAKERS,
    exchange_p,
    holm,
    paired_differences,
    speaker_gaps,
)
from w2vpraat.compare.scores import Tally
from w2vpraat.params import CompareParams


def _tallies(n_speakers: int, *, balanced: bool, lead: float = 0.1, seed: int = 0) -> tuple[Tally, Tally]:
    random = np.random.default_rng(seed)
    speakers = np.repeat(np.arange(n_speakers), random.integers(5, 30, n_speakers))
    cells = random.integers(3, size=len(speakers))
    made = []
    for share in (0.6 + lead, 0.6):
        right = (random.uniform(size=len(speakers)) < share).astype(float)
        made.append(Tally.of(right, speakers, cells, balanced=balanced))
    return made[0], made[1]


@pytest.mark.parametrize("balanced", [False, True])
def test_speakers_contributions_add_up_and_change_sign_when_exchanged(balanced):
    first, second = _tallies(6, balanced=balanced)
    gaps = speaker_gaps(first, second)
    assert gaps.sum() == pytest.approx(first.value - second.value, abs=1e-12)
    hits = [first.hits.copy(), second.hits.copy()]
    hits[0][2], hits[1][2] = second.hits[2], first.hits[2]
    exchanged = [
        Tally(own, tally.counts, tally.strata, tally.balanced, tally.speakers)
        for own, tally in zip(hits, (first, second), strict=True)
    ]
    turned = gaps * np.where(np.arange(6) == 2, -1.0, 1.0)
    assert turned.sum() == pytest.approx(exchanged[0].value - exchanged[1].value, abs=1e-12)


@pytest.mark.parametrize("balanced", [False, True])
@pytest.mark.parametrize("n_speakers", [2, 5, 9, EXACT_SPEAKERS])
def test_exact_p_values_are_those_of_scipy(n_speakers, balanced):
    first, second = _tallies(n_speakers, balanced=balanced)
    gaps = speaker_gaps(first, second)
    other = permutation_test(
        (gaps,),
        lambda x, axis: np.abs(x.sum(axis=axis)),
        permutation_type="samples",
        alternative="greater",
        n_resamples=np.inf,
    )
    assert exchange_p(first, second) == pytest.approx(other.pvalue, abs=1e-12)


def test_drawn_exchanges_come_near_the_exact_value_and_are_never_zero():
    first, second = _tallies(EXACT_SPEAKERS + 2, balanced=False, lead=0.04)
    gaps = speaker_gaps(first, second)
    bits = np.arange(2 ** len(gaps))[:, None] >> np.arange(len(gaps))
    sums = np.abs((1 - 2 * (bits & 1)) @ gaps)
    exact = (sums >= abs(gaps.sum()) - 1e-12).mean()
    assert exchange_p(first, second, seed=3) == pytest.approx(exact, abs=0.02)
    far, near = _tallies(40, balanced=False, lead=0.39)
    assert exchange_p(far, near) == pytest.approx(1e-4)


def test_a_speaker_alone_decides_nothing():
    first, second = _tallies(1, balanced=False)
    assert np.isnan(exchange_p(first, second))


def test_equal_answers_give_one():
    first, _ = _tallies(8, balanced=False)
    assert exchange_p(first, first) == 1.0


def test_holm_is_that_of_statsmodels():
    p = np.random.default_rng(0).uniform(size=23) ** 3
    np.testing.assert_allclose(holm(p), multipletests(p, method="holm")[1], atol=1e-15)
    with_gap = np.insert(p, 4, np.nan)
    assert np.isnan(holm(with_gap)[4])
    np.testing.assert_allclose(np.delete(holm(with_gap), 4), holm(p))


def test_table_of_all_pairs(formant_table):
    table = formant_table("pb52")
    scores = compare(
        normalized(table), table, CompareParams(bootstrap=200, probes=("lda",), folds=10, across=())
    )
    found = paired_differences(scores)
    assert list(found.columns) == list(COLUMNS)
    assert len(found) == 6 * 5 / 2
    assert set(found["n_pairs"]) == {15}
    row = found[(found["first"] == "Hz") & (found["second"] == "Lobanov")].iloc[0]
    expected = scores.difference("Hz", "Lobanov")
    assert (row["difference"], row["low"], row["high"]) == (expected.value, expected.low, expected.high)
    assert row["p_holm"] < 0.01
    near = found[(found["first"] == "Nearey 2") & (found["second"] == "deltaF")].iloc[0]
    assert near["p_holm"] > 0.01 > abs(near["difference"]) - 0.01
    assert (found["p_holm"] >= found["p"]).all()
    two = paired_differences(scores, names=("Hz", "Lobanov"))
    assert two["p_holm"].item() == row["p"]
