"""The numbers of tokens are those of the library, live, and the wishes become acts of the session."""

from __future__ import annotations

from pathlib import Path

import pytest
from measuring_material import ALICE, LIAM, Desk, make_desk
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from w2vpraat_gui.panels.check_list import CheckList
from w2vpraat_gui.panels.token_choice import TokenChoice
from w2vpraat_gui.state import AppState
from w2vpraat_gui.tables.check_model import COUNT, NOTE, TEXT, CheckModel, Tick
from w2vpraat_gui.theme import apply_theme
from w2vpraat_gui.work.counting import SHORT

from w2vpraat.corpus.textgrid.edits import rename_tier, set_label
from w2vpraat.corpus.tokens import select_tokens
from w2vpraat.params import TokenParams
from w2vpraat.pipeline.opening import speaker_table


@pytest.fixture
def desk(qtbot: QtBot, state: AppState) -> Desk:
    return make_desk(qtbot, state)


def check_totals(desk: Desk) -> None:
    """What is counted recording by recording is what choosing from the whole corpus gives."""
    session, corpus = desk.state.session, desk.state.corpus_on_screen
    assert session is not None
    assert corpus is not None
    settings = session.settings
    found = select_tokens(corpus, settings.tokens, settings.read, speaker_table(settings, corpus))
    totals = desk.measuring.count.totals
    assert totals.kept == len(found.kept)
    assert totals.seconds == pytest.approx(sum(token.duration for token in found.kept))
    reasons = dict(totals.reasons)
    reasons["duration"] = reasons.pop("short", 0) + reasons.pop("long", 0)
    assert {name: n for name, n in reasons.items() if n} == found.reasons()
    assert sum(totals.kept_labels.values()) == totals.kept
    labels = [t.label for t in found.kept] + [r.token.label for r in found.rejected if r.token.label]
    assert dict(totals.labels) == {label: labels.count(label) for label in set(labels)}


def test_counts_are_those_of_the_library(desk: Desk, corpus_folder: Path) -> None:
    desk.open(corpus_folder)
    check_totals(desk)
    count = desk.measuring.count
    assert count.totals.kept > 20
    assert set(count.totals.speakers) == {ALICE, LIAM}
    assert {"iː", "ɪ"} <= count.guess.vowels
    assert "s" not in count.guess.vowels
    assert dict(count.totals.tiers) == {"words": 2, "phones": 2}
    desk.set_options("tokens", min_duration=0.13, only_speakers=[LIAM], labels=["iː", "ɪ", "uː"])
    desk.counted()
    check_totals(desk)
    assert count.totals.reasons["speaker"] > 0
    assert count.totals.reasons[SHORT] > 0
    assert set(count.totals.kept_speakers) == {LIAM}
    assert set(count.totals.speakers) == {ALICE, LIAM}


def test_an_edit_counts_its_recording_again_and_no_other(desk: Desk, corpus_folder: Path) -> None:
    desk.open(corpus_folder)
    count = desk.measuring.count
    document = desk.show(ALICE)
    other = count.parts[LIAM]
    before = count.totals.kept
    token = next(
        t for t in select_tokens(desk.state.corpus, desk.state.session.settings.tokens).kept
        if t.recording == ALICE and t.label == "iː"
    )  # fmt: skip
    edited = set_label(document.grid, token.tier_number, token.interval, "s")
    desk.state.history.edit(document, "Edit label", edited)
    desk.qtbot.waitUntil(lambda: count.totals.kept == before - 1, timeout=5000)
    check_totals(desk)
    assert count.parts[LIAM] is other
    desk.state.history.undo()
    desk.qtbot.waitUntil(lambda: count.totals.kept == before, timeout=5000)
    check_totals(desk)


def test_a_recording_that_cant_be_used_is_counted_as_such(desk: Desk, corpus_folder: Path) -> None:
    (corpus_folder / f"{LIAM}.TextGrid").write_text("no grid", encoding="utf-8")
    desk.open(corpus_folder)
    assert desk.measuring.count.totals.failures == 1
    check_totals(desk)


def test_impossible_wishes_are_told_and_the_next_ones_count_again(desk: Desk, corpus_folder: Path) -> None:
    desk.open(corpus_folder)
    with desk.qtbot.waitSignal(desk.measuring.count.failed, timeout=5000):
        desk.set_options("tokens", label_regex="(")
    assert "regular expression" in str(desk.measuring.count.error)
    desk.set_options("tokens", label_regex="iː")
    desk.counted()
    assert desk.measuring.count.error is None
    assert set(desk.measuring.count.totals.kept_labels) == {"iː"}


@pytest.fixture
def choice(desk: Desk, corpus_folder: Path) -> TokenChoice:
    made = TokenChoice(desk.measuring.count)
    desk.qtbot.addWidget(made)
    desk.open(corpus_folder)
    assert desk.state.session is not None
    made.set_value(desk.state.session.settings.tokens)
    made.resize(320, 600)
    made.show()
    return made


def _row(model: CheckModel, key: str) -> int:
    return [line.key for line in model.lines].index(key)


def test_labels_are_listed_with_their_numbers_vowels_first(choice: TokenChoice, desk: Desk) -> None:
    totals = desk.measuring.count.totals
    model = choice.labels
    keys = [line.key for line in model.lines]
    assert sorted(keys) == sorted(totals.labels)
    notes = [model.index(row, NOTE).data() for row in range(model.rowCount())]
    assert notes.index("") == notes.count("vowel")
    row = _row(model, "iː")
    assert model.index(row, COUNT).data() == str(totals.labels["iː"])
    row = _row(model, "eɪ")  # also in "say" and "again", which are left out
    assert model.index(row, COUNT).data() == f"{totals.kept_labels['eɪ']} / {totals.labels['eɪ']}"


