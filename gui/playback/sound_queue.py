"""Sound that waits to be heard, and which time of the recording each moment of it is."""

from __future__ import annotations

from bisect import bisect_right
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from w2vpraat.acoustics.lengthen import lengthening
from w2vpraat.corpus.audio import Audio, read_audio
from w2vpraat.errors import AudioError
from w2vpraat.params import PlaybackParams

Samples = NDArray[np.float32]

PIECE = 5.0
"""Seconds that are read at once, so that an hour starts to play as fast as a second."""


class SoundQueue:
    """Parts of sound in the order in which they are played.

    Parameters
    ----------
    rate : int
        Samples per second of everything that is put in.
    """

    def __init__(self, rate: int) -> None:
        self.rate = rate
        self._parts: deque[Samples] = deque()
        self._put = 0
        self._starts: list[tuple[float, float, float]] = []  # played second, time there, time per second
        self.complete = False

    @property
    def seconds(self) -> float:
        """Seconds that were put in."""
        return self._put / self.rate

    @property
    def is_empty(self) -> bool:
        """Whether nothing waits."""
        return not self._parts

    def put(self, samples: Samples, start: float, end: float) -> None:
        """Add a part that stands for a stretch of the recording; slow sound stands for a shorter one."""
        if samples.size:
            speed = (end - start) * self.rate / samples.size
            self._starts.append((self.seconds, start, speed))
            self._parts.append(np.ascontiguousarray(samples, dtype=np.float32))
            self._put += samples.size

    def next(self) -> Samples:
        """Return the samples that come next, without taking them."""
        return self._parts[0]

    def take(self, count: int) -> None:
        """Take samples that were handed over."""
        first = self._parts.popleft()
        if count < first.size:
            self._parts.appendleft(first[count:])

    def time_at(self, second: float) -> float | None:
        """Return the time of the recording that is heard after some seconds of playing."""
        if not self._starts:
            return None
        index = max(bisect_right(self._starts, (second, float("inf"), 0.0)) - 1, 0)
        played, time, speed = self._starts[index]
        ends = self._starts[index + 1][0] if index + 1 < len(self._starts) else self.seconds
        return time + (min(max(second, played), ends) - played) * speed


def reading_sound(
    path: Path,
    start: float,
    end: float,
    rate: int,
    *,
    channel: str = "mean",
    start_time: float = 0.0,
    slow: PlaybackParams | None = None,
) -> Iterator[tuple[Samples, float, float]]:
    """Read a stretch in pieces that can be played as they come.

    Parameters
    ----------
    path : Path
        The sound file.
    start, end : float
        The stretch in seconds.
    rate : int
        Wanted samples per second.
    channel : str
        As in ``ReadParams``.
    start_time : float
        Time of the first sample.
    slow : PlaybackParams, optional
        Play it `slow_factor` times as long with the same pitch.

    Yields
    ------
    (samples, start, end)
        float32, and the stretch of the recording that they stand for.

    Raises
    ------
    AudioError
        If the file can't be read, or the stretch holds no sample.
    """
    which: Any = int(channel) if channel.isdecimal() else channel
    at = start
    while at < end:
        until = min(at + PIECE, end)
        if end - until < 0.25 * PIECE:
            until = end
        try:
            audio = read_audio(path, rate=rate, channel=which, start=at, end=until, start_time=start_time)
        except AudioError:
            if at > start:
                return  # the TextGrid reaches beyond the sound
            raise
        if slow is None:
            yield audio.samples, audio.start_time, audio.end_time
        else:
            yield from _slowed(audio, slow)
        at = until


def _slowed(audio: Audio, params: PlaybackParams) -> Iterator[tuple[Samples, float, float]]:
    done = 0
    for part in lengthening(audio, None, params):
        start = audio.start_time + done / params.slow_factor / audio.rate
        done += part.n_samples
        end = min(audio.start_time + done / params.slow_factor / audio.rate, audio.end_time)
        yield part.samples, start, max(end, start)
