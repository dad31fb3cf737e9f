"""What other packages give for the toy speaker: our options for it, or the known way from ours to theirs."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from toy_speakers import FORMANTS, corpus, lacking, toy

from w2vpraat.errors import NormalizationError
from w2vpraat.normalize import (
    METHODS,
    DeltaF,
    Labov,
    Lobanov,
    Nearey2,
    WattFabricius,
    formants,
    to_scale,
)


def check(found: Any, printed: list[list[float]], atol: float = 5.01e-5) -> None:
    np.testing.assert_allclose(np.asarray(found), printed, rtol=0, atol=atol)


def test_vowels_lobanov_repeats_missing_glides() -> None:
    # n doubles, so n-1 of 2n tokens stands for n-1 of n: our z times sqrt((2n - 1) / (2n - 2)).
    ours = formants.lobanov(toy(), formants=("F1", "F2"))
    check(ours * math.sqrt(5 / 4), [[-0.6890, 1.1847], [1.2900, -0.1481], [-0.6010, -1.0366]])
    doubled = formants.lobanov(toy().loc[["t1", "t2", "t3"] * 2], formants=("F1", "F2")).iloc[:3]
    check(doubled, [[-0.6890, 1.1847], [1.2900, -0.1481], [-0.6010, -1.0366]])


def test_fave_rescales_ours() -> None:
    z = formants.lobanov(toy())
    fave = np.column_stack([650 + 150 * z["F1_z"], 1700 + 420 * z["F2_z"]])
    assert np.round(fave).tolist() == [[558, 2145], [823, 1644], [569, 1311]]


def test_sd_is_never_over_n() -> None:
    table = toy()[list(FORMANTS)]
    wrong = (table - table.mean()) / table.std(ddof=0)
    check(
        wrong,
        [[-0.7547, 1.2978, 1.3970], [1.4131, -0.1622, -0.5080], [-0.6584, -1.1355, -0.8890]],
    )
    assert np.abs(formants.lobanov(toy()).to_numpy() - wrong.to_numpy()).max() > 0.2


def test_vowels_nearey_returns_exp() -> None:
    check(
        np.exp(formants.nearey1(toy(), formants=("F1", "F2"))),
        [[0.7211, 1.6778], [1.8028, 1.0213], [0.7692, 0.5836]],
    )
    check(
        np.exp(formants.nearey2(toy(), formants=("F1", "F2"))),
        [[0.3973, 3.0457], [0.9932, 1.8539], [0.4237, 1.0594]],
    )


def test_phonr_shared_log_mean_takes_f0_in() -> None:
    check(
        formants.nearey2(toy(), formants=("f0", "F1", "F2", "F3")),
        [
            [-1.6868, -0.7705, 1.2664, 1.5321],
            [-1.7738, 0.1458, 0.7699, 1.3497],
            [-1.6460, -0.7060, 0.2103, 1.3089],
        ],
    )


def test_adank_sums_the_log_means() -> None:
    """Eq. 9 of Adank et al. 2004 has three times the constant; ours is the mean."""
    value = Nearey2().fit(toy()).statistics_["value"][0]
    assert 3 * value == pytest.approx(float(np.log(toy()[list(FORMANTS)]).mean().sum()), rel=1e-12)


def test_labov_in_vowels() -> None:
    # geomean=TRUE takes the geometric mean of the logarithms: not ours.
    logs = np.log(toy()[["F1", "F2"]].to_numpy())
    geometric = math.exp(np.log(logs).mean())
    factor = math.exp(6.896874 - geometric)
    assert factor == pytest.approx(1.363958, abs=5e-7)
    check(
        toy()[["F1", "F2"]] * factor,
        [[409.187, 3137.102], [1022.968, 1909.541], [436.466, 1091.166]],
        5.1e-4,
    )
    assert float(formants.labov(toy()).iloc[0, 0]) == pytest.approx(392.961, abs=5e-4)
    # geomean=FALSE, use.f3=TRUE is.
    check(
        Labov(formants=FORMANTS).fit_transform(toy()),
        [
            [259.551, 1989.894, 2595.513],
            [648.878, 1211.240, 2162.928],
            [276.855, 692.137, 2076.411],
        ],
        5.1e-4,
    )


def test_visvow_mixes_two_means_in_labov() -> None:
    """Arithmetic G with geometric S gives one speaker a factor of 1.0413; ours is exactly 1."""
    logs = np.log(toy()[["F1", "F2"]].to_numpy())
    assert math.exp(logs.mean() - math.exp(np.log(logs).mean())) == pytest.approx(1.0413, abs=5e-5)
    own = Labov(g="corpus").fit_transform(toy())
    np.testing.assert_allclose(own, toy()[["F1", "F2"]], rtol=1e-14)


def test_labov_g_of_the_corpus_is_the_mean_over_all_values() -> None:
    table = corpus()
    g = Labov(g="corpus").fit(table).record()["g"]
    assert g == pytest.approx(np.log(table[["F1", "F2"]].to_numpy()).mean(), rel=1e-12)
    table.loc[table["speaker"] == "m1", "F2"] = np.nan
    g = Labov(g="corpus").fit(table).record()["g"]
    assert g == pytest.approx(np.nanmean(np.log(table[["F1", "F2"]].to_numpy())), rel=1e-12)


def test_watt_fabricius_elsewhere() -> None:
    f = toy()[["F1", "F2"]]
    means = {"i": (300, 2300), "a": (750, 1400), "u": (320, 800)}
    # phonR: u = the lowest vowel mean of F2.
    s = ((300 + 750 + 300) / 3, (2300 + 1400 + 800) / 3)
    check(f / s, [[0.6667, 1.5333], [1.6667, 0.9333], [0.7111, 0.5333]])
    # visvow "Bigham".
    low1, high1 = min(m[0] for m in means.values()), max(m[0] for m in means.values())
    low2, high2 = min(m[1] for m in means.values()), max(m[1] for m in means.values())
    s = ((2 * low1 + 2 * high1) / 4, (high2 + 2 * low2 + means["a"][1]) / 4)
    assert s == (525, 1325)
    check(f / s, [[0.5714, 1.7358], [1.4286, 1.0566], [0.6095, 0.6038]])
    # Ours: named corners, or those of R's vowels with a warning; equal here.
    named = WattFabricius(corners=("i", "a")).fit(toy())
    automatic = WattFabricius().fit(toy())
    assert named.warnings_ == ()
    assert "chosen automatically: F1 of i, F2 of i for FLEECE; a for TRAP" in automatic.warnings_[0]
    np.testing.assert_allclose(automatic.transform(toy()), named.transform(toy()))


def test_automatic_corner_may_be_two_vowels() -> None:
    table = toy()
    table.loc["t3", "F1"] = 290.0  # now u has the lowest F1, i still the highest F2
    made = WattFabricius().fit(table)
    assert "F1 of u, F2 of i for FLEECE" in made.warnings_[0]
    s = made.statistics_.set_index("formant")["value"]
    assert s["F1"] == pytest.approx((290 + 750 + 290) / 3)
    assert s["F2"] == pytest.approx((2300 + 1400 + 290) / 3)


def test_tidynorm_names() -> None:
    ours = formants.mean_ratio(toy())
    table = toy()[list(FORMANTS)]
    np.testing.assert_allclose(ours, table / table.mean())
    made = METHODS["mean_ratio"]().fit(toy())
    assert any("not Watt & Fabricius" in text for text in made.warnings_)
    bark = formants.bark_difference(toy())
    check(
        np.column_stack([-bark["z3_z1"], -bark["z3_z2"], 0 * bark["z3_z2"]]),
        [[-12.6569, -1.7408, 0], [-7.6083, -3.8572, 0], [-10.9950, -6.9868, 0]],
    )


def test_visvow_thomas_and_kendall() -> None:
    z = {name: to_scale(toy()[name], "bark_traunmuller") for name in ("f0", *FORMANTS)}
    check(
        np.column_stack([z["f0"] - z["F3"], z["F1"] - z["F3"], z["F2"] - z["F3"]]),
        [[-14.5215, -12.6569, -1.7408], [-13.4375, -7.6083, -3.8572], [-13.0121, -10.9950, -6.9868]],
    )


def test_end_corrections_are_named() -> None:
    plain = formants.syrdal_gopal(toy(), scale="bark_traunmuller_plain")
    assert list(plain.columns) == ["z1_z0_bark_traunmuller_plain", "z3_z2_bark_traunmuller_plain"]
    check(plain, [[2.0121, 1.7408], [5.9951, 3.8572], [2.1555, 6.9868]])
    for scale in ("hz", "erb_praat", "mel_fant", "ln"):
        with pytest.raises(NormalizationError, match="difference in Bark"):
            formants.bark_difference(toy(), scale=scale)


def test_missing_values_do_not_spread() -> None:
    """phonR's grouped log-mean turns one NaN into a speaker of NaN."""
    table = toy()
    table.loc["t1", "F2"] = np.nan
    for key in ("nearey1", "nearey2", "lobanov", "deltaf"):
        out = METHODS[key]().fit_transform(table)
        assert out.isna().sum().sum() == 1, key
    made = Nearey2().fit(table)
    assert "F2 missing for 1 of 3 tokens" in made.warnings_[0]
    present = np.log(table[list(FORMANTS)].to_numpy())
    assert made.statistics_["value"][0] == pytest.approx(np.nanmean(present), rel=1e-14)
    made_delta = DeltaF().fit(table)
    assert "F2 missing for 1 of 3 tokens" in made_delta.warnings_[0]
    assert made_delta.statistics_["value"][0] == pytest.approx(
        np.nanmean(table[list(FORMANTS)].to_numpy() / [0.5, 1.5, 2.5]), rel=1e-14
    )


