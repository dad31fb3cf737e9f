"""One run on a few seconds of real speech, for all tests of edits."""

from __future__ import annotations

from pathlib import Path

import pytest
from live_material import run, settings_for, write_speech

from w2vpraat.pipeline.live.live_results import LiveResults
from w2vpraat.pipeline.running import Results


@pytest.fixture(scope="session")
def speech(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of the recordings."""
    return write_speech(tmp_path_factory.mktemp("live-speech") / "corpus")


@pytest.fixture(scope="session")
def first_run(speech: Path, live_cache: Path) -> Results:
    """The run that edits start from."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("W2VPRAAT_CACHE_DIR", str(live_cache))
        return run(settings_for(speech))


@pytest.fixture
def live(first_run: Results, one_cache: None) -> LiveResults:
    """Values that follow edits, as they are after the run."""
    return LiveResults(first_run)
