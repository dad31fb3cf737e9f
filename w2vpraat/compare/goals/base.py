"""What all goals share: the outcome of a probe, baselines, and a fold asked with every probe."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from w2vpraat.compare.folds import Fold
from w2vpraat.compare.probes.given_label import thinned
from w2vpraat.compare.probes.knn import NEIGHBOURS, nearest
from w2vpraat.compare.probes.linear import (
    Moments,
    class_sums,
    linear_discriminant,
    linear_scores,
    standardized_by,
)
from w2vpraat.compare.probes.logistic import MOST_TOKENS, SHUFFLED_TOKENS, logistic_scores
from w2vpraat.compare.probes.space import Space
from w2vpraat.compare.scores import Tally

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

# Probes of what has many classes (labels, speakers).
PLAIN_PROBES = ("lda", "logistic", "knn")
# How often classes are shuffled for the baseline.
SHUFFLES = 3


@dataclass(frozen=True, eq=False)
class Outcome:
    """One row of the table before its interval.

    ``n_labels`` counts the labels of the tokens asked, ``n_classes`` the answers to choose from. What is
    ``of_speaker`` is the same for all tokens of a speaker, so that centring per speaker hides it from a
    linear probe.
    """

    goal: str
    probe: str
    unit: str
    tally: Tally
    chance: float
    shuffled: float
    n_tokens: int
    n_labels: int
    n_classes: int
    note: str
    of_speaker: bool = False


class Goal(Protocol):
    """Something to score representations for."""

    name: str
    description: str

    def score(self, space: Space) -> Iterator[Outcome]:
        """Score the vectors of all tokens, in the order of the material."""
        ...


def majority(classes: Ints) -> float:
    """Share of the most frequent class."""
    return float(np.bincount(classes).max() / len(classes))


def known_probes(wanted: Collection[str], possible: Sequence[str] = PLAIN_PROBES) -> tuple[str, ...]:
    """Return those of the wanted probes that a goal has; the linear one if it has none of them."""
    return tuple(probe for probe in possible if probe in wanted) or ("lda",)


def mean_value(tallies: Sequence[Tally]) -> float:
    """Return the mean accuracy, for the shuffled baseline; NaN if there is none."""
    return float(np.mean([tally.value for tally in tallies])) if tallies else float("nan")


def variants_for(probe: str, variants: Sequence[Ints]) -> Sequence[Ints]:
    """Return the real classes and as many shuffled ones as a probe is asked with: one if it is slow."""
    return variants[:2] if probe == "logistic" else variants


def probe_note(probe: str, folds: Sequence[Fold]) -> str:
    """Return what a row's note must say about a probe, after a semicolon; empty if nothing."""
    if probe == "knn":
        return f"; {NEIGHBOURS} nearest tokens"
    if probe == "logistic" and max(len(train) for train, _ in folds) > MOST_TOKENS:
        return f"; trained on {MOST_TOKENS} tokens per fold"
    return ""


def shuffled_within(classes: Ints, groups: Ints, seed: int, times: int = SHUFFLES) -> list[Ints]:
    """Permute the classes within groups, which keeps how often each group has each class."""
    made = []
    for turn in range(times):
        random = np.random.default_rng((seed, turn))
        mixed = classes.copy()
        for group in np.unique(groups):
            own = np.flatnonzero(groups == group)
            mixed[own] = classes[random.permutation(own)]
        made.append(mixed)
    return made


def fold_scores(
    probe: str,
    vectors: Floats,
    train: Ints,
    test: Ints,
    variants: Sequence[Ints],
    n_classes: int,
    speakers: Ints,
) -> Iterator[Floats]:
    """Ask one probe about the test tokens, for each variant of the classes (the first are the real ones).

    Parameters
    ----------
    probe : {"lda", "logistic", "knn"}
    vectors : ndarray, shape (n_tokens, dim)
    train, test : ndarray
        Token numbers.
    variants : sequence of ndarray, shape (n_tokens,)
    n_classes : int
    speakers : ndarray, shape (n_tokens,)
        From whom training tokens are drawn evenly, where a baseline needs few.

    Yields
    ------
    ndarray, shape (n_test, n_classes)
    """
    if probe == "logistic":
        for turn, classes in enumerate(variants):
            most = SHUFFLED_TOKENS if turn else MOST_TOKENS
            few = thinned(train, speakers, most, (turn, len(train)))
            yield logistic_scores(vectors[few], classes[few], vectors[test], n_classes)
        return
    if probe == "lda" and vectors.shape[1] > len(train):
        for classes in variants:
            yield linear_scores(vectors[train], classes[train], vectors[test], n_classes)
        return
    training, held = standardized_by(vectors[train], vectors[test])
    if probe == "knn":
        found = nearest(training, held)
        for classes in variants:
            yield found.votes(classes[train], n_classes)
        return
    scatter = training.T @ training
    for classes in variants:
        counts = np.bincount(classes[train], minlength=n_classes).astype(np.float64)
        sums = class_sums(training, classes[train], n_classes)
        yield linear_discriminant(Moments(counts, sums, scatter)).scores(held)
