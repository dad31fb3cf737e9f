"""Which differences between representations are more than noise: paired by speaker, corrected for many pairs.

Two representations are scored on the same tokens of the same speakers. If it made no difference which of the
two is used, their answers for any speaker could as well be exchanged: the difference is compared with those
after exchanging the answers of whole speakers (a sign-flip or randomization test). With few speakers all
exchanges are tried, so the p-value is exact.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from w2vpraat.compare.scores import Scores, Tally, interval, speaker_weights

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]

# Up to so many speakers all exchanges are tried (2 to this power), beyond it so many are drawn.
EXACT_SPEAKERS, DRAWN = 14, 9999
COLUMNS = (
    "goal",
    "probe",
    "unit",
    "first",
    "second",
    "difference",
    "low",
    "high",
    "p",
    "p_holm",
    "n_speakers",
    "n_pairs",
)


def paired_differences(
    scores: Scores,
    goal: str = "label",
    *,
    probe: str = "lda",
    unit: str = "accuracy",
    names: Sequence[str] = (),
) -> pd.DataFrame:
    """Compare all representations with each other on one goal.

    Parameters
    ----------
    scores : Scores
    goal, probe, unit : str
        Which rows of the table.
    names : sequence of str
        Representations; empty: all that have such a row.

    Returns
    -------
    pandas.DataFrame
        One row per pair, columns as in :data:`COLUMNS`: the first less the second, with the interval of a
        paired bootstrap over speakers, the p-value of the exchange of speakers, and the same after Holm's
        correction for all pairs of the table. NaN where speakers are too few (one for the p-value, two for
        the interval).

    References
    ----------
    Good 2005, *Permutation, Parametric, and Bootstrap Tests of Hypotheses*, 3rd ed., Springer (exchange);
    Phipson & Smyth 2010, Stat. Appl. Genet. Mol. Biol. 9:39 (p-values of drawn exchanges are never zero);
    Holm 1979, Scand. J. Stat. 6:65-70.
    """
    import pandas as pd

    keys = [key for key in scores.tallies if key[1:] == (goal, probe, unit)]
    keys = [key for key in keys if not names or key[0] in names]
    pairs = list(combinations(keys, 2))
    rows: list[dict[str, Any]] = []
    made = _Resampled(scores, [scores.tallies[key] for key in keys])
    for first, second in pairs:
        one, two = keys.index(first), keys.index(second)
        low, high = made.span(one, two)
        rows.append(
            {
                "goal": goal,
                "probe": probe,
                "unit": unit,
                "first": first[0],
                "second": second[0],
                "difference": scores.tallies[first].value - scores.tallies[second].value,
                "low": low,
                "high": high,
                "p": exchange_p(scores.tallies[first], scores.tallies[second], scores.seed),
                "n_speakers": scores.tallies[first].n_speakers,
                "n_pairs": len(pairs),
            }
        )
    adjusted = holm(np.array([row["p"] for row in rows], dtype=np.float64))
    for row, value in zip(rows, adjusted, strict=True):
        row["p_holm"] = float(value)
    return pd.DataFrame(rows, columns=list(COLUMNS))


class _Resampled:
    """Scores of every representation for the same bootstrap samples of speakers."""

    def __init__(self, scores: Scores, tallies: Sequence[Tally]) -> None:
        self.level = scores.level
        self.samples: list[Floats] = []
        if scores.bootstrap and tallies and tallies[0].n_speakers > 1:
            weights = speaker_weights(tallies[0].strata, scores.bootstrap, scores.seed)
            self.samples = [tally.weighted(weights) for tally in tallies]

    def span(self, one: int, two: int) -> tuple[float, float]:
        """Interval of a difference; NaN without samples."""
        if not self.samples:
            return float("nan"), float("nan")
        return interval(self.samples[one] - self.samples[two], self.level)


def speaker_gaps(first: Tally, second: Tally) -> Floats:
    """Split the difference of two scores into what each speaker contributes, shape (n_speakers,).

    The contributions add up to ``first.value - second.value``. If a speaker's answers are exchanged between
    the two, the speaker's contribution changes its sign.
    """
    counts = first.counts
    gaps = first.hits - second.hits
    if not first.balanced:
        return np.asarray(gaps.sum(axis=1) / counts.sum())
    of_cell = counts.sum(axis=0)
    asked = of_cell > 0
    return np.asarray((gaps[:, asked] / of_cell[asked]).sum(axis=1) / asked.sum())


def exchange_p(first: Tally, second: Tally, seed: int = 0) -> float:
    """Two-sided p-value of the difference if the answers of whole speakers are exchanged.

    Parameters
    ----------
    first, second : Tally
        Of the same tokens.
    seed : int
        Draws the exchanges, if there are more than :data:`EXACT_SPEAKERS` speakers.

    Returns
    -------
    float
        NaN for a single speaker.
    """
    gaps = speaker_gaps(first, second)
    n = len(gaps)
    if n < 2:
        return float("nan")
    observed = abs(float(gaps.sum()))
    # Sums that differ by rounding only are equal.
    least = observed - 1e-12 * max(float(np.abs(gaps).sum()), 1e-300)
    if n <= EXACT_SPEAKERS:
        # One speaker may keep the sign: turning all signs over gives the same absolute value.
        bits = np.arange(2 ** (n - 1))[:, None] >> np.arange(n - 1)
        sums = gaps[-1] + (1.0 - 2.0 * (bits & 1)) @ gaps[:-1]
        return float((np.abs(sums) >= least).mean())
    signs = np.random.default_rng((seed, n)).choice([-1.0, 1.0], size=(DRAWN, n))
    return float((1 + (np.abs(signs @ gaps) >= least).sum()) / (DRAWN + 1))


def holm(p: Floats) -> Floats:
    """Correct p-values for their number by Holm's step-down procedure; NaN stay NaN and do not count."""
    adjusted = np.full(len(p), np.nan)
    known = np.flatnonzero(np.isfinite(p))
    order = known[np.argsort(p[known], kind="stable")]
    steps = np.maximum.accumulate(p[order] * np.arange(len(order), 0, -1))
    adjusted[order] = np.minimum(steps, 1.0)
    return adjusted
