"""The bundled models are small, complete and load with plain transformers."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from transformers import (
    AutoFeatureExtractor,
    AutoModel,
    Wav2Vec2ForAudioFrameClassification,
    Wav2Vec2Model,
)

from w2vpraat.models.catalogue import find_model
from w2vpraat.models.finetuning.folder import read_heads

MODELS = Path(__file__).parents[1] / "resources" / "models"
TASKS: dict[str, tuple[str, ...]] = {
    "w2vpraat-base": (),
    "w2vpraat-phone": ("phone",),
    "w2vpraat-sex": ("sex",),
    "w2vpraat-phone+sex": ("phone", "sex"),
    "w2vpraat-register": ("register",),
}
NAMES = tuple(TASKS)
VOWELS = "AA AE AH AO AW AY EH ER EY IH IY OW OY UH UW"
CONSONANTS = "B CH D DH F G HH JH K L M N NG P R S SH T TH V W Y Z ZH"


@pytest.mark.parametrize("name", NAMES)
def test_files_are_there_and_small(name: str) -> None:
    folder = MODELS / name
    assert (folder / "model.safetensors").stat().st_size <= 6_000_000
    for file in ("config.json", "preprocessor_config.json", "w2vpraat.json", "README.md"):
        assert (folder / file).is_file()


def test_the_family_stays_below_thirty_megabytes() -> None:
    assert sum(path.stat().st_size for path in MODELS.rglob("*.safetensors")) <= 30_000_000


def test_nothing_else_is_bundled() -> None:
    assert sorted(path.name for path in MODELS.iterdir()) == sorted(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_catalogue_tells_what_a_model_is(name: str) -> None:
    record = find_model(name.removeprefix("w2vpraat-"))
    assert record.kind == "bundled"
    assert record.tasks == TASKS[name]
    assert (record.layers, record.dim, record.rate) == (6, 192, 16000)
    assert 0 <= record.recommended_layer <= record.layers
    assert record.licence == "CC-BY-4.0"
    assert record.citation
    assert "LibriSpeech" in record.training_data or "librispeech" in record.training_data


def test_the_family_has_one_architecture_and_one_start() -> None:
    configs = [json.loads((MODELS / name / "config.json").read_text(encoding="utf-8")) for name in NAMES]
    for key in (
        "conv_dim",
        "conv_kernel",
        "conv_stride",
        "hidden_size",
        "num_hidden_layers",
        "do_stable_layer_norm",
    ):
        assert all(config[key] == configs[0][key] for config in configs)
    base = hashlib.sha256((MODELS / "w2vpraat-base" / "model.safetensors").read_bytes()).hexdigest()
    for name in NAMES[1:]:
        entry = json.loads((MODELS / name / "w2vpraat.json").read_text(encoding="utf-8"))
        assert entry["base_sha256"] == base
    # The convolutions were frozen, so they are the base's to the last bit.
    weights = [load_file(MODELS / name / "model.safetensors") for name in NAMES]
    for tuned in weights[1:]:
        prefix = "wav2vec2." if "wav2vec2.masked_spec_embed" in tuned else ""
        for key in (key for key in weights[0] if key.startswith("feature_extractor.")):
            assert torch.equal(weights[0][key], tuned[prefix + key])


@pytest.mark.parametrize("name", NAMES[1:])
def test_heads_and_classes_of_each_task(name: str) -> None:
    heads = read_heads(MODELS / name)
    assert set(heads) == set(TASKS[name])
    entry = json.loads((MODELS / name / "w2vpraat.json").read_text(encoding="utf-8"))
    classes = {task["name"]: task["classes"] for task in entry["tasks"]}
    for task, (weight, bias) in heads.items():
        assert weight.shape == (len(classes[task]), 192)
        assert bias.shape == (len(classes[task]),)
    if "phone" in classes:
        assert sorted(classes["phone"]) == sorted(f"sil {VOWELS} {CONSONANTS}".split())
    if "register" in classes:
        assert sorted(classes["register"]) == ["high", "low", "mid"]
    if "sex" in classes:
        assert sorted(classes["sex"]) == ["F", "M"]


@pytest.mark.parametrize("name", NAMES[1:])
def test_no_speaker_has_two_uses_and_none_is_in_the_sample(name: str) -> None:
    record = json.loads((MODELS / name / "provenance.json").read_text(encoding="utf-8"))
    splits = record["training"]["splits"]
    everybody = [speaker for names in splits.values() for speaker in names]
    assert len(everybody) == len(set(everybody)) == 251
    assert len(splits["train"]) == 227


@pytest.mark.parametrize("name", NAMES)
def test_encoder_loads_complete_and_gives_every_layer(name: str) -> None:
    model, report = AutoModel.from_pretrained(MODELS / name, output_loading_info=True)
    assert isinstance(model, Wav2Vec2Model)
    assert not report["missing_keys"]
    extractor = AutoFeatureExtractor.from_pretrained(MODELS / name)
    assert extractor.do_normalize
    assert extractor.return_attention_mask
    noise = np.random.default_rng(0).normal(size=16000).astype(np.float32)
    inputs = extractor(noise, sampling_rate=16000, return_tensors="pt")
    with torch.no_grad():
        out = model.eval()(**inputs, output_hidden_states=True)
    assert out.last_hidden_state.shape == (1, 49, model.config.hidden_size)
    assert len(out.hidden_states) == model.config.num_hidden_layers + 1
    assert torch.isfinite(out.last_hidden_state).all()


def test_padding_with_a_mask_changes_nothing() -> None:
    model = AutoModel.from_pretrained(MODELS / "w2vpraat-phone").eval()
    extractor = AutoFeatureExtractor.from_pretrained(MODELS / "w2vpraat-phone")
    rng = np.random.default_rng(0)
    short, long = (rng.normal(size=n).astype(np.float32) for n in (12000, 20000))
    single = extractor(short, sampling_rate=16000, return_tensors="pt")
    both = extractor([short, long], sampling_rate=16000, padding=True, return_tensors="pt")
    with torch.no_grad():
        alone = model(**single).last_hidden_state[0]
        padded = model(**both).last_hidden_state[0, : len(alone)]
    assert float((alone - padded).abs().max()) < 1e-4 * float(alone.std())


def test_one_task_loads_with_its_head() -> None:
    for name in ("w2vpraat-phone", "w2vpraat-sex", "w2vpraat-register"):
        model, report = Wav2Vec2ForAudioFrameClassification.from_pretrained(
            MODELS / name, output_loading_info=True
        )
        assert not report["missing_keys"]
        ((weight, bias),) = read_heads(MODELS / name).values()
        np.testing.assert_array_equal(model.classifier.weight.detach().numpy(), weight)
        np.testing.assert_array_equal(model.classifier.bias.detach().numpy(), bias)


def test_base_model_names_no_phones() -> None:
    config = json.loads((MODELS / "w2vpraat-base" / "config.json").read_text(encoding="utf-8"))
    assert "IY" not in config.get("id2label", {}).values()
