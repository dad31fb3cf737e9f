"""The maps of the window as one figure for print, laid out to the width of a journal's columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from w2vpraat.compare.maps.picture import MapPicture
from w2vpraat.errors import ExportError
from w2vpraat.export.board_drawing import draw_panel, drawn_extent, has_scale
from w2vpraat.export.board_styles import BoardStyles, LegendPart, legend_entries, legend_parts
from w2vpraat.export.board_text import (
    balanced_lines,
    counts_text,
    lines_that_fit,
    numbers_lines,
    panel_name,
    sentences,
)
from w2vpraat.export.figures import any_sign, save_figure
from w2vpraat.export.panels import bottom_legend, new_figure
from w2vpraat.export.styles import font
from w2vpraat.params.exporting import BoardParams

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Floats = NDArray[np.float64]

CM = 1.0 / 2.54
NARROWEST, READABLE = 3.0, 5.2  # cm: the least a map may have, and what it should
TALLEST = 23.0  # cm: what a page has room for
TITLE, SMALL = 8.5, 7.0  # points
TITLE_LINES = 3
TITLE_LINE, LINE = 0.145, 0.125  # inches
NUMBERS, NAME = 0.17, 0.17  # inches: what numbers and name of an axis take
SIDE_NUMBERS = 0.36
EDGE, GAP = 0.05, 0.14
LEGEND = {"handletextpad": 0.1, "columnspacing": 0.9, "labelspacing": 0.0, "most": 12}


@dataclass(frozen=True, eq=False)
class _Panel:
    """What stands around one map, line by line; measures in inches."""

    picture: MapPicture
    title: list[str]
    counts: str
    numbers: list[str]

    @property
    def is_cut(self) -> bool:
        return self.title[-1:] != [] and self.title[-1].endswith("…") and not self.picture.title.endswith("…")

    @property
    def scale(self) -> bool:
        return has_scale(self.picture)

    @property
    def sides(self) -> tuple[float, float]:
        """Room left and right of the map for the vertical axis."""
        wide = NAME + (SIDE_NUMBERS if self.scale else 0.0)
        return (0.08, wide) if self.picture.reversed_axes[1] else (wide, 0.08)

    @property
    def on_top(self) -> float:
        """Room for a horizontal axis above the map."""
        return 0.04 + NAME + NUMBERS * self.scale if self.picture.reversed_axes[0] else 0.03

    @property
    def below(self) -> float:
        """Room for a horizontal axis under the map."""
        return 0.03 if self.picture.reversed_axes[0] else 0.04 + NAME + NUMBERS * self.scale

    @property
    def head(self) -> float:
        """Room for title and counts."""
        return TITLE_LINE * len(self.title) + LINE


def draw_picture(picture: MapPicture, params: BoardParams | None = None, *, caption: str = "") -> Figure:
    """Draw one map of the window as a figure; see :func:`draw_board`."""
    return draw_board([picture], params, caption=caption)


def draw_board(
    pictures: Sequence[MapPicture], params: BoardParams | None = None, *, title: str = "", caption: str = ""
) -> Figure:
    """Draw maps beside each other.

    Parameters
    ----------
    pictures : sequence of MapPicture
        In the order of the window. Values have the colours of the window. Maps whose axes have the same
        names and numbers get the same limits.
    params : BoardParams, optional
        Width, columns, what is written around.
    title : str
        Over all.
    caption : str
        How the values were made; before the sentences about what is drawn.

    Returns
    -------
    matplotlib.figure.Figure
        Made without pyplot; save it with :func:`save_board` or `w2vpraat.export.figures.save_figure`.

    Raises
    ------
    ExportError
        No picture, none with a token that has a place, or a width that is too small for so many columns.
    """
    params = params or BoardParams()
    if not pictures:
        raise ExportError("there is no map to draw", "show one first")
    if not any(np.isfinite(drawn_extent(picture)).all() for picture in pictures):
        raise ExportError(
            "no token of these maps has a place", "show tokens that have values, or widen the filter"
        )
    with any_sign():
        return _composed(pictures, params, title, caption)


def save_board(
    pictures: Sequence[MapPicture],
    path: str | PathLike[str],
    params: BoardParams | None = None,
    *,
    title: str = "",
    caption: str = "",
) -> Path:
    """Draw maps beside each other and write them as SVG, PDF or PNG, by the ending of the path.

    The same maps give the same bytes. Letters in SVG are outlines; PDF holds the used part of the font, so
    that its text can be searched.

    Parameters
    ----------
    pictures, params, title, caption
        See :func:`draw_board`.
    path : path

    Returns
    -------
    Path

    Raises
    ------
    ExportError
        As :func:`draw_board`; for another ending, or a file that can't be written.
    """
    params = params or BoardParams()
    figure = draw_board(pictures, params, title=title, caption=caption)
    return save_figure(figure, path, dpi=params.resolution)


def board_bytes(
    pictures: Sequence[MapPicture], params: BoardParams | None = None, *, caption: str = "", dpi: float = 96.0
) -> bytes:
    """Draw maps beside each other and return a PNG, for a look before it is saved."""
    import io

    figure = draw_board(pictures, params, caption=caption)
    buffer = io.BytesIO()
    with any_sign():
        figure.savefig(buffer, format="png", dpi=dpi)
    return buffer.getvalue()


def board_columns(count: int, params: BoardParams) -> int:
    """Return how many maps stand beside each other.

    Parameters
    ----------
    count : int
        Maps.
    params : BoardParams
        Its width, and the columns asked for.
    """
    if params.columns:
        return min(params.columns, count)
    most = max(int(params.width / READABLE), 1)
    rows = -(-count // most)
    return -(-count // rows)


def _composed(pictures: Sequence[MapPicture], params: BoardParams, title: str, caption: str) -> Figure:
    width = params.width * CM
    columns = board_columns(len(pictures), params)
    rows = -(-len(pictures) // columns)
    lettered = params.letters and len(pictures) > 1
    # Sides first: they do not depend on the lines, and the lines depend on the width that they leave.
    bare = [_Panel(picture, [], "", []) for picture in pictures]
    lefts, rights = (
        [max(panel.sides[end] for panel in bare[column::columns]) for column in range(columns)]
        for end in (0, 1)
    )
    spare = width - 2 * EDGE - GAP * (columns - 1) - sum(lefts) - sum(rights)
    side = spare / columns
    if side < NARROWEST * CM:
        raise ExportError(
            f"a width of {params.width:g} cm is too small for {columns} maps in a row",
            "choose fewer columns, or a larger width",
        )
    panels = [
        _panel(
            picture,
            number,
            params,
            lettered,
            side + 2.0 * min(lefts[number % columns], rights[number % columns]),
        )
        for number, picture in enumerate(pictures)
    ]
    figure = new_figure(width, width)
    styles = BoardStyles(params.colours == "grey", all(picture.shape is None for picture in pictures))
    parts = legend_parts(pictures)
    legends = _legends(figure, parts, styles, lettered) if params.legend else []
    told = ""
    if params.notes:
        cut = [number for number, panel in enumerate(panels) if panel.is_cut]
        told = f"{caption.strip()} {sentences(pictures, parts, named=lettered, in_full=cut)}".strip()
    lines = balanced_lines(told, width - 2 * EDGE, SMALL) if told else []
    heading = lines_that_fit(title, width - 2 * EDGE, 11.0, bold=True) if title else []
    in_rows = [panels[row * columns : (row + 1) * columns] for row in range(rows)]
    heads = [max(one.head + one.on_top for one in row) + 0.04 for row in in_rows]
    feet = [max(one.below + LINE * len(one.numbers) for one in row) for row in in_rows]
    rest = 0.06 + 0.22 * len(heading) + sum(heads) + sum(feet) + GAP * (rows - 1)
    foot = 0.07 + LINE * len(lines)
    under = sum(legends) + foot + 0.05
    tall = min(0.94 * side, (TALLEST * CM - rest - under) / rows)
    tall = max(tall, NARROWEST * CM)
    height = rest + rows * tall + under
    figure.set_size_inches(width, height)
    at = foot
    for legend, deep in zip(figure.legends[::-1], legends[::-1], strict=True):
        legend.set_bbox_to_anchor((0.5, at / height), transform=figure.transFigure)
        at += deep
    _write(figure, heading, 0.5 * width, height - 0.06, 0.22, 11.0, bold=True)
    extents = _extents(pictures)
    crowd = sum(int(picture.placed.sum()) for picture in pictures)
    top = height - 0.06 - 0.22 * len(heading)
    for row, members in enumerate(in_rows):
        base = top - heads[row] - tall
        x = EDGE
        for column, panel in enumerate(members):
            x += lefts[column]
            spot = figure.add_axes((x / width, base / height, side / width, tall / height))
            draw_panel(
                spot,
                panel.picture,
                styles,
                extent=extents[row * columns + column],
                crowd=crowd,
                size=_letter_size(side, panel.picture),
            )
            _around(figure, panel, x + side / 2.0, top, base)
            x += side + rights[column] + GAP
        top = base - feet[row] - GAP
    _write(figure, lines, EDGE, foot - 0.02, LINE, SMALL, colour="#444444", left=True)
    return figure


def _panel(picture: MapPicture, number: int, params: BoardParams, lettered: bool, room: float) -> _Panel:
    title = f"{panel_name(number)}\u00a0{picture.title}" if lettered else picture.title
    return _Panel(
        picture,
        lines_that_fit(title, room, TITLE, bold=True, most=TITLE_LINES),
        counts_text(picture),
        numbers_lines(picture, room, SMALL) if params.numbers else [],
    )


def _legends(figure: Figure, parts: Sequence[LegendPart], styles: BoardStyles, lettered: bool) -> list[float]:
    """Make one legend for each factor, and return their heights in inches."""
    named = [part for part in parts if part.is_named]
    n_pictures = len({number for part in parts for number in part.pictures})
    heights = []
    for part in named:
        whose = ""
        if lettered and len(part.pictures) < n_pictures:
            whose = " " + ", ".join(panel_name(number) for number in part.pictures)
        title = f"{part.factor.name}{whose}" if len(named) > 1 or part.factor.name != "label" else ""
        entries = legend_entries(part, styles)
        heights.append(bottom_legend(figure, entries, title=title.replace("$", r"\$"), **LEGEND))
    return heights


def _extents(pictures: Sequence[MapPicture]) -> list[Floats]:
    """Return what the axes of each map hold; charts of the same kind are drawn on the same axes."""
    own = [drawn_extent(picture) for picture in pictures]
    kinds: dict[object, list[Floats]] = {}
    keys: list[object] = []
    for number, (picture, extent) in enumerate(zip(pictures, own, strict=True)):
        key: object = (picture.axes, picture.reversed_axes) if has_scale(picture) else number
        keys.append(key)
        if np.isfinite(extent).all():
            kinds.setdefault(key, []).append(extent)
    return [
        np.array([np.min([e[0] for e in kinds[key]], axis=0), np.max([e[1] for e in kinds[key]], axis=0)])
        if key in kinds
        else extent
        for key, extent in zip(keys, own, strict=True)
    ]


def _letter_size(side: float, picture: MapPicture) -> float:
    most = len(picture.means)
    size = 13.0 if most <= 12 else 11.5 if most <= 24 else 9.5
    return max(min(size, 4.8 * side), 6.5)


def _around(figure: Figure, panel: _Panel, middle: float, top: float, base: float) -> None:
    _write(figure, panel.title, middle, top, TITLE_LINE, TITLE, bold=True)
    _write(figure, [panel.counts], middle, top - TITLE_LINE * len(panel.title), LINE, SMALL)
    _write(figure, panel.numbers, middle, base - panel.below, LINE, SMALL)


def _write(
    figure: Figure,
    lines: Sequence[str],
    x: float,
    top: float,
    step: float,
    size: float,
    *,
    bold: bool = False,
    left: bool = False,
    colour: str = "#000000",
) -> None:
    width, height = figure.get_size_inches()
    for number, line in enumerate(lines):
        figure.text(
            x / width,
            (top - (number + 0.8) * step) / height,
            line,
            ha="left" if left else "center",
            va="baseline",
            color=colour,
            fontproperties=font(size, bold=bold),
        )
