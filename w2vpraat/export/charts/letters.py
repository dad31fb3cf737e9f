"""Letters on a vowel chart: measured by their ink, moved apart where they would cover each other."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from w2vpraat.export.figures import any_sign
from w2vpraat.export.maps import shown
from w2vpraat.export.styles import font

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.path import Path

Floats = NDArray[np.float64]

GAP = 2.2  # points between letters
ROUNDS = 200
HALF_X = 0.24  # half the height of a small x in the font's size
MARK = 2.2  # points: half a mark at a mean
LEAST_SHIFT = 1.0  # points: a letter that moved farther gets a dot at its place


def draw_letters(
    axes: Axes,
    places: Floats,
    labels: Sequence[str],
    colours: Sequence[str],
    size: float,
    *,
    away: Floats | None = None,
    marked: bool = False,
) -> None:
    """Write a label at each place; those that would cover each other are moved, with a line to their place.

    Labels of places outside the axes are left out.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
        With its limits set.
    places : ndarray, shape (n, 2)
        In the units of the axes.
    labels, colours : sequence of str
    size : float
        Points.
    away : ndarray, shape (n, 2), optional
        First shift of each letter in points, for letters beside their place.
    marked : bool
        Whether there are marks at the places, which no letter may cover.
    """
    from matplotlib.patheffects import withStroke

    scale = 72.0 / float(axes.get_figure(root=True).dpi)  # type: ignore[union-attr]
    frame = _frame(axes, scale)
    home = axes.transData.transform(places) * scale
    seen = np.flatnonzero(((home >= frame[0]) & (home <= frame[1])).all(axis=1))
    if not len(seen):
        return
    home = home[seen]
    colours = [colours[at] for at in seen]
    halo = [withStroke(linewidth=2.0, foreground="white")]
    texts = [shown(labels[at]) for at in seen]
    start = home
    sizes = np.array([_ink(text, size) for text in texts]) / 2.0 + GAP / 2.0
    if away is not None:  # on the other side where there is no room
        start = home + away[seen]
        out = ((start - sizes < frame[0]) | (start + sizes > frame[1])).any(axis=1)
        start[out] = home[out] - away[seen][out]
    stands = push_apart(start, sizes, inside=frame, fixed=home if marked else None)
    for text, colour, first, here, there in zip(texts, colours, start, home, stands, strict=True):
        moved = float(np.hypot(*(there - first))) > LEAST_SHIFT
        shift = there - here
        x, y = axes.transData.inverted().transform(here / scale)
        look: dict[str, Any] = {"color": colour, "zorder": 6, "fontproperties": font(size, bold=True)}
        look |= {"ha": "center", "va": "center", "path_effects": halo, "annotation_clip": False}
        if moved and not marked:
            axes.plot([x], [y], marker="o", markersize=1.8, color=colour, zorder=5, linestyle="none")
        if moved and np.hypot(*shift) > size:
            line = {"arrowstyle": "-", "color": colour, "linewidth": 0.5, "shrinkA": 0.0, "shrinkB": 0.0}
            look["arrowprops"] = line
        axes.annotate(text, (x, y), xytext=tuple(shift), textcoords="offset points", **look)


def push_apart(
    centres: Floats, halves: Floats, *, inside: Floats | None = None, fixed: Floats | None = None
) -> Floats:
    """Move boxes until none covers another, each as little as it takes.

    Parameters
    ----------
    centres : ndarray, shape (n, 2)
    halves : ndarray, shape (n, 2)
        Half widths and half heights.
    inside : ndarray, shape (2, 2), optional
        Lower and upper corner of the region that they stay in.
    fixed : ndarray, shape (m, 2), optional
        Middles of marks that do not move.

    Returns
    -------
    ndarray, shape (n, 2)
        New centres; boxes that touch nothing stay where they are.
    """
    n = len(centres)
    places = np.array(centres, dtype=np.float64)
    marks = np.empty((0, 2)) if fixed is None else np.asarray(fixed, dtype=np.float64)
    others = np.concatenate([halves, np.full((len(marks), 2), MARK)])
    order = np.sign(np.arange(n)[:, None, None] - np.arange(len(others))[None, :, None])
    for _ in range(ROUNDS):
        gaps = places[:, None] - np.concatenate([places, marks])[None]
        lacks = halves[:, None] + others[None] - np.abs(gaps)
        clash = (lacks > 1e-9).all(axis=2)
        clash[np.arange(n), np.arange(n)] = False
        if not clash.any():
            break
        # Which way boxes at the very same place part goes by their number.
        ways = np.where(np.abs(gaps) > 1e-9, np.sign(gaps), order)
        sideways = lacks[..., 0] < lacks[..., 1]
        push = np.where(clash, 0.3 * np.minimum(lacks[..., 0], lacks[..., 1]) + 0.02, 0.0)
        places[:, 0] += (push * ways[..., 0] * sideways).sum(axis=1)
        places[:, 1] += (push * ways[..., 1] * ~sideways).sum(axis=1)
        if inside is not None:
            places = np.clip(places, inside[0] + halves, np.maximum(inside[1] - halves, inside[0] + halves))
    return places


def letter_path(text: str, size: float, *, bold: bool = False) -> Path:
    """Return the outline of a label in points, its middle at the origin.

    The middle is half the width of the ink and half the height of a small x, so that letters with and
    without ascenders stand on one line.
    """
    from matplotlib.path import Path

    path, _ = _outline(text, bold)
    return Path(size * np.asarray(path.vertices, dtype=np.float64), path.codes)


@lru_cache(maxsize=1024)
def _outline(text: str, bold: bool) -> tuple[Path, Floats]:
    """Outline at size 1, and the lower left and upper right corner of its ink."""
    from matplotlib.path import Path
    from matplotlib.textpath import TextPath

    with any_sign():
        path = TextPath((0.0, 0.0), text, size=1.0, prop=font(1.0, bold=bold))
    box = np.array(path.get_extents().get_points())
    if not np.isfinite(box).all():  # blanks have no ink
        box = np.array([[0.0, 0.0], [0.5, 0.5]])
    middle = np.array([box[:, 0].mean(), HALF_X])
    return Path(np.asarray(path.vertices, dtype=np.float64) - middle, path.codes), box - middle


def _ink(text: str, size: float) -> tuple[float, float]:
    """Width and height of a label in bold; the height is at least that of a letter without ascender."""
    (left, low), (right, high) = _outline(text, True)[1]
    return float(size * (right - left)), float(size * min(2.0 * max(high, -low, 0.25), 1.3))


def _frame(axes: Axes, scale: float) -> Floats:
    box = axes.bbox
    return np.array([[box.x0, box.y0], [box.x1, box.y1]]) * scale
