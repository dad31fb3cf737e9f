"""What is analysed of a recording as a whole, whatever its tokens are: once for a run, kept for edits."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from w2vpraat.acoustics.formants import RecordingFormants
from w2vpraat.acoustics.pitch import track_pitch
from w2vpraat.acoustics.sources import Loudness, RecordingF0, RecordingIntensity, Track, whole_intensity
from w2vpraat.params import FormantParams, IntensityParams, PitchParams

if TYPE_CHECKING:
    from w2vpraat.corpus.audio import Audio


class Analyses:
    """Formants, f0 and intensity of one recording, for any tokens. Not for several threads at once.

    Parameters
    ----------
    audio : Audio
        The whole recording, at its own rate.
    formants, pitch, intensity : parameter groups
        Settings; `pitch` or `intensity` None: not measured.
    keep_bytes : int
        So much memory may hold resampled sounds for the next call; 0: nothing is kept.
    track, make_intensity : callable
        How Praat analyses the whole recording; default: here, in this process.

    Attributes
    ----------
    formants : RecordingFormants
    f0 : RecordingF0 or None
    intensity : RecordingIntensity or None
    span : tuple of float
        Start and end of the recording in seconds.
    """

    def __init__(
        self,
        audio: Audio,
        formants: FormantParams,
        pitch: PitchParams | None,
        intensity: IntensityParams | None,
        *,
        keep_bytes: int = 0,
        track: Track = track_pitch,
        make_intensity: Loudness = whole_intensity,
    ) -> None:
        samples = np.asarray(audio.samples, dtype=np.float64)
        rate, start = float(audio.rate), float(audio.start_time)
        self.audio = audio
        self.span = (start, start + samples.size / rate)
        self.formants = RecordingFormants(samples, rate, start, formants, keep_bytes=keep_bytes)
        self.f0 = None if pitch is None else RecordingF0(samples, rate, start, pitch, track)
        self.intensity = (
            None if intensity is None else RecordingIntensity(samples, rate, start, intensity, make_intensity)
        )
