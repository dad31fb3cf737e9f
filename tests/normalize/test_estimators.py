"""One common test for every registered normalizer of formants and f0."""

from __future__ import annotations

import inspect
import json
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from toy_speakers import corpus, toy

from w2vpraat.errors import NormalizationError
from w2vpraat.normalize import F0_METHODS, METHODS, describe_methods, formants, pitch
from w2vpraat.normalize.base import STATISTICS_COLUMNS

EVERY = {**METHODS, **F0_METHODS}
FROM_OTHERS = {"nearey2_regression"}
NO_STATISTICS = {"bark_difference", "syrdal_gopal"}

every_method = pytest.mark.parametrize("key", EVERY)


def equal(one: pd.DataFrame, two: pd.DataFrame) -> None:
    pd.testing.assert_frame_equal(one, two, rtol=1e-11, atol=1e-11)


@every_method
def test_constructor_only_stores(key: str) -> None:
    normalizer = EVERY[key]()
    names = [name for name in inspect.signature(EVERY[key].__init__).parameters if name != "self"]
    assert set(vars(normalizer)) == set(names)
    strange = {name: object() for name in names}
    made = EVERY[key](**strange)
    assert all(getattr(made, name) is value for name, value in strange.items())
    assert made.get_params() == strange


@every_method
def test_clone_and_set_params(key: str) -> None:
    fitted = EVERY[key](few_tokens="error").fit(corpus())
    copy: Any = clone(fitted)
    assert type(copy) is EVERY[key]
    assert copy.get_params() == fitted.get_params()
    assert not hasattr(copy, "statistics_")
    assert copy.set_params(few_tokens="nan") is copy
    assert copy.few_tokens == "nan"
    with pytest.raises(NormalizationError, match="no option"):
        copy.set_params(nonsense=1)
    assert key.split("_")[0].lower()[:3] in repr(copy).lower() or key in ("watt_fabricius", *F0_METHODS)


@every_method
def test_fit_returns_self_and_twin_agrees(key: str) -> None:
    normalizer = EVERY[key]()
    table = corpus()
    assert normalizer.fit(table) is normalizer
    out = normalizer.transform(table)
    assert isinstance(out, pd.DataFrame)
    home = formants if key in METHODS else pitch
    equal(getattr(home, key)(table), out)
    equal(EVERY[key]().fit_transform(table), out)
    assert out.notna().all().all()


@every_method
def test_transform_before_fit_raises(key: str) -> None:
    with pytest.raises(NormalizationError, match="not fitted"):
        EVERY[key]().transform(corpus())
    with pytest.raises(NormalizationError, match="not fitted"):
        EVERY[key]().record()


@every_method
def test_order_of_tokens_does_not_matter(key: str) -> None:
    table = corpus()
    shuffled = table.sample(frac=1.0, random_state=7)
    out = EVERY[key]().fit_transform(table)
    equal(EVERY[key]().fit_transform(shuffled).loc[table.index], out)


@every_method
def test_other_speakers_change_nothing(key: str) -> None:
    table = corpus()
    # One speaker without a vowel, so that the regression has something to correct.
    table = table[~((table["speaker"] == "w1") & (table["label"] == "u"))]
    alone = table[table["speaker"] == "w1"]
    together = EVERY[key]().fit_transform(table).loc[alone.index]
    if key in FROM_OTHERS:
        assert not np.allclose(EVERY[key]().fit_transform(alone), together, atol=1e-4)
    else:
        equal(EVERY[key]().fit_transform(alone), together)


def test_labov_with_g_of_the_corpus_depends_on_the_others() -> None:
    table = corpus()
    alone = table[table["speaker"] == "w1"]
    own = formants.labov(alone, g="corpus")
    np.testing.assert_allclose(own, alone[["F1", "F2"]], rtol=1e-12)  # factor exactly 1
    assert not np.allclose(formants.labov(table, g="corpus").loc[alone.index], own, rtol=0.01)


@every_method
def test_index_kept_and_input_untouched(key: str) -> None:
    table = corpus().set_index(pd.Index([f"row{number}" for number in range(len(corpus()))]))
    before = table.copy(deep=True)
    normalizer = EVERY[key]().fit(table)
    some = table.iloc[[5, 2, 9]]
    out = normalizer.transform(some)
    assert list(out.index) == ["row5", "row2", "row9"]
    assert not set(out.columns) & set(table.columns)
    pd.testing.assert_frame_equal(table, before)
    equal(out, normalizer.transform(table).loc[out.index])


