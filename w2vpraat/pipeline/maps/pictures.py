"""From a live map to what is drawn: colours, means, ellipses, courses, notes."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from w2vpraat.compare.maps.picture import Factor, MapLine, MapPicture
from w2vpraat.compare.maps.shown_groups import (
    MOST_ELLIPSES,
    MOST_MEANS,
    colour_ellipses,
    label_courses,
    label_means,
)
from w2vpraat.pipeline.maps.placed import STRIP, Bools, Floats, Rows

if TYPE_CHECKING:
    from w2vpraat.pipeline.live.live_results import LiveResults
    from w2vpraat.pipeline.maps.factors import Factors
    from w2vpraat.pipeline.maps.live_map import LiveMap

NOTHING: tuple[MapLine, ...] = ()


def draw(
    live_map: LiveMap, live: LiveResults, factors: Factors, shown: Bools | None, points: Floats | None
) -> MapPicture:
    """Put a picture together; see `LiveMap.picture`."""
    params = live_map.params
    labels = factors.factor(live, "label")
    colour = factors.factor(live, params.colour)
    shape = factors.factor(live, params.shape) if params.shape else None
    between = points is not None
    if points is None:
        points = live_map.placed.points
    is_strip = live_map.method == "strip"
    middles = points
    if is_strip:
        middles = strip_points(points * [0.0, 1.0], labels)
        points = strip_points(points, labels)
    shown = np.ones(len(points), dtype=np.bool_) if shown is None else shown
    rows = np.flatnonzero(shown & np.isfinite(points).all(axis=1))
    (x, x_reversed), (y, y_reversed) = live_map.axes()
    means = label_means(middles, labels, colour, rows) if params.means else ()
    notes = list(_notes(live_map, points))
    notes += [f'there is no column "{one.name}"' for one in (colour, shape) if one and not one.values]
    if len(means) > MOST_MEANS:
        means = ()
        notes.append(f"means are left out: there are more than {MOST_MEANS} labels")
    ellipses = NOTHING
    if params.ellipses and not is_strip:
        if len(colour.values) <= MOST_ELLIPSES:
            ellipses = colour_ellipses(points, colour, rows, params.ellipse_level)
        else:
            notes.append(f"ellipses are left out: there are more than {MOST_ELLIPSES} colours")
    courses = NOTHING
    if params.trajectories and not between:
        found = _courses(live_map, labels)
        if found is None:
            notes.append("there are no courses: tokens were measured at one point, or this map has no time")
        else:
            courses = label_courses(found, labels, colour, rows)
    return MapPicture(
        title=live_map.title,
        ids=live.ids,
        points=points,
        axes=(x, y),
        reversed_axes=(x_reversed, y_reversed),
        equal=live_map.method not in ("plane", "strip"),
        colour=colour,
        shape=shape,
        labels=live.texts("label"),
        shown=shown,
        marks=params.marks,
        means=means,
        ellipses=ellipses,
        courses=courses,
        level=params.ellipse_level,
        numbers=live_map.numbers,
        notes=tuple(notes),
        x_names=tuple(enumerate(labels.values)) if is_strip else (),
    )


def strip_points(points: Floats, labels: Factor) -> Floats:
    """Put each token beside the others of its label; strips are 1 wide, the first one around 0."""
    middle = np.where(labels.codes >= 0, labels.codes, np.nan)
    return np.column_stack([points[:, 0] + middle, points[:, 1]])


def _courses(live_map: LiveMap, labels: Factor) -> Floats | None:
    """Points over time in the units of the axes, shape (n_tokens, n_times, 2); None if there are none."""
    if live_map.placed.normalized is None or live_map.method not in ("plane", "strip"):
        return None
    found: Floats = _kept(live_map, "courses", _through_time)
    if found.shape[1] < 2:
        return None
    if live_map.method == "strip":
        middle = np.where(labels.codes >= 0, labels.codes, np.nan)
        found = np.stack([found[:, :, 0] + middle[:, None], found[:, :, 1]], axis=2)
    return found


def _through_time(live_map: LiveMap) -> Floats:
    assert live_map.placed.normalized is not None
    times, values = live_map.placed.normalized.courses()
    if live_map.fitted is None:
        # Through the width of the strip, from its left end to its right one.
        along = np.broadcast_to(STRIP * (2.0 * times - 1.0), values.shape[:2])
        return np.stack([along, values[:, :, 0]], axis=2)
    columns = live_map.placed.columns
    return np.asarray(values[:, :, [columns.index(name) for name in live_map.fitted.projection.axes]])


def _kept(live_map: LiveMap, name: str, make: Callable[[LiveMap], Any]) -> Any:
    """Make something once for all pictures of the same state."""
    kept = live_map.kept.get(name)
    if kept is None or kept[0] is not live_map.placed:
        kept = live_map.kept[name] = (live_map.placed, make(live_map))
    return kept[1]


def _of_normalization(live_map: LiveMap) -> tuple[str, ...]:
    normalized = live_map.placed.normalized
    return () if normalized is None else normalized.notes


def _notes(live_map: LiveMap, points: Floats) -> tuple[str, ...]:
    placed = live_map.placed
    notes = [*_kept(live_map, "notes", _of_normalization), *live_map.notes]
    lost = np.flatnonzero(~np.isfinite(points).all(axis=1) & ~placed.pending)
    if len(lost):
        notes.insert(0, f"{len(lost)} of {len(points)} tokens have no place: {_reason(live_map, lost)}")
    if waiting := int(placed.pending.sum()):
        notes.append(f"{waiting} tokens lie where they were, until their new places are found")
    if live_map.needs_fitting:
        notes.append("the values have other columns now; the map must be made again")
    elif behind := live_map.is_behind:
        notes.append(f"{behind} tokens have other values than when the axes were found")
    return tuple(dict.fromkeys(notes))


def _reason(live_map: LiveMap, lost: Rows) -> str:
    if live_map.params.source == "embedding":
        return "they have no vector (no frame, or a recording that cannot be read)"
    placed = live_map.placed
    values = None if placed.normalized is None else placed.normalized.values_at(lost)
    missing = [
        name
        for column, name in enumerate(placed.columns)
        if values is not None and not np.isfinite(values[:, column]).all()
    ]
    return f"{' or '.join(missing)} is missing" if missing else "they have no label"
