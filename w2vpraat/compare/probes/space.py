"""Dimension control: a representation as it is, or reduced to a few principal components in every fold.

Many dimensions can win by their number. Hence every representation is also scored with as many dimensions
as the smallest one has. The components are learnt from the training tokens alone, without labels.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from w2vpraat.compare.probes.linear import standardized

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

# Bytes of components that are remembered.
REMEMBERED = 64_000_000


@dataclass(frozen=True, eq=False)
class Space:
    """The vectors of the tokens compared.

    Attributes
    ----------
    vectors : ndarray, shape (n_tokens, dim)
        In the order of the material.
    kept : int
        Principal components that are kept; 0: the vectors as they are.
    """

    vectors: Floats
    kept: int = 0
    _seen: dict[bytes, Floats] = field(default_factory=dict, repr=False)

    @property
    def whole(self) -> bool:
        """Whether the vectors are used as they are, so that no fold needs a space of its own."""
        return self.kept == 0

    @cached_property
    def _standard(self) -> Floats:
        # Only for the digits of the sums: the components are those of columns scaled on training tokens.
        return standardized(self.vectors)

    @cached_property
    def _sums(self) -> tuple[Floats, Floats]:
        return self._standard.sum(axis=0), self._standard.T @ self._standard

    def seen_from(self, training: Ints) -> Floats:
        """Return all tokens as the training tokens see them.

        Parameters
        ----------
        training : ndarray
            Token numbers, each once.

        Returns
        -------
        ndarray, shape (n_tokens, dim) or (n_tokens, kept)
            The vectors, or their components along the principal axes of the training tokens, whose columns
            are standardized first (also on the training tokens).
        """
        if self.whole:
            return self.vectors
        # Several probes meet the same folds one after another.
        key = np.asarray(training, dtype=np.int64).tobytes()
        found = self._seen.get(key)
        if found is None:
            found = self._components(training)
            found.setflags(write=False)
            if (len(self._seen) + 1) * (found.nbytes + len(key)) <= REMEMBERED:
                self._seen[key] = found
        return found

    def _components(self, training: Ints) -> Floats:
        from scipy.linalg import eigh

        vectors = self._standard
        n, dim = len(training), vectors.shape[1]
        total, scatter = self._sums
        others = np.ones(len(vectors), dtype=bool)
        others[training] = False
        if 2 * n > len(vectors):
            rest = vectors[others]
            total, scatter = total - rest.sum(axis=0), scatter - rest.T @ rest
        else:
            own = vectors[training]
            total, scatter = own.sum(axis=0), own.T @ own
        mean = total / n
        covariance = scatter / n - np.outer(mean, mean)
        variance = np.diag(covariance)
        alive = variance > 1e-12 * np.maximum(np.diag(scatter) / n, np.finfo(float).tiny)
        scale = np.where(alive, 1.0 / np.sqrt(np.where(alive, variance, 1.0)), 0.0)
        correlation = covariance * np.outer(scale, scale)
        _, axes = eigh(correlation, subset_by_index=[max(dim - self.kept, 0), dim - 1])
        return np.asarray((vectors - mean) @ (axes[:, ::-1] * scale[:, None]))
