"""The bundled maps of labels to classes."""

from __future__ import annotations

import csv

import pytest

from w2vpraat.corpus.tasks import read_class_map
from w2vpraat.resources import class_map_names, class_map_path, phone_map_path

HEIGHTS = {
    "close": "close",
    "near-close": "close",
    "close-mid": "mid",
    "mid": "mid",
    "open-mid": "mid",
    "near-open": "open",
    "open": "open",
}


def _vowels() -> list[tuple[str, str]]:
    with phone_map_path("ipa").open(encoding="utf-8", newline="") as file:
        return [(row["symbol"], row["name"]) for row in csv.DictReader(file) if row["class"] == "vowel"]


def test_names_and_form() -> None:
    assert class_map_names() == ("pinyin_tone", "vowel_height")
    for name in class_map_names():
        text = class_map_path(name).read_text(encoding="utf-8")
        labels = [row["label"] for row in csv.DictReader(text.splitlines())]
        assert len(set(labels)) == len(labels)


def test_every_monophthong_has_the_height_that_its_name_says() -> None:
    height = read_class_map("vowel_height")
    vowels = _vowels()
    assert len(vowels) > 25
    for symbol, name in vowels:
        # Names such as "near-close near-front unrounded vowel" begin with the height.
        first = name.split()[0]
        expected = HEIGHTS.get(first, "mid")  # rhotic vowels and schwa are mid
        if first == "apical":  # a fricative's tongue: it has no height
            expected = ""
        assert height(symbol) == expected, (symbol, name)


def test_length_keeps_the_height_and_diphthongs_and_consonants_have_none() -> None:
    height = read_class_map("vowel_height")
    for symbol in "iyueøoɛœɔɜəaɑɒæ":
        assert height(symbol + "ː") == height(symbol), symbol
    assert [height(label) for label in ("aɪ", "eɪ", "oʊ", "j", "s", "", "ˈ")] == [""] * 7


@pytest.mark.parametrize(
    ("label", "tone"),
    [
        ("a1", "T1"),
        ("iang4", "T4"),
        ("ma3", "T3"),
        ("nǚ3", ""),
        ("lü4", "T4"),
        ("lv2", "T2"),
        ("zhuang1", "T1"),
        ("er2", "T2"),
        ("ê4", "T4"),
        ("de5", "T5"),
        ("de0", "T5"),
        ("LÜ4", "T4"),
        ("ma", ""),
        ("3", ""),
        ("ma6", ""),
        ("ma33", ""),
        ("sil", ""),
        ("", ""),
    ],
)
def test_pinyin_tones(label: str, tone: str) -> None:
    assert read_class_map("pinyin_tone")(label) == tone
