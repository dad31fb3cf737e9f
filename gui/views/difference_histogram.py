"""A small histogram of boundary differences, the second annotator's less ours, in milliseconds.

It emits nothing; `describe` says what it shows in words.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, floor

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from ..theme import colour

REACH = 50.0
"""Differences up to so many milliseconds have bins of their own; larger ones are counted at the ends."""
BIN = 5.0
N_BINS = round(2 * REACH / BIN)


def binned(differences: Sequence[float]) -> tuple[list[int], int, int]:
    """Count differences per bin.

    Parameters
    ----------
    differences : sequence of float
        In milliseconds.

    Returns
    -------
    counts : list of int, length N_BINS
        From -REACH on; a bin holds its lower edge, the last also its upper.
    below, above : int
        Beyond the reach.
    """
    counts = [0] * N_BINS
    below = sum(one < -REACH for one in differences)
    above = sum(one > REACH for one in differences)
    for one in differences:
        if -REACH <= one <= REACH:
            counts[min(floor((one + REACH) / BIN), N_BINS - 1)] += 1
    return counts, below, above


class DifferenceHistogram(QWidget):
    """Bars over milliseconds, zero in the middle."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._counts, self._below, self._above = binned(())
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(self.tr("Differences of boundaries"))

    def set_differences(self, differences: Sequence[float]) -> None:
        """Show other differences, in milliseconds."""
        self._counts, self._below, self._above = binned(differences)
        self.setAccessibleDescription(self.describe())
        self.setToolTip(self.describe())
        self.update()

    def describe(self) -> str:
        """Return what is shown, in words."""
        counts, middle = self._counts, N_BINS // 2
        near = sum(counts[middle - 2 : middle + 2])
        early, late = sum(counts[: middle - 2]), sum(counts[middle + 2 :])
        return self.tr(
            "Theirs less mine: {below} by more than {reach} ms earlier, {early} by {near_ms} to {reach} ms "
            "earlier, {near} within {near_ms} ms, {late} by {near_ms} to {reach} ms later, {above} by more."
        ).format(
            below=self._below,
            early=early,
            near=near,
            late=late,
            above=self._above,
            reach=f"{REACH:g}",
            near_ms=f"{2 * BIN:g}",
        )

    def sizeHint(self) -> QSize:
        """Ask for room for bars and a line of numbers."""
        return QSize(220, 64 + self.fontMetrics().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the bars, the axis, and the counts beyond it."""
        painter = QPainter(self)
        metrics = self.fontMetrics()
        wide, high = float(self.width()), float(self.height())
        base = high - metrics.height() - 3.0
        side = float(metrics.horizontalAdvance("< −50 ")) + 4.0
        left, right = side, wide - side
        step = max(right - left, 1.0) / N_BINS
        most = max([*self._counts, self._below, self._above, 1])
        room = base - metrics.height() - 2.0

        def bar(x: float, width: float, count: int, name: str) -> None:
            if count:
                top = base - max(room * count / most, 1.0)
                painter.fillRect(QRectF(x + 0.5, top, max(width - 1.0, 1.0), base - top), colour(name))

        for number, count in enumerate(self._counts):
            bar(left + number * step, step, count, "second")
        for x, count in ((left - side / 2 - step, self._below), (right + side / 2 - step, self._above)):
            bar(x, 2 * step, count, "warning")
            if count:
                top = base - max(room * count / most, 1.0)
                painter.setPen(colour("ink"))
                box = QRectF(x + step - side / 2, top - metrics.height(), side, metrics.height())
                painter.drawText(box, Qt.AlignmentFlag.AlignCenter, str(count))
                below_axis = QRectF(x + step - side / 2, base + 2.0, side, metrics.height())
                painter.drawText(below_axis, Qt.AlignmentFlag.AlignCenter, "<" if x < left else ">")
        painter.setPen(QPen(colour("faint"), 1))
        painter.drawLine(round(left), round(base), round(right), round(base))
        middle = left + N_BINS / 2 * step
        painter.setPen(QPen(colour("ink"), 1, Qt.PenStyle.DashLine))
        painter.drawLine(round(middle), round(base), round(middle), floor(base - room))
        painter.setPen(colour("ink"))
        y = ceil(base) + 2.0
        ticks = (-REACH, -REACH / 2, 0.0, REACH / 2, REACH)
        for ms in ticks:
            x = left + (ms + REACH) / BIN * step
            text = f"{ms:+g}".replace("-", "−") if ms else self.tr("0 ms")
            painter.drawText(QRectF(x - 30, y, 60, metrics.height()), Qt.AlignmentFlag.AlignHCenter, text)
        painter.end()
