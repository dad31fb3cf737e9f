"""Requests of other programs of this user to show something here: a stretch of a recording.

Signals of `Listening`: `shown` (the `Request` that was done). Messages: what was added to what is open. What
is open stays open: files that are not part of it are added.
"""

from __future__ import annotations

import json
import math
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtWidgets import QApplication, QWidget

from w2vpraat import __version__
from w2vpraat.bridge.desktop.showing import SHOW, WINDOW
from w2vpraat.bridge.service.client import read_state
from w2vpraat.bridge.service.listening import Listener
from w2vpraat.corpus.discover import Corpus, Recording
from w2vpraat.corpus.gathering import gather
from w2vpraat.errors import InputError, W2VPraatError
from w2vpraat.session.session import new_session

from ..document import Document
from ..jobs import CANCELLED, Job
from ..state import AppState

PATIENCE = 1.0
"""Seconds between two words to a client that waits: that is how it is noticed that it went away."""

CLOSED = "the window was closed"
_OPENINGS = 3


@dataclass(eq=False)
class Request:
    """What is to be shown; made in the thread of the one who asks, settled on the GUI thread.

    Parameters
    ----------
    audio : Path
    textgrid : Path or None
        None: whichever belongs to the sound.
    tier : str
        Empty: the tier that was.
    start, end : float
        In seconds.
    """

    audio: Path
    textgrid: Path | None
    tier: str
    start: float
    end: float
    is_opening: bool = False
    openings: int = 0
    answer: tuple[str, str] | None = None
    done: threading.Event = field(default_factory=threading.Event)

    def settle(self, word: str, text: str = "") -> None:
        """Answer; only the first answer counts."""
        if self.answer is None:
            self.answer = (word, text)
            self.done.set()


def request_of(argument: str) -> Request:
    """Read a request.

    Raises
    ------
    InputError
        If it is none, or names files that do not exist.
    """
    try:
        found = json.loads(argument)
        audio, grid = Path(str(found["audio"])), str(found.get("textgrid") or "")
        times = [float(found.get(name, 0.0)) for name in ("start", "end")]
        tier = str(found.get("tier") or "")
    except (ValueError, TypeError, KeyError, AttributeError):
        raise InputError(
            "this is no request to show something", "send audio, textgrid, tier, start, end as JSON"
        ) from None
    if not all(map(math.isfinite, times)):
        raise InputError("start and end must be times", "give them in seconds")
    for path in (audio, *([Path(grid)] if grid else [])):
        if not path.is_absolute() or not path.is_file():
            raise InputError("is no file", "give the full path of a file", file=path)
    return Request(audio, Path(grid) if grid else None, tier, min(times), max(times))


