"""Where sound goes: the audio device, or nowhere at the same speed.

An output takes float32 frames as fast as it plays them and tells how many seconds were heard.
"""

from __future__ import annotations

import time
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from PySide6.QtMultimedia import QAudioDevice, QAudioFormat, QAudioSink, QMediaDevices

Samples = NDArray[np.float32]

AHEAD = 0.25
"""Seconds of sound handed to the output before they are heard."""


class Output(Protocol):
    """What the player needs of an output."""

    rate: int

    def write(self, samples: Samples) -> int:
        """Take as many samples as there is room for; return how many."""

    def heard(self) -> float:
        """Return the seconds that were heard since the start."""

    def stop(self) -> None:
        """Fall silent at once."""


def load_backend() -> None:
    """Load Qt's sound backend, once: on the GUI thread, before any job works (11 ms).

    Loading holds the lock of the dynamic linker, and what the backend says meanwhile waits for Python where
    messages are handled in Python (as under pytest-qt); a thread that has Python and looks for the linker,
    as numpy does, would wait for ever.
    """
    QMediaDevices.defaultAudioOutput()


def open_output(rate: int) -> tuple[Output, bool]:
    """Open the default audio device, or without one an output that is silent.

    Returns
    -------
    output : Output
        Its `rate` may differ from the wanted one: samples must be resampled to it.
    audible : bool
        False without a device.
    """
    device = QMediaDevices.defaultAudioOutput()
    return (SilentOutput(rate), False) if device.isNull() else (DeviceOutput(device, rate), True)


class DeviceOutput:
    """The audio device, in 16 bits mono at a rate that it knows."""

    def __init__(self, device: QAudioDevice, rate: int) -> None:
        form = _format(rate)
        if not device.isFormatSupported(form):
            form = _format(device.preferredFormat().sampleRate())
            if not device.isFormatSupported(form):
                form.setChannelCount(2)  # some devices know no mono
        self.rate, self._channels = form.sampleRate(), form.channelCount()
        self._sink = QAudioSink(device, form)
        self._sink.setBufferSize(int(AHEAD * self.rate) * 2 * self._channels)
        self._stream = self._sink.start()

    def write(self, samples: Samples) -> int:
        """Take as many samples as there is room for; return how many."""
        width = 2 * self._channels
        count = min(samples.size, self._sink.bytesFree() // width)
        if count <= 0 or self._stream is None:
            return 0
        whole = np.clip(np.rint(samples[:count] * 32767.0), -32768, 32767).astype("<i2")
        data = np.repeat(whole, self._channels).tobytes()
        return max(int(self._stream.write(data)), 0) // width

    def heard(self) -> float:
        """Return the seconds that were heard since the start."""
        return float(self._sink.processedUSecs()) / 1e6

    def stop(self) -> None:
        """Fall silent at once."""
        self._sink.reset()
        self._sink.stop()


class SilentOutput:
    """Takes sound at the speed of a device, and is not heard: the play cursor still runs."""

    def __init__(self, rate: int) -> None:
        self.rate = rate
        self._started: float | None = None
        self._taken = 0

    def write(self, samples: Samples) -> int:
        """Take as many samples as there is room for; return how many."""
        if self._started is None:
            self._started = time.monotonic()
        room = int((time.monotonic() - self._started + AHEAD) * self.rate) - self._taken
        count = max(min(samples.size, room), 0)
        self._taken += count
        return count

    def heard(self) -> float:
        """Return the seconds that were heard since the start."""
        if self._started is None:
            return 0.0
        return min(time.monotonic() - self._started, self._taken / self.rate)

    def stop(self) -> None:
        """Fall silent at once."""


def _format(rate: int) -> QAudioFormat:
    form = QAudioFormat()
    form.setSampleRate(rate)
    form.setChannelCount(1)
    form.setSampleFormat(QAudioFormat.SampleFormat.Int16)
    return form
