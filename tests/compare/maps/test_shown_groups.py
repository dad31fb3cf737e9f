"""What a map writes and draws about its groups."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from w2vpraat.compare.charts.values import group_means, token_ellipse
from w2vpraat.compare.maps.picture import Factor
from w2vpraat.compare.maps.shown_groups import colour_ellipses, label_colours, label_courses, label_means


@pytest.fixture
def tokens():
    random = np.random.default_rng(2)
    n = 200
    table = pd.DataFrame(
        {
            "label": random.choice(["a", "i", "u"], n),
            "sex": random.choice(["F", "M"], n),
            "x": random.normal(1500.0, 300.0, n),
            "y": random.normal(500.0, 90.0, n),
        }
    )
    table.loc[table["label"] == "u", "sex"] = "F"
    return table


def factor(name, texts, values):
    numbers = {value: number for number, value in enumerate(values)}
    return Factor(name, tuple(values), np.array([numbers.get(text, -1) for text in texts]))


def test_means_and_their_colours_are_those_of_the_charts(tokens):
    points = tokens[["x", "y"]].to_numpy()
    # A value without tokens keeps its number, and a later one need not be in order.
    labels = factor("label", tokens["label"], ["a", "gone", "u", "i"])
    colour = factor("sex", tokens["sex"], ["F", "M"])
    rows = np.flatnonzero(tokens["x"] > 1300.0)
    found = {one.text: one for one in label_means(points, labels, colour, rows)}
    named = tokens.iloc[rows].assign(
        panel="", group="", by="", colour=tokens["sex"], speaker="s", token=np.arange(len(rows))
    )
    expected = group_means(named, ["label"]).set_index("label")
    assert set(found) == {"a", "i", "u"}
    for label, one in found.items():
        wanted = expected.loc[label]
        assert (one.x, one.y, one.n) == (
            pytest.approx(wanted["x"]),
            pytest.approx(wanted["y"]),
            wanted["n_tokens"],
        )
        assert one.colour == {"F": 0, "M": 1, "": -1}[wanted["colour"]]
    assert found["u"].colour == 0
    assert found["a"].colour == -1


def test_many_labels_and_colours_are_counted_like_few(tokens, monkeypatch):
    labels = factor("label", tokens["label"], ["a", "i", "u"])
    colour = factor("sex", tokens["sex"], ["F", "M"])
    rows = np.arange(len(tokens))
    few = label_colours(labels, colour, rows)
    monkeypatch.setattr("w2vpraat.compare.maps.shown_groups.MOST_CELLS", 1)
    np.testing.assert_array_equal(label_colours(labels, colour, rows), few)
    assert few.tolist() == [-1, -1, 0]


def test_ellipses_are_of_each_colour(tokens):
    points = tokens[["x", "y"]].to_numpy()
    colour = factor("sex", tokens["sex"], ["F", "M", "X"])
    found = colour_ellipses(points, colour, np.arange(len(tokens)), 0.68)
    assert [one.text for one in found] == ["F", "M"]
    for one in found:
        expected = token_ellipse(points[tokens["sex"] == one.text], 0.68).outline()
        np.testing.assert_allclose(one.points, expected, rtol=1e-9)


def test_a_course_is_the_mean_of_whole_courses():
    courses = np.array(
        [
            [[0.0, 0.0], [1.0, 2.0]],
            [[2.0, 0.0], [3.0, 4.0]],
            [[100.0, 100.0], [np.nan, 100.0]],
            [[5.0, 5.0], [6.0, 6.0]],
        ]
    )
    labels = factor("label", ["a", "a", "a", "b"], ["a", "b"])
    colour = factor("sex", ["F", "M", "M", "M"], ["F", "M"])
    found = label_courses(courses, labels, colour, np.arange(4))
    assert [(one.text, one.colour, one.points.tolist()) for one in found] == [
        ("a", -1, [[1.0, 0.0], [2.0, 3.0]]),
        ("b", 1, [[5.0, 5.0], [6.0, 6.0]]),
    ]
