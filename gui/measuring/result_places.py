"""Where the measured tokens are now: ids count intervals, and intervals are added and edited.

Signals of `ResultPlaces`: `changed` (other tokens are stale, or have other ids).
"""

from __future__ import annotations

from collections import defaultdict
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from w2vpraat.corpus.textgrid import TextGrid
from w2vpraat.corpus.token_values import Token
from w2vpraat.pipeline.running import Results
from w2vpraat.session.choices import ceilings_for, is_token_id
from w2vpraat.session.grid_changes import grid_change

from ..document import Document
from ..state import AppState

MEASURED = ("read", "tokens", "formants", "pitch", "intensity", "embed", "normalize")
"""Sections of the settings that decide what stands in the table."""
SETTLE = 60
"""Milliseconds that many edits have to become one look."""


class ResultPlaces(QObject):
    """Compares the annotations on the screen with those that were measured.

    Parameters
    ----------
    state : AppState
    """

    changed = Signal()

    def __init__(self, state: AppState, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._state = state
        self._tokens: dict[str, tuple[Token, ...]] = {}
        self._ids: frozenset[str] = frozenset()
        self._measured: dict[str, TextGrid] = {}
        self._documents: dict[str, Document] = {}
        self._now: dict[str, dict[str, str | None]] = {}
        self._back: dict[str, dict[str, str]] = {}
        self._other_ceiling: frozenset[str] = frozenset()
        self._edited: set[str] = set()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(SETTLE)
        self._timer.timeout.connect(self._on_settled)
        state.results_changed.connect(self._on_results)
        state.session_opened.connect(self._on_session)
        state.session_changed.connect(self._on_session_changed)
        state.document_opened.connect(self._on_document)
        state.document_closed.connect(self._on_edited)

    @property
    def results(self) -> Results | None:
        """What was measured last."""
        found: Results | None = self._state.results
        return found

    @property
    def stale(self) -> frozenset[str]:
        """Ids (as measured) of tokens whose values are not those of what is on the screen."""
        edited = {name for ids in self._now.values() for name, now in ids.items() if now is None}
        return frozenset(edited) | self._other_ceiling

    @property
    def is_outdated(self) -> bool:
        """Whether the settings are others than those that were measured with."""
        session, results = self._state.session, self.results
        if session is None or results is None:
            return False
        then, now = results.opened.settings, session.settings
        return any(then.group(name) != now.group(name) for name in MEASURED) or (
            (then.speakers, then.metadata) != (now.speakers, now.metadata)
        )

    def now(self, token: str) -> str | None:
        """Return the id that a measured token has now; None if it was changed or removed."""
        return self._now.get(token.rpartition("#")[0], {}).get(token, token)

    def then(self, token: str) -> str | None:
        """Return the id under which a token of now was measured; None if it was not."""
        recording = token.rpartition("#")[0]
        if recording not in self._now:
            return token if token in self._ids else None
        return self._back[recording].get(token)

    # Slots

    def _on_session(self) -> None:
        self._documents.clear()
        self._on_results()

    def _on_results(self) -> None:
        results = self.results
        self._now.clear()
        self._back.clear()
        self._tokens = {} if results is None else results.opened.tokens.by_recording()
        self._ids = frozenset(token.id for tokens in self._tokens.values() for token in tokens)
        self._measured = {} if results is None else dict(results.opened.corpus.grids)
        self._edited = set(self._state.documents)
        for document in self._state.documents.values():
            self._on_document(document)
        self._look_at_ceilings()
        self._on_settled()

    def _on_document(self, document: Document) -> None:
        # A recording that was not open was measured as its file was.
        self._measured.setdefault(document.name, document.on_disk)
        if self._documents.get(document.name) is not document:
            self._documents[document.name] = document
            # Edits, undo, and a file that was read again.
            document.grid_changed.connect(partial(self._on_edited, document))

    def _on_edited(self, document: Document, _change: object = None) -> None:
        if document.name in self._tokens:
            self._edited.add(document.name)
            self._timer.start()

    def _on_session_changed(self) -> None:
        self._look_at_ceilings()
        self.changed.emit()

    def _on_settled(self) -> None:
        names, self._edited = self._edited, set()
        for name in names:
            if name in self._tokens:  # closed documents too: what was not saved is lost there
                self._compare(name, self._measured[name], self._documents[name].grid)
        self.changed.emit()

    def _compare(self, name: str, measured: TextGrid, grid: TextGrid) -> None:
        self._now.pop(name, None)
        self._back.pop(name, None)
        if measured is grid:
            return
        change = grid_change(measured, grid)
        if change.is_empty:
            return
        # Item by item: a change over several edits counts all that lies between them as touched.
        after = {was: index for index, was in enumerate(change.places) if was is not None}
        found: dict[str, str | None] = {}
        for was in sorted({token.tier_number - 1 for token in self._tokens[name]}):
            items = dict(measured.tiers[was].numbered())
            places: dict[Any, int] = {}
            if was in after:
                for number, item in grid.tiers[after[was]].numbered():
                    places.setdefault(item, number)
            for token in self._tokens[name]:
                if token.tier_number == was + 1:
                    now = places.get(items[token.interval])
                    found[token.id] = None if now is None else f"{name}#{after[was] + 1}.{now}"
        self._now[name] = found
        self._back[name] = {now: then for then, now in found.items() if now is not None}

    def _look_at_ceilings(self) -> None:
        session, results = self._state.session, self.results
        self._other_ceiling = frozenset()
        if (
            session is None
            or results is None
            or session.settings.ceilings == results.opened.settings.ceilings
        ):
            return
        kept = results.opened.tokens.kept
        then, _ = ceilings_for(results.opened.settings.ceilings, kept)
        now, _ = ceilings_for(session.settings.ceilings, kept)
        others = {who for who in {*then, *now} if then.get(who) != now.get(who)}
        by_speaker: defaultdict[str, list[str]] = defaultdict(list)
        for token in kept:
            by_speaker[token.speaker].append(token.id)
        found: set[str] = set()
        own = _tokens_of(now) | _tokens_of(then)
        for who in others:
            # A token with a ceiling of its own does not feel its speaker's.
            found.update([who] if who in own else [one for one in by_speaker[who] if one not in now])
        self._other_ceiling = frozenset(found)


def _tokens_of(ceilings: dict[str, Any]) -> set[str]:
    return {who for who in ceilings if is_token_id(who)}
