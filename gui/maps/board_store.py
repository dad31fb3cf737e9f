"""Which maps a session shows: kept in its layout, and chosen anew where it has none that fit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from w2vpraat.errors import W2VPraatError
from w2vpraat.params import MapParams
from w2vpraat.pipeline.live.live_results import LiveResults
from w2vpraat.pipeline.maps.values import same_layout
from w2vpraat.session.session import Session

from ..state import AppState

KEY = "board"
"""Where they are in the layout of a session."""
MOST = 4
"""Maps side by side."""


def kept_maps(session: Session | None) -> tuple[MapParams, ...]:
    """Return the maps that a session has kept; empty if there are none that can be read.

    A value that is not possible (of another version, or edited by hand) counts as not set: a choice of the
    view must not keep anybody from working.
    """
    found = None if session is None else session.layout.get(KEY)
    maps = found.get("maps") if isinstance(found, Mapping) else None
    if not isinstance(maps, Sequence) or isinstance(maps, (str, bytes)):
        return ()
    return tuple(_read(one) for one in maps if isinstance(one, Mapping))[:MOST]


def keep_maps(state: AppState, maps: Sequence[MapParams]) -> None:
    """Keep the maps in the session; no act of its own, as with other things of the view."""
    session = state.session
    if session is not None and kept_maps(session) != tuple(maps):
        board = {"maps": [one.as_dict() for one in maps]}
        state.set_session(session.with_layout({**session.layout, KEY: board}))


def first_maps(live: LiveResults) -> tuple[MapParams, ...]:
    """Return what a board begins with: the vowel chart at the left, the vectors at the right.

    Formants are normalized by the first method that was measured.
    """
    method = next(iter(live.settings.normalize.methods), "none")
    chart = MapParams(normalization=method if {"F1", "F2"} <= set(live.number_columns) else "none")
    return chart, MapParams(source="embedding")


def another_map(maps: Sequence[MapParams]) -> MapParams:
    """Return what one more map shows: something that no other does, coloured like the first one."""
    first = maps[0] if maps else MapParams()
    vectors = next((one for one in maps if one.source == "embedding"), MapParams(source="embedding"))
    chart = next((one for one in maps if one.source == "formants"), MapParams())
    wishes = (
        vectors,
        replace(vectors, normalization="z"),
        replace(chart, normalization="none"),
        replace(vectors, normalization="none"),
        MapParams(source="f0"),
    )
    new = (one for one in wishes if not any(same_layout(one, other) for other in maps))
    return replace(next(new, wishes[-1]), colour=first.colour, shape=first.shape)


def _read(values: Mapping[str, Any]) -> MapParams:
    found = MapParams()
    known = {name for name, *_ in MapParams.describe()}
    for name, value in values.items():
        if name in known:
            try:
                found = MapParams.from_dict({**found.as_dict(), name: value})
            except (W2VPraatError, TypeError, ValueError):
                continue
    return found
