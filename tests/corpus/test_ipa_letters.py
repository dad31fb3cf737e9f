"""The palette: complete, named as on the chart, and found by anything one may type."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections import Counter

import pytest

from w2vpraat.corpus.ipa_letters import DOTTED_CIRCLE, GROUPS, IpaLetter, ipa_letters, search_letters
from w2vpraat.corpus.labels import load_label_map
from w2vpraat.corpus.textgrid import to_unicode
from w2vpraat.resources import phone_map_path

BY_SIGN = {letter.sign: letter for letter in ipa_letters()}
# Blocks that hold phonetic signs: IPA extensions to combining marks, phonetic extensions, more marks.
PHONETIC = [(0x250, 0x36F), (0x1D00, 0x1DFF)]


def rows(name: str) -> list[dict[str, str]]:
    with phone_map_path(name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def signs(text: str) -> list[str]:
    return [letter.sign for letter in search_letters(text)]


def test_form() -> None:
    raw = phone_map_path("ipa_letters").read_bytes()
    assert not raw.startswith(b"\xef\xbb\xbf")
    assert b"\r" not in raw
    assert unicodedata.is_normalized("NFC", raw.decode("utf-8"))
    assert len(BY_SIGN) == len(ipa_letters()) > 200
    assert len({letter.name for letter in ipa_letters()}) == len(ipa_letters())
    assert [group for group, _ in Counter(letter.group for letter in ipa_letters()).items()] == list(GROUPS)
    for letter in ipa_letters():
        for cell in (letter.sign, letter.name, letter.place, letter.manner, letter.keywords):
            assert cell == cell.strip()


def test_every_sign_of_the_ipa_map_is_there() -> None:
    # But the substitutes that ASCII offers.
    ascii_only = {row["symbol"] for row in rows("ipa") if "ASCII" in row["name"] or "plain" in row["name"]}
    assert ascii_only == set("g:'0123456789")
    assert {row["symbol"] for row in rows("ipa")} - ascii_only <= set(BY_SIGN)


def test_every_phonetic_sign_of_praats_codes_is_there() -> None:
    wanted = [
        row["char"]
        for row in rows("praat_trigraphs")
        if any(first <= ord(row["char"][0]) <= last for first, last in PHONETIC)
    ]
    assert len(wanted) > 120
    assert set(wanted) <= set(BY_SIGN)


def test_codes_and_xsampa_are_those_of_the_tables() -> None:
    coded = {row["char"] for row in rows("praat_trigraphs") if not row["char"].isascii()}
    xsampa = {row["symbol"]: row["ipa"] for row in rows("xsampa")}
    for letter in ipa_letters():
        assert letter.trigraph or letter.sign not in coded
        if letter.trigraph:
            assert to_unicode(letter.trigraph) == letter.sign
        if letter.xsampa:
            assert xsampa[letter.xsampa] == letter.sign
        else:
            assert letter.sign not in xsampa.values()


def test_names_agree_with_unicode_and_with_the_map_of_classes() -> None:
    ipa = load_label_map("ipa")
    groups = {
        "vowel": {"vowel"}, "pulmonic": {"consonant"}, "other": {"consonant"}, "affricate": {"consonant"},
        "diacritic": {"diacritic", "consonant", "vowel"},
    }  # fmt: skip
    for letter in ipa_letters():
        unicode = [unicodedata.name(sign) for sign in letter.sign]  # each is assigned
        if letter.group in groups and letter.sign in ipa.symbols:
            assert ipa.symbols[letter.sign][1] in groups[letter.group], letter
        assert ("CLICK" in unicode[0]) <= ("click" in letter.name), letter
        if len(letter.sign) == 1:
            assert ("EXTRA-HIGH" in unicode[0]) <= ("extra high" in letter.name), letter
        if unicode[0].startswith("MODIFIER LETTER") and letter.group != "older":
            assert letter.group not in ("pulmonic", "vowel", "other"), letter
        if letter.group == "vowel":
            assert letter.name.endswith("vowel")
            assert letter.name.startswith(letter.manner)
            assert letter.place in letter.name
        if letter.group in ("pulmonic", "affricate"):
            assert re.fullmatch(rf"voice(d|less) {letter.place}( lateral)? {letter.manner}", letter.name), (
                letter
            )


def test_the_pulmonic_chart_holds_two_letters_a_cell_at_most() -> None:
    cells = Counter((letter.place, letter.manner) for letter in ipa_letters() if letter.group == "pulmonic")
    assert max(cells.values()) == 2
    # The rows of the chart of 2020 (without "other symbols").
    assert Counter(letter.manner for letter in ipa_letters() if letter.group == "pulmonic") == {
        "plosive": 13, "nasal": 7, "trill": 3, "tap or flap": 3, "fricative": 22, "lateral fricative": 2,
        "approximant": 5, "lateral approximant": 4,
    }  # fmt: skip


def test_combining_marks_are_shown_on_a_circle() -> None:
    for letter in ipa_letters():
        marked = unicodedata.category(letter.sign[0]) in ("Mn", "Me")
        assert letter.combining == marked
        assert letter.shown.replace(DOTTED_CIRCLE, "") == letter.sign
        assert (letter.shown[0] == DOTTED_CIRCLE) == marked
    assert BY_SIGN["\u0303"].shown == "◌\u0303"
    assert BY_SIGN["\u0361"].shown == "◌\u0361◌"
    assert not BY_SIGN["ʰ"].combining
    assert not BY_SIGN["˞"].combining


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("ə", "ə"), ("schwa", "ə"), ("@", "ə"), (r"\sw", "ə"), ("U+0259", "ə"), ("Mid Central Vowel", "ə"),
        ("esh", "ʃ"), ("eng", "ŋ"), ("ash", "æ"), ("T", "θ"), ("t", "t"), ("g", "ɡ"), ("voiced velar", "ɡ"),
        ("velar nasal", "ŋ"), ("nasal velar", "ŋ"), ("turned v", "ʌ"), ("high tone", "\u0301"),
        ("tie", "\u0361"), ("nasal", "m"), ("plosive", "p"),
        ("◌\u0303", "\u0303"), ("nasalized", "\u0303"), ("_~", None), ("close front rounded", "y"),
        ("glottal stop", "ʔ"), ("implosive", "ɓ"), ("ejective", "ʼ"), ("downstep", "ꜜ"), ("length", "ː"),
        ("voiceless alveolo", "ɕ"), ("  esh ", "ʃ"), (r"r\`", "ɻ"), ("affricate", "t͡s"),
        ("denasal", "\u034a"),
    ],
)  # fmt: skip
def test_search_finds_first(text: str, first: str | None) -> None:
    assert (signs(text)[:1] or [None]) == [first]


def test_search_ranks_and_excludes() -> None:
    assert signs("voiced velar")[:5] == ["ɡ", "ŋ", "ɣ", "ɰ", "ʟ"]
    assert "k" not in signs("voiced velar")
    assert signs("close front")[:2] == ["i", "y"]
    assert signs("no such sign") == []
    assert search_letters("  ") == ipa_letters()
    # The whole name goes first, then its start.
    assert signs("voiceless alveolar affricate") == ["t͡s", "ʦ", "t͡ɬ"]


def test_a_letter_of_its_own() -> None:
    letter = IpaLetter("ɡ", "voiced velar plosive", "pulmonic", "velar", "plosive")
    assert letter.unicode_name == "latin small letter script g"
    assert letter.code_points == "U+0261"
