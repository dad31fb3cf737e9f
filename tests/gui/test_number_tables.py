"""Tables of numbers: order, gaps, copies; intervals drawn where they belong; figures that fit."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QImage, QPainter
from pytestqt.qtbot import QtBot
from w2vpraat_gui.tables.interval_delegate import draw_span
from w2vpraat_gui.tables.number_model import SPAN_ROLE, NumberModel, Span, numbers, scores, texts
from w2vpraat_gui.theme import colour
from w2vpraat_gui.views.picture_sheet import LEAST, PictureSheet
from w2vpraat_gui.work.token_places import ids_after

from w2vpraat.corpus.discover import discover
from w2vpraat.corpus.textgrid import edits, read_textgrid
from w2vpraat.corpus.tokens import iter_tokens
from w2vpraat.params import ReadParams, TokenParams
from w2vpraat.resources import sample_corpus

NAN = float("nan")
UP, DOWN = Qt.SortOrder.AscendingOrder, Qt.SortOrder.DescendingOrder


@pytest.fixture
def model(qtbot: QtBot) -> NumberModel:
    made = NumberModel()
    made.set_columns(
        (
            texts("name", ["b10", "b9", None, "a"]),
            numbers("size", [2.0, NAN, -1.5, 10.0], digits=1),
            scores(
                "score", [0.5, 0.25, NAN, 1.0], [0.4, NAN, NAN, 0.9], [0.6, NAN, NAN, 1.0], ranks=[1, 2, 3, 4]
            ),
        ),
        keys=("k0", "k1", "k2", "k3"),
    )
    return made


def column(model: NumberModel, place: int, role: int = Qt.ItemDataRole.DisplayRole) -> list[object]:
    return [model.index(line, place).data(role) for line in range(model.rowCount())]


def test_numbers_are_sorted_by_value_and_what_is_missing_comes_last(model: NumberModel) -> None:
    model.sort(1, UP)
    assert column(model, 1) == ["−1.5", "2.0", "10.0", "–"]
    model.sort(1, DOWN)
    assert column(model, 1) == ["10.0", "2.0", "−1.5", "–"]
    model.sort(0, UP)
    assert column(model, 0) == ["a", "b9", "b10", ""]
    model.sort(-1)
    assert [model.key(line) for line in range(4)] == ["k0", "k1", "k2", "k3"]


def test_rows_are_found_by_their_key_whatever_is_shown(model: NumberModel) -> None:
    model.sort(1, UP)
    assert model.line_of("k3") == 2
    model.set_mask(np.array([True, True, False, True]))
    assert [model.key(line) for line in range(model.rowCount())] == ["k0", "k3", "k1"]
    assert model.line_of("k3") == 1
    assert model.line_of("k2") == -1
    model.set_mask(None)
    assert model.rowCount() == 4


def test_the_order_stays_for_another_table_with_the_same_column(model: NumberModel) -> None:
    model.sort(1, DOWN)
    model.set_columns((numbers("size", [1.0, 3.0, 2.0]),))
    assert column(model, 0) == ["3.00", "2.00", "1.00"]
    model.set_columns((numbers("other", [1.0, 3.0, 2.0]),))
    assert model.sorted_by is None


def test_cells_show_few_digits_and_copy_all(model: NumberModel) -> None:
    model.set_columns((numbers("x", [1 / 3, -0.0001], digits=2),))
    assert column(model, 0) == ["0.33", "0.00"]
    assert column(model, 0, Qt.ItemDataRole.EditRole) == ["0.3333333333333333", "-0.0001"]


def test_scores_show_rank_interval_and_one_scale_for_the_column(model: NumberModel) -> None:
    assert column(model, 2) == ["1:  50.0 [40.0, 60.0]", "2:  25.0", "–", "4:  100.0 [90.0, 100.0]"]
    spans = column(model, 2, SPAN_ROLE)
    assert spans[2] is None
    assert {(one.least, one.most) for one in spans if isinstance(one, Span)} == {(25.0, 100.0)}


def test_intervals_are_drawn_to_scale(qtbot: QtBot) -> None:
    image = QImage(208, 20, QImage.Format.Format_RGB32)
    image.fill(colour("paper"))
    painter = QPainter(image)
    # The scale is 0 to 100 over 200 pixels, four in from the left.
    draw_span(painter, QRectF(0, 0, 208, 20), Span(50.0, 25.0, 75.0, 10.0, 0.0, 100.0))
    painter.end()
    paper = colour("paper").rgb()
    drawn = [x for x in range(208) if image.pixel(x, 10) != paper]
    assert min(one for one in drawn if one > 30) == pytest.approx(54, abs=1)
    assert max(drawn) == pytest.approx(154, abs=1)
    baseline = {x for x in range(208) for y in (0, 1, 2) if image.pixel(x, y) != paper}
    assert baseline
    assert all(abs(x - 24) <= 1 for x in baseline)
    high = [x for x in range(208) if image.pixel(x, 13) == colour("accent").rgb()]
    assert high
    assert np.mean(high) == pytest.approx(104, abs=1)


def test_figures_fit_the_room_but_stay_readable(qtbot: QtBot) -> None:
    buffer = io.BytesIO()
    Image.new("RGB", (1440, 720), "red").save(buffer, "PNG")
    sheet = PictureSheet()
    qtbot.addWidget(sheet)
    sheet.resize(1200, 420)
    sheet.show()
    sheet.show_picture(buffer.getvalue(), "Red.")
    page = sheet.widget()
    assert page.width() == pytest.approx(2 * sheet.viewport().height(), abs=2)  # all of it
    assert page.accessibleName() == "Red."
    sheet.resize(1200, 150)
    assert page.width() == LEAST  # scrolled rather than too small
    sheet.resize(300, 400)
    assert page.width() <= 300
    assert sheet.grab().toImage().pixelColor(20, 20).name() == "#ff0000"
    sheet.show_picture(b"")
    assert not sheet.has_picture


def test_tokens_are_found_where_edits_have_brought_them() -> None:
    corpus = discover(sample_corpus())
    recording = corpus.recording("us_m_liam")
    grid = read_textgrid(recording.grid_path)
    one = type(corpus)(corpus.root, (recording,))
    tokens = next(iter(iter_tokens(one, TokenParams(tier="phones"), ReadParams(), None))).kept
    assert ids_after(tokens, grid, grid) == {}
    interval = grid.interval_tier(2).interval(1)
    after = edits.insert_boundary(grid, 2, (interval.start + interval.end) / 2)
    after = edits.set_label(after, 2, tokens[3].interval + 1, "x")
    after = edits.add_interval_tier(after, "new", 1)
    found = ids_after(tokens, grid, after)
    assert found[tokens[3].id] is None
    moved = found[tokens[5].id]
    assert moved is not None
    tier, number = (int(part) for part in moved.rpartition("#")[2].split("."))
    assert (tier, number) == (tokens[5].tier_number + 1, tokens[5].interval + 1)
    assert after.tiers[tier - 1].items[number - 1][-1] == tokens[5].raw_label
