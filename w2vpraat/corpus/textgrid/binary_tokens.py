"""Reading values one after another from Praat's binary form, with errors that name the byte."""

from __future__ import annotations

import re
from math import isfinite
from pathlib import Path
from struct import Struct
from typing import NoReturn

from w2vpraat.corpus.textgrid.values import Interval, Point
from w2vpraat.errors import TextGridError

MAGIC = b"ooBinaryFile"

_DOUBLE = Struct(">d")
_PAIR = Struct(">dd")
_COUNT = Struct(">i")
_LENGTH = Struct(">H")
_WIDE = 0xFFFF
_GRID = re.compile(rb"\x08TextGrid")


class BinaryTokens:
    """Cursor over the values of a binary file; big-endian throughout.

    Parameters
    ----------
    raw : bytes
        The whole file.
    path : Path
        For messages.
    """

    def __init__(self, raw: bytes, path: Path) -> None:
        self.raw = raw
        self.path = path
        self.at = len(MAGIC)
        self.spans: list[tuple[int, int]] = []
        self.tier: str | None = None
        self.item: int | None = None

    @property
    def position(self) -> int:
        """Number of values read so far."""
        return len(self.spans)

    @property
    def at_end(self) -> bool:
        """Whether all bytes are read."""
        return self.at >= len(self.raw)

    def number(self, what: str) -> float:
        """Read a 64-bit floating-point number."""
        value: float = _DOUBLE.unpack_from(self.raw, self._take(8, what))[0]
        if not isfinite(value):
            self.fail(f"{what} is not a number")
        return value

    def count(self, what: str) -> int:
        """Read a 32-bit whole number that is not negative."""
        value: int = _COUNT.unpack_from(self.raw, self._take(4, what))[0]
        if value < 0:
            self.fail(f"{what} is {value}")
        return value

    def string(self, what: str) -> str:
        """Read a text: 16-bit length and bytes, or FFFF, 16-bit number of characters and UTF-16."""
        raw, at = self.raw, self.at
        length, start, stop = self._extent(what)
        try:
            if length == _WIDE:
                content = raw[start:stop].decode("utf-16-be", "surrogatepass")
            else:
                content = raw[start:stop].decode("latin-1")
        except UnicodeDecodeError:
            self._fail(f"{what} is not valid UTF-16")
        self.spans.append((at, stop))
        self.at = stop
        return content

    def class_name(self, what: str) -> str:
        """Read the name of a class: 8-bit length and bytes; a version number after it is left off."""
        at = self._take(1, what)
        stop = at + 1 + self.raw[at]
        if stop > len(self.raw):
            self._fail(f"the file ends inside {what}")
        self.spans[-1] = (at, stop)
        self.at = stop
        return self.raw[at + 1 : stop].decode("latin-1").split(" ")[0]

    def exists(self) -> bool:
        """Read the byte that says whether there are tiers."""
        value = self.raw[self._take(1, "whether there are tiers")]
        if value > 1:
            self.fail(f"the byte that says whether there are tiers is {value}, not 0 or 1")
        return value == 1

    def intervals(self, count: int) -> tuple[Interval, ...]:
        """Read intervals: start, end, label."""
        found = []
        raw, spans = self.raw, self.spans
        for self.item in range(1, count + 1):
            at = self.at
            if at + 16 > len(raw):
                self._fail("the file ends inside an interval")
            start, end = _PAIR.unpack_from(raw, at)
            if not (isfinite(start) and isfinite(end)):
                self._fail("a time is not a number")
            spans.append((at, at + 8))
            spans.append((at + 8, at + 16))
            self.at = at + 16
            found.append(Interval(start, end, self.string("its label")))
        self.item = None
        return tuple(found)

    def points(self, count: int) -> tuple[Point, ...]:
        """Read points: time, label."""
        found = []
        for self.item in range(1, count + 1):
            found.append(Point(self.number("its time"), self.string("its label")))
        self.item = None
        return tuple(found)

    def find_grid(self) -> bool:
        """Go to the next object of class TextGrid in a Collection, past objects of other classes."""
        for match in _GRID.finditer(self.raw, self.at):
            if self._looks_like_grid(match.end()):
                self.at = match.start()
                return True
        self.at = len(self.raw)
        return False

    def is_long(self) -> bool:
        """Not meant for this form."""
        return False

    def _looks_like_grid(self, at: int) -> bool:
        # Name, start <= end, flag 0 or 1: a sound that holds these bytes by chance is out of the question.
        raw = self.raw
        if at + 2 > len(raw):
            return False
        (length,) = _LENGTH.unpack_from(raw, at)
        if length == _WIDE and at + 4 <= len(raw):
            at = _wide_end(raw, at + 4, _LENGTH.unpack_from(raw, at + 2)[0])
        else:
            at += 2 + length
        if at + 17 > len(raw):
            return False
        start, end = _PAIR.unpack_from(raw, at)
        return bool(isfinite(start) and isfinite(end) and start <= end and raw[at + 16] <= 1)

    def _extent(self, what: str) -> tuple[int, int, int]:
        raw, at = self.raw, self.at
        if at + 2 > len(raw):
            self._fail(f"the file ends where {what} should be")
        length: int = _LENGTH.unpack_from(raw, at)[0]
        start, stop = at + 2, at + 2 + length
        if length == _WIDE:
            if at + 4 > len(raw):
                self._fail(f"the file ends where {what} should be")
            start = at + 4
            stop = _wide_end(raw, start, _LENGTH.unpack_from(raw, at + 2)[0])
        if stop > len(raw):
            self._fail(f"the file ends inside {what}")
        return length, start, stop

    def _take(self, size: int, what: str) -> int:
        at = self.at
        if at + size > len(self.raw):
            self._fail(f"the file ends where {what} should be")
        self.spans.append((at, at + size))
        self.at = at + size
        return at

    def _fail(self, message: str, hint: str = "") -> NoReturn:
        raise TextGridError(
            f"byte {self.at}: {message}",
            hint or "the file is cut off or damaged",
            file=self.path,
            tier=self.tier,
            interval=self.item,
        )

    def fail(self, message: str, hint: str = "") -> NoReturn:
        """Raise an error at the value read last."""
        if self.spans:
            self.at = self.spans[-1][0]
        self._fail(message, hint)


def _wide_end(raw: bytes, at: int, characters: int) -> int:
    # Praat counts characters, not 16-bit units: one beyond U+FFFF takes four bytes.
    for _ in range(characters):
        at += 4 if at < len(raw) and 0xD8 <= raw[at] <= 0xDB else 2
    return at
