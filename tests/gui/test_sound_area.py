"""The panes of sound together: work on other threads, cancelled when scrolled away, by the settings."""

from __future__ import annotations

import csv
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PySide6.QtCore import SIGNAL, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDoubleSpinBox
from pytestqt.qtbot import QtBot
from sound_scene import settled, shown_area, sound_document, vowel
from w2vpraat_gui.document import Document
from w2vpraat_gui.editor.ceiling import ceiling_of
from w2vpraat_gui.editor.sound_area import SoundArea
from w2vpraat_gui.state import AppState
from w2vpraat_gui.views import courtesy, sound_source, sound_work
from w2vpraat_gui.views.sound_keys import tile_keys
from w2vpraat_gui.views.sound_settings import Ceiling, SoundSettings, sound_settings
from w2vpraat_gui.views.view_jobs import ViewJobs

from w2vpraat.acoustics.spectrogram import spectrogram_tile
from w2vpraat.corpus.audio import read_audio
from w2vpraat.corpus.discover import discover
from w2vpraat.params import EditorParams, SpectrogramParams
from w2vpraat.resources import sample_corpus
from w2vpraat.session.session import new_session

WORK = {
    sound_work: (
        "building_peaks",
        "audio_blocks",
        "read_audio",
        "spectrogram_tile",
        "formant_tracks",
        "pitch_track",
        "intensity_track",
        "read_pitch",
        "read_intensity",
        "whole_sound",
    ),
    sound_source: ("formant_sources", "adapting_range", "find_model"),
}


class Blocked:
    """Both quick threads are busy until it is told to let them go."""

    def __init__(self, state: AppState) -> None:
        self._go = threading.Event()
        for n in range(2):
            state.jobs.start(f"block {n}", "block", self._wait, quiet=True, lane="quick")

    def _wait(self) -> Iterator[bool]:
        yield self._go.wait(20.0)

    def release(self) -> None:
        self._go.set()


@pytest.fixture
def block(state: AppState) -> Iterator[Callable[[], Blocked]]:
    """Make the threads busy; they are let go at the end in any case."""
    made: list[Blocked] = []

    def start() -> Blocked:
        made.append(Blocked(state))
        return made[-1]

    yield start
    for one in made:
        one.release()


def test_everything_is_read_and_computed_on_other_threads(
    qtbot: QtBot, state: AppState, document: Document, monkeypatch: pytest.MonkeyPatch
):
    threads: dict[str, set[int]] = {}

    def watched(name: str, function: Callable) -> Callable:
        def call(*args, **kwargs):
            threads.setdefault(name, set()).add(threading.get_ident())
            return function(*args, **kwargs)

        return call

    for module, names in WORK.items():
        for name in names:
            monkeypatch.setattr(module, name, watched(name, getattr(module, name)))
    area = shown_area(qtbot, state, document)
    area.set_shown(formants=True, f0=True, intensity=True)
    document.view.show_range(1.0, 3.0)
    settled(qtbot, state)
    document.view.select(2.1, 2.2)
    settled(qtbot, state)
    document.view.show_range(2.0, 2.01)
    settled(qtbot, state)
    area.grab()
    assert set(threads) == {name for names in WORK.values() for name in names}
    for name, where in threads.items():
        assert threading.get_ident() not in where, name


def test_it_works_without_a_session_and_without_a_document(qtbot: QtBot, state: AppState, document: Document):
    assert state.session is None
    area = shown_area(qtbot, state, None)
    area.grab()
    QTest.mouseClick(area.waveform, Qt.MouseButton.LeftButton)
    QTest.mouseDClick(area.spectrogram, Qt.MouseButton.LeftButton)
    QTest.mouseClick(area.overview, Qt.MouseButton.LeftButton)
    assert area.settings == SoundSettings()
    area.set_document(document)
    settled(qtbot, state)
    assert area.source.waveform.peaks
    area.set_document(None)
    area.grab()
    assert not area.source.waveform.peaks
    assert not state.jobs.running(quiet=True)


