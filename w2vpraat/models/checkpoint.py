"""What a checkpoint folder says about itself, read without torch."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from functools import lru_cache
from math import prod
from pathlib import Path
from typing import Any

from w2vpraat.errors import ModelError

# Defaults of the transformers configuration classes, the same in all families: older config.json files leave
# out what equals them.
_DEFAULTS: dict[str, Any] = {
    "conv_kernel": (10, 3, 3, 3, 3, 2, 2),
    "conv_stride": (5, 2, 2, 2, 2, 2, 2),
    "hidden_size": 768,
    "num_hidden_layers": 12,
    "feat_extract_norm": "group",
    "do_stable_layer_norm": False,
}
FAMILIES = {
    "wav2vec2": "wav2vec 2.0",
    "hubert": "HuBERT",
    "wavlm": "WavLM",
    "data2vec-audio": "data2vec audio",
    "wav2vec2-conformer": "wav2vec 2.0 Conformer",
    "unispeech": "UniSpeech",
    "unispeech-sat": "UniSpeech-SAT",
}
_OTHER_FRONT_ENDS = {
    "sew": "SEW squeezes frames after the convolutions, so they are not timed by kernels and strides",
    "sew-d": "SEW-D squeezes frames after the convolutions, so they are not timed by kernels and strides",
    "wav2vec2-bert": "w2v-BERT 2.0 hears log-mel frames and not the waveform",
    "whisper": "Whisper hears log-mel frames of 30 s and not the waveform",
}
_WEIGHTS = "model.safetensors"
_PICKLED = "pytorch_model.bin"


def read_config(folder: Path) -> dict[str, Any]:
    """Read ``config.json`` with the defaults filled in.

    Raises
    ------
    ModelError
        If it is missing or no such file, or the model is of a kind that w2vpraat refuses (with the reason).
    """
    path = folder / "config.json"
    config = {**_DEFAULTS, **read_json(path)}
    kind = config.get("model_type")
    if kind not in FAMILIES:
        reason = _OTHER_FRONT_ENDS.get(str(kind), f'models of type "{kind}" are not supported')
        raise ModelError(reason, f"supported: {', '.join(FAMILIES.values())}", file=path)
    if config.get("add_adapter"):
        raise ModelError(
            "has a convolutional adapter (add_adapter), whose top layer has 160 ms frames",
            "use the model that it was made from",
            file=path,
        )
    if kind == "data2vec-audio":
        config["feat_extract_norm"] = "layer"
    if kind == "wav2vec2-conformer":
        config["do_stable_layer_norm"] = True  # its encoder always ends in a layer norm
    return config


def read_front_end(folder: Path) -> tuple[bool, int]:
    """Read from the feature extractor's file whether the input is normalized, and its sampling rate in Hz.

    Raises
    ------
    ModelError
        If there is no such file (nothing is guessed) or it is another kind of feature extractor.
    """
    path = folder / "preprocessor_config.json"
    nested = folder / "processor_config.json"
    if path.is_file():
        found = read_json(path)
    elif nested.is_file() and "feature_extractor" in (outer := read_json(nested)):
        found = outer["feature_extractor"]
    else:
        raise ModelError(
            "no preprocessor_config.json: unknown whether the model expects normalized input",
            "copy the file from the model that this one was made from",
            file=folder,
        )
    kind = found.get("feature_extractor_type", "Wav2Vec2FeatureExtractor")
    if kind != "Wav2Vec2FeatureExtractor":
        raise ModelError(f"feature extractor {kind} is not supported", file=path)
    # The class's own defaults, where the file leaves something out.
    return bool(found.get("do_normalize", True)), int(found.get("sampling_rate", 16000))


def weight_files(folder: Path, *, allow_pickle: bool = False) -> tuple[Path, ...]:
    """Find the weights: one safetensors file or several, else (if allowed) pickled ones.

    Raises
    ------
    ModelError
        If there are none, or only pickled ones and these are not allowed.
    """
    single = folder / _WEIGHTS
    if single.is_file():
        return (single,)
    for name in (_WEIGHTS, *((_PICKLED,) if allow_pickle else ())):
        index = folder / f"{name}.index.json"
        if index.is_file():
            shards = sorted(set(read_json(index).get("weight_map", {}).values()))
            return tuple(folder / shard for shard in shards)
    pickled = folder / _PICKLED
    if pickled.is_file() and allow_pickle:
        return (pickled,)
    if pickled.is_file() or (folder / f"{_PICKLED}.index.json").is_file():
        raise ModelError(
            "its weights are in pickle form, which can run any code when opened",
            "get the model as model.safetensors; or, if you trust its maker, set allow_pickle = true",
            file=folder,
        )
    raise ModelError("no weights (model.safetensors) in this folder", file=folder)


def count_parameters(files: tuple[Path, ...]) -> int:
    """Count the parameters from the headers of safetensors files; 0 for other files."""
    total = 0
    for path in files:
        if path.suffix != ".safetensors":
            return 0
        with path.open("rb") as stream:
            try:
                header = json.loads(stream.read(int.from_bytes(stream.read(8), "little")))
                total += sum(prod(item["shape"]) for key, item in header.items() if key != "__metadata__")
            except (ValueError, KeyError, TypeError, AttributeError, OverflowError, MemoryError) as error:
                raise ModelError("is not a whole safetensors file", "copy it again", file=path) from error
    return total


def weight_hash(files: tuple[Path, ...]) -> str:
    """Return the SHA-256 of the weights: of the file, or of the hashes of several in order of their names."""
    hashes = [_hash(path, path.stat().st_size, path.stat().st_mtime_ns) for path in sorted(files)]
    return hashes[0] if len(hashes) == 1 else hashlib.sha256("".join(hashes).encode()).hexdigest()


@lru_cache(maxsize=64)
def _hash(path: Path, size: int, modified: int) -> str:
    # Size and time are there for the memory of lru_cache: a changed file is read again.
    with path.open("rb") as stream:
        digest = hashlib.sha256()
        while block := stream.read(1 << 20):
            digest.update(block)
        return digest.hexdigest()


def labels_of(config: Mapping[str, Any]) -> tuple[str, ...]:
    """Labels of a fine-tuned head, in order; empty if the configuration only holds placeholders."""
    labels = config.get("id2label") or {}
    ordered = tuple(str(labels[key]) for key in sorted(labels, key=int))
    return () if all(label == f"LABEL_{i}" for i, label in enumerate(ordered)) else ordered


def read_json(path: Path) -> dict[str, Any]:
    """Read a JSON object.

    Raises
    ------
    ModelError
        If the file is missing or holds anything else.
    """
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ModelError(
            f"can't be read ({error.strerror})",
            "a model folder holds config.json, preprocessor_config.json and model.safetensors",
            file=path,
        ) from error
    except ValueError as error:
        raise ModelError(f"is not valid JSON ({error})", file=path) from error
    if not isinstance(found, dict):
        raise ModelError("does not hold a JSON object", file=path)
    return found
