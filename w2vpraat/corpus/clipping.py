"""Clipped recordings: flat tops where a signal ran into a limit, at full scale or anywhere below.

The rule looks at the samples only, so it also finds sound that was clipped and then made quieter:

- A sample is *at the limit* of its side (positive or negative) if it lies within 4.5 steps of the largest one
  there; a step is the smallest difference between two neighbouring samples of the recording. The tolerance
  is for dither; a recording whose peak is fewer than 1000 steps high (8 bits, or very quiet) has none.
- A stretch of samples at the limit is a flat top if it holds three samples or more and the signal leaves it
  by more than 18 steps on one side, or two samples and 40 steps. A smooth peak can't do that: if three
  samples at the top of a parabola lie within 4.5 steps, the next one lies at most 13.5 steps lower (36, for
  two).
- One flat top of three samples, or two flat tops of two, make a clipped recording. A level that at least
  three flat tops of three *equal* samples share, half as high as the largest sample or higher, is a limit,
  too: a click may be louder than the clipped speech.

A file that was normalized to full scale touches it with single samples, and is not clipped. Equal samples at
an extreme are the usual sign (Audacity's "Find clipping" asks for three at full scale; on histograms of
clipped speech see Eaton, J. & Naylor, P. A. 2013, Detection of clipping in coded speech signals, EUSIPCO).
Resampling, filtering and MP3 bend flat tops, so what was clipped before them is not found.
"""

from __future__ import annotations

from dataclasses import dataclass
from os import PathLike

import numpy as np
from numpy.typing import NDArray

from w2vpraat.corpus.audio import Audio, audio_info, read_audio

Samples = NDArray[np.float32]
Ints = NDArray[np.intp]

TOLERANCE = 4.5  # in steps
FINE = 1000  # steps from zero to the peak, from which on 4.5 of them are nothing
FALL = {2: 40.0, 3: 18.0}  # least fall from a flat top of so many samples, in steps
LEAST_EQUAL = 3  # flat tops that make a limit below the largest sample
FINEST_STEP = 2.0**-24  # what float32 tells apart just below full scale
GAP = 0.005  # seconds between clipped samples of one stretch
_BLOCK = 1 << 20


@dataclass(frozen=True)
class Clipping:
    """What was found in one recording.

    Attributes
    ----------
    n_samples : int
        Samples looked at, over all channels.
    n_clipped : int
        Samples at a limit; 0: the recording is not clipped.
    limits : tuple of float
        Where the signal stops, full scale being 1; negative for the lower side.
    spans : tuple of (float, float)
        Clipped stretches in seconds, in order; gaps shorter than 5 ms count as clipped.
    """

    n_samples: int
    n_clipped: int = 0
    limits: tuple[float, ...] = ()
    spans: tuple[tuple[float, float], ...] = ()

    @property
    def share(self) -> float:
        """Clipped share of all samples, 0 to 1."""
        return self.n_clipped / self.n_samples if self.n_samples else 0.0

    def touches(self, start: float, end: float) -> bool:
        """Whether a clipped stretch lies in, or reaches into, the time from `start` to `end` (seconds)."""
        return any(first < end and last > start for first, last in self.spans)


def find_clipping(audio: Audio) -> Clipping:
    """Find clipped stretches.

    Parameters
    ----------
    audio : Audio
        At the file's own rate (``read_audio(path)``): resampling bends flat tops. One channel: in a mean of
        channels one of them may hide the other's clipping (see `recording_clipping`).

    Returns
    -------
    Clipping
    """
    at, limits = _at_limits(audio.samples)
    return Clipping(audio.n_samples, len(at), limits, _spans(at, audio.rate, audio.start_time))


def recording_clipping(
    path: str | PathLike[str], *, channel: str | int = "mean", start_time: float = 0.0
) -> Clipping:
    """Read a sound file and find clipped stretches.

    Parameters
    ----------
    path : path
        The file; read at its own rate.
    channel : str or int
        Number of the channel that is used, counted from 1; ``"mean"``: every channel is looked at by itself.
    start_time : float
        Time of the left edge of the first sample, in seconds.

    Returns
    -------
    Clipping

    Raises
    ------
    AudioError
        As `read_audio`.
    """
    n_channels = audio_info(path).n_channels if channel == "mean" else 1
    chosen = range(1, n_channels + 1) if n_channels > 1 else (channel,)
    found = [find_clipping(read_audio(path, channel=one, start_time=start_time)) for one in chosen]
    return Clipping(
        sum(one.n_samples for one in found),
        sum(one.n_clipped for one in found),
        tuple(sorted({limit for one in found for limit in one.limits})),
        _joined(sorted(span for one in found for span in one.spans), 0.0),
    )


