"""Colours, marks and line styles of a vowel chart, told apart also in black and white; its legend."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from w2vpraat.compare.charts.tokens import natural_order
from w2vpraat.compare.charts.values import ChartValues
from w2vpraat.export.maps import shown
from w2vpraat.export.styles import MARKERS, Style, label_styles
from w2vpraat.params import ChartParams

if TYPE_CHECKING:
    from matplotlib.artist import Artist

NEUTRAL = Style("#444444", "#222222", "o")
Dash = tuple[float, tuple[float, ...]] | Literal["-"]
DASHES: tuple[Dash, ...] = (
    "-",
    (0.0, (5.0, 2.0)),
    (0.0, (1.2, 1.4)),
    (0.0, (6.0, 1.6, 1.2, 1.6)),
    (0.0, (3.0, 1.2)),
    (0.0, (8.0, 1.5, 3.0, 1.5)),
)
# With more values than this, nobody finds a colour again in a legend.
MOST_NAMED = 24


@dataclass(frozen=True)
class ChartStyles:
    """How the parts of a chart look.

    Attributes
    ----------
    colours : dict
        Value of the colour column -> style.
    groups : dict
        Value of the group column -> marker and dashes.
    by_label : bool
        Whether the colours are those of the labels, which the letters tell.
    """

    colours: dict[str, Style]
    groups: dict[str, tuple[str, Dash]]
    by_label: bool

    def colour(self, value: str) -> Style:
        """Return the colours of a value; grey where several are meant."""
        return self.colours.get(value, NEUTRAL)

    def marker(self, group: str, colour: str) -> str:
        """Return the mark of a token."""
        return self.groups[group][0] if group in self.groups else self.colour(colour).marker

    def dash(self, group: str) -> Dash:
        """Return the line style of a group."""
        return self.groups[group][1] if group in self.groups else "-"


def chart_styles(values: ChartValues) -> ChartStyles:
    """Choose the styles of a chart: colours by the colour column, marks and lines by the group."""
    points, columns = values.tokens.points, values.tokens.columns
    names = natural_order(points["colour"][points["colour"] != ""])
    styles = {
        # 7 hues and 9 marks: no pair repeats before the 64th value.
        name: Style(style.colour, style.dark, MARKERS[number % len(MARKERS)])
        for number, (name, style) in enumerate(label_styles(names).items())
    }
    groups = natural_order(points["group"]) if columns["group"] else []
    looks = {
        name: (MARKERS[number % len(MARKERS)], DASHES[number % len(DASHES)])
        for number, name in enumerate(groups)
    }
    return ChartStyles(styles, looks, columns["colour"] == columns["label"])


def legend_entries(values: ChartValues, styles: ChartStyles, params: ChartParams) -> list[tuple[Artist, str]]:
    """Return what the letters do not tell: groups, and colours that are not those of labels."""
    from matplotlib.lines import Line2D

    columns = values.tokens.columns
    lines = bool({"ellipses", "hulls", "trajectories"} & set(params.show))
    entries: list[tuple[Artist, str]] = []
    for name, (marker, dash) in styles.groups.items():
        one = styles.colour(name) if columns["colour"] == columns["group"] else NEUTRAL
        look: dict[str, Any] = {"color": one.colour, "marker": marker, "markersize": 4.0, "linewidth": 1.2}
        entries.append((Line2D([], [], linestyle=dash if lines else "none", **look), shown_name(name)))
    letters = bool({"means", "trajectories"} & set(params.show)) or params.token_marks == "letters"
    told = columns["colour"] in ("", columns["group"]) or (styles.by_label and letters)
    if not told and len(styles.colours) <= MOST_NAMED:
        for name, one in styles.colours.items():
            mark = "s" if styles.groups else one.marker
            entries.append(
                (
                    Line2D([], [], linestyle="none", marker=mark, color=one.colour, markersize=4.5),
                    shown_name(name),
                )
            )
    return entries


def shown_name(name: str, most: int = 24) -> str:
    """Return the name of a value as it is drawn: long ones are cut."""
    if len(name) <= 8:
        return shown(name)
    text = name if len(name) <= most else f"{name[: most - 1]}…"
    return text.replace("$", r"\$")
