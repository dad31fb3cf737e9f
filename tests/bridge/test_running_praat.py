"""Nothing is ever sent to a process that is not a Praat of this user; what is wrong is said."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import parselmouth
import pytest

from w2vpraat.bridge.desktop import running_praat as module
from w2vpraat.bridge.desktop.detached import has_ended, start_detached
from w2vpraat.bridge.desktop.running_praat import (
    NoProgramError,
    RunningPraat,
    find_program,
    program_version,
    running_praat,
    send_script,
    shown_version,
    starting_praat,
)
from w2vpraat.bridge.desktop.show_in_praat import show_script, showing_in_praat
from w2vpraat.errors import PraatError
from w2vpraat.events import Progress
from w2vpraat.resources import sample_corpus

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="Praat notes its process only in Linux")
LIAM = sample_corpus() / "us_m_liam.flac"
GRID = LIAM.with_suffix(".TextGrid")


@pytest.fixture
def note(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The note of a Praat 6 in an otherwise empty home."""
    home = tmp_path / "hôme o'x"
    folder = home / ".praat-dir"
    folder.mkdir(parents=True)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setattr(module, "LISTEN_SECONDS", 0.2)
    monkeypatch.setattr(module, "_started", [])
    return folder / "pid"


@pytest.fixture
def run() -> Iterator[Callable[..., subprocess.Popen[bytes]]]:
    """Start programs that are ended with the test."""
    started: list[subprocess.Popen[bytes]] = []

    def make(*command: str | Path, **more: object) -> subprocess.Popen[bytes]:
        started.append(subprocess.Popen([str(word) for word in command], **more))  # type: ignore[call-overload]
        return started[-1]

    yield make
    for process in started:
        process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                stream.close()


@pytest.fixture
def like_praat(tmp_path: Path, run: Callable[..., subprocess.Popen[bytes]]) -> subprocess.Popen[bytes]:
    """A program called praat that catches the signal and says on stdout when it does."""
    program = tmp_path / "bin" / "praat"
    program.parent.mkdir()
    shutil.copy(os.path.realpath(sys.executable), program)
    code = (
        "import signal, sys\n"
        "signal.signal(signal.SIGUSR1, lambda *_: sys.stdout.write('signalled\\n') and sys.stdout.flush())\n"
        "sys.stdout.write('ready\\n'); sys.stdout.flush()\n"
        "while True: signal.pause()\n"
    )
    environ = {**os.environ, "PYTHONHOME": sys.base_prefix}
    process = run(program, "-S", "-c", code, stdout=subprocess.PIPE, env=environ)
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n"
    return process


@pytest.fixture
def marked(tmp_path: Path) -> tuple[Path, Path]:
    """A program called praat that leaves a mark when it is started, and the mark."""
    mark = tmp_path / "was started"
    program = tmp_path / "praat"
    program.write_text(f'#!/bin/sh\necho "$@" >>"{mark}"\n', encoding="utf-8")
    program.chmod(0o755)
    return program, mark


def test_without_a_note_no_praat_runs(note: Path) -> None:
    assert running_praat() is None
    note.write_text("what", encoding="utf-8")
    assert running_praat() is None


def test_the_note_of_a_praat_that_is_gone_is_stale(
    note: Path, run: Callable[..., subprocess.Popen[bytes]]
) -> None:
    process = run("sleep", "60")
    process.kill()
    note.write_text(f"{process.pid} 6307", encoding="utf-8")
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    assert has_ended(process.pid)  # a zombie: nobody has asked how it ended
    assert running_praat() is None
    process.wait()
    assert has_ended(process.pid)
    assert running_praat() is None


@pytest.mark.parametrize("name", ["pid", "pid.txt"])
def test_an_innocent_process_lives_and_no_second_praat_starts(
    note: Path, name: str, run: Callable[..., subprocess.Popen[bytes]], marked: tuple[Path, Path]
) -> None:
    process = run("sleep", "60")
    note = note.with_name(name)
    if name == "pid.txt":  # that of Praat 7
        note = Path(os.environ["HOME"], ".config", "praat", name)
        note.parent.mkdir(parents=True)
    note.write_text(f"{process.pid} 6307\n", encoding="utf-8")
    before = note.read_bytes()
    with pytest.raises(PraatError, match="no Praat of yours") as caught:
        list(showing_in_praat(LIAM, GRID, "phones", 0.5, 0.6, program=str(marked[0])))
    assert str(process.pid) in caught.value.message
    assert str(note) in caught.value.message
    assert "delete this file" in caught.value.hint
    assert process.poll() is None
    assert not marked[1].exists()
    assert note.read_bytes() == before


