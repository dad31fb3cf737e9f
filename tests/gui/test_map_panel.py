"""One map: choices and why some are not possible, long work with cancel and errors, layers and models."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from board_desk import WAIT, BoardDesk, make_board, measured, sample_results
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from w2vpraat_gui.maps.choice_box import ChoiceBox, Option
from w2vpraat_gui.maps.map_panel import MapPanel
from w2vpraat_gui.maps.numbers_line import NumbersLine
from w2vpraat_gui.state import AppState
from w2vpraat_gui.theme import apply_theme

from w2vpraat.compare.maps.picture import MapNumber
from w2vpraat.corpus.textgrid.edits import insert_boundary
from w2vpraat.params import MapParams
from w2vpraat.pipeline.maps.fitting import fitting_map
from w2vpraat.pipeline.maps.live_map import LiveMap
from w2vpraat.pipeline.maps.vectors import fetching_vectors
from w2vpraat.pipeline.running import Results

Key, Button = Qt.Key, Qt.MouseButton


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Results:
    return sample_results(tmp_path_factory)


@pytest.fixture
def bare(qtbot: QtBot, state: AppState) -> Iterator[BoardDesk]:
    made = make_board(qtbot, state)
    yield made
    made.end()


@pytest.fixture
def desk(bare: BoardDesk, results: Results) -> BoardDesk:
    bare.open(results)
    return bare


def pick(desk: BoardDesk, box: ChoiceBox, value: object) -> None:
    """Choose an entry of a list with the keyboard, as one does without a mouse."""
    row = next(n for n, one in enumerate(box.options) if one.value == value)
    box.setFocus()
    start = box.currentIndex()
    for _ in range(abs(row - start)):
        desk.key(box, Key.Key_Down if row > start else Key.Key_Up)
    assert box.currentData() == value


def option(box: ChoiceBox, value: object) -> Option:
    return next(one for one in box.options if one.value == value)


# Choices


def test_quick_lists(desk: BoardDesk, results: Results) -> None:
    left = desk.left
    pick(desk, left.bar.normalization, "nearey2")
    desk.settle()
    assert left.params.normalization == "nearey2"
    assert left.bar.title.whole_text.startswith("F1, F2, Nearey")
    column = results.table.drop_duplicates("id")["F1_lm2" if "F1_lm2" in results.table else "F1_z"]
    assert desk.points(left).shape == (len(column), 2)
    pick(desk, left.bar.colour, "speaker")
    assert desk.picture(left).colour.name == "speaker"  # at once: tokens stay where they are
    assert {one.value for one in left.legend.entries} == {one.speaker for one in results.opened.tokens.kept}
    pick(desk, left.bar.shape, "sex")
    shape = desk.picture(left).shape
    assert shape is not None
    assert shape.name == "sex"
    titles = [one.value for one in left.legend.entries if one.title]
    assert titles == ["speaker", "sex"]
    assert desk.right.params == MapParams(source="embedding")


def test_lists_tell_authors_and_formulas(desk: BoardDesk) -> None:
    tip = option(desk.left.bar.normalization, "lobanov").tip
    assert "Lobanov 1971" in tip
    assert "mean" in tip
    assert "labels help" in option(desk.right.bar.projection, "lda").tip.lower()


def test_what_is_not_possible_says_why(desk: BoardDesk) -> None:
    desk.left.choose(replace(desk.left.params, source="f0", normalization="none"))
    desk.settle()
    box = desk.left.bar.normalization
    assert {one.value for one in box.options} >= {"none", "f0_lz", "f0_st"}
    made = ChoiceBox("Method")
    chosen: list[object] = []
    made.picked.connect(chosen.append)
    made.set_options([Option("a", "A"), Option("b", "B", "tip", "needs F3"), Option("c", "C")], "a")
    made.show()
    assert made.itemData(1, Qt.ItemDataRole.ToolTipRole) == "needs F3"
    desk.key(made, Key.Key_Down)
    assert made.value == "c"
    assert chosen == ["c"]
    made.set_options([Option("a", "A")], "gone")  # a choice that is no entry is still seen
    assert made.currentText() == "gone"
    assert chosen == ["c"]
    made.close()


def test_the_popup(desk: BoardDesk) -> None:
    left = desk.left
    desk.qtbot.mouseClick(left.bar.title, Button.LeftButton)
    choice = left.choice
    assert choice.isVisible()
    boxes = choice.boxes
    assert boxes["scale"].isVisible()
    assert not boxes["model"].isVisible()
    desk.qtbot.mouseClick(choice.formants["F3"], Button.LeftButton)
    assert left.params.formants == ("F1", "F2", "F3")
    for name in ("F1", "F2", "F3"):
        desk.qtbot.mouseClick(choice.formants[name], Button.LeftButton)
    assert left.params.formants == ("F3",)  # one stays
    assert choice.formants["F3"].isChecked()
    pick(desk, boxes["source"], "embedding")
    assert boxes["model"].isVisible()
    assert not boxes["scale"].isVisible()
    assert left.params.normalization == "none"
    desk.settle()
    assert left.params.source == "embedding"
    assert left.model_row.isVisible()
    desk.key(choice, Key.Key_Escape)
    assert not choice.isVisible()


def test_the_menu(desk: BoardDesk) -> None:
    left = desk.left

    def act(title: str) -> None:
        left.menu.fill()
        action = next(one for one in left.menu.actions() if title in one.text())
        assert action.isEnabled()
        action.trigger()

    assert desk.picture(left).means
    act("Labels at their means")
    assert not left.params.means
    assert not desk.picture(left).means
    act("Ellipses")
    assert not left.params.ellipses
    left.menu.fill()
    marks = next(one.menu() for one in left.menu.actions() if one.text() == "Tokens as")
    marks.actions()[1].trigger()  # type: ignore[attr-defined]
    assert desk.picture(left).marks == "labels"
    courses = next(one for one in left.menu.actions() if "courses" in one.text())
    assert not courses.isEnabled()
    assert "one point" in courses.toolTip()
    act("Copy picture")
    image = QGuiApplication.clipboard().image()
    assert image.width() > 2 * left.points.width()
    assert image.height() == 2 * left.points.height()
    colours = {image.pixel(x, y) for x in range(0, image.width(), 7) for y in range(0, image.height(), 7)}
    assert len(colours) > 5
    left.points.zoom(0.3)
    act("Show all of it")
    assert left.points.is_home
    act("Close this map")
    assert len(desk.board.panels) == 1


def test_judging_another_column(desk: BoardDesk) -> None:
    before = desk.right.numbers.line
    desk.right.choose(replace(desk.right.params, judged="speaker"))
    assert desk.right.numbers.is_stale or not desk.right.numbers.numbers
    desk.settle()
    assert desk.right.numbers.line != before
    assert "same speaker" in desk.right.numbers.explanation


def test_the_explanation(desk: BoardDesk) -> None:
    desk.left.choose(replace(desk.left.params, colour="speaker"))
    dialog = desk.left.explain()
    text = dialog.text.toPlainText()
    for part in ("Lobanov 1971", "chart", "68 %", "agreement", "25 of 25 tokens"):
        assert part in text
    dialog.close()


# Messages


def test_only_formants_were_measured(bare: BoardDesk, tmp_path_factory: pytest.TempPathFactory) -> None:
    bare.open(measured(tmp_path_factory.mktemp("formants") / "corpus", "measure"))
    left, right = bare.left, bare.right
    assert left.picture is not None
    assert right.map is None
    assert "No vectors have been made" in right.says.message
    assert "phone" in right.says.message
    assert [one.text() for one in right.says.buttons] == ["Run the model", "Show formants"]
    assert right.says.isVisible()
    # Nothing was run without asking.
    assert not right.work.is_busy
    bare.qtbot.mouseClick(right.says.buttons[0], Button.LeftButton)
    assert right.work.is_busy
    assert "Embedding with phone, layer 6" in right.says.message
    bare.settle()
    assert right.says.message == ""
    assert bare.points(right).shape == (25, 2)
    assert "in 192 dimensions" in right.numbers.line


def test_only_vectors_were_made(bare: BoardDesk, tmp_path_factory: pytest.TempPathFactory) -> None:
    bare.open(measured(tmp_path_factory.mktemp("vectors") / "corpus", "embed"))
    left, right = bare.left, bare.right
    assert right.picture is not None
    assert "Formants were not measured" in left.says.message
    assert [one.text() for one in left.says.buttons] == ["Measure all tokens", "Show vectors"]
    assert not option_of(left, "formants")
    pressed = []
    bare.actions.on("measure.run", lambda: pressed.append(1))
    bare.qtbot.mouseClick(left.says.buttons[0], Button.LeftButton)
    assert pressed == [1]
    bare.qtbot.mouseClick(left.says.buttons[1], Button.LeftButton)
    bare.settle()
    assert left.params.source == "embedding"
    assert left.picture is not None


def option_of(panel: MapPanel, source: str) -> bool:
    """Whether a source can be chosen in the popup."""
    return not option(panel.choice.boxes["source"], source).reason


def test_cancel_goes_back_to_the_map_that_is_there(desk: BoardDesk) -> None:
    right = desk.right
    before, points = right.params, desk.points(right).copy()
    # The lane of models is taken: this map waits for its turn.
    desk.block("heavy")
    desk.qtbot.mouseClick(right.switch.buttons["base"], Button.LeftButton)
    assert right.params.model == "base"
    desk.qtbot.waitUntil(lambda: "Embedding with base" in right.says.message, timeout=WAIT)
    assert right.veil.isVisible()  # the old map stays to be seen, faint
    np.testing.assert_array_equal(desk.points(right), points)
    desk.qtbot.mouseClick(right.says.buttons[0], Button.LeftButton)
    assert not right.work.is_busy
    assert right.says.message == ""
    assert not right.veil.isVisible()
    assert right.params == before
    assert right.switch.buttons["phone"].isChecked()
    desk.release()
    assert "base" not in [key.model for key in desk.feed.live.vector_keys]  # type: ignore[union-attr]


def test_a_new_choice_cancels_the_one_before(desk: BoardDesk) -> None:
    right = desk.right
    desk.block("heavy")
    for name in ("base", "sex"):
        desk.qtbot.mouseClick(right.switch.buttons[name], Button.LeftButton)
    desk.release()
    assert right.map is not None
    assert right.map.title.startswith("sex layer")
    assert right.error is None


def test_edits_while_a_map_is_made(desk: BoardDesk, results: Results) -> None:
    left, token = desk.left, results.opened.tokens.kept[0].id
    before = desk.points(left).copy()
    desk.document(token.rpartition("#")[0])
    desk.settle()
    desk.block("maps", 2)
    left.choose(replace(left.params, normalization="nearey2"))
    with desk.qtbot.waitSignal(desk.feed.changed, timeout=WAIT):
        desk.shorten(token, -0.04)
    assert left.work.is_busy
    desk.release()
    live = desk.feed.live
    assert live is not None
    fresh = list(fitting_map(live.snapshot(), left.params))[-1]
    assert isinstance(fresh, LiveMap)
    np.testing.assert_allclose(desk.points(left), fresh.placed.points, atol=1e-9)
    assert not np.allclose(before, desk.points(left))


def test_edits_while_a_model_runs(desk: BoardDesk, results: Results) -> None:
    """An interval is split while vectors are fetched: no token is left without one, or has another's."""
    right, token = desk.right, results.opened.tokens.kept[0]
    document = desk.document(token.id.rpartition("#")[0])
    desk.settle()
    desk.block("heavy")
    desk.qtbot.mouseClick(right.switch.buttons["base"], Button.LeftButton)
    grid = insert_boundary(document.grid, token.tier_number, (token.start + token.end) / 2)
    with desk.qtbot.waitSignal(desk.feed.changed, timeout=WAIT):
        desk.state.history.edit(document, "Add boundary", grid)
    desk.release()
    live = desk.feed.live
    assert live is not None
    assert right.map is not None
    assert right.map.title == "base layer 6"
    fresh = list(fetching_vectors(live.snapshot(), [replace(live.vector_keys[0], model="base", layer=6)]))[-1]
    assert fresh == {}  # all are here
    key = right.offer.key
    assert key is not None
    assert np.isfinite(live.vectors(key)).all()
    assert len(desk.points(right)) == len(live.ids)


