"""What is on screen is what is measured: tracks of stretches against the table and Praat's whole Sound."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import parselmouth
import pytest
from acoustic_material import TALK, PlainToken, speechlike
from parselmouth.praat import call

from w2vpraat.acoustics import measure_recording
from w2vpraat.acoustics.display_tracks import (
    PitchRange,
    adapted_range,
    adapting_range,
    formant_sources,
    formant_tracks,
    intensity_track,
    pitch_track,
    set_range,
    whole_sound,
)
from w2vpraat.acoustics.formants import measure_formants
from w2vpraat.acoustics.pitch import track_pitch
from w2vpraat.acoustics.sources import measure_f0, measure_intensity
from w2vpraat.corpus.audio import Audio, read_audio
from w2vpraat.errors import MeasurementError
from w2vpraat.events import Progress
from w2vpraat.params import FormantParams, FormantViewParams, IntensityParams, PitchParams
from w2vpraat.resources import sample_corpus

FIXED = FormantParams(ceiling_mode="fixed", ceiling=5200.0)
SPEECH = read_audio(sample_corpus() / "gb_f_alice.flac")
SOUND = whole_sound(SPEECH)
SAMPLES = SPEECH.samples.astype(np.float64)


def tokens_in(audio: Audio, n: int, seed: int = 5) -> tuple[list[PlainToken], np.ndarray]:
    rng = np.random.default_rng(seed)
    starts = rng.uniform(audio.start_time, audio.end_time - 0.2, n)
    tokens = [PlainToken(f"t{i}", float(a), float(a) + 0.15) for i, a in enumerate(starts)]
    times = np.array([[0.7 * one.start + 0.3 * one.end, one.end] for one in tokens])
    return tokens, times


def praat_sound(audio: Audio) -> parselmouth.Sound:
    return parselmouth.Sound(audio.samples.astype(np.float64), audio.rate, audio.start_time)


def test_formant_track_at_a_token_is_what_is_measured() -> None:
    tokens, times = tokens_in(SPEECH, 12)
    measured = measure_formants(SAMPLES, SPEECH.rate, 0.0, tokens, times, FIXED)
    source = next(formant_sources(SOUND, [FIXED.ceiling], FIXED))
    for row, token in enumerate(tokens):
        seen = formant_tracks(source, token.start - 0.3, token.end + 0.4)
        # The same samples, but resampled in stretches of other lengths: rounding only.
        assert seen.at(times[row])[:, :4] == pytest.approx(measured.frequencies[row], abs=1e-5, nan_ok=True)
        assert np.isnan(seen.bandwidths).all()


def test_formant_frames_are_praats_with_all_formants() -> None:
    source = next(formant_sources(whole_sound(TALK), [5200.0], FIXED))
    # Longer than a piece.
    seen = formant_tracks(source, 0.2, 2.7, bandwidths=True)
    formant = call(praat_sound(TALK), "To Formant (burg)", 0.0, 5.0, 5200.0, 0.025, 50.0)
    inside = [time for time in formant.xs() if 0.2 - 1e-9 <= time <= 2.7 + 1e-9]
    assert seen.times[1:-1] == pytest.approx(inside, abs=1e-9)
    assert seen.frequencies.shape == (len(inside) + 2, 5)
    for number in range(5):
        for ours, ask in ((seen.frequencies, "Get value"), (seen.bandwidths, "Get bandwidth")):
            praat = [call(formant, f"{ask} at time", number + 1, t, "hertz", "Linear") for t in inside]
            assert ours[1:-1, number] == pytest.approx(np.array(praat), abs=0.05, nan_ok=True)


def test_frames_left_out_are_those_praat_leaves_out() -> None:
    source = next(formant_sources(SOUND, [5200.0], FIXED))
    seen = formant_tracks(source, 4.0, 8.0)
    formant = call(praat_sound(SPEECH), "To Formant (burg)", 0.0, 5.0, 5200.0, 0.025, 50.0)
    table = call(formant, "Down to Table", "no", "yes", 9, "yes", 15, "no", 3, "no")
    lines = [line.split("\t") for line in call(table, "List", "no").splitlines()[1:]]
    loudness = {round(float(time), 6): float(value) for time, value, *_ in lines}
    praat = np.array([loudness[round(float(time), 6)] for time in seen.times])
    assert seen.peaks == pytest.approx(praat, abs=1e-9)
    drawn = seen.drawn()
    assert np.array_equal(drawn, praat >= praat.max() / 10**3.0)
    assert 0 < drawn.sum() < drawn.size
    assert seen.drawn(FormantViewParams(dynamic_range=0.0)).all()


def test_ceilings_have_their_own_tracks() -> None:
    low, high = formant_sources(SOUND, [4500.0, 6000.0], FIXED)
    assert (low.ceiling, high.ceiling) == (4500.0, 6000.0)
    at = np.array([3.0])
    assert formant_tracks(low, 2.9, 3.1).at(at)[0, 3] != formant_tracks(high, 2.9, 3.1).at(at)[0, 3]


def test_nothing_is_tracked_beyond_the_recording() -> None:
    source = next(formant_sources(SOUND, [5000.0], FIXED))
    for track in (
        formant_tracks(source, 100.0, 101.0),
        pitch_track(SOUND, 100.0, 101.0),
        intensity_track(SOUND, 100.0, 101.0),
    ):
        assert track.times.size == 0
        assert np.isnan(track.at(np.array([100.5]))).all()
    # A recording shorter than a window has no frames.
    tiny = whole_sound(Audio(SPEECH.samples[16000:16400], 16000))
    source = next(formant_sources(tiny, [5000.0], FIXED))
    assert formant_tracks(source, 0.0, 1.0).times.size == 0
    with pytest.raises(MeasurementError, match="less than three periods of 60 Hz"):
        pitch_track(tiny, 0.0, 1.0)
    with pytest.raises(MeasurementError, match=r"less than 6\.4 periods of 100 Hz"):
        intensity_track(tiny, 0.0, 1.0)


def test_range_is_that_of_the_table() -> None:
    tokens, times = tokens_in(SPEECH, 4)
    measured = measure_f0(SAMPLES, SPEECH.rate, 0.0, tokens, times, PitchParams())
    limits = adapted_range(SOUND)
    assert limits.adapted
    assert np.array_equal(measured.ranges, [[limits.floor, limits.ceiling]] * 4)
    *progress, in_pieces = adapting_range(SOUND)
    assert all(isinstance(event, Progress) for event in progress)
    assert [event.done for event in progress] == list(range(1, len(progress) + 1))
    assert progress[-1].total == len(progress) > 8
    assert in_pieces == limits


def test_range_of_one_of_two_speakers() -> None:
    spans = [(2.0, 3.0), (5.0, 6.0)]
    tokens = [PlainToken(f"a{i}", a, b, speaker="a") for i, (a, b) in enumerate(spans)]
    tokens.append(PlainToken("b", 8.0, 12.0, speaker="b"))
    measured = measure_f0(SAMPLES, SPEECH.rate, 0.0, tokens, np.full((3, 1), 2.5), PitchParams())
    limits = adapted_range(SOUND, spans=spans)
    assert (limits.floor, limits.ceiling) == tuple(measured.ranges[0])
    assert (limits.floor, limits.ceiling) != tuple(measured.ranges[2])
    assert list(adapting_range(SOUND, spans=spans))[-1] == limits


def test_without_two_passes_the_range_is_set() -> None:
    params = PitchParams(two_pass=False, floor=80.0, ceiling=400.0)
    assert adapted_range(SOUND, params) == PitchRange(80.0, 400.0) == set_range(params)
    assert list(adapting_range(SOUND, params)) == [PitchRange(80.0, 400.0)]


def test_f0_of_a_short_recording_is_exactly_what_is_measured() -> None:
    tokens, times = tokens_in(TALK, 10)
    measured = measure_f0(TALK.samples.astype(np.float64), 16000, 0.0, tokens, times, PitchParams())
    sound = whole_sound(TALK)
    track = pitch_track(sound, 0.0, 3.0, adapted_range(sound))
    assert np.array_equal(track.at(times.ravel()), measured.points.ravel(), equal_nan=True)


def compare_pitch(audio: Audio, limits: PitchRange) -> tuple[float, float, float]:
    """Share of frames with another voicing or octave than the whole; median and largest other difference."""
    sound = whole_sound(audio)
    whole = track_pitch(
        audio.samples.astype(np.float64), audio.rate, audio.start_time, limits.floor, limits.ceiling, 0.0
    )
    edges = np.linspace(audio.start_time, audio.end_time, 5)
    seen: dict[float, float] = {}
    for start, end in pairwise(edges):
        track = pitch_track(sound, float(start), float(end), limits)
        seen.update(zip(np.round(track.times, 9), track.values, strict=True))
    f0 = whole.selected_array["frequency"]
    ours = np.array([seen[round(float(time), 9)] for time in whole.xs()])
    voiced = ~np.isnan(ours) & (f0 > 0.0)
    apart = np.abs(ours - f0)
    other = ((f0 > 0.0) != ~np.isnan(ours)) | (voiced & (apart > 0.05 * f0))
    rest = apart[voiced & ~other]
    return float(other.mean()), float(np.median(rest)), float(rest.max())


@pytest.mark.parametrize("limits", [PitchRange(60.0, 700.0), PitchRange(113.0, 611.0)])
def test_f0_frames_are_those_of_the_whole_recording(limits: PitchRange) -> None:
    other, middle, most = compare_pitch(SPEECH, limits)
    assert other < 0.001
    assert middle < 1e-6
    assert most < 1.0


@pytest.mark.parametrize("seconds", [6.0, 6.01, 6.03, 6.05, 6.08, 6.11])
def test_f0_of_recordings_hardly_longer_than_a_piece_and_its_margins(seconds: float) -> None:
    sound = whole_sound(SPEECH.part(1.0, 1.0 + seconds))
    limits = PitchRange(75.0, 500.0)
    whole = pitch_track(sound, sound.start_time, sound.end_time, limits)
    for start in (1.0, 2.9, 3.0, 3.02, 5.0):
        seen = pitch_track(sound, start, start + 2.0, limits)
        assert seen.values == pytest.approx(whole.at(seen.times), abs=0.5, nan_ok=True)


@pytest.mark.shared_data
def test_f0_of_human_speech_in_pieces(shared_data: Path) -> None:
    others = []
    for path in sorted((shared_data / "librispeech" / "test-other").rglob("*.flac"))[::9]:
        audio = read_audio(path)
        other, _, most = compare_pitch(audio, adapted_range(whole_sound(audio)))
        others.append(other)
        assert most < 4.0
    assert np.mean(others) < 0.002


@pytest.mark.parametrize("rate", [16000, 44100])
@pytest.mark.parametrize("params", [IntensityParams(), IntensityParams(63.0, subtract_mean=False)])
def test_intensity_frames_are_those_of_the_whole_recording(rate: int, params: IntensityParams) -> None:
    audio = Audio(speechlike(3.217, rate) + 0.03, rate, 1.5)
    praat = call(praat_sound(audio), "To Intensity", params.minimum_pitch, 0.0, params.subtract_mean)
    track = intensity_track(whole_sound(audio), 1.5, 9.0, params)
    assert track.times == pytest.approx(praat.xs(), abs=1e-9)
    # Praat's windows may reach one sample beyond the first and last frame.
    assert track.values[1:-1] == pytest.approx(praat.values[0][1:-1], abs=1e-9)
    assert track.values == pytest.approx(praat.values[0], abs=0.01)


def test_intensity_at_a_token_is_what_is_measured() -> None:
    tokens, times = tokens_in(SPEECH, 12)
    measured = measure_intensity(SAMPLES, SPEECH.rate, 0.0, tokens, times, IntensityParams())
    for row, token in enumerate(tokens):
        seen = intensity_track(SOUND, token.start, token.end)
        assert seen.at(times[row]) == pytest.approx(measured.points[row], abs=1e-9, nan_ok=True)


def test_digital_silence_has_no_intensity() -> None:
    audio = Audio(np.concatenate([np.zeros(16000), TALK.samples]), 16000)
    track = intensity_track(whole_sound(audio), 0.2, 0.8)
    assert np.isnan(track.values).all()
    assert np.isnan(track.at(np.array([0.5]))).all()


def test_the_table_and_the_screen_agree() -> None:
    tokens, times = tokens_in(SPEECH, 6, seed=8)
    params = FormantParams(ceiling_mode="fixed", ceiling=5200.0, points=(0.3,))
    table = measure_recording(SPEECH, tokens, formants=params)
    limits = PitchRange(table["f0_floor"][0], table["f0_ceiling"][0], True)
    for row, time in enumerate(times[:, 0]):
        at = np.array([time])
        f0 = pitch_track(SOUND, time - 0.1, time + 0.1, limits).at(at)[0]
        assert f0 == pytest.approx(table["f0"][row], abs=0.3, nan_ok=True)
        level = intensity_track(SOUND, time, time).at(at)[0]
        assert level == pytest.approx(table["intensity"][row], abs=1e-9, nan_ok=True)
