"""Praat's grey bars below the panes: a click plays what a bar stands for.

Signal of `PlayBars`: `play_wanted` (start, end in seconds).
"""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFont, QFontMetricsF, QHelpEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import QToolTip, QWidget

from ..theme import colour
from .time_axis import LEFT, TimeAxisView

BAR = 18.0
"""Height of a bar in pixels."""
_GAP = 2.0


class PlayBar(NamedTuple):
    """One bar.

    Attributes
    ----------
    name : {"before", "selection", "after", "earlier", "window", "later", "total"}
        ``before`` and ``after`` are the visible parts beside the cursor or selection, ``earlier`` and
        ``later`` what is not visible.
    start, end : float
        What it plays, in seconds.
    rect : QRectF
        Where it is.
    """

    name: str
    start: float
    end: float
    rect: QRectF


class PlayBars(TimeAxisView):
    """The bars: parts at the top, below the window and what is beyond it, below all of it."""

    play_wanted = Signal(float, float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._under = ""
        self.setFixedHeight(int(3 * BAR + 2))
        self.setAccessibleName(self.tr("Play bars"))
        self.setAccessibleDescription(self.tr("A click plays a part, the window or the whole recording."))

    def sizeHint(self) -> QSize:
        """Three bars."""
        return QSize(640, int(3 * BAR + 2))

    @property
    def bars(self) -> tuple[PlayBar, ...]:
        """All bars, as they are now."""
        view = self.view
        if view is None:
            return ()
        right, wide = LEFT + self.axis_width, float(self.width())
        first = min(max(view.selection_start, view.start), view.end)
        last = min(max(view.selection_end, view.start), view.end)
        found = [
            self._bar("before", 0, view.start, first, self.x_of(view.start), self.x_of(first)),
            self._bar("selection", 0, first, last, self.x_of(first), self.x_of(last)),
            self._bar("after", 0, last, view.end, self.x_of(last), self.x_of(view.end)),
            self._bar("earlier", 1, view.lowest, view.start, 0.0, float(LEFT)),
            self._bar("window", 1, view.start, view.end, float(LEFT), right),
            self._bar("later", 1, view.end, view.highest, right, wide),
            self._bar("total", 2, view.lowest, view.highest, 0.0, wide),
        ]
        return tuple(bar for bar in found if bar.end > bar.start)

    def bar_at(self, place: QPointF) -> PlayBar | None:
        """Return the bar at a place."""
        return next((bar for bar in self.bars if bar.rect.contains(place)), None)

    def paint(self, painter: QPainter) -> None:
        """Draw the bars with their durations."""
        painter.fillRect(self.rect(), colour("panel"))
        font = QFont(self.font())
        font.setPointSizeF(max(font.pointSizeF() - 1, 7.5))
        painter.setFont(font)
        metrics = QFontMetricsF(font)
        for bar in self.bars:
            under = bar.name == self._under
            chosen = bar.name == "selection"
            painter.setPen(colour("accent" if under else "faint"))
            painter.setBrush(colour("selection" if chosen else "grid" if under else "button"))
            painter.drawRect(bar.rect)
            painter.setPen(colour("selection_ink" if chosen else "ink"))
            text = next(
                (one for one in _texts(bar) if metrics.horizontalAdvance(one) < bar.rect.width() - 6), ""
            )
            painter.drawText(bar.rect, Qt.AlignmentFlag.AlignCenter, text)

    def paint_cursor(self, painter: QPainter) -> None:
        """Draw only what is being heard: lines would cross the numbers."""
        view = self.view
        if view is not None and view.playing is not None and view.start <= view.playing <= view.end:
            painter.setPen(colour("accent"))
            x = int(self.x_of(view.playing))
            painter.drawLine(x, 0, x, self.height())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Show what a click would play."""
        bar = self.bar_at(event.position())
        name = "" if bar is None else bar.name
        if name != self._under:
            self._under = name
            self.setCursor(Qt.CursorShape.PointingHandCursor if name else Qt.CursorShape.ArrowCursor)
            self.update()

    def leaveEvent(self, event: object) -> None:
        """Forget what was under the mouse."""
        self._under = ""
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Play what was clicked."""
        bar = self.bar_at(event.position())
        if bar is not None and event.button() == Qt.MouseButton.LeftButton:
            self.play_wanted.emit(bar.start, bar.end)

    def event(self, event: QEvent) -> bool:
        """Name the stretch that a click plays."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            bar = self.bar_at(QPointF(event.pos()))
            text = (
                ""
                if bar is None
                else self.tr("Play {0} – {1} s").format(f"{bar.start:.6f}", f"{bar.end:.6f}")
            )
            QToolTip.showText(event.globalPos(), text, self)
            return True
        return super().event(event)

    def _bar(self, name: str, line: int, start: float, end: float, left: float, right: float) -> PlayBar:
        rect = QRectF(left + 0.5, line * BAR + 1.5, max(right - left - 1, 1.0), BAR - _GAP)
        return PlayBar(name, start, end, rect)


def _texts(bar: PlayBar) -> tuple[str, ...]:
    """Return what may be written on a bar, from long to short."""
    seconds = bar.end - bar.start
    number = (f"{seconds:.6f}", f"{seconds:.3f}", f"{seconds:.2f}")
    words = {"window": "Visible part", "total": "Total duration"}.get(bar.name)
    if words is not None:
        return (f"{words} {number[0]} seconds", *number)
    if bar.name == "selection":
        return (f"{number[0]} ({1 / seconds:.3f} / s)", *number)
    return number
