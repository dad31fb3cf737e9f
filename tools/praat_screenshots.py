"""Make the pictures of the commands inside Praat in docs/images/: form and result of each, side by side.

    python -m tools.praat_screenshots [FOLDER] [--only NAME]

Needs praat, Xvfb, xdotool and ImageMagick. A real Praat with the plugin in a home folder of its own; keys and
mouse do what a user does (tests/plugin/praat_desktop.py). Look at the pictures before you commit them.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pandas as pd
import soundfile
from PIL import Image

from w2vpraat.bridge.plugin.installing import install_plugin
from w2vpraat.bridge.service.client import asked, read_state
from w2vpraat.cli.main import main as main_program
from w2vpraat.resources import sample_corpus

ROOT = Path(__file__).resolve().parents[1]
sys.path.append(str(ROOT / "tests" / "plugin"))
from praat_desktop import Desktop, Praat, until  # noqa: E402

IMAGES = ROOT / "docs" / "images"
SPEAKERS = ("gb_f_alice", "us_f_sky", "gb_m_daniel", "us_m_liam")
OBJECTS = "Praat Objects"
BUTTONS = {"pair": (437, 271), "pairs": (437, 271), "table": (437, 411)}
"""Where the button stands in the list of commands, for a window of 560x780 in the corner."""
INTERVAL = 5
"""Place of the menu Interval in a TextGridEditor."""
PHONES = ("Select next tier",)
"""In a TextGridEditor: from the tier of words to that of phones."""
GAP = 16
REST = 0.4
"""Seconds between two pictures that are to be equal; a text cursor blinks."""
LONG = 120.0
SCENES: dict[str, Callable[[Studio], Sequence[Image.Image]]] = {}
Scene = Callable[["Studio"], Sequence[Image.Image]]


class Studio:
    """A Praat with four speakers on the disk, and a camera.

    Parameters
    ----------
    praat : Praat
    work : Path
        Recordings and pictures on the way.
    """

    def __init__(self, praat: Praat, work: Path) -> None:
        self.praat, self.work = praat, work
        self.objects = praat.window(OBJECTS)
        self._place(self.objects, 0, 0, 560, 780)
        self._place(praat.window("Praat Picture"), 600, 0)
        for name in SPEAKERS:
            samples, rate = soundfile.read(sample_corpus() / f"{name}.flac")
            soundfile.write(work / f"{name}.wav", samples, rate, subtype="PCM_16")
            shutil.copy(sample_corpus() / f"{name}.TextGrid", work)
        self.results = work.parent / "results"

    def run(self) -> None:
        """Make a results folder of the recordings once: the user's own corpus, and a table of formants."""
        if self.results.exists():
            return
        options = [
            "--speakers",
            str(sample_corpus() / "speakers.csv"),
            "--label-map",
            "ipa",
            "--label-class",
            "vowel",
        ]
        main_program(["run", str(self.work), *options, "-o", str(self.results)])
        table = pd.read_csv(self.results / "tokens.csv", keep_default_na=False)
        table[["speaker", "label", "word", "F1", "F2", "F3"]].to_csv(self.work / "vowels.csv", index=False)

    def open(self, names: Sequence[str]) -> None:
        """Empty the list of objects, read recordings, and select them."""
        lines = ["select all", "nocheck Remove", "clearinfo", "Erase all"]
        chosen = []
        for number, name in enumerate(names):
            lines += [f'a{number} = Read from file: "{self.work / name}.wav"']
            lines += [f'b{number} = Read from file: "{self.work / name}.TextGrid"']
            chosen += [f"a{number}", f"b{number}"]
        lines += [f"selectObject: {', '.join(chosen)}"] if chosen else []
        self.praat.send("\n".join(lines))

    def open_table(self) -> None:
        """Empty the list of objects, and read a table of formants as a user has one."""
        self.run()
        self.open(())
        self.praat.send(f'Read Table from comma-separated file: "{self.work}/vowels.csv"')

    def form(self, kind: str, number: int, title: str) -> Image.Image:
        """Open the form of a command by the button, and return its picture."""
        self.praat.focus(self.objects)
        self.praat.desktop.click(BUTTONS[kind])
        self.praat.window("^Praat$")
        self.praat.desktop.key(*["Down"] * number, "Return")
        return self.shot(self.praat.window(f"Run script: {title}"))

    def confirm(self, title: str) -> None:
        """Press OK, and wait until Praat is done."""
        self.praat.focus(self.praat.window(f"Run script: {title}"))
        self.praat.desktop.key("Return")
        until(lambda: not any(title in one for one in self.praat.titles()), "the form to close", LONG)
        self.praat.send("answer$ = info$ ()")

    def shot(self, window: int) -> Image.Image:
        """Return a picture of one window, by itself in the corner of the screen."""
        self.praat.focus(window)
        path = self.work / "shot.png"
        found: list[Image.Image] = []

        def rests() -> bool:
            time.sleep(REST)
            self.praat.picture(path, window)
            with Image.open(path) as image:
                found.append(image.convert("RGB"))
            return len(found) > 1 and found[-1].tobytes() == found[-2].tobytes()

        until(rests, "a window at rest")
        return found[-1]

    def table(self, name: str, width: int = 1300, height: int = 420) -> Image.Image:
        """Show a Table, and return a picture of its window."""
        self.praat.send(f'selectObject: "Table {name}"\nView & Edit')
        window = self.praat.window(f"Table {name}")
        self._place(window, 20, 20, width, height)
        return self.shot(window)

    def info(self, height: int = 420) -> Image.Image:
        """Return a picture of the Info window."""
        window = self.praat.window("Praat Info")
        self._place(window, 20, 20, 720, height)
        return self.shot(window)

    def window(self) -> Image.Image:
        """Return a picture of the window of w2vpraat, and close it."""
        state = read_state("window")
        assert state is not None
        found = self.praat._tool("search", "--onlyvisible", "--pid", state["pid"]).split()
        image = self.shot(int(found[-1]))
        os.kill(int(state["pid"]), signal.SIGTERM)
        return image

    def hide_places(self) -> None:
        """Replace the folders of this machine in the Info window by a user's."""
        lines = ["told$ = info$ ()"]
        for place in (self.work.parent, ROOT):
            lines.append(f'told$ = replace$ (told$, "{place}", "/home/anna", 0)')
        self.praat.send("\n".join([*lines, "writeInfo: told$"]))

    def page(self) -> Image.Image:
        """Return a picture of the Picture window."""
        return self.shot(self.praat.window("Praat Picture"))

    def editor(self, name: str, *lines: str) -> Image.Image:
        """Open a TextGridEditor, do something in it, and return its picture."""
        self.praat.send(
            f'selectObject: "Sound {name}", "TextGrid {name}"\nView & Edit\neditor: "TextGrid {name}"\n'
            + "\n".join(lines)
            + "\nendeditor"
        )
        window = self.praat.window(f"TextGrid {name}")
        self._place(window, 20, 20, 1000, 640)
        return self.shot(window)

    def choose(self, name: str, from_the_end: int) -> None:
        """Choose a command of the menu Interval of a TextGridEditor."""
        window = self.praat.window(f"TextGrid {name}")
        self.praat.choose(window, INTERVAL, from_the_end)

    def _place(self, window: int, left: int, top: int, width: int = 0, height: int = 0) -> None:
        tool = self.praat._tool
        tool("windowmove", "--sync", str(window), str(left), str(top))
        if width:
            tool("windowsize", "--sync", str(window), str(width), str(height))


