"""Every form, encoding and line end is read alike; malformed files name their place."""

from __future__ import annotations

import struct
from itertools import pairwise
from pathlib import Path

import pytest

from w2vpraat.corpus.textgrid import (
    Interval,
    IntervalTier,
    Point,
    PointTier,
    TextGrid,
    parse_textgrids,
    read_textgrid,
    read_textgrids,
)
from w2vpraat.corpus.textgrid.lexer import split_tokens, token_spans
from w2vpraat.errors import TextGridError

# Saved by Praat 6.3.07; the three files hold the same TextGrid.
LONG = """File type = "ooTextFile"
Object class = "TextGrid"

xmin = 0.5 
xmax = 3.25 
tiers? <exists> 
size = 2 
item []: 
    item [1]:
        class = "IntervalTier" 
        name = "a" 
        xmin = 0.5 
        xmax = 3.25 
        intervals: size = 3 
        intervals [1]:
            xmin = 0.5 
            xmax = 1.1 
            text = "x""q" 
        intervals [2]:
            xmin = 1.1 
            xmax = 1.2000000000000002 
            text = "\\\\sw ə😀" 
        intervals [3]:
            xmin = 1.2000000000000002 
            xmax = 3.25 
            text = "new
line\tt" 
    item [2]:
        class = "TextTier" 
        name = "p" 
        xmin = 0.5 
        xmax = 3.25 
        points: size = 2 
        points [1]:
            number = 0.8333333333333333 
            mark = "H*" 
        points [2]:
            number = 2 
            mark = "" 
""".replace("\\\\", "\\")  # noqa: W291

SHORT = """File type = "ooTextFile"
Object class = "TextGrid"

0.5
3.25
<exists>
2
"IntervalTier"
"a"
0.5
3.25
3
0.5
1.1
"x""q"
1.1
1.2000000000000002
"\\\\sw ə😀"
1.2000000000000002
3.25
"new
line\tt"
"TextTier"
"p"
0.5
3.25
2
0.8333333333333333
"H*"
2
""
""".replace("\\\\", "\\")

CHRONOLOGICAL = """"Praat chronological TextGrid text file"
0.5 3.25   ! Time domain.
2   ! Number of tiers.
"IntervalTier" "a" 0.5 3.25
"TextTier" "p" 0.5 3.25

! a:
1 0.5 1.1
"x""q"

! p:
2 0.8333333333333333 
"H*"

! a:
1 1.1 1.2000000000000002
"\\\\sw ə😀"

! a:
1 1.2000000000000002 3.25
"new
line\tt"

! p:
2 2 
""
""".rstrip("\n").replace("\\\\", "\\")  # noqa: W291

MIXED = """"ooTextFile"
"TextGrid"
! a comment with "quotes" and 1 2 3
xmin=7 is comment because it isn't free-standing, but this is the start: 0.5
and the end 3.25 tiers? <exists> there are 2
"IntervalTier" "a" 0.5 3.25 3 0.5 1.1 "x""q"[9]  1.1 1.2000000000000002 "\\\\sw ə😀"
1.2000000000000002 3.25 "new
line\tt"
"TextTier" "p" 5/10 325% 2 0.8333333333333333 "H*" time + 2 mark "" """.replace("\\\\", "\\")

EXPECTED = TextGrid(
    0.5,
    3.25,
    (
        IntervalTier(
            "a",
            0.5,
            3.25,
            (
                Interval(0.5, 1.1, 'x"q'),
                Interval(1.1, 1.2000000000000002, "\\sw ə😀"),
                Interval(1.2000000000000002, 3.25, "new\nline\tt"),
            ),
        ),
        PointTier("p", 0.5, 3.25, (Point(0.8333333333333333, "H*"), Point(2.0, ""))),
    ),
)


def binary(grid: TextGrid) -> bytes:
    def text(content: str) -> bytes:
        if content.isascii():
            return struct.pack(">H", len(content)) + content.encode("ascii")
        return struct.pack(">HH", 0xFFFF, len(content)) + content.encode("utf-16-be")

    parts = [b"ooBinaryFile\x08TextGrid", struct.pack(">ddbi", grid.start, grid.end, 1, len(grid))]
    for tier in grid:
        kind = b"IntervalTier" if isinstance(tier, IntervalTier) else b"TextTier"
        parts += [
            bytes([len(kind)]),
            kind,
            text(tier.name),
            struct.pack(">ddi", tier.start, tier.end, len(tier)),
        ]
        for item in tier:
            parts += [struct.pack(f">{len(item) - 1}d", *item[:-1]), text(item.label)]
    return b"".join(parts)


