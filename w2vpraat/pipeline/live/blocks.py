"""Rows of all tokens, held recording by recording, so that an edit of one copies nothing of the others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.intp]


class Blocks:
    """An array whose rows lie in several pieces; read-only.

    Parameters
    ----------
    parts : sequence of ndarray
        Of the same shape but for their first axis; are made read-only.
    """

    def __init__(self, parts: Sequence[NDArray[Any]]) -> None:
        self.parts = tuple(parts)
        for part in self.parts:
            part.setflags(write=False)
        self.starts = block_starts([len(part) for part in self.parts])
        self._whole: NDArray[Any] | None = None

    def __len__(self) -> int:
        return int(self.starts[-1])

    @property
    def whole(self) -> NDArray[Any]:
        """All rows in one array; made when it is first asked for."""
        if self._whole is None:
            whole = np.concatenate(self.parts)
            whole.setflags(write=False)
            self._whole = whole
        return self._whole

    def at(self, rows: Rows) -> NDArray[Any]:
        """Return some rows, without putting all pieces together."""
        if self._whole is not None:
            return self._whole[rows]
        rows = np.asarray(rows, dtype=np.intp)
        first = self.parts[0]
        out = np.empty((len(rows), *first.shape[1:]), dtype=first.dtype)
        for part, inside, places in self._split(rows):
            out[places] = self.parts[part][inside]
        return out

    def with_rows(self, rows: Rows, values: NDArray[Any]) -> Blocks:
        """Return the same with other values in some rows; pieces without such rows are shared."""
        parts = list(self.parts)
        for part, inside, places in self._split(np.asarray(rows, dtype=np.intp)):
            changed = parts[part].copy()
            changed[inside] = values[places]
            parts[part] = changed
        return Blocks(parts)

    def with_part(self, number: int, part: NDArray[Any]) -> Blocks:
        """Return the same with another piece, which may have another length."""
        return Blocks((*self.parts[:number], part, *self.parts[number + 1 :]))

    def _split(self, rows: Rows) -> list[tuple[int, Rows, Rows]]:
        """Piece, rows in it, and their places among `rows`."""
        if not len(rows):
            return []
        part_of = np.searchsorted(self.starts, rows, side="right") - 1
        order = np.argsort(part_of, kind="stable")
        numbers, begins = np.unique(part_of[order], return_index=True)
        found = []
        for number, places in zip(numbers, np.split(order, begins[1:]), strict=True):
            found.append((int(number), rows[places] - self.starts[number], places))
        return found


def block_starts(lengths: Sequence[int]) -> Rows:
    """Return where each piece begins, and the number of all rows: shape (n_pieces + 1,)."""
    return np.concatenate([np.zeros(1, np.intp), np.cumsum(lengths, dtype=np.intp)])


def reordered(values: NDArray[Any], order: Rows) -> NDArray[Any]:
    """Return rows in another order; rows that are new (-1) hold NaN."""
    out: NDArray[Any] = (
        values[order] if len(values) else np.empty((len(order), *values.shape[1:]), values.dtype)
    )
    out[order < 0] = np.nan
    return out
