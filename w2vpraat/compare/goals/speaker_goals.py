"""Remove the speaker: who is it, given the label? High = the speaker is kept."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import numpy as np
from numpy.typing import NDArray

from w2vpraat.compare.folds import within_speaker_folds
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
from w2vpraat.compare.material import Material
from w2vpraat.compare.probes.linear import credit, residuals
from w2vpraat.compare.probes.space import Space
from w2vpraat.compare.scores import Tally

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]


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
            *shuffled_within(material.speakers, material.labels, seed),
        ]

    def score(self, space: Space) -> Iterator[Outcome]:
        """Yield the accuracy among all speakers."""
        for probe in self.probes:
            yield self._outcome(space, probe)

    def _outcome(self, space: Space, probe: str) -> Outcome:
        material = self.material
        n_tokens = len(material.labels)
        variants = variants_for(probe, self.variants)
        credits: list[Floats] = [np.full(n_tokens, np.nan) for _ in variants]
        alike = np.zeros(n_tokens, dtype=np.intp)
        for train, test in self.folds:
            training = np.zeros(n_tokens, dtype=bool)
            training[train] = True
            vectors = space.seen_from(train)
            rest = residuals(vectors, material.labels, alike, training, material.n_labels)
            found = fold_scores(probe, rest, train, test, variants, material.n_speakers, material.speakers)
            for answers, classes, right in zip(found, variants, credits, strict=True):
                right[test] = credit(answers, classes[test])
        tallies = [Tally.of(right, classes) for right, classes in zip(credits, variants, strict=True)]
        note = self.description + probe_note(probe, self.folds)
        if probe == "knn":
            note += ", the label's mean subtracted"
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
            note=note,
            of_speaker=True,
        )
