"""A review queue outlives the window: it is in the session file, and its list can be saved."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pandas as pd
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot
from review_desk import ALICE, LONG, ReviewDesk, make_review_desk
from w2vpraat_gui.reviewing.queue_store import LAYOUT, QueueView
from w2vpraat_gui.state import AppState
from w2vpraat_gui.tables.review_model import REASON, WORD

from w2vpraat.corpus.textgrid import edits
from w2vpraat.session.session_file import read_session, write_session


@pytest.fixture
def queued(qtbot: QtBot, state: AppState, corpus_folder: Path) -> ReviewDesk:
    """A queue of short tokens, two of them done, one edited."""
    desk = make_review_desk(qtbot, state, corpus_folder)
    desk.window.show()
    desk.make(**LONG)
    for _ in range(2):
        desk.act("next")
        desk.shown()
        desk.act("done")
        desk.shown()
    desk.reviewing.say("note", "ɜː, cut off", (desk.shown(),))
    document = state.current
    assert document is not None
    number = int(desk.shown().rpartition(".")[2])
    state.history.edit(document, "Label", edits.set_label(document.grid, 2, number, "ɪ"))
    state.history.edit(document, "Boundary", edits.insert_boundary(document.grid, 2, 0.05))
    return desk


def test_another_window_goes_on_where_this_one_stopped(
    qtbot: QtBot, queued: ReviewDesk, tmp_path: Path
) -> None:
    state, model = queued.state, queued.reviewing.model
    queued.panel.table.sortByColumn(WORD, Qt.SortOrder.DescendingOrder)
    queued.reviewing.set_filter(f"speaker:{ALICE}")
    queued.panel.plays.click()
    queued.panel.go_on.click()
    ids, reasons, words = queued.ids(), queued.cells(REASON), queued.cells(WORD)
    places, row = list(queued.reviewing.places.places), queued.reviewing.view.row
    for document in state.modified_documents():
        assert state.save(document)
    queued.reviewing.collect()
    assert state.session is not None
    path = write_session(state.session, tmp_path / "work.w2vpraat")
    other = AppState()
    try:
        again = make_review_desk(qtbot, other)
        with qtbot.waitSignal(other.corpus_changed, timeout=10_000):
            other.open_session(read_session(path), path)
        assert again.ids() == ids
        assert again.cells(REASON) == reasons
        assert again.cells(WORD) == words
        assert again.reviewing.places is not None
        assert again.reviewing.places.places == places
        assert [place.change for place in places].count("edited") == 1
        assert again.reviewing.view == queued.reviewing.view
        assert again.reviewing.view.row == row
        assert again.reviewing.model.marks == model.marks
        assert again.panel.filter_line.text() == f"speaker:{ALICE}"
        assert again.panel.plays.isChecked()
        assert not again.panel.go_on.isChecked()
        assert again.panel.progress_label.text() == queued.panel.progress_label.text()
        assert again.reviewing.queue is not None
        assert again.reviewing.queue.made == queued.reviewing.queue.made
        assert again.panel.table.horizontalHeader().sortIndicatorSection() == WORD
        # Opening the files finds everything where it is.
        again.panel.plays.click()
        again.act("next")
        assert again.shown() in ids
        assert again.reviewing.places.places == places
    finally:
        assert other.jobs.close(20_000)
        other.deleteLater()


def test_what_was_not_saved_is_not_edited_any_more(qtbot: QtBot, queued: ReviewDesk, tmp_path: Path) -> None:
    """The session remembers ids of unsaved edits; the file on the disk decides."""
    queued.reviewing.collect()
    assert queued.state.session is not None
    path = write_session(queued.state.session, tmp_path / "work.w2vpraat")
    other = AppState()
    try:
        again = make_review_desk(qtbot, other)
        with qtbot.waitSignal(other.corpus_changed, timeout=10_000):
            other.open_session(read_session(path), path)
        again.reviewing.go(again.reviewing.view.row)
        again.shown()
        assert again.reviewing.places is not None
        queue = again.reviewing.queue
        assert queue is not None
        name = again.shown().rpartition("#")[0]
        for row, place in enumerate(again.reviewing.places.places):
            if place.id.startswith(name):
                assert (place.id, place.change) == (queue.rows["id"][row], "")
        assert again.state.session is not None
        noted = [one for one, mark in again.state.session.review.items() if mark.note]
        assert noted == [again.shown()]
    finally:
        assert other.jobs.close(20_000)
        other.deleteLater()


def test_the_session_gets_it_a_moment_later(queued: ReviewDesk) -> None:
    state = queued.state
    row = queued.reviewing.view.row
    assert row >= 0
    queued.qtbot.waitUntil(
        lambda: state.session.layout.get(LAYOUT, {}).get("view", {}).get("row") == row, timeout=5000
    )
    values = json.loads(json.dumps(dict(state.session.layout)))
    assert values[LAYOUT]["queue"]["kind"] == "short"
    before = state.session
    queued.reviewing.collect()
    assert state.session is before


def test_a_broken_queue_is_told_and_the_rest_opens(qtbot: QtBot, queued: ReviewDesk) -> None:
    state = queued.state
    session = state.session
    assert session is not None
    broken = {"queue": {"version": 99}, "view": {"filter": 3, "row": 7000, "play": True}}
    with qtbot.waitSignal(state.corpus_changed, timeout=10_000):
        state.open_session(session.with_layout({LAYOUT: broken}))
    assert "version" in state.notices.shown[-1].title
    assert queued.reviewing.queue is None
    assert queued.reviewing.view == QueueView()


def test_the_list_as_it_is_shown(queued: ReviewDesk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    queued.reviewing.set_filter("done:no")
    shown, target = queued.ids(), tmp_path / "list"
    asked = lambda *args: (str(target), "TSV (*.tsv)")  # noqa: E731
    monkeypatch.setattr(QFileDialog, "getSaveFileName", asked)
    queued.act("export")
    path = tmp_path / "list.tsv"
    queued.qtbot.waitUntil(lambda: (tmp_path / "list.provenance.json").is_file(), timeout=10_000)
    queued.qtbot.waitUntil(lambda: bool(queued.state.notices.shown), timeout=10_000)
    table = pd.read_csv(path, sep="\t", keep_default_na=False)
    assert list(table["id"]) == shown
    total = len(queued.reviewing.model.marks)
    assert len(table) == total - 2
    edited = table[table["change"] == "edited"]
    assert list(edited["note"]) == ["ɜː, cut off"]
    assert list(edited["label"]) == ["ɪ"]
    document = queued.state.current
    assert document is not None
    place = edited["id"].iloc[0].rpartition(".")[2]
    item = document.grid.tiers[1].items[int(place) - 1]
    assert (edited["start"].iloc[0], edited["end"].iloc[0]) == (item.start, item.end)
    assert set(table["sex"]) <= {"F", "M"}
    facts = json.loads((tmp_path / "list.provenance.json").read_text(encoding="utf-8"))
    assert facts["comparison"]["queue"]["queue"]["short_duration"] == 0.16
    assert f"filter: done:no; {len(table)} of {total} rows" in facts["notes"]
    assert str(path) in queued.state.notices.shown[-1].title
    assert f"{len(table)} of {total}" in queued.state.notices.shown[-1].remedy
    queued.reviewing.set_filter("")
    queued.reviewing.export.save(tmp_path / "all.xlsx")
    queued.qtbot.waitUntil(lambda: (tmp_path / "all.provenance.json").is_file(), timeout=10_000)
    table = pd.read_excel(tmp_path / "all.xlsx", keep_default_na=False)
    assert list(table["done"]).count(True) == 2
    assert list(table["rank"]) == list(range(1, total + 1))


def test_a_long_queue_is_walked_in_no_time(qtbot: QtBot, state: AppState, corpus_folder: Path) -> None:
    """20,000 tokens: a step, a mark, a filter and a sort stay below what a hand feels."""
    import numpy as np

    from w2vpraat.session.queue_places import QueuePlaces
    from w2vpraat.session.review_queue import NUMBERS, ReviewQueue

    desk = make_review_desk(qtbot, state, corpus_folder)
    desk.make(**LONG)
    rows = desk.reviewing.queue.rows
    many = pd.concat([rows] * (20_000 // len(rows) + 1), ignore_index=True).head(20_000)
    many["id"] = [f"far#2.{n}" for n in range(1, 20_001)]
    many["score"] = np.random.default_rng(1).random(20_000)
    assert set(NUMBERS) <= set(many.columns)
    queue = ReviewQueue("all", "all tokens", many, n_tokens=20_000)
    desk.reviewing._take(queue, QueuePlaces(queue))
    desk.reviewing._tell()
    desk.reviewing.collect()
    spent = {}
    for name, act in {
        "step": lambda: desk.reviewing.model.next_row(17_000, 1, desk.reviewing._is_open),
        "look": lambda: desk.reviewing.look_at(400),
        "mark": lambda: desk.reviewing.tick("star", (desk.reviewing.places.ids[400],)),
        "keep": desk.reviewing.collect,
    }.items():
        start = time.perf_counter()
        act()
        spent[name] = time.perf_counter() - start
    assert max(spent.values()) < 0.25, spent
