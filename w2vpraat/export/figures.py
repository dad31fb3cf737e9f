"""The side-by-side figure: vowel chart left, embedding map right, the same colours, a number under each."""

from __future__ import annotations

import io
import logging
import textwrap
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from w2vpraat.compare.maps.projection import NEIGHBOURS, Projection, align
from w2vpraat.errors import ComparisonError, ExportError
from w2vpraat.export.maps import draw_map, shown
from w2vpraat.export.styles import Style, font, label_styles
from w2vpraat.writing import write_whole

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

FORMATS = (".svg", ".pdf", ".png")
WIDTH = 7.2  # inches: two columns of a journal
METHOD_TITLES = {
    "pca": "principal components",
    "lda": "linear discriminants",
    "mds": "classical scaling",
    "tsne": "t-SNE",
    "umap": "UMAP",
    "plane": "",
}
LEGEND_COLUMNS = 16


def side_by_side(
    left: Projection,
    right: Projection,
    *,
    title: str = "",
    subtitles: tuple[str, str] = ("", ""),
    ellipse_level: float = 0.68,
) -> Figure:
    """Draw two maps of the same tokens.

    Parameters
    ----------
    left, right : Projection
        From ``w2vpraat.compare.project``. Planes of formants get axes as phoneticians print them, F2
        falling to the right and F1 falling upwards. If the right map is another one, it is laid like the left
        one, as `w2vpraat.compare.maps.alignment.align` does, and the figure says so: principal components and
        discriminants are only exchanged and mirrored, the others turned.
    title : str
        Over both.
    subtitles : tuple of str
        Second line over each map, for example model and layer; empty: tokens, speakers and labels only.
    ellipse_level : float
        Share of a label's tokens that its ellipse would hold if they were normally distributed; 0: no
        ellipses.

    Returns
    -------
    matplotlib.figure.Figure
        Made without pyplot; save it with :func:`save_figure`.

    Raises
    ------
    ExportError
        If ``ellipse_level`` is not between 0 and 1.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    if not 0.0 <= ellipse_level < 1.0:
        raise ExportError(f"ellipse_level = {ellipse_level} is out of range", "from 0 to below 1")
    styles = label_styles((*left.labels, *right.labels))
    legend_rows = -(-len(styles) // LEGEND_COLUMNS)
    height = 5.18 + 0.18 * legend_rows
    figure = Figure(figsize=(WIDTH, height))
    FigureCanvasAgg(figure)
    with any_sign():
        _compose(figure, (left, right), styles, legend_rows, title, subtitles, ellipse_level)
    return figure


@contextmanager
def any_sign() -> Iterator[None]:
    """Labels may hold signs that neither font has: they are drawn as boxes, and nobody needs a warning."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph")
        yield


def _compose(
    figure: Figure,
    items: tuple[Projection, Projection],
    styles: dict[str, Style],
    legend_rows: int,
    title: str,
    subtitles: tuple[str, str],
    ellipse_level: float,
) -> None:
    left, right = items
    height = figure.get_figheight()
    bottom, top = (1.15 + 0.18 * legend_rows) / height, 1.0 - 1.2 / height
    pairs = ((left, subtitles[0]), (_laid_like(left, right), subtitles[1]))
    for column, (item, subtitle) in enumerate(pairs):
        axes = figure.add_axes((0.025 + 0.505 * column, bottom, 0.405, top - bottom))
        draw_map(axes, item, styles, ellipse_level=ellipse_level)
        _captions(figure, axes, item, subtitle)
    heading = title or "Normalized formants and embedding of the same tokens"
    figure.text(0.5, 1.0 - 0.09 / height, heading, ha="center", va="top", fontproperties=font(11, bold=True))
    _legend(figure, styles, height)
    dots = "Dots: tokens. Letters: means of labels."
    if ellipse_level > 0.0:
        dots += f" Ellipses: {100 * ellipse_level:g} % of a label's tokens (bivariate normal)."
    figure.text(0.5, 0.06 / height, dots, ha="center", va="bottom", fontproperties=font(7), color="#444444")


