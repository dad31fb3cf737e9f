"""How an installed plugin is: which version, whose files, and whether Praat can start what it needs."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from w2vpraat.bridge.plugin.installing import is_private, users_files
from w2vpraat.bridge.plugin.launcher import JOBS, launcher_name, launcher_problem
from w2vpraat.bridge.plugin.plugin_content import digest_of, planned_content, read_manifest
from w2vpraat.bridge.plugin.preference_folders import PreferenceFolder, existing_folders
from w2vpraat.bridge.service.client import job_folders

INSTALL = "w2vpraat plugin install"


@dataclass(frozen=True)
class Problem:
    """Something to do.

    Parameters
    ----------
    what : str
        What is not right.
    remedy : str
        What to do about it.
    """

    what: str
    remedy: str = INSTALL


@dataclass(frozen=True)
class PluginStatus:
    """The plugin in one preference folder.

    Parameters
    ----------
    preferences : PreferenceFolder
        The preference folder.
    installed : bool
        False if there is nothing of this name, or nothing of ours.
    version : str
        The version that is installed.
    interpreter : str
        The Python that its launcher calls.
    users_files : tuple of str
        Files in the plugin's folder that are not ours.
    problems : tuple of Problem
        What is to do; empty if all is right.
    """

    preferences: PreferenceFolder
    installed: bool = False
    version: str = ""
    interpreter: str = ""
    users_files: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()


def known_folders() -> tuple[PreferenceFolder, ...]:
    """Return the preference folders that are there, and those that the user named at an installation."""
    found = {os.path.realpath(one.path): one for one in existing_folders()}
    for jobs in job_folders():
        manifest = read_manifest(Path(jobs).parent)
        if manifest is not None and os.path.isdir(manifest.preferences):
            path = Path(manifest.preferences)
            found.setdefault(os.path.realpath(path), PreferenceFolder(path))
    return tuple(found.values())


def plugin_status(preferences: PreferenceFolder) -> PluginStatus:
    """Look at the plugin in a preference folder, and run its launcher; no worker is started.

    Raises
    ------
    InputError
        If this w2vpraat can't be installed at all.
    """
    plugin = preferences.plugin
    real = Path(os.path.realpath(plugin))
    manifest = read_manifest(real)
    if manifest is None:
        if real.exists() and not (real.is_dir() and not any(real.iterdir())):
            told = Problem("it was not put there by w2vpraat plugin install", f"move it away, then {INSTALL}")
            return PluginStatus(preferences, problems=(told,))
        return PluginStatus(preferences, problems=(Problem("not installed"),))
    content = planned_content(Path(os.path.abspath(preferences.path)), real)
    problems = []
    if manifest.version != content.manifest.version:
        problems.append(
            Problem(f"it is of version {manifest.version}, this program of {content.manifest.version}")
        )
    elif manifest != content.manifest:
        problems.append(Problem(f"it belongs to another w2vpraat: {_difference(manifest, content.manifest)}"))
    missing = [name for name in manifest.files if not os.path.lexists(real / name)]
    changed = [
        name
        for name, digest in manifest.files.items()
        if name not in missing and digest_of(real / name) != digest
    ]
    if missing:
        problems.append(Problem(f"missing: {', '.join(missing)}"))
    if changed:
        problems.append(
            Problem(f"changed since: {', '.join(changed)}", f"{INSTALL} (your changes are kept in copies)")
        )
    problems += _usable(real, manifest.interpreter, manifest.client)
    own = tuple(name for name in users_files(real) if name not in changed)
    return PluginStatus(preferences, True, manifest.version, manifest.interpreter, own, tuple(problems))


def _difference(there: object, here: object) -> str:
    for word in ("interpreter", "client", "preferences"):
        if getattr(there, word) != getattr(here, word):
            return f"{word} {getattr(there, word)}, here {getattr(here, word)}"
    return "its files differ"


def _usable(real: Path, interpreter: str, client_file: str) -> list[Problem]:
    """Tell what keeps Praat's scripts from getting an answer."""
    problems = []
    for what, path in (("its Python", interpreter), ("its w2vpraat", client_file)):
        if not os.path.isfile(path):
            problems.append(Problem(f"{what} is no longer there: {path}"))
    jobs = real / JOBS
    if not jobs.is_dir():
        return [*problems, Problem("its folder of jobs is missing")]
    if not is_private(jobs):
        problems.append(Problem("its folder of jobs can be read by others"))
    if str(jobs) not in job_folders():
        problems.append(Problem("the background worker does not know its folder of jobs"))
    if not problems and (real / launcher_name()).is_file():
        reason = launcher_problem(real)
        if reason:
            problems.append(Problem(f"its launcher does not work: {reason}"))
    return problems
