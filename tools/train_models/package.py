"""Write a trained checkpoint as a bundled model folder.

    python -m tools.train_models.package CHECKPOINT WORK FOLDER --layer 5

The folder gets ``config.json``, ``model.safetensors`` (fp16), ``preprocessor_config.json`` and the
catalogue entry ``w2vpraat.json``. Its name decides the kind: ``w2vpraat-base`` is saved as a bare
`Wav2Vec2Model`, every other one with its phone head.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
import torch

from .data import HOP, RATE
from .model import Student, bare, export, make_config

TRAINING_DATA = (
    "LibriSpeech train-clean-100, one utterance from each of 227 speakers (Panayotov et al. 2015, CC BY 4.0)",
    "synthetic English speech of 29 Kokoro-82M voices, 8.5 minutes (Apache-2.0)",
    "targets: encoder of Whisper base (Radford et al. 2022, MIT)",
)
CITATION = (
    "Panayotov, Chen, Povey and Khudanpur (2015), LibriSpeech; "
    "Baevski, Zhou, Mohamed and Auli (2020), wav2vec 2.0; Radford et al. (2022), Whisper"
)
TITLES = {
    "w2vpraat-base": ("Small English base model, distilled without labels", "distillation"),
    "w2vpraat-phone": ("Small English model fine-tuned for phones", "phone"),
}


def catalogue_entry(name: str, layers: int, dim: int, layer: int) -> dict[str, object]:
    """Return the facts that the model catalogue shows.

    Parameters
    ----------
    name : str
        Folder name, which is the model's id.
    layers : int
        Transformer layers; layer 0 is the input of the first.
    dim : int
        Size of a frame vector.
    layer : int
        Recommended layer, chosen on held-out training speakers.

    Returns
    -------
    dict
        Content of ``w2vpraat.json``.
    """
    title, task = TITLES[name]
    return {
        "id": name,
        "title": title,
        "task": task,
        "layers": layers,
        "recommended_layer": layer,
        "dim": dim,
        "rate": RATE,
        "frame_step": HOP / RATE,
        "licence": "CC-BY-4.0",
        "citation": CITATION,
        "languages": ["en"],
        "training_data": "; ".join(TRAINING_DATA),
    }


def write_folder(checkpoint: Path, n_targets: int, folder: Path, layer: int) -> None:
    """Export the averaged weights of a checkpoint.

    Parameters
    ----------
    checkpoint : Path
        File written by `train`.
    n_targets : int
        Size of the distillation head, which is left out of the export.
    folder : Path
        Model folder; its name is the model's id.
    layer : int
        Recommended layer.
    """
    student = Student(make_config(), n_targets)
    student.load_state_dict(torch.load(checkpoint, weights_only=True)["average"])
    model = bare(student.model) if folder.name == "w2vpraat-base" else student.model
    export(model.eval(), folder)
    config = model.config
    entry = catalogue_entry(folder.name, config.num_hidden_layers, config.hidden_size, layer)
    (folder / "w2vpraat.json").write_text(json.dumps(entry, indent=2) + "\n", encoding="utf-8")


def main() -> None:
    """Read the command line and write the folder."""
    raw = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=raw)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("work", type=Path, help="folder filled by prepare")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--layer", type=int, required=True, help="recommended layer")
    args = parser.parse_args()
    n_targets = len(np.load(args.work / "components.npz")["weights"])
    write_folder(args.checkpoint, n_targets, args.folder, args.layer)


if __name__ == "__main__":
    main()
