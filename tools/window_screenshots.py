"""Make the pictures of the window in docs/images/: the real program on a screen without a monitor.

    python -m tools.window_screenshots [FOLDER] [--only NAME]

Needs Xvfb and xdotool. Nothing is drawn for the picture: keys and mouse do what a user does
(tests/gui/e2e/desktop.py), on a copy of the sample corpus. Look at the pictures before you commit them.
"""

from __future__ import annotations

import argparse
import math
import shutil
import statistics
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from PIL import Image

from w2vpraat.corpus.textgrid import edits, praat_edits, read_textgrid, write_textgrid
from w2vpraat.resources import sample_corpus
from w2vpraat.session.sample import sample_settings
from w2vpraat.session.session import Session
from w2vpraat.session.session_file import write_session

from .few_colours import few_colours

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "gui" / "e2e"))
from desktop import Desktop, Window  # noqa: E402

IMAGES = ROOT / "docs" / "images"
NAME = "us_m_liam"
SPEAKERS = ("gb_f_alice", "gb_f_emma", "gb_m_daniel", "us_f_sky", NAME)
"""Of the picture with measurements."""
PANELS = {
    "measure": "Measure",
    "maps": "Maps",
    "tokens": "Tokens",
    "neighbours": "Nearest tokens",
    "yardsticks": "Yardsticks",
    "review": "Review",
    "training": "Fine-tuning",
    "jobs": "Jobs",
    "annotators": "Two annotators",
}
FORMANTS, VECTORS = 0, 1
"""The maps that a board begins with."""
MODELS = ("base", "phone", "sex", "phone+sex")
LONG = 900.0
"""Seconds that models may take."""
CORNERS = 24
"""Of a line that is drawn by hand."""
WAYS = ((0, math.cos), (1, math.sin))
STILL = 20
"""Looks at a widget, with nothing changed, after which it is at rest."""
SCENES: dict[str, Callable[[Studio], None]] = {}