def scene(function: Scene) -> Scene:
    """Add a scene; the picture has its name."""
    SCENES["praat-" + function.__name__.replace("_", "-")] = function
    return function


@scene
def segment_table(studio: Studio) -> Sequence[Image.Image]:
    """One pair, a Table of its vowels."""
    studio.open(SPEAKERS[:1])
    form = studio.form("pair", 1, "Extract segment table")
    studio.confirm("Extract segment table")
    return form, studio.table(f"{SPEAKERS[0]}_segments")


@scene
def compare_normalizations(studio: Studio) -> Sequence[Image.Image]:
    """Four speakers: scores, and both maps."""
    studio.open(SPEAKERS)
    form = studio.form("pairs", 2, "Compare normalizations")
    studio.confirm("Compare normalizations")
    return form, studio.page(), studio.table("scores")


@scene
def nearest_label_tier(studio: Studio) -> Sequence[Image.Image]:
    """Four speakers: a further tier in each."""
    studio.open(SPEAKERS)
    form = studio.form("pairs", 3, "Add nearest-label tier")
    studio.confirm("Add nearest-label tier")
    return form, studio.editor(SPEAKERS[0], "Select: 1.0, 3.5", "Zoom to selection")


@scene
def sensitivity_tier(studio: Studio) -> Sequence[Image.Image]:
    """One pair: what moving boundaries does."""
    studio.open(SPEAKERS[:1])
    form = studio.form("pair", 4, "Add boundary-sensitivity tier")
    studio.confirm("Add boundary-sensitivity tier")
    return form, studio.editor(SPEAKERS[0], "Select: 1.0, 3.5", "Zoom to selection")


