"""Parts of the client that need no worker."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import platformdirs
import pytest

import w2vpraat
from w2vpraat.bridge.job import NAME
from w2vpraat.bridge.service.client import (
    Late,
    Refused,
    good_name,
    job_folders,
    main,
    read_state,
    state_folder,
    time_limit,
    worker_version,
    write_status,
)
from w2vpraat.bridge.service.job_folders import find_job, forget_jobs, own_jobs, register_jobs
from w2vpraat.bridge.service.locks import FileLock, is_alive
from w2vpraat.errors import InputError


@pytest.mark.parametrize("xdg", [None, "", "relative", "/somewhere/ünder"])
def test_the_state_folder_is_that_of_platformdirs(monkeypatch: pytest.MonkeyPatch, xdg: str | None) -> None:
    monkeypatch.delenv("W2VPRAAT_CONFIG_DIR")
    if xdg is None:
        monkeypatch.delenv("XDG_STATE_HOME", raising=False)
    else:
        monkeypatch.setenv("XDG_STATE_HOME", xdg)
    assert state_folder() == os.path.join(platformdirs.user_state_dir("w2vpraat"), "worker")


def test_the_state_folder_can_be_moved(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("W2VPRAAT_CONFIG_DIR", str(tmp_path))
    assert state_folder() == str(tmp_path / "worker")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("W2VPRAAT_CONFIG_DIR", "here")
    assert state_folder() == str(tmp_path / "here" / "worker")


def test_the_version_is_read_without_importing() -> None:
    assert worker_version() == w2vpraat.__version__


@pytest.mark.parametrize(
    "name",
    [
        "abcdefgh",
        "0" * 64,
        "0" * 65,
        "short",
        "",
        "ABCdef019",
        "abc/defg",
        "abcdefg\n",
        "àbcdefgh",
        "١٢٣٤٥٦٧٨",
    ],
)
def test_names_are_those_of_the_job(name: str) -> None:
    assert good_name(name) == (NAME.fullmatch(name) is not None)


@pytest.mark.parametrize(
    "text", ["", "port=1\n", "port=x\npid=1\ntoken=a\n", "port=1\npid=1\ntoken=\n", "\x00\xff"]
)
def test_a_state_file_that_is_not_whole_is_none(text: str) -> None:
    folder = Path(state_folder())
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "worker.txt").write_bytes(text.encode("latin-1"))
    assert read_state() is None


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "latin-1"])
def test_the_time_limit_is_read_in_every_encoding(tmp_path: Path, encoding: str) -> None:
    mark = "\ufeff" if encoding == "utf-16-be" else ""
    text = f"{mark}protocol = 1\r\nlabel = é\r\ntime_limit = 2.5\r\n"
    (tmp_path / "job.txt").write_bytes(text.encode(encoding))
    assert time_limit(str(tmp_path)) == 2.5


@pytest.mark.parametrize("value", ["0", "-1", "nan", "inf", "soon", "1e9"])
def test_a_time_limit_that_is_none_is_refused(tmp_path: Path, value: str) -> None:
    (tmp_path / "job.txt").write_text(f"time_limit = {value}\n")
    with pytest.raises(Refused, match=f"time limit {value}: give seconds"):
        time_limit(str(tmp_path))


def test_the_usual_time_limit(tmp_path: Path) -> None:
    assert time_limit(str(tmp_path)) == 300.0
    (tmp_path / "job.txt").write_text("time_limit =\n")
    assert time_limit(str(tmp_path)) == 300.0


def test_a_status_has_one_line_per_line_of_the_message(tmp_path: Path) -> None:
    write_status(str(tmp_path), "OK", "one “two”\nłódź", "objects=0\n")
    raw = (tmp_path / "status.txt").read_bytes()
    assert raw[:2] in (b"\xfe\xff", b"\xff\xfe")  # which every Praat reads right, however it is set
    assert raw.decode("utf-16") == "status=OK\nmessage=one “two”\nmessage=łódź\nobjects=0\n"
    write_status(str(tmp_path), "ERROR", "plain")
    assert (tmp_path / "status.txt").read_bytes() == b"status=ERROR\nmessage=plain\n"
    assert [one.name for one in tmp_path.iterdir()] == ["status.txt"]


@pytest.mark.parametrize(
    "words", [[], [""], ["jobs"], ["jobs", "abcdefgh", "dance"], ["jobs", "abcdefgh", "stop", "x"]]
)
def test_words_that_make_no_sense_are_refused(
    words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(words) == 2
    assert "refused: give JOBS NAME" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_job_folders_are_listed_once_and_forgotten(tmp_path: Path) -> None:
    first, second = tmp_path / "ünder one", tmp_path / "two"
    first.mkdir()
    second.mkdir()
    for folder in (first, second, first):
        register_jobs(str(folder))
    assert job_folders() == [str(first), str(second)]
    (second / "abcdefgh").mkdir()
    assert find_job("abcdefgh") == second / "abcdefgh"
    with pytest.raises(InputError, match="there is no job abcdefgi"):
        find_job("abcdefgi")
    first.rmdir()
    assert own_jobs() == Path(state_folder()) / "jobs"
    assert job_folders() == [str(second), str(own_jobs())]
    forget_jobs(str(second))
    assert job_folders() == [str(own_jobs())]


@pytest.mark.skipif(sys.platform == "win32", reason="another process is asked by fork")
def test_a_lock_keeps_others_out_until_it_is_given_back() -> None:
    Path(state_folder()).mkdir(parents=True, exist_ok=True)
    assert not is_alive()
    with FileLock("worker.alive"):
        assert is_alive()
        with pytest.raises(Late), FileLock("worker.alive", 0.05):
            pass
    assert not is_alive()
