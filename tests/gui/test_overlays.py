"""Formants, f0 and intensity over the spectrogram equal the library's, and are painted where they belong."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter
from pytestqt.qtbot import QtBot
from sound_scene import settled, shown_area, sound_document, vowel
from w2vpraat_gui.document import Document
from w2vpraat_gui.state import AppState
from w2vpraat_gui.theme import LIGHT, colour
from w2vpraat_gui.views.overlays import dot_sheet, formant_dots, joined, paint_curve, pitch_scale
from w2vpraat_gui.views.sound_settings import Ceiling

from w2vpraat.acoustics.display_tracks import (
    PitchRange,
    adapted_range,
    formant_sources,
    formant_tracks,
    intensity_track,
    pitch_track,
    whole_sound,
)
from w2vpraat.acoustics.readings import read_intensity, read_pitch
from w2vpraat.corpus.audio import read_audio
from w2vpraat.params import FormantViewParams, PitchParams, PitchViewParams


@pytest.fixture
def area(qtbot: QtBot, state: AppState, document: Document):
    """All overlays of 1.3 to 5.3 s."""
    made = shown_area(qtbot, state, document)
    document.view.show_range(1.3, 5.3)
    made.set_shown(formants=True, f0=True, intensity=True)
    settled(qtbot, state)
    return made


def _seen(times: np.ndarray) -> np.ndarray:
    return (times >= 1.3) & (times <= 5.3)


def test_formants_equal_those_of_the_library(area, document: Document):
    sound = whole_sound(read_audio(document.info.path))
    wanted = formant_tracks(next(formant_sources(sound, [5500.0])), 1.3, 5.3)
    found = joined(area.source.visible_chunks("formants"))
    here, there = _seen(found.times), _seen(wanted.times)
    np.testing.assert_array_equal(found.times[here], wanted.times[there])
    np.testing.assert_allclose(found.frequencies[here], wanted.frequencies[there], rtol=1e-10)
    np.testing.assert_array_equal(found.peaks[here], wanted.peaks[there])
    assert found.frequencies.shape[1] == 5
    assert np.isfinite(found.frequencies[here]).mean() > 0.5


def test_intensity_equals_that_of_the_library(area, document: Document):
    sound = whole_sound(read_audio(document.info.path))
    wanted = intensity_track(sound, 1.3, 5.3)
    found = joined(area.source.visible_chunks("intensity"))
    np.testing.assert_array_equal(found.times[_seen(found.times)], wanted.times[_seen(wanted.times)])
    np.testing.assert_allclose(
        found.values[_seen(found.times)], wanted.values[_seen(wanted.times)], rtol=1e-9
    )


def test_f0_is_looked_for_in_the_adapted_range(area, document: Document):
    sound = whole_sound(read_audio(document.info.path))
    limits = area.source.pitch_range
    assert limits == adapted_range(sound)
    assert limits.adapted
    wanted = pitch_track(sound, 1.3, 5.3, limits)
    found = joined(area.source.visible_chunks("f0"))
    here, there = found.values[_seen(found.times)], wanted.values[_seen(wanted.times)]
    np.testing.assert_array_equal(found.times[_seen(found.times)], wanted.times[_seen(wanted.times)])
    same = np.isclose(here, there, rtol=1e-3, equal_nan=True)
    assert same.mean() > 0.995
    assert np.isfinite(here).sum() > 50


def test_settings_decide_on_the_range_without_two_passes(qtbot: QtBot, state: AppState, area):
    pitch = PitchParams(two_pass=False, floor=75.0, ceiling=400.0)
    area.source.set_settings(replace(area.source.settings, pitch=pitch))
    assert area.source.visible_chunks("f0") == []
    settled(qtbot, state)
    assert area.source.pitch_range == PitchRange(75.0, 400.0)
    assert joined(area.source.visible_chunks("f0")).limits == PitchRange(75.0, 400.0)
    given = PitchRange(90.0, 300.0)
    area.source.set_pitch_range(given)
    settled(qtbot, state)
    assert joined(area.source.visible_chunks("f0")).limits == given


def test_another_ceiling_gives_other_formants(qtbot: QtBot, state: AppState, area, document: Document):
    before = joined(area.source.visible_chunks("formants")).frequencies
    area.source.set_ceiling(Ceiling(4500.0, "hand, token"))
    assert area.source.visible_chunks("formants") == []
    settled(qtbot, state)
    found = joined(area.source.visible_chunks("formants"))
    sound = whole_sound(read_audio(document.info.path))
    wanted = formant_tracks(next(formant_sources(sound, [4500.0])), 1.3, 5.3)
    np.testing.assert_allclose(
        found.frequencies[_seen(found.times)], wanted.frequencies[_seen(wanted.times)], rtol=1e-10
    )
    assert found.frequencies.shape != before.shape or not np.array_equal(found.frequencies, before)
    assert area.spectrogram.ceiling_button.text() == "ceiling 4500 Hz (set for this token)"


def test_values_at_the_cursor_are_those_of_the_queries(
    qtbot: QtBot, state: AppState, area, document: Document
):
    sound, limits = whole_sound(read_audio(document.info.path)), area.source.pitch_range
    for start, end in ((2.2, 2.2), (2.1, 2.4)):
        document.view.select(start, end)
        settled(qtbot, state)
        found = area.source.values
        assert found["f0"].value == read_pitch(sound, start, end, limits=limits).value
        assert found["intensity"].value == read_intensity(sound, start, end).value
    document.view.select(0.0, 15.0)
    settled(qtbot, state)
    assert area.source.values == {}


def test_dots_are_painted_at_the_formants(qtbot: QtBot, state: AppState, area, document: Document):
    area.set_shown(f0=False, intensity=False, spectrogram=False)
    document.view.show_range(2.0, 2.3)
    settled(qtbot, state)
    pane = area.spectrogram
    image = pane.grab().toImage()
    tracks = joined(area.source.visible_chunks("formants"))
    dots = formant_dots(tracks, FormantViewParams(), 2.0, 2.3)
    inside = dots[(dots[:, 1] < 4000.0) & (dots[:, 0] > 2.06)]
    assert len(inside) > 60
    ink = QColor(LIGHT.formant)
    for time, frequency in inside:
        assert image.pixelColor(int(pane.x_of(time)), int(pane.y_of(frequency))) == ink
    near = [image.pixelColor(x, int(pane.y_of(4900.0))) for x in range(400, 800)]
    assert QColor(LIGHT.paper) in near


def test_quiet_frames_are_left_out_as_in_praat(area):
    tracks = joined(area.source.visible_chunks("formants"))
    few = formant_dots(tracks, FormantViewParams(dynamic_range=10.0), 1.3, 5.3)
    usual = formant_dots(tracks, FormantViewParams(), 1.3, 5.3)
    every = formant_dots(tracks, FormantViewParams(dynamic_range=0.0), 1.3, 5.3)
    assert 0 < len(few) < len(usual) < len(every)
    assert len(every) == np.isfinite(tracks.frequencies[_seen(tracks.times)]).sum()
    seen = _seen(tracks.times)
    loud = tracks.peaks >= tracks.peaks[seen].max() / 1000.0
    assert len(usual) == np.isfinite(tracks.frequencies[seen & loud]).sum()
    assert formant_dots(tracks, FormantViewParams(), 100.0, 101.0).shape == (0, 2)


def test_dots_have_a_rim_and_cover_each_other():
    sheet = dot_sheet(np.array([10.2, 14.0]), np.array([8.0, 8.0]), 2.0, 40, 20)
    assert sheet.shape == (20, 40)
    assert sheet[8, 10] == sheet[8, 14] == 128
    assert sheet[8, 12] > 64  # where rim and dot meet, the dot stays
    assert 0 < sheet[8, 7] <= 64
    assert sheet[8, 30] == 0
    assert dot_sheet(np.array([-50.0, 500.0]), np.array([3.0, 3.0]), 2.0, 40, 20).max() == 0


def test_curves_break_where_there_is_no_value(qtbot: QtBot):
    image = QImage(100, 50, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(QColor("grey"))
    painter = QPainter(image)
    x = np.array([10.0, 30.0, 50.0, 70.0, 90.0])
    y = np.array([20.5, 20.5, np.nan, 20.5, np.nan])
    paint_curve(painter, QRectF(0, 0, 100, 50), x, y, colour("f0"))
    painter.end()
    ink, ground = QColor(LIGHT.f0), QColor("grey")
    assert image.pixelColor(20, 20) == ink
    assert image.pixelColor(50, 20) == ground
    assert image.pixelColor(70, 20) == ink  # a single frame is a dot
    assert image.pixelColor(80, 20) == ground
    assert image.pixelColor(20, 22) not in (ink, ground)  # the rim


def test_the_f0_scale_is_the_range_unless_set():
    limits = PitchRange(70.0, 350.0, adapted=True)
    assert pitch_scale(limits, PitchViewParams()) == (70.0, 350.0)
    assert pitch_scale(limits, PitchViewParams(view_to=500.0)) == (0.0, 500.0)
    assert pitch_scale(limits, PitchViewParams(view_from=50.0, view_to=300.0)) == (50.0, 300.0)
    assert pitch_scale(limits, PitchViewParams(view_from=400.0)) == (70.0, 350.0)


def test_recordings_too_short_for_f0_say_so(qtbot: QtBot, state: AppState, tmp_path):
    area = shown_area(qtbot, state, sound_document(tmp_path, vowel(0.04)))
    assert "periods" in area.spectrogram._message()
    area.set_shown(intensity=True, formants=True)
    settled(qtbot, state)
    assert "periods of 100 Hz" in area.spectrogram._message()
    assert area.source.visible_tiles()
    area.grab()
