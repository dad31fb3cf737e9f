"""``w2vpraat pairs`` on a user's table and on a results folder."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from w2vpraat.export.vectors import write_vectors
from w2vpraat.representation import Representation

QUICK = ("--bootstrap", "60", "--shuffles", "99")


def tokens(merged: tuple[int, ...] = (3,)) -> pd.DataFrame:
    """Six speakers, six tokens each of ɪ and ɛ before n and t, and of i; before n some merge ɪ and ɛ."""
    random = np.random.default_rng(7)
    rows = []
    for speaker in range(6):
        size = random.normal(1.0, 0.06)
        for label, place in (("ɪ", (430, 2000, 2550)), ("ɛ", (600, 1750, 2500)), ("i", (300, 2300, 3000))):
            for number in range(12):
                following = "n" if number % 2 else "t"
                same = label == "ɛ" and following == "n" and speaker in merged
                where = np.array((430, 2000, 2550) if same else place) * size
                values = where + random.normal(0, [30, 70, 90])
                rows.append((f"{speaker:02d}", label, following, random.normal(0.09, 0.02), *values))
    table = pd.DataFrame(rows, columns=["speaker", "label", "fol_seg", "dur", "F1", "F2", "F3"])
    table.insert(0, "id", [f"t#{number:04d}" for number in range(len(table))])
    return table


@pytest.fixture
def results(tmp_path: Path) -> Path:
    """Return a results folder as ``w2vpraat run`` leaves it."""
    folder = tmp_path / "results"
    folder.mkdir()
    table = tokens()
    table.to_csv(folder / "tokens.csv", index=False, encoding="utf-8")
    formants = table[["F1", "F2", "F3"]].to_numpy()
    mixed = np.random.default_rng(0).normal(size=(3, 24))
    vectors = (formants - formants.mean(axis=0)) / formants.std(axis=0) @ mixed
    columns = tuple(f"e{number:04d}" for number in range(1, 25))
    item = Representation("tiny layer 1", tuple(table["id"]), vectors, columns)
    write_vectors([item], folder / "vectors.npz")
    return folder


def test_a_results_folder_is_measured_in_formants_and_vectors(w2v, results: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    options = ("--pairs", "ɪ:ɛ", "--before", "n,m,ŋ", "--covariates", "speaker,dur", "--methods", "lobanov")
    said = w2v("pairs", results, *options, *QUICK, "-o", out)
    assert said.code == 0, said.err
    assert "ɪ (36 tokens) and ɛ (36), 6 speakers" in said.out
    assert "less speaker, dur" in said.out
    for name in ("F1-F3 Hz", "Lobanov F1-F3", "tiny layer 1"):
        assert sum(line.startswith(f"{name}  ") for line in said.out.splitlines()) == 2  # pair and variance
    assert "ɪ and ɛ before n, m, ŋ: F1-F3 Hz, Lobanov F1-F3 and tiny layer 1 tell them apart" in said.out
    assert "1 of the 6 speakers with enough tokens shows no difference (03;" in said.out
    assert "Share of the variance, % (all 3 labels, 108 tokens, Type II)" in said.out
    pairs = pd.read_csv(out / "pairs.csv")
    assert list(pairs["representation"]) == ["F1-F3 Hz", "Lobanov F1-F3", "tiny layer 1"]
    assert set(pairs["covariates"]) == {"speaker, dur"}
    assert (pairs["pillai_adjusted"] > pairs["pillai_adjusted_null"]).all()
    by_speaker = pd.read_csv(out / "pairs_by_speaker.csv", dtype={"speaker": str})
    hertz = by_speaker[by_speaker["representation"] == "F1-F3 Hz"].set_index("speaker")
    assert list(hertz.index) == [f"{number:02d}" for number in range(6)]
    assert hertz["pillai_p_shuffled"].idxmax() == "03"
    variance = pd.read_csv(out / "variance.csv")
    whole = variance[variance["dimension"] == "all"]
    assert whole.groupby("representation")["share"].sum().to_numpy() == pytest.approx(1.0)
    assert {"silhouette.csv", "left_out.csv"} <= {path.name for path in out.iterdir()}


def test_a_table_of_ones_own_without_vectors_or_context(w2v, tmp_path: Path) -> None:
    table = (
        tokens().drop(columns=["id", "fol_seg", "dur"]).rename(columns={"label": "vowel", "speaker": "spk"})
    )
    table.to_csv(tmp_path / "mine.csv", index=False)
    said = w2v("pairs", tmp_path / "mine.csv", "--formants", "F1,F2", "--methods", "lobanov", *QUICK)
    assert said.code == 0, said.err
    assert said.out.index("ɛ (72 tokens) and ɪ (72)") < said.out.index("i (72 tokens) and ɪ (72)")
    assert "Lobanov F1-F2" in said.out
    assert "interval over speakers" in said.out
    alone = w2v("pairs", tmp_path / "mine.csv", "--pairs", "ɪ:ɛ", "--bootstrap", "0", "--shuffles", "0")
    assert alone.code == 0, alone.err
    assert "interval" not in alone.out
    assert "not decided" in alone.out


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--pairs", "ɪ:æ"), 'no token has the label "æ" (labels: i (72), ɛ (72), ɪ (72))'),
        (("--pairs", "ɪɛ"), "not a pair of labels"),
        (("--pairs", "ɪ:ɛ", "--before", "m"), "segments there, most frequent first:"),
        (("--pairs", "ɪ:ɛ", "--before", "n", "--following", "next"), 'no column "next"'),
        (("--pairs", "ɪ:ɛ", "--covariates", "duration"), 'no column "duration"'),
        (("--pairs", "ɪ:ɛ", "--min-pair-tokens", "100"), 'only 72 of "ɪ" and 72 of "ɛ"'),
        (("--pairs", "ɪ:ɛ", "--methods", "lobanof"), "lobanof"),
    ],
)
def test_mistakes_are_answered_with_a_remedy(w2v, results: Path, options, message: str) -> None:
    said = w2v("pairs", results, *options, *QUICK)
    assert said.code == 2
    assert message in said.err
    assert said.out == ""


def test_a_missing_table_is_named(w2v, tmp_path: Path) -> None:
    said = w2v("pairs", tmp_path)
    assert said.code == 2
    assert "tokens.csv" in said.err


@pytest.mark.shared_data
def test_peterson_and_barney_on_one_line(w2v, shared_data: Path) -> None:
    table = shared_data / "formants" / "pb52_phonTools.csv"
    said = w2v("pairs", table, "--pairs", "A:O", "--methods", "lobanov", "--bootstrap", "50")
    assert said.code == 0, said.err
    (line,) = [line for line in said.out.splitlines() if line.startswith("F1-F3 Hz") and "–" not in line][:1]
    assert line.split()[2] == "0.59"  # as in R: manova(cbind(f1, f2, f3) ~ vowel)
    assert "so there is no complete merger" in said.out