def _at_limits(samples: Samples) -> tuple[Ints, tuple[float, ...]]:
    """Return the indices of all clipped samples, and the limits they lie at."""
    step = _step(samples)
    found: list[Ints] = []
    limits: list[float] = []
    for sign in (1.0, -1.0) if step > 0.0 else ():
        side = samples * np.float32(sign)
        peak = float(side.max())
        if peak <= 0.0:
            continue
        tolerance = (TOLERANCE if peak >= FINE * step else 0.5) * step
        for limit in dict.fromkeys((peak, *_shared_levels(side, peak, step))):
            near = np.flatnonzero(np.abs(side - np.float32(limit)) <= tolerance)
            lengths = [stop - first for first, stop in _flat_tops(side, near, step)]
            if max(lengths, default=0) >= 3 or len(lengths) >= 2:
                # Now that it is a limit, peaks that touch it with a single sample are clipped as well.
                found.append(near)
                limits.append(sign * limit)
    at = np.unique(np.concatenate(found)) if found else np.empty(0, dtype=np.intp)
    return at, tuple(sorted(limits))


def _step(samples: Samples) -> float:
    """Smallest difference between neighbours: one step of the numbers that the file holds; 0 if constant."""
    least = np.inf
    for begin in range(0, max(samples.size - 1, 0), _BLOCK):
        differences = np.abs(np.diff(samples[begin : begin + _BLOCK + 1]))
        differences = differences[differences > 0.0]
        least = min(least, float(differences.min(initial=np.inf)))
    return max(least, FINEST_STEP) if np.isfinite(least) else 0.0


def _shared_levels(side: Samples, peak: float, step: float) -> list[float]:
    """Levels below the largest sample at which several peaks are cut off: equal samples, three or more."""
    high = np.flatnonzero(side >= 0.5 * peak)
    flat = high[:-1][(np.diff(high) == 1) & (side[high[:-1]] == side[high[1:]])]
    ends = [first for first, stop in _runs(flat) if stop - first >= 2]  # n equal pairs: n + 1 equal samples
    counts: dict[float, int] = {}
    for first in ends:
        stop = first + 3
        while stop < side.size and side[stop] == side[first]:
            stop += 1
        if _falls(side, first, stop) > FALL[3] * step:
            counts[float(side[first])] = counts.get(float(side[first]), 0) + 1
    return [level for level, count in counts.items() if count >= LEAST_EQUAL]


def _flat_tops(side: Samples, at: Ints, step: float) -> list[tuple[int, int]]:
    """Return the stretches [first, stop) of indices that the signal leaves steeply."""
    tops = []
    for first, stop in _runs(at):
        least = FALL.get(min(stop - first, 3))
        if least is not None and _falls(side, first, stop) > least * step:
            tops.append((first, stop))
    return tops


def _falls(side: Samples, first: int, stop: int) -> float:
    """How far the signal falls beside a stretch: the greater of both sides; 0 if it rises on one."""
    if first == 0 or stop == side.size:
        return 0.0  # cut off by the file, not by a limit
    before, after = float(side[first] - side[first - 1]), float(side[stop - 1] - side[stop])
    return max(before, after) if min(before, after) > 0.0 else 0.0


def _runs(indices: Ints) -> list[tuple[int, int]]:
    """Group indices, ascending, into stretches [first, stop) without gaps."""
    if not indices.size:
        return []
    cuts = np.flatnonzero(np.diff(indices) > 1)
    firsts = indices[np.concatenate([[0], cuts + 1])]
    lasts = indices[np.concatenate([cuts, [indices.size - 1]])]
    return [(int(first), int(last) + 1) for first, last in zip(firsts, lasts, strict=True)]


def _spans(at: Ints, rate: int, start_time: float) -> tuple[tuple[float, float], ...]:
    return _joined([(start_time + a / rate, start_time + b / rate) for a, b in _runs(at)], GAP)


def _joined(spans: list[tuple[float, float]], gap: float) -> tuple[tuple[float, float], ...]:
    """Join spans, sorted by their start, that overlap or lie closer together than `gap`."""
    joined: list[tuple[float, float]] = []
    for first, last in spans:
        if joined and first - joined[-1][1] <= gap:
            joined[-1] = (joined[-1][0], max(joined[-1][1], last))
        else:
            joined.append((first, last))
    return tuple(joined)
