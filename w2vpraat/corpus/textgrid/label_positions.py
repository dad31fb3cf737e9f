"""A label as it is compared (codes converted, NFC), with the way back to the label as found."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from w2vpraat.corpus.textgrid.trigraphs import to_unicode

_CODE = 3  # characters of a backslash code


@dataclass(frozen=True)
class ReadLabel:
    """A label in two forms.

    Parameters
    ----------
    label : str
        As found.
    text : str
        As compared.
    places : tuple of (int, int), optional
        For each character of `text`, the stretch of `label` that it came from; None if the two are the same.
        Stretches overlap where signs were composed or reordered.
    """

    label: str
    text: str
    places: tuple[tuple[int, int], ...] | None = None

    def whole_signs(self, start: int, end: int) -> tuple[int, int, int, int]:
        """Widen a stretch of `text` until it is a stretch of `label` as well.

        Returns
        -------
        tuple of int
            Start and end in `text`, start and end in `label`.
        """
        if self.places is None:
            return start, end, start, end
        if start == end:
            at = self.places[start][0] if start < len(self.places) else len(self.label)
            if start and start < len(self.places) and self.places[start - 1][1] > at:
                # Inside a sign that stands for several: before it.
                at = min(place[0] for place in self.places[:start] if place[1] > at)
            return start, end, at, at
        while True:
            first = min(place[0] for place in self.places[start:end])
            last = max(place[1] for place in self.places[start:end])
            inside = [i for i, place in enumerate(self.places) if place[0] < last and place[1] > first]
            wider = min(start, inside[0]), max(end, inside[-1] + 1)
            if wider == (start, end):
                return start, end, first, last
            start, end = wider

    def source(self, start: int, end: int) -> str:
        """Return a stretch of `text` as it is written in the label, where that is possible."""
        left, right, first, last = self.whole_signs(start, end)
        return self.label[first:last] if (left, right) == (start, end) else self.text[start:end]


def read_label(label: str, *, normalize: bool = True) -> ReadLabel:
    """Read a label for comparison.

    Parameters
    ----------
    label : str
        As found.
    normalize : bool
        Convert Praat's backslash codes and compose (NFC); else the label is compared as found. Needed for
        label sets that use backslashes themselves (X-SAMPA).
    """
    if not normalize or ("\\" not in label and unicodedata.is_normalized("NFC", label)):
        return ReadLabel(label, label)
    text, places = "", []
    for cluster in _clusters(_units(label)):
        composed = unicodedata.normalize("NFC", "".join(sign for sign, _, _ in cluster))
        text += composed
        places += _placed(composed, cluster)
    return ReadLabel(label, text, tuple(places))


Unit = tuple[str, int, int]  # what it stands for, and its stretch of the label


def _units(label: str) -> list[Unit]:
    units = []
    at = 0
    while at < len(label):
        code = label[at : at + _CODE]
        sign = to_unicode(code) if code[0] == "\\" and len(code) == _CODE else code
        size = 1 if sign == code else _CODE
        units.append((code[:1] if size == 1 else sign, at, at + size))
        at += size
    return units


def _clusters(units: list[Unit]) -> list[list[Unit]]:
    # Stretches that composing doesn't join.
    clusters: list[list[Unit]] = []
    for unit in units:
        if clusters:
            before = "".join(sign for sign, _, _ in clusters[-1])
            apart = unicodedata.normalize("NFC", before) + unicodedata.normalize("NFC", unit[0])
            if unicodedata.normalize("NFC", before + unit[0]) != apart or unicodedata.combining(unit[0][0]):
                clusters[-1].append(unit)
                continue
        clusters.append([unit])
    return clusters


def _placed(composed: str, cluster: list[Unit]) -> list[tuple[int, int]]:
    # Each sign took its parts from the first units that still had them.
    parts = [(part, unit) for unit in cluster for part in unicodedata.normalize("NFD", unit[0])]
    places = []
    for sign in composed:
        units = []
        for part in unicodedata.normalize("NFD", sign):
            taken = next(index for index, (left, _) in enumerate(parts) if left == part)
            units.append(parts.pop(taken)[1])
        places.append((min(unit[1] for unit in units), max(unit[2] for unit in units)))
    return places
