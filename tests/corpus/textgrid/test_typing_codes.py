"""Codes become signs as they are typed, key by key."""

from __future__ import annotations

import csv

import pytest

from w2vpraat.corpus.textgrid import to_unicode
from w2vpraat.corpus.textgrid.typing_codes import completed
from w2vpraat.resources import phone_map_path


def typed(keys: str, text: str = "", cursor: int = 0) -> tuple[str, int]:
    for key in keys:
        text, cursor = completed(text[:cursor] + key + text[cursor:], cursor + 1)
    return text, cursor


@pytest.mark.parametrize(
    ("keys", "text"),
    [
        (r"\sw", "ə"),
        (r"t\li\sh", "t\u0361ʃ"),
        (r"a\~^", "a\u0303"),
        (r"i\:f", "iː"),
        (r"\sw\ng", "əŋ"),  # two in a row
        (r"\bs", "\\"),
        (r"\bsx", "\\x"),
        (r"\s", r"\s"),  # not complete yet
        ("\\", "\\"),
        (r"\zz", r"\zz"),  # no code
        (r"\\sw", "\\ə"),  # the first backslash belongs to nothing
        ("sw", "sw"),
        (r"\"l", "“"),
    ],
)
def test_typed(keys: str, text: str) -> None:
    assert typed(keys) == (text, len(text))


def test_every_code_can_be_typed() -> None:
    with phone_map_path("praat_trigraphs").open(encoding="utf-8", newline="") as file:
        codes = [row["trigraph"] for row in csv.DictReader(file)]
    assert len(codes) > 400
    for code in codes:
        assert typed(code) == (to_unicode(code), len(to_unicode(code)))


def test_in_the_middle_of_a_label() -> None:
    assert typed(r"\ng", "axb", 1) == ("aŋxb", 2)
    # Codes that stood there before stay, as they were found.
    assert typed("x", r"\sw\ng", 6) == (r"\sw\ngx", 7)
    assert typed("s", r"\w", 1) == (r"\sw", 2)
    assert completed(r"\sw", 0) == (r"\sw", 0)
    assert completed("", 0) == ("", 0)
