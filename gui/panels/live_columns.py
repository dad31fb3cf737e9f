"""Columns of the token table as they are after an edit: raw values, and normalized ones that follow."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from w2vpraat.errors import W2VPraatError
from w2vpraat.pipeline.live.live_results import LiveChange, LiveResults
from w2vpraat.pipeline.live.normalized import Normalized

from ..tables.token_model import TokenModel

Column = NDArray[Any]

ONCE = frozenset({"start", "end", "dur", "n_frames", "frame_start", "frame_end"})
"""Numbers that a token has once, though it is measured at several points."""


class LiveColumns:
    """Puts refreshed values into the shape of the table.

    Parameters
    ----------
    live : LiveResults
        Its tokens are those of the table.
    model : TokenModel
        The table, one row per token, or the same number of rows for each.
    """

    def __init__(self, live: LiveResults, model: TokenModel) -> None:
        self._live, self._model = live, model
        self._normalized: list[Normalized] | None = None
        tokens = len(live.ids)
        self._points = model.n_rows // tokens if tokens else 0
        if not np.array_equal(np.repeat(live.ids, self._points), model.ids):
            self._points = 0  # another shape: the whole table follows when the edits have come to rest

    def after(self, change: LiveChange) -> tuple[dict[str, Column], NDArray[np.intp] | None]:
        """Return columns after an edit, and the place that each row had before (None: rows are the same).

        Columns that are not returned can't be followed; they are right again when the whole table follows.
        """
        points = self._points
        if not points:
            return {}, None
        live, wanted = self._live, set(self._model.columns)
        values: dict[str, Column] = {}
        if change.order is not None or change.renamed or "label" in change.kinds:
            values["id"] = self._repeated(live.ids)
            values |= {name: self._repeated(live.texts(name)) for name in wanted & set(live.text_columns)}
        numbers = wanted.intersection(live.number_columns)
        once = numbers if points == 1 else numbers & ONCE
        values |= {name: self._repeated(live.numbers(name)) for name in once}
        if numbers - once:
            names = tuple(sorted(numbers - once))
            values |= self._courses(*live.courses(names), names)
        for one in self._follow(change):
            if points == 1:
                columns = {name: one.values[:, place] for place, name in enumerate(one.columns)}
            else:
                columns = self._courses(*one.courses(), one.columns)
            values |= {name: column for name, column in columns.items() if name in wanted}
        if change.order is None:
            return values, None
        inner = change.order[:, None] * points + np.arange(points)
        return values, np.where(change.order[:, None] < 0, -1, inner).ravel().astype(np.intp)

    def _repeated(self, column: Column) -> Column:
        return column if self._points == 1 else np.repeat(column, self._points)

    def _courses(self, times: Column, values: Column, names: tuple[str, ...]) -> dict[str, Column]:
        if len(times) != self._points:
            return {}
        return {name: values[:, :, place].ravel() for place, name in enumerate(names)}

    def _follow(self, change: LiveChange) -> list[Normalized]:
        if self._normalized is None:
            self._normalized = self._made()
        else:
            for one in self._normalized:
                one.update(self._live, change)
        return self._normalized

    def _made(self) -> list[Normalized]:
        live, params = self._live, self._live.settings.normalize
        wanted = set(self._model.columns)
        made = []
        methods = [("formants", name) for name in params.methods] + [
            ("f0", name) for name in params.f0_methods
        ]
        for source, method in methods:
            try:
                one = Normalized(live, source, method, scale=params.scale)
            except W2VPraatError:
                continue  # these data do not allow it, so the table has no such columns
            if wanted.intersection(one.columns) and not one.is_slow:
                made.append(one)
        return made
