"""Maps in a page that answer the pointer: a token shows what it is, and lights up in the other maps.

The maps are the printed figure (`side_by_side`) brought to life: places, ellipses, letters and axes are read
off it, so that screen and paper cannot differ. Tokens are sent once, as numbers and lists of names.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from w2vpraat.compare.maps.projection import Projection, align
from w2vpraat.errors import ComparisonError, ExportError
from w2vpraat.export.figures import METHOD_TITLES, alignment_text, any_sign, quality_text, side_by_side
from w2vpraat.export.maps import draw_map
from w2vpraat.export.pages.drawings import Picture
from w2vpraat.export.pages.drawn_maps import BOTTOM, LEFT, RIGHT, SIDE, TOP, plain_label, read_map
from w2vpraat.export.pages.html_page import page_template
from w2vpraat.export.styles import MARKERS, Style, font, label_styles

if TYPE_CHECKING:
    import pandas as pd
    from markupsafe import Markup
    from matplotlib.figure import Figure

Floats = NDArray[np.float64]

MOST_MAPS = 4
# Beyond so many dots in a figure, they are printed as one picture behind the lines.
MANY_DOTS = 1500
# Columns that a token shows if the table has them, and their headings; start and end make one line.
DETAILS: Mapping[str, str] = {"word": "word", "file_name": "file", "F1": "F1 (Hz)", "F2": "F2 (Hz)"}
SPAN = ("start", "end")


@dataclass(frozen=True, eq=False)
class HoverMaps:
    """One to four maps of the same tokens, side by side (a `Widget` of a page).

    Attributes
    ----------
    maps : tuple of Projection
        Tokens that are in several of them are linked.
    details : mapping of str to sequence of str
        Heading -> what each token of `ids` says; empty texts are not shown.
    ids : tuple of str
        All tokens of the maps.
    subtitles : tuple of str
        Second line over each map.
    title : str
        Over the printed figure.
    ellipse_level : float
        As in `side_by_side`.
    """

    maps: tuple[Projection, ...]
    ids: tuple[str, ...]
    details: Mapping[str, Sequence[str]]
    subtitles: tuple[str, ...]
    title: str = ""
    ellipse_level: float = 0.68

    @property
    def kind(self) -> str:
        """Name of the script and the style sheet."""
        return "hover_maps"

    def markup(self, prefix: str) -> Markup:
        """Return the maps as they stand in a page."""
        styles = self._styles()
        labels = list(styles)
        panels = [axes for figure in self._figures for axes in figure.axes]
        drawn = [read_map(axes, item, styles) for item, axes in zip(self.maps, panels, strict=True)]
        data = self._data(labels, [one.places for one in drawn], styles)
        level = f"Ellipses: {100 * self.ellipse_level:g} % of a label's tokens (bivariate normal)."
        speakers = data["speakers"]
        return _markup(
            page_template("hover_maps.html").render(
                prefix=prefix,
                data=_json(data),
                maps=[
                    {**one.parts, "head": _head(item), "subtitle": subtitle, "counts": _counts(item)}
                    | {"numbers": _numbers(item), "name": _spoken(item)}
                    for one, item, subtitle in zip(drawn, self.maps, self.subtitles, strict=True)
                ],
                legend=[
                    {
                        "name": label,
                        "text": plain_label(label),
                        "colour": styles[label].colour,
                        "shape": _mark(styles[label]),
                    }
                    for label in labels
                ],
                speakers=speakers if 1 < len(speakers) <= 300 else [],
                n_tokens=len(self.ids),
                level=level if self.ellipse_level > 0.0 else "",
                width=LEFT + SIDE + RIGHT,
                height=TOP + SIDE + BOTTOM,
            )
        )

    def pictures(self) -> tuple[Picture, ...]:
        """Return the same maps as figures, for paper and where no script runs."""
        pairs = [self.maps[first : first + 2] for first in range(0, len(self.maps), 2)]
        return tuple(
            Picture(figure, " ".join(_spoken(item) for item in items))
            for figure, items in zip(self._figures, pairs, strict=True)
        )

    def _styles(self) -> dict[str, Style]:
        return label_styles(label for item in self.maps for label in item.labels)

    @cached_property
    def _figures(self) -> list[Figure]:
        """The maps two by two, as on paper."""
        made = []
        for first in range(0, len(self.maps), 2):
            items, titles = self.maps[first : first + 2], self.subtitles[first : first + 2]
            if len(items) == 2:
                figure = side_by_side(
                    items[0],
                    items[1],
                    title=self.title or "The same tokens in two maps",
                    subtitles=(titles[0], titles[1]),
                    ellipse_level=self.ellipse_level,
                )
            else:
                figure = _alone(items[0], titles[0], self._styles(), self.ellipse_level)
            if sum(len(item.ids) for item in items) > MANY_DOTS:
                for dots in (dots for axes in figure.axes for dots in axes.collections):
                    dots.set_rasterized(True)
            made.append(figure)
        return made

    def _data(
        self, labels: Sequence[str], places: Sequence[Floats], styles: Mapping[str, Style]
    ) -> dict[str, Any]:
        """Gather what the script needs: numbers, and every name once."""
        row = {token: at for at, token in enumerate(self.ids)}
        label_of, speaker_of = [""] * len(row), [""] * len(row)
        points = []
        for item, own in zip(self.maps, places, strict=True):
            rows = [row[token] for token in item.ids]
            for at, label, speaker in zip(rows, item.labels, item.speakers, strict=True):
                label_of[at], speaker_of[at] = label, speaker
            # Tenths of a pixel: finer than any screen. -1: the token is not in this map.
            all_places = np.full((len(row), 2), -1, dtype=np.int64)
            all_places[rows] = np.rint(10.0 * own).astype(np.int64)
            points.append(all_places.ravel().tolist())
        # Mixed, so that no label lies on top of all others.
        order = np.random.default_rng(0).permutation(len(row)).tolist()
        number = {label: at for at, label in enumerate(labels)}
        speakers = sorted(set(speaker_of))
        who = {speaker: at for at, speaker in enumerate(speakers)}
        n = max(len(item.ids) for item in self.maps)
        return {
            "labels": list(labels),
            "colours": [styles[label].colour for label in labels],
            "marks": [MARKERS.index(styles[label].marker) for label in labels],
            "radius": round(float(np.clip(130.0 / np.sqrt(n), 2.4, 4.5)), 2),
            "alpha": round(float(np.clip(1500.0 / n, 0.45, 0.75)), 2),
            "speakers": speakers,
            "label": [number[label_of[at]] for at in order],
            "speaker": [who[speaker_of[at]] for at in order],
            "details": [
                {"head": head, **_column([texts[at] for at in order])} for head, texts in self.details.items()
            ],
            "maps": [[flat[2 * at + axis] for at in order for axis in (0, 1)] for flat in points],
        }


def hover_maps(
    maps: Sequence[Projection],
    tokens_table: pd.DataFrame | None = None,
    *,
    columns: Mapping[str, str] | Sequence[str] | None = None,
    subtitles: Sequence[str] = (),
    title: str = "",
    ellipse_level: float = 0.68,
) -> HoverMaps:
    """Put maps side by side for a page.

    Parameters
    ----------
    maps : sequence of Projection
        One to four, from ``w2vpraat.compare.project``, preferably of the same tokens (``also=``).
    tokens_table : pandas.DataFrame, optional
        Ids in the column ``id`` or in the index; the first row of a token counts.
    columns : mapping of str to str, or sequence of str, optional
        Columns that a token shows, and their headings. Default: `DETAILS`, as far as the table has them.
        Label and speaker are shown anyway, and ``start`` and ``end`` as one line if there are both.
    subtitles : sequence of str
        Second line over each map, for example model and layer.
    title : str
        Over the printed figure.
    ellipse_level : float
        Share of a label's tokens that its ellipse would hold if they were normally distributed; 0: none.

    Returns
    -------
    HoverMaps
        For ``Section(widgets=[...])``.

    Raises
    ------
    ExportError
        No maps or too many, not one subtitle for each, a column that the table does not have, or tokens that
        have another label or speaker in another map.
    """
    if not 1 <= len(maps) <= MOST_MAPS:
        raise ExportError(f"{len(maps)} maps can't stand side by side", f"give one to {MOST_MAPS}")
    if subtitles and len(subtitles) != len(maps):
        raise ExportError(f"{len(subtitles)} subtitles for {len(maps)} maps", "give one for each, or none")
    _check_alike(maps)
    laid = [_laid(maps, at) for at in range(len(maps))]
    ids = tuple(sorted({token for item in maps for token in item.ids}))
    details = {} if tokens_table is None else _details(tokens_table, columns, ids)
    if "file" not in details:
        details = {"token": list(ids), **details}
    return HoverMaps(
        maps=tuple(laid),
        ids=ids,
        details=details,
        subtitles=tuple(subtitles) or ("",) * len(maps),
        title=title,
        ellipse_level=ellipse_level,
    )


def _check_alike(maps: Sequence[Projection]) -> None:
    known: dict[str, tuple[str, str]] = {}
    for item in maps:
        for token, label, speaker in zip(item.ids, item.labels, item.speakers, strict=True):
            if known.setdefault(token, (label, speaker)) != (label, speaker):
                raise ExportError(
                    f"token {token} has another label or speaker in {item.name}",
                    "make all maps from the same table",
                )


def _laid(maps: Sequence[Projection], at: int) -> Projection:
    """Return a map as the figure prints it: a right one like the one on its left, unless it is a plane."""
    if at % 2 == 0 or maps[at].method == "plane":
        return maps[at]
    try:
        return align(maps[at - 1], maps[at])
    except ComparisonError:  # maps of different tokens
        return maps[at]


def _details(
    table: pd.DataFrame, columns: Mapping[str, str] | Sequence[str] | None, ids: Sequence[str]
) -> dict[str, Sequence[str]]:
    by_id = (table.set_index("id") if "id" in table.columns else table).copy(deep=False)
    by_id.index = by_id.index.astype(str)
    by_id = by_id[~by_id.index.duplicated()].reindex(list(ids))
    if columns is None:
        wanted = {name: head for name, head in DETAILS.items() if name in by_id.columns}
    else:
        wanted = dict(columns) if isinstance(columns, Mapping) else {name: name for name in columns}
    missing = [name for name in wanted if name not in by_id.columns]
    if missing:
        raise ExportError(
            f'the token table has no column "{missing[0]}"', f"columns: {', '.join(map(str, by_id.columns))}"
        )
    found: dict[str, Sequence[str]] = {
        head: [_text(value, "Hz" in head) for value in by_id[name]] for name, head in wanted.items()
    }
    if all(name in by_id.columns for name in SPAN):
        starts, ends = (by_id[name].tolist() for name in SPAN)
        found["time"] = [_stretch(start, end) for start, end in zip(starts, ends, strict=True)]
    return found


def _text(value: Any, whole: bool) -> str:
    import pandas as pd

    if pd.isna(value):
        return ""
    if isinstance(value, (float, np.floating)):
        return f"{value:.0f}" if whole else f"{value:.4g}"
    return str(value)


def _stretch(start: Any, end: Any) -> str:
    try:
        first, last = float(start), float(end)
    except (TypeError, ValueError):
        return ""
    return f"{first:.3f}–{last:.3f} s" if np.isfinite([first, last]).all() else ""


def _column(texts: Sequence[str]) -> dict[str, Any]:
    """Name every text once where that is shorter; else as they are."""
    names = sorted(set(texts))
    if 2 * len(names) > len(texts):
        return {"texts": list(texts)}
    number = {text: at for at, text in enumerate(names)}
    return {"names": names, "at": [number[text] for text in texts]}


def _json(data: Mapping[str, Any]) -> Markup:
    """Write JSON that may stand in a script element, whatever the texts hold."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    # Half of a pair (a broken file name) can't be written as UTF-8.
    return _markup("".join(f"\\u{ord(s):04x}" if "\ud800" <= s <= "\udfff" else s for s in text))


