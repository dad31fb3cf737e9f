"""``w2vpraat gui``."""

from __future__ import annotations

import ctypes
import importlib
import importlib.util
import os
import sys
from pathlib import Path

import click

from w2vpraat.errors import InputError

INSTALL = 'pip install "w2vpraat[gui]"'
LIBRARIES = {
    "libxcb.so.1": "Debian, Ubuntu: sudo apt install libxcb1; Fedora: sudo dnf install libxcb",
    "libxcb-cursor.so.0": "Debian, Ubuntu: sudo apt install libxcb-cursor0; Fedora: sudo dnf install "
    "xcb-util-cursor",
}
"""What Qt needs of the system for an X display and does not bring along, with the package that has it."""

_WITHOUT_WINDOW = "every step also runs without a window: w2vpraat run --help"


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(), metavar="[FOLDER | SESSION | WAV TEXTGRID]...")
def command(paths: tuple[str, ...]) -> int:
    """Open the window.

    With a folder, a session file (.w2vpraat), or a sound file and its TextGrid; without any of them the start
    page, with what was open lately.

    \b
    w2vpraat gui my_folder
    w2vpraat gui my_work.w2vpraat
    w2vpraat gui anna.wav anna.TextGrid
    """
    for path in paths:
        if not Path(path).exists():
            raise InputError("does not exist", "check the path", file=path)
    if importlib.util.find_spec("PySide6") is None:
        raise InputError("the window needs PySide6, which is not installed", INSTALL)
    check_display()
    try:
        # By its name: the library itself must not depend on the window.
        window = importlib.import_module("w2vpraat_gui.app")
    except ImportError as error:
        raise InputError(f"the window can't be loaded: {error}", _remedy(error)) from error
    code: int = window.main(list(paths))
    return code


def check_display() -> None:
    """Refuse to start without a screen: Qt would end the process with a message for programmers.

    Raises
    ------
    InputError
        If there is no display, or it does not answer, or Qt's plug-in for it can't be loaded.
    """
    if sys.platform != "linux" or os.environ.get("QT_QPA_PLATFORM"):
        return
    if os.environ.get("WAYLAND_DISPLAY"):
        return
    display = os.environ.get("DISPLAY", "")
    if not display:
        raise InputError(
            "there is no screen here (neither DISPLAY nor WAYLAND_DISPLAY is set)",
            f"start it on the desktop, or over ssh -X; {_WITHOUT_WINDOW}",
        )
    for name, package in LIBRARIES.items():
        if not _can_load(name):
            raise InputError(f"Qt needs the system library {name}", package)
    if not _answers(display):
        raise InputError(
            f"the screen {display} does not answer, or refuses this program",
            f"check DISPLAY, or connect again with ssh -X; {_WITHOUT_WINDOW}",
        )


def _can_load(name: str) -> bool:
    try:
        ctypes.CDLL(name)
    except OSError:
        return False
    return True


def _answers(display: str) -> bool:
    """Connect to an X display and leave it again, by the library that Qt uses."""
    xcb = ctypes.CDLL("libxcb.so.1")
    xcb.xcb_connect.restype = ctypes.c_void_p
    xcb.xcb_connect.argtypes = [ctypes.c_char_p, ctypes.c_void_p]
    xcb.xcb_connection_has_error.argtypes = [ctypes.c_void_p]
    xcb.xcb_disconnect.argtypes = [ctypes.c_void_p]
    connection = xcb.xcb_connect(display.encode(), None)
    try:
        return int(xcb.xcb_connection_has_error(connection)) == 0
    finally:
        xcb.xcb_disconnect(connection)


def _remedy(error: ImportError) -> str:
    missing = getattr(error, "name", "") or ""
    if missing.startswith(("PySide6", "shiboken6", "w2vpraat_gui")):
        return f"install it again: {INSTALL}"
    return (
        "Qt lacks a system library; Debian, Ubuntu: sudo apt install libegl1 libgl1 libxkbcommon0 libdbus-1-3"
    )
