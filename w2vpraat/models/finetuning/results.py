"""What training yields: points of its curve, and at the end the model with its figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Counts = NDArray[np.int64]


@dataclass(frozen=True)
class CurvePoint:
    """One task at one step.

    Parameters
    ----------
    step : int
        Updates so far.
    split : str
        ``train`` (mean since the last point) or ``held_out``.
    task : str
        Name of the task.
    loss : float
        Cross-entropy per frame, in nats.
    accuracy : float
        Share of frames whose class was named.
    balanced_accuracy : float
        Mean of the classes' own shares; NaN in training.
    rate : float
        Learning rate.
    """

    step: int
    split: str
    task: str
    loss: float
    accuracy: float
    balanced_accuracy: float
    rate: float


@dataclass(frozen=True)
class Training:
    """Progress between points of the curve.

    Parameters
    ----------
    step, steps : int
        Updates so far, and at most.
    loss : float
        Of this step, all tasks together.
    seconds_left : float
        At the present speed, if training is not stopped early; NaN at the start.
    points : tuple of CurvePoint
        New points, if this step was evaluated.
    best : bool
        Whether these points are the best so far.
    resumed : bool
        Whether this is where an interrupted run goes on.
    """

    step: int
    steps: int
    loss: float
    seconds_left: float
    points: tuple[CurvePoint, ...] = ()
    best: bool = False
    resumed: bool = False


@dataclass(frozen=True, eq=False)
class TaskFigures:
    """How well one task is done on speakers that were not trained on.

    Parameters
    ----------
    task : str
        Name.
    classes : tuple of str
        Rows and columns of `confusion`.
    confusion : ndarray of int, shape (n_classes, n_classes)
        Frames of class (row) that were given the class (column).
    by_speaker : mapping of str to (int, int)
        Speaker to frames named right and frames asked.
    loss : float
        Cross-entropy per frame, in nats.
    """

    task: str
    classes: tuple[str, ...]
    confusion: Counts
    by_speaker: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    loss: float = float("nan")

    @property
    def n_frames(self) -> int:
        """Frames that were asked."""
        return int(self.confusion.sum())

    @property
    def accuracy(self) -> float:
        """Share of frames named right."""
        return float(np.trace(self.confusion) / self.n_frames) if self.n_frames else float("nan")

    @property
    def recall(self) -> NDArray[np.float64]:
        """Share named right of each class; NaN for classes that were not asked."""
        asked = self.confusion.sum(axis=1)
        with np.errstate(invalid="ignore"):
            return np.asarray(np.diag(self.confusion) / np.where(asked > 0, asked, np.nan), np.float64)

    @property
    def balanced_accuracy(self) -> float:
        """Mean recall of the classes that were asked."""
        found = self.recall
        return float(np.nanmean(found)) if np.isfinite(found).any() else float("nan")

    @property
    def f1(self) -> NDArray[np.float64]:
        """F1 of each class; NaN for classes neither asked nor answered."""
        both = self.confusion.sum(axis=1) + self.confusion.sum(axis=0)
        with np.errstate(invalid="ignore"):
            return np.asarray(2 * np.diag(self.confusion) / np.where(both > 0, both, np.nan), np.float64)

    @property
    def macro_f1(self) -> float:
        """Mean F1 of the classes that were asked."""
        asked = self.confusion.sum(axis=1) > 0
        return float(np.nanmean(self.f1[asked])) if asked.any() else float("nan")

    @property
    def majority(self) -> float:
        """Share of the most frequent class: what a guess without listening gives."""
        return float(self.confusion.sum(axis=1).max() / self.n_frames) if self.n_frames else float("nan")

    def accuracy_of(self, speakers: Sequence[str]) -> float:
        """Share named right of some speakers' frames; NaN if none was asked."""
        rows = [self.by_speaker[name] for name in speakers if name in self.by_speaker]
        asked = sum(row[1] for row in rows)
        return sum(row[0] for row in rows) / asked if asked else float("nan")

    def interval(self, n_samples: int = 1000, level: float = 0.95, seed: int = 0) -> tuple[float, float]:
        """Bootstrap interval of the accuracy over speakers; NaN with fewer than two."""
        rows = np.array(list(self.by_speaker.values()), np.float64).reshape(-1, 2)
        if len(rows) < 2:
            return float("nan"), float("nan")
        drawn = np.random.default_rng(seed).multinomial(
            len(rows), np.full(len(rows), 1 / len(rows)), n_samples
        )
        sums = drawn @ rows
        low, high = np.quantile(sums[:, 0] / sums[:, 1], [(1 - level) / 2, (1 + level) / 2])
        return float(low), float(high)


@dataclass(frozen=True, eq=False)
class Finetuned:
    """The result of training, written to a folder.

    Parameters
    ----------
    folder : Path
        Configuration, weights and heads.
    curve : tuple of CurvePoint
        All points.
    figures : tuple of TaskFigures
        One per task.
    split : str
        Whose figures they are: ``test``, ``held_out`` or (with neither) ``train``.
    best_step : int
        Updates behind the weights that were kept.
    steps : int
        Updates made.
    stopped_early : bool
        Whether training ended because nothing got better.
    facts : mapping
        Device, precision, processes, seconds, audio heard, versions.
    """

    folder: Path
    curve: tuple[CurvePoint, ...]
    figures: tuple[TaskFigures, ...]
    split: str
    best_step: int
    steps: int
    stopped_early: bool
    facts: Mapping[str, Any] = field(default_factory=dict)
