"""Metadata are edited as values, and written back into the user's own table."""

from __future__ import annotations

import io
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from w2vpraat.corpus.discover import Recording
from w2vpraat.corpus.speaker_edits import MetadataEdit, apply_edits, edit_speaker, new_speaker_table
from w2vpraat.corpus.speaker_writing import SpeakerFile, new_speakers, open_speakers, save_speakers
from w2vpraat.corpus.speakers import SpeakerTable, read_speakers
from w2vpraat.corpus.tables.patching import CellChanges, patched_text
from w2vpraat.errors import SpeakerError


def recording(name: str) -> Recording:
    return Recording(name, Path(f"/c/{name}.wav"), Path(f"/c/{name}.TextGrid"))


def table(folder: Path, text: str, name: str = "speakers.csv") -> SpeakerTable:
    (folder / name).write_text(text, encoding="utf-8")
    return read_speakers(folder / name)


def cells(found: SpeakerTable) -> list[tuple[str, ...]]:
    return [tuple(row.cells[name] for name in found.columns) for row in found.rows]


def test_all_rows_of_a_speaker_change_and_the_old_table_stays(tmp_path: Path) -> None:
    old = table(tmp_path, "file_name,speaker,Sex\na1.wav,ann,\na2.wav,ann,\nb.wav,bea,F\n")
    new = edit_speaker(old, "ann", "sex", " F ")
    assert cells(new) == [("a1.wav", "ann", "F"), ("a2.wav", "ann", "F"), ("b.wav", "bea", "F")]
    assert cells(old)[0] == ("a1.wav", "ann", "")
    assert new.lookup(recording("a2")).sex == "F"


def test_one_recording_changes_alone(tmp_path: Path) -> None:
    old = table(tmp_path, "file_name,speaker,style\na1.wav,ann,\na2.wav,ann,\n")
    new = edit_speaker(old, recording("a2"), "style", "read")
    assert [row[2] for row in cells(new)] == ["", "read"]


def test_a_new_column_a_new_speaker_and_a_new_recording(tmp_path: Path) -> None:
    speakers = table(tmp_path, "speaker,sex\nann,F\n")
    assert cells(edit_speaker(speakers, "ann", "dialect", "north")) == [("ann", "F", "north")]
    assert cells(edit_speaker(speakers, "bea", "sex", "F")) == [("ann", "F"), ("bea", "F")]
    both = table(tmp_path, "file_name,speaker,sex\na.wav,ann,F\n")
    new = edit_speaker(both, recording("sub/b"), "sex", "M")
    assert cells(new)[1] == ("sub/b.wav", "b", "M")
    assert new.lookup(recording("sub/b")).sex == "M"


def test_a_pattern_keeps_its_other_recordings(tmp_path: Path) -> None:
    old = table(tmp_path, "file_name,speaker,style\nann_*,ann,free\n")
    new = edit_speaker(old, recording("ann_2"), "style", "read")
    assert new.lookup(recording("ann_2")).metadata == {"style": "read"}
    assert new.lookup(recording("ann_1")).metadata == {"style": "free"}
    expression = table(tmp_path, "file_name,style\n/^(?P<speaker>[a-z]+)_/,free\n")
    with pytest.raises(SpeakerError, match=r"row 2 covers ann_2.wav by the regular expression"):
        edit_speaker(expression, recording("ann_2"), "style", "read")


def test_files_that_share_an_entry_are_told_apart(tmp_path: Path) -> None:
    old = table(tmp_path, "- files: [a.wav, b.wav]\n  speaker: ann\n  style: free\n", "s.yaml")
    new = edit_speaker(old, recording("b"), "style", "read")
    assert new.lookup(recording("a")).metadata == {"style": "free"}
    assert new.lookup(recording("b")).metadata == {"style": "read"}


def test_a_speaker_of_a_table_of_files_is_refused(tmp_path: Path) -> None:
    files = table(tmp_path, "file_name,style\na.wav,free\n")
    with pytest.raises(SpeakerError, match="names files, not speakers"):
        edit_speaker(files, "ann", "sex", "F")


def test_two_rows_must_not_become_the_same(tmp_path: Path) -> None:
    old = table(tmp_path, "speaker,sex\nann,F\nbea,F\n")
    with pytest.raises(SpeakerError, match="are both for ann"):
        edit_speaker(old, "bea", "speaker", "ann")


