"""A corpus from several folders and files."""

from __future__ import annotations

from pathlib import Path

import pytest

from w2vpraat.corpus.discover import discover
from w2vpraat.corpus.gathering import gather
from w2vpraat.errors import InputError


@pytest.fixture
def place(tmp_path: Path) -> Path:
    for name in ("main/sub/a", "main/b", "other/c", "third/deep/d"):
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        for suffix in (".wav", ".TextGrid"):
            file.with_name(file.name + suffix).touch()
    return tmp_path


def test_one_source_is_an_ordinary_corpus(place: Path) -> None:
    assert gather([place / "main"]) == discover(place / "main")


def test_names_stay_when_a_file_is_added(place: Path) -> None:
    names = [one.name for one in gather([place / "main"]).recordings]
    more = gather([place / "main", place / "other" / "c.wav", place / "third"])
    assert more.root == place / "main"
    assert [one.name for one in more.recordings] == ["b", "deep/d", "other/c", "sub/a"]
    assert set(names) < {one.name for one in more.recordings}
    assert more.recording("other/c").file_name == "other/c.wav"
    assert more.recording("sub/a").grid_path == place / "main" / "sub" / "a.TextGrid"


def test_a_pair_is_one_recording(place: Path) -> None:
    pair = gather([place / "other" / "c.wav", place / "other" / "c.TextGrid"])
    assert [one.name for one in pair.recordings] == ["c"]
    assert pair.unpaired == ()


def test_a_file_in_the_folder_is_not_counted_twice(place: Path) -> None:
    found = gather([place / "main", place / "main" / "b.wav"])
    assert [one.name for one in found.recordings] == ["b", "sub/a"]


def test_two_recordings_of_one_name_are_refused(place: Path) -> None:
    for suffix in (".wav", ".TextGrid"):
        (place / "main" / "other").mkdir(exist_ok=True)
        (place / "main" / "other" / f"c{suffix}").touch()
    with pytest.raises(InputError, match='would be called "other/c"'):
        gather([place / "main", place / "other" / "c.wav"])
