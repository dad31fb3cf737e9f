"""Time and memory of a comparison with all probes.

    python benchmarks/compare.py                         20,000 tokens x 192 dimensions x 10 speakers
    python benchmarks/compare.py --formants              the same beside three formants, raw and by Lobanov
    python benchmarks/compare.py --tokens 5000 --dim 768

The vectors are made up: every label and every speaker has a mean of its own, and so have women and men.
"""

from __future__ import annotations

import argparse
import resource
import time

import numpy as np
import pandas as pd

from w2vpraat.compare.comparison import compare_each
from w2vpraat.compare.scores import Scores
from w2vpraat.params import CompareParams
from w2vpraat.representation import Representation, vector_columns


def corpus(n: int, dim: int, n_speakers: int, n_labels: int) -> tuple[pd.DataFrame, np.ndarray, np.ndarray]:
    """Return a table, vectors and formants."""
    random = np.random.default_rng(0)
    speakers = np.arange(n) % n_speakers
    labels = random.integers(n_labels, size=n)
    table = pd.DataFrame(
        {
            "id": [f"t{number:06d}" for number in range(n)],
            "label": [f"v{label:02d}" for label in labels],
            "speaker": [f"s{speaker:03d}" for speaker in speakers],
            "sex": ["FM"[speaker % 2] for speaker in speakers],
            "file_name": [f"s{speaker:03d}/{number % 7}" for number, speaker in enumerate(speakers)],
        }
    )

    def means(size: int, spread: float) -> np.ndarray:
        return spread * random.normal(size=(size, dim))

    vectors = random.normal(size=(n, dim)) + means(n_labels, 0.35)[labels]
    vectors += means(n_speakers, 0.15)[speakers] + means(2, 0.15)[speakers % 2]
    vectors = vectors @ (random.normal(size=(dim, dim)) / np.sqrt(dim))
    places = random.uniform([300, 900, 2300], [800, 2300, 3000], size=(n_labels, 3))
    scale = np.where(speakers % 2 == 0, 1.15, 1.0) * random.normal(1.0, 0.03, n_speakers)[speakers]
    formants = places[labels] * scale[:, None] * random.normal(1.0, 0.07, size=(n, 3))
    return table, vectors, formants


def main() -> None:
    """Run one comparison and print what it took."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--tokens", type=int, default=20_000)
    parser.add_argument("--dim", type=int, default=192)
    parser.add_argument("--speakers", type=int, default=10)
    parser.add_argument("--labels", type=int, default=15)
    parser.add_argument("--formants", action="store_true")
    parser.add_argument("--probes", default="lda,logistic,knn,rbf")
    parser.add_argument("--dimensions", type=int, default=3)
    asked = parser.parse_args()
    table, vectors, formants = corpus(asked.tokens, asked.dim, asked.speakers, asked.labels)
    ids = tuple(table["id"])
    items = [Representation("embedding", ids, vectors.astype(np.float32), vector_columns(asked.dim))]
    if asked.formants:
        frame = pd.DataFrame(formants).groupby(table["speaker"])
        lobanov = ((pd.DataFrame(formants) - frame.transform("mean")) / frame.transform("std")).to_numpy()
        items.insert(0, Representation("F1-F3 Hz", ids, formants, ("F1", "F2", "F3")))
        items.insert(1, Representation("Lobanov", ids, lobanov, ("F1_z", "F2_z", "F3_z"), sees_speaker=True))
    params = CompareParams(probes=tuple(asked.probes.split(",")), dimensions=asked.dimensions)
    start = time.perf_counter()
    scores: Scores | None = None
    for event in compare_each(items, table, params):
        if isinstance(event, Scores):
            scores = event
        else:
            print(f"{time.perf_counter() - start:6.1f} s  {event}", flush=True)
    assert scores is not None
    shown = scores.table[["representation", "goal", "probe", "unit", "value", "shuffled"]]
    print(shown.round(3).to_string(index=False))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(f"\n{time.perf_counter() - start:.1f} s, {peak:.2f} GB, {len(items)} representations")


if __name__ == "__main__":
    main()
