"""Tiers with mouse and label field on a small grid, for the tests: 500 pixels a second, two seconds seen."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot
from w2vpraat_gui.actions import Actions
from w2vpraat_gui.document import Document
from w2vpraat_gui.editor.label_field import LabelField
from w2vpraat_gui.editor.labelling import Labelling
from w2vpraat_gui.editor.tier_mouse import TierMouse
from w2vpraat_gui.state import AppState
from w2vpraat_gui.views.tier_view import TierView
from w2vpraat_gui.views.time_axis import LEFT, RIGHT

from w2vpraat.corpus.textgrid import Interval, IntervalTier, Point, PointTier, TextGrid

PER_SECOND = 500
NO_KEY = Qt.KeyboardModifier.NoModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
STRETCH = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
LEFT_BUTTON = Qt.MouseButton.LeftButton

END = 22.95  # of the sound
ODD = 0.1 + 0.2 + 0.4  # 0.7000000000000001: no pixel and no decimal is exactly there


def tier(name: str, *marks: tuple[float, str]) -> IntervalTier:
    """Make a tier from (end, label); it starts at 0."""
    starts = [0.0, *(end for end, _ in marks)]
    made = [Interval(start, end, label) for start, (end, label) in zip(starts, marks, strict=False)]
    return IntervalTier(name, 0.0, END, tuple(made))


GRID = TextGrid(
    0.0,
    END,
    (
        tier("phones", (0.4, "a"), (1.0, "b"), (1.5, "c"), (END, "d")),
        tier("words", (1.0, "one"), (END, "two")),
        PointTier("tones", 0.0, END, (Point(0.5, "H"), Point(1.2, "L"))),
        tier("other", (ODD, "x"), (END, "y")),
    ),
)


class Desk(QWidget):
    """Tiers, field and mouse without the sound."""

    def __init__(self, qtbot: QtBot, state: AppState, document: Document, grid: TextGrid = GRID) -> None:
        super().__init__()
        qtbot.addWidget(self)
        if grid is not document.grid:
            document = Document(document.recording, grid, document.info, parent=self)
        self.state, self.document = state, document
        state.documents[document.name] = document
        state.current = document
        self.actions_ = Actions(self)
        self.field, self.tiers = LabelField(self.actions_), TierView()
        self.labelling = Labelling(state, self.field, self.tiers)
        self.mouse = TierMouse(
            state,
            self.tiers,
            self.actions_,
            commit=self.labelling.commit,
            label_selection=lambda: self.field.label_selection,
        )
        self.said: list[str] = []
        self.mouse.said.connect(self.said.append)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.field)
        column.addWidget(self.tiers, 1)
        self.labelling.set_document(document)
        self.tiers.set_document(document)
        document.view.show_range(0.0, 2.0)
        self.actions_.add_to_editor(self)
        self.resize(LEFT + 2 * PER_SECOND + RIGHT, 300)
        self.show()
        self.activateWindow()
        self.field.setFocus()
        qtbot.waitUntil(self.field.hasFocus)
        assert self.tiers.axis_width == 2 * PER_SECOND

    @property
    def grid(self) -> TextGrid:
        """The grid as it is now."""
        return self.document.grid

    @property
    def selection(self) -> tuple[float, float, int]:
        """Start, end and tier of the selection."""
        view = self.document.view
        return view.selection_start, view.selection_end, view.tier

    def place(self, number: int, time: float, shift: float = 0.0, height: float = 0.7) -> QPoint:
        """Return where a time of a tier is, `shift` millimetres beside it."""
        row = next(row for row in self.tiers.rows if row.tier == number and not row.second)
        x = self.tiers.x_of(time) + self.tiers.pixels(shift)
        return QPoint(round(x), round(row.top + height * row.height))

    def circle(self, number: int) -> QPoint:
        """Return the middle of the circle at the cursor."""
        row = next(row for row in self.tiers.rows if row.tier == number)
        radius = self.tiers.circle_radius
        return QPoint(round(self.tiers.x_of(self.document.view.cursor)), round(row.top + 1 + radius))

    def click(self, place: QPoint, keys: Qt.KeyboardModifier = NO_KEY) -> None:
        """Click."""
        QTest.mouseClick(self.tiers, LEFT_BUTTON, keys, place)

    def drag(
        self,
        start: QPoint,
        end: QPoint,
        keys: Qt.KeyboardModifier = NO_KEY,
        *,
        before_drop: Callable[[], None] | None = None,
    ) -> None:
        """Press, move in two steps, and let go."""
        QTest.mousePress(self.tiers, LEFT_BUTTON, keys, start)
        QTest.mouseMove(self.tiers, (start + end) / 2)
        QTest.mouseMove(self.tiers, end)
        if before_drop is not None:
            before_drop()
        QTest.mouseRelease(self.tiers, LEFT_BUTTON, keys, end)
