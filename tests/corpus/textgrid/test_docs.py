"""The examples of docs/textgrids.md run and say what they show."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from w2vpraat.corpus.textgrid import Interval, IntervalTier, TextGrid, read_textgrid, write_textgrid

DOCS = Path(__file__).resolve().parents[3] / "docs" / "textgrids.md"


def test_examples(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    words = IntervalTier("words", 0, 1, (Interval(0, 1, "tar"),))
    phones = (Interval(0, 0.25, "t"), Interval(0.25, 0.5, "ɑː"), Interval(0.5, 1, ""))
    monkeypatch.chdir(tmp_path)
    write_textgrid(TextGrid(0, 1, (words, IntervalTier("phones", 0, 1, phones))), "anna.TextGrid")
    blocks = re.findall(r"```python\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL)
    assert len(blocks) == 3
    names: dict[str, object] = {}
    shown = 0
    for line in blocks[0].splitlines():
        code, _, comment = line.partition("  #")
        if comment and re.match(r" *[\"'(I]", comment) and "=" not in code:
            assert eval(code, names) == eval(comment, {"Interval": Interval}), line
            shown += 1
        else:
            exec(line, names)
    assert shown == 4
    for block in blocks[1:]:
        exec(block, names)
    saved = read_textgrid("anna.TextGrid").interval_tier("phones")
    assert saved.intervals[:2] == (Interval(0, 0.3, "t"), Interval(0.3, 0.5, "a"))
