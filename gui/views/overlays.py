"""Formants, f0 and intensity over the spectrogram: pieces of tracks joined, and drawn as Praat does."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen

from w2vpraat.acoustics.display_tracks import FormantTracks, PitchRange
from w2vpraat.params import FormantViewParams, PitchViewParams

from ..theme import Colours, colour, colours

Floats = NDArray[np.float64]
Bytes = NDArray[np.uint8]
XOf = Callable[[Any], Any]

_SHADES = 64
"""Levels of coverage of the rim of a dot."""


def joined(chunks: Sequence[Any]) -> Any:
    """Join neighbouring pieces of one track; the frames that two of them share are there once.

    Parameters
    ----------
    chunks : sequence
        `FormantTracks`, `PitchTrack` or `IntensityTrack` in order, with the same settings; not empty.

    Returns
    -------
    object
        Of the same kind. Of formants `frames` is that of the first piece.
    """
    first = chunks[0]
    if len(chunks) == 1:
        return first
    times = np.concatenate([chunk.times for chunk in chunks])
    times, at = np.unique(times, return_index=True)
    names = ("frequencies", "bandwidths", "peaks") if isinstance(first, FormantTracks) else ("values",)
    parts = {name: np.concatenate([getattr(chunk, name) for chunk in chunks])[at] for name in names}
    return replace(first, times=times, **parts)


def formant_dots(tracks: FormantTracks, params: FormantViewParams, start: float, end: float) -> Floats:
    """Return what Praat draws of a visible stretch as (time in s, frequency in Hz), shape (n, 2)."""
    seen = (tracks.times >= start) & (tracks.times <= end)
    if not seen.any():
        return np.empty((0, 2))
    # Praat's dynamic range is measured from the loudest visible frame.
    shown = replace(
        tracks, times=tracks.times[seen], frequencies=tracks.frequencies[seen], peaks=tracks.peaks[seen]
    )
    drawn = shown.drawn(params)
    frequencies = shown.frequencies[drawn]
    times = np.broadcast_to(shown.times[drawn][:, None], frequencies.shape)
    known = np.isfinite(frequencies)
    return np.column_stack([times[known], frequencies[known]])


def pitch_scale(limits: PitchRange, params: PitchViewParams) -> tuple[float, float]:
    """Return the lowest and highest f0 of the scale in Hz."""
    high = params.view_to if params.view_to > 0.0 else limits.ceiling
    low = params.view_from if params.view_from > 0.0 or params.view_to > 0.0 else limits.floor
    return (low, high) if low < high else (limits.floor, limits.ceiling)


def dot_sheet(x: Floats, y: Floats, radius: float, width: int, height: int) -> Bytes:
    """Return how dots with a rim cover pixels: 0 nothing, 1 to 64 the rim, 65 to 128 the dot.

    Parameters
    ----------
    x, y : ndarray, shape (n,)
        Centres in pixels.
    radius : float
        Of a dot in pixels; the rim is a third of it wide, at least one pixel.
    width, height : int
        Of the sheet.
    """
    rim = radius + max(1.0, radius / 3.0)
    reach = int(np.ceil(rim + 1.0))
    sheet = np.zeros((height + 2 * reach, width + 2 * reach), dtype=np.uint8)
    column, row = np.floor(x).astype(np.intp), np.floor(y).astype(np.intp)
    inside = (column >= 0) & (column < width) & (row >= 0) & (row < height)
    column, row = column[inside] + reach, row[inside] + reach
    offsets = np.arange(-reach, reach + 1)
    distance = np.hypot(offsets[:, None], offsets[None, :])
    for outer, base in ((rim, 0), (radius, _SHADES)):
        covered = np.rint(np.clip(outer + 0.5 - distance, 0.0, 1.0) * _SHADES).astype(int)
        stamps = [(int(covered[i, j]), i, j) for i, j in zip(*np.nonzero(covered), strict=True)]
        # Weakly covered pixels first: where dots overlap, the stronger one stays.
        for shade, i, j in sorted(stamps):
            sheet[row + offsets[i], column + offsets[j]] = base + shade
    return np.ascontiguousarray(sheet[reach : reach + height, reach : reach + width])


def paint_dots(painter: QPainter, rect: QRectF, ratio: float, x: Floats, y: Floats, size: float) -> None:
    """Draw formants: dots in their colour with a rim of paper, so that they are seen on any grey.

    Parameters
    ----------
    painter : QPainter
        Of the pane.
    rect : QRectF
        Where dots may be.
    ratio : float
        Device pixels per pixel.
    x, y : ndarray, shape (n,)
        Centres in pixels of the pane.
    size : float
        Diameter in pixels.
    """
    width, height = max(1, round(rect.width() * ratio)), max(1, round(rect.height() * ratio))
    sheet = dot_sheet((x - rect.left()) * ratio, (y - rect.top()) * ratio, 0.5 * size * ratio, width, height)
    image = QImage(sheet.data, width, height, width, QImage.Format.Format_Indexed8)
    image.setColorTable(_dot_colours(colours()))
    image.setDevicePixelRatio(ratio)
    painter.drawImage(rect.topLeft(), image)


def paint_curve(
    painter: QPainter, rect: QRectF, x: Floats, y: Floats, shade: QColor, *, dots: bool = False
) -> None:
    """Draw a curve (pixels of the pane) that breaks where `y` is not defined; or a dot per frame."""
    known = np.isfinite(y)
    linked = np.flatnonzero(known[:-1] & known[1:])
    # Qt draws single lines with square ends ten times as fast as one polyline.
    ends = (x[linked], y[linked], x[linked + 1], y[linked + 1])
    lines = [] if dots else [QLineF(*four) for four in zip(*(one.tolist() for one in ends), strict=True)]
    alone = known.copy()
    if not dots:
        alone[:-1] &= ~known[1:]
        alone[1:] &= ~known[:-1]
    singles = [QPointF(*pair) for pair in zip(x[alone].tolist(), y[alone].tolist(), strict=True)]
    painter.save()
    painter.setClipRect(rect)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for ink, thickness in ((colour("paper"), 3.6), (shade, 2.0)):
        painter.setPen(QPen(ink, thickness, Qt.PenStyle.SolidLine, Qt.PenCapStyle.SquareCap))
        painter.drawLines(lines)
        painter.setPen(QPen(ink, thickness + 2.0, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        painter.drawPoints(singles)
    painter.restore()


@lru_cache(maxsize=2)
def _dot_colours(shown: Colours) -> list[int]:
    paper, ink = QColor(shown.paper), QColor(shown.formant)
    table = [0]
    for shade in range(1, _SHADES + 1):
        paper.setAlphaF(0.75 * shade / _SHADES)
        table.append(paper.rgba())
    for shade in range(1, _SHADES + 1):
        part = shade / _SHADES
        rim = QColor(shown.paper)
        mixed = [round(part * a + (1 - part) * b) for a, b in zip(_rgb(ink), _rgb(rim), strict=True)]
        table.append(QColor(*mixed, round(255 * (0.75 + 0.25 * part))).rgba())
    return table


def _rgb(shade: QColor) -> tuple[int, int, int]:
    return shade.red(), shade.green(), shade.blue()