class Studio:
    """A desktop with the window on it, and a camera.

    Parameters
    ----------
    desktop : Desktop
    work : Path
        For the home of the window, and its documents.
    out : Path
        Where the pictures are put.
    """

    def __init__(self, desktop: Desktop, work: Path, out: Path) -> None:
        self.desktop, self.work, self.out = desktop, work, out
        self.corpus = work / "vowels"
        shutil.copytree(sample_corpus(), self.corpus)

    def picture(self, window: Window, name: str, dialog: str = "") -> None:
        """Take a picture when the window is at rest, the mouse out of the way; of a dialog only itself."""
        self.desktop.move((1279, 799))
        window.until(lambda state: not state["jobs"])
        raw = self.work / "screen.png"
        assert window.ask("photograph", str(raw))
        target = self.out / f"window-{name}.png"
        with Image.open(raw) as screen:
            picture = screen.convert("RGB")
            if dialog:
                left, top, width, height = window.place("frame", dialog)
                picture = picture.crop((left, top, left + width, top + height))
            few_colours(picture).save(target, optimize=True)
        print(f"{target}  {target.stat().st_size // 1000} kB")

    def show_only(self, window: Window, *names: str) -> None:
        """Show these panels beside the recordings, by the menu."""
        for name, title in PANELS.items():
            if window.ask("is_shown", f"arrangement.docks.{name}") != (name in names):
                self.choose(window, "Panels", title)
        self.rest(window, "editor")

    def choose(self, window: Window, menu: str, entry: str) -> None:
        """Choose an entry of a menu with the mouse."""
        self.desktop.click(window.place("menu", menu))
        self.desktop.click(window.place("entry", entry))

    def dismiss(self, window: Window) -> None:
        """Put all messages away."""
        while window.state["notices"]:
            count = len(window.state["notices"])
            self.desktop.click(window.place("widget", "notices.rows.0.dismiss"))
            window.until(lambda state, count=count: len(state["notices"]) < count)

    def raise_bottom(self, window: Window, dock: str, pixels: int) -> None:
        """Give a panel at the bottom more room, by dragging the edge above it."""
        left, top, width, _ = window.ask("box", f"arrangement.docks.{dock}")
        edge = [left + width // 2, top - 3]
        with self.desktop.held(edge):
            for step in (pixels // 2, pixels):
                self.desktop.move([edge[0], edge[1] - step])
        self.rest(window, f"arrangement.docks.{dock}")

    def lower(self, window: Window, dock: str, pixels: int) -> None:
        """Give a panel above the editor more room, by dragging the edge below it."""
        left, top, width, height = window.ask("box", f"arrangement.docks.{dock}")
        edge = [left + width // 2, top + height + 2]
        with self.desktop.held(edge):
            for step in (pixels // 2, pixels):
                self.desktop.move([edge[0], edge[1] + step])
        self.rest(window, f"arrangement.docks.{dock}")

    def rest(self, window: Window, path: str) -> None:
        """Wait until a widget stays where it is: docks move for a moment."""
        seen: list[list[int]] = []

        def stays(_: object) -> bool:
            seen.append(window.ask("box", path))
            return len(seen) > STILL and seen[-STILL:] == [seen[-1]] * STILL

        window.until(stays)

    def measure(self, window: Window) -> None:
        """Measure the tokens and wait for the maps, which then stand above the editor."""
        self.desktop.key("ctrl+r")
        window.until(lambda state: state["results"] and not state["jobs"], patience=LONG)
        self.maps_at_rest(window)
        self.dismiss(window)
        self.rest(window, "editor")

    def maps_at_rest(self, window: Window) -> None:
        """Wait until all maps are made and have their numbers."""

        def rest(_: object) -> bool:
            maps = window.ask("board")
            made = all(one["made"] and one["numbers"] and not one["busy"] for one in maps)
            return bool(maps) and made and not window.ask("linked")["busy"]

        window.until(rest, patience=LONG)

    def choose_model(self, window: Window, number: int, model: str) -> None:
        """Press the button of a model, and wait for its map."""
        self.desktop.click(window.place("widget", f"worlds.board.panels.{number}.switch.buttons.{model}"))
        window.until(lambda _: window.ask("board")[number]["model"] == model)
        self.maps_at_rest(window)

    def pick(self, window: Window, box: str, text: str) -> None:
        """Choose an entry of a list that opens."""
        self.desktop.click(window.place("widget", box))
        window.until(lambda _: window.ask("is_open", box))
        self.desktop.type(text)
        self.desktop.key("Return")

    def lasso(self, window: Window, number: int, corners: Sequence[Sequence[int]]) -> None:
        """Draw a closed line on a map."""
        window.drag(f"worlds.board.panels.{number}.points", [*corners, corners[0]])
        window.until(lambda _: window.ask("linked")["selection"])

    def around(self, window: Window, number: int, label: str, margin: float = 9.0) -> list[list[int]]:
        """Return a round line about the middle of what has a label on a map."""
        found = window.ask("dots", number)
        dots = [place for one, place in found.items() if window.ask("label", one) == label]
        middle = [statistics.median(place[axis] for place in dots) for axis in (0, 1)]
        far = sorted(math.dist(place, middle) for place in dots)[round(0.85 * len(dots)) - 1] + margin
        turns = [2 * math.pi * step / CORNERS for step in range(CORNERS)]
        return [[round(middle[axis] + far * way(turn)) for axis, way in WAYS] for turn in turns]

    def hide_columns(self, window: Window, *names: str) -> None:
        """Hide columns of the table of tokens, by its list of columns."""
        self.desktop.click(window.place("widget", "tokens.columns_button"))
        window.place("cell", "tokens.columns_list", 0, 0)
        for name in names:
            row = window.ask("column", "tokens.columns_list", 0).index(name)
            self.desktop.click(window.place("cell", "tokens.columns_list", row, 1))
        self.desktop.key("Escape")

    def open_sample(self, window: Window) -> None:
        """Open the sample corpus from the start page: with its settings, the vowels of its test words."""
        window.until(lambda state: state["page"] == 0 and not state["jobs"])
        window.focus("w2vpraat")
        self.desktop.click(window.place("widget", "start.sample_button"))

    def at_a_vowel(self, window: Window) -> None:
        """Open a recording at two seconds of speech, with formants and f0, a vowel selected."""
        window.until(lambda state: len(state["visible"]) > 1)
        window.focus("w2vpraat")
        self.desktop.click(window.place("widget", "corpus.filter_line"))
        self.desktop.type("liam")
        window.until(lambda state: state["visible"] == [NAME])
        self.desktop.key("Return")
        window.until(lambda state: state["name"] == NAME)
        self.desktop.click(window.place("widget", "corpus.filter_line"))
        self.desktop.key("Escape")
        window.until(lambda state: len(state["visible"]) > 1)
        # Two seconds: from a cursor to another with Shift, then zoom to the selection.
        with self.desktop.held(window.place("strip", "editor.sound.waveform", 5.45)):
            self.desktop.move(window.place("strip", "editor.sound.waveform", 7.45))
        window.until(lambda state: state["selection"][1] - state["selection"][0] > 1.9)
        self.desktop.key("ctrl+n")
        window.until(lambda state: state["range"][1] - state["range"][0] < 2.2)
        self.choose(window, "View", "Show formants")
        start, end, _ = next(
            item for item in window.ask("grid", 2) if item[0] > window.state["range"][0] and item[2] == "ɛ"
        )
        self.desktop.click(window.place("boundary", 2, 0.5 * (start + end)))
        window.until(lambda state: state["selection"] == [start, end])
        self.dismiss(window)


def scene(take: Callable[[Studio], None]) -> Callable[[Studio], None]:
    """Name a scene after its function."""
    SCENES[take.__name__] = take
    return take


@scene
def start(studio: Studio) -> None:
    """Show the start page."""
    with Window(studio.desktop, studio.work / "start") as window:
        window.until(lambda state: state["page"] == 0)
        window.focus("w2vpraat")
        studio.picture(window, "start")


@scene
def editor(studio: Studio) -> None:
    """Show the editor in both colours, the IPA letters, the sheet of keys."""
    with Window(studio.desktop, studio.work / "editor", [studio.corpus]) as window:
        studio.at_a_vowel(window)
        studio.show_only(window)
        studio.picture(window, "editor")
        studio.desktop.key("ctrl+shift+i")
        window.focus("IPA")
        studio.picture(window, "palette", "IPA")
        studio.desktop.key("Escape")
        window.focus("w2vpraat")
        studio.desktop.key("ctrl+k")
        window.focus("Keys")
        studio.desktop.type("boundary")
        studio.picture(window, "keys", "Keys")
        studio.desktop.key("Escape")
        window.focus("w2vpraat")
        studio.choose(window, "View", "Dark")
        studio.picture(window, "editor-dark")


@scene
def annotators(studio: Studio) -> None:
    """Show two annotators: numbers, list of disagreements, both grids in the editor."""
    second = second_grid(studio)
    with Window(studio.desktop, studio.work / "annotators", [studio.corpus]) as window:
        studio.at_a_vowel(window)
        studio.choose(window, "Annotators", "Load a second annotator's TextGrid…")
        window.focus("The second annotator")
        studio.desktop.type(str(second))
        studio.desktop.key("Return")
        window.until(lambda state: state["second"])
        window.focus("w2vpraat")
        window.until(lambda state: not state["jobs"])
        studio.dismiss(window)
        studio.show_only(window, "annotators")
        studio.choose(window, "View", "Show frame ruler")
        studio.choose(window, "Panels", "Tools")
        studio.rest(window, "editor")
        studio.desktop.click(window.place("widget", "annotators.next_button"))
        window.until(lambda _: window.ask("chosen_rows", "annotators.table"))
        studio.desktop.click(window.place("widget", "annotators.next_button"))
        window.until(lambda _: window.ask("chosen_rows", "annotators.table") == [1])
        studio.picture(window, "annotators")


@scene
def measured(studio: Studio) -> None:
    """Show the table of tokens beside the choices, and the pictured candidates of a token."""
    for path in studio.corpus.iterdir():
        if path.suffix in (".flac", ".TextGrid") and path.stem not in SPEAKERS:
            path.unlink()
    with Window(studio.desktop, studio.work / "measured", [studio.corpus]) as window:
        studio.at_a_vowel(window)
        studio.show_only(window, "measure", "tokens")
        studio.choose(window, "Panels", "Recordings")
        studio.desktop.click(window.place("widget", "measure.tokens.vowels"))
        studio.desktop.key("ctrl+r")
        window.until(lambda state: state["results"] and not state["jobs"], patience=120)
        studio.dismiss(window)
        studio.show_only(window, "measure", "tokens")
        studio.hide_columns(window, "speaker", "pre_seg", "fol_seg")
        studio.raise_bottom(window, "tokens", 50)
        studio.desktop.click(window.place("widget", "editor.label_field"))
        studio.picture(window, "measured")
        studio.desktop.key("ctrl+e")
        window.focus("Formant candidates")
        studio.picture(window, "candidates", "Formant candidates")


@scene
def maps(studio: Studio) -> None:
    """Show both worlds: above the editor, large, lassoed, with neighbours, yardsticks, review, export."""
    with Window(studio.desktop, studio.work / "maps") as window:
        studio.open_sample(window)
        studio.at_a_vowel(window)
        studio.measure(window)
        studio.desktop.key("ctrl+alt+2")
        studio.choose(window, "View", "Show frame ruler")  # room for the tiers
        studio.rest(window, "editor")
        studio.picture(window, "maps")
        studio.choose(window, "View", "Dark")
        studio.picture(window, "maps-dark")
        studio.choose(window, "View", "Light")
        studio.desktop.key("ctrl+alt+3")
        studio.rest(window, "tokens")
        studio.hide_columns(window, "pre_seg", "fol_seg")
        studio.desktop.click(window.place("header", "tokens.table", "label"))
        studio.lasso(window, VECTORS, studio.around(window, VECTORS, "iː"))
        studio.picture(window, "lasso")
        studio.desktop.key("ctrl+alt+Right")
        studio.desktop.key("ctrl+alt+k")
        token = window.ask("linked")["current"]
        window.until(
            lambda _: window.ask("neighbours") == {"token": token, "busy": False, "found": True},
            patience=LONG,
        )
        studio.dismiss(window)
        studio.raise_bottom(window, "neighbours", 70)
        studio.picture(window, "neighbours")
        studio.choose(window, "Maps", "Select no token")
        studio.desktop.key("ctrl+alt+r")
        window.until(lambda state: state["jobs"])
        window.until(lambda state: not state["jobs"], patience=LONG)
        studio.dismiss(window)
        studio.raise_bottom(window, "yardsticks", 60)
        studio.picture(window, "compare")
        studio.choose(window, "Maps", "Save maps as a figure…")
        window.focus("Export")
        studio.rest(window, "worlds.exporting.dialog")
        studio.picture(window, "export", "Export")
        studio.desktop.key("Escape")
        window.focus("w2vpraat")
        studio.desktop.key("ctrl+alt+q")
        studio.desktop.click(window.place("widget", "worlds.review.make_button"))
        window.until(lambda _: window.ask("queue")["ids"], patience=LONG)
        first, second, *_ = window.ask("queue")["ids"]
        studio.desktop.key("ctrl+u")
        window.until(lambda state: state["name"] == first.partition("#")[0])
        studio.desktop.key("ctrl+shift+d")
        window.until(lambda state: state["name"] == second.partition("#")[0])
        studio.desktop.key("ctrl+shift+8")
        studio.dismiss(window)
        studio.choose(window, "Panels", "Tools")
        studio.rest(window, "editor")
        studio.raise_bottom(window, "review", 60)
        studio.picture(window, "review")


@scene
def layers(studio: Studio) -> None:
    """Show the same vowels as four models have them, coloured by sex."""
    with Window(studio.desktop, studio.work / "layers") as window:
        studio.open_sample(window)
        studio.at_a_vowel(window)
        studio.measure(window)
        for _ in range(2):
            studio.choose(window, "Maps", "One more map")
        studio.desktop.key("ctrl+alt+3")
        studio.show_only(window, "maps")
        studio.choose(window, "Panels", "Recordings")
        studio.maps_at_rest(window)
        for number, model in enumerate(MODELS):
            panel = f"worlds.board.panels.{number}"
            if window.ask("board")[number]["source"] != "embedding":
                studio.desktop.click(window.place("widget", f"{panel}.bar.title"))
                studio.pick(window, f"{panel}.choice.boxes.source", "vectors of a model")
                studio.desktop.key("Escape")
            studio.maps_at_rest(window)
            studio.pick(window, f"{panel}.bar.normalization", "raw")
            studio.pick(window, f"{panel}.bar.colour", "sex")
            studio.choose_model(window, number, model)
        studio.picture(window, "layers")


@scene
def training(studio: Studio) -> None:
    """Show how a model is fine-tuned: what it learns, and the curve; few steps, and looked at often."""
    settings = sample_settings(studio.corpus).updated(
        {"finetune": {"steps": 120, "evaluate_every": 10, "batch_seconds": 4.0, "held_out": 0.2, "test": 0.2}}
    )
    session = write_session(Session(settings), studio.work / "vowels.w2vpraat")
    with Window(studio.desktop, studio.work / "training", [session]) as window:
        studio.at_a_vowel(window)
        studio.choose(window, "Measure", "Fine-tune a model…")
        studio.rest(window, "worlds.training_panel")
        studio.show_only(window, "training")
        studio.raise_bottom(window, "training", 90)
        studio.desktop.click(window.place("widget", "worlds.training_panel.run"))
        window.until(lambda state: state["jobs"])
        window.until(lambda state: not state["jobs"], patience=LONG)
        studio.dismiss(window)
        studio.desktop.click(window.place("tab", "worlds.training_panel.tabs", "Curve"))
        studio.picture(window, "training")


def second_grid(studio: Studio) -> Path:
    """Write what another annotator might have: boundaries a little elsewhere, two other labels."""
    path = studio.corpus / f"{NAME}.TextGrid"
    grid = read_textgrid(path)
    for number in range(2, len(grid.tier(2)), 3):
        old = grid.tier(2).items[number - 1][1]
        shift = (-0.012, 0.006, 0.021, -0.004)[number % 4]
        grid = praat_edits.move_boundary_to(grid, 2, number, round(old + shift, 4))
    for number in (9, 33):
        grid = edits.set_label(grid, 2, number, "æ")
    target = studio.work / f"{NAME}.TextGrid"
    write_textgrid(grid, target)
    return target


def main() -> None:
    """Take the pictures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("folder", nargs="?", type=Path, default=IMAGES)
    parser.add_argument("--only", action="append", choices=sorted(SCENES))
    chosen = parser.parse_args()
    chosen.folder.mkdir(parents=True, exist_ok=True)
    for name, take in SCENES.items():
        if chosen.only and name not in chosen.only:
            continue
        with tempfile.TemporaryDirectory() as work, Desktop() as desktop:
            take(Studio(desktop, Path(work), chosen.folder))


if __name__ == "__main__":
    main()
