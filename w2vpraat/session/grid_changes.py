"""Edits as data: what differs between two TextGrids, applied to one, turned round, or written as JSON.

One value for every act of an editor: take `grid_change(before, after)` of what any function of
`w2vpraat.corpus.textgrid.edits` made. Undo is ``change.inverted().apply(after)``. A change holds the items
that differ, not the tier: an edit of a tier of 40,000 intervals keeps a handful. Only tiers that were added
or removed are kept whole, so that undo brings them back.

Tiers and items are numbered from 1 in everything that is asked for; the fields hold indices.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from w2vpraat.corpus.textgrid.values import TextGrid, Tier
from w2vpraat.errors import TextGridError
from w2vpraat.session.tier_edits import (
    Head,
    TierEdit,
    edited_tier,
    tier_edit,
    tier_edit_from_dict,
    tier_from_dict,
    tier_to_dict,
)


@dataclass(frozen=True)
class GridChange:
    """The difference between two TextGrids.

    Made by `grid_change`; the fields are for reading.

    Parameters
    ----------
    places : tuple of int or None
        For each tier afterwards, the index that it had before; None for one that was added.
    added : tuple of (int, Tier)
        Index afterwards, and the whole tier.
    removed : tuple of (int, Tier)
        Index before, and the whole tier.
    edited : tuple of TierEdit
        What changed inside tiers that stayed.
    domain : tuple, optional
        Name, start and end of the grid before and after, if they differ.
    """

    places: tuple[int | None, ...]
    added: tuple[tuple[int, Tier], ...] = ()
    removed: tuple[tuple[int, Tier], ...] = ()
    edited: tuple[TierEdit, ...] = ()
    domain: tuple[Head, Head] | None = None

    @property
    def is_empty(self) -> bool:
        """Whether both grids are equal."""
        in_place = self.places == tuple(range(len(self.places)))
        return in_place and not (self.added or self.removed or self.edited or self.domain)

    def apply(self, grid: TextGrid) -> TextGrid:
        """Return the grid with the change made.

        Parameters
        ----------
        grid : TextGrid
            As it was before the change. Where it was read from is kept, so that saving changes only the bytes
            of what was edited.

        Raises
        ------
        TextGridError
            If the grid is not what the change was made from; nothing is changed.
        """
        self._check(grid)
        added, edits = dict(self.added), {edit.index: edit for edit in self.edited}
        tiers: list[Tier] = []
        for index, was in enumerate(self.places):
            if was is None:
                tiers.append(added[index])
            else:
                edit = edits.get(index)
                tier = grid.tiers[was]
                tiers.append(tier if edit is None else edited_tier(tier, edit, grid.file))
        if self.domain is None:
            return grid.with_tiers(tuple(tiers))
        name, start, end = self.domain[1]
        return replace(grid, name=name, start=start, end=end, tiers=tuple(tiers))

    def inverted(self) -> GridChange:
        """Return the change that takes this one back."""
        before: list[int | None] = [None] * (len(self.places) - len(self.added) + len(self.removed))
        for index, was in enumerate(self.places):
            if was is not None:
                before[was] = index
        edited = tuple(edit.inverted(self._was(edit)) for edit in self.edited)
        domain = None if self.domain is None else (self.domain[1], self.domain[0])
        return GridChange(tuple(before), self.removed, self.added, edited, domain)

    def touched(self) -> dict[int, tuple[int, ...]]:
        """Return the items that are new or other than before: what was measured on them is stale.

        Returns
        -------
        dict
            Tier number to item numbers, both counted from 1 and both in the grid after the change, as in a
            token's id. Items that only moved up or down in the count are not in it; see `number_after`.
        """
        items: dict[int, tuple[int, ...]] = {}
        for edit in self.edited:
            numbers = edit.new_numbers()
            if numbers:
                items[edit.index + 1] = numbers
        for index, tier in self.added:
            if len(tier):
                items[index + 1] = tuple(range(1, len(tier) + 1))
        return dict(sorted(items.items()))

    def number_after(self, tier: int, number: int) -> tuple[int, int] | None:
        """Return where an item of the grid before is afterwards.

        Parameters
        ----------
        tier, number : int
            Of the grid before, counted from 1.

        Returns
        -------
        tuple of int, optional
            Tier and item number afterwards; None if the item was changed or removed.
        """
        if tier - 1 not in self.places:
            return None
        index = self.places.index(tier - 1)
        for edit in self.edited:
            if edit.index == index:
                moved = edit.index_after(number - 1)
                return None if moved is None else (index + 1, moved + 1)
        return index + 1, number

    def as_dict(self) -> dict[str, Any]:
        """Return plain values for JSON; times keep every digit, and parts without a change are left out."""
        values: dict[str, Any] = {"places": list(self.places)}
        for name, tiers in (("added", self.added), ("removed", self.removed)):
            if tiers:
                values[name] = [[index, tier_to_dict(tier)] for index, tier in tiers]
        if self.edited:
            values["edited"] = [edit.as_dict() for edit in self.edited]
        if self.domain is not None:
            values["domain"] = [list(head) for head in self.domain]
        return values

    @classmethod
    def from_dict(cls, values: Mapping[str, Any], read: TextGrid | None = None) -> GridChange:
        """Return the change that `as_dict` wrote.

        Parameters
        ----------
        values : mapping
            What `as_dict` gave, also after JSON.
        read : TextGrid, optional
            A grid read from the same file (edited or not): tiers that were removed and came back are known
            again as tiers of that file, so that saving keeps their bytes.

        Raises
        ------
        TextGridError
            If these are not the values of a change.
        """
        source = None if read is None or read.source is None else read.source
        known = () if source is None or read is None else source.grids[read.source_index].tiers
        try:
            added, removed = (
                tuple((int(index), tier_from_dict(tier, known)) for index, tier in values.get(name, ()))
                for name in ("added", "removed")
            )
            heads = [Head._make(head) for head in values["domain"]] if "domain" in values else None
            change = cls(
                tuple(None if was is None else int(was) for was in values["places"]),
                added,
                removed,
                tuple(tier_edit_from_dict(edit) for edit in values.get("edited", ())),
                None if heads is None else (heads[0], heads[1]),
            )
            change._check_places()
        except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
            raise TextGridError(
                f"this is not a change of a TextGrid: {type(error).__name__} {error}",
                "it was damaged, or written by a later version",
            ) from error
        return change

    def _was(self, edit: TierEdit) -> int:
        was = self.places[edit.index]
        assert was is not None, "an added tier has no edit"
        return was

    def _check_places(self) -> None:
        # Every tier before is either kept once or removed, every tier afterwards either kept or added.
        before = [was for was in self.places if was is not None] + [index for index, _ in self.removed]
        made = {index for index, was in enumerate(self.places) if was is None}
        kept = set(range(len(self.places))) - made
        if (
            sorted(before) != list(range(len(before)))
            or {index for index, _ in self.added} != made
            or not {edit.index for edit in self.edited} <= kept
        ):
            raise ValueError("the places of its tiers don't fit")

    def _check(self, grid: TextGrid) -> None:
        expected = len(self.places) - len(self.added) + len(self.removed)
        if len(grid) != expected:
            raise _other(grid, f"it has {len(grid)} tiers, not {expected}")
        if self.domain is not None and self.domain[0] != (grid.name, grid.start, grid.end):
            raise _other(grid, f"it goes from {grid.start!r} to {grid.end!r} s")
        for index, tier in self.removed:
            if grid.tiers[index] != tier:
                raise _other(grid, f'tier {index + 1} "{grid.tiers[index].name}" has other contents')


def grid_change(before: TextGrid, after: TextGrid) -> GridChange:
    """Return what differs between two TextGrids.

    Parameters
    ----------
    before, after : TextGrid
        Usually one made from the other by edits; any two will do.

    Returns
    -------
    GridChange
        With ``change.apply(before) == after`` and ``change.inverted().apply(after) == before``.
    """
    pairs = _paired(before.tiers, after.tiers)
    if any(index != was for index, was in pairs.items()) and before.tiers == after.tiers:
        pairs = {index: index for index in pairs}  # equal tiers changed places: that is no change
    places = tuple(pairs.get(index) for index in range(len(after)))
    kept = set(pairs.values())
    edits = (tier_edit(before.tiers[was], after.tiers[index], index) for index, was in sorted(pairs.items()))
    heads = (Head(before.name, before.start, before.end), Head(after.name, after.start, after.end))
    return GridChange(
        places,
        tuple((index, tier) for index, tier in enumerate(after.tiers) if index not in pairs),
        tuple((index, tier) for index, tier in enumerate(before.tiers) if index not in kept),
        tuple(edit for edit in edits if edit is not None),
        None if heads[0] == heads[1] else heads,
    )


def _paired(old: tuple[Tier, ...], new: tuple[Tier, ...]) -> dict[int, int]:
    """Return index afterwards to index before. Any pairs are right; good ones make a small change."""
    pairs: dict[int, int] = {}
    free = list(range(len(old)))

    def pair(same: Any) -> None:
        for index, tier in enumerate(new):
            if index not in pairs:
                found = next((was for was in free if type(old[was]) is type(tier) and same(was, index)), None)
                if found is not None:
                    pairs[index] = found
                    free.remove(found)

    pair(lambda was, index: old[was] is new[index])
    pair(lambda was, index: old[was].origin is not None and old[was].origin is new[index].origin)
    pair(lambda was, index: old[was].items is new[index].items and len(new[index]) > 0)
    pair(lambda was, index: old[was].name == new[index].name)
    if len(old) == len(new):
        pair(lambda was, index: was == index)
    return pairs


def _other(grid: TextGrid, what: str) -> TextGridError:
    return TextGridError(
        f"this change was made from another TextGrid: {what}", "nothing was changed", file=grid.file
    )
