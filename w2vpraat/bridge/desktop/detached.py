"""Programs that go on when the one that started them ends: Praat, the window."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from w2vpraat.errors import InputError

# The shell puts the program into the background and ends, so that the program belongs to nobody here and
# leaves no zombie when it ends.
_SHELL = 'log=$1; shift; "$@" </dev/null >>"$log" 2>&1 & echo $!'


def start_detached(command: Sequence[str], log: Path, environment: Mapping[str, str] | None = None) -> int:
    """Start a program that outlives this one.

    Parameters
    ----------
    command : sequence of str
        Program and arguments; no shell reads them.
    log : Path
        Takes what it says on both streams.
    environment : mapping of str to str, optional
        Default: that of this process.

    Returns
    -------
    int
        Its process number.

    Raises
    ------
    InputError
        If it can't be started at all.
    """
    try:
        if sys.platform == "win32":
            with log.open("ab") as told:
                flags = subprocess.DETACHED_PROCESS | subprocess.CREATE_NEW_PROCESS_GROUP
                process = subprocess.Popen(
                    list(command),
                    stdin=subprocess.DEVNULL,
                    stdout=told,
                    stderr=told,
                    creationflags=flags,
                    env=environment,
                )
            process.returncode = 0  # nobody waits for it
            return process.pid
        told_pid = subprocess.run(
            ["/bin/sh", "-c", _SHELL, "sh", str(log), *command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            env=environment,
            check=True,
            timeout=30,
        ).stdout
        return int(told_pid)
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        raise InputError(f"can't be started: {error}", "check the program", file=command[0]) from error


def has_ended(pid: int) -> bool:
    """Tell whether a process is gone, or waits only for somebody to ask how it ended."""
    if sys.platform == "win32":
        return False
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
        return stat.rpartition(")")[2].split()[0] in "ZX"
    except ProcessLookupError:
        return True
    except OSError:
        pass
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False
