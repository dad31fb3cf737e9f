"""The fine-tuned model as a standard folder: encoder for transformers, heads beside it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file

from w2vpraat.models.finetuning.framewise import Framewise, named_class
from w2vpraat.models.network import quiet_transformers

HEADS = "heads.safetensors"
_FRONT_END = ("preprocessor_config.json", "processor_config.json")


def write_model(network: Framewise, base: Path, folder: Path, *, half: bool = False) -> None:
    """Write encoder and heads.

    With one task, and a family that transformers has the class for, the folder loads as
    ``...ForAudioFrameClassification`` with its labels; always as ``AutoModel``. All heads are in
    ``heads.safetensors`` (``task.weight``, ``task.bias``).

    Parameters
    ----------
    network : Framewise
        The trained network.
    base : Path
        Folder of the base, whose feature extractor is copied.
    folder : Path
        Made if need be.
    half : bool
        Weights as float16 on disk; they are computed with in float32.
    """
    folder.mkdir(parents=True, exist_ok=True)
    model = _whole(network)
    with quiet_transformers():
        model.save_pretrained(folder, safe_serialization=True)
    dtype = torch.float16 if half else torch.float32
    path = folder / "model.safetensors"
    # Copies: what is loaded may be mapped from the very file that is written.
    weights = {name: value.to(dtype, copy=True).contiguous() for name, value in load_file(path).items()}
    save_file(weights, path, metadata={"format": "pt"})
    heads = {}
    for one, head in zip(network.questions, network.heads, strict=True):
        for part, value in head.state_dict().items():
            heads[f"{one.name}.{part}"] = value.cpu().to(dtype).contiguous()
    save_file(heads, folder / HEADS, metadata={"format": "pt"})
    for made in (path, folder / HEADS):
        made.chmod(0o644)
    config = folder / "config.json"
    values = json.loads(config.read_text(encoding="utf-8"))
    values["dtype"] = "float32"
    config.write_text(
        json.dumps(values, indent=2, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8"
    )
    for name in _FRONT_END:
        if (base / name).is_file() and base.resolve() != folder.resolve():
            shutil.copyfile(base / name, folder / name)


def _whole(network: Framewise) -> Any:
    """Return the model to save: the encoder, in a frame classifier if there is one task."""
    encoder = network.encoder
    model_class = named_class(encoder.config.model_type)
    config = type(encoder.config).from_dict(
        {key: value for key, value in encoder.config.to_dict().items() if key not in ("id2label", "label2id")}
    )
    config.mask_time_length = network.mask_length
    if len(network.questions) != 1 or model_class is None:
        bare = type(encoder)(config)
        _fill(bare, encoder)
        return bare
    classes = network.questions[0].classes
    config.id2label = dict(enumerate(classes))
    config.label2id = {name: place for place, name in enumerate(classes)}
    config.num_labels = len(classes)
    config.use_weighted_layer_sum = False
    model = model_class(config)
    _fill(model.base_model, encoder)
    model.classifier.load_state_dict(network.heads[0].state_dict())
    return model


def _fill(bare: Any, encoder: Any) -> None:
    weights = encoder.state_dict()
    if not hasattr(bare, "masked_spec_embed"):  # only models that mask have it
        weights.pop("masked_spec_embed", None)
    bare.load_state_dict(weights)


def round_to_half(network: Framewise) -> None:
    """Round all weights to what float16 can hold, so that figures are those of the file."""
    with torch.no_grad():
        for value in network.parameters():
            value.copy_(value.half().float())


def read_heads(folder: Path) -> dict[str, tuple[Any, Any]]:
    """Return weight and bias of each task's head, as float32 arrays."""
    found = {name: value.float().numpy() for name, value in load_file(folder / HEADS).items()}
    tasks = [name.removesuffix(".weight") for name in found if name.endswith(".weight")]
    return {task: (found[f"{task}.weight"], found[f"{task}.bias"]) for task in tasks}
