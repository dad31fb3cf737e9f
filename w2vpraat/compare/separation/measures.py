"""All numbers of one pair of categories in one representation, as a row of a table."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from w2vpraat.compare.maps.map_quality import draw_asked
from w2vpraat.compare.scores import speaker_weights
from w2vpraat.compare.separation.covariates import Covariates, centred_by
from w2vpraat.compare.separation.normals import Distances, Moments, UnitSums, distances, weighted
from w2vpraat.compare.separation.pillai import (
    column_space,
    intercept_and,
    parts,
    pillai_given,
    resampled_pillai,
    shuffled_pillai,
    shuffled_within,
    unit_sums,
)
from w2vpraat.compare.separation.planes import ellipse_overlap, kernel_affinity
from w2vpraat.compare.separation.spaces import Space
from w2vpraat.params import CompareParams, PairsParams

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

# Intervals of the adjusted score are left out beyond so many columns of covariates: words, for example.
MOST_COVARIATES = 60
# The mean of Bhattacharyya and Jensen-Shannon by chance needs no more shuffles than this.
SHUFFLES_OF_MEANS = 199
# Notes: a score by chance as high as this, and so many times more tokens of one label.
HIGH_NULL, UNEQUAL = 0.05, 4


@dataclass(frozen=True, eq=False)
class Pair:
    """The tokens of two labels, the same for every representation, with what is drawn by lot.

    Attributes
    ----------
    rows : ndarray
        Their places among all tokens.
    groups : ndarray
        0 = the first label, 1 = the second.
    counts : tuple of int
        Tokens of each.
    speakers : ndarray
        Numbers of the speakers.
    units : ndarray
        What is resampled: speakers, or tokens if there is one speaker.
    weights : ndarray, shape (n_samples, n_units)
    shuffles : ndarray, shape (n_shuffles, n_tokens)
    adjusting : _Adjusting
    """

    rows: Ints
    groups: Ints
    counts: tuple[int, int]
    speakers: Ints
    units: Ints
    weights: Floats
    shuffles: Floats
    adjusting: _Adjusting

    @classmethod
    def of(
        cls,
        rows: Ints,
        groups: Ints,
        speakers: Ints,
        covariates: Covariates,
        compare: CompareParams,
        n_shuffles: int,
    ) -> Pair:
        """Draw samples and shuffles for two labels; the lots depend on nothing but the seed."""
        voices, numbers = np.unique(speakers, return_inverse=True)
        n = len(rows)
        units: Ints
        strata: Ints
        if len(voices) > 1:
            units, strata = np.asarray(numbers, dtype=np.intp), np.zeros(len(voices), dtype=np.intp)
        else:
            units, strata = np.arange(n, dtype=np.intp), groups
        return cls(
            rows=rows,
            groups=groups,
            counts=(int((groups == 0).sum()), int((groups == 1).sum())),
            speakers=np.asarray(numbers, dtype=np.intp),
            units=units,
            weights=speaker_weights(strata, compare.bootstrap, compare.seed),
            shuffles=shuffled_within(groups, numbers, n_shuffles, compare.seed),
            adjusting=_Adjusting.of(covariates.take(rows), numbers, groups),
        )

    @property
    def n_speakers(self) -> int:
        """Number of speakers."""
        return int(self.speakers.max(initial=-1)) + 1

    @property
    def resampled(self) -> str:
        """What the intervals are over: ``speakers``, ``tokens``, or nothing."""
        return "" if not len(self.weights) else "speakers" if self.n_speakers > 1 else "tokens"


@dataclass(frozen=True, eq=False)
class _Adjusting:
    """The covariates of a pair, ready for any representation."""

    rows: Ints  # tokens whose covariates are all known
    known: Floats  # orthonormal basis of intercept, covariates and speakers
    design: Floats  # covariates, centred by speaker if the speaker is one of them
    voices: Ints | None  # speakers, if the speaker is a covariate
    determined: bool  # the covariates say which label it is
    names: tuple[str, ...]

    @classmethod
    def of(cls, covariates: Covariates, speakers: Ints, groups: Ints) -> _Adjusting:
        rows = np.flatnonzero(covariates.known)
        own = covariates.take(rows)
        design = own.design()
        voices = speakers[rows] if own.by_speaker else None
        columns = design
        if voices is not None:
            design = centred_by(design, voices)
            dummies = [(voices == voice).astype(np.float64) for voice in np.unique(voices)[1:]]
            columns = np.column_stack([columns, *dummies]) if dummies else columns
        known = intercept_and(len(rows), columns)
        labels = groups[rows].astype(np.float64)
        left = labels - known @ (known.T @ labels)
        determined = bool(left @ left <= 1e-9 * max(len(rows), 1))
        return cls(rows, known, column_space(design), voices, determined, own.names)


@dataclass(frozen=True)
class PairRow:
    """One row of ``pairs.csv``; see docs/separation.md for what each number means."""

    representation: str
    first: str
    second: str
    n_first: int
    n_second: int
    n_speakers: int
    dim: int
    dim_used: int
    pillai: float
    pillai_low: float
    pillai_high: float
    pillai_null: float
    pillai_above_chance: float
    pillai_f: float
    pillai_df1: int
    pillai_df2: int
    pillai_p: float
    pillai_p_shuffled: float
    covariates: str
    n_adjusted: int
    pillai_adjusted: float
    pillai_adjusted_low: float
    pillai_adjusted_high: float
    pillai_adjusted_null: float
    pillai_adjusted_f: float
    pillai_adjusted_df1: int
    pillai_adjusted_df2: int
    pillai_adjusted_p: float
    bhattacharyya: float
    bhattacharyya_low: float
    bhattacharyya_high: float
    bhattacharyya_null: float
    affinity: float
    covariances: str
    affinity_kernel: float
    jsd: float
    jsd_low: float
    jsd_high: float
    jsd_null: float
    euclidean: float
    euclidean_low: float
    euclidean_high: float
    mahalanobis: float
    mahalanobis_low: float
    mahalanobis_high: float
    plane: str
    ellipse_level: float
    ellipse_of_smaller: float
    ellipse_of_union: float
    silhouette: float
    resampled: str
    sees_speaker: bool
    note: str


COLUMNS = tuple(item.name for item in fields(PairRow))


def measure_pair(
    pair: Pair, space: Space, names: tuple[str, str], params: PairsParams, compare: CompareParams
) -> PairRow:
    """Measure one pair of labels in one representation.

    Parameters
    ----------
    pair : Pair
    space : Space
    names : tuple of str
        The labels.
    params : PairsParams
    compare : CompareParams
        Level of the intervals.
    """
    # Orthonormal axes: no measure but the Euclidean distance depends on them, and they are well-conditioned.
    given = space.reduced(pair.rows, min(pair.counts), params)
    axes = column_space(given - given.mean(axis=0))
    vectors = axes * np.sqrt(len(axes))
    shrink = space.components is not None
    found = distances(Moments.of(vectors, pair.groups), shrink=shrink)
    plain = pillai_given(vectors, pair.groups, intercept_and(len(vectors)))
    sampled, apart, adjusted = _resampled(pair, vectors, space)
    p_shuffled, by_chance = _shuffled(pair, vectors, shrink)
    adjusting = pair.adjusting
    taken_out = pillai_given(vectors[adjusting.rows], pair.groups[adjusting.rows], adjusting.known)

    def span(name: str, value: float, samples: Floats) -> dict[str, float]:
        most = 1.0 if name.startswith(("pillai", "jsd")) else np.inf
        low, high = moved_interval(samples, value, compare.level, most)
        return {name: value, f"{name}_low": low, f"{name}_high": high}

    bhattacharyya = float(found.bhattacharyya[0])
    plane, plane_name = space.plane(pair.rows, given)
    overlap, kernels = (float("nan"), float("nan")), float("nan")
    if plane is not None:
        one, two = plane[pair.groups == 0], plane[pair.groups == 1]
        overlap, kernels = ellipse_overlap(one, two, params.ellipse_level), kernel_affinity(one, two)
    inside = space.vectors[pair.rows]
    gap = inside[pair.groups == 0].mean(axis=0) - inside[pair.groups == 1].mean(axis=0)
    return PairRow(
        representation=space.name,
        first=names[0],
        second=names[1],
        n_first=pair.counts[0],
        n_second=pair.counts[1],
        n_speakers=pair.n_speakers,
        dim=space.dim,
        dim_used=axes.shape[1],
        **span("pillai", plain.value, sampled.pillai),
        pillai_null=plain.null,
        pillai_above_chance=plain.above_chance,
        pillai_f=plain.f,
        pillai_df1=plain.df1,
        pillai_df2=plain.df2,
        pillai_p=plain.p,
        pillai_p_shuffled=p_shuffled,
        n_adjusted=taken_out.n_tokens,
        **span("pillai_adjusted", taken_out.value, adjusted),
        pillai_adjusted_null=taken_out.null,
        pillai_adjusted_f=taken_out.f,
        pillai_adjusted_df1=taken_out.df1,
        pillai_adjusted_df2=taken_out.df2,
        pillai_adjusted_p=taken_out.p,
        **span("bhattacharyya", bhattacharyya, sampled.bhattacharyya),
        bhattacharyya_null=_mean(by_chance.bhattacharyya),
        affinity=float(np.exp(-bhattacharyya)),
        covariances="shrunk" if shrink else "own",
        affinity_kernel=kernels,
        **span("jsd", float(found.jsd[0]), sampled.jsd),
        jsd_null=_mean(by_chance.jsd),
        **span("euclidean", float(np.sqrt(gap @ gap)), apart),
        **span("mahalanobis", float(found.mahalanobis[0]), sampled.mahalanobis),
        plane=plane_name,
        ellipse_level=params.ellipse_level,
        ellipse_of_smaller=overlap[0],
        ellipse_of_union=overlap[1],
        silhouette=_silhouette(space.standard[pair.rows], pair.groups, compare.seed),
        resampled=pair.resampled,
        sees_speaker=space.sees_speaker,
        covariates=", ".join(adjusting.names),
        note="; ".join(_notes(pair, names, plain.null, found)),
    )


def _resampled(pair: Pair, vectors: Floats, space: Space) -> tuple[Distances, Floats, Floats]:
    """Return the distances, the Euclidean distance and the adjusted Pillai score of bootstrap samples."""
    weights, n_units = pair.weights, pair.weights.shape[1]
    if not len(weights):
        none = np.zeros(0)
        return Distances(none, none, none, none), none, none
    sums = UnitSums.of(vectors, pair.groups, pair.units, n_units)
    shrink = space.components is not None
    made = [
        distances(sums.sampled(weights[rows]), shrink=shrink)
        for rows in parts(len(weights), sums.scatter[0].size)
    ]
    found = Distances(*(np.concatenate([getattr(part, item.name) for part in made]) for item in _MEASURES))
    adjusting = pair.adjusting
    adjusted: Floats = np.full(len(weights), np.nan)
    if not adjusting.determined and adjusting.design.shape[1] <= MOST_COVARIATES:
        columns = [pair.groups.astype(np.float64), *vectors.T]
        both: Floats = np.asarray(np.stack(columns, axis=1)[adjusting.rows])
        if adjusting.voices is not None:
            both = centred_by(both, adjusting.voices)
        adjusted = resampled_pillai(both, adjusting.design, pair.units[adjusting.rows], weights)
    apart = _euclidean(space.vectors[pair.rows], pair.groups, pair.units, weights)
    return found, apart, adjusted


def _euclidean(vectors: Floats, groups: Ints, units: Ints, weights: Floats) -> Floats:
    """Distance of the means in samples of units, shape (n_samples,)."""
    n_units, dim = weights.shape[1], vectors.shape[1]
    cells = units * 2 + groups
    counts = np.bincount(cells, minlength=2 * n_units).reshape(n_units, 2).astype(np.float64)
    sums = unit_sums(vectors - vectors.mean(axis=0), cells, 2 * n_units).reshape(n_units, 2, dim)
    made = np.full(len(weights), np.nan)
    for rows in parts(len(weights), sums[0].size):
        drawn = weights[rows] @ counts
        with np.errstate(invalid="ignore", divide="ignore"):
            means = np.tensordot(weights[rows], sums, axes=1) / drawn[:, :, None]
            made[rows] = np.sqrt(((means[:, 0] - means[:, 1]) ** 2).sum(axis=1))
    return made


_MEASURES = fields(Distances)


def _shuffled(pair: Pair, vectors: Floats, shrink: bool) -> tuple[float, Distances]:
    """Return the p value of shuffled labels, and the distances by chance."""
    n = len(pair.shuffles)
    if not n or not vectors.shape[1]:
        none = np.zeros(0)
        return float("nan"), Distances(none, none, none, none)
    # Speakers are taken out, since shuffles within them leave what is between them as it is.
    inside = centred_by(vectors, pair.speakers)
    value = shuffled_pillai(inside, pair.groups[None, :].astype(np.float64), pair.speakers)
    dealt = shuffled_pillai(inside, pair.shuffles, pair.speakers)
    p = (1 + int((dealt >= value - 1e-9).sum())) / (1 + n)
    few = pair.shuffles[:SHUFFLES_OF_MEANS]
    sums = UnitSums.of(vectors, np.zeros_like(pair.groups), np.arange(len(vectors)), len(vectors))
    second = UnitSums(*(part[:, 0] for part in (sums.counts, sums.sums, sums.scatter)))
    total = [part.sum(axis=0) for part in (second.counts, second.sums, second.scatter)]
    mine = [weighted(few, part) for part in (second.counts, second.sums, second.scatter)]
    both = [np.stack([whole - own, own], axis=1) for whole, own in zip(total, mine, strict=True)]
    return p, distances(Moments.of_sums(*both), shrink=shrink)


def moved_interval(samples: Floats, value: float, level: float, most: float = np.inf) -> tuple[float, float]:
    """Return a percentile interval about the value less its bias, within 0 and the largest possible value.

    Distances of few tokens are too large on average, and those of resampled tokens once more, by about as
    much. Percentiles would therefore miss the population's value, for categories that are the same always.
    The mean of the samples less the value estimates the bias (Efron & Tibshirani 1993, An Introduction to the
    Bootstrap, chapter 10); percentiles are moved by twice as much, and lie about the corrected value then.
    Samples that can't be measured are left out; with more than half of them there is no interval.
    """
    usable = samples[np.isfinite(samples)]
    if not np.isfinite(value) or len(usable) < 2 or len(usable) < len(samples) / 2.0:
        return float("nan"), float("nan")
    bias = float(usable.mean()) - value
    low, high = np.quantile(usable, [(1.0 - level) / 2.0, (1.0 + level) / 2.0]) - 2.0 * bias
    return float(np.clip(low, 0.0, most)), float(np.clip(high, 0.0, most))


def _notes(pair: Pair, names: tuple[str, str], null: float, found: Distances) -> list[str]:
    """Say what to mind about a row."""
    notes = []
    if null >= HIGH_NULL:
        notes.append(f"few tokens: the same vowel twice would score {null:.2f} on average")
    if max(pair.counts) >= UNEQUAL * min(pair.counts):
        notes.append(f"unequal: {min(pair.counts)} tokens of one label")
    if not np.isfinite(found.bhattacharyya[0]):
        notes.append("too few tokens, or too much alike, for a covariance of each label")
    said = np.zeros((pair.n_speakers, 2), dtype=bool)
    said[pair.speakers, pair.groups] = True
    for group, other in ((0, 1), (1, 0)):
        only = int((said[:, group] & ~said[:, other]).sum())
        if only:
            notes.append(f"{only} speaker(s) say {names[group]} only")
    if pair.adjusting.determined and pair.adjusting.names and len(pair.adjusting.rows):
        notes.append("the covariates determine the label, so there is no adjusted score")
    if len(pair.adjusting.rows) < len(pair.rows):
        notes.append(f"{len(pair.rows) - len(pair.adjusting.rows)} tokens lack a covariate")
    return notes


def _silhouette(points: Floats, groups: Ints, seed: int) -> float:
    """Mean silhouette of two categories (Rousseeuw 1987, J. Comput. Appl. Math. 20:53-65)."""
    from scipy.spatial.distance import cdist

    asked = draw_asked(len(groups), seed)
    points, groups = points[asked], groups[asked]
    counts = np.bincount(groups, minlength=2)
    if counts.min() < 2:
        return float("nan")
    member = np.stack([groups == 0, groups == 1], axis=1).astype(np.float64)
    sums = cdist(points, points) @ member
    mine = sums[np.arange(len(groups)), groups] / (counts[groups] - 1)
    other = sums[np.arange(len(groups)), 1 - groups] / counts[1 - groups]
    largest = np.maximum(mine, other)
    return float(np.where(largest > 0.0, (other - mine) / np.where(largest > 0.0, largest, 1.0), 0.0).mean())


def _mean(samples: Floats) -> float:
    usable = samples[np.isfinite(samples)]
    return float(usable.mean()) if len(usable) else float("nan")
