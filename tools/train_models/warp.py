"""Versions of a recording with other formants and another pitch, same timing (PSOLA)."""

from __future__ import annotations

import numpy as np
import parselmouth

from .data import RATE


def warp_voice(samples: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return the recording as if said by a larger or smaller speaker.

    Formants are scaled by 0.82 to 1.22 and the median pitch is moved towards the range that
    goes with that vocal tract, with a wide random spread so that neither predicts the other.

    Parameters
    ----------
    samples : ndarray of float32
        16 kHz mono.
    rng : numpy.random.Generator
        Source of the random factors.

    Returns
    -------
    ndarray of float32
        Same number of samples.
    """
    sound = parselmouth.Sound(samples.astype(np.float64), RATE)
    ratio = float(np.exp(rng.uniform(np.log(0.82), np.log(1.22))))
    median = float(np.clip(150 * ratio**2.5 * np.exp(rng.normal(0, 0.25)), 70, 330))
    spread = float(rng.uniform(0.7, 1.4))
    changed = parselmouth.praat.call(sound, "Change gender", 75, 500, ratio, median, spread, 1.0)
    if changed.sampling_frequency != RATE:
        changed = changed.resample(RATE)
    values = changed.values[0].astype(np.float32)
    fixed = np.zeros(len(samples), np.float32)
    fixed[: min(len(values), len(samples))] = values[: len(samples)]
    return fixed
