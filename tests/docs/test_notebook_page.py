"""The ten lines of docs/notebook.md run as they stand."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

PAGE = Path(__file__).resolve().parents[2] / "docs" / "notebook.md"


def test_notebook_lines_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    found = re.search(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert found is not None
    lines = [line for line in found[1].splitlines() if line and not line.startswith("import")]
    assert len(lines) <= 10
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    exec(compile(found[1], "docs/notebook.md", "exec"), names)
    assert os.path.getsize("side-by-side.svg") > 10_000
    assert "tokens of 20 speakers" in capsys.readouterr().out
    table = names["table"]
    assert table["speaker"].nunique() == 20  # type: ignore[attr-defined]
