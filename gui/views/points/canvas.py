"""A map of tokens that is drawn and looked around in; `PointMap` adds the mouse, keys and signals.

`view_changed` is emitted when another stretch of the axes is seen.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from w2vpraat.compare.maps.picture import MapLine, MapMean, MapPicture

from ...theme import colour
from .axes import Axes
from .drawing import Ellipses, Told, paint_box, paint_courses, paint_current, paint_hovered, paint_means
from .frame import Frame, Limits, limits_of
from .layer import PointLayer
from .marking import Marking, are_letters, mark_style, marker_of, selected_style
from .sprites import shown_text

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

FADING = 165
"""Opacity of 255 of the paper that is laid over tokens while others are selected."""
PAUSE_MS = 120
"""After so long without another zoom step, all is drawn exactly."""
CLOSEST, FARTHEST = 1e-4, 6.0
"""Widths of what can be seen, in widths of the home view."""
UNIT = Limits(0.0, 1.0, 0.0, 1.0)


class PointCanvas(QWidget):
    """Draws a `MapPicture` and what is selected, current and pointed at in it."""

    view_changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._picture: MapPicture | None = None
        self._points: Floats = np.empty((0, 2))
        self._placed: Bools = np.zeros(0, dtype=bool)
        self._n_placed = 0
        self._means: tuple[MapMean, ...] = ()
        self._ellipses: tuple[MapLine, ...] = ()
        self._courses: tuple[MapLine, ...] = ()
        self._selected: Bools = np.zeros(0, dtype=bool)
        self._n_selected = 0
        self._letters = False
        self._hovered = self._current = -1
        self._message = ""
        self._home = self._limits = UNIT
        self._is_home = True
        self._marking = Marking()
        self._layers = (PointLayer(ground=True), PointLayer(ground=False))
        self._outlines = Ellipses()
        self._frame: tuple[object, Frame] | None = None
        self._pause = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self._pause.timeout.connect(self.update)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(160, 140)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)

    # What is shown

    @property
    def picture(self) -> MapPicture | None:
        """What is shown."""
        return self._picture

    @property
    def points(self) -> Floats:
        """Where the tokens lie now, shape (n_tokens, 2): those of the picture, or of a step between two."""
        return self._points

    def set_picture(self, picture: MapPicture | None, *, reset_view: bool = False) -> None:
        """Show another picture.

        The view stays if the map is the same (by its title) and had tokens before, so that an edit moves a
        token and not the map; if nobody has zoomed, it grows where tokens would lie outside.
        """
        before, self._picture = self._picture, picture
        had_tokens = self._n_placed > 0
        if picture is None:
            self._points, placed = np.empty((0, 2)), np.zeros(0, dtype=bool)
            self._means, self._ellipses, self._courses = (), (), ()
        else:
            self._points, placed = picture.points, picture.placed
            self._means, self._ellipses, self._courses = picture.means, picture.ellipses, picture.courses
        if len(placed) != len(self._selected):
            # Rows are other tokens now: whoever holds the ids says again which are selected.
            self._selected, self._n_selected = np.zeros(len(placed), dtype=bool), 0
            self._hovered = self._current = -1
        self._place(placed)
        same = picture is not None and before is not None and _same_map(before, picture)
        if reset_view or not same or not had_tokens:
            self.fit()
        else:
            self._grow()
        self.update()

    def set_points(
        self,
        points: Floats,
        *,
        means: Sequence[MapMean] = (),
        ellipses: Sequence[MapLine] = (),
        courses: Sequence[MapLine] = (),
    ) -> None:
        """Move all tokens, for a step between two pictures.

        Parameters
        ----------
        points : ndarray, shape (n_tokens, 2)
        means, ellipses, courses : sequence
            Of this step. Those of the picture belong to other places, and are hidden until the next picture.

        Raises
        ------
        ValueError
            If there are more or fewer points than tokens.
        """
        if self._picture is None or points.shape != self._points.shape:
            raise ValueError(f"{len(points)} points for {len(self._points)} tokens")
        self._points = np.array(points, dtype=np.float64)  # a copy: an animation may use its array again
        self._means, self._ellipses, self._courses = tuple(means), tuple(ellipses), tuple(courses)
        self._place(self._picture.shown & np.isfinite(self._points).all(axis=1))
        self._grow()
        self.update()

    def _place(self, placed: Bools) -> None:
        self._placed, self._n_placed = placed, int(placed.sum())
        self._renew_base()
        self._renew_selection()

    def set_selected(self, mask: Bools) -> None:
        """Draw these tokens solid and the others faded; if none is selected, all as usual.

        Raises
        ------
        ValueError
            If the mask is longer or shorter than there are tokens.
        """
        mask = np.asarray(mask, dtype=bool)
        if mask.shape != self._placed.shape:
            raise ValueError(f"{mask.size} marks of selection for {self._placed.size} tokens")
        self._selected, self._n_selected = mask, int(mask.sum())
        self._renew_selection()
        self.update()

    def set_hovered(self, row: int) -> None:
        """Ring a token and tell what it is; -1: none."""
        row = self._known(row)
        if row != self._hovered:
            self._hovered = row
            self.update()

    def set_current(self, row: int) -> None:
        """Mark the token that is looked at, and bring it into view; -1: none."""
        row = self._known(row)
        if row == self._current:
            return
        self._current = row
        if row >= 0 and self._placed[row]:
            limits, (x, y) = self.frame().limits, self._points[row].tolist()
            if not limits.holds(Limits(x, x, y, y)):
                middle = 0.5 * (limits.x_low + limits.x_high), 0.5 * (limits.y_low + limits.y_high)
                self._look_at(limits.moved(x - middle[0], y - middle[1]))
        self.update()

    def set_message(self, text: str) -> None:
        """Say this where no token is to be seen; empty: the usual words."""
        self._message = text
        self.update()

    def _known(self, row: int) -> int:
        return row if 0 <= row < len(self._placed) else -1

    def _renew_base(self) -> None:
        picture = self._picture
        if picture is not None:
            drawn = self._placed if picture.marks != "none" else np.zeros_like(self._placed)
            marks = self._marking.marks(picture, self._points, drawn, letters=self._letters)
            self._layers[0].set_marks(marks)

    def _renew_selection(self) -> None:
        picture = self._picture
        if picture is not None and self._n_selected:
            drawn = self._selected & self._placed
            marks = self._marking.marks(picture, self._points, drawn, letters=self._letters)
            self._layers[1].set_marks(marks)

    def _choose_letters(self) -> None:
        if self._picture is None:
            return
        letters = are_letters(self._picture, self._n_placed, self._zoom_of(self.frame()))
        if letters != self._letters:
            self._letters = letters
            self._renew_base()
            self._renew_selection()

    # Looking around

    @property
    def view_rect(self) -> QRectF:
        """What is seen, in the units of the axes; x and y are the least values."""
        seen = self.frame().limits
        return QRectF(seen.x_low, seen.y_low, seen.width, seen.height)

    @property
    def is_home(self) -> bool:
        """Whether all tokens are in view and nobody has zoomed or panned."""
        return self._is_home

    def fit(self) -> None:
        """Show all tokens."""
        self._home = self._all().with_margin()
        self._is_home = True
        self._set_limits(self._home)

    def zoom(self, factor: float, at: QPointF | None = None) -> None:
        """See `factor` times as much on each axis; what lies at a pixel (default: the middle) stays there."""
        frame = self.frame()
        widest = max(frame.limits.width / self._home.width, frame.limits.height / self._home.height)
        factor = min(max(factor, CLOSEST / widest), max(FARTHEST / widest, 1.0))
        x, y = frame.values(frame.rect.center() if at is None else at)
        self._pause.start()
        self._look_at(frame.limits.zoomed(factor, x, y))

    def pan(self, right: float, down: float) -> None:
        """Move the map by pixels."""
        frame = self.frame()
        self._look_at(frame.limits.moved(-right / frame.x_scale, -down / frame.y_scale))

    def frame(self) -> Frame:
        """Return where tokens are drawn now."""
        key = (self._limits, self.size(), self.font().key(), self._picture and _scaled_as(self._picture))
        if self._frame is None or self._frame[0] != key:
            self._frame = key, self._lay_out(QRectF(self.rect()))
        return self._frame[1]

    def _lay_out(self, rect: QRectF) -> Frame:
        axes = Axes(("", ""), (False, False), False, self.font())
        if self._picture is not None:
            axes = Axes.of(self._picture, self.font())
        return axes.lay_out(rect, self._limits)

    def _look_at(self, limits: Limits) -> None:
        self._is_home = False
        self._set_limits(limits)

    def _set_limits(self, limits: Limits) -> None:
        if limits != self._limits:
            self._limits = limits
            self.view_changed.emit()
            self.update()

    def _all(self) -> Limits:
        """Return the stretch of everything that is drawn."""
        lines = [line.points for line in (*self._ellipses, *self._courses)]
        found = limits_of(self._points if self._placed.all() else self._points[self._placed])
        outlines = np.concatenate(lines) if lines else np.empty((0, 2))
        outline = limits_of(outlines[np.isfinite(outlines).all(axis=1)])
        if found is None or outline is None:
            return found or outline or UNIT
        return found.joined(outline)

    def _grow(self) -> None:
        needed = self._all()
        if not self._home.holds(needed):
            self._home = self._home.joined(needed.with_margin())
        if self._is_home:
            self._set_limits(self._home)

    # Painting

    def sizeHint(self) -> QSize:
        """Ask for the room of a chart."""
        return QSize(520, 440)

    def changeEvent(self, event: QEvent) -> None:
        """Lay out again in another font."""
        if event.type() == QEvent.Type.FontChange:
            self._frame = None
        super().changeEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw everything."""
        painter = QPainter(self)
        self._choose_letters()
        ratio = self.devicePixelRatioF()
        self._paint(painter, QRectF(self.rect()), self.frame(), self._layers, ratio, live=True)
        if self.hasFocus():
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
            painter.setPen(QPen(colour("accent"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(self.rect().adjusted(1, 1, -1, -1))
        painter.end()

    def paint_on(self, painter: QPainter, rect: QRectF | QRect) -> None:
        """Draw the map elsewhere, for a copy: the same view, without what the mouse points at."""
        rect = QRectF(rect)
        self._choose_letters()
        layers = (PointLayer(ground=True), PointLayer(ground=False))
        if self._picture is not None:
            for layer, own in zip(layers, self._layers, strict=True):
                if own.marks is not None:
                    layer.set_marks(own.marks)
        ratio = painter.device().devicePixelRatioF()
        painter.save()
        painter.setFont(self.font())
        self._paint(painter, rect, self._lay_out(rect), layers, ratio, live=False)
        painter.restore()

    def _paint(
        self,
        painter: QPainter,
        rect: QRectF,
        frame: Frame,
        layers: tuple[PointLayer, PointLayer],
        ratio: float,
        *,
        live: bool,
    ) -> None:
        painter.fillRect(rect, colour("paper"))
        picture = self._picture
        if picture is None or not self._n_placed:
            self._paint_message(painter, rect)
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.save()
        painter.setClipRect(frame.rect, Qt.ClipOperation.IntersectClip)
        self._paint_tokens(painter, frame, layers, ratio, picture, hurry=live and self._pause.isActive())
        paint_courses(painter, frame, self._courses)
        painter.restore()
        Axes.of(picture, self.font()).paint(painter, frame)
        painter.save()
        painter.setClipRect(rect, Qt.ClipOperation.IntersectClip)
        paint_means(painter, frame, self._means)
        painter.restore()
        self._paint_pointed(painter, rect, frame, picture, live=live)

    def _paint_tokens(
        self,
        painter: QPainter,
        frame: Frame,
        layers: tuple[PointLayer, PointLayer],
        ratio: float,
        picture: MapPicture,
        *,
        hurry: bool,
    ) -> None:
        zoom = self._zoom_of(frame)
        style = mark_style(self._n_placed, zoom)
        look = self._marking.look(style, ratio, letters=self._letters)
        layers[0].paint(painter, frame, ratio, look, colour("paper"), hurry=hurry)
        if self._n_selected:
            painter.fillRect(frame.rect, colour("paper", FADING))
        self._outlines.paint(painter, frame, self._ellipses, ratio)
        if self._n_selected:
            solid = selected_style(style, self._n_selected, zoom)
            look = self._marking.look(solid, ratio, letters=self._letters, selected=True)
            layers[1].paint(painter, frame, ratio, look, colour("paper"), hurry=hurry)

    def _zoom_of(self, frame: Frame) -> float:
        seen = frame.limits
        return self._home.width * self._home.height / (seen.width * seen.height)

    def _paint_pointed(
        self, painter: QPainter, rect: QRectF, frame: Frame, picture: MapPicture, *, live: bool
    ) -> None:
        radius = mark_style(self._n_placed, self._zoom_of(frame)).radius
        radius = 7.0 if self._letters else max(radius, 2.8)
        painter.save()
        painter.setClipRect(frame.rect, Qt.ClipOperation.IntersectClip)
        for row, draw in ((self._current, paint_current), (self._hovered if live else -1, paint_hovered)):
            if row >= 0 and self._placed[row]:
                draw(painter, frame.pixel(*self._points[row].tolist()), radius)
        painter.restore()
        row = self._hovered
        if live and row >= 0 and self._placed[row]:
            place = frame.pixel(*self._points[row].tolist())
            if frame.rect.contains(place):
                room = rect.adjusted(4, 4, -4, -4)
                paint_box(painter, room, place, self.told(row), self.font())

    def told(self, row: int) -> Told:
        """Return what is told about a token."""
        picture = self._picture
        assert picture is not None
        lines = [str(picture.ids[row])]
        for factor in (picture.colour, picture.shape):
            if factor is not None and factor.name not in ("", "label"):
                code = int(factor.codes[row])
                lines.append(f"{factor.name}: {shown_text(factor.values[code], 60) if code >= 0 else '–'}")
        return Told(
            shown_text(str(picture.labels[row]), 40),
            tuple(dict.fromkeys(lines)),
            int(picture.colour.codes[row]),
            marker_of(picture, row),
        )

    def _paint_message(self, painter: QPainter, rect: QRectF) -> None:
        painter.setPen(colour("faint"))
        wrapped = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
        text = self._message or self.tr("No tokens to show.")
        painter.drawText(rect.adjusted(24, 16, -24, -16), wrapped, text)


def _scaled_as(picture: MapPicture) -> tuple[object, ...]:
    return picture.axes, picture.reversed_axes, picture.equal, bool(picture.x_names)


def _same_map(one: MapPicture, other: MapPicture) -> bool:
    return one.title == other.title and _scaled_as(one) == _scaled_as(other)
