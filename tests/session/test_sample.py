"""The user's copy of the sample corpus is complete, and what is in it is never written over."""

from __future__ import annotations

from pathlib import Path

import pytest

from w2vpraat.errors import ExportError
from w2vpraat.resources import sample_corpus
from w2vpraat.session.sample import copy_sample, sample_settings


def test_only_what_is_missing_is_copied(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "sample"
    made = copy_sample(folder)
    assert {path.name for path in made} == {path.name for path in sample_corpus().iterdir()}
    assert all(path.read_bytes() == (sample_corpus() / path.name).read_bytes() for path in made)
    edited = folder / "gb_f_alice.TextGrid"
    edited.write_bytes(b"mine")
    (folder / "speakers.csv").unlink()
    assert copy_sample(folder) == (folder / "speakers.csv",)
    assert edited.read_bytes() == b"mine"
    assert copy_sample(folder) == ()
    assert not list(folder.glob(".*"))


def test_a_folder_that_cant_be_made_is_an_error_with_a_remedy(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(ExportError, match="can't be copied") as caught:
        copy_sample(tmp_path / "file" / "sample")
    assert caught.value.hint


def test_settings_choose_the_vowels_of_the_words(tmp_path: Path) -> None:
    settings = sample_settings(tmp_path)
    assert settings.corpus == str(tmp_path)
    assert settings.speakers == str(tmp_path / "speakers.csv")
    assert settings.tokens.label_class == "vowel"
