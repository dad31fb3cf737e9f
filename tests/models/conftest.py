"""Fixtures of the tests on models: tiny random checkpoints, and torch on one thread."""

from __future__ import annotations

import pytest
from hypothesis import settings
from tiny_checkpoints import Checkpoints

# The machine that runs the tests may be busy; correctness doesn't depend on how long an example takes.
settings.register_profile("no_deadline", deadline=None)
settings.load_profile("no_deadline")


@pytest.fixture(scope="session")
def checkpoints(tmp_path_factory: pytest.TempPathFactory) -> Checkpoints:
    """Folder of a tiny random checkpoint, by name."""
    return Checkpoints(tmp_path_factory.mktemp("checkpoints"))


@pytest.fixture(autouse=True)
def _one_thread() -> None:
    """Tiny models gain nothing from threads, and lose much on a busy machine."""
    import torch

    torch.set_num_threads(1)
