"""The signs of the International Phonetic Alphabet, for a palette: by place in the chart, or by searching."""

from __future__ import annotations

import csv
import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property, lru_cache

from w2vpraat.resources import phone_map_path

GROUPS = (
    "pulmonic",
    "non-pulmonic",
    "other",
    "affricate",
    "vowel",
    "diacritic",
    "suprasegmental",
    "tone",
    "extended",
    "older",
)
"""Parts of the chart, in order; "extended": extIPA, for disordered speech; "older": not in the IPA now."""

DOTTED_CIRCLE = "\u25cc"
"""What a combining mark is shown on."""

_WORD = re.compile(r"[^\s,()/]+")
# Ranks of what a query agrees with, best first.
_SIGN, _CODE, _NAME, _PHRASE, _NAME_WORDS, _KEYWORDS, _UNICODE, _STARTS = range(8)


@dataclass(frozen=True)
class IpaLetter:
    r"""One sign.

    Parameters
    ----------
    sign : str
        In Unicode (NFC); a few are sequences (affricates with tie, contour tones).
    name : str
        As on the chart of the International Phonetic Association (2020), for example "voiced velar plosive".
    group : str
        One of `GROUPS`.
    place, manner : str
        Column and row of a consonant; frontness and height of a vowel ("back", "close-mid"); else empty.
    keywords : str
        Other words to find it by.
    trigraph : str
        Praat's backslash code, for example ``\gs``; empty if there is none.
    xsampa : str
        In X-SAMPA; empty if there is none.
    """

    sign: str
    name: str
    group: str
    place: str = ""
    manner: str = ""
    keywords: str = ""
    trigraph: str = ""
    xsampa: str = ""

    @property
    def combining(self) -> bool:
        """Whether it is a mark that stands on the letter before it."""
        return unicodedata.category(self.sign[0]) == "Mn"

    @property
    def shown(self) -> str:
        """The sign as a palette shows it: marks stand on a dotted circle (a tie bar between two)."""
        if not self.combining:
            return self.sign
        # The double marks (U+035C to U+0362) reach over the next letter too.
        double = "\u035c" <= self.sign <= "\u0362"
        return DOTTED_CIRCLE + self.sign + (DOTTED_CIRCLE if double else "")

    @property
    def code_points(self) -> str:
        """For example "U+0261"."""
        return " ".join(f"U+{ord(one):04X}" for one in self.sign)

    @cached_property
    def unicode_name(self) -> str:
        """Unicode's name, in small letters; of a sequence, the names of its characters."""
        return ", ".join(unicodedata.name(one).lower() for one in self.sign)

    @cached_property
    def _words(self) -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
        # Of the name; with keywords and the place in the chart; and of Unicode's name.
        name = _words_of(self.name)
        more = name | _words_of(f"{self.keywords} {self.place} {self.manner} {self.group}")
        return name, more, more | _words_of(self.unicode_name)


@lru_cache(maxsize=1)
def ipa_letters() -> tuple[IpaLetter, ...]:
    """Return all signs, in the order of the chart.

    Returns
    -------
    tuple of IpaLetter
        From ``resources/phones/ipa_letters.csv``.
    """
    with phone_map_path("ipa_letters").open(encoding="utf-8", newline="") as file:
        return tuple(IpaLetter(**row) for row in csv.DictReader(file))


def search_letters(text: str) -> tuple[IpaLetter, ...]:
    r"""Find signs by the sign itself, a name, words of it, Praat's code or X-SAMPA.

    Parameters
    ----------
    text : str
        For example "voiced velar", "esh", "ə", ``\sw``, "@", "U+0259"; all words must fit. Capitals matter
        for X-SAMPA only. Empty: all signs.

    Returns
    -------
    tuple of IpaLetter
        The best first: the sign, codes, the whole name, its start or end, words of it, other words, and
        beginnings of words; within these in the order of the chart.
    """
    wanted = unicodedata.normalize("NFC", text.replace(DOTTED_CIRCLE, "")).strip()
    if not wanted:
        return ipa_letters()
    ranks = {letter: _rank(letter, wanted) for letter in ipa_letters()}
    found = [(rank, letter) for letter, rank in ranks.items() if rank is not None]
    return tuple(letter for _, letter in sorted(found, key=lambda one: one[0]))


def _rank(letter: IpaLetter, wanted: str) -> int | None:
    small = wanted.lower()
    if wanted == letter.sign:
        return _SIGN
    if wanted in (letter.trigraph, letter.xsampa) or small == letter.code_points.lower():
        return _CODE
    if small == letter.name:
        return _NAME
    words = _words_of(small)
    name, more, unicode = letter._words
    if letter.name.startswith(f"{small} ") or letter.name.endswith(f" {small}"):
        return _PHRASE
    for rank, known in ((_NAME_WORDS, name), (_KEYWORDS, more), (_UNICODE, unicode)):
        if words and words <= known:
            return rank
    # One letter alone begins too many words.
    if len(small) > 1 and all(any(one.startswith(word) for one in unicode) for word in words):
        return _STARTS
    return None


def _words_of(text: str) -> frozenset[str]:
    words = set(_WORD.findall(text.lower()))
    parts = {part for word in words if "-" in word for part in word.split("-") if part}
    return frozenset(words | parts)
