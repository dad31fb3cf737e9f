"""The training loop, as an iterator. Imports torch, transformers and accelerate.

accelerate places the network and averages gradients, so that several GPUs or nodes are a matter of how the
program is launched (``accelerate launch`` or ``torchrun``), not of this code. Every random choice of a step
depends on the seed and the step alone: a run that was killed goes on with the same curve.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from math import cos, isfinite, nan, pi
from pathlib import Path
from typing import Any

import torch

from w2vpraat.errors import ModelError
from w2vpraat.models.finetuning import checkpoints
from w2vpraat.models.finetuning.batches import AudioPool, Batch, BatchSource
from w2vpraat.models.finetuning.checkpoints import RunState
from w2vpraat.models.finetuning.engine import Engine
from w2vpraat.models.finetuning.examples import NOT_ASKED, Example, Question
from w2vpraat.models.finetuning.folder import round_to_half, write_model
from w2vpraat.models.finetuning.framewise import Framewise, seeded
from w2vpraat.models.finetuning.results import CurvePoint, Finetuned, TaskFigures, Training
from w2vpraat.models.finetuning.scoring import evaluate, merge
from w2vpraat.models.frames import FrameClock
from w2vpraat.params import FinetuneParams

CLIP = 1.0


@dataclass(frozen=True, eq=False)
class TrainingJob:
    """Everything that training needs.

    Parameters
    ----------
    base : Path
        Folder of the checkpoint to start from.
    clock : FrameClock
        Of the base.
    do_normalize : bool
        Whether its input is normalized.
    questions : tuple of Question
        Tasks with their classes.
    train, held_out, test : tuple of Example
        Recordings, of different speakers.
    params : FinetuneParams
        How to learn.
    output : Path
        Folder of the new model.
    fingerprint : mapping
        What must be the same for an interrupted run to go on.
    pickled : bool
        The base's weights are pickled.
    """

    base: Path
    clock: FrameClock
    do_normalize: bool
    questions: tuple[Question, ...]
    train: tuple[Example, ...]
    held_out: tuple[Example, ...]
    test: tuple[Example, ...]
    params: FinetuneParams
    output: Path
    fingerprint: Mapping[str, Any]
    pickled: bool = False


def train(job: TrainingJob) -> Iterator[Training | Finetuned]:
    """Fine-tune a model.

    Parameters
    ----------
    job : TrainingJob
        What to learn from what.

    Yields
    ------
    Training, then Finetuned
        One event per step. Closing the iterator stops training; a later run with the same job goes on
        from the last checkpoint.

    Raises
    ------
    ModelError
        If memory does not suffice, the loss is not finite any more, or the device does not exist.
    InputError
        If the folder holds an unfinished run of another job.
    """
    with Engine(job.params) as engine:
        yield from _Run(job, engine).events()


class _Run:
    """One run: network, optimizer, state."""

    def __init__(self, job: TrainingJob, engine: Engine) -> None:
        self.job, self.engine, params = job, engine, job.params
        self.pool = AudioPool(job.clock.rate, job.do_normalize)
        self.source = BatchSource(job.train, job.questions, job.clock, self.pool, params)
        network = Framewise(job.base, job.questions, params, pickled=job.pickled)
        learning = [(name, one) for name, one in network.named_parameters() if one.requires_grad]
        # Norms and offsets are not drawn towards zero.
        groups = [
            {"params": [p for _, p in learning if p.dim() > 1], "weight_decay": params.weight_decay},
            {"params": [p for _, p in learning if p.dim() <= 1], "weight_decay": 0.0},
        ]
        optimizer = torch.optim.AdamW(groups, params.peak_rate, betas=(0.9, 0.98))
        self.network = network
        self.model, self.optimizer = engine.prepare(network, optimizer)
        self.average = {n: p.detach().clone() for n, p in learning} if params.average else {}
        # What a step hears, and the names of the weights, depend on the number of processes.
        self.fingerprint = {**job.fingerprint, "processes": engine.processes}
        self.state = RunState(self.fingerprint, train_sums=[[0.0] * 4 for _ in job.questions])
        self.best: dict[str, torch.Tensor] | None = None
        self.seconds = 0.0

    def events(self) -> Iterator[Training | Finetuned]:
        params = self.job.params
        resumed = self._resume()
        if resumed:
            yield Training(self.state.step, params.steps, nan, nan, resumed=True)
        begin, first = time.monotonic(), self.state.step
        with ThreadPoolExecutor(1, thread_name_prefix="w2vpraat-batch") as reader:
            process, parts = self.engine.process, params.accumulation

            def ahead(step: int) -> Any:
                return reader.submit(lambda: [self.source.draw(step, process, part) for part in range(parts)])

            waiting = ahead(first)
            while self.state.step < params.steps and not self._tired():
                batches = waiting.result()
                if self.state.step + 1 < params.steps:
                    waiting = ahead(self.state.step + 1)
                loss = self._step(batches)
                now = time.monotonic()
                left = (now - begin) / (self.state.step - first) * (params.steps - self.state.step)
                event = Training(self.state.step, params.steps, loss, left)
                if self.job.held_out and self._due(params.evaluate_every):
                    event = self._evaluated(event)
                elif not self.job.held_out and self._due(params.evaluate_every):
                    event = replace(event, points=self._train_points())
                if self._due(params.checkpoint_every):
                    self._keep()
                yield event
        self.seconds = time.monotonic() - begin
        yield self._finished()

    def _due(self, every: int) -> bool:
        return self.state.step % every == 0 or self.state.step == self.job.params.steps

    def _tired(self) -> bool:
        return bool(self.job.params.patience) and self.state.worse >= self.job.params.patience

    def _step(self, batches: Sequence[Batch]) -> float:
        """Update the weights once; return the loss."""
        params, engine, step = self.job.params, self.engine, self.state.step
        for group in self.optimizer.param_groups:
            group["lr"] = learning_rate(params, step)
        self.model.train()
        total = 0.0
        try:
            for part, batch in enumerate(batches):
                samples = torch.from_numpy(batch.samples).to(engine.device)
                labels = torch.from_numpy(batch.labels).to(engine.device)
                with (
                    engine.gradients(self.model, last=part + 1 == len(batches)),
                    seeded(params.seed, step, engine.process, part),
                ):
                    with engine.autocast():
                        logits = self.model(samples)
                    losses, loss = self.network.losses(logits, labels)
                    engine.backward(loss / len(batches))
                total += float(loss.detach()) / len(batches)
                self._count(logits, labels, losses)
            engine.clip(self.model, CLIP)
            self.optimizer.step()
            self.optimizer.zero_grad(set_to_none=True)
        except RuntimeError as error:
            raise _explained(error, params) from error
        if not isfinite(total):
            raise ModelError(
                f"the loss is not finite any more at step {step + 1}",
                "make peak_rate smaller or warmup longer, or use precision float32",
            )
        self.state.step += 1
        decay = min(params.average, (self.state.step + 1) / (self.state.step + 10))
        for name, value in self.network.named_parameters() if self.average else ():
            if name in self.average:
                self.average[name].lerp_(value.detach(), 1 - decay)
        return total

    def _count(self, logits: Sequence[torch.Tensor], labels: torch.Tensor, losses: torch.Tensor) -> None:
        for place, answers in enumerate(logits):
            truth = labels[place, :, : answers.shape[1]]
            asked = truth != NOT_ASKED
            right = (answers.detach().argmax(-1)[:, : truth.shape[1]] == truth) & asked
            sums = self.state.train_sums[place]
            if n := int(asked.sum()):
                sums[0] += float(losses[place].detach())
                sums[1] += int(right.sum())
                sums[2] += n
                sums[3] += 1

    def _train_points(self) -> tuple[CurvePoint, ...]:
        rate = learning_rate(self.job.params, self.state.step - 1)
        made = []
        for one, sums in zip(self.job.questions, self.state.train_sums, strict=True):
            loss, right, asked, passes = sums
            shares = (loss / passes, right / asked) if asked else (nan, nan)
            made.append(CurvePoint(self.state.step, "train", one.name, *shares, nan, rate))
        self.state.train_sums = [[0.0] * 4 for _ in self.job.questions]
        self.state.curve += made
        return tuple(made)

    def _evaluated(self, event: Training) -> Training:
        points = self._train_points()
        kept = self._swap(self._averaged())
        figures = self._figures(self.job.held_out)
        known = [one.balanced_accuracy for one in figures if isfinite(one.balanced_accuracy)]
        # Speakers' names can't be asked of other speakers: then nothing decides, and the last weights stay.
        score = sum(known) / len(known) if known else -1.0
        best = score > self.state.best_score
        if best:
            self.state.best_score, self.state.best_step, self.state.worse = score, self.state.step, 0
            self.best = self._weights()
        elif known:
            self.state.worse += 1
        self._swap(kept)
        rate = points[0].rate
        held = tuple(
            CurvePoint(
                self.state.step, "held_out", one.task, one.loss, one.accuracy, one.balanced_accuracy, rate
            )
            for one in figures
        )
        self.state.curve += held
        return replace(event, points=points + held, best=best)

    def _figures(self, examples: Sequence[Example]) -> tuple[TaskFigures, ...]:
        engine, job = self.engine, self.job
        own = examples[engine.process :: engine.processes]
        args = (self.network, own, job.clock, self.pool, engine.device)
        found = evaluate(*args, edge=job.params.edge, dtype=engine.dtype)
        return merge(engine.gather(found))

    def _weights(self) -> dict[str, torch.Tensor]:
        return {name: value.detach().cpu().clone() for name, value in self.network.state_dict().items()}

    def _averaged(self) -> dict[str, torch.Tensor]:
        return dict(self.average)

    def _swap(self, values: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
        """Put other weights in place and return those that were there."""
        old = {}
        with torch.no_grad():
            for name, parameter in self.network.named_parameters():
                if name in values:
                    old[name] = parameter.detach().clone()
                    parameter.copy_(values[name])
        return old

    def _resume(self) -> bool:
        found = checkpoints.newest_checkpoint(self.job.output)
        if found is None:
            return False
        self.state = checkpoints.read_state(found, self.fingerprint)
        self.engine.load(found)
        extra = torch.load(found / "extra.pt", map_location="cpu", weights_only=True)
        for name, value in extra["average"].items():
            self.average[name].copy_(value)
        self.best = extra["best"]
        return True

    def _keep(self) -> None:
        engine, state = self.engine, self.state
        part = checkpoints.part_folder(self.job.output, state.step) if engine.main else None
        part = engine.share(part)
        engine.save(part)
        if engine.main:
            average = {name: value.cpu() for name, value in self.average.items()}
            torch.save({"average": average, "best": self.best}, part / "extra.pt")
            checkpoints.finish_checkpoint(part, state)
        engine.wait()

    def _finished(self) -> Finetuned:
        job, state = self.job, self.state
        if self.best is not None:
            self.network.load_state_dict(self.best)
        else:
            self._swap(self._averaged())
            state.best_step = state.step
        if job.params.half:
            round_to_half(self.network)
        split = "test" if job.test else "held_out" if job.held_out else "train"
        figures = self._figures({"test": job.test, "held_out": job.held_out, "train": job.train}[split])
        if self.engine.main:
            write_model(self.network, job.base, job.output, half=job.params.half)
        self.engine.wait()
        return Finetuned(
            job.output,
            tuple(state.curve),
            figures,
            split,
            state.best_step,
            state.step,
            state.step < job.params.steps,
            {**self.engine.facts, "seconds": round(self.seconds, 1)},
        )


def learning_rate(params: FinetuneParams, step: int) -> float:
    """Return the learning rate of a step, counted from 0."""
    rising = round(params.warmup * params.steps)
    if step < rising:
        return params.peak_rate * (step + 1) / rising
    share = (step - rising) / max(1, params.steps - rising)
    if params.schedule == "cosine":
        return params.peak_rate * 0.5 * (1 + cos(pi * share))
    return params.peak_rate * (1 - share if params.schedule == "linear" else 1.0)


def _explained(error: RuntimeError, params: FinetuneParams) -> ModelError:
    text = " ".join(str(error).split())
    if "memory" in text.lower():
        return ModelError(
            f"memory does not suffice for {params.batch_seconds:g} s at once: {text}",
            "halve batch_seconds and double accumulation, shorten crop_seconds, or set recompute",
        )
    return ModelError(f"training failed: {text}", "see the message of torch above")
