"""The keys of Praat's TextGrid window: where labels go, what is refused, and that no text is lost."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from w2vpraat.corpus.textgrid import Interval, IntervalTier, Point, PointTier, TextGrid, praat_edits
from w2vpraat.corpus.textgrid.praat_edits import (
    add_boundary,
    add_boundary_everywhere,
    add_interval,
    merge_intervals,
    remove_at,
    set_labels,
    split_interval,
)
from w2vpraat.errors import TextGridError

GRID = TextGrid(
    0,
    10,
    (
        IntervalTier("words", 0, 10, (Interval(0, 4, "hello"), Interval(4, 10, "world"))),
        IntervalTier("phones", 0, 10, (Interval(0, 1, "h"), Interval(1, 6.5, "x"), Interval(6.5, 10, ""))),
        PointTier("tones", 0, 10, (Point(2, "H"), Point(7, "L"))),
        IntervalTier("gappy", 0, 10, (Interval(1, 3, "a"), Interval(5, 6, "b"))),
    ),
)

Spans = list[tuple[float, float, str]]


def spans(grid: TextGrid, tier: int | str = "words") -> Spans:
    return [tuple(item) for item in grid.interval_tier(tier)]


@pytest.mark.parametrize(
    ("selection", "left", "right"),
    [
        ((2, 2), "he", "llo"),
        ((0, 0), "", "hello"),
        ((5, 5), "hello", ""),
        ((0, 5), "hello", ""),  # all of it selected: it stays left
        ((5, 0), "hello", ""),
        ((1, 3), "hel", "lo"),  # Praat loses "el"; the text cursor is at the end of the selection ...
        ((3, 1), "h", "ello"),  # ... or at its start
        (None, "hello", ""),
    ],
)
def test_label_divides_at_the_text_cursor(selection: tuple[int, int] | None, left: str, right: str) -> None:
    edited = add_boundary(GRID, 1, 2.5, selected_tier="words", label_selection=selection)
    assert spans(edited) == [(0, 2.5, left), (2.5, 4, right), (4, 10, "world")]
    assert edited.tiers[1:] == GRID.tiers[1:]


def test_label_stays_left_on_another_tier() -> None:
    for selected in (2, None):
        edited = add_boundary(GRID, "words", 2.5, selected_tier=selected, label_selection=(1, 1))
        assert spans(edited)[:2] == [(0, 2.5, "hello"), (2.5, 4, "")]


def test_points_are_added_empty() -> None:
    edited = add_boundary(GRID, "tones", 3, selected_tier="tones", label_selection=(0, 1))
    assert edited.point_tier("tones").points == (Point(2, "H"), Point(3, ""), Point(7, "L"))
    assert add_interval(GRID, "tones", 3, 4).point_tier("tones").points[1] == Point(3, "")


@pytest.mark.parametrize(
    ("start", "end", "selection", "expected"),
    [
        (1, 2, (1, 3), [(0, 1, "h"), (1, 2, "el"), (2, 4, "lo")]),
        (2, 1, (3, 1), [(0, 1, "h"), (1, 2, "el"), (2, 4, "lo")]),  # both given backwards
        (1, 2, (0, 5), [(0, 1, ""), (1, 2, "hello"), (2, 4, "")]),
        (1, 2, (2, 2), [(0, 1, "he"), (1, 2, ""), (2, 4, "llo")]),
        (1, 2, None, [(0, 1, "hello"), (1, 2, ""), (2, 4, "")]),
        # One edge is there already: only the other one is added.
        (0, 2, (1, 3), [(0, 2, "hel"), (2, 4, "lo")]),
        (0, 2, (2, 2), [(0, 2, "he"), (2, 4, "llo")]),
        (0, 2, None, [(0, 2, "hello"), (2, 4, "")]),
        (2, 4, (1, 3), [(0, 2, "h"), (2, 4, "ello")]),
        (2, 4, (0, 5), [(0, 2, ""), (2, 4, "hello")]),
        (2, 4, None, [(0, 2, "hello"), (2, 4, "")]),
    ],
)
def test_selected_text_goes_to_the_new_interval(
    start: float, end: float, selection: tuple[int, int] | None, expected: Spans
) -> None:
    edited = add_interval(GRID, 1, start, end, selected_tier=1, label_selection=selection)
    assert spans(edited) == [*expected, (4, 10, "world")]


def test_selected_text_of_another_tier_does_not_matter() -> None:
    edited = add_interval(GRID, 1, 1, 2, selected_tier=2, label_selection=(0, 1))
    assert spans(edited)[:3] == [(0, 1, "hello"), (1, 2, ""), (2, 4, "")]


def test_cursor_alone_takes_the_latest_boundary_of_another_tier_too() -> None:
    # The point at 2 is later than the boundary at 1.
    edited = add_interval(GRID, "words", 2.5, 2.5, selected_tier="words", label_selection=(2, 2))
    assert spans(edited)[:3] == [(0, 2, "he"), (2, 2.5, ""), (2.5, 4, "llo")]
    # The latest one (3) is outside the interval that starts at 4: one boundary.
    assert spans(add_interval(GRID, "words", 4.5, 4.5))[1:] == [(4, 4.5, "world"), (4.5, 10, "")]
    assert spans(add_interval(GRID, "words", 6.2, 6.2))[1:] == [(4, 6, "world"), (6, 6.2, ""), (6.2, 10, "")]
    # One exactly at the cursor is the latest.
    assert spans(add_interval(GRID, "words", 6.5, 6.5))[1:] == [(4, 6.5, "world"), (6.5, 10, "")]
    assert spans(add_interval(GRID, "phones", 4.75, 4.75), 2) == [
        (0, 1, "h"), (1, 4, "x"), (4, 4.75, ""), (4.75, 6.5, ""), (6.5, 10, "")
    ]  # fmt: skip
    one = TextGrid(0, 10, GRID.tiers[:1])
    assert spans(add_interval(one, 1, 2.5, 2.5)) == [(0, 2.5, "hello"), (2.5, 4, ""), (4, 10, "world")]


def test_everywhere_skips_and_reports() -> None:
    edited, notes = add_boundary_everywhere(GRID, 4, selected_tier=2, label_selection=(0, 0))
    assert spans(edited, "phones")[1:3] == [(1, 4, ""), (4, 6.5, "x")]
    assert edited.point_tier("tones").points[1] == Point(4, "")
    assert edited.tiers[0] is GRID.tiers[0]
    assert [str(note) for note in notes] == [
        'tier "words", interval 2, 4 s: there is a boundary at this time already (choose another time)',
        'tier "gappy", 4 s: there is no interval at this time '
        "(choose a time inside an interval; gaps can be filled with empty intervals)",
    ]
    edited, notes = add_boundary_everywhere(GRID, 1, 2)
    assert [note.tier for note in notes] == []
    assert spans(edited, "gappy")[:2] == [(1, 2, "a"), (2, 3, "")]
    assert spans(edited, "words")[1] == (1, 2, "")
    with pytest.raises(TextGridError, match=r"11 s: nothing can be added on any tier, on the first because"):
        add_boundary_everywhere(GRID, 11)


def test_remove_joins_labels() -> None:
    assert spans(remove_at(GRID, 1, 4)) == [(0, 10, "helloworld")]
    assert spans(remove_at(GRID, 1, number=1)) == [(0, 10, "helloworld")]
    assert remove_at(GRID, "tones", 7).point_tier("tones").points == (Point(2, "H"),)
    equal = set_labels(GRID, 1, 1, 2, "x")
    assert spans(remove_at(equal, 1, 4)) == [(0, 10, "xx")]
    assert spans(remove_at(equal, 1, 4, keep_equal_once=True)) == [(0, 10, "x")]


def test_merge_split_and_label_a_stretch() -> None:
    assert spans(merge_intervals(GRID, 1, 1, 2, " ")) == [(0, 10, "hello world")]
    assert spans(merge_intervals(GRID, 2, 1, 3, " "), 2) == [(0, 10, "h x")]  # no blank for the empty one
    assert spans(split_interval(GRID, 1, 2, 3)) == [
        (0, 4, "hello"), (4, 6, "world"), (6, 8, ""), (8, 10, "")
    ]  # fmt: skip
    assert [span[2] for span in spans(set_labels(GRID, 2, 2, 3, ["ə", "l"]), 2)] == ["h", "ə", "l"]
    assert [point.label for point in set_labels(GRID, 3, 1, 2, "!").point_tier(3)] == ["!", "!"]


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (
            lambda: add_boundary(GRID, 1, 4),
            r'tier "words", interval 2, 4 s: there is a boundary at this time',
        ),
        (
            # The label field shows another label: what is wrong is the time.
            lambda: add_boundary(GRID, 1, 4, selected_tier=1, label_selection=(0, 9)),
            r"4 s: there is a boundary at this time already \(choose another time\)",
        ),
        (lambda: add_boundary(GRID, 1, 0), r"there is a boundary at this time already"),
        (lambda: add_boundary(GRID, 1, 10), r"there is a boundary at this time already"),
        (lambda: add_boundary(GRID, 1, -1), r"-1 s: there is no interval at this time"),
        (lambda: add_boundary(GRID, 1, float("nan")), r"there is no interval at this time"),
        (lambda: add_boundary(GRID, "gappy", 4), r"gaps can be filled with empty intervals"),
        (lambda: add_boundary(GRID, 3, 2), r'tier "tones", 2 s: there is a point at this time already'),
        (
            lambda: add_boundary(GRID, 1, 3, selected_tier=1, label_selection=(0, 6)),
            r"the text selection \(0, 6\) is not inside the label 'hello'",
        ),
        (
            lambda: add_boundary(GRID, 1, 3, selected_tier=1, label_selection=(-1, 2)),
            r"is not inside the label",
        ),
        (lambda: add_interval(GRID, 1, 3, 5), r"4 s: the selection crosses a boundary \(select a stretch"),
        (lambda: add_interval(GRID, 1, 4, 10), r"boundaries at both edges already, 4 and 10 s"),
        (lambda: add_interval(GRID, 1, 4, 4), r"there is a boundary at this time already"),
        (lambda: remove_at(GRID, 1, 4.1), r'tier "words", 4.1 s: there is no boundary or point at exactly'),
        (lambda: remove_at(GRID, 1, 0), r"the edges of a tier stay"),
        (lambda: remove_at(GRID, 1, 10), r"the edges of a tier stay"),
        (lambda: remove_at(GRID, "gappy", 3), r"no boundary or point at exactly this time"),
        (lambda: remove_at(GRID, 3, 2.1), r"no boundary or point at exactly this time"),
        (lambda: remove_at(GRID, 1), r"give a time or a number"),
        (lambda: remove_at(GRID, 1, number=2), r"boundaries are numbered 1 to 1"),
        (lambda: merge_intervals(GRID, 1, 1, 1), r"one interval can't be merged"),
        (lambda: merge_intervals(GRID, "gappy", 1, 2), r"they don't touch \(repair the gap"),
        (lambda: merge_intervals(GRID, 1, 2, 1), r"interval 2 comes after interval 1"),
        (lambda: merge_intervals(GRID, 1, 1, 3), r"there is no interval 3"),
        (lambda: split_interval(GRID, 1, 1, 1), r"can't be divided into 1 parts"),
        (lambda: split_interval(GRID, 1, 1, 0), r"can't be divided into 0 parts"),
        (lambda: set_labels(GRID, 1, 1, 2, ["x"]), r"1 labels for 2 items"),
        (lambda: set_labels(GRID, 3, 1, 3, "x"), r"there is no point 3"),
    ],
)
def test_refusals_name_place_and_remedy(edit: Callable[[], object], message: str) -> None:
    with pytest.raises(TextGridError, match=message) as refused:
        edit()
    assert refused.value.hint


def test_too_short_to_split() -> None:
    short = TextGrid(0, 1, (IntervalTier("a", 0, 1, (Interval(0, 5e-324, "x"), Interval(5e-324, 1))),))
    with pytest.raises(TextGridError, match=r"can't be divided into 2 parts"):
        split_interval(short, 1, 1, 2)


def test_everything_can_be_imported_from_one_place() -> None:
    assert all(callable(getattr(praat_edits, name)) for name in praat_edits.__all__ if name[0].islower())
