"""A line for tags, divided by commas, that completes the tag being typed; and its delegate for tables.

Signals of `TagEdit`: those of `QLineEdit`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QStringListModel, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QCompleter, QLineEdit, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from .review_model import TAGS

Index = QModelIndex | QPersistentModelIndex


class TagEdit(QLineEdit):
    """Tags of one token.

    Parameters
    ----------
    words : iterable of str
        Tags in use, to choose from.
    """

    def __init__(self, words: Iterable[str] = (), parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._words = QStringListModel(self)
        # Not `setCompleter`, which would replace the whole line.
        self.offers = QCompleter(self._words, self)
        self.offers.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.offers.setWidget(self)
        self.offers.activated.connect(self._on_activated)
        self.textEdited.connect(self._on_edited)
        self.set_words(words)

    def set_words(self, words: Iterable[str]) -> None:
        """Offer these tags."""
        listed = sorted(set(words), key=str.casefold)
        if listed != self._words.stringList():
            self._words.setStringList(listed)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Leave to the list what belongs to it while it is open."""
        keys = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Escape, Qt.Key.Key_Tab, Qt.Key.Key_Backtab)
        if self.offers.popup().isVisible() and event.key() in keys:
            event.ignore()
            return
        super().keyPressEvent(event)

    def _on_edited(self, text: str) -> None:
        typed = text[: self.cursorPosition()].rpartition(",")[2].lstrip()
        self.offers.setCompletionPrefix(typed)
        found = self.offers.currentCompletion()
        if typed and found and found != typed:
            self.offers.complete()
        else:
            self.offers.popup().hide()

    def _on_activated(self, tag: str) -> None:
        place, text = self.cursorPosition(), self.text()
        before, comma, _ = text[:place].rpartition(",")
        start = f"{before}{comma} {tag}" if comma else tag
        self.setText(start + text[place:])
        self.setCursorPosition(len(start))
        self.setModified(True)


class InPlaceDelegate(QStyledItemDelegate):
    """Edits tags and notes in the table.

    Parameters
    ----------
    words : callable
        Returns the tags in use.
    """

    def __init__(self, words: Callable[[], Iterable[str]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._words = words

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:
        """Make the line in which a cell is edited."""
        line = TagEdit(self._words(), parent) if index.column() == TAGS else QLineEdit(parent)
        line.setFrame(False)
        line.setAccessibleName(self.tr("Tags") if index.column() == TAGS else self.tr("Note"))
        return line
