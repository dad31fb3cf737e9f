"""Opening, saving and closing: every command of the File menu, and what is dropped on the window.

Signals of `Files`: `results_wanted` (folder of a run), `closing` (the window may close: nothing is unsaved).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QEvent, QMimeData, QObject, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QDropEvent
from PySide6.QtWidgets import QFileDialog, QWidget

from w2vpraat.corpus.discover import AUDIO_SUFFIXES
from w2vpraat.errors import InputError, W2VPraatError
from w2vpraat.session.sample import copy_sample, sample_settings
from w2vpraat.session.session import SUFFIX, Session, new_session

from ..actions import Actions
from ..dialogs.question_dialog import QuestionDialog
from ..dialogs.unsaved_dialog import UnsavedDialog
from ..document import Document
from ..state import AppState
from .disk_watch import DiskWatch
from .session_files import SessionFiles

SAMPLE_NAME = "w2vpraat sample"
_NEED_DOCUMENT = ("file.save", "file.save_as", "file.read_again", "file.close")
_NEED_SESSION = ("file.save_session", "file.save_session_as", "file.save_all")


class Files(QObject):
    """What the File menu does.

    Parameters
    ----------
    state : AppState
    actions : Actions
    window : QWidget
        Takes what is dropped, and asks before it closes.
    documents : Path, optional
        Where the copy of the sample corpus is put; default: the user's folder of documents.

    Attributes
    ----------
    disk : DiskWatch
    sessions : SessionFiles
    """

    results_wanted = Signal(object)
    closing = Signal()

    def __init__(
        self, state: AppState, actions: Actions, window: QWidget, documents: Path | None = None
    ) -> None:
        super().__init__(window)
        self._state, self._actions, self._window = state, actions, window
        self._documents = documents
        self.disk = DiskWatch(state, window)
        self.sessions = SessionFiles(state, window)
        slots: dict[str, Callable[[], object]] = {
            "file.open_folder": self._on_open_folder,
            "file.open_files": self._on_open_files,
            "file.open_session": self._on_open_session,
            "file.open_sample": self.open_sample,
            "file.open_results": self._on_open_results,
            "file.save": self.save,
            "file.save_as": self.save_as,
            "file.save_all": self.save_all,
            "file.read_again": self._on_read_again,
            "file.save_session": self.sessions.save,
            "file.save_session_as": self.sessions.save_as,
            "file.close": self.close_current,
            "file.quit": window.close,
            "view.next_recording": partial(self._step, 1),
            "view.previous_recording": partial(self._step, -1),
        }
        for name, slot in slots.items():
            actions.on(name, slot)
        window.setAcceptDrops(True)
        window.installEventFilter(self)
        for signal in (state.current_changed, state.session_opened, state.document_opened):
            signal.connect(self._enable)
        self._enable()

    # Open

    def open_paths(self, paths: Sequence[str | os.PathLike[str]]) -> bool:
        """Open a folder, a session, a sound with its TextGrid, several of these, or results.

        Returns
        -------
        bool
            False if it is not possible (a notice says why) or the user wants to save first.
        """
        given = [Path(os.path.abspath(path)) for path in paths]
        if len(given) == 1 and is_results(given[0]):
            self.results_wanted.emit(given[0])
            return True
        try:
            session = new_session(given)
        except W2VPraatError as error:
            self._state.notices.error(error, doing=self.tr("Not opened"))
            return False
        is_session = given[0].suffix.lower() == SUFFIX and given[0].is_file()
        return self.show_session(session, given[0] if is_session else None)

    def show_session(self, session: Session, path: Path | None = None) -> bool:
        """Show another session, after asking about what is not saved; return whether it is shown."""
        if not self._may_leave():
            return False
        self.sessions.open(session, path)
        return True

    def open_sample(self) -> None:
        """Open the user's copy of the sample corpus; it is made if there is none, and never written over."""
        if self._documents is None:
            import platformdirs

            folder = platformdirs.user_documents_path() / SAMPLE_NAME
        else:
            folder = self._documents / SAMPLE_NAME
        self._state.jobs.start(
            "sample",
            self.tr("Copy the sample corpus"),
            partial(_copy, folder),
            on_result=partial(self._on_sample, folder),
            on_error=self._state.notices.error,
            lane="quick",
        )

    def _on_sample(self, folder: Path, made: tuple[Path, ...]) -> None:
        if self.show_session(Session(sample_settings(folder))) and made:
            self._state.notices.news(
                self.tr("The sample corpus is in {folder}").format(folder=folder),
                self.tr("It is your copy: edit it as you like. Files that you delete come back."),
            )

    def _on_open_folder(self) -> None:
        found = QFileDialog.getExistingDirectory(self._window, self.tr("Open folder"), self._folder())
        if found:
            self.open_paths([found])

    def _on_open_files(self) -> None:
        sounds = " ".join(f"*{suffix}" for suffix in sorted(AUDIO_SUFFIXES))
        kinds = self.tr("Sounds and TextGrids") + f" ({sounds} *.TextGrid)"
        found, _ = QFileDialog.getOpenFileNames(
            self._window, self.tr("Open sound and TextGrid"), self._folder(), kinds
        )
        if found:
            self.open_paths(found)

    def _on_open_session(self) -> None:
        kinds = self.tr("Sessions") + f" (*{SUFFIX})"
        found, _ = QFileDialog.getOpenFileName(self._window, self.tr("Open session"), self._folder(), kinds)
        if found:
            self.open_paths([found])

    def _on_open_results(self) -> None:
        found = QFileDialog.getExistingDirectory(
            self._window, self.tr("Open results of a run"), self._folder()
        )
        if found and is_results(Path(found)):
            self.results_wanted.emit(Path(found))
        elif found:
            self._state.notices.error(
                InputError(
                    self.tr("holds no tokens.csv"),
                    self.tr("choose a folder that w2vpraat run or the window wrote"),
                    file=found,
                )
            )

    def _folder(self) -> str:
        session = self._state.session
        if session is None or not session.settings.sources:
            return str(Path.home())
        source = Path(session.settings.sources[0])
        return str(source if source.is_dir() else source.parent)

    # Save

    def save(self) -> bool:
        """Save the document in the editor."""
        document = self._state.current
        return document is not None and self._save(document)

    def save_as(self) -> bool:
        """Save the document in the editor under a name that the user gives; it then belongs to that file."""
        document = self._state.current
        if document is None:
            return False
        found, _ = QFileDialog.getSaveFileName(
            self._window, self.tr("Save TextGrid as"), str(document.grid_path), "TextGrid (*.TextGrid)"
        )
        if not found:
            return False
        return self.save_to(document, Path(found) if Path(found).suffix else Path(found + ".TextGrid"))

    def save_to(self, document: Document, path: Path) -> bool:
        """Save a document into another file, but not into that of another open document."""
        here = os.path.realpath(path)
        if here == os.path.realpath(document.grid_path):
            return self._save(document)
        for other in self._state.documents.values():
            if other is not document and here == os.path.realpath(other.grid_path):
                self._state.notices.error(
                    InputError(
                        self.tr("is open here as {name}").format(name=other.name),
                        self.tr("close it first, or choose another name"),
                        file=path,
                    ),
                    doing=self.tr("Not saved"),
                )
                return False
        return self._state.save(document, path)

    def save_all(self) -> bool:
        """Save every document that differs from its file; stop at the first that can't be saved."""
        return all(self._save(document) for document in self._state.modified_documents())

    def _save(self, document: Document) -> bool:
        if not self.disk.differs(document):
            return self._state.save(document)
        if not self.disk.ask_before_saving(document):
            return False
        # What can't be read was not taken as the new file, so it has to be said that it may be replaced.
        return self._state.save(document, overwrite_changed=self.disk.differs(document))

    def _on_read_again(self) -> None:
        if self._state.current is not None:
            self.disk.look(self._state.current, asked=True)

    # Close

    def close_current(self) -> bool:
        """Close the document in the editor, after asking about what is not saved."""
        document = self._state.current
        if document is None or not self._may_close([document]):
            return False
        self._state.close_document(document)
        return True

    def may_close(self) -> bool:
        """Ask about everything that is not saved; return whether the window may close."""
        if not self._may_leave():
            return False
        self.sessions.keep()
        self.closing.emit()
        return True

    def _may_leave(self) -> bool:
        """Ask about jobs, documents and the session; what the user does not want is stopped or closed."""
        return self._may_stop() and self._may_close(
            self._state.modified_documents(), session=self.sessions.has_changes()
        )

    def _may_stop(self) -> bool:
        running = self._state.jobs.running()
        if not running:
            return True
        dialog = QuestionDialog(
            self.tr("Work is going on"),
            self.tr("{title} is not finished.").format(title=running[0].title),
            self.tr("What is finished is kept: the next run goes on from there."),
            (("stay", self.tr("Keep working")), ("stop", self.tr("Stop it"))),
            self._window,
        )
        choice = dialog.ask()
        dialog.deleteLater()
        if choice != "stop":
            return False
        for job in running:
            job.cancel()
        return True

    def _may_close(self, documents: Sequence[Document], *, session: bool = False) -> bool:
        unsaved = [document for document in documents if document.is_modified]
        names = [document.name for document in unsaved]
        if session and self._state.session_path is not None:
            names.append(self.tr("The session {name}").format(name=self._state.session_path.name))
        if not names:
            return True
        dialog = UnsavedDialog(names, self._window)
        choice = dialog.ask()
        dialog.deleteLater()
        if choice == "save":
            return all(self._save(document) for document in unsaved) and (not session or self.sessions.save())
        if choice == "drop":
            for document in unsaved:
                self._state.close_document(document)
            return True
        return False

    # Next and previous

    def _step(self, by: int) -> None:
        names = self._state.visible_recordings
        current = self._state.current
        if not names:
            return
        if current is None or current.name not in names:
            self._state.open_recording(names[0 if by > 0 else -1])
            return
        place = names.index(current.name) + by
        if 0 <= place < len(names):
            self._state.open_recording(names[place])

    def _enable(self, _document: object = None) -> None:
        for name in _NEED_DOCUMENT:
            self._actions[name].setEnabled(self._state.current is not None)
        for name in _NEED_SESSION:
            self._actions[name].setEnabled(self._state.session is not None)

    # Drop, close

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take files that are dropped on the window, and ask before it closes."""
        kind = event.type()
        if kind in (QEvent.Type.DragEnter, QEvent.Type.DragMove) and isinstance(event, QDropEvent):
            if dropped_paths(event.mimeData()):
                event.acceptProposedAction()
                return True
        elif kind == QEvent.Type.Drop and isinstance(event, QDropEvent):
            paths = dropped_paths(event.mimeData())
            if paths:
                event.acceptProposedAction()
                # The program that they come from waits until the drop is over; a question may take long.
                QTimer.singleShot(0, self, partial(self.open_paths, paths))
                return True
        elif kind == QEvent.Type.Close and isinstance(event, QCloseEvent) and not self.may_close():
            event.ignore()
            return True
        return super().eventFilter(watched, event)


def is_results(folder: Path) -> bool:
    """Whether a folder is what a run wrote, and no corpus."""
    if not (folder / "tokens.csv").is_file():
        return False
    return not any(path.suffix.lower() in AUDIO_SUFFIXES for path in folder.iterdir())


def dropped_paths(data: QMimeData) -> list[Path]:
    """Return the local files and folders of what is dragged; empty if there is anything else."""
    urls = data.urls()
    if not urls or not all(url.isLocalFile() for url in urls):
        return []
    return [Path(url.toLocalFile()) for url in urls]


def _copy(folder: Path) -> Iterator[tuple[Path, ...]]:
    yield copy_sample(folder)
