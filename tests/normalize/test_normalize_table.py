from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from toy_speakers import FORMANTS, corpus, toy

from w2vpraat.errors import NormalizationError
from w2vpraat.normalize import (
    METHODS,
    check_normalize_params,
    f0_lz,
    f0_t,
    formant_representation,
    formants,
    make_method,
    normalize_table,
    to_scale,
)
from w2vpraat.params import NormalizeParams

ALL = NormalizeParams(
    methods=tuple(METHODS), f0_methods=("f0_st", "f0_lz", "f0_t", "f0_lc"), corners=("i", "a")
)


def tracks() -> pd.DataFrame:
    parts = []
    for prop, factor in ((0.2, 0.9), (0.5, 1.02), (0.8, 1.08)):
        part = corpus()
        part[list(FORMANTS)] *= factor
        parts.append(part.assign(prop_time=prop))
    return pd.concat(parts, ignore_index=True)


def test_defaults() -> None:
    table = corpus()
    made = normalize_table(table)
    new = [f"{name}{suffix}" for suffix in ("_z", "_lm", "_df") for name in FORMANTS] + ["f0_lz", "f0_t"]
    assert list(made.table.columns) == [*table.columns, *new]
    pd.testing.assert_frame_equal(made.table[list(table.columns)], table)
    pd.testing.assert_frame_equal(made.table[["F1_z", "F2_z", "F3_z"]], formants.lobanov(table))
    pd.testing.assert_frame_equal(made.table[["f0_lz"]], f0_lz(table))
    assert [record["method"] for record in made.records] == ["lobanov", "nearey2", "deltaf", "f0_lz", "f0_t"]
    assert made.records[0]["columns"] == ["F1_z", "F2_z", "F3_z"]
    assert made.warnings == ()


def test_every_method_at_once() -> None:
    made = normalize_table(corpus(), ALL, token_filter="all vowels")
    assert json.loads(json.dumps(made.records)) == made.records
    assert all(record["token_filter"] == "all vowels" for record in made.records)
    assert made.table.notna().all(axis=None)
    for record in made.records:
        if record["method"] in METHODS:
            options = {"corners": ("i", "a")} if record["method"].startswith("watt") else {}
            expected = getattr(formants, record["method"])(corpus(), **options)
            pd.testing.assert_frame_equal(made.table[record["columns"]], expected)
    assert any("not Watt & Fabricius" in text for text in made.warnings)


def test_settings_reach_the_methods() -> None:
    params = NormalizeParams(
        methods=tuple(METHODS), balance="vowel", few_tokens="error", formants=("F2", "F1", "F3")
    )
    for key in METHODS:
        made = make_method(key, params)
        assert made.few_tokens == "error"
        assert made.balance == ("token" if key in ("bark_difference", "syrdal_gopal") else "vowel")
    assert make_method("watt_fabricius", params).formants == ("F1", "F2")
    assert make_method("labov", params).formants == ("F1", "F2")
    # Methods on vowel means keep their unit under the default balance.
    assert make_method("gerstman").balance == "vowel"
    assert make_method("lobanov").balance == "token"
    assert make_method("bark_difference").scale == "bark_traunmuller"
    table = normalize_table(corpus(), NormalizeParams(balance="vowel")).table
    pd.testing.assert_frame_equal(table[["f0_lz"]], f0_lz(corpus(), balance="tone"))
    pd.testing.assert_frame_equal(table[["f0_t"]], f0_t(corpus()))


def test_scale_stands_in_the_names() -> None:
    params = NormalizeParams(methods=("lobanov", "c_cure"), scale="bark_traunmuller", f0_methods=())
    made = normalize_table(corpus(), params).table
    np.testing.assert_allclose(made["F2_bark_traunmuller"], to_scale(corpus()["F2"], "bark_traunmuller"))
    assert {"F1_bark_traunmuller_z", "F3_bark_traunmuller_c"} <= set(made.columns)
    assert "F1_z" not in made.columns


@pytest.mark.parametrize(
    ("params", "text"),
    [
        (NormalizeParams(methods=("lobanow",)), "unknown normalization"),
        (NormalizeParams(f0_methods=("f0_z",)), "unknown f0 normalization"),
        (NormalizeParams(scale="bark"), "unknown frequency scale"),
        (NormalizeParams(scale="erb_praat"), "works on Hz"),
        (NormalizeParams(methods=("bark_difference",), scale="erb_praat"), "difference in Bark"),
        (NormalizeParams(methods=("bark_difference",), formants=("F1", "F2")), "needs F3"),
        (NormalizeParams(methods=("watt_fabricius",), corners=("i",)), "corners"),
    ],
)
def test_impossible_settings_are_refused_before_any_work(params: NormalizeParams, text: str) -> None:
    with pytest.raises(NormalizationError, match=text):
        check_normalize_params(params)
    with pytest.raises(NormalizationError, match=text):
        normalize_table(corpus(), params)


def test_table_without_f0_or_with_old_columns() -> None:
    table = corpus().drop(columns="f0")
    made = normalize_table(table)
    assert made.warnings == ('no column "f0": f0_lz, f0_t left out',)
    assert normalize_table(table, f0=None).warnings == ()
    again = normalize_table(made.table.assign(F1_z=0.0), f0=None)
    pd.testing.assert_frame_equal(again.table, made.table)
    assert "replaced columns that were there already: F1_z" in again.warnings[0]
    with pytest.raises(NormalizationError, match=r"columns here: .*f1"):
        normalize_table(table.rename(columns=str.lower))


