"""kill -9 while somebody edits: at most the act that was being made is lost, and no file is ever damaged."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from killed_session import fingerprint

from w2vpraat.corpus.textgrid import read_textgrid
from w2vpraat.resources import sample_corpus
from w2vpraat.session.leftovers import unfinished_journals

NAME = "us_m_liam"
ROUNDS = 50
PROGRAM = Path(__file__).with_name("killed_session.py")


def test_a_killed_window_loses_at_most_the_act_that_was_being_made(tmp_path: Path) -> None:
    folders = []
    for number in range(1, ROUNDS + 1):
        corpus = tmp_path / str(number) / "corpus"
        corpus.mkdir(parents=True)
        shutil.copy(sample_corpus() / f"{NAME}.TextGrid", corpus)
        os.link(_sound(tmp_path), corpus / f"{NAME}.flac")
        folders.append(corpus.parent)
    original = (sample_corpus() / f"{NAME}.TextGrid").read_bytes()
    rounds = _killed(folders)
    assert len(rounds) == ROUNDS

    torn = lost = saves = recovered = 0
    for folder in folders:
        lines = [line.split(" ") for line in rounds[folder.name]]
        path = folder / "corpus" / f"{NAME}.TextGrid"
        written = _check_files(path, original, lines)
        begun = [state for kind, state in lines if kind == "begin"]
        done = [state for kind, state in lines if kind == "done"]
        assert begun[: len(done)] == done
        assert len(begun) <= len(done) + 1
        left = [one for one in unfinished_journals(folder / "config" / "journal") if one.on_disk() != "saved"]
        assert len(left) <= 1
        if left:
            assert left[0].file == path
            assert left[0].on_disk() == "as read"
            kept = fingerprint(left[0].recover())
            recovered += 1
            torn += left[0].torn
        else:
            kept = fingerprint(read_textgrid(path))
        fresh = fingerprint(read_textgrid(sample_corpus() / f"{NAME}.TextGrid"))
        after_last = done[-1] if done else fresh
        assert kept in {after_last, *begun[len(done) :]}, f"round {folder.name}: work is lost"
        lost += len(begun) > len(done) and kept == after_last
        saves += written
    # The rounds were about something: most died with unsaved work, and many had saved before.
    assert recovered > ROUNDS / 2
    assert saves > ROUNDS / 4
    assert torn + lost < ROUNDS / 4


def _check_files(path: Path, original: bytes, lines: list[list[str]]) -> bool:
    """Check that file and backup are the original or whole saved ones; return whether it was saved."""
    whole = hashlib.sha256(original).hexdigest()
    begun = [whole, *(state for kind, state in lines if kind == "saving")]
    done = [whole, *(state for kind, state in lines if kind == "saved")]
    assert begun[: len(done)] == done  # what was to be written was written
    found = hashlib.sha256(path.read_bytes()).hexdigest()
    assert found in {done[-1], *begun[len(done) :]}, f"{path} is damaged"
    backup = path.with_name(path.name + ".bak")
    if backup.exists():
        assert hashlib.sha256(backup.read_bytes()).hexdigest() in begun, f"{backup} is damaged"
    else:
        assert found == whole
    return found != whole


def _killed(folders: list[Path]) -> dict[str, list[str]]:
    """Run the rounds, on two processors at a time; return what each window said before it died."""
    half = len(folders) // 2
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
        environment[name] = "1"  # threads do not survive a fork
    running = [
        subprocess.Popen(
            [sys.executable, str(PROGRAM), *map(str, part)],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for part in (folders[:half], folders[half:])
    ]
    said: dict[str, list[str]] = {}
    for process in running:
        out, problems = process.communicate(timeout=120)
        assert process.returncode == 0, problems
        assert "Traceback" not in problems, problems
        said |= dict(json.loads(line) for line in out.splitlines())
    return said


def _sound(folder: Path) -> Path:
    """One copy of the sound for all rounds: it is only read."""
    copy = folder / f"{NAME}.flac"
    if not copy.exists():
        shutil.copy(sample_corpus() / copy.name, copy)
    return copy
