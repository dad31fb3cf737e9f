"""Sounds, Tables and Collections against Praat itself, and files that are broken."""

from __future__ import annotations

from pathlib import Path
from struct import pack

import numpy as np
import pandas as pd
import parselmouth
import pytest
from parselmouth.praat import call

from w2vpraat.bridge.objects import PraatGrid, PraatSound, PraatTable
from w2vpraat.bridge.praat_files import (
    collection_text,
    object_name,
    read_sound,
    read_table,
    write_collection,
    write_wav,
)
from w2vpraat.bridge.tables import frame_of, praat_table
from w2vpraat.corpus.audio import read_audio
from w2vpraat.corpus.textgrid import Interval, IntervalTier, Point, PointTier, TextGrid
from w2vpraat.errors import InputError

LABELS = (
    "ʃɔː t͡s",
    'say "no" ""twice""',
    "two\nlines",
    "tab\there",
    "\\sw\\ae",
    "𝼆 😀",
    "q" * 500,
    "",
    "--undefined--",
)
READING = (
    "UTF-8",
    "try UTF-8, then ISO Latin-1",
    "ISO Latin-1",
    "try UTF-8, then Windows Latin-1",
    "Windows Latin-1",
    "try UTF-8, then MacRoman",
    "MacRoman",
)


@pytest.fixture
def sound(tmp_path: Path) -> tuple[parselmouth.Sound, Path]:
    made = call("Create Sound from formula", "s", 2, 2.0, 3.0, 44100, "(row + 0.5) * sin (2 * pi * 300 * x)")
    call(made, "Save as binary file", str(tmp_path / "s.Sound"))
    return made, tmp_path / "s.Sound"


def test_sound_is_what_praat_holds(sound: tuple[parselmouth.Sound, Path]) -> None:
    theirs, path = sound
    ours = read_sound(path)
    assert (ours.start, ours.end) == (2.0, 3.0)
    assert ours.first == theirs.x1
    assert ours.step == theirs.dx
    assert np.array_equal(ours.samples, theirs.values)
    assert ours.samples.max() > 2.4  # amplitudes above 1


def test_wav_keeps_channels_and_loud_samples(sound: tuple[parselmouth.Sound, Path], tmp_path: Path) -> None:
    theirs, path = sound
    wav = write_wav(read_sound(path), tmp_path / "s.wav")
    again = parselmouth.Sound(str(wav))
    assert again.n_channels == 2
    assert again.sampling_frequency == 44100
    assert np.abs(again.values - theirs.values).max() < 3e-7
    assert read_audio(wav).samples.max() == pytest.approx(theirs.values.mean(axis=0).max(), abs=1e-6)


def test_equal_sounds_make_equal_files(sound: tuple[parselmouth.Sound, Path], tmp_path: Path) -> None:
    ours = read_sound(sound[1])
    first = write_wav(ours, tmp_path / "a.wav").read_bytes()
    # libsndfile would put the time of day into a PEAK chunk, and nothing would be found in the cache.
    assert b"PEAK" not in first
    assert write_wav(ours, tmp_path / "b.wav").read_bytes() == first


def test_16_bit_samples_stay_exact(tmp_path: Path) -> None:
    steps = np.arange(-32768, 32768, 7) / 32768.0
    wav = write_wav(PraatSound(0.0, 1.0, 5e-5, 1e-4, steps[None]), tmp_path / "s.wav")
    assert np.array_equal(read_audio(wav).samples, steps.astype(np.float32))


def test_odd_sampling_frequency_is_refused(tmp_path: Path) -> None:
    odd = PraatSound(0.0, 1.0, 0.0, 1 / 22254.5454, np.zeros((1, 22254)))
    with pytest.raises(InputError, match=r"22254\.545 Hz.*Resample"):
        write_wav(odd, tmp_path / "s.wav")


def test_broken_sounds_are_refused(sound: tuple[parselmouth.Sound, Path], tmp_path: Path) -> None:
    raw = sound[1].read_bytes()
    spoiled = tmp_path / "x.Sound"
    undefined = raw[:-8] + pack(">d", float("nan"))
    huge = raw[:36] + pack(">i", 2**31 - 1) + raw[40:]
    short = raw[:36] + pack(">i", -5) + raw[40:]
    for content, message in (
        (raw[:-1], "88199 of 88200 samples"),
        (raw[:60], "head is not complete"),
        (raw[:14], "of class"),
        (b"ooBinaryFile", "of class"),
        (b"", "not a binary file"),
        (b"RIFF" + raw, "not a binary file"),
        (b"ooBinaryFile\x09TextGrid " + raw[21:], 'class "TextGrid", not a Sound'),
        (raw.replace(b"Sound 2", b"Sound 7"), "unknown form"),
        (undefined, r"2.99999 s: .*not a number \(channel 2\)"),
        (huge, "cut off"),
        (short, "broken: -5 samples"),
    ):
        spoiled.write_bytes(content)
        with pytest.raises(InputError, match=message):
            read_sound(spoiled)
    with pytest.raises(InputError, match="no such file"):
        read_sound(tmp_path / "none.Sound")


