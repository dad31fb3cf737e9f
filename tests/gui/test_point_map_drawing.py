"""What the map of tokens looks like: pixels where tokens lie, at one and two device pixels per pixel."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from point_pictures import cloud, painted, picture, pixel_at, place_of
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from w2vpraat_gui.theme import apply_theme, colour
from w2vpraat_gui.views.points.axes import Axes
from w2vpraat_gui.views.points.drawing import paint_box
from w2vpraat_gui.views.points.layer import PointLayer
from w2vpraat_gui.views.points.marking import FEW_TOKENS, mark_style
from w2vpraat_gui.views.points.palette import letter_colour, mark_colour
from w2vpraat_gui.views.points.point_map import PointMap

from w2vpraat.compare.maps.picture import MapLine, MapMean, MapPicture

SQUARE = [(1.0, 1.0), (2.0, 1.0), (1.0, 2.0), (2.0, 2.0)]
PAPER = (255, 255, 255)


@pytest.fixture(autouse=True)
def light(qtbot: QtBot) -> Iterator[None]:
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    apply_theme(application, "light")
    yield
    apply_theme(application, "light")


@pytest.fixture
def shown(qtbot: QtBot) -> PointMap:
    made = PointMap()
    qtbot.addWidget(made)
    made.resize(400, 360)
    return made


def rgb(shade: QColor) -> tuple[int, int, int]:
    return shade.red(), shade.green(), shade.blue()


def sheet(image: QImage) -> NDArray[np.uint8]:
    image = image.convertToFormat(QImage.Format.Format_RGB32)
    lines = np.frombuffer(image.constBits(), dtype=np.uint8)
    return lines.reshape(image.height(), image.width(), 4)[..., 2::-1].copy()


def near(one: tuple[int, int, int], other: tuple[int, int, int], by: int = 3) -> bool:
    return max(abs(a - b) for a, b in zip(one, other, strict=True)) <= by


@pytest.mark.parametrize("ratio", [1.0, 2.0])
def test_few_tokens_have_their_colour_and_a_rim_of_paper(shown: PointMap, ratio: float) -> None:
    shown.set_picture(picture(SQUARE, ["a", "b", "c", ""]))
    image = painted(shown, ratio)
    for row, number in enumerate((0, 1, 2, -1)):
        place = place_of(shown, row)
        assert pixel_at(image, place) == rgb(mark_colour(number))
        assert pixel_at(image, place + QPointF(9.0, 0.0)) == PAPER


@pytest.mark.parametrize("ratio", [1.0, 2.0])
def test_many_tokens_shine_through_each_other(shown: PointMap, ratio: float) -> None:
    random = np.random.default_rng(1)
    n = 6000
    points = random.normal(0.0, 0.1, (n, 2))
    points[0], points[1] = (3.0, 3.0), (-3.0, 3.0)  # alone
    shown.set_picture(picture(points, ["a", *["b"] * (n - 1)]))
    image = painted(shown, ratio)
    opacity = mark_style(n).opacity
    assert 0.4 < opacity < 0.9
    for row in (0, 1):
        mixed = [round(opacity * one + (1.0 - opacity) * 255) for one in rgb(mark_colour(row))]
        assert near(pixel_at(image, place_of(shown, row)), tuple(mixed))  # type: ignore[arg-type]
    crowd = pixel_at(image, shown.frame().pixel(0.0, 0.0))
    assert near(crowd, rgb(mark_colour(1)), 25)
    assert sum(crowd) < sum(pixel_at(image, place_of(shown, 1)))


def test_the_rest_of_the_paper_is_empty(shown: PointMap) -> None:
    shown.set_picture(picture(SQUARE))
    pixels = sheet(painted(shown))
    rect = shown.frame().rect.toRect().adjusted(2, 2, -2, -2)
    inside = pixels[rect.top() : rect.bottom(), rect.left() : rect.right()]
    radius = mark_style(4).radius
    inked = (inside != 255).any(axis=2).sum()
    assert 0.7 * 4 * np.pi * radius**2 < inked < 1.5 * 4 * np.pi * radius**2


def test_later_tokens_lie_over_earlier_ones(shown: PointMap) -> None:
    shown.set_picture(picture([(1.0, 1.0), (1.0, 1.0), (3.0, 3.0)], ["a", "b", "c"]))
    assert pixel_at(painted(shown), place_of(shown, 0)) == rgb(mark_colour(1))


def test_a_chart_falls_to_the_left_and_grows_downwards(shown: PointMap) -> None:
    shown.set_picture(picture(SQUARE, ["a", "b", "c", "d"], reversed_axes=(True, True)))
    frame = shown.frame()
    assert place_of(shown, 1).x() < place_of(shown, 0).x()
    assert place_of(shown, 2).y() > place_of(shown, 0).y()
    # The axes stand where they begin, above and on the right.
    assert frame.rect.top() > shown.height() - frame.rect.bottom()
    assert shown.width() - frame.rect.right() > frame.rect.left()
    assert pixel_at(painted(shown), place_of(shown, 1)) == rgb(mark_colour(1))


def test_shapes_differ_where_a_column_decides_them(shown: PointMap) -> None:
    places = [(float(x), float(y)) for x in range(5) for y in range(2)]
    speakers = [f"s{number}" for number in range(9)] + [""]
    shown.set_picture(picture(places, shapes=speakers))
    image = painted(shown, 2.0)
    masks = set()
    for row in range(10):
        place = place_of(shown, row)
        x, y = int(2.0 * place.x()), int(2.0 * place.y())
        cut = sheet(image)[y - 12 : y + 13, x - 12 : x + 13]
        masks.add((cut[..., 0] < 128).tobytes())
    assert len(masks) == 10


def test_colours_of_a_further_round_have_another_shape(shown: PointMap) -> None:
    places = [(float(number), 0.0) for number in range(8)]
    shown.set_picture(picture(places, [f"v{number}" for number in range(8)]))
    image = sheet(painted(shown, 2.0))
    masks = []
    for row in range(8):
        x, y = (int(2.0 * one) for one in place_of(shown, row).toTuple())
        masks.append((image[y - 12 : y + 13, x - 12 : x + 13] != 255).any(axis=2))
    assert all((one == masks[0]).mean() > 0.97 for one in masks[:7])
    assert (masks[7] == masks[0]).mean() < 0.97


def test_letters_are_drawn_where_asked_for(shown: PointMap) -> None:
    shown.set_picture(picture(SQUARE, ["iː", "a", "ɤ", r"\sw"], marks="labels"))
    pixels = sheet(painted(shown, 2.0))
    for row, number in enumerate((0, 1, 2, 3)):
        code = int(shown.picture.colour.codes[row])  # type: ignore[union-attr]
        place = place_of(shown, row)
        x, y = int(2.0 * place.x()), int(2.0 * place.y())
        cut = pixels[y - 16 : y + 17, x - 16 : x + 17].reshape(-1, 3)
        wanted = np.array(rgb(letter_colour(code)))
        assert (np.abs(cut.astype(int) - wanted).max(axis=1) <= 4).sum() > 10, number
    shown.set_picture(picture(SQUARE, ["iː", "a", "ɤ", r"\sw"], marks="none"))
    rect = shown.frame().rect.toRect().adjusted(2, 2, -2, -2)
    inside = sheet(painted(shown))[rect.top() : rect.bottom(), rect.left() : rect.right()]
    assert (inside == 255).all()


def test_hidden_and_lost_tokens_leave_no_trace(shown: PointMap) -> None:
    lost = [*SQUARE[:3], (np.nan, 2.0)]
    shown.set_picture(picture(SQUARE))
    place = place_of(shown, 3), place_of(shown, 2)
    shown.set_picture(picture(lost, shown=np.array([1, 1, 0, 1], dtype=bool)))
    image = painted(shown)
    assert [pixel_at(image, one) for one in place] == [PAPER, PAPER]
    assert pixel_at(image, place_of(shown, 0)) != PAPER


# What lies over the tokens


def test_selected_tokens_are_solid_with_an_outline_and_the_others_faded(shown: PointMap) -> None:
    shown.set_picture(picture(SQUARE, ["a", "b", "c", "d"]))
    shown.set_selected(np.array([1, 0, 0, 0], dtype=bool))
    image = painted(shown, 2.0)
    assert pixel_at(image, place_of(shown, 0)) == rgb(mark_colour(0))
    full, faded = rgb(mark_colour(1)), pixel_at(image, place_of(shown, 1))
    assert min(faded) > min(full) + 60
    assert faded != PAPER
    radius = mark_style(4).radius
    assert near(pixel_at(image, place_of(shown, 0) + QPointF(radius + 0.6, 0.0)), rgb(colour("ink")), 30)
    shown.set_selected(np.zeros(4, dtype=bool))
    assert pixel_at(painted(shown, 2.0), place_of(shown, 1)) == full


def test_current_and_hovered_tokens_have_rings(shown: PointMap) -> None:
    shown.set_picture(picture(SQUARE))
    shown.set_current(0)
    shown.set_hovered(3)
    shown.show()
    image = shown.grab().toImage()
    radius = mark_style(4).radius
    ring = pixel_at(image, place_of(shown, 0) + QPointF(-radius - 4.0, 0.0))
    assert near(ring, rgb(colour("ink")), 60)
    ring = pixel_at(image, place_of(shown, 3) + QPointF(-radius - 3.5, 0.0))
    assert near(ring, rgb(colour("accent")), 60)
    # A copy shows the current token, and not where the mouse happens to be.
    copied = painted(shown)
    assert near(pixel_at(copied, place_of(shown, 0) + QPointF(-radius - 4.0, 0.0)), rgb(colour("ink")), 60)
    assert pixel_at(copied, place_of(shown, 3) + QPointF(-radius - 3.5, 0.0)) == PAPER


def test_the_box_of_a_token_is_whole_wherever_the_token_is(shown: PointMap) -> None:
    shown.set_picture(picture(SQUARE))
    image = painted(shown)
    painter, room = QPainter(image), QRectF(shown.rect())
    for x in (0.0, 200.0, 400.0):
        for y in (0.0, 180.0, 360.0):
            box = paint_box(painter, room, QPointF(x, y), shown.told(0), shown.font())
            assert room.adjusted(-1, -1, 1, 1).contains(box)
    painter.end()


def test_means_ellipses_and_courses_are_drawn(shown: PointMap) -> None:
    turned = np.linspace(0.0, 2.0 * np.pi, 40)
    outline = np.column_stack([1.5 + 0.3 * np.cos(turned), 1.5 + 0.3 * np.sin(turned)])
    course = np.array([(1.1, 1.2), (1.4, 1.2), (1.8, 1.2)])
    made = picture(
        SQUARE,
        means=(MapMean("ɑː", 1.5, 1.8, 1, 4), MapMean("x", np.nan, 1.0, 0, 0)),
        ellipses=(MapLine(2, outline),),
        courses=(MapLine(3, course),),
    )
    shown.set_picture(made)
    pixels = sheet(painted(shown, 2.0)).reshape(-1, 3).astype(int)

    def count(shade: QColor) -> int:
        return int((np.abs(pixels - np.array(rgb(shade))).max(axis=1) <= 3).sum())

    assert count(letter_colour(1)) > 40
    assert count(mark_colour(2)) > 100
    assert count(letter_colour(3)) > 100
    # A step between two pictures has other places: what belongs to the old ones is hidden.
    shown.set_points(made.points + 0.01)
    pixels = sheet(painted(shown, 2.0)).reshape(-1, 3).astype(int)
    assert count(letter_colour(1)) == count(mark_colour(2)) == count(letter_colour(3)) == 0


def test_dark_paper_is_dark(shown: PointMap) -> None:
    shown.set_picture(picture(SQUARE))
    before = pixel_at(painted(shown), place_of(shown, 0))
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    shown.grab()
    apply_theme(application, "dark")
    image = shown.grab().toImage()
    assert pixel_at(image, place_of(shown, 0) + QPointF(20.0, 0.0)) == rgb(colour("paper"))
    assert pixel_at(image, place_of(shown, 0)) == rgb(mark_colour(0)) != before


def test_the_message_stands_where_tokens_would(shown: PointMap) -> None:
    shown.set_picture(None)
    shown.set_message("")
    usual = sheet(painted(shown))
    assert (usual != 255).any()
    shown.set_message("Measure first: Measure > Measure tokens.")
    assert (sheet(painted(shown)) != usual).any()
    shown.set_picture(picture(SQUARE))
    with_tokens = sheet(painted(shown))
    shown.set_message("")
    assert (sheet(painted(shown)) == with_tokens).all()


# The kept picture: whatever was shifted or repaired looks as if drawn anew


def fresh(shown: PointMap) -> NDArray[np.uint8]:
    """Return what a map draws that has kept nothing."""
    return sheet(painted(shown))


def live(shown: PointMap) -> NDArray[np.uint8]:
    return sheet(shown.grab().toImage())


def whole(shown: PointMap) -> int:
    return shown._layers[0].n_whole


CLOUDS = {"few": cloud(FEW_TOKENS // 3), "many": cloud(9000), "letters": replace(cloud(800), marks="labels")}


@pytest.mark.parametrize("kind", CLOUDS)
def test_panning_shifts_the_picture_and_fills_the_edges(shown: PointMap, kind: str) -> None:
    shown.set_picture(CLOUDS[kind])
    shown.set_selected(CLOUDS[kind].colour.codes == 2)
    shown.zoom(0.3)
    assert (live(shown) == fresh(shown)).all()
    drawn = whole(shown)
    for right, down in ((13.0, 0.0), (0.0, -7.0), (-31.0, 22.0), (5.0, 5.0)):
        shown.pan(right, down)
        assert (live(shown) == fresh(shown)).all()
    assert whole(shown) == drawn
    shown.pan(1000.0, 0.0)
    assert (live(shown) == fresh(shown)).all()


def test_marks_do_not_creep_while_one_pans_by_parts_of_a_pixel(shown: PointMap) -> None:
    shown.set_picture(picture(SQUARE))
    live(shown)
    drawn = whole(shown)
    for _ in range(25):
        shown.pan(0.6, -0.6)
        live(shown)
    assert whole(shown) == drawn
    image = shown.grab().toImage()
    assert pixel_at(image, place_of(shown, 0)) == rgb(mark_colour(0))
    assert pixel_at(image, place_of(shown, 0) + QPointF(7.0, 0.0)) == PAPER
    assert pixel_at(image, place_of(shown, 0) - QPointF(7.0, 0.0)) == PAPER


@pytest.mark.parametrize("kind", CLOUDS)
def test_an_edit_repairs_the_picture(shown: PointMap, kind: str) -> None:
    before = CLOUDS[kind]
    shown.set_picture(before)
    live(shown)
    drawn = whole(shown)
    points, codes = before.points.copy(), before.colour.codes.copy()
    points[7] += 0.4
    points[9] = np.nan
    codes[11] = (codes[11] + 1) % 20
    hidden = before.shown.copy()
    hidden[12] = False
    after = replace(before, points=points, colour=replace(before.colour, codes=codes), shown=hidden)
    shown.set_picture(after)
    assert (live(shown) == fresh(shown)).all()
    assert whole(shown) == drawn
    shown.set_picture(before)
    assert (live(shown) == fresh(shown)).all()
    assert whole(shown) == drawn


def test_ellipses_and_letters_follow_the_map(shown: PointMap) -> None:
    turned = np.linspace(0.0, 2.0 * np.pi, 40)
    outline = np.column_stack([1.5 + 0.4 * np.cos(turned), 1.5 + 0.4 * np.sin(turned)])
    means = (MapMean("e", 1.231, 1.517, 1, 9), MapMean("i", 1.771, 1.517, 2, 9))
    shown.set_picture(picture(SQUARE, means=means, ellipses=(MapLine(0, outline),)))
    rect = shown.frame().rect.toRect().adjusted(20, 20, -20, -20)
    for right, down in ((12, 5), (-40, 8), (170, 0), (0, 160)):
        before = live(shown)
        shown.pan(right, down)
        after = np.roll(before, (down, right), axis=(0, 1))
        inner = rect.intersected(rect.translated(right, down))
        rows, columns = slice(inner.top(), inner.bottom()), slice(inner.left(), inner.right())
        assert np.abs(live(shown)[rows, columns].astype(int) - after[rows, columns]).max() <= 6


def test_an_edit_of_many_tokens_draws_anew(shown: PointMap) -> None:
    before = CLOUDS["many"]
    shown.set_picture(before)
    live(shown)
    drawn = whole(shown)
    shown.set_picture(replace(before, points=before.points * 0.9))
    assert (live(shown) == fresh(shown)).all()
    assert whole(shown) == drawn + 1


def test_pointing_and_selecting_leave_the_picture_of_all_tokens_alone(shown: PointMap) -> None:
    shown.set_picture(CLOUDS["many"])
    live(shown)
    drawn = whole(shown)
    for row in range(5):
        shown.set_hovered(row)
        shown.set_current(row)
        shown.set_selected(CLOUDS["many"].colour.codes == row)
        live(shown)
    assert whole(shown) == drawn


def test_steps_of_an_animation_may_use_one_array_again(shown: PointMap) -> None:
    shown.set_picture(CLOUDS["few"])
    points = CLOUDS["few"].points.copy()
    for _ in range(3):
        points[:3] *= 0.8
        shown.set_points(points)
        assert (live(shown) == fresh(shown)).all()


def test_a_slow_picture_is_stretched_while_zooming_and_exact_afterwards(
    qtbot: QtBot, shown: PointMap, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("w2vpraat_gui.views.points.layer.SLOW", 0.0)
    shown.set_picture(CLOUDS["many"])
    shown.show()
    live(shown)
    drawn = whole(shown)
    shown.zoom(0.8)
    stretched = live(shown)
    assert whole(shown) == drawn
    qtbot.waitUntil(lambda: whole(shown) > drawn)
    shown.clearFocus()
    assert (live(shown) == fresh(shown)).all()
    # Much alike, that is at the same places.
    assert np.abs(stretched.astype(int) - fresh(shown)).mean() < 12.0


def test_marks_at_the_edge_are_cut_off_and_not_wrapped_around(shown: PointMap) -> None:
    shown.set_picture(picture(SQUARE))
    frame = shown.frame()
    shown.pan(frame.rect.left() - place_of(shown, 0).x(), 0.0)  # half of the first is outside
    pixels = sheet(painted(shown))
    row = int(place_of(shown, 0).y())
    left, right = round(frame.rect.left()), round(frame.rect.right())
    assert (pixels[row, left + 1 : left + 4] != 255).any()
    assert (pixels[row - 3 : row + 4, right - 12 : right - 1] == 255).all()


def test_a_layer_without_marks_is_paper(shown: PointMap) -> None:
    image = QImage(shown.size(), QImage.Format.Format_RGB32)
    image.fill(0)
    shown.set_picture(picture(SQUARE))
    look = shown._marking.look(mark_style(4), 1.0, letters=False)
    painter = QPainter(image)
    assert PointLayer(ground=True).paint(painter, shown.frame(), 1.0, look, colour("paper"))
    painter.end()
    assert pixel_at(image, shown.frame().rect.center()) == PAPER


def test_a_map_of_letters_turns_to_dots_where_there_are_too_many(
    shown: PointMap, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("w2vpraat_gui.views.points.marking.MOST_LETTERS", 1000)
    many: MapPicture = replace(cloud(3000), marks="labels")
    shown.set_picture(many)
    dots = sheet(painted(shown))
    shown.set_picture(replace(many, marks="dots"))
    assert (sheet(painted(shown)) == dots).all()
    shown.set_picture(many)
    shown.zoom(0.4)
    letters = sheet(painted(shown))
    shown.set_picture(replace(many, marks="dots"))
    assert (sheet(painted(shown)) != letters).any()


def test_places_along_x_have_names_where_there_is_room(shown: PointMap) -> None:
    names = tuple((float(place), text) for place, text in enumerate(("iː", "ɪ", "ɛ", "æ")))
    strips = replace(picture(np.array([[0.0, 1.0], [3.0, 2.0]])), x_names=names)
    shown.set_picture(strips, reset_view=True)
    frame = shown.frame()
    band = sheet(painted(shown))[round(frame.rect.bottom()) + 8 : shown.height()]
    ink = np.flatnonzero((band.min(axis=2) < 128).any(axis=0))
    for place, _ in names:
        x = frame.pixel(place, 0.0).x()
        assert (abs(ink - x) < 8).any(), place
    crowded = replace(strips, x_names=tuple((n / 100, "a long name") for n in range(300)))
    shown.set_picture(crowded, reset_view=True)
    axes = Axes.of(crowded, shown.font())
    labels = axes._x_labels(shown.frame(), QFontMetricsF(shown.font()))
    assert 3 < len(labels) < 30
