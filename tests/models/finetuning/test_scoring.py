"""Figures: by hand from answers, joined over processes, with intervals over speakers."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from small_jobs import PHONE, SEX, make_job
from torch.nn import functional as F

from w2vpraat.models.finetuning import NOT_ASKED, Example, TaskFigures, scoring
from w2vpraat.models.finetuning.batches import AudioPool
from w2vpraat.models.finetuning.framewise import Framewise
from w2vpraat.params import FinetuneParams

Examples = tuple[Example, ...]


def heard(base: Path, examples: Examples) -> tuple[TaskFigures, ...]:
    job = make_job(base, examples, Path("out"))
    net = Framewise(base, (PHONE, SEX), FinetuneParams()).train()
    pool = AudioPool(16000, True)
    found = scoring.evaluate(net, examples, job.clock, pool, torch.device("cpu"), edge=0.01)
    assert net.training
    return found


def test_figures_by_hand(base: Path, examples: Examples) -> None:
    job = make_job(base, examples, Path("out"))
    net = Framewise(base, (PHONE, SEX), FinetuneParams()).eval()
    pool = AudioPool(16000, True)
    for place, found in enumerate(heard(base, examples)):
        confusion = np.zeros((len(found.classes),) * 2, int)
        losses = []
        for example in examples:
            with torch.inference_mode():
                logits = net(torch.from_numpy(np.array(pool.get(example.versions[0], "mean")))[None])[place][
                    0
                ]
            truth = example.labels(found.task, job.clock, len(logits), 0.01)
            for row, kind in zip(logits, truth, strict=True):
                if kind != NOT_ASKED:
                    confusion[kind, int(row.argmax())] += 1
                    losses.append(float(F.cross_entropy(row, torch.tensor(kind))))
        assert found.confusion.tolist() == confusion.tolist()
        assert found.loss == pytest.approx(np.mean(losses), rel=1e-5)
        assert found.accuracy == pytest.approx(np.trace(confusion) / confusion.sum())
        assert set(found.by_speaker) == {one.speaker for one in examples}
        assert sum(asked for _, asked in found.by_speaker.values()) == confusion.sum()
        assert sum(right for right, _ in found.by_speaker.values()) == np.trace(confusion)


def test_figures_of_processes_are_joined(base: Path, examples: Examples) -> None:
    whole = heard(base, examples)
    joined = scoring.merge([heard(base, examples[0::2]), heard(base, examples[1::2])])
    for one, two in zip(whole, joined, strict=True):
        assert np.array_equal(one.confusion, two.confusion)
        assert one.by_speaker == two.by_speaker
        assert two.loss == pytest.approx(one.loss, rel=1e-6)
    # A process that heard nothing adds nothing.
    joined = scoring.merge([whole, heard(base, ())])
    assert joined[0].loss == pytest.approx(whole[0].loss)


def test_long_recordings_are_heard_in_pieces(
    base: Path, examples: Examples, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = heard(base, examples)
    for seconds in (0.5, 0.9, 1.5):
        monkeypatch.setattr(scoring, "PIECE_SECONDS", seconds)
        pieces = heard(base, examples)
        assert [one.n_frames for one in pieces] == [one.n_frames for one in whole]


def test_recordings_that_are_too_short_are_passed_over(
    base: Path, examples: Examples, tmp_path: Path
) -> None:
    import soundfile

    soundfile.write(tmp_path / "short.wav", np.zeros(300), 16000)
    short = replace(examples[0], versions=(str(tmp_path / "short.wav"),))
    assert heard(base, (short,))[0].n_frames == 0


FIGURES = TaskFigures(
    "t", ("a", "b", "c"), np.array([[8, 2, 0], [5, 5, 0], [0, 0, 0]]), {"x": (9, 10), "y": (4, 10)}, 1.0
)


def test_measures() -> None:
    assert FIGURES.n_frames == 20
    assert FIGURES.accuracy == 0.65
    assert FIGURES.recall[:2].tolist() == [0.8, 0.5]
    assert np.isnan(FIGURES.recall[2])
    assert FIGURES.balanced_accuracy == pytest.approx(0.65)
    assert FIGURES.f1[:2].tolist() == pytest.approx([16 / 23, 10 / 17])
    assert FIGURES.macro_f1 == pytest.approx((16 / 23 + 10 / 17) / 2)
    assert FIGURES.majority == 0.5
    assert FIGURES.accuracy_of(["x"]) == 0.9
    assert np.isnan(FIGURES.accuracy_of(["z"]))


def test_interval_over_speakers() -> None:
    low, high = FIGURES.interval()
    assert (low, high) == (0.4, 0.9)  # both draws of one speaker
    assert FIGURES.interval() == (low, high)
    assert np.isnan(replace(FIGURES, by_speaker={"x": (9, 10)}).interval()).all()


def test_nothing_asked() -> None:
    empty = TaskFigures("t", ("a", "b"), np.zeros((2, 2), np.int64))
    values = (empty.accuracy, empty.balanced_accuracy, empty.macro_f1, empty.majority, *empty.interval())
    assert np.isnan(values).all()
