"""Four speakers of the sample corpus, measured and embedded once, and edits of their TextGrids."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import cache
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np

from w2vpraat.corpus.discover import discover
from w2vpraat.corpus.textgrid import TextGrid, read_textgrid
from w2vpraat.params import MapParams
from w2vpraat.pipeline.live.live_results import LiveChange, LiveResults, refreshing
from w2vpraat.pipeline.maps.fitting import fitting_map
from w2vpraat.pipeline.maps.live_map import LiveMap
from w2vpraat.pipeline.running import Results, running
from w2vpraat.resources import sample_corpus
from w2vpraat.session.sample import sample_settings

SPEAKERS = ("gb_f_alice", "gb_m_daniel", "us_f_heart", "us_m_adam")
LAYERS = (4, 5, 6)
GRIDS: WeakKeyDictionary[LiveResults, dict[str, TextGrid]] = WeakKeyDictionary()


@cache
def sample_results() -> Results:
    """Measure formants at three points, and embed with three layers of the phone model."""
    return run(SPEAKERS, ("measure", "embed"))


def run(names: Iterable[str], steps: Iterable[str], **changes: dict[str, Any]) -> Results:
    """Run on some recordings of the sample corpus (in tests with the fixture ``one_cache``)."""
    settings = sample_settings(sample_corpus()).updated(
        {
            "formants": {"ceiling_mode": "sex", "summary": "points", "points": [0.25, 0.5, 0.75]},
            "pitch": {"two_pass": False},
            "embed": {"model": "phone", "layers": list(LAYERS), "device": "cpu"},
            **changes,
        }
    )
    corpus = discover(sample_corpus())
    names = set(names)
    corpus = replace(corpus, recordings=tuple(one for one in corpus.recordings if one.name in names))
    return last(running(settings, corpus=corpus, steps=tuple(steps), workers=0))


def fresh() -> LiveResults:
    """Return results of one's own, to be edited."""
    return LiveResults(sample_results())


def last(events: Iterable[Any]) -> Any:
    """Return the result of a job."""
    found = None
    for found in events:  # noqa: B007 - the last one is wanted
        pass
    return found


def made(live: LiveResults, reference: LiveMap | None = None, **params: Any) -> LiveMap:
    """Make a map."""
    return last(fitting_map(live.snapshot(), MapParams(**params), reference=reference))


def edit(live: LiveResults, name: str, change: Callable[[TextGrid], TextGrid]) -> LiveChange:
    """Edit a TextGrid, and compute what follows from it."""
    grids = GRIDS.setdefault(live, {})
    if name not in grids:
        grids[name] = read_textgrid(sample_corpus() / f"{name}.TextGrid")
    grids[name] = change(grids[name])
    plan = live.plan(name, grids[name])
    assert plan is not None
    return live.take(refreshing(plan))


def by_id(ids: Iterable[str], rows: np.ndarray) -> dict[str, tuple[float, ...]]:
    """Return rows by token."""
    return {str(token): tuple(row) for token, row in zip(ids, np.atleast_2d(rows).tolist(), strict=True)}
