"""The whole recording as a scroll bar: its envelope, and the visible stretch as a window on it.

The window can be dragged, its edges too, and a click elsewhere moves it there. Tokens that are selected are
ticks at the lower edge, the one that is looked at has a mark at the upper edge, the one that is pointed at a
ring. Signals: `tick_pressed` (id of a selected token), `tick_pointed` (id of the one under the mouse, or
empty).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QImage, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from ..document import Document
from ..theme import colour, colours
from .sound_source import SoundSource
from .time_axis import LEFT, TimeAxisView
from .waveform_view import column_mask

EDGE = 5.0
"""A press this near (pixels) to an edge of the window takes the edge."""
NARROWEST = 10.0
"""Least width of the window in pixels."""
TICK = 10.0
"""Height of the ticks of selected tokens in pixels: there the mouse is on them."""
REACH = 4.0
"""A press this near (pixels) to a tick takes it."""


@dataclass(frozen=True)
class Tick:
    """A token of the recording: its id and its stretch in seconds."""

    token: str
    start: float
    end: float

    @property
    def middle(self) -> float:
        """Where it is marked."""
        return 0.5 * (self.start + self.end)


class OverviewBar(TimeAxisView):
    """A scroll bar over the whole recording.

    Parameters
    ----------
    source : SoundSource
        Knows the envelope.
    """

    tick_pressed = Signal(str)
    tick_pointed = Signal(str)

    def __init__(self, source: SoundSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.source = source
        self.selected: tuple[Tick, ...] = ()
        self.current: Tick | None = None
        self.hovered: Tick | None = None
        self._middles: list[float] = []
        self._pointed = ""
        self._envelope: QImage | None = None
        self._envelope_of: object = None
        self._grip: tuple[str, float] | None = None
        self.setAccessibleName(self.tr("Overview of the recording"))
        self.setToolTip(self.tr("Drag the window to scroll, its edges to zoom; double-click to show all."))
        self.setFixedHeight(34)
        source.waveform_changed.connect(self._on_waveform_changed)

    def set_document(self, document: Document | None) -> None:
        """Show another document, or nothing."""
        self._envelope, self._grip = None, None
        self.selected, self._middles, self.current, self.hovered = (), [], None, None
        super().set_document(document)

    def set_selected(self, ticks: Sequence[Tick]) -> None:
        """Mark tokens of the recording that are selected."""
        self.selected = tuple(sorted(ticks, key=lambda tick: tick.middle))
        self._middles = [tick.middle for tick in self.selected]
        self.update()

    def set_current(self, tick: Tick | None) -> None:
        """Mark the token that is looked at."""
        if tick != self.current:
            self.current = tick
            self.update()

    def set_hovered(self, tick: Tick | None) -> None:
        """Put a ring around the token that is pointed at, here or elsewhere."""
        if tick != self.hovered:
            self.hovered = tick
            self.update()

    def tick_at(self, place: QPointF) -> Tick | None:
        """Return the tick of a selected token under the mouse."""
        if self.view is None or not self._middles or place.y() < self.height() - TICK - 1:
            return None
        at = bisect_left(self._middles, self.time_at(place.x()))
        near = self.selected[max(at - 1, 0) : at + 1]
        best = min(near, key=lambda tick: abs(self.place_of(tick.middle) - place.x()))
        return best if abs(self.place_of(best.middle) - place.x()) <= REACH else None

    # Geometry: here the axis is the whole recording

    def place_of(self, time: float) -> float:
        """Return the horizontal place of a time in the recording."""
        assert self.view is not None
        share = (time - self.view.lowest) / (self.view.highest - self.view.lowest)
        return LEFT + share * self.axis_width

    def time_at(self, x: float) -> float:
        """Return the time of the recording at a horizontal place."""
        assert self.view is not None
        length = self.view.highest - self.view.lowest
        return self.view.lowest + (x - LEFT) / self.axis_width * length

    @property
    def window_rect(self) -> QRectF:
        """The window; never too narrow to be taken."""
        assert self.view is not None
        left, right = self.place_of(self.view.start), self.place_of(self.view.end)
        if right - left < NARROWEST:
            middle = 0.5 * (left + right)
            left = min(max(middle - 0.5 * NARROWEST, LEFT), LEFT + self.axis_width - NARROWEST)
            right = left + NARROWEST
        return QRectF(left, 1.0, right - left, self.height() - 2.0)

    # Drawing

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw envelope, selection and window."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), colour("panel"))
        if self.view is None:
            painter.end()
            return
        painter.fillRect(self.axis_rect, colour("paper"))
        view, window = self.view, self.window_rect
        if view.has_selection:
            left, right = self.place_of(view.selection_start), self.place_of(view.selection_end)
            painter.fillRect(QRectF(left, 0, max(right - left, 1.0), self.height()), colour("selection"))
        self._paint_envelope(painter)
        # What is not visible is veiled.
        veil = colour("panel", 170)
        painter.fillRect(QRectF(LEFT, 0, window.left() - LEFT, self.height()), veil)
        end = LEFT + self.axis_width
        painter.fillRect(QRectF(window.right(), 0, end - window.right(), self.height()), veil)
        for time, name in ((view.selection_start, "cursor"), (view.playing, "accent")):
            if time is not None:
                x = self.place_of(time)
                painter.setPen(QPen(colour(name), 1))
                painter.drawLine(QPointF(x, 0.0), QPointF(x, self.height()))
        painter.setPen(QPen(colour("accent"), 1.5))
        painter.drawRoundedRect(window, 3.0, 3.0)
        self._paint_tokens(painter)
        painter.end()

    def _paint_tokens(self, painter: QPainter) -> None:
        low = float(self.height())
        if self._middles:
            # Many in one column of pixels are one line.
            shift = 0.5 / self.devicePixelRatioF()
            columns = {round(self.place_of(middle) - shift) + shift for middle in self._middles}
            painter.setPen(QPen(colour("second"), 2.5))
            painter.drawLines([QLineF(x, low - TICK, x, low - 1.0) for x in columns])
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.current is not None:
            x = self.place_of(self.current.middle)
            painter.setPen(QPen(colour("paper"), 1.0))
            painter.setBrush(colour("cursor"))
            painter.drawPolygon(QPolygonF([QPointF(x - 6, 0), QPointF(x + 6, 0), QPointF(x, 10)]))
        if self.hovered is not None:
            middle = QPointF(self.place_of(self.hovered.middle), 0.5 * low)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            for name, width in (("paper", 5.0), ("ink", 2.2)):
                painter.setPen(QPen(colour(name), width))
                painter.drawEllipse(middle, 8.0, 8.0)

    def _paint_envelope(self, painter: QPainter) -> None:
        assert self.view is not None
        ratio = float(self.devicePixelRatioF())
        width, height = max(1, round(self.axis_width * ratio)), max(1, round((self.height() - 6) * ratio))
        key = (width, height, ratio, colours())
        if self._envelope is None or key != self._envelope_of:
            pairs = [
                peaks.columns(self.view.lowest, self.view.highest, width)
                for peaks in self.source.waveform.peaks.values()
            ]
            if not pairs:
                return
            low = np.fmin.reduce([pair[0] for pair in pairs])
            high = np.fmax.reduce([pair[1] for pair in pairs])
            reach = float(np.nanmax(np.abs([low, high]), initial=1e-6))
            inked = column_mask(low, high, -reach, reach, height)
            pixels = np.where(inked, np.uint32(colour("faint").rgba()), np.uint32(0))
            self._envelope = QImage(
                pixels.data, width, height, 4 * width, QImage.Format.Format_ARGB32_Premultiplied
            ).copy()
            self._envelope.setDevicePixelRatio(ratio)
            self._envelope_of = key
        painter.drawImage(QPointF(LEFT, 3.0), self._envelope)

    # Mouse

    def _part_at(self, x: float) -> str:
        window = self.window_rect
        # Of a narrow window the middle is for dragging.
        edge = min(EDGE, 0.25 * window.width())
        if window.left() - EDGE <= x < window.left() + edge:
            return "start"
        if window.right() - edge < x <= window.right() + EDGE:
            return "end"
        return "window" if window.left() <= x <= window.right() else ""

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take the window or an edge of it; elsewhere, move it there first."""
        if self.view is None or event.button() != Qt.MouseButton.LeftButton:
            event.ignore()
            return
        tick = self.tick_at(event.position())
        if tick is not None:
            self.tick_pressed.emit(tick.token)
            event.accept()
            return
        x = event.position().x()
        part = self._part_at(x)
        if not part:
            middle, half = self.time_at(x), 0.5 * self.view.length
            self.view.show_range(middle - half, middle + half)
            part = "window"
        begin = self.view.end if part == "end" else self.view.start
        self._grip = (part, self.time_at(x) - begin)
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Move what was taken."""
        if self.view is None:
            return
        x, view = event.position().x(), self.view
        if self._grip is None:
            tick = self.tick_at(event.position())
            self._point_at("" if tick is None else tick.token)
            cursor = Qt.CursorShape.ArrowCursor if tick is None else Qt.CursorShape.PointingHandCursor
            if tick is None and self._part_at(x) in ("start", "end"):
                cursor = Qt.CursorShape.SizeHorCursor
            self.setCursor(cursor)
            return
        part, offset = self._grip
        time = self.time_at(x) - offset
        if part == "window":
            view.show_range(time, time + view.length)
        elif part == "start":
            view.show_range(min(max(time, view.lowest), view.end), view.end)
        else:
            view.show_range(view.start, max(min(time, view.highest), view.start))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go."""
        self._grip = None

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Show all, but not from a tick: the second click on it is no wish to leave it."""
        self._grip = None
        if self.view is not None and self.tick_at(event.position()) is None:
            self.view.show_all()

    def leaveEvent(self, event: object) -> None:
        """No tick is pointed at any more."""
        super().leaveEvent(event)
        self._point_at("")

    def _point_at(self, token: str) -> None:
        if token != self._pointed:
            self._pointed = token
            self.tick_pointed.emit(token)

    # Slots

    def _on_waveform_changed(self) -> None:
        self._envelope = None
        self.update()

    def _on_hover_changed(self, time: object) -> None:
        pass  # the mouse over another pane is no news here
