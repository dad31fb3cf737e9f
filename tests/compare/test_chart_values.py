"""The numbers of a vowel chart against scipy, numpy and closed forms."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.spatial import ConvexHull
from scipy.stats import chi2, f

from w2vpraat.compare.charts.tokens import axis_values, find_column, gather_chart, natural_order
from w2vpraat.compare.charts.values import (
    chart_values,
    convex_hull,
    group_means,
    mean_ellipse,
    token_ellipse,
)
from w2vpraat.errors import ComparisonError
from w2vpraat.params import ChartParams

PLACES = {"i": (300.0, 2300.0), "a": (750.0, 1400.0), "u": (320.0, 800.0), "ə": (500.0, 1500.0)}


def corpus(n_speakers: int = 4, repeats: int = 6, seed: int = 0) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    rows = [
        {
            "id": f"{speaker}.{label}.{number}",
            "label": label,
            "speaker": f"s{speaker}",
            "sex": "FM"[speaker % 2],
            "F1": random.normal(f1 * (1.0 + 0.05 * speaker), 25.0),
            "F2": random.normal(f2 * (1.0 + 0.05 * speaker), 60.0),
            "word": "heed",
        }
        for speaker in range(n_speakers)
        for label, (f1, f2) in PLACES.items()
        for number in range(repeats + speaker)
    ]
    return pd.DataFrame(rows)


def tracks(times=(0.2, 0.5, 0.8)) -> pd.DataFrame:
    table = corpus()
    parts = [
        table.assign(prop_time=time, F1=table["F1"] + 100.0 * time, F2=table["F2"] - 400.0 * time**2)
        for time in times
    ]
    return pd.concat(parts).sort_values(["id", "prop_time"], ignore_index=True)


def cloud(n: int, seed: int = 0) -> np.ndarray:
    random = np.random.default_rng(seed)
    return random.normal(size=(n, 2)) @ np.array([[90.0, 10.0], [-40.0, 5.0]]) + (1500.0, 500.0)


def inside(ellipse, points: np.ndarray) -> np.ndarray:
    turn = np.radians(ellipse.angle)
    moved = points - (ellipse.x, ellipse.y)
    along = moved @ (np.cos(turn), np.sin(turn))
    across = moved @ (-np.sin(turn), np.cos(turn))
    return (along / ellipse.major) ** 2 + (across / ellipse.minor) ** 2 <= 1.0


@pytest.mark.parametrize("level", [0.3, 0.68, 0.95])
def test_a_token_ellipse_holds_its_share_of_normal_points(level):
    points = cloud(40_000)
    ellipse = token_ellipse(points, level)
    assert inside(ellipse, points).mean() == pytest.approx(level, abs=0.01)
    covariance = np.cov(points.T)
    quantile = chi2.ppf(level, 2)
    assert ellipse.area == pytest.approx(np.pi * quantile * np.sqrt(np.linalg.det(covariance)))
    deviations = ellipse.outline()[:-1] - points.mean(axis=0)
    distances = (deviations @ np.linalg.inv(covariance) * deviations).sum(axis=1)
    assert distances == pytest.approx(np.full(len(distances), quantile))


def test_the_region_of_the_mean_covers_the_true_mean_as_often_as_it_says():
    covered = [
        inside(mean_ellipse(cloud(7, seed), 0.9), np.array([[1500.0, 500.0]]))[0] for seed in range(2000)
    ]
    assert np.mean(covered) == pytest.approx(0.9, abs=0.02)
    points = cloud(7)
    n = len(points)
    quantile = 2 * (n - 1) / (n * (n - 2)) * f.ppf(0.9, 2, n - 2)
    area = np.pi * quantile * np.sqrt(np.linalg.det(np.cov(points.T)))
    assert mean_ellipse(points, 0.9).area == pytest.approx(area)


@pytest.mark.parametrize(
    "points",
    [cloud(3), np.tile(cloud(1), (5, 1)), np.column_stack([np.arange(9.0), 3.0 * np.arange(9.0)]), cloud(0)],
)
def test_too_few_points_or_a_line_make_no_ellipse(points):
    assert token_ellipse(points, 0.68) is None
    assert mean_ellipse(points, 0.68) is None


def test_a_hull_is_that_of_scipy_whatever_the_units():
    points = cloud(50) * (1.0, 1e-6)
    found = convex_hull(points)
    assert found.area == pytest.approx(ConvexHull(points * (1.0, 1e6)).volume * 1e-6)
    assert {tuple(corner) for corner in found.corners} == {
        tuple(points[at]) for at in ConvexHull(points * (1.0, 1e6)).vertices
    }
    square = np.array([[0.0, 0.0], [2.0, 0.0], [2.0, 3.0], [0.0, 3.0], [1.0, 1.0]])
    assert convex_hull(square).area == pytest.approx(6.0)
    assert len(convex_hull(square).corners) == 4
    assert convex_hull(square[:2]) is None
    assert convex_hull(np.column_stack([np.arange(5.0), np.arange(5.0)])) is None


def test_means_are_those_of_pandas_by_group_and_by_speaker():
    table = corpus()
    values = chart_values(table, ChartParams(group="sex", means_by="speaker"))
    expected = table.groupby(["sex", "label"])[["F2", "F1"]].mean()
    found = values.means.set_index(["group", "label"])
    assert found.loc[expected.index, ["x", "y"]].to_numpy() == pytest.approx(expected.to_numpy())
    assert found["n_tokens"].sum() == len(table)
    assert set(found["n_speakers"]) == {2}
    small = table.groupby(["speaker", "label"])[["F2", "F1"]].mean()
    found = values.small.set_index(["by", "label"])
    assert found.loc[small.index, ["x", "y"]].to_numpy() == pytest.approx(small.to_numpy())


def test_over_speakers_each_speaker_counts_once():
    table = corpus()
    values = chart_values(table, ChartParams(unit="speakers", show=("ellipses", "means")))
    per_speaker = table.groupby(["label", "speaker"])[["F2", "F1"]].mean()
    expected = per_speaker.groupby("label").mean()
    found = values.means.set_index("label").loc[expected.index, ["x", "y"]]
    assert found.to_numpy() == pytest.approx(expected.to_numpy())
    tokens = table.groupby("label")[["F2", "F1"]].mean()
    assert not np.allclose(found.to_numpy(), tokens.to_numpy())
    for place, ellipse in values.ellipses:
        means = per_speaker.loc[place["label"]].to_numpy()
        assert ellipse == token_ellipse(means, 0.68)
        assert ellipse.n == 4


def test_hulls_are_around_means_of_labels_or_around_tokens():
    table = corpus()
    one = chart_values(table, ChartParams(show=("hulls",), means_by="speaker"))
    for place, hull in one.hulls:
        own = table[table["speaker"] == place["by"]].groupby("label")[["F2", "F1"]].mean().to_numpy()
        assert hull.area == pytest.approx(ConvexHull(own).volume)
    assert [place["by"] for place, _ in one.hulls] == ["s0", "s1", "s2", "s3"]
    (_, all_tokens), = chart_values(table, ChartParams(show=("hulls",), hull_of="tokens")).hulls  # fmt: skip
    assert all_tokens.area == pytest.approx(ConvexHull(table[["F2", "F1"]].to_numpy()).volume)


def test_trajectories_are_means_at_each_time_over_complete_tokens():
    table = tracks()
    table.loc[(table["id"] == "0.i.0") & (table["prop_time"] == 0.8), "F2"] = np.nan
    values = chart_values(table, ChartParams(show=("trajectories",)))
    whole = table[table["id"] != "0.i.0"]
    expected = whole.groupby(["label", "prop_time"])[["F2", "F1"]].mean()
    found = values.courses.set_index(["label", "time"])
    assert found.loc[expected.index, ["x", "y"]].to_numpy() == pytest.approx(expected.to_numpy())
    assert values.tokens.no_course == 1
    # The point of the token is that at 0.5, which is there.
    middle = table[table["prop_time"] == 0.5].groupby("label")[["F2", "F1"]].mean()
    assert values.means.set_index("label").loc[middle.index, ["x", "y"]].to_numpy() == pytest.approx(
        middle.to_numpy()
    )


def test_the_point_can_be_chosen():
    table = tracks()
    values = chart_values(table, ChartParams(point=0.75))
    late = table[table["prop_time"] == 0.8].groupby("label")["F1"].mean()
    assert values.means.set_index("label").loc[late.index, "y"].to_numpy() == pytest.approx(late.to_numpy())
    assert len(values.tokens.points) == table["id"].nunique()


def test_what_is_left_out_is_counted_by_token():
    table = tracks()
    table.loc[table["id"] == "0.i.0", "F1"] = np.nan
    table.loc[table["id"] == "1.a.2", "F2"] = np.inf
    table.loc[table["id"] == "2.u.1", "label"] = ""
    table.loc[table["id"].isin(["3.u.1", "3.u.2"]), "sex"] = None
    tokens = gather_chart(table, ChartParams(panels="sex"))
    assert tokens.left_out == {"without label": 1, "without sex": 2, "without F2 or F1": 2}
    assert len(tokens.points) == table["id"].nunique() - 5
    assert tokens.panels == ("F", "M")


def test_labels_become_ipa_and_consonants_stay_away():
    table = corpus().replace({"label": {"i": "IY1", "a": "AA0", "u": "T", "ə": "AH0"}})
    tokens = gather_chart(table, ChartParams(label_map="arpabet"))
    assert set(tokens.points["label"]) == {"i", "ɑ", "ə"}
    assert set(tokens.points["colour"]) == {"i", "ɑ", "ə"}
    assert tokens.left_out == {"that are no vowels (arpabet)": int((table["label"] == "T").sum())}


def test_order_of_rows_does_not_matter():
    table = corpus()
    params = ChartParams(show=("tokens", "ellipses", "means", "hulls"), panels="sex", means_by="speaker")
    one = chart_values(table, params).table()
    two = chart_values(table.sample(frac=1.0, random_state=3), params).table()
    pd.testing.assert_frame_equal(one, two, rtol=1e-9)


def test_the_table_of_values_reads_back(tmp_path):
    params = ChartParams(show=("ellipses", "means", "hulls", "trajectories"), group="sex")
    values = chart_values(tracks(), params)
    values.table().to_csv(tmp_path / "values.csv", index=False)
    found = pd.read_csv(tmp_path / "values.csv")
    assert found["kind"].value_counts().to_dict() | {"hull": 0} == {
        "mean": 8,
        "ellipse": 8,
        "trajectory": 24,
        "hull": 0,
    }
    hulls = found[found["kind"] == "hull"]
    for place, hull in values.hulls:
        own = hulls[hulls["group"] == place["group"]]
        assert own[["x", "y"]].to_numpy() == pytest.approx(hull.corners)
        assert own["area"].unique() == pytest.approx([hull.area])


def test_axes_may_be_differences_and_ignore_capitals():
    table = corpus().rename(columns={"F1": "f1"})
    name, values = axis_values(table, "F2-F1")
    assert name == "F2-f1"
    assert values.to_numpy() == pytest.approx((table["F2"] - table["f1"]).to_numpy())
    assert gather_chart(table).y == "f1"
    assert natural_order(["s10", "s2", "S1", "s2"]) == ["S1", "s2", "s10"]


def test_a_table_without_speakers_has_none():
    tokens = gather_chart(corpus().drop(columns="speaker"))
    assert tokens.n_speakers == 0
    assert gather_chart(corpus(), speaker="").n_speakers == 0


@pytest.mark.parametrize(
    ("params", "message", "hint"),
    [
        ({"x": "F2_z"}, 'no column "F2_z"', "did you mean F2"),
        ({"y": "word"}, 'column "word" is not numeric ("heed")', "column of numbers"),
        ({"panels": "sexx"}, 'no column "sexx"', "did you mean sex"),
        ({"only": ("y",)}, 'no token has the label "y"', "labels: a, i, u, ə"),
        ({"panels": "sex", "panel_values": ("X",)}, 'no value "X"', "values: F, M"),
        ({"connect": ("i", "o")}, 'no token has the label "o"', "labels"),
        ({"show": ("trajectories",)}, "several rows per token", "--formant-points"),
        ({"label_map": "arpabet"}, "no token left", "without F2 or F1"),
    ],
)
def test_refusals_name_the_remedy(params, message, hint):
    table = corpus()
    if "label_map" in params:
        table["F1"] = np.nan
    with pytest.raises(ComparisonError) as caught:
        chart_values(table, ChartParams(**params))
    assert message in caught.value.message
    assert hint in caught.value.hint


def test_rows_of_a_token_need_a_time_and_speakers_a_column():
    table = tracks().drop(columns="prop_time")
    with pytest.raises(ComparisonError, match="apart in time"):
        gather_chart(table)
    with pytest.raises(ComparisonError, match="column of speakers"):
        gather_chart(corpus().drop(columns="speaker"), ChartParams(unit="speakers"))
    uneven = tracks()
    uneven["prop_time"] += np.arange(len(uneven)) / 1000.0
    with pytest.raises(ComparisonError, match=f"at all of the {len(uneven)} proportional times"):
        gather_chart(uneven, ChartParams(show=("trajectories",)))
    with pytest.raises(ComparisonError, match="no column"):
        find_column(corpus(), "F9")


def test_group_means_say_nothing_of_nothing():
    tokens = gather_chart(corpus())
    assert group_means(tokens.courses, ("panel", "label", "time")).empty


@pytest.mark.shared_data
def test_vowel_spaces_of_peterson_and_barney(shared_data):
    table = pd.read_csv(shared_data / "formants" / "pb52_phonTools.csv")
    params = ChartParams(show=("hulls", "ellipses"), panels="type", panel_values=("m", "w", "c"))
    values = chart_values(table, params, label="vowel")
    areas = {place["panel"]: hull.area for place, hull in values.hulls}
    assert areas["m"] < areas["w"] < areas["c"]
    # Table II of the paper: men's i at 270 and 2290 Hz, ɑ at 730 and 1090 Hz.
    men = values.means[values.means["panel"] == "m"].set_index("label")
    assert men.loc["i", ["y", "x"]].to_numpy(float) == pytest.approx([270.0, 2290.0], rel=0.02)
    assert men.loc["A", ["y", "x"]].to_numpy(float) == pytest.approx([730.0, 1090.0], rel=0.02)
    assert values.no_ellipse == 0
