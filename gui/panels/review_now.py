"""The token that is looked at: its label, tags and note, also if it is in no queue.

Signals of `ReviewNow`: `said` (name "tags" or "note", text, id of the token), `left` (Enter or Escape: the
keyboard goes back to where it was).
"""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QSizePolicy, QWidget

from w2vpraat.session.choices import ReviewMark

from ..fonts import label_font
from ..tables.tag_edit import TagEdit
from .section import ShortLabel


class ReviewNow(QWidget):
    """One line: label, where it is, tags, note."""

    said = Signal(str, str, str)
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.token = ""
        self.label = QLabel()
        self.label.setFont(label_font(12))
        self.label.setTextFormat(Qt.TextFormat.PlainText)
        self.label.setMinimumWidth(24)
        self.where = ShortLabel()
        self.where.setMinimumWidth(60)
        self.tags = TagEdit()
        self.tags.setPlaceholderText(self.tr("tags, divided by commas"))
        self.tags.setAccessibleName(self.tr("Tags of this token"))
        self.note = QLineEdit()
        self.note.setPlaceholderText(self.tr("note"))
        self.note.setAccessibleName(self.tr("Note on this token"))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        row.addWidget(self.label)
        row.addWidget(self.where, 2)
        row.addWidget(self.tags, 2)
        row.addWidget(self.note, 4)
        for line in (self.tags, self.note):
            line.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            line.setMinimumWidth(70)
            line.installEventFilter(self)
            line.editingFinished.connect(self._on_finished)
        self.show_token("", "", "", ReviewMark())

    def show_token(self, token: str, label: str, where: str, said: ReviewMark) -> None:
        """Show another token, or what is said of it now; empty: none."""
        if token != self.token:
            self._on_finished()  # what was typed belongs to the token before
        is_other = token != self.token
        self.token = token
        self.label.setText(label)
        self.where.set_line(where)
        self.where.setToolTip(token)
        for line, text in ((self.tags, ", ".join(said.tags)), (self.note, said.note)):
            line.setEnabled(bool(token))
            line.setProperty("kept", text)
            if is_other or not line.isModified():
                line.setText(text)
                line.setCursorPosition(0)

    def set_words(self, words: Iterable[str]) -> None:
        """Offer these tags."""
        self.tags.set_words(words)

    def begin(self, name: str) -> None:
        """Take the keyboard to "tags" or "note"."""
        line = self.tags if name == "tags" else self.note
        line.setFocus(Qt.FocusReason.ShortcutFocusReason)
        line.end(False)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Go back on Enter and on Escape, which takes back what was typed."""
        if (
            event.type() == QEvent.Type.KeyPress
            and isinstance(event, QKeyEvent)
            and isinstance(watched, QLineEdit)
        ):
            if event.key() == Qt.Key.Key_Escape:
                watched.setText(str(watched.property("kept") or ""))
                self.left.emit()
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._on_finished()
                self.left.emit()
                return True
        return super().eventFilter(watched, event)

    def _on_finished(self) -> None:
        for name, line in (("tags", self.tags), ("note", self.note)):
            if line.isModified():
                line.setModified(False)
                if self.token and line.text() != line.property("kept"):
                    self.said.emit(name, line.text(), self.token)
