"""A Representation is checked, frozen, and taken by id."""

from __future__ import annotations

import numpy as np
import pytest

from w2vpraat.errors import InputError
from w2vpraat.representation import Representation, vector_columns


def test_take_reorders_by_id_and_keeps_the_rest() -> None:
    made = Representation("x", ("a", "b", "c"), np.arange(6.0).reshape(3, 2), ("p", "q"), {"k": 1}, True)
    taken = made.take(["c", "a"])
    assert taken.values.tolist() == [[4.0, 5.0], [0.0, 1.0]]
    assert taken.ids == ("c", "a")
    assert taken.sees_speaker
    assert taken.provenance["k"] == 1
    with pytest.raises(InputError, match="lacks 1 of 2 tokens, first: z"):
        made.take(["a", "z"])


def test_values_are_a_read_only_copy() -> None:
    values = np.ones((1, 1))
    made = Representation("x", ("a",), values, ("p",))
    values[0, 0] = 5.0
    assert made.values[0, 0] == 1.0
    with pytest.raises(ValueError, match="read-only"):
        made.values[0, 0] = 2.0


def test_shapes_and_repeated_ids_are_refused() -> None:
    with pytest.raises(InputError, match="shape"):
        Representation("x", ("a", "b"), np.ones((1, 1)), ("p",))
    with pytest.raises(InputError, match="more than once"):
        Representation("x", ("a", "a"), np.ones((2, 1)), ("p",))


def test_missing_values_make_a_token_incomplete() -> None:
    made = Representation("x", ("a", "b"), np.array([[1.0, np.nan], [1.0, 2.0]]), ("p", "q"))
    assert made.complete.tolist() == [False, True]
    assert vector_columns(2) == ("e0001", "e0002")
