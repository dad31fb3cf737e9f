"""A new TextGrid is what Praat makes of the same names."""

from __future__ import annotations

from pathlib import Path

import parselmouth
import pytest

from w2vpraat.corpus.textgrid import textgrid_bytes
from w2vpraat.corpus.textgrid.new_grid import new_textgrid
from w2vpraat.errors import TextGridError


def test_it_is_the_file_that_praat_writes(tmp_path: Path) -> None:
    sound = parselmouth.Sound([[0.0] * 8000], sampling_frequency=16000)
    theirs = parselmouth.praat.call(sound, "To TextGrid", "words phones bell", "bell")
    path = tmp_path / "praat.TextGrid"
    theirs.save(str(path))
    ours = new_textgrid(0.0, 0.5, ("words", "phones"), ("bell",))
    assert textgrid_bytes(ours) == path.read_bytes()


def test_it_needs_a_tier_and_a_duration() -> None:
    with pytest.raises(TextGridError, match="tier"):
        new_textgrid(0.0, 1.0, (), ())
    with pytest.raises(TextGridError, match="not possible"):
        new_textgrid(1.0, 1.0)
