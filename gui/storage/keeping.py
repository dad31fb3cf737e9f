"""Nothing is lost: the journal of every open document, and what a crash has left over.

Signals of `Keeping`: `offered` (the list of leftovers that the dialog shows; empty if there are none).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from w2vpraat.corpus.textgrid import write_textgrid
from w2vpraat.errors import ExportError, TextGridError, W2VPraatError
from w2vpraat.session.grid_changes import GridChange
from w2vpraat.session.journal import Journal, open_journal
from w2vpraat.session.leftovers import Leftover, unfinished_journals
from w2vpraat.session.recent import recent_sessions
from w2vpraat.session.session import SUFFIX
from w2vpraat.session.session_file import read_session

from ..dialogs.recovery_dialog import Found, RecoveryDialog
from ..document import Document
from ..state import AppState
from .files import Files


class Keeping(QObject):
    """Writes every act to a journal before it counts as done, and offers the journals of a crash.

    A journal begins with the first act and ends when nothing is unsaved any more, so that documents that are
    only read leave no trace.

    Parameters
    ----------
    state : AppState
    files : Files
        Opens the corpus that recovered files belong to.
    window : QWidget
        Parent of the dialog.
    """

    offered = Signal(list)

    def __init__(self, state: AppState, files: Files, window: QWidget) -> None:
        super().__init__(window)
        self._state, self._files, self._window = state, files, window
        self._journals: dict[str, Journal] = {}
        self._behind: set[str] = set()  # journals that lack an act: the disk was full
        self._waiting: list[Found] = []  # chosen for recovery, until their corpus is open
        state.history.before_edit = self._on_edit
        state.document_saved.connect(self._on_saved)
        state.document_closed.connect(self._on_closed)
        state.corpus_changed.connect(self._on_corpus)
        files.disk.read_again.connect(self._on_read_again)
        files.closing.connect(self.end)

    def end(self) -> None:
        """Take all journals away: the user has agreed to close, and nothing is unsaved."""
        for name in tuple(self._journals):
            self._drop(name)

    # Journals

    def _on_edit(self, document: Document, change: GridChange, text: str) -> None:
        # Qt calls this from inside an undo command, where an exception would be lost and the act half done.
        name = document.name
        try:
            journal = self._journals.get(name)
            if journal is None:
                journal = self._journals[name] = open_journal(document.grid)
            elif name in self._behind:
                journal.saved(document.grid)
            journal.record(change, text)
            self._behind.discard(name)
        except ExportError as error:
            self._behind.add(name)
            self._state.notices.error(error, doing=self.tr("Your edits are not protected against a crash"))

    def _on_saved(self, document: Document) -> None:
        self._drop(document.name)

    def _on_closed(self, document: Document) -> None:
        self._drop(document.name)

    def _on_read_again(self, document: Document) -> None:
        journal = self._journals.get(document.name)
        if journal is None:
            return
        if not document.is_modified:
            self._drop(document.name)
            return
        try:
            journal.saved(document.grid)
        except ExportError as error:
            self._behind.add(document.name)
            self._state.notices.error(error, doing=self.tr("Your edits are not protected against a crash"))

    def _drop(self, name: str) -> None:
        self._behind.discard(name)
        journal = self._journals.pop(name, None)
        if journal is not None:
            journal.close()

    # Recovery

    def offer(self) -> None:
        """Look for what a crash has left over, and ask about it; reading it is a job."""
        self._state.jobs.start(
            "leftovers",
            self.tr("Look for unsaved edits"),
            _leftovers,
            on_result=self._on_found,
            on_error=self._state.notices.error,
            quiet=True,
            lane="quick",
        )

    def _on_found(self, found: list[Found]) -> None:
        if found:
            dialog = RecoveryDialog(found, self._window)
            dialog.recover_wanted.connect(self.recover)
            dialog.discard_wanted.connect(self.discard)
            dialog.finished.connect(dialog.deleteLater)
            dialog.open()
        self.offered.emit(found)

    def discard(self, chosen: list[Leftover]) -> None:
        """Give edits up for good; the user was asked twice."""
        for left in chosen:
            with suppress(OSError):
                left.discard()

    def recover(self, chosen: list[Leftover]) -> None:
        """Open the documents with their recovered edits, as one act each that can be undone.

        Their corpus is opened if it is not: the one that was open last and holds them, else the files alone.
        """
        self._waiting = []
        for left in chosen:
            try:
                self._put_back(left)
                self._waiting.append((left, left.on_disk()))
            except W2VPraatError as error:
                self._state.notices.error(error, doing=self.tr("Not recovered"))
        paths = [left.file for left, _ in self._waiting if left.file is not None]
        if paths and all(self._name_of(path) for path in paths):
            self._on_corpus()
        elif paths and not self._files.open_paths(_sources(paths)):
            self._waiting = []

    def _put_back(self, left: Leftover) -> None:
        """Write a TextGrid anew that is gone from the disk; nothing is overwritten."""
        if left.file is None:
            raise TextGridError(
                "this TextGrid was never saved", f"send the file {left.journal} with a report"
            )
        if left.on_disk() != "missing":
            return
        if not left.file.parent.is_dir():
            raise TextGridError(
                "its folder is gone", "connect the drive that it was on, and start again", file=left.file
            )
        write_textgrid(left.recover(), left.file)
        self._state.notices.news(
            self.tr("{file} was gone, and was written anew with your edits").format(file=left.file)
        )

    def _name_of(self, path: Path) -> str:
        corpus = self._state.corpus
        for recording in () if corpus is None else corpus.recordings:
            with suppress(OSError):
                if recording.grid_path == path or recording.grid_path.samefile(path):
                    return recording.name
        return ""

    def _on_corpus(self) -> None:
        waiting, self._waiting = self._waiting, []
        for left, _ in waiting:
            assert left.file is not None
            name = self._name_of(left.file)
            if name:
                self._open_next(name, left)
            else:
                self._state.notices.error(
                    TextGridError(
                        "no sound file for it was found",
                        "open the folder that holds both; the edits are offered again at the next start",
                        file=left.file,
                    ),
                    doing=self.tr("Not recovered"),
                )

    def _open_next(self, name: str, left: Leftover) -> None:
        known = self._state.documents.get(name)
        if known is not None:
            self._put(known, left)
            return
        # Jobs of one key replace each other: one recording is opened after the other.
        busy = [job for job in self._state.jobs.running(quiet=True) if job.key == "open"]
        if busy:
            busy[0].ended.connect(lambda: self._open_next(name, left))
        else:
            self._state.open_recording(name, lambda document: self._put(document, left))

    def _put(self, document: Document, left: Leftover) -> None:
        try:
            same = left.on_disk() == "as read" and not document.is_modified
            recovered = left.recover(document.on_disk if same else None)
        except W2VPraatError as error:
            self._state.notices.error(error, doing=self.tr("Not recovered"))
            return
        self._state.history.edit(document, self.tr("Recovered edits"), recovered)
        if document.name in self._behind:
            return  # the new journal could not be written: the old one stays
        self.discard([left])
        self._state.notices.news(
            self.tr("The unsaved edits of {name} are back").format(name=document.name),
            self.tr("Save them, or undo to return to the file."),
        )


def _leftovers() -> Iterator[list[Found]]:
    found: list[Found] = []
    for left in unfinished_journals():
        disk = left.on_disk()
        if disk == "saved":  # the crash came between saving and taking the journal away
            with suppress(OSError):
                left.discard()
            continue
        found.append((left, disk))
    yield found


def _sources(grids: list[Path]) -> list[Path]:
    """Return what to open so that these TextGrids have their sounds: what was open last, if it holds them."""

    def held(source: Path) -> list[Path]:
        folders = [source]
        if source.suffix.lower() == SUFFIX:
            with suppress(W2VPraatError):
                folders = list(read_session(source).sources)
        return [path for path in grids if any(path.is_relative_to(folder) for folder in folders)]

    best = max(recent_sessions(), key=lambda source: len(held(source)), default=None)
    if best is None or not held(best):
        return grids
    if best.suffix.lower() == SUFFIX:  # is opened alone; the others are offered again
        return [best]
    return [best, *(path for path in grids if path not in held(best))]
