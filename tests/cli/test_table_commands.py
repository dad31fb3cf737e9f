"""``w2vpraat normalize`` and ``compare`` on tables that a user already has."""

from __future__ import annotations

import html
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

TOY = "speaker,vowel,F1,F2,F3\nA,i,300,2300,3000\nA,a,750,1400,2500\nA,u,320,800,2400\n"
# Per cent correct, LDA on F1-F3, ten folds with speakers held out (normalization reference, column V).
REFERENCE = {
    "pb52": {
        "F1-F3 Hz": 76.4,
        "Lobanov F1-F3": 92.0,
        "Nearey 1 F1-F3": 90.3,
        "Nearey 2 F1-F3": 88.8,
        "ΔF F1-F3": 87.7,
    },
    "h95": {
        "F1-F3 Hz": 70.5,
        "Lobanov F1-F3": 85.7,
        "Nearey 1 F1-F3": 81.5,
        "Nearey 2 F1-F3": 78.8,
        "ΔF F1-F3": 80.6,
    },
}


def test_normalize_writes_the_golden_values_and_the_record(w2v, tmp_path: Path) -> None:
    (tmp_path / "toy.csv").write_text(TOY, encoding="utf-8")
    out = tmp_path / "out.csv"
    said = w2v("normalize", tmp_path / "toy.csv", "--methods", "lobanov,deltaf", "-o", out)
    assert said.code == 0, said.err
    table = pd.read_csv(out)
    assert list(table.columns[:5]) == ["speaker", "vowel", "F1", "F2", "F3"]
    assert table["F1_z"].to_numpy() == pytest.approx([-0.6162, 1.1538, -0.5376], abs=5e-5)
    assert table["F2_df"].to_numpy() == pytest.approx([2.3258, 1.4157, 0.8090], abs=5e-5)
    record = json.loads((tmp_path / "out.normalization.json").read_text(encoding="utf-8"))
    assert [one["method"] for one in record["records"]] == ["lobanov", "deltaf"]


def test_normalize_reads_semicolons_and_decimal_commas(w2v, tmp_path: Path) -> None:
    text = "Sprecher;vowel;f1;f2;f3\n03;i;300,5;2300;3000\n03;a;750,5;1400;2500\n03;u;320;800;2400\n"
    (tmp_path / "toy.csv").write_text(text, encoding="utf-8-sig")
    said = w2v("normalize", tmp_path / "toy.csv", "--speaker", "Sprecher", "--methods", "nearey2")
    assert said.code == 0, said.err
    rows = said.out.splitlines()
    assert rows[0] == "Sprecher,vowel,f1,f2,f3,f1_lm,f2_lm,f3_lm"
    assert rows[1].startswith("03,i,300.5,2300.0,3000.0,")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--label", "wovel"), 'did you mean "vowel"?'),
        (("--formants", "F1,F4"), 'no column "F4"'),
        (("--methods", "lobanof"), "lobanof"),
        (("--scale", "barks"), "barks"),
    ],
)
def test_wrong_names_get_a_hint(w2v, tmp_path: Path, arguments: tuple[str, ...], message: str) -> None:
    (tmp_path / "toy.csv").write_text(TOY, encoding="utf-8")
    said = w2v("normalize", tmp_path / "toy.csv", *arguments)
    assert said.code == 2
    assert message in said.err
    assert said.out == ""


def test_list_names_every_method_with_its_author(w2v) -> None:
    said = w2v("normalize", "--list")
    assert said.code == 0
    for words in ("lobanov", "Lobanov 1971", "deltaf", "Johnson 2020", "watt_fabricius", "f0_t", "subspace"):
        assert words in said.out


