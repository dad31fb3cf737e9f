"""Figures of layers: probes, similarity of models, speaker and label subspaces."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from w2vpraat.compare.goals.titles import PROBES, TITLES, goal_title
from w2vpraat.errors import ExportError
from w2vpraat.export.figures import WIDTH, any_sign
from w2vpraat.export.panels import (
    MEASURES,
    baseline_entries,
    bottom_legend,
    draw_curve,
    layer_axis,
    model_mark,
    model_styles,
    new_figure,
    panel_grid,
    panel_title,
    wrapped,
)
from w2vpraat.export.styles import Style, font

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

RIVAL_COLOURS = ("#000000", "#7A3E00", "#4B2E83", "#005F5F")
RIVAL_DASHES = ((0, (6, 1.5, 1, 1.5)), (0, (9, 2)), (0, (3, 1, 1, 1, 1, 1)), (0, (12, 2, 3, 2)))


def one_unit(layers: pd.DataFrame, probe: str | None = None) -> pd.DataFrame:
    """Keep the rows that a figure shows: one probe and one unit per target, the vectors as they are.

    Parameters
    ----------
    layers : pandas.DataFrame
        See :func:`layer_curves`.
    probe : str, optional
        Default: of each target the first of ``lda``, ``knn`` and ``rbf`` that it has.

    Returns
    -------
    pandas.DataFrame
        Plain accuracy where there is one, else balanced accuracy, else the first unit.
    """
    raw = layers[layers["space"] == "raw"]
    keep = np.zeros(len(raw), dtype=bool)
    for target in raw["target"].unique():
        own = (raw["target"] == target).to_numpy()
        asked = first_of((*PROBES,), raw.loc[own, "probe"]) if probe is None else probe
        own &= (raw["probe"] == asked).to_numpy()
        if own.any():
            unit = first_of(("accuracy", "balanced accuracy"), raw.loc[own, "unit"])
            keep |= own & (raw["unit"] == unit).to_numpy()
    return raw[keep]


def first_of(wanted: Sequence[str], there: Iterable[str]) -> str:
    """Return the first wanted text that is there, else the first that is there."""
    found = list(dict.fromkeys(there))
    return next((text for text in wanted if text in found), found[0])


def ordered_targets(targets: Iterable[str]) -> list[str]:
    """Put the known targets first, the others after them in the order they come in."""
    there = list(dict.fromkeys(targets))
    return [*(name for name in TITLES if name in there), *(name for name in there if name not in TITLES)]


def layered_models(*tables: pd.DataFrame) -> list[str]:
    """List the models that have layers, once each."""
    return list(
        dict.fromkeys(name for table in tables for name in table.loc[table["layer"].notna(), "model"])
    )


def rival_names(rows: pd.DataFrame) -> dict[tuple[str, str], str]:
    """Name what has no layer (formants, for example): (model, representation) -> shown name."""
    flat = rows[rows["layer"].isna()]
    pairs = list(dict.fromkeys(zip(flat["model"], flat["representation"], strict=True)))
    names = [representation for _, representation in pairs]
    return {(model, name): name if names.count(name) == 1 else f"{model}: {name}" for model, name in pairs}


def layer_curves(layers: pd.DataFrame, *, probe: str | None = None) -> Figure:
    """Draw what each layer of each model tells, one panel per target.

    Parameters
    ----------
    layers : pandas.DataFrame
        One row per model, layer, target, probe, unit and space: ``model``, ``layer`` (NaN: a rival without
        layers, drawn as a horizontal line), ``representation``, ``target``, ``probe``, ``unit``, ``value``,
        ``low``, ``high``, ``chance``, ``shuffled`` (shares, 0 to 1), ``space`` (only ``raw`` is drawn).
    probe : str, optional
        ``lda``, ``knn`` or ``rbf``; targets without it are left out. Default: the first that a target has.

    Returns
    -------
    matplotlib.figure.Figure
        Bands: the table's intervals. Dashed: chance; dotted: classes shuffled, mean over models.

    Raises
    ------
    ExportError
        If no row is left.
    """
    from matplotlib.lines import Line2D

    rows = one_unit(layers, probe)
    if rows.empty:
        raise ExportError(f'there are no results of the probe "{probe}" to draw' if probe else "no results")
    targets = ordered_targets(rows["target"])
    styles = model_styles(layered_models(layers))
    names = rival_names(rows)
    looks = {pair: rival_look(number) for number, pair in enumerate(rival_names(layers))}
    entries: list[tuple[Artist, str]] = [
        (model_mark(styles[model]), wrapped(model)) for model in layered_models(rows)
    ]
    entries += [(Line2D([], [], **looks[pair]), wrapped(name)) for pair, name in names.items()]
    entries += baseline_entries()
    columns = {1: 1, 2: 2, 4: 2}.get(len(targets), 3)
    head = " and ".join(dict.fromkeys(PROBES.get(name, name) for name in rows["probe"]))
    figure = new_figure(WIDTH, 4.0)
    with any_sign():
        panels = panel_grid(figure, len(targets), columns, bottom_legend(figure, entries), head)
        for axes, target in zip(panels, targets, strict=True):
            own = rows[rows["target"] == target]
            for model in layered_models(own):
                draw_curve(axes, own[own["model"] == model], styles[model])
            for pair in rival_names(own):
                same = (own["model"] == pair[0]) & (own["representation"] == pair[1]) & own["layer"].isna()
                axes.axhline(100.0 * float(own.loc[same, "value"].iloc[0]), **looks[pair], zorder=2)
            _baselines(axes, own)
            panel_title(axes, goal_title(target))
            _percent_axes(axes, own)
    return figure


def rival_look(number: int) -> dict[str, Any]:
    """Return how a rival without layers is drawn."""
    turn = number % len(RIVAL_COLOURS)
    return {"color": RIVAL_COLOURS[turn], "linestyle": RIVAL_DASHES[turn], "linewidth": 1.1}


def _baselines(axes: Axes, own: pd.DataFrame) -> None:
    chance = own["chance"].dropna()
    if len(chance):
        axes.axhline(100.0 * float(chance.median()), color="#666666", linewidth=1.0, linestyle="--", zorder=2)
    mixed = own[own["layer"].notna()].groupby("layer")["shuffled"].mean().dropna()
    if len(mixed):
        x, y = mixed.index.to_numpy(float), 100.0 * mixed.to_numpy(float)
        axes.plot(x, y, color="#666666", linewidth=1.2, linestyle=":", zorder=2)


def _percent_axes(axes: Axes, own: pd.DataFrame) -> None:
    values = 100.0 * own[["value", "low", "high", "chance", "shuffled"]].to_numpy(float)
    low, high = float(np.nanmin(values)), float(np.nanmax(values))
    room = max(0.06 * (high - low), 1.0)
    axes.set_ylim(max(low - room, -2.0), min(high + room, 102.0))
    axes.set_ylabel(f"{own['unit'].iloc[0]} (%)", fontproperties=font(8), labelpad=2)
    layer_axis(axes)


def similarity_heatmap(similarity: pd.DataFrame) -> Figure:
    """Draw how similar the layers of models are, to a reference model and to one-hot classes.

    Parameters
    ----------
    similarity : pandas.DataFrame
        ``kind`` (``models`` or ``labels``), ``model``, ``other`` (reference model, or factor), ``layer``,
        ``measure``, ``value``.

    Returns
    -------
    matplotlib.figure.Figure
        One panel per measure and other; rows are models, columns layers. A dash: not computed.

    Raises
    ------
    ExportError
        If there is no row.
    """
    rows = similarity[similarity["layer"].notna()]
    if rows.empty:
        raise ExportError("there are no similarities to draw")
    models = list(dict.fromkeys(rows["model"]))
    numbers = sorted({int(layer) for layer in rows["layer"]})
    names = [wrapped(name, 20, 2) for name in models]
    longest = max(len(line) for name in names for line in name.splitlines())
    left, gap, cell, tall = min(0.25 + 0.062 * longest, 1.28), 0.14, 0.234, 0.27
    wide = max(cell * len(numbers), 2.05)  # room for a title over few layers
    blocks = [_panels(rows[rows["kind"] == kind], int(wide / 0.07) - 11) for kind in ("models", "labels")]
    columns = max(1, int((WIDTH - left) // (wide + gap)))
    lines = [block[at : at + columns] for block in blocks for at in range(0, len(block), columns)]
    over, under = 0.32, 0.42
    step = over + tall * len(models) + under
    width = max(left + max(len(line) for line in lines) * (wide + gap) + 0.05, 4.2)
    height = 0.1 + step * len(lines)
    figure = new_figure(width, height)
    with any_sign():
        for row, line in enumerate(lines):
            bottom = height - 0.1 - (row + 1) * step + under
            for column, (title, own) in enumerate(line):
                place = (left + column * (wide + gap), bottom, wide, tall * len(models))
                axes = figure.add_axes(tuple(np.divide(place, (width, height, width, height))))
                _heat(axes, own, models, numbers, named=column == 0)
                axes.set_title(title, fontproperties=font(8.5, bold=True), pad=4)
    return figure


def _panels(rows: pd.DataFrame, room: int) -> list[tuple[str, pd.DataFrame]]:
    made = []
    for measure in dict.fromkeys(rows["measure"]):
        for other in dict.fromkeys(rows.loc[rows["measure"] == measure, "other"]):
            own = rows[(rows["measure"] == measure) & (rows["other"] == other)]
            title = f"{MEASURES.get(measure, measure)} with {wrapped(other, room)}"
            made.append((title + " (one-hot)" if own["kind"].iloc[0] == "labels" else title, own))
    return made


def _heat(axes: Axes, own: pd.DataFrame, models: list[str], numbers: list[int], *, named: bool) -> None:
    from matplotlib import colormaps

    table = np.full((len(models), len(numbers)), np.nan)
    for model, layer, value in zip(own["model"], own["layer"], own["value"], strict=True):
        table[models.index(model), numbers.index(int(layer))] = value
    colours = colormaps["Blues"].with_extremes(bad="#F2F2F2")
    axes.imshow(table, cmap=colours, vmin=0.0, vmax=1.0, aspect="auto")
    for (row, column), value in np.ndenumerate(table):
        dark = value == value and _luminance(colours(float(np.clip(value, 0.0, 1.0)))) < 0.18
        axes.text(
            column,
            row,
            f"{round(value, 2) + 0.0:.2f}".replace("-0", "−") if value == value else "–",
            ha="center",
            va="center",
            color="white" if dark else "black",
            fontproperties=font(6.8),
        )
    axes.set_xticks(range(len(numbers)), [str(number) for number in numbers])
    shown = [wrapped(name, 20, 2) for name in models]
    axes.set_yticks(range(len(models)), shown if named else [""] * len(models), linespacing=0.8)
    axes.set_xlabel("layer", fontproperties=font(8), labelpad=2)
    axes.tick_params(length=0, pad=3)
    for text in (*axes.get_xticklabels(), *axes.get_yticklabels()):
        text.set_fontproperties(font(7.5))
    for side in axes.spines.values():
        side.set_visible(False)


def _luminance(colour: Sequence[float]) -> float:
    """Relative luminance (WCAG 2); below 0.18 white reads better than black."""
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in colour[:3]]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def subspace_figure(subspaces: pd.DataFrame, layers: pd.DataFrame) -> Figure:
    """Draw how far speaker and label subspaces overlap, and probes before and after removal of the speaker's.

    Parameters
    ----------
    subspaces : pandas.DataFrame
        ``model``, ``layer``, ``measure`` (``overlap`` is drawn), ``value``, ``chance``, ``shuffled``.
    layers : pandas.DataFrame
        See :func:`layer_curves`; rows of ``lda`` in the spaces ``raw`` and ``collapsed``.

    Returns
    -------
    matplotlib.figure.Figure
        Overlap is the mean squared cosine of the principal angles: 0 = orthogonal, 1 = one in the other.

    Raises
    ------
    ExportError
        If there is no overlap.
    """
    overlap = subspaces[(subspaces["measure"] == "overlap") & subspaces["layer"].notna()]
    if overlap.empty:
        raise ExportError("there are no subspaces to draw")
    styles = model_styles(layered_models(subspaces, layers))
    shown = layered_models(overlap)
    entries = [(model_mark(styles[model]), wrapped(model)) for model in shown]
    black = Style("#333333", "#333333", "o")
    entries += [
        (model_mark(black, linestyle=":", marker=""), "speakers shuffled (left)"),
        (model_mark(black), "before removal"),
        (model_mark(black, linestyle="--", markerfacecolor="white"), "after removal of the speaker subspace"),
        baseline_entries()[0],
    ]
    figure = new_figure(WIDTH, 4.0)
    with any_sign():
        first, *others = panel_grid(figure, 3, 3, bottom_legend(figure, entries))
        for model in shown:
            own = overlap[overlap["model"] == model]
            draw_curve(first, own, styles[model], scale=1.0, band=False)
            base = own.assign(base=own["shuffled"].fillna(own["chance"]))
            look: dict[str, Any] = {"linestyle": ":", "marker": "", "zorder": 3}
            draw_curve(first, base, styles[model], scale=1.0, column="base", band=False, **look)
        first.set_ylim(bottom=0.0)
        first.set_ylabel("overlap (mean cos²)", fontproperties=font(8), labelpad=2)
        panel_title(first, "speaker and label subspaces")
        layer_axis(first)
        for axes, target in zip(others, ("label", "speaker_given_label"), strict=True):
            _before_after(axes, layers, target, shown, styles)
    return figure


def _before_after(
    axes: Axes, layers: pd.DataFrame, target: str, models: Sequence[str], styles: dict[str, Style]
) -> None:
    own = layers[(layers["target"] == target) & (layers["probe"] == "lda") & layers["layer"].notna()]
    own = own[own["model"].isin(models)]
    panel_title(axes, goal_title(target))
    if own.empty:
        axes.text(0.5, 0.5, "not probed", transform=axes.transAxes, ha="center", fontproperties=font(8))
        axes.set_axis_off()
        return
    own = own[own["unit"] == first_of(("accuracy", "balanced accuracy"), own["unit"])]
    for model in models:
        mine = own[own["model"] == model]
        draw_curve(axes, mine[mine["space"] == "raw"], styles[model], band=False)
        after: dict[str, Any] = {"linestyle": "--", "markerfacecolor": "white"}
        draw_curve(axes, mine[mine["space"] == "collapsed"], styles[model], band=False, **after)
    chance = own["chance"].dropna()
    if len(chance):
        axes.axhline(100.0 * float(chance.median()), color="#666666", linewidth=1.0, linestyle="--", zorder=2)
    _percent_axes(axes, own.assign(low=np.nan, high=np.nan, shuffled=np.nan))
