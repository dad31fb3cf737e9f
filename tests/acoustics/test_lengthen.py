"""Slow playback: as long as asked, the same pitch, no clicks, ready piece by piece."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from acoustic_material import vowel

from w2vpraat.acoustics import lengthen
from w2vpraat.acoustics.display_tracks import PitchRange, pitch_track, whole_sound
from w2vpraat.acoustics.lengthen import lengthened, lengthening
from w2vpraat.corpus.audio import Audio, read_audio
from w2vpraat.errors import InputError
from w2vpraat.params import PlaybackParams
from w2vpraat.resources import sample_corpus

SPEECH = read_audio(sample_corpus() / "gb_m_george.flac", start=1.0, end=9.0)
LIMITS = PitchRange(60.0, 500.0)


def same_pitch(source: Audio, slow: Audio, factor: float) -> tuple[float, float]:
    """Return the median ratio of f0 at corresponding times, and the share of them within 3 %."""
    track = pitch_track(whole_sound(source), source.start_time, source.end_time, LIMITS)
    voiced = ~np.isnan(track.values)
    times = source.start_time + (track.times[voiced] - source.start_time) * factor
    later = pitch_track(whole_sound(slow), slow.start_time, slow.end_time, LIMITS).at(times)
    ratio = (later / track.values[voiced])[~np.isnan(later)]
    return float(np.median(ratio)), float((np.abs(ratio - 1.0) < 0.03).mean())


def jump(samples: np.ndarray) -> float:
    return float(np.abs(np.diff(samples.astype(np.float64))).max())


@pytest.mark.parametrize("factor", [1.25, 2.0, 3.0])
def test_speech_gets_longer_and_keeps_its_pitch(factor: float) -> None:
    slow = lengthened(SPEECH, factor)
    assert slow.duration == pytest.approx(factor * SPEECH.duration, abs=1e-4)
    assert (slow.rate, slow.start_time) == (SPEECH.rate, SPEECH.start_time)
    ratio, share = same_pitch(SPEECH, slow, factor)
    assert ratio == pytest.approx(1.0, abs=0.02)
    assert share > 0.85
    assert jump(slow.samples) <= 1.05 * jump(SPEECH.samples)
    assert slow.samples.std() == pytest.approx(SPEECH.samples.std(), rel=0.1)


@pytest.mark.shared_data
def test_human_speech_gets_longer_and_keeps_its_pitch(shared_data: Path) -> None:
    for path in sorted((shared_data / "librispeech" / "test-other").rglob("*.flac"))[5::30]:
        audio = read_audio(path)
        slow = lengthened(audio, 2.0, PlaybackParams(floor=60.0))
        assert slow.duration == pytest.approx(2.0 * audio.duration, abs=1e-4)
        ratio, share = same_pitch(audio, slow, 2.0)
        assert ratio == pytest.approx(1.0, abs=0.02)
        assert share > 0.8
        assert jump(slow.samples) <= 1.1 * jump(audio.samples)


@pytest.mark.parametrize(("f0", "factor"), [(121.3, 1.7), (150.0, 1.7), (97.0, 2.0)])
def test_a_long_vowel_is_joined_in_phase(f0: float, factor: float) -> None:
    audio = Audio(vowel((600.0, 1200.0, 2500.0), f0=f0, seconds=6.0), 16000)
    slow = lengthened(audio, factor)
    middle = slow.samples[3200:-3200].astype(np.float64)
    assert jump(middle) <= 1.02 * jump(audio.samples)
    # A seam out of phase would be a dip: no period is quieter than the others.
    period = round(16000 / f0)
    rms = np.sqrt((middle[: middle.size // period * period].reshape(-1, period) ** 2).mean(axis=1))
    assert rms.min() > 0.9 * np.median(rms)
    ratio, share = same_pitch(audio, slow, factor)
    assert ratio == pytest.approx(1.0, abs=0.005)
    assert share > 0.98


def test_parts_follow_each_other_and_none_is_long(monkeypatch: pytest.MonkeyPatch) -> None:
    heard = []
    original = lengthen.call

    def listening(sound: object, *rest: object) -> object:
        heard.append(sound.duration)  # type: ignore[attr-defined]
        return original(sound, *rest)

    monkeypatch.setattr(lengthen, "call", listening)
    parts = lengthening(SPEECH, 2.0)
    first = next(parts)
    # The first part is there after one chunk.
    assert len(heard) == 1
    assert first.duration > 1.5
    everything = [first, *parts]
    assert max(heard) <= 2.0
    time = SPEECH.start_time
    for part in everything:
        assert part.start_time == pytest.approx(time, abs=1e-9)
        time = part.end_time
    whole = lengthened(SPEECH, 2.0)
    assert np.array_equal(np.concatenate([part.samples for part in everything]), whole.samples)


def test_factor_one_changes_nothing() -> None:
    assert np.array_equal(lengthened(SPEECH, 1.0).samples, SPEECH.samples)


@pytest.mark.parametrize("seconds", [0.0005, 0.01, 0.05, 0.79, 1.81, 2.0, 2.7])
def test_any_length(seconds: float) -> None:
    part = SPEECH.part(2.0, 2.0 + seconds)
    slow = lengthened(part, 2.5)
    assert slow.n_samples == round(2.5 * part.n_samples)
    assert np.isfinite(slow.samples).all()


def test_silence_stays_silence() -> None:
    slow = lengthened(Audio(np.zeros(40000), 16000), 2.0)
    assert slow.n_samples == 80000
    assert not slow.samples.any()
    assert lengthened(Audio(np.empty(0), 16000), 2.0).n_samples == 0


def test_the_default_factor_is_that_of_the_settings() -> None:
    part = SPEECH.part(2.0, 3.0)
    assert lengthened(part, params=PlaybackParams(slow_factor=1.5)).n_samples == 24000


def test_impossible_settings_are_refused_at_once() -> None:
    with pytest.raises(InputError, match="from 1 to 3 times"):
        lengthening(SPEECH, 4.0)
    with pytest.raises(InputError, match="raise the ceiling"):
        lengthening(SPEECH, 2.0, PlaybackParams(floor=300.0, ceiling=200.0))
