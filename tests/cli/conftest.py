"""A small corpus that the tests write themselves, and the command line in this process."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import soundfile

from w2vpraat.cli.main import main

RATE = 16000
VOWELS = {"iː": (300.0, 2300.0), "ɑ": (750.0, 1300.0), "uː": (330.0, 900.0)}


@dataclass(frozen=True)
class Said:
    """What a command answered."""

    code: int
    out: str
    err: str


@pytest.fixture
def w2v(capsys: pytest.CaptureFixture[str]) -> Callable[..., Said]:
    """Run a command: ``w2v("tokens", folder)``."""

    def call(*words: object) -> Said:
        capsys.readouterr()
        code = main([str(word) for word in words])
        shown = capsys.readouterr()
        return Said(code, shown.out, shown.err)

    return call


def vowel(first: float, second: float, pitch: float, scale: float, seconds: float = 0.2) -> np.ndarray:
    """Return a pulse train through three resonators."""
    n = int(seconds * RATE)
    signal = np.zeros(n)
    signal[:: int(RATE / pitch)] = 1.0
    for centre, width in ((first * scale, 60.0), (second * scale, 90.0), (2700.0 * scale, 150.0)):
        radius, angle = np.exp(-np.pi * width / RATE), 2 * np.pi * centre / RATE
        out = np.zeros(n)
        for i in range(n):
            out[i] = signal[i] + 2 * radius * np.cos(angle) * out[i - 1] - radius**2 * out[i - 2]
        signal = out / np.abs(out).max()
    return 0.5 * signal


def grid_text(items: list[tuple[float, float, str]], end: float, tier: str = "phones") -> str:
    """Return a TextGrid in Praat's long form with one interval tier."""
    rows = [
        'File type = "ooTextFile"\nObject class = "TextGrid"\n',
        f"xmin = 0 \nxmax = {end} \ntiers? <exists> \nsize = 1 \nitem []: \n    item [1]:",
        f'        class = "IntervalTier" \n        name = "{tier}" ',
        f"        xmin = 0 \n        xmax = {end} ",
        f"        intervals: size = {len(items)} ",
    ]
    for number, (start, stop, label) in enumerate(items, start=1):
        rows.append(
            f"        intervals [{number}]:\n            xmin = {start} \n            xmax = {stop} \n"
            f'            text = "{label}" '
        )
    return "\n".join(rows) + "\n"


def write_recording(folder: Path, name: str, pitch: float, scale: float) -> None:
    """Write name.wav and name.TextGrid with each vowel twice."""
    silence = np.zeros(RATE // 10)
    pieces, items, time = [silence], [(0.0, 0.1, "")], 0.1
    for turn in range(2):
        for label, (first, second) in VOWELS.items():
            pieces += [vowel(first * (1 + 0.02 * turn), second, pitch, scale), silence]
            items += [(time, round(time + 0.2, 6), label), (round(time + 0.2, 6), round(time + 0.3, 6), "")]
            time = round(time + 0.3, 6)
    noise = np.random.default_rng(int(pitch)).normal(0, 1e-4, round(time * RATE))
    sound = np.concatenate(pieces)[: noise.size] + noise
    folder.mkdir(parents=True, exist_ok=True)
    soundfile.write(folder / f"{name}.wav", sound, RATE)
    (folder / f"{name}.TextGrid").write_text(grid_text(items, time), encoding="utf-8")


@pytest.fixture(scope="session")
def corpus_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four speakers, two of each sex, six vowel tokens each, and speakers.csv."""
    folder = tmp_path_factory.mktemp("corpus")
    people = {
        "ann": ("F", 210.0, 1.15),
        "bea": ("F", 190.0, 1.1),
        "carl": ("M", 110.0, 0.97),
        "dan": ("M", 125.0, 1.0),
    }
    for name, (_, pitch, scale) in people.items():
        write_recording(folder, name, pitch, scale)
    rows = [f"{name}.wav,{name},{sex}" for name, (sex, _, _) in people.items()]
    (folder / "speakers.csv").write_text("file_name,speaker,sex\n" + "\n".join(rows) + "\n", encoding="utf-8")
    return folder


@pytest.fixture
def corpus(corpus_template: Path, tmp_path: Path) -> Path:
    """Return a copy of the corpus that a test may damage."""
    import shutil

    target = tmp_path / "corpus"
    shutil.copytree(corpus_template, target)
    return target


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a tiny random wav2vec 2.0 model in the standard format."""
    import torch
    from transformers import Wav2Vec2Config, Wav2Vec2FeatureExtractor, Wav2Vec2Model
    from transformers.utils import logging

    logging.disable_progress_bar()
    torch.manual_seed(0)
    config = Wav2Vec2Config(
        hidden_size=16,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=32,
        conv_dim=(8,) * 7,
        num_conv_pos_embeddings=16,
        num_conv_pos_embedding_groups=2,
        feat_extract_norm="layer",
        do_stable_layer_norm=True,
    )
    folder = tmp_path_factory.mktemp("models") / "tiny"
    Wav2Vec2Model(config).save_pretrained(folder)
    Wav2Vec2FeatureExtractor(return_attention_mask=True).save_pretrained(folder)
    return folder