def test_what_is_scrolled_away_is_not_computed(
    qtbot: QtBot, state: AppState, document: Document, block, monkeypatch: pytest.MonkeyPatch
):
    area = shown_area(qtbot, state, document)
    computed: list[float] = []

    def watched(*args, **kwargs):
        computed.append(args[3])
        return spectrogram_tile(*args, **kwargs)

    monkeypatch.setattr(sound_work, "spectrogram_tile", watched)
    busy = block()
    view = document.view
    passed = []
    for start in (1.0, 4.0, 8.0, 12.0):
        view.show_range(start, start + 1.0)
        passed += tile_keys(document, area.settings)
    view.show_range(16.0, 17.0)
    wanted = tile_keys(document, area.settings, 1)
    busy.release()
    settled(qtbot, state)
    assert len(passed) >= 8
    assert sorted(computed) == sorted(key.start for key in wanted)
    seen = [key.start for key in area.source.visible_tile_keys()]
    assert computed[: len(seen)] == seen  # what is seen comes first
    assert all(key in area.source.tiles for key in wanted)
    assert not any(key in area.source.tiles for key in passed)


def test_a_job_goes_on_while_the_same_is_wanted(qtbot: QtBot, state: AppState, document: Document, block):
    area = shown_area(qtbot, state, document)
    document.view.show_range(4.0, 5.0)
    settled(qtbot, state)
    busy = block()
    document.view.show_range(8.0, 9.0)
    begun = [job for job in state.jobs.jobs if "tiles" in job.key]
    document.view.show_range(8.001, 9.001)
    assert [job for job in state.jobs.jobs if "tiles" in job.key] == begun
    busy.release()
    settled(qtbot, state)
    assert len(area.source.visible_tiles()) == len(area.source.visible_tile_keys())


def test_another_document_hears_nothing_of_the_old_one(
    qtbot: QtBot, state: AppState, document: Document, open_document, block
):
    area = shown_area(qtbot, state, document)
    other = open_document("us_m_liam")
    document.view.show_range(2.0, 3.0)
    settled(qtbot, state)
    busy = block()
    document.view.show_range(6.0, 7.0)
    other.view.show_range(6.0, 7.0)
    area.set_document(other)
    assert len(area.source.tiles) == 0
    assert area.source.waveform.peaks == {}
    busy.release()
    settled(qtbot, state)
    audio = read_audio(other.info.path)
    for key, tile in zip(area.source.visible_tile_keys(), area.source.visible_tiles(), strict=True):
        own = spectrogram_tile(
            audio.samples, audio.rate, 0.0, key.start, key.end, SpectrogramParams(), step=key.step
        )
        np.testing.assert_array_equal(tile.levels, own.levels)
    assert area.source.waveform.peaks[0].n_samples == other.info.n_samples
    # The old one's view is not listened to any more.
    document.view.show_range(10.0, 11.0)
    document.view.select(10.2)
    assert not state.jobs.running(quiet=True)
    other.view.show_range(10.0, 11.0)
    assert state.jobs.running(quiet=True)


def test_no_signal_of_an_old_document_stays_connected(
    qtbot: QtBot, state: AppState, document: Document, open_document
):
    signals = [
        (document.view, SIGNAL("range_changed(double,double)")),
        (document.view, SIGNAL("selection_changed()")),
        (document.view, SIGNAL("hover_changed(PyObject)")),
        (document.view, SIGNAL("play_moved(PyObject)")),
        (document, SIGNAL("grid_changed(PyObject)")),
    ]
    before = [one.receivers(signal) for one, signal in signals]
    area = shown_area(qtbot, state, document)
    assert all(one.receivers(signal) > n for (one, signal), n in zip(signals, before, strict=True))
    area.set_document(open_document("us_m_liam"))
    assert [one.receivers(signal) for one, signal in signals] == before


def test_a_view_that_is_deleted_hears_nothing_of_its_jobs(
    qtbot: QtBot, state: AppState, document: Document, block
):
    busy = block()
    area = SoundArea(state)
    area.set_document(document)
    document.view.show_range(1.0, 2.0)
    mine = [job for job in state.jobs.running(quiet=True) if "block" not in job.key]
    assert mine
    area.deleteLater()
    del area
    qtbot.waitUntil(lambda: all(job._muted for job in mine))
    busy.release()
    settled(qtbot, state)


def test_a_sound_that_is_gone_becomes_a_notice(qtbot: QtBot, state: AppState, document: Document):
    document.info.path.unlink()
    area = shown_area(qtbot, state, document)
    assert any("does not exist" in notice.title for notice in state.notices.shown)
    assert "does not exist" in area.source.messages["waveform"].message
    document.view.show_range(1.0, 2.0)
    settled(qtbot, state)
    area.grab()
    assert "does not exist" in area.spectrogram._message()


# Settings


