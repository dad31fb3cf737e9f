"""Writing TextGrids exactly as Praat lays them out: long, short, chronological, binary."""

from __future__ import annotations

from collections.abc import Iterator
from math import isfinite
from struct import Struct, pack
from typing import Protocol

from w2vpraat.corpus.textgrid.binary_tokens import MAGIC
from w2vpraat.corpus.textgrid.lexer import number_text, quote
from w2vpraat.corpus.textgrid.values import Interval, IntervalTier, Point, TextGrid, Tier
from w2vpraat.errors import TextGridError

FORMS = ("long", "short", "chronological", "binary")
"""Forms that can be written."""

_DOUBLE = Struct(">d")
_MOST_BINARY = 0xFFFE


class ValueWriter(Protocol):
    """How single values are written; binary ones as text with one character per byte."""

    def number(self, value: float) -> str:
        """Write a time."""

    def count(self, value: int) -> str:
        """Write a number of items."""

    def string(self, value: str) -> str:
        """Write a name or label."""


class TextValues:
    """Values of the text forms.

    Parameters
    ----------
    newline : str
        Line end of the file; stands for a line feed in labels.
    """

    def __init__(self, newline: str) -> None:
        self.newline = newline

    def number(self, value: float) -> str:
        """Write a time with as many digits as it needs."""
        return number_text(_finite(value))

    def count(self, value: int) -> str:
        """Write a number of items."""
        return str(value)

    def string(self, value: str) -> str:
        """Write a text in quotes."""
        if "\0" in value:
            raise TextGridError(f"the text {value!r} holds a NUL character", "Praat would end the file there")
        if self.newline != "\n":
            value = value.replace("\n", self.newline)
        return quote(value)


class BinaryValues:
    """Values of the binary form."""

    def number(self, value: float) -> str:
        """Write a 64-bit number."""
        return _DOUBLE.pack(_finite(value)).decode("latin-1")

    def count(self, value: int) -> str:
        """Write a 32-bit number."""
        return pack(">i", value).decode("latin-1")

    def string(self, value: str) -> str:
        """Write a text: ASCII if possible, else UTF-16; its length counts characters, as Praat's does."""
        if len(value) > _MOST_BINARY:
            raise TextGridError(
                f"a text of {len(value)} characters is too long for the binary form", "save it as a text file"
            )
        if value.isascii():
            raw = pack(">H", len(value)) + value.encode("ascii")
        else:
            raw = pack(">HH", 0xFFFF, len(value)) + value.encode("utf-16-be", "surrogatepass")
        return raw.decode("latin-1")


def class_of(tier: Tier) -> str:
    """Praat's name for the kind of a tier."""
    return "IntervalTier" if isinstance(tier, IntervalTier) else "TextTier"


def long_form(grid: TextGrid, newline: str) -> str:
    """Write the long form ("text file")."""
    write = TextValues(newline)
    lines = [
        'File type = "ooTextFile"',
        'Object class = "TextGrid"',
        "",
        f"xmin = {write.number(grid.start)} ",
        f"xmax = {write.number(grid.end)} ",
        "tiers? <exists> ",
        f"size = {len(grid)} ",
        "item []: " if grid.tiers else "item []: (empty)",
        "",
    ]
    return newline.join(lines) + "".join(
        long_tier(tier, number, "    ", write) for number, tier in enumerate(grid.tiers, 1)
    )


def long_tier(tier: Tier, number: int, indent: str, write: TextValues) -> str:
    """Write the block of a tier in the long form, with its last line end."""
    inner = indent + "    "
    what = "intervals" if isinstance(tier, IntervalTier) else "points"
    lines = [
        f"{indent}item [{number}]:",
        f'{inner}class = "{class_of(tier)}" ',
        f"{inner}name = {write.string(tier.name)} ",
        f"{inner}xmin = {write.number(tier.start)} ",
        f"{inner}xmax = {write.number(tier.end)} ",
        f"{inner}{what}: size = {len(tier)} ",
    ]
    items: tuple[Interval | Point, ...] = tier.items
    for item_number, item in enumerate(items, 1):
        lines += long_item(item, item_number, inner, write)
    return write.newline.join(lines) + write.newline