def test_formant_set_that_differs_between_speakers_is_said() -> None:
    table = corpus()
    table.loc[table["speaker"] == "w1", "F3"] = np.nan
    made = Nearey2().fit(table)
    assert any('speaker "w1": no F3 at all: its formant set differs' in text for text in made.warnings_)
    assert made.record()["formants"] == ["F1", "F2", "F3"]


FEW = toy().iloc[:1]


@pytest.mark.parametrize(
    ("key", "table", "reason"),
    [
        ("lobanov", FEW, "at least 2 are needed"),
        ("lobanov", toy().assign(F1=500.0), "sd = 0"),
        ("lobanov_balanced", toy().assign(label="i"), "1 vowel types, at least 2"),
        ("nearey1", toy().assign(F1=np.nan), "no token with F1"),
        ("nearey2", toy().assign(F1=np.nan, F2=np.nan, F3=np.nan), "no token"),
        ("deltaf", toy().assign(F1=np.nan, F2=np.nan, F3=np.nan), "no token"),
        ("labov", toy().assign(F1=np.nan, F2=np.nan), "no token"),
        ("mean_ratio", toy().assign(F3=np.nan), "no token with F3"),
        ("c_cure", toy().assign(F3=np.nan), "no token with F3"),
        ("gerstman", toy().assign(F2=1500.0), "max = min"),
        ("bark_difference", toy().assign(F3=np.nan), "F3 missing"),
        ("syrdal_gopal", toy().assign(f0=np.nan), "f0 missing"),
        ("miller", toy().assign(f0=np.nan), "no f0"),
        ("nordstrom_lindblom", toy().assign(F1=400.0), "no token with F1 above 600 Hz"),
        ("watt_fabricius", FEW, "can't be chosen from 1 vowel types"),
        ("watt_fabricius_mod", FEW, "can't be chosen from 1 vowel types"),
        ("nearey2_regression", toy().assign(F1=np.nan, F2=np.nan, F3=np.nan), "no token"),
    ],
)
def test_refusals(key: str, table: Any, reason: str) -> None:
    made = METHODS[key]().fit(table)
    assert any(reason in text and "left empty" in text for text in made.warnings_)
    assert made.transform(table).isna().any(axis=None)
    with pytest.raises(NormalizationError, match=reason):
        METHODS[key](few_tokens="error").fit(table)
    # The other speakers keep their values.
    other = corpus()
    both = made.fit_transform(other)
    assert both.notna().all(axis=None)


