"""Write edited metadata back into the user's own table: format, encoding, order and untouched lines stay."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from os import PathLike
from pathlib import Path

from w2vpraat.corpus.discover import Recording
from w2vpraat.corpus.speaker_edits import edit_speaker, new_speaker_table
from w2vpraat.corpus.speaker_rules import SpeakerRule
from w2vpraat.corpus.speakers import SpeakerTable, read_speakers
from w2vpraat.corpus.tables.cells import read_bytes
from w2vpraat.corpus.tables.patching import CellChanges, patched_sheet, patched_text, yaml_text
from w2vpraat.corpus.textgrid.atomic import replace_file
from w2vpraat.errors import SpeakerError, TextGridError

TEXT_SUFFIXES = (".csv", ".tsv", ".txt")


@dataclass(frozen=True, eq=False)
class SpeakerFile:
    """A speaker table with the file that it was read from.

    Parameters
    ----------
    path : Path
        The file.
    raw : bytes or None
        What the file held when it was read; None for a new one.
    saved, table : SpeakerTable
        The table as it is in the file, and as it is now.
    """

    path: Path
    raw: bytes | None
    saved: SpeakerTable
    table: SpeakerTable

    @property
    def is_changed(self) -> bool:
        """True if the table is not as in its file."""
        return self.table is not self.saved and _content(self.table) != _content(self.saved)

    def edited(
        self, who: str | Recording, column: str, value: str, *, rule: SpeakerRule | None = None
    ) -> SpeakerFile:
        """Change one cell (see `edit_speaker`); the file is not touched."""
        return replace(self, table=edit_speaker(self.table, who, column, value, rule=rule))


def open_speakers(path: str | PathLike[str]) -> SpeakerFile:
    """Read a speaker table in order to change it.

    Raises
    ------
    SpeakerError
        As `read_speakers`.
    """
    file = Path(path)
    raw = read_bytes(file)
    table = read_speakers(file)
    if read_bytes(file) != raw:
        raise SpeakerError("is being changed by another program", "read it again in a moment", file=file)
    return SpeakerFile(file, raw, table, table)


def new_speakers(path: str | PathLike[str]) -> SpeakerFile:
    """Start a speaker table (CSV) where there is none.

    Raises
    ------
    SpeakerError
        If there is a file of this name, or it does not end in ``.csv``.
    """
    file = Path(path)
    if file.suffix.lower() != ".csv":
        raise SpeakerError("a new speaker table is a CSV file", f"call it {file.stem}.csv", file=file)
    if file.exists():
        raise SpeakerError("is there already", "open it, or choose another name", file=file)
    table = new_speaker_table(file)
    return SpeakerFile(file, None, table, table)


def save_speakers(file: SpeakerFile) -> SpeakerFile:
    """Write a changed table into its file.

    Text files keep encoding, separator, line ends, order, and every line that was not changed byte by byte;
    in a changed line, every cell that was not changed. Workbooks keep their sheets and formats (by openpyxl,
    which drops pictures and charts). YAML is written anew, as a list of rows; comments are lost. Before the
    file is replaced, what is to be written is read again and compared. The old file is kept once, with
    ``.bak`` added.

    Returns
    -------
    SpeakerFile
        With what the file holds now.

    Raises
    ------
    SpeakerError
        If the file was changed since it was read, can't be written, or its form can't hold the change. It is
        untouched then.
    """
    if not file.is_changed and file.raw is not None:
        return file
    raw = speaker_bytes(file)
    reread = _read_again(raw, file.path)
    if _content(reread) != _content(file.table):
        raise SpeakerError(
            "would not be read again as it was edited, so it was not written",
            "change the table in the program that made it",
            file=file.path,
        )
    if file.raw is None and file.path.exists():
        raise SpeakerError(
            "was made by another program meanwhile", "open it, or choose another name", file=file.path
        )
    if file.raw is not None and not file.path.exists():
        raise SpeakerError("is gone", "put it back, or choose another table", file=file.path)
    try:
        file.path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(file.path, raw, expected=file.raw, backup=True)
    except OSError as error:
        raise SpeakerError(f"can't be saved: {error.strerror}", "check the folder", file=file.path) from error
    except TextGridError as error:
        hint = (
            "read the table again, and repeat the change"
            if "changed by another" in error.message
            else error.hint
        )
        raise SpeakerError(error.message, hint, file=file.path) from error
    now = replace(reread, path=file.path)
    return SpeakerFile(file.path, raw, now, now)


def speaker_bytes(file: SpeakerFile) -> bytes:
    """Return what the file of a changed table would hold.

    Raises
    ------
    SpeakerError
        If its form can't hold the change.
    """
    table = file.table
    if file.raw is None:
        lines = [list(table.columns), *([row.cells[name] for name in table.columns] for row in table.rows)]
        return _csv(lines).encode("utf-8")
    suffix = file.path.suffix.lower()
    if suffix in (".yaml", ".yml"):
        return yaml_text(table.columns, table.rows).encode("utf-8")
    changes = _changes(file.saved, table)
    if suffix == ".xlsx":
        return patched_sheet(file.raw, file.saved.columns, changes, file.path)
    return patched_text(file.raw, suffix, file.saved.columns, changes, file.path)


def _changes(saved: SpeakerTable, now: SpeakerTable) -> CellChanges:
    """Compare two states; rows keep their order, and new ones are at the end."""
    added_columns = now.columns[len(saved.columns) :]
    cells = {
        (before.number, name): after.cells[name]
        for before, after in zip(saved.rows, now.rows, strict=False)
        for name in now.columns
        if after.cells[name] != before.cells.get(name, "")
    }
    rows = tuple(dict(row.cells) for row in now.rows[len(saved.rows) :])
    numbers = tuple(row.number for row in saved.rows)
    return CellChanges(cells, added_columns, rows, numbers)


def _content(table: SpeakerTable) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    return table.columns, [tuple(row.cells[name] for name in table.columns) for row in table.rows]


def _read_again(raw: bytes, path: Path) -> SpeakerTable:
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / f"table{path.suffix}"
        copy.write_bytes(raw)
        try:
            return read_speakers(copy)
        except SpeakerError as error:
            raise SpeakerError(error.message, error.hint, file=path) from error


def _csv(lines: Sequence[Sequence[str]]) -> str:
    import csv

    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(lines)
    return text.getvalue()
