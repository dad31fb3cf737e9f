"""Pictures of maps made by hand from tables, as the window makes them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from w2vpraat.compare.maps.picture import Factor, MapLine, MapMean, MapNumber, MapPicture

AGREEMENT = MapNumber("agreement", "10 nearest of other speakers: same label", 0.714, 0.083)
SILHOUETTE = MapNumber("silhouette", "silhouette", -0.12)
TRUST = MapNumber("trustworthiness", "trustworthiness", 0.93)


def factor(name: str, texts: Sequence[str]) -> Factor:
    """Number the values of a column."""
    values = tuple(sorted({text for text in texts if text}))
    places = {text: place for place, text in enumerate(values)}
    return Factor(name, values, np.array([places.get(text, -1) for text in texts], dtype=np.intp))


def ellipse(points: np.ndarray, level: float) -> np.ndarray:
    """Outline of the normal distribution that holds this share."""
    variances, axes = np.linalg.eigh(np.cov(points.T))
    turn = np.linspace(0.0, 2.0 * np.pi, 61)[:-1]
    circle = np.sqrt(-2.0 * np.log(1.0 - level)) * np.column_stack([np.cos(turn), np.sin(turn)])
    return points.mean(axis=0) + circle * np.sqrt(variances) @ axes.T


def picture(
    table: pd.DataFrame,
    x: str = "F2",
    y: str = "F1",
    *,
    title: str = "F1, F2",
    axes: tuple[str, str] = ("F2 (Hz)", "F1 (Hz)"),
    colour: str = "label",
    shape: str = "",
    chart: bool = True,
    marks: str = "dots",
    numbers: tuple[MapNumber, ...] = (AGREEMENT, SILHOUETTE),
    notes: tuple[str, ...] = (),
    shown: np.ndarray | None = None,
    courses: bool = False,
) -> MapPicture:
    """Draw two columns of a table against each other."""
    points = table[[x, y]].to_numpy(float)
    coloured = factor(colour, table[colour].tolist())
    rows = [np.flatnonzero(coloured.codes == code) for code in range(len(coloured.values))]
    rows = [own[np.isfinite(points[own]).all(axis=1)] for own in rows]
    centres = [points[own].mean(axis=0) if len(own) else np.full(2, np.nan) for own in rows]
    span = np.nanmax(points, axis=0) - np.nanmin(points, axis=0)
    return MapPicture(
        title=title,
        ids=np.array([f"r#1.{n}" for n in range(1, len(table) + 1)], dtype=object),
        points=points,
        axes=axes,
        reversed_axes=(chart, chart),
        equal=not chart,
        colour=coloured,
        shape=factor(shape, table[shape].tolist()) if shape else None,
        labels=table["label"].to_numpy(object),
        shown=np.ones(len(table), dtype=bool) if shown is None else shown,
        marks=marks,
        means=tuple(
            MapMean(text, float(at[0]), float(at[1]), code, len(own))
            for code, (text, at, own) in enumerate(zip(coloured.values, centres, rows, strict=True))
            if len(own)
        ),
        ellipses=tuple(
            MapLine(code, ellipse(points[own], 0.68), coloured.values[code])
            for code, own in enumerate(rows)
            if len(own) > 3
        ),
        courses=tuple(
            MapLine(code, at + np.linspace(0, 0.12, 5)[:, None] * span * np.array([1.0, -1.0]))
            for code, at in enumerate(centres)
            if courses and code % 2
        ),
        numbers=numbers,
        notes=notes,
    )
