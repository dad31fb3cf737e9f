"""Results that follow the annotations: one row per kept token of now, patched edit by edit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np

from w2vpraat.pipeline.live.adding import added, carried, run_keys
from w2vpraat.pipeline.live.blocks import block_starts
from w2vpraat.pipeline.live.differences import difference
from w2vpraat.pipeline.live.live_change import LiveChange, Rows
from w2vpraat.pipeline.live.live_values import LiveValues
from w2vpraat.pipeline.live.opened_values import Foundation, opened_values
from w2vpraat.pipeline.live.planning import Plan, changes_nothing, make_plan, stale_tokens
from w2vpraat.pipeline.live.recording_values import RecordingValues, VectorKey
from w2vpraat.pipeline.live.refreshing import Refreshed, prepare, refreshing
from w2vpraat.pipeline.live.whole_results import whole_results

if TYPE_CHECKING:
    from w2vpraat.corpus.textgrid import TextGrid
    from w2vpraat.pipeline.embedding import Embeddings
    from w2vpraat.pipeline.running import Results

__all__ = ["LiveChange", "LiveResults", "Plan", "Refreshed", "Rows", "VectorKey", "refreshing"]


class LiveResults(LiveValues):
    """Values of all kept tokens as the annotations are now, in table order.

    Arrays that were handed out are never written again; they are read-only. One thread (the one that calls
    `plan` and `take`) owns the object, others work on a `snapshot`.

    Parameters
    ----------
    results : Results
        From `w2vpraat.pipeline.running`: its settings count from now on, its annotations are where this
        starts.

    Attributes
    ----------
    version : int
        Goes up by one with each change.
    """

    def __init__(self, results: Results) -> None:
        self._foundation: Foundation
        self._foundation, values = opened_values(results)
        self._values = values
        self._places = {one.name: place for place, one in enumerate(values)}
        self._dims: dict[VectorKey, int] = run_keys(results)
        self._own_keys = tuple(self._dims)
        self._reference: LiveResults | None = None
        self._frozen_version: int | None = None
        self._is_snapshot = False
        self._number = 0
        self._wanted: dict[str, int] = {}
        self._stale: dict[str, tuple[int, frozenset[str]]] = {}
        self.version = 0
        self._starts = block_starts([len(one) for one in values])
        self._made: dict[Any, Any] = {}

    # Edits

    def add_vectors(self, key: VectorKey, embeddings: Embeddings, of: LiveResults | None = None) -> None:
        """Add vectors of another model, layer or pooling; they follow edits from now on.

        Parameters
        ----------
        key : VectorKey
        embeddings : Embeddings
            From `w2vpraat.pipeline.embedding`, with this layer.
        of : LiveResults, optional
            The snapshot whose tokens they are, if there may have been edits since: what is missing then is in
            `unfinished`. Default: the tokens of now.

        Raises
        ------
        InputError
            If they hold no such layer, or one vector per frame.
        """
        self._check_owner()
        self._add(key, embeddings, (self if of is None else of)._values)

    def with_vectors(self, found: Mapping[VectorKey, Embeddings]) -> LiveResults:
        """Return a snapshot that has further vectors of its tokens, too (for any thread)."""
        copy = self.snapshot()
        copy._made = {name: made for name, made in self._made.copy().items() if name[0] != "vectors"}
        for key, embeddings in found.items():
            copy._add(key, embeddings, self._values)
        return copy

    def _add(self, key: VectorKey, embeddings: Embeddings, of: tuple[RecordingValues, ...]) -> None:
        values, dim = added(self._values, key, embeddings, of)
        self._dims = {**self._dims, key: dim}
        # No version of its own: everything that was here stays as it is.
        self._values = values
        if self._reference is not None:
            # What is frozen is read with them as well; tokens that were edited since then lack theirs.
            self._reference = self._reference.snapshot()
            self._reference._made = {}
            self._reference._add(key, embeddings, of)

    def plan(self, name: str, grid: TextGrid | None = None) -> Plan | None:
        """Find out what an edited annotation changes.

        Parameters
        ----------
        name : str
            Name of the recording.
        grid : TextGrid, optional
            Its whole annotation as it is now; default: the one it had, to compute what is still missing.

        Returns
        -------
        Plan or None
            None if no token is concerned; results of earlier plans for this recording are not taken any more.
        """
        self._check_owner()
        place = self._places.get(name)
        if place is None:
            return None
        base = self._values[place]
        self._number += 1
        known = base.grid or self._foundation.corpus.grids.get(name)
        wanted = grid or known or self._foundation.grid(base.recording)
        if wanted is known and not base.lacking:
            self._settle(name)
            return None
        plan = self._plan(base, wanted)
        if changes_nothing(plan):
            self._settle(name)
            # Rejected tokens and other tiers may have changed.
            if plan.part is not None:
                self._swap(_with(self._values, place, replace(base, part=plan.part, grid=wanted)))
            return None
        self._stale[name] = (self._number, stale_tokens(plan))
        return plan

    def prepare(self, name: str) -> None:
        """Read and analyse a recording ahead, so that its first edit is quick (of a snapshot; worker thread).

        Parameters
        ----------
        name : str
            Name of the recording, for example one that was opened in the editor.
        """
        place = self._places.get(name)
        if place is not None:
            base = self._values[place]
            prepare(self._plan(base, base.grid or self._foundation.grid(base.recording)))

    def take(self, refreshed: Refreshed) -> LiveChange:
        """Take over what `refreshing` computed.

        Returns
        -------
        LiveChange
            Empty (`LiveChange.is_empty`) if a later result was taken before, or a later plan found that
            nothing is to be changed.
        """
        self._check_owner()
        place = self._places[refreshed.name]
        before, after = self._values[place], refreshed.values
        if refreshed.number <= max(before.number, self._wanted.get(refreshed.name, 0)):
            return LiveChange(refreshed.name, self.version, np.empty(0, np.intp))
        if set(after.vectors) != set(self._dims):
            after = self._with_added(after, before)
        if self._stale.get(refreshed.name, (0,))[0] <= refreshed.number:
            self._stale.pop(refreshed.name, None)
        same = before is refreshed.base
        found = refreshed.difference if same else difference(before, after)
        start, stop = int(self._starts[place]), int(self._starts[place + 1])
        order = None
        if len(before) != len(after) or not np.array_equal(found.order, np.arange(len(after))):
            inside = np.where(found.order >= 0, found.order + start, -1)
            order = np.concatenate([np.arange(start), inside, np.arange(stop, len(self))]).astype(np.intp)
        values = _with(self._values, place, after)
        if order is None and not len(found.rows) and not found.renamed:
            self._swap(values)
            return LiveChange(refreshed.name, self.version, found.rows)
        self._replace(values)
        return LiveChange(
            refreshed.name,
            self.version,
            (found.rows + start).astype(np.intp),
            order,
            found.renamed,
            found.speakers,
            found.kinds,
            refreshed.notes,
        )

    @property
    def stale_ids(self) -> frozenset[str]:
        """Ids of rows whose values are older than the annotations: a plan is under way, or failed."""
        found = chain.from_iterable(ids for _, ids in self._stale.values())
        return frozenset(one for one in found if self.row_of(one) is not None)

    @property
    def unfinished(self) -> tuple[str, ...]:
        """Recordings with tokens that still lack vectors: call ``plan(name)`` for them."""
        return tuple(one.name for one in self._values if one.lacking)

    # Whole

    def snapshot(self) -> LiveResults:
        """Return a copy that stays as it is, for other threads; it shares everything."""
        copy: LiveResults = LiveResults.__new__(LiveResults)
        copy.__dict__.update(self.__dict__)
        copy._is_snapshot = True
        return copy

    @property
    def reference(self) -> LiveResults | None:
        """The tokens that normalizations are fitted on while they are frozen, else None."""
        return self._reference

    @property
    def frozen_version(self) -> int | None:
        """Version that the reference was frozen at; None if it follows the edits."""
        return self._frozen_version

    @property
    def is_frozen(self) -> bool:
        """Whether the reference of the normalizations is held."""
        return self._reference is not None

    def freeze(self, frozen: bool) -> LiveChange:
        """Hold the reference of all normalizations as it is now (True), or let it follow the edits.

        Returns
        -------
        LiveChange
            Without rows: raw values stay; normalized ones follow with `Normalized.update`.
        """
        self._check_owner()
        if frozen == self.is_frozen:
            return LiveChange("", self.version, np.empty(0, np.intp))
        self._reference = self.snapshot() if frozen else None
        self._frozen_version = self.version if frozen else None
        self._replace(self._values)
        return LiveChange("", self.version, np.empty(0, np.intp), kinds=frozenset({"reference"}))

    def results(self) -> Results:
        """Return what a run on these annotations would give, without a comparison (for a worker thread).

        Raises
        ------
        TokenError
            If no token is left.
        """
        reference = None if self._reference is None else self._reference._values
        return whole_results(self._foundation, self._values, self._own_keys, self.opened, reference)

    def close(self) -> None:
        """End what runs beside this process; an edit of a long recording starts it again."""
        self._foundation.kept.close()

    # Parts

    def _check_owner(self) -> None:
        if self._is_snapshot:
            raise RuntimeError("a snapshot stays as it is")

    def _replace(self, values: tuple[RecordingValues, ...]) -> None:
        self._values = values
        self._starts = block_starts([len(one) for one in values])
        self._made = {}
        self.version += 1

    def _swap(self, values: tuple[RecordingValues, ...]) -> None:
        """Take others that have the same tokens and values."""
        self._values = values
        self._made = {key: made for key, made in self._made.items() if key != "opened"}

    def _plan(self, base: RecordingValues, grid: TextGrid) -> Plan:
        return make_plan(
            base,
            grid,
            self._number,
            dims=self._dims,
            own_keys=self._own_keys,
            columns=self._foundation.columns,
            chooser=self._foundation.chooser,
            kept=self._foundation.kept,
            chosen_ceilings=self._foundation.chosen_ceilings,
        )

    def _settle(self, name: str) -> None:
        self._wanted[name] = self._number
        self._stale.pop(name, None)

    def _with_added(self, after: RecordingValues, before: RecordingValues) -> RecordingValues:
        """Add vectors that came after the plan was made; tokens that are new since then lack them."""
        missing = {key: dim for key, dim in self._dims.items() if key not in after.vectors}
        return carried(before, after, missing)


def _with(
    values: tuple[RecordingValues, ...], place: int, one: RecordingValues
) -> tuple[RecordingValues, ...]:
    return (*values[:place], one, *values[place + 1 :])
