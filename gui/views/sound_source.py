"""The sound of one document as its panes need it: samples, peaks, spectrogram tiles, tracks, frames.

Everything is read and computed by quiet jobs; the panes paint what has arrived. What was scrolled away before
it was computed is not computed. Signals: `waveform_changed`, `spectrogram_changed`, `tracks_changed`,
`values_changed` (at the cursor), `model_changed`; `failed` (the exception: the sound can't be read).
"""

from __future__ import annotations

from functools import partial
from typing import Any

from PySide6.QtCore import QObject, Signal

from w2vpraat.acoustics.display_tracks import (
    FormantSource,
    PitchRange,
    WholeSound,
    adapting_range,
    formant_sources,
    set_range,
)
from w2vpraat.acoustics.spectrogram import SpectrogramTile
from w2vpraat.errors import W2VPraatError
from w2vpraat.models.catalogue import ModelRecord, find_model
from w2vpraat.models.frames import FrameClock
from w2vpraat.params import FormantParams

from ..document import Document
from ..jobs import Jobs
from .kept import Kept
from .sound_keys import ChunkKey, TileKey, chunk_keys, tile_keys
from .sound_settings import Ceiling, SoundSettings, fixed_ceiling
from .sound_work import (
    SLOW_SEEK,
    SoundFile,
    compute_chunks,
    compute_tiles,
    read_values,
    read_whole,
)
from .view_jobs import ViewJobs
from .waveform_data import WaveformData

TRACKS = ("formants", "f0", "intensity")
LONG = ("whole", "formant source", "range")
"""What takes long in long recordings; one after the other, so that a thread stays free for what is seen."""
KEPT_TILES, KEPT_CHUNKS, KEPT_SOURCES = 64, 96, 3
SOON_ADAPTED = 120.0
"""Seconds of sound whose f0 range is adapted before the eye would see another one."""


