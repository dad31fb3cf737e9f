"""What is known of one recording: its tokens and all their values, as one value that never changes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from w2vpraat.corpus.discover import Recording
from w2vpraat.corpus.textgrid import TextGrid
from w2vpraat.corpus.token_values import RESERVED_COLUMNS, Token, Tokens, metadata_columns
from w2vpraat.events import Skipped

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]
Objects = NDArray[np.object_]


@dataclass(frozen=True, order=True)
class VectorKey:
    """Which vectors: model, layer, rule from frames to one vector.

    Parameters
    ----------
    model : str
        Name of the model as in the column ``model`` of the table.
    layer : int
        0 = input of the first Transformer layer.
    pooling : str
        One of `w2vpraat.models.pooling.POOLINGS` but "frames".
    """

    model: str
    layer: int
    pooling: str


@dataclass(frozen=True, eq=False)
class Measures:
    """What was measured on the tokens of a recording.

    Parameters
    ----------
    numbers : ndarray, shape (n_tokens, n_points, n_columns)
        The number columns of the table between ``dur`` and ``measure_note``.
    notes : ndarray of str, shape (n_tokens, n_points)
        The column ``measure_note``.
    known : bool
        False if the recording could not be measured; all numbers are NaN then.
    """

    numbers: Floats
    notes: Objects
    known: bool = True


@dataclass(frozen=True, eq=False)
class Frames:
    """Which frames the tokens of a recording own, by the rules of the run.

    Parameters
    ----------
    places : ndarray, shape (n_tokens, 3)
        Columns ``n_frames, frame_start, frame_end``; NaN where there is none.
    notes : ndarray of str, shape (n_tokens,)
        The column ``frame_note``.
    known : bool
        False if the recording could not be embedded.
    """

    places: Floats
    notes: Objects
    known: bool = True


class TokenArrays:
    """Tokens as columns, each made when it is first asked for.

    Parameters
    ----------
    tokens : tuple of Token
    """

    def __init__(self, tokens: tuple[Token, ...]) -> None:
        self.tokens = tokens
        self._texts: dict[str, Objects] = {}

    @cached_property
    def ids(self) -> Objects:
        """Ids, shape (n_tokens,)."""
        return objects(token.id for token in self.tokens)

    @cached_property
    def row_of(self) -> Mapping[str, int]:
        """Id to row."""
        return {token.id: row for row, token in enumerate(self.tokens)}

    @cached_property
    def times(self) -> Floats:
        """Columns start, end, dur in seconds, shape (n_tokens, 3)."""
        times = np.array([(token.start, token.end) for token in self.tokens], dtype=np.float64).reshape(-1, 2)
        # As in the table: without the noise of binary fractions.
        return np.column_stack([times, (times[:, 1] - times[:, 0]).round(12)])

    @cached_property
    def speakers(self) -> frozenset[str]:
        """Who speaks."""
        return frozenset(token.speaker for token in self.tokens)

    @cached_property
    def metadata_names(self) -> tuple[str, ...]:
        """Columns of the speaker table that the tokens have."""
        return metadata_columns(self.tokens)

    def texts(self, column: str) -> Objects:
        """Return a column of texts, shape (n_tokens,)."""
        if column not in self._texts:
            self._texts[column] = objects(text_of(token, column) for token in self.tokens)
        return self._texts[column]


@dataclass(frozen=True, eq=False)
class RecordingValues:
    """One recording as it is now.

    Parameters
    ----------
    recording : Recording
    part : Tokens
        Its tokens, kept and rejected.
    grid : TextGrid or None
        Its annotation, if that is another one than the run had.
    start_time : float
        Time of the first sample in seconds.
    ceilings : mapping
        Formant ceilings set by hand: token id or speaker to Hz.
    measures : Measures or None
        None if nothing was measured in the run.
    frames : Frames or None
        None if nothing was embedded in the run.
    vectors : mapping
        Vectors by key, each float32, shape (n_tokens, dim).
    lacking : mapping
        By key, which tokens have no vector yet because it was not computed, shape (n_tokens,); only keys with
        such tokens.
    refreshed : ndarray of bool, shape (n_tokens,)
        Whose values were computed after the run.
    skipped : tuple of Skipped
        Steps that failed after the run.
    number : int
        Of the plan that this came from; 0: the run.
    arrays : TokenArrays
        The tokens as columns; made here.
    """

    recording: Recording
    part: Tokens
    grid: TextGrid | None
    start_time: float
    ceilings: Mapping[str, float]
    measures: Measures | None
    frames: Frames | None
    vectors: Mapping[VectorKey, NDArray[np.float32]]
    refreshed: NDArray[np.bool_]
    lacking: Mapping[VectorKey, NDArray[np.bool_]] = field(default_factory=dict)
    skipped: tuple[Skipped, ...] = ()
    number: int = 0
    arrays: TokenArrays = field(default=None, repr=False)  # type: ignore[assignment]

    def __post_init__(self) -> None:
        # A copy with other values keeps them.
        if self.arrays is None or self.arrays.tokens is not self.part.kept:
            object.__setattr__(self, "arrays", TokenArrays(self.part.kept))

    def __len__(self) -> int:
        return len(self.part.kept)

    @property
    def name(self) -> str:
        """Name of the recording."""
        return self.recording.name

    @property
    def tokens(self) -> tuple[Token, ...]:
        """The kept tokens."""
        return self.part.kept


def text_of(token: Token, column: str) -> str:
    """Return a text of a token: its own, or metadata (``NAME_meta`` if NAME is a column of the table)."""
    if column in TEXTS:
        return str(getattr(token, column))
    return token.metadata.get(column.removesuffix("_meta") if column in _RENAMED else column, "")


TEXTS = ("label", "speaker", "word", "pre_seg", "fol_seg", "file_name", "tier")
_RENAMED = {f"{name}_meta" for name in RESERVED_COLUMNS}


def shown_name(metadata: str) -> str:
    """Name of the column of a metadata column in the table."""
    return f"{metadata}_meta" if metadata in RESERVED_COLUMNS else metadata


def objects(values: Iterable[Any]) -> Objects:
    """Return Python objects as an array of one axis."""
    found = list(values)
    out = np.empty(len(found), dtype=object)
    out[:] = found
    return out


def measured_columns(table: pd.DataFrame, identity: Sequence[str]) -> tuple[str, ...]:
    """Return the number columns of a long table that measuring made; none if nothing was measured."""
    columns = [str(name) for name in table.columns]
    if "measure_note" not in columns:
        return ()
    known = set(identity)
    return tuple(name for name in columns[: columns.index("measure_note")] if name not in known)


def split_measures(table: pd.DataFrame, columns: Sequence[str], n_points: int) -> Measures:
    """Put the rows of a long table side by side.

    Parameters
    ----------
    table : DataFrame
        Rows of some tokens, one token after the other.
    columns : sequence of str
        From `measured_columns`.
    n_points : int
        Rows that a measured token has; one that was not measured has one.
    """
    ids = table["id"].to_numpy(dtype=object)
    first = np.concatenate([np.ones(1, bool), ids[1:] != ids[:-1]]) if len(ids) else np.zeros(0, bool)
    begins = np.flatnonzero(first)
    token = np.cumsum(first) - 1
    point = np.arange(len(ids)) - begins[token] if len(ids) else token
    numbers = np.full((len(begins), n_points, len(columns)), np.nan)
    numbers[token, point] = table[list(columns)].to_numpy(dtype=np.float64, na_value=np.nan)
    notes = np.full((len(begins), n_points), "", dtype=object)
    found = table["measure_note"]
    notes[token, point] = found.where(found.notna(), "").to_numpy(dtype=object)
    return Measures(numbers, notes, bool(found.notna().any()) if len(ids) else True)


def split_frames(table: pd.DataFrame) -> Frames:
    """Take the columns of frames of a table with one row per token."""
    columns = ["n_frames", "frame_start", "frame_end"]
    places = table[columns].to_numpy(dtype=np.float64, na_value=np.nan)
    known = bool(np.isfinite(places[:, 0]).any()) if len(places) else True
    return Frames(places, table["frame_note"].to_numpy(dtype=object), known)
