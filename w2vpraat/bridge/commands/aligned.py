"""Lines with aligned cells for Praat's Info window, and numbers in them."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import Any

FIGURE_SPACE = "\u2007"


def aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """Return one line per row, cells under one another; numbers stand to the right.

    The font of the Info window is proportional in Linux: numbers are padded with spaces as wide as a digit,
    and callers put columns of text last. Combining marks of IPA take no column.
    """
    widths = [max(_width(row[place]) for row in rows) for place in range(len(rows[0]))] if rows else []
    lines = []
    for row in rows:
        cells = []
        for place, (text, width) in enumerate(zip(row, widths, strict=True)):
            right = all(_is_number(one[place]) for one in rows[1:])
            space = (FIGURE_SPACE if right else " ") * (width - _width(text))
            cells.append(space + text if right else text + space)
        lines.append("  ".join(cells).rstrip())
    return lines


def plain_number(value: Any, digits: int) -> str:
    """Write a number for reading; ``--`` if it is not known."""
    try:
        number = float(value)
    except (TypeError, ValueError):
        return "--"
    return "--" if number != number else f"{number:.{digits}f}"


def _is_number(text: str) -> bool:
    return text in ("", "--") or text.replace(".", "", 1).lstrip("-").isdigit()


def _width(text: str) -> int:
    return sum(1 for sign in text if not unicodedata.combining(sign))
