"""Writing files: whole or not at all, never over someone else's changes."""

from __future__ import annotations

import os
import pickle
import stat
from pathlib import Path

import pytest

from w2vpraat.corpus.textgrid import (
    Interval,
    IntervalTier,
    TextGrid,
    edits,
    read_textgrid,
    read_textgrids,
    write_textgrid,
    write_textgrids,
)
from w2vpraat.errors import TextGridError

NEW = TextGrid(0, 1, (IntervalTier("a", 0, 1, (Interval(0, 0.5, "x"), Interval(0.5, 1, "ɑː"))),))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    made = tmp_path / "a.TextGrid"
    write_textgrid(NEW, made)
    return made


def test_new_grid_is_written_as_praat_does(path: Path) -> None:
    raw = path.read_bytes()
    assert raw.startswith(b'File type = "ooTextFile"\nObject class = "TextGrid"\n\nxmin = 0 \nxmax = 1 \n')
    assert "ɑː".encode() in raw
    assert read_textgrid(path) == NEW


def test_save_in_place_and_go_on(path: Path) -> None:
    first = edits.set_label(read_textgrid(path), 1, 1, "one")
    saved = write_textgrid(first)
    assert saved == first
    second = write_textgrid(edits.set_label(saved, 1, 2, "two"))
    assert read_textgrid(path) == second
    # An older state (undo) is saved over what the last save left.
    write_textgrid(first, replaces=second)
    assert read_textgrid(path) == first


def test_changed_file_is_not_overwritten(path: Path) -> None:
    mine = edits.set_label(read_textgrid(path), 1, 1, "mine")
    theirs = write_textgrid(edits.set_label(read_textgrid(path), 1, 1, "theirs"))
    with pytest.raises(TextGridError, match="changed by another program"):
        write_textgrid(mine)
    assert read_textgrid(path) == theirs
    write_textgrid(mine, overwrite_changed=True)
    assert read_textgrid(path) == mine


def test_deleted_file_is_written_again(path: Path) -> None:
    grid = read_textgrid(path)
    path.unlink()
    write_textgrid(grid)
    assert read_textgrid(path) == NEW


@pytest.mark.parametrize("call", ["fsync", "replace"])
def test_failure_leaves_the_original(path: Path, monkeypatch: pytest.MonkeyPatch, call: str) -> None:
    before = path.read_bytes()
    grid = edits.set_label(read_textgrid(path), 1, 1, "new")

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, call, fail)
    with pytest.raises(TextGridError, match="can't be saved: No space left"):
        write_textgrid(grid)
    assert path.read_bytes() == before
    assert [one.name for one in path.parent.iterdir()] == [path.name]


def test_interruption_leaves_the_original(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = path.read_bytes()
    grid = edits.set_label(read_textgrid(path), 1, 1, "new")

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write_textgrid(grid)
    assert path.read_bytes() == before
    assert [one.name for one in path.parent.iterdir()] == [path.name]


def test_refused_label_writes_nothing(path: Path) -> None:
    latin = path.with_name("b.TextGrid")
    latin.write_bytes(path.read_bytes().replace("ɑː".encode(), b"\xe4"))
    before = latin.read_bytes()
    with pytest.raises(TextGridError, match="latin-1 can't hold"):
        write_textgrid(edits.set_label(read_textgrid(latin), 1, 1, "ə"))
    assert latin.read_bytes() == before
    saved = write_textgrid(edits.set_label(read_textgrid(latin), 1, 1, "ə"), encoding="utf-16")
    assert (saved.encoding, saved.tiers[0].items[1].label) == ("utf-16-be", "ä")


def test_carriage_return_in_a_file_with_cr_ends(path: Path) -> None:
    grid = write_textgrid(read_textgrid(path), newline="cr")
    before = path.read_bytes()
    with pytest.raises(TextGridError, match="would be read back as"):
        write_textgrid(edits.set_label(grid, 1, 1, "a\rb"))
    assert path.read_bytes() == before


def test_bytes_that_would_pass_for_utf8_are_refused(path: Path) -> None:
    latin = path.with_name("b.TextGrid")
    latin.write_bytes(path.read_bytes().replace("ɑː".encode(), b"\xe4"))
    grid = edits.set_label(read_textgrid(latin), 1, 2, "Ã¤")
    with pytest.raises(TextGridError, match="would pass for UTF-8"):
        write_textgrid(grid)
    assert write_textgrid(grid, encoding="utf-8") == grid


def test_untouched_file_is_not_written(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "replace", lambda *_: pytest.fail("written"))
    write_textgrid(read_textgrid(path))


@pytest.mark.skipif(os.name != "posix", reason="modes and links of POSIX")
def test_mode_and_link_stay(path: Path) -> None:
    path.chmod(0o640)
    link = path.with_name("link.TextGrid")
    link.symlink_to(path.name)
    write_textgrid(edits.set_label(read_textgrid(link), 1, 1, "new"))
    assert link.is_symlink()
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert read_textgrid(path).tiers[0].items[0].label == "new"


def test_backup_keeps_the_old_bytes(path: Path) -> None:
    before = path.read_bytes()
    write_textgrid(edits.set_label(read_textgrid(path), 1, 1, "new"), backup=True)
    assert path.with_name("a.TextGrid.bak").read_bytes() == before


def test_other_path_and_other_form(path: Path) -> None:
    for form in ("short", "chronological", "binary", "long"):
        other = path.with_name(f"{form}.TextGrid")
        saved = write_textgrid(read_textgrid(path), other, form=form)
        assert (saved.form, saved) == (form, NEW)
    assert path.with_name("long.TextGrid").read_bytes() == path.read_bytes()


def test_nowhere_to_save(tmp_path: Path) -> None:
    with pytest.raises(TextGridError, match="say where to save"):
        write_textgrid(NEW)
    with pytest.raises(TextGridError, match="can't be saved: No such file"):
        write_textgrid(NEW, tmp_path / "none" / "a.TextGrid")


def test_grids_of_a_collection_together(tmp_path: Path) -> None:
    path = tmp_path / "a.Collection"
    body = '"TextGrid"\n"{}"\n0\n1\n<exists>\n1\n"IntervalTier"\n"t"\n0\n1\n1\n0\n1\n"x"\n'
    text = '"ooTextFile"\n"Collection"\n2\n' + body.format("one") + body.format("two")
    path.write_text(text, encoding="utf-8", newline="")
    edited = [edits.set_label(grid, 1, 1, grid.name) for grid in read_textgrids(path)]
    assert list(write_textgrids(edited)) == edited
    expected = text.replace('"x"', '"one"', 1).replace('"x"', '"two"', 1)
    assert path.read_text(encoding="utf-8") == expected
    with pytest.raises(TextGridError, match="not read from one file"):
        write_textgrids([edited[0], NEW])
    with pytest.raises(TextGridError, match="one by one"):
        write_textgrids(edited, form="long")


def test_grids_cross_process_borders(path: Path) -> None:
    grid = pickle.loads(pickle.dumps(read_textgrid(path)))
    assert grid == NEW
    write_textgrid(edits.set_label(grid, 1, 1, "y"))
    assert path.read_bytes().count(b'"y"') == 1