def test_ticking_labels_with_mouse_and_keyboard(choice: TokenChoice, desk: Desk) -> None:
    model, view = choice.labels, choice.label_list
    seen: list[TokenParams] = []
    choice.changed.connect(seen.append)
    row = _row(model, "ɪ")
    view.scrollTo(model.index(row, TEXT))
    place = view.visualRect(model.index(row, NOTE)).center()
    desk.qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert seen[-1].labels == ("ɪ",)
    view.setCurrentIndex(model.index(_row(model, "iː"), TEXT))
    view.setFocus()
    desk.qtbot.keyClick(view, Qt.Key.Key_Space)
    assert set(seen[-1].labels) == {"ɪ", "iː"}
    assert "2" in choice.labels_head.text()
    desk.qtbot.mouseClick(choice.all_labels, Qt.MouseButton.LeftButton)
    assert seen[-1].labels == ()
    assert seen[-1].label_class == ""


def test_a_click_on_the_box_ticks_once(choice: TokenChoice, desk: Desk) -> None:
    model, view = choice.labels, choice.label_list
    seen: list[TokenParams] = []
    choice.changed.connect(seen.append)
    rect = view.visualRect(model.index(0, TEXT))
    desk.qtbot.mouseClick(
        view.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(rect.left() + 10, rect.center().y())
    )
    assert [params.labels for params in seen] == [(model.lines[0].key,)]


def test_tiers_are_those_of_the_corpus(choice: TokenChoice, desk: Desk) -> None:
    seen: list[TokenParams] = []
    choice.changed.connect(seen.append)
    values = [choice.tier.itemData(row) for row in range(choice.tier.count())]
    assert values == ["", "phones", "words"]
    assert choice.tier.currentData() == "phones"
    choice.tier.setCurrentIndex(2)
    choice.tier.activated.emit(2)
    assert seen[-1].tier == "words"
    line = choice.tier.lineEdit()
    assert line is not None
    line.selectAll()
    desk.qtbot.keyClicks(line, "ph*")
    desk.qtbot.keyClick(line, Qt.Key.Key_Return)
    assert seen[-1].tier == "ph*"


def test_tiers_of_one_name_can_be_chosen_by_number(choice: TokenChoice, desk: Desk) -> None:
    document = desk.show(ALICE)
    desk.state.history.edit(document, "Rename tier", rename_tier(document.grid, 1, "phones"))
    count = desk.measuring.count
    desk.qtbot.waitUntil(lambda: bool(count.totals.doubled), timeout=5000)
    desk.counted()
    values = [choice.tier.itemData(row) for row in range(choice.tier.count())]
    assert values == ["", "phones", "words", "1", "2"]


def test_a_label_map_that_fits_is_offered(choice: TokenChoice, desk: Desk) -> None:
    seen: list[TokenParams] = []
    choice.changed.connect(seen.append)
    assert not choice.hint.isVisible()
    desk.set_options("tokens", label_map="none", label_class="")
    choice.set_value(desk.state.session.settings.tokens)
    desk.counted()
    assert choice.hint.isVisible()
    choice.hint.linkActivated.emit(desk.measuring.count.guess.label_map)
    assert seen[-1].label_map == "ipa"


def test_vowels_without_a_label_map_are_ticked_one_by_one(choice: TokenChoice, desk: Desk) -> None:
    seen: list[TokenParams] = []
    choice.changed.connect(seen.append)
    choice._put(TokenParams(tier="phones"))
    desk.qtbot.mouseClick(choice.vowels, Qt.MouseButton.LeftButton)
    assert set(seen[-1].labels) == desk.measuring.count.guess.vowels
    choice._put(TokenParams(tier="phones", label_map="ipa"))
    desk.qtbot.mouseClick(choice.vowels, Qt.MouseButton.LeftButton)
    assert (seen[-1].labels, seen[-1].label_class) == ((), "vowel")


def test_numbers_may_change_under_ticks(qtbot: QtBot) -> None:
    model = CheckModel()
    model.set_lines([Tick("a", count="1"), Tick("b", count="2")])
    model.set_ticked(("b", "gone"))
    told: list[tuple[str, ...]] = []
    model.ticked.connect(told.append)
    with qtbot.assertNotEmitted(model.modelReset):
        model.set_lines([Tick("a", count="5"), Tick("b", count="2")])
    assert model.index(0, COUNT).data() == "5"
    model.setData(model.index(0, TEXT), Qt.CheckState.Checked, Qt.ItemDataRole.CheckStateRole)
    assert told == [("a", "b", "gone")]


def test_short_names_are_not_cut_under_the_theme(qtbot: QtBot, qapp: QApplication) -> None:
    apply_theme(qapp, "light")
    model = CheckModel()
    names = CheckList(model, "Speakers")
    qtbot.addWidget(names)
    names.resize(260, 120)
    model.set_lines([Tick("1688", "1688", count="581"), Tick("26", "26", count="775")])
    names.show()
    names.resizeColumnsToContents()
    box, margins = 13 + 2, 8
    assert names.columnWidth(TEXT) >= QFontMetrics(names.font()).horizontalAdvance("1688") + box + margins
