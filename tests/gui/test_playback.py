"""Playing: every sample once and in order, the cursor where the sound is, slow sound with the same pitch."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QElapsedTimer
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot
from w2vpraat_gui.actions import Actions
from w2vpraat_gui.document import Document
from w2vpraat_gui.playback.outputs import AHEAD, SilentOutput
from w2vpraat_gui.playback.player import Player
from w2vpraat_gui.playback.sound_queue import PIECE, SoundQueue, reading_sound
from w2vpraat_gui.state import AppState
from w2vpraat_gui.time_view import TimeView
from w2vpraat_gui.view_settings import change_settings

from w2vpraat.corpus.audio import read_audio
from w2vpraat.errors import AudioError
from w2vpraat.params import PlaybackParams
from w2vpraat.resources import sample_corpus

SOUND = sample_corpus() / "gb_f_alice.flac"


def _all(parts: Iterator[tuple[np.ndarray, float, float]]) -> np.ndarray:
    return np.concatenate([samples for samples, _, _ in parts])


def test_pieces_are_the_sound(tmp_path: Path) -> None:
    whole = read_audio(SOUND)
    assert whole.duration > 2 * PIECE
    parts = list(reading_sound(SOUND, 0.0, whole.duration, whole.rate))
    assert len(parts) > 1
    np.testing.assert_array_equal(np.concatenate([part[0] for part in parts]), whole.samples)
    assert [part[1] for part in parts[1:]] == pytest.approx([part[2] for part in parts[:-1]])


def test_a_stretch_in_the_middle_and_at_another_rate() -> None:
    part = read_audio(SOUND, start=1.0, end=1.5, rate=44100)
    np.testing.assert_allclose(_all(reading_sound(SOUND, 1.0, 1.5, 44100)), part.samples, atol=1e-6)


def test_a_stretch_beyond_the_sound_is_refused_and_a_grid_that_is_longer_is_not() -> None:
    duration = read_audio(SOUND).duration
    with pytest.raises(AudioError):
        list(reading_sound(SOUND, duration + 1, duration + 2, 16000))
    assert _all(reading_sound(SOUND, duration - 0.5, duration + 20, 16000)).size == 8000


def test_slow_sound_is_longer_and_its_times_run_slower() -> None:
    rate = 16000
    parts = list(reading_sound(SOUND, 1.0, 3.0, rate, slow=PlaybackParams(slow_factor=2.0)))
    samples = _all(iter(parts))
    assert samples.size / rate == pytest.approx(4.0, abs=0.05)
    queue = SoundQueue(rate)
    for part in parts:
        queue.put(*part)
    for second in (0.0, 1.0, 2.5, 3.9):
        assert queue.time_at(second) == pytest.approx(1.0 + second / 2, abs=0.03)


def test_the_queue_gives_every_sample_once_and_knows_the_time() -> None:
    queue = SoundQueue(100)
    assert queue.time_at(0.0) is None
    queue.put(np.arange(50, dtype=np.float32), 2.0, 2.5)
    queue.put(np.arange(50, 80, dtype=np.float32), 2.5, 2.8)
    taken = []
    while not queue.is_empty:
        count = min(17, queue.next().size)
        taken.append(queue.next()[:count])
        queue.take(count)
    np.testing.assert_array_equal(np.concatenate(taken), np.arange(80))
    assert queue.seconds == 0.8
    assert [queue.time_at(second) for second in (0.0, 0.25, 0.6, 5.0)] == pytest.approx([2.0, 2.25, 2.6, 2.8])


def test_the_silent_output_is_as_slow_as_a_device() -> None:
    output = SilentOutput(1000)
    assert output.write(np.zeros(10_000, np.float32)) == pytest.approx(AHEAD * 1000, abs=20)
    assert output.heard() < AHEAD
    assert output.write(np.zeros(10_000, np.float32)) < 100


@pytest.fixture
def player(qtbot: QtBot, state: AppState, open_document: Callable[..., Document]) -> Iterator[Player]:
    window = QWidget()
    qtbot.addWidget(window)
    actions = Actions(window)
    made = Player(state, actions, window)
    state.show_document(open_document())
    yield made
    made.stop()


def _view(state: AppState) -> TimeView:
    assert state.current is not None
    return state.current.view


def test_a_selection_is_played_to_its_end_and_stays_selected(
    qtbot: QtBot, state: AppState, player: Player
) -> None:
    view = _view(state)
    view.select(1.0, 1.3)
    times: list[float] = []
    view.play_moved.connect(lambda time: times.append(time) if time is not None else None)
    with qtbot.waitSignal(player.stopped, timeout=5000) as stopped:
        player.play_or_stop()
    assert stopped.args == [1.3, False]
    assert (view.selection_start, view.selection_end) == (1.0, 1.3)
    assert times == sorted(times)
    assert times[0] >= 1.0
    assert times[-1] == pytest.approx(1.3, abs=0.05)
    assert view.playing is None
    assert not player.is_playing


def test_slow_playback_lasts_as_long_as_the_settings_say(
    qtbot: QtBot, state: AppState, player: Player
) -> None:
    change_settings(state, "Slower", PlaybackParams(slow_factor=3.0))
    player.slow = True
    clock = QElapsedTimer()
    clock.start()
    with qtbot.waitSignal(player.stopped, timeout=10_000) as stopped:
        player.play(1.0, 1.2)
    assert clock.elapsed() >= 3 * 200 - 60
    assert stopped.args == [1.2, False]


def test_interrupting_leaves_the_cursor_where_it_stopped(
    qtbot: QtBot, state: AppState, player: Player
) -> None:
    view = _view(state)
    view.select(1.0, 4.0)
    player.play_or_stop()
    qtbot.waitUntil(lambda: view.playing is not None and view.playing > 1.1)
    with qtbot.waitSignal(player.stopped) as stopped:
        player.play_or_stop()
    assert stopped.args[1] is True
    assert 1.1 < view.cursor < 4.0
    assert not view.has_selection


def test_a_cursor_plays_to_the_end_of_the_window_and_without_one_the_window(
    qtbot: QtBot, state: AppState, player: Player
) -> None:
    view = _view(state)
    view.show_range(1.0, 3.0)
    view.select(2.0)
    with qtbot.waitSignal(player.started) as started:
        player.play_or_stop()
    assert started.args == [2.0, 3.0]
    player.stop()
    view.select(5.0)
    with qtbot.waitSignal(player.started) as started:
        player.play_or_stop()
    assert started.args == [1.0, 3.0]
    with qtbot.waitSignal(player.started) as started:
        player.play_all()
    assert started.args[0] == 0.0
    player.stop()


def test_a_loop_starts_again_and_another_document_falls_silent(
    qtbot: QtBot, state: AppState, player: Player, open_document: Callable[..., Document]
) -> None:
    view = _view(state)
    player.loop = True
    times: list[float] = []
    view.play_moved.connect(lambda time: times.append(time) if time is not None else None)
    player.play(1.0, 1.15)
    qtbot.waitUntil(lambda: any(b < a for a, b in pairwise(times)), timeout=5000)
    with qtbot.waitSignal(player.stopped):
        state.show_document(open_document("us_m_liam"))
    assert view.playing is None


def test_without_a_device_there_is_one_notice_and_no_error(
    qtbot: QtBot, state: AppState, player: Player, monkeypatch: pytest.MonkeyPatch
) -> None:
    from w2vpraat_gui.playback import player as module

    monkeypatch.setattr(module, "open_output", lambda rate: (SilentOutput(rate), False))
    for _ in range(2):
        with qtbot.waitSignal(player.stopped, timeout=5000):
            player.play(1.0, 1.05)
    assert [notice.level for notice in state.notices.shown] == ["warning"]
    assert "audio device" in state.notices.shown[0].title


def test_a_sound_that_is_gone_is_a_notice(
    qtbot: QtBot, state: AppState, player: Player, corpus_folder: Path
) -> None:
    (corpus_folder / "gb_f_alice.flac").unlink()
    with qtbot.waitSignal(player.stopped, timeout=5000):
        player.play(1.0, 1.5)
    assert any("gb_f_alice" in notice.title for notice in state.notices.shown)
    assert not player.is_playing
