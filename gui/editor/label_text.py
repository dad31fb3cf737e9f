r"""A label as the field shows it, with the way back to how it is written in the file.

Shown are signs, never backslash codes. What was not edited stays as found; what was typed is written in codes
if the label had codes (``\sw``), else in Unicode. So an edited label differs from the old one only where it
was edited.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from w2vpraat.corpus.textgrid import to_trigraphs, to_unicode

_CODE = 3  # characters of a backslash code
_MARKS = "↵⏎␤"


@dataclass(frozen=True)
class LabelText:
    """A label in both forms.

    Parameters
    ----------
    label : str
        As found.
    pieces : tuple of (str, str)
        Its signs, as found and as shown.
    newline : str
        The sign that stands for a line end.
    codes : bool
        Whether backslash codes are read and written.
    """

    label: str
    pieces: tuple[tuple[str, str], ...]
    newline: str = _MARKS[0]
    codes: bool = True

    @property
    def text(self) -> str:
        """The label as shown."""
        return "".join(shown for _, shown in self.pieces)

    @property
    def has_codes(self) -> bool:
        """Whether there is a backslash code in the label."""
        return any(len(found) == _CODE for found, _ in self.pieces)

    def label_place(self, place: int) -> int:
        """Return the place in the label as found of a place in the shown text, in characters."""
        found_at = shown_at = 0
        for found, shown in self.pieces:
            if shown_at + len(shown) > place:
                break
            found_at, shown_at = found_at + len(found), shown_at + len(shown)
        return found_at

    def edited(self, text: str) -> str:
        """Return the label to be stored for an edited text.

        Parameters
        ----------
        text : str
            What the field holds now.
        """
        if text == self.text:
            return self.label
        first = _same(self.pieces, text)
        before = "".join(shown for _, shown in self.pieces[:first])
        rest = [(found, shown[::-1]) for found, shown in reversed(self.pieces[first:])]
        last = len(self.pieces) - _same(rest, text[len(before) :][::-1])
        after = "".join(shown for _, shown in self.pieces[last:])
        made = text[len(before) : len(text) - len(after)].replace(self.newline, "\n")
        left = "".join(found for found, _ in self.pieces[:first])
        right = "".join(found for found, _ in self.pieces[last:])
        if not self.codes:
            return left + made + right
        made = to_unicode(made)
        label = left + (to_trigraphs(made) if self.has_codes else made) + right
        meant = to_unicode(left) + made + to_unicode(right)
        # A backslash and what now stands beside it must not be read as a code.
        return label if to_unicode(label) == meant else to_trigraphs(meant)


def _same(pieces: Sequence[tuple[str, str]], text: str) -> int:
    """Return how many pieces a text begins with."""
    for count, (_, shown) in enumerate(pieces):
        if not text.startswith(shown):
            return count
        text = text[len(shown) :]
    return len(pieces)


def read_text(label: str, *, codes: bool = True) -> LabelText:
    """Read a label for the field.

    Parameters
    ----------
    label : str
        As found.
    codes : bool
        Show backslash codes as signs.
    """
    newline = next((mark for mark in _MARKS if mark not in label), _MARKS[0])
    pieces: list[tuple[str, str]] = []
    at = 0
    while at < len(label):
        found = label[at : at + _CODE]
        shown = to_unicode(found) if codes and found[0] == "\\" and len(found) == _CODE else found
        if shown == found:
            found = "\r\n" if found.startswith("\r\n") else found[0]
            shown = newline if found in ("\r\n", "\n", "\r") else found
        pieces.append((found, shown))
        at += len(found)
    return LabelText(label, tuple(pieces), newline, codes)


def units(text: str, characters: int) -> int:
    """Return how many UTF-16 units, in which Qt counts, the first characters of a text are."""
    return len(text[:characters].encode("utf-16-le", "surrogatepass")) // 2


def characters(text: str, count: int) -> int:
    """Return how many characters of a text the first UTF-16 units are."""
    return len(text.encode("utf-16-le", "surrogatepass")[: 2 * count].decode("utf-16-le", "surrogatepass"))
