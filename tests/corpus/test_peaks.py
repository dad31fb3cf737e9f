"""The waveform's columns: the samples' own extremes, the same from the pyramid and from the samples."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from w2vpraat.corpus.audio import Audio, read_audio
from w2vpraat.corpus.peaks import (
    BASE,
    READ,
    Peaks,
    building_peaks,
    column_span,
    peaks_of,
    sample_columns,
)
from w2vpraat.errors import AudioError
from w2vpraat.events import Progress
from w2vpraat.resources import sample_corpus

RATE = 16000
NOISE = np.random.default_rng(3).normal(0.0, 0.1, 300_123).astype(np.float32)
WHOLE = Audio(NOISE, RATE, 2.0)
PEAKS = peaks_of(WHOLE)


def built(path: Path, **options: object) -> tuple[list[Progress], Peaks]:
    *progress, peaks = building_peaks(path, **options)  # type: ignore[arg-type]
    assert isinstance(peaks, Peaks)
    assert all(isinstance(event, Progress) for event in progress)
    return progress, peaks  # type: ignore[return-value]


@settings(max_examples=200, deadline=None)
@given(start=st.floats(0.0, 22.0), length=st.floats(0.5, 25.0), n=st.integers(1, 1500))
def test_same_picture_from_pyramid_and_samples(start: float, length: float, n: int) -> None:
    if length / n < PEAKS.finest:
        n = max(1, int(length / PEAKS.finest) - 1)
    low, high = PEAKS.columns(start, start + length, n)
    direct_low, direct_high = sample_columns(WHOLE, start, start + length, n, origin=2.0)
    assert np.array_equal(low, direct_low, equal_nan=True)
    assert np.array_equal(high, direct_high, equal_nan=True)


@settings(max_examples=100, deadline=None)
@given(start=st.floats(2.0, 15.0), length=st.floats(0.01, 4.0), n=st.integers(1, 900))
def test_a_stretch_read_alone_gives_the_same_columns(start: float, length: float, n: int) -> None:
    end = start + length
    part = WHOLE.part(*column_span(start, end, n, RATE, origin=2.0))
    whole = sample_columns(WHOLE, start, end, n, origin=2.0)
    alone = sample_columns(part, start, end, n, origin=2.0)
    assert np.array_equal(whole[0], alone[0])
    assert np.array_equal(whole[1], alone[1])


def test_columns_are_extremes_of_their_samples() -> None:
    # 1000 samples a column: edges on whole blocks of 64 (a quarter is less than 256).
    low, high = sample_columns(WHOLE, 2.0, 3.0, 16, origin=2.0)
    for column in range(16):
        first = int(np.floor(column * 1000 / 64 + 0.5)) * 64
        stop = int(np.floor((column + 1) * 1000 / 64 + 0.5)) * 64
        assert low[column] == NOISE[first:stop].min()
        assert high[column] == NOISE[first:stop].max()
    # 10 samples a column: no block.
    low, high = sample_columns(WHOLE, 2.5, 2.6, 160, origin=2.0)
    rows = NOISE[8000:9600].reshape(160, 10)
    assert np.array_equal(low, rows.min(axis=1))
    assert np.array_equal(high, rows.max(axis=1))


def test_columns_narrower_than_a_sample_show_the_sample() -> None:
    low, high = sample_columns(WHOLE, 2.0 + 100 / RATE, 2.0 + 104 / RATE, 16, origin=2.0)
    assert np.array_equal(low, np.repeat(NOISE[100:104], 4))
    assert np.array_equal(low, high)


@pytest.mark.parametrize("n", [1, 7, 640, 200_000])
def test_nothing_is_lost_between_columns(n: int) -> None:
    low, high = sample_columns(WHOLE, 2.0, WHOLE.end_time + 1.0, n, origin=2.0)
    assert np.nanmin(low) == NOISE.min()
    assert np.nanmax(high) == NOISE.max()
    if n <= 640:
        low, high = PEAKS.columns(2.0, WHOLE.end_time + 1.0, n)
        assert (np.nanmin(low), np.nanmax(high)) == (NOISE.min(), NOISE.max())
    assert PEAKS.extremes == (NOISE.min(), NOISE.max())


def test_columns_beyond_the_recording_are_empty() -> None:
    for low, high in (
        PEAKS.columns(-20.0, 40.0, 60),
        sample_columns(WHOLE, -20.0, 40.0, 60, origin=2.0),
    ):
        known = ~np.isnan(low)
        assert np.array_equal(known, ~np.isnan(high))
        # From second 2 to 20.76: columns 22 to 40.
        assert np.array_equal(np.flatnonzero(known), np.arange(22, 41))


def test_a_file_is_read_block_by_block(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("w2vpraat.corpus.peaks.READ", 64 * 100)
    path = tmp_path / "noise.wav"
    soundfile.write(path, NOISE, RATE, subtype="FLOAT")
    progress, peaks = built(path, start_time=2.0)
    assert [event.done for event in progress] == list(range(1, 48))
    assert progress[0].total == 47
    assert (peaks.rate, peaks.n_samples, peaks.start_time) == (RATE, NOISE.size, 2.0)
    assert peaks.end_time == WHOLE.end_time
    for made, whole in zip((*peaks.lows, *peaks.highs), (*PEAKS.lows, *PEAKS.highs), strict=True):
        assert np.array_equal(made, whole)
    assert READ % BASE == 0


def test_each_channel_has_its_own_peaks(tmp_path: Path) -> None:
    path = tmp_path / "stereo.wav"
    soundfile.write(path, np.stack([NOISE, 0.5 * NOISE], axis=1), RATE, subtype="FLOAT")
    _, left = built(path, channel=1)
    _, right = built(path, channel=2)
    assert np.array_equal(0.5 * left.lows[0], right.lows[0])
    with pytest.raises(AudioError, match="has no channel 3"):
        built(path, channel=3)


def test_real_speech_keeps_its_loudest_sample() -> None:
    path = sorted(sample_corpus().glob("*.flac"))[0]
    audio = read_audio(path)
    _, peaks = built(path)
    assert peaks.extremes == (audio.samples.min(), audio.samples.max())
    place = int(np.argmax(audio.samples))
    _, high = peaks.columns(0.0, audio.duration, 800)
    column = int(place / audio.n_samples * 800)
    assert high[column - 1 : column + 2].max() == audio.samples[place]


def test_a_sound_shorter_than_a_block() -> None:
    tiny = Audio(NOISE[:10], RATE)
    assert peaks_of(tiny).extremes == (NOISE[:10].min(), NOISE[:10].max())
    low, _ = peaks_of(tiny).columns(0.0, 1.0, 4)
    assert low[0] == NOISE[:10].min()
    assert np.isnan(low[1:]).all()


def test_no_columns_are_an_error() -> None:
    with pytest.raises(AudioError, match="no columns: 0"):
        PEAKS.columns(0.0, 1.0, 0)
    with pytest.raises(AudioError, match="the end must be after the start"):
        sample_columns(WHOLE, 1.0, 1.0, 5)
