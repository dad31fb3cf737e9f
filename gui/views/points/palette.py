"""Colours of numbered values on the paper in use: those of the figures, kept visible on dark paper."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QColor

from w2vpraat.export.styles import HUES, MARKERS, numbered_style

from ...theme import colours, contrast

N_COLOURS = 5 * len(HUES)
"""Colours begin again after so many values; their markers go on changing."""
_LEAST_CONTRAST = {False: 2.0, True: 3.6}
_LEAST_LETTER_CONTRAST = {False: 4.5, True: 6.0}


def mark_colour(number: int) -> QColor:
    """Return the colour of marks, lines and ellipses of a value; grey for an unknown one (-1)."""
    return _colour(number % N_COLOURS if number >= 0 else -1, colours().paper, False)


def letter_colour(number: int) -> QColor:
    """Return the colour of letters of a value, which must be read; ink for an unknown one (-1)."""
    return _colour(number % N_COLOURS if number >= 0 else -1, colours().paper, True)


def own_marker(number: int) -> str:
    """Return the marker that goes with a colour where no other column decides it."""
    return numbered_style(number).marker if number >= 0 else MARKERS[0]


def shape_marker(number: int) -> str:
    """Return the marker of a value of the column that decides shapes; a ring for an unknown one (-1)."""
    return MARKERS[number % len(MARKERS)] if number >= 0 else "ring"


def colour_table(*, letters: bool = False) -> NDArray[np.float64]:
    """Return red, green, blue (0 to 255) of all colours, the unknown one last, shape (N_COLOURS + 1, 3)."""
    made = letter_colour if letters else mark_colour
    shades = [made(number) for number in (*range(N_COLOURS), -1)]
    return np.array([(one.red(), one.green(), one.blue()) for one in shades], dtype=np.float64)


@lru_cache(maxsize=512)
def _colour(number: int, paper: str, letter: bool) -> QColor:
    dark_paper = QColor(paper).lightnessF() < 0.5
    if number < 0:
        return QColor(("#d8d8d8" if dark_paper else "#333333") if letter else "#8f8f8f")
    style = numbered_style(number)
    found = QColor(style.dark if letter and not dark_paper else style.colour)
    least = (_LEAST_LETTER_CONTRAST if letter else _LEAST_CONTRAST)[dark_paper]
    for _ in range(60):
        if contrast(found.name(), paper) >= least:
            break
        found = _stepped(found, 0.02 if dark_paper else -0.02)
    return found


def _stepped(shade: QColor, by: float) -> QColor:
    hue, saturation, light, _ = shade.getHslF()
    return QColor.fromHslF(max(hue, 0.0), saturation, min(max(light + by, 0.0), 1.0))
