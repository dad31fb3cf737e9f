"""What `w2vpraat run` or `w2vpraat demo` wrote: the figure, the tokens, the scores.

Signals: `token_wanted` (id of the token whose row was chosen).
"""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtWidgets import QSplitter, QTableView, QTabWidget, QVBoxLayout, QWidget

from ..fonts import label_font
from ..tables.sheet_model import SheetModel
from ..views.figure_view import FigureView
from ..work.results_folder import Results, Sheet, read_results


class ResultsPanel(QWidget):
    """Shows one results folder."""

    token_wanted = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.results: Results | None = None
        self.figure = FigureView()
        self.tokens = _table(self.tr("Tokens"))
        self.scores = _table(self.tr("Scores"))
        self.tokens.activated.connect(self._on_activated)
        tabs = QTabWidget()
        tabs.addTab(self.tokens, self.tr("Tokens"))
        tabs.addTab(self.scores, self.tr("Scores"))
        split = QSplitter(Qt.Orientation.Vertical)
        split.addWidget(self.figure)
        split.addWidget(tabs)
        split.setStretchFactor(0, 3)
        split.setStretchFactor(1, 2)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(split)

    def open_folder(self, folder: Path) -> Results:
        """Show a results folder.

        Raises
        ------
        InputError
            If it is none; what was shown stays.
        """
        results = read_results(folder)
        self.results = results
        self.figure.show_file(results.figure)
        _show(self.tokens, results.tokens)
        _show(self.scores, results.scores)
        return results

    def _on_activated(self, index: QModelIndex) -> None:
        model = self.tokens.model()
        if self.results is not None and "id" in self.results.tokens.header:
            column = self.results.tokens.header.index("id")
            self.token_wanted.emit(model.data(model.index(index.row(), column), Qt.ItemDataRole.ToolTipRole))


def _show(view: QTableView, sheet: Sheet) -> None:
    view.setModel(SheetModel(sheet, view))
    view.resizeColumnsToContents()


def _table(name: str) -> QTableView:
    view = QTableView()
    view.setAccessibleName(name)
    view.setFont(label_font(11))
    view.setSortingEnabled(True)
    view.horizontalHeader().setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
    view.setSelectionBehavior(QTableView.SelectionBehavior.SelectRows)
    view.setAlternatingRowColors(True)
    return view
