"""The sound of a document as the query commands need it, read once; and what their answers depend on."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from w2vpraat.acoustics.display_tracks import (
    FormantSource,
    PitchRange,
    WholeSound,
    formant_sources,
    set_range,
    whole_sound,
)
from w2vpraat.corpus.audio import read_audio
from w2vpraat.params import (
    FormantParams,
    IntensityParams,
    IntensityViewParams,
    PitchParams,
    SpectrogramParams,
)

from ..document import Document
from ..state import AppState
from ..view_settings import setting

_KEPT = 3  # resampled recordings, one per ceiling


@dataclass(frozen=True)
class Question:
    """Where and how something is asked: everything that decides the answer.

    Parameters
    ----------
    start, end : float
        The selection in seconds.
    frequency : float or None
        Of the cross in the spectrogram, in Hz.
    ceiling : float
        Formant ceiling in Hz.
    limits : PitchRange
        Range of f0.
    step : float
        Seconds between frames of the visible spectrogram; 0: the shortest.
    channel : str
        Of the sound.
    formants, pitch, intensity, ... : parameter groups
        Settings.
    """

    start: float
    end: float
    frequency: float | None
    ceiling: float
    limits: PitchRange
    step: float
    channel: str
    formants: FormantParams
    pitch: PitchParams
    intensity: IntensityParams
    intensity_view: IntensityViewParams
    spectrogram: SpectrogramParams


@dataclass(eq=False)
class QuerySound:
    """One recording. Its methods may be called on any thread; each thing is read or made once.

    Parameters
    ----------
    path : Path
        The sound file.
    channel : str
        As in the settings of reading.
    start_time : float
        Of the first sample, in seconds.
    """

    path: Path
    channel: str
    start_time: float
    known: WholeSound | None = None
    _sources: dict[Any, FormantSource] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def whole(self) -> WholeSound:
        """Return the whole recording.

        Raises
        ------
        AudioError
            If it can't be read.
        """
        with self._lock:
            if self.known is None:
                audio = read_audio(self.path, channel=self.channel, start_time=self.start_time)
                self.known = whole_sound(audio)
            return self.known

    def formants(self, question: Question) -> FormantSource:
        """Return the recording resampled for the ceiling of a question."""
        sound = self.whole()
        key = (question.formants, question.ceiling)
        with self._lock:
            if key not in self._sources:
                while len(self._sources) >= _KEPT:
                    del self._sources[next(iter(self._sources))]
                self._sources[key] = next(formant_sources(sound, [question.ceiling], question.formants))
            return self._sources[key]


def question_at_selection(state: AppState, document: Document, source: Any = None) -> Question:
    """Return the question about what is selected now.

    Parameters
    ----------
    state : AppState
        With the session's settings.
    document : Document
        What is asked about.
    source : SoundSource, optional
        Of the panes: its formant ceiling and f0 range are those of what is drawn, so the answers are too.
    """
    from w2vpraat.acoustics.spectrogram import tile_step

    session, view = state.session, document.view
    shown = source if source is not None and source.document is document else None
    formants = FormantParams() if session is None else session.settings.formants
    pitch = PitchParams() if session is None else session.settings.pitch
    spectrogram = setting(session, SpectrogramParams)
    return Question(
        view.selection_start,
        view.selection_end,
        view.cross_frequency,
        formants.ceiling if shown is None else shown.ceiling.hertz,
        set_range(pitch) if shown is None else shown.pitch_range,
        tile_step(view.length, document.info.rate, spectrogram),
        "mean" if session is None else session.settings.read.channel,
        formants,
        pitch,
        IntensityParams() if session is None else session.settings.intensity,
        setting(session, IntensityViewParams),
        spectrogram,
    )
