"""The review panel: making a queue, walking through it by keys, marks that can be undone."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot
from review_desk import ALICE, LONG, ReviewDesk, make_review_desk
from w2vpraat_gui.state import AppState
from w2vpraat_gui.tables.review_model import DONE, LABEL, NOTE, REASON, SCORE, SPEAKER, STAR, TAGS, WORD

from w2vpraat.corpus.textgrid import edits
from w2vpraat.params.queueing import QUEUE_KINDS
from w2vpraat.pipeline.queues.making import make_queue
from w2vpraat.pipeline.running import running

KEYS = Qt.KeyboardModifier


@pytest.fixture
def desk(qtbot: QtBot, state: AppState, corpus_folder: Path) -> ReviewDesk:
    """The small corpus, open; the panel, seen."""
    made = make_review_desk(qtbot, state, corpus_folder)
    made.window.show()
    return made


@pytest.fixture
def queued(desk: ReviewDesk) -> ReviewDesk:
    """With a queue of short tokens, which needs no measurements."""
    queue = desk.make(**LONG)
    assert len(queue) >= 6
    return desk


def marks(desk: ReviewDesk) -> dict[str, tuple[bool, bool]]:
    session = desk.state.session
    assert session is not None
    return {name: (mark.done, mark.star) for name, mark in session.review.items()}


def click(desk: ReviewDesk, line: int, column: int, *, double: bool = False) -> None:
    table, model = desk.panel.table, desk.reviewing.model
    table.scrollTo(model.index(line, column))
    box = table.visualRect(model.index(line, column))
    place = box.center() if column != DONE else QPoint(box.left() + 12, box.center().y())
    desk.qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    if double:
        desk.qtbot.mouseDClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)


def test_before_there_is_a_queue(desk: ReviewDesk) -> None:
    panel = desk.panel
    assert panel.stack.currentWidget() is panel.empty
    assert "review queue" in panel.empty.text()
    assert not panel.save.isEnabled()
    assert not desk.desk.actions["review.export"].isEnabled()
    assert [panel.choice.kind.itemData(n) for n in range(panel.choice.kind.count())] == list(QUEUE_KINDS)
    # Most kinds need measurements, and say so.
    panel.choice.kind.setCurrentIndex(QUEUE_KINDS.index("outlier"))
    session = desk.state.session
    assert session is not None
    assert session.settings.queue.kind == "outlier"
    desk.qtbot.mouseClick(panel.make_button, Qt.MouseButton.LeftButton)
    assert desk.reviewing.job is None
    assert "measured" in desk.state.notices.shown[-1].title
    # The choice was an act.
    desk.state.history.undo()
    assert panel.choice.kind.currentData() == "disagreement"


def test_a_queue_is_what_the_library_makes_of_the_screen(desk: ReviewDesk) -> None:
    session = desk.state.session
    assert session is not None
    # Formants alone: the model has nothing to do with the window.
    *_, results = running(session.settings, corpus=desk.state.corpus, steps=("measure",), workers=0)
    desk.state.results = results
    desk.state.results_changed.emit()
    queue = desk.make(queue={"kind": "disagreement"})
    session = desk.state.session
    assert session is not None
    same = make_queue("disagreement", results, session.settings)
    assert desk.ids() == list(same.rows["id"])
    assert list(queue.rows["score"]) == list(same.rows["score"])
    assert desk.cells(LABEL) == list(same.rows["label"])
    assert desk.cells(SPEAKER) == list(same.rows["speaker"])
    assert desk.cells(WORD) == list(same.rows["word"])
    assert desk.cells(REASON) == list(same.rows["reason"])
    assert [float(text) for text in desk.cells(SCORE)] == pytest.approx(list(same.rows["score"]), abs=6e-4)
    assert desk.reviewing.model.headerData(SCORE, Qt.Orientation.Horizontal) == "Suspicion"
    label = desk.reviewing.model.index(0, LABEL)
    assert "Charis" in label.data(Qt.ItemDataRole.FontRole).family()
    assert f"{len(same)} of {same.n_tokens} tokens" in desk.panel.title.line
    names = [one.name for one in results.spaces.representations]
    completer = desk.panel.choice.forms["outlier"][0][1].fields["representation"].completer()
    assert [completer.model().index(n, 0).data() for n in range(completer.model().rowCount())] == names


def test_done_marks_goes_on_and_can_be_undone(queued: ReviewDesk) -> None:
    first, second, third = queued.ids()[:3]
    queued.act("next")
    assert queued.shown() == first
    assert queued.state.linked.current == first
    assert queued.panel.table.selected_lines() == [0]
    queued.act("done")
    assert queued.shown() == second
    assert marks(queued) == {first: (True, False)}
    queued.act("star")
    queued.act("done")
    assert queued.shown() == third
    total = len(queued.ids())
    assert queued.panel.progress_label.text() == f"2 of {total} done, 1 starred"
    assert (queued.panel.bar.value(), queued.panel.bar.maximum()) == (2, total)
    # What is done is grey, stays where it is, and is skipped.
    assert queued.ids()[:3] == [first, second, third]
    queued.act("previous")
    assert queued.shown() == queued.ids()[-1]
    queued.act("next")
    assert queued.shown() == third
    assert queued.state.history.stack.undoText() == "Done"
    queued.state.history.undo()
    assert marks(queued) == {first: (True, False), second: (False, True)}
    queued.state.history.undo()
    queued.state.history.undo()
    assert marks(queued) == {}
    assert queued.panel.progress_label.text().startswith("0 of")
    queued.state.history.redo()
    assert marks(queued) == {first: (True, False)}


def test_the_reviewer_may_look_elsewhere_without_losing_the_place(queued: ReviewDesk) -> None:
    queued.act("next")
    queued.act("next")
    document = queued.state.current
    assert document is not None
    last = queued.ids()[-1]
    queued.state.show_token(last)
    assert queued.shown() == last
    assert queued.reviewing.model.current == len(queued.ids()) - 1
    assert queued.panel.table.selected_lines() == [1]
    queued.act("next")
    assert queued.shown() == queued.ids()[2]
    # But what is done is what is looked at.
    queued.state.show_token(queued.ids()[4])
    queued.shown()
    queued.act("done")
    assert marks(queued) == {queued.ids()[4]: (True, False)}
    assert queued.shown() == queued.ids()[5]


def test_without_going_on(queued: ReviewDesk) -> None:
    queued.panel.go_on.click()
    queued.act("next")
    first = queued.shown()
    queued.act("done")
    assert queued.shown() == first
    queued.act("done")
    assert marks(queued) == {}


def test_next_follows_filter_and_order_and_says_when_all_is_done(queued: ReviewDesk) -> None:
    panel = queued.panel
    panel.filter_line.setFocus()
    queued.qtbot.keyClicks(panel.filter_line, f"speaker:{ALICE} done:no")
    queued.qtbot.waitUntil(lambda: 0 < len(queued.ids()) < len(queued.reviewing.model.marks), timeout=5000)
    shown = queued.ids()
    assert all(one.startswith(ALICE) for one in shown)
    header = panel.table.horizontalHeader()
    queued.qtbot.mouseClick(
        header.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(header.sectionPosition(WORD) + 20, 8)
    )
    words = queued.cells(WORD)
    assert words == sorted(words)
    assert queued.ids() != shown
    order = queued.ids()
    queued.act("next")
    for token in order[:-1]:
        assert queued.shown() == token
        queued.act("done")
        # The filter hides it at once; the walk goes on behind it all the same.
        assert token not in queued.ids()
    assert queued.ids() == order[-1:]
    queued.act("done")
    assert queued.ids() == []
    assert panel.empty.text() == "No token fits the filter."
    assert "filter" in queued.state.notices.shown[-1].title
    panel.filter_line.setFocus()
    queued.qtbot.keyClick(panel.filter_line, Qt.Key.Key_Escape)
    assert len(queued.ids()) == len(queued.reviewing.model.marks)
    others = [one for one in queued.ids() if not one.startswith(ALICE)]
    queued.act("next")
    for _ in others:
        assert queued.shown() in others
        queued.act("done")
        queued.shown()
    assert f"done: {len(queued.ids())} tokens" in queued.state.notices.shown[-1].title


def test_half_a_filter_shows_all_and_is_explained(queued: ReviewDesk) -> None:
    total = len(queued.ids())
    queued.qtbot.keyClicks(queued.panel.filter_line, "spaeker:x")
    queued.qtbot.waitUntil(queued.panel.error_label.isVisible, timeout=5000)
    assert '"speaker"' in queued.panel.error_label.text()
    assert len(queued.ids()) == total


def test_a_third_click_on_a_title_brings_back_the_order_of_the_queue(queued: ReviewDesk) -> None:
    order, header = queued.ids(), queued.panel.table.horizontalHeader()
    place = QPoint(header.sectionPosition(LABEL) + 20, 8)
    seen = []
    for _ in range(3):
        queued.qtbot.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=place)
        seen.append(queued.ids())
    assert seen[0] != order
    assert seen[2] == order
    labels = dict(zip(order, queued.cells(LABEL), strict=True))
    assert [labels[one] for one in seen[1]] == sorted(labels.values(), reverse=True)


def test_keys_in_the_table(queued: ReviewDesk) -> None:
    table, qtbot = queued.panel.table, queued.qtbot
    order = queued.ids()
    table.setFocus()
    click(queued, 0, WORD)
    assert queued.reviewing.view.row == 0
    assert queued.state.linked.current == order[0]
    qtbot.keyClick(table, Qt.Key.Key_Down)
    assert queued.reviewing.view.row == 1
    qtbot.keyClick(table, Qt.Key.Key_S)
    assert marks(queued) == {order[1]: (False, True)}
    qtbot.keyClick(table, Qt.Key.Key_Return)
    assert queued.shown() == order[1]
    table.setFocus()
    with qtbot.waitSignal(queued.reviewing.play_wanted, timeout=5000) as played:
        qtbot.keyClick(table, Qt.Key.Key_Space)
    assert played.args == [order[1]]
    # Several at once, as one act; nobody is sent on.
    qtbot.keyClick(table, Qt.Key.Key_Down, KEYS.ShiftModifier)
    qtbot.keyClick(table, Qt.Key.Key_Down, KEYS.ShiftModifier)
    assert queued.state.linked.selection == tuple(order[1:4])
    qtbot.keyClick(table, Qt.Key.Key_D)
    assert marks(queued) == {order[1]: (True, True), order[2]: (True, False), order[3]: (True, False)}
    queued.state.history.undo()
    assert marks(queued) == {order[1]: (False, True)}
    # One of them has a star already: now all have.
    qtbot.keyClick(table, Qt.Key.Key_S)
    assert marks(queued) == dict.fromkeys(order[1:4], (False, True))
    qtbot.keyClick(table, Qt.Key.Key_S)
    assert marks(queued) == {}


def test_ticks_and_stars_by_mouse(queued: ReviewDesk) -> None:
    order = queued.ids()
    click(queued, 2, DONE)
    assert marks(queued) == {order[2]: (True, False)}
    click(queued, 2, STAR)
    assert marks(queued) == {order[2]: (True, True)}
    click(queued, 2, DONE)
    assert marks(queued) == {order[2]: (False, True)}
    click(queued, 3, WORD, double=True)
    assert queued.shown() == order[3]


def test_tags_and_notes_by_keys_and_back_to_the_editor(queued: ReviewDesk) -> None:
    editor = QLineEdit(queued.window)  # stands where the keyboard was
    editor.show()
    queued.act("next")
    first = queued.shown()
    editor.setFocus()
    now, qtbot = queued.panel.now, queued.qtbot
    with qtbot.waitSignal(queued.panel.front_wanted):
        queued.act("tag")
    assert QApplication.focusWidget() is now.tags
    qtbot.keyClicks(now.tags, "creaky, voiceless")
    qtbot.keyClick(now.tags, Qt.Key.Key_Return)
    assert QApplication.focusWidget() is editor
    queued.act("note")
    now.note.insert("ɛ̃")
    qtbot.keyClicks(now.note, ", heard twice")
    qtbot.keyClick(now.note, Qt.Key.Key_Return)
    session = queued.state.session
    assert session is not None
    assert session.mark(first).tags == ("creaky", "voiceless")
    assert session.mark(first).note == "ɛ̃, heard twice"
    assert queued.cells(TAGS)[0] == "creaky, voiceless"
    assert queued.cells(NOTE)[0] == "ɛ̃, heard twice"
    # Escape takes back what is being typed.
    queued.act("note")
    qtbot.keyClicks(now.note, " or not")
    qtbot.keyClick(now.note, Qt.Key.Key_Escape)
    assert now.note.text() == "ɛ̃, heard twice"
    # Tags in use are offered, behind a comma too.
    queued.act("next")
    queued.act("tag")
    qtbot.keyClicks(now.tags, "nasal, cre")
    popup = now.tags.offers.popup()
    assert popup.isVisible()
    qtbot.keyClick(popup, Qt.Key.Key_Down)
    qtbot.keyClick(popup, Qt.Key.Key_Return)
    assert now.tags.text() == "nasal, creaky"
    # What is being typed belongs to the token that it was begun for.
    second = queued.shown()
    queued.act("next")
    session = queued.state.session
    assert session is not None
    assert session.mark(second).tags == ("nasal", "creaky")
    assert queued.shown() != second
    assert now.tags.text() == ""


def test_tags_and_notes_in_place(queued: ReviewDesk) -> None:
    table, qtbot, order = queued.panel.table, queued.qtbot, queued.ids()
    table.setFocus()
    click(queued, 1, WORD)
    qtbot.keyClick(table, Qt.Key.Key_N)
    line = QApplication.focusWidget()
    assert isinstance(line, QLineEdit)
    qtbot.keyClicks(line, "clipped")
    qtbot.keyClick(line, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: queued.cells(NOTE)[1] == "clipped", timeout=5000)
    session = queued.state.session
    assert session is not None
    assert session.mark(order[1]).note == "clipped"
    click(queued, 1, TAGS, double=True)
    line = QApplication.focusWidget()
    assert isinstance(line, QLineEdit)
    qtbot.keyClicks(line, "noise")
    qtbot.keyClick(line, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: queued.cells(TAGS)[1] == "noise", timeout=5000)
    session = queued.state.session
    assert session is not None
    assert session.mark(order[1]).tags == ("noise",)
    assert queued.state.history.stack.undoText() == "Tags"
    queued.state.history.undo()
    queued.state.history.undo()
    assert marks(queued) == {}
    assert queued.cells(NOTE)[1] == ""


def test_marks_without_a_queue(desk: ReviewDesk) -> None:
    desk.act("next")
    assert desk.state.notices.shown[-1].title == "There is no review queue"
    desk.act("done")
    assert desk.state.notices.shown[-1].title == "No token is chosen"
    document = desk.desk.show(ALICE)
    item = document.grid.tiers[1].items[4]
    document.view.select(item[0], item[1], tier=2)
    assert desk.panel.now.token == f"{ALICE}#2.5"
    assert desk.panel.now.label.text() == item.label
    desk.act("done")
    desk.act("star")
    session = desk.state.session
    assert session is not None
    mark = session.mark(f"{ALICE}#2.5")
    assert (mark.done, mark.star, mark.tier) == (True, True, "phones")
    assert mark.time == pytest.approx((item[0] + item[1]) / 2)
    assert session.tags_by_recording() == {ALICE: ("done", "star")}


def test_a_click_into_the_word_still_means_the_vowel(queued: ReviewDesk) -> None:
    queued.act("next")
    token, document = queued.shown(), queued.state.current
    assert document is not None
    assert queued.reviewing.places is not None
    place = queued.reviewing.places.places[0]
    tiers = [tier.name for tier in document.grid.tiers]
    other = 1 + next(n for n, name in enumerate(tiers) if name != "phones")
    document.view.select(place.start + 0.01, place.start + 0.01, tier=other)
    assert queued.panel.now.token == token
    queued.act("done")
    assert marks(queued) == {token: (True, False)}
    # A neighbour on the same tier is what it is.
    queued.act("previous")
    document = queued.state.current
    assert document is not None
    document.view.select(0.01, 0.01, tier=2)
    assert queued.panel.now.token == f"{document.name}#2.1"


def test_edits_move_ids_marks_and_rows_but_not_the_work(queued: ReviewDesk) -> None:
    state = queued.state
    queued.act("next")
    token = queued.shown()
    queued.act("star")
    document = state.current
    assert document is not None
    name, number = token.rpartition(".")[0], int(token.rpartition(".")[2])
    order = queued.ids()
    state.history.edit(document, "Add boundary", edits.insert_boundary(document.grid, 2, 0.05))
    moved = f"{name}.{number + 1}"
    assert queued.ids()[0] == moved
    assert marks(queued) == {moved: (False, True)}
    places = queued.reviewing.places
    assert places is not None
    assert not any(place.change for place in places.places)
    # The same place in the list, and a mark made now meets the token that is meant.
    state.history.edit(document, "Label", edits.set_label(document.grid, 2, number + 1, "ɶ"))
    assert queued.cells(LABEL)[0] == "ɶ"
    assert [place.change for place in places.places].count("edited") == 1
    assert "edited" in queued.reviewing.model.index(0, 0).data(Qt.ItemDataRole.ToolTipRole)
    state.show_token(moved)
    queued.shown()
    queued.act("done")
    assert marks(queued) == {moved: (True, True)}
    assert queued.shown() == queued.ids()[1]
    for _ in range(4):
        state.history.undo()
    assert marks(queued) == {}
    assert queued.ids() == order
    assert not any(place.change for place in places.places)
    for _ in range(4):
        state.history.redo()
    assert marks(queued) == {moved: (True, True)}


def test_a_token_that_is_gone_is_skipped_and_comes_back(queued: ReviewDesk) -> None:
    state, order = queued.state, queued.ids()
    state.show_token(order[0])
    queued.shown()
    document = state.current
    assert document is not None
    state.history.edit(document, "Remove tier", edits.remove_tier(document.grid, 2))
    gone = [row for row, one in enumerate(order) if one.startswith(document.name)]
    assert queued.reviewing.places is not None
    assert {queued.reviewing.places.places[row].change for row in gone} == {"removed"}
    queued.act("next")
    queued.shown()
    assert queued.reviewing.view.row == next(row for row in range(len(order)) if row not in gone)
    queued.reviewing.go(gone[0])
    assert "not there" in state.notices.shown[-1].title
    state.history.undo()
    assert queued.ids() == order


def test_made_again_marks_and_place_stay(queued: ReviewDesk) -> None:
    for _ in range(2):
        queued.act("next")
        queued.shown()
        queued.act("done")
        queued.shown()
    here, before = queued.ids()[queued.reviewing.view.row], marks(queued)
    queue = queued.make(queue={"kind": "random", "sample_size": 400})
    assert len(queue) == queue.n_tokens
    assert marks(queued) == before
    assert queued.ids()[queued.reviewing.view.row] == here
    assert queued.reviewing.progress[0] == len(before)
    line = queued.panel.table.selected_lines()
    assert [queued.ids()[one] for one in line] == [here]


def test_of_the_selected_tokens_only(queued: ReviewDesk) -> None:
    chosen = queued.ids()[1:4]
    queued.state.linked.select(chosen)
    among = queued.panel.choice.among
    among.setCurrentIndex(among.findData("selected"))
    queue = queued.make(queue={"kind": "all"})
    assert sorted(queue.rows["id"]) == sorted(chosen)
    queued.state.linked.select(())
    queued.qtbot.mouseClick(queued.panel.make_button, Qt.MouseButton.LeftButton)
    assert queued.reviewing.job is None
    assert "no such tokens" in queued.state.notices.shown[-1].title


def test_nothing_to_look_at(desk: ReviewDesk) -> None:
    desk.make(queue={"kind": "short", "short_duration": 0.001})
    assert desk.panel.empty.text().startswith("Nothing to look at among")
    assert not desk.panel.bar.isVisible()
    desk.act("next")
    assert "0 tokens" in desk.state.notices.shown[-1].title


def test_options_of_the_kind(desk: ReviewDesk) -> None:
    choice = desk.panel.choice
    choice.kind.setCurrentIndex(QUEUE_KINDS.index("short"))
    (section, form) = choice.forms["short"][0]
    assert section == "queue"
    field = form.fields["short_duration"]
    field.setValue(0.055)
    session = desk.state.session
    assert session is not None
    assert session.settings.queue.short_duration == 0.055
    assert session.settings.queue.kind == "short"
    assert choice.options.text() == "Options •"
    desk.state.history.undo()
    assert form.value().short_duration == 0.04
    assert choice.options.text() == "Options"
    assert form.problem == ""


def test_playing_while_walking(queued: ReviewDesk) -> None:
    queued.panel.plays.click()
    with queued.qtbot.waitSignal(queued.reviewing.play_wanted, timeout=10_000) as played:
        queued.act("next")
    assert played.args == [queued.ids()[0]]


def test_the_recording_may_be_another_one_on_the_disk(queued: ReviewDesk, corpus_folder: Path) -> None:
    """Somebody has put a boundary before the tokens: they are found by their time when they are opened."""
    from w2vpraat.corpus.textgrid import read_textgrid, write_textgrid

    token = queued.ids()[0]
    name, _, place = token.rpartition("#")
    path = corpus_folder / f"{name}.TextGrid"
    grid = read_textgrid(path)
    shutil.copy(path, path.with_suffix(".old"))
    write_textgrid(edits.insert_boundary(grid, 2, 0.05), path)
    queued.act("next")
    tier, _, number = place.partition(".")
    assert queued.shown() == f"{name}#{tier}.{int(number) + 1}"
    assert queued.ids()[0] == queued.shown()
