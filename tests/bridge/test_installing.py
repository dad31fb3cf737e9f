"""Installing, upgrading and removing the plugin: whole or not at all, and nothing of the user's is lost."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from w2vpraat.bridge.plugin import installing, plugin_content
from w2vpraat.bridge.plugin.installing import install_plugin, remove_plugin
from w2vpraat.bridge.plugin.plugin_content import (
    plugin_source,
    read_manifest,
    source_files,
    with_scripts_folder,
)
from w2vpraat.bridge.plugin.plugin_status import known_folders, plugin_status
from w2vpraat.bridge.plugin.preference_folders import PreferenceFolder
from w2vpraat.bridge.service.client import job_folders, state_folder
from w2vpraat.bridge.service.locks import FileLock
from w2vpraat.errors import ExportError, InputError

Tree = dict[str, tuple[int, bytes, float]]


@pytest.fixture
def preferences(tmp_path: Path) -> Path:
    """A preference folder with settings and another plugin."""
    folder = tmp_path / 'hôme d\'Éva "ʃ"' / ".praat-dir"
    (folder / "plugin_other").mkdir(parents=True)
    (folder / "plugin_other" / "setup.praat").write_text("# theirs\n", encoding="utf-8")
    (folder / "prefs5").write_text("theirs\n", encoding="utf-8")
    return folder


@pytest.fixture
def older(tmp_path: Path) -> Iterator[Callable[[], None]]:
    """Make w2vpraat an older one, with a file more, a file less and others; calling it ends that."""
    source = tmp_path / "older"
    shutil.copytree(plugin_source(), source, ignore=shutil.ignore_patterns("__pycache__"))
    (source / "gone").mkdir()
    (source / "gone" / "gone.praat").write_text("# gone\n", encoding="utf-8")
    (source / "scripts" / "help.praat").unlink()
    (source / "scripts" / "bridge.inc").write_text("# old\n", encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(plugin_content, "plugin_source", lambda: source)
        patch.setattr(plugin_content, "__version__", "0.0.9")
        yield patch.undo


def tree(folder: Path) -> Tree:
    return {
        path.relative_to(folder).as_posix(): (path.stat().st_mode, path.read_bytes(), path.stat().st_mtime_ns)
        for path in folder.rglob("*")
        if path.is_file()
    }


def problems(preferences: Path) -> list[str]:
    return [one.what for one in plugin_status(PreferenceFolder(preferences)).problems]


def test_an_installation_writes_all_files_privately_and_nothing_else(preferences: Path) -> None:
    before = tree(preferences)
    done = install_plugin(preferences)
    plugin = preferences / "plugin_w2vpraat"
    assert (done.plugin, done.changed, done.before) == (plugin, True, "")
    after = tree(preferences)
    assert {name: after.pop(name) for name in before} == before
    made = {name.removeprefix("plugin_w2vpraat/") for name in after}
    assert made == {*source_files(), "bin/w2v-job", "installed.txt"}
    assert not [name for name in made if name.endswith((".py", ".pyc"))]
    assert stat.S_IMODE((plugin / "jobs").stat().st_mode) == 0o700
    assert stat.S_IMODE((plugin / "bin" / "w2v-job").stat().st_mode) == 0o755
    assert sorted(os.listdir(preferences)) == ["plugin_other", "plugin_w2vpraat", "prefs5"]
    assert job_folders() == [str(plugin / "jobs")]
    listed = Path(state_folder()) / "job_folders.txt"
    assert stat.S_IMODE(listed.stat().st_mode) == 0o600
    assert problems(preferences) == []


def test_procedures_know_where_the_scripts_are(preferences: Path) -> None:
    install_plugin(preferences)
    raw = (preferences / "plugin_w2vpraat" / "scripts" / "procedures.praat").read_bytes()
    folder = str(preferences / "plugin_w2vpraat" / "scripts").replace('"', '""')
    assert raw[:2] in (b"\xfe\xff", b"\xff\xfe")  # the path has accents
    assert f'\tw2vScripts$ = "{folder}"\n' in raw.decode("utf-16")
    with pytest.raises(InputError, match="one line"):
        with_scripts_folder(b"no such line\n", "/x")


def test_a_second_installation_changes_nothing(preferences: Path) -> None:
    install_plugin(preferences)
    before = tree(preferences)
    assert not install_plugin(preferences).changed
    assert tree(preferences) == before


@pytest.mark.parametrize(
    ("harm", "told"),
    [
        (lambda plugin: (plugin / "setup.praat").unlink(), "missing: setup.praat"),
        (lambda plugin: (plugin / "bin" / "w2v-job").unlink(), "missing: bin/w2v-job"),
        (lambda plugin: (plugin / "bin" / "w2v-job").chmod(0o644), "launcher does not work"),
        (lambda plugin: (plugin / "jobs").chmod(0o755), "can be read by others"),
        (lambda plugin: (plugin / "jobs").rmdir(), "folder of jobs is missing"),
        (lambda plugin: (Path(state_folder()) / "job_folders.txt").unlink(), "does not know its folder"),
    ],
)
def test_what_is_broken_is_told_and_put_right(preferences: Path, harm: object, told: str) -> None:
    plugin = install_plugin(preferences).plugin
    assert callable(harm)
    harm(plugin)
    assert any(told in one for one in problems(preferences))
    assert install_plugin(preferences).changed
    assert problems(preferences) == []


def test_a_python_that_has_moved_is_told(preferences: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.executable", "/usr/lib/nowhere/python3")
    install_plugin(preferences)
    assert "its Python is no longer there: /usr/lib/nowhere/python3" in problems(preferences)
    monkeypatch.undo()
    # It is another Python's now, whether that is there or not.
    assert any("interpreter /usr/lib/nowhere/python3, here " in one for one in problems(preferences))


def test_two_names_of_one_python_are_the_same(
    preferences: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("python", "python3"):
        (tmp_path / name).symlink_to("/bin/sh")
    monkeypatch.setattr("sys.executable", str(tmp_path / "python"))
    install_plugin(preferences)
    monkeypatch.setattr("sys.executable", str(tmp_path / "python3"))
    assert not install_plugin(preferences).changed


def test_an_upgrade_leaves_nothing_stale_and_keeps_jobs(preferences: Path, older: Callable[[], None]) -> None:
    plugin = install_plugin(preferences).plugin
    assert (plugin / "gone" / "gone.praat").exists()
    (plugin / "jobs" / "abcdefgh1").mkdir()
    (plugin / "jobs" / "abcdefgh1" / "job.txt").write_text("running\n", encoding="utf-8")
    stands = (plugin / "scripts").stat().st_ino
    older()
    assert "it is of version 0.0.9, this program of 0.1.0" in problems(preferences)
    done = install_plugin(preferences)
    assert (done.changed, done.before, done.kept, done.edited) == (True, "0.0.9", (), ())
    assert not (plugin / "gone").exists()
    made = {path.relative_to(plugin).as_posix() for path in plugin.rglob("*") if path.is_file()}
    assert made == {
        *source_files(),
        "bin/w2v-job",
        "installed.txt",
        "jobs/abcdefgh1/job.txt",
        "jobs/bridge.log",
    }
    assert (plugin / "scripts" / "bridge.inc").read_bytes() == source_files()["scripts/bridge.inc"]
    # A command that runs stands in this folder.
    assert (plugin / "scripts").stat().st_ino == stands
    assert sorted(os.listdir(preferences)) == ["plugin_other", "plugin_w2vpraat", "prefs5"]


def test_files_of_the_user_are_kept_and_told(preferences: Path, older: Callable[[], None]) -> None:
    plugin = install_plugin(preferences).plugin
    for name, text in {
        "scripts/mine.praat": "# mine",
        "scripts/bridge.inc": "# edited",
        "gone/gone.praat": "# edited too",
        "scripts/help.praat": "# my own help",
    }.items():
        (plugin / name).write_text(text, encoding="utf-8")
    older()
    done = install_plugin(preferences)
    assert done.kept == ("scripts/mine.praat",)
    assert set(done.edited) == {
        "gone/gone.praat.edited",
        "scripts/bridge.inc.edited",
        "scripts/help.praat.edited",
    }
    assert (plugin / "scripts/mine.praat").read_text() == "# mine"
    assert (plugin / "scripts/bridge.inc.edited").read_text() == "# edited"
    assert (plugin / "gone/gone.praat.edited").read_text() == "# edited too"
    assert (plugin / "scripts/help.praat.edited").read_text() == "# my own help"
    assert problems(preferences) == []
    again = install_plugin(preferences)
    assert not again.changed
    assert set(again.kept) == {*done.kept, *done.edited}

    gone = remove_plugin(preferences)
    assert gone is not None
    assert gone.aside is not None
    assert set(gone.kept) == set(again.kept)
    assert (gone.aside / "scripts/mine.praat").read_text() == "# mine"
    assert not os.path.lexists(plugin)


def test_a_link_stays_a_link(preferences: Path, tmp_path: Path, older: Callable[[], None]) -> None:
    real = tmp_path / "elsewhere" / "my plugin"
    real.mkdir(parents=True)
    plugin = preferences / "plugin_w2vpraat"
    plugin.symlink_to(real)
    install_plugin(preferences)
    older()
    done = install_plugin(preferences)
    assert done.before == "0.0.9"
    assert plugin.is_symlink()
    assert (real / "setup.praat").read_bytes() == source_files()["setup.praat"]
    assert not (real / "gone").exists()
    assert os.listdir(real.parent) == ["my plugin"]
    assert problems(preferences) == []
    remove_plugin(preferences)
    assert not os.path.lexists(plugin)
    assert not real.exists()


def test_a_plugin_that_is_not_ours_stays_and_is_moved_only_when_forced(preferences: Path) -> None:
    plugin = preferences / "plugin_w2vpraat"
    plugin.mkdir()
    (plugin / "setup.praat").write_text("# somebody's\n", encoding="utf-8")
    before = tree(preferences)
    for act in (install_plugin, remove_plugin):
        with pytest.raises(InputError, match="not put there") as caught:
            act(preferences)
        assert "--force" in caught.value.hint
        assert tree(preferences) == before
    assert "not put there" in problems(preferences)[0]
    done = install_plugin(preferences, force=True)
    assert done.aside is not None
    assert done.aside.name == "kept_plugin_w2vpraat"
    assert (done.aside / "setup.praat").read_text() == "# somebody's\n"
    assert problems(preferences) == []


def test_a_link_to_something_else_is_moved_itself(preferences: Path, tmp_path: Path) -> None:
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    (theirs / "thesis.txt").write_text("years of work", encoding="utf-8")
    plugin = preferences / "plugin_w2vpraat"
    plugin.symlink_to(theirs)
    with pytest.raises(InputError):
        install_plugin(preferences)
    install_plugin(preferences, force=True)
    assert os.listdir(theirs) == ["thesis.txt"]
    assert not plugin.is_symlink()
    assert problems(preferences) == []


class _Stop(BaseException):
    """The end of a process, in the middle of something."""


def _stopping(patch: pytest.MonkeyPatch, after: int) -> None:
    """Let files be put in place so often, then stop."""
    real, count = os.replace, [0]

    def replace(source: Path, target: Path) -> None:
        placed = ".plugin_w2vpraat.new" in str(source) and ".plugin_w2vpraat.new" not in str(target)
        if placed or str(target).endswith(".edited"):
            count[0] += 1
            if count[0] > after:
                raise _Stop
        real(source, target)

    patch.setattr(os, "replace", replace)


@pytest.mark.parametrize("killed", [False, True])
@pytest.mark.parametrize("after", [0, 2, 3, 4])
def test_an_upgrade_that_is_cut_off_leaves_the_old_one(
    preferences: Path, older: Callable[[], None], after: int, killed: bool
) -> None:
    plugin = install_plugin(preferences).plugin
    (plugin / "setup.praat").write_text("# edited\n", encoding="utf-8")
    before = {name: one[:2] for name, one in tree(preferences).items()}
    older()
    with pytest.MonkeyPatch.context() as patch:
        _stopping(patch, after)
        if killed:  # nobody is left to take it back
            patch.setattr(installing, "_put_right", lambda real: None)
        with pytest.raises(_Stop):
            install_plugin(preferences)
    if not killed:
        assert {name: one[:2] for name, one in tree(preferences).items()} == before
    done = install_plugin(preferences)
    assert (done.before, done.edited) == ("0.0.9", ("setup.praat.edited",))
    assert (plugin / "setup.praat.edited").read_text() == "# edited\n"
    assert not (plugin / "gone").exists()
    assert problems(preferences) == []
    assert sorted(os.listdir(preferences)) == ["plugin_other", "plugin_w2vpraat", "prefs5"]


@pytest.mark.parametrize("killed", [False, True])
def test_a_first_installation_that_is_cut_off_leaves_nothing(preferences: Path, killed: bool) -> None:
    before = tree(preferences)
    with pytest.MonkeyPatch.context() as patch:
        _stopping(patch, 5)
        if killed:
            patch.setattr(installing, "_put_right", lambda real: None)
        with pytest.raises(_Stop):
            install_plugin(preferences)
    if killed:
        assert (preferences / "plugin_w2vpraat").exists()
        assert remove_plugin(preferences) is None
    assert tree(preferences) == before
    assert sorted(os.listdir(preferences)) == ["plugin_other", "prefs5"]


def test_a_folder_in_the_way_is_an_error_and_the_old_one_is_still_there(
    preferences: Path, older: Callable[[], None]
) -> None:
    plugin = install_plugin(preferences).plugin
    (plugin / "scripts" / "help.praat").mkdir()  # where the new one has a file
    (plugin / "scripts" / "help.praat" / "x").write_text("mine", encoding="utf-8")
    before = {name: one[:2] for name, one in tree(preferences).items()}
    older()
    with pytest.raises(ExportError, match="can't be changed"):
        install_plugin(preferences)
    assert {name: one[:2] for name, one in tree(preferences).items()} == before
    manifest = read_manifest(plugin)
    assert manifest is not None
    assert manifest.version == "0.0.9"


def test_a_preference_folder_that_is_a_file_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(ExportError):
        install_plugin(tmp_path / "file")


def test_two_installations_at_once_are_refused(preferences: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(installing, "LOCK_SECONDS", 0.05)
    os.makedirs(state_folder())
    with FileLock("plugin"), pytest.raises(InputError, match="another installation"):
        install_plugin(preferences)


def test_remove_takes_ours_only(preferences: Path) -> None:
    before = tree(preferences)
    install_plugin(preferences)
    gone = remove_plugin(preferences)
    assert gone is not None
    assert gone.aside is None
    assert tree(preferences) == before
    assert job_folders() == []
    assert remove_plugin(preferences) is None


def test_a_folder_that_the_user_named_is_found_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    install_plugin(tmp_path / "named")
    assert [one.path for one in known_folders()] == [tmp_path / "named"]
    remove_plugin(tmp_path / "named")
    assert known_folders() == ()


def test_litter_of_the_system_is_nobodys_file(preferences: Path) -> None:
    plugin = install_plugin(preferences).plugin
    (plugin / ".DS_Store").write_bytes(b"x")
    gone = remove_plugin(preferences)
    assert gone is not None
    assert gone.aside is None
