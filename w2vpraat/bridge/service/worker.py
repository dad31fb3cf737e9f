"""The background worker: one process for each user that keeps models in memory and does job after job.

The port is open before anything heavy is imported. Connections have threads of their own, so that `stop` and
`cancel` are answered during a job; jobs run in the main thread, one by one.
"""

from __future__ import annotations

import ctypes
import gc
import importlib
import os
import signal
import sys
import threading
import time
import traceback
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from w2vpraat.bridge.service.client import WORKER, Late, Line, log_path, worker_version
from w2vpraat.bridge.service.listening import Listener
from w2vpraat.bridge.service.locks import FileLock

if TYPE_CHECKING:
    from w2vpraat.bridge.warm import Warm

WAITING = 16
"""Most jobs that wait."""
IDLE_SECONDS = 1800.0
IDLE_VARIABLE = "W2VPRAAT_WORKER_IDLE"
BEAT_SECONDS = 1.0
"""A line of progress goes out at least so often: a client that went away is noticed by it."""
LOG_BYTES = 2_000_000
LIFE_SECONDS = 2.0
"""So long a worker waits for another one to be gone."""

# Named as texts: they are loaded while nobody waits, in this order, if no job has loaded them before.
_HEAVY = ("w2vpraat.bridge.service.answering", "numpy", "pandas", "parselmouth", "torch", "transformers")


@dataclass(eq=False)
class Pending:
    """A job that waits or runs.

    Parameters
    ----------
    name : str
    folder : Path
    progress : str
        How far it is.
    end : tuple, optional
        Its last line; None as long as it is not done.
    """

    name: str
    folder: Path
    progress: str = "starting"
    end: Line | None = None
    cancelled: threading.Event = field(default_factory=threading.Event)


class Ending(ConnectionError):
    """The worker takes no more jobs: the connection ends without a word, and the client starts another."""


