"""`w2vpraat agree`: two files, two folders, several tiers, and what doesn't fit."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pytest

from w2vpraat.cli.main import main
from w2vpraat.corpus.textgrid import edits, read_textgrid, write_textgrid
from w2vpraat.resources import sample_corpus


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    """Three recordings annotated twice; the second moves a boundary and changes a label in each."""
    for name in ("anna", "ben"):
        (tmp_path / name / "x").mkdir(parents=True)
    for path in sorted(sample_corpus().glob("gb_m_*.TextGrid"))[:3]:
        shutil.copy(path, tmp_path / "anna" / "x" / path.name)
        grid = read_textgrid(path)
        tier = grid.interval_tier("phones")
        number = next(
            n for n in range(2, len(tier)) if all(tier.interval(n + k).duration > 0.06 for k in (0, 1))
        )
        grid = edits.move_boundary(grid, "phones", number, tier.interval(number).end + 0.03)
        grid = edits.set_label(grid, "phones", len(tier) - 1, "xx")
        write_textgrid(grid, tmp_path / "ben" / "x" / (path.stem.upper() + ".textgrid"))
    return tmp_path / "anna", tmp_path / "ben"


def test_two_folders(folders: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out"
    code = main(["agree", *map(str, folders), "--bootstrap", "20", "-o", str(out)])
    shown = capsys.readouterr()
    assert code == 0, shown.err
    assert "Two annotations of 3 recordings were compared" in shown.out
    assert "30.0 ms  boundary" in shown.out
    assert "xx" in shown.out
    whole = pd.read_csv(out / "agreement.csv")
    assert whole["by"].iloc[0] == "all"
    assert whole.loc[0, "n_recordings"] == 3
    assert whole.loc[whole["by"] == "recording", "value"].tolist()[0].startswith("x/gb_m_")
    listed = pd.read_csv(out / "disagreements.csv")
    assert (listed["kind"] == "boundary").sum() == 3
    assert (listed["kind"] == "label").sum() == 3
    assert listed["size_ms"].is_monotonic_decreasing
    boundaries = pd.read_csv(out / "boundaries.csv")
    assert (boundaries["difference_ms"].abs() > 1).sum() == 3
    assert pd.read_csv(out / "items.csv")["matched"].all()
    assert pd.read_csv(out / "confusions.csv").query("second_label == 'xx'")["n"].sum() == 3
    assert "Needleman, S. B." in (out / "methods.txt").read_text(encoding="utf-8")


def test_two_files_and_options(folders: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    first, second = (sorted((folder / "x").iterdir())[0] for folder in folders)
    options = ["--tier", "phones", "--second-tier", "2", "--listed-from", "0.05", "--tolerances", "0.005,0.1"]
    assert main(["agree", str(first), str(second), *options]) == 0
    shown = capsys.readouterr().out
    assert "by no more than 5 ms and 100.0 % by no more than 100 ms" in shown
    assert "30.0 ms  boundary" not in shown
    assert main(["agree", str(first), str(second), "--tier", "*"]) == 0
    assert "Two annotations of 1 recording" in capsys.readouterr().out


def test_files_without_partner_or_tier_are_listed(
    folders: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    first, second = folders
    names = sorted((second / "x").iterdir())
    names[0].rename(second / "other.TextGrid")
    grid = read_textgrid(names[1])
    write_textgrid(edits.rename_tier(grid, "phones", "sounds"), names[1])
    assert main(["agree", str(first), str(second), "--tier", "phones"]) == 1
    shown = capsys.readouterr()
    assert "Two annotations of 1 recording" in shown.out
    assert "3 skipped" in shown.err
    assert "has no partner in" in shown.err
    assert 'there is no tier "phones" (choose one with --tier; tiers: 1 "words", 2 "sounds")' in shown.err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["FIRST", "nowhere"], "nowhere: there is no such file or folder"),
        (["FIRST", "FILE"], "one is a folder and the other a file"),
        (["FIRST", "EMPTY"], "has one of the same name in"),
        (["FIRST", "SECOND", "--tier", "nosuch"], "no two TextGrids could be compared"),
        (["FIRST", "SECOND", "--tier", "/(/"], "no two TextGrids could be compared"),
        (["FIRST", "SECOND", "--level", "2"], "level = 2.0 is out of range"),
    ],
)
def test_wrong_input_is_said(
    folders: tuple[Path, Path],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    message: str,
) -> None:
    (tmp_path / "empty").mkdir()
    known = {
        "FIRST": folders[0],
        "SECOND": folders[1],
        "EMPTY": tmp_path / "empty",
        "FILE": sorted((folders[1] / "x").iterdir())[0],
    }
    assert main(["agree", *(str(known.get(one, one)) for one in arguments)]) == 2
    assert message in capsys.readouterr().err
