r"""Make everything that training reads: teacher vectors, warped voices, targets, soft labels.

    python -m tools.train_models.prepare WORK CORPUS [CORPUS ...] --teacher model.bin \
        --never resources/corpus/speakers.csv

A CORPUS is a folder of 16 kHz audio files, each with a TextGrid that has a tier ``phones``. The
first corpus gives the held-out speakers. Finished parts are kept and not made again.
"""

from __future__ import annotations

import argparse
import csv
from pathlib import Path

import numpy as np
import torch
from scipy.ndimage import gaussian_filter1d
from torch.nn import functional as F

from .batches import Item
from .data import IGNORE, PHONES, RATE, Utterance, centres, hold_out, labels_at, read_corpus
from .teacher import WhisperEncoder, encode

N_TARGETS = 96
PLACES = 1500


def teach(corpus: list[Utterance], encoder: WhisperEncoder, path: Path) -> None:
    """Write the last layer of the teacher for every recording of a corpus."""
    from transformers import WhisperFeatureExtractor

    extractor = WhisperFeatureExtractor()

    def mel(samples: np.ndarray) -> np.ndarray:
        return extractor(samples, sampling_rate=RATE, return_tensors="np").input_features[0]

    rows = {u.name: encode(encoder, mel, u.audio()).astype(np.float16) for u in corpus}
    np.savez(path, **rows)


def warp(corpus: list[Utterance], n: int, path: Path) -> None:
    """Write `n` warped voices of every recording of a corpus, as 16-bit samples."""
    from .warp import warp_voice

    rows = {}
    for i, u in enumerate(corpus):
        samples = u.audio()
        for k in range(n):
            rows[f"{u.name}|{k}"] = to_int16(warp_voice(samples, np.random.default_rng([k, i])))
    np.savez(path, **rows)


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


def fit_components(frames: np.ndarray, n: int = N_TARGETS) -> dict[str, np.ndarray]:
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


def fit_soft(x: np.ndarray, y: np.ndarray, epochs: int = 12, seed: int = 0) -> dict[str, np.ndarray]:
    """Return a multinomial logistic regression from components to phones.

    Parameters
    ----------
    x : ndarray, shape (n_frames, n_targets)
        Standardized components of the training speakers.
    y : ndarray of int64, shape (n_frames,)
        Phone indices without `IGNORE`.
    epochs : int
        Passes over the frames.
    seed : int
        Seed of the order.

    Returns
    -------
    dict of str to ndarray
        ``soft_weight`` and ``soft_bias``.
    """
    torch.manual_seed(seed)
    layer = torch.nn.Linear(x.shape[1], len(PHONES))
    optimizer = torch.optim.AdamW(layer.parameters(), 3e-3, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.LinearLR(optimizer, 1.0, 0.02, epochs)
    inputs, labels = torch.from_numpy(x), torch.from_numpy(y)
    for _ in range(epochs):
        for rows in torch.randperm(len(labels)).split(1024):
            loss = F.cross_entropy(layer(inputs[rows]), labels[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        schedule.step()
    return {"soft_weight": layer.weight.detach().numpy(), "soft_bias": layer.bias.detach().numpy()}


def components(frames: np.ndarray, fitted: dict[str, np.ndarray]) -> np.ndarray:
    """Return standardized components of centred teacher frames, float32."""
    return (frames - fitted["mean"]) @ fitted["map"]


def soft_labels(x: np.ndarray, fitted: dict[str, np.ndarray]) -> np.ndarray:
    """Return phone probabilities read from components, float32."""
    logits = torch.from_numpy(x @ fitted["soft_weight"].T + fitted["soft_bias"])
    return logits.softmax(-1).numpy()


def refuse(corpus: list[Utterance], table: Path) -> None:
    """Raise an error if a corpus has a speaker that a table keeps for evaluation.

    Parameters
    ----------
    corpus : list of Utterance
        Training recordings.
    table : Path
        CSV file with a column ``voice`` or ``speaker``.
    """
    with table.open(encoding="utf-8", newline="") as file:
        kept = {row.get("voice") or row["speaker"] for row in csv.DictReader(file)}
    wrong = sorted(kept & {u.speaker for u in corpus})
    if wrong:
        raise ValueError(f"{table} keeps these speakers out of training: {', '.join(wrong)}")


def load_items(
    work: Path, folders: list[Path], shares: list[float] | None = None
) -> tuple[list[Item], list[Item], np.ndarray]:
    """Return training items, held-out items and the weights of the components.

    Parameters
    ----------
    work : Path
        Folder that `main` filled.
    folders : list of Path
        Corpora in the order given to `main`.
    shares : list of float, optional
        Share of each corpus in the training audio; by default proportional to its length.

    Returns
    -------
    tuple
        Training items, held-out items (of the first corpus), component weights.
    """
    fitted = dict(np.load(work / "components.npz"))
    train: list[Item] = []
    dev: list[Item] = []
    for number, folder in enumerate(folders):
        corpus = read_corpus(folder)
        teacher = np.load(work / f"teacher-{folder.name}.npz")
        voices = np.load(work / f"voices-{folder.name}.npz")
        corpus = [u for u in corpus if u.name in teacher]
        held = hold_out(corpus) if number == 0 else set()
        total = sum(u.phones[-1][1] for u in corpus if u.speaker not in held)
        share = shares[number] if shares else total
        n_voices = len(voices.files) // max(1, len(teacher.files))
        for u in corpus:
            x = components(centre(teacher[u.name], fitted["position"]), fitted)
            versions = (to_int16(u.audio()), *(voices[f"{u.name}|{k}"] for k in range(n_voices)))
            soft = soft_labels(x, fitted).astype(np.float16)
            item = Item(u, versions, x.astype(np.float16), soft, share / total)
            (dev if u.speaker in held else train).append(item)
    return train, dev, fitted["weights"]


def main() -> None:
    """Read the command line and fill the work folder."""
    raw = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=raw)
    parser.add_argument("work", type=Path)
    parser.add_argument("corpora", type=Path, nargs="+")
    parser.add_argument("--teacher", type=Path, required=True, help="CTranslate2 model.bin of Whisper base")
    parser.add_argument("--voices", type=int, default=3, help="warped voices per recording")
    parser.add_argument("--never", type=Path, help="table of speakers or voices kept for evaluation")
    args = parser.parse_args()
    args.work.mkdir(parents=True, exist_ok=True)
    frames, labels = [], []
    for number, folder in enumerate(args.corpora):
        corpus = read_corpus(folder)
        if args.never:
            refuse(corpus, args.never)
        path = args.work / f"teacher-{folder.name}.npz"
        if not path.exists():
            teach(corpus, WhisperEncoder(args.teacher), path)
        voices = args.work / f"voices-{folder.name}.npz"
        if not voices.exists():
            warp(corpus, args.voices, voices)
        teacher = np.load(path)
        held = hold_out(corpus) if number == 0 else set()
        for u in corpus:
            if u.speaker not in held and u.name in teacher:
                frames.append(teacher[u.name])
                labels.append(labels_at(u, centres(len(frames[-1]))))
    position = fit_position(frames)
    joined = np.concatenate([centre(rows, position) for rows in frames])
    y = np.concatenate(labels)
    fitted = fit_components(joined) | {"position": position}
    kept = y != IGNORE
    fitted |= fit_soft(components(joined[kept], fitted), y[kept])
    np.savez(args.work / "components.npz", **fitted)
    print(f"{len(joined)} frames, {N_TARGETS} components hold {fitted['kept']:.3f} of the variance")


if __name__ == "__main__":
    main()
