"""The same utterance in another voice: formants, f0 and its range changed by Praat, timing kept."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from math import exp, log
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from w2vpraat.errors import InputError, W2VPraatError

Samples = NDArray[np.float32]

# Where Praat looks for f0 before it changes it, in Hz.
FLOOR, CEILING = 75.0, 500.0
LOWEST, HIGHEST = 70.0, 350.0


@dataclass(frozen=True)
class Voice:
    """A change of voice, as Praat's ``Change gender`` takes it.

    Parameters
    ----------
    formants : float
        Factor of all formants; above 1 for a shorter vocal tract.
    median : float
        New median of f0, in Hz.
    spread : float
        Factor of the excursions of f0 around the median.
    """

    formants: float
    median: float
    spread: float = 1.0


def draw_voice(random: np.random.Generator, formant_range: float = 1.2) -> Voice:
    """Draw a voice.

    The median of f0 goes with the formants, as in human vocal tracts, with so wide a spread that neither
    predicts the other well.

    Parameters
    ----------
    random : numpy.random.Generator
        Source of the draw.
    formant_range : float
        Factors are drawn (evenly in the logarithm) between its inverse and it.
    """
    formants = exp(random.uniform(-log(formant_range), log(formant_range)))
    median = float(np.clip(150 * formants**2.5 * exp(random.normal(0, 0.25)), LOWEST, HIGHEST))
    return Voice(formants, median, float(random.uniform(0.7, 1.4)))


def change_voice(samples: NDArray[Any], rate: int, voice: Voice, *, seed: int = 0) -> Samples:
    """Let another voice say the same, with the same timing.

    Parameters
    ----------
    samples : ndarray, shape (n,)
        Mono.
    rate : int
        Hz.
    voice : Voice
        The new voice.
    seed : int
        Of Praat's random numbers: it moves unvoiced stretches about a little.

    Returns
    -------
    ndarray of float32, shape (n,)

    Raises
    ------
    MeasurementError
        If Praat refuses, for example a sound shorter than three periods of 75 Hz.

    References
    ----------
    Moulines & Charpentier 1990, Speech Communication 9:453-467 (PSOLA), as in Praat's ``Change gender``.
    """
    from parselmouth.praat import run

    from w2vpraat.acoustics.praat import call, make_sound, praat_errors

    with praat_errors():
        run(f"random_initializeWithSeedUnsafelyButPredictably ({seed})")
        sound = make_sound(np.asarray(samples, np.float64), rate, 0.0)
        changed = call(
            sound, "Change gender", FLOOR, CEILING, voice.formants, voice.median, voice.spread, 1.0
        )
        if changed.sampling_frequency != rate:
            changed = changed.resample(rate)
    values = changed.values[0].astype(np.float32)
    fixed = np.zeros(len(samples), np.float32)
    fixed[: min(len(values), len(samples))] = values[: len(samples)]
    return fixed


@dataclass(frozen=True)
class VoiceJob:
    """Versions of one recording to write.

    Parameters
    ----------
    source : Path
        Sound file.
    targets : tuple of Path
        FLAC files, one per version, 16 bit, scaled to just below full scale; made if they are not there.
    seeds : tuple of int
        Two or more numbers that decide the voices, together with the number of the version.
    rate : int
        Sampling rate of the versions, Hz.
    channel : str or int
        Channel of the source.
    formant_range : float
        See `draw_voice`.
    """

    source: Path
    targets: tuple[Path, ...]
    seeds: tuple[int, ...]
    rate: int
    channel: str | int = "mean"
    formant_range: float = 1.2


def make_voices(jobs: Sequence[VoiceJob], workers: int = 0) -> Iterator[W2VPraatError | None]:
    """Write versions of recordings; yield one event per job, in order: None, or what went wrong.

    Parameters
    ----------
    jobs : sequence of VoiceJob
        What to write.
    workers : int
        Processes; 0: this one.
    """
    if workers <= 1 or len(jobs) < 2:
        yield from map(_make, jobs)
        return
    pool = ProcessPoolExecutor(min(workers, len(jobs)), mp_context=get_context("spawn"))
    try:
        yield from pool.map(_make, jobs)
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _make(job: VoiceJob) -> W2VPraatError | None:
    import soundfile

    from w2vpraat.corpus.audio import read_audio

    try:
        missing = [place for place, target in enumerate(job.targets) if not target.is_file()]
        if not missing:
            return None
        samples = read_audio(job.source, rate=job.rate, channel=job.channel).samples
        for place in missing:
            random = np.random.default_rng([*job.seeds, place])
            voice = draw_voice(random, job.formant_range)
            made = change_voice(samples, job.rate, voice, seed=int(random.integers(2**31)))
            made *= 0.95 / max(1e-6, float(np.abs(made).max()))
            target = job.targets[place]
            target.parent.mkdir(parents=True, exist_ok=True)
            # Several training processes may write the same version at once.
            part = target.with_suffix(f".{os.getpid()}.part.flac")
            soundfile.write(part, made, job.rate, subtype="PCM_16")
            part.replace(target)
    except W2VPraatError as error:
        return error
    except (OSError, RuntimeError) as error:
        return InputError(f"can't write another voice: {error}", file=job.source)
    return None
