"""Model records, the user's list, and the refusals that need no torch."""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
import pytest

from w2vpraat.errors import ModelError
from w2vpraat.models import catalogue, load_encoder
from w2vpraat.models.catalogue import add_model, find_model, read_record, remove_model
from w2vpraat.models.checkpoint import weight_files, weight_hash


def _folder(path, *, front_end=True, own=None, **config):
    path.mkdir(parents=True)
    (path / "config.json").write_text(json.dumps({"model_type": "wav2vec2", **config}))
    if front_end:
        (path / "preprocessor_config.json").write_text(
            json.dumps({"do_normalize": False, "sampling_rate": 8000})
        )
    if own:
        (path / "w2vpraat.json").write_text(json.dumps(own))
    return path


def test_a_record_is_read_from_the_folder(checkpoints):
    record = read_record(checkpoints("w2v_frames"))
    assert (record.family, record.layers, record.dim, record.rate) == ("wav2vec2", 3, 24, 16000)
    assert (record.stride, record.receptive_field) == (320, 400)
    assert (record.norm_kind, record.pre_norm, record.do_normalize) == ("layer", True, True)
    assert record.labels == ("SIL", "AA", "IY", "UW", "S")
    assert record.recommended_layer == 2
    assert record.size == (checkpoints("w2v_frames") / "model.safetensors").stat().st_size
    assert record.clock.n_frames(16000) == 49


def test_the_parameter_count_equals_torch(checkpoints):
    from transformers import AutoModelForAudioFrameClassification

    model = AutoModelForAudioFrameClassification.from_pretrained(checkpoints("w2v_frames"))
    assert read_record(checkpoints("w2v_frames")).n_parameters == sum(p.numel() for p in model.parameters())


def test_what_the_configuration_leaves_out_has_the_defaults_of_transformers(tmp_path):
    record = read_record(_folder(tmp_path / "bare"))
    assert (record.layers, record.dim, record.norm_kind) == (12, 768, "group")
    assert record.clock.n_frames(8000) == 24
    assert (record.do_normalize, record.rate) == (False, 8000)


def test_our_own_facts_file_is_read(tmp_path):
    own = {
        "id": "mine",
        "recommended_layer": 7,
        "licence": "MIT",
        "languages": ["German", "Dutch"],
        "task": "phones",
    }
    record = read_record(_folder(tmp_path / "x", own=own))
    assert (record.name, record.recommended_layer, record.licence) == ("mine", 7, "MIT")
    assert record.languages == ("German", "Dutch")
    with pytest.raises(ModelError, match="recommended layer 13 of 12"):
        read_record(_folder(tmp_path / "y", own={"recommended_layer": 13}))


def test_a_processor_file_holds_the_settings_too(tmp_path):
    folder = _folder(tmp_path / "x", front_end=False)
    nested = {"feature_extractor": {"do_normalize": False, "sampling_rate": 16000}}
    (folder / "processor_config.json").write_text(json.dumps(nested))
    assert read_record(folder).do_normalize is False


@pytest.mark.parametrize(
    ("config", "says"),
    [
        ({"model_type": "sew"}, "SEW squeezes"),
        ({"model_type": "wav2vec2-bert"}, "log-mel"),
        ({"model_type": "bert"}, '"bert" are not supported'),
        ({"add_adapter": True}, "160 ms"),
    ],
)
def test_other_front_ends_are_refused_with_the_reason(tmp_path, config, says):
    with pytest.raises(ModelError, match=says):
        read_record(_folder(tmp_path / "x", **config))


def test_unknown_input_normalization_is_not_guessed(tmp_path):
    with pytest.raises(ModelError, match="no preprocessor_config"):
        read_record(_folder(tmp_path / "x", front_end=False))
    folder = _folder(tmp_path / "y")
    (folder / "preprocessor_config.json").write_text('{"feature_extractor_type": "SpeechT5FeatureExtractor"}')
    with pytest.raises(ModelError, match="SpeechT5FeatureExtractor"):
        read_record(folder)


