"""The phone-set maps: form, completeness against real labels, and the classes of vowels."""

from __future__ import annotations

import csv
import re
import unicodedata
from pathlib import Path

import pytest

PHONES = Path(__file__).resolve().parents[2] / "resources" / "phones"
HEADS = {
    "arpabet": ["symbol", "ipa", "class"],
    "xsampa": ["symbol", "ipa", "class"],
    "sampa_de": ["symbol", "ipa", "class"],
    "ipa": ["symbol", "name", "class"],
    "praat_trigraphs": ["trigraph", "char", "name"],
}
CLASSES = {"vowel", "consonant", "diacritic", "tone", "suprasegmental", "silence", "other"}
ARPABET_VOWELS = ["AA", "AE", "AH", "AO", "AW", "AY", "EH", "ER", "EY", "IH", "IY", "OW", "OY", "UH", "UW"]
ARPABET_REDUCED = ["AX", "AXR", "IX", "UX"]


def read(name: str) -> list[list[str]]:
    with (PHONES / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def rows(name: str) -> list[list[str]]:
    return read(name)[1:]


def table(name: str) -> dict[str, tuple[str, str]]:
    return {row[0]: (row[1], row[2]) for row in rows(name)}


def phone_labels(folder: Path) -> set[str]:
    labels: set[str] = set()
    for path in sorted(folder.rglob("*.TextGrid")):
        after = path.read_text(encoding="utf-8").split('name = "phones"')[1]
        labels.update(re.findall(r'text = "([^"]*)"', after))
    return labels - {""}


def ipa_class(text: str) -> set[str]:
    """Classes of the base letters of an IPA text, or ``{"unknown"}``."""
    known = {row[0]: row[2] for row in rows("ipa")}
    classes = {known.get(char, "unknown") for char in unicodedata.normalize("NFD", text)}
    return classes - {"diacritic", "tone", "suprasegmental"}


@pytest.mark.parametrize("name", HEADS)
def test_form(name: str) -> None:
    raw = (PHONES / f"{name}.csv").read_bytes()
    assert not raw.startswith(b"\xef\xbb\xbf")
    assert b"\r" not in raw
    text = raw.decode("utf-8")
    assert unicodedata.is_normalized("NFC", text)
    lines = read(name)
    assert lines[0] == HEADS[name]
    assert all(len(line) == 3 and line[0] and line[0] == line[0].strip() for line in lines)
    symbols = [line[0] for line in lines]
    assert len(symbols) == len(set(symbols))


@pytest.mark.parametrize("name", ["arpabet", "xsampa", "sampa_de", "ipa"])
def test_classes_are_known(name: str) -> None:
    assert {row[2] for row in rows(name)} <= CLASSES


@pytest.mark.parametrize("name", ["arpabet", "xsampa", "sampa_de"])
def test_ipa_agrees_with_class(name: str) -> None:
    for symbol, ipa, kind in rows(name):
        if kind in {"vowel", "consonant"}:
            assert ipa_class(ipa) == {kind}, symbol
        elif kind in {"silence", "other"}:
            assert ipa == "", symbol
        else:
            assert ipa_class(ipa) == set(), symbol


def test_arpabet_vowels() -> None:
    arpabet = table("arpabet")
    for vowel in ARPABET_VOWELS + ARPABET_REDUCED:
        for digit in ("", "0", "1", "2"):
            assert arpabet[vowel + digit][1] == "vowel"
    assert arpabet["AH0"][0] == "ə"
    assert arpabet["AH1"][0] == arpabet["AH"][0] == "ʌ"
    assert arpabet["ER0"][0] == "ɚ"
    assert arpabet["ER1"][0] == "ɝ"
    assert {symbol.upper() for symbol in arpabet} == set(arpabet)


def test_xsampa_spot_checks() -> None:
    xsampa = table("xsampa")
    expected = {"{": "æ", "}": "ʉ", "@": "ə", "3`": "ɝ", "r\\`": "ɻ", "|\\|\\": "ǁ", "_k": "\u0330"}
    assert {symbol: xsampa[symbol][0] for symbol in expected} == expected
    letters = {symbol for symbol in xsampa if len(symbol) == 1 and symbol.isascii() and symbol.isalpha()}
    assert len(letters) == 52  # every ASCII letter has a meaning in X-SAMPA


def test_sampa_de_spot_checks() -> None:
    sampa = table("sampa_de")
    expected = {"6": "ɐ", "2:": "øː", "OY": "ɔʏ", "i6": "iɐ", "C": "ç", "tasp": "tʰ", "_t": "t̚", "!t": "t"}
    assert {symbol: sampa[symbol][0] for symbol in expected} == expected


@pytest.mark.parametrize(
    ("label", "kind"),
    [("aɪ", "vowel"), ("oʊ", "vowel"), ("iː", "vowel"), ("ã", "vowel"), ("ɔʏ̯", "vowel"), ("ɑ˥˩", "vowel"),
     ("ˈeɪ", "vowel"), ("ɝ", "vowel"), ("t͡ʃ", "consonant"), ("n̩", "consonant"), ("ç", "consonant")],
)  # fmt: skip
def test_ipa_composes(label: str, kind: str) -> None:
    assert ipa_class(label) == {kind}


def test_trigraphs() -> None:
    trigraphs = {row[0]: row[1] for row in rows("praat_trigraphs")}
    assert all(re.fullmatch(r"\\[!-~]{2}", code) for code in trigraphs)
    expected = {
        r"\as": "ɑ", r"\ae": "æ", r"\ct": "ɔ", r"\ef": "ɛ", r"\ep": "ε", r"\er": "ɜ", r"\sr": "ɚ",
        r"\sw": "ə",
        r"\ic": "ɪ", r"\hs": "ʊ", r"\vt": "ʌ", r"\sh": "ʃ", r"\zh": "ʒ", r"\te": "θ", r"\dh": "ð",
        r"\ng": "ŋ",
        r"\?g": "ʔ", r"\gf": "ɣ", r"\ga": "γ", r"\:f": "ː", r"\'1": "ˈ", r"\~^": "\u0303", r"\|v": "\u0329",
        r"\0v": "\u0325", r"\^h": "ʰ", r"\li": "\u0361", r"\a~": "ã", '\\u"': "ü", r"\bs": "\\",
    }  # fmt: skip
    assert {code: trigraphs[code] for code in expected} == expected


@pytest.mark.shared_data
def test_every_librispeech_label_maps(shared_data: Path) -> None:
    labels = phone_labels(shared_data / "librispeech")
    assert len(labels) > 30
    assert labels <= set(table("arpabet"))


@pytest.mark.shared_data
def test_every_emodb_label_maps(shared_data: Path) -> None:
    labels = {label for label in phone_labels(shared_data / "emodb") if not label.startswith(("+", "-", "("))}
    assert len(labels) > 80
    assert labels <= set(table("sampa_de"))
