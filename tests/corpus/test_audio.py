"""Audio: exact samples, exact stretches, one clock, and errors that name the remedy."""

from __future__ import annotations

import hashlib
import itertools
from pathlib import Path

import numpy as np
import parselmouth
import pytest
import soundfile
import soxr
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from w2vpraat.corpus.audio import Audio, audio_blocks, audio_info, file_hash, read_audio, resample
from w2vpraat.errors import AudioError


def noise(n: int, channels: int = 1, seed: int = 0) -> np.ndarray:
    values = 0.1 * np.random.default_rng(seed).standard_normal((n, channels))
    return values[:, 0] if channels == 1 else values


@pytest.fixture(scope="module")
def long_files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Twenty seconds of noise in five containers, 44.1 kHz (more than one decoding chunk)."""
    folder = tmp_path_factory.mktemp("sounds")
    made = {}
    for kind in ("wav", "flac", "ogg", "mp3", "aiff"):
        made[kind] = folder / f"x.{kind}"
        soundfile.write(made[kind], noise(44100 * 20 + 123), 44100)
    return made


@pytest.mark.parametrize("kind", ["wav", "flac", "aiff", "ogg", "mp3"])
def test_formats_whole(long_files: dict[str, Path], kind: str) -> None:
    info = audio_info(long_files[kind])
    assert (info.rate, info.n_samples, info.n_channels) == (44100, 882123, 1)
    assert info.duration == pytest.approx(882123 / 44100)
    audio = read_audio(long_files[kind])
    assert audio.samples.dtype == np.float32
    assert not audio.samples.flags.writeable
    expected, _ = soundfile.read(long_files[kind], dtype="float32")
    np.testing.assert_allclose(audio.samples, expected, atol=2e-7)
    if kind in ("wav", "flac", "aiff"):
        np.testing.assert_allclose(audio.samples, noise(882123), atol=2**-15)


@pytest.mark.parametrize("kind", ["wav", "flac", "aiff", "ogg", "mp3"])
@pytest.mark.parametrize("rate", [None, 16000, 48000])
def test_stretch_equals_whole(long_files: dict[str, Path], kind: str, rate: int | None) -> None:
    # libsndfile's own seeking is wrong for Ogg and MP3 by up to 0.4 at several of these places.
    whole = read_audio(long_files[kind], rate=rate)
    for start, end in [(0.0, 0.05), (0.731, 2.0), (1.000023, 1.1), (9.9, 12.34567), (19.99, 20.5)]:
        part = read_audio(long_files[kind], rate=rate, start=start, end=end)
        cut = whole.part(start, end)
        assert part.start_time == cut.start_time
        assert part.n_samples == cut.n_samples
        np.testing.assert_allclose(part.samples, cut.samples, atol=1e-6 if rate else 0)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    native=st.sampled_from([8000, 11025, 12000, 16000, 22051, 44100]),
    rate=st.sampled_from([8000, 16000, 10007, 44100]),
    start=st.floats(0, 1.9),
    length=st.floats(0.001, 2.0),
)
def test_stretch_property(tmp_path: Path, native: int, rate: int, start: float, length: float) -> None:
    path = tmp_path / f"{native}.wav"
    if not path.exists():
        soundfile.write(path, noise(2 * native + 17), native, subtype="FLOAT")
    whole = read_audio(path, rate=rate)
    part = read_audio(path, rate=rate, start=start, end=start + length)
    np.testing.assert_allclose(part.samples, whole.part(start, start + length).samples, atol=1e-6)


@pytest.mark.parametrize("cuts", [(0.0, 0.3, 0.7, 1.0), (0.0, 1 / 3, 0.50003, 0.9999, 1.5)])
def test_adjacent_stretches_partition(tmp_path: Path, cuts: tuple[float, ...]) -> None:
    path = tmp_path / "a.wav"
    soundfile.write(path, noise(16000), 16000)
    parts = [read_audio(path, start=a, end=b).samples for a, b in itertools.pairwise(cuts)]
    np.testing.assert_array_equal(np.concatenate(parts), read_audio(path).samples)


@pytest.mark.parametrize("kind", ["flac", "mp3"])
@pytest.mark.parametrize("rate", [None, 16000, 44101])
@pytest.mark.parametrize("seconds", [0.37, 5.0, 60.0])
def test_blocks_join_to_whole(
    long_files: dict[str, Path], kind: str, rate: int | None, seconds: float
) -> None:
    whole = read_audio(long_files[kind], rate=rate, start_time=3.0)
    blocks = list(audio_blocks(long_files[kind], seconds=seconds, rate=rate, start_time=3.0))
    np.testing.assert_allclose(np.concatenate([b.samples for b in blocks]), whole.samples, atol=1e-6)
    n = round(seconds * whole.rate)
    assert [b.n_samples for b in blocks[:-1]] == [n] * (len(blocks) - 1)
    for index, block in enumerate(blocks):
        assert block.start_time == pytest.approx(3.0 + index * n / whole.rate, abs=1e-12)


def test_blocks_overlap(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    soundfile.write(path, noise(16000 * 3), 16000)
    whole = read_audio(path)
    blocks = list(audio_blocks(path, seconds=1.0, overlap=0.25))
    assert [b.start_time for b in blocks] == [0.0, 0.75, 1.5, 2.25]
    for block in blocks:
        np.testing.assert_array_equal(block.samples, whole.part(block.start_time, block.end_time).samples)
    assert blocks[-1].end_time == 3.0
    # An end that the last full block reaches exactly adds no block of pure overlap.
    assert [b.start_time for b in audio_blocks(path, seconds=1.5, overlap=0.75)] == [0.0, 0.75, 1.5]
    with pytest.raises(AudioError, match="overlap must be shorter"):
        next(audio_blocks(path, seconds=1.0, overlap=1.0))


def test_resampled_sine_keeps_time_and_level(tmp_path: Path) -> None:
    path = tmp_path / "sine.wav"
    t = (np.arange(48000) + 0.5) / 48000
    soundfile.write(path, 0.5 * np.sin(2 * np.pi * 440 * t), 48000, subtype="FLOAT")
    for rate in (16000, 44100, 96000):
        audio = read_audio(path, rate=rate)
        middle = slice(audio.n_samples // 4, 3 * audio.n_samples // 4)
        times = np.arange(audio.n_samples) / rate
        shift = 0.5 / 48000  # soxr aligns the first samples, not their left edges
        np.testing.assert_allclose(
            audio.samples[middle], 0.5 * np.sin(2 * np.pi * 440 * (times + shift))[middle], atol=1e-5
        )


def test_resample_matches_soxr_and_file(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    soundfile.write(path, noise(44100), 44100, subtype="FLOAT")
    native = read_audio(path, start_time=2.5)
    again = resample(native, 16000)
    np.testing.assert_array_equal(again.samples, read_audio(path, rate=16000).samples)
    np.testing.assert_array_equal(again.samples, soxr.resample(native.samples, 44100, 16000, quality="VHQ"))
    assert (again.rate, again.start_time) == (16000, 2.5)
    assert resample(native, 44100) is native


def test_channels(tmp_path: Path) -> None:
    path = tmp_path / "stereo.wav"
    values = noise(5000, channels=2)
    soundfile.write(path, values, 8000, subtype="FLOAT")
    single = values.astype(np.float32)
    np.testing.assert_array_equal(read_audio(path, channel="1").samples, single[:, 0])
    np.testing.assert_array_equal(read_audio(path, channel=2).samples, single[:, 1])
    np.testing.assert_allclose(read_audio(path).samples, values.mean(axis=1), atol=1e-7)
    for wrong in ("3", "0", 0, "left", "-1"):
        with pytest.raises(AudioError, match=r"no channel .*1 to 2") as caught:
            read_audio(path, channel=wrong)
        assert caught.value.file == str(path)


def test_start_time_and_sample_clock_as_praat(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    soundfile.write(path, noise(1000), 8000)
    audio = read_audio(path, start_time=10.0)
    sound = parselmouth.Sound(str(path))
    np.testing.assert_allclose(audio.times() - 10.0, sound.xs(), atol=1e-12)
    np.testing.assert_allclose(audio.samples, sound.values[0], atol=1e-7)
    assert audio.end_time == pytest.approx(10.125)
    part = read_audio(path, start=10.05, end=10.1, start_time=10.0)
    extracted = sound.extract_part(0.05, 0.1)
    np.testing.assert_allclose(part.samples, extracted.values[0], atol=1e-7)
    assert part.times()[0] == pytest.approx(10.0500625)


def test_clipped_samples_are_counted_before_mixing(tmp_path: Path) -> None:
    path = tmp_path / "clip.wav"
    values = np.zeros((1000, 2), dtype=np.int16)
    values[10:15, 0] = 32767
    values[20:23, 0] = -32768
    values[30, 1] = 32766
    soundfile.write(path, values, 8000, subtype="PCM_16")
    assert read_audio(path).clipped == 8
    assert read_audio(path, channel=1, rate=16000).clipped == 8
    assert read_audio(path, channel=2).clipped == 0
    assert read_audio(path, start=11.5 / 8000, end=21 / 8000).clipped == 5
    assert sum(block.clipped for block in audio_blocks(path, seconds=0.01)) == 8
    soundfile.write(path, np.array([0.5, 1.0, -1.0, 0.999]), 8000, subtype="FLOAT")
    assert read_audio(path).clipped == 2


def test_broken_files_name_the_remedy(tmp_path: Path, long_files: dict[str, Path]) -> None:
    cases: dict[str, tuple[bytes | None, str]] = {
        "missing.wav": (None, "does not exist"),
        "empty.wav": (b"", "empty file"),
        "text.wav": (b"hello world " * 50, "not a sound file"),
        "bare.raw": (b"\0" * 1000, "not a sound file"),
        "half.flac": (long_files["flac"].read_bytes()[:800000], "can't be decoded"),
        "half.mp3": (long_files["mp3"].read_bytes()[:100000], "ends early"),
    }
    for name, (data, message) in cases.items():
        path = tmp_path / name
        if data is not None:
            path.write_bytes(data)
        with pytest.raises(AudioError, match=message) as caught:
            read_audio(path)
        assert caught.value.hint
        assert caught.value.file == str(path)
    with pytest.raises(AudioError, match="can't be read"):
        audio_info(tmp_path)
    soundfile.write(tmp_path / "none.wav", np.zeros(0), 16000)
    with pytest.raises(AudioError, match="no samples"):
        audio_info(tmp_path / "none.wav")
    soundfile.write(tmp_path / "nan.wav", np.array([0.0, np.nan, 0.0]), 16000, subtype="FLOAT")
    with pytest.raises(AudioError, match="not numbers"):
        read_audio(tmp_path / "nan.wav")


def test_impossible_requests(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    soundfile.write(path, noise(8000), 8000)
    with pytest.raises(AudioError, match=r"no sample between 2 and 3 s .*0 to 1 s"):
        read_audio(path, start=2.0, end=3.0)
    with pytest.raises(AudioError, match="no sample"):
        read_audio(path, start=0.5, end=0.5)
    with pytest.raises(AudioError, match="must be positive"):
        read_audio(path, rate=0)
    with pytest.raises(AudioError, match="no sample"):
        read_audio(path).part(1.0, 2.0)
    with pytest.raises(AudioError, match="mono"):
        Audio(np.zeros((2, 3), np.float32), 8000)
    with pytest.raises(AudioError, match="not possible"):
        Audio(np.zeros(3, np.float32), 0)


def test_file_hash(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(bytes(range(256)) * 9000)
    assert file_hash(path) == hashlib.sha256(path.read_bytes()).hexdigest()
    with pytest.raises(AudioError, match="can't be read"):
        file_hash(tmp_path / "none")


@pytest.mark.shared_data
def test_real_files_agree_with_praat(shared_data: Path) -> None:
    for name in ("textgrids/polyglotdb/fave_stereo.wav", "textgrids/phonlab/two_plus_two.wav"):
        sound = parselmouth.Sound(str(shared_data / name))
        info = audio_info(shared_data / name)
        assert (info.rate, info.n_samples) == (sound.sampling_frequency, sound.n_samples)
        for channel in range(1, sound.n_channels + 1):
            samples = read_audio(shared_data / name, channel=channel).samples
            np.testing.assert_allclose(samples, sound.values[channel - 1], atol=1e-7)
        np.testing.assert_allclose(
            read_audio(shared_data / name).samples, sound.convert_to_mono().values[0], atol=1e-7
        )
