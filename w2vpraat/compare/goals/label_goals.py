"""Goals: what a representation should keep and what it should remove, each with its protocol.

A goal is prepared once (folds, shuffled classes) and then scores any number of representations, so that all
of them meet the same folds and the same shuffled baselines. After Adank, Smits & van Hout 2004, JASA
116:3099-3107: keep the phoneme, remove the speaker; with the sex probes that per-speaker centring cannot
fool.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from w2vpraat.compare.folds import (
    Fold,
    Folds,
    speaker_folds,
    within_speaker_folds,
)
from w2vpraat.compare.material import Material
from w2vpraat.compare.probes.knn import NEIGHBOURS, nearest, neighbour_scores
from w2vpraat.compare.probes.linear import (
    Moments,
    class_sums,
    credit,
    linear_discriminant,
    linear_scores,
    residuals,
    standardized,
    standardized_by,
)
from w2vpraat.compare.scores import Tally

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

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

    def score(self, vectors: Floats) -> Iterator[Outcome]:
        """Score vectors, shape (n_tokens, dim), in the order of the material."""
        ...


def majority(classes: Ints) -> float:
    """Share of the most frequent class."""
    return float(np.bincount(classes).max() / len(classes))


def _left_out_credits(
    vectors: Floats, variants: list[Ints], n_classes: int, folds: tuple[Fold, ...]
) -> list[Floats]:
    """Credits of every token for each variant of the classes; training = all tokens outside the test fold."""
    vectors = standardized(vectors)
    totals = [Moments.of(vectors, classes, n_classes) for classes in variants]
    credits: list[Floats] = [np.full(len(vectors), np.nan) for _ in variants]
    for _, test in folds:
        held = vectors[test]
        for classes, total, right in zip(variants, totals, credits, strict=True):
            fitted = linear_discriminant(total.without(Moments.of(held, classes[test], n_classes)))
            right[test] = credit(fitted.scores(held), classes[test])
    return credits


def _neighbour_credits(
    vectors: Floats, variants: list[Ints], n_classes: int, folds: tuple[Fold, ...]
) -> list[Floats]:
    """Credits of every token by its nearest training tokens, for each variant of the classes."""
    credits: list[Floats] = [np.full(len(vectors), np.nan) for _ in variants]
    for train, test in folds:
        found = nearest(*standardized_by(vectors[train], vectors[test]))
        for classes, right in zip(variants, credits, strict=True):
            right[test] = credit(found.votes(classes[train], n_classes), classes[test])
    return credits


def known_probes(wanted: Collection[str], possible: Sequence[str] = ("lda", "knn")) -> tuple[str, ...]:
    """Return those of the wanted probes that a goal has; the linear one if it has none of them."""
    return tuple(probe for probe in possible if probe in wanted) or ("lda",)


def mean_value(tallies: Sequence[Tally]) -> float:
    """Return the mean accuracy, for the shuffled baseline."""
    return float(np.mean([tally.value for tally in tallies]))


def _shuffled_within(classes: Ints, groups: Ints, seed: int, times: int = SHUFFLES) -> list[Ints]:
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


class LabelGoal:
    """Keep the label: recognize it in speakers that the probe has not met."""

    name = "label"

    def __init__(
        self, material: Material, n_folds: int, seed: int, probes: Collection[str] = ("lda",)
    ) -> None:
        self.material, self.probes = material, known_probes(probes)
        folds: Folds
        if material.n_speakers > 1:
            folds = speaker_folds(material.speakers, n_folds)
        else:
            folds = within_speaker_folds(material.speakers, material.labels, material.files, seed=seed)
        self.folds = folds.folds
        self.description = folds.description
        self.variants = [
            material.labels,
            *_shuffled_within(material.labels, material.speakers, seed),
        ]

    def score(self, vectors: Floats) -> Iterator[Outcome]:
        """Yield plain and class-balanced accuracy of the same answers."""
        material = self.material
        for probe in self.probes:
            find = _left_out_credits if probe == "lda" else _neighbour_credits
            credits = find(vectors, self.variants, material.n_labels, self.folds)
            for unit, balanced in (("accuracy", False), ("balanced accuracy", True)):
                tallies = [
                    Tally.of(right, material.speakers, classes, balanced=balanced)
                    for right, classes in zip(credits, self.variants, strict=True)
                ]
                note = self.description
                if probe == "knn":
                    note += f"; {NEIGHBOURS} nearest tokens"
                yield Outcome(
                    goal=self.name,
                    probe=probe,
                    unit=unit,
                    tally=tallies[0],
                    chance=1.0 / material.n_labels if balanced else majority(material.labels),
                    shuffled=mean_value(tallies[1:]),
                    n_tokens=int(np.isfinite(credits[0]).sum()),
                    n_labels=material.n_labels,
                    n_classes=material.n_labels,
                    note=note,
                )


class CrossSexGoal:
    """Keep the label across the sexes: train on one, test on the other; the mean of both ways."""

    name = "label_across_sex"
    description = "trained on one sex, tested on the other, mean of both ways"

    def __init__(self, material: Material, seed: int, probes: Collection[str] = ("lda",)) -> None:
        self.material, self.probes = material, known_probes(probes)
        self.sexes = material.sex[material.speakers]
        sides = [np.flatnonzero(self.sexes == value) for value in (0, 1)]
        shared = np.intersect1d(material.labels[sides[0]], material.labels[sides[1]])
        self.sides = [side[np.isin(material.labels[side], shared)] for side in sides]
        self.n_labels = len(shared)
        self.variants = [material.labels, *_shuffled_within(material.labels, material.speakers, seed)]

    def score(self, vectors: Floats) -> Iterator[Outcome]:
        """Yield the mean accuracy of the two directions."""
        for probe in self.probes:
            yield self._outcome(vectors, probe)

    def _outcome(self, vectors: Floats, probe: str) -> Outcome:
        material = self.material
        find = linear_scores if probe == "lda" else neighbour_scores
        tallies = []
        for classes in self.variants:
            right = np.full(len(vectors), np.nan)
            for train, test in (self.sides, self.sides[::-1]):
                answers = find(vectors[train], classes[train], vectors[test], material.n_labels)
                right[test] = credit(answers, classes[test])
            cells = np.maximum(self.sexes, 0)
            tallies.append(
                Tally.of(right, material.speakers, cells, strata=np.maximum(material.sex, 0), balanced=True)
            )
        real = tallies[0]
        shares = real.hits.sum(axis=0) / real.counts.sum(axis=0)
        one, two = material.sex_names
        how = self.description + (f"; {NEIGHBOURS} nearest tokens" if probe == "knn" else "")
        return Outcome(
            goal=self.name,
            probe=probe,
            unit="accuracy",
            tally=real,
            chance=float(np.mean([majority(material.labels[side]) for side in self.sides])),
            shuffled=mean_value(tallies[1:]),
            n_tokens=sum(map(len, self.sides)),
            n_labels=self.n_labels,
            n_classes=self.n_labels,
            note=f"{how} (tested on {one} {shares[0]:.3f}, on {two} {shares[1]:.3f})",
        )


class SpeakerGoal:
    """Which speaker is it, given the label? High = the speaker is kept."""

    name = "speaker_given_label"

    def __init__(self, material: Material, seed: int, probes: Collection[str] = ("lda",)) -> None:
        self.material, self.probes = material, known_probes(probes)
        folds = within_speaker_folds(material.speakers, material.labels, material.files, seed=seed)
        self.folds = folds.folds
        self.description = folds.description
        self.variants = [
            material.speakers,
            *_shuffled_within(material.speakers, material.labels, seed),
        ]

    def score(self, vectors: Floats) -> Iterator[Outcome]:
        """Yield the accuracy among all speakers."""
        for probe in self.probes:
            yield self._outcome(vectors, probe)

    def _outcome(self, vectors: Floats, probe: str) -> Outcome:
        material = self.material
        credits = [np.full(len(vectors), np.nan) for _ in self.variants]
        alike = np.zeros(len(vectors), dtype=np.intp)
        for train, test in self.folds:
            training = np.zeros(len(vectors), dtype=bool)
            training[train] = True
            rest = residuals(vectors, material.labels, alike, training, material.n_labels)
            answer = _linear_answers if probe == "lda" else _neighbour_answers
            found = answer(standardized(rest), train, test, self.variants, material.n_speakers)
            for answers, classes, right in zip(found, self.variants, credits, strict=True):
                right[test] = credit(answers, classes[test])
        tallies = [Tally.of(right, classes) for right, classes in zip(credits, self.variants, strict=True)]
        return Outcome(
            goal=self.name,
            probe=probe,
            unit="accuracy",
            tally=tallies[0],
            chance=majority(material.speakers),
            shuffled=mean_value(tallies[1:]),
            n_tokens=int(np.isfinite(credits[0]).sum()),
            n_labels=material.n_labels,
            n_classes=material.n_speakers,
            note=self.description
            + (f"; {NEIGHBOURS} nearest tokens, the label's mean subtracted" if probe == "knn" else ""),
            of_speaker=True,
        )


def _linear_answers(
    vectors: Floats, train: Ints, test: Ints, variants: Sequence[Ints], n_classes: int
) -> Iterator[Floats]:
    """Scores of the test tokens for each variant of the classes, which share the outer products."""
    training, held = vectors[train], vectors[test]
    scatter = training.T @ training
    for classes in variants:
        counts = np.bincount(classes[train], minlength=n_classes).astype(np.float64)
        sums = class_sums(training, classes[train], n_classes)
        yield linear_discriminant(Moments(counts, sums, scatter)).scores(held)


def _neighbour_answers(
    vectors: Floats, train: Ints, test: Ints, variants: Sequence[Ints], n_classes: int
) -> Iterator[Floats]:
    """Votes on the test tokens for each variant of the classes, which share the neighbours."""
    found = nearest(*standardized_by(vectors[train], vectors[test]))
    for classes in variants:
        yield found.votes(classes[train], n_classes)
