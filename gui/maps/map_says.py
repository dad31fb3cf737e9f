"""What a map has to say, over its paper: what is being done, what went wrong and what helps.

Signals: none; the buttons call what they were given.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from ..theme import colour

MARGIN = 8
WIDEST = 440

Button = tuple[str, Callable[[], Any]]


class MapSays(QFrame):
    """A small sheet over a map; nothing is covered while there is nothing to say.

    Parameters
    ----------
    paper : QWidget
        The map; the sheet is its neighbour, so that buttons work while the map does not.
    """

    def __init__(self, paper: QWidget, parent: QWidget) -> None:
        super().__init__(parent)
        self._paper = paper
        self.buttons: list[QPushButton] = []
        self._kind = ""
        self._share = -1.0
        self._middle = False
        self.text = QLabel(self)
        self.text.setWordWrap(True)
        self.text.setTextFormat(Qt.TextFormat.PlainText)
        self.hint = QLabel(self)
        self.hint.setWordWrap(True)
        self.hint.setTextFormat(Qt.TextFormat.PlainText)
        self._row = QHBoxLayout()
        self._row.setSpacing(6)
        self._row.addStretch(1)
        self._column = column = QVBoxLayout(self)
        column.setContentsMargins(10, 6, 10, 8)
        column.setSpacing(4)
        column.addWidget(self.text)
        column.addWidget(self.hint)
        column.addLayout(self._row)
        self.hide()

    @property
    def message(self) -> str:
        """What is said; empty if nothing."""
        return "" if self.isHidden() else "\n".join(filter(None, (self.text.text(), self.hint.text())))

    def say(
        self,
        text: str,
        hint: str = "",
        buttons: Sequence[Button] = (),
        *,
        kind: str = "news",
        share: float = -1.0,
        middle: bool = False,
    ) -> None:
        """Say something; an empty text says nothing.

        Parameters
        ----------
        text, hint : str
            What is, and what to do.
        buttons : sequence of (title, what it does)
        kind : {"news", "error"}
        share : float
            How much is done, 0 to 1; -1: not known.
        middle : bool
            In the middle of the paper, where there is no map, instead of at its top.
        """
        if not text:
            self.hide()
            return
        self._kind, self._share, self._middle = kind, share, middle
        self.text.setText(text)
        self.hint.setText(hint)
        self.hint.setVisible(bool(hint))
        if [title for title, _ in buttons] != [button.text() for button in self.buttons]:
            self._make(buttons)
        else:
            for button, (_, act) in zip(self.buttons, buttons, strict=True):
                button.clicked.disconnect()
                button.clicked.connect(lambda _checked=False, act=act: act())
        self.setAccessibleName(text)
        self._paint()
        self.place()
        self.show()
        self.raise_()

    def place(self) -> None:
        """Lay it over the paper, which has another size now."""
        paper = self._paper
        wide = min(paper.width() - 2 * MARGIN, WIDEST)
        high = self._column.totalHeightForWidth(wide)
        if high < 0:
            high = self.sizeHint().height()
        high = min(high, max(paper.height() - 2 * MARGIN, 24))
        x = (paper.width() - wide) // 2
        y = (paper.height() - high) // 2 if self._middle else MARGIN
        self.setGeometry(paper.x() + x, paper.y() + max(y, 0), max(wide, 40), high)

    def minimumSizeHint(self) -> QSize:
        """Any size will do."""
        return QSize(40, 20)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the sheet, and how much is done."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), colour("panel", 235))
        painter.setPen(colour("error" if self._kind == "error" else "grid"))
        painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        if self._share >= 0.0:
            painter.fillRect(0, self.height() - 3, round(self._share * self.width()), 3, colour("accent"))

    def _make(self, buttons: Sequence[Button]) -> None:
        for old in self.buttons:
            self._row.removeWidget(old)
            old.hide()
            old.deleteLater()
        self.buttons = []
        for place, (title, act) in enumerate(buttons):
            button = QPushButton(title, self)
            button.clicked.connect(lambda _checked=False, act=act: act())
            self._row.insertWidget(place, button)
            button.show()
            self.buttons.append(button)

    def _paint(self) -> None:
        self.text.setStyleSheet(f"color: {colour('error').name()};" if self._kind == "error" else "")


class Veil(QWidget):
    """Makes a map faint that is no longer what was asked for; the mouse goes through."""

    def __init__(self, paper: QWidget, parent: QWidget) -> None:
        super().__init__(parent)
        self._paper = paper
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.hide()

    def lay(self, on: bool) -> None:
        """Lay it over the map, or take it away."""
        if on:
            self.place()
            self.raise_()
        self.setVisible(on)

    def place(self) -> None:
        """Lay it over the map, which has another size now."""
        self.setGeometry(self._paper.geometry())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw thin paper."""
        QPainter(self).fillRect(self.rect(), colour("paper", 150))
