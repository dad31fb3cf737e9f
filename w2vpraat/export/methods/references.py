"""References in full, by key, for methods paragraphs; only those that were cited come out."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import NamedTuple

from w2vpraat.resources import resource_folder


class Reference(NamedTuple):
    """A work: how the text names it, and how the list does."""

    cited: str
    full: str


@cache
def references() -> Mapping[str, Reference]:
    """All works that a methods paragraph may cite, by key."""
    path = resource_folder() / "references" / "references.csv"
    with path.open(encoding="utf-8", newline="") as stream:
        return MappingProxyType(
            {row["key"]: Reference(row["cited"], row["full"]) for row in csv.DictReader(stream)}
        )


# Keys of the works that a normalization comes from.
OF_METHOD: Mapping[str, str] = MappingProxyType(
    {
        "lobanov": "lobanov1971",
        "lobanov_balanced": "brand2021",
        "nearey1": "nearey1978",
        "nearey2": "nearey1978",
        "nearey2_regression": "barreda2018",
        "deltaf": "johnson2020",
        "watt_fabricius": "watt2002",
        "watt_fabricius_mod": "fabricius2009",
        "bark_difference": "thomas2007",
        "syrdal_gopal": "syrdal1986",
        "gerstman": "gerstman1968",
        "labov": "labov2006",
        "miller": "miller1989",
        "nordstrom_lindblom": "nordstrom1975",
        "c_cure": "mcmurray2011",
        "z": "lobanov1971",
        "whiten": "kessy2018",
        "subspace": "liu2023",
    }
)
# Families of encoders, as transformers names them.
OF_FAMILY: Mapping[str, str] = MappingProxyType(
    {
        "wav2vec2": "baevski2020",
        "hubert": "hsu2021",
        "wavlm": "chen2022",
        "data2vec-audio": "baevski2022",
    }
)


class Bibliography:
    """Gathers what a text cites; what was not cited does not come out."""

    def __init__(self) -> None:
        self._full: dict[str, str] = {}

    def __call__(self, key: str) -> str:
        """Cite a work: return its author and year, for parentheses."""
        reference = references()[key]
        self._full[reference.full.casefold()] = reference.full
        return reference.cited

    def add(self, full: str) -> None:
        """Add a work in full that has no key, such as a program in a certain version."""
        self._full[full.casefold()] = full

    @property
    def full(self) -> tuple[str, ...]:
        """All works cited, in full, by author."""
        return tuple(self._full[name] for name in sorted(self._full))
