"""How far a live map can be believed: the numbers under it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from w2vpraat.compare.maps.picture import MapNumber
from w2vpraat.events import Progress
from w2vpraat.pipeline.maps.placed import Bools, Placed, Rows

if TYPE_CHECKING:
    from w2vpraat.pipeline.live.live_results import LiveResults
    from w2vpraat.pipeline.maps.live_map import LiveMap

STEPS = 4
APART = {
    "speaker": "tokens of other speakers",
    "recording": "tokens of other recordings",
    "token": "other tokens",
}


def judging_map(
    snapshot: LiveResults,
    live_map: LiveMap,
    placed: Placed | None = None,
    *,
    shown: Bools | None = None,
) -> Iterator[Progress | tuple[MapNumber, ...]]:
    """Put numbers to a map: agreement of the column ``judged`` among neighbours, and how true the map is.

    As `w2vpraat.compare.maps.map_quality` does; of more than 3,000 tokens so many are asked, drawn by lot.

    Parameters
    ----------
    snapshot : LiveResults
        Of the version that the map has followed the edits to.
    live_map : LiveMap
    placed : Placed, optional
        Its places when the snapshot was taken; default: as they are when the work begins.
    shown : ndarray of bool, shape (n_tokens,), optional
        Judge only these; default: all that have a place.

    Yields
    ------
    Progress, then a tuple of MapNumber
        ``agreement``, ``full_agreement``, ``silhouette``, ``trustworthiness``; NaN where a number is not
        defined.
    """
    from w2vpraat.compare.maps.map_quality import (
        Factor,
        chance_agreement,
        draw_asked,
        silhouette,
        standard_columns,
        trust,
    )
    from w2vpraat.compare.probes.linear import encode
    from w2vpraat.compare.threads import one_thread

    placed = live_map.placed if placed is None else placed
    params, method = live_map.params, live_map.method
    yield Progress("judge", 0, STEPS, live_map.title)
    column = params.judged
    rows: Rows = np.empty(0, dtype=np.intp)
    if placed.normalized is not None and column in snapshot.text_columns:
        values = placed.normalized.values
        usable = np.isfinite(placed.points).all(axis=1) & np.isfinite(values).all(axis=1) & ~placed.pending
        rows = np.flatnonzero(usable if shown is None else usable & shown)
    if len(placed.ids) != len(snapshot):
        rows = rows[:0]  # of another state: the edit that came meanwhile will ask again
    if len(rows) < 3:
        yield _numbers(column, "speaker", *[math.nan] * 5, dim=len(placed.columns))
        return
    seed = snapshot.settings.compare.seed
    rows = rows[np.argsort(placed.ids[rows].astype(str))]
    standard = standard_columns(np.asarray(values[rows], dtype=np.float64))
    own = method in ("plane", "strip")
    points = placed.points[rows][:, 1:] if method == "strip" else placed.points[rows]
    points = standard_columns(points) if own else points
    factor = Factor.of(
        snapshot.texts(column)[rows].tolist(),
        np.asarray(encode(snapshot.texts("speaker")[rows].tolist())[1]),
        np.asarray(encode(snapshot.texts("file_name")[rows].tolist())[1]),
        seed,
        voices=column == "speaker",
    )
    several = factor.n_classes > 1
    with one_thread():
        agreement = factor.agreement(points)
        chance = chance_agreement(factor.numbers, factor.groups, factor.asked) if several else math.nan
    yield Progress("judge", 1, STEPS, live_map.title)
    with one_thread():
        full = factor.agreement(standard)
    yield Progress("judge", 2, STEPS, live_map.title)
    with one_thread():
        clear = silhouette(points[factor.known], factor.numbers, factor.asked)
    yield Progress("judge", 3, STEPS, live_map.title)
    with one_thread():
        true = 1.0 if own else trust(points, standard, draw_asked(len(rows), seed))
    yield Progress("judge", STEPS, STEPS, live_map.title)
    yield _numbers(column, factor.apart, agreement, chance, full, clear, true, dim=standard.shape[1])


def _numbers(
    column: str,
    apart: str,
    agreement: float,
    chance: float,
    full: float,
    clear: float,
    true: float,
    *,
    dim: int,
) -> tuple[MapNumber, ...]:
    whose = APART[apart]
    lot = "" if math.isnan(chance) else f"; {whose} drawn by lot would give {100 * chance:.0f} %"
    return (
        MapNumber(
            "agreement",
            f"same {column} among 10 neighbours",
            agreement,
            chance,
            told=f"Of the 10 nearest {whose} on the map, so many have the same {column}{lot}.",
        ),
        MapNumber(
            "full_agreement",
            f"the same in all {dim} dimensions",
            full,
            chance,
            told=f"Of the 10 nearest {whose} before the values were laid flat, so many have the same "
            f"{column}.",
        ),
        MapNumber(
            "silhouette",
            "silhouette",
            clear,
            told=f"How clearly the values of {column} form clusters on the map, from -1 (mixed up) to 1 "
            "(apart); 0 means overlap (Rousseeuw 1987).",
        ),
        MapNumber(
            "trustworthiness",
            "trustworthiness",
            true,
            told="How far neighbours on the map are neighbours in all dimensions, from 0 to 1 "
            "(Venna & Kaski 2001).",
        ),
    )
