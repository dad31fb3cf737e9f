"""What one edit changed, told to everything that shows tokens."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class LiveChange:
    """What one edit changed, for everything that shows tokens.

    Parameters
    ----------
    recording : str
        Name of the recording; empty if it was no edit.
    version : int
        Version of the `LiveResults` after it.
    rows : ndarray of intp
        Rows with other values than before (label, neighbours, time, measurements or vectors; new tokens too),
        in the new numbering, ascending.
    order : ndarray of intp, shape (n_tokens,), or None
        For each new row, the row that this token had before; -1 for new tokens. None if rows are as before.
    renamed : dict
        Old id -> new id, for tokens whose id changed; None for tokens that are gone.
    speakers : frozenset of str
        Whose tokens changed, came or went.
    kinds : frozenset of str
        Of "label" (label, word, neighbours, tier, speaker, metadata), "time", "acoustics", "vectors";
        "reference" if the reference of the normalizations was frozen or let go.
    notes : tuple of str
        What the reader should know about the new values.
    """

    recording: str
    version: int
    rows: Rows
    order: Rows | None = None
    renamed: dict[str, str | None] = field(default_factory=dict)
    speakers: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()
    notes: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether nothing changed: for example the late result of an older plan, which was not taken."""
        return not len(self.rows) and self.order is None and not self.renamed and not self.kinds
