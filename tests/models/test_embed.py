"""Embedding recordings: invariance, contexts, the cache, bad files, clean stops."""

from __future__ import annotations

import json
import threading
from dataclasses import replace

import numpy as np
import pytest
import soundfile
import transformers

from w2vpraat.errors import AudioError, InputError, ModelError
from w2vpraat.models import Embedded, EmbedJob, Failure, TokenSpan, embed_recordings, load_encoder
from w2vpraat.params import EmbedParams
from w2vpraat.session.store import DiskFrameStore

RATE = 16000
CPU = EmbedParams(device="cpu", pooling="mean", layers=(1, 3))
SPANS = ((0.31, 0.42), (0.42, 0.60), (1.013, 1.020), (2.2, 2.9), (0.05, 3.1))


def _sound(path, seconds, seed=0, rate=RATE, channels=1):
    rng = np.random.default_rng(seed)
    n = int(seconds * rate)
    carrier = np.cumsum(rng.normal(size=(n, channels)), axis=0) % 40 - 20
    soundfile.write(path, (carrier * 0.01).astype(np.float32), rate, subtype="FLOAT")
    return path


def _tokens(spans=SPANS, shift=0.0, name=""):
    return tuple(TokenSpan(f"{name}#1.{k + 1}", a + shift, b + shift) for k, (a, b) in enumerate(spans))


@pytest.fixture
def jobs(tmp_path):
    made = []
    for k, seconds in enumerate((3.3, 4.1, 3.6)):
        path = _sound(tmp_path / f"{k}.wav", seconds, k)
        made.append(EmbedJob(f"r{k}", path, _tokens(name=f"r{k}")))
    return made


def _encoder(checkpoints, name, params=CPU):
    return load_encoder(str(checkpoints(name)), params)


def _vectors(events, layer=3):
    events = list(events)
    assert all(isinstance(event, Embedded) for event in events)
    return {
        token: row for event in events for token, row in zip(event.ids, event.vectors[layer], strict=True)
    }


def test_vectors_are_the_means_of_transformers_frames(checkpoints, jobs):
    import torch

    folder = checkpoints("w2v_group")
    model = transformers.AutoModel.from_pretrained(folder).eval()
    (event,) = embed_recordings(jobs[:1], _encoder(checkpoints, "w2v_group"), CPU)
    samples, _ = soundfile.read(jobs[0].audio_path, dtype="float32")
    values = (samples - samples.mean()) / np.sqrt(samples.var() + 1e-7)
    with torch.no_grad():
        states = model(torch.from_numpy(values)[None], output_hidden_states=True).hidden_states[1][0].numpy()
    centres = 0.0125 + 0.02 * np.arange(len(states))
    for k, (start, end) in enumerate(SPANS):
        own = (centres >= start) & (centres < end)
        if own.any():
            np.testing.assert_allclose(event.vectors[1][k], states[own].mean(0), atol=1e-5)
            assert event.n_frames[k] == own.sum()
            assert (event.frame_start[k], event.frame_end[k]) == tuple(np.flatnonzero(own)[[0, -1]])
    assert event.flags == ("", "", "nearest", "", "")
    assert event.frame_start[2] == event.frame_end[2] == 50
    assert (event.from_cache, event.name, event.ids[0]) == (False, "r0", "r0#1.1")


@pytest.mark.parametrize("context", ["utterance", "windows", "token"])
@pytest.mark.parametrize("name", ["w2v_group", "w2v_layer", "wavlm", "data2vec"])
def test_a_token_has_one_vector_alone_in_any_order_and_in_any_company(checkpoints, jobs, name, context):
    params = replace(CPU, context=context, context_seconds=0.5)
    encoder = _encoder(checkpoints, name, params)
    together = _vectors(embed_recordings(jobs, encoder, params))
    assert len(together) == 15
    backwards = [replace(job, tokens=job.tokens[::-1]) for job in jobs[::-1]]
    alone = [
        EmbedJob(f"{job.name}-{token.id}", job.audio_path, (token,)) for job in jobs for token in job.tokens
    ]
    scale = np.std([*together.values()])
    for other in (backwards, alone[::-1]):
        for token, vector in _vectors(embed_recordings(other, encoder, params)).items():
            np.testing.assert_allclose(vector, together[token], atol=1e-5 * scale)


