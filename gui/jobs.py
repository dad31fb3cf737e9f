"""Long work on other threads: the generic runner of the library's iterators of events.

A job is an iterator that yields events (`Progress`, `Skipped`, anything) and a result last. A new job of the
same key replaces the old one, whose late results never arrive.
"""

from __future__ import annotations

import threading
import time
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from functools import partial
from typing import Any

from PySide6.QtCore import QCoreApplication, QObject, Qt, Signal, Slot
from shiboken6 import isValid

from w2vpraat.errors import W2VPraatError
from w2vpraat.events import Progress, Skipped

WAITING, RUNNING, DONE, FAILED, CANCELLED = "waiting", "running", "done", "failed", "cancelled"
_ENDED = (DONE, FAILED, CANCELLED)
_SHOWN_EVERY = 0.05  # seconds between two signals of progress: more would fill the event queue


class Job(QObject):
    """One long work. Lives on the GUI thread; all its signals arrive there.

    Signals: `event` (every event that is no mere progress), `progressed`, `result` (what the iterator yielded
    last), `failed` (the exception), `ended` (always, last).
    """

    event = Signal(object)
    progressed = Signal()
    result = Signal(object)
    failed = Signal(object)
    ended = Signal()
    _from_thread = Signal(str, object)

    def __init__(
        self, key: str, title: str, make: Callable[[], Iterator[Any]], *, quiet: bool = False
    ) -> None:
        super().__init__()
        self.key, self.title, self.quiet = key, title, quiet
        self.state = WAITING
        self.progress: Progress | None = None
        self.log: list[str] = []
        self.error: BaseException | None = None
        self.report = ""
        self.started = time.monotonic()
        self._make = make
        self._stop = threading.Event()
        self._muted = False
        self._from_thread.connect(self._on_message, Qt.ConnectionType.QueuedConnection)

    @property
    def has_ended(self) -> bool:
        """Whether it is done, failed or cancelled, and its thread has left."""
        return self.state in _ENDED

    @property
    def seconds_left(self) -> float | None:
        """Estimate from the share that is done; None before there is any."""
        if self.progress is None or not self.progress.done or not self.progress.total:
            return None
        share = self.progress.done / self.progress.total
        return (time.monotonic() - self._step_started) * (1 - share) / share

    def cancel(self, *, mute: bool = False) -> None:
        """Ask the work to stop at its next event; with `mute` nothing of it arrives any more."""
        self._muted = self._muted or mute
        self._stop.set()

    def let_go(self) -> None:
        """Forget what it was made of, which may be large; what is shown of it stays."""
        # The object itself is not deleted: its thread may not have left the last signal yet.
        self._make = _nothing

    def _work(self) -> None:
        # On the worker's thread: no attribute is written here, everything travels as a message.
        last, shown = None, 0.0
        events: Iterator[Any] | None = None
        try:
            self._from_thread.emit(RUNNING, None)
            if self._stop.is_set():
                self._from_thread.emit(CANCELLED, None)
                return
            events = iter(self._make())
            for event in events:
                last = event
                if self._stop.is_set():
                    break
                now = time.monotonic()
                if isinstance(event, Progress) and event.done < event.total and now - shown < _SHOWN_EVERY:
                    continue
                shown = now
                self._from_thread.emit("event", event)
            close = getattr(events, "close", None)
            if close is not None:
                close()
        except BaseException as error:  # noqa: BLE001 - whatever a library raises must reach the user
            self._from_thread.emit(FAILED, (error, traceback.format_exc()))
            return
        if self._stop.is_set():
            self._from_thread.emit(CANCELLED, None)
        else:
            self._from_thread.emit(DONE, last)

    @Slot(str, object)
    def _on_message(self, kind: str, content: Any) -> None:
        if kind == RUNNING:
            self.state = RUNNING
            self._step_started = time.monotonic()
        elif kind == "event":
            self._take(content)
            return
        elif kind == DONE:
            self._end(DONE)
            if not self._muted:
                self.result.emit(content)
        elif kind == FAILED:
            self.error, self.report = content
            self._end(FAILED)
            if not self._muted:
                self.failed.emit(self.error)
        else:
            self._end(CANCELLED)
        self.progressed.emit()
        if self.has_ended:
            self.ended.emit()

    def _take(self, event: Any) -> None:
        if self._muted or self._stop.is_set():
            return
        if isinstance(event, Progress):
            if self.progress is None or self.progress.step != event.step:
                self._step_started = time.monotonic()
                self.log.append(event.step)
            self.progress = event
            self.progressed.emit()
        elif isinstance(event, Skipped):
            self.log.append(f"{event.name}: {event.error}")
            self.progressed.emit()
        self.event.emit(event)

    def _end(self, state: str) -> None:
        # A replaced job may have finished before it noticed: it counts as cancelled.
        self.state = CANCELLED if self._muted else state
        if self.error is not None:
            self.log.append(str(self.error))
        self.log.append(self.state)

    _step_started = 0.0


