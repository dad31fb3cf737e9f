"""What a map is made of: which vectors, which normalized values, which way of laying them flat."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from w2vpraat.errors import ComparisonError
from w2vpraat.params import ChartParams, MapParams
from w2vpraat.pipeline.live.live_results import VectorKey
from w2vpraat.pipeline.live.normalized import Normalized

if TYPE_CHECKING:
    from w2vpraat.pipeline.live.live_results import LiveResults

# Parameters that only decide how a map is drawn and judged.
DRESS = (
    "colour",
    "shape",
    "marks",
    "means",
    "ellipses",
    "ellipse_level",
    "trajectories",
    "judged",
)
SOURCE_TITLES = {"formants": "formants", "f0": "f0", "duration": "duration", "embedding": "vectors"}
POOLING_TITLES = {
    "mean": "mean of all frames",
    "middle": "mean of the middle third",
    "centre": "centre frame",
    "overlap": "mean weighted by overlap",
    "thirds": "three thirds",
}


def same_layout(one: MapParams, two: MapParams) -> bool:
    """Whether two maps have their tokens in the same places, whatever they look like."""
    plain = MapParams()
    changes = {name: getattr(plain, name) for name in DRESS}
    return replace(one, **changes) == replace(two, **changes)


def vector_key(live: LiveResults, params: MapParams) -> VectorKey | None:
    """Return which vectors a map shows, what is empty being as it was measured; None for other sources.

    Raises
    ------
    ModelError
        If no such model is known, so that its recommended layer cannot be.
    """
    if params.source != "embedding":
        return None
    embed = live.settings.embed
    measured = live.vector_keys[0] if live.vector_keys else None
    model = params.model or (measured.model if measured else embed.model)
    pooling = params.pooling or (measured.pooling if measured else embed.pooling)
    layer = params.layer
    if layer < 0:
        own = [key.layer for key in live.vector_keys if key.model == model]
        layer = own[0] if own else _recommended(model, embed.layers if model == embed.model else ())
    return VectorKey(model, layer, pooling)


def _recommended(model: str, asked: tuple[int, ...]) -> int:
    if asked:
        return asked[0]
    from w2vpraat.models.catalogue import find_model

    return find_model(model).recommended_layer


def needed_vectors(live: LiveResults, params: MapParams) -> VectorKey | None:
    """Return the vectors that must be fetched before this map can be made; None if nothing is missing."""
    key = vector_key(live, params)
    return None if key is None or live.has_vectors(key) else key


def map_values(live: LiveResults, params: MapParams) -> Normalized:
    """Return the normalized values that a map shows.

    Raises
    ------
    ComparisonError
        If the vectors are not here yet.
    NormalizationError
        If the method does not exist, or these data do not allow it.
    """
    key = vector_key(live, params)
    if key is not None and not live.has_vectors(key):
        raise ComparisonError(
            f"the vectors of {key.model} layer {key.layer} are not here", "fetch them before making the map"
        )
    source = key or (tuple(params.formants) if params.source == "formants" else params.source)
    scale = params.scale if params.source in ("formants", "f0") else "hz"
    return Normalized(live, source, params.normalization, scale=scale)


def map_method(params: MapParams, columns: tuple[str, ...]) -> str:
    """Return how values of these columns are laid flat.

    Returns
    -------
    str
        A method of `w2vpraat.compare.maps`, ``plane`` standing for a chart; or ``strip``: a value upwards
        beside the labels, which is all that a single column has to show.
    """
    if len(columns) == 1:
        return "strip"
    asked = params.projection
    if asked == "auto":
        asked = "chart" if params.source == "formants" and chart_columns(columns) else "pca"
    return "plane" if asked == "chart" else asked


def chart_columns(columns: tuple[str, ...]) -> tuple[str, str] | None:
    """Return the columns of a vowel chart, x and y: F2 and F1, or what a normalization made of them."""
    for x, y in (("F2", "F1"), ("z3_z2", "z3_z1"), ("z3_z2", "z1_z0"), ("ln_f3_f2", "ln_f1_sr")):
        found = [next((name for name in columns if _is(name, start)), None) for start in (x, y)]
        if found[0] is not None and found[1] is not None:
            return found[0], found[1]
    return None


def _is(column: str, start: str) -> bool:
    return column == start or column.startswith((f"{start}_", f"{start}@"))


@dataclass(frozen=True)
class MapAxis:
    """Name of an axis with its unit, and whether values fall to the right or downwards."""

    title: str
    is_reversed: bool


OWN_AXES = {
    "ln_f1_sr": MapAxis("ln (F1 / SR)", True),
    "ln_f3_f2": MapAxis("ln (F3 / F2)", False),
    "f0_st": MapAxis("f0 (semitones)", False),
    "f0_lz": MapAxis("f0 (log z-score)", False),
    "f0_t": MapAxis("f0 (T-value)", False),
    "f0_lc": MapAxis("f0 (ln, re speaker mean)", False),
    "dur": MapAxis("duration (s)", False),
}


def value_axis(column: str, params: MapParams) -> MapAxis:
    """Describe the axis of a column: formants run as on printed charts, everything else upwards."""
    import numpy as np

    from w2vpraat.export.charts.axes import chart_axes
    from w2vpraat.normalize.scales import scale_name

    if column in OWN_AXES:
        return OWN_AXES[column]
    plain = column
    scaled = params.source in ("formants", "f0") and params.scale != "hz"
    if scaled:
        plain = column.replace(f"_{params.scale}", "", 1)
    # In the place of y, so that F1 beside F1 would not count as a chart with its axes exchanged.
    axis = chart_axes("F2", plain, np.array([[0.0, 0.0], [1.0, 1.0]]), ChartParams())[1]
    title = axis.title.replace("\n", " ")
    if scaled and plain != column:
        start, _, unit = title.partition(" (")
        name = scale_name(params.scale).replace(" (", ", ").rstrip(")")
        unit = name if params.normalization == "none" else f"{unit.rstrip(')')} of {name}"
        title = f"{start} ({unit})"
    return MapAxis(title, axis.reversed)


def describe_map(params: MapParams, live: LiveResults) -> str:
    """Say in one line what a map shows: ``F1, F2, Lobanov (1971)``; ``phone layer 4, by-speaker z-score``."""
    from w2vpraat.normalize.scales import SCALES, scale_name

    key = vector_key(live, params)
    if key is not None:
        parts = [f"{key.model} layer {key.layer}"]
        measured = live.vector_keys[0].pooling if live.vector_keys else live.settings.embed.pooling
        if key.pooling != measured:
            parts.append(POOLING_TITLES.get(key.pooling, key.pooling))
    elif params.source == "formants":
        parts = [*params.formants]
    else:
        parts = [SOURCE_TITLES[params.source]]
    if params.normalization != "none":
        parts.append(normalization_title(params.normalization))
    if params.source in ("formants", "f0"):
        if params.scale != "hz" and params.scale in SCALES:
            parts.append(scale_name(params.scale))
        elif params.normalization == "none":
            parts.append("Hz")
    return ", ".join(parts)


def normalization_title(key: str) -> str:
    """Name of a normalization with its year, if it has one: ``Lobanov (1971)``; its key if unknown."""
    from w2vpraat.normalize.methods import describe_methods

    info = next((one for one in describe_methods() if one.key == key), None)
    if info is None:
        return key
    by = "" if info.author.split()[0].strip(",") in info.title else f"{info.author} "
    dated = info.year and info.kind != "embedding"
    return f"{info.title} ({by}{info.year})" if dated else info.title
