"""Objects of the package ``textgrid`` both ways; Praat's backslash codes."""

from __future__ import annotations

import io
import unicodedata
from dataclasses import replace
from pathlib import Path

import parselmouth
import pytest
import textgrid
from hypothesis import given, settings
from hypothesis import strategies as st

from w2vpraat.corpus.textgrid import (
    Interval,
    IntervalTier,
    Point,
    PointTier,
    TextGrid,
    from_textgrid,
    matching_form,
    parse_textgrids,
    read_textgrid,
    to_textgrid,
    to_trigraphs,
    to_unicode,
    write_textgrid,
)
from w2vpraat.corpus.textgrid.trigraphs import _table
from w2vpraat.errors import TextGridError

GRID = TextGrid(
    0.1 + 0.2,
    9.87654321012345,
    (
        IntervalTier("a", 0.5, 9.0, (Interval(1 / 3, 0.7, 'x"y'), Interval(0.8, 1.123456789012345, "ɑ"))),
        PointTier("p", 0.30000000000000004, 9.87654321012345, (Point(1 / 7, ""), Point(2.0, "H*"))),
        IntervalTier("a", 0.5, 9.0, ()),
    ),
    "named",
)


def test_there_and_back_without_losing_a_digit() -> None:
    assert from_textgrid(to_textgrid(GRID)) == GRID


def test_overlaps_order_and_equal_times_are_kept() -> None:
    tiers = (
        IntervalTier("o", 0, 5, (Interval(3, 5, "late"), Interval(0, 4, "long"), Interval(1, 2, "in"))),
        PointTier("p", 0, 5, (Point(2, "a"), Point(2, "b"), Point(1, "c"))),
    )
    grid = TextGrid(0, 5, tiers)
    made = to_textgrid(grid)
    assert not made.strict
    assert from_textgrid(made) == grid
    assert to_textgrid(GRID).strict


def test_interval_without_duration_is_refused_with_its_place() -> None:
    grid = TextGrid(0, 5, (IntervalTier("o", 0, 5, (Interval(0, 4, ""), Interval(4, 4, "z"))),))
    with pytest.raises(TextGridError, match='tier "o", interval 2, 4 s'):
        to_textgrid(grid)


def test_what_the_package_makes_and_writes() -> None:
    made = textgrid.TextGrid()
    tier = textgrid.IntervalTier("w")
    tier.add(0.5, 1.25, "hi")
    made.append(tier)
    point_tier = textgrid.PointTier("p")
    point_tier.add(2.5, "x")
    made.append(point_tier)
    grid = from_textgrid(made)
    assert grid.tiers == (
        IntervalTier("w", 0, 2.5, (Interval(0.5, 1.25, "hi"),)),
        PointTier("p", 0, 2.5, (Point(2.5, "x"),)),
    )
    with pytest.raises(TextGridError, match="no end"):
        from_textgrid(textgrid.TextGrid())
    written = io.StringIO()
    written.close = lambda: None  # type: ignore[method-assign]
    to_textgrid(replace(GRID, tiers=GRID.tiers[:2])).write(written)
    (again,) = parse_textgrids(written.getvalue().encode(), "a")
    # It fills gaps, and gives every tier the end of the grid; the times are exact.
    assert [item for item in again.tiers[0].items if item.label] == list(GRID.tiers[0].items)
    assert again.tiers[1].items == GRID.tiers[1].items


@pytest.mark.shared_data
def test_the_package_reads_the_same_rounded(shared_data: Path) -> None:
    path = shared_data / "textgrids" / "parselmouth_northwind" / "the_north_wind_and_the_sun.TextGrid"
    theirs = from_textgrid(textgrid.TextGrid.fromFile(str(path)))
    ours = read_textgrid(path)
    assert theirs.tier_names == ours.tier_names
    for tier, other in zip(ours.tiers, theirs.tiers, strict=True):
        assert [item.label for item in tier.items] == [item.label for item in other.items]
        for item, rounded in zip(tier.items, other.items, strict=True):
            assert [round(time, 5) for time in item[:-1]] == list(rounded[:-1])


def test_codes() -> None:
    assert to_unicode(r"\sw x \ng\:f") == "ə x ŋː"
    assert to_unicode(r"\bsw \zz \q\sw \s") == r"\w \zz \qə \s"
    assert to_trigraphs("ʃiː \\ x") == r"\shi\:f \bs x"
    assert matching_form("a\u0303") == matching_form(r"\a~") == "ã"
    assert to_unicode("plain") == to_trigraphs("plain") == "plain"


@given(st.text())
@settings(deadline=None)
def test_codes_are_undone(label: str) -> None:
    assert to_unicode(to_trigraphs(label)) == label


def test_codes_agree_with_praat(tmp_path: Path) -> None:
    table = [(code, sign) for code, sign in _table() if not sign.isascii()]
    path = tmp_path / "a.TextGrid"
    items = [Interval(number, number + 1, code) for number, (code, _) in enumerate(table)]
    grid = TextGrid(0, len(table), (IntervalTier("t", 0, len(table), tuple(items)),))
    write_textgrid(grid, path)
    praat = parselmouth.read(str(path))
    parselmouth.praat.call(praat, "Convert to Unicode")
    praat.save(str(path))
    converted = read_textgrid(path).interval_tier(1)
    # Praat has precomposed Hebrew letters that NFC takes apart.
    assert [to_unicode(code) for code, _ in table] == [
        unicodedata.normalize("NFC", item.label) for item in converted
    ]
    parselmouth.praat.call(praat, "Convert to backslash trigraphs")
    praat.save(str(path))
    back = read_textgrid(path).interval_tier(1)
    for item, praats in zip(converted, back, strict=True):
        sign = unicodedata.normalize("NFC", item.label)
        assert to_unicode(praats.label) == sign
        # Praat's converse spells two Hebrew letters with points in two codes.
        assert len(sign) > 1 or to_trigraphs(sign) == praats.label
