"""Rows in pieces, and tokens found again after edits."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from w2vpraat.corpus.token_values import Rejected, Token, Tokens
from w2vpraat.pipeline.live.blocks import Blocks, reordered
from w2vpraat.pipeline.live.differences import paired_tokens
from w2vpraat.pipeline.live.kept import Former


@settings(derandomize=True, deadline=None, max_examples=60)
@given(
    lengths=st.lists(st.integers(0, 4), min_size=1, max_size=6),
    picks=st.lists(st.integers(0, 1000), max_size=8),
)
def test_pieces_are_as_one_array(lengths: list[int], picks: list[int]) -> None:
    random = np.random.default_rng(len(picks))
    parts = [random.normal(size=(length, 2)) for length in lengths]
    whole = np.concatenate(parts)
    blocks = Blocks([part.copy() for part in parts])
    assert len(blocks) == len(whole)
    rows = np.array([pick % len(whole) for pick in picks] if len(whole) else [], dtype=np.intp)
    assert np.array_equal(blocks.at(rows), whole[rows])
    rows = np.unique(rows)
    values = random.normal(size=(len(rows), 2))
    changed = blocks.with_rows(rows, values)
    expected = whole.copy()
    expected[rows] = values
    assert np.array_equal(changed.whole, expected)
    assert np.array_equal(changed.at(rows), values)
    # The old ones stay, and pieces without such rows are shared.
    assert np.array_equal(blocks.whole, whole)
    assert np.array_equal(blocks.at(rows), whole[rows])
    shared = [one is two for one, two in zip(blocks.parts, changed.parts, strict=True)]
    touched = {int(np.searchsorted(blocks.starts, row, side="right") - 1) for row in rows}
    assert shared == [number not in touched for number in range(len(parts))]
    longer = blocks.with_part(0, np.zeros((7, 2)))
    assert len(longer) == len(whole) - lengths[0] + 7
    assert not longer.whole[:7].any()


def test_new_rows_are_missing() -> None:
    values = np.array([[1.0], [2.0]], dtype=np.float32)
    made = reordered(values, np.array([1, -1, 0]))
    assert made.dtype == np.float32
    assert made[[0, 2], 0].tolist() == [2.0, 1.0]
    assert np.isnan(made[1, 0])
    assert np.isnan(reordered(values[:0], np.array([-1]))).all()


def tier(edges: list[float], labels: str, *, number: int = 1, name: str = "phones") -> Tokens:
    """Return the tokens of a tier; a blank is an unlabelled interval."""
    made = [
        Token(f"r#{number}.{place}", "r.wav", "s", name, number, place, label, label, start, end)
        for place, (start, end, label) in enumerate(zip(edges[:-1], edges[1:], labels, strict=True), 1)
    ]
    blank = tuple(Rejected(token, "empty") for token in made if token.label == " ")
    return Tokens(tuple(token for token in made if token.label != " "), blank)


def test_tokens_are_found_again() -> None:
    before = tier([0, 1, 2, 3, 4, 5], "abcde")
    same = range(5)
    assert paired_tokens(before, before) == list(same)
    assert paired_tokens(before, tier([0, 1, 2.4, 3, 4, 5], "abcde")) == list(same)
    assert paired_tokens(before, tier([0, 1, 2, 3, 4, 5], "abxde")) == list(same)
    # Split: the longer half is the token of before. Merged: the longer part is.
    assert paired_tokens(before, tier([0, 1, 2, 2.3, 3, 4, 5], "abccde")) == [0, 1, -1, 2, 3, 4]
    assert paired_tokens(before, tier([0, 1, 3, 4, 5], "abde")) == [0, 1, 3, 4]
    assert paired_tokens(tier([0, 1, 2.5, 3], "abc"), tier([0, 1, 3], "ax")) == [0, 1]
    # Two edits at once, far apart.
    assert paired_tokens(before, tier([0, 0.5, 1, 2, 3, 4, 5], "aabcdx")) == [0, -1, 1, 2, 3, 4]
    # A token that was none before, and one that is none now.
    assert paired_tokens(tier([0, 1, 2], "a "), tier([0, 1, 2], "ab")) == [0, -1]
    assert paired_tokens(tier([0, 1, 2], "ab"), tier([0, 1, 2], " b")) == [1]
    assert paired_tokens(before, Tokens()) == []
    assert paired_tokens(Tokens(), before) == [-1] * 5


def test_tiers_are_found_again() -> None:
    before = tier([0, 1, 2], "ab")
    moved = tier([0, 1, 2], "ab", number=3)
    assert paired_tokens(before, moved) == [0, 1]
    renamed = tier([0, 1, 2], "ab", name="other")
    assert paired_tokens(before, renamed) == [0, 1]
    two = Tokens((*before.kept, *tier([0, 1, 2], "xy", number=2).kept))
    turned = Tokens((*(replace(token, id=token.id) for token in tier([0, 1, 2], "xy").kept), *moved.kept))
    assert paired_tokens(two, turned) == [2, 3, 0, 1]


def test_the_first_values_of_a_place_stay() -> None:
    former = Former(limit=2)
    former.put("a", 1)
    former.put("a", 2)
    assert former.get("a") == 1
    former.put("b", 3)
    former.get("a")
    former.put("c", 4)
    assert (former.get("a"), former.get("b"), former.get("c")) == (1, None, 4)
