"""What moved boundaries did to representations: how far tokens go, how many change their nearest label."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from w2vpraat.compare.material import Material
from w2vpraat.compare.scores import Tally, interval, speaker_weights
from w2vpraat.compare.tokens.sensitivity import Yardstick
from w2vpraat.params import CompareParams

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]

SUMMARY_COLUMNS = (
    "representation",
    "shift",
    "n_tokens",
    "n_speakers",
    "movement_median",
    "movement_p90",
    "distance_median",
    "distance_p90",
    "cosine_median",
    "cosine_p90",
    "still",
    "flips",
    "flip_rate",
    "low",
    "high",
    "right",
    "right_flip_rate",
    "n_clipped",
    "n_unmade",
    "n_undefined",
    "spread_within",
    "dim",
)
DIFFERENCE_COLUMNS = ("shift", "first", "second", "difference", "low", "high", "n_tokens", "n_speakers")


@dataclass(frozen=True, eq=False)
class Sensitivity:
    """How much the values depend on where exactly the boundaries are.

    Attributes
    ----------
    tokens : pandas.DataFrame
        One row per token, about one shift: ``id, speaker, label, sens_shift, sens_moves, sens_clipped,
        sens_unmade``; per formant ``sens_f1`` (largest change in Hz), ``sens_f1_sd`` (in sd of the speaker's
        tokens), ``sens_f1_spread`` (in sd between tokens of the label and speaker); ``sens_vec`` (largest
        cosine distance of the vector, centred), ``sens_vec_spread``; ``sens_flip`` (whether the nearest
        label changes, in either world), ``sens_flip_formants, sens_flip_vec``, and the labels:
        ``sens_nearest_formants, sens_moved_formants, sens_nearest_vec, sens_moved_vec``.
    shifts : pandas.DataFrame
        One row per token, shift and representation; columns as in :data:`~.sensitivity_tables.SHIFT_COLUMNS`.
    summary : pandas.DataFrame
        One row per representation and shift; columns as in :data:`SUMMARY_COLUMNS`.
    differences : pandas.DataFrame
        Flip rates compared pair by pair; columns as in :data:`DIFFERENCE_COLUMNS`.
    left_out : pandas.DataFrame
        Columns ``id``, ``reason``, ``detail``.
    formants, vectors : str
        The representations that ``sens_flip_formants`` and ``sens_flip_vec`` are about; empty if there is
        none.
    queue_shift : float
        The shift of `tokens`, in seconds.
    level : float
        Of the intervals.
    notes : tuple of str
        What the reader should know.
    """

    tokens: pd.DataFrame
    shifts: pd.DataFrame
    summary: pd.DataFrame
    differences: pd.DataFrame
    left_out: pd.DataFrame
    formants: str = ""
    vectors: str = ""
    queue_shift: float = 0.01
    level: float = 0.95
    notes: tuple[str, ...] = ()


def summarize(
    shifts: pd.DataFrame,
    counts: pd.DataFrame,
    yardsticks: Sequence[Yardstick],
    material: Material,
    params: CompareParams,
) -> pd.DataFrame:
    """Tell per representation and shift how far tokens move and how many change their nearest label.

    Parameters
    ----------
    shifts : pandas.DataFrame
        From `token_shifts`, of all representations.
    counts : pandas.DataFrame
        ``id, shift, n_clipped, n_unmade``: versions per token that moved less, and that were not made.
    yardsticks : sequence of Yardstick
    material : Material
    params : CompareParams
        Bootstrap samples over speakers, level and seed.
    """
    import pandas as pd

    rows = []
    speaker = dict(zip(material.ids, material.speakers, strict=True))
    for one in yardsticks:
        own = shifts[shifts["representation"] == one.name]
        for shift, part in own.groupby("shift", sort=True):
            mine = counts[(counts["shift"] == shift) & counts["id"].isin(part["id"])]
            moved = part[part["movement"].notna()]
            people = np.array([speaker[token] for token in part["id"]], dtype=np.intp)
            right = _nearest_is_own(one, material, list(part["id"]))
            flips = part["flip"].to_numpy(float, na_value=np.nan)
            row: dict[str, Any] = {
                "representation": one.name,
                "shift": shift,
                "n_tokens": len(moved),
                "n_speakers": len({speaker[token] for token in moved["id"]}),
                "still": float((moved["movement"] == 0.0).mean()) if len(moved) else np.nan,
                "n_clipped": int((mine["n_clipped"] > 0).sum()),
                "n_unmade": int(mine["n_unmade"].sum()),
                "n_undefined": int(part["n_undefined"].sum()),
                "spread_within": one.spread.within,
                "dim": one.values.shape[1],
                **_flip_rate(flips, people, params),
                "right": float(right.mean()) if one.rule is not None else np.nan,
                "right_flip_rate": _mean(flips[right]),
            }
            for name in ("movement", "distance", "cosine"):
                known = part[name].dropna()
                row[f"{name}_median"] = float(known.median()) if len(known) else np.nan
                row[f"{name}_p90"] = float(known.quantile(0.9)) if len(known) else np.nan
            rows.append(row)
    table = pd.DataFrame(rows, columns=list(SUMMARY_COLUMNS))
    return table.astype({"flips": "Int64"})


def _nearest_is_own(one: Yardstick, material: Material, ids: Sequence[str]) -> NDArray[np.bool_]:
    """Whether the label nearest to each token, boundaries as they are, is its own."""
    row = {token: number for number, token in enumerate(material.ids)}
    rows = np.array([row[token] for token in ids], dtype=np.intp)
    return np.asarray(one.own[rows] == material.labels[rows])


def _mean(values: Floats) -> float:
    known = values[np.isfinite(values)]
    return float(known.mean()) if known.size else float("nan")


def _flip_rate(flips: Floats, speakers: NDArray[np.intp], params: CompareParams) -> dict[str, Any]:
    if not np.isfinite(flips).any():
        return {"flips": None, "flip_rate": np.nan, "low": np.nan, "high": np.nan}
    tally = Tally.of(flips, speakers)
    low = high = float("nan")
    if params.bootstrap and tally.n_speakers > 1:
        low, high = interval(tally.resampled(params.bootstrap, params.seed), params.level)
    return {"flips": int(np.nansum(flips)), "flip_rate": tally.value, "low": low, "high": high}


def flip_differences(shifts: pd.DataFrame, material: Material, params: CompareParams) -> pd.DataFrame:
    """Compare the flip rates of representations on the same tokens, speakers resampled in pairs.

    Returns
    -------
    pandas.DataFrame
        Columns as in :data:`DIFFERENCE_COLUMNS`: first less second, as shares from -1 to 1.
    """
    import pandas as pd

    rows = []
    speaker = dict(zip(material.ids, material.speakers, strict=True))
    for shift, part in shifts.groupby("shift", sort=True):
        wide = part.pivot_table(
            index="id", columns="representation", values="flip", aggfunc="first", sort=False, observed=True
        ).astype(float)
        wide = wide[[name for name in dict.fromkeys(part["representation"]) if name in wide.columns]]
        for first, second in combinations(wide.columns, 2):
            both = wide[[first, second]].dropna()
            people = np.array([speaker[token] for token in both.index], dtype=np.intp)
            one, two = (Tally.of(both[name].to_numpy(), people) for name in (first, second))
            low = high = float("nan")
            if params.bootstrap and one.n_speakers > 1:
                weights = speaker_weights(one.strata, params.bootstrap, params.seed)
                low, high = interval(one.weighted(weights) - two.weighted(weights), params.level)
            value = one.value - two.value if len(both) else float("nan")
            rows.append((shift, first, second, value, low, high, len(both), one.n_speakers))
    return pd.DataFrame(rows, columns=list(DIFFERENCE_COLUMNS))


def explain_sensitivity(found: Sensitivity, shift: float | None = None) -> str:
    """Read the tables aloud in a plain sentence: which world depends less on the boundaries.

    Parameters
    ----------
    found : Sensitivity
    shift : float, optional
        The shift that is told about, in seconds; default: that of the token table.

    Returns
    -------
    str
        Empty if no representation has a nearest label.
    """
    shift = found.queue_shift if shift is None else shift
    rows = found.summary[(found.summary["shift"] == shift) & found.summary["flip_rate"].notna()]
    rate = dict(zip(rows["representation"], rows["flip_rate"], strict=True))
    n_tokens = dict(zip(rows["representation"], rows["n_tokens"], strict=True))
    told = [name for name in (found.formants, found.vectors) if name in rate]
    if not told:
        return ""
    parts = " and ".join(f"{100 * rate[name]:.1f} % in {name}" for name in told)
    text = (
        f"Of {max(n_tokens[name] for name in told)} tokens, {parts} change their nearest label with at least"
        f" one way of moving the boundaries by {1000 * shift:g} ms"
    )
    if len(told) < 2:
        return f"{text}."
    pairs = found.differences
    one = pairs[(pairs["shift"] == shift) & (pairs["first"] == told[0]) & (pairs["second"] == told[1])]
    value, low, high = (float(one[name].iloc[0]) for name in ("difference", "low", "high"))
    if low != low:
        return f"{text}; with so few speakers no interval of the difference can be given."
    span = f"{100 * low:.1f} to {100 * high:.1f} points"
    if low <= 0.0 <= high:
        return f"{text}; the difference ({span}) may be zero: these speakers do not decide it."
    return f"{text}; the difference ({span}) says that {told[1 if value > 0 else 0]} depends less on them."
