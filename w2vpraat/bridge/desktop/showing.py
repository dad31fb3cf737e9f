"""Show a recording in the window, from another program: in the one that is open, else in a new one."""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from os import PathLike
from pathlib import Path

from w2vpraat.bridge.desktop.detached import has_ended, start_detached
from w2vpraat.bridge.service.client import MAX_BYTES, Refused, State, ask, asked, read_state
from w2vpraat.errors import InputError

WINDOW, SHOW = "window", "show"
"""Name of the window's state file, and the verb that it knows."""
_LOOK = 0.05
_ROOM = 200  # bytes of a request beside its argument: token, verb, protocol


def show_in_window(
    audio: str | PathLike[str],
    textgrid: str | PathLike[str],
    tier: str = "",
    start: float = 0.0,
    end: float = 0.0,
    timeout: float = 60.0,
    environment: Mapping[str, str] | None = None,
) -> None:
    """Show a stretch of a recording in the window; open a window if none is open.

    Returns when it is shown. What the window has open stays open, with its unsaved edits.

    Parameters
    ----------
    audio, textgrid : path
        Files of the recording.
    tier : str
        Tier that is selected; empty, or not there: the one that was.
    start, end : float
        In seconds; equal for a cursor.
    timeout : float
        Longest wait, in seconds; a window takes some to come up.
    environment : mapping of str to str, optional
        Of a window that is opened, which may need another screen than this process; default: that of this
        process.

    Raises
    ------
    InputError
        If the files can't be shown (the window's own words), no window comes up, or it does not answer.
    """
    request = {
        "audio": os.path.abspath(audio),
        "textgrid": os.path.abspath(textgrid),
        "tier": tier,
        "start": float(start),
        "end": float(end),
    }
    argument = json.dumps(request, ensure_ascii=False)
    try:
        size = len(argument.encode("utf-8"))
    except UnicodeEncodeError:
        raise InputError("this path is not in UTF-8", "rename the file or its folder", file=audio) from None
    if size > MAX_BYTES - _ROOM:
        raise InputError("these paths are too long", "move the files to a folder nearer to the root")
    deadline = time.monotonic() + timeout
    state = listening_window() or _new_window(
        (os.path.abspath(audio), os.path.abspath(textgrid)), deadline, environment
    )
    try:
        left = max(1.0, deadline - time.monotonic())
        *_, (word, text) = ask(state, SHOW, argument, limit=left)
    except Refused as error:
        raise InputError(
            f"the window does not answer: {error}", "look at it: it may show a question"
        ) from error
    if word != "ok":
        raise InputError(text or "the window can't show it", "look at the window")


def listening_window() -> State | None:
    """Return where a window waits for requests; None if none does."""
    state = read_state(WINDOW)
    if state is None:
        return None
    try:
        asked(state, "ping")
    except Refused:
        return None
    return state


def start_window(
    paths: Sequence[str | PathLike[str]] = (), environment: Mapping[str, str] | None = None
) -> tuple[int, Path]:
    """Open a window of its own, which outlives this process.

    Parameters
    ----------
    paths : sequence of path
        What it opens.
    environment : mapping of str to str, optional
        Default: that of this process.

    Returns
    -------
    pid : int
    log : Path
        Takes what it says on the streams; it is the caller's to remove.

    Raises
    ------
    InputError
        If it can't be started.
    """
    handle, log = tempfile.mkstemp(prefix="w2vpraat-window-", suffix=".log")
    os.close(handle)
    command = [sys.executable, "-m", "w2vpraat", "gui", *(os.path.abspath(path) for path in paths)]
    return start_detached(command, Path(log), environment), Path(log)


def _new_window(paths: Sequence[str], deadline: float, environment: Mapping[str, str] | None) -> State:
    pid, log = start_window(paths, environment)
    try:
        while time.monotonic() < deadline:
            state = listening_window()
            if state is not None:
                return state
            if has_ended(pid):
                told = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
                raise InputError(
                    f"the window did not open: {told[-1] if told else 'it said nothing'}",
                    "try: w2vpraat gui",
                )
            time.sleep(_LOOK)
    finally:
        with suppress(OSError):  # Windows, where the window still writes to it
            log.unlink()
    raise InputError("the window did not come up in time", "start it yourself: w2vpraat gui")
