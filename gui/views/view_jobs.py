"""The quiet jobs of a view, one of each kind: begun once, stopped when unwanted, not repeated in vain.

Signals of `ViewJobs`: `failed` (kind, the exception).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import count
from typing import Any

from PySide6.QtCore import QObject, Signal

from w2vpraat.events import Progress

from ..jobs import Job, Jobs
from .courtesy import politely

Make = Callable[[], Iterator[Any]]
Take = Callable[[Any], None]
_numbers = count(1)


class ViewJobs(QObject):
    """Jobs by kind (``tiles``, ``samples``, ...).

    Parameters
    ----------
    jobs : Jobs
        Runs them.
    """

    failed = Signal(str, object)

    def __init__(self, jobs: Jobs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._name = f"view {next(_numbers)}"
        self._running: dict[str, tuple[Job, Any]] = {}
        self._refused: dict[str, Any] = {}
        # A view may be deleted while its jobs run: nothing of them must reach what is left of it.
        running = self._running
        self.destroyed.connect(lambda: _silence(running))

    def now(self, kind: str) -> Any:
        """Return what a job of this kind works at; None if none runs."""
        job, what = self._running.get(kind, (None, None))
        return None if job is None or job.has_ended else what

    def start(
        self, kind: str, what: Any, make: Make, take: Take, *, then: Callable[[], Any] | None = None
    ) -> None:
        """Start a job, unless it runs already or has failed.

        Parameters
        ----------
        kind : str
            A job of the same kind that still runs is stopped.
        what : object
            Everything that decides the outcome; compared by ``==``.
        make : callable
            Makes the iterator, on the worker's thread.
        take : callable
            Called on the GUI thread with each event but progress.
        then : callable, optional
            Called when the job has ended.
        """
        if self.now(kind) == what or (kind in self._refused and self._refused[kind] == what):
            return
        self._refused.pop(kind, None)

        def on_event(event: Any) -> None:
            if not isinstance(event, Progress):
                take(event)

        job = self._jobs.start(
            f"{self._name}, {kind}",
            self.tr("View: {kind}").format(kind=kind),
            lambda: politely(make()),
            on_event=on_event,
            on_error=partial(self._on_error, kind, what),
            quiet=True,
            lane="quick",
        )
        if then is not None:
            job.ended.connect(then)
        self._running[kind] = (job, what)

    def start_missing(self, kind: str, missing: Sequence[Any], make: Make, take: Take) -> None:
        """Compute pieces: go on with a job that is about these, else begin anew; stop it if there are none.

        `take` gets ``(key, piece)`` for each key of `missing`.
        """
        if not missing:
            self.cancel(kind)
            return
        left = self.now(kind)
        if left is None or set(left) != set(missing):
            left = list(missing)

            def on_piece(piece: Any) -> None:
                left.remove(piece[0])
                take(piece)

            self.start(kind, left, make, on_piece)

    def cancel(self, *kinds: str) -> None:
        """Stop jobs of these kinds, or all: nothing of them arrives any more."""
        _silence(self._running, *kinds)

    def forgive(self) -> None:
        """Let what has failed be tried again."""
        self._refused.clear()

    # Slots

    def _on_error(self, kind: str, what: Any, error: BaseException) -> None:
        self._refused[kind] = what
        self.failed.emit(kind, error)


def _silence(running: dict[str, tuple[Job, Any]], *kinds: str) -> None:
    for kind in kinds or tuple(running):
        job, _ = running.pop(kind, (None, None))
        if job is not None and not job.has_ended:
            job.cancel(mute=True)
