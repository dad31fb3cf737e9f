"""A map that follows the annotations: made once in a worker thread, then kept up to date edit by edit."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from w2vpraat.compare.maps.picture import MapNumber, MapPicture
from w2vpraat.compare.maps.projection import NO_QUALITY, FittedMap, Projection
from w2vpraat.params import MapParams
from w2vpraat.pipeline.live.live_results import LiveChange
from w2vpraat.pipeline.live.normalized import Normalized
from w2vpraat.pipeline.maps.changes import merged
from w2vpraat.pipeline.maps.factors import factors_of
from w2vpraat.pipeline.maps.pictures import draw
from w2vpraat.pipeline.maps.placed import Bools, Floats, Placed, Rows, is_quick, strip_places
from w2vpraat.pipeline.maps.values import same_layout, value_axis

if TYPE_CHECKING:
    from w2vpraat.pipeline.live.live_results import LiveResults

NONE: Rows = np.empty(0, dtype=np.intp)


class LiveMap:
    """Tokens laid flat, and what it takes to follow them.

    Made by `w2vpraat.pipeline.maps.fitting.fitting_map`. `update` and `picture` belong to one thread,
    that of the window; jobs in other threads read `placed`, which is a value.

    Parameters
    ----------
    params : MapParams
        What it shows.
    title : str
    placed : Placed
        Where the tokens lie.
    fitted : FittedMap or None
        The axes; None for a strip, which has one value upwards and the labels side by side.
    normalized : Normalized or None
        The values; None for a map that is only a station between layers, and follows nothing but the rows.
    notes : tuple of str
        How it was made. Those of the normalization come with each picture.

    Attributes
    ----------
    numbers : tuple of MapNumber
        From `w2vpraat.pipeline.maps.numbers.judging_map`; empty before.
    """

    def __init__(
        self,
        params: MapParams,
        title: str,
        placed: Placed,
        fitted: FittedMap | None,
        normalized: Normalized | None,
        notes: tuple[str, ...] = (),
    ) -> None:
        self.params = params
        self.title = title
        self.placed = placed
        self.fitted = fitted
        self.normalized = normalized
        self.notes = notes
        self.numbers: tuple[MapNumber, ...] = ()
        self.waiting: tuple[LiveChange, ...] = ()
        """Edits that a slow normalization has not followed yet."""
        self.kept: dict[str, tuple[Placed, Any]] = {}
        """What pictures of the same state share."""

    # What it is

    @property
    def method(self) -> str:
        """``strip``, ``plane`` or a method of `w2vpraat.compare.maps`."""
        return "strip" if self.fitted is None else self.fitted.projection.method

    @property
    def is_behind(self) -> int:
        """How many tokens changed their values since the axes were found; a chart's axes are never behind."""
        if self.method in ("strip", "plane"):
            return 0
        return int(self.placed.moved.sum())

    @property
    def needs_placing(self) -> bool:
        """Whether some tokens wait for the job `w2vpraat.pipeline.maps.fitting.placing`."""
        return bool(self.waiting) or bool(self.placed.pending.any())

    @property
    def needs_fitting(self) -> bool:
        """Whether the values have other columns now, so that the axes say nothing about them."""
        return self.normalized is not None and self.normalized.columns != self.placed.columns

    def fits(self, params: MapParams) -> bool:
        """Whether this map can show these parameters without being made again."""
        return same_layout(self.params, params)

    def dress(self, params: MapParams) -> None:
        """Show the same places in other colours, shapes, marks ...; numbers of another column are stale.

        Raises
        ------
        ValueError
            If the map would have to be made again.
        """
        if not self.fits(params):
            raise ValueError("the map must be made again")
        if params.judged != self.params.judged:
            self.mark_stale()
        self.params = params

    def mark_stale(self) -> None:
        """Say that the numbers are those of an earlier state."""
        self.numbers = tuple(replace(one, stale=True) for one in self.numbers)

    def axes(self) -> tuple[tuple[str, bool], tuple[str, bool]]:
        """Name of x and y with units, and whether they are reversed."""
        if self.fitted is None:
            axis = value_axis(self.placed.columns[0], self.params)
            return ("label", False), (axis.title, axis.is_reversed)
        names = self.fitted.projection.axes
        if self.method != "plane":
            return (names[0], False), (names[1], False)
        x, y = (value_axis(name, self.params) for name in names)
        return (x.title, x.is_reversed), (y.title, y.is_reversed)

    def projection(self) -> Projection:
        """Return the map as it is on paper, as others can be aligned to it; without labels and numbers."""
        placed = self.placed
        here = np.isfinite(placed.points).all(axis=1)
        points = placed.points[here]
        if self.method == "plane" and len(points):
            # Units of its own on each axis, and reversed ones: as the picture has them.
            sd = points.std(axis=0)
            signs = [-1.0 if is_reversed else 1.0 for _, is_reversed in self.axes()]
            points = points / np.where(sd > 0.0, sd, 1.0) * signs
        return Projection(
            name=self.title,
            method="mds" if self.method == "plane" else self.method,
            ids=tuple(placed.ids[here]),
            labels=(),
            speakers=(),
            coordinates=points,
            axes=("x", "y"),
            supervised=self.method == "lda",
            quality=NO_QUALITY,
            dim=len(placed.columns),
        )

    # Following edits (the thread of the window)

    def update(self, live: LiveResults, *changes: LiveChange) -> Rows:
        """Follow one edit, or all edits since the snapshot that the map was made from.

        Axes stay as they are. Tokens whose places take long to find become `pending`.

        Parameters
        ----------
        live : LiveResults
            As it is after the last change.
        *changes : LiveChange
            In order; those that the map has in it already are passed over.

        Returns
        -------
        ndarray of intp
            Rows that moved, will move, or have another label, in the new numbering.
        """
        new = [change for change in changes if change.version > self.placed.version]
        if not new:
            return NONE
        change = merged(new)
        if change.version != live.version or not self._follows(live, change):
            return self._rejoin(live)
        if "label" in change.kinds or change.order is not None:
            self.mark_stale()
        rows, order = change.rows, change.order
        if self.normalized is None or self.normalized.is_slow or self.waiting:
            placed = self.placed.followed(order, live.ids, change.version, None)
            if self.normalized is None:
                self.placed = placed.marked(moved=rows)
            else:
                self.waiting = (*self.waiting, change)
                self.placed = placed.marked(moved=rows, pending=rows)
        else:
            rows = self.normalized.update(live, change)
            placed = self.placed.followed(order, live.ids, change.version, self.normalized)
            self.placed = self._placed_again(placed.marked(moved=rows), rows)
            if "label" in change.kinds:
                rows = np.union1d(rows, change.rows).astype(np.intp)
                if self.method == "lda":  # whose axes were found with the labels of then
                    self.placed = self.placed.marked(moved=change.rows)
        if len(rows):
            self.mark_stale()
        return rows

    def take(self, found: Placed, normalized: Normalized | None) -> bool:
        """Take over what the job `placing` found; an older state than that of the map is not taken."""
        if found.version != self.placed.version:
            return False
        self.placed, self.normalized, self.waiting = found, normalized, ()
        self.mark_stale()
        return True

    def _placed_again(self, placed: Placed, rows: Rows) -> Placed:
        if self.normalized is None or self.needs_fitting or not len(rows):
            return placed
        values = self.normalized.values_at(rows)
        if self.fitted is None:
            return placed.put(rows, strip_places(placed, rows, values))
        if is_quick(self.fitted.flat, len(rows), values.shape[1]):
            return placed.put(rows, self.fitted.place_values(values))
        return placed.marked(pending=rows)

    def _follows(self, live: LiveResults, change: LiveChange) -> bool:
        before, now = len(self.placed.ids), len(live.ids)
        if change.order is None:
            return before == now
        return len(change.order) == now and int(change.order.max(initial=-1)) < before

    def _rejoin(self, live: LiveResults) -> Rows:
        """Find the rows by their ids, after a change that nobody told of; all must be placed again."""
        row_of = {token: row for row, token in enumerate(self.placed.ids)}
        order = np.array([row_of.get(token, -1) for token in live.ids], dtype=np.intp)
        rows = np.arange(len(order), dtype=np.intp)
        placed = self.placed.followed(order, live.ids, live.version, None)
        if self.normalized is None:
            self.placed = placed.marked(moved=rows)
            return rows
        self.placed = placed.marked(moved=rows, pending=rows)
        everybody = frozenset(live.speakers)
        self.waiting = (*self.waiting, LiveChange("", live.version, rows, order, speakers=everybody))
        self.mark_stale()
        return rows

    # The picture (the thread of the window)

    def picture(
        self, live: LiveResults, shown: Bools | None = None, *, points: Floats | None = None
    ) -> MapPicture:
        """Return what is drawn now.

        Parameters
        ----------
        live : LiveResults
            In the state that the map has followed it to.
        shown : ndarray of bool, shape (n_tokens,), optional
            What the filter shows; default: all. Means, ellipses and courses are of these.
        points : ndarray, shape (n_tokens, 2), optional
            Places instead of the map's own: between two layers.
        """
        if live.version != self.placed.version and not np.array_equal(live.ids, self.placed.ids):
            self._rejoin(live)
        return draw(self, live, factors_of(live), shown, points)
