"""From phrases to one recording and its TextGrid."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .boundaries import OUT_RATE
from .inventory import WORDS_OF_PHRASE, Phrase

LEAD = 0.30  #: seconds of silence at the start of a file
PAUSE = 0.25  #: seconds of the model's own silence after a phrase
FADE = 0.005  #: seconds
PEAK = 0.4  #: largest sample of a file

Interval = tuple[float, float, str]


@dataclass(frozen=True)
class Recording:
    """One file of the corpus; times in seconds, both tiers without gaps from 0 to the duration."""

    samples: np.ndarray
    words: tuple[Interval, ...]
    phones: tuple[Interval, ...]

    @property
    def duration(self) -> float:
        """Length of the audio in seconds."""
        return len(self.samples) / OUT_RATE


def _faded(piece: np.ndarray) -> np.ndarray:
    """Fade a piece in and out."""
    count = round(FADE * OUT_RATE)
    ramp = 0.5 - 0.5 * np.cos(np.pi * (np.arange(count) + 0.5) / count)
    piece = piece.copy()
    piece[:count] *= ramp
    piece[-count:] *= ramp[::-1]
    return piece


def _filled(intervals: list[tuple[int, int, str]], end: int) -> tuple[Interval, ...]:
    """Fill the gaps with empty intervals; sample numbers to seconds."""
    tiled: list[tuple[int, int, str]] = []
    at = 0
    for start, stop, label in intervals:
        if start > at:
            tiled.append((at, start, ""))
        tiled.append((start, stop, label))
        at = stop
    if at < end:
        tiled.append((at, end, ""))
    return tuple((start / OUT_RATE, stop / OUT_RATE, label) for start, stop, label in tiled)


def assemble(items: list[tuple[Phrase, np.ndarray, np.ndarray]]) -> Recording:
    """Join phrases to one recording.

    What the model says before the /s/ is cut off (with the British voices it is often a short voiced
    sound); the pause is the model's own silence after the phrase.

    Parameters
    ----------
    items : list of (Phrase, audio at 16 kHz, boundaries in seconds)
        In speaking order.

    Returns
    -------
    Recording
        Samples are 16-bit integers, scaled by one factor per recording.
    """
    pieces = [np.zeros(round(LEAD * OUT_RATE))]
    at = len(pieces[0])
    words: list[tuple[int, int, str]] = []
    phones: list[tuple[int, int, str]] = []
    for phrase, audio, times in items:
        edges = np.rint(times * OUT_RATE).astype(int)
        first = edges[0] - round(FADE * OUT_RATE)
        piece = _faded(audio[first : edges[9] + round(PAUSE * OUT_RATE)])
        moved = (edges - first + at).tolist()
        phones += list(zip(moved[:-1], moved[1:], phrase.labels, strict=True))
        words += [(moved[a], moved[b], word or phrase.word) for word, a, b in WORDS_OF_PHRASE]
        pieces.append(piece)
        at += len(piece)
    joined = np.concatenate(pieces)
    samples = np.rint(joined * (PEAK / np.abs(joined).max()) * 32767).astype(np.int16)
    return Recording(samples, _filled(words, len(samples)), _filled(phones, len(samples)))


def textgrid_text(recording: Recording) -> str:
    """Text of a TextGrid in Praat's long form."""
    end = repr(recording.duration)
    lines = ['File type = "ooTextFile"', 'Object class = "TextGrid"', ""]
    lines += ["xmin = 0 ", f"xmax = {end} ", "tiers? <exists> ", "size = 2 ", "item []: "]
    for number, (name, intervals) in enumerate((("words", recording.words), ("phones", recording.phones)), 1):
        lines += [f"    item [{number}]:", '        class = "IntervalTier" ', f'        name = "{name}" ']
        lines += [
            "        xmin = 0 ",
            f"        xmax = {end} ",
            f"        intervals: size = {len(intervals)} ",
        ]
        for index, (start, stop, label) in enumerate(intervals, 1):
            lines.append(f"        intervals [{index}]:")
            lines.append(f"            xmin = {start!r} " if start else "            xmin = 0 ")
            lines.append(f"            xmax = {stop!r} ")
            lines.append('            text = "{}" '.format(label.replace('"', '""')))
    return "\n".join(lines) + "\n"
