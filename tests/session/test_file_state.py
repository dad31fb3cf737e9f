"""A change by another program is noticed; a mere touch is none."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from w2vpraat.errors import InputError
from w2vpraat.session.file_state import file_state, has_changed


def test_changes_are_noticed(tmp_path: Path) -> None:
    path = tmp_path / "a.TextGrid"
    path.write_text("one")
    known = file_state(path)
    assert known.exists
    assert known.size == 3
    assert not has_changed(path, known)
    os.utime(path, ns=(known.mtime_ns + 5, known.mtime_ns + 5))
    assert not has_changed(path, known)
    path.write_text("two")
    os.utime(path, ns=(known.mtime_ns + 9, known.mtime_ns + 9))
    assert has_changed(path, known)
    path.write_text("longer")
    os.utime(path, ns=(known.mtime_ns, known.mtime_ns))
    assert has_changed(path, known)


def test_a_file_that_comes_or_goes_has_changed(tmp_path: Path) -> None:
    path = tmp_path / "a.TextGrid"
    absent = file_state(path)
    assert not absent.exists
    assert not has_changed(path, absent)
    path.write_text("")
    assert has_changed(path, absent)
    known = file_state(path)
    path.unlink()
    assert has_changed(path, known)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="can't be read: "):
        file_state(tmp_path)
