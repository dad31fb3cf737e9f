"""A small corpus of sounds, a tiny random model, torch on one thread, one cache for all tests of edits."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from tone_speech import write_base, write_corpus


@pytest.fixture(autouse=True)
def _one_thread() -> None:
    """Tiny models gain nothing from threads."""
    import torch

    torch.set_num_threads(1)


@pytest.fixture(scope="session")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of a tiny random model."""
    return write_base(tmp_path_factory.mktemp("base") / "tiny")


@pytest.fixture(scope="session")
def corpus_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six speakers, three of each sex, one recording each."""
    return write_corpus(tmp_path_factory.mktemp("speech") / "corpus")


@pytest.fixture
def corpus(corpus_template: Path, tmp_path: Path) -> Path:
    """Return a copy of the corpus that a test may damage."""
    return Path(shutil.copytree(corpus_template, tmp_path / "corpus"))


@pytest.fixture(scope="session")
def live_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of frames and measurements that are made once."""
    return tmp_path_factory.mktemp("live") / "cache"


@pytest.fixture
def one_cache(live_cache: Path, _own_folders: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a test use that folder."""
    monkeypatch.setenv("W2VPRAAT_CACHE_DIR", str(live_cache))
