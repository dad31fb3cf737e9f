"""Pictures of maps for tests: tokens at given places, in few or many groups."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QImage, QMouseEvent, QPainter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from w2vpraat_gui.views.points.canvas import PointCanvas

from w2vpraat.compare.maps.picture import Factor, MapPicture


def factor(name: str, values: Sequence[str]) -> Factor:
    """Number the values of a column; empty: unknown."""
    known = tuple(sorted({one for one in values if one}))
    codes = np.array([known.index(one) if one else -1 for one in values], dtype=np.intp)
    return Factor(name, known, codes)


def picture(
    points: Any, labels: Sequence[str] = (), *, shapes: Sequence[str] = (), **changes: Any
) -> MapPicture:
    """Return a picture of tokens at these places; all of one label unless labels are given."""
    points = np.asarray(points, dtype=float).reshape(-1, 2)
    n = len(points)
    labels = list(labels) or ["a"] * n
    values: dict[str, Any] = {
        "title": "F1, F2",
        "ids": np.array([f"rec#phones.{number}" for number in range(n)], dtype=object),
        "points": points,
        "axes": ("x (Hz)", "y (Hz)"),
        "reversed_axes": (False, False),
        "equal": False,
        "colour": factor("label", labels),
        "shape": factor("speaker", shapes) if shapes else None,
        "labels": np.array(labels, dtype=object),
        "shown": np.ones(n, dtype=bool),
    }
    return MapPicture(**{**values, **changes})


def cloud(n: int, groups: int = 20, seed: int = 3) -> MapPicture:
    """Return many tokens in overlapping clusters."""
    random = np.random.default_rng(seed)
    codes = random.integers(0, groups, n)
    points = random.normal(0.0, 2.0, (groups, 2))[codes] + random.normal(0.0, 0.5, (n, 2))
    return picture(points, [f"v{code:02d}" for code in codes])


def painted(shown: PointCanvas, ratio: float = 1.0) -> QImage:
    """Paint a map into an image with so many pixels per pixel."""
    image = QImage(shown.size() * ratio, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(ratio)
    painter = QPainter(image)
    shown.paint_on(painter, QRectF(shown.rect()))
    painter.end()
    return image


def place_of(shown: PointCanvas, row: int) -> QPointF:
    """Return where a token is drawn."""
    return shown.frame().pixel(*shown.points[row].tolist())


def pixel_at(image: QImage, place: QPointF) -> tuple[int, int, int]:
    """Return red, green and blue at a place in pixels of the widget."""
    ratio = image.devicePixelRatio()
    shade = image.pixelColor(int(place.x() * ratio), int(place.y() * ratio))
    return shade.red(), shade.green(), shade.blue()


def drag(
    shown: PointCanvas,
    places: list[QPoint],
    button: Qt.MouseButton = Qt.MouseButton.LeftButton,
    held: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
) -> None:
    """Press at the first place, go to the others, and let go."""
    QTest.mousePress(shown, button, held, places[0])
    for place in places[1:]:
        # QTest.mouseMove knows neither buttons nor keys of the keyboard.
        move(shown, place, button, held)
    QTest.mouseRelease(shown, button, held, places[-1])


def move(shown: PointCanvas, place: QPoint, button: Qt.MouseButton, held: Qt.KeyboardModifier) -> None:
    """Move the mouse with a button and keys held."""
    where, everywhere = QPointF(place), QPointF(shown.mapToGlobal(place))
    none = Qt.MouseButton.NoButton
    QApplication.sendEvent(shown, QMouseEvent(QEvent.Type.MouseMove, where, everywhere, none, button, held))
