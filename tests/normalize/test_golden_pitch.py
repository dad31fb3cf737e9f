from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from toy_speakers import toy

from w2vpraat.errors import NormalizationError
from w2vpraat.normalize import (
    F0_METHODS,
    LogCentredF0,
    LogZF0,
    SemitoneF0,
    TValueF0,
    chao_digits,
    count_octave_jumps,
    f0_lc,
    f0_lz,
    f0_st,
    f0_t,
)

F0 = [110.0, 140.0, 180.0, 220.0, 200.0]
LOGS = [math.log(f) for f in F0]
MEAN = sum(LOGS) / 5
SD = math.sqrt(sum((value - MEAN) ** 2 for value in LOGS) / 4)


def contour() -> pd.DataFrame:
    return pd.DataFrame({"id": "t1", "speaker": "A", "prop_time": [0.1, 0.3, 0.5, 0.7, 0.9], "f0": F0})


@pytest.mark.parametrize(
    ("function", "options", "printed", "closed"),
    [
        (f0_lz, {}, [-1.4345, -0.5801, 0.3102, 1.0210, 0.6834], [(v - MEAN) / SD for v in LOGS]),
        (
            f0_t,
            {},
            [0, 1.7396, 3.5525, 5.0, 4.3125],
            [5 * math.log(f / 110) / math.log(2) for f in F0],
        ),
        (
            f0_t,
            {"extremes": "percentile"},
            [-0.3853, 1.5413, 3.5491, 5.1523, 4.3908],
            # 5 and 95 % of five sorted values lie 0.2 of a step inside the ends.
            [
                5
                * (math.log(f) - (0.8 * LOGS[0] + 0.2 * LOGS[1]))
                / ((0.8 * LOGS[3] + 0.2 * LOGS[4]) - (0.8 * LOGS[0] + 0.2 * LOGS[1]))
                for f in F0
            ],
        ),
        (
            f0_st,
            {"reference": 100.0},
            [1.6500, 5.8251, 10.1760, 13.6500, 12.0],
            [12 * math.log2(f / 100) for f in F0],
        ),
        (
            f0_st,
            {},
            [-7.0102, -2.8351, 1.5157, 4.9898, 3.3398],
            [12 * (v - MEAN) / math.log(2) for v in LOGS],
        ),
        (
            f0_st,
            {"reference": "median"},
            [-8.5259, -4.3508, 0, 3.4741, 1.8240],
            [12 * math.log2(f / 180) for f in F0],
        ),
        (f0_lc, {}, [-0.4049, -0.1638, 0.0876, 0.2882, 0.1929], [v - MEAN for v in LOGS]),
    ],
)
def test_contour(function: Any, options: dict[str, Any], printed: list[float], closed: list[float]) -> None:
    made = function(contour(), **options)
    assert list(made.columns) == [function.__name__]
    np.testing.assert_allclose(made.iloc[:, 0], printed, rtol=0, atol=5.01e-5)
    np.testing.assert_allclose(made.iloc[:, 0], closed, rtol=1e-12, atol=1e-12)


def test_contour_constants() -> None:
    table = LogZF0().fit(contour()).statistics_.set_index("statistic")["value"]
    assert table["log_mean"] == pytest.approx(5.105405, abs=5e-7)
    assert table["log_sd"] == pytest.approx(0.282283, abs=5e-7)
    table = SemitoneF0().fit(contour()).statistics_.set_index("statistic")["value"]
    assert table["reference"] == pytest.approx(164.9108, abs=5e-5)
    table = TValueF0(extremes="percentile").fit(contour()).statistics_.set_index("statistic")["value"]
    assert (table["min"], table["max"]) == (
        pytest.approx(115.4356, abs=5e-5),
        pytest.approx(215.8461, abs=5e-5),
    )


def test_log_z_is_not_the_z_of_hz() -> None:
    hz = np.array(F0)
    wrong = (hz - hz.mean()) / hz.std(ddof=1)
    np.testing.assert_allclose(wrong, [-1.3416, -0.6708, 0.2236, 1.1180, 0.6708], atol=5e-5)
    assert np.abs(f0_lz(contour())["f0_lz"] - wrong).max() > 0.08


def test_toy_f0() -> None:
    np.testing.assert_allclose(f0_lz(toy())["f0_lz"], [0.2358, -1.0968, 0.8610], atol=5e-5)
    np.testing.assert_allclose(f0_t(toy())["f0_t"], [3.4033, 0, 5], atol=5e-5)
    np.testing.assert_allclose(f0_st(toy())["f0_st"], [0.2665, -1.2398, 0.9733], atol=5e-5)


def test_chao_digits() -> None:
    np.testing.assert_array_equal(chao_digits(f0_t(contour())["f0_t"]), [1, 2, 4, 5, 5])
    np.testing.assert_array_equal(
        chao_digits([0, -0.4, 1.0, 1.0001, 5.15, 4.0000000000001]), [1, 1, 1, 2, 5, 4]
    )
    assert np.isnan(chao_digits([np.nan])).all()


def test_octave_jumps() -> None:
    assert count_octave_jumps([100, 205, 100, np.nan, 201, 200]) == 3
    assert count_octave_jumps([100, 200, 100]) == 0  # exactly 12 semitones is not more than 12
    table = contour().assign(f0=[110.0, 140.0, 69.0, np.nan, 200.0])
    made = f0_table = TValueF0().fit(table)
    counts = f0_table.statistics_.set_index("statistic")["value"]
    assert (counts["n_voiced"], counts["n_unvoiced"], counts["n_octave_jumps"]) == (4, 1, 2)
    assert any("2 octave-jump suspects" in text for text in made.warnings_)
    assert counts["min"] == 69.0  # one error sets the minimum: that is why the suspects are counted


