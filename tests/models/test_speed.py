"""Timing a model, and what the cache holds before a run."""

from __future__ import annotations

import numpy as np
import pytest
import soundfile
from tiny_checkpoints import Checkpoints

from w2vpraat.models import EmbedJob, TokenSpan, embed_recordings, load_encoder
from w2vpraat.models.speed import Speed, available_devices, kept_recordings, measure_speed
from w2vpraat.params import EmbedParams
from w2vpraat.session.store import DiskFrameStore

CPU = EmbedParams(device="cpu", layers=(2,))


@pytest.fixture
def jobs(tmp_path):
    made = []
    for k in range(3):
        path = tmp_path / f"{k}.wav"
        noise = np.random.default_rng(k).normal(0.0, 0.1, 16000)
        soundfile.write(path, noise, 16000, subtype="FLOAT")
        made.append(EmbedJob(f"r{k}", path, (TokenSpan(f"r{k}#1.1", 0.2, 0.4),)))
    return made


def test_seconds_grow_with_sound_and_layers() -> None:
    speed = Speed(lowest=0.01, highest=0.05, layers=4)
    assert speed.seconds(100.0, 0) == pytest.approx(1.0)
    assert speed.seconds(100.0, 2) == pytest.approx(3.0)
    assert speed.seconds(100.0, 4) == pytest.approx(5.0)
    # A clock that ran backwards makes no layer cheaper than none.
    assert Speed(0.05, 0.01, 4).seconds(10.0, 4) == pytest.approx(0.5)


def test_a_model_is_timed(checkpoints: Checkpoints) -> None:
    encoder = load_encoder(str(checkpoints("w2v_group")), CPU)
    speed = measure_speed(encoder, seconds=1.0)
    assert encoder.n_passes == 3
    assert 0.0 < speed.lowest < 10.0
    assert 0.0 < speed.highest < 10.0
    assert speed.layers == encoder.record.layers


def test_the_cpu_is_always_there() -> None:
    assert available_devices()[-1] == "cpu"


def test_kept_recordings(checkpoints: Checkpoints, jobs, tmp_path) -> None:
    encoder = load_encoder(str(checkpoints("w2v_group")), CPU)
    store = DiskFrameStore(tmp_path / "cache")
    assert list(kept_recordings(jobs, encoder, CPU, store)) == [False, False, False]
    list(embed_recordings(jobs[:2], encoder, CPU, store))
    passes = encoder.n_passes
    assert list(kept_recordings(jobs, encoder, CPU, store)) == [True, True, False]
    assert encoder.n_passes == passes
    # Another layer, or another context, is not there.
    other = EmbedParams(device="cpu", layers=(3,))
    assert list(kept_recordings(jobs, encoder, other, store)) == [False, False, False]
    windows = EmbedParams(device="cpu", layers=(2,), context="windows")
    assert list(kept_recordings(jobs, encoder, windows, store)) == [False, False, False]
    jobs[0].audio_path.unlink()
    assert list(kept_recordings(jobs, encoder, CPU, store)) == [False, True, False]
