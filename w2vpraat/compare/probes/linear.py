"""Probes: what a simple classifier can read from a representation.

Every probe takes training vectors and class numbers and returns scores for test vectors; it never sees the
test classes. The linear one is closed-form, so that a speaker can be left out by subtracting the speaker's
sums instead of passing over the whole corpus again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

# Two scores closer than this are a tie: vectors centred per speaker give class means that differ by
# rounding only.
TIE = 1e-9
# With more training tokens per dimension than this, the covariance is used as it is.
PLENTY = 50


def class_sums(vectors: Floats, classes: Ints, n_classes: int) -> Floats:
    """Sum of the vectors of each class, shape (n_classes, dim)."""
    member = np.zeros((n_classes, len(classes)))
    member[classes, np.arange(len(classes))] = 1.0
    return np.asarray(member @ vectors)  # a matrix product: np.add.at takes ten times longer


@dataclass(frozen=True, eq=False)
class Moments:
    """Sums from which a linear discriminant is made; they add up over speakers.

    Attributes
    ----------
    counts : ndarray, shape (n_classes,)
        Tokens per class.
    sums : ndarray, shape (n_classes, dim)
        Sum of the vectors per class.
    scatter : ndarray, shape (dim, dim)
        Sum of the outer products over all tokens.
    """

    counts: Floats
    sums: Floats
    scatter: Floats

    @classmethod
    def of(cls, vectors: Floats, classes: Ints, n_classes: int) -> Moments:
        """Sum up vectors, shape (n, dim), with class numbers, shape (n,)."""
        counts = np.bincount(classes, minlength=n_classes).astype(np.float64)
        return cls(counts, class_sums(vectors, classes, n_classes), vectors.T @ vectors)

    def without(self, other: Moments) -> Moments:
        """Return the moments of the tokens that are not in ``other``."""
        return Moments(self.counts - other.counts, self.sums - other.sums, self.scatter - other.scatter)


@dataclass(frozen=True, eq=False)
class Discriminant:
    """A fitted linear classifier: ``scores = vectors @ weights + offsets``."""

    weights: Floats
    offsets: Floats

    def scores(self, vectors: Floats) -> Floats:
        """Log-posterior per class up to a constant, shape (n, n_classes); -inf for unseen classes."""
        return np.asarray(vectors @ self.weights + self.offsets, dtype=np.float64)


def oas_shrinkage(covariance: Floats, n: int) -> float:
    """Return the Oracle Approximating Shrinkage intensity of a covariance matrix.

    Chen, Wiesel, Eldar & Hero 2010, IEEE Trans. Signal Process. 58:5016-5029, eq. 23, in the form of
    scikit-learn.

    Parameters
    ----------
    covariance : ndarray, shape (dim, dim)
        Sample covariance, divided by n.
    n : int
        Number of vectors.

    Returns
    -------
    float
        From 0 (keep the sample covariance) to 1 (a multiple of the identity).
    """
    dim = covariance.shape[0]
    alpha = float(np.mean(covariance**2))
    mean_square = (float(np.trace(covariance)) / dim) ** 2
    numerator = alpha + mean_square
    denominator = (n + 1.0) * (alpha - mean_square / dim)
    return 1.0 if denominator <= 0.0 else min(numerator / denominator, 1.0)


def linear_discriminant(
    moments: Moments, priors: Floats | None = None, *, rescale: bool = True
) -> Discriminant:
    """Fit linear discriminant analysis from sums.

    The covariance within classes is pooled and, unless there are more than :data:`PLENTY` tokens per
    dimension, scaled to correlations and shrunk towards the identity by :func:`oas_shrinkage`. Three
    formants and a few hundred tokens thus get the textbook classifier, and 768 dimensions do not win (or
    lose) by their number.

    Parameters
    ----------
    moments : Moments
        Sums over the training tokens, best centred and scaled beforehand.
    priors : ndarray, shape (n_classes,), optional
        Prior probabilities; default: the training frequencies.
    rescale : bool
        Scale to correlations before shrinking. Not for rotated vectors, whose small components are noise.

    Returns
    -------
    Discriminant
    """
    from scipy.linalg import solve

    counts, seen = moments.counts, moments.counts > 0
    n, n_seen = int(counts.sum()), int(seen.sum())
    means = np.zeros_like(moments.sums)
    means[seen] = moments.sums[seen] / counts[seen, None]
    within = (moments.scatter - means.T @ moments.sums) / max(n - n_seen, 1)
    variance = np.diag(within).copy()
    # A dimension that is constant within the classes would get infinite weight; leave it out.
    total = np.diag(moments.scatter) / max(n, 1)
    alive = variance > 1e-12 * np.maximum(total, np.finfo(float).tiny)
    scale = np.zeros_like(variance)
    scale[alive] = 1.0 / np.sqrt(variance[alive]) if rescale else 1.0
    correlation = within * np.outer(scale, scale)
    if alive.any():
        block = correlation[np.ix_(alive, alive)]
        plenty = n > PLENTY * block.shape[0]
        # The ridge keeps columns that are copies of each other from being divided by rounding errors.
        shrinkage = 1e-10 if plenty else oas_shrinkage(block, max(n - n_seen, 1))
        target = float(np.trace(block)) / block.shape[0]
    else:
        shrinkage, target = 1.0, 1.0
    shrunk = (1.0 - shrinkage) * correlation
    shrunk[np.diag_indices_from(shrunk)] += shrinkage * target
    shrunk[~alive, ~alive] = 1.0
    scaled = means * scale
    weights = np.asarray(solve(shrunk, scaled.T, assume_a="pos", check_finite=False), dtype=np.float64)
    if priors is None:
        priors = counts / max(n, 1)
    with np.errstate(divide="ignore"):
        log_priors = np.where(seen, np.log(priors), -np.inf)
    offsets = log_priors - 0.5 * np.einsum("cd,dc->c", scaled, weights)
    return Discriminant(weights * scale[:, None], offsets)


def linear_scores(
    training: Floats, classes: Ints, test: Floats, n_classes: int, *, equal_priors: bool = False
) -> Floats:
    """Train a linear discriminant and return scores of the test vectors, shape (n_test, n_classes).

    Vectors are standardized with the training mean and sd. With more dimensions than training vectors they
    are first turned into the space that the training vectors span, which loses nothing that could be
    learnt.
    """
    training, test = standardized_by(training, test)
    wide = training.shape[1] > training.shape[0]
    if wide:
        _, singular, axes = np.linalg.svd(training, full_matrices=False)
        axes = axes[singular > 1e-9 * singular[0]] if singular.size and singular[0] > 0 else axes[:1]
        training, test = training @ axes.T, test @ axes.T
    moments = Moments.of(training, classes, n_classes)
    priors = equal(moments.counts) if equal_priors else None
    return linear_discriminant(moments, priors, rescale=not wide).scores(test)


def equal(counts: Floats) -> Floats:
    """Return the same prior for every class that occurs."""
    seen = counts > 0
    return np.asarray(np.where(seen, 1.0 / max(int(seen.sum()), 1), 0.0))


def rbf_scores(
    training: Floats, classes: Ints, test: Floats, n_classes: int, *, training_labels: Ints, test_labels: Ints
) -> Floats:
    """Train a support vector machine with a Gaussian kernel that knows the label; return scores.

    Columns are standardized on the training vectors, and the label is added as one column per label, so
    that the probe can use what holds for one label only. Classes weigh the same. The kernel's width is
    scikit-learn's ``gamma="scale"``.

    Returns
    -------
    ndarray, shape (n_test, n_classes)
        1 for the class chosen, 0 for the others.
    """
    from sklearn.svm import SVC

    training, test = standardized_by(training, test)
    one_hot = np.eye(int(max(training_labels.max(), test_labels.max(initial=0))) + 1)
    training = np.hstack([training, one_hot[training_labels]])
    test = np.hstack([test, one_hot[test_labels]])
    spread = training.shape[1] * float(training.var())
    gamma = 1.0 / spread if spread > 0.0 else 1.0
    # The kernel as a matrix product takes a quarter of the time that the machine's own needs.
    machine = SVC(kernel="precomputed", C=1.0, class_weight="balanced")
    machine.fit(np.exp(-gamma * squared_distances(training, training)), classes)
    chosen = machine.predict(np.exp(-gamma * squared_distances(test, training)))
    return np.asarray(np.eye(n_classes)[chosen], dtype=np.float64)


def standardized(vectors: Floats) -> Floats:
    """Centre and scale the columns of all tokens.

    Only for the arithmetic: a linear discriminant does not depend on it, and the shrinkage is scaled on
    training tokens.
    """
    sd = vectors.std(axis=0)
    return np.asarray((vectors - vectors.mean(axis=0)) / np.where(sd > 0.0, sd, 1.0))


def standardized_by(training: Floats, test: Floats) -> tuple[Floats, Floats]:
    """Scale both by the mean and sd of the training vectors; constant columns are only centred."""
    mean, sd = training.mean(axis=0), training.std(axis=0)
    sd[sd <= 1e-12 * np.abs(mean)] = 1.0  # the sd of 0.1, 0.1, 0.1 is no zero, but rounding
    return (training - mean) / sd, (test - mean) / sd


def squared_distances(one: Floats, other: Floats) -> Floats:
    """Squared Euclidean distances, shape (n_one, n_other), never negative."""
    distances = one @ other.T
    distances *= -2.0
    distances += (one**2).sum(axis=1)[:, None]
    distances += (other**2).sum(axis=1)
    return np.asarray(np.maximum(distances, 0.0, out=distances))


def credit(scores: Floats, classes: Ints) -> Floats:
    """How right each answer is: 1 or 0, or 1/k if the true class ties with k - 1 others for the first place.

    Ties are real here: vectors centred per speaker leave a linear probe nothing to choose by, and its
    answer must then count as a coin toss, not as what rounding errors decide.

    Returns
    -------
    ndarray, shape (n,)
    """
    best = scores.max(axis=1, keepdims=True)
    tied = scores >= best - TIE * np.maximum(1.0, np.abs(best))
    right = tied[np.arange(len(classes)), classes]
    return np.asarray(right / tied.sum(axis=1), dtype=np.float64)


def residuals(
    vectors: Floats, labels: Ints, groups: Ints, training: NDArray[np.bool_], n_labels: int
) -> Floats:
    """Subtract from every vector the mean of its label, learnt from the training tokens.

    The mean is that of the groups' means (women and men count the same), so a label that one group says more
    often does not carry the group.

    Parameters
    ----------
    vectors : ndarray, shape (n, dim)
    labels, groups : ndarray, shape (n,)
        Class numbers.
    training : ndarray of bool, shape (n,)
    n_labels : int

    Returns
    -------
    ndarray, shape (n, dim)
        Labels that do not occur in the training tokens are centred on the mean of all labels.
    """
    n_groups = int(groups.max()) + 1
    cell = labels * n_groups + groups
    size = n_labels * n_groups
    counts = np.bincount(cell[training], minlength=size).astype(np.float64).reshape(n_labels, n_groups)
    sums = class_sums(vectors[training], cell[training], size).reshape(n_labels, n_groups, -1)
    return np.asarray(vectors - label_means(counts, sums)[labels], dtype=np.float64)


def label_means(counts: Floats, sums: Floats) -> Floats:
    """Return the mean of the groups' means of each label, from sums of shape (n_labels, n_groups, dim)."""
    present = (counts > 0).sum(axis=1)
    means = (sums / np.maximum(counts, 1.0)[:, :, None]).sum(axis=1) / np.maximum(present, 1)[:, None]
    if (present == 0).any():
        means[present == 0] = means[present > 0].mean(axis=0)
    return np.asarray(means, dtype=np.float64)


def encode(values: Sequence[Any]) -> tuple[tuple[str, ...], Ints]:
    """Return the sorted distinct values and each value's number."""
    names, numbers = np.unique(np.asarray(values, dtype=str), return_inverse=True)
    return tuple(str(name) for name in names), np.asarray(numbers, dtype=np.intp)
