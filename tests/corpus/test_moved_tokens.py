"""Moved copies of tokens: all ways of moving, where they stop, and which are not made."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from w2vpraat.corpus.moved_tokens import Reach, moved_tokens, n_moves, reaches
from w2vpraat.corpus.token_values import Rejected, Token, Tokens


def token(start: float, end: float, number: int = 2, label: str = "a") -> Token:
    return Token(f"r#1.{number}", "r.wav", "s", "phones", 1, number, label, label, start, end)


def spans(start: float, end: float, shift: float, reach: Reach | None = None, **more: object) -> dict:
    made = moved_tokens(token(start, end), shift, reach, **more)
    return {one.moves: (one.token.start, one.token.end, one.clipped) for one in made}


def test_both_boundaries_go_both_ways_or_stay() -> None:
    assert spans(0.5, 0.6, 0.01) == {
        "-10~-10": (0.49, 0.59, False),
        "-10~0": (0.49, 0.6, False),
        "-10~+10": (0.49, 0.61, False),
        "0~-10": (0.5, 0.59, False),
        "0~+10": (0.5, 0.61, False),
        "+10~-10": (0.51, 0.59, False),
        "+10~0": (0.51, 0.6, False),
        "+10~+10": (0.51, 0.61, False),
    }
    assert n_moves() == 8


def test_copies_keep_everything_but_id_and_times() -> None:
    source = token(0.5, 0.6)
    made = moved_tokens(source, 0.0075)[0]
    assert made.token.id == "r#1.2~-7.5~-7.5"
    assert (made.origin, made.shift, made.token.recording) == (source.id, 0.0075, "r")
    assert (made.token.label, made.token.speaker, made.token.interval) == ("a", "s", 2)


def test_boundaries_stop_at_the_far_edges_of_neighbours() -> None:
    made = spans(0.5, 0.6, 0.02, Reach(0.49, 0.605))
    assert made["-20~+20"] == (0.49, 0.605, True)
    assert made["-20~0"] == (0.49, 0.6, True)
    assert made["+20~-20"] == (0.52, 0.58, False)
    assert sum(clipped for _, _, clipped in made.values()) == 5  # all with start -20 or end +20


def test_a_token_beyond_its_reach_stays_where_it_is() -> None:
    made = spans(0.5, 0.6, 0.01, Reach(0.52, 0.58))
    assert made["-10~+10"] == (0.5, 0.6, True)
    assert made["+10~-10"] == (0.51, 0.59, False)


def test_a_move_that_leaves_too_little_is_not_made() -> None:
    assert set(spans(0.5, 0.53, 0.01)) == set(spans(0.5, 0.6, 0.01))  # exactly 10 ms are left
    made = spans(0.5, 0.53, 0.02)
    assert "+20~-20" not in made
    assert {"+20~0", "0~-20"} <= set(made)
    assert {"+20~0", "0~-20"}.isdisjoint(spans(0.5, 0.53, 0.02, shortest=0.015))
    # A token that is shorter by itself may move as a whole and grow.
    assert set(spans(0.5, 0.504, 0.005)) == {"-5~-5", "-5~0", "-5~+5", "0~+5", "+5~+5"}


def test_the_ends_of_a_point_move_together() -> None:
    assert spans(0.5, 0.55, 0.01, point=True) == {
        "-10~-10": (0.49, 0.54, False),
        "+10~+10": (0.51, 0.56, False),
    }
    assert n_moves(point=True) == 2


@given(
    st.floats(0.0, 5.0),
    st.floats(0.001, 0.5),
    st.floats(0.0005, 0.1),
    st.floats(0.0, 0.2),
    st.floats(0.0, 0.2),
)
def test_no_copy_is_reversed_empty_or_out_of_reach(
    start: float, length: float, shift: float, before: float, after: float
) -> None:
    end = start + length
    reach = Reach(start - before, end + after)
    for one in moved_tokens(token(start, end), shift, reach):
        assert one.token.end - one.token.start >= min(0.01, length) - 1e-8
        assert reach.earliest - 1e-9 <= one.token.start < one.token.end <= reach.latest + 1e-9
        assert abs(one.token.start - start) <= shift + 1e-9
        assert abs(one.token.end - end) <= shift + 1e-9
        full = (abs(abs(one.token.start - start) - shift) < 1e-9 or one.token.start == start) and (
            abs(abs(one.token.end - end) - shift) < 1e-9 or one.token.end == end
        )
        assert full or one.clipped


def test_reach_is_told_by_all_intervals_of_the_tier() -> None:
    left, middle, right = token(0.1, 0.3, 1), token(0.3, 0.5, 2), token(0.5, 0.9, 3)
    tokens = Tokens((middle,), (Rejected(left, "empty"), Rejected(right, "label")))
    assert reaches(tokens) == {middle.id: Reach(0.1, 0.9)}
    # Across a gap, a boundary may go as far as the gap.
    far = Tokens((middle,), (Rejected(token(0.7, 0.9, 3), "label"),))
    assert reaches(far)[middle.id].latest == 0.7
    assert reaches(far)[middle.id].earliest == -float("inf")


def test_rounding_noise_is_no_boundary_and_broken_intervals_hold_nothing() -> None:
    middle = token(0.3, 0.5)
    others = [
        token(0.1, 0.3 - 1e-7, 1),
        token(0.5 + 1e-7, 0.9, 3),
        token(0.52, 0.51, 4),
        token(0.29, 0.29, 5),
    ]
    found = reaches(Tokens((middle,), tuple(Rejected(one, "problem") for one in others)))
    assert found[middle.id] == Reach(0.1, 0.9)


def test_other_tiers_and_recordings_do_not_count() -> None:
    middle = token(0.3, 0.5)
    other = Token("q#1.1", "q.wav", "s", "phones", 1, 1, "", "", 0.29, 0.51)
    tier = Token("r#2.1", "r.wav", "s", "words", 2, 1, "", "", 0.28, 0.52)
    found = reaches(Tokens((middle,), (Rejected(other, "empty"), Rejected(tier, "empty"))))
    assert found[middle.id] == Reach()


@pytest.mark.parametrize("shift", [0.0005, 0.0123])
def test_ids_of_different_shifts_differ(shift: float) -> None:
    names = [one.token.id for size in (shift, 2 * shift) for one in moved_tokens(token(1.0, 1.2), size)]
    assert len(set(names)) == 16
