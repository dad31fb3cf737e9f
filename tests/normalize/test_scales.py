from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from w2vpraat.errors import NormalizationError
from w2vpraat.normalize.scales import (
    DEFAULT_SCALES,
    PRAAT_SCALES,
    SCALES,
    from_scale,
    scale_name,
    semitones,
    to_scale,
)

# Values at 500, 1500, 2500, 100, 200, 8000 Hz.
GOLDEN = {
    "bark_traunmuller": (4.9192, 11.0928, 14.4980, 0.9557, 1.9595, 21.2030),
    "bark_schroeder": (4.9592, 11.0134, 14.3970, 1.0727, 2.1212, 22.4351),
    "bark_zwicker": (4.7365, 11.1994, 14.5094, 0.9867, 1.9635, 21.2753),
    "erb_glasberg_moore": (10.7665, 18.7942, 23.0362, 3.3696, 5.8373, 33.2945),
    "erb_moore_glasberg": (10.2953, 18.5485, 22.7872, 3.0151, 5.3670, 31.7902),
    "erb_praat": (10.2916, 18.5450, 22.7840, 3.0113, 5.3633, 31.7877),
    "erb_greenwood": (10.0959, 16.7498, 20.1607, 3.4296, 5.7487, 28.2805),
    "mel_oshaughnessy": (607.4459, 1290.5574, 1712.8348, 150.4891, 283.2299, 2840.0230),
    "mel_1127": (607.4491, 1290.5641, 1712.8436, 150.4899, 283.2314, 2840.0377),
    "mel_fant": (584.9625, 1321.9281, 1807.3549, 137.5035, 263.0344, 3169.9250),
    "mel_praat": (355.6449, 723.6222, 942.1382, 91.8797, 170.5852, 1509.0726),
    "mel_slaney": (7.5000, 20.8975, 28.3275, 1.5000, 3.0000, 45.2456),
    "semitone": (27.8631, 46.8827, 55.7263, 0, 12.0000, 75.8631),
    "ln": (6.2146, 7.3132, 7.8240, 4.6052, 5.2983, 8.9872),
}


# The same formulas once more, one frequency at a time, with other functions of the standard library.
def _traunmuller(f: float) -> float:
    z = 26.81 / (1 + 1960 / f) - 0.53
    if z < 2:
        return z + 0.15 * (2 - z)
    return z + 0.22 * (z - 20.1) if z > 20.1 else z


CLOSED = {
    "bark_traunmuller": _traunmuller,
    "bark_traunmuller_plain": lambda f: 26.81 / (1 + 1960 / f) - 0.53,
    "bark_schroeder": lambda f: 7 * math.log(f / 650 + math.sqrt((f / 650) ** 2 + 1)),
    "bark_zwicker": lambda f: 13 * math.atan(0.00076 * f) + 3.5 * math.atan((f / 7500) ** 2),
    "erb_glasberg_moore": lambda f: 21.4 * math.log10(1 + 0.00437 * f),
    "erb_moore_glasberg": lambda f: 11.17 * math.log((f + 312) / (f + 14675)) + 43,
    "erb_praat": lambda f: 11.17 * math.log((f + 312) / (f + 14680)) + 43,
    "erb_greenwood": lambda f: 16.7 * math.log10(1 + f / 165.4),
    "mel_oshaughnessy": lambda f: 2595 * math.log10(1 + f / 700),
    "mel_1127": lambda f: 1127 * math.log(1 + f / 700),
    "mel_fant": lambda f: 1000 / math.log10(2) * math.log10(1 + f / 1000),
    "mel_praat": lambda f: 550 * math.log(1 + f / 550),
    "mel_slaney": lambda f: f / (200 / 3) if f < 1000 else 15 + math.log(f / 1000) / (math.log(6.4) / 27),
    "semitone": lambda f: 12 * math.log2(f / 100),
    "ln": math.log,
}


def test_every_scale_has_a_golden_row_or_is_the_plain_bark() -> None:
    assert set(SCALES) - set(GOLDEN) == {"bark_traunmuller_plain"}
    assert set(CLOSED) == set(SCALES)


@pytest.mark.parametrize("key", GOLDEN)
def test_golden_values(key: str) -> None:
    found = to_scale([500, 1500, 2500, 100, 200, 8000], key)
    np.testing.assert_allclose(found, GOLDEN[key], rtol=0, atol=5.001e-5)


