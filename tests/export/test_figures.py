"""The side-by-side figure: axes, styles, odd cases, same bytes."""

from __future__ import annotations

import colorsys
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from layer_tables import drawn_texts, strays
from matplotlib.collections import PathCollection
from matplotlib.ft2font import FT2Font

from w2vpraat.compare import project
from w2vpraat.errors import ExportError
from w2vpraat.export.figures import quality_text, save_figure, side_by_side
from w2vpraat.export.maps import axis_title, shown
from w2vpraat.export.styles import MARKERS, font, label_styles
from w2vpraat.representation import Representation, vector_columns
from w2vpraat.resources import resource_folder

VOWELS = ["i", "ɛ̃", "t͡ʃ", "ɔː", "ʊ"]


def corpus(labels, n_speakers: int = 4, repeats: int = 3, seed: int = 0) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    places = random.uniform([300, 900], [800, 2300], size=(len(labels), 2))
    rows = [
        (f"t{speaker}.{number}.{repeat}", f"s{speaker}", label, *(places[number] * random.normal(1, 0.05, 2)))
        for speaker in range(n_speakers)
        for number, label in enumerate(labels)
        for repeat in range(repeats)
    ]
    return pd.DataFrame(rows, columns=["id", "speaker", "label", "F1", "F2"])


def maps(table: pd.DataFrame, method: str = "pca", name: str = "phone layer 4"):
    values = table[["F1", "F2"]].to_numpy()
    chart = Representation("Lobanov F1-F2", tuple(table["id"]), values / 100, ("F1_z", "F2_z"))
    mixed = values @ np.random.default_rng(1).normal(size=(2, 12))
    vectors = Representation(name, tuple(table["id"]), mixed, vector_columns(12))
    return project(chart, table, "plane"), project(vectors, table, method)


@pytest.fixture(scope="module")
def figure():
    return side_by_side(*maps(corpus(VOWELS)), title="A title", subtitles=("left", "right"))


def test_the_chart_lies_as_phoneticians_print_it(figure):
    chart, embedding = figure.axes
    assert chart.xaxis_inverted()
    assert chart.yaxis_inverted()
    assert chart.get_xlabel() == "F2 (z-score)"
    assert chart.get_ylabel() == "F1 (z-score)"
    assert not embedding.xaxis_inverted()
    assert not embedding.yaxis_inverted()
    assert {embedding.get_xlabel()[:4], embedding.get_ylabel()[:4]} == {"PC 1", "PC 2"}
    assert embedding.get_aspect() == 1.0
    assert chart.get_aspect() == "auto"


def test_both_maps_have_the_same_colours_and_letters(figure):
    colours = [
        [tuple(item.get_facecolor()[0]) for item in axes.collections if isinstance(item, PathCollection)]
        for axes in figure.axes
    ]
    assert colours[0] == colours[1]
    assert len(set(colours[0])) == len(VOWELS)
    for axes in figure.axes:
        assert {text.get_text() for text in axes.texts} == set(VOWELS)
        assert all(text.get_fontfamily()[0] == "Charis SIL" for text in axes.texts)


def test_the_figure_tells_its_numbers(figure):
    texts = " ".join(text.get_text() for text in figure.texts)
    for part in (
        "A title",
        "Lobanov F1-F2",
        "phone layer 4: principal components",
        "60 tokens, 4 speakers",
        "of other speakers",
        "chance",
        "silhouette",
        "trustworthiness",
        "continuity",
        "axes laid like those of the left map",
        "of the variance in common",
        "68 %",
    ):
        assert part in texts


@pytest.mark.parametrize("method", ["pca", "lda", "mds", "tsne"])
def test_the_map_is_laid_like_the_chart(method):
    left, right = maps(corpus(VOWELS), method)
    figure = side_by_side(left, right)
    here, there = (
        {text.get_text(): axes.transData.transform(text.get_position()) for text in axes.texts}
        for axes in figure.axes
    )
    # On paper, in pixels: to the right and upwards.
    chart, embedding = (np.array([found[label] for label in sorted(here)]) for found in (here, there))
    products = [np.corrcoef(chart[:, axis], embedding[:, axis])[0, 1] for axis in (0, 1)]
    assert sum(products) > 1.0
    text = " ".join(text.get_text() for text in figure.texts)
    turned = method in ("mds", "tsne")
    assert ("turned to lie like the left map" in text) == turned
    assert ("axes laid like those of the left map" in text) == (not turned)
    if method == "mds":
        assert figure.axes[1].get_xlabel().startswith("MDS 1 and 2, turned (")
        assert "cosine distances" in text


def test_planes_and_maps_of_other_tokens_are_not_moved():
    left, right = maps(corpus(VOWELS), "mds")
    strangers = replace(right, ids=tuple(f"x{token}" for token in right.ids))
    for one, two in ((right, left), (left, strangers)):
        figure = side_by_side(one, two)
        assert not any("left map" in text.get_text() for text in figure.texts)
        dots = np.vstack([part.get_offsets() for part in figure.axes[1].collections])
        np.testing.assert_allclose(np.sort(dots, axis=0), np.sort(two.coordinates, axis=0))


