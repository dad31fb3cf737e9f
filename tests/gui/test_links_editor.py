"""Editor and overview, and the one brush of the window: every link in both directions, with real events."""

from __future__ import annotations

from pathlib import Path

import pytest
from linked_material import measure_formants, open_measured, token_ids
from measuring_material import ALICE, LIAM, Desk, make_desk
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from w2vpraat_gui.document import Document
from w2vpraat_gui.editor.editor import Editor
from w2vpraat_gui.panels.tokens_panel import TokensPanel
from w2vpraat_gui.selected_token import item_of
from w2vpraat_gui.state import AppState
from w2vpraat_gui.theme import LIGHT

from w2vpraat.corpus.textgrid.edits import set_label
from w2vpraat.corpus.textgrid.praat_edits import add_boundary

LEFT = Qt.MouseButton.LeftButton
TIER = 2
"""The tier of the tokens."""


@pytest.fixture
def desk(qtbot: QtBot, state: AppState) -> Desk:
    return make_desk(qtbot, state)


@pytest.fixture
def editor(desk: Desk, corpus_folder: Path) -> Editor:
    made = Editor(desk.state, desk.actions)
    desk.qtbot.addWidget(made)
    made.resize(1100, 700)
    made.show()
    made.links.set_places(desk.measuring.places)
    open_measured(desk, corpus_folder)
    desk.show(LIAM)
    QApplication.processEvents()
    return made


@pytest.fixture
def ids(editor: Editor, desk: Desk) -> list[str]:
    """The tokens of the recording in the editor."""
    return [token for token in token_ids(desk) if token.startswith(f"{LIAM}#")]


def stretch(editor: Editor, token: str) -> tuple[float, float]:
    item = item_of(editor.document, token)
    assert item is not None
    return item[0], item[-2]


def place(editor: Editor, token: str, tier: int = TIER) -> QPoint:
    """Zoom to a token, and return its middle in the tiers, far from its boundaries."""
    assert editor.document is not None
    start, end = stretch(editor, token)
    editor.document.view.show_range(start - 0.3, end + 0.3)
    row = next(row for row in editor.tiers.rows if row.tier == tier)
    return QPoint(round(editor.tiers.x_of(0.5 * (start + end))), round(row.top + 0.7 * row.height))


def tick(editor: Editor, token: str) -> QPoint:
    bar = editor.overview
    return QPoint(round(bar.place_of(0.5 * sum(stretch(editor, token)))), bar.height() - 4)


def count(editor: Editor, name: str, x: float) -> int:
    """Return how many pixels around a place of the overview have a colour."""
    image, ink = editor.overview.grab().toImage(), QColor(getattr(LIGHT, name))
    columns = range(round(x) - 10, round(x) + 11)
    return sum(image.pixelColor(n, y) == ink for n in columns for y in range(image.height()))


# From the editor


def test_a_click_on_a_token_looks_at_it(editor: Editor, desk: Desk, ids: list[str]):
    linked = desk.state.linked
    QTest.mouseClick(editor.tiers, LEFT, pos=place(editor, ids[3]))
    assert linked.current == ids[3]
    assert linked.selection == ()
    # An interval of another tier, or one that was not measured, is no token.
    QTest.mouseClick(editor.tiers, LEFT, pos=place(editor, ids[5], tier=1))
    assert desk.state.current.view.tier == 1
    assert linked.current == ids[3]


def test_what_was_selected_is_looked_at_once_it_is_measured(desk: Desk, corpus_folder: Path):
    editor, linked = Editor(desk.state, desk.actions), desk.state.linked
    desk.qtbot.addWidget(editor)
    editor.links.set_places(desk.measuring.places)
    desk.open(corpus_folder)
    document = desk.show(LIAM)
    start, end, _ = document.grid.tier(TIER).items[4]
    document.view.select(start, end, tier=TIER)
    assert linked.current == ""
    measure_formants(desk)
    assert linked.current == f"{LIAM}#{TIER}.5"
    linked.look_at("")
    measure_formants(desk)  # once more: what the user put away does not come back
    assert linked.current == ""


def test_the_mouse_over_a_token_points_at_it(editor: Editor, desk: Desk, ids: list[str]):
    linked = desk.state.linked
    QTest.mouseMove(editor.tiers, place(editor, ids[2]))
    desk.qtbot.waitUntil(lambda: linked.hovered == ids[2])
    QTest.mouseMove(editor.tiers, place(editor, ids[2], tier=1))
    desk.qtbot.waitUntil(lambda: linked.hovered == "")
    QTest.mouseMove(editor.tiers, place(editor, ids[4]))
    desk.qtbot.waitUntil(lambda: linked.hovered == ids[4])
    QApplication.sendEvent(editor.tiers, QEvent(QEvent.Type.Leave))
    assert linked.hovered == ""


