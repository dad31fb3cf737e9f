"""Which token is pointed at, and which lie inside a line drawn by hand: exact, for any number of tokens.

All distances are looked at each time: for 100,000 tokens that takes less than a millisecond, a tree of them
would have to be built again after every edit.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF

from .frame import Frame

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]
Bools = NDArray[np.bool_]

REACH = 8.0
"""Pixels within which a token is picked."""


def nearest_row(
    points: Floats,
    allowed: Bools,
    frame: Frame,
    place: QPointF,
    *,
    on_top: Bools | None = None,
    reach: float = REACH,
) -> int:
    """Return the token that is drawn nearest to a pixel; -1 if none is within reach.

    Parameters
    ----------
    points : ndarray, shape (n, 2)
    allowed : ndarray of bool, shape (n,)
        Tokens that are drawn.
    frame : Frame
    place : QPointF
    on_top : ndarray of bool, shape (n,), optional
        Tokens that are drawn over the others: of several in one place, one of them is picked, else the last.
    reach : float
        In pixels.
    """
    x, y = frame.values(place)
    near = np.abs(points[:, 0] - x) <= reach / abs(frame.x_scale)
    near &= np.abs(points[:, 1] - y) <= reach / abs(frame.y_scale)
    near &= allowed
    rows = np.flatnonzero(near)
    if not rows.size:
        return -1
    gaps = (points[rows] - (x, y)) * (frame.x_scale, frame.y_scale)
    distance = np.hypot(gaps[:, 0], gaps[:, 1])
    best = float(distance.min())
    if best > reach:
        return -1
    ties = rows[distance <= best + 1e-6]
    if on_top is not None and on_top[ties].any():
        ties = ties[on_top[ties]]
    return int(ties[-1])


def rows_inside(points: Floats, allowed: Bools, polygon: Floats) -> Ints:
    """Return the tokens inside a closed line (even-odd rule).

    Parameters
    ----------
    points : ndarray, shape (n, 2)
    allowed : ndarray of bool, shape (n,)
    polygon : ndarray, shape (n_corners, 2)
        In the units of the points.

    Returns
    -------
    ndarray of int
        Rows, ascending.
    """
    if len(polygon) < 3:
        return np.empty(0, dtype=np.intp)
    low, high = polygon.min(axis=0), polygon.max(axis=0)
    rows = np.flatnonzero(allowed & ((points >= low) & (points <= high)).all(axis=1))
    rows = rows[np.argsort(points[rows, 1], kind="stable")]
    x, y = points[rows, 0], points[rows, 1]
    inside = np.zeros(rows.size, dtype=bool)
    # An edge concerns only tokens between the heights of its ends, which lie together once sorted.
    begins, ends = polygon, np.roll(polygon, -1, axis=0)
    first = np.searchsorted(y, np.minimum(begins[:, 1], ends[:, 1]), side="right")
    last = np.searchsorted(y, np.maximum(begins[:, 1], ends[:, 1]), side="right")
    for one in np.flatnonzero(last > first).tolist():
        (x0, y0), (x1, y1) = begins[one], ends[one]
        band = slice(int(first[one]), int(last[one]))
        inside[band] ^= x[band] < x0 + (y[band] - y0) * (x1 - x0) / (y1 - y0)
    return np.sort(rows[inside])
