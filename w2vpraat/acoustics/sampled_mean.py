"""The mean of a sampled curve over any stretch, as Praat's ``Get mean`` takes it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def sampled_mean(values: Floats, first_time: float, step: float, start: float, end: float) -> float:
    """Return the mean over [start, end] of the curve through samples; NaN where nothing is defined.

    The curve is linear between neighbouring defined samples, and constant for half a step beside a
    defined sample whose neighbour is undefined or missing.

    Parameters
    ----------
    values : ndarray, shape (n,)
        NaN: undefined. One sample more than the stretch holds is needed on each side, if there is one.
    first_time, step : float
        Time of the first sample and seconds between samples.
    start, end : float
        Seconds.
    """
    if values.size == 0:
        return float("nan")
    low, high = (start - first_time) / step, (end - first_time) / step
    before = np.concatenate([[np.nan], values[:-1]])
    after = np.concatenate([values[1:], [np.nan]])
    # Half cells: the one on the left and the one on the right of every sample, from sample to outside.
    outer = np.stack([np.where(np.isnan(side), values, 0.5 * (side + values)) for side in (before, after)])
    centre = np.arange(values.size, dtype=np.float64)
    # What of each half cell lies in the stretch, as distances from the sample.
    near = np.clip(np.stack([centre - high, low - centre]), 0.0, 0.5)
    far = np.clip(np.stack([centre - low, high - centre]), 0.0, 0.5)
    width = np.where(np.isnan(values), 0.0, far - near)
    width = np.maximum(width, 0.0)
    covered = float(width.sum())
    if covered <= 0.0:
        return float("nan")
    # Linear within a half cell (0.5 wide), so the value in the middle of the covered part is its mean.
    slope = 2.0 * (outer - values)
    area = np.where(width > 0.0, width * (values + slope * 0.5 * (near + far)), 0.0)
    return float(area.sum() / covered)
