"""Probes of what a token is, given its label: what a property adds to the label, not what the label tells.

The linear probes subtract the label's mean. The neighbours that vote have the same label, and the support
vector machine has one column per label: both may use what holds for one label only.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from w2vpraat.compare.folds import Fold
from w2vpraat.compare.material import Material
from w2vpraat.compare.probes.knn import NEIGHBOURS, frequencies, nearest
from w2vpraat.compare.probes.linear import (
    Moments,
    class_sums,
    credit,
    equal,
    label_means,
    linear_discriminant,
    linear_scores,
    rbf_scores,
    residuals,
    standardized,
)
from w2vpraat.compare.probes.logistic import MOST_TOKENS, logistic_scores
from w2vpraat.compare.probes.space import Space

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

PROBES = ("lda", "logistic", "knn", "rbf")
# Classes are shuffled so often for the slow probes, once if the corpus is larger than this.
SLOW = ("logistic", "rbf")
SLOW_SHUFFLES, SMALL = 2, 1000
# A support vector machine is trained on at most so many tokens per fold (drawn evenly over speakers).
RBF_TOKENS = 1000


def shuffles_of(probe: str, n_tokens: int, times: int) -> int:
    """Return how many shuffled variants of the classes a probe is scored on, of so many that there are."""
    if probe not in SLOW:
        return times
    return min(times, SLOW_SHUFFLES if n_tokens <= SMALL else 1)


def remark(probe: str, folds: tuple[Fold, ...]) -> str:
    """Return what a row's note must say about a probe, after a semicolon; empty if nothing."""
    if probe == "knn":
        return f"; {NEIGHBOURS} nearest tokens of the same label, at most half of them"
    if probe == "logistic" and max(len(train) for train, _ in folds) > MOST_TOKENS:
        return f"; trained on {MOST_TOKENS} tokens per fold"
    if probe == "rbf" and max(len(train) for train, _ in folds) > RBF_TOKENS:
        return f"; trained on {RBF_TOKENS} tokens per fold"
    return ""


def credits_given_label(
    space: Space, asked: NDArray[np.bool_], material: Material, seed: int
) -> Callable[[str, Ints, int, tuple[Fold, ...]], Floats]:
    """Prepare the probes on one representation; what is the same for all folds is done once.

    Returns
    -------
    callable
        (probe, classes, n_classes, folds) -> how right the answers are, shape (n_tokens,): the mean over
        folds, NaN where not asked.
    """
    if space.whole:
        return ProbesGivenLabel(space.vectors, asked, material, seed).credits

    def credits(probe: str, classes: Ints, n_classes: int, folds: tuple[Fold, ...]) -> Floats:
        total, times = np.zeros(len(classes)), np.zeros(len(classes))
        for turn, fold in enumerate(folds):
            made = ProbesGivenLabel(space.seen_from(fold[0]), asked, material, seed, first_turn=turn)
            right = made.credits(probe, classes, n_classes, (fold,))
            times += np.isfinite(right)
            total += np.nan_to_num(right)
        with np.errstate(invalid="ignore"):
            return np.asarray(np.where(times > 0, total / times, np.nan))

    return credits


