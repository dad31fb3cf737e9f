"""A picture of all marks that follows the view: shifted while one pans, repaired where something changed."""

from __future__ import annotations

from dataclasses import dataclass
from time import perf_counter

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter

from .frame import Frame
from .stamping import Look, Pixels, image_on, stamp

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

FAR = -(2**30)
"""Row and column of a mark without a place."""
FEW = 32
"""So many marks that changed are repaired one by one."""
SLOW = 0.012
"""Seconds; a picture that takes longer is stretched while one zooms, and drawn when one pauses."""


@dataclass(frozen=True, eq=False)
class Marks:
    """What is stamped.

    Attributes
    ----------
    points : ndarray, shape (n, 2)
        In units of the axes; NaN: not drawn.
    sprite, colour : ndarray of int, shape (n,)
    """

    points: Floats
    sprite: Ints
    colour: Ints


@dataclass(frozen=True)
class _Raster:
    """The line from values to device pixels, from the upper left corner of the rectangle."""

    x_scale: float
    y_scale: float
    x_shift: float
    y_shift: float
    width: int
    height: int
    ratio: float

    @classmethod
    def of(cls, frame: Frame, ratio: float) -> _Raster:
        return cls(
            frame.x_scale * ratio,
            frame.y_scale * ratio,
            (frame.x_shift - frame.rect.left()) * ratio,
            (frame.y_shift - frame.rect.top()) * ratio,
            max(round(frame.rect.width() * ratio), 1),
            max(round(frame.rect.height() * ratio), 1),
            ratio,
        )

    def same_scale(self, other: _Raster) -> bool:
        size = (self.width, self.height, self.ratio) == (other.width, other.height, other.ratio)
        pairs = ((self.x_scale, other.x_scale), (self.y_scale, other.y_scale))
        return size and all(abs(one - two) <= 1e-9 * abs(one) for one, two in pairs)

    def places(self, points: Floats) -> tuple[Ints, Ints]:
        scale, shift = (self.x_scale, self.y_scale), (self.x_shift, self.y_shift)
        found = np.floor(points * np.array(scale) + np.array(shift))
        found = np.where(np.abs(found) < -FAR, found, FAR)  # NaN as well
        return found[:, 1].astype(np.intp), found[:, 0].astype(np.intp)


