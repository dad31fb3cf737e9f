"""Probes given the label: against the long way round, and what each of them can and cannot find."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from formant_corpora import representation
from sklearn.neighbors import KNeighborsClassifier

from w2vpraat.compare.folds import group_folds
from w2vpraat.compare.material import gather
from w2vpraat.compare.probes import given_label
from w2vpraat.compare.probes.given_label import (
    LinearGivenLabel,
    NeighboursGivenLabel,
    ProbesGivenLabel,
    remark,
    shuffles_of,
    thinned,
    voters_of,
)
from w2vpraat.compare.probes.knn import NEIGHBOURS
from w2vpraat.compare.probes.linear import credit, linear_scores, residuals, standardized
from w2vpraat.params import CompareParams

N_LABELS, N_CLASSES = 4, 3


def _corpus(dim: int, seed: int, n: int = 240):
    """Tokens whose label and class both show, in unequal numbers."""
    random = np.random.default_rng(seed)
    labels = random.choice(N_LABELS, size=n, p=[0.4, 0.3, 0.2, 0.1])
    classes = random.choice(N_CLASSES, size=n, p=[0.5, 0.3, 0.2])
    vectors = random.normal(size=(n, dim)) @ random.normal(size=(dim, dim))
    vectors += (
        3.0 * random.normal(size=(N_LABELS, dim))[labels] + random.normal(size=(N_CLASSES, dim))[classes]
    )
    return standardized(vectors), labels, classes


def _held(name: str, labels, classes):
    random = np.random.default_rng(9)
    tokens = np.arange(len(labels))
    return {
        "one": tokens[:1],
        "some": np.sort(random.choice(tokens, 30, replace=False)),
        "half": random.permutation(tokens)[: len(tokens) // 2],
        "nearly all": random.permutation(tokens)[20:],
        "a whole label": tokens[labels == 3],
        "a whole class": tokens[classes == 2],
    }[name]


@pytest.mark.parametrize("held", ["one", "some", "half", "nearly all", "a whole label", "a whole class"])
@pytest.mark.parametrize("dim", [2, 12, 40, 150])
def test_the_linear_probe_is_that_of_the_residuals(dim, held):
    # 240 tokens: plenty of them, some, few, and fewer than dimensions in training.
    vectors, labels, classes = _corpus(dim, seed=dim)
    test = _held(held, labels, classes)
    training = ~np.isin(np.arange(len(vectors)), test)
    rest = residuals(vectors, labels, classes, training, N_LABELS)
    expected = linear_scores(rest[training], classes[training], rest[test], N_CLASSES, equal_priors=True)
    probe = LinearGivenLabel(vectors, labels, classes, N_LABELS, N_CLASSES)
    np.testing.assert_allclose(probe.scores(test), expected, rtol=1e-6, atol=1e-6)
    known = LinearGivenLabel(vectors, labels, classes, N_LABELS, N_CLASSES, vectors.T @ vectors)
    np.testing.assert_array_equal(known.scores(test), probe.scores(test))
    assert np.isneginf(expected[:, 2]).all() == (held == "a whole class")


def test_what_the_linear_probe_holds_out_it_does_not_know():
    vectors, labels, classes = _corpus(5, seed=1)
    test = _held("some", labels, classes)
    spoilt, lies = vectors.copy(), classes.copy()
    spoilt[test[1:]] += 50.0
    lies[test] = (classes[test] + 1) % N_CLASSES
    honest = LinearGivenLabel(vectors, labels, classes, N_LABELS, N_CLASSES).scores(test)
    misled = LinearGivenLabel(spoilt, labels, lies, N_LABELS, N_CLASSES).scores(test)
    np.testing.assert_allclose(misled[0], honest[0], rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("held", ["some", "half"])
def test_neighbours_of_the_same_label_are_scikit_learns(held):
    vectors, labels, classes = _corpus(3, seed=2, n=900)
    test = _held(held, labels, classes)
    training = ~np.isin(np.arange(len(vectors)), test)
    table = pd.DataFrame(vectors[training])
    within = table - table.groupby(labels[training]).transform("mean")
    scaled = vectors / np.sqrt((within**2).mean()).to_numpy()
    expected = np.zeros((len(test), N_CLASSES))
    for label in range(N_LABELS):
        voters, asked = training & (labels == label), labels[test] == label
        assert voters.sum() >= 2 * NEIGHBOURS
        oracle = KNeighborsClassifier(NEIGHBOURS).fit(scaled[voters], classes[voters])
        expected[asked] = NEIGHBOURS * oracle.predict_proba(scaled[test][asked])
        expected[asked] /= np.bincount(classes[voters])
    found = NeighboursGivenLabel(vectors, labels, N_LABELS).scores(classes, N_CLASSES, test)
    np.testing.assert_allclose(found, expected, atol=1e-12)


def test_tokens_of_another_label_have_no_vote():
    # The token asked lies among tokens of label 1 and class 1; those of its own label are far away.
    random = np.random.default_rng(3)
    vectors = np.concatenate([[[0.0]], random.normal(0, 0.1, (20, 1)), random.normal(30, 1, (20, 1))])
    labels = np.array([0] + [1] * 20 + [0] * 20)
    classes = np.array([0] + [1] * 20 + [0] * 10 + [1] * 10)
    classes[21:] = (vectors[21:, 0] > np.median(vectors[21:, 0])).astype(int)  # the nearer ones have class 0
    probe = NeighboursGivenLabel(vectors, labels, 2)
    own = probe.scores(classes, 2, np.array([0]))
    assert own.tolist() == [[9 / 10, 0.0]]
    others = classes.copy()
    others[1:21] = 0
    np.testing.assert_array_equal(probe.scores(others, 2, np.array([0])), own)


def test_a_label_without_voters_is_a_tie():
    vectors, labels, classes = _corpus(2, seed=4)
    test = _held("a whole label", labels, classes)
    found = NeighboursGivenLabel(vectors, labels, N_LABELS).scores(classes, N_CLASSES, test)
    np.testing.assert_array_equal(found, np.zeros((len(test), N_CLASSES)))
    np.testing.assert_allclose(credit(found, classes[test]), 1 / N_CLASSES)


@pytest.mark.parametrize("n", range(1, 60))
def test_at_most_half_of_a_labels_tokens_vote(n):
    few = voters_of(n)
    assert few % 2 == 1
    assert few == NEIGHBOURS if n >= 2 * NEIGHBOURS else 1 <= few <= max(n / 2, 1)


def test_labels_with_few_tokens_are_not_all_ties():
    # Eight voters, four of each class, far apart: votes of all eight would be a tie whatever is asked.
    classes = np.tile([0, 1], 5)
    vectors = classes[:, None] * 9.0 + np.random.default_rng(5).normal(size=(10, 2))
    found = NeighboursGivenLabel(vectors, np.zeros(10, dtype=int), 1).scores(classes, 2, np.array([0, 1]))
    np.testing.assert_allclose(found, [[0.75, 0.0], [0.0, 0.75]])


@pytest.mark.parametrize("constant", [0.0, 0.1, 123.456])
def test_constant_columns_do_not_disturb_either_probe(constant):
    vectors, labels, classes = _corpus(3, seed=6)
    more = np.column_stack([vectors, np.full(len(vectors), constant), np.array([0.1, 0.7, 2.0, 3.0])[labels]])
    test = _held("some", labels, classes)
    for probe in (
        lambda x: LinearGivenLabel(x, labels, classes, N_LABELS, N_CLASSES).scores(test),
        lambda x: NeighboursGivenLabel(x, labels, N_LABELS).scores(classes, N_CLASSES, test),
    ):
        np.testing.assert_allclose(probe(more), probe(vectors), rtol=1e-6, atol=1e-6)


@pytest.fixture
def flipped():
    """Twelve speakers with a trait that raises one label and lowers the other."""
    random = np.random.default_rng(7)
    table = pd.DataFrame(
        [
            (f"s{speaker:02d}", label, speaker % 2)
            for speaker in range(12)
            for label in ("a", "i")
            for _ in range(12)
        ],
        columns=["speaker", "label", "trait"],
    )
    table["id"] = [f"t#{number:04d}" for number in range(len(table))]
    sign = np.where(table["label"] == "a", 1.0, -1.0) * (2.0 * table["trait"] - 1.0)
    vectors = random.normal(size=(len(table), 3))
    vectors[:, 0] += 2.0 * sign
    item = representation("x", table, vectors)
    places = {"label": "label", "speaker": "speaker", "sex": "sex", "file": "file_name"}
    material = gather([item], table, CompareParams(), **places)
    return vectors, material, table["trait"].to_numpy()


def _pairs(material, asked):
    return group_folds(material.speakers, tuple(np.array([one, one + 1]) for one in range(0, 12, 2)), asked)


def test_what_flips_by_label_is_found_by_neighbours_and_kernel_but_not_by_a_direction(flipped):
    vectors, material, trait = flipped
    asked = np.ones(len(vectors), dtype=bool)
    probes = ProbesGivenLabel(vectors, asked, material, seed=0)
    value = {
        probe: probes.credits(probe, trait, 2, _pairs(material, asked)).mean() for probe in given_label.PROBES
    }
    assert value["knn"] > 0.9
    assert value["rbf"] > 0.9
    assert abs(value["lda"] - 0.5) < 0.12


@pytest.mark.parametrize("probe", given_label.PROBES)
def test_tokens_not_asked_get_no_answer_and_teach_nothing(flipped, probe):
    vectors, material, trait = flipped
    asked = np.random.default_rng(8).uniform(size=len(vectors)) < 0.7
    folds = _pairs(material, asked)
    answers = ProbesGivenLabel(vectors, asked, material, 0).credits(probe, trait, 2, folds)
    np.testing.assert_array_equal(np.isfinite(answers), asked)
    spoilt, lies = np.where(asked[:, None], vectors, 1e3), np.where(asked, trait, 1 - trait)
    again = ProbesGivenLabel(spoilt, asked, material, 0).credits(probe, lies, 2, folds)
    np.testing.assert_allclose(again, answers)


def test_whoever_is_held_out_twice_gets_the_mean_of_the_answers(flipped):
    vectors, material, trait = flipped
    asked = np.ones(len(vectors), dtype=bool)
    groups = [(np.array([0, 1]),), (np.array([0, 3]),)]
    probes = ProbesGivenLabel(vectors, asked, material, 0)
    folds = [group_folds(material.speakers, group, asked) for group in groups]
    first, second = (probes.credits("knn", trait, 2, fold) for fold in folds)
    both = probes.credits("knn", trait, 2, folds[0] + folds[1])
    np.testing.assert_allclose(both[material.speakers == 0], ((first + second) / 2)[material.speakers == 0])
    np.testing.assert_array_equal(both[material.speakers == 3], second[material.speakers == 3])
    assert np.isnan(both[material.speakers == 2]).all()


@pytest.mark.parametrize("probe", given_label.PROBES)
def test_with_one_class_in_training_the_answer_is_that_class(flipped, probe):
    vectors, material, _ = flipped
    asked = np.ones(len(vectors), dtype=bool)
    classes = (material.speakers == 0).astype(int)
    folds = group_folds(material.speakers, (np.array([0, 1]),), asked)
    answers = ProbesGivenLabel(vectors, asked, material, 0).credits(probe, classes, 2, folds)
    assert (answers[material.speakers == 0] == 0.0).all()
    assert (answers[material.speakers == 1] == 1.0).all()


def test_a_class_that_is_thinned_away_is_no_error(flipped, monkeypatch):
    # A single token of 240 has class 1, and the kernel is trained on twenty of them.
    vectors, material, _ = flipped
    asked = np.ones(len(vectors), dtype=bool)
    folds = group_folds(material.speakers, (np.array([0, 1]),), asked)
    monkeypatch.setattr(given_label, "RBF_TOKENS", 20)
    kept = thinned(folds[0][0], material.speakers, 20, (0, 0))
    classes = np.zeros(len(vectors), dtype=int)
    classes[np.setdiff1d(folds[0][0], kept)[0]] = 1
    answers = ProbesGivenLabel(vectors, asked, material, 0).credits("rbf", classes, 2, folds)
    assert (answers[np.isin(material.speakers, [0, 1])] == 1.0).all()


def test_thinning_is_even_over_speakers_and_the_same_every_time():
    speakers = np.random.default_rng(10).permutation(np.repeat([0, 1, 2, 5], [5, 40, 200, 400]))
    tokens = np.flatnonzero(np.arange(len(speakers)) % 10 != 3)
    kept = thinned(tokens, speakers, 101, (0, 1))
    there = np.bincount(speakers[tokens])[[0, 1, 2, 5]]
    drawn = np.bincount(speakers[kept])[[0, 1, 2, 5]]
    assert drawn.sum() == 101
    assert drawn[0] == there[0] < 25  # all of the one who has few
    assert drawn[1:].max() - drawn[1:].min() <= 1
    assert (np.diff(kept) > 0).all()
    assert set(kept) <= set(tokens)
    np.testing.assert_array_equal(thinned(tokens, speakers, 101, (0, 1)), kept)
    assert not np.array_equal(thinned(tokens, speakers, 101, (0, 2)), kept)
    assert not np.array_equal(thinned(tokens, speakers, 101, (1, 1)), kept)
    np.testing.assert_array_equal(thinned(tokens, speakers, len(tokens), (0, 1)), tokens)


def test_slow_probes_are_shuffled_less_often():
    assert given_label.PROBES == ("lda", "logistic", "knn", "rbf")
    assert [shuffles_of(probe, 1000, 6) for probe in given_label.PROBES] == [6, 2, 6, 2]
    assert [shuffles_of(probe, 1001, 6) for probe in given_label.PROBES] == [6, 1, 6, 1]
    assert shuffles_of("rbf", 10, 1) == 1


def test_the_note_says_who_votes_and_whether_the_kernel_saw_all():
    many, few = np.arange(given_label.RBF_TOKENS + 1), np.arange(given_label.RBF_TOKENS)
    assert remark("knn", ((few, few),)) == "; 15 nearest tokens of the same label, at most half of them"
    assert remark("rbf", ((few, few),)) == remark("lda", ((many, few),)) == ""
    assert remark("rbf", ((few, many), (many, few))) == "; trained on 1000 tokens per fold"
