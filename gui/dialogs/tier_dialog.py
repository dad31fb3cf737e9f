"""Dialog: name and position of a tier that is added, copied or renamed.

Signal: `chosen` (name, position counted from 1).
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLabel,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from ..fonts import label_font
from ..theme import colours


def unique_name(name: str, names: Sequence[str]) -> str:
    """Return the name, with a number after it if it is taken."""
    number, found = 2, name
    while found in names:
        found = f"{name} {number}"
        number += 1
    return found


class TierDialog(QDialog):
    """Asks for the name of a tier, and where it goes.

    Parameters
    ----------
    title : str
        What is being done.
    names : sequence of str
        Names of the tiers that there are.
    name : str
        What is suggested.
    position : int, optional
        Where it goes, counted from 1; None: the position isn't asked for.
    own : str, optional
        Name of the tier that is renamed: it may stay.
    """

    chosen = Signal(str, int)

    def __init__(
        self,
        title: str,
        names: Sequence[str],
        name: str = "",
        position: int | None = None,
        *,
        own: str | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._names, self._own = list(names), own
        self.name = QLineEdit(name)
        self.name.setFont(label_font())
        self.name.setAccessibleName(self.tr("Name of the tier"))
        self.name.selectAll()
        self.name.textChanged.connect(self._on_name_changed)
        form = QFormLayout()
        form.addRow(self.tr("&Name:"), self.name)
        self.position: QComboBox | None = None
        if position is not None:
            self.position = QComboBox()
            self.position.setAccessibleName(self.tr("Position of the tier"))
            self.position.addItem(self.tr("1: first") if names else self.tr("1"), 1)
            for number, before in enumerate(names, 1):
                shown = before or self.tr("(no name)")
                self.position.addItem(
                    self.tr('{n}: after "{name}"').format(n=number + 1, name=shown), number + 1
                )
            self.position.setCurrentIndex(min(max(position, 1), len(names) + 1) - 1)
            form.addRow(self.tr("&Position:"), self.position)
        self.hint = QLabel()
        self.hint.setWordWrap(True)
        self.hint.setTextFormat(Qt.TextFormat.PlainText)
        self.hint.setMinimumHeight(3 * self.fontMetrics().lineSpacing())
        self.hint.setAlignment(Qt.AlignmentFlag.AlignTop)
        buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel
        )
        buttons.accepted.connect(self._on_accepted)
        buttons.rejected.connect(self.reject)
        box = QVBoxLayout(self)
        box.addLayout(form)
        box.addWidget(self.hint)
        box.addWidget(buttons)
        self.setMinimumWidth(400)
        self._on_name_changed(name)

    def _on_name_changed(self, name: str) -> None:
        others = [one for one in self._names if one != self._own]
        if name in self._names and name != self._own and name:
            text = self.tr(
                'Another tier is called "{name}". That is allowed, but tables and scripts that go by names'
                ' can\'t tell the two apart; "{free}" is free.'
            ).format(name=name, free=unique_name(name, self._names))
            shade = colours().warning
        elif not name.strip():
            text = self.tr("A tier without a name is allowed, but can only be chosen by its number.")
            shade = colours().warning
        elif any(name != other and name.strip().lower() == other.strip().lower() for other in others):
            text = self.tr("Another tier differs only in capitals or blanks.")
            shade = colours().warning
        else:
            text, shade = "", colours().ink
        self.hint.setText(text)
        self.hint.setStyleSheet(f"color: {shade}")

    def _on_accepted(self) -> None:
        position = 0 if self.position is None else int(self.position.currentData())
        self.chosen.emit(self.name.text(), position)
        self.accept()
