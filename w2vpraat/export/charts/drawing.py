"""One vowel chart drawn into axes: tokens, hulls, ellipses, trajectories, means."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from numpy.typing import NDArray

from w2vpraat.compare.charts.values import ChartValues, Ellipse
from w2vpraat.export.charts.letters import draw_letters, letter_path
from w2vpraat.export.charts.styles import ChartStyles
from w2vpraat.export.maps import MANY_DOTS, shown
from w2vpraat.params import ChartParams

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.markers import MarkerStyle

Floats = NDArray[np.float64]

SHORTEST_ARROW = 4.0  # points
HEAD = 6.0  # points, the length of an arrow's head
POINT_SIGN = 3.2


def draw_panel(
    axes: Axes, values: ChartValues, panel: str, styles: ChartStyles, params: ChartParams, *, size: float
) -> None:
    """Draw the values of one panel.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
        With limits and spacing set.
    values : ChartValues
    panel : str
        Value of the panel column.
    styles : ChartStyles
    params : ChartParams
        What is shown.
    size : float
        Of the big letters, in points.
    """
    show = params.show
    if "tokens" in show and "trajectories" not in show:
        _tokens(axes, _own(values.tokens.points, panel), len(values.tokens.points), styles, params, size)
    if "hulls" in show:
        _hulls(axes, values, panel, styles)
    if "ellipses" in show:
        _ellipses(axes, values, panel, styles)
    if "trajectories" in show and "tokens" in show:
        _token_courses(axes, values, panel, styles)
    if params.connect:
        _connections(axes, values, panel, styles, params.connect)
    if "means" in show:
        _small_letters(axes, _own(values.small, panel), styles, 0.55 * size)
    if "trajectories" in show:
        _trajectories(axes, _own(values.courses, panel), styles, size)
    elif "means" in show:
        beside = {}
        if params.ellipse_of == "mean":  # so small that a letter inside would hide it
            beside = {(at["panel"], at["group"], at["label"]): one for at, one in values.ellipses}
        _means(axes, _own(values.means, panel), styles, size, beside)


def drawn_extent(values: ChartValues, params: ChartParams) -> Floats:
    """Return all points that a chart of these values reaches to, shape (n, 2), over all panels."""
    parts: list[Floats] = [values.means[["x", "y"]].to_numpy(float)]
    if "tokens" in params.show:
        drawn = values.tokens.courses if len(values.tokens.courses) else values.tokens.points
        parts += [drawn[["x", "y"]].to_numpy(float)]
    if "means" in params.show:
        parts += [values.small[["x", "y"]].to_numpy(float)]
    parts += [values.courses[["x", "y"]].to_numpy(float)]
    parts += [ellipse.outline() for _, ellipse in values.ellipses]
    parts += [hull.corners for _, hull in values.hulls]
    return np.concatenate(parts)


def groups(rows: pd.DataFrame, one: str, two: str) -> Iterator[tuple[tuple[str, str], pd.DataFrame]]:
    """Yield the rows of each pair of values of two columns, sorted."""
    for key, own in rows.groupby([one, two], sort=True):
        first, second = cast("tuple[str, str]", key)
        yield (first, second), own


def _own(rows: pd.DataFrame, panel: str) -> pd.DataFrame:
    return rows[rows["panel"] == panel]


def _tokens(
    axes: Axes, own: pd.DataFrame, n: int, styles: ChartStyles, params: ChartParams, size: float
) -> None:
    from matplotlib.collections import PathCollection

    crowd = max(len(own), 1)
    if params.token_marks == "letters":
        for (label, colour), rows in groups(own, "label", "colour"):
            _stamp(axes, rows, shown(label), styles.colour(colour).colour, 0.5 * size, 0.75)
        return
    area = float(np.clip(4000.0 / crowd, 3.5, 9.0)) * (size / 13.0)
    alpha = float(np.clip(600.0 / crowd, 0.3, 0.65))
    for (group, colour), rows in groups(own, "group", "colour"):
        dots: PathCollection = axes.scatter(
            rows["x"],
            rows["y"],
            s=area,
            c=styles.colour(colour).colour,
            marker=styles.marker(group, colour),
            alpha=alpha,
            linewidths=0,
            zorder=2,
            rasterized=n > MANY_DOTS,
        )
        dots.set_gid("tokens")


def _stamp(axes: Axes, rows: pd.DataFrame, text: str, colour: str, size: float, alpha: float) -> None:
    """Put the same letter at many places, as one collection."""
    from matplotlib.collections import PathCollection
    from matplotlib.transforms import IdentityTransform

    letters = PathCollection(
        [letter_path(text, size)],
        sizes=[1.0],
        offsets=rows[["x", "y"]].to_numpy(float),
        offset_transform=axes.transData,
        facecolors=colour,
        linewidths=0,
        alpha=alpha,
        zorder=3,
    )
    letters.set_transform(IdentityTransform())  # the outlines are in points, only the places in data
    letters.set_gid("letters")
    axes.add_collection(letters, autolim=False)


def _hulls(axes: Axes, values: ChartValues, panel: str, styles: ChartStyles) -> None:
    from matplotlib.patches import Polygon

    own = [(place, hull) for place, hull in values.hulls if place["panel"] == panel]
    many = len(own) > 6
    for place, hull in own:
        colour = styles.colour(place["colour"])
        line: dict[str, Any] = {
            "edgecolor": colour.colour,
            "linestyle": styles.dash(place["group"]),
            "gid": "hull",
        }
        line |= {"linewidth": 0.5 if many else 1.1, "alpha": 0.4 if many else 0.9, "joinstyle": "round"}
        edge = _edge(hull.corners)
        axes.add_patch(Polygon(edge, closed=True, fill=False, zorder=2.5, **line))
        if not many:
            axes.add_patch(
                Polygon(edge, closed=True, facecolor=colour.colour, alpha=0.07, linewidth=0, zorder=1)
            )


def _edge(corners: Floats, steps: int = 24) -> Floats:
    """Return points along the sides: what is straight in Hz is bent on an axis in Bark."""
    share = np.linspace(0.0, 1.0, steps, endpoint=False)[:, None]
    sides = zip(corners, np.roll(corners, -1, axis=0), strict=True)
    return np.concatenate([one + share * (two - one) for one, two in sides])


def _ellipses(axes: Axes, values: ChartValues, panel: str, styles: ChartStyles) -> None:
    from matplotlib.patches import Polygon

    for place, ellipse in values.ellipses:
        if place["panel"] != panel:
            continue
        # A polygon, since an axis in Bark bends an ellipse.
        axes.add_patch(
            Polygon(
                ellipse.outline(),
                closed=True,
                fill=False,
                edgecolor=styles.colour(place["colour"]).colour,
                linestyle=styles.dash(place["group"]),
                linewidth=1.0,
                zorder=3.5,
                gid="ellipse",
            )
        )


def _connections(
    axes: Axes, values: ChartValues, panel: str, styles: ChartStyles, labels: tuple[str, ...]
) -> None:
    for rows, width in ((values.small, 0.4), (values.means, 0.9)):
        for (group, _), own in groups(_own(rows, panel), "group", "by"):
            shades = set(own["colour"])
            colour = styles.colour(shades.pop() if len(shades) == 1 else "").colour
            place = own.set_index("label")[["x", "y"]]
            path = place.loc[[label for label in labels if label in place.index]]
            line: dict[str, Any] = {"color": colour, "linestyle": styles.dash(group), "linewidth": width}
            axes.plot(path["x"], path["y"], zorder=3, alpha=0.9, gid="connection", **line)


def _small_letters(axes: Axes, own: pd.DataFrame, styles: ChartStyles, size: float) -> None:
    for (label, colour), rows in groups(own, "label", "colour"):
        _stamp(axes, rows, shown(label), styles.colour(colour).colour, size, 0.9)


def _means(
    axes: Axes,
    own: pd.DataFrame,
    styles: ChartStyles,
    size: float,
    regions: Mapping[tuple[str, str, str], Ellipse],
) -> None:
    places = own[["x", "y"]].to_numpy(float)
    inks = [styles.colour(colour).dark for colour in own["colour"]]
    if own["group"].nunique() < 2 and not regions:
        draw_letters(axes, places, list(own["label"]), inks, size)
        return
    # The shape tells the group, the letter beside it the label.
    scale = 72.0 / axes.get_figure(root=True).dpi  # type: ignore[union-attr]
    letter, beside = 0.8 * size, []
    for row, (x, y) in zip(own.to_dict("records"), places, strict=True):
        axes.plot(
            [x],
            [y],
            linestyle="none",
            marker=styles.marker(row["group"], "") if row["group"] else "o",
            markersize=POINT_SIGN + (0.0 if regions else 1.0),
            color=styles.colour(row["colour"]).colour,
            markeredgecolor="white",
            markeredgewidth=0.5,
            zorder=5.5,
            gid="mean",
        )
        region = regions.get((row["panel"], row["group"], row["label"]))
        top = 0.0
        if region is not None:
            outline = axes.transData.transform(region.outline()) * scale
            top = float(outline[:, 1].max() - axes.transData.transform((x, y))[1] * scale)
        beside.append((0.0, max(0.9 * letter, top + 0.6 * letter)))
    draw_letters(axes, places, list(own["label"]), inks, letter, away=np.array(beside), marked=True)


def _token_courses(axes: Axes, values: ChartValues, panel: str, styles: ChartStyles) -> None:
    from matplotlib.collections import LineCollection

    own = _own(values.tokens.courses, panel)
    for (group, colour), rows in groups(own, "group", "colour"):
        n = rows["token"].nunique()
        lines = rows[["x", "y"]].to_numpy(float).reshape(n, -1, 2)
        axes.add_collection(
            LineCollection(
                list(lines),
                colors=styles.colour(colour).colour,
                linestyles=styles.dash(group),
                linewidths=0.4,
                alpha=float(np.clip(60.0 / len(values.tokens.points), 0.08, 0.35)),
                zorder=2.2,
                rasterized=len(values.tokens.courses) > MANY_DOTS,
            ),
            autolim=False,
        )


def _trajectories(axes: Axes, own: pd.DataFrame, styles: ChartStyles, size: float) -> None:
    starts, away, labels, inks = [], [], [], []
    for place, rows in groups(own, "group", "label"):
        path = rows[["x", "y"]].to_numpy(float)
        colour = styles.colour(rows["colour"].iloc[0])
        scale = 72.0 / axes.get_figure(root=True).dpi  # type: ignore[union-attr]
        on_paper = axes.transData.transform(path) * scale
        start = styles.marker(place[0], "") if place[0] else "o"
        line: dict[str, Any] = {"color": colour.colour, "zorder": 4.5}
        axes.plot(*path[0], linestyle="none", marker=start, markersize=POINT_SIGN, gid="start", **line)
        if np.hypot(*np.diff(on_paper, axis=0).T).sum() >= SHORTEST_ARROW:
            tip, shaft = arrow(on_paper)
            drawn = axes.transData.inverted().transform(shaft / scale)
            dash = styles.dash(place[0])
            axes.plot(
                *drawn.T, linestyle=dash, linewidth=1.3, solid_capstyle="butt", gid="trajectory", **line
            )
            head: dict[str, Any] = {"marker": tip, "markersize": 2.0 * HEAD, "markeredgewidth": 0.0}
            axes.plot(*path[-1], linestyle="none", gid="head", **head, **line)
        back = on_paper[0] - on_paper[1:].mean(axis=0)
        length = float(np.hypot(*back))
        starts.append(path[0])
        away.append(0.62 * size * (back / length if length > 0.5 else np.array([0.0, 1.0])))
        labels.append(place[1])
        inks.append(colour.dark)
    if starts:
        letters = 0.9 * size
        draw_letters(axes, np.array(starts), labels, inks, letters, away=np.array(away), marked=True)


def arrow(path: Floats) -> tuple[MarkerStyle, Floats]:
    """Return the head of an arrow, its tip at the origin, and the shaft up to it; all in points.

    The head points where the last stretch of its own length goes, so that a tiny last step does not turn it.
    """
    from matplotlib.markers import MarkerStyle
    from matplotlib.path import Path
    from matplotlib.transforms import Affine2D

    away = np.hypot(*(path - path[-1]).T)
    before = np.flatnonzero(away > HEAD)
    last = int(before[-1]) if len(before) else 0
    step = path[-1] - path[last]
    turn = float(np.arctan2(step[1], step[0]))
    neck = path[-1] - 0.8 * min(HEAD / max(float(np.hypot(*step)), 1e-9), 1.0) * step
    head = Path([(0.0, 0.0), (-1.0, 0.42), (-0.8, 0.0), (-1.0, -0.42), (0.0, 0.0)])
    return MarkerStyle(head, transform=Affine2D().rotate(turn)), np.vstack([path[: last + 1], neck])
