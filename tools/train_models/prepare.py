r"""Make everything that training reads: other voices, teacher vectors, their components.

    python -m tools.train_models.prepare WORK CORPUS --teacher model.bin --processes 2

CORPUS is a folder of 16 kHz audio files, each with a TextGrid that has a tier ``phones`` (read for the
figures on held-out speakers only). Finished parts are kept and not made again.
"""

from __future__ import annotations

import argparse
import multiprocessing
from pathlib import Path

import numpy as np
import torch
from scipy.ndimage import gaussian_filter1d

from w2vpraat.acoustics.voices import change_voice, draw_voice

from .batches import Item, Version
from .data import RATE, Utterance, hold_out, read_corpus
from .teacher import LOW, WhisperEncoder, encode

# Components of the teacher's last layer, and of a lower one, which holds more of the voice: its first 64
# components tell hardly more of the sex than the last layer, 128 nearly all that the layer knows.
N_TOP, N_LOW = 96, 128
PLACES = 1500
# Other voices beside each training recording.
VOICES = 4


def make(job: tuple[int, int, Utterance, Path, Path]) -> None:
    """Write one recording, a number of other voices and what the teacher makes of each of them."""
    number, others, u, teacher_path, folder = job
    target = folder / f"{u.name}.npz"
    if target.exists():
        return
    from transformers import WhisperFeatureExtractor

    torch.set_num_threads(1)
    global _TEACHER
    if _TEACHER is None:
        _TEACHER = (WhisperEncoder(teacher_path), WhisperFeatureExtractor())
    encoder, extractor = _TEACHER

    def mel(samples: np.ndarray) -> np.ndarray:
        return extractor(samples, sampling_rate=RATE, return_tensors="np").input_features[0]

    samples = u.audio()
    rows = {}
    for k in range(others + 1):
        heard = (
            samples if k == 0 else change_voice(samples, RATE, draw_voice(np.random.default_rng([k, number])))
        )
        top, low = encode(encoder, mel, heard)
        rows |= {f"samples{k}": to_int16(heard), f"top{k}": top.astype("f2"), f"low{k}": low.astype("f2")}
    part = target.with_suffix(".part.npz")
    np.savez(part, **rows)
    part.replace(target)


_TEACHER: tuple | None = None


def to_int16(samples: np.ndarray) -> np.ndarray:
    """Return samples scaled to a peak just below full scale, as 16-bit integers."""
    return (samples / max(1e-6, float(np.abs(samples).max())) * 32000).astype(np.int16)


def fit_position(recordings: list[np.ndarray], spread: float = 4.0) -> np.ndarray:
    """Return the mean teacher vector at each place of its 30 s window.

    Whisper adds its position code to every frame and the code is still there at the top: the first
    components of raw frames tell the time and nothing else, and no student can learn them.

    Parameters
    ----------
    recordings : list of ndarray, shape (n_frames, dim)
        Teacher frames of each training recording.
    spread : float
        Standard deviation in frames of the smoothing over time.

    Returns
    -------
    ndarray of float32, shape (1500, dim)
        Smoothed means, drawn towards the overall mean where few recordings are long enough.
    """
    sums, counts = np.zeros((PLACES, recordings[0].shape[1])), np.zeros((PLACES, 1))
    for frames in recordings:
        for start in range(0, len(frames), PLACES):
            piece = frames[start : start + PLACES]
            sums[: len(piece)] += piece
            counts[: len(piece)] += 1
    overall = sums.sum(0) / counts.sum()
    sums, counts = gaussian_filter1d(sums, spread, axis=0), gaussian_filter1d(counts, spread, axis=0)
    return ((sums + 3 * overall) / (counts + 3)).astype(np.float32)


def centre(frames: np.ndarray, position: np.ndarray) -> np.ndarray:
    """Return teacher frames without the mean of their place in the window, float32."""
    return frames.astype(np.float32) - position[np.arange(len(frames)) % PLACES]


