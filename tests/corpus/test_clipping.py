"""Clipped sound is found whatever was done to it sample by sample; clean sound is left in peace."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from w2vpraat.corpus.audio import Audio, read_audio
from w2vpraat.corpus.clipping import Clipping, find_clipping, recording_clipping
from w2vpraat.errors import AudioError
from w2vpraat.resources import sample_corpus

RATE = 16000


def speech(name: str = "gb_f_alice.flac") -> np.ndarray:
    """Five seconds of bundled speech, peak at 1."""
    samples = read_audio(sample_corpus() / name, end=5.0).samples.astype(float)
    return samples / np.abs(samples).max()


def integers(samples, bits: int = 16) -> np.ndarray:
    top = 2.0 ** (bits - 1)
    return np.clip(np.round(samples * top), -top, top - 1) / top


def found(samples, rate: int = RATE, start_time: float = 0.0) -> Clipping:
    return find_clipping(Audio(np.asarray(samples, dtype=np.float32), rate, start_time))


def clipped_speech(share: float) -> np.ndarray:
    """Speech of which this share lies beyond full scale."""
    samples = speech()
    return np.clip(samples / np.quantile(np.abs(samples), 1.0 - share), -1.0, 1.0)


def test_every_clipped_sample_of_a_sine_is_counted():
    time = np.arange(RATE) / RATE
    sine = integers(0.75 * np.sin(2 * np.pi * 211.0 * time))
    cut = np.clip(sine, -0.5, 0.5)
    result = found(cut)
    differences = np.abs(np.diff(cut))
    # Also those few that end less than 4.5 steps below: they can't be told from the others.
    below = 4.5 * differences[differences > 0.0].min()
    assert result.n_clipped == int((np.abs(sine) >= 0.5 - below).sum())
    assert result.n_clipped - int((np.abs(sine) >= 0.5).sum()) < 10
    assert result.limits == (-0.5, 0.5)
    assert result.share == pytest.approx(1.0 - 2.0 * np.arcsin(1 / 1.5) / np.pi, abs=0.005)
    # Half waves of 2.4 ms: their flat tops lie closer than the gap that makes another stretch.
    assert len(result.spans) == 1


def test_stretches_are_where_the_signal_was_cut():
    quiet = 0.05 * np.sin(2 * np.pi * 150.0 * np.arange(RATE) / RATE)
    loud = quiet.copy()
    loud[4000:4400] *= 30.0
    loud[9000:9100] *= 30.0
    result = found(integers(np.clip(loud, -0.9, 0.9)), start_time=10.0)
    assert len(result.spans) == 2
    (first, last), (again, end) = result.spans
    assert 10.25 <= first < 10.254
    assert 10.27 < last <= 10.275
    assert 10.5625 <= again < end <= 10.5625 + 100 / RATE
    assert result.touches(10.26, 10.265)
    assert result.touches(10.0, 10.26)
    assert not result.touches(10.3, 10.5)
    assert not result.touches(last, again)


TREATMENTS = {
    "16 bits": integers,
    "24 bits": lambda samples: integers(samples, 24),
    "float": lambda samples: samples,
    "made quieter": lambda samples: integers(0.613 * integers(samples)),
    "offset": lambda samples: integers(0.5 * samples + 0.1),
    "dithered": lambda samples: integers(
        0.9 * samples + np.random.default_rng(0).triangular(-1, 0, 1, len(samples)) / 2**15
    ),
    "upside down": lambda samples: -samples,
    "8 bits": lambda samples: integers(samples, 8),
}


@pytest.mark.parametrize("treatment", TREATMENTS)
@pytest.mark.parametrize("share", [0.03, 0.003])
def test_clipped_speech_is_found(treatment, share):
    result = found(TREATMENTS[treatment](clipped_speech(share)), 24000)
    assert result.share == pytest.approx(share, rel=0.25)
    assert sum(end - start for start, end in result.spans) >= result.n_clipped / 24000


@pytest.mark.parametrize("treatment", TREATMENTS)
def test_clean_speech_is_not_clipped_whatever_its_peak(treatment):
    for peak in (1.0, 0.3, 0.01):
        assert found(TREATMENTS[treatment](peak * speech()), 24000) == Clipping(len(speech()))


def test_one_polarity():
    samples = np.clip(speech(), -1.0, 0.5)
    result = found(integers(samples))
    assert result.limits == (0.5,)
    # A few peaks end less than five steps below the limit; they can't be told from clipped ones.
    assert result.n_clipped == int((integers(samples) >= 0.5 - 4.5 / 2**15).sum())


def test_a_click_may_be_louder_than_the_limit():
    samples = integers(0.6 * clipped_speech(0.01))
    samples[1234] = 0.95
    result = found(samples)
    assert result.limits == pytest.approx((-0.6, 0.6), abs=1e-4)
    assert result.share == pytest.approx(0.01, rel=0.2)


@pytest.mark.parametrize("frequency", [50.0, 100.0, 206.0, 440.0, 3000.0])
@pytest.mark.parametrize("rate", [16000, 44100, 48000, 96000])
def test_tones_are_round(frequency, rate):
    tone = np.sin(2 * np.pi * frequency * np.arange(rate) / rate)
    for peak in (1.0, 0.6, 0.03):
        assert found(integers(peak * tone), rate).n_clipped == 0


@pytest.mark.parametrize(
    "samples",
    [[0.5], [0.0] * 100, [1.0] * 100, [0.1, 0.9], [1.0] * 50 + [0.0] * 50, [0.0] * 50 + [-1.0] * 50],
)
def test_nothing_can_be_said_of_so_little(samples):
    # A stretch that the file cuts off may be anything.
    assert found(samples).n_clipped == 0


def test_files_and_their_channels(tmp_path: Path):
    clean, bad = integers(0.5 * speech()), integers(clipped_speech(0.01))
    path = tmp_path / "two.wav"
    soundfile.write(path, np.column_stack([clean, bad]), 24000, subtype="PCM_16")
    # The mean of both channels has no flat tops; each is looked at by itself.
    assert find_clipping(read_audio(path)).n_clipped == 0
    both = recording_clipping(path, start_time=3.0)
    alone = recording_clipping(path, channel=2, start_time=3.0)
    assert recording_clipping(path, channel=1).n_clipped == 0
    assert both.n_clipped == alone.n_clipped > 0
    assert both.n_samples == 2 * alone.n_samples
    assert both.spans == alone.spans
    assert both.spans[0][0] >= 3.0
    assert both.limits == alone.limits
    with pytest.raises(AudioError, match="no channel"):
        recording_clipping(path, channel=3)
    with pytest.raises(AudioError, match="does not exist"):
        recording_clipping(tmp_path / "none.wav")


def test_stretches_of_both_channels_are_one(tmp_path: Path):
    time = np.arange(RATE) / RATE
    tone = np.sin(2 * np.pi * 211.0 * time)
    halves = np.column_stack([np.where(time < 0.6, 3.0, 0.9) * tone, np.where(time > 0.4, 3.0, 0.9) * tone])
    soundfile.write(tmp_path / "halves.wav", np.clip(halves, -0.99, 0.99), RATE, subtype="PCM_16")
    ((start, end),) = recording_clipping(tmp_path / "halves.wav").spans
    assert start < 0.005
    assert end > 0.995


@pytest.mark.shared_data
def test_no_false_alarm_in_real_speech(shared_data: Path):
    emodb = sorted((shared_data / "emodb").rglob("*.flac"))
    librispeech = sorted((shared_data / "librispeech" / "test-other").rglob("*.flac"))
    assert (len(emodb), len(librispeech)) == (535, 100)
    assert [path.name for path in emodb + librispeech if recording_clipping(path).n_clipped] == []
    # A fifth of EmoDB's files touch full scale with a sample or two, since they were normalized to it.
    assert sum(read_audio(path).clipped > 0 for path in emodb) > 90


@pytest.mark.shared_data
def test_real_speech_that_is_clipped_is_found(shared_data: Path):
    files = sorted((shared_data / "emodb").rglob("*.flac"))[::12]
    files += sorted((shared_data / "librispeech" / "test-other").rglob("*.flac"))[::4]
    shares = []
    for path in files:
        samples = read_audio(path).samples.astype(float)
        level = np.quantile(np.abs(samples), 0.999)
        shares.append(found(integers(np.clip(samples / level, -1.0, 1.0))).share)
    # 20 ms of a 20 s recording: found in 19 of 20, and measured well.
    assert np.mean(np.array(shares) > 0.0) > 0.95
    assert np.median(shares) == pytest.approx(0.001, rel=0.1)
