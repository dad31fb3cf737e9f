"""Base of the panes that draw sound: Praat's mouse, and a picture that is drawn anew only if it changed.

Signals: those of `TimeAxisView`'s documents; the mouse changes the `TimeView` only.
"""

from __future__ import annotations

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QFont, QImage, QMouseEvent, QPainter
from PySide6.QtWidgets import QWidget

from ..document import Document
from ..theme import colours
from .sound_source import SoundSource
from .time_axis import LEFT, TimeAxisView

SMALL_POINTS = 8.5
"""Size of the numbers beside the axis."""


def small_font() -> QFont:
    """Return the font of the numbers beside the axis."""
    font = QFont()
    font.setPointSizeF(SMALL_POINTS)
    return font


class SoundStrip(TimeAxisView):
    """A pane of sound.

    Parameters
    ----------
    source : SoundSource
        What there is to draw.
    """

    def __init__(self, source: SoundSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.source = source
        self._picture: QImage | None = None
        self._picture_of: object = None
        self._anchor: float | None = None
        self._pressed_at = 0.0
        self._dragging = False

    def set_document(self, document: Document | None) -> None:
        """Show another document, or nothing."""
        self._picture = None
        self._anchor = None
        super().set_document(document)

    # Drawing

    @property
    def ratio(self) -> float:
        """Pixels of the device per pixel of the widget."""
        return float(self.devicePixelRatioF())

    @property
    def columns(self) -> int:
        """Columns of device pixels under the axis."""
        return max(1, round(self.axis_width * self.ratio))

    def redraw(self) -> None:
        """Draw the picture anew, since something arrived or another thing is shown."""
        self._picture = None
        self.update()

    def paint(self, painter: QPainter) -> None:
        """Draw what is below the picture, the picture, what is above it."""
        assert self.view is not None
        key = (self.width(), self.height(), self.ratio, self.view.start, self.view.end, colours())
        if self._picture is None or key != self._picture_of:
            self._picture, self._picture_of = self._drawn(), key
        self.paint_below(painter)
        painter.drawImage(QPointF(0.0, 0.0), self._picture)
        self.paint_above(painter)

    def paint_picture(self, painter: QPainter) -> None:
        """Draw what depends on the visible stretch, but not on cursor, selection and mouse."""

    def paint_below(self, painter: QPainter) -> None:
        """Draw under the picture."""

    def paint_above(self, painter: QPainter) -> None:
        """Draw over the picture, and beside it."""

    def _drawn(self) -> QImage:
        picture = QImage(
            max(1, round(self.width() * self.ratio)),
            max(1, round(self.height() * self.ratio)),
            QImage.Format.Format_ARGB32_Premultiplied,
        )
        picture.setDevicePixelRatio(self.ratio)
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        painter.setFont(small_font())
        self.paint_picture(painter)
        painter.end()
        return picture

    # Mouse

    def time_seen(self, x: float) -> float:
        """Return the time at a horizontal place, inside what is visible."""
        assert self.view is not None
        return min(max(self.time_of(x), self.view.start), self.view.end)

    def press(self, time: float, y: float) -> None:
        """Put the cursor; the spectrogram also takes the frequency."""
        assert self.view is not None
        self.view.select(time)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Put the cursor; with Shift move the nearer edge of the selection here."""
        x = event.position().x()
        inside = LEFT <= x <= LEFT + self.axis_width
        if self.view is None or event.button() != Qt.MouseButton.LeftButton or not inside:
            event.ignore()
            return
        time, view = self.time_seen(x), self.view
        self._pressed_at, self._dragging = x, False
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            # As in Praat: the edge that is farther away stays.
            late = time >= 0.5 * (view.selection_start + view.selection_end)
            self._anchor = view.selection_start if late else view.selection_end
            view.select(self._anchor, time)
        else:
            self._anchor = time
            self.press(time, event.position().y())
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Select what the mouse is dragged over, once it has moved far enough."""
        super().mouseMoveEvent(event)
        if self.view is None or self._anchor is None:
            return
        x = event.position().x()
        far = abs(x - self._pressed_at) > self.pixels(self.source.settings.editor.drag_start)
        self._dragging = self._dragging or far
        if self._dragging:
            self.view.select(self._anchor, self.time_seen(x))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End the drag."""
        self._anchor = None

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Select the interval (or point) of the selected tier here."""
        self._anchor = None
        if self.view is None or self.document is None or event.button() != Qt.MouseButton.LeftButton:
            return
        tier, time = self.document.tier, self.time_seen(event.position().x())
        if tier is None:
            return
        items = tier.items
        if items and len(items[0]) == 2:
            nearest = min(items, key=lambda point: abs(point[0] - time))
            self.view.select(nearest[0])
        elif number := getattr(tier, "number_at", lambda _: 0)(time):
            self.view.select(items[number - 1][0], items[number - 1][1])
