"""A table to look through and to copy from: tokens that were left out, files that were skipped.

Signals of `ListDialog`: `token_wanted` (id, from the first column, by Enter or a double click).
"""

from __future__ import annotations

from PySide6.QtCore import QAbstractItemModel, QModelIndex, Qt, Signal
from PySide6.QtWidgets import QDialog, QLabel, QVBoxLayout, QWidget

from w2vpraat.session.choices import is_token_id

from ..tables.rows_view import RowsView


class ListDialog(QDialog):
    """A window that stays open beside the editor.

    Parameters
    ----------
    title, text : str
        Of the window, and above the table.
    """

    token_wanted = Signal(str)

    def __init__(self, title: str, text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.text = QLabel(text)
        self.text.setWordWrap(True)
        self.text.setTextFormat(Qt.TextFormat.PlainText)
        self.table = RowsView(title)
        self.table.horizontalHeader().setStretchLastSection(True)
        self.table.opened.connect(self._on_opened)
        column = QVBoxLayout(self)
        column.addWidget(self.text)
        column.addWidget(self.table, 1)
        self.resize(760, 440)

    def set_model(self, model: QAbstractItemModel, text: str) -> None:
        """Show a table."""
        self.text.setText(text)
        model.setParent(self)
        self.table.setModel(model)
        self.table.horizontalHeader().setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        self.table.fit_columns()

    def _on_opened(self, index: QModelIndex) -> None:
        first = str(index.siblingAtColumn(0).data(Qt.ItemDataRole.ToolTipRole) or "")
        if is_token_id(first):
            self.token_wanted.emit(first)
