"""Building blocks of figures with several panels: styles of models, panels, curves, the legend."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from w2vpraat.export.styles import HUES, MARKERS, Style, font

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MEASURES = {"svcca": "SVCCA", "pwcca": "PWCCA"}
RANDOM = "random"
GREY = "#8A8A8A"
# Without the grey of `HUES`, which is kept for random weights.
MODEL_HUES = HUES[:6]


def model_styles(models: Iterable[str]) -> dict[str, Style]:
    """Give every model a colour and a marker of its own, whatever order they come in; ``random`` is grey."""
    named = sorted({name for name in models if name != RANDOM})
    styles = {}
    for number, name in enumerate(named):
        turn, hue = divmod(number, len(MODEL_HUES))
        colour = _darker(MODEL_HUES[hue], 0.55**turn)
        styles[name] = Style(colour, _darker(colour, 0.6), MARKERS[number % len(MARKERS)])
    styles[RANDOM] = Style(GREY, "#4D4D4D", MARKERS[-1])
    return styles


def _darker(colour: str, share: float) -> str:
    return "#" + "".join(f"{round(int(colour[at : at + 2], 16) * share):02X}" for at in (1, 3, 5))


def wrapped(name: str, width: int = 40, lines: int = 1) -> str:
    """Break a name into short lines, cut what is left, and keep matplotlib from reading formulas in it.

    Of a path that is too long the end is kept, which tells more than the folders above.
    """
    while len(name) > width * lines and "/" in name.lstrip("…/"):
        name = "…/" + name.lstrip("…/").split("/", 1)[1]
    text = textwrap.fill(name, width, max_lines=lines, placeholder="…") or name
    return text.replace("$", r"\$")


def panel_title(axes: Axes, text: str) -> None:
    """Put a title over a panel, on two lines where it is long."""
    # The font's own line spacing is made for stacked diacritics.
    axes.set_title(wrapped(text, 27, 2), fontproperties=font(8.5, bold=True), pad=4, linespacing=0.8)


def new_figure(width: float, height: float) -> Figure:
    """Make an empty figure without pyplot; inches."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height))
    FigureCanvasAgg(figure)
    return figure


def plain_axes(axes: Axes) -> None:
    """Take away the frame's upper and right side and set the ticks in the figures' font."""
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    axes.tick_params(length=2.5, width=0.6, pad=2)
    for text in (*axes.get_xticklabels(), *axes.get_yticklabels()):
        text.set_fontproperties(font(7.5))


def bottom_legend(
    figure: Figure, entries: Sequence[tuple[Artist, str]], *, title: str = "", **look: Any
) -> float:
    """Put one legend under a figure, in as many columns as fit, to be read row after row.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
    entries : sequence of (Artist, str)
    title : str
        Over the entries.
    **look
        Other distances than the usual ones, as matplotlib calls them.

    Returns
    -------
    float
        Its height in inches.
    """
    room = (figure.get_figwidth() - 0.2) * figure.dpi
    for most in range(min(len(entries), look.pop("most", 8)), 0, -1):
        columns = -(-len(entries) // -(-len(entries) // most))  # rows of about the same length
        # matplotlib fills column after column; people read row after row.
        order = [at for first in range(columns) for at in range(first, len(entries), columns)]
        spaces = {"columnspacing": 1.2, "handletextpad": 0.5, "labelspacing": 0.35}
        spaces |= {"borderpad": 0.2, "borderaxespad": 0.2}
        legend = figure.legend(
            [entries[at][0] for at in order],
            [entries[at][1] for at in order],
            loc="lower center",
            ncols=columns,
            frameon=False,
            prop=font(8),
            title=title or None,
            title_fontproperties=font(7.5, bold=True),
            **(spaces | look),
        )
        figure.draw_without_rendering()
        box = legend.get_window_extent()
        if box.width <= room or columns == 1:
            return float(box.height / figure.dpi) + 0.08
        legend.remove()
    return 0.1


def model_mark(style: Style, **options: Any) -> Artist:
    """Return the entry of a model in a legend."""
    from matplotlib.lines import Line2D

    look: dict[str, Any] = {"color": style.colour, "marker": style.marker, "markersize": 4, "linewidth": 1.4}
    return Line2D([], [], **(look | options))


def baseline_entries() -> list[tuple[Artist, str]]:
    """Return the entries of a legend for chance and shuffled classes."""
    from matplotlib.lines import Line2D

    return [
        (Line2D([], [], color="#666666", linewidth=1.0, linestyle="--"), "chance"),
        (Line2D([], [], color="#666666", linewidth=1.2, linestyle=":"), "classes shuffled"),
    ]


def panel_grid(figure: Figure, count: int, columns: int, legend: float, head: str = "") -> list[Axes]:
    """Set the figure's height and return axes in rows above the legend."""
    width = figure.get_figwidth()
    rows = -(-count // columns)
    over, under, left, tall = 0.38, 0.42, 0.56, 1.55 if columns == 3 else 1.9
    top = 0.3 if head else 0.05
    height = top + rows * (over + tall + under) + legend
    figure.set_size_inches(width, height)
    wide = (width - 0.12) / columns - left
    if head:
        figure.text(
            0.5, 1.0 - 0.06 / height, head, ha="center", va="top", fontproperties=font(9.5, bold=True)
        )
    made = []
    for number in range(count):
        row, column = divmod(number, columns)
        bottom = height - top - (row + 1) * (over + tall + under) + under
        x = left + column * (wide + left)
        made.append(figure.add_axes((x / width, bottom / height, wide / width, tall / height)))
    return made


def draw_curve(
    axes: Axes,
    own: pd.DataFrame,
    style: Style,
    *,
    scale: float = 100.0,
    column: str = "value",
    band: bool = True,
    **options: Any,
) -> None:
    """Draw one model's values over its layers, with a band where there are intervals."""
    curve = own[own["layer"].notna()].sort_values("layer")
    x, y = curve["layer"].to_numpy(float), scale * curve[column].to_numpy(float)
    look: dict[str, Any] = {
        "color": style.colour,
        "marker": style.marker,
        "markersize": 3.2,
        "linewidth": 1.3,
    }
    every = 1 if len(x) <= 14 else -(-len(x) // 9)  # markers of many layers would hide the lines
    axes.plot(x, y, **(look | {"zorder": 4, "markevery": every} | options))
    if band and "low" in curve:
        low, high = (scale * curve[name].to_numpy(float) for name in ("low", "high"))
        if len(x) == 1:  # a band of one layer has no width
            axes.vlines(x, low, high, color=style.colour, linewidth=1.2, alpha=0.6, zorder=3)
        else:
            axes.fill_between(x, low, high, color=style.colour, alpha=0.12, linewidth=0, zorder=1)


def layer_axis(axes: Axes) -> None:
    """Name and number the axis of layers."""
    from matplotlib.ticker import MaxNLocator

    axes.xaxis.set_major_locator(MaxNLocator(nbins=7, integer=True))
    axes.set_xlabel("layer", fontproperties=font(8), labelpad=2)
    axes.margins(x=0.04)
    low, high = axes.dataLim.intervalx
    if low == high:  # one layer: no fractions of layers
        axes.set_xlim(low - 1.0, high + 1.0)
        axes.set_xticks([low], [f"{low:g}"])
    plain_axes(axes)
