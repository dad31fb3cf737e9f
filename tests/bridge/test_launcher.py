"""The launcher: whatever the paths, the client gets them and the name."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from w2vpraat.bridge.plugin.launcher import client_path, interpreter_path, launcher_problem, launcher_text
from w2vpraat.bridge.service.client import log_path
from w2vpraat.errors import InputError

ODD = 'Zoë\'s "h" $HOME `id` \\n %PATH% !x; * ł'


@pytest.fixture
def plugin(tmp_path: Path) -> Path:
    """A plugin's folder with a launcher, every path of which is odd."""
    tools = tmp_path / f"tools {ODD}"
    made = tmp_path / ODD / "plugin_w2vpraat"
    for folder in (tools, made / "bin", made / "scripts", made / "jobs"):
        folder.mkdir(parents=True)
    # A copy of the client that stands alone shows that nothing of the package is needed for this.
    shutil.copy(client_path(), tools / "client.py")
    (tools / "python").symlink_to(os.path.realpath(sys.executable))
    text = launcher_text(str(tools / "python"), str(tools / "client.py"), str(made / "jobs"))
    (made / "bin" / "w2v-job").write_bytes(text)
    (made / "bin" / "w2v-job").chmod(0o755)
    return made


def called(plugin: Path, words: str) -> subprocess.CompletedProcess[bytes]:
    line = f"../bin/w2v-job {words}"
    return subprocess.run(line, shell=True, cwd=plugin / "scripts", input=b"not for it", capture_output=True)


def test_odd_paths_reach_the_client_and_nothing_reaches_praat(plugin: Path) -> None:
    job = plugin / "jobs" / "abcdefgh1"
    job.mkdir()
    (job / "job.txt").write_text("command = x\n", encoding="utf-8")
    done = called(plugin, "abcdefgh1 clean")
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    assert not job.exists()
    assert [one.name for one in plugin.parent.iterdir()] == ["plugin_w2vpraat"]


def test_what_the_client_says_is_in_the_log(plugin: Path) -> None:
    done = called(plugin, "../../etc clean")
    assert (done.returncode, done.stdout, done.stderr) == (2, b"", b"")
    assert "refused" in (plugin / "jobs" / "bridge.log").read_text(encoding="utf-8")


def test_a_check_of_the_launcher_starts_no_worker_and_leaves_nothing(plugin: Path) -> None:
    assert launcher_problem(plugin) == ""
    assert [one.name for one in (plugin / "jobs").iterdir()] == ["bridge.log"]
    assert not Path(log_path()).exists()


@pytest.mark.parametrize(
    ("harm", "told"),
    [
        (lambda plugin: (plugin / "bin" / "w2v-job").unlink(), "not found"),
        (lambda plugin: (plugin / "bin" / "w2v-job").chmod(0o644), "denied"),
        (lambda plugin: (plugin / "bin" / "w2v-job").write_text("#!/bin/sh\nexit 3\n"), "code 3"),
        (lambda plugin: (plugin / "bin" / "w2v-job").write_text("#!/bin/sh\nexit 0\n"), "code 0"),
        (lambda plugin: (plugin / "jobs").rmdir(), "nothing can be written"),
        (lambda plugin: next(plugin.parents[1].glob("tools*/client.py")).unlink(), "client.py"),
        (lambda plugin: next(plugin.parents[1].glob("tools*/python")).unlink(), "python"),
    ],
)
def test_what_is_wrong_with_a_launcher_is_told(plugin: Path, harm: object, told: str) -> None:
    assert callable(harm)
    harm(plugin)
    assert told in launcher_problem(plugin)
    assert not list(plugin.glob("jobs/check*"))


def test_the_interpreter_is_that_of_the_virtual_environment() -> None:
    assert interpreter_path() == sys.executable
    assert Path(interpreter_path()).parent.parent == Path(sys.prefix)


def test_windows_gets_a_batch_file_with_quoted_paths() -> None:
    text = launcher_text(r"C:\Program Files\100%\python.exe", r"C:\w\client.py", r"C:\P\jobs", "win32")
    assert text.decode("ascii").split("\r\n") == [
        "@echo off",
        "rem Written by: w2vpraat plugin install",
        r'"C:\Program Files\100%%\python.exe" -I -S "C:\w\client.py" "C:\P\jobs" %* '
        r'<NUL >>"C:\P\jobs\bridge.log" 2>&1',
        "",
    ]


def test_windows_is_told_the_code_page_of_paths_with_accents() -> None:
    lines = launcher_text(r"C:\Zoë\python.exe", r"C:\c.py", r"C:\P\jobs", "win32").split(b"\r\n")
    assert lines[2] == b"chcp 65001 >NUL"
    assert "Zoë".encode() in lines[3]


@pytest.mark.parametrize("path", ["/a\nb", "/a\rb"])
def test_a_line_end_in_a_path_is_refused(path: str) -> None:
    with pytest.raises(InputError, match="line end"):
        launcher_text("/python", "/client.py", path)
