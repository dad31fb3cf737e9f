"""The page on the worker: its examples run, and its tables name what there is."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from w2vpraat.bridge.commands import COMMANDS
from w2vpraat.bridge.service.client import ask, asked, read_state, state_folder
from w2vpraat.bridge.service.job_folders import own_jobs
from w2vpraat.bridge.service.starting import stop_worker, wanted_worker

PAGE = (Path(__file__).parents[2] / "docs" / "worker.md").read_text(encoding="utf-8")
# Lobanov 1971: two tokens of a speaker lie one sample standard deviation off their mean, over root 2.
HALF = 2**-0.5

NC = f"""#!{sys.executable}
import socket, sys, threading
line = socket.create_connection((sys.argv[1], int(sys.argv[2])), timeout=60)
line.sendall(sys.stdin.buffer.read())
line.shutdown(socket.SHUT_WR)  # as most versions do when their input ends
while part := line.recv(4096):
    sys.stdout.buffer.write(part)
"""


@pytest.fixture
def variables() -> Iterator[dict[str, str]]:
    """A running worker, and what ``w2vpraat worker start`` says of it."""
    jobs = own_jobs()
    wanted_worker()
    yield {**os.environ, "JOBS": str(jobs), "STATE": os.path.join(state_folder(), "worker.txt")}
    stop_worker()
    assert read_state() is None


def block(language: str) -> str:
    """The example in one language."""
    (found,) = re.findall(rf"^```{language}\n(.*?)^```$", PAGE, flags=re.DOTALL | re.MULTILINE)
    return found


def check_said(said: str) -> None:
    """Check the last words on the wire, and the status."""
    assert re.search(r"^(w2vpraat )?ok ", said, flags=re.MULTILINE), said
    assert "status=OK\nmessage=" in said
    assert "objects=1\n" in said


def test_the_examples_in_python_and_shell_run(variables: dict[str, str], tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", block("python")],
        env=variables,
        capture_output=True,
        encoding="utf-8",
        timeout=90,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    check_said(done.stdout)
    cells = re.findall(r"'([^']*)'", done.stdout.splitlines()[-1])
    numbers = [float(cell) for cell in cells if re.fullmatch(r"-?0\.7\d+", cell)]
    assert numbers == pytest.approx([-HALF, HALF, HALF, -HALF] * 2)
    program = tmp_path / "nc"
    program.write_text(NC)
    program.chmod(0o755)
    path = f"{tmp_path}{os.pathsep}{variables['PATH']}"
    done = subprocess.run(
        ["/bin/sh", "-c", block("sh")],
        env={**variables, "PATH": path},
        capture_output=True,
        encoding="utf-8",
        timeout=90,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    check_said(done.stdout)
    assert not (Path(variables["JOBS"]) / "example003").exists()


def test_the_page_names_every_command_and_verb(variables: dict[str, str]) -> None:
    for command in COMMANDS:
        assert f"`{command}`" in PAGE, command
    state = read_state()
    assert state is not None
    *_, (word, text) = ask(state, "nothing")
    verbs = text.rpartition("verbs: ")[2].split(", ")
    assert word == "error"
    assert len(verbs) == 7
    for verb in verbs:
        assert re.search(rf"`{verb}[ `]", PAGE), verb
    for key in state:
        assert f"`{key}`" in PAGE, key
    assert asked(state, "ping")[1][0] == "ok"
