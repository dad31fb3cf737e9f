"""What the threads of `SoundSource` do: iterators that read and analyse in short steps.

Nothing here knows Qt. Each step takes some tens of milliseconds at most, since Praat holds the interpreter
while it works; between two steps a job can be stopped.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from w2vpraat.acoustics.display_tracks import (
    FormantSource,
    FormantTracks,
    IntensityTrack,
    PitchRange,
    PitchTrack,
    WholeSound,
    formant_tracks,
    intensity_track,
    pitch_track,
    whole_sound,
)
from w2vpraat.acoustics.readings import read_intensity, read_pitch
from w2vpraat.acoustics.spectrogram import spectrogram_tile, tile_margin
from w2vpraat.corpus.audio import Audio, audio_blocks, read_audio
from w2vpraat.corpus.peaks import READ, building_peaks, peaks_of
from w2vpraat.events import Progress
from w2vpraat.params import IntensityParams, IntensityViewParams, PitchParams

from .sound_keys import ChunkKey, TileKey

SLOW_SEEK = frozenset({"OGG", "MP3"})
"""Containers that are decoded from their start for every stretch: these are read once, as a whole."""

Track = FormantTracks | PitchTrack | IntensityTrack


@dataclass(frozen=True)
class SoundFile:
    """Where the samples of a document are.

    Parameters
    ----------
    path : Path
        The file.
    rate, n_samples : int
        As in its header.
    start_time : float
        Time of the left edge of the first sample in seconds.
    whole_only : bool
        Read it as a whole, since it can't be entered in the middle.
    """

    path: Path
    rate: int
    n_samples: int
    start_time: float
    whole_only: bool = False

    @property
    def end_time(self) -> float:
        """Time of the right edge of the last sample in seconds."""
        return self.start_time + self.n_samples / self.rate

    def stretch(self, start: float, end: float, channel: str | int) -> Audio:
        """Read a stretch, as far as the file has it (at least one sample)."""
        edge = 1.0 / self.rate
        start = min(max(start, self.start_time), self.end_time - edge)
        end = min(max(end, start + 1.5 * edge), self.end_time)
        return read_audio(self.path, channel=channel, start=start, end=end, start_time=self.start_time)


def read_peaks(file: SoundFile, channels: Sequence[str | int]) -> Iterator[Any]:
    """Yield ``(number of the channel, Peaks, samples or None)`` for each channel, and progress."""
    for number, channel in enumerate(channels):
        if file.whole_only:
            audio = read_audio(file.path, channel=channel, start_time=file.start_time)
            yield number, peaks_of(audio), audio
            continue
        for event in building_peaks(file.path, channel=channel, start_time=file.start_time):
            yield event if isinstance(event, Progress) else (number, event, None)


def read_stretches(
    file: SoundFile, channels: Sequence[str | int], start: float, end: float
) -> Iterator[tuple[Audio, ...]]:
    """Yield the samples of a stretch, one `Audio` per channel."""
    yield tuple(file.stretch(start, end, channel) for channel in channels)


def read_whole(file: SoundFile, channel: str) -> Iterator[Progress | WholeSound]:
    """Read the whole file into memory, block by block; yield progress, then the sound."""
    samples = np.empty(file.n_samples, dtype=np.float32)
    filled, total = 0, -(-file.n_samples // READ)
    for done, block in enumerate(audio_blocks(file.path, seconds=READ / file.rate, channel=channel), 1):
        samples[filled : filled + block.n_samples] = block.samples
        filled += block.n_samples
        yield Progress("sound", done, total, file.path.name)
    yield whole_sound(Audio(samples[:filled], file.rate, file.start_time))


def compute_tiles(
    file: SoundFile, whole: WholeSound | None, keys: Sequence[TileKey]
) -> Iterator[tuple[TileKey, Any]]:
    """Yield ``(key, SpectrogramTile)`` in the given order."""
    for key in keys:
        if whole is not None:
            samples, start = whole.samples, whole.start_time
        else:
            margin = tile_margin(key.params)
            audio = file.stretch(key.start - margin, key.end + margin, key.channel)
            samples, start = audio.samples, audio.start_time
        yield (
            key,
            spectrogram_tile(
                samples,
                file.rate,
                start,
                key.start,
                key.end,
                key.params,
                step=key.step,
                origin=file.start_time,
            ),
        )


def compute_chunks(
    whole: WholeSound, source: FormantSource | None, keys: Sequence[ChunkKey]
) -> Iterator[tuple[ChunkKey, Track]]:
    """Yield ``(key, track)`` in the given order."""
    for key in keys:
        start, end = key.span(whole.start_time)
        end = min(end, whole.end_time)
        if key.kind == "formants":
            assert source is not None
            yield key, formant_tracks(source, start, end)
        elif key.kind == "f0":
            params, limits = key.rule
            yield key, pitch_track(whole, start, end, limits, params)
        else:
            yield key, intensity_track(whole, start, end, key.rule)


def read_values(
    whole: WholeSound,
    start: float,
    end: float,
    pitch: tuple[PitchParams, PitchRange] | None,
    intensity: tuple[IntensityParams, IntensityViewParams] | None,
) -> Iterator[dict[str, Any]]:
    """Yield a `Reading` at the cursor, or the mean over the selection, of f0 and intensity."""
    found: dict[str, Any] = {}
    if pitch is not None:
        found["f0"] = read_pitch(whole, start, end, limits=pitch[1], params=pitch[0])
    if intensity is not None:
        found["intensity"] = read_intensity(whole, start, end, params=intensity[0], view=intensity[1])
    yield found
