"""The list of nearest tokens: a click or an arrow key is heard.

Signals of `NeighbourView`, beside those of `RowsView` (`play_wanted`: Space): `walked` (index; clicked, or
reached with an arrow key).
"""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QWidget

from .neighbour_model import DISTANCE, FILE, RANK, TIME, NeighbourModel
from .rows_view import RowsView


class NeighbourView(RowsView):
    """Rows of a `NeighbourModel`, in the order of their rank."""

    walked = Signal(QModelIndex)

    def __init__(self, model: NeighbourModel, parent: QWidget | None = None) -> None:
        super().__init__(self.tr("Nearest tokens"), Qt.ItemDataRole.EditRole, parent)
        self.setAccessibleDescription(
            self.tr(
                "Arrow keys play a neighbour, Space plays the token and then the neighbour, Enter opens it"
            )
        )
        self.setSortingEnabled(False)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setModel(model)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.clicked.connect(self.walked)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Play what an arrow key reached."""
        before = self.currentIndex().row()
        super().keyPressEvent(event)
        now = self.currentIndex()
        if now.isValid() and now.row() != before:
            self.walked.emit(now)

    def fit(self) -> None:
        """Give every column what it needs, and names of files what is left."""
        self.fit_columns()
        header = self.horizontalHeader()
        for section in (RANK, DISTANCE, TIME):
            header.resizeSection(section, max(header.sectionSize(section), 40))
        others = sum(header.sectionSize(n) for n in range(header.count()) if n != FILE)
        header.resizeSection(FILE, max(header.sectionSize(FILE), self.viewport().width() - others))