@every_method
def test_a_filter_does_not_change_the_statistics(key: str) -> None:
    table = corpus()
    normalizer = EVERY[key]().fit(table)
    frozen = normalizer.statistics_.copy()
    normalizer.transform(table[table["label"] == "i"])
    pd.testing.assert_frame_equal(normalizer.statistics_, frozen)


@every_method
def test_missing_values_keep_the_rest(key: str) -> None:
    table = corpus()
    table.loc[3, "F1"] = np.nan
    table.loc[4, ["F1", "F2", "F3", "f0"]] = np.nan
    out = EVERY[key]().fit_transform(table)
    whole = EVERY[key]().fit_transform(corpus())
    assert out.loc[4].isna().all()
    assert out.drop(index=[3, 4]).notna().all().all()
    from_f1 = ("F1_", "z3_z1", "z2_z1", "z1_z0", "ln_f1_sr", "ln_f2_f1")
    first = [name for name in out.columns if name.startswith(from_f1)]
    rest = [name for name in out.columns if name not in first]
    if key in METHODS:
        assert out.loc[3, first].isna().all()
    assert out.loc[3, rest].notna().all()
    other = table["speaker"] != "m1"
    if key not in FROM_OTHERS:
        equal(out[other], whole[other])


@every_method
@pytest.mark.parametrize("bad", [0.0, -300.0, np.inf])
def test_zero_and_negative_values_are_errors(key: str, bad: float) -> None:
    table = corpus()
    column = "F1" if key in METHODS else "f0"
    fitted = EVERY[key]().fit(table)
    table.loc[2, column] = bad
    with pytest.raises(NormalizationError, match="zero, negative or infinite"):
        EVERY[key]().fit(table)
    with pytest.raises(NormalizationError, match="zero, negative or infinite"):
        fitted.transform(table)


@every_method
def test_record_is_json_and_complete(key: str) -> None:
    table = corpus()
    normalizer = EVERY[key]().fit(table, token_filter="stressed, at least 50 ms")
    record = normalizer.record()
    assert json.loads(json.dumps(record)) == record
    info = normalizer.info
    assert (record["method"], record["author"], record["year"]) == (key, info.author, info.year)
    assert record["n_tokens"] == {"m1": 10, "w1": 15, "w2": 20}
    assert record["n_types"] == {"m1": 5, "w1": 5, "w2": 5}
    assert record["token_filter"] == "stressed, at least 50 ms"
    assert record["scale"] in ("hz", "bark_traunmuller")
    assert record["statistic_unit"]
    assert record["formants"]
    assert record["version"]
    assert bool(record["constants"]) == (key not in NO_STATISTICS)
    assert record["sd"] == ("n-1" if key in ("lobanov", "lobanov_balanced", "f0_lz") else None)


@every_method
def test_statistics_are_tidy(key: str) -> None:
    normalizer = EVERY[key]().fit(corpus())
    table = normalizer.statistics_
    assert tuple(table.columns) == STATISTICS_COLUMNS
    assert not table.duplicated(["speaker", "statistic", "formant"]).any()
    if key not in NO_STATISTICS:
        assert set(table["speaker"]) == {"m1", "w1", "w2"}
        assert table["value"].notna().all()
        assert (table["n_types"] > 0).all()
    assert isinstance(normalizer.warnings_, tuple)
    assert all(isinstance(text, str) for text in normalizer.warnings_)


@every_method
def test_one_speaker_works(key: str) -> None:
    out = EVERY[key]().fit_transform(toy())
    assert out.notna().all().all()


@every_method
def test_unknown_speaker(key: str) -> None:
    table = corpus()
    normalizer = EVERY[key]().fit(table[table["speaker"] != "w2"])
    if key in NO_STATISTICS:
        assert normalizer.transform(table).notna().all().all()
        return
    with pytest.raises(NormalizationError, match="no statistics of speaker w2"):
        normalizer.transform(table)
    lenient = EVERY[key](unknown_speaker="nan").fit(table[table["speaker"] != "w2"])
    out = lenient.transform(table)
    assert out[table["speaker"] == "w2"].isna().all().all()
    assert out[table["speaker"] != "w2"].notna().all().all()


