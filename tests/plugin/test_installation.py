"""The installed plugin in real Praats, before any worker runs: what they load, say and leave."""

from __future__ import annotations

import os
import shutil
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from praat_runs import PROGRAMS, PraatUser, quoted

from w2vpraat.bridge.plugin import plugin_content
from w2vpraat.bridge.plugin.installing import install_plugin, remove_plugin
from w2vpraat.bridge.plugin.plugin_content import plugin_source

pytestmark = pytest.mark.skipif(not PROGRAMS, reason="no program praat is installed")
each_praat = pytest.mark.parametrize("program", PROGRAMS)


@pytest.fixture
def user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[PraatUser]:
    """A user of whose plugin a test may break everything; no test here starts a worker."""
    made = PraatUser(tmp_path, tmp_path / "cache")
    for name, value in made.own_variables.items():
        monkeypatch.setenv(name, value)
    yield made
    assert made.workers() == []


def in_menus(user: PraatUser, program: str, title: str) -> bool:
    """Tell whether a command is in the menus, and leads to a script that is there."""
    ran = user.run(f"do ({quoted(title)})\n", program=program)
    assert ran.code != 0
    start = "/scripts/"
    if start not in ran.err:
        return False
    name = ran.err.partition(start)[2].partition('"')[0]
    assert (user.plugin / "scripts" / name).is_file()
    return True


@each_praat
def test_it_loads_without_a_word(user: PraatUser, program: str) -> None:
    assert user.run('writeInfoLine: "only this"\n', program=program).lines == ["only this"]
    assert in_menus(user, program, "Check installation")
    assert in_menus(user, program, "Stop background worker")
    remove_plugin(user.preferences)
    assert not in_menus(user, program, "Check installation")


@each_praat
def test_a_missing_launcher_is_one_readable_error(user: PraatUser, program: str) -> None:
    (user.plugin / "bin" / "w2v-job").unlink()
    ran = user.run('runScript: SCRIPTS + "/check_installation.praat"\n', program=program)
    assert ran.code != 0
    assert "could not be started" in ran.err
    assert "w2vpraat plugin install" in ran.err
    assert ran.out == ""
    install_plugin(user.preferences)
    assert user.run('runScript: SCRIPTS + "/stop_worker.praat"\n', program=program).lines


@each_praat
def test_nothing_is_left_in_the_home_folder(user: PraatUser, program: str) -> None:
    user.run('runScript: SCRIPTS + "/stop_worker.praat"\n', program=program)
    user.run('runScript: SCRIPTS + "/help.praat"\n', program=program)
    user.run('runScript: SCRIPTS + "/extract_segment_table.praat"\n', program=program)
    assert sorted(os.listdir(user.home)) == [user.preferences.name, "script.praat"]
    assert set(os.listdir(user.preferences)) <= {"plugin_w2vpraat", "prefs5", "pid", "message", "buttons5"}
    assert user.jobs == []


def test_the_folder_of_jobs_is_the_users_alone(user: PraatUser) -> None:
    assert stat.S_IMODE((user.plugin / "jobs").stat().st_mode) & 0o077 == 0


def test_a_reinstallation_reaches_both_folders_and_a_linked_one(user: PraatUser, tmp_path: Path) -> None:
    newer, real = user.home / ".config" / "praat", tmp_path / "real ʃ"
    newer.mkdir(parents=True)
    remove_plugin(user.preferences)
    real.mkdir()
    user.plugin.symlink_to(real)
    source = tmp_path / "older"
    shutil.copytree(plugin_source(), source, ignore=shutil.ignore_patterns("__pycache__"))
    (source / "setup.praat").write_text(
        'Add menu command: "Objects", "Praat", "Old", "", 0, "scripts/old.praat"\n'
    )
    (source / "scripts" / "old.praat").write_text("# old\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(plugin_content, "plugin_source", lambda: source)
        patch.setattr(plugin_content, "__version__", "0.0.9")
        for folder in (user.preferences, newer):
            install_plugin(folder)
    assert in_menus(user, PROGRAMS[0], "Old")
    for folder in (user.preferences, newer):
        assert install_plugin(folder).before == "0.0.9"
        assert not (folder / "plugin_w2vpraat" / "scripts" / "old.praat").exists()
    assert user.plugin.is_symlink()
    assert in_menus(user, PROGRAMS[0], "Check installation")
    assert not in_menus(user, PROGRAMS[0], "Old")
    assert user.run('writeInfoLine: "only this"\n').lines == ["only this"]


def test_a_command_that_runs_during_an_upgrade_ends_well(user: PraatUser) -> None:
    install = f"{sys.executable} -m w2vpraat plugin install --praat /bin/true"
    (user.plugin / "scripts" / "mine.praat").write_text(
        'createDirectory: "../jobs/abcdefgh1"\n'
        'writeFile: "../jobs/abcdefgh1/job.txt", "still here"\n'
        f'runSystem_nocheck: "echo >>../setup.praat; {install} >../jobs/abcdefgh1/said.txt 2>&1"\n'
        'writeInfoLine: readFile$ ("../jobs/abcdefgh1/job.txt")\n'
        'writeInfo: readFile$ ("../jobs/abcdefgh1/said.txt")\n'
        'runSystem: "../bin/w2v-job abcdefgh1 clean"\n',
        encoding="utf-8",
    )
    lines = user.run('runScript: SCRIPTS + "/mine.praat"\n').lines
    assert any("was put right" in line for line in lines)
    assert (user.plugin / "setup.praat.edited").exists()
    assert user.jobs == []
