"""The spectrogram: dark where energy is, the library's own numbers, and the frequency line of a click."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from sound_scene import settled, shown_area, sound_document, vowel
from w2vpraat_gui.document import Document
from w2vpraat_gui.state import AppState
from w2vpraat_gui.theme import apply_theme
from w2vpraat_gui.views.time_axis import LEFT

from w2vpraat.acoustics.spectrogram import display_maximum, grey_levels, spectrogram_tile
from w2vpraat.corpus.audio import read_audio
from w2vpraat.params import SpectrogramParams


def _tone(frequency: float, seconds: float = 1.0) -> np.ndarray:
    return 0.3 * np.sin(2.0 * np.pi * frequency * np.arange(round(16_000 * seconds)) / 16_000)


def _lightness(pane, time: float, frequency: float) -> int:
    image = pane.grab().toImage()
    return image.pixelColor(round(pane.x_of(time)), round(pane.y_of(frequency))).lightness()


def test_it_is_dark_where_the_energy_is(qtbot: QtBot, state: AppState, tmp_path):
    samples = np.concatenate([_tone(1000.0), _tone(3000.0)])
    document = sound_document(tmp_path, samples)
    area = shown_area(qtbot, state, document)
    pane = area.spectrogram
    for time, loud, quiet in ((0.4, 1000.0, 3000.0), (1.6, 3000.0, 1000.0)):
        assert _lightness(pane, time, loud) < 40
        assert _lightness(pane, time, quiet) > 230


def test_the_dark_window_is_inverted(qtbot: QtBot, state: AppState, tmp_path):
    document = sound_document(tmp_path, _tone(1000.0, 2.0))
    area = shown_area(qtbot, state, document)
    application = QApplication.instance()
    light = area.spectrogram.grab().toImage()
    try:
        apply_theme(application, "dark")
        assert _lightness(area.spectrogram, 1.0, 1000.0) > 200
        assert _lightness(area.spectrogram, 1.0, 3000.0) < 40
    finally:
        apply_theme(application, "light")
    assert area.spectrogram.grab().toImage() == light


def test_pixels_are_the_grey_levels_of_the_library(qtbot: QtBot, state: AppState, document: Document):
    area = shown_area(qtbot, state, document)
    view, pane = document.view, area.spectrogram
    view.show_range(1.2, 1.3)  # one frame is some pixels wide
    settled(qtbot, state)
    area.set_shown(f0=False)
    image = pane.grab().toImage()
    params = SpectrogramParams()
    audio = read_audio(document.info.path)
    step = area.source.visible_tile_keys()[0].step
    tile = spectrogram_tile(audio.samples, audio.rate, 0.0, 1.1, 1.4, params, step=step)
    greys = grey_levels(tile, params, display_maximum([tile], params, start=1.2, end=1.3))
    compared = []
    for time in np.linspace(1.22, 1.28, 25):
        for frequency in np.linspace(400.0, 4500.0, 15):
            column = int(np.argmin(abs(tile.times - time)))
            row = int(np.argmin(abs(tile.frequencies - frequency)))
            x, y = pane.x_of(tile.times[column]), pane.y_of(tile.frequencies[row])
            seen = image.pixelColor(int(x), int(y)).lightness()
            compared.append((seen, int(greys[row, column])))
    seen, wanted = np.array(compared).T
    assert np.corrcoef(seen, wanted)[0, 1] > 0.99
    assert np.median(abs(seen - wanted)) <= 6  # the picture is smooth between frames


def test_tiles_are_those_of_the_library(qtbot: QtBot, state: AppState, document: Document):
    area = shown_area(qtbot, state, document)
    document.view.show_range(1.0, 3.0)
    settled(qtbot, state)
    audio = read_audio(document.info.path)
    keys, tiles = area.source.visible_tile_keys(), area.source.visible_tiles()
    assert len(keys) == len(tiles) >= 3
    for key, tile in zip(keys, tiles, strict=True):
        whole = spectrogram_tile(
            audio.samples, audio.rate, 0.0, key.start, key.end, SpectrogramParams(), step=key.step
        )
        np.testing.assert_array_equal(tile.times, whole.times)
        np.testing.assert_array_equal(tile.levels, whole.levels)


def test_a_recording_that_starts_later_is_drawn_in_its_place(qtbot: QtBot, state: AppState, tmp_path):
    samples = np.concatenate([np.zeros(8000), _tone(1000.0), np.zeros(8000)])
    document = sound_document(tmp_path, samples, start_time=7.0)
    area = shown_area(qtbot, state, document)
    assert (document.view.lowest, document.view.highest) == (7.0, 9.0)
    assert _lightness(area.spectrogram, 8.0, 1000.0) < 40
    assert _lightness(area.spectrogram, 7.2, 1000.0) > 230
    document.view.show_range(8.0, 8.01)
    settled(qtbot, state)
    area.waveform.grab()
    assert area.waveform.extremes == pytest.approx((-0.3, 0.3), abs=0.01)


def test_a_click_puts_cursor_and_frequency_line(qtbot: QtBot, state: AppState, document: Document):
    area = shown_area(qtbot, state, document)
    view, pane = document.view, area.spectrogram
    view.show_range(1.0, 3.0)
    y = pane.height() // 4
    QTest.mouseClick(pane, Qt.MouseButton.LeftButton, pos=QPoint(LEFT + 100, y))
    assert view.cursor == pytest.approx(pane.time_of(LEFT + 100))
    assert view.cross_frequency == pytest.approx(pane.frequency_of(y))
    assert view.cross_frequency == pytest.approx(3750.0, abs=30.0)
    image = pane.grab().toImage()
    reds = 0
    for x in range(LEFT + 200, LEFT + 700):
        one = image.pixelColor(x, round(pane.y_of(view.cross_frequency)))
        reds += one.red() - one.green() > 60
    assert 150 < reds < 400  # a dotted line
    QTest.mouseMove(pane, QPoint(LEFT + 101, 5))
    assert view.cross_frequency == pytest.approx(pane.frequency_of(y))


def test_the_scale_follows_the_view_range(qtbot: QtBot, state: AppState, tmp_path):
    document = sound_document(tmp_path, _tone(6000.0, 2.0))
    area = shown_area(qtbot, state, document)
    pane = area.spectrogram
    before = area.source.visible_tile_keys()
    params = SpectrogramParams(view_to=8000.0)
    area.source.set_settings(replace(area.source.settings, spectrogram=params))
    assert area.source.visible_tile_keys() != before
    settled(qtbot, state)
    assert pane.frequency_of(0.0) == 8000.0
    assert _lightness(pane, 1.0, 6000.0) < 40
    assert _lightness(pane, 1.0, 3000.0) > 230


def test_settings_that_only_shade_need_no_new_tiles(qtbot: QtBot, state: AppState, document: Document):
    area = shown_area(qtbot, state, document)
    document.view.show_range(1.0, 3.0)
    settled(qtbot, state)
    before, tiles = area.spectrogram.grab().toImage(), area.source.visible_tiles()
    params = SpectrogramParams(dynamic_range=40.0, preemphasis=0.0)
    area.source.set_settings(replace(area.source.settings, spectrogram=params))
    after = area.spectrogram.grab().toImage()
    assert all(a is b for a, b in zip(area.source.visible_tiles(), tiles, strict=True))
    assert after != before


def test_more_than_the_longest_analysis_is_not_shown(qtbot: QtBot, state: AppState, document: Document):
    area = shown_area(qtbot, state, document)
    assert document.view.length > 10.0
    assert "at most 10 s" in area.spectrogram._message()
    assert len(area.source.tiles) == 0
    assert len(area.source.chunks) == 0
    image = area.spectrogram.grab().toImage()
    middle = image.height() // 2
    written = [
        image.pixelColor(x, y).lightness() for x in range(400, 700) for y in (middle - 3, middle, middle + 3)
    ]
    assert min(written) < 160  # the line says so
    document.view.show_range(0.0, 10.0)
    settled(qtbot, state)
    assert area.spectrogram._message() == ""
    assert len(area.source.visible_tiles()) == len(area.source.visible_tile_keys()) > 0
    document.view.show_all()
    editor = replace(area.source.settings.editor, longest_analysis=30.0)
    area.source.set_settings(replace(area.source.settings, editor=editor))
    settled(qtbot, state)
    assert area.spectrogram._message() == ""
    assert len(area.source.visible_tiles()) == len(area.source.visible_tile_keys())


def test_impossible_settings_say_why_in_the_pane(qtbot: QtBot, state: AppState, tmp_path):
    document = sound_document(tmp_path, vowel(1.0))
    area = shown_area(qtbot, state, document)
    params = SpectrogramParams(view_from=9000.0, view_to=12_000.0)
    area.source.set_settings(replace(area.source.settings, spectrogram=params))
    settled(qtbot, state)
    assert "9000" in area.spectrogram._message()
    assert state.notices.shown == []
    area.source.set_settings(replace(area.source.settings, spectrogram=SpectrogramParams()))
    settled(qtbot, state)
    assert area.spectrogram._message() == ""
    assert area.source.visible_tiles()
