"""Where speakers differ and where labels differ: two subspaces, and how far apart they are.

The directions are the principal ones of the class means, as in Liu, Tang & Goldwater 2023, arXiv:2305.12464,
who found those of speakers and phones nearly orthogonal. The residual variance is that of Mohamed, Liu, Tang
& Goldwater 2024, arXiv:2406.09200.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from w2vpraat.compare.probes.linear import class_sums
from w2vpraat.compare.similarity.angles import (
    Chance,
    principal_angles,
    random_cosine,
    random_subspaces,
    residual_variance,
)
from w2vpraat.compare.threads import one_thread
from w2vpraat.errors import ComparisonError
from w2vpraat.normalize.directions import enough_directions, mean_directions

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]
Row = dict[str, str | float | int]


@dataclass(frozen=True, eq=False)
class Subspaces:
    """The speaker and the label subspace of a representation.

    Attributes
    ----------
    speaker_axes : ndarray, shape (dims_speaker, dim)
    label_axes : ndarray, shape (dims_label, dim)
        Orthonormal rows, principal directions first.
    speaker_kept, label_kept : float
        Share of the variance between the class means that they hold.
    angles : ndarray, shape (min(dims_speaker, dims_label),)
        Principal angles between the two, in degrees, ascending: 90 = orthogonal.
    cosines : ndarray, shape (dims_speaker, dims_label)
        Absolute cosine of each pair of principal directions (the similarity of Liu et al.).
    label_left : ndarray, shape (dims_speaker + 1,)
        Share of the variance between **all** label means that is left once the first k speaker directions are
        projected out, k = 0, 1, ...
    speaker_left : ndarray, shape (dims_label + 1,)
        The same the other way round.
    chance : Chance
        What random subspaces of the same dimensions would give.
    shuffled : mapping
        Measure -> mean over shuffled speakers (see :func:`measure_subspaces`); empty if there were none, or
        if tokens do not vary within cells.
    kept : float
        Share asked for.
    dim, n_tokens, n_speakers, n_labels : int
    """

    speaker_axes: Floats
    label_axes: Floats
    speaker_kept: float
    label_kept: float
    angles: Floats
    cosines: Floats
    label_left: Floats
    speaker_left: Floats
    chance: Chance
    shuffled: Mapping[str, float]
    kept: float
    dim: int
    n_tokens: int
    n_speakers: int
    n_labels: int


def class_effects(vectors: Floats, speakers: Ints, labels: Ints) -> tuple[Floats, Floats]:
    """Split the means of cells (a speaker's tokens of a label) into the speaker's part and the label's.

    Every cell counts once, however many tokens it has, and both parts are fitted together (least squares of
    ``mean + speaker + label``). With all cells present these are the plain means over cells; with vowels that
    some speakers lack, a speaker's part still holds nothing of which vowels were said, nor a label's part of
    who said it, as long as the two add up.

    Parameters
    ----------
    vectors : ndarray, shape (n_tokens, dim)
    speakers, labels : ndarray, shape (n_tokens,)
        Numbers from 0, each with a token.

    Returns
    -------
    speaker_effects : ndarray, shape (n_speakers, dim)
    label_effects : ndarray, shape (n_labels, dim)
        Each with mean 0.

    Raises
    ------
    ComparisonError
        One speaker or one label, or speakers who share no labels, directly or through others.
    """
    n_speakers, n_labels = int(speakers.max(initial=-1)) + 1, int(labels.max(initial=-1)) + 1
    if n_speakers < 2 or n_labels < 2:
        raise ComparisonError(
            f"{n_speakers} speaker(s) and {n_labels} label(s) have no subspaces to compare",
            "give at least two speakers and two labels",
        )
    cell = speakers * n_labels + labels
    counts = np.bincount(cell, minlength=n_speakers * n_labels).astype(np.float64)
    present = (counts > 0).astype(np.float64).reshape(n_speakers, n_labels)
    cells = class_sums(vectors - vectors.mean(axis=0), cell, n_speakers * n_labels)
    cells = (cells / np.maximum(counts, 1.0)[:, None]).reshape(n_speakers, n_labels, -1)
    of_speaker, of_label = present.sum(axis=1), present.sum(axis=0)
    if not (of_speaker.all() and of_label.all()):
        raise ComparisonError("a speaker or a label has no token", "number those that occur")
    share = present / of_speaker[:, None]
    # Normal equations with the speakers eliminated: as small as the number of labels, whatever the corpus.
    normal = np.diag(of_label) - present.T @ share
    if np.linalg.matrix_rank(normal, hermitian=True) < n_labels - 1:
        raise ComparisonError(
            "some speakers share no label with the others, so that speakers and labels can't be told apart",
            "choose labels that several speakers say",
        )
    by_speaker = cells.sum(axis=1)
    right = cells.sum(axis=0) - share.T @ by_speaker
    label_effects = np.linalg.pinv(normal, hermitian=True) @ right
    speaker_effects = (by_speaker - present @ label_effects) / of_speaker[:, None]
    return speaker_effects - speaker_effects.mean(axis=0), label_effects - label_effects.mean(axis=0)


def measure_subspaces(
    vectors: Floats,
    speakers: Ints,
    labels: Ints,
    *,
    kept: float = 0.95,
    shuffles: int = 10,
    draws: int = 200,
    seed: int = 0,
) -> Subspaces:
    """Compare the subspace of speakers with that of labels.

    Two references: random subspaces, which take every direction of space to be as likely, and the same
    measures with the speakers' parts subtracted and speakers shuffled among the tokens of each label. Means
    of any groups lie where tokens vary most, so that even speakers who don't differ share directions with the
    labels; only less than the shuffled value speaks for subspaces kept apart.

    Parameters
    ----------
    vectors : ndarray, shape (n_tokens, dim)
        As they are: angles depend on how columns are scaled, not on rotations.
    speakers, labels : ndarray, shape (n_tokens,)
        Numbers from 0, each with a token.
    kept : float
        Share of the variance between the class means that a subspace must hold.
    shuffles : int
        So often speakers are shuffled; 0: not.
    draws, seed : int
        Random subspaces for those chance values that have no formula.

    Raises
    ------
    ComparisonError
        Missing values, a share that is not possible, and as :func:`class_effects`.
    """
    vectors = np.asarray(vectors, dtype=np.float64)
    if vectors.ndim != 2 or not vectors.size or not np.isfinite(vectors).all():
        raise ComparisonError(
            f"vectors of shape {vectors.shape} have no subspaces", "leave out tokens with missing values"
        )
    if not len(vectors) == len(speakers) == len(labels):
        raise ComparisonError(f"{len(vectors)} vectors, {len(speakers)} speakers, {len(labels)} labels")
    if not 0.0 < kept <= 1.0:
        raise ComparisonError(f"can't keep {kept:g} of the variance", "above 0, at most 1")
    with one_thread():
        found = _measure(vectors, speakers, labels, kept)
        size = found.cosines.shape
        found = replace(found, chance=random_subspaces(found.dim, *size, draws=draws, seed=seed))
        random = np.random.default_rng(seed)
        speaker_means, label_means = class_effects(vectors, speakers, labels)
        alike = vectors - speaker_means[speakers]
        rest = alike - label_means[labels]
        if _none(rest - rest.mean(axis=0), vectors):
            shuffles = 0  # tokens that are the mere sum of the two parts have nothing to shuffle
        turns = [
            _values(_measure(alike, _shuffled(speakers, labels, random), labels, kept))
            for _ in range(shuffles)
        ]
    means = {name: float(np.mean([turn[name] for turn in turns])) for name in turns[0]} if turns else {}
    return replace(found, shuffled=means)


def _shuffled(speakers: Ints, labels: Ints, random: np.random.Generator) -> Ints:
    mixed = speakers.copy()
    for label in np.unique(labels):
        own = np.flatnonzero(labels == label)
        mixed[own] = speakers[random.permutation(own)]
    return mixed


def _measure(vectors: Floats, speakers: Ints, labels: Ints, kept: float) -> Subspaces:
    speaker_means, label_means = class_effects(vectors, speakers, labels)
    speaker_axes, speaker_kept = _subspace(speaker_means, kept, vectors, "speakers")
    label_axes, label_kept = _subspace(label_means, kept, vectors, "labels")
    return Subspaces(
        speaker_axes=speaker_axes,
        label_axes=label_axes,
        speaker_kept=speaker_kept,
        label_kept=label_kept,
        angles=principal_angles(speaker_axes, label_axes),
        cosines=np.abs(speaker_axes @ label_axes.T),
        label_left=residual_variance(label_means, speaker_axes),
        speaker_left=residual_variance(speaker_means, label_axes),
        chance=Chance(*[float("nan")] * 3),
        shuffled={},
        kept=kept,
        dim=vectors.shape[1],
        n_tokens=len(vectors),
        n_speakers=len(speaker_means),
        n_labels=len(label_means),
    )


def _none(part: Floats, vectors: Floats) -> bool:
    """Whether a part of vectors is nothing but rounding errors."""
    return bool(np.abs(part).max() <= 1e-12 * np.abs(vectors).max())


def _subspace(means: Floats, kept: float, vectors: Floats, who: str) -> tuple[Floats, float]:
    _, axes, shares = mean_directions(means)
    if not len(shares) or _none(means, vectors):
        raise ComparisonError(f"all {who} have the same mean vector", "there is no subspace to compare")
    count = enough_directions(shares, kept)
    return axes[:count], float(shares[:count].sum())


def _values(found: Subspaces) -> dict[str, float]:
    """Return the measures by name."""
    values = {
        "smallest angle": found.angles.min(),
        "mean angle": found.angles.mean(),
        "overlap": (np.cos(np.radians(found.angles)) ** 2).mean(),
        "mean cosine of directions": found.cosines.mean(),
        "largest cosine of directions": found.cosines.max(),
        "residual label variance": found.label_left[-1],
        "cumulative residual label variance": found.label_left[1:].mean(),
        "residual speaker variance": found.speaker_left[-1],
        "cumulative residual speaker variance": found.speaker_left[1:].mean(),
    }
    return {name: float(value) for name, value in values.items()}


def _expected(found: Subspaces) -> dict[str, float]:
    """Return what random subspaces of these dimensions would give, by name of the measure."""
    (speaker, label), dim = found.cosines.shape, found.dim
    return {
        "smallest angle": found.chance.smallest_angle,
        "mean angle": found.chance.mean_angle,
        "overlap": max(speaker, label) / dim,
        "mean cosine of directions": random_cosine(dim),
        "largest cosine of directions": found.chance.largest_cosine,
        "residual label variance": 1.0 - speaker / dim,
        "cumulative residual label variance": 1.0 - (speaker + 1) / (2 * dim),
        "residual speaker variance": 1.0 - label / dim,
        "cumulative residual speaker variance": 1.0 - (label + 1) / (2 * dim),
    }


def subspace_rows(found: Subspaces) -> list[Row]:
    """List the measures as rows of a tidy table.

    Returns
    -------
    list of dict
        ``measure``, ``unit``, ``value``, ``chance``, ``shuffled``, ``dims_speaker``, ``dims_label``, ``dim``.
        Measures: smallest and mean principal angle; overlap, the mean squared cosine of the principal angles;
        mean and largest absolute cosine of principal directions; variance between labels (speakers) that is
        left with all speaker (label) directions removed, and its mean over the first k = 1 ... all directions
        (cumulative).
    """
    speaker, label = found.cosines.shape
    expected = _expected(found)
    return [
        {
            "measure": measure,
            "unit": "degrees" if measure.endswith("angle") else "cosine" if "cosine" in measure else "share",
            "value": value,
            "chance": expected[measure],
            "shuffled": found.shuffled.get(measure, float("nan")),
            "dims_speaker": speaker,
            "dims_label": label,
            "dim": found.dim,
        }
        for measure, value in _values(found).items()
    ]


def residual_rows(found: Subspaces) -> list[Row]:
    """List the curves of residual variance: ``removed``, ``left_of``, ``k``, ``value``, ``chance``."""
    curves = (("speaker", "label", found.label_left), ("label", "speaker", found.speaker_left))
    return [
        {"removed": removed, "left_of": of, "k": k, "value": float(value), "chance": 1.0 - k / found.dim}
        for removed, of, left in curves
        for k, value in enumerate(left)
    ]
