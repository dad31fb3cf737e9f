"""Pillai scores against statsmodels' MANOVA."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from statsmodels.multivariate.manova import MANOVA

from w2vpraat.compare.separation.covariates import Covariates, centred_by
from w2vpraat.compare.separation.pillai import (
    pillai_score,
    resampled_pillai,
    shuffled_pillai,
    shuffled_within,
)


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    """Two vowels that differ a little, with a duration that differs too; unbalanced, in Hz."""
    random = np.random.default_rng(3)
    rows = []
    for speaker in range(6):
        for vowel, count in (("a", 7 + speaker), ("b", 9 - speaker)):
            for _ in range(count):
                dur = random.normal(0.12 + 0.02 * (vowel == "b"), 0.03)
                place = np.array([650.0 - 40 * (vowel == "b"), 1200.0, 2500.0]) * (1 + 0.02 * speaker)
                values = place + random.normal(0, [50, 90, 150]) + 400 * dur
                rows.append((vowel, f"s{speaker}", random.choice(["n", "t", "k"]), dur, *values))
    return pd.DataFrame(rows, columns=["vowel", "spk", "fol", "dur", "F1", "F2", "F3"])


def manova(table: pd.DataFrame, right: str) -> pd.Series:
    found = MANOVA.from_formula(f"F1 + F2 + F3 ~ {right}", table).mv_test()
    return found.results["vowel"]["stat"].loc["Pillai's trace"]


def covariates(table: pd.DataFrame, *names: str) -> Covariates:
    with_id = table.assign(id=[str(i) for i in range(len(table))])
    return Covariates.read(with_id, list(with_id["id"]), names, speaker="spk", label="vowel")


@pytest.mark.parametrize(
    ("names", "right"),
    [
        ((), "vowel"),
        (("dur",), "vowel + dur"),
        (("dur", "fol"), "vowel + dur + fol"),
        (("spk", "fol", "dur"), "vowel + spk + fol + dur"),
    ],
)
def test_the_score_is_that_of_manova(table, names, right) -> None:
    groups = (table["vowel"] == "b").to_numpy(dtype=np.intp)
    design = covariates(table, *(name for name in names if name != "spk")).design()
    if "spk" in names:
        design = np.column_stack([design, pd.get_dummies(table["spk"], drop_first=True, dtype=float)])
    found = pillai_score(table[["F1", "F2", "F3"]].to_numpy(), groups, design if names else None)
    expected = manova(table, right)
    assert found.value == pytest.approx(expected["Value"], abs=1e-8)
    assert found.f == pytest.approx(expected["F Value"], rel=1e-8)
    assert found.p == pytest.approx(expected["Pr > F"], rel=1e-6)
    assert (found.df1, found.df2) == (expected["Num DF"], expected["Den DF"])
    assert 0.0 < found.value < 1.0


def test_above_chance_is_the_adjusted_squared_correlation(table) -> None:
    groups = (table["vowel"] == "b").to_numpy(dtype=np.intp)
    values = table[["F1", "F2", "F3"]].to_numpy()
    model = sm.OLS(groups, sm.add_constant(values)).fit()
    found = pillai_score(values, groups)
    assert found.value == pytest.approx(model.rsquared, abs=1e-10)
    assert found.above_chance == pytest.approx(model.rsquared_adj, abs=1e-10)


@pytest.mark.parametrize(("n", "share"), [(20, 0.5), (60, 0.2)])
def test_the_score_of_one_population_is_on_average_the_one_by_chance(n, share) -> None:
    random = np.random.default_rng(0)
    groups = (np.arange(n) < share * n).astype(np.intp)
    scores = [pillai_score(random.normal(size=(n, 3)), groups) for _ in range(1500)]
    values = np.array([score.value for score in scores])
    assert scores[0].null == pytest.approx(3 / (n - 1))  # whatever the balance of the two
    assert values.mean() == pytest.approx(scores[0].null, abs=4 * values.std() / np.sqrt(1500))
    assert np.mean([score.above_chance for score in scores]) == pytest.approx(0.0, abs=0.015)
    assert np.mean([score.p < 0.05 for score in scores]) == pytest.approx(0.05, abs=0.02)


def test_columns_that_depend_on_others_change_nothing(table) -> None:
    groups = (table["vowel"] == "b").to_numpy(dtype=np.intp)
    values = table[["F1", "F2"]].to_numpy()
    more = np.column_stack([values, values @ [1.0, -1.0], np.full(len(values), 7.0)])
    assert pillai_score(more, groups).value == pytest.approx(pillai_score(values, groups).value, abs=1e-10)
    assert pillai_score(more, groups).df1 == 2


def test_what_can_not_be_known_is_nan() -> None:
    groups = np.repeat([0, 1], 5)
    values = np.random.default_rng(0).normal(size=(10, 2))
    assert np.isnan(pillai_score(values, groups, groups[:, None].astype(float)).value)
    assert np.isnan(pillai_score(np.random.default_rng(0).normal(size=(10, 9)), groups).value)
    assert np.isnan(pillai_score(np.ones((10, 2)), groups).value)


def test_shuffles_keep_each_speakers_counts_and_differ() -> None:
    random = np.random.default_rng(1)
    groups, speakers = random.integers(0, 2, 60), np.sort(random.integers(0, 4, 60))
    dealt = shuffled_within(groups, speakers, 50, seed=2)
    assert dealt.shape == (50, 60)
    for speaker in range(4):
        own = speakers == speaker
        assert (dealt[:, own].sum(axis=1) == groups[own].sum()).all()
    assert len({tuple(row) for row in dealt}) == 50
    assert shuffled_within((speakers > 1).astype(np.intp), speakers, 50, seed=2).shape == (0, 60)


def test_scores_of_shuffles_are_those_of_a_model_with_speakers() -> None:
    random = np.random.default_rng(1)
    groups, speakers = random.integers(0, 2, 60), random.integers(0, 4, 60)
    values = random.normal(size=(60, 3)) + speakers[:, None]
    dealt = shuffled_within(groups, speakers, 5, seed=0)
    dummies = np.eye(4)[speakers][:, 1:]
    expected = [pillai_score(values, row.astype(np.intp), dummies).value for row in dealt]
    assert shuffled_pillai(centred_by(values, speakers), dealt, speakers) == pytest.approx(expected)


def test_a_drawn_sample_is_scored_as_if_its_tokens_were_written_out(table) -> None:
    groups = (table["vowel"] == "b").to_numpy(dtype=np.intp)
    values = table[["F1", "F2", "F3"]].to_numpy()
    _, speakers = np.unique(table["spk"], return_inverse=True)
    design = covariates(table, "dur", "fol").design()
    weights = np.array([[1, 1, 1, 1, 1, 1], [2, 0, 1, 3, 0, 0], [0, 0, 0, 0, 0, 0]], dtype=float)
    found = resampled_pillai(np.column_stack([groups, values]), design, speakers, weights)
    drawn = np.repeat(np.arange(len(table)), weights[1][speakers].astype(int))
    assert found[0] == pytest.approx(pillai_score(values, groups, design).value, abs=1e-9)
    assert found[1] == pytest.approx(
        pillai_score(values[drawn], groups[drawn], design[drawn]).value, abs=1e-9
    )
    assert np.isnan(found[2])
