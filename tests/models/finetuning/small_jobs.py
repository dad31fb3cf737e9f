"""Short runs of training, and what is left of them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file

from w2vpraat.models.catalogue import read_record
from w2vpraat.models.finetuning import Example, Finetuned, Question
from w2vpraat.models.finetuning.training import Training, TrainingJob, train
from w2vpraat.params import FinetuneParams

PHONE = Question("phone", ("sil", "a", "i", "s"))
SEX = Question("sex", ("F", "M"), voice_bound=True)
QUICK: dict[str, Any] = {
    "steps": 6,
    "batch_seconds": 3.0,
    "crop_seconds": 1.0,
    "evaluate_every": 2,
    "checkpoint_every": 2,
    "peak_rate": 3e-3,
    "device": "cpu",
}


def make_job(
    base: Path,
    examples: Sequence[Example],
    output: Path,
    *,
    questions: Sequence[Question] = (PHONE, SEX),
    uses: tuple[int, int, int] = (2, 2, 2),
    **values: Any,
) -> TrainingJob:
    """Return a job; the examples are divided in their order."""
    record = read_record(base)
    first, second = uses[0], uses[0] + uses[1]
    return TrainingJob(
        base,
        record.clock,
        record.do_normalize,
        tuple(questions),
        tuple(examples[:first]),
        tuple(examples[first:second]),
        tuple(examples[second : second + uses[2]]),
        FinetuneParams(**{**QUICK, **values}),
        output,
        {"speakers": [one.speaker for one in examples], **values},
    )


def finish(job: TrainingJob) -> Finetuned:
    """Train to the end."""
    *_, last = train(job)
    assert isinstance(last, Finetuned)
    return last


def steps_of(job: TrainingJob) -> list[Training]:
    """Train to the end and return the events of the steps."""
    return [event for event in train(job) if isinstance(event, Training)]


def weights_in(folder: Path) -> dict[str, torch.Tensor]:
    """Return everything that was learned."""
    model = load_file(folder / "model.safetensors")
    return {**model, **load_file(folder / "heads.safetensors")}


def same_weights(one: Path, two: Path) -> bool:
    """Tell whether two folders hold the same, bit by bit."""
    first, second = weights_in(one), weights_in(two)
    return first.keys() == second.keys() and all(torch.equal(first[name], second[name]) for name in first)