class Worker:
    """The jobs, and what may be asked about them.

    Parameters
    ----------
    idle : float
        Seconds without a job after which the process ends.
    """

    def __init__(self, idle: float = IDLE_SECONDS) -> None:
        self._idle = idle
        self._waiting: deque[Pending] = deque()
        self._running: Pending | None = None
        self._changed = threading.Condition()
        self._ending = False
        self._left = list(_HEAVY)
        self._warm: Warm | None = None
        self._models: tuple[str, ...] = ()
        self._done = 0
        self._started = time.monotonic()
        self._life = FileLock(f"{WORKER}.alive", LIFE_SECONDS)
        self._listener = Listener(WORKER, self.answer, worker_version())

    def serve(self) -> None:
        """Answer until told to stop, or idle for long; call it in the main thread."""
        self._life.__enter__()
        self._listener.start()
        _say(f"worker {worker_version()} listens, process {os.getpid()}")
        self._remove_old()
        while True:
            pending = self._next()
            if pending is not None:
                self._do(pending)
            elif self._ending:
                break
            else:
                self._import_next()
        self._listener.withdraw()
        self._listener.settled(2.0)
        _say("worker ends")

    def _next(self) -> Pending | None:
        """Return the next job, or None if there is something else to do: an import, or the end."""
        end = time.monotonic() + self._idle
        with self._changed:
            while not self._waiting:
                left = end - time.monotonic()
                if left <= 0:
                    self._ending = True
                if self._ending or self._left:
                    return None
                self._changed.wait(left)
            self._running = self._waiting.popleft()
            self._changed.notify_all()
            return self._running

    def _import_next(self) -> None:
        module = self._left.pop(0)
        try:
            importlib.import_module(module)
        except ImportError:
            traceback.print_exc()  # the job that needs it says so
        if not self._left:
            # What is loaded for good need not be looked through after each job: that takes 0.1 s.
            gc.collect()
            gc.freeze()

    def _do(self, pending: Pending) -> None:
        from w2vpraat.bridge.service.answering import CANCELLED, answered
        from w2vpraat.bridge.warm import Warm

        self._warm = self._warm or Warm()
        end = CANCELLED
        try:
            if not pending.cancelled.is_set():
                end = answered(
                    pending.folder,
                    self._warm,
                    lambda text: self._tell(pending, text),
                    pending.cancelled.is_set,
                )
        except OSError as error:
            # The answer can't be written: the disk is full, or the folder is gone.
            traceback.print_exc()
            end = ("error", f"can't write the answer: {error.strerror or error} (is the disk full?)")
        finally:
            self._models = self._warm.names
            with self._changed:
                self._running = None
                self._done += 1
                self._end(pending, end)
        _give_back_memory()
        _bound_log()

    def _tell(self, pending: Pending, text: str) -> None:
        with self._changed:
            pending.progress = text
            self._changed.notify_all()

    def _end(self, pending: Pending, end: Line) -> None:
        pending.end = pending.end or end
        pending.cancelled.set()
        self._changed.notify_all()

    # ---- what clients ask, each in the thread of its connection ----

    def answer(self, verb: str, argument: str) -> Iterator[Line]:
        """Answer a request; see docs/worker.md for the verbs."""
        from w2vpraat.errors import W2VPraatError

        verbs = {
            "ping": self._ping,
            "status": self._status,
            "job": self._job,
            "cancel": self._cancel,
            "clean": self._clean,
            "stop": self._stop,
            "retire": self._retire,
        }
        if verb not in verbs:
            yield "error", f'there is no verb "{verb}"; verbs: {", ".join(verbs)}'
            return
        try:
            yield from verbs[verb](argument)
        except W2VPraatError as error:
            yield "error", str(error)

    def _ping(self, _: str) -> Iterator[Line]:
        yield "ok", worker_version()

    def _status(self, _: str) -> Iterator[Line]:
        with self._changed:
            running = self._running
            told = {
                "pid": os.getpid(),
                "version": worker_version(),
                "age": f"{time.monotonic() - self._started:.0f}",
                "models": ",".join(self._models),
                "running": running.name if running else "",
                "progress": running.progress if running else "",
                "waiting": len(self._waiting),
                "done": self._done,
                "memory": memory(),
                "log": log_path(),
            }
        for key, value in told.items():
            yield "note", f"{key}={value}"
        yield "ok", ""

    def _job(self, name: str) -> Iterator[Line]:
        pending = self._taken(name)
        if isinstance(pending, str):
            yield "error", pending
            return
        line: Line = ("", "")
        try:
            while line[0] not in ("ok", "error"):
                line = self._news(pending, line)
                yield line
        finally:
            # Here also when the client went away.
            with self._changed:
                if pending in self._waiting:
                    self._waiting.remove(pending)
                self._end(pending, ("error", "cancelled"))

    def _taken(self, name: str) -> Pending | str:
        """Put a job at the end of the queue; or return why not."""
        from w2vpraat.bridge.service.job_folders import find_job

        pending = Pending(name, find_job(name))
        with self._changed:
            if self._ending:
                raise Ending
            if len(self._waiting) >= WAITING:
                return f"{WAITING} jobs wait already: try again later, or stop the background worker"
            if any(one.name == name for one in (*self._waiting, self._running) if one is not None):
                return f"job {name} is already under way"
            self._waiting.append(pending)
            self._changed.notify_all()
        return pending

    def _news(self, pending: Pending, last: Line) -> Line:
        """Return the next line of a job: at once if it is new, else after a beat."""
        beat = time.monotonic() + BEAT_SECONDS
        with self._changed:
            while True:
                line = self._line(pending)
                left = beat - time.monotonic()
                if line != last or left <= 0:
                    return line
                self._changed.wait(left)

    def _line(self, pending: Pending) -> Line:
        if pending.end is not None:
            return pending.end
        if pending in self._waiting:
            before = self._waiting.index(pending) + (self._running is not None)
            return "waiting", str(before)
        return "progress", pending.progress

    def _cancel(self, name: str) -> Iterator[Line]:
        with self._changed:
            found = [one for one in (*self._waiting, self._running) if one is not None and one.name == name]
            for one in found:
                self._end(one, ("error", "cancelled"))
        yield "ok", "cancelled" if found else f"there is no job {name} under way"

    def _clean(self, name: str) -> Iterator[Line]:
        from w2vpraat.bridge.service.client import remove_job
        from w2vpraat.bridge.service.job_folders import find_job

        folder = find_job(name)
        list(self._cancel(name))
        remove_job(str(folder))
        yield "ok", ""

    def _stop(self, _: str) -> Iterator[Line]:
        self._listener.withdraw()
        with self._changed:
            self._ending = True
            for one in (*self._waiting, self._running):
                if one is not None:
                    self._end(one, ("error", "the background worker was stopped"))
            self._waiting.clear()
        threading.Thread(target=self._end_hard, name="end", daemon=True).start()
        yield "ok", "stopping"

    def _end_hard(self) -> None:
        # A moment for the answers to go out, and for the job to reach its next event.
        self._listener.settled(0.5)
        with self._changed:
            self._changed.wait_for(lambda: self._running is None, 1.0)
        _say("worker stops")
        _end_process()

    def _retire(self, _: str) -> Iterator[Line]:
        self._listener.withdraw()
        self._life.release()
        with self._changed:
            self._ending = True
            left = len(self._waiting) + (self._running is not None)
            self._changed.notify_all()
        yield "ok", f"{left} jobs left"

    def _remove_old(self) -> None:
        from w2vpraat.bridge.service.job_folders import remove_old_jobs

        for name in remove_old_jobs():
            _say(f"removed the old job {name}")


