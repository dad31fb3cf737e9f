"""Base of everything that is drawn over time: one axis for waveform, spectrogram, ruler, tiers and play bars.

A view reads its `Document` and its `TimeView` and repaints when they change. It changes the `TimeView` only
(selection, range, hover); edits are signals that the editor obeys.
"""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QWidget

from w2vpraat.corpus.textgrid import TextGrid

from ..document import Document
from ..theme import colour
from ..time_view import TimeView
from .courtesy import courtesy

LEFT, RIGHT = 58, 104
"""Room beside the axis in pixels: units on the left, names of tiers and values on the right."""


class TimeAxisView(QWidget):
    """A strip whose horizontal axis is the visible stretch of the document."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.document: Document | None = None
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # keys belong to the editor

    # What is shown

    def set_document(self, document: Document | None) -> None:
        """Show another document, or nothing."""
        if self.document is not None:
            view = self.document.view
            view.range_changed.disconnect(self._on_range_changed)
            view.selection_changed.disconnect(self.update)
            view.hover_changed.disconnect(self._on_hover_changed)
            view.play_moved.disconnect(self._on_play_moved)
            self.document.grid_changed.disconnect(self._on_grid_changed)
        self.document = document
        if document is not None:
            view = document.view
            view.range_changed.connect(self._on_range_changed)
            view.selection_changed.connect(self.update)
            view.hover_changed.connect(self._on_hover_changed)
            view.play_moved.connect(self._on_play_moved)
            document.grid_changed.connect(self._on_grid_changed)
        self.update()

    @property
    def view(self) -> TimeView | None:
        """The time view of the document."""
        return None if self.document is None else self.document.view

    @property
    def grid(self) -> TextGrid | None:
        """The grid of the document."""
        return None if self.document is None else self.document.grid

    # Geometry

    @property
    def axis_width(self) -> float:
        """Pixels of the visible stretch."""
        return float(max(self.width() - LEFT - RIGHT, 1))

    @property
    def axis_rect(self) -> QRectF:
        """The part of the strip under which time runs."""
        return QRectF(LEFT, 0.0, self.axis_width, float(self.height()))

    @property
    def seconds_per_pixel(self) -> float:
        """Length of one (logical) pixel; 0 without a document."""
        return 0.0 if self.view is None else self.view.length / self.axis_width

    def x_of(self, time: float) -> float:
        """Return the horizontal place of a time."""
        assert self.view is not None
        return LEFT + (time - self.view.start) / self.view.length * self.axis_width

    def time_of(self, x: float) -> float:
        """Return the time at a horizontal place, inside the recording."""
        assert self.view is not None
        time = self.view.start + (x - LEFT) / self.axis_width * self.view.length
        return min(max(time, self.view.lowest), self.view.highest)

    def pixels(self, millimetres: float) -> float:
        """Return a length on the screen in (logical) pixels; Praat's mouse habits are given in mm."""
        return millimetres / 25.4 * max(float(self.logicalDpiX()), 72.0)

    # Drawing

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the background, the selection, what the subclass draws, the cursor."""
        with courtesy.painting():
            painter = QPainter(self)
            try:
                painter.fillRect(self.rect(), colour("panel"))
                painter.fillRect(self.axis_rect, colour("paper"))
                if self.document is not None:
                    self.paint(painter)
                    self.paint_cursor(painter)
            finally:
                painter.end()  # else Qt takes the program down after an error

    def paint(self, painter: QPainter) -> None:
        """Draw the content; subclasses do."""

    def paint_selection(self, painter: QPainter, alpha: int = 255) -> None:
        """Draw the selected stretch as a band; the subclass says when."""
        view = self.view
        assert view is not None
        if view.has_selection:
            left = max(self.x_of(view.selection_start), LEFT)
            right = min(self.x_of(view.selection_end), LEFT + self.axis_width)
            if right > left:
                painter.fillRect(QRectF(left, 0, right - left, self.height()), colour("selection", alpha))

    def paint_cursor(self, painter: QPainter) -> None:
        """Draw cursor or selection edges, the mouse's time, and what is being heard."""
        view = self.view
        assert view is not None
        for time, name, style in (
            (view.selection_start, "cursor", Qt.PenStyle.SolidLine),
            (view.selection_end, "cursor", Qt.PenStyle.SolidLine),
            (view.hover, "faint", Qt.PenStyle.DotLine),
            (view.playing, "accent", Qt.PenStyle.SolidLine),
        ):
            if time is not None and view.start <= time <= view.end:
                pen = painter.pen()
                pen.setColor(colour(name))
                pen.setStyle(style)
                pen.setWidth(1)
                painter.setPen(pen)
                x = self.x_of(time)
                painter.drawLine(int(x), 0, int(x), self.height())

    # Mouse: what all strips share

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Tell the other views where the mouse is."""
        if self.view is not None:
            inside = LEFT <= event.position().x() <= LEFT + self.axis_width
            self.view.set_hover(self.time_of(event.position().x()) if inside else None)

    def leaveEvent(self, event: object) -> None:
        """Tell the other views that the mouse has left."""
        if self.view is not None:
            self.view.set_hover(None)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Scroll; with Ctrl zoom around the mouse."""
        if self.view is None:
            return
        turn, across = event.angleDelta().y() / 120.0, event.angleDelta().x() / 120.0
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.view.zoom(0.8**turn, around=self.time_of(event.position().x()))
        else:
            self.view.scroll(-(turn if turn else across) * 0.1 * self.view.length)
        event.accept()

    # Slots

    def _on_range_changed(self, start: float, end: float) -> None:
        self.update()

    def _on_grid_changed(self, change: object) -> None:
        self.update()

    def _on_hover_changed(self, time: object) -> None:
        self.update()

    def _on_play_moved(self, time: object) -> None:
        self.update()