def test_intervals_that_were_edited_are_no_tokens(editor: Editor, desk: Desk, ids: list[str]):
    document = desk.state.current
    number = int(ids[2].rpartition(".")[2])
    desk.state.history.edit(document, "Label", set_label(document.grid, TIER, number, "x"))
    desk.qtbot.waitUntil(lambda: desk.measuring.places.stale == {ids[2]}, timeout=5000)
    assert editor.links.token_at(QPointF(place(editor, ids[2]))) == ""
    assert editor.links.token_at(QPointF(place(editor, ids[3]))) == ids[3]
    assert editor.links.token_at(QPointF(2.0, 5.0)) == ""  # beside the axis


def test_the_selection_stays_when_an_edit_moves_ids(editor: Editor, desk: Desk, ids: list[str]):
    document, linked = desk.state.current, desk.state.linked
    linked.select(ids[2:4])
    QTest.mouseClick(editor.tiers, LEFT, pos=place(editor, ids[3]))
    first = document.grid.tier(TIER).items[0]
    start, end = stretch(editor, ids[3])
    grid = add_boundary(document.grid, TIER, 0.5 * (first[0] + first[1]))
    desk.state.history.edit(document, "Add boundary", grid, place=(start, end, TIER))
    after = f"{LIAM}#{TIER}.{int(ids[3].rpartition('.')[2]) + 1}"
    desk.qtbot.waitUntil(lambda: linked.current == after, timeout=5000)
    assert after in linked.selected
    assert stretch(editor, after) == (start, end)
    QApplication.processEvents()
    assert editor.overview.current is not None
    assert (editor.overview.current.start, editor.overview.current.end) == (start, end)
    assert len(editor.overview.selected) == 2


# The overview


def test_the_overview_marks_tokens_of_the_recording(editor: Editor, desk: Desk, ids: list[str]):
    linked, bar = desk.state.linked, editor.overview
    others = [token for token in token_ids(desk) if token not in ids]
    linked.select([*others[:4], ids[1], ids[7]], ids[7])
    QApplication.processEvents()
    assert [mark.token for mark in bar.selected] == [ids[1], ids[7]]
    assert bar.current is not None
    assert (bar.current.start, bar.current.end) == stretch(editor, ids[7])
    for token in (ids[1], ids[7]):
        assert count(editor, "second", tick(editor, token).x()) >= 6
    assert count(editor, "second", tick(editor, ids[4]).x()) == 0
    assert count(editor, "cursor", tick(editor, ids[7]).x()) > 20
    linked.hover(others[0])
    assert bar.hovered is None
    linked.hover(ids[5])
    assert count(editor, "ink", tick(editor, ids[5]).x()) > 20
    linked.hover("")
    assert count(editor, "ink", tick(editor, ids[5]).x()) == 0
    desk.show(ALICE)
    QApplication.processEvents()
    assert [mark.token for mark in bar.selected] == others[:4]
    assert bar.current is None


def test_ticks_are_pointed_at_and_a_click_goes_there(editor: Editor, desk: Desk, ids: list[str]):
    linked, bar = desk.state.linked, editor.overview
    document: Document = desk.state.current
    document.view.show_range(0.0, 1.0)
    linked.select(ids[1:9], ids[1])
    QApplication.processEvents()
    QTest.mouseMove(bar, tick(editor, ids[6]))
    desk.qtbot.waitUntil(lambda: linked.hovered == ids[6])
    assert bar.cursor().shape() == Qt.CursorShape.PointingHandCursor
    with desk.qtbot.waitSignal(desk.state.token_shown, timeout=5000) as shown:
        QTest.mouseClick(bar, LEFT, pos=tick(editor, ids[6]))
    assert shown.args == [ids[6]]
    assert linked.current == ids[6]
    assert (document.view.selection_start, document.view.selection_end) == stretch(editor, ids[6])
    assert document.view.start <= stretch(editor, ids[6])[0] < document.view.end
    assert len(linked.selection) == 8
    # Above the ticks the bar is what it was.
    middle = QPoint(tick(editor, ids[3]).x(), 8)
    QTest.mouseClick(bar, LEFT, pos=middle)
    assert linked.current == ids[6]
    assert 0.5 * (document.view.start + document.view.end) == pytest.approx(bar.time_at(middle.x()), abs=0.05)
    QApplication.sendEvent(bar, QEvent(QEvent.Type.Leave))
    assert linked.hovered == ""


def test_table_and_editor_follow_each_other(editor: Editor, desk: Desk, ids: list[str]):
    panel = TokensPanel(desk.state, desk.actions, desk.measuring.places)
    desk.qtbot.addWidget(panel)
    panel.show()
    QTest.mouseClick(editor.tiers, LEFT, pos=place(editor, ids[4]))
    desk.qtbot.waitUntil(lambda: panel.table.currentIndex().isValid())
    assert panel.model.token(panel.table.currentIndex().row()) == ids[4]
    assert panel.model.current == ids[4]
    line = panel.model.line_of(ids[8])
    panel.table.setCurrentIndex(panel.model.index(line, 2))
    QApplication.processEvents()
    assert [mark.token for mark in editor.overview.selected] == [ids[8]]
    assert panel.model.current == ids[4]  # the editor still shows it
    with desk.qtbot.waitSignal(desk.state.token_shown, timeout=5000):
        desk.qtbot.keyClick(panel.table, Qt.Key.Key_Return)
    assert panel.model.current == ids[8]
