"""Scores: hits counted per speaker, intervals by resampling speakers, one table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from w2vpraat.errors import ComparisonError

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

COLUMNS = (
    "representation",
    "goal",
    "probe",
    "unit",
    "value",
    "low",
    "high",
    "chance",
    "shuffled",
    "n_tokens",
    "n_speakers",
    "n_labels",
    "dim",
    "sees_speaker",
    "note",
)
Key = tuple[str, str, str, str]  # representation, goal, probe, unit


@dataclass(frozen=True, eq=False)
class Tally:
    """Hits per speaker and cell, from which an accuracy and its interval are made.

    Attributes
    ----------
    hits, counts : ndarray, shape (n_speakers, n_cells)
        Right answers and all answers. Cells are what a balanced accuracy averages over: labels, or the two
        sexes.
    strata : ndarray, shape (n_speakers,)
        Speakers are resampled within strata (women among women).
    balanced : bool
        Mean of the cells' accuracies instead of the share of all answers.
    speakers : ndarray, shape (n_speakers,)
        Their numbers in the comparison.
    """

    hits: Floats
    counts: Floats
    strata: Ints
    balanced: bool
    speakers: Ints

    @classmethod
    def of(
        cls,
        credits: Floats,
        speakers: Ints,
        cells: Ints | None = None,
        *,
        strata: Ints | None = None,
        balanced: bool = False,
    ) -> Tally:
        """Count answers, shape (n,); NaN = not asked. Speakers without an answer are left out."""
        asked = np.isfinite(credits)
        credits, speakers = credits[asked], speakers[asked]
        cells = np.zeros(len(credits), dtype=np.intp) if cells is None else cells[asked]
        rows = int(speakers.max(initial=-1)) + 1
        columns = int(cells.max(initial=-1)) + 1
        flat = speakers * columns + cells
        hits = np.bincount(flat, weights=credits, minlength=rows * columns).reshape(rows, columns)
        counts = np.bincount(flat, minlength=rows * columns).reshape(rows, columns).astype(np.float64)
        here = counts.sum(axis=1) > 0
        kept = np.zeros(rows, dtype=np.intp) if strata is None else strata[:rows]
        return cls(hits[here], counts[here], kept[here], balanced, np.flatnonzero(here))

    def paired_with(self, other: Tally) -> bool:
        """Whether both are about the same speakers, resampled in the same way."""
        return np.array_equal(self.speakers, other.speakers) and np.array_equal(self.strata, other.strata)

    @property
    def n_speakers(self) -> int:
        """Number of speakers with an answer."""
        return len(self.hits)

    @property
    def value(self) -> float:
        """The accuracy, from 0 to 1."""
        return float(self.weighted(np.ones((1, self.n_speakers)))[0])

    def weighted(self, weights: Floats) -> Floats:
        """Accuracy for each row of speaker weights, shape (n_samples, n_speakers) -> (n_samples,)."""
        hits, counts = weights @ self.hits, weights @ self.counts
        if not self.balanced:
            return np.asarray(hits.sum(axis=1) / counts.sum(axis=1))
        with np.errstate(invalid="ignore"):
            shares = np.where(counts > 0, hits / counts, 0.0)
        return np.asarray(shares.sum(axis=1) / np.maximum((counts > 0).sum(axis=1), 1))

    def resampled(self, n_samples: int, seed: int) -> Floats:
        """Accuracy of bootstrap samples of speakers, shape (n_samples,).

        The same strata and seed give the same samples, so that two representations can be compared sample
        by sample.
        """
        return self.weighted(speaker_weights(self.strata, n_samples, seed))


def speaker_weights(strata: Ints, n_samples: int, seed: int) -> Floats:
    """How often each speaker is drawn in each bootstrap sample, shape (n_samples, n_speakers)."""
    random = np.random.default_rng(seed)
    weights = np.zeros((n_samples, len(strata)))
    for stratum in np.unique(strata):
        own = np.flatnonzero(strata == stratum)
        weights[:, own] = random.multinomial(len(own), np.full(len(own), 1.0 / len(own)), size=n_samples)
    return weights


def interval(samples: Floats, level: float) -> tuple[float, float]:
    """Percentile interval of bootstrap samples; NaN if there are none."""
    if samples.size == 0:
        return float("nan"), float("nan")
    low, high = np.quantile(samples, [(1.0 - level) / 2.0, (1.0 + level) / 2.0])
    return float(low), float(high)


@dataclass(frozen=True)
class Difference:
    """How much better one representation (or the mean of several scores) is, for the same speakers."""

    first: str
    second: str
    value: float
    low: float
    high: float

    @property
    def decided(self) -> bool:
        """Whether the interval leaves out zero."""
        return bool(self.low > 0.0 or self.high < 0.0)


@dataclass(frozen=True, eq=False)
class Scores:
    """The result of a comparison.

    Attributes
    ----------
    table : pandas.DataFrame
        One row per representation, goal, probe and unit; columns as in :data:`COLUMNS`. ``value``, ``low``,
        ``high``, ``chance`` and ``shuffled`` are proportions from 0 to 1.
    left_out : pandas.DataFrame
        Columns ``id``, ``reason``, ``detail``: the tokens that were not compared.
    notes : tuple of str
        What holds for the whole table: tokens left out, goals left out, folds.
    tallies : mapping
        (representation, goal, probe, unit) -> :class:`Tally`.
    n_classes : mapping
        Goal -> how many answers there are to choose from.
    bootstrap, seed, level
        As in ``CompareParams``.
    reduced : frozenset of str
        Representations that are others, reduced to a few principal components.
    """

    table: pd.DataFrame
    left_out: pd.DataFrame
    notes: tuple[str, ...]
    tallies: Mapping[Key, Tally] = field(repr=False)
    bootstrap: int = 1000
    seed: int = 0
    level: float = 0.95
    n_classes: Mapping[str, int] = field(default_factory=dict)
    reduced: frozenset[str] = frozenset()

    def difference(
        self, first: str, second: str, goal: str = "label", *, probe: str = "lda", unit: str = "accuracy"
    ) -> Difference:
        """Compare two representations by paired resampling of speakers.

        Two intervals of the table may overlap although the difference is clear, since both move with the same
        speakers; this is the interval to look at.

        Raises
        ------
        ComparisonError
            If one of the two has no such row.
        """
        return self.mean_difference([(first, goal, probe, unit)], [(second, goal, probe, unit)])

    def mean_difference(self, first: Sequence[Key], second: Sequence[Key]) -> Difference:
        """Compare the means of several scores by paired resampling of speakers.

        Parameters
        ----------
        first, second : sequence of (representation, goal, probe, unit)
            Such as the upper layers of two models. Each score counts the same. All must be about the same
            speakers, resampled alike: goals about sex resample women and men apart, so they cannot be mixed
            with goals about the label.

        Returns
        -------
        Difference
            Of the first mean less the second.

        Raises
        ------
        ComparisonError
            Nothing to compare, no such row, or not the same speakers.
        """
        one, two = self._tallies(first), self._tallies(second)
        if not all(tally.paired_with(one[0]) for tally in one + two):
            raise ComparisonError(
                f"these scores are not about the same speakers: {_title(first)}, and {_title(second)}",
                "compare rows of the same goal, or of goals with the same speakers",
            )
        names = _titles(first, second)
        value = float(np.mean([tally.value for tally in one]) - np.mean([tally.value for tally in two]))
        if self.bootstrap == 0 or one[0].n_speakers < 2:
            return Difference(*names, value, float("nan"), float("nan"))
        weights = speaker_weights(one[0].strata, self.bootstrap, self.seed)
        means = [np.mean([tally.weighted(weights) for tally in side], axis=0) for side in (one, two)]
        return Difference(*names, value, *interval(means[0] - means[1], self.level))

    def _tallies(self, keys: Sequence[Key]) -> list[Tally]:
        if not keys:
            raise ComparisonError("there is no score to compare", "name at least one on either side")
        for key in keys:
            if key not in self.tallies:
                name, goal, probe, unit = key
                raise ComparisonError(
                    f'no score for "{name}", goal {goal}, probe {probe}, unit {unit}',
                    "the rows of .table name what there is",
                )
        return [self.tallies[key] for key in keys]


def _titles(first: Sequence[Key], second: Sequence[Key]) -> tuple[str, str]:
    """Name both sides by their representations, and by all else if that is not the same everywhere."""
    if len({key[1:] for key in (*first, *second)}) == 1:
        return _names(first), _names(second)
    return _title(first), _title(second)


def _names(keys: Sequence[Key]) -> str:
    return ", ".join(dict.fromkeys(key[0] for key in keys))


def _title(keys: Sequence[Key]) -> str:
    whats = dict.fromkeys(" ".join(key[1:]) for key in keys)
    return f"{_names(keys)} ({', '.join(whats)})"
