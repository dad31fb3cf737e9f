"""Means, ellipses and courses of the tokens that a map shows, in its numbers of colours."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from w2vpraat.compare.charts.moments import group_moments, moment_ellipses
from w2vpraat.compare.maps.picture import Factor, MapLine, MapMean

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]
Bools = NDArray[np.bool_]

# More labels or ellipses than this hide what they are about.
MOST_MEANS = 200
MOST_ELLIPSES = 40
# Cells of labels x colours that are counted in one go.
MOST_CELLS = 2_000_000


def label_colours(labels: Factor, colour: Factor, rows: Ints) -> Ints:
    """Return the colour that all of a label's tokens have, -1 where they have several, shape (n_labels,).

    Parameters
    ----------
    labels, colour : Factor
    rows : ndarray of int
        The tokens that count.
    """
    n_labels, n_colours = len(labels.values), len(colour.values) + 1
    mine = rows[labels.codes[rows] >= 0]
    cells = labels.codes[mine] * n_colours + colour.codes[mine] + 1
    if n_labels * n_colours > MOST_CELLS:
        there = np.unique(cells)
    else:
        there = np.flatnonzero(np.bincount(cells, minlength=n_labels * n_colours))
    label, own = np.divmod(there, n_colours)
    single = np.bincount(label, minlength=n_labels)[label] == 1
    found = np.full(n_labels, -1, dtype=np.intp)
    found[label[single]] = own[single] - 1
    return found


def label_means(points: Floats, labels: Factor, colour: Factor, rows: Ints) -> tuple[MapMean, ...]:
    """Return the mean of each label's tokens; see `label_colours` for the arguments."""
    colours = label_colours(labels, colour, rows)
    found = group_moments(points[rows], labels.codes[rows], len(labels.values))
    return tuple(
        MapMean(labels.values[number], float(x), float(y), int(colours[number]), int(n))
        for number, (n, (x, y)) in enumerate(zip(found.counts, found.means, strict=True))
        if n
    )


def colour_ellipses(points: Floats, colour: Factor, rows: Ints, level: float) -> tuple[MapLine, ...]:
    """Return an ellipse around the tokens of each colour that has at least four of them off a line."""
    moments = group_moments(points[rows], colour.codes[rows], len(colour.values))
    return tuple(
        MapLine(number, one.outline(), colour.values[number])
        for number, one in enumerate(moment_ellipses(moments, level))
        if one is not None
    )


def label_courses(courses: Floats, labels: Factor, colour: Factor, rows: Ints) -> tuple[MapLine, ...]:
    """Return each label's mean course, of the tokens that are complete at all times.

    Parameters
    ----------
    courses : ndarray, shape (n_tokens, n_times, 2)
        In the units of the axes.
    labels, colour, rows
        See `label_colours`.
    """
    rows = rows[np.isfinite(courses[rows]).all(axis=(1, 2))]
    colours = label_colours(labels, colour, rows)
    codes, n_labels = labels.codes[rows], len(labels.values)
    parts = [group_moments(courses[rows, time], codes, n_labels) for time in range(courses.shape[1])]
    if not parts:
        return ()
    means = np.stack([part.means for part in parts], axis=1)
    return tuple(
        MapLine(int(colours[number]), means[number], labels.values[number])
        for number in np.flatnonzero(parts[0].counts)
    )
