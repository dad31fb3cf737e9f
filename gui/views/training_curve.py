"""The curve of a training: losses left, frames right on the held-out speakers right, one colour per task.

It emits nothing; `describe` says what it shows in words.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from ..theme import CATEGORIES, colour

LEFT, TOP, BOTTOM, GAP = 44.0, 22.0, 34.0, 26.0


class TrainingCurve(QWidget):
    """Grows while a model learns."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._points: tuple[Any, ...] = ()
        self._steps = 0
        self._best = 0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(self.tr("Curve of the training"))

    def sizeHint(self) -> QSize:
        """Return a size at which the figures can be read."""
        return QSize(520, 200)

    def minimumSizeHint(self) -> QSize:
        """Return the least useful size."""
        return QSize(300, 130)

    def set_points(self, points: Sequence[Any], steps: int, best_step: int = 0) -> None:
        """Show these points.

        Parameters
        ----------
        points : sequence of CurvePoint
        steps : int
            Of the whole training.
        best_step : int
            The one whose weights are kept so far; 0: none.
        """
        self._points, self._steps, self._best = tuple(points), steps, best_step
        self.setAccessibleDescription(self.describe())
        self.setToolTip(self.describe())
        self.update()

    def describe(self) -> str:
        """Return the last figures in words."""
        last = {(one.task, one.split): one for one in self._points}
        told = []
        for task in self._tasks():
            held = last.get((task, "held_out"))
            learnt = last.get((task, "train"))
            if held is not None:
                told.append(
                    self.tr(
                        "{task}: step {step}, {right:.1f} % of the held-out frames right"
                        " (balanced {even:.1f} %)"
                    ).format(
                        task=task,
                        step=held.step,
                        right=100 * held.accuracy,
                        even=100 * held.balanced_accuracy,
                    )
                )
            elif learnt is not None:
                told.append(
                    self.tr("{task}: step {step}, {right:.1f} % of the training frames right").format(
                        task=task, step=learnt.step, right=100 * learnt.accuracy
                    )
                )
        return "\n".join(told)

    def _tasks(self) -> list[str]:
        return list(dict.fromkeys(one.task for one in self._points))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw both halves."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), colour("paper"))
        if not self._points:
            painter.setPen(colour("faint"))
            painter.drawText(
                self.rect(),
                Qt.AlignmentFlag.AlignCenter,
                self.tr("The curve appears with the first evaluation."),
            )
            return
        width = (self.width() - 2 * LEFT - GAP) / 2
        height = self.height() - TOP - BOTTOM
        first = QRectF(LEFT, TOP, width, height)
        second = QRectF(2 * LEFT + GAP / 2 + width, TOP, width, height)
        top = max((one.loss for one in self._points if one.loss == one.loss), default=1.0) * 1.05
        self._axes(painter, first, top, self.tr("loss (nats): training dotted, held-out solid"), "{:.1f}")
        self._axes(painter, second, 100.0, self.tr("held-out frames right (%), balanced dashed"), "{:.0f}")
        names = self._tasks()
        for number, task in enumerate(names):
            own = [one for one in self._points if one.task == task]
            shade = QColor(CATEGORIES[number % len(CATEGORIES)])
            held = [one for one in own if one.split == "held_out"]
            learnt = [one for one in own if one.split == "train"]
            self._line(painter, first, learnt, lambda one: one.loss, top, shade, Qt.PenStyle.DotLine)
            self._line(painter, first, held, lambda one: one.loss, top, shade)
            self._line(painter, second, held, lambda one: 100 * one.accuracy, 100.0, shade)
            self._line(
                painter,
                second,
                held,
                lambda one: 100 * one.balanced_accuracy,
                100.0,
                shade,
                Qt.PenStyle.DashLine,
            )
        self._legend(painter, names)

    def _x(self, box: QRectF, step: float) -> float:
        last = max(self._steps, max(one.step for one in self._points), 1)
        return box.left() + box.width() * step / last

    def _axes(self, painter: QPainter, box: QRectF, top: float, title: str, form: str) -> None:
        painter.setPen(QPen(colour("grid"), 1))
        for share in (0.0, 0.5, 1.0):
            y = box.bottom() - share * box.height()
            painter.drawLine(QPointF(box.left(), y), QPointF(box.right(), y))
        if self._best:
            x = self._x(box, self._best)
            painter.setPen(QPen(colour("faint"), 1, Qt.PenStyle.DashLine))
            painter.drawLine(QPointF(x, box.top()), QPointF(x, box.bottom()))
        painter.setPen(colour("ink"))
        font = painter.font()
        font.setPointSizeF(8.5)
        painter.setFont(font)
        for share in (0.0, 0.5, 1.0):
            y = box.bottom() - share * box.height()
            painter.drawText(
                QRectF(0, y - 8, box.left() - 5, 16)
                if box.left() <= LEFT
                else QRectF(box.left() - LEFT, y - 8, LEFT - 5, 16),
                Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter,
                form.format(share * top),
            )
        metrics = painter.fontMetrics()
        painter.drawText(
            QRectF(box.left(), 2, box.width(), TOP - 4),
            Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter,
            metrics.elidedText(title, Qt.TextElideMode.ElideRight, int(box.width())),
        )
        last = max(self._steps, max(one.step for one in self._points))
        painter.setPen(colour("faint"))
        for share, align in ((0.0, Qt.AlignmentFlag.AlignLeft), (1.0, Qt.AlignmentFlag.AlignRight)):
            painter.drawText(
                QRectF(box.left(), box.bottom() + 2, box.width(), 14),
                align,
                self.tr("step {n}").format(n=round(share * last)),
            )

    def _line(
        self,
        painter: QPainter,
        box: QRectF,
        points: Sequence[Any],
        value: Callable[[Any], float],
        top: float,
        shade: QColor,
        style: Qt.PenStyle = Qt.PenStyle.SolidLine,
    ) -> None:
        places = [
            QPointF(self._x(box, one.step), box.bottom() - box.height() * min(value(one) / top, 1.0))
            for one in points
            if value(one) == value(one)
        ]
        painter.setPen(QPen(shade, 1.8, style))
        for one, next_one in pairwise(places):
            painter.drawLine(one, next_one)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(shade)
        if style == Qt.PenStyle.SolidLine:
            for place in places:
                painter.drawEllipse(place, 2.2, 2.2)
        painter.setBrush(Qt.BrushStyle.NoBrush)

    def _legend(self, painter: QPainter, names: Sequence[str]) -> None:
        x, y = LEFT, self.height() - 9.0
        metrics = painter.fontMetrics()
        for number, name in enumerate(names):
            painter.setPen(QPen(QColor(CATEGORIES[number % len(CATEGORIES)]), 2.4))
            painter.drawLine(QPointF(x, y), QPointF(x + 16, y))
            painter.setPen(colour("ink"))
            painter.drawText(QPointF(x + 20, y + 4), name)
            x += 36 + metrics.horizontalAdvance(name)
