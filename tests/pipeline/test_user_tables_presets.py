"""Users' own tables: numbers and texts told apart, conventions recognized, odd values said."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from w2vpraat.errors import InputError
from w2vpraat.pipeline.table_checks import (
    duration_warnings,
    formant_warnings,
    repeated_row_warnings,
    require_numbers,
    tell_tokens_apart,
)
from w2vpraat.pipeline.user_tables import open_user_table, read_user_table


def wrote(folder: Path, text: str, name: str = "t.csv", encoding: str = "utf-8") -> Path:
    (folder / name).write_bytes(text.encode(encoding))
    return folder / name


def test_numbers_missing_values_and_names_that_look_like_numbers(tmp_path: Path):
    path = wrote(
        tmp_path,
        "speaker;vowel;pre_seg;F1;F2;F3;f0;session\n"
        "007;2;9;300,5;2300;--undefined--;120;1_2\n"
        "1.0;NA;2;NA;#N/A;2500;--undefined--;1_3\n"
        "1e5;--undefined--;@;400;.;2600;99;1_4\n",
        encoding="cp1252",
    )
    table = read_user_table(path)
    assert table["speaker"].tolist() == ["007", "1.0", "1e5"]
    assert table["vowel"].tolist() == ["2", "NA", ""]  # a label may be called NA
    assert table["pre_seg"].tolist() == ["9", "2", "@"]
    assert table["session"].tolist() == ["1_2", "1_3", "1_4"]
    np.testing.assert_array_equal(table["F1"], [300.5, np.nan, 400])
    np.testing.assert_array_equal(table["F2"], [2300, np.nan, np.nan])
    np.testing.assert_array_equal(table["F3"], [np.nan, 2500, 2600])
    np.testing.assert_array_equal(table["f0"], [120, np.nan, 99])


def test_thousands_that_could_be_decimals_are_said(tmp_path: Path):
    opened = open_user_table(wrote(tmp_path, 'speaker,vowel,F1,F2\nA,i,300,"2,300"\nA,a,700,"1,400"\n'))
    assert opened.table["F2"].tolist() == [2.3, 1.4]
    assert "F2 (2,300 is read as 2.300)" in opened.notes[0]


def test_a_recognized_table_is_said_and_can_be_read_as_it_is(tmp_path: Path):
    text = "Speaker\tVowel\tContext\tF1\tF2\tF3\tF1 gl\tF2 gl\tF3 gl\n12\tay\tfive\t700\t1300\t2400\t\t\t\n"
    path = wrote(tmp_path, text, "n.txt")
    opened = open_user_table(path)
    assert (opened.preset, list(opened.table.columns)) == (
        "norm",
        ["speaker", "label", "word", "F1", "F2", "F3"],
    )
    assert opened.table["speaker"].tolist() == ["12"]
    assert opened.notes[0] == (
        "taken for a table of NORM / vowels (R): Speaker -> speaker, Vowel -> label, Context -> word "
        "(--preset none reads it as it is)"
    )
    assert list(read_user_table(path, preset="none").columns)[:3] == ["Speaker", "Vowel", "Context"]
    named = open_user_table(path, text=("Vowel",), keep=("Vowel",)).table
    assert list(named.columns) == ["speaker", "Vowel", "word", "F1", "F2", "F3"]


def test_a_preset_that_is_asked_for_must_fit(tmp_path: Path):
    path = wrote(tmp_path, "a,b\n1,2\n")
    with pytest.raises(InputError, match=r"t\.csv: the columns are not those of emuR"):
        read_user_table(path, preset="emur")
    with pytest.raises(InputError, match=r"no preset \"praat\".*new-fave"):
        read_user_table(path, preset="praat")


@pytest.mark.parametrize(
    ("text", "name", "message"),
    [
        ("F1,F1\n1,2\n", "t.csv", 'columns 1 and 2 are both called "F1"'),
        ("F1,F2\n", "t.csv", "no rows"),
        ("F1,F2\n1,2,3\n", "t.ods", "unknown kind"),
    ],
)
def test_what_can_not_be_read_is_an_input_error(tmp_path: Path, text: str, name: str, message: str):
    with pytest.raises(InputError, match=message):
        read_user_table(wrote(tmp_path, text, name))


def test_yaml_and_parquet_are_tables_too(tmp_path: Path):
    table = read_user_table(wrote(tmp_path, "- {speaker: 03, F1: 300}\n- {speaker: 04, F1: 310}\n", "t.yaml"))
    assert table.to_dict("list") == {"speaker": ["03", "04"], "F1": [300.0, 310.0]}
    table.to_parquet(tmp_path / "t.parquet")
    pd.testing.assert_frame_equal(read_user_table(tmp_path / "t.parquet"), table)


# Odd values


def formants(*rows: tuple[float, float]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["F1", "F2"])


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([(0.3, 2.3), (0.7, 1.3)], "kHz"),
        ([(3.1, 13.9), (6.6, 10.0)], "Bark, ERB or a logarithm"),
        ([(5.7, 7.7), (6.6, 7.2)], "Bark, ERB or a logarithm"),  # ln Hz
        ([(-1.1, 0.9), (1.2, -0.3)], "F1, F2: negative values look normalized"),
        ([(2300.0, 300.0), (1300.0, 700.0)], "F1 is higher than F2"),
    ],
)
def test_implausible_formants_are_said(rows: list[tuple[float, float]], words: str):
    said = formant_warnings(formants(*rows), ["F1", "F2"])
    assert len(said) == 1
    assert words in said[0]


def test_plausible_formants_are_not_talked_about():
    assert formant_warnings(formants((220.0, 600.0), (1100.0, 1600.0)), ["F1", "F2"]) == []
    assert formant_warnings(formants((220.0, np.nan)), ["F1", "F2"]) == []
    assert formant_warnings(formants((220.0, 600.0)), []) == []


def test_milliseconds_in_dur_are_said():
    assert "milliseconds" in duration_warnings(pd.DataFrame({"dur": [240.0, 180.0]}))[0]
    assert duration_warnings(pd.DataFrame({"dur": [0.24, 0.18]})) == []
    assert duration_warnings(pd.DataFrame({"F1": [300.0]})) == []


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        (["300", "3oo", "310"], 'column "F1" holds text: "3oo"'),
        (["", "NA", ""], 'column "F1" is empty'),
        (["300,5", "300.5"], 'column "F1" holds text: "300,5"'),
    ],
)
def test_columns_of_numbers_must_hold_numbers(cells: list[str], message: str):
    with pytest.raises(InputError, match=message):
        require_numbers(pd.DataFrame({"F1": cells}), ["F1"], "t.csv")


def test_rows_that_look_like_time_points_of_one_token_are_said():
    table = pd.DataFrame({"s": ["A"] * 6, "v": list("aaaiii"), "time": [0.1, 0.2, 0.3, 0.7, 0.8, 0.9]})
    assert '"time" grows' in repeated_row_warnings(table, "v", "s")[0]
    assert repeated_row_warnings(table.assign(id="1"), "v", "s") == []
    assert repeated_row_warnings(table.assign(v=list("aiaiai")), "v", "s") == []
    assert repeated_row_warnings(table.drop(columns="time"), "v", "s") == []


def test_ids_that_start_again_are_made_unique():
    table = pd.DataFrame(
        {"id": ["1", "1", "1", "1"], "speaker": ["A", "A", "B", "B"], "label": ["i", "i", "a", "a"]}
    )
    made, notes = tell_tokens_apart(table, "label", "speaker", "t.csv")
    assert made["id"].tolist() == ["A:1", "A:1", "B:1", "B:1"]
    assert "speaker:id" in notes[0]
    files = table.assign(speaker="A", file_name=["x", "x", "y", "y"])
    made, _ = tell_tokens_apart(files, "label", "speaker", "t.csv")
    assert made["id"].tolist() == ["x:1", "x:1", "y:1", "y:1"]
    with pytest.raises(InputError, match='id "1" have different labels: i, a'):
        tell_tokens_apart(table.assign(speaker="A"), "label", "speaker", "t.csv")
    same = table.assign(id=list("1234"))
    assert tell_tokens_apart(same, "label", "speaker", "t.csv") == (same, [])


@pytest.mark.shared_data
@pytest.mark.parametrize(("name", "rows", "speakers"), [("pb52", 1520, 76), ("h95", 1668, 139)])
def test_reference_tables_are_nobodys_preset(shared_data: Path, name: str, rows: int, speakers: int):
    opened = open_user_table(shared_data / "formants" / f"{name}_phonTools.csv")
    assert (opened.preset, opened.notes) == ("", ())
    assert (len(opened.table), opened.table["speaker"].nunique()) == (rows, speakers)
    assert formant_warnings(opened.table, ["f1", "f2", "f3"]) == []
