"""Copy a corpus and add a tier ``register``: f0 low, mid or high for its speaker.

    python -m tools.train_models.registers CORPUS TARGET

The register of a voiced stretch is the third of the recording's own f0 values that it lies in, so that a
man's high f0 and a woman's are the same class: the model has to find the speaker's range in the recording.
Stretches shorter than 30 ms, and unvoiced ones, are left empty.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

import numpy as np
import parselmouth

from w2vpraat.corpus.textgrid import Interval, IntervalTier, edits, read_textgrid, write_textgrid

from .data import read_corpus

NAMES = ("low", "mid", "high")
STEP, SHORTEST = 0.01, 0.03


def registers(times: np.ndarray, f0: np.ndarray, end: float) -> list[tuple[float, float, str]]:
    """Divide a recording into stretches of one register and empty ones.

    Parameters
    ----------
    times : ndarray, shape (n,)
        Centres of the pitch frames, in seconds.
    f0 : ndarray, shape (n,)
        Hz, 0 where unvoiced.
    end : float
        Duration of the recording.

    Returns
    -------
    list of (start, end, label)
        Without gaps, from 0 to `end`.
    """
    voiced = f0 > 0
    classes = np.full(len(f0), -1)
    if voiced.any():
        edges = np.quantile(np.log(f0[voiced]), [1 / 3, 2 / 3])
        classes[voiced] = np.digitize(np.log(f0[voiced]), edges)
    rows: list[tuple[float, float, str]] = []
    changes = np.flatnonzero(np.diff(classes)) + 1
    for first, last in zip([0, *changes], [*changes, len(classes)], strict=True):
        start, stop = times[first] - STEP / 2, times[last - 1] + STEP / 2
        if classes[first] >= 0 and stop - start >= SHORTEST - 1e-9:
            begin, stop = max(0.0, float(start)), min(end, float(stop))
            if not rows or begin > rows[-1][1] + 1e-9:
                rows.append((rows[-1][1] if rows else 0.0, begin, ""))
            rows.append((rows[-1][1], stop, NAMES[classes[first]]))
    if not rows or rows[-1][1] < end - 1e-9:
        rows.append((rows[-1][1] if rows else 0.0, end, ""))
    return [row for row in rows if row[1] > row[0]]


def main() -> None:
    """Read the command line and write the copies."""
    raw = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=raw)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("target", type=Path)
    args = parser.parse_args()
    args.target.mkdir(parents=True, exist_ok=True)
    for one in read_corpus(args.corpus):
        sound = parselmouth.Sound(str(one.path))
        pitch = sound.to_pitch_ac(time_step=STEP, pitch_floor=60.0, pitch_ceiling=500.0)
        grid = read_textgrid(one.path.with_suffix(".TextGrid"))
        rows = registers(pitch.xs(), pitch.selected_array["frequency"], grid.end)
        tier = IntervalTier("register", 0.0, grid.end, tuple(Interval(*row) for row in rows))
        write_textgrid(edits.add_tier(grid, tier), args.target / f"{one.name}.TextGrid")
        link = args.target / one.path.name
        if not link.exists():
            os.symlink(one.path.absolute(), link)


if __name__ == "__main__":
    main()
