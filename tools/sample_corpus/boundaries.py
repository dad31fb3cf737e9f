"""Boundaries of the phones: the model's own durations, sharpened by the sound.

The synthesizer knows its durations on a grid of 25 ms only, about 45 ms later than the sound. They tell
where to look; the boundary is put where the energy of a band changes most, as an annotator does.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import soxr

from .inventory import Phrase
from .kokoro import FRAME, RATE

OUT_RATE = 16000
OFFSET = 0.05  #: seconds to take off the times that the durations give
HOP = 40  #: samples, 2.5 ms
WINDOW = 256  #: samples, 16 ms
SIDE = 8  #: hops on each side that are compared (20 ms)
SHORTEST = 0.015  #: seconds, no phone is shorter


@dataclass(frozen=True)
class Landmark:
    """How to find the start of one phone.

    Attributes
    ----------
    bands : tuple of (low, high, weight)
        Bands in Hz; the weight is positive where energy rises at the boundary.
    bias : float
        Where the boundary usually lies relative to the durations, in seconds.
    reach : float
        How far from there to look, in seconds.
    """

    bands: tuple[tuple[float, float, float], ...]
    bias: float = 0.0
    reach: float = 0.045


LANDMARKS = {
    1: Landmark(((100, 1000, 1.0), (5000, 8000, -0.5)), bias=-0.010),  # s | eɪ
    2: Landmark(((150, 1000, -1.0), (1500, 3500, -0.3)), bias=-0.035, reach=0.055),  # eɪ | h
    3: Landmark(((150, 1000, 1.0), (1500, 3500, 0.3)), bias=0.0),  # h | V
    4: Landmark(((500, 4000, -1.0),), bias=0.0),  # V | d
    5: Landmark(((250, 1500, 1.0),), bias=0.005, reach=0.035),  # d | ə
    6: Landmark(((800, 4000, -1.0),), bias=-0.045, reach=0.050),  # ə | ɡ
    7: Landmark(((250, 900, 1.0),), bias=-0.035, reach=0.050),  # ɡ | ɛ
    8: Landmark(((700, 3500, -1.0),), bias=-0.040, reach=0.055),  # ɛ | n
}


def coarse_starts(phrase: Phrase, frames: np.ndarray) -> np.ndarray:
    """Return nine starts and the last end in seconds, from the durations alone."""
    edges = np.concatenate([[0], np.cumsum(frames)]) * FRAME / RATE - OFFSET
    return edges[1 + np.asarray(phrase.token_groups)]


def resample(audio: np.ndarray) -> np.ndarray:
    """24 kHz to 16 kHz."""
    return soxr.resample(audio.astype(np.float64), RATE, OUT_RATE, quality="VHQ")


class Energies:
    """Energy of frequency bands over time, in dB, floored 60 dB under the loudest frame."""

    def __init__(self, audio: np.ndarray) -> None:
        padded = np.pad(audio, (WINDOW // 2, WINDOW))
        count = len(audio) // HOP + 1
        index = np.arange(count)[:, None] * HOP + np.arange(WINDOW)
        window = np.hanning(WINDOW)
        self._power = np.abs(np.fft.rfft(padded[index] * window)) ** 2
        self._frequencies = np.fft.rfftfreq(WINDOW, 1 / OUT_RATE)
        self.times = np.arange(count) * HOP / OUT_RATE

    def band(self, low: float, high: float) -> np.ndarray:
        """Energy between two frequencies."""
        inside = (self._frequencies >= low) & (self._frequencies < high)
        power = self._power[:, inside].sum(axis=1)
        return 10 * np.log10(np.maximum(power, power.max() * 1e-6))


def _change(level: np.ndarray) -> np.ndarray:
    """Mean of the next minus mean of the last 20 ms, per hop."""
    total = np.concatenate([[0.0], np.cumsum(level)])
    change = np.zeros(len(level))
    inner = np.arange(SIDE, len(level) - SIDE)
    change[inner] = (total[inner + SIDE] - 2 * total[inner] + total[inner - SIDE]) / SIDE
    return change


def _onset_of_s(energies: Energies, guess: float, vowel: float) -> float:
    """Start of the /s/: after its frication has begun and any voicing before it has ended."""
    hiss = energies.band(4000, 8000)
    voice = energies.band(80, 500)
    times = energies.times
    around = (times > guess - 0.15) & (times < vowel - 0.03)
    loud = hiss[(times > guess) & (times < vowel)].max()
    start = times[around & (hiss > loud - 15)].min(initial=guess)
    voiced = times[around & (voice > voice.max() - 22)]
    if len(voiced):
        start = max(start, voiced.max() + 0.01)
    return float(np.clip(start, guess - 0.15, vowel - 0.05))


def _end_of_n(energies: Energies, start: float) -> float:
    """End of the /n/: the energy has fallen for good."""
    level = energies.band(80, 4000)
    loud = energies.times[level > level.max() - 30]
    return float(max(loud.max() + 0.005, start + 0.04))


def find_boundaries(phrase: Phrase, audio: np.ndarray, frames: np.ndarray) -> np.ndarray:
    """Boundaries of one phrase.

    Parameters
    ----------
    phrase : Phrase
        What is said.
    audio : ndarray, shape (n_samples,)
        At 16 kHz.
    frames : ndarray of int
        Frames per token.

    Returns
    -------
    ndarray, shape (10,)
        Starts of the nine phones and the end of the last, in seconds, rising by at least 15 ms each.
    """
    coarse = coarse_starts(phrase, frames)
    energies = Energies(audio)
    found = coarse.copy()
    for index, landmark in LANDMARKS.items():
        score = sum(weight * _change(energies.band(low, high)) for low, high, weight in landmark.bands)
        centre = coarse[index] + landmark.bias
        distance = energies.times - centre
        score = score - 2 * (distance / landmark.reach) ** 2
        score = np.where(np.abs(distance) <= landmark.reach, score, -np.inf)
        score[energies.times < found[index - 1] + SHORTEST if index > 1 else 0] = -np.inf
        found[index] = energies.times[np.argmax(score)]
    found[0] = _onset_of_s(energies, coarse[0], found[1])
    found[9] = _end_of_n(energies, found[8])
    for index in range(1, 10):
        found[index] = max(found[index], found[index - 1] + SHORTEST)
    return found
