"""The list of jobs shows how far each is, cancels it, and gives a report that can be sent."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot
from w2vpraat_gui.measuring.time_estimate import duration_words
from w2vpraat_gui.panels.jobs_panel import JobsPanel
from w2vpraat_gui.panels.notice_bar import MOST, NoticeBar
from w2vpraat_gui.state import AppState

from w2vpraat.errors import InputError
from w2vpraat.events import Progress, Skipped


def test_a_job_is_shown_while_it_runs_and_can_be_cancelled(qtbot: QtBot, state: AppState) -> None:
    panel = JobsPanel(state)
    qtbot.addWidget(panel)
    panel.show()
    may_go = threading.Event()

    def work() -> Iterator[Any]:
        yield Progress("measure", 1, 4, "anna")
        yield Skipped("measure", "bad.wav", InputError("is broken", "mend it"))
        may_go.wait(10)
        yield Progress("measure", 2, 4, "berta")
        yield "never"

    job = state.jobs.start("measure", "Measure all tokens", work)
    row = panel.rows[job]
    qtbot.waitUntil(lambda: "anna" in row.said.text())
    assert (row.bar.value(), row.bar.maximum()) == (1, 4)
    assert "left" in row.said.text()
    row.more.click()
    qtbot.waitUntil(lambda: "mend it" in row.log.toPlainText())
    qtbot.mouseClick(row.cancel, Qt.MouseButton.LeftButton)
    may_go.set()
    with qtbot.waitSignal(job.ended):
        pass
    assert "cancelled" in row.said.text()
    assert not row.cancel.isVisible()


def test_a_failed_job_gives_a_report_and_finished_ones_are_cleared(qtbot: QtBot, state: AppState) -> None:
    panel = JobsPanel(state)
    qtbot.addWidget(panel)
    panel.show()

    def work() -> Iterator[Any]:
        yield Progress("embed", 1, 2, "anna")
        raise RuntimeError("out of memory")

    job = state.jobs.start("embed", "Embed", work)
    with qtbot.waitSignal(job.ended):
        pass
    row = panel.rows[job]
    assert "out of memory" in row.said.text()
    qtbot.mouseClick(row.copy, Qt.MouseButton.LeftButton)
    assert "RuntimeError: out of memory" in QGuiApplication.clipboard().text()
    state.jobs.clear_ended()
    assert panel.rows == {}


def test_quiet_jobs_are_not_listed(qtbot: QtBot, state: AppState) -> None:
    panel = JobsPanel(state)
    qtbot.addWidget(panel)
    job = state.jobs.start("tile", "Tile", lambda: iter([1]), quiet=True)
    with qtbot.waitSignal(job.ended):
        assert panel.rows == {}


def test_notices_name_the_remedy_and_go_when_dismissed(qtbot: QtBot, state: AppState) -> None:
    bar = NoticeBar(state)
    qtbot.addWidget(bar)
    assert bar.isHidden()
    state.notices.error(InputError("there is no such folder", "check the path", file="corpus/anna"))
    assert not bar.isHidden()
    row = bar.rows[0]
    assert row.notice.title == "corpus/anna: there is no such folder"
    assert row.notice.remedy == "check the path"
    row.copy.click()
    assert "InputError" in QGuiApplication.clipboard().text()
    row.dismiss.click()
    assert bar.isHidden()
    assert state.notices.shown == []


def test_the_same_message_is_shown_once_and_many_are_counted(qtbot: QtBot, state: AppState) -> None:
    bar = NoticeBar(state)
    qtbot.addWidget(bar)
    for _ in range(3):
        state.notices.warning("one", "two")
    assert len(bar.rows) == 1
    for number in range(MOST + 2):
        state.notices.news(f"news {number}")
    assert len(bar.rows) == MOST
    assert bar.rows[0].notice.title == f"news {MOST + 1}"
    assert "3" in bar._more.text()
    bar._more.click()
    assert bar.isHidden()


def test_news_go_by_themselves_and_errors_stay(qtbot: QtBot, state: AppState) -> None:
    bar = NoticeBar(state)
    qtbot.addWidget(bar)
    bar._timer.setInterval(20)
    state.notices.warning("stays")
    state.notices.news("goes")
    qtbot.waitUntil(lambda: [notice.title for notice in state.notices.shown] == ["stays"])


def test_an_error_that_nobody_foresaw_asks_for_the_report(qtbot: QtBot, state: AppState) -> None:
    try:
        raise ZeroDivisionError("division by zero")
    except ZeroDivisionError as error:
        notice = state.notices.error(error, doing="Not measured")
    assert notice.title == "Not measured: ZeroDivisionError: division by zero"
    assert "report" in notice.remedy
    assert "test_jobs_panel" in notice.report


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.2, "1 s"), (59.4, "59 s"), (61, "1 min"), (3599, "1 h 0 min"), (4800, "1 h 20 min")],
)
def test_durations_are_said_as_people_do(seconds: float, words: str) -> None:
    assert duration_words(seconds) == words
