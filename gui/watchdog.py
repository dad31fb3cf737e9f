"""Watches that the GUI thread never works long without a look at the mouse.

A heartbeat asks every 10 ms how much the thread has worked since the last one: work done in one go of an
event keeps the heartbeat from coming. Processor time is counted, since on a busy computer the clock would
blame the window for others; waiting (for a disk, for the interpreter's lock) is in `longest_wait`.
"""

from __future__ import annotations

import time

from PySide6.QtCore import QObject, Qt, QTimer

LIMIT = 0.1
"""Seconds that nothing may take on the GUI thread."""
BEAT = 10


class Watchdog(QObject):
    """Longest stretch of work and of waiting on the GUI thread, in seconds.

    Start it on the GUI thread; it needs a running event loop.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.longest = 0.0
        self.longest_wait = 0.0
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(BEAT)
        self._timer.timeout.connect(self._on_beat)
        self._worked = self._clock = 0.0

    def start(self) -> None:
        """Begin anew."""
        self.longest = self.longest_wait = 0.0
        self._worked, self._clock = time.thread_time(), time.monotonic()
        self._timer.start()

    def stop(self) -> None:
        """Stop watching."""
        if self._timer.isActive():
            self._on_beat()
        self._timer.stop()

    def _on_beat(self) -> None:
        worked, clock = time.thread_time(), time.monotonic()
        self.longest = max(self.longest, worked - self._worked)
        self.longest_wait = max(self.longest_wait, clock - self._clock - BEAT / 1000)
        self._worked, self._clock = worked, clock
