"""The ranking: best first for every goal, with differences within noise shown as such, and put into words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from w2vpraat.compare.goals.titles import direction, primary_probe
from w2vpraat.compare.paired import exchange_p, holm
from w2vpraat.compare.scores import Scores
from w2vpraat.errors import ComparisonError

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = (
    "goal",
    "direction",
    "probe",
    "unit",
    "rank",
    "representation",
    "value",
    "low",
    "high",
    "chance",
    "behind",
    "behind_low",
    "behind_high",
    "p_holm",
    "gain",
    "gain_low",
    "gain_high",
    "gain_p_holm",
    "gains",
)


@dataclass(frozen=True, eq=False)
class Ranking:
    """Who comes first, goal by goal.

    Attributes
    ----------
    table : pandas.DataFrame
        One row per goal and representation, best first; columns as in :data:`COLUMNS`. Representations of
        the same ``rank`` are not clearly worse than the first of them, ``p_holm`` being the corrected p-value
        of that. ``behind`` is the distance from the best of all, ``gain`` that from the reference, both
        positive if better; NaN for those themselves. ``gains`` says ``yes``, ``no`` (loses) or ``open``.
    sentences : mapping
        Representation -> what it gains and loses against the reference.
    reference : str
        What the others are measured by.
    level : float
        Of intervals; differences are decided at one minus it.
    """

    table: pd.DataFrame
    sentences: Mapping[str, str]
    reference: str
    level: float


def rank(scores: Scores, *, reference: str = "") -> Ranking:
    """Rank representations on every goal, by the probe that stands for it.

    The representation with the best score opens the first rank. Those that follow share it until one is
    clearly worse than the first of them: by the exchange test of :mod:`w2vpraat.compare.paired`, corrected by
    Holm for the comparisons with that first one. It opens the next rank, and so on. A representation of a
    later rank may still not be clearly worse than the best, if its speakers differ much. For goals that ask
    to remove something, less is better, down to chance; columns of metadata count as social, and more is
    better.

    Parameters
    ----------
    scores : Scores
    reference : str
        Representation that gains and losses are counted from; empty: the first one (raw formants, where they
        were measured).

    Returns
    -------
    Ranking

    Raises
    ------
    ComparisonError
        If there is no such representation.
    """
    import pandas as pd

    names = list(dict.fromkeys(scores.table["representation"]))
    reference = reference or names[0]
    if reference not in names:
        raise ComparisonError(f'there is no representation "{reference}"', f"one of {', '.join(names)}")
    rows: list[dict[str, Any]] = []
    for goal, own in scores.table.groupby("goal", sort=False):
        probe = primary_probe(str(goal), list(dict.fromkeys(own["probe"])))
        units = list(dict.fromkeys(own["unit"]))
        shown = own[(own["probe"] == probe) & (own["unit"] == units[0])]
        rows += _ranked(scores, shown.to_dict("records"), str(goal), reference)
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    sentences = {name: _sentence(name, table, reference) for name in names}
    return Ranking(table, sentences, reference, scores.level)


def _ranked(scores: Scores, rows: list[dict[Any, Any]], goal: str, reference: str) -> list[dict[str, Any]]:
    sign = -1.0 if direction(goal) == "remove" else 1.0

    def order(row: dict[Any, Any]) -> tuple[float, float, str]:
        # Below chance nothing is left to remove; the nearest to chance is then the cleanest case.
        value = row["value"] if sign > 0.0 else max(row["value"], row["chance"])
        return -sign * value, abs(row["value"] - row["chance"]) if sign < 0.0 else 0.0, row["representation"]

    waiting = sorted(rows, key=order)
    made: list[dict[str, Any]] = []
    best = waiting[0]
    while waiting:
        first, others = waiting[0], waiting[1:]
        p = [float("nan"), *_against(scores, others, first)]
        # Without a test (one speaker) nothing is decided.
        worse = np.array([order(row)[0] > order(first)[0] for row in waiting])
        clear = np.flatnonzero((np.array(p) < 1.0 - scores.level) & worse)
        size = int(clear[0]) if clear.size else len(waiting)
        place = len(made) + 1
        for row, value in zip(waiting[:size], p[:size], strict=True):
            gap = None if row is best else _difference(scores, row, best)
            made.append({**_cells(row, goal), "rank": place, "p_holm": value, **_gap("behind", gap, sign)})
        waiting = waiting[size:]
    gains = [row for row in rows if row["representation"] != reference]
    base = next((row for row in rows if row["representation"] == reference), None)
    if base is not None:
        p = _against(scores, gains, base)
        for row, value in zip(gains, p, strict=True):
            gap = _difference(scores, row, base)
            cells = next(one for one in made if one["representation"] == row["representation"])
            cells.update(_gap("gain", gap, sign), gain_p_holm=value)
            decided = value < 1.0 - scores.level
            cells["gains"] = ("yes" if sign * gap.value > 0.0 else "no") if decided else "open"
    return made


def _cells(row: dict[Any, Any], goal: str) -> dict[str, Any]:
    kept = ("goal", "probe", "unit", "representation", "value", "low", "high", "chance")
    return {**{name: row[name] for name in kept}, "direction": direction(goal), "gains": ""}


def _key(row: dict[Any, Any]) -> tuple[str, str, str, str]:
    return (row["representation"], row["goal"], row["probe"], row["unit"])


def _difference(scores: Scores, row: dict[Any, Any], other: dict[Any, Any]) -> Any:
    return scores.mean_difference([_key(row)], [_key(other)])


def _against(scores: Scores, rows: list[dict[Any, Any]], other: dict[Any, Any]) -> Any:
    """P-values of the differences from one representation, corrected for their number."""
    found = [exchange_p(scores.tallies[_key(row)], scores.tallies[_key(other)], scores.seed) for row in rows]
    return holm(np.array(found, dtype=np.float64))


def _gap(name: str, gap: Any, sign: float) -> dict[str, float]:
    if gap is None:
        return dict.fromkeys((name, f"{name}_low", f"{name}_high"), float("nan"))
    low, high = sorted((sign * gap.low, sign * gap.high))
    return {name: sign * gap.value, f"{name}_low": low, f"{name}_high": high}


def _sentence(name: str, table: pd.DataFrame, reference: str) -> str:
    own = table[table["representation"] == name].to_dict("records")
    if name == reference:
        firsts = [short_title(row["goal"]) for row in own if row["rank"] == 1]
        text = f"{name} is what the others are measured by"
        return f"{text}; none is clearly better in {_listed(firsts)}." if firsts else f"{text}."
    parts: dict[str, list[str]] = {"yes": [], "no": [], "open": []}
    for row in own:
        if row["gains"]:
            points = f"{100.0 * row['gain']:+.1f}".replace("-", "\u2212")
            parts[row["gains"]].append(f"{short_title(row['goal'])} ({points})")
    words = {"yes": "gains in", "no": "loses in", "open": "is not clearly different in"}
    told = [f"{words[kind]} {_listed(found)}" for kind, found in parts.items() if found]
    if not told:
        return f"{name} was not compared with {reference}."
    return f"Against {reference}, in points: {name} {'; it '.join(told)}."


def short_title(goal: str) -> str:
    """Name a goal as something one is good at: ``sex_given_label`` -> ``removing sex``."""
    for start, words in (("label_across_", "the label across values of"), ("label_within_", "within one")):
        if goal.startswith(start):
            column = goal.removeprefix(start).replace("_", " ")
            return f"{words} {column}" if start.endswith("across_") else f"the label {words} {column}"
    if goal == "label":
        return "the label"
    plain = goal.removesuffix("_given_label").replace("_of_speaker", " of whole speakers").replace("_", " ")
    return f"{'removing' if direction(goal) == 'remove' else 'keeping'} {plain}"


def _listed(parts: list[str]) -> str:
    return "".join(parts) if len(parts) < 2 else f"{', '.join(parts[:-1])} and {parts[-1]}"
