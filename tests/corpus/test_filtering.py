"""Filters of the corpus and token tables."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from w2vpraat.corpus.filtering import FilterError, parse_filter

ANN: dict[str, Any] = {
    "name": "day 1/ann_01",
    "file_name": "day 1/ann_01.wav",
    "speaker": ("Ann", "Bea"),
    "label": frozenset({"ə", "i", "eː", 'o"', "a,b"}),
    "tag": (),
    "tier": ("Ann - phones", "words"),
    "problem": ("gap", "overlap"),
    "duration": 3.5,
    "rate": 16000,
    "dialect": "North West",
    "Age group": "20-30",
    "age": "28",
    "vot": float("nan"),
    "checked": True,
    "city": "Lu\u0308beck",
}
CARL: dict[str, Any] = {
    "name": "carl",
    "file_name": "carl.wav",
    "speaker": ("Carl",),
    "label": frozenset({"I"}),
    "tag": ("nasal", "done"),
    "tier": ("phones",),
    "problem": (),
    "duration": None,
    "dialect": "",
    "age": "unknown",
    "checked": False,
    "city": "Köln",
}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("", "ac"),
        ("ann", "a"),
        ("ANN_0", "a"),
        ("ann carl", ""),
        ("ann,carl", "ac"),
        ("-ann", "c"),
        ("-ann -carl", ""),
        ('"day 1"', "a"),
        ("day 1", "a"),
        ("name:ann_*", "a"),
        ("name:ann*", "a"),
        ("name:nn*", ""),
        ("*_01", "a"),
        ("name:/^day [12]/", "a"),
        ("/^CARL$/", "c"),
        ("speaker:ann", "a"),
        ("speaker:an", ""),
        ("speaker:bea,carl", "ac"),
        ("speaker:?nn", "a"),
        ("-speaker:bea", "c"),
        ("label:i", "a"),
        ("label:I", "c"),
        (r"label:\sw", "a"),
        (r"label:e\:f", "a"),
        ("label:e*", "a"),
        (r"label:/\u0259|x/", "a"),
        ('label:/o"/', "a"),
        ('label:"a,b"', "a"),
        ("label:a,b", ""),
        ("tag:nasal", "c"),
        ('tag:""', "a"),
        ('-tag:""', "c"),
        ("tier:*phones", "ac"),
        ("tier:words", "a"),
        ("problem:yes", "a"),
        ("problem:no", "c"),
        ("-problem:yes", "c"),
        ("problem:gap", "a"),
        ("problem:gap,no", "ac"),
        ("duration:>3", "a"),
        ("duration:>3.5", ""),
        ("duration:>=3.5", "a"),
        ("duration:<1e1", "a"),
        ("duration:<=.5", ""),
        ("duration:=3.50", "a"),
        ("duration:3.50", "a"),
        ("duration:>3 duration:<3.2", ""),
        ("age:>20", "a"),
        ("-age:>20", "c"),
        ("age:28.0", "a"),
        ('duration:""', "c"),
        ('vot:""', "ac"),
        ('dialect:"north west"', "a"),
        ("dialect:north", ""),
        ("dialect:north*", "a"),
        ('dialect:""', "c"),
        ('"age group":20-30', "a"),
        ("city:lübeck", "a"),
        ("city:k*LN", "c"),
        ("checked:yes", "a"),
        ("nobody:x", ""),
        ('nobody:""', "ac"),
        ('"x:y"', ""),
        ("-", ""),
        ("/", "a"),
        ("16000", ""),
    ],
)
def test_what_a_filter_shows(text: str, shown: str) -> None:
    found = parse_filter(text)
    assert "".join(letter for letter, row in (("a", ANN), ("c", CARL)) if found.accepts(row)) == shown


@pytest.mark.parametrize(
    ("text", "message", "place"),
    [
        ('ann "open', "closing quote is missing", (4, 9)),
        ("ann speakr:bea", 'no column "speakr".*did you mean "speaker"', (4, 14)),
        ("xyz:1", "columns: .*speaker", (0, 5)),
        ("label:", 'a value is missing .*label:""', (0, 6)),
        ("a,,b", "a value is missing", (0, 4)),
        (":x", "before the colon", (0, 2)),
        ("ann -label:/(/", "not a regular expression", (4, 14)),
    ],
)
def test_a_wrong_filter_names_word_and_place(text: str, message: str, place: tuple[int, int]) -> None:
    with pytest.raises(FilterError, match=message) as caught:
        parse_filter(text, columns=ANN)
    assert (caught.value.start, caught.value.end) == place
    assert caught.value.word == text[slice(*place)]
    assert f"(letter {place[0] + 1} of the filter)" in caught.value.message


def test_a_filter_explains_itself() -> None:
    text = r'ann -speaker:bea label:\sw,/^e/ duration:>=3 problem:yes dialect:""'
    assert parse_filter(text).explain() == (
        'name contains "ann"; not: speaker is "bea"; label is "\\sw" or matches /^e/; '
        "duration is at least 3; problem is there; dialect is empty"
    )
    assert parse_filter(" ").explain() == "all"
    assert not parse_filter(" ")


@given(st.text(alphabet='ab:,"/-* \\(>3', max_size=12))
def test_any_text_is_a_filter_or_a_filter_error(text: str) -> None:
    wrong = ""
    try:
        found = parse_filter(text)
    except FilterError as error:
        wrong, told = error.word, text[error.start : error.end]
    if wrong:
        assert wrong == told
    else:
        assert found.accepts(ANN) in (True, False)
        assert found.explain()


@given(st.from_regex(r"(speaker|name|tag|duration):[a-z0-9*>?]{1,5}", fullmatch=True))
def test_a_minus_turns_every_word_round(word: str) -> None:
    for row in (ANN, CARL):
        assert parse_filter(f"-{word}").accepts(row) is not parse_filter(word).accepts(row)
