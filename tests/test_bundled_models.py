"""The bundled models are small, complete and load with plain transformers."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import (
    AutoFeatureExtractor,
    AutoModel,
    Wav2Vec2ForAudioFrameClassification,
    Wav2Vec2Model,
)

MODELS = Path(__file__).parents[1] / "resources" / "models"
NAMES = ("w2vpraat-base", "w2vpraat-phone")
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


@pytest.mark.parametrize("name", NAMES)
def test_catalogue_entry_agrees_with_the_configuration(name: str) -> None:
    entry = json.loads((MODELS / name / "w2vpraat.json").read_text(encoding="utf-8"))
    config = json.loads((MODELS / name / "config.json").read_text(encoding="utf-8"))
    assert entry["id"] == name
    assert entry["layers"] == config["num_hidden_layers"]
    assert entry["dim"] == config["hidden_size"]
    assert entry["rate"] == 16000
    assert 0 <= entry["recommended_layer"] <= entry["layers"]
    assert entry["licence"]
    assert entry["citation"]


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


def test_phone_head_knows_arpabet_and_silence() -> None:
    model, report = Wav2Vec2ForAudioFrameClassification.from_pretrained(
        MODELS / "w2vpraat-phone", output_loading_info=True
    )
    assert not report["missing_keys"]
    assert sorted(model.config.id2label.values()) == sorted(f"SIL {VOWELS} {CONSONANTS}".split())


def test_base_model_names_no_phones() -> None:
    config = json.loads((MODELS / "w2vpraat-base" / "config.json").read_text(encoding="utf-8"))
    assert "IY" not in config.get("id2label", {}).values()
