"""Every example of docs/praat-scripts.md, run as it stands there."""

from __future__ import annotations

import io
import re
import shutil
from pathlib import Path

import pandas as pd
import pytest
from praat_runs import LABELLED, PARSELMOUTH, PraatUser

from w2vpraat.bridge.job import decoded

TEXT = (Path(__file__).parents[2] / "docs" / "praat-scripts.md").read_text("utf-8")
EXAMPLES = {found[1]: found[0] for found in re.findall(r"```praat\n(# (\w+)\.praat\n.*?)```", TEXT, re.S)}
SOME = "form x\n    sentence Folder f\nendform\n"


@pytest.fixture
def folder(recordings: Path, tmp_path: Path) -> Path:
    """A copy of the recordings, with a table of ages and one of formants."""
    copy = tmp_path / "recordings"
    shutil.copytree(recordings, copy)
    (copy / "ages.csv").write_text("name,age\nus_m_adam,51\ngb_f_alice,34\n", "utf-8")
    rows = "".join(f"{who},{label},{f1},{f2},2500\n" for who, f1, f2, label in [
        ("anna", 310, 2400, "i"), ("anna", 820, 1400, "a"), ("ben", 280, 2100, "i"), ("ben", 690, 1200, "a"),
    ])  # fmt: skip
    (copy / "formants.csv").write_text(f"speaker,vowel,F1,F2,F3\n{rows}", "utf-8")
    return copy


def read_csv(path: Path) -> pd.DataFrame:
    """Read what Praat saved: UTF-16 as soon as a letter is not ASCII."""
    return pd.read_csv(io.StringIO(decoded(path.read_bytes())))


def run(user: PraatUser, name: str, *arguments: str | Path, program: str = "praat") -> list[str]:
    """Run an example; return what it wrote, without the notes."""
    ran = user.run(EXAMPLES[name], *map(str, arguments), program=program)
    return [line for line in ran.lines if not line.startswith("w2vpraat:")]


def test_all_examples_are_run() -> None:
    tested = Path(__file__).read_text("utf-8")
    assert len(EXAMPLES) == 6
    assert all(f'"{name}"' in tested for name in EXAMPLES)


@pytest.mark.parametrize("program", ["praat", PARSELMOUTH])
def test_segments_of_a_folder(praat_user: PraatUser, folder: Path, program: str) -> None:
    lines = run(praat_user, "segments_of_folder", folder, program=program)
    table = read_csv(folder / "segments.csv")
    assert lines[-1] == f"{len(table)} segments of 2 recordings"
    assert set(table["speaker"]) == {"gb_f_alice", "us_m_adam"}
    assert set(table["sex"]) == {"F", "M"}
    assert table["F1_z"].groupby(table["speaker"]).mean().abs().max() < 1e-6
    assert not set(table["word"]) & {"say", "again"}


def test_a_large_folder(praat_user: PraatUser, folder: Path) -> None:
    lines = run(praat_user, "large_folder", folder)
    table = read_csv(folder / "normalized.csv")
    assert lines[-1] == f"{len(table)} segments of 2 recordings"
    assert {"F1_lm", "F2_lm", "F3_lm"} <= set(table.columns)
    assert "pc1" not in table.columns


def test_with_ones_own_table(praat_user: PraatUser, folder: Path) -> None:
    recording = (folder / "us_m_adam.wav", folder / "us_m_adam.TextGrid")
    lines = run(praat_user, "with_own_table", *recording, folder / "ages.csv")
    assert re.fullmatch(r"\d+ segments, age 51", lines[-1])


def test_maps_drawn_by_praat(praat_user: PraatUser, folder: Path) -> None:
    recording = (folder / "gb_f_alice.wav", folder / "gb_f_alice.TextGrid")
    run(praat_user, "draw_maps", *recording, folder / "maps.pdf")
    assert (folder / "maps.pdf").read_bytes().startswith(b"%PDF")
    assert (folder / "maps.pdf").stat().st_size > 5000


