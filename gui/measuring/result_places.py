"""Where the measured tokens are now: ids count intervals, and intervals are added and edited.

Signals of `ResultPlaces`: `changed` (other tokens are stale, or have other ids). While values follow the
edits (`LiveFeed`), measured tokens have the ids of now, and stale is what could not be measured again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from w2vpraat.corpus.textgrid import TextGrid
from w2vpraat.corpus.token_values import Token
from w2vpraat.pipeline.live.live_results import LiveResults
from w2vpraat.pipeline.running import Results
from w2vpraat.session.choices import ceilings_for, is_token_id

from ..document import Document
from ..live.feed import LiveFeed
from ..state import AppState
from ..work.token_places import ids_after

MEASURED = ("read", "tokens", "formants", "pitch", "intensity", "embed", "normalize")
"""Sections of the settings that decide what stands in the table."""
SETTLE = 60
"""Milliseconds that many edits have to become one look."""

LIVE_JOBS = "live:"
"""How the keys of the feed's jobs begin that measure an edited recording again."""


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
        self._feed: LiveFeed | None = None
        self._groups: dict[str, tuple[Token, ...]] | None = None
        self._ids: frozenset[str] | None = None
        self._stale: frozenset[str] | None = None
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

    def follow(self, feed: LiveFeed) -> None:
        """Let tokens whose values follow the edits count as measured."""
        self._feed = feed
        feed.opened.connect(self._on_live)
        feed.switched.connect(self._on_live)
        feed.changed.connect(self._on_live)
        self._on_live()

    @property
    def results(self) -> Results | None:
        """What was measured last."""
        found: Results | None = self._state.results
        return found

    @property
    def stale(self) -> frozenset[str]:
        """Ids (as in the table) of tokens whose values are not those of what is on the screen."""
        if self._stale is None:
            live = self._live
            if live is not None:
                self._stale = live.stale_ids | self._other_ceiling
            else:
                edited = {name for ids in self._now.values() for name, now in ids.items() if now is None}
                self._stale = frozenset(edited) | self._other_ceiling
        return self._stale

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
        """Return the id that a token of the table has now; None if it was changed or removed."""
        if self._live is not None:
            return token
        return self._now.get(token.rpartition("#")[0], {}).get(token, token)

    def then(self, token: str) -> str | None:
        """Return the id in the table of a token of now; None if it is not there, or was changed."""
        live = self._live
        if live is not None:
            return None if live.row_of(token) is None else token
        back = self._back.get(token.rpartition("#")[0])
        if back is not None:
            return back.get(token)
        return token if token in self._measured_ids else None

    def names_now(self, tokens: Iterable[str]) -> list[str]:
        """Return the ids of now for tokens of the table; one that was changed keeps that of the table."""
        if self._live is not None or not self._now:
            return list(tokens)
        return [self.now(token) or token for token in tokens]

    def names_in_table(self, tokens: Iterable[str]) -> list[str]:
        """Return the ids in the table for tokens of now; a token that is not there may be left out."""
        if self._live is not None or not self._now:
            return list(tokens)
        found = (self.then(token) or (token if self.now(token) is None else "") for token in tokens)
        return [token for token in found if token]

    # Parts

    @property
    def _live(self) -> LiveResults | None:
        feed = self._feed
        return feed.live if feed is not None and feed.is_live else None

    @property
    def _tokens(self) -> dict[str, tuple[Token, ...]]:
        if self._groups is None:
            results = self.results
            self._groups = {} if results is None else results.opened.tokens.by_recording()
        return self._groups

    @property
    def _measured_ids(self) -> frozenset[str]:
        if self._ids is None:
            results = self.results
            kept = () if results is None else results.opened.tokens.kept
            self._ids = frozenset(token.id for token in kept)
        return self._ids

    # Slots

    def _on_session(self) -> None:
        self._documents.clear()
        self._on_results()

    def _on_results(self) -> None:
        results = self.results
        self._now.clear()
        self._back.clear()
        self._groups = self._ids = None
        self._measured = {} if results is None else dict(results.opened.corpus.grids)
        for document in self._state.documents.values():
            self._on_document(document)
        self._edited = {
            name for name, one in self._documents.items() if self._measured.get(name) is not one.grid
        }
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
        self._edited.add(document.name)
        self._timer.start()

    def _on_session_changed(self) -> None:
        self._look_at_ceilings()
        self._stale = None
        self.changed.emit()

    def _on_live(self, _change: object = None) -> None:
        if self._live is None:
            self._edited.update(self._documents)
        self._look_at_ceilings()
        self._on_settled()

    def _on_settled(self) -> None:
        if self._live is None:
            names, self._edited = self._edited, set()
            renamed: dict[str, str | None] = {}
            for name in names:
                if name in self._tokens:  # closed documents too: what was not saved is lost there
                    renamed |= self._compare(name, self._measured[name], self._documents[name].grid)
            self._state.linked.rename(renamed)
        elif any(job.key.startswith(LIVE_JOBS) for job in self._state.jobs.running(quiet=True)):
            # What is being measured again is not called stale for the blink of an eye.
            self._timer.start()
            return
        self._stale = None
        self.changed.emit()

    def _compare(self, name: str, measured: TextGrid, grid: TextGrid) -> dict[str, str | None]:
        """Find out where the tokens of a recording are; return the ids that changed since the last look."""
        before = self._now.pop(name, {})
        self._back.pop(name, None)
        found = ids_after(self._tokens[name], measured, grid)
        if found:
            self._now[name] = found
            self._back[name] = {now: then for then, now in found.items() if now is not None}
        moved = {before.get(then) or then: found.get(then, then) for then in before or found}
        return {was: now for was, now in moved.items() if now is not None and now != was}

    def _look_at_ceilings(self) -> None:
        session, results = self._state.session, self.results
        self._other_ceiling = frozenset()
        if (
            session is None
            or results is None
            or session.settings.ceilings == results.opened.settings.ceilings
        ):
            return
        live = self._live
        kept = results.opened.tokens.kept if live is None else live.tokens
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