def _their_table() -> parselmouth.Data:
    table = call("Create Table with column names", "t", len(LABELS), "text number")
    for row, label in enumerate(LABELS, 1):
        call(table, "Set string value", row, "text", label)
        call(table, "Set numeric value", row, "number", row / 7)
    return table


@pytest.mark.parametrize("how", ["Save as text file", "Save as short text file"])
def test_table_from_praat(tmp_path: Path, how: str) -> None:
    # Its labels make Praat write UTF-16.
    path = tmp_path / "t.Table"
    call(_their_table(), how, str(path))
    assert path.read_bytes()[:2] == b"\xfe\xff"
    table = read_table(path, "t")
    assert table.columns == ("text", "number")
    assert tuple(row[0] for row in table.rows) == LABELS
    assert frame_of(table)["number"].tolist() == [row / 7 for row in range(1, len(LABELS) + 1)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "latin-1"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_table_in_any_encoding(tmp_path: Path, encoding: str, newline: str) -> None:
    text = 'File type = "ooTextFile"\nObject class = "Table"\n\n1\n"é"\n2\n1\n"ä\nö"\n1\n"?"\n'
    (tmp_path / "t.Table").write_bytes(text.replace("\n", newline).encode(encoding))
    assert read_table(tmp_path / "t.Table") == PraatTable("", ("é",), (("ä\nö",), ("?",)))


def test_broken_tables_are_refused(tmp_path: Path) -> None:
    head = 'File type = "ooTextFile"\nObject class = "Table"\n\n'
    for text, message in (
        (head + '2\n"a"\n"b"\n1\n1\n"x"\n', "1 cells, but there are 2 columns"),
        (head + '1\n"a"\n2\n1\n"x"\n', "file ends"),
        (head + '1\n"a"\n1\n1\n"x\n', "never closed"),
        (head.replace("Table", "Matrix") + "1\n", 'class "Matrix", not a Table'),
        ("a,b\n1,2\n", "not a text file of Praat"),
        ("", "not a text file of Praat"),
    ):
        (tmp_path / "t.Table").write_text(text, encoding="utf-8")
        with pytest.raises(InputError, match=message):
            read_table(tmp_path / "t.Table")


def _objects() -> list[PraatTable | PraatGrid]:
    n = len(LABELS)
    intervals = tuple(Interval(2 + i / n, 2 + (i + 1) / n, label) for i, label in enumerate(LABELS))
    points = tuple(Point(2 + (i + 0.5) / n, label) for i, label in enumerate(LABELS))
    tiers = (IntervalTier("ph ones", 2.0, 3.0, intervals), PointTier("p", 2.0, 3.0, points))
    rows = tuple((label, str(i)) for i, label in enumerate(LABELS))
    return [
        PraatTable("my table: 1/2", ("text", "number"), rows),
        PraatTable("none", ("a", "b")),
        PraatGrid("grid", TextGrid(2.0, 3.0, tiers)),
    ]


@pytest.mark.parametrize("reading", READING)
def test_collection_in_praat(tmp_path: Path, reading: str) -> None:
    path = write_collection(tmp_path / "result.Collection", _objects())
    parselmouth.praat.run(f'Text reading preferences: "{reading}"')
    try:
        read = call("Read from file", str(path))
    finally:
        parselmouth.praat.run('Text reading preferences: "try UTF-8, then Windows Latin-1"')
    assert [f"{one.class_name} {one.name}" for one in read] == [
        "Table my_table__1_2",
        "Table none",
        "TextGrid grid",
    ]
    table, empty, grid = read
    n = range(1, len(LABELS) + 1)
    assert tuple(call(table, "Get value", row, "text") for row in n) == LABELS
    assert call(empty, "Get number of rows") == 0
    assert [call(empty, "Get column label", place) for place in (1, 2)] == ["a", "b"]
    assert tuple(call(grid, "Get label of interval", 1, row) for row in n) == LABELS
    assert tuple(call(grid, "Get label of point", 2, row) for row in n) == LABELS
    # A tier as an object of its own would come back as "ph_ones".
    assert (grid.xmin, grid.xmax, call(grid, "Get tier name", 1)) == (2.0, 3.0, "ph ones")


def test_collection_refuses_what_praat_would_misread() -> None:
    with pytest.raises(InputError, match=r"row 2 .* 1 cells for 2"):
        collection_text([PraatTable("t", ("a", "b"), (("1", "2"), ("3",)))])
    with pytest.raises(InputError, match="NUL"):
        collection_text([PraatTable("t", ("a",), (("x\0y",),))])


@pytest.mark.parametrize("name", ["a b", "a.b:c/d", 'say "x" (1)', "ʃɔː-1_é", "x|y*z", "  "])
def test_names_are_praats(tmp_path: Path, name: str) -> None:
    path = write_collection(tmp_path / "one.Collection", [PraatTable(name, ("a",))])
    (one,) = call("Read from file", str(path))
    assert one.name == object_name(name)
    call(one, "Rename", name.strip() or "untitled")
    assert one.name == object_name(name)


def test_numbers_read_back_exactly() -> None:
    numbers = [0.1, 1 / 3, 1e-300, -2.0, 5e300, 123456789.123]
    small = np.array(numbers[:4], dtype=np.float32)
    frame = pd.DataFrame(
        {
            "double": numbers,
            "single": [*small.tolist(), np.nan, np.inf],
            "whole": pd.array([1, None, 3, 4, 5, 6], dtype="Int64"),
            "true": [True, False] * 3,
            "text": ["03", None, "", "?", "x", "y"],
        }
    ).astype({"single": "float32"})
    table = praat_table("t", frame)
    columns = dict(zip(table.columns, zip(*table.rows, strict=True), strict=True))
    assert list(map(float, columns["double"])) == numbers
    assert columns["double"][:2] == ("0.1", "0.3333333333333333")
    assert np.array_equal(np.array(columns["single"][:4], dtype=np.float32), small)
    assert columns["single"][:2] == ("0.1", "0.33333334")  # as many digits as 32 bits hold
    assert columns["single"][4:] == ("--undefined--", "--undefined--")
    assert columns["whole"] == ("1", "--undefined--", "3", "4", "5", "6")
    assert columns["true"] == ("1", "0") * 3
    assert columns["text"] == ("03", "", "", "?", "x", "y")


def test_praat_computes_with_the_numbers(tmp_path: Path) -> None:
    frame = pd.DataFrame({"a": [0.1, np.nan, 1e-7], "ok": [True, False, True]})
    path = write_collection(tmp_path / "t.Collection", [praat_table("t", frame)])
    (table,) = call("Read from file", str(path))
    script = "".join(
        f'{column}{row} = Get value: {row}, "{column}"\n' for column in ("a", "ok") for row in (1, 2, 3)
    )
    shown = parselmouth.praat.run(table, script, return_variables=True)[1]
    assert (shown["a1"], shown["a3"]) == (0.1, 1e-7)
    assert np.isnan(shown["a2"])
    assert [shown[f"ok{row}"] for row in (1, 2, 3)] == [1.0, 0.0, 1.0]
    assert call(table, "Get mean", "ok") == pytest.approx(2 / 3)


def test_columns_of_a_table_become_numbers_or_stay_text() -> None:
    rows = (
        ("1", "01", "1", "500", "1e2", "x", "?"),
        ("2", "2", "--undefined--", "--undefined--", "?", "--undefined--", "?"),
        ("3", "3", "", "-.5", "", "?", ""),
    )
    frame = frame_of(PraatTable("t", ("n", "code", "label", "F1", "F2", "word2", "none"), rows))
    assert frame["n"].tolist() == [1.0, 2.0, 3.0]
    assert frame["code"].tolist() == ["01", "2", "3"]
    assert frame["label"].tolist() == ["1", "", ""]  # the name says that it is text
    assert frame["F1"].tolist() == pytest.approx([500.0, np.nan, -0.5], nan_ok=True)
    assert frame["F2"].tolist() == pytest.approx([100.0, np.nan, np.nan], nan_ok=True)
    assert frame["word2"].tolist() == ["x", "", "?"]
    assert frame["none"].tolist() == ["?", "?", ""]
    assert frame_of(PraatTable("t", ("n",), (("1",),)), text=["N"])["n"].tolist() == ["1"]


def test_tables_without_rows_and_with_equal_columns() -> None:
    assert frame_of(PraatTable("t", ("a", "b"))).columns.tolist() == ["a", "b"]
    with pytest.raises(InputError, match='columns 1 and 3 of the table "t" are both called "a"'):
        frame_of(PraatTable("t", ("a", "b", "a")))
