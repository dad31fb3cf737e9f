"""The launcher ``bin/w2v-job`` that Praat's scripts call: from a bare name to the client, whatever the paths.

Scripts call it by a relative path with a name of letters and digits, so that nothing of the user's is ever
part of a command line. The absolute paths of the interpreter and of the client are quoted here, once.
"""

from __future__ import annotations

import os
import re
import secrets
import sys
from pathlib import Path

from w2vpraat.bridge.plugin.child_process import ended
from w2vpraat.bridge.service import client
from w2vpraat.errors import InputError

JOBS = "jobs"
LOG = "bridge.log"
CHECK_SECONDS = 20.0


def launcher_name(system: str = sys.platform) -> str:
    """Return the launcher's path in the plugin, with ``/``."""
    return "bin/w2v-job.cmd" if system == "win32" else "bin/w2v-job"


def client_path() -> str:
    """Return the absolute path of the client of this w2vpraat."""
    return os.path.abspath(client.__file__)


def interpreter_path() -> str:
    """Return the Python that runs now, as it was started: in a virtual environment the one of that.

    Raises
    ------
    InputError
        If Python does not know.
    """
    if not sys.executable:
        raise InputError(
            "Python does not know its own path, so Praat can't be told it",
            "start w2vpraat as an installed command",
        )
    return os.path.abspath(sys.executable)


def launcher_text(python: str, client_file: str, jobs: str, system: str = sys.platform) -> bytes:
    """Return the contents of the launcher.

    Parameters
    ----------
    python, client_file, jobs : str
        Absolute paths; any signs but line ends (in Windows also no double quotes, which no path has).
    system : str
        As ``sys.platform`` says it.

    Returns
    -------
    bytes
        A shell script, or a batch file that cmd.exe reads.

    Raises
    ------
    InputError
        For a path that can't be written in one line.
    """
    for path in (python, client_file, jobs):
        if re.search(r'[\r\n\0"]' if system == "win32" else r"[\r\n\0]", path):
            raise InputError(
                "a path with a line end can't be used from Praat", "rename the folder", file=path
            )
    log = f"{jobs}\\{LOG}" if system == "win32" else f"{jobs}/{LOG}"
    if system == "win32":
        words = " ".join([_for_cmd(python), "-I", "-S", _for_cmd(client_file), _for_cmd(jobs), "%*"])
        line = f"{words} <NUL >>{_for_cmd(log)} 2>&1"
        # cmd.exe reads a batch file in the console's code page: that of paths with accents must be named.
        page = [] if line.isascii() else ["chcp 65001 >NUL"]
        return "\r\n".join(["@echo off", "rem Written by: w2vpraat plugin install", *page, line, ""]).encode()
    words = " ".join([_for_shell(python), "-I", "-S", _for_shell(client_file), _for_shell(jobs), '"$@"'])
    line = f"exec {words} </dev/null >>{_for_shell(log)} 2>&1"
    return os.fsencode(f"#!/bin/sh\n# Written by: w2vpraat plugin install\n{line}\n")


def _for_shell(path: str) -> str:
    # Between single quotes nothing has a meaning but the single quote itself.
    return "'" + path.replace("'", "'\\''") + "'"


def _for_cmd(path: str) -> str:
    # Between double quotes only the percent sign keeps its meaning.
    return '"' + path.replace("%", "%%") + '"'


def launcher_problem(plugin: Path) -> str:
    """Run the launcher as Praat does, with a word that starts no worker.

    It is asked to remove a job folder that is made for this.

    Parameters
    ----------
    plugin : Path
        The plugin's folder.

    Returns
    -------
    str
        What is wrong; empty if it works.
    """
    name = "check" + secrets.token_hex(8)
    folder = plugin / JOBS / name
    try:
        folder.mkdir(mode=0o700)
    except OSError as error:
        return f"nothing can be written into {plugin / JOBS}: {error.strerror}"
    relative = "..\\bin\\w2v-job.cmd" if sys.platform == "win32" else "../bin/w2v-job"
    try:
        run = ended(f"{relative} {name} clean", seconds=CHECK_SECONDS, folder=plugin / "scripts")
        if run.code == 0 and not folder.exists():
            return ""
    finally:
        if folder.exists():
            folder.rmdir()
    if run.code is None:
        return f"no answer within {CHECK_SECONDS:g} s"
    said = " ".join(run.err.split()) or _last_line(plugin / JOBS / LOG)
    return said or f"it ends with code {run.code}"


def _last_line(path: Path) -> str:
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    return next((line.strip() for line in reversed(lines) if line.strip()), "")
