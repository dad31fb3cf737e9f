"""Putting the plugin into a preference folder of Praat, and taking it out again: whole or not at all.

A whole new plugin is built beside the old one, the old files are saved there too, and only then the files
change places, one by one. The folders themselves stay: a command of Praat that runs stands in one of them,
and its job lies in another. If anything fails, the old files come back; what an exchange that was cut off
has left is put right by the next one.
"""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from w2vpraat.bridge.plugin.launcher import JOBS
from w2vpraat.bridge.plugin.plugin_content import (
    MANIFEST,
    Content,
    digest_of,
    entries,
    planned_content,
    read_manifest,
)
from w2vpraat.bridge.plugin.preference_folders import PLUGIN
from w2vpraat.bridge.service.client import Late, job_folders, state_folder
from w2vpraat.bridge.service.job_folders import forget_jobs, register_jobs
from w2vpraat.bridge.service.locks import FileLock
from w2vpraat.errors import ExportError, InputError
from w2vpraat.writing import write_whole

PRIVATE, PROGRAM, FILE = 0o700, 0o755, 0o644
LOCK_SECONDS = 10.0
_WHOLE = "whole"
"""Mark of a copy of the old files that is complete."""


@dataclass(frozen=True)
class Installed:
    """What an installation did in one preference folder.

    Parameters
    ----------
    preferences : Path
        The preference folder.
    plugin : Path
        The plugin's folder in it.
    changed : bool
        False if everything was there already.
    before : str
        The version that was there; empty if there was none.
    kept : tuple of str
        The user's own files in the plugin's folder, which are still there.
    edited : tuple of str
        Copies of our files that the user had changed; the files themselves are ours again.
    aside : Path or None
        Where a folder of this name that is not ours was moved to.
    """

    preferences: Path
    plugin: Path
    changed: bool = True
    before: str = ""
    kept: tuple[str, ...] = ()
    edited: tuple[str, ...] = ()
    aside: Path | None = None


@dataclass(frozen=True)
class Removed:
    """What a removal did in one preference folder.

    Parameters
    ----------
    preferences : Path
        The preference folder.
    plugin : Path
        The plugin's folder that was in it.
    aside : Path or None
        Where the user's own files, or a folder that is not ours, were moved to.
    kept : tuple of str
        These files.
    """

    preferences: Path
    plugin: Path
    aside: Path | None = None
    kept: tuple[str, ...] = ()


def install_plugin(preferences: str | os.PathLike[str], force: bool = False) -> Installed:
    """Put the plugin into a preference folder, or bring the one that is there up to date.

    Parameters
    ----------
    preferences : path
        The preference folder; made if there is none.
    force : bool
        Move a folder ``plugin_w2vpraat`` that is not ours aside, instead of refusing.

    Returns
    -------
    Installed

    Raises
    ------
    InputError
        If there is a plugin of this name that is not ours, a path can't be used, or another installation
        is running.
    ExportError
        If it can't be written. What was there before is still there then.
    """
    folder = Path(os.path.abspath(preferences))
    plugin = folder / PLUGIN
    real = Path(os.path.realpath(plugin))
    content = planned_content(folder, real)
    with _alone(), _writing(plugin):
        _put_right(real)
        aside = _without_foreign(plugin, real, force)
        if aside is not None and real != plugin:  # a link that led elsewhere
            real = Path(os.path.realpath(plugin))
            content = planned_content(folder, real)
        old = read_manifest(real)
        before = old.version if old else ""
        if not aside and is_whole(real, content):
            return Installed(folder, plugin, changed=False, before=before, kept=users_files(real, content))
        new, saved = _beside(real, "new"), _beside(real, "old")
        try:
            _write(new, content)
            _save(real, saved, content)
            edited = _exchange(new, real, saved, content)
        except BaseException:
            _put_right(real)
            raise
        (saved / _WHOLE).unlink()
        _put_right(real)
        register_jobs(str(real / JOBS))
        kept = tuple(name for name in users_files(real) if name not in edited)
    return Installed(folder, plugin, True, before, kept, edited, aside)


