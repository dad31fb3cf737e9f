"""Replacing a file as a whole or not at all."""

from __future__ import annotations

import os
import secrets
import stat
from pathlib import Path

from w2vpraat.errors import TextGridError


def replace_file(path: Path, raw: bytes, *, expected: bytes | None = None, backup: bool = False) -> None:
    """Write a file beside its target, flush it to the disk, and rename it over the target.

    Parameters
    ----------
    path : Path
        The target. Its mode is kept; a symbolic link is followed, so that the link stays.
    raw : bytes
        New contents. If the file holds them already, nothing is written.
    expected : bytes, optional
        What the file must hold now; a file that is gone is no obstacle.
    backup : bool
        Keep the old contents under the name with ``.bak`` added.

    Raises
    ------
    TextGridError
        If the file has changed or can't be written. The target is untouched then.
    """
    target = Path(os.path.realpath(path))
    try:
        old = target.read_bytes() if target.exists() else None
        if expected is not None and old is not None and old != expected:
            raise TextGridError(
                "the file has been changed by another program since it was read",
                "read it again, save under another name, or say overwrite_changed=True",
                file=path,
            )
        if old == raw:
            return
        if old is not None and not os.access(target, os.W_OK):
            raise TextGridError(
                "the file is read-only", "allow writing, or save under another name", file=path
            )
        mode = None if old is None else stat.S_IMODE(target.stat().st_mode)
        if backup and old is not None:
            _write_and_rename(target.with_name(target.name + ".bak"), old, mode)
        _write_and_rename(target, raw, mode)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise TextGridError(
            f"can't be saved: {reason}", "check the folder and the disk", file=path
        ) from error


def _write_and_rename(target: Path, raw: bytes, mode: int | None) -> None:
    temporary = target.with_name(f".{target.name}.{secrets.token_hex(4)}.tmp")
    # 0o666 is narrowed by the user's umask, as for any new file.
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o666)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(raw)
            file.flush()
            os.fsync(file.fileno())
        if mode is not None:
            os.chmod(temporary, mode)
        os.replace(temporary, target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    _sync_folder(target.parent)


def _sync_folder(folder: Path) -> None:
    # Makes the rename itself last through a power failure; Windows can't open folders.
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
