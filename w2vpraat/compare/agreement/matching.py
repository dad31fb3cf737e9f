"""Which items of two tiers are the same: an alignment that keeps the order.

The alignment is that of Needleman & Wunsch (1970) with gaps that cost nothing: of all ways to pair the items
of two tiers in order, the one with the greatest sum over pairs of

    (1 if the labels are equal) + (time that both share / time that either covers)

Intervals of different labels are paired only if they share half of the shorter one, so that one interval
against two stays one pair and one that is left over. Equal labels that don't overlap are paired over a short
distance only, and count less the farther apart they are. Pauses are not paired: they are what lies between.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from typing import NamedTuple

from w2vpraat.corpus.labels import plain_label
from w2vpraat.corpus.task_spans import PAUSES
from w2vpraat.corpus.textgrid.values import IntervalTier, PointTier, Tier
from w2vpraat.errors import ComparisonError
from w2vpraat.params.agreeing import AgreementParams


class Item(NamedTuple):
    """An interval or point of a tier, as it is compared.

    Attributes
    ----------
    number : int
        In its tier, from 1.
    start, end : float
        Seconds; equal for a point.
    label : str
        Praat's trigraphs converted, NFC, without blanks at the ends.
    """

    number: int
    start: float
    end: float
    label: str


@dataclass(frozen=True)
class Matching:
    """The items of two tiers, paired in order.

    Parameters
    ----------
    pairs : tuple of (Item, Item)
        Of the first and the second tier, in order of time.
    only_first, only_second : tuple of Item
        Items without a partner, in order of time.
    points : bool
        Whether these are points.
    """

    pairs: tuple[tuple[Item, Item], ...] = field(repr=False)
    only_first: tuple[Item, ...] = field(repr=False)
    only_second: tuple[Item, ...] = field(repr=False)
    points: bool = False


def match_items(first: Tier, second: Tier, params: AgreementParams | None = None) -> Matching:
    """Pair the items of two tiers in order.

    Parameters
    ----------
    first, second : IntervalTier or PointTier
        Of the same recording, both of the same kind.
    params : AgreementParams, optional
        Settings.

    Returns
    -------
    Matching
        Pauses (empty intervals, and labels that stand for one) are left out; points without a label are not.

    Raises
    ------
    ComparisonError
        If one tier holds intervals and the other points.
    """
    params = params or AgreementParams()
    if type(first) is not type(second):
        kinds = ["points" if isinstance(tier, PointTier) else "intervals" for tier in (first, second)]
        raise ComparisonError(
            f"the first tier holds {kinds[0]} and the second {kinds[1]}",
            "choose tiers of the same kind",
            tier=second.name,
        )
    ours, theirs = comparable_items(first, params), comparable_items(second, params)
    chosen = _best_chain(ours, theirs, params, isinstance(first, PointTier))
    taken = [{pair[side] for pair in chosen} for side in (0, 1)]
    return Matching(
        tuple((ours[i], theirs[j]) for i, j in chosen),
        tuple(item for index, item in enumerate(ours) if index not in taken[0]),
        tuple(item for index, item in enumerate(theirs) if index not in taken[1]),
        isinstance(first, PointTier),
    )


def comparable_items(tier: Tier, params: AgreementParams) -> list[Item]:
    """Return the items of a tier that are compared, in order of time."""
    if isinstance(tier, IntervalTier):
        pauses = pause_labels(params)
        named = ((number, item, plain_label(item.label)) for number, item in enumerate(tier, 1))
        items = [Item(n, item.start, item.end, label) for n, item, label in named if label not in pauses]
    else:
        items = [Item(n, p.time, p.time, plain_label(p.label)) for n, p in enumerate(tier, 1)]
    return sorted(items, key=lambda item: (item.start, item.end))


def pause_labels(params: AgreementParams) -> frozenset[str]:
    """Return the labels that stand for a pause; the empty one is among them."""
    return frozenset(params.pauses) | {""} if params.pauses else PAUSES


class _Link(NamedTuple):
    first: int
    second: int
    before: _Link | None


def _best_chain(
    ours: Sequence[Item], theirs: Sequence[Item], params: AgreementParams, points: bool
) -> list[tuple[int, int]]:
    # best[j]: greatest sum with items before theirs[j] only; it never falls, and its last pair is behind[j].
    # Pairs lie near the diagonal of time, so only those are looked at, and both lists end where they do.
    best = [0.0]
    behind: list[_Link | None] = [None]
    for index, candidates in enumerate(_near(ours, theirs, params.max_shift)):
        if not candidates:
            continue
        ahead = max(0, candidates.stop + 1 - len(best))
        best += best[-1:] * ahead
        behind += behind[-1:] * ahead
        old, old_pair = best[candidates.start], behind[candidates.start]
        now, now_pair = old, old_pair
        for other in candidates:
            worth = _worth(ours[index], theirs[other], params, points)
            with_pair = old + worth if worth > 0.0 else -1.0
            if with_pair > now:
                now, now_pair = with_pair, _Link(index, other, old_pair)
            old, old_pair = best[other + 1], behind[other + 1]
            if old >= now:
                now, now_pair = old, old_pair
            else:
                best[other + 1], behind[other + 1] = now, now_pair
        for place in range(candidates.stop + 1, len(best)):
            if best[place] >= now:
                break
            best[place], behind[place] = now, now_pair
    chain: list[tuple[int, int]] = []
    at = behind[-1]
    while at is not None:
        chain.append((at.first, at.second))
        at = at.before
    return chain[::-1]


def _near(ours: Sequence[Item], theirs: Sequence[Item], reach: float) -> Iterator[range]:
    starts = [item.start for item in theirs]
    # The latest end so far: intervals may overlap, as in files that need a repair.
    ends = list(accumulate((item.end for item in theirs), max))
    for item in ours:
        first = bisect_left(ends, item.start - reach)
        yield range(first, max(first, bisect_right(starts, item.end + reach)))


def _worth(one: Item, other: Item, params: AgreementParams, points: bool) -> float:
    equal = one.label == other.label
    shared = min(one.end, other.end) - max(one.start, other.start)
    if points:
        near = 1.0 + shared / params.max_shift if params.max_shift else float(shared == 0.0)
        return equal + near if near >= 0.0 else 0.0
    if shared > 0.0:
        shorter = min(one.end - one.start, other.end - other.start)
        if not equal and shared < params.least_overlap * shorter:
            return 0.0
        return equal + shared / (max(one.end, other.end) - min(one.start, other.start))
    if not equal or -shared > params.max_shift:
        return 0.0
    return 1.0 + 0.5 * shared / params.max_shift if params.max_shift else 1.0
