"""Names of the pieces that are kept of a document's sound: everything that decides their values."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from w2vpraat.acoustics.spectrogram import FRAMES_PER_TILE, tile_spans, tile_step
from w2vpraat.params import SpectrogramParams

from ..document import Document
from .sound_settings import SoundSettings, computed_part

CHUNKS = {"formants": 1.0, "f0": 2.0, "intensity": 2.0}
"""Seconds of a piece of each track: what takes a thread about 15 ms."""


class TileKey(NamedTuple):
    """One tile of the spectrogram."""

    params: SpectrogramParams
    channel: str
    step: float
    start: float
    end: float


class ChunkKey(NamedTuple):
    """One piece of a track."""

    kind: str
    rule: Any
    """(`FormantParams`, ceiling), (`PitchParams`, range), or `IntensityParams`."""
    channel: str
    index: int

    def span(self, origin: float) -> tuple[float, float]:
        """Return start and end in seconds, in a recording that begins at `origin`."""
        length = CHUNKS[self.kind]
        return origin + self.index * length, origin + (self.index + 1) * length


def tile_keys(document: Document, settings: SoundSettings, beside: int = 0) -> list[TileKey]:
    """Return the tiles of the visible stretch, with some on each side."""
    view, info, origin = document.view, document.info, document.start_time
    step = tile_step(view.length, info.rate, settings.spectrogram)
    room = beside * FRAMES_PER_TILE * step
    params = computed_part(settings.spectrogram)
    return [
        TileKey(params, settings.channel, step, start, end)
        for start, end in tile_spans(view.start - room, view.end + room, step, origin=origin)
        if end > origin and start < origin + info.duration
    ]


def chunk_keys(document: Document, settings: SoundSettings, kind: str, rule: Any) -> list[ChunkKey]:
    """Return the pieces of a track in the visible stretch."""
    view, origin = document.view, document.start_time
    end = origin + document.info.duration
    length = CHUNKS[kind]
    first = math.floor((max(view.start, origin) - origin) / length)
    stop = math.ceil((min(view.end, end) - origin) / length)
    return [ChunkKey(kind, rule, settings.channel, index) for index in range(first, stop)]
