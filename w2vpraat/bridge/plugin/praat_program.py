"""The Praats of this computer: where they are, their versions, and whether they load the plugin quietly."""

from __future__ import annotations

import os
import re
import shutil
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from w2vpraat.bridge.plugin.child_process import Ended, ended
from w2vpraat.bridge.plugin.plugin_content import source_files
from w2vpraat.bridge.plugin.preference_folders import PLUGIN
from w2vpraat.errors import InputError

SECONDS = 20.0
"""A Praat that has not ended then is given up: it waits for somebody to press a button."""
_SAID = "w2vpraat: "
_COMMAND = re.compile(
    r'^Add menu command: "Objects", "[^"]*", "([^"]+)", "[^"]*", \d+, "([^"]+)"', re.MULTILINE
)


@dataclass(frozen=True)
class PraatCheck:
    """What a Praat said when it was started with the plugin.

    Parameters
    ----------
    program : Path
    version : str
        As it says itself, such as ``"6.3.07"``; empty if it does not.
    problem : str
        What is wrong with the plugin or with this Praat; empty if nothing is.
    complaint : str
        What it says of other plugins at each start; the user should know, but it is not ours.
    lists_commands : bool or None
        True if the plugin's commands are in its menus; None if that was not asked.
    """

    program: Path
    version: str = ""
    problem: str = ""
    complaint: str = ""
    lists_commands: bool | None = None


def usual_places(
    system: str = sys.platform, environ: Mapping[str, str] | None = None, home: Path | None = None
) -> tuple[Path, ...]:
    """Return where Praat usually is when it is not on the search path."""
    known = os.environ if environ is None else environ
    base = Path.home() if home is None else home
    if system == "win32":
        roots = [known.get(name) for name in ("ProgramFiles", "ProgramW6432", "ProgramFiles(x86)")]
        folders = [Path(root) for root in dict.fromkeys(roots) if root]
        local = Path(known.get("LOCALAPPDATA") or base / "AppData" / "Local") / "Programs"
        folders += [local, base, base / "Desktop", base / "Downloads", Path("C:/")]
        return tuple(one / name for one in folders for name in ("Praat.exe", "Praat/Praat.exe"))
    if system == "darwin":
        inside = Path("Praat.app/Contents/MacOS/Praat")
        return tuple(one / inside for one in (Path("/Applications"), base / "Applications", base / "Desktop"))
    folders = [Path(one) for one in ("/usr/bin", "/usr/local/bin", "/opt/praat", "/snap/bin")]
    folders += [base / one for one in (".local/bin", "bin", "praat", "", "Desktop", "Downloads")]
    return tuple(one / "praat" for one in folders)


def find_praats(chosen: str | os.PathLike[str] | None = None) -> tuple[Path, ...]:
    """Return the Praats of this computer, each once.

    Parameters
    ----------
    chosen : path or str, optional
        One program, a path or a name on the search path: then only this.

    Raises
    ------
    InputError
        If the chosen program is not there or is no program.
    """
    if chosen is not None:
        path = shutil.which(os.path.expanduser(os.fspath(chosen)))
        if path is None:
            raise InputError("there is no such program", "give the path of the program praat", file=chosen)
        return (Path(path),)
    on_path = [shutil.which(name) for name in ("praat", "Praat")]
    found: dict[str, Path] = {}
    for one in [*(Path(path) for path in on_path if path), *usual_places()]:
        if one.is_file() and os.access(one, os.X_OK):
            found.setdefault(os.path.realpath(one), one)
    if not found:
        bare = shutil.which("praat_nogui")
        return (Path(bare),) if bare else ()
    return tuple(found.values())


def praat_version(text: str) -> tuple[int, ...]:
    """Read the version in what ``praat --version`` says; empty if there is none.

    Examples
    --------
    >>> praat_version("Praat 6.3.07 (February 6 2023)")
    (6, 3, 7)
    """
    found = re.search(r"\bPraat\s+(\d+)\.(\d+)(?:\.(\d+))?", text)
    return tuple(int(part) for part in found.groups() if part) if found else ()