def test_settings_of_the_session_are_obeyed(
    qtbot: QtBot, state: AppState, corpus_folder: Path, document: Document
):
    area = shown_area(qtbot, state, document)
    assert area.shown == {"spectrogram", "f0", "frames"}
    layout = {
        "editor": {
            "editor": {"show_formants": True, "show_pitch": False, "longest_analysis": 30.0},
            "spectrogram": {"view_to": 8000.0},
            "formant_view": {"nonsense": 1},
        }
    }
    session = new_session(corpus_folder).with_layout(layout).with_options("formants", ceiling_mode="fixed")
    state.open_session(session)
    settled(qtbot, state)
    assert area.shown == {"spectrogram", "formants", "frames"}
    assert area.spectrogram.params.view_to == 8000.0
    assert area.settings.editor.longest_analysis == 30.0
    assert area.settings == sound_settings(session)
    assert len(area.source.visible_tiles()) == len(area.source.visible_tile_keys()) > 0
    assert area.source.ceiling == Ceiling(5500.0, "fixed")
    area.set_shown(intensity=True)
    state.set_session(session.with_options("formants", ceiling=5000.0))
    settled(qtbot, state)
    assert area.source.ceiling == Ceiling(5000.0, "fixed")
    assert area.source.formant_source.ceiling == 5000.0
    assert "intensity" in area.shown  # what was switched on beside the settings stays
    hidden = {**layout, "editor": {"editor": EditorParams(show_spectrogram=False).as_dict()}}
    state.set_session(session.with_layout(hidden))
    assert "spectrogram" not in area.shown
    assert "intensity" in area.shown


def test_parts_can_be_hidden(qtbot: QtBot, state: AppState, document: Document):
    area = shown_area(qtbot, state, document)
    area.set_shown(spectrogram=False, f0=False)
    assert not area.spectrogram.isVisible()
    area.set_shown(f0=True)
    assert area.spectrogram.isVisible()
    area.set_shown(frames=False)
    assert not area.frames.isVisible()
    area.set_shown(frames=True, spectrogram=True)
    assert area.frames.isVisible()
    document.view.show_range(1.0, 2.0)
    settled(qtbot, state)
    assert area.source.visible_tiles()


# Ceilings


def _with_speakers(folder: Path):
    path = folder / "speakers.csv"
    with (sample_corpus() / "speakers.csv").open(encoding="utf-8") as rows:
        kept = [row for row in csv.reader(rows) if row[0] == "file_name" or (folder / row[0]).exists()]
    with path.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows(kept)
    return new_session(folder).with_speakers(path)


def test_ceilings_are_those_that_measuring_uses(corpus_folder: Path):
    session, corpus = _with_speakers(corpus_folder), discover(corpus_folder)
    alice, liam = corpus.recording("gb_f_alice"), corpus.recording("us_m_liam")

    def asked(recording, token="", table=None, session=session):
        return ceiling_of(session.settings, corpus, recording, "phones", token, table)

    assert asked(alice) == Ceiling(5500.0, "sex")
    assert asked(liam) == Ceiling(5000.0, "sex")
    fixed = session.with_options("formants", ceiling_mode="fixed", ceiling=5200.0)
    assert asked(liam, session=fixed) == Ceiling(5200.0, "fixed")
    unknown = new_session(corpus_folder)
    assert asked(liam, session=unknown) == Ceiling(5500.0, "no sex")
    by_hand = session.with_ceiling("us_m_liam", 4800.0).with_ceiling("us_m_liam#2.3", 4600.0)
    assert asked(liam, "us_m_liam#2.3", session=by_hand) == Ceiling(4600.0, "hand, token")
    assert asked(liam, "us_m_liam#2.4", session=by_hand) == Ceiling(4800.0, "hand, speaker")
    assert asked(alice, "gb_f_alice#2.3", session=by_hand) == Ceiling(5500.0, "sex")
    table = pd.DataFrame(
        {
            "id": ["us_m_liam#2.3", "us_m_liam#2.4"],
            "speaker": ["us_m_liam"] * 2,
            "max_formant": [4700.0, 5300.0],
        }
    )
    tokens = session.with_options("formants", ceiling_mode="token")
    assert asked(liam, "us_m_liam#2.4", table, tokens) == Ceiling(5300.0, "token")
    assert asked(liam, "us_m_liam#2.9", table, tokens) == Ceiling(5000.0, "not measured")
    assert asked(liam, "us_m_liam#2.9", None, tokens) == Ceiling(5000.0, "not measured")
    speakers = session.with_options("formants", ceiling_mode="speaker")
    assert asked(liam, "us_m_liam#2.9", table, speakers) == Ceiling(4700.0, "speaker")
    set_one = speakers.with_ceiling("us_m_liam#2.3", 4700.0)
    assert asked(liam, "us_m_liam#2.9", table, set_one) == Ceiling(5300.0, "speaker")