def test_times_are_on_the_clock_of_the_recording(checkpoints, jobs):
    encoder = _encoder(checkpoints, "w2v_layer")
    moved = [replace(job, start_time=10.0, tokens=_tokens(shift=10.0, name=job.name)) for job in jobs]
    plain, shifted = (
        _vectors(embed_recordings(jobs, encoder, CPU)),
        _vectors(embed_recordings(moved, encoder, CPU)),
    )
    for token in plain:
        np.testing.assert_allclose(shifted[token], plain[token], atol=1e-6)


def test_other_rates_and_channels_are_brought_to_the_model(checkpoints, tmp_path):
    encoder = _encoder(checkpoints, "w2v_layer")
    stereo = _sound(tmp_path / "s.wav", 1.5, 3, rate=44100, channels=2)
    (event,) = embed_recordings([EmbedJob("s", stereo, _tokens([(0.2, 1.2)]), channel=2)], encoder, CPU)
    assert event.n_frames.tolist() == [50]
    both, _ = soundfile.read(stereo, dtype="float32")
    soundfile.write(tmp_path / "m.wav", both[:, 1], 44100, subtype="FLOAT")
    (mono,) = embed_recordings([EmbedJob("m", tmp_path / "m.wav", _tokens([(0.2, 1.2)]))], encoder, CPU)
    np.testing.assert_array_equal(event.vectors[3], mono.vectors[3])


def test_windows_encode_only_tiles_with_tokens_and_say_so(checkpoints, tmp_path):
    path = _sound(tmp_path / "long.wav", 41.0)
    job = EmbedJob("long", path, _tokens([(1.0, 1.2), (3.9, 4.1), (30.0, 30.3), (40.8, 40.9)]))
    params = replace(CPU, context="windows", context_seconds=1.0)
    encoder = _encoder(checkpoints, "w2v_layer", params)
    (event,) = embed_recordings([job], encoder, params)
    assert encoder.n_passes == 4  # tiles of 4 s: 0, 1, 7 and 10
    assert event.frame_start.tolist() == [50, 195, 1500, 2040]
    assert "tiles of 4 s" in event.provenance["context"]
    assert "1 s of context on each side" in event.provenance["context"]
    # The vector is that of the stretch [27 s, 33 s) in the normalized whole.
    whole = encoder.prepare(soundfile.read(path, dtype="float32")[0])
    states = encoder.load().states(whole, 1350, 1650, [3])[3]
    np.testing.assert_allclose(event.vectors[3][2], states[150:165].mean(0), atol=1e-6)


def test_the_cutout_context_equals_the_model_on_the_cutout(checkpoints, jobs):
    params = replace(CPU, context="token")
    encoder = _encoder(checkpoints, "w2v_group", params)
    (event,) = embed_recordings(jobs[:1], encoder, params)
    samples, _ = soundfile.read(jobs[0].audio_path, dtype="float32")
    for k, (start, end) in enumerate(SPANS):
        if end - start > 0.03:
            cut = samples[round(start * RATE) : round(end * RATE)]
            frames = encoder.encode(cut, [3])[3]
            np.testing.assert_allclose(event.vectors[3][k], frames.mean(0), atol=1e-6)
            assert (event.n_frames[k], event.frame_start[k]) == (len(frames), 0)
    assert event.flags == ("", "", "widened", "", "")
    assert "not comparable" in event.provenance["context"]
    strict = replace(params, no_frame="missing")
    (event,) = embed_recordings(jobs[:1], _encoder(checkpoints, "w2v_group", strict), strict)
    assert event.flags[2] == "missing"
    assert np.isnan(event.vectors[3][2]).all()
    assert (event.n_frames[2], event.frame_start[2], event.frame_end[2]) == (0, -1, -1)


