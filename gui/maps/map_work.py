"""The long work of one map: fetching vectors, laying flat, placing, judging.

Signals of `MapWork`: `changed` (what is being done, or how far it is), `fitted` (a `LiveMap`), `placed`
(tokens that took long have their places), `judged` (the map has its numbers), `failed` (the error),
`vectors_added` (for other maps that wait for the same ones). Everything is made from a snapshot of the values
on the screen; edits that come meanwhile are followed when the work is done.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import count
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from w2vpraat.errors import W2VPraatError
from w2vpraat.events import Progress
from w2vpraat.params import MapParams
from w2vpraat.pipeline.live.live_results import LiveChange, LiveResults, VectorKey
from w2vpraat.pipeline.maps.fitting import fitting_map, keeping, placing
from w2vpraat.pipeline.maps.live_map import LiveMap
from w2vpraat.pipeline.maps.numbers import judging_map
from w2vpraat.pipeline.maps.placed import Bools
from w2vpraat.pipeline.maps.values import needed_vectors
from w2vpraat.pipeline.maps.vectors import fetching_vectors

from ..live.feed import LiveFeed
from ..state import AppState

PAUSE = 400
"""Milliseconds without an edit until the numbers are computed again."""
_Wish = tuple[MapParams, LiveMap | None, LiveMap | None]
_numbers = count(1)


class MapWork(QObject):
    """One job at a time for what is shown, and one for its numbers; a new wish cancels the old one.

    Parameters
    ----------
    state : AppState
    feed : LiveFeed
    shown : callable
        Which rows the filter shows; None: all. Numbers are of these.
    """

    changed = Signal()
    fitted = Signal(object)
    placed = Signal()
    judged = Signal()
    failed = Signal(object)
    vectors_added = Signal()

    def __init__(
        self,
        state: AppState,
        feed: LiveFeed,
        shown: Callable[[], Bools | None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._state, self._feed, self._shown = state, feed, shown
        self._name = f"map-{next(_numbers)}"
        self._wanted: _Wish | None = None
        self._since: list[LiveChange] = []
        self._fetching: tuple[VectorKey, ...] = ()
        self._progress: Progress | None = None
        self._map: LiveMap | None = None
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE)
        self._pause.timeout.connect(self._judge)

    # What is being done

    @property
    def is_busy(self) -> bool:
        """Whether the map that is wanted is still being made."""
        return self._wanted is not None

    @property
    def is_judging(self) -> bool:
        """Whether numbers are being computed, or will be after a pause."""
        return self._pause.isActive() or self._runs("judge")

    @property
    def is_fetching(self) -> bool:
        """Whether a model is at work, or waits for its turn."""
        return bool(self._fetching)

    @property
    def share(self) -> float:
        """How much is done, 0 to 1; -1: not known."""
        progress = self._progress
        return -1.0 if progress is None or progress.total < 2 else progress.done / progress.total

    @property
    def doing(self) -> str:
        """What is being done now, in a few words; empty if nothing."""
        if self._wanted is None:
            return ""
        what = self._what() if self._fetching else self.tr("Laying the map")
        progress = self._progress
        if progress is None or progress.total < 2 or progress.step == "map":
            return f"{what}…"
        return self.tr("{what}: {done} of {total}…").format(
            what=what, done=progress.done, total=progress.total
        )

    def _what(self) -> str:
        key = self._fetching[0]
        return self.tr("Embedding with {model}, layer {layer}").format(model=key.model, layer=key.layer)

    # What others ask for

    def show(
        self, params: MapParams, reference: LiveMap | None = None, station: LiveMap | None = None
    ) -> None:
        """Make a map; `fitted` or `failed` follows.

        Parameters
        ----------
        params : MapParams
        reference : LiveMap, optional
            What it is laid like.
        station : LiveMap, optional
            A map of that layer that one has glided to: tokens stay where they are on it.
        """
        self._stop("show", "place")
        live = self._feed.live
        self._fetching, self._progress = (), None
        if live is None:
            self._wanted = None
            self.changed.emit()
            return
        self._wanted = (params, reference, station)
        try:
            missing = needed_vectors(live, params)
        except W2VPraatError as error:
            self._on_failed(error)
            return
        if missing is not None:
            self._fetch(live, [missing])
        else:
            self._fit(live, self._wanted)
        self.changed.emit()

    def cancel(self) -> None:
        """Stop making the map that is wanted."""
        self._stop("show", "place")
        self._wanted, self._fetching, self._progress = None, (), None
        self.changed.emit()

    def end(self) -> None:
        """Stop all work of this map: it is closed."""
        self._pause.stop()
        self._stop("show", "place", "judge")
        self._wanted = self._map = None

    def follow(self, change: LiveChange) -> None:
        """Remember an edit for work that is still under way."""
        if self._wanted is not None:
            self._since.append(change)

    def look_again(self) -> None:
        """See whether the vectors that are waited for have come by another map."""
        live = self._feed.live
        if self._wanted is None or not self._fetching or live is None:
            return
        if all(live.has_vectors(key) for key in self._fetching):
            self.show(*self._wanted)

    def take(self, made: LiveMap | None) -> None:
        """Judge this map from now on; None: no map."""
        self._map = made
        self._stop("judge", "place")
        self._pause.stop()
        if made is not None:
            if made.needs_placing:
                self._place()
            elif not made.numbers or any(one.stale for one in made.numbers):
                self._judge()

    def judge_later(self) -> None:
        """Compute the numbers again after a pause; tokens that wait for a place get it then."""
        if self._map is not None:
            self._stop("judge")
            self._pause.start()

    # Jobs

    def _fetch(self, live: LiveResults, keys: Sequence[VectorKey]) -> None:
        self._fetching, self._progress = tuple(keys), None
        snapshot = live.snapshot()
        self._start(
            "show",
            lambda: fetching_vectors(snapshot, keys),
            partial(self._on_vectors, live, live.version),
            lane="heavy",
        )

    def _fit(self, live: LiveResults, wish: _Wish) -> None:
        params, reference, station = wish
        self._fetching, self._progress = (), None
        self._since = []
        snapshot = live.snapshot()
        self._start(
            "show",
            lambda: (
                fitting_map(snapshot, params, reference=reference)
                if station is None
                else keeping(snapshot, station)
            ),
            partial(self._on_fitted, live),
        )
        self.changed.emit()

    def _place(self) -> None:
        live, made = self._feed.live, self._map
        if live is None or made is None:
            return
        snapshot = live.snapshot()
        self._start("place", lambda: placing(snapshot, made), partial(self._on_placed, made))

    def _judge(self) -> None:
        live, made = self._feed.live, self._map
        if live is None or made is None:
            return
        if made.needs_placing:
            self._place()
            return
        snapshot, shown = live.snapshot(), self._shown()
        self._start(
            "judge",
            lambda: judging_map(snapshot, made, shown=shown),
            partial(self._on_judged, made, live.version),
            on_error=self._on_not_judged,
        )

    def _start(
        self,
        what: str,
        make: Callable[[], Iterator[Any]],
        then: Callable[[Any], Any],
        *,
        lane: str = "maps",
        on_error: Callable[[BaseException], Any] | None = None,
    ) -> None:
        titles = {
            "show": self._what() if self._fetching else self.tr("Make a map"),
            "place": self.tr("Place tokens"),
            "judge": self.tr("Judge a map"),
        }
        self._state.jobs.start(
            f"{self._name}-{what}",
            titles[what],
            make,
            on_event=self._on_event if what == "show" else None,
            on_result=then,
            on_error=on_error or self._on_failed,
            lane=lane,
            quiet=lane != "heavy",
        )

    def _stop(self, *what: str) -> None:
        keys = {f"{self._name}-{one}" for one in what}
        for job in self._state.jobs.running(quiet=True):
            if job.key in keys:
                job.cancel(mute=True)

    def _runs(self, what: str) -> bool:
        return any(job.key == f"{self._name}-{what}" for job in self._state.jobs.running(quiet=True))

    # Slots

    def _on_event(self, event: Any) -> None:
        if isinstance(event, Progress):
            self._progress = event
            self.changed.emit()

    def _on_vectors(self, live: LiveResults, version: int, found: Any) -> None:
        if live is not self._feed.live or self._wanted is None:
            return
        if live.version != version:
            # Tokens were edited meanwhile. The frames are kept now, so that once more takes no time.
            self._fetch(live, self._fetching)
            return
        for key, embeddings in found.items():
            live.add_vectors(key, embeddings)
        self._fit(live, self._wanted)
        self.vectors_added.emit()

    def _on_fitted(self, live: LiveResults, made: LiveMap) -> None:
        if live is not self._feed.live:
            return
        made.update(live, *self._since)
        self._wanted, self._since = None, []
        self.fitted.emit(made)
        self.changed.emit()

    def _on_placed(self, made: LiveMap, found: Any) -> None:
        if made is not self._map:
            return
        if made.take(*found):
            self.placed.emit()
        self.judge_later()

    def _on_judged(self, made: LiveMap, version: int, found: Any) -> None:
        live = self._feed.live
        if made is not self._map or live is None:
            return
        if live.version == version:
            made.numbers = tuple(found)
            self.judged.emit()
        elif not self._pause.isActive():
            self._pause.start()

    def _on_not_judged(self, error: BaseException) -> None:
        self._state.notices.error(error, doing=self.tr("The numbers of a map can't be computed"))

    def _on_failed(self, error: BaseException) -> None:
        self._wanted, self._fetching, self._progress = None, (), None
        self.failed.emit(error)
        self.changed.emit()
