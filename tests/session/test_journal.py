"""A crash loses at most the act that was being made, and never the TextGrid."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from journal_session import SAVE_EVERY, acts

from w2vpraat.corpus.textgrid import (
    Interval,
    IntervalTier,
    PointTier,
    TextGrid,
    edits,
    read_textgrid,
    textgrid_bytes,
    write_textgrid,
)
from w2vpraat.errors import ExportError, TextGridError
from w2vpraat.resources import sample_corpus
from w2vpraat.session.grid_changes import grid_change
from w2vpraat.session.journal import Journal, journal_folder, open_journal
from w2vpraat.session.leftovers import unfinished_journals

SESSION = Path(__file__).with_name("journal_session.py")

TEXT = (
    'File type = "ooTextFile"\nObject class = "TextGrid"\n\n0.00\n2.50000 ! by hand\n<exists>\n2\n'
    '"IntervalTier"\n"a"\n0.00\n2.50000\n2\n0.00\n1.2500\n"\xe9"\n1.2500\n2.50000\n"x"\n'
    '"TextTier"\n"p"\n0.00\n2.50000\n1\n2.0\n"H"\n'
).encode("cp1252")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    made = tmp_path / "a.TextGrid"
    made.write_bytes(TEXT)
    return made


def crash(journal: Journal) -> None:
    """Leave the file as a killed process does: its lock goes with it."""
    journal._file.close()


def test_recovered_grid_is_the_edited_one_to_the_byte(path: Path) -> None:
    grid = read_textgrid(path)
    journal = open_journal(grid)
    assert journal.path.parent == journal_folder() == Path(os.environ["W2VPRAAT_CONFIG_DIR"]) / "journal"
    renamed = edits.rename_tier(edits.move_boundary(grid, 1, 1, 1.1), 1, "b")
    gone = edits.remove_tier(renamed, 1)
    journal.record(grid_change(grid, renamed), "Move boundary")
    journal.record(grid_change(renamed, gone), "Remove tier")
    assert unfinished_journals() == ()  # still running
    crash(journal)
    (left,) = unfinished_journals()
    assert (left.file, left.texts, left.torn, left.on_disk()) == (
        path,
        ("Move boundary", "Remove tier"),
        False,
        "as read",
    )
    assert left.recover() == gone
    assert left.recover(read_textgrid(path)) == gone
    # Undone in the next session: the tier is known again as that of the file, so its bytes are kept.
    again = open_journal(left.recover())
    left.discard()
    again.record(grid_change(renamed, gone).inverted(), "Remove tier", "undo")
    assert again.n_acts == 1
    crash(again)
    (left,) = unfinished_journals()
    assert [act["kind"] for act in left.acts] == ["earlier", "undo"]
    assert textgrid_bytes(left.recover()) == textgrid_bytes(renamed)
    assert b"2.50000 ! by hand" in textgrid_bytes(renamed)
    write_textgrid(left.recover())
    assert path.read_bytes() == textgrid_bytes(renamed)
    assert left.on_disk() == "saved"


def test_after_a_save_the_journal_begins_anew(path: Path) -> None:
    grid = read_textgrid(path)
    journal = open_journal(grid)
    edited = edits.set_label(grid, 1, 2, "y")
    journal.record(grid_change(grid, edited), "Label")
    first = journal.path
    saved = write_textgrid(edited)
    journal.saved(saved)
    assert not first.exists()
    assert journal.n_acts == 0
    # Undo beyond the save is an act like others.
    journal.record(grid_change(edited, grid), "Label", "undo")
    crash(journal)
    (left,) = unfinished_journals()
    assert (left.texts, left.on_disk()) == (("Label",), "as read")
    assert textgrid_bytes(left.recover()) == TEXT


def test_a_crash_between_save_and_new_journal_loses_nothing(path: Path) -> None:
    grid, _ = left_over(path)
    write_textgrid(grid)
    (left,) = unfinished_journals()
    assert left.on_disk() == "saved"


def test_closing_takes_the_journal_away_and_an_error_does_not(path: Path) -> None:
    grid = read_textgrid(path)
    with open_journal(grid) as journal:
        journal.record(grid_change(grid, edits.set_label(grid, 1, 1, "y")))
    assert list(journal_folder().iterdir()) == []
    change = grid_change(grid, edits.set_label(grid, 1, 1, "y"))
    journal = open_journal(grid)
    journal.record(change)
    with pytest.raises(TextGridError, match="another tier"), journal:
        change.apply(change.apply(grid))
    assert [left.journal for left in unfinished_journals()] == [journal.path]


def test_new_grid_without_a_file() -> None:
    grid = TextGrid(0, 3, (IntervalTier("a", 0, 3, (Interval(0, 3, "\ud800"),)),))
    journal = open_journal(grid)
    edited = edits.add_tier(edits.set_label(grid, 1, 1, "é"), PointTier("p", 0, 3))
    journal.record(grid_change(grid, edited), "Add tier")
    crash(journal)
    (left,) = unfinished_journals()
    assert (left.file, left.on_disk()) == (None, "new")
    assert left.recover() == edited
    assert textgrid_bytes(left.recover()) == textgrid_bytes(edited)


def left_over(path: Path, *, edited: int = 3) -> tuple[TextGrid, Journal]:
    grid = read_textgrid(path)
    journal = open_journal(grid)
    for number in range(edited):
        after = edits.set_label(grid, 1, 2, f"label {number}")
        journal.record(grid_change(grid, after), f"act {number}")
        grid = after
    crash(journal)
    return grid, journal


def test_file_changed_meanwhile(path: Path) -> None:
    grid, _ = left_over(path)
    path.write_bytes(TEXT.replace(b'"x"', b'"z"'))
    (left,) = unfinished_journals()
    assert left.on_disk() == "changed"
    with pytest.raises(TextGridError, match=r"a\.TextGrid: the file has been changed since .* another name"):
        left.recover(read_textgrid(path))
    recovered = left.recover()
    assert recovered == grid
    with pytest.raises(TextGridError, match="changed by another program"):
        write_textgrid(recovered)
    path.unlink()
    assert left.on_disk() == "missing"
    assert left.recover() == grid


@pytest.mark.parametrize("cut", [1, 2, 30])
def test_torn_last_line_is_the_only_loss(path: Path, cut: int) -> None:
    left_over(path)
    (left,) = unfinished_journals()
    whole = left.journal.read_bytes()
    left.journal.write_bytes(whole[:-cut])
    (left,) = unfinished_journals()
    assert (left.torn, left.texts) == (True, ("act 0", "act 1"))
    assert left.recover().interval_tier(1).interval(2).label == "label 1"


def test_damage_is_said(path: Path) -> None:
    left_over(path)
    (left,) = unfinished_journals()
    lines = left.journal.read_bytes().split(b"\n")
    left.journal.write_bytes(b"\n".join([lines[0], *lines[2:]]))
    (without,) = unfinished_journals()
    with pytest.raises(TextGridError, match=r"act 1 of 2 in the journal can't be repeated: .*something else"):
        without.recover()
    header = json.loads(lines[0])
    left.journal.write_bytes(b"\n".join([json.dumps({**header, "base": "xx"}).encode(), *lines[1:]]))
    (bad,) = unfinished_journals()
    with pytest.raises(TextGridError, match="the journal is damaged"):
        bad.recover()
    # One of a later version is neither offered nor taken away.
    left.journal.write_bytes(json.dumps({**header, "journal": "w2vpraat journal 2"}).encode() + b"\n")
    assert unfinished_journals() == ()
    assert left.journal.exists()


def test_journals_without_an_act_go_after_a_day(path: Path) -> None:
    _, journal = left_over(path, edited=0)
    (journal_folder() / "ffff-1-2.journal").write_bytes(b'{"journal": "w2v')
    assert unfinished_journals() == ()
    assert len(list(journal_folder().iterdir())) == 2
    for one in journal_folder().iterdir():
        os.utime(one, (time.time() - 90_000,) * 2)
    assert unfinished_journals() == ()
    assert list(journal_folder().iterdir()) == []
    assert not journal.path.exists()


def test_where_locks_do_not_work_the_process_is_asked_for(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("journal", "leftovers"):
        monkeypatch.setattr(f"w2vpraat.session.{module}.lock_file", lambda *_, **__: "unknown")
    grid, _ = left_over(path)
    assert unfinished_journals() == ()  # this process is running
    (file,) = journal_folder().iterdir()
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    raw = file.read_bytes()
    file.write_bytes(raw.replace(b'"pid":%d' % os.getpid(), b'"pid":%d' % ended.pid))
    (left,) = unfinished_journals()
    assert left.recover() == grid
    file.write_bytes(file.read_bytes().replace(b'"host":"', b'"host":"not-'))
    assert unfinished_journals() == ()  # of another machine: it may be running


@pytest.mark.skipif(sys.platform == "win32", reason="limits the size of files as POSIX does")
def test_full_disk_is_said_and_the_acts_before_stay(path: Path) -> None:
    import resource

    grid = read_textgrid(path)
    journal = open_journal(grid)
    one = edits.set_label(grid, 1, 1, "one")
    journal.record(grid_change(grid, one), "first")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    # Room for a part of the line only.
    resource.setrlimit(resource.RLIMIT_FSIZE, (journal.path.stat().st_size + 20, hard))
    try:
        with pytest.raises(
            ExportError, match=r"the journal can't be written: File too large.*save your work"
        ):
            journal.record(grid_change(one, grid), "second")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    journal.record(grid_change(one, edits.set_label(one, 1, 2, "two")), "third")
    crash(journal)
    (left,) = unfinished_journals()
    assert (left.texts, left.torn) == (("first", "third"), False)
    assert journal.n_acts == 2


def test_folder_that_cannot_be_made(path: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ExportError, match=r"the journal can't be written: .*check the disk and the folder"):
        open_journal(read_textgrid(path), folder=tmp_path / "file")


@pytest.mark.skipif(sys.platform == "win32", reason="kills as POSIX does")
@pytest.mark.parametrize("seed", range(8))
def test_killed_at_any_moment(seed: int, tmp_path: Path) -> None:
    path, folder = tmp_path / "a.TextGrid", tmp_path / "journals"
    shutil.copy(min(sample_corpus().rglob("*.TextGrid")), path)
    original = read_textgrid(path)
    states = [original, *(grid for _, grid in acts(original, seed))]
    chance = random.Random(seed)
    process = subprocess.Popen(
        [sys.executable, str(SESSION), str(path), str(folder), str(seed)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with process:
        assert process.stdout is not None
        said = [process.stdout.readline() for _ in range(chance.randint(1, 60))]
        assert unfinished_journals(folder) == ()  # it is running
        process.send_signal(signal.SIGKILL)
        said += process.stdout.readlines()
    acknowledged = [line for line in said if line.endswith(b"\n")]
    done = len(acknowledged) - 1  # the first says that the journal is open
    # The act that was being made when the end came may be there or not.
    reached = {done, done + 1}

    on_disk = path.read_bytes()
    # A save follows the word for its act, so that of the last act may not have come about.
    saves = {max(done - 1, 0) // SAVE_EVERY * SAVE_EVERY, done // SAVE_EVERY * SAVE_EVERY}
    (saved,) = [number for number in saves if textgrid_bytes(states[number]) == on_disk]

    left = [one for one in unfinished_journals(folder) if one.on_disk() != "saved"]
    if not left:
        assert saved in reached
        return
    (one,) = left
    assert one.on_disk() == "as read"
    (number,) = [number for number in reached if number > saved and one.recover() == states[number]]
    assert textgrid_bytes(one.recover(read_textgrid(path))) == textgrid_bytes(states[number])
    assert (one.texts or ("",))[-1] == f"act {number}"
