"""From an edit to the refreshed window: two maps, the token table and the editor, at 20,000 tokens.

A corpus of many short vowels is made from the sample recordings, measured and embedded by the window itself
(that takes minutes), and boundaries are moved as acts of its history. What is counted: from the act to the
moment at which the edited token is measured again and everything that shows it is painted (the whole), and
from the refreshed values to the paint (the views). Wall clock, beside the processor time of the window's
thread.

    python benchmarks/edit_to_refresh.py
    python benchmarks/edit_to_refresh.py --tokens 2000 --maps 4
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(Path(__file__).parent))

import numpy as np
from live_refresh import write_corpus
from PySide6.QtWidgets import QApplication
from w2vpraat_gui.app import make_application
from w2vpraat_gui.main_window import MainWindow

from w2vpraat.corpus.textgrid import edits
from w2vpraat.session.session import Session
from w2vpraat.session.settings import Settings

EDITS = 15
GOAL = 50.0


def wait(until: Callable[[], object], seconds: float = 3600.0) -> None:
    """Let the window work until something is so."""
    end = time.monotonic() + seconds
    while not until():
        if time.monotonic() > end:
            raise SystemExit("it took too long")
        QApplication.processEvents()
        time.sleep(0.002)


def settle(window: MainWindow, seconds: float = 1.0) -> None:
    """Wait until nothing is computed any more."""
    quiet = time.monotonic()
    while time.monotonic() - quiet < seconds:
        QApplication.processEvents()
        time.sleep(0.002)
        if window.state.jobs.running(quiet=True) or window.worlds.board.is_busy or window.worlds.feed.is_busy:
            quiet = time.monotonic()


def open_window(folder: Path, name: str, n_maps: int) -> MainWindow:
    """Open the corpus, measure it, show maps and tokens."""
    settings = Settings(corpus=str(folder), speakers=str(folder / "speakers.csv")).updated(
        {
            "normalize": {"methods": ["lobanov"], "embedding_methods": ["z"]},
            "tokens": {"tier": "phones"},
            "embed": {"model": "phone"},
        }
    )
    window = MainWindow()
    window.resize(1600, 1100)
    window.show()
    window.state.open_session(Session(settings))
    wait(lambda: window.state.corpus is not None)
    window.state.open_recording(name)
    wait(lambda: window.state.current is not None)
    window.state.current.view.show_range(1.0, 4.0)  # as one sees it while annotating
    start = time.monotonic()
    window.actions_["measure.run"].trigger()
    wait(lambda: window.state.results is not None)
    print(
        f"{len(window.state.results.opened.tokens.kept)} tokens measured in {time.monotonic() - start:.0f} s"
    )
    wait(lambda: window.worlds.feed.live is not None)
    settle(window)
    board = window.worlds.board
    while len(board.panels) < n_maps:
        board.add_map()
        settle(window)
    window.arrangement.bring("tokens")
    settle(window)
    return window


class Clock:
    """Notes when the values of an edit are there."""

    def __init__(self, window: MainWindow) -> None:
        self.came = 0.0
        # Connected last, it would hear the signal last; the values are there when it is called first.
        feed = window.worlds.feed
        take = feed._on_refreshed

        def taking(*arguments: object) -> None:
            self.came = time.perf_counter()
            take(*arguments)

        feed._on_refreshed = taking


def measure(window: MainWindow, name: str) -> None:
    """Move boundaries and print the times."""
    clock = Clock(window)
    document = window.state.documents[name]
    whole, views, thread = [], [], []
    moved: list[int] = []
    for number in range(EDITS):
        place = 10 + 6 * number
        grid = document.grid
        grid = edits.move_boundary(grid, 1, place, grid.tiers[0].items[place - 1].end + 0.01)
        version = window.worlds.feed.live.version
        clock.came = 0.0
        start, worked = time.perf_counter(), time.thread_time()
        window.state.history.edit(document, "Move boundary", grid)
        while window.worlds.feed.live.version == version:
            QApplication.processEvents()
        QApplication.sendPostedEvents()
        QApplication.processEvents()
        end = time.perf_counter()
        whole.append(1000 * (end - start))
        views.append(1000 * (end - clock.came))
        thread.append(1000 * (time.thread_time() - worked))
        moved.append(int(window.worlds.feed.live.version))
        settle(window, 0.2)
    print(f"{EDITS} boundaries moved; milliseconds: first, median, highest of the others (goal {GOAL:g})")
    for what, times in (
        ("from the act to the paint", whole),
        ("from the values to the paint", views),
        ("processor time of the window", thread),
    ):
        rest = times[1:]
        print(f"  {what:32s}{times[0]:8.1f}{np.median(rest):8.1f}{max(rest):8.1f}")
    start = time.perf_counter()
    version = window.worlds.feed.live.version
    window.state.history.undo()
    while window.worlds.feed.live.version == version:
        QApplication.processEvents()
    QApplication.sendPostedEvents()
    QApplication.processEvents()
    print(f"  {'undo of the last':32s}{1000 * (time.perf_counter() - start):8.1f}")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--tokens", type=int, default=20000)
    parser.add_argument("--seconds", type=float, default=60.0, help="of each recording")
    parser.add_argument("--speakers", type=int, default=50)
    parser.add_argument("--maps", type=int, default=2)
    given = parser.parse_args()
    make_application()
    with tempfile.TemporaryDirectory() as folder:
        os.environ.setdefault("W2VPRAAT_CONFIG_DIR", str(Path(folder) / "config"))
        corpus = Path(folder) / "corpus"
        corpus.mkdir()
        names = write_corpus(corpus, given.tokens, given.seconds, given.speakers)
        window = open_window(corpus, names[0], given.maps)
        measure(window, names[0])
        window.state.close_all()  # what was edited is not asked about
        window.close()


if __name__ == "__main__":
    main()
