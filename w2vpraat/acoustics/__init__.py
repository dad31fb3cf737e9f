"""Measurements that equal Praat's own: formants, ceilings, f0, intensity. The only door to parselmouth.

Importing this loads neither parselmouth nor pandas; measuring does.
"""

from w2vpraat.acoustics.batch import FailedRecording, MeasureJob, measure_recordings
from w2vpraat.acoustics.ceilings import (
    SpeakerCeiling,
    candidate_ceilings,
    ceiling_by_sex,
    choose_ceilings,
    fallback_ceilings,
    track_error,
)
from w2vpraat.acoustics.measure import Measured, measure, measure_recording, tracks
from w2vpraat.acoustics.praat import praat_commands, praat_version
from w2vpraat.acoustics.values import Candidates, TokenLike

__all__ = [
    "Candidates",
    "FailedRecording",
    "MeasureJob",
    "Measured",
    "SpeakerCeiling",
    "TokenLike",
    "candidate_ceilings",
    "ceiling_by_sex",
    "choose_ceilings",
    "fallback_ceilings",
    "measure",
    "measure_recording",
    "measure_recordings",
    "praat_commands",
    "praat_version",
    "track_error",
    "tracks",
]
