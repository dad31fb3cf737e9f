"""Train the bundled models on CPU cores, one process per core.

    python -m tools.train_models.train base WORK CORPUS [CORPUS ...] --out base.pt
    python -m tools.train_models.train phone WORK CORPUS [CORPUS ...] --start base.pt --out phone.pt

``base`` learns the teacher's components and sees no phone label. ``phone`` adds cross-entropy on
the phone tier and on the phone probabilities read from the teacher.
"""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from torch import distributed, multiprocessing

from .batches import Batch, Item, draw, normalize
from .data import IGNORE, centres, labels_at
from .model import Student, losses, make_config
from .prepare import load_items
from .probe import folds, pool, predict_held_out, vowel_tokens

LOSS_WEIGHTS = {
    "base": {"distill": 1.0, "bands": 0.5},
    "phone": {"phone": 1.0, "soft": 1.0, "distill": 0.5, "bands": 0.1},
}


@dataclass(frozen=True)
class Plan:
    """Settings of one run.

    Parameters
    ----------
    stage : str
        ``base`` or ``phone``.
    minutes : float
        Length of the run; the learning rate follows the clock.
    peak : float
        Highest learning rate.
    warmup : int
        Steps to reach it.
    seconds : float
        Audio per step and process.
    seed : int
        Seed of weights, crops and masks.
    average : float
        Decay of the running average of the weights, which is what is kept.
    every : float
        Minutes between evaluations.
    flat : float
        Share of the run at the highest rate, before the linear decay.
    """

    stage: str
    minutes: float
    peak: float = 1e-3
    warmup: int = 200
    seconds: float = 8.0
    seed: int = 0
    average: float = 0.999
    every: float = 5.0
    flat: float = 0.4


def step(
    student: Student,
    optimizer: torch.optim.Optimizer,
    batch: Batch,
    weights: torch.Tensor,
    wanted: dict[str, float],
) -> dict[str, float]:
    """Do one optimizer step and return the losses.

    Gradients are averaged over the processes where there are several.
    """
    optimizer.zero_grad(set_to_none=True)
    soft = batch.soft if "soft" in wanted else None
    found = losses(student, batch.samples, batch.targets, weights, batch.labels, soft)
    sum(found[name] * factor for name, factor in wanted.items()).backward()
    parameters = [p for p in student.parameters() if p.grad is not None]
    if distributed.is_initialized():
        flat = torch.cat([p.grad.flatten() for p in parameters])
        distributed.all_reduce(flat)
        flat /= distributed.get_world_size()
        for p, piece in zip(parameters, flat.split([p.numel() for p in parameters]), strict=True):
            p.grad.copy_(piece.view_as(p))
    torch.nn.utils.clip_grad_norm_(parameters, 1.0)
    optimizer.step()
    return {name: float(value.detach()) for name, value in found.items()}


def evaluate(student: Student, items: list[Item]) -> dict[str, object]:
    """Return frame accuracy and vowel identity per layer on held-out recordings.

    Parameters
    ----------
    student : Student
        Network to score.
    items : list of Item
        Held-out recordings.

    Returns
    -------
    dict
        ``frames``, ``distill`` and ``layers`` (vowel accuracy, six speaker folds).
    """
    student.eval()
    tokens = vowel_tokens([i.utterance for i in items])
    by_name: dict[str, list] = {}
    for token in tokens:
        by_name.setdefault(token.utterance, []).append(token)
    right = total = 0
    error, vectors, y, speakers = [], [], [], []
    for item in items:
        samples = torch.from_numpy(normalize(item.versions[0].astype(np.float32) / 32768))[None]
        with torch.no_grad(), torch.autocast("cpu", dtype=torch.bfloat16):
            states = student.model.wav2vec2(samples, output_hidden_states=True)
            top = states.last_hidden_state
            logits, predicted = student.model.classifier(top)[0], student.distill(top)[0]
        labels = labels_at(item.utterance, centres(len(logits)))
        kept = labels != IGNORE
        right += int((logits.argmax(-1).numpy()[kept] == labels[kept]).sum())
        total += int(kept.sum())
        error.append(float(((predicted.float().numpy() - item.targets[: len(logits)]) ** 2).mean()))
        layers = [*states.hidden_states[:-1], top]
        frames = torch.stack([layer[0].float() for layer in layers]).numpy()
        for token in by_name.get(item.utterance.name, []):
            vectors.append([pool(layer, token.start, token.end) for layer in frames])
            y.append(token.label)
            speakers.append(token.speaker)
    student.train()
    x, truth, groups = np.array(vectors), np.array(y), folds(np.array(speakers), 6)
    found = [float((predict_held_out(x[:, i], truth, groups) == truth).mean()) for i in range(x.shape[1])]
    return {"frames": right / total, "distill": float(np.mean(error)), "layers": [round(v, 4) for v in found]}


