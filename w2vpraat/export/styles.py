"""Colours, markers and the font of figures, for readers of any colour vision and for many labels."""

from __future__ import annotations

import colorsys
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from w2vpraat.resources import resource_folder

if TYPE_CHECKING:
    from matplotlib.font_manager import FontProperties

# Okabe & Ito 2008 without yellow, which is lost on white paper.
HUES = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#4D4D4D")
MARKERS = ("o", "^", "s", "D", "v", "P", "X", "<", ">")
FONT = "Charis SIL"


@dataclass(frozen=True)
class Style:
    """How one label is drawn.

    Attributes
    ----------
    colour : str
        Of tokens and ellipses.
    dark : str
        Of the letter: the same hue, dark enough to read.
    marker : str
        Of tokens; changes when the colours begin again.
    """

    colour: str
    dark: str
    marker: str


def label_styles(labels: Iterable[str]) -> dict[str, Style]:
    """Give every label a colour and a marker, the same whatever order they come in (`numbered_style`)."""
    return {label: numbered_style(number) for number, label in enumerate(sorted(set(labels)))}


def numbered_style(number: int) -> Style:
    """Return the style of the value with this number, on paper as in the window.

    Up to seven values differ in hue; further rounds of the hues are darker or lighter and have another
    marker.
    """
    shades = (0.0, -0.35, 0.35, -0.6, 0.55)
    turn, hue = divmod(number, len(HUES))
    colour = _shaded(HUES[hue], shades[turn % len(shades)])
    return Style(colour, _dark(colour), MARKERS[turn % len(MARKERS)])


def _shaded(colour: str, amount: float) -> str:
    hue, light, saturation = _hls(colour)
    if amount < 0.0:
        light *= 1.0 + amount
    elif amount > 0.0:
        light, saturation = light + (0.8 - light) * amount, 0.7 * saturation
    return _hex(hue, min(max(light, 0.0), 1.0), saturation)


def _dark(colour: str) -> str:
    hue, light, saturation = _hls(colour)
    return _hex(hue, min(light, 0.28), saturation)


def _hls(colour: str) -> tuple[float, float, float]:
    red, green, blue = (int(colour[at : at + 2], 16) / 255.0 for at in (1, 3, 5))
    return colorsys.rgb_to_hls(red, green, blue)


def _hex(hue: float, light: float, saturation: float) -> str:
    return "#" + "".join(f"{round(255 * part):02X}" for part in colorsys.hls_to_rgb(hue, light, saturation))


def font(size: float, *, bold: bool = False) -> FontProperties:
    """Return the bundled font, with matplotlib's own for signs that it lacks."""
    from matplotlib.font_manager import FontProperties

    _register()
    return FontProperties(family=[FONT, "DejaVu Sans"], size=size, weight="bold" if bold else "normal")


@cache
def _register() -> None:
    # Made known by path for this process only: no setting of matplotlib is changed, no cache written.
    from matplotlib.font_manager import fontManager

    for weight in ("Regular", "Bold"):
        fontManager.addfont(resource_folder() / "fonts" / f"CharisSIL-{weight}.ttf")
