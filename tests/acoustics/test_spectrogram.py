"""Spectrogram tiles: Praat's numbers, without seams, painted as Praat paints."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import parselmouth
import pytest
from acoustic_material import TALK, speechlike
from hypothesis import given, settings
from hypothesis import strategies as st
from parselmouth.praat import call

from w2vpraat.acoustics.spectrogram import (
    FRAMES_PER_TILE,
    SpectrogramTile,
    display_maximum,
    grey_levels,
    shortest_step,
    spectrogram_command,
    spectrogram_tile,
    tile_margin,
    tile_spans,
    tile_step,
)
from w2vpraat.corpus.audio import read_audio
from w2vpraat.errors import InputError
from w2vpraat.params import SpectrogramParams

SHAPES = ("square", "hamming", "bartlett", "welch", "hanning", "gaussian")
DEFAULT = SpectrogramParams()


def praat_levels(
    samples: np.ndarray, rate: float, step: float, params: SpectrogramParams
) -> tuple[parselmouth.Spectrogram, np.ndarray]:
    """Run the command that the tile names, on the whole Sound."""
    name, arguments = spectrogram_command(params, step).split(": ", 1)
    values = [float(one) if '"' not in one else one.strip(' "') for one in arguments.split(", ")]
    sound = parselmouth.Sound(np.asarray(samples, np.float64), rate)
    spectrogram = call(sound, name, *values)
    return spectrogram, 10.0 * np.log10((np.array(spectrogram.values) + 1e-30) / 4e-10)


def on_praats_grid(samples: np.ndarray, rate: float, step: float, window: float) -> tuple[np.ndarray, float]:
    """Shorten a sound until Praat's frames lie between samples; return it and the origin of its frames."""
    stride = round(step * rate)
    n_frames = 1 + math.floor((samples.size - window * rate) / stride + 1e-9)
    samples = samples[: samples.size - (samples.size - (n_frames - 1) * stride) % 2]
    return samples, (samples.size - (n_frames - 1) * stride) / 2 / rate


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("rate", [16000, 44100])
def test_tiles_hold_the_numbers_of_praats_whole_file(shape: str, rate: int) -> None:
    params = SpectrogramParams(window_shape=shape, window=0.0051)
    physical = 0.0102 if shape == "gaussian" else 0.0051
    step = tile_step(2.0, rate, params)
    samples, origin = on_praats_grid(speechlike(1.2, rate), rate, step, physical)
    spectrogram, levels = praat_levels(samples, rate, step, params)
    tile = spectrogram_tile(samples, rate, 0.0, 0.0, 2.0, params, step=step, origin=origin)
    offset = round((tile.times[0] - spectrogram.x1) / step)
    assert offset in (0, 1)
    assert tile.times.size >= spectrogram.nx - 2
    assert tile.times == pytest.approx(spectrogram.xs()[offset : offset + tile.times.size], abs=1e-9)
    assert tile.frequencies == pytest.approx(spectrogram.ys(), abs=1e-9)
    assert tile.levels == pytest.approx(levels[:, offset : offset + tile.times.size], abs=1e-3)


@pytest.mark.shared_data
def test_real_speech_from_a_short_stretch_equals_praats_whole_file(shared_data: Path) -> None:
    path = sorted((shared_data / "librispeech" / "test-other").rglob("*.flac"))[30]
    rate, step = 16000, tile_step(10.0, 16000, DEFAULT)
    samples, origin = on_praats_grid(read_audio(path).samples, rate, step, 0.01)
    spectrogram, levels = praat_levels(samples, rate, step, DEFAULT)
    first = round((1.0 - tile_margin(DEFAULT)) * rate)
    until = round((2.0 + tile_margin(DEFAULT)) * rate)
    part = samples[first:until]
    tile = spectrogram_tile(part, rate, first / rate, 1.0, 2.0, DEFAULT, step=step, origin=origin)
    assert tile.times.size in (math.floor(1.0 / step), math.ceil(1.0 / step))
    offset = round((tile.times[0] - spectrogram.x1) / step)
    assert tile.levels == pytest.approx(levels[:, offset : offset + tile.times.size], abs=1e-3)


@settings(max_examples=40, deadline=None)
@given(
    start=st.floats(0.2, 1.0),
    lengths=st.tuples(st.floats(0.02, 0.8), st.floats(0.02, 0.8)),
    visible=st.sampled_from([0.1, 1.0, 5.0, 60.0]),
    origin=st.sampled_from([0.0, 0.1, 0.123456]),
)
def test_two_tiles_are_one_double_tile(
    start: float, lengths: tuple[float, float], visible: float, origin: float
) -> None:
    step = tile_step(visible, 16000, DEFAULT)
    middle, end = start + lengths[0], start + sum(lengths)

    def tile(a: float, b: float) -> SpectrogramTile:
        # Read as the window reads: a stretch with margins.
        first = max(0, round((a - origin - tile_margin(DEFAULT)) * 16000))
        until = round((b - origin + tile_margin(DEFAULT)) * 16000)
        part = TALK.samples[first:until]
        return spectrogram_tile(part, 16000, origin + first / 16000, a, b, DEFAULT, step=step, origin=origin)

    left, right, both = tile(start, middle), tile(middle, end), tile(start, end)
    assert np.array_equal(np.concatenate([left.times, right.times]), both.times)
    assert np.array_equal(np.concatenate([left.levels, right.levels], axis=1), both.levels)
    assert ((both.times >= start - 1e-9) & (both.times < end)).all()


