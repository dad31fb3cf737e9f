"""A real Praat and the real window on one screen: what is selected here is shown there, and the other way."""

from __future__ import annotations

import os
import select
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile
from desktop import Desktop, Window, missing

from w2vpraat.bridge.desktop.detached import has_ended
from w2vpraat.bridge.desktop.running_praat import RunningPraat, running_praat, send_script
from w2vpraat.bridge.desktop.show_in_praat import ShownInPraat, showing_in_praat
from w2vpraat.bridge.desktop.showing import listening_window, show_in_window
from w2vpraat.corpus.textgrid import read_textgrid, write_textgrid
from w2vpraat.corpus.textgrid.new_grid import new_textgrid
from w2vpraat.errors import PraatError
from w2vpraat.resources import sample_corpus

LIAM = "us_m_liam"
PHONES = 2
LACKING = [*missing(), *(name for name in ("praat",) if shutil.which(name) is None)]
PATIENCE = 30.0

pytestmark = pytest.mark.skipif(
    bool(LACKING) and not os.environ.get("CI"), reason=f"not installed: {', '.join(LACKING)}"
)

# Reads from the editor of an object, with the precision of a double.
READ = """
form Read
	integer Number
	sentence Answer
endform
editor: number
info$ = Editor info
begin = Get start of selection
stop = Get end of selection
endeditor
select all
n = numberOfSelected ()
writeFile: answer$, fixed$ (begin, 17), newline$, fixed$ (stop, 17), newline$,
... extractNumber (info$, "Selected tier: "), newline$, extractNumber (info$, "Window start: "), newline$,
... extractNumber (info$, "Window end: "), newline$, n, newline$, "end", newline$
"""


@pytest.fixture
def desktop() -> Iterator[Desktop]:
    assert not LACKING, f"CI needs {', '.join(LACKING)}"
    with Desktop("1600x900") as made:
        yield made


