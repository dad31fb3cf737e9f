"""The axes of a map: room for them, thin lines, few ticks. A vowel chart has them above and on the right."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPen

from w2vpraat.compare.maps.picture import MapPicture

from ...fonts import label_font
from ...theme import colour
from .frame import Frame, Limits, make_frame, tick_texts, ticks
from .sprites import shown_text

TICK = 4.0
GAP = 3.0
EDGE = 10.0
"""Room on the sides without an axis."""
X_SPACING, Y_SPACING = 85.0, 50.0
"""Least pixels between ticks."""


@dataclass(frozen=True)
class Axes:
    """What is written on the axes of one picture, in one font."""

    names: tuple[str, str]
    reversed_axes: tuple[bool, bool]
    equal: bool
    font: QFont
    x_names: tuple[tuple[float, str], ...] = ()

    @classmethod
    def of(cls, picture: MapPicture, font: QFont) -> Axes:
        """Return the axes of a picture."""
        return cls(picture.axes, picture.reversed_axes, picture.equal, font, picture.x_names)

    @property
    def on_top(self) -> bool:
        """Whether x stands above: where y begins there."""
        return self.reversed_axes[1]

    @property
    def on_right(self) -> bool:
        """Whether y stands on the right: where x begins there."""
        return self.reversed_axes[0]

    @property
    def numbered(self) -> bool:
        """Whether there are numbers: those of a projection mean nothing, only distances do."""
        return not self.equal or any(self.reversed_axes)

    @property
    def small(self) -> QFont:
        """Font of the numbers."""
        font = QFont(self.font)
        font.setPointSizeF(0.9 * self.font.pointSizeF())
        return font

    def _x_band(self) -> float:
        """Room for ticks and numbers of x."""
        font = label_font(round(self.font.pointSizeF())) if self.x_names else self.small
        return TICK + GAP + QFontMetricsF(font).height() if self.numbered else GAP

    def _y_band(self, limits: Limits, height: float) -> float:
        """Room for ticks and numbers of y; in steps, so that the frame does not tremble while one zooms."""
        if not self.numbered:
            return GAP
        metrics = QFontMetricsF(self.small)
        texts = [*tick_texts(ticks(limits.y_low, limits.y_high, _most(height, Y_SPACING))), "0000"]
        return TICK + GAP + 8.0 * ceil(max(metrics.horizontalAdvance(one) for one in texts) / 8.0)

    def lay_out(self, rect: QRectF, limits: Limits) -> Frame:
        """Return where tokens are drawn, with room for the axes."""
        title = QFontMetricsF(self.font).height() + GAP
        x_band = self._x_band() + (title if self.names[0] else 0.0)
        height = max(rect.height() - x_band - EDGE, 20.0)
        y_band = self._y_band(limits, height) + (title if self.names[1] else 0.0)
        width = max(rect.width() - y_band - EDGE, 20.0)
        left = rect.left() + ceil(EDGE if self.on_right else y_band)
        top = rect.top() + ceil(x_band if self.on_top else EDGE)
        return make_frame(
            QRectF(left, top, int(width), int(height)), limits, self.reversed_axes, equal=self.equal
        )

    def paint(self, painter: QPainter, frame: Frame) -> None:
        """Draw the frame, ticks, numbers and names."""
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(colour("faint"), 1))
        painter.drawRect(frame.rect)
        if self.numbered:
            painter.setFont(self.small)
            self._x_ticks(painter, frame)
            self._y_ticks(painter, frame)
        painter.setFont(self.font)
        painter.setPen(colour("ink"))
        self._names(painter, frame)
        painter.restore()

    def _x_labels(self, frame: Frame, metrics: QFontMetricsF) -> list[tuple[float, str]]:
        """Return what stands along x: numbers, or the names of places as far as they have room."""
        if not self.x_names:
            values = ticks(frame.limits.x_low, frame.limits.x_high, _most(frame.rect.width(), X_SPACING))
            return list(zip(values, tick_texts(values), strict=True))
        shown: list[tuple[float, str]] = []
        end = frame.rect.left() - 40.0
        for value, text in self.x_names:
            x, half = frame.pixel(value, 0.0).x(), 0.5 * metrics.horizontalAdvance(shown_text(text, 12))
            if frame.rect.left() <= x <= frame.rect.right() and x - half > end:
                shown.append((value, shown_text(text, 12)))
                end = x + half + GAP
        return shown

    def _x_ticks(self, painter: QPainter, frame: Frame) -> None:
        if self.x_names:
            font = label_font(round(self.font.pointSizeF()))
            painter.setFont(font)
        rect, metrics = frame.rect, QFontMetricsF(painter.font())
        side, out = (rect.top(), -1.0) if self.on_top else (rect.bottom(), 1.0)
        for value, text in self._x_labels(frame, metrics):
            x = round(frame.pixel(value, 0.0).x())
            painter.setPen(QPen(colour("faint"), 1))
            painter.drawLine(QPointF(x, side), QPointF(x, side + out * TICK))
            top = side + out * (TICK + GAP) - (metrics.height() if self.on_top else 0.0)
            box = QRectF(x - 60.0, top, 120.0, metrics.height())
            painter.setPen(colour("ink"))
            painter.drawText(box, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignVCenter, text)
        painter.setFont(self.small)

    def _y_ticks(self, painter: QPainter, frame: Frame) -> None:
        rect, metrics = frame.rect, QFontMetricsF(painter.font())
        side, out = (rect.right(), 1.0) if self.on_right else (rect.left(), -1.0)
        values = ticks(frame.limits.y_low, frame.limits.y_high, _most(rect.height(), Y_SPACING))
        for value, text in zip(values, tick_texts(values), strict=True):
            y = round(frame.pixel(0.0, value).y())
            painter.setPen(QPen(colour("faint"), 1))
            painter.drawLine(QPointF(side, y), QPointF(side + out * TICK, y))
            wide = metrics.horizontalAdvance(text) + 1.0
            left = side + out * (TICK + GAP) - (0.0 if self.on_right else wide)
            painter.setPen(colour("ink"))
            painter.drawText(
                QRectF(left, y - 0.5 * metrics.height(), wide, metrics.height()),
                Qt.AlignmentFlag.AlignVCenter,
                text,
            )

    def _names(self, painter: QPainter, frame: Frame) -> None:
        rect, metrics = frame.rect, QFontMetricsF(painter.font())
        high, centred = metrics.height(), Qt.AlignmentFlag.AlignCenter
        elided, band = Qt.TextElideMode.ElideRight, self._x_band()
        top = rect.top() - band - high if self.on_top else rect.bottom() + band
        name = metrics.elidedText(self.names[0], elided, rect.width())
        painter.drawText(QRectF(rect.left(), top, rect.width(), high), centred, name)
        name = metrics.elidedText(self.names[1], elided, rect.height())
        band = self._y_band(frame.limits, rect.height())
        painter.save()
        middle = 0.5 * high + band + 1.0
        painter.translate(rect.right() + middle if self.on_right else rect.left() - middle, rect.center().y())
        painter.rotate(90.0 if self.on_right else -90.0)
        painter.drawText(QRectF(-0.5 * rect.height(), -0.5 * high, rect.height(), high), centred, name)
        painter.restore()


def _most(length: float, spacing: float) -> int:
    return max(int(length / spacing), 2)
