"""Fixtures: one worker in folders of its own, stopped and seen to be gone after its tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from worker_rig import Bridge


@pytest.fixture
def bridge(tmp_path: Path) -> Iterator[Bridge]:
    """Folders without a worker; the first client starts one."""
    made = Bridge(tmp_path / "söme ’user")
    yield made
    made.close()


@pytest.fixture(scope="module")
def shared_bridge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bridge]:
    """Folders whose worker serves all tests of a module; the first client starts it."""
    made = Bridge(tmp_path_factory.mktemp("bridge") / "söme ’user")
    yield made
    made.close()


@pytest.fixture(scope="module")
def testing_bridge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bridge]:
    """Folders with a worker that knows the commands of ``worker_test_commands``."""
    made = Bridge(tmp_path_factory.mktemp("bridge") / "söme ’user")
    made.start()
    yield made
    made.close()
