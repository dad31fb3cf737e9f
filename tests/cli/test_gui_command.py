"""``w2vpraat gui``: what is checked before Qt starts."""

from __future__ import annotations

import importlib
import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

from w2vpraat.cli import gui_command


@pytest.fixture
def no_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(sys, "platform", "linux")


@pytest.mark.usefixtures("no_screen")
def test_without_a_screen_it_says_what_to_do(w2v) -> None:
    said = w2v("gui")
    assert said.code == 2
    assert said.err.count("\n") == 1
    assert "there is no screen here" in said.err
    assert "w2vpraat run --help" in said.err


@pytest.mark.usefixtures("no_screen")
def test_a_screen_that_does_not_answer_is_named(w2v, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISPLAY", "localhost:4999.0")
    said = w2v("gui")
    assert said.code == 2
    assert "the screen localhost:4999.0 does not answer" in said.err


@pytest.mark.usefixtures("no_screen")
def test_a_missing_system_library_is_named_with_its_package(w2v, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.setattr(gui_command, "LIBRARIES", {"libnowhere.so.7": "sudo apt install libnowhere7"})
    said = w2v("gui")
    assert "Qt needs the system library libnowhere.so.7 (sudo apt install libnowhere7)" in said.err


@pytest.mark.usefixtures("no_screen")
@pytest.mark.parametrize("name", ["WAYLAND_DISPLAY", "QT_QPA_PLATFORM"])
def test_other_screens_are_left_to_qt(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, "offscreen")
    gui_command.check_display()


def test_without_pyside_it_says_how_to_install(w2v, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    said = w2v("gui")
    assert said.code == 2
    assert "PySide6, which is not installed" in said.err
    assert 'pip install "w2vpraat[gui]"' in said.err


@pytest.mark.parametrize(("module", "remedy"), [("PySide6.QtGui", "install it again"), ("libEGL", "libegl1")])
def test_a_window_that_can_not_be_loaded(
    w2v, monkeypatch: pytest.MonkeyPatch, module: str, remedy: str
) -> None:
    def broken(name: str) -> None:
        raise ImportError(f"no {module}", name=module)

    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    monkeypatch.setattr(
        gui_command, "importlib", type("I", (), {"util": importlib.util, "import_module": broken})
    )
    said = w2v("gui")
    assert said.code == 2
    assert f"no {module}" in said.err
    assert remedy in said.err


def test_a_wrong_path_is_told_before_anything_starts(w2v, tmp_path: Path) -> None:
    said = w2v("gui", tmp_path / "gone")
    assert said.code == 2
    assert "does not exist" in said.err


def test_the_window_gets_the_paths(w2v, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from w2vpraat_gui import app

    given: list[list[str]] = []
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    monkeypatch.setattr(app, "main", lambda arguments: given.append(list(arguments)) or 0)
    assert w2v("gui", tmp_path).code == 0
    assert given == [[str(tmp_path)]]


def test_a_process_without_a_screen_ends_in_order() -> None:
    """Qt itself would abort."""
    hidden = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    clean = {name: value for name, value in os.environ.items() if name not in hidden}
    done = subprocess.run(
        [sys.executable, "-m", "w2vpraat", "gui"], capture_output=True, text=True, env=clean, check=False
    )
    assert done.returncode == 2
    assert "there is no screen here" in done.stderr
