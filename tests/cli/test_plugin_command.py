"""``w2vpraat plugin``, as a newcomer meets it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from w2vpraat.bridge.plugin import praat_program

W2V = Callable[..., object]
has_praat = pytest.mark.skipif(not shutil.which("praat"), reason="no program praat is installed")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An awkward home folder in which Praat was never started."""
    made = tmp_path / 'hôme d\'Éva "ʃ"'
    made.mkdir()
    monkeypatch.setenv("HOME", str(made))
    return made


@pytest.fixture
def without_praat(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A computer without Praat: quick, and a case of its own."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(praat_program, "usual_places", lambda: ())


@has_praat
def test_a_newcomer_installs_looks_and_removes(home: Path, w2v: W2V) -> None:
    plugin = home / ".praat-dir" / "plugin_w2vpraat"
    said = w2v("plugin", "status")
    assert (said.code, said.err) == (1, "")
    assert "not installed: w2vpraat plugin install" in said.out

    said = w2v("plugin", "install")
    assert (said.code, said.err) == (0, "")
    assert f"{plugin}: version 0.1.0 is installed" in said.out
    assert "launcher    works" in said.out
    assert "loads the plugin without a word" in said.out
    assert "the button is called w2vpraat" in said.out

    said = w2v("plugin", "install")
    assert said.code == 0
    assert "is there already, nothing was changed" in said.out

    said = w2v("plugin", "status")
    assert said.code == 0
    assert "version 0.1.0, all right" in said.out
    assert "does not run; the first command in Praat starts it" in said.out

    said = w2v("plugin", "remove")
    assert (said.code, said.err) == (0, "")
    assert f"{plugin} is removed" in said.out
    assert not plugin.exists()
    assert "nothing to remove" in w2v("plugin", "remove").out


@has_praat
def test_a_praat_that_reads_another_folder_is_told(home: Path, tmp_path: Path, w2v: W2V) -> None:
    (home / ".praat-dir").mkdir()
    said = w2v("plugin", "install", "--folder", tmp_path / "other")
    assert said.code == 0  # the user's own choice
    assert "it reads another folder" in said.out
    assert (tmp_path / "other" / "plugin_w2vpraat" / "setup.praat").exists()
    said = w2v("plugin", "status")
    assert said.code == 1
    assert "not installed" in said.out
    assert str(tmp_path / "other" / "plugin_w2vpraat") in said.out


@pytest.mark.usefixtures("without_praat")
def test_without_a_praat_it_says_that_it_was_not_tried(home: Path, w2v: W2V) -> None:
    said = w2v("plugin", "install")
    assert said.code == 0
    assert "not found on this computer, so the plugin was not tried" in said.out
    assert (home / ".praat-dir" / "plugin_w2vpraat" / "setup.praat").exists()


@pytest.mark.usefixtures("without_praat")
def test_every_folder_that_is_there_gets_it(home: Path, w2v: W2V) -> None:
    folders = [home / ".praat-dir", home / ".config" / "praat", Path(os.environ["XDG_CONFIG_HOME"]) / "praat"]
    for one in folders:
        one.mkdir(parents=True)
    assert w2v("plugin", "install").code == 0
    assert all((one / "plugin_w2vpraat" / "setup.praat").exists() for one in folders)
    assert w2v("plugin", "status").out.count("all right") == 3
    assert w2v("plugin", "remove").out.count("is removed") == 3
    assert [list(one.iterdir()) for one in folders] == [[], [], []]


@pytest.mark.usefixtures("without_praat")
def test_a_plugin_of_somebody_else_is_an_error_and_the_others_are_done(home: Path, w2v: W2V) -> None:
    theirs = home / ".praat-dir" / "plugin_w2vpraat"
    theirs.mkdir(parents=True)
    (theirs / "setup.praat").write_text("# theirs\n", encoding="utf-8")
    said = w2v("plugin", "install")
    assert said.code == 2
    assert f"{theirs}: this was not put there" in said.err
    assert "--force" in said.err

    newer = home / ".config" / "praat"
    newer.mkdir(parents=True)
    said = w2v("plugin", "install")
    assert said.code == 1
    assert f"{theirs}: this was not put there" in said.err
    assert "Not all is right yet" in said.out
    assert (newer / "plugin_w2vpraat" / "setup.praat").exists()
    assert (theirs / "setup.praat").read_text() == "# theirs\n"

    said = w2v("plugin", "install", "--force")
    assert said.code == 0
    assert "what was there is now in" in said.out


@pytest.mark.usefixtures("without_praat")
def test_what_the_user_changed_is_told(home: Path, w2v: W2V) -> None:
    w2v("plugin", "install")
    plugin = home / ".praat-dir" / "plugin_w2vpraat"
    (plugin / "setup.praat").write_text("# edited\n", encoding="utf-8")
    (plugin / "mine.txt").write_text("mine", encoding="utf-8")
    said = w2v("plugin", "status")
    assert said.code == 1
    assert "changed since: setup.praat: w2vpraat plugin install" in said.out
    assert "your own files in it: mine.txt" in said.out
    said = w2v("plugin", "install")
    assert said.code == 0
    assert "was put right" in said.out
    assert "files that you had changed are kept as setup.praat.edited" in said.out
    said = w2v("plugin", "remove")
    assert "kept_from_plugin_w2vpraat: mine.txt, setup.praat.edited" in said.out


def test_a_praat_that_is_none_is_told(home: Path, w2v: W2V) -> None:
    said = w2v("plugin", "install", "--praat", "/bin/true")
    assert said.code == 1
    assert "does not say that it is a Praat" in said.out
    said = w2v("plugin", "install", "--praat", "/no/praat")
    assert said.code == 2
    assert "there is no such program" in said.err


def test_a_praat_that_hangs_is_given_up(home: Path, w2v: W2V, monkeypatch: pytest.MonkeyPatch) -> None:
    hanging = home / "praat"
    hanging.write_text(
        '#!/bin/sh\nif [ "$1" = --version ]; then echo "Praat 6.4.38 (x)"; else sleep 600; fi\n', "utf-8"
    )
    hanging.chmod(0o755)
    monkeypatch.setattr(praat_program, "SECONDS", 0.5)
    said = w2v("plugin", "install", "--praat", hanging)
    assert said.code == 1
    assert "it was given up after 0.5 s" in said.out
