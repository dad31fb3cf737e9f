"""Folds: nobody is in training and test at once, and nobody is forgotten."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.model_selection import GroupKFold

from w2vpraat.compare.folds import group_folds, paired_speakers, speaker_folds, within_speaker_folds

speakers_drawn = st.lists(st.integers(0, 6), min_size=8, max_size=60).filter(lambda x: len(set(x)) > 1)


@settings(max_examples=40, deadline=None)
@given(drawn=speakers_drawn, n_folds=st.sampled_from([0, 2, 3, 100]))
def test_speakers_are_never_on_both_sides(drawn, n_folds):
    speakers = np.unique(drawn, return_inverse=True)[1]
    folds = speaker_folds(speakers, n_folds).folds
    tested = np.concatenate([test for _, test in folds])
    assert sorted(tested) == list(range(len(speakers)))
    for train, test in folds:
        assert not set(speakers[train]) & set(speakers[test])
        assert len(train) + len(test) == len(speakers)


def test_grouped_folds_are_scikit_learns():
    speakers = np.random.default_rng(0).integers(12, size=200)
    expected = GroupKFold(5).split(speakers, groups=speakers)
    for (_, ours), (_, theirs) in zip(speaker_folds(speakers, 5).folds, expected, strict=True):
        assert ours.tolist() == theirs.tolist()


def test_recordings_stay_whole_within_speakers():
    speakers = np.repeat([0, 1, 2], 30)
    files = np.repeat(np.arange(9), 10)
    labels = np.tile(np.arange(10), 9)
    folds = within_speaker_folds(speakers, labels, files)
    assert "recordings" in folds.description
    tested = np.concatenate([test for _, test in folds.folds])
    assert sorted(tested) == list(range(90))
    for train, test in folds.folds:
        assert not set(files[train]) & set(files[test])
        assert set(speakers[test]) <= set(speakers[train])


def test_without_recordings_every_fold_has_every_label():
    speakers, labels = np.repeat([0, 1], 50), np.tile(np.repeat(np.arange(5), 10), 2)
    folds = within_speaker_folds(speakers, labels, np.repeat([0, 1], 50))
    assert "same recordings" in folds.description
    for _, test in folds.folds:
        assert np.bincount(labels[test]).tolist() == [4] * 5


@pytest.mark.parametrize(("n_women", "n_men"), [(2, 2), (8, 8), (5, 9), (2, 20), (100, 120), (2, 100)])
def test_as_many_women_as_men_are_held_out_and_some_of_each_stay(n_women, n_men):
    sex = np.array([0] * n_women + [1] * n_men + [-1])
    groups = paired_speakers(sex)
    assert set(np.concatenate(groups)) == set(range(n_women + n_men))
    for group in groups:
        held = np.bincount(sex[group], minlength=2)
        assert 0 < held[0] < n_women
        assert 0 < held[1] < n_men
        if max(n_women, n_men) <= 16:
            assert held.tolist() == [1, 1]
    assert len({tuple(group) for group in groups}) == len(groups)


def test_one_woman_is_not_enough():
    assert paired_speakers(np.array([0, 1, 1, 1])) == ()


def test_tokens_of_speakers_without_a_sex_are_in_no_fold():
    speakers = np.repeat(np.arange(5), 4)
    sex = np.array([0, 0, 1, 1, -1])
    for train, test in group_folds(speakers, paired_speakers(sex), (sex >= 0)[speakers]):
        assert 4 not in speakers[train]
        assert 4 not in speakers[test]
