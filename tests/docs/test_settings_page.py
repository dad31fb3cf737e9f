"""The settings page says what the parameters say."""

from __future__ import annotations

import runpy
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_settings_page_is_up_to_date() -> None:
    tool = runpy.run_path(str(ROOT / "tools" / "write_settings_page.py"))
    page = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    assert page == tool["settings_page"](), "run: python tools/write_settings_page.py"