def test_steps_double_and_stay_as_fine_as_praats() -> None:
    shortest = shortest_step(16000, DEFAULT)
    # Praat's own: effective width 0.005 / sqrt (pi), oversampled eight times, here in whole samples.
    assert shortest == 6 / 16000
    for visible in (0.01, 0.5, 3.0, 10.0, 100.0):
        step = tile_step(visible, 16000, DEFAULT)
        assert math.log2(step / shortest) == round(math.log2(step / shortest))
        assert step <= max(shortest, visible / 1000)
        assert step > visible / 2000


def test_tile_spans_do_not_depend_on_the_view() -> None:
    step = tile_step(1.0, 16000, DEFAULT)
    spans = tile_spans(1.0, 5.0, step, origin=0.25)
    assert spans[0][0] <= 1.0 < spans[0][1]
    assert spans[-1][0] < 5.0 <= spans[-1][1]
    assert [a for a, _ in spans[1:]] == [b for _, b in spans[:-1]]
    assert set(tile_spans(2.0, 4.0, step, origin=0.25)) <= set(spans)
    tile = spectrogram_tile(TALK.samples, 16000, 0.25, *spans[0], DEFAULT, step=step, origin=0.25)
    assert tile.times.size == FRAMES_PER_TILE


def test_frames_that_reach_beyond_the_recording_are_left_out() -> None:
    tile = spectrogram_tile(TALK.samples, 16000, 0.0, -1.0, 5.0, DEFAULT, step=0.001)
    assert 0.005 < tile.times[0] <= 0.0061
    assert 3.0 - 0.0061 <= tile.times[-1] < 3.0 - 0.005
    nothing = spectrogram_tile(TALK.samples, 16000, 0.0, 4.0, 5.0, DEFAULT, step=0.001)
    assert nothing.levels.shape == (tile.frequencies.size, 0)
    assert grey_levels(nothing).shape == nothing.levels.shape
    assert np.array_equal(nothing.frequencies, tile.frequencies)


def paint(power: np.ndarray, dy: float, params: SpectrogramParams) -> np.ndarray:
    """Praat's Spectrogram_paintInside, cell by cell, and its grey scale."""
    n_freq, n_time = power.shape
    value = np.zeros((n_freq, n_time))
    local = [0.0] * n_time
    for i in range(n_freq):
        factor = params.preemphasis / math.log(2.0) * math.log((i + 1) * dy / 1000.0)
        for j in range(n_time):
            value[i, j] = 10.0 / math.log(10.0) * math.log((power[i, j] + 1e-30) / 4.0e-10) + factor
            local[j] = max(local[j], value[i, j])
    maximum = max(local) if params.autoscaling else params.maximum
    for j in range(n_time):
        value[:, j] += params.dynamic_compression * (maximum - local[j])
    white = maximum - params.dynamic_range
    return 255.0 * np.clip((maximum - value) / (maximum - white), 0.0, 1.0)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"preemphasis": 0.0, "dynamic_range": 50.0},
        {"dynamic_compression": 0.4},
        {"autoscaling": False, "maximum": 80.0},
    ],
)
def test_grey_levels_are_praats(changes: dict[str, object]) -> None:
    params = replace(DEFAULT, **changes)
    tile = spectrogram_tile(TALK.samples, 16000, 0.0, 0.5, 0.9, params, step=0.004)
    power = 4e-10 * 10.0 ** (tile.levels.astype(np.float64) / 10.0) - 1e-30
    grey = grey_levels(tile, params)
    assert grey.dtype == np.uint8
    assert np.abs(grey - paint(power, tile.frequency_step, params)).max() <= 0.51
    if params.autoscaling:
        assert grey.min() == 0


def test_neighbouring_tiles_share_their_black() -> None:
    left = spectrogram_tile(TALK.samples, 16000, 0.0, 0.5, 1.0, DEFAULT, step=0.002)
    right = spectrogram_tile(TALK.samples * 0.1, 16000, 0.0, 1.0, 1.5, DEFAULT, step=0.002)
    maximum = display_maximum([left, right])
    assert maximum == pytest.approx(display_maximum([left]))
    assert grey_levels(left, maximum=maximum).min() == 0
    assert grey_levels(right, maximum=maximum).min() > 30
    # Only what is visible counts.
    assert display_maximum([left, right], start=1.01) < maximum - 10.0
    assert display_maximum([]) == 0.0


def test_the_view_range_decides_on_the_bands() -> None:
    params = SpectrogramParams(view_from=1000.0, view_to=3000.0)
    tile = spectrogram_tile(TALK.samples, 16000, 0.0, 0.5, 1.0, params)
    assert tile.frequencies[0] >= 1000.0 - tile.frequency_step / 2
    assert 3000.0 - 2 * tile.frequency_step < tile.frequencies[-1] <= 3000.0
    # The pre-emphasis of a band does not depend on what else is shown.
    whole = spectrogram_tile(TALK.samples, 16000, 0.0, 0.5, 1.0, replace(params, view_from=0.0))
    n = tile.frequencies.size
    assert tile.emphasized(params) == pytest.approx(whole.emphasized(params)[-n:])
    # Above the Nyquist frequency there is nothing.
    assert (
        spectrogram_tile(TALK.samples, 16000, 0.0, 0.5, 1.0, SpectrogramParams(view_to=20000.0)).frequencies[
            -1
        ]
        <= 8000.0
    )
    with pytest.raises(InputError, match="from 9000 to 10000 Hz is empty at 16000"):
        spectrogram_tile(
            TALK.samples, 16000, 0.0, 0.5, 1.0, SpectrogramParams(view_from=9000.0, view_to=10000.0)
        )
