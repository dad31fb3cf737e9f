"""Excel workbooks of one sheet."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from typing import Any

from w2vpraat.errors import ExportError


def workbook_bytes(title: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """Return a workbook with one sheet; texts stay texts, also those that look like formulas.

    Parameters
    ----------
    title : str
        Of the sheet.
    columns : sequence of str
        Header.
    rows : iterable of sequence
        Texts, numbers and None for empty cells.

    Raises
    ------
    ExportError
        For a text that Excel can't hold.
    """
    import openpyxl
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.utils.exceptions import IllegalCharacterError

    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet(title)

    def cell(value: Any) -> Any:
        if not isinstance(value, str):
            return value
        made = WriteOnlyCell(sheet, value=value)
        made.data_type = "s"  # "=" is a label, not a formula
        return made

    try:
        for row in (columns, *rows):
            sheet.append([cell(value) for value in row])
    except IllegalCharacterError as error:
        raise ExportError(f"Excel can't hold the text {str(error)!r}", "correct the label") from error
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
