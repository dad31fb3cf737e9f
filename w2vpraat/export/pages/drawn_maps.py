"""Read a printed map off its axes: places of tokens, outlines, letters, ticks, in pixels of a screen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from w2vpraat.compare.maps.projection import Projection
from w2vpraat.export.maps import shown
from w2vpraat.export.styles import Style

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Floats = NDArray[np.float64]

# Pixels: the longer side of a map, and the room for its axes around it.
SIDE = 400.0
LEFT, RIGHT, TOP, BOTTOM = 8.0, 56.0, 48.0, 30.0
# Letters may be smaller on screen than on paper, and do not collide then either.
LETTERS = 0.82


def plain_label(label: str) -> str:
    """Return a label as it stands on the maps (``maps.shown``), without matplotlib's escapes."""
    return shown(label).replace(r"\$", "$")


@dataclass(frozen=True, eq=False)
class DrawnMap:
    """What was read off a printed map.

    Attributes
    ----------
    places : ndarray, shape (n_tokens, 2)
        Where the tokens lie, in pixels from the upper left corner of the whole picture.
    parts : dict
        What does not move, for the template: ellipses, letters, frame, ticks, titles of the axes.
    """

    places: Floats
    parts: dict[str, Any]


def read_map(axes: Axes, item: Projection, styles: Mapping[str, Style]) -> DrawnMap:
    """Read a map off the axes that `draw_map` has filled.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
        Drawn, so that limits and letters are where they will be printed.
    item : Projection
        The map in them, maybe laid otherwise.
    styles : mapping of str to Style
        Of all labels of the picture; their order gives the labels their numbers.

    Returns
    -------
    DrawnMap
    """
    from matplotlib.collections import PathCollection

    labels = np.asarray(item.labels)
    names = sorted(set(item.labels))
    number = {label: at for at, label in enumerate(styles)}
    dots = [one for one in axes.collections if isinstance(one, PathCollection)]
    points = np.empty((len(labels), 2))
    for name, own in zip(names, dots, strict=True):
        points[labels == name] = np.asarray(own.get_offsets(), dtype=np.float64)
    frame = axes.get_window_extent()
    scale = SIDE / max(frame.width, frame.height)

    def pixels(display: Any) -> Floats:
        """From matplotlib's pixels, counted upwards, to those of the widget, counted downwards."""
        x, y = np.asarray(display, dtype=np.float64).reshape(-1, 2).T
        return np.column_stack([LEFT + (x - frame.x0) * scale, TOP + (frame.y1 - y) * scale])

    means = np.array([points[labels == name].mean(axis=0) for name in names])
    ellipses = []
    for patch in axes.patches:
        centre = np.asarray(patch.get_center())  # type: ignore[attr-defined]
        name = names[int(np.abs(means - centre).sum(axis=1).argmin())]
        outline = patch.get_transform().transform_path(patch.get_path())
        ellipses.append(
            {"label": number[name], "colour": styles[name].colour, "path": _curve(pixels, outline)}
        )
    letters = []
    for name, text in zip(names, axes.texts, strict=True):
        ((x, y),) = pixels(axes.transData.transform(text.get_position()))
        size = LETTERS * float(text.get_fontsize()) * axes.figure.dpi / 72.0 * scale
        letters.append(
            {"label": number[name], "colour": styles[name].dark, "text": plain_label(name)}
            | {"x": f"{x:.1f}", "y": f"{y:.1f}", "size": f"{size:.1f}"}
        )
    chart = axes.xaxis.get_label_position() == "top"
    edges = pixels([(frame.x0, frame.y1), (frame.x1, frame.y0)])
    parts = {
        "ellipses": ellipses,
        "letters": letters,
        "x_title": axes.get_xlabel(),
        "y_title": axes.get_ylabel(),
        "on_top": chart,
        "x_ticks": _ticks(axes, 0, pixels),
        "y_ticks": _ticks(axes, 1, pixels),
        "frame": [f"{value:.1f}" for value in (*edges[0], *(edges[1] - edges[0]))],
        "right": f"{edges[1][0]:.1f}",
        "top": f"{edges[0][1]:.1f}",
        "bottom": f"{edges[1][1]:.1f}",
        "middle": [f"{value:.1f}" for value in edges.mean(axis=0)],
    }
    return DrawnMap(pixels(axes.transData.transform(points)), parts)


def _curve(pixels: Any, outline: Any) -> str:
    """Write an outline as the path of an SVG."""
    steps = []
    for corners, code in outline.iter_segments(simplify=False):
        if code == outline.CLOSEPOLY:
            steps.append("Z")
            continue
        letter = {outline.MOVETO: "M", outline.LINETO: "L", outline.CURVE3: "Q", outline.CURVE4: "C"}[code]
        steps.append(letter + " ".join(f"{x:.1f} {y:.1f}" for x, y in pixels(corners)))
    return "".join(steps)


def _ticks(axes: Axes, axis: int, pixels: Any) -> list[dict[str, str]]:
    ticks = axes.get_xticks() if axis == 0 else axes.get_yticks()
    texts = axes.get_xticklabels() if axis == 0 else axes.get_yticklabels()
    low, high = sorted(axes.get_xlim() if axis == 0 else axes.get_ylim())
    corner = (axes.get_xlim()[0], axes.get_ylim()[0])
    made = []
    for value, text in zip(ticks, texts, strict=True):
        if low <= value <= high and text.get_text():
            place = (value, corner[1]) if axis == 0 else (corner[0], value)
            at = pixels(axes.transData.transform(place))[0][axis]
            made.append({"at": f"{at:.1f}", "text": text.get_text()})
    return made
