"""Show a recording of Praat in the window: the one that is open, else a new one."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

from w2vpraat.bridge.desktop import showing
from w2vpraat.bridge.desktop.recording_files import recording_files
from w2vpraat.bridge.job import Answer, Job
from w2vpraat.bridge.warm import Warm
from w2vpraat.corpus.textgrid import read_textgrid
from w2vpraat.errors import InputError
from w2vpraat.events import Progress

SCREEN = ("DISPLAY", "WAYLAND_DISPLAY", "XAUTHORITY", "XDG_RUNTIME_DIR")
"""What tells a program where the screen is: the worker may have been started without one, or on another."""


def show_in_window(job: Job, warm: Warm) -> Iterator[Progress | Answer]:
    """Show a Sound and its TextGrid in the window, at ``from`` to ``to``.

    Parameters
    ----------
    job : Job
        See `recording_files`; ``from`` and ``to`` in seconds and ``tier`` as a number, each may be empty; the
        screen of the user's Praat in ``display`` and so on (`SCREEN`, in small letters).
    warm : Warm
        Not used.

    Yields
    ------
    Progress, then Answer

    Raises
    ------
    InputError
        If no files hold the objects, there is no screen, or the window does not come or refuses.
    """
    name = job.text("sound_name_1")
    yield Progress("files", 0, 1, name)
    files = recording_files(job)
    start = job.number("from", 0.0)
    environment = None if showing.listening_window() else screen_of(job)
    showing.show_in_window(
        files.audio,
        files.grid,
        tier=_tier_name(files.grid, job),
        start=start,
        end=job.number("to", start),
        environment=environment,
    )
    message = f'"{files.audio.name}" is shown in w2vpraat'
    if files.copied:
        message += f"\nCopies of the objects:\n{files.audio}\n{files.grid}"
    yield Progress("files", 1, 1, name)
    yield Answer(message=message)


def screen_of(job: Job) -> dict[str, str]:
    """Return the environment of a program that is to appear where the user's Praat is.

    Parameters
    ----------
    job : Job
        If it says nothing of a screen, the screen of this process is taken.

    Raises
    ------
    InputError
        If there is none.
    """
    environment = dict(os.environ)
    if any(name.lower() in job.values for name in SCREEN):
        for name in SCREEN:
            environment.pop(name, None)
        environment.update({name: job.text(name.lower()) for name in SCREEN if job.text(name.lower())})
    known = any(environment.get(name) for name in (*SCREEN[:2], "QT_QPA_PLATFORM"))
    if sys.platform == "linux" and not known:
        raise InputError(
            "the window needs a screen, and there is none here (neither DISPLAY nor WAYLAND_DISPLAY is set)",
            "start Praat on the desktop, or over ssh -X",
        )
    return environment


def _tier_name(grid: Path, job: Job) -> str:
    """Return the name of the tier that is given by number; nothing if another has the same."""
    number = int(job.number("tier", 0.0))
    if number < 1:
        return ""
    names = read_textgrid(grid).tier_names
    if number > len(names) or names.count(names[number - 1]) > 1:
        return ""
    return names[number - 1]
