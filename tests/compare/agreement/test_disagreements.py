"""Each disagreement is found with its place, and can be settled either way."""

from __future__ import annotations

import random

import pytest

from w2vpraat.compare.agreement.adopting import adopt
from w2vpraat.compare.agreement.agreement import agreement
from w2vpraat.compare.agreement.blind import blind_copy
from w2vpraat.compare.agreement.disagreements import (
    COLUMNS,
    Disagreement,
    disagreement_table,
    disagreements,
)
from w2vpraat.compare.agreement.values import AnnotationPair
from w2vpraat.corpus.textgrid import Interval, IntervalTier, Point, PointTier, TextGrid, edits, read_textgrid
from w2vpraat.errors import ComparisonError, TextGridError
from w2vpraat.params.agreeing import AgreementParams
from w2vpraat.resources import sample_corpus

ALL = AgreementParams(listed_from=0.0)


def grid(*cuts: object) -> TextGrid:
    items = tuple(Interval(*cuts[i : i + 3 : 2], cuts[i + 1]) for i in range(0, len(cuts) - 2, 2))  # type: ignore[arg-type, misc]
    start, end = items[0].start, items[-1].end
    return TextGrid(start, end, (IntervalTier("w", start, end), IntervalTier("t", start, end, items)))


def found(first: TextGrid, second: TextGrid, sort: str = "time") -> tuple[Disagreement, ...]:
    return disagreements(agreement([AnnotationPair("r", first, second, "t")], ALL), sort=sort)


def items(one: TextGrid) -> list[tuple[object, ...]]:
    return [tuple(item) for item in one.tier("t").items]


FIRST = grid(0.0, "", 0.1, "k", 0.2, "h", 0.25, "a", 0.4, "", 0.6, "t", 0.7, "a", 0.9)
SECOND = grid(0.0, "", 0.1, "k", 0.24, "a", 0.4, "", 0.6, "d", 0.66, "a", 0.85, "n", 0.9)


def test_kinds_places_and_numbers() -> None:
    seen = [
        (one.kind, round(one.time, 6), round(one.size_ms, 6), one.first, one.second, one.edge)
        for one in found(FIRST, SECOND)
    ]
    assert seen == [
        ("boundary", 0.2, 40.0, 2, 2, "end"),
        ("missing in second", 0.225, 50.0, 3, 2, ""),
        ("boundary", 0.25, 10.0, 4, 3, "start"),
        ("label", 0.63, 60.0, 6, 5, ""),
        ("boundary", 0.7, 40.0, 7, 6, "start"),
        ("missing in first", 0.875, 50.0, 7, 7, ""),
        ("boundary", 0.9, 50.0, 7, 6, "end"),
    ]
    sizes = [one.size_ms for one in found(FIRST, SECOND, "size")]
    assert sizes == sorted(sizes, reverse=True)
    compared = agreement([AnnotationPair("r", FIRST, SECOND, "t")], AgreementParams(listed_from=0.04))
    assert [one.size_ms for one in disagreements(compared, kinds=["boundary"])] == pytest.approx([40, 40, 50])
    assert disagreements(agreement([AnnotationPair("r", FIRST, FIRST, "t")], ALL)) == ()
    table = disagreement_table(found(FIRST, SECOND))
    assert tuple(table.columns) == COLUMNS
    assert len(table) == 7
    with pytest.raises(ComparisonError, match='the order "label" is not possible'):
        disagreements(compared, sort="label")
    with pytest.raises(ComparisonError, match='there is no kind "tone"'):
        disagreements(compared, kinds=["tone"])  # type: ignore[list-item]


def settled(first: TextGrid, second: TextGrid, place: int) -> list[tuple[object, ...]]:
    return items(adopt(first, second, found(first, second)[place], ALL))


def test_each_kind_is_adopted() -> None:
    old = items(FIRST)
    # k ends later, but h is in the way only if it would be swallowed.
    assert settled(FIRST, SECOND, 0) == [old[0], (0.1, 0.24, "k"), (0.24, 0.25, "h"), *old[3:]]
    # The second has k where the first has h.
    assert settled(FIRST, SECOND, 1) == [old[0], (0.1, 0.25, "k"), *old[3:]]
    assert settled(FIRST, SECOND, 2) == [*old[:2], (0.2, 0.24, "h"), (0.24, 0.4, "a"), *old[4:]]
    assert settled(FIRST, SECOND, 3) == [*old[:5], (0.6, 0.7, "d"), old[6]]
    assert settled(FIRST, SECOND, 4) == [*old[:5], (0.6, 0.66, "t"), (0.66, 0.9, "a")]
    assert settled(FIRST, SECOND, 5) == [*old[:6], (0.7, 0.85, "a"), (0.85, 0.9, "n")]
    # The end of the tier stays, so an empty interval takes what a leaves.
    assert settled(FIRST, SECOND, 6) == [*old[:6], (0.7, 0.85, "a"), (0.85, 0.9, "")]
    other = FIRST.tiers[0]
    assert adopt(FIRST, SECOND, found(FIRST, SECOND)[3], ALL).tiers[0] is other


