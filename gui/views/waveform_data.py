"""Peaks of the whole recording and samples of the visible stretch: what the waveform is drawn from.

Signals of `WaveformData`: `changed` (peaks or samples arrived).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from w2vpraat.corpus.audio import Audio
from w2vpraat.corpus.peaks import Peaks, sample_columns

from ..document import Document
from .sound_work import SoundFile, read_peaks, read_stretches
from .view_jobs import ViewJobs

SAMPLES_SECONDS = 30.0
"""Longest visible stretch whose samples are read while the peaks of the recording are not there yet."""

Floats = NDArray[np.float32]


class WaveformData(QObject):
    """The waveform of one document.

    Parameters
    ----------
    work : ViewJobs
        Runs the jobs ``waveform`` and ``samples``.
    """

    changed = Signal()

    def __init__(self, work: ViewJobs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._work = work
        self.forget()

    def forget(self) -> None:
        """Forget what there is."""
        self.peaks: dict[int, Peaks] = {}
        """By number of the shown channel, from 0."""
        self.samples: tuple[Audio, ...] = ()
        """Of the shown channels; they reach beyond what is visible."""
        self._file: SoundFile | None = None

    def columns(self, channel: int, start: float, end: float, n: int) -> tuple[Floats, Floats] | None:
        """Return lowest and highest samples in `n` columns of a stretch; None while there is nothing."""
        peaks = self.peaks.get(channel)
        narrow = peaks is None or (end - start) / n < peaks.finest
        if self._file is not None and narrow and channel < len(self.samples) and self._covers(start, end):
            return sample_columns(self.samples[channel], start, end, n, origin=self._file.start_time)
        return None if peaks is None else peaks.columns(start, end, n)

    def request(
        self, document: Document, file: SoundFile, channels: tuple[str | int, ...], columns: int
    ) -> None:
        """Start the jobs for what is visible and not there."""
        self._file = file
        view = document.view
        if len(self.peaks) < len(channels):
            self._work.start("waveform", channels, lambda: read_peaks(file, channels), self._on_peaks)
        finest = min((one.finest for one in self.peaks.values()), default=None)
        narrow = view.length <= SAMPLES_SECONDS if finest is None else view.length / columns < finest
        if not narrow or file.whole_only or self._covers(view.start, view.end):
            return
        coming = self._work.now("samples")
        if coming is not None and coming[0] <= view.start and view.end <= coming[1]:
            return
        start, end = view.start - 0.5 * view.length, view.end + 0.5 * view.length
        self._work.start(
            "samples", (start, end), lambda: read_stretches(file, channels, start, end), self._on_samples
        )

    def _covers(self, start: float, end: float) -> bool:
        if not self.samples or self._file is None:
            return False
        audio, edge = self.samples[0], 1.0 / self._file.rate
        start, end = max(start, self._file.start_time), min(end, self._file.end_time)
        return audio.start_time <= start + edge and end - edge <= audio.end_time

    # Slots

    def _on_peaks(self, found: tuple[int, Peaks, Audio | None]) -> None:
        number, peaks, audio = found
        self.peaks[number] = peaks
        if audio is not None:
            self.samples = (*self.samples[:number], audio)
        self.changed.emit()

    def _on_samples(self, found: tuple[Audio, ...]) -> None:
        self.samples = found
        self.changed.emit()
