"""Whether another program has changed a file since it was read."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from os import PathLike
from pathlib import Path

from w2vpraat.errors import InputError


@dataclass(frozen=True)
class FileState:
    """A file at one moment.

    Parameters
    ----------
    size : int
        Bytes; -1 if there is no file.
    mtime_ns : int
        Time of its last change, as the system keeps it.
    sha256 : str
        Of its contents; empty if there is no file.
    """

    size: int
    mtime_ns: int
    sha256: str

    @property
    def exists(self) -> bool:
        """Whether there was a file."""
        return self.size >= 0


def file_state(path: str | PathLike[str]) -> FileState:
    """Return what a file is now; reads all of it.

    Raises
    ------
    InputError
        If it is there but can't be read.
    """
    target = Path(path)
    try:
        stat = os.stat(target)
        raw = target.read_bytes()
    except FileNotFoundError:
        return FileState(-1, 0, "")
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise InputError(f"can't be read: {reason}", "check the file and its folder", file=target) from error
    return FileState(len(raw), stat.st_mtime_ns, hashlib.sha256(raw).hexdigest())


def has_changed(path: str | PathLike[str], known: FileState) -> bool:
    """Return whether a file has other contents than when its state was taken.

    Its size and time are looked at first; it is read only if they differ, so that this can be asked often. A
    file that was only touched has not changed; one that is gone has.

    Raises
    ------
    InputError
        If it is there but can't be read.
    """
    try:
        stat = os.stat(path)
    except OSError:
        return file_state(path).exists != known.exists
    if (stat.st_size, stat.st_mtime_ns) == (known.size, known.mtime_ns):
        return False
    return file_state(path).sha256 != known.sha256
