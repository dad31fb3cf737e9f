"""One map of the window drawn into axes: tokens, ellipses, courses, means."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from w2vpraat.compare.maps.picture import MapPicture
from w2vpraat.export.board_styles import NOT_KNOWN, BoardStyles
from w2vpraat.export.board_text import text_width
from w2vpraat.export.charts.axes import ChartAxis, set_axes
from w2vpraat.export.charts.drawing import POINT_SIGN, SHORTEST_ARROW, arrow
from w2vpraat.export.charts.letters import draw_letters, letter_path
from w2vpraat.export.maps import MANY_DOTS, shown
from w2vpraat.export.styles import MARKERS, font

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

ROOM = 0.05
LAYERS = 6
"""Tokens are drawn in so many portions of all kinds, so that no kind lies on top of all others."""


def has_scale(picture: MapPicture) -> bool:
    """Whether the axes have numbers; of principal components only distances mean something."""
    return any(picture.reversed_axes) or not picture.equal


def drawn_extent(picture: MapPicture) -> Floats:
    """Return lower and upper ends of everything that is drawn, shape (2, 2); NaN if nothing is."""
    parts = [picture.points[picture.placed]] if picture.marks != "none" else []
    parts += [np.array([[mean.x, mean.y] for mean in picture.means]).reshape(-1, 2)]
    parts += [line.points for line in (*picture.ellipses, *picture.courses)]
    points = np.concatenate([np.asarray(part, dtype=np.float64).reshape(-1, 2) for part in parts])
    points = points[np.isfinite(points).all(axis=1)]
    if not len(points):
        return np.full((2, 2), np.nan)
    return np.array([points.min(axis=0), points.max(axis=0)])


def draw_panel(
    axes: Axes, picture: MapPicture, styles: BoardStyles, *, extent: Floats, crowd: int, size: float
) -> None:
    """Draw a map.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
        In its place of the figure.
    picture : MapPicture
    styles : BoardStyles
    extent : ndarray, shape (2, 2)
        Lower and upper ends of what the axes have to hold.
    crowd : int
        Tokens of the whole figure: of too many, dots become one picture inside SVG and PDF.
    size : float
        Of the letters at means, in points.
    """
    _set_axes(axes, picture, extent)
    if picture.marks == "dots":
        _dots(axes, picture, styles, crowd > MANY_DOTS)
    elif picture.marks == "labels":
        _token_letters(axes, picture, styles, 0.55 * size, crowd > MANY_DOTS)
    _ellipses(axes, picture, styles)
    _courses(axes, picture, styles)
    if picture.means:
        draw_letters(
            axes,
            np.array([[mean.x, mean.y] for mean in picture.means]),
            [mean.text for mean in picture.means],
            [styles.ink(mean.colour) for mean in picture.means],
            size,
        )


def _set_axes(axes: Axes, picture: MapPicture, extent: Floats) -> None:
    low, high = _limits(extent)
    if picture.equal:
        low, high = _same_scale(low, high, axes)
    x, y = (
        ChartAxis(title, False, turned, float(one), float(two))
        for title, turned, one, two in zip(picture.axes, picture.reversed_axes, low, high, strict=True)
    )
    set_axes(axes, x, y)
    if picture.x_names:
        _name_places(axes, picture.x_names)
    if not has_scale(picture):
        axes.set_xticks([])
        axes.set_yticks([])
    for name, put in ((x.title, axes.set_xlabel), (y.title, axes.set_ylabel)):
        put(name.replace("$", r"\$"), fontproperties=font(7.5), labelpad=3)


def _name_places(axes: Axes, names: Sequence[tuple[float, str]]) -> None:
    """Write names in place of numbers; of too many, as many as there is room for."""
    inches = axes.bbox.width / axes.get_figure(root=True).dpi  # type: ignore[union-attr]
    texts = [shown(name) for _, name in names]
    need = max(text_width(text, 7.0) for text in texts) + 0.04
    step = max(-(-int(1000 * need * len(names)) // int(1000 * inches)), 1)
    axes.set_xticks([place for place, _ in names][::step], texts[::step])
    for tick in axes.get_xticklabels():
        tick.set_fontproperties(font(7))


def _limits(extent: Floats) -> tuple[Floats, Floats]:
    if not np.isfinite(extent).all():
        return np.array([0.0, 0.0]), np.array([1.0, 1.0])
    low, high = extent
    span = high - low
    room = np.where(span > 0.0, ROOM * span, np.abs(low) * ROOM + 1e-9)
    return low - room, high + room


def _same_scale(low: Floats, high: Floats, axes: Axes) -> tuple[Floats, Floats]:
    """Widen one side, so that a unit is as long across as it is upwards."""
    box = np.array([axes.bbox.width, axes.bbox.height])
    unit = float(((high - low) / box).max())
    middle, half = (low + high) / 2.0, unit * box / 2.0
    return middle - half, middle + half


def _portions(picture: MapPicture) -> Iterator[Ints]:
    rows = np.flatnonzero(picture.placed)
    # Mixed, but the same each time.
    mixed = np.random.default_rng(0).permutation(rows)
    yield from (part for part in np.array_split(mixed, LAYERS) if len(part))


def _dots(axes: Axes, picture: MapPicture, styles: BoardStyles, rasterized: bool) -> None:
    n = max(int(picture.placed.sum()), 1)
    side = min(axes.bbox.width, axes.bbox.height) / axes.get_figure(root=True).dpi  # type: ignore[union-attr]
    area = float(np.clip(5000.0 / n, 1.6, 10.0) * np.clip(side / 2.2, 0.6, 1.6))
    alpha = float(np.clip(900.0 / n, 0.35, 0.75))
    codes, markers = picture.colour.codes, styles.markers(picture)
    shades = np.array([styles.of(code).colour for code in range(len(picture.colour.values))], dtype=object)
    for rows in _portions(picture):
        for marker in np.unique(markers[rows]):
            own = rows[markers[rows] == marker]
            colours = np.full(len(own), NOT_KNOWN.colour, dtype=object)
            known = codes[own] >= 0
            colours[known] = shades[codes[own][known]]
            dots = axes.scatter(
                picture.points[own, 0],
                picture.points[own, 1],
                s=area,
                c=list(colours),
                marker=MARKERS[marker],
                alpha=alpha,
                linewidths=0,
                zorder=2,
                rasterized=rasterized,
            )
            dots.set_gid("tokens")


def _token_letters(
    axes: Axes, picture: MapPicture, styles: BoardStyles, size: float, rasterized: bool
) -> None:
    from matplotlib.collections import PathCollection
    from matplotlib.transforms import IdentityTransform

    rows = np.flatnonzero(picture.placed)
    texts = np.array([shown(str(text)) for text in picture.labels[rows]], dtype=object)
    kinds: dict[tuple[str, int], list[int]] = {}
    for row, text in zip(rows.tolist(), texts.tolist(), strict=True):
        kinds.setdefault((text, int(picture.colour.codes[row])), []).append(row)
    for (text, code), own in sorted(kinds.items()):
        letters = PathCollection(
            [letter_path(text, size)],
            sizes=[1.0],
            offsets=picture.points[own],
            offset_transform=axes.transData,
            facecolors=styles.of(code).colour,
            linewidths=0,
            alpha=0.8,
            zorder=2,
            rasterized=rasterized,
        )
        letters.set_transform(IdentityTransform())  # outlines are in points, only the places in data
        letters.set_gid("letters")
        axes.add_collection(letters, autolim=False)


def _ellipses(axes: Axes, picture: MapPicture, styles: BoardStyles) -> None:
    from matplotlib.patches import Polygon

    for ellipse in picture.ellipses:
        colour, dash = styles.line(ellipse.colour)
        outline = np.asarray(ellipse.points, dtype=np.float64)
        look: dict[str, Any] = {"edgecolor": colour, "linestyle": dash, "linewidth": 1.0, "gid": "ellipse"}
        axes.add_patch(Polygon(outline, closed=True, fill=False, zorder=3.5, **look))


def _courses(axes: Axes, picture: MapPicture, styles: BoardStyles) -> None:
    scale = 72.0 / axes.get_figure(root=True).dpi  # type: ignore[union-attr]
    for course in picture.courses:
        path = np.asarray(course.points, dtype=np.float64)
        path = path[np.isfinite(path).all(axis=1)]
        if not len(path):
            continue
        colour, dash = styles.line(course.colour)
        line: dict[str, Any] = {"color": colour, "zorder": 4.5}
        axes.plot(*path[0], linestyle="none", marker="o", markersize=POINT_SIGN, gid="start", **line)
        on_paper = axes.transData.transform(path) * scale
        if np.hypot(*np.diff(on_paper, axis=0).T).sum() < SHORTEST_ARROW:
            continue
        tip, shaft = arrow(on_paper)
        drawn = axes.transData.inverted().transform(shaft / scale)
        axes.plot(*drawn.T, linestyle=dash, linewidth=1.3, solid_capstyle="butt", gid="course", **line)
        axes.plot(*path[-1], linestyle="none", marker=tip, markersize=12.0, markeredgewidth=0.0, **line)
