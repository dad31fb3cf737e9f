"""Maps of several models side by side, coloured by one factor, with the numbers under each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from w2vpraat.compare.maps.factor_maps import FactorMap
from w2vpraat.compare.maps.map_quality import NEIGHBOURS
from w2vpraat.errors import ExportError
from w2vpraat.export.figures import METHOD_TITLES, WIDTH, any_sign
from w2vpraat.export.maps import MANY_DOTS, shown
from w2vpraat.export.panels import bottom_legend, new_figure, wrapped
from w2vpraat.export.styles import Style, font, label_styles

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# With more classes than this, nobody finds a colour again in a legend.
MOST_NAMED = 24
UNKNOWN = "#BBBBBB"
APART = {
    "speaker": "nearest tokens: those of other speakers",
    "recording": "nearest tokens: those of other recordings, or of other speakers",
}

Row = tuple[str, int | None, str]


def map_grid(maps: Sequence[FactorMap], factor: str) -> Figure:
    """Draw maps in rows of models (and layers) and columns of methods.

    Parameters
    ----------
    maps : sequence of FactorMap
        In the order of the rows.
    factor : str
        What gives the colours: ``label``, ``speaker``, ``sex`` or another that the maps know.

    Returns
    -------
    matplotlib.figure.Figure
        Grey dots: tokens whose class is not known. More than 24 classes get no legend.

    Raises
    ------
    ExportError
        No maps, or none that knows the factor.
    """
    known = [item for item in maps if factor in item.factors]
    if not known:
        raise ExportError(f'no map knows the factor "{factor}"', "one of those that the maps were made with")
    rows = list(dict.fromkeys(_row(item) for item in known))
    methods = list(dict.fromkeys(item.method for item in known))
    classes = sorted({text for item in known for text in item.factors[factor] if text})
    styles = label_styles(classes)
    figure = new_figure(WIDTH if len(methods) > 1 else 0.6 * WIDTH, 4.0)
    width = figure.get_figwidth()
    with any_sign():
        legend = bottom_legend(figure, _entries(styles, any("" in item.factors[factor] for item in known)))
        over, under, left, gap = 0.74, 0.44, 0.4, 0.12
        side = min((width - left) / len(methods) - gap, 3.2)
        height = over + len(rows) * (side + under) + legend
        figure.set_size_inches(width, height)
        many = sum(len(item.ids) for item in known) > MANY_DOTS
        for item in known:
            row, column = rows.index(_row(item)), methods.index(item.method)
            x, y = left + column * (side + gap), height - over - row * (side + under) - side
            axes = figure.add_axes((x / width, y / height, side / width, side / height))
            _dots(axes, item, factor, styles, rasterized=many)
            if row == 0 or not any(_row(one) == rows[0] and one.method == item.method for one in known):
                name = METHOD_TITLES.get(item.method, item.method)
                axes.set_title(name, fontproperties=font(8.5, bold=True), pad=4)
            figure.text(
                (x + side / 2.0) / width,
                (y - 0.05) / height,
                numbers_text(item, factor),
                ha="center",
                va="top",
                fontproperties=font(7),
                linespacing=0.85,
            )
        for number, one in enumerate(rows):
            middle = height - over - number * (side + under) - side / 2.0
            figure.text(
                0.09 / width,
                middle / height,
                _row_name(one),
                rotation=90,
                ha="left",
                va="center",
                fontproperties=font(8, bold=True),
                linespacing=0.8,
            )
        counts = f"coloured by {factor}: {len(classes)} {'class' if len(classes) == 1 else 'classes'}"
        head = f"{wrapped(counts, 70)}, {len(known[0].ids)} tokens"
        whose = APART.get(known[0].quality[factor].apart, "")
        figure.text(
            0.5, 1.0 - 0.06 / height, head, ha="center", va="top", fontproperties=font(9.5, bold=True)
        )
        figure.text(0.5, 1.0 - 0.29 / height, whose, ha="center", va="top", fontproperties=font(7.5))
    return figure


def numbers_text(item: FactorMap, factor: str) -> str:
    """Put the numbers behind a map into two lines; those that do not exist are left out."""
    quality = item.quality[factor]
    lines = []
    if quality.agreement == quality.agreement:
        same = f"{NEIGHBOURS} nearest: {100 * quality.agreement:.0f} % same"
        lines.append(f"{same} (chance {100 * quality.chance:.0f} %)")
    second = []
    if quality.silhouette == quality.silhouette:
        second.append(f"silhouette {quality.silhouette:.2f}".replace("-", "−"))
    second.append(f"trustworthiness {quality.trustworthiness:.2f}")
    return "\n".join([*lines, ", ".join(second)])


def _row(item: FactorMap) -> Row:
    # Without a layer, only the name tells representations of one model apart.
    return item.model, item.layer, "" if item.layer is not None else item.name


def _row_name(row: Row) -> str:
    model, layer, name = row
    return wrapped(name, 30) if layer is None else f"{wrapped(model, 28)}\nlayer {layer}"


def _entries(styles: dict[str, Style], unknown: bool) -> list[tuple[Artist, str]]:
    from matplotlib.lines import Line2D

    named = styles if len(styles) <= MOST_NAMED else {}
    marks: list[tuple[Artist, str]] = [
        (Line2D([], [], linestyle="", marker=style.marker, color=style.colour, markersize=5), shown(name))
        for name, style in named.items()
    ]
    if unknown:
        marks.append((Line2D([], [], linestyle="", marker="o", color=UNKNOWN, markersize=4), "not known"))
    return marks


def _dots(axes: Axes, item: FactorMap, factor: str, styles: dict[str, Style], *, rasterized: bool) -> None:
    texts = np.asarray(item.factors[factor], dtype=object)
    n = len(texts)
    size, alpha = float(np.clip(6000.0 / n, 4.0, 12.0)), float(np.clip(800.0 / n, 0.4, 0.75))
    lost = item.coordinates[texts == ""]
    axes.scatter(lost[:, 0], lost[:, 1], s=size, c=UNKNOWN, alpha=alpha, linewidths=0, rasterized=rasterized)
    # Mixed order, so that no class lies on top of all others.
    mixed = np.random.default_rng(0).permutation(np.flatnonzero(texts != ""))
    for marker in dict.fromkeys(style.marker for style in styles.values()):
        own = [row for row in mixed if styles[texts[row]].marker == marker]
        axes.scatter(
            item.coordinates[own, 0],
            item.coordinates[own, 1],
            s=size,
            c=[styles[texts[row]].colour for row in own],
            marker=marker,
            alpha=alpha,
            linewidths=0,
            rasterized=rasterized,
        )
    axes.set_xticks([])
    axes.set_yticks([])
    axes.margins(0.04)
    for edge in axes.spines.values():
        edge.set_linewidth(0.6)
        edge.set_color("#666666")
