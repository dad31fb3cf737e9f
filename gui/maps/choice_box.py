"""A small list of choices; what these data do not allow is there, but can't be chosen, and says why.

Signals of `ChoiceBox`: `picked` (the value that the user chose).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QStandardItemModel
from PySide6.QtWidgets import QComboBox, QWidget


@dataclass(frozen=True)
class Option:
    """One entry.

    Parameters
    ----------
    value : object
        What it stands for.
    text : str
        As it is shown.
    tip : str
        What it does.
    reason : str
        Why it can't be chosen; empty if it can.
    """

    value: Any
    text: str
    tip: str = ""
    reason: str = ""


class ChoiceBox(QComboBox):
    """A combo box of options.

    Parameters
    ----------
    name : str
        For screen readers and the tool tip.
    narrow : int
        Letters that it is at least wide enough for.
    """

    picked = Signal(object)

    def __init__(self, name: str, narrow: int = 4, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name = name
        self._options: tuple[Option, ...] = ()
        self.setAccessibleName(name)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(narrow)
        self.activated.connect(self._on_activated)

    @property
    def options(self) -> tuple[Option, ...]:
        """The entries."""
        return self._options

    @property
    def value(self) -> Any:
        """What is chosen."""
        return self.currentData()

    def set_options(self, options: Sequence[Option], value: Any) -> None:
        """Show other entries, and one as chosen; without a signal. A value that is no entry becomes one."""
        if all(one.value != value for one in options):
            options = (*options, Option(value, str(value) or "–"))
        with QSignalBlocker(self):
            if tuple(options) != self._options:
                self._options = tuple(options)
                self._fill()
            self.setCurrentIndex(next(n for n, one in enumerate(self._options) if one.value == value))
        chosen = self._options[self.currentIndex()]
        self.setToolTip("\n".join(filter(None, (f"{self._name}: {chosen.text}", chosen.tip, chosen.reason))))

    def sizeHint(self) -> QSize:
        """Not wider than its letters ask for."""
        return QSize(super().minimumSizeHint().width(), super().sizeHint().height())

    def _fill(self) -> None:
        self.clear()
        items = self.model()
        assert isinstance(items, QStandardItemModel)
        for row, one in enumerate(self._options):
            self.addItem(one.text, one.value)
            self.setItemData(row, one.reason or one.tip, Qt.ItemDataRole.ToolTipRole)
            items.item(row).setEnabled(not one.reason)
        wide = max((self.fontMetrics().horizontalAdvance(one.text) for one in self._options), default=0)
        self.view().setMinimumWidth(min(wide + 40, 420))

    def _on_activated(self, row: int) -> None:
        chosen = self._options[row]
        if not chosen.reason:
            self.picked.emit(chosen.value)
