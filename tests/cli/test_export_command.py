"""``w2vpraat export``, and the commands on tables of other programs, as a newcomer types them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest

TOKENS = (
    "id,file_name,speaker,tier,label,word,pre_seg,fol_seg,start,end,dur,time,prop_time,F1,F2,F3\n"
    "a#2.1,a.wav,A,phones,i,heed,h,d,0.1,0.3,0.2,0.2,0.5,300,2300,3000\n"
    "a#2.2,a.wav,A,phones,a,hod,h,d,1.1,1.3,0.2,1.2,0.5,750,1400,2500\n"
    "a#2.3,a.wav,A,phones,u,hood,h,d,2.1,2.3,0.2,2.2,0.5,320,800,2400\n"
)


def results(folder: Path) -> Path:
    (folder / "results").mkdir()
    (folder / "results" / "tokens.csv").write_text(TOKENS, encoding="utf-8")
    return folder / "results"


def test_results_folder_to_norm_and_back(w2v, tmp_path: Path):
    said = w2v("export", results(tmp_path), "--as", "norm", "-o", tmp_path / "n.txt")
    assert said.code == 0, said.err
    assert "note: not held by NORM / vowels (R), left out: id, file_name, tier" in said.err
    assert "written:" in said.err
    rows = (tmp_path / "n.txt").read_text(encoding="utf-8").splitlines()
    assert rows[1] == "A\ti\theed\t300\t2300\t3000\t\t\t"
    said = w2v("normalize", tmp_path / "n.txt", "--methods", "lobanov")
    assert said.code == 0, said.err
    assert "Speaker -> speaker, Vowel -> label" in said.err
    assert said.out.splitlines()[0] == "speaker,label,word,F1,F2,F3,F1_z,F2_z,F3_z"


def test_one_program_s_table_becomes_another_s(w2v, tmp_path: Path):
    assert w2v("export", results(tmp_path), "--as", "emur", "-o", tmp_path / "e.csv").code == 0
    said = w2v("export", tmp_path / "e.csv", "--as", "visvow", "-o", tmp_path / "v.xlsx")
    assert said.code == 0, said.err
    assert "taken for a table of emuR" in said.err
    sheet = openpyxl.load_workbook(tmp_path / "v.xlsx").worksheets[0]
    assert [cell.value for cell in sheet[2]][-6:] == [0.2, 0.1, None, 300, 2300, 3000]


def test_columns_can_be_named_and_a_speaker_is_not_always_needed(w2v, tmp_path: Path):
    (tmp_path / "t.csv").write_text("Vokal;f1;f2\ni;300,5;2300\na;700;1300\n", encoding="utf-8")
    out = tmp_path / "p.csv"
    said = w2v("export", tmp_path / "t.csv", "--as", "new-fave", "--label", "Vokal", "-o", out)
    assert said.code == 0, said.err
    assert pd.read_csv(out)[["label", "F1", "F2"]].values.tolist() == [["i", 300.5, 2300], ["a", 700.0, 1300]]
    said = w2v("export", tmp_path / "t.csv", "--as", "norm", "--label", "Vokal", "-o", tmp_path / "n.txt")
    assert said.code == 2
    assert "--speaker none if all tokens are one speaker's" in said.err
    said = w2v(
        *("export", tmp_path / "t.csv", "--as", "norm", "--label", "Vokal", "--speaker", "none"),
        *("-o", tmp_path / "n.txt"),
    )
    assert said.code == 0, said.err
    assert "(one speaker)\ti\t" in (tmp_path / "n.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--as", "praat", "-o", "x.csv"), "'praat' is not one of 'new-fave', 'norm', 'visvow', 'emur'"),
        (("--as", "visvow", "-o", "x.csv"), "end the name in .xlsx"),
        (
            ("--as", "norm", "-o", "x.txt", "--preset", "visvow"),
            "the columns are not those of Visible Vowels",
        ),
        (("--as", "norm", "-o", "x.txt", "--label", "lable"), 'did you mean "label"?'),
        (("--as", "norm"), "Missing option '-o'"),
    ],
)
def test_wrong_words_get_a_hint(
    w2v, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], message: str
):
    monkeypatch.chdir(tmp_path)
    said = w2v("export", results(tmp_path), *arguments)
    assert said.code == 2
    assert message in said.err
    assert not list(tmp_path.glob("x.*"))


def test_a_missing_table_is_named(w2v, tmp_path: Path):
    said = w2v("export", tmp_path, "--as", "norm", "-o", tmp_path / "n.txt")
    assert said.code == 2
    assert "tokens.csv" in said.err


def test_normalize_warns_of_kilohertz_and_asks_for_formants_that_are_there(w2v, tmp_path: Path):
    rows = "".join(
        f"A,{v},{f1},{f2}\n" for v, f1, f2 in (("i", 0.3, 2.3), ("a", 0.75, 1.4), ("u", 0.32, 0.8))
    )
    (tmp_path / "t.csv").write_text("speaker,vowel,F1,F2\n" + rows, encoding="utf-8")
    said = w2v("normalize", tmp_path / "t.csv", "--methods", "lobanov")
    assert said.code == 2
    assert 'no column "F3" (--formants F1,F2 does without' in said.err
    said = w2v("normalize", tmp_path / "t.csv", "--methods", "lobanov", "--formants", "F1,F2")
    assert said.code == 0, said.err
    assert "warning: the median of F1 is 0.32: it looks like kHz" in said.err


def test_time_points_of_a_token_are_tied_by_a_column(w2v, tmp_path: Path):
    rng = np.random.default_rng(3)
    rows = [
        f"{speaker},{vowel},{token},{point},{f1 + rng.normal(0, 9):.1f},{f2 + rng.normal(0, 9):.1f}"
        for speaker in "AB"
        for token, (vowel, f1, f2) in enumerate((("i", 300, 2300), ("a", 750, 1400), ("u", 320, 800)) * 3)
        for point in (0.2, 0.5, 0.8)
    ]
    (tmp_path / "t.csv").write_text(
        "speaker,vowel,nr,prop_time,F1,F2\n" + "\n".join(rows) + "\n", encoding="utf-8"
    )
    options = ("--formants", "F1,F2", "--methods", "lobanov", "-o", tmp_path / "out.csv")
    said = w2v("normalize", tmp_path / "t.csv", *options)
    assert '"prop_time" grows from row to row' in said.err
    said = w2v("normalize", tmp_path / "t.csv", "--token", "nr", *options)
    assert said.code == 0, said.err
    assert "grows" not in said.err
    assert "ids start again with each speaker" in said.err
    table = pd.read_csv(tmp_path / "out.csv")
    assert table["id"].nunique() == 18


@pytest.mark.shared_data
def test_hillenbrand_s_children_women_and_men_as_norm(w2v, shared_data: Path, tmp_path: Path):
    out = tmp_path / "h95.txt"
    said = w2v("export", shared_data / "formants" / "h95_phonTools.csv", "--as", "norm", "-o", out)
    assert said.code == 0, said.err
    assert "the median of dur is" in said.err  # milliseconds in their table
    source = pd.read_csv(shared_data / "formants" / "h95_phonTools.csv")
    written = pd.read_csv(out, sep="\t", quoting=3)
    for theirs, ours in (("F1", "f1"), ("F2", "f2"), ("F3", "f3"), ("Vowel", "vowel")):
        assert written[theirs].tolist() == source[ours].tolist()