class SoundSource(QObject):
    """The sound of the document in the editor.

    Parameters
    ----------
    jobs : Jobs
        Runs the work.
    """

    waveform_changed = Signal()
    spectrogram_changed = Signal()
    tracks_changed = Signal()
    values_changed = Signal()
    model_changed = Signal()
    failed = Signal(object)

    def __init__(self, jobs: Jobs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._work = ViewJobs(jobs, self)
        self._work.failed.connect(self._on_failed)
        self.waveform = WaveformData(self._work, self)
        self.waveform.changed.connect(self.waveform_changed)
        self.messages: dict[str, W2VPraatError] = {}
        """Why a kind of content can't be shown, by kind (``spectrogram``, ``f0``, ``model``, ...)."""
        self.document: Document | None = None
        self.settings = SoundSettings()
        self.shown: frozenset[str] = frozenset({"spectrogram", "f0", "frames"})
        self.columns = 1000
        self._given_ceiling: Ceiling | None = None
        self._given_range: PitchRange | None = None
        self.tiles: Kept[TileKey, SpectrogramTile] = Kept(KEPT_TILES)
        self.chunks: Kept[ChunkKey, Any] = Kept(KEPT_CHUNKS)
        self._sources: Kept[Any, FormantSource] = Kept(KEPT_SOURCES)
        self.record: ModelRecord | None = None
        self._model_name: str | None = None
        self._forget()

    # What is wanted

    def set_document(self, document: Document | None) -> None:
        """Show another document, or nothing; work for the old one stops."""
        if document is self.document:
            return
        if self.document is not None:
            self.document.view.range_changed.disconnect(self._on_range_changed)
            self.document.view.selection_changed.disconnect(self._on_selection_changed)
        self._work.cancel()
        self._forget()
        self.document = document
        if document is not None:
            document.view.range_changed.connect(self._on_range_changed)
            document.view.selection_changed.connect(self._on_selection_changed)
        self._tell_all()
        self.request()

    def set_settings(self, settings: SoundSettings) -> None:
        """Take other settings; what they change is computed again."""
        if settings == self.settings:
            return
        if settings.channel != self.settings.channel:
            self._work.cancel()
            self.whole = None
            self._ranges.clear()
            self._sources.clear()
        if settings.pitch != self.settings.pitch:
            self._work.cancel("range")
        if settings.formants != self.settings.formants:
            self._work.cancel("formant source")
        self.settings = settings
        self._retry()

    def set_shown(self, shown: frozenset[str]) -> None:
        """Say what is drawn: some of ``spectrogram formants f0 intensity frames``."""
        if shown != self.shown:
            self.shown = shown
            self._tell_all()
            self.request()

    def set_columns(self, columns: int) -> None:
        """Say how many columns of pixels the axis has."""
        if columns != self.columns:
            self.columns = columns
            self.request()

    def set_ceiling(self, ceiling: Ceiling | None) -> None:
        """Take the ceiling of the voice that is heard; None: the fixed one of the settings."""
        if ceiling != self._given_ceiling:
            self._given_ceiling = ceiling
            self._work.cancel("formant source")
            self._retry()

    def set_pitch_range(self, limits: PitchRange | None) -> None:
        """Take the f0 range of the voice that is heard; None: adapted to the recording, as settings say."""
        if limits != self._given_range:
            self._given_range = limits
            self._retry()

    # What is there

    @property
    def file(self) -> SoundFile | None:
        """Where the samples are."""
        if self.document is None:
            return None
        info = self.document.info
        return SoundFile(
            info.path, info.rate, info.n_samples, self.document.start_time, info.container in SLOW_SEEK
        )

    @property
    def channels(self) -> tuple[str | int, ...]:
        """The channels that the waveform shows: one or two, of more their mean."""
        n = 1 if self.document is None else self.document.info.n_channels
        return (1, 2) if n == 2 else ("mean",)

    @property
    def is_too_long(self) -> bool:
        """Whether more is visible than is analysed."""
        longest = self.settings.editor.longest_analysis
        return self.document is not None and self.document.view.length > longest * (1.0 + 1e-9)

    @property
    def ceiling(self) -> Ceiling:
        """The formant ceiling in use."""
        return self._given_ceiling or fixed_ceiling(self.settings.formants)

    @property
    def pitch_range(self) -> PitchRange:
        """The range in which f0 is looked for; that of the settings until it has been adapted."""
        pitch = self.settings.pitch
        return self._given_range or self._ranges.get(pitch) or set_range(pitch)

    @property
    def formant_source(self) -> FormantSource | None:
        """The recording at the formant ceiling; None until it is there."""
        return self._sources.get((self.settings.formants, self.ceiling.hertz))

    @property
    def clock(self) -> FrameClock | None:
        """When the model of the settings has its frames."""
        return None if self.record is None else self.record.clock

    def visible_tile_keys(self) -> list[TileKey]:
        """Return the keys of the tiles of the visible stretch."""
        return [] if self.document is None else tile_keys(self.document, self.settings)

    def visible_tiles(self) -> list[SpectrogramTile]:
        """Return the tiles of the visible stretch that are there."""
        found = (self.tiles.get(key) for key in self.visible_tile_keys())
        return [tile for tile in found if tile is not None]

    def visible_chunks(self, kind: str) -> list[Any]:
        """Return the pieces of a track in the visible stretch that are there."""
        found = (self.chunks.get(key) for key in self._chunk_keys(kind))
        return [chunk for chunk in found if chunk is not None]

    def is_waiting(self, kind: str) -> bool:
        """Whether pieces of a visible track are missing and may still come."""
        return kind not in self.messages and any(key not in self.chunks for key in self._chunk_keys(kind))

    # Requests: each looks at what is wanted and what is there, and starts a job for the rest

    def request(self) -> None:
        """Start the jobs for what is wanted and not there."""
        if self.document is None:
            return
        self._request_waveform()
        self._request_model()
        self._request_tiles(not self.is_too_long and "spectrogram" in self.shown)
        tracks = self._wanted_tracks()
        self._request_sources(tracks)
        self._request_chunks(tracks)
        self._request_values(tracks)

    def _request_waveform(self) -> None:
        document, file = self.document, self.file
        assert document is not None
        assert file is not None
        self.waveform.request(document, file, self.channels, self.columns)

    def _request_model(self) -> None:
        name = self.settings.embed.model
        if "frames" in self.shown and name != self._model_name:
            self._work.start("model", name, lambda: iter([find_model(name)]), partial(self._on_model, name))

    def _request_tiles(self, wanted: bool) -> None:
        file, whole, document = self.file, self.whole, self.document
        assert file is not None
        assert document is not None
        missing: list[TileKey] = []
        if wanted:
            # Beside what is seen, one tile on each side, last of all.
            seen = set(self.visible_tile_keys())
            missing = [key for key in tile_keys(document, self.settings, 1) if key not in self.tiles]
            missing.sort(key=lambda key: key not in seen)
        if file.whole_only and whole is None and missing:
            self._request_whole()
            return
        self._work.start_missing("tiles", missing, lambda: compute_tiles(file, whole, missing), self._on_tile)

    def _request_sources(self, tracks: list[str]) -> None:
        whole, settings, hertz = self.whole, self.settings, self.ceiling.hertz
        if not tracks or any(self._work.now(kind) for kind in LONG):
            return
        if whole is None:
            self._request_whole()
        elif "formants" in tracks and self.formant_source is None and "formants" not in self.messages:
            self._work.start(
                "formant source",
                (settings.formants, hertz),
                lambda: formant_sources(whole, [hertz], settings.formants),
                partial(self._on_formant_source, settings.formants),
                then=self.request,
            )
        elif "f0" in tracks and self._is_adapting and "f0" not in self.messages:
            self._work.start(
                "range",
                settings.pitch,
                lambda: adapting_range(whole, settings.pitch),
                partial(self._on_range, settings.pitch),
                then=self.request,
            )

    @property
    def _is_adapting(self) -> bool:
        pitch = self.settings.pitch
        return self._given_range is None and pitch.two_pass and pitch not in self._ranges

    def _request_chunks(self, tracks: list[str]) -> None:
        whole, source = self.whole, self.formant_source
        for kind in TRACKS:
            # A job for each, so that one that fails does not keep the others.
            ready = whole is not None and kind in tracks and kind not in self.messages
            if kind == "formants":
                ready = ready and source is not None
            elif kind == "f0" and self._is_adapting:
                # Until it is adapted, long recordings are looked at in the range of the settings.
                ready = ready and self.document is not None and self.document.info.duration > SOON_ADAPTED
            missing = [key for key in self._chunk_keys(kind) if key not in self.chunks] if ready else []
            self._work.start_missing(
                kind, missing, partial(compute_chunks, whole, source, missing), self._on_chunk
            )

    def _request_values(self, tracks: list[str]) -> None:
        assert self.document is not None
        view, whole, settings = self.document.view, self.whole, self.settings
        start, end = view.selection_start, view.selection_end
        kinds = tuple(kind for kind in tracks if kind != "formants" and kind not in self.messages)
        if whole is None or not kinds or end - start > settings.editor.longest_analysis:
            self._work.cancel("values")
            self._take_values(None, {})
            return
        pitch = (settings.pitch, self.pitch_range) if "f0" in kinds else None
        loudness = (settings.intensity, settings.intensity_view) if "intensity" in kinds else None
        what = (start, end, pitch, loudness)
        if what == self._values_for:
            return
        self._take_values(None, {})
        self._work.start(
            "values",
            what,
            lambda: read_values(whole, start, end, pitch, loudness),
            partial(self._take_values, what),
        )

    def _request_whole(self) -> None:
        file, channel = self.file, self.settings.channel
        assert file is not None
        if self.whole is None:
            self._work.start(
                "whole", channel, lambda: read_whole(file, channel), self._on_whole, then=self.request
            )

    # Help

    def _wanted_tracks(self) -> list[str]:
        return [] if self.is_too_long else [kind for kind in TRACKS if kind in self.shown]

    def _chunk_keys(self, kind: str) -> list[ChunkKey]:
        settings = self.settings
        rule = {
            "formants": (settings.formants, self.ceiling.hertz),
            "f0": (settings.pitch, self.pitch_range),
            "intensity": settings.intensity,
        }[kind]
        return [] if self.document is None else chunk_keys(self.document, settings, kind, rule)

    def _forget(self) -> None:
        self.waveform.forget()
        self.whole: WholeSound | None = None
        self.values: dict[str, Any] = {}
        self._values_for: Any = None
        self._ranges: dict[Any, PitchRange] = {}
        for kept in (self.tiles, self.chunks, self._sources):
            kept.clear()
        self._forgive()

    def _forgive(self) -> None:
        """Forget what went wrong, so that it is tried again."""
        self._work.forgive()
        self.messages.clear()
        if self.record is None:
            self._model_name = None

    def _retry(self) -> None:
        self._forgive()
        self._tell_all()
        self.request()

    def _tell_all(self) -> None:
        self.waveform_changed.emit()
        self.spectrogram_changed.emit()
        self.tracks_changed.emit()
        self.values_changed.emit()
        self.model_changed.emit()

    # Slots

    def _on_range_changed(self, start: float, end: float) -> None:
        self.request()

    def _on_selection_changed(self) -> None:
        self._request_values(self._wanted_tracks())

    def _on_tile(self, found: tuple[TileKey, SpectrogramTile]) -> None:
        key, tile = found
        self.tiles.put(key, tile)
        self.spectrogram_changed.emit()

    def _on_chunk(self, found: tuple[ChunkKey, Any]) -> None:
        key, chunk = found
        self.chunks.put(key, chunk)
        self.tracks_changed.emit()

    def _on_whole(self, whole: WholeSound) -> None:
        self.whole = whole
        self.request()

    def _on_formant_source(self, params: FormantParams, source: FormantSource) -> None:
        self._sources.put((params, source.ceiling), source)
        self.request()

    def _on_range(self, pitch: Any, limits: PitchRange) -> None:
        self._ranges[pitch] = limits
        self.tracks_changed.emit()
        self.request()

    def _on_model(self, name: str, record: ModelRecord) -> None:
        self._model_name, self.record = name, record
        self.model_changed.emit()

    def _take_values(self, what: Any, values: dict[str, Any]) -> None:
        self._values_for, self.values = what, values
        self.values_changed.emit()

    def _on_failed(self, kind: str, error: BaseException) -> None:
        known = isinstance(error, W2VPraatError)
        about = {"formant source": "formants", "range": "f0", "samples": "waveform"}.get(kind, kind)
        self.messages[about] = error if known else W2VPraatError(f"{type(error).__name__}: {error}")
        if kind == "tiles":
            self.messages["spectrogram"] = self.messages.pop("tiles")
        elif kind == "model":
            self._model_name, self.record = self.settings.embed.model, None
        elif kind == "whole":
            # Nothing of what is computed from it can come.
            self.messages.update(dict.fromkeys(TRACKS, self.messages["whole"]))
        if kind == "waveform" or not known:
            self.failed.emit(error)
        self._tell_all()