@pytest.mark.shared_data
@pytest.mark.parametrize(("corpus_name", "expected"), REFERENCE.items())
def test_reference_tables_come_out_of_normalize_and_compare(
    w2v, shared_data: Path, tmp_path: Path, corpus_name: str, expected: dict[str, float]
) -> None:
    source = shared_data / "formants" / f"{corpus_name}_phonTools.csv"
    methods = ("--methods", "lobanov,nearey1,nearey2,deltaf")
    normalized = tmp_path / "normalized.csv"
    assert w2v("normalize", source, "--label", "vowel", *methods, "-o", normalized).code == 0
    quick = ("--folds", "10", "--probes", "lda", "--dimensions", "-1", "--most-pairs", "1")
    said = w2v("compare", normalized, *methods, *quick, "--bootstrap", "20", "-o", tmp_path / "out")
    assert said.code == 0, said.err
    scores = pd.read_csv(tmp_path / "out" / "scores.csv")
    rows = scores.query("goal == 'label' and unit == 'accuracy' and probe == 'lda'")
    found = {row.representation: 100 * row.value for row in rows.itertuples()}
    assert found == pytest.approx(expected, abs=0.3)
    # The columns that `normalize` wrote give the same score as the method itself.
    columns = ("--set", "mine=f1_z,f2_z,f3_z", "--methods", "lobanov")
    assert w2v("compare", normalized, *columns, *quick, "--bootstrap", "0", "-o", tmp_path / "own").code == 0
    own = pd.read_csv(tmp_path / "own" / "scores.csv")
    own = own.query("goal == 'label' and unit == 'accuracy' and probe == 'lda'")
    assert own.set_index("representation")["sees_speaker"].to_dict() == {
        "F1-F3 Hz": False,
        "Lobanov F1-F3": True,
        "mine": True,
    }
    assert 100 * own.set_index("representation")["value"]["mine"] == pytest.approx(
        expected["Lobanov F1-F3"], abs=0.3
    )


def test_compare_reads_a_results_folder_with_vectors(
    w2v, corpus: Path, tiny_model: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    options = ("--speakers", corpus / "speakers.csv", "--model", tiny_model, "--bootstrap", "0")
    assert w2v("run", corpus, *options, "-o", out).code == 0
    said = w2v("compare", out, "--bootstrap", "0", "-o", tmp_path / "again")
    assert said.code == 0, said.err
    one = pd.read_csv(out / "scores.csv").set_index(["representation", "goal", "probe", "unit"])["value"]
    two = pd.read_csv(tmp_path / "again" / "scores.csv").set_index(
        ["representation", "goal", "probe", "unit"]
    )["value"]
    assert two.loc[one.index].to_numpy() == pytest.approx(one.to_numpy(), abs=1e-9)
    # The methods paragraph still knows how the values were made, though no sound was opened.
    report = html.unescape((tmp_path / "again" / "report.html").read_text(encoding="utf-8"))
    for words in ("Burg's method", "of the model tiny", "with Praat 6.1.38", "by-speaker z-score"):
        assert words in report


def test_compare_says_which_methods_are_not_possible(w2v, tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    rows = [
        f"{speaker},{vowel},{f1 + rng.normal(0, 30):.1f},{f2 + rng.normal(0, 50):.1f}"
        for speaker in "ABCD"
        for vowel, f1, f2 in (("i", 300, 2300), ("a", 750, 1400), ("u", 320, 800))
        for _ in range(4)
    ]
    (tmp_path / "two.csv").write_text("speaker,vowel,F1,F2\n" + "\n".join(rows) + "\n", encoding="utf-8")
    options = ("--formants", "F1,F2", "--methods", "lobanov,bark_difference", "--bootstrap", "0")
    said = w2v("compare", tmp_path / "two.csv", *options)
    assert said.code == 0, said.err
    assert "bark_difference left out" in said.err
    assert "Lobanov F1-F2" in said.out


def test_compare_refuses_an_unknown_method(w2v, tmp_path: Path) -> None:
    (tmp_path / "toy.csv").write_text(TOY, encoding="utf-8")
    said = w2v("compare", tmp_path / "toy.csv", "--methods", "lobanof")
    assert said.code == 2
    assert "lobanof" in said.err
    assert "nearey2" in said.err


def test_compare_names_a_missing_table(w2v, tmp_path: Path) -> None:
    said = w2v("compare", tmp_path)
    assert said.code == 2
    assert "tokens.csv" in said.err
