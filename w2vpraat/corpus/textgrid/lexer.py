"""Praat's text grammar: free-standing numbers, quoted strings and <flags>; everything else is comment.

A word counts as a number only if it starts with a digit or sign after white space, so ``[1]:`` and ``xmin``
are comment; ``!`` at the start of a word makes the rest of the line comment; ``""`` in a string is one quote.
"""

from __future__ import annotations

import re
from itertools import islice

# White space and comment words, then one token. The second line is only for speed: words of the long form.
# The pattern matches at every position that findall reaches, and its pieces start with different characters,
# so it never backtracks over more than a word.
_TOKEN = re.compile(
    r"\s*"
    r"(?:xmax = |text = |intervals \[[0-9]+\]:\s+xmin = )?"
    r"(?:(?:[^\s\"!<+\-0-9]\S*|![^\r\n]*|\+)\s+)*"
    r"(\"[^\"]*(?:\"\"[^\"]*)*\"(?!\")|[<+\-0-9]\S*|\"|\Z)"
)

UNCLOSED = '"'
"""The token that stands for a string without its closing quote."""


def split_tokens(text: str) -> list[str]:
    """Split a text into its tokens: strings with their quotes, numbers and flags as written.

    Parameters
    ----------
    text : str
        Decoded file.

    Returns
    -------
    list of str
        A string that is never closed is the token ``"`` alone.
    """
    tokens: list[str] = _TOKEN.findall(text + "\n")
    while tokens and not tokens[-1]:
        tokens.pop()
    return tokens


def token_spans(text: str, most: int | None = None) -> list[tuple[int, int]]:
    """Start and end of each token of `split_tokens`, in characters; of the first few, if asked."""
    # The line end lets a last word match; without it the first few need no copy of the text.
    found = _TOKEN.finditer(text if most else text + "\n")
    spans = [match.span(1) for match in islice(found, most)]
    while spans and spans[-1][0] == spans[-1][1]:
        spans.pop()
    return spans


def unquote(token: str) -> str:
    """Return the content of a string token."""
    inner = token[1:-1]
    return inner.replace('""', '"') if '"' in inner else inner


def quote(content: str) -> str:
    """Return a string token for a content."""
    return '"' + content.replace('"', '""') + '"'


def number_value(token: str) -> float:
    """Value of a number token, as Praat reads it: also fractions (1/3) and percentages (50%).

    Raises
    ------
    ValueError
        If it is no finite number.
    """
    factor = 1.0
    if token.endswith("%"):
        token, factor = token[:-1], 0.01
    if "/" in token:
        above, _, below = token.partition("/")
        value = float(above) / float(below)
    else:
        value = float(token)
    value *= factor
    if value - value != 0.0:
        raise ValueError(token)
    return value


def number_text(value: float) -> str:
    """Write a number as Praat does: the shortest of 15, 16, 17 digits that reads back identically.

    Raises
    ------
    ValueError
        If it is not finite.
    """
    if value - value != 0.0:
        raise ValueError(value)
    text = f"{value:.15g}"
    if float(text) != value:
        text = f"{value:.16g}"
        if float(text) != value:
            text = f"{value:.17g}"
    return text


def line_number(text: str, position: int) -> int:
    """Line of a position, counted from 1; LF, CRLF and CR all end lines."""
    before = text[:position]
    return 1 + before.count("\n") + before.count("\r") - before.count("\r\n")
