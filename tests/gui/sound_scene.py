"""What the tests of the panes of sound share: documents of given samples, and a settled sound area."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import soundfile
from pytestqt.qtbot import QtBot
from w2vpraat_gui.document import Document
from w2vpraat_gui.editor.sound_area import SoundArea
from w2vpraat_gui.state import AppState

from w2vpraat.corpus.audio import audio_info
from w2vpraat.corpus.discover import Recording
from w2vpraat.corpus.textgrid import Interval, IntervalTier, Point, PointTier, TextGrid


def settled(qtbot: QtBot, state: AppState) -> None:
    """Wait until all jobs have ended."""
    qtbot.waitUntil(lambda: not state.jobs.running(quiet=True), timeout=20_000)


def shown_area(qtbot: QtBot, state: AppState, document: Document | None) -> SoundArea:
    """Show a document in a sound area, with everything there."""
    area = SoundArea(state)
    qtbot.addWidget(area)
    area.resize(1000, 460)
    area.show()
    area.set_document(document)
    settled(qtbot, state)
    return area


def sound_document(
    folder: Path,
    samples: np.ndarray,
    rate: int = 16_000,
    *,
    edges: tuple[float, ...] = (),
    points: tuple[float, ...] = (),
    suffix: str = ".wav",
    start_time: float = 0.0,
) -> Document:
    """Make a document of samples (one column per channel), with one tier of intervals and one of points."""
    path = folder / f"made{suffix}"
    soundfile.write(path, samples, rate)
    info = audio_info(path, start_time=start_time)
    start, end = start_time, info.end_time
    times = (start, *edges, end)
    items = tuple(Interval(a, b, "a") for a, b in pairwise(times))
    marks = tuple(Point(time, "p") for time in points)
    grid = TextGrid(
        start, end, (IntervalTier("phones", start, end, items), PointTier("points", start, end, marks))
    )
    return Document(Recording("made", path, folder / "made.TextGrid"), grid, info, start_time=start_time)


def vowel(seconds: float = 1.0, rate: int = 16_000, f0: float = 120.0) -> np.ndarray:
    """Return a pulse train with some formants, float64 below full scale."""
    time = np.arange(round(seconds * rate)) / rate
    wave = np.zeros(time.size)
    for harmonic in range(1, int(0.45 * rate / f0)):
        frequency = harmonic * f0
        level = sum(
            1.0 / (1.0 + ((frequency - peak) / 90.0) ** 2) for peak in (500.0, 1500.0, 2500.0, 3500.0)
        )
        wave += level * np.cos(2.0 * np.pi * frequency * time)
    return 0.5 * wave / np.abs(wave).max()
