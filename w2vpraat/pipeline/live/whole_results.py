"""Put recordings together again: what a run on the edited annotations would give."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from w2vpraat.corpus.tokens import join_tokens
from w2vpraat.events import Skipped
from w2vpraat.pipeline.embedding import Embeddings, embedding
from w2vpraat.pipeline.live.adding import plain_vectors
from w2vpraat.pipeline.live.opened_values import Foundation
from w2vpraat.pipeline.live.recording_values import RecordingValues, VectorKey
from w2vpraat.pipeline.live.refreshing import KEPT_CEILINGS
from w2vpraat.pipeline.measuring import ceilings_by_hand
from w2vpraat.pipeline.opening import Opened, check_tokens
from w2vpraat.pipeline.running import Results, remarks
from w2vpraat.pipeline.spaces import Reference, Spaces, build_spaces
from w2vpraat.representation import Representation

if TYPE_CHECKING:
    import pandas as pd

Values = Sequence[RecordingValues]


def whole_results(
    foundation: Foundation,
    values: Values,
    keys: Sequence[VectorKey],
    opened: Opened,
    reference: Values | None,
) -> Results:
    """Return the results of a run on the annotations as they are.

    Parameters
    ----------
    foundation : Foundation
    values : sequence of RecordingValues
        All recordings as they are now.
    keys : sequence of VectorKey
        The vectors of the run.
    opened : Opened
        From `opened_now`.
    reference : sequence of RecordingValues, optional
        The recordings that normalizations are fitted on; default: as they are now.

    Raises
    ------
    TokenError
        If no token is left.
    """
    run, settings = foundation.results, foundation.settings
    check_tokens(opened.tokens, settings)
    table, embedded = _long_table(foundation, values, keys)
    if run.table.columns.isin(["pool"]).any() and not keys:
        spaces = _per_frame(table, opened, foundation)
    else:
        fitted = None
        if reference is not None:
            then = _long_table(foundation, reference, keys)
            fitted = Reference(then[0], then[1].representations)
        spaces = build_spaces(table, embedded.representations, settings.normalize, reference=fitted)
    count = int(sum(one.refreshed.sum() for one in values))
    notes = [*spaces.warnings, *remarks(opened), *_live_notes(foundation, count, reference)]
    return Results(
        opened,
        spaces,
        None,
        None,
        tuple(notes),
        _facts(foundation, opened, count, reference),
        tuple(_skipped(run, values)),
        run.started,
    )


def opened_now(foundation: Foundation, values: Values) -> Opened:
    """Return corpus and tokens as the annotations are now."""
    settings, corpus = foundation.settings, foundation.corpus
    grids = {one.name: one.grid for one in values if one.grid is not None}
    corpus = corpus.with_grids({**corpus.grids, **grids})
    parts = tuple(one.part for one in values)
    return Opened(settings, corpus, join_tokens(parts, corpus, foundation.speakers, settings.tokens), parts)


def _long_table(
    foundation: Foundation, values: Values, keys: Sequence[VectorKey]
) -> tuple[pd.DataFrame, Embeddings]:
    from w2vpraat.corpus.token_values import tokens_frame

    tokens = tuple(token for one in values for token in one.tokens)
    table = tokens_frame(tokens)
    measured = [one for one in values if len(one) and one.measures is not None and one.measures.known]
    if measured:
        table = table.merge(_measurements(foundation, measured), on="id", how="left", sort=False)
    embedded = _embeddings(foundation, values, keys)
    return embedded.join(table), embedded


def _measurements(foundation: Foundation, values: Values) -> pd.DataFrame:
    import pandas as pd

    points = foundation.prop_times.size
    ids = np.concatenate([one.arrays.ids for one in values])
    numbers = np.concatenate([one.measures.numbers for one in values if one.measures is not None])
    notes = np.concatenate([one.measures.notes for one in values if one.measures is not None])
    flat = numbers.reshape(-1, numbers.shape[2])
    table: dict[str, Any] = {"id": np.repeat(ids, points)}
    for place, name in enumerate(foundation.columns):
        column = flat[:, place]
        table[name] = column.astype(np.int64) if name == "f0_jumps" else column
    table["measure_note"] = notes.ravel()
    return pd.DataFrame(table)


def _embeddings(foundation: Foundation, values: Values, keys: Sequence[VectorKey]) -> Embeddings:
    run = foundation.results
    if "pool" not in run.table.columns:
        return Embeddings()
    first = run.table.iloc[0]
    columns = {name: first[name] for name in ("model", "layer", "pool")}
    if not keys:
        return Embeddings(columns=columns)
    ids = tuple(str(token) for one in values for token in one.arrays.ids)
    frames: dict[str, tuple[int, int, int, str]] = {}
    for one in values:
        if one.frames is not None and one.frames.known:
            shown = np.where(np.isnan(one.frames.places), -1, one.frames.places).astype(int)
            for token, (n, begin, end), note in zip(one.arrays.ids, shown, one.frames.notes, strict=True):
                frames[str(token)] = (int(n), int(begin), int(end), str(note))
    items = plain_vectors(run)
    made = []
    for key in keys:
        item = items[key]
        joined = np.concatenate([one.vectors[key] for one in values])
        made.append(Representation(item.name, ids, joined, item.columns, item.provenance))
    return Embeddings(tuple(made), frames, run.facts["embeddings"], columns)


def _per_frame(table: pd.DataFrame, opened: Opened, foundation: Foundation) -> Spaces:
    """Take all frames of all tokens again: they are no values of tokens, so they were not kept."""
    for event in embedding(opened):
        if isinstance(event, Embeddings):
            spaces = build_spaces(event.join(table), (), foundation.settings.normalize)
            return replace(spaces, vectors=event.representations)
    raise AssertionError("embedding ends with its result")


def _live_notes(foundation: Foundation, count: int, reference: Values | None) -> Iterator[str]:
    if count:
        yield f"{count} tokens were measured or embedded again after the run, as annotations were edited"
        if foundation.settings.formants.ceiling_mode == "speaker":
            yield KEPT_CEILINGS
    if reference is not None:
        fitted = sum(len(one) for one in reference)
        yield f"normalizations are frozen: fitted on {fitted} tokens before later edits, applied to all"


def _facts(foundation: Foundation, opened: Opened, count: int, reference: Values | None) -> dict[str, Any]:
    run = foundation.results
    measured = {
        name: value for name, value in run.facts["measurements"].items() if name != "ceilings_by_hand"
    }
    by_hand = ceilings_by_hand(opened)[0]
    if measured and by_hand:
        measured["ceilings_by_hand"] = dict(sorted(by_hand.items()))
    kept = count > 0 and foundation.settings.formants.ceiling_mode == "speaker"
    live = {
        "n_refreshed": count,
        "frozen": reference is not None,
        "as_a_run": reference is None and not kept,
    }
    return {**run.facts, "measurements": measured, "live": live}


def _skipped(run: Results, values: Values) -> Iterator[Skipped]:
    edited = {one.name for one in values if one.number}
    yield from (one for one in run.skipped if one.name not in edited)
    for one in values:
        yield from one.skipped
