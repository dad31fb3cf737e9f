"""Figures of layers: lines, colours, baselines, words; nothing cut off, nothing on top of something else."""

from __future__ import annotations

import numpy as np
import pytest
from layer_tables import (
    LONG,
    MODELS,
    claim_table,
    drawn_texts,
    layer_table,
    overlaps,
    similarity_table,
    strays,
    subspace_table,
)

from w2vpraat.compare.goals.titles import goal_title
from w2vpraat.errors import ExportError
from w2vpraat.export.layer_figures import layer_curves, one_unit, similarity_heatmap, subspace_figure
from w2vpraat.export.pages.claims_page import claims_figure, effect_text
from w2vpraat.export.panels import GREY, model_styles, wrapped


def panels(figure) -> dict[str, object]:
    return {axes.get_title().replace("\n", " "): axes for axes in figure.axes}


def test_every_target_has_a_panel_and_every_model_a_line():
    figure = layer_curves(layer_table(), probe="lda")
    found = panels(figure)
    assert list(found) == [
        "label (speakers held out)",
        "label (trained on the other sex)",
        "speaker, given the label",
        "sex, given the label",
        "sex of whole speakers",
        "dialect, given the label",
    ]
    for axes in found.values():
        assert axes.get_xlabel() == "layer"
        marked = [line for line in axes.lines if line.get_marker() not in ("None", "", None)]
        assert len(marked) == len(MODELS)
        assert len(axes.collections) == len(MODELS)  # bands
        assert len(axes.lines) == len(MODELS) + 2 + 2  # rivals, chance and shuffled
    assert found["label (speakers held out)"].get_ylabel() == "accuracy (%)"
    assert found["sex, given the label"].get_ylabel() == "balanced accuracy (%)"


def test_values_are_those_of_the_table_in_per_cent():
    table = layer_table()
    axes = panels(layer_curves(table, probe="knn"))["speaker, given the label"]
    rows = table[(table["target"] == "speaker_given_label") & (table["probe"] == "knn")]
    rows = rows[(rows["unit"] == "accuracy") & (rows["space"] == "raw")]
    lines = {line.get_color(): line for line in axes.lines if line.get_marker() not in ("None", "", None)}
    for model, style in model_styles(MODELS).items():
        own = rows[rows["model"] == model]
        np.testing.assert_allclose(lines[style.colour].get_ydata(), 100 * own["value"])
        np.testing.assert_allclose(lines[style.colour].get_xdata(), own["layer"])
    dashed = [line for line in axes.lines if line.get_linestyle() == "--" and line.get_linewidth() == 1.0]
    np.testing.assert_allclose(dashed[0].get_ydata(), 4.0)
    level = 100 * rows.loc[rows["representation"] == "F1-F3 Lobanov", "value"].iloc[0]
    assert any(np.allclose(line.get_ydata(), level) for line in axes.lines)


def test_a_probe_leaves_out_targets_without_it():
    assert len(layer_curves(layer_table(), probe="rbf").axes) == 1
    assert len(layer_curves(layer_table(), probe="knn").axes) == 2
    with pytest.raises(ExportError, match="svm"):
        layer_curves(layer_table(), probe="svm")
    with pytest.raises(ExportError):
        layer_curves(layer_table().iloc[:0])


def test_one_unit_is_plain_accuracy_where_there_is_one():
    rows = one_unit(layer_table())
    assert set(rows["space"]) == {"raw"}
    assert set(rows.loc[rows["target"] == "label", "unit"]) == {"accuracy"}
    assert set(rows.loc[rows["target"] == "label", "probe"]) == {"lda"}
    assert set(rows.loc[rows["target"] == "sex_of_speaker", "unit"]) == {"balanced accuracy"}


@pytest.mark.parametrize("models", [MODELS, LONG], ids=["five", "eight long"])
@pytest.mark.parametrize("probe", ["lda", "knn", "rbf"])
def test_curves_cut_nothing_off(models, probe):
    figure = layer_curves(layer_table(models, 25 if probe == "lda" else 13), probe=probe)
    assert strays(figure) == []
    assert overlaps(drawn_texts(figure)) == []
    (legend,) = figure.legends
    texts = [text.get_text() for text in legend.get_texts()]
    assert len(texts) == len(models) + 4
    assert {"random", "F1-F3 Lobanov", "chance", "classes shuffled"} <= set(texts)


def test_colours_are_of_the_model_not_of_the_figure():
    styles = model_styles(LONG)
    assert styles == model_styles(reversed(LONG))
    assert styles["random"].colour == GREY
    assert len({style.colour for style in styles.values()}) == len(LONG)
    assert len({style.marker for style in styles.values()}) == len(LONG)
    colours = [
        {line.get_color() for axes in figure.axes for line in axes.lines if line.get_marker() == "o"}
        for figure in (layer_curves(layer_table()), subspace_figure(subspace_table(), layer_table()))
    ]
    assert colours == [{model_styles(MODELS)["base"].colour}] * 2


