"""The same commands in Praat itself, on made-up and on real annotations."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import parselmouth
import pytest

from w2vpraat.corpus.textgrid import (
    Interval,
    IntervalTier,
    Point,
    PointTier,
    TextGrid,
    read_textgrid,
    write_textgrid,
)
from w2vpraat.corpus.textgrid.praat_edits import add_boundary, add_interval, nearest_sample_edge, remove_at
from w2vpraat.errors import TextGridError

call = parselmouth.praat.call


class Praat:
    """One grid in Praat, and the same here."""

    def __init__(self, grid: TextGrid, folder: Path) -> None:
        self.path = folder / "grid.TextGrid"
        write_textgrid(TextGrid(grid.start, grid.end, grid.tiers), self.path, form="binary")
        self.object = parselmouth.read(str(self.path))

    def refuses(self, *command: object) -> bool:
        try:
            call(self.object, *command)
        except parselmouth.PraatError:
            return True
        return False

    def grid(self) -> TextGrid:
        call(self.object, "Save as binary file...", str(self.path))
        return read_textgrid(self.path)


def check_random_commands(grid: TextGrid, folder: Path, seed: int, steps: int) -> None:
    """Insert and remove at random on both sides; each refuses what the other refuses."""
    chance = random.Random(seed)
    praat = Praat(grid, folder)
    refused = 0
    for _ in range(steps):
        number = chance.randint(1, len(grid))
        tier = grid.tiers[number - 1]
        marks = [mark for item in tier.items for mark in item[:-1]] or [grid.start]
        free = grid.start + chance.random() * grid.duration
        time = chance.choice([*chance.choices(marks, k=2), free, free])
        # At the end of a tier, Praat 6.1.38 removes the last boundary before it; here edges stay.
        remove = chance.random() < 0.4 and time != tier.end
        if isinstance(tier, PointTier):
            if remove and not any(point.time == time for point in tier):
                remove = False
            index = next((n for n, point in enumerate(tier, 1) if point.time == time), 0)
            command = ("Remove point...", number, index) if remove else ("Insert point...", number, time, "")
        else:
            command = (
                ("Remove boundary at time...", number, time)
                if remove
                else ("Insert boundary...", number, time)
            )
        try:
            grid = remove_at(grid, number, time) if remove else add_boundary(grid, number, time)
        except TextGridError:
            assert praat.refuses(*command), command
            refused += 1
        else:
            assert not praat.refuses(*command), command
    assert refused
    assert refused < 0.8 * steps
    assert praat.grid().tiers == grid.tiers


def test_boundaries_and_points_as_in_praat(tmp_path: Path) -> None:
    grid = TextGrid(
        0.5,
        9.5,
        (
            IntervalTier("a", 0.5, 9.5, (Interval(0.5, 4, "one"), Interval(4, 9.5, "\\swtwo"))),
            PointTier("p", 0.5, 9.5, (Point(2, "H"), Point(5, "L"))),
            IntervalTier("b", 0.5, 9.5, (Interval(0.5, 9.5, "x"),)),
        ),
    )
    for seed in range(6):
        check_random_commands(grid, tmp_path, seed, 60)


@pytest.mark.shared_data
def test_boundaries_of_real_annotations_as_in_praat(shared_data: Path, tmp_path: Path) -> None:
    paths = sorted(shared_data.glob("librispeech/**/*.TextGrid"))[:2]
    paths += sorted(shared_data.glob("emodb/**/*.TextGrid"))[:2]
    assert len(paths) == 4
    for seed, path in enumerate(paths):
        check_random_commands(read_textgrid(path), tmp_path, seed, 60)


def test_equal_labels_are_joined_as_praat_does(tmp_path: Path) -> None:
    grid = TextGrid(0, 2, (IntervalTier("a", 0, 2, (Interval(0, 1, "x"), Interval(1, 2, "x"))),))
    praat = Praat(grid, tmp_path)
    call(praat.object, "Remove boundary at time...", 1, 1)
    assert praat.grid().tiers == remove_at(grid, 1, 1).tiers
    assert call(praat.object, "Get label of interval...", 1, 1) == "xx"


def test_an_interval_is_two_of_praats_boundaries(tmp_path: Path) -> None:
    grid = TextGrid(0, 8, (IntervalTier("a", 0, 8, (Interval(0, 8, "abc"),)),))
    praat = Praat(grid, tmp_path)
    for time in (3, 5):
        call(praat.object, "Insert boundary...", 1, time)
    assert praat.grid().tiers == add_interval(grid, 1, 3, 5).tiers


def test_sample_edges_lie_between_praats_samples() -> None:
    sound = parselmouth.Sound(np.zeros(100), 8000, start_time=0.25)
    for time in (0.25, 0.2537, 0.26):
        edge = nearest_sample_edge(time, 8000, 0.25)
        index = call(sound, "Get sample number from time...", edge)
        assert abs(index - round(index)) == pytest.approx(0.5, abs=1e-9)
        assert abs(edge - time) <= 0.5 / 8000 + 1e-12
