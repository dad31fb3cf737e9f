"""Vectors of the tokens that an edit concerns, pooled from kept frames."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from w2vpraat.corpus.token_values import Token
from w2vpraat.errors import W2VPraatError
from w2vpraat.events import Skipped
from w2vpraat.pipeline.live.planning import Plan
from w2vpraat.pipeline.live.recording_values import Frames, VectorKey

Vectors = NDArray[np.float32]
Mask = NDArray[np.bool_]

ALONE = "with context token the model heard the edited tokens again, each by itself"


@dataclass(frozen=True, eq=False)
class PooledAgain:
    """Vectors and frames of all tokens of a recording, and which were pooled again."""

    vectors: Mapping[VectorKey, Vectors]
    frames: Frames | None
    refreshed: Mask
    skipped: tuple[Skipped, ...] = ()
    passes: int = 0


def pooled_again(plan: Plan, tokens: tuple[Token, ...], start_time: float) -> PooledAgain:
    """Return all vectors of a recording's tokens; what is known already is not pooled.

    Parameters
    ----------
    plan : Plan
        The vectors of its `dims` are wanted; the first of the run's own keys also tells the frames.
    tokens : tuple of Token
        All kept tokens as they are now.
    start_time : float
        Time of the first sample in seconds.

    Raises
    ------
    W2VPraatError
        If the recording can't be embedded and could be before.
    """
    made = _Made(plan, tokens, start_time)
    skipped: tuple[Skipped, ...] = ()
    passes = 0
    for (model, pooling), keys in _by_model(tuple(plan.dims)).items():
        rows = made.missing(keys)
        if not rows:
            continue
        try:
            passes += made.pool(model, pooling, keys, rows)
        except W2VPraatError as error:
            if plan.base.frames is None or plan.base.frames.known:
                raise
            # It could not be embedded in the run either: as there, its tokens stay without vectors.
            skipped = (Skipped("embed", plan.name, error),)
    return PooledAgain(made.vectors, made.shown(), made.refreshed, skipped, passes)


def pool_first(plan: Plan) -> None:
    """Pool the first token: frames and models are in memory then."""
    base = plan.base
    made = _Made(plan, base.tokens, base.start_time)
    for (model, pooling), keys in _by_model(tuple(plan.dims)).items():
        made.pool(model, pooling, keys, [0])


def _by_model(keys: tuple[VectorKey, ...]) -> dict[tuple[str, str], list[VectorKey]]:
    groups: dict[tuple[str, str], list[VectorKey]] = {}
    for key in keys:
        groups.setdefault((key.model, key.pooling), []).append(key)
    return groups


class _Made:
    """Vectors of the tokens of now, filled from what is known, then pooled."""

    def __init__(self, plan: Plan, tokens: tuple[Token, ...], start_time: float) -> None:
        self.plan, self.tokens = plan, tokens
        base = plan.base
        self.refreshed: Mask = np.zeros(len(tokens), dtype=bool)
        self.vectors: dict[VectorKey, Vectors] = {}
        self._start_time = start_time
        self._missing: dict[VectorKey, set[int]] = {}
        places = [(token.start, token.end, start_time) for token in tokens]
        before: dict[Hashable, int] = {
            (token.start, token.end, base.start_time): row for row, token in enumerate(base.tokens)
        }
        rows = [before.get(place) for place in places]
        self._places, self._notes = np.full((len(tokens), 3), np.nan), np.full(len(tokens), "", dtype=object)
        self._frames_known = base.frames is not None and base.frames.known
        for key in plan.dims:
            self._fill(key, rows, places)
        self._remember(set(places))
        if base.frames is not None:
            for row, (same, place) in enumerate(zip(rows, places, strict=True)):
                found = None
                if same is not None:
                    found = base.frames.places[same], base.frames.notes[same]
                else:
                    found = plan.kept.former.get((plan.name, "frames", place))
                if found is not None:
                    self._places[row], self._notes[row] = found
                elif plan.own_keys:
                    self._missing[plan.own_keys[0]].add(row)

    def _fill(self, key: VectorKey, rows: list[int | None], places: list[Any]) -> None:
        plan, base = self.plan, self.plan.base
        failed = key in plan.own_keys and base.frames is not None and not base.frames.known
        old = None if failed else base.vectors.get(key)
        lacking = base.lacking.get(key)
        missing: set[int] = set()
        out = np.full((len(rows), plan.dims[key]), np.nan, dtype=np.float32)
        for row, (same, place) in enumerate(zip(rows, places, strict=True)):
            if same is not None and old is not None and (lacking is None or not lacking[same]):
                out[row] = old[same]
                self.refreshed[row] |= base.refreshed[same]
                continue
            former = plan.kept.former.get((plan.name, key, place))
            if former is None:
                missing.add(row)
            else:
                out[row] = former[0]
                self.refreshed[row] |= former[1]
        self.vectors[key] = out
        self._missing[key] = missing

    def _remember(self, still: set[Any]) -> None:
        """Keep the vectors of tokens that are not there any more, so that undo brings back the very same."""
        base, former = self.plan.base, self.plan.kept.former
        for row, token in enumerate(base.tokens):
            place = (token.start, token.end, base.start_time)
            if place in still:
                continue
            for key, vectors in base.vectors.items():
                if not (key in base.lacking and base.lacking[key][row]):
                    former.put((base.name, key, place), (vectors[row].copy(), bool(base.refreshed[row])))
            if base.frames is not None and base.frames.known:
                former.put(
                    (base.name, "frames", place), (base.frames.places[row].copy(), base.frames.notes[row])
                )

    def missing(self, keys: list[VectorKey]) -> list[int]:
        """Return the rows that at least one of these keys lacks."""
        return sorted(set().union(*(self._missing[key] for key in keys)))

    def pool(self, model: str, pooling: str, keys: list[VectorKey], rows: list[int]) -> int:
        """Pool some tokens; return how often the model had to listen."""
        from w2vpraat.models.embed import embed_recordings
        from w2vpraat.models.jobs import EmbedJob, Failure

        plan, kept = self.plan, self.plan.kept
        layers = sorted({key.layer for key in keys})
        recording = plan.base.recording
        job = EmbedJob(
            plan.name,
            recording.audio_path,
            tuple(self.tokens[row] for row in rows),
            self._start_time,
            kept.settings.read.channel,
        )
        with kept.lock:
            encoder = kept.encoder(model)
            before = encoder.n_passes
            found = next(embed_recordings([job], encoder, kept.embed_params(layers, pooling), kept.frames))
            passes = encoder.n_passes - before
        if isinstance(found, Failure):
            raise found.error
        for key in keys:
            self.vectors[key][rows] = found.vectors[key.layer]
        if plan.own_keys and plan.own_keys[0] in keys:
            self._places[rows] = np.column_stack([found.n_frames, found.frame_start, found.frame_end])
            none = found.n_frames == 0
            self._places[np.asarray(rows)[none], 1:] = np.nan
            self._notes[rows] = found.flags
            self._frames_known = True
        self.refreshed[rows] = True
        return passes

    def shown(self) -> Frames | None:
        """Return the frames of the tokens by the run's rules."""
        if self.plan.base.frames is None:
            return None
        return Frames(self._places, self._notes, self._frames_known)
