"""Tallies and intervals: closed forms and coverage."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, balanced_accuracy_score

from w2vpraat.compare.scores import Tally, interval, speaker_weights


def test_accuracies_are_scikit_learns():
    random = np.random.default_rng(0)
    true, said = random.integers(4, size=300), random.integers(4, size=300)
    speakers = random.integers(9, size=300)
    right = (true == said).astype(float)
    assert Tally.of(right, speakers, true).value == pytest.approx(accuracy_score(true, said))
    balanced = Tally.of(right, speakers, true, balanced=True).value
    assert balanced == pytest.approx(balanced_accuracy_score(true, said))


def test_answers_that_were_not_asked_do_not_count():
    tally = Tally.of(np.array([1.0, np.nan, 0.0, np.nan]), np.array([0, 0, 1, 2]))
    assert tally.value == 0.5
    assert tally.n_speakers == 2


def test_weights_resample_within_strata():
    weights = speaker_weights(np.array([0, 0, 0, 1, 1]), 200, seed=3)
    assert (weights[:, :3].sum(axis=1) == 3).all()
    assert (weights[:, 3:].sum(axis=1) == 2).all()
    assert (weights == speaker_weights(np.array([0, 0, 0, 1, 1]), 200, seed=3)).all()


def test_the_bootstrap_error_is_that_of_a_mean_over_speakers():
    # All speakers say the same number of tokens, so the accuracy is the mean of the speakers' accuracies.
    random = np.random.default_rng(1)
    shares = random.uniform(0.4, 0.9, size=40)
    right = (np.arange(100) < (100 * shares[:, None]).round()).astype(float).ravel()
    tally = Tally.of(right, np.repeat(np.arange(40), 100))
    samples = tally.resampled(20_000, seed=0)
    means = right.reshape(40, 100).mean(axis=1)
    assert samples.std() == pytest.approx(means.std() / np.sqrt(40), rel=0.03)
    assert tally.value == pytest.approx(means.mean())


def test_intervals_over_speakers_cover_the_truth_and_intervals_over_tokens_would_not():
    random = np.random.default_rng(2)
    covered = tokenwise = 0
    for turn in range(150):
        ability = np.clip(random.normal(0.7, 0.1, size=30), 0, 1)
        right = (random.uniform(size=(30, 60)) < ability[:, None]).astype(float).ravel()
        speakers = np.repeat(np.arange(30), 60)
        low, high = interval(Tally.of(right, speakers).resampled(400, turn), 0.95)
        covered += low <= 0.7 <= high
        low, high = 1.96 * np.array([-1, 1]) * right.std() / np.sqrt(1800) + right.mean()
        tokenwise += low <= 0.7 <= high
    assert 0.89 <= covered / 150 <= 0.98
    assert tokenwise / 150 < 0.8


def test_no_samples_no_interval():
    assert all(np.isnan(interval(np.array([]), 0.95)))
