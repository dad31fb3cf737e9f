"""Saving: untouched files byte for byte, edits only where they were made, conversions without loss."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from w2vpraat.corpus.textgrid import (
    Interval,
    IntervalTier,
    Point,
    PointTier,
    TextGrid,
    edits,
    parse_textgrids,
    textgrid_bytes,
)
from w2vpraat.corpus.textgrid.lexer import number_text
from w2vpraat.errors import TextGridError

FORMS = ["long", "short", "chronological", "binary"]
TEXT_ENCODINGS = ["utf-8", "utf-8-sig", "utf-16-le", "utf-16-be"]
NEWLINES = ["\n", "\r\n", "\r"]

labels = st.one_of(
    st.sampled_from(
        ["", '"', '""', "a\nb", "\t", "\\sw", "ə", "😀", "! no comment", '"5"', "<exists>", "é", "a b"]
    ),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\r"), max_size=12),
)
times = st.floats(-1e6, 1e6, allow_nan=False)


@st.composite
def grids(draw: st.DrawFn) -> TextGrid:
    """Any grid, also broken ones: nothing about the times is required."""
    tiers: list[IntervalTier | PointTier] = []
    for kind in draw(st.lists(st.booleans(), max_size=3)):
        name, start, end = draw(labels), draw(times), draw(times)
        if kind:
            items = draw(st.lists(st.builds(Interval, times, times, labels), max_size=5))
            tiers.append(IntervalTier(name, start, end, tuple(items)))
        else:
            points = draw(st.lists(st.builds(Point, times, labels), max_size=5))
            tiers.append(PointTier(name, start, end, tuple(points)))
    return TextGrid(draw(times), draw(times), tuple(tiers))


def read(raw: bytes) -> TextGrid:
    (grid,) = parse_textgrids(raw, "a.TextGrid")
    return grid


def by_time(grid: TextGrid) -> TextGrid:
    """The chronological form keeps the items, in order of time."""
    tiers = [
        replace(t, intervals=tuple(sorted(t.intervals, key=lambda item: item[0])))
        if isinstance(t, IntervalTier)
        else replace(t, points=tuple(sorted(t.points, key=lambda item: item[0])))
        for t in grid.tiers
    ]
    return replace(grid, tiers=tuple(tiers))


@given(grids(), st.sampled_from(FORMS), st.sampled_from(TEXT_ENCODINGS), st.sampled_from(NEWLINES))
@settings(max_examples=100, deadline=None)
def test_anything_survives_every_form(grid: TextGrid, form: str, encoding: str, newline: str) -> None:
    if form == "binary":
        raw = textgrid_bytes(grid, form=form)
    else:
        raw = textgrid_bytes(grid, form=form, encoding=encoding, newline=newline)
    again = read(raw)
    assert again == (by_time(grid) if form == "chronological" else grid)
    assert textgrid_bytes(again) == raw
    assert again.form == form


@given(st.floats(allow_nan=False, allow_infinity=False))
@settings(deadline=None)
def test_numbers_read_back_identically_and_short(value: float) -> None:
    text = number_text(value)
    assert float(text) == value
    assert len(text.lstrip("-").split("e")[0].replace(".", "").strip("0")) <= 17


def test_numbers_look_like_praats() -> None:
    values = [0.0, 2.0, 0.1 + 0.2, 1e-6, 1e15, 123456789.125, 1 / 3, -1.5]
    assert [number_text(value) for value in values] == [
        "0",
        "2",
        "0.30000000000000004",
        "1e-06",
        "1e+15",
        "123456789.125",
        "0.3333333333333333",
        "-1.5",
    ]


# A file as no program writes it: digits, spaces, comments and words of its own.
ODD = """File type = "ooTextFile"
Object class = "TextGrid"
! made by hand
xmin = 0.00
  xmax = 9.50000
