"""A child process that ends, or is ended with its children: empty standard input, a time limit."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_AFTER_KILL = 2.0


@dataclass(frozen=True)
class Ended:
    """How a program ended.

    Parameters
    ----------
    code : int or None
        Its exit code; None if it was given up.
    out, err : str
        What it wrote.
    """

    code: int | None
    out: str
    err: str


def ended(
    words: str | Sequence[str],
    *,
    seconds: float,
    folder: Path | None = None,
    environ: Mapping[str, str] | None = None,
) -> Ended:
    """Run a program to its end, or give it up.

    Parameters
    ----------
    words : str or sequence of str
        A command line for the system's shell, or a program and its arguments.
    seconds : float
        After this long it is ended, with what it has started.
    folder : Path, optional
        Its working folder.
    environ : mapping, optional
        Its environment.

    Returns
    -------
    Ended
        Text in UTF-8, or in UTF-16 as Praat writes it in Windows.

    Raises
    ------
    OSError
        If it can't be started.
    """
    process = subprocess.Popen(
        words if isinstance(words, str) else list(words),
        shell=isinstance(words, str),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=folder,
        env=None if environ is None else dict(environ),
        start_new_session=True,  # so that it can be ended with its children; without meaning on Windows
    )
    with process:
        try:
            out, err = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            _end(process)
            try:
                out, err = process.communicate(timeout=_AFTER_KILL)
            except subprocess.TimeoutExpired:  # a grandchild that left the group keeps the pipes
                out, err = b"", b""
                for pipe in (process.stdout, process.stderr):
                    if pipe is not None:
                        pipe.close()
            return Ended(None, _decoded(out), _decoded(err))
    return Ended(process.returncode, _decoded(out), _decoded(err))


def _end(process: subprocess.Popen[bytes]) -> None:
    try:
        if sys.platform == "win32":
            process.kill()
        else:
            os.killpg(process.pid, signal.SIGKILL)
    except OSError:
        process.kill()


def _decoded(raw: bytes) -> str:
    text = raw.decode("utf-16-le" if b"\0" in raw else "utf-8", errors="replace")
    return text.replace("\r\n", "\n")
