"""Other programs show recordings in the window: over a real line, with a real client."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from w2vpraat_gui.app import listen, make_window
from w2vpraat_gui.main_window import MainWindow
from w2vpraat_gui.praat.listening import Listening, request_of

from w2vpraat.bridge.desktop.showing import WINDOW, listening_window, show_in_window
from w2vpraat.bridge.service.client import asked, read_state
from w2vpraat.errors import InputError, W2VPraatError
from w2vpraat.resources import sample_corpus

ALICE, LIAM, OTHER = "gb_f_alice", "us_m_liam", "us_f_naomi"


@pytest.fixture
def made(qtbot: QtBot) -> Iterator[Callable[..., MainWindow]]:
    """Make windows that listen; all are closed with the test."""
    windows: list[MainWindow] = []

    def make(*paths: Path) -> MainWindow:
        window = make_window(paths)
        qtbot.addWidget(window, before_close_func=_leave)
        window.show()
        windows.append(window)
        if paths:
            qtbot.waitUntil(lambda: window.state.corpus is not None, timeout=10_000)
        return window

    yield make
    for window in windows:
        assert window.state.jobs.wait(20_000)


def _leave(window: MainWindow) -> None:
    """Nothing is asked when the window closes."""
    window.state.jobs.cancel_all()
    for document in window.state.modified_documents():
        window.state.close_document(document)


@pytest.fixture
def other(tmp_path: Path) -> tuple[Path, Path]:
    """A recording in another folder."""
    folder = tmp_path / "in Praat"
    folder.mkdir()
    (name,) = {path.stem for path in sample_corpus().glob("*.flac")} & {OTHER} or {_third()}
    return tuple(  # type: ignore[return-value]
        Path(shutil.copy(sample_corpus() / f"{name}{suffix}", folder)) for suffix in (".flac", ".TextGrid")
    )


def _third() -> str:
    return sorted({path.stem for path in sample_corpus().glob("*.flac")} - {ALICE, LIAM})[0]


class Asking(threading.Thread):
    """Asks from another thread, as another program would."""

    def __init__(self, *given: object) -> None:
        super().__init__()
        self._given = given
        self.error: BaseException | None = None
        self.start()

    def run(self) -> None:
        try:
            show_in_window(*self._given, timeout=20.0)  # type: ignore[arg-type]
        except W2VPraatError as error:
            self.error = error


def _ask(qtbot: QtBot, *given: object) -> BaseException | None:
    asking = Asking(*given)
    qtbot.waitUntil(lambda: not asking.is_alive(), timeout=25_000)
    asking.join()
    return asking.error


def test_a_recording_of_the_corpus_is_shown(
    qtbot: QtBot, made: Callable[..., MainWindow], corpus_folder: Path
) -> None:
    window = made(corpus_folder)
    assert listening_window() is None  # a window alone does not listen: only the program lets it
    listening = listen(window)
    grid = corpus_folder / f"{LIAM}.TextGrid"
    with qtbot.waitSignal(listening.shown, timeout=20_000):
        error = _ask(qtbot, corpus_folder / f"{LIAM}.flac", grid, "phones", 1.125, 1.41)
    assert error is None
    document = window.state.current
    assert document is not None
    assert document.name == LIAM
    view = document.view
    assert (view.selection_start, view.selection_end, view.tier) == (1.125, 1.41, 2)
    assert view.start < 1.125 < 1.41 < view.end
    assert view.length < 4.0
    assert window.state.history.stack.index() == 0
    # Times in any order, a tier that is not there, no TextGrid: the sound is enough.
    assert _ask(qtbot, corpus_folder / f"{LIAM}.flac", grid, "none", 0.9, 0.8) is None
    assert (view.selection_start, view.selection_end, view.tier) == (0.8, 0.9, 2)


def test_nothing_is_open_then_the_recording_is_opened(
    qtbot: QtBot, made: Callable[..., MainWindow], other: tuple[Path, Path]
) -> None:
    window = made()
    listen(window)
    assert _ask(qtbot, *other, "words", 0.5, 0.5) is None
    document = window.state.current
    assert document is not None
    assert document.grid_path == other[1]
    assert (document.view.selection_start, document.view.selection_end) == (0.5, 0.5)


def test_what_is_open_stays_with_its_edits_and_names(
    qtbot: QtBot, made: Callable[..., MainWindow], corpus_folder: Path, other: tuple[Path, Path]
) -> None:
    window = made(corpus_folder)
    listen(window)
    state = window.state
    assert _ask(qtbot, corpus_folder / f"{LIAM}.flac", corpus_folder / f"{LIAM}.TextGrid") is None
    document = state.current
    assert document is not None
    tier = document.grid.tier(1)
    state.history.edit(document, "Edit", document.grid.with_tiers((document.grid.tier(2), tier)))
    assert document.is_modified
    for _ in range(2):  # the second time it is part of it
        assert _ask(qtbot, *other, "phones", 0.2, 0.3) is None
        assert state.corpus is not None
        names = [recording.name for recording in state.corpus.recordings]
        assert names == sorted([ALICE, LIAM, f"in Praat/{other[0].stem}"])
    assert state.current is not document
    assert document.is_modified
    assert state.documents[LIAM] is document
    assert state.session is not None
    assert state.session.sources == (corpus_folder, *other)
    assert sum("was added" in notice.title for notice in state.notices.shown) == 1


def test_two_at_once_are_both_added(
    qtbot: QtBot,
    made: Callable[..., MainWindow],
    corpus_folder: Path,
    other: tuple[Path, Path],
    tmp_path: Path,
) -> None:
    window = made(corpus_folder)
    listen(window)
    more = [Path(shutil.copy(one, tmp_path / f"more{one.suffix}")) for one in other]
    both = [Asking(*other), Asking(*more)]
    qtbot.waitUntil(lambda: not any(one.is_alive() for one in both), timeout=25_000)
    for one in both:
        one.join()
    assert [one.error for one in both] == [None, None]
    corpus = window.state.corpus
    assert corpus is not None
    assert len(corpus.recordings) == 4


def test_what_can_not_be_shown_is_refused_with_the_reason(
    qtbot: QtBot,
    made: Callable[..., MainWindow],
    corpus_folder: Path,
    other: tuple[Path, Path],
    tmp_path: Path,
) -> None:
    window = made(corpus_folder)
    listen(window)
    audio, grid = corpus_folder / f"{LIAM}.flac", corpus_folder / f"{LIAM}.TextGrid"
    assert "is no file" in str(_ask(qtbot, tmp_path / "none.wav", grid))
    second = Path(shutil.copy(grid, tmp_path / f"{LIAM}.TextGrid"))
    assert "another TextGrid" in str(_ask(qtbot, audio, second))
    named = Path(shutil.copy(other[1], tmp_path / "named otherwise.TextGrid"))
    assert "have different names" in str(_ask(qtbot, other[0], named))
    broken = tmp_path / "broken.TextGrid"
    broken.write_text("what", encoding="utf-8")
    sound = Path(shutil.copy(other[0], tmp_path / "broken.flac"))
    assert "broken.TextGrid" in str(_ask(qtbot, sound, broken))
    assert window.state.session is not None
    assert window.isVisible()
    # The window is still there for the next one.
    assert _ask(qtbot, audio, grid) is None


def test_requests_are_checked() -> None:
    for text in ("", "x", "[]", "{}", '{"audio": "a.wav"}', '{"audio": "/", "start": "x"}'):
        with pytest.raises(InputError):
            request_of(text)
    path = str(sample_corpus() / f"{LIAM}.flac")
    with pytest.raises(InputError, match="must be times"):
        request_of(json.dumps({"audio": path, "start": float("nan")}))
    found = request_of(json.dumps({"audio": path, "start": 2, "end": 1, "tier": None}))
    assert (found.start, found.end, found.tier, found.textgrid) == (1.0, 2.0, "", None)


def test_unknown_words_are_refused(qtbot: QtBot, made: Callable[..., MainWindow]) -> None:
    listen(made())
    state = read_state(WINDOW)
    assert state is not None
    _, (word, text) = asked(state, "stop")
    assert word == "error"
    assert "ping, show" in text


def test_paths_that_do_not_fit_are_refused_before_asking(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="too long"):
        show_in_window("/" + "a" * 4000, tmp_path)
    with pytest.raises(InputError, match="not in UTF-8"):
        show_in_window(b"/\xff.wav".decode("utf-8", "surrogateescape"), tmp_path)


def test_who_waits_is_told_when_the_window_closes(qtbot: QtBot, made: Callable[..., MainWindow]) -> None:
    window = made()
    listening = listen(window)
    audio = sample_corpus() / f"{LIAM}.flac"
    arrived = threading.Event()
    listening._asked.connect(lambda _: arrived.set(), Qt.ConnectionType.DirectConnection)
    asking = Asking(audio, audio.with_suffix(".TextGrid"))
    # Asked, and not yet looked at by the window: no events are handled here.
    assert arrived.wait(20)
    listening.close()
    qtbot.waitUntil(lambda: not asking.is_alive(), timeout=20_000)
    asking.join()
    assert asking.error is not None
    assert read_state(WINDOW) is None


def test_of_two_windows_the_one_that_was_used_last_shows(
    qtbot: QtBot, made: Callable[..., MainWindow]
) -> None:
    first, second = made(), made()
    one, two = listen(first), listen(second)
    assert _port() == _port_of(two)
    QApplication.sendEvent(first, QEvent(QEvent.Type.WindowActivate))
    assert _port() == _port_of(one)
    QApplication.sendEvent(first, QEvent(QEvent.Type.WindowActivate))
    assert _port() == _port_of(one)
    second.close()
    assert _port() == _port_of(one)  # it removes only what is its own
    first.close()
    assert read_state(WINDOW) is None
    QApplication.sendEvent(second, QEvent(QEvent.Type.WindowActivate))
    assert read_state(WINDOW) is None


def _port() -> str:
    state = read_state(WINDOW)
    assert state is not None
    return state["port"]


def _port_of(listening: Listening) -> str:
    assert listening._listener is not None
    return str(listening._listener.port)
