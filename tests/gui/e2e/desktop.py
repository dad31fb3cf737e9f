"""A screen without a monitor, hands for it, and the window on it as a process of its own.

Keys and mouse go through the X server (xdotool), as from a keyboard; what came of it is asked of the window
(`driver.py`).
"""

from __future__ import annotations

import json
import os
import select
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

NEEDED = ("Xvfb", "xdotool")
"""Programs: the X server, and the hands."""
PATIENCE = 30.0
"""Seconds until what was waited for counts as failed."""
_LOOK = 0.01
_DRIVER = Path(__file__).with_name("driver.py")


def missing() -> list[str]:
    """Return the needed programs that are not installed."""
    return [name for name in NEEDED if shutil.which(name) is None]


class Desktop:
    """A screen of 1280x800 that nobody else uses.

    Parameters
    ----------
    size : str
        Width and height in pixels.
    """

    def __init__(self, size: str = "1280x800") -> None:
        reading, writing = os.pipe()
        self._server = subprocess.Popen(
            [
                "Xvfb",
                "-displayfd",
                str(writing),
                "-screen",
                "0",
                f"{size}x24",
                "-nolisten",
                "tcp",
                "-noreset",
            ],
            pass_fds=(writing,),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(writing)
        with os.fdopen(reading) as told:
            ready, _, _ = select.select([told], [], [], PATIENCE)
            number = told.readline().strip() if ready else ""
        if not number:
            self.close()
            raise RuntimeError("the X server does not start")
        self.display = f":{number}"

    def close(self) -> None:
        """Switch the screen off."""
        self._server.terminate()
        self._server.wait(PATIENCE)

    def __enter__(self) -> Desktop:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # Hands

    def key(self, *keys: str) -> None:
        """Press keys one after another; names are those of X: ``ctrl+z``, ``Return``."""
        self._do("key", *keys)

    def type(self, text: str) -> None:
        """Type a text."""
        self._do("type", "--delay", "1", "--", text)

    def move(self, place: Sequence[int]) -> None:
        """Move the mouse to a place on the screen."""
        self._do("mousemove", str(place[0]), str(place[1]))

    def click(self, place: Sequence[int], *, times: int = 1) -> None:
        """Click with the left button."""
        self.move(place)
        self._do("click", "--repeat", str(times), "--delay", "10", "1")

    @contextmanager
    def held(self, place: Sequence[int]) -> Iterator[None]:
        """Hold the left button, pressed at a place, as long as the block lasts."""
        self.move(place)
        self._do("mousedown", "1")
        try:
            yield
        finally:
            self._do("mouseup", "1")

    def focus(self, window: int) -> None:
        """Give the keyboard to a window: there is no window manager that would do it."""
        self._do("windowfocus", "--sync", str(window))

    def lift(self, window: int) -> None:
        """Put a window before all others and give it the keyboard."""
        self._do("windowraise", str(window))
        self.focus(window)

    def _do(self, *words: str) -> None:
        subprocess.run(
            ["xdotool", *words],
            check=True,
            timeout=PATIENCE,
            env={**os.environ, "DISPLAY": self.display},
            stdout=subprocess.DEVNULL,
        )


class Window:
    """The window, as a process on a desktop.

    Parameters
    ----------
    desktop : Desktop
    home : Path
        Its home folder: settings, caches, documents.
    paths : sequence of Path
        What is opened.
    """

    def __init__(self, desktop: Desktop, home: Path, paths: Sequence[Path] = ()) -> None:
        self._desktop = desktop
        home.mkdir(parents=True, exist_ok=True)
        self._log = (home / "window.log").open("w+", encoding="utf-8")
        own = ("XDG_", "W2VPRAAT_", "QT_", "WAYLAND_", "PULSE_", "PIPEWIRE_")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(own)}
        self.process = subprocess.Popen(
            [sys.executable, str(_DRIVER), *map(str, paths)],
            env={
                **kept,
                "HOME": str(home),
                "W2VPRAAT_CONFIG_DIR": str(home / "config"),
                "W2VPRAAT_CACHE_DIR": str(home / "cache"),
                "XDG_RUNTIME_DIR": str(home),
                "HF_HUB_OFFLINE": "1",
                "DISPLAY": desktop.display,
                "QT_QPA_PLATFORM": "xcb",
            },
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            start_new_session=True,
        )

    def ask(self, name: str, *given: Any) -> Any:
        """Return the answer to a question (see `driver.Answers`)."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps([name, *given]).encode() + b"\n")
        self.process.stdin.flush()
        ready, _, _ = select.select([self.process.stdout], [], [], PATIENCE)
        line = self.process.stdout.readline() if ready else b""
        if not line:
            raise AssertionError(f"the window does not answer\n{self.told()}")
        found = json.loads(line)
        if "error" in found:
            raise AssertionError(f"{name}{given}: {found['error']}")
        return found["answer"]

    @property
    def state(self) -> dict[str, Any]:
        """What is open, selected, shown, being done."""
        found: dict[str, Any] = self.ask("state")
        return found

    def until(self, holds: Callable[[dict[str, Any]], Any], patience: float = PATIENCE) -> dict[str, Any]:
        """Wait until something holds of the state, and return the state then."""
        end = time.monotonic() + patience
        while True:
            state = self.state
            if holds(state):
                return state
            if time.monotonic() > end:
                raise AssertionError(f"waited in vain; the window is at {state}\n{self.told()}")
            select.select([], [], [], _LOOK)

    def place(self, name: str, *given: Any, patience: float = PATIENCE) -> Any:
        """Return the answer as soon as there is one: a place on the screen."""
        end = time.monotonic() + patience
        while True:
            found = self.ask(name, *given)
            if found is not None:
                return found
            if time.monotonic() > end:
                raise AssertionError(f"there is no {name} {given}\n{self.told()}")
            select.select([], [], [], _LOOK)

    def drag(self, path: str, places: Sequence[Sequence[int]]) -> None:
        """Draw a line over a widget with the left button: each corner is seen there before the next one."""
        self.ask("watch_mouse", path)
        with self._desktop.held(places[0]):
            for place in places[1:]:
                self._desktop.move(place)
                self.until(lambda _, place=place: self.ask("mouse") == list(place))

    def focus(self, title: str) -> None:
        """Give the keyboard to the window or dialog whose title holds these words, as soon as it is there."""
        self._desktop.focus(self.place("window_id", title))

    def ended(self) -> int:
        """Wait for the end of the process and return its exit code."""
        code = self.process.wait(PATIENCE)
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()
        self.process.stdout.close()
        return code

    def told(self) -> str:
        """Return what the process wrote on stderr."""
        self._log.flush()
        self._log.seek(0)
        return self._log.read()

    def __enter__(self) -> Window:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.ended()
        self._log.close()


def has_processes(window: Window) -> bool:
    """Whether the process of the window, or one that it has started, is still there.

    One that has ended and that nobody has asked for its exit code is not; a helper that ends with the window
    may take a moment.
    """
    end = time.monotonic() + PATIENCE
    while _runs(window.process.pid):
        if time.monotonic() > end:
            return True
        select.select([], [], [], _LOOK)
    return False


def _runs(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    told = [_stat(path) for path in Path("/proc").glob("[0-9]*/stat")]
    return not told or any(int(fields[2]) == group and fields[0] != "Z" for fields in told if fields)


def _stat(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    except OSError:
        return []
