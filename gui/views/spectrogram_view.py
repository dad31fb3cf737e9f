"""The spectrogram with formants, f0 and intensity, as Praat draws them.

Signals: `ceiling_wanted` (Hz; the user chose another formant ceiling, the editor decides for whom).
A click puts the cursor and the frequency line, a drag selects (see `SoundStrip`).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QImage, QPainter, QPen, QResizeEvent
from PySide6.QtWidgets import QWidget

from w2vpraat.acoustics.display_tracks import PitchTrack
from w2vpraat.acoustics.spectrogram import display_maximum, grey_levels
from w2vpraat.params import SpectrogramParams

from ..document import Document
from ..theme import colour, colours
from .ceiling_button import CeilingButton
from .overlays import formant_dots, joined, paint_curve, paint_dots, pitch_scale
from .sound_source import SoundSource
from .sound_strip import SoundStrip, small_font
from .time_axis import LEFT

Greys = NDArray[np.uint8]

SECOND_COLUMN = 54.0
"""Room in pixels for the numbers of f0; those of intensity are right of it."""


class SpectrogramView(SoundStrip):
    """The spectrogram of a document, and what is drawn over it."""

    ceiling_wanted = Signal(float)

    def __init__(self, source: SoundSource, parent: QWidget | None = None) -> None:
        super().__init__(source, parent)
        self.setAccessibleName(self.tr("Spectrogram, formants, f0 and intensity"))
        self.setMinimumHeight(80)
        self._last: tuple[QImage, QRectF, object] | None = None
        self.ceiling_button = CeilingButton(self)
        self.ceiling_button.ceiling_wanted.connect(self.ceiling_wanted)
        source.spectrogram_changed.connect(self._on_content_changed)
        source.tracks_changed.connect(self._on_content_changed)
        source.values_changed.connect(self.update)
        self._place_button()

    def set_document(self, document: Document | None) -> None:
        """Show another document, or nothing."""
        self._last = None
        super().set_document(document)
        self._place_button()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the control in its corner."""
        self._place_button()
        super().resizeEvent(event)

    # Geometry

    @property
    def params(self) -> SpectrogramParams:
        """Settings of the spectrogram."""
        return self.source.settings.spectrogram

    def y_of(self, frequency: float) -> float:
        """Return the vertical place of a frequency in Hz."""
        return self._scaled(frequency, self.params.view_from, self.params.view_to)

    def frequency_of(self, y: float) -> float:
        """Return the frequency in Hz at a vertical place, inside the view range."""
        low, high = self.params.view_from, self.params.view_to
        return min(max(low + (1.0 - y / max(self.height(), 1)) * (high - low), low), high)

    def _scaled(self, value: float, low: float, high: float) -> float:
        return self.height() * (1.0 - (value - low) / (high - low))

    # Drawing

    def paint_picture(self, painter: QPainter) -> None:
        """Draw spectrogram and tracks, or say why not."""
        source = self.source
        painter.setClipRect(self.axis_rect)
        text = self._message()
        if text:
            painter.setPen(colour("faint"))
            middle = int(Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap)
            painter.drawText(self.axis_rect.adjusted(12, 4, -12, -4), middle, text)
        if source.is_too_long:
            return
        if "spectrogram" in source.shown:
            self._paint_spectrogram(painter)
        self._paint_tracks(painter)

    def _paint_spectrogram(self, painter: QPainter) -> None:
        assert self.view is not None
        view, params, tiles = self.view, self.params, self.source.visible_tiles()
        same = (self.document, params, colours())
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        # While zooming: what was there before, until all tiles of the new width have arrived.
        wanted = len(self.source.visible_tile_keys())
        if len(tiles) < wanted and self._last is not None and self._last[2] == same:
            image, place, _ = self._last
            left, right = self.x_of(place.left()), self.x_of(place.right())
            top, bottom = self.y_of(place.bottom()), self.y_of(place.top())
            painter.drawImage(QRectF(left, top, right - left, bottom - top), image)
        tiles = [tile for tile in tiles if tile.times.size]
        if not tiles:
            return
        origin, step = self.document.start_time, tiles[0].step  # type: ignore[union-attr]
        first = math.floor((view.start - origin) / step) - 1
        stop = math.ceil((view.end - origin) / step) + 2
        maximum = display_maximum(tiles, params, start=view.start, end=view.end)
        bands = max(tile.frequencies.size for tile in tiles)
        pixels = np.zeros((bands, stop - first), dtype=np.uint32)
        shades = _shades()
        for tile in tiles:
            index = np.rint((tile.times - origin) / step).astype(np.intp) - first
            seen = (index >= 0) & (index < pixels.shape[1])
            pixels[:, index[seen]] = shades[grey_levels(tile, params, maximum)[:, seen]]
        pixels = np.ascontiguousarray(pixels[::-1])  # the highest band is on top
        image = QImage(
            pixels.data,
            pixels.shape[1],
            bands,
            4 * pixels.shape[1],
            QImage.Format.Format_ARGB32_Premultiplied,
        ).copy()
        half = 0.5 * tiles[0].frequency_step
        low, high = float(tiles[0].frequencies[0]) - half, float(tiles[0].frequencies[-1]) + half
        start, end = origin + (first - 0.5) * step, origin + (stop - 0.5) * step
        left, top = self.x_of(start), self.y_of(high)
        painter.drawImage(QRectF(left, top, self.x_of(end) - left, self.y_of(low) - top), image)
        if len(tiles) == wanted:
            self._last = (image, QRectF(start, low, end - start, high - low), same)

    def _paint_tracks(self, painter: QPainter) -> None:
        assert self.view is not None
        source, settings, rect = self.source, self.source.settings, self.axis_rect
        if "formants" in source.shown and (chunks := source.visible_chunks("formants")):
            dots = formant_dots(joined(chunks), settings.formant_view, self.view.start, self.view.end)
            x = self._x_of(dots[:, 0])
            y = self._y_of(dots[:, 1], self.params.view_from, self.params.view_to)
            paint_dots(painter, rect, self.ratio, x, y, self.pixels(settings.formant_view.dot_size))
        if "intensity" in source.shown and (chunks := source.visible_chunks("intensity")):
            track, view = joined(chunks), settings.intensity_view
            y = self._y_of(track.values, view.view_from, view.view_to)
            paint_curve(painter, rect, self._x_of(track.times), y, colour("intensity"))
        if "f0" in source.shown and (chunks := source.visible_chunks("f0")):
            pitch: PitchTrack = joined(chunks)
            y = self._y_of(pitch.values, *self._pitch_scale())
            dots_only = settings.pitch_view.drawing == "speckles"
            paint_curve(painter, rect, self._x_of(pitch.times), y, colour("f0"), dots=dots_only)

    def paint_above(self, painter: QPainter) -> None:
        """Draw the selection, the frequency line, and the numbers beside the axis."""
        painter.save()
        # As if the band lay under the ink: white paper turns pink, black stays black.
        dark = colours().dark_spectrogram
        mode = QPainter.CompositionMode
        painter.setCompositionMode(mode.CompositionMode_Screen if dark else mode.CompositionMode_Multiply)
        self.paint_selection(painter)
        painter.restore()
        painter.setFont(small_font())
        params = self.params
        self._number(painter, 0.0, f"{params.view_to:g} Hz", "ink", left=True)
        self._number(painter, self.height(), f"{params.view_from:g} Hz", "ink", left=True)
        self._paint_cross(painter)
        if self.source.is_too_long:
            return
        if "f0" in self.source.shown:
            low, high = self._pitch_scale()
            self._paint_scale(painter, "f0", low, high, "{:.0f} Hz", "{:.1f} Hz", 0.0)
        if "intensity" in self.source.shown:
            view = self.source.settings.intensity_view
            beside = SECOND_COLUMN if "f0" in self.source.shown else 0.0
            self._paint_scale(
                painter, "intensity", view.view_from, view.view_to, "{:g} dB", "{:.1f} dB", beside
            )

    def _paint_cross(self, painter: QPainter) -> None:
        assert self.view is not None
        frequency = self.view.cross_frequency
        if frequency is None or not self.params.view_from <= frequency <= self.params.view_to:
            return
        y = self.y_of(frequency)
        painter.setPen(QPen(colour("cursor"), 1, Qt.PenStyle.DotLine))
        painter.drawLine(QPointF(LEFT, y), QPointF(LEFT + self.axis_width, y))
        self._number(painter, y, f"{frequency:.0f} Hz", "cursor", left=True)

    def _paint_scale(
        self, painter: QPainter, kind: str, low: float, high: float, ends: str, value: str, beside: float
    ) -> None:
        """Write the ends of a scale, and the value at the cursor (or mean of the selection) at its height."""
        self._number(painter, 0.0, ends.format(high), kind, beside=beside)
        self._number(painter, self.height(), ends.format(low), kind, beside=beside)
        reading = self.source.values.get(kind)
        if reading is not None and reading.defined:
            # Kept off the ends of the scale, which are written in full.
            line = painter.fontMetrics().height()
            y = min(max(self._scaled(reading.value, low, high), 1.5 * line), self.height() - 1.5 * line)
            self._number(painter, y, value.format(reading.value), kind, beside=beside)

    def _number(
        self,
        painter: QPainter,
        y: float,
        text: str,
        shade: str,
        *,
        left: bool = False,
        beside: float = 0.0,
    ) -> None:
        painter.setPen(colour(shade))
        line = painter.fontMetrics().height()
        top = min(max(y - 0.5 * line, 0.0), self.height() - line)
        if left:
            place, side = QRectF(0.0, top, LEFT - 5.0, line), Qt.AlignmentFlag.AlignRight
        else:
            place = QRectF(LEFT + self.axis_width + 3.0 + beside, top, 100.0, line)
            side = Qt.AlignmentFlag.AlignLeft
        if left and 0.0 < y < self.height():
            painter.fillRect(place, colour("panel"))  # over the ends of the scale
        painter.drawText(place, int(side | Qt.AlignmentFlag.AlignVCenter), text)

    def _message(self) -> str:
        source = self.source
        if source.is_too_long:
            return self.tr(
                "To see the analyses, zoom in to at most {seconds:g} s"
                " (or change it in View > Spectrogram and overlays)"
            ).format(seconds=source.settings.editor.longest_analysis)
        said = []
        for kind in ("spectrogram", *sorted(source.shown - {"spectrogram", "frames"})):
            error = source.messages.get(kind)
            if error is not None and kind in source.shown:
                said.append(f"{kind}: {error.message}" + (f" ({error.hint})" if error.hint else ""))
        return "\n".join(said)

    # Help

    def _pitch_scale(self) -> tuple[float, float]:
        return pitch_scale(self.source.pitch_range, self.source.settings.pitch_view)

    def _x_of(self, times: NDArray[np.float64]) -> NDArray[np.float64]:
        assert self.view is not None
        return np.asarray(LEFT + (times - self.view.start) / self.view.length * self.axis_width)

    def _y_of(self, values: NDArray[np.float64], low: float, high: float) -> NDArray[np.float64]:
        return np.asarray(self.height() * (1.0 - (values - low) / (high - low)))

    def _place_button(self) -> None:
        shown = "formants" in self.source.shown and self.document is not None
        self.ceiling_button.setVisible(shown and not self.source.is_too_long)
        if shown:
            waiting = self.source.is_waiting("formants")
            self.ceiling_button.show_ceiling(self.source.ceiling, self.source.settings.formants, waiting)
            self.ceiling_button.adjustSize()
            self.ceiling_button.move(LEFT + 4, 4)

    # Mouse

    def press(self, time: float, y: float) -> None:
        """Put the cursor and the frequency line."""
        assert self.view is not None
        self.view.set_cross(time, self.frequency_of(y))

    # Slots

    def _on_content_changed(self) -> None:
        self._place_button()
        self.redraw()

    def _on_range_changed(self, start: float, end: float) -> None:
        self._place_button()
        super()._on_range_changed(start, end)


def _shades() -> NDArray[np.uint32]:
    """Return the colour of each grey level: ink for 0, paper for 255; in the dark window inverted."""
    paper, ink = colour("paper"), colour("ink")
    part = np.arange(256) / 255.0
    made = np.full(256, 255, dtype=np.uint32)
    for one, other in ((ink.red(), paper.red()), (ink.green(), paper.green()), (ink.blue(), paper.blue())):
        # Praat's black is black; in the dark window the loudest is the lightest.
        strong = one if colours().dark_spectrogram else 0
        made = (made << np.uint32(8)) | np.rint(strong + (other - strong) * part).astype(np.uint32)
    return made
