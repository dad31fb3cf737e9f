"""Praat with its windows on a screen without a monitor, with a home folder of its own.

Scripts go in through ``praat --send``, keys and mouse through the X server; what came of it is read from a
file that the script writes, or seen in the titles of the windows.
"""

from __future__ import annotations

import re
import select
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from w2vpraat.bridge.job import decoded

sys.path.append(str(Path(__file__).resolve().parents[1] / "gui" / "e2e"))

from desktop import Desktop, missing

__all__ = ["Desktop", "Praat", "needed"]

PATIENCE = 30.0
_LOOK = 0.01
_OBJECTS, _PICTURE = "Praat Objects", "Praat Picture"
_BOX = ""
"""Title of the box with an error or a warning."""
_POPUP = "Praat"
"""Title of an open menu."""


def needed() -> list[str]:
    """Return the programs that are needed and not installed."""
    return [*missing(), *(name for name in ("praat",) if shutil.which(name) is None)]


def until(holds: Callable[[], object], what: str, patience: float = PATIENCE) -> None:
    """Wait until something holds."""
    end = time.monotonic() + patience
    while not holds():
        if time.monotonic() > end:
            raise AssertionError(f"waited in vain for {what}")
        select.select([], [], [], _LOOK)


class Praat:
    """A Praat with windows.

    Parameters
    ----------
    desktop : Desktop
    environment : mapping of str to str
        Its ``HOME`` is where the preference folder with the plugin lies.
    sent : Path
        A folder for the scripts that are sent.
    """

    def __init__(self, desktop: Desktop, environment: Mapping[str, str], sent: Path) -> None:
        self.desktop = desktop
        self.sent = sent
        self.preferences = Path(environment["HOME"]) / ".praat-dir"
        self._environment = {**environment, "DISPLAY": desktop.display}
        self._environment.pop("WAYLAND_DISPLAY", None)
        self._sent = 0
        self.process = subprocess.Popen(
            ["praat"],
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        until(lambda: {_OBJECTS, _PICTURE} <= set(self.titles()) and self.pid_file.exists(), "Praat")

    @property
    def pid_file(self) -> Path:
        """Where Praat says its process number."""
        return self.preferences / "pid"

    # Scripts

    def send(self, script: str, *, waits: bool = True) -> str:
        """Run a script in this Praat; return what it gives to ``answer$``.

        Parameters
        ----------
        script : str
        waits : bool
            False: come back at once, for a script that opens a form or ends in an error box.
        """
        self._sent += 1
        path = self.sent / f"sent_{self._sent}.praat"
        told, done = path.with_suffix(".txt"), path.with_suffix(".done")
        path.write_text(
            f'answer$ = ""\n{script}\nwriteFile: "{told}", answer$\nwriteFile: "{done}", "done"\n',
            encoding="utf-8",
        )
        subprocess.run(
            ["praat", "--send", str(path)],
            env={name: value for name, value in self._environment.items() if name != "DISPLAY"},
            check=True,
            timeout=PATIENCE,
            stdout=subprocess.DEVNULL,
        )
        if not waits:
            return ""
        until(lambda: done.exists() or self.boxes(), f"the end of the script {script!r}")
        assert not self.boxes(), f"a box instead of the end of the script {script!r}: {self.box_picture()}"
        return decoded(told.read_bytes())

    def info(self) -> str:
        """Return the text of the Info window."""
        return self.send("answer$ = info$ ()")

    # Windows

    def windows(self) -> dict[int, str]:
        """Return the windows that can be seen and their titles."""
        found: dict[int, str] = {}
        for line in self._tool("search", "--onlyvisible", "--class", "praat").split():
            # A window may be gone by now.
            title = self._tool("getwindowname", line)
            if title.endswith("\n"):
                found[int(line)] = title.rstrip("\n")
        return found

    def titles(self) -> list[str]:
        """Return the titles of the windows that can be seen."""
        return list(self.windows().values())

    def boxes(self) -> list[int]:
        """Return the boxes with an error or a warning."""
        return [number for number, title in self.windows().items() if title == _BOX]

    def window(self, title: str) -> int:
        """Return the window whose title fits, as soon as it is there."""
        found: list[int] = []

        def there() -> bool:
            found[:] = [number for number, name in self.windows().items() if re.search(title, name)]
            return bool(found)

        until(there, f"a window {title!r} among {self.titles()}")
        return found[-1]

    def focus(self, window: int) -> None:
        """Bring a window to the front and give it the keyboard."""
        self._tool("windowraise", str(window))
        self.desktop.focus(window)

    def open_menu(self, window: int, number: int) -> None:
        """Open a menu of a window, counted from 0."""
        self.focus(window)
        self._tool("windowmove", "--sync", str(window), "0", "0")
        self.desktop.click((18, 15))
        until(lambda: _POPUP in self.titles(), "the menu")
        self.desktop.key(*["Right"] * number)

    def choose(self, window: int, number: int, from_the_end: int) -> None:
        """Choose a command of a menu; both are counted, the last command of the menu is 1."""
        self.open_menu(window, number)
        self.desktop.key(*["Up"] * from_the_end, "Return")
        until(lambda: _POPUP not in self.titles(), "the menu to close")

    def picture(self, path: Path, window: int | None = None) -> None:
        """Save a picture of the screen or of a window."""
        subprocess.run(
            ["import", "-window", "root" if window is None else str(window), str(path)],
            env=self._environment,
            check=True,
            timeout=PATIENCE,
        )

    def box_picture(self) -> Path | None:
        """Save a picture of the box that is open, if ImageMagick is there to make it."""
        if shutil.which("import") is None or not self.boxes():
            return None
        path = self.sent / "box.png"
        self.picture(path, self.boxes()[0])
        return path

    def _tool(self, *words: str) -> str:
        told = subprocess.run(
            ["xdotool", *words],
            env=self._environment,
            timeout=PATIENCE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            check=False,
        )
        return told.stdout.decode("utf-8", "replace")

    # The end

    def quit(self) -> None:
        """Quit as a user does, and wait for the end."""
        self.send("Quit", waits=False)
        self.process.wait(PATIENCE)

    def __enter__(self) -> Praat:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait(PATIENCE)