class PointLayer:
    """The stamped marks of one kind.

    Parameters
    ----------
    ground : bool
        Whether the layer is opaque paper; otherwise it is transparent and lies over another one.
    """

    def __init__(self, *, ground: bool) -> None:
        self._ground = ground
        self._marks: Marks | None = None
        self._look: Look | None = None
        self._paper = QColor()
        self._raster: _Raster | None = None
        self._row = self._column = np.empty(0, dtype=np.intp)
        self._pixels: Pixels = np.zeros((1, 1), dtype=np.uint32)
        self._stale = True
        self.seconds = 0.0
        """That the last whole picture took."""
        self.n_whole = 0
        """Whole pictures that were drawn."""

    @property
    def marks(self) -> Marks | None:
        """What is drawn."""
        return self._marks

    def set_marks(self, marks: Marks) -> None:
        """Draw other marks; if only few differ from before, only their places are drawn again."""
        before, self._marks = self._marks, marks
        if self._stale or before is None or self._raster is None or self._look is None:
            self._stale = True
            return
        if len(before.points) != len(marks.points):
            self._stale = True
            return
        other = np.zeros(len(marks.points), dtype=bool)
        for one, two in zip(before.points.T, marks.points.T, strict=True):
            other |= (one != two) & ~(np.isnan(one) & np.isnan(two))
        if before.sprite is not marks.sprite:
            other |= before.sprite != marks.sprite
        if before.colour is not marks.colour:
            other |= before.colour != marks.colour
        rows = np.flatnonzero(other)
        if rows.size > FEW:
            self._stale = True
            return
        reach = self._look.sheet.reach
        if int(marks.sprite[rows].max(initial=-1)) >= len(self._look.sheet.weak.start) - 1:
            # Sprites of another sheet (letters for dots, a new label): all are drawn with the next look.
            self._stale = True
            return
        spoilt = set(zip(self._row[rows].tolist(), self._column[rows].tolist(), strict=True))
        self._row[rows], self._column[rows] = row, column = self._raster.places(marks.points[rows])
        spoilt |= set(zip(row.tolist(), column.tolist(), strict=True))
        for one, other_one in spoilt:
            self._fill(one - reach, one + reach + 1, other_one - reach, other_one + reach + 1)

    def paint(
        self,
        painter: QPainter,
        frame: Frame,
        ratio: float,
        look: Look,
        paper: QColor,
        *,
        hurry: bool = False,
    ) -> bool:
        """Draw the layer into the rectangle of the frame.

        Parameters
        ----------
        painter : QPainter
        frame : Frame
        ratio : float
            Device pixels per pixel.
        look : Look
            Compared by identity.
        paper : QColor
        hurry : bool
            While one zooms: an older picture may be stretched, if a new one would take too long.

        Returns
        -------
        bool
            Whether the picture is exact.
        """
        if self._marks is None:
            if self._ground:
                painter.fillRect(frame.rect, paper)
            return True
        wanted = _Raster.of(frame, ratio)
        usable = not self._stale and self._raster is not None and self._paper == paper
        if usable and self._look is look and self._raster is not None and self._raster.same_scale(wanted):
            self._follow(wanted)
        elif usable and hurry and self.seconds > SLOW and self._covers(wanted):
            self._stretch(painter, frame, wanted)
            return False
        else:
            self._look, self._paper = look, paper
            self._draw(wanted)
        image = image_on(self._pixels, opaque=self._ground)
        image.setDevicePixelRatio(ratio)
        painter.drawImage(frame.rect.topLeft(), image)
        return True

    def _covers(self, wanted: _Raster) -> bool:
        """Whether an old picture, stretched, would fill most of the new one."""
        box = self._stretched(wanted)
        width = min(box.right(), wanted.width) - max(box.left(), 0.0)
        height = min(box.bottom(), wanted.height) - max(box.top(), 0.0)
        if min(width, height) <= 0.0:
            return False
        return width * height > 0.6 * wanted.width * wanted.height

    def _stretched(self, wanted: _Raster) -> QRectF:
        """Where the old picture lies in the new one, in device pixels."""
        assert self._raster is not None
        old = self._raster
        x, y = wanted.x_scale / old.x_scale, wanted.y_scale / old.y_scale
        left, top = wanted.x_shift - x * old.x_shift, wanted.y_shift - y * old.y_shift
        return QRectF(left, top, x * old.width, y * old.height)

    def _stretch(self, painter: QPainter, frame: Frame, wanted: _Raster) -> None:
        box, ratio = self._stretched(wanted), wanted.ratio
        place = QRectF(box.left() / ratio, box.top() / ratio, box.width() / ratio, box.height() / ratio)
        painter.save()
        painter.setClipRect(frame.rect, Qt.ClipOperation.IntersectClip)
        if self._ground:
            painter.fillRect(frame.rect, self._paper)
        painter.drawImage(place.translated(frame.rect.topLeft()), image_on(self._pixels, opaque=self._ground))
        painter.restore()

    def _draw(self, wanted: _Raster) -> None:
        begun = perf_counter()
        assert self._marks is not None
        self._raster, self._stale = wanted, False
        self._row, self._column = wanted.places(self._marks.points)
        if self._pixels.shape != (wanted.height, wanted.width):
            self._pixels = np.zeros((wanted.height, wanted.width), dtype=np.uint32)
        self.n_whole += 1
        self._fill(0, wanted.height, 0, wanted.width)
        self.seconds = perf_counter() - begun

    def _follow(self, wanted: _Raster) -> None:
        """Shift the picture by whole pixels, and draw what comes into view."""
        assert self._raster is not None
        old = self._raster
        right, down = round(wanted.x_shift - old.x_shift), round(wanted.y_shift - old.y_shift)
        if not right and not down:
            return
        height, width = self._pixels.shape
        if abs(right) >= width // 2 or abs(down) >= height // 2:
            self._draw(wanted)
            return
        # The rest of a pixel stays owed, so that marks do not creep.
        self._raster = _Raster(
            old.x_scale,
            old.y_scale,
            old.x_shift + right,
            old.y_shift + down,
            old.width,
            old.height,
            old.ratio,
        )
        self._row, self._column = self._row + down, self._column + right
        moved = np.empty_like(self._pixels)
        moved[max(down, 0) : height + min(down, 0), max(right, 0) : width + min(right, 0)] = self._pixels[
            max(-down, 0) : height + min(-down, 0), max(-right, 0) : width + min(-right, 0)
        ]
        self._pixels = moved
        if down:
            self._fill(0 if down > 0 else height + down, down if down > 0 else height, 0, width)
        if right:
            self._fill(0, height, 0 if right > 0 else width + right, right if right > 0 else width)

    def _fill(self, top: int, bottom: int, left: int, right: int) -> None:
        """Draw a part of the picture anew."""
        assert self._marks is not None
        assert self._look is not None
        height, width = self._pixels.shape
        top, bottom, left, right = max(top, 0), min(bottom, height), max(left, 0), min(right, width)
        if top >= bottom or left >= right:
            return
        reach, row, column = self._look.sheet.reach, self._row, self._column
        inside = (row >= top - reach) & (row < bottom + reach)
        inside &= (column >= left - reach) & (column < right + reach)
        rows = np.flatnonzero(inside)
        self._pixels[top:bottom, left:right] = stamp(
            self._look,
            self._paper if self._ground else None,
            (bottom - top, right - left),
            row[rows] - top,
            column[rows] - left,
            self._marks.sprite[rows],
            self._marks.colour[rows],
            rows,
        )
