"""Film the maps of the window for docs/images/: the real program on a screen without a monitor.

    python -m tools.window_film [FILE]

Needs Xvfb and xdotool. As with the still pictures (window_screenshots.py) nothing is drawn for the film but
the arrow of the mouse, which such a screen does not show. Look at it before you commit it.
"""

from __future__ import annotations

import argparse
import math
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from .few_colours import in_colours, palette_of
from .window_screenshots import FORMANTS, IMAGES, LONG, VECTORS, Desktop, Studio, Window

SIZE = "1000x800"
COLOURS = 160
"""Of the whole film: fewer make a smaller file."""
SPEAKER, LABEL = "us_m_liam", "eɪ"
"""Whose token is edited: a diphthong goes a long way when its boundary is moved."""
STEP, LOOK, REST = 80, 900, 1600
"""Milliseconds of a picture while something moves, while one looks at what came of it, and at the ends."""
BESIDE = (470, 790)
"""Where the mouse is at first and in the end."""
ARROW = ((0, 0), (0, 16), (4, 12), (7, 18), (9, 17), (6, 11), (11, 11))
"""Corners of the arrow, in pixels from the place that it points at."""
Place = Sequence[int]


class Film:
    """A camera beside a window.

    Parameters
    ----------
    studio : Studio
    window : Window
    """

    def __init__(self, studio: Studio, window: Window) -> None:
        self.studio, self.window, self.desktop = studio, window, studio.desktop
        self.mouse: Place = BESIDE
        self.frames: list[Image.Image] = []
        self.times: list[int] = []

    def shot(self, milliseconds: int = STEP) -> None:
        """Take a picture; the same as before only lasts longer."""
        raw = self.studio.work / "frame.png"
        assert self.window.ask("photograph", str(raw))
        with Image.open(raw) as screen:
            picture = screen.convert("RGB")
        draw = ImageDraw.Draw(picture)
        corners = [(self.mouse[0] + x, self.mouse[1] + y) for x, y in ARROW]
        draw.polygon(corners, fill="black", outline="white")
        if self.frames and np.array_equal(np.asarray(picture), np.asarray(self.frames[-1])):
            self.times[-1] += milliseconds
            return
        self.frames.append(picture)
        self.times.append(milliseconds)

    def go(self, place: Place, steps: int = 4) -> None:
        """Move the mouse to a place, filmed on the way."""
        start = self.mouse
        for step in range(1, steps + 1):
            share = step / steps
            self.mouse = [round(start[axis] + share * (place[axis] - start[axis])) for axis in (0, 1)]
            self.desktop.move(self.mouse)
            self.shot()

    def draw(self, corners: Sequence[Place]) -> None:
        """Draw a line with the left button."""
        self.go(corners[0], 3)
        path = f"worlds.board.panels.{VECTORS}.points"
        self.window.ask("watch_mouse", path)
        with self.desktop.held(corners[0]):
            for number, corner in enumerate([*corners[1:], corners[0]]):
                self.mouse = corner
                self.desktop.move(corner)
                self.window.until(lambda _, corner=corner: self.window.ask("mouse") == list(corner))
                if number % 3 == 2:
                    self.shot()

    def while_it_moves(self) -> None:
        """Film what glides from one place to another, until the maps are at rest."""
        end = time.monotonic() + LONG
        while self.window.ask("linked")["busy"] and time.monotonic() < end:
            if any(one["moving"] for one in self.window.ask("board")):
                self.shot()

    def write(self, path: Path) -> None:
        """Write what was filmed, in one palette; a picture keeps only what is new in it."""
        sample = np.concatenate([np.asarray(one) for one in self.frames[:: max(len(self.frames) // 8, 1)]])
        palette = palette_of(Image.fromarray(sample), COLOURS)
        frames = [in_colours(one, palette) for one in self.frames]
        frames[0].save(
            path,
            save_all=True,
            append_images=frames[1:],
            duration=self.times,
            loop=0,
            optimize=True,  # what stays as it was is transparent
            disposal=1,
        )


def film(studio: Studio, target: Path) -> None:
    """Play the story: point, draw a line, glide through the layers, change the model, move a boundary."""
    with Window(studio.desktop, studio.work / "home") as window:
        studio.open_sample(window)
        studio.at_a_vowel(window)
        studio.measure(window)
        studio.desktop.key("ctrl+alt+2")
        studio.choose(window, "Panels", "Recordings")
        studio.choose(window, "Panels", "Tools")
        studio.choose(window, "View", "Show frame ruler")
        studio.rest(window, "editor")
        studio.lower(window, "maps", 140)
        camera = Film(studio, window)
        token = _open(camera)
        studio.desktop.move(camera.mouse)
        camera.shot(REST)
        _point(camera)
        _draw(camera)
        _glide(camera)
        _change_model(camera)
        _edit(camera, token)
        camera.shot(REST)
        camera.write(target)
    seconds = sum(camera.times) / 1000
    print(f"{target}  {len(camera.frames)} pictures  {seconds:.1f} s  {target.stat().st_size // 1000} kB")


def _open(camera: Film) -> str:
    """Open the token that is edited later; prepare all layers; return its id."""
    window, desktop = camera.window, camera.desktop
    dots = window.ask("dots", FORMANTS)
    token = next(one for one in dots if one.startswith(f"{SPEAKER}#") and window.ask("label", one) == LABEL)
    desktop.click([round(one) for one in dots[token]])
    window.until(lambda _: window.ask("linked")["current"] == token)
    desktop.key("Return")
    window.until(lambda state: state["selection"][1] > state["selection"][0])
    # So that nothing has to be waited for in the film.
    for model in ("base", "phone"):
        camera.studio.choose_model(window, VECTORS, model)
    desktop.click(_layer(window, 6))
    window.until(lambda _: len(window.ask("board")[VECTORS]["ready"]) == 7, LONG)
    camera.studio.dismiss(window)
    # Looked at, but not selected: then no other token is faint.
    desktop.click([round(one) for one in window.ask("dots", FORMANTS)[token]])
    desktop.key("Escape")
    window.until(lambda _: not window.ask("linked")["selection"])
    start, end = window.state["selection"]
    for tier in (1, 2):
        desktop.click(window.place("boundary", tier, 0.5 * (start + end)))
        window.until(lambda state, tier=tier: state["tier"] == tier)
    window.until(lambda _: window.ask("linked")["current"] == token)
    return str(token)


def _layer(window: Window, layer: int) -> list[int]:
    """Return where the slider has a layer."""
    left, top, width, height = window.ask("box", f"worlds.board.panels.{VECTORS}.slider.slider")
    return [round(left + 7 + layer / 6 * (width - 14)), top + height // 2]


def _point(camera: Film) -> None:
    window = camera.window
    dots = window.ask("dots", FORMANTS)
    for label in ("iː", "æ"):
        token = max(
            (one for one in dots if window.ask("label", one) == label),
            key=lambda one: min(math.dist(dots[one], other) for name, other in dots.items() if name != one),
        )
        camera.go([round(one) for one in dots[token]], 2)
        window.until(lambda _, token=token: window.ask("linked")["hovered"] == token)
        camera.shot(LOOK // 2)


def _draw(camera: Film) -> None:
    window = camera.window
    camera.draw(camera.studio.around(window, VECTORS, "uː"))
    window.until(lambda _: window.ask("linked")["selection"])
    camera.shot(LOOK)
    camera.desktop.key("Escape")
    window.until(lambda _: not window.ask("linked")["selection"])
    camera.shot()


def _glide(camera: Film) -> None:
    window, desktop = camera.window, camera.desktop
    camera.go(_layer(window, 6))
    with desktop.held(camera.mouse):
        camera.go(_layer(window, 0), 3)
        camera.shot(LOOK // 2)
        camera.go(_layer(window, 6), 10)
    window.until(lambda _: not window.ask("board")[VECTORS]["gliding"])
    camera.studio.maps_at_rest(window)
    camera.shot(LOOK)


def _change_model(camera: Film) -> None:
    window = camera.window
    for model in ("base", "phone"):
        button = f"worlds.board.panels.{VECTORS}.switch.buttons.{model}"
        camera.go(window.place("widget", button), 2)
        camera.desktop.click(camera.mouse)
        window.until(lambda _, model=model: window.ask("board")[VECTORS]["model"] == model)
        camera.while_it_moves()
        camera.studio.maps_at_rest(window)
        camera.shot(LOOK)


def _edit(camera: Film, token: str) -> None:
    """Move the end of the interval to the left, in two steps; take it back."""
    window, desktop = camera.window, camera.desktop
    start, end = window.state["selection"]
    middle, before = 0.5 * (start + end), window.state["acts"]
    desktop.click(window.place("boundary", 1, middle))
    camera.go(window.place("boundary", 2, middle), 3)
    desktop.click(camera.mouse)
    window.until(lambda _: window.ask("linked")["current"] == token)
    for share in (0.6, 0.3):
        here = window.place("boundary", 2, window.state["selection"][1])
        there = window.place("boundary", 2, start + share * (end - start))
        acts = window.state["acts"]
        camera.go(here, 1)
        with desktop.held(here):
            camera.go([there[0], here[1]], 3)
        window.until(lambda state, acts=acts: state["acts"] > acts)
        moved = window.state["selection"][1] - start
        window.until(lambda _, moved=moved: abs(window.ask("values", token)["dur"] - moved) < 1e-6)
        camera.shot(LOOK)
    camera.studio.maps_at_rest(window)
    for left in (1, 0):
        desktop.key("ctrl+z")
        window.until(lambda state, left=left: state["acts"] == before + left)
    window.until(lambda _: abs(window.ask("values", token)["dur"] - (end - start)) < 1e-6)
    camera.shot(LOOK)
    camera.go(BESIDE, 2)
    camera.studio.maps_at_rest(window)


def main() -> None:
    """Make the film."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("file", nargs="?", type=Path, default=IMAGES / "window-maps.gif")
    target: Path = parser.parse_args().file
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as work, Desktop(SIZE) as desktop:
        film(Studio(desktop, Path(work), target.parent), target)


if __name__ == "__main__":
    main()
