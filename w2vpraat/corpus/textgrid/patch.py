"""Saving an edited grid: the original text with only the edited values, items or tiers replaced."""

from __future__ import annotations

import re
from collections.abc import Iterable

from w2vpraat.corpus.textgrid.document import Document, Edits
from w2vpraat.corpus.textgrid.praat_forms import (
    BinaryValues,
    TextValues,
    binary_item,
    binary_tier,
    chronological_form,
    chronological_record,
    long_item,
    long_tier,
    short_item,
    short_tier,
)
from w2vpraat.corpus.textgrid.source import GridLayout, Source, TierLayout
from w2vpraat.corpus.textgrid.values import Interval, Point, TextGrid, Tier

_ITEM_LIST = re.compile(r"[ \t]*item[ \t]*\[[ \t]*\]:[^\r\n]*(?:\r\n|\r|\n|\Z)")

Item = Interval | Point


def patched_text(source: Source, grids: Iterable[TextGrid]) -> str:
    """Return the text of a file with the edits that made these grids from those that were read.

    Parameters
    ----------
    source : Source
        The file as read.
    grids : iterable of TextGrid
        Edited grids of this source; grids that are left out stay as they were.

    Returns
    -------
    str
        Without byte-order mark; for a binary file one character per byte.
    """
    changed = [grid for grid in grids if grid != source.grids[grid.source_index] or not _in_place(grid)]
    if not changed:
        return source.text
    document = Document(source)
    edits = Edits(document.text)
    for grid in changed:
        patch = _GridPatch(document, source, grid, edits)
        if source.form != "chronological":
            patch.patch()
        elif not patch.patch_chronological():
            return chronological_form(grid, source.newline)
    return edits.apply()


def _find_slots(read: tuple[Tier, ...], tiers: tuple[Tier, ...]) -> list[int | None]:
    """Return which tier of the file each tier was: by its mark, else by kind and name; None for new ones."""
    slots: list[int | None] = []
    for tier in tiers:
        index = -1 if tier.origin is None else tier.origin.index
        known = (
            0 <= index < len(read) and read[index].origin is tier.origin and type(read[index]) is type(tier)
        )
        slots.append(index if known else None)
    for at, tier in enumerate(tiers):
        if slots[at] is None:
            free = (index for index in range(len(read)) if index not in slots)
            like = (i for i in free if read[i].name == tier.name and type(read[i]) is type(tier))
            slots[at] = next(like, None)
    return slots


def _in_place(grid: TextGrid) -> bool:
    """Whether the tiers are those of the file, in its order."""
    read = grid.source.grids[grid.source_index].tiers if grid.source else ()
    return _find_slots(read, grid.tiers) == list(range(len(read)))