@pytest.mark.parametrize("labels", [VOWELS, [f"v{number}" for number in range(30)]], ids=["one row", "two"])
def test_the_lines_under_a_map_have_room(labels):
    left, right = maps(corpus(labels, repeats=1), "mds")
    figure = side_by_side(left, right, title="A title", subtitles=("model and layer", "model and layer"))
    boxes = {text.get_text(): box for text, box in drawn_texts(figure)}
    assert set(strays(figure)) <= set(labels)  # means at the edge of a map may hang over
    legend = figure.legends[0].get_window_extent()
    (lowest,) = (box for text, box in boxes.items() if text.startswith("turned to lie like"))
    assert lowest.y0 > legend.y1
    (axis,) = (box for text, box in boxes.items() if text.startswith("MDS 1 and 2, turned ("))
    assert axis.y0 > max(box.y1 for text, box in boxes.items() if text.startswith("10 nearest"))


@pytest.mark.parametrize("suffix", [".svg", ".pdf", ".png"])
def test_files_are_whole_and_repeat(tmp_path, suffix):
    paths = [
        save_figure(side_by_side(*maps(corpus(VOWELS))), tmp_path / f"{name}{suffix}", dpi=60)
        for name in "ab"
    ]
    raw = paths[0].read_bytes()
    assert len(raw) > 5000
    assert raw == paths[1].read_bytes()
    if suffix == ".svg":
        text = raw.decode("utf-8")
        assert "<dc:date>" not in text
        assert "CharisSIL" in text  # glyph outlines of the bundled font


def test_other_endings_are_refused(figure, tmp_path):
    with pytest.raises(ExportError, match="can't be written"):
        save_figure(figure, tmp_path / "figure.gif")
    with pytest.raises(ExportError, match="out of range"):
        side_by_side(*maps(corpus(VOWELS)), ellipse_level=1.0)


@pytest.mark.parametrize(
    "table",
    [
        corpus(["a"]),
        corpus([f"v{number}" for number in range(40)], repeats=1),
        corpus(VOWELS, n_speakers=1),
        corpus(["a", "b"], n_speakers=2, repeats=1),
        corpus(["$x^2$", "_", "字", "a very long label indeed", "\u0303"]),
        corpus(VOWELS).assign(F1=lambda t: t["F1"].where(t.index % 5 > 0)),
        corpus(VOWELS).assign(F1=500.0),
    ],
    ids=["one label", "forty labels", "one speaker", "four tokens", "odd labels", "missing", "flat"],
)
def test_odd_cases_are_drawn(table, tmp_path):
    left, right = maps(
        table, name="a model with a name that is much too long for the heading of half a figure"
    )
    path = save_figure(side_by_side(left, right), tmp_path / "odd.png", dpi=50)
    assert path.stat().st_size > 3000


def test_letters_do_not_cover_each_other():
    table = corpus(VOWELS)
    table[["F1", "F2"]] = np.random.default_rng(0).normal([500, 1500], [50, 100], size=(len(table), 2))
    figure = side_by_side(*maps(table))
    figure.draw_without_rendering()
    boxes = [text.get_window_extent() for text in figure.axes[0].texts]
    centres = np.array([[(box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2] for box in boxes])
    gaps = np.linalg.norm(centres[:, None] - centres, axis=2)[np.triu_indices(len(boxes), 1)]
    assert gaps.min() > 7


def test_a_supervised_map_says_so():
    figure = side_by_side(*maps(corpus(VOWELS), "lda"))
    assert any("supervised" in text.get_text() for text in figure.texts)


def test_numbers_that_do_not_exist_are_not_told():
    left, _ = maps(corpus(["a"], n_speakers=1))
    assert "silhouette" not in quality_text(left)
    assert "other speakers" not in quality_text(left)


def test_styles_stay_apart_and_dark_enough_to_read():
    styles = label_styles([f"v{number:02d}" for number in range(40)])
    assert len({(style.colour, style.marker) for style in styles.values()}) == 40
    for style in styles.values():
        red, green, blue = (int(style.dark[at : at + 2], 16) / 255 for at in (1, 3, 5))
        assert colorsys.rgb_to_hls(red, green, blue)[1] < 0.3
    assert {style.marker for style in styles.values()} <= set(MARKERS)
    assert label_styles("ba") == label_styles("ab")


@pytest.mark.parametrize(
    ("column", "title"),
    [
        ("F2", "F2 (Hz)"),
        ("F1_z", "F1 (z-score)"),
        ("F1_lm", "F1 (ln, re speaker mean)"),
        ("F1_bark_traunmuller", "F1 (bark traunmuller)"),
        ("F2_z@0.5", "F2 (z-score)"),
        ("c0", "c0"),
    ],
)
def test_axis_titles(column, title):
    assert axis_title(column) == title


def test_long_and_lone_labels():
    assert shown("abcdefghij") == "abcdefg…"
    assert shown("\u0303") == "\u25cc\u0303"


def test_the_font_has_the_letters_of_the_ipa():
    face = FT2Font(str(resource_folder() / "fonts" / "CharisSIL-Regular.ttf"))
    letters = "ɑɐɒæɔɛɜɝəɘɪʊʌɤɨʉɯøœʏʃʒθðŋɲɸɣʔɦʁɹɾʋːˑˈˌʰ\u0303\u0329\u0325\u0361\u0361˥˦˧˨˩◌"
    assert [letter for letter in letters if not face.get_char_index(ord(letter))] == []
    assert font(8).get_family()[0] == "Charis SIL"
    assert (resource_folder() / "fonts" / "OFL.txt").read_text("utf-8").count("SIL OPEN FONT LICENSE") == 1
