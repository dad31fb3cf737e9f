"""Give the convolutions a start: many small steps towards log-mel bands and the teacher.

    python -m tools.train_models.front WORK CORPUS --out front.pt

A network of random weights needs thousands of updates before its convolutions hear vowels, and
only few of them need the Transformer. Here the convolutions learn alone, with small batches.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np
import torch
from torch import nn

from .batches import Item, draw
from .model import Student, convolve, make_config, mel_bands
from .prepare import N_LOW, N_TOP, load_items

CONTEXT = 11


def train_front(
    student: Student, items: list[Item], weights: np.ndarray, minutes: float, peak: float, seed: int
) -> list[tuple[float, float]]:
    """Train the convolutions of a student in place.

    Parameters
    ----------
    student : Student
        Its feature encoder and its band head learn.
    items : list of Item
        Training recordings.
    weights : ndarray, shape (n_targets,)
        Weight of each teacher component.
    minutes : float
        Length of the run; the rate follows the clock.
    peak : float
        Highest learning rate.
    seed : int
        Seed of the crops.

    Returns
    -------
    list of (float, float)
        Band loss and teacher loss of every step.
    """
    extractor, rng = student.encoder.feature_extractor, np.random.default_rng(seed)
    width, edge = extractor.conv_layers[-1].conv.out_channels, CONTEXT // 2
    teacher_head = nn.Linear(width * CONTEXT, len(weights))
    parameters = [*extractor.parameters(), *student.bands.parameters(), *teacher_head.parameters()]
    optimizer = torch.optim.AdamW(parameters, peak, betas=(0.9, 0.99), weight_decay=0.01)
    factors, history, begin = torch.from_numpy(weights), [], time.time()
    while (share := (time.time() - begin) / 60 / minutes) < 1:
        for group in optimizer.param_groups:
            group["lr"] = peak * min(1, (len(history) + 1) / 100) * max(0.02, min(1, 2 * (1 - share)))
        batch = draw(items, 4.0, rng, lengths=(1.0,))
        with torch.autocast("cpu", dtype=torch.bfloat16):
            convolved = convolve(extractor, batch.samples)
            bands = student.bands(convolved).float()
            around = teacher_head(convolved.unfold(1, CONTEXT, 1).flatten(2)).float()
        band_loss = (bands - mel_bands(batch.clean)).square().mean()
        teacher_loss = (factors * (around - batch.targets[:, edge:-edge]).square()).mean()
        optimizer.zero_grad()
        (band_loss + teacher_loss).backward()
        nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
        history.append((float(band_loss.detach()), float(teacher_loss.detach())))
    return history


def main() -> None:
    """Read the command line and train."""
    raw = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=raw)
    parser.add_argument("work", type=Path, help="folder filled by prepare")
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=1.5)
    parser.add_argument("--peak", type=float, default=2e-3)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(args.seed)
    train, _, weights = load_items(args.work, args.corpus)
    student = Student(make_config(), N_TOP, N_LOW)
    history = train_front(student, train, weights, args.minutes, args.peak, args.seed)
    wanted = ("encoder.feature_extractor.", "bands.")
    torch.save({"average": {k: v for k, v in student.state_dict().items() if k.startswith(wanted)}}, args.out)
    print(f"{len(history)} steps, losses {np.mean(history[-200:], axis=0).round(3)}")


if __name__ == "__main__":
    main()
