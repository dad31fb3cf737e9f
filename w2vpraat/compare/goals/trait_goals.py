"""Goals about sex, or another property of speakers with two values, that per-speaker centring cannot fool.

Per-speaker centring puts every speaker's mean at zero, so a linear probe on tokens has nothing left to go
by, whatever the other tokens still say. Hence probes that may treat each label on its own, and those of
whole speakers; hence also women and men held out together, since with one speaker left out a linear probe
answers the rarer sex and is always wrong.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from w2vpraat.compare.folds import group_folds, paired_speakers
from w2vpraat.compare.goals.base import PLAIN_PROBES, Outcome, known_probes, mean_value
from w2vpraat.compare.material import Material
from w2vpraat.compare.probes.given_label import PROBES, credits_given_label, remark, shuffles_of
from w2vpraat.compare.probes.knn import SPEAKER_NEIGHBOURS, neighbour_scores
from w2vpraat.compare.probes.linear import class_sums, credit, linear_scores
from w2vpraat.compare.probes.logistic import logistic_scores
from w2vpraat.compare.probes.space import Space
from w2vpraat.compare.scores import Tally

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

# There are far fewer speakers than tokens, so one shuffling of the sexes says little.
SEX_SHUFFLES = 6


@dataclass(frozen=True, eq=False)
class Trait:
    """A property of speakers with two values, such as sex.

    Attributes
    ----------
    name : str
    of_speaker : ndarray, shape (n_speakers,)
        0 or 1, -1 = unknown.
    asked : ndarray of bool, shape (n_tokens,)
        The tokens with a known value.
    """

    name: str
    of_speaker: Ints
    asked: NDArray[np.bool_]

    @classmethod
    def sex(cls, material: Material) -> Trait:
        """Return the sexes of the speakers."""
        return cls("sex", material.sex, (material.sex >= 0)[material.speakers])

    @property
    def strata(self) -> Ints:
        """Speakers are resampled among those with the same value."""
        return np.maximum(self.of_speaker, 0)

    @property
    def one_of_each(self) -> str:
        """Two speakers in words."""
        return "one woman and one man" if self.name == "sex" else f"one speaker of each {self.name}"

    @property
    def as_many_of_each(self) -> str:
        """More speakers in words."""
        return "as many women as men" if self.name == "sex" else f"as many speakers of either {self.name}"


class TraitGoal:
    """Which value is it, given the label? One linear probe, and others that may use more than a direction."""

    def __init__(
        self, material: Material, trait: Trait, seed: int, probes: Collection[str] = ("lda", "rbf")
    ) -> None:
        self.material, self.trait, self.seed = material, trait, seed
        self.name = f"{trait.name}_given_label"
        self.probes = known_probes(probes, PROBES)
        self.groups = paired_speakers(trait.of_speaker, seed=seed)
        most = max((len(group) for group in self.groups), default=0)
        self.description = (
            f"{trait.one_of_each} held out together"
            if most == 2
            else f"{len(self.groups)} groups of {trait.as_many_of_each} held out"
        )
        # Shuffled speakers are paired anew: by their shuffled values, as the real ones are by theirs.
        self.variants = [
            (values, group_folds(material.speakers, paired_speakers(values, seed=seed), trait.asked))
            for values in (trait.of_speaker, *shuffled_sex(trait.of_speaker, seed))
        ]

    def score(self, space: Space) -> Iterator[Outcome]:
        """Yield balanced accuracies of the linear and of the non-linear probes."""
        ask = credits_given_label(space, self.trait.asked, self.material, self.seed)
        for probe in self.probes:
            few = 1 + shuffles_of(probe, len(space.vectors), SEX_SHUFFLES)
            tallies = []
            for values, folds in self.variants[:few]:
                classes = np.maximum(values, 0)[self.material.speakers]
                credits = ask(probe, classes, 2, folds)
                tallies.append(
                    Tally.of(
                        credits, self.material.speakers, classes, strata=self.trait.strata, balanced=True
                    )
                )
            yield Outcome(
                goal=self.name,
                probe=probe,
                unit="balanced accuracy",
                tally=tallies[0],
                chance=0.5,
                shuffled=mean_value(tallies[1:]),
                n_tokens=int(self.trait.asked.sum()),
                n_labels=len(np.unique(self.material.labels[self.trait.asked])),
                n_classes=2,
                note=self.description + remark(probe, self.variants[0][1]),
                of_speaker=True,
            )


def shuffled_sex(sex: Ints, seed: int) -> list[Ints]:
    """Deal the sexes out anew among the speakers whose sex is known."""
    known = np.flatnonzero(sex >= 0)
    made = []
    for turn in range(SEX_SHUFFLES):
        mixed = sex.copy()
        mixed[known] = sex[np.random.default_rng((seed, turn, 1)).permutation(known)]
        made.append(mixed)
    return made


class SpeakerTraitGoal:
    """Which value has the speaker, by the vector of all label means? Centring cannot fool these probes."""

    def __init__(
        self, material: Material, trait: Trait, seed: int, probes: Collection[str] = ("lda",)
    ) -> None:
        self.material, self.trait = material, trait
        self.name = f"{trait.name}_of_speaker"
        self.probes = known_probes(probes, PLAIN_PROBES)
        said = np.zeros((material.n_speakers, material.n_labels), dtype=bool)
        said[material.speakers[trait.asked], material.labels[trait.asked]] = True
        self.labels, self.speakers = common_labels(said, trait.of_speaker >= 0)
        values = np.full(material.n_speakers, -1, dtype=np.intp)
        values[self.speakers] = trait.of_speaker[self.speakers]
        self.values = values
        self.variants = [
            (mixed, paired_speakers(mixed, most=32, seed=seed))
            for mixed in (values, *shuffled_sex(values, seed))
        ]
        dropped = int((trait.of_speaker >= 0).sum()) - len(self.speakers)
        self.description = (
            f"means of {len(self.labels)} labels per speaker"
            + (f", {dropped} speakers lack one of them" if dropped else "")
            + f"; {trait.as_many_of_each} held out together"
        )

    @property
    def possible(self) -> bool:
        """Whether there are enough speakers: three of each value with the same labels."""
        return all(int((self.values == value).sum()) >= 3 for value in (0, 1)) and len(self.labels) > 0

    def score(self, space: Space) -> Iterator[Outcome]:
        """Yield the balanced accuracies over speakers."""
        whole = self._means(space.vectors) if space.whole else None
        asked = self.trait.asked & np.isin(self.material.speakers, self.speakers)
        for probe in self.probes:
            tallies = [self._tally(space, whole, values, groups, probe) for values, groups in self.variants]
            yield Outcome(
                goal=self.name,
                probe=probe,
                unit="balanced accuracy",
                tally=tallies[0],
                chance=0.5,
                shuffled=mean_value(tallies[1:]),
                n_tokens=int(asked.sum()),
                n_labels=len(self.labels),
                n_classes=2,
                note=self.description
                + (f"; {SPEAKER_NEIGHBOURS} nearest speakers" if probe == "knn" else ""),
                of_speaker=True,
            )

    def _means(self, vectors: Floats) -> Floats:
        """Vectors of all label means, shape (n_speakers, n_labels * dim)."""
        material, asked = self.material, self.trait.asked
        cells = (material.speakers * material.n_labels + material.labels)[asked]
        size = material.n_speakers * material.n_labels
        counts = np.bincount(cells, minlength=size)
        sums = class_sums(vectors[asked], cells, size)
        means = (sums / np.maximum(counts, 1)[:, None]).reshape(material.n_speakers, material.n_labels, -1)
        return np.asarray(means[:, self.labels].reshape(material.n_speakers, -1))

    def _tally(
        self, space: Space, whole: Floats | None, values: Ints, groups: tuple[Ints, ...], probe: str
    ) -> Tally:
        speakers = self.material.speakers
        n_speakers = self.material.n_speakers
        total, asked = np.zeros(n_speakers), np.zeros(n_speakers)
        for group in groups:
            train = np.setdiff1d(self.speakers, group)
            if whole is None:
                tokens = np.flatnonzero(self.trait.asked & np.isin(speakers, train))
                means = self._means(space.seen_from(tokens))
            else:
                means = whole
            known, held = means[train], means[group]
            if probe == "knn":
                answers = neighbour_scores(known, values[train], held, 2, k=SPEAKER_NEIGHBOURS, even=True)
            else:
                find = linear_scores if probe == "lda" else logistic_scores
                answers = find(known, values[train], held, 2, equal_priors=True)
            total[group] += credit(answers, values[group])
            asked[group] += 1
        with np.errstate(invalid="ignore"):
            credits = np.where(asked > 0, total / asked, np.nan)
        numbers = np.arange(n_speakers)
        strata = np.maximum(self.values, 0)
        return Tally.of(credits, numbers, np.maximum(values, 0), strata=strata, balanced=True)


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
