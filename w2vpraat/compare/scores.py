"""Scores: hits counted per speaker, intervals by resampling speakers, one table."""

from __future__ import annotations

from collections.abc import Mapping
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
    """

    hits: Floats
    counts: Floats
    strata: Ints
    balanced: bool

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
        return cls(hits[here], counts[here], kept[here], balanced)

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
    """How much better one representation is than another, on the same tokens, folds and speakers."""

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
    bootstrap, seed, level
        As in ``CompareParams``.
    """

    table: pd.DataFrame
    left_out: pd.DataFrame
    notes: tuple[str, ...]
    tallies: Mapping[Key, Tally] = field(repr=False)
    bootstrap: int = 1000
    seed: int = 0
    level: float = 0.95

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
        keys = [(name, goal, probe, unit) for name in (first, second)]
        for key in keys:
            if key not in self.tallies:
                raise ComparisonError(
                    f'no score for "{key[0]}", goal {goal}, probe {probe}, unit {unit}',
                    "the rows of .table name what there is",
                )
        one, two = (self.tallies[key] for key in keys)
        value = one.value - two.value
        if self.bootstrap == 0 or one.n_speakers < 2:
            return Difference(first, second, value, float("nan"), float("nan"))
        samples = one.resampled(self.bootstrap, self.seed) - two.resampled(self.bootstrap, self.seed)
        return Difference(first, second, value, *interval(samples, self.level))
