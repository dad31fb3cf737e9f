"""The IPA palette: charts, search, recent letters, and letters that land in the label as if typed."""

from __future__ import annotations

import pytest
from command_desk import CommandDesk
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from w2vpraat_gui.dialogs.ipa_palette import RECENT, IpaPalette, LetterButton, read_recent
from w2vpraat_gui.document import Document
from w2vpraat_gui.state import AppState

from w2vpraat.corpus.ipa_letters import ipa_letters


@pytest.fixture
def palette(qtbot: QtBot) -> IpaPalette:
    made = IpaPalette()
    qtbot.addWidget(made)
    made.show()
    return made


def _found(palette: IpaPalette) -> list[str]:
    return [button.letter.sign for button in palette.found.buttons]


def _button(palette: IpaPalette, sign: str) -> LetterButton:
    return next(
        button for page in palette.pages.values() for button in page.buttons if button.letter.sign == sign
    )


def test_every_letter_is_on_a_page_once(palette: IpaPalette) -> None:
    shown = [button.letter for page in palette.pages.values() for button in page.buttons]
    assert sorted(letter.sign for letter in shown) == sorted(letter.sign for letter in ipa_letters())


def test_consonants_stand_by_place_and_manner(palette: IpaPalette) -> None:
    page = palette.pages["consonants"]

    def place(sign: str) -> tuple[int, int]:
        found = page.grid.getItemPosition(page.grid.indexOf(_button(palette, sign)))
        return found[0], found[1]

    assert place("p")[0] == place("k")[0]  # plosives
    assert place("p")[1] == place("ɸ")[1]  # voiceless bilabials
    assert place("b")[1] == place("m")[1] == place("p")[1] + 1  # voiced stand on the right
    assert place("n")[1] > place("m")[1]
    vowels = palette.pages["vowels"]

    def vowel(sign: str) -> tuple[int, int]:
        found = vowels.grid.getItemPosition(vowels.grid.indexOf(_button(palette, sign)))
        return found[0], found[1]

    assert vowel("i")[0] == vowel("u")[0] < vowel("e")[0] < vowel("a")[0]
    assert vowel("i")[1] < vowel("y")[1] < vowel("ɨ")[1] < vowel("u")[1]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("voiced velar nasal", "ŋ"),
        ("schwa", "ə"),
        ("ʃ", "ʃ"),
        ("\\sw", "ə"),
        ("@", "ə"),
        ("U+0259", "ə"),
        ("tie bar", "\u0361"),
    ],
)
def test_search(palette: IpaPalette, text: str, first: str) -> None:
    palette.search.insert(text)
    assert _found(palette)[0] == first
    assert palette.found_area.isVisible()
    assert not palette.tabs.isVisible()


def test_search_for_nothing_says_so_and_escape_empties_it(palette: IpaPalette) -> None:
    QTest.keyClicks(palette.search, "zzzz")
    assert palette.nothing.isVisible()
    assert "zzzz" in palette.nothing.text()
    QTest.keyClick(palette.search, Qt.Key.Key_Escape)
    assert palette.search.text() == ""
    assert palette.tabs.isVisible()
    assert palette.isVisible()


def test_enter_takes_the_first_result(qtbot: QtBot, palette: IpaPalette) -> None:
    QTest.keyClicks(palette.search, "esh")
    with qtbot.waitSignal(palette.insert) as said:
        QTest.keyClick(palette.search, Qt.Key.Key_Return)
    assert said.args == ["ʃ"]
    assert [letter.sign for letter in read_recent()] == ["ʃ"]


def test_arrow_keys_go_over_the_chart_and_enter_chooses(qtbot: QtBot, palette: IpaPalette) -> None:
    palette.activateWindow()
    palette.search.setFocus()
    qtbot.waitUntil(palette.search.hasFocus)
    QTest.keyClick(palette.search, Qt.Key.Key_Down)

    def here() -> str:
        widget = QApplication.focusWidget()
        assert isinstance(widget, LetterButton)
        return widget.letter.sign

    assert here() == "p"
    for key, sign in (
        (Qt.Key.Key_Right, "b"),
        (Qt.Key.Key_Down, "m"),
        (Qt.Key.Key_Right, "ɱ"),
        (Qt.Key.Key_Left, "m"),
        (Qt.Key.Key_Up, "b"),
    ):
        QTest.keyClick(QApplication.focusWidget(), key)
        assert here() == sign
    assert "voiced bilabial plosive" in palette.about.text()
    with qtbot.waitSignal(palette.insert) as said:
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Return)
    assert said.args == ["b"]


def test_tool_tips_name_letter_and_codes(palette: IpaPalette) -> None:
    tip = _button(palette, "ŋ").toolTip()
    assert "voiced velar nasal" in tip
    assert "U+014B latin small letter eng" in tip
    assert "Praat: \\ng" in tip
    assert "X-SAMPA: N" in tip
    assert _button(palette, "\u0303").text() == "◌\u0303"


def test_recent_letters_stay_for_the_next_window(qtbot: QtBot, palette: IpaPalette) -> None:
    signs = [letter.sign for letter in ipa_letters()[: RECENT + 3]]
    for sign in (*signs, signs[5]):
        _button(palette, sign).click()
    kept = [letter.sign for letter in read_recent()]
    assert len(kept) == RECENT
    assert kept[0] == signs[5]
    assert kept[1] == signs[-1]
    assert len(set(kept)) == RECENT
    again = IpaPalette()
    qtbot.addWidget(again)
    assert [button.letter.sign for button in again.recent.buttons] == kept


def test_letters_go_to_the_text_cursor_of_the_label(
    qtbot: QtBot, state: AppState, document: Document
) -> None:
    desk = CommandDesk(qtbot, state, document)
    desk.view.select(1.0, 1.5, tier=1)
    desk.editor.label_field.setCursorPosition(1)
    desk.press("Ctrl+Shift+I")
    palette = desk.editor.findChild(IpaPalette)
    assert palette.isVisible()
    assert not palette.isModal()
    _button(palette, "ʃ").click()
    _button(palette, "\u0303").click()
    assert desk.editor.label_field.text() == "hʃ\u0303id"
    desk.editor.commit_label()
    assert desk.grid.tiers[0].items[2].label == "hʃ\u0303id"
    assert desk.acts == ["Edit label"]


def test_without_a_label_a_letter_is_refused(qtbot: QtBot, state: AppState, document: Document) -> None:
    desk = CommandDesk(qtbot, state, document)
    desk.view.select(0.7, tier=3)  # no point here
    desk.press("Ctrl+Shift+I")
    _button(desk.editor.findChild(IpaPalette), "ʃ").click()
    assert "Click on an interval or a point" in desk.notices[0]
    assert desk.acts == []
