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
    group_folds,
    paired_speakers,
    speaker_folds,
    within_speaker_folds,
)
from w2vpraat.compare.material import Material
from w2vpraat.compare.probes import (
    Moments,
    credit,
    linear_discriminant,
    linear_scores,
    rbf_scores,
    residuals,
)
from w2vpraat.compare.scores import Tally

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

# How often classes are shuffled for the baseline; support vector machines are slow, so once for them.
SHUFFLES = 3
# A support vector machine is trained on at most so many tokens per fold (drawn evenly over speakers).
RBF_TOKENS = 1000


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


class SexGoal:
    """Which sex is it, given the label? One linear probe, and one that may use other cues for each label."""

    name = "sex_given_label"

    def __init__(self, material: Material, seed: int) -> None:
        self.material, self.seed = material, seed
        self.groups = paired_speakers(material.sex, seed=seed)
        known = material.sex >= 0
        self.usable = known[material.speakers]
        self.folds = group_folds(material.speakers, self.groups, self.usable)
        most = max((len(group) for group in self.groups), default=0)
        self.description = (
            "one woman and one man held out together"
            if most == 2
            else f"{len(self.groups)} groups of as many women as men held out"
        )
        self.variants = [material.sex, *shuffled_sex(material.sex, seed)]

    def score(self, vectors: Floats) -> Iterator[Outcome]:
        """Yield balanced accuracies of the linear and of the non-linear probe."""
        for probe, variants in (("lda", self.variants), ("rbf", self.variants[:2])):
            tallies = [self._tally(vectors, sex, probe) for sex in variants]
            note = self.description
            if probe == "rbf" and max(len(train) for train, _ in self.folds) > RBF_TOKENS:
                note += f"; trained on {RBF_TOKENS} tokens per fold"
            yield Outcome(
                goal=self.name,
                probe=probe,
                unit="balanced accuracy",
                tally=tallies[0],
                chance=0.5,
                shuffled=float(np.mean([tally.value for tally in tallies[1:]])),
                n_tokens=int(self.usable.sum()),
                n_labels=self.material.n_labels,
                note=note,
            )

    def _tally(self, vectors: Floats, sex: Ints, probe: str) -> Tally:
        material = self.material
        classes = np.maximum(sex, 0)[material.speakers]
        total, asked = np.zeros(len(vectors)), np.zeros(len(vectors))
        for turn, (train, test) in enumerate(self.folds):
            if len(np.unique(classes[train])) < 2:
                continue  # a shuffled baseline of very few speakers may leave one class
            training = np.zeros(len(vectors), dtype=bool)
            training[train] = True
            if probe == "lda":
                rest = residuals(vectors, material.labels, classes, training, material.n_labels)
                answers = linear_scores(rest[train], classes[train], rest[test], 2, equal_priors=True)
            else:
                train = _thinned(train, material.speakers, RBF_TOKENS, (self.seed, turn))
                answers = rbf_scores(
                    vectors[train],
                    classes[train],
                    vectors[test],
                    2,
                    training_labels=material.labels[train],
                    test_labels=material.labels[test],
                )
            total[test] += credit(answers, classes[test])
            asked[test] += 1
        with np.errstate(invalid="ignore"):
            credits = np.where(asked > 0, total / asked, np.nan)
        return Tally.of(
            credits, material.speakers, classes, strata=np.maximum(material.sex, 0), balanced=True
        )


def shuffled_sex(sex: Ints, seed: int) -> list[Ints]:
    """Deal the sexes out anew among the speakers whose sex is known."""
    known = np.flatnonzero(sex >= 0)
    made = []
    for turn in range(SHUFFLES):
        mixed = sex.copy()
        mixed[known] = sex[np.random.default_rng((seed, turn, 1)).permutation(known)]
        made.append(mixed)
    return made


def _thinned(tokens: Ints, speakers: Ints, most: int, seed: tuple[int, int]) -> Ints:
    """Draw at most so many tokens, about the same number from each speaker."""
    if len(tokens) <= most:
        return tokens
    random = np.random.default_rng(seed)
    mixed = random.permutation(tokens)
    order = np.argsort(speakers[mixed], kind="stable")
    own = speakers[mixed][order]
    rank = np.empty(len(mixed), dtype=np.intp)  # how many tokens of the same speaker come before
    rank[order] = np.arange(len(mixed)) - np.searchsorted(own, own)
    return np.sort(mixed[np.argsort(rank, kind="stable")[:most]])


