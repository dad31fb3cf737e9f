"""Finding and replacing: by Unicode or Praat's codes alike, and labels keep their way of writing."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from w2vpraat.corpus.discover import discover
from w2vpraat.corpus.labels import load_label_map
from w2vpraat.corpus.textgrid import (
    Interval,
    IntervalTier,
    Point,
    PointTier,
    TextGrid,
    edits,
    matching_form,
    read_textgrid,
    write_textgrid,
)
from w2vpraat.corpus.textgrid.label_positions import read_label
from w2vpraat.corpus.textgrid.searching import (
    FileChanges,
    LabelChange,
    Match,
    Query,
    find_in,
    find_next,
    replace_in,
    replace_match,
    replacing_in_files,
    unknown_labels,
    writing_changes,
)
from w2vpraat.errors import InputError, TextGridError
from w2vpraat.events import Progress, Skipped


def grid_of(*labels: str, name: str = "a") -> TextGrid:
    items = tuple(Interval(k, k + 1, label) for k, label in enumerate(labels))
    end = float(len(labels))
    return TextGrid(0, end, (IntervalTier(name, 0, end, items),))


def labels(grid: TextGrid, tier: int = 1) -> list[str]:
    return [item.label for item in grid.tiers[tier - 1].items]


GRID = TextGrid(
    0,
    3,
    (
        IntervalTier("a", 0, 3, (Interval(0, 1, "tə\\swn"), Interval(1, 2, ""), Interval(2, 3, "Tən"))),
        PointTier("p", 0, 3, (Point(1, "\\swH*"),)),
        IntervalTier("a", 0, 3, (Interval(0, 3, "ə"),)),
    ),
)


def found(text: str, *of: str, **choices: object) -> list[tuple[int, int, int]]:
    query = Query(text, **choices)  # type: ignore[arg-type]
    return [match[1:] for match in find_in(grid_of(*of), query)]


def test_found_in_all_tiers_with_places_in_the_label_as_written() -> None:
    assert find_in(GRID, Query("ə")) == (
        Match(1, 1, 1, 2), Match(1, 1, 2, 5), Match(1, 3, 1, 2), Match(2, 1, 0, 3), Match(3, 1, 0, 1)
    )  # fmt: skip
    assert find_in(GRID, Query(r"\sw")) == find_in(GRID, Query("ə"))
    assert find_in(GRID, Query("ə", tiers=("p",))) == (Match(2, 1, 0, 3),)
    assert find_in(GRID, Query("ə", whole_label=True, tiers=("a",))) == (Match(3, 1, 0, 1),)
    assert find_in(GRID, Query("ə", tiers=(3, 2)))[0].tier == 2  # in the order of the grid
    assert find_in(GRID, Query("", whole_label=True)) == (Match(1, 2, 0, 0),)
    assert find_in(GRID, Query("T")) == (Match(1, 3, 0, 1),)
    assert len(find_in(GRID, Query("T", case=False))) == 2
    assert find_in(GRID, Query("(.)n$", regex=True))[0] == Match(1, 1, 2, 6)
    with pytest.raises(TextGridError, match=r'there is no tier "b"'):
        find_in(GRID, Query("x", tiers=("b",)))


def test_codes_and_composing_do_not_matter() -> None:
    assert found("ã", "a\u0303b", "ãb", r"a\~^b", r"\a~b") == [(1, 0, 2), (2, 0, 1), (3, 0, 4), (4, 0, 3)]
    assert found("a\u0303", "ã") == [(1, 0, 1)]
    # A mark on a letter that has no composed form is found alone.
    assert found("\u0303", "ɑ\u0303", r"\as\~^") == [(1, 1, 2), (2, 3, 6)]
    assert found("a.b", "a.b", "axb") == [(1, 0, 3)]


def test_xsampa_is_searched_as_it_is_written() -> None:
    # "\sh" is not a code here.
    assert found("r\\", "r\\sh", normalize=False) == [(1, 0, 2)]
    assert found("r\\", "r\\sh") == []
    assert found("ʃ", "r\\sh", normalize=False) == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a(b", r'"a\(b" is not valid at character 2: missing \)'),
        ("[z-a]", r"at character 2"),
        ("*", r"at character 1"),
    ],
)
def test_invalid_expressions_name_the_position(text: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        Query(text, regex=True)
    assert Query(text).text == text  # as a plain text it is fine


def test_nothing_to_look_for() -> None:
    with pytest.raises(InputError, match=r"there is nothing to look for"):
        Query("")


def test_find_next_goes_on_and_round() -> None:
    grid, query = grid_of("xx", "y", "xax", "y"), Query("x")
    first, second, third, fourth = find_in(grid, query)
    assert find_next(grid, query, (1, 0)) == first
    assert find_next(grid, query, (1, 1)) == third
    assert find_next(grid, query, (1, 1, 1)) == second  # the rest of the label first
    assert find_next(grid, query, (1, 1, 2)) == third
    assert find_next(grid, query, (1, 3, 1)) == fourth
    assert find_next(grid, query, (1, 3)) == first
    assert find_next(grid, query, (1, 4)) == first
    assert find_next(grid, query, (1, 1), backwards=True) == fourth
    assert find_next(grid, query, (1, 3, 2), backwards=True) == third
    assert find_next(grid, query, (1, 3, 0), backwards=True) == second
    assert find_next(grid, Query("z"), (1, 2)) is None
    only = grid_of("a", "xx")
    assert find_next(only, query, (1, 2)) == Match(1, 2, 0, 1)
    assert find_next(only, query, (1, 2, 2)) == Match(1, 2, 0, 1)


def test_replace_keeps_what_is_not_touched() -> None:
    edited, n = replace_in(GRID, Query("n"), "m")
    assert n == 2
    assert labels(edited) == ["tə\\swm", "", "Təm"]
    assert edited.tiers[1] is GRID.tiers[1]
    edited, n = replace_in(GRID, Query("ə"), "ɐ")
    assert n == 5
    assert labels(edited) == ["tɐɐn", "", "Tɐn"]
    assert labels(edited, 2) == ["ɐH*"]
    assert replace_in(GRID, Query("q"), "x") == (GRID, 0)
    assert labels(replace_in(GRID, Query("", whole_label=True), "sil")[0]) == ["tə\\swn", "sil", "Tən"]


def test_replace_with_groups_as_they_are_written() -> None:
    grid = grid_of(r"t\swn", "təm")
    query = Query("(.)([nm])", regex=True)
    assert labels(replace_in(grid, query, r"\2\1")[0]) == [r"tn\sw", "tmə"]
    assert labels(replace_in(grid, query, r"<\g<0>\\>")[0]) == [r"t<\swn\>", r"t<əm\>"]
    named = Query("(?P<v>ə)(z)?", regex=True)
    assert labels(replace_in(grid, named, r"\g<v>\g<2>\n")[0]) == ["t\\sw\nn", "tə\nm"]
    assert labels(replace_in(grid_of("ab"), Query("^", regex=True), "-")[0]) == ["-ab"]
    assert labels(replace_in(grid_of("a1"), Query("a1"), r"\1")[0]) == [r"\1"]  # a plain text means itself


def test_replacing_part_of_a_composed_sign_loses_nothing() -> None:
    # The tilde was typed first; composing joins a with the ring: "ḁ" and a tilde.
    grid = grid_of("xa\u0303\u0325y")
    assert labels(replace_in(grid, Query("\u0303"), "")[0]) == ["xḁy"]
    assert labels(replace_in(grid, Query("ḁ"), "o")[0]) == ["xo\u0303y"]
    both = Query("ḁ|\u0303", regex=True)
    assert labels(replace_in(grid, both, "z")[0]) == ["xzzy"]
    assert replace_in(grid, both, "z")[1] == 2


@pytest.mark.parametrize(
    ("replacement", "message"),
    [
        (r"a\2", r"at character 2: there is no group 2"),
        (r"\g<x>", r"at character 1: there is no group x"),
        (r"ab\sw", r"at character 3: \\s means nothing here"),
        ("a\\", r"at character 2"),
    ],
)
def test_invalid_replacements_name_the_position(replacement: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        replace_in(GRID, Query("(n)", regex=True), replacement)
    with pytest.raises(InputError, match=message):
        replacing_in_files([], Query("(n)", regex=True), replacement)


def test_replace_one_match() -> None:
    query = Query("ə")
    second = find_in(GRID, query)[1]
    edited = replace_match(GRID, query, second, "u")
    assert labels(edited) == ["təun", "", "Tən"]
    with pytest.raises(TextGridError, match=r"has changed since it was found \(find again\)"):
        replace_match(edited, query, second, "u")
    with pytest.raises(TextGridError, match=r"has changed since it was found"):
        replace_match(GRID, query, Match(1, 9, 0, 1), "u")


SIGNS = ["a", "e", "ɑ", "b", "\\", "\\sw", "\\~^", "\\sU", "\\a~", "\u0303", "\u0325", "\u0301", "é",
         "\u1100\u1161", "\u0958", "\u0344", "s", "w"]  # fmt: skip


@given(st.lists(st.sampled_from(SIGNS), max_size=6).map("".join), st.data())
def test_places_lead_back_to_the_label(label: str, data: st.DataObject) -> None:
    read = read_label(label)
    assert read.text == matching_form(label)
    start = data.draw(st.integers(0, len(read.text)))
    end = data.draw(st.integers(start, len(read.text)))
    left, right, first, last = read.whole_signs(start, end)
    assert left <= start <= end <= right
    assert 0 <= first <= last <= len(label)
    if start < end:
        # The stretch of the label stands for that stretch of the text.
        assert matching_form(label[first:last]) == unicodedata.normalize("NFC", read.text[left:right])


@given(st.lists(st.lists(st.sampled_from(SIGNS), max_size=4).map("".join), min_size=1, max_size=3))
def test_replacing_with_the_same_group_changes_no_reading(found_labels: list[str]) -> None:
    grid = grid_of(*found_labels)
    same, _ = replace_in(grid, Query("(.)", regex=True), r"\1")
    assert [matching_form(label) for label in labels(same)] == [
        matching_form(label) for label in found_labels
    ]
    gone, n = replace_in(grid, Query(".", regex=True), "")
    assert n == sum(len(matching_form(label)) for label in found_labels)
    assert labels(gone) == [""] * len(found_labels)


@dataclass(frozen=True)
class File:
    name: str
    grid_path: Path


@pytest.fixture
def files(tmp_path: Path) -> list[File]:
    made = []
    for name, grid in {
        "one": grid_of("t\\sw", "b", "\\sw"),
        "two": grid_of("b", "b"),
        "three": grid_of("ə", name="other"),
    }.items():
        write_textgrid(grid, tmp_path / f"{name}.TextGrid")
        made.append(File(name, tmp_path / f"{name}.TextGrid"))
    return made


def test_files_are_shown_before_anything_is_written(files: list[File]) -> None:
    before = [file.grid_path.read_bytes() for file in files]
    events = list(replacing_in_files([*files, files[0]], Query("ə", tiers=("a",)), "ɐ"))
    assert [file.grid_path.read_bytes() for file in files] == before
    changed, _, _, skipped, _ = events
    assert changed == FileChanges(
        "one", files[0].grid_path, (LabelChange(1, 1, 0, "t\\sw", "tɐ"), LabelChange(1, 3, 2, "\\sw", "ɐ")), 2
    )
    assert isinstance(skipped, Skipped)
    assert 'there is no tier "a"' in str(skipped.error)
    assert [event.done for event in events if isinstance(event, Progress)] == [1, 2, 3]

    # The user keeps one label.
    wanted = replace(changed, changes=changed.changes[1:])
    written = list(writing_changes([wanted], backup=True))
    assert written == [wanted, Progress("replace", 1, 1, "one")]
    assert labels(read_textgrid(files[0].grid_path)) == ["t\\sw", "b", "ɐ"]
    assert files[0].grid_path.with_name("one.TextGrid.bak").read_bytes() == before[0]
    assert [file.grid_path.read_bytes() for file in files[1:]] == before[1:]


def test_a_file_that_changed_after_the_preview_stays(files: list[File]) -> None:
    changes = [
        event for event in replacing_in_files(files, Query("b"), "p") if isinstance(event, FileChanges)
    ]
    assert [change.n_matches for change in changes] == [1, 2]
    write_textgrid(edits.set_label(read_textgrid(files[1].grid_path), 1, 2, "d"))
    raw = files[1].grid_path.read_bytes()
    events = list(writing_changes(changes))
    assert events[0] == changes[0]
    assert isinstance(events[2], Skipped)
    assert 'interval 2, 1 s: the label was "b" and has changed since (look for it again)' in str(
        events[2].error
    )
    assert files[1].grid_path.read_bytes() == raw


def test_unreadable_files_are_skipped(tmp_path: Path) -> None:
    (tmp_path / "bad.TextGrid").write_text("nothing")
    events = list(replacing_in_files([File("bad", tmp_path / "bad.TextGrid")], Query("b"), "p"))
    assert [type(event) for event in events] == [Skipped, Progress]


@pytest.mark.shared_data
def test_replacing_in_real_files_changes_only_the_labels(shared_data: Path) -> None:
    corpus = discover(shared_data / "librispeech")
    recordings = corpus.recordings[:5]
    changes = [
        event
        for event in replacing_in_files(
            recordings, Query("ae", case=False, whole_label=True, tiers=("phones",)), "x"
        )
        if isinstance(event, FileChanges)
    ]
    assert len(changes) > 2
    for file in changes:
        grid = read_textgrid(file.path)
        assert {change.old for change in file.changes} == {"AE"}
        assert file.n_matches == len(file.changes) == labels(grid, grid.tier_number("phones")).count("AE")


def test_labels_that_an_inventory_does_not_know() -> None:
    grid = grid_of("\\sw", "ə", "", "qq", " a ", "a\u0303")
    assert unknown_labels(grid, 1, ["ə", "a"]) == [(4, "qq"), (6, "a\u0303")]
    assert unknown_labels(grid, "a", ["ə", "a", "qq", "ã"]) == []
    assert unknown_labels(grid_of("ə", "tʃ", "%", "#", "sil"), 1, load_label_map("ipa")) == [(3, "%")]
    assert unknown_labels(grid_of("AH0", "XX", "r\\"), 1, load_label_map("arpabet")) == [
        (2, "XX"),
        (3, "r\\"),
    ]
    assert unknown_labels(grid_of("r\\", "s\\"), 1, load_label_map("xsampa")) == []
