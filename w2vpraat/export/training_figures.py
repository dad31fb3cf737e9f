"""Figures of a fine-tuning: curves over steps, and which classes are taken for which."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from w2vpraat.export.maps import shown
from w2vpraat.export.styles import HUES, font

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Cells carry their number up to so many classes; with more it could not be read.
MOST_NUMBERED = 24


def _figure(width: float, height: float) -> Figure:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height))
    FigureCanvasAgg(figure)
    return figure


def _plain(axes: Axes) -> None:
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    for text in (*axes.get_xticklabels(), *axes.get_yticklabels()):
        text.set_fontproperties(font(7.5))


def training_curves(history: pd.DataFrame) -> Figure:
    """Draw the losses and the held-out accuracy of each task over the steps.

    Parameters
    ----------
    history : pandas.DataFrame
        As in ``training.csv``: ``step``, ``split`` (``train`` or ``held_out``), ``task``, ``loss``,
        ``accuracy``, ``balanced_accuracy``.

    Returns
    -------
    matplotlib.figure.Figure
        Losses left, accuracies right; one colour per task.
    """
    tasks = list(dict.fromkeys(history["task"]))
    figure = _figure(7.2, 3.0 + 0.16 * (1 + (len(tasks) - 1) // 3))
    bottom = 0.5 + 0.16 * (1 + (len(tasks) - 1) // 3)
    height = figure.get_figheight()
    boxes = [(left, (bottom + 0.25) / height, 0.395, 1.0 - (bottom + 0.6) / height) for left in (0.085, 0.59)]
    losses, right = (figure.add_axes(box) for box in boxes)
    for number, task in enumerate(tasks):
        own = history[history["task"] == task]
        learnt, held = own[own["split"] == "train"], own[own["split"] == "held_out"]
        colour = HUES[number % len(HUES)]
        style: dict[str, Any] = {"color": colour, "linewidth": 1.4}
        losses.plot(learnt["step"], learnt["loss"], linestyle=":", **style)
        losses.plot(held["step"], held["loss"], label=shown(task), **style)
        right.plot(held["step"], 100 * held["accuracy"], **style)
        right.plot(held["step"], 100 * held["balanced_accuracy"], linestyle="--", **style)
    captions = (
        (losses, "cross-entropy (nats)", "training (dotted), held-out speakers (solid)"),
        (right, "frames right (%)", "held-out speakers: plain (solid), balanced (dashed)"),
    )
    for axes, unit, title in captions:
        axes.set_xlabel("step", fontproperties=font(8))
        axes.set_ylabel(unit, fontproperties=font(8))
        axes.set_title(title, fontproperties=font(8.5, bold=True))
        _plain(axes)
    losses.set_ylim(bottom=0.0)
    right.set_ylim(0.0, 100.0)
    figure.legend(
        *losses.get_legend_handles_labels(), loc="lower center", ncols=3, frameon=False, prop=font(8.5)
    )
    return figure


def confusion_figure(matrix: NDArray[np.int64], classes: Sequence[str], title: str = "") -> Figure:
    """Draw a confusion matrix, each row (true class) in per cent of its frames.

    Parameters
    ----------
    matrix : ndarray of int, shape (n_classes, n_classes)
        Frames by true class (rows) and answer (columns).
    classes : sequence of str
    title : str

    Returns
    -------
    matplotlib.figure.Figure
        Numbers are left out beyond 24 classes. Rows without frames stay white.
    """
    n = len(classes)
    side = max(2.2, min(7.0, 0.32 * n))
    left, under = 0.75, 0.85
    figure = _figure(side + left + 0.3, side + under + 0.5)
    width, height = figure.get_size_inches()
    axes = figure.add_axes((left / width, under / height, side / width, side / height))
    totals = matrix.sum(axis=1, keepdims=True)
    with np.errstate(invalid="ignore"):
        shares = np.where(totals > 0, 100.0 * matrix / np.maximum(totals, 1), np.nan)
    axes.imshow(shares, cmap="Blues", vmin=0.0, vmax=100.0, aspect="equal")
    size = 7.5 if n <= 30 else 6.0
    names = [shown(name) for name in classes]
    axes.set_xticks(range(n), names, rotation=90 if n > 8 else 0)
    axes.set_yticks(range(n), names)
    for text in (*axes.get_xticklabels(), *axes.get_yticklabels()):
        text.set_fontproperties(font(size))
    axes.tick_params(length=2)
    axes.set_xlabel("answer", fontproperties=font(8))
    axes.set_ylabel("true class", fontproperties=font(8))
    axes.set_title(f"{title} (% of the row)".strip(), fontproperties=font(8.5, bold=True))
    if n <= MOST_NUMBERED:
        for row, column in np.argwhere(np.nan_to_num(shares) >= 0.5):
            value = float(shares[row, column])
            axes.text(
                column,
                row,
                f"{value:.0f}",
                ha="center",
                va="center",
                color="white" if value > 55.0 else "black",
                fontproperties=font(6.5 if n > 12 else 7.5),
            )
    return figure
