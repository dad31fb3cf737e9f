"""Keeps the values of the tokens up to date with what is on the screen, edit by edit.

Signals of `LiveFeed`: `opened` (the `LiveResults`, or None: other results, or none), `changed` (the
`LiveChange`: values of some tokens are other ones), `settled` (the state's results are the refreshed ones),
`switched` (refreshing or freezing was switched on or off). Messages: what could not be measured again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from w2vpraat.pipeline.live.live_results import LiveChange, LiveResults, Plan, Refreshed, refreshing
from w2vpraat.pipeline.running import Results

from ..document import Document
from ..state import AppState

PAUSE = 700
"""Milliseconds without an edit after which table and results as a whole follow."""


class LiveFeed(QObject):
    """Turns edits into refreshed values.

    Parameters
    ----------
    state : AppState
    """

    opened = Signal(object)
    changed = Signal(object)
    settled = Signal()
    switched = Signal()

    def __init__(self, state: AppState, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._state = state
        self.live: LiveResults | None = None
        self.is_live = True
        self.is_frozen = False
        self._documents: dict[str, Document] = {}
        self._settling: Results | None = None
        self._waiting: set[str] = set()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(PAUSE)
        self._timer.timeout.connect(self._settle)
        state.results_changed.connect(self._on_results)
        state.session_opened.connect(self._on_session)
        state.document_opened.connect(self._on_document)
        state.document_closed.connect(self._on_edited)
        state.current_changed.connect(self._prepare)
        state.jobs.closed.connect(self.close)
        for document in state.documents.values():
            self._on_document(document)

    # What others ask for

    @property
    def is_busy(self) -> bool:
        """Whether some edit is still being measured, or the results do not follow yet."""
        return bool(self._waiting) or self._timer.isActive() or self._job_runs("live-settle")

    def set_live(self, on: bool) -> None:
        """Refresh values with each edit, or leave them as measured until this is switched on again."""
        if on != self.is_live:
            self.is_live = on
            if on:
                self._catch_up()
            self.switched.emit()

    def set_frozen(self, on: bool) -> None:
        """Keep the constants of the normalizations as they are now, or let them follow the tokens."""
        if on == self.is_frozen:
            return
        self.is_frozen = on
        if self.live is not None:
            change = self.live.freeze(on)
            self.switched.emit()
            self._tell(change)
        else:
            self.switched.emit()

    def close(self) -> None:
        """Let go of the values, and of the process that measures beside the window."""
        live, self.live = self.live, None
        if live is not None:
            live.close()

    # Slots

    def _on_session(self) -> None:
        self._documents.clear()
        self._on_results()

    def _on_results(self) -> None:
        results: Results | None = self._state.results
        if results is not None and results is self._settling:
            return
        self._timer.stop()
        self._waiting.clear()
        self._settling = None
        self.close()
        self.opened.emit(None)
        if results is None:
            return
        self._state.jobs.start(
            "live-open",
            self.tr("Prepare the maps"),
            lambda: _one(lambda: LiveResults(results)),
            on_result=partial(self._on_opened, results),
            on_error=self._state.notices.error,
            quiet=True,
            lane="live",
        )

    def _on_opened(self, results: Results, live: LiveResults) -> None:
        if results is not self._state.results:
            return
        self.live = live
        if self.is_frozen:
            live.freeze(True)
        self.opened.emit(live)
        self._prepare(self._state.current)
        self._catch_up()

    def _on_document(self, document: Document) -> None:
        if self._documents.get(document.name) is not document:
            self._documents[document.name] = document
            document.grid_changed.connect(partial(self._on_edited, document))

    def _on_edited(self, document: Document, _change: object = None) -> None:
        if self.live is None or not self.is_live:
            return
        plan = self.live.plan(document.name, document.grid)
        if plan is None:
            # Taken back before it was measured: what is on its way is no longer wanted.
            self._cancel(document.name)
        else:
            self._refresh(self.live, document.name, plan)

    def _refresh(self, live: LiveResults, name: str, plan: Plan) -> None:
        self._waiting.add(name)
        self._state.jobs.start(
            f"live:{name}",
            self.tr("Measure edited tokens"),
            lambda: _one(lambda: refreshing(plan)),
            on_result=partial(self._on_refreshed, live, name),
            on_error=partial(self._on_failed, name),
            quiet=True,
            lane="live",
        )

    def _on_refreshed(self, live: LiveResults, name: str, refreshed: Refreshed) -> None:
        if live is not self.live:
            return
        self._waiting.discard(name)
        self._tell(live.take(refreshed))
        # Vectors of another model that a map added while these tokens were measured.
        for other in live.unfinished:
            plan = live.plan(other)
            if plan is not None and other not in self._waiting:
                self._refresh(live, other, plan)

    def _on_failed(self, name: str, error: BaseException) -> None:
        self._waiting.discard(name)
        self._state.notices.error(error, doing=self.tr("Not measured again"))

    def _tell(self, change: LiveChange) -> None:
        if change.is_empty:
            return  # a later edit has been taken already
        self._state.linked.rename(change.renamed)
        self.changed.emit(change)
        self._timer.start()

    def _settle(self) -> None:
        live = self.live
        if live is None:
            return
        if self._waiting:
            self._timer.start()
            return
        snapshot = live.snapshot()
        self._state.jobs.start(
            "live-settle",
            self.tr("Refresh the table"),
            lambda: _one(snapshot.results),
            on_result=partial(self._on_settled, live, live.version),
            on_error=self._state.notices.error,
            quiet=True,
            lane="live",
        )

    def _on_settled(self, live: LiveResults, version: int, results: Results) -> None:
        if live is not self.live or version != live.version:
            return  # another edit came meanwhile, and another pause will
        self._settling = results
        self._state.results = results
        self._state.results_changed.emit()
        self.settled.emit()

    # Parts

    def _prepare(self, document: Document | None) -> None:
        """Analyse what is in the editor ahead, so that its first edit is as quick as the others."""
        if document is None or self.live is None or not self.is_live:
            return
        snapshot, name = self.live.snapshot(), document.name
        self._state.jobs.start(
            "live-prepare",
            self.tr("Analyse {name}").format(name=name),
            lambda: _one(lambda: snapshot.prepare(name)),
            quiet=True,
            lane="live",
        )

    def _catch_up(self) -> None:
        for document in tuple(self._state.documents.values()):
            self._on_edited(document)

    def _cancel(self, name: str) -> None:
        self._waiting.discard(name)
        for job in self._state.jobs.running(quiet=True):
            if job.key == f"live:{name}":
                job.cancel(mute=True)

    def _job_runs(self, key: str) -> bool:
        return any(job.key == key for job in self._state.jobs.running(quiet=True))


def _one(make: Callable[[], Any]) -> Iterator[Any]:
    yield make()
