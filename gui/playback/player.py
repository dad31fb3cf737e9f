"""The player of the editor: selection, window, whole; again and again; slowly with the same pitch.

Signals: `started` (start, end), `stopped` (time where it stopped, and whether it was interrupted).
Messages: one notice if there is no audio device; errors of reading.
"""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from w2vpraat.params import PlaybackParams

from ..actions import Actions
from ..document import Document
from ..state import AppState
from ..view_settings import setting
from .outputs import Output, load_backend, open_output
from .sound_queue import SoundQueue, reading_sound

TICK = 15
"""Milliseconds between two looks at the output."""


class Player(QObject):
    """Plays stretches of the document in the editor.

    Parameters
    ----------
    state : AppState
    actions : Actions
        The ``play.*`` actions are bound here.
    """

    started = Signal(float, float)
    stopped = Signal(float, bool)

    def __init__(self, state: AppState, actions: Actions, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.state = state
        self.loop = False
        self.slow = False
        self._said = False
        self._output: Output | None = None
        self._queue: SoundQueue | None = None
        self._document: Document | None = None
        self._stretch = (0.0, 0.0)
        load_backend()
        self._timer = QTimer(self)
        self._timer.setInterval(TICK)
        self._timer.timeout.connect(self._on_tick)
        actions.on("play.selection", self.play_or_stop)
        actions.on("play.window", self.play_window)
        actions.on("play.all", self.play_all)
        actions.on("play.stop", self.interrupt)
        actions.on_checked("play.loop", self._on_loop)
        actions.on_checked("play.slow", self._on_slow)
        state.current_changed.connect(self._on_current_changed)
        state.document_closed.connect(self._on_current_changed)

    @property
    def is_playing(self) -> bool:
        """Whether something is being heard, or read to be heard."""
        return self._document is not None

    def play(self, start: float, end: float) -> None:
        """Play a stretch of the current document; what plays now is stopped."""
        self.stop()
        document = self.state.current
        if document is None or end <= start:
            return
        first, last = document.start_time, document.info.end_time
        start, end = max(start, first), min(end, last)
        if end <= start:
            self.state.notices.warning(self.tr("There is no sound in this stretch"))
            return
        self._document, self._stretch = document, (start, end)
        self._output, audible = open_output(document.info.rate)
        if not audible and not self._said:
            self._said = True
            self.state.notices.warning(
                self.tr("No audio device was found: the play cursor moves, but nothing is heard"),
                self.tr("Connect headphones or loudspeakers, or choose an output in the system's settings."),
            )
        self._read()
        self._timer.start()
        self.started.emit(start, end)

    def play_or_stop(self) -> None:
        """Play the selection, or from the cursor to the end of the window; while playing, stop (Tab)."""
        if self.is_playing:
            self.interrupt()
            return
        document = self.state.current
        if document is None:
            return
        view = document.view
        if view.has_selection:
            self.play(view.selection_start, view.selection_end)
        elif view.start < view.cursor < view.end:
            self.play(view.cursor, view.end)
        else:
            self.play_window()

    def play_window(self) -> None:
        """Play what is visible (Shift-Tab)."""
        if self.state.current is not None:
            self.play(self.state.current.view.start, self.state.current.view.end)

    def play_all(self) -> None:
        """Play the whole recording."""
        if self.state.current is not None:
            self.play(self.state.current.view.lowest, self.state.current.view.highest)

    def interrupt(self) -> None:
        """Stop, and leave the cursor where it stopped (Esc)."""
        document = self._document
        time = self._now()
        self._end(interrupted=True)
        if document is not None and time is not None:
            document.view.select(time)

    def stop(self) -> None:
        """Stop, and leave cursor and selection as they are."""
        if self.is_playing:
            self._end(interrupted=True)

    def _read(self) -> None:
        assert self._document is not None
        assert self._output is not None
        document, session = self._document, self.state.session
        queue = self._queue = SoundQueue(self._output.rate)
        start, end = self._stretch
        channel = session.settings.read.channel if session is not None else "mean"
        slow = setting(session, PlaybackParams) if self.slow else None
        rate, path, first = queue.rate, document.recording.audio_path, document.start_time

        def take(part: Any) -> None:
            if queue is self._queue and part is not None:
                queue.put(*part)

        def complete(_: Any) -> None:
            queue.complete = True

        def refuse(error: BaseException) -> None:
            self.state.notices.error(error, doing=self.tr("Not played"))
            if queue is self._queue:
                self._end(interrupted=True)

        self.state.jobs.start(
            "play",
            self.tr("Play"),
            lambda: reading_sound(path, start, end, rate, channel=channel, start_time=first, slow=slow),
            on_event=take,
            on_result=complete,
            on_error=refuse,
            quiet=True,
            lane="quick",
        )

    def _now(self) -> float | None:
        if self._output is None or self._queue is None:
            return None
        return self._queue.time_at(self._output.heard())

    def _on_tick(self) -> None:
        queue, output, document = self._queue, self._output, self._document
        if queue is None or output is None or document is None:
            return
        while not queue.is_empty:
            count = output.write(queue.next())
            if count == 0:
                break
            queue.take(count)
        time = self._now()
        if time is not None:
            document.view.set_playing(time)
        if queue.complete and queue.is_empty and output.heard() >= queue.seconds - 0.5 * TICK / 1000:
            if self.loop and queue.seconds > 0:
                output.stop()
                self._output, _ = open_output(document.info.rate)
                self._read()
            else:
                self._end(interrupted=False)

    def _end(self, *, interrupted: bool) -> None:
        time = self._now()
        document, output = self._document, self._output
        self._timer.stop()
        self._document = self._output = self._queue = None
        for job in self.state.jobs.running(quiet=True):
            if job.key == "play":
                job.cancel(mute=True)
        if output is not None:
            output.stop()
        if document is not None:
            document.view.set_playing(None)
            end = self._stretch[1] if time is None or not interrupted else time
            self.stopped.emit(end, interrupted)

    def _on_loop(self, on: bool) -> None:
        self.loop = on

    def _on_slow(self, on: bool) -> None:
        self.slow = on

    def _on_current_changed(self, document: Document | None) -> None:
        if self._document is not None and self.state.current is not self._document:
            self.stop()
