"""Pooling against definitions written out frame by frame."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from w2vpraat.errors import InputError
from w2vpraat.models.frames import FrameClock
from w2vpraat.models.pooling import POOLINGS, pool

CLOCK = FrameClock(16000, (10, 3, 3, 3, 3, 2, 2), (5, 2, 2, 2, 2, 2, 2))
N = 100
FRAMES = np.random.default_rng(1).normal(size=(N, 5)).astype(np.float32)
spans = st.tuples(st.floats(0, 1.99), st.floats(0.001, 0.6)).map(lambda p: (p[0], p[0] + p[1]))


def _one(method, first, stop, middle, weights):
    own = FRAMES[first:stop].astype(float)
    n = len(own)
    third = n // 3
    return {
        "mean": lambda: own.mean(0),
        "middle": lambda: own[third : n - third].mean(0),
        "centre": lambda: FRAMES[middle],
        "overlap": lambda: (own * weights[:, None]).sum(0),
        "thirds": lambda: np.concatenate(
            [
                own[: max(third, 1)].mean(0),
                own[third : n - third].mean(0),
                own[min(n - third, n - 1) :].mean(0),
            ]
        ),
    }[method]()


@given(
    st.lists(spans, min_size=1, max_size=12),
    st.sampled_from(["mean", "middle", "centre", "overlap", "thirds"]),
)
def test_many_tokens_at_once_equal_one_by_one(tokens, method):
    chosen = CLOCK.select([t[0] for t in tokens], [t[1] for t in tokens], N, rule="overlap")
    got = pool(FRAMES, chosen, method)
    assert got.dtype == np.float32
    for k in range(len(tokens)):
        weights = chosen.weights[chosen.offsets[k] : chosen.offsets[k + 1]]
        want = _one(method, chosen.first[k], chosen.stop[k], chosen.middle[k], weights)
        np.testing.assert_allclose(got[k], want, atol=1e-6)


@pytest.mark.parametrize(
    ("n", "kept"), [(1, [0]), (2, [0, 1]), (3, [1]), (4, [1, 2]), (5, [1, 2, 3]), (9, [3, 4, 5])]
)
def test_the_middle_third_drops_a_third_at_each_side(n, kept):
    chosen = CLOCK.select(0.0, 0.02 * n + 0.001, N)
    assert chosen.n_frames[0] == n
    np.testing.assert_allclose(pool(FRAMES, chosen, "middle")[0], FRAMES[kept].mean(0), atol=1e-6)


def test_a_constant_stays_constant_under_every_pooling():
    chosen = CLOCK.select([0.1, 0.5, 0.7], [0.2, 0.501, 1.3], N)
    for method in POOLINGS:
        np.testing.assert_allclose(pool(np.full((N, 3), 0.7, np.float32), chosen, method), 0.7, rtol=1e-6)


def test_raw_frames_come_token_after_token():
    chosen = CLOCK.select([0.5, 0.1], [0.6, 0.14], N)
    np.testing.assert_array_equal(pool(FRAMES, chosen, "frames"), FRAMES[chosen.rows])
    assert chosen.rows.tolist() == [25, 26, 27, 28, 29, 5, 6]


def test_missing_tokens_are_nan_and_do_not_disturb_the_others():
    chosen = CLOCK.select([0.1, 0.513, 5.0, 0.7], [0.2, 0.514, 6.0, 0.8], N, no_frame="missing")
    assert chosen.flags == ("", "missing", "outside", "")
    alone = CLOCK.select([0.1, 0.7], [0.2, 0.8], N)
    for method in ("mean", "middle", "centre", "overlap", "thirds"):
        got = pool(FRAMES, chosen, method)
        assert np.isnan(got).all(axis=1).tolist() == [False, True, True, False]
        np.testing.assert_array_equal(got[[0, 3]], pool(FRAMES, alone, method))
    nobody = CLOCK.select([5.0], [6.0], N)
    assert np.isnan(pool(FRAMES, nobody, "mean")).all()
    assert pool(FRAMES, nobody, "frames").shape == (0, 5)


def test_unknown_pooling_and_short_frames_are_refused():
    chosen = CLOCK.select(0.1, 0.2, N)
    with pytest.raises(InputError, match="unknown pooling"):
        pool(FRAMES, chosen, "median")
    with pytest.raises(InputError, match="reach frame"):
        pool(FRAMES[:5], chosen, "mean")
