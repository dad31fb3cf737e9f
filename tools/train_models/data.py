"""Corpora for training: audio files, phone tiers and frame labels."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile as sf

RATE = 16000
HOP = 320
FIELD = 400
VOWELS = ("AA", "AE", "AH", "AO", "AW", "AY", "EH", "ER", "EY", "IH", "IY", "OW", "OY", "UH", "UW")
CONSONANTS = (
    *("B", "CH", "D", "DH", "F", "G", "HH", "JH", "K", "L", "M", "N", "NG", "P"),
    *("R", "S", "SH", "T", "TH", "V", "W", "Y", "Z", "ZH"),
)
SILENCE = "SIL"
PHONES = (SILENCE, *VOWELS, *CONSONANTS)
IGNORE = -100
_CODE = {phone: i for i, phone in enumerate(PHONES)}

_ITEM = re.compile(r"item \[\d+\]:(.*?)(?=item \[\d+\]:|\Z)", re.S)
_NAME = re.compile(r'name = "([^"]*)"')
_INTERVAL = re.compile(r'xmin = ([\d.eE+-]+)\s*xmax = ([\d.eE+-]+)\s*text = "([^"]*)"')


@dataclass(frozen=True)
class Utterance:
    """One recording with its phone intervals.

    Parameters
    ----------
    name : str
        File name without its ending, unique in the corpus.
    speaker : str
        Speaker label.
    path : Path
        Audio file, 16 kHz mono.
    phones : tuple of (float, float, str)
        Start in s, end in s and ARPABET label, in time order.
    """

    name: str
    speaker: str
    path: Path
    phones: tuple[tuple[float, float, str], ...]

    def audio(self) -> np.ndarray:
        """Return the samples as float32."""
        samples, rate = sf.read(self.path, dtype="float32")
        if rate != RATE:
            raise ValueError(f"{self.path} has {rate} Hz; {RATE} Hz is needed")
        return samples


def read_phones(path: Path, tier: str = "phones") -> tuple[tuple[float, float, str], ...]:
    """Return the intervals of one tier of a long-format TextGrid.

    Parameters
    ----------
    path : Path
        TextGrid file, UTF-8.
    tier : str
        Tier name.

    Returns
    -------
    tuple of (float, float, str)
        Start, end and upper-case label; empty labels become ``SIL``.
    """
    for item in _ITEM.findall(path.read_text(encoding="utf-8")):
        name = _NAME.search(item)
        if name and name.group(1) == tier:
            return tuple(
                (float(start), float(end), re.sub(r"\d", "", label).upper() or SILENCE)
                for start, end, label in _INTERVAL.findall(item)
            )
    raise ValueError(f"{path} has no tier named {tier}")


def read_corpus(folder: Path) -> list[Utterance]:
    """Return every audio file of a folder that has a TextGrid, sorted by name.

    The speaker is the part of the file name before the first hyphen.
    """
    found = []
    for path in sorted([*folder.rglob("*.flac"), *folder.rglob("*.wav")]):
        grid = path.with_suffix(".TextGrid")
        if grid.exists():
            found.append(Utterance(path.stem, path.stem.split("-")[0], path, read_phones(grid)))
    return found


def n_frames(n_samples: int) -> int:
    """Return the number of wav2vec 2.0 frames for a number of 16 kHz samples."""
    return max(0, (n_samples - FIELD) // HOP + 1)


def centres(n: int) -> np.ndarray:
    """Return the centre times in s of the first `n` frames."""
    return (np.arange(n) * HOP + FIELD / 2) / RATE


def labels_at(utterance: Utterance, times: np.ndarray, margin: float = 0.010) -> np.ndarray:
    """Return one phone index per time.

    Times within `margin` seconds of a boundary are `IGNORE`, because forced alignment is not
    exact enough to trust them there; at most a quarter of a phone is given up at either end.

    Parameters
    ----------
    utterance : Utterance
        Source of the intervals.
    times : ndarray of float, shape (n,)
        Times in s, usually frame centres.
    margin : float
        Half width of the ignored zone in s.

    Returns
    -------
    ndarray of int64, shape (n,)
        Index into `PHONES`, or `IGNORE`.
    """
    starts = np.array([start for start, _, _ in utterance.phones])
    ends = np.array([end for _, end, _ in utterance.phones])
    codes = np.array([_CODE.get(phone, IGNORE) for _, _, phone in utterance.phones])
    at = np.clip(np.searchsorted(starts, times, side="right") - 1, 0, len(starts) - 1)
    edge = np.minimum(margin, (ends[at] - starts[at]) / 4)
    inside = (times >= starts[at] + edge) & (times < ends[at] - edge)
    return np.where(inside, codes[at], IGNORE)


def hold_out(corpus: list[Utterance], n: int = 24, seed: int = 0) -> set[str]:
    """Return the speakers kept out of training for early stopping and for choosing a layer."""
    names = sorted({u.speaker for u in corpus})
    return set(np.random.default_rng(seed).permutation(names)[:n].tolist())