def test_one_innocent_among_two_notes_is_enough(
    note: Path, like_praat: subprocess.Popen[bytes], run: Callable[..., subprocess.Popen[bytes]]
) -> None:
    # The program that sends chooses its note itself.
    note.write_text(f"{like_praat.pid} 6307", encoding="utf-8")
    assert running_praat() is not None
    newer = Path(os.environ["HOME"], ".config", "praat", "pid.txt")
    newer.parent.mkdir(parents=True)
    newer.write_text(str(run("sleep", "60").pid), encoding="utf-8")
    with pytest.raises(PraatError, match="no Praat of yours"):
        running_praat()


def test_a_process_of_another_user_is_left_alone(note: Path) -> None:
    # The first process is never ours, unless this one may do everything: then it is no Praat.
    note.write_text("1 6307", encoding="utf-8")
    with pytest.raises(PraatError, match="no Praat of yours"):
        running_praat()


def test_the_name_alone_is_not_enough(
    note: Path, tmp_path: Path, run: Callable[..., subprocess.Popen[bytes]]
) -> None:
    program = tmp_path / "praat"
    shutil.copy(shutil.which("sleep") or "", program)
    process = run(program, "60")
    note.write_text(f"{process.pid} 6307", encoding="utf-8")
    with pytest.raises(PraatError, match="does not take messages yet"):
        running_praat()
    assert process.poll() is None


def test_what_runs_is_found_and_only_its_own_program_sends(
    note: Path, like_praat: subprocess.Popen[bytes]
) -> None:
    note.write_text(f"{like_praat.pid} 6307", encoding="utf-8")
    program = Path(os.readlink(f"/proc/{like_praat.pid}/exe"))
    assert running_praat() == RunningPraat(like_praat.pid, program, 6307)


def test_a_praat_that_was_upgraded_meanwhile_is_not_asked(
    note: Path, like_praat: subprocess.Popen[bytes], marked: tuple[Path, Path]
) -> None:
    note.write_text(f"{like_praat.pid} 6307", encoding="utf-8")
    program = Path(os.readlink(f"/proc/{like_praat.pid}/exe"))
    shutil.copy(marked[0], program.with_name("new"))
    os.replace(program.with_name("new"), program)
    with pytest.raises(PraatError, match="replaced by another version") as caught:
        list(showing_in_praat(LIAM, GRID, "phones", 0.5, 0.6))
    assert "start it again" in caught.value.hint
    assert like_praat.poll() is None
    assert not marked[1].exists()


def test_a_praat_without_messages_is_named(note: Path, like_praat: subprocess.Popen[bytes]) -> None:
    note.write_text(f"{like_praat.pid} 6138", encoding="utf-8")
    with pytest.raises(PraatError, match=r"6\.1\.38.*takes no messages"):
        running_praat()


def test_programs_are_found_or_the_setting_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, marked: tuple[Path, Path]
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    assert find_program(str(marked[0])) == marked[0]
    monkeypatch.setattr(module, "usual_places", lambda: (tmp_path / "home" / "praat", marked[0]))
    assert find_program() == marked[0]
    monkeypatch.setattr(module, "usual_places", lambda: (tmp_path / "home" / "praat",))
    monkeypatch.setenv("PATH", str(marked[0].parent))
    assert find_program() == find_program("praat") == marked[0]
    marked[0].chmod(0o644)
    for chosen in ("", "praat", str(marked[0]), str(tmp_path), str(tmp_path / "none")):
        with pytest.raises(NoProgramError, match="no") as caught:
            find_program(chosen)
        assert "Preferences, page Praat" in caught.value.hint


def test_a_praat_that_can_not_start_says_why(note: Path, tmp_path: Path) -> None:
    program = tmp_path / "praat"
    program.write_text("#!/bin/sh\necho 'cannot open display: :99' >&2\nexit 1\n", encoding="utf-8")
    program.chmod(0o755)
    with pytest.raises(PraatError, match="cannot open display: :99") as caught:
        list(starting_praat(program))
    assert str(program) in caught.value.hint