def test_edits_of_a_session_work_without_a_table() -> None:
    edits = [
        MetadataEdit("ann", "sex", "F"),
        MetadataEdit("bea", "sex", "F"),
        MetadataEdit("ann", "age", "30"),
    ]
    made = apply_edits(None, edits, [recording("ann_1")])
    assert made is not None
    assert cells(made) == [("ann", "F", "30"), ("bea", "F", "")]
    assert made.lookup(recording("ann_1")).metadata == {"sex": "F", "age": "30"}
    assert apply_edits(None, []) is None
    with pytest.raises(SpeakerError, match="says whose the rows are"):
        apply_edits(made, [MetadataEdit("ann", "Speaker", "anna")])


def test_an_edit_that_names_a_recording_is_for_it_alone(tmp_path: Path) -> None:
    old = table(tmp_path, "file_name,speaker,style\na1.wav,ann,\na2.wav,ann,\n")
    made = apply_edits(old, [MetadataEdit("a2.wav", "style", "read")], [recording("a1"), recording("a2")])
    assert made is not None
    assert [row[2] for row in cells(made)] == ["", "read"]


def save(path: Path, *edits: tuple[str, str, str]) -> SpeakerFile:
    file = open_speakers(path)
    for edit in edits:
        file = file.edited(*edit)
    return save_speakers(file)


