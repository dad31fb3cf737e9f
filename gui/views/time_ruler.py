"""The times above the waveform, as Praat prints them: cursor or selection above, the visible stretch below.

Signals: none.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QWidget

from ..theme import colour
from .sound_strip import small_font
from .time_axis import LEFT, TimeAxisView

GAP = 8.0
"""Least pixels between two texts."""
TICK_ROOM = 90.0
"""Least pixels between two numbers of the axis."""


@dataclass(frozen=True)
class Placed:
    """A text and where it begins."""

    text: str
    x: float
    width: float
    colour: str


class TimeRuler(TimeAxisView):
    """Times of cursor, selection and visible stretch, in seconds."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.tr("Times"))
        self.setFixedHeight(round(2 * QFontMetricsF(small_font()).height()) + 8)

    @property
    def row(self) -> float:
        """Height of a row of text."""
        return (self.height() - 4.0) / 2.0

    # What is written

    def selection_texts(self) -> list[Placed]:
        """Return the texts of the upper row, left to right and without overlap."""
        view = self.view
        if view is None:
            return []
        metrics = QFontMetricsF(small_font())
        start, end = view.selection_start, view.selection_end
        if not view.has_selection:
            text = f"{start:.6f}"
            return self._apart([(text, self.x_of(start) - 0.5 * metrics.horizontalAdvance(text))], metrics)
        length = end - start
        left, right = self.x_of(start), self.x_of(end)
        words = f"{length:.6f} ({1.0 / length:.3f} / s)"
        width = metrics.horizontalAdvance(words)
        before, after = f"{start:.6f}", f"{end:.6f}"
        low, high = max(left, float(LEFT)), min(right, LEFT + self.axis_width)
        texts = [
            (before, left - GAP - metrics.horizontalAdvance(before)),
            (words, 0.5 * (low + high - width)),
            (after, right + GAP),
        ]
        if high - low < width + 2 * GAP:
            # No room in the selection: the length stands behind its end.
            texts = [
                texts[0],
                (after, right + GAP),
                (words, right + 3 * GAP + metrics.horizontalAdvance(after)),
            ]
        return self._apart(texts, metrics)

    def _apart(self, texts: list[tuple[str, float]], metrics: QFontMetricsF) -> list[Placed]:
        widths = [metrics.horizontalAdvance(text) for text, _ in texts]
        places = [x for _, x in texts]
        edge = 2.0
        for n, width in enumerate(widths):
            places[n] = max(places[n], edge)
            edge = places[n] + width + GAP
        edge = self.width() - 2.0
        for n in range(len(widths) - 1, -1, -1):
            places[n] = min(places[n], edge - widths[n])
            edge = places[n] - GAP
        return [
            Placed(text, x, width, "cursor")
            for (text, _), x, width in zip(texts, places, widths, strict=True)
        ]

    def window_texts(self) -> list[Placed]:
        """Return the texts of the lower row: start and end of the visible stretch, round times between."""
        view = self.view
        if view is None:
            return []
        metrics = QFontMetricsF(small_font())
        first, last = f"{view.start:.6f}", f"{view.end:.6f}"
        wide = metrics.horizontalAdvance(last)
        ends = [
            Placed(first, LEFT, metrics.horizontalAdvance(first), "ink"),
            Placed(last, LEFT + self.axis_width - wide, wide, "ink"),
        ]
        step, decimals = self.tick_step()
        between = []
        for time in _multiples(view.start, view.end, step):
            text = f"{time:.{decimals}f}"
            width = metrics.horizontalAdvance(text)
            x = self.x_of(time) - 0.5 * width
            if x > ends[0].x + ends[0].width + GAP and x + width < ends[1].x - GAP:
                between.append(Placed(text, x, width, "faint"))
        return [ends[0], *between, ends[1]]

    def tick_step(self) -> tuple[float, int]:
        """Return the seconds between two round times, and the decimals that they need."""
        least = self.seconds_per_pixel * TICK_ROOM
        power = math.floor(math.log10(least))
        step = next(m * 10.0**power for m in (1, 2, 5, 10) if m * 10.0**power >= least * (1.0 - 1e-9))
        return step, max(0, -math.floor(math.log10(step) + 1e-9))

    # Drawing

    def paint(self, painter: QPainter) -> None:
        """Draw both rows."""
        painter.fillRect(self.rect(), colour("panel"))
        painter.setFont(small_font())
        row = self.row
        top = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        for placed in self.selection_texts():
            painter.setPen(colour(placed.colour))
            painter.drawText(QRectF(placed.x, 0.0, placed.width + 2.0, row), top, placed.text)
        for placed in self.window_texts():
            painter.setPen(colour(placed.colour))
            painter.drawText(QRectF(placed.x, row, placed.width + 2.0, row), top, placed.text)
        view = self.view
        assert view is not None
        painter.setPen(QPen(colour("faint"), 1))
        low, bottom = self.height() - 4.0, float(self.height())
        painter.drawLine(QPointF(LEFT, bottom - 0.5), QPointF(LEFT + self.axis_width, bottom - 0.5))
        for time in _multiples(view.start, view.end, self.tick_step()[0]):
            painter.drawLine(QPointF(self.x_of(time), low), QPointF(self.x_of(time), bottom))

    def paint_cursor(self, painter: QPainter) -> None:
        """Mark cursor and mouse beside the ticks only: no line runs through the numbers."""
        view = self.view
        assert view is not None
        for time, name in (
            (view.selection_start, "cursor"),
            (view.selection_end, "cursor"),
            (view.hover, "ink"),
            (view.playing, "accent"),
        ):
            if time is not None and view.start <= time <= view.end:
                painter.setPen(QPen(colour(name), 2))
                x = self.x_of(time)
                painter.drawLine(QPointF(x, self.height() - 5.0), QPointF(x, float(self.height())))


def _multiples(start: float, end: float, step: float) -> list[float]:
    return [n * step for n in range(math.ceil(start / step - 1e-9), math.floor(end / step + 1e-9) + 1)]
