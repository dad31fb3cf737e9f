"""Colours, marks and lines of maps on paper: those of the window, and told apart in black and white too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from w2vpraat.compare.maps.picture import Factor, MapLine, MapMean, MapPicture
from w2vpraat.export.charts.styles import DASHES, MOST_NAMED, NEUTRAL, Dash, shown_name
from w2vpraat.export.map_grids import UNKNOWN
from w2vpraat.export.styles import MARKERS, Style, numbered_style

if TYPE_CHECKING:
    from matplotlib.artist import Artist

GREYS = ("#000000", "#767676", "#A8A8A8", "#474747", "#8F8F8F")
NOT_KNOWN = Style(UNKNOWN, "#666666", "o")


@dataclass(frozen=True)
class BoardStyles:
    """How values look.

    Attributes
    ----------
    grey : bool
        For print in black and white: greys, and a line style for each value.
    marked : bool
        Whether every colour has a mark of its own, for readers who see no colours: no map of the figure has
        shapes that mean something else.
    """

    grey: bool = False
    marked: bool = True

    def of(self, code: int) -> Style:
        """Return the style of the value at this place of its factor; -1: not known."""
        if code < 0:
            return NOT_KNOWN
        style = numbered_style(code)
        return Style(GREYS[code % len(GREYS)], "#000000", style.marker) if self.grey else style

    def ink(self, code: int) -> str:
        """Return the colour of a letter; -1: it stands for several values."""
        return NEUTRAL.dark if code < 0 else self.of(code).dark

    def line(self, code: int) -> tuple[str, Dash]:
        """Return colour and line style of an outline or a course; -1: of several values."""
        if code < 0:
            return NEUTRAL.colour, "-"
        return self.of(code).colour, DASHES[code % len(DASHES)] if self.grey else "-"

    def markers(self, picture: MapPicture) -> NDArray[np.intp]:
        """Return the number of each token's mark in :data:`MARKERS`, shape (n_tokens,)."""
        if picture.shape is None and not self.marked:
            return np.zeros(len(picture.ids), dtype=np.intp)
        codes = picture.colour.codes if picture.shape is None else picture.shape.codes
        return np.where(codes < 0, 0, codes % len(MARKERS))


@dataclass(frozen=True, eq=False)
class LegendPart:
    """One factor in the legend.

    Attributes
    ----------
    factor : Factor
        Of the first picture that has it.
    codes : tuple of int
        Values that are drawn, by their place; -1 if some are not known.
    pictures : tuple of int
        Which pictures it is about.
    is_shape : bool
    """

    factor: Factor
    codes: tuple[int, ...]
    pictures: tuple[int, ...]
    is_shape: bool

    @property
    def is_named(self) -> bool:
        """Whether a reader could find a value again."""
        return bool(self.factor.name) and 0 < len(self.known) <= MOST_NAMED

    @property
    def known(self) -> tuple[int, ...]:
        """The values without "not known"."""
        return tuple(code for code in self.codes if code >= 0)


def legend_parts(pictures: Sequence[MapPicture]) -> list[LegendPart]:
    """Gather the factors of some pictures; the same factor with the same values is told once."""
    found: dict[tuple[str, tuple[str, ...], bool], list[int]] = {}
    for number, picture in enumerate(pictures):
        colour = picture.colour
        found.setdefault((colour.name, colour.values, False), []).append(number)
        if picture.shape is not None:
            found.setdefault((picture.shape.name, picture.shape.values, True), []).append(number)
    parts = []
    for (_, _, is_shape), numbers in found.items():
        codes: set[int] = set()
        for number in numbers:
            factor = _factor(pictures[number], is_shape)
            codes |= _drawn(pictures[number], factor, is_shape)
        factor = _factor(pictures[numbers[0]], is_shape)
        parts.append(LegendPart(factor, tuple(sorted(codes)), tuple(numbers), is_shape))
    return parts


def _factor(picture: MapPicture, is_shape: bool) -> Factor:
    factor = picture.shape if is_shape else picture.colour
    assert factor is not None
    return factor


def _drawn(picture: MapPicture, factor: Factor, is_shape: bool) -> set[int]:
    codes = set(factor.codes[picture.placed].tolist()) if picture.marks != "none" else set()
    if not is_shape:
        lines: tuple[MapMean | MapLine, ...] = (*picture.means, *picture.ellipses, *picture.courses)
        codes |= {one.colour for one in lines if one.colour >= 0}
    return codes


def legend_entries(part: LegendPart, styles: BoardStyles) -> list[tuple[Artist, str]]:
    """Return the entries of one factor."""
    from matplotlib.lines import Line2D

    entries: list[tuple[Artist, str]] = []
    for code in (*part.known, *([-1] if -1 in part.codes else [])):
        style: Style = NEUTRAL if part.is_shape and code >= 0 else styles.of(code)
        marker = MARKERS[code % len(MARKERS)] if code >= 0 and (part.is_shape or styles.marked) else "o"
        look: dict[str, Any] = {"marker": marker, "color": style.colour, "markersize": 4.5}
        name = shown_name(part.factor.values[code]) if code >= 0 else "not known"
        entries.append((Line2D([], [], linestyle="none", **look), name))
    return entries