def test_speakers_with_the_same_warning_share_a_line() -> None:
    table = pd.concat([toy().assign(speaker=name) for name in "ABCDE"], ignore_index=True)
    made = normalize_table(table, NormalizeParams(methods=("lobanov",), f0_methods=()))
    assert made.warnings == ("Lobanov: 5 speakers (A, B, C, ...): only 3 tokens (fewer than 10)",)
    assert len(made.records[0]["warnings"]) == 5


def test_tracks_are_normalized_row_by_row() -> None:
    made = normalize_table(tracks(), NormalizeParams(f0_methods=()))
    assert len(made.table) == 3 * len(corpus())
    points = formants.lobanov(corpus())
    means = made.table.groupby("id")[["F1_z", "F2_z", "F3_z"]].mean()
    np.testing.assert_allclose(means.loc[corpus()["id"]], points, rtol=1e-10, atol=1e-10)


def test_representation_of_points() -> None:
    table = corpus()
    made = formant_representation(table, "nearey2")
    assert (made.name, made.columns, made.sees_speaker) == (
        "Nearey 2 F1-F3",
        ("F1_lm", "F2_lm", "F3_lm"),
        True,
    )
    assert made.ids == tuple(table["id"])
    np.testing.assert_array_equal(made.values, formants.nearey2(table))
    assert made.provenance["method"] == "nearey2"
    assert formant_representation(table, "raw", ("F1", "F2"), scale="ln").name == (
        "F1-F2 ln Hz (natural logarithm)"
    )
    bark = formant_representation(table, "bark_difference")
    assert (bark.sees_speaker, bark.name) == (False, "Bark difference F1-F3")
    z = formant_representation(table, "lobanov", ("F1", "F3"), scale="erb_praat", balance="vowel")
    assert z.name == "Lobanov F1, F3 ERB-rate with Praat's constant (Moore & Glasberg 1983)"
    assert z.columns == ("F1_erb_praat_z", "F3_erb_praat_z")
    assert z.provenance["balance"] == "vowel"
    named = formant_representation(table, "watt_fabricius", ("F1", "F2"), corners=("i", "a"), name="W&F")
    assert named.name == "W&F"


def test_representation_of_tracks() -> None:
    table = tracks().sample(frac=1.0, random_state=1)
    order = list(dict.fromkeys(table["id"]))
    mean = formant_representation(table, "lobanov")
    assert list(mean.ids) == order
    points = formant_representation(corpus(), "lobanov").take(order)
    np.testing.assert_allclose(mean.values, points.values, rtol=1e-10, atol=1e-10)
    every = formant_representation(table, "lobanov", points="all")
    assert every.dim == 9
    assert every.columns[3:5] == ("F1_z@2", "F2_z@2")
    middle = corpus().set_index("id")["F1"] * 1.02
    statistics = formants.Lobanov().fit(corpus()).statistics_
    own = statistics[(statistics["speaker"] == "w1") & (statistics["formant"] == "F1")]["value"].to_numpy()
    token = corpus().query("speaker == 'w1'")["id"].iloc[0]
    assert every.take([token]).values[0, 3] == pytest.approx((middle[token] - own[0]) / own[1])
    at_middle = formant_representation(table, "raw", points=0.5).take([token])
    assert at_middle.values[0, 0] == pytest.approx(middle[token])
    by_option = formant_representation(table, "lobanov", point=0.5)
    np.testing.assert_array_equal(
        by_option.values, formant_representation(table, "lobanov", points=0.5).values
    )
    assert np.abs(by_option.values - mean.values).max() < 1e-9  # one factor for all tokens: same z
    assert by_option.provenance["token_value"] != mean.provenance["token_value"]
    with pytest.raises(NormalizationError, match="from 2 to 3 rows"):
        formant_representation(table.iloc[1:], "lobanov", points="all")


def test_representation_errors() -> None:
    table = corpus()
    for options, text in (
        ({"method": "lobanow"}, "unknown normalization"),
        ({"method": "raw", "balance": "vowel"}, "no option"),
        ({"points": "median"}, "points"),
        ({"id": "token"}, "token ids"),
        ({"colour": 1}, "no option"),
    ):
        with pytest.raises(NormalizationError, match=text):
            formant_representation(table, **options)  # type: ignore[arg-type]
    with pytest.raises(NormalizationError, match="have no token id"):
        formant_representation(table.assign(id=[None, *table["id"][1:]]))


def test_missing_and_refused_values_are_nan() -> None:
    table = pd.concat([corpus(), toy().iloc[:1].assign(id="x1")], ignore_index=True)
    made = formant_representation(table, "lobanov")
    assert not made.complete[-1]
    assert made.complete[:-1].all()
    assert any('speaker "A"' in text for text in made.provenance["warnings"])


def test_names_for_help_load_nothing_heavy() -> None:
    code = (
        "import sys; from w2vpraat.normalize import describe_methods, SCALES, to_scale; "
        "assert len(describe_methods()) > 20; to_scale(500.0, 'erb_praat'); "
        "heavy = {'pandas', 'sklearn', 'scipy', 'torch', 'matplotlib'} & set(sys.modules); "
        "assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_every_public_name_is_there() -> None:
    import w2vpraat.normalize as package

    for name in package.__all__:
        assert getattr(package, name) is not None
    with pytest.raises(AttributeError):
        package.nonsense  # noqa: B018
