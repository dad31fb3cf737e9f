"""Fixtures for all tests: real speech where it is present, never the user's own folders."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip tests on the developers' speech folder where it is absent; in CI it must be there."""
    if SHARED.is_dir() or os.environ.get("CI"):
        return
    missing = pytest.mark.skip(reason="the developers' folder of real speech (../shared/data) is not here")
    for item in items:
        if "shared_data" in item.keywords:
            item.add_marker(missing)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder of real speech for tests marked ``shared_data``."""
    assert SHARED.is_dir(), "CI needs ../shared/data"
    return SHARED


@pytest.fixture(scope="session", autouse=True)
def _shared_folders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Give fixtures that are made once for several tests folders that are not the user's."""
    with pytest.MonkeyPatch.context() as patch:
        _send_away(tmp_path_factory, patch)
        yield


@pytest.fixture(autouse=True)
def _own_folders(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Give each test folders of its own."""
    _send_away(tmp_path_factory, monkeypatch)


def _send_away(folders: pytest.TempPathFactory, patch: pytest.MonkeyPatch) -> None:
    """Send caches and settings to a temporary folder, and keep hubs out of reach."""
    home = folders.mktemp("home")
    for name, folder in {
        "W2VPRAAT_CACHE_DIR": "cache",
        "W2VPRAAT_CONFIG_DIR": "config",
        "XDG_CACHE_HOME": "xdg-cache",
        "XDG_CONFIG_HOME": "xdg-config",
    }.items():
        patch.setenv(name, str(home / folder))
    patch.setenv("HF_HUB_OFFLINE", "1")