class _GridPatch:
    """The edits of one grid of a document."""

    def __init__(self, document: Document, source: Source, grid: TextGrid, edits: Edits) -> None:
        self.document = document
        self.write = document.write
        self.long = source.form == "long"
        self.newline = source.newline
        self.layout: GridLayout = source.layouts[grid.source_index]
        self.read = source.grids[grid.source_index]
        self.grid = grid
        self.edits = edits
        self.slots = _find_slots(self.read.tiers, grid.tiers)
        self.in_place = self.slots == list(range(len(self.read.tiers)))

    def patch(self) -> None:
        """Collect the edits of a long, short or binary grid."""
        self._patch_head()
        if not self.in_place:
            self._rebuild_tiers()
            return
        for slot, tier in enumerate(self.grid.tiers):
            self._patch_tier(slot, tier, self.edits)

    def _patch_head(self) -> None:
        first, read, grid = self.layout.first, self.read, self.grid
        self._number(first, read.start, grid.start, self.edits, {})
        self._number(first + 1, read.end, grid.end, self.edits, {})
        if read.name and grid.name != read.name:
            self.edits.replace(*self.document.spans[first - 1], self.write.string(grid.name))

    def _number(self, token: int, old: float, new: float, edits: Edits, written: dict[float, str]) -> None:
        if new != old:
            edits.replace(*self.document.spans[token], written.get(new) or self.write.number(new))

    def _patch_tier(self, slot: int, tier: Tier, edits: Edits) -> None:
        self._patch_tier_head(slot, tier, edits)
        self._patch_items(slot, tier, edits)

    def _patch_tier_head(self, slot: int, tier: Tier, edits: Edits) -> None:
        first, read = self.layout.tiers[slot].first, self.read.tiers[slot]
        if tier.name != read.name:
            edits.replace(*self.document.spans[first + 1], self.write.string(tier.name))
        self._number(first + 2, read.start, tier.start, edits, {})
        self._number(first + 3, read.end, tier.end, edits, {})

    def _tier_end(self, slot: int) -> int:
        if slot + 1 < len(self.layout.tiers):
            return self.document.block_start(self.layout.tiers[slot + 1].first)
        return self.document.end_after(self.layout.end - 1)

    def _patch_items(self, slot: int, tier: Tier, edits: Edits) -> None:
        layout, old, new = self.layout.tiers[slot], self.read.tiers[slot].items, tier.items
        if old is new:
            return
        head, tail = _common_ends(old, new)
        both = min(len(old), len(new)) - head - tail
        written = self._written(layout, old, range(head, len(old) - tail))
        for index in range(head, head + both):
            self._patch_item(layout.items[index], old[index], new[index], edits, written)
        shift = len(new) - len(old)
        if not shift:
            return
        document = self.document
        edits.replace(*document.spans[layout.count], self.write.count(len(new)))
        stop = len(old) - tail
        at = self._item_start(slot, head + both)
        if shift < 0:
            edits.replace(at, self._item_start(slot, stop), "")
        else:
            numbers = range(head + both, len(new) - tail)
            blocks = [self._item_block(slot, index, new[index], written) for index in numbers]
            edits.replace(at, at, document.join(blocks, at))
        for index in range(stop, len(old)):
            mark = document.mark(layout.items[index])
            if mark is not None:
                edits.replace(*mark, str(index + 1 + shift))

    def _patch_item(self, token: int, old: Item, new: Item, edits: Edits, written: dict[float, str]) -> None:
        for offset, (was, now) in enumerate(zip(old[:-1], new[:-1], strict=True)):
            self._number(token + offset, float(was), float(now), edits, written)
        if new.label != old.label:
            edits.replace(*self.document.spans[token + len(old) - 1], self.write.string(new.label))

    def _written(self, layout: TierLayout, items: tuple[Item, ...], stretch: range) -> dict[float, str]:
        # How the times of a stretch were written, so that those that stay keep their digits.
        written: dict[float, str] = {}
        for index in stretch:
            for offset, value in enumerate(items[index][:-1]):
                written.setdefault(float(value), self.document.token(layout.items[index] + offset))
        return written

    def _item_start(self, slot: int, index: int) -> int:
        items = self.layout.tiers[slot].items
        return self.document.block_start(items[index]) if index < len(items) else self._tier_end(slot)

    def _item_block(self, slot: int, index: int, item: Item, written: dict[float, str]) -> str:
        """Write a new item in the layout of a neighbour, else of the same kind of tier, else Praat's."""
        kind = type(self.read.tiers[slot])
        like = [slot, *(at for at, tier in enumerate(self.read.tiers) if type(tier) is kind)]
        for at in like:
            items = self.layout.tiers[at].items
            if items:
                token = items[min(max(index - 1, 0), len(items) - 1)]
                return self._like(token, index + 1, item, written)
        if isinstance(self.write, BinaryValues):
            return binary_item(item, self.write)
        indent = self.document.indent(self.document.spans[self.layout.tiers[slot].count][0])
        lines = long_item(item, index + 1, indent, self.write) if self.long else short_item(item, self.write)
        return self.newline.join(lines) + self.newline

    def _like(self, token: int, number: int, item: Item, written: dict[float, str]) -> str:
        document = self.document
        edits = Edits(document.text)
        mark = document.mark(token)
        if mark is not None:
            edits.replace(*mark, str(number))
        for offset, value in enumerate(item[:-1]):
            text = written.get(float(value)) or self.write.number(float(value))
            edits.replace(*document.spans[token + offset], text)
        last = token + len(item) - 1
        edits.replace(*document.spans[last], self.write.string(item.label))
        return edits.apply(document.block_start(token), document.end_after(last))

    def _rebuild_tiers(self) -> None:
        document, layout = self.document, self.layout
        blocks = [
            self._new_tier(tier, number) if slot is None else self._old_tier(slot, tier, number)
            for number, (slot, tier) in enumerate(zip(self.slots, self.grid.tiers, strict=True), 1)
        ]
        count = self.write.count(len(blocks))
        if layout.tiers:
            self.edits.replace(*document.spans[layout.count], count)
            start = document.block_start(layout.tiers[0].first)
            self.edits.replace(start, document.end_after(layout.end - 1), document.join(blocks, start))
            return
        if layout.count >= 0:
            self.edits.replace(*document.spans[layout.count], count)
            count_line = ""
        else:
            self.edits.replace(*document.spans[layout.flag], "\x01" if document.binary else "<exists>")
            count_line = count if document.binary else f"size = {count} " if self.long else count
        start = end = document.end_after(layout.end - 1)
        if self.long:
            indent = document.indent(document.spans[layout.flag][0])
            count_line = indent + count_line + self.newline if count_line else ""
            count_line += f"{indent}item []: {self.newline}"
            listed = _ITEM_LIST.match(document.text, start)
            end = listed.end() if listed else start
        self.edits.replace(start, end, document.join([line for line in [count_line, *blocks] if line], start))

    def _old_tier(self, slot: int, tier: Tier, number: int) -> str:
        document = self.document
        edits = Edits(document.text)
        self._patch_tier(slot, tier, edits)
        first = self.layout.tiers[slot].first
        mark = document.mark(first)
        if mark is not None:
            edits.replace(*mark, str(number))
        return edits.apply(document.block_start(first), self._tier_end(slot))

    def _new_tier(self, tier: Tier, number: int) -> str:
        if isinstance(self.write, BinaryValues):
            return binary_tier(tier)
        if not self.long:
            return short_tier(tier, self.write)
        document, tiers = self.document, self.layout.tiers
        mark = document.mark(tiers[0].first) if tiers else None
        if mark is not None:
            indent = document.indent(mark[0])
        else:
            indent = document.indent(document.spans[self.layout.flag][0]) + "    "
        return long_tier(tier, number, indent, self.write)

    def patch_chronological(self) -> bool:
        """Collect the edits of a chronological grid; False if its tiers are others: then all is written."""
        if not self.in_place or not isinstance(self.write, TextValues):
            return False
        self._patch_head()
        pairs = list(zip(self.read.tiers, self.grid.tiers, strict=True))
        for slot, (_, tier) in enumerate(pairs):
            self._patch_tier_head(slot, tier, self.edits)
        if all([item[0] for item in old.items] == [item[0] for item in new.items] for old, new in pairs):
            for slot, (_, tier) in enumerate(pairs):
                self._patch_items(slot, tier, self.edits)
        else:
            self._rebuild_records(self.write)
        return True

    def _rebuild_records(self, write: TextValues) -> None:
        # Each record with its time and tier, kept ones first and in their order, so that sorting is stable.
        document, text = self.document, self.document.text
        kept: list[tuple[int, float, int, str]] = []
        made: list[tuple[float, int, str]] = []
        firsts = sorted(token - 1 for tier in self.layout.tiers for token in tier.items)
        starts = {token: self._record_start(token) for token in firsts}
        bounds = [*starts.values(), len(text)]
        ends = dict(zip(firsts, bounds[1:], strict=True))
        for slot, tier in enumerate(self.grid.tiers):
            layout, old, new = self.layout.tiers[slot], self.read.tiers[slot].items, tier.items
            head, tail = _common_ends(old, new)
            both = min(len(old), len(new)) - head - tail
            written = self._written(layout, old, range(head, len(old) - tail))
            same = [(index, index) for index in range(head + both)]
            same += [(len(old) - left, len(new) - left) for left in range(tail, 0, -1)]
            for was, now in same:
                token = layout.items[was]
                edits = Edits(text)
                self._patch_item(token, old[was], new[now], edits, written)
                block = edits.apply(starts[token - 1], ends[token - 1])
                kept.append((token, float(new[now][0]), slot, block))
            for item in new[head + both : len(new) - tail]:
                lines = chronological_record(item, slot + 1, tier.name, write)
                made.append((float(item[0]), slot, self.newline.join(lines) + self.newline))
        kept.sort(key=lambda record: record[0])
        records = [record[1:] for record in kept] + made
        if self._was_sorted(firsts):
            records.sort(key=lambda record: record[:2])
        start = starts[firsts[0]] if firsts else document.end_after(self.layout.end - 1)
        whole = document.join([record[2] for record in records], start)
        if not text[-1:].isspace():
            whole = whole.removesuffix(self.newline)
        self.edits.replace(start, len(text), whole)

    def _record_start(self, token: int) -> int:
        # After the line of the record before, so that the empty line and the comment go with this one.
        low, high = self.document.spans[token - 1][1], self.document.spans[token][0]
        line = re.compile(r"\r\n|\r|\n").search(self.document.text, low, high)
        return line.end() if line else high

    def _was_sorted(self, firsts: list[int]) -> bool:
        items = {
            token - 1: (float(item[0]), slot)
            for slot, tier in enumerate(self.read.tiers)
            for token, item in zip(self.layout.tiers[slot].items, tier.items, strict=True)
        }
        keys = [items[token] for token in firsts]
        return keys == sorted(keys)


def _common_ends(old: tuple[Item, ...], new: tuple[Item, ...]) -> tuple[int, int]:
    """Return how many items at the start and at the end are the same."""
    most = min(len(old), len(new))
    head = next((index for index in range(most) if old[index] != new[index]), most)
    tail = next((index for index in range(most - head) if old[-1 - index] != new[-1 - index]), most - head)
    return head, tail
