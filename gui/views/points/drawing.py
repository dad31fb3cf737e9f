"""What is drawn over the tokens: ellipses, courses, means, the token that is pointed at, the current one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import atan2, ceil, cos, hypot, pi, sin

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter, QPen, QPolygonF

from w2vpraat.compare.maps.picture import MapLine, MapMean

from ...fonts import label_font
from ...theme import colour
from .frame import Frame
from .letters import MOST_MOVED, apart, uncovered
from .palette import letter_colour, mark_colour
from .sprites import marker_path, shown_text, text_path

ELLIPSE_FILL = 22
"""Opacity of 255 within an ellipse."""
FEW = 10
"""Of more ellipses than this each fill is fainter."""
MOST_MEANS = 300
"""Of more, those of the fewest tokens are not written until one zooms in."""
MOST_FILLED = 40
"""More ellipses than this are lines only, or the fills would hide the tokens."""
ARROW = 9.0
PAD = 6.0
MARK_ROOM = 16.0
LETTER_RIM = 4.5
AROUND = 150.0
"""Pixels around what is seen in which ellipses are kept, so that one can pan."""


class Ellipses:
    """Draws outlines with a faint fill; the picture of them, and of some room around, is kept."""

    def __init__(self) -> None:
        self._key: tuple[object, ...] = ()
        self._image = QImage()
        self._frame: Frame | None = None

    def paint(self, painter: QPainter, frame: Frame, ellipses: Sequence[MapLine], ratio: float) -> None:
        """Draw them; `ratio` is device pixels per pixel."""
        if not ellipses:
            return
        # Panning leaves the scale as it was, but for rounding.
        scale = (f"{frame.x_scale:.9g}", f"{frame.y_scale:.9g}")
        key = (tuple(ellipses), scale, frame.rect, ratio, colour("paper").rgb())
        old = self._frame
        right = frame.x_shift - old.x_shift if old is not None else 0.0
        down = frame.y_shift - old.y_shift if old is not None else 0.0
        if key != self._key or old is None or max(abs(right), abs(down)) > AROUND:
            self._key, self._frame = key, frame
            self._draw(frame, ellipses, ratio)
            right = down = 0.0
        # By whole pixels of the device, or lines would blur.
        shift = QPointF(round(right * ratio) / ratio - AROUND, round(down * ratio) / ratio - AROUND)
        painter.drawImage(frame.rect.topLeft() + shift, self._image)

    def _draw(self, frame: Frame, ellipses: Sequence[MapLine], ratio: float) -> None:
        room = frame.rect.adjusted(-AROUND, -AROUND, AROUND, AROUND)
        self._image = QImage((room.size() * ratio).toSize(), QImage.Format.Format_ARGB32_Premultiplied)
        self._image.setDevicePixelRatio(ratio)
        self._image.fill(0)
        painter = QPainter(self._image)
        painter.translate(-room.topLeft())
        # Many ellipses lie over each other, and their fills add up to a blot.
        fill = round(ELLIPSE_FILL * min(1.0, FEW / len(ellipses))) if len(ellipses) <= MOST_FILLED else 0
        for line in ellipses:
            _ellipse(painter, frame, line, fill)
        painter.end()


def _ellipse(painter: QPainter, frame: Frame, line: MapLine, opacity: int) -> None:
    outline = _polygon(frame, line)
    shade = mark_colour(line.colour)
    if opacity:
        fill = QColor(shade)
        fill.setAlpha(opacity)
        # The line covers the edge of the fill, which is drawn four times as fast without smoothing.
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(fill)
        painter.drawPolygon(outline)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(shade, 1.3))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPolygon(outline)


def paint_courses(painter: QPainter, frame: Frame, courses: Sequence[MapLine]) -> None:
    """Draw mean courses over time: a line on a rim of paper, a head where it ends."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for line in courses:
        places = list(_polygon(frame, line))
        if len(places) < 2:
            continue
        head = _arrow_head(places)
        shade = letter_colour(line.colour)
        for ink, wide in ((colour("paper"), 4.5), (shade, 2.2)):
            pen = QPen(ink, wide, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)
            painter.setPen(pen)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawPolyline(QPolygonF(places))
            if head is not None:
                painter.setPen(QPen(ink, wide - 1.5, Qt.PenStyle.SolidLine))
                painter.setBrush(ink)
                painter.drawPolygon(head)


