"""Window: the spectrum at the cursor or of the selection. It stays open and shows the next slice too.

Signals: none; `set_slice` shows another one.
"""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QGuiApplication, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import (
    QDialog,
    QDoubleSpinBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from w2vpraat.acoustics.slices import SpectralSlice

from ..theme import colour

_LEFT, _RIGHT, _TOP, _BOTTOM = 58.0, 16.0, 12.0, 40.0
_RANGE = 80.0  # dB under the maximum that are shown, as Praat does


class SlicePlot(QWidget):
    """Level over frequency, with a readout at the mouse or at the frequency moved to by arrow keys."""

    def __init__(self, readout: QLabel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.slice: SpectralSlice | None = None
        self.highest = 5000.0
        self.marked: float | None = None
        self._readout = readout
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumSize(420, 240)
        self.setAccessibleName(self.tr("Spectrum; arrow keys move the readout"))

    def set_slice(self, found: SpectralSlice) -> None:
        """Show another spectrum."""
        self.slice = found
        self._tell()
        self.update()

    def set_highest(self, hertz: float) -> None:
        """Show up to a frequency."""
        self.highest = hertz
        self.update()

    @property
    def _plot(self) -> QRectF:
        return QRectF(
            _LEFT, _TOP, max(self.width() - _LEFT - _RIGHT, 1.0), max(self.height() - _TOP - _BOTTOM, 1.0)
        )

    def _levels(self) -> tuple[np.ndarray, np.ndarray]:
        assert self.slice is not None
        seen = self.slice.frequencies <= self.highest
        return self.slice.frequencies[seen], self.slice.levels[seen]

    def _limits(self) -> tuple[float, float]:
        levels = self._levels()[1]
        top = float(levels.max()) if levels.size else 0.0
        top = 10.0 * math.ceil(max(top, -200.0) / 10.0)
        return top - _RANGE, top

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw axes, the spectrum and the readout line."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        plot = self._plot
        painter.fillRect(plot, colour("paper"))
        if self.slice is None:
            painter.end()
            return
        low, high = self._limits()
        self._paint_axes(painter, plot, low, high)
        frequencies, levels = self._levels()
        if frequencies.size:
            x = plot.left() + frequencies / self.highest * plot.width()
            y = plot.bottom() - (np.clip(levels, low, high) - low) / (high - low) * plot.height()
            x, y = _envelope(x, y)
            painter.setPen(QPen(colour("wave"), 1.2))
            painter.drawPolyline(
                QPolygonF([QPointF(a, b) for a, b in zip(x.tolist(), y.tolist(), strict=True)])
            )
        if self.marked is not None and self.marked <= self.highest:
            at = plot.left() + self.marked / self.highest * plot.width()
            painter.setPen(QPen(colour("cursor"), 1.0))
            painter.drawLine(QPointF(at, plot.top()), QPointF(at, plot.bottom()))
        if self.hasFocus():
            painter.setPen(QPen(colour("accent"), 2.0))
            painter.drawRect(plot)
        painter.end()

    def _paint_axes(self, painter: QPainter, plot: QRectF, low: float, high: float) -> None:
        text = QPen(colour("ink"))
        line = QPen(colour("grid"))
        for level in np.arange(low, high + 1.0, 20.0):
            y = plot.bottom() - (level - low) / (high - low) * plot.height()
            painter.setPen(line)
            painter.drawLine(QPointF(plot.left(), y), QPointF(plot.right(), y))
            painter.setPen(text)
            painter.drawText(
                QRectF(0, y - 9, _LEFT - 6, 18),
                int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter),
                f"{level:g}",
            )
        step = _step(self.highest, plot.width())
        for hertz in np.arange(0.0, self.highest + 0.5 * step, step):
            if hertz > self.highest:
                break
            x = plot.left() + hertz / self.highest * plot.width()
            painter.setPen(line)
            painter.drawLine(QPointF(x, plot.top()), QPointF(x, plot.bottom()))
            painter.setPen(text)
            painter.drawText(
                QRectF(x - 40, plot.bottom() + 2, 80, 16), int(Qt.AlignmentFlag.AlignHCenter), f"{hertz:g}"
            )
        painter.drawText(
            QRectF(plot.left(), plot.bottom() + 18, plot.width(), 18),
            int(Qt.AlignmentFlag.AlignHCenter),
            self.tr("Frequency (Hz); level in dB/Hz"),
        )
        painter.setPen(QPen(colour("faint")))
        painter.drawRect(plot)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Read out at the mouse."""
        share = (event.position().x() - self._plot.left()) / self._plot.width()
        self.mark(min(max(share, 0.0), 1.0) * self.highest)

    def keyPressEvent(self, event: object) -> None:
        """Move the readout by one or (with Ctrl) ten frequency steps."""
        key, modifiers = event.key(), event.modifiers()  # type: ignore[attr-defined]
        if self.slice is not None and key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            step = float(self.slice.frequencies[1]) if self.slice.frequencies.size > 1 else 1.0
            step *= 10.0 if modifiers & Qt.KeyboardModifier.ControlModifier else 1.0
            way = 1.0 if key == Qt.Key.Key_Right else -1.0
            self.mark(min(max((self.marked or 0.0) + way * step, 0.0), self.highest))
        else:
            super().keyPressEvent(event)  # type: ignore[arg-type]

    def mark(self, hertz: float) -> None:
        """Read out at a frequency."""
        self.marked = hertz
        self._tell()
        self.update()

    def _tell(self) -> None:
        if self.slice is None or self.marked is None or not self.slice.levels.size:
            self._readout.setText(self.tr("Move the mouse over the spectrum to read it out."))
            return
        index = int(np.abs(self.slice.frequencies - self.marked).argmin())
        self._readout.setText(
            self.tr("{hertz:.1f} Hz: {level:.1f} dB/Hz").format(
                hertz=float(self.slice.frequencies[index]), level=float(self.slice.levels[index])
            )
        )


class SpectralSliceDialog(QDialog):
    """The window with the plot, the highest frequency, and the Praat command that gives the spectrum."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Spectral slice"))
        self.headline = QLabel()
        self.headline.setTextFormat(Qt.TextFormat.PlainText)
        readout = QLabel()
        self.plot = SlicePlot(readout)
        self.highest = QDoubleSpinBox()
        self.highest.setRange(100.0, 100_000.0)
        self.highest.setDecimals(0)
        self.highest.setSingleStep(500.0)
        self.highest.setSuffix(" Hz")
        self.highest.setValue(self.plot.highest)
        self.highest.setKeyboardTracking(False)
        self.highest.setAccessibleName(self.tr("Highest frequency shown"))
        self.highest.valueChanged.connect(self.plot.set_highest)
        up_to = QLabel(self.tr("&Up to:"))
        up_to.setBuddy(self.highest)
        self.copy = QPushButton(self.tr("&Copy Praat command"))
        self.copy.clicked.connect(self._on_copy)
        row = QHBoxLayout()
        row.addWidget(readout, 1)
        row.addWidget(up_to)
        row.addWidget(self.highest)
        row.addWidget(self.copy)
        box = QVBoxLayout(self)
        box.addWidget(self.headline)
        box.addWidget(self.plot, 1)
        box.addLayout(row)
        self.resize(640, 400)

    def set_slice(self, found: SpectralSlice, name: str, start: float, end: float) -> None:
        """Show another spectrum.

        Parameters
        ----------
        found : SpectralSlice
            The spectrum.
        name : str
            Of the recording.
        start, end : float
            What was selected, in seconds; equal for a cursor.
        """
        if start == end:
            what = self.tr("{name}, {time:.6f} s (window {low:.4f} to {high:.4f} s)").format(
                name=name, time=start, low=found.start, high=found.end
            )
        else:
            what = self.tr("{name}, {start:.6f} to {end:.6f} s").format(name=name, start=start, end=end)
        self.headline.setText(what)
        self.headline.setToolTip(f"{found.command}\n\nPraat {found.praat}")
        top = float(found.frequencies[-1]) if found.frequencies.size else 100.0
        self.highest.setMaximum(max(top, 100.0))
        self.plot.set_slice(found)

    def _on_copy(self) -> None:
        if self.plot.slice is not None:
            QGuiApplication.clipboard().setText(self.plot.slice.command + "\n")


def _envelope(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Keep the lowest and highest point of each quarter of a pixel: a long spectrum has too many."""
    columns = np.floor(x * 4.0).astype(np.int64)
    if x.size < 8000:
        return x, y
    firsts = np.flatnonzero(np.r_[True, columns[1:] != columns[:-1]])
    highs, lows = np.minimum.reduceat(y, firsts), np.maximum.reduceat(y, firsts)
    return np.repeat(x[firsts], 2), np.c_[highs, lows].ravel()


def _step(highest: float, width: float) -> float:
    rough = highest / max(width / 80.0, 1.0)
    power = 10.0 ** math.floor(math.log10(rough))
    return next(power * one for one in (1.0, 2.0, 5.0, 10.0) if power * one >= rough)
