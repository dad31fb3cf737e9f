"""Time to the first picture of an hour's recording in the editor, and pictures per second while moving.

Makes a WAV file of an hour (16 kHz) and a TextGrid with 40,000 intervals in a temporary folder, opens them
offscreen, and prints a table. Goals: first picture within 1.5 s of opening, at least 30 pictures a second,
while one scrolls and zooms with all overlays on, 60 steps a second. A picture is a step, a paint of every
pane, and all events that have arrived; rates say how many of them a second would hold. "Complete" is the
share of pictures in which nothing visible was missing. With ``--tiers`` the tiers are below.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np
import soundfile

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget
from w2vpraat_gui.document import Document
from w2vpraat_gui.editor.sound_area import SoundArea
from w2vpraat_gui.state import AppState
from w2vpraat_gui.theme import apply_theme
from w2vpraat_gui.views.sound_source import TRACKS

from w2vpraat.corpus.audio import audio_info, read_audio
from w2vpraat.corpus.discover import Recording, discover
from w2vpraat.corpus.textgrid import Interval, IntervalTier, TextGrid, read_textgrid, write_textgrid
from w2vpraat.resources import sample_corpus

RATE = 16_000
FRAMES = 60.0
FIRST_GOAL, RATE_GOAL = 1.5, 30.0
SIGNS = ("ɑː", "t", "ə", "", "ʃ", "iː", "n")


def make_recording(folder: Path, seconds: float, intervals: int) -> Recording:
    """Write real speech of the sample corpus, repeated, with intervals of uneven length."""
    voice = read_audio(next(iter(discover(sample_corpus()).recordings)).audio_path, rate=RATE).samples
    total = int(seconds * RATE)
    with soundfile.SoundFile(folder / "hour.wav", "w", RATE, 1, "PCM_16") as sound:
        left = total
        while left > 0:
            sound.write(voice[:left])
            left -= voice.size
    lengths = 0.5 + (np.arange(intervals) * 7919 % 1000) / 999.0
    edges = np.concatenate([[0.0], np.cumsum(lengths) * (seconds / lengths.sum())])
    edges[-1] = seconds
    items = tuple(
        Interval(float(a), float(b), SIGNS[n % len(SIGNS)]) for n, (a, b) in enumerate(pairwise(edges))
    )
    path = folder / "hour.TextGrid"
    write_textgrid(TextGrid(0.0, seconds, (IntervalTier("phones", 0.0, seconds, items),)), path)
    return Recording("hour", folder / "hour.wav", path)


def build(state: AppState, tiers: bool) -> tuple[QWidget, SoundArea, list[QWidget]]:
    """Make the window with the sound area, and the tiers below if asked for."""
    window = QWidget()
    window.resize(1280, 800)
    layout = QVBoxLayout(window)
    layout.setContentsMargins(0, 0, 0, 0)
    area = SoundArea(state)
    layout.addWidget(area, 3)
    panes = list(area.views)
    if tiers:
        from w2vpraat_gui.views.tier_view import TierView

        tier_view = TierView()
        layout.addWidget(tier_view, 2)
        panes.append(tier_view)
    return window, area, panes


class Moved(NamedTuple):
    """What was seen while moving: times in seconds."""

    rate: float
    slowest: float
    paint: float
    complete: float


class Run:
    """One window, and the clock."""

    def __init__(self, application: QApplication, tiers: bool) -> None:
        self.application = application
        self.state = AppState()
        self.window, self.area, self.panes = build(self.state, tiers)
        self.longest: dict[str, float] = {}
        self.window.show()
        self.settle()

    def settle(self, done: Callable[[], bool] | None = None) -> float:
        """Wait until something is there, by default until all jobs have ended; return the seconds."""
        begun = time.perf_counter()
        done = done or (lambda: not self.state.jobs.running(quiet=True))
        while not done():
            self.application.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
        self.picture()
        return time.perf_counter() - begun

    def is_complete(self) -> bool:
        """Whether everything is there of what is visible."""
        source = self.area.source
        if source.is_too_long:
            return True
        tiles = len(source.visible_tiles()) == len(source.visible_tile_keys())
        return tiles and not any(source.is_waiting(kind) for kind in TRACKS if kind in source.shown)

    def picture(self) -> None:
        """Paint every pane, noting the longest paint of each, and handle what has arrived."""
        for pane in self.panes:
            if pane.isVisible():
                begun = time.perf_counter()
                pane.repaint()
                took, name = time.perf_counter() - begun, type(pane).__name__
                self.longest[name] = max(self.longest.get(name, 0.0), took)
        self.application.processEvents()

    def open(self, recording: Recording) -> tuple[Document, float, float, float]:
        """Open a recording; seconds of reading, to the first picture, and until the waveform is there."""
        begun = time.perf_counter()
        grid = read_textgrid(recording.grid_path)
        document = Document(recording, grid, audio_info(recording.audio_path))
        read = time.perf_counter() - begun
        self.area.set_document(document)
        for pane in self.panes[len(self.area.views) :]:
            pane.set_document(document)
        self.picture()
        first = time.perf_counter() - begun
        self.settle(lambda: bool(self.area.source.waveform.peaks))
        return document, read, first, time.perf_counter() - begun

    def moving(self, steps: Iterator[Callable[[], None]]) -> Moved:
        """Make steps, one each 60th of a second, or as fast as it goes."""
        self.longest.clear()
        times, complete = [], 0
        for step in steps:
            begun = time.perf_counter()
            step()
            self.picture()
            took = time.perf_counter() - begun
            times.append(took)
            complete += self.is_complete()
            rest = QTimer(singleShot=True)
            rest.start(max(0, round(1000.0 / FRAMES - 1000.0 * took)))
            while rest.isActive():
                self.application.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
        return Moved(len(times) / sum(times), max(times), max(self.longest.values()), complete / len(times))


def pans(document: Document, seconds: float, steps: int) -> Iterator[Callable[[], None]]:
    """Scroll by a fiftieth of what is seen at a time."""
    document.view.show_range(600.0, 600.0 + seconds)
    for _ in range(steps):
        yield lambda: document.view.scroll(seconds / 50.0)


def zooms(document: Document, steps: int) -> Iterator[Callable[[], None]]:
    """Zoom from a minute to some milliseconds and back, around one place."""
    document.view.show_range(900.0, 960.0)
    for step in range(steps):
        factor = 0.94 if step < steps // 2 else 1.0 / 0.94
        yield lambda factor=factor: document.view.zoom(factor, around=930.3)


def main() -> int:
    """Run and print; exit code 1 if a goal is missed."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=3600.0, help="length of the recording")
    parser.add_argument("--intervals", type=int, default=40_000)
    parser.add_argument("--steps", type=int, default=300)
    parser.add_argument("--tiers", action="store_true", help="with the tiers below the sound")
    parser.add_argument("--save", type=Path, help="folder for a picture of each state")
    options = parser.parse_args()
    application = QApplication([])
    apply_theme(application, "light")
    missed = []

    def row(name: str, value: str, goal: str = "", met: bool = True) -> None:
        print(f"{name:<52}{value:>12}   {goal}{'' if met else '  MISSED'}")
        if not met:
            missed.append(name)

    with tempfile.TemporaryDirectory() as folder:
        recording = make_recording(Path(folder), options.seconds, options.intervals)
        run = Run(application, options.tiers)
        document, read, first, waveform = run.open(recording)
        row("TextGrid and header read", f"{read:.2f} s")
        goal = f"at most {FIRST_GOAL:g} s"
        row("first picture after opening", f"{first:.2f} s", goal, first <= FIRST_GOAL)
        row("waveform of the whole recording", f"{waveform:.2f} s", goal, waveform <= FIRST_GOAL)
        moves = {
            "scroll, 2 s visible": lambda: pans(document, 2.0, options.steps),
            "scroll, 10 s visible": lambda: pans(document, 10.0, options.steps),
            "zoom": lambda: zooms(document, options.steps),
        }
        document.view.show_range(590.0, 592.0)
        row("2 s visible: spectrogram and f0 there", f"{run.settle(run.is_complete):.2f} s")
        for name, overlays in (
            ("while the f0 range is adapted", False),
            ("spectrogram and f0", False),
            ("all overlays", True),
        ):
            run.area.set_shown(formants=overlays, intensity=overlays)
            if overlays:
                document.view.show_range(590.0, 592.0)
                row("2 s visible: all overlays there", f"{run.settle(run.is_complete):.2f} s")
            for what, steps in moves.items():
                seen = run.moving(steps())
                goal = (
                    f"at least {RATE_GOAL:g}; slowest {seen.slowest * 1e3:.0f} ms,"
                    f" longest paint {seen.paint * 1e3:.0f} ms, complete {seen.complete:.0%}"
                )
                row(f"{what}, {name}", f"{seen.rate:.0f} /s", goal, seen.rate >= RATE_GOAL)
                if options.save:
                    run.settle(run.is_complete)
                    options.save.mkdir(parents=True, exist_ok=True)
                    run.window.grab().save(str(options.save / f"{what}, {name}.png"))
            row(f"until all jobs have ended, {name}", f"{run.settle():.2f} s")
        run.area.set_document(None)
        run.state.jobs.cancel_all()
        run.state.jobs.wait()
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
