"""Training crops: perturbed audio with targets taken from the unperturbed recording."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import soxr
import torch
from scipy import fft

from .data import FIELD, HOP, RATE, Utterance, centres, labels_at, n_frames


@dataclass(frozen=True)
class Item:
    """One recording ready for cropping.

    Parameters
    ----------
    utterance : Utterance
        Labels.
    versions : tuple of ndarray of int16
        The recording first, then voices warped by `warp.warp_voice`, all with the same timing.
    targets : ndarray of float16, shape (n_frames, n_targets)
        Standardized teacher components.
    soft : ndarray of float16, shape (n_frames, n_phones)
        Phone probabilities read from the teacher.
    weight : float
        Sampling weight per second.
    """

    utterance: Utterance
    versions: tuple[np.ndarray, ...]
    targets: np.ndarray
    soft: np.ndarray
    weight: float = 1.0


@dataclass(frozen=True)
class Batch:
    """Tensors of one step; see `model.losses` for the shapes."""

    samples: torch.Tensor
    targets: torch.Tensor
    labels: torch.Tensor
    soft: torch.Tensor


def normalize(samples: np.ndarray) -> np.ndarray:
    """Return zero-mean, unit-variance samples, as `Wav2Vec2FeatureExtractor` does."""
    return (samples - samples.mean()) / np.sqrt(samples.var() + 1e-7)


def colour(samples: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return the crop with a random smooth channel response and added noise."""
    spectrum = fft.rfft(samples.astype(np.float32))
    octave = np.log2(np.maximum(fft.rfftfreq(len(samples), 1 / RATE), 40) / 40).astype(np.float32)
    if rng.random() < 0.4:
        gain = np.interp(octave, np.linspace(0, 7.65, 7), rng.normal(0, 3, 7)).astype(np.float32)
        spectrum *= 10 ** (gain / 20)
    if rng.random() < 0.4:
        noise = rng.standard_normal(2 * len(spectrum), dtype=np.float32).view(np.complex64)
        noise *= 2 ** (-octave * np.float32(rng.uniform(0, 1)))
        ratio = np.sqrt(_power(spectrum) / _power(noise))
        spectrum += noise * np.float32(ratio * 10 ** (-rng.uniform(10, 40) / 20))
    return fft.irfft(spectrum, len(samples))


def _power(spectrum: np.ndarray) -> float:
    return float(np.square(spectrum.view(np.float32)).mean())


def crop(item: Item, seconds: float, rng: np.random.Generator) -> tuple[np.ndarray, ...]:
    """Return one perturbed crop with targets and labels on its own time axis.

    The voice is one of the item's versions, played faster or slower by up to a sixth, which also
    moves formants and pitch. The targets stay those of the unperturbed recording, interpolated at
    the matching times: the student learns to give the same answer for another vocal tract.

    Parameters
    ----------
    item : Item
        Recording.
    seconds : float
        Length of the crop.
    rng : numpy.random.Generator
        Source of every random choice.

    Returns
    -------
    tuple of ndarray
        Samples, targets, labels, soft labels.
    """
    size = int(seconds * RATE)
    pick = 0 if rng.random() < 0.4 else int(rng.integers(len(item.versions)))
    source = item.versions[pick]
    speed = float(np.exp(rng.uniform(np.log(0.85), np.log(1.18)))) if rng.random() < 0.5 else 1.0
    need = int(np.ceil(size * speed)) + 64
    start = int(rng.integers(max(1, len(source) - need + 1)))
    piece = source[start : start + need].astype(np.float32) / 32768
    if speed != 1.0:
        piece = soxr.resample(piece, RATE * speed, RATE, quality="LQ")
    samples = np.zeros(size, np.float32)
    samples[: min(size, len(piece))] = piece[:size]
    times = start / RATE + centres(n_frames(size)) * speed
    labels = labels_at(item.utterance, times)
    place = np.clip((times * RATE - FIELD / 2) / HOP, 0, len(item.targets) - 1)
    targets, soft = _at(item.targets, place), _at(item.soft, place)
    past = times > len(source) / RATE
    labels[past] = 0
    samples = normalize(colour(samples, rng)) * float(np.exp(rng.normal(0, 0.2)))
    return samples.astype(np.float32), targets, labels, soft


def _at(rows: np.ndarray, place: np.ndarray) -> np.ndarray:
    low = np.floor(place).astype(int)
    high = np.minimum(low + 1, len(rows) - 1)
    share = (place - low)[:, None].astype(np.float32)
    return rows[low].astype(np.float32) * (1 - share) + rows[high].astype(np.float32) * share


def draw(
    items: list[Item],
    chances: np.ndarray,
    total: float,
    rng: np.random.Generator,
    lengths: tuple[float, ...] = (2.0, 4.0, 8.0),
) -> Batch:
    """Return a batch of crops of one random length, `total` seconds together.

    Parameters
    ----------
    items : list of Item
        Training recordings.
    chances : ndarray, shape (n_items,)
        Probability of each recording.
    total : float
        Seconds of audio in the batch.
    rng : numpy.random.Generator
        Source of every random choice.
    lengths : tuple of float
        Lengths to choose from, in s.

    Returns
    -------
    Batch
        Tensors of one step.
    """
    seconds = float(rng.choice(lengths))
    picks = rng.choice(len(items), size=max(1, round(total / seconds)), p=chances)
    columns = zip(*(crop(items[i], seconds, rng) for i in picks), strict=True)
    return Batch(*(torch.from_numpy(np.stack(column)) for column in columns))
