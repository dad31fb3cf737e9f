"""How well the network answers on recordings: whole ones, no augmentation. Imports torch."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch.nn import functional as F

from w2vpraat.models.finetuning.batches import AudioPool, Samples
from w2vpraat.models.finetuning.examples import NOT_ASKED, Example
from w2vpraat.models.finetuning.framewise import Framewise
from w2vpraat.models.finetuning.results import TaskFigures
from w2vpraat.models.frames import FrameClock

# Longer recordings are heard in pieces; figures need no overlap.
PIECE_SECONDS = 30.0


def evaluate(
    network: Framewise,
    examples: Sequence[Example],
    clock: FrameClock,
    pool: AudioPool,
    device: torch.device,
    *,
    edge: float,
    dtype: torch.dtype | None = None,
) -> tuple[TaskFigures, ...]:
    """Name the class of every labelled frame of the recordings.

    Parameters
    ----------
    network : Framewise
        Left in training mode if it was.
    examples : sequence of Example
        Recordings.
    clock, pool, device
        Frame times, samples, where the network is.
    edge : float
        As in training.
    dtype : torch.dtype, optional
        Arithmetic; None: float32.

    Returns
    -------
    tuple of TaskFigures
        One per task.
    """
    tasks = network.questions
    confusions = [np.zeros((len(one.classes),) * 2, np.int64) for one in tasks]
    losses, counts = np.zeros(len(tasks)), np.zeros(len(tasks))
    speakers: list[dict[str, tuple[int, int]]] = [{} for _ in tasks]
    was_training = network.training
    network.eval()
    try:
        for example in examples:
            samples = pool.get(example.versions[0], example.channel)
            n_frames = clock.n_frames(len(samples))
            if n_frames == 0:
                continue
            answers = _answers(network, samples, clock, device, dtype)
            for place, one in enumerate(tasks):
                truth = example.labels(one.name, clock, n_frames, edge)
                asked = truth != NOT_ASKED
                if not asked.any():
                    continue
                given = answers[place][torch.from_numpy(asked)]
                wanted = torch.from_numpy(truth[asked])
                losses[place] += float(F.cross_entropy(given, wanted, reduction="sum"))
                counts[place] += len(wanted)
                named = given.argmax(-1).numpy()
                np.add.at(confusions[place], (truth[asked], named), 1)
                right, total = speakers[place].get(example.speaker, (0, 0))
                right += int((named == truth[asked]).sum())
                speakers[place][example.speaker] = (right, total + len(named))
    finally:
        network.train(was_training)
    return tuple(
        TaskFigures(
            one.name,
            one.classes,
            confusions[place],
            speakers[place],
            float(losses[place] / counts[place]) if counts[place] else float("nan"),
        )
        for place, one in enumerate(tasks)
    )


def _answers(
    network: Framewise,
    samples: Samples,
    clock: FrameClock,
    device: torch.device,
    dtype: torch.dtype | None,
) -> list[torch.Tensor]:
    """Logits of all frames on the CPU, one tensor (n_frames, n_classes) per task."""
    n_frames = clock.n_frames(len(samples))
    step = max(1, int(PIECE_SECONDS / clock.hop_seconds))
    # A short rest joins the piece before it.
    firsts = [first for first in range(0, n_frames, step) if first == 0 or n_frames - first > step // 4]
    parts: list[list[torch.Tensor]] = []
    with torch.inference_mode(), torch.autocast(device.type, dtype=dtype, enabled=dtype is not None):
        for first, stop in zip(firsts, [*firsts[1:], n_frames], strict=True):
            begin, end = clock.samples(first, stop)
            piece = torch.from_numpy(np.array(samples[begin:end]))[None].to(device)
            parts.append([one[0].float().cpu() for one in network(piece)])
    return [torch.cat(pieces) for pieces in zip(*parts, strict=True)]


def merge(parts: Sequence[Sequence[TaskFigures]]) -> tuple[TaskFigures, ...]:
    """Join the figures of several processes, each of which heard other recordings."""
    made = []
    for same in zip(*parts, strict=True):
        speakers: dict[str, tuple[int, int]] = {}
        for one in same:
            for name, (right, asked) in one.by_speaker.items():
                known = speakers.get(name, (0, 0))
                speakers[name] = (known[0] + right, known[1] + asked)
        frames = sum(one.n_frames for one in same)
        loss = sum(one.loss * one.n_frames for one in same if one.n_frames)
        confusion = np.sum([one.confusion for one in same], axis=0)
        first = same[0]
        made.append(
            TaskFigures(
                first.task, first.classes, confusion, speakers, loss / frames if frames else float("nan")
            )
        )
    return tuple(made)
