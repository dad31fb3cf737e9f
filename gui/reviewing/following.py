"""Review marks and the rows of a queue follow their tokens, whatever is edited.

Signals of `Following`: `rows_changed` (rows of the queue whose token was edited, or has another id).
"""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, Signal

from w2vpraat.session.grid_changes import GridChange
from w2vpraat.session.queue_places import QueuePlaces
from w2vpraat.session.renumbering import marks_found_again
from w2vpraat.session.trail import Trail

from ..document import Document
from ..state import AppState


class Following(QObject):
    """Hears every edit, at once: a mark made a moment later must meet the right token.

    Parameters
    ----------
    state : AppState
    """

    rows_changed = Signal(list)

    def __init__(self, state: AppState, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._state = state
        self._places: QueuePlaces | None = None
        self._documents: dict[str, Document] = {}
        self._trails: dict[str, tuple[Trail, Trail]] = {}
        state.session_opened.connect(self._on_session)
        state.document_opened.connect(self._on_document)
        for document in state.documents.values():
            self._on_document(document)

    def set_places(self, places: QueuePlaces | None) -> None:
        """Follow the rows of another queue from now on; its ids are those of when it was begun."""
        self._places = places
        for name, (marks, _) in self._trails.items():
            self._trails[name] = (marks, Trail(self._documents[name].recording))
        for document in self._documents.values():
            self._find_rows(document)

    def find_marks(self) -> None:
        """Look for the tokens of all marks of open recordings by their time."""
        for document in self._documents.values():
            self._find_marks(document)

    # Slots

    def _on_session(self) -> None:
        self._documents.clear()
        self._trails.clear()
        self._places = None

    def _on_document(self, document: Document) -> None:
        if self._documents.get(document.name) is document:
            return
        self._documents[document.name] = document
        self._trails[document.name] = (Trail(document.recording), Trail(document.recording))
        document.grid_changed.connect(partial(self._on_grid_changed, document))
        # Its file may have been edited by others since it was reviewed.
        self._find_marks(document)
        self._find_rows(document)

    def _on_grid_changed(self, document: Document, change: GridChange | None) -> None:
        if self._documents.get(document.name) is not document:
            return
        if change is None:  # saved, or read again
            self._find_marks(document)
            self._find_rows(document)
            return
        marks, rows = self._trails[document.name]
        session, changed = self._state.session, []
        # Rows first, quietly: whoever hears of other marks must find them at the ids of now.
        if self._places is not None:
            changed = self._places.follow(change, document.recording, document.grid, rows)
        if session is not None:
            self._state.set_session(marks.marks(session, change, document.grid))
        if changed:
            self.rows_changed.emit(changed)

    def _find_marks(self, document: Document) -> None:
        session = self._state.session
        if session is not None:
            self._state.set_session(marks_found_again(session, document.recording, document.grid))

    def _find_rows(self, document: Document) -> None:
        if self._places is not None:
            changed = self._places.find_again(document.recording, document.grid)
            if changed:
                self.rows_changed.emit(changed)
