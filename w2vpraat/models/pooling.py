"""From the frames of a token to one vector, with named rules."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from w2vpraat.errors import InputError
from w2vpraat.models.frames import FrameSelection, Ints, ranges

Vectors = NDArray[np.float32]
Pooling = Literal["mean", "middle", "centre", "overlap", "thirds", "frames"]
POOLINGS: tuple[Pooling, ...] = ("mean", "middle", "centre", "overlap", "thirds", "frames")


def pool(frames: NDArray[np.floating[Any]], selection: FrameSelection, method: Pooling = "middle") -> Vectors:
    """Pool the frames of every token.

    Parameters
    ----------
    frames : ndarray, shape (n_frames, dim)
        Hidden states of one layer.
    selection : FrameSelection
        The frames of n tokens.
    method : {"mean", "middle", "centre", "overlap", "thirds", "frames"}
        - ``mean``: mean over the token's frames.
        - ``middle``: mean over the middle third, one third of the frames dropped at each side (rounded down,
          so at least one frame is left); Pasad, Chou & Livescu 2021, arXiv:2107.04734.
        - ``centre``: the frame whose centre is nearest to the token's midpoint.
        - ``overlap``: mean weighted by the share of each frame's receptive field that lies in the token.
        - ``thirds``: means of the start, middle and end third, one after another; with one or two frames
          the thirds share frames.
        - ``frames``: all frames unpooled, token after token.

    Returns
    -------
    ndarray of float32
        Shape (n, dim); (n, 3 * dim) for ``thirds``; (selection.n_frames.sum(), dim) for ``frames``. NaN for
        tokens without a frame.

    Raises
    ------
    InputError
        If the method is unknown or the selection reaches beyond the frames.
    """
    if method not in POOLINGS:
        raise InputError(f"unknown pooling {method!r}", f"one of {', '.join(POOLINGS)}")
    frames = np.asarray(frames)
    if len(selection) and int(selection.stop.max()) > len(frames):
        raise InputError(f"tokens reach frame {int(selection.stop.max())} of {len(frames)}")
    first, stop = selection.first, selection.stop
    if method == "frames":
        raw: Vectors = frames[selection.rows].astype(np.float32)
        return raw
    if method == "centre":
        return _means(frames, selection.middle, selection.middle + (selection.middle >= 0))
    if method == "overlap":
        return _means(frames, first, stop, selection.weights)
    third = (stop - first) // 3
    low, high = first + third, stop - third
    if method == "middle":
        return _means(frames, low, high)
    if method == "thirds":
        parts = ((first, np.maximum(low, np.minimum(first + 1, stop))), (low, high))
        last = (np.minimum(high, np.maximum(stop - 1, first)), stop)
        return np.concatenate([_means(frames, a, b) for a, b in (*parts, last)], axis=1)
    return _means(frames, first, stop)


def _means(
    frames: NDArray[np.floating[Any]], first: Ints, stop: Ints, weights: NDArray[np.float64] | None = None
) -> Vectors:
    """Mean over frames [first, stop) of each token; NaN where there are none."""
    lengths = stop - first
    filled = np.flatnonzero(lengths > 0)
    out = np.full((len(first), frames.shape[1]), np.nan, np.float32)
    if not len(filled):
        return out
    lengths = lengths[filled]
    rows = frames[ranges(first[filled], stop[filled])].astype(np.float64)
    rows *= np.repeat(1.0 / lengths, lengths)[:, None] if weights is None else weights[:, None]
    out[filled] = np.add.reduceat(rows, np.cumsum(lengths) - lengths, axis=0)
    return out