@pytest.mark.parametrize("context", ["utterance", "windows", "token"])
@pytest.mark.parametrize("pooling", ["mean", "middle", "centre", "overlap", "thirds", "frames"])
def test_every_pooling_in_every_context(checkpoints, jobs, context, pooling):
    params = replace(CPU, context=context, pooling=pooling, context_seconds=0.3, layers=(2,))
    (event,) = embed_recordings(jobs[:1], _encoder(checkpoints, "w2v_layer", params), params)
    vectors = event.vectors[2]
    assert vectors.shape == (len(event.ids), 72 if pooling == "thirds" else 24)
    assert np.isfinite(vectors).all()
    assert len(set(event.ids)) == len(event.ids) == len(event.flags) == len(event.n_frames)
    if pooling == "frames":
        assert event.ids[:2] == ("r0#1.1@1", "r0#1.1@2")
        assert (event.frame_start == event.frame_end).all()
    assert event.provenance["frame_rule"] == ("overlap" if pooling == "overlap" else "centre")


@pytest.mark.parametrize("context", ["utterance", "windows"])
def test_a_second_run_needs_no_forward_pass(checkpoints, jobs, tmp_path, context):
    params = replace(CPU, context=context, context_seconds=0.5)
    store = DiskFrameStore(tmp_path / "cache")
    first = _encoder(checkpoints, "w2v_group", params)
    want = _vectors(embed_recordings(jobs, first, params, store))
    assert first.n_passes > 0
    # Other pooling, another tier, moved boundaries, fewer layers: all from the cache.
    again = load_encoder(str(checkpoints("w2v_group")), params, lazy=True)
    events = list(embed_recordings(jobs, again, params, store))
    assert all(event.from_cache for event in events)
    for token, vector in _vectors(events).items():
        np.testing.assert_array_equal(vector, want[token])
    moved = [replace(job, tokens=_tokens([(0.3, 0.43), (2.0, 2.8)])) for job in jobs]
    for changed in (
        {"pooling": "thirds"},
        {"frame_rule": "overlap"},
        {"layers": (3,)},
        {"no_frame": "missing"},
    ):
        events = list(embed_recordings(moved, again, replace(params, **changed), store))
        assert all(isinstance(event, Embedded) and event.from_cache for event in events)
    assert (again.n_passes, again.loaded) == (0, False)


def test_what_changes_frames_misses_the_cache(checkpoints, jobs, tmp_path):
    store = DiskFrameStore(tmp_path / "cache")

    def passes(name="w2v_layer", job=jobs[0], **changes):
        params = replace(CPU, layers=(2,), **changes)
        encoder = _encoder(checkpoints, name, params)
        (event,) = embed_recordings([job], encoder, params, store)
        assert event.from_cache is (encoder.n_passes == 0)
        return encoder.n_passes

    assert passes() == 1
    assert passes() == 0
    assert passes(precision="bfloat16") == 1
    assert passes(max_seconds=2.5, overlap_seconds=1.0) == 2
    assert passes(name="w2v_group") == 1
    assert passes(job=replace(jobs[0], channel=1)) == 1
    assert passes(context="windows", context_seconds=0.5) == 1
    assert passes(context="windows", context_seconds=0.7) == 1
    assert passes(context="token") == 5
    assert passes(context="token") == 5
    assert passes(cache=False) == 1
    _sound(jobs[0].audio_path, 3.4, seed=9)
    assert passes() == 1


def test_a_damaged_cache_is_computed_again(checkpoints, jobs, tmp_path):
    store = DiskFrameStore(tmp_path / "cache")
    encoder = _encoder(checkpoints, "w2v_layer")
    want = _vectors(embed_recordings(jobs[:1], encoder, CPU, store))
    for path in (tmp_path / "cache").rglob("*.frames"):
        path.write_bytes(path.read_bytes()[:-4])
    for token, vector in _vectors(embed_recordings(jobs[:1], encoder, CPU, store)).items():
        np.testing.assert_array_equal(vector, want[token])