def test_errors_are_said_on_the_map(desk: BoardDesk) -> None:
    right = desk.right
    points = desk.points(right).copy()
    right.choose(replace(right.params, model="/no/such/model", layer=2))
    desk.settle()
    assert right.error is not None
    assert "no/such/model" in right.says.message
    assert [one.text() for one in right.says.buttons] == ["Try again", "Back to the map before"]
    np.testing.assert_array_equal(desk.points(right), points)
    desk.qtbot.mouseClick(right.says.buttons[1], Button.LeftButton)
    assert right.says.message == ""
    assert right.params == MapParams(source="embedding")
    assert desk.state.notices.shown == []


# Models and layers


def test_the_model_switch_glides_to_the_same_tokens(desk: BoardDesk) -> None:
    right = desk.right
    before = desk.points(right).copy()
    seen: list[np.ndarray] = []
    right.morph.moved.connect(seen.append)
    right.choose(replace(right.params, normalization="centre", colour="speaker", projection="pca"))
    desk.settle()
    seen.clear()
    middle = desk.points(right).copy()
    desk.qtbot.mouseClick(right.switch.buttons["sex"], Button.LeftButton)
    desk.settle()
    after = desk.points(right)
    assert right.params == replace(right.params, model="sex", normalization="centre", colour="speaker")
    assert right.offer.key is not None
    assert (right.offer.key.model, right.offer.key.layer) == ("sex", 6)
    assert len(seen) > 2
    np.testing.assert_allclose(seen[0], middle)
    np.testing.assert_allclose(seen[-1], after)
    way = [np.abs(one - after).sum() for one in seen]
    assert all(a >= b - 1e-9 for a, b in itertools.pairwise(way))
    assert not np.allclose(before, after)


