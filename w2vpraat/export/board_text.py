"""What stands around maps on paper: titles, counts, numbers, and the sentences under the figure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache

import numpy as np

from w2vpraat.compare.maps.picture import MapNumber, MapPicture
from w2vpraat.export.board_styles import LegendPart
from w2vpraat.export.figures import any_sign
from w2vpraat.export.styles import font

TIED = "\u202f"  # a blank where no line ends
SHARES = frozenset({"agreement", "full_agreement"})
"""Numbers that are told in per cent."""


def lines_that_fit(
    text: str, inches: float, size: float, *, bold: bool = False, most: int = 0, separator: str = " "
) -> list[str]:
    """Break a text into lines by the width of its letters.

    Parameters
    ----------
    text : str
    inches : float
        Room for a line.
    size : float
        Of the letters, in points.
    bold : bool
    most : int
        So many lines; what is left is cut with dots. 0: as many as it takes.
    separator : str
        Where a line may end.

    Returns
    -------
    list of str
        Without mathematics: a dollar sign is a dollar sign.
    """

    def fits(line: str) -> bool:
        return text_width(line, size, bold=bold) <= inches

    lines: list[str] = []
    rest = [part for word in text.split(separator) for part in _pieces(word, fits)]
    line = ""
    for word in rest:
        longer = f"{line}{separator}{word}" if line else word
        if not line or fits(longer):
            line = longer
            continue
        lines.append(line)
        line = word
    lines += [line] if line else []
    if most and len(lines) > most:
        last = lines[most - 1]
        while last and not fits(f"{last}…"):
            last = last[:-1]
        lines = [*lines[: most - 1], f"{last.rstrip(' ,;')}…"]
    return [one.replace("$", r"\$") for one in lines]


def _pieces(word: str, fits: Callable[[str], bool]) -> list[str]:
    """Cut a word that is wider than a line, best after a stroke or dash: names of models, paths."""
    pieces = []
    while word and not fits(word):
        last = next((n for n in range(len(word) - 1, 0, -1) if fits(word[:n])), 1)
        soft = max(word.rfind(sign, 0, last) for sign in "\u00a0/-_.") + 1
        cut = soft if soft > last // 2 else last
        pieces.append(word[:cut])
        word = word[cut:]
    return [*pieces, word] if word else pieces


def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """Return the width of a line in inches."""
    return _unit_width(text, bold) * size / 72.0


@lru_cache(maxsize=8192)
def _unit_width(text: str, bold: bool) -> float:
    from matplotlib.textpath import text_to_path

    with any_sign():
        width, _, _ = text_to_path.get_text_width_height_descent(text, font(100.0, bold=bold), False)
    return float(width) / 100.0


def panel_name(number: int) -> str:
    """Return ``(a)``, ``(b)`` ... for the panels of a figure."""
    return f"({'abcdefghijklmnopqrstuvwxyz'[number % 26]})"


def counts_text(picture: MapPicture) -> str:
    """Say how many tokens are drawn, of how many."""
    n, total = int(picture.placed.sum()), len(picture.ids)
    word = "token" if total == 1 else "tokens"
    return f"{total:,} {word}" if n == total else f"{n:,} of {total:,} {word}"


def number_text(number: MapNumber) -> str:
    """Put a number under a map into words; empty if it is not defined."""
    if number.value != number.value:
        return ""
    text = f"{number.title} {_value(number, number.value)}"
    if number.chance == number.chance:
        text += f" (chance {_value(number, number.chance)})"
    return f"{text} (before the last edit)" if number.stale else text


def _value(number: MapNumber, value: float) -> str:
    return f"{100 * value:.0f}{TIED}%" if number.key in SHARES else f"{value:.2f}".replace("-", "−")


def numbers_lines(picture: MapPicture, inches: float, size: float) -> list[str]:
    """Set the numbers of a map in as few lines as they take."""
    told = [text for text in map(number_text, picture.numbers) if text]
    # Blanks inside a number do not end a line.
    kept = "; ".join(text.replace(" ", "\u00a0") for text in told)
    return [line.replace("\u00a0", " ").strip() for line in lines_that_fit(kept, inches, size)]


def sentences(
    pictures: Sequence[MapPicture],
    parts: Sequence[LegendPart],
    *,
    named: bool,
    in_full: Sequence[int] = (),
) -> str:
    """Say what is drawn, and what a reader must know of each map.

    Parameters
    ----------
    pictures : sequence of MapPicture
    parts : sequence of LegendPart
    named : bool
        Whether the maps are called (a), (b) ...
    in_full : sequence of int
        Maps whose title had no room.
    """
    told = [f"{panel_name(number)} " * named + f"{pictures[number].title}." for number in in_full]
    told += [*_drawn(pictures), *_colours(parts)]
    notes: dict[str, list[int]] = {}
    for number, picture in enumerate(pictures):
        for note in picture.notes:
            notes.setdefault(note, []).append(number)
    for note, numbers in notes.items():
        where = (
            "" if len(numbers) == len(pictures) or not named else f"{', '.join(map(panel_name, numbers))} "
        )
        told.append(f"{where}{_sentence(note, capital=not where)}")
    return " ".join(told)


def _drawn(pictures: Sequence[MapPicture]) -> list[str]:
    told = []
    marks = {picture.marks for picture in pictures if picture.placed.any()}
    if "dots" in marks:
        told.append("Dots: tokens.")
    if "labels" in marks:
        told.append("Small letters: tokens.")
    if any(picture.means for picture in pictures):
        told.append("Large letters: means." if "labels" in marks else "Letters: means.")
    levels = sorted({picture.level for picture in pictures if picture.ellipses})
    if levels:
        shares = " or ".join(f"{100 * level:g}{TIED}%" for level in levels)
        told.append(f"Ellipses: {shares} of the tokens of a colour if normally distributed.")
    if any(picture.courses for picture in pictures):
        told.append("Arrows: mean courses over time.")
    return told


def _colours(parts: Sequence[LegendPart]) -> list[str]:
    told = []
    for part in parts:
        if part.factor.name and len(part.known) > 1 and not part.is_named:
            what = "Shapes" if part.is_shape else "Colours"
            told.append(f"{what}: {len(part.known)} values of {part.factor.name}, which repeat.")
    return told


def _sentence(text: str, *, capital: bool) -> str:
    text = text.strip()
    first = text[:1].upper() if capital else text[:1]
    return first + text[1:] + ("" if text.endswith((".", "!", "?")) else ".")


def balanced_lines(text: str, inches: float, size: float) -> list[str]:
    """Break a text into as few lines as fit, of about the same length."""
    lines = lines_that_fit(text, inches, size)
    for share in np.linspace(0.98, 0.6, 20):
        tighter = lines_that_fit(text, share * inches, size)
        if len(tighter) > len(lines):
            break
        lines = tighter
    return lines
