"""Golden values of the toy speakers: the printed numbers, and closed forms written out here."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from toy_speakers import FORMANTS, lacking, toy, unbalanced

from w2vpraat.normalize import METHODS, formants, to_scale

TI, A, U = (300.0, 2300.0, 3000.0), (750.0, 1400.0, 2500.0), (320.0, 800.0, 2400.0)
F0 = (120.0, 110.0, 125.0)
ln = math.log
MEAN = [sum(column) / 3 for column in zip(TI, A, U, strict=True)]
SD = [
    math.sqrt(sum((value - mean) ** 2 for value in column) / 2)
    for mean, column in zip(MEAN, zip(TI, A, U, strict=True), strict=True)
]
LOG_MEAN = [sum(map(ln, column)) / 3 for column in zip(TI, A, U, strict=True)]
DF = sum(f / (i + 0.5) for token in (TI, A, U) for i, f in enumerate(token)) / 9


def bark(f: float) -> float:
    z = 26.81 * f / (1960 + f) - 0.53
    return z + 0.15 * (2 - z) if z < 2 else z


def each(formula: Any) -> list[list[float]]:
    return [[formula(f, i) for i, f in enumerate(token)] for token in (TI, A, U)]


S_LABOV = sum(ln(f) for token in (TI, A, U) for f in token[:2]) / 6
SR = 168 * (math.prod(F0) ** (1 / 3) / 168) ** (1 / 3)

# key, options, printed rows for i, a, u, closed form, tolerance of the print
TOY: list[tuple[str, dict[str, Any], list[list[float]], list[list[float]], float]] = [
    (
        "lobanov",
        {},
        [[-0.6162, 1.0596, 1.1406], [1.1538, -0.1325, -0.4148], [-0.5376, -0.9272, -0.7259]],
        each(lambda f, i: (f - MEAN[i]) / SD[i]),
        5e-5,
    ),
    (
        "lobanov_balanced",
        {},
        [[-0.6162, 1.0596, 1.1406], [1.1538, -0.1325, -0.4148], [-0.5376, -0.9272, -0.7259]],
        each(lambda f, i: (f - MEAN[i]) / SD[i]),
        5e-5,
    ),
    (
        "nearey1",
        {},
        [[-0.3269, 0.5175, 0.1352], [0.5893, 0.0211, -0.0472], [-0.2624, -0.5386, -0.0880]],
        each(lambda f, i: ln(f) - LOG_MEAN[i]),
        5e-5,
    ),
    (
        "nearey2",
        {},
        [[-1.3379, 0.6990, 0.9647], [-0.4216, 0.2025, 0.7823], [-1.2734, -0.3571, 0.7415]],
        each(lambda f, i: ln(f) - sum(LOG_MEAN) / 3),
        5e-5,
    ),
    (
        "nearey2",
        {"formants": ("F1", "F2")},
        [[-0.9232, 1.1137], [-0.0069, 0.6173], [-0.8586, 0.0577]],
        [[ln(f) - sum(LOG_MEAN[:2]) / 2 for f in token[:2]] for token in (TI, A, U)],
        5e-5,
    ),
    (
        "nearey2_regression",
        {},
        [[-1.3379, 0.6990, 0.9647], [-0.4216, 0.2025, 0.7823], [-1.2734, -0.3571, 0.7415]],
        each(lambda f, i: ln(f) - sum(LOG_MEAN) / 3),
        5e-5,
    ),
    (
        "deltaf",
        {},
        [[0.3034, 2.3258, 3.0337], [0.7584, 1.4157, 2.5281], [0.3236, 0.8090, 2.4270]],
        each(lambda f, i: f / DF),
        5e-5,
    ),
    (
        "watt_fabricius",
        {"corners": ("i", "a")},
        [[0.6667, 1.7250], [1.6667, 1.0500], [0.7111, 0.6000]],
        [[t[0] / ((300 + 750 + 300) / 3), t[1] / ((2300 + 1400 + 300) / 3)] for t in (TI, A, U)],
        5e-5,
    ),
    (
        "watt_fabricius_mod",
        {"corners": ("i", "a")},
        [[0.6667, 1.7692], [1.6667, 1.0769], [0.7111, 0.6154]],
        [[t[0] / ((300 + 750 + 300) / 3), t[1] / ((2300 + 300) / 2)] for t in (TI, A, U)],
        5e-5,
    ),
    (
        "mean_ratio",
        {},
        [[0.6569, 1.5333, 1.1392], [1.6423, 0.9333, 0.9494], [0.7007, 0.5333, 0.9114]],
        each(lambda f, i: f / MEAN[i]),
        5e-5,
    ),
    (
        "gerstman",
        {},
        [[0, 999.0, 999.0], [999.0, 399.6, 166.5], [44.4, 0, 0]],
        each(lambda f, i: 999 * (f - (300, 800, 2400)[i]) / (450, 1500, 600)[i]),
        5e-4,
    ),
    (
        "bark_difference",
        {},
        [[12.6569, 1.7408, 10.9160], [7.6083, 3.8572, 3.7511], [10.9950, 6.9868, 4.0082]],
        [[bark(t[2]) - bark(t[0]), bark(t[2]) - bark(t[1]), bark(t[1]) - bark(t[0])] for t in (TI, A, U)],
        5e-5,
    ),
    (
        "syrdal_gopal",
        {},
        [[1.8646, 1.7408], [5.8293, 3.8572], [2.0171, 6.9868]],
        [[bark(t[0]) - bark(f0), bark(t[2]) - bark(t[1])] for t, f0 in zip((TI, A, U), F0, strict=True)],
        5e-5,
    ),
    (
        "labov",
        {},
        [[392.961, 3012.699], [982.402, 1833.817], [419.158, 1047.895]],
        [[f * math.exp(6.896874 - S_LABOV) for f in token[:2]] for token in (TI, A, U)],
        5e-4,
    ),
    (
        "miller",
        {},
        [[0.6971, 2.0369, 0.2657], [1.6134, 0.6242, 0.5798], [0.7616, 0.9163, 1.0986]],
        [[ln(t[0] / SR), ln(t[1] / t[0]), ln(t[2] / t[1])] for t in (TI, A, U)],
        5e-5,
    ),
    (
        "nordstrom_lindblom",
        {},
        [[0.3000, 2.3000, 3.0000], [0.7500, 1.4000, 2.5000], [0.3200, 0.8000, 2.4000]],
        each(lambda f, i: f / (2500 / 2.5)),
        5e-5,
    ),
    (
        "c_cure",
        {},
        [
            [-156.6667, 800.0000, 366.6667],
            [293.3333, -100.0000, -133.3333],
            [-136.6667, -700.0000, -233.3333],
        ],
        each(lambda f, i: f - MEAN[i]),
        5e-5,
    ),
]

COLUMNS = {
    "lobanov": ["F1_z", "F2_z", "F3_z"],
    "lobanov_balanced": ["F1_lob2", "F2_lob2", "F3_lob2"],
    "nearey1": ["F1_lm1", "F2_lm1", "F3_lm1"],
    "nearey2": ["F1_lm", "F2_lm", "F3_lm"],
    "nearey2_regression": ["F1_lmr", "F2_lmr", "F3_lmr"],
    "deltaf": ["F1_df", "F2_df", "F3_df"],
    "watt_fabricius": ["F1_wf", "F2_wf"],
    "watt_fabricius_mod": ["F1_mwf", "F2_mwf"],
    "mean_ratio": ["F1_mr", "F2_mr", "F3_mr"],
    "bark_difference": ["z3_z1", "z3_z2", "z2_z1"],
    "syrdal_gopal": ["z1_z0", "z3_z2"],
    "gerstman": ["F1_g", "F2_g", "F3_g"],
    "labov": ["F1_labov", "F2_labov"],
    "miller": ["ln_f1_sr", "ln_f2_f1", "ln_f3_f2"],
    "nordstrom_lindblom": ["F1_nl", "F2_nl", "F3_nl"],
    "c_cure": ["F1_c", "F2_c", "F3_c"],
}


def test_every_method_has_golden_values_and_columns() -> None:
    assert set(METHODS) == {row[0] for row in TOY} == set(COLUMNS)


@pytest.mark.parametrize(("key", "options", "printed", "closed", "atol"), TOY)
def test_toy_speaker(
    key: str,
    options: dict[str, Any],
    printed: list[list[float]],
    closed: list[list[float]],
    atol: float,
) -> None:
    made = getattr(formants, key)(toy(), **options)
    width = len(printed[0])
    assert list(made.columns) == COLUMNS[key][:width]
    assert list(made.index) == ["t1", "t2", "t3"]
    np.testing.assert_allclose(made, printed, rtol=0, atol=atol * 1.01)
    np.testing.assert_allclose(made, closed, rtol=1e-12, atol=1e-10)


def statistics(normalizer: Any) -> dict[tuple[str, str, str], float]:
    table = normalizer.statistics_
    return {
        (str(row.speaker), row.statistic, row.formant): row.value for row in table.itertuples(index=False)
    }


def test_toy_constants() -> None:
    found = statistics(METHODS["lobanov"]().fit(toy()))
    for formant, mean, sd in zip(
        FORMANTS, (456.6667, 1500, 2633.3333), (254.2309, 754.9834, 321.4550), strict=True
    ):
        assert found["A", "mean", formant] == pytest.approx(mean, abs=5e-5)
        assert found["A", "sd", formant] == pytest.approx(sd, abs=5e-5)
    assert statistics(METHODS["deltaf"]().fit(toy()))["A", "delta_f", "F1,F2,F3"] == pytest.approx(988.888889)
    # F3 in or out changes the constant; the set is part of the name.
    two = METHODS["deltaf"](formants=("F1", "F2")).fit(toy())
    assert statistics(two)["A", "delta_f", "F1,F2"] == pytest.approx(956.666667)
    wf = METHODS["watt_fabricius"](corners=("i", "a")).fit(toy())  # type: ignore[call-arg]
    assert statistics(wf) == {("A", "S", "F1"): pytest.approx(450), ("A", "S", "F2"): pytest.approx(4000 / 3)}
    mod = METHODS["watt_fabricius_mod"](corners=("i", "a")).fit(toy())  # type: ignore[call-arg]
    assert statistics(mod)["A", "S", "F2"] == pytest.approx(1300)
    labov = METHODS["labov"]().fit(toy())
    s = statistics(labov)["A", "log_mean", "F1,F2"]
    assert s == pytest.approx(6.626947, abs=5e-7)
    assert math.exp(labov.record()["g"] - s) == pytest.approx(1.309869, abs=5e-7)
    miller = statistics(METHODS["miller"]().fit(toy()))
    assert miller["A", "gm_f0", "f0"] == pytest.approx(118.1666, abs=5e-5)
    assert miller["A", "sr", "f0"] == pytest.approx(149.4070, abs=5e-5)
    assert statistics(METHODS["nordstrom_lindblom"]().fit(toy()))["A", "k", "F1,F2,F3"] == pytest.approx(1000)
    z0 = [to_scale(f0, "bark_traunmuller") for f0 in F0]
    np.testing.assert_allclose(z0, [1.1642, 1.0605, 1.2157], atol=5e-5)


def test_comparison_only_formulas_follow_from_ours() -> None:
    table = toy()
    # Sussman 1986: ln F minus the token's own mean of ln F.
    logs = np.log(table[list(FORMANTS)])
    sussman = logs.sub(logs.mean(axis=1), axis=0)
    np.testing.assert_allclose(
        sussman,
        [[-1.4465, 0.5904, 0.8561], [-0.6094, 0.0148, 0.5946], [-0.9771, -0.0608, 1.0378]],
        atol=5e-5,
    )
    # Each token as its own speaker: Nearey 2 is then Sussman's.
    alone = formants.nearey2(table.assign(speaker=["t1", "t2", "t3"]))
    np.testing.assert_allclose(alone, sussman, atol=1e-12)
    # Peterson 1951, Fi / F3, is the ratio of two columns of any uniform scaling.
    made = formants.deltaf(table)
    peterson = made[["F1_df", "F2_df"]].div(made["F3_df"], axis=0)
    np.testing.assert_allclose(peterson, [[0.1, 0.7667], [0.3, 0.56], [0.1333, 0.3333]], atol=5.1e-5)


UNBALANCED_ROWS = [0, 4, 5]  # token 1 (i), a, u


@pytest.mark.parametrize(
    ("balance", "mean", "sd", "z"),
    [
        (
            "token",
            [378.3333, 1900.0, 2816.6667],
            [182.3641, 648.8451, 287.5181],
            [[-0.4844, 0.6935, 0.8115], [2.0380, -0.7706, -1.1014], [-0.3199, -1.6953, -1.4492]],
        ),
        (
            "vowel",
            [456.6667, 1500.0, 2633.3333],
            [254.2309, 754.9834, 321.4550],
            [[-0.6556, 1.1259, 1.2962], [1.1538, -0.1325, -0.4148], [-0.5376, -0.9272, -0.7259]],
        ),
    ],
)
def test_unbalanced_lobanov(balance: str, mean: list[float], sd: list[float], z: list[list[float]]) -> None:
    made = METHODS["lobanov"](balance=balance).fit(unbalanced())
    found = statistics(made)
    np.testing.assert_allclose([found["A", "mean", f] for f in FORMANTS], mean, atol=5e-5)
    np.testing.assert_allclose([found["A", "sd", f] for f in FORMANTS], sd, atol=5e-5)
    np.testing.assert_allclose(made.transform(unbalanced()).iloc[UNBALANCED_ROWS], z, atol=5e-5)
    if balance == "vowel":
        two = formants.lobanov_balanced(unbalanced())
        np.testing.assert_array_equal(two, made.transform(unbalanced()))


@pytest.mark.parametrize(
    ("key", "statistic", "token", "vowel"),
    [("nearey2", "log_mean", 7.095883, 7.041650), ("deltaf", "delta_f", 1050.0, 988.888889)],
)
def test_unbalanced_shared_constants(key: str, statistic: str, token: float, vowel: float) -> None:
    for balance, expected in (("token", token), ("vowel", vowel)):
        made = METHODS[key](balance=balance).fit(unbalanced())
        assert statistics(made)["A", statistic, "F1,F2,F3"] == pytest.approx(expected, abs=5e-7 * expected)


def test_unbalanced_gerstman() -> None:
    token = formants.gerstman(unbalanced(), balance="token").iloc[UNBALANCED_ROWS]
    np.testing.assert_allclose(token.iloc[0], [0, 999, 999], atol=5e-3)
    np.testing.assert_allclose(token.iloc[1], [999, 386.71, 153.69], atol=5e-3)
    vowel = formants.gerstman(unbalanced()).iloc[UNBALANCED_ROWS]
    np.testing.assert_allclose(vowel.iloc[0], [-22.20, 1032.30, 1082.25], atol=5e-3)
    np.testing.assert_allclose(vowel.iloc[1], [999, 399.60, 166.50], atol=5e-3)
    soft = METHODS["gerstman"](balance="token", percentile=2.0).fit(unbalanced())  # type: ignore[call-arg]
    expected = np.percentile(unbalanced()["F1"], [2, 98])
    found = statistics(soft)
    np.testing.assert_allclose([found["A", "min", "F1"], found["A", "max", "F1"]], expected, rtol=1e-12)


def test_speaker_who_lacks_a_vowel() -> None:
    table = lacking()
    regression = METHODS["nearey2_regression"]().fit(table)
    found = statistics(regression)
    a, b = found["A", "log_mean", "F1,F2,F3"], found["B", "log_mean", "F1,F2,F3"]
    assert (a, b) == (pytest.approx(7.041702, abs=5e-7), pytest.approx(7.224024, abs=5e-7))
    assert b - a == pytest.approx(ln(1.2), abs=1e-12)
    made = regression.transform(table)
    plain_a = formants.nearey2(toy())
    np.testing.assert_allclose(made.iloc[3:5], plain_a.iloc[:2], atol=1e-12)
    plain = METHODS["nearey2"]().fit(table)
    found = statistics(plain)
    a, b = found["A", "log_mean", "F1,F2,F3"], found["B", "log_mean", "F1,F2,F3"]
    assert (a, b) == (pytest.approx(7.041702, abs=5e-7), pytest.approx(7.372182, abs=5e-7))
    assert b - a == pytest.approx(0.330480, abs=5e-7)
    np.testing.assert_allclose(plain.transform(table).iloc[3], [-1.4861, 0.5508, 0.8165], atol=5e-5)
    found = statistics(METHODS["deltaf"]().fit(table))
    ratio = found["B", "delta_f", "F1,F2,F3"] / found["A", "delta_f", "F1,F2,F3"]
    assert ratio == pytest.approx(1.368539, abs=5e-7)


def test_regression_is_the_least_squares_fit() -> None:
    """Against the design matrix written out, with sum-to-zero contrasts, on an unbalanced corpus."""
    generator = np.random.default_rng(4)
    rows = [
        (speaker, label, *np.exp(generator.normal([6.2, 7.3, 7.8], 0.2)))
        for speaker in "ABCD"
        for label in "iaueo"
        for _ in range(generator.integers(0, 4))
    ]
    table = pd.DataFrame(rows, columns=["speaker", "label", *FORMANTS])
    table.loc[table.index[::7], "F3"] = np.nan
    long = table.melt(["speaker", "label"], list(FORMANTS), "formant", "hz").dropna()
    long["y"] = np.log(long["hz"])
    cells = long.groupby(["speaker", "label", "formant"])["y"].mean().reset_index()
    cells["cell"] = cells["label"] + cells["formant"]
    names = sorted(cells["cell"].unique())
    speakers = sorted(cells["speaker"].unique())
    design = np.zeros((len(cells), len(speakers) + len(names) - 1))
    for row, (speaker, cell) in enumerate(zip(cells["speaker"], cells["cell"], strict=True)):
        design[row, speakers.index(speaker)] = 1
        if cell == names[-1]:
            design[row, len(speakers) :] = -1
        else:
            design[row, len(speakers) + names.index(cell)] = 1
    expected = np.linalg.lstsq(design, cells["y"].to_numpy(), rcond=None)[0][: len(speakers)]
    made = METHODS["nearey2_regression"]().fit(table)
    found = statistics(made)
    np.testing.assert_allclose(
        [found[name, "log_mean", "F1,F2,F3"] for name in speakers], expected, rtol=1e-11
    )