def test_the_ceiling_in_use_is_written_in_the_corner(
    qtbot: QtBot, state: AppState, corpus_folder: Path, open_document
):
    document = open_document("us_m_liam")
    area = shown_area(qtbot, state, document)
    document.view.show_range(1.0, 2.0)
    button = area.spectrogram.ceiling_button
    assert not button.isVisible()
    state.open_session(_with_speakers(corpus_folder))
    settled(qtbot, state)
    area.set_shown(formants=True)
    settled(qtbot, state)
    assert button.isVisible()
    assert button.text() == "ceiling 5000 Hz (by sex)"
    assert area.source.formant_source.ceiling == 5000.0
    token = f"us_m_liam#1.{document.grid.tier(1).number_at(document.view.cursor)}"
    state.set_session(state.session.with_ceiling(token, 4650.0))
    settled(qtbot, state)
    assert button.text() == "ceiling 4650 Hz (set for this token)"
    document.view.select(document.grid.tier(1).intervals[1].start + 0.001)
    settled(qtbot, state)
    assert button.text() == "ceiling 5000 Hz (by sex)"
    document.view.show_all()
    assert not button.isVisible()


def test_another_ceiling_can_be_wanted(qtbot: QtBot, state: AppState, document: Document):
    area = shown_area(qtbot, state, document)
    document.view.show_range(1.0, 2.0)
    area.set_shown(formants=True)
    settled(qtbot, state)
    wanted: list[float] = []
    area.ceiling_wanted.connect(wanted.append)
    menu = area.spectrogram.ceiling_button.menu()
    menu.aboutToShow.emit()
    actions = {action.text(): action for action in menu.actions()}
    assert actions["5500 Hz"].isChecked()
    assert not actions["5000 Hz"].isChecked()
    actions["5000 Hz"].trigger()
    box = menu.actions()[-1].defaultWidget()
    assert isinstance(box, QDoubleSpinBox)
    box.lineEdit().selectAll()
    QTest.keyClicks(box.lineEdit(), "6100")
    QTest.keyClick(box.lineEdit(), Qt.Key.Key_Return)
    assert wanted == [5000.0, 6100.0]
    assert area.source.ceiling.hertz == 5500.0  # the editor decides


def test_channels_are_analysed_as_the_settings_say(qtbot: QtBot, state: AppState, tmp_path):
    samples = np.column_stack([vowel(1.0), vowel(1.0, f0=200.0)])
    document = sound_document(tmp_path, samples)
    area = shown_area(qtbot, state, document)
    for channel in ("mean", "2"):
        area.source.set_settings(replace(area.settings, channel=channel))
        settled(qtbot, state)
        audio = read_audio(document.info.path, channel=channel)
        np.testing.assert_array_equal(area.source.whole.samples, audio.samples)
        key, tile = area.source.visible_tile_keys()[0], area.source.visible_tiles()[0]
        own = spectrogram_tile(
            audio.samples, audio.rate, 0.0, key.start, key.end, SpectrogramParams(), step=key.step
        )
        np.testing.assert_array_equal(tile.levels, own.levels)


def test_threads_keep_what_libraries_remember_of_them(qtbot: QtBot, state: AppState):
    """Libraries made with pybind11 crash if a thread of the pool gets another Python thread state."""
    memory, seen = threading.local(), []

    def work() -> Iterator[tuple[int, int]]:
        memory.runs = getattr(memory, "runs", 0) + 1
        yield threading.get_native_id(), memory.runs

    for n in range(6):
        state.jobs.start(f"work {n}", "work", work, on_result=seen.append, quiet=True)
        settled(qtbot, state)
    assert [runs for thread, runs in seen if thread == seen[0][0]] == list(range(1, len(seen) + 1))


def test_threads_begin_no_step_while_the_window_paints(
    qtbot: QtBot, state: AppState, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(courtesy, "LONGEST", 20.0)
    began = threading.Event()

    def work() -> Iterator[int]:
        began.set()
        yield 1

    got: list[int] = []
    jobs = ViewJobs(state.jobs)
    with courtesy.courtesy.painting():
        jobs.start("work", 1, work, got.append)
        assert not began.wait(0.1)
    settled(qtbot, state)
    assert got == [1]
    monkeypatch.setattr(courtesy, "LONGEST", 0.01)
    with courtesy.courtesy.painting():  # but not for ever
        jobs.start("work", 2, work, got.append)
        settled(qtbot, state)
    assert got == [1, 1]
