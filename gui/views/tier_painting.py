"""Draws the rows of the tiers: labels, boundaries, points, what is broken, and the preview of a drag."""

from __future__ import annotations

import unicodedata
from math import floor, log2
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QFont, QFontMetricsF, QPainter, QPen, QPolygonF

from w2vpraat.corpus.textgrid import IntervalTier

from ..fonts import label_font
from ..theme import colour
from .tier_layout import NARROW, Piece, Row, can_add_at, selected_number, shown_label
from .time_axis import LEFT

if TYPE_CHECKING:
    from .tier_view import TierView

PAD = 2.0
"""Room between a boundary and its label, in pixels."""
_TIES = range(0x35C, 0x363)
_TONES = range(0x2E5, 0x2EA)


def signs(text: str) -> list[str]:
    """Divide a label into what must not be torn: letters with their marks, tied letters, runs of tones."""
    found: list[str] = []
    for sign in text:
        before = found[-1][-1] if found else ""
        joined = before and (
            unicodedata.combining(sign)
            or ord(before) in _TIES
            or (ord(sign) in _TONES and ord(before) in _TONES)
        )
        if joined:
            found[-1] += sign
        else:
            found.append(sign)
    return found


class TierPainter:
    """Draws one picture of a `TierView`."""

    def __init__(self, painter: QPainter, tiers: TierView) -> None:
        assert tiers.view is not None
        self._painter = painter
        self._tiers = tiers
        self._view = tiers.view
        self._left = float(LEFT)
        self._right = LEFT + tiers.axis_width
        self._painted = 0
        selected = None if tiers.document is None else tiers.document.tier
        self._number = (
            0
            if selected is None
            else selected_number(selected, self._view.selection_start, self._view.selection_end)
        )

    def paint_rows(self) -> int:
        """Draw all rows that are seen; return how many items were drawn."""
        for row in self._tiers.rows:
            if row.bottom > 0 and row.top < self._tiers.height():
                self._row(row)
        return self._painted

    def paint_over(self) -> None:
        """Draw what lies over the cursor: its circles and the preview of a drag."""
        self._circles()
        self._ghost()

    # Rows

    def _row(self, row: Row) -> None:
        painter, tiers = self._painter, self._tiers
        tier = tiers.tier_of(row)
        index = tiers.index_of(tier)
        axis = QRectF(self._left, row.top, tiers.axis_width, row.height)
        painter.save()
        painter.setClipRect(axis)
        if row.second:
            painter.fillRect(axis, colour("panel"))
        self._selection(row)
        narrow = NARROW * tiers.seconds_per_pixel
        for start, end in index.breaks(self._view.start, self._view.end, narrow):
            self._fault(row, start, end)
        for piece in index.pieces(self._view.start, self._view.end, narrow):
            self._painted += 1
            if piece.count > 1:
                self._band(row, piece)
            elif isinstance(tier, IntervalTier):
                self._interval(row, piece, tier)
            else:
                self._point(row, piece)
        painter.restore()
        self._beside(row)
        painter.setPen(QPen(colour("faint" if not row.second else "grid"), 1))
        painter.drawLine(int(self._left), int(row.bottom), int(self._right), int(row.bottom))

    def _selection(self, row: Row) -> None:
        view, tiers = self._view, self._tiers
        if not view.has_selection:
            return
        chosen = row.tier == view.tier and not row.second
        start, end = tiers.x_of(view.selection_start), tiers.x_of(view.selection_end)
        band = QRectF(start, row.top, end - start, row.height)
        self._painter.fillRect(band, colour("selection", 255 if chosen else 90))

    def _fault(self, row: Row, start: float, end: float) -> None:
        left, right = self._tiers.x_of(start), self._tiers.x_of(end)
        if right - left < 5.0:  # what has no duration must be seen as well
            left, right = 0.5 * (left + right) - 2.5, 0.5 * (left + right) + 2.5
        box = QRectF(left, row.top, right - left, row.height)
        self._painter.fillRect(box, colour("warning", 40))
        self._painter.fillRect(box, QBrush(colour("warning", 170), Qt.BrushStyle.BDiagPattern))

    def _band(self, row: Row, piece: Piece) -> None:
        # Many items in two pixels: the more, the darker. On the raster that they were counted in.
        shade = colour(self._line_colour(row), min(50 + int(28 * log2(piece.count)), 230))
        cell = floor((self._tiers.x_of(min(piece.item[0], piece.item[-2])) - self._left) / NARROW + 1e-6)
        height = row.height if isinstance(self._tiers.tier_of(row), IntervalTier) else 0.5 * row.height
        self._painter.fillRect(QRectF(self._left + NARROW * cell, row.top, NARROW, height), shade)

    def _interval(self, row: Row, piece: Piece, tier: IntervalTier) -> None:
        tiers, view, label = self._tiers, self._view, self._label(row, piece)
        start, end = tier.intervals[piece.number - 1][:2]
        own = row.tier == view.tier and not row.second
        selected = own and piece.number == self._number
        if selected and not view.has_selection:
            edges = tiers.x_of(start), tiers.x_of(end)
            shade = QRectF(edges[0], row.top, edges[1] - edges[0], row.height)
            self._painter.fillRect(shade, colour("selection", 150))
        for time in (start, end):
            # Edges of the tier are no boundaries; an end is drawn by the interval that follows, if one does.
            if time in (tier.start, tier.end) or not view.start <= time <= view.end:
                continue
            if time == end and piece.number < len(tier) and tier.intervals[piece.number].start == end:
                continue
            self._boundary(row, time, chosen=own and time == view.selection_start)
        left = max(tiers.x_of(min(start, end)), self._left) + PAD
        right = min(tiers.x_of(max(start, end)), self._right) - PAD + 1
        if label:
            self._text(row, left, right, label, "selection_ink" if selected else "ink")

    def _boundary(self, row: Row, time: float, *, chosen: bool) -> None:
        held = self._tiers.grabbed == (row.tier, time) and not row.second
        name = "selected_boundary" if chosen or held else self._line_colour(row)
        x = int(self._tiers.x_of(time))
        self._painter.setPen(QPen(colour(name), 2 if chosen or held else 1))
        self._painter.drawLine(x, int(row.top), x, int(row.bottom))

    def _point(self, row: Row, piece: Piece) -> None:
        tiers, view, time = self._tiers, self._view, piece.item[0]
        held = tiers.grabbed == (row.tier, time) and not row.second
        chosen = row.tier == view.tier and not row.second and time == view.selection_start
        name = "selected_boundary" if chosen or held else "second" if row.second else "point"
        x = int(tiers.x_of(time))
        text = self._label(row, piece)
        metrics = tiers.label_metrics
        middle = row.top + 0.5 * row.height
        self._painter.setPen(QPen(colour(name), 2 if chosen or held else 1))
        if not text:
            self._painter.drawLine(x, int(row.top), x, int(row.bottom))
            return
        # The tick above and below, the label between, as in Praat.
        half = 0.36 * metrics.height()
        self._painter.drawLine(x, int(row.top), x, int(max(middle - half, row.top + 3)))
        self._painter.drawLine(x, int(min(middle + half, row.bottom - 3)), x, int(row.bottom))
        width = tiers.text_width(text)
        self._draw(row, x - 0.5 * width, text, name if row.second or chosen or held else "ink")

    # Labels

    def _label(self, row: Row, piece: Piece) -> str:
        typed = self._tiers.typed
        if typed is not None and not row.second and typed[:2] == (row.tier, piece.number):
            return shown_label(typed[2])
        return shown_label(piece.item.label)

    def _text(self, row: Row, left: float, right: float, text: str, ink: str) -> None:
        tiers, room = self._tiers, right - left
        width = tiers.text_width(text)
        name = "second" if row.second else ink
        if width <= room:
            self._draw(row, left + 0.5 * (room - width), text, name)
            return
        fits = ""
        for sign in signs(text):
            if tiers.text_width(fits + sign) > room:
                break
            fits += sign
        if fits:
            self._draw(row, left, fits, name)
            # More than this is there.
            corner = QPointF(right, row.bottom - 2)
            mark = QPolygonF([corner, corner + QPointF(-5, 0), corner + QPointF(0, -5)])
            self._painter.setPen(Qt.PenStyle.NoPen)
            self._painter.setBrush(colour("accent"))
            self._painter.drawPolygon(mark)
        elif room > 0:
            # Not even a sign fits; that there is a label is still told.
            middle = row.top + 0.5 * row.height
            self._painter.fillRect(QRectF(left, middle - 1, room, 2), colour(name, 190))

    def _draw(self, row: Row, x: float, text: str, name: str) -> None:
        metrics = self._tiers.label_metrics
        base = row.top + 0.5 * (row.height - metrics.height()) + metrics.ascent()
        self._painter.setFont(self._tiers.label_font)
        self._painter.setPen(colour(name))
        self._painter.drawText(QPointF(x, base), text)

    def _line_colour(self, row: Row) -> str:
        return "second" if row.second else "boundary"

    # Beside the axis

    def _beside(self, row: Row) -> None:
        painter, tiers = self._painter, self._tiers
        tier = tiers.tier_of(row)
        chosen = row.tier == self._view.tier and not row.second
        name_left, name_right = self._right + 8, tiers.names_right
        middle = row.top + 0.5 * row.height
        if chosen:
            painter.fillRect(QRectF(0, row.top + 1, self._left, row.height - 1), colour("button"))
            rest = QRectF(self._right, row.top + 1, tiers.width() - self._right, row.height - 1)
            painter.fillRect(rest, colour("button"))
            painter.fillRect(QRectF(0, row.top + 1, 4, row.height - 1), colour("accent"))
        plain = QFont(tiers.font())
        if row.second:
            painter.setFont(plain)
            painter.setPen(colour("second"))
            where = QRectF(0, row.top, self._left - 6, row.height)
            painter.drawText(where, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, "2nd")
            beside = QRectF(name_left, row.top, name_right - name_left, row.height)
            painter.drawText(beside, Qt.AlignmentFlag.AlignVCenter, f"({len(tier)})")
            return
        plain.setBold(chosen)
        painter.setFont(plain)
        painter.setPen(colour("ink"))
        number = QRectF(8, row.top, self._left - 16, row.height)
        painter.drawText(number, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, str(row.tier))
        if tiers.index_of(tier).is_broken:
            painter.setPen(colour("warning"))
            painter.drawText(number, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, "⚠")
        named = label_font(10.5, bold=chosen)
        painter.setFont(named)
        painter.setPen(colour("ink"))
        elided = QFontMetricsF(named).elidedText(
            shown_label(tier.name), Qt.TextElideMode.ElideRight, name_right - name_left
        )
        painter.drawText(QPointF(name_left, middle - 2), elided)
        small = QFont(tiers.font())
        small.setPointSizeF(max(small.pointSizeF() - 1, 7.0))
        painter.setFont(small)
        painter.setPen(colour("ink" if chosen else "faint"))
        counted = f"({self._number}/{len(tier)})" if chosen and self._number else f"({len(tier)})"
        painter.drawText(QPointF(name_left, middle + 12), counted)

    # Over everything

    def _circles(self) -> None:
        view, tiers, painter = self._view, self._tiers, self._painter
        if view.has_selection or not view.start <= view.cursor <= view.end:
            return
        x, radius = tiers.x_of(view.cursor), tiers.circle_radius
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(colour("boundary"), 1.2))
        painter.setBrush(colour("paper"))
        for row in tiers.rows:
            if not row.second and can_add_at(tiers.tier_of(row), view.cursor):
                painter.drawEllipse(QPointF(x, row.top + radius + 1), radius, radius)
        painter.restore()

    def _ghost(self) -> None:
        ghost, tiers, painter, view = self._tiers.ghost, self._tiers, self._painter, self._view
        if ghost is None:
            return
        name = "faint" if ghost.refused else "selected_boundary"
        rows = {row.tier: row for row in tiers.rows if not row.second}
        x = int(tiers.x_of(ghost.time))
        painter.setPen(QPen(colour(name, 150), 1, Qt.PenStyle.DashLine))
        painter.drawLine(x, 0, x, tiers.height())
        painter.setPen(QPen(colour(name), 3))
        for tier, time in ghost.marks:
            if view.start <= time <= view.end and tier in rows:
                place = int(tiers.x_of(time))
                painter.drawLine(place, int(rows[tier].top), place, int(rows[tier].bottom))
        moved = 1000 * (ghost.time - ghost.from_time)
        text = ghost.refused or f"{ghost.time:.6f} s   {_signed(moved)} ms{'   ⇥' if ghost.snapped else ''}"
        font = QFont(tiers.font())
        painter.setFont(font)
        metrics = QFontMetricsF(font)
        width, height = metrics.horizontalAdvance(text) + 12, metrics.height() + 6
        left = min(max(x + 8.0, self._left), self._right - width)
        # Away from the tier that is being looked at.
        held = rows[ghost.marks[0][0]] if ghost.marks else None
        low = held is not None and held.top < 0.5 * tiers.height()
        box = QRectF(left, tiers.height() - height - 3 if low else 3, width, height)
        painter.setPen(QPen(colour(name), 1))
        painter.setBrush(colour("panel"))
        painter.drawRoundedRect(box, 3, 3)
        painter.setPen(colour("warning" if ghost.refused else "ink"))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)


def _signed(milliseconds: float) -> str:
    return f"{milliseconds:+.1f}".replace("-", "−")
