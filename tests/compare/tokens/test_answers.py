"""Out-of-fold answers: the probe is the textbook's, and a speaker never trains the answers about itself."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from formant_corpora import FORMANTS, normalized, representation
from scipy.special import log_softmax, softmax
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.model_selection import GroupKFold

from w2vpraat.compare import compare
from w2vpraat.compare.tokens.answers import SHARPNESS, best_sharpness, label_answers
from w2vpraat.params import CompareParams


@pytest.fixture(scope="module")
def table(make_corpus) -> pd.DataFrame:
    return make_corpus(n_speakers=10, n_labels=5, repeats=4)


def by_id(answers) -> pd.DataFrame:
    return pd.DataFrame(answers.posteriors, index=answers.ids, columns=answers.label_names)


def test_posteriors_are_those_of_scikit_learn_tempered(make_corpus) -> None:
    table = make_corpus(n_speakers=12, n_labels=5, repeats=4)
    table = table[(table["label"] != "v1") | (table["repeat"] == 0)]  # rare, and not suspicious for it
    answers = label_answers(representation("Hz", table, table[FORMANTS]), table)
    found = by_id(answers)
    for speaker in table["speaker"].unique():
        held = (table["speaker"] == speaker).to_numpy()
        plain = LinearDiscriminantAnalysis(priors=np.full(5, 0.2))
        plain.fit(table.loc[~held, FORMANTS], table.loc[~held, "label"])
        own = table.loc[held, "id"]
        sharpness = answers.sharpness[[answers.ids.index(token) for token in own]]
        assert np.ptp(sharpness) == 0.0
        expected = softmax(sharpness[0] * plain.predict_log_proba(table.loc[held, FORMANTS]), axis=1)
        assert found.loc[own].to_numpy() == pytest.approx(expected, abs=1e-6)
    assert answers.heard.all()
    assert answers.description.startswith("one speaker held out at a time")


def test_words_for_the_numbers(table) -> None:
    answers = label_answers(representation("Hz", table, table[FORMANTS]), table)
    posteriors, labels = by_id(answers), table.set_index("id")["label"]
    assert posteriors.sum(axis=1).to_numpy() == pytest.approx(1.0, abs=1e-12)
    rows = answers.table().set_index("id")
    for token in answers.ids[::7]:
        ranked = posteriors.loc[token].sort_values(ascending=False)
        row = rows.loc[token]
        assert (row["answer"], row["second"]) == tuple(ranked.index[:2])
        assert row["label"] == labels[token]
        assert row["best_posterior"] == ranked.iloc[0]
        assert row["posterior"] == ranked[labels[token]]
        assert row["margin"] == ranked[labels[token]] - ranked.drop(labels[token]).iloc[0]
    assert ((rows["margin"] > 0) == (rows["answer"] == rows["label"])).all()


@pytest.mark.parametrize("folds", [0, 4])
def test_no_label_of_the_speaker_counts_for_its_answers(table, folds) -> None:
    item = representation("Hz", table, table[FORMANTS])
    own = table["speaker"] == "s03"
    changed = table.copy()
    labels = changed.loc[own, "label"].to_numpy()
    changed.loc[own, "label"] = np.roll(labels, 7)
    assert (changed.loc[own, "label"].to_numpy() != labels).any()
    params = CompareParams(folds=folds)
    before, after = (label_answers(item, one, params) for one in (table, changed))
    tokens = table.loc[own, "id"]
    assert by_id(after).loc[tokens].to_numpy() == pytest.approx(
        by_id(before).loc[tokens].to_numpy(), abs=1e-7
    )
    others = table.loc[~own, "id"]
    assert np.abs(by_id(after).loc[others] - by_id(before).loc[others]).to_numpy().max() > 0.01


def test_one_speaker_is_asked_by_recordings_held_out(make_corpus) -> None:
    table = make_corpus(n_speakers=1, n_labels=4, repeats=8)
    item = representation("Hz", table, table[FORMANTS])
    answers = label_answers(item, table)
    assert answers.description.startswith(
        "5 folds, whole recordings held out within speakers; posteriors temp"
    )
    own = table["file_name"] == "s00/3"
    changed = table.copy()
    changed.loc[own, "label"] = np.roll(changed.loc[own, "label"].to_numpy(), 1)
    tokens = table.loc[own, "id"]
    after = by_id(label_answers(item, changed)).loc[tokens]
    assert after.to_numpy() == pytest.approx(by_id(answers).loc[tokens].to_numpy(), abs=1e-7)


def test_tempering_makes_posteriors_honest() -> None:
    random = np.random.default_rng(3)
    n_speakers, n_labels, repeats, dim = 12, 6, 6, 80
    centres = 0.2 * random.normal(size=(n_labels, dim))
    rows = [
        (f"s{s:02d}", f"v{v}") for s in range(n_speakers) for v in range(n_labels) for _ in range(repeats)
    ]
    table = pd.DataFrame(rows, columns=["speaker", "label"])
    table["id"] = [f"t{number:04d}" for number in range(len(table))]
    labels = table["label"].str[1:].astype(int).to_numpy()
    vectors = centres[labels] + random.normal(size=(len(table), dim))
    answers = label_answers(representation("vectors", table, vectors), table)
    plain = softmax(np.log(answers.posteriors) / answers.sharpness[:, None], axis=1)
    share = answers.agrees.mean()
    assert 0.3 < share < 0.9
    assert answers.posteriors.max(axis=1).mean() == pytest.approx(share, abs=0.05)
    assert plain.max(axis=1).mean() > share + 0.07
    rows = np.arange(len(labels))
    assert -np.log(answers.given).mean() < -np.log(plain[rows, labels]).mean() - 0.05


def test_sharpness_is_found() -> None:
    random = np.random.default_rng(0)
    scores = 2.0 * random.normal(size=(4000, 5))
    true = log_softmax(scores, axis=1)
    classes = np.array([random.choice(5, p=np.exp(row)) for row in true])
    halves = [(true[:1000] / 3.0, classes[:1000]), (true[1000:] / 3.0, classes[1000:])]
    assert best_sharpness(halves) == pytest.approx(3.0, rel=0.06)
    # What cannot be chosen does no harm, and certain answers end at the bound.
    barred = np.where(np.arange(5) == 4, -np.inf, true)
    assert np.isfinite(best_sharpness([(barred[classes != 4], classes[classes != 4])]))
    assert best_sharpness([(np.eye(3), np.arange(3))]) == pytest.approx(SHARPNESS[1], rel=0.01)
    assert best_sharpness([]) == 1.0


def test_label_that_no_training_speaker_says_is_marked(table) -> None:
    ordered = table.sort_values("id")
    _, test = next(GroupKFold(2).split(ordered, groups=ordered["speaker"]))
    together = ordered["speaker"].iloc[test].unique()[:2]  # two speakers who are held out at the same time
    rare = table.copy()
    rare.loc[(rare["label"] == "v4") & ~rare["speaker"].isin(together), "label"] = "v3"
    answers = label_answers(representation("Hz", table, table[FORMANTS]), rare, CompareParams(folds=2))
    own = rare.set_index("id").loc[list(answers.ids), "label"].to_numpy() == "v4"
    assert own.sum() == 8
    assert (answers.heard == ~own).all()
    assert (answers.given[own] == 0.0).all()


def test_two_speakers_leave_the_posteriors_as_they_are(make_corpus) -> None:
    table = make_corpus(n_speakers=2, n_labels=3, repeats=10)
    answers = label_answers(representation("Hz", table, table[FORMANTS]), table)
    assert (answers.sharpness == 1.0).all()
    assert "as the probe has them" in answers.description


def test_order_of_the_rows_does_not_matter(table) -> None:
    item = representation("Hz", table, table[FORMANTS])
    mixed = table.sample(frac=1.0, random_state=1)
    ids = tuple(mixed["id"])
    other = replace(item, ids=ids, values=item.take(ids).values)
    one, two = label_answers(item, table), label_answers(other, mixed)
    assert one.ids == two.ids
    assert np.array_equal(one.posteriors, two.posteriors)


@pytest.mark.shared_data
def test_share_of_right_answers_is_that_of_the_comparison(formant_table) -> None:
    table = formant_table("pb52")  # every label equally often, so that its priors are equal too
    lobanov = next(item for item in normalized(table) if item.name == "Lobanov")
    scores = compare([lobanov], table, CompareParams(folds=10, bootstrap=0, probes=("lda",))).table
    plain = scores[(scores["goal"] == "label") & (scores["unit"] == "accuracy")]["value"].iloc[0]
    answers = label_answers(lobanov, table, CompareParams(folds=10))
    assert answers.agrees.mean() == pytest.approx(plain, abs=0.002)
    # The classifier is right as often as it says.
    assert answers.posteriors.max(axis=1).mean() == pytest.approx(plain, abs=0.02)
