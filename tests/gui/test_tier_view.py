"""The tiers draw what is there and seen, and nothing more; broken ones show what is wrong."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint
from PySide6.QtGui import QFontMetricsF, QImage
from PySide6.QtWidgets import QScrollBar
from pytestqt.qtbot import QtBot
from tier_desk import END, tier
from w2vpraat_gui.document import Document
from w2vpraat_gui.fonts import label_font
from w2vpraat_gui.theme import colour
from w2vpraat_gui.views.tier_layout import (
    LEAST_ROW,
    TierIndex,
    can_add_at,
    make_rows,
    namesakes,
    selected_number,
    shown_label,
)
from w2vpraat_gui.views.tier_painting import signs
from w2vpraat_gui.views.tier_view import TierView
from w2vpraat_gui.views.time_axis import LEFT, RIGHT

from w2vpraat.corpus.textgrid import Interval, IntervalTier, Point, PointTier, TextGrid

MANY = 40_000


def _shown(qtbot: QtBot, document: Document, grid: TextGrid, *, height: int = 300) -> TierView:
    document.grid = grid
    tiers = TierView()
    qtbot.addWidget(tiers)
    tiers.resize(LEFT + 1000 + RIGHT, height)
    tiers.set_document(document)
    document.view.show_range(0.0, 2.0)
    tiers.show()
    return tiers


def _drawn(tiers: TierView) -> QImage:
    return tiers.grab().toImage()


def _columns(tiers: TierView, name: str, y: int) -> list[int]:
    """Columns whose pixel at a height has a colour."""
    image, wanted = _drawn(tiers), colour(name).rgb()
    return [x for x in range(image.width()) if image.pixel(x, y) == wanted]


def _many(start: float = 0.0, end: float = END) -> IntervalTier:
    step = (end - start) / MANY
    edges = [start + step * number for number in range(MANY)] + [end]
    return IntervalTier(
        "many",
        start,
        end,
        tuple(Interval(low, high, "a") for low, high in pairwise(edges)),
    )


# Drawing


def test_boundaries_are_lines_and_the_selected_one_is_red(qtbot: QtBot, document: Document) -> None:
    grid = TextGrid(0.0, END, (tier("t", (0.5, ""), (1.0, ""), (1.5, ""), (END, "")),))
    tiers = _shown(qtbot, document, grid)
    document.view.select(0.25, tier=2)
    assert _columns(tiers, "boundary", 250) == [LEFT + 250, LEFT + 500, LEFT + 750]  # not at the edges
    document.view.select(1.0, tier=1)
    assert LEFT + 500 not in _columns(tiers, "boundary", 250)
    assert LEFT + 500 in _columns(tiers, "selected_boundary", 250)


def test_label_is_centred_in_the_seen_part_of_its_interval(qtbot: QtBot, document: Document) -> None:
    grid = TextGrid(0.0, END, (tier("t", (1.0, "mmm"), (END, "ooo")),))
    tiers = _shown(qtbot, document, grid)
    document.view.select(1.9, tier=2)
    image = _drawn(tiers)
    paper = colour("paper").rgb()
    for start, end in ((0.0, 1.0), (1.0, 1.88)):
        left, right = int(tiers.x_of(start)) + 2, int(tiers.x_of(end)) - 2
        inked = [x for x in range(left, right) if any(image.pixel(x, y) != paper for y in range(20, 280))]
        middle = LEFT + (250 if start == 0.0 else 750)
        assert 0.5 * (inked[0] + inked[-1]) == pytest.approx(middle, abs=2)


def test_labels_are_cut_between_signs_and_never_to_half_a_letter() -> None:
    assert signs("t͡ʃa") == ["t͡ʃ", "a"]
    assert signs("ã̰b") == ["ã̰", "b"]
    assert signs("ma˥˩") == ["m", "a", "˥˩"]
    assert signs("ɫ̩ːʰ") == ["ɫ̩", "ː", "ʰ"]
    assert signs("") == []


def test_no_ink_of_a_label_leaves_its_interval(qtbot: QtBot, document: Document) -> None:
    marks = [(0.4, ""), (0.44, "mmmmmmmmmm"), (0.9, ""), (0.906, "m"), (END, "")]
    tiers = _shown(qtbot, document, TextGrid(0.0, END, (tier("t", *marks),)))
    document.view.select(1.9, tier=2)
    image, paper = _drawn(tiers), colour("paper").rgb()

    def ink(start: float, end: float) -> bool:
        columns = range(int(tiers.x_of(start)) + 2, int(tiers.x_of(end)) - 1)
        return any(image.pixel(x, y) != paper for x in columns for y in range(20, 280))

    assert ink(0.4, 0.44)
    assert not ink(0.2, 0.4)
    assert not ink(0.44, 0.9)
    assert not ink(0.906, 1.8)
    assert tiers.explanation(QPoint(int(tiers.x_of(0.42)), 150)) == "mmmmmmmmmm"
    assert tiers.explanation(QPoint(int(tiers.x_of(0.7)), 150)) == ""


def test_tall_diacritics_fit_into_the_lowest_row(qtbot: QtBot, document: Document) -> None:
    tiers = _shown(qtbot, document, TextGrid(0.0, END, (tier("t", (END, "Ế̃g̰̊˥˩")),)), height=34)
    ink = QFontMetricsF(label_font(tiers.params.label_size)).tightBoundingRect("Ế̃g̰̊˥˩")
    row = tiers.rows[0]
    base = row.top + 0.5 * (row.height - tiers.label_metrics.height()) + tiers.label_metrics.ascent()
    assert row.top <= base + ink.top()
    assert base + ink.bottom() <= row.bottom


def test_labels_are_shown_as_signs_and_line_ends_are_seen() -> None:
    assert shown_label("\\swn\\sh") == "ənʃ"
    assert shown_label("a\nb\r\nc") == "a↵b↵c"


def test_selected_interval_is_shaded_also_at_a_mere_cursor(qtbot: QtBot, document: Document) -> None:
    grid = TextGrid(0.0, END, (tier("t", (1.0, ""), (END, "")), tier("u", (END, ""))))
    tiers = _shown(qtbot, document, grid)
    document.view.select(0.2, tier=1)
    image = _drawn(tiers)
    shaded, plain = image.pixel(LEFT + 400, 40), image.pixel(LEFT + 600, 40)
    assert shaded != plain == colour("paper").rgb()
    document.view.select(1.0, 2.0, tier=1)
    assert _drawn(tiers).pixel(LEFT + 700, 40) == colour("selection").rgb()
    assert _drawn(tiers).pixel(LEFT + 700, 200) not in (colour("selection").rgb(), colour("paper").rgb())


def test_label_is_drawn_while_it_is_typed(qtbot: QtBot, document: Document) -> None:
    tiers = _shown(qtbot, document, TextGrid(0.0, END, (tier("t", (1.0, "a"), (END, "")),)))
    before = _drawn(tiers)
    tiers.set_typed((1, 1, "wholly other"))
    assert _drawn(tiers) != before
    tiers.set_typed(None)
    assert _drawn(tiers) == before


# Very many, and many tiers


def test_only_what_is_seen_is_drawn(qtbot: QtBot, document: Document) -> None:
    tiers = _shown(qtbot, document, TextGrid(0.0, END, (_many(), _many())))
    document.view.show_all()
    _drawn(tiers)
    assert 900 <= tiers.painted <= 1100  # two rows of 500 cells
    document.view.show_range(10.0, 10.005)
    _drawn(tiers)
    assert tiers.painted <= 2 * 12  # 5 ms of 0.57 ms each
    assert tiers.painted >= 2 * 9


def test_moving_the_mouse_draws_no_item_again(qtbot: QtBot, document: Document) -> None:
    tiers = _shown(qtbot, document, TextGrid(0.0, END, (_many(),)))
    before = _drawn(tiers)
    tiers.painted = 0
    document.view.set_hover(0.5)
    document.view.set_playing(0.7)
    assert _drawn(tiers) != before
    assert tiers.painted == 0
    document.view.set_hover(None)
    document.view.set_playing(None)
    assert _drawn(tiers) == before
    document.view.select(0.3)
    _drawn(tiers)
    assert tiers.painted > 0


def test_dense_and_sparse_parts_of_a_tier_are_told_apart() -> None:
    dense = [Interval(number * 1e-4, (number + 1) * 1e-4, "") for number in range(1000)]
    sparse = [Interval(0.1, 0.5, "long"), Interval(0.5, 1.0, "longer")]
    index = TierIndex(IntervalTier("t", 0.0, 1.0, (*dense, *sparse)))
    pieces = list(index.pieces(0.0, 1.0, 0.0041))  # the long one begins inside a cell
    assert sum(piece.count for piece in pieces) == 1002
    assert len(pieces) <= 27
    assert [piece.item.label for piece in pieces if piece.count == 1] == ["long", "longer"]


times = st.floats(0.0, 10.0, allow_nan=False)


@given(st.lists(st.tuples(times, times), max_size=30), times, times, st.sampled_from([0.0, 0.01, 0.5]))
def test_whatever_is_seen_of_a_broken_tier_is_drawn(
    spans: list[tuple[float, float]], start: float, end: float, narrow: float
) -> None:
    start, end = min(start, end), max(start, end)
    items = tuple(Interval(low, high, str(number)) for number, (low, high) in enumerate(spans, 1))
    pieces = list(TierIndex(IntervalTier("t", 0.0, 10.0, items)).pieces(start, end, narrow))
    seen = {
        number
        for number, (low, high) in enumerate(spans, 1)
        if min(low, high) < end and max(low, high) > start and high - low >= max(narrow, 1e-9)
    }
    assert seen <= {piece.number for piece in pieces if piece.count == 1}
    assert sum(piece.count for piece in pieces) <= len(items)


def test_rows_share_the_height_and_scroll_where_it_is_too_little(qtbot: QtBot, document: Document) -> None:
    few = TextGrid(0.0, END, (tier("a", (END, "")),) * 3)
    tiers = _shown(qtbot, document, few, height=300)
    assert [row.height for row in tiers.rows] == [100.0] * 3
    document.grid = TextGrid(0.0, END, (tier("a", (END, "")),) * 20)
    tiers.lay_out()
    assert all(row.height >= LEAST_ROW for row in tiers.rows)
    document.view.select(0.5, tier=20)
    last = tiers.rows[-1]
    assert last.bottom == pytest.approx(300, abs=1)  # the selected tier is brought into sight
    assert tiers.row_at(290) == last
    document.view.select(0.5, tier=1)
    assert tiers.rows[0].top == 0


def test_second_annotator_has_a_thin_row_under_each_namesake(qtbot: QtBot, document: Document) -> None:
    grid = TextGrid(0.0, END, (tier("a", (END, "")), tier("b", (END, "")), tier("a", (END, ""))))
    second = TextGrid(0.0, END, (tier("a", (0.8, "x"), (END, "y")), tier("c", (END, ""))))
    assert namesakes(grid, second) == {1: 1}
    points = second.with_tiers((PointTier("a", 0.0, END), second.tiers[0]))
    assert namesakes(grid, points) == {1: 2}
    tiers = _shown(qtbot, document, grid)
    document.second = second
    _drawn(tiers)  # notices the second grid
    assert [(row.tier, row.second) for row in tiers.rows] == [(1, False), (1, True), (2, False), (3, False)]
    shadow = tiers.rows[1]
    assert shadow.height < tiers.rows[0].height
    assert LEFT + 400 in _columns(tiers, "second", int(shadow.top) + 3)
    assert sum(row.height for row in tiers.rows) == pytest.approx(300)
    tiers.resize(tiers.width(), 105)  # three tiers fit, the fourth row does not
    document.second = None
    tiers.lay_out()
    bar = tiers.findChild(QScrollBar)
    assert bar is not None
    assert not bar.isVisible()
    document.second = second
    _drawn(tiers)
    qtbot.waitUntil(bar.isVisible)


def test_larger_letters_need_higher_rows(qtbot: QtBot, document: Document) -> None:
    tiers = _shown(qtbot, document, TextGrid(0.0, END, (tier("a", (END, "")),) * 20))
    low = tiers.rows[0].height
    tiers.set_params(replace(tiers.params, label_size=24.0))
    assert tiers.rows[0].height > low


# Broken tiers


BROKEN = IntervalTier(
    "broken",
    0.0,
    END,
    (
        Interval(0.2, 0.4, "late"),
        Interval(0.5, 0.8, "after a gap"),
        Interval(0.7, 1.0, "over"),
        Interval(1.0, 1.0, "zero"),
        Interval(1.0, END, "rest"),
    ),
)


@pytest.mark.parametrize(
    ("time", "words"),
    [
        (0.1, "starts 0.2 s after the tier"),
        (0.45, "0.1 s between interval 1 and this one"),
        (0.75, '"over" starts 0.1 s before interval 2 ends'),
        (1.0, '"zero" has no duration'),
        (0.3, ""),
        (1.5, ""),
    ],
)
def test_faults_are_hatched_and_explained(qtbot: QtBot, document: Document, time: float, words: str) -> None:
    tiers = _shown(qtbot, document, TextGrid(0.0, END, (BROKEN,)), height=100)
    document.view.select(1.9, tier=2)
    place = QPoint(round(tiers.x_of(time)), 50)
    assert words in tiers.explanation(place)
    image = _drawn(tiers)
    around = {image.pixel(place.x() + dx, y) for dx in (-1, 0, 1) for y in (6, 8, 10, 92)}
    assert (around != {colour("paper").rgb()}) is bool(words)


def test_all_faults_are_found() -> None:
    assert list(TierIndex(BROKEN).breaks(0.0, END, 0.0)) == [
        (0.0, 0.2),
        (0.4, 0.5),
        (0.7, 0.8),
        (1.0, 1.0),
    ]
    back = IntervalTier("back", 0.0, 2.0, (Interval(1.0, 2.0, "b"), Interval(0.0, 1.0, "a")))
    assert list(TierIndex(back).breaks(0.0, 2.0, 0.0)) == [(0.0, 1.0)]


def test_tidy_gaps_are_explained_without_looking_through_the_tier(document: Document) -> None:
    items = tuple(Interval(number * 0.1, number * 0.1 + 0.09, "a") for number in range(200))
    index = TierIndex(IntervalTier("t", 0.0, 20.0, items))
    assert index.in_order
    assert index.is_broken
    (found,) = index.problems_near(10.095, 0.001)
    assert (found.kind, found.interval) == ("gap", 102)
    assert len(list(index.breaks(0.0, 20.0, 0.0))) == 200
    assert len(list(index.breaks(0.0, 20.0, 1.0))) <= 21
    assert not index.problems_near(10.05, 0.001)


def test_points_at_one_time_are_a_fault() -> None:
    index = TierIndex(PointTier("t", 0.0, 2.0, (Point(0.5, "a"), Point(0.5, "b"), Point(1.0, "c"))))
    assert list(index.breaks(0.0, 2.0, 0.01)) == [(0.5, 0.5)]
    assert "same time" in index.problems_near(0.5, 0.01)[0].message
    assert not TierIndex(PointTier("t", 0.0, 2.0, (Point(0.5, "a"), Point(1.0, "c")))).is_broken


def test_tier_without_items_and_grid_without_tiers_are_drawn(qtbot: QtBot, document: Document) -> None:
    empty = TextGrid(0.0, END, (IntervalTier("none", 0.0, END), PointTier("none", 0.0, END)))
    tiers = _shown(qtbot, document, empty)
    _drawn(tiers)
    assert "no intervals" in tiers.explanation(QPoint(LEFT + 300, 20))
    document.grid = TextGrid(0.0, END)
    tiers.lay_out()
    _drawn(tiers)
    assert tiers.rows == () == make_rows(document.grid, None, 100.0)
    tiers.set_document(None)
    _drawn(tiers)


# What is selected


def test_selected_item_is_praats_and_among_overlaps_the_one_that_is_selected() -> None:
    tidy = tier("t", (0.5, "a"), (END, "b"))
    assert [selected_number(tidy, time, time) for time in (0.0, 0.5, END)] == [1, 2, 2]
    assert selected_number(BROKEN, 0.7, 1.0) == 3
    assert selected_number(BROKEN, 0.75, 0.75) == 2
    assert selected_number(BROKEN, 1.0, 1.0) == 4
    assert selected_number(BROKEN, 0.45, 0.45) == 0
    points = PointTier("p", 0.0, 2.0, (Point(0.5), Point(0.7)))
    assert [selected_number(points, time, time) for time in (0.5, 0.6, 0.7)] == [1, 0, 2]


def test_circle_is_where_a_boundary_or_point_can_be_added() -> None:
    tidy = tier("t", (0.5, "a"), (END, "b"))
    assert [can_add_at(tidy, time) for time in (0.0, 0.3, 0.5, END)] == [False, True, False, False]
    assert not can_add_at(BROKEN, 0.45)
    points = PointTier("p", 0.0, 2.0, (Point(0.5),))
    assert [can_add_at(points, time) for time in (0.0, 0.5, 2.1)] == [True, False, False]
