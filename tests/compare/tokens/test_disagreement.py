"""The queue: swapped labels come first, broken formants are the formants' alone, and no token is lost."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from formant_corpora import FORMANTS, normalized, representation
from sklearn.metrics import roc_auc_score

from w2vpraat.compare.tokens import objections
from w2vpraat.compare.tokens.disagreement import Review, explain_review, review_tokens, reviewing_tokens
from w2vpraat.errors import ComparisonError
from w2vpraat.events import Progress
from w2vpraat.params import CompareParams, ReviewParams
from w2vpraat.representation import Representation, vector_columns


def with_swapped_labels(
    table: pd.DataFrame, share: float = 0.05, seed: int = 0
) -> tuple[pd.DataFrame, set[str]]:
    """Give so many tokens, drawn by lot, another label."""
    random = np.random.default_rng(seed)
    names = np.array(sorted(table["label"].unique()))
    labels = table["label"].to_numpy(dtype=object).copy()
    drawn = random.choice(len(table), round(share * len(table)), replace=False)
    for row in drawn:
        labels[row] = random.choice(names[names != labels[row]])
    return table.assign(label=labels), set(table["id"].iloc[drawn])


def embedding(table: pd.DataFrame, seed: int = 1, noise: float = 0.6) -> Representation:
    """Vectors that know the label but not the formants."""
    random = np.random.default_rng(seed)
    places = dict(zip(sorted(table["label"].unique()), random.normal(size=(50, 16)), strict=False))
    values = np.stack([places[label] for label in table["label"]]) + noise * random.normal(
        size=(len(table), 16)
    )
    return Representation("layer", tuple(table["id"]), values, vector_columns(16), {"kind": "embedding"})


def formants(table: pd.DataFrame, values=None) -> Representation:
    made = representation("Hz", table, table[FORMANTS] if values is None else values)
    return replace(made, columns=tuple(FORMANTS), provenance={"kind": "formants"})


@pytest.mark.shared_data
@pytest.mark.parametrize(("corpus", "least"), [("pb52", 0.98), ("h95", 0.96)])
def test_swapped_labels_come_first(formant_table, corpus, least) -> None:
    table, swapped = with_swapped_labels(formant_table(corpus))
    lobanov = next(item for item in normalized(table) if item.name == "Lobanov")
    review = review_tokens([lobanov], table, compare=CompareParams(folds=20))
    rows = review.table
    assert roc_auc_score(rows["id"].isin(swapped), rows["suspicion"]) > least
    assert rows["id"].head(len(swapped) // 2).isin(swapped).mean() > 0.95
    assert rows.loc[rows["id"].isin(swapped), "kind"].eq(objections.DISAGREES).mean() > 0.9


def test_swapped_labels_are_both_worlds_affair_and_broken_tracks_the_formants_alone(make_corpus) -> None:
    table = make_corpus(n_speakers=12, n_labels=5, repeats=6)
    vectors = embedding(table)
    swapped, wrong = with_swapped_labels(table)
    review = review_tokens([formants(table), vectors], swapped)
    rows = review.table
    assert roc_auc_score(rows["id"].isin(wrong), rows["suspicion"]) > 0.99
    own = rows[rows["id"].isin(wrong)]
    assert own["kind"].isin([objections.BOTH, objections.BOTH_APART]).mean() > 0.6
    assert own["why"].str.contains("look at the label and the boundaries").mean() > 0.6

    broken = table.copy()
    back = table.groupby("label")["F2"].mean().idxmin()
    lost = table[table["label"] == back]["id"].iloc[::6].tolist()  # F2 was missed, F3 taken for it
    there = broken["id"].isin(lost)
    broken.loc[there, "F2"] = broken.loc[there, "F3"]
    for items in ([formants(broken), vectors], [vectors, formants(broken)]):
        rows = review_tokens(items, broken).table.set_index("id")
        assert rows.loc[lost, "kind"].eq(objections.FORMANTS).all()
        side = "first" if items[1] is vectors else "second"
        assert rows.loc[lost, f"outlier_{side}"].all()
        assert rows.loc[lost, "why"].str.contains("look at the formant track and its ceiling").all()
        assert rows.loc[lost, "suspicion"].min() > 0.4
        assert rows["suspicion"].median() < 0.2


def test_kinds_follow_from_answers_and_outliers(make_corpus) -> None:
    table = make_corpus(n_speakers=10, n_labels=5, repeats=6)
    items = [formants(table), embedding(table, noise=2.0)]
    table, _ = with_swapped_labels(table)
    review = review_tokens(items, table, ReviewParams(outlier_level=0.9))
    seen = set()
    for row in review.table.to_dict("records"):
        wrong = [row[f"answer_{side}"] != row["label"] for side in ("first", "second")]
        far = [row[f"outlier_{side}"] for side in ("first", "second")]
        if all(wrong):
            same = row["answer_first"] == row["answer_second"]
            expected = objections.BOTH if same else objections.BOTH_APART
        elif any(wrong):
            expected = objections.FORMANTS if wrong[0] else objections.EMBEDDING
        elif all(far):
            expected = objections.OUTLIER_BOTH
        elif any(far):
            expected = objections.OUTLIER_FIRST if far[0] else objections.OUTLIER_SECOND
        else:
            expected = objections.NOTHING
        assert row["kind"] == expected
        assert bool(row["why"]) == (expected != objections.NOTHING)
        assert ("outlier in" in row["why"]) == any(far)
        seen.add(expected)
    assert len(seen) == 8
    counted = review.table["kind"].value_counts()
    assert review.counts == {kind: counted[kind] for kind in objections.KINDS if kind in seen}
    assert set(review.queue["kind"]) == seen - {objections.NOTHING}


def test_suspicion_is_what_is_left_of_the_mean_trust(make_corpus) -> None:
    table = make_corpus(n_speakers=10, n_labels=5, repeats=6)
    level = 0.9
    review = review_tokens([formants(table), embedding(table)], table, ReviewParams(outlier_level=level))
    rows = review.table
    trust = 0.0
    for side in ("first", "second"):
        strength = np.clip(1.0 - rows[f"tail_{side}"] / (1.0 - level), 0.0, 1.0)
        assert (rows[f"outlier_{side}"] == (strength > 0)).all()
        trust = trust + rows[f"posterior_{side}"] * (1.0 - strength / 2.0) / 2.0
    assert rows["suspicion"].to_numpy() == pytest.approx(1.0 - trust, abs=1e-12)
    assert rows["suspicion"].between(0.0, 1.0).all()
    assert (
        rows.sort_values(["suspicion", "id"], ascending=[False, True])["id"].tolist() == rows["id"].tolist()
    )


def test_ties_go_by_id(make_corpus) -> None:
    table = make_corpus(n_speakers=10, n_labels=4, repeats=4)
    table["F1"] += 1e5 * table["label"].str[1:].astype(int)  # nobody doubts any label
    rows = review_tokens([formants(table)], table.iloc[::-1]).table
    sure = rows[rows["suspicion"] == 0.0]
    assert len(sure) > 50
    assert sure["id"].is_monotonic_increasing


def test_nothing_is_lost(make_corpus) -> None:
    table = make_corpus(n_speakers=6, n_labels=4, repeats=4)
    hertz = table[FORMANTS].to_numpy(copy=True)
    hertz[3, 1] = np.nan
    vectors = embedding(table)
    vectors = vectors.take([token for token in vectors.ids if token != "t#0010"])
    table.loc[20, "label"] = "once"
    table.loc[21, "label"] = None
    table["start"] = 0.1 * table.index
    review = review_tokens([formants(table, hertz), vectors], table)
    rows = review.table.set_index("id")
    assert sorted(rows.index) == sorted(table["id"])
    left_out = rows[rows["kind"] == objections.NOT_COMPARED]
    assert left_out.index.tolist() == rows.index[-4:].tolist() == ["t#0003", "t#0010", "t#0020", "t#0021"]
    assert left_out["why"].tolist() == [
        "missing value: Hz",
        "not measured: no row in layer",
        *left_out["why"].tolist()[2:3],
        "no label",
    ]
    assert "label" in left_out["why"].iloc[2]
    assert left_out["suspicion"].isna().all()
    assert rows.loc[table["id"], "start"].to_numpy() == pytest.approx(table["start"])
    assert (rows.loc[table["id"], "file_name"].to_numpy() == table["file_name"]).all()
    assert " 4 tokens could not be compared" in explain_review(review)


def test_label_of_speakers_who_are_held_out_together_is_not_compared(make_corpus) -> None:
    table = make_corpus(n_speakers=4, n_labels=3, repeats=6)
    speakers = table.groupby("speaker")["id"].count().index
    rare = table["label"].eq("v2") & table["speaker"].isin([speakers[0], speakers[2]])
    table.loc[table["label"].eq("v2") & ~rare, "label"] = "v1"
    rows = review_tokens([formants(table)], table, compare=CompareParams(folds=2)).table
    own = rows[rows["label"] == "v2"]
    if own["kind"].eq(objections.NOT_COMPARED).any():
        assert own["why"].str.contains("held out together").all()
        assert own["suspicion"].isna().all()
        assert rows["kind"].iloc[-len(own) :].eq(objections.NOT_COMPARED).all()
    else:
        pytest.fail("the two speakers are in different folds: choose others")


def test_one_representation_and_two_of_the_same_world(make_corpus) -> None:
    table = make_corpus(n_speakers=10, n_labels=5, repeats=4)
    one = review_tokens([formants(table)], table)
    assert one.names == ("Hz",)
    assert set(one.table["kind"]) <= {objections.DISAGREES, objections.OUTLIER, objections.NOTHING}
    assert "answer_second" not in one.table
    items = [
        formants(table),
        replace(formants(table), name="again", values=np.log(table[FORMANTS].to_numpy())),
    ]
    two = review_tokens(items, table)
    assert not two.table["kind"].isin([objections.FORMANTS, objections.EMBEDDING]).any()
    assert two.table["kind"].isin([objections.FIRST, objections.SECOND]).any()


def test_order_of_rows_does_not_matter(make_corpus) -> None:
    table = make_corpus(n_speakers=8, n_labels=4, repeats=4)
    items = [formants(table), embedding(table)]
    mixed = table.sample(frac=1.0, random_state=2).set_index("id")
    pd.testing.assert_frame_equal(review_tokens(items, table).table, review_tokens(items, mixed).table)


def test_steps_are_told(make_corpus) -> None:
    table = make_corpus(n_speakers=6, n_labels=3, repeats=3)
    events = list(reviewing_tokens([formants(table), embedding(table)], table))
    assert [(event.done, event.total) for event in events if isinstance(event, Progress)] == [
        (1, 4),
        (2, 4),
        (3, 4),
        (4, 4),
    ]
    assert isinstance(events[-1], Review)


def test_refusals(make_corpus) -> None:
    table = make_corpus(n_speakers=4, n_labels=3, repeats=3)
    hertz = formants(table)
    with pytest.raises(ComparisonError, match="one or two representations are reviewed, not 0"):
        review_tokens([], table)
    with pytest.raises(ComparisonError, match="one or two representations are reviewed, not 3"):
        review_tokens([hertz] * 3, table)
    with pytest.raises(ComparisonError, match="same name"):
        review_tokens([hertz, hertz], table)
    with pytest.raises(ComparisonError, match='no column "vowel"'):
        review_tokens([hertz], table, label="vowel")