def _polygon(frame: Frame, line: MapLine) -> QPolygonF:
    known = line.points[np.isfinite(line.points).all(axis=1)]
    return QPolygonF([QPointF(x, y) for x, y in frame.pixels(known).tolist()])


def _arrow_head(places: list[QPointF]) -> QPolygonF | None:
    """Return the head at the end, in the direction that the last stretch of its length has."""
    tip = places[-1]
    tail = next((one for one in reversed(places[:-1]) if _distance(one, tip) >= 0.7 * ARROW), places[0])
    if _distance(tail, tip) < 1.0:
        return None
    angle = atan2(tip.y() - tail.y(), tip.x() - tail.x())
    back = [angle + pi - 0.45, angle + pi + 0.45]
    return QPolygonF(
        [tip, *(QPointF(tip.x() + ARROW * cos(one), tip.y() + ARROW * sin(one)) for one in back)]
    )


def _distance(one: QPointF, other: QPointF) -> float:
    return hypot(one.x() - other.x(), one.y() - other.y())


def paint_means(painter: QPainter, frame: Frame, means: Sequence[MapMean]) -> None:
    """Write the letters of means, on a rim of paper, a little apart where they would cover each other."""
    known = [one for one in means if np.isfinite((one.x, one.y)).all() and shown_text(one.text)]
    scale, shift = (frame.x_scale, frame.y_scale), (frame.x_shift, frame.y_shift)
    if len(known) > MOST_MOVED:
        known = [one for one in known if frame.rect.contains(frame.pixel(one.x, one.y))]
        known = sorted(known, key=lambda one: -one.n)[:MOST_MEANS]
    points = 17.0 if len(known) <= 14 else 15.0 if len(known) <= 30 else 12.0
    ratio, paper = painter.device().devicePixelRatioF(), colour("paper").rgb()
    for one, x, y in _laid_out(tuple(known), scale, points):
        place = QPointF(x + shift[0], y + shift[1])
        if frame.rect.contains(place):
            shade = letter_colour(one.colour) if one.colour >= 0 else colour("ink")
            letter = _letter(shown_text(one.text), points, shade.rgb(), paper, ratio)
            middle = QRectF(QPointF(), letter.deviceIndependentSize()).center()
            painter.drawImage(place - middle, letter)


@lru_cache(maxsize=8)
def _laid_out(
    means: tuple[MapMean, ...], scale: tuple[float, float], points: float
) -> list[tuple[MapMean, float, float]]:
    """Return the means that are written and where, in pixels from the place of zero."""
    if not means:
        return []
    places = np.array([(one.x, one.y) for one in means], dtype=np.float64) * scale
    boxes = [text_path(shown_text(one.text), points, bold=True).boundingRect() for one in means]
    sizes = np.array([(max(one.width(), 4.0) + 4.0, max(one.height(), 4.0) + 4.0) for one in boxes])
    if len(means) <= MOST_MOVED:
        places = apart(places, sizes, 1.1 * points)
        stays = np.ones(len(means), dtype=bool)
    else:
        stays = uncovered(places, sizes, np.array([one.n for one in means], dtype=np.float64))
    return [(means[one], *places[one].tolist()) for one in np.flatnonzero(stays).tolist()]


@lru_cache(maxsize=2048)
def _letter(text: str, points: float, ink: int, paper: int, ratio: float) -> QImage:
    """Return bold letters on a rim of paper, their place in the middle of the image."""
    path = text_path(text, points, bold=True)
    box = path.boundingRect()
    wide = 2.0 * ceil(max(-box.left(), box.right()) + 0.5 * LETTER_RIM + 1.0)
    high = 2.0 * ceil(max(-box.top(), box.bottom()) + 0.5 * LETTER_RIM + 1.0)
    kind = QImage.Format.Format_ARGB32_Premultiplied
    image = QImage(ceil(wide * ratio), ceil(high * ratio), kind)
    image.setDevicePixelRatio(ratio)
    image.fill(0)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(QRectF(QPointF(), image.deviceIndependentSize()).center())
    rim = QPen(QColor(paper), LETTER_RIM)
    rim.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    painter.strokePath(path, rim)
    painter.fillPath(path, QColor(ink))
    painter.end()
    return image


