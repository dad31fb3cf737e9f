"""Journals that a crash has left over, and getting the work in them back."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import os
import socket
import sys
import time
import zlib
from contextlib import suppress
from dataclasses import dataclass, field
from os import PathLike
from pathlib import Path
from typing import Any, Literal

from w2vpraat.corpus.textgrid.reader import parse_textgrids
from w2vpraat.corpus.textgrid.values import TextGrid
from w2vpraat.corpus.textgrid.writer import textgrid_bytes
from w2vpraat.errors import TextGridError
from w2vpraat.session.file_lock import lock_file
from w2vpraat.session.grid_changes import GridChange
from w2vpraat.session.journal import FORMAT, SUFFIX, journal_folder

DiskState = Literal["as read", "saved", "changed", "missing", "new"]

_STALE_SECONDS = 24 * 3600.0


@dataclass(frozen=True)
class Leftover:
    """The journal of a session that didn't end by itself.

    Parameters
    ----------
    journal : Path
        Its file.
    header : dict
        Its first line.
    acts : tuple of dict
        Its acts in order: ``kind``, ``text``, ``time``, ``change``.
    torn : bool
        Whether the last line was cut off: one act is lost.
    """

    journal: Path
    header: dict[str, Any] = field(repr=False)
    acts: tuple[dict[str, Any], ...] = field(repr=False)
    torn: bool = False

    @property
    def file(self) -> Path | None:
        """The TextGrid that was edited; None if it was new and never saved."""
        found = self.header.get("file")
        return None if found is None else Path(found)

    @property
    def texts(self) -> tuple[str, ...]:
        """What was done, in order, such as "Move boundary"."""
        return tuple(str(act.get("text", "")) for act in self.acts)

    @property
    def last_time(self) -> str:
        """When the last act was made: date and time as ISO 8601, with the time zone."""
        return str(self.acts[-1].get("time", "") if self.acts else self.header.get("opened", ""))

    def recover(self, read: TextGrid | None = None) -> TextGrid:
        """Return the TextGrid as it was after the last act.

        Parameters
        ----------
        read : TextGrid, optional
            The grid as read from the file now; it must be what the journal began with. Default: the bytes in
            the journal, which always fit.

        Returns
        -------
        TextGrid
            Knows the file that it was read from, so that saving changes only what was edited, and refuses to
            overwrite what another program has written since.

        Raises
        ------
        TextGridError
            If the file has changed since, or the journal is damaged.
        """
        grid = self._base()
        if read is not None:
            if read.source is None or self._sha(read.source.raw) != self.header.get("sha256"):
                raise TextGridError(
                    "the file has been changed since these edits were made",
                    "recover the edits without it, and save them under another name",
                    file=self.file,
                )
            grid = read.source.grids[int(self.header["index"])]
        for number, act in enumerate(self.acts, 1):
            try:
                grid = GridChange.from_dict(act["change"], grid).apply(grid)
            except (TextGridError, KeyError) as error:
                reason = error.message if isinstance(error, TextGridError) else f"no {error}"
                raise TextGridError(
                    f"act {number} of {len(self.acts)} in the journal can't be repeated: {reason}",
                    f"send the file {self.journal} with a report",
                    file=self.file,
                ) from error
        return grid

    def on_disk(self) -> DiskState:
        """Compare the file as it is now with the journal.

        Returns
        -------
        {"as read", "saved", "changed", "missing", "new"}
            ``as read``: it lacks the edits. ``saved``: it holds them already, nothing was lost. ``changed``:
            by another program. ``missing``: it is gone. ``new``: there never was one.
        """
        if self.file is None:
            return "new"
        try:
            raw = self.file.read_bytes()
        except FileNotFoundError:
            return "missing"
        except OSError:
            return "changed"
        if self._sha(raw) == self.header.get("sha256"):
            return "as read"
        with suppress(TextGridError):
            if textgrid_bytes(self.recover()) == raw:
                return "saved"
        return "changed"

    def discard(self) -> None:
        """Take the journal away for good."""
        self.journal.unlink(missing_ok=True)

    def _base(self) -> TextGrid:
        try:
            if "base" not in self.header:
                name, start, end = self.header["grid"]
                return TextGrid(start, end, (), name)
            raw = zlib.decompress(base64.b64decode(self.header["base"], validate=True))
            index, encoding = int(self.header["index"]), str(self.header["encoding"])
        except (KeyError, ValueError, TypeError, zlib.error, binascii.Error) as error:
            raise TextGridError(
                f"the journal is damaged: {error}", f"its file is {self.journal}", file=self.file
            ) from error
        fallback = encoding if encoding in ("cp1252", "mac-roman") else "latin-1"
        return parse_textgrids(raw, self.file or "", fallback_encoding=fallback)[index]

    @staticmethod
    def _sha(raw: bytes) -> str:
        return hashlib.sha256(raw).hexdigest()


def unfinished_journals(folder: str | PathLike[str] | None = None) -> tuple[Leftover, ...]:
    """Return what crashed sessions have left over, the latest first; for the next start to offer.

    Journals of sessions that are still running (here or in another window) are not among them, nor those
    without an act; the latter are taken away when they are a day old.

    Parameters
    ----------
    folder : path, optional
        Default: `w2vpraat.session.journal.journal_folder`.
    """
    found = []
    for path in Path(folder if folder is not None else journal_folder()).glob(f"*{SUFFIX}"):
        with suppress(OSError):
            left = _read(path)
            if left is None or not left.acts:
                if left is not None and time.time() - path.stat().st_mtime > _STALE_SECONDS:
                    left.discard()
                continue
            found.append((path.stat().st_mtime_ns, left))
    return tuple(left for _, left in sorted(found, key=lambda pair: pair[0], reverse=True))


def _read(path: Path) -> Leftover | None:
    # None for one that is in use, or of another version of w2vpraat.
    with path.open("r+b") as file:
        lock = lock_file(file)
        if lock == "busy":
            return None
        lines = file.read().split(b"\n")
    values: list[dict[str, Any]] = []
    torn = lines.pop() != b""
    for line in lines:
        try:
            value = dict(json.loads(line))
        except (ValueError, TypeError):
            torn = True
            break
        values.append(value)
    if not values:
        return Leftover(path, {}, (), torn)
    header, *acts = values
    if header.get("journal") != FORMAT:
        return None
    # Where locks don't work, the process is asked for; one of another machine can't be.
    if (lock == "unknown" or not header.get("locked")) and _may_run(header):
        return None
    return Leftover(path, header, tuple(acts), torn)


def _may_run(header: dict[str, Any]) -> bool:
    if header.get("host") != socket.gethostname() or sys.platform == "win32":
        return True
    try:
        os.kill(int(header["pid"]), 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
