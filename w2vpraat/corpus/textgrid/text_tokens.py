"""Reading values one after another from a text file, with errors that name the line."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import partial
from math import isfinite
from pathlib import Path
from typing import NoReturn

from w2vpraat.corpus.textgrid.lexer import (
    UNCLOSED,
    line_number,
    number_value,
    split_tokens,
    token_spans,
    unquote,
)
from w2vpraat.corpus.textgrid.values import Interval, Point
from w2vpraat.errors import TextGridError

_COMMENT = re.compile(r"![^\r\n]*")
# What ``_make`` does, without a Python call for each item.
_new_interval: Callable[[Iterable[object]], Interval] = partial(tuple.__new__, Interval)
_new_point: Callable[[Iterable[object]], Point] = partial(tuple.__new__, Point)
_COUNT = re.compile(r"[0-9]+")


class TextTokens:
    """Cursor over the tokens of a text file.

    Parameters
    ----------
    text : str
        Decoded file.
    newline : str
        Line end of the file; labels get a line feed for it.
    path : Path
        For messages.
    """

    def __init__(self, text: str, newline: str, path: Path) -> None:
        self.text = text
        self.newline = newline
        self.path = path
        self.tokens = split_tokens(text)
        self.position = 0
        self.tier: str | None = None
        self.item: int | None = None
        if UNCLOSED in self.tokens:
            self.position = self.tokens.index(UNCLOSED)
            self._fail(
                "a text starts here that is never closed",
                'a closing quote (") is missing, or the file is cut off',
            )

    @property
    def at_end(self) -> bool:
        """Whether all tokens are read."""
        return self.position >= len(self.tokens)

    def number(self, what: str) -> float:
        """Read a time."""
        token = self._next(what, "a number")
        if token[0] in '"<':
            self._unexpected(what, "a number", token)
        try:
            value = _time(token)
        except (ValueError, ZeroDivisionError):
            self._unexpected(what, "a number", token)
        self.position += 1
        return value

    def count(self, what: str) -> int:
        """Read a whole number that is not negative."""
        token = self._next(what, "a whole number")
        if not _COUNT.fullmatch(token) or len(token) > 15:
            self._unexpected(what, "a whole number", token)
        self.position += 1
        return int(token)

    def string(self, what: str) -> str:
        """Read a text; its line ends become a line feed."""
        token = self._next(what, "a text in quotes")
        if token[0] != '"':
            self._unexpected(what, "a text in quotes", token)
        self.position += 1
        return self._content(token)

    def class_name(self, what: str) -> str:
        """Read the name of a class; a version number after it is left off."""
        return self.string(what).split(" ")[0]

    def exists(self) -> bool:
        """Read the flag ``<exists>`` or ``<absent>``."""
        token = self._next("whether there are tiers", "<exists> or <absent>")
        if token not in ("<exists>", "<absent>"):
            self._unexpected("whether there are tiers", "<exists> or <absent>", token)
        self.position += 1
        return token == "<exists>"

    def intervals(self, count: int) -> tuple[Interval, ...]:
        """Read intervals: start, end, label."""
        columns = self._columns(count, 3)
        if columns is not None:
            starts, ends, labels = columns
            return tuple(map(_new_interval, zip(starts, ends, labels, strict=True)))
        found = []
        for self.item in range(1, count + 1):
            found.append(Interval(self.number("its start"), self.number("its end"), self.string("its label")))
        self.item = None
        return tuple(found)

    def points(self, count: int) -> tuple[Point, ...]:
        """Read points: time, label."""
        columns = self._columns(count, 2)
        if columns is not None:
            times, labels = columns
            return tuple(map(_new_point, zip(times, labels, strict=True)))
        found = []
        for self.item in range(1, count + 1):
            found.append(Point(self.number("its time"), self.string("its label")))
        self.item = None
        return tuple(found)

    def find_grid(self) -> bool:
        """Go to the next object of class TextGrid in a Collection, past objects of other classes."""
        tokens = self.tokens
        while True:
            try:
                at = tokens.index('"TextGrid"', self.position)
            except ValueError:
                return False
            head = tokens[at + 1 : at + 5]
            if len(head) == 4 and [token[0] in '"<' for token in head] == [True, False, False, True]:
                self.position = at
                return True
            self.position = at + 1

    def is_long(self) -> bool:
        """Whether words stand between the values after the header."""
        spans = token_spans(self.text, most=3)
        return len(spans) == 3 and bool(_COMMENT.sub("", self.text[spans[1][1] : spans[2][0]]).strip())

    def _columns(self, count: int, width: int) -> list[list[float] | list[str]] | None:
        # Whole columns at once; None sends the caller the slow way, which finds what is wrong and where.
        first, stop = self.position, self.position + count * width
        if stop > len(self.tokens):
            return None
        columns: list[list[float] | list[str]] = []
        for offset in range(width - 1):
            written = self.tokens[first + offset : stop : width]
            try:
                values = list(map(float, written))
            except ValueError:
                return None
            # float() also takes 1_000 and -inf
            if not all(map(isfinite, values)) or "_" in "".join(written):
                return None
            columns.append(values)
        labels = self.tokens[first + width - 1 : stop : width]
        # Labels repeat, so each different one is looked at once.
        different = set(labels)
        if any(label[0] != '"' for label in different):
            return None
        contents = {label: self._content(label) for label in different}
        columns.append([contents[label] for label in labels])
        self.position = stop
        return columns

    def _content(self, token: str) -> str:
        content = unquote(token)
        if self.newline != "\n" and self.newline in content:
            content = content.replace(self.newline, "\n")
        return content

    def _next(self, what: str, kind: str) -> str:
        if self.position >= len(self.tokens):
            self._fail(f"the file ends where {what} should be ({kind})", "the file is cut off")
        return self.tokens[self.position]

    def _unexpected(self, what: str, kind: str, token: str) -> NoReturn:
        shown = token if len(token) <= 40 else token[:37] + "..."
        self._fail(f"{what} should be {kind}, but is {shown}", "")

    def _fail(self, message: str, hint: str) -> NoReturn:
        spans = token_spans(self.text)
        at = spans[self.position][0] if self.position < len(spans) else len(self.text)
        raise TextGridError(
            f"line {line_number(self.text, at)}: {message}",
            hint or "open the file in a text editor at this line",
            file=self.path,
            tier=self.tier,
            interval=self.item,
        )

    def fail(self, message: str, hint: str = "") -> NoReturn:
        """Raise an error at the value read last."""
        self.position = max(self.position - 1, 0)
        self._fail(message, hint)


def _time(token: str) -> float:
    if "_" in token:
        raise ValueError(token)
    return number_value(token)
