"""Fixtures: a user of Praat with the plugin, whose one worker serves a module; two recordings as WAV."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import soundfile
from praat_runs import PROGRAMS, PraatUser

from w2vpraat.resources import sample_corpus


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip tests of the plugin where no Praat is installed; CI has it."""
    if PROGRAMS:
        return
    for item in items:
        if Path(__file__).parent in item.path.parents and "praat_user" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.skip(reason="no program praat is installed"))


@pytest.fixture(scope="module")
def praat_user(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PraatUser]:
    """A user with the plugin; the first command starts the worker, which is stopped at the end."""
    folder = tmp_path_factory.mktemp("user")
    user = PraatUser(folder, folder / "cache")
    yield user
    user.close()


@pytest.fixture(scope="module")
def recordings(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder with two recordings of the sample corpus as WAV, their TextGrids, and the speakers' table."""
    folder = tmp_path_factory.mktemp("recordings") / "my récordings"
    folder.mkdir()
    for name in ("gb_f_alice", "us_m_adam"):
        samples, rate = soundfile.read(sample_corpus() / f"{name}.flac")
        soundfile.write(folder / f"{name}.wav", samples, rate, subtype="PCM_16")
        shutil.copy(sample_corpus() / f"{name}.TextGrid", folder)
    shutil.copy(sample_corpus() / "speakers.csv", folder)
    return folder
