"""Encoders against transformers' own output, and the invariances that make vectors trustworthy."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
import torch
import transformers
from tiny_checkpoints import CHECKPOINTS

from w2vpraat.errors import AudioError, InputError, ModelError
from w2vpraat.models.catalogue import read_record
from w2vpraat.models.convolution import window_statistics
from w2vpraat.models.encoder import Encoder, load_encoder
from w2vpraat.params import EmbedParams

CPU = EmbedParams(device="cpu")
RATE = 16000


def _speechlike(seconds, seed=0):
    rng = np.random.default_rng(seed)
    n = int(seconds * RATE)
    carrier = np.cumsum(rng.normal(size=n)) % 40 - 20
    return (carrier * np.hanning(n) * 0.01 + rng.normal(size=n) * 0.003 + 0.02).astype(np.float32)


def _reference(folder, samples, dtype=torch.float32):
    """Hidden states as a user's own script gets them, the top one from last_hidden_state."""
    model = transformers.AutoModel.from_pretrained(folder).eval().to(dtype)
    extractor = transformers.Wav2Vec2FeatureExtractor.from_pretrained(folder)
    values = extractor(samples, sampling_rate=RATE, return_tensors="pt").input_values
    with torch.no_grad():
        out = model(values.to(dtype), output_hidden_states=True)
    states = [*out.hidden_states[:-1], out.last_hidden_state]
    return [s[0].float().cpu().numpy() for s in states]


@pytest.mark.parametrize("name", CHECKPOINTS)
def test_all_layers_equal_transformers(checkpoints, name):
    folder = checkpoints(name)
    samples = _speechlike(1.73)
    want = _reference(folder, samples)
    encoder = load_encoder(str(folder), CPU)
    got = encoder.encode(samples, range(encoder.record.layers + 1))
    assert got.n_frames == encoder.clock.n_frames(len(samples)) == len(want[0])
    for layer, reference in enumerate(want):
        assert got[layer].dtype == np.float32
        np.testing.assert_allclose(got[layer], reference, atol=2e-5 * reference.std() + 1e-6)


@pytest.mark.parametrize("name", ["w2v_group", "w2v_layer", "wavlm_large", "conformer"])
def test_one_layer_alone_equals_the_same_layer_among_all(checkpoints, name):
    encoder = load_encoder(str(checkpoints(name)), CPU)
    samples = _speechlike(1.1)
    everything = encoder.encode(samples, range(4))
    for layer in (2, 0, 3, 1):
        np.testing.assert_array_equal(encoder.encode(samples, [layer])[layer], everything[layer])


def test_no_layer_above_the_highest_is_computed(checkpoints):
    encoder = load_encoder(str(checkpoints("w2v_layer")), CPU)
    ran = []
    for k, layer in enumerate(encoder.load()._layers):
        layer.register_forward_hook(lambda *_, k=k: ran.append(k + 1))
    encoder.encode(_speechlike(0.5), [2, 0])
    assert ran == [1, 2]
    ran.clear()
    encoder.encode(_speechlike(0.5), [0])
    assert ran == []


def test_the_inner_states_of_pre_norm_models_are_not_normed_but_the_top_is(checkpoints):
    encoder = load_encoder(str(checkpoints("w2v_layer")), CPU)
    network = encoder.load()
    got = encoder.encode(_speechlike(1.0), [2, 3])
    norm = network._encoder.layer_norm
    top = (got[3] - norm.bias.numpy()) / norm.weight.numpy()
    np.testing.assert_allclose(top.mean(axis=1), 0, atol=1e-4)
    assert np.abs(got[2].mean(axis=1)).max() > 1e-3


@pytest.mark.parametrize("name", ["w2v_group", "w2v_layer", "wavlm", "data2vec"])
def test_the_same_recording_gives_the_same_frames_alone_in_any_order_and_twice(checkpoints, name):
    encoder = load_encoder(str(checkpoints(name)), CPU)
    sounds = [_speechlike(seconds, seed) for seed, seconds in enumerate((0.4, 2.3, 1.1))]
    alone = [load_encoder(str(checkpoints(name)), CPU).encode(sound)[2] for sound in sounds]
    for order in ((0, 1, 2), (2, 1, 0), (1, 1, 0, 2)):
        for k in order:
            np.testing.assert_array_equal(encoder.encode(sounds[k])[2], alone[k])


