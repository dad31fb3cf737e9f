"""Zero crossings are where Praat finds them."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import parselmouth
import pytest

from w2vpraat.corpus.audio import read_audio
from w2vpraat.corpus.zero_crossings import nearest_zero_crossing, selection_to_zero

call = parselmouth.praat.call


@pytest.mark.shared_data
def test_zero_crossings_of_speech_as_in_praat(shared_data: Path) -> None:
    chance = random.Random(3)
    compared = 0
    for path in sorted(shared_data.glob("emodb/**/*.flac"))[:3]:
        audio = read_audio(path)
        sound = parselmouth.Sound(audio.samples.astype(float), audio.rate)
        for _ in range(150):
            time = chance.random() * sound.duration
            found = nearest_zero_crossing(audio.samples, audio.rate, time)
            assert found == pytest.approx(call(sound, "Get nearest zero crossing...", 1, time), abs=1e-12)
            compared += 1
    assert compared == 450


def test_zero_crossings_far_away_and_missing() -> None:
    samples = np.full(20_000, 0.5)
    samples[17_000:] = -0.25
    sound = parselmouth.Sound(samples, 8000, start_time=1.5)
    expected = call(sound, "Get nearest zero crossing...", 1, 1.6)
    assert nearest_zero_crossing(samples, 8000, 1.6, 1.5) == pytest.approx(expected, abs=1e-12)
    assert nearest_zero_crossing(samples[::-1], 8000, 3.9, 1.5) == pytest.approx(
        4.0 - (expected - 1.5), abs=1e-12
    )
    for time in (-5.0, 0.0, 1.0, 2.0, 50.0):
        assert nearest_zero_crossing(samples[:17_000], 8000, time) is None
        assert nearest_zero_crossing(samples, 8000, time) == pytest.approx(expected - 1.5, abs=1e-12)
    assert nearest_zero_crossing(np.zeros(0), 8000, 0.0) is None
    assert selection_to_zero((0.1, 0.2), samples[:17_000], 8000) == (0.1, 0.2)


def test_selection_to_zero_moves_what_is_asked_for() -> None:
    rate = 1000.0
    samples = np.sin(2 * np.pi * 10 * (np.arange(1000) + 0.5) / rate)  # zero at multiples of 50 ms
    both = selection_to_zero((0.112, 0.238), samples, rate)
    assert both == pytest.approx((0.1, 0.25), abs=1e-6)
    assert selection_to_zero((0.112, 0.238), samples, rate, edge="start")[1] == 0.238
    assert selection_to_zero((0.112, 0.238), samples, rate, edge="end")[0] == 0.112
    # As in Praat, edges that pass each other change places.
    assert selection_to_zero((0.13, 0.14), samples, rate, edge="start") == pytest.approx(
        (0.14, 0.15), abs=1e-6
    )
    with pytest.raises(ValueError, match="edge is one of start, end, both"):
        selection_to_zero((0.1, 0.2), samples, rate, edge="middle")