def remove_plugin(preferences: str | os.PathLike[str], force: bool = False) -> Removed | None:
    """Take the plugin out of a preference folder.

    Parameters
    ----------
    preferences : path
        The preference folder.
    force : bool
        Move a folder ``plugin_w2vpraat`` that is not ours aside, instead of refusing.

    Returns
    -------
    Removed or None
        None if there was nothing to remove.

    Raises
    ------
    InputError
        If there is a plugin of this name that is not ours, or an installation is running.
    ExportError
        If it can't be removed.
    """
    folder = Path(os.path.abspath(preferences))
    plugin = folder / PLUGIN
    real = Path(os.path.realpath(plugin))
    with _alone(), _writing(plugin):
        _put_right(real)
        if not os.path.lexists(plugin):
            forget_jobs(str(real / JOBS))
            return None
        aside = _without_foreign(plugin, real, force)
        kept: tuple[str, ...] = ()
        if aside is None and real.is_dir():
            kept = users_files(real)
            if kept:
                aside = _free(folder / "kept_from_plugin_w2vpraat")
                for name in kept:
                    _move(real / name, aside / name)
            # Renamed first: no Praat that starts now finds half of it.
            gone = _beside(real, "gone")
            os.rename(real, gone)
            shutil.rmtree(gone)
        if plugin.is_symlink():
            plugin.unlink()
        forget_jobs(str(real / JOBS))
    return Removed(folder, plugin, aside, kept)


def is_whole(real: Path, content: Content) -> bool:
    """Tell whether a plugin's folder holds exactly what an installation would write, and can be used."""
    jobs = real / JOBS
    try:
        return (
            read_manifest(real) == content.manifest
            and all(digest_of(real / name) == digest for name, digest in content.manifest.files.items())
            and os.access(real / content.launcher, os.X_OK)
            and jobs.is_dir()
            and is_private(jobs)
            and str(jobs) in job_folders()
        )
    except OSError:
        return False


def is_private(folder: Path) -> bool:
    """Tell whether a folder is the user's alone; Windows has other means, so there always."""
    return os.name != "posix" or stat.S_IMODE(folder.stat().st_mode) & 0o077 == 0


def users_files(real: Path, content: Content | None = None) -> tuple[str, ...]:
    """Return what in a plugin's folder is not ours: files of the user, and ours that the user has changed.

    Parameters
    ----------
    real : Path
        The plugin's folder.
    content : Content, optional
        Files that are ours as well.
    """
    manifest = read_manifest(real)
    listed = dict(manifest.files) if manifest else {}
    ours = content.manifest.files if content else {}
    return tuple(
        name
        for name in entries(real)
        if (name not in listed or digest_of(real / name) != listed[name])
        and (name not in ours or digest_of(real / name) != ours[name])
    )


@contextmanager
def _alone() -> Iterator[None]:
    """Keep other installations out."""
    os.makedirs(state_folder(), mode=PRIVATE, exist_ok=True)
    try:
        with FileLock("plugin", LOCK_SECONDS):
            yield
    except Late:
        raise InputError("another installation is running", "wait for its end and try again") from None


