"""Training: steps by hand, resuming, stopping early, averages, half precision, seeds."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from small_jobs import PHONE, SEX, finish, make_job, same_weights, steps_of, weights_in
from tone_speech import write_base
from torch.nn import functional as F

from w2vpraat.errors import InputError, ModelError
from w2vpraat.models.finetuning import Example, Question, TaskSpans, checkpoints
from w2vpraat.models.finetuning.batches import AudioPool, BatchSource
from w2vpraat.models.finetuning.folder import read_heads
from w2vpraat.models.finetuning.framewise import Framewise
from w2vpraat.models.finetuning.training import Training, learning_rate, train
from w2vpraat.params import FinetuneParams

Examples = tuple[Example, ...]


@pytest.fixture(scope="session")
def calm_base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a model without dropout, whose steps can be repeated by hand."""
    names = ("attention_dropout", "hidden_dropout", "activation_dropout", "feat_proj_dropout")
    return write_base(tmp_path_factory.mktemp("calm") / "calm", **dict.fromkeys(names, 0.0))


CALM: dict[str, Any] = {"mask_time": 0.0, "head_dropout": 0.0}


@pytest.mark.parametrize("accumulation", [1, 2])
def test_two_steps_by_hand(calm_base: Path, examples: Examples, tmp_path: Path, accumulation: int) -> None:
    values = {**CALM, "steps": 2, "warmup": 0.0, "accumulation": accumulation, "weight_decay": 0.1}
    job = make_job(calm_base, examples, tmp_path / "out", batch_seconds=3.0 / accumulation, **values)
    job = replace(
        job, questions=(replace(PHONE, class_weights=(0.5, 1.0, 2.0, 1.0)), replace(SEX, weight=0.3))
    )
    losses = [event.loss for event in steps_of(job)]

    net = Framewise(calm_base, job.questions, job.params)
    source = BatchSource(job.train, job.questions, job.clock, AudioPool(16000, job.do_normalize), job.params)
    learning = [one for one in net.parameters() if one.requires_grad]
    means = [torch.zeros_like(one) for one in learning]
    squares = [torch.zeros_like(one) for one in learning]
    for step, rate in enumerate((3e-3, 1.5e-3)):
        total = 0.0
        net.zero_grad()
        for part in range(accumulation):
            batch = source.draw(step, 0, part)
            logits = net.train()(torch.from_numpy(batch.samples))
            labels = torch.from_numpy(batch.labels)
            own = [
                F.cross_entropy(
                    one.flatten(0, 1), labels[k].flatten(), torch.tensor(q.class_weights or [1.0] * 2)
                )
                for k, (one, q) in enumerate(zip(logits, job.questions, strict=True))
            ]
            loss = (own[0] + 0.3 * own[1]) / accumulation
            loss.backward()
            total += float(loss.detach())
        assert losses[step] == pytest.approx(total, rel=1e-4)
        norm = float(torch.stack([one.grad.norm() for one in learning]).norm())
        for one, mean, square in zip(learning, means, squares, strict=True):
            gradient = one.grad * min(1.0, 1.0 / norm)
            mean.lerp_(gradient, 0.1)
            square.lerp_(gradient**2, 0.02)
            decay = 0.1 if one.dim() > 1 else 0.0
            corrected = (mean / (1 - 0.9 ** (step + 1))) / ((square / (1 - 0.98 ** (step + 1))).sqrt() + 1e-8)
            one.data = one.data * (1 - rate * decay) - rate * corrected
    # AdamW turns gradients near zero into steps of either sign: a few weights may differ.
    found = weights_in(job.output)
    difference = (found["phone.weight"] - net.heads[0].weight.detach()).abs().flatten()
    assert float(difference.median()) < 2e-5
    name = "encoder.layers.1.feed_forward.output_dense.weight"
    difference = (found[name] - net.encoder.state_dict()[name]).abs().flatten()
    assert float(difference.median()) < 2e-5


