"""The numbers behind a vowel chart: means, ellipses, hulls, mean trajectories."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from w2vpraat.compare.charts.tokens import ChartTokens, gather_chart, natural_order
from w2vpraat.errors import ComparisonError
from w2vpraat.params import ChartParams

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]

# Fewer points say next to nothing of a covariance with three free numbers.
LEAST_FOR_ELLIPSE = 4
PLACE = ("panel", "group", "by", "label")


@dataclass(frozen=True)
class Ellipse:
    """An ellipse in the units of the axes.

    Attributes
    ----------
    x, y : float
        Centre.
    major, minor : float
        Half axes.
    angle : float
        Direction of the major axis, degrees from the x axis, counter-clockwise with y upwards.
    n : int
        Points it was made from.
    """

    x: float
    y: float
    major: float
    minor: float
    angle: float
    n: int

    @property
    def area(self) -> float:
        """Area, in units of x times units of y."""
        return float(np.pi * self.major * self.minor)

    def outline(self, n: int = 121) -> Floats:
        """Return points on it, shape (n, 2); the last one is the first."""
        turn = np.linspace(0.0, 2.0 * np.pi, n)
        axes = np.column_stack([self.major * np.cos(turn), self.minor * np.sin(turn)])
        cos, sin = np.cos(np.radians(self.angle)), np.sin(np.radians(self.angle))
        return np.asarray(axes @ np.array([[cos, sin], [-sin, cos]]) + (self.x, self.y))


@dataclass(frozen=True, eq=False)
class Hull:
    """A convex hull: corners in order, shape (n, 2), and its area in units of x times units of y."""

    corners: Floats
    area: float


@dataclass(frozen=True, eq=False)
class ChartValues:
    """What a chart shows, as numbers.

    Attributes
    ----------
    tokens : ChartTokens
    means : pandas.DataFrame
        Per panel, group and label: ``panel, group, by, label, colour, x, y, n_tokens, n_speakers``; ``by`` is
        empty here, ``colour`` where the tokens have several.
    small : pandas.DataFrame
        The same per value of ``means_by``.
    ellipses : tuple of (dict, Ellipse)
        With the place: ``panel, group, label, colour``.
    no_ellipse : int
        Labels (per panel and group) with too few points, or all on a line.
    hulls : tuple of (dict, Hull)
        With the place: ``panel, group, by, colour``.
    courses : pandas.DataFrame
        Mean trajectories: the columns of `means` and ``time``; empty without trajectories.
    """

    tokens: ChartTokens
    means: pd.DataFrame
    small: pd.DataFrame
    ellipses: tuple[tuple[dict[str, Any], Ellipse], ...]
    no_ellipse: int
    hulls: tuple[tuple[dict[str, Any], Hull], ...]
    courses: pd.DataFrame

    def table(self) -> pd.DataFrame:
        """Return all as one table for other programs.

        Returns
        -------
        pandas.DataFrame
            ``kind`` (mean, small mean, ellipse, hull, trajectory), ``panel, group, by, label, time, x, y,
            n_tokens, n_speakers, major, minor, angle`` (half axes and degrees of an ellipse), ``corner``
            (number of a hull's corner), ``area``. The ``x, y`` of an ellipse are its centre, those of a hull
            its corners.
        """
        import pandas as pd

        parts: list[pd.DataFrame] = [
            own.drop(columns="colour").assign(kind=kind)
            for kind, own in (("mean", self.means), ("small mean", self.small), ("trajectory", self.courses))
            if len(own)
        ]
        rows: list[dict[str, Any]] = []
        for place, one in self.ellipses:
            shape = {name: getattr(one, name) for name in ("x", "y", "major", "minor", "angle", "area")}
            rows.append({"kind": "ellipse", **place, **shape})
        for place, hull in self.hulls:
            rows += [
                {"kind": "hull", **place, "x": x, "y": y, "corner": number, "area": hull.area}
                for number, (x, y) in enumerate(hull.corners, start=1)
            ]
        parts += [pd.DataFrame(rows)] if rows else []
        names = ["kind", *PLACE, "time", "x", "y", "n_tokens", "n_speakers"]
        names += ["major", "minor", "angle", "corner", "area"]
        whole = {"n_tokens": "Int64", "n_speakers": "Int64", "corner": "Int64"}
        made = pd.concat(parts, ignore_index=True).reindex(columns=names).astype(whole)
        return made.fillna(dict.fromkeys(PLACE, ""))


def chart_values(
    table: pd.DataFrame, params: ChartParams | None = None, *, label: str = "label", speaker: str = "speaker"
) -> ChartValues:
    """Compute what a vowel chart shows.

    Parameters
    ----------
    table, params, label, speaker
        See :func:`~w2vpraat.compare.charts.tokens.gather_chart`.

    Returns
    -------
    ChartValues
        Ellipses, hulls and trajectories only if they are among ``params.show``.

    Raises
    ------
    ComparisonError
        See `gather_chart`; or a label of ``connect`` is not there.
    """
    params = params or ChartParams()
    tokens = gather_chart(table, params, label=label, speaker=speaker)
    points = tokens.points
    means = group_means(points, ("panel", "group", "label"), over=params.unit)
    small = points[points["by"] != ""]
    small = group_means(small, ("panel", "group", "by", "label"), over=params.unit)
    ellipses, without = _ellipses(points, params) if "ellipses" in params.show else ((), 0)
    hulls = tuple(_hulls(points, means, small, params)) if "hulls" in params.show else ()
    courses = group_means(tokens.courses, ("panel", "group", "label", "time"), over=params.unit)
    missing = [name for name in params.connect if name not in set(means["label"])]
    if missing:
        there = ", ".join(natural_order(means["label"])[:40])
        raise ComparisonError(f'no token has the label "{missing[0]}" to connect', f"labels: {there}")
    return ChartValues(tokens, means, small, ellipses, without, hulls, courses)


def group_means(points: pd.DataFrame, by: Sequence[str], *, over: str = "tokens") -> pd.DataFrame:
    """Average x and y of each combination of columns.

    Parameters
    ----------
    points : pandas.DataFrame
        Columns ``x``, ``y``, ``speaker``, ``token``, ``colour``, and those of `by`.
    by : sequence of str
        Columns.
    over : str
        ``tokens``, or ``speakers``: the mean of the speakers' means, so that each speaker counts once.

    Returns
    -------
    pandas.DataFrame
        Sorted by `by` as people sort names; ``colour`` is empty where the tokens have several.
    """
    names = [*PLACE, *(name for name in by if name not in PLACE)]
    units = points
    if over == "speakers":
        units = points.groupby([*by, "speaker"], sort=True, as_index=False)[["x", "y"]].mean()
    known = points.assign(speaker=points["speaker"].where(points["speaker"] != ""))
    parts = known.groupby(list(by), sort=False)
    made = units.groupby(list(by), sort=False)[["x", "y"]].mean()
    made["colour"] = parts["colour"].first().where(parts["colour"].nunique() == 1, "")
    made["n_tokens"], made["n_speakers"] = parts["token"].nunique(), parts["speaker"].nunique()
    made = made.reset_index()
    for name in PLACE:
        if name not in by:
            made[name] = ""
    for name in reversed(by):
        made = made.sort_values(name, key=None if name == "time" else _ranks, kind="stable")
    return made[[*names, "colour", "x", "y", "n_tokens", "n_speakers"]].reset_index(drop=True)


def unit_points(points: pd.DataFrame, over: str) -> Floats:
    """Return the points of tokens, or one mean point per speaker; shape (n, 2)."""
    if over == "speakers":
        return np.asarray(points.groupby("speaker", sort=True)[["x", "y"]].mean(), dtype=np.float64)
    return np.asarray(points[["x", "y"]], dtype=np.float64)


def token_ellipse(points: Floats, level: float) -> Ellipse | None:
    """Return the ellipse that would hold a share of the points if they were normally distributed.

    The half axes are the square roots of the eigenvalues of the covariance (n - 1) times the root of
    -2 ln(1 - level), the quantile of the chi-square distribution with two degrees of freedom.

    Parameters
    ----------
    points : ndarray, shape (n, 2)
    level : float
        Between 0 and 1.

    Returns
    -------
    Ellipse or None
        None for fewer than four points, or points on a line.
    """
    return _ellipse(points, -2.0 * np.log1p(-level))


def mean_ellipse(points: Floats, level: float) -> Ellipse | None:
    """Return the confidence region of the mean after Hotelling (1931), points taken as independent.

    The quantile is 2 (n - 1) / (n (n - 2)) F(2, n - 2), and that of F with two degrees of freedom in the
    numerator has a closed form.

    Parameters
    ----------
    points : ndarray, shape (n, 2)
    level : float
        Confidence.

    Returns
    -------
    Ellipse or None
        None for fewer than four points, or points on a line.
    """
    n = len(points)
    if n < LEAST_FOR_ELLIPSE:
        return None
    f = (n - 2) / 2.0 * ((1.0 - level) ** (-2.0 / (n - 2)) - 1.0)
    return _ellipse(points, 2.0 * (n - 1) / (n * (n - 2)) * f)


def _ellipse(points: Floats, squared_radius: float) -> Ellipse | None:
    if len(points) < LEAST_FOR_ELLIPSE:
        return None
    # Points on a line have a correlation of one, whatever the units of x and y.
    if not np.ptp(points, axis=0).min() > 0.0 or abs(np.corrcoef(points.T)[0, 1]) > 1.0 - 1e-9:
        return None
    variances, directions = np.linalg.eigh(np.cov(points.T))
    minor, major = np.sqrt(squared_radius * variances)
    angle = float(np.degrees(np.arctan2(directions[1, 1], directions[0, 1]))) % 180.0
    x, y = points.mean(axis=0)
    return Ellipse(float(x), float(y), float(major), float(minor), angle, len(points))


def convex_hull(points: Floats) -> Hull | None:
    """Return the convex hull of points, and its area.

    Around the means of a speaker's vowels the area is a measure of the vowel space (Fox & Jacewicz 2017, JASA
    142:444; of three corner vowels: Bradlow, Torretta & Pisoni 1996, Speech Communication 20:255).

    Parameters
    ----------
    points : ndarray, shape (n, 2)

    Returns
    -------
    Hull or None
        None for fewer than three different points, or points on a line.
    """
    from scipy.spatial import ConvexHull, QhullError

    width = np.ptp(points, axis=0)
    if len(points) < 3 or not width.min() > 0.0:
        return None
    try:
        found = ConvexHull((points - points.mean(axis=0)) / width)
    except QhullError:
        return None
    return Hull(points[found.vertices], float(found.volume * width.prod()))


def _ellipses(
    points: pd.DataFrame, params: ChartParams
) -> tuple[tuple[tuple[dict[str, Any], Ellipse], ...], int]:
    make = mean_ellipse if params.ellipse_of == "mean" else token_ellipse
    made: list[tuple[dict[str, Any], Ellipse]] = []
    without = 0
    for place, own in _places(points, ("panel", "group", "label")):
        found = make(unit_points(own, params.unit), params.ellipse_level)
        if found is None:
            without += 1
        else:
            made.append((place, found))
    return tuple(made), without


def _hulls(
    points: pd.DataFrame, means: pd.DataFrame, small: pd.DataFrame, params: ChartParams
) -> Iterator[tuple[dict[str, Any], Hull]]:
    if params.hull_of == "tokens":
        whose = points.assign(by="") if not params.means_by else points[points["by"] != ""]
    else:
        whose = small if params.means_by else means
    for place, own in _places(whose, ("panel", "group", "by")):
        found = convex_hull(np.asarray(own[["x", "y"]], dtype=np.float64))
        if found is not None:
            yield place, found


def _places(rows: pd.DataFrame, by: Sequence[str]) -> Iterator[tuple[dict[str, Any], pd.DataFrame]]:
    """Yield the rows of each combination of columns, in the order of names, with its place and colour.

    The colour is empty where the rows have several.
    """
    parts = dict(iter(rows.groupby(list(by), sort=False)))
    ranks = [{one: at for at, one in enumerate(natural_order(rows[name]))} for name in by]
    for key in sorted(parts, key=lambda key: [rank[str(one)] for rank, one in zip(ranks, key, strict=True)]):
        shades = parts[key]["colour"].unique()
        colour = shades[0] if len(shades) == 1 else ""
        yield {**dict(zip(by, key, strict=True)), "colour": colour}, parts[key]


def _ranks(names: pd.Series[str]) -> pd.Series[int]:
    ranks = {name: at for at, name in enumerate(natural_order(names))}
    return names.map(ranks)