@every_method
def test_any_column_names(key: str) -> None:
    table = corpus()
    names = {"F1": "f1", "F2": "f2", "F3": "f3", "speaker": "talker", "label": "vowel", "f0": "pitch"}
    options: dict[str, Any] = {}
    parameters = EVERY[key]().get_params()
    if "formants" in parameters:
        options["formants"] = tuple(name.lower() for name in parameters["formants"])
    if "f0" in parameters:
        options["f0"] = "pitch"
    made = EVERY[key](**options).fit_transform(table.rename(columns=names), speaker="talker", label="vowel")
    expected = EVERY[key]().fit_transform(table)
    np.testing.assert_allclose(made, expected, rtol=1e-13)
    if "formants" in parameters and METHODS[key].info.suffix:
        suffix = METHODS[key].info.suffix
        assert list(made.columns) == [f"{name}{suffix}" for name in options["formants"]]


@every_method
def test_wrong_tables_are_named_errors(key: str) -> None:
    table = corpus()
    raw = "F2" if key in METHODS else "f0"
    for wrong, text in (
        (table.drop(columns=raw), "no column"),
        (table.drop(columns="speaker"), "no column"),
        (table.iloc[:0], "no rows"),
        (table.assign(speaker=[None, *["m1"] * (len(table) - 1)]), "have no speaker"),
        (table.astype({raw: object}).assign(**{raw: "high"}), "not numeric"),
    ):
        with pytest.raises(NormalizationError, match=text):
            EVERY[key]().fit(wrong)
    with pytest.raises(NormalizationError, match="pandas table"):
        EVERY[key]().fit([1, 2, 3])
    with pytest.raises(NormalizationError, match="few_tokens"):
        EVERY[key](few_tokens="drop").fit(table)


def tracks(table: pd.DataFrame) -> pd.DataFrame:
    """Three samples of each token whose mean is the token's value, the middle one at 0.5."""
    columns = ["F1", "F2", "F3", "f0"]
    parts = []
    for prop, factor in ((0.2, 0.9), (0.5, 1.02), (0.8, 1.08)):
        part = table.copy()
        part[columns] *= factor
        parts.append(part.assign(prop_time=prop))
    return pd.concat(parts).sort_values(["id", "prop_time"]).reset_index(drop=True)


@pytest.mark.parametrize("key", METHODS)
def test_tracks_take_one_value_per_token(key: str) -> None:
    points, track = corpus(), tracks(corpus())
    from_points = METHODS[key]().fit(points)
    from_tracks = METHODS[key]().fit(track)
    pd.testing.assert_frame_equal(from_tracks.statistics_, from_points.statistics_, rtol=1e-11)
    assert from_tracks.record()["token_value"] == "mean over the rows of each token"
    out = from_tracks.transform(track)
    assert len(out) == 3 * len(points)
    middle = points.copy()
    middle[["F1", "F2", "F3", "f0"]] *= 1.02
    from_middle = METHODS[key]().fit(middle)
    at_middle = METHODS[key](point=0.45).fit(track)
    pd.testing.assert_frame_equal(at_middle.statistics_, from_middle.statistics_, rtol=1e-11)
    assert "0.45" in at_middle.record()["token_value"]
    if METHODS[key].info.sees_speaker:
        # Each row a token would be another reference set.
        rows = METHODS[key]().fit(track, token=None)
        assert rows.record()["n_tokens"]["m1"] == 30


def test_repeated_ids_without_time_are_refused() -> None:
    table = tracks(corpus()).drop(columns="prop_time")
    with pytest.raises(NormalizationError, match="several rows alike"):
        formants.lobanov(table)
    assert len(formants.lobanov(table, token=None)) == len(table)


def test_ids_are_tokens_only_within_a_file_and_speaker() -> None:
    table = corpus().assign(id="0-0-1", file_name=[f"f{number}" for number in range(45)])
    equal(formants.lobanov(table), formants.lobanov(corpus()))


def test_registries_and_descriptions_agree() -> None:
    described = {info.key: info for info in describe_methods()}
    for key, normalizer in EVERY.items():
        assert described[key] is normalizer.info
        assert normalizer.info.key == key
        assert normalizer.__doc__
    assert [info.key for info in describe_methods("formants")] == list(METHODS)
    assert [info.key for info in describe_methods("f0")] == list(F0_METHODS)
    for info in described.values():
        assert all(
            (info.title, info.author, info.reference, info.formula, info.columns, info.needs, info.unit)
        )
        assert all((info.refuse, info.warn))
