"""Where the tokens of a map lie now, as a value that goes from thread to thread."""

from __future__ import annotations

import copy
import zlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from w2vpraat.compare.maps.methods import FlatMap, NeighbourMap
from w2vpraat.compare.maps.scaling import ScaledMap

if TYPE_CHECKING:
    from w2vpraat.pipeline.live.normalized import Normalized

Floats = NDArray[np.float64]
Values = NDArray[np.floating[Any]]
Bools = NDArray[np.bool_]
Rows = NDArray[np.intp]
Texts = NDArray[np.object_]

# Cells of tokens x tokens of the map x columns that may be searched while the window waits: some 10 ms.
QUICK_CELLS = {NeighbourMap: 1.2e7, ScaledMap: 4e7}
# Tokens of a strip lie within so much of its middle; strips are 1 apart.
STRIP = 0.36


@dataclass(frozen=True, eq=False)
class Placed:
    """Places of the tokens of one version of the annotations.

    Attributes
    ----------
    version : int
        Of the `LiveResults`.
    ids : ndarray of str (object), shape (n_tokens,)
    normalized : Normalized or None
        The values of this version, which nobody changes any more; None for a station between layers, which
        keeps no values, and while values are still waited for.
    columns : tuple of str
        Of what was laid flat.
    points : ndarray, shape (n_tokens, 2)
        NaN: no place. x of a strip is only the way from its middle.
    pending : ndarray of bool, shape (n_tokens,)
        Values changed, but placing them takes long: they lie where they were until a job has placed them.
    moved : ndarray of bool, shape (n_tokens,)
        Values changed since the axes were found.
    """

    version: int
    ids: Texts
    normalized: Normalized | None
    columns: tuple[str, ...]
    points: Floats
    pending: Bools
    moved: Bools

    def followed(
        self,
        order: Rows | None,
        ids: Texts,
        version: int,
        normalized: Normalized | None,
    ) -> Placed:
        """Follow tokens that came, went, or changed their rows; new ones have no place yet.

        Parameters
        ----------
        order : ndarray of intp, shape (n_tokens,), or None
            Old row of each new one, -1 for new tokens; None if rows are as before.
        ids : ndarray of str (object), shape (n_tokens,)
        version : int
        normalized : Normalized or None
            The values of this version.
        """
        still = copy.copy(normalized)
        if order is None:
            return replace(self, ids=ids, version=version, normalized=still)
        return replace(
            self,
            ids=ids,
            version=version,
            normalized=still,
            points=_taken(self.points, order),
            pending=_marks(self.pending, order, False),
            moved=_marks(self.moved, order, True),
        )

    def marked(self, *, moved: Rows | None = None, pending: Rows | None = None) -> Placed:
        """Mark rows as moved or pending."""
        return replace(
            self,
            moved=self.moved if moved is None else _with(self.moved, moved, True),
            pending=self.pending if pending is None else _with(self.pending, pending, True),
        )

    def put(self, rows: Rows, points: Floats) -> Placed:
        """Give rows their places; they are no longer pending."""
        places = self.points.copy()
        places[rows] = points
        places.setflags(write=False)
        pending = _with(self.pending, rows, False) if self.pending.any() else self.pending
        return replace(self, points=places, pending=pending)


def _taken(values: Floats, order: Rows) -> Floats:
    found = np.full((len(order), *values.shape[1:]), np.nan)
    kept = order >= 0
    found[kept] = values[order[kept]]
    return found


def _marks(marks: Bools, order: Rows, of_new: bool) -> Bools:
    found = np.full(len(order), of_new)
    kept = order >= 0
    found[kept] = marks[order[kept]]
    return found


def _with(marks: Bools, rows: Rows, value: bool) -> Bools:
    found = marks.copy()
    found[rows] = value
    return found


def is_quick(flat: FlatMap, n_rows: int, dim: int) -> bool:
    """Whether so many tokens can be placed while the window waits."""
    if isinstance(flat, NeighbourMap):
        return n_rows * flat.vectors.size <= QUICK_CELLS[NeighbourMap]
    if isinstance(flat, ScaledMap):
        return n_rows * len(flat.landmarks) * dim <= QUICK_CELLS[ScaledMap]
    return True


def strip_offsets(ids: Iterable[str]) -> Floats:
    """Spread tokens over the width of their strip, by their ids: the same in any process."""
    hashes = np.array([zlib.crc32(token.encode()) for token in ids], dtype=np.float64)
    return STRIP * (2.0 * hashes / 2**32 - 1.0)


def strip_places(placed: Placed, rows: Rows, values: Values) -> Floats:
    """Places of tokens on a strip: way from its middle, which a token keeps, and the value."""
    found = placed.points[rows].copy()
    new = np.flatnonzero(np.isnan(found[:, 0]))
    found[new, 0] = strip_offsets(placed.ids[rows[new]])
    found[:, 1] = values[:, 0]
    return found