@pytest.mark.parametrize(
    ("values", "stop"),
    [
        ({}, 1),
        ({"average": 0.9, "accumulation": 2, "speed": 0.2, "freeze_convolutions": False}, 5),
        ({"precision": "bfloat16", "schedule": "cosine", "mask_features": 0.2}, 4),
    ],
)
def test_a_run_that_was_closed_goes_on_with_the_same_curve(
    base: Path, examples: Examples, tmp_path: Path, values: dict[str, Any], stop: int
) -> None:
    whole = finish(make_job(base, examples, tmp_path / "whole", **values))
    job = make_job(base, examples, tmp_path / "parts", **values)
    events = train(job)
    for event in events:
        if event.step == stop:
            break
    events.close()
    events = train(job)
    first = next(events)
    kept = stop - stop % 2
    assert first == (Training(kept, 6, first.loss, first.seconds_left, resumed=True) if kept else first)
    assert first.resumed == (kept > 0)
    *_, last = events
    assert repr(last.curve) == repr(whole.curve)
    assert (last.best_step, last.steps, last.stopped_early) == (whole.best_step, whole.steps, False)
    assert same_weights(whole.folder, last.folder)
    for one, two in zip(whole.figures, last.figures, strict=True):
        assert np.array_equal(one.confusion, two.confusion)


def test_a_run_that_stopped_after_its_last_step_only_writes(
    base: Path, examples: Examples, tmp_path: Path
) -> None:
    job = make_job(base, examples, tmp_path / "out")
    whole = finish(job)
    before = weights_in(job.output)
    (job.output / "model.safetensors").unlink()
    resumed, last = train(job)
    assert (resumed.step, resumed.resumed) == (6, True)
    assert repr(last.curve) == repr(whole.curve)
    after = weights_in(job.output)
    assert all(torch.equal(before[name], after[name]) for name in before)


def test_only_whole_checkpoints_count_and_one_is_kept(base: Path, examples: Examples, tmp_path: Path) -> None:
    job = make_job(base, examples, tmp_path / "out")
    finish(job)
    folder = job.output / "checkpoints"
    assert [path.name for path in folder.iterdir()] == ["step-00000006"]
    checkpoints.part_folder(job.output, 8)
    assert checkpoints.newest_checkpoint(job.output) == folder / "step-00000006"
    checkpoints.remove_checkpoints(job.output)
    assert checkpoints.newest_checkpoint(job.output) is None


def test_another_run_is_not_mixed_in(base: Path, examples: Examples, tmp_path: Path) -> None:
    finish(make_job(base, examples, tmp_path / "out", steps=2))
    other = make_job(base, examples, tmp_path / "out", steps=4, seed=1)
    with pytest.raises(InputError, match=r"differs in: seed, steps \(use") as caught:
        finish(other)
    assert "--restart" in caught.value.hint
    assert caught.value.file == str(tmp_path / "out")


def test_a_damaged_checkpoint_is_named(base: Path, examples: Examples, tmp_path: Path) -> None:
    job = make_job(base, examples, tmp_path / "out", steps=2)
    finish(job)
    state = job.output / "checkpoints" / "step-00000002" / "state.json"
    state.write_text(state.read_text(encoding="utf-8")[:50], encoding="utf-8")
    with pytest.raises(ModelError, match="is no state of a run") as caught:
        finish(job)
    assert caught.value.file == str(state)


def test_same_seed_same_weights_other_seed_other_weights(
    base: Path, examples: Examples, tmp_path: Path
) -> None:
    for name, seed in (("one", 0), ("two", 0), ("three", 1)):
        torch.manual_seed(len(name))
        np.random.seed(len(name))
        finish(make_job(base, examples, tmp_path / name, seed=seed, speed=0.1))
    assert same_weights(tmp_path / "one", tmp_path / "two")
    assert not same_weights(tmp_path / "one", tmp_path / "three")


def test_training_stops_when_nothing_gets_better(base: Path, examples: Examples, tmp_path: Path) -> None:
    # Nothing is learned, so that the first evaluation stays the best.
    values = {"peak_rate": 0.0, "steps": 100, "patience": 3}
    found = finish(make_job(base, examples, tmp_path / "out", **values))
    assert (found.stopped_early, found.best_step, found.steps) == (True, 2, 8)
    found = finish(make_job(base, examples, tmp_path / "never", **{**values, "patience": 0, "steps": 12}))
    assert (found.stopped_early, found.best_step, found.steps) == (False, 2, 12)


