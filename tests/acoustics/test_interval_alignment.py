"""Align interval: the Praat inside parselmouth does it, and its words lie where people put them."""

from __future__ import annotations

import itertools
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from w2vpraat.acoustics.alignment import (
    LANGUAGES,
    Alignment,
    _without_pauses,
    align_file,
    align_text,
    text_to_align,
    with_alignment,
)
from w2vpraat.acoustics.praat import call
from w2vpraat.corpus.audio import read_audio
from w2vpraat.corpus.textgrid import Interval, IntervalTier, PointTier, TextGrid, read_textgrid
from w2vpraat.errors import InputError, TextGridError, W2VPraatError
from w2vpraat.params.editing import AlignParams
from w2vpraat.resources import sample_corpus

ENGLISH = AlignParams().language
SOUND = sample_corpus() / "gb_f_alice.flac"


def _grid(text: str, *, name: str = "text") -> TextGrid:
    items = (Interval(0.0, 0.25), Interval(0.25, 1.85, text), Interval(1.85, 22.95))
    return TextGrid(0.0, 22.95, (IntervalTier(name, 0.0, 22.95, items),))


@pytest.mark.parametrize("language", LANGUAGES[::10])
def test_praat_knows_the_languages(language: str) -> None:
    assert call("Create SpeechSynthesizer", language, "Female1")


def test_words_and_phones_lie_where_people_put_them() -> None:
    audio = read_audio(SOUND)
    found = align_text(audio, "say heed again", 0.25, 1.85, ENGLISH)
    assert [item.label for item in found.words] == ["say", "heed", "again"]
    assert "iː" in [item.label for item in found.phones]
    by_hand = read_textgrid(SOUND.with_suffix(".TextGrid")).interval_tier("words")
    times = [item.start for item in by_hand.intervals if item.label in ("heed", "again")][:2]
    assert [item.start for item in found.words[1:]] == pytest.approx(times, abs=0.06)
    for items in (found.words, found.phones):
        assert (items[0].start, items[-1].end) == (0.25, 1.85)
        assert all(left.end == right.start for left, right in itertools.pairwise(items))
    starts = {item.start for item in found.phones}
    assert all(item.start in starts for item in found.words)  # words begin with a phone


@pytest.mark.shared_data
def test_words_of_real_speech(shared_data: Path) -> None:
    differences = []
    for path in sorted((shared_data / "librispeech").rglob("*.TextGrid"))[:200:40]:
        words = [one for one in read_textgrid(path).interval_tier("words").intervals if one.label][:6]
        start, end = words[0].start, words[-1].end
        audio = read_audio(path.with_suffix(".flac"), start=start - 0.01, end=end + 0.01)
        found = align_text(audio, " ".join(one.label for one in words).lower(), start, end, ENGLISH)
        assert len(found.words) == len(words)
        differences += [abs(a.start - b.start) for a, b in zip(found.words[1:], words[1:], strict=True)]
    assert len(differences) >= 20
    assert np.median(differences) < 0.05  # a draft, as the window says


def test_a_stretch_beyond_the_sound_and_codes_in_the_text() -> None:
    grid = _grid("s\\ep")
    found = align_file(SOUND, "s\\ae d", 22.0, 22.95, ENGLISH)
    assert found.words[-1].end == 22.95
    assert text_to_align(grid, 1, 2).label == "s\\ep"


def test_failures_in_the_other_process_arrive(tmp_path: Path) -> None:
    with pytest.raises(W2VPraatError, match=r"none\.wav"):
        align_file(tmp_path / "none.wav", "say", 0.0, 1.0, ENGLISH)
    with pytest.raises(InputError, match="can't speak"):
        align_text(read_audio(SOUND), "say", 0.25, 1.0, "Klingon")
    with pytest.raises(InputError, match="no text"):
        align_text(read_audio(SOUND), "  ", 0.25, 1.0, ENGLISH)


def test_pauses_are_divided_between_their_neighbours() -> None:
    words = _without_pauses(
        [
            Interval(0, 1, ""),
            Interval(1, 2, "a"),
            Interval(2, 3, ""),
            Interval(3, 4, "b"),
            Interval(4, 5, ""),
        ],
        0.0,
        5.0,
    )
    assert words == (Interval(0.0, 2.5, "a"), Interval(2.5, 5.0, "b"))
    phones = [
        Interval(0, 1, ""),
        Interval(1, 1.5, "x"),
        Interval(1.5, 2.2, "y"),
        Interval(2.2, 2.9, ""),
        Interval(2.9, 4, "z"),
    ]
    made = _without_pauses(phones, 0.0, 5.0, words)
    assert made == (Interval(0.0, 1.5, "x"), Interval(1.5, 2.5, "y"), Interval(2.5, 5.0, "z"))


# Into the grid


MADE = Alignment(
    (Interval(0.25, 1.0, "say"), Interval(1.0, 1.85, "heed")),
    (Interval(0.25, 0.5, "s"), Interval(0.5, 1.0, "eɪ"), Interval(1.0, 1.85, "h")),
)


def test_new_tiers_come_below_with_praats_names() -> None:
    grid = _grid("say heed")
    made = with_alignment(grid, "text", 2, MADE)
    assert made.tier_names == ("text", "text/word", "text/phon")
    assert made.interval_tier("text") == grid.interval_tier("text")
    assert made.interval_tier("text/word").intervals == (
        Interval(0.0, 0.25),
        *MADE.words,
        Interval(1.85, 22.95),
    )
    only = with_alignment(grid, 1, 2, MADE, replace(AlignParams(), words=False))
    assert only.tier_names == ("text", "text/phon")


def test_only_the_stretch_is_replaced_where_the_tiers_are_there() -> None:
    first = with_alignment(_grid("say heed"), 1, 2, MADE)
    number = first.tier_number("text/word")
    old = first.interval_tier(number)
    wide = (Interval(0.0, 0.3, "left"), Interval(0.3, 1.5, "gone"), Interval(1.5, 22.95, "right"))
    grid = first.with_tier(number, replace(old, intervals=wide))
    words = with_alignment(grid, 1, 2, MADE).interval_tier("text/word").intervals
    assert words == (Interval(0.0, 0.25, "left"), *MADE.words, Interval(1.85, 22.95, "right"))
    whole = first.with_tier(number, replace(old, intervals=(Interval(0.0, 22.95, "one"),)))
    words = with_alignment(whole, 1, 2, MADE).interval_tier("text/word").intervals
    assert words == (Interval(0.0, 0.25, "one"), *MADE.words, Interval(1.85, 22.95, ""))


@pytest.mark.parametrize(
    ("grid", "number", "message"),
    [
        (_grid(""), 2, "no text"),
        (_grid("x", name="a/word"), 2, "slash"),
        (_grid("x"), 9, "no interval 9"),
        (TextGrid(0.0, 1.0, (PointTier("p", 0.0, 1.0),)), 1, "point tier"),
    ],
)
def test_what_can_not_be_aligned(grid: TextGrid, number: int, message: str) -> None:
    with pytest.raises(TextGridError, match=message):
        text_to_align(grid, 1, number)


def test_a_point_tier_of_that_name_and_nothing_wanted() -> None:
    grid = _grid("say heed")
    taken = grid.with_tiers((*grid.tiers, PointTier("text/word", 0.0, 22.95)))
    with pytest.raises(TextGridError, match="point tier"):
        with_alignment(taken, 1, 2, MADE)
    with pytest.raises(TextGridError, match="nothing to do"):
        with_alignment(grid, 1, 2, MADE, AlignParams(words=False, phones=False))
