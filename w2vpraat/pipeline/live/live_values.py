"""Values of all tokens as columns and arrays, to be read."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from numpy.typing import NDArray

from w2vpraat.errors import InputError
from w2vpraat.pipeline.live.blocks import Blocks
from w2vpraat.pipeline.live.opened_values import Foundation
from w2vpraat.pipeline.live.recording_values import TEXTS, RecordingValues, VectorKey, shown_name
from w2vpraat.pipeline.live.whole_results import opened_now

if TYPE_CHECKING:
    from w2vpraat.corpus.token_values import Token
    from w2vpraat.pipeline.opening import Opened
    from w2vpraat.session.settings import Settings

Rows = NDArray[np.intp]
Texts = NDArray[np.object_]
Floats = NDArray[np.float64]
Vectors = NDArray[np.float32]

_TIMES = ("start", "end", "dur")
_FRAMES = ("n_frames", "frame_start", "frame_end")


class LiveValues:
    """The part of a `LiveResults` that is read: one row per kept token of now, in table order.

    Arrays that were handed out are never written again; they are read-only.
    """

    version: int
    _foundation: Foundation
    _values: tuple[RecordingValues, ...]
    _places: dict[str, int]
    _dims: dict[VectorKey, int]
    _starts: Rows
    _made: dict[Any, Any]

    # What is there

    @property
    def starts(self) -> Rows:
        """First row of each recording of the corpus, and the number of all rows."""
        return self._starts

    @property
    def prop_times(self) -> Floats:
        """Proportional times at which tokens were measured, shape (n_points,)."""
        return self._foundation.prop_times

    @property
    def point(self) -> int:
        """Index of the point that stands for a token: that nearest to ``settings.chart.point``."""
        return self._foundation.point

    @property
    def settings(self) -> Settings:
        """What the run was asked for."""
        return self._foundation.settings

    @property
    def opened(self) -> Opened:
        """Corpus and tokens as they are now; made when it is first asked for (for a worker thread)."""
        return cast("Opened", self._once("opened", lambda: opened_now(self._foundation, self._values)))

    @property
    def tokens(self) -> tuple[Token, ...]:
        """The kept tokens."""
        return cast("tuple[Token, ...]", self._once("tokens", self._all_tokens))

    def _all_tokens(self) -> tuple[Token, ...]:
        return tuple(chain.from_iterable(one.tokens for one in self._values))

    @property
    def ids(self) -> Texts:
        """Ids of the tokens, shape (n_tokens,)."""
        return cast(
            "Texts", self._once("ids", lambda: Blocks([one.arrays.ids for one in self._values]).whole)
        )

    def __len__(self) -> int:
        return int(self._starts[-1])

    def row_of(self, token_id: str) -> int | None:
        """Return the row of a token, or None."""
        place = self._places.get(token_id.rpartition("#")[0])
        row = None if place is None else self._values[place].arrays.row_of.get(token_id)
        return None if row is None or place is None else int(self._starts[place]) + row

    def rows_of(self, ids: Iterable[str]) -> Rows:
        """Return the rows of these tokens, in their order; ids that are not here are left out."""
        return np.array([row for one in ids if (row := self.row_of(one)) is not None], dtype=np.intp)

    def rows_of_speakers(self, speakers: Iterable[str]) -> Rows:
        """Return the rows of all tokens of these speakers, ascending."""
        wanted = frozenset(speakers)
        found = []
        for start, one in zip(self._starts, self._values, strict=False):
            names = set(one.arrays.speakers)
            if names and names <= wanted:
                found.append(np.arange(start, start + len(one), dtype=np.intp))
            elif names & wanted:
                rows = [row for row, name in enumerate(one.arrays.texts("speaker")) if name in wanted]
                found.append(start + np.array(rows, dtype=np.intp))
        return np.concatenate([np.empty(0, np.intp), *found])

    @property
    def speakers(self) -> tuple[str, ...]:
        """Everybody who has tokens, sorted."""
        return tuple(sorted(set().union(*(one.arrays.speakers for one in self._values))))

    @property
    def text_columns(self) -> tuple[str, ...]:
        """Columns that `texts` has: of the table, and metadata."""
        names = dict.fromkeys(chain.from_iterable(one.arrays.metadata_names for one in self._values))
        return (*TEXTS, *map(shown_name, names))

    @property
    def number_columns(self) -> tuple[str, ...]:
        """Columns that `numbers` has: times, measurements, frames; nothing normalized."""
        frames = _FRAMES if self._foundation.has_frames else ()
        return (*_TIMES, *self._foundation.columns, *frames)

    def texts(self, column: str) -> Texts:
        """Return a column of texts, shape (n_tokens,); "" where unknown."""
        return cast("Texts", self._once(("texts", column), lambda: self._texts(column)))

    def _texts(self, column: str) -> Texts:
        return Blocks([one.arrays.texts(column) for one in self._values]).whole

    def numbers(self, column: str) -> Floats:
        """Return a column of numbers, shape (n_tokens,); NaN where undefined.

        Of tokens measured at several points: the one nearest to proportional time ``settings.chart.point``.

        Raises
        ------
        InputError
            If there is no such column.
        """
        return cast("Floats", self._once(("numbers", column), lambda: self._numbers(column)))

    def _numbers(self, column: str) -> Floats:
        columns = self._foundation.columns
        if column in columns:
            place, point = columns.index(column), self._foundation.point
            return Blocks([_measures(one)[:, point, place] for one in self._values]).whole
        if column in _TIMES:
            return Blocks([one.arrays.times[:, _TIMES.index(column)] for one in self._values]).whole
        if column in _FRAMES and self._foundation.has_frames:
            place = _FRAMES.index(column)
            parts = [one.frames.places[:, place] for one in self._values if one.frames is not None]
            return Blocks(parts).whole
        raise InputError(
            f'there are no numbers called "{column}"', f"columns: {', '.join(self.number_columns)}"
        )

    def courses(self, columns: Iterable[str]) -> tuple[Floats, Floats]:
        """Return values at all points of the tokens.

        Returns
        -------
        times : ndarray, shape (n_points,)
            Proportional times.
        values : ndarray, shape (n_tokens, n_points, n_columns)
            NaN where undefined.
        """
        places = [self._measured_place(name) for name in columns]
        values = [_measures(one)[:, :, places] for one in self._values]
        return self._foundation.prop_times, Blocks(values).whole

    def courses_at(self, columns: Iterable[str], rows: Rows) -> Floats:
        """Return the values of some rows at all points, shape (n_rows, n_points, n_columns)."""
        places = [self._measured_place(name) for name in columns]
        blocks = cast(
            "Blocks", self._once("measures", lambda: Blocks([_measures(one) for one in self._values]))
        )
        return cast("Floats", blocks.at(rows)[:, :, places])

    def _measured_place(self, column: str) -> int:
        if column not in self._foundation.columns:
            raise InputError(
                f'"{column}" was not measured', f"columns: {', '.join(self._foundation.columns) or 'none'}"
            )
        return self._foundation.columns.index(column)

    # Vectors

    @property
    def vector_keys(self) -> tuple[VectorKey, ...]:
        """All vectors that are here, those of the run first."""
        return tuple(self._dims)

    def has_vectors(self, key: VectorKey) -> bool:
        """Whether these vectors are here."""
        return key in self._dims

    def vectors(self, key: VectorKey) -> Vectors:
        """Return vectors, shape (n_tokens, dim); NaN for tokens without.

        After an edit all rows are put together when this is asked for; `vectors_at` does without.
        """
        return cast("Vectors", self._vector_blocks(key).whole)

    def vectors_at(self, key: VectorKey, rows: Rows) -> Vectors:
        """Return the vectors of some rows, shape (n_rows, dim): quick where only a few are wanted."""
        return cast("Vectors", self._vector_blocks(key).at(rows))

    def _vector_blocks(self, key: VectorKey) -> Blocks:
        if key not in self._dims:
            raise InputError(f"there are no vectors of {key.model} layer {key.layer} ({key.pooling}) here")
        return cast(
            "Blocks", self._once(("vectors", key), lambda: Blocks([one.vectors[key] for one in self._values]))
        )

    # Parts

    def _once(self, key: Any, make: Any) -> Any:
        made = self._made
        if key not in made:
            made[key] = make()
        return made[key]


def _measures(one: RecordingValues) -> Floats:
    assert one.measures is not None
    return one.measures.numbers
