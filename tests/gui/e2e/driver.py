"""The real window, and answers to questions about it; it never changes anything.

Run as a program: ``python driver.py [FOLDER | SESSION | SOUND TEXTGRID]``. Each line on stdin is a question
in JSON, ``["name", argument, ...]``; each answer is a line of JSON on stdout. Places are points on the
screen, so that a mouse from outside can go there.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any

from map_answers import MapAnswers
from PySide6.QtCore import QAbstractItemModel, QPoint, QRect, QSocketNotifier, Qt
from PySide6.QtWidgets import QAbstractItemView, QApplication, QMenu, QWidget
from w2vpraat_gui.app import listen, make_application, make_window, parse
from w2vpraat_gui.main_window import MainWindow


class Answers(MapAnswers):
    """What can be asked; every method that has no underscore is a question."""

    def __init__(self, window: MainWindow) -> None:
        self._window = window

    def state(self) -> dict[str, Any]:
        """What is open, selected, shown, being done."""
        window, state = self._window, self._window.state
        document, focus = state.current, QApplication.focusWidget()
        told: dict[str, Any] = {
            "page": window.pages.currentIndex(),
            "size": [window.width(), window.height()],
            "title": window.windowTitle(),
            "recordings": None if state.corpus is None else len(state.corpus.recordings),
            "visible": list(state.visible_recordings),
            "jobs": [job.key for job in state.jobs.running(quiet=True)],
            "notices": [notice.title for notice in state.notices.shown],
            "acts": state.history.stack.index(),
            "undo": state.history.stack.undoText(),
            "redo": state.history.stack.redoText(),
            "focus": "" if focus is None else focus.accessibleName() or type(focus).__name__,
            "windows": [one.windowTitle() for one in QApplication.topLevelWidgets() if one.isVisible()],
            "results": state.results is not None,
            "name": None,
        }
        if document is not None:
            view = document.view
            told |= {
                "name": document.name,
                "path": str(document.grid_path),
                "modified": document.is_modified,
                "range": [view.start, view.end],
                "selection": [view.selection_start, view.selection_end],
                "tier": view.tier,
                "playing": view.playing,
                "second": document.second is not None,
                "field": window.editor.label_field.text(),
                "field_selected": window.editor.label_field.selectedText(),
                "dragging": window.editor.mouse.is_dragging,
                "ghost": window.editor.tiers.ghost is not None,
            }
        return told

    def remedies(self) -> list[str]:
        """What the messages say that can be done, oldest first."""
        return [notice.remedy for notice in self._window.state.notices.shown]

    def grid(self, tier: int) -> list[list[Any]]:
        """Items of a tier as they are on the screen."""
        document = self._window.state.current
        return [] if document is None else [list(item) for item in document.grid.tier(tier).items]

    def boundary(self, tier: int, time: float) -> list[int]:
        """The place of a time on a tier, a little below the middle of its row."""
        tiers = self._window.editor.tiers
        row = next(row for row in tiers.rows if row.tier == tier and not row.second)
        place = QPoint(round(tiers.x_of(time)), round(row.top + 0.7 * (row.bottom - row.top)))
        return _point(tiers, place)

    def strip(self, path: str, time: float, share: float = 0.5) -> list[int]:
        """The place of a time on a strip such as ``editor.sound.waveform``, at a share of its height."""
        strip = self._at(path)
        return _point(strip, QPoint(round(strip.x_of(time)), round(share * strip.height())))

    def time_at(self, x: int) -> float:
        """The time under a place of the screen."""
        tiers = self._window.editor.tiers
        return tiers.time_of(tiers.mapFromGlobal(QPoint(x, 0)).x())

    def widget(self, path: str) -> list[int] | None:
        """The middle of a widget, named from the window: ``corpus.filter_line``; None if it is not seen."""
        widget = self._at(path)
        middle = widget.rect().center()
        return _point(widget, middle) if widget.visibleRegion().contains(middle) else None

    def menu(self, title: str) -> list[int]:
        """The middle of a title in the menu bar."""
        bar = self._window.menuBar()
        action = next(one for one in bar.actions() if one.text().replace("&", "") == title)
        return _point(bar, bar.actionGeometry(action).center())

    def entry(self, text: str) -> list[int] | None:
        """The middle of an entry of the menu that is open; None if none is, or has no such entry."""
        menu = QApplication.activePopupWidget()
        if not isinstance(menu, QMenu):
            return None
        found = [one for one in menu.actions() if one.text().replace("&", "") == text]
        return _point(menu, menu.actionGeometry(found[0]).center()) if found else None

    def tab(self, path: str, text: str) -> list[int] | None:
        """The middle of the tab with this text; None if there is none, or it is not seen."""
        bar = self._at(path).tabBar()
        for number in range(bar.count()):
            if bar.tabText(number) == text and bar.isVisible():
                return _point(bar, bar.tabRect(number).center())
        return None

    def is_shown(self, path: str) -> bool:
        """Whether a widget is there, be it behind another tab."""
        return not self._at(path).isHidden()

    def is_open(self, path: str) -> bool:
        """Whether the list of a box is open."""
        return bool(self._at(path).view().isVisible())

    def text(self, path: str) -> str:
        """The text of a widget."""
        return str(self._at(path).text())

    def cell(self, path: str, row: int, column: int) -> list[int] | None:
        """The middle of a cell of a table or list; None if it is not seen."""
        view = self._at(path)
        assert isinstance(view, QAbstractItemView)
        model: QAbstractItemModel = view.model()
        box: QRect = view.visualRect(model.index(row, column))
        if not view.isVisible() or box.isEmpty() or not view.viewport().rect().contains(box.center()):
            return None
        return _point(view.viewport(), box.center())

    def header(self, path: str, name: str) -> list[int] | None:
        """The middle of the header of a column of a table; None if it is not seen."""
        view = self._at(path)
        header, model = view.horizontalHeader(), view.model()
        for column in range(model.columnCount()):
            if model.headerData(column, Qt.Orientation.Horizontal) == name:
                middle = header.sectionViewportPosition(column) + header.sectionSize(column) // 2
                place = QPoint(middle, header.height() // 2)
                seen = header.isVisible() and header.rect().contains(place)
                return _point(header, place) if seen else None
        return None

    def chosen_rows(self, path: str) -> list[int]:
        """The rows that are selected in a table."""
        return sorted(index.row() for index in self._at(path).selectionModel().selectedRows())

    def column(self, path: str, column: int) -> list[str]:
        """What a column of a table shows, row by row."""
        model = self._at(path).model()
        return [str(model.index(row, column).data()) for row in range(model.rowCount())]

    def window_id(self, title: str) -> int | None:
        """What the X server calls the window whose title holds these words; None if there is none."""
        for widget in QApplication.topLevelWidgets():
            if widget.isVisible() and title in widget.windowTitle():
                return int(widget.winId())
        return None

    def box(self, path: str) -> list[int]:
        """Left, top, width and height on the screen of a widget."""
        widget = self._at(path)
        return [*_point(widget, QPoint(0, 0)), widget.width(), widget.height()]

    def frame(self, title: str) -> list[int] | None:
        """Left, top, width and height on the screen of the window whose title holds these words."""
        for widget in QApplication.topLevelWidgets():
            if widget.isVisible() and title in widget.windowTitle():
                return list(widget.geometry().getRect())
        return None

    def photograph(self, path: str) -> bool:
        """Write what is on the whole screen as PNG."""
        return QApplication.primaryScreen().grabWindow(0).save(path)

    def _at(self, path: str) -> Any:
        found: Any = self._window
        for name in path.split("."):
            if name.isdecimal():
                found = found[int(name)]
            else:
                found = found[name] if isinstance(found, dict) else getattr(found, name)
        return found


def _point(widget: QWidget, place: QPoint) -> list[int]:
    shown = widget.mapToGlobal(place)
    return [shown.x(), shown.y()]


def main(arguments: list[str]) -> int:
    """Open the window as `w2vpraat_gui.app.main` does, and answer."""
    paths = parse(arguments)
    application = make_application()
    window = make_window(paths)
    answers = Answers(window)
    notifier = QSocketNotifier(sys.stdin.fileno(), QSocketNotifier.Type.Read)
    held = b""

    def on_input() -> None:
        nonlocal held
        found = os.read(sys.stdin.fileno(), 65536)
        if not found:
            notifier.setEnabled(False)
        *lines, held = (held + found).split(b"\n")
        for line in lines:
            name, *given = json.loads(line)
            try:
                answer = {"answer": getattr(answers, name)(*given)}
            except Exception as error:  # noqa: BLE001 - the one who asks is told, and fails
                answer = {"error": repr(error)}
            sys.stdout.write(json.dumps(answer) + "\n")
            sys.stdout.flush()

    notifier.activated.connect(on_input, Qt.ConnectionType.DirectConnection)
    window.show()
    listen(window)
    return int(application.exec())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