@pytest.fixture
def home(tmp_path: Path, desktop: Desktop, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A home folder of its own; whatever Praat was started from it is ended with the test."""
    folder = tmp_path / "hôme o'x"
    folder.mkdir()
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.setenv("DISPLAY", desktop.display)
    monkeypatch.setenv("W2VPRAAT_CONFIG_DIR", str(folder / "config"))
    for name in ("XDG_CONFIG_HOME", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    yield folder
    for pid in _praats(folder):
        os.kill(pid, signal.SIGKILL)
        _until(lambda pid=pid: has_ended(pid))


@pytest.fixture
def recording(home: Path) -> tuple[Path, Path]:
    """A recording in a folder with an awkward name."""
    folder = home / 'corpus ə "x"'
    folder.mkdir()
    for suffix in (".flac", ".TextGrid"):
        shutil.copy(sample_corpus() / f"{LIAM}{suffix}", folder)
    return folder / f"{LIAM}.flac", folder / f"{LIAM}.TextGrid"


def test_the_selection_goes_to_praat_and_back(
    desktop: Desktop, home: Path, recording: tuple[Path, Path]
) -> None:
    """Acceptance 18: editor opened, selection pushed, read back; a second call uses the same editor."""
    first, second = read_textgrid(recording[1]).tier(PHONES).items[12:14]
    told = _shown(recording, first)
    assert told == ShownInPraat(started=True, answered=True, opened=True)
    praat = running_praat()
    assert praat is not None
    assert praat.version >= 6205
    grid = told.number
    seen = _read(praat, grid)
    _check(seen, first)
    assert seen[3] < first[0] < first[1] < seen[4]
    assert seen[4] - seen[3] < 4.0
    told = _shown(recording, second)
    assert told == ShownInPraat(answered=True)
    seen = _read(praat, grid)
    _check(seen, second)
    assert seen[5] == 2  # one sound, one TextGrid
    assert len(_editors(desktop, LIAM)) == 1
    assert _shown(recording, (0.75, 0.75)) == ShownInPraat(answered=True)
    assert _read(praat, grid)[:2] == [0.75, 0.75]


def test_edits_in_praat_are_never_lost(desktop: Desktop, home: Path, recording: tuple[Path, Path]) -> None:
    place = read_textgrid(recording[1]).tier(PHONES).items[12]
    grid = _shown(recording, place).number
    praat = running_praat()
    assert praat is not None
    _run(praat, f'selectObject: {grid}\nSet interval text: 1, 2, "édited"\n', home)
    told = _shown(recording, place)
    assert told == ShownInPraat(answered=True, opened=True, differing=1)
    assert len(_editors(desktop, LIAM)) == 2
    _run(
        praat,
        f'selectObject: {grid}\nt$ = Get label of interval: 1, 2\nwriteFile: "{home}/label", t$\n',
        home,
    )
    assert "édited" in _decoded((home / "label").read_bytes())
    # The one that is as the file is found again, whichever it is.
    assert _shown(recording, place) == ShownInPraat(answered=True)
    assert len(_editors(desktop, LIAM)) == 2


def test_a_long_recording_stays_on_the_disk(desktop: Desktop, home: Path) -> None:
    audio, grid = home / "long.wav", home / "long.TextGrid"
    soundfile.write(audio, np.zeros(601 * 8000, dtype=np.int16), 8000)
    write_textgrid(new_textgrid(0.0, 601.0, ("phones",), ()), grid)
    told = _shown((audio, grid), (300.0, 300.5))
    praat = running_praat()
    assert praat is not None
    seen = _read(praat, told.number)
    assert seen[:2] == [300.0, 300.5]
    assert seen[4] - seen[3] == pytest.approx(5.0)
    _run(praat, f'select all\nwriteFile: "{home}/kinds", numberOfSelected ("LongSound")\n', home)
    assert (home / "kinds").read_text(encoding="ascii") == "1"
    assert _shown((audio, grid), (1.0, 2.0)) == ShownInPraat(answered=True)


def test_a_window_is_opened_if_there_is_none(
    desktop: Desktop, home: Path, recording: tuple[Path, Path]
) -> None:
    show_in_window(*recording, "phones", 1.125, 1.41, timeout=60.0)
    state = listening_window()
    assert state is not None
    pid = int(state["pid"])
    try:
        assert pid != os.getpid()
        assert not has_ended(pid)
        show_in_window(*recording, "words", 0.5, 0.6, timeout=PATIENCE)
        assert (listening_window() or {})["pid"] == str(pid)
    finally:
        os.kill(pid, signal.SIGKILL)
        _until(lambda: has_ended(pid))
    # What was left behind by one that was killed is not taken for a window.
    assert listening_window() is None


def test_a_praat_that_was_killed_is_started_again(
    desktop: Desktop, home: Path, recording: tuple[Path, Path]
) -> None:
    place = read_textgrid(recording[1]).tier(PHONES).items[12]
    _shown(recording, place)
    (first,) = _praats(home)
    os.kill(first, signal.SIGKILL)
    _until(lambda: has_ended(first))
    note = home / ".praat-dir" / "pid"
    assert note.read_text(encoding="ascii").split()[0] == str(first)
    assert _shown(recording, place).started
    (second,) = _praats(home)
    assert second != first
    praat = running_praat()
    assert praat is not None
    assert praat.pid == second
    send_script(praat, _script(home, "Quit\n"), ())
    _until(lambda: has_ended(second))
    _until(lambda: not note.exists())
    assert running_praat() is None


def test_nothing_is_sent_to_an_innocent_process(
    desktop: Desktop, home: Path, recording: tuple[Path, Path]
) -> None:
    """Acceptance 23. A real ``praat --send`` kills the process that its note names."""
    innocent = subprocess.Popen(["sleep", "60"])
    try:
        note = home / ".praat-dir" / "pid"
        note.parent.mkdir()
        note.write_text(f"{innocent.pid} 6307", encoding="ascii")
        with pytest.raises(PraatError, match="no Praat of yours"):
            _shown(recording, (0.5, 0.6))
        assert innocent.poll() is None
        assert not _praats(home)
    finally:
        innocent.kill()
        innocent.wait()


def test_an_upgraded_praat_is_not_asked(desktop: Desktop, home: Path, recording: tuple[Path, Path]) -> None:
    program = home / "praat"
    shutil.copy(shutil.which("praat") or "", program)
    told = _shown(recording, (0.5, 0.6), program=str(program))
    assert told.started
    (pid,) = _praats(home)
    program.unlink()
    with pytest.raises(PraatError, match="replaced by another version"):
        _shown(recording, (0.5, 0.6))
    assert _praats(home) == [pid]


def test_the_window_and_praat_side_by_side(
    desktop: Desktop, home: Path, recording: tuple[Path, Path]
) -> None:
    """Keys of the window; unsaved edits are said and saved; Praat outlives the window, and opens it again."""
    audio, grid = recording
    with Window(desktop, home, [audio.parent]) as window:
        window.until(lambda state: state["recordings"] == 1 and len(state["visible"]) == 1)
        window.focus("w2vpraat")
        desktop.click(window.place("cell", "corpus.table", 0, 0), times=2)
        window.until(lambda state: state["name"] == LIAM)
        items = window.ask("grid", PHONES)
        start, end, _ = items[12]
        # A request from outside: no keyboard is needed.
        show_in_window(audio, grid, "phones", start, end, timeout=PATIENCE)
        state = window.state
        assert (state["selection"], state["tier"], state["name"]) == ([start, end], PHONES, LIAM)
        desktop.key("ctrl+alt+s")
        _until(lambda: bool(_praats(home)))
        window.until(lambda state: "praat" not in state["jobs"])
        assert not window.state["notices"]
        praat = running_praat()
        assert praat is not None
        _check(_read(praat, 1), (start, end))
        # An edit that is not saved: Praat shows the file.
        desktop.lift(window.place("window_id", "w2vpraat"))
        desktop.key("alt+Right")
        window.until(lambda state: state["selection"] == items[13][:2])
        desktop.type("x")
        window.until(lambda state: state["field"].startswith("x") or state["field"].endswith("x"))
        desktop.key("ctrl+alt+s")
        window.until(lambda state: state["notices"] == [f"Praat shows {LIAM} as it was saved"])
        _check(_read(praat, 1), items[13])
        assert "1 edit here is not saved." in window.ask("remedies")
        desktop.lift(window.place("window_id", "w2vpraat"))
        desktop.click(window.place("widget", "notices.rows.0.choice"))
        window.until(lambda state: not state["modified"])
        # The TextGrid in Praat is now another than the file: it stays, and the file is opened beside it.
        window.until(lambda state: [f"Praat holds another version of {LIAM}"] == state["notices"])
        assert len(_editors(desktop, LIAM)) == 2
        desktop.lift(window.place("window_id", "w2vpraat"))
        desktop.key("ctrl+q")
        assert window.ended() == 0, window.told()
        assert "Traceback" not in window.told()
    assert not (home / "config" / "worker" / "window.txt").exists()
    assert not has_ended(praat.pid)
    assert _read(praat, 1)


def _shown(
    recording: tuple[Path, Path], item: tuple[float, ...] | list[float], program: str = ""
) -> ShownInPraat:
    told = list(showing_in_praat(*recording, "phones", item[0], item[1], program=program))[-1]
    assert isinstance(told, ShownInPraat)
    return told


def _check(seen: list[float], item: tuple[float, ...] | list[float]) -> None:
    assert seen[0] == pytest.approx(item[0], abs=1e-9)
    assert seen[1] == pytest.approx(item[1], abs=1e-9)
    assert seen[2] == PHONES


def _read(praat: RunningPraat, number: int) -> list[float]:
    """Selection, tier, visible stretch of the editor of an object; number of objects."""
    home = Path(os.environ["HOME"])
    answer = home / "read.txt"
    answer.unlink(missing_ok=True)
    send_script(praat, _script(home, READ), (str(number), str(answer)))
    _until(lambda: answer.exists() and answer.read_text(encoding="ascii").endswith("end\n"))
    return [float(line) for line in answer.read_text(encoding="ascii").splitlines()[:-1]]


def _run(praat: RunningPraat, text: str, home: Path) -> None:
    done = home / "done"
    done.unlink(missing_ok=True)
    send_script(praat, _script(home, f'{text}writeFile: "{done}", "done"\n'), ())
    _until(done.exists)


def _script(home: Path, text: str) -> Path:
    path = home / "sent.praat"
    path.write_text(text, encoding="utf-8-sig")
    return path


def _decoded(raw: bytes) -> str:
    return raw.decode("utf-16" if raw[:1] in (b"\xfe", b"\xff") else "utf-8")


def _editors(desktop: Desktop, name: str) -> list[str]:
    """Return the X windows of Praat's TextGrid editors of this name."""
    told = subprocess.run(
        ["xdotool", "search", "--name", rf"\. TextGrid {name}"],
        env={**os.environ, "DISPLAY": desktop.display},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    ).stdout
    return told.split()


def _praats(home: Path) -> list[int]:
    """Return the processes of Praat that were started with this home folder."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            program = os.readlink(folder / "exe").removesuffix(" (deleted)")
            environ = (folder / "environ").read_bytes().split(b"\0")
        except OSError:
            continue
        if Path(program).name == "praat" and f"HOME={home}".encode() in environ:
            found.append(int(folder.name))
    return found


def _until(holds: Callable[[], object]) -> None:
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end, "waited in vain"
        select.select([], [], [], 0.02)
