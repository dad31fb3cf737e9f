"""A map of many tokens that is pointed at, clicked, lassoed and walked through.

Signals of `PointMap`:
`hovered` (row; -1: none), `clicked` (row, modifiers; -1: on empty paper), `activated` (row; double click, or
Enter on the current token), `lassoed` (rows, "replace" | "add" | "remove"; Shift adds, Alt removes),
`stepped` (-1 or +1: arrow keys), `play_wanted` (row; Space), `context_wanted` (row, global position),
`cleared` (Escape), `view_changed`.

The map selects nothing by itself: who listens says what is selected (`set_selected`), current and hovered.

The wheel zooms at the pointer, as do pinching and the keys + and -; the middle button, Ctrl or Space with the
left one, or two fingers move the map; Home or F shows all. A line drawn with the left button is a lasso.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QNativeGestureEvent,
    QPainter,
    QPaintEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from w2vpraat.compare.maps.picture import MapPicture

from .canvas import PointCanvas
from .drawing import paint_lasso
from .picking import nearest_row, rows_inside

Ints = NDArray[np.intp]
Bools = NDArray[np.bool_]
Key = Qt.Key
Button = Qt.MouseButton
Modifier = Qt.KeyboardModifier

STILL = 4.0
"""A press that moves less than so many pixels is a click."""
SPACING = 2.0
"""Pixels between the corners of a lasso."""
KEY_ZOOM = 1.25
WHEEL_ZOOM = 1.2
"""Per notch of a wheel, 120 eighths of a degree."""
_STEPS = {Key.Key_Left: -1, Key.Key_Up: -1, Key.Key_Right: 1, Key.Key_Down: 1}


@dataclass
class _Press:
    """A button that is held down."""

    button: Qt.MouseButton
    begun: QPointF
    last: QPointF
    pans: bool
    moved: bool = False
    corners: list[QPointF] = field(default_factory=list)


class PointMap(PointCanvas):
    """The widget; its contract is at the top of this file."""

    hovered = Signal(int)
    clicked = Signal(int, Qt.KeyboardModifier)
    activated = Signal(int)
    lassoed = Signal(object, str)
    stepped = Signal(int)
    play_wanted = Signal(int)
    context_wanted = Signal(int, QPoint)
    cleared = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._press: _Press | None = None
        self._space_held = self._space_used = False
        self._under = -1
        self._under_is_latest = False
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._tell()

    # What is shown, told to who cannot see it

    def set_picture(self, picture: MapPicture | None, *, reset_view: bool = False) -> None:
        """Show another picture; see `PointCanvas`."""
        n_before = len(self._placed)
        super().set_picture(picture, reset_view=reset_view)
        if len(self._placed) != n_before:
            self._under = -1
        self._tell()

    def set_selected(self, mask: Bools) -> None:
        """Draw these tokens solid and the others faded; see `PointCanvas`."""
        super().set_selected(mask)
        self._tell()

    def set_current(self, row: int) -> None:
        """Mark the token that is looked at; see `PointCanvas`."""
        super().set_current(row)
        self._under_is_latest = False
        self._tell()

    def describe(self) -> str:
        """Return what is shown, in words."""
        picture = self._picture
        if picture is None or not self._n_placed:
            return self._message or self.tr("No tokens to show.")
        said = [
            self.tr("{n} of {total} tokens are shown.").format(n=self._n_placed, total=len(self._placed)),
            self.tr("{n} are selected.").format(n=self._n_selected),
        ]
        if self._current >= 0:
            told = self.told(self._current)
            token = ", ".join(one for one in (told.label, *told.lines) if one)
            said.append(self.tr("Current: {token}.").format(token=token))
        return " ".join(said)

    def _tell(self) -> None:
        title = self._picture.title if self._picture is not None else ""
        name = self.tr("Map of tokens: {title}").format(title=title) if title else self.tr("Map of tokens")
        if name != self.accessibleName():
            self.setAccessibleName(name)
        description = self.describe()
        if description != self.accessibleDescription():
            self.setAccessibleDescription(description)

    # Picking

    def pickable(self) -> Bools:
        """Return which tokens are drawn, and can be pointed at."""
        if self._picture is not None and self._picture.marks == "none":
            return self._placed & self._selected
        return self._placed

    def row_at(self, place: QPointF) -> int:
        """Return the token at a pixel; -1: none is near."""
        frame = self.frame()
        if not frame.rect.contains(place):
            return -1
        return nearest_row(self._points, self.pickable(), frame, place, on_top=self._selected)

    def rows_in(self, corners: list[QPointF]) -> Ints:
        """Return the tokens inside a closed line of pixels."""
        frame = self.frame()
        polygon = np.array([frame.values(one) for one in corners], dtype=np.float64).reshape(-1, 2)
        return rows_inside(self._points, self.pickable(), polygon)

    def _point_at(self, row: int) -> None:
        if row != self._under:
            self._under = row
            self._under_is_latest = row >= 0
            self.set_hovered(row)
            self.hovered.emit(row)

    # Mouse

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin a click, a lasso or a pan."""
        if self._press is not None or event.button() not in (Button.LeftButton, Button.MiddleButton):
            return
        pans = event.button() == Button.MiddleButton or self._space_held
        place = event.position()
        self._press = _Press(event.button(), place, place, pans, corners=[place])

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Point at a token, draw the lasso, or move the map."""
        press, place = self._press, event.position()
        if press is None:
            self._point_at(self.row_at(place))
            return
        if not press.moved:
            if (place - press.begun).manhattanLength() < STILL:
                return
            press.moved = True
            # Ctrl with a click adds to the selection; only with a drag it moves the map.
            press.pans |= bool(event.modifiers() & Modifier.ControlModifier)
            self._point_at(-1)
            if press.pans:
                self._space_used = self._space_held
                self.setCursor(Qt.CursorShape.ClosedHandCursor)
        if press.pans:
            gap = place - press.last
            press.last = place
            self.pan(gap.x(), gap.y())
        elif (place - press.corners[-1]).manhattanLength() >= SPACING:
            press.corners.append(place)
            self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Finish what was begun."""
        press = self._press
        if press is None or event.button() != press.button:
            return
        self._press = None
        self.unsetCursor()
        place = event.position()
        if not press.moved:
            if press.button == Button.LeftButton and not press.pans:
                self.clicked.emit(self.row_at(place), event.modifiers())
        elif not press.pans:
            self.update()
            self.lassoed.emit(self.rows_in(press.corners), _mode(event.modifiers()))
        self._point_at(self.row_at(place))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Open the token."""
        if event.button() == Button.LeftButton:
            row = self.row_at(event.position())
            if row >= 0:
                self.activated.emit(row)
        else:
            self.mousePressEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        """Point at nothing."""
        self._point_at(-1)
        super().leaveEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Ask for a menu for the token there; with the menu key, for the current one."""
        if event.reason() == QContextMenuEvent.Reason.Keyboard:
            row, place = self._current, self.rect().center()
            if row >= 0 and self._placed[row]:
                place = self.frame().pixel(*self._points[row].tolist()).toPoint()
            self.context_wanted.emit(row, self.mapToGlobal(place))
        else:
            self.context_wanted.emit(self.row_at(QPointF(event.pos())), event.globalPos())
        event.accept()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom with a wheel; move the map with two fingers, or zoom with Ctrl."""
        fingers = event.phase() != Qt.ScrollPhase.NoScrollPhase and not event.pixelDelta().isNull()
        if fingers and not event.modifiers() & Modifier.ControlModifier:
            self.pan(event.pixelDelta().x(), event.pixelDelta().y())
        else:
            turned = event.angleDelta().y() or event.angleDelta().x()  # Alt turns a wheel sideways
            if turned:
                self.zoom(WHEEL_ZOOM ** (-turned / 120.0), event.position())
        event.accept()

    def event(self, event: QEvent) -> bool:
        """Pinch; and take keys that are shortcuts elsewhere in the window."""
        if isinstance(event, QNativeGestureEvent):
            if event.gestureType() == Qt.NativeGestureType.ZoomNativeGesture:
                self.zoom(1.0 / max(1.0 + event.value(), 0.1), event.position())
                return True
        elif event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and _is_own(event):
            event.accept()
            return True
        return super().event(event)

    # Keys

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Walk, zoom, open, play, clear."""
        if not _is_own(event):
            super().keyPressEvent(event)
            return
        key = Key(event.key())
        if key in _STEPS:
            self.stepped.emit(_STEPS[key])
        elif key in (Key.Key_Return, Key.Key_Enter):
            if self._current >= 0:
                self.activated.emit(self._current)
        elif key == Key.Key_Space:
            if not event.isAutoRepeat():
                self._space_held, self._space_used = True, False
        elif key in (Key.Key_Plus, Key.Key_Equal):
            self.zoom(1.0 / KEY_ZOOM)
        elif key in (Key.Key_Minus, Key.Key_Underscore):
            self.zoom(KEY_ZOOM)
        elif key in (Key.Key_Home, Key.Key_F):
            self.fit()
        elif self._press is not None:  # Escape: the lasso is given up, and nothing else
            self._press = None
            self.unsetCursor()
            self.update()
        else:
            self.cleared.emit()

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        """Play when Space comes up, unless the map was moved with it."""
        if event.key() != Key.Key_Space or not self._space_held:
            super().keyReleaseEvent(event)
        elif not event.isAutoRepeat():
            self._space_held = False
            row = self._under if self._under_is_latest else self._current
            if row >= 0 and not self._space_used:
                self.play_wanted.emit(row)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show the frame."""
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Hide the frame, and forget a key that comes up elsewhere."""
        self._space_held = False
        super().focusOutEvent(event)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the map, and the lasso over it."""
        super().paintEvent(event)
        press = self._press
        if press is not None and press.moved and not press.pans:
            painter = QPainter(self)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            paint_lasso(painter, press.corners)
            painter.end()


def _mode(modifiers: Qt.KeyboardModifier) -> str:
    if modifiers & Modifier.AltModifier:
        return "remove"
    return "add" if modifiers & Modifier.ShiftModifier else "replace"


_OWN_KEYS = {
    *_STEPS,
    Key.Key_Return,
    Key.Key_Enter,
    Key.Key_Space,
    Key.Key_Plus,
    Key.Key_Equal,
    Key.Key_Minus,
    Key.Key_Underscore,
    Key.Key_Home,
    Key.Key_F,
    Key.Key_Escape,
}


def _is_own(event: QKeyEvent) -> bool:
    """Whether a key is for the map; with Shift only if that is how the sign is typed."""
    modifiers = event.modifiers() & ~Modifier.KeypadModifier
    typed = event.key() in (Key.Key_Plus, Key.Key_Equal, Key.Key_Minus, Key.Key_Underscore)
    return event.key() in _OWN_KEYS and (
        modifiers == Modifier.NoModifier or (typed and modifiers == Modifier.ShiftModifier)
    )
