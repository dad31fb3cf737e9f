"""Cautions say what is there, with the right numbers, and keep quiet where there is nothing."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from formant_corpora import normalized, representation

from w2vpraat.compare.cautions.material import cautions
from w2vpraat.corpus.clipping import Clipping

FORMANTS = ("F1", "F2", "F3")


def found(items, table, **options):
    return {one.key: one for one in cautions(items, table, **options)}


@pytest.fixture(scope="module")
def sound(make_corpus):
    """A corpus that there is nothing to say of: 12 speakers, 5 labels, 6 tokens of each."""
    table = make_corpus(12, 5, 6)
    table["start"], table["end"], table["dur"] = 1.0, 1.1, 0.1
    table["n_frames"], table["measure_note"] = 5, ""
    return table


def test_nothing_to_say(sound):
    items = normalized(sound)
    silent = Clipping(1000)
    clipping = dict.fromkeys(sound["file_name"], silent)
    assert cautions(items, sound, window=0.025, clipping=clipping) == ()
    assert cautions(items, sound.set_index("id")) == ()


def test_unequal_labels(sound):
    lost = sound[~((sound["speaker"] == "s03") & sound["label"].isin(["v1", "v4"]))]
    lost = lost[~((lost["speaker"] == "s07") & (lost["label"] == "v1"))]
    items = normalized(lost)
    one = found(items, lost)["unequal_labels"]
    assert one.rows.to_dict("list") == {
        "speaker": ["s03", "s07"],
        "labels": [3, 4],
        "lacks": ["v1, v4", "v1"],
        "how many": [2, 1],
    }
    assert one.n_rows == 2
    assert one.caption == ""
    assert "2 of 12 speakers" in one.sentence
    assert "C-CuRE, Lobanov, Nearey 1, Nearey 2 and deltaF" in one.sentence
    assert "All speakers share v0, v2 and v3" in one.sentence
    assert "nearey2_regression" in one.sentence
    hertz = [items[0]]
    assert (
        "No representation here takes statistics by speaker" in found(hertz, lost)["unequal_labels"].sentence
    )


def test_a_regression_is_not_blamed(sound):
    from w2vpraat.normalize import formant_representation

    lost = sound[~((sound["speaker"] == "s03") & (sound["label"] == "v1"))]
    made = [formant_representation(lost, method, FORMANTS) for method in ("lobanov", "nearey2_regression")]
    sentence = found(made, lost)["unequal_labels"].sentence
    assert "in Lobanov F1-F3." in sentence


def test_tokens_that_are_not_compared_do_not_count(sound):
    odd = sound.copy()
    odd.loc[0, "label"] = "rare"
    assert "unequal_labels" in found([], odd)
    assert "unequal_labels" not in found([], odd, left_out=[odd.loc[0, "id"]])
    odd.loc[0, "label"] = None
    assert "unequal_labels" not in found([], odd)


def test_few_tokens(sound):
    few = sound[(sound["speaker"] != "s02") | sound["repeat"].isin([0, 1])]
    one = found([], few)["few_tokens"]
    assert one.rows.to_dict("records") == [
        {"speaker": "s02", "tokens": 10, "labels": 5, "labels with fewer than 3": 5}
    ]
    assert "1 of 12 speakers has fewer than 20 tokens" in one.sentence
    assert "5 of 60 combinations" in one.sentence
    # Speakers with enough tokens, but of most labels very few.
    thin = sound[(sound["label"] == "v0") | (sound["repeat"] == 0)]
    thin = pd.concat([thin, thin.assign(id=thin["id"] + "b")])[lambda rows: rows["label"] != "v1"]
    thin = pd.concat([thin, thin[thin["label"] == "v0"].assign(id=lambda rows: rows["id"] + "c")])
    one = found([], thin)["few_tokens"]
    assert "36 of 48 combinations of speaker and label have fewer than 3" in one.sentence
    assert "fewer than 20 tokens" not in one.sentence


def test_few_speakers(sound):
    some = sound[sound["speaker"] < "s10"]
    assert "10 speakers" in found([], some)["few_speakers"].sentence
    alone = found([], sound[sound["speaker"] == "s00"])
    assert "There is one speaker" in alone["few_speakers"].sentence
    assert "unequal_labels" not in alone
    assert "few_speakers" not in found([], sound[sound["speaker"] <= "s10"])


def test_sexes(sound):
    women = sound[(sound["sex"] == "F") | (sound["speaker"] == "s01")]
    assert "6 women, 1 man" in found([], women)["unequal_sexes"].sentence
    nearly = sound[sound["speaker"] != "s01"]
    assert "unequal_sexes" not in found([], nearly)
    unknown = sound.assign(sex=sound["sex"].where(sound["speaker"] != "s01", np.nan))
    assert "6 women, 5 men, 1 of unknown sex" in found([], unknown)["unequal_sexes"].sentence
    assert "unequal_sexes" not in found([], sound.assign(sex=""))
    assert "unequal_sexes" not in found([], sound, sex="gender")


def test_clipped(sound):
    table = sound.assign(start=np.arange(len(sound)) % 6 * 1.0)
    table["end"] = table["start"] + 0.2
    names = sorted(set(table["file_name"]))
    clipping = dict.fromkeys(names, Clipping(16000))
    clipping[names[3]] = Clipping(16000, 160, (1.0,), ((0.1, 0.3), (0.5, 0.6)))
    clipping[names[5]] = Clipping(16000, 320, (1.0,), ((50.0, 51.0),))
    one = found([], table, clipping=clipping)["clipped"]
    own = table[table["file_name"] == names[3]]
    touched = int(((own["start"] < 0.3) & (own["end"] > 0.1)).sum())
    assert one.rows["recording"].tolist() == [names[5], names[3]]
    assert one.rows["samples clipped"].tolist() == [0.02, 0.01]
    assert one.rows["stretches"].tolist() == [1, 2]
    assert one.rows["tokens"].tolist() == [0, touched]
    assert f"2 of {len(names)} recordings are clipped" in one.sentence
    assert one.percent == ("samples clipped",)


def test_missing_values(sound):
    items = normalized(sound)
    values = np.array(items[2].values)
    hit = np.flatnonzero((sound["label"] == "v2").to_numpy())[:30]
    values[hit, 0] = np.nan
    one = found([items[0], representation("holes", sound, values)], sound)["missing_values"]
    share = 30 / len(sound)
    assert one.rows.to_dict("records") == [
        {
            "representation": "holes",
            "missing": 30,
            "share": pytest.approx(share),
            "most among": f"v2 {100 * 30 / 72:.0f} %",
        }
    ]
    values[hit[15:], 0] = 0.0
    assert "missing_values" not in found([representation("holes", sound, values)], sound)


def test_implausible_formants(sound):
    odd = sound.copy()
    odd.loc[10, "F1"] = 1500.0
    odd.loc[11, "F2"] = 400.0
    odd.loc[12, ["F1", "F2"]] = [1000.0, 900.0]
    odd.loc[200, "F2"] = odd.loc[odd["label"] == odd.loc[200, "label"], "F2"].median() * 2.3
    odd.loc[13, "F1"] = np.nan
    one = found([], odd)["implausible_formants"]
    assert one.rows["odd"].sum() == 4
    assert f"4 of {len(odd)} tokens" in one.sentence
    assert one.rows["odd"].is_monotonic_decreasing
    row = one.rows.set_index("label").loc[odd.loc[10, "label"]]
    assert row["F1 outside"] >= 1
    assert set(one.rows["for example"]) <= set(odd["id"])
    # Columns of another name, and formants that are not in Hz.
    renamed = odd.rename(columns={"F1": "f1", "F2": "f2"})
    assert "implausible_formants" not in found([], renamed)
    assert found([], renamed, formants=("f1", "f2"))["implausible_formants"].rows["odd"].sum() == 4
    bark = odd.assign(F1=odd["F1"] / 100, F2=odd["F2"] / 100)
    assert "implausible_formants" not in found([], bark)


def test_short_tokens_and_few_frames(sound):
    short = sound.copy()
    short.loc[:4, "dur"] = 0.02
    short.loc[:2, "n_frames"] = 1
    short.loc[3, "n_frames"] = 0
    every = found([], short, window=0.025)
    assert every["short_tokens"].rows["such"].sum() == 5
    assert "25 ms" in every["short_tokens"].sentence
    assert every["short_tokens"].rows["median (ms)"].tolist() == [20.0] * len(every["short_tokens"].rows)
    assert every["few_frames"].rows["such"].sum() == 4
    assert every["few_frames"].rows["without a frame"].sum() == 1
    assert (
        "4 of 360 tokens own a single frame of the model or none, 1 of them none"
        in every["few_frames"].sentence
    )
    assert "short_tokens" not in found([], short)
    # Without a column of durations they come from start and end; points of a track count once.
    spans = short.drop(columns="dur").assign(end=short["start"] + short["dur"])
    twice = pd.concat([spans, spans])
    assert found([], twice, window=0.025)["short_tokens"].rows["such"].sum() == 5


def test_ceilings(sound):
    noted = sound.copy()
    noted.loc[:9, "measure_note"] = "F3 undefined; sex unknown: fixed ceiling"
    noted.loc[10, "measure_note"] = "too short for the candidate search: ceiling by sex"
    noted.loc[11, "measure_note"] = "shorter than the window"
    assert found([], noted)["ceilings"].rows.to_dict("records") == [
        {"note": "sex unknown: fixed ceiling", "tokens": 10},
        {"note": "too short for the candidate search: ceiling by sex", "tokens": 1},
    ]


def test_long_lists_are_cut_and_say_so(make_corpus):
    table = make_corpus(40, 4, 6)
    lost = table[~((table["label"] == "v0") & (table["speaker"] != "s00"))]
    one = found([], lost)["unequal_labels"]
    assert (len(one.rows), one.n_rows) == (15, 39)
    assert one.caption == "The first 15 of 39."


def test_columns_may_be_missing():
    bare = pd.DataFrame({"id": ["a", "b"], "F1": [300.0, 400.0]})
    assert cautions([], bare) == ()
    assert cautions([], bare.iloc[:0], window=0.025) == ()


@pytest.mark.shared_data
@pytest.mark.parametrize(("name", "most"), [("pb52", 8), ("h95", 4)])
def test_hand_checked_formants_are_plausible(formant_table, name, most):
    table = formant_table(name)
    one = found([], table).get("implausible_formants")
    assert one is None or one.rows["odd"].sum() <= most
