"""Draws a value in a cell: figures, and beside them its interval on the column's scale, with the baseline.

Signals: none.
"""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from ..theme import colour
from .number_model import SPAN_ROLE, Span

BAR = 96
"""Pixels of the widest bar."""
SHORTEST = 36
"""Below this much room only the figures are drawn."""
PAD = 6


class IntervalDelegate(QStyledItemDelegate):
    """Cells without an interval are drawn as ever."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        """Leave room for figures and bar."""
        size = super().sizeHint(option, index)
        return size if index.data(SPAN_ROLE) is None else QSize(size.width() + BAR + 2 * PAD, size.height())

    def initStyleOption(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Keep numbers on the right away from texts that begin beside them."""
        super().initStyleOption(option, index)
        if option.displayAlignment & Qt.AlignmentFlag.AlignRight:
            option.text += "\u2002"

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Draw the figures on the left, the bar at the right edge."""
        super().paint(painter, option, index)
        span = index.data(SPAN_ROLE)
        if not isinstance(span, Span):
            return
        text = option.fontMetrics.horizontalAdvance(str(index.data() or "")) + 3 * PAD
        room = min(BAR, option.rect.width() - text - PAD)
        if room < SHORTEST:
            return
        box = QRectF(option.rect.right() - room - PAD, option.rect.top() + 3, room, option.rect.height() - 6)
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        draw_span(painter, box, span, chosen=chosen)
        painter.restore()


def draw_span(painter: QPainter, box: QRectF, span: Span, *, chosen: bool = False) -> None:
    """Draw an interval with its value and the baseline.

    Parameters
    ----------
    painter : QPainter
    box : QRectF
        Its left and right are the ends of the scale.
    span : Span
    chosen : bool
        On the background of a selected row.
    """

    def place(value: float) -> float:
        wide = span.most - span.least
        return box.left() + 4 + (box.width() - 8) * ((value - span.least) / wide if wide > 0 else 0.5)

    ink = colour("accent_ink") if chosen else colour("accent" if span.leads else "faint")
    middle = box.center().y()
    if span.baseline == span.baseline:
        dashes = QPen(ink if chosen else colour("faint"), 1.0, Qt.PenStyle.DashLine)
        dashes.setDashPattern([3, 2])
        painter.setPen(dashes)
        x = place(span.baseline)
        painter.drawLine(QPointF(x, box.top()), QPointF(x, box.bottom()))
    if span.low == span.low:
        painter.setPen(QPen(ink, 2.0, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap))
        painter.drawLine(QPointF(place(span.low), middle), QPointF(place(span.high), middle))
    painter.setPen(QPen(ink, 1.4))
    # Filled and hollow tell the same as the colours.
    painter.setBrush(ink if span.leads else colour("accent" if chosen else "paper"))
    painter.drawEllipse(QPointF(place(span.value), middle), 3.4, 3.4)
