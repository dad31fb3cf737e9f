"""Problems are found with their place, and each policy does what it says, no more."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from w2vpraat.corpus.problems import Problem, apply_policies, find_problems
from w2vpraat.corpus.textgrid import Interval, IntervalTier, Point, PointTier, TextGrid, repairs
from w2vpraat.errors import TextGridError
from w2vpraat.params import ReadParams


def grid_of(*intervals: tuple[float, float, str], start: float = 0.0, end: float = 10.0) -> TextGrid:
    items = tuple(Interval(*one) for one in intervals)
    return TextGrid(start, end, (IntervalTier("phones", start, end, items),))


def kinds(problems: tuple[Problem, ...]) -> list[tuple[str, int | None]]:
    return [(problem.kind, problem.interval) for problem in problems]


def test_tidy_grid_has_no_problems() -> None:
    assert find_problems(grid_of((0, 4, "a"), (4, 10, ""))) == ()


@pytest.mark.parametrize(
    ("intervals", "expected"),
    [
        (((0, 5, "a"), (4, 10, "b")), [("overlap", 2)]),
        (((0, 4, "a"), (5, 10, "b")), [("gap", 2)]),
        (((0, 4, "a"), (4, 4, "b"), (4, 10, "c")), [("reversed", 2)]),
        (((0, 4, "a"), (6, 5, "b"), (4, 10, "c")), [("reversed", 2), ("unordered", 3)]),
        (((0, 4, "a"), (4 + 3e-6, 10, "b")), [("unsnapped", 2)]),
        (((0, 4, "a"), (4 - 3e-6, 10, "b")), [("unsnapped", 2)]),
        (((4, 10, "b"), (0, 4, "a")), [("unordered", 2)]),
        (((1, 10, "a"),), [("tier_edge", 1)]),
        (((0, 9, "a"),), [("tier_edge", 1)]),
        (((0, 11, "a"),), [("outside_tier", 1), ("tier_edge", 1)]),
        ((), [("tier_edge", None)]),
        # Not the neighbour but an earlier, longer interval overlaps.
        (((0, 8, "a"), (1, 2, "b"), (7, 10, "c")), [("overlap", 2), ("overlap", 3)]),
    ],
)
def test_each_kind_is_found_once(
    intervals: tuple[tuple[float, float, str], ...], expected: list[tuple[str, int | None]]
) -> None:
    assert kinds(find_problems(grid_of(*intervals))) == expected


def test_problem_names_its_place() -> None:
    (problem,) = find_problems(grid_of((0, 5, "a"), (4, 10, "b")), file="x.TextGrid")
    assert problem == Problem(
        "overlap", '"b" starts 1 s before interval 1 ends', "x.TextGrid", "phones", 2, 4, 5, 1
    )


def test_points_tiers_and_names() -> None:
    grid = TextGrid(
        0,
        2,
        (
            PointTier("p", 0, 2, (Point(1, "a"), Point(1, "b"), Point(0.5, "c"))),
            PointTier("p", 0, 3, (Point(2.5, "d"),)),
            PointTier(" ", 0, 2),
        ),
    )
    assert [(p.kind, p.tier_number, p.interval) for p in find_problems(grid)] == [
        ("unordered", 1, 3),
        ("same_time", 1, 2),
        ("duplicate_tier", 2, None),
        ("tier_domain", 2, None),
        ("empty_tier_name", 3, None),
    ]


def test_audio_and_symbols() -> None:
    grid = grid_of((0, 4, "a"), (4, 9, "?"), (9, 10, ""))
    problems = find_problems(grid, audio_end=8.5, known=lambda label: label == "a")
    assert kinds(problems) == [
        ("beyond_audio", None),
        ("beyond_audio", 2),
        ("unknown_symbol", 2),
        ("beyond_audio", 3),
    ]
    assert find_problems(grid, audio_end=10 - 5e-4) == ()  # durations rounded to milliseconds
    assert find_problems(grid, known=lambda label: label == "a", known_tiers={2}) == ()


def treated(grid: TextGrid, audio_end: float | None = None, **policies: str) -> list[tuple[int, Interval]]:
    read = replace(ReadParams(), **policies)
    problems = find_problems(grid, audio_end=audio_end, known=lambda label: label != "?")
    changed, _ = apply_policies(grid, problems, read)
    return list(changed.interval_tier(1).numbered())


def test_overlap_policies() -> None:
    grid = grid_of((0, 5, "a"), (4, 8, "b"), (7, 10, "c"))
    assert treated(grid, overlap="keep") == list(enumerate(grid.tiers[0].items, 1))
    # c only overlaps b, and b goes
    assert treated(grid, overlap="drop") == [(1, Interval(0, 5, "a")), (3, Interval(7, 10, "c"))]
    assert [item[:2] for _, item in treated(grid, overlap="repair")] == [(0, 5), (5, 8), (8, 10)]


def test_covered_interval_is_dropped_by_trimming() -> None:
    grid = grid_of((0, 8, "a"), (1, 2, "b"), (7, 10, "c"))
    assert treated(grid, overlap="repair") == [(1, Interval(0, 8, "a")), (3, Interval(8, 10, "c"))]


def test_gap_repair_fills_and_snaps() -> None:
    grid = grid_of((0.5, 4, "a"), (4 + 2e-6, 5, "b"), (6, 9, "c"))
    assert treated(grid, gap="repair") == [
        (0, Interval(0, 0.5)),
        (1, Interval(0.5, 4, "a")),
        (2, Interval(4, 5, "b")),
        (0, Interval(5, 6)),
        (3, Interval(6, 9, "c")),
        (0, Interval(9, 10)),
    ]


def test_reversed_policies() -> None:
    grid = grid_of((0, 4, "a"), (4, 4, "z"), (6, 4, "b"), (6, 10, "c"))
    assert [number for number, _ in treated(grid, reversed="drop")] == [1, 4]
    assert treated(grid, reversed="repair")[1] == (3, Interval(4, 6, "b"))
    assert [number for number, _ in treated(grid, reversed="repair")] == [1, 3, 4]
    assert [item for _, item in treated(grid, reversed="keep")] == list(grid.tiers[0].items)


def test_audio_policies() -> None:
    grid = grid_of((0, 4, "a"), (4, 9, "b"), (9, 10, "c"))
    assert [number for number, _ in treated(grid, 8.5, beyond_audio="drop")] == [1]
    assert treated(grid, 8.5, beyond_audio="repair") == [
        (1, Interval(0, 4, "a")),
        (2, Interval(4, 8.5, "b")),
    ]
    assert len(treated(grid, 8.5, beyond_audio="keep")) == 3


def test_audio_policies_with_the_problems_of_one_tier() -> None:
    grid = grid_of((0, 4, "a"), (4, 9, "b"), (9, 10, "c"))
    here = [problem for problem in find_problems(grid, audio_end=8.5) if problem.tier_number == 1]
    dropped, _ = apply_policies(grid, here, ReadParams(beyond_audio="drop"))
    assert len(dropped.tiers[0]) == 1
    clipped, _ = apply_policies(grid, here, ReadParams(beyond_audio="repair"), audio_end=8.5)
    assert clipped.tiers[0].items[-1] == Interval(4, 8.5, "b")
    with pytest.raises(TextGridError, match="end of the audio isn't known"):
        apply_policies(grid, here, ReadParams(beyond_audio="repair"))


def test_unknown_symbol_policy() -> None:
    grid = grid_of((0, 4, "a"), (4, 9, "?"), (9, 10, "c"))
    assert [number for number, _ in treated(grid, unknown_symbol="drop")] == [1, 3]
    assert len(treated(grid, unknown_symbol="keep")) == 3


@pytest.mark.parametrize(
    ("policy", "grid"),
    [
        ("overlap", grid_of((0, 5, "a"), (4, 10, "b"))),
        ("gap", grid_of((0, 4, "a"), (5, 10, "b"))),
        ("reversed", grid_of((0, 4, "a"), (4, 4, "b"), (4, 10, "c"))),
        ("unknown_symbol", grid_of((0, 4, "a"), (4, 10, "?"))),
        ("beyond_audio", grid_of((0, 4, "a"), (4, 10, "b"), end=10.0)),
    ],
)
def test_error_policy_names_place_and_remedy(policy: str, grid: TextGrid) -> None:
    problems = find_problems(grid, file="x.TextGrid", audio_end=9.0, known=lambda label: label != "?")
    here = [problem for problem in problems if problem.kind == policy and problem.tier]
    with pytest.raises(TextGridError) as caught:
        apply_policies(grid, here, replace(ReadParams(), **{policy: "error"}))
    error = caught.value
    assert (error.file, error.tier, error.interval) == ("x.TextGrid", "phones", 2)
    assert error.time is not None
    assert policy in error.hint


def test_applied_says_what_was_done() -> None:
    grid = grid_of((0, 5, "a"), (4, 8, "b"), (8, 8, "z"), (8, 10, "c"))
    _, applied = apply_policies(grid, find_problems(grid), ReadParams(overlap="repair", reversed="drop"))
    assert [(one.problem.kind, one.problem.interval, one.policy, one.action) for one in applied] == [
        ("reversed", 3, "drop", "dropped"),
        ("overlap", 2, "repair", "4-8 s became 5-8 s"),
    ]


def test_tiers_without_problems_are_the_same_objects() -> None:
    tidy = IntervalTier("words", 0, 10, (Interval(0, 10, "w"),))
    grid = replace(
        grid_of((0, 5, "a"), (4, 10, "b")), tiers=(tidy, *grid_of((0, 5, "a"), (4, 10, "b")).tiers)
    )
    changed, _ = apply_policies(grid, find_problems(grid), ReadParams(overlap="drop"))
    assert changed.tiers[0] is tidy
    assert len(changed.tiers[1]) == 1


messy = st.lists(
    st.tuples(st.integers(-2, 22), st.integers(-2, 22)).map(lambda pair: (pair[0] / 2, pair[1] / 2, "x")),
    max_size=8,
)


@given(messy)
@settings(deadline=None)
def test_repairs_leave_nothing_to_repair(intervals: list[tuple[float, float, str]]) -> None:
    """Property: after all repairs a tier is a partition of its domain, and a second pass changes nothing."""
    tier = grid_of(*intervals).interval_tier(1)
    tier = repairs.turn_reversed(tier)
    tier = repairs.clip_end(tier, tier.end)
    tier = repairs.trim_overlaps(tier)
    assert not [p for p in find_problems(TextGrid(0, 10, (tier,))) if p.kind in ("reversed", "overlap")]
    ordered = replace(
        tier, intervals=tuple(sorted(i for i in tier.intervals if i.start >= 0)), file_numbers=None
    )
    full = repairs.fill_gaps(repairs.snap_edges(ordered))
    assert find_problems(TextGrid(0, 10, (full,))) == ()
    assert repairs.fill_gaps(repairs.trim_overlaps(full)) == full
    assert sum(item.duration for item in full) == pytest.approx(10)


@given(messy)
@settings(deadline=None)
def test_dropped_numbers_are_those_of_the_file(intervals: list[tuple[float, float, str]]) -> None:
    tier = grid_of(*intervals).interval_tier(1)
    for number, item in repairs.drop_overlaps(repairs.drop_reversed(tier)).numbered():
        assert tier.interval(number) == item
