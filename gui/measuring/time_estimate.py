"""How long measuring will take, before it is started.

Signals of `TimeEstimate`: `changed`. Works only while somebody looks (`set_active`): a model may have to be
loaded and timed.
"""

from __future__ import annotations

import sys
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from w2vpraat.errors import W2VPraatError

from ..jobs import Job
from ..state import AppState
from ..work.models import Estimate, Sounds, estimating
from .token_count import TokenCount

SETTLE = 700
"""Milliseconds without a change until it is estimated."""
FIRST = 3000
"""The same before torch is loaded."""


class TimeEstimate(QObject):
    """Follows the settings and the tokens.

    Parameters
    ----------
    state : AppState
    count : TokenCount
        Knows which recordings have tokens.
    """

    changed = Signal()

    def __init__(self, state: AppState, count: TokenCount, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._state, self._count = state, count
        self.estimate: Estimate | None = None
        self.error: BaseException | None = None
        self.is_waiting = False
        self._active = False
        self._asked: Any = None
        self._running: Job | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(SETTLE)
        self._timer.timeout.connect(self._on_settled)
        count.changed.connect(self._on_change)
        state.session_changed.connect(self._on_change)
        state.results_changed.connect(self._on_results)
        state.session_opened.connect(self._on_session)
        state.jobs.added.connect(self._on_job)

    def set_active(self, active: bool) -> None:
        """Say whether somebody looks."""
        self._active = active
        if active:
            self._on_change()

    def text(self) -> str:
        """Return the estimate in words; empty if there is none."""
        found = self.estimate
        if self.is_waiting and found is None:
            return self.tr("Timing the model…")
        if found is None:
            return ""
        where = {"cpu": self.tr("this CPU"), "cuda": self.tr("the GPU"), "mps": self.tr("the GPU")}
        almost = self.tr("at most about") if found.at_most else self.tr("about")
        told = self.tr("Model: {almost} {time} on {where}").format(
            almost=almost, time=duration_words(found.seconds), where=where.get(found.device, found.device)
        )
        if found.kept and found.looked_up == found.recordings:
            told += self.tr("; frames of {kept} of {total} recordings are in the cache").format(
                kept=found.kept, total=found.recordings
            )
        elif found.kept:
            told += self.tr("; frames of {kept} of {some} recordings looked up are in the cache").format(
                kept=found.kept, some=found.looked_up
            )
        return told

    def _on_change(self) -> None:
        if self._active:
            # Importing torch holds the interpreter for some tenths of a second, once: not while a recording
            # is being opened.
            self._timer.start(SETTLE if "torch" in sys.modules else FIRST)

    def _on_session(self) -> None:
        self.estimate = self._asked = None
        self.is_waiting = False
        self.changed.emit()

    def _on_job(self, job: Job) -> None:
        if job.key != "measure" or self._running is None:
            return
        # Measuring must not wait for the time that it will take.
        self._running.cancel(mute=True)
        self._running = self._asked = None
        self.is_waiting = False

    def _on_results(self) -> None:
        self._asked = None  # the cache holds more now
        self._on_change()

    def _on_settled(self) -> None:
        session, corpus = self._state.session, self._state.corpus_on_screen
        if session is None or corpus is None or self._count.is_counting:
            return
        recordings = self._count.recordings()
        parts = [self._count.parts[one.name] for one in recordings]
        sounds = Sounds(
            recordings, tuple(part.duration for part in parts), sum(part.seconds for part in parts)
        )
        asked = (session.settings.embed, session.settings.read, sounds)
        if asked == self._asked or any(job.key == "measure" for job in self._state.jobs.running()):
            return
        self._asked = asked
        self.estimate = self.error = None
        if not recordings:
            self.changed.emit()
            return
        self.is_waiting = True
        self.changed.emit()
        self._running = self._state.jobs.start(
            "estimate",
            self.tr("Time the model"),
            partial(estimating, session.settings, corpus, sounds),
            on_result=self._on_estimate,
            on_error=self._on_error,
            quiet=True,
        )

    def _on_estimate(self, estimate: Estimate) -> None:
        self.is_waiting, self.estimate, self._running = False, estimate, None
        self.changed.emit()

    def _on_error(self, error: BaseException) -> None:
        # What is wrong with the model stands in its card, and a run says it too.
        self.is_waiting, self.error, self._running = False, error, None
        if not isinstance(error, W2VPraatError):
            self._state.notices.error(error, doing=self.tr("The time can't be estimated"))
        self.changed.emit()


def duration_words(seconds: float) -> str:
    """Return a duration as people say it: "8 s", "3 min", "1 h 20 min"."""
    if seconds < 60:
        return f"{max(round(seconds), 1)} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"
