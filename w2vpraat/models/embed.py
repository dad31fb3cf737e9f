"""From recordings and tokens to vectors: one event per recording, frames from the cache where they are.

While the model works on a recording, the next one is read, resampled and looked up in a background thread.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

import numpy as np

from w2vpraat.corpus.audio import file_hash, read_audio
from w2vpraat.errors import InputError, ModelError, W2VPraatError
from w2vpraat.models.encoder import Encoder, Samples, States
from w2vpraat.models.frames import FrameRule, FrameSelection, Ints, NoFrame
from w2vpraat.models.jobs import Embedded, EmbedJob, Failure, FrameKey, FrameStore
from w2vpraat.models.pooling import Pooling, pool
from w2vpraat.models.stretches import Encoded, encode_cutouts, encode_tiles
from w2vpraat.models.windows import Tiles
from w2vpraat.params import EmbedParams

Job = TypeVar("Job")
Ready = TypeVar("Ready")


@dataclass(frozen=True, eq=False)
class _Ready:
    """A recording as the background thread leaves it: its sound, or all that the cache has."""

    job: EmbedJob
    audio: str = ""
    samples: Samples | None = None
    states: Mapping[int, States] = field(default_factory=dict)
    error: W2VPraatError | None = None


def embed_recordings(
    jobs: Iterable[EmbedJob], encoder: Encoder, params: EmbedParams, store: FrameStore | None = None
) -> Iterator[Embedded | Failure]:
    """Embed tokens, one recording after the other.

    Parameters
    ----------
    jobs : iterable of EmbedJob
        Taken one by one, one ahead of the model.
    encoder : Encoder
        From `load_encoder`, with the same device, precision and longest stretch as `params`.
    params : EmbedParams
        Layers, frame rule, pooling, context.
    store : FrameStore, optional
        Where frames are looked up and kept. Whole recordings and tiles are; cut-out tokens are not.

    Yields
    ------
    Embedded or Failure
        In the order of the jobs. A recording that fails doesn't stop the others.

    Raises
    ------
    InputError
        If `params` contradict the encoder or each other.
    ModelError
        If a layer doesn't exist, or a lazy encoder can't be loaded.
    """
    run = _Run(encoder, params, store)
    return run.events(jobs)


class _Run:
    """The fixed part of one call: encoder, rules, keys."""

    def __init__(self, encoder: Encoder, params: EmbedParams, store: FrameStore | None) -> None:
        for name in ("device", "precision", "max_seconds", "overlap_seconds", "allow_pickle"):
            if getattr(params, name) != getattr(encoder.params, name):
                raise InputError(
                    f"{name} = {getattr(params, name)!r}, but the encoder was loaded with"
                    f" {getattr(encoder.params, name)!r}",
                    "load the encoder with the same parameters",
                )
        self.encoder = encoder
        self.params = params
        self.layers = encoder.layers(params.layers)
        self.store = store if params.cache and params.context != "token" else None
        self.rule = cast(FrameRule, "overlap" if params.pooling == "overlap" else params.frame_rule)
        self.no_frame = cast(NoFrame, params.no_frame)
        self.tiles: Tiles | None = None
        self.context = encoder.window_rule
        if params.context == "windows":
            self.tiles = Tiles.of(encoder.clock, params.context_seconds, params.max_seconds)
            self.context = self.tiles.describe(encoder.clock)
        elif params.context == "token":
            self.context = "token: only its own samples, normalized by themselves; not comparable with others"

    def events(self, jobs: Iterable[EmbedJob]) -> Iterator[Embedded | Failure]:
        for ready in _one_ahead(jobs, self.read):
            if ready.error is not None:
                yield Failure(ready.job.name, ready.error)
                continue
            try:
                event: Embedded | Failure = self.embed(ready)
            except W2VPraatError as error:
                if isinstance(error, ModelError) and not self.encoder.loaded:
                    raise  # a bad recording doesn't end the run, a model that can't be loaded does
                event = Failure(ready.job.name, error)
            yield event

    # In the background thread.

    def read(self, job: EmbedJob) -> _Ready:
        """Find the frames of a recording, or else read its sound."""
        try:
            if not job.tokens:
                return _Ready(job)
            audio = self.store.audio_hash(job.audio_path) if self.store else file_hash(job.audio_path)
            if self.tiles is None:
                known = self.look_up(job, audio, 0)
                if known is not None:
                    return _Ready(job, audio, states=known)
            sound = read_audio(job.audio_path, rate=self.encoder.clock.rate, channel=job.channel)
            return _Ready(job, audio, sound.samples)
        except W2VPraatError as error:
            return _Ready(job, error=error)

    # In the caller's thread.

    def embed(self, ready: _Ready) -> Embedded:
        """Encode what is missing, and pool."""
        begun, passes = time.perf_counter(), self.encoder.n_passes
        job, method = ready.job, cast(Pooling, self.params.pooling)
        encoded = self.encode(ready)
        shown = encoded.shown
        rows: Ints = np.arange(len(shown), dtype=np.int64)
        ids = tuple(token.id for token in job.tokens)
        first, last = shown.first, np.where(shown.n_frames > 0, shown.stop - 1, -1)
        if method == "frames":
            rows = np.repeat(rows, shown.n_frames)
            ids = tuple(
                f"{token}@{k}" for token, n in zip(ids, shown.n_frames, strict=True) for k in range(1, n + 1)
            )
            first = last = shown.rows
        return Embedded(
            name=job.name,
            ids=ids,
            vectors={layer: pool(encoded.states[layer], encoded.selection, method) for layer in self.layers},
            n_frames=shown.n_frames[rows],
            frame_start=first,
            frame_end=last,
            flags=tuple(shown.flags[row] for row in rows),
            from_cache=bool(job.tokens) and self.encoder.n_passes == passes,
            seconds=time.perf_counter() - begun,
            provenance=self.provenance(ready),
        )

    def encode(self, ready: _Ready) -> Encoded:
        job, encoder = ready.job, self.encoder
        if not job.tokens:
            nothing = {layer: np.empty((0, encoder.record.dim), np.float32) for layer in self.layers}
            return Encoded(nothing, self.select(job, 0))
        if ready.samples is None:
            n_frames = len(next(iter(ready.states.values())))
            return Encoded(ready.states, self.select(job, n_frames))
        if self.params.context == "token":
            spans = [(token.start - job.start_time, token.end - job.start_time) for token in job.tokens]
            return encode_cutouts(encoder, ready.samples, spans, self.layers, self.no_frame)
        if self.tiles is not None:
            selection = self.select(job, encoder.clock.n_frames(len(ready.samples)))
            return encode_tiles(
                encoder,
                ready.samples,
                self.tiles,
                selection,
                self.layers,
                look_up=lambda tile: self.look_up(job, ready.audio, tile),
                keep=lambda tile, states: self.keep(job, ready.audio, tile, states),
            )
        stack = encoder.encode(ready.samples, self.layers)
        self.keep(job, ready.audio, 0, stack.states)
        return Encoded(stack.states, self.select(job, stack.n_frames))

    def select(self, job: EmbedJob, n_frames: int) -> FrameSelection:
        starts = np.array([token.start for token in job.tokens], np.float64)
        ends = np.array([token.end for token in job.tokens], np.float64)
        return self.encoder.clock.select(starts, ends, n_frames, job.start_time, self.rule, self.no_frame)

    def key(self, job: EmbedJob, audio: str, layer: int, part: int) -> FrameKey:
        encoder = self.encoder
        rules = (encoder.precision, encoder.device, self.context)
        return FrameKey(audio, str(job.channel), encoder.fingerprint, layer, *rules, part)

    def look_up(self, job: EmbedJob, audio: str, part: int) -> dict[int, States] | None:
        """Load all layers of a recording or tile; None if one is not kept."""
        known = {}
        for layer in self.layers if self.store else ():
            states = self.store.load(self.key(job, audio, layer, part)) if self.store else None
            if states is None or states.shape[1:] != (self.encoder.record.dim,):
                return None
            known[layer] = states
        return known or None

    def keep(self, job: EmbedJob, audio: str, part: int, states: Mapping[int, States]) -> None:
        if self.store:
            for layer, found in states.items():
                self.store.save(self.key(job, audio, layer, part), found)

    def provenance(self, ready: _Ready) -> dict[str, Any]:
        return {
            **self.encoder.provenance,
            "layers": list(self.layers),
            "context": self.context,
            "frame_rule": self.rule,
            "no_frame": self.no_frame,
            "pooling": self.params.pooling,
            "audio_sha256": ready.audio,
            "channel": ready.job.channel,
            "start_time": ready.job.start_time,
        }


def _one_ahead(jobs: Iterable[Job], read: Callable[[Job], Ready]) -> Iterator[Ready]:
    """Yield ``read(job)`` for each job, always one ahead in a background thread."""
    pending: deque[Future[Ready]] = deque()
    with ThreadPoolExecutor(1, thread_name_prefix="w2vpraat-read") as reader:
        try:
            for job in jobs:
                pending.append(reader.submit(read, job))
                if len(pending) > 1:
                    yield pending.popleft().result()
            while pending:
                yield pending.popleft().result()
        finally:
            for future in pending:
                future.cancel()
