"""Edits that a crash has left over: get them back, give them up, or decide later.

Signals: `recover_wanted` (list of `Leftover`), `discard_wanted` (list of `Leftover`; was asked once more).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from PySide6.QtCore import QItemSelection, Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from w2vpraat.session.leftovers import DiskState, Leftover

from ..theme import colours

Found = tuple[Leftover, DiskState]


class RecoveryDialog(QDialog):
    """Lists the journals of sessions that did not end by themselves.

    Parameters
    ----------
    found : sequence of (Leftover, state)
        With what the file on the disk is now, see `Leftover.on_disk`.
    """

    recover_wanted = Signal(list)
    discard_wanted = Signal(list)

    def __init__(self, found: Sequence[Found], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Unsaved edits were found"))
        self.setModal(True)
        self.found = list(found)
        self._sure = False
        intro = QLabel(
            self.tr(
                "w2vpraat did not end by itself last time. Every edit up to the last one was kept, and no"
                " file has been touched. Recovered edits are shown unsaved, and can be undone."
            )
        )
        intro.setWordWrap(True)
        self.table = QTableWidget(0, 5)
        self.table.setAccessibleName(self.tr("Files with unsaved edits"))
        self.table.setHorizontalHeaderLabels(
            [
                self.tr("File"),
                self.tr("Last edit"),
                self.tr("Edits"),
                self.tr("The last"),
                self.tr("File now"),
            ]
        )
        self.table.verticalHeader().hide()
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setTabKeyNavigation(False)
        self.table.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.warning = QLabel()
        self.warning.setWordWrap(True)
        self.warning.hide()
        self.recover_button = QPushButton(self.tr("&Recover"))
        self.recover_button.setDefault(True)
        self.discard_button = QPushButton(self.tr("&Discard…"))
        self.later_button = QPushButton(self.tr("&Later"))
        row = QHBoxLayout()
        row.addWidget(self.discard_button)
        row.addStretch(1)
        row.addWidget(self.later_button)
        row.addWidget(self.recover_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 18, 20, 14)
        layout.setSpacing(10)
        for widget in (intro, self.table, self.warning):
            layout.addWidget(widget)
        layout.addLayout(row)
        self.recover_button.clicked.connect(self._on_recover)
        self.discard_button.clicked.connect(self._on_discard)
        self.later_button.clicked.connect(self.reject)
        self.table.selectionModel().selectionChanged.connect(self._on_selection)
        self._fill()
        self.resize(820, 320)
        self.table.setFocus()

    def chosen(self) -> list[Leftover]:
        """Return what is selected in the list."""
        rows = sorted({index.row() for index in self.table.selectionModel().selectedRows()})
        return [self.found[row][0] for row in rows]

    def _fill(self) -> None:
        self.table.setRowCount(len(self.found))
        for row, (left, disk) in enumerate(self.found):
            name = left.file.name if left.file is not None else self.tr("new TextGrid")
            last = next((text for text in reversed(left.texts) if text), "")
            cells = (name, _told_time(left.last_time), str(len(left.acts)), last, self._told_disk(disk))
            for column, text in enumerate(cells):
                item = QTableWidgetItem(text)
                item.setToolTip(str(left.file or "") if column == 0 else text)
                if column == 2:
                    item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
                self.table.setItem(row, column, item)
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.table.selectAll()

    def _told_disk(self, disk: DiskState) -> str:
        return {
            "as read": self.tr("as before the edits"),
            "saved": self.tr("has the edits"),
            "changed": self.tr("changed by another program"),
            "missing": self.tr("gone; it is written anew"),
            "new": self.tr("never saved"),
        }[disk]

    def _on_selection(self, _now: QItemSelection, _before: QItemSelection) -> None:
        self._set_sure(False)
        for button in (self.recover_button, self.discard_button):
            button.setEnabled(bool(self.chosen()))

    def _on_recover(self) -> None:
        chosen = self.chosen()
        self.accept()
        self.recover_wanted.emit(chosen)

    def _on_discard(self) -> None:
        chosen = self.chosen()
        if not self._sure:
            self._set_sure(True)
            return
        self.discard_wanted.emit(chosen)
        self.found = [one for one in self.found if one[0] not in chosen]
        if not self.found:
            self.accept()
            return
        self._fill()

    def _set_sure(self, sure: bool) -> None:
        self._sure = sure
        count = len(self.chosen())
        self.warning.setText(
            self.tr("The edits of this file will be gone for good. Press again to discard them.")
            if count == 1
            else self.tr(
                "The edits of {count} files will be gone for good. Press again to discard them."
            ).format(count=count)
        )
        self.warning.setStyleSheet(f"color: {colours().error};")
        self.warning.setVisible(sure)
        self.discard_button.setText(self.tr("&Discard for good") if sure else self.tr("&Discard…"))


def _told_time(text: str) -> str:
    try:
        return datetime.fromisoformat(text).astimezone().strftime("%Y-%m-%d %H:%M")
    except ValueError:
        return text
