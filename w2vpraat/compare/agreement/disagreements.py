"""Where two annotators disagree, one by one: to be listed, jumped to and decided."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from w2vpraat.compare.agreement.agreement import Agreement
from w2vpraat.compare.agreement.values import BoundaryPair, ItemPair
from w2vpraat.corpus.textgrid.values import IntervalTier, Tier
from w2vpraat.errors import ComparisonError

if TYPE_CHECKING:
    import pandas as pd

Kind = Literal["boundary", "label", "missing in first", "missing in second"]
KINDS: tuple[Kind, ...] = ("boundary", "label", "missing in first", "missing in second")
COLUMNS = (
    *("recording", "kind", "time", "size_ms", "tier", "second_tier", "first", "second", "edge"),
    *("first_label", "second_label", "first_start", "first_end", "second_start", "second_end"),
)


@dataclass(frozen=True)
class Disagreement:
    """One thing that two annotators did differently.

    Parameters
    ----------
    recording : str
        Its name.
    kind : {"boundary", "label", "missing in first", "missing in second"}
        What differs.
    time : float
        Where to look, in seconds: the first's boundary, or the middle of the item.
    size_ms : float
        How much sound is concerned: the distance of the boundaries, the time that both items share, or the
        duration of the item that one of them lacks.
    tier, second_tier : int
        In each grid, from 1.
    first, second : int
        Item numbers in each grid, from 1. Where the item is missing: of what is there instead (a pause, a
        neighbour); 0 if nothing is.
    first_label, second_label : str
        As compared; empty where the item is missing.
    first_start, first_end, second_start, second_end : float
        Seconds; NaN where the item is missing.
    edge : {"", "start", "end", "point"}
        Of a boundary: which edge of the items it is.
    """

    recording: str
    kind: Kind
    time: float
    size_ms: float
    tier: int
    second_tier: int
    first: int
    second: int
    first_label: str
    second_label: str
    first_start: float
    first_end: float
    second_start: float
    second_end: float
    edge: str = ""

    @property
    def first_time(self) -> float:
        """The first's boundary in seconds."""
        return self.first_end if self.edge == "end" else self.first_start

    @property
    def second_time(self) -> float:
        """The second's boundary in seconds."""
        return self.second_end if self.edge == "end" else self.second_start

    def swapped(self) -> Disagreement:
        """Return the same, seen from the second annotator: to let that one adopt from the first."""
        kinds: dict[Kind, Kind] = {
            "missing in first": "missing in second",
            "missing in second": "missing in first",
        }
        return replace(
            self,
            kind=kinds.get(self.kind, self.kind),
            time=self.second_time if self.kind == "boundary" else self.time,
            tier=self.second_tier,
            second_tier=self.tier,
            first=self.second,
            second=self.first,
            first_label=self.second_label,
            second_label=self.first_label,
            first_start=self.second_start,
            first_end=self.second_end,
            second_start=self.first_start,
            second_end=self.first_end,
        )


def disagreements(
    compared: Agreement, *, kinds: Sequence[Kind] = KINDS, sort: str = "time"
) -> tuple[Disagreement, ...]:
    """List where two annotators disagree.

    Parameters
    ----------
    compared : Agreement
        From `w2vpraat.compare.agreement.agreement.agreement`.
    kinds : sequence of str
        Which kinds; default: all.
    sort : {"time", "size"}
        In the order of recordings, tiers and time, or the largest first.

    Returns
    -------
    tuple of Disagreement
        Boundaries that differ by less than ``AgreementParams.listed_from`` are not among them.

    Raises
    ------
    ComparisonError
        For another order or kind.
    """
    if sort not in ("time", "size"):
        raise ComparisonError(f'the order "{sort}" is not possible', "time or size")
    unknown = [kind for kind in kinds if kind not in KINDS]
    if unknown:
        raise ComparisonError(f'there is no kind "{unknown[0]}"', f"kinds: {', '.join(KINDS)}")
    tiers = {
        (pair.name, *pair.tier_numbers): tuple(
            grid.tiers[number - 1]
            for grid, number in zip((pair.first, pair.second), pair.tier_numbers, strict=True)
        )
        for pair in compared.pairs
    }
    by_numbers = {
        (one.recording, one.tier, one.second_tier, one.first, one.second): one for one in compared.items
    }
    found = []
    for edge in compared.boundaries:
        if _is_listed(edge, compared):
            item = by_numbers[edge.recording, edge.tier, edge.second_tier, edge.first, edge.second]
            found.append(_made(item, "boundary", edge.first_time, abs(edge.difference_ms), edge.edge))
    for item in compared.items:
        if not item.matched:
            found.append(_missing(item, tiers[item.recording, item.tier, item.second_tier]))
        elif item.first_label != item.second_label:
            found.append(_of_label(item))
    place = {name: index for index, name in enumerate(compared.recordings)}
    found = [one for one in found if one.kind in kinds]
    found.sort(key=lambda one: (place[one.recording], one.tier, one.time, KINDS.index(one.kind)))
    if sort == "size":
        found.sort(key=lambda one: -one.size_ms)
    return tuple(found)


def disagreement_table(found: Sequence[Disagreement]) -> pd.DataFrame:
    """Return disagreements as a table, one row each, with the columns `COLUMNS`."""
    import pandas as pd

    return pd.DataFrame([[getattr(one, name) for name in COLUMNS] for one in found], columns=list(COLUMNS))


def _is_listed(boundary: BoundaryPair, compared: Agreement) -> bool:
    size = abs(boundary.difference_ms)
    return size > 0.0 and size + 1e-6 >= 1000.0 * compared.params.listed_from


def _of_label(item: ItemPair) -> Disagreement:
    start, end = max(item.first_start, item.second_start), min(item.first_end, item.second_end)
    shared = max(end - start, 0.0)
    time = 0.5 * (start + end) if shared else 0.5 * (item.first_start + item.first_end)
    return _made(item, "label", time, 1000.0 * shared)


def _missing(item: ItemPair, tiers: tuple[Tier, ...]) -> Disagreement:
    in_first = item.first == 0
    start = item.second_start if in_first else item.first_start
    end = item.second_end if in_first else item.first_end
    time = 0.5 * (start + end)
    made = _made(item, "missing in first" if in_first else "missing in second", time, 1000.0 * (end - start))
    # What the other one has there, to be jumped to.
    there = _number_at(tiers[0 if in_first else 1], time)
    return replace(made, first=there) if in_first else replace(made, second=there)


def _made(item: ItemPair, kind: Kind, time: float, size_ms: float, edge: str = "") -> Disagreement:
    return Disagreement(
        item.recording,
        kind,
        time,
        size_ms,
        item.tier,
        item.second_tier,
        item.first,
        item.second,
        item.first_label,
        item.second_label,
        item.first_start,
        item.first_end,
        item.second_start,
        item.second_end,
        edge,
    )


def _number_at(tier: Tier, time: float) -> int:
    return tier.number_at(time) if isinstance(tier, IntervalTier) else 0