def test_the_second_adopts_from_the_first() -> None:
    swapped = [one.swapped() for one in found(FIRST, SECOND)]
    assert [one.swapped() for one in swapped] == list(found(FIRST, SECOND))
    back = items(SECOND)
    assert items(adopt(SECOND, FIRST, swapped[3], ALL)) == [*back[:4], (0.6, 0.66, "t"), *back[5:]]
    # h is made inside k, cut to it; the longer side keeps the label.
    made = items(adopt(SECOND, FIRST, swapped[1], ALL))
    assert made == [back[0], (0.1, 0.2, "k"), (0.2, 0.24, "h"), *back[2:]]
    assert items(adopt(SECOND, FIRST, swapped[5], ALL)) == [*back[:5], (0.66, 0.9, "a")]


def test_an_item_where_the_other_has_a_pause() -> None:
    pause = grid(0.0, "a", 0.1, "", 0.5, "b", 0.6)
    cough = grid(0.0, "a", 0.1, "", 0.2, "x", 0.3, "", 0.5, "b", 0.6)
    (one,) = found(pause, cough)
    assert items(adopt(pause, cough, one)) == items(cough)
    assert items(adopt(cough, pause, one.swapped())) == items(edits.set_label(cough, "t", 3, ""))


def test_tiers_with_gaps() -> None:
    gap = TextGrid(0, 1, (IntervalTier("t", 0, 1, (Interval(0.1, 0.2, "a"), Interval(0.5, 0.6, "b"))),))
    more = TextGrid(
        0,
        1,
        (
            IntervalTier(
                "t", 0, 1, (Interval(0.1, 0.22, "a"), Interval(0.3, 0.4, "x"), Interval(0.5, 0.6, "b"))
            ),
        ),
    )
    end, missing = found(gap, more)
    assert items(adopt(gap, more, end)) == [(0.1, 0.22, "a"), (0.5, 0.6, "b")]
    assert items(adopt(gap, more, missing)) == [(0.1, 0.2, "a"), (0.3, 0.4, "x"), (0.5, 0.6, "b")]


def test_edges_of_the_tier() -> None:
    early, late = grid(0.0, "a", 0.3, "", 0.6), grid(0.0, "", 0.05, "a", 0.3, "", 0.6)
    (one,) = found(early, late)
    assert items(adopt(early, late, one)) == items(late)
    # The other way the empty interval would last no time.
    assert items(adopt(late, early, one.swapped())) == items(early)


def test_a_pause_that_the_other_lacks_goes_in_two_steps() -> None:
    pause, none = grid(0, "a", 0.3, "", 0.4, "b", 0.6), grid(0, "a", 0.35, "b", 0.6)
    for order in ([0, 1], [1, 0]):
        now = pause
        for edge in [("end", "start")[index] for index in order]:
            now = adopt(now, none, next(one for one in found(now, none) if one.edge == edge))
        assert items(now) == items(none)


def test_points_are_adopted() -> None:
    first = TextGrid(0, 9, (PointTier("t", 0, 9, (Point(1, "H"), Point(2, "L"), Point(5, "H"))),))
    second = TextGrid(0, 9, (PointTier("t", 0, 9, (Point(1.03, "H"), Point(2, "H"), Point(7, "%"))),))
    moved, label, gone, new = found(first, second)
    assert [one.kind for one in (moved, label, gone, new)] == [
        *("boundary", "label", "missing in second", "missing in first")
    ]
    assert items(adopt(first, second, moved))[0] == (1.03, "H")
    assert items(adopt(first, second, label))[1] == (2, "H")
    assert items(adopt(first, second, gone)) == [(1, "H"), (2, "L")]
    assert items(adopt(first, second, new))[3] == (7, "%")


