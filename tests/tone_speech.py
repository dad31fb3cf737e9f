"""Recordings in which every label is a sound of its own, so that labels and samples can be told apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import soundfile

RATE = 16000
Interval = tuple[float, float, str]
PITCH = {"F": 220.0, "M": 110.0}


def sound(label: str, n: int, seed: int = 0, pitch: float = 110.0) -> np.ndarray:
    """Return one label's sound: vowels hum at a frequency of their own, s hisses, pauses are soft."""
    random = np.random.default_rng([seed, *label.encode()])
    time = np.arange(n) / RATE
    noise = random.normal(0, 1, n)
    if label == "s":
        return 0.1 * noise
    hum = 0.002 * noise
    if label in ("a", "i", "u"):
        hum = hum + 0.3 * np.sin(2 * np.pi * {"a": 900, "i": 2600, "u": 500}[label] * time)
        hum = hum + 0.3 * np.sin(2 * np.pi * pitch * time)
    return hum


def grid_text(tiers: Mapping[str, Sequence[Interval]], end: float) -> str:
    """Return a TextGrid with interval tiers."""
    rows = [
        'File type = "ooTextFile"\nObject class = "TextGrid"\n',
        f"xmin = 0\nxmax = {end}\ntiers? <exists>\nsize = {len(tiers)}\nitem []:",
    ]
    for number, (name, intervals) in enumerate(tiers.items(), start=1):
        rows.append(f'    item [{number}]:\n        class = "IntervalTier"\n        name = "{name}"')
        rows.append(f"        xmin = 0\n        xmax = {end}\n        intervals: size = {len(intervals)}")
        for place, (start, stop, label) in enumerate(intervals, start=1):
            rows.append(
                f"        intervals [{place}]:\n            xmin = {start}\n            xmax = {stop}"
            )
            rows.append(f'            text = "{label}"')
    return "\n".join(rows) + "\n"


def write_recording(
    folder: Path, name: str, labels: Sequence[str], *, step: float = 0.2, pitch: float = 110.0, seed: int = 0
) -> None:
    """Write name.wav and name.TextGrid: the labels one after another, each as long as a step."""
    n = round(step * RATE)
    samples = np.concatenate([sound(label, n, seed + k, pitch) for k, label in enumerate(labels)])
    items = [(round(k * step, 6), round((k + 1) * step, 6), label) for k, label in enumerate(labels)]
    folder.mkdir(parents=True, exist_ok=True)
    soundfile.write(folder / f"{name}.wav", samples, RATE)
    (folder / f"{name}.TextGrid").write_text(
        grid_text({"phones": items}, round(len(labels) * step, 6)), encoding="utf-8"
    )


def write_corpus(folder: Path, n_speakers: int = 6, turns: int = 1) -> Path:
    """Write one recording per speaker, women and men in turn, and speakers.csv."""
    rows = ["file_name,speaker,sex,dialect"]
    for number in range(n_speakers):
        sex, name = "FM"[number % 2], f"{'fm'[number % 2]}{number}"
        order = ["", "a", "s", "i", "", "u", "a", "i"] * turns
        write_recording(folder, name, order[: len(order) - number % 3], pitch=PITCH[sex], seed=number)
        rows.append(f"{name}.wav,{name},{sex},{'north' if number < n_speakers // 2 else 'south'}")
    (folder / "speakers.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return folder


def write_base(folder: Path, seed: int = 0, **changes: object) -> Path:
    """Write a tiny random wav2vec 2.0 model in the standard format."""
    import torch
    from transformers import Wav2Vec2Config, Wav2Vec2FeatureExtractor, Wav2Vec2Model
    from transformers.utils import logging

    logging.disable_progress_bar()
    values: dict[str, object] = {
        "hidden_size": 32,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "intermediate_size": 64,
        "conv_dim": (12,) * 7,
        "num_conv_pos_embeddings": 16,
        "num_conv_pos_embedding_groups": 2,
        "feat_extract_norm": "layer",
        "do_stable_layer_norm": True,
        "conv_bias": True,
    }
    torch.manual_seed(seed)
    Wav2Vec2Model(Wav2Vec2Config(**{**values, **changes})).save_pretrained(folder)
    Wav2Vec2FeatureExtractor(return_attention_mask=True).save_pretrained(folder)
    return folder
