"""Vowel charts as phoneticians print them: one chart, small multiples, pages of them."""

from __future__ import annotations

import io
import logging
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

from w2vpraat.compare.charts.tokens import count_names
from w2vpraat.compare.charts.values import ChartValues, chart_values
from w2vpraat.errors import ExportError
from w2vpraat.export.charts.axes import ChartAxis, chart_axes, set_axes
from w2vpraat.export.charts.drawing import draw_panel, drawn_extent
from w2vpraat.export.charts.styles import chart_styles, legend_entries, shown_name
from w2vpraat.export.charts.text import balanced, caption, counts_text
from w2vpraat.export.figures import any_sign, save_figure
from w2vpraat.export.panels import bottom_legend, new_figure
from w2vpraat.export.styles import font
from w2vpraat.params import ChartParams
from w2vpraat.writing import write_whole

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

CM = 1.0 / 2.54
ONE, SEVERAL = 12.0, 18.0  # cm
NARROWEST = 2.0  # cm, of one chart
ROWS = 6
TALLEST = 24.0  # cm, of a page
COLUMNS = ((1, 1), (2, 2), (3, 3), (4, 2), (9, 3), (20, 4))
MOST_COLUMNS = 5


@dataclass(frozen=True)
class _Grid:
    """Sizes in inches: charts in rows and columns with room for numbers on the outer sides."""

    width: float
    columns: int
    rows: int
    side: float
    tall: float
    left: float
    gap: float
    over: float

    @property
    def wide(self) -> float:
        """Width of a row of charts."""
        return self.columns * self.side + (self.columns - 1) * self.gap

    @property
    def middle(self) -> float:
        """Middle of the rows, as a share of the figure's width."""
        return (self.left + self.wide / 2.0) / self.width


def vowel_chart(
    table: pd.DataFrame, params: ChartParams | None = None, *, label: str = "label", speaker: str = "speaker"
) -> Figure:
    """Draw a vowel chart, or small multiples of it, on one page.

    Parameters
    ----------
    table : pandas.DataFrame
        The long table: one row per token, or several per ``id`` with ``prop_time``.
    params : ChartParams, optional
        What is drawn, and by which columns.
    label, speaker : str
        Columns; the speakers need not be known.

    Returns
    -------
    matplotlib.figure.Figure
        Made without pyplot; save it with :func:`~w2vpraat.export.figures.save_figure`.

    Raises
    ------
    ComparisonError
        For an unknown or not numeric column, or if no token is left.
    ExportError
        If there are more charts than fit on a page, or axes and width do not fit the values.
    """
    params = params or ChartParams()
    values = chart_values(table, params, label=label, speaker=speaker)
    pages = page_panels(values)
    if len(pages) > 1:
        raise ExportError(
            f"{len(values.tokens.panels)} charts need {len(pages)} pages",
            "save them as PDF, which can have pages, or choose some with panel_values",
        )
    return next(draw_pages(values, params))


def page_panels(values: ChartValues) -> list[tuple[str, ...]]:
    """Divide the panels over pages."""
    names = values.tokens.panels
    most = ROWS * MOST_COLUMNS
    return [names[at : at + most] for at in range(0, len(names), most)]


def save_charts(values: ChartValues, params: ChartParams, path: str | PathLike[str]) -> Path:
    """Write all pages: a PDF may have several, SVG and PNG one.

    The same values give the same bytes.

    Raises
    ------
    ExportError
        Several pages for SVG or PNG, another ending, or a file that can't be written.
    """
    import matplotlib
    from matplotlib.backends.backend_pdf import PdfPages

    target = Path(path)
    pages = page_panels(values)
    if len(pages) == 1 or target.suffix.lower() not in (".pdf", ".svg", ".png"):
        return save_figure(next(draw_pages(values, params)), target)
    if target.suffix.lower() != ".pdf":
        raise ExportError(
            f"{len(values.tokens.panels)} charts need {len(pages)} pages",
            "write a .pdf, which can have pages, or choose some with --panel-values",
            file=target,
        )
    buffer = io.BytesIO()
    subsetting = logging.getLogger("fontTools.subset")  # tells of tables that a part of a font does not need
    level = subsetting.level
    with matplotlib.rc_context({"pdf.fonttype": 42}), any_sign():
        subsetting.setLevel(logging.ERROR)
        try:
            with PdfPages(buffer, metadata={"CreationDate": None}) as document:
                for figure in draw_pages(values, params):
                    document.savefig(figure)
        finally:
            subsetting.setLevel(level)
    return write_whole(buffer.getvalue(), target)


def draw_pages(values: ChartValues, params: ChartParams) -> Iterator[Figure]:
    """Draw page after page; all panels have the same axes."""
    extent = drawn_extent(values, params)
    axes = chart_axes(values.tokens.x, values.tokens.y, extent, params)
    pages = page_panels(values)
    for number, panels in enumerate(pages, start=1):
        page = f"page {number} of {len(pages)}" if len(pages) > 1 else ""
        with any_sign():
            yield _page(values, params, axes, panels, page)


