"""The grey bars below the panes play what they stand for, as in Praat."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot
from w2vpraat_gui.document import Document
from w2vpraat_gui.theme import colour
from w2vpraat_gui.views.play_bars import PlayBars, _texts


@pytest.fixture
def bars(qtbot: QtBot, document: Document) -> PlayBars:
    made = PlayBars()
    qtbot.addWidget(made)
    made.resize(1000, made.height())
    made.set_document(document)
    document.view.show_range(2.0, 6.0)
    document.view.select(3.0, 3.5)
    made.show()
    return made


def _names(bars: PlayBars) -> list[str]:
    return [bar.name for bar in bars.bars]


def test_there_is_a_bar_for_every_part(bars: PlayBars, document: Document) -> None:
    assert _names(bars) == ["before", "selection", "after", "earlier", "window", "later", "total"]
    document.view.select(4.0)
    assert _names(bars) == ["before", "after", "earlier", "window", "later", "total"]
    document.view.select(10.0, 11.0)  # not seen
    assert _names(bars) == ["before", "earlier", "window", "later", "total"]
    document.view.show_all()
    assert _names(bars) == ["before", "selection", "after", "window", "total"]


@pytest.mark.parametrize(
    ("name", "stretch"),
    [
        ("before", (2.0, 3.0)),
        ("selection", (3.0, 3.5)),
        ("after", (3.5, 6.0)),
        ("earlier", (0.0, 2.0)),
        ("window", (2.0, 6.0)),
        ("later", (6.0, 22.95)),
        ("total", (0.0, 22.95)),
    ],
)
def test_click_plays(qtbot: QtBot, bars: PlayBars, name: str, stretch: tuple[float, float]) -> None:
    bar = next(one for one in bars.bars if one.name == name)
    place = bar.rect.center().toPoint()
    with qtbot.waitSignal(bars.play_wanted) as played:
        QTest.mouseClick(bars, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, place)
    assert tuple(played.args) == stretch


def test_bars_stand_under_what_they_play(bars: PlayBars) -> None:
    selection = next(bar for bar in bars.bars if bar.name == "selection")
    assert selection.rect.left() == pytest.approx(bars.x_of(3.0), abs=1)
    assert selection.rect.right() == pytest.approx(bars.x_of(3.5), abs=1)
    image = bars.grab().toImage()
    inside = QPoint(int(selection.rect.left()) + 4, int(selection.rect.top()) + 3)
    assert image.pixel(inside) == colour("selection").rgb()


def test_durations_are_written_in_full_where_they_fit(bars: PlayBars) -> None:
    by_name = {bar.name: bar for bar in bars.bars}
    assert _texts(by_name["before"]) == ("1.000000", "1.000", "1.00")
    assert _texts(by_name["selection"])[0] == "0.500000 (2.000 / s)"
    assert _texts(by_name["window"])[0] == "Visible part 4.000000 seconds"
    assert _texts(by_name["total"])[0] == "Total duration 22.950000 seconds"


def test_what_is_under_the_mouse_is_marked_and_nothing_plays_without_a_recording(
    qtbot: QtBot, bars: PlayBars
) -> None:
    total = bars.bars[-1].rect.center().toPoint()
    before = bars.grab().toImage()
    QTest.mouseMove(bars, total)
    assert bars.cursor().shape() == Qt.CursorShape.PointingHandCursor
    assert bars.grab().toImage() != before
    bars.set_document(None)
    with qtbot.assertNotEmitted(bars.play_wanted):
        QTest.mouseClick(bars, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, total)
    bars.grab()
