"""The watchdog bites when the GUI thread works long, and only then."""

from __future__ import annotations

import time

from PySide6.QtCore import QTimer
from pytestqt.qtbot import QtBot
from w2vpraat_gui.watchdog import LIMIT, Watchdog


def _work(seconds: float) -> None:
    begin = time.thread_time()
    while time.thread_time() - begin < seconds:
        pass


def test_long_work_is_found(qtbot: QtBot) -> None:
    dog = Watchdog()
    dog.start()
    done: list[bool] = []
    QTimer.singleShot(30, lambda: (_work(LIMIT + 0.05), done.append(True)))
    qtbot.waitUntil(lambda: bool(done))
    dog.stop()
    assert dog.longest >= LIMIT + 0.05


def test_many_small_works_are_no_long_one(qtbot: QtBot) -> None:
    dog = Watchdog()
    dog.start()
    done: list[bool] = []
    timer = QTimer()
    timer.setInterval(15)
    timer.timeout.connect(lambda: (_work(0.01), done.append(True)))
    timer.start()
    qtbot.waitUntil(lambda: len(done) >= 20)
    timer.stop()
    dog.stop()
    assert sum([0.01] * len(done)) > LIMIT
    assert dog.longest < LIMIT
