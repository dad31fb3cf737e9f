"""Change cells of a table in the file's own form, and leave all else as it is."""

from __future__ import annotations

import codecs
import csv
import io
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from w2vpraat.corpus.tables.cells import decoded, text_separator
from w2vpraat.corpus.tables.reading import Row
from w2vpraat.errors import SpeakerError

_MARKS = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@dataclass(frozen=True)
class CellChanges:
    """What is to be changed.

    Parameters
    ----------
    cells : mapping
        (number of the row in the file, column) to the new text.
    columns : tuple of str
        Columns to add behind the last.
    rows : tuple of mapping
        Rows to add at the end: column to text.
    numbers : tuple of int
        Numbers of all rows that the file has.
    """

    cells: Mapping[tuple[int, str], str]
    columns: tuple[str, ...] = ()
    rows: tuple[Mapping[str, str], ...] = ()
    numbers: tuple[int, ...] = ()


def patched_text(raw: bytes, suffix: str, columns: Sequence[str], changes: CellChanges, file: Path) -> bytes:
    """Return a CSV or TSV file with changed cells; lines without a change stay byte by byte.

    Parameters
    ----------
    raw : bytes
        The file.
    suffix : str
        ``.csv``, ``.tsv`` or ``.txt``.
    columns : sequence of str
        Its columns.
    changes : CellChanges
    file : Path
        For messages.

    Raises
    ------
    SpeakerError
        If the file's encoding has no sign for a new text.
    """
    text, encoding = decoded(raw, file)
    separator = text_separator(text, suffix)
    known, seen_header = set(changes.numbers), False
    made: list[str] = []
    ends = "\n"
    for number, line in _records(text, separator):
        body = line.rstrip("\r\n")
        end = line[len(body) :]
        if end and not made:
            ends = end
        more: list[str] = []
        if not seen_header and any(cell.strip() for cell in _parsed(body, separator)):
            seen_header, more = True, list(changes.columns)
        elif number in known:
            more = [changes.cells.get((number, name), "") for name in changes.columns]
        own = {
            i: changes.cells[number, name]
            for i, name in enumerate(columns)
            if (number, name) in changes.cells
        }
        made.append(_changed_line(body, separator, own, more) + end)
    if changes.rows and made and not made[-1].endswith(("\r", "\n")):
        made[-1] += ends
    for row in changes.rows:
        cells = [row.get(name, "") for name in (*columns, *changes.columns)]
        made.append(separator.join(_quoted(cell, separator) for cell in cells) + ends)
    return _encoded("".join(made), raw, encoding, file)


def _records(text: str, separator: str) -> Iterator[tuple[int, str]]:
    """Yield the number and the text of each record: its lines, several if a cell holds line breaks."""
    taken: list[str] = []

    def lines() -> Iterator[str]:
        for line in io.StringIO(text, newline=""):
            taken.append(line)
            yield line

    reader = csv.reader(lines(), delimiter=separator, strict=True)
    for _ in reader:
        yield reader.line_num, "".join(taken)
        taken.clear()


def _parsed(line: str, separator: str) -> list[str]:
    rows = list(csv.reader(io.StringIO(line, newline=""), delimiter=separator))
    return rows[0] if rows else []


def _changed_line(line: str, separator: str, own: Mapping[int, str], more: Sequence[str]) -> str:
    if not own and not more:
        return line
    cells = list(_raw_cells(line, separator))
    for place, value in own.items():
        cells[place] = _quoted(value, separator, like=cells[place])
    return separator.join([*cells, *(_quoted(value, separator) for value in more)])


def _raw_cells(line: str, separator: str) -> Iterator[str]:
    """Yield the cells with their quotes."""
    begin = place = 0
    while place < len(line):
        if line[place] == '"' and place == begin:
            place += 1
            while place < len(line) and not (line[place] == '"' and line[place + 1 : place + 2] != '"'):
                place += 2 if line[place] == '"' else 1
            place += 1
        elif line[place] == separator:
            yield line[begin:place]
            place = begin = place + 1
        else:
            place += 1
    yield line[begin:]


def _quoted(value: str, separator: str, *, like: str = "") -> str:
    needed = any(sign in value for sign in (separator, '"', "\n", "\r"))
    if needed or like.startswith('"'):
        return '"' + value.replace('"', '""') + '"'
    return value


def _encoded(text: str, raw: bytes, encoding: str, file: Path) -> bytes:
    mark = next((one for one in _MARKS if raw.startswith(one)), b"")
    names = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
    plain = names.get(mark, "utf-8" if encoding == "utf-8-sig" else encoding)
    try:
        return mark + text.encode(plain)
    except UnicodeEncodeError as error:
        raise SpeakerError(f"has no sign for {text[error.start]!r}", "save it as UTF-8", file=file) from error


def patched_sheet(raw: bytes, columns: Sequence[str], changes: CellChanges, file: Path) -> bytes:
    """Return an XLSX workbook with changed cells of its first sheet.

    Raises
    ------
    SpeakerError
        If the workbook has formulas: openpyxl drops their values, and other programs would read empty cells.
    """
    import openpyxl

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about decorations that are kept or of no concern here
        book = openpyxl.load_workbook(io.BytesIO(raw), rich_text=True)
    for sheet in book.worksheets:
        for line in sheet.iter_rows():
            for cell in line:
                if cell.data_type == "f":
                    raise SpeakerError(
                        f'sheet "{sheet.title}" has a formula in {cell.coordinate}; its value would be lost',
                        "replace formulas by their values in Excel, or save the table as CSV",
                        file=file,
                    )
    sheet = book.worksheets[0]
    width, header = len(columns), _header_row(sheet)
    for place, name in enumerate(changes.columns, start=width + 1):
        sheet.cell(header, place).value = name
    places = {name: place for place, name in enumerate((*columns, *changes.columns), start=1)}
    for (number, name), value in changes.cells.items():
        _set(sheet.cell(number, places[name]), value)
    last = max(changes.numbers, default=header)
    for number, row in enumerate(changes.rows, start=last + 1):
        for name, value in row.items():
            _set(sheet.cell(number, places[name]), value)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _header_row(sheet: Any) -> int:
    for number, cells in enumerate(sheet.iter_rows(values_only=True), start=1):
        if any(cell is not None and str(cell).strip() for cell in cells):
            return number
    return 1


def _set(cell: Any, value: str) -> None:
    """Set a cell; a number stays a number if it is written as Excel shows it."""
    if isinstance(cell.value, (int, float)) and not isinstance(cell.value, bool):
        for kind in (int, float):
            try:
                number = kind(value)
            except ValueError:
                continue
            if str(number) == value:
                cell.value = number
                return
    if not value:
        cell.value = None
        return
    cell.value = value
    cell.data_type = "s"  # a text, also if it starts with "="


def yaml_text(columns: Sequence[str], rows: Sequence[Row]) -> str:
    """Return rows as a YAML list of mappings; empty cells are left out."""
    import yaml

    listed = [{name: row.cells[name] for name in columns if row.cells[name]} for row in rows]
    text: str = yaml.safe_dump(listed, allow_unicode=True, sort_keys=False, width=10_000)
    return text
