"""Lowest and highest sample per column of the screen: the waveform of a recording of any length.

A column never needs all of its samples: a pyramid holds the extremes of blocks of 64 samples, of 256, of
1024 and so on. Columns of fewer than 64 samples are drawn from the samples themselves (`sample_columns`).
Both follow one rule, so both give the same picture to the last bit: the edges of columns are moved to the
nearest edge of a block, of 64 samples or of a quarter of the column's width, whichever is more (of one
sample, where a column has fewer than 64).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from os import PathLike

import numpy as np
from numpy.typing import NDArray

from w2vpraat.corpus.audio import Audio, audio_blocks, audio_info
from w2vpraat.errors import AudioError
from w2vpraat.events import Progress

Floats = NDArray[np.float32]

BASE = 64
"""Samples in the smallest blocks."""
FANOUT = 4
"""Blocks of one level in a block of the next; also the least blocks in a column above the first level."""
READ = BASE * FANOUT**6
"""Samples read at once: 16 s at 16 kHz."""


@dataclass(frozen=True, eq=False)
class Peaks:
    """Extremes of blocks of samples, at all levels.

    Parameters
    ----------
    rate : int
        Samples per second.
    n_samples : int
        Samples of the recording.
    start_time : float
        Time of the left edge of the first sample, in seconds.
    lows, highs : tuple of ndarray of float32
        One array per level, of ``ceil(n_samples / (64 * 4**level))`` values; full scale is 1.
    """

    rate: int
    n_samples: int
    start_time: float
    lows: tuple[Floats, ...] = field(repr=False)
    highs: tuple[Floats, ...] = field(repr=False)

    @property
    def end_time(self) -> float:
        """Time of the right edge of the last sample, in seconds."""
        return self.start_time + self.n_samples / self.rate

    @property
    def finest(self) -> float:
        """Seconds of the narrowest column that is drawn from here; below, use `sample_columns`."""
        return BASE / self.rate

    @property
    def extremes(self) -> tuple[float, float]:
        """Lowest and highest sample of the recording."""
        return float(self.lows[-1].min()), float(self.highs[-1].max())

    def columns(self, start: float, end: float, n: int) -> tuple[Floats, Floats]:
        """Return lowest and highest samples in `n` columns of equal width from `start` to `end` (seconds).

        Returns
        -------
        tuple of ndarray of float32, shape (n,)
            NaN in columns beyond the recording. In columns narrower than `finest` the values of the block of
            64 samples around their middle.

        Raises
        ------
        AudioError
            If `end` is not after `start` or there is no column.
        """
        edges, grain = _edges(start, end, n, self.rate, self.start_time)
        level = 0
        if grain >= BASE:
            level = min(round(math.log(grain / BASE, FANOUT)), len(self.lows) - 1)
            size = BASE * FANOUT**level
            first, stop = edges[:-1] // size, edges[1:] // size
        else:
            first = (edges[:-1] + edges[1:]) // 2 // BASE
            stop = first + 1
        # The last block of each level may hold fewer samples.
        beyond = (edges[:-1] >= self.n_samples) | (edges[1:] <= 0)
        low = _reduced(np.minimum, self.lows[level], first, stop)
        high = _reduced(np.maximum, self.highs[level], first, stop)
        low[beyond] = high[beyond] = np.nan
        return low, high


def building_peaks(
    path: str | PathLike[str], *, channel: str | int = "mean", start_time: float = 0.0
) -> Iterator[Progress | Peaks]:
    """Read a sound file once, in memory that does not grow with it, and keep the extremes of its blocks.

    Parameters
    ----------
    path : path
        The file.
    channel : str or int
        ``"mean"`` of all channels, or the number of one, counted from 1; for a picture of each channel call
        this once per channel.
    start_time : float
        Time of the left edge of the first sample, in seconds.

    Yields
    ------
    Progress or Peaks
        One event per `READ` samples, then the result. An hour at 16 kHz takes 10 MB.

    Raises
    ------
    AudioError
        As `read_audio`.
    """
    info = audio_info(path)
    total = -(-info.n_samples // READ)
    lows, highs = [], []
    for done, block in enumerate(
        audio_blocks(path, seconds=READ / info.rate, channel=channel, start_time=start_time), 1
    ):
        first = np.arange(0, block.n_samples, BASE)
        lows.append(np.minimum.reduceat(block.samples, first))
        highs.append(np.maximum.reduceat(block.samples, first))
        yield Progress("waveform", done, total, info.path.name)
    yield _pyramid(info.rate, info.n_samples, start_time, np.concatenate(lows), np.concatenate(highs))


def peaks_of(audio: Audio) -> Peaks:
    """Return the peaks of a recording that is in memory as a whole."""
    first = np.arange(0, audio.n_samples, BASE)
    low = np.minimum.reduceat(audio.samples, first)
    high = np.maximum.reduceat(audio.samples, first)
    return _pyramid(audio.rate, audio.n_samples, audio.start_time, low, high)


def sample_columns(
    audio: Audio, start: float, end: float, n: int, *, origin: float = 0.0
) -> tuple[Floats, Floats]:
    """Return lowest and highest samples in `n` columns, from the samples of a stretch themselves.

    Parameters
    ----------
    audio : Audio
        The stretch; where it covers `column_span`, the picture is that of `Peaks.columns`.
    start, end : float
        Seconds.
    n : int
        Columns.
    origin : float
        Time of the left edge of the first sample of the whole recording.

    Returns
    -------
    tuple of ndarray of float32, shape (n,)
        NaN in columns without a sample of the stretch. Where a column is narrower than a sample, both are
        the sample in whose time the middle of the column lies.

    Raises
    ------
    AudioError
        If `end` is not after `start` or there is no column.
    """
    edges, grain = _edges(start, end, n, audio.rate, origin)
    skipped = round((audio.start_time - origin) * audio.rate)
    if grain == 0:
        place = np.floor((start + (np.arange(n) + 0.5) * ((end - start) / n) - origin) * audio.rate)
        first = place.astype(np.int64) - skipped
        stop = first + 1
    else:
        first, stop = edges[:-1] - skipped, edges[1:] - skipped
    beyond = (stop <= 0) | (first >= audio.n_samples)
    low = _reduced(np.minimum, audio.samples, first, stop)
    high = _reduced(np.maximum, audio.samples, first, stop)
    low[beyond] = high[beyond] = np.nan
    return low, high


def column_span(start: float, end: float, n: int, rate: int, *, origin: float = 0.0) -> tuple[float, float]:
    """Return the stretch to read for `sample_columns` in seconds: a little more than is seen."""
    edges, _ = _edges(start, end, n, rate, origin)
    return origin + (int(edges[0]) - 1) / rate, origin + (int(edges[-1]) + 1) / rate


def _edges(start: float, end: float, n: int, rate: int, origin: float) -> tuple[NDArray[np.int64], int]:
    """Return the samples where columns begin and end, shape (n + 1,), and the block they are moved to.

    The block is 0 where a column is narrower than a sample.
    """
    if n < 1 or not end > start:
        raise AudioError(
            f"no columns: {n} from {start:.6g} to {end:.6g} s", "the end must be after the start"
        )
    exact = (start - origin + np.arange(n + 1) * ((end - start) / n)) * rate
    width = (end - start) / n * rate
    if width < 1.0:
        return np.floor(exact).astype(np.int64), 0
    grain = 1
    if width >= BASE:
        grain = BASE
        while grain * FANOUT * FANOUT <= width:
            grain *= FANOUT
    # Half up, always the same way: rounding to even would make columns of nothing.
    return (np.floor(exact / grain + 0.5) * grain).astype(np.int64), grain


def _reduced(extreme: np.ufunc, values: Floats, first: NDArray[np.int64], stop: NDArray[np.int64]) -> Floats:
    """Extreme of ``values[first[i]:stop[i]]`` for ascending stretches; whatever where there is nothing."""
    low, high = np.clip(first, 0, values.size - 1), np.clip(stop, 0, values.size)
    high = np.maximum(high, low + 1)
    # reduceat takes pairs of indices (below the size); the odd results lie between the stretches.
    begin, until = int(low[0]), int(high[-1])
    padded = np.append(values[begin:until], values[until - 1])
    pairs = np.stack([low, high], axis=1).ravel() - begin
    found: Floats = extreme.reduceat(padded, pairs)[::2]
    return found


def _pyramid(rate: int, n_samples: int, start_time: float, low: Floats, high: Floats) -> Peaks:
    lows, highs = [low], [high]
    while lows[-1].size > FANOUT:
        first = np.arange(0, lows[-1].size, FANOUT)
        lows.append(np.minimum.reduceat(lows[-1], first))
        highs.append(np.maximum.reduceat(highs[-1], first))
    return Peaks(rate, n_samples, start_time, tuple(lows), tuple(highs))
