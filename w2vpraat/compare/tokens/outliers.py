"""Tokens that lie far from where their label lies.

Distances are those between a token and the centre of its label, for its speaker: the speaker's offset from
the others (the same for all labels) is subtracted first, since a child's vowels are no outliers. Centres and
offsets are medians, the spread is that of the inner half of the tokens, so that outliers do not hide
themselves.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from w2vpraat.compare.material import Material, gather
from w2vpraat.compare.probes.linear import class_sums, standardized
from w2vpraat.compare.threads import one_thread
from w2vpraat.params import CompareParams
from w2vpraat.representation import Representation

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

# Of more columns so many principal components are looked at, and no more than hold this share of variance.
# In 192 columns every token is far from every centre, mostly by noise.
MOST_COMPONENTS = 10
VARIANCE = 0.9
# A component needs so many tokens.
TOKENS_PER_COMPONENT = 5
# Speakers and labels with fewer tokens have no centre to be far from.
LEAST_TOKENS = 5
# A label with so many tokens gets a spread of its own size.
OWN_SPREAD = 20
# Medians by label and by speaker in turn, until they move by less than this (in sd), or so many times.
STILL, MOST_TURNS = 1e-4, 20


@dataclass(frozen=True, eq=False)
class Outliers:
    """How far each token lies from its label.

    Attributes
    ----------
    name : str
        Of the representation.
    ids : tuple of str
    distances : ndarray, shape (n_tokens,)
        Squared Mahalanobis distances; NaN for a speaker or label with fewer than five tokens.
    tails : ndarray, shape (n_tokens,)
        Share of normal tokens that would lie farther: upper tail of a chi-square distribution.
    n_components : int
        Its degrees of freedom.
    description : str
    """

    name: str
    ids: tuple[str, ...]
    distances: Floats
    tails: Floats
    n_components: int
    description: str

    @property
    def judged(self) -> NDArray[np.bool_]:
        """Which tokens have a distance, shape (n_tokens,)."""
        return np.asarray(np.isfinite(self.distances))

    def beyond(self, level: float) -> NDArray[np.bool_]:
        """Which tokens lie farther than this share of normal tokens would, shape (n_tokens,)."""
        return np.asarray(self.tails < 1.0 - level)  # False for NaN

    def strength(self, level: float) -> Floats:
        """How clearly a token is an outlier: 0 up to the level, 0.9 at a tenth of its tail, 1 far away."""
        inside = np.where(self.judged, self.tails / (1.0 - level), 1.0)
        return np.asarray(np.clip(1.0 - inside, 0.0, 1.0))


def label_outliers(
    representation: Representation,
    tokens_table: pd.DataFrame,
    params: CompareParams | None = None,
    *,
    label: str = "label",
    speaker: str = "speaker",
) -> Outliers:
    """Measure how far each token lies from its label, given its speaker.

    Parameters
    ----------
    representation : Representation
    tokens_table : pandas.DataFrame
        One row per token, ids in the column ``id`` or in the index.
    params : CompareParams, optional
        Seed, least tokens per label.
    label, speaker : str
        Columns.

    Returns
    -------
    Outliers
        Sorted by id.

    Raises
    ------
    ComparisonError
        No label column, or fewer than two labels left.

    Notes
    -----
    Tokens less their speaker's mean are standardized, and more than ten columns are reduced to principal
    components. Label centres and speaker offsets are found by median polish (Tukey 1977). The
    covariance, one for all labels, is the minimum covariance determinant (Rousseeuw & Van Driessen 1999,
    Technometrics 41:212-223, in scikit-learn). The distances of a label with 20 tokens or more are scaled
    so that their median is that of chi-square (Maronna & Zamar 2002, Technometrics 44:307-317): a label that
    spreads more is allowed to.
    """
    params = CompareParams() if params is None else params
    material = gather([representation], tokens_table, params, label=label, speaker=speaker, sex="", file="")
    with one_thread():
        return outliers_of(
            material.vectors(representation), material, seed=params.seed, name=representation.name
        )


def outliers_of(vectors: Floats, material: Material, *, seed: int = 0, name: str = "") -> Outliers:
    """Do the same as `label_outliers` with vectors, shape (n_tokens, dim), in the order of the material."""
    from scipy.stats import chi2

    labels, speakers = material.labels, material.speakers
    judged = (np.bincount(labels)[labels] >= LEAST_TOKENS) & (np.bincount(speakers)[speakers] >= LEAST_TOKENS)
    distances = np.full(len(vectors), np.nan)
    rows = np.flatnonzero(judged)
    n_components = 0
    if len(rows) > 2 * TOKENS_PER_COMPONENT:
        _, own_labels = np.unique(labels[rows], return_inverse=True)
        _, own_speakers = np.unique(speakers[rows], return_inverse=True)
        columns = leading_components(vectors[rows], own_speakers)
        rest = polished(columns, own_labels, own_speakers)
        n_components = columns.shape[1]
        distances[rows] = robust_distances(rest, own_labels, seed)
    tails = np.full(len(vectors), np.nan)
    known = np.isfinite(distances)
    tails[known] = chi2.sf(distances[known], n_components)
    of_all = f" of {vectors.shape[1]}" if n_components < vectors.shape[1] else ""
    offset = "the speaker's offset subtracted, " if material.n_speakers > 1 else ""
    description = f"distance from the label's median, {offset}{n_components}{of_all} dimensions"
    if not n_components:
        description = "too few tokens to look for outliers"
    return Outliers(name, material.ids, distances, tails, n_components, description)


def leading_components(vectors: Floats, speakers: Ints) -> Floats:
    """Return the leading principal components of tokens less their speaker's mean, scaled to sd 1.

    All of up to ten columns, without those that are sums of others.
    """
    counts = np.bincount(speakers)[:, None]
    centred = vectors - (class_sums(vectors, speakers, len(counts)) / counts)[speakers]
    # Columns that are the same for all tokens of a speaker keep rounding errors, which must not be blown up.
    centred[:, np.abs(centred).max(axis=0) <= 1e-9 * np.abs(vectors).max(axis=0)] = 0.0
    standard = standardized(centred)
    variances, axes = np.linalg.eigh(np.cov(standard.T).reshape(standard.shape[1], -1))
    variances, axes = variances[::-1], axes[:, ::-1]
    kept = int((variances > 1e-8 * max(variances[0], np.finfo(float).tiny)).sum())
    if kept > MOST_COMPONENTS:
        shares = np.cumsum(variances) / variances.sum()
        kept = min(MOST_COMPONENTS, int(np.searchsorted(shares, VARIANCE)) + 1)
    kept = max(min(kept, len(standard) // TOKENS_PER_COMPONENT), 1)
    scale = np.sqrt(np.maximum(variances[:kept], np.finfo(float).tiny))
    return np.asarray(standard @ axes[:, :kept] / scale)


def polished(columns: Floats, labels: Ints, speakers: Ints) -> Floats:
    """Subtract the label's median and the speaker's offset, by median polish; shape as given."""
    offsets = np.zeros((int(speakers.max()) + 1, columns.shape[1]))
    centres = group_medians(columns, labels)
    several = len(offsets) > 1
    for _ in range(MOST_TURNS if several else 0):
        moved = group_medians(columns - centres[labels], speakers) - offsets
        offsets += moved
        centres = group_medians(columns - offsets[speakers], labels)
        if np.abs(moved).max() < STILL:
            break
    return np.asarray(columns - centres[labels] - offsets[speakers])


def robust_distances(rest: Floats, labels: Ints, seed: int = 0) -> Floats:
    """Squared Mahalanobis distances of residuals from zero, shape (n,), NaN if they have no spread.

    Parameters
    ----------
    rest : ndarray, shape (n, dim)
        Centred by label.
    labels : ndarray, shape (n,)
        Labels with enough tokens get a spread of their own size.
    seed : int
        Of the subsets that the estimate starts from.
    """
    from scipy.stats import chi2
    from sklearn.covariance import MinCovDet

    middle = chi2.ppf(0.5, rest.shape[1])
    with warnings.catch_warnings():
        # Half of the tokens may lie in a plane, or at a point; what follows is about that.
        warnings.simplefilter("ignore")
        try:
            fitted = MinCovDet(assume_centered=True, random_state=seed).fit(rest)
        except ValueError:  # no spread at all
            return np.full(len(rest), np.nan)
        distances = np.asarray(fitted.mahalanobis(rest), dtype=np.float64)
    half = float(np.median(distances))
    if not np.isfinite(half) or half <= 0.0:
        return np.full(len(rest), np.nan)
    distances *= middle / half
    for label in np.unique(labels):
        own = labels == label
        half = float(np.median(distances[own]))
        if own.sum() >= OWN_SPREAD and half > 0.0:
            distances[own] *= middle / half
    return distances


def group_medians(values: Floats, groups: Ints) -> Floats:
    """Median of each column for each group, shape (n_groups, dim)."""
    order = np.argsort(groups, kind="stable")
    starts = np.searchsorted(groups[order], np.arange(1, int(groups.max()) + 1))
    return np.stack([np.median(part, axis=0) for part in np.split(values[order], starts)])