@pytest.mark.parametrize(
    ("content", "form"),
    [(LONG, "long"), (SHORT, "short"), (CHRONOLOGICAL, "chronological"), (MIXED, "long")],
)
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16-le", "utf-16-be"])
def test_same_grid_from_every_text_form(
    tmp_path: Path, content: str, form: str, newline: str, encoding: str
) -> None:
    bom = "\ufeff" if encoding.startswith("utf-16") else ""
    path = tmp_path / "a.TextGrid"
    path.write_bytes((bom + content.replace("\n", newline)).encode(encoding))
    grid = read_textgrid(path)
    assert grid == EXPECTED
    assert (grid.form, grid.encoding, grid.newline, grid.notes) == (form, encoding, newline, ())
    assert grid.file == str(path)


def test_binary(tmp_path: Path) -> None:
    path = tmp_path / "a.TextGrid"
    path.write_bytes(binary(EXPECTED))
    grid = read_textgrid(path)
    assert grid == EXPECTED
    assert grid.form == grid.encoding == "binary"


@pytest.mark.parametrize(
    ("encoding", "label"),
    [("latin-1", "är ß"), ("cp1252", "œ “x” €"), ("mac-roman", "œ ∂ é")],
)
def test_fallback_encoding_is_used_and_said(tmp_path: Path, encoding: str, label: str) -> None:
    path = tmp_path / "a.TextGrid"
    path.write_bytes(SHORT.replace("\\sw ə😀", label).encode(encoding.replace("-", "_")))
    grid = read_textgrid(path, fallback_encoding=encoding)
    assert grid.tiers[0].items[1].label == label
    assert grid.encoding == encoding
    ((kind, message),) = grid.notes
    assert kind == "encoding"
    assert f"read as {encoding}" in message
    assert "line 18" in message
    with pytest.raises(TextGridError, match=r"not UTF-8 at byte \d+"):
        read_textgrid(path, fallback_encoding="error")


def test_utf16_without_mark_is_read_and_said() -> None:
    (grid,) = parse_textgrids(SHORT.encode("utf-16-le"), "a")
    assert grid == EXPECTED
    assert grid.notes[0][0] == "encoding"


def test_undefined_byte_of_the_fallback_is_an_error() -> None:
    raw = SHORT.encode("utf-8").replace("ə😀".encode(), b"\x81")
    with pytest.raises(TextGridError, match=r"byte \d+ is not valid cp1252"):
        parse_textgrids(raw, "a", fallback_encoding="cp1252")


COLLECTION = """File type = "ooTextFile"
Object class = "Collection"

3
"Strings"
"TextGrid"
2
"TextGrid"
"name"
"TextGrid"
"one"
0
1
<exists>
1
"IntervalTier"
"t"
0
1
1
0
1
"a"
"TextGrid"
"two"
0
2
<absent>
"""


def test_collection_picks_the_grids(tmp_path: Path) -> None:
    path = tmp_path / "a.Collection"
    path.write_text(COLLECTION, encoding="utf-8")
    one, two = read_textgrids(path)
    assert (one.name, two.name) == ("one", "two")
    assert one.tiers[0].items == (Interval(0, 1, "a"),)
    assert (two.end, two.tiers) == (2, ())
    assert read_textgrid(path, name="two") == two
    with pytest.raises(TextGridError, match=r'holds 2 TextGrids.*"one", "two"'):
        read_textgrid(path)
    with pytest.raises(TextGridError, match='no TextGrid of the name "three"'):
        read_textgrid(path, name="three")


def test_binary_collection_with_another_object(tmp_path: Path) -> None:
    body = binary(EXPECTED)[len(b"ooBinaryFile\x08TextGrid") :]
    sound = b"\x07Sound 2\x00\x03snd" + struct.pack(">4d", 0, 1, 0.5, 8) + b"\x08TextGrid" + b"\xff" * 40
    raw = b"ooBinaryFile\x0aCollection" + struct.pack(">i", 3)
    raw += b"\x08TextGrid\x00\x01a" + body + sound + b"\x08TextGrid\x00\x01b" + body
    assert [grid.name for grid in parse_textgrids(raw, "x")] == ["a", "b"]
    assert all(grid == EXPECTED for grid in parse_textgrids(raw.replace(b"\x00\x01a", b"\x00\x00"), "x")[:0])
    assert [tuple(grid) for grid in parse_textgrids(raw, "x")] == [EXPECTED.tiers, EXPECTED.tiers]


def test_trailing_data_is_noted() -> None:
    (grid,) = parse_textgrids(SHORT.replace("\n3\n0.5\n1.1", "\n3\n0.5\n1.1").encode() + b"7\n", "a")
    assert [kind for kind, _ in grid.notes] == ["trailing_data"]


