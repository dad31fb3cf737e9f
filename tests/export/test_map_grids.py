"""Grids of maps: rows, columns, colours, the numbers under each."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from layer_tables import LONG, drawn_texts, overlaps, some_maps, strays
from matplotlib.colors import to_rgb

from w2vpraat.errors import ExportError
from w2vpraat.export.map_grids import UNKNOWN, map_grid, numbers_text
from w2vpraat.export.styles import label_styles


def test_rows_are_models_and_columns_methods():
    figure = map_grid(some_maps(), "label")
    assert len(figure.axes) == 6
    assert [axes.get_title() for axes in figure.axes[:3]] == ["principal components", "UMAP", "t-SNE"]
    texts = [text.get_text() for text in figure.texts]
    assert "base\nlayer 4" in texts
    assert "phone\nlayer 4" in texts
    assert any("3 classes, 60 tokens" in text for text in texts)
    upper, lower = figure.axes[0].get_position(), figure.axes[3].get_position()
    assert upper.y0 > lower.y1
    assert upper.x0 == pytest.approx(lower.x0)


def test_every_map_has_its_numbers_under_it():
    figure = map_grid(some_maps(), "label")
    under = [text for text in figure.texts if text.get_text().startswith("10 nearest: ")]
    assert len(under) == 6
    assert under[0].get_text() == (
        "10 nearest: 61 % same (chance 9 %)\nsilhouette −0.04, trustworthiness 0.93"
    )


def test_numbers_that_do_not_exist_are_left_out():
    (item,) = some_maps(("base",), ("pca",))
    nothing = replace(item.quality["label"], agreement=float("nan"), silhouette=float("nan"))
    assert numbers_text(replace(item, quality={"label": nothing}), "label") == "trustworthiness 0.93"


def test_points_have_the_colour_of_their_class():
    (item,) = some_maps(("base",), ("pca",))
    (axes,) = map_grid([item], "label").axes
    styles = label_styles(["i", "ɛ̃", "t͡ʃ"])
    places = {tuple(np.round(place, 9)): row for row, place in enumerate(item.coordinates)}
    seen = 0
    for dots in axes.collections:
        colours = dots.get_facecolors()
        for number, place in enumerate(dots.get_offsets()):
            label = item.factors["label"][places[tuple(np.round(np.asarray(place), 9))]]
            np.testing.assert_allclose(colours[number][:3], to_rgb(styles[label].colour))
            seen += 1
    assert seen == 60


def test_tokens_of_unknown_class_are_grey():
    figure = map_grid(some_maps(("base",), ("pca",)), "sex")
    grey = figure.axes[0].collections[0]
    assert len(grey.get_offsets()) == 20
    np.testing.assert_allclose(grey.get_facecolors()[0][:3], to_rgb(UNKNOWN))
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["female", "male", "not known"]


def test_many_classes_have_no_legend_but_their_number():
    figure = map_grid(some_maps(speakers=40), "speaker")
    assert figure.legends == []
    assert any("40 classes" in text.get_text() for text in figure.texts)
    assert len(map_grid(some_maps(speakers=24), "speaker").legends[0].get_texts()) == 24


@pytest.mark.parametrize("methods", [("pca",), ("pca", "umap"), ("pca", "umap", "tsne")])
@pytest.mark.parametrize("factor", ["label", "speaker"])
def test_nothing_is_cut_off(methods, factor):
    labels = ("$x$", "字", "a very long label", *(f"v{number}" for number in range(20)))
    figure = map_grid(some_maps(LONG[:3], methods, labels=labels), factor)
    assert strays(figure) == []
    assert overlaps(drawn_texts(figure)) == []


def test_letters_are_of_the_bundled_font():
    figure = map_grid(some_maps(), "label")
    assert all(text.get_fontfamily()[0] == "Charis SIL" for text in figure.legends[0].get_texts())


def test_a_missing_map_leaves_a_gap():
    figure = map_grid(some_maps()[1:], "label")
    assert len(figure.axes) == 5
    assert [axes.get_title() for axes in figure.axes].count("principal components") == 1


def test_unknown_factors_are_refused():
    with pytest.raises(ExportError, match="dialect"):
        map_grid(some_maps(), "dialect")
    with pytest.raises(ExportError):
        map_grid([], "label")