def test_a_run_that_stopped_early_does_not_train_on_when_it_is_started_again(
    base: Path, examples: Examples, tmp_path: Path
) -> None:
    job = make_job(base, examples, tmp_path / "out", peak_rate=0.0, steps=100, patience=3)
    first, second = finish(job), finish(job)
    assert (second.stopped_early, second.steps) == (True, first.steps)


def test_the_best_weights_are_kept(base: Path, examples: Examples, tmp_path: Path) -> None:
    values = {"steps": 12, "peak_rate": 0.02, "schedule": "constant", "evaluate_every": 1, "patience": 0}
    found = finish(make_job(base, examples, tmp_path / "out", uses=(3, 3, 0), **values))
    scores: dict[int, list[float]] = {}
    for point in found.curve:
        if point.split == "held_out":
            scores.setdefault(point.step, []).append(point.balanced_accuracy)
    means = {step: sum(both) / 2 for step, both in scores.items()}
    assert len(means) == 12
    assert found.best_step == max(means, key=lambda step: means[step])
    assert found.best_step < 12
    assert found.split == "held_out"
    figures = [one.balanced_accuracy for one in found.figures]
    assert figures == pytest.approx(scores[found.best_step])


def test_without_held_out_speakers_the_last_weights_are_kept(
    base: Path, examples: Examples, tmp_path: Path
) -> None:
    found = finish(make_job(base, examples, tmp_path / "out", uses=(3, 0, 0)))
    assert (found.split, found.best_step, found.steps) == ("train", 6, 6)
    assert {point.split for point in found.curve} == {"train"}
    assert {point.step for point in found.curve} == {2, 4, 6}
    assert sum(one.n_frames for one in found.figures[:1]) > 150


def test_without_test_speakers_or_without_held_out_ones(
    base: Path, examples: Examples, tmp_path: Path
) -> None:
    found = finish(make_job(base, examples, tmp_path / "a", uses=(3, 0, 3)))
    assert (found.split, found.best_step) == ("test", 6)
    assert set(found.figures[0].by_speaker) == {"M3", "F4", "M5"}


def test_names_of_speakers_can_not_decide_when_to_stop(
    base: Path, examples: Examples, tmp_path: Path
) -> None:
    named = []
    for number, one in enumerate(examples):
        known = number if number < 2 else -100
        spans = {"speaker": TaskSpans(np.array([0.0]), np.array([one.duration]), np.array([known]))}
        named.append(replace(one, spans=spans))
    speaker = Question("speaker", ("F0", "M1"), voice_bound=True)
    found = finish(make_job(base, named, tmp_path / "out", questions=[speaker], patience=1))
    assert (found.steps, found.best_step, found.stopped_early) == (6, 6, False)
    held = [point for point in found.curve if point.split == "held_out"]
    assert len(held) == 3
    assert all(np.isnan(point.accuracy) for point in held)
    assert found.figures[0].n_frames == 0


def test_the_running_average_by_hand(base: Path, examples: Examples, tmp_path: Path) -> None:
    values = {"warmup": 0.0, "schedule": "constant", "uses": (3, 0, 0), "evaluate_every": 9}
    steps = []
    for n in (1, 2, 3):
        finish(make_job(base, examples, tmp_path / str(n), steps=n, **values))
        steps.append(weights_in(tmp_path / str(n)))
    finish(make_job(base, examples, tmp_path / "mean", steps=3, average=0.25, **values))
    found = weights_in(tmp_path / "mean")
    job = make_job(base, examples, tmp_path / "none")
    start = Framewise(base, job.questions, job.params)
    first = {
        f"{q.name}.weight": head.weight.detach() for q, head in zip(job.questions, start.heads, strict=True)
    }
    first |= dict(start.encoder.state_dict())
    for name in ("phone.weight", "sex.weight", "encoder.layers.0.attention.k_proj.weight"):
        mean = first[name]
        for number, own in enumerate(steps, start=1):
            decay = min(0.25, (number + 1) / (number + 10))
            mean = decay * mean + (1 - decay) * own[name]
        assert torch.allclose(found[name], mean, atol=1e-6), name
        assert not torch.allclose(found[name], steps[-1][name], atol=1e-6), name