def test_an_impatient_second_request_starts_no_second_praat(
    note: Path, tmp_path: Path, like_praat: subprocess.Popen[bytes]
) -> None:
    mark, gate, program = tmp_path / "starts", tmp_path / "gate", tmp_path / "praat"
    os.mkfifo(gate)
    program.write_text(f'#!/bin/sh\necho started >>"{mark}"\nread line <"{gate}"\n', encoding="utf-8")
    program.chmod(0o755)
    first = starting_praat(program)
    assert isinstance(next(first), Progress)
    first.close()  # type: ignore[attr-defined]
    second = starting_praat(program)
    assert isinstance(next(second), Progress)
    with gate.open("w", encoding="utf-8") as opened:  # waits until the program has come so far
        note.write_text(f"{like_praat.pid} 6307", encoding="utf-8")
        found = list(second)[-1]
        assert isinstance(found, RunningPraat)
        assert found.pid == like_praat.pid
        opened.write("end\n")
    assert mark.read_text(encoding="utf-8") == "started\n"


def test_what_can_not_be_sent_is_an_error(tmp_path: Path) -> None:
    program = tmp_path / "praat"
    program.write_text("#!/bin/sh\necho 'Cannot send message.' >&2\n", encoding="utf-8")
    program.chmod(0o755)
    with pytest.raises(PraatError, match="Cannot send message"):
        send_script(RunningPraat(0, program), Path("a.praat"), ())
    with pytest.raises(PraatError, match="can't be run"):
        send_script(RunningPraat(0, tmp_path / "none"), Path("a.praat"), ())


def test_versions_are_read_and_shown(tmp_path: Path) -> None:
    program = tmp_path / "praat"
    program.write_text("#!/bin/sh\necho 'Praat 6.4.38 (July 3 2025)'\n", encoding="utf-8")
    program.chmod(0o755)
    assert program_version(program) == 6438
    assert shown_version(6438) == "6.4.38"
    assert shown_version(7002) == "7.0.02"
    assert program_version(tmp_path / "none") == 0


def test_sounds_that_no_praat_reads_are_refused_before_anything_starts(
    note: Path, tmp_path: Path, marked: tuple[Path, Path]
) -> None:
    sound = tmp_path / "a.caf"
    sound.write_bytes(b"caff")
    with pytest.raises(PraatError, match=r"can't read sound files of the kind \.caf") as caught:
        list(showing_in_praat(sound, GRID, "", 0.0, 0.0, program=str(marked[0])))
    assert "WAV" in caught.value.hint
    with pytest.raises(PraatError, match="not on the disk"):
        list(showing_in_praat(LIAM, tmp_path / "none.TextGrid", "", 0.0, 0.0, program=str(marked[0])))
    assert not marked[1].exists()


def test_a_detached_program_belongs_to_nobody_here(tmp_path: Path) -> None:
    told, log = tmp_path / "told", tmp_path / "log"
    awkward = ["a b", "it's", '"$HOME"', "ʃ", ""]
    code = "import os, sys; open(sys.argv[1], 'w').write(repr((os.getppid(), sys.argv[2:]))); print('said')"
    os.mkfifo(told)
    pid = start_detached([sys.executable, "-c", code, str(told), *awkward], log)
    text = told.read_text(encoding="utf-8")
    assert text.endswith(f"{awkward!r})")
    assert not text.startswith(f"({os.getpid()},")
    assert pid != os.getpid()


@pytest.mark.parametrize(
    ("sound", "grid", "word"),
    [("none.wav", str(GRID), "no sound"), (str(LIAM), "none.TextGrid", "no TextGrid")],
)
def test_the_script_says_what_it_can_not_read(tmp_path: Path, sound: str, grid: str, word: str) -> None:
    # By the Praat inside parselmouth, 6.1.38: the oldest that is supported.
    answer = tmp_path / "answer.txt"
    answer.touch()
    objects, _ = parselmouth.praat.run_file(
        str(show_script()), sound, grid, "phones", 0.5, 0.6, str(answer), capture_output=True
    )
    assert answer.read_text(encoding="utf-8") == f"answer={word}\nend\n"
    assert objects == []


def test_a_late_answer_writes_nothing(tmp_path: Path) -> None:
    answer = tmp_path / "gone" / "answer.txt"
    parselmouth.praat.run_file(
        str(show_script()), "none.wav", str(GRID), "phones", 0.5, 0.6, str(answer), capture_output=True
    )
    assert not answer.parent.exists()
