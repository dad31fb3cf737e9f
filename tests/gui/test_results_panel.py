"""A results folder is shown, and what is wrong with any other is said."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot
from w2vpraat_gui.panels.results_panel import ResultsPanel
from w2vpraat_gui.tables.sheet_model import SheetModel
from w2vpraat_gui.work.results_folder import Sheet

from w2vpraat.errors import InputError


@pytest.fixture
def results(tmp_path: Path) -> Path:
    folder = tmp_path / "results"
    folder.mkdir()
    (folder / "tokens.csv").write_text(
        "id,label,F1\na#2.1,iː,300.5\na#2.2,ɑ,1000\na#2.3,t͡s,\n", encoding="utf-8"
    )
    (folder / "scores.csv").write_text("representation,value\nHz,0.7\n", encoding="utf-8")
    picture = QImage(40, 20, QImage.Format.Format_RGB32)
    picture.fill(Qt.GlobalColor.red)
    assert picture.save(str(folder / "figure.png"))
    return folder


def _column(model: SheetModel, column: int) -> list[str]:
    return [model.data(model.index(row, column)) for row in range(model.rowCount())]


def test_results_folder_is_shown(qtbot: QtBot, results: Path) -> None:
    panel = ResultsPanel()
    qtbot.addWidget(panel)
    panel.open_folder(results)
    assert panel.figure.has_picture
    assert _column(panel.tokens.model(), 1) == ["iː", "ɑ", "t͡s"]
    assert _column(panel.scores.model(), 0) == ["Hz"]
    panel.show()
    panel.resize(600, 500)
    middle = panel.figure.grab().toImage().pixelColor(panel.figure.width() // 2, panel.figure.height() // 2)
    assert (middle.red(), middle.green(), middle.blue()) == (255, 0, 0)
    with qtbot.waitSignal(panel.token_wanted) as wanted:
        panel.tokens.activated.emit(panel.tokens.model().index(1, 2))
    assert wanted.args == ["a#2.2"]


def test_numbers_sort_by_value_and_empty_cells_come_last() -> None:
    model = SheetModel(Sheet(("label", "F1"), (("a", "1000"), ("b", "300.5"), ("c", ""), ("d", "40"))))
    model.sort(1)
    assert _column(model, 0) == ["d", "b", "a", "c"]
    model.sort(1, Qt.SortOrder.DescendingOrder)
    assert _column(model, 0) == ["a", "b", "d", "c"]
    model.sort(0, Qt.SortOrder.DescendingOrder)
    assert _column(model, 0) == ["d", "c", "b", "a"]


def test_wrong_folder_names_the_remedy_and_keeps_what_is_shown(
    qtbot: QtBot, results: Path, tmp_path: Path
) -> None:
    panel = ResultsPanel()
    qtbot.addWidget(panel)
    panel.open_folder(results)
    with pytest.raises(InputError, match=r"tokens\.csv") as refused:
        panel.open_folder(tmp_path)
    assert "w2vpraat run" in refused.value.hint
    assert panel.results is not None
    assert panel.results.folder == results


def test_long_numbers_are_shown_short_and_told_in_full() -> None:
    model = SheetModel(Sheet(("F1", "id"), (("350.52204999999998", "file-0001#2.14"),)))
    assert model.data(model.index(0, 0)) == "350.522"
    assert model.data(model.index(0, 0), Qt.ItemDataRole.ToolTipRole) == "350.52204999999998"
    assert model.data(model.index(0, 1)) == "file-0001#2.14"
