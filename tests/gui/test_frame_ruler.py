"""The frame ruler shows the very frames that make the vector."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot
from sound_scene import settled, shown_area, sound_document, vowel
from w2vpraat_gui.document import Document
from w2vpraat_gui.state import AppState
from w2vpraat_gui.theme import LIGHT
from w2vpraat_gui.views.frame_choice import MOST_POOLED, frames_in, owned_frames, samples_in
from w2vpraat_gui.views.time_axis import LEFT

from w2vpraat.corpus.audio import read_audio
from w2vpraat.models.catalogue import find_model
from w2vpraat.models.embed import embed_recordings
from w2vpraat.models.encoder import load_encoder
from w2vpraat.models.frames import FrameClock
from w2vpraat.models.jobs import EmbedJob, TokenSpan
from w2vpraat.models.pooling import POOLINGS, pool
from w2vpraat.params import EmbedParams

CLOCK = FrameClock(16_000, (10, 3, 3, 3, 3, 2, 2), (5, 2, 2, 2, 2, 2, 2))


@pytest.mark.parametrize("pooling", POOLINGS)
@pytest.mark.parametrize("rule", ["centre", "overlap"])
def test_weights_times_frames_are_the_pooled_vector(pooling: str, rule: str):
    rng = np.random.default_rng(7)
    n_frames, start_time = frames_in(CLOCK, 4.0), 0.25
    states = rng.standard_normal((n_frames, 5)).astype(np.float32)
    params = EmbedParams(pooling=pooling, frame_rule=rule)
    used = "overlap" if pooling == "overlap" else rule
    for length in (0.0, 0.004, 0.021, 0.03, 0.055, 0.09, 0.2, 0.61):
        start = start_time + float(rng.uniform(0.0, 3.3))
        selection = CLOCK.select(start, start + length, n_frames, start_time, used, "nearest")
        vector = pool(states, selection, pooling)
        owned = owned_frames(CLOCK, start, start + length, 4.0, params, start_time)
        assert (owned.first, owned.stop) == (selection.first[0], selection.stop[0])
        parts = owned.weights @ states[owned.first : owned.stop].astype(np.float64)
        np.testing.assert_allclose(parts.reshape(vector.shape), vector, atol=1e-5)


@pytest.mark.parametrize("rate", [16_000, 8_000, 22_050, 44_100, 48_000, 11_025])
def test_frames_are_counted_on_the_samples_that_the_model_gets(rate: int, tmp_path):
    for n in (399, 12_345, 16_001, 24_000, 33_333):
        document = sound_document(tmp_path, np.zeros(n), rate)
        audio = read_audio(document.info.path, rate=16_000)
        assert samples_in(CLOCK, document.info.duration) == audio.n_samples
        assert frames_in(CLOCK, document.info.duration) == CLOCK.n_frames(audio.n_samples)


@pytest.mark.parametrize("context", ["utterance", "token"])
def test_the_bundled_model_takes_the_frames_that_are_shown(context: str, tmp_path, document: Document):
    audio = read_audio(document.info.path, rate=16_000, end=0.8)
    short = sound_document(tmp_path, audio.samples)
    tokens = [
        TokenSpan(f"t{n}", float(item.start), float(item.end))
        for n, item in enumerate(document.grid.tier(2).intervals_between(0.05, 0.79))
    ]
    tokens += [TokenSpan("tiny", 0.5, 0.505), TokenSpan("beyond", 5.0, 5.2), TokenSpan("edge", 0.79, 1.4)]
    params = EmbedParams(context=context, cache=False, device="cpu")
    job = EmbedJob("short", short.info.path, tokens)
    (made,) = embed_recordings([job], load_encoder("phone", params), params)
    clock = find_model("phone").clock
    for k, token in enumerate(tokens):
        owned = owned_frames(clock, token.start, token.end, short.info.duration, params)
        assert owned.stop - owned.first == made.n_frames[k], token
        assert owned.flag == made.flags[k]
        if made.n_frames[k]:
            assert (owned.first, owned.stop - 1) == (made.frame_start[k], made.frame_end[k])


def test_intervals_without_a_frame():
    nearest = owned_frames(CLOCK, 0.514, 0.516, 2.0, EmbedParams())
    assert (nearest.n_own, nearest.stop - nearest.first, nearest.flag) == (0, 1, "nearest")
    missing = owned_frames(CLOCK, 0.514, 0.516, 2.0, EmbedParams(no_frame="missing"))
    assert (missing.n_own, missing.stop - missing.first) == (0, 0)
    assert not missing.pooled.any()
    assert owned_frames(CLOCK, 3.0, 3.2, 2.0, EmbedParams()).flag == "outside"
    long = owned_frames(CLOCK, 0.0, 100.0, 100.0, EmbedParams())
    assert long.stop - long.first > MOST_POOLED
    assert long.pooled.all()


def test_the_selected_interval_is_summed_up(qtbot: QtBot, state: AppState, tmp_path):
    # Frames are centred at 12.5 + 20 n ms.
    document = sound_document(tmp_path, vowel(1.0), edges=(0.2, 0.34, 0.345, 0.36), points=(0.5,))
    area = shown_area(qtbot, state, document)
    ruler, view = area.frames, document.view
    view.select(0.25)
    assert ruler.interval() == (0.2, 0.34)
    assert ruler.summary() == ("7 frames", "middle third: 3", False)
    wanted = {
        "mean": "mean of 7",
        "centre": "centre frame: 1",
        "thirds": "thirds: 2 + 3 + 2",
        "frames": "each by itself",
        "overlap": "by overlap: 8",
    }
    for pooling, text in wanted.items():
        embed = EmbedParams(pooling=pooling)
        area.source.set_settings(replace(area.source.settings, embed=embed))
        assert ruler.summary()[1] == text
    area.source.set_settings(replace(area.source.settings, embed=EmbedParams()))
    view.select(0.342)
    assert ruler.summary() == ("0 frames", "nearest taken", True)
    view.select(0.35)
    assert ruler.summary() == ("1 frame", "middle third: 1", True)
    view.select(0.5, tier=2)
    assert ruler.interval() == pytest.approx((0.475, 0.525))
    view.select(0.51, tier=2)
    assert ruler.interval() is None
    assert ruler.summary() == ("", "", False)


def test_ticks_stand_at_the_centres_and_owned_ones_are_coloured(qtbot: QtBot, state: AppState, tmp_path):
    document = sound_document(tmp_path, vowel(1.0), edges=(0.2, 0.34))
    area = shown_area(qtbot, state, document)
    document.view.select(0.25)
    area.frames.update()
    ruler = area.frames
    image = ruler.grab().toImage()
    owned, grey = QColor(LIGHT.frame_owned), QColor(LIGHT.frame)
    y = 6
    coloured = {x for x in range(image.width()) if image.pixelColor(x, y) == owned}
    centres = CLOCK.centres(frames_in(CLOCK, 1.0))
    for time in centres:
        x = ruler.x_of(float(time))
        near = {int(x) - 1, int(x), int(x) + 1}
        if 0.2 <= time < 0.34:
            assert near & coloured, time
        else:
            assert not near & coloured, time
            assert any(image.pixelColor(one, y) == grey for one in near), time
    between = int(ruler.x_of(0.6225))
    assert image.pixelColor(between, y) == QColor(LIGHT.paper)


def test_the_mouse_shows_what_a_frame_hears(qtbot: QtBot, state: AppState, tmp_path):
    document = sound_document(tmp_path, vowel(1.0))
    area = shown_area(qtbot, state, document)
    ruler = area.frames
    before = ruler.grab().toImage()
    x = int(ruler.x_of(0.4525))
    QTest.mouseMove(ruler, QPoint(x, 5))
    assert ruler.frame_at(document.view.hover) == 22  # 12.5 + 20 * 22 ms
    after = ruler.grab().toImage()
    start, end = CLOCK.span(22)
    assert (start, end) == (0.44, 0.465)
    row = int(0.5 * ruler.height()) + 4
    ink = QColor(LIGHT.frame_owned)

    def inked(image) -> list[int]:
        return [
            x for x in range(LEFT, image.width()) for y in (row - 1, row) if image.pixelColor(x, y) == ink
        ]

    assert not inked(before)
    assert min(inked(after)) == pytest.approx(ruler.x_of(start), abs=2)
    assert max(inked(after)) == pytest.approx(ruler.x_of(end), abs=2)
    assert ruler.frame_at(0.0) == 0
    assert ruler.frame_at(50.0) is None


def test_with_the_context_of_the_token_only_its_own_frames_are_there(qtbot: QtBot, state: AppState, tmp_path):
    document = sound_document(tmp_path, vowel(1.0), edges=(0.203, 0.34))
    area = shown_area(qtbot, state, document)
    embed = EmbedParams(context="token")
    area.source.set_settings(replace(area.source.settings, embed=embed))
    document.view.select(0.25)
    owned = area.frames.owned()
    assert owned.origin == pytest.approx(0.203)
    assert area.frames.grid_frames() == (0, 6, owned.origin)
    assert area.frames.frame_at(0.8) is None
    assert area.frames.summary() == ("6 frames", "middle third: 2", False)


def test_a_model_that_is_not_there_says_so(qtbot: QtBot, state: AppState, document: Document):
    area = shown_area(qtbot, state, document)
    assert area.source.record.name == "phone"
    embed = EmbedParams(model="no-such-model")
    area.source.set_settings(replace(area.source.settings, embed=embed))
    settled(qtbot, state)
    assert "no-such-model" in area.source.messages["model"].message
    assert area.source.clock is None
    area.frames.grab()
    area.source.set_settings(replace(area.source.settings, embed=EmbedParams()))
    settled(qtbot, state)
    assert area.source.record.name == "phone"
    assert "model" not in area.source.messages
