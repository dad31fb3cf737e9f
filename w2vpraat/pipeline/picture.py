"""The side-by-side figure of a run: a normalized vowel chart beside a map of the embedding."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from w2vpraat.params import CompareParams
from w2vpraat.pipeline.opening import vowel_labels
from w2vpraat.pipeline.spaces import Spaces
from w2vpraat.representation import Representation

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure


def draw_spaces(
    spaces: Spaces, params: CompareParams, *, label_map: str = "none", title: str = ""
) -> Figure | None:
    """Draw the first normalization beside the first embedding, vowels only if the labels are known.

    Parameters
    ----------
    spaces : Spaces
        From `build_spaces`.
    params : CompareParams
        Projection of the embedding, and seed.
    label_map : str
        The label map in use.
    title : str
        Over the figure.

    Returns
    -------
    Figure or None
        None if there are no formants, no embedding, or fewer than three tokens with both.
    """
    from w2vpraat.compare.maps.projection import project
    from w2vpraat.export.figures import side_by_side

    shown = shown_pair(spaces)
    if shown is None:
        return None
    table, chart, vectors = _vowels(spaces.table.drop_duplicates("id"), *shown, label_map)
    complete = chart.complete & vectors.take(chart.ids).complete
    if complete.sum() < 3:
        return None
    left = project(chart, table, "plane", also=[vectors], params=params)
    right = project(vectors, table, params.projection, also=[chart], params=params)
    return side_by_side(left, right, title=title)


def shown_pair(spaces: Spaces) -> tuple[Representation, Representation] | None:
    """Return what the figure shows, the normalized formants and the embedding; None without either."""
    charts = [item for item in spaces.representations if item.provenance.get("kind") == "formants"]
    if not charts or not spaces.vectors:
        return None
    # The raw formants come first; the chart shows what the first normalization makes of them.
    return charts[min(1, len(charts) - 1)], spaces.vectors[0]


def _vowels(
    table: pd.DataFrame, chart: Representation, vectors: Representation, label_map: str
) -> tuple[pd.DataFrame, Representation, Representation]:
    vowels = vowel_labels(table["label"], label_map)
    table = table[table["label"].isin(vowels)] if vowels else table
    ids = _shared(list(table["id"]), chart, vectors)
    return table, chart.take(ids), vectors.take(ids)


def _shared(ids: Sequence[str], *items: Representation) -> list[str]:
    known = set(items[0].ids).intersection(*(item.ids for item in items[1:]))
    return [token for token in ids if token in known]