def test_half_the_size_and_the_figures_of_the_rounded_weights(
    base: Path, examples: Examples, tmp_path: Path
) -> None:
    full = finish(make_job(base, examples, tmp_path / "full"))
    half = finish(make_job(base, examples, tmp_path / "half", half=True))
    sizes = [(found.folder / "model.safetensors").stat().st_size for found in (full, half)]
    assert 0.45 < sizes[1] / sizes[0] < 0.65  # the header stays
    rounded = weights_in(half.folder)
    for name, value in weights_in(full.folder).items():
        assert rounded[name].dtype == torch.float16
        assert torch.equal(rounded[name], value.half()), name
    weight, bias = read_heads(half.folder)["phone"]
    assert (weight.dtype, weight.shape, bias.shape) == (np.float32, (4, 32), (4,))


@pytest.mark.parametrize("precision", ["bfloat16", "float16"])
def test_mixed_precision_learns_on_the_cpu(
    base: Path, examples: Examples, tmp_path: Path, precision: str
) -> None:
    job = make_job(base, examples, tmp_path / "out", precision=precision, steps=12)
    losses = [event.loss for event in steps_of(job)]
    assert np.isfinite(losses).all()
    assert losses[-1] < losses[0]
    assert all(value.dtype == torch.float32 for value in weights_in(job.output).values())


def test_a_loss_that_is_not_finite_ends_the_run(base: Path, examples: Examples, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="not finite any more at step") as caught:
        finish(make_job(base, examples, tmp_path / "out", peak_rate=1e20, warmup=0.0))
    assert "peak_rate" in caught.value.hint


def test_a_device_that_is_not_there(
    base: Path, examples: Examples, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(ModelError, match="device cuda is not available"):
        finish(make_job(base, examples, tmp_path / "out", device="cuda"))


def test_memory_that_does_not_suffice(
    base: Path, examples: Examples, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise RuntimeError("DefaultCPUAllocator: not enough memory: you tried to allocate 7 bytes")

    monkeypatch.setattr(Framewise, "forward", full)
    with pytest.raises(ModelError, match="memory does not suffice for 3 s") as caught:
        finish(make_job(base, examples, tmp_path / "out"))
    assert "accumulation" in caught.value.hint


def test_progress_tells_step_loss_and_time_left(base: Path, examples: Examples, tmp_path: Path) -> None:
    events = steps_of(make_job(base, examples, tmp_path / "out"))
    assert [(event.step, event.steps) for event in events] == [(step, 6) for step in range(1, 7)]
    left = [event.seconds_left for event in events]
    assert left[-1] == 0
    assert all(seconds > 0 for seconds in left[:-1])
    assert [bool(event.points) for event in events] == [False, True] * 3
    assert events[1].best
    tasks = [(point.split, point.task) for point in events[1].points]
    assert tasks == [("train", "phone"), ("train", "sex"), ("held_out", "phone"), ("held_out", "sex")]


@pytest.mark.parametrize(
    ("schedule", "after"),
    [
        ("constant", [1.0] * 8),
        ("linear", [1 - k / 8 for k in range(8)]),
        ("cosine", [0.5 + 0.5 * np.cos(np.pi * k / 8) for k in range(8)]),
    ],
)
def test_learning_rates(schedule: str, after: list[float]) -> None:
    params = FinetuneParams(steps=10, warmup=0.2, peak_rate=2.0, schedule=schedule)
    rates = [learning_rate(params, step) / 2 for step in range(10)]
    assert rates == pytest.approx([0.5, 1.0, *after])
    one = FinetuneParams(steps=1, schedule=schedule, peak_rate=1.0)
    assert learning_rate(one, 0) == 1.0


def test_the_rate_is_the_one_in_the_curve(base: Path, examples: Examples, tmp_path: Path) -> None:
    job = make_job(base, examples, tmp_path / "out", schedule="cosine")
    found = finish(job)
    assert {point.rate for point in found.curve if point.step == 4} == {learning_rate(job.params, 3)}
