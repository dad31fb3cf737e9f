"""The figure of a ranking: every score where it belongs, the leading ones marked, nothing cut."""

from __future__ import annotations

import pandas as pd
import pytest

from w2vpraat.export.figures import save_figure
from w2vpraat.export.ranking_figure import LEADING, OTHER, ranking_figure


@pytest.fixture
def table() -> pd.DataFrame:
    rows = []
    for goal, probe, values in (
        ("label", "lda", {"Lobanov": (0.9, 1), "Hz": (0.7, 3), "phone layer 6": (0.88, 1)}),
        ("sex_given_label", "rbf", {"Lobanov": (0.5, 1), "Hz": (0.9, 2), "phone layer 6": (0.85, 2)}),
    ):
        for name, (value, rank) in values.items():
            rows.append((goal, probe, name, rank, value, value - 0.05, value + 0.04, 0.5))
    columns = ["goal", "probe", "representation", "rank", "value", "low", "high", "chance"]
    return pd.DataFrame(rows, columns=columns).sort_values(["goal", "rank"], kind="stable")


def _points(axes):
    return {
        round(float(line.get_ydata()[0])): (float(line.get_xdata()[0]), line.get_color())
        for line in axes.lines
        if line.get_marker() not in ("None", None, "")
    }


def test_scores_stand_where_they_belong_in_the_order_of_the_label(table) -> None:
    figure = ranking_figure(table)
    label, sex = figure.axes
    assert [text.get_text() for text in label.get_yticklabels()] == ["Lobanov", "phone layer 6", "Hz"]
    assert _points(label) == {
        0: (pytest.approx(90.0), LEADING),
        1: (pytest.approx(88.0), LEADING),
        2: (pytest.approx(70.0), OTHER),
    }
    assert _points(sex)[2] == (pytest.approx(90.0), OTHER)
    assert "less is better" in sex.get_xlabel()
    assert "Gaussian" in sex.get_xlabel()
    assert "more is better" in label.get_xlabel()
    chance = [line for line in label.lines if line.get_linestyle() == "--"]
    assert [float(line.get_xdata()[0]) for line in chance] == [50.0]


def test_long_names_and_missing_intervals_fit(table, tmp_path) -> None:
    table["representation"] = table["representation"].replace(
        {"Hz": "a very long name of a representation " * 2}
    )
    table[["low", "high"]] = float("nan")
    figure = ranking_figure(table)
    figure.draw_without_rendering()
    width, height = figure.get_size_inches() * figure.dpi
    for axes in figure.axes:
        for text in axes.get_yticklabels():
            box = text.get_window_extent()
            assert box.x0 >= 0
            assert box.x1 <= width
        assert 0 <= axes.title.get_window_extent().y1 <= height
    one = save_figure(figure, tmp_path / "one.svg").read_bytes()
    assert save_figure(ranking_figure(table), tmp_path / "two.svg").read_bytes() == one
