"""The window: joins state, tables and views; nothing else.

Messages to the user: the status bar names the open folder; a wrong folder gives a box with the remedy.
"""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import (
    QFileDialog,
    QLabel,
    QMainWindow,
    QMessageBox,
    QSplitter,
    QStackedWidget,
    QTableView,
    QTabWidget,
)

from w2vpraat.errors import W2VPraatError

from .state import Results, Sheet, read_results
from .tables.sheet_model import SheetModel
from .views.figure_view import FigureView

START = (
    "<h2>w2vpraat</h2><p>Open a results folder: one that<br><b>w2vpraat run CORPUS -o FOLDER</b> or"
    " <b>w2vpraat demo</b> wrote.</p><p>File &gt; Open results… (Ctrl+O)</p>"
)


class MainWindow(QMainWindow):
    """Shows the tokens, the scores and the side-by-side figure of a results folder."""

    def __init__(self) -> None:
        super().__init__()
        self.setWindowTitle("w2vpraat")
        self.resize(1280, 800)
        self.results: Results | None = None
        start = QLabel(START)
        start.setAlignment(Qt.AlignmentFlag.AlignCenter)
        start.setTextFormat(Qt.TextFormat.RichText)
        self.figure = FigureView()
        self.tokens = _table("Tokens")
        self.scores = _table("Scores")
        self._tabs = QTabWidget()
        self._tabs.addTab(self.tokens, "Tokens")
        self._tabs.addTab(self.scores, "Scores")
        split = QSplitter(Qt.Orientation.Vertical)
        split.addWidget(self.figure)
        split.addWidget(self._tabs)
        split.setStretchFactor(0, 3)
        split.setStretchFactor(1, 2)
        self.pages = QStackedWidget()
        self.pages.addWidget(start)
        self.pages.addWidget(split)
        self.setCentralWidget(self.pages)
        open_action = QAction("&Open results…", self)
        open_action.setShortcut(QKeySequence.StandardKey.Open)
        open_action.triggered.connect(self._on_open)
        quit_action = QAction("&Quit", self)
        quit_action.setShortcut(QKeySequence.StandardKey.Quit)
        quit_action.triggered.connect(self.close)
        menu = self.menuBar().addMenu("&File")
        menu.addActions([open_action, quit_action])
        self.statusBar().showMessage("No results open")

    def open_results(self, folder: Path) -> bool:
        """Show a results folder; a wrong one gives a box and changes nothing.

        Returns
        -------
        bool
            Whether the folder is now shown.
        """
        try:
            results = read_results(folder)
        except W2VPraatError as error:
            QMessageBox.warning(self, "w2vpraat", str(error))
            return False
        self.results = results
        self.figure.show_file(results.figure)
        self._show(self.tokens, results.tokens)
        self._show(self.scores, results.scores)
        self.pages.setCurrentIndex(1)
        self.setWindowTitle(f"{folder.name} - w2vpraat")
        self.statusBar().showMessage(f"{folder}: {len(results.tokens.rows)} tokens")
        return True

    def _show(self, view: QTableView, sheet: Sheet) -> None:
        view.setModel(SheetModel(sheet, view))
        view.resizeColumnsToContents()

    def _on_open(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, "Open results")
        if folder:
            self.open_results(Path(folder))


def _table(name: str) -> QTableView:
    view = QTableView()
    view.setAccessibleName(name)
    view.setSortingEnabled(True)
    view.horizontalHeader().setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
    view.setSelectionBehavior(QTableView.SelectionBehavior.SelectRows)
    view.setAlternatingRowColors(True)
    return view
