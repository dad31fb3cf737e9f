"""The class of every frame, against the rule written down frame by frame in exact fractions."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from w2vpraat.models.finetuning import NOT_ASKED, TaskSpans, frame_labels
from w2vpraat.models.frames import FrameClock

STANDARD = FrameClock(16000, (10, 3, 3, 3, 3, 2, 2), (5, 2, 2, 2, 2, 2, 2))
FINE = FrameClock(16000, (10, 3, 3, 3, 3, 2, 2), (5, 2, 2, 2, 2, 2, 1))
MS = Fraction(1, 1000)


def by_rule(
    spans: list[tuple[Fraction, Fraction, int]],
    clock: FrameClock,
    n_frames: int,
    start_time: Fraction,
    speed: Fraction,
    edge: Fraction,
) -> list[int]:
    labels = []
    for frame in range(n_frames):
        centre = Fraction(2 * clock.hop * frame + clock.receptive_field, 2 * clock.rate)
        moment = start_time + centre * speed
        claims = set()
        for start, end, kind in spans:
            margin = min(edge, (end - start) / 4)
            if start + margin <= moment < end - margin:
                claims.add(kind)
        labels.append(claims.pop() if len(claims) == 1 else NOT_ASKED)
    return labels


def task_spans(spans: list[tuple[Fraction, Fraction, int]]) -> TaskSpans:
    return TaskSpans(
        np.array([float(start) for start, _, _ in spans], np.float64),
        np.array([float(end) for _, end, _ in spans], np.float64),
        np.array([kind for _, _, kind in spans], np.int64),
    )


# Half milliseconds: boundaries meet frame centres (12.5 ms + 20 ms i) again and again.
half_ms = st.integers(-200, 1600).map(lambda n: n * MS / 2)
spans_list = st.lists(
    st.tuples(
        half_ms, st.integers(0, 400).map(lambda n: n * MS / 2), st.sampled_from([NOT_ASKED, 0, 1, 2])
    ).map(lambda one: (one[0], one[0] + one[1], one[2])),
    max_size=6,
)


@given(
    spans_list,
    st.sampled_from([STANDARD, FINE]),
    st.integers(0, 40),
    st.sampled_from([Fraction(0), Fraction(1, 8), Fraction(-1, 40), Fraction(3, 10)]),
    st.sampled_from([Fraction(1), Fraction(5, 4), Fraction(9, 10)]),
    st.sampled_from([Fraction(0), 5 * MS, 10 * MS, 50 * MS]),
)
def test_by_brute_force(
    spans: list[tuple[Fraction, Fraction, int]],
    clock: FrameClock,
    n_frames: int,
    start_time: Fraction,
    speed: Fraction,
    edge: Fraction,
) -> None:
    found = frame_labels(
        task_spans(spans),
        clock,
        n_frames,
        start_time=float(start_time),
        speed=float(speed),
        edge=float(edge),
    )
    assert found.dtype == np.int64
    assert found.tolist() == by_rule(spans, clock, n_frames, start_time, speed, edge)


@given(st.lists(st.floats(0, 1), min_size=2, max_size=8, unique=True), st.floats(-1, 1))
def test_the_same_frames_as_the_clock_gives_tokens(times: list[float], start_time: float) -> None:
    cuts = np.sort(np.array(times)) + start_time
    spans = TaskSpans(cuts[:-1], cuts[1:], np.arange(len(cuts) - 1))
    labels = frame_labels(spans, STANDARD, 60, start_time=start_time)
    chosen = STANDARD.select(cuts[:-1], cuts[1:], 60, start_time, "centre", "missing")
    expected = np.full(60, NOT_ASKED)
    for kind, (first, stop) in enumerate(zip(chosen.first, chosen.stop, strict=True)):
        expected[max(first, 0) : max(stop, 0)] = kind
    assert labels.tolist() == expected.tolist()


def test_boundary_on_a_centre_goes_to_the_later_interval() -> None:
    spans = TaskSpans(np.array([0.0, 0.0325]), np.array([0.0325, 0.1]), np.array([0, 1]))
    assert frame_labels(spans, STANDARD, 5).tolist() == [0, 1, 1, 1, 1]


def test_classes_that_are_not_asked() -> None:
    class Named:
        starts, ends, labels = (0.0, 0.1), (0.1, 0.2), ("a", "rare")

    spans = TaskSpans.of(Named(), ("x", "a"))
    assert spans.classes.tolist() == [1, NOT_ASKED]
    assert set(frame_labels(spans, STANDARD, 9).tolist()) == {1, NOT_ASKED}


@pytest.mark.parametrize("n_frames", [0, 3])
def test_nothing_labelled(n_frames: int) -> None:
    empty = TaskSpans(np.array([]), np.array([]), np.array([], np.int64))
    assert frame_labels(empty, STANDARD, n_frames).tolist() == [NOT_ASKED] * n_frames
