"""Small multiples of one token, one per candidate ceiling: spectrogram, formant tracks, error, flags.

Signals of `CandidatePictures`: `selected` (index of the picture), `taken` (index; Enter or a double click).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetrics,
    QHelpEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
)
from PySide6.QtWidgets import QToolTip, QWidget

from w2vpraat.acoustics.spectrogram import grey_levels
from w2vpraat.acoustics.token_candidates import CandidateTrack
from w2vpraat.params import SpectrogramParams

from ..theme import colour, colours
from ..work.candidates import Picture

GAP, HEAD, FRAME, SCALE = 8.0, 20.0, 3.0, 26.0
"""Pixels between pictures, of the line above each, of its frame, and of the frequencies at the left."""
TRACKS = ("formant", "f0", "formant", "f0")
"""Colours of F1 to F4: neighbours differ."""


class CandidatePictures(QWidget):
    """All candidates of a token. Arrow keys select, Enter takes."""

    selected = Signal(int)
    taken = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.picture: Picture | None = None
        self.index = 0
        self._image: QImage | None = None
        self._image_colours: object = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(self.tr("Candidate ceilings"))
        self.setMinimumSize(520, 320)

    def sizeHint(self) -> QSize:
        """Room for nine pictures."""
        return QSize(920, 560)

    def set_picture(self, picture: Picture | None, *, keep_index: bool = False) -> None:
        """Show another token; the picture in use, else the smoothest, is selected."""
        self.picture = picture
        self._image = None
        if picture is not None:
            found = picture.candidates
            if not keep_index or self.index >= len(found.tracks):
                best = found.chosen if found.chosen is not None else found.smoothest
                self.index = best or 0
        self.select(self.index)

    @property
    def tracks(self) -> tuple[CandidateTrack, ...]:
        """The candidates, by ascending ceiling."""
        return () if self.picture is None else self.picture.candidates.tracks

    def select(self, index: int) -> None:
        """Select a picture."""
        if not self.tracks:
            self.update()
            return
        self.index = min(max(index, 0), len(self.tracks) - 1)
        self.setAccessibleDescription(self.describe(self.index))
        self.selected.emit(self.index)
        self.update()

    def describe(self, index: int) -> str:
        """Return a candidate in words."""
        assert self.picture is not None
        found, track = self.picture.candidates, self.tracks[index]
        parts = [self.tr("{hertz:g} Hz").format(hertz=track.ceiling)]
        if index == found.chosen:
            parts.append(self.tr("in use"))
        values = np.median(track.at_points, axis=0) if len(track.at_points) else np.full(4, np.nan)
        told = ", ".join(f"F{n} {value:.0f}" for n, value in enumerate(values, 1) if math.isfinite(value))
        if told:
            parts.append(self.tr("{formants} Hz").format(formants=told))
        if math.isfinite(track.error):
            smooth = self.tr(" (smoothest)") if index == found.smoothest else ""
            parts.append(self.tr("error {error:.3g}{smooth}").format(error=track.error, smooth=smooth))
        else:
            parts.append(self.tr("too short to judge"))
        parts += [flag.text for flag in track.flags]
        return "; ".join(parts)

    # Geometry

    def _shape(self) -> tuple[int, int]:
        count = max(len(self.tracks), 1)
        best, shape = 0.0, (count, 1)
        # Pictures twice as wide as high show a vowel best.
        for columns in range(1, count + 1):
            rows = -(-count // columns)
            width = (self.width() - GAP - SCALE) / columns - GAP
            height = (self.height() - GAP) / rows - GAP - HEAD
            size = min(width, 2.0 * height)
            if size > best:
                best, shape = size, (columns, rows)
        return shape

    def cell(self, index: int) -> QRectF:
        """Return the place of a picture with the line above it."""
        columns, rows = self._shape()
        width, height = (self.width() - GAP - SCALE) / columns, (self.height() - GAP) / rows
        row, column = divmod(index, columns)
        return QRectF(SCALE + GAP + column * width, GAP + row * height, width - GAP, height - GAP)

    def _at(self, place: QPointF) -> int:
        return next((n for n in range(len(self.tracks)) if self.cell(n).contains(place)), -1)

    # Drawing

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw all pictures."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), colour("panel"))
        if self.picture is not None:
            for index, track in enumerate(self.tracks):
                self._paint_cell(painter, self.cell(index), index, track)
        painter.end()

    def _paint_cell(self, painter: QPainter, cell: QRectF, index: int, track: CandidateTrack) -> None:
        assert self.picture is not None
        found = self.picture.candidates
        in_use, is_selected = index == found.chosen, index == self.index
        plot = cell.adjusted(FRAME, HEAD, -FRAME, -FRAME)
        if is_selected:
            painter.fillRect(cell, colour("selection"))
        self._paint_head(painter, QRectF(cell.left() + 4, cell.top(), cell.width() - 8, HEAD), index, track)
        if index % self._shape()[0] == 0:
            self._paint_scale(painter, plot)
        painter.save()
        painter.setClipRect(plot)
        self._paint_sound(painter, plot)
        self._paint_tracks(painter, plot, track)
        painter.restore()
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(colour("grid"), 1.0))
        painter.drawRect(plot)
        if in_use:
            painter.setPen(QPen(colour("accent"), FRAME))
            painter.drawRect(cell.adjusted(1.5, 1.5, -1.5, -1.5))
        if is_selected and self.hasFocus():
            painter.setPen(QPen(colour("selected_boundary"), 1.5, Qt.PenStyle.DashLine))
            painter.drawRect(cell.adjusted(3.5, 3.5, -3.5, -3.5))

    def _paint_head(self, painter: QPainter, line: QRectF, index: int, track: CandidateTrack) -> None:
        assert self.picture is not None
        found = self.picture.candidates
        bold = QFont(self.font())
        bold.setBold(True)
        painter.setFont(bold)
        painter.setPen(colour("selection_ink") if index == self.index else colour("ink"))
        title = self.tr("{hertz:g} Hz").format(hertz=track.ceiling)
        middle = int(Qt.AlignmentFlag.AlignVCenter)
        painter.drawText(line, middle | int(Qt.AlignmentFlag.AlignLeft), title)
        used = QFontMetrics(bold).horizontalAdvance(title) + 8
        painter.setFont(self.font())
        metrics = QFontMetrics(self.font())
        error = f"{track.error:.2g}" if math.isfinite(track.error) else "–"
        told = ("✓ " if index == found.smoothest else "") + error
        width = metrics.horizontalAdvance(told)
        painter.drawText(line, middle | int(Qt.AlignmentFlag.AlignRight), told)
        if track.flags:
            room = line.adjusted(used, 0, -width - 8, 0)
            names = "⚑ " + " ".join(
                flag.limit.name + ("↑" if flag.limit.edge == "max" else "↓") for flag in track.flags
            )
            painter.setPen(colour("warning"))
            shown = metrics.elidedText(names, Qt.TextElideMode.ElideRight, max(int(room.width()), 0))
            painter.drawText(room, middle | int(Qt.AlignmentFlag.AlignLeft), shown)

    def _paint_scale(self, painter: QPainter, plot: QRectF) -> None:
        assert self.picture is not None
        painter.setPen(colour("faint"))
        step = 1000 if plot.height() > 90 else 2000
        for hertz in range(0, int(self.picture.top) + 1, step):
            y = self._y(plot, hertz)
            painter.drawLine(QPointF(plot.left() - 6, y), QPointF(plot.left() - FRAME, y))
            if hertz:
                text = f"{hertz // 1000}k"
                room = QRectF(0, y - 8, plot.left() - 8, 16)
                align = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
                painter.drawText(room, align | int(Qt.TextFlag.TextDontClip), text)

    def _paint_sound(self, painter: QPainter, plot: QRectF) -> None:
        assert self.picture is not None
        picture, tile = self.picture, self.picture.tile
        painter.fillRect(plot, colour("paper"))
        image = self._spectrogram()
        if image is not None:
            left = self._x(plot, float(tile.times[0]) - 0.5 * tile.step)
            right = self._x(plot, float(tile.times[-1]) + 0.5 * tile.step)
            half = 0.5 * tile.frequency_step
            bottom = self._y(plot, float(tile.frequencies[0]) - half)
            top = self._y(plot, float(tile.frequencies[-1]) + half)
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(QRectF(left, top, right - left, bottom - top), image)
        painter.setPen(QPen(colour("boundary"), 1.2))
        for time in (picture.token.start, picture.token.end):
            x = self._x(plot, time)
            painter.drawLine(QPointF(x, plot.top()), QPointF(x, plot.bottom()))
        painter.setPen(QPen(colour("cursor"), 1.0, Qt.PenStyle.DashLine))
        for time in picture.candidates.point_times.tolist():
            x = self._x(plot, time)
            painter.drawLine(QPointF(x, plot.top()), QPointF(x, plot.bottom()))

    def _paint_tracks(self, painter: QPainter, plot: QRectF, track: CandidateTrack) -> None:
        assert self.picture is not None
        painter.setPen(QPen(colour("faint"), 1.0, Qt.PenStyle.DotLine))
        y = self._y(plot, track.ceiling)
        painter.drawLine(QPointF(plot.left(), y), QPointF(plot.right(), y))
        outline = colour("paper")
        for number, name in enumerate(TRACKS):
            values = track.frequencies[:, number]
            known = np.isfinite(values)
            points = [
                QPointF(self._x(plot, float(time)), self._y(plot, float(value)))
                for time, value in zip(track.times[known], values[known], strict=True)
            ]
            for pen in (QPen(outline, 3.6), QPen(colour(name), 1.8)):
                painter.setPen(pen)
                painter.drawPolyline(QPolygonF(points))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colour(name))
            for point in points if len(points) < 60 else ():
                painter.drawEllipse(point, 1.8, 1.8)
            painter.setPen(QPen(colour(name), 1.6))
            painter.setBrush(outline)
            at = zip(self.picture.candidates.point_times.tolist(), track.at_points[:, number], strict=True)
            for time, value in at:
                if math.isfinite(value):
                    painter.drawEllipse(QPointF(self._x(plot, time), self._y(plot, float(value))), 3.4, 3.4)

    def _x(self, plot: QRectF, time: float) -> float:
        assert self.picture is not None
        start, end = self.picture.start, self.picture.end
        return plot.left() + (time - start) / (end - start) * plot.width()

    def _y(self, plot: QRectF, hertz: float) -> float:
        assert self.picture is not None
        return plot.bottom() - hertz / (1.02 * self.picture.top) * plot.height()

    def _spectrogram(self) -> QImage | None:
        assert self.picture is not None
        tile = self.picture.tile
        if not tile.times.size:
            return None
        if self._image is None or self._image_colours is not colours():
            levels = grey_levels(tile, SpectrogramParams(view_to=self.picture.top))
            pixels = np.ascontiguousarray(_shades()[levels[::-1]])  # the highest band is on top
            height, width = pixels.shape
            kind = QImage.Format.Format_ARGB32_Premultiplied
            self._image = QImage(pixels.data, width, height, 4 * width, kind).copy()
            self._image_colours = colours()
        return self._image

    # Keys and mouse

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Select with the arrows, take with Enter."""
        columns, _ = self._shape()
        key = event.key()
        plain = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier == Qt.KeyboardModifier.NoModifier
        steps = {
            Qt.Key.Key_Left: -1,
            Qt.Key.Key_Right: 1,
            Qt.Key.Key_Up: -columns,
            Qt.Key.Key_Down: columns,
        }
        if key in steps and plain:
            target = self.index + steps[Qt.Key(key)]
            if 0 <= target < len(self.tracks):
                self.select(target)
        elif key in (Qt.Key.Key_Home, Qt.Key.Key_End) and plain:
            self.select(0 if key == Qt.Key.Key_Home else len(self.tracks) - 1)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and plain and self.tracks:
            self.taken.emit(self.index)
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Select a picture."""
        index = self._at(event.position())
        if index >= 0:
            self.select(index)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Take a picture."""
        index = self._at(event.position())
        if index >= 0:
            self.taken.emit(index)

    def event(self, event: QEvent) -> bool:
        """Tell about the picture under the mouse; the frame shows where the keyboard is."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            index = self._at(QPointF(event.pos()))
            QToolTip.showText(
                event.globalPos(), self.describe(index).replace("; ", "\n") if index >= 0 else ""
            )
            return True
        if event.type() in (QEvent.Type.FocusIn, QEvent.Type.FocusOut):
            self.update()
        return bool(super().event(event))


def _shades() -> NDArray[np.uint32]:
    """Return the pixel for each grey level: paper where there is no sound, faded ink where it is loudest."""
    paper, ink = QColor(colours().paper), QColor(colours().ink)
    share = np.linspace(0.85, 0.0, 256)  # tracks must stay in sight where it is darkest
    made = np.full(256, 0xFF, dtype=np.uint32)
    for pick in (QColor.red, QColor.green, QColor.blue):
        level = np.rint(pick(paper) + share * (pick(ink) - pick(paper))).astype(np.uint32)
        made = (made << np.uint32(8)) | level
    return made
