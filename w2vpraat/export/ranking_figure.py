"""The ranking as a figure: a panel per goal, a line per representation, intervals over speakers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from w2vpraat.compare.goals.titles import PROBES, direction, goal_title
from w2vpraat.export.panels import new_figure, panel_title, plain_axes, wrapped
from w2vpraat.export.styles import font

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH = 7.2  # inches: two columns of a journal
GAP, RIGHT = 0.16, 0.1
MOST_SIGNS = 42  # of a name
LEADING, OTHER = "#0072B2", "#8A8A8A"
GOOD = {"keep": "more is better", "remove": "less is better", "social": "more: kept"}


def ranking_figure(table: pd.DataFrame, *, most_panels: int = 3) -> Figure:
    """Draw who comes first, goal by goal.

    Parameters
    ----------
    table : pandas.DataFrame
        From :func:`w2vpraat.compare.ranking.rank`.
    most_panels : int
        Panels in one row.

    Returns
    -------
    matplotlib.figure.Figure
        Blue dots: first rank, not clearly worse than the best; grey: later ranks. Dashes: chance.
        Representations stand in the order of the first goal everywhere.
    """
    goals = list(dict.fromkeys(table["goal"]))
    names = list(table.loc[table["goal"] == goals[0], "representation"])
    columns = min(most_panels, len(goals))
    rows = -(-len(goals) // columns)
    # A sign of this size is about a twentieth of an inch wide.
    left = 0.25 + 0.052 * min(max(map(len, names)), MOST_SIGNS)
    over, under, tall = 0.5, 0.56, 0.17 * len(names) + 0.1
    bottom = 0.3
    height = rows * (over + tall + under) + bottom
    figure = new_figure(WIDTH, height)
    wide = (WIDTH - left - RIGHT - GAP * (columns - 1)) / columns
    for number, goal in enumerate(goals):
        row, column = divmod(number, columns)
        x = left + column * (wide + GAP)
        y = height - (row + 1) * (over + tall + under) + under
        axes = figure.add_axes((x / WIDTH, y / height, wide / WIDTH, tall / height))
        own = table[table["goal"] == goal].set_index("representation")
        _panel(axes, own, names, goal, named=column == 0)
    words = "Blue: not clearly worse than the best. Bars: intervals over speakers. Dashes: chance."
    figure.text(0.5, 0.07 / height, words, ha="center", va="bottom", fontproperties=font(7), color="#444444")
    return figure


def _panel(axes: Axes, own: pd.DataFrame, names: Sequence[str], goal: str, *, named: bool) -> None:
    for place, name in enumerate(names):
        if name not in own.index:
            continue
        one: Any = own.loc[name]
        colour = LEADING if one["rank"] == 1 else OTHER
        if one["low"] == one["low"]:
            axes.plot([100 * one["low"], 100 * one["high"]], [place, place], color=colour, linewidth=1.3)
        marker = "o" if one["rank"] == 1 else "D"
        axes.plot(100 * one["value"], place, marker=marker, color=colour, markersize=4.2, linestyle="none")
    axes.axvline(100 * float(own["chance"].iloc[0]), color="#666666", linewidth=0.9, linestyle="--")
    axes.set_ylim(len(names) - 0.4, -0.6)
    if named:
        axes.set_yticks(range(len(names)), [wrapped(name, MOST_SIGNS) for name in names])
    else:
        axes.set_yticks(range(len(names)), [""] * len(names))
    axes.grid(axis="y", color="#E4E4E4", linewidth=0.6)
    axes.set_axisbelow(True)
    axes.margins(x=0.06)
    plain_axes(axes)
    panel_title(axes, goal_title(goal))
    probe = str(own["probe"].iloc[0])
    axes.set_xlabel(
        f"% correct, {PROBES.get(probe, probe)}\n{GOOD[direction(goal)]}",
        fontproperties=font(7),
        labelpad=2,
        linespacing=0.9,
    )
