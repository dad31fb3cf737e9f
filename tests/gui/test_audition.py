"""Tokens are heard where they are: the right stretches, in turn, without moving the editor."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from linked_material import open_measured, token_ids
from measuring_material import ALICE, LIAM, Desk, make_desk
from pytestqt.qtbot import QtBot
from w2vpraat_gui.playback.audition import GAP, Audition
from w2vpraat_gui.state import AppState

from w2vpraat.corpus.audio import read_audio
from w2vpraat.corpus.textgrid.edits import move_boundary


@pytest.fixture
def desk(qtbot: QtBot, state: AppState) -> Desk:
    return make_desk(qtbot, state)


@pytest.fixture
def audition(desk: Desk) -> Audition:
    return Audition(desk.state, parent=desk.state)


def heard(audition: Audition, desk: Desk, tokens: tuple[str, ...]) -> tuple[np.ndarray, int]:
    """Play tokens to the end; return the samples that went out, and their rate."""
    taken: list[np.ndarray] = []
    with desk.qtbot.waitSignal(audition.stopped, timeout=20_000):
        audition.play_in_turn(tokens)
        queue = audition._queue
        assert queue is not None
        put = queue.put

        def keep(samples: np.ndarray, start: float, end: float) -> None:
            taken.append(samples)
            put(samples, start, end)

        queue.put = keep  # type: ignore[method-assign]
    return np.concatenate(taken), queue.rate


def test_tokens_are_heard_in_turn(audition: Audition, desk: Desk, corpus_folder: Path):
    open_measured(desk, corpus_folder)
    tokens = {token.id: token for token in desk.state.results.opened.tokens.kept}
    ids = token_ids(desk)
    pair = ids[3], next(one for one in ids if one.startswith(LIAM))
    document = desk.show(ALICE)
    document.view.select(1.0, 1.5)
    samples, rate = heard(audition, desk, pair)
    wanted = []
    for one, name in zip(pair, (ALICE, LIAM), strict=True):
        token = tokens[one]
        part = read_audio(corpus_folder / f"{name}.flac", rate=rate, start=token.start, end=token.end)
        wanted.append(part.samples)
    wanted.insert(1, np.zeros(round(GAP * rate), dtype=np.float32))
    np.testing.assert_array_equal(samples, np.concatenate(wanted))
    assert desk.state.current is document
    assert (document.view.selection_start, document.view.selection_end) == (1.0, 1.5)
    # An open recording is heard as it is now.
    token = tokens[pair[0]]
    desk.state.history.edit(
        document, "Move", move_boundary(document.grid, 2, token.interval, token.end - 0.02)
    )
    samples, rate = heard(audition, desk, pair[:1])
    assert samples.size == pytest.approx((token.duration - 0.02) * rate, abs=2)


def test_another_token_ends_the_one_before(audition: Audition, desk: Desk, corpus_folder: Path):
    open_measured(desk, corpus_folder)
    ids = token_ids(desk)
    audition.play(ids[0])
    assert audition.is_playing
    with desk.qtbot.waitSignals([audition.stopped, audition.started], timeout=1000):
        audition.play(ids[1])
    audition.stop()
    assert not audition.is_playing
    audition.play("nobody#1.1")
    assert not audition.is_playing


def test_a_sound_that_cannot_be_read_is_told(audition: Audition, desk: Desk, corpus_folder: Path):
    open_measured(desk, corpus_folder)
    (corpus_folder / f"{ALICE}.flac").write_bytes(b"no sound")
    with desk.qtbot.waitSignal(audition.stopped, timeout=10_000):
        audition.play(token_ids(desk)[0])
    assert any(ALICE in note.title for note in desk.state.notices.shown)
