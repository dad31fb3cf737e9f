"""Shares of variance against statsmodels, closed forms and nested least squares."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf
from formant_corpora import FORMANTS, representation
from sklearn.metrics import silhouette_score
from statsmodels.stats.anova import anova_lm

from w2vpraat.compare.maps.map_quality import standard_columns
from w2vpraat.compare.separation import separation_of_all
from w2vpraat.compare.separation.variance import PARTS, CellSums, degrees_of_freedom, sums_of_squares
from w2vpraat.errors import ComparisonError
from w2vpraat.params import CompareParams, PairsParams

FEW = CompareParams(bootstrap=50)


@pytest.fixture(scope="module")
def table(make_corpus) -> pd.DataFrame:
    made = make_corpus(n_speakers=6, n_labels=4, repeats=5)
    kept = np.random.default_rng(0).random(len(made)) < 0.6
    kept |= made["repeat"].to_numpy() == 0  # every speaker says every label at least once
    return made[kept].reset_index(drop=True)


def shares(table: pd.DataFrame, dimension: str = "all") -> pd.Series:
    return table[table["dimension"] == dimension].set_index("part")["share"]


def test_unbalanced_sums_are_those_of_statsmodels_type_2(table) -> None:
    found = separation_of_all(representation("Hz", table, table[FORMANTS]), table, compare=FEW).table
    totals = dict.fromkeys(PARTS, 0.0)
    for number, formant in enumerate(FORMANTS):
        values = table.assign(y=standard_columns(table[[formant]].to_numpy())[:, 0])
        expected = anova_lm(smf.ols("y ~ C(label) * C(speaker)", values).fit(), typ=2)
        own = found[found["dimension"] == f"c{number}"].set_index("part")
        names = ("C(label)", "C(speaker)", "C(label):C(speaker)", "Residual")
        for part, name in zip(PARTS, names, strict=False):
            assert own.loc[part, "sum_of_squares"] == pytest.approx(expected.loc[name, "sum_sq"], abs=1e-8)
            assert own.loc[part, "df"] == expected.loc[name, "df"]
            totals[part] += expected.loc[name, "sum_sq"]
    whole = found[found["dimension"] == "all"].set_index("part")
    for part in PARTS[:4]:
        assert whole.loc[part, "sum_of_squares"] == pytest.approx(totals[part], abs=1e-8)
        assert whole.loc[part, "share"] == pytest.approx(totals[part] / (3 * len(table)))  # variance 1 each
    for dimension in ("all", "c0", "c1", "c2"):
        assert shares(found, dimension).sum() == pytest.approx(1.0)
    assert abs(shares(found)["undecided"]) > 1e-6


def test_balanced_sums_are_those_of_the_means(make_corpus) -> None:
    table = make_corpus(n_speakers=5, n_labels=3, repeats=4)
    found = separation_of_all(representation("Hz", table, table[FORMANTS]), table, compare=FEW).table
    values = pd.DataFrame(standard_columns(table[FORMANTS].to_numpy()))
    label = values.groupby(table["label"]).transform("mean")
    speaker = values.groupby(table["speaker"]).transform("mean")
    cell = values.groupby([table["label"], table["speaker"]]).transform("mean")
    expected = {
        "label": label,
        "speaker": speaker,
        "label x speaker": cell - label - speaker,
        "residual": values - cell,
    }
    for part, deviations in expected.items():
        assert shares(found)[part] == pytest.approx((deviations**2).to_numpy().sum() / values.size, abs=1e-9)
    assert shares(found)["undecided"] == 0.0


def residual(design: np.ndarray, y: np.ndarray) -> float:
    return float(((y - design @ np.linalg.lstsq(design, y, rcond=None)[0]) ** 2).sum())


def test_labels_that_some_speakers_lack_are_nested_models() -> None:
    random = np.random.default_rng(4)
    speakers, labels = random.integers(0, 5, 90), random.integers(0, 4, 90)
    kept = ~((speakers == 0) & (labels > 1)) & ~((speakers == 3) & (labels == 0))
    speakers, labels = speakers[kept], labels[kept]
    y = random.normal(size=len(labels)) + 0.5 * labels + 0.3 * speakers
    y -= y.mean()
    cells = CellSums.of(y[:, None], labels, speakers)
    found, total = sums_of_squares(cells, np.ones((1, 5)))
    one = np.ones((len(y), 1))
    of_label, of_speaker = np.eye(4)[labels], np.eye(5)[speakers]
    of_cell = np.eye(20)[speakers * 4 + labels]
    both = residual(np.hstack([of_label, of_speaker]), y)
    expected = {
        "label": residual(of_speaker, y) - both,
        "speaker": residual(of_label, y) - both,
        "label x speaker": both - residual(of_cell, y),
        "residual": residual(of_cell, y),
    }
    for part, value in expected.items():
        assert found[0, PARTS.index(part), 0] == pytest.approx(value, abs=1e-9), part
    assert total[0, 0] == pytest.approx(residual(one, y))
    rank = np.linalg.matrix_rank
    additive = rank(np.hstack([of_label, of_speaker]))
    assert degrees_of_freedom(cells.counts) == (
        additive - 5,
        additive - 4,
        rank(of_cell) - additive,
        len(y) - rank(of_cell),
    )


def test_labels_and_speakers_in_blocks_lose_degrees_of_freedom() -> None:
    counts = np.array([[2, 1, 0, 0], [1, 1, 0, 0], [0, 0, 3, 2]], dtype=float)
    of_speaker, of_label = np.repeat(np.eye(3), 4, axis=0), np.tile(np.eye(4), (3, 1))
    rows = np.repeat(np.arange(12), counts.ravel().astype(int))
    additive = np.linalg.matrix_rank(np.hstack([of_speaker, of_label])[rows])
    assert degrees_of_freedom(counts) == (additive - 3, additive - 4, 6 - additive, 10 - 6)


def test_a_speaker_drawn_twice_counts_as_two() -> None:
    random = np.random.default_rng(1)
    speakers, labels = random.integers(0, 4, 80), random.integers(0, 3, 80)
    values = random.normal(size=(80, 2)) + speakers[:, None] * [0.5, 1.0]
    found, total = sums_of_squares(CellSums.of(values, labels, speakers), np.array([[2.0, 1.0, 0.0, 1.0]]))
    rows = np.concatenate([np.flatnonzero(speakers == speaker) for speaker in (0, 0, 1, 3)])
    anew = np.concatenate([np.full((speakers == old).sum(), new) for new, old in enumerate((0, 0, 1, 3))])
    written, whole = sums_of_squares(CellSums.of(values[rows], labels[rows], anew), np.ones((1, 4)))
    assert found == pytest.approx(written, abs=1e-9)
    assert total == pytest.approx(whole, abs=1e-9)


def test_parts_are_found_where_they_were_put() -> None:
    random = np.random.default_rng(0)
    speakers, labels = np.repeat(np.arange(12), 40), np.tile(np.arange(4), 120)
    table = pd.DataFrame({"id": [f"{i:04d}" for i in range(480)], "speaker": speakers, "label": labels})
    label, speaker, both = (random.normal(size=size) for size in ((4, 60), (12, 60), (12, 4, 60)))
    values = 2.0 * label[labels] + speaker[speakers] + 0.5 * both[speakers, labels]
    values += random.normal(size=(480, 60)) * 0.5
    found = separation_of_all(representation("x", table, values), table, compare=FEW)
    found_shares = shares(found.table)
    assert found_shares["label"] > 2 * found_shares["speaker"] > 4 * found_shares["label x speaker"] > 0.0
    row = found.table[(found.table["dimension"] == "all") & (found.table["part"] == "label")].iloc[0]
    assert row["low"] < row["share"] < row["high"]
    assert (row["n_tokens"], row["n_speakers"], row["n_labels"], row["dim"]) == (480, 12, 4, 60)


def test_silhouette_is_that_of_scikit_learn_and_has_an_interval(table) -> None:
    items = [representation("Hz", table, table[FORMANTS]), representation("F1", table, table[["F1"]])]
    found = separation_of_all(items, table, compare=FEW).silhouette
    for (_, row), columns in zip(found.iterrows(), (FORMANTS, ["F1"]), strict=True):
        expected = silhouette_score(standard_columns(table[columns].to_numpy()), table["label"])
        assert row["value"] == pytest.approx(expected, abs=1e-9)
        assert row["low"] <= row["value"] <= row["high"]


def test_one_speaker_has_labels_only(table) -> None:
    own = table[table["speaker"] == "s00"]
    found = separation_of_all(representation("Hz", own, own[FORMANTS]), own, compare=FEW)
    assert list(shares(found.table).index) == ["label", "residual"]
    assert shares(found.table).sum() == pytest.approx(1.0)
    assert found.table["low"].isna().all()
    assert any("one speaker" in note for note in found.notes)


def test_order_does_not_matter_and_context_counts(table) -> None:
    item = representation("Hz", table, table[FORMANTS])
    mixed = table.sample(frac=1.0, random_state=3)
    one, two = (separation_of_all(item, part, compare=FEW) for part in (table, mixed))
    pd.testing.assert_frame_equal(one.table, two.table)
    followed = table.assign(fol_seg=np.where(table["repeat"] < 2, "n", "t"))
    found = separation_of_all(item, followed, PairsParams(before=("n",)), FEW)
    assert found.table["n_tokens"].iloc[0] == (table["repeat"] < 2).sum()
    with pytest.raises(ComparisonError, match="no token stands before m"):
        separation_of_all(item, followed, PairsParams(before=("m",)), FEW)