def _markup(text: str) -> Markup:
    from markupsafe import Markup

    return Markup(text)


def _alone(item: Projection, subtitle: str, styles: dict[str, Style], level: float) -> Figure:
    """Draw one map by itself, as large as one of two."""
    from w2vpraat.export.panels import new_figure

    figure = new_figure(3.9, 4.7)
    with any_sign():
        axes = figure.add_axes((0.06, 0.11, 0.745, 0.62))
        draw_map(axes, item, styles, ellipse_level=level)
        lines = [line for line in (_head(item), subtitle, _counts(item)) if line]
        for number, line in enumerate(lines):
            figure.text(
                0.435,
                0.98 - 0.035 * number,
                line.replace("$", r"\$"),
                ha="center",
                va="top",
                fontproperties=font(7 if number else 8.5, bold=number == 0),
            )
        for number, line in enumerate(_numbers(item)):
            figure.text(0.435, 0.075 - 0.03 * number, line, ha="center", va="top", fontproperties=font(7))
    return figure


def _head(item: Projection) -> str:
    method = METHOD_TITLES[item.method]
    return f"{item.name}: {method}" if method else item.name


def _counts(item: Projection) -> str:
    parts = [f"{len(item.ids)} tokens, {item.n_speakers} speaker{'s' if item.n_speakers != 1 else ''}"]
    if item.supervised:
        parts.append("supervised: the labels made this map")
    return "; ".join([*parts, *item.notes])


