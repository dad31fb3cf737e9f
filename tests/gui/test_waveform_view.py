"""The waveform: what is painted is what the samples say; the mouse is Praat's."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot
from sound_scene import settled, shown_area, sound_document, vowel
from w2vpraat_gui.document import Document
from w2vpraat_gui.state import AppState
from w2vpraat_gui.theme import LIGHT
from w2vpraat_gui.views.time_axis import LEFT
from w2vpraat_gui.views.waveform_view import column_mask

from w2vpraat.corpus.audio import read_audio

LEFT_BUTTON = Qt.MouseButton.LeftButton


def _inked(image, x: int) -> list[int]:
    wave = QColor(LIGHT.wave)
    return [y for y in range(image.height()) if image.pixelColor(x, y) == wave]


def test_columns_show_the_lowest_and_highest_samples(qtbot: QtBot, state: AppState, document: Document):
    area = shown_area(qtbot, state, document)
    view, pane = document.view, area.waveform
    view.show_range(1.0, 3.0)
    settled(qtbot, state)
    image = pane.grab().toImage()
    n, height, rate = pane.columns, pane.height(), document.info.rate
    assert n == int(pane.axis_width)
    samples = read_audio(document.info.path).samples
    edges = [int(np.floor((1.0 + k * 2.0 / n) * rate + 0.5)) for k in range(n + 1)]
    lows = [float(samples[a:b].min()) for a, b in pairwise(edges)]
    highs = [float(samples[a:b].max()) for a, b in pairwise(edges)]
    low, high = min(lows), max(highs)
    assert pane.extremes == (low, high)
    top = [round((high - one) / (high - low) * (height - 1)) for one in highs]
    bottom = [round((high - one) / (high - low) * (height - 1)) for one in lows]
    compared = 0
    for k in range(1, n - 1, 7):
        first = min(top[k], bottom[k - 1] + 1)  # joined with the column before
        last = max(bottom[k], top[k - 1] - 1)
        inked = _inked(image, LEFT + k)
        if LEFT + k == int(pane.x_of(view.cursor)):
            continue
        assert (inked[0], inked[-1]) == (first, last), k
        assert len(inked) == last - first + 1
        compared += 1
    assert compared > 100


def test_columns_of_the_whole_recording_come_from_the_peaks(
    qtbot: QtBot, state: AppState, document: Document
):
    area = shown_area(qtbot, state, document)
    samples = read_audio(document.info.path).samples
    assert area.waveform.seconds_per_pixel * document.info.rate > 64
    area.waveform.grab()
    assert area.waveform.extremes == (float(samples.min()), float(samples.max()))


def test_columns_that_do_not_overlap_are_joined():
    low, high = np.array([0.5, -1.0, np.nan], np.float32), np.array([1.0, -0.5, np.nan], np.float32)
    mask = column_mask(low, high, -1.0, 1.0, 9)
    assert np.flatnonzero(mask[:, 0]).tolist() == [0, 1, 2]
    assert np.flatnonzero(mask[:, 1]).tolist() == [3, 4, 5, 6, 7, 8]
    assert not mask[:, 2].any()


def test_single_samples_are_dots_on_a_line(qtbot: QtBot, state: AppState, tmp_path):
    samples = np.zeros(16_000)
    samples[8000:8016] = [0.5 * (-1) ** k for k in range(16)]
    document = sound_document(tmp_path, samples)
    area = shown_area(qtbot, state, document)
    document.view.show_range(0.5, 0.501)
    settled(qtbot, state)
    pane = area.waveform
    image = pane.grab().toImage()
    low, high = pane.extremes
    assert (low, high) == (-0.5, 0.5)
    for k in range(1, 15):
        x = pane.x_of(0.5 + (k + 0.5) / 16_000)
        y = 2 if k % 2 == 0 else pane.height() - 3
        dot = [image.pixelColor(round(x) + dx, y).lightness() for dx in (-1, 0, 1)]
        assert min(dot) < 60, k
    between = image.pixelColor(round(pane.x_of(0.5 + 2.0 / 16_000)), 2).lightness()
    assert between > 200  # no dot between two samples


def test_two_channels_share_the_scale_and_three_are_mixed(qtbot: QtBot, state: AppState, tmp_path):
    loud = vowel(0.5)
    document = sound_document(tmp_path, np.column_stack([loud, 0.25 * loud]))
    area = shown_area(qtbot, state, document)
    pane = area.waveform
    image = pane.grab().toImage()
    assert area.source.channels == (1, 2)
    upper, lower = pane.channel_rect(0), pane.channel_rect(1)
    heights = []
    for rect in (upper, lower):
        rows = [y for x in range(LEFT + 200, LEFT + 260) for y in _inked(image, x)]
        rows = [y for y in rows if rect.top() <= y < rect.bottom()]
        heights.append(max(rows) - min(rows))
    assert heights[1] == pytest.approx(0.25 * heights[0], abs=4)
    third = tmp_path / "third"
    third.mkdir()
    area.set_document(sound_document(third, np.column_stack([loud, loud, -0.5 * loud])))
    settled(qtbot, state)
    area.waveform.grab()
    assert area.source.channels == ("mean",)
    assert area.waveform.extremes[1] == pytest.approx(0.5 * float(loud.max()), abs=1e-4)


def test_silence_is_a_line_in_the_middle(qtbot: QtBot, state: AppState, tmp_path):
    area = shown_area(qtbot, state, sound_document(tmp_path, np.zeros(8000)))
    image = area.waveform.grab().toImage()
    assert area.waveform.extremes == (0.0, 0.0)
    rows = _inked(image, LEFT + 300)
    assert rows
    assert abs(np.mean(rows) - 0.5 * area.waveform.height()) <= 1.5


def test_sounds_that_can_not_be_entered_in_the_middle_are_drawn_too(qtbot: QtBot, state: AppState, tmp_path):
    document = sound_document(tmp_path, vowel(2.0), suffix=".ogg")
    area = shown_area(qtbot, state, document)
    assert area.source.file.whole_only
    document.view.show_range(1.0, 1.01)
    settled(qtbot, state)
    assert len(area.source.visible_tiles()) == len(area.source.visible_tile_keys())
    samples = read_audio(document.info.path).samples
    area.waveform.grab()
    assert area.waveform.extremes[1] == pytest.approx(float(samples[16_000:16_160].max()), abs=1e-6)


# Mouse


def test_a_click_puts_the_cursor_and_a_drag_selects(qtbot: QtBot, state: AppState, document: Document):
    area = shown_area(qtbot, state, document)
    view, pane = document.view, area.waveform
    view.show_range(1.0, 3.0)
    QTest.mouseClick(pane, LEFT_BUTTON, pos=QPoint(LEFT + 100, 20))
    assert view.selection_start == view.selection_end == pytest.approx(pane.time_of(LEFT + 100))
    near = int(pane.pixels(area.settings.editor.drag_start))
    QTest.mousePress(pane, LEFT_BUTTON, pos=QPoint(LEFT + 200, 20))
    QTest.mouseMove(pane, QPoint(LEFT + 200 + near, 20))
    assert not view.has_selection
    QTest.mouseMove(pane, QPoint(LEFT + 300, 25))
    QTest.mouseMove(pane, QPoint(LEFT + 150, 25))
    QTest.mouseRelease(pane, LEFT_BUTTON, pos=QPoint(LEFT + 150, 25))
    assert view.selection_start == pytest.approx(pane.time_of(LEFT + 150))
    assert view.selection_end == pytest.approx(pane.time_of(LEFT + 200))
    QTest.mouseMove(pane, QPoint(LEFT + 400, 25))
    assert view.selection_end == pytest.approx(pane.time_of(LEFT + 200))  # the drag is over


def test_a_drag_stays_inside_what_is_visible(qtbot: QtBot, state: AppState, document: Document):
    area = shown_area(qtbot, state, document)
    view, pane = document.view, area.waveform
    view.show_range(1.0, 3.0)
    QTest.mousePress(pane, LEFT_BUTTON, pos=QPoint(LEFT + 200, 20))
    QTest.mouseMove(pane, QPoint(5, 20))
    assert view.selection_start == 1.0
    QTest.mouseMove(pane, QPoint(pane.width() - 2, 20))
    QTest.mouseRelease(pane, LEFT_BUTTON, pos=QPoint(pane.width() - 2, 20))
    assert view.selection_end == 3.0


def test_shift_click_moves_the_nearer_edge(qtbot: QtBot, state: AppState, document: Document):
    area = shown_area(qtbot, state, document)
    view, pane = document.view, area.waveform
    view.show_range(1.0, 3.0)
    view.select(1.5, 2.0)
    shift = Qt.KeyboardModifier.ShiftModifier
    for x, edges in ((LEFT + 600, (1.5, None)), (LEFT + 100, (None, None)), (LEFT + 500, (None, None))):
        start, end, time = view.selection_start, view.selection_end, pane.time_of(x)
        QTest.mouseClick(pane, LEFT_BUTTON, shift, QPoint(x, 20))
        late = time >= 0.5 * (start + end)
        wanted = (start, time) if late else (time, end)
        assert (view.selection_start, view.selection_end) == pytest.approx(wanted)
        assert edges[0] is None or view.selection_start == edges[0]


def test_a_double_click_selects_the_interval_of_the_selected_tier(
    qtbot: QtBot, state: AppState, document: Document
):
    area = shown_area(qtbot, state, document)
    view, pane = document.view, area.waveform
    view.show_range(1.0, 3.0)
    for number in (1, 2):
        view.tier = number
        QTest.mouseDClick(pane, LEFT_BUTTON, pos=QPoint(LEFT + 480, 20))
        found = document.grid.tier(number).interval_at(pane.time_of(LEFT + 480))
        assert (view.selection_start, view.selection_end) == (found.start, found.end)
        assert view.tier == number


def test_a_double_click_selects_the_nearest_point_of_a_point_tier(qtbot: QtBot, state: AppState, tmp_path):
    document = sound_document(tmp_path, vowel(1.0), points=(0.2, 0.6))
    area = shown_area(qtbot, state, document)
    document.view.tier = 2
    x = int(area.waveform.x_of(0.55))
    QTest.mouseDClick(area.waveform, LEFT_BUTTON, pos=QPoint(x, 20))
    assert document.view.selection_start == document.view.selection_end == 0.6


def test_the_selection_is_a_band_under_the_waveform(qtbot: QtBot, state: AppState, document: Document):
    area = shown_area(qtbot, state, document)
    view, pane = document.view, area.waveform
    view.show_range(1.0, 3.0)
    view.select(1.5, 2.0)
    image = pane.grab().toImage()
    inside, outside = int(pane.x_of(1.75)), int(pane.x_of(2.5))
    colours = {image.pixelColor(inside, y).name() for y in range(image.height())}
    assert LIGHT.selection in colours
    assert LIGHT.paper not in colours
    assert LIGHT.paper in {image.pixelColor(outside, y).name() for y in range(image.height())}