def _say(text: str) -> None:
    sys.stderr.write(f"{time.strftime('%Y-%m-%d %H:%M:%S')} {text}\n")
    sys.stderr.flush()


def _give_back_memory() -> None:
    """Return freed memory to the system: a long sound must not make the worker large for ever."""
    gc.collect()
    if sys.platform.startswith("linux"):
        with suppress(OSError, AttributeError):  # other C libraries than glibc
            ctypes.CDLL(None).malloc_trim(0)


def memory() -> int:
    """Return the memory of this process in MB: now on Linux, the most so far on macOS, 0 if unknown."""
    with suppress(OSError, ValueError, IndexError):
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
        return round(pages * os.sysconf("SC_PAGE_SIZE") / 1e6)
    if sys.platform == "win32":
        return 0
    import resource

    return round(
        resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3)
    )


def _bound_log() -> None:
    """Keep the end of a log that has grown long; its writers append, so they go on at the new end."""
    path = Path(log_path())
    with suppress(OSError):
        if path.stat().st_size > LOG_BYTES:
            with path.open("r+b") as file:
                file.seek(-LOG_BYTES // 10, os.SEEK_END)
                kept = file.read()
                file.seek(0)
                file.write(kept)
                file.truncate()


def _end_process() -> None:
    """End this process at once, and every process that it started and that is not on its own."""
    if "multiprocessing" in sys.modules:
        from multiprocessing import active_children

        for child in active_children():
            child.kill()
    if sys.platform != "win32" and os.getpgrp() == os.getpid():
        # A window that was opened from here has a group of its own.
        os.killpg(os.getpid(), signal.SIGKILL)
    os._exit(0)


def main() -> int:
    """Be the worker; the client starts this detached, with its streams in the log."""
    text = os.environ.get(IDLE_VARIABLE, "")
    try:
        idle = float(text) if text else IDLE_SECONDS
    except ValueError:
        _say(f'{IDLE_VARIABLE}: "{text}" is no number of seconds; {IDLE_SECONDS:g} it is')
        idle = IDLE_SECONDS
    try:
        Worker(idle).serve()
    except Late:
        _say("another worker is running")
        return 1
    except OSError as error:
        _say(f"can't open a port or write its state file: {error}")
        return 1
    except KeyboardInterrupt:
        _say("interrupted")
    _end_process()
    return 0