ODD = 'speaker;"sex";note\r\nann;F;"said ""no""; twice"\r\n\r\n bea ;"F";\r\ncarl;m;"two\nlines"\r\ndan;"";x'


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
def test_only_the_changed_line_of_a_csv_changes(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "s.csv"
    path.write_bytes(ODD.encode(encoding))
    save(path, ("bea", "sex", "w"), ("dan", "note", "ə; ß"))
    expected = ODD.replace(' bea ;"F";', ' bea ;"w";').replace('dan;"";x', 'dan;"";"ə; ß"')
    assert path.read_bytes() == expected.encode(encoding)
    assert (tmp_path / "s.csv.bak").read_bytes() == ODD.encode(encoding)


def test_a_column_and_a_row_are_added_in_the_style_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "s.csv"
    path.write_bytes(ODD.encode())
    save(path, ("ann", "age", "30"), ("eve", "sex", "F"))
    assert path.read_bytes().decode() == (
        'speaker;"sex";note;age\r\n'
        'ann;F;"said ""no""; twice";30\r\n'
        "\r\n"
        ' bea ;"F";;\r\n'
        'carl;m;"two\nlines";\r\n'
        'dan;"";x;\r\n'
        "eve;F;;\r\n"
    )


def test_tabs_and_a_file_without_changes(tmp_path: Path) -> None:
    path = tmp_path / "s.tsv"
    path.write_bytes(b"speaker\tsex\nann\tF, or so\n")
    save(path)
    assert not (tmp_path / "s.tsv.bak").exists()
    save(path, ("ann", "sex", "F, or so"))
    assert not (tmp_path / "s.tsv.bak").exists()
    save(path, ("ann", "sex", "a,b"))
    assert path.read_bytes() == b"speaker\tsex\nann\ta,b\n"


def test_a_table_that_changed_on_the_disk_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "s.csv"
    path.write_text("speaker,sex\nann,F\n")
    file = open_speakers(path).edited("ann", "sex", "M")
    path.write_text("speaker,sex\nann,F\nbea,F\n")
    with pytest.raises(SpeakerError, match=r"changed by another program .*read the table again"):
        save_speakers(file)
    assert path.read_text() == "speaker,sex\nann,F\nbea,F\n"
    path.unlink()
    with pytest.raises(SpeakerError, match="is gone"):
        save_speakers(file)


def test_saving_twice_goes_on_from_what_was_written(tmp_path: Path) -> None:
    path = tmp_path / "s.csv"
    path.write_text("speaker,sex\nann,F\n")
    file = save(path, ("ann", "sex", "M"))
    save_speakers(file.edited("ann", "sex", "w"))
    assert path.read_text() == "speaker,sex\nann,w\n"
    assert (tmp_path / "s.csv.bak").read_text() == "speaker,sex\nann,M\n"


def test_a_new_table_is_made_where_there_was_none(tmp_path: Path) -> None:
    path = tmp_path / "work" / "speakers.csv"
    file = new_speakers(path).edited("ann", "sex", "F").edited("bea", "note", 'a "b", c')
    save_speakers(file)
    assert path.read_text() == 'speaker,sex,note\nann,F,\nbea,,"a ""b"", c"\n'
    assert new_speaker_table(path).rows == ()
    with pytest.raises(SpeakerError, match="is there already"):
        new_speakers(path)
    with pytest.raises(SpeakerError, match=r"call it x\.csv"):
        new_speakers(tmp_path / "x.xlsx")
    with pytest.raises(SpeakerError, match="made by another program meanwhile"):
        save_speakers(file)


def workbook(path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    for row in (["speaker", "sex", "age"], ["ann", "F", 30], ["bea", "F", 41.5], [None], ["007", "M", 5]):
        sheet.append(row)
    sheet["A1"].font = openpyxl.styles.Font(bold=True)
    sheet.column_dimensions["A"].width = 33
    book.create_sheet("second").append(["keep", "me"])
    book.save(path)


def test_a_workbook_keeps_sheets_formats_and_numbers(tmp_path: Path) -> None:
    path = tmp_path / "s.xlsx"
    workbook(path)
    save(path, ("ann", "age", "31"), ("007", "sex", "=x"), ("bea", "age", "about 40"), ("eve", "town", "X"))
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    assert [[cell.value for cell in row] for row in sheet.iter_rows()] == [
        ["speaker", "sex", "age", "town"],
        ["ann", "F", 31, None],
        ["bea", "F", "about 40", None],
        [None, None, None, None],
        ["007", "=x", 5, None],
        ["eve", None, None, "X"],
    ]
    assert sheet["B5"].data_type == "s"
    assert sheet["A1"].font.bold
    assert sheet.column_dimensions["A"].width == 33
    assert [cell.value for cell in book["second"][1]] == ["keep", "me"]


def test_a_workbook_with_formulas_is_refused_since_their_values_would_be_lost(tmp_path: Path) -> None:
    path = tmp_path / "s.xlsx"
    workbook(path)
    book = openpyxl.load_workbook(path)
    book["second"]["C1"] = "=1+1"
    book.save(path)
    before = path.read_bytes()
    with pytest.raises(SpeakerError, match='"second" has a formula in C1'):
        save(path, ("ann", "sex", "M"))
    assert path.read_bytes() == before


def test_yaml_is_written_anew(tmp_path: Path) -> None:
    path = tmp_path / "s.yaml"
    path.write_text("# ours\nspeakers:\n  ann: {sex: F, age: 03}\n  bea: {sex: NO}\n")
    save(path, ("bea", "sex", "ə: #1"), ("eve", "sex", "F"))
    assert cells(read_speakers(path)) == [("ann", "F", "03"), ("bea", "ə: #1", ""), ("eve", "F", "")]
    assert (tmp_path / "s.yaml.bak").read_text().startswith("# ours")


def test_what_would_be_read_otherwise_is_not_written(tmp_path: Path) -> None:
    path = tmp_path / "s.yaml"
    path.write_text("- {speaker: ann, note: x}\n")
    # YAML's word for nothing.
    with pytest.raises(SpeakerError, match="would not be read again as it was edited"):
        save(path, ("ann", "note", "~"))
    assert path.read_text() == "- {speaker: ann, note: x}\n"


def test_control_characters_are_refused() -> None:
    with pytest.raises(SpeakerError, match="control character"):
        MetadataEdit("ann", "note", "a\0b")


CELL = st.text(alphabet='ab ,;"\n\r\tə', max_size=5)


@given(
    st.lists(st.tuples(CELL, CELL), min_size=1, max_size=5),
    CELL,
    st.sampled_from(["\n", "\r\n"]),
    st.booleans(),
)
def test_any_cell_can_be_changed_and_no_other_changes(
    rows: list[tuple[str, str]], value: str, end: str, quote_all: bool
) -> None:
    import csv

    text = io.StringIO()
    # The writer would leave a lone carriage return without quotes, and every reader would end the line there.
    bare = any("\r" in cell for row in rows for cell in row)
    quoting = csv.QUOTE_ALL if quote_all or bare else csv.QUOTE_MINIMAL
    writer = csv.writer(text, lineterminator=end, quoting=quoting)
    writer.writerow(("one", "two"))
    writer.writerows(rows[:-1])
    kept = text.getvalue()
    writer.writerow(rows[-1])
    raw = text.getvalue().encode()
    reader = csv.reader(io.StringIO(text.getvalue(), newline=""))
    numbers = [reader.line_num for _ in reader]
    changes = CellChanges({(numbers[-1], "two"): value}, numbers=tuple(numbers[1:]))
    new = patched_text(raw, ".csv", ("one", "two"), changes, Path("x.csv")).decode()
    found = list(csv.reader(io.StringIO(new, newline="")))
    before = list(csv.reader(io.StringIO(raw.decode(), newline="")))
    assert found == [*before[:-1], [before[-1][0], value]]
    assert new.startswith(kept)
