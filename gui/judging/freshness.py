"""Whether annotations are still those that something was computed from, and where its tokens are now.

Signals of `Freshness`: `changed` (annotations were edited, or edits were taken back).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from PySide6.QtCore import QObject, QTimer, Signal

from w2vpraat.corpus.textgrid import TextGrid
from w2vpraat.corpus.token_values import Token

from ..document import Document
from ..state import AppState
from ..work.token_places import ids_after

SETTLE = 80
"""Milliseconds that many edits have to become one look."""


class Snapshot:
    """The annotations that something was computed from.

    Parameters
    ----------
    recordings : iterable
        Those of the corpus then.
    grids : mapping
        Those that were open; the others were as in their files.

    Attributes
    ----------
    tokens : mapping
        Recording -> its tokens; filled in when they are known.
    """

    def __init__(self, recordings: Iterable[object], grids: Mapping[str, TextGrid]) -> None:
        self.recordings = tuple(recordings)
        self.grids = dict(grids)
        self.tokens: Mapping[str, tuple[Token, ...]] = {}
        self._places: dict[str, tuple[TextGrid, dict[str, str | None]]] = {}

    def places(self, document: Document) -> dict[str, str | None]:
        """Return id then -> id now of the tokens of a recording; empty if nothing was changed."""
        then = self.grids[document.name]
        known = self._places.get(document.name)
        if known is None or known[0] is not document.grid:
            known = document.grid, ids_after(self.tokens.get(document.name, ()), then, document.grid)
            self._places[document.name] = known
        return known[1]


class Freshness(QObject):
    """Follows the documents of the window.

    Parameters
    ----------
    state : AppState
    """

    changed = Signal()

    def __init__(self, state: AppState, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._state = state
        self._documents: dict[str, Document] = {}
        self._snapshots: list[Snapshot] = []
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(SETTLE)
        self._timer.timeout.connect(self.changed)
        state.session_opened.connect(self._on_session)
        state.document_opened.connect(self._on_document)
        state.corpus_changed.connect(self._timer.start)
        for document in state.documents.values():
            self._on_document(document)

    def take(self) -> Snapshot:
        """Remember the annotations as they are now."""
        corpus = self._state.corpus
        grids = {name: one.grid for name, one in self._state.documents.items()}
        made = Snapshot(() if corpus is None else corpus.recordings, grids)
        for name, document in self._documents.items():  # closed ones are as their files were read
            made.grids.setdefault(name, document.grid)
        self._snapshots.append(made)
        return made

    def drop(self, snapshot: Snapshot) -> None:
        """Follow one no more."""
        self._snapshots = [one for one in self._snapshots if one is not snapshot]

    def is_current(self, snapshot: Snapshot) -> bool:
        """Whether the annotations are as they were."""
        corpus = self._state.corpus
        if corpus is None or corpus.recordings != snapshot.recordings:
            return False
        return all(snapshot.grids[name] == document.grid for name, document in self._documents.items())

    def now(self, snapshot: Snapshot, token: str) -> str | None:
        """Return the id that a token of then has now; None if it was changed or removed."""
        document = self._documents.get(token.rpartition("#")[0])
        return token if document is None else snapshot.places(document).get(token, token)

    def then(self, snapshot: Snapshot, token: str) -> str | None:
        """Return the id that a token of now had then; None if there was none."""
        document = self._documents.get(token.rpartition("#")[0])
        places = {} if document is None else snapshot.places(document)
        return next((then for then, now in places.items() if now == token), None if places else token)

    def _on_session(self) -> None:
        self._documents.clear()
        self._snapshots.clear()
        self._timer.stop()

    def _on_document(self, document: Document) -> None:
        known = self._documents.get(document.name)
        if known is document:
            return
        self._documents[document.name] = document
        document.grid_changed.connect(self._on_edited)
        for snapshot in self._snapshots:
            # What was not open then was as in its file.
            snapshot.grids.setdefault(document.name, document.on_disk)

    def _on_edited(self, _change: object = None) -> None:
        self._timer.start()
