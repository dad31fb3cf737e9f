"""Finding Praat and trying it: with the real one, and with programs that behave as no Praat here does."""

from __future__ import annotations

import os
import shutil
import stat
import time
from pathlib import Path

import pytest

from w2vpraat.bridge.plugin.child_process import ended
from w2vpraat.bridge.plugin.installing import install_plugin
from w2vpraat.bridge.plugin.praat_program import (
    check_praat,
    find_praats,
    praat_version,
    run_words,
    usual_places,
)
from w2vpraat.errors import InputError

PRAAT = shutil.which("praat") or shutil.which("praat_nogui")
needs_praat = pytest.mark.skipif(PRAAT is None, reason="no program praat is installed")


def program(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def like_praat(path: Path, version: str, run: str) -> Path:
    """Write a program that says a version, and does `run` with the words that it is called with."""
    return program(
        path, f'if [ "$1" = --version ]; then echo "Praat {version} (July 1 2026)"; exit 0; fi\n{run}'
    )


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home folder with Praat's preference folder in it."""
    made = tmp_path / 'hôme d\'Éva "ʃ"'
    (made / ".praat-dir").mkdir(parents=True)
    monkeypatch.setenv("HOME", str(made))
    return made


@needs_praat
def test_a_real_praat_loads_the_plugin_without_a_word(home: Path) -> None:
    assert PRAAT is not None
    before = check_praat(Path(PRAAT))
    assert (before.problem, before.complaint, before.lists_commands) == ("", "", False)
    install_plugin(home / ".praat-dir")
    after = check_praat(Path(PRAAT))
    assert (after.problem, after.complaint, after.lists_commands) == ("", "", True)
    assert praat_version(f"Praat {after.version}") == praat_version(
        ended([PRAAT, "--version"], seconds=20).out
    )


@needs_praat
def test_a_plugin_with_an_error_is_told_from_that_of_others(home: Path) -> None:
    assert PRAAT is not None
    plugin = install_plugin(home / ".praat-dir").plugin
    other = home / ".praat-dir" / "plugin_other"
    other.mkdir()
    (other / "setup.praat").write_text("no such command\n", encoding="utf-8")
    check = check_praat(Path(PRAAT))
    assert (check.problem, check.lists_commands) == ("", True)
    assert "plugin_other" in check.complaint
    with (plugin / "setup.praat").open("a", encoding="utf-8") as file:
        file.write("no such command either\n")
    assert "complains about the plugin" in check_praat(Path(PRAAT)).problem


@needs_praat
def test_a_linked_plugin_is_known_by_what_it_leads_to(home: Path, tmp_path: Path) -> None:
    assert PRAAT is not None
    (tmp_path / "real").mkdir()
    (home / ".praat-dir" / "plugin_w2vpraat").symlink_to(tmp_path / "real")
    plugin = install_plugin(home / ".praat-dir").plugin
    assert check_praat(Path(PRAAT), [plugin]).lists_commands is True
    (plugin / "setup.praat").write_text("no such command\n", encoding="utf-8")
    assert "complains about the plugin" in check_praat(Path(PRAAT), [plugin]).problem


@needs_praat
def test_praat_6_refuses_the_option_that_praat_7_needs(home: Path) -> None:
    assert PRAAT is not None
    refused = ended(run_words(Path(PRAAT), (7, 0, 2), home / "x.praat"), seconds=20)
    assert refused.code != 0
    assert "FULL-TRUST" in refused.out


def test_only_praat_7_is_told_to_trust(tmp_path: Path) -> None:
    said = 'echo "w2vpraat: 7002"; echo "$*" >"$0.words"'
    seven = like_praat(tmp_path / "seven", "7.0.02", said)
    check = check_praat(seven)
    assert (check.version, check.problem, check.lists_commands) == ("7.0.02", "", None)
    words = (tmp_path / "seven.words").read_text().split()
    assert words[:2] == ["--FULL-TRUST", "--run"]
    six = like_praat(tmp_path / "six", "6.4.38", said)
    assert check_praat(six).problem == ""
    assert (tmp_path / "six.words").read_text().split()[0] == "--run"


def test_a_praat_has_no_screen_and_nothing_to_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-0")
    seen = like_praat(
        tmp_path / "praat", "7.0.02", 'echo "w2vpraat: 7002"; (env; echo "read:$(cat)") >"$0.seen"'
    )
    assert check_praat(seen).problem == ""
    lines = (tmp_path / "praat.seen").read_text().splitlines()
    assert "read:" in lines
    assert not [line for line in lines if line.startswith(("DISPLAY=", "WAYLAND_DISPLAY="))]
    assert f"HOME={os.environ['HOME']}" in lines


@pytest.mark.parametrize(
    ("run", "told"),
    [
        ("exit 1", "code 1"),
        ("echo w2vpraat: 7002; echo more", "something else than the script"),
        ("exit 0", "something else than the script"),
        ("echo w2vpraat: 7002; echo bad: /x/plugin_w2vpraat/setup.praat >&2", "complains about the plugin"),
    ],
)
def test_what_a_praat_does_wrong_is_told(tmp_path: Path, run: str, told: str) -> None:
    assert told in check_praat(like_praat(tmp_path / "praat", "7.0.02", run)).problem


def test_a_praat_that_hangs_is_given_up_with_its_children(tmp_path: Path) -> None:
    hanging = like_praat(tmp_path / "praat", "7.0.02", 'sleep 600 & echo $! >"$0.child"; wait')
    began = time.monotonic()
    assert "given up after 0.5 s" in check_praat(hanging, seconds=0.5).problem
    assert time.monotonic() - began < 10
    child = Path(f"/proc/{(tmp_path / 'praat.child').read_text().strip()}/stat")
    assert not child.exists() or child.read_text().rpartition(")")[2].split()[0] in "ZX"


def test_a_program_that_is_no_praat_is_told(tmp_path: Path) -> None:
    assert (
        "does not say that it is a Praat, but: hello"
        in check_praat(program(tmp_path / "p", "echo hello")).problem
    )
    broken = tmp_path / "broken"
    broken.write_bytes(b"\0\1")
    broken.chmod(0o755)
    assert "can't be started" in check_praat(broken).problem


def test_versions_are_read() -> None:
    assert praat_version("Praat 6.3.07 (February 6 2023)") == (6, 3, 7)
    assert praat_version("Praat 7.0 (x)") == (7, 0)
    assert praat_version("something 6.3.07") == ()


def test_praat_is_found_on_the_path_and_at_home(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = like_praat(home / "tools" / "praat", "7.0.02", "")
    second = like_praat(home / "bin" / "praat", "7.0.02", "")
    (home / ".local" / "bin").mkdir(parents=True)
    (home / ".local" / "bin" / "praat").symlink_to(first)
    monkeypatch.setenv("PATH", str(home / "tools"))
    found = [one for one in find_praats() if home in one.parents]
    assert found == [first, second]
    assert find_praats("praat") == (first,)
    assert find_praats(str(second)) == (second,)
    with pytest.raises(InputError, match="no such program"):
        find_praats(str(home / "nowhere"))


def test_the_usual_places_of_three_systems() -> None:
    home = Path("/h")
    assert Path("/Applications/Praat.app/Contents/MacOS/Praat") in usual_places("darwin", {}, home)
    windows = usual_places("win32", {"ProgramFiles": "/pf", "ProgramFiles(x86)": "/pf"}, home)
    assert windows.count(Path("/pf/Praat.exe")) == 1
    assert Path("/h/Desktop/Praat.exe") in windows
    assert {Path("/usr/bin/praat"), Path("/h/bin/praat")} <= set(usual_places("linux", {}, home))


def test_text_of_praat_in_windows_is_read(tmp_path: Path) -> None:
    wide = program(tmp_path / "p", r"printf 'a\0\r\0\n\0'")
    assert ended([str(wide)], seconds=20).out == "a\n"
