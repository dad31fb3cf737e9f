"""Neighbours of a token that is not among the others: as if it were, without changing what they are."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from w2vpraat.compare.tokens.neighbours import nearest_to, nearest_tokens
from w2vpraat.errors import ComparisonError
from w2vpraat.params import ReviewParams
from w2vpraat.representation import Representation

N = 60
OWN = {"id": "new", "label": "a", "speaker": "zoe"}


@pytest.fixture
def tokens() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "id": [f"t{number:02d}" for number in range(N)],
            "label": ["a", "i", "u"] * (N // 3),
            "speaker": [f"s{number % 5}" for number in range(N)],
        }
    )


@pytest.fixture
def space(tokens: pd.DataFrame) -> Representation:
    values = np.random.default_rng(3).normal(size=(N, 4)) * [1, 10, 100, 0.1]
    return Representation("space", tuple(tokens["id"]), values, ("c1", "c2", "c3", "c4"))


@pytest.mark.parametrize("metric", ["euclidean", "cosine"])
def test_one_of_the_tokens_has_its_own_neighbours(
    tokens: pd.DataFrame, space: Representation, metric: str
) -> None:
    params = ReviewParams(neighbours=7, metric=metric)
    alike = list(tokens.loc[tokens["speaker"] == "s3", "id"])
    want = nearest_tokens(space, tokens, ["t03"], params)
    found = nearest_to(space.values[3], space, tokens, params, own={**OWN, "label": "a"}, without=alike)
    np.testing.assert_array_equal(found.neighbours, want.neighbours)
    np.testing.assert_allclose(found.distances, want.distances, atol=1e-12)
    assert found.agreement == want.agreement
    table = found.table()
    assert list(table["same_label"]) == list(want.table()["same_label"])
    assert not set(table["neighbour"]) & set(alike)


def test_itself_is_found_if_it_is_not_left_out(tokens: pd.DataFrame, space: Representation) -> None:
    found = nearest_to(space.values[3], space, tokens, own=OWN)
    assert found.neighbours[0, 0] == "t03"
    assert found.distances[0, 0] == 0.0


def test_fewer_are_found_if_there_are_fewer(tokens: pd.DataFrame, space: Representation) -> None:
    without = list(tokens["id"][2:])
    table = nearest_to(np.zeros(4), space, tokens, own=OWN, without=without).table()
    assert sorted(table["neighbour"]) == ["t00", "t01"]


def test_what_has_no_place_is_refused(tokens: pd.DataFrame, space: Representation) -> None:
    for vector, without, said in (
        (np.zeros(3), (), r'a token of 3 values has no place in "space", which has 4'),
        (np.array([1.0, np.nan, 1.0, 1.0]), (), 'the token has no value in "space"'),
        (np.zeros(4), tuple(tokens["id"]), "no token is left"),
    ):
        with pytest.raises(ComparisonError, match=said):
            nearest_to(vector, space, tokens, own=OWN, without=without)
