"""Keep the label: recognize it in speakers that the probe has not met.

After Adank, Smits & van Hout 2004, JASA 116:3099-3107. A goal is prepared once (folds, shuffled classes) and
then scores any number of representations, so that all of them meet the same folds and the same baselines.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

import numpy as np
from numpy.typing import NDArray

from w2vpraat.compare.folds import Fold, Folds, speaker_folds, within_speaker_folds
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
from w2vpraat.compare.probes.linear import Moments, credit, linear_discriminant, standardized
from w2vpraat.compare.probes.logistic import MOST_FOLDS
from w2vpraat.compare.probes.space import Space
from w2vpraat.compare.scores import Tally

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]


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
        self.folds, self.description = folds.folds, folds.description
        self.fewer = folds
        if n_folds == 0 and material.n_speakers > MOST_FOLDS:
            self.fewer = speaker_folds(material.speakers, MOST_FOLDS)
        self.variants = [
            material.labels,
            *shuffled_within(material.labels, material.speakers, seed),
        ]

    def score(self, space: Space) -> Iterator[Outcome]:
        """Yield plain and class-balanced accuracy of the same answers."""
        material = self.material
        for probe in self.probes:
            variants = variants_for(probe, self.variants)
            folds = self.fewer if probe == "logistic" else Folds(self.folds, self.description)
            credits = self._credits(space, probe, variants, folds.folds)
            for unit, balanced in (("accuracy", False), ("balanced accuracy", True)):
                tallies = [
                    Tally.of(right, material.speakers, classes, balanced=balanced)
                    for right, classes in zip(credits, variants, strict=True)
                ]
                note = folds.description + probe_note(probe, folds.folds)
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

    def _credits(
        self, space: Space, probe: str, variants: Collection[Ints], folds: tuple[Fold, ...]
    ) -> list[Floats]:
        """Credits of every token for each variant of the labels."""
        material = self.material
        if probe == "lda" and space.whole:
            return _left_out_credits(space.vectors, list(variants), material.n_labels, folds)
        credits: list[Floats] = [np.full(len(space.vectors), np.nan) for _ in variants]
        for train, test in folds:
            vectors = space.seen_from(train)
            found = fold_scores(
                probe, vectors, train, test, list(variants), material.n_labels, material.speakers
            )
            for answers, classes, right in zip(found, variants, credits, strict=True):
                right[test] = credit(answers, classes[test])
        return credits


def _left_out_credits(
    vectors: Floats, variants: list[Ints], n_classes: int, folds: tuple[Fold, ...]
) -> list[Floats]:
    """Do the same for LDA by subtraction: training = all tokens outside the test fold."""
    vectors = standardized(vectors)
    totals = [Moments.of(vectors, classes, n_classes) for classes in variants]
    credits: list[Floats] = [np.full(len(vectors), np.nan) for _ in variants]
    for _, test in folds:
        held = vectors[test]
        for classes, total, right in zip(variants, totals, credits, strict=True):
            fitted = linear_discriminant(total.without(Moments.of(held, classes[test], n_classes)))
            right[test] = credit(fitted.scores(held), classes[test])
    return credits
