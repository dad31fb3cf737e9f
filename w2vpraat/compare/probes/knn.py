"""The probe by nearest neighbours: non-linear, nothing to tune, and cheap to repeat with shuffled classes.

Euclidean distance between standardized columns, as in the Gaussian kernel of the other non-linear probe: it
means the same for three formants and for an embedding. Cosine would leave nothing of two formants but an
angle, and whitening would give the noise of the smallest components as much weight as anything else.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from w2vpraat.compare.probes.linear import TIE, squared_distances, standardized_by

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

# How many neighbours vote, each with one vote: fixed beforehand for all representations, and few enough for
# labels with some dozens of tokens.
NEIGHBOURS = 15
# So many where whole speakers are the neighbours.
SPEAKER_NEIGHBOURS = 3
# Test tokens at a time, which bounds the memory of the distances.
BLOCK = 512


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
    found = [_nearest(training, test[start : start + BLOCK], k) for start in range(0, len(test), BLOCK)]
    rows = [part.test + BLOCK * index for index, part in enumerate(found)]
    return Neighbours(
        np.concatenate(rows),
        np.concatenate([part.training for part in found]),
        np.concatenate([part.shares for part in found]),
        len(test),
    )


def _nearest(training: Floats, test: Floats, k: int) -> Neighbours:
    distances = squared_distances(test, training)
    last = np.partition(distances, k - 1, axis=1)[:, k - 1]
    slack = TIE * (1.0 + last)
    rows, columns = np.nonzero(distances <= (last + slack)[:, None])
    inside = distances[rows, columns] < (last - slack)[rows]
    sure = np.bincount(rows[inside], minlength=len(test))
    tied = np.bincount(rows, minlength=len(test)) - sure
    shares = np.where(inside, 1.0, ((k - sure) / tied)[rows])
    return Neighbours(rows, columns, shares, len(test))


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
