"""Changes of open TextGrids by other programs: noticed, never overwritten unasked.

Signals of `DiskWatch`: `read_again` (document: it has taken the file as it is now), `compare_wanted`
(document, the `TextGrid` on the disk).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QEvent, QFileSystemWatcher, QObject, QTimer, Signal
from PySide6.QtWidgets import QWidget

from w2vpraat.corpus.textgrid import TextGrid, read_textgrid
from w2vpraat.errors import TextGridError, W2VPraatError
from w2vpraat.params import ReadParams

from ..dialogs.disk_change_dialog import DiskChangeDialog
from ..document import Document
from ..state import AppState

WAIT = 200
"""Milliseconds of quiet before a file is looked at: programs write in several steps."""

Stamp = tuple[int, int]


@dataclass(frozen=True)
class Seen:
    """A file as it is now.

    Parameters
    ----------
    stamp : (int, int) or None
        Time of its last change and size; None if it is gone.
    grid : TextGrid or None
        What it holds, if that differs from what is known and can be read.
    error : W2VPraatError or None
        Why it can't be read.
    """

    stamp: Stamp | None
    grid: TextGrid | None = None
    error: W2VPraatError | None = None

    @property
    def raw(self) -> bytes | None:
        """What the file holds."""
        return _raw(self.grid)


class DiskWatch(QObject):
    """Looks at the files of open documents when the system tells, and when the window is entered.

    A document without unsaved edits takes the new file at once, as an act that can be undone. One with edits
    keeps them, and the user is asked.
    """

    read_again = Signal(object)
    compare_wanted = Signal(object, object)

    def __init__(self, state: AppState, window: QWidget) -> None:
        super().__init__(window)
        self._state, self._window = state, window
        self._watcher = QFileSystemWatcher(self)
        self._watcher.fileChanged.connect(self._on_path)
        self._watcher.directoryChanged.connect(self._on_path)
        self._stamps: dict[str, Stamp | None] = {}
        self._left: dict[str, Stamp | None] = {}  # what the user wants to decide later
        self._due: set[str] = set()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(WAIT)
        self._timer.timeout.connect(self._on_due)
        state.document_opened.connect(self._on_opened)
        state.document_saved.connect(self._on_opened)
        state.document_closed.connect(self._on_closed)
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Look at all files when the window is entered again: not every file system tells of changes."""
        if event.type() == QEvent.Type.WindowActivate:
            self._due.update(self._state.documents)
            self._timer.start()
        return super().eventFilter(watched, event)

    def look(self, document: Document, *, asked: bool = False) -> None:
        """Look at the file of a document; reading it is a job.

        Parameters
        ----------
        document : Document
        asked : bool
            The user wants the file as it is, edits or not.
        """
        path, known = document.grid_path, _raw(document.on_disk)
        stamp = None if asked else self._stamps.get(document.name)
        encoding = self._encoding()
        self._state.jobs.start(
            f"disk:{document.name}",
            self.tr("Look at {name}").format(name=document.name),
            lambda: _look(path, stamp, known, encoding),
            on_result=lambda seen: self._on_seen(document, seen, asked),
            on_error=self._state.notices.error,
            quiet=True,
            lane="quick",
        )

    def differs(self, document: Document) -> bool:
        """Whether the file holds something else than when it was read; reads it now."""
        known = _raw(document.on_disk)
        try:
            return known is not None and document.grid_path.read_bytes() != known
        except OSError:
            return False  # saving says what is wrong with the file, or makes it anew

    def ask_before_saving(self, document: Document) -> bool:
        """Ask what to do with a file that differs; return whether the document may be saved over it."""
        try:
            theirs: TextGrid | None = read_textgrid(document.grid_path, fallback_encoding=self._encoding())
        except W2VPraatError:
            theirs = None
        return self._ask(document, theirs, saving=True) == "mine"

    def take(self, document: Document, theirs: TextGrid) -> None:
        """Take the file as it is now, as an act that can be undone."""
        self._state.history.edit(document, self.tr("Read again from disk"), theirs)
        document.read_again(theirs)
        self.read_again.emit(document)

    def _encoding(self) -> str:
        session = self._state.session
        return ReadParams().fallback_encoding if session is None else session.settings.read.fallback_encoding

    def _on_opened(self, document: Document) -> None:
        self._stamps[document.name] = None
        self._left.pop(document.name, None)
        self._watch(document.grid_path)

    def _on_closed(self, document: Document) -> None:
        self._stamps.pop(document.name, None)
        self._left.pop(document.name, None)
        path = str(document.grid_path)
        folder = str(document.grid_path.parent)
        gone = [path] if path in self._watcher.files() else []
        if all(str(one.grid_path.parent) != folder for one in self._state.documents.values()):
            gone += [folder] if folder in self._watcher.directories() else []
        if gone:
            self._watcher.removePaths(gone)

    def _watch(self, path: Path) -> None:
        # A file that is replaced as a whole is another one, so its folder is watched too.
        watched = {*self._watcher.files(), *self._watcher.directories()}
        new = [str(one) for one in (path, path.parent) if one.exists() and str(one) not in watched]
        if new:
            self._watcher.addPaths(new)

    def _on_path(self, changed: str) -> None:
        for document in self._state.documents.values():
            if changed in (str(document.grid_path), str(document.grid_path.parent)):
                self._due.add(document.name)
        self._timer.start()

    def _on_due(self) -> None:
        due, self._due = self._due, set()
        for name in due:
            document = self._state.documents.get(name)
            if document is not None:
                self._watch(document.grid_path)
                self.look(document)

    def _on_seen(self, document: Document, seen: Seen, asked: bool) -> None:
        name = document.name
        if self._state.documents.get(name) is not document:
            return
        before = self._stamps.get(name)
        self._stamps[name] = seen.stamp
        notices = self._state.notices
        if seen.stamp is None:
            if before is not None or asked:
                notices.warning(
                    self.tr("{file} is gone from the disk").format(file=document.grid_path),
                    self.tr("Saving writes it again."),
                )
        elif seen.error is not None:
            notices.error(seen.error, doing=self.tr("Changed by another program"))
        elif seen.raw is None or seen.raw == _raw(document.on_disk):
            if asked:
                self._back_to_disk(document)
        elif not document.is_modified or asked:
            self._take_and_tell(document, seen.grid, asked)
        elif self._left.get(name) != seen.stamp:
            self._left[name] = seen.stamp
            self._ask(document, seen.grid)

    def _back_to_disk(self, document: Document) -> None:
        if document.is_modified:
            self._take_and_tell(document, document.on_disk, True)
        else:
            self._state.notices.news(self.tr("{name} is as on the disk").format(name=document.name))

    def _take_and_tell(self, document: Document, theirs: TextGrid | None, asked: bool) -> None:
        assert theirs is not None
        differ = document.grid != theirs
        self.take(document, theirs)
        if differ or asked:
            self._state.notices.news(
                self.tr("{name} was read again").format(name=document.name)
                if asked
                else self.tr("{name} was changed by another program, and read again").format(
                    name=document.name
                ),
                self.tr("Undo brings back what was here before.") if differ else "",
            )

    def _ask(self, document: Document, theirs: TextGrid | None, *, saving: bool = False) -> str:
        dialog = DiskChangeDialog(document.name, self._window, readable=theirs is not None, saving=saving)
        choice = dialog.ask()
        dialog.deleteLater()
        if theirs is not None and choice == "mine":
            document.read_again(theirs)
            self.read_again.emit(document)
        elif theirs is not None and choice == "theirs":
            self.take(document, theirs)
        elif theirs is not None and choice == "compare":
            self.compare_wanted.emit(document, theirs)
        return choice


def _look(path: Path, stamp: Stamp | None, known: bytes | None, encoding: str) -> Iterator[Seen]:
    try:
        stat = os.stat(path)
        now = (stat.st_mtime_ns, stat.st_size)
        if now == stamp:
            yield Seen(now)
            return
        raw = path.read_bytes()
    except FileNotFoundError:
        yield Seen(None)
        return
    except OSError as error:
        reason = error.strerror or type(error).__name__
        yield Seen((0, 0), error=TextGridError(f"can't be read: {reason}", "check the file", file=path))
        return
    if raw == known:
        yield Seen(now)
        return
    try:
        yield Seen(now, read_textgrid(path, fallback_encoding=encoding))
    except W2VPraatError as error:
        yield Seen(now, error=error)


def _raw(grid: TextGrid | None) -> bytes | None:
    return None if grid is None or grid.source is None else grid.source.raw
