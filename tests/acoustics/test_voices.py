"""Other voices: formants and f0 move as asked, timing stays, and the same seeds give the same voices."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import parselmouth
import pytest
import soundfile
from acoustic_material import vowel

from w2vpraat.acoustics.voices import HIGHEST, LOWEST, Voice, VoiceJob, change_voice, draw_voice, make_voices
from w2vpraat.acoustics.voicing import voiced_stretches
from w2vpraat.corpus.audio import Audio
from w2vpraat.errors import InputError, MeasurementError

RATE = 16000
FORMANTS = (700.0, 1200.0, 2500.0)


def measured(samples: np.ndarray) -> tuple[np.ndarray, float]:
    sound = parselmouth.Sound(samples.astype(np.float64), RATE)
    track = sound.to_formant_burg(maximum_formant=5500.0)
    times = np.linspace(0.15, 0.35, 9)
    found = [np.median([track.get_value_at_time(k, t) for t in times]) for k in (1, 2, 3)]
    frequency = sound.to_pitch().selected_array["frequency"]
    return np.array(found), float(np.median(frequency[frequency > 0]))


def test_formants_and_f0_move_as_asked_and_the_length_stays() -> None:
    samples = vowel(FORMANTS, f0=110.0)
    made = change_voice(samples, RATE, Voice(1.15, 190.0))
    assert made.shape == samples.shape
    assert made.dtype == np.float32
    before, _ = measured(samples)
    after, f0 = measured(made)
    np.testing.assert_allclose(after / before, 1.15, rtol=0.05)
    assert f0 == pytest.approx(190.0, rel=0.02)


def test_timing_stays() -> None:
    loud, silent = vowel(FORMANTS, f0=110.0, seconds=0.3), np.zeros(RATE // 5)
    samples = np.concatenate([silent, loud, silent, silent, loud])
    made = change_voice(samples, RATE, Voice(0.85, 80.0))
    assert len(made) == len(samples)
    # The standard deviation: Praat takes out the mean first, and these pulses have one.
    loudness = [x[: len(x) // 160 * 160].reshape(-1, 160).std(axis=1) for x in (samples, made)]
    here, there = (one > 0.2 * one.max() for one in loudness)
    assert (here == there).mean() > 0.93


def test_the_same_seed_gives_the_same_samples() -> None:
    noise = np.random.default_rng(0).normal(size=RATE) * 0.1 + np.pad(vowel(FORMANTS), (0, RATE // 2))
    one, same, other = (change_voice(noise, RATE, Voice(1.1, 150.0), seed=seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, same)
    assert one.shape == other.shape


def test_voices_are_drawn_within_their_ranges() -> None:
    random = np.random.default_rng(3)
    voices = [draw_voice(random, 1.3) for _ in range(500)]
    factors = np.array([one.formants for one in voices])
    assert factors.min() > 1 / 1.3
    assert factors.max() < 1.3
    assert abs(np.log(factors).mean()) < 0.02  # as many longer tracts as shorter ones
    assert all(LOWEST <= one.median <= HIGHEST for one in voices)
    # Short tracts come with high f0, as in people.
    assert np.corrcoef(np.log(factors), np.log([one.median for one in voices]))[0, 1] > 0.5
    assert draw_voice(np.random.default_rng(3)) == draw_voice(np.random.default_rng(3))


def test_too_short_a_sound_is_told() -> None:
    with pytest.raises(MeasurementError):
        change_voice(np.zeros(100), RATE, Voice(1.1, 150.0))


@pytest.mark.parametrize("workers", [0, 2])
def test_versions_are_written_once_and_bad_files_are_events(tmp_path: Path, workers: int) -> None:
    good, bad = tmp_path / "good.wav", tmp_path / "bad.wav"
    soundfile.write(good, vowel(FORMANTS), RATE)
    bad.write_bytes(b"no sound")
    targets = tuple(tmp_path / "made" / f"good-{k}.flac" for k in (1, 2))
    jobs = [
        VoiceJob(good, targets, (0, 1), RATE),
        VoiceJob(bad, (tmp_path / "made" / "bad-1.flac",), (0, 2), RATE),
    ]
    first, second = make_voices(jobs, workers)
    assert first is None
    assert second is not None
    assert second.file == str(bad) or second.file == bad
    versions = [soundfile.read(target)[0] for target in targets]
    assert [len(one) for one in versions] == [len(vowel(FORMANTS))] * 2
    assert not np.allclose(versions[0], versions[1])
    assert np.abs(versions[0]).max() == pytest.approx(0.95, abs=1e-3)
    stamps = [target.stat().st_mtime_ns for target in targets]
    assert next(iter(make_voices(jobs[:1]))) is None
    assert [target.stat().st_mtime_ns for target in targets] == stamps
    assert not list((tmp_path / "made").glob("*.part*"))


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    source, blocked = tmp_path / "a.wav", tmp_path / "file"
    soundfile.write(source, vowel(FORMANTS), RATE)
    blocked.write_text("in the way")
    (error,) = make_voices([VoiceJob(source, (blocked / "x.flac",), (0, 0), RATE)])
    assert isinstance(error, InputError)
    assert "another voice" in str(error)


def test_voiced_stretches_are_where_praat_finds_f0() -> None:
    hum, hiss = vowel(FORMANTS, seconds=0.4), np.random.default_rng(0).normal(size=RATE // 2) * 0.05
    samples = np.concatenate([hiss, hum, hiss, hum])
    found = voiced_stretches(Audio(samples.astype(np.float32), RATE, start_time=2.0))
    assert len(found) == 2
    np.testing.assert_allclose(found, [[2.5, 2.9], [3.4, 3.8]], atol=0.04)
    assert voiced_stretches(Audio(hiss.astype(np.float32), RATE)) == ()