class Jobs(QObject):
    """All jobs of the window.

    Signals: `added`, `changed` and `removed` (the job), `closed` (all threads have left). Keeps a reference
    to each job until its thread has left.
    """

    added = Signal(object)
    changed = Signal(object)
    removed = Signal(object)
    closed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        # Heavy jobs one after another; quick ones (tiles, peaks) must not wait behind a training. Threads of
        # Python, not of QThreadPool: PySide gives those a new Python thread state for every run and deletes
        # it, and what was made with pybind11 (Praat, scipy's Fourier transforms) crashes on the old one.
        self._lanes = {
            "heavy": ThreadPoolExecutor(1, thread_name_prefix="w2vpraat-heavy"),
            "quick": ThreadPoolExecutor(2, thread_name_prefix="w2vpraat-quick"),
            # Maps are laid and judged in seconds; what was just edited is measured in milliseconds.
            "maps": ThreadPoolExecutor(2, thread_name_prefix="w2vpraat-maps"),
            "live": ThreadPoolExecutor(1, thread_name_prefix="w2vpraat-live"),
        }
        # A job is held until its thread has left it: the last reference must go on the GUI thread.
        self._held: dict[Future[None], Job] = {}
        self.destroyed.connect(partial(_end_lanes, tuple(self._lanes.values())))
        self.jobs: list[Job] = []
        self._is_closed = False

    def start(
        self,
        key: str,
        title: str,
        make: Callable[[], Iterator[Any]],
        *,
        on_event: Callable[[Any], Any] | None = None,
        on_result: Callable[[Any], Any] | None = None,
        on_error: Callable[[BaseException], Any] | None = None,
        quiet: bool = False,
        lane: str = "heavy",
    ) -> Job:
        """Start a job; one of the same key that still runs is cancelled and not heard any more.

        Parameters
        ----------
        key : str
            What it is for, such as ``"measure"``.
        title : str
            For the list.
        make : callable
            Makes the iterator, on the worker's thread.
        on_event, on_result, on_error : callable, optional
            Called on the GUI thread.
        quiet : bool
            Not in the list of jobs: small work of the views.
        lane : {"heavy", "quick", "maps", "live"}
            Which threads.
        """
        for old in self.jobs:
            if old.key == key and not old.has_ended:
                old.cancel(mute=True)
        job = Job(key, title, make, quiet=quiet)
        if self._is_closed:
            job.cancel(mute=True)
            job.state = CANCELLED
            return job
        if on_event is not None:
            job.event.connect(on_event)
        if on_result is not None:
            job.result.connect(on_result)
        if on_error is not None:
            job.failed.connect(on_error)
        job.progressed.connect(lambda: self._on_progressed(job))
        job.ended.connect(lambda: self._on_ended(job))
        self.jobs.append(job)
        self.added.emit(job)
        self._release()
        self._held[self._lanes[lane].submit(_work, [job])] = job
        return job

    def running(self, *, quiet: bool = False) -> tuple[Job, ...]:
        """Return the jobs that have not ended; with `quiet` also those that the list does not show."""
        return tuple(job for job in self.jobs if not job.has_ended and (quiet or not job.quiet))

    def cancel_all(self) -> None:
        """Ask every job to stop and hear nothing of it."""
        for job in self.jobs:
            if not job.has_ended:
                job.cancel(mute=True)

    def clear_ended(self) -> None:
        """Forget jobs that have ended."""
        for job in [job for job in self.jobs if job.has_ended]:
            self.jobs.remove(job)
            self.removed.emit(job)

    def wait(self, milliseconds: int = 30_000) -> bool:
        """Wait until no thread works any more; only for the end of the program and of tests."""
        return not wait(tuple(self._held), timeout=milliseconds / 1000).not_done

    def close(self, milliseconds: int = 30_000) -> bool:
        """Stop everything and wait until the threads have left; nothing starts any more.

        Returns
        -------
        bool
            Whether they have left.
        """
        self._is_closed = True
        self.cancel_all()
        left = self.wait(milliseconds)
        _end_lanes(tuple(self._lanes.values()))
        # What the threads said last is delivered now, while those who hear it still exist.
        for job in tuple(self.jobs):
            QCoreApplication.sendPostedEvents(job)
        self.closed.emit()
        return left

    def _release(self) -> None:
        for future in [future for future in self._held if future.done()]:
            del self._held[future]

    def _on_progressed(self, job: Job) -> None:
        if isValid(self):  # a window may be gone before the last word of its jobs arrives
            self.changed.emit(job)

    def _on_ended(self, job: Job) -> None:
        if not isValid(self):
            return
        job.let_go()
        if job.quiet and job in self.jobs:
            self.jobs.remove(job)
            self.removed.emit(job)


def _nothing() -> Iterator[Any]:
    return iter(())


def _work(box: list[Job]) -> None:
    box.pop()._work()


def _end_lanes(lanes: tuple[ThreadPoolExecutor, ...], *_: object) -> None:
    for lane in lanes:
        lane.shutdown(wait=False, cancel_futures=True)


def error_report(job: Job) -> str:
    """Return everything about a failed job, for the clipboard."""
    from w2vpraat import __version__

    lines = [f"w2vpraat {__version__}", f"job: {job.title}", *job.log]
    if job.error is not None and not isinstance(job.error, W2VPraatError):
        lines += ["", job.report.rstrip()]
    return "\n".join(lines) + "\n"
