"""The real editor with all its commands on a small grid, for the tests: three seconds seen."""

from __future__ import annotations

import contextlib
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot
from w2vpraat_gui.actions import Actions
from w2vpraat_gui.document import Document
from w2vpraat_gui.editor.commands import EditorCommands
from w2vpraat_gui.editor.editor import Editor
from w2vpraat_gui.state import AppState
from w2vpraat_gui.time_view import TimeView

from w2vpraat.corpus.textgrid import Interval, IntervalTier, Point, PointTier, TextGrid
from w2vpraat.session.session import new_session

END = 22.95  # of the sound


def tier(name: str, *marks: tuple[float, str]) -> IntervalTier:
    """Make a tier from (end, label); it starts at 0."""
    starts = [0.0, *(end for end, _ in marks)]
    made = [Interval(start, end, label) for start, (end, label) in zip(starts, marks, strict=False)]
    return IntervalTier(name, 0.0, END, tuple(made))


GRID = TextGrid(
    0.0,
    END,
    (
        tier("phones", (0.5, "s"), (1.0, "ei"), (1.5, "hid"), (2.0, "d"), (END, "")),
        tier("words", (1.0, "say"), (2.0, "heed"), (END, "")),
        PointTier("tones", 0.0, END, (Point(0.5, "H"), Point(1.2, "L"))),
    ),
)


class CommandDesk(QWidget):
    """A window with nothing but the editor."""

    def __init__(
        self,
        qtbot: QtBot,
        state: AppState,
        document: Document,
        grid: TextGrid = GRID,
        *,
        folder: Path | None = None,
    ) -> None:
        super().__init__()
        qtbot.addWidget(self)
        self.qtbot, self.state, self.document = qtbot, state, document
        if folder is not None:
            with qtbot.waitSignal(state.corpus_changed):
                state.open_session(new_session(folder))
        document.grid = document._saved = grid
        self.actions_ = Actions(self)
        self.editor = Editor(state, self.actions_)
        self.commands = EditorCommands(state, self.actions_, self.editor, self)
        self.readings: list[tuple[str, str]] = []
        self.commands.reading.connect(lambda text, tip: self.readings.append((text, tip)))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.editor)
        state.documents[document.name] = document
        state.show_document(document)
        document.view.show_range(0.0, 3.0)
        self.resize(900, 600)
        self.show()
        self.activateWindow()
        self.editor.setFocus()
        qtbot.waitUntil(self.editor.label_field.hasFocus)

    @property
    def grid(self) -> TextGrid:
        """The grid as it is now."""
        return self.document.grid

    @property
    def view(self) -> TimeView:
        """The time view of the document."""
        return self.document.view

    @property
    def selection(self) -> tuple[float, float, int]:
        """Start, end and tier of the selection, times to the microsecond."""
        view = self.document.view
        return round(view.selection_start, 6), round(view.selection_end, 6), view.tier

    @property
    def acts(self) -> list[str]:
        """Names of the acts so far."""
        stack = self.state.history.stack
        return [stack.text(number) for number in range(stack.index())]

    @property
    def notices(self) -> list[str]:
        """Title and remedy of what the window has to say."""
        return [f"{one.title} | {one.remedy}" for one in self.state.notices.shown]

    def press(self, keys: str) -> None:
        """Press keys, written as in the table of commands, in whatever has the keyboard."""
        *modifiers, key = keys.replace("++", "+plus").split("+")
        held = Qt.KeyboardModifier.NoModifier
        for one in modifiers:
            held |= {
                "Ctrl": Qt.KeyboardModifier.ControlModifier,
                "Alt": Qt.KeyboardModifier.AltModifier,
                "Shift": Qt.KeyboardModifier.ShiftModifier,
            }[one]
        named = {",": "Comma", ".": "Period", "[": "BracketLeft", "]": "BracketRight", "PgUp": "PageUp"}
        named["PgDown"] = "PageDown"
        QTest.keyClick(QApplication.focusWidget() or self.editor, _key(named.get(key, key)), held)

    def ended(self) -> None:
        """Wait until no job runs."""
        with contextlib.suppress(IndexError):
            QApplication.processEvents()
        self.qtbot.waitUntil(lambda: not self.state.jobs.running(quiet=True), timeout=20_000)


def _key(name: str) -> Qt.Key:
    return getattr(Qt.Key, f"Key_{name}")
