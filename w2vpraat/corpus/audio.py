"""Sound files: read whole or in part, choose the channel, resample, in float32.

Sample i of an `Audio` stands for the time ``start_time + (i + 0.5) / rate``, as in Praat: ``start_time`` is
the left edge of the first sample, so a file of n samples lasts exactly ``n / rate`` seconds. The resampler
puts its first sample on the file's first sample and not half a step after the left edge; that difference
(0.02 ms from 44.1 to 16 kHz) is left alone.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from os import PathLike
from pathlib import Path

import numpy as np
import soxr
from numpy.typing import NDArray

from w2vpraat.corpus.decode import AudioInfo, Samples, mono_chunks, open_sound, sound_info
from w2vpraat.errors import AudioError

__all__ = ["Audio", "AudioInfo", "audio_blocks", "audio_info", "file_hash", "read_audio", "resample"]

_MARGIN = 512  # samples (at the lower rate) around a resampled stretch; the filter reaches 125


@dataclass(frozen=True, eq=False)
class Audio:
    """A stretch of mono sound.

    Parameters
    ----------
    samples : ndarray, shape (n,)
        float32, full scale is 1. Read-only; libraries that insist on writable memory need a copy.
    rate : int
        Samples per second.
    start_time : float
        Time of the left edge of the first sample, in seconds; sample i is at
        ``start_time + (i + 0.5) / rate``.
    clipped : int
        Samples at digital full scale in the file's own samples that this stretch was made from, counted
        before mixing and resampling; for a mix of channels, over all of them.

    Raises
    ------
    AudioError
        If the samples are not one-dimensional or the rate is not positive.
    """

    samples: Samples = field(repr=False)
    rate: int
    start_time: float = 0.0
    clipped: int = 0

    def __post_init__(self) -> None:
        samples = np.ascontiguousarray(self.samples, dtype=np.float32).view()
        if np.ndim(self.samples) != 1:
            raise AudioError(f"samples of shape {np.shape(self.samples)} are not mono", "choose one channel")
        if self.rate <= 0:
            raise AudioError(f"a sampling rate of {self.rate} Hz is not possible")
        samples.setflags(write=False)
        object.__setattr__(self, "samples", samples)

    @property
    def n_samples(self) -> int:
        """Number of samples."""
        return int(self.samples.size)

    @property
    def duration(self) -> float:
        """Seconds from the left edge of the first to the right edge of the last sample."""
        return self.n_samples / self.rate

    @property
    def end_time(self) -> float:
        """Time of the right edge of the last sample, in seconds."""
        return self.start_time + self.duration

    def times(self) -> NDArray[np.float64]:
        """Return the times of the sample centres in seconds, shape (n,)."""
        return self.start_time + (np.arange(self.n_samples) + 0.5) / self.rate

    def part(self, start: float, end: float) -> Audio:
        """Return the samples whose centres lie in [start, end), as far as there are any (no copy).

        Raises
        ------
        AudioError
            If no sample lies there.
        """
        first, stop = _stretch(start, end, self.start_time, self.rate, self.n_samples)
        if stop <= first:
            raise AudioError(
                f"no sample between {start:.6g} and {end:.6g} s",
                f"the sound lasts from {self.start_time:.6g} to {self.end_time:.6g} s",
            )
        return Audio(self.samples[first:stop], self.rate, self.start_time + first / self.rate)


def audio_info(path: str | PathLike[str], *, start_time: float = 0.0) -> AudioInfo:
    """Read the header of a sound file.

    Parameters
    ----------
    path : path
        WAV, FLAC, Ogg, MP3, AIFF or anything else that libsndfile reads.
    start_time : float
        Time of the first sample's left edge, in seconds.

    Raises
    ------
    AudioError
        If the file is missing, empty, no audio, or holds no sample.
    """
    with open_sound(path) as sound:
        return sound_info(sound, Path(path), start_time)


def read_audio(
    path: str | PathLike[str],
    *,
    rate: int | None = None,
    channel: str | int = "mean",
    start: float | None = None,
    end: float | None = None,
    start_time: float = 0.0,
) -> Audio:
    """Read a sound file, or the stretch from `start` to `end`.

    Only the stretch is kept in memory. It holds the same samples as the same stretch cut from the whole file,
    also after resampling (to about 1e-6): enough of the neighbourhood is read for the filter, in phase with
    the whole.

    Parameters
    ----------
    path : path
        The file.
    rate : int, optional
        Wanted sampling rate in Hz (soxr, quality VHQ); default: the file's own.
    channel : str or int
        ``"mean"`` of all channels, or the number of one, counted from 1.
    start, end : float, optional
        Stretch in seconds, on the same clock as `start_time`: samples whose centres lie in [start, end). What
        reaches beyond the file is left out; the result's `start_time` and `end_time` tell.
    start_time : float
        Time of the left edge of the file's first sample, in seconds.

    Returns
    -------
    Audio
        Mono, float32.

    Raises
    ------
    AudioError
        If the file is missing, empty, broken, no audio, ends before its header says, holds values that are
        not numbers, has no such channel, or has no sample in the stretch.
    """
    with open_sound(path) as sound:
        info = sound_info(sound, Path(path), start_time)
        target = _checked_rate(rate, info)
        total = _n_resampled(info.n_samples, info.rate, target)
        first, stop = _stretch(start, end, start_time, target, total)
        if stop <= first:
            raise AudioError(
                f"no sample between {start_time if start is None else start:.6g} and"
                f" {info.end_time if end is None else end:.6g} s",
                f"the file lasts from {start_time:.6g} to {info.end_time:.6g} s",
                file=path,
            )
        step, native_step = _phase_grid(info.rate, target)
        margin = 0 if target == info.rate else _MARGIN * max(1, math.ceil(info.rate / target))
        begin = first * info.rate // target - margin
        begin = max(0, begin // native_step * native_step)
        until = min(info.n_samples, -(-stop * info.rate // target) + margin)
        samples: Samples = np.empty(until - begin, dtype=np.float32)
        clipped = filled = 0
        for chunk, n_clipped in mono_chunks(sound, info, channel, begin, until):
            samples[filled : filled + chunk.size] = chunk
            filled += chunk.size
            clipped += n_clipped
    if target != info.rate:
        samples = soxr.resample(samples, info.rate, target, quality="VHQ")
    skipped = begin // native_step * step
    samples = samples[first - skipped : stop - skipped]
    return Audio(samples, target, start_time + first / target, clipped)


def audio_blocks(
    path: str | PathLike[str],
    *,
    seconds: float,
    overlap: float = 0.0,
    rate: int | None = None,
    channel: str | int = "mean",
    start_time: float = 0.0,
) -> Iterator[Audio]:
    """Read a sound file block by block, in memory that does not grow with the file.

    Without overlap the blocks, one after the other, are the samples of `read_audio`: one resampler runs
    through.

    Parameters
    ----------
    path : path
        The file.
    seconds : float
        Length of a block; the last one may be shorter.
    overlap : float
        Seconds that each block shares with the one before; less than `seconds`.
    rate, channel, start_time
        As in `read_audio`.

    Yields
    ------
    Audio
        Mono, float32, with its own `start_time`. `clipped` counts what was decoded for this block.

    Raises
    ------
    AudioError
        As `read_audio`; and for a block without samples or an overlap that leaves no progress.
    """
    with open_sound(path) as sound:
        info = sound_info(sound, Path(path), start_time)
        target = _checked_rate(rate, info)
        length, shared = round(seconds * target), round(overlap * target)
        if length < 1 or not 0 <= shared < length:
            raise AudioError(
                f"blocks of {seconds:.6g} s with {overlap:.6g} s of overlap are not possible",
                "the overlap must be shorter than the block",
                file=path,
            )
        stream = None if target == info.rate else soxr.ResampleStream(info.rate, target, 1, "float32", "VHQ")
        held: Samples = np.empty(0, np.float32)
        first = clipped = 0
        read, fresh = 0, 0  # native samples read; samples held that no block has shown yet
        for chunk, n_clipped in mono_chunks(sound, info, channel, 0, info.n_samples):
            read += chunk.size
            clipped += n_clipped
            if stream is not None:
                chunk = stream.resample_chunk(chunk, last=read == info.n_samples)
            held = np.concatenate([held, chunk])
            fresh += chunk.size
            while held.size >= length:
                yield Audio(held[:length].copy(), target, start_time + first / target, clipped)
                held, first, clipped = held[length - shared :], first + length - shared, 0
                fresh = held.size - shared
        if fresh > 0:
            yield Audio(held, target, start_time + first / target, clipped)


def resample(audio: Audio, rate: int) -> Audio:
    """Return the same sound at another rate in Hz (soxr, quality VHQ)."""
    if rate == audio.rate:
        return audio
    if rate <= 0:
        raise AudioError(f"a sampling rate of {rate} Hz is not possible")
    samples = soxr.resample(audio.samples, audio.rate, rate, quality="VHQ")
    return Audio(samples, rate, audio.start_time, audio.clipped)


def file_hash(path: str | PathLike[str]) -> str:
    """Return the SHA-256 of a file's bytes, as 64 hexadecimal digits.

    Raises
    ------
    AudioError
        If the file can't be read.
    """
    digest = hashlib.sha256()
    try:
        with Path(path).open("rb") as stream:
            while block := stream.read(1 << 20):
                digest.update(block)
    except OSError as error:
        raise AudioError(
            f"can't be read ({error.strerror})", "check the path and its permissions", file=path
        ) from error
    return digest.hexdigest()


def _checked_rate(rate: int | None, info: AudioInfo) -> int:
    if rate is not None and rate <= 0:
        raise AudioError(f"can't be resampled to {rate} Hz", "the rate must be positive", file=info.path)
    return info.rate if rate is None else int(rate)


def _stretch(
    start: float | None, end: float | None, start_time: float, rate: int, total: int
) -> tuple[int, int]:
    """Index range of the samples whose centres lie in [start, end), within 0 ... total."""
    first = 0 if start is None else min(max(_index(start - start_time, rate), 0), total)
    stop = total if end is None else min(max(_index(end - start_time, rate), 0), total)
    return first, stop


def _index(time: float, rate: int) -> int:
    # A millionth of a sample forgives times that decimals can't hold exactly.
    return math.ceil(time * rate - 0.5 - 1e-6)


def _n_resampled(n_samples: int, rate: int, target: int) -> int:
    return n_samples if rate == target else (2 * n_samples * target + rate) // (2 * rate)


def _phase_grid(rate: int, target: int) -> tuple[int, int]:
    """Output and input samples of the shortest stretch after which both clocks meet again."""
    common = math.gcd(rate, target)
    return target // common, rate // common
