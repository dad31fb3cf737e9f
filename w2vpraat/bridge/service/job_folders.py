"""The folders that hold jobs: which there are, one job in them, and what failed calls left there."""

from __future__ import annotations

import os
import time
from contextlib import suppress
from pathlib import Path

from w2vpraat.bridge.service.client import good_name, job_folders, remove_job, state_folder, write_whole
from w2vpraat.bridge.service.locks import FileLock
from w2vpraat.errors import InputError

DAY = 86400.0


def register_jobs(folder: str) -> None:
    """Let the worker find jobs in this folder: it takes names only, and looks here."""
    folder = os.path.abspath(folder)
    if folder not in job_folders():
        os.makedirs(state_folder(), mode=0o700, exist_ok=True)
        with FileLock("folders"):
            _list([*(one for one in job_folders() if one != folder and os.path.isdir(one)), folder])


def forget_jobs(folder: str) -> None:
    """Take a folder from the list of those in which the worker finds jobs."""
    folder = os.path.abspath(folder)
    if folder in job_folders():
        with FileLock("folders"):
            _list([one for one in job_folders() if one != folder])


def _list(folders: list[str]) -> None:
    write_whole(os.path.join(state_folder(), "job_folders.txt"), "".join(f"{one}\n" for one in folders))


def own_jobs() -> Path:
    """Make and register the job folder that callers other than the plugin may use; return it."""
    folder = Path(state_folder()) / "jobs"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    register_jobs(str(folder))
    return folder


def find_job(name: str) -> Path:
    """Return the folder of a job.

    Raises
    ------
    InputError
        If the name is not 8 to 64 letters and digits, or no registered folder holds it.
    """
    if not good_name(name):
        raise InputError("a job's name has 8 to 64 letters and digits", "the request is refused")
    for folder in job_folders():
        path = Path(folder) / name
        if path.is_dir() and not path.is_symlink():
            return path
    raise InputError(
        f"there is no job {name} in the folders that the worker knows",
        "install the plugin again: w2vpraat plugin install",
    )


def remove_old_jobs(seconds: float = DAY) -> list[str]:
    """Remove job folders that failed calls left; return their names.

    Parameters
    ----------
    seconds : float
        Age from which a folder goes.
    """
    removed = []
    for folder in map(Path, job_folders()):
        if not folder.is_dir():
            continue
        for one in sorted(folder.iterdir()):
            with suppress(OSError):
                if good_name(one.name) and one.is_dir() and time.time() - one.lstat().st_mtime > seconds:
                    remove_job(str(one))
                    removed.append(one.name)
    return removed
