"""Times above the waveform as Praat prints them; the overview scrolls and zooms."""

from __future__ import annotations

from itertools import pairwise

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot
from sound_scene import shown_area
from w2vpraat_gui.document import Document
from w2vpraat_gui.state import AppState
from w2vpraat_gui.theme import LIGHT
from w2vpraat_gui.views.time_axis import LEFT

LEFT_BUTTON = Qt.MouseButton.LeftButton


@pytest.fixture
def area(qtbot: QtBot, state: AppState, document: Document):
    """2 s of a recording."""
    made = shown_area(qtbot, state, document)
    document.view.show_range(1.0, 3.0)
    return made


def _texts(placed) -> list[str]:
    return [one.text for one in placed]


def test_cursor_and_window_are_written_with_six_decimals(area, document: Document):
    document.view.select(1.5)
    assert _texts(area.times.selection_texts()) == ["1.500000"]
    window = _texts(area.times.window_texts())
    assert (window[0], window[-1]) == ("1.000000", "3.000000")
    assert window[1:-1] == ["1.5", "2.0", "2.5"]


def test_a_selection_is_written_with_its_length_and_the_inverse(area, document: Document):
    document.view.select(1.5, 2.3)
    assert _texts(area.times.selection_texts()) == ["1.500000", "0.800000 (1.250 / s)", "2.300000"]
    document.view.select(1.5, 1.58)
    # No room between the edges: the length stands behind.
    assert _texts(area.times.selection_texts()) == ["1.500000", "1.580000", "0.080000 (12.500 / s)"]


@pytest.mark.parametrize("edges", [(1.0, 1.01), (2.99, 3.0), (0.2, 12.0), (5.0, 6.0), (0.0, 0.5), (1.5, 1.6)])
def test_texts_neither_overlap_nor_leave_the_ruler(area, document: Document, edges):
    document.view.select(*edges)
    for row in (area.times.selection_texts(), area.times.window_texts()):
        assert row[0].x >= 0.0
        assert row[-1].x + row[-1].width <= area.times.width()
        for one, other in pairwise(row):
            assert one.x + one.width < other.x
    area.times.grab()


def test_the_window_of_the_overview_is_what_is_visible(area, document: Document):
    bar, view = area.overview, document.view
    length = view.highest - view.lowest
    assert bar.window_rect.left() == pytest.approx(LEFT + 1.0 / length * bar.axis_width)
    assert bar.window_rect.width() == pytest.approx(2.0 / length * bar.axis_width)
    view.show_range(1.0, 1.001)
    assert bar.window_rect.width() == 10.0  # still large enough for the mouse
    image = bar.grab().toImage()
    edge = image.pixelColor(round(bar.window_rect.center().x()), 1)
    assert edge.blue() - edge.red() > 80


def test_the_window_can_be_dragged(area, document: Document):
    bar, view = area.overview, document.view
    middle = bar.window_rect.center().toPoint()
    QTest.mousePress(bar, LEFT_BUTTON, pos=middle)
    QTest.mouseMove(bar, middle + QPoint(100, 0))
    QTest.mouseRelease(bar, LEFT_BUTTON, pos=middle + QPoint(100, 0))
    shift = 100 / bar.axis_width * (view.highest - view.lowest)
    assert (view.start, view.end) == pytest.approx((1.0 + shift, 3.0 + shift))
    QTest.mouseMove(bar, middle)
    assert view.start == pytest.approx(1.0 + shift)
    QTest.mousePress(bar, LEFT_BUTTON, pos=bar.window_rect.center().toPoint())
    QTest.mouseMove(bar, QPoint(5000, 5))
    QTest.mouseRelease(bar, LEFT_BUTTON, pos=QPoint(5000, 5))
    assert view.end == view.highest
    assert view.length == pytest.approx(2.0)


def test_the_edges_of_the_window_zoom(area, document: Document):
    bar, view = area.overview, document.view
    edge = QPoint(int(bar.window_rect.right()), 10)
    QTest.mousePress(bar, LEFT_BUTTON, pos=edge)
    QTest.mouseMove(bar, edge + QPoint(100, 0))
    QTest.mouseRelease(bar, LEFT_BUTTON, pos=edge + QPoint(100, 0))
    longer = 100 / bar.axis_width * (view.highest - view.lowest)
    assert view.start == pytest.approx(1.0)
    assert view.end == pytest.approx(3.0 + longer)
    edge = QPoint(int(bar.window_rect.left()) + 1, 10)
    QTest.mousePress(bar, LEFT_BUTTON, pos=edge)
    QTest.mouseMove(bar, edge - QPoint(500, 0))
    QTest.mouseRelease(bar, LEFT_BUTTON, pos=edge)
    assert view.start == view.lowest
    assert view.end == pytest.approx(3.0 + longer)


def test_a_click_elsewhere_moves_the_window_there_and_two_show_all(area, document: Document):
    bar, view = area.overview, document.view
    QTest.mouseClick(bar, LEFT_BUTTON, pos=QPoint(int(bar.place_of(12.0)), 10))
    assert 0.5 * (view.start + view.end) == pytest.approx(12.0, abs=0.05)
    assert view.length == pytest.approx(2.0)
    QTest.mouseDClick(bar, LEFT_BUTTON, pos=QPoint(int(bar.place_of(5.0)), 10))
    assert (view.start, view.end) == (view.lowest, view.highest)


def test_the_envelope_is_high_where_the_voice_is(area, document: Document):
    bar, view = area.overview, document.view
    view.show_all()
    image = bar.grab().toImage()
    ink = QColor(LIGHT.faint)

    def height(time: float) -> int:
        x = int(bar.place_of(time))
        return sum(image.pixelColor(x, y) == ink for y in range(image.height()))

    from w2vpraat.corpus.audio import read_audio

    samples = abs(read_audio(document.info.path).samples)
    loud = (int(samples.argmax()) + 0.5) / document.info.rate
    assert height(loud) > 12
    assert height(view.highest - 0.05) <= 2
