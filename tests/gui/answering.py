"""A bare window, and answers to modal dialogs as a user gives them: a button, a name, Escape."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog, QLineEdit, QMainWindow
from pytestqt.qtbot import QtBot
from w2vpraat_gui.dialogs.question_dialog import QuestionDialog
from w2vpraat_gui.storage.files import Files

D = TypeVar("D", bound=QDialog)


class Answer:
    """Waits for the next modal dialog of a kind and acts on it; `seen` is what it showed."""

    def __init__(self, kind: type[D], act: Callable[[D], None]) -> None:
        self.seen: list[str] = []
        self._kind, self._act = kind, act
        self._timer = QTimer()
        self._timer.setInterval(5)
        self._timer.timeout.connect(self._look)
        self._timer.start()

    def _look(self) -> None:
        dialog = QApplication.activeModalWidget()
        if isinstance(dialog, self._kind) and dialog.isActiveWindow():  # else keys go to the window behind it
            self._timer.stop()
            self.seen.append(f"{dialog.windowTitle()} {dialog.accessibleDescription()}")
            self._act(dialog)

    def stop(self) -> None:
        """Wait no longer."""
        self._timer.stop()


def press(key: str, kind: type[QuestionDialog] = QuestionDialog) -> Answer:
    """Press the button of this key with the mouse; an empty key presses Escape."""

    def act(dialog: QuestionDialog) -> None:
        if key:
            QTest.mouseClick(dialog.buttons[key], Qt.MouseButton.LeftButton)
        else:
            QTest.keyClick(dialog, Qt.Key.Key_Escape)

    return Answer(kind, act)


def choose_file(path: str) -> Answer:
    """Type a name into the dialog for files and press Enter."""

    def act(dialog: QFileDialog) -> None:
        line = dialog.findChild(QLineEdit, "fileNameEdit")
        assert line is not None
        line.setText(path)
        QTest.keyClick(line, Qt.Key.Key_Return)

    return Answer(QFileDialog, act)


def bare_window(qtbot: QtBot) -> QMainWindow:
    """Make a window with nothing in it; when the test ends it closes without asking."""
    made = QMainWindow()
    made.setCentralWidget(QLineEdit())
    qtbot.addWidget(made, before_close_func=_forget)
    made.show()
    return made


def _forget(window: QMainWindow) -> None:
    for files in window.findChildren(Files):
        window.removeEventFilter(files)
