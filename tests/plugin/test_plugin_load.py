"""Many calls and several Praats at once: one worker, flat memory, nothing left behind."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from praat_runs import PROGRAMS, PraatUser, command, quoted

from w2vpraat.bridge.service.client import asked, read_state

SECONDS = 1.5
CALLS = 100
GROWTH = 25
"""Megabytes that the worker may grow over the later calls; one lost request would be ten times as much."""
EXTRACT = command("extract_segment_table", "phones", "", "all", "none", "phone", "", "middle", "lobanov", "2",
                  "5500", "automatic", "")  # fmt: skip


def calls(recordings: Path, count: str) -> str:
    """Return a script that takes the beginning of a recording, and makes a Table of it again and again."""
    return f"""
        whole = Read from file: {quoted(recordings / "us_m_adam.wav")}
        Scale peak: 0.9
        sound = Extract part: 0, {SECONDS}, "rectangular", 1, "no"
        all = Read from file: {quoted(recordings / "us_m_adam.TextGrid")}
        grid = Extract part: 0, {SECONDS}, "no"
        for i to {count}
            selectObject: sound
            # Another sound each time, so that nothing is in the cache.
            Formula: "self * 0.9999"
            selectObject: sound, grid
            {EXTRACT}
            n = Get number of rows
            label$ = Get value: 2, "label"
            f1 = Get value: 2, "F1"
            Remove
            appendInfoLine: ">", n, " ", label$, " ", fixed$ (f1, 0)
        endfor
    """


def memory(user: PraatUser) -> int:
    """Return the memory of the worker, in MB."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("W2VPRAAT_CONFIG_DIR", user.own_variables["W2VPRAAT_CONFIG_DIR"])
        state = read_state()
    assert state is not None
    lines, _ = asked(state, "status", timeout=20)
    return int(dict(text.partition("=")[::2] for _, text in lines)["memory"])


def test_four_praats_at_once_start_one_worker(praat_user: PraatUser, recordings: Path) -> None:
    script = praat_user.home / "four.praat"
    folder = str(praat_user.plugin / "scripts").replace('"', '""')
    script.write_text(calls(recordings, "3").replace("SCRIPTS", f'"{folder}"'), encoding="utf-16")
    assert praat_user.worker() == 0
    praats = [
        subprocess.Popen(
            [PROGRAMS[0], "--run", str(script)],
            env=praat_user.environment,
            cwd=praat_user.home,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
        )
        for _ in range(4)
    ]
    answers = []
    for praat in praats:
        out, err = praat.communicate(timeout=120)
        assert (praat.returncode, err) == (0, "")
        answers.append([line for line in out.splitlines() if line.startswith(">")])
    assert len(answers[0]) == 3
    assert answers[0][0].split()[1] == "eɪ"
    assert all(answer == answers[0] for answer in answers)
    assert len(praat_user.workers()) == 1
    assert praat_user.jobs == []


def test_a_hundred_calls_leave_nothing(praat_user: PraatUser, recordings: Path) -> None:
    first = praat_user.run(calls(recordings, "20")).told
    before = memory(praat_user)
    rest = praat_user.run(calls(recordings, str(CALLS - 20))).told
    assert len({line.rpartition(" ")[0] for line in (*first, *rest)}) == 1
    assert len(first) + len(rest) == CALLS
    assert memory(praat_user) - before < GROWTH
    assert praat_user.jobs == []
    assert len(praat_user.workers()) == 1