def test_damaged_settings_are_named(tmp_path):
    folder = _folder(tmp_path / "x")
    (folder / "config.json").write_text("{")
    with pytest.raises(ModelError, match="not valid JSON") as caught:
        read_record(folder)
    assert caught.value.file == str(folder / "config.json")
    (folder / "config.json").write_text("[]")
    with pytest.raises(ModelError, match="JSON object"):
        read_record(folder)
    with pytest.raises(ModelError, match="can't be read"):
        read_record(tmp_path / "nowhere")


def test_pickled_weights_need_permission(tmp_path):
    folder = _folder(tmp_path / "x")
    with pytest.raises(ModelError, match="no weights"):
        weight_files(folder)
    (folder / "pytorch_model.bin").write_bytes(b"x")
    with pytest.raises(ModelError, match="pickle") as caught:
        weight_files(folder)
    assert "allow_pickle" in caught.value.hint
    assert weight_files(folder, allow_pickle=True) == (folder / "pytorch_model.bin",)
    (folder / "model.safetensors").write_bytes(b"y")
    assert weight_files(folder, allow_pickle=True) == (folder / "model.safetensors",)


def test_shards_are_found_and_hashed_together(tmp_path):
    folder = _folder(tmp_path / "x")
    for name in ("a", "b"):
        (folder / f"model-{name}.safetensors").write_bytes(name.encode())
    index = {
        "weight_map": {"w1": "model-b.safetensors", "w2": "model-a.safetensors", "w3": "model-a.safetensors"}
    }
    (folder / "model.safetensors.index.json").write_text(json.dumps(index))
    files = weight_files(folder)
    assert [path.name for path in files] == ["model-a.safetensors", "model-b.safetensors"]
    before = weight_hash(files)
    (folder / "model-b.safetensors").write_bytes(b"bb")
    assert weight_hash(files) != before


def test_a_truncated_weight_file_is_named(tmp_path):
    folder = _folder(tmp_path / "x")
    (folder / "model.safetensors").write_bytes((10**6).to_bytes(8, "little") + b"{")
    with pytest.raises(ModelError, match="not a whole safetensors"):
        read_record(folder)


def test_bundled_models_have_short_names(tmp_path, monkeypatch):
    folders = (_folder(tmp_path / "w2vpraat-base"), _folder(tmp_path / "w2vpraat-phone"))
    monkeypatch.setattr(catalogue, "bundled_models", lambda: folders)
    assert [record.name for record in catalogue.catalogue()] == ["base", "phone"]
    for name in ("phone", "w2vpraat-phone"):
        record = find_model(name)
        assert (record.name, record.kind, record.source) == ("phone", "bundled", str(folders[1]))
    with pytest.raises(ModelError, match="bundled and can't be removed"):
        remove_model("phone")
    with pytest.raises(ModelError, match="phone") as caught:
        find_model("phones")
    assert "did you mean phone" in caught.value.hint


def test_the_users_list(tmp_path, monkeypatch):
    monkeypatch.setattr(catalogue, "bundled_models", lambda: ())
    folder = _folder(tmp_path / "german")
    assert add_model(str(folder)).name == "german"
    assert add_model(str(folder), "second").name == "second"
    assert [record.name for record in catalogue.catalogue()] == ["german", "second"]
    assert find_model("second").source == str(folder)
    with pytest.raises(ModelError, match='a model "german" already'):
        add_model(str(folder))
    assert remove_model("german").source == str(folder)
    with pytest.raises(ModelError, match='no model "german" on your list'):
        remove_model("german")
    with pytest.raises(ModelError, match="neither a folder nor a hub id"):
        add_model("nothing here")

    (folder / "config.json").unlink()
    (gone,) = catalogue.catalogue()
    assert "can't be read" in gone.problem
    assert (gone.name, gone.layers) == ("second", 12)
    with pytest.raises(ModelError, match="can't be used"):
        find_model("second")