def fit_components(frames: np.ndarray, n: int) -> dict[str, np.ndarray]:
    """Return principal components of teacher frames with the weights of their errors.

    Components are standardized and their squared errors weighted by the square root of the
    variance they hold: halfway between plain and whitened components.

    Parameters
    ----------
    frames : ndarray, shape (n_frames, dim)
        Centred teacher frames of the training speakers.
    n : int
        Components to keep.

    Returns
    -------
    dict of str to ndarray
        ``mean`` (dim,), ``map`` (dim, n) to standardized components, ``weights`` (n,) with mean
        1 and ``kept``, the share of variance.
    """
    mean = frames.mean(0)
    values, vectors = np.linalg.eigh(np.cov((frames - mean).T.astype(np.float64)))
    order = values.argsort()[::-1][:n]
    top = values[order]
    weights = np.sqrt(top)
    return {
        "mean": mean.astype(np.float32),
        "map": (vectors[:, order] / np.sqrt(top)).astype(np.float32),
        "weights": (weights / weights.mean()).astype(np.float32),
        "kept": np.array(top.sum() / values.sum()),
    }


def components(frames: np.ndarray, fitted: dict[str, np.ndarray], kind: str) -> np.ndarray:
    """Return standardized components of teacher frames of one layer (``top`` or ``low``), float32."""
    centred = centre(frames, fitted[f"{kind}_position"])
    return (centred - fitted[f"{kind}_mean"]) @ fitted[f"{kind}_map"]


def load_items(work: Path, folder: Path) -> tuple[list[Item], list[Item], np.ndarray]:
    """Return training items, held-out items and the weights of the components.

    Parameters
    ----------
    work : Path
        Folder that `main` filled.
    folder : Path
        The corpus given to `main`.
    """
    fitted = dict(np.load(work / "components.npz"))
    corpus = read_corpus(folder)
    held = hold_out(corpus)
    train: list[Item] = []
    dev: list[Item] = []
    for u in corpus:
        made = np.load(work / "teacher" / f"{u.name}.npz")
        count = 1 if u.speaker in held else VOICES + 1
        versions = []
        for k in range(count):
            parts = [components(made[f"{kind}{k}"], fitted, kind) for kind in ("top", "low")]
            versions.append(Version(made[f"samples{k}"], np.concatenate(parts, 1).astype(np.float16)))
        (dev if u.speaker in held else train).append(Item(u, tuple(versions)))
    return train, dev, np.concatenate([fitted["top_weights"], fitted["low_weights"]])


def main() -> None:
    """Read the command line and fill the work folder."""
    raw = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=raw)
    parser.add_argument("work", type=Path)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--teacher", type=Path, required=True, help="CTranslate2 model.bin of Whisper base")
    parser.add_argument("--processes", type=int, default=2)
    args = parser.parse_args()
    folder = args.work / "teacher"
    folder.mkdir(parents=True, exist_ok=True)
    corpus = read_corpus(args.corpus)
    held = hold_out(corpus)
    jobs = [
        (number, 0 if u.speaker in held else VOICES, u, args.teacher, folder)
        for number, u in enumerate(corpus)
    ]
    with multiprocessing.get_context("spawn").Pool(args.processes) as pool:
        for done, _ in enumerate(pool.imap_unordered(make, jobs), start=1):
            if done % 25 == 0:
                print(f"{done} of {len(jobs)} recordings", flush=True)
    names = [u.name for u in corpus if u.speaker not in held]
    fitted: dict[str, np.ndarray] = {}
    for kind, n in (("top", N_TOP), ("low", N_LOW)):
        frames = []
        for name in names:
            made = np.load(folder / f"{name}.npz")
            frames += [made[f"{kind}{k}"] for k in range(VOICES + 1)]
        position = fit_position(frames)
        # Every third frame is enough for a covariance.
        joined = np.concatenate([centre(rows, position)[::3] for rows in frames])
        found = fit_components(joined, n)
        fitted |= {f"{kind}_position": position} | {f"{kind}_{key}": value for key, value in found.items()}
        print(f"{kind}: {len(joined)} frames, {n} components hold {found['kept']:.3f} of the variance")
    fitted["low_layer"] = np.array(LOW)
    np.savez(args.work / "components.npz", **fitted)


if __name__ == "__main__":
    main()
