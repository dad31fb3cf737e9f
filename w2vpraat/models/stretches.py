"""Contexts other than the whole recording: tiles around tokens, and bare cut-outs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from w2vpraat.models.encoder import Encoder, Samples, States
from w2vpraat.models.frames import MISSING, OK, ONE_FRAME, OUTSIDE, WIDENED, FrameSelection, Ints, NoFrame
from w2vpraat.models.windows import Tiles


@dataclass(frozen=True, eq=False)
class Encoded:
    """Frames of a recording, or of parts of it, and each token's place in them.

    Parameters
    ----------
    states : mapping of int to ndarray of float32, shape (n_rows, dim)
        Layer -> frames; of a recording in parts, one part after the other.
    selection : FrameSelection
        The tokens' frames as rows of `states`.
    on_grid : FrameSelection, optional
        The tokens' frames on the recording's grid, or the cut-out's; default: the same as `selection`.
    """

    states: Mapping[int, States]
    selection: FrameSelection
    on_grid: FrameSelection | None = None

    @property
    def shown(self) -> FrameSelection:
        """The tokens' frames as they are reported."""
        return self.on_grid or self.selection


def encode_tiles(
    encoder: Encoder,
    samples: Samples,
    tiles: Tiles,
    selection: FrameSelection,
    layers: Sequence[int],
    *,
    look_up: Callable[[int], Mapping[int, States] | None],
    keep: Callable[[int, Mapping[int, States]], None],
) -> Encoded:
    """Encode only the tiles that hold tokens.

    Parameters
    ----------
    samples : ndarray, shape (n,)
        The whole recording: its normalization, and group-norm statistics, are taken from all of it.
    selection : FrameSelection
        The tokens' frames on the recording's grid.
    look_up, keep : callable
        Find a tile's frames instead of encoding it; keep what was encoded.
    """
    n_frames = encoder.clock.n_frames(len(samples))
    needed = np.array(tiles.needed(selection), np.int64)
    recording = None
    found: list[Mapping[int, States]] = []
    for tile in needed.tolist():
        states = look_up(tile)
        if states is None:
            recording = recording or encoder.prepare(samples)
            states = encoder.stretch(recording, tiles.window(tile, n_frames), layers)
            keep(tile, states)
        found.append(states)
    empty = np.empty((0, encoder.record.dim), np.float32)
    joined = {layer: np.concatenate([empty, *(states[layer] for states in found)]) for layer in layers}
    # The tiles of one token are neighbours, so its frames stay together when tiles are joined.
    place = np.searchsorted(needed, np.maximum(selection.first, 0) // tiles.tile_frames)
    shift = np.zeros(len(selection), np.int64)
    owns = selection.n_frames > 0
    shift[owns] = (needed[place[owns]] - place[owns]) * tiles.tile_frames
    moved = replace(
        selection, first=selection.first - shift, stop=selection.stop - shift, middle=selection.middle - shift
    )
    return Encoded(joined, moved, selection)


def encode_cutouts(
    encoder: Encoder,
    samples: Samples,
    spans: Sequence[tuple[float, float]],
    layers: Sequence[int],
    no_frame: NoFrame,
) -> Encoded:
    """Encode every token by itself, as if it were a recording.

    A token shorter than one receptive field is widened to it on both sides (flagged), or gets no vector.

    Parameters
    ----------
    spans : sequence of (float, float)
        Start and end of each token, in seconds from the first sample.
    """
    clock = encoder.clock
    field = clock.receptive_field
    found: list[Mapping[int, States]] = []
    lengths, middles, flags = [], [], []
    for start, end in spans:
        begin, stop = round(start * clock.rate), round(end * clock.rate)
        flag = OK
        if begin >= len(samples) or stop < 0 or len(samples) < field:
            flag = OUTSIDE
        else:
            begin, stop = max(begin, 0), min(stop, len(samples))
            if stop - begin < field:
                flag = MISSING if no_frame == "missing" else WIDENED
                begin = min(max((begin + stop - field) // 2, 0), len(samples) - field)
                stop = begin + field
        if flag in (OUTSIDE, MISSING):
            lengths.append(0)
            middles.append(0)
        else:
            stack = encoder.encode(samples[begin:stop], layers)
            found.append(stack.states)
            lengths.append(stack.n_frames)
            middles.append(int(clock.select(0.0, (stop - begin) / clock.rate, stack.n_frames).middle[0]))
            flag = ONE_FRAME if flag == OK and stack.n_frames == 1 else flag
        flags.append(flag)
    empty = np.empty((0, encoder.record.dim), np.float32)
    joined = {layer: np.concatenate([empty, *(states[layer] for states in found)]) for layer in layers}
    counts = np.array(lengths, np.int64)
    own = counts > 0
    stops = np.cumsum(counts)
    weights = np.repeat(1.0 / np.maximum(counts, 1), counts)

    def selection(firsts: Ints) -> FrameSelection:
        return FrameSelection(
            first=np.where(own, firsts, -1),
            stop=np.where(own, firsts + counts, -1),
            middle=np.where(own, firsts + np.array(middles, np.int64), -1),
            weights=weights,
            flags=tuple(flags),
        )

    return Encoded(joined, selection(stops - counts), selection(np.zeros(len(counts), np.int64)))
