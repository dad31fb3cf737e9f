"""Speakers for training, stopping and figures: never the same, each sex in proportion."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from w2vpraat.corpus.splits import Splits, split_speakers
from w2vpraat.errors import InputError

NAMES = [f"s{number}" for number in range(12)]
recordings = st.lists(st.sets(st.sampled_from(NAMES), min_size=1, max_size=3), min_size=1, max_size=15)


def alone(n: int) -> dict[str, list[str]]:
    return {f"r{number}": [f"s{number}"] for number in range(n)}


@settings(deadline=None)
@given(recordings, st.floats(0, 0.9), st.floats(0, 0.9), st.integers(0, 5))
def test_every_speaker_has_one_use_and_recordings_are_never_shared(
    speakers: list[set[str]], held_out: float, test: float, seed: int
) -> None:
    speakers_of = {f"r{number}": names for number, names in enumerate(speakers)}
    found = split_speakers(speakers_of, held_out=held_out, test=test, seed=seed)
    everybody = [*found.train, *found.held_out, *found.test]
    assert sorted(everybody) == sorted(set().union(*speakers))
    assert found.train
    for names in speakers:
        uses = {found.use_of([name]) for name in names}
        assert uses == {found.use_of(sorted(names))}
    assert found == split_speakers(speakers_of, held_out=held_out, test=test, seed=seed)


@pytest.mark.parametrize(
    ("n", "held_out", "test", "sizes"),
    [
        (20, 0.1, 0.1, (16, 2, 2)),
        (20, 0.0, 0.0, (20, 0, 0)),
        (10, 0.04, 0.0, (9, 1, 0)),
        (3, 0.1, 0.1, (1, 1, 1)),
        (2, 0.1, 0.1, (1, 1, 0)),
        (1, 0.5, 0.5, (1, 0, 0)),
        (10, 0.9, 0.9, (1, 9, 0)),
        (10, 0.3, 0.5, (2, 3, 5)),
    ],
)
def test_sizes(n: int, held_out: float, test: float, sizes: tuple[int, int, int]) -> None:
    found = split_speakers(alone(n), held_out=held_out, test=test)
    assert (len(found.train), len(found.held_out), len(found.test)) == sizes


@pytest.mark.parametrize("seed", range(5))
def test_each_sex_is_divided_in_proportion(seed: int) -> None:
    kinds = {f"s{number}": "F" if number < 30 else "M" for number in range(40)}
    found = split_speakers(alone(40), held_out=0.2, test=0.2, kinds=kinds, seed=seed)
    for names in (found.held_out, found.test):
        assert len(names) == 8
        assert sum(kinds[name] == "F" for name in names) == 6


def test_seed_decides() -> None:
    drawn = {split_speakers(alone(30), seed=seed).held_out for seed in range(5)}
    assert len(drawn) > 1


def test_order_of_the_recordings_does_not_matter() -> None:
    backwards = dict(reversed(alone(12).items()))
    assert split_speakers(alone(12), held_out=0.3) == split_speakers(backwards, held_out=0.3)


def test_named_speakers() -> None:
    found = split_speakers(alone(10), held_out_names=["s3"], test_names=["s1", "s2"], held_out=0.5, test=0.5)
    assert (found.held_out, found.test, len(found.train)) == (("s3",), ("s1", "s2"), 7)
    # A share and names may be mixed; the named ones are not drawn again.
    found = split_speakers(alone(10), test_names=["s1"], held_out=0.2, test=0.5)
    assert found.test == ("s1",)
    assert len(found.held_out) == 2
    # Who shares a recording with a named speaker goes along.
    found = split_speakers({"x": ["a", "b"], "y": ["b", "c"], "z": ["d"]}, test_names=["a"], held_out=0)
    assert found == Splits(("d",), (), ("a", "b", "c"))


def test_errors() -> None:
    with pytest.raises(InputError, match="there is no speaker nobody") as caught:
        split_speakers(alone(3), test_names=["nobody"])
    assert "s0, s1, s2" in caught.value.hint
    with pytest.raises(InputError, match="held out and test speaker at once"):
        split_speakers(alone(3), test_names=["s1"], held_out_names=["s1"])
    with pytest.raises(InputError, match="a, b share a recording"):
        split_speakers({"x": ["a", "b"], "y": ["c"]}, test_names=["a"], held_out_names=["b"])
    with pytest.raises(InputError, match="no speaker is left for training") as caught:
        split_speakers(alone(2), test_names=["s0"], held_out_names=["s1"])
    assert caught.value.hint


def test_use_of_unknown_speakers() -> None:
    with pytest.raises(KeyError, match="zoe"):
        Splits(("a",)).use_of(["zoe"])