@contextmanager
def _writing(plugin: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise ExportError(
            f"can't be changed: {reason}",
            "see whether you may write there and the disk is not full; close Praat, then try again",
            file=error.filename or plugin,
        ) from error


def _without_foreign(plugin: Path, real: Path, force: bool) -> Path | None:
    """Refuse a folder that is not ours, or move it aside; return where to."""
    if read_manifest(real) is not None or not real.exists():
        return None
    if real.is_dir() and not any(real.iterdir()):
        return None
    if not force:
        raise InputError(
            "this was not put there by w2vpraat plugin install, so it stays as it is",
            "move it away, or say --force: then it is moved, not deleted",
            file=plugin,
        )
    aside = _free(plugin.with_name("kept_" + PLUGIN))
    # A link is moved itself: what it leads to may be anybody's.
    os.rename(plugin, aside)
    return aside


def _put_right(real: Path) -> None:
    """Take an exchange back that failed or was cut off, and remove what is left of one that was not."""
    saved = _beside(real, "old")
    if (saved / _WHOLE).exists():
        before = read_manifest(saved)
        names = set(before.files) if before else set()
        attempted = read_manifest(_beside(real, "new")) or read_manifest(real)
        for name in set(attempted.files) - names if attempted else ():
            if not os.path.lexists(saved / name):
                (real / name).unlink(missing_ok=True)
        for name in [one for one in entries(saved) if one != _WHOLE]:
            _replace(saved / name, real / name)
        if before is not None:
            _replace(saved / MANIFEST, real / MANIFEST)
        elif real.is_dir():
            (real / MANIFEST).unlink(missing_ok=True)
            with suppress(OSError):
                (real / JOBS).rmdir()
            _remove_empty(real)
        (saved / _WHOLE).unlink()
    for useless in (saved, _beside(real, "new"), _beside(real, "gone")):
        if useless.is_dir():
            shutil.rmtree(useless)


def _beside(real: Path, word: str) -> Path:
    # Praat takes folders for plugins whose names begin with plugin_: not these.
    return real.with_name(f".{real.name}.{word}")


def _free(path: Path) -> Path:
    number, found = 1, path
    while os.path.lexists(found):
        number += 1
        found = path.with_name(f"{path.name}_{number}")
    return found


def _write(new: Path, content: Content) -> None:
    for name, raw in {**content.files, MANIFEST: content.manifest.as_bytes()}.items():
        path = write_whole(raw, new / name)
        path.chmod(_mode(name, content))


def _mode(name: str, content: Content) -> int:
    return PROGRAM if name == content.launcher else FILE


def _save(real: Path, saved: Path, content: Content) -> None:
    """Copy everything that the exchange may touch."""
    old = read_manifest(real)
    saved.mkdir()
    for name in {*content.files, *(old.files if old else ()), MANIFEST}:
        if os.path.lexists(real / name):
            (saved / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(real / name, saved / name, follow_symlinks=False)
    (saved / _WHOLE).touch()


def _exchange(new: Path, real: Path, saved: Path, content: Content) -> tuple[str, ...]:
    """Put the new files where they belong, and take away those that are stale.

    Returns
    -------
    tuple of str
        Copies of files that the user had changed, or had put where now one of ours is.
    """
    old = read_manifest(real)
    listed = dict(old.files) if old else {}
    theirs = []
    for name in sorted({*listed, *content.files}):
        path = real / name
        digest = digest_of(path)
        if digest == content.manifest.files.get(name):
            path.chmod(_mode(name, content))
            continue
        if os.path.lexists(path) and digest != listed.get(name):
            theirs.append(name)
        if name in content.files:
            _replace(new / name, path)
        else:
            path.unlink(missing_ok=True)
    jobs = real / JOBS
    jobs.mkdir(exist_ok=True)
    jobs.chmod(PRIVATE)
    _replace(new / MANIFEST, real / MANIFEST)
    copies = []
    for name in theirs:
        copy = _free((real / name).with_name(f"{Path(name).name}.edited"))
        _replace(saved / name, copy)
        copies.append(copy.relative_to(real).as_posix())
    _remove_empty(real)
    return tuple(copies)


def _replace(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    os.replace(source, target)


def _remove_empty(real: Path) -> None:
    """Remove folders with nothing in them, but that of the jobs."""
    for place, _, _ in os.walk(real, topdown=False):
        path = Path(place)
        if JOBS not in path.relative_to(real).parts[:1] and not any(path.iterdir()):
            path.rmdir()


def _move(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.move(source, target)
