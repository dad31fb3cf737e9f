"""What a results folder tells of its run, and what becomes of one that tells nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from w2vpraat.pipeline.stored_run import stored_run
from w2vpraat.session.provenance import build_provenance, write_provenance
from w2vpraat.session.settings import Settings


def _written(folder: Path) -> Settings:
    settings = Settings("speech/my corpus").updated(
        {"formants": {"ceiling_mode": "speaker"}, "compare": {"folds": 7}}
    )
    record = build_provenance(settings=settings.as_dict(), measurements={"praat_version": "6.1.38"})
    write_provenance(record, folder)
    return settings


def test_tokens_and_values_are_those_of_the_run_and_the_comparison_is_the_new_one(tmp_path: Path) -> None:
    _written(tmp_path)
    found = stored_run(tmp_path)
    assert found is not None
    assert found.source == "my corpus"
    assert found.measurements["praat_version"] == "6.1.38"
    made = found.settings_for(Settings().updated({"compare": {"folds": 3}}))
    assert made.corpus == "speech/my corpus"
    assert made.formants.ceiling_mode == "speaker"
    assert made.compare.folds == 3


@pytest.mark.parametrize("text", ["", "[]", '{"format": 1}', '{"format": 999, "settings": {}}'])
def test_a_folder_that_tells_nothing_is_no_error(tmp_path: Path, text: str) -> None:
    assert stored_run(tmp_path) is None
    (tmp_path / "provenance.json").write_text(text, encoding="utf-8")
    assert stored_run(tmp_path) is None


def test_settings_of_another_version_are_no_error(tmp_path: Path) -> None:
    _written(tmp_path)
    file = tmp_path / "provenance.json"
    stored = json.loads(file.read_text(encoding="utf-8"))
    stored["settings"]["formants"]["no_such_option"] = 1
    file.write_text(json.dumps(stored), encoding="utf-8")
    assert stored_run(tmp_path) is None
