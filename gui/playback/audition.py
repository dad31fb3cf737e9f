"""Tokens heard where they are: the editor keeps what it shows.

Signals of `Audition`: `started` (ids), `stopped`. Messages: one notice if there is no audio device; errors of
reading.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal

from w2vpraat.corpus.discover import Recording
from w2vpraat.corpus.token_values import Token

from ..live.feed import LiveFeed
from ..selected_token import item_of
from ..state import AppState
from .outputs import Output, load_backend, open_output
from .sound_queue import SoundQueue, reading_sound

TICK = 15
"""Milliseconds between two looks at the output."""
RATE = 48_000
"""Samples a second: of one output for tokens of any recordings."""
GAP = 0.2
"""Seconds of silence between two tokens."""


@dataclass(frozen=True)
class Clip:
    """A stretch of a recording, in seconds on the clock of its TextGrid."""

    path: Path
    start: float
    end: float
    start_time: float


class Audition(QObject):
    """Plays tokens by their ids, one or several in turn.

    Parameters
    ----------
    state : AppState
    feed : LiveFeed, optional
        Knows the tokens of recordings that are not open, as they are now.
    """

    started = Signal(tuple)
    stopped = Signal()

    def __init__(self, state: AppState, feed: LiveFeed | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._state, self._feed = state, feed
        self._said = False
        self._output: Output | None = None
        self._queue: SoundQueue | None = None
        self._known: tuple[object, dict[str, Token]] = (None, {})
        load_backend()
        self._timer = QTimer(self)
        self._timer.setInterval(TICK)
        self._timer.timeout.connect(self._on_tick)
        state.session_opened.connect(self.stop)

    @property
    def is_playing(self) -> bool:
        """Whether something is being heard, or read to be heard."""
        return self._queue is not None

    def play(self, token: str) -> None:
        """Play a token; what plays now is stopped."""
        self.play_in_turn((token,))

    def play_in_turn(self, tokens: Iterable[str]) -> None:
        """Play tokens one after the other, with a short silence between them."""
        self.stop()
        wanted = tuple(tokens)
        clips = [clip for token in wanted if (clip := self._clip(token)) is not None]
        if not clips:
            return
        self._output, audible = open_output(RATE)
        if not audible and not self._said:
            self._said = True
            self._state.notices.warning(
                self.tr("No audio device was found: nothing is heard"),
                self.tr("Connect headphones or loudspeakers, or choose an output in the system's settings."),
            )
        queue = self._queue = SoundQueue(self._output.rate)
        session = self._state.session
        channel = "mean" if session is None else session.settings.read.channel

        def take(part: Any) -> None:
            if queue is self._queue and part is not None:
                queue.put(*part)

        def complete(_: Any) -> None:
            queue.complete = True

        def refuse(error: BaseException) -> None:
            self._state.notices.error(error, doing=self.tr("Not played"))
            if queue is self._queue:
                self.stop()

        self._state.jobs.start(
            "audition",
            self.tr("Play"),
            lambda: _reading(clips, queue.rate, channel),
            on_event=take,
            on_result=complete,
            on_error=refuse,
            quiet=True,
            lane="quick",
        )
        self._timer.start()
        self.started.emit(wanted)

    def stop(self) -> None:
        """Fall silent."""
        if self._queue is None:
            return
        self._timer.stop()
        output, self._output, self._queue = self._output, None, None
        for job in self._state.jobs.running(quiet=True):
            if job.key == "audition":
                job.cancel(mute=True)
        if output is not None:
            output.stop()
        self.stopped.emit()

    def _clip(self, token: str) -> Clip | None:
        name = token.rpartition("#")[0]
        document = self._state.documents.get(name)
        item = item_of(document, token)
        known = self._token(token)
        if known is not None and (item is None or len(item) == 2):
            start, end = known.start, known.end  # a point has the stretch that was measured
        elif item is not None:
            start, end = item[0], item[-2]
        else:
            return None
        if document is not None:
            return Clip(document.recording.audio_path, start, end, document.start_time)
        recording = self._recording(name)
        if recording is None or self._state.results is None:
            return None
        return Clip(recording.audio_path, start, end, self._state.results.opened.start_time(recording))

    def _token(self, token: str) -> Token | None:
        live = None if self._feed is None else self._feed.live
        if live is not None:
            row = live.row_of(token)
            return None if row is None else live.tokens[row]
        results = self._state.results
        if results is None:
            return None
        if self._known[0] is not results:
            self._known = (results, {one.id: one for one in results.opened.tokens.kept})
        return self._known[1].get(token)

    def _recording(self, name: str) -> Recording | None:
        corpus = self._state.corpus
        found = () if corpus is None else corpus.recordings
        return next((one for one in found if one.name == name), None)

    def _on_tick(self) -> None:
        queue, output = self._queue, self._output
        if queue is None or output is None:
            return
        while not queue.is_empty:
            count = output.write(queue.next())
            if count == 0:
                break
            queue.take(count)
        if queue.complete and queue.is_empty and output.heard() >= queue.seconds - 0.5 * TICK / 1000:
            self.stop()


def _reading(clips: Sequence[Clip], rate: int, channel: str) -> Iterator[Any]:
    for place, clip in enumerate(clips):
        if place:
            yield np.zeros(round(GAP * rate), dtype=np.float32), clip.start, clip.start
        yield from reading_sound(
            clip.path, clip.start, clip.end, rate, channel=channel, start_time=clip.start_time
        )
