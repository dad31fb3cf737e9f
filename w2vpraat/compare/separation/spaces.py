"""A representation made ready for pairs: its own columns, few dimensions, and a plane."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from w2vpraat.compare.maps.map_quality import standard_columns
from w2vpraat.params import PairsParams
from w2vpraat.representation import Representation

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

# Formants are taken as they are, so that a score of F1 and F2 is the one that everybody else gets.
AS_THEY_ARE = 4


@dataclass(frozen=True, eq=False)
class Space:
    """The tokens of a comparison in one representation.

    Attributes
    ----------
    name : str
    sees_speaker : bool
    vectors : ndarray, shape (n_tokens, dim)
        As they are.
    standard : ndarray, shape (n_tokens, dim)
        Columns standardized over all tokens.
    components : ndarray, shape (n_tokens, rank), or None
        Principal components of the standardized columns, largest first; None if there are at most four
        columns.
    chart : tuple of int, or None
        Columns of F1 and F2.
    columns : tuple of str
    """

    name: str
    sees_speaker: bool
    vectors: Floats
    standard: Floats
    components: Floats | None
    chart: tuple[int, int] | None
    columns: tuple[str, ...]

    @classmethod
    def of(cls, representation: Representation, vectors: Floats) -> Space:
        """Prepare the vectors of the tokens compared."""
        standard = standard_columns(vectors)
        components = principal_components(standard) if vectors.shape[1] > AS_THEY_ARE else None
        return cls(
            representation.name,
            representation.sees_speaker,
            vectors,
            standard,
            components,
            _chart(representation.columns),
            representation.columns,
        )

    @property
    def dim(self) -> int:
        """Dimensions of the representation."""
        return int(self.vectors.shape[1])

    def reduced(self, rows: Ints, smaller: int, params: PairsParams) -> Floats:
        """Return these tokens in as many dimensions as a category of this size carries.

        Parameters
        ----------
        rows : ndarray
        smaller : int
            Tokens of the smaller category.
        params : PairsParams

        Returns
        -------
        ndarray, shape (n_rows, dim_used)
            At most four columns: as they are. More: principal components of all tokens, so many that twice
            the smaller category is ``tokens_per_dimension`` times as many; at least two.
        """
        if self.components is None:
            return self.standard[rows]
        carried = 2 * smaller // params.tokens_per_dimension
        return self.components[rows, : max(2, min(carried, params.most_dimensions))]

    def plane(self, rows: Ints, given: Floats) -> tuple[Floats | None, str]:
        """Return these tokens in a plane, and its name: F1 and F2, two columns, or two components.

        Components are those of these tokens alone, in the dimensions in which they are measured.
        """
        if self.chart is not None:
            return self.vectors[rows][:, list(self.chart)], " x ".join(self.columns[i] for i in self.chart)
        if self.dim == 2:
            return self.vectors[rows], " x ".join(self.columns)
        if self.dim < 2:
            return None, ""
        return principal_components(given)[:, :2], "PC 1 x PC 2"


def principal_components(values: Floats) -> Floats:
    """Principal components of rows, largest first, without those of rounding; at least two columns."""
    centred = values - values.mean(axis=0)
    if centred.shape[0] < centred.shape[1]:
        left, spread, _ = np.linalg.svd(centred, full_matrices=False)
        scores = left * spread
    else:
        variances, axes = np.linalg.eigh(centred.T @ centred)
        scores, spread = centred @ axes[:, ::-1], np.sqrt(np.clip(variances[::-1], 0.0, None))
    kept = max(2, int((spread > 1e-7 * max(float(spread[0]), 1e-300)).sum()))
    return np.asarray(scores[:, :kept])


def _chart(columns: tuple[str, ...]) -> tuple[int, int] | None:
    found = []
    for formant in ("f1", "f2"):
        low = [name.casefold() for name in columns]
        found.append(
            next((i for i, name in enumerate(low) if name == formant or name.startswith(f"{formant}_")), None)
        )
    return None if found[0] is None or found[1] is None else (found[0], found[1])
