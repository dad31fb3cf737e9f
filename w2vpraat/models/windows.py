"""Which stretches of a long recording the model hears at once.

Stretches begin at multiples of the hop, so that all frames lie on the one grid of the whole recording.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import ceil

import numpy as np

from w2vpraat.errors import InputError
from w2vpraat.models.frames import FrameClock, FrameSelection

TILE_SECONDS = 4.0


@dataclass(frozen=True)
class Window:
    """One forward pass: frames [first, stop) are computed, [keep_first, keep_stop) are kept."""

    first: int
    stop: int
    keep_first: int
    keep_stop: int


@dataclass(frozen=True)
class Overlapping:
    """Whole recording up to `max_frames`, overlapping windows beyond.

    Parameters
    ----------
    max_frames : int
        Longest stretch encoded at once.
    overlap_frames : int
        Overlap of neighbours. Each keeps its side of the middle of the overlap, so a kept frame has at least
        half the overlap as context, or the end of the recording.
    """

    max_frames: int
    overlap_frames: int

    @classmethod
    def of(cls, clock: FrameClock, max_seconds: float, overlap_seconds: float) -> Overlapping:
        """Make the rule from seconds.

        Raises
        ------
        InputError
            If the overlap is more than half of the longest stretch.
        """
        if overlap_seconds > max_seconds / 2:
            raise InputError(
                f"overlap_seconds = {overlap_seconds:g} is more than half of max_seconds = {max_seconds:g}",
                "windows must move on by at least half their length",
            )
        longest = clock.n_frames(round(max_seconds * clock.rate))
        return cls(max(longest, 2), min(round(overlap_seconds / clock.hop_seconds), longest // 2))

    def plan(self, n_frames: int) -> tuple[Window, ...]:
        """Cut a recording of so many frames; the kept parts follow each other without gap."""
        if n_frames <= self.max_frames:
            return (Window(0, n_frames, 0, n_frames),)
        step = self.max_frames - self.overlap_frames
        count = 1 + ceil((n_frames - self.max_frames) / step)
        # The last window is as long as the others: it overlaps its neighbour more.
        firsts = [min(i * step, n_frames - self.max_frames) for i in range(count)]
        stops = [first + self.max_frames for first in firsts]
        cuts = [(first + stop) // 2 for first, stop in zip(firsts[1:], stops[:-1], strict=True)]
        edges = [0, *cuts, n_frames]
        return tuple(Window(*four) for four in zip(firsts, stops, edges[:-1], edges[1:], strict=True))

    def describe(self, clock: FrameClock) -> str:
        """One sentence for the provenance."""
        longest, overlap = self.max_frames * clock.hop_seconds, self.overlap_frames * clock.hop_seconds
        return (
            f"whole recording up to {longest:g} s; beyond, windows of {longest:g} s that overlap by "
            f"{overlap:g} s, cut in the middle of the overlap"
        )


@dataclass(frozen=True)
class Tiles:
    """Only stretches that hold tokens: a fixed grid of tiles, each encoded with context on both sides.

    Since the grid belongs to the recording and not to the tokens, a token's vector doesn't depend on which
    other tokens are chosen; tokens near each other share a tile.

    Parameters
    ----------
    tile_frames : int
        Tile k keeps frames [k * tile_frames, (k + 1) * tile_frames).
    context_frames : int
        Encoded on each side as context.
    """

    tile_frames: int
    context_frames: int

    @classmethod
    def of(cls, clock: FrameClock, context_seconds: float, max_seconds: float) -> Tiles:
        """Make the rule from seconds.

        Raises
        ------
        InputError
            If a tile with its context is longer than `max_seconds`.
        """
        if TILE_SECONDS + 2 * context_seconds > max(max_seconds, TILE_SECONDS):
            raise InputError(
                f"windows of {TILE_SECONDS:g} s with {context_seconds:g} s of context on each side are "
                f"longer than max_seconds = {max_seconds:g}",
                'make context_seconds smaller, or use context = "utterance"',
            )
        return cls(
            max(1, round(TILE_SECONDS / clock.hop_seconds)), ceil(context_seconds / clock.hop_seconds - 1e-9)
        )

    def needed(self, selection: FrameSelection) -> tuple[int, ...]:
        """Numbers of the tiles that hold frames of these tokens, ascending."""
        rows = selection.rows
        return tuple(int(k) for k in np.unique(rows // self.tile_frames))

    def window(self, tile: int, n_frames: int) -> Window:
        """Return the forward pass of one tile."""
        first, stop = tile * self.tile_frames, min((tile + 1) * self.tile_frames, n_frames)
        return Window(
            max(0, first - self.context_frames), min(n_frames, stop + self.context_frames), first, stop
        )

    def plan(self, tiles: Iterable[int], n_frames: int) -> tuple[Window, ...]:
        """Return the forward passes of several tiles."""
        return tuple(self.window(tile, n_frames) for tile in tiles)

    def describe(self, clock: FrameClock) -> str:
        """One sentence for the provenance."""
        tile, context = self.tile_frames * clock.hop_seconds, self.context_frames * clock.hop_seconds
        return (
            f"windows: only tiles of {tile:g} s that hold tokens (grid from the start of the recording), "
            f"each encoded with {context:g} s of context on each side"
        )
