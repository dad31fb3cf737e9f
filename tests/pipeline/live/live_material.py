"""A few seconds of real speech with one and with two speakers, edits of its annotations, and fresh runs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import soundfile

from w2vpraat.corpus.audio import read_audio
from w2vpraat.corpus.discover import discover
from w2vpraat.corpus.textgrid import (
    Interval,
    IntervalTier,
    TextGrid,
    edits,
    read_textgrid,
    write_textgrid,
)
from w2vpraat.corpus.textgrid.values import PointTier
from w2vpraat.errors import W2VPraatError
from w2vpraat.pipeline.live.live_results import LiveChange, LiveResults, refreshing
from w2vpraat.pipeline.running import Results, running
from w2vpraat.resources import sample_corpus
from w2vpraat.session.settings import Settings

METHODS = (
    "lobanov",
    "lobanov_balanced",
    "nearey1",
    "nearey2",
    "nearey2_regression",
    "deltaf",
    "watt_fabricius",
    "watt_fabricius_mod",
    "mean_ratio",
    "bark_difference",
    "syrdal_gopal",
    "gerstman",
    "labov",
    "miller",
    "nordstrom_lindblom",
    "c_cure",
)
F0_METHODS = ("f0_st", "f0_lz", "f0_t", "f0_lc")
VECTOR_METHODS = ("centre", "z", "whiten", "pca", "subspace")

SECONDS = 6.0


def write_speech(folder: Path) -> Path:
    """Write two recordings of one speaker each, and one of two speakers on two tiers."""
    folder.mkdir(parents=True)
    rows = ["speaker,sex,town"]
    for name in ("gb_f_alice", "us_m_adam"):
        samples, grid = _beginning(name, SECONDS)
        _write(folder, name, samples, grid)
        rows.append(f"{name},{name[3].upper()},{name[:2]}")
    halves = [_beginning(name, SECONDS / 2) for name in ("gb_f_emma", "us_m_liam")]
    samples = np.concatenate([half[0] for half in halves])
    tiers = []
    for place, (speaker, (_, grid)) in enumerate(zip(("ann", "bob"), halves, strict=True)):
        for tier in grid.tiers:
            shift = place * SECONDS / 2
            items = [Interval(a + shift, b + shift, label) for a, b, label in tier.items]
            rest = [Interval(0.0, shift, "")] if shift else [Interval(SECONDS / 2, SECONDS, "")]
            own = tuple(sorted([*items, *rest]))
            tiers.append(IntervalTier(f"{speaker} - {tier.name}", 0.0, SECONDS, own))
        rows.append(f"{speaker},{'FM'[place]},here")
    _write(folder, "talk", samples, TextGrid(0.0, SECONDS, tuple(tiers)))
    (folder / "speakers.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return folder


def _beginning(name: str, seconds: float) -> tuple[np.ndarray, TextGrid]:
    audio = read_audio(sample_corpus() / f"{name}.flac")
    grid = read_textgrid(sample_corpus() / f"{name}.TextGrid")
    tiers = []
    for tier in grid.tiers:
        items = [
            Interval(one.start, min(one.end, seconds), one.label) for one in tier.items if one.start < seconds
        ]
        tiers.append(IntervalTier(tier.name, 0.0, seconds, tuple(items)))
    return audio.samples[: round(seconds * audio.rate)], TextGrid(0.0, seconds, tuple(tiers))


def _write(folder: Path, name: str, samples: np.ndarray, grid: TextGrid) -> None:
    soundfile.write(folder / f"{name}.wav", samples, 16000)
    write_textgrid(grid, folder / f"{name}.TextGrid")


def settings_for(folder: Path, **sections: dict[str, object]) -> Settings:
    """Return settings with a few normalizations: vowels of some length, measured at three points."""
    changes: dict[str, dict[str, object]] = {
        "tokens": {"label_map": "ipa", "label_class": "vowel", "min_duration": 0.03, "max_duration": 0.6},
        "formants": {"points": [0.3, 0.5, 0.7]},
        "normalize": {
            "methods": ["lobanov", "gerstman", "nearey2_regression", "miller"],
            "f0_methods": ["f0_lz"],
            "embedding_methods": ["centre", "z", "subspace"],
        },
        "embed": {"layers": [4]},
    }
    for name, values in sections.items():
        changes[name] = {**changes.get(name, {}), **values}
    return Settings(corpus=str(folder), speakers=str(folder / "speakers.csv")).updated(changes)


def run(
    settings: Settings,
    grids: dict[str, TextGrid] | None = None,
    steps: Sequence[str] = ("measure", "embed"),
) -> Results:
    """Run from the beginning on these annotations."""
    corpus = None if grids is None else discover(settings.corpus).with_grids(grids)
    return next(
        event
        for event in running(settings, corpus=corpus, steps=steps, workers=0)
        if isinstance(event, Results)
    )


def grid_of(results: Results, name: str) -> TextGrid:
    """Return the annotation of a recording."""
    corpus = results.opened.corpus
    return corpus.grid(corpus.recording(name))


def edit(live: LiveResults, name: str, grid: TextGrid) -> LiveChange | None:
    """Plan, refresh and take an edit at once."""
    plan = live.plan(name, grid)
    return None if plan is None else live.take(refreshing(plan))


Act = Callable[[TextGrid, float, float], TextGrid]


def _item(grid: TextGrid, where: float, word: str = "phones") -> tuple[int, int]:
    tiers = [number for number, tier in enumerate(grid.tiers, 1) if tier.name.endswith(word)]
    number = tiers[int(where * 997) % len(tiers)]
    return number, 1 + int(where * (len(grid.tiers[number - 1]) - 1))


def move(grid: TextGrid, where: float, how: float) -> TextGrid:
    """Move a boundary of a phone."""
    tier, number = _item(grid, where)
    left, right = grid.tiers[tier - 1].items[number - 1 : number + 1]
    return edits.move_boundary(grid, tier, number, left.start + (0.1 + 0.8 * how) * (right.end - left.start))


def move_word(grid: TextGrid, where: float, how: float) -> TextGrid:
    """Move a boundary of a word: tokens may belong to another word then."""
    tier, number = _item(grid, where, "words")
    left, right = grid.tiers[tier - 1].items[number - 1 : number + 1]
    return edits.move_boundary(grid, tier, number, left.start + (0.1 + 0.8 * how) * (right.end - left.start))


def relabel(grid: TextGrid, where: float, how: float) -> TextGrid:
    """Write another label, one that is no vowel among them."""
    tier, number = _item(grid, where)
    return edits.set_label(grid, tier, number, ("a", "iː", "t", "", "ə", "??")[int(how * 5.99)])


def split(grid: TextGrid, where: float, how: float) -> TextGrid:
    """Add a boundary."""
    tier, number = _item(grid, where)
    item = grid.tiers[tier - 1].items[number - 1]
    return edits.insert_boundary(grid, tier, item.start + (0.2 + 0.6 * how) * (item.end - item.start))


def merge(grid: TextGrid, where: float, how: float) -> TextGrid:
    """Remove a boundary."""
    tier, number = _item(grid, where)
    return edits.remove_boundary(grid, tier, number)


def add_tier(grid: TextGrid, where: float, how: float) -> TextGrid:
    """Add a tier, before the others or behind them: ids change."""
    position = 1 if how < 0.7 else len(grid) + 1
    if where < 0.5:
        return edits.add_point_tier(grid, "tones", position)
    return edits.add_interval_tier(grid, "remarks", position)


def drop_tier(grid: TextGrid, where: float, how: float) -> TextGrid:
    """Remove a tier that holds no tokens."""
    others = [
        k for k, tier in enumerate(grid.tiers, 1) if isinstance(tier, PointTier) or tier.name == "remarks"
    ]
    return edits.remove_tier(grid, others[0]) if others else grid


def rename(grid: TextGrid, where: float, how: float) -> TextGrid:
    """Give a tier of phones to another speaker, who may be somebody else's."""
    tier, _ = _item(grid, where)
    return edits.rename_tier(grid, tier, f"{('eve', 'bob', 'ann')[int(how * 2.99)]} - phones")


def swap(grid: TextGrid, where: float, how: float) -> TextGrid:
    """Put the last tier first."""
    return edits.move_tier(grid, len(grid), 1)


ACTS: dict[str, Act] = {
    one.__name__: one for one in (move, move_word, relabel, split, merge, add_tier, drop_tier, rename, swap)
}


def act(grid: TextGrid, name: str, where: float, how: float) -> TextGrid:
    """Do an edit; one that is not possible leaves the annotation as it is."""
    try:
        return ACTS[name](grid, where, how)
    except W2VPraatError:
        return grid


def with_points(settings: Settings, *points: float) -> Settings:
    """Return settings that measure at other points."""
    return replace(settings, formants=replace(settings.formants, points=points))
