"""Fixtures of the window's tests: a small corpus, a state, an open document; leaks fail the test."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot
from w2vpraat_gui.document import Document
from w2vpraat_gui.state import AppState

from w2vpraat.corpus.audio import audio_info
from w2vpraat.corpus.discover import Recording, discover
from w2vpraat.corpus.textgrid import read_textgrid
from w2vpraat.resources import sample_corpus

NAMES = ("gb_f_alice", "us_m_liam")


@pytest.fixture
def corpus_folder(tmp_path: Path) -> Path:
    """A folder with two recordings of the sample corpus, to be edited freely."""
    folder = tmp_path / "corpus"
    folder.mkdir()
    for name in NAMES:
        for suffix in (".flac", ".TextGrid"):
            shutil.copy(sample_corpus() / f"{name}{suffix}", folder)
    return folder


@pytest.fixture
def open_document(corpus_folder: Path) -> Callable[..., Document]:
    """Make a document of a recording, without a window: ``open_document("us_m_liam")``."""

    def make(name: str = NAMES[0], *, folder: Path = corpus_folder) -> Document:
        recording: Recording = discover(folder).recording(name)
        return Document(recording, read_textgrid(recording.grid_path), audio_info(recording.audio_path))

    return make


@pytest.fixture
def document(qtbot: QtBot, open_document: Callable[..., Document]) -> Document:
    """An open recording of the small corpus."""
    return open_document()


@pytest.fixture
def state(qtbot: QtBot) -> Iterator[AppState]:
    """A state without a window; its jobs have left when the test ends."""
    made = AppState()
    yield made
    assert made.jobs.close(20_000), "a job did not leave its thread"
    made.deleteLater()


@pytest.fixture(autouse=True)
def _no_leaked_threads() -> Iterator[None]:
    """Fail a test that leaves a Python thread behind."""
    before = set(threading.enumerate())
    yield
    left = [
        one
        for one in threading.enumerate()
        if one not in before and one.is_alive() and not isinstance(one, threading._DummyThread)
    ]
    for one in left:
        one.join(5.0)
    assert not [one.name for one in left if one.is_alive()]
