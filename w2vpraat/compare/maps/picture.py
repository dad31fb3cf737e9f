"""What a map shows, as plain values: the window draws them, and the same values become a figure on paper."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Factor:
    """The values of a column, numbered.

    Attributes
    ----------
    name : str
        Of the column.
    values : tuple of str
        In natural order; the place of a value decides its colour or shape, so it stays while values come and
        go by edits.
    codes : ndarray of int, shape (n_tokens,)
        Place of each token's value; -1: unknown.
    """

    name: str
    values: tuple[str, ...]
    codes: Ints


@dataclass(frozen=True)
class MapMean:
    """A label at the mean of its tokens: text, place, number of the colour (-1: several), tokens."""

    text: str
    x: float
    y: float
    colour: int
    n: int


@dataclass(frozen=True, eq=False)
class MapLine:
    """An outline or a course: number of the colour, points of shape (n, 2), and what it is of."""

    colour: int
    points: Floats
    text: str = ""


@dataclass(frozen=True)
class MapNumber:
    """A number under a map.

    Attributes
    ----------
    key : str
        ``agreement``, ``silhouette``, ``trustworthiness``, ``full_agreement``.
    title : str
        As a reader sees it.
    value : float
        NaN: not defined here, or not computed yet.
    chance : float
        What chance would give; NaN if there is no such thing.
    stale : bool
        Made before the last edit; being computed again.
    told : str
        One sentence that explains it.
    """

    key: str
    title: str
    value: float
    chance: float = float("nan")
    stale: bool = False
    told: str = ""


@dataclass(frozen=True, eq=False)
class MapPicture:
    """All that is drawn.

    Attributes
    ----------
    title : str
        What the values are: ``F1, F2, Lobanov``; ``phone layer 4, z-score``.
    ids : ndarray of str (object), shape (n_tokens,)
    points : ndarray, shape (n_tokens, 2)
        NaN: a token without a place.
    axes : tuple of str
        Names of x and y, with units.
    reversed_axes : tuple of bool
        Whether x falls to the right, and y downwards, as on a vowel chart.
    equal : bool
        Whether one scale holds for both axes.
    colour : Factor
    shape : Factor or None
    labels : ndarray of str (object), shape (n_tokens,)
        Written where tokens are drawn as letters; in tool tips.
    shown : ndarray of bool, shape (n_tokens,)
        What the filter shows.
    marks : str
        ``dots``, ``labels`` or ``none``.
    means : tuple of MapMean
    ellipses : tuple of MapLine
    courses : tuple of MapLine
    level : float
        Share that an ellipse holds.
    numbers : tuple of MapNumber
    notes : tuple of str
        What a reader must know: how many tokens have no place, that labels helped to make the map ...
    x_names : tuple of (float, str)
        Places on the x axis that have names instead of numbers: the labels of a strip chart, which stand side
        by side. Empty: an axis of numbers.
    """

    title: str
    ids: NDArray[np.object_]
    points: Floats
    axes: tuple[str, str]
    reversed_axes: tuple[bool, bool]
    equal: bool
    colour: Factor
    shape: Factor | None
    labels: NDArray[np.object_]
    shown: Bools
    marks: str = "dots"
    means: tuple[MapMean, ...] = ()
    ellipses: tuple[MapLine, ...] = ()
    courses: tuple[MapLine, ...] = ()
    level: float = 0.68
    numbers: tuple[MapNumber, ...] = ()
    notes: tuple[str, ...] = field(default=())
    x_names: tuple[tuple[float, str], ...] = ()

    @property
    def placed(self) -> Bools:
        """Tokens that are drawn: they have a place and pass the filter, shape (n_tokens,)."""
        return np.asarray(self.shown & np.isfinite(self.points).all(axis=1))