tiers? <exists>
size = 3
item []:
\titem [1]:
\t\tclass = "IntervalTier"
\t\tname = "words"
\t\txmin = 0.00
\t\txmax = 9.50000
\t\tintervals: size = 3
\t\t\tintervals [1]:
\t\t\t\txmin = 0.00
\t\t\t\txmax = 1.2500
\t\t\t\ttext = "L11"
\t\t\tintervals [2]:   ! a remark
\t\t\t\txmin = 1.2500
\t\t\t\txmax = 4.000
\t\t\t\ttext = "L12"
\t\t\tintervals [3]:
\t\t\t\txmin = 4.000
\t\t\t\txmax = 9.50000
\t\t\t\ttext = "L13"
\titem [2]:
\t\tclass = "TextTier"
\t\tname = "tones"
\t\txmin = 0.00
\t\txmax = 9.50000
\t\tpoints: size = 2
\t\t\tpoints [1]:
\t\t\t\ttime = 2.750
\t\t\t\tmark = "L21"
\t\t\tpoints [2]:
\t\t\t\ttime = 3.10
\t\t\t\tmark = "L22"
\titem [3]:
\t\tclass = "IntervalTier"
\t\tname = "empty"
\t\txmin = 0.00
\t\txmax = 9.50000
\t\tintervals: size = 0
"""

ODD_SHORT = """ooTextFile "ooTextFile"
"TextGrid" 0.00 9.50000 <exists> 3
"IntervalTier" "words" 0.00 9.50000 3
0.00 1.2500 "L11"
1.2500 4.000 "L12" ! a remark
4.000 9.50000 "L13"
"TextTier" "tones" 0.00 9.50000 2
2.750 "L21"
3.10 "L22"
"IntervalTier" "empty" 0.00 9.50000 0""".replace("ooTextFile ", "", 1)

ONE_LINE = " ".join(ODD_SHORT.replace("! a remark", "").split())

ODD_CHRONOLOGICAL = '''"Praat chronological TextGrid text file"
0.00 9.50000   ! Time domain.
3   ! Number of tiers.
"IntervalTier" "words" 0.00 9.50000
"TextTier" "tones" 0.00 9.50000
"IntervalTier" "empty" 0.00 9.50000

! words:
1 0.00 1.2500
"L11"

! words:
1 1.2500 4.000
"L12"

! tones:
2 2.750 
"L21"

! tones:
2 3.10 
"L22"

! words:
1 4.000 9.50000
"L13"'''  # noqa: W291

ODDS = {"long": ODD, "short": ODD_SHORT, "one line": ONE_LINE, "chronological": ODD_CHRONOLOGICAL}

EDITS: list[tuple[Callable[[TextGrid], TextGrid], str, str]] = [
    (lambda g: edits.set_label(g, "words", 2, 'n"w'), '"L12"', '"n""w"'),
    (lambda g: edits.set_label(g, "tones", 1, ""), '"L21"', '""'),
    (lambda g: edits.move_boundary(g, "words", 2, 3.5), "4.000", "3.5"),
    (lambda g: edits.move_point(g, "tones", 1, 2.25), "2.750", "2.25"),
    (lambda g: edits.rename_tier(g, "words", "wörter"), '"words"', '"wörter"'),
    (lambda g: replace(g, end=10.0), "xmax = 9.50000\ntiers", "xmax = 10\ntiers"),
]


@pytest.mark.parametrize("newline", NEWLINES)
@pytest.mark.parametrize("encoding", TEXT_ENCODINGS)
@pytest.mark.parametrize("odd", ODDS)
def test_untouched_is_byte_equal(odd: str, encoding: str, newline: str) -> None:
    raw = encoded(ODDS[odd], encoding, newline)
    assert textgrid_bytes(read(raw)) == raw
    # An edit that is taken back leaves nothing behind.
    grid = read(raw)
    there = edits.remove_boundary(edits.insert_boundary(grid, 1, 2.0), 1, 2)
    assert textgrid_bytes(there) == raw


def encoded(content: str, encoding: str, newline: str) -> bytes:
    bom = "\ufeff" if encoding.startswith("utf-16") else ""
    return (bom + content.replace("\n", newline)).encode(encoding)


@pytest.mark.parametrize("newline", NEWLINES)
@pytest.mark.parametrize("encoding", TEXT_ENCODINGS)
@pytest.mark.parametrize("odd", ODDS)
def test_an_edit_touches_only_its_value(odd: str, encoding: str, newline: str) -> None:
    for edit, old, new in EDITS:
        if old not in ODDS[odd] or (odd == "chronological" and old[0].isdigit()):
            continue
        # "words" also stands in comments of the chronological form, which stay
        expected = ODDS[odd].replace(old, new)
        raw = textgrid_bytes(edit(read(encoded(ODDS[odd], encoding, newline))))
        assert raw == encoded(expected, encoding, newline)


def test_label_with_newline_gets_the_files_line_end() -> None:
    grid = read(encoded(ODD, "utf-8", "\r\n"))
    raw = textgrid_bytes(edits.set_label(grid, 1, 1, "a\nb"))
    assert b'"a\r\nb"' in raw
    assert raw.count(b"\n") == raw.count(b"\r\n")
    assert read(raw).tiers[0].items[0].label == "a\nb"


def test_new_boundary_rewrites_only_its_interval_and_the_numbers() -> None:
    grid = edits.insert_boundary(read(ODD.encode()), "words", 2.0, split=1)
    expected = ODD.replace("intervals: size = 3", "intervals: size = 4").replace(
        "intervals [3]", "intervals [4]"
    )
    expected = expected.replace(
        """xmax = 4.000
