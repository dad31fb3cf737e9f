"""The probe by nearest neighbours: non-linear, nothing to tune, and cheap to repeat with shuffled classes.

Euclidean distance between standardized columns, as in the Gaussian kernel of the other non-linear probe: it
means the same for three formants and for an embedding. Cosine would leave nothing of two formants but an
angle, and whitening would give the noise of the smallest components as much weight as anything else.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from w2vpraat.compare.probes.linear import TIE, standardized_by

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

# How many neighbours vote, each with one vote: fixed beforehand for all representations, and few enough for
# labels with some dozens of tokens.
NEIGHBOURS = 15
# So many where whole speakers are the neighbours.
SPEAKER_NEIGHBOURS = 3
# Test tokens, and pairs of tokens, at a time, which bounds the memory of the distances.
BLOCK, PAIRS = 512, 20_000
# Up to so many dimensions a tree is searched, for so many neighbours more than are wanted (ties).
TREE_DIMENSIONS, SPARE = 8, 4


@dataclass(frozen=True, eq=False)
class Neighbours:
    """Who votes on which test token.

    Attributes
    ----------
    test, training : ndarray, shape (n_pairs,)
        Row of the test token and of the training token.
    shares : ndarray, shape (n_pairs,)
        1, or less if several training tokens are equally far and only some of them would find a place. They
        share the places, so that no result depends on the order of the tokens.
    n_test : int
    """

    test: Ints
    training: Ints
    shares: Floats
    n_test: int

    def votes(self, classes: Ints, n_classes: int) -> Floats:
        """Count the classes of each token's neighbours, shape (n_test, n_classes).

        Parameters
        ----------
        classes : ndarray, shape (n_training,)
        n_classes : int
        """
        flat = self.test * n_classes + classes[self.training]
        counted = np.bincount(flat, weights=self.shares, minlength=self.n_test * n_classes)
        return np.asarray(counted.reshape(self.n_test, n_classes), dtype=np.float64)


def nearest(training: Floats, test: Floats, k: int = NEIGHBOURS) -> Neighbours:
    """Find the k nearest training vectors of every test vector, by exact search.

    Parameters
    ----------
    training : ndarray, shape (n_training, dim)
        Standardized, or the columns with the largest numbers decide alone.
    test : ndarray, shape (n_test, dim)
    k : int
        Fewer if there are fewer training vectors.
    """
    k = min(k, len(training))
    if training.shape[1] <= TREE_DIMENSIONS:
        return _by_tree(training, test, k)
    search = _Search(training, k)
    return _joined(
        [search.around(test[start : start + BLOCK]) for start in range(0, len(test), BLOCK)], BLOCK
    )


def _joined(found: list[Neighbours], block: int) -> Neighbours:
    return Neighbours(
        np.concatenate([part.test + block * index for index, part in enumerate(found)]),
        np.concatenate([part.training for part in found]),
        np.concatenate([part.shares for part in found]),
        sum(part.n_test for part in found),
    )


class _Search:
    """Exact search in two steps: who may be near, in single precision; who is, in double.

    The first step is by far the larger and takes half the time that double precision would. Its margin is
    wider than its rounding errors, so it loses nobody.
    """

    def __init__(self, training: Floats, k: int) -> None:
        self.training, self.k = training, k
        self.squares = (training**2).sum(axis=1)
        self.single = training.astype(np.float32)
        self.single_squares = self.squares.astype(np.float32)
        self.longest = float(self.squares.max(initial=0.0))

    def around(self, test: Floats) -> Neighbours:
        """Return the neighbours of a block of test vectors."""
        squares = (test**2).sum(axis=1)
        rough = test.astype(np.float32) @ self.single.T
        rough *= np.float32(-2.0)
        rough += self.single_squares  # the test vector's own square moves the whole row
        last = np.partition(rough, self.k - 1, axis=1)[:, self.k - 1]
        size = squares + self.longest + 1.0
        margin = 4.0 * (test.shape[1] + 4) * float(np.finfo(np.float32).eps) * size
        rows, columns = np.nonzero(rough <= (last + margin).astype(np.float32)[:, None])
        distances = squares[rows] + self.squares[columns]
        for start in range(0, len(rows), PAIRS):
            part = slice(start, start + PAIRS)
            distances[part] -= 2.0 * np.einsum("nd,nd->n", test[rows[part]], self.training[columns[part]])
        return _shared(rows, columns, np.maximum(distances, 0.0), self.k, len(test))


def _by_tree(training: Floats, test: Floats, k: int) -> Neighbours:
    """Find neighbours in few dimensions, where a tree is much faster."""
    from scipy.spatial import cKDTree

    more = min(k + SPARE, len(training))
    distances, columns = cKDTree(training).query(test, k=more)
    distances, columns = distances.reshape(len(test), more) ** 2, columns.reshape(len(test), more)
    last = distances[:, k - 1]
    # A row whose ties may go beyond those found is searched as a whole.
    open_ = np.zeros(len(test), dtype=bool)
    if more < len(training):
        open_ = distances[:, -1] <= last + TIE * (1.0 + last)
    sure = np.flatnonzero(~open_)
    rows = np.repeat(np.arange(len(sure)), more)
    found = _shared(rows, columns[sure].ravel(), distances[sure].ravel(), k, len(sure))
    if not open_.any():
        return found
    rest = np.flatnonzero(open_)
    search = _Search(training, k)
    others = _joined([search.around(test[rest[at : at + BLOCK]]) for at in range(0, len(rest), BLOCK)], BLOCK)
    return Neighbours(
        np.concatenate([sure[found.test], rest[others.test]]),
        np.concatenate([found.training, others.training]),
        np.concatenate([found.shares, others.shares]),
        len(test),
    )


def _shared(rows: Ints, columns: Ints, distances: Floats, k: int, n_test: int) -> Neighbours:
    """Give the k places of every row to its nearest candidates; those at the same distance share the rest.

    Parameters
    ----------
    rows, columns, distances : ndarray, shape (n_pairs,)
        Candidates, sorted by row, at least k in each; squared distances.
    k, n_test : int
    """
    order = np.lexsort((distances, rows))
    starts = np.searchsorted(rows, np.arange(n_test))
    last = distances[order][starts + k - 1]
    slack = TIE * (1.0 + last)
    near = distances <= (last + slack)[rows]
    rows, columns, distances = rows[near], columns[near], distances[near]
    inside = distances < (last - slack)[rows]
    sure = np.bincount(rows[inside], minlength=n_test)
    tied = np.bincount(rows, minlength=n_test) - sure
    shares = np.where(inside, 1.0, ((k - sure) / tied)[rows])
    return Neighbours(rows, columns, shares, n_test)


def neighbour_scores(
    training: Floats, classes: Ints, test: Floats, n_classes: int, *, k: int = NEIGHBOURS, even: bool = False
) -> Floats:
    """Return the votes of the k nearest training vectors, columns standardized on the training vectors.

    Parameters
    ----------
    training, test : ndarray, shape (n, dim)
    classes : ndarray, shape (n_training,)
    n_classes : int
    k : int
    even : bool
        Divide the votes by the frequency of their class, so that all classes are equally likely beforehand.

    Returns
    -------
    ndarray, shape (n_test, n_classes)
    """
    found = nearest(*standardized_by(training, test), k).votes(classes, n_classes)
    return found / frequencies(classes, n_classes) if even else found


def frequencies(classes: Ints, n_classes: int) -> Floats:
    """Count every class, at least 1, to divide votes by."""
    return np.maximum(np.bincount(classes, minlength=n_classes), 1).astype(np.float64)
