"""The Praat that runs: found by its own note in its folder, and checked before anything is sent to it.

``praat --send`` signals whatever process the note names and so kills an innocent one that got the number of a
Praat that has crashed; a ``praat`` of another version starts a second Praat. So nothing is sent before the
process was looked at, and only the very program that runs sends. Praat itself is started without ``--send``
and ``--new-send``, which both signal first, and after the note of one that is gone was removed, since with it
Praat ends as soon as it is started from anywhere but a terminal (6.3.07). All this is for Linux: elsewhere
Praat finds its running self by other means, and keeps no note.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from w2vpraat.bridge.desktop.detached import has_ended, start_detached
from w2vpraat.bridge.plugin.child_process import ended
from w2vpraat.bridge.plugin.praat_program import usual_places
from w2vpraat.bridge.plugin.preference_folders import existing_folders
from w2vpraat.errors import PraatError
from w2vpraat.events import Progress

OLDEST = 6205
"""``praat --send`` exists since 6.2.05."""
START_SECONDS = 30.0
"""A Praat with many plugins needs some seconds until it listens."""
LISTEN_SECONDS = 5.0
LOOK = 0.02
SETTING = "Preferences, page Praat"

_DELETED = " (deleted)"
_started: list[int] = []  # the process that was started last


class NoProgramError(PraatError):
    """There is no Praat to start, or not where the setting says."""


@dataclass(frozen=True)
class RunningPraat:
    """A Praat with windows, of this user, that takes messages.

    Parameters
    ----------
    pid : int
        Its process.
    program : Path
        Its executable: the only one that may send to it.
    version : int
        As Praat's ``praatVersion``: 6307 is 6.3.07; 0 if it is not known.
    """

    pid: int
    program: Path
    version: int = 0


def pid_files() -> tuple[Path, ...]:
    """Return the notes in which Praats of this user keep their process number; those that exist."""
    found = [folder.path / name for folder in existing_folders() for name in ("pid", "pid.txt")]
    return tuple(path for path in found if path.is_file())


def running_praat() -> RunningPraat | None:
    """Find the Praat that runs.

    Returns
    -------
    RunningPraat or None
        None if none has noted itself, or the one that did is gone (killed, or the computer was switched off).

    Raises
    ------
    PraatError
        If a note names a process that is no Praat of this user, whose program was replaced, or that does not
        take messages. Nothing may be sent then, and starting another Praat would confuse more.
    """
    found: list[tuple[int, RunningPraat]] = []
    for note in pid_files():
        # All are looked at, since the program that sends chooses its note itself.
        try:
            words = note.read_text(encoding="latin-1").split()
            written = note.stat().st_mtime_ns
        except OSError:
            continue
        if not words or not words[0].isdecimal():
            continue
        program = _program_of(int(words[0]), note)
        if program is not None:
            version = int(words[1]) if len(words) > 1 and words[1].isdecimal() else 0
            praat = RunningPraat(int(words[0]), program, version or program_version(program))
            found.append((written, praat))
    if not found:
        return None
    praat = max(found, key=lambda one: one[0])[1]
    if 0 < praat.version < OLDEST:
        raise PraatError(
            f"the Praat that runs ({shown_version(praat.version)}) takes no messages",
            "that needs Praat 6.2.05 or later; praat.org has the newest",
        )
    _wait_until_it_listens(praat.pid)
    return praat


def find_program(chosen: str = "") -> Path:
    """Find the Praat to start.

    Parameters
    ----------
    chosen : str
        What the user has set: a program, a name on the search path, or an application of macOS; empty: the
        usual places.

    Raises
    ------
    NoProgramError
        If there is none; names the setting.
    """
    if chosen:
        found = _as_program(chosen)
        if found is None:
            raise NoProgramError(f'there is no program "{chosen}"', f"choose another Praat: {SETTING}")
        return found
    for name in ("praat", "Praat", *map(str, usual_places())):
        found = _as_program(name)
        if found is not None:
            return found
    raise NoProgramError(
        "no Praat was found on this computer", f"name its program ({SETTING}), or get it at praat.org"
    )


def starting_praat(program: Path) -> Iterator[Progress | RunningPraat]:
    """Start Praat and wait until it takes messages; it outlives whoever started it.

    Only where it notes its process number, which is Linux. One that was started here and is not up yet is
    waited for, so that an impatient second request starts no second Praat.

    Yields
    ------
    Progress
        Often, so that the wait can be given up.
    RunningPraat
        Last.

    Raises
    ------
    PraatError
        If it ends at once (no screen), or does not come up.
    """
    with tempfile.TemporaryDirectory(prefix="w2vpraat-") as folder:
        log = Path(folder, "praat.log")
        if not _started or has_ended(_started[-1]):
            _remove_stale_notes()
            _started[:] = [start_detached([str(program)], log)]
        pid = _started[-1]
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end:
            gone = has_ended(pid)
            found = running_praat()
            if found is not None:
                yield found
                return
            if gone:  # a script may have handed over to the real program, which is then found first
                told = log.read_text(encoding="utf-8", errors="replace").strip() if log.exists() else ""
                reason = f": {told.splitlines()[-1]}" if told else ""
                raise PraatError(
                    f"Praat ended as soon as it was started{reason}", f"start {program} yourself"
                )
            yield Progress("start Praat", 0, 1, program.name)
            time.sleep(LOOK)
    raise PraatError(
        f"Praat did not come up within {START_SECONDS:g} s", "look whether it shows a box, and try again"
    )


def send_script(praat: RunningPraat, script: Path, arguments: tuple[str, ...], limit: float = 10.0) -> None:
    """Let a running Praat run a script; returns when it has the message, not when it is done.

    Parameters
    ----------
    praat : RunningPraat
        From `running_praat`, just now.
    script : Path
    arguments : tuple of str
        For its form, in order; they arrive as they are.
    limit : float
        Longest wait, in seconds.

    Raises
    ------
    PraatError
        If the message can't be left.
    """
    command = [str(praat.program), "--send", str(script), *arguments]
    try:
        sent = ended(command, seconds=limit)
    except OSError as error:
        raise PraatError(
            f"can't be run: {error.strerror}", "start Praat again", file=praat.program
        ) from error
    if sent.code is None:
        raise PraatError("Praat was closed meanwhile, or does not answer", "try again")
    if sent.code or "annot send" in sent.err:
        reason = " ".join(sent.err.split()) or str(sent.code)
        raise PraatError(f"the message to Praat failed: {reason}", "start Praat again")


def program_version(program: Path) -> int:
    """Return what a Praat program says of its version, as ``praatVersion``; 0 if it says nothing."""
    try:
        told = ended([str(program), "--version"], seconds=10.0)
    except OSError:
        return 0
    found = re.search(r"(\d+)\.(\d+)\.(\d+)", told.out)
    return 0 if found is None else int(found[1]) * 1000 + int(found[2]) * 100 + int(found[3])


def shown_version(version: int) -> str:
    """Return a version as Praat shows it: 6307 is 6.3.07."""
    return f"{version // 1000}.{version // 100 % 10}.{version % 100:02d}"


def _as_program(name: str) -> Path | None:
    path = Path(name).expanduser()
    if path.suffix == ".app" and path.is_dir():
        path = path / "Contents" / "MacOS" / "Praat"
    if path.name == name and not path.is_file():
        found = shutil.which(name)
        return None if found is None else Path(found)
    return path if path.is_file() and os.access(path, os.X_OK) else None


def _remove_stale_notes() -> None:
    """Do what Praat does when it quits: with the note of one that was killed, 6.3.07 does not start."""
    for note in pid_files():
        with suppress(OSError, ValueError, IndexError):
            if has_ended(int(note.read_text(encoding="latin-1").split()[0])):
                note.unlink()


def _program_of(pid: int, note: Path) -> Path | None:
    """Return the executable of a process if it is a Praat of this user; None if there is no such process."""
    folder = Path(f"/proc/{pid}")
    try:
        if folder.stat().st_uid != os.getuid():
            raise _innocent(pid, note)
        link = os.readlink(folder / "exe")
        real = os.stat(folder / "exe")
    except (FileNotFoundError, ProcessLookupError):
        if has_ended(pid):
            return None
        raise _innocent(pid, note) from None
    except PermissionError:
        raise _innocent(pid, note) from None
    program = Path(link.removesuffix(_DELETED))
    if not _is_praat(program):
        raise _innocent(pid, note)
    if link.endswith(_DELETED):
        raise PraatError(
            "Praat was replaced by another version while it ran",
            "save your work in Praat, quit it and start it again",
        )
    try:
        seen = program.stat()
    except OSError:
        seen = None
    if seen is None or (seen.st_ino, seen.st_dev) != (real.st_ino, real.st_dev):
        raise PraatError(
            f"the Praat that runs ({program}) is closed off from other programs",
            "a Praat from Flatpak or Snap can't be reached; use the one of praat.org or of your system",
        )
    return program


def _is_praat(program: Path) -> bool:
    return program.name.lower().startswith("praat")


def _innocent(pid: int, note: Path) -> PraatError:
    return PraatError(
        f"{note} names process {pid}, which is no Praat of yours: nothing was sent to it",
        "Praat has probably crashed: delete this file, then try again",
    )


def _wait_until_it_listens(pid: int) -> None:
    """Wait until a process has said what it does with the signal; before that the signal would kill it."""
    end = time.monotonic() + LISTEN_SECONDS
    while not _listens(pid):
        if time.monotonic() > end:
            raise PraatError(
                "Praat does not take messages yet", "wait until its windows are there, then try again"
            )
        time.sleep(LOOK)


def _listens(pid: int) -> bool:
    try:
        lines = Path(f"/proc/{pid}/status").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return False
    caught = next((line.split()[1] for line in lines if line.startswith("SigCgt:")), "0")
    return bool(int(caught, 16) >> (signal.SIGUSR1 - 1) & 1)
