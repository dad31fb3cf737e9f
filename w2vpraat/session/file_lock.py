"""A lock on an open file that the system lets go when its process ends, however it ends."""

from __future__ import annotations

import os
import sys
from typing import IO, Literal

LockState = Literal["held", "busy", "unknown"]

if sys.platform == "win32":
    import msvcrt

    # Windows forbids reading a locked byte, so the lock is on one far behind the end.
    _AT = 1 << 40

    def _lock(descriptor: int, wait: bool) -> None:
        os.lseek(descriptor, _AT, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_LOCK if wait else msvcrt.LK_NBLCK, 1)
        os.lseek(descriptor, 0, os.SEEK_SET)

else:
    import fcntl

    def _lock(descriptor: int, wait: bool) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)


def lock_file(file: IO[bytes], *, wait: bool = False) -> LockState:
    """Lock an open file until it is closed.

    Parameters
    ----------
    file : binary file
        Open for reading and writing, or appending.
    wait : bool
        Wait until another process lets go.

    Returns
    -------
    {"held", "busy", "unknown"}
        ``busy`` if another process (or another open file of this one) holds it; ``unknown`` if this file
        system knows no locks.
    """
    try:
        _lock(file.fileno(), wait)
    except (BlockingIOError, PermissionError):
        return "busy"
    except OSError:
        return "unknown"
    return "held"
