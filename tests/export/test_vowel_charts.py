"""Vowel charts: drawn where the numbers are, axes as printed, levels and counts in words, same bytes."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest
from matplotlib.collections import PathCollection
from matplotlib.colors import to_rgb
from matplotlib.text import Annotation

from w2vpraat.compare.charts.values import chart_values
from w2vpraat.errors import ExportError
from w2vpraat.export.charts.letters import letter_path, push_apart
from w2vpraat.export.charts.styles import chart_styles
from w2vpraat.export.charts.text import balanced
from w2vpraat.export.charts.vowel_charts import draw_pages, page_panels, save_charts, vowel_chart
from w2vpraat.params import ChartParams

PLACES = {"i": (300.0, 2300.0), "ɑ": (750.0, 1100.0), "u": (320.0, 800.0), "ɜː": (500.0, 1500.0)}


def corpus(n_speakers: int = 4, repeats: int = 5, places=None, seed: int = 0) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    rows = [
        {
            "id": f"{speaker}.{label}.{number}",
            "label": label,
            "speaker": f"s{speaker}",
            "sex": "FM"[speaker % 2],
            "F1": random.normal(f1 * (1.0 + 0.04 * speaker), 20.0),
            "F2": random.normal(f2 * (1.0 + 0.04 * speaker), 50.0),
        }
        for speaker in range(n_speakers)
        for label, (f1, f2) in (places or PLACES).items()
        for number in range(repeats)
    ]
    return pd.DataFrame(rows)


def tracks() -> pd.DataFrame:
    table = corpus()
    parts = [
        table.assign(prop_time=t, F1=table["F1"] + 80 * t, F2=table["F2"] - 300 * t**2)
        for t in (0.2, 0.5, 0.8)
    ]
    return pd.concat(parts, ignore_index=True)


def letters(axes) -> dict[str, tuple[float, float]]:
    return {item.get_text(): item.xy for item in axes.texts if isinstance(item, Annotation)}


def words(figure) -> str:
    return " ".join(text.get_text().replace("\n", " ") for text in figure.texts)


def drawn(axes, gid: str) -> list:
    return [item for item in (*axes.patches, *axes.lines, *axes.collections) if item.get_gid() == gid]


def test_letters_ellipses_and_tokens_stand_where_the_numbers_are():
    table = corpus()
    params = ChartParams(means_by="speaker")
    values = chart_values(table, params)
    (axes,) = vowel_chart(table, params).axes
    means = table.groupby("label")[["F2", "F1"]].mean()
    assert set(letters(axes)) == set(PLACES)
    for label, place in letters(axes).items():
        assert place == pytest.approx(tuple(means.loc[label]))
    for item in axes.texts:  # no two letters clash here, so none is moved
        assert item.get_position() == pytest.approx((0.0, 0.0), abs=1e-9)
    outlines = [patch.get_xy() for patch in drawn(axes, "ellipse")]
    assert len(outlines) == len(PLACES)
    for (_, ellipse), outline in zip(values.ellipses, outlines, strict=True):
        assert outline == pytest.approx(ellipse.outline())
    tokens = np.concatenate([item.get_offsets() for item in drawn(axes, "tokens")])
    assert sorted(map(tuple, tokens)) == sorted(map(tuple, table[["F2", "F1"]].to_numpy()))
    small = np.concatenate([item.get_offsets() for item in drawn(axes, "letters")])
    per_speaker = table.groupby(["speaker", "label"])[["F2", "F1"]].mean().to_numpy()
    assert np.array(sorted(map(tuple, small))) == pytest.approx(np.array(sorted(map(tuple, per_speaker))))


def test_formant_axes_run_as_printed():
    (axes,) = vowel_chart(corpus()).axes
    assert axes.xaxis_inverted()
    assert axes.yaxis_inverted()
    # On paper: i left of u, and above ɑ.
    paper = {label: axes.transData.transform(place) for label, place in letters(axes).items()}
    assert paper["i"][0] < paper["u"][0]
    assert paper["i"][1] > paper["ɑ"][1]
    assert axes.xaxis.get_label_position() == "top"
    assert axes.yaxis.get_label_position() == "right"
    assert axes.xaxis.get_ticks_position() == "top"
    assert axes.yaxis.get_ticks_position() == "right"


@pytest.mark.parametrize(
    ("params", "inverted", "titles"),
    [
        ({"x": "F2-F1"}, (True, True), ("F2 − F1 (Hz)", "F1 (Hz)")),
        ({"x": "F2_z", "y": "F1_z"}, (True, True), ("F2 (z-score)", "F1 (z-score)")),
        ({"x": "F1", "y": "F2"}, (False, False), ("F1 (Hz)", "F2 (Hz)")),
        ({"x": "dur"}, (False, True), ("dur (s)", "F1 (Hz)")),
        ({"x": "z3_z2", "y": "z3_z1"}, (False, False), ("Z3 − Z2 (Bark)", "Z3 − Z1 (Bark)")),
        ({"axes": "plain"}, (False, False), ("F2 (Hz)", "F1 (Hz)")),
        ({"x": "dur", "axes": "reversed"}, (True, True), ("dur (s)", "F1 (Hz)")),
    ],
)
def test_each_axis_runs_its_way_and_names_its_unit(params, inverted, titles):
    table = corpus()
    table = table.assign(
        F1_z=table["F1"] / 200,
        F2_z=table["F2"] / 500,
        dur=0.1,
        z3_z1=table["F1"] / 99,
        z3_z2=table["F2"] / 99,
    )
    figure = vowel_chart(table, ChartParams(**params))
    axes = figure.axes[0]
    assert (axes.xaxis_inverted(), axes.yaxis_inverted()) == inverted
    assert all(title in [text.get_text() for text in figure.texts] for title in titles)


def test_bark_and_logarithm_space_the_axes():
    for spacing, scale in (("bark", lambda f: 26.81 * f / (1960.0 + f)), ("log", np.log)):
        figure = vowel_chart(corpus(), ChartParams(spacing=spacing))
        axes = figure.axes[0]
        paper = axes.transData.transform([(1000.0, 400.0), (1500.0, 400.0), (2000.0, 400.0)])[:, 0]
        expected = np.diff(scale(np.array([1000.0, 1500.0, 2000.0])))
        assert np.diff(paper)[0] / np.diff(paper)[1] == pytest.approx(expected[0] / expected[1], rel=1e-6)
        assert "spaced" in words(figure)
    with pytest.raises(ExportError, match="axes in Hz"):
        vowel_chart(corpus().assign(a=1.0, b=2.0), ChartParams(x="a", y="b", spacing="log"))


def test_the_caption_states_levels_counts_and_what_is_missing():
    table = corpus()
    table.loc[:2, "F2"] = np.nan
    said = words(vowel_chart(table, ChartParams(ellipse_level=0.8)))
    assert "77 tokens, 4 speakers." in said
    assert "Ellipses: 80 % of a label's tokens if normally distributed." in said
    assert "Left out: 3 without F2 or F1." in said
    said = words(vowel_chart(table, ChartParams(ellipse_level=0.95, ellipse_of="mean")))
    assert "95 % confidence region of the mean (Hotelling), tokens taken as independent." in said
    said = words(vowel_chart(table, ChartParams(ellipse_of="mean", unit="speakers")))
    assert "68 % confidence region of the mean (Hotelling)." in said
    assert "each speaker counted once" in said
    said = words(vowel_chart(table, ChartParams(x_limits=(1000.0, 2600.0))))
    outside = int((table["F2"] < 1000.0).sum() + (table["F2"] > 2600.0).sum())
    assert outside > 10
    assert f"Outside the axes: {outside} of 77 tokens." in said
    few = words(vowel_chart(corpus(1, 2)))
    assert "8 tokens, 1 speaker." in few
    assert "Without ellipse, fewer than 4 tokens or no spread: 4 of 4 means." in few
    assert "Ellipses" not in few


def test_the_area_of_the_vowel_space_is_told_with_its_unit():
    table = corpus()
    params = ChartParams(show=("means", "hulls"))
    ((_, hull),) = chart_values(table, params).hulls
    assert f"area {hull.area / 1e6:#.3g} kHz²" in words(vowel_chart(table, params))
    table = table.assign(F1_z=table["F1"] / 200, F2_z=table["F2"] / 500)
    params = ChartParams(show=("hulls",), x="F2_z", y="F1_z", group="sex")
    said = words(vowel_chart(table, params))
    areas = {place["group"]: hull.area for place, hull in chart_values(table, params).hulls}
    assert f"area in (z-score)²: F {areas['F']:.3g}, M {areas['M']:.3g}." in said
    (axes,) = vowel_chart(table, params).axes
    assert len(drawn(axes, "hull")) == 2
    assert "No hull: fewer than three means of labels" in words(
        vowel_chart(table, ChartParams(show=("hulls",), only=("i", "u")))
    )


def test_small_multiples_share_their_axes_and_come_in_order():
    table = corpus(11)
    figure = vowel_chart(table, ChartParams(panels="speaker"))
    assert [axes.get_title().split()[0] for axes in figure.axes] == [f"s{n}" for n in range(11)]
    assert len({axes.get_xlim() for axes in figure.axes}) == 1
    assert len({axes.get_ylim() for axes in figure.axes}) == 1
    tokens = [
        tuple(map(float, point))
        for axes in figure.axes
        for item in axes.collections
        if isinstance(item, PathCollection)
        for point in item.get_offsets()
    ]
    assert len(tokens) == len(table)
    chosen = vowel_chart(table, ChartParams(panels="speaker", panel_values=("s10", "s2")))
    assert [axes.get_title().split()[0] for axes in chosen.axes] == ["s10", "s2"]
    # Numbers stand at the outer sides only.
    left, right = vowel_chart(table, ChartParams(panels="sex")).axes
    assert not left.yaxis.get_major_ticks()[0].label2.get_visible()
    assert right.yaxis.get_major_ticks()[0].label2.get_visible()


def test_many_charts_are_pages_of_a_pdf_or_a_choice(tmp_path, monkeypatch):
    table = corpus(33, 2)
    params = ChartParams(panels="speaker", show=("means",))
    values = chart_values(table, params)
    assert [len(page) for page in page_panels(values)] == [30, 3]
    with pytest.raises(ExportError, match="33 charts need 2 pages"):
        save_charts(values, params, tmp_path / "chart.png")
    with pytest.raises(ExportError, match="33 charts need 2 pages"):
        vowel_chart(table, params)
    monkeypatch.setattr("w2vpraat.export.charts.vowel_charts.ROWS", 1)
    few = chart_values(corpus(6, 2), params)
    first = save_charts(few, params, tmp_path / "one.pdf").read_bytes()
    assert len(re.findall(rb"/Type /Page\b", first)) == 2
    assert save_charts(few, params, tmp_path / "two.pdf").read_bytes() == first
    one, two = draw_pages(few, params)
    assert "page 1 of 2" in words(one)
    assert "page 2 of 2" in words(two)
    assert [axes.get_title().split()[0] for axes in (*one.axes, *two.axes)] == [f"s{n}" for n in range(6)]
    assert one.axes[0].get_xlim() == two.axes[0].get_xlim()


def test_groups_differ_in_colour_mark_and_line():
    figure = vowel_chart(corpus(), ChartParams(group="sex"))
    (axes,) = figure.axes
    lines = {(patch.get_edgecolor(), str(patch.get_linestyle())) for patch in drawn(axes, "ellipse")}
    assert len(lines) == 2
    assert len({line[0] for line in lines}) == len({line[1] for line in lines}) == 2
    marks = {line.get_marker() for line in drawn(axes, "mean")}
    assert len(marks) == 2
    (legend,) = figure.legends
    assert [text.get_text() for text in legend.get_texts()] == ["F", "M"]
    means = corpus().groupby(["sex", "label"])[["F2", "F1"]].mean().to_numpy()
    places = [(float(line.get_xdata()[0]), float(line.get_ydata()[0])) for line in drawn(axes, "mean")]
    assert np.array(sorted(places)) == pytest.approx(np.array(sorted(map(tuple, means))))


def test_black_is_black_and_labels_need_no_legend():
    (axes,) = vowel_chart(corpus(), ChartParams(colour="none", group="sex")).axes
    for patch in drawn(axes, "ellipse"):
        red, green, blue = to_rgb(patch.get_edgecolor())
        assert red == green == blue
    assert not vowel_chart(corpus()).legends
    plain = vowel_chart(corpus(), ChartParams(show=("tokens", "ellipses")))
    assert [text.get_text() for text in plain.legends[0].get_texts()] == ["i", "u", "ɑ", "ɜː"]
    other = vowel_chart(corpus(), ChartParams(colour="speaker"))
    assert [text.get_text() for text in other.legends[0].get_texts()] == ["s0", "s1", "s2", "s3"]


def test_every_label_has_its_own_colour_and_mark():
    places = {chr(ord("a") + n): (300.0 + 20 * n, 900.0 + 60 * n) for n in range(24)}
    styles = chart_styles(chart_values(corpus(2, 2, places)))
    assert len({(style.colour, style.marker) for style in styles.colours.values()}) == 24


def test_arrows_end_where_the_mean_trajectory_ends():
    table = tracks()
    figure = vowel_chart(table, ChartParams(show=("trajectories",)))
    (axes,) = figure.axes
    means = table.groupby(["prop_time", "label"])[["F2", "F1"]].mean()
    for gid, time in (("start", 0.2), ("head", 0.8)):
        places = [(float(line.get_xdata()[0]), float(line.get_ydata()[0])) for line in drawn(axes, gid)]
        assert np.array(sorted(places)) == pytest.approx(
            np.array(sorted(map(tuple, means.loc[time].to_numpy())))
        )
    assert len(drawn(axes, "trajectory")) == len(PLACES)
    for label, place in letters(axes).items():
        assert place == pytest.approx(tuple(means.loc[(0.2, label)]))
    # The head points along the last step on paper.
    head = drawn(axes, "head")[0]
    turned = head._marker.get_transform().transform(head.get_marker().vertices[[0, 2]])
    own = axes.transData.transform(means.xs(_nearest(means, head), level="label").to_numpy())
    step, direction = own[2] - own[1], turned[0] - turned[1]
    cosine = step @ direction / np.linalg.norm(step) / np.linalg.norm(direction)
    assert cosine == pytest.approx(1.0, abs=0.02)
    assert "20 % to 80 % of the duration (3 points)" in words(figure)


def _nearest(means: pd.DataFrame, head) -> str:
    ends = means.loc[0.8]
    return str((ends - (head.get_xdata()[0], head.get_ydata()[0])).pow(2).sum(axis=1).idxmin())


def test_connected_means_are_lines_in_the_order_asked_for():
    (axes,) = vowel_chart(corpus(), ChartParams(connect=("i", "ɑ", "u", "i"), show=("means",))).axes
    (line,) = drawn(axes, "connection")
    means = corpus().groupby("label")[["F2", "F1"]].mean().loc[["i", "ɑ", "u", "i"]]
    assert line.get_xydata() == pytest.approx(means.to_numpy())


def test_letters_that_would_cover_each_other_move_and_keep_a_line_to_their_place():
    places = {label: (500.0 + n, 1500.0 + n) for n, label in enumerate(["e", "ø", "ɛ̃", "œ", "əʊ"])}
    figure = vowel_chart(corpus(2, 3, {**places, "i": (250.0, 2300.0)}), ChartParams(show=("means",)))
    (axes,) = figure.axes
    figure.canvas.draw()
    boxes = {item.get_text(): item.get_position() for item in axes.texts}
    assert boxes["i"] == pytest.approx((0.0, 0.0), abs=1e-9)
    assert len({tuple(np.round(boxes[name], 3)) for name in places}) == 5
    scale = 72.0 / figure.dpi
    stands = [axes.transData.transform(item.xy) * scale + item.get_position() for item in axes.texts]
    ink = [letter_path(item.get_text(), 13.0, bold=True).get_extents() for item in axes.texts]
    for one in range(len(stands)):
        for two in range(one):
            apart = np.abs(stands[one] - stands[two])
            needed = [(ink[one].width + ink[two].width) / 2, 0.4 * 13.0]
            assert apart[0] >= needed[0] - 0.1 or apart[1] >= needed[1] - 0.1


def test_boxes_part_around_marks_and_stay_inside():
    boxes = push_apart(np.zeros((4, 2)), np.full((4, 2), 2.0), inside=np.array([[-1.0, -30.0], [30.0, 30.0]]))
    gaps = np.abs(boxes[:, None] - boxes[None]).max(axis=2) + 10.0 * np.eye(4)
    assert gaps.min() >= 4.0 - 1e-6
    assert boxes[:, 0].min() >= 1.0
    alone = np.array([[5.0, 5.0], [50.0, 5.0]])
    assert push_apart(alone, np.full((2, 2), 2.0)) == pytest.approx(alone)
    (box,) = push_apart(np.zeros((1, 2)), np.full((1, 2), 2.0), fixed=np.array([[0.5, 0.0]]))
    assert np.abs(box - (0.5, 0.0)).max() > 4.0


@pytest.mark.parametrize("suffix", [".svg", ".pdf", ".png"])
def test_the_same_table_gives_the_same_bytes(tmp_path, suffix):
    params = ChartParams(panels="sex", means_by="speaker", show=("tokens", "ellipses", "means", "hulls"))
    files = [
        save_charts(chart_values(corpus(), params), params, tmp_path / f"{name}{suffix}").read_bytes()
        for name in ("one", "two")
    ]
    assert files[0] == files[1]
    assert len(files[0]) > 5000


def test_odd_tables_are_drawn_all_the_same():
    for table, params in (
        (corpus(1, 1, {"i": (300.0, 2300.0)}), ChartParams()),
        (corpus(1, 2), ChartParams(show=("tokens", "ellipses", "means", "hulls"))),
        (corpus(2, 3, {"a label of many words": (300.0, 2300.0), "$x$": (600.0, 1200.0)}), ChartParams()),
        (corpus().assign(sex="a value that is far too long for a chart"), ChartParams(panels="sex")),
        (corpus().drop(columns="speaker"), ChartParams(title="A $title$ " * 20)),
        (corpus().assign(F1=500.0), ChartParams(token_marks="letters")),
    ):
        figure = vowel_chart(table, params)
        figure.canvas.draw()
        for text in figure.texts:
            box = text.get_window_extent()
            assert box.x0 >= 0.0
            assert box.x1 <= figure.bbox.width
            assert box.y0 >= 0.0
            assert box.y1 <= figure.bbox.height


def test_refusals_about_the_figure(tmp_path):
    for params, message in (
        (ChartParams(width=3.0, panels="sex"), "too small for 2 charts in a row"),
        (ChartParams(x_limits=(900.0,)), "no limits for F2"),
        (ChartParams(y_limits=(0.0, 900.0), spacing="bark"), "can't begin at 0 Hz"),
    ):
        with pytest.raises(ExportError, match=message):
            vowel_chart(corpus(), params)
    with pytest.raises(ExportError, match=r"\.gif"):
        save_charts(chart_values(corpus()), ChartParams(), tmp_path / "chart.gif")


def test_lines_of_a_caption_are_of_about_the_same_length():
    text = "one two three four five six seven eight nine ten eleven twelve"
    lines = balanced(text, 50)
    assert len(lines) == 2
    assert " ".join(lines) == text
    assert min(map(len, lines)) > 25
    assert balanced("short", 50) == ["short"]
