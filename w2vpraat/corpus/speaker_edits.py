"""Change the metadata of speakers and recordings, as values; nothing is written here."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from os import PathLike
from pathlib import Path

from w2vpraat.corpus.discover import Recording
from w2vpraat.corpus.speaker_rules import SpeakerRule
from w2vpraat.corpus.speakers import SpeakerTable
from w2vpraat.corpus.tables.reading import SPEAKER_NAMES, Row
from w2vpraat.errors import SpeakerError


@dataclass(frozen=True)
class MetadataEdit:
    """One cell of the speaker table that was changed and not written to the table's file.

    Parameters
    ----------
    who : str
        A speaker, or a recording by its ``file_name`` (with extension).
    column : str
        Column of the table; one that is not there is added.
    value : str
        The new text.

    Raises
    ------
    SpeakerError
        If nobody or no column is named, or a text holds a control character.
    """

    who: str
    column: str
    value: str

    def __post_init__(self) -> None:
        if not self.who.strip():
            raise SpeakerError("the change names neither speaker nor recording", "name one of them")
        if not self.column.strip():
            raise SpeakerError(f'the change for "{self.who}" names no column', "name the column")
        if any(
            unicodedata.category(sign) == "Cc" and sign not in "\n\r\t" for sign in self.column + self.value
        ):
            raise SpeakerError(f'the new text for "{self.who}" holds a control character', "type it again")


def new_speaker_table(path: str | PathLike[str]) -> SpeakerTable:
    """Return a table with a column ``speaker`` and no rows, for a corpus that has none."""
    return SpeakerTable(Path(path), (SPEAKER_NAMES[0],), (), "", SPEAKER_NAMES[0])


def edit_speaker(
    table: SpeakerTable,
    who: str | Recording,
    column: str,
    value: str,
    *,
    rule: SpeakerRule | None = None,
) -> SpeakerTable:
    """Change one cell: a speaker's, or that of the row which a recording has.

    Parameters
    ----------
    table : SpeakerTable
        The table; it is not changed.
    who : str or Recording
        A speaker: all rows of that speaker are changed. Or a recording: its own row; a row that covers
        several recordings by a pattern stays, and the recording gets one of its own with the same cells. Who
        has no row gets one.
    column : str
        A column of the table (in any case), or a new one.
    value : str
        The new text; blanks at the ends are removed, as when a table is read.
    rule : SpeakerRule, optional
        Names the speaker of a recording that is not in the table; default: the file name.

    Returns
    -------
    SpeakerTable

    Raises
    ------
    SpeakerError
        If several rows fit the recording, or the change makes two rows the same.
    """
    edit = MetadataEdit(who if isinstance(who, str) else who.file_name, column, value.strip())
    name = _column(table, edit.column)
    if isinstance(who, Recording):
        rows = _with_recording(table, who, name, edit.value, rule or SpeakerRule())
    else:
        rows = _with_speaker(table, who, name, edit.value)
    columns = table.columns if name in table.columns else (*table.columns, name)
    return replace(table, columns=columns, rows=tuple(_filled(row, columns) for row in rows))


def apply_edits(
    table: SpeakerTable | None,
    edits: Iterable[MetadataEdit],
    recordings: Sequence[Recording] = (),
    *,
    rule: SpeakerRule | None = None,
) -> SpeakerTable | None:
    """Apply changes to a table.

    Parameters
    ----------
    table : SpeakerTable or None
        None: there is none; changes then make one with a row for each speaker.
    edits : iterable of MetadataEdit
        In order.
    recordings : sequence of Recording
        The corpus, to tell recordings from speakers.
    rule : SpeakerRule, optional
        As in `edit_speaker`.

    Raises
    ------
    SpeakerError
        As `edit_speaker`; or if a change is one of the columns that name file and speaker.
    """
    names = {recording.file_name: recording for recording in recordings}
    for edit in edits:
        if table is None:
            table = new_speaker_table("")
        if _column(table, edit.column) in (table.file_column, table.speaker_column):
            # Later changes go by these names; they would depend on the order.
            raise SpeakerError(
                f'the column "{edit.column}" says whose the rows are',
                "change it in the table itself",
                file=table.path,
            )
        table = edit_speaker(table, names.get(edit.who, edit.who), edit.column, edit.value, rule=rule)
    return table


def _column(table: SpeakerTable, wanted: str) -> str:
    name = wanted.strip()
    if name in table.columns:
        return name
    return next((one for one in table.columns if one.casefold() == name.casefold()), name)


def _filled(row: Row, columns: Sequence[str]) -> Row:
    if len(row.cells) == len(columns):
        return row
    return Row(row.number, {name: row.cells.get(name, "") for name in columns})


def _with_speaker(table: SpeakerTable, speaker: str, column: str, value: str) -> tuple[Row, ...]:
    if not table.speaker_column:
        raise SpeakerError(
            f'names files, not speakers, so the row of "{speaker}" is unknown',
            "change the row of a recording, or add a column speaker",
            file=table.path,
        )
    own = [row.cells[table.speaker_column] == speaker for row in table.rows]
    if any(own):
        pairs = zip(table.rows, own, strict=True)
        return _changed(table, [row for row, mine in pairs if mine], column, value)
    return (*table.rows, _new_row(table, {table.speaker_column: speaker, column: value}))


def _with_recording(
    table: SpeakerTable, recording: Recording, column: str, value: str, rule: SpeakerRule
) -> tuple[Row, ...]:
    info = table.lookup(recording, "", rule)
    if info.row is None:
        cells = {column: value}
        if table.file_column:
            cells = {table.file_column: recording.file_name, **cells}
        if table.speaker_column:
            cells = {table.speaker_column: info.speaker, **cells}
        return (*table.rows, _new_row(table, cells))
    candidates = [row for row in table.rows if row.number == info.row]
    # Several files listed in one entry of a YAML file have its number in common.
    own = next((row for row in candidates if _names(table, row, recording)), candidates[0])
    key = own.cells[table.file_column] if table.file_column else ""
    if len(key) > 2 and key[0] == key[-1] == "/":
        raise SpeakerError(
            f"row {own.number} covers {recording.file_name} by the regular expression {key}",
            "give this recording a row of its own in the table",
            file=table.path,
        )
    if "*" in key or "?" in key:
        cells = {**own.cells, table.file_column: recording.file_name, column: value}
        return (*table.rows, _new_row(table, cells))
    return _changed(table, [own], column, value)


def _names(table: SpeakerTable, row: Row, recording: Recording) -> bool:
    key = row.cells[table.file_column] if table.file_column else ""
    last = re.split(r"[/\\]", key)[-1]
    return recording.audio_path.stem in (last, last.rpartition(".")[0])


def _changed(table: SpeakerTable, rows: Sequence[Row], column: str, value: str) -> tuple[Row, ...]:
    numbers = [row.number for row in table.rows]
    made: list[Row] = []
    for row in table.rows:
        if any(row is one for one in rows):
            # A number is the key of a row's metadata: what is shared with other rows is given up.
            number = row.number if numbers.count(row.number) == 1 else _next_number(made, table)
            made.append(Row(number, {**row.cells, column: value}))
        else:
            made.append(row)
    return tuple(made)


def _new_row(table: SpeakerTable, cells: dict[str, str]) -> Row:
    return Row(_next_number([], table), {name: cells.get(name, "") for name in (*table.columns, *cells)})


def _next_number(made: Sequence[Row], table: SpeakerTable) -> int:
    return max((row.number for row in (*table.rows, *made)), default=1) + 1
