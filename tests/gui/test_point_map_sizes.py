"""Maps of no token, of one, of all in one place, of thousands of values and of very many."""

from __future__ import annotations

import numpy as np
import pytest
from point_pictures import cloud, drag, picture, place_of
from PySide6.QtCore import QPoint
from pytestqt.qtbot import QtBot
from w2vpraat_gui.views.points.point_map import PointMap


@pytest.mark.parametrize("n", [0, 1, 3])
def test_few_or_no_tokens_are_no_problem(qtbot: QtBot, n: int) -> None:
    made = PointMap()
    qtbot.addWidget(made)
    made.resize(300, 240)
    made.set_picture(picture([(400.0, 400.0)] * n))
    made.set_selected(np.ones(n, dtype=bool))
    made.set_current(0)
    made.zoom(0.5)
    made.grab()
    qtbot.mouseMove(made, QPoint(150, 120))
    drag(made, [QPoint(10, 10), QPoint(290, 10), QPoint(290, 230), QPoint(10, 230)])
    assert made.frame().limits.width > 0.0
    if n:
        made.fit()
        assert made.row_at(place_of(made, n - 1)) == n - 1


def test_all_without_a_place_is_as_good_as_none(qtbot: QtBot) -> None:
    made = PointMap()
    qtbot.addWidget(made)
    made.set_picture(picture([(np.nan, np.nan)] * 3))
    made.grab()
    assert made.describe() == "No tokens to show."


def test_thousands_of_values_are_drawn(qtbot: QtBot) -> None:
    labels = [f"word{number}" for number in range(3000)]
    random = np.random.default_rng(1)
    made = PointMap()
    qtbot.addWidget(made)
    for marks in ("dots", "labels"):
        made.set_picture(picture(random.normal(size=(3000, 2)), labels, marks=marks))
        made.grab()
    assert made.row_at(place_of(made, 2999)) >= 0


def test_a_large_map_answers_at_once(qtbot: QtBot) -> None:
    made = PointMap()
    qtbot.addWidget(made)
    made.resize(600, 500)
    big = cloud(30_000)
    made.set_picture(big)
    told: list[int] = []
    made.lassoed.connect(lambda rows, _how: told.append(len(rows)))
    drag(made, [QPoint(2, 2), QPoint(598, 2), QPoint(598, 498), QPoint(2, 498)])
    assert told == [30_000]
    random = np.random.default_rng(2)
    for row in random.integers(0, 30_000, 20).tolist():
        found = made.row_at(place_of(made, row))
        assert np.abs(big.points[found] - big.points[row]).max() < 1e-9
