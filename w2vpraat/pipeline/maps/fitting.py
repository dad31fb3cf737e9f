"""Making a map, and placing tokens on one that is there: work for other threads."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from w2vpraat.errors import ComparisonError
from w2vpraat.events import Progress
from w2vpraat.params import MapParams
from w2vpraat.pipeline.live.normalized import Normalized
from w2vpraat.pipeline.maps.changes import merged
from w2vpraat.pipeline.maps.live_map import LiveMap
from w2vpraat.pipeline.maps.placed import Floats, Placed, Rows, Values, strip_offsets, strip_places
from w2vpraat.pipeline.maps.values import (
    chart_columns,
    describe_map,
    map_method,
    map_values,
    same_layout,
    vector_key,
)

if TYPE_CHECKING:
    from w2vpraat.compare.maps.projection import FittedMap
    from w2vpraat.pipeline.live.live_results import LiveResults

# Maps of neighbourhoods are made of so many tokens, drawn evenly over speakers; others are placed among them.
MOST_FITTED = 3000
SLOW_METHODS = ("umap", "tsne")
# Tokens that are placed between two signs of life.
PART = 256
STEPS = 3


def fitting_map(
    snapshot: LiveResults, params: MapParams, *, reference: LiveMap | None = None, turn: str = "auto"
) -> Iterator[Progress | LiveMap]:
    """Make a map.

    The values are normalized, laid flat by `w2vpraat.compare.maps`, and laid like the reference. A single
    column (f0, duration) becomes a strip chart: the value upwards, the labels side by side, tokens spread
    over the width of their strip by their ids; with trajectories the mean course of each label runs through
    its strip from left to right.

    Parameters
    ----------
    snapshot : LiveResults
        From `LiveResults.snapshot`, with the vectors that the map needs (`needed_vectors`).
    params : MapParams
    reference : LiveMap, optional
        What the map is laid like, if ``params.align`` and it can be turned; for a map that is made again, the
        map before, so that it does not jump. A station between layers that shows the same is kept as it is.
    turn : str
        See `w2vpraat.compare.maps.alignment.align`.

    Yields
    ------
    Progress, then LiveMap

    Raises
    ------
    W2VPraatError
        The vectors are missing, the normalization is not possible, or too few tokens have values.
    """
    if reference is not None and _is_station_of(reference, snapshot, params):
        yield from keeping(snapshot, reference, params)
        return
    title = describe_map(params, snapshot)
    yield Progress("map", 0, STEPS, title)
    normalized = map_values(snapshot, params)
    yield Progress("map", 1, STEPS, title)
    yield from _laid_flat(snapshot, params, title, normalized, reference, turn)


def _laid_flat(
    snapshot: LiveResults,
    params: MapParams,
    title: str,
    normalized: Normalized,
    reference: LiveMap | None,
    turn: str,
) -> Iterator[Progress | LiveMap]:
    values, columns = normalized.values, normalized.columns
    whole = np.flatnonzero(np.isfinite(values).all(axis=1))
    if not len(whole):
        raise ComparisonError(f"no token has values of {title}", _why_nothing(params))
    method = map_method(params, columns)
    notes: list[str] = []
    fitted: FittedMap | None = None
    if method == "strip":
        points = np.column_stack([strip_offsets(snapshot.ids), np.asarray(values[:, 0], dtype=np.float64)])
    else:
        fitted, rows = _fit(snapshot, params, title, method, values, columns, whole)
        if len(rows) < len(whole):
            notes.append(
                f"made of {len(rows)} of {len(whole)} tokens, drawn evenly over speakers; the others are"
                " placed among them"
            )
        notes += fitted.projection.notes
        if method == "lda":
            notes.append(
                "labels helped to make this map (LDA), so it shows them better than they can be known"
            )
        yield Progress("map", 2, STEPS, title)
        if params.align and reference is not None and reference.method != "strip" and method != "plane":
            try:
                fitted = fitted.laid_like(reference.projection(), turn=turn)
            except ComparisonError as error:
                notes.append(f"not laid like the other map: {error}")
        points = np.full((len(values), 2), np.nan)
        points[rows] = fitted.projection.coordinates
        for done, part in _parts(np.setdiff1d(whole, rows)):
            points[part] = fitted.place_values(values[part])
            yield Progress("place", done, len(whole) - len(rows), title)
    placed = _fresh(snapshot, normalized, points)
    yield Progress("map", STEPS, STEPS, title)
    yield LiveMap(params, title, placed, fitted, normalized, tuple(dict.fromkeys(notes)))


def _fit(
    snapshot: LiveResults,
    params: MapParams,
    title: str,
    method: str,
    values: Values,
    columns: tuple[str, ...],
    whole: Rows,
) -> tuple[FittedMap, Rows]:
    """Lay tokens flat: sorted by their ids, so that no map depends on the order of a table."""
    from w2vpraat.compare.maps.projection import fit_values
    from w2vpraat.compare.probes.given_label import thinned
    from w2vpraat.compare.probes.linear import encode

    seed = snapshot.settings.compare.seed
    rows = whole
    labels = snapshot.texts("label")
    if method == "lda":
        rows = rows[labels[rows] != ""]
    if method in SLOW_METHODS:
        _, speakers = encode(snapshot.texts("speaker").tolist())
        rows = thinned(rows, speakers, MOST_FITTED, (seed, 0))
    ids = snapshot.ids[rows].astype(str)
    order = np.argsort(ids)
    rows = rows[order]
    fitted = fit_values(
        np.asarray(values[rows], dtype=np.float64),
        columns,
        method,
        name=title,
        ids=ids[order].tolist(),
        plane=chart_columns(columns) if method == "plane" else None,
        labels=encode(labels[rows].tolist())[1] if method == "lda" else None,
        params=snapshot.settings.compare,
    )
    return fitted, rows


def placing(snapshot: LiveResults, live_map: LiveMap) -> Iterator[Progress | tuple[Placed, Normalized]]:
    """Place the tokens of a map that wait for it, where that takes too long for the window.

    Parameters
    ----------
    snapshot : LiveResults
        Of the version that the map has followed the edits to.
    live_map : LiveMap

    Yields
    ------
    Progress, then the arguments of `LiveMap.take`, which refuses them if there was another edit meanwhile
    """
    placed, normalized, fitted = live_map.placed, live_map.normalized, live_map.fitted
    waiting = [change for change in live_map.waiting if change.version <= placed.version]
    assert normalized is not None
    if snapshot.version != placed.version:
        yield replace(placed, version=-1), normalized  # another edit came: the map will not take it
        return
    rows = np.flatnonzero(placed.pending)
    yield Progress("place", 0, len(rows), live_map.title)
    if waiting:
        # The map of the window keeps its own until this one is taken over.
        normalized = copy.copy(normalized)
        rows = np.union1d(rows, normalized.update(snapshot, merged(waiting))).astype(np.intp)
        placed = placed.followed(None, placed.ids, placed.version, normalized)
    if normalized.columns != placed.columns:
        # The axes say nothing about these values; the map must be made again.
        placed = replace(placed, pending=np.zeros_like(placed.pending))
    elif fitted is None:
        placed = placed.put(rows, strip_places(placed, rows, normalized.values_at(rows)))
    else:
        for done, part in _parts(rows):
            placed = placed.put(part, fitted.place_values(normalized.values_at(part)))
            yield Progress("place", done, len(rows), live_map.title)
    yield placed.marked(moved=rows), normalized


def keeping(
    snapshot: LiveResults, live_map: LiveMap, params: MapParams | None = None
) -> Iterator[Progress | LiveMap]:
    """Place all tokens of a snapshot on the axes of a map: of a station between layers where one stays.

    Parameters
    ----------
    snapshot : LiveResults
    live_map : LiveMap
    params : MapParams, optional
        Of the same layout, for another dress.

    Yields
    ------
    Progress, then LiveMap
    """
    params = live_map.params if params is None else params
    title = live_map.title
    yield Progress("map", 0, 2, title)
    normalized = map_values(snapshot, params)
    yield Progress("map", 1, 2, title)
    values = normalized.values
    if live_map.fitted is None:
        points = np.column_stack([strip_offsets(snapshot.ids), np.asarray(values[:, 0], dtype=np.float64)])
    else:
        points = np.full((len(values), 2), np.nan)
        for _, part in _parts(np.arange(len(values), dtype=np.intp)):
            points[part] = live_map.fitted.place_values(values[part])
            yield Progress("map", 1, 2, title)
    placed = _fresh(snapshot, normalized, points)
    yield LiveMap(params, title, placed, live_map.fitted, normalized, live_map.notes)


def _is_station_of(one: LiveMap, snapshot: LiveResults, params: MapParams) -> bool:
    key = vector_key(snapshot, params)
    if one.normalized is not None or key is None:
        return False
    full = replace(params, model=key.model, layer=key.layer, pooling=key.pooling, align=True)
    return same_layout(full, one.params)


def _fresh(snapshot: LiveResults, normalized: Normalized, points: Floats) -> Placed:
    none = np.zeros(len(points), dtype=np.bool_)
    points.setflags(write=False)
    still = copy.copy(normalized)
    return Placed(snapshot.version, snapshot.ids, still, normalized.columns, points, none, none)


def _parts(rows: Rows) -> Iterator[tuple[int, Rows]]:
    for start in range(0, len(rows), PART):
        part = rows[start : start + PART]
        yield start + len(part), part


def _why_nothing(params: MapParams) -> str:
    if params.source == "embedding":
        return "no recording could be embedded; look at the messages of the run"
    if params.normalization != "none":
        return "the normalization refused all speakers: choose another, or none"
    return "measure the tokens first"