class ProbesGivenLabel:
    """The probes on the vectors of one representation.

    Parameters
    ----------
    vectors : ndarray, shape (n_tokens, dim)
        In the order of the material.
    asked : ndarray of bool, shape (n_tokens,)
        The tokens in training and test; every fold must divide all of them.
    material : Material
    seed, first_turn : int
        Decide which tokens train the support vector machine.
    """

    def __init__(
        self,
        vectors: Floats,
        asked: NDArray[np.bool_],
        material: Material,
        seed: int,
        *,
        first_turn: int = 0,
    ) -> None:
        self.vectors, self.material, self.seed = vectors, material, seed
        self.first_turn = first_turn
        self.rows = np.flatnonzero(asked)
        self.place = np.cumsum(asked) - 1  # row among all tokens -> row among those asked
        self.own = standardized(vectors[self.rows])
        self.labels = material.labels[self.rows]
        self.scatter = self.own.T @ self.own
        self.neighbours = NeighboursGivenLabel(self.own, self.labels, material.n_labels)

    def credits(self, probe: str, classes: Ints, n_classes: int, folds: tuple[Fold, ...]) -> Floats:
        """How right the answers are, shape (n_tokens,): the mean over folds, NaN where not asked."""
        linear = None
        if probe == "lda":
            linear = LinearGivenLabel(
                self.own, self.labels, classes[self.rows], self.material.n_labels, n_classes, self.scatter
            )
        total, asked = np.zeros(len(self.vectors)), np.zeros(len(self.vectors))
        for turn, (train, test) in enumerate(folds, start=self.first_turn):
            seen = np.unique(classes[train])
            if len(seen) == 1:
                answers = _certain(seen[0], n_classes, len(test))
            elif linear is not None:
                answers = linear.scores(self.place[test])
            elif probe == "logistic":
                answers = self._logistic(classes[self.rows], n_classes, self.place[test])
            elif probe == "knn":
                answers = self.neighbours.scores(classes[self.rows], n_classes, self.place[test])
            else:
                answers = self._bent(classes, n_classes, train, test, turn)
            total[test] += credit(answers, classes[test])
            asked[test] += 1
        with np.errstate(invalid="ignore"):
            return np.asarray(np.where(asked > 0, total / asked, np.nan))

    def _logistic(self, classes: Ints, n_classes: int, test: Ints) -> Floats:
        training = np.ones(len(self.own), dtype=bool)
        training[test] = False
        rest = residuals(self.own, self.labels, classes, training, self.material.n_labels)
        speakers = self.material.speakers[self.rows]
        few = thinned(np.flatnonzero(training), speakers, MOST_TOKENS, (self.seed, len(test)))
        return logistic_scores(rest[few], classes[few], rest[test], n_classes, equal_priors=True)

    def _bent(self, classes: Ints, n_classes: int, train: Ints, test: Ints, turn: int) -> Floats:
        labels = self.material.labels
        train = thinned(train, self.material.speakers, RBF_TOKENS, (self.seed, turn))
        if len(seen := np.unique(classes[train])) == 1:  # a rare class may be thinned away
            return _certain(seen[0], n_classes, len(test))
        return rbf_scores(
            self.vectors[train],
            classes[train],
            self.vectors[test],
            n_classes,
            training_labels=labels[train],
            test_labels=labels[test],
        )


def _certain(chosen: int, n_classes: int, n_test: int) -> Floats:
    return np.tile(np.eye(n_classes)[chosen], (n_test, 1))


class LinearGivenLabel:
    """The linear probe of what is left once the label's mean is subtracted, with any tokens held out.

    The same as :func:`linear_scores` of :func:`residuals` with equal priors, but training sums are those of
    all tokens less those of the tokens held out, so that a fold costs what its test tokens cost.

    Parameters
    ----------
    vectors : ndarray, shape (n, dim)
        The tokens asked, with columns of about the same size (the sums lose digits otherwise).
    labels, classes : ndarray, shape (n,)
        Numbers.
    n_labels, n_classes : int
    scatter : ndarray, shape (dim, dim), optional
        ``vectors.T @ vectors``, if it is known already.
    """

    def __init__(
        self,
        vectors: Floats,
        labels: Ints,
        classes: Ints,
        n_labels: int,
        n_classes: int,
        scatter: Floats | None = None,
    ) -> None:
        self.vectors, self.labels, self.classes = vectors, labels, classes
        self.shape = (n_labels, n_classes)
        self.cells = labels * n_classes + classes
        self.counts, self.sums = self._sums(np.arange(len(vectors)))
        self.scatter = vectors.T @ vectors if scatter is None else scatter

    def _sums(self, tokens: Ints) -> tuple[Floats, Floats]:
        size = self.shape[0] * self.shape[1]
        counts = np.bincount(self.cells[tokens], minlength=size).astype(np.float64)
        sums = class_sums(self.vectors[tokens], self.cells[tokens], size)
        return counts.reshape(self.shape), sums.reshape(*self.shape, -1)

    def scores(self, test: Ints) -> Floats:
        """Train on all other tokens and return scores of these, shape (n_test, n_classes)."""
        held = self.vectors[test]
        dim = held.shape[1]
        if len(self.vectors) - len(test) < dim:
            return self._few(test)
        counts, sums = (
            whole - part for whole, part in zip((self.counts, self.sums), self._sums(test), strict=True)
        )
        sums[counts == 0] = 0.0
        raw = self.scatter - held.T @ held
        means = label_means(counts, sums)
        of_label, by_label = counts.sum(axis=1), sums.sum(axis=1)
        cross = by_label.T @ means
        scatter = raw - cross - cross.T + (means.T * of_label) @ means
        of_class = counts.sum(axis=0)
        rest = sums.sum(axis=0) - counts.T @ means
        # Now standardize: the same sums of (residual - mean) / sd.
        n = of_class.sum()
        mean = rest.sum(axis=0) / n
        scatter -= n * np.outer(mean, mean)
        variance = np.diag(scatter) / n
        alive = variance > 1e-12 * np.diag(raw) / n
        scale = np.zeros(dim)
        scale[alive] = 1.0 / np.sqrt(variance[alive])
        moments = Moments(
            of_class, (rest - of_class[:, None] * mean) * scale, scatter * np.outer(scale, scale)
        )
        fitted = linear_discriminant(moments, equal(of_class))
        return fitted.scores((held - means[self.labels[test]] - mean) * scale)

    def _few(self, test: Ints) -> Floats:
        training = np.ones(len(self.vectors), dtype=bool)
        training[test] = False
        rest = residuals(self.vectors, self.labels, self.classes, training, self.shape[0])
        return linear_scores(
            rest[training], self.classes[training], rest[test], self.shape[1], equal_priors=True
        )


