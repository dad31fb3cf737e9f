"""Goals about any column of metadata: dialect, age group, emotion ...

A property of speakers with two values is asked like sex (as many speakers of either held out together). One
with more values, or one that changes within speakers, is asked with one speaker held out at a time.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from w2vpraat.compare.folds import dealt_speakers, group_folds
from w2vpraat.compare.goals.base import Goal, Outcome, known_probes, mean_value
from w2vpraat.compare.goals.trait_goals import SpeakerTraitGoal, Trait, TraitGoal
from w2vpraat.compare.material import Material
from w2vpraat.compare.probes.given_label import PROBES, credits_given_label, remark, shuffles_of
from w2vpraat.compare.probes.linear import encode
from w2vpraat.compare.probes.space import Space
from w2vpraat.compare.scores import Tally

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

COLUMN_SHUFFLES = 3


@dataclass(frozen=True, eq=False)
class Column:
    """A column of the token table as numbers.

    Attributes
    ----------
    name : str
    classes : tuple of str
        The values that tokens of at least two speakers have.
    rare : tuple of str
        The others.
    values : ndarray, shape (n_tokens,)
        Class of each token, -1 = unknown or rare.
    of_speaker : ndarray, shape (n_speakers,), or None
        Class of each speaker if no speaker has two; None if it changes within speakers.
    """

    name: str
    classes: tuple[str, ...]
    rare: tuple[str, ...]
    values: Ints
    of_speaker: Ints | None

    @classmethod
    def of(cls, name: str, texts: Sequence[str], material: Material) -> Column:
        """Turn the cells of the material's tokens into numbers; empty = unknown."""
        names, numbers = encode(texts)
        voices = [len(np.unique(material.speakers[numbers == number])) for number in range(len(names))]
        kept = [number for number, text in enumerate(names) if text and voices[number] > 1]
        place = np.full(len(names), -1, dtype=np.intp)
        place[kept] = np.arange(len(kept))
        values = place[numbers]
        rare = tuple(text for number, text in enumerate(names) if text and voices[number] < 2)
        classes = tuple(names[number] for number in kept)
        return cls(name, classes, rare, values, _of_speaker(values, material))

    @property
    def asked(self) -> NDArray[np.bool_]:
        """The tokens with a value that counts, shape (n_tokens,)."""
        return np.asarray(self.values >= 0)


def _of_speaker(values: Ints, material: Material) -> Ints | None:
    found = np.full(material.n_speakers, -1, dtype=np.intp)
    for speaker in range(material.n_speakers):
        own = np.unique(values[(material.speakers == speaker) & (values >= 0)])
        if len(own) > 1:
            return None
        if len(own):
            found[speaker] = own[0]
    return found


def column_goals(
    material: Material, column: Column, n_folds: int, seed: int, probes: Collection[str]
) -> tuple[list[Goal], list[str]]:
    """Make the goals about a column that the data allow.

    Parameters
    ----------
    material : Material
        With at least two speakers.
    column : Column
    n_folds : int
        As for the label; 0 = one speaker at a time.
    seed : int
    probes : collection of str

    Returns
    -------
    goals, notes : list
        The notes say what is left out.
    """
    name, notes = column.name, []
    if column.rare:
        notes.append(f"{name}: values of one speaker only are left out: {', '.join(column.rare)}")
    if len(column.classes) < 2:
        what = f"only {column.classes[0]} is" if column.classes else "none is"
        return [], [*notes, f"{name}_given_label is left out: of its values {what} found in two speakers"]
    missing = int((~column.asked).sum())
    if missing:
        notes.append(f"{name}: {missing} tokens without a value that counts are not asked")
    if column.of_speaker is None or len(column.classes) > 2:
        return [ColumnGoal(material, column, n_folds, seed, probes)], notes
    trait = Trait(name, column.of_speaker, column.asked)
    goals: list[Goal] = [TraitGoal(material, trait, seed, probes)]
    whole = SpeakerTraitGoal(material, trait, seed, probes)
    if whole.possible:
        goals.append(whole)
    else:
        notes.append(f"{name}_of_speaker is left out: it needs three speakers of each value who share labels")
    return goals, notes


class ColumnGoal:
    """Which value is it, given the label? Speakers are held out, and every value counts the same.

    A value that whole speakers have is rarer in training while one of them is held out. Equal priors make
    up for that as far as priors can; a note says it.
    """

    def __init__(
        self, material: Material, column: Column, n_folds: int, seed: int, probes: Collection[str]
    ) -> None:
        self.material, self.column, self.seed = material, column, seed
        self.name = f"{column.name}_given_label"
        self.probes = known_probes(probes, PROBES)
        self.n_classes = len(column.classes)
        known = np.unique(material.speakers[column.asked])
        by = np.zeros(material.n_speakers, dtype=np.intp) if column.of_speaker is None else column.of_speaker
        groups = dealt_speakers(by, known, n_folds)
        self.folds = group_folds(material.speakers, groups, column.asked)
        self.description = (
            "one speaker held out at a time"
            if len(groups) == len(known)
            else f"{len(groups)} folds with speakers held out"
        )
        if column.of_speaker is None:
            self.description += ", values shuffled within speakers"
        else:
            self.description += (
                ", which makes the speaker's own value the rarer one in training and the score too low"
            )
        self.variants = [np.maximum(column.values, 0), *self._shuffled(known)]

    def _shuffled(self, known: Ints) -> list[Ints]:
        """Deal the values out anew: among speakers if each has one, else within speakers."""
        speakers, column, made = self.material.speakers, self.column, []
        for turn in range(COLUMN_SHUFFLES):
            random = np.random.default_rng((self.seed, turn, 2))
            mixed = np.maximum(column.values, 0)
            if column.of_speaker is not None:
                dealt = column.of_speaker.copy()
                dealt[known] = column.of_speaker[random.permutation(known)]
                mixed = np.where(column.asked, dealt[speakers], 0)
            else:
                for speaker in known:
                    own = np.flatnonzero(column.asked & (speakers == speaker))
                    mixed[own] = column.values[random.permutation(own)]
            made.append(mixed)
        return made

    def score(self, space: Space) -> Iterator[Outcome]:
        """Yield balanced accuracies."""
        material, column = self.material, self.column
        ask = credits_given_label(space, column.asked, material, self.seed)
        strata = None if column.of_speaker is None else np.maximum(column.of_speaker, 0)
        for probe in self.probes:
            few = 1 + shuffles_of(probe, len(space.vectors), COLUMN_SHUFFLES)
            tallies = [
                Tally.of(
                    ask(probe, classes, self.n_classes, self.folds),
                    material.speakers,
                    classes,
                    strata=strata,
                    balanced=True,
                )
                for classes in self.variants[:few]
            ]
            yield Outcome(
                goal=self.name,
                probe=probe,
                unit="balanced accuracy",
                tally=tallies[0],
                chance=1.0 / self.n_classes,
                shuffled=mean_value(tallies[1:]),
                n_tokens=int(column.asked.sum()),
                n_labels=len(np.unique(material.labels[column.asked])),
                n_classes=self.n_classes,
                note=self.description + remark(probe, self.folds),
                of_speaker=column.of_speaker is not None,
            )
