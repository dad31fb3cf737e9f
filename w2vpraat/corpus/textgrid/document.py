"""The text of a file, the place of each of its values, and replacements in it.

A *block* is the text of one tier or item: from the start of the line that announces it (``item [2]:``, or the
line of its first value) to the next block. Binary files go the same way, as text with one character per byte.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from w2vpraat.corpus.textgrid.lexer import token_spans
from w2vpraat.corpus.textgrid.praat_forms import BinaryValues, TextValues
from w2vpraat.corpus.textgrid.reader import binary_spans
from w2vpraat.corpus.textgrid.source import Source

_MARK = re.compile(r"\b(?:item|intervals|points)[ \t]*\[[ \t]*([0-9]+)[ \t]*\]")
_LINE_END = re.compile(r"\r\n|\r|\n")


@dataclass
class Edits:
    """Replacements of stretches of a text, collected in any order.

    Parameters
    ----------
    text : str
        The original.
    """

    text: str
    made: list[tuple[int, int, str]] = field(default_factory=list)

    def replace(self, start: int, end: int, new: str) -> None:
        """Ask for a stretch to be replaced; an empty stretch is an insertion."""
        if self.text[start:end] != new:
            self.made.append((start, end, new))

    def apply(self, start: int = 0, end: int | None = None) -> str:
        """Return a stretch of the text with the replacements inside it."""
        end = len(self.text) if end is None else end
        parts, at = [], start
        for low, high, new in sorted(self.made, key=lambda edit: edit[:2]):
            parts += [self.text[at:low], new]
            at = high
        return "".join([*parts, self.text[at:end]])


class Document:
    """The text of a source with the place of each of its values.

    Parameters
    ----------
    source : Source
        The file as read.
    """

    def __init__(self, source: Source) -> None:
        self.source = source
        self.text = source.text
        self.binary = source.form == "binary"
        self.write: TextValues | BinaryValues = BinaryValues() if self.binary else TextValues(source.newline)
        self.spans = binary_spans(source.raw, source.path) if self.binary else token_spans(self.text)

    def token(self, index: int) -> str:
        """Return a value as written."""
        start, end = self.spans[index]
        return self.text[start:end]

    def block_start(self, index: int) -> int:
        """Return where the block that begins with this value starts."""
        low, high = self.spans[index - 1][1], self.spans[index][0]
        if self.binary:
            return high
        gap = self.text[low:high]
        marks = [mark.start() for mark in _MARK.finditer(gap)]
        stop = marks[-1] if marks else len(gap)
        lines = [line.end() for line in _LINE_END.finditer(gap, 0, stop)]
        return low + (lines[-1] if lines else stop)

    def end_after(self, index: int) -> int:
        """Return where the line of a last value ends, its line end included."""
        end = self.spans[index][1]
        if self.binary:
            return end
        limit = self.spans[index + 1][0] if index + 1 < len(self.spans) else len(self.text)
        line = _LINE_END.search(self.text, end, limit)
        return line.end() if line else limit if limit == len(self.text) else end

    def mark(self, index: int) -> tuple[int, int] | None:
        """Return where the number in ``item [n]`` before this value stands."""
        start, high = self.block_start(index), self.spans[index][0]
        found = None if self.binary else _MARK.search(self.text, start, high)
        return None if found is None else found.span(1)

    def indent(self, position: int) -> str:
        """Return the white space at the start of a line, up to the first word or this position."""
        line = 1 + max(self.text.rfind("\n", 0, position), self.text.rfind("\r", 0, position))
        written = self.text[line:position]
        return written[: len(written) - len(written.lstrip())]

    def join(self, blocks: list[str], at: int) -> str:
        """Put blocks one after another, each on its own line, to be inserted at a position."""
        if self.binary or not blocks:
            return "".join(blocks)
        newline = self.source.newline
        lined = [block if block[-1].isspace() else block + newline for block in blocks]
        if at and not self.text[at - 1].isspace():
            lined.insert(0, newline)
        return "".join(lined)
