"""A window with everything about two annotators, and a second TextGrid whose differences are known."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot
from w2vpraat_gui.actions import Actions
from w2vpraat_gui.annotators.second import Second
from w2vpraat_gui.document import Document
from w2vpraat_gui.panels.second_panel import SecondPanel
from w2vpraat_gui.state import AppState

from w2vpraat.compare.agreement.disagreements import Disagreement
from w2vpraat.corpus.textgrid import IntervalTier, TextGrid, edits, read_textgrid, write_textgrid
from w2vpraat.session.session import Session, new_session

NAME, OTHER = "gb_f_alice", "us_m_liam"
PHONES = 2
MOVED = {3: 0.030, 23: -0.025, 24: -0.024, 40: 0.012}
"""Interval of the phones to the seconds by which its end is moved."""
LABELLED = {6: "ɾ"}
EMPTIED = 60
ADDED = 80
"""Interval whose first half gets a label of its own."""


def perturbed(grid: TextGrid) -> TextGrid:
    """Return the grid as another annotator might have made it."""
    for number, seconds in MOVED.items():
        item = grid.interval_tier(PHONES).interval(number)
        grid = edits.move_boundary(grid, PHONES, number, item.end + seconds)
    for number, label in LABELLED.items():
        grid = edits.set_label(grid, PHONES, number, label)
    grid = edits.set_label(grid, PHONES, EMPTIED, "")
    item = grid.interval_tier(PHONES).interval(ADDED)
    grid = edits.insert_boundary(grid, PHONES, item.start + 0.4 * (item.end - item.start))
    grid = edits.set_label(grid, PHONES, ADDED, "ʔ")
    return edits.set_label(grid, PHONES, ADDED + 1, item.label)


class SecondDesk(QWidget):
    """The panel with its commands; `ready` opens a recording and loads the second TextGrid."""

    def __init__(self, qtbot: QtBot, state: AppState, folder: Path) -> None:
        super().__init__()
        qtbot.addWidget(self)
        self.qtbot, self.state, self.folder = qtbot, state, folder
        self.actions_ = Actions(self)
        self.second = Second(state, self.actions_, self)
        self.panel = SecondPanel(self.second, self.actions_)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.panel)
        self.resize(900, 500)
        self.show()
        self.activateWindow()

    # What there is

    @property
    def source(self):
        """The second TextGrid."""
        return self.second.source

    @property
    def review(self):
        """The list."""
        return self.second.review

    @property
    def document(self) -> Document:
        """The recording in the editor."""
        assert self.state.current is not None
        return self.state.current

    @property
    def phones(self) -> IntervalTier:
        """Our phones as they are on the screen."""
        return self.document.grid.interval_tier(PHONES)

    @property
    def acts(self) -> list[str]:
        """Names of the acts so far."""
        stack = self.state.history.stack
        return [stack.text(number) for number in range(stack.index())]

    @property
    def notices(self) -> list[str]:
        """Title and remedy of what the window has to say."""
        return [f"{one.title} | {one.remedy}" for one in self.state.notices.shown]

    @property
    def listed(self) -> list[tuple[str, float]]:
        """Kind and size of what is listed."""
        return [(one.kind, round(one.size_ms, 3)) for one in self.review.order]

    def cells(self, column: int) -> list[str]:
        """What a column of the list shows."""
        model = self.panel.model
        return [str(model.data(model.index(row, column))) for row in range(model.rowCount())]

    def one(self, kind: str) -> Disagreement:
        """The first of a kind."""
        return next(one for one in self.review.order if one.kind == kind)

    # What is done

    def open_session(self, session: Session | None = None) -> None:
        """Open the corpus."""
        with self.qtbot.waitSignal(self.state.corpus_changed, timeout=10_000):
            self.state.open_session(session or new_session(self.folder))

    def open_recording(self, name: str = NAME) -> None:
        """Open a recording and wait until all is read and compared."""
        self.state.open_recording(name)
        self.qtbot.waitUntil(lambda: self.state.current is not None and self.state.current.name == name)
        self.ended()

    def load(self, path: Path) -> None:
        """Load a second TextGrid, or try to."""
        self.second.open_second(path)
        self.ended()

    def ready(self, path: Path) -> None:
        """Open all."""
        self.open_session()
        self.open_recording()
        self.load(path)

    def edit(self, grid: TextGrid, text: str = "Edit") -> None:
        """Edit the recording and wait until it is compared again."""
        with self.qtbot.waitSignal(self.source.compared_changed, timeout=10_000):
            self.state.history.edit(self.document, text, grid)
        self.ended()

    def undo(self) -> None:
        """Undo and wait until it is compared again."""
        with self.qtbot.waitSignal(self.source.compared_changed, timeout=10_000):
            self.state.history.undo()
        self.ended()

    def ended(self) -> None:
        """Wait until nothing is being done."""

        def idle() -> bool:
            return not self.source._timer.isActive() and not self.state.jobs.running(quiet=True)

        self.qtbot.waitUntil(idle, timeout=20_000)


def second_file(folder: Path, name: str = NAME, grid: TextGrid | None = None) -> Path:
    """Write the second annotator's TextGrid of a recording into a folder beside the corpus."""
    target = folder.parent / "ben" / f"{name}.TextGrid"
    target.parent.mkdir(exist_ok=True)
    made = perturbed(read_textgrid(folder / f"{name}.TextGrid")) if grid is None else grid
    write_textgrid(made, target)
    return target
