"""The panel of nearest tokens: asked with the library's functions, heard, opened, linked to the rest."""

from __future__ import annotations

from pathlib import Path

import pytest
from linked_material import measure_formants, open_measured, token_ids
from measuring_material import ALICE, LIAM, Desk, make_desk
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from w2vpraat_gui.editor.editor import Editor
from w2vpraat_gui.judging.neighbours import KEY, Neighbours
from w2vpraat_gui.live.feed import LiveFeed
from w2vpraat_gui.panels.neighbours_panel import NeighboursPanel
from w2vpraat_gui.selected_token import item_of
from w2vpraat_gui.state import AppState
from w2vpraat_gui.tables.neighbour_model import CONTEXT, LABEL, SPEAKER

from w2vpraat.compare.tokens.neighbours import nearest_tokens
from w2vpraat.corpus.textgrid.edits import set_label
from w2vpraat.params import ReviewParams
from w2vpraat.pipeline.reviewing import find_representation

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def desk(qtbot: QtBot, state: AppState) -> Desk:
    return make_desk(qtbot, state)


@pytest.fixture
def feed(desk: Desk) -> LiveFeed:
    made = LiveFeed(desk.state)
    desk.measuring.places.follow(made)
    return made


@pytest.fixture
def near(desk: Desk, feed: LiveFeed) -> Neighbours:
    return Neighbours(desk.state, desk.actions, desk.measuring.places, feed, desk.state)


@pytest.fixture
def panel(desk: Desk, near: Neighbours) -> NeighboursPanel:
    """The panel in a session of two speakers that was measured."""
    made = NeighboursPanel(desk.state, desk.actions, near)
    desk.qtbot.addWidget(made)
    made.resize(620, 380)
    made.show()
    return made


@pytest.fixture
def ids(panel: NeighboursPanel, desk: Desk, feed: LiveFeed, corpus_folder: Path) -> list[str]:
    with desk.qtbot.waitSignal(feed.opened, timeout=20_000, check_params_cb=lambda live: live is not None):
        open_measured(desk, corpus_folder)
    return token_ids(desk)


def answered(panel: NeighboursPanel, desk: Desk, token: str) -> tuple[str, ...]:
    """Wait until the neighbours of a token are listed, and return them."""
    near = panel._neighbours

    def is_there() -> bool:
        return not near.is_busy and near.found is not None and near.found.asked.token.id == token

    desk.qtbot.waitUntil(is_there, timeout=10_000)
    return panel.model.ids


def place(panel: NeighboursPanel, line: int) -> QPoint:
    return panel.table.visualRect(panel.model.index(line, LABEL)).center()


def expected(desk: Desk, name: str, token: str, **params: object) -> list[str]:
    results = desk.state.results
    chosen = find_representation(results.spaces.representations, name)
    found = nearest_tokens(chosen, results.table, [token], ReviewParams(**params))  # type: ignore[arg-type]
    return found.table()["neighbour"].tolist()


def test_the_token_looked_at_is_asked(panel: NeighboursPanel, desk: Desk, ids: list[str]):
    assert "Choose a token" in panel.empty.text()
    assert "Ctrl+Alt+K" in panel.empty.text()
    desk.state.linked.look_at(ids[3])
    found = answered(panel, desk, ids[3])
    name = panel.names.currentText()
    assert list(found) == expected(desk, name, ids[3])
    assert len(found) == 10
    assert all(one.startswith(LIAM) for one in found)  # other speakers
    labels = {token.id: token.label for token in desk.state.results.opened.tokens.kept}
    same = sum(labels[one] == labels[ids[3]] for one in found)
    assert f"{same} of 10" in panel.summary.line
    assert panel.label.text() == labels[ids[3]]
    bold = [panel.model.index(n, LABEL).data(Qt.ItemDataRole.FontRole).bold() for n in range(10)]
    assert sum(bold) == same
    tokens = {token.id: token for token in desk.state.results.opened.tokens.kept}
    for line, one in enumerate(found):
        assert panel.model.index(line, SPEAKER).data() == tokens[one].speaker
        context = panel.model.index(line, CONTEXT).data()
        assert context == f"{tokens[one].pre_seg} _ {tokens[one].fol_seg}".strip()