class Listening(QObject):
    """Listens as long as the window is open.

    Of several windows the one that was used last shows what is asked for.

    Parameters
    ----------
    state : AppState
    open_paths : callable
        Opens files where nothing is open; returns whether it did.
    window : QWidget
        Comes to the front.
    """

    shown = Signal(object)
    _asked = Signal(object)

    def __init__(
        self, state: AppState, open_paths: Callable[[Sequence[Path]], bool], window: QWidget
    ) -> None:
        super().__init__(window)
        self._state, self._open_paths, self._window = state, open_paths, window
        self._waiting: list[Request] = []
        self._listener: Listener | None = None
        self._is_closed = threading.Event()
        # From the thread of the one who asks, to this one.
        self._asked.connect(self._on_asked, Qt.ConnectionType.QueuedConnection)
        state.corpus_changed.connect(self._on_corpus)
        window.installEventFilter(self)

    def start(self) -> None:
        """Listen from now on, instead of any other window."""
        if self._listener is not None:
            self._listener.close()
        self._listener = Listener(WINDOW, self.answering, __version__)
        try:
            self._listener.start()
        except OSError as error:
            self._listener = None
            self._state.notices.warning(
                self.tr("Praat can't open anything in this window: {reason}").format(reason=error.strerror)
            )

    def close(self) -> None:
        """Stop listening; whoever waits is told."""
        self._is_closed.set()
        for request in self._waiting:
            request.settle("error", CLOSED)
        self._waiting.clear()
        if self._listener is not None:
            self._listener.close()
            self._listener = None

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take over from another window when this one is used."""
        if event.type() == QEvent.Type.WindowActivate and not self._is_closed.is_set():
            state = read_state(WINDOW)
            if self._listener is None or state is None or state["port"] != str(self._listener.port):
                self.start()
        return super().eventFilter(watched, event)

    # In the thread of the one who asks

    def answering(self, verb: str, argument: str) -> Iterator[tuple[str, str]]:
        """Answer a request; not on the GUI thread."""
        if verb == "ping":
            yield "ok", ""
            return
        if verb != SHOW:
            yield "error", f'a window knows no "{verb}"; it knows: ping, {SHOW}'
            return
        try:
            request = request_of(argument)
        except W2VPraatError as error:
            yield "error", str(error)
            return
        self._asked.emit(request)
        try:
            while not request.done.wait(PATIENCE):
                if self._is_closed.is_set():
                    request.settle("error", CLOSED)
                else:
                    yield "waiting", ""
            yield request.answer or ("error", "")
        finally:
            request.settle("error", "nobody waits any more")

    # On the GUI thread: one request after another, since an opening takes the place of another one

    def _on_asked(self, request: Request) -> None:
        if self._is_closed.is_set():
            request.settle("error", CLOSED)
            return
        # Whoever asked may have gone away in the middle: nobody else waits for that.
        self._waiting = [one for one in self._waiting if one.answer is None]
        self._waiting.append(request)
        if self._waiting[0] is request:
            self._begin(request)

    def _begin(self, request: Request) -> None:
        if self._state.corpus is None and self._follow_search(request):
            return
        self._go_on(request)

    def _settle(self, request: Request, word: str, text: str = "") -> None:
        """Answer a request, and begin the one that waits for it."""
        request.settle(word, text)
        if self._waiting and self._waiting[0] is request:
            self._waiting.pop(0)
            if self._waiting:
                self._begin(self._waiting[0])

    def _on_corpus(self) -> None:
        if self._waiting and not self._waiting[0].is_opening:
            self._go_on(self._waiting[0])

    def _follow_search(self, request: Request) -> bool:
        """Whether recordings are being looked for: the request goes on when they are found."""
        job = self._busy("discover")
        if job is None:
            return False
        job.failed.connect(lambda error: self._settle(request, "error", str(error)))
        job.ended.connect(lambda: self._on_ended(job, request))
        return True

    def _on_ended(self, job: Job, request: Request) -> None:
        if job.state == CANCELLED and not request.is_opening and self._busy("discover") is None:
            self._settle(request, "error", "the window was told to do something else")

    def _go_on(self, request: Request) -> None:
        corpus = self._state.corpus
        try:
            recording = None if corpus is None else recording_of(corpus, request)
            if recording is None:
                self._add(request)
            else:
                self._open(recording, request)
        except W2VPraatError as error:
            self._settle(request, "error", str(error))

    def _add(self, request: Request) -> None:
        """Take the files into what is open; first it is looked whether they make a recording there."""
        session = self._state.session
        files = [request.audio, *([request.textgrid] if request.textgrid is not None else [])]
        new_session(files)  # raises if they can't be opened together
        sources = (*(() if session is None else session.sources), *files)
        job = self._state.jobs.start(
            f"praat-files:{id(request)}",
            self.tr("Look for recordings"),
            partial(_gathered, sources),
            on_result=lambda corpus: self._on_gathered(corpus, files, request),
            on_error=lambda error: self._settle(request, "error", str(error)),
            lane="quick",
            quiet=True,
        )
        job.ended.connect(lambda: self._on_ended(job, request))

    def _on_gathered(self, corpus: Corpus, files: list[Path], request: Request) -> None:
        state, name = self._state, request.audio.name
        try:
            found = recording_of(corpus, request)
        except W2VPraatError as error:
            self._settle(request, "error", str(error))
            return
        if found is None:
            self._settle(request, "error", _lonely(request))
        elif state.session is None:
            if not self._open_paths(files):
                self._settle(request, "error", "the window did not open it; it says why")
            self._follow_search(request)
        else:
            added = state.session.with_sources([*state.session.sources, *files])
            state.update_session(self.tr("Add {name}").format(name=name), settings=added.settings)
            state.notices.news(
                self.tr("{name} was added to what is open").format(name=name), self.tr("Praat asked for it.")
            )
            state.find_recordings()
            self._follow_search(request)

    def _open(self, recording: Recording, request: Request) -> None:
        request.is_opening = True
        self._state.open_recording(recording.name, lambda document: self._on_open(document, request))
        job = self._busy("open")
        if request.answer is None and job is not None:
            job.failed.connect(lambda error: self._settle(request, "error", str(error)))
            job.ended.connect(lambda: self._on_open_ended(recording, request))

    def _on_open_ended(self, recording: Recording, request: Request) -> None:
        """Open it again if another opening took its place: the window has opened something of its own."""
        if request.answer is not None:
            return
        request.openings += 1
        if request.openings > _OPENINGS:
            self._settle(request, "error", "another recording was opened meanwhile")
        else:
            self._open(recording, request)

    def _on_open(self, document: Document, request: Request) -> None:
        names = [tier.name for tier in document.grid.tiers]
        tier = names.index(request.tier) + 1 if request.tier in names else None
        document.view.select(request.start, request.end, tier=tier)
        document.view.approach(request.start, request.end)
        self._to_front()
        self.shown.emit(request)
        self._settle(request, "ok")

    def _to_front(self) -> None:
        window = self._window
        if window.isMinimized():
            window.showNormal()
        window.raise_()
        window.activateWindow()
        QApplication.alert(window)

    def _busy(self, key: str) -> Job | None:
        # The newest: one that it took the place of may still be ending.
        running = reversed(self._state.jobs.running(quiet=True))
        return next((job for job in running if job.key == key), None)


def recording_of(corpus: Corpus, request: Request) -> Recording | None:
    """Find the recording of these files in a corpus; None if it is not part of it.

    Raises
    ------
    InputError
        If the sound is there with another TextGrid.
    """
    other: Recording | None = None
    for recording in corpus.recordings:
        if _same(recording.audio_path, request.audio):
            if request.textgrid is None or _same(recording.grid_path, request.textgrid):
                return recording
            other = recording
    if other is not None:
        raise InputError(
            f"is open in the window with another TextGrid ({other.grid_path})",
            "close that corpus in the window, or open that TextGrid in Praat",
            file=request.audio,
        )
    return None


def _same(one: Path, other: Path) -> bool:
    if one == other:
        return True
    if one.name.casefold() != other.name.casefold() and not (one.is_symlink() or other.is_symlink()):
        return False
    try:
        return one.samefile(other)
    except OSError:
        return False


def _lonely(request: Request) -> str:
    error = InputError(
        "no TextGrid belongs to this sound",
        f"save the TextGrid beside it as {request.audio.stem}.TextGrid",
        file=request.audio,
    )
    return str(error)


def _gathered(sources: tuple[Any, ...]) -> Iterator[Corpus]:
    yield gather(sources)