def test_broken_order_is_kept() -> None:
    raw = b'"ooTextFile" "TextGrid" 0 5 <exists> 1 "IntervalTier" "" 0 5 4 3 4 "c" 0 2 "a" 1 1 "z" 4 3 "r"'
    (grid,) = parse_textgrids(raw, "a")
    assert [item[:2] for item in grid.tiers[0].items] == [(3, 4), (0, 2), (1, 1), (4, 3)]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"ooTextFile"', '"ooText"', "not a Praat file"),
        ('"TextGrid"', '"Sound 2"', 'line 2: holds an object of class "Sound"'),
        ("xmin = 0.5 \nxmax", 'xmin = "a" \nxmax', "line 4: the start of the TextGrid should be a number"),
        ("<exists>", "<maybe>", "line 6: .*<exists> or <absent>"),
        ("size = 2 \nitem", "size = 2.5 \nitem", "line 7: .*whole number, but is 2.5"),
        ('"TextTier"', '"PointTier"', 'line 29: the class of tier 2 is "PointTier"'),
        ("xmax = 1.1 ", "xmax = 1.1.1 ", 'tier "a", interval 1: line 17: its end should be a number'),
        ("xmax = 1.1 ", "xmax = 1_1 ", "interval 1: line 17: its end should be a number, but is 1_1"),
        ("xmax = 1.1 ", "xmax = -inf ", "line 17: its end should be a number, but is -inf"),
        ("xmax = 1.1 ", "xmax = 1/0 ", "line 17: its end should be a number, but is 1/0"),
        ('text = "x""q"', "text = 5", "line 18: its label should be a text in quotes, but is 5"),
        ("intervals: size = 3", "intervals: size = 2", "line 24: the class of the tier should be a text"),
        ("intervals: size = 3", "intervals: size = 99999999999", 'tier "a", interval 4: line 29: its start'),
        ('mark = "" ', 'mark = "', "line 39: a text starts here that is never closed"),
        ('mark = "" ', "mark = ", 'tier "p", interval 2: line 40: the file ends where its label'),
    ],
)
def test_malformed_files_name_the_place(old: str, new: str, message: str) -> None:
    assert old in LONG
    with pytest.raises(TextGridError, match=message) as caught:
        parse_textgrids(LONG.replace(old, new, 1).encode(), "dir/a.TextGrid")
    assert caught.value.file == "dir/a.TextGrid"
    assert caught.value.hint


@pytest.mark.parametrize("content", [LONG, SHORT, CHRONOLOGICAL, MIXED, COLLECTION])
def test_truncated_text_is_an_error_or_right(content: str) -> None:
    """Cut off anywhere: never another exception, and never a wrong grid without a word."""
    whole = parse_textgrids(content.encode(), "a")
    for cut in range(len(content)):
        try:
            grids = parse_textgrids(content[:cut].encode(), "a")
        except TextGridError:
            continue
        if content is COLLECTION:
            assert grids == whole[: len(grids)]
        elif content is CHRONOLOGICAL:
            # This form has no counts: a file cut between records, or at a doubled quote, can't be told
            # from a whole one.
            for tier, complete in zip(grids[0], whole[0], strict=True):
                assert tier.items[:-1] == complete.items[: max(len(tier) - 1, 0)]
                assert all(
                    complete.items[len(tier) - 1].label.startswith(item.label) for item in tier.items[-1:]
                )
        else:
            assert grids == whole


def test_truncated_binary_is_an_error() -> None:
    raw = binary(EXPECTED)
    for cut in range(len(raw)):
        with pytest.raises(TextGridError):
            parse_textgrids(raw[:cut], "a")


def test_damaged_binary_is_an_error_or_read() -> None:
    raw = binary(EXPECTED)
    for at in range(12, len(raw)):
        for value in (0, 0xFF):
            try:
                parse_textgrids(raw[:at] + bytes([value]) + raw[at + 1 :], "a")
            except TextGridError as error:
                assert "byte" in str(error) or "class" in str(error)  # noqa: PT017


def test_unreadable_paths(tmp_path: Path) -> None:
    with pytest.raises(TextGridError, match="no such file"):
        read_textgrid(tmp_path / "none.TextGrid")
    with pytest.raises(TextGridError, match="can't be read"):
        read_textgrid(tmp_path)
    (tmp_path / "empty.TextGrid").write_bytes(b"")
    with pytest.raises(TextGridError, match="empty"):
        read_textgrid(tmp_path / "empty.TextGrid")


def test_spans_are_those_of_the_tokens() -> None:
    for content in (LONG, SHORT, CHRONOLOGICAL, MIXED):
        tokens, spans = split_tokens(content), token_spans(content)
        assert [content[start:end] for start, end in spans] == tokens
        assert all(left[1] <= right[0] for left, right in pairwise(spans))


def test_lexing_time_is_linear_in_comment_length() -> None:
    words = "word " * 200_000 + "x" * 200_000
    assert split_tokens(words) == []
    assert split_tokens('"' + '""' * 200_000)[0] == '"'
