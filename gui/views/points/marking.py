"""How the tokens of a picture are drawn: which mark, how large, how opaque, for few and for many."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from math import log2

import numpy as np
from numpy.typing import NDArray

from w2vpraat.compare.maps.picture import MapPicture
from w2vpraat.export.styles import HUES, MARKERS

from ...theme import Colours, colour, colours
from .layer import Marks
from .palette import N_COLOURS, colour_table, own_marker, shape_marker
from .sprites import marker_sheet, shown_text, text_sheet
from .stamping import Look

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]
Bools = NDArray[np.bool_]

FEW_TOKENS = 2500
"""Up to so many tokens are opaque dots with a rim of paper; more shine through each other."""
LETTER_POINTS = 11.0
MOST_LETTERS = 30_000
"""Beyond so many tokens letters are dots, until one has zoomed in."""
MOST_TEXTS = 400
REST = "•"
"""Written for labels that are too many."""
_SHAPES = (*MARKERS, "ring")


@dataclass(frozen=True)
class MarkStyle:
    """Size and opacity of marks; sizes in pixels.

    Attributes
    ----------
    radius, rim : float
    opacity : float
    coats : int
        See `Look`.
    letters : float
        Size of letters in points.
    """

    radius: float
    rim: float
    opacity: float
    coats: int
    letters: float


def mark_style(count: int, zoom: float = 1.0) -> MarkStyle:
    """Return how marks are drawn.

    Parameters
    ----------
    count : int
        Of tokens.
    zoom : float
        How many times the home view is larger than what is seen, in area: tokens that part are drawn larger.
    """
    # In steps, so that an edit that adds a token does not change all the others.
    crowd = max(count / max(zoom, 1.0), 100.0)
    crowd = 2.0 ** (round(2.0 * log2(crowd)) / 2.0)
    radius = max(4.6 * (100.0 / crowd) ** 0.19, 1.25)
    letters = max(round(2.0 * LETTER_POINTS * (200.0 / max(crowd, 200.0)) ** 0.08) / 2.0, 7.5)
    if crowd <= FEW_TOKENS:
        return MarkStyle(radius, 1.0 if radius > 2.6 else 0.8, 1.0, 1, letters)
    opacity = max(0.72 * (FEW_TOKENS / crowd) ** 0.12, 0.45)
    return MarkStyle(radius, 0.0, opacity, 3 if crowd < 40_000.0 else 4, letters)


def are_letters(picture: MapPicture, count: int, zoom: float) -> bool:
    """Whether tokens are drawn as letters: asked for, and not too many."""
    return picture.marks == "labels" and count / max(zoom, 1.0) <= MOST_LETTERS


def selected_style(base: MarkStyle, count: int, zoom: float = 1.0) -> MarkStyle:
    """Return how selected tokens are drawn: solid, larger, with an outline unless there are very many."""
    many = mark_style(count, zoom).coats > 1
    radius = max(base.radius, 1.6) if many else max(base.radius, 2.8)
    rim = 0.0 if many else 1.3 if count <= 300 else 0.9
    return MarkStyle(radius, rim, 1.0, 1, base.letters)


def marker_of(picture: MapPicture, row: int) -> str:
    """Return the marker of a token."""
    if picture.shape is not None:
        return shape_marker(int(picture.shape.codes[row]))
    return own_marker(int(picture.colour.codes[row]))


class Marking:
    """Numbers shapes and letters, and keeps the looks that are in use."""

    def __init__(self) -> None:
        self._letters: dict[str, int] = {REST: 0}
        self._looks: dict[object, Look] = {}
        # What was numbered last, and its numbers: while one edits, most columns stay the same objects.
        self._colour_codes: tuple[Ints, Ints] | None = None
        self._sprite_codes: tuple[object, tuple[bool, bool], Ints] | None = None

    def marks(self, picture: MapPicture, points: Floats, drawn: Bools, *, letters: bool) -> Marks:
        """Return the marks of the tokens in `drawn`; the others have no place.

        Parameters
        ----------
        picture : MapPicture
        points : ndarray, shape (n_tokens, 2)
        drawn : ndarray of bool, shape (n_tokens,)
        letters : bool
            Whether they are drawn as their labels.
        """
        places = points if drawn.all() else np.where(drawn[:, None], points, np.nan)
        return Marks(places, self._sprites(picture, letters=letters), self._colours(picture))

    def _colours(self, picture: MapPicture) -> Ints:
        codes = picture.colour.codes
        if self._colour_codes is None or self._colour_codes[0] is not codes:
            numbers = np.where(codes >= 0, codes % N_COLOURS, N_COLOURS).astype(np.intp)
            self._colour_codes = codes, numbers
        return self._colour_codes[1]

    def _sprites(self, picture: MapPicture, *, letters: bool) -> Ints:
        """Return the number of the mark of each token, from the first of these that decides it."""
        shapes = picture.colour.codes if picture.shape is None else picture.shape.codes
        source = picture.labels if letters else shapes
        key = (letters, picture.shape is None)
        if self._sprite_codes is None or self._sprite_codes[0] is not source or self._sprite_codes[1] != key:
            if letters:
                numbers = self._numbered(picture.labels)
            elif picture.shape is not None:
                numbers = np.where(shapes >= 0, shapes % len(MARKERS), len(MARKERS))
            else:
                numbers = np.where(shapes >= 0, shapes // len(HUES) % len(MARKERS), 0)
            self._sprite_codes = source, key, numbers.astype(np.intp)
        return self._sprite_codes[2]

    def look(self, style: MarkStyle, ratio: float, *, letters: bool, selected: bool = False) -> Look:
        """Return how marks of a style are drawn on this paper; the same object while nothing changes."""
        shown = colours()
        texts = tuple(self._letters) if letters else ()
        key = (style, ratio, texts, selected, shown)
        found = self._looks.get(key)
        if found is None:
            if len(self._looks) > 24:
                self._looks.clear()
            found = self._looks[key] = self._make(style, ratio, texts, letters, selected, shown)
        return found

    def _make(
        self,
        style: MarkStyle,
        ratio: float,
        texts: tuple[str, ...],
        letters: bool,
        selected: bool,
        shown: Colours,
    ) -> Look:
        if letters:
            sheet = text_sheet(texts, style.letters, ratio, 1.2 * ratio if style.rim else 0.0)
            opacity = max(style.opacity, 0.8)
            return Look(sheet, colour_table(letters=True), colour("paper"), opacity, style.coats)
        sheet = marker_sheet(_SHAPES, style.radius * ratio, style.rim * ratio)
        rim = colour("ink" if selected else "paper")
        return Look(sheet, colour_table(), rim, style.opacity, style.coats)

    def _numbered(self, labels: NDArray[np.object_]) -> Ints:
        counts = Counter(labels.tolist())
        texts = {label: shown_text(label) or REST for label in counts}
        if len(self._letters.keys() | texts.values()) > MOST_TEXTS:
            self._letters = {REST: 0}
        # The most frequent first: if there are too many, the others are dots.
        for label, _ in sorted(counts.items(), key=lambda one: (-one[1], one[0])):
            if len(self._letters) < MOST_TEXTS:
                self._letters.setdefault(texts[label], len(self._letters))
        numbers = {label: self._letters.get(text, 0) for label, text in texts.items()}
        return np.array([numbers[label] for label in labels.tolist()], dtype=np.intp)
