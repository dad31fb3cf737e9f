"""Frame arithmetic against golden values, torch's own convolutions, and a brute-force oracle in fractions."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from w2vpraat.errors import InputError
from w2vpraat.models.frames import FrameClock

W2V = FrameClock(16000, (10, 3, 3, 3, 3, 2, 2), (5, 2, 2, 2, 2, 2, 2))
TEN_MS = FrameClock(16000, (10, 3, 3, 3, 3, 2, 2), (5, 2, 2, 2, 2, 2, 1))


@st.composite
def clocks(draw):
    layers = draw(st.integers(1, 4))
    strides = draw(st.lists(st.integers(1, 5), min_size=layers, max_size=layers))
    kernels = [draw(st.integers(1, 8)) for _ in strides]
    return FrameClock(draw(st.sampled_from([8000, 16000, 22050])), tuple(kernels), tuple(strides))


def test_the_wav2vec_clock():
    assert (W2V.hop, W2V.receptive_field, W2V.hop_seconds) == (320, 400, 0.02)
    counts = {399: 0, 400: 1, 16000: 49, 31439: 97, 31440: 98, 31680: 98}
    assert {n: W2V.n_frames(n) for n in counts} == counts
    np.testing.assert_allclose(W2V.centres(3), [0.0125, 0.0325, 0.0525], rtol=0, atol=1e-15)
    assert W2V.samples(3, 5) == (960, 1680)
    assert W2V.span(2, 1.0) == (1.04, 1.065)


def test_ten_millisecond_models():
    assert (TEN_MS.hop, TEN_MS.receptive_field, TEN_MS.n_frames(16000)) == (160, 400, 98)
    np.testing.assert_allclose(TEN_MS.centres(2, 0.5), [0.5125, 0.5225])


@given(st.integers(400, 200_000))
def test_the_closed_form_holds_for_any_length(n):
    assert W2V.n_frames(n) == (n - 400) // 320 + 1
    assert TEN_MS.n_frames(n) == (n - 400) // 160 + 1


@given(clocks(), st.integers(1, 400))
def test_frames_need_exactly_their_samples(clock, n_frames):
    _, needed = clock.samples(0, n_frames)
    assert clock.n_frames(needed) == n_frames
    assert clock.n_frames(needed - 1) == n_frames - 1


decimal_times = st.decimals(min_value=0, max_value=3, places=4)


def _oracle(clock, start, end, n_frames, start_time, rule):
    """Frames of an interval by definition, in exact fractions."""
    found = []
    for i in range(n_frames):
        begin = start_time + Fraction(clock.hop * i, clock.rate)
        finish = begin + Fraction(clock.receptive_field, clock.rate)
        centre = (begin + finish) / 2
        inside = (
            start <= centre < end if rule == "centre" else (begin < end and finish > start and start < end)
        )
        if inside:
            found.append(i)
    return found


@given(
    clock=st.sampled_from([W2V, TEN_MS, FrameClock(8000, (5, 3), (4, 3)), FrameClock(22050, (7, 4), (3, 4))]),
    times=st.tuples(decimal_times, decimal_times).map(sorted),
    n_frames=st.integers(1, 160),
    start_time=st.decimals(min_value=-1, max_value=2, places=3),
    rule=st.sampled_from(["centre", "overlap"]),
)
def test_selection_equals_brute_force(clock, times, n_frames, start_time, rule):
    start, end = (Fraction(t) for t in times)
    t0 = Fraction(start_time)
    want = _oracle(clock, start, end, n_frames, t0, rule)
    got = clock.select(float(times[0]), float(times[1]), n_frames, float(start_time), rule, "missing")
    last_sample = t0 + Fraction(clock.samples(0, n_frames)[1] + clock.hop - 1, clock.rate)
    if end < t0 or start > last_sample:
        assert got.flags == ("outside",)
    elif not want:
        assert got.flags == ("missing",)
        assert got.n_frames[0] == 0
    else:
        assert list(got.rows) == want
        assert got.flags == ("one_frame" if len(want) == 1 else "",)
        centres = [t0 + Fraction(2 * clock.hop * i + clock.receptive_field, 2 * clock.rate) for i in want]
        nearest = min(zip(centres, want, strict=True), key=lambda c: (abs(c[0] - (start + end) / 2), c[1]))[1]
        assert got.middle[0] == nearest
        heard = [
            min(c + Fraction(clock.receptive_field, 2 * clock.rate), end)
            - max(c - Fraction(clock.receptive_field, 2 * clock.rate), start)
            for c in centres
        ]
        np.testing.assert_allclose(got.weights, [float(h / sum(heard)) for h in heard], atol=1e-6)


@given(st.lists(st.decimals(min_value=0, max_value=2, places=4), min_size=2, max_size=30, unique=True))
def test_neighbours_share_no_frame_and_lose_none(boundaries):
    times = [float(t) for t in sorted([*boundaries, Decimal(0), Decimal("2.1")])]
    chosen = W2V.select(times[:-1], times[1:], 100, no_frame="missing")
    assert list(chosen.rows) == list(range(100))


def test_a_boundary_on_a_frame_centre_belongs_to_the_right():
    # 0.0325 s and its kin have no exact binary form.
    for i in range(2000):
        centre = float(Decimal("0.0125") + i * Decimal("0.02"))
        both = W2V.select([centre - 0.01, centre], [centre, centre + 0.01], 2001, no_frame="missing")
        assert (both.n_frames.tolist(), both.first[1]) == ([0, 1], i)


def test_tokens_without_a_frame():
    got = W2V.select([0.013, 0.020, 0.0229], [0.020, 0.025, 0.0271], 5)
    assert got.flags == ("nearest",) * 3
    assert got.first.tolist() == [0, 0, 1]
    assert got.n_frames.tolist() == [1, 1, 1]
    np.testing.assert_allclose(got.weights, 1.0)
    point = W2V.select(0.0525, 0.0525, 5)
    assert (point.first[0], point.flags) == (2, ("nearest",))
    assert W2V.select(0.013, 0.020, 5, no_frame="missing").flags == ("missing",)


def test_tokens_beyond_the_recording_get_no_frame_even_with_nearest():
    n = W2V.n_frames(16000)
    got = W2V.select([-0.2, 0.985, 0.9951, 1.5], [-0.1, 0.995, 1.0, 1.7], n)
    assert got.flags == ("outside", "nearest", "nearest", "outside")
    assert got.first.tolist() == [-1, 48, 48, -1]
    assert got.rows.tolist() == [48, 48]
    assert W2V.select(0.1, 0.2, 0).flags == ("outside",)


def test_the_start_time_shifts_everything():
    plain = W2V.select([0.1, 0.3], [0.2, 0.301], 60)
    moved = W2V.select([10.1, 10.3], [10.2, 10.301], 60, start_time=10.0)
    assert plain.rows.tolist() == moved.rows.tolist()
    np.testing.assert_allclose(plain.weights, moved.weights, atol=1e-9)


@pytest.mark.parametrize("times", [(1.0, 0.5), (float("nan"), 1.0), (0.0, float("inf"))])
def test_impossible_times_are_refused(times):
    with pytest.raises(InputError, match="has no frames"):
        W2V.select(*times, 100)


@pytest.mark.parametrize(("kernels", "strides"), [((), ()), ((3,), (2, 2)), ((0,), (1,)), ((3,), (0,))])
def test_impossible_convolutions_are_refused(kernels, strides):
    with pytest.raises(InputError):
        FrameClock(16000, kernels, strides)


def test_unknown_rules_are_refused():
    with pytest.raises(InputError, match="unknown frame rule"):
        W2V.select(0, 1, 10, rule="inside")