def test_choices_ask_again_and_are_kept(panel: NeighboursPanel, desk: Desk, near: Neighbours, ids: list[str]):
    desk.state.linked.look_at(ids[3])
    answered(panel, desk, ids[3])
    row = panel.names.count() - 2
    panel.names.setFocus()
    panel.names.setCurrentIndex(row)
    panel.names.activated.emit(row)
    chosen = panel.names.itemText(row)
    assert desk.state.session is not None
    assert desk.state.session.layout[KEY]["representation"] == chosen
    desk.qtbot.waitUntil(lambda: near.found is not None and near.found.name == chosen, timeout=5000)
    assert list(panel.model.ids) == expected(desk, chosen, ids[3])
    QTest.mouseClick(panel.fold, LEFT)
    count = panel.form.fields["neighbours"]
    count.setFocus()
    count.selectAll()
    desk.qtbot.keyClicks(count, "3\t")
    panel.form.fields["apart"].setCurrentText("token")
    assert desk.state.session.settings.review == ReviewParams(neighbours=3, apart="token")
    desk.qtbot.waitUntil(lambda: len(panel.model.ids) == 3 and not near.is_busy, timeout=5000)
    assert list(panel.model.ids) == expected(desk, chosen, ids[3], neighbours=3, apart="token")
    assert "among all tokens" in panel.summary.line
    desk.state.history.undo()
    desk.qtbot.waitUntil(lambda: "among other speakers" in panel.summary.line, timeout=5000)


def test_neighbours_are_heard_walked_and_opened(
    panel: NeighboursPanel, desk: Desk, near: Neighbours, ids: list[str], qtbot: QtBot
):
    desk.state.linked.look_at(ids[3])
    found = answered(panel, desk, ids[3])
    linked, ground = desk.state.linked, panel.table.viewport()
    with qtbot.waitSignal(panel.play_wanted, timeout=1000) as played:
        QTest.mouseClick(ground, LEFT, pos=place(panel, 1))
    assert played.args == [found[1]]
    with qtbot.waitSignal(panel.play_wanted, timeout=1000) as played:
        qtbot.keyClick(panel.table, Qt.Key.Key_Down)
    assert played.args == [found[2]]
    assert linked.hovered == found[2]
    with qtbot.waitSignal(panel.compare_wanted, timeout=1000) as compared:
        qtbot.keyClick(panel.table, Qt.Key.Key_Space)
    assert compared.args == [(ids[3], found[2])]
    with qtbot.waitSignal(panel.play_wanted, timeout=1000) as played:
        QTest.mouseClick(panel.play, LEFT)
    assert played.args == [ids[3]]
    # Opened in the editor, a neighbour is what is looked at; the list stays.
    editor = Editor(desk.state, desk.actions)
    qtbot.addWidget(editor)
    editor.links.set_places(desk.measuring.places)
    with qtbot.waitSignal(desk.state.token_shown, timeout=10_000) as shown:
        qtbot.keyClick(panel.table, Qt.Key.Key_Return)
    assert shown.args == [found[2]]
    assert linked.current == found[2]
    assert not near.is_busy
    assert panel.model.ids == found
    # Another one that is looked at is asked again.
    linked.look_at(ids[5])
    answered(panel, desk, ids[5])


