"""Figures of moved boundaries show the numbers of their tables."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from w2vpraat.errors import ExportError
from w2vpraat.export.figures import save_figure
from w2vpraat.export.sensitivity_figures import label_flips, representations_drawn, shift_curves

SHIFTS = (0.005, 0.01, 0.02)


def summary(*, flips: bool = True) -> pd.DataFrame:
    rows = []
    for place, name in enumerate(("F1", "Lobanov F1-F3", "phone layer 6")):
        for number, shift in enumerate(SHIFTS, start=1):
            rate = 0.1 * number + 0.02 * place if flips and place else np.nan
            rows.append(
                {
                    "representation": name,
                    "shift": shift,
                    "flip_rate": rate,
                    "low": rate - 0.03,
                    "high": rate + 0.04,
                    "movement_median": 0.2 * number + place,
                    "movement_p90": 0.5 * number + place,
                    "dim": 3,
                }
            )
    return pd.DataFrame(rows)


def lines(axes) -> list[tuple[list[float], list[float]]]:
    return [(list(line.get_xdata()), list(line.get_ydata())) for line in axes.get_lines()]


def test_curves_hold_flips_with_intervals_and_movements() -> None:
    left, right = shift_curves(summary()).axes
    found = lines(left)
    assert len(found) == 2  # single formants have no labels
    assert np.allclose(found[0][1], [12.0, 22.0, 32.0])
    assert np.allclose(found[1][1], [14.0, 24.0, 34.0])
    assert np.allclose(found[0][0], [5.0, 10.0, 20.0], atol=0.2)
    spans = [path.vertices[:, 1] for path in left.collections[0].get_paths()]
    assert np.allclose(spans[0], [9.0, 16.0])
    moved = lines(right)
    assert len(moved) == 4  # median and 90th percentile of two representations
    assert np.allclose(moved[0], [[5.0, 10.0, 20.0], [1.2, 1.4, 1.6]])
    assert np.allclose(moved[1][1], [1.5, 2.0, 2.5])
    assert [label.get_text() for label in left.get_xticklabels()] == ["5", "10", "20"]
    assert left.get_ylim()[0] == right.get_ylim()[0] == 0.0


def test_without_labels_movements_alone_are_drawn() -> None:
    table = summary(flips=False)
    (axes,) = shift_curves(table).axes
    assert len(lines(axes)) == 6
    assert representations_drawn(table) == ["F1", "Lobanov F1-F3", "phone layer 6"]
    assert representations_drawn(summary()) == ["Lobanov F1-F3", "phone layer 6"]


def test_labels_are_sorted_by_how_fragile_they_are(tmp_path) -> None:
    labels = pd.Series(["i", "i", "ɑ", "ɑ", "ɑ", "$x$"])
    flips = {
        "Lobanov F1-F3": pd.Series([False, True, True, True, True, False], dtype="boolean"),
        "phone layer 6": pd.Series([False, False, True, False, False, None], dtype="boolean"),
    }
    among = representations_drawn(summary())
    figure = label_flips(labels, flips, shift=0.01, among=among)
    (axes,) = figure.axes
    assert [text.get_text() for text in axes.get_xticklabels()] == ["ɑ\n3", "i\n2", "\\$x\\$\n1"]
    first, second = lines(axes)
    assert np.allclose(first[1], [100.0, 50.0, 0.0])
    assert np.allclose(second[1][:2], [100.0 / 3.0, 0.0])
    assert np.isnan(second[1][2])
    curves = shift_curves(summary()).axes[0].get_lines()
    assert [line.get_color() for line in axes.get_lines()] == [line.get_color() for line in curves]
    assert save_figure(figure, tmp_path / "labels.png").stat().st_size > 1000


def test_nothing_to_draw_is_said() -> None:
    with pytest.raises(ExportError, match="no moved boundaries"):
        shift_curves(summary().iloc[:0])
    with pytest.raises(ExportError, match="no moved boundaries"):
        label_flips(pd.Series([], dtype=object), {"x": pd.Series([], dtype="boolean")}, shift=0.01)
