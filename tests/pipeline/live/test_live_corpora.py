"""Edits of corpora as people have them: several tiers and speakers, points, odd rates, two channels."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pandas as pd
import pytest
from live_material import edit, grid_of, run

from w2vpraat.corpus.textgrid import TextGrid, edits
from w2vpraat.corpus.token_values import Token
from w2vpraat.errors import W2VPraatError
from w2vpraat.pipeline.live.live_results import LiveResults
from w2vpraat.pipeline.running import Results
from w2vpraat.session.settings import Settings

pytestmark = [pytest.mark.usefixtures("one_cache"), pytest.mark.shared_data]


def edited(grid: TextGrid, token: Token) -> Iterator[TextGrid]:
    """Yield the annotation with one edit after the other at a token, points or intervals."""
    tier, number = token.tier_number, token.interval
    tries: list[Callable[[TextGrid], TextGrid]] = [
        lambda one: edits.move_boundary(one, tier, number, token.end - 0.004),
        lambda one: edits.move_point(one, tier, number, token.middle + 0.004),
        lambda one: edits.set_label(one, tier, number, "other"),
        lambda one: edits.insert_boundary(one, tier, token.start + 0.4 * token.duration),
        lambda one: edits.insert_point(one, tier, token.middle - 0.003, "new"),
        lambda one: edits.add_point_tier(one, "before", 1),
    ]
    for one in tries:
        with suppress(W2VPraatError):  # not for this kind of tier
            grid = one(grid)
            yield grid


def follow(settings: Settings, first: Results, steps: list[str]) -> int:
    """Edit all recordings and compare with a new run; return how many changes there were."""
    live, grids, changes = LiveResults(first), dict[str, TextGrid](), 0
    for name, tokens in first.opened.tokens.by_recording().items():
        for grid in edited(grid_of(first, name), tokens[len(tokens) // 2]):
            change = edit(live, name, grid)
            changes += change is not None and not change.is_empty
            grids[name] = grid
    fresh = run(settings, grids, steps)
    made = live.results()
    pd.testing.assert_frame_equal(made.table, fresh.table, rtol=1e-9, atol=1e-9)
    assert made.opened.tokens == fresh.opened.tokens
    assert made.notes[: len(fresh.notes)] == fresh.notes
    return changes


def test_read_speech_with_aligned_phones(shared_data: Path, tmp_path: Path) -> None:
    source = shared_data / "librispeech" / "test-other"
    for path in sorted(source.rglob("*.flac"))[:2]:
        for one in (path, path.with_suffix(".TextGrid")):
            target = tmp_path / "corpus" / one.relative_to(source)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(one, target)
    settings = Settings(corpus=str(tmp_path / "corpus")).updated(
        {"tokens": {"label_map": "arpabet", "label_class": "vowel", "stop_words": ["the", "and"]}}
    )
    steps = ["measure", "embed"]
    assert follow(settings, run(settings, steps=steps), steps) >= 6


def test_odd_material(shared_data: Path) -> None:
    settings = Settings(corpus=str(shared_data / "textgrids")).updated(
        {"tokens": {"tier": "/.*/"}, "formants": {"points": [0.2, 0.8]}}
    )
    first = run(settings, steps=["measure"])
    assert len(first.opened.tokens.by_recording()) > 2
    assert len({token.tier for token in first.opened.tokens.kept}) > 4
    assert follow(settings, first, ["measure"]) >= 8
