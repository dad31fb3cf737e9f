"""Decoding through libsndfile: what a sound file says about itself, and its samples in exact pieces."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any, cast

import numpy as np
import soundfile
from numpy.typing import NDArray

from w2vpraat.errors import AudioError

Samples = NDArray[np.float32]

_CHUNK = 1 << 18  # frames decoded at once
# libsndfile 1.2 seeks to wrong samples in Ogg Vorbis and MP3, so those are decoded from the start.
_INEXACT_SEEK = frozenset({"OGG", "MP3"})
_BITS = {"PCM_S8": 8, "PCM_U8": 8, "PCM_16": 16, "PCM_24": 24, "PCM_32": 32, "ALAC_16": 16, "ALAC_24": 24}
_CONVERT = "open it in the program that made it and save it as WAV or FLAC"


@dataclass(frozen=True)
class AudioInfo:
    """What a sound file says about itself.

    Parameters
    ----------
    path : Path
        The file.
    rate : int
        Samples per second.
    n_samples : int
        Samples per channel.
    n_channels : int
        Number of channels.
    start_time : float
        Time of the left edge of the first sample, in seconds.
    container, encoding : str
        Names of libsndfile, for example ``"WAV"`` and ``"PCM_16"``.
    """

    path: Path
    rate: int
    n_samples: int
    n_channels: int
    start_time: float = 0.0
    container: str = ""
    encoding: str = ""

    @property
    def duration(self) -> float:
        """Seconds from the left edge of the first to the right edge of the last sample."""
        return self.n_samples / self.rate

    @property
    def end_time(self) -> float:
        """Time of the right edge of the last sample, in seconds."""
        return self.start_time + self.duration


def open_sound(path: str | PathLike[str]) -> Any:
    """Open a sound file, or say why not. The caller closes it (``with``)."""
    file = Path(path)
    try:
        size = file.stat().st_size
        file.open("rb").close()
    except OSError as error:
        reason = "does not exist" if isinstance(error, FileNotFoundError) else f"can't be read ({error})"
        raise AudioError(reason, "check the path and its permissions", file=path) from error
    if size == 0:
        raise AudioError("is an empty file", "copy it again from the original", file=path)
    try:
        return soundfile.SoundFile(str(file))
    except (soundfile.SoundFileError, RuntimeError, TypeError) as error:  # TypeError: headerless .raw
        raise AudioError("is not a sound file of a known kind", _CONVERT, file=path) from error


def sound_info(sound: Any, path: Path, start_time: float) -> AudioInfo:
    """Describe an open file; a file without samples is an error."""
    if sound.frames <= 0:
        raise AudioError("holds no samples", "record or export it again", file=path)
    return AudioInfo(
        path,
        int(sound.samplerate),
        int(sound.frames),
        int(sound.channels),
        start_time,
        str(sound.format),
        str(sound.subtype),
    )


def mono_chunks(
    sound: Any, info: AudioInfo, channel: str | int, begin: int, until: int
) -> Iterator[tuple[Samples, int]]:
    """Yield mono samples [begin, until) in pieces, each with its number of clipped samples."""
    column = _column(channel, info)
    bits = _BITS.get(info.encoding)
    full = 1.0 if bits is None else 1.0 - 2.0 ** (1 - bits)
    place = 0
    if begin and info.container not in _INEXACT_SEEK:
        place = sound.seek(begin)
    while place < until:
        try:
            frames = cast(Samples, sound.read(min(_CHUNK, until - place), dtype="float32", always_2d=True))
        except (soundfile.SoundFileError, RuntimeError) as error:
            raise AudioError(
                "is broken here and can't be decoded",
                "copy it again from the original",
                file=info.path,
                time=info.start_time + place / info.rate,
            ) from error
        if not len(frames):
            raise AudioError(
                f"ends early: its header announces {info.duration:.6g} s",
                "the copy is incomplete: copy it again, or save it anew as WAV",
                file=info.path,
                time=info.start_time + place / info.rate,
            )
        kept = frames[max(0, begin - place) :]
        place += len(frames)
        if not len(kept):
            continue
        chosen = kept if column is None else kept[:, column : column + 1]
        if not np.isfinite(chosen).all():
            raise AudioError(
                "holds values that are not numbers (NaN or infinite)",
                "export it again, as 16-bit or 24-bit WAV",
                file=info.path,
                time=info.start_time + (place - len(kept)) / info.rate,
            )
        clipped = int(np.count_nonzero((chosen >= full) | (chosen <= -1.0)))
        mono = chosen[:, 0] if chosen.shape[1] == 1 else chosen.mean(axis=1, dtype=np.float32)
        yield np.ascontiguousarray(mono), clipped


def _column(channel: str | int, info: AudioInfo) -> int | None:
    if channel == "mean":
        return None
    try:
        number = int(channel)
    except ValueError:
        number = 0
    if not 1 <= number <= info.n_channels:
        known = "1" if info.n_channels == 1 else f"1 to {info.n_channels}"
        raise AudioError(f"has no channel {channel!r}", f'choose "mean" or a number: {known}', file=info.path)
    return number - 1