def test_places_that_were_edited_since_are_refused() -> None:
    listed = found(FIRST, SECOND)
    edited = edits.set_label(FIRST, "t", 6, "x")
    for grids in ((edited, SECOND), (FIRST, edits.move_boundary(SECOND, "t", 4, 0.59))):
        with pytest.raises(
            TextGridError, match=r'tier "t", interval \d, 0.63 s: this place has been edited since'
        ):
            adopt(*grids, listed[3])
    with pytest.raises(TextGridError, match="edited since"):
        adopt(FIRST, edits.remove_boundary(SECOND, "t", 6), listed[5])
    # What was settled elsewhere doesn't matter.
    assert items(adopt(edits.set_label(FIRST, "t", 2, "g"), SECOND, listed[3]))[5] == (0.6, 0.7, "d")


def test_a_boundary_beyond_a_neighbour_is_refused() -> None:
    first, second = grid(0, "a", 0.3, "b", 0.32, "c", 0.6), grid(0, "a", 0.4, "b", 0.42, "c", 0.6)
    start = next(one for one in found(first, second) if one.first_label == "b")
    with pytest.raises(TextGridError, match="the boundary must stay between"):
        adopt(first, second, start)
    whole, part = grid(0, "", 0.1, "a", 0.3, "", 0.6), grid(0, "", 0.1, "x", 0.2, "a", 0.3, "", 0.6)
    new = next(one for one in found(whole, part) if one.kind == "missing in first")
    assert items(adopt(whole, part, new))[1:3] == [(0.1, 0.2, "x"), (0.2, 0.3, "a")]


def test_settling_everything_makes_the_annotations_agree() -> None:
    read = read_textgrid(min(sample_corpus().glob("*.TextGrid")))
    changed, chance = read, random.Random(2)
    for _ in range(40):
        tier = changed.interval_tier("phones")
        number = chance.randrange(1, len(tier))
        left, right = tier.interval(number), tier.interval(number + 1)
        if chance.random() < 0.6:
            time = chance.uniform(left.start + 0.3 * left.duration, right.start + 0.7 * right.duration)
            changed = edits.move_boundary(changed, "phones", number, time)
        elif left.label:
            changed = edits.set_label(changed, "phones", number, chance.choice(["ə", "", "s"]))
    steps = 0
    while True:
        compared = agreement([AnnotationPair("r", read, changed, "phones")], ALL)
        left_over = disagreements(compared, sort="size")
        if not left_over:
            break
        read = _first_possible(read, changed, left_over)
        steps += 1
        assert steps < 100
    assert steps > 20
    row = compared.summary().iloc[0]
    assert (row["only_first"], row["only_second"], row["label_agreement"]) == (0, 0, 1.0)
    assert row["median_ms"] == 0.0


def _first_possible(read: TextGrid, changed: TextGrid, listed: tuple[Disagreement, ...]) -> TextGrid:
    for one in listed:
        try:
            return adopt(read, changed, one, ALL)
        except TextGridError:
            continue
    raise AssertionError(listed)


def test_blind_copy_hides_a_stratified_sample() -> None:
    read = read_textgrid(min(sample_corpus().glob("*.TextGrid")))
    blind = blind_copy(read, "phones", 0.2, seed=5)
    old, new = read.interval_tier("phones"), blind.grid.interval_tier("phones")
    assert [item[:2] for item in old] == [item[:2] for item in new]
    hidden = [n for n, (a, b) in enumerate(zip(old, new, strict=True), 1) if a.label != b.label]
    assert tuple(hidden) == blind.numbers
    assert all(new.interval(n).label == "" and old.interval(n).label for n in hidden)
    counts: dict[str, list[int]] = {}
    for n, item in enumerate(old, 1):
        if item.label:
            counts.setdefault(item.label, []).append(n in hidden)
    assert all(sum(drawn) == max(1, round(0.2 * len(drawn))) for drawn in counts.values())
    assert blind_copy(read, "phones", 0.2, seed=5) == blind
    assert blind_copy(read, "phones", 0.2, seed=6).numbers != blind.numbers
    assert blind.grid.tiers[0] is read.tiers[0]
    # Labelled again with one error: only the sample counts.
    again = blind.grid
    for n in blind.numbers:
        again = edits.set_label(again, "phones", n, old.interval(n).label)
    again = edits.set_label(again, "phones", blind.numbers[3], "xx")
    pair = AnnotationPair("r", read, again, "phones", only=blind.numbers)
    row = agreement([pair]).summary().iloc[0]
    assert row["n_matched"] == len(blind.numbers)
    assert row["label_agreement"] == pytest.approx(1 - 1 / len(blind.numbers))


def test_blind_copy_refuses() -> None:
    with pytest.raises(ComparisonError, match="a share of 0 is not possible"):
        blind_copy(FIRST, "t", 0)
    with pytest.raises(ComparisonError, match="no item of this tier has a label"):
        blind_copy(grid(0, "", 1), "t", 0.5)
