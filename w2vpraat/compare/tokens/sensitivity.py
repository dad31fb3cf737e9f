"""How far a moved boundary carries a token in one representation, and whether its nearest label changes.

Distances are told in units that mean the same for three formants and for 768 dimensions: each column is
divided by the sd between tokens of the same label and speaker, and the columns count the same. Nearest is the
label whose mean, learnt from other speakers with their boundaries as they are, has the least Mahalanobis
distance (pooled covariance within labels): the linear probe of the comparison with equal priors.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from w2vpraat.compare.folds import Folds, speaker_folds, within_speaker_folds
from w2vpraat.compare.material import Material
from w2vpraat.compare.probes.linear import (
    Discriminant,
    Moments,
    equal,
    linear_discriminant,
)
from w2vpraat.params import CompareParams
from w2vpraat.representation import Representation

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]
Bools = NDArray[np.bool_]

LEAST_FREEDOM = 20
"""Degrees of freedom (tokens less means) that a pooled sd must have."""


@dataclass(frozen=True, eq=False)
class Spread:
    """The sd between tokens that movements are divided by.

    Parameters
    ----------
    values : ndarray, shape (dim,)
        One sd per column, in its unit.
    within : str
        What the tokens share: ``label and speaker``, ``label``, or empty for all tokens.
    """

    values: Floats
    within: str


def between_token_spread(values: Floats, labels: Ints, speakers: Ints) -> Spread:
    """Pool the variance within label and speaker: sqrt(sum (x - cell mean)² / (n tokens - n cells)).

    With fewer than `LEAST_FREEDOM` degrees of freedom (say, one token of each label from each speaker) it is
    pooled within labels, and failing that taken over all tokens.

    Parameters
    ----------
    values : ndarray, shape (n_tokens, dim)
        Complete values.
    labels, speakers : ndarray, shape (n_tokens,)
        Numbers.
    """
    pairs = labels * (int(speakers.max(initial=0)) + 1) + speakers
    everything = np.zeros(len(values), dtype=np.intp)
    for groups, within in ((pairs, "label and speaker"), (labels, "label"), (everything, "")):
        _, numbers, counts = np.unique(groups, return_inverse=True, return_counts=True)
        freedom = len(values) - len(counts)
        if freedom >= LEAST_FREEDOM or not within:
            break
    return Spread(np.sqrt(_scatter(values, numbers, counts) / max(freedom, 1)), within)


def speaker_sd(values: Floats, speakers: Ints) -> Floats:
    """Sd of each speaker's tokens, ddof 1, as in Lobanov's normalization.

    Parameters
    ----------
    values : ndarray, shape (n_tokens, dim)
    speakers : ndarray, shape (n_tokens,)

    Returns
    -------
    ndarray, shape (n_tokens, dim)
        For each token that of its speaker; NaN for a speaker with one token.
    """
    out = np.full(values.shape, np.nan)
    for speaker in np.unique(speakers):
        own = speakers == speaker
        if own.sum() > 1:
            out[own] = values[own].std(axis=0, ddof=1)
    return out


def _scatter(values: Floats, groups: Ints, counts: Ints) -> Floats:
    means = np.zeros((len(counts), values.shape[1]))
    np.add.at(means, groups, values)
    means /= counts[:, None]
    return np.asarray(((values - means[groups]) ** 2).sum(axis=0))


@dataclass(frozen=True, eq=False)
class NearestLabels:
    """Which label's mean is nearest to a token, by other speakers.

    Parameters
    ----------
    fold : ndarray, shape (n_tokens,)
        Number of the fold that a token is held out in.
    rules : tuple of Discriminant
        One per fold, learnt from the other folds.
    mean, sd : ndarray, shape (dim,)
        What values are standardized by first, for the arithmetic only.
    description : str
        Who was held out.
    """

    fold: Ints
    rules: tuple[Discriminant, ...]
    mean: Floats
    sd: Floats
    description: str

    @classmethod
    def learn(cls, values: Floats, material: Material, params: CompareParams) -> NearestLabels | None:
        """Learn the means of labels from these tokens; None with fewer than two labels to choose from.

        Labels with fewer than ``min_label_tokens`` tokens, or spoken by one of several speakers only, are
        never the nearest one: there is nobody to learn them from.
        """
        usable = _usable(material, params.min_label_tokens)
        if usable.sum() < 2:
            return None
        folds: Folds
        if material.n_speakers > 1:
            folds = speaker_folds(material.speakers, params.folds)
        else:
            folds = within_speaker_folds(material.speakers, material.labels, material.files, seed=params.seed)
        mean, sd = values.mean(axis=0), values.std(axis=0)
        sd[sd <= 1e-12 * np.abs(mean)] = 1.0
        scaled = (values - mean) / sd
        learnt = usable[material.labels]
        total = Moments.of(scaled[learnt], material.labels[learnt], material.n_labels)
        fold = np.zeros(len(values), dtype=np.intp)
        rules = []
        for number, (_, test) in enumerate(folds.folds):
            fold[test] = number
            held = test[learnt[test]]
            rest = total.without(Moments.of(scaled[held], material.labels[held], material.n_labels))
            rules.append(linear_discriminant(rest, equal(rest.counts)))
        return cls(fold, tuple(rules), mean, sd, folds.description)

    def nearest(self, rows: Ints, values: Floats) -> Ints:
        """Return the number of the nearest label of each row of values; -1 where a value is missing.

        Parameters
        ----------
        rows : ndarray, shape (n,)
            Which token each row of values is a version of.
        values : ndarray, shape (n, dim)
        """
        found = np.full(len(rows), -1, dtype=np.intp)
        known = np.isfinite(values).all(axis=1)
        for number in np.unique(self.fold[rows]):
            mine = known & (self.fold[rows] == number)
            if mine.any():
                scores = self.rules[number].scores((values[mine] - self.mean) / self.sd)
                found[mine] = scores.argmax(axis=1)
        return found


def _usable(material: Material, least: int) -> Bools:
    counts = np.bincount(material.labels, minlength=material.n_labels)
    pairs = np.unique(np.column_stack([material.labels, material.speakers]), axis=0)
    voices = np.bincount(pairs[:, 0], minlength=material.n_labels)
    return np.asarray((counts >= least) & (voices >= min(2, material.n_speakers)))


@dataclass(frozen=True, eq=False)
class Judged:
    """Versions of tokens with other boundaries, as one representation sees them.

    Parameters
    ----------
    rows : ndarray, shape (n,)
        Numbers of the tokens.
    distance : ndarray, shape (n,)
        Euclidean distance from the unmoved token in the representation's own unit (of one formant: Hz); NaN
        if a value is missing.
    movement : ndarray, shape (n,)
        The same in sd between tokens: root mean square over the columns, each divided by its `Spread`.
    cosine : ndarray, shape (n,)
        Cosine distance (0 to 2) after centring on the mean of all tokens; NaN where not asked for.
    nearest : ndarray, shape (n,)
        Number of the nearest label; -1 where unknown.
    """

    rows: Ints
    distance: Floats
    movement: Floats
    cosine: Floats
    nearest: Ints


class Yardstick:
    """What one representation says of tokens with boundaries as they are, and of moved versions of them.

    Parameters
    ----------
    representation : Representation
        Values with the boundaries as they are.
    material : Material
        The tokens, the same for every representation, all complete in it.
    params : CompareParams
        Folds, and which labels are too rare.
    labels : bool
        Whether to ask for the nearest label.
    cosine : bool
        Whether to ask for cosine distances.

    Attributes
    ----------
    name : str
    values : ndarray, shape (n_tokens, dim)
    spread : Spread
    own : ndarray, shape (n_tokens,)
        Number of the label nearest to each token as it is; -1 without labels.
    rule : NearestLabels or None
    """

    def __init__(
        self,
        representation: Representation,
        material: Material,
        params: CompareParams,
        *,
        labels: bool = True,
        cosine: bool = False,
    ) -> None:
        self.name = representation.name
        self.values = material.vectors(representation)
        self.spread = between_token_spread(self.values, material.labels, material.speakers)
        self.rule = NearestLabels.learn(self.values, material, params) if labels else None
        self.cosine = cosine
        self._centre = self.values.mean(axis=0)
        everyone = np.arange(len(self.values))
        self.own: Ints = (
            np.full(len(self.values), -1, dtype=np.intp)
            if self.rule is None
            else self.rule.nearest(everyone, self.values)
        )

    def judge(self, rows: Ints, values: Floats) -> Judged:
        """Compare versions of tokens with the tokens as they are.

        Parameters
        ----------
        rows : ndarray, shape (n,)
            Which token each version is one of.
        values : ndarray, shape (n, dim)
            In the representation; NaN where nothing was measured.
        """
        before = self.values[rows]
        step = values - before
        alive = self.spread.values > 1e-12 * np.maximum(np.abs(self._centre), np.finfo(float).tiny)
        movement: Floats = np.sqrt(((step[:, alive] / self.spread.values[alive]) ** 2).mean(axis=1))
        distance: Floats = np.linalg.norm(step, axis=1)
        missing = ~np.isfinite(step).all(axis=1)
        movement[missing] = distance[missing] = np.nan
        cosine: Floats = np.full(len(rows), np.nan)
        if self.cosine:
            cosine = cosine_distance(before - self._centre, values - self._centre)
        nearest: Ints = np.full(len(rows), -1, dtype=np.intp)
        if self.rule is not None:
            nearest = self.rule.nearest(rows, values)
        still = (step == 0.0).all(axis=1)
        # A version that is the same must not be told apart by the rounding of a matrix product.
        nearest[still] = self.own[rows[still]]
        cosine[still & np.isfinite(cosine)] = 0.0
        return Judged(rows, distance, movement, cosine, nearest)


def cosine_distance(one: Floats, other: Floats) -> Floats:
    """1 - cosine of the angle between rows of two arrays, shape (n,); NaN for a zero or missing vector."""
    lengths = np.linalg.norm(one, axis=1) * np.linalg.norm(other, axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        cosine = np.einsum("ij,ij->i", one, other) / lengths
    cosine[lengths == 0.0] = np.nan
    return np.asarray(1.0 - np.clip(cosine, -1.0, 1.0))