def test_rows_are_linked(panel: NeighboursPanel, desk: Desk, ids: list[str]):
    desk.state.linked.look_at(ids[3])
    found = answered(panel, desk, ids[3])
    linked, ground = desk.state.linked, panel.table.viewport()
    QTest.mouseMove(ground, place(panel, 2))
    desk.qtbot.waitUntil(lambda: linked.hovered == found[2])
    QApplication.sendEvent(ground, QEvent(QEvent.Type.Leave))
    assert linked.hovered == ""
    linked.hover(found[4])
    tinted = [
        n for n in range(10) if panel.model.index(n, 0).data(Qt.ItemDataRole.BackgroundRole) is not None
    ]
    assert tinted == [4]
    QTest.mouseClick(panel.select_all, LEFT)
    assert linked.selection == (ids[3], *found)
    assert linked.current == ids[3]


def test_without_follow_only_the_command_asks(
    panel: NeighboursPanel, desk: Desk, near: Neighbours, ids: list[str], qtbot: QtBot
):
    QTest.mouseClick(panel.follow, LEFT, pos=QPoint(8, panel.follow.height() // 2))
    assert not near.follows
    desk.state.linked.look_at(ids[2])
    assert near.token == ""
    with qtbot.waitSignal(near.shown_wanted, timeout=1000):
        desk.actions["maps.neighbours"].trigger()
    answered(panel, desk, ids[2])
    desk.state.linked.look_at(ids[6])
    assert near.token == ids[2]
    with qtbot.waitSignal(near.shown_wanted, timeout=1000):
        near.ask(ids[7], panel.names.itemText(1))
    answered(panel, desk, ids[7])
    assert panel.names.currentIndex() == 1
    # The mark of the editor counts if nothing is looked at.
    desk.state.linked.clear()
    document = desk.show(ALICE)
    start, end = item_of(document, ids[1])[:2]
    document.view.select(start, end, tier=2)
    desk.actions["maps.neighbours"].trigger()
    answered(panel, desk, ids[1])


def test_nothing_is_asked_while_the_panel_is_hidden(
    panel: NeighboursPanel, desk: Desk, near: Neighbours, ids: list[str]
):
    panel.hide()
    desk.state.linked.look_at(ids[3])
    assert not near._timer.isActive()
    assert near.found is None
    panel.show()
    answered(panel, desk, ids[3])


def test_the_answer_follows_edits(
    panel: NeighboursPanel, desk: Desk, near: Neighbours, feed: LiveFeed, ids: list[str], qtbot: QtBot
):
    desk.state.linked.look_at(ids[3])
    found = answered(panel, desk, ids[3])
    document = desk.show(LIAM)
    number = int(found[0].rpartition(".")[2])
    with qtbot.waitSignal(feed.settled, timeout=20_000):
        desk.state.history.edit(document, "Label", set_label(document.grid, 2, number, "ZZ"))
    after = answered(panel, desk, ids[3])
    assert found[0] not in after  # no vowel any more
    assert set(found[1:]) <= set(after)
    desk.state.history.edit(document, "Label", set_label(document.grid, 2, number, ""))
    with qtbot.waitSignal(feed.settled, timeout=20_000):
        desk.state.history.undo()
        desk.state.history.undo()
    assert answered(panel, desk, ids[3]) == found


def test_why_there_is_nothing(panel: NeighboursPanel, desk: Desk, near: Neighbours, corpus_folder: Path):
    assert "Nothing has been measured" in panel.empty.text()
    assert not panel.select_all.isEnabled()
    open_measured(desk, corpus_folder, tokens={"only_speakers": [LIAM]})
    near.ask("us_m_liam#2.1")
    desk.qtbot.waitUntil(lambda: near.problem is not None, timeout=5000)
    assert 'no token "us_m_liam#2.1"' in panel.empty.text()
    assert "did you mean" in panel.empty.text()
    # One speaker: his other tokens.
    desk.state.linked.look_at(token_ids(desk)[0])
    answered(panel, desk, token_ids(desk)[0])
    assert "one speaker" in panel.summary.line
    measure_formants(desk)
    desk.state.open_session(desk.state.session)
    assert near.token == ""
    assert "Nothing has been measured" in panel.empty.text()
