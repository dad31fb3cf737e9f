"""Excel workbooks of one sheet. Excel keeps 15 digits of a number."""

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
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    lines = [list(columns), *(list(row) for row in rows)]
    texts = (value for line in lines for value in line if isinstance(value, str))
    odd = next((text for text in texts if ILLEGAL_CHARACTERS_RE.search(text)), None)
    if odd is not None:
        raise ExportError(f"Excel can't hold the text {odd!r}", "correct the label")
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet(title)

    def cell(value: Any) -> Any:
        if not isinstance(value, str):
            return value
        made = WriteOnlyCell(sheet, value=value)
        made.data_type = "s"  # "=" is a label, not a formula
        return made

    for line in lines:
        sheet.append([cell(value) for value in line])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
