"""``w2vpraat compare TABLE`` without audio: reference tables, tables of other programs, home-made ones."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

QUICK = ("--methods", "lobanov", "--bootstrap", "0", "--probes", "lda")
VOWELS = {"i": (300, 2300, 3000), "a": (750, 1400, 2500), "u": (320, 800, 2400)}


def made(times: tuple[float, ...] = (0.5,)) -> pd.DataFrame:
    rng = np.random.default_rng(1)
    rows = [
        (
            f"{speaker}{nr}{vowel}",
            speaker,
            vowel,
            time,
            0.2,
            *(np.array(values) * size + rng.normal(0, 20, 3)).round(),
        )
        for speaker, size in zip("ABCD", (1, 1.15, 0.95, 1.1), strict=True)
        for vowel, values in VOWELS.items()
        for nr in range(4)
        for time in times
    ]
    return pd.DataFrame(rows, columns=["id", "speaker", "label", "prop_time", "dur", "F1", "F2", "F3"])


def scores(folder: Path) -> pd.DataFrame:
    table = pd.read_csv(folder / "scores.csv")
    return table[(table["goal"] == "label") & (table["unit"] == "accuracy")].set_index("representation")


@pytest.mark.shared_data
def test_the_command_of_the_manual_on_peterson_and_barney(w2v, shared_data: Path, tmp_path: Path):
    source = shared_data / "formants" / "pb52_phonTools.csv"
    words = ("--label", "vowel", "--speaker", "speaker", "--formants", "F1,F2,F3", "--folds", "10")
    said = w2v("compare", source, *words, *QUICK, "-o", tmp_path)
    assert said.code == 0, said.err
    assert "warning" not in said.err
    found = scores(tmp_path)
    assert found["n_speakers"].tolist() == [76, 76]
    assert 100 * found["value"]["Lobanov F1-F3"] == pytest.approx(92.0, abs=0.3)
    assert 100 * found["value"]["F1-F3 Hz"] == pytest.approx(76.4, abs=0.3)


@pytest.mark.shared_data
def test_type_is_the_sex_of_hillenbrand_s_adults(w2v, shared_data: Path):
    source = shared_data / "formants" / "h95_phonTools.csv"
    said = w2v("compare", source, "--label", "vowel", "--sex", "type", "--folds", "10", *QUICK)
    assert said.code == 0, said.err
    assert "sex" in said.out.splitlines()[2]
    assert "46 speakers without a known sex" in said.out  # 27 boys, 19 girls
    assert "it looks like milliseconds" in said.err


@pytest.mark.parametrize(
    ("key", "ending"), [("norm", "txt"), ("visvow", "xlsx"), ("new-fave", "csv"), ("emur", "csv")]
)
def test_a_table_of_each_program_scores_as_our_own(w2v, tmp_path: Path, key: str, ending: str):
    own = tmp_path / "own.csv"
    made().to_csv(own, index=False)
    assert w2v("compare", own, *QUICK, "-o", tmp_path / "own").code == 0
    theirs = tmp_path / f"theirs.{ending}"
    assert w2v("export", own, "--as", key, "-o", theirs).code == 0
    said = w2v("compare", theirs, *QUICK, "-o", tmp_path / "theirs")
    assert said.code == 0, said.err
    assert "taken for a table of" in said.err
    one, two = scores(tmp_path / "own"), scores(tmp_path / "theirs")
    assert two["value"].to_dict() == one["value"].to_dict()
    assert two["n_tokens"].tolist() == [48, 48]


def test_time_points_in_wide_groups_are_one_token(w2v, tmp_path: Path):
    made((0.2, 0.5, 0.8)).to_csv(tmp_path / "own.csv", index=False)
    assert w2v("export", tmp_path / "own.csv", "--as", "visvow", "-o", tmp_path / "v.xlsx").code == 0
    said = w2v("compare", tmp_path / "v.xlsx", *QUICK, "-o", tmp_path / "out")
    assert said.code == 0, said.err
    assert scores(tmp_path / "out")["n_tokens"].tolist() == [48, 48]


def test_names_of_the_program_can_be_used_in_options(w2v, tmp_path: Path):
    made().to_csv(tmp_path / "own.csv", index=False)
    assert w2v("export", tmp_path / "own.csv", "--as", "norm", "-o", tmp_path / "n.txt").code == 0
    for names in (("Vowel", "Speaker"), ("label", "speaker")):
        said = w2v("compare", tmp_path / "n.txt", "--label", names[0], "--speaker", names[1], *QUICK)
        assert said.code == 0, said.err
    said = w2v("compare", tmp_path / "n.txt", "--preset", "none", *QUICK)
    assert said.code == 0, said.err
    assert "taken for" not in said.err


def test_one_speaker_without_a_column(w2v, tmp_path: Path):
    made().drop(columns="speaker").to_csv(tmp_path / "t.csv", index=False)
    said = w2v("compare", tmp_path / "t.csv", *QUICK)
    assert said.code == 2
    assert "--speaker none" in said.err
    said = w2v("compare", tmp_path / "t.csv", "--speaker", "none", *QUICK)
    assert said.code == 0, said.err
    assert "one speaker" in said.out


def test_missing_labels_are_counted_and_bark_is_warned_of(w2v, tmp_path: Path):
    table = made()
    table.loc[[0, 7], "label"] = None
    for name in ("F1", "F2", "F3"):
        table[name] = 26.81 * table[name] / (1960 + table[name]) - 0.53
    table.to_csv(tmp_path / "t.csv", index=False)
    said = w2v("compare", tmp_path / "t.csv", *QUICK)
    assert said.code == 0, said.err
    assert "warning: the median of F1 is" in said.err
    assert "Bark" in said.err
    assert "2 no label" in said.out


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda t: t.rename(columns={"label": "Vokal"}), "can't tell which column to use for --label"),
        (lambda t: t.drop(columns="F3"), "--formants F1,F2 does without"),
        (
            lambda t: t.astype({"F1": object}).replace({"F1": {t["F1"][0]: "3oo"}}),
            'column "F1" holds text: "3oo"',
        ),
    ],
)
def test_what_is_wrong_with_a_table_is_said_in_one_line(w2v, tmp_path: Path, change, message: str):
    change(made()).to_csv(tmp_path / "t.csv", index=False)
    said = w2v("compare", tmp_path / "t.csv", *QUICK)
    assert said.code == 2
    assert message in said.err
    assert said.out == ""
