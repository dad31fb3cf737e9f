"""Where Praat keeps plugins, on three systems."""

from __future__ import annotations

from pathlib import Path

import pytest

from w2vpraat.bridge.plugin.preference_folders import existing_folders, folders_to_install, possible_folders

HOME = Path("/home/zoë")


def paths(system: str, **environ: str) -> list[tuple[str, str]]:
    return [(one.path.as_posix(), one.praat) for one in possible_folders(system, environ, HOME)]


def test_linux_looks_where_the_manual_of_praat_7_says_and_where_its_code_does() -> None:
    assert paths("linux") == [
        ("/home/zoë/.praat-dir", "Praat 6"),
        ("/home/zoë/.config/praat", "Praat 7"),
    ]
    assert paths("linux", XDG_CONFIG_HOME="/conf") == [
        ("/home/zoë/.praat-dir", "Praat 6"),
        ("/conf/praat", "Praat 7"),
        ("/home/zoë/.config/praat", "Praat 7"),
    ]


@pytest.mark.parametrize("odd", ["", "relative/folder", "/home/zoë/.config"])
def test_an_empty_relative_or_usual_xdg_folder_adds_nothing(odd: str) -> None:
    assert paths("linux", XDG_CONFIG_HOME=odd) == paths("linux")


def test_mac_and_windows() -> None:
    assert paths("darwin") == [
        ("/home/zoë/Library/Preferences/Praat Prefs", "Praat 6"),
        ("/home/zoë/Library/Application Support/Praat", "Praat 7"),
    ]
    assert paths("win32", APPDATA="/roaming") == [
        ("/home/zoë/Praat", "Praat 6"),
        ("/roaming/Praat", "Praat 7"),
    ]
    assert paths("win32")[1] == ("/home/zoë/AppData/Roaming/Praat", "Praat 7")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "conf"))
    return tmp_path


def test_without_any_folder_that_of_praat_6_is_taken_since_every_praat_reads_it(home: Path) -> None:
    assert existing_folders() == ()
    assert [one.path for one in folders_to_install()] == [home / ".praat-dir"]


def test_every_folder_that_is_there_is_taken(home: Path) -> None:
    for name in ("conf/praat", ".config/praat"):
        (home / name).mkdir(parents=True)
    assert [one.path for one in folders_to_install()] == [home / "conf/praat", home / ".config/praat"]


def test_one_folder_under_two_names_counts_once(home: Path) -> None:
    (home / ".praat-dir").mkdir()
    (home / ".config").mkdir()
    (home / ".config" / "praat").symlink_to(home / ".praat-dir")
    assert [one.praat for one in existing_folders()] == ["Praat 6"]
