"""How long a model will take: what devices there are, how fast a pass is, what the cache has already."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from w2vpraat.errors import W2VPraatError
from w2vpraat.models.embed import _Run
from w2vpraat.models.encoder import Encoder
from w2vpraat.models.jobs import EmbedJob, FrameStore
from w2vpraat.params import EmbedParams

TIMED_SECONDS = 5.0
"""Length of the sound that is encoded to time a model."""


@dataclass(frozen=True)
class Speed:
    """How fast a model is on one device, in one precision.

    Parameters
    ----------
    lowest, highest : float
        Seconds of work for a second of sound, up to layer 0 and up to the last layer.
    layers : int
        Transformer layers of the model.
    """

    lowest: float
    highest: float
    layers: int

    def seconds(self, duration: float, layer: int) -> float:
        """Return the seconds of work for so many seconds of sound, up to a layer."""
        # Transformer layers are all of one size.
        share = layer / self.layers if self.layers else 1.0
        return duration * (self.lowest + share * max(self.highest - self.lowest, 0.0))


def available_devices() -> tuple[str, ...]:
    """Return what a model can run on here, the fastest first: cuda and mps if they are there, cpu."""
    import torch

    found = ["cuda"] if torch.cuda.is_available() else []
    found += ["mps"] if torch.backends.mps.is_available() else []
    return (*found, "cpu")


def measure_speed(encoder: Encoder, *, seconds: float = TIMED_SECONDS) -> Speed:
    """Time a model on noise: a pass to warm up, then one up to layer 0 and one up to the last layer.

    The weights are loaded first, if need be; that is not counted.

    Raises
    ------
    ModelError
        If the model can't be loaded, or fails.
    """
    noise = np.random.default_rng(0).normal(0.0, 0.1, round(seconds * encoder.clock.rate))
    samples = noise.astype(np.float32)
    top = encoder.record.layers
    encoder.encode(samples[: encoder.clock.rate], (0, top))
    taken = []
    for layer in (0, top):
        begun = time.perf_counter()
        encoder.encode(samples, (layer,))
        taken.append((time.perf_counter() - begun) / seconds)
    return Speed(taken[0], taken[1], top)


def kept_recordings(
    jobs: Iterable[EmbedJob], encoder: Encoder, params: EmbedParams, store: FrameStore
) -> Iterator[bool]:
    """Tell for each recording whether its frames are kept, so that no pass is needed.

    Parameters
    ----------
    jobs : iterable of EmbedJob
        Their sound files are read for the hash.
    encoder, params, store
        As for `embed_recordings`. Only whole recordings are looked up; with windows around tokens, or only
        the tokens, the answer is always no.
    """
    run = _Run(encoder, params, store)
    for job in jobs:
        if run.store is None or run.tiles is not None:
            yield False
            continue
        try:
            yield run.look_up(job, run.store.audio_hash(job.audio_path), 0) is not None
        except W2VPraatError:
            yield False  # embedding meets the same error, and reports it
