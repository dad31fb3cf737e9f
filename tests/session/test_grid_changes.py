"""Any edit is a small value that can be made, taken back, and written as JSON."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
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
from w2vpraat.errors import TextGridError
from w2vpraat.session.grid_changes import GridChange, grid_change
from w2vpraat.session.tier_edits import Splice, TierEdit, edited_tier

GRID = TextGrid(
    0,
    10,
    (
        IntervalTier("a", 0, 10, (Interval(0, 4, "one"), Interval(4, 6, ""), Interval(6, 10, "three"))),
        PointTier("p", 0, 10, (Point(2, "H"), Point(5, "L"))),
        IntervalTier("gappy", 0, 10, (Interval(1, 3, "x"), Interval(5, 6, "y"))),
    ),
)

times = st.floats(0, 10, allow_nan=False)
numbers = st.integers(1, 8)
labels = st.one_of(st.sampled_from(["", "a", "ə", '"', "a\nb", "\ud800"]), st.text(max_size=3))

Edit = Callable[[TextGrid], TextGrid]


def act(edit: str, /, *options: st.SearchStrategy[object], **named: st.SearchStrategy[object]) -> object:
    """Draw one call of a function of `edits`."""

    def call(drawn: tuple[tuple[object, ...], dict[str, object]]) -> Edit:
        return lambda grid: getattr(edits, edit)(grid, *drawn[0], **drawn[1])

    return st.tuples(st.tuples(*options), st.fixed_dictionaries({}, optional=named)).map(call)


tier = numbers
ACTS = {
    "set_label": act("set_label", tier, numbers, labels),
    "move_boundary": act("move_boundary", tier, numbers, times),
    "set_interval_times": act("set_interval_times", tier, numbers, times, times),
    "insert_boundary": act("insert_boundary", tier, times, split=st.integers(0, 3)),
    "insert_interval": act("insert_interval", tier, times, times),
    "remove_boundary": act("remove_boundary", tier, numbers, keep_equal_once=st.booleans()),
    "insert_point": act("insert_point", tier, times, labels),
    "remove_point": act("remove_point", tier, numbers),
    "move_point": act("move_point", tier, numbers, times),
    "add_tier": act("add_tier", st.just(PointTier("made", 1, 2, (Point(1.5, "!"),))), position=numbers),
    "add_interval_tier": act("add_interval_tier", labels, position=numbers),
    "add_point_tier": act("add_point_tier", labels, position=numbers),
    "rename_tier": act("rename_tier", tier, labels),
    "remove_tier": act("remove_tier", tier),
    "move_tier": act("move_tier", tier, numbers),
    "duplicate_tier": act("duplicate_tier", tier, position=numbers, name=labels),
}


def test_every_edit_is_drawn() -> None:
    public = {
        name for name, value in vars(edits).items() if callable(value) and value.__module__ == edits.__name__
    }
    assert {name for name in public if not name.startswith("_")} == set(ACTS)


@st.composite
def edited(draw: st.DrawFn) -> tuple[TextGrid, TextGrid]:
    """A grid after some edits, and after some more."""
    grid = GRID
    for _ in range(draw(st.integers(0, 3))):
        grid = attempt(grid, draw(st.one_of(*ACTS.values())))
    after = grid
    for _ in range(draw(st.integers(1, 3))):
        after = attempt(after, draw(st.one_of(*ACTS.values())))
    return grid, after


def attempt(grid: TextGrid, edit: Edit) -> TextGrid:
    try:
        return edit(grid)
    except TextGridError:
        return grid


def check(before: TextGrid, after: TextGrid) -> GridChange:
    change = grid_change(before, after)
    assert change.apply(before) == after
    assert change.inverted().apply(after) == before
    assert change.inverted().inverted() == change
    assert change.is_empty == (before == after)
    again = GridChange.from_dict(json.loads(json.dumps(change.as_dict())))
    assert again == change
    assert again.inverted().apply(again.apply(before)) == before
    return change


@given(edited())
@settings(max_examples=300, deadline=None)
def test_undo_of_any_edits_is_the_grid_before(grids: tuple[TextGrid, TextGrid]) -> None:
    before, after = grids
    change = check(before, after)
    # What is not called new must be somewhere in the grid before, under the number that is said.
    new = {(number, item) for number, items in change.touched().items() for item in items}
    was = {}
    for number, old in enumerate(before.tiers, 1):
        for item in range(1, len(old) + 1):
            place = change.number_after(number, item)
            if place is not None:
                was[place] = old.items[item - 1]
    for number, made in enumerate(after.tiers, 1):
        for item, value in enumerate(made.items, 1):
            if (number, item) in new:
                assert (number, item) not in was
            else:
                assert was[number, item] == value


@pytest.mark.parametrize("name", ACTS)
def test_every_single_edit(name: str) -> None:
    @given(ACTS[name])
    @settings(max_examples=25, deadline=None)
    def one(edit: Edit) -> None:
        check(GRID, attempt(GRID, edit))

    one()


def test_an_edit_is_small() -> None:
    moved = grid_change(GRID, edits.move_boundary(GRID, "a", 1, 4.5))
    (edit,) = moved.edited
    assert edit.splices == (
        (0, (Interval(0, 4, "one"), Interval(4, 6, "")), (Interval(0, 4.5, "one"), Interval(4.5, 6, ""))),
    )
    assert moved.touched() == {1: (1, 2)}
    assert grid_change(GRID, edits.set_label(GRID, "a", 2, "x")).touched() == {1: (2,)}
    split = grid_change(GRID, edits.insert_boundary(GRID, "a", 5))
    assert split.touched() == {1: (2, 3)}
    assert [split.number_after(1, number) for number in (1, 2, 3)] == [(1, 1), None, (1, 4)]
    first = grid_change(GRID, edits.move_tier(GRID, "gappy", 1))
    assert (first.edited, first.added, first.removed, first.touched()) == ((), (), (), {})
    assert first.number_after(1, 3) == (2, 3)
    gone = grid_change(GRID, edits.remove_tier(GRID, 2))
    assert gone.removed == ((1, GRID.tiers[1]),)
    assert (gone.number_after(2, 1), gone.number_after(3, 1)) == (None, (2, 1))
    assert gone.inverted().touched() == {2: (1, 2)}


def test_labels_replaced_all_over_keep_only_those() -> None:
    long = IntervalTier("l", 0, 1000, tuple(Interval(i, i + 1, "ab"[i % 2]) for i in range(1000)))
    before = TextGrid(0, 1000, (long,))
    after = before
    for number in (2, 500, 502, 1000):
        after = edits.set_label(after, 1, number, "c")
    change = check(before, after)
    assert [len(splice.removed) for splice in change.edited[0].splices] == [1, 1, 1, 1]
    assert change.touched() == {1: (2, 500, 502, 1000)}


def test_several_stretches_of_other_lengths() -> None:
    def points(text: str) -> tuple[Point, ...]:
        return tuple(Point(ord(letter), letter) for letter in text)

    before = PointTier("p", 0, 200, points("abcdefgh"))
    splices = (Splice(1, points("b"), points("BCD")), Splice(3, points("de"), ()), Splice(7, (), points("x")))
    for more in ((), tuple(Splice(index, (), ()) for index in (7, 7, 8))):  # one by one, and all at once
        edit = TierEdit(0, 8, (*splices, *more))
        after = edited_tier(before, edit)
        assert "".join(point.label for point in after.items) == "aBCDcfgxh"
        assert edited_tier(after, edit.inverted(0)) == before
        assert edit.new_numbers() == (2, 3, 4, 8)
        moved = {index: edit.index_after(index) for index in range(8)}
        assert moved == {0: 0, 1: None, 2: 4, 3: None, 4: None, 5: 5, 6: 6, 7: 8}


def test_domain_and_name() -> None:
    longer = replace(GRID, end=11.0, name="b")
    assert check(GRID, longer).domain is not None
    with pytest.raises(
        TextGridError, match=r"another TextGrid: it goes from 0 to 12 s \(nothing was changed\)"
    ):
        grid_change(GRID, longer).apply(replace(GRID, end=12))


@pytest.mark.parametrize(
    ("change", "grid", "message"),
    [
        (
            edits.set_label(GRID, 1, 2, "x"),
            edits.set_label(GRID, 1, 2, "y"),
            r'tier "a", interval 2, 4 s: .*',
        ),
        (edits.insert_point(GRID, 2, 3), edits.remove_point(GRID, 2, 1), r"it has 1 items, not 2"),
        (edits.rename_tier(GRID, 1, "x"), edits.rename_tier(GRID, 1, "y"), r'it is not "a" with the same'),
        (edits.remove_tier(GRID, 1), edits.set_label(GRID, 1, 1, "y"), r'tier 1 "a" has other contents'),
        (edits.remove_tier(GRID, 1), edits.remove_tier(GRID, 1), r"it has 2 tiers, not 3"),
        (edits.insert_point(GRID, 2, 3), edits.move_tier(GRID, 3, 2), r"other kind|something else"),
    ],
)
def test_a_change_of_another_grid_is_refused(change: TextGrid, grid: TextGrid, message: str) -> None:
    with pytest.raises(TextGridError, match=message):
        grid_change(GRID, change).apply(grid)


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"places": [0, 0]},
        {"places": [1]},
        {"places": [None]},
        {"places": [0], "edited": [{"tier": 1, "count": 1}]},
        {"places": [0], "edited": [{"tier": 0, "count": 1, "splices": [[0, [[1]], []]]}]},
        {"places": [None], "added": [[0, {"kind": "x", "head": ["a", 0, 1], "items": []}]]},
        {"places": [0], "domain": [["", 0, 1]]},
        {"places": 3},
    ],
)
def test_other_values_are_refused(values: dict[str, object]) -> None:
    with pytest.raises(TextGridError, match="not a change of a TextGrid"):
        GridChange.from_dict(values)


ODD = (
    '"ooTextFile"\n"TextGrid" 0.00 9.50000 <exists> 2\n'
    '"IntervalTier" "words" 0.00 9.50000 2\n0.00 1.2500 "L11" ! a remark\n1.2500 9.50000 "L12"\n'
    '"TextTier" "tones" 0.00 9.50000 1\n  2.750 "L21"\n'
)


def test_bytes_are_those_of_the_file_after_undo_and_after_json() -> None:
    (grid,) = parse_textgrids(ODD.encode(), Path("odd.TextGrid"))
    assert textgrid_bytes(grid) == ODD.encode()
    for edit in (
        lambda g: edits.remove_tier(g, 1),
        lambda g: edits.remove_tier(edits.rename_tier(g, 1, "other"), 2),
        lambda g: edits.duplicate_tier(edits.set_label(g, 2, 1, "x"), 1, 3, "copy"),
        lambda g: edits.move_boundary(edits.move_tier(g, 1, 2), 2, 1, 2.0),
    ):
        after = edit(grid)
        change = grid_change(grid, after)
        json_change = GridChange.from_dict(json.loads(json.dumps(change.as_dict())), grid)
        for one in (change, json_change):
            assert textgrid_bytes(one.apply(grid)) == textgrid_bytes(after)
            assert textgrid_bytes(one.inverted().apply(after)) == ODD.encode()
        # A tier that was renamed, taken away and brought back is still that of the file.
        renamed = edits.rename_tier(grid, 1, "other")
        gone = grid_change(renamed, edits.remove_tier(renamed, 1))
        back = GridChange.from_dict(json.loads(json.dumps(gone.inverted().as_dict())), grid)
        assert textgrid_bytes(back.apply(gone.apply(renamed))) == textgrid_bytes(renamed)
        assert b"! a remark" in textgrid_bytes(back.apply(gone.apply(renamed)))


def test_equal_tiers_that_change_places_are_no_change() -> None:
    tier = IntervalTier("a", 0.0, 1.0, (Interval(0.0, 1.0, "x"),))
    other = IntervalTier("a", 0.0, 1.0, (Interval(0.0, 1.0, "x"),))
    grid = TextGrid(0.0, 1.0, (tier, other))
    assert grid_change(grid, TextGrid(0.0, 1.0, (other, tier))).is_empty
