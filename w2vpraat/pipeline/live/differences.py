"""Which token of an edited annotation is which of before, and what is different about it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

import numpy as np
from numpy.typing import NDArray

from w2vpraat.corpus.token_values import Token, Tokens
from w2vpraat.pipeline.live.recording_values import RecordingValues

Rows = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Difference:
    """What is different about a recording.

    Parameters
    ----------
    order : ndarray of intp, shape (n_tokens,)
        For each token now, its row in the recording before; -1 if it is new.
    rows : ndarray of intp
        Rows of the recording with other values than before, ascending.
    renamed : dict
        Old id to new id, or None, where they differ.
    speakers : frozenset of str
        Whose tokens changed, came or went.
    kinds : frozenset of str
        "label", "time", "acoustics", "vectors".
    """

    order: Rows
    rows: Rows
    renamed: dict[str, str | None]
    speakers: frozenset[str]
    kinds: frozenset[str]


def difference(before: RecordingValues, after: RecordingValues) -> Difference:
    """Compare a recording before and after edits."""
    pairs = paired_tokens(before.part, after.part)
    order = np.array([pairs[row] for row in range(len(after))], dtype=np.intp)
    old, new = before.tokens, after.tokens
    known = order >= 0
    kinds: set[str] = set()
    changed = ~known
    for row in np.flatnonzero(known):
        kind = _token_kinds(old[order[row]], new[row])
        if kind:
            kinds.update(kind)
            changed[row] = True
    for name, other in _value_kinds(before, after, order, known):
        if other.any():
            kinds.add(name)
            changed |= other
    came_or_went = int(known.sum()) != len(old) or not known.all()
    if came_or_went:
        kinds |= {"label", "time"}
        kinds |= {"acoustics"} if after.measures is not None else set()
        kinds |= {"vectors"} if after.vectors else set()
    kept = set(order[known].tolist())
    gone = [row for row in range(len(old)) if row not in kept]
    rows = np.flatnonzero(changed)
    speakers = {new[row].speaker for row in rows} | {old[row].speaker for row in gone}
    speakers |= {old[order[row]].speaker for row in rows if order[row] >= 0}
    renamed: dict[str, str | None] = {old[row].id: None for row in gone}
    renamed.update(
        {old[was].id: new[row].id for row, was in enumerate(order) if was >= 0 and old[was].id != new[row].id}
    )
    return Difference(order, rows, renamed, frozenset(speakers), frozenset(kinds))


def _token_kinds(old: Token, new: Token) -> set[str]:
    kinds = set()
    if (old.start, old.end) != (new.start, new.end):
        kinds.add("time")
    names = ("label", "raw_label", "word", "pre_seg", "fol_seg", "tier", "speaker", "metadata")
    if any(getattr(old, name) != getattr(new, name) for name in names):
        kinds.add("label")
    return kinds


def _value_kinds(
    before: RecordingValues, after: RecordingValues, order: Rows, known: NDArray[np.bool_]
) -> list[tuple[str, NDArray[np.bool_]]]:
    """Per kind, which of the tokens that were there before have other values now."""

    def other(old: NDArray[Any], new: NDArray[Any]) -> NDArray[np.bool_]:
        out = np.zeros(len(new), dtype=bool)
        one, two = old[order[known]], new[known]
        unequal = one != two
        if one.dtype != object:
            unequal &= ~(np.isnan(one) & np.isnan(two))
        out[known] = unequal.any(axis=tuple(range(1, unequal.ndim)))
        return out

    found = []
    if before.measures is not None and after.measures is not None:
        found.append(("acoustics", other(before.measures.numbers, after.measures.numbers)))
        found.append(("acoustics", other(before.measures.notes, after.measures.notes)))
    if before.frames is not None and after.frames is not None:
        found.append(("vectors", other(before.frames.places, after.frames.places)))
    for key, vectors in after.vectors.items():
        if key in before.vectors:
            found.append(("vectors", other(before.vectors[key], vectors)))
    return found


def paired_tokens(before: Tokens, after: Tokens) -> list[int]:
    """Find every kept token of now among the kept tokens of before.

    Tiers are paired by name, then by their contents; on a tier, items that are the same at its beginning and
    end are paired first, then those with the same times, then those that share most time.

    Returns
    -------
    list of int
        Row before of each row now; -1 for tokens that are new, or were rejected before.
    """
    old_tiers, new_tiers = _tiers(before), _tiers(after)
    rows = {token.id: row for row, token in enumerate(before.kept)}
    found: dict[str, int] = {}
    for new_number, old_number in _paired_tiers(old_tiers, new_tiers).items():
        old, new = old_tiers[old_number], new_tiers[new_number]
        for one, two in _paired_items(old, new):
            row = rows.get(old[one].id)
            if row is not None:
                found[new[two].id] = row
    return [found.get(token.id, -1) for token in after.kept]


def _tiers(part: Tokens) -> dict[int, list[Token]]:
    tiers: dict[int, list[Token]] = {}
    for token in (*part.kept, *(one.token for one in part.rejected)):
        tiers.setdefault(token.tier_number, []).append(token)
    for items in tiers.values():
        items.sort(key=lambda token: token.interval)
    return dict(sorted(tiers.items()))


def _paired_tiers(old: dict[int, list[Token]], new: dict[int, list[Token]]) -> dict[int, int]:
    """Return number now to number before."""
    pairs: dict[int, int] = {}
    free = list(old)

    def pair(same: Any) -> None:
        for number in new:
            if number not in pairs:
                match = next((was for was in free if same(old[was], new[number])), None)
                if match is not None:
                    pairs[number] = match
                    free.remove(match)

    def same_name(one: list[Token], two: list[Token]) -> bool:
        return one[0].tier == two[0].tier

    pair(lambda one, two: same_name(one, two) and list(map(_place, one)) == list(map(_place, two)))
    pair(same_name)
    pair(lambda one, two: list(map(_place, one)) == list(map(_place, two)))
    return pairs


def _place(token: Token) -> tuple[float, float, str]:
    return token.start, token.end, token.raw_label


def _paired_items(old: Sequence[Token], new: Sequence[Token]) -> list[tuple[int, int]]:
    """Return (index before, index now) of the items of one tier."""
    shorter = min(len(old), len(new))
    head = 0
    while head < shorter and _place(old[head]) == _place(new[head]):
        head += 1
    tail = 0
    while tail < shorter - head and _place(old[-1 - tail]) == _place(new[-1 - tail]):
        tail += 1
    pairs = [(index, index) for index in range(head)]
    pairs += [(len(old) - 1 - index, len(new) - 1 - index) for index in range(tail)]
    one, two = range(head, len(old) - tail), range(head, len(new) - tail)
    if len(one) == len(two) and all(
        old[a].raw_label == new[b].raw_label for a, b in zip(one, two, strict=True)
    ):
        return pairs + list(zip(one, two, strict=True))  # boundaries moved
    return pairs + _paired_by_time(old, new, one, two)


def _paired_by_time(
    old: Sequence[Token], new: Sequence[Token], one: range, two: range
) -> list[tuple[int, int]]:
    pairs: list[tuple[int, int]] = []
    at = {(old[index].start, old[index].end): index for index in one}
    left = []
    for index in two:
        same = at.pop((new[index].start, new[index].end), None)
        if same is None:
            left.append(index)
        else:
            pairs.append((same, index))
    free = sorted(at.values(), key=lambda index: old[index].start)
    starts = [old[index].start for index in free]
    reach = list(accumulate((old[index].end for index in free), max))
    shared = []
    for index in left:
        token = new[index]
        place = bisect_right(reach, token.start)
        while place < len(free) and starts[place] < token.end:
            was = old[free[place]]
            overlap = min(was.end, token.end) - max(was.start, token.start)
            if overlap > 0.0:
                # Of two that share as much the one with the same label.
                shared.append((-overlap, was.raw_label != token.raw_label, free[place], index))
            place += 1
    used_old: set[int] = set()
    used_new: set[int] = set()
    for _, _, first, second in sorted(shared):
        if first not in used_old and second not in used_new:
            used_old.add(first)
            used_new.add(second)
            pairs.append((first, second))
    return pairs
