"""Small marks of tables, drawn in the colours of the theme: problems, the current row, unsaved changes."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPen, QPixmap, QPolygonF

from ..theme import colour

KINDS = ("error", "warning", "hint", "current", "unsaved", "current unsaved")


def mark(kind: str) -> QIcon:
    """Return a mark; shapes differ, so that it can be told without colours.

    Parameters
    ----------
    kind : {"error", "warning", "hint", "current", "unsaved", "current unsaved"}
    """
    names = ("error", "warning", "faint", "accent", "paper", "accent_ink")
    return _icon(kind, tuple(colour(name).name() for name in names))


@lru_cache(maxsize=64)
def _icon(kind: str, shades: tuple[str, ...]) -> QIcon:
    icon = QIcon()
    error, warning, faint, accent, paper, accent_ink = (QColor(shade) for shade in shades)
    for size in (16, 32, 48):
        icon.addPixmap(_pixmap(size, kind, error, warning, faint, accent, paper))
        # A selected row has the ground of the accent: its marks are drawn in the ink that goes with it.
        on_accent = _pixmap(size, kind, accent_ink, accent_ink, accent_ink, accent_ink, accent)
        icon.addPixmap(on_accent, QIcon.Mode.Selected)
    return icon


def _pixmap(
    size: int, kind: str, error: QColor, warning: QColor, faint: QColor, accent: QColor, paper: QColor
) -> QPixmap:
    pixmap = QPixmap(size, size)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.scale(size / 16, size / 16)
    _draw(painter, kind, error, warning, faint, accent, paper)
    painter.end()
    return pixmap


def _draw(
    painter: QPainter, kind: str, error: QColor, warning: QColor, faint: QColor, accent: QColor, paper: QColor
) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    if kind == "error":
        painter.setBrush(error)
        painter.drawEllipse(QRectF(1.5, 1.5, 13, 13))
        painter.setPen(QPen(paper, 2.0, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        painter.drawLine(QPointF(5.4, 5.4), QPointF(10.6, 10.6))
        painter.drawLine(QPointF(10.6, 5.4), QPointF(5.4, 10.6))
    elif kind == "warning":
        painter.setBrush(warning)
        painter.drawPolygon(QPolygonF([QPointF(8, 1.2), QPointF(15.2, 14.2), QPointF(0.8, 14.2)]))
        painter.setPen(QPen(paper, 1.9, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        painter.drawLine(QPointF(8, 6), QPointF(8, 9.4))
        painter.drawPoint(QPointF(8, 12))
    elif kind == "hint":
        painter.setPen(QPen(faint, 1.4))
        painter.drawEllipse(QRectF(2, 2, 12, 12))
        painter.setPen(QPen(faint, 1.7, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        painter.drawPoint(QPointF(8, 5.2))
        painter.drawLine(QPointF(8, 7.8), QPointF(8, 10.8))
    else:
        if "current" in kind:
            painter.setBrush(accent)
            painter.drawPolygon(QPolygonF([QPointF(1, 3), QPointF(7.6, 8), QPointF(1, 13)]))
        if "unsaved" in kind:
            painter.setBrush(warning)
            painter.drawEllipse(QPointF(11.6, 8), 3.1, 3.1)