def test_refusal_of_one_formant_keeps_the_others() -> None:
    out = Lobanov().fit_transform(toy().assign(F3=np.nan))
    assert out["F3_z"].isna().all()
    assert out[["F1_z", "F2_z"]].notna().all(axis=None)


def test_named_corner_that_a_speaker_lacks() -> None:
    made = WattFabricius(corners=("i", "u")).fit(lacking())
    out = made.transform(lacking())
    assert out.iloc[:3].notna().all(axis=None)
    assert out.iloc[3:].isna().all(axis=None)
    assert made.warnings_ == ('Watt & Fabricius: speaker "B": corner vowel u is missing; cells left empty',)


def test_speakers_who_share_no_vowel() -> None:
    table = corpus().assign(label=lambda t: np.where(t["speaker"] == "w2", t["label"] + "x", t["label"]))
    made = METHODS["nearey2_regression"]().fit(table)
    out = made.transform(table)
    assert out[table["speaker"] == "w2"].isna().all(axis=None)
    assert out[table["speaker"] != "w2"].notna().all(axis=None)
    assert any("shares no vowel" in text for text in made.warnings_)
    with pytest.raises(NormalizationError, match="shares no vowel"):
        METHODS["nearey2_regression"](few_tokens="error").fit(table)
    two = table[table["speaker"] != "m1"]
    with pytest.raises(NormalizationError, match="2 groups that share no vowel"):
        METHODS["nearey2_regression"]().fit(two)


