"""Icons of `resources/icons`, drawn in the colour of the text and sharp on every screen."""

from __future__ import annotations

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from w2vpraat.resources import resource_folder

from .theme import colours

_INK = b"#1b1b1b"
_SIZES = (16, 24, 32, 48, 64, 128)


def icon(name: str) -> QIcon:
    """Return an icon in the colours of the theme in use; ask again after the theme has changed.

    Raises
    ------
    FileNotFoundError
        If there is none of that name.
    """
    shown = colours()
    made = QIcon()
    for mode, ink in ((QIcon.Mode.Normal, shown.ink), (QIcon.Mode.Disabled, shown.faint)):
        drawing = (resource_folder() / "icons" / f"{name}.svg").read_bytes().replace(_INK, ink.encode())
        renderer = QSvgRenderer(QByteArray(drawing))
        for size in _SIZES:
            made.addPixmap(_drawn(renderer, size), mode)
    return made


def _drawn(renderer: QSvgRenderer, size: int) -> QPixmap:
    picture = QPixmap(QSize(size, size))
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    renderer.render(painter, QRectF(0, 0, size, size))
    painter.end()
    return picture
