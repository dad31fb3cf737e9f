"""One map drawn into axes: tokens, ellipses, letters that do not cover each other."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from w2vpraat.compare.maps.projection import Projection
from w2vpraat.export.styles import Style, font

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Floats = NDArray[np.float64]

UNITS = {
    "": "Hz",
    "z": "z-score",
    "lob2": "z-score over vowel means",
    "lm1": "ln, re speaker mean",
    "lm": "ln, re speaker mean",
    "lmr": "ln, re speaker, regression",
    "df": "re ΔF",
    "wf": "re S, Watt & Fabricius",
    "mwf": "re S, modified Watt & Fabricius",
    "mr": "re speaker mean",
    "g": "Gerstman",
    "labov": "Hz-like, Labov",
    "nl": "re k, Nordström & Lindblom",
    "c": "Hz, re speaker mean",
}
# Beyond so many tokens, dots are one picture inside an SVG or PDF.
MANY_DOTS = 4000


def draw_map(
    axes: Axes,
    item: Projection,
    styles: dict[str, Style],
    *,
    ellipse_level: float = 0.68,
) -> None:
    """Draw tokens, ellipses and letters into axes.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
    item : Projection
    styles : mapping
        Label to style.
    ellipse_level : float
    """
    labels, points = np.asarray(item.labels), item.coordinates
    n = len(labels)
    size = float(np.clip(6000.0 / max(n, 1), 2.5, 14.0))
    alpha = float(np.clip(500.0 / max(n, 1), 0.15, 0.55))
    for label in sorted(set(item.labels)):
        own = points[labels == label]
        style = styles[label]
        axes.scatter(
            own[:, 0],
            own[:, 1],
            s=size,
            c=style.colour,
            marker=style.marker,
            alpha=alpha,
            linewidths=0,
            zorder=2,
            rasterized=n > MANY_DOTS,
        )
        if ellipse_level > 0.0:
            _ellipse(axes, own, style, ellipse_level)
    _frame(axes, item)
    _letters(axes, points, labels, styles)


def _frame(axes: Axes, item: Projection) -> None:
    axes.margins(0.06)
    for side in axes.spines.values():
        side.set_linewidth(0.6)
        side.set_color("#666666")
    names = [axis_title(name) if item.method == "plane" else name for name in item.axes]
    axes.set_xlabel(names[0], fontproperties=font(8), labelpad=3)
    axes.set_ylabel(names[1], fontproperties=font(8), labelpad=3)
    axes.yaxis.set_label_position("right")
    if item.is_chart:
        # As on paper: front vowels left, close vowels on top, and the axes at the sides where they begin.
        axes.invert_xaxis()
        axes.invert_yaxis()
        axes.xaxis.tick_top()
        axes.xaxis.set_label_position("top")
        axes.yaxis.tick_right()
    if item.method == "plane":
        axes.tick_params(width=0.6, length=2.5, color="#666666", pad=2, labelsize=7)
        for tick in (*axes.get_xticklabels(), *axes.get_yticklabels()):
            tick.set_fontproperties(font(7))
    else:
        # Distances are what such a map shows, so one scale holds for both axes.
        axes.set_aspect("equal", adjustable="datalim")
        axes.yaxis.tick_right()  # or the name stands off as if there were ticks
        axes.set_xticks([])
        axes.set_yticks([])


def axis_title(column: str) -> str:
    """Name an axis after a column of the long table: ``F1_z`` -> ``F1 (z-score)``."""
    match = re.fullmatch(r"([Ff]\d+)(?:_(\w+))?(?:@([\d.]+))?", column)
    if match is None:
        return column
    suffix = match[2] or ""
    return f"{match[1].upper()} ({UNITS.get(suffix, suffix.replace('_', ' '))})"


def _ellipse(axes: Axes, own: Floats, style: Style, level: float) -> None:
    from matplotlib.patches import Ellipse

    if len(own) < 4:
        return
    variances, directions = np.linalg.eigh(np.cov(own.T))
    if not variances[0] > 1e-12 * variances[1]:
        return
    radius = np.sqrt(-2.0 * np.log(1.0 - level))  # of the chi-square distribution with two degrees of freedom
    angle = float(np.degrees(np.arctan2(directions[1, 1], directions[0, 1])))
    x, y = own.mean(axis=0)
    widths = 2.0 * radius * np.sqrt(variances)
    axes.add_patch(
        Ellipse(
            (float(x), float(y)),
            float(widths[1]),
            float(widths[0]),
            angle=angle,
            fill=False,
            edgecolor=style.colour,
            linewidth=0.9,
            zorder=3,
        )
    )


def _letters(axes: Axes, points: Floats, labels: NDArray[Any], styles: dict[str, Style]) -> None:
    from matplotlib.patheffects import withStroke

    names = sorted(set(labels.tolist()))
    size = 13.0 if len(names) <= 12 else 11.0 if len(names) <= 20 else 9.0
    means = np.array([points[labels == name].mean(axis=0) for name in names])
    places = _apart(axes, means, [shown(name) for name in names], size)
    for name, (x, y) in zip(names, places, strict=True):
        axes.text(
            x,
            y,
            shown(name),
            color=styles[name].dark,
            ha="center",
            va="center",
            fontproperties=font(size, bold=True),
            path_effects=[withStroke(linewidth=2.2, foreground="white")],
            zorder=5,
            clip_on=False,
        )


def _apart(axes: Axes, means: Floats, texts: list[str], size: float) -> Floats:
    """Push letters apart that would cover each other, by no more than the height of a letter or so."""
    axes.figure.draw_without_rendering()  # type: ignore[union-attr]
    scale = 72.0 / float(axes.figure.dpi)
    places = axes.transData.transform(means) * scale  # in points
    home = places.copy()
    wide = np.array([0.30 * size * max(len(text), 1) + 1.0 for text in texts])
    high = np.full(len(texts), 0.40 * size)
    for _ in range(80):
        moved = False
        for one in range(len(places)):
            for two in range(one + 1, len(places)):
                gap = places[two] - places[one]
                over = np.array([wide[one] + wide[two], high[one] + high[two]]) - np.abs(gap)
                if over.min() <= 0.0:
                    continue
                axis = int(over.argmin())
                step = 0.26 * over[axis] * (1.0 if gap[axis] >= 0.0 else -1.0)
                places[one, axis] -= step
                places[two, axis] += step
                moved = True
        stray = places - home
        places = home + np.clip(stray, -1.1 * size, 1.1 * size)
        if not moved:
            break
    return np.asarray(axes.transData.inverted().transform(places / scale), dtype=np.float64)


def shown(label: str) -> str:
    """Label as it is drawn: long ones are cut, and a mark without a letter gets a dotted circle."""
    import unicodedata

    text = label if len(label) <= 8 else f"{label[:7]}…"
    if text and unicodedata.combining(text[0]):
        text = "\u25cc" + text
    return text.replace("$", r"\$")