@pytest.mark.parametrize("key", SCALES)
@settings(max_examples=50, deadline=None)
@given(f=st.floats(20.0, 20000.0))
def test_closed_form_and_round_trip(key: str, f: float) -> None:
    value = to_scale(f, key)
    assert value == pytest.approx(CLOSED[key](f), rel=1e-12, abs=1e-9)
    assert from_scale(value, key) == pytest.approx(f, rel=1e-9)


@pytest.mark.parametrize("key", SCALES)
def test_round_trip_at_the_stated_frequencies(key: str) -> None:
    f = np.array([100.0, 500.0, 1500.0, 2500.0, 8000.0, 12000.0])
    np.testing.assert_allclose(from_scale(to_scale(f, key), key), f, rtol=1e-9)


@pytest.mark.parametrize("key", SCALES)
@settings(max_examples=50, deadline=None)
@given(f=st.floats(20.0, 19000.0), step=st.floats(1.0, 1000.0))
def test_scales_rise(key: str, f: float, step: float) -> None:
    assert to_scale(f + step, key) > to_scale(f, key)


def test_bark_at_12000_and_traps_of_peers() -> None:
    assert to_scale(12000, "bark_traunmuller") == pytest.approx(23.0473, abs=5e-5)
    # tidynorm 0.4.0 has 25.28 for 26.28 on the way back and finds 1605.73 Hz.
    assert from_scale(11.0928, "bark_traunmuller") == pytest.approx(1500.0, abs=0.05)
    assert abs(1960 * (11.0928 + 0.53) / (25.28 - 11.0928) - 1605.73) < 0.05
    # vowels::convert.bark leaves out the end corrections.
    assert to_scale(100, "bark_traunmuller_plain") == pytest.approx(0.7715, abs=5e-4)
    # 2595 lg and 1127 ln are not the same scale.
    assert to_scale(500, "mel_1127") - to_scale(500, "mel_oshaughnessy") == pytest.approx(0.0032, abs=1e-4)


def test_praat_and_default_presets() -> None:
    assert [round(to_scale(500, PRAAT_SCALES[name]), 4) for name in ("bark", "erb", "mel")] == [
        4.9592,
        10.2916,
        355.6449,
    ]
    assert [round(to_scale(500, DEFAULT_SCALES[name]), 4) for name in ("bark", "erb", "mel")] == [
        4.9192,
        10.7665,
        607.4459,
    ]


@pytest.mark.parametrize("bad", [0.0, -1.0, float("inf")])
def test_zero_negative_and_infinite_are_errors(bad: float) -> None:
    for key in ("hz", *SCALES):
        with pytest.raises(NormalizationError, match="zero, negative or infinite"):
            to_scale([500.0, bad], key)


@pytest.mark.parametrize("key", ["hz", *SCALES])
def test_nan_passes_and_shape_stays(key: str) -> None:
    f = np.array([[500.0, np.nan], [1500.0, 800.0]])
    z = to_scale(f, key)
    assert z.shape == f.shape
    assert np.array_equal(np.isnan(z), np.isnan(f))
    assert np.array_equal(np.isnan(from_scale(z, key)), np.isnan(f))
    assert isinstance(to_scale(500, key), float)


@pytest.mark.parametrize("key", SCALES)
def test_values_of_no_frequency_are_errors(key: str) -> None:
    low, high = SCALES[key].limit
    for value in (low, high):
        if math.isfinite(value):
            with pytest.raises(NormalizationError, match="not a value of"):
                from_scale(value, key)


def test_limits_are_those_of_the_forward_formula() -> None:
    for key, scale in SCALES.items():
        for limit, f in zip(scale.limit, (1e-12, 1e15), strict=True):
            if math.isfinite(limit):
                assert to_scale(f, key) == pytest.approx(limit, abs=1e-6), key


def test_names_carry_author_and_year() -> None:
    assert scale_name("bark_traunmuller") == "Bark (Traunmüller 1990)"
    assert scale_name("hz") == "Hz"
    for key, scale in SCALES.items():
        assert scale.author
        assert scale.reference
        assert scale.year or key in ("mel_praat", "semitone", "ln")
    with pytest.raises(NormalizationError, match="unknown frequency scale"):
        scale_name("bark")


def test_semitones_with_a_reference() -> None:
    np.testing.assert_allclose(semitones([110, 220, np.nan], 110), [0, 12, np.nan], atol=1e-12)
    with pytest.raises(NormalizationError, match="reference"):
        semitones(200, 0)
