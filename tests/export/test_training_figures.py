"""Curves of a training and confusion matrices: what is drawn is what the tables hold."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from w2vpraat.export.training_figures import confusion_figure, training_curves


def history() -> pd.DataFrame:
    rows = []
    for step in (100, 200, 300):
        for task, base in (("phone", 0.5), ("sex", 0.8)):
            rows.append((step, "train", task, 1.0 / step, base, float("nan")))
            rows.append((step, "held_out", task, 2.0 / step, base + step / 10_000, base - 0.1))
    return pd.DataFrame(rows, columns=["step", "split", "task", "loss", "accuracy", "balanced_accuracy"])


def test_losses_of_both_splits_and_accuracies_of_held_out_speakers():
    losses, right = training_curves(history()).axes
    assert len(losses.lines) == 4
    np.testing.assert_allclose(losses.lines[0].get_ydata(), [0.01, 0.005, 1 / 300])
    np.testing.assert_allclose(losses.lines[1].get_ydata(), [0.02, 0.01, 2 / 300])
    np.testing.assert_allclose(right.lines[0].get_ydata(), [51.0, 52.0, 53.0])
    np.testing.assert_allclose(right.lines[3].get_ydata(), [70.0, 70.0, 70.0])
    assert right.lines[0].get_color() == losses.lines[0].get_color() != losses.lines[2].get_color()


def test_every_task_has_a_name_in_the_legend_within_the_figure():
    tasks = [f"task{number}" for number in range(7)]
    table = pd.concat([history().query("task == 'phone'").assign(task=name) for name in tasks])
    figure = training_curves(table)
    (legend,) = figure.legends
    assert [text.get_text() for text in legend.get_texts()] == tasks
    figure.canvas.draw()
    outline = figure.bbox
    for text in (*legend.get_texts(), *(axes.title for axes in figure.axes)):
        box = text.get_window_extent()
        assert outline.x0 <= box.x0 and box.x1 <= outline.x1  # noqa: PT018
        assert outline.y0 <= box.y0 and box.y1 <= outline.y1  # noqa: PT018


def test_rows_of_a_confusion_matrix_are_per_cent_of_the_true_class():
    matrix = np.array([[30, 10, 0], [0, 0, 0], [1, 1, 98]])
    (axes,) = confusion_figure(matrix, ("a", "$x$", "ɔ"), "phone").axes
    shares = axes.images[0].get_array()
    np.testing.assert_allclose(shares[0], [75.0, 25.0, 0.0])
    assert np.isnan(np.ma.filled(shares[1].astype(float), np.nan)).all()  # nobody said it
    assert sorted(text.get_text() for text in axes.texts) == ["1", "1", "25", "75", "98"]
    assert axes.get_xticklabels()[2].get_text() == "ɔ"
    assert axes.get_title() == "phone (% of the row)"


@pytest.mark.parametrize(("n", "numbered"), [(24, True), (25, False)])
def test_numbers_only_where_they_can_be_read(n, numbered):
    (axes,) = confusion_figure(np.eye(n, dtype=np.int64), [f"c{k}" for k in range(n)]).axes
    assert bool(axes.texts) == numbered
