"""Means of curves with gaps are Praat's."""

from __future__ import annotations

import numpy as np
import parselmouth
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from parselmouth.praat import call

from w2vpraat.acoustics.sampled_mean import sampled_mean

STEP, FIRST = 0.01, 0.35


def pitch_of(values: np.ndarray) -> parselmouth.Pitch:
    n = values.size
    matrix = call("Create Matrix", "m", 0.0, 1.0, n, STEP, FIRST, 1.0, 1.0, 1, 1.0, 1.0, "0")
    matrix.values[0, :] = np.nan_to_num(values)
    return call(matrix, "To Pitch")


@settings(max_examples=300, deadline=None)
@given(
    values=st.lists(st.one_of(st.floats(80.0, 400.0), st.just(float("nan"))), min_size=1, max_size=12),
    start=st.floats(0.3, 0.5),
    length=st.floats(1e-4, 0.2),
)
def test_any_stretch_of_any_curve(values: list[float], start: float, length: float) -> None:
    curve = np.array(values)
    praat = call(pitch_of(curve), "Get mean", start, start + length, "Hertz")
    ours = sampled_mean(curve, FIRST, STEP, start, start + length)
    assert ours == pytest.approx(praat, rel=1e-6, nan_ok=True)


def test_no_samples() -> None:
    assert np.isnan(sampled_mean(np.empty(0), 0.0, 0.01, 0.0, 1.0))