class NeighboursGivenLabel:
    """Votes of the nearest tokens **with the same label**, which may say something else for every label.

    Columns are scaled by their sd within the labels of the training tokens. Votes are divided by how often
    the label has their class in training. At most half of a label's tokens vote: if all did, every class
    would get all of its votes, a tie whatever the vectors are. A label without training tokens gets no
    votes: a tie too.

    Parameters
    ----------
    vectors : ndarray, shape (n, dim)
        The tokens asked, with columns of about the same size.
    labels : ndarray, shape (n,)
    n_labels : int
    """

    def __init__(self, vectors: Floats, labels: Ints, n_labels: int) -> None:
        self.vectors, self.labels, self.n_labels = vectors, labels, n_labels
        self.sums = self._sums(np.arange(len(vectors)))

    def _sums(self, tokens: Ints) -> tuple[Floats, Floats, Floats]:
        vectors, labels = self.vectors[tokens], self.labels[tokens]
        counts = np.bincount(labels, minlength=self.n_labels).astype(np.float64)
        return counts, class_sums(vectors, labels, self.n_labels), (vectors**2).sum(axis=0)

    def scores(self, classes: Ints, n_classes: int, test: Ints) -> Floats:
        """Let all other tokens vote on these, shape (n_test, n_classes).

        Parameters
        ----------
        classes : ndarray, shape (n,)
        n_classes : int
        test : ndarray
            Rows of the tokens held out.
        """
        scale = self._scale(test)
        training = np.ones(len(self.vectors), dtype=bool)
        training[test] = False
        answers = np.zeros((len(test), n_classes))
        for label in np.unique(self.labels[test]):
            voters = np.flatnonzero(training & (self.labels == label))
            asked = np.flatnonzero(self.labels[test] == label)
            if len(voters):
                few = voters_of(len(voters))
                found = nearest(self.vectors[voters] * scale, self.vectors[test[asked]] * scale, few)
                answers[asked] = found.votes(classes[voters], n_classes)
                answers[asked] /= frequencies(classes[voters], n_classes)
        return answers

    def _scale(self, test: Ints) -> Floats:
        counts, sums, squares = (
            whole - part for whole, part in zip(self.sums, self._sums(test), strict=True)
        )
        within = squares - (sums**2 / np.maximum(counts, 1.0)[:, None]).sum(axis=0)
        variance = within / max(counts.sum(), 1.0)
        alive = variance > 1e-12 * squares / max(counts.sum(), 1.0)
        return np.asarray(np.where(alive, 1.0 / np.sqrt(np.where(alive, variance, 1.0)), 0.0))


def voters_of(n: int) -> int:
    """Return how many of a label's n training tokens vote: an odd number, at most half of them if n > 1."""
    return min(NEIGHBOURS, max((n // 2 - 1) | 1, 1))


def thinned(tokens: Ints, speakers: Ints, most: int, seed: tuple[int, int]) -> Ints:
    """Draw at most so many tokens, about the same number from each speaker."""
    if len(tokens) <= most:
        return tokens
    random = np.random.default_rng(seed)
    mixed = random.permutation(tokens)
    order = np.argsort(speakers[mixed], kind="stable")
    own = speakers[mixed][order]
    rank = np.empty(len(mixed), dtype=np.intp)  # how many tokens of the same speaker come before
    rank[order] = np.arange(len(mixed)) - np.searchsorted(own, own)
    return np.sort(mixed[np.argsort(rank, kind="stable")[:most]])