def _numbers(item: Projection) -> list[str]:
    return [line for line in (*quality_text(item).splitlines(), alignment_text(item)) if line]


def _spoken(item: Projection) -> str:
    """Say in words what a map is."""
    n_labels = len(set(item.labels))
    axes = " and ".join(item.axes)
    return (
        f"Map of {_head(item)}: {_counts(item)}, {n_labels} label{'s' if n_labels != 1 else ''}; axes {axes}."
    )


def _mark(style: Style) -> str:
    """Return the shape of a label's dots as the path of an SVG, about 10 pixels wide around (0, 0)."""
    return SHAPES[MARKERS.index(style.marker)]


# In the order of `MARKERS`; the script draws the same shapes.
SHAPES = (
    "M-4.5 0A4.5 4.5 0 1 0 4.5 0A4.5 4.5 0 1 0 -4.5 0Z",
    "M0 -5L4.8 4L-4.8 4Z",
    "M-4 -4H4V4H-4Z",
    "M0 -5.4L5.4 0L0 5.4L-5.4 0Z",
    "M0 5L4.8 -4L-4.8 -4Z",
    "M-1.8 -5H1.8V-1.8H5V1.8H1.8V5H-1.8V1.8H-5V-1.8H-1.8Z",
    "M0 -2.4L2.6 -5L5 -2.6L2.4 0L5 2.6L2.6 5L0 2.4L-2.6 5L-5 2.6L-2.4 0L-5 -2.6L-2.6 -5Z",
    "M-5 0L4 -4.8L4 4.8Z",
    "M5 0L-4 -4.8L-4 4.8Z",
)
