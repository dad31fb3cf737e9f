"""Figures of moved boundaries: how far values go, and how many tokens change their nearest label."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from w2vpraat.errors import ExportError
from w2vpraat.export.figures import WIDTH, any_sign
from w2vpraat.export.panels import (
    bottom_legend,
    model_mark,
    model_styles,
    new_figure,
    panel_grid,
    panel_title,
    plain_axes,
    wrapped,
)
from w2vpraat.export.styles import Style, font

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def shift_curves(summary: pd.DataFrame, *, level: float = 0.95) -> Figure:
    """Draw flips and movements against the shift, one line per representation.

    Parameters
    ----------
    summary : pandas.DataFrame
        ``representation, shift`` (s), ``flip_rate, low, high`` (shares; NaN: not drawn), ``movement_median,
        movement_p90`` (sd between tokens), ``dim``; see `Sensitivity.summary`.
    level : float
        Of the intervals, for the caption.

    Returns
    -------
    matplotlib.figure.Figure
        Left: tokens that change their nearest label, with intervals over speakers (left out if no
        representation has labels). Right: median movement, and as thin dashed lines what nine tokens of ten
        stay below.

    Raises
    ------
    ExportError
        If there is nothing to draw.
    """
    flipping = summary[summary["flip_rate"].notna()]
    rows = summary[summary["representation"].isin(representations_drawn(summary))]
    rows = rows[rows["movement_median"].notna()]
    if rows.empty:
        raise ExportError("there are no moved boundaries to draw")
    names = representations_drawn(summary)
    styles = model_styles(names)
    entries: list[tuple[Artist, str]] = [(model_mark(styles[name]), wrapped(name, 48)) for name in names]
    entries.append((_dashed(), "90th percentile"))
    figure = new_figure(WIDTH, 4.0)
    count = 2 if len(flipping) else 1
    with any_sign():
        panels = panel_grid(figure, count, 2, bottom_legend(figure, entries))
        if len(flipping):
            panel_title(panels[0], "nearest label changes")
            _flips(panels[0], flipping, styles)
            panels[0].set_ylabel(
                f"tokens (%), {100 * level:g} % intervals", fontproperties=font(8), labelpad=2
            )
        panel_title(panels[-1], "largest movement")
        _movements(panels[-1], rows, styles)
        panels[-1].set_ylabel("sd between tokens", fontproperties=font(8), labelpad=2)
        for axes in panels:
            axes.set_ylim(bottom=0.0)
            _shift_axis(axes, rows)
    return figure


def representations_drawn(summary: pd.DataFrame) -> list[str]:
    """Name the representations that have nearest labels (single formants have none), or all if none has."""
    flipping = summary[summary["flip_rate"].notna()]
    return list(dict.fromkeys((flipping if len(flipping) else summary)["representation"]))


def _dashed() -> Artist:
    from matplotlib.lines import Line2D

    return Line2D([], [], color="#666666", linewidth=0.9, linestyle="--")


def _flips(axes: Axes, rows: pd.DataFrame, styles: Mapping[str, Style]) -> None:
    # Intervals beside each other, or they would hide each other.
    names = list(dict.fromkeys(rows["representation"]))
    step = 0.012 * 1000.0 * float(rows["shift"].max())
    for number, name in enumerate(names):
        own = rows[rows["representation"] == name].sort_values("shift")
        x = 1000.0 * own["shift"].to_numpy(float) + step * (number - (len(names) - 1) / 2.0)
        _line(axes, x, 100.0 * own["flip_rate"].to_numpy(float), styles[name])
        low, high = (100.0 * own[name].to_numpy(float) for name in ("low", "high"))
        axes.vlines(x, low, high, color=styles[name].colour, linewidth=1.1, alpha=0.7, zorder=3)


def _movements(axes: Axes, rows: pd.DataFrame, styles: Mapping[str, Style]) -> None:
    for name in dict.fromkeys(rows["representation"]):
        own = rows[rows["representation"] == name].sort_values("shift")
        x = 1000.0 * own["shift"].to_numpy(float)
        _line(axes, x, own["movement_median"].to_numpy(float), styles[name])
        look: dict[str, Any] = {"linewidth": 0.9, "linestyle": "--", "markersize": 2.6, "alpha": 0.8}
        _line(axes, x, own["movement_p90"].to_numpy(float), styles[name], **look)


def _line(axes: Axes, x: Any, y: Any, style: Style, **options: Any) -> None:
    look: dict[str, Any] = {"color": style.colour, "marker": style.marker, "markersize": 4, "linewidth": 1.3}
    axes.plot(x, y, **(look | {"zorder": 4} | options))


def _shift_axis(axes: Axes, rows: pd.DataFrame) -> None:
    places = sorted({1000.0 * shift for shift in rows["shift"]})
    axes.set_xticks(places, [f"{place:g}" for place in places])
    axes.set_xlim(0.0, 1.08 * places[-1])
    axes.set_xlabel("boundaries moved by (ms)", fontproperties=font(8), labelpad=2)
    plain_axes(axes)


def label_flips(
    labels: pd.Series[Any],
    flips: Mapping[str, pd.Series[Any]],
    *,
    shift: float,
    among: Sequence[str] = (),
) -> Figure:
    """Draw which labels' tokens change their nearest label, the most fragile first.

    Parameters
    ----------
    labels : pandas.Series
        Label of each token.
    flips : mapping
        Representation -> whether each token changes (True, False, missing).
    shift : float
        By how much boundaries were moved, in seconds.
    among : sequence of str
        All representations of the other figure, so that each has the same colour in both.

    Returns
    -------
    matplotlib.figure.Figure
        One dot per label and representation; under each label its number of tokens.

    Raises
    ------
    ExportError
        If there is no token.
    """
    import pandas as pd

    shares = pd.DataFrame(
        {name: column.astype(float).groupby(labels).mean() for name, column in flips.items()}
    )
    shares = shares[shares.notna().any(axis=1)]
    if shares.empty:
        raise ExportError("there are no moved boundaries to draw")
    # By the first representation; labels of equal share in their own order.
    shares = shares.sort_index().sort_values(list(shares.columns), ascending=False, kind="stable")
    counts = labels.value_counts()
    styles = model_styles(dict.fromkeys([*among, *map(str, shares.columns)]))
    look: dict[str, Any] = {"linestyle": "none"}
    entries = [(model_mark(styles[name], **look), wrapped(name, 48)) for name in shares.columns]
    figure = new_figure(WIDTH, 3.4)
    with any_sign():
        axes = panel_grid(figure, 1, 1, bottom_legend(figure, entries))[0]
        x = np.arange(len(shares))
        values = 100.0 * shares.to_numpy(float)
        lowest, highest = np.nanmin(values, axis=1), np.nanmax(values, axis=1)
        axes.vlines(x, lowest, highest, color="#BBBBBB", linewidth=1.0, zorder=2)
        for name in shares.columns:
            _line(axes, x, 100.0 * shares[name].to_numpy(float), styles[name], linestyle="none")
        names = [f"{label!s}\n{counts[label]}".replace("$", r"\$") for label in shares.index]
        axes.set_xticks(x, names, linespacing=0.9)
        axes.set_xlim(-0.6, len(shares) - 0.4)
        axes.set_ylim(0.0, 104.0)
        axes.set_ylabel("tokens (%)", fontproperties=font(8), labelpad=2)
        axes.set_title(
            f"nearest label changes if boundaries move by {1000 * shift:g} ms (labels, numbers of tokens)",
            fontproperties=font(8.5, bold=True),
            pad=4,
        )
        plain_axes(axes)
    return figure