@pytest.mark.parametrize(
    ("key", "table", "text"),
    [
        ("lobanov", toy(), "only 3 tokens (fewer than 10)"),
        ("lobanov", toy().assign(label=["i", "i", "u"]), "only 2 vowel types (fewer than 3)"),
        ("lobanov_balanced", toy(), "1 token only of a, i, u"),
        ("nearey1", toy(), "only 3 tokens (fewer than 5)"),
        ("deltaf", toy().assign(F3=[3000, np.nan, 2400]), "F3 missing for 1 of 3 tokens"),
        ("gerstman", toy().assign(label=["i", "i", "u"]), "only 2 vowel types (fewer than 3)"),
        ("nordstrom_lindblom", toy(), "only 1 tokens with F1 above 600 Hz"),
        ("nearey2_regression", toy().iloc[:2], "only 2 vowel types (fewer than 3)"),
        ("bark_difference", toy().assign(F3=[3000, np.nan, 2400]), "F3 missing for 1 of 3 tokens"),
        ("lobanov", toy().drop(columns="label"), 'no column "label"'),
    ],
)
def test_warnings(key: str, table: Any, text: str) -> None:
    assert any(text in warning for warning in METHODS[key]().fit(table).warnings_)


def test_a_full_speaker_gives_no_warning() -> None:
    for key in ("lobanov", "nearey1", "nearey2", "deltaf", "gerstman", "labov", "miller", "c_cure"):
        assert METHODS[key]().fit(corpus()).warnings_ == (), key


@pytest.mark.parametrize("key", ["lobanov_balanced", "watt_fabricius", "gerstman", "nearey2_regression"])
def test_methods_on_vowel_means_need_labels(key: str) -> None:
    with pytest.raises(NormalizationError, match="label"):
        METHODS[key]().fit(toy(), label=None)
    with pytest.raises(NormalizationError, match="label"):
        METHODS[key]().fit(toy().drop(columns="label"))
    with pytest.raises(NormalizationError, match="1 of 3 rows have no label"):
        METHODS[key]().fit(toy().assign(label=["i", None, "u"]))


def test_deltaf_reads_the_formant_number_from_the_name() -> None:
    two = DeltaF(formants=("F2", "F3")).fit(toy())
    expected = (toy()[["F2", "F3"]] / [1.5, 2.5]).to_numpy().mean()
    assert two.statistics_["value"][0] == pytest.approx(expected, rel=1e-14)
    renamed = toy().rename(columns={"F1": "first", "F2": "second", "F3": "third"})
    by_place = DeltaF(formants=("first", "second", "third")).fit(renamed)
    assert by_place.statistics_["value"][0] == pytest.approx(988.8888889)


def test_scales_before_the_procedure_stand_in_the_name() -> None:
    for scale in ("bark_traunmuller", "erb_praat", "mel_fant", "ln", "semitone"):
        out = formants.lobanov(toy(), scale=scale)
        assert list(out.columns) == [f"{name}_{scale}_z" for name in FORMANTS]
        z = to_scale(toy()[list(FORMANTS)], scale)
        np.testing.assert_allclose(out, (z - z.mean(axis=0)) / z.std(axis=0, ddof=1), rtol=1e-12)
        assert Lobanov(scale=scale).fit(toy()).record()["scale"] == scale
    # C-CuRE on ln F is Nearey 1, of which it is the logarithmic form.
    np.testing.assert_allclose(formants.c_cure(toy(), scale="ln"), formants.nearey1(toy()), atol=1e-12)


@pytest.mark.parametrize("key", ["nearey1", "nearey2", "nearey2_regression", "deltaf", "labov", "miller"])
def test_methods_on_hz_refuse_scales(key: str) -> None:
    with pytest.raises(NormalizationError, match="works on Hz"):
        METHODS[key](scale="bark_traunmuller").fit(toy())
    with pytest.raises(NormalizationError, match="unknown frequency scale"):
        METHODS[key](scale="bark").fit(toy())


@pytest.mark.parametrize("key", ["mean_ratio", "watt_fabricius", "watt_fabricius_mod"])
def test_ratios_refuse_interval_scales(key: str) -> None:
    for scale in ("semitone", "ln"):
        with pytest.raises(NormalizationError, match="ratios"):
            METHODS[key](scale=scale).fit(toy())
    METHODS[key](scale="bark_traunmuller").fit(toy())


def test_wrong_options() -> None:
    for wrong in (
        Lobanov(formants="F1"),
        Lobanov(formants=()),
        Lobanov(formants=("F1", "F1")),
        Lobanov(balance="speaker"),
        Lobanov(unknown_speaker="skip"),
        Lobanov(point="median"),
        Lobanov(point=1.5),
        METHODS["lobanov_balanced"](balance="token"),
        METHODS["gerstman"](percentile=60.0),  # type: ignore[call-arg]
        Labov(g="atlas"),
        Labov(g=float("nan")),
        WattFabricius(corners=("i",)),
        WattFabricius(corners="ia"),
        WattFabricius(formants=FORMANTS),
        Nearey2(also=("F1",)),
        METHODS["bark_difference"](formants=("F1", "F2")),
        METHODS["nordstrom_lindblom"](formants=("F1", "F2")),
    ):
        with pytest.raises(NormalizationError):
            wrong.fit(toy())
