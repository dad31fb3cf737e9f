"""The journal of an editing session: every act is with the system before it counts as done.

One file per open TextGrid, in the user's own folder. Its first line holds the TextGrid as it was read (its
bytes, compressed), every further line one act: so a crash, or a process that was killed, loses at most the
act that was being made, and getting the work back needs no other file. The TextGrid itself is never touched.
A journal that was closed is gone; one that is left over is found by `w2vpraat.session.leftovers`.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import secrets
import socket
import zlib
from contextlib import suppress
from datetime import datetime
from io import FileIO
from os import PathLike
from pathlib import Path
from types import TracebackType
from typing import Any

from w2vpraat import __version__
from w2vpraat.corpus.textgrid.values import TextGrid
from w2vpraat.errors import ExportError
from w2vpraat.session.file_lock import lock_file
from w2vpraat.session.grid_changes import GridChange, grid_change

FORMAT = "w2vpraat journal 1"
SUFFIX = ".journal"


def journal_folder() -> Path:
    """Folder of journals: ``journal`` in ``W2VPRAAT_CONFIG_DIR``, else in the system's place for states."""
    chosen = os.environ.get("W2VPRAAT_CONFIG_DIR")
    if chosen:
        return Path(chosen) / "journal"
    import platformdirs

    return Path(platformdirs.user_state_dir("w2vpraat")) / "journal"


class Journal:
    """The open journal of one TextGrid; made by `open_journal`.

    Attributes
    ----------
    path : Path
        Of the journal's file.
    n_acts : int
        Acts written since the TextGrid was opened or last saved.
    """

    path: Path
    n_acts: int
    _file: FileIO

    def __init__(self, grid: TextGrid, folder: Path, fsync: bool) -> None:
        self._folder = folder
        self._fsync = fsync
        self._start(grid)

    def record(self, change: GridChange, text: str = "", kind: str = "do") -> None:
        """Write one act; when this returns, a crash of the program can't lose it.

        Parameters
        ----------
        change : GridChange
            What was done to the grid: for an undo, the inverted change.
        text : str
            What the act is called, such as "Move boundary".
        kind : {"do", "undo", "redo"}
            For the reader; the grid follows from the changes alone.

        Raises
        ------
        ExportError
            If it can't be written, say because the disk is full. The acts before it stay readable, and the
            next one can be tried. Save the TextGrid.
        """
        if change.is_empty:
            return
        self._write({"kind": kind, "text": text, "time": _now(), "change": change.as_dict()})
        self.n_acts += 1

    def saved(self, grid: TextGrid) -> None:
        """Begin anew after a save, from the file as it is now.

        Parameters
        ----------
        grid : TextGrid
            What `w2vpraat.corpus.textgrid.write_textgrid` returned; also under another path.

        Raises
        ------
        ExportError
            If the new journal can't be written; the old one stays open then.
        """
        file, path, n_acts = self._file, self.path, self.n_acts
        try:
            self._start(grid)
        except ExportError:
            self._file, self.path, self.n_acts = file, path, n_acts
            raise
        # The new journal is there before the old one goes: a crash in between leaves one too many, not none.
        file.close()
        path.unlink(missing_ok=True)

    def close(self) -> None:
        """Take the journal away: the TextGrid was saved, or its edits were given up."""
        self._file.close()
        with suppress(OSError):
            self.path.unlink(missing_ok=True)

    def __enter__(self) -> Journal:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # After an error the file stays, for the next start to offer.
        if kind is None:
            self.close()
        else:
            self._file.close()

    def _start(self, grid: TextGrid) -> None:
        source = grid.source
        self.n_acts = 0
        read = TextGrid(grid.start, grid.end, (), grid.name)
        header: dict[str, Any] = {
            "journal": FORMAT,
            "file": None if source is None else os.path.abspath(source.path),
            "pid": os.getpid(),
            "host": socket.gethostname(),
            "opened": _now(),
            "version": __version__,
        }
        if source is None:
            header["grid"] = [grid.name, grid.start, grid.end]
        else:
            read = source.grids[grid.source_index]
            header["sha256"] = hashlib.sha256(source.raw).hexdigest()
            header["index"] = grid.source_index
            header["encoding"] = source.encoding
            header["base"] = base64.b64encode(zlib.compress(source.raw, 1)).decode("ascii")
        named = hashlib.sha256(str(header["file"] or "").encode("utf-8", "surrogateescape")).hexdigest()
        name = f"{named[:16]}-{os.getpid()}-{secrets.token_hex(4)}{SUFFIX}"
        self.path = self._folder / name
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(
                self.path,
                os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_APPEND | getattr(os, "O_BINARY", 0),
                0o600,
            )
        except OSError as error:
            raise _unwritten(self.path, error) from error
        self._file = FileIO(descriptor, "r+b")
        header["locked"] = lock_file(self._file, wait=True) == "held"
        try:
            self._write(header)
            # A grid that was edited before, or is new, differs from what was read.
            self.record(grid_change(read, grid), "", "earlier")
            self.n_acts = 0
        except ExportError:
            self._file.close()
            self.path.unlink(missing_ok=True)
            raise

    def _write(self, values: dict[str, Any]) -> None:
        # Escaped to ASCII: a label may hold half a surrogate pair. One write without a buffer, so that the
        # line is the system's when this returns.
        line = json.dumps(values, separators=(",", ":")).encode("ascii") + b"\n"
        end = self._file.seek(0, os.SEEK_END)
        try:
            done = 0
            while done < len(line):
                done += self._file.write(line[done:]) or 0
            if self._fsync:
                os.fsync(self._file.fileno())
        except OSError as error:
            with suppress(OSError):
                self._file.truncate(end)
            raise _unwritten(self.path, error) from error


def open_journal(
    grid: TextGrid, *, folder: str | PathLike[str] | None = None, fsync: bool = False
) -> Journal:
    """Begin the journal of a TextGrid that is being opened.

    Parameters
    ----------
    grid : TextGrid
        As read, as recovered, or new.
    folder : path, optional
        Default: `journal_folder`.
    fsync : bool
        Also wait for the disk at every act, so that not even a power failure loses one. Without it the system
        holds the line: a crash of the program loses nothing. Costs the time that the disk takes, a few
        milliseconds an act.

    Returns
    -------
    Journal
        Call its `record` for every act, `saved` after saving, `close` when the TextGrid is closed.

    Raises
    ------
    ExportError
        If the folder can't be written.
    """
    return Journal(grid, Path(folder) if folder is not None else journal_folder(), fsync)


def _now() -> str:
    return datetime.now().astimezone().isoformat(timespec="seconds")


def _unwritten(path: Path, error: OSError) -> ExportError:
    reason = error.strerror or type(error).__name__
    return ExportError(
        f"the journal can't be written: {reason}", "save your work; check the disk and the folder", file=path
    )
