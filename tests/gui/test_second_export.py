"""Blind copies, tables and the methods paragraph of two annotators."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot
from second_desk import NAME, OTHER, PHONES, SecondDesk, perturbed, second_file
from w2vpraat_gui.state import AppState

from w2vpraat.corpus.textgrid import edits, read_textgrid, write_textgrid


@pytest.fixture
def theirs(corpus_folder: Path) -> Path:
    return second_file(corpus_folder)


@pytest.fixture
def desk(qtbot: QtBot, state: AppState, corpus_folder: Path) -> SecondDesk:
    return SecondDesk(qtbot, state, corpus_folder)


# Blind copy


def test_blind_copy_is_written_beside_and_only_its_sample_compared(
    desk: SecondDesk, corpus_folder: Path
) -> None:
    desk.open_session()
    desk.open_recording()
    raw = (corpus_folder / f"{NAME}.TextGrid").read_bytes()
    (corpus_folder / f"{NAME}_blind.TextGrid").write_text("mine", encoding="utf-8")
    desk.second.make_blind(PHONES, 0.25, 3)
    desk.ended()
    made = corpus_folder / f"{NAME}_blind2.TextGrid"
    assert (corpus_folder / f"{NAME}_blind.TextGrid").read_text(encoding="utf-8") == "mine"
    assert (corpus_folder / f"{NAME}.TextGrid").read_bytes() == raw
    blind, ours = read_textgrid(made).interval_tier(PHONES), desk.phones
    hidden = [
        number for number, (a, b) in enumerate(zip(ours, blind, strict=True), 1) if a.label and not b.label
    ]
    assert desk.second.count_blind(PHONES, 0.25, 3) == (
        len(hidden),
        sum(bool(item.label.strip()) for item in ours),
    )
    assert str(len(hidden)) in desk.notices[-1]
    # Labelled again: one wrong.
    grid = read_textgrid(made)
    for number in hidden:
        label = "ɥ" if number == hidden[0] else ours.interval(number).label
        grid = edits.set_label(grid, PHONES, number, label)
    write_textgrid(grid, made)
    desk.load(made)
    assert desk.source.compared is not None
    numbers = desk.source.compared.numbers
    assert numbers["n_matched"] == len(hidden)
    assert numbers["label_agreement"] == pytest.approx(1 - 1 / len(hidden))
    assert [kind for kind, _ in desk.listed] == ["label"]
    # The sample is found again though an interval before it was cut.
    desk.edit(edits.insert_boundary(desk.document.grid, PHONES, ours.interval(1).midpoint))
    assert desk.source.compared.numbers["n_matched"] == len(hidden)
    desk.source.set_whole(True)
    desk.ended()
    assert desk.source.compared.numbers["n_matched"] == desk.source.compared.numbers["n_first"]


def test_blind_copy_that_cannot_be_written_leaves_nothing(desk: SecondDesk, corpus_folder: Path) -> None:
    desk.open_session()
    desk.open_recording()
    empty = desk.document.grid
    for number in range(1, len(desk.phones) + 1):
        empty = edits.set_label(empty, PHONES, number, "")
    desk.state.history.edit(desk.document, "Empty", empty)
    before = sorted(corpus_folder.iterdir())
    desk.second.make_blind(PHONES, 0.5, 0)
    desk.ended()
    assert "no item of this tier has a label" in desk.notices[-1]
    assert sorted(corpus_folder.iterdir()) == before


# Tables


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_tables_and_paragraph_hold_what_is_on_the_screen(
    desk: SecondDesk, theirs: Path, tmp_path: Path, corpus_folder: Path
) -> None:
    desk.ready(theirs)
    desk.review.chosen = (desk.one("boundary"),)
    desk.review.keep()
    desk.review.adopt_all((desk.one("label"),))
    desk.ended()
    assert desk.document.is_modified
    desk.second.export(tmp_path)
    desk.second.export(tmp_path)  # replaces the first job or makes another folder; never writes over one
    desk.ended()
    rows = _rows(tmp_path / "agreement" / "disagreements.csv")
    assert [row["kind"] for row in rows].count("label") == 0
    assert [row["kept"] for row in rows].count("TRUE") == 1
    assert len(rows) == len(desk.listed) + 1
    (whole,) = [row for row in _rows(tmp_path / "agreement" / "agreement.csv") if row["by"] == "all"]
    assert desk.source.compared is not None
    assert float(whole["median_ms"]) == pytest.approx(desk.source.compared.numbers["median_ms"])
    assert float(whole["label_agreement"]) == 1.0
    desk.second.export(tmp_path)
    desk.ended()
    assert (tmp_path / "agreement2" / "methods.txt").read_text(encoding="utf-8").startswith("Two annotations")
    desk.second.export(None)
    desk.ended()
    text = QGuiApplication.clipboard().text()
    assert text.startswith("Two annotations of 1 recording were compared")
    assert "Cohen" in text


def test_tables_of_all_recordings_leave_out_what_cannot_be_compared(
    desk: SecondDesk, theirs: Path, corpus_folder: Path
) -> None:
    second_file(corpus_folder, OTHER, perturbed(read_textgrid(corpus_folder / f"{OTHER}.TextGrid")))
    desk.open_session()
    desk.open_recording()
    desk.load(theirs.parent)
    assert desk.second.n_recordings == 2
    desk.second.export(None, everything=True)
    desk.ended()
    assert QGuiApplication.clipboard().text().startswith("Two annotations of 2 recordings")
    (theirs.parent / f"{OTHER}.TextGrid").write_text("broken", encoding="utf-8")
    desk.second.export(None, everything=True)
    desk.ended()
    assert QGuiApplication.clipboard().text().startswith("Two annotations of 1 recording ")
    assert any("1 recordings could not be compared" in one and OTHER in one for one in desk.notices)


def test_methods_paragraph_comes_from_the_menu(desk: SecondDesk, theirs: Path) -> None:
    desk.ready(theirs)
    summary = desk.panel.summary
    menu = summary.more.menu()
    menu.aboutToShow.emit()
    shown = [action.text() for action in menu.actions() if action.isVisible() and action.text()]
    assert "Save tables…" in shown
    assert not summary.save_all.isVisible()  # one recording has a second TextGrid
    next(one for one in menu.actions() if one.text() == "Copy methods paragraph").trigger()
    desk.ended()
    assert QGuiApplication.clipboard().text().startswith("Two annotations of 1 recording")
