"""Locks that the system gives back when their process ends, however it ends. Light imports only."""

from __future__ import annotations

import errno
import os
import sys
import time

from w2vpraat.bridge.service.client import WORKER, Late, state_folder

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl


class FileLock:
    """A lock that the system gives back when its process ends, however it ends.

    Parameters
    ----------
    name : str
        The lock is the file ``NAME.lock`` of the state folder; it is never removed.
    seconds : float
        How long to wait for it.

    Raises
    ------
    Late
        On entering, if another process keeps it.
    """

    def __init__(self, name: str, seconds: float = 60.0) -> None:
        self._path = os.path.join(state_folder(), f"{name}.lock")
        self._seconds = seconds
        self._number = -1

    def __enter__(self) -> FileLock:
        end = time.monotonic() + self._seconds
        self._number = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        while not _locked(self._number):
            if time.monotonic() >= end:
                self.release()
                raise Late(f"another process keeps {self._path}")
            time.sleep(0.02)
        return self

    def __exit__(self, *_: object) -> None:
        self.release()

    def release(self) -> None:
        """Give it back."""
        if self._number >= 0:
            os.close(self._number)
            self._number = -1


def _locked(number: int) -> bool:
    try:
        if sys.platform == "win32":
            msvcrt.locking(number, msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        # A file system without locks: go on without, rather than never.
        return error.errno in (errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP)
    return True


def is_alive(name: str = WORKER) -> bool:
    """Tell whether a process holds the lock that a worker keeps as long as it lives."""
    try:
        # Not at once: another client may be looking in the same way just now.
        with FileLock(f"{name}.alive", 0.05):
            return False
    except Late:
        return True
    except OSError:
        return False
