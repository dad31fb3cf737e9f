"""The corpus as a table: one row per recording, whatever is wrong with it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from w2vpraat.corpus.corpus_row import COLUMNS, REMEDIES, CorpusRow
from w2vpraat.corpus.corpus_table import columns_of, corpus_rows, recording_row
from w2vpraat.corpus.discover import discover
from w2vpraat.corpus.filtering import parse_filter
from w2vpraat.corpus.problems import KINDS
from w2vpraat.corpus.speakers import read_speakers
from w2vpraat.corpus.textgrid import Interval, IntervalTier, TextGrid, textgrid_bytes
from w2vpraat.params import TokenParams


def grid(*labels: str, name: str = "phones", end: float = 1.0) -> TextGrid:
    edges = np.linspace(0, end, len(labels) + 1).round(6)
    items = tuple(
        Interval(float(a), float(b), label) for a, b, label in zip(edges, edges[1:], labels, strict=False)
    )
    return TextGrid(
        0.0,
        end,
        (IntervalTier("words", 0.0, end, (Interval(0.0, end, "w"),)), IntervalTier(name, 0.0, end, items)),
    )


def write(folder: Path, name: str, made: TextGrid | None, *, channels: int = 1, seconds: float = 1.0) -> None:
    folder.mkdir(exist_ok=True)
    soundfile.write(folder / f"{name}.wav", np.full((int(8000 * seconds), channels), 0.1), 8000)
    if made is not None:
        (folder / f"{name}.TextGrid").write_bytes(textgrid_bytes(made))


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    folder = tmp_path / "corpus"
    write(folder, "ann_1", grid("", r"\sw", "i", "i"), channels=2)
    write(folder, "bea", grid("a", "b", name="Bea - phones"))
    write(folder, "carl", grid("a", end=3.0))
    write(folder, "dan", grid("a", name="sounds of dan"))
    write(folder, "eve", grid("a"))
    (folder / "eve.TextGrid").write_bytes(b"no TextGrid at all")
    write(folder, "fay", grid("a"))
    (folder / "fay.wav").write_bytes(b"RIFF")
    write(folder, "lonely", None)
    (folder / "widow.TextGrid").write_bytes(textgrid_bytes(grid("a")))
    (folder / "speakers.csv").write_text("speaker,sex,name\nann,F,Ann B.\nBea,F,\nghost,M,\n")
    return folder


def rows_of(folder: Path, **options: object) -> dict[str, CorpusRow]:
    return {row.name: row for row in corpus_rows(discover(folder), **options)}  # type: ignore[arg-type]


def test_every_file_is_in_a_row(corpus: Path) -> None:
    rows = rows_of(corpus)
    assert list(rows) == ["ann_1", "bea", "carl", "dan", "eve", "fay", "lonely.wav", "widow.TextGrid"]
    ann = rows["ann_1"]
    assert (ann.duration, ann.rate, ann.channels) == (1.0, 8000, 2)
    assert (ann.tiers, ann.chosen) == (("words", "phones"), (2,))
    assert (ann.intervals, ann.labelled, ann.labels) == (4, 3, {"ə", "i"})
    assert (ann.problems, ann.problem, ann.remedy, ann.partner) == (0, "", "", "")


def test_the_worst_problem_is_told_with_place_and_remedy(corpus: Path) -> None:
    rows = rows_of(corpus)
    carl = rows["carl"]
    assert carl.kinds == ("beyond_audio",)
    assert carl.problems == 3  # of the whole file, and of both tiers
    assert carl.problem == "1 s: the audio ends at 1 s, 2 s before the TextGrid"
    assert carl.remedy == REMEDIES["beyond_audio"]
    assert rows["dan"].kinds == ("tier",)
    assert rows["dan"].problem.startswith("dan.TextGrid: has no tier that is plainly the phone tier")
    assert '2 "sounds of dan"' in rows["dan"].remedy
    assert rows["dan"].tiers == ("words", "sounds of dan")
    assert rows["eve"].kinds == ("file",)
    assert rows["eve"].problem.startswith("eve.TextGrid: ")
    assert rows["eve"].duration == 1.0
    assert rows["fay"].problem.startswith("fay.wav: is not a sound file")
    assert rows["fay"].labelled == 1
    assert all(row.remedy for row in rows.values() if row.problems)


def test_of_several_kinds_the_worst_comes_first(corpus: Path) -> None:
    items = (Interval(0.2, 0.5, "a"), Interval(0.4, 1.0, "b"))
    write(corpus, "ann_1", TextGrid(0.0, 1.0, (IntervalTier("phones", 0.0, 1.0, items),)))
    row = rows_of(corpus)["ann_1"]
    assert row.kinds == ("overlap", "tier_edge")
    assert row.problem == 'tier "phones", interval 2, 0.4 s: "b" starts 0.1 s before interval 1 ends'


def test_a_file_without_a_partner_has_a_row_with_the_remedy(corpus: Path) -> None:
    rows = rows_of(corpus)
    lonely, widow = rows["lonely.wav"], rows["widow.TextGrid"]
    assert (lonely.partner, lonely.grid_path, lonely.duration) == ("no TextGrid", None, 1.0)
    assert (widow.partner, widow.audio_path, widow.duration) == ("no sound file", None, None)
    assert lonely.remedy == "a TextGrid of the same name must lie beside it"
    assert lonely.kinds == widow.kinds == ("partner",)


def test_speakers_and_their_metadata(corpus: Path) -> None:
    table = read_speakers(corpus / "speakers.csv")
    rows = rows_of(corpus, speakers=table)
    assert (rows["ann_1"].speakers, rows["ann_1"].metadata) == (("ann",), {"sex": "F", "name": "Ann B."})
    assert (rows["bea"].speakers, rows["bea"].metadata["sex"]) == (("Bea",), "F")
    assert (rows["carl"].speakers, dict(rows["carl"].metadata)) == (("carl",), {})
    cells = rows["ann_1"].cells()
    assert (cells["sex"], cells["name"], cells["name_meta"]) == ("F", "ann_1", "Ann B.")
    assert columns_of(table) == (*COLUMNS, "sex", "name_meta")
    assert set(cells) == set(columns_of(table))


def test_a_row_that_fits_several_recordings_is_a_problem_of_the_speaker(corpus: Path) -> None:
    (corpus / "sub").mkdir()
    write(corpus / "sub", "bea", grid("a"))
    (corpus / "files.csv").write_text("file_name,speaker\nbea.wav,Bea\n")
    rows = rows_of(corpus, speakers=read_speakers(corpus / "files.csv"))
    assert rows["sub/bea"].kinds == ("speaker",)
    assert "fits several recordings: bea, sub/bea" in rows["sub/bea"].problem


def test_labels_that_a_map_does_not_know_are_problems_and_both_forms_are_found(corpus: Path) -> None:
    write(corpus, "ann_1", grid("IY1", "QQ"))
    row = rows_of(corpus, params=TokenParams(label_map="arpabet"))["ann_1"]
    assert row.kinds == ("unknown_symbol",)
    assert row.problem == 'tier "phones", interval 2, 0.5 s: the label "QQ" is not known'
    assert row.labels == {"IY1", "i", "QQ"}


def test_the_grid_on_the_screen_goes_before_the_file(corpus: Path) -> None:
    found = discover(corpus)
    recording = found.recording("ann_1")
    edited = grid("ʃ")
    assert recording_row(recording, edited).labels == {"ʃ"}
    shown = {row.name: row for row in corpus_rows(found.with_grids({"ann_1": edited}))}
    assert shown["ann_1"].labels == {"ʃ"}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("problem:no", ["ann_1", "bea"]),
        (r"label:\sw", ["ann_1"]),
        ("problem:partner", ["lonely.wav", "widow.TextGrid"]),
        ('-partner:""', ["lonely.wav", "widow.TextGrid"]),
        ("tag:check", ["bea"]),
        ("channels:>1", ["ann_1"]),
        ("tier:sounds*", ["dan"]),
    ],
)
def test_rows_can_be_filtered(corpus: Path, text: str, shown: list[str]) -> None:
    rows = rows_of(corpus, tags={"bea": ("check",)})
    assert [
        name for name, row in rows.items() if parse_filter(text, columns_of()).accepts(row.cells())
    ] == shown


def test_every_kind_of_problem_has_a_remedy() -> None:
    assert set(KINDS) < set(REMEDIES)


@pytest.mark.shared_data
def test_speech_of_a_corpus(shared_data: Path) -> None:
    table = read_speakers(shared_data / "librispeech" / "files.csv")
    found = discover(shared_data / "librispeech" / "test-other")
    rows = list(corpus_rows(found, TokenParams(tier="phones", label_map="arpabet"), speakers=table))
    assert len(rows) == 100
    assert len({row.speakers for row in rows}) == 10
    assert all(row.rate == 16000 and row.labelled and row.metadata for row in rows)