@scene
def open_in_w2vpraat(studio: Studio) -> Sequence[Image.Image]:
    """One pair: the window of w2vpraat with its files."""
    studio.open(SPEAKERS[:1])
    form = studio.form("pair", 5, "Open in w2vpraat")
    studio.confirm("Open in w2vpraat")
    return form, studio.window()


@scene
def normalize_formants(studio: Studio) -> Sequence[Image.Image]:
    """Normalize a Table of formants that one already has."""
    studio.open_table()
    form = studio.form("table", 1, "Normalize formants")
    studio.confirm("Normalize formants")
    return form, studio.table("vowels_normalized")


@scene
def compare_table(studio: Studio) -> Sequence[Image.Image]:
    """Compare normalizations of the same Table."""
    studio.open_table()
    form = studio.form("table", 2, "Compare")
    studio.confirm("Compare")
    return form, studio.page(), studio.table("scores")


@scene
def values_here(studio: Studio) -> Sequence[Image.Image]:
    """Show the values of an interval of the TextGrid window."""
    studio.open(SPEAKERS[:1])
    editor = studio.editor(SPEAKERS[0], *PHONES, "Select: 0.8, 0.85", "Zoom to selection", *["Zoom out"] * 2)
    studio.choose(SPEAKERS[0], 3)
    studio.praat.send("answer$ = info$ ()")
    return editor, studio.info()


@scene
def nearest_tokens(studio: Studio) -> Sequence[Image.Image]:
    """Show the nearest tokens of the same interval in the user's corpus."""
    studio.run()
    studio.open(SPEAKERS[:1])
    studio.editor(SPEAKERS[0], *PHONES, "Select: 0.8, 0.85")
    title = "Nearest tokens in my corpus"
    studio.choose(SPEAKERS[0], 2)
    window = studio.praat.window(f"Run script: {title}")
    studio.praat.focus(window)
    form = studio.shot(window)
    studio.confirm(title)
    studio.hide_places()
    return form, studio.info()


@scene
def show_in_w2vpraat(studio: Studio) -> Sequence[Image.Image]:
    """Show the selection of the TextGrid window in the window of w2vpraat."""
    studio.open(SPEAKERS[:1])
    editor = studio.editor(SPEAKERS[0], *PHONES, "Select: 0.76, 0.95", "Zoom to selection", *["Zoom out"] * 2)
    studio.choose(SPEAKERS[0], 1)
    studio.praat.send("answer$ = info$ ()")
    return editor, studio.window()


@scene
def help(studio: Studio) -> Sequence[Image.Image]:
    """Show the text of Help, and what stopping the worker says."""
    images = []
    for name in ("help", "stop_worker"):
        studio.open(())
        studio.praat.send(f'runScript: preferencesDirectory$ + "/plugin_w2vpraat/scripts/{name}.praat"')
        studio.hide_places()
        images.append(studio.info())
    return images


@scene
def check_installation(studio: Studio) -> Sequence[Image.Image]:
    """Show what is installed; the folders of this machine are replaced by a user's."""
    studio.open(())
    studio.praat.send(
        'runScript: preferencesDirectory$ + "/plugin_w2vpraat/scripts/check_installation.praat"'
    )
    studio.hide_places()
    return (studio.info(),)


def compose(images: Sequence[Image.Image]) -> Image.Image:
    """Put pictures beside each other; from the third on below the second."""
    first, *others = images
    if not others:
        return first
    width = first.width + GAP + max(one.width for one in others)
    height = max(first.height, sum(one.height for one in others) + GAP * (len(others) - 1))
    made = Image.new("RGB", (width, height), "white")
    made.paste(first, (0, 0))
    top = 0
    for one in others:
        made.paste(one, (first.width + GAP, top))
        top += one.height + GAP
    return made


def main() -> None:
    """Take the pictures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path, default=IMAGES)
    parser.add_argument("--only", action="append", choices=sorted(SCENES))
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        base = Path(name)
        work = base / "speech"
        work.mkdir()
        home = base / "home"
        (home / ".praat-dir").mkdir(parents=True)
        own = {"HOME": home, "W2VPRAAT_CONFIG_DIR": base / "config", "W2VPRAAT_CACHE_DIR": base / "cache"}
        os.environ |= {key: str(value) for key, value in own.items()}
        install_plugin(home / ".praat-dir")
        try:
            with Desktop("1920x1100") as desktop, Praat(desktop, os.environ, work) as praat:
                studio = Studio(praat, work)
                for title, make in SCENES.items():
                    if options.only is None or title in options.only:
                        compose(make(studio)).save(options.folder / f"{title}.png", optimize=True)
                        print(title)
                praat.quit()
        finally:
            if (state := read_state()) is not None:
                asked(state, "stop")


if __name__ == "__main__":
    main()
