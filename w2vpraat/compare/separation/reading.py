"""What a table of pairs means: one plain sentence for each pair."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from w2vpraat.compare.paired import holm
from w2vpraat.compare.separation.pairs import PairTable

if TYPE_CHECKING:
    import pandas as pd

Row = Mapping[Any, Any]

# Normals that share as much as this are nearly the same, whatever a test says.
NEARLY = 0.95
LISTED = 8
# Of more representations than so many only the number is said.
MOST_NAMES = 3


def explain_pairs(found: PairTable) -> tuple[str, ...]:
    """Read the pairs aloud: is it a merger, and in which speakers.

    A representation tells two labels apart if the labels, shuffled within speakers, give as high a Pillai
    score in fewer than ``1 - level`` of the cases, with Holm's correction for the number of representations.
    No difference is no proof of a merger, so that the sentence says what the data would still allow.

    Returns
    -------
    tuple of str
        One sentence per pair, in the order of the table.

    References
    ----------
    Holm 1979, Scand. J. Stat. 6:65-70.
    """
    return tuple(explain_pair(found, pair) for pair in found.pairs)


def explain_pair(found: PairTable, pair: tuple[str, str]) -> str:
    """Read one pair aloud (see :func:`explain_pairs`)."""
    rows = _of_pair(found.table, pair)
    alpha = 1.0 - found.level
    opening = f"{pair[0]} and {pair[1]}{_context(found)}"
    all_speakers = _verdict(rows, alpha)
    one_by_one = _speakers(_of_pair(found.by_speaker, pair), rows, alpha)
    return f"{opening}: {all_speakers}{one_by_one}."


def _of_pair(table: pd.DataFrame, pair: tuple[str, str]) -> list[Row]:
    own = table[(table["first"] == pair[0]) & (table["second"] == pair[1])]
    return list(own.to_dict("records"))


def _context(found: PairTable) -> str:
    parts = []
    if found.before:
        parts.append(f"before {', '.join(found.before)}")
    if found.after:
        parts.append(f"after {', '.join(found.after)}")
    return f" {' and '.join(parts)}" if parts else ""


def _verdict(rows: Sequence[Row], alpha: float) -> str:
    p = _corrected(rows)
    if not p:
        return (
            "not decided, since no speaker says both, so that labels can't be told from speakers"
            if max(row["n_speakers"] for row in rows) > 1
            else "not decided, since the labels were not shuffled"
        )
    apart = [row for row in rows if p.get(row["representation"], 1.0) < alpha]
    alike = [row for row in rows if row["representation"] in p and row not in apart]
    if apart and alike:
        return (
            f"{_told(apart, p)}, but {_names(alike)} {_does(alike)} not ({_smallest(alike, p)}), so the "
            f"labels differ, though not in everything{_overlap(apart)}"
        )
    if apart:
        near = min(row["affinity"] for row in apart) >= NEARLY
        what = "so they are nearly merged, but not quite" if near else "so there is no complete merger"
        every = f"all {_told(apart, p)}" if len(apart) > MOST_NAMES else _told(apart, p)
        return f"{every}, {what}{_overlap(apart)}"
    every = "no representation tells" if len(alike) > 1 else f"{_names(alike)} does not tell"
    return (
        f"{every} them apart beyond chance ({_smallest(alike, p)}), as in a complete merger{_allowed(alike)}"
    )


def _told(apart: Sequence[Row], p: Mapping[str, float]) -> str:
    tell = "tells" if len(apart) == 1 else "tell"
    largest = max(p[row["representation"]] for row in apart)
    return f"{_names(apart)} {tell} them apart beyond chance (p {_p(largest, at_most=len(apart) > 1)})"


def _smallest(rows: Sequence[Row], p: Mapping[str, float]) -> str:
    values = [p[row["representation"]] for row in rows]
    return f"{'smallest p' if len(values) > 1 else 'p'} {_p(min(values))}"


def _p(value: float, *, at_most: bool = False) -> str:
    text = f"{value:.3f}" if value < 0.1 else f"{value:.2f}"
    return f"{'at most' if at_most else '='} {text}"


def _overlap(rows: Sequence[Row]) -> str:
    values = sorted(row["affinity"] for row in rows if row["affinity"] == row["affinity"])
    if not values:
        return ""
    low, high = f"{values[0]:.2f}", f"{values[-1]:.2f}"
    return f" (affinity {low if low == high else f'{low} to {high}'}; 1 = the same)"


def _allowed(rows: Sequence[Row]) -> str:
    for kind in ("pillai_adjusted_high", "pillai_high"):
        known = [row for row in rows if row[kind] == row[kind]]
        if known:
            most = max(known, key=lambda row: row[kind])
            name = "an adjusted Pillai score" if "adjusted" in kind else "a Pillai score"
            return (
                f"; but {name} of up to {most[kind]:.2f} ({most['representation']}) would fit these data, too"
            )
    return ""


def _speakers(rows: Sequence[Row], overall: Sequence[Row], alpha: float) -> str:
    if max(row["n_speakers"] for row in overall) < 2:
        return ""
    by_name: dict[str, list[Row]] = {}
    for row in rows:
        by_name.setdefault(row["speaker"], []).append(row)
    if not by_name:
        return "; no speaker has enough tokens of both to be asked alone"
    p = {name: _corrected(own) for name, own in by_name.items()}
    alike = [name for name, own in p.items() if own and min(own.values()) >= alpha]
    asked = [name for name, own in p.items() if own]
    if not asked:
        return ""
    of = f"{len(asked)} speaker{'s' if len(asked) > 1 else ''} with enough tokens"
    if not alike:
        return (
            f"; taken one by one, each of the {of} keeps them apart"
            if len(asked) > 1
            else (f"; {asked[0]}, the only speaker with enough tokens, keeps them apart")
        )
    fewest = min(min(row["n_first"], row["n_second"]) for name in alike for row in by_name[name])
    shown = ", ".join(alike[:LISTED]) + (f" and {len(alike) - LISTED} more" if len(alike) > LISTED else "")
    return (
        f"; taken one by one, {len(alike)} of the {of} show{'s' if len(alike) == 1 else ''} no difference "
        f"({shown}; with as few as {fewest} tokens of a label only a large one would show)"
    )


def _corrected(rows: Sequence[Row]) -> dict[str, float]:
    """Return p of each representation, corrected for their number: shuffled, or of F where there is none."""
    raw = {}
    for row in rows:
        p = row["pillai_p_shuffled"]
        if p != p and row["n_speakers"] == 1:
            p = row["pillai_p"]
        if p == p:
            raw[str(row["representation"])] = float(p)
    corrected = holm(np.array(list(raw.values()), dtype=np.float64))
    return dict(zip(raw, map(float, corrected), strict=True))


def _does(rows: Sequence[Row]) -> str:
    return "does" if len(rows) == 1 else "do"


def _names(rows: Sequence[Row]) -> str:
    names = [str(row["representation"]) for row in rows]
    if len(names) > MOST_NAMES:
        return f"{len(names)} representations"
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