def paint_current(painter: QPainter, place: QPointF, radius: float) -> None:
    """Draw a bold ring with four hairs around the current token."""
    inner, outer = radius + 4.0, radius + 13.0
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for ink, wide in ((colour("paper"), 5.0), (colour("ink"), 2.2)):
        painter.setPen(QPen(ink, wide, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap))
        painter.drawEllipse(place, inner, inner)
        for x, y in ((1.0, 0.0), (-1.0, 0.0), (0.0, 1.0), (0.0, -1.0)):
            away = QPointF(x, y)
            painter.drawLine(place + away * inner, place + away * outer)


def paint_hovered(painter: QPainter, place: QPointF, radius: float) -> None:
    """Draw a ring around the token that is pointed at."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for ink, wide in ((colour("paper"), 4.5), (colour("accent"), 2.2)):
        painter.setPen(QPen(ink, wide))
        painter.drawEllipse(place, radius + 3.5, radius + 3.5)


def paint_mark(
    painter: QPainter, place: QPointF, colour_number: int, marker: str, radius: float = 4.5
) -> None:
    """Draw one mark as tokens are drawn: for legends, and beside what is told about a token."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(place)
    painter.fillPath(marker_path(marker, radius), mark_colour(colour_number))
    painter.restore()


@dataclass(frozen=True)
class Told:
    """What is told about a token.

    Attributes
    ----------
    label : str
    lines : tuple of str
        Its id, and its values of the columns that decide colour and shape.
    colour : int
        Number of its colour.
    marker : str
    """

    label: str
    lines: tuple[str, ...]
    colour: int
    marker: str


def paint_box(painter: QPainter, room: QRectF, place: QPointF, told: Told, font: QFont) -> QRectF:
    """Write what a token is into a small box beside it, within the room; return the box."""
    heading = label_font(14.0)
    head, body = QFontMetricsF(heading), QFontMetricsF(font)
    widest = max(room.width() - 2 * PAD - 20.0, 40.0)
    texts = [body.elidedText(one, Qt.TextElideMode.ElideMiddle, widest) for one in told.lines]
    label = head.elidedText(told.label, Qt.TextElideMode.ElideRight, widest - MARK_ROOM)
    first = 0.72 * head.height()  # the font leaves room for stacked marks, which a box need not have
    widths = [MARK_ROOM + head.horizontalAdvance(label), *(body.horizontalAdvance(one) for one in texts)]
    wide = max(widths) + 2 * PAD + 1
    high = first + len(texts) * body.height() + 2 * PAD
    left, top = place.x() + 14.0, place.y() - high - 10.0
    if left + wide > room.right():
        left = place.x() - 14.0 - wide
    if top < room.top():
        top = place.y() + 12.0
    left = max(min(left, room.right() - wide), room.left())
    top = max(min(top, room.bottom() - high), room.top())
    box = QRectF(round(left) + 0.5, round(top) + 0.5, round(wide), round(high))
    painter.setPen(QPen(colour("faint"), 1))
    painter.setBrush(colour("panel"))
    painter.drawRoundedRect(box, 3, 3)
    base = box.top() + 0.5 * PAD + 0.9 * first
    paint_mark(
        painter, QPointF(box.left() + PAD + 5.0, base - 0.5 * head.xHeight()), told.colour, told.marker
    )
    painter.setPen(colour("ink"))
    painter.setFont(heading)
    painter.drawText(QPointF(box.left() + PAD + MARK_ROOM, base), label)
    painter.setFont(font)
    base = box.top() + PAD + first + body.ascent()
    for text in texts:
        painter.drawText(QPointF(box.left() + PAD, base), text)
        base += body.height()
    return box


def paint_lasso(painter: QPainter, corners: Sequence[QPointF]) -> None:
    """Draw the line that is being drawn by hand."""
    painter.setPen(QPen(colour("accent"), 1.5, Qt.PenStyle.DashLine))
    painter.setBrush(colour("accent", 28))
    painter.drawPolygon(QPolygonF(corners))
