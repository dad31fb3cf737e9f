"""Cells of a table as a file holds them: encodings, separators, quotes, sheets; names may repeat."""

from __future__ import annotations

import csv
import io
import re
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from os import PathLike
from pathlib import Path
from typing import Any

from w2vpraat.errors import SpeakerError

Lines = list[tuple[int, list[str]]]
TEXT_ENDINGS = (".csv", ".tsv", ".txt", ".tab")


@dataclass(frozen=True)
class Cells:
    """A table before anybody asks what its columns mean.

    Parameters
    ----------
    columns : tuple of str
        The header as it is written; names may repeat.
    rows : tuple of tuple of str
        As long as the header; blanks at the ends of cells removed, lines without any cell left out.
    notes : tuple of str
        What had to be decided on the way: an old encoding, short rows, columns without a name.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...] = ()


def read_cells(path: str | PathLike[str]) -> Cells:
    """Read a table as people have them, and say what was odd about it.

    Parameters
    ----------
    path : path
        ``.csv``, ``.tsv``, ``.txt`` or ``.tab`` (comma, semicolon, tab or blanks, found from the first lines)
        in UTF-8, UTF-16 or Windows-1252; or ``.xlsx`` (first sheet).

    Returns
    -------
    Cells

    Raises
    ------
    SpeakerError
        If the file can't be read, is of another kind, has no rows, has cells without a header, or a column
        without a name.
    """
    file = Path(path)
    suffix = file.suffix.lower()
    data = read_bytes(file)
    notes: list[str] = []
    if suffix in TEXT_ENDINGS:
        text, encoding = decoded(data, file, legacy=True)
        if encoding == "cp1252":
            notes.append("not UTF-8: read as Windows-1252 (if letters are wrong, save it as UTF-8)")
        lines = text_lines(text, suffix, file, lenient=True)
    elif suffix == ".xlsx":
        lines = sheet_lines(data, file, notes)
    else:
        raise SpeakerError(
            f'is a table of an unknown kind ("{suffix}")', "save it as CSV, TSV or XLSX", file=path
        )
    filled = [(number, cells) for number, cells in lines if any(cells)]
    if len(filled) < 2:
        raise SpeakerError("holds no rows", "one header line, then one line per token", file=path)
    return _squared(filled, file, notes)


def read_bytes(file: Path) -> bytes:
    """Return what the file holds."""
    try:
        return file.read_bytes()
    except OSError as error:
        raise SpeakerError(f"can't be read ({error.strerror})", "check the path", file=file) from error


def decoded(data: bytes, file: Path, *, legacy: bool = False) -> tuple[str, str]:
    """Return the text and its encoding: UTF-8, UTF-16, and with `legacy` also Windows-1252 (``cp1252``)."""
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    # Praat and R on Windows write UTF-16 without a mark: every second byte of Latin letters is zero.
    if encoding == "utf-8-sig" and b"\0" in data[:64]:
        encoding = "utf-16-le" if data[1:2] == b"\0" else "utf-16-be"
    try:
        return data.decode(encoding), encoding
    except UnicodeDecodeError as error:
        if legacy and encoding == "utf-8-sig":
            return data.decode("cp1252", errors="replace"), "cp1252"
        line = data.count(b"\n", 0, error.start) + 1
        raise SpeakerError(
            f"line {line} is not UTF-8", 'save it again as UTF-8 (in Excel: "CSV UTF-8")', file=file
        ) from error


def text_lines(text: str, suffix: str, file: Path, *, lenient: bool = False) -> Lines:
    """Return numbered lines of cells; `lenient` also knows blanks as separators, and loose quotes."""
    separator = "\t" if suffix == ".tsv" else _separator(text, blanks=lenient)
    try:
        return _split(text, separator, quotes=True)
    except csv.Error as error:
        if lenient:
            # SAMPA has quotes as letters ("e for stressed e); such files quote nothing.
            return _split(text, separator, quotes=False)
        message, number = error.args
        raise SpeakerError(
            f"line {number} can't be read ({message})", "check the quotes", file=file
        ) from error


def _split(text: str, separator: str, *, quotes: bool) -> Lines:
    reader = csv.reader(
        io.StringIO(text, newline=""),
        delimiter=separator,
        strict=True,
        skipinitialspace=separator == " ",
        quoting=csv.QUOTE_MINIMAL if quotes else csv.QUOTE_NONE,
    )
    lines = []
    try:
        for cells in reader:
            lines.append((reader.line_num, [cell.strip() for cell in cells]))
    except csv.Error as error:
        raise csv.Error(str(error), reader.line_num) from error
    return lines


def text_separator(text: str, suffix: str) -> str:
    """Return what separates the cells of a text file, as `text_lines` finds it."""
    return "\t" if suffix == ".tsv" else _separator(text, blanks=False)


def _separator(text: str, *, blanks: bool) -> str:
    """Return what stands most often in the header, preferring what the next line has as often."""
    lines = [re.sub(r'"[^"]*"', "x", line) for line in text.splitlines() if line.strip()][:2]
    header = lines[0] if lines else ""
    if blanks and not re.search("[,;\t]", header) and " " in header.strip():
        return " "

    def rank(separator: str) -> tuple[bool, int]:
        counts = [line.count(separator) for line in lines]
        return counts[0] > 0 and len(set(counts)) == 1, counts[0]

    return max("\t;,", key=rank) if lines else ","


def sheet_lines(data: bytes, file: Path, notes: list[str] | None = None) -> Lines:
    """Return the rows of the first sheet; add to `notes` what a reader should know."""
    from zipfile import BadZipFile

    import openpyxl
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about decorations of the sheet that are of no concern here
            book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
            names = book.sheetnames
            rows = [
                (number, [(_cell_text(cell), isinstance(cell.value, date)) for cell in cells])
                for number, cells in enumerate(book.worksheets[0].iter_rows(), start=1)
            ]
            book.close()
    except (BadZipFile, InvalidFileException, KeyError, ValueError, OSError, IndexError) as error:
        raise SpeakerError(
            "is not an XLSX workbook", "open it in Excel and save it again", file=file
        ) from error
    if notes is not None:
        if len(names) > 1:
            notes.append(f'only the first of {len(names)} sheets is read: "{names[0]}"')
        notes.extend(_about_dates([cells for _, cells in rows if any(text for text, _ in cells)]))
    lines = [(number, [text for text, _ in cells]) for number, cells in rows]
    width = max((index for _, cells in lines for index, cell in enumerate(cells, 1) if cell), default=0)
    return [(number, cells[:width] + [""] * (width - len(cells))) for number, cells in lines]


def _about_dates(rows: Sequence[Sequence[tuple[str, bool]]]) -> list[str]:
    """Say where a spreadsheet has turned some cells ("1-2", "mar1") into dates."""
    notes = []
    for number, (name, _) in enumerate(rows[0] if rows else ()):
        cells = [row[number] for row in rows[1:] if number < len(row) and row[number][0]]
        dates = [text for text, is_date in cells if is_date]
        if dates and len(dates) < len(cells):
            notes.append(
                f'column "{name}": Excel has made dates of {len(dates)} of {len(cells)} cells '
                f"({dates[0]}); format the column as text and type them again"
            )
    return notes


def _cell_text(cell: Any) -> str:
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, int) and re.fullmatch("0+", cell.number_format or ""):
        return str(value).zfill(len(cell.number_format))  # shown in the sheet as 03
    return str(value).strip()


def _squared(lines: Lines, file: Path, notes: list[str]) -> Cells:
    """Make all rows as long as the header; name or drop columns without a name."""
    columns = list(lines[0][1])
    rows = [list(cells) for _, cells in lines[1:]]
    if all(len(cells) == len(columns) + 1 for cells in rows):
        columns.insert(0, "")  # R's write.table names the columns but not that of the row names
    width = len(columns)
    for (number, _), cells in zip(lines[1:], rows, strict=True):
        if any(cells[width:]):
            raise SpeakerError(
                f"row {number} has {len(cells)} cells, but the header has {width}",
                "a text that holds the separator must be put in quotes",
                file=file,
            )
    short = sum(len(cells) < width for cells in rows)
    if short:
        notes.append(f"rows shorter than the header: {short}; the cells they lack count as empty")
    rows = [(cells + [""] * width)[:width] for cells in rows]
    named = [number for number, name in enumerate(columns) if name]
    if len(named) < width:
        unnamed = [number for number, name in enumerate(columns) if not name]
        if 0 in unnamed and [row[0] for row in rows] == [str(n) for n in range(1, len(rows) + 1)]:
            unnamed.remove(0)  # the row names of R's write.csv
        for number in unnamed:
            if any(row[number] for row in rows):
                raise SpeakerError(
                    f"column {number + 1} has no name",
                    "name it in the header, or delete it; if the first row is a title, delete that",
                    file=file,
                )
        columns = [columns[number] for number in named]
        rows = [[row[number] for number in named] for row in rows]
    return Cells(tuple(columns), tuple(map(tuple, rows)), tuple(notes))
