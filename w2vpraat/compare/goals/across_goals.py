"""Carry the label across populations: train on one sex, dialect, age group or emotion, test on the others.

Beside it stands the same within populations: trained on the speakers of the same value. What is lost on the
way from one to the other is what the representation has not normalized.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from w2vpraat.compare.folds import Fold, dealt_speakers
from w2vpraat.compare.goals.base import (
    Outcome,
    fold_scores,
    known_probes,
    majority,
    mean_value,
    probe_note,
    shuffled_within,
    variants_for,
)
from w2vpraat.compare.goals.column_goals import Column
from w2vpraat.compare.material import Material
from w2vpraat.compare.probes.linear import credit
from w2vpraat.compare.probes.space import Space
from w2vpraat.compare.scores import Tally

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Population:
    """The values of a column as populations of tokens.

    Attributes
    ----------
    name : str
        Of the column.
    names : tuple of str
        Of the values.
    values : ndarray, shape (n_tokens,)
        -1 = unknown, or a label that not all values share.
    of_speaker : ndarray, shape (n_speakers,), or None
        Value of each speaker, -1 = unknown; None if it changes within speakers.
    n_labels : int
        Labels that all values share.
    """

    name: str
    names: tuple[str, ...]
    values: Ints
    of_speaker: Ints | None
    n_labels: int

    @classmethod
    def of(cls, column: Column, material: Material) -> Population:
        """Keep the tokens whose label is said with every value of the column."""
        return cls._shared(column.name, column.classes, column.values, column.of_speaker, material)

    @classmethod
    def sex(cls, material: Material) -> Population:
        """Return women and men as populations."""
        values = material.sex[material.speakers]
        return cls._shared("sex", material.sex_names, values, material.sex, material)

    @classmethod
    def _shared(
        cls, name: str, names: tuple[str, ...], values: Ints, of_speaker: Ints | None, material: Material
    ) -> Population:
        said = [np.unique(material.labels[values == value]) for value in range(len(names))]
        shared = said[0] if said else np.zeros(0, dtype=np.intp)
        for labels in said[1:]:
            shared = np.intersect1d(shared, labels)
        kept = np.where(np.isin(material.labels, shared), values, -1)
        return cls(name, names, kept, of_speaker, len(shared))

    @property
    def possible(self) -> bool:
        """Whether there are two values that share two labels."""
        return len(self.names) > 1 and self.n_labels > 1


class AcrossGoal:
    """Keep the label across populations, or within them.

    Parameters
    ----------
    material : Material
    population : Population
    n_folds : int
        Groups of speakers held out within a population; 0: one speaker at a time.
    seed : int
    probes : collection of str
    within : bool
        Train on speakers with the same value instead of the other values' speakers.
    """

    def __init__(
        self,
        material: Material,
        population: Population,
        n_folds: int,
        seed: int,
        probes: Collection[str] = ("lda",),
        *,
        within: bool = False,
    ) -> None:
        self.material, self.population, self.within = material, population, within
        self.probes = known_probes(probes)
        self.name = f"label_{'within' if within else 'across'}_{population.name}"
        self.folds, how = self._made(n_folds)
        two = len(population.names) == 2
        if within:
            self.description = f"trained on other speakers of the same {population.name}, {how}"
        elif population.name == "sex":
            self.description = "trained on one sex, tested on the other, mean of both ways"
        else:
            others = "the other" if two else "each other value"
            self.description = f"trained on one {population.name}, tested on {others}, {how}"
        self.variants = [material.labels, *shuffled_within(material.labels, material.speakers, seed)]

    def _made(self, n_folds: int) -> tuple[tuple[Fold, ...], str]:
        """Make folds: training tokens of one value, test tokens of the same or of the other values."""
        speakers, values = self.material.speakers, self.population.values
        apart = self.population.of_speaker is not None
        if apart and not self.within:
            return self._pairs([np.ones(len(values), dtype=bool)], same_speakers=True), "mean of all ways"
        known = np.unique(speakers[values >= 0])
        by = self.population.of_speaker
        groups = dealt_speakers(
            np.zeros(self.material.n_speakers, np.intp) if by is None else by, known, n_folds
        )
        held = [np.isin(speakers, group) for group in groups]
        how = (
            "one speaker held out at a time"
            if len(groups) == len(known)
            else f"{len(groups)} folds with speakers held out"
        )
        return self._pairs(held, same_speakers=False), how

    def _pairs(self, held: Sequence[NDArray[np.bool_]], *, same_speakers: bool) -> tuple[Fold, ...]:
        values, made = self.population.values, []
        for value in range(len(self.population.names)):
            for group in held:
                free = np.ones(len(values), dtype=bool) if same_speakers else ~group
                train = np.flatnonzero((values == value) & free)
                asked = (values == value) if self.within else (values >= 0) & (values != value)
                test = np.flatnonzero(asked & group)
                if len(train) and len(test):
                    made.append((train, test))
        return tuple(made)

    @property
    def possible(self) -> bool:
        """Whether every value can be trained on and is tested."""
        tested = {int(value) for _, test in self.folds for value in np.unique(self.population.values[test])}
        return self.population.possible and len(tested) == len(self.population.names)

    def score(self, space: Space) -> Iterator[Outcome]:
        """Yield the accuracy, every population counting the same."""
        for probe in self.probes:
            yield self._outcome(space, probe)

    def _outcome(self, space: Space, probe: str) -> Outcome:
        material, population = self.material, self.population
        variants = variants_for(probe, self.variants)
        total = np.zeros((len(variants), len(material.labels)))
        asked = np.zeros(len(material.labels))
        for train, test in self.folds:
            vectors = space.seen_from(train)
            found = fold_scores(probe, vectors, train, test, variants, material.n_labels, material.speakers)
            for turn, (answers, classes) in enumerate(zip(found, variants, strict=True)):
                total[turn, test] += credit(answers, classes[test])
            asked[test] += 1
        with np.errstate(invalid="ignore"):
            credits = np.where(asked > 0, total / asked, np.nan)
        cells = np.maximum(population.values, 0)
        strata = None if population.of_speaker is None else np.maximum(population.of_speaker, 0)
        tallies = [
            Tally.of(right, material.speakers, cells, strata=strata, balanced=True) for right in credits
        ]
        real = tallies[0]
        with np.errstate(invalid="ignore"):
            shares = real.hits.sum(axis=0) / real.counts.sum(axis=0)
        parts = ", ".join(
            f"{'on ' if turn == 0 or len(shares) == 2 else ''}{name} {share:.3f}"
            for turn, (name, share) in enumerate(zip(population.names, shares, strict=False))
        )
        how = self.description + probe_note(probe, self.folds)
        sides = [np.flatnonzero(population.values == value) for value in range(len(population.names))]
        return Outcome(
            goal=self.name,
            probe=probe,
            unit="accuracy",
            tally=real,
            chance=float(np.mean([majority(material.labels[side]) for side in sides])),
            shuffled=mean_value(tallies[1:]),
            n_tokens=int((asked > 0).sum()),
            n_labels=population.n_labels,
            n_classes=population.n_labels,
            note=f"{how} (tested {parts})",
        )


def across_goals(
    material: Material,
    population: Population,
    n_folds: int,
    seed: int,
    probes: Collection[str],
    *,
    within: bool = True,
) -> tuple[list[AcrossGoal], list[str]]:
    """Make the goals about a column that the data allow, and notes on what is left out."""
    name = population.name
    if not population.possible:
        what = "the sexes share" if name == "sex" else f"the values of {name} share"
        return [], [f"label_across_{name} is left out: {what} fewer than two labels"]
    goals, notes = [], []
    for inside in (False, True) if within else (False,):
        goal = AcrossGoal(material, population, n_folds, seed, probes, within=inside)
        if goal.possible:
            goals.append(goal)
        else:
            why = "some value has one speaker only" if inside else "some value has no other speakers"
            notes.append(f"{goal.name} is left out: {why}")
    return goals, notes
