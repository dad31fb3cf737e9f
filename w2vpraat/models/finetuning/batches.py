"""Stretches to learn from, drawn so that step k is the same in every run: no state to save or to lose."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from math import log
from os import PathLike

import numpy as np
from numpy.typing import NDArray

from w2vpraat.corpus.audio import read_audio
from w2vpraat.errors import InputError
from w2vpraat.models.finetuning.examples import NOT_ASKED, Example, Question, frame_labels
from w2vpraat.models.frames import FrameClock, Ints
from w2vpraat.params import FinetuneParams

Samples = NDArray[np.float32]

POOL_BYTES = 2_000_000_000


@dataclass(frozen=True, eq=False)
class Batch:
    """Stretches of the same length, without padding.

    Parameters
    ----------
    samples : ndarray of float32, shape (n, n_samples)
        Each from a recording normalized as a whole, as in use.
    labels : ndarray of int64, shape (n_tasks, n, n_frames)
        Class numbers, `NOT_ASKED` where there is none.
    """

    samples: Samples
    labels: Ints


class AudioPool:
    """Sound files in memory, at the model's rate and normalized; the least recently used go first.

    Parameters
    ----------
    rate : int
        Hz.
    do_normalize : bool
        Zero mean and unit variance over the recording, as transformers' feature extractor.
    max_bytes : int
        Bound of what is kept.
    """

    def __init__(self, rate: int, do_normalize: bool, max_bytes: int = POOL_BYTES) -> None:
        self.rate, self.do_normalize, self.max_bytes = rate, do_normalize, max_bytes
        self._kept: OrderedDict[tuple[str, str], Samples] = OrderedDict()
        self._size = 0
        self._lock = threading.Lock()  # the next batch is drawn beside an evaluation

    def get(self, path: str | PathLike[str], channel: str | int) -> Samples:
        """Return the samples of a sound file, read-only.

        Raises
        ------
        AudioError
            If it can't be read.
        """
        key = (str(path), str(channel))
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        samples = read_audio(path, rate=self.rate, channel=channel).samples
        if self.do_normalize and len(samples):
            mean, spread = samples.mean(dtype=np.float64), np.sqrt(samples.var(dtype=np.float64) + 1e-7)
            samples = ((samples - np.float32(mean)) / np.float32(spread)).astype(np.float32)
        with self._lock:
            if key not in self._kept:
                self._kept[key] = samples
                self._size += samples.nbytes
            while self._size > self.max_bytes and len(self._kept) > 1:
                self._size -= self._kept.popitem(last=False)[1].nbytes
        return samples


class BatchSource:
    """Draws the batch of any step.

    Recordings are drawn by their length. The first one drawn decides the length of the stretches (at most
    ``crop_seconds``, and so short that it can be played faster), and the others are drawn from those that are
    long enough, so that nothing is padded: in models with group norm padding would change every frame.

    Parameters
    ----------
    examples : sequence of Example
        To learn from.
    questions : sequence of Question
        In the order of the labels.
    clock : FrameClock
        Of the model.
    pool : AudioPool
        Reads the files.
    params : FinetuneParams
        Lengths, speed, edges, seed.

    Raises
    ------
    InputError
        If no recording is as long as one frame.
    """

    def __init__(
        self,
        examples: Sequence[Example],
        questions: Sequence[Question],
        clock: FrameClock,
        pool: AudioPool,
        params: FinetuneParams,
    ) -> None:
        shortest = (clock.receptive_field + clock.hop) / clock.rate
        usable = sorted((e for e in examples if e.duration >= shortest), key=lambda e: (-e.duration, e.name))
        if not usable:
            raise InputError(f"no training recording is as long as {shortest:.3g} s")
        self.examples = usable
        self.questions, self.clock, self.pool, self.params = tuple(questions), clock, pool, params
        self._durations = np.array([e.duration for e in usable])
        self._upto = np.cumsum(self._durations)

    def draw(self, step: int, process: int = 0, part: int = 0) -> Batch:
        """Return the batch of a step, process and forward pass; the same whenever it is asked for."""
        random = np.random.default_rng([self.params.seed, step, process, part])
        anchor = self._one(random, len(self.examples))
        # What a stretch is cut from: longer than itself, if it may be played faster.
        most = 1 + self.params.speed
        reach = min(self._durations[anchor], self.params.crop_seconds * most)
        # A little shorter than the file, which may hold some samples less than its header says.
        seconds = reach / most - self.clock.hop_seconds / 2
        n_frames = max(1, self.clock.n_frames(int(seconds * self.clock.rate)))
        n_samples = self.clock.samples(0, n_frames)[1]
        count = max(1, round(self.params.batch_seconds * self.clock.rate / n_samples))
        long_enough = int(np.searchsorted(-self._durations, -reach, side="right"))
        picks = [anchor, *(self._one(random, long_enough) for _ in range(count - 1))]
        made = [self._stretch(self.examples[pick], n_samples, n_frames, random) for pick in picks]
        return Batch(np.stack([one for one, _ in made]), np.stack([two for _, two in made], axis=1))

    def _one(self, random: np.random.Generator, among: int) -> int:
        return int(np.searchsorted(self._upto, random.random() * self._upto[among - 1], side="right"))

    def _stretch(
        self, example: Example, n_samples: int, n_frames: int, random: np.random.Generator
    ) -> tuple[Samples, Ints]:
        clock = self.clock
        version = example.versions[int(random.integers(len(example.versions)))]
        # A version is a file of its own, with one channel.
        channel = example.channel if version == example.versions[0] else "mean"
        source = self.pool.get(version, channel)
        speed = self._speed(random)
        need = min(int(np.ceil(n_samples * speed)), len(source))
        begin = int(random.integers(max(1, len(source) - need + 1)))
        piece = source[begin : begin + need]
        if speed != 1.0:
            import soxr

            piece = soxr.resample(piece, clock.rate * speed, clock.rate, quality="HQ")
        samples = np.zeros(n_samples, np.float32)
        samples[: min(n_samples, len(piece))] = piece[:n_samples]
        start = example.start_time + begin / clock.rate
        changed = speed != 1.0 or version != example.versions[0]
        labels: Ints = np.full((len(self.questions), n_frames), NOT_ASKED, np.int64)
        for row, one in zip(labels, self.questions, strict=True):
            if not (changed and one.voice_bound):
                spans, edge = example.spans[one.name], self.params.edge
                row[:] = frame_labels(spans, clock, n_frames, start_time=start, speed=speed, edge=edge)
        return samples, labels

    def _speed(self, random: np.random.Generator) -> float:
        most = self.params.speed
        if most == 0.0 or random.random() < 0.5:
            return 1.0
        return float(np.exp(random.uniform(-log(1 + most), log(1 + most))))
