"""The line of numbers under a map: what an eye can't judge.

Signals: none. Numbers made before the last edit are faint, with a mark, until they are computed again.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import QEvent, QPointF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from w2vpraat.compare.maps.picture import MapNumber

from ..theme import colour

MARGIN = 6.0
BETWEEN = "  ·  "
STALE = " …"


class NumbersLine(QWidget):
    """Numbers with their names, in one line; what does not fit is in the tool tip."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.numbers: tuple[MapNumber, ...] = ()
        self.dim, self.waiting = 0, ""
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.set_numbers(())

    def set_numbers(self, numbers: Sequence[MapNumber], dim: int = 0, waiting: str = "") -> None:
        """Show other numbers.

        Parameters
        ----------
        numbers : sequence of MapNumber
        dim : int
            Dimensions of the values. A map of two has nothing that it could have lost.
        waiting : str
            Shown while there are none.
        """
        if dim in (1, 2):
            numbers = [one for one in numbers if one.key in ("agreement", "silhouette")]
        self.numbers, self.dim, self.waiting = tuple(numbers), dim, waiting
        self.setAccessibleName(self.tr("Numbers of this map: {text}").format(text=self.line))
        self.update()

    @property
    def is_stale(self) -> bool:
        """Whether some number is from before the last edit."""
        return any(one.stale for one in self.numbers)

    @property
    def line(self) -> str:
        """The whole text."""
        return BETWEEN.join(map(self.text_of, self.numbers)) or self.waiting

    def text_of(self, number: MapNumber) -> str:
        """Return a number as it is written."""
        value = "–" if math.isnan(number.value) else f"{number.value:.2f}".replace("-", "−")
        text = f"{self._short(number)} {value}"
        if number.key == "agreement" and not math.isnan(number.chance):
            text = self.tr("{number} (chance {chance})").format(number=text, chance=f"{number.chance:.2f}")
        return text + STALE if number.stale else text

    def _short(self, number: MapNumber) -> str:
        if number.key == "agreement":
            return self.tr("agreement")
        if number.key == "full_agreement":
            return self.tr("in {dim} dimensions").format(dim=self.dim)
        return self.tr(number.title)

    def sizeHint(self) -> QSize:
        """As high as a line."""
        return QSize(200, math.ceil(QFontMetricsF(self.font()).height()) + 4)

    def minimumSizeHint(self) -> QSize:
        """Any width will do."""
        return QSize(40, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw what fits; the last one that does not is cut with dots."""
        painter = QPainter(self)
        metrics = QFontMetricsF(self.font())
        y = (self.height() - metrics.height()) / 2 + metrics.ascent()
        if not self.numbers:
            painter.setPen(colour("faint"))
            room = self.width() - 2 * MARGIN
            painter.drawText(QPointF(MARGIN, y), self._cut(metrics, self.waiting, room))
            return
        x, end = MARGIN, self.width() - MARGIN
        for index, number in enumerate(self.numbers):
            if index:
                painter.setPen(colour("faint"))
                painter.drawText(QPointF(x, y), BETWEEN)
                x += metrics.horizontalAdvance(BETWEEN)
            text = self.text_of(number)
            more = index + 1 < len(self.numbers)
            wide = metrics.horizontalAdvance(text)
            painter.setPen(colour("faint" if number.stale or math.isnan(number.value) else "ink"))
            if x + wide + (metrics.horizontalAdvance(BETWEEN + "…") if more else 0.0) > end:
                # Half a number would mislead: it stands there as a whole, or not at all.
                whole = x + wide <= end
                cut = f"{text}{BETWEEN}…" if whole else text if index == 0 else "…"
                painter.drawText(QPointF(x, y), self._cut(metrics, cut, end - x))
                return
            painter.drawText(QPointF(x, y), text)
            x += wide

    def _cut(self, metrics: QFontMetricsF, text: str, room: float) -> str:
        return metrics.elidedText(text, Qt.TextElideMode.ElideRight, max(room, 0.0))

    def event(self, event: QEvent) -> bool:
        """Explain the numbers."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            QToolTip.showText(event.globalPos(), self.explanation, self)
            return True
        return super().event(event)

    @property
    def explanation(self) -> str:
        """All numbers in full, each with the sentence that explains it."""
        parts = []
        for number in self.numbers:
            text = self.text_of(replace(number, stale=False))
            if number.stale:
                text = self.tr("{number}, from before the last edit").format(number=text)
            parts.append(f"{text}: {self.tr(number.title)}\n{self.tr(number.told)}")
        return "\n\n".join(parts) or self.waiting
