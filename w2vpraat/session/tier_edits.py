"""What changed inside one tier: its name and domain, and stretches of items that were replaced."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from w2vpraat.corpus.textgrid.splicing import spliced
from w2vpraat.corpus.textgrid.values import (
    Interval,
    IntervalTier,
    Point,
    PointTier,
    Tier,
    with_items,
)
from w2vpraat.errors import TextGridError

Item = Interval | Point

FEW_SPLICES = 4
"""Up to so many stretches are replaced one by one, which keeps what the tier knows for bisection."""


class Head(NamedTuple):
    """What a tier or a grid is besides its items: name, and domain in seconds."""

    name: str
    start: float
    end: float


class Splice(NamedTuple):
    """A stretch of items that was replaced by another.

    Attributes
    ----------
    first : int
        Index of the first item before the change.
    removed, inserted : tuple of Interval or Point
        Items before and after; one of them may be empty.
    """

    first: int
    removed: tuple[Item, ...]
    inserted: tuple[Item, ...]


@dataclass(frozen=True)
class TierEdit:
    """What changed inside one tier.

    Parameters
    ----------
    index : int
        Of the tier in the grid afterwards.
    count : int
        How many items the tier had before.
    splices : tuple of Splice
        In order, without overlap.
    heads : tuple of Head, optional
        Name and domain before and after, if they differ.
    """

    index: int
    count: int
    splices: tuple[Splice, ...] = ()
    heads: tuple[Head, Head] | None = None

    def inverted(self, index: int) -> TierEdit:
        """Return the edit that takes this one back, in a grid where the tier has this index."""
        turned, shift = [], 0
        for first, removed, inserted in self.splices:
            turned.append(Splice(first + shift, inserted, removed))
            shift += len(inserted) - len(removed)
        heads = None if self.heads is None else (self.heads[1], self.heads[0])
        return TierEdit(index, self.count + shift, tuple(turned), heads)

    def new_numbers(self) -> tuple[int, ...]:
        """Numbers, from 1 and after the edit, of the items that were inserted."""
        numbers: list[int] = []
        shift = 0
        for first, removed, inserted in self.splices:
            numbers += range(first + shift + 1, first + shift + 1 + len(inserted))
            shift += len(inserted) - len(removed)
        return tuple(numbers)

    def index_after(self, index: int) -> int | None:
        """Return the index of an item after the edit; None if it was replaced."""
        shift = 0
        for first, removed, inserted in self.splices:
            if index < first:
                break
            if index < first + len(removed):
                return None
            shift += len(inserted) - len(removed)
        return index + shift

    def as_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        values: dict[str, Any] = {"tier": self.index, "count": self.count}
        if self.splices:
            values["splices"] = [
                [first, [list(item) for item in removed], [list(item) for item in inserted]]
                for first, removed, inserted in self.splices
            ]
        if self.heads is not None:
            values["heads"] = [list(head) for head in self.heads]
        return values


def tier_edit(old: Tier, new: Tier, index: int) -> TierEdit | None:
    """Return what differs between two tiers of the same kind, or None.

    Parameters
    ----------
    old, new : Tier
        Before and after.
    index : int
        Of the tier in the grid afterwards.
    """
    if old is new:
        return None
    heads = (Head(old.name, old.start, old.end), Head(new.name, new.start, new.end))
    splices = _splices(old.items, new.items)
    changed = heads[0] != heads[1]
    return TierEdit(index, len(old), splices, heads if changed else None) if splices or changed else None


def edited_tier(tier: Tier, edit: TierEdit, file: str | None = None) -> Tier:
    """Return a tier with an edit made; it remembers which tier of the file it was.

    Raises
    ------
    TextGridError
        If the tier doesn't hold what the edit removes.
    """
    if len(tier) != edit.count:
        raise _other(tier, file, f"it has {len(tier)} items, not {edit.count}")
    if edit.heads is not None:
        if edit.heads[0] != (tier.name, tier.start, tier.end):
            raise _other(tier, file, f'it is not "{edit.heads[0].name}" with the same times')
        name, start, end = edit.heads[1]
        tier = replace(tier, name=name, start=start, end=end)
    if not edit.splices:
        return tier
    for splice in edit.splices:
        _check_splice(tier, splice, file)
    if len(edit.splices) <= FEW_SPLICES:
        for first, removed, inserted in reversed(edit.splices):
            tier = spliced(tier, first, first + len(removed), inserted)
        return tier
    items: tuple[Item, ...] = tier.items
    parts: list[Item] = []
    at = 0
    for first, removed, inserted in edit.splices:
        parts += items[at:first]
        parts += inserted
        at = first + len(removed)
    parts += items[at:]
    return with_items(tier, tuple(parts))


def _check_splice(tier: Tier, splice: Splice, file: str | None) -> None:
    kind = Interval if isinstance(tier, IntervalTier) else Point
    items: tuple[Item, ...] = tier.items
    first, removed, inserted = splice
    stop = first + len(removed)
    if items[first:stop] != removed:
        # The first difference is what the reader wants to see.
        bad = next((i for i in range(first, stop) if items[i : i + 1] != removed[i - first :][:1]), first)
        raise _other(tier, file, "it holds something else here", bad)
    if inserted and type(inserted[0]) is not kind:
        raise _other(tier, file, "it is of the other kind (intervals, points)")


def tier_edit_from_dict(values: Mapping[str, Any]) -> TierEdit:
    """Return the edit that `TierEdit.as_dict` wrote; a KeyError, TypeError or ValueError if it did not."""
    splices = tuple(
        Splice(int(first), _items(removed), _items(inserted))
        for first, removed, inserted in values.get("splices", ())
    )
    heads = [Head._make(head) for head in values["heads"]] if "heads" in values else None
    return TierEdit(
        int(values["tier"]), int(values["count"]), splices, None if heads is None else (heads[0], heads[1])
    )


def tier_to_dict(tier: Tier) -> dict[str, Any]:
    """Return a whole tier as plain values for JSON."""
    values: dict[str, Any] = {
        "kind": "intervals" if isinstance(tier, IntervalTier) else "points",
        "head": [tier.name, tier.start, tier.end],
        "items": [list(item) for item in tier.items],
    }
    if tier.origin is not None:
        values["origin"] = tier.origin.index
    if tier.file_numbers is not None:
        values["file_numbers"] = list(tier.file_numbers)
    return values


def tier_from_dict(values: Mapping[str, Any], read: Sequence[Tier] = ()) -> Tier:
    """Return the tier that `tier_to_dict` wrote.

    Parameters
    ----------
    values : mapping
        What it wrote.
    read : sequence of Tier
        Tiers of the file, to know again which of them this one was.
    """
    name, start, end = values["head"]
    index = values.get("origin", -1)
    origin = read[index].origin if 0 <= index < len(read) else None
    numbers = tuple(values["file_numbers"]) if "file_numbers" in values else None
    if values["kind"] == "intervals":
        intervals = tuple(Interval._make(item) for item in values["items"])
        return IntervalTier(name, start, end, intervals, origin, numbers)
    if values["kind"] == "points":
        return PointTier(
            name, start, end, tuple(Point._make(item) for item in values["items"]), origin, numbers
        )
    raise ValueError(f"unknown kind of tier {values['kind']!r}")


def _items(values: Sequence[Sequence[Any]]) -> tuple[Item, ...]:
    return tuple(Interval._make(item) if len(item) == 3 else Point._make(item) for item in values)


def _splices(old: tuple[Item, ...], new: tuple[Item, ...]) -> tuple[Splice, ...]:
    if old is new:
        return ()
    most = min(len(old), len(new))
    head = _same_at_start(old, new, most)
    tail = _same_at_end(old, new, most - head)
    if head == len(old) == len(new):
        return ()
    if len(old) != len(new):
        return (Splice(head, old[head : len(old) - tail], new[head : len(new) - tail]),)
    # Labels replaced all over a tier: one splice for each run of items that differ.
    runs: list[list[int]] = []
    for index in range(head, len(old) - tail):
        if old[index] != new[index]:
            if runs and runs[-1][1] == index:
                runs[-1][1] = index + 1
            else:
                runs.append([index, index + 1])
    return tuple(Splice(start, old[start:stop], new[start:stop]) for start, stop in runs)


def _same_at_start(old: tuple[Item, ...], new: tuple[Item, ...], most: int) -> int:
    # By halves: slices are compared in C, and items that are the same object at once.
    low, high = 0, most
    while low < high:
        middle = (low + high + 1) // 2
        if old[low:middle] == new[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _same_at_end(old: tuple[Item, ...], new: tuple[Item, ...], most: int) -> int:
    low, high = 0, most
    while low < high:
        middle = (low + high + 1) // 2
        if old[len(old) - middle : len(old) - low] == new[len(new) - middle : len(new) - low]:
            low = middle
        else:
            high = middle - 1
    return low


def _other(tier: Tier, file: str | None, what: str, index: int | None = None) -> TextGridError:
    number = None if index is None else index + 1
    time = float(tier.items[index][0]) if index is not None and index < len(tier) else None
    return TextGridError(
        f"this change was made from another tier: {what}",
        "nothing was changed",
        file=file,
        tier=tier.name,
        interval=number,
        time=time,
    )
