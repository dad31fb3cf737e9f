"""Vectors of another model, layer or pooling, beside those of the run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from w2vpraat.errors import InputError
from w2vpraat.pipeline.live.recording_values import RecordingValues, VectorKey
from w2vpraat.representation import Representation

if TYPE_CHECKING:
    from w2vpraat.pipeline.embedding import Embeddings
    from w2vpraat.pipeline.running import Results

Vectors = NDArray[np.float32]


def plain_vectors(results: Results) -> dict[VectorKey, Representation]:
    """Return the embeddings of a run that are not normalized, with one vector per token."""
    table, found = results.table, {}
    if "pool" not in table.columns or not len(table):
        return {}
    model, pooling = str(table["model"].iloc[0]), str(table["pool"].iloc[0])
    if pooling == "frames":
        return {}
    for item in results.spaces.vectors:
        if not item.provenance.get("normalizations"):
            found[VectorKey(model, int(item.provenance["layer"]), pooling)] = item
    return found


def run_keys(results: Results) -> dict[VectorKey, int]:
    """Return the keys of a run's own vectors, and their dimensions."""
    return {key: item.dim for key, item in plain_vectors(results).items()}


def added(
    values: tuple[RecordingValues, ...],
    key: VectorKey,
    embeddings: Embeddings,
    of: tuple[RecordingValues, ...],
) -> tuple[tuple[RecordingValues, ...], int]:
    """Add vectors to recordings.

    Parameters
    ----------
    values : tuple of RecordingValues
        As they are now.
    key : VectorKey
    embeddings : Embeddings
    of : tuple of RecordingValues
        As they were when the vectors were made.

    Returns
    -------
    tuple, int
        The recordings with them, and their dimensions.

    Raises
    ------
    InputError
        If they hold no such layer, or one vector per frame.
    """
    item = next((one for one in embeddings.representations if one.provenance["layer"] == key.layer), None)
    if item is None or embeddings.per_frame:
        raise InputError(
            f"these are no vectors of layer {key.layer} with one per token",
            "embed with this layer and another pooling than frames",
        )
    row_of = {token: row for row, token in enumerate(item.ids)}
    made = []
    for now, then in zip(values, of, strict=True):
        rows = np.array([row_of.get(one, -1) for one in then.arrays.ids], dtype=np.intp)
        vectors = np.full((len(then), item.dim), np.nan, dtype=np.float32)
        vectors[rows >= 0] = item.values[rows[rows >= 0]]
        # Tokens that were edited meanwhile lack theirs.
        made.append(carried(replace(then, vectors={key: vectors}, lacking={}), now, {key: item.dim}))
    return tuple(made), item.dim


def carried(
    before: RecordingValues, after: RecordingValues, keys: Mapping[VectorKey, int]
) -> RecordingValues:
    """Give tokens the vectors that tokens at the same times had; the others lack them."""
    rows = {(token.start, token.end): row for row, token in enumerate(before.tokens)}
    same_start = before.start_time == after.start_time
    found = np.array(
        [rows.get((token.start, token.end), -1) if same_start else -1 for token in after.tokens],
        dtype=np.intp,
    )
    vectors, lacking = dict(after.vectors), dict(after.lacking)
    for key, dim in keys.items():
        out = np.full((len(after), dim), np.nan, dtype=np.float32)
        known = found >= 0
        out[known] = before.vectors[key][found[known]]
        if key in before.lacking:
            known[known] = ~before.lacking[key][found[known]]
        vectors[key] = out
        lacking.pop(key, None)
        if not known.all():
            lacking[key] = ~known
    return replace(after, vectors=vectors, lacking=lacking)
