"""Sounds made in the test, and tokens without a corpus."""

from __future__ import annotations

import os
import signal
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from w2vpraat.corpus.audio import Audio


@dataclass(frozen=True)
class PlainToken:
    """The least that measuring needs."""

    id: str
    start: float
    end: float
    label: str = "a"
    speaker: str = "s"
    metadata: dict[str, str] = field(default_factory=dict)


def vowel(
    formants: tuple[float, ...],
    *,
    f0: float = 100.0,
    rate: int = 16000,
    seconds: float = 0.5,
    bandwidth: float = 60.0,
) -> NDArray[np.float64]:
    """Make a source-filter vowel: a pulse train through one resonance per formant."""
    from scipy.signal import lfilter  # workers import this module as well

    n = round(seconds * rate)
    phase = np.floor(np.arange(n) * f0 / rate)
    sound = np.diff(phase, prepend=-1.0)
    # A glottal spectrum of -6 dB per octave, which Praat's pre-emphasis takes back.
    sound = lfilter([1.0], [1.0, -0.98], sound)
    for frequency in formants:
        radius = np.exp(-np.pi * bandwidth / rate)
        a = [1.0, -2.0 * radius * np.cos(2.0 * np.pi * frequency / rate), radius**2]
        sound = lfilter([sum(a)], a, sound)
    return sound / np.abs(sound).max() * 0.5


def speechlike(seconds: float, rate: int, seed: int = 0) -> NDArray[np.float64]:
    """Make changing vowels with pauses and noise."""
    rng = np.random.default_rng(seed)
    parts = []
    length = 0.0
    while length < seconds:
        formants = (rng.uniform(300, 800), rng.uniform(900, 2300), rng.uniform(2400, 3000), 3700.0, 4400.0)
        parts.append(vowel(formants, f0=rng.uniform(90, 250), rate=rate, seconds=0.25, bandwidth=90.0))
        parts.append(np.zeros(round(0.08 * rate)))
        length += 0.33
    sound = np.concatenate(parts)[: round(seconds * rate)]
    return sound + rng.normal(0.0, 0.002, sound.size)


def kill_self() -> Audio:
    """Read no audio, as a process that runs out of memory."""
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError


def fail_with(message: str) -> Audio:
    """Read no audio, as code with a bug."""
    raise ValueError(message)


TALK = Audio(speechlike(3.0, 16000), 16000)
"""Three seconds of changing vowels, 16 kHz."""