def long_item(item: Interval | Point, number: int, indent: str, write: TextValues) -> list[str]:
    """Write the lines of an item in the long form."""
    if isinstance(item, Interval):
        return [
            f"{indent}intervals [{number}]:",
            f"{indent}    xmin = {write.number(item.start)} ",
            f"{indent}    xmax = {write.number(item.end)} ",
            f"{indent}    text = {write.string(item.label)} ",
        ]
    return [
        f"{indent}points [{number}]:",
        f"{indent}    number = {write.number(item.time)} ",
        f"{indent}    mark = {write.string(item.label)} ",
    ]


def short_form(grid: TextGrid, newline: str) -> str:
    """Write the short form ("short text file")."""
    write = TextValues(newline)
    head = ['File type = "ooTextFile"', 'Object class = "TextGrid"', ""]
    head += [write.number(grid.start), write.number(grid.end), "<exists>", str(len(grid)), ""]
    return newline.join(head) + "".join(short_tier(tier, write) for tier in grid.tiers)


def short_tier(tier: Tier, write: TextValues) -> str:
    """Write the block of a tier in the short form, with its last line end."""
    lines = [
        f'"{class_of(tier)}"',
        write.string(tier.name),
        write.number(tier.start),
        write.number(tier.end),
        str(len(tier)),
    ]
    for item in tier.items:
        lines += short_item(item, write)
    return write.newline.join(lines) + write.newline


def short_item(item: Interval | Point, write: TextValues) -> list[str]:
    """Write the lines of an item in the short form."""
    return [*map(write.number, item[:-1]), write.string(item.label)]


def chronological_form(grid: TextGrid, newline: str) -> str:
    """Write the chronological form; like Praat's, without a line end after the last line."""
    write = TextValues(newline)
    lines = [
        '"Praat chronological TextGrid text file"',
        f"{write.number(grid.start)} {write.number(grid.end)}   ! Time domain.",
        f"{len(grid)}   ! Number of tiers.",
    ]
    lines += [
        f'"{class_of(tier)}" {write.string(tier.name)} {write.number(tier.start)} {write.number(tier.end)}'
        for tier in grid.tiers
    ]
    records = [(item[0], number, item) for number, tier in enumerate(grid.tiers, 1) for item in tier.items]
    records.sort(key=lambda record: record[:2])
    for _, number, item in records:
        lines += chronological_record(item, number, grid.tiers[number - 1].name, write)
    return newline.join(lines)


def chronological_record(item: Interval | Point, number: int, name: str, write: TextValues) -> list[str]:
    """Write the lines of an item in the chronological form, the empty line before it included."""
    # A name with a line end would leave the comment and be read as data.
    comment = f"! {' '.join(name.split())}:"
    times = " ".join(map(write.number, item[:-1]))
    return [
        "",
        comment,
        f"{number} {times}{'' if isinstance(item, Interval) else ' '}",
        write.string(item.label),
    ]


def binary_form(grid: TextGrid) -> bytes:
    """Write the binary form."""
    write = BinaryValues()
    head = write.number(grid.start) + write.number(grid.end) + "\x01" + write.count(len(grid))
    return MAGIC + b"\x08TextGrid" + "".join([head, *map(binary_tier, grid.tiers)]).encode("latin-1")


def binary_tier(tier: Tier) -> str:
    """Write a tier in the binary form, one character per byte."""
    write = BinaryValues()
    return "".join(_binary_parts(tier, write))


def binary_item(item: Interval | Point, write: BinaryValues) -> str:
    """Write an item in the binary form, one character per byte."""
    return "".join(map(write.number, item[:-1])) + write.string(item.label)


def _binary_parts(tier: Tier, write: BinaryValues) -> Iterator[str]:
    kind = class_of(tier)
    yield chr(len(kind)) + kind
    yield write.string(tier.name)
    yield write.number(tier.start) + write.number(tier.end) + write.count(len(tier))
    for item in tier.items:
        yield binary_item(item, write)


def _finite(value: float) -> float:
    if not isfinite(value):
        raise TextGridError(f"{value} is not a time", "times must be finite numbers")
    return value
