"""Export presets: exact headers, units, what is said, and back again through the reader."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from w2vpraat.errors import ExportError, InputError
from w2vpraat.export.presets import as_preset, write_preset
from w2vpraat.pipeline.user_tables import open_user_table, read_user_table

NEW_FAVE = re.findall(
    r"\w+",
    "F1,F2,F3,B1,B2,B3,max_formant,smooth_error,time,rel_time,prop_time,id,label,file_name,group,speaker_num,"
    "point_heuristic,optimized,word,stress,dur,pre_word,fol_word,pre_seg,fol_seg,abs_pre_seg,abs_fol_seg,context",
)
EMUR = re.findall(
    r"\w+",
    "labels,start,end,db_uuid,session,bundle,start_item_id,end_item_id,level,attribute,start_item_seq_idx,"
    "end_item_seq_idx,type,sample_start,sample_end,sample_rate",
)


def long_table() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "id": ["a#2.3", "a#2.9", "b#2.1"],
            "file_name": ["x/a.flac", "x/a.flac", "b.wav"],
            "speaker": ["007", "007", "Åsa"],
            "tier": ["phones"] * 3,
            "label": ["ɑː", '"e', "="],
            "word": ["five", "five", "two words"],
            "pre_seg": ["f", "", "t"],
            "fol_seg": ["v", "2", ""],
            "start": [0.76, 1.1000000000000001, 12.123456789012345],
            "end": [0.95, 1.25, 12.25],
            "dur": np.round([0.19, 0.15, 12.25 - 12.123456789012345], 12),
            "time": [0.855, 1.175, 12.186728394506172],
            "prop_time": [0.5, 0.5, 0.5],
            "F1": [350.5220416850252, 410.0, np.nan],
            "F2": [2300.1, 1900.0, 900.0],
            "F3": [2900.0, 2500.0, 2400.0],
            "B1": [80.5, 90.0, 70.25],
            "f0": [210.0, 95.5, 180.125],
            "age": [33.0, 33.0, 61.0],
            "dialect": ["north", "north", "south"],
        }
    )


def tracks() -> pd.DataFrame:
    rows = [
        (token, speaker, label, share, 0.2, f1 + 100 * share, f2 - 50 * share)
        for token, speaker, label, f1, f2 in (
            ("t1", "A", "ay", 700.0, 1300.0),
            ("t2", "B", "i", 300.0, 2300.0),
        )
        for share in (0.25, 0.5, 0.75)
    ]
    return pd.DataFrame(rows, columns=["id", "speaker", "label", "prop_time", "dur", "F1", "F2"])


def back(table: pd.DataFrame, key: str, path: Path, *lost: str) -> pd.DataFrame:
    """Write, read with the preset recognized, and compare every column but the lost ones."""
    write_preset(as_preset(table, key), path)
    opened = open_user_table(path)
    assert opened.preset == key
    kept = [name for name in table.columns if name not in lost]
    pd.testing.assert_frame_equal(opened.table[kept], table[kept], check_exact=True)
    return opened.table


def test_new_fave_header_is_exact_and_others_follow():
    made = as_preset(long_table(), "new-fave")
    assert list(made.columns[:28]) == NEW_FAVE
    assert list(made.columns[28:]) == ["tier", "start", "end", "f0", "age", "dialect"]
    cells = dict(zip(made.columns, made.rows[0], strict=True))
    assert (cells["group"], cells["file_name"], cells["rel_time"]) == ("007", "x/a", 0.095)
    # Neighbours on the tier don't stop at the word: new-fave's pre_seg would be "#" there.
    assert (cells["pre_seg"], cells["abs_pre_seg"]) == (None, "f")
    assert cells["smooth_error"] is None
    assert any("smooth_error" in note and note.startswith("empty") for note in made.notes)
    assert any("B1, B2, B3 are in Hz" in note for note in made.notes)


def test_new_fave_comes_back_exactly(tmp_path: Path):
    table = long_table().drop(columns="file_name")
    found = back(table, "new-fave", tmp_path / "a_points.csv")
    assert found["B1"].tolist() == [80.5, 90.0, 70.25]
    assert list(read_user_table(tmp_path / "a_points.csv", preset="none").columns[:28]) == NEW_FAVE


def test_bandwidths_in_the_unit_of_new_fave_go_back_where_they_were(tmp_path: Path):
    header = NEW_FAVE
    values = (
        "F1=500 F2=1500 F3=2500 B1=3.04 B2=4.5 B3=4.6 time=1 dur=0.2 rel_time=0.1 prop_time=0.5 id=0-0-0-1 "
        "label=AY1 file_name=a group=Ann speaker_num=1 pre_seg=# abs_pre_seg=T context=initial"
    )
    row = dict.fromkeys(header, "") | dict(item.split("=") for item in values.split())
    first = tmp_path / "first.csv"
    first.write_text(
        ",".join(header) + "\n" + ",".join(row[name] for name in header) + "\n", encoding="utf-8"
    )
    write_preset(as_preset(read_user_table(first), "new-fave"), tmp_path / "again.csv")
    old, new = (pd.read_csv(path, dtype=str) for path in (first, tmp_path / "again.csv"))
    pd.testing.assert_frame_equal(new[header], old[header])


def test_emur_query_and_track_data(tmp_path: Path):
    plain = long_table().drop(columns=["F1", "F2", "F3"])
    made = as_preset(plain, "emur")
    assert list(made.columns[:16]) == EMUR
    cells = dict(zip(made.columns, made.rows[0], strict=True))
    assert (cells["start"], cells["end"], cells["bundle"], cells["level"]) == ("760", "950", "x/a", "phones")
    assert (cells["type"], cells["sample_rate"], cells["db_uuid"]) == ("SEGMENT", None, None)
    full = long_table()
    full["F1"] = full["F1"].fillna(500.0)
    made = as_preset(full, "emur")
    assert list(made.columns[:23]) == [
        "sl_rowIdx",
        *EMUR,
        "times_orig",
        "times_rel",
        "times_norm",
        "T1",
        "T2",
        "T3",
    ]
    cells = dict(zip(made.columns, made.rows[0], strict=True))
    assert (cells["times_orig"], cells["times_rel"], cells["times_norm"]) == ("855", "95", 0.5)
    back(full, "emur", tmp_path / "e.csv", "file_name")


def test_points_of_emur_are_events():
    table = pd.DataFrame({"label": ["H*"], "start": [1.5], "end": [1.5]})
    made = as_preset(table, "emur")
    assert dict(zip(made.columns, made.rows[0], strict=True))["type"] == "EVENT"


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(0.0, 36000.0), min_size=2, max_size=2).map(sorted))
def test_milliseconds_lose_no_digit_of_any_time(tmp_path_factory: pytest.TempPathFactory, times: list[float]):
    table = pd.DataFrame({"label": ["a"], "start": [times[0]], "end": [times[1]]})
    path = tmp_path_factory.mktemp("ms") / "e.csv"
    write_preset(as_preset(table, "emur"), path)
    found = read_user_table(path)
    assert (found["start"][0], found["end"][0]) == (times[0], times[1])


def test_norm_is_tabs_without_quotes(tmp_path: Path):
    table = long_table()
    made = as_preset(table, "norm")
    path = write_preset(made, tmp_path / "n.txt")
    lines = path.read_text(encoding="utf-8").split("\n")
    assert lines[0] == "Speaker\tVowel\tContext\tF1\tF2\tF3\tF1 gl\tF2 gl\tF3 gl"
    assert lines[1] == "007\tɑː\tfive\t350.5220416850252\t2300.1\t2900\t\t\t"
    assert lines[2].startswith('007\t"e\tfive\t')
    assert any("1 token" in note for note in made.notes)
    assert any(note.startswith("not held by NORM") and "pre_seg" in note for note in made.notes)
    kept = ["speaker", "label", "word", "F1", "F2", "F3"]
    back(table[kept], "norm", tmp_path / "again.txt")


def test_norm_takes_the_last_point_for_the_glide_and_says_what_is_lost():
    made = as_preset(tracks(), "norm")
    assert made.columns == ("Speaker", "Vowel", "Context", "F1", "F2", "F1 gl", "F2 gl")
    assert made.rows[0] == ("A", "ay", None, 725.0, 1287.5, 775.0, 1262.5)
    assert any("1 time points between" in note for note in made.notes)


def test_norm_refuses_a_tab_in_a_label(tmp_path: Path):
    table = long_table().assign(word="a\tb")
    with pytest.raises(ExportError, match="holds a tab"):
        write_preset(as_preset(table, "norm"), tmp_path / "n.txt")
    assert not (tmp_path / "n.txt").exists()


def test_visible_vowels_wide_form(tmp_path: Path):
    made = as_preset(tracks(), "visvow")
    assert made.columns == ("speaker", "vowel", "duration", *("time", "f0", "F1", "F2", "F3") * 3)
    path = write_preset(made, tmp_path / "v.xlsx")
    sheet = openpyxl.load_workbook(path).worksheets[0]
    assert [cell.value for cell in sheet[1]] == list(made.columns)
    assert [cell.value for cell in sheet[2]][:8] == ["A", "ay", 0.2, 0.05, None, 725, 1287.5, None]
    found = open_user_table(path)
    assert found.preset == "visvow"
    table = tracks()
    columns = ["speaker", "label", "prop_time", "dur", "F1", "F2"]
    pd.testing.assert_frame_equal(found.table[columns], table[columns], check_exact=True)
    assert found.table["id"].tolist() == ["1", "1", "1", "2", "2", "2"]


def test_visible_vowels_gets_text_columns_as_factors_and_hears_of_lost_tokens(tmp_path: Path):
    table = long_table()
    made = as_preset(table, "visvow")
    assert made.columns == (
        *("speaker", "vowel", "file_name", "word", "pre_seg", "fol_seg", "dialect", "duration"),
        *("time", "f0", "F1", "F2", "F3"),
    )
    assert (
        "Visible Vowels leaves out 2 of 3 tokens with an empty cell (pre_seg 1, fol_seg 1, F1 1)"
        in made.notes
    )
    assert any("left out" in note and "age" in note for note in made.notes)
    kept = [
        "file_name",
        "speaker",
        "label",
        "word",
        "pre_seg",
        "fol_seg",
        "dur",
        "F1",
        "F2",
        "F3",
        "f0",
        "dialect",
    ]
    path = write_preset(made, tmp_path / "v.xlsx")
    found = read_user_table(path)
    pd.testing.assert_frame_equal(found[kept], table[kept], check_exact=True)
    assert found["prop_time"].tolist() == [0.5, 0.5, 0.5]
    assert found["label"].tolist()[2] == "="  # no formula
    assert openpyxl.load_workbook(path).worksheets[0]["B4"].data_type == "s"


def test_tokens_with_fewer_points_get_empty_groups(tmp_path: Path):
    table = tracks().drop(index=5)
    made = as_preset(table, "visvow")
    assert made.rows[1][13:] == (None,) * 5
    assert any("leaves out 1 of 2 tokens" in note for note in made.notes)
    write_preset(made, tmp_path / "v.xlsx")
    assert len(read_user_table(tmp_path / "v.xlsx")) == 5


def test_points_stand_in_the_order_of_time():
    shuffled = tracks().iloc[[2, 5, 0, 4, 1, 3]]
    made = as_preset(shuffled, "visvow")
    assert [row for row in made.rows if row[0] == "A"] == [as_preset(tracks(), "visvow").rows[0]]


def test_file_names_keep_their_endings_if_two_would_be_the_same():
    table = pd.DataFrame({"label": ["a", "a"], "file_name": ["a.wav", "a.flac"]})
    made = as_preset(table, "emur")
    assert [row[made.columns.index("bundle")] for row in made.rows] == ["a.wav", "a.flac"]
    assert any("keep their endings" in note for note in made.notes)


@pytest.mark.parametrize(("key", "name"), [("norm", "a.csv"), ("visvow", "a.csv"), ("new-fave", "a.xlsx")])
def test_wrong_endings_are_refused(tmp_path: Path, key: str, name: str):
    with pytest.raises(ExportError, match=r"end the name in \."):
        write_preset(as_preset(long_table(), key), tmp_path / name)


def test_what_a_program_needs_must_be_there():
    with pytest.raises(ExportError, match='needs a column "speaker"'):
        as_preset(long_table().drop(columns="speaker"), "norm")
    with pytest.raises(InputError, match=r"no preset \"fasttrack\".*new-fave, norm, visvow, emur"):
        as_preset(long_table(), "fasttrack")


@pytest.mark.shared_data
@pytest.mark.parametrize(
    ("key", "ending"), [("norm", "txt"), ("visvow", "xlsx"), ("new-fave", "csv"), ("emur", "csv")]
)
def test_peterson_and_barney_survive_each_program(shared_data: Path, tmp_path: Path, key: str, ending: str):
    table = read_user_table(shared_data / "formants" / "pb52_phonTools.csv").rename(
        columns={"vowel": "label", "f1": "F1", "f2": "F2", "f3": "F3"}
    )
    kept = ["speaker", "label", "F1", "F2", "F3"]
    if key != "norm":
        kept += ["f0", "type", "sex"]
    back(table[kept], key, tmp_path / f"pb52.{ending}")
