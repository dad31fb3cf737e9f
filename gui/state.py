"""What is open in the window: session, corpus, documents, tokens; and who tells whom.

Panels, tables and views know this object and not each other. Its signals:
`session_opened` (another session), `session_changed` (some choice of it), `corpus_changed` (recordings found
again), `document_opened`, `document_closed`, `document_saved` (a `Document`), `current_changed` (that in the
editor, or None), `document_edited` (document, `GridChange`; also for undo and redo), `results_changed`
(tokens measured or embedded), `token_shown` (id of the token that the editor shows), `models_changed` (the
list of models: one was added).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from w2vpraat.corpus.audio import AudioInfo, audio_info
from w2vpraat.corpus.discover import Corpus, Recording
from w2vpraat.corpus.gathering import gather
from w2vpraat.corpus.textgrid import TextGrid, read_textgrid
from w2vpraat.corpus.tokens import grid_offset
from w2vpraat.errors import InputError, W2VPraatError
from w2vpraat.session.session import Session

from .document import Document
from .jobs import Jobs
from .linked import Linked
from .notices import Notices
from .undo import History

Found = tuple[Recording, TextGrid, AudioInfo, float]


class AppState(QObject):
    """The window's state; the one place where documents are opened and closed."""

    session_opened = Signal()
    session_changed = Signal()
    corpus_changed = Signal()
    document_opened = Signal(object)
    document_closed = Signal(object)
    document_saved = Signal(object)
    current_changed = Signal(object)
    document_edited = Signal(object, object)
    results_changed = Signal()
    token_shown = Signal(str)
    models_changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.jobs = Jobs(self)
        self.notices = Notices(self)
        self.history = History(self)
        self.linked = Linked(self)
        self.session: Session | None = None
        self.session_path: Path | None = None
        self.session_saved: Session | None = None
        self.corpus: Corpus | None = None
        self.documents: dict[str, Document] = {}
        self._closed: dict[str, Document] = {}
        self.current: Document | None = None
        self.results: Any = None
        """`w2vpraat.pipeline.running.Results` of the last run; None before it."""
        self.visible_recordings: tuple[str, ...] = ()
        """Names in the order of the corpus table, after its filter: what next and previous follow."""
        self.history.edited.connect(self.document_edited)
        self.history.shown.connect(self.show_document)

    # Session

    def open_session(self, session: Session, path: Path | None = None) -> None:
        """Show another session; finding its recordings is a job.

        Whoever calls this has asked about unsaved documents before.
        """
        self.close_all()
        self.session = self.session_saved = session
        self.session_path = path
        self.corpus = None
        self.results = None
        self.linked.clear()
        self.session_opened.emit()
        self.find_recordings()

    def update_session(self, text: str, **changes: Any) -> None:
        """Change choices of the session as one act that can be undone.

        Parameters
        ----------
        text : str
            Name of the act, for the menu.
        **changes
            Fields of `Session`.
        """
        if self.session is not None:
            # Only these fields go back with undo: what else was chosen meanwhile stays.
            before = {name: getattr(self.session, name) for name in changes}
            self.history.set_value(text, self._set_fields, before, changes)

    def _set_fields(self, values: dict[str, Any]) -> None:
        if self.session is not None:
            self.set_session(replace(self.session, **values))

    def set_session(self, session: Session) -> None:
        """Take another value of the same session, without an act of its own."""
        if session != self.session:
            self.session = session
            self.session_changed.emit()

    def find_recordings(self, then: Path | None = None) -> None:
        """Look for the recordings of the session again.

        Parameters
        ----------
        then : Path, optional
            Sound file of a recording that is opened when it is found.
        """
        if self.session is None:
            return
        sources = self.session.sources
        self.jobs.start(
            "discover",
            self.tr("Look for recordings"),
            lambda: _one(lambda: gather(sources)),
            on_result=lambda corpus: self._on_corpus(corpus, then),
            on_error=self.notices.error,
            lane="quick",
            quiet=True,
        )

    @property
    def corpus_on_screen(self) -> Corpus | None:
        """The corpus with the annotations as they are in the window, saved or not."""
        if self.corpus is None:
            return None
        return self.corpus.with_grids({name: one.grid for name, one in self.documents.items()})

    # Documents

    def open_recording(self, name: str, then: Callable[[Document], Any] | None = None) -> None:
        """Show a recording in the editor; reading its files is a job.

        Parameters
        ----------
        name : str
            Of a recording of the corpus.
        then : callable, optional
            Called with the document when it is shown.
        """
        known = self.documents.get(name)
        if known is not None:
            self.show_document(known)
            if then is not None:
                then(known)
            return
        if self.corpus is None or self.session is None:
            return
        try:
            recording = self.corpus.recording(name)
        except InputError as error:
            self.notices.error(error)
            return
        read = self.session.settings.read
        self.jobs.start(
            "open",
            self.tr("Open {name}").format(name=name),
            lambda: _one(lambda: _read(recording, read)),
            on_result=lambda found: self._on_read(found, then),
            on_error=self.notices.error,
            lane="quick",
            quiet=True,
        )

    def show_document(self, document: Document) -> None:
        """Put an open document into the editor."""
        if document.name not in self.documents:  # undo goes back to a recording that was closed
            self._closed.pop(document.name, None)
            self.documents[document.name] = document
            self.document_opened.emit(document)
        if document is not self.current:
            self.current = document
            self.current_changed.emit(document)

    def show_token(self, token: str) -> None:
        """Show a token (``recording#tier.interval``) in the editor and select it."""
        name, _, place = token.rpartition("#")
        numbers = place.split(".")
        if not name or len(numbers) != 2 or not all(number.isdecimal() for number in numbers):
            self.notices.error(InputError(f'"{token}" is no token', "ids look like name#2.14"))
            return
        tier, item = (int(number) for number in numbers)

        def select(document: Document) -> None:
            try:
                found = document.grid.tier(tier).items[item - 1]
            except (W2VPraatError, IndexError):
                self.notices.warning(
                    self.tr("Token {id} is not there any more").format(id=token), self.tr("Measure again.")
                )
                return
            start, end = (found[0], found[1]) if len(found) == 3 else (found[0], found[0])
            document.view.select(start, end, tier=tier)
            document.view.approach(start, end)
            self.token_shown.emit(token)

        self.open_recording(name, select)

    def modified_documents(self) -> tuple[Document, ...]:
        """Return the documents that differ from their files."""
        return tuple(one for one in self.documents.values() if one.is_modified)

    def save(self, document: Document, path: Path | None = None, *, overwrite_changed: bool = False) -> bool:
        """Save a document; what goes wrong becomes a notice.

        Returns
        -------
        bool
            Whether it is saved.
        """
        try:
            document.save(path, overwrite_changed=overwrite_changed)
        except W2VPraatError as error:
            self.notices.error(error, doing=self.tr("Not saved"))
            return False
        self.document_saved.emit(document)
        return True

    def close_document(self, document: Document) -> None:
        """Close a document without asking; edits that were not saved are taken back as an act, for undo."""
        if document.name not in self.documents:
            return
        if document.is_modified:
            self.history.edit(document, self.tr("Close without saving"), document.on_disk)
        del self.documents[document.name]
        self._closed[document.name] = document
        self.document_closed.emit(document)
        if self.current is document:
            self.current = None
            self.current_changed.emit(None)

    def close_all(self) -> None:
        """Close everything without asking."""
        self.jobs.cancel_all()
        for document in tuple(self.documents.values()):
            self.close_document(document)
        self.history.clear()
        for document in self._closed.values():
            document.deleteLater()  # its parent would keep it to the end of the program
        self._closed.clear()

    def _on_corpus(self, corpus: Corpus, then: Path | None) -> None:
        self.corpus = corpus
        self.corpus_changed.emit()
        for recording in corpus.recordings:
            if then is not None and recording.audio_path == then:
                self.open_recording(recording.name)

    def _on_read(self, found: Found, then: Callable[[Document], Any] | None) -> None:
        recording, grid, info, start_time = found
        document = self.documents.get(recording.name) or self._closed.get(recording.name)
        closed = document is not None and document.name not in self.documents
        if closed and _raw(document.on_disk) != _raw(grid):
            # The file is another one now, and the acts on the old one can't be done on it.
            self.history.clear()
            document = None
        if document is None:
            document = Document(recording, grid, info, start_time=start_time, parent=self)
            self._closed[document.name] = document
        self.show_document(document)
        if then is not None:
            then(document)


def _read(recording: Recording, read: Any) -> Found:
    grid = read_textgrid(recording.grid_path, fallback_encoding=read.fallback_encoding)
    start = grid_offset(grid, read)
    return recording, grid, audio_info(recording.audio_path, start_time=start), start


def _raw(grid: TextGrid) -> bytes | None:
    return None if grid.source is None else grid.source.raw


def _one(make: Callable[[], Any]) -> Iterator[Any]:
    yield make()
