"""Changes of the speaker table: one act of history each, kept in the session until they are saved.

Signals of `Metadata`: `saved` (path of the table).
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from w2vpraat.corpus.corpus_row import CorpusRow
from w2vpraat.corpus.discover import Recording
from w2vpraat.corpus.speaker_edits import MetadataEdit
from w2vpraat.errors import SpeakerError

from ..state import AppState
from ..work.corpus import Speakers, save_metadata

Cell = tuple[str, str, str]  # whose row, column, text


class Metadata(QObject):
    """What the user changes about speakers and recordings."""

    saved = Signal(object)

    def __init__(self, state: AppState, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._state = state
        self.speakers = Speakers()

    @property
    def n_unsaved(self) -> int:
        """Number of cells that are not as in the file."""
        return 0 if self._state.session is None else len(self._state.session.settings.metadata)

    def edited_columns(self, row: CorpusRow) -> tuple[str, ...]:
        """Return the columns in which a row is not as in the file."""
        if self._state.session is None:
            return ()
        who = {row.file_name, *row.speakers}
        return tuple(edit.column for edit in self._state.session.settings.metadata if edit.who in who)

    def edit(self, recording: Recording, row: CorpusRow, column: str, text: str) -> None:
        """Change a cell, as one act."""
        if len(row.speakers) > 1:
            self._state.notices.warning(
                self.tr("{name} has several speakers").format(name=row.name),
                self.tr("Change them in the table of speakers itself."),
            )
            return
        try:
            who = self.speakers.row_of(recording, row.speakers[0] if row.speakers else recording.name)
        except SpeakerError as error:
            self._state.notices.error(error)
            return
        before = (who, column, row.metadata.get(column, ""))
        after = (who, column, text.strip())
        self._state.history.set_value(
            self.tr("Change {column} of {who}").format(column=column, who=who), self._put, before, after
        )

    def save(self, window: QWidget) -> None:
        """Write the changes into the user's table; without one, into a new one that the user names."""
        session, corpus = self._state.session, self._state.corpus
        if session is None or corpus is None or not session.settings.metadata:
            return
        path = session.speakers
        if path is None:
            found, _ = QFileDialog.getSaveFileName(
                window,
                self.tr("Save table of speakers"),
                str(corpus.root / "speakers.csv"),
                self.tr("Tables") + " (*.csv)",
                options=QFileDialog.Option.DontConfirmOverwrite,  # an existing one is gone on with
            )
            if not found:
                return
            path = Path(found)
        edits = session.settings.metadata
        self._state.jobs.start(
            "metadata-save",
            self.tr("Save table of speakers"),
            partial(save_metadata, path, edits, corpus.recordings, self.speakers.rule),
            on_result=partial(self._on_saved, edits),
            on_error=partial(self._state.notices.error, doing=self.tr("The metadata were not saved")),
            quiet=True,
            lane="quick",
        )

    def _on_saved(self, edits: tuple[MetadataEdit, ...], path: Path) -> None:
        session = self._state.session
        if session is None:
            return
        # What was changed while the table was being written is not in it.
        rest = tuple(edit for edit in session.settings.metadata if edit not in edits)
        settings = replace(session.settings, metadata=rest, speakers=str(path))
        self.saved.emit(path)
        self._state.set_session(session.with_settings(settings))
        self._state.notices.news(self.tr("Saved in {path}").format(path=path))

    def _put(self, cell: Cell) -> None:
        session = self._state.session
        if session is None:
            return
        who, column, text = cell
        rest = tuple(one for one in session.settings.metadata if (one.who, one.column) != (who, column))
        if self._in_file(who, column) != text:
            rest = (*rest, MetadataEdit(who, column, text))
        self._state.set_session(session.with_settings(replace(session.settings, metadata=rest)))

    def _in_file(self, who: str, column: str) -> str | None:
        """Return what the file says; None if it has no such row or column, or different cells."""
        saved = self.speakers.saved
        if saved is None:
            return ""
        keys = [name for name in (saved.file_column, saved.speaker_column) if name]
        found = {row.cells.get(column, "") for row in saved.rows if who in (row.cells[key] for key in keys)}
        if not found:
            return ""
        return found.pop() if len(found) == 1 else None
