"""Train the base model on CPU cores, one process per core.

    python -m tools.train_models.train WORK CORPUS --start front.pt --out base.pt --minutes 45

It learns without any label: the teacher's last layer from its top, a lower one from its middle, and from its
top the sound that it hears (log-mel bands and pitch), with parts of the input masked. The fine-tuned
models of the family are then made by ``w2vpraat finetune``.
"""

from __future__ import annotations

import argparse
import csv
import json
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from torch import distributed, multiprocessing

from .batches import Batch, Item, draw, normalize
from .model import Student, losses, make_config
from .prepare import N_LOW, N_TOP, load_items
from .probe import folds, pool, predict_held_out, predict_sex, vowel_tokens

LOSS_WEIGHTS = {"top": 1.0, "low": 0.4, "sound": 0.4, "bands": 0.2}
# A tenth of the frames, in pieces of 100 ms.
MASKS = {"mask_time_prob": 0.1, "mask_time_length": 5}


@dataclass(frozen=True)
class Plan:
    """Settings of one run.

    Parameters
    ----------
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

    minutes: float
    peak: float = 1e-3
    warmup: int = 200
    seconds: float = 8.0
    seed: int = 0
    average: float = 0.999
    every: float = 5.0
    flat: float = 0.4


def step(
    student: Student, optimizer: torch.optim.Optimizer, batch: Batch, weights: torch.Tensor
) -> dict[str, float]:
    """Do one optimizer step and return the losses.

    Gradients are averaged over the processes where there are several.
    """
    optimizer.zero_grad(set_to_none=True)
    found = losses(student, batch, weights)
    sum(found[name] * factor for name, factor in LOSS_WEIGHTS.items()).backward()
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


def evaluate(student: Student, items: list[Item], sexes: dict[str, str]) -> dict[str, object]:
    """Return what each layer tells of vowels and sex, on held-out recordings.

    Parameters
    ----------
    student : Student
        Network to score.
    items : list of Item
        Held-out recordings.
    sexes : dict of str to str
        Speaker to F or M; may be empty.

    Returns
    -------
    dict
        ``top`` (squared error), ``vowels`` and ``sex`` per layer (accuracy with speakers held out; sex from
        single vowel tokens, given the vowel).
    """
    student.eval()
    tokens = vowel_tokens([i.utterance for i in items])
    by_name: dict[str, list] = {}
    for token in tokens:
        by_name.setdefault(token.utterance, []).append(token)
    error, vectors, y, speakers = [], [], [], []
    for item in items:
        version = item.versions[0]
        samples = torch.from_numpy(normalize(version.samples.astype(np.float32) / 32768))[None]
        with torch.no_grad(), torch.autocast("cpu", dtype=torch.bfloat16):
            states = student.encoder(samples, output_hidden_states=True)
            top = states.last_hidden_state
            predicted = student.top(top)[0].float().numpy()
        error.append(
            float(((predicted - version.targets[: len(predicted), : predicted.shape[1]]) ** 2).mean())
        )
        layers = [*states.hidden_states[:-1], top]
        frames = torch.stack([layer[0].float() for layer in layers]).numpy()
        for token in by_name.get(item.utterance.name, []):
            vectors.append([pool(layer, token.start, token.end) for layer in frames])
            y.append(token.label)
            speakers.append(token.speaker)
    student.train()
    x, truth, groups = np.array(vectors), np.array(y), folds(np.array(speakers), 6)
    found = [float((predict_held_out(x[:, i], truth, groups) == truth).mean()) for i in range(x.shape[1])]
    made: dict[str, object] = {"top": float(np.mean(error)), "vowels": [round(v, 4) for v in found]}
    sex = np.array([sexes.get(s, "") for s in speakers])
    if set(sex) == {"F", "M"}:
        scores = [predict_sex(x[:, i], truth, np.array(speakers), sex) for i in range(x.shape[1])]
        made["sex"] = [round(v, 4) for v in scores]
    return made


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
    train, dev, weights = load_items(args.work, args.corpus)
    sexes = read_sexes(args.speakers)
    torch.manual_seed(plan.seed)
    student = Student(make_config(**MASKS), N_TOP, N_LOW)
    if args.start:
        student.load_state_dict(torch.load(args.start, weights_only=True)[args.weights], strict=False)
    rng = np.random.default_rng([plan.seed, rank])
    np.random.seed(plan.seed * 100 + rank)  # transformers draws its masks from here
    torch.manual_seed(plan.seed * 100 + rank)
    average = {k: v.clone() for k, v in student.state_dict().items()}
    optimizer = torch.optim.AdamW(
        student.groups(), plan.peak, betas=(0.9, 0.98), weight_decay=0.02, fused=True
    )
    component_weights = torch.from_numpy(weights)
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
                scores = evaluate(student, dev, sexes)
                student.load_state_dict(raw)
                torch.save({"average": average, "raw": raw, "steps": n}, args.out)
                _note(log, {"step": n, "minutes": round(elapsed, 2), "dev": scores})
            if done:
                break
        for group in optimizer.param_groups:
            group["lr"] = group["factor"] * rate(plan, n, elapsed)
        batch = draw(train, plan.seconds, rng)
        recent.append(step(student, optimizer, batch, component_weights))
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


def read_sexes(path: Path | None) -> dict[str, str]:
    """Return speaker to sex from a table with the columns ``speaker`` and ``sex``; nothing without one."""
    if path is None:
        return {}
    with path.open(encoding="utf-8", newline="") as file:
        return {row["speaker"]: row["sex"] for row in csv.DictReader(file)}


def _note(log: Path, entry: dict[str, object]) -> None:
    with log.open("a") as file:
        file.write(json.dumps(entry) + "\n")


def main() -> None:
    """Read the command line and train."""
    raw = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=raw)
    parser.add_argument("work", type=Path, help="folder filled by prepare")
    parser.add_argument("corpus", type=Path)
    parser.add_argument(
        "--speakers", type=Path, help="table of speaker and sex, for the held-out figures only"
    )
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
