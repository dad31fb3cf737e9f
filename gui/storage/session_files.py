"""Sessions on the disk: files that the user named, and the choices of a folder, kept by themselves.

Signals: none; the state tells of sessions.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QFileDialog, QWidget

from w2vpraat.corpus.speakers import read_speakers
from w2vpraat.errors import W2VPraatError
from w2vpraat.models.user_models import config_folder
from w2vpraat.session.file_state import FileState, file_state, has_changed
from w2vpraat.session.recent import remember_session
from w2vpraat.session.session import SUFFIX, Session
from w2vpraat.session.session_file import read_session, write_session

from ..dialogs.question_dialog import QuestionDialog
from ..state import AppState
from ..work.second_notes import KEY as SECOND

TABLES = ("speakers.csv", "speakers.tsv", "speakers.xlsx", "speakers.yaml", "speakers.yml")
"""A table of this name in a folder that is opened for the first time is taken, and the user is told."""
WAIT = 1000
"""Milliseconds without a change before the choices of a folder are written."""


def kept_path(session: Session) -> Path:
    """Where the choices about these folders and files are kept."""
    named = "\n".join(session.settings.sources).encode("utf-8", "surrogateescape")
    return config_folder() / "sessions" / f"{hashlib.sha256(named).hexdigest()[:24]}{SUFFIX}"


class SessionFiles(QObject):
    """Opens, keeps and saves sessions.

    Attributes
    ----------
    collect : callable or None
        Called before a session is written: the window puts its layout into the state's session.
    """

    def __init__(self, state: AppState, window: QWidget) -> None:
        super().__init__(window)
        self._state, self._window = state, window
        self.collect: Callable[[], None] | None = None
        self._known: FileState | None = None
        self._written: Session | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(WAIT)
        self._timer.timeout.connect(self.keep)
        state.session_changed.connect(self._timer.start)

    def open(self, session: Session, path: Path | None) -> None:
        """Show a session; one without a file goes on with what was kept of its folders and files."""
        self.keep()
        self._timer.stop()
        note: tuple[str, str] | None = None
        if path is None:
            session, note = self._went_on(session)
        self._known = None if path is None else file_state(path)
        self._written = session
        self._state.open_session(session, path)
        if note is not None:
            self._state.notices.news(*note)
        self._remember(path)

    def has_changes(self) -> bool:
        """Whether a session that has a file differs from it; how the window is arranged does not count."""
        state = self._state
        if state.session is None or state.session_saved is None or state.session_path is None:
            return False
        return _choices(state.session) != _choices(state.session_saved)

    def keep(self) -> None:
        """Write the choices about a folder now, if it has no session file."""
        state = self._state
        if state.session is None or state.session_path is not None or not state.session.settings.sources:
            return
        if self.collect is not None:
            self.collect()
        if state.session == self._written:
            return
        try:
            write_session(state.session, kept_path(state.session))
            self._written = state.session
        except W2VPraatError as error:
            state.notices.error(error, doing=self.tr("Your choices are not kept"))

    def save(self) -> bool:
        """Save the session into its file, or into one that the user names."""
        path = self._state.session_path
        return self.save_as() if path is None else self._write(path)

    def save_as(self) -> bool:
        """Save the session into a file that the user names."""
        session = self._state.session
        if session is None:
            return False
        if self._state.session_path is not None:
            proposed = self._state.session_path
        else:
            source = Path(session.settings.sources[0])
            folder = source if source.is_dir() else source.parent
            proposed = folder / f"{folder.name}{SUFFIX}"
        text, _ = QFileDialog.getSaveFileName(
            self._window, self.tr("Save session"), str(proposed), self.tr("Sessions") + f" (*{SUFFIX})"
        )
        if not text:
            return False
        path = Path(text)
        if path.suffix.lower() != SUFFIX:
            path = path.with_name(path.name + SUFFIX)
        return self._write(path, named=True)

    def _write(self, path: Path, *, named: bool = False) -> bool:
        state = self._state
        if self.collect is not None:
            self.collect()
        if state.session is None:
            return False
        try:
            if not named and self._known is not None and has_changed(path, self._known):
                answer = QuestionDialog(
                    self.tr("Changed on disk"),
                    self.tr("Another program has changed the session {name}.").format(name=path.name),
                    self.tr("Saving replaces what it has written."),
                    (("save", self.tr("&Replace it")), ("", self.tr("Cancel"))),
                    self._window,
                ).ask()
                if not answer:
                    return False
            write_session(state.session, path)
            self._known = file_state(path)
        except W2VPraatError as error:
            state.notices.error(error, doing=self.tr("The session was not saved"))
            return False
        state.session_path, state.session_saved = path, state.session
        self._remember(path)
        state.session_changed.emit()
        state.notices.news(self.tr("Session saved: {path}").format(path=path))
        return True

    def _went_on(self, session: Session) -> tuple[Session, tuple[str, str] | None]:
        kept = kept_path(session)
        if kept.is_file():
            try:
                return read_session(kept), None
            except W2VPraatError as error:
                self._state.notices.error(
                    error, doing=self.tr("Your choices about this folder are not restored")
                )
                return session, None
        return self._with_table(session)

    def _with_table(self, session: Session) -> tuple[Session, tuple[str, str] | None]:
        folder = Path(session.settings.sources[0])
        found = [folder / name for name in TABLES if (folder / name).is_file()]
        if len(found) != 1 or session.settings.speakers:
            return session, None
        try:
            read_speakers(found[0])
        except W2VPraatError:
            return session, None  # it may be something else of this name
        told = self.tr("{name} is taken as the table of speakers").format(name=found[0].name)
        return session.with_speakers(found[0]), (told, self.tr("Another one: Speakers… in the corpus panel."))

    def _remember(self, path: Path | None) -> None:
        session = self._state.session
        sources = () if session is None else session.settings.sources
        first = path or (Path(sources[0]) if sources else None)
        if first is None:
            return
        try:
            remember_session(first)
        except W2VPraatError as error:
            self._state.notices.error(error)


def _choices(session: Session) -> Session:
    # What was said of two annotators' disagreements is somebody's work, though the layout keeps it.
    return replace(session, layout={name: value for name, value in session.layout.items() if name == SECOND})
