"""Tables of other programs: recognized by their exact headers, renamed, units converted, odd files read."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from w2vpraat.corpus.tables.cells import Cells, read_cells
from w2vpraat.corpus.tables.importing import import_cells
from w2vpraat.corpus.tables.presets import PRESETS, WRITTEN, find_preset, recognize
from w2vpraat.errors import InputError, SpeakerError

NEW_FAVE = (
    "F1,F2,F3,B1,B2,B3,max_formant,smooth_error,time,rel_time,prop_time,id,label,file_name,group,speaker_num,"
    "point_heuristic,optimized,word,stress,dur,pre_word,fol_word,pre_seg,fol_seg,abs_pre_seg,abs_fol_seg,context"
)
EMUR = (
    "labels,start,end,db_uuid,session,bundle,start_item_id,end_item_id,level,attribute,start_item_seq_idx,"
    "end_item_seq_idx,type,sample_start,sample_end,sample_rate"
)
FAVE = (
    "age,name,sex,vowel,stress,pre_word,word,fol_word,F1,F2,F3,B1,B2,B3,t,beg,end,dur,plt_vclass,ipa_vclass,"
    "plt_manner,plt_place,plt_voice,plt_preseg,plt_folseq,style,glide,pre_seg,fol_seg,context,vowel_index"
)
HEADERS = {
    "new-fave": NEW_FAVE,
    "norm": "Speaker,Vowel,Context,F1,F2,F3,F1 gl,F2 gl,F3 gl",
    "visvow": "speaker,vowel,region,duration,time,f0,F1,F2,F3,time,f0,F1,F2,F3",
    "emur": EMUR,
    "new-fave-tracks": "F1,F2,F3,F1_s,F2_s,F3_s,B1,B2,B3,error,time,max_formant,n_formant,smooth_method,"
    "file_name,id,group,label,speaker_num,optimized,word,stress,dur,pre_word,context",
    "new-fave-param": "param,F1,F2,F3,error,file_name,id,group,label,max_formant,speaker_num",
    "fave-extract": FAVE,
    "fasttrack": "file,f0,duration,label,group,color,number,cutoff,f11,f21,f31,f12,f22,f32",
    "polyglotdb": "speaker,speaker_sex,file,speech_rate,word,phone,previous,following,phone_start,phone_end,"
    "F1,F2,F3",
    "praatsauce": "file,label,intervaldID,t,f0,F1,F2,F3,H1c,H2c",
    "voxcommunis": "lang_code,file_id,prev_seg,seg,seg_intv,next_seg,seg_dur,F0,F1,F2,word,word_dur,utt_dur",
}


def imported(key: str, header: str, *rows: str, keep: tuple[str, ...] = ()):
    cells = Cells(tuple(header.split(",")), tuple(tuple(row.split(",")) for row in rows))
    return import_cells(cells, find_preset(key), keep=keep)


def test_every_preset_has_a_header_here():
    assert set(HEADERS) == set(PRESETS)
    assert set(WRITTEN) == {"new-fave", "norm", "visvow", "emur"}


@pytest.mark.parametrize(("key", "header"), HEADERS.items())
def test_exact_headers_are_recognized(key: str, header: str):
    found = recognize(header.split(","))
    assert found is not None
    assert found.key == key


@pytest.mark.parametrize(
    "header",
    [
        "type,sex,speaker,vowel,repetition,f0,f1,f2,f3",
        "type,speaker,vowel,dur,f0,f1,f2,f3",
        "speaker,vowel,F1,F2,F3",
        "speaker,vowel,context,F1,F2,F3",  # a context of one's own is no NORM context
        "id,file_name,speaker,tier,label,word,pre_seg,fol_seg,start,end,dur,time,prop_time,F1,F2,F3",
        "speaker,vowel,duration,time,f0,F1,F2",
        "labels,start,end",
    ],
)
def test_tables_of_ones_own_are_left_alone(header: str):
    assert recognize(header.split(",")) is None


def test_two_conventions_at_once_are_not_guessed():
    both = [*EMUR.split(","), *(name for name in FAVE.split(",") if name not in EMUR.split(","))]
    with pytest.raises(InputError, match=r"emuR and FAVE-extract.*--preset emur or --preset fave-extract"):
        recognize(both)


@pytest.mark.parametrize(
    "header",
    ["speaker,vowel,context,f1,f2,f3,f1 gl,f2 gl,f3 gl", "Speaker,Vowel,N,F1,F2,F3,F1.gl,F2.gl,F3.gl"],
)
def test_norm_is_known_whatever_its_capitals_and_dots(header: str):
    found = recognize(header.split(","))
    assert found is not None
    assert found.key == "norm"


def test_new_fave_points_keep_all_and_gain_start_and_end():
    made = imported(
        "new-fave",
        f"{NEW_FAVE},age",
        "512.5,1800,2500,3.04,4.1,4.4,5500,0.01,12.345,0.045,0.5,0-0-3-4,AY1,anna_1,Anna,1,fave,4,five,1,0.09,"
        "we,dogs,F,V,F,V,internal,33",
    )
    columns = made.columns
    assert columns["speaker"] == ["Anna"]
    assert columns["label"] == ["AY1"]
    assert (columns["start"], columns["end"]) == (["12.3"], ["12.39"])
    assert (columns["pre_seg"], columns["abs_pre_seg"], columns["age"]) == (["F"], ["F"], ["33"])
    # Bandwidths of points files are in another unit than those of tracks.
    assert "B1" not in columns
    assert columns["new_fave_B1"] == ["3.04"]
    assert any("not in Hz" in note for note in made.notes)


def test_new_fave_tiers_without_a_name_make_each_file_a_speaker():
    row = "500,1500,2500,90,90,90,5500,0,1,0.1,0.5,0-0-0-0,AY,{},group_{},{},x,1,a,1,0.2,,,,,,,"
    one = imported("new-fave", NEW_FAVE, row.format("a", 0, 1), row.format("b", 0, 1))
    assert one.columns["speaker"] == ["a", "b"]
    two = imported("new-fave", NEW_FAVE, row.format("a", 0, 1), row.format("a", 1, 2))
    assert two.columns["speaker"] == ["a:1", "a:2"]
    assert one.columns["B1"] == ["90", "90"]
    assert any("--speaker" in note for note in two.notes)


def test_coefficients_of_new_fave_are_refused():
    with pytest.raises(InputError, match=r"cosine transform.*points or the tracks"):
        imported("new-fave-param", HEADERS["new-fave-param"], "0,700,2000,3000,0.1,a,0-0-0-0,A,AY,5500,1")


def test_emur_milliseconds_become_seconds_to_the_last_digit():
    made = imported(
        "emur",
        f"sl_rowIdx,{EMUR},times_orig,times_rel,times_norm,T1,T2",
        "1,i:,760.0123456789012,950.5,uuid,0000,bndl,12,12,Phonetic,Phonetic,3,3,SEGMENT,1,2,16000,855,95,0.5,300,2300",
        "1,i:,760.0123456789012,950.5,uuid,0000,bndl,12,12,Phonetic,Phonetic,3,3,SEGMENT,1,2,16000,900,140,0.7,310,2250",
    )
    columns = made.columns
    assert columns["label"] == ["i:", "i:"]
    assert columns["start"][0] == "0.7600123456789012"
    assert columns["end"][0] == "0.9505"
    assert columns["dur"][0] == "0.1904876543210988"
    assert columns["time"] == ["0.855", "0.9"]
    assert columns["prop_time"] == ["0.5", "0.7"]
    assert columns["id"] == ["1", "1"]
    assert columns["file_name"][0] == "bndl"
    assert columns["tier"][0] == "Phonetic"
    assert columns["F2"] == ["2300", "2250"]
    assert columns["sample_rate"][0] == "16000"
    assert made.renamed["T1"] == "F1"


def test_tracks_of_emur_that_are_no_formants_keep_their_names():
    made = imported("emur", f"{EMUR},T1", "a,1,2,,s,b,,,l,l,,,SEGMENT,,,,120")
    assert "T1" in made.columns
    assert "F1" not in made.columns
    assert any("keep their names" in note for note in made.notes)


def test_wide_groups_of_visible_vowels_become_rows():
    made = imported(
        "visvow",
        HEADERS["visvow"],
        "A,a,north,116,29,156,773,1123,2338,87,87,743,1113,2156",
        "B,iː,south,114,28.5,145,285,1893,2321,,,,,",  # one point fewer
    )
    columns = made.columns
    assert columns["id"] == ["1", "1", "2"]
    assert columns["label"] == ["a", "a", "iː"]
    assert columns["region"] == ["north", "north", "south"]
    assert columns["dur"] == ["0.116", "0.116", "0.114"]
    assert columns["rel_time"] == ["0.029", "0.087", "0.0285"]
    assert columns["prop_time"] == ["0.25", "0.75", "0.25"]
    assert columns["F1"] == ["773", "743", "285"]
    assert "duration is in milliseconds, to judge by its values" in made.notes


def test_visible_vowels_in_seconds_and_with_numbered_names_of_r():
    made = imported(
        "visvow", "speaker,vowel,duration,time.1,f0.1,f1.1,f2.1,f3.1", "A,a,0.116,0.058,,773,1123,2338"
    )
    assert made.columns["dur"] == ["0.116"]
    assert made.columns["prop_time"] == ["0.5"]
    assert "f0" not in made.columns  # an empty column of the preset says nothing
    assert "id" not in made.columns


def test_long_form_of_visible_vowels():
    header = "speaker,vowel,timepoint,word,duration,time,f0,F1,F2,F3"
    rows = [
        f"A,a,{point},{word},100,{time},,700,1200,2500" for word in "xy" for point, time in ((1, 20), (2, 80))
    ]
    made = imported("visvow", header, *rows)
    assert made.columns["id"] == ["1", "1", "2", "2"]
    assert made.columns["prop_time"] == ["0.2", "0.8", "0.2", "0.8"]
    with pytest.raises(InputError, match=r"time point 1 of A a x is there more than once"):
        imported("visvow", header, rows[0], rows[0])


def test_visible_vowels_with_times_of_the_recording_has_no_share():
    made = imported("visvow", "speaker,vowel,duration,time,f0,F1,F2,F3", "A,a,0.1,3.05,120,700,1200,2500")
    assert "prop_time" not in made.columns
    assert any("count from 0" in note for note in made.notes)


def test_norm_renames_and_keeps_a_glide():
    made = imported("norm", HEADERS["norm"], "Ann,ay,five,700,1300,2400,500,1900,2500")
    assert list(made.columns) == ["speaker", "label", "word", "F1", "F2", "F3", "F1 gl", "F2 gl", "F3 gl"]
    assert made.columns["F2 gl"] == ["1900"]


def test_norm_asked_for_goes_by_position():
    made = imported("norm", "who,what,where,a,b,c,d,e,f", "Ann,ay,five,700,1300,2400,,,")
    assert {name: cells[0] for name, cells in made.columns.items()} == {
        "speaker": "Ann",
        "label": "ay",
        "word": "five",
        "F1": "700",
        "F2": "1300",
        "F3": "2400",
    }
    with pytest.raises(InputError, match="the columns are not those of NORM"):
        imported("norm", "who,what", "Ann,ay")


def test_fave_extract_and_polyglotdb_and_voxcommunis_and_praatsauce():
    row = "33,Ann,f,AY,1,we,five,dogs,700,1300,2400,80,90,99,1.25,1.2,1.3,0.1,ay,ai,,,,,,,,F,V,internal,2"
    fave = imported("fave-extract", FAVE, row).columns
    assert [fave[name][0] for name in ("speaker", "label", "time", "start", "end", "sex", "plt_vclass")] == [
        "Ann",
        "AY",
        "1.25",
        "1.2",
        "1.3",
        "f",
        "ay",
    ]
    db = imported(
        "polyglotdb", HEADERS["polyglotdb"], "s1,f,a.wav,4.2,cat,AE1,K,T,0.1,0.2,700,1700,2500"
    ).columns
    assert [db[name][0] for name in ("label", "sex", "pre_seg", "fol_seg", "start", "end", "file_name")] == [
        "AE1",
        "f",
        "K",
        "T",
        "0.1",
        "0.2",
        "a.wav",
    ]
    vox = imported("voxcommunis", HEADERS["voxcommunis"], "cv,f1,p,a,7,t,85,120,700,1300,pat,200,900").columns
    assert (vox["dur"], vox["label"], vox["f0"], vox["word_dur"]) == (["0.085"], ["a"], ["120"], ["200"])
    sauce = imported(
        "praatsauce", HEADERS["praatsauce"], "x,a,4,0.1,0,700,1300,0,5,6", "x,a,4,0.2,99,710,1310,2400,5,6"
    )
    assert sauce.columns["id"] == ["x:4", "x:4"]
    assert (sauce.columns["f0"], sauce.columns["F3"]) == (["", "99"], ["", "2400"])
    assert sauce.columns["H1c"] == ["5", "5"]


def test_time_slices_of_fast_track_become_rows():
    made = imported(
        "fasttrack", HEADERS["fasttrack"], "bVd_1,0,0.24,iy,1,Red,1,5000,300,2300,3000,320,2250,2950"
    )
    columns = made.columns
    assert columns["id"] == ["1", "1"]
    assert columns["prop_time"] == ["0.25", "0.75"]
    assert columns["F1"] == ["300", "320"]
    assert columns["F3"] == ["3000", "2950"]
    assert columns["dur"] == ["0.24", "0.24"]
    assert "f0" not in columns  # 0 Hz is Fast Track's word for unvoiced


def test_columns_that_the_user_names_keep_their_names():
    row = "a,1,2,,s,b,,,l,l,,,SEGMENT,,,"
    made = imported("emur", EMUR, row, keep=("labels", "bundle"))
    assert {"labels", "bundle", "tier"} <= set(made.columns)
    assert "label" not in made.columns


def test_a_column_of_our_name_is_not_overwritten():
    row = "500,1500,2500,90,90,90,5500,0,1,0.1,0.5,0-0-0-0,AY,a,tier,1,x,1,a,1,0.2,,,,,,,,Ann"
    made = imported("new-fave", f"{NEW_FAVE},speaker", row)
    assert (made.columns["speaker"], made.columns["group"]) == (["Ann"], ["tier"])
    assert any('"group" keeps its name' in note for note in made.notes)


# Files as people have them


def cells_of(folder: Path, data: bytes, name: str = "t.csv") -> Cells:
    (folder / name).write_bytes(data)
    return read_cells(folder / name)


IPA = "speaker,vowel,F1\nÅsa,ɑː,700\nÅsa,iː,300\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_encodings_of_unicode(tmp_path: Path, encoding: str):
    found = cells_of(tmp_path, IPA.encode(encoding))
    assert found == Cells(("speaker", "vowel", "F1"), (("Åsa", "ɑː", "700"), ("Åsa", "iː", "300")))


def test_windows_1252_is_read_and_said(tmp_path: Path):
    found = cells_of(tmp_path, "speaker;vowel;F1\nÅsa;ø;400,5\n".encode("cp1252"))
    assert found.rows == (("Åsa", "ø", "400,5"),)
    assert "Windows-1252" in found.notes[0]


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ('a,b\r\n"x, y",1\r\n\r\n,\r\nz,2\r\n', (("x, y", "1"), ("z", "2"))),
        ("a\tb, c\n1\t2,5\n", (("1", "2,5"),)),
        ('"a" "b"\n"1" "x y" 3\n"2" "z" 4\n', (("x y", "3"), ("z", "4"))),  # R's write.table
        ('"","a","b"\n"1","x","3"\n"2","y","4"\n', (("x", "3"), ("y", "4"))),  # R's write.csv
        ("a,b,,\n1,2,,\n3,4,,\n", (("1", "2"), ("3", "4"))),  # Excel's empty columns
        ('a\tb\n"e\t1\n@\t2\n', (('"e', "1"), ("@", "2"))),  # SAMPA: "e is stressed
    ],
)
def test_shapes_of_text_tables(tmp_path: Path, text: str, rows: tuple[tuple[str, ...], ...]):
    assert cells_of(tmp_path, text.encode()).rows == rows


def test_short_rows_are_filled_and_said_long_rows_refused(tmp_path: Path):
    found = cells_of(tmp_path, b"a,b,c\n1,2,3\n4\n")
    assert found.rows == (("1", "2", "3"), ("4", "", ""))
    assert "rows shorter than the header: 1" in found.notes[0]
    with pytest.raises(SpeakerError, match="row 2 has 3 cells, but the header has 2"):
        cells_of(tmp_path, b"a,b\n1,2,3\n4,5\n")


@pytest.mark.parametrize(
    ("data", "name", "message"),
    [
        (b"a,b\n", "t.csv", "no rows"),
        (b"a,,c\n1,2,3\n", "t.csv", "column 2 has no name.*a title"),
        (b"x", "t.doc", 'unknown kind .".doc"'),
        (b"no workbook", "t.xlsx", "not an XLSX workbook"),
    ],
)
def test_what_is_no_table_is_refused(tmp_path: Path, data: bytes, name: str, message: str):
    with pytest.raises(SpeakerError, match=message):
        cells_of(tmp_path, data, name)


def test_repeated_names_dates_and_second_sheets_of_workbooks(tmp_path: Path):
    from datetime import datetime

    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (
        ["speaker", "vowel", "duration", "time", "f0", "F1", "F2", "F3", "time", "f0", "F1", "F2", "F3"],
        ["1-2", "a", 100, 20, None, 700, 1200, 2500.5, 80, None, 710, 1250, 2510],
        [datetime(2024, 2, 1), "a", 100, 20, None, 700, 1200, 2500, 80, None, 710, 1250, 2510],
    ):
        sheet.append(row)
    book.create_sheet("notes")
    book.save(tmp_path / "t.xlsx")
    found = read_cells(tmp_path / "t.xlsx")
    assert found.columns.count("F1") == 2
    assert found.rows[0][7] == "2500.5"
    assert 'only the first of 2 sheets is read: "Sheet"' in found.notes
    assert any('column "speaker": Excel has made dates of 1 of 2 cells' in note for note in found.notes)
