"""The waveform: one strip per channel, scaled to the visible part as in Praat.

Signals: none; a click puts the cursor, a drag selects (see `SoundStrip`).
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QImage, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QWidget

from ..document import Document
from ..theme import colour
from .sound_source import SoundSource
from .sound_strip import SoundStrip, small_font
from .time_axis import LEFT

DOTS_FROM = 4.0
"""Pixels between two samples from which each is drawn as a dot."""

Floats = NDArray[np.float32]


class WaveformView(SoundStrip):
    """The waveform of a document."""

    def __init__(self, source: SoundSource, parent: QWidget | None = None) -> None:
        super().__init__(source, parent)
        self.setAccessibleName(self.tr("Waveform"))
        self.setMinimumHeight(48)
        self._extremes: tuple[float, float] | None = None
        source.waveform_changed.connect(self._on_waveform_changed)

    def set_document(self, document: Document | None) -> None:
        """Show another document, or nothing."""
        self._extremes = None
        super().set_document(document)

    @property
    def extremes(self) -> tuple[float, float] | None:
        """Lowest and highest visible sample; None while nothing is drawn."""
        return self._extremes

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Tell the source how fine the picture is."""
        self.source.set_columns(self.columns)
        super().resizeEvent(event)

    def channel_rect(self, channel: int) -> QRectF:
        """Return the strip of a channel, counted from 0."""
        height = self.height() / len(self.source.channels)
        return QRectF(LEFT, channel * height, self.axis_width, height)

    # Drawing

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the waveform; without a document say so."""
        super().paintEvent(event)
        if self.document is None:
            painter = QPainter(self)
            painter.setPen(colour("faint"))
            text = self.tr("No recording is open. Choose one in the corpus table.")
            painter.drawText(self.axis_rect, int(Qt.AlignmentFlag.AlignCenter), text)
            painter.end()

    def paint_below(self, painter: QPainter) -> None:
        """Draw the selection."""
        self.paint_selection(painter)

    def paint_picture(self, painter: QPainter) -> None:
        """Draw the samples, all channels on one scale."""
        view = self.view
        assert view is not None
        self._extremes = None
        n_channels = len(self.source.channels)
        columns = [
            self.source.waveform.columns(n, view.start, view.end, self.columns) for n in range(n_channels)
        ]
        known = [pair for pair in columns if pair is not None and not np.isnan(pair[0]).all()]
        if not known:
            return
        low = min(float(np.nanmin(pair[0])) for pair in known)
        high = max(float(np.nanmax(pair[1])) for pair in known)
        self._extremes = (low, high)
        if low == high:
            low, high = low - 1.0, high + 1.0
        for channel, pair in enumerate(columns):
            rect = self.channel_rect(channel)
            if channel:
                painter.setPen(QPen(colour("grid"), 1))
                painter.drawLine(rect.topLeft(), rect.topRight())
            if low < 0.0 < high:
                y = _y_of(0.0, low, high, rect)
                painter.setPen(QPen(colour("faint"), 1, Qt.PenStyle.DotLine))
                painter.drawLine(QPointF(rect.left(), y), QPointF(rect.right(), y))
            if pair is not None and not self._paint_samples(painter, channel, rect, low, high):
                self._paint_columns(painter, pair, rect, low, high)

    def _paint_columns(
        self, painter: QPainter, pair: tuple[Floats, Floats], rect: QRectF, low: float, high: float
    ) -> None:
        height = max(1, round(rect.height() * self.ratio))
        inked = column_mask(*pair, low, high, height)
        pixels = np.where(inked, np.uint32(colour("wave").rgba()), np.uint32(0))
        image = QImage(
            pixels.data,
            pixels.shape[1],
            height,
            4 * pixels.shape[1],
            QImage.Format.Format_ARGB32_Premultiplied,
        )
        image.setDevicePixelRatio(self.ratio)
        painter.drawImage(rect.topLeft(), image)

    def _paint_samples(self, painter: QPainter, channel: int, rect: QRectF, low: float, high: float) -> bool:
        """Draw single samples, joined by a line; False where there are more than pixels."""
        view, source = self.view, self.source
        assert view is not None
        assert self.document is not None
        spacing = 1.0 / (self.document.info.rate * self.seconds_per_pixel)
        if spacing < 1.0 or channel >= len(source.waveform.samples):
            return False
        audio = source.waveform.samples[channel]
        if audio.start_time > max(view.start, self.document.start_time) + 1.0 / audio.rate:
            return False
        # One sample beyond what is visible, so that the line goes on to the edge.
        first = max(0, int((view.start - audio.start_time) * audio.rate) - 1)
        stop = min(audio.n_samples, int((view.end - audio.start_time) * audio.rate) + 2)
        if stop <= first:
            return False
        times = audio.start_time + (np.arange(first, stop) + 0.5) / audio.rate
        x = LEFT + (times - view.start) / view.length * self.axis_width
        scale = (rect.height() - 1.0) / (high - low)
        y = rect.top() + 0.5 + (high - audio.samples[first:stop].astype(np.float64)) * scale
        points = [QPointF(a, b) for a, b in zip(x.tolist(), y.tolist(), strict=True)]
        painter.save()
        painter.setClipRect(rect)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(colour("wave"), 1.2, Qt.PenStyle.SolidLine, Qt.PenCapStyle.SquareCap))
        painter.drawLines([QLineF(a, b) for a, b in pairwise(points)])
        if spacing >= DOTS_FROM:
            painter.setPen(QPen(colour("wave"), 4.5, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
            painter.drawPoints(points)
        painter.restore()
        return True

    def paint_above(self, painter: QPainter) -> None:
        """Write the amplitudes beside the axis, and the channels."""
        painter.setFont(small_font())
        painter.setPen(colour("ink"))
        right = Qt.AlignmentFlag.AlignRight
        for channel in range(len(self.source.channels)):
            rect = self.channel_rect(channel)
            beside = QRectF(0.0, rect.top() + 1.0, LEFT - 5.0, rect.height() - 2.0)
            if self._extremes is not None:
                low, high = self._extremes
                painter.drawText(beside, int(right | Qt.AlignmentFlag.AlignTop), f"{high:.4f}")
                if low != high:
                    painter.drawText(beside, int(right | Qt.AlignmentFlag.AlignBottom), f"{low:.4f}")
            if len(self.source.channels) > 1:
                name = self.tr("Channel {n}").format(n=self.source.channels[channel])
                beyond = QRectF(rect.right() + 5.0, rect.top(), self.width(), rect.height())
                painter.drawText(beyond, int(Qt.AlignmentFlag.AlignVCenter), name)
        if self._extremes is None:
            error = self.source.messages.get("waveform")
            text = self.tr("Reading the sound…") if error is None else f"{error.message}\n{error.hint}"
            painter.setPen(colour("faint" if error is None else "error"))
            painter.drawText(self.axis_rect, int(Qt.AlignmentFlag.AlignCenter), text)

    # Slots

    def _on_waveform_changed(self) -> None:
        self.redraw()


def column_mask(low: Floats, high: Floats, lowest: float, highest: float, height: int) -> NDArray[np.bool_]:
    """Return which pixels of each column are inked, shape (height, n); row 0 is `highest`.

    Neighbouring columns that don't overlap are joined, since the line runs from the one to the other.
    """
    scale = (height - 1) / (highest - lowest)
    with np.errstate(invalid="ignore"):
        top = np.rint((highest - high) * scale)
        bottom = np.rint((highest - low) * scale)
    joined_top, joined_bottom = top.copy(), bottom.copy()
    joined_top[1:] = np.fmin(top[1:], bottom[:-1] + 1.0)
    joined_bottom[1:] = np.fmax(bottom[1:], top[:-1] - 1.0)
    nothing = np.isnan(top)
    joined_top[nothing], joined_bottom[nothing] = height, -1.0
    rows = np.arange(height)[:, None]
    return np.asarray((rows >= joined_top) & (rows <= joined_bottom))


def _y_of(value: float, low: float, high: float, rect: QRectF) -> float:
    return rect.top() + 0.5 + (high - value) * (rect.height() - 1.0) / (high - low)