def run_words(program: Path, version: tuple[int, ...], script: Path) -> list[str]:
    """Return the words that run a script; Praat 7 must be told to trust it, Praat 6 does not know how."""
    trust = ["--FULL-TRUST"] if version >= (7,) else []
    return [str(program), *trust, "--run", str(script)]


def check_praat(program: Path, plugins: Sequence[Path] = (), seconds: float | None = None) -> PraatCheck:
    """Start a Praat with a script of one line, in the user's own home, without a screen.

    Parameters
    ----------
    program : Path
    plugins : sequence of Path
        Where the plugin is installed; if it is a link there, Praat speaks of what that leads to.
    seconds : float, optional
        How long it may take; default: `SECONDS`.

    Returns
    -------
    PraatCheck
    """
    seconds = SECONDS if seconds is None else seconds
    try:
        asked = _run([str(program), "--version"], seconds)
    except OSError as error:
        return PraatCheck(program, problem=f"it can't be started: {error.strerror or error}")
    version = praat_version(asked.out)
    if not version:
        said = " ".join(f"{asked.out} {asked.err}".split())
        strange = f"it does not say that it is a Praat, but: {said or 'nothing'}"
        return PraatCheck(program, problem=_unended(asked, seconds) or strange)
    shown = re.search(r"Praat\s+(\S+)", asked.out)
    told = shown.group(1) if shown else ""
    with tempfile.TemporaryDirectory(prefix="w2vpraat") as folder:
        script = Path(folder) / "check.praat"
        script.write_text(f'writeInfoLine: "{_SAID}", praatVersion\n', encoding="utf-8")
        run = _run(run_words(program, version, script), seconds)
        problem, complaint = _judged(run, plugins, seconds)
        if problem:
            return PraatCheck(program, told, problem, complaint)
        title, called = _command()
        listed: bool | None = None
        # A script can't call a command of a plugin, and the refusal names the script: so nothing is run. How
        # Praat 7 refuses is not known.
        if title and version < (7,):
            script.write_text(f'do ("{title}")\n', encoding="utf-8")
            answer = _run(run_words(program, version, script), seconds)
            listed = None if answer.code is None else f'{called}"' in answer.err
    return PraatCheck(program, told, "", complaint, listed)


def _run(words: list[str], seconds: float) -> Ended:
    environ = dict(os.environ)
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        environ.pop(name, None)
    # A folder that is surely there: Praat does not start in one that was deleted.
    return ended(words, seconds=seconds, folder=Path(tempfile.gettempdir()), environ=environ)


def _unended(run: Ended, seconds: float) -> str:
    return f"it was given up after {seconds:g} s" if run.code is None else ""


def _judged(run: Ended, plugins: Sequence[Path], seconds: float) -> tuple[str, str]:
    """Return what is wrong, and what other plugins are blamed for."""
    said = " ".join(run.err.split())
    late = _unended(run, seconds)
    if late:
        return (f"{late}; it said: {said}" if said else late), ""
    if any(name in run.err for name in (f"/{PLUGIN}/", f"\\{PLUGIN}\\", *map(os.path.realpath, plugins))):
        return f"it complains about the plugin: {said}", ""
    if run.code != 0:
        return f"it ended with code {run.code}: {said or 'without a word'}", ""
    if not re.fullmatch(rf"{_SAID}\d+\n", run.out):
        return f"it printed something else than the script: {' '.join(run.out.split())}", said
    return "", said


def _command() -> tuple[str, str]:
    """Return a command of the Objects window and its script; the longest title, which no other plugin has."""
    setup = source_files().get("setup.praat", b"").decode("utf-8-sig")
    return max(_COMMAND.findall(setup), key=lambda one: len(one[0]), default=("", ""))
