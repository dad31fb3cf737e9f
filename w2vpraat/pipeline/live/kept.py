"""What is kept between edits: sounds and their analyses, frames, models, and former values."""

from __future__ import annotations

import os
import threading
from collections import OrderedDict
from collections.abc import Hashable, Sequence
from dataclasses import replace
from functools import cached_property
from os import PathLike
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from w2vpraat.corpus.audio import audio_info, read_audio
from w2vpraat.corpus.discover import Recording
from w2vpraat.params import EmbedParams
from w2vpraat.session.settings import Settings
from w2vpraat.session.store import DiskFrameStore

if TYPE_CHECKING:
    from w2vpraat.acoustics.analyses import Analyses
    from w2vpraat.models.encoder import Encoder
    from w2vpraat.models.jobs import FrameKey

States = NDArray[np.float32]

SOUNDS_KEPT = 3
"""Recordings whose samples and analyses stay in memory."""
RESAMPLED_BYTES = 120_000_000
"""Memory for the resampled sounds of one of them."""
FRAME_BYTES = 400_000_000
"""Memory for frames of models."""
VALUES_KEPT = 20_000
"""Tokens whose former values are kept for undo."""


class KeptFrames:
    """Frames in memory, before those on the disk; implements `w2vpraat.models.jobs.FrameStore`.

    Parameters
    ----------
    on_disk : DiskFrameStore
        Where hashes of sound files come from, and frames too if the settings say so.
    use_disk : bool
        Whether frames are looked up and kept there.
    limit : int
        Bytes of frames in memory.
    """

    def __init__(self, on_disk: DiskFrameStore, *, use_disk: bool, limit: int = FRAME_BYTES) -> None:
        self._disk, self._use_disk, self._limit = on_disk, use_disk, limit
        self._kept: OrderedDict[FrameKey, States] = OrderedDict()
        self._size = 0

    def audio_hash(self, path: str | PathLike[str]) -> str:
        """Return the hash of a sound file, remembered as long as its size and time stay."""
        return self._disk.audio_hash(path)

    def load(self, key: FrameKey) -> States | None:
        """Return the frames of a key, or None."""
        states = self._kept.get(key)
        if states is not None:
            self._kept.move_to_end(key)
            return states
        states = self._disk.load(key) if self._use_disk else None
        if states is not None:
            self._keep(key, states)
        return states

    def save(self, key: FrameKey, states: States) -> None:
        """Keep the frames of a key."""
        self._keep(key, states)
        if self._use_disk:
            self._disk.save(key, states)

    def _keep(self, key: FrameKey, states: States) -> None:
        if key not in self._kept and states.nbytes <= self._limit:
            self._kept[key] = states
            self._size += states.nbytes
            while self._size > self._limit:
                self._size -= self._kept.popitem(last=False)[1].nbytes


class Former:
    """Values that tokens had, found again by what decided them; the least recently used go first."""

    def __init__(self, limit: int = VALUES_KEPT) -> None:
        self._limit = limit
        self._values: OrderedDict[Hashable, Any] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable) -> Any:
        """Return what was kept, or None."""
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
            return self._values.get(key)

    def put(self, key: Hashable, values: Any) -> None:
        """Keep values; the first that were known of a key stay, so that undo brings back the very same."""
        with self._lock:
            self._values.setdefault(key, values)
            self._values.move_to_end(key)
            if len(self._values) > self._limit:
                self._values.popitem(last=False)


class Kept:
    """Everything that outlives an edit and is no value: one for all snapshots of a `LiveResults`.

    Parameters
    ----------
    settings : Settings
        Of the run.
    model_sources : dict
        Name of a model to what loads it; the run's own is known.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.former = Former()
        self.model_sources: dict[str, str] = {}
        # Praat objects and models serve one thread at a time.
        self.lock = threading.RLock()
        self._sounds: OrderedDict[tuple[Any, ...], Analyses] = OrderedDict()
        self._encoders: dict[str, Encoder] = {}
        self._durations: dict[str, tuple[tuple[int, int], float]] = {}

    @cached_property
    def frames(self) -> KeptFrames:
        """Frames of models."""
        return KeptFrames(DiskFrameStore(), use_disk=self.settings.embed.cache)

    @cached_property
    def _apart(self) -> Any:
        from w2vpraat.acoustics.apart import Apart

        return Apart()

    def duration(self, recording: Recording) -> float:
        """Return the length of a sound file in seconds, as its header says.

        Raises
        ------
        AudioError
            If it is not there (any more), or is no sound file.
        """
        state = _file_state(recording.audio_path)
        known = self._durations.get(recording.name)
        if known is None or state is None or known[0] != state:
            duration = audio_info(recording.audio_path).duration
            if state is None:
                return duration
            known = self._durations[recording.name] = (state, duration)
        return known[1]

    def analyses(self, recording: Recording, start_time: float) -> Analyses:
        """Return a recording as it is analysed as a whole; call with the lock.

        Raises
        ------
        AudioError
            If it can't be read.
        """
        from w2vpraat.acoustics.analyses import Analyses

        path, channel = recording.audio_path, self.settings.read.channel
        key = (str(path), _file_state(path), channel, start_time)
        found = self._sounds.get(key) if key[1] is not None else None
        if found is None:
            audio = read_audio(path, channel=channel, start_time=start_time)
            groups = (self.settings.formants, self.settings.pitch, self.settings.intensity)
            found = Analyses(
                audio,
                *groups,
                keep_bytes=RESAMPLED_BYTES,
                track=self._apart.track_pitch,
                make_intensity=self._apart.whole_intensity,
            )
        self._sounds[key] = found
        self._sounds.move_to_end(key)
        while len(self._sounds) > SOUNDS_KEPT:
            self._sounds.popitem(last=False)
        return found

    def encoder(self, model: str) -> Encoder:
        """Return a model, its weights not loaded before they are needed; call with the lock.

        Raises
        ------
        ModelError
            If it is not there any more.
        """
        from w2vpraat.models.encoder import load_encoder

        if model not in self._encoders:
            source = self.model_sources.get(model, model)
            self._encoders[model] = load_encoder(source, self.settings.embed, lazy=True)
        return self._encoders[model]

    def embed_params(self, layers: Sequence[int], pooling: str) -> EmbedParams:
        """Return the run's rules for other layers and another pooling; frames are always kept in memory."""
        return replace(self.settings.embed, layers=tuple(layers), pooling=pooling, cache=True)

    def close(self) -> None:
        """End the process that analyses long recordings."""
        if "_apart" in self.__dict__:
            self._apart.close()


def _file_state(path: str | PathLike[str]) -> tuple[int, int] | None:
    """Size and time of a file; None if it is not there."""
    try:
        stat = os.stat(path)
    except OSError:
        return None
    return stat.st_size, stat.st_mtime_ns
