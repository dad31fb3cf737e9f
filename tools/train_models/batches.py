"""Training crops: lightly perturbed audio, with the targets of the very voice that is heard."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from scipy import fft

from .data import FIELD, HOP, RATE, Utterance, n_frames


@dataclass(frozen=True)
class Version:
    """One voice saying an utterance.

    Parameters
    ----------
    samples : ndarray of int16
        16 kHz.
    targets : ndarray of float16, shape (n_frames, n_targets)
        Standardized components of the teacher's frames of these very samples.
    """

    samples: np.ndarray
    targets: np.ndarray


@dataclass(frozen=True)
class Item:
    """One recording ready for cropping: itself first, then other voices (`w2vpraat.acoustics.voices`)."""

    utterance: Utterance
    versions: tuple[Version, ...]


@dataclass(frozen=True)
class Batch:
    """Tensors of one step; see `model.losses` for the shapes.

    `samples` is what the network hears, `clean` the same without channel and noise.
    """

    samples: torch.Tensor
    clean: torch.Tensor
    targets: torch.Tensor


def normalize(samples: np.ndarray) -> np.ndarray:
    """Return zero-mean, unit-variance samples, as `Wav2Vec2FeatureExtractor` does."""
    return (samples - samples.mean()) / np.sqrt(samples.var() + 1e-7)


def colour(samples: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return the crop with a random smooth channel response and added noise."""
    spectrum = fft.rfft(samples.astype(np.float32))
    octave = np.log2(np.maximum(fft.rfftfreq(len(samples), 1 / RATE), 40) / 40).astype(np.float32)
    if rng.random() < 0.3:
        gain = np.interp(octave, np.linspace(0, 7.65, 7), rng.normal(0, 2, 7)).astype(np.float32)
        spectrum *= 10 ** (gain / 20)
    if rng.random() < 0.3:
        noise = rng.standard_normal(2 * len(spectrum), dtype=np.float32).view(np.complex64)
        noise *= 2 ** (-octave * np.float32(rng.uniform(0, 1)))
        ratio = np.sqrt(_power(spectrum) / _power(noise))
        spectrum += noise * np.float32(ratio * 10 ** (-rng.uniform(15, 40) / 20))
    return fft.irfft(spectrum, len(samples))


def _power(spectrum: np.ndarray) -> float:
    return float(np.square(spectrum.view(np.float32)).mean())


def crop(item: Item, seconds: float, rng: np.random.Generator) -> tuple[np.ndarray, ...]:
    """Return a crop of one of an item's voices: heard samples, clean samples, targets.

    The targets are those of the voice that is heard: unlike the fine-tuned models of the family, the base is
    not asked to give the same answer for another vocal tract, so that it keeps what a voice is like.

    Parameters
    ----------
    item : Item
        Recording.
    seconds : float
        Length of the crop.
    rng : numpy.random.Generator
        Source of every random choice.
    """
    size = int(seconds * RATE)
    version = item.versions[int(rng.integers(len(item.versions)))]
    # On the frame grid of the recording, so that targets need no interpolation.
    first = int(rng.integers(max(1, (len(version.samples) - size) // HOP + 1)))
    source = version.samples[first * HOP : first * HOP + size].astype(np.float32) / 32768
    samples = np.zeros(size, np.float32)
    samples[: len(source)] = source
    n = n_frames(size)
    targets = np.zeros((n, version.targets.shape[1]), np.float32)
    known = version.targets[first : first + n]
    targets[: len(known)] = known
    clean = normalize(samples)
    return normalize(colour(samples, rng)).astype(np.float32), clean.astype(np.float32), targets


def draw(
    items: list[Item],
    total: float,
    rng: np.random.Generator,
    lengths: tuple[float, ...] = (2.0, 4.0, 8.0),
) -> Batch:
    """Return a batch of crops of one random length, `total` seconds together.

    Parameters
    ----------
    items : list of Item
        Training recordings, drawn by their length.
    total : float
        Seconds of audio in the batch.
    rng : numpy.random.Generator
        Source of every random choice.
    lengths : tuple of float
        Lengths to choose from, in s.
    """
    chances = np.array([len(i.versions[0].samples) for i in items], float)
    chances /= chances.sum()
    seconds = float(rng.choice(lengths))
    # An utterance shorter than the crop would be padded: it is drawn in shorter crops only.
    long_enough = np.array([len(i.versions[0].samples) >= seconds * RATE + FIELD for i in items])
    if long_enough.any():
        chances = chances * long_enough / (chances * long_enough).sum()
    picks = rng.choice(len(items), size=max(1, round(total / seconds)), p=chances)
    columns = zip(*(crop(items[i], seconds, rng) for i in picks), strict=True)
    return Batch(*(torch.from_numpy(np.stack(column)) for column in columns))
