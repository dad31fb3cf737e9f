"""Objects of Praat as values, read from and written in Praat's own formats."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from w2vpraat.corpus.textgrid import TextGrid


@dataclass(frozen=True, eq=False)
class PraatSound:
    """A Sound.

    Parameters
    ----------
    start, end : float
        Its time domain, in seconds.
    first : float
        Time of the first sample, in seconds.
    step : float
        Sampling period, in seconds.
    samples : ndarray of float64, shape (n_channels, n_samples)
    """

    start: float
    end: float
    first: float
    step: float
    samples: NDArray[np.float64]


@dataclass(frozen=True)
class PraatTable:
    """A Table: texts in rows, as they are to stand in the file.

    Parameters
    ----------
    name : str
        Of the object.
    columns : tuple of str
    rows : tuple of tuple of str
        May be none.
    """

    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True)
class PraatGrid:
    """A TextGrid with the name of its object."""

    name: str
    grid: TextGrid


PraatObject: TypeAlias = "PraatTable | PraatGrid"
