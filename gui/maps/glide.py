"""The maps of all layers of a model, prepared in the background, and the way between them.

Signals of `Glide`: `ready_changed` (layers that are prepared), `changed` (how far it is), `failed` (the
error).
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from itertools import count
from math import floor
from typing import Any

from PySide6.QtCore import QObject, Signal

from w2vpraat.compare.maps.picture import MapNumber
from w2vpraat.errors import W2VPraatError
from w2vpraat.events import Progress
from w2vpraat.params import MapParams
from w2vpraat.pipeline.live.live_results import LiveChange, LiveResults
from w2vpraat.pipeline.maps.gliding import all_layers, between, gliding
from w2vpraat.pipeline.maps.live_map import LiveMap
from w2vpraat.pipeline.maps.values import same_layout, vector_key

from ..jobs import Job
from ..live.feed import LiveFeed
from ..state import AppState
from .morph import Floats

_numbers = count(1)


class Glide(QObject):
    """Stations of one map, one per layer, laid like that map."""

    ready_changed = Signal()
    changed = Signal()
    failed = Signal(object)

    def __init__(self, state: AppState, feed: LiveFeed, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._state, self._feed = state, feed
        self._key = f"glide-{next(_numbers)}"
        self._of: tuple[LiveResults, MapParams] | None = None
        self._job: Job | None = None
        self._since: list[LiveChange] = []
        self._progress: Progress | None = None
        self.stations: dict[int, LiveMap] = {}

    @property
    def ready(self) -> frozenset[int]:
        """Layers that are prepared."""
        return frozenset(self.stations)

    @property
    def is_preparing(self) -> bool:
        """Whether layers are being prepared."""
        return self._job is not None and not self._job.has_ended

    @property
    def doing(self) -> str:
        """What is being done, in a few words; empty if nothing."""
        if not self.is_preparing:
            return ""
        progress = self._progress
        if progress is None or progress.total < 2:
            return self.tr("Preparing the layers…")
        if progress.step == "layers":
            return self.tr("Preparing the layers: {done} of {total}…").format(
                done=progress.done, total=progress.total
            )
        return self.tr("Embedding all layers: {done} of {total}…").format(
            done=progress.done, total=progress.total
        )

    @property
    def share(self) -> float:
        """How much is done, 0 to 1; -1: not known."""
        progress = self._progress
        return -1.0 if progress is None or progress.total < 2 else progress.done / progress.total

    def prepare(self, params: MapParams, here: LiveMap) -> None:
        """Make a map of every layer, near ones first; those that are there already stay.

        Parameters
        ----------
        params : MapParams
            Of the map that one stands at.
        here : LiveMap
            That map; the others are laid like it.
        """
        live = self._feed.live
        if live is None or self._is_of(live, params):
            return
        self.forget()
        try:
            key = vector_key(live, params)
            layers = () if key is None else all_layers(key.model, live)
        except W2VPraatError as error:
            self.failed.emit(error)
            return
        if key is None:
            return
        self._of = (live, params)
        snapshot = live.snapshot()
        missing = any(not live.has_vectors(replace(key, layer=layer)) for layer in layers)
        self._job = self._state.jobs.start(
            self._key,
            self.tr("Maps of all layers"),
            lambda: gliding(snapshot, params, reference=here),
            on_event=partial(self._on_event, live),
            on_result=lambda _all: self._on_ended(),
            on_error=self._on_failed,
            # A model that has to run waits for its turn; laying maps does not.
            lane="heavy" if missing else "maps",
            quiet=not missing,
        )
        self.changed.emit()

    def forget(self) -> None:
        """Stop, and forget all stations: another map is shown."""
        if self._job is not None and not self._job.has_ended:
            self._job.cancel(mute=True)
        had = bool(self.stations)
        self._job = self._of = self._progress = None
        self.stations, self._since = {}, []
        if had:
            self.ready_changed.emit()

    def belongs_to(self, params: MapParams) -> bool:
        """Whether the stations are those of this map, whatever its layer."""
        return self._of is not None and _but_layer(self._of[1], params)

    def station(self, live: LiveResults, layer: int) -> LiveMap | None:
        """Return the map of a layer as it is now, if it is prepared."""
        return self.stations.get(layer) if self._of is not None and self._of[0] is live else None

    def follow(self, live: LiveResults, change: LiveChange) -> None:
        """Follow an edit: rows may be other tokens."""
        for one in self.stations.values():
            one.update(live, change)
        if self.is_preparing:
            self._since.append(change)

    def keep_numbers(self, layer: int, numbers: tuple[MapNumber, ...]) -> None:
        """Remember the numbers of a layer, to show them when one glides over it again."""
        if layer in self.stations:
            self.stations[layer].numbers = numbers

    def points_at(self, position: float) -> tuple[LiveMap, Floats] | None:
        """Return the nearest map and the places of tokens at a position between layers.

        Where a layer is not prepared yet, the nearest prepared one on the way is as far as it goes.
        """
        if not self.stations:
            return None
        low, high = floor(position), floor(position) + 1
        first, second = self.stations.get(low), self.stations.get(high)
        if first is None and second is None:
            nearest = min(self.stations, key=lambda layer: abs(layer - position))
            first, position = self.stations[nearest], float(nearest)
            return first, first.placed.points
        if first is None or second is None:
            only = first or second
            assert only is not None
            return only, only.placed.points
        share = position - low
        return (second if share >= 0.5 else first), between(first, second, share)

    def _is_of(self, live: LiveResults, params: MapParams) -> bool:
        return self._of is not None and self._of[0] is live and self.belongs_to(params)

    def _on_event(self, live: LiveResults, event: Any) -> None:
        if isinstance(event, Progress):
            self._progress = event
            self.changed.emit()
        elif isinstance(event, LiveMap) and live is self._feed.live:
            event.update(live, *self._since)
            self.stations[event.params.layer] = event
            self.ready_changed.emit()

    def _on_ended(self) -> None:
        self._progress = None
        self.changed.emit()

    def _on_failed(self, error: BaseException) -> None:
        self._of = self._progress = None
        self.failed.emit(error)
        self.changed.emit()


def _but_layer(one: MapParams, two: MapParams) -> bool:
    return same_layout(replace(one, layer=0), replace(two, layer=0))
