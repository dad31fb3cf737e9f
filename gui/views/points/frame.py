"""Where values lie in pixels: the stretch of both axes that is seen, and its ticks. No drawing."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor, log10
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF

Floats = NDArray[np.float64]

MARGIN = 0.06
"""Room around the tokens, as a share of their width."""


class Limits(NamedTuple):
    """A stretch of both axes, in the units of the axes; low is below high, also where an axis is reversed."""

    x_low: float
    x_high: float
    y_low: float
    y_high: float

    @property
    def width(self) -> float:
        """Of x."""
        return self.x_high - self.x_low

    @property
    def height(self) -> float:
        """Of y."""
        return self.y_high - self.y_low

    def holds(self, other: Limits) -> bool:
        """Whether another stretch lies inside."""
        low = self.x_low <= other.x_low and self.y_low <= other.y_low
        return low and self.x_high >= other.x_high and self.y_high >= other.y_high

    def joined(self, other: Limits) -> Limits:
        """Return the stretch that holds both."""
        return Limits(
            min(self.x_low, other.x_low),
            max(self.x_high, other.x_high),
            min(self.y_low, other.y_low),
            max(self.y_high, other.y_high),
        )

    def moved(self, x: float, y: float) -> Limits:
        """Return the stretch that begins further on."""
        return Limits(self.x_low + x, self.x_high + x, self.y_low + y, self.y_high + y)

    def zoomed(self, factor: float, x: float, y: float) -> Limits:
        """Return the stretch `factor` times as wide in which the point (x, y) keeps its place."""
        return Limits(
            x + factor * (self.x_low - x),
            x + factor * (self.x_high - x),
            y + factor * (self.y_low - y),
            y + factor * (self.y_high - y),
        )

    def with_margin(self, share: float = MARGIN) -> Limits:
        """Return the stretch with room around."""
        return Limits(
            self.x_low - share * self.width,
            self.x_high + share * self.width,
            self.y_low - share * self.height,
            self.y_high + share * self.height,
        )


def limits_of(points: Floats) -> Limits | None:
    """Return the stretch that points fill; None if there is none.

    Parameters
    ----------
    points : ndarray, shape (n, 2)
        Finite. If all have one x or one y, room is made on both sides.
    """
    if not len(points):
        return None
    x, y = points[:, 0], points[:, 1]  # column by column, which numpy does many times as fast
    return Limits(*_wide(float(x.min()), float(x.max())), *_wide(float(y.min()), float(y.max())))


def _wide(low: float, high: float) -> tuple[float, float]:
    least = 1e-9 * max(abs(low), abs(high))
    if high - low > least:
        return low, high
    room = 0.05 * abs(low) or 0.5
    return low - room, high + room


@dataclass(frozen=True)
class Frame:
    """The rectangle in which tokens are drawn, and the straight line from values to pixels on each axis.

    Attributes
    ----------
    rect : QRectF
        In pixels of the widget.
    limits : Limits
        What is seen; with one scale for both axes more than was asked for.
    x_scale, y_scale : float
        Pixels per unit; negative where values rise to the left, or upwards.
    x_shift, y_shift : float
        Pixel of the value zero.
    """

    rect: QRectF
    limits: Limits
    x_scale: float
    y_scale: float
    x_shift: float
    y_shift: float

    def pixels(self, points: Floats) -> Floats:
        """Return where points are drawn, shape (n, 2)."""
        scale, shift = (self.x_scale, self.y_scale), (self.x_shift, self.y_shift)
        return np.asarray(points * np.array(scale) + np.array(shift))

    def pixel(self, x: float, y: float) -> QPointF:
        """Return where one point is drawn."""
        return QPointF(x * self.x_scale + self.x_shift, y * self.y_scale + self.y_shift)

    def values(self, place: QPointF) -> tuple[float, float]:
        """Return what lies at a pixel."""
        return (place.x() - self.x_shift) / self.x_scale, (place.y() - self.y_shift) / self.y_scale


def make_frame(
    rect: QRectF, limits: Limits, reversed_axes: tuple[bool, bool] = (False, False), *, equal: bool = False
) -> Frame:
    """Lay limits into a rectangle.

    Parameters
    ----------
    rect : QRectF
    limits : Limits
    reversed_axes : tuple of bool
        Whether x falls to the right, and y downwards grows, as on a vowel chart.
    equal : bool
        Whether a unit is as long on both axes.
    """
    width, height = max(rect.width(), 1.0), max(rect.height(), 1.0)
    x_scale, y_scale = width / limits.width, height / limits.height
    if equal:
        x_scale = y_scale = min(x_scale, y_scale)
    x_middle, y_middle = 0.5 * (limits.x_low + limits.x_high), 0.5 * (limits.y_low + limits.y_high)
    x_half, y_half = 0.5 * width / x_scale, 0.5 * height / y_scale
    seen = Limits(x_middle - x_half, x_middle + x_half, y_middle - y_half, y_middle + y_half)
    x_scale = -x_scale if reversed_axes[0] else x_scale
    y_scale = y_scale if reversed_axes[1] else -y_scale
    centre = rect.center()
    return Frame(
        rect, seen, x_scale, y_scale, centre.x() - x_middle * x_scale, centre.y() - y_middle * y_scale
    )


def ticks(low: float, high: float, most: int) -> list[float]:
    """Return round numbers between low and high, at most `most`: steps of 1, 2 or 5 times a power of ten."""
    span = high - low
    if not span > 0.0 or most < 1:
        return []
    power = 10.0 ** floor(log10(span / most))
    found: list[float] = []
    for factor in (1.0, 2.0, 5.0, 10.0):
        step = factor * power
        found = [n * step for n in range(ceil(low / step - 1e-9), floor(high / step + 1e-9) + 1)]
        if len(found) <= most:
            break
    return found


def tick_texts(values: list[float]) -> list[str]:
    """Return numbers with as many decimals as their step needs, and a real minus."""
    if not values:
        return []
    step = abs(values[1] - values[0]) if len(values) > 1 else abs(values[0]) or 1.0
    if max(abs(one) for one in values) >= 1e6 or step < 1e-5:
        return [f"{one:.6g}".replace("-", "−") for one in values]
    decimals = max(0, -floor(log10(step) + 1e-9))
    return [f"{one + 0.0:.{decimals}f}".replace("-", "−") for one in values]