def test_jumps_are_counted_within_tokens_and_in_order_of_time() -> None:
    two = pd.concat([contour(), contour().assign(id="t2", f0=np.array(F0) * 2.5)], ignore_index=True)
    shuffled = two.sample(frac=1.0, random_state=3)
    for table in (two, shuffled):
        counts = LogCentredF0().fit(table).statistics_.set_index("statistic")["value"]
        assert counts["n_octave_jumps"] == 0


def tones() -> pd.DataFrame:
    """Two tokens of a rising tone, one of a level one, three points each."""
    rows = []
    for token, (tone, values) in enumerate(
        [("2", (100, 120, 150)), ("2", (110, 130, 160)), ("1", (200, 200, 200))]
    ):
        for point, f0 in zip((0.2, 0.5, 0.8), values, strict=True):
            rows.append((f"t{token}", "A", tone, point, float(f0)))
    return pd.DataFrame(rows, columns=["id", "speaker", "tone", "prop_time", "f0"])


def test_balance_by_tone() -> None:
    rising = [(math.log(a) + math.log(b)) / 2 for a, b in ((100, 110), (120, 130), (150, 160))]
    level = [math.log(200)] * 3
    mean = (sum(rising) / 3 + sum(level) / 3) / 2
    made = LogCentredF0(balance="tone").fit(tones(), label="tone")
    assert made.statistics_["value"][0] == pytest.approx(mean, rel=1e-13)
    # Doubling the tokens of one tone changes nothing.
    extra = tones().query("tone == '1'").assign(id="t9")
    again = LogCentredF0(balance="tone").fit(pd.concat([tones(), extra]), label="tone")
    assert again.statistics_["value"][0] == pytest.approx(mean, rel=1e-13)
    token = LogCentredF0().fit(tones(), label="tone")
    assert abs(token.statistics_["value"][0] - mean) > 0.01
    z = LogZF0(balance="tone").fit(tones(), label="tone")
    cells = rising + level
    sd = math.sqrt(sum((v - sum(cells) / 6) ** 2 for v in cells) / 5)
    assert z.statistics_["value"][1] == pytest.approx(sd, rel=1e-12)
    t = TValueF0(extremes="tone_means").fit(tones(), label="tone").statistics_.set_index("statistic")["value"]
    assert t["min"] == pytest.approx(math.sqrt(100 * 110))
    assert t["max"] == pytest.approx(200)
    out = TValueF0(extremes="tone_means").fit_transform(tones(), label="tone")["f0_t"]
    assert out.min() < 0  # kept, not clipped
    median = SemitoneF0(balance="tone", reference="median").fit(tones(), label="tone")
    assert median.statistics_["value"][0] == pytest.approx(math.exp(np.median(cells)))


def test_unequal_points_are_reported_or_refused() -> None:
    table = tones().iloc[:-1]
    assert "from 2 to 3 samples" in LogZF0().fit(table, label="tone").warnings_[0]
    with pytest.raises(NormalizationError, match="from 2 to 3 samples"):
        LogZF0(balance="tone").fit(table, label="tone")
    with pytest.raises(NormalizationError, match="labels"):
        LogZF0(balance="tone").fit(table, label=None)


@pytest.mark.parametrize("key", F0_METHODS)
def test_speaker_without_voice_is_left_empty_or_refused(key: str) -> None:
    table = pd.concat([contour(), contour().assign(speaker="B", f0=np.nan)], ignore_index=True)
    made = F0_METHODS[key]().fit(table)
    out = made.transform(table)[key]
    assert out[:5].notna().all()
    assert out[5:].isna().all()
    assert any('speaker "B"' in text and "left empty" in text for text in made.warnings_)
    with pytest.raises(NormalizationError, match='speaker "B"'):
        F0_METHODS[key](few_tokens="error").fit(table)
    with pytest.raises(NormalizationError, match="zero, negative"):
        F0_METHODS[key]().fit(contour().assign(f0=[110, 0, 180, 220, 200]))


@pytest.mark.parametrize("key", ["f0_lz", "f0_t"])
def test_level_f0_has_no_range(key: str) -> None:
    made = F0_METHODS[key]().fit(contour().assign(f0=113.7))
    assert made.transform(contour())[key].isna().all()
    assert made.warnings_


def test_wrong_options() -> None:
    for wrong in (
        SemitoneF0(reference="mode"),
        SemitoneF0(reference=0.0),
        TValueF0(extremes="max"),
        TValueF0(balance="tone"),
        LogZF0(balance="vowel"),
        LogZF0(few_tokens="drop"),
    ):
        with pytest.raises(NormalizationError):
            wrong.fit(contour())


@settings(max_examples=20, deadline=None)
@given(k=st.floats(0.3, 3.0), f0=st.lists(st.floats(60.0, 500.0), min_size=3, max_size=12, unique=True))
def test_f0_scaling(k: float, f0: list[float]) -> None:
    """The by-speaker f0 methods are blind to a change of register; 100 Hz as reference is not."""
    if max(f0) / min(f0) < 1.001:
        return
    table = pd.DataFrame({"speaker": "A", "f0": f0})
    higher = table.assign(f0=table["f0"] * k)
    for key in F0_METHODS:
        normalizer = F0_METHODS[key]()
        np.testing.assert_allclose(
            normalizer.fit_transform(higher), normalizer.fit_transform(table), rtol=1e-6, atol=1e-6
        )
    fixed = SemitoneF0(reference=100.0)
    shift = fixed.fit_transform(higher) - fixed.fit_transform(table)
    np.testing.assert_allclose(shift, 12 * math.log2(k), atol=1e-9)
