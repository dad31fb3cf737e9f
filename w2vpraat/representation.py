"""A Representation: one vector per token, whatever world it comes from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from w2vpraat.errors import InputError

Floats = NDArray[np.floating[Any]]


@dataclass(frozen=True, eq=False)
class Representation:
    """Values of the same kind for a list of tokens: formants, f0, or an embedding.

    Parameters
    ----------
    name : str
        Shown in tables and figures, for example ``"Lobanov F1-F3"`` or ``"phone layer 4"``.
    ids : tuple of str
        Token ids, length n_tokens, without repeats.
    values : ndarray, shape (n_tokens, dim)
        Floating point; NaN marks a missing measurement. Made read-only.
    columns : tuple of str
        Names of the dimensions, length dim (``F1_z``, ``F2_z``, ... or ``e0001``, ...).
    provenance : mapping
        What made it: method, parameters, versions.
    sees_speaker : bool
        True if the value of a token depends on the same speaker's other tokens (Lobanov and its kin,
        by-speaker centring). Comparisons state it, since a plain embedding has no such help.

    Raises
    ------
    InputError
        If the shapes disagree or an id repeats.
    """

    name: str
    ids: tuple[str, ...]
    values: Floats
    columns: tuple[str, ...]
    provenance: Mapping[str, Any] = field(default_factory=dict)
    sees_speaker: bool = False

    def __post_init__(self) -> None:
        values = np.array(self.values, copy=True)
        if values.ndim != 2 or values.shape != (len(self.ids), len(self.columns)):
            raise InputError(
                f'representation "{self.name}" has values of shape {values.shape} for {len(self.ids)} tokens'
                f" and {len(self.columns)} columns"
            )
        if not np.issubdtype(values.dtype, np.floating):
            values = values.astype(np.float64)
        if len(set(self.ids)) != len(self.ids):
            raise InputError(f'representation "{self.name}" has a token id more than once')
        values.setflags(write=False)
        object.__setattr__(self, "values", values)
        object.__setattr__(self, "ids", tuple(self.ids))
        object.__setattr__(self, "columns", tuple(self.columns))
        object.__setattr__(self, "provenance", MappingProxyType(dict(self.provenance)))

    @property
    def dim(self) -> int:
        """Number of dimensions."""
        return int(self.values.shape[1])

    @property
    def complete(self) -> NDArray[np.bool_]:
        """Which tokens have no missing value, shape (n_tokens,)."""
        finite: NDArray[np.bool_] = np.asarray(np.isfinite(self.values).all(axis=1))
        return finite

    def take(self, ids: Sequence[str]) -> Representation:
        """Return the same representation for these tokens, in this order.

        Raises
        ------
        InputError
            If a token is not here.
        """
        row = {token: index for index, token in enumerate(self.ids)}
        missing = [token for token in ids if token not in row]
        if missing:
            raise InputError(
                f'representation "{self.name}" lacks {len(missing)} of {len(ids)} tokens, first: {missing[0]}'
            )
        index = np.fromiter((row[token] for token in ids), dtype=np.intp, count=len(ids))
        return replace(self, ids=tuple(ids), values=self.values[index])


def vector_columns(dim: int) -> tuple[str, ...]:
    """Column names of an embedding: ``e0001`` ... as in the long table."""
    return tuple(f"e{index:04d}" for index in range(1, dim + 1))
