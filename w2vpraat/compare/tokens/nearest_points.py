"""Nearest points of other groups: exactly, or with an index if there are very many."""

from __future__ import annotations

import os
import warnings
from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from w2vpraat.compare.probes.linear import squared_distances
from w2vpraat.events import Progress

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]
Found = Generator[Progress, None, tuple[Ints, Floats]]

# Distances held in memory at a time by each thread: 64 MB.
BLOCK_CELLS = 8_000_000
MOST_WORKERS = 4
# Tokens that are searched exactly to see how far the index must reach beyond the tokens that do not count.
SAMPLE = 100
# If it must reach farther, since tokens cluster by speaker, an exact search takes no longer.
FARTHEST_REACH = 100
# The index compiles and runs code that must not run twice at once everywhere.
_ONE_INDEX = Lock()


class Search:
    """Nearest points of other groups.

    Parameters
    ----------
    name : str
        What the progress is called.
    points : ndarray, shape (n, dim)
        Distances are Euclidean.
    groups : ndarray, shape (n,)
        Numbers. Points of the same group are no neighbours.
    k : int
        So many neighbours; fewer if there are fewer points.
    seed : int
        Of the index.

    Attributes
    ----------
    exact : bool
        False once an approximate index was used.
    """

    def __init__(self, name: str, points: Floats, groups: Ints, k: int, seed: int) -> None:
        self.name, self.points, self.groups, self.seed = name, points, groups, seed
        self.k, self.exact = min(k, len(points) - 1), True
        self.squares = (points**2).sum(axis=1)

    def exactly(self, asked: Ints) -> Found:
        """Return rows (-1: none) and distances (NaN) of the neighbours, shape (n_asked, k)."""
        near = np.full((len(asked), self.k), -1, dtype=np.intp)
        far = np.full((len(asked), self.k), np.nan)
        blocks = list(_parts(len(asked), BLOCK_CELLS // len(self.points)))
        workers = min(os.cpu_count() or 1, MOST_WORKERS)
        with ThreadPoolExecutor(workers) as pool:
            for first in range(0, len(blocks), workers):
                # Few blocks at a time, so that a search that is given up ends soon.
                several = blocks[first : first + workers]
                found = pool.map(self._block, [asked[part] for part in several])
                for part, (rows, distances) in zip(several, found, strict=True):
                    near[part], far[part] = rows, distances
                yield Progress("neighbours", min(several[-1].stop, len(asked)), len(asked), self.name)
        return near, far

    def _block(self, asked: Ints) -> tuple[Ints, Floats]:
        distances = squared_distances(self.points[asked], self.points)
        distances[self.groups[asked][:, None] == self.groups] = np.inf
        last = np.partition(distances, self.k - 1, axis=1)[:, self.k - 1]
        # Rounding moves squared distances by about this much: take all that may be among the nearest.
        slack = 1e-12 * (self.squares[asked] + self.squares.max())
        pairs = np.nonzero((distances <= (last + slack)[:, None]) & np.isfinite(distances))
        return self._ordered(asked, *pairs)

    def _ordered(self, asked: Ints, which: Ints, rows: Ints) -> tuple[Ints, Floats]:
        """Keep the k nearest of the pairs (number among those asked, row), ties by row."""
        exact = np.concatenate(
            [np.zeros(0)]
            + [
                np.sqrt(((self.points[asked[which[part]]] - self.points[rows[part]]) ** 2).sum(axis=1))
                for part in _parts(len(which), BLOCK_CELLS // max(self.points.shape[1], 1))
            ]
        )
        order = np.lexsort((rows, exact, which))
        which, rows, exact = which[order], rows[order], exact[order]
        place = np.arange(len(which)) - np.searchsorted(which, which)
        kept = place < self.k
        near = np.full((len(asked), self.k), -1, dtype=np.intp)
        far = np.full((len(asked), self.k), np.nan)
        near[which[kept], place[kept]] = rows[kept]
        far[which[kept], place[kept]] = exact[kept]
        return near, far

    def roughly(self, asked: Ints) -> Found:
        """Do the same with an approximate index, where it is of use."""
        reach = self._reach(asked)
        if reach > FARTHEST_REACH:
            return (yield from self.exactly(asked))
        self.exact = False
        with _ONE_INDEX, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of numba: threading layers that are not there
            index = _index(self.points, reach, self.seed)
            candidates = np.asarray(index.neighbor_graph[0], dtype=np.intp)[asked]
        usable = (candidates >= 0) & (self.groups[asked][:, None] != self.groups[candidates])
        which, places = np.nonzero(usable)
        near, far = self._ordered(asked, which, candidates[which, places])
        short = np.flatnonzero(near[:, -1] < 0)
        if len(short):
            near[short], far[short] = yield from self.exactly(asked[short])
        return near, far

    def _reach(self, asked: Ints) -> int:
        """How many nearest points of any group hold k of other groups, for nearly all tokens."""
        drawn = np.random.default_rng(self.seed).choice(asked, min(SAMPLE, len(asked)), replace=False)
        _, distances = self._block(drawn)
        last = distances[:, -1]
        counts = [
            int((squared_distances(self.points[[row]], self.points) <= far**2 * (1 + 1e-9)).sum())
            for row, far in zip(drawn, last, strict=True)
            if np.isfinite(far)
        ]
        return int(np.quantile(counts, 0.98)) + 1 if counts else FARTHEST_REACH + 1


def _parts(n: int, size: int) -> Iterator[slice]:
    for start in range(0, n, max(size, 1)):
        yield slice(start, start + max(size, 1))


def _index(points: Floats, reach: int, seed: int) -> Any:
    from pynndescent import NNDescent  # type: ignore[import-untyped]

    return NNDescent(
        points.astype(np.float32), n_neighbors=max(reach, 15), random_state=seed, n_jobs=1, low_memory=True
    )