def _captions(figure: Figure, axes: Axes, item: Projection, subtitle: str) -> None:
    box = axes.get_position()
    height = figure.get_figheight()
    middle = (box.x0 + box.x1) / 2.0
    method = METHOD_TITLES[item.method]
    name = textwrap.shorten(item.name, 44, placeholder="…")
    counts = f"{len(item.ids)} tokens, {item.n_speakers} speaker{'s' if item.n_speakers != 1 else ''}"
    if item.supervised:
        counts += "; supervised: the labels made this map"
    if item.notes:
        counts += f"; {', '.join(item.notes)}"
    above = [name if not method else f"{name}: {method}", subtitle, counts]
    lines = [textwrap.shorten(line, 78, placeholder="…") for line in above if line]
    base = box.y1 + 0.36 / height  # room for the axis of a chart, so that both titles stand level
    for number, line in enumerate(lines):
        figure.text(
            middle,
            base + 0.14 * (2 - number) / height,
            line.replace("$", r"\$"),
            ha="center",
            va="bottom",
            fontproperties=font(7 if number else 8.5 if len(line) <= 50 else 7, bold=number == 0),
        )
    below = [*quality_text(item).splitlines(), alignment_text(item)]
    for number, line in enumerate(line for line in below if line):
        figure.text(
            middle,
            box.y0 - (0.24 + 0.14 * number) / height,
            line,
            ha="center",
            va="top",
            fontproperties=font(7),
        )


def quality_text(item: Projection) -> str:
    """Put the numbers of a map into two lines, or three if it is no plane."""
    quality = item.quality
    whose = "" if quality.same_speakers else " of other speakers"
    first = f"{NEIGHBOURS} nearest tokens{whose}: {_percent(quality.agreement)} same label"
    first += f" (chance {_percent(quality.chance)})"
    space = "dimension" if item.dim == 1 else f"{item.dim} dimensions"
    second = [f"in all {space} {_percent(quality.full_agreement)}"]
    if quality.silhouette == quality.silhouette:
        second.append(f"silhouette {quality.silhouette:.2f}".replace("-", "\u2212"))
    lines = [first, ", ".join(second)]
    if item.method != "plane":
        trusted = [f"trustworthiness {quality.trustworthiness:.2f}"]
        if quality.continuity == quality.continuity:
            trusted.append(f"continuity {quality.continuity:.2f}")
        lines.append(", ".join(trusted))
    return "\n".join(lines)


def alignment_text(item: Projection) -> str:
    """Say how a map was laid like another, and how alike both are; empty if it was not."""
    if not item.aligned_to:
        return ""
    how = "turned to lie like the left map" if item.turned else "axes laid like those of the left map"
    return f"{how}: {_percent(1.0 - item.disparity)} of the variance in common"


def _percent(value: float) -> str:
    return "–" if value != value else f"{100 * value:.0f} %"


def _legend(figure: Figure, styles: dict[str, Style], height: float) -> None:
    from matplotlib.lines import Line2D

    rows = -(-len(styles) // LEGEND_COLUMNS)
    columns = -(-len(styles) // rows)
    # matplotlib fills column after column; people read row after row.
    names = list(styles)
    names = [names[at] for first in range(columns) for at in range(first, len(names), columns)]
    marks = [
        Line2D(
            [], [], linestyle="none", marker=styles[name].marker, color=styles[name].colour, markersize=4.5
        )
        for name in names
    ]
    figure.legend(
        marks,
        [shown(name) for name in names],
        loc="lower center",
        bbox_to_anchor=(0.5, 0.21 / height),
        ncols=columns,
        frameon=False,
        prop=font(8.5),
        handletextpad=0.0,
        columnspacing=0.9,
        labelspacing=0.15,
        borderpad=0.0,
        borderaxespad=0.0,
    )


def _laid_like(left: Projection, right: Projection) -> Projection:
    """Lay the right map like the left one, unless it is a plane or both have too few tokens in common."""
    if right.method == "plane":
        return right
    try:
        return align(left, right)
    except ComparisonError:  # maps of different tokens
        return right


def save_figure(figure: Figure, path: str | PathLike[str], *, dpi: int = 300) -> Path:
    """Write a figure as SVG, PDF or PNG, by the ending of the path; the same figure gives the same bytes.

    Letters in SVG are outlines, so the figure looks the same where the font is not installed.

    Raises
    ------
    ExportError
        For another ending, or a file that can't be written.
    """
    import matplotlib

    target = Path(path)
    suffix = target.suffix.lower()
    dates: dict[str, dict[str, Any]] = {".svg": {"Date": None}, ".pdf": {"CreationDate": None}, ".png": {}}
    if suffix not in dates:
        raise ExportError(
            f'figures can\'t be written as "{suffix}"', f"one of {', '.join(FORMATS)}", file=target
        )
    buffer = io.BytesIO()
    subsetting = logging.getLogger("fontTools.subset")  # tells of tables that a part of a font does not need
    level = subsetting.level
    settings: Any = {"svg.hashsalt": "w2vpraat", "svg.fonttype": "path", "pdf.fonttype": 42}
    with matplotlib.rc_context(settings), any_sign():
        subsetting.setLevel(logging.ERROR)
        try:
            figure.savefig(buffer, format=suffix[1:], dpi=dpi, metadata=dates[suffix])
        finally:
            subsetting.setLevel(level)
    return write_whole(buffer.getvalue(), target)
