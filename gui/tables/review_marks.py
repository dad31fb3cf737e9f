"""The star of a review queue, in the colours of the theme."""

from __future__ import annotations

import math
from functools import lru_cache

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPen, QPixmap, QPolygonF

from ..theme import colour


def star_icon(filled: bool) -> QIcon:
    """Return a star: filled for starred tokens, an outline for others."""
    shades = ("warning", "accent_ink") if filled else ("grid", "accent_ink")
    return _icon(filled, *(colour(name).name() for name in shades))


@lru_cache(maxsize=16)
def _icon(filled: bool, shade: str, on_accent: str) -> QIcon:
    icon = QIcon()
    for size in (16, 32, 48):
        icon.addPixmap(_pixmap(size, filled, QColor(shade)))
        icon.addPixmap(_pixmap(size, filled, QColor(on_accent)), QIcon.Mode.Selected)
    return icon


def _pixmap(size: int, filled: bool, shade: QColor) -> QPixmap:
    pixmap = QPixmap(size, size)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.scale(size / 16, size / 16)
    corners = []
    for number in range(10):
        radius = 6.6 if number % 2 == 0 else 2.8
        angle = math.pi * (number / 5 - 0.5)
        corners.append(QPointF(8 + radius * math.cos(angle), 8.5 + radius * math.sin(angle)))
    pen = QPen(shade, 1.2)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    painter.setPen(pen)
    painter.setBrush(shade if filled else Qt.BrushStyle.NoBrush)
    painter.drawPolygon(QPolygonF(corners))
    painter.end()
    return pixmap
