"""docs/normalization.md says what the registries say."""

from __future__ import annotations

from pathlib import Path

import pytest

from w2vpraat.normalize import SCALES, MethodInfo, describe_methods

DOCS = Path(__file__).parents[2] / "docs" / "normalization.md"


@pytest.fixture(scope="module")
def rows() -> dict[str, list[list[str]]]:
    """Cells of all table rows by their first cell."""
    found: dict[str, list[list[str]]] = {}
    for line in DOCS.read_text(encoding="utf-8").splitlines():
        if line.startswith("| `"):
            cells = [cell.strip() for cell in line.strip("| ").split(" | ")]
            found.setdefault(cells[0].strip("`"), []).append([cell.strip("`") for cell in cells])
    return found


@pytest.mark.parametrize("info", describe_methods(), ids=lambda info: info.key)
def test_methods(info: MethodInfo, rows: dict[str, list[list[str]]]) -> None:
    key = info.key
    expected = [
        key,
        info.title,
        info.reference,
        info.formula,
        info.columns,
        ", ".join(info.needs),
        info.unit,
        info.refuse,
        info.warn,
    ]
    assert expected in rows[key]
    equivalent = info.equivalent
    assert ([key, equivalent] in rows[key]) == (info.kind == "formants" and bool(equivalent))


def test_scales(rows: dict[str, list[list[str]]]) -> None:
    for key, scale in SCALES.items():
        assert [key, scale.name, scale.formula, scale.used_by] in rows[key]


def test_no_row_is_out_of_date(rows: dict[str, list[list[str]]]) -> None:
    assert set(rows) == set(SCALES) | {info.key for info in describe_methods()}
