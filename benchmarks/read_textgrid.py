"""Time of reading a large TextGrid, against the package ``textgrid`` and Praat's own reader.

Prints seconds (wall and process time, best of the rounds) and the ratio to the others, all in the same run.
80,000 intervals are about two hours of speech on a phone tier. Target: at most 0.4 s.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import parselmouth
import textgrid

from w2vpraat.corpus.textgrid import (
    Interval,
    IntervalTier,
    TextGrid,
    edits,
    read_textgrid,
    textgrid_bytes,
    write_textgrid,
)

SIGNS = ("ɑː", "t", "ə", "", "ʃ", "iː", "n")


def large_grid(count: int) -> TextGrid:
    """Make a grid with one tier of intervals with uneven times."""
    times = [0.0]
    for index in range(count):
        times.append(times[-1] + 0.05 + (index * 7919 % 1000) / 9973)
    items = (
        Interval(start, end, SIGNS[index % len(SIGNS)]) for index, (start, end) in enumerate(pairwise(times))
    )
    return TextGrid(0.0, times[-1], (IntervalTier("phones", 0.0, times[-1], tuple(items)),))


def best(action: Callable[[], object], rounds: int) -> tuple[float, float]:
    """Return the best wall time and the best process time, in seconds."""
    walls, processes = [], []
    for _ in range(rounds):
        wall, process = time.perf_counter(), time.process_time()
        action()
        walls.append(time.perf_counter() - wall)
        processes.append(time.process_time() - process)
    return min(walls), min(processes)


def main() -> int:
    """Run and print; exit code 1 if the target is missed."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--intervals", type=int, default=80_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--target", type=float, default=0.4, help="seconds of process time for the long form")
    choice = parser.parse_args()
    grid = large_grid(choice.intervals)
    ours = 0.0
    with tempfile.TemporaryDirectory() as folder:
        for form in ("long", "short", "chronological", "binary"):
            path = Path(folder) / f"{form}.TextGrid"
            write_textgrid(grid, path, form=form)
            wall, process = best(lambda path=path: read_textgrid(path), choice.rounds)
            print(f"{form:14} {wall:6.3f} s wall, {process:6.3f} s process")
            if form == "long":
                ours = process
        long = Path(folder) / "long.TextGrid"
        rivals: dict[str, Callable[[], object]] = {
            "textgrid": lambda: textgrid.TextGrid.fromFile(str(long)),
            "parselmouth.read": lambda: parselmouth.read(str(long)),
        }
        for name, action in rivals.items():
            _, process = best(action, min(choice.rounds, 2))
            print(f"{name:18} {process:6.3f} s process; ours takes {ours / process:.3f} of it (long form)")
        read = read_textgrid(long)
        label = edits.set_label(read, 1, choice.intervals // 2, "new")
        boundary = edits.insert_boundary(read, 1, grid.end / 2)
        for name, edited in (("a label", label), ("a new boundary", boundary)):
            _, process = best(lambda edited=edited: textgrid_bytes(edited), choice.rounds)
            print(f"bytes of a file with {name} edited: {process:6.3f} s process")
    print(f"target {choice.target} s: {'met' if ours <= choice.target else 'MISSED'}")
    return 0 if ours <= choice.target else 1


if __name__ == "__main__":
    sys.exit(main())
