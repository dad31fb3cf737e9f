"""Readings are Praat's answers on the whole Sound, each with the command that gives it."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import parselmouth
import pytest
from acoustic_material import TALK, speechlike
from hypothesis import given, settings
from hypothesis import strategies as st
from parselmouth.praat import call

from w2vpraat.acoustics.display_tracks import (
    PitchRange,
    adapted_range,
    formant_sources,
    pitch_track,
    whole_sound,
)
from w2vpraat.acoustics.praat import praat_version
from w2vpraat.acoustics.readings import (
    Reading,
    read_bandwidth,
    read_formant,
    read_intensity,
    read_pitch,
    read_power,
    spectral_slice,
    time_of_pitch,
)
from w2vpraat.acoustics.spectrogram import shortest_step
from w2vpraat.corpus.audio import Audio, read_audio
from w2vpraat.errors import InputError, MeasurementError
from w2vpraat.params import FormantParams, IntensityViewParams, SpectrogramParams

LIMITS = PitchRange(75.0, 500.0)
SOUND = whole_sound(TALK)
PRAAT = parselmouth.Sound(TALK.samples.astype(np.float64), 16000)
SOURCE = next(formant_sources(SOUND, [5000.0], FormantParams(ceiling_mode="fixed")))
ANALYSES: dict[str, object] = {}


def run(command: str, sound: parselmouth.Sound = PRAAT) -> float:
    """Run the lines of a reading on the whole Sound, as a user of Praat would."""
    analysis, query = command.split("\n")
    key = f"{id(sound)} {analysis}"
    if key not in ANALYSES:
        ANALYSES[key] = call(sound, *arguments(analysis))
    return float(call(ANALYSES[key], *arguments(query)))


def arguments(line: str) -> list[object]:
    name, values = line.split(": ", 1)
    return [name, *(one.strip('"') if '"' in one else float(one) for one in values.split(", "))]


def check(reading: Reading, tolerance: float, sound: parselmouth.Sound = PRAAT) -> None:
    assert reading.value == pytest.approx(run(reading.command, sound), abs=tolerance, nan_ok=True)
    assert reading.praat == praat_version()


@settings(max_examples=25, deadline=None)
@given(start=st.floats(0.0, 2.9), length=st.floats(0.001, 2.0), number=st.integers(1, 5))
def test_formants_at_cursor_and_over_selection(start: float, length: float, number: int) -> None:
    cursor = read_formant(SOURCE, number, start)
    selection = read_formant(SOURCE, number, start, min(start + length, 3.0))
    assert (cursor.statistic, selection.statistic) == ("value", "mean")
    for reading in (cursor, selection):
        check(reading, 1e-3)
        assert (reading.quantity, reading.unit) == (f"F{number}", "Hz")
        assert reading.settings["ceiling"] == 5000.0
    check(read_bandwidth(SOURCE, number, start), 0.05)
    check(read_bandwidth(SOURCE, number, start, min(start + length, 3.0)), 0.05)


@settings(max_examples=25, deadline=None)
@given(start=st.floats(0.0, 2.9), length=st.floats(0.001, 2.0))
def test_f0_at_cursor_and_over_selection(start: float, length: float) -> None:
    end = min(start + length, 3.0)
    check(read_pitch(SOUND, start, limits=LIMITS), 1e-6)
    for statistic in ("mean", "minimum", "maximum"):
        reading = read_pitch(SOUND, start, end, limits=LIMITS, statistic=statistic)
        assert reading.statistic == statistic
        assert (reading.settings["floor"], reading.settings["ceiling"]) == (75.0, 500.0)
        check(reading, 1e-6)
        if statistic != "mean" and reading.defined:
            found = time_of_pitch(SOUND, start, end, limits=LIMITS, statistic=statistic)
            assert found.unit == "s"
            check(found, 1e-9)
            assert start - 1e-9 <= found.value <= end + 1e-9


def test_a_voiceless_selection_has_no_f0() -> None:
    silence = whole_sound(Audio(np.concatenate([np.zeros(16000), TALK.samples]), 16000))
    for reading in (
        read_pitch(silence, 0.3),
        read_pitch(silence, 0.3, 0.6),
        read_pitch(silence, 0.3, 0.6, statistic="minimum"),
        time_of_pitch(silence, 0.3, 0.6),
        read_intensity(silence, 0.3),
        read_intensity(silence, 0.3, 0.6),
        read_intensity(silence, 0.3, 0.6, statistic="minimum"),
    ):
        assert not reading.defined
        assert " = undefined (0.3" in reading.text


@settings(max_examples=25, deadline=None)
@given(
    start=st.floats(0.0, 2.9),
    length=st.floats(0.001, 2.0),
    averaging=st.sampled_from(["energy", "sones", "dB", "median"]),
)
def test_intensity_at_cursor_and_over_selection(start: float, length: float, averaging: str) -> None:
    end = min(start + length, 3.0)
    view = IntensityViewParams(averaging=averaging)
    check(read_intensity(SOUND, start), 1e-6)
    check(read_intensity(SOUND, start, end, view=view), 1e-6)
    for statistic in ("minimum", "maximum"):
        check(read_intensity(SOUND, start, end, statistic=statistic), 1e-6)


@pytest.mark.shared_data
def test_human_speech(shared_data: Path) -> None:
    path = sorted((shared_data / "librispeech" / "test-other").rglob("*.flac"))[40]
    audio = read_audio(path)
    sound, praat = whole_sound(audio), parselmouth.Sound(str(path))
    source = next(formant_sources(sound, [5500.0]))
    limits = adapted_range(sound)
    rng = np.random.default_rng(2)
    for start in rng.uniform(0.3, audio.duration - 0.6, 12):
        check(read_formant(source, 2, start), 1e-3, praat)
        check(read_formant(source, 1, start, start + 0.21), 1e-3, praat)
        check(read_intensity(sound, start, start + 0.21), 1e-6, praat)
        check(read_pitch(sound, start, start + 0.21, limits=limits, statistic="maximum"), 0.5, praat)


def test_the_text_names_value_place_and_command() -> None:
    reading = read_formant(SOURCE, 1, 0.1, 0.2)
    assert reading.text == f"mean F1 = {reading.value:.1f} Hz (0.100000 to 0.200000 s)"
    assert reading.command == ('To Formant (burg): 0, 5, 5000, 0.025, 50\nGet mean: 1, 0.1, 0.2, "hertz"')
    assert read_intensity(SOUND, 0.1).text.endswith(" dB (0.100000 s)")
    power = read_power(SOUND, 0.1, 500.0)
    assert power.text == f"power at 500 Hz = {power.value:.4g} Pa^2/Hz (0.100000 s)"


def test_impossible_questions_are_refused() -> None:
    with pytest.raises(InputError, match="there is no formant 6"):
        read_formant(SOURCE, 6, 1.0)
    with pytest.raises(InputError, match="a minimum needs a selection"):
        read_pitch(SOUND, 1.0, statistic="minimum")
    with pytest.raises(InputError, match=r"ends .* before it starts"):
        read_intensity(SOUND, 1.0, 0.5)
    with pytest.raises(InputError, match="'mode' is no statistic"):
        read_intensity(SOUND, 1.0, 1.5, statistic="mode")


def test_a_reading_is_what_the_curve_shows() -> None:
    track = pitch_track(SOUND, 0.0, 3.0, LIMITS)
    time = float(track.times[np.flatnonzero(~np.isnan(track.values))[5]])
    assert read_pitch(SOUND, time, limits=LIMITS).value == pytest.approx(track.at(np.array([time]))[0])


@settings(max_examples=25, deadline=None)
@given(time=st.floats(0.0, 1.0), frequency=st.floats(0.0, 5200.0))
def test_power_at_the_cross(time: float, frequency: float) -> None:
    # A sound in which Praat's frames lie on whole steps (6 samples) after the start.
    params = SpectrogramParams(window=0.0051)
    samples = speechlike(1.0, 16000)[: 168 + 6 * 2500]
    step = shortest_step(16000, params)
    assert 1 + math.floor((samples.size - 0.0102 * 16000) / 6) == 2501
    assert step * 16000 == 6
    sound = whole_sound(Audio(samples, 16000))
    reading = read_power(sound, time, frequency, params, step=step)
    praat = parselmouth.Sound(sound.samples.astype(np.float64), 16000)
    asked = run(reading.command, praat)
    assert reading.value == pytest.approx(asked, rel=1e-3, nan_ok=True)


@pytest.mark.parametrize("shape", ["gaussian", "hanning", "square", "hamming", "welch", "bartlett"])
@pytest.mark.parametrize("span", [(1.2345, None), (0.5, 1.25), (0.001, None)])
def test_spectral_slice(shape: str, span: tuple[float, float | None]) -> None:
    params = SpectrogramParams(window_shape=shape)
    made = spectral_slice(SOUND, *span, params)
    reach = 0.005 if shape == "gaussian" else 0.0025
    start, end = (span[0] - reach, span[0] + reach) if span[1] is None else span
    assert (made.start, made.end) == (pytest.approx(max(start, 0.0)), pytest.approx(end))
    steps = [arguments(line) for line in made.command.split("\n")]
    part = call(PRAAT, *steps[0])
    call(part, *steps[1])
    ltas = call(call(part, *steps[2]), "To Ltas (1-to-1)")
    assert made.levels.size == call(ltas, "Get number of bins")
    bins = np.unique(np.linspace(0, made.levels.size - 1, 60).astype(int))
    praat = [call(ltas, "Get value in bin", int(one) + 1) for one in bins]
    assert made.levels[bins] == pytest.approx(praat, abs=1e-6)
    middles = [call(ltas, "Get frequency from bin number", int(one) + 1) for one in bins]
    assert made.frequencies[bins] == pytest.approx(middles, abs=1e-6)
    assert made.frequencies[-1] == pytest.approx(8000.0)


def test_spectral_slice_outside_the_recording() -> None:
    with pytest.raises(MeasurementError, match="no sound for a spectrum"):
        spectral_slice(SOUND, 10.0)
