"""Marks and letters as small masks of pixels, so that thousands can be stamped at once."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import cos, pi, sin

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QImage, QPainter, QPainterPath, QPen, QPolygonF

from w2vpraat.corpus.textgrid import to_unicode

from ...fonts import label_font

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

LONGEST = 8
"""Letters of a label on a map; longer ones are cut."""


def shown_text(label: str, longest: int = LONGEST) -> str:
    """Return a label as a map writes it: codes as signs, not too long, a lone mark on a dotted circle."""
    text = " ".join(to_unicode(label).split())
    if len(text) > longest:
        text = f"{text[: longest - 1]}…"
    if text and unicodedata.combining(text[0]):
        text = "\u25cc" + text
    return text


@dataclass(frozen=True, eq=False)
class Entries:
    """Pixels of all sprites, one after another.

    Attributes
    ----------
    start : ndarray of int, shape (n_sprites + 1,)
        Where the pixels of each sprite begin.
    row, column : ndarray of int, shape (n_pixels,)
        Relative to the centre.
    inner, outer : ndarray, shape (n_pixels,)
        Share of the pixel that the mark covers, and the mark with its rim; 0 to 1.
    """

    start: Ints
    row: Ints
    column: Ints
    inner: Floats
    outer: Floats


@dataclass(frozen=True, eq=False)
class Sheet:
    """Sprites by number; pixels at the edge apart from whole ones, which must not be spoilt by them.

    Attributes
    ----------
    reach : int
        No pixel is farther than this from a centre.
    weak, solid : Entries
    """

    reach: int
    weak: Entries
    solid: Entries


def marker_path(marker: str, radius: float) -> QPainterPath:
    """Return the outline of a mark around (0, 0); all cover about the area of a circle of this radius.

    Parameters
    ----------
    marker : {"o", "^", "s", "D", "v", "P", "X", "<", ">", "ring"}
        As matplotlib names them.
    radius : float
        In pixels.
    """
    path = QPainterPath()
    if marker == "ring":
        path.addEllipse(QPointF(), 1.1 * radius, 1.1 * radius)
        path.addEllipse(QPointF(), 0.5 * radius, 0.5 * radius)
        path.setFillRule(Qt.FillRule.OddEvenFill)
    elif marker == "s":
        side = 1.77 * radius
        path.addRect(QRectF(-0.5 * side, -0.5 * side, side, side))
    elif marker in _ANGLES:
        count, first, size = _ANGLES[marker]
        _polygon(path, [_around(first + 2.0 * pi * one / count, size * radius) for one in range(count)])
    elif marker in ("P", "X"):
        arm, half = 1.35 * radius, 0.46 * radius
        corners = [(half, half), (half, arm), (-half, arm), (-half, half), (-arm, half), (-arm, -half)]
        corners += [(-x, -y) for x, y in corners]
        turn = 0.0 if marker == "P" else 0.25 * pi
        _polygon(
            path,
            [QPointF(x * cos(turn) - y * sin(turn), x * sin(turn) + y * cos(turn)) for x, y in corners],
        )
    else:
        path.addEllipse(QPointF(), radius, radius)
    return path


_ANGLES = {
    "^": (3, -0.5 * pi, 1.5),
    "v": (3, 0.5 * pi, 1.5),
    "<": (3, pi, 1.5),
    ">": (3, 0.0, 1.5),
    "D": (4, 0.0, 1.3),
}


def _around(angle: float, radius: float) -> QPointF:
    return QPointF(radius * cos(angle), radius * sin(angle))


def _polygon(path: QPainterPath, corners: list[QPointF]) -> None:
    path.addPolygon(QPolygonF(corners))
    path.closeSubpath()


@lru_cache(maxsize=4096)
def text_path(text: str, points: float, *, bold: bool = False) -> QPainterPath:
    """Return letters in the font of labels as an outline around (0, 0), in pixels."""
    font = label_font(points, bold=bold)
    metrics = QFontMetricsF(font)
    path = QPainterPath()
    # The middle of small letters, not of the line, lies where the token is.
    path.addText(QPointF(-0.5 * metrics.horizontalAdvance(text), 0.5 * metrics.xHeight()), font, text)
    return path


@lru_cache(maxsize=32)
def marker_sheet(markers: tuple[str, ...], radius: float, rim: float) -> Sheet:
    """Return the sheet of marks; sizes in device pixels."""
    return _sheet([_masks(marker_path(marker, radius), rim) for marker in markers])


@lru_cache(maxsize=8)
def text_sheet(texts: tuple[str, ...], points: float, ratio: float, rim: float) -> Sheet:
    """Return the sheet of letters of this size at `ratio` device pixels per pixel."""
    return _sheet([_text_masks(text, points * ratio, rim) for text in texts])


@lru_cache(maxsize=4096)
def _text_masks(text: str, points: float, rim: float) -> tuple[Floats, Floats]:
    return _masks(text_path(text, points), rim)


def _sheet(masks: Sequence[tuple[Floats, Floats]]) -> Sheet:
    halves: list[list[tuple[Ints, Ints, Floats, Floats]]] = [[], []]
    reach = 1
    for inner, outer in masks:
        middle_row, middle_column = outer.shape[0] // 2, outer.shape[1] // 2
        reach = max(reach, middle_row, middle_column)
        for half, chosen in zip(halves, ((outer > 0.04) & (outer < 0.99), outer >= 0.99), strict=True):
            row, column = np.nonzero(chosen)
            half.append((row - middle_row, column - middle_column, inner[chosen], outer[chosen]))
    weak, solid = (_entries(half) for half in halves)
    return Sheet(reach, weak, solid)


def _entries(parts: list[tuple[Ints, Ints, Floats, Floats]]) -> Entries:
    start = np.concatenate([[0], np.cumsum([part[0].size for part in parts])]).astype(np.intp)
    if not parts:
        empty = np.empty(0)
        return Entries(start, empty.astype(np.intp), empty.astype(np.intp), empty, empty)
    row, column, inner, outer = (np.concatenate([part[one] for part in parts]) for one in range(4))
    return Entries(start, row, column, inner, outer)


def _masks(path: QPainterPath, rim: float) -> tuple[Floats, Floats]:
    box = path.boundingRect()
    wide = max(abs(box.left()), abs(box.right())) + rim + 1.0
    high = max(abs(box.top()), abs(box.bottom())) + rim + 1.0
    columns, rows = 2 * int(np.ceil(wide)) + 1, 2 * int(np.ceil(high)) + 1
    inner = _covered(path, rows, columns, 0.0)
    return inner, np.maximum(inner, _covered(path, rows, columns, rim)) if rim > 0.0 else inner


def _covered(path: QPainterPath, rows: int, columns: int, rim: float) -> Floats:
    image = QImage(columns, rows, QImage.Format.Format_Grayscale8)
    image.fill(0)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(0.5 * columns, 0.5 * rows)
    if rim > 0.0:
        white = Qt.GlobalColor.white
        pen = QPen(
            white, 2.0 * rim, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin
        )
        painter.strokePath(path, pen)
    painter.fillPath(path, Qt.GlobalColor.white)
    painter.end()
    lines = np.frombuffer(image.constBits(), dtype=np.uint8).reshape(rows, image.bytesPerLine())
    return np.asarray(lines[:, :columns] / 255.0)