\t\t\t\ttext = "L12"
""",
        """xmax = 2
\t\t\t\ttext = "L"
\t\t\tintervals [3]:   ! a remark
\t\t\t\txmin = 2
\t\t\t\txmax = 4.000
\t\t\t\ttext = "12"
""",
    )
    assert textgrid_bytes(grid).decode() == expected


def test_new_boundary_in_the_short_form() -> None:
    grid = edits.insert_boundary(read(ODD_SHORT.encode()), "words", 5.0)
    expected = ODD_SHORT.replace('"words" 0.00 9.50000 3', '"words" 0.00 9.50000 4')
    expected = expected.replace('4.000 9.50000 "L13"\n', '4.000 5 "L13"\n5 9.50000 ""\n')
    assert textgrid_bytes(grid).decode() == expected


def test_new_boundary_in_the_chronological_form() -> None:
    grid = edits.insert_boundary(read(ODD_CHRONOLOGICAL.encode()), "words", 3.0)
    expected = ODD_CHRONOLOGICAL.replace("1.2500 4.000", "1.2500 3").replace(
        "\n\n! tones:\n2 3.10", '\n\n! words:\n1 3 4\n""\n\n! tones:\n2 3.10'
    )
    assert textgrid_bytes(grid).decode() == expected


def test_moved_record_is_put_in_order() -> None:
    grid = edits.move_point(read(ODD_CHRONOLOGICAL.encode()), "tones", 1, 3.05)
    assert textgrid_bytes(grid).decode() == ODD_CHRONOLOGICAL.replace("2.750", "3.05")
    grid = edits.move_point(read(ODD_CHRONOLOGICAL.encode()), "tones", 2, 5.0)
    raw = textgrid_bytes(grid).decode()
    assert raw.endswith('! words:\n1 4.000 9.50000\n"L13"\n\n! tones:\n2 5 \n"L22"')
    assert read(raw.encode()) == grid


def test_tiers_moved_removed_copied_added() -> None:
    grid = read(ODD.encode())
    lines = ODD.splitlines(keepends=True)
    head, one, two, three = lines[:8], lines[8:26], lines[26:38], lines[38:]

    def numbered(*blocks: list[str]) -> str:
        parts = "".join(head).replace("size = 3", f"size = {len(blocks)}")
        for number, block in enumerate(blocks, 1):
            parts += f"\titem [{number}]:\n" + "".join(block[1:])
        return parts

    assert textgrid_bytes(edits.remove_tier(grid, "words")).decode() == numbered(two, three)
    assert textgrid_bytes(edits.move_tier(grid, "empty", 1)).decode() == numbered(three, one, two)
    assert textgrid_bytes(edits.duplicate_tier(grid, "tones")).decode() == numbered(one, two, two, three)
    added = textgrid_bytes(edits.add_point_tier(grid, "new", 2)).decode()
    new = [
        "",
        '\t    class = "TextTier" \n',
        '\t    name = "new" \n',
        "\t    xmin = 0 \n",
        "\t    xmax = 9.5 \n",
    ]
    assert added == numbered(one, [*new, "\t    points: size = 0 \n"], two, three)
    everything = edits.remove_tier(edits.remove_tier(edits.remove_tier(grid, 1), 1), 1)
    assert read(textgrid_bytes(everything)).tiers == ()


def test_tiers_made_anew_are_matched_by_name() -> None:
    grid = read(ODD.encode())
    words = IntervalTier(
        "words", 0, 9.5, (grid.tiers[0].items[0], Interval(1.25, 4, "new"), grid.tiers[0].items[2])
    )
    anew = grid.with_tiers((words, replace(grid.tiers[1], origin=None), grid.tiers[2]))
    assert textgrid_bytes(anew).decode() == ODD.replace("L12", "new")


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("absent", [False, True])
def test_first_tier_of_an_empty_grid(form: str, absent: bool) -> None:
    raw = textgrid_bytes(TextGrid(0, 1), form=form)
    if absent:
        if form == "chronological":
            return
        raw = raw.replace(b"<exists>", b"<absent>")
        raw = raw[: raw.index(b"<absent>") + 9] if form != "binary" else raw[:-5] + b"\0"
    grid = read(raw)
    assert textgrid_bytes(grid) == raw
    added = edits.add_interval_tier(grid, "a")
    assert read(textgrid_bytes(added)) == added
    if form != "chronological":
        plain = textgrid_bytes(replace(added, source=None), form=form)
        assert textgrid_bytes(added).split() == plain.split()


def random_edit(grid: TextGrid, chance: random.Random) -> TextGrid:
    """One edit by chance; those that the rules refuse change nothing."""
    number = chance.randint(1, max(len(grid), 1))
    label = chance.choice(["", "x", 'q"', "ə\nb", "😀"])
    time = chance.choice([0.0, 1.0, 1.25, 2.0, 2.5, 2.75, 5.0, 9.5, chance.uniform(0, 9.5)])
    count = max(len(grid.tiers[number - 1]), 1) if grid.tiers else 1
    item = chance.randint(1, count)
    try:
        return chance.choice(
            [
                lambda: edits.set_label(grid, number, item, label),
                lambda: edits.move_boundary(grid, number, item, time),
                lambda: edits.insert_boundary(grid, number, time, chance.randint(0, 2)),
                lambda: edits.insert_interval(grid, number, time, time + 0.3),
                lambda: edits.remove_boundary(grid, number, item),
                lambda: edits.insert_point(grid, number, time, label),
                lambda: edits.remove_point(grid, number, item),
                lambda: edits.move_point(grid, number, item, time),
                lambda: edits.add_interval_tier(grid, label, number),
                lambda: edits.add_point_tier(grid, label),
                lambda: edits.rename_tier(grid, number, label),
                lambda: edits.remove_tier(grid, number),
                lambda: edits.move_tier(grid, number, chance.randint(1, len(grid) or 1)),
                lambda: edits.duplicate_tier(grid, number),
            ]
        )()
    except TextGridError:
        return grid


def untouched(raw: bytes, grid: TextGrid, before: TextGrid) -> None:
    """Each number of a tier that stayed is still written as it was."""
    if raw.startswith(b"ooBinary"):
        return
    for tier in grid.tiers:
        kept = [old for old in before.tiers if old == tier and old.origin is tier.origin]
        if kept and tier.name == "words":
            assert raw.count(b"1.2500") >= 2
            assert raw.count(b"4.000") >= 2
        if kept and tier.name == "tones":
            assert b"2.750" in raw
            assert b"3.10" in raw


@pytest.mark.parametrize("odd", [*ODDS, "binary"])
@given(st.integers(0, 10**9), st.integers(1, 8))
@example(39123, 8)  # a chronological file that was left without items, and then got one
@settings(max_examples=60, deadline=None)
def test_any_edits_are_saved_as_they_are(odd: str, seed: int, steps: int) -> None:
    raw = textgrid_bytes(read(ODD.encode()), form="binary") if odd == "binary" else ODDS[odd].encode()
    before = grid = read(raw)
    chance = random.Random(seed)
    for _ in range(steps):
        grid = random_edit(grid, chance)
    saved = textgrid_bytes(grid)
    again = read(saved)
    assert again == grid
    if odd != "chronological" or [t.origin for t in grid.tiers] == [t.origin for t in before.tiers]:
        untouched(saved, grid, before)
    assert again.form == before.form
    # And once more, from the new bytes.
    more = random_edit(again, chance)
    assert read(textgrid_bytes(more)) == more


def collection(form: str) -> bytes:
    one = textgrid_bytes(read(ODD.encode()), form=form)
    two = textgrid_bytes(TextGrid(0, 1, (PointTier("p", 0, 1, (Point(0.5, "x"),)),)), form=form)
    if form == "binary":
        head = len(b"ooBinaryFile\x08TextGrid")
        return b"".join(
            [
                b"ooBinaryFile\x0aCollection\0\0\0\x03",
                b"\x08TextGrid\x00\x03one" + one[head:],
                b"\x08TextGrid\x00\x03two" + two[head:],
                b"\x07Strings\x00\x01s" + b"\0\0\0\x01\0\x03abc",
            ]
        )
    bodies = [b"\n".join(body.split(b"\n")[3:]) for body in (one, two)]
    return (
        b'File type = "ooTextFile"\nObject class = "Collection"\n\n3\n"TextGrid"\n"one"\n'
        + bodies[0]
        + b'"TextGrid"\n"two"\n'
        + bodies[1]
        + b'"Strings"\n"s"\n1\n"abc"\n'
    )


@pytest.mark.parametrize("form", ["short", "long", "binary"])
def test_collection_keeps_its_other_objects(form: str) -> None:
    raw = collection(form)
    one, two = parse_textgrids(raw, "a.Collection")
    assert textgrid_bytes(one) == raw
    edited = edits.insert_boundary(one, "words", 2.0)
    edited = edits.add_interval_tier(edited, "more")
    again, other = parse_textgrids(textgrid_bytes(edited), "a.Collection")
    assert (again, other) == (edited, two)
    assert b"abc" in textgrid_bytes(edited)
    assert textgrid_bytes(edits.set_label(two, 1, 1, "y")) == raw.replace(
        b"\x01x" if form == "binary" else b'"x"', b"\x01y" if form == "binary" else b'"y"'
    )
    alone = read(textgrid_bytes(two, form="long"))
    assert alone.tiers == two.tiers


def test_changes_of_encoding_and_line_ends_keep_the_layout() -> None:
    grid = read(ODD.encode())
    assert textgrid_bytes(grid, encoding="utf-16", newline="crlf") == encoded(ODD, "utf-16-be", "\r\n")
    assert textgrid_bytes(grid, encoding="utf-8-sig") == encoded(ODD, "utf-8-sig", "\n")
    back = read(textgrid_bytes(grid, encoding="utf-16-le", newline="cr"))
    assert textgrid_bytes(back, encoding="utf-8", newline="lf") == ODD.encode()


def test_label_that_the_encoding_cannot_hold() -> None:
    raw = ODD.replace("L11", "ä").encode("latin-1")
    grid = read(raw)
    assert textgrid_bytes(edits.set_label(grid, 1, 1, "é")) == raw.replace(b"\xe4", b"\xe9")
    with pytest.raises(TextGridError, match=r"tier \"words\", interval 2, 1.25 s.*ə.*latin-1.*utf-8"):
        textgrid_bytes(edits.set_label(grid, 1, 2, "ə"))
    with pytest.raises(TextGridError, match="half a character"):
        textgrid_bytes(edits.set_label(read(ODD.encode()), 1, 2, "\ud800"))
    with pytest.raises(TextGridError, match="NUL"):
        textgrid_bytes(edits.set_label(grid, 1, 2, "a\0b"))
    assert read(textgrid_bytes(edits.set_label(grid, 1, 2, "ə"), encoding="utf-8")).encoding == "utf-8"


@pytest.mark.parametrize(
    "choice",
    [{"form": "xml"}, {"encoding": "ebcdic"}, {"newline": "x"}, {"form": "binary", "encoding": "utf-8"}],
)
def test_unknown_choices_are_refused(choice: dict[str, str]) -> None:
    with pytest.raises(TextGridError):
        textgrid_bytes(read(ODD.encode()), **choice)


def test_times_that_are_no_numbers_are_refused() -> None:
    grid = TextGrid(0, 1, (PointTier("p", 0, 1, (Point(float("nan"), ""),)),))
    for form in FORMS:
        with pytest.raises(TextGridError, match="not a time"):
            textgrid_bytes(grid, form=form)


def test_binary_text_too_long() -> None:
    with pytest.raises(TextGridError, match="too long for the binary form"):
        textgrid_bytes(TextGrid(0, 1, (PointTier("x" * 70000, 0, 1),)), form="binary")


@pytest.mark.shared_data
def test_real_files_are_byte_equal_and_take_one_edit(shared_data: Path) -> None:
    paths = [
        path
        for folder in ("textgrids", "librispeech", "emodb")
        for path in (shared_data / folder).rglob("*.TextGrid")
    ]
    assert len(paths) > 850
    for path in paths:
        raw = path.read_bytes()
        grid = read(raw)
        assert textgrid_bytes(grid) == raw, path
        number = next(n for n, tier in enumerate(grid.tiers, 1) if len(tier))
        edited = textgrid_bytes(edits.set_label(grid, number, 1, "@@@"))
        old = '"' + grid.tiers[number - 1].items[0].label.replace('"', '""') + '"'
        # The first place of that token after the count is the item's own.
        at = raw.index(old.encode(), raw.index(b'"' + grid.tiers[number - 1].name.encode() + b'"') + 1)
        assert edited == raw[:at] + b'"@@@"' + raw[at + len(old.encode()) :], path