def test_the_same_layer_as_far_as_there_are_layers(desk: BoardDesk) -> None:
    desk.actions["maps.layer_down"].trigger()
    desk.settle()
    assert desk.right.params.layer == 5
    desk.qtbot.mouseClick(desk.right.switch.buttons["base"], Button.LeftButton)
    desk.settle()
    assert desk.right.bar.title.whole_text == "base layer 5"
    for _ in range(3):
        desk.actions["maps.layer_up"].trigger()
    desk.settle()
    assert desk.right.bar.title.whole_text == "base layer 6"
    assert desk.right.slider.position == 6


def test_the_slider_by_keyboard(desk: BoardDesk) -> None:
    slider = desk.right.slider
    slider.slider.setFocus()
    desk.key(slider.slider, Key.Key_Left)
    desk.key(slider.slider, Key.Key_Left)
    assert desk.right.params.layer == 4
    desk.settle()
    assert desk.right.map is not None
    assert desk.right.map.title == "phone layer 4"
    desk.key(slider.slider, Key.Key_Home)
    assert desk.right.params.layer == 0
    assert slider.number.text() == "0"


def test_dragging_glides_between_layers(desk: BoardDesk) -> None:
    right = desk.right
    slider = right.slider.slider
    start = desk.points(right).copy()
    right.slider.prepare_wanted.emit()
    desk.settle()
    assert right.glide.ready == frozenset(range(7))
    np.testing.assert_allclose(right.glide.stations[6].placed.points, start, atol=1e-6)
    place = slider.rect().center()
    y = place.y()
    desk.qtbot.mousePress(slider, Button.LeftButton, pos=place)
    desk.qtbot.mouseMove(slider, place.__class__(int(slider._place(450.0)), y))
    position = right.slider.position
    assert position == pytest.approx(4.5, abs=0.1)
    low, high = (right.glide.stations[n].placed.points for n in (4, 5))
    share = position - 4
    np.testing.assert_allclose(right.points.points, low + share * (high - low), atol=1e-9)
    desk.qtbot.mouseMove(slider, place.__class__(int(slider._place(210.0)), y))
    desk.qtbot.mouseRelease(slider, Button.LeftButton, pos=place.__class__(int(slider._place(210.0)), y))
    assert right.params.layer == 2
    assert right.slider.position == 2
    settled = right.glide.stations[2].placed.points.copy()
    desk.settle()
    # The whole map of that layer has its tokens where the glide left them.
    np.testing.assert_allclose(desk.points(right), settled, atol=1e-4)
    assert right.map is not None
    assert right.map.normalized is not None
    assert right.map.title == "phone layer 2"
    assert "in 192 dimensions" in right.numbers.line
    assert not right.numbers.is_stale


