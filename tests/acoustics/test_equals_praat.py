"""Every number equals what Praat's own commands say about the whole Sound."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import parselmouth
import pytest
from acoustic_material import TALK, PlainToken, speechlike
from hypothesis import given, settings
from hypothesis import strategies as st
from parselmouth.praat import call

from w2vpraat.acoustics import measure_recording, tracks
from w2vpraat.acoustics.pitch import track_pitch
from w2vpraat.acoustics.resampling import resample_for_ceilings
from w2vpraat.corpus.audio import Audio, read_audio
from w2vpraat.params import FormantParams, IntensityParams

HZ = 1e-3  # a hundredth of what is promised


def praat_sound(audio: Audio) -> parselmouth.Sound:
    return parselmouth.Sound(audio.samples.astype(np.float64), audio.rate, audio.start_time)


def close(ours: np.ndarray, praat: list[float], tolerance: float = HZ) -> None:
    theirs = np.array(praat)
    assert np.array_equal(np.isnan(ours), np.isnan(theirs))
    assert np.nanmax(np.abs(ours - theirs), initial=0.0) < tolerance


def check_against_praat(
    sound: parselmouth.Sound, audio: Audio, tokens: list[PlainToken], params: FormantParams
) -> None:
    table = measure_recording(audio, tokens, formants=params)
    for ceiling, rows in table.groupby("max_formant"):
        formant = call(
            sound,
            "To Formant (burg)",
            params.time_step,
            params.n_formants,
            ceiling,
            params.window,
            params.preemphasis,
        )
        for k in range(1, params.n_reported + 1):
            asked = [call(formant, "Get value at time", k, t, "hertz", "Linear") for t in rows["time"]]
            close(rows[f"F{k}"].to_numpy(), asked)
            asked = [call(formant, "Get bandwidth at time", k, t, "hertz", "Linear") for t in rows["time"]]
            close(rows[f"B{k}"].to_numpy(), asked, 0.05)
    floor, ceiling = table[["f0_floor", "f0_ceiling"]].iloc[0]
    pitch = call(sound, "To Pitch (ac)", 0.0, floor, 15, "no", 0.03, 0.45, 0.01, 0.35, 0.14, ceiling)
    close(
        table["f0"].to_numpy(),
        [call(pitch, "Get value at time", t, "Hertz", "Linear") for t in table["time"]],
    )
    intensity = call(sound, "To Intensity", 100.0, 0.0, "yes")
    close(
        table["intensity"].to_numpy(),
        [call(intensity, "Get value at time", t, "Cubic") for t in table["time"]],
        1e-6,
    )
    spans = [(token.start, token.end) for token in tokens for _ in params.points]
    close(table["f0_mean"].to_numpy(), [call(pitch, "Get mean", a, b, "Hertz") for a, b in spans])
    close(
        table["intensity_mean"].to_numpy(),
        [call(intensity, "Get mean", a, b, "energy") for a, b in spans],
        1e-6,
    )


def tokens_over(audio: Audio, n: int, seed: int = 1) -> list[PlainToken]:
    rng = np.random.default_rng(seed)
    starts = rng.uniform(audio.start_time, audio.end_time - 0.05, n)
    ends = np.minimum(starts + rng.uniform(0.005, 0.2, n), audio.end_time)
    edges = [
        PlainToken("first", audio.start_time, audio.start_time + 0.03),
        PlainToken("last", audio.end_time - 0.03, audio.end_time),
    ]
    return edges + [
        PlainToken(f"t{i}", float(a), float(b)) for i, (a, b) in enumerate(zip(starts, ends, strict=True))
    ]


@pytest.mark.shared_data
@pytest.mark.parametrize("ceiling", [4500.0, 5123.7, 5500.0, 8000.0])
def test_real_speech_from_praats_own_reading_of_the_file(shared_data: Path, ceiling: float) -> None:
    path = sorted((shared_data / "librispeech" / "test-other").rglob("*.flac"))[25]
    audio = read_audio(path)
    params = FormantParams(ceiling_mode="fixed", ceiling=ceiling, points=(0.0, 0.2, 0.5, 0.8, 1.0))
    check_against_praat(parselmouth.Sound(str(path)), audio, tokens_over(audio, 40), params)


@pytest.mark.shared_data
def test_candidate_search_reports_whole_sound_numbers(shared_data: Path) -> None:
    path = sorted((shared_data / "librispeech" / "test-other").rglob("*.flac"))[60]
    audio = read_audio(path)
    params = FormantParams(ceiling_mode="token", points=(0.3, 0.5, 0.7))
    tokens = [one for one in tokens_over(audio, 25) if one.end - one.start > 0.05]
    check_against_praat(parselmouth.Sound(str(path)), audio, tokens, params)


@pytest.mark.parametrize("rate", [8000, 11025, 22050, 44100, 48000])
@pytest.mark.parametrize("start", [0.0, 2.0])
def test_any_rate_and_start_time(rate: int, start: float) -> None:
    audio = Audio(speechlike(1.5, rate, seed=rate), rate, start)
    params = FormantParams(ceiling_mode="fixed", ceiling=5000.0, points=(0.1, 0.5, 0.9))
    check_against_praat(praat_sound(audio), audio, tokens_over(audio, 12), params)


@pytest.mark.parametrize(
    "params",
    [
        FormantParams(ceiling_mode="fixed", n_formants=5.5, time_step=0.002, window=0.05),
        FormantParams(ceiling_mode="fixed", n_formants=4.0, ceiling=4000.0, preemphasis=100.0, n_reported=3),
        FormantParams(ceiling_mode="fixed", n_formants=3.0, ceiling=3500.0, window=0.02),
    ],
)
def test_other_settings(params: FormantParams) -> None:
    check_against_praat(praat_sound(TALK), TALK, tokens_over(TALK, 10), params)


@settings(max_examples=30, deadline=None)
@given(
    start=st.floats(0.0, 2.9),
    length=st.floats(0.0, 0.3),
    ceiling=st.sampled_from([4000.0, 4750.0, 5500.0, 6000.5]),
    point=st.floats(0.0, 1.0),
)
def test_points_lie_inside_the_token_and_equal_praat(
    start: float, length: float, ceiling: float, point: float
) -> None:
    token = PlainToken("x", start, min(start + length, 3.0))
    params = FormantParams(ceiling_mode="fixed", ceiling=ceiling, points=(point,))
    row = measure_recording(TALK, [token], formants=params, pitch=None, intensity=None).iloc[0]
    assert token.start <= row["time"] <= token.end + 1e-12
    formant = call(praat_sound(TALK), "To Formant (burg)", 0.0, 5.0, ceiling, 0.025, 50.0)
    for k in (1, 2, 3):
        asked = call(formant, "Get value at time", k, row["time"], "hertz", "Linear")
        assert (np.isnan(asked) and np.isnan(row[f"F{k}"])) or abs(asked - row[f"F{k}"]) < HZ


@pytest.mark.parametrize("ceiling", [4500.0, 5123.75, 5432.17, 7900.0, 8000.0, 9000.0, 16000.0])
@pytest.mark.parametrize("n", [40, 333, 1001, 16001])
def test_resampling_equals_praats(ceiling: float, n: int) -> None:
    rng = np.random.default_rng(n)
    samples = rng.normal(0.0, 0.1, n)
    ours = next(iter(resample_for_ceilings(samples, 16000.0, 2.0, [ceiling])))
    praat = call(parselmouth.Sound(samples, 16000.0, 2.0), "Resample", 2.0 * ceiling, 50)
    assert ours.size == praat.nx
    assert ours.first_time == pytest.approx(praat.x1, abs=1e-12)
    whole = ours.windows(np.zeros(1, dtype=np.intp), ours.size)[0]
    assert whole == pytest.approx(praat.values[0], abs=1e-9)
    parts = ours.windows(np.array([-30, ours.size // 2, ours.size - 10]), 40)
    padded = np.concatenate([np.zeros(30), praat.values[0], np.zeros(40)])
    for part, begin in zip(parts, (0, ours.size // 2 + 30, ours.size + 20), strict=True):
        assert part == pytest.approx(padded[begin : begin + 40], abs=1e-9)


@pytest.mark.parametrize("ceiling", [5123.75, 5500.0])
def test_long_sounds_are_filtered_as_a_whole(monkeypatch: pytest.MonkeyPatch, ceiling: float) -> None:
    samples = speechlike(8.0, 16000, seed=3)
    praat = call(parselmouth.Sound(samples, 16000.0), "Resample", 2.0 * ceiling, 50)
    monkeypatch.setattr("w2vpraat.acoustics.lowpass.WHOLE_LIMIT", 0)
    monkeypatch.setattr("w2vpraat.acoustics.lowpass.BLOCK", 2**16)
    monkeypatch.setattr("w2vpraat.acoustics.resampling.STRETCH", 2**15)
    ours = next(iter(resample_for_ceilings(samples, 16000.0, 0.0, [ceiling])))
    parts = ours.windows(np.arange(0, ours.size, 500), 500).ravel()[: ours.size]
    assert parts == pytest.approx(praat.values[0], abs=1e-9)


def test_tracks_are_praats_own_frames() -> None:
    token = PlainToken("x", 1.0, 1.25)
    table = tracks(TALK, token, formants=FormantParams(ceiling_mode="fixed", ceiling=5000.0))
    formant = call(praat_sound(TALK), "To Formant (burg)", 0.0, 5.0, 5000.0, 0.025, 50.0)
    inside = [t for t in formant.xs() if 1.0 <= t <= 1.25]
    assert table["time"].to_numpy() == pytest.approx(inside, abs=1e-9)
    close(table["F2"].to_numpy(), [formant.get_value_at_time(2, t) for t in inside])
    spaced = tracks(TALK, token, formants=FormantParams(ceiling_mode="fixed", ceiling=5000.0), n_points=11)
    assert spaced["prop_time"].to_numpy() == pytest.approx(np.linspace(0, 1, 11))
    close(spaced["F1"].to_numpy(), [formant.get_value_at_time(1, t) for t in spaced["time"]])


def test_intensity_settings_reach_praat() -> None:
    token = PlainToken("x", 0.5, 0.7)
    params = IntensityParams(minimum_pitch=60.0, subtract_mean=False)
    row = measure_recording(TALK, [token], pitch=None, intensity=params).iloc[0]
    intensity = call(praat_sound(TALK), "To Intensity", 60.0, 0.0, "no")
    assert row["intensity"] == pytest.approx(call(intensity, "Get value at time", 0.6, "Cubic"), abs=1e-9)


def test_f0_of_long_recordings_in_stretches_equals_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    samples = speechlike(30.0, 16000, seed=4)
    whole = track_pitch(samples, 16000.0, 1.0, 75.0, 600.0, 0.0)
    monkeypatch.setattr("w2vpraat.acoustics.pitch.BLOCK_SECONDS", 8.0)
    parts = track_pitch(samples, 16000.0, 1.0, 75.0, 600.0, 0.0)
    assert (parts.nx, parts.x1, parts.dx) == (whole.nx, pytest.approx(whole.x1), pytest.approx(whole.dx))
    assert (parts.xmin, parts.xmax) == (whole.xmin, whole.xmax)
    ours, praat = parts.selected_array["frequency"], whole.selected_array["frequency"]
    voiced = (ours > 0.0) & (praat > 0.0)
    assert ((ours > 0.0) == (praat > 0.0)).mean() > 0.999
    assert (np.abs(ours - praat)[voiced] < 0.1).mean() > 0.999
    assert call(parts, "Get mean", 3.0, 3.2, "Hertz") == pytest.approx(
        call(whole, "Get mean", 3.0, 3.2, "Hertz"), abs=0.1
    )