class SpeakerSexGoal:
    """Which sex is the speaker, from the vector of all label means? The probe that centring cannot fool."""

    name = "sex_of_speaker"

    def __init__(self, material: Material, seed: int) -> None:
        self.material = material
        said = np.zeros((material.n_speakers, material.n_labels), dtype=bool)
        said[material.speakers, material.labels] = True
        self.labels, self.speakers = common_labels(said, material.sex >= 0)
        sex = np.full(material.n_speakers, -1, dtype=np.intp)
        sex[self.speakers] = material.sex[self.speakers]
        self.groups = paired_speakers(sex, most=32, seed=seed)
        self.sex = sex
        self.variants = [sex, *shuffled_sex(sex, seed)]
        dropped = int((material.sex >= 0).sum()) - len(self.speakers)
        self.description = (
            f"means of {len(self.labels)} labels per speaker"
            + (f", {dropped} speakers lack one of them" if dropped else "")
            + "; as many women as men held out together"
        )

    @property
    def possible(self) -> bool:
        """Whether there are enough speakers: three of each sex with the same labels."""
        return all(int((self.sex == value).sum()) >= 3 for value in (0, 1)) and len(self.labels) > 0

    def score(self, vectors: Floats) -> Iterator[Outcome]:
        """Yield the balanced accuracy over speakers."""
        material = self.material
        cells = material.speakers * material.n_labels + material.labels
        size = material.n_speakers * material.n_labels
        counts = np.bincount(cells, minlength=size)
        sums = np.zeros((size, vectors.shape[1]))
        np.add.at(sums, cells, vectors)
        means = (sums / np.maximum(counts, 1)[:, None]).reshape(material.n_speakers, material.n_labels, -1)
        spaces = means[:, self.labels].reshape(material.n_speakers, -1)
        tallies = [self._tally(spaces, sex) for sex in self.variants]
        yield Outcome(
            goal=self.name,
            probe="lda",
            unit="balanced accuracy",
            tally=tallies[0],
            chance=0.5,
            shuffled=float(np.mean([tally.value for tally in tallies[1:]])),
            n_tokens=int(np.isin(material.speakers, self.speakers).sum()),
            n_labels=len(self.labels),
            note=self.description,
        )

    def _tally(self, spaces: Floats, sex: Ints) -> Tally:
        total, asked = np.zeros(len(spaces)), np.zeros(len(spaces))
        for group in self.groups:
            train = np.setdiff1d(self.speakers, group)
            if len(np.unique(sex[train])) < 2:
                continue
            answers = linear_scores(spaces[train], sex[train], spaces[group], 2, equal_priors=True)
            total[group] += credit(answers, sex[group])
            asked[group] += 1
        with np.errstate(invalid="ignore"):
            credits = np.where(asked > 0, total / asked, np.nan)
        numbers = np.arange(len(spaces))
        strata = np.maximum(self.sex, 0)
        return Tally.of(credits, numbers, np.maximum(sex, 0), strata=strata, balanced=True)


def common_labels(said: NDArray[np.bool_], known: NDArray[np.bool_]) -> tuple[Ints, Ints]:
    """Choose labels that at least 90 % of the speakers have in common, and the speakers who have them all.

    The label that the fewest speakers say is dropped until the rest is common enough.

    Parameters
    ----------
    said : ndarray of bool, shape (n_speakers, n_labels)
    known : ndarray of bool, shape (n_speakers,)
        Speakers that count.

    Returns
    -------
    labels, speakers : ndarray
        Numbers.
    """
    labels = np.arange(said.shape[1])
    speakers = np.flatnonzero(known)
    while len(labels):
        whole = said[np.ix_(speakers, labels)].all(axis=1)
        if whole.mean() >= 0.9:
            return labels, speakers[whole]
        labels = np.delete(labels, int(np.argmin(said[np.ix_(speakers, labels)].sum(axis=0))))
    return labels, speakers[:0]