def test_one_layer_and_missing_intervals_are_drawn():
    table = layer_table(n_layers=1)
    table.loc[table["model"] == "base", ["low", "high", "shuffled"]] = np.nan
    figure = layer_curves(table)
    assert strays(figure) == []
    assert [text.get_text() for text in figure.axes[0].get_xticklabels()] == ["0"]
    assert len(figure.axes[0].collections) == len(MODELS)


def test_the_heat_map_prints_its_values():
    figure = similarity_heatmap(similarity_table())
    found = panels(figure)
    assert list(found) == [
        "SVCCA with base",
        "PWCCA with base",
        "PWCCA with label (one-hot)",
        "PWCCA with speaker (one-hot)",
        "PWCCA with sex (one-hot)",
    ]
    axes = found["SVCCA with base"]
    cells = {text.get_position(): text.get_text() for text in axes.texts}
    assert len(cells) == len(MODELS) * 5
    assert [cells[layer, 0] for layer in range(5)] == ["–"] * 5  # the reference itself
    assert [cells[layer, 1] for layer in range(5)] == ["0.95", "0.80", "0.65", "0.50", "0.35"]
    assert cells[0, 4] == "−.02"
    assert [text.get_text() for text in axes.get_yticklabels()] == list(MODELS)
    inks = {text.get_text(): text.get_color() for text in axes.texts}
    assert (inks["0.95"], inks["0.35"]) == ("white", "black")


@pytest.mark.parametrize(("models", "layers"), [(MODELS, 13), (LONG, 25), (MODELS[:2], 1)])
def test_the_heat_map_cuts_nothing_off(models, layers):
    figure = similarity_heatmap(similarity_table(models, layers))
    assert figure.axes[0].get_title().startswith("SVCCA with ")
    assert strays(figure) == []
    assert overlaps(drawn_texts(figure)) == []
    with pytest.raises(ExportError):
        similarity_heatmap(similarity_table().iloc[:0])


def test_subspaces_before_and_after():
    figure = subspace_figure(subspace_table(), layer_table())
    overlap, label, speaker = figure.axes
    assert len(overlap.lines) == 2 * len(MODELS)
    assert [line.get_linestyle() for line in overlap.lines].count(":") == len(MODELS)
    np.testing.assert_allclose(overlap.lines[0].get_ydata(), 0.05 * (1 + 0.1 * np.arange(5)))
    for axes in (label, speaker):
        assert len(axes.lines) == 2 * len(MODELS) + 1
        before, after = axes.lines[:2]
        assert (before.get_linestyle(), after.get_linestyle()) == ("-", "--")
        np.testing.assert_allclose(before.get_ydata() - after.get_ydata(), 10.0)
    assert strays(figure) == []
    assert overlaps(drawn_texts(figure)) == []


def test_subspaces_without_probes_say_so():
    table = layer_table()
    figure = subspace_figure(subspace_table(LONG), table[table["target"] == "sex_of_speaker"])
    assert [text.get_text() for text in figure.axes[1].texts] == ["not probed"]
    assert strays(figure) == []
    with pytest.raises(ExportError):
        subspace_figure(subspace_table().iloc[:0], table)


def test_the_forest_has_a_row_per_test():
    figure = claims_figure(claim_table())
    (axes,) = figure.axes
    points = [line for line in axes.lines if line.get_marker() == "o"]
    np.testing.assert_allclose([line.get_xdata()[0] for line in points], [-12.3, 2.0, -1.0])
    bands = [patch for patch in axes.patches if patch.get_width() == pytest.approx(10.0)]
    assert len(bands) == 3
    texts = [text.get_text() for text in figure.texts]
    assert "Claim A" in texts
    assert "Claim B" in texts
    assert "−12.3 [−16.3, −8.3]" in texts
    assert "points" in axes.get_xlabel()
    assert {text.get_text() for text in figure.legends[0].get_texts()} >= {
        "supported",
        "not supported",
        "not enough data",
    }
    assert strays(figure) == []
    assert overlaps(drawn_texts(figure)) == []


def test_words():
    assert goal_title("emotion_of_speaker") == "emotion of whole speakers"
    assert goal_title("home_town_given_label") == "home town, given the label"
    assert wrapped("/a/b/c/" + "d" * 30, 32) == "…/" + "d" * 30
    assert len(wrapped("x" * 300)) <= 40
    assert wrapped("$x$") == r"\$x\$"
    assert effect_text(0.1, float("nan"), float("nan")) == "+10.0"
