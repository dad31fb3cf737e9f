"""The folder of a fine-tuned model: plain transformers and our encoder give what the network gave."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import torch
import transformers
from small_jobs import PHONE, SEX
from tiny_checkpoints import Checkpoints

from w2vpraat.models.catalogue import read_record
from w2vpraat.models.encoder import load_encoder
from w2vpraat.models.finetuning import Question
from w2vpraat.models.finetuning.folder import read_heads, round_to_half, write_model
from w2vpraat.models.finetuning.framewise import Framewise
from w2vpraat.params import EmbedParams, FinetuneParams

NAMED = ["w2v_group", "w2v_layer", "w2v_mms", "wavlm", "data2vec", "conformer", "unispeech_sat", "w2v_sex"]
BARE = ["hubert", "hubert_25hz", "unispeech"]


def moved(folder: Path, questions: Sequence[Question]) -> Framewise:
    """Return a network all of whose weights differ from those of its base."""
    net = Framewise(folder, questions, FinetuneParams(mask_features=0.1)).eval()
    torch.manual_seed(1)
    with torch.no_grad():
        for one in net.parameters():
            one.add_(0.02 * torch.randn_like(one))
    return net


@pytest.fixture
def signal() -> torch.Tensor:
    return torch.randn(1, 12000, generator=torch.Generator().manual_seed(3))


@pytest.mark.parametrize("name", NAMED)
def test_one_task_loads_as_frame_classifier_with_its_labels(
    checkpoints: Checkpoints, tmp_path: Path, signal: torch.Tensor, name: str
) -> None:
    net = moved(checkpoints(name), [PHONE])
    write_model(net, checkpoints(name), tmp_path)
    model, report = transformers.AutoModelForAudioFrameClassification.from_pretrained(
        tmp_path, output_loading_info=True
    )
    assert not any(report[kind] for kind in ("missing_keys", "unexpected_keys", "mismatched_keys"))
    assert model.config.id2label == dict(enumerate(PHONE.classes))
    assert model.config.label2id == {label: place for place, label in enumerate(PHONE.classes)}
    with torch.inference_mode():
        assert torch.allclose(model.eval()(signal).logits, net(signal)[0], atol=1e-5)
    assert read_record(tmp_path).labels == PHONE.classes


@pytest.mark.parametrize("name", [*NAMED[:2], *BARE])
def test_any_model_loads_bare_and_its_heads_lie_beside_it(
    checkpoints: Checkpoints, tmp_path: Path, signal: torch.Tensor, name: str
) -> None:
    questions = [PHONE] if name in BARE else [PHONE, SEX]
    net = moved(checkpoints(name), questions)
    write_model(net, checkpoints(name), tmp_path)
    model, report = transformers.AutoModel.from_pretrained(tmp_path, output_loading_info=True)
    assert not any(report[kind] for kind in ("missing_keys", "unexpected_keys", "mismatched_keys"))
    heads = read_heads(tmp_path)
    assert list(heads) == [one.name for one in questions]
    with torch.inference_mode():
        hidden = model.eval()(signal).last_hidden_state.numpy()
        for one, logits in zip(questions, net(signal), strict=True):
            weight, bias = heads[one.name]
            assert np.allclose(hidden @ weight.T + bias, logits.numpy(), atol=1e-4)


@pytest.mark.parametrize("half", [False, True])
def test_the_encoder_of_this_package_gives_the_same(
    checkpoints: Checkpoints, tmp_path: Path, half: bool
) -> None:
    base = checkpoints("w2v_layer")
    net = moved(base, [PHONE])
    if half:
        round_to_half(net)
    write_model(net, base, tmp_path, half=half)
    samples = np.random.default_rng(0).normal(0.1, 0.2, 16000).astype(np.float32)
    encoder = load_encoder(str(tmp_path), EmbedParams(device="cpu"))
    frames = encoder.encode(samples, [3])[3]
    assert encoder.record.do_normalize
    normal = (samples - samples.mean()) / np.sqrt(samples.var() + 1e-7)
    with torch.inference_mode():
        hidden = net.encoder(torch.from_numpy(normal)[None]).last_hidden_state[0].numpy()
    assert np.allclose(frames, hidden, atol=2e-4)


def test_settings_files(checkpoints: Checkpoints, tmp_path: Path) -> None:
    base = checkpoints("w2v_layer")
    write_model(moved(base, [PHONE]), base, tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {
        "config.json",
        "model.safetensors",
        "heads.safetensors",
        "preprocessor_config.json",
    }
    config = json.loads((tmp_path / "config.json").read_text(encoding="utf-8"))
    assert config["architectures"] == ["Wav2Vec2ForAudioFrameClassification"]
    assert config["dtype"] == "float32"
    # Nothing of a stretch that happened to be heard last stays behind.
    assert config["mask_time_length"] == 10
    same = "preprocessor_config.json"
    assert (tmp_path / same).read_bytes() == (base / same).read_bytes()
