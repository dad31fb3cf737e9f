"""Time, memory and recall of the neighbours of all tokens, and time of a review.

Vectors are made up: 40 labels and the speakers are places in twelve dimensions, which are mixed into all
columns with some noise, so that neighbours are as unevenly spread as those of speech.

    python benchmarks/neighbours.py 20000 192
    python benchmarks/neighbours.py 250000 64 --speakers 250
    python benchmarks/neighbours.py 20000 192 --review
"""

from __future__ import annotations

import argparse
import resource
import time

import numpy as np
import pandas as pd

from w2vpraat.compare.tokens.disagreement import review_tokens
from w2vpraat.compare.tokens.neighbours import nearest_tokens
from w2vpraat.params import ReviewParams
from w2vpraat.representation import Representation, vector_columns

LABELS, HIDDEN = 40, 12
# So many tokens are searched exactly to see what the index missed.
CHECKED = 1000


def spoken(n: int, dim: int, n_speakers: int) -> tuple[pd.DataFrame, Representation]:
    """Return a token table and its vectors."""
    random = np.random.default_rng(0)
    labels, speakers = random.integers(0, LABELS, n), np.arange(n) % n_speakers
    places = 1.5 * random.normal(size=(LABELS, HIDDEN))[labels]
    places += 0.5 * random.normal(size=(n_speakers, HIDDEN))[speakers] + random.normal(size=(n, HIDDEN))
    vectors = places @ random.normal(size=(HIDDEN, dim)) + 0.5 * random.normal(size=(n, dim))
    ids = [f"t{number:07d}" for number in range(n)]
    table = pd.DataFrame({"id": ids, "label": labels.astype(str), "speaker": speakers.astype(str)})
    return table, Representation("made up", tuple(ids), vectors, vector_columns(dim), {"kind": "embedding"})


def peak() -> float:
    """Return the most memory that the process has had, in GB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("tokens", type=int)
    parser.add_argument("dimensions", type=int)
    parser.add_argument("--speakers", type=int, default=10)
    parser.add_argument("--review", action="store_true", help="time a review instead")
    parser.add_argument("--exact-up-to", type=int, default=ReviewParams().exact_up_to)
    arguments = parser.parse_args()
    table, item = spoken(arguments.tokens, arguments.dimensions, arguments.speakers)
    what = f"{arguments.tokens} x {arguments.dimensions}, {arguments.speakers} speakers"
    before, start = peak(), time.perf_counter()
    if arguments.review:
        review = review_tokens([item], table)
        print(
            f"review of {what}: {time.perf_counter() - start:.1f} s, {peak():.2f} GB ({before:.2f} at first)"
        )
        print(f"  {review.notes[-1]}")
        return
    found = nearest_tokens(item, table, params=ReviewParams(exact_up_to=arguments.exact_up_to))
    how = "exact" if found.exact else "approximate index"
    seconds = time.perf_counter() - start
    print(f"10 neighbours of {what}, {how}: {seconds:.1f} s, {peak():.2f} GB ({before:.2f} at first)")
    if not found.exact:
        drawn = np.sort(np.random.default_rng(1).choice(arguments.tokens, CHECKED, replace=False))
        exact = nearest_tokens(item, table, table["id"].iloc[drawn].tolist())
        pairs = zip(exact.neighbours, found.neighbours[drawn], strict=True)
        recall = np.mean([len(set(one) & set(other)) / exact.neighbours.shape[1] for one, other in pairs])
        print(f"  recall at 10: {recall:.4f} ({CHECKED} tokens searched exactly)")
    start = time.perf_counter()
    nearest_tokens(item, table, [table["id"].iloc[0]])
    print(f"  one token, exact: {time.perf_counter() - start:.2f} s")


if __name__ == "__main__":
    main()
