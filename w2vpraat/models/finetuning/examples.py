"""Recordings to learn from: sound files, and the class of every frame for every task. Pure numpy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from os import PathLike
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from w2vpraat.models.frames import FrameClock, Ints, ranges

Floats = NDArray[np.float64]

NOT_ASKED = -100
"""Class number of frames without a label; the loss leaves them out (torch's own default)."""


class HasSpans(Protocol):
    """Labelled stretches, such as `w2vpraat.corpus.task_spans.Spans`."""

    @property
    def starts(self) -> Sequence[float]:
        """Seconds."""

    @property
    def ends(self) -> Sequence[float]:
        """Seconds."""

    @property
    def labels(self) -> Sequence[str]:
        """Class names."""


@dataclass(frozen=True, eq=False)
class TaskSpans:
    """Stretches of one recording with class numbers.

    Parameters
    ----------
    starts, ends : ndarray, shape (n,)
        Seconds, on the clock of the recording.
    classes : ndarray of int, shape (n,)
        Numbers of the classes, `NOT_ASKED` for labels that are no class.
    """

    starts: Floats
    ends: Floats
    classes: Ints

    @classmethod
    def of(cls, spans: HasSpans, names: Sequence[str]) -> TaskSpans:
        """Turn class names into numbers."""
        number = {name: place for place, name in enumerate(names)}
        return cls(
            np.array(spans.starts, np.float64),
            np.array(spans.ends, np.float64),
            np.array([number.get(label, NOT_ASKED) for label in spans.labels], np.int64),
        )


@dataclass(frozen=True)
class Question:
    """A task as the network knows it.

    Parameters
    ----------
    name : str
        Of the task.
    classes : tuple of str
        In the order of the head's outputs.
    weight : float
        Of its loss.
    class_weights : tuple of float
        Of each class in the loss; empty: all alike.
    source : str
        Where labels come from, in words.
    voice_bound : bool
        The answer lies in the voice (sex, speaker): it is not asked of stretches whose voice or speed was
        changed.
    """

    name: str
    classes: tuple[str, ...]
    weight: float = 1.0
    class_weights: tuple[float, ...] = ()
    source: str = ""
    voice_bound: bool = False


@dataclass(frozen=True, eq=False)
class Example:
    """One recording.

    Parameters
    ----------
    name : str
        Of the recording.
    speaker : str
        Who speaks (several: joined by ``+``).
    versions : tuple of path
        The sound file, then versions of it with another voice and the same timing.
    duration : float
        Seconds of sound.
    spans : mapping of str to TaskSpans
        Task name to labelled stretches.
    start_time : float
        Time of the first sample, in seconds.
    channel : str
        As in `w2vpraat.corpus.audio.read_audio`.
    """

    name: str
    speaker: str
    versions: tuple[str | PathLike[str], ...]
    duration: float
    spans: Mapping[str, TaskSpans] = field(repr=False)
    start_time: float = 0.0
    channel: str | int = "mean"

    def labels(self, question: str, clock: FrameClock, n_frames: int, edge: float) -> Ints:
        """Class numbers of the frames of the whole recording, shape (n_frames,)."""
        return frame_labels(self.spans[question], clock, n_frames, start_time=self.start_time, edge=edge)


def frame_labels(
    spans: TaskSpans,
    clock: FrameClock,
    n_frames: int,
    *,
    start_time: float = 0.0,
    speed: float = 1.0,
    edge: float = 0.0,
) -> Ints:
    """Find the class of every frame.

    A frame belongs to the interval that holds its centre, as in `FrameClock.select`.

    Parameters
    ----------
    spans : TaskSpans
        Labelled stretches, on the clock of the recording.
    clock : FrameClock
        Of the model.
    n_frames : int
        Frames of the signal.
    start_time : float
        Time in the recording where the signal begins, in seconds.
    speed : float
        The signal is the recording played so many times as fast.
    edge : float
        Frames whose centre lies this near (in seconds of the recording) to a boundary are not asked; at most
        a quarter of an interval is given up at each end.

    Returns
    -------
    ndarray of int64, shape (n_frames,)
        Class numbers; `NOT_ASKED` outside the stretches, near boundaries, and where stretches of different
        classes overlap.
    """
    labels: Ints = np.full(n_frames, NOT_ASKED, np.int64)
    if not len(spans.starts) or n_frames == 0:
        return labels
    margin = np.minimum(edge, (spans.ends - spans.starts) / 4)
    starts = (spans.starts + margin - start_time) / speed
    ends = (spans.ends - margin - start_time) / speed
    near = (ends > 0) & (starts < (n_frames + 2) * clock.hop_seconds + clock.receptive_field / clock.rate)
    if not near.any():
        return labels
    chosen = clock.select(starts[near], ends[near], n_frames, 0.0, "centre", "missing")
    classes = np.repeat(spans.classes[near], chosen.n_frames)
    frames = ranges(chosen.first, chosen.stop)
    # The second pass finds frames that two stretches claim for different classes.
    labels[frames] = classes
    labels[frames[labels[frames] != classes]] = NOT_ASKED
    return labels
