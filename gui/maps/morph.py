"""Lets tokens glide from one place to another, so that the eye can follow them.

Signals of `Morph`: `moved` (points of shape (n_tokens, 2), between the two), `ended`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QElapsedTimer, QObject, Qt, QTimer, Signal

Floats = NDArray[np.float64]

DURATION = 700
"""Milliseconds of the whole way."""
FRAME = 16
"""Milliseconds between two pictures."""


class Morph(QObject):
    """One movement at a time."""

    moved = Signal(object)
    ended = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._before: Floats = np.empty((0, 2))
        self._after: Floats = np.empty((0, 2))
        self._clock = QElapsedTimer()
        self._timer = QTimer(self)
        self._timer.setInterval(FRAME)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._on_frame)

    @property
    def is_moving(self) -> bool:
        """Whether tokens are on their way."""
        return self._timer.isActive()

    def start(self, before: Floats, after: Floats) -> None:
        """Begin to move; tokens without a place before or after are where they have one."""
        self._before = np.where(np.isfinite(before), before, after)
        self._after = after
        self._clock.start()
        self._timer.start()
        self.moved.emit(self._before)

    def stop(self) -> None:
        """Stop on the way."""
        self._timer.stop()

    def _on_frame(self) -> None:
        share = min(self._clock.elapsed() / DURATION, 1.0)
        if share >= 1.0:
            self._timer.stop()
            self.moved.emit(self._after)
            self.ended.emit()
            return
        self.moved.emit(between(self._before, self._after, share * share * (3.0 - 2.0 * share)))


def between(before: Floats, after: Floats, share: float) -> Floats:
    """Return places on the straight way from one to the other; NaN where one of them is."""
    return np.asarray(before + share * (after - before))
