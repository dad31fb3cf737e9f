"""What is at the cursor or in the selection: the values of a run of the recording, and clear refusals."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import parselmouth
import pytest
from parselmouth.praat import call
from sample_jobs import answer, relabelled, write_job
from sample_results import write_sample_results

from w2vpraat.bridge.commands.values_here import values_here
from w2vpraat.bridge.job import Answer
from w2vpraat.bridge.objects import PraatTable
from w2vpraat.bridge.pairs import told
from w2vpraat.bridge.warm import Warm
from w2vpraat.errors import W2VPraatError
from w2vpraat.resources import sample_corpus

WHO = "us_m_eric"
HEED = 0.74
"""A time in "heed", interval 5 of the phones."""
FREE = {"tokens.label_class": "", "tokens.label_map": ""}
"""No choice of tokens, as the editor's command sends it."""


@pytest.fixture(scope="module")
def warm() -> Warm:
    return Warm()


@pytest.fixture(scope="module")
def as_run(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, str]]:
    """Rows of tokens.csv of a run of the vowels of one recording."""
    folder = write_sample_results(tmp_path_factory.mktemp("run"), [WHO], {"embed": {"layers": [4]}})
    with (folder / "tokens.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def asked(folder: Path, warm: Warm, start: float, end: float, values: Mapping[str, object] = {}) -> Answer:
    job = write_job(folder, "values_here", [WHO], {"tier": 2, "from": start, "to": end, **values})
    return answer(values_here, job, warm)


def refused(folder: Path, warm: Warm, values: Mapping[str, object], **more: Any) -> str:
    job = write_job(folder, "values_here", [WHO], {"tier": 2, **values}, **more)
    with pytest.raises(W2VPraatError) as found:
        list(values_here(job, warm))
    return told(found.value, job)


def rows(made: Answer) -> list[dict[str, str]]:
    (table,) = made.objects
    assert isinstance(table, PraatTable)
    return [dict(zip(table.columns, row, strict=True)) for row in table.rows]


def equal(ours: dict[str, str], theirs: dict[str, str]) -> int:
    """Compare the cells of a row; return how many numbers there were."""
    counted = 0
    assert ours.keys() == theirs.keys()
    for name, cell in theirs.items():
        if name == "file_name":  # Praat's objects have no ending
            assert cell == ours[name] + ".flac"
        elif cell == "" or not cell.lstrip("-").replace(".", "", 1).replace("e-", "", 1).isdigit():
            assert ours[name] in (cell, "--undefined--")
        else:
            np.testing.assert_allclose(float(ours[name]), float(cell), atol=1e-6, rtol=0, err_msg=name)
            counted += 1
    return counted


def test_a_selection_has_the_values_of_a_run(
    tmp_path: Path, warm: Warm, as_run: list[dict[str, str]]
) -> None:
    made = asked(tmp_path / "job", warm, 0.7, 2.0)
    found = rows(made)
    theirs = [row for row in as_run if float(row["start"]) < 2.0 and float(row["end"]) > 0.7]
    assert len(theirs) > 2
    assert [row["id"] for row in found] == [row["id"] for row in theirs]
    for ours, other in zip(found, theirs, strict=True):
        assert equal(ours, other) > 25
    head, empty, titles, *lines = made.message.split("\n")
    assert head == f'{WHO}, tier 2 "phones", 0.700 to 2.000 s'
    assert not empty
    assert titles.split()[:6] == ["interval", "start", "ms", "F1", "F2", "F3"]
    assert [line.split()[0] for line in lines] == [row["id"].rpartition(".")[2] for row in found]


def test_a_cursor_shows_one_token_in_full(tmp_path: Path, warm: Warm) -> None:
    made = asked(tmp_path / "job", warm, HEED, HEED)
    (row,) = rows(made)
    assert (row["id"], row["label"], row["word"]) == (f"{WHO}#2.5", "iː", "heed")
    lines = dict(line.split(": ", 1) for line in made.message.split("\n")[2:])
    assert lines["label"].split() == ["iː", "in", "heed", "h", "[iː]", "d"]
    assert "0.675 to 0.802 s" in lines["time"]
    assert f"F1 {float(row['F1']):.0f}  F2 {float(row['F2']):.0f}" in lines["formants"]
    assert f"{float(row['f0']):.1f} Hz" in lines["f0"]
    assert f"{float(row['intensity']):.1f} dB" in lines["intensity"]
    assert f"F1_z {float(row['F1_z']):.3f}" in lines["Lobanov"]
    assert f"{row['n_frames']}: {row['frame_start']} to {row['frame_end']} (phone, layer 4" in lines["frames"]
    # "heed" is said once: nothing else here has its label, so no nearest label can be told.
    assert any("no nearest label by phone layer 4: the label is too rare here" in note for note in made.notes)


def test_the_nearest_label_is_told_where_others_have_it(tmp_path: Path, warm: Warm) -> None:
    made = asked(tmp_path / "job", warm, 0.3, 0.5)
    (row,) = rows(made)
    assert (row["label"], row["word"]) == ("eɪ", "say")
    nearest = [line for line in made.message.split("\n") if line.startswith("nearest label")]
    assert [line.rpartition(" by ")[2] for line in nearest] == ["Lobanov F1-F3", "phone layer 4"]
    assert "eɪ (" in nearest[1]


def test_only_vowels_are_normalized_if_only_vowels_are_asked_for(tmp_path: Path, warm: Warm) -> None:
    chosen = {"tokens.label_class": "vowel", "tokens.label_map": "ipa"}
    free = asked(tmp_path / "free", warm, HEED, HEED, FREE)
    vowels = asked(tmp_path / "vowels", warm, HEED, HEED, chosen)
    assert rows(free)[0]["F1_z"] == rows(vowels)[0]["F1_z"]
    assert any(note.startswith("normalized over the ") for note in free.notes)
    # With a consonant in the selection all segments are tokens.
    both = asked(tmp_path / "both", warm, 0.63, HEED, FREE)
    assert [row["label"] for row in rows(both)] == ["h", "iː"]
    assert rows(both)[1]["F1_z"] != rows(free)[0]["F1_z"]
    assert rows(both)[1]["F1"] == rows(free)[0]["F1"]


def test_times_are_those_of_the_users_objects(tmp_path: Path, warm: Warm) -> None:
    plain = rows(asked(tmp_path / "plain", warm, HEED, HEED))[0]
    at = {"tier": 2, "from": HEED + 2, "to": HEED + 2}
    job = write_job(tmp_path / "job", "values_here", [WHO], at, shift=2.0)
    moved = rows(answer(values_here, job, warm))[0]
    for name in ("start", "end", "time"):
        assert float(moved[name]) == pytest.approx(float(plain[name]) + 2, abs=1e-9)
    assert float(moved["F1"]) == pytest.approx(float(plain["F1"]), abs=1e-6)


@pytest.mark.parametrize(
    ("start", "interval", "label"),
    [(0.675, 5, "iː"), (0.8025, 6, "d"), (0.80249, 5, "iː")],
)
def test_a_boundary_belongs_to_what_follows_it(
    tmp_path: Path, warm: Warm, start: float, interval: int, label: str
) -> None:
    (row,) = rows(asked(tmp_path / "job", warm, start, start, {**FREE, "embed.layers": ""}))
    assert (row["id"], row["label"]) == (f"{WHO}#2.{interval}", label)


def test_what_is_no_token_is_told_with_tier_and_time(tmp_path: Path, warm: Warm) -> None:
    empty = refused(tmp_path / "empty", warm, {"from": 0.0, "to": 0.0})
    assert empty.startswith('tier 2 "phones", 0.000 s: there is nothing to measure: interval 1: ')
    assert "the interval has no label" in empty
    assert "(click into a labelled interval" in empty
    beyond = refused(tmp_path / "beyond", warm, {"from": 99.0, "to": 99.5})
    assert 'tier 2 "phones", 99.000 to 99.500 s: the tier lasts from 0.000 to ' in beyond
    class_ = refused(tmp_path / "class", warm, {"from": 0.81, "to": 0.81})
    assert 'interval 6 ("d"): "d" is of the class consonant' in class_
    assert "has no tier 7" in refused(tmp_path / "tier", warm, {"tier": 7, "from": 0.1, "to": 0.1})
    assert "no number" in refused(tmp_path / "time", warm, {"from": "here", "to": 1})


def test_the_end_of_the_tier_belongs_to_the_last_interval(tmp_path: Path, warm: Warm) -> None:
    def last(_: str, grid: Any) -> None:
        call(grid, "Set interval text", 2, call(grid, "Get number of intervals", 2), "ɑː")

    end = parselmouth.Sound(str(sample_corpus() / f"{WHO}.flac")).xmax
    values = {"tier": 2, "from": end, "to": end}
    job = write_job(tmp_path / "job", "values_here", [WHO], values, edit=last)
    (row,) = rows(answer(values_here, job, warm))
    assert row["label"] == "ɑː"


def test_the_users_labels_come_back_to_the_letter(tmp_path: Path, warm: Warm) -> None:
    odd = 'a "b"\tc % \\sw'
    edit = relabelled(lambda number, old: odd if number == 5 else old)
    values = {"tier": 2, "from": HEED, "to": HEED, **FREE}
    job = write_job(tmp_path / "job", "values_here", [WHO], values, edit=edit)
    (row,) = rows(answer(values_here, job, warm))
    assert row["label"] == 'a "b"\tc % ə'


def test_without_a_model_that_works_the_measurements_are_there_and_it_is_said(
    tmp_path: Path, warm: Warm
) -> None:
    made = asked(tmp_path / "job", warm, HEED, HEED, {"embed.model": "nosuch", "embed.layers": ""})
    (row,) = rows(made)
    assert float(row["F1"]) > 150
    assert "n_frames" not in row
    assert any(note.startswith('no embedding: no model "nosuch"') for note in made.notes)
