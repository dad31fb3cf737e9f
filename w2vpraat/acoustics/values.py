"""The values that pass between measuring functions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pandas

Floats = NDArray[np.float64]


class TokenLike(Protocol):
    """What measuring needs to know of a token (see ``w2vpraat.corpus.tokens.Token``)."""

    @property
    def id(self) -> str:
        """Stable name."""

    @property
    def speaker(self) -> str:
        """Who speaks."""

    @property
    def label(self) -> str:
        """What is said."""

    @property
    def start(self) -> float:
        """Start in seconds."""

    @property
    def end(self) -> float:
        """End in seconds."""

    @property
    def metadata(self) -> Mapping[str, str]:
        """Columns of the speaker table."""


@dataclass(frozen=True, eq=False)
class Candidates:
    """The formants of every token with every candidate ceiling, kept for choosing and for pictures.

    Parameters
    ----------
    ids, speakers, labels : tuple of str
        One per token.
    ceilings : ndarray, shape (n_candidates,)
        Hz, ascending.
    prop_times : ndarray, shape (n_points,)
        Proportional times.
    times : ndarray, shape (n_tokens, n_points)
        Seconds.
    frequencies, bandwidths : ndarray, shape (n_candidates, n_tokens, n_points, n_formants)
        Hz; NaN where undefined.
    errors : ndarray, shape (n_candidates, n_tokens)
        Regression error of the tracks (see `track_error`); NaN where it was not asked for or not possible.
    """

    ids: tuple[str, ...]
    speakers: tuple[str, ...]
    labels: tuple[str, ...]
    ceilings: Floats
    prop_times: Floats
    times: Floats
    frequencies: Floats
    bandwidths: Floats
    errors: Floats

    def frame(self) -> pandas.DataFrame:
        """Return a table ``id, time, prop_time, max_formant, F1..., B1..., error``, candidates as rows."""
        import pandas

        n_candidates, n_tokens, n_points, n_formants = self.frequencies.shape
        shape = (n_candidates, n_tokens, n_points)
        table: dict[str, object] = {
            "id": np.tile(np.repeat(np.array(self.ids, dtype=object), n_points), n_candidates),
            "time": np.broadcast_to(self.times, shape).ravel(),
            "prop_time": np.broadcast_to(self.prop_times, shape).ravel(),
            "max_formant": np.broadcast_to(self.ceilings[:, None, None], shape).ravel(),
        }
        for letter, values in (("F", self.frequencies), ("B", self.bandwidths)):
            for number in range(n_formants):
                table[f"{letter}{number + 1}"] = values[..., number].ravel()
        table["error"] = np.broadcast_to(self.errors[:, :, None], shape).ravel()
        frame: pandas.DataFrame = pandas.DataFrame(table)
        return frame


def join_notes(notes: Sequence[str]) -> str:
    """Join notes with semicolons, leaving out empty and repeated ones."""
    return "; ".join(dict.fromkeys(note for note in notes if note))