def test_playing_through_the_layers(desk: BoardDesk) -> None:
    right = desk.right
    right.choose(replace(right.params, layer=4))
    desk.settle()
    shown: list[float] = []
    right.slider.moved.connect(shown.append)
    desk.qtbot.mouseClick(right.slider.play, Button.LeftButton)
    assert right.slider.is_gliding
    desk.qtbot.waitUntil(lambda: not right.slider.is_gliding, timeout=WAIT)
    desk.settle()
    assert shown == sorted(shown)
    assert shown[-1] == 6
    assert len({round(one, 2) for one in shown}) > 5
    assert right.params.layer == 6
    assert not right.slider.play.isChecked()


def test_an_edit_while_stations_are_prepared(desk: BoardDesk, results: Results) -> None:
    right = desk.right
    token = results.opened.tokens.kept[0]
    right.slider.prepare_wanted.emit()
    desk.settle()
    with desk.qtbot.waitSignal(desk.feed.changed, timeout=WAIT):
        desk.shorten(token.id, -0.03)
    live = desk.feed.live
    assert live is not None
    assert all(one.placed.version == live.version for one in right.glide.stations.values())
    right.slider.moved.emit(3.5)
    assert np.isfinite(right.points.points).all()


# Small things


def test_numbers_are_never_cut_in_half(qtbot: QtBot) -> None:
    line = NumbersLine()
    qtbot.addWidget(line)
    nan = float("nan")
    line.set_numbers(
        [
            MapNumber("agreement", "same label among 10 neighbours", 0.71, 0.08, told="Told."),
            MapNumber("full_agreement", "the same in all 64 dimensions", 0.83, 0.08),
            MapNumber("silhouette", "silhouette", -0.214, stale=True),
            MapNumber("trustworthiness", "trustworthiness", nan),
        ],
        64,
    )
    parts = line.line.split("  ·  ")
    assert parts == [
        "agreement 0.71 (chance 0.08)",
        "in 64 dimensions 0.83",
        "silhouette −0.21 …",
        "trustworthiness –",
    ]
    assert line.is_stale
    assert "from before the last edit" in line.explanation
    assert "Told." in line.explanation
    assert parts[0] in line.accessibleName()
    line.set_numbers(line.numbers, 2)  # a map of two columns has lost nothing
    assert [one.key for one in line.numbers] == ["agreement", "silhouette"]
    for width in (40, 200, 700):
        line.resize(width, line.sizeHint().height())
        line.grab()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_themes(desk: BoardDesk, theme: str) -> None:
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    try:
        apply_theme(application, theme)
        image = desk.window.grab().toImage()
        corner = desk.left.points.mapTo(desk.window, desk.left.points.rect().topLeft())
        light = image.pixelColor(corner.x() + 3, corner.y() + 3).lightness()
        assert (light > 128) == (theme == "light")
    finally:
        apply_theme(application, "light")


def test_every_control_has_a_name(desk: BoardDesk) -> None:
    for panel in desk.board.panels:
        for widget in (
            *panel.bar.boxes,
            panel.bar.title,
            panel.bar.menu_button,
            panel.bar.notes,
            panel.slider.slider,
            panel.slider.play,
            panel.legend,
            panel.points,
            panel.again,
            *panel.switch.buttons.values(),
            *panel.choice.boxes.values(),
        ):
            assert widget.accessibleName()
