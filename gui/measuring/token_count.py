"""How many tokens the settings choose, live: each recording counted once, and again when it is edited.

Signals of `TokenCount`: `changed` (numbers; while a corpus is counted, several times a second), `failed` (the
exception: the wishes are not possible, or the table of speakers can't be used).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from weakref import WeakSet

from PySide6.QtCore import QObject, QTimer, Signal

from w2vpraat.corpus.discover import Recording
from w2vpraat.corpus.textgrid import TextGrid

from ..document import Document
from ..state import AppState
from ..work.counting import Chooser, Guess, PartCount, choosing, count_slice, guessing

SETTLE = 250
"""Milliseconds after the last edit or choice until it is counted."""
TELL_EVERY = 150
"""Milliseconds between two signals while a corpus is counted."""


@dataclass
class Totals:
    """Numbers over the recordings that have been counted; see `PartCount`."""

    kept: int = 0
    seconds: float = 0.0
    reasons: Counter[str] = field(default_factory=Counter)
    labels: Counter[str] = field(default_factory=Counter)
    kept_labels: Counter[str] = field(default_factory=Counter)
    speakers: Counter[str] = field(default_factory=Counter)
    kept_speakers: Counter[str] = field(default_factory=Counter)
    raw: Counter[str] = field(default_factory=Counter)
    tiers: Counter[str] = field(default_factory=Counter)
    """Name to number of recordings that have it."""
    doubled: Counter[tuple[int, str]] = field(default_factory=Counter)
    """Number and name of tiers whose name another tier of their recording has too."""
    failures: int = 0

    def take(self, part: PartCount, sign: int = 1) -> None:
        """Add a recording, or (-1) take it out again."""
        self.kept += sign * part.kept
        self.seconds += sign * part.seconds
        self.failures += sign * (part.failure is not None)
        for name in ("reasons", "labels", "kept_labels", "speakers", "kept_speakers", "raw"):
            _add(getattr(self, name), getattr(part, name), sign)
        _add(self.tiers, dict.fromkeys(part.tiers, 1), sign)
        times = Counter(part.tiers)
        if len(times) < len(part.tiers):
            doubled = {(n, name): 1 for n, name in enumerate(part.tiers, 1) if times[name] > 1}
            _add(self.doubled, doubled, sign)

    @property
    def left_out(self) -> int:
        """Labelled items that became no token."""
        return sum(count for reason, count in self.reasons.items() if reason != "empty")


class TokenCount(QObject):
    """Counts the tokens of the corpus on the screen.

    Parameters
    ----------
    state : AppState
    """

    changed = Signal()
    failed = Signal(object)

    def __init__(self, state: AppState, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._state = state
        self.parts: dict[str, PartCount] = {}
        self.totals = Totals()
        self.guess = Guess()
        self.chooser: Chooser | None = None
        self.error: BaseException | None = None
        self._asked: tuple[Any, ...] | None = None
        self._waiting: list[Recording] = []
        self._edited: set[str] = set()
        self._guessed: tuple[Any, ...] | None = None
        self._heard: WeakSet[Document] = WeakSet()
        self._settle = self._timer(SETTLE, self._on_settled)
        self._tell = self._timer(TELL_EVERY, self.changed.emit)
        state.session_opened.connect(self._on_session)
        state.corpus_changed.connect(self._begin)
        state.session_changed.connect(self._on_session_changed)
        state.document_opened.connect(self._on_document)
        state.document_closed.connect(self._on_document_closed)

    @property
    def is_counting(self) -> bool:
        """Whether numbers are still to come."""
        begins = self.chooser is None and self._asked is not None and self.error is None
        return begins or bool(self._waiting)

    @property
    def progress(self) -> tuple[int, int]:
        """Recordings counted, and in all."""
        corpus = self._state.corpus
        total = 0 if corpus is None else len(corpus.recordings)
        return total - len(self._waiting), total

    def recordings(self) -> tuple[Recording, ...]:
        """Return the recordings that have tokens."""
        corpus = self._state.corpus
        found = () if corpus is None else corpus.recordings
        return tuple(one for one in found if (part := self.parts.get(one.name)) is not None and part.kept)

    def _timer(self, milliseconds: int, slot: Any) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(milliseconds)
        timer.timeout.connect(slot)
        return timer

    # What the state says

    def _on_session(self) -> None:
        self._asked = self.error = None
        self._forget()
        self.changed.emit()

    def _on_session_changed(self) -> None:
        if self._asked is not None and self._wishes() != self._asked:
            self._settle.start()

    def _on_document(self, document: Document) -> None:
        if document not in self._heard:
            self._heard.add(document)
            # Edits, undo, and a file that was read again.
            document.grid_changed.connect(partial(self._on_grid_changed, document.name))

    def _on_document_closed(self, document: Document) -> None:
        self._on_grid_changed(document.name)

    def _on_grid_changed(self, name: str, _change: object = None) -> None:
        self._edited.add(name)
        self._settle.start()

    def _wishes(self) -> tuple[Any, ...] | None:
        session = self._state.session
        if session is None:
            return None
        settings = session.settings
        return settings.tokens, settings.read, settings.speakers, settings.metadata

    # Work

    def _on_settled(self) -> None:
        if self._wishes() != self._asked:
            self._begin()
            return
        corpus, names = self._state.corpus, self._edited
        if corpus is None or self.chooser is None or not names:
            return
        self._edited = set()
        waiting = {one.name for one in self._waiting}
        again = [one for one in corpus.recordings if one.name in names and one.name not in waiting]
        # A slice that is being counted may have the grid of before.
        if again or waiting & names:
            self._waiting = [*again, *self._waiting]
            self._next_slice()

    def _forget(self) -> None:
        self.parts, self.totals, self.guess = {}, Totals(), Guess()
        self._waiting, self.chooser, self._guessed = [], None, None
        self._edited.clear()

    def _begin(self) -> None:
        session, corpus = self._state.session, self._state.corpus
        if session is None or corpus is None:
            return
        self._asked, self.error = self._wishes(), None
        self.chooser = None
        self._start("count-tokens", partial(choosing, session.settings, corpus), self._on_chooser)

    def _on_chooser(self, chooser: Chooser) -> None:
        corpus = self._state.corpus
        if corpus is None:
            return
        self._forget()
        self.chooser = chooser
        self._waiting = list(corpus.recordings)
        if self._waiting:
            self._next_slice()
        else:
            self.changed.emit()

    def _next_slice(self) -> None:
        assert self.chooser is not None
        grids: dict[str, TextGrid] = {name: one.grid for name, one in self._state.documents.items()}
        some = tuple(self._waiting[:500])
        self._start(
            "count-tokens",
            partial(count_slice, self.chooser, some, grids),
            lambda _last: self._on_slice(),
            on_event=self._on_part,
        )

    def _on_part(self, found: tuple[str, PartCount]) -> None:
        name, part = found
        if self._waiting and self._waiting[0].name == name:
            self._waiting.pop(0)
        before = self.parts.get(name)
        if before is not None:
            self.totals.take(before, -1)
        self.parts[name] = part
        self.totals.take(part)
        if not self._tell.isActive():
            self._tell.start()

    def _on_slice(self) -> None:
        if self._waiting:
            self._next_slice()
            return
        assert self.chooser is not None
        self._tell.stop()
        self.changed.emit()
        label_map = self.chooser.params.label_map
        kinds = (label_map, frozenset(self.totals.labels), frozenset(self.totals.raw))
        if kinds != self._guessed:
            self._guessed = kinds
            labels, raw = dict(self.totals.labels), dict(self.totals.raw)
            self._start("guess-labels", partial(guessing, labels, raw, label_map), self._on_guess)

    def _on_guess(self, guess: Guess) -> None:
        if guess != self.guess:
            self.guess = guess
            self.changed.emit()

    def _start(self, key: str, make: Any, on_result: Any, on_event: Any = None) -> None:
        self._state.jobs.start(
            key,
            self.tr("Count tokens"),
            make,
            on_event=on_event,
            on_result=on_result,
            on_error=self._on_failed,
            quiet=True,
            lane="quick",
        )

    def _on_failed(self, error: BaseException) -> None:
        self._forget()
        self.error = error
        self.failed.emit(error)
        self.changed.emit()


def _add(counter: Counter[Any], numbers: Any, sign: int) -> None:
    for key, count in numbers.items():
        now = counter[key] + sign * count
        if now:
            counter[key] = now
        else:
            del counter[key]
