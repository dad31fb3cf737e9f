"""Items are paired in order, by label and shared time."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from w2vpraat.compare.agreement import matching
from w2vpraat.compare.agreement.matching import comparable_items, match_items
from w2vpraat.corpus.textgrid import Interval, IntervalTier, Point, PointTier
from w2vpraat.errors import ComparisonError
from w2vpraat.params.agreeing import AgreementParams


def tier(*cuts: object) -> IntervalTier:
    """``tier(0, "a", 1, "b", 2)``: times and labels in turn."""
    items = tuple(Interval(*cuts[i : i + 3 : 2], cuts[i + 1]) for i in range(0, len(cuts) - 2, 2))  # type: ignore[arg-type, misc]
    return IntervalTier("t", items[0].start, items[-1].end, items)


def numbers(first: IntervalTier | PointTier, second: IntervalTier | PointTier, **options: float) -> object:
    found = match_items(first, second, AgreementParams(**options))  # type: ignore[arg-type]
    return (
        [(a.number, b.number) for a, b in found.pairs],
        [item.number for item in found.only_first],
        [item.number for item in found.only_second],
    )


def test_equal_tiers_are_paired_one_by_one() -> None:
    one = tier(0, "", 1, "a", 1.1, "b", 1.2, "sil", 2)
    assert numbers(one, one) == ([(2, 2), (3, 3)], [], [])


def test_inserted_and_missing_items_are_left_over() -> None:
    first = tier(0, "k", 0.1, "h", 0.15, "a", 0.3, "t", 0.4)
    second = tier(0, "k", 0.12, "a", 0.3, "t", 0.36, "s", 0.4)
    assert numbers(first, second) == ([(1, 1), (3, 2), (4, 3)], [2], [4])
    assert numbers(second, first) == ([(1, 1), (2, 3), (3, 4)], [4], [2])


def test_one_interval_against_two_is_one_pair() -> None:
    assert numbers(tier(0, "ai", 0.2), tier(0, "a", 0.15, "i", 0.2)) == ([(1, 1)], [], [2])
    assert numbers(tier(0, "ai", 0.2), tier(0, "a", 0.05, "i", 0.2)) == ([(1, 2)], [], [1])


def test_other_labels_must_share_half_of_the_shorter_one() -> None:
    first = tier(0, "", 1.0, "a", 1.1, "", 2)
    assert numbers(first, tier(0, "", 1.04, "x", 1.14, "", 2)) == ([(2, 2)], [], [])
    assert numbers(first, tier(0, "", 1.06, "x", 1.16, "", 2)) == ([], [2], [2])
    assert numbers(first, tier(0, "", 1.06, "x", 1.16, "", 2), least_overlap=0.3) == ([(2, 2)], [], [])


def test_equal_labels_may_lie_apart_but_not_far() -> None:
    first = tier(0, "", 1.0, "a", 1.02, "", 3)
    assert numbers(first, tier(0, "", 1.1, "a", 1.12, "", 3)) == ([(2, 2)], [], [])
    assert numbers(first, tier(0, "", 1.3, "a", 1.32, "", 3)) == ([], [2], [2])
    assert numbers(first, tier(0, "", 1.3, "a", 1.32, "", 3), max_shift=0.5) == ([(2, 2)], [], [])


def test_repeated_syllables_are_not_shifted() -> None:
    first = tier(0, "b", 0.1, "a", 0.2, "b", 0.3, "a", 0.4, "b", 0.5, "a", 0.6)
    second = tier(0, "", 0.2, "b", 0.31, "a", 0.4, "b", 0.5, "a", 0.6, "b", 0.7, "a", 0.8)
    assert numbers(first, second) == ([(3, 2), (4, 3), (5, 4), (6, 5)], [1, 2], [6, 7])


def test_labels_are_compared_as_they_are_read() -> None:
    assert numbers(tier(0, " \\sw ", 0.1), tier(0, "ə", 0.1)) == ([(1, 1)], [], [])
    items = comparable_items(tier(0, "e\u0301", 0.1, "<p:>", 0.2, " ", 0.3), AgreementParams())
    assert [item.label for item in items] == ["é"]
    only = comparable_items(tier(0, "sil", 0.1, "xx", 0.2, "", 0.3), AgreementParams(pauses=("xx",)))
    assert [item.label for item in only] == ["sil"]


def test_an_interval_inside_another_is_not_forgotten() -> None:
    first = IntervalTier("t", 0, 1, (Interval(0, 0.6, "a"), Interval(0.05, 0.1, "b")))
    second = IntervalTier("t", 0, 1, (Interval(0.05, 0.1, "b"), Interval(0.5, 0.6, "a")))
    # Both can't be kept in order; the b that lie upon each other are worth more.
    assert numbers(first, second, max_shift=0.0) == ([(2, 1)], [1], [2])


def test_points_are_paired_by_time() -> None:
    first = PointTier("p", 0, 9, (Point(1, "H"), Point(2, "L"), Point(5, "")))
    second = PointTier("p", 0, 9, (Point(1.05, "H"), Point(1.9, "H"), Point(4, ""), Point(5.15, "")))
    assert numbers(first, second) == ([(1, 1), (2, 2), (3, 4)], [], [3])
    assert numbers(first, second, max_shift=0.0) == ([], [1, 2, 3], [1, 2, 3, 4])
    assert numbers(first, first, max_shift=0.0) == ([(1, 1), (2, 2), (3, 3)], [], [])


def test_points_against_intervals_are_refused() -> None:
    with pytest.raises(ComparisonError, match="the first tier holds points and the second intervals"):
        match_items(PointTier("p", 0, 1), tier(0, "a", 1))


@st.composite
def tiers(draw: st.DrawFn) -> IntervalTier:
    steps = draw(st.lists(st.integers(1, 4), min_size=1, max_size=6))
    times = list(itertools.accumulate(steps, initial=draw(st.integers(0, 3))))
    items = [Interval(a / 20, b / 20, draw(st.sampled_from("ab"))) for a, b in itertools.pairwise(times)]
    return IntervalTier("t", 0, 2, tuple(items))


@st.composite
def overlapping(draw: st.DrawFn) -> IntervalTier:
    """Intervals as in a file that needs a repair."""
    spans = draw(
        st.lists(st.tuples(st.integers(0, 20), st.integers(1, 12), st.sampled_from("ab")), max_size=6)
    )
    return IntervalTier("t", 0, 2, tuple(Interval(a / 20, (a + b) / 20, c) for a, b, c in spans))


EITHER = st.one_of(tiers(), overlapping())


@given(EITHER, EITHER, st.sampled_from([0.0, 0.05, 0.2]))
@settings(max_examples=250, deadline=None)
def test_no_other_pairs_in_order_are_worth_more(
    first: IntervalTier, second: IntervalTier, shift: float
) -> None:
    params = AgreementParams(max_shift=shift)
    ours, theirs = comparable_items(first, params), comparable_items(second, params)

    def worth(i: int, j: int) -> float:
        return matching._worth(ours[i], theirs[j], params, False)

    found = match_items(first, second, params)
    reached = sum(matching._worth(a, b, params, False) for a, b in found.pairs)
    # The plain dynamic programme, without the band.
    table = [[0.0] * (len(theirs) + 1) for _ in range(len(ours) + 1)]
    for i, j in itertools.product(range(len(ours)), range(len(theirs))):
        table[i + 1][j + 1] = max(table[i][j + 1], table[i + 1][j], table[i][j] + worth(i, j))
    assert reached == pytest.approx(table[-1][-1])
    for side, items in ((0, ours), (1, theirs)):
        places = [items.index(pair[side]) for pair in found.pairs]
        assert places == sorted(set(places))
    assert all(matching._worth(a, b, params, False) > 0.0 for a, b in found.pairs)
    assert len(found.pairs) + len(found.only_first) == len(ours)
    assert len(found.pairs) + len(found.only_second) == len(theirs)
