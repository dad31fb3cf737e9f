"""Review queues: made from what is on the screen, walked through by keys, kept in the session.

Signals of `Reviewing`: `queue_changed` (another queue, or none), `marks_changed` (what was said of tokens, or
where they are), `went` (row that is looked at now), `current_changed` (id of the token that a mark would be
for; empty: none), `making_changed` (bool), `wanted` ("make", "tags" or "note": the panel should come forward
for it), `play_wanted` (id of a token). Messages: what could not be made, and that the queue is done.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QWidget

from w2vpraat.corpus.filtering import Filter, FilterError, parse_filter
from w2vpraat.errors import W2VPraatError
from w2vpraat.events import relayed
from w2vpraat.pipeline.opening import Opened, opening
from w2vpraat.pipeline.queues.kinds import UNMEASURED
from w2vpraat.pipeline.queues.making import making_queue
from w2vpraat.session.queue_places import REMOVED, QueuePlaces
from w2vpraat.session.review_queue import ReviewQueue

from ..actions import Actions
from ..document import Document
from ..jobs import Job
from ..selected_token import selected_token
from ..state import AppState
from ..tables.review_model import ReviewModel
from ..tables.token_filter import filtering
from .following import Following
from .marking import Marking
from .queue_export import QueueExport
from .queue_store import QueueStore, QueueView

KEEP = 500
"""Milliseconds after the last step until the session has it."""


class Reviewing(QObject):
    """The queue of the window.

    Parameters
    ----------
    state : AppState
    actions : Actions
        The menu Review.
    window : QWidget
        Parent of dialogs.
    feed : LiveFeed, optional
        Values that follow the annotations; without it the queue is made from the last run.

    Attributes
    ----------
    model : ReviewModel
    marking : Marking
    view : QueueView
    """

    queue_changed = Signal()
    marks_changed = Signal()
    went = Signal(int)
    current_changed = Signal(str)
    making_changed = Signal(bool)
    wanted = Signal(str)
    play_wanted = Signal(str)

    def __init__(self, state: AppState, actions: Actions, window: QWidget, feed: Any = None) -> None:
        super().__init__(window)
        self._state, self._actions, self._feed = state, actions, feed
        self.queue: ReviewQueue | None = None
        self.places: QueuePlaces | None = None
        self.view = QueueView()
        self.filter_problem = ""
        self.current = ""
        self.job: Job | None = None
        self.model = ReviewModel(self)
        self.marking = Marking(state, self)
        self.following = Following(state, self)
        self.export = QueueExport(self, state, window)
        self._store = QueueStore()
        self._filter = Filter()
        self._document: Document | None = None
        self._is_marking = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(KEEP)
        self._timer.timeout.connect(self.collect)
        slots: dict[str, Callable[[], Any]] = {
            "make": partial(self.wanted.emit, "make"),
            "next": partial(self.step, 1),
            "previous": partial(self.step, -1),
            "done": self.done,
            "star": self.star,
            "tag": partial(self.wanted.emit, "tags"),
            "note": partial(self.wanted.emit, "note"),
            "export": self.export.ask,
        }
        for name, slot in slots.items():
            actions.on(f"review.{name}", slot)
        self.following.rows_changed.connect(self._on_rows_changed)
        self.model.ticked.connect(self._on_ticked)
        self.model.typed.connect(self._on_typed)
        state.session_opened.connect(self._on_session)
        state.session_changed.connect(self._on_session_changed)
        state.results_changed.connect(self._enable)
        state.current_changed.connect(self._on_document)
        state.linked.current_changed.connect(self._on_selection)
        self._on_document(state.current)
        self._on_session()

    # Making

    def make(self) -> None:
        """Make the queue of the settings from what is on the screen; one that is being made is replaced."""
        session, corpus = self._state.session, self._state.corpus_on_screen
        if session is None or corpus is None:
            return
        settings, live = session.settings, getattr(self._feed, "live", None)
        source = live.snapshot() if live is not None else self._state.results
        kind = settings.queue.kind
        if source is None and kind not in UNMEASURED:
            keys = self._actions["measure.run"].shortcut().toString()
            self._state.notices.warning(
                self.tr("Nothing has been measured yet"),
                self.tr("Measure all tokens ({keys}); a random sample can be drawn without.").format(
                    keys=keys
                ),
            )
            return
        only = self._only()
        if only is not None and not only:
            self._state.notices.warning(
                self.tr("There are no such tokens"), self.tr("Select tokens first, or choose all tokens.")
            )
            return

        def work() -> Iterator[Any]:
            tokens: Any = source
            if tokens is None:
                tokens = yield from relayed(opening(settings, corpus), Opened)
            yield from making_queue(kind, tokens, settings, only=only)

        self.job = self._state.jobs.start(
            "review-queue",
            self.tr("Make a review queue"),
            work,
            on_result=self._on_made,
            on_error=partial(self._state.notices.error, doing=self.tr("No review queue")),
        )
        self.job.ended.connect(partial(self._on_job_ended, self.job))
        self.making_changed.emit(True)

    def cancel(self) -> None:
        """Stop making a queue; the one that is there stays."""
        if self.job is not None:
            self.job.cancel()

    def _only(self) -> frozenset[str] | None:
        linked = self._state.linked
        if self.view.among == "selected":
            return linked.selected
        return linked.shown if self.view.among == "shown" else None

    def _on_job_ended(self, job: Job) -> None:
        if job is self.job:
            self.job = None
            self.making_changed.emit(False)

    def _on_made(self, queue: ReviewQueue) -> None:
        # Made again, the reviewer stays where he was, if that is still listed.
        at = self.places.ids[self.view.row] if self.places is not None and self.view.row >= 0 else ""
        self.marking.here = -1
        self._take(queue, QueuePlaces(queue))
        row = -1 if self.places is None else self.places.row_of(at)
        self.set_view(row=row, column=-1, descending=False)
        self.set_filter(self.view.filter)
        self._tell()

    def _take(self, queue: ReviewQueue | None, places: QueuePlaces | None) -> None:
        self.queue, self.places = queue, places
        self.marking.places = places
        self.following.set_places(places)
        session = self._state.session
        self.model.set_queue(queue, places, {} if session is None else session.review)
        self._on_selection()

    def _tell(self) -> None:
        self._enable()
        self.queue_changed.emit()
        if self.view.row >= 0:
            self.went.emit(self.view.row)

    # Walking

    @property
    def progress(self) -> tuple[int, int, int]:
        """How many are done, how many there are, how many have a star."""
        marks = self.model.marks
        return sum(mark.done for mark in marks), len(marks), sum(mark.star for mark in marks)

    def step(self, by: int) -> None:
        """Go to the next (1) or previous (-1) token that is shown and not done, round and round."""
        if self.queue is None:
            self._state.notices.warning(
                self.tr("There is no review queue"),
                self.tr("Make one: {keys}").format(keys=self._actions["review.make"].shortcut().toString()),
            )
            return
        row = self.model.next_row(self.view.row, by, self._is_open)
        if row >= 0:
            self.go(row)
            return
        done, total, _ = self.progress
        here = self.view.row
        if self.model.line_of(here) >= 0 and self._is_open(here):
            self.go(here)
        elif done < total:
            self._state.notices.news(self.tr("Every token that the filter shows is done"))
        else:
            self._state.notices.news(self.tr("The review queue is done: {count} tokens").format(count=total))

    def go(self, row: int) -> None:
        """Look at a row: open its token in the editor, and play it if that is wished."""
        if self.places is None:
            return
        self.look_at(row)
        self.went.emit(row)
        if self.places.places[row].change == REMOVED:
            self._state.notices.warning(
                self.tr("This token is not there any more"), self.tr("Undo brings it back.")
            )
            return
        # Its place may be another one as soon as its file is read.
        self._state.open_recording(self.places.recording(row), partial(self._show, self.places, row))

    def look_at(self, row: int) -> None:
        """Make a row the one where the reviewer is, without opening it."""
        if self.places is None:
            return
        self.set_view(row=row)
        self._look(row)

    def play(self, row: int) -> None:
        """Play the token of a row."""
        if self.places is not None and self.places.places[row].change != REMOVED:
            self.look_at(row)
            name, places = self.places.recording(row), self.places
            self._state.open_recording(name, lambda _document: self.play_wanted.emit(places.ids[row]))

    def _look(self, row: int) -> None:
        assert self.places is not None
        token, linked = self.places.places[row].id, self._state.linked
        if token in linked.selected:
            linked.look_at(token)
        else:
            linked.select((token,), token)

    def _show(self, places: QueuePlaces, row: int, _document: Document) -> None:
        if places is not self.places or places.places[row].change == REMOVED:
            return
        self._look(row)
        token = places.places[row].id
        if self.view.play:
            self.play_wanted.emit(token)
        else:
            self._state.show_token(token)

    def _is_open(self, row: int) -> bool:
        assert self.places is not None
        return not self.model.marks[row].done and self.places.places[row].change != REMOVED

    # Marks

    def done(self) -> None:
        """Say that the current token is done, and go on if that is wished; or that it is not."""
        self._done(self.marking.subjects())

    def _done(self, tokens: Sequence[str]) -> None:
        if not self._marked(partial(self.marking.turn, "done", tokens)) or len(tokens) != 1:
            return
        row = -1 if self.places is None else self.places.row_of(tokens[0])
        if row >= 0 and self.view.go_on:
            self.set_view(row=row)
            self.step(1)

    def star(self) -> None:
        """Star the current token, or take the star away."""
        self._marked(partial(self.marking.turn, "star"))

    def tick(self, name: str, tokens: Sequence[str]) -> None:
        """Turn "done" or "star" of these tokens round."""
        if name == "done":
            self._done(tokens)
        else:
            self._marked(partial(self.marking.turn, name, tokens))

    def say(self, name: str, text: str, tokens: Sequence[str]) -> None:
        """Set "tags" or "note" of these tokens."""
        put = self.marking.set_tags if name == "tags" else self.marking.set_note
        self._marked(partial(put, text, tokens))

    def _marked(self, act: Any) -> bool:
        self._is_marking = True
        try:
            return bool(act())
        finally:
            self._is_marking = False

    def _on_ticked(self, row: int, name: str) -> None:
        if self.places is not None:
            self._marked(partial(self.marking.turn, name, (self.places.ids[row],)))

    def _on_typed(self, row: int, name: str, text: str) -> None:
        if self.places is not None:
            self.say(name, text, (self.places.ids[row],))

    # Filter and order

    def set_filter(self, text: str) -> None:
        """Show only some rows; half a filter shows all, and `filter_problem` says what is wrong."""
        self.set_view(filter=text)
        try:
            self._filter, self.filter_problem = parse_filter(text, self.model.filter_names), ""
        except FilterError as error:
            self._filter = Filter()
            self.filter_problem = f"{error.message}: {error.hint}" if error.hint else error.message
        self._apply_filter()

    def _apply_filter(self) -> None:
        if self.queue is None:
            return
        names = tuple(dict.fromkeys(self._key(word.key) for word in self._filter.words))
        if not names:
            self.model.set_mask(None)
        else:
            columns = [self.model.filter_column(name) for name in names]
            self.model.set_mask(list(filtering(self._filter, names, columns))[-1])
        self.marks_changed.emit()

    def _key(self, key: str) -> str:
        return next((name for name in self.model.filter_names if name.casefold() == key), key)

    def set_order(self, column: int, descending: bool) -> None:
        """Note how the rows are sorted."""
        self.set_view(column=column, descending=descending)

    def set_view(self, **changes: Any) -> None:
        """Change how the queue is looked at; the session gets it a little later."""
        view = replace(self.view, **changes)
        if view != self.view:
            self.view = view
            self.marking.here = view.row
            self._timer.start()

    def collect(self) -> None:
        """Put queue and view into the state's session."""
        self._timer.stop()
        session = self._state.session
        if session is None or (self.queue is None and self.view == QueueView()):
            return
        self._state.set_session(self._store.put(session, self.queue, self.places, self.view))

    # Slots

    def _on_session(self) -> None:
        self._timer.stop()
        queue, places, self.view = None, None, QueueView()
        self.marking.here = -1
        session = self._state.session
        if session is not None:
            try:
                queue, places, self.view = self._store.get(session)
            except W2VPraatError as error:
                self._state.notices.error(error)
        self._take(queue, places)
        if not -1 <= self.view.row < len(self.model.marks):
            self.view = replace(self.view, row=-1)
        self.marking.here = self.view.row
        self.set_filter(self.view.filter)
        self._tell()

    def _on_session_changed(self) -> None:
        session = self._state.session
        if session is None:
            return
        if self.model.set_marks(session.review):
            if {word.key for word in self._filter.words} & {"done", "star", "tag", "note"}:
                self._apply_filter()
            else:
                self.marks_changed.emit()
            if not self._is_marking:  # undo and redo bring back what was said when files were perhaps others
                self.following.find_marks()
        self.current_changed.emit(self.current)

    def _on_rows_changed(self, _rows: list[int]) -> None:
        session = self._state.session
        if session is not None:
            self.model.set_marks(session.review)
        self.model.places_changed()
        self._on_selection()
        self._timer.start()
        self.marks_changed.emit()

    def _on_document(self, document: Document | None) -> None:
        if self._document is not None:
            self._document.view.selection_changed.disconnect(self._on_selection)
        self._document = document
        if document is not None:
            document.view.selection_changed.connect(self._on_selection)
        self._on_selection()

    def _on_selection(self, *_: object) -> None:
        self.current = self.marking.looked_at()
        shown = self.current if selected_token(self._document) else ""
        self.model.set_current(-1 if self.places is None else self.places.row_of(shown))
        self.current_changed.emit(self.current)

    def _enable(self) -> None:
        is_open = self._state.session is not None
        for name in ("make", "done", "star", "tag", "note", "next", "previous"):
            self._actions[f"review.{name}"].setEnabled(is_open)
        self._actions["review.export"].setEnabled(self.queue is not None)