def test_bad_files_do_not_stop_the_others(checkpoints, jobs, tmp_path):
    (tmp_path / "text.wav").write_text("this is no sound")
    short = _sound(tmp_path / "short.wav", 0.01)
    bad = [
        EmbedJob("gone", tmp_path / "gone.wav", _tokens()),
        EmbedJob("text", tmp_path / "text.wav", _tokens()),
        EmbedJob("short", short, _tokens()),
        EmbedJob("turned", jobs[0].audio_path, (TokenSpan("x", 2.0, 1.0),)),
    ]
    events = list(
        embed_recordings([bad[0], jobs[0], *bad[1:], jobs[1]], _encoder(checkpoints, "w2v_group"), CPU)
    )
    assert [type(event) for event in events] == [Failure, Embedded, Failure, Failure, Failure, Embedded]
    assert [event.name for event in events] == ["gone", "r0", "text", "short", "turned", "r1"]
    assert isinstance(events[3].error, AudioError)
    assert "too short" in str(events[3].error)
    assert isinstance(events[4].error, InputError)


def test_tokens_outside_the_recording_and_no_tokens(checkpoints, jobs):
    encoder = _encoder(checkpoints, "w2v_group")
    outside = replace(jobs[0], tokens=_tokens([(0.5, 0.6), (7.0, 7.2)]))
    for context in ("utterance", "windows", "token"):
        params = replace(CPU, context=context)
        events = list(embed_recordings([outside, replace(jobs[1], tokens=())], encoder, params))
        assert events[0].flags == ("", "outside")
        assert np.isnan(events[0].vectors[3]).all(axis=1).tolist() == [False, True]
        assert events[0].n_frames[1] == 0
        assert events[1].vectors[3].shape == (0, 24)
    assert encoder.n_passes == 3


def test_jobs_are_taken_one_ahead_and_a_stop_is_clean(checkpoints, jobs):
    taken = []

    def source():
        for k in range(100):
            taken.append(k)
            yield replace(jobs[k % 3], name=str(k))

    events = embed_recordings(source(), _encoder(checkpoints, "w2v_group"), CPU)
    assert taken == []
    assert next(events).name == "0"
    assert taken == [0, 1]
    assert next(events).name == "1"
    events.close()
    assert taken == [0, 1, 2]
    assert not [t for t in threading.enumerate() if t.name.startswith("w2vpraat-read")]


def test_a_model_that_cannot_be_loaded_ends_the_run(checkpoints, jobs, tmp_path):
    checkpoints.save("w2v_group", tmp_path / "x")
    encoder = load_encoder(str(tmp_path / "x"), CPU, lazy=True)
    path = tmp_path / "x" / "model.safetensors"
    path.write_bytes(path.read_bytes()[:-50])
    with pytest.raises(ModelError, match="can't be loaded"):
        list(embed_recordings(jobs, encoder, CPU))


def test_contradicting_parameters_are_refused_at_once(checkpoints, jobs):
    encoder = _encoder(checkpoints, "w2v_group")
    for changed in ({"precision": "bfloat16"}, {"max_seconds": 30.0}):
        with pytest.raises(InputError, match="the encoder was loaded with"):
            embed_recordings(jobs, encoder, replace(CPU, **changed))
    with pytest.raises(ModelError, match="no layer 4"):
        embed_recordings(jobs, encoder, replace(CPU, layers=(4,)))
    with pytest.raises(InputError, match="longer than max_seconds"):
        embed_recordings(jobs, encoder, replace(CPU, context="windows", context_seconds=29.0))


def test_the_provenance_is_plain_and_complete(checkpoints, jobs):
    (event,) = embed_recordings(jobs[:1], _encoder(checkpoints, "w2v_layer"), CPU)
    found = json.loads(json.dumps(dict(event.provenance)))
    for name in ("weights_sha256", "layers", "pooling", "frame_rule", "context", "audio_sha256", "precision"):
        assert found[name]
    assert "whole recording up to" in found["context"]


@pytest.mark.shared_data
def test_real_speech_of_several_lengths(checkpoints, shared_data):
    files = sorted((shared_data / "librispeech").rglob("*.flac"))[:4]
    many = [EmbedJob(path.stem, path, _tokens([(0.5, 0.6), (1.1, 1.3)], name=path.stem)) for path in files]
    encoder = _encoder(checkpoints, "hubert")
    together = _vectors(embed_recordings(many, encoder, CPU))
    for job in many[::-1]:
        for token, vector in _vectors(embed_recordings([job], encoder, CPU)).items():
            np.testing.assert_array_equal(vector, together[token])
