"""Tables in Excel: texts stay texts, numbers numbers, missing cells empty."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from w2vpraat.errors import ExportError
from w2vpraat.export.tables import write_table


def test_a_long_table_in_excel(tmp_path: Path) -> None:
    table = pd.DataFrame(
        {
            "F1": [350.522049999, float("nan")],
            "id": ["a#1.1", "a#1.2"],
            "label": ["=iː", "0042"],
            "n_frames": pd.array([3, None], dtype="Int64"),
            "frame_note": ["", None],
        }
    )
    path = write_table(table, tmp_path / "t.xlsx")
    sheet = openpyxl.load_workbook(path).active
    assert sheet is not None
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert rows[0] == ["id", "label", "F1", "n_frames", "frame_note"]
    assert rows[1][:4] == ["a#1.1", "=iː", 350.522049999, 3]
    assert rows[2][:4] == ["a#1.2", "0042", None, None]
    assert sheet["B2"].data_type == "s"


def test_what_excel_cant_hold_is_told(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="Excel can't hold"):
        write_table(pd.DataFrame({"label": ["a\x00"]}), tmp_path / "t.xlsx")
    assert not (tmp_path / "t.xlsx").exists()
