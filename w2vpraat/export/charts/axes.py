"""The axes of a vowel chart: their names, which way they run, how they are spaced."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from w2vpraat.errors import ExportError
from w2vpraat.export.maps import UNITS
from w2vpraat.export.panels import wrapped
from w2vpraat.export.styles import font
from w2vpraat.params import ChartParams

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Floats = NDArray[np.float64]
Curve = Callable[[Floats], Floats]

FORMANT = re.compile(r"(?i:f)([1-9])(?:_(\w+))?(?:@([\d.]+%?))?")
# Bark differences: column -> (name, whether it falls to the right or downwards on a chart).
BARK_DIFFERENCES = {
    "z3_z1": ("Z3 − Z1 (Bark)", False),
    "z3_z2": ("Z3 − Z2 (Bark)", False),
    "z2_z1": ("Z2 − Z1 (Bark)", True),
    "z1_z0": ("Z1 − Z0 (Bark)", True),
}
OTHER_UNITS = {"f0": "Hz", "dur": "s", "time": "s", "start": "s", "end": "s", "intensity": "dB"}
GREY = "#666666"
ROOM = 0.05
CORNER = 8.0  # points


@dataclass(frozen=True)
class ChartAxis:
    """One axis of a chart.

    Attributes
    ----------
    title : str
        With the unit.
    hertz : bool
        Whether it is in Hz.
    reversed : bool
        Whether values fall to the right, or downwards.
    low, high : float
        Limits.
    spacing : str
        ``linear``, ``log`` or ``bark``.
    """

    title: str
    hertz: bool
    reversed: bool
    low: float
    high: float
    spacing: str = "linear"

    @property
    def limits(self) -> tuple[float, float]:
        """From left to right, or from the bottom to the top."""
        return (self.high, self.low) if self.reversed else (self.low, self.high)


def chart_axes(x: str, y: str, extent: Floats, params: ChartParams) -> tuple[ChartAxis, ChartAxis]:
    """Decide on both axes.

    Parameters
    ----------
    x, y : str
        Columns, or differences of two.
    extent : ndarray, shape (n, 2)
        Everything that is drawn, in the units of the axes.
    params : ChartParams
        Direction and spacing.

    Returns
    -------
    tuple of ChartAxis
        Formants run as on printed charts: F2 (F3, F2-F1) to the left, F1 downwards, with the numbers at the
        top and on the right. With F1 on the horizontal axis nothing is reversed.

    Raises
    ------
    ExportError
        A spacing in Bark or logarithms for axes that are not in Hz, or limits that are none.
    """
    upright = {"plain": False, "reversed": True}
    kinds = [_kind(name) for name in (x, y)]
    swapped = kinds[0][2] == "F1"
    made = []
    asked = (params.x_limits, params.y_limits)
    for (title, hertz, kind), values, ends in zip(kinds, extent.T, asked, strict=True):
        turned = upright.get(params.axes, kind != "" and not swapped)
        spacing = params.spacing if hertz else "linear"
        low, high = _given(ends, title, spacing) if ends else _limits(values, spacing)
        made.append(ChartAxis(title, hertz, turned, low, high, spacing))
    if params.spacing != "linear" and not any(axis.hertz for axis in made):
        raise ExportError(
            f"spacing = {params.spacing} is for axes in Hz, and {x} and {y} are not", "leave spacing out"
        )
    return made[0], made[1]


def _kind(name: str) -> tuple[str, bool, str]:
    """Title, whether in Hz, and what runs reversed: ``F1``, another formant, or nothing."""
    if name in BARK_DIFFERENCES:
        title, turned = BARK_DIFFERENCES[name]
        return title, False, name if turned else ""
    match = FORMANT.fullmatch(name)
    if match is not None:
        suffix = (match[2] or "").casefold()
        place = f" at {match[3]}" if match[3] else ""
        unit = UNITS.get(suffix, suffix.replace("_", " "))
        return f"F{match[1]}{place} ({unit})", suffix == "", f"F{match[1]}"
    parts = name.split("-")
    if len(parts) == 2 and all(FORMANT.fullmatch(part) for part in parts):
        first, second = (_kind(part) for part in parts)
        bare = " − ".join(title.partition(" (")[0] for title, _, _ in (first, second))
        # A difference is no frequency of its own: no logarithm, no Bark.
        return f"{bare} ({first[0].partition(' (')[2]}", False, f"{first[2]}-{second[2]}"
    unit = OTHER_UNITS.get(name.casefold(), "")
    return wrapped(f"{name} ({unit})" if unit else name), name.casefold() == "f0", ""


def _given(ends: tuple[float, ...], title: str, spacing: str) -> tuple[float, float]:
    if len(ends) != 2 or not ends[0] < ends[1]:
        told = ", ".join(f"{end:g}" for end in ends)
        raise ExportError(f"{told} are no limits for {title}", "two numbers, the smaller first: 200,900")
    if spacing != "linear" and ends[0] <= 0.0:
        raise ExportError(f"the axis {title} can't begin at {ends[0]:g} Hz", "begin above 0")
    return ends[0], ends[1]


def _limits(values: Floats, spacing: str) -> tuple[float, float]:
    low, high = float(np.nanmin(values)), float(np.nanmax(values))
    if low == high:
        room = abs(low) * ROOM or 1.0
        return low - room, high + room
    if spacing != "linear":
        forward, back = scale_functions(spacing)
        near, far = (float(v) for v in forward(np.array([max(low, 1.0), high])))
        room = ROOM * (far - near)
        ends = back(np.array([near - room, far + room]))
        return float(ends[0]), float(ends[1])
    room = ROOM * (high - low)
    return low - room, high + room


def scale_functions(spacing: str) -> tuple[Curve, Curve]:
    """Return the functions to and from a spacing: natural logarithm, or Bark (Traunmüller 1990)."""
    from w2vpraat.normalize.scales import from_scale, to_scale

    key = {"log": "ln", "bark": "bark_traunmuller"}[spacing]
    ends = (1.0, 40000.0)  # Hz: matplotlib also asks for values that nobody draws
    outer = tuple(to_scale(end, key) for end in ends)

    def forward(hertz: Floats) -> Floats:
        return np.asarray(to_scale(np.clip(hertz, *ends), key), dtype=np.float64)

    def back(values: Floats) -> Floats:
        return np.asarray(from_scale(np.clip(values, *outer), key), dtype=np.float64)

    return forward, back


def set_axes(axes: Axes, x: ChartAxis, y: ChartAxis, *, numbers: tuple[bool, bool] = (True, True)) -> None:
    """Give axes their limits, spacing, sides and numbers.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
    x, y : ChartAxis
    numbers : tuple of bool
        Whether the ticks have numbers.
    """
    from matplotlib.ticker import MaxNLocator

    if x.spacing != "linear":
        axes.set_xscale("function", functions=scale_functions(x.spacing))
    if y.spacing != "linear":
        axes.set_yscale("function", functions=scale_functions(y.spacing))
    axes.set_xlim(x.limits)
    axes.set_ylim(y.limits)
    dpi = axes.get_figure(root=True).dpi  # type: ignore[union-attr]
    for axis, place, inches in (
        (axes.xaxis, x, axes.bbox.width / dpi),
        (axes.yaxis, y, axes.bbox.height / dpi),
    ):
        most = int(np.clip(round(2.0 * inches), 3, 8))
        locator = MaxNLocator(most, steps=[1, 2, 2.5, 5, 10], min_n_ticks=2)
        ticks = np.asarray(locator.tick_values(place.low, place.high), dtype=np.float64)
        ticks = ticks[(ticks >= place.low) & (ticks <= place.high)]
        if axis is axes.xaxis:  # a number at the corner would reach into the next chart
            at = axes.transData.transform(np.column_stack([ticks, np.full(len(ticks), y.low)]))[:, 0]
            near = np.minimum(at - axes.bbox.x0, axes.bbox.x1 - at) < CORNER * dpi / 72.0
            ticks = ticks[~near] if (~near).sum() > 1 else ticks
        axis.set_ticks(ticks)
    if x.reversed:
        axes.xaxis.tick_top()
        axes.xaxis.set_label_position("top")
    if y.reversed:
        axes.yaxis.tick_right()
        axes.yaxis.set_label_position("right")
    for side in axes.spines.values():
        side.set_linewidth(0.6)
        side.set_color(GREY)
    axes.tick_params(width=0.6, length=2.5, color=GREY, pad=2, labelsize=7)
    axes.tick_params(axis="x", labeltop=numbers[0] and x.reversed, labelbottom=numbers[0] and not x.reversed)
    axes.tick_params(axis="y", labelright=numbers[1] and y.reversed, labelleft=numbers[1] and not y.reversed)
    for tick in (*axes.get_xticklabels(), *axes.get_yticklabels()):
        tick.set_fontproperties(font(7))
    for tick in axes.get_yticklabels():
        tick.set_verticalalignment("center_baseline")
