"""Checks of the finished recordings: f0 and formants of every vowel, timing of the synthesizer."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .boundaries import OUT_RATE
from .inventory import Voice
from .layout import Recording

CEILING = {"F": 5500.0, "M": 5000.0}
F0_RANGE = {"F": (130.0, 330.0), "M": (65.0, 220.0)}
F1_RATIO = 1.45  #: largest plausible ratio to the reference
F2_RATIO = 1.35
FRONTING = 1.9  #: the same for F2 upwards of ʊ and uː, which are fronted in many accents

#: F1 and F2 in Hz: means of Hillenbrand et al. (1995), men; women are the men's times 1.15.
#: æ is set to the open vowel of these voices; British vowels without a counterpart are set by hand.
REFERENCE = {
    "iː": (342, 2322), "ɪ": (427, 2034), "eɪ": (476, 2089), "ɛ": (580, 1799), "æ": (700, 1600),
    "ɑ": (768, 1333), "ɔ": (652, 997), "oʊ": (497, 910), "ʊ": (469, 1122), "uː": (378, 997),
    "ʌ": (623, 1200), "ɝ": (474, 1379),
    "ɑː": (680, 1100), "ɒ": (600, 950), "ɔː": (430, 750), "əʊ": (480, 1250), "ɜː": (500, 1400),
}  # fmt: skip


@dataclass(frozen=True)
class Vowel:
    """One vowel of W: what was measured over its middle third (medians), and what is odd about it."""

    speaker: str
    sex: str
    accent: str
    word: str
    label: str
    start: float
    end: float
    f0: float
    f1: float
    f2: float
    oddities: tuple[str, ...]


def _oddities(voice: Voice, label: str, f0: float, f1: float, f2: float) -> tuple[str, ...]:
    low, high = REFERENCE[label]
    scale = 1.15 if voice.sex == "F" else 1.0
    up = FRONTING if label in {"ʊ", "uː"} else F2_RATIO
    found = []
    if not F0_RANGE[voice.sex][0] <= f0 <= F0_RANGE[voice.sex][1]:
        found.append("f0")
    if not 1 / F1_RATIO <= f1 / (low * scale) <= F1_RATIO:
        found.append("F1")
    if not 1 / F2_RATIO <= f2 / (high * scale) <= up:
        found.append("F2")
    return tuple(found)


def measure_vowels(voice: Voice, recording: Recording) -> list[Vowel]:
    """Measure the vowel of every W in a recording (Burg formants, 5 in 0-5000 or 0-5500 Hz by sex)."""
    import parselmouth

    sound = parselmouth.Sound(recording.samples / 32768.0, OUT_RATE)
    formants = sound.to_formant_burg(0.005, 5, CEILING[voice.sex], 0.025, 50)
    pitch = sound.to_pitch_ac(0.005, 60 if voice.sex == "M" else 100, 15, True, voicing_threshold=0.35)
    vowels = []
    for start, end, word in recording.words:
        if word not in voice.words:
            continue
        inside = [phone for phone in recording.phones if phone[0] >= start and phone[1] <= end]
        begin, stop, label = inside[1]
        times = np.linspace(begin + (stop - begin) / 3, stop - (stop - begin) / 3, 9)
        f1, f2 = (float(np.nanmedian([formants.get_value_at_time(n, t) for t in times])) for n in (1, 2))
        f0 = float(np.nanmedian([pitch.get_value_at_time(t) for t in np.linspace(begin, stop, 15)]))
        vowels.append(
            Vowel(voice.speaker, voice.sex, voice.accent, word, label, begin, stop, f0, f1, f2,
                  _oddities(voice, label, f0, f1, f2))
        )  # fmt: skip
    return vowels
