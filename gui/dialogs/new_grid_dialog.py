"""Dialog: the tiers of a new TextGrid.

Signal: `chosen` (names of interval tiers, names of point tiers).
"""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QFormLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

from ..fonts import label_font


class NewGridDialog(QDialog):
    """Asks for the names of tiers, as Praat's "To TextGrid..." does.

    Parameters
    ----------
    name : str
        Of the sound.
    """

    chosen = Signal(tuple, tuple)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("New TextGrid"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        says = QLabel(self.tr("A new TextGrid for {name}, beside the sound.").format(name=name))
        says.setTextFormat(Qt.TextFormat.PlainText)
        says.setWordWrap(True)
        self.intervals, self.points = QLineEdit("words, phones"), QLineEdit()
        form = QFormLayout()
        for field, title in (
            (self.intervals, self.tr("&Interval tiers:")),
            (self.points, self.tr("&Point tiers:")),
        ):
            field.setFont(label_font())
            field.setPlaceholderText(self.tr("names separated by commas"))
            field.setAccessibleName(title.replace("&", "").rstrip(":"))
            field.textChanged.connect(self._on_typed)
            form.addRow(title, field)
        self.buttons = QDialogButtonBox()
        self.make = self.buttons.addButton(self.tr("Make TextGrid"), QDialogButtonBox.ButtonRole.AcceptRole)
        self.buttons.addButton(QDialogButtonBox.StandardButton.Cancel)
        self.buttons.accepted.connect(self._on_accepted)
        self.buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addWidget(says)
        layout.addLayout(form)
        layout.addWidget(self.buttons)
        self.setMinimumWidth(420)

    def _on_typed(self) -> None:
        self.make.setEnabled(bool(_names(self.intervals) or _names(self.points)))

    def _on_accepted(self) -> None:
        self.chosen.emit(_names(self.intervals), _names(self.points))
        self.accept()


def _names(field: QLineEdit) -> tuple[str, ...]:
    return tuple(name.strip() for name in field.text().split(",") if name.strip())