def rate(plan: Plan, n: int, elapsed: float) -> float:
    """Return the learning rate of step `n` after `elapsed` minutes."""
    share = min(1.0, elapsed / plan.minutes)
    decay = min(1.0, (1 - share) / (1 - plan.flat))
    return plan.peak * min(1.0, (n + 1) / plan.warmup) * max(0.01, decay)


def work(rank: int, world: int, plan: Plan, args: argparse.Namespace) -> None:
    """Run one training process."""
    torch.set_num_threads(1)
    if world > 1:
        address = f"tcp://127.0.0.1:{args.port}"
        distributed.init_process_group("gloo", init_method=address, rank=rank, world_size=world)
    train, dev, weights = load_items(args.work, args.corpora, args.shares)
    chances = np.array([i.weight * i.utterance.phones[-1][1] for i in train])
    chances /= chances.sum()
    torch.manual_seed(plan.seed)
    student = Student(make_config(), len(weights))
    if args.start:
        student.load_state_dict(torch.load(args.start, weights_only=True)[args.weights], strict=False)
    rng = np.random.default_rng([plan.seed, rank])
    np.random.seed(plan.seed * 100 + rank)  # transformers draws its masks from here
    torch.manual_seed(plan.seed * 100 + rank)
    average = {k: v.clone() for k, v in student.state_dict().items()}
    optimizer = torch.optim.AdamW(
        student.groups(), plan.peak, betas=(0.9, 0.98), weight_decay=0.02, fused=True
    )
    factors, component_weights = LOSS_WEIGHTS[plan.stage], torch.from_numpy(weights)
    log = args.out.with_suffix(".jsonl")
    if rank == 0:
        log.write_text(json.dumps({"plan": asdict(plan), "train": len(train), "dev": len(dev)}) + "\n")
    begin, last, n, recent = time.time(), 0.0, 0, []
    while True:
        clock = torch.tensor((time.time() - begin) / 60)
        if world > 1:
            distributed.broadcast(clock, 0)
        elapsed = float(clock)
        done = elapsed >= plan.minutes
        if done or elapsed - last >= plan.every:
            last = elapsed
            if rank == 0:
                raw = {k: v.clone() for k, v in student.state_dict().items()}
                student.load_state_dict(average)
                scores = evaluate(student, dev)
                student.load_state_dict(raw)
                torch.save({"average": average, "raw": raw, "steps": n}, args.out)
                _note(log, {"step": n, "minutes": round(elapsed, 2), "dev": scores})
            if done:
                break
        for group in optimizer.param_groups:
            group["lr"] = group["factor"] * rate(plan, n, elapsed)
        batch = draw(train, chances, plan.seconds, rng)
        recent.append(step(student, optimizer, batch, component_weights, factors))
        n += 1
        decay = min(plan.average, (n + 1) / (n + 10))
        for k, v in student.state_dict().items():
            average[k].lerp_(v, 1 - decay) if v.is_floating_point() else average[k].copy_(v)
        if rank == 0 and n % 100 == 0:
            means = {k: round(float(np.mean([r[k] for r in recent])), 4) for k in recent[0]}
            now = {"step": n, "minutes": round(elapsed, 2), "rate": round(rate(plan, n, elapsed), 6)}
            _note(log, {**now, **means})
            recent = []
    if world > 1:
        distributed.barrier()
        distributed.destroy_process_group()


def _note(log: Path, entry: dict[str, object]) -> None:
    with log.open("a") as file:
        file.write(json.dumps(entry) + "\n")


def main() -> None:
    """Read the command line and train."""
    raw = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=raw)
    parser.add_argument("stage", choices=sorted(LOSS_WEIGHTS))
    parser.add_argument("work", type=Path, help="folder filled by prepare")
    parser.add_argument("corpora", type=Path, nargs="+")
    parser.add_argument("--shares", type=float, nargs="+", help="share of each corpus in the audio")
    parser.add_argument("--start", type=Path, help="checkpoint to start from")
    parser.add_argument("--weights", choices=("average", "raw"), default="average", help="of --start")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=40)
    parser.add_argument("--peak", type=float, default=1e-3)
    parser.add_argument("--flat", type=float, default=0.4)
    parser.add_argument("--every", type=float, default=5)
    parser.add_argument("--seconds", type=float, default=8, help="audio per step and process")
    parser.add_argument("--warmup", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--port", type=int, default=29533)
    args = parser.parse_args()
    plan = Plan(
        stage=args.stage,
        minutes=args.minutes,
        peak=args.peak,
        warmup=args.warmup,
        seconds=args.seconds,
        seed=args.seed,
        every=args.every,
        flat=args.flat,
    )
    if args.processes == 1:
        work(0, 1, plan, args)
    else:
        multiprocessing.spawn(work, (args.processes, plan, args), nprocs=args.processes)


if __name__ == "__main__":
    main()
