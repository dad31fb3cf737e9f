"""Fills the model of the corpus table from the state: rows as they come, metadata, what is on the screen.

Signals of `CorpusFeed`: `columns_changed` (what filters may name), `rows_changed` (a portion has arrived),
`finished` (all rows have been looked at).
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from w2vpraat.corpus.corpus_row import CorpusRow
from w2vpraat.corpus.corpus_table import columns_of
from w2vpraat.corpus.discover import Corpus

from ..document import Document
from ..state import AppState
from ..tables.corpus_model import CorpusModel
from ..work.corpus import Portion, Speakers, look_again, rejoin, scan
from .metadata import Metadata

LOOK_AGAIN = 800
"""Milliseconds after an edit until its recording is looked at again."""


class CorpusFeed(QObject):
    """Looks at the files of the corpus on another thread, again where it must.

    Parameters
    ----------
    state : AppState
    model : CorpusModel
    metadata : Metadata
        Is told of the table of speakers.
    """

    columns_changed = Signal()
    rows_changed = Signal()
    finished = Signal()

    def __init__(
        self, state: AppState, model: CorpusModel, metadata: Metadata, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._state, self._model, self._metadata = state, model, metadata
        self.columns: tuple[str, ...] = columns_of()
        self.busy = False
        self._added: tuple[str, ...] = ()
        self._read: tuple[Any, ...] = ()
        self._tags: dict[str, tuple[str, ...]] = {}
        self._stale: set[str] = set()
        self._look_timer = QTimer(self)
        self._look_timer.setSingleShot(True)
        self._look_timer.setInterval(LOOK_AGAIN)
        self._look_timer.timeout.connect(self._look_again)
        state.session_opened.connect(self._on_session)
        state.corpus_changed.connect(self._on_corpus)
        state.session_changed.connect(self._on_choice)
        state.document_edited.connect(self._on_edited)
        for signal in (
            state.current_changed,
            state.document_opened,
            state.document_closed,
            state.document_saved,
        ):
            signal.connect(self._on_documents)
        model.edited = metadata.edited_columns
        model.cell_edited.connect(self._on_cell)

    def add_column(self, name: str) -> None:
        """Show a column that the table of speakers does not have yet; the first value makes it."""
        if name not in self._model.columns:
            self._added = (*self._added, name)
            self._set_columns()

    # What the state says

    def _on_session(self) -> None:
        self._added = ()
        self._stale.clear()
        self._metadata.speakers = Speakers()
        self._model.set_rows(())
        self._set_columns()
        self.rows_changed.emit()

    def _on_corpus(self) -> None:
        corpus = self._state.corpus
        if corpus is None:
            return
        self._model.set_rows(_skeletons(corpus))
        self._on_documents()
        self.rows_changed.emit()
        self._scan()

    def _on_choice(self) -> None:
        session = self._state.session
        if session is None or self._state.corpus is None:
            return
        settings = session.settings
        read = (settings.tokens, settings.read, settings.speakers, settings.metadata)
        if read[:2] != self._read[:2]:
            self._scan()
        elif read != self._read:
            self._read = read
            self._rejoin()
        tags = session.tags_by_recording()
        if tags != self._tags:
            self._set_tags(tags)

    def _on_edited(self, document: Document, _change: object) -> None:
        self._stale.add(document.name)
        self._look_timer.start()
        self._on_documents()

    def _on_documents(self, _document: object = None) -> None:
        current = self._state.current
        modified = [document.name for document in self._state.modified_documents()]
        self._model.set_status("" if current is None else current.name, modified)

    def _on_cell(self, place: int, column: str, text: str) -> None:
        corpus = self._state.corpus
        if corpus is not None and place < len(corpus.recordings):
            self._metadata.edit(corpus.recordings[place], self._model.rows[place], column, text)

    # Work

    def _scan(self) -> None:
        session, corpus = self._state.session, self._state.corpus_on_screen
        if session is None or corpus is None:
            return
        settings = session.settings
        self._read = (settings.tokens, settings.read, settings.speakers, settings.metadata)
        self._tags = session.tags_by_recording()
        self.busy = True
        self._start("corpus", self.tr("Look at the recordings"), partial(scan, corpus, settings, self._tags))

    def _rejoin(self) -> None:
        session, corpus = self._state.session, self._state.corpus_on_screen
        if session is None or corpus is None:
            return
        if self.busy:  # the rows are not there yet
            self._scan()
            return
        rows = tuple(self._model.rows[: len(corpus.recordings)])
        self._start("metadata", self.tr("Join metadata"), partial(rejoin, corpus, session.settings, rows))

    def _start(self, key: str, title: str, make: Any) -> None:
        self._state.jobs.start(
            key,
            title,
            make,
            on_event=self._on_found,
            on_result=self._on_done,
            on_error=self._on_failed,
            quiet=True,
            lane="quick",
        )

    def _on_found(self, found: Speakers | Portion) -> None:
        if isinstance(found, Speakers):
            self._metadata.speakers = found
            self._set_columns()
            if found.error is not None:
                self._state.notices.error(found.error, doing=self.tr("The table of speakers is not used"))
            return
        if found:
            self._model.put_rows(found)
            self.rows_changed.emit()

    def _on_done(self, _last: object) -> None:
        self.busy = False
        self._model.sort_again()
        self.finished.emit()

    def _on_failed(self, error: BaseException) -> None:
        self.busy = False
        self._state.notices.error(error)
        self.finished.emit()

    def _set_tags(self, tags: dict[str, tuple[str, ...]]) -> None:
        changed = [
            (place, replace(row, tags=tags.get(row.name, ())))
            for place, row in enumerate(self._model.rows)
            if row.tags != tags.get(row.name, ()) and place in self._model.known
        ]
        self._tags = tags
        self._model.put_rows(changed)
        if changed:
            self.rows_changed.emit()

    def _set_columns(self) -> None:
        table = self._metadata.speakers.table
        own = () if table is None else table.metadata_columns
        self._added = tuple(name for name in self._added if name not in own)
        self._model.set_columns((*own, *self._added))
        columns = (*columns_of(table), *self._added)
        if columns != self.columns:
            self.columns = columns
            self.columns_changed.emit()

    def _look_again(self) -> None:
        """Look at recordings that were edited, as they are on the screen."""
        session, corpus = self._state.session, self._state.corpus
        stale, self._stale = self._stale, set()
        if session is None or corpus is None:
            return
        for place, recording in enumerate(corpus.recordings):
            document = self._state.documents.get(recording.name)
            if recording.name in stale and document is not None:
                self._state.jobs.start(
                    f"row:{recording.name}",
                    self.tr("Look at {name}").format(name=recording.name),
                    partial(
                        look_again,
                        recording,
                        document.grid,
                        session.settings,
                        self._metadata.speakers,
                        self._tags.get(recording.name, ()),
                    ),
                    on_result=partial(self._on_row, corpus, place),
                    on_error=self._state.notices.error,
                    quiet=True,
                    lane="quick",
                )

    def _on_row(self, corpus: Corpus, place: int, row: CorpusRow) -> None:
        if self._state.corpus is corpus:
            self._model.put_rows([(place, row)])
            self.rows_changed.emit()


def _skeletons(corpus: Corpus) -> list[CorpusRow]:
    """Rows of files that have not been looked at: in the order of `corpus_rows`."""
    rows = [
        CorpusRow(recording.name, recording.file_name, recording.audio_path, recording.grid_path)
        for recording in corpus.recordings
    ]
    rows += [
        CorpusRow(lonely.path.name, partner=lonely.reason, problem=lonely.reason, remedy=lonely.hint)
        for lonely in corpus.unpaired
    ]
    return rows
