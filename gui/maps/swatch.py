"""The mark that stands for a value in the legend: as on the map."""

from __future__ import annotations

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QPainter

from ..theme import colour
from ..views.points.palette import mark_colour, own_marker, shape_marker
from ..views.points.sprites import marker_path

RADIUS = 4.0


def draw_swatch(painter: QPainter, place: QRect, colour_number: int, shape: int, *, shaped: bool) -> None:
    """Draw a mark in the middle of a place.

    Parameters
    ----------
    painter : QPainter
    place : QRect
    colour_number, shape : int
        Numbers of the values that it stands for; -1: of none.
    shaped : bool
        Whether another column than that of the colours decides the shapes.
    """
    of_colour = "o" if shaped else own_marker(colour_number)
    marker = shape_marker(shape) if shape >= 0 else of_colour
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(place.center().x() + 0.5, place.center().y() + 0.5)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(mark_colour(colour_number) if colour_number >= 0 else colour("ink"))
    painter.drawPath(marker_path(marker, RADIUS))
    painter.restore()
