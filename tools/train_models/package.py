"""Write the trained base as a bundled model folder.

    python -m tools.train_models.package base.pt resources/models/w2vpraat-base --layer 5

The folder gets ``config.json``, ``model.safetensors`` (fp16), ``preprocessor_config.json`` and the catalogue
entry ``w2vpraat.json``.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import torch

from .model import Student, export, make_config
from .prepare import N_LOW, N_TOP

ENTRY = {
    "id": "w2vpraat-base",
    "title": "Small English base model, pre-trained without labels",
    "task": "pretrained",
    "tasks": [],
    "licence": "CC-BY-4.0",
    "citation": "Panayotov, Chen, Povey and Khudanpur (2015), LibriSpeech; "
    "Baevski, Zhou, Mohamed and Auli (2020), wav2vec 2.0; Radford et al. (2022), Whisper",
    "languages": ["en"],
    "training_data": "LibriSpeech train-clean-100, one utterance from each of 227 speakers "
    "(Panayotov et al. 2015, CC BY 4.0), without labels; targets: encoder of Whisper base "
    "(Radford et al. 2022, MIT) and the sound itself",
}


def write_folder(checkpoint: Path, folder: Path, layer: int) -> None:
    """Export the averaged weights of a checkpoint.

    Parameters
    ----------
    checkpoint : Path
        File written by `train`.
    folder : Path
        Model folder.
    layer : int
        Recommended layer, chosen on held-out training speakers.
    """
    student = Student(make_config(), N_TOP, N_LOW)
    student.load_state_dict(torch.load(checkpoint, weights_only=True)["average"])
    export(student.encoder.eval(), folder)
    entry = {**ENTRY, "recommended_layer": layer}
    (folder / "w2vpraat.json").write_text(json.dumps(entry, indent=2) + "\n", encoding="utf-8")


def main() -> None:
    """Read the command line and write the folder."""
    raw = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=raw)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--layer", type=int, required=True, help="recommended layer")
    args = parser.parse_args()
    write_folder(args.checkpoint, args.folder, args.layer)


if __name__ == "__main__":
    main()