@pytest.mark.parametrize("do_normalize", [True, False])
def test_the_feature_extractors_settings_are_obeyed(checkpoints, tmp_path, do_normalize):
    checkpoints.save("w2v_group", tmp_path / "x", do_normalize=do_normalize, feat_extract_norm="layer")
    encoder = load_encoder(str(tmp_path / "x"), CPU)
    samples = _speechlike(0.8)
    got, louder = encoder.encode(samples)[2], encoder.encode(samples * 7)[2]
    np.testing.assert_allclose(got, _reference(tmp_path / "x", samples)[2], atol=2e-5)
    assert np.allclose(got, louder, atol=1e-3) is do_normalize


def test_group_norm_statistics_follow_from_the_windows_of_the_signal():
    samples = _speechlike(0.9)
    rng = np.random.default_rng(5)
    conv = rng.normal(size=(4, 10))
    windows = np.array([samples[i : i + 10] for i in range(0, len(samples) - 9, 5)], np.float64)
    out = windows @ conv.T
    mean, covariance = window_statistics(samples, 10, 5)
    np.testing.assert_allclose(conv @ mean, out.mean(0), rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(np.einsum("ik,kl,il->i", conv, covariance, conv), out.var(0), rtol=1e-6)


@pytest.mark.parametrize("name", ["w2v_group", "w2v_layer"])
def test_stretches_hear_the_statistics_of_the_whole_recording(checkpoints, name):
    """The features of a stretch are those of the whole, even with group norm."""
    encoder = load_encoder(str(checkpoints(name)), CPU)
    samples = _speechlike(2.0)
    front = encoder.load()._front_end
    whole = encoder.prepare(samples)
    features = front.features(whole.samples, whole.first_layer)
    begin, end = encoder.clock.samples(30, 60)
    part = front.features(whole.samples[begin:end], whole.first_layer)
    np.testing.assert_allclose(part, features[30:60], atol=1e-5)


def test_long_recordings_are_cut_into_overlapping_windows(checkpoints):
    """Long files: right values where nothing is cut, one grid, small change elsewhere, all stated."""
    folder = str(checkpoints("w2v_layer"))
    samples = _speechlike(9.0)
    whole = load_encoder(folder, CPU).encode(samples)
    encoder = load_encoder(folder, replace(CPU, max_seconds=4.0, overlap_seconds=2.0))
    cut = encoder.encode(samples)
    assert cut.n_frames == whole.n_frames == 449
    assert [(w.first, w.stop) for w in cut.windows] == [(0, 199), (100, 299), (200, 399), (250, 449)]
    assert (len(whole.windows), encoder.n_passes) == (1, 4)
    assert "windows of 3.98 s that overlap by 1.98 s" in encoder.window_rule
    centred = whole[2] - whole[2].mean(0)
    cosine = (centred * (cut[2] - whole[2].mean(0))).sum(1) / (
        np.linalg.norm(centred, axis=1) * np.linalg.norm(cut[2] - whole[2].mean(0), axis=1)
    )
    assert np.median(cosine) > 0.95
    # One window of the plan equals transformers on that stretch of the normalized whole.
    normed = (samples - samples.mean()) / np.sqrt(samples.var() + 1e-7)
    begin, end = encoder.clock.samples(100, 299)
    model = transformers.AutoModel.from_pretrained(folder).eval()
    with torch.no_grad():
        reference = model(torch.from_numpy(normed[begin:end])[None], output_hidden_states=True).hidden_states[
            2
        ][0]
    keep = cut.windows[1]
    np.testing.assert_allclose(
        cut[2][keep.keep_first : keep.keep_stop],
        reference[keep.keep_first - 100 : keep.keep_stop - 100],
        atol=2e-5,
    )


def test_impossible_window_settings_are_refused(checkpoints):
    with pytest.raises(InputError, match="more than half"):
        load_encoder(str(checkpoints("w2v_group")), replace(CPU, max_seconds=4.0, overlap_seconds=3.0))


def test_fine_tuned_checkpoints_load_into_the_bare_model(checkpoints):
    encoder = load_encoder(str(checkpoints("w2v_ctc")), CPU)
    assert encoder.provenance["unused_weights"] == ["lm_head.bias", "lm_head.weight"]
    assert encoder.provenance["missing_weights"] == []


def _rewrite(source, target, change):
    from safetensors.torch import load_file, save_file

    target.mkdir()
    for name in ("config.json", "preprocessor_config.json"):
        (target / name).write_bytes((source / name).read_bytes())
    save_file(change(load_file(source / "model.safetensors")), target / "model.safetensors", {"format": "pt"})


def test_a_checkpoint_that_leaves_weights_random_is_refused(checkpoints, tmp_path):
    source = checkpoints("w2v_group")
    _rewrite(
        source, tmp_path / "a", lambda w: {k: v for k, v in w.items() if "layers.1.attention.k" not in k}
    )
    with pytest.raises(ModelError, match=r"2 weights .* random: encoder\.layers\.1\.attention\.k_proj"):
        load_encoder(str(tmp_path / "a"), CPU)
    _rewrite(source, tmp_path / "b", lambda w: {f"model.{k}": v for k, v in w.items()})
    with pytest.raises(ModelError, match="random"):
        load_encoder(str(tmp_path / "b"), CPU)
    config = json.loads((source / "config.json").read_text())
    _rewrite(source, tmp_path / "c", dict)
    (tmp_path / "c" / "config.json").write_text(json.dumps(config | {"intermediate_size": 50}))
    with pytest.raises(ModelError):
        load_encoder(str(tmp_path / "c"), CPU)


def test_a_missing_mask_vector_does_not_matter(checkpoints, tmp_path):
    _rewrite(
        checkpoints("w2v_group"), tmp_path / "a", lambda w: {k: v for k, v in w.items() if "masked" not in k}
    )
    encoder = load_encoder(str(tmp_path / "a"), CPU)
    assert encoder.provenance["missing_weights"] == ["masked_spec_embed"]


def test_pickled_weights_are_refused_unless_allowed(checkpoints, tmp_path):
    source = checkpoints("w2v_layer")
    model = transformers.AutoModel.from_pretrained(source)
    folder = tmp_path / "pickled"
    folder.mkdir()
    for name in ("config.json", "preprocessor_config.json"):
        (folder / name).write_bytes((source / name).read_bytes())
    torch.save(model.state_dict(), folder / "pytorch_model.bin")
    with pytest.raises(ModelError, match="pickle"):
        load_encoder(str(folder), CPU)
    samples = _speechlike(0.5)
    trusted = load_encoder(str(folder), replace(CPU, allow_pickle=True)).encode(samples)[2]
    np.testing.assert_array_equal(trusted, load_encoder(str(source), CPU).encode(samples)[2])


def test_damaged_weights_are_named(checkpoints, tmp_path):
    _rewrite(checkpoints("w2v_layer"), tmp_path / "a", dict)
    path = tmp_path / "a" / "model.safetensors"
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(ModelError, match="can't be loaded") as caught:
        load_encoder(str(tmp_path / "a"), CPU)
    assert caught.value.file == str(tmp_path / "a")


@pytest.mark.parametrize("device", ["cpu", "cuda", "mps"])
@pytest.mark.parametrize("name", ["w2v_group", "w2v_layer", "wavlm"])
def test_every_device_agrees_with_the_processor(checkpoints, name, device):
    """CUDA and MPS where they are; elsewhere the refusal."""
    folder = checkpoints(name)
    params = EmbedParams(device=device)
    here = {"cpu": True, "cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}[device]
    if not here:
        for lazy in (False, True):
            with pytest.raises(ModelError, match=f"the device {device} is not available"):
                load_encoder(str(folder), params, lazy=lazy)
        return
    samples = _speechlike(1.2)
    got = load_encoder(str(folder), params).encode(samples)[2]
    np.testing.assert_allclose(got, _reference(folder, samples)[2], atol=1e-4)


@pytest.mark.parametrize("precision", ["bfloat16", "float16"])
@pytest.mark.parametrize("name", ["w2v_group", "w2v_layer", "wavlm", "data2vec", "conformer", "hubert_25hz"])
def test_low_precision_is_no_worse_than_transformers_own(checkpoints, name, precision):
    folder = checkpoints(name)
    samples = _speechlike(1.2)
    full = _reference(folder, samples)
    theirs = _reference(folder, samples, dtype=getattr(torch, precision))
    encoder = load_encoder(str(folder), replace(CPU, precision=precision))
    ours = encoder.encode(samples, range(4))
    assert (encoder.precision, encoder.precision_reason) == (precision, "asked for")
    for layer in range(4):
        error = np.abs(ours[layer] - full[layer]).mean()
        assert 0 < error < 1.1 * np.abs(theirs[layer] - full[layer]).mean() + 1e-4


def test_the_provenance_says_what_was_decided(checkpoints):
    encoder = load_encoder(str(checkpoints("w2v_layer")), EmbedParams())
    found = encoder.provenance
    assert found["precision"] == "float32"
    assert "auto" in found["precision_reason"]
    assert found["device"] == encoder.device
    assert found["device_reason"].startswith("auto: ")
    assert found["weights_sha256"] == encoder.weight_hash
    assert found["versions"]["transformers"] == transformers.__version__
    assert json.loads(json.dumps(found)) == found


def test_layers_are_checked(checkpoints):
    encoder = load_encoder(str(checkpoints("w2v_group")), CPU)
    assert encoder.layers() == (2,)
    assert encoder.layers([3, 0, 3]) == (3, 0)
    for wrong in (4, -1):
        with pytest.raises(ModelError, match=f"no layer {wrong}"):
            encoder.encode(_speechlike(0.5), [wrong])


def test_sound_that_no_frame_fits_is_refused(checkpoints):
    encoder = load_encoder(str(checkpoints("w2v_group")), CPU)
    assert encoder.encode(_speechlike(0.025)).n_frames == 1
    with pytest.raises(AudioError, match="399 samples"):
        encoder.encode(np.zeros(399, np.float32))
    with pytest.raises(AudioError, match="not numbers"):
        encoder.encode(np.full(1000, np.nan, np.float32))
    assert np.isfinite(encoder.encode(np.zeros(5000, np.float32))[2]).all()


def test_running_out_of_memory_is_said(checkpoints, monkeypatch):
    encoder = load_encoder(str(checkpoints("w2v_group")), CPU)

    def fail(*_):
        raise torch.OutOfMemoryError("CUDA out of memory.\nTried to allocate 2 GiB")

    monkeypatch.setattr(encoder.load(), "states", fail)
    with pytest.raises(ModelError, match=r"can't encode 0\.48 s at once: CUDA out of memory") as caught:
        encoder.encode(_speechlike(0.5))
    assert "max_seconds" in caught.value.hint


def test_a_lazy_encoder_loads_with_the_first_pass(checkpoints):
    encoder = load_encoder(read_record(checkpoints("w2v_group")), CPU, lazy=True)
    assert not encoder.loaded
    assert "unused_weights" not in encoder.provenance
    encoder.encode(_speechlike(0.5))
    assert encoder.loaded


def test_the_fingerprint_follows_weights_and_settings(checkpoints, tmp_path):
    def fingerprint(name, **changes):
        checkpoints.save("w2v_group", tmp_path / name, **changes)
        return Encoder(read_record(tmp_path / name), tmp_path / name, CPU).fingerprint

    first = fingerprint("a")
    assert fingerprint("b") == first
    assert fingerprint("c", do_normalize=False) != first
    assert fingerprint("d", initializer_range=0.03) != first


def test_transformers_is_left_as_it_was(checkpoints):
    logging = transformers.utils.logging
    before = (logging.get_verbosity(), logging.is_progress_bar_enabled())
    load_encoder(str(checkpoints("w2v_ctc")), CPU)
    assert (logging.get_verbosity(), logging.is_progress_bar_enabled()) == before
