"""Speakers: tables joined without guessing, and names without a table."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from w2vpraat.corpus.discover import Recording, discover
from w2vpraat.corpus.speakers import (
    SpeakerRule,
    infer_speaker_rule,
    read_speakers,
    sex_of,
)
from w2vpraat.errors import SpeakerError


def recording(name: str, root: str = "/data/corpus", suffix: str = ".wav") -> Recording:
    return Recording(name, Path(root, name + suffix), Path(root, name + ".TextGrid"))


def write(tmp_path: Path, text: str, name: str = "speakers.csv", encoding: str = "utf-8") -> Path:
    path = tmp_path / name
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize(
    ("cell", "name", "root"),
    [
        ("a", "a", "/data/corpus"),
        ("a.wav", "a", "/data/corpus"),
        ("a.TextGrid", "a", "/data/corpus"),
        ("a.flac", "a", "/data/corpus"),
        ("A.WAV", "a", "/data/corpus"),
        ("s1/a.wav", "s1/a", "/data/corpus"),
        ("a.wav", "s1/a", "/data/corpus"),
        ("s1\\a.wav", "s1/a", "/data/corpus"),
        ("corpus/s1/a.wav", "s1/a", "/data/corpus"),
        ("C:\\mine\\s1\\a.wav", "s1/a", "/data/corpus"),
        ("C:\\mine\\a.wav", "a", "/data/corpus"),
        ("test-other/1688/x.y.flac", "1688/x.y", "/l/test-other"),
        ("*/a.wav", "s1/a", "/data/corpus"),
        ("s1/*", "s1/a", "/data/corpus"),
        ("a?", "ab", "/data/corpus"),
        (r"/^s1/", "s1/a", "/data/corpus"),
        ("scho\u0308n.wav", "sch\u00f6n", "/data/corpus"),
    ],
)
def test_file_cell_matches(tmp_path: Path, cell: str, name: str, root: str) -> None:
    table = read_speakers(write(tmp_path, f"file,speaker,town\n{cell},03,Ulm\nzzz.wav,09,Rom\n"))
    found = table.lookup(recording(name, root))
    assert (found.speaker, dict(found.metadata), found.rule, found.row) == ("03", {"town": "Ulm"}, "table", 2)


@pytest.mark.parametrize("cell", ["b.wav", "s2/a.wav", "s1/a/b", "aa", "a.b.wav", "/^a$/", "s2/*", "A?"])
def test_file_cell_does_not_match(tmp_path: Path, cell: str) -> None:
    table = read_speakers(write(tmp_path, f"file,speaker\n{cell},03\n"))
    found = table.lookup(recording("s1/a"))
    assert (found.speaker, found.metadata, found.rule) == ("a", {}, "file name, not in table")


def test_longest_path_wins_and_ties_are_refused(tmp_path: Path) -> None:
    table = read_speakers(write(tmp_path, "file,speaker\na,x\ns1/a,y\ns2/a,z\n"))
    assert table.lookup(recording("s1/a")).speaker == "y"
    assert table.lookup(recording("s2/a")).speaker == "z"
    assert table.lookup(recording("s3/a")).speaker == "x"
    tied = read_speakers(write(tmp_path, "file,speaker\nm/s1/a,x\nn/s1/a,y\n"))
    with pytest.raises(SpeakerError, match=r"rows 2, 3 fit s1/a\.wav equally well"):
        tied.lookup(recording("s1/a"))
    # Same names in several folders: a row of another folder is not taken for lack of a better one.
    other = read_speakers(write(tmp_path, "file,speaker\nbert/1,bert\ncarl/1,carl\n"))
    assert other.lookup(recording("1", root="/data/anna")).rule == "file name, not in table"


def test_name_goes_before_pattern(tmp_path: Path) -> None:
    table = read_speakers(write(tmp_path, "file,speaker\ns*,pattern\ns2,name\n"))
    assert [table.lookup(recording(name)).speaker for name in ("s1", "s2")] == ["pattern", "name"]


def test_named_groups(tmp_path: Path) -> None:
    table = read_speakers(
        write(tmp_path, "file,corpus\n/(?P<speaker>[0-9]{2})(?P<text>[ab][0-9]{2})(?P<mood>.)/,emo\n")
    )
    found = table.lookup(recording("03a01Fa"))
    assert found.speaker == "03"
    assert dict(found.metadata) == {"corpus": "emo", "text": "a01", "mood": "F"}


def test_several_speakers_in_one_grid(tmp_path: Path) -> None:
    table = read_speakers(write(tmp_path, "file,speaker,sex\na,Anna,F\na,Bert,M\nb,Carl,M\n"))
    assert table.lookup(recording("a"), "Anna - phones").sex == "F"
    assert table.lookup(recording("a"), "Bert - phones").sex == "M"
    stranger = table.lookup(recording("a"), "Zoe - phones")
    assert (stranger.speaker, stranger.metadata, stranger.rule) == ("Zoe", {}, "tier name, not in table")
    with pytest.raises(
        SpeakerError, match=r'rows 2, 3 all fit a\.wav, and the tier "phones" names no speaker'
    ):
        table.lookup(recording("a"), "phones")
    # Carl's row must not lend its metadata to an interviewer.
    assert table.lookup(recording("b"), "Zoe - words").metadata == {}


def test_speaker_rows(tmp_path: Path) -> None:
    table = read_speakers(write(tmp_path, "Speaker ID,Sex\n1688,m\nAnna,f\n"))
    for name, tier in [
        ("x", "1688 - phones"),
        ("1688/x", "phones"),
        ("1688/wav/x", ""),
        ("1688", ""),
        ("1688-142285-0000", ""),
        ("1688_x", ""),
    ]:
        found = table.lookup(recording(name), tier)
        assert (found.speaker, found.sex, found.rule) == ("1688", "M", "table"), (name, tier)
    assert table.lookup(recording("x", root="/data/Anna")).speaker == "Anna"
    assert table.lookup(recording("x"), "Anna - my own tier").speaker == "Anna"
    assert table.lookup(recording("16889"), "").rule == "file name, not in table"
    assert table.lookup(recording("s/x"), "", SpeakerRule("folder")).speaker == "s"


def test_metadata_without_speaker_column(tmp_path: Path) -> None:
    table = read_speakers(write(tmp_path, "file,task\na,reading\n"))
    found = table.lookup(recording("a"), "Anna - phones")
    assert (found.speaker, dict(found.metadata)) == ("Anna", {"task": "reading"})
    assert table.lookup(recording("a")).speaker == "a"


@pytest.mark.parametrize(
    ("text", "name", "encoding"),
    [
        ("file_name,speaker,sex\na.wav,03,F\n", "t.csv", "utf-8"),
        ("\ufefffile_name;speaker;sex\r\na.wav;03;F\r\n", "t.csv", "utf-8"),
        ("FileName\tSPK\tsex\na.wav\t03\tF\n", "t.tsv", "utf-8"),
        ("recording\tSpeaker-ID\tsex\na.wav\t03\tF\n", "t.txt", "utf-16"),
        ('"path","speaker","sex"\n\n"a.wav"," 03 ","F"\n\n', "t.csv", "utf-8"),
        ("- {file: a.wav, speaker: 03, sex: F}\n", "t.yaml", "utf-8"),
        ("'03': {sex: F, files: [a.wav, b.wav]}\n", "t.yml", "utf-8"),
        ("speakers:\n  03:\n    file: a\n    sex: F\n", "t.yaml", "utf-8"),
        ("a.wav:\n  speaker: 03\n  sex: F\n", "t.yaml", "utf-8"),
    ],
)
def test_kinds_of_tables(tmp_path: Path, text: str, name: str, encoding: str) -> None:
    table = read_speakers(write(tmp_path, text, name, encoding))
    found = table.lookup(recording("a"))
    assert (found.speaker, dict(found.metadata)) == ("03", {"sex": "F"})
    assert table.metadata_columns == ("sex",)


def test_yaml_stays_text(tmp_path: Path) -> None:
    table = read_speakers(
        write(tmp_path, "007: {country: NO, born: 1990-01-02, height: 1.70, note: ~}\n", "t.yaml")
    )
    found = table.lookup(recording("x"), "007 - phones")
    assert dict(found.metadata) == {"country": "NO", "born": "1990-01-02", "height": "1.70", "note": ""}


def test_xlsx(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["file", "speaker", "age", "height", "group"])
    sheet.append(["a", "03", 41, 1.7, None])
    sheet.append([None] * 5)
    sheet.append(["b", 4, 40.0, "1,80", True])
    sheet["B4"].number_format = "00"
    book.save(tmp_path / "t.xlsx")
    table = read_speakers(tmp_path / "t.xlsx")
    assert dict(table.lookup(recording("a")).metadata) == {"age": "41", "height": "1.7", "group": ""}
    second = table.lookup(recording("b"))
    assert (second.speaker, second.row) == ("04", 4)
    assert dict(second.metadata) == {"age": "40", "height": "1,80", "group": "TRUE"}


@pytest.mark.parametrize(
    ("text", "name", "message"),
    [
        ("file,speaker\na,1\nb,2,3\n", "t.csv", "row 3 has 3 cells, but the header has 2"),
        ("file,speaker\na,1\nb\n", "t.csv", "row 3 has 1 cells"),
        ("file,speaker\na,1\nb,2\na,1\n", "t.csv", "rows 2 and 4 are both for a and 1"),
        ("speaker,sex\nx,F\n\nx,M\n", "t.csv", "rows 2 and 4 are both for x"),
        ("file,speaker\na,1\nb,\n", "t.csv", "row 3 names no speaker"),
        ("name,age\na,1\n", "t.csv", "no column for files or speakers, only name, age"),
        ("file,file\na,1\n", "t.csv", 'columns 1 and 2 are both called "file"'),
        (",file\n1,a\n", "t.csv", "column 1 has no name"),
        ('file,speaker\n"a,1\n', "t.csv", "can't be read"),
        ("file,speaker\n", "t.csv", "holds no rows"),
        ("", "t.csv", "holds no rows"),
        ("file,speaker\n/(/,1\n", "t.csv", "row 2: .* is not a regular expression"),
        ("not a workbook", "t.xlsx", "not an XLSX workbook"),
        ("x", "t.ods", "unknown kind"),
        ("a: {sex: F}\na: {sex: M}\n", "t.yaml", 'rows 1 and 2 have the same key "a"'),
        ("a: [1\n", "t.yaml", "not valid YAML: line 2"),
        ("a: F\n", "t.yaml", "line 1 is not a list of columns"),
        ("a: {sex: {x: y}}\n", "t.yaml", '"sex" is neither a value nor a list'),
        ("just words\n", "t.yaml", "holds no rows"),
    ],
)
def test_bad_tables_name_the_row(tmp_path: Path, text: str, name: str, message: str) -> None:
    path = write(tmp_path, text, name)
    with pytest.raises(SpeakerError, match=message) as caught:
        read_speakers(path)
    assert caught.value.file == str(path)


def test_unreadable_tables(tmp_path: Path) -> None:
    with pytest.raises(SpeakerError, match="can't be read"):
        read_speakers(tmp_path / "none.csv")
    path = write(tmp_path, "file,speaker\na,x\nb,Jörg\n", encoding="latin-1")
    with pytest.raises(SpeakerError, match=r"line 3 is not UTF-8.*CSV UTF-8"):
        read_speakers(path)


@pytest.mark.parametrize(
    ("metadata", "sex"),
    [
        ({"sex": "F"}, "F"),
        ({"Gender": "female"}, "F"),
        ({"gender": "Man"}, "M"),
        ({"SEX": " m "}, "M"),
        ({"sex": "weiblich"}, "F"),
        ({"sex": "x"}, ""),
        ({"sex": ""}, ""),
        ({"age": "F"}, ""),
        ({"gender": "M", "sex": "F"}, "F"),
    ],
)
def test_sex(metadata: dict[str, str], sex: str) -> None:
    assert sex_of(metadata) == sex


@pytest.mark.parametrize(
    ("names", "kind", "speakers"),
    [
        (["a", "b"], "file name", ["a", "b"]),
        (["s1/a", "s2/a"], "folder", ["s1", "s2"]),
        (["s1/wav/a", "s2/wav/b"], "folder", ["s1", "s2"]),
        (["wav/s1/a", "wav/s2/a"], "folder", ["s1", "s2"]),
        (["wav/a", "wav/b"], "file name", ["a", "b"]),
        (["s1/a", "s1/b"], "file name", ["a", "b"]),
        (["s1/a", "b"], "file name", ["a", "b"]),
    ],
)
def test_speakers_without_table(names: list[str], kind: str, speakers: list[str]) -> None:
    recordings = [recording(name) for name in names]
    rule = infer_speaker_rule(recordings)
    assert rule.kind == kind
    assert kind in str(rule)
    found = [rule.lookup(one) for one in recordings]
    assert [one.speaker for one in found] == speakers
    assert {one.rule for one in found} == {kind}
    by_tier = rule.lookup(recordings[0], "Speaker 1 - phone")
    assert (by_tier.speaker, by_tier.rule) == ("Speaker 1", "tier name")
    assert rule.lookup(recordings[0], "vowels - checked by me").rule == kind


def test_report(tmp_path: Path) -> None:
    table = read_speakers(write(tmp_path, "file,speaker\na,1\nb,2\nc,3\ns1/d,4\n"))
    report = table.check(
        [recording("a"), recording("x/b"), recording("y/b"), recording("z"), recording("s1/d")]
    )
    assert report.rows_without_recording == ("row 4 (c)",)
    assert report.recordings_without_row == ("z",)
    assert dict(report.rows_with_several) == {"row 3 (b)": ("x/b", "y/b")}
    tiers = {"a": ["Anna - phones", "Bert - phones"]}
    by_speaker = read_speakers(write(tmp_path, "speaker\nAnna\nZoe\n"))
    report = by_speaker.check([recording("a")], tiers)
    assert report.rows_without_recording == ("row 3 (Zoe)",)
    assert report.recordings_without_row == ("a",)


@pytest.mark.shared_data
@pytest.mark.parametrize("folder", ["librispeech", "librispeech/test-other", "librispeech/test-other/1688"])
def test_librispeech_table_from_any_root(shared_data: Path, folder: str) -> None:
    table = read_speakers(shared_data / "librispeech" / "files.csv")
    recordings = discover(shared_data / folder).recordings
    report = table.check(recordings)
    assert report.recordings_without_row == ()
    assert not report.rows_with_several
    assert len(report.rows_without_recording) == 351 - len(recordings)
    for one in recordings:
        found = table.lookup(one)
        assert found.speaker == one.audio_path.stem.split("-")[0]
        assert found.sex == found.metadata["sex"]
        assert set(found.metadata) == {"sex", "subset"}


@pytest.mark.shared_data
def test_emodb_keeps_zeros(shared_data: Path) -> None:
    table = read_speakers(shared_data / "emodb" / "files.csv")
    infos = [table.lookup(one) for one in discover(shared_data / "emodb").recordings]
    assert {one.speaker for one in infos} == {"03", "08", "09", "10", "11", "12", "13", "14", "15", "16"}
    assert {one.metadata["emotion"] for one in infos} >= {"joy", "neutral", "anger"}
