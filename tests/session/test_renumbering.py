"""Marks follow their tokens through every edit, and edits taken back bring every mark back."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from w2vpraat.corpus.discover import Recording
from w2vpraat.corpus.textgrid import Interval, IntervalTier, Point, PointTier, TextGrid, edits
from w2vpraat.corpus.textgrid.splicing import spliced
from w2vpraat.session.choices import find_again
from w2vpraat.session.grid_changes import grid_change
from w2vpraat.session.renumbering import (
    bare_token,
    ids_after,
    marks_found_again,
    tokens_said,
)
from w2vpraat.session.session import Session
from w2vpraat.session.trail import Trail

ANN = Recording("ann", Path("ann.wav"), Path("ann.TextGrid"), "ann.wav")
PHONES = (
    (0.0, 0.1, ""),
    (0.1, 0.22, "b"),
    (0.22, 0.4, "iː"),
    (0.4, 0.5, "t"),
    (0.5, 0.9, "ə"),
    (0.9, 1.0, ""),
)


def grid(*phones: tuple[float, float, str], points: tuple[tuple[float, str], ...] = ()) -> TextGrid:
    words = IntervalTier("words", 0.0, 1.0, (Interval(0.0, 1.0, "beat a"),))
    tier = IntervalTier("phones", 0.0, 1.0, tuple(Interval(*one) for one in phones or PHONES))
    tones = PointTier("tones", 0.0, 1.0, tuple(Point(*one) for one in points))
    return TextGrid(0.0, 1.0, (words, tier, tones))


def marked(found: TextGrid, *items: int, tier: int = 2) -> Session:
    session = Session()
    for item in items:
        token = bare_token(ANN, found, tier, item)
        assert token is not None
        session = session.with_mark(token, note=f"{tier}.{item} {token.label}")
    return session


def moved(session: Session, before: TextGrid, after: TextGrid) -> Session:
    return Trail(ANN).marks(session, grid_change(before, after), after)


def notes(session: Session) -> dict[str, str]:
    return {name.partition("#")[2]: mark.note for name, mark in session.review.items()}


def test_a_moved_boundary_keeps_the_mark_even_if_it_passes_the_time_of_the_mark() -> None:
    before = grid()
    session = marked(before, 3, 4)
    # The start of iː is moved to 0.35, behind the middle (0.31) where it was marked.
    after = before.with_tier(
        2, spliced(before.tiers[1], 1, 3, [Interval(0.1, 0.35, "b"), Interval(0.35, 0.4, "iː")])
    )
    now = moved(session, before, after)
    assert notes(now) == {"2.3": "2.3 iː", "2.4": "2.4 t"}
    assert now.mark("ann#2.3").time == pytest.approx(0.375)
    # By time alone the mark would have gone to the neighbour: this is what following is for.
    assert find_again(session.review, tokens_said(ANN, after, session.review))[0]["ann#2.3"] == "ann#2.2"


def test_an_interval_before_moves_the_numbers_and_undo_moves_them_back() -> None:
    before = grid()
    session = marked(before, 2, 3, 5)
    after = edits.insert_boundary(before, 2, 0.05)
    now = moved(session, before, after)
    assert notes(now) == {"2.3": "2.2 b", "2.4": "2.3 iː", "2.6": "2.5 ə"}
    assert moved(now, after, before) == session


def test_of_a_split_token_the_longer_part_has_the_mark() -> None:
    before = grid()
    session = marked(before, 5)
    late = edits.insert_boundary(before, 2, 0.8)
    assert notes(moved(session, before, late)) == {"2.5": "2.5 ə"}
    early = edits.insert_boundary(before, 2, 0.6)
    assert notes(moved(session, before, early)) == {"2.6": "2.5 ə"}
    assert moved(moved(session, before, early), early, before) == session


def test_merged_tokens_keep_the_mark_of_the_longest_and_undo_brings_back_the_other() -> None:
    before = grid()
    session = marked(before, 3, 4)
    after = edits.remove_boundary(before, 2, 3)
    now = moved(session, before, after)
    assert notes(now) == {"2.3": "2.3 iː", "0.1": "2.4 t"}
    # An edit elsewhere is no reason for the lost mark to land on the merged interval.
    elsewhere = edits.insert_boundary(after, 2, 0.05)
    then = moved(now, after, elsewhere)
    assert notes(then) == {"2.4": "2.3 iː", "0.1": "2.4 t"}
    assert moved(moved(then, elsewhere, after), after, before) == session


def test_tiers_that_move_or_go() -> None:
    before = grid()
    session = marked(before, 3)
    words, phones, tones = before.tiers
    last = before.with_tiers((words, tones, phones))
    assert notes(moved(session, before, last)) == {"3.3": "2.3 iː"}
    without = before.with_tiers((words, tones))
    gone = moved(session, before, without)
    assert notes(gone) == {"0.1": "2.3 iː"}
    assert moved(gone, without, before) == session


def test_points_may_pass_each_other() -> None:
    before = grid(points=((0.2, "H"), (0.5, "L"), (0.7, "H")))
    session = marked(before, 1, 2, tier=3)
    after = grid(points=((0.5, "L"), (0.6, "H"), (0.7, "H")))
    now = moved(session, before, after)
    assert notes(now) == {"3.2": "3.1 H", "3.1": "3.2 L"}
    assert now.mark("ann#3.2").time == pytest.approx(0.6)
    assert moved(now, after, before) == session


def test_other_recordings_stay_and_nothing_is_made_for_nothing() -> None:
    before = grid()
    session = marked(before, 3)
    bea = Recording("bea", Path("bea.wav"), Path("bea.TextGrid"), "bea.wav")
    after = edits.insert_boundary(before, 2, 0.05)
    change = grid_change(before, after)
    assert Trail(bea).marks(session, change, after) is session
    label = edits.set_label(before, 2, 3, "ɪ")
    assert Trail(ANN).marks(session, grid_change(before, label), label) is session
    assert ids_after(change, ["ann#2.3", "ann#0.1", "no token"]) == {"ann#2.3": "ann#2.4"}


def test_any_edits_taken_back_bring_back_every_mark() -> None:
    """Random splits, merges, moved boundaries and labels, two hundred times, then all undone."""
    random = np.random.default_rng(6)
    edges = np.round(np.linspace(0.0, 1.0, 31), 6)
    start = grid(*[(float(a), float(b), f"x{n}") for n, (a, b) in enumerate(pairwise(edges))])
    session = start_session = marked(start, *range(1, 31, 2))
    now, changes, trail = start, [], Trail(ANN)
    for _ in range(200):
        tier = now.tiers[1]
        assert isinstance(tier, IntervalTier)
        kind, item = random.integers(4), int(random.integers(1, len(tier) - 1))
        one, two = tier.intervals[item - 1], tier.intervals[item]
        if kind == 0:
            new = edits.insert_boundary(
                now, 2, float(one.start + (one.end - one.start) * random.uniform(0.2, 0.8))
            )
        elif kind == 1 and len(tier) > 5:
            new = edits.remove_boundary(now, 2, item)
        elif kind == 2:
            time = float(
                random.uniform(one.start + 0.1 * (one.end - one.start), two.end - 0.1 * (two.end - two.start))
            )
            pair = [one._replace(end=time), two._replace(start=time)]
            new = now.with_tier(2, spliced(tier, item - 1, item + 1, pair))
        else:
            new = edits.set_label(now, 2, item, f"y{random.integers(99)}")
        change = grid_change(now, new)
        session = trail.marks(session, change, new)
        assert sorted(mark.note for mark in session.review.values()) == sorted(
            mark.note for mark in start_session.review.values()
        )
        changes.append((change, now))
        now = new
    last = session
    assert notes(last) != notes(start_session)
    for change, before in reversed(changes):
        session = trail.marks(session, change.inverted(), before)
    assert notes(session) == notes(start_session)
    for (change, _), after in zip(changes, [*(grid for _, grid in changes[1:]), now], strict=True):
        session = trail.marks(session, change, after)
    assert notes(session) == notes(last)


def test_marks_are_found_by_time_in_another_file_and_ceilings_are_left_alone() -> None:
    before = grid()
    session = marked(before, 3, 5).with_ceiling("ann#2.3", 5200.0)
    other = grid((0.0, 0.05, ""), (0.05, 0.1, "s"), *PHONES[1:])
    now = marks_found_again(session, ANN, other)
    assert notes(now) == {"2.4": "2.3 iː", "2.6": "2.5 ə"}
    assert now.settings.ceilings == session.settings.ceilings
    assert marks_found_again(session, ANN, before) is session