def test_a_damaged_list_is_named(tmp_path, monkeypatch):
    monkeypatch.setenv("W2VPRAAT_CONFIG_DIR", str(tmp_path))
    (tmp_path / "models.json").write_text('{"version": 99, "models": []}')
    with pytest.raises(ModelError, match="not a list of models of this version"):
        catalogue.catalogue()


def test_a_folder_is_found_by_its_path(checkpoints, monkeypatch):
    assert find_model(str(checkpoints("wavlm"))).family == "wavlm"
    monkeypatch.chdir(checkpoints.root)
    assert find_model("./wavlm").family == "wavlm"


def _hub_cache(root, checkpoint, *, leave_out=()):
    commit = "0123456789abcdef0123456789abcdef01234567"
    store = root / "models--someone--tiny"
    (store / "refs").mkdir(parents=True)
    (store / "refs" / "main").write_text(commit)
    snapshot = store / "snapshots" / commit
    snapshot.mkdir(parents=True)
    for path in checkpoint.iterdir():
        if path.name not in leave_out:
            (snapshot / path.name).write_bytes(path.read_bytes())
    return commit


def test_a_downloaded_hub_model_is_used_offline(checkpoints, tmp_path, monkeypatch):
    import transformers.utils.hub

    monkeypatch.setattr(transformers.utils.hub.constants, "HF_HUB_CACHE", str(tmp_path))
    monkeypatch.setattr(transformers.utils.hub, "is_offline_mode", lambda: True)
    commit = _hub_cache(tmp_path, checkpoints("hubert"))
    record = find_model("someone/tiny")
    assert (record.kind, record.source, record.revision) == ("hub", "someone/tiny", commit)
    assert record.family == "hubert"
    assert add_model("someone/tiny").name == "tiny"
    assert find_model("tiny").revision == commit
    samples = np.random.default_rng(0).normal(size=8000).astype(np.float32)
    local = load_encoder(str(checkpoints("hubert"))).encode(samples)[2]
    np.testing.assert_array_equal(load_encoder("tiny").encode(samples)[2], local)


def test_pickled_hub_models_are_refused_too(checkpoints, tmp_path, monkeypatch):
    import transformers.utils.hub

    monkeypatch.setattr(transformers.utils.hub.constants, "HF_HUB_CACHE", str(tmp_path))
    monkeypatch.setattr(transformers.utils.hub, "is_offline_mode", lambda: True)
    commit = _hub_cache(tmp_path, checkpoints("hubert"), leave_out=("model.safetensors",))
    snapshot = tmp_path / "models--someone--tiny" / "snapshots" / commit
    with pytest.raises(ModelError, match="no weights"):
        load_encoder("someone/tiny")
    (snapshot / "pytorch_model.bin").write_bytes(b"x")
    with pytest.raises(ModelError, match="pickle"):
        load_encoder("someone/tiny")


def test_an_unreachable_hub_is_said_with_a_remedy(tmp_path, monkeypatch):
    import transformers.utils.hub

    monkeypatch.setattr(transformers.utils.hub.constants, "HF_HUB_CACHE", str(tmp_path))
    monkeypatch.setattr(transformers.utils.hub, "is_offline_mode", lambda: True)
    with pytest.raises(ModelError, match='the model "facebook/wav2vec2-base" from the hub') as caught:
        find_model("facebook/wav2vec2-base")
    assert "folder" in caught.value.hint


def test_records_need_no_torch(checkpoints):
    code = (
        "import sys; from w2vpraat.models import find_model, load_encoder, embed_recordings;"
        "from w2vpraat.models.catalogue import catalogue;"
        f"find_model({str(checkpoints('w2v_group'))!r}); catalogue();"
        "print(sorted({'torch', 'transformers', 'safetensors'} & set(sys.modules)))"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"