def _page(
    values: ChartValues,
    params: ChartParams,
    axes: tuple[ChartAxis, ChartAxis],
    panels: Sequence[str],
    page: str,
) -> Figure:
    several = len(values.tokens.panels) > 1
    width = (params.width or (SEVERAL if several else ONE)) * CM
    styles = chart_styles(values)
    figure = new_figure(width, width)
    entries = legend_entries(values, styles, params)
    legend = bottom_legend(figure, entries) if entries else 0.0
    lines = balanced(caption(values, params, styles, axes), int(width * 21.5))
    grid = _grid(width, len(panels), len(values.tokens.panels), axes)
    x, y = axes
    named = values.tokens.columns["panel"] != ""
    heading = [*textwrap.wrap(params.title, int(width * 11.0)), *([page] if page else [])]
    top = 0.06 + 0.26 * len(heading) + (0.36 if x.reversed else 0.04)
    under = 0.08 if x.reversed else 0.46
    foot = 0.06 + 0.135 * len(lines)
    row = grid.over * named + grid.tall
    height = top + grid.rows * row + (grid.rows - 1) * grid.gap + under + legend + foot
    figure.set_size_inches(width, height)
    for item in figure.legends:
        item.set_bbox_to_anchor((0.5, foot / height), transform=figure.transFigure)
    for number, line in enumerate(heading):
        figure.text(
            grid.middle,
            1.0 - (0.06 + 0.26 * number) / height,
            line.replace("$", r"\$"),
            ha="center",
            va="top",
            fontproperties=font(8 if line == page else 11, bold=line != page),
        )
    base = height - top
    titles = _panel_titles(values, grid.side)
    for number, panel in enumerate(panels):
        at_row, column = divmod(number, grid.columns)
        left = grid.left + column * (grid.side + grid.gap)
        bottom = base - at_row * (row + grid.gap) - row
        spot = figure.add_axes((left / width, bottom / height, grid.side / width, grid.tall / height))
        outer = _outer(number, len(panels), grid.columns, x.reversed, y.reversed)
        set_axes(spot, x, y, numbers=outer)
        if named:
            pad = 16.0 if outer[0] and x.reversed else 3.0
            spot.set_title(titles[panel], fontproperties=font(8 if grid.side > 1.6 else 7), pad=pad, y=1.0)
        draw_panel(spot, values, panel, styles, params, size=_letter_size(grid.side, values))
    _axis_titles(figure, grid, x, y, base, row, height)
    figure.text(
        0.5,
        0.05 / height,
        "\n".join(lines).replace("$", r"\$"),
        ha="center",
        va="bottom",
        fontproperties=font(7),
        color="#444444",
        linespacing=0.92,
    )
    return figure


def _grid(width: float, count: int, total: int, axes: tuple[ChartAxis, ChartAxis]) -> _Grid:
    columns = next((most for limit, most in COLUMNS if total <= limit), MOST_COLUMNS)
    rows = -(-count // columns)
    left, right = (0.12, 0.62) if axes[1].reversed else (0.62, 0.12)
    gap = 0.1
    side = (width - left - right - (columns - 1) * gap) / columns
    if side < NARROWEST * CM:
        least = (NARROWEST * columns + (left + right + (columns - 1) * gap) / CM) + 0.05
        row = "one chart" if columns == 1 else f"{columns} charts in a row"
        raise ExportError(f"a width of {width / CM:g} cm is too small for {row}", f"at least {least:.1f} cm")
    over = 0.2
    tall = min(0.92 * side, (TALLEST * CM - 1.4) / min(-(-total // columns), ROWS) - over - gap)
    return _Grid(width, columns, rows, side, tall, left, gap, over)


def _outer(number: int, count: int, columns: int, on_top: bool, on_right: bool) -> tuple[bool, bool]:
    """Whether a chart stands at the side where the numbers of x, and of y, are."""
    row, column = divmod(number, columns)
    at_x = row == 0 if on_top else number + columns >= count
    at_y = (column == columns - 1 or number == count - 1) if on_right else column == 0
    return at_x, at_y


def _panel_titles(values: ChartValues, side: float) -> dict[str, str]:
    """Name the charts with as many numbers as there is room for, alike in all of them."""
    points, columns = values.tokens.points, values.tokens.columns
    several = columns["speaker"] not in ("", columns["panel"])
    most = int(side * 15.0)
    forms: list[dict[str, str]] = [{}, {}]
    for panel in values.tokens.panels:
        own = points[points["panel"] == panel]
        counts = counts_text(len(own), count_names(own["speaker"]) if several else 0)
        forms[0][panel] = f"{shown_name(panel)}  ({counts})"
        forms[1][panel] = f"{shown_name(panel, max(most - 9, 8))}  (n = {len(own)})"
    return forms[0] if max(map(len, forms[0].values())) <= most else forms[1]


def _letter_size(side: float, values: ChartValues) -> float:
    most = int(values.means.groupby("panel").size().max())
    size = 13.0 if most <= 12 else 11.5 if most <= 24 else 10.0
    return max(min(size, 4.6 * side), 6.5)


def _axis_titles(
    figure: Figure,
    grid: _Grid,
    x: ChartAxis,
    y: ChartAxis,
    base: float,
    row: float,
    height: float,
) -> None:
    deep = grid.rows * row + (grid.rows - 1) * grid.gap
    level = base + 0.2 if x.reversed else base - deep - 0.22
    figure.text(
        grid.middle,
        level / height,
        x.title,
        ha="center",
        va="bottom" if x.reversed else "top",
        fontproperties=font(8.5),
    )
    side = (grid.left + grid.wide + 0.58) if y.reversed else 0.06
    figure.text(
        side / grid.width,
        (base - deep / 2.0) / height,
        y.title,
        rotation=90,
        ha="right" if y.reversed else "left",
        va="center",
        fontproperties=font(8.5),
    )