@pytest.mark.parametrize("which", ["embedding", "formants"])
def test_intervals_to_look_at_again(praat_user: PraatUser, folder: Path, which: str) -> None:
    text = EXAMPLES["look_again"].replace('which$ = "embedding"', f'which$ = "{which}"')
    ran = praat_user.run(text, str(folder / "gb_f_alice.wav"), str(folder / "gb_f_alice.TextGrid"))
    found = [line for line in ran.lines if " is nearest to " in line]
    assert f"{len(found)} intervals" in ran.lines
    for line in found:
        own, nearest = line.split()[1], line.split()[-1]
        assert own != nearest
    # Words of the carrier phrase are too much alike for the vectors to be mistaken.
    assert bool(found) == (which == "formants")


def test_without_procedures(praat_user: PraatUser, folder: Path) -> None:
    lines = run(praat_user, "without_procedures", praat_user.plugin / "scripts", folder / "formants.csv")
    assert lines[-1] == "formants_normalized"


PROCEDURES = """
include ~/.praat-dir/plugin_w2vpraat/scripts/procedures.praat
"""


def test_each_procedure_and_its_options(praat_user: PraatUser) -> None:
    text = LABELLED + """
        w2v.which$ = "formants"
        @w2vSegmentTable: "1", "t͡s, ʃɔː"
        appendInfoLine: ">", do ("Get number of rows"), " ", do ("Get column index...", "pc2") > 0
        removeObject: w2vSegmentTable.table
        w2v.components$ = "0"
        w2v.normalization$ = "none"
        selectObject: sound, textGrid
        @w2vSegmentTable: "phones", ""
        appendInfoLine: ">", do ("Get number of rows"), " ", do ("Get column index...", "pc2") > 0
        selectObject: sound, textGrid
        @w2vNearestLabelTier: "phones", ""
        appendInfoLine: ">", w2vNearestLabelTier.tiers, " ", numberOfSelected ()
        @w2vSensitivityTier: "phones", ""
        appendInfoLine: ">", w2vSensitivityTier.tiers > 0, " ", numberOfSelected ()
        @w2vDefaults
        selectObject: w2vSegmentTable.table
        @w2vNormalizeFormants: "", ""
        selectObject: w2vNormalizeFormants.table
        appendInfoLine: ">", do ("Get column index...", "F1_z") > 0
        @w2vCheckInstallation
        @w2vStopWorker
        """ + PROCEDURES  # fmt: skip
    assert praat_user.run(text).told == ["4 1", "8 0", "1 2", "1 2", "1"]


def test_comparisons_have_procedures(praat_user: PraatUser, folder: Path) -> None:
    text = SOME + """
        for i to 2
            name$ = mid$ ("gb_f_aliceus_m_adam_", 10 * i - 9, 10 - (i - 1))
            sound [i] = Read from file: folder$ + "/" + name$ + ".wav"
            textGrid [i] = Read from file: folder$ + "/" + name$ + ".TextGrid"
        endfor
        selectObject: sound [1], textGrid [1], sound [2], textGrid [2]
        w2v.labelMap$ = "ipa"
        w2v.labelClass$ = "vowel"
        w2v.further$ = "compare.bootstrap = 0"
        w2v.normalizations$ = "lobanov"
        @w2vCompareNormalizations: "", ""
        selectObject: w2vCompareNormalizations.scores
        appendInfoLine: ">", selected$ ()
        selectObject: w2vCompareNormalizations.separation
        appendInfoLine: ">", selected$ ()
        selectObject: sound [1], textGrid [1], sound [2], textGrid [2]
        w2v.speakers$ = "object name"
        @w2vSegmentTable: "", ""
        @w2vCompareTable: "label", "speaker"
        selectObject: w2vCompareTable.scores
        appendInfoLine: ">", selected$ ()
        """ + PROCEDURES  # fmt: skip
    assert praat_user.run(text, str(folder)).told == ["Table scores", "Table separation", "Table scores"]


def test_procedures_say_where_to_include_them_from(praat_user: PraatUser, tmp_path: Path) -> None:
    copy = praat_user.home / "procedures.praat"
    shutil.copy(Path(__file__).parents[2] / "plugin" / "scripts" / "procedures.praat", copy)
    try:
        ran = praat_user.run(f'{LABELLED}\n@w2vSegmentTable: "", ""\ninclude procedures.praat\n')
    finally:
        copy.unlink()
    assert ran.code != 0
    assert ran.err.startswith("Error: The scripts of w2vpraat are not where this file says")
    assert "w2vpraat plugin install" in ran.err
