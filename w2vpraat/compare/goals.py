"""Goals: what a representation should keep and what it should remove, each with its protocol.

A goal is prepared once (folds, shuffled classes) and then scores any number of representations, so that all
of them meet the same folds and the same shuffled baselines. After Adank, Smits & van Hout 2004, JASA
116:3099-3107: keep the phoneme, remove the speaker; with the sex probes that per-speaker centring cannot
fool.
"""

from __future__ import annotations

from collections.abc import Iterator
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
from w2vpraat.compare.probes import (
    Moments,
    credit,
    linear_discriminant,
    linear_scores,
    residuals,
)
from w2vpraat.compare.scores import Tally

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

# How often classes are shuffled for the baseline.
SHUFFLES = 3


@dataclass(frozen=True, eq=False)
class Outcome:
    """One row of the table before its interval."""

    goal: str
    probe: str
    unit: str
    tally: Tally
    chance: float
    shuffled: float
    n_tokens: int
    n_labels: int
    note: str


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


def standardized(vectors: Floats) -> Floats:
    """Centre and scale the columns of all tokens.

    Only for the arithmetic: a linear discriminant does not depend on it, and the shrinkage is scaled on
    training tokens.
    """
    sd = vectors.std(axis=0)
    return np.asarray((vectors - vectors.mean(axis=0)) / np.where(sd > 0.0, sd, 1.0))


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

    def __init__(self, material: Material, n_folds: int, seed: int) -> None:
        self.material = material
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
        credits = _left_out_credits(vectors, self.variants, material.n_labels, self.folds)
        for unit, balanced in (("accuracy", False), ("balanced accuracy", True)):
            tallies = [
                Tally.of(right, material.speakers, classes, balanced=balanced)
                for right, classes in zip(credits, self.variants, strict=True)
            ]
            yield Outcome(
                goal=self.name,
                probe="lda",
                unit=unit,
                tally=tallies[0],
                chance=1.0 / material.n_labels if balanced else majority(material.labels),
                shuffled=float(np.mean([tally.value for tally in tallies[1:]])),
                n_tokens=int(np.isfinite(credits[0]).sum()),
                n_labels=material.n_labels,
                note=self.description,
            )


class CrossSexGoal:
    """Keep the label across the sexes: train on one, test on the other; the mean of both ways."""

    name = "label_across_sex"
    description = "trained on one sex, tested on the other, mean of both ways"

    def __init__(self, material: Material, seed: int) -> None:
        self.material = material
        self.sexes = material.sex[material.speakers]
        sides = [np.flatnonzero(self.sexes == value) for value in (0, 1)]
        shared = np.intersect1d(material.labels[sides[0]], material.labels[sides[1]])
        self.sides = [side[np.isin(material.labels[side], shared)] for side in sides]
        self.n_labels = len(shared)
        self.variants = [material.labels, *_shuffled_within(material.labels, material.speakers, seed)]

    def score(self, vectors: Floats) -> Iterator[Outcome]:
        """Yield the mean accuracy of the two directions."""
        material = self.material
        tallies = []
        for classes in self.variants:
            right = np.full(len(vectors), np.nan)
            for train, test in (self.sides, self.sides[::-1]):
                answers = linear_scores(vectors[train], classes[train], vectors[test], material.n_labels)
                right[test] = credit(answers, classes[test])
            cells = np.maximum(self.sexes, 0)
            tallies.append(
                Tally.of(right, material.speakers, cells, strata=np.maximum(material.sex, 0), balanced=True)
            )
        real = tallies[0]
        shares = real.hits.sum(axis=0) / real.counts.sum(axis=0)
        one, two = material.sex_names
        yield Outcome(
            goal=self.name,
            probe="lda",
            unit="accuracy",
            tally=real,
            chance=float(np.mean([majority(material.labels[side]) for side in self.sides])),
            shuffled=float(np.mean([tally.value for tally in tallies[1:]])),
            n_tokens=sum(map(len, self.sides)),
            n_labels=self.n_labels,
            note=f"{self.description} (tested on {one} {shares[0]:.3f}, on {two} {shares[1]:.3f})",
        )


class SpeakerGoal:
    """Which speaker is it, given the label? High = the speaker is kept."""

    name = "speaker_given_label"

    def __init__(self, material: Material, seed: int) -> None:
        self.material = material
        folds = within_speaker_folds(material.speakers, material.labels, material.files, seed=seed)
        self.folds = folds.folds
        self.description = folds.description
        self.variants = [
            material.speakers,
            *_shuffled_within(material.speakers, material.labels, seed),
        ]

    def score(self, vectors: Floats) -> Iterator[Outcome]:
        """Yield the accuracy among all speakers."""
        material = self.material
        credits = [np.full(len(vectors), np.nan) for _ in self.variants]
        alike = np.zeros(len(vectors), dtype=np.intp)
        for train, test in self.folds:
            training = np.zeros(len(vectors), dtype=bool)
            training[train] = True
            rest = standardized(residuals(vectors, material.labels, alike, training, material.n_labels))
            for classes, right in zip(self.variants, credits, strict=True):
                fitted = linear_discriminant(Moments.of(rest[train], classes[train], material.n_speakers))
                right[test] = credit(fitted.scores(rest[test]), classes[test])
        tallies = [Tally.of(right, classes) for right, classes in zip(credits, self.variants, strict=True)]
        yield Outcome(
            goal=self.name,
            probe="lda",
            unit="accuracy",
            tally=tallies[0],
            chance=majority(material.speakers),
            shuffled=float(np.mean([tally.value for tally in tallies[1:]])),
            n_tokens=int(np.isfinite(credits[0]).sum()),
            n_labels=material.n_labels,
            note=self.description,
        )
