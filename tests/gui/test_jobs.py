"""Jobs run on other threads, report on the GUI thread, stop when told, and never come too late."""

from __future__ import annotations

import gc
import threading
import weakref
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
from PySide6.QtCore import QThread
from pytestqt.qtbot import QtBot
from w2vpraat_gui.jobs import CANCELLED, DONE, FAILED, Jobs, error_report

from w2vpraat.errors import InputError
from w2vpraat.events import Progress, Skipped


@pytest.fixture
def jobs(qtbot: QtBot) -> Iterator[Jobs]:
    made = Jobs()
    yield made
    assert made.close(10_000)


def test_events_and_result_arrive_on_the_gui_thread(qtbot: QtBot, jobs: Jobs) -> None:
    worked: list[int] = []
    heard: list[tuple[Any, bool]] = []
    here = QThread.currentThread()

    def work() -> Iterator[Any]:
        worked.append(threading.get_ident())
        for done in range(1, 4):
            yield Progress("count", done, 3)
        yield Skipped("count", "bad.wav", InputError("is broken", "mend it"))
        yield "the result"

    def hear(item: Any) -> None:
        heard.append((item, QThread.currentThread() is here))

    job = jobs.start("count", "Count", work, on_event=hear, on_result=hear)
    with qtbot.waitSignal(job.ended):
        pass
    assert worked
    assert worked[0] != threading.get_ident()
    assert all(on_gui for _, on_gui in heard)
    assert heard[-1][0] == "the result"
    assert Progress("count", 3, 3) in [item for item, _ in heard]
    assert job.state == DONE
    assert job.seconds_left == pytest.approx(0.0)
    assert any("mend it" in line for line in job.log)


def test_an_error_reaches_the_slot_and_the_report(qtbot: QtBot, jobs: Jobs) -> None:
    errors: list[BaseException] = []

    def work() -> Iterator[Any]:
        yield Progress("count", 1, 2)
        raise RuntimeError("out of memory")

    job = jobs.start("count", "Count", work, on_error=errors.append)
    with qtbot.waitSignal(job.ended):
        pass
    assert job.state == FAILED
    assert [str(error) for error in errors] == ["out of memory"]
    report = error_report(job)
    assert "Count" in report
    assert "RuntimeError: out of memory" in report


def test_a_job_that_cannot_even_be_made_fails_the_same_way(qtbot: QtBot, jobs: Jobs) -> None:
    def make() -> Iterator[Any]:
        raise InputError("there is no such folder", "check the path")

    job = jobs.start("open", "Open", make)
    with qtbot.waitSignal(job.failed):
        pass
    assert isinstance(job.error, InputError)


def test_a_new_job_replaces_the_old_one_whose_result_never_arrives(qtbot: QtBot, jobs: Jobs) -> None:
    may_go = threading.Event()
    closed = threading.Event()
    results: list[str] = []

    def slow() -> Iterator[Any]:
        try:
            yield Progress("wait", 0, 1)
            may_go.wait(10)
            yield "old"
        finally:
            closed.set()

    old = jobs.start("map", "Old", slow, on_result=results.append)
    qtbot.waitUntil(lambda: old.progress is not None)
    new = jobs.start("map", "New", lambda: iter(["new"]), on_result=results.append)
    may_go.set()
    with qtbot.waitSignal(new.ended):
        pass
    qtbot.waitUntil(lambda: old.has_ended)
    assert results == ["new"]
    assert old.state == CANCELLED
    assert closed.is_set()


def test_a_job_that_waits_in_the_line_can_be_cancelled(qtbot: QtBot, jobs: Jobs) -> None:
    may_go = threading.Event()
    made: list[str] = []

    def first() -> Iterator[Any]:
        yield Progress("wait", 0, 1)
        may_go.wait(10)
        yield "first"

    def second() -> Iterator[Any]:
        made.append("second")
        yield "second"

    one = jobs.start("a", "First", first)
    other = jobs.start("b", "Second", second)
    other.cancel()
    may_go.set()
    qtbot.waitUntil(lambda: one.has_ended and other.has_ended)
    assert (one.state, other.state) == (DONE, CANCELLED)
    assert made == []


def test_quiet_jobs_leave_no_trace_and_ended_ones_can_be_cleared(qtbot: QtBot, jobs: Jobs) -> None:
    quiet = jobs.start("tile", "Tile", lambda: iter([1]), quiet=True, lane="quick")
    loud = jobs.start("run", "Run", lambda: iter([1]))
    qtbot.waitUntil(lambda: quiet.has_ended and loud.has_ended)
    assert jobs.jobs == [loud]
    jobs.clear_ended()
    assert jobs.jobs == []


def test_an_ended_job_lets_go_of_what_it_was_made_of(qtbot: QtBot, jobs: Jobs) -> None:
    class Load:
        pass

    load = Load()
    gone = weakref.ref(load)

    def make(kept: Load = load) -> Iterator[int]:
        assert kept is not None
        yield 1

    job = jobs.start("quiet", "Quiet", make, quiet=True)
    job.ended.connect(partial(job.cancel))  # knows the job, as many slots do: it may stay
    with qtbot.waitSignal(job.ended):
        pass
    del load, make

    def is_gone() -> bool:
        gc.collect()
        return gone() is None

    qtbot.waitUntil(is_gone)
