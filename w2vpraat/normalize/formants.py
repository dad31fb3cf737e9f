"""Every formant normalization: the classes, and one function each that fits and transforms one table.

``lobanov(table)`` is ``Lobanov().fit_transform(table)``. Class or function: a class to fit on some tokens and
apply to others, or to keep the record; a function for one table.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Protocol

import pandas as pd

from w2vpraat.normalize.base import SpeakerNormalizer
from w2vpraat.normalize.corners import WattFabricius, WattFabriciusModified
from w2vpraat.normalize.intrinsic import BarkDifference, Miller, SyrdalGopal
from w2vpraat.normalize.regression import Nearey2Regression
from w2vpraat.normalize.separate import CCure, Gerstman, Lobanov, LobanovBalanced, MeanRatio, Nearey1
from w2vpraat.normalize.uniform import DeltaF, Labov, Nearey2, NordstromLindblom

METHODS: Mapping[str, type[SpeakerNormalizer]] = MappingProxyType(
    {
        normalizer.info.key: normalizer
        for normalizer in (
            Lobanov,
            LobanovBalanced,
            Nearey1,
            Nearey2,
            Nearey2Regression,
            DeltaF,
            WattFabricius,
            WattFabriciusModified,
            MeanRatio,
            BarkDifference,
            SyrdalGopal,
            Gerstman,
            Labov,
            Miller,
            NordstromLindblom,
            CCure,
        )
    }
)
"""Formant normalizations by key."""


class Normalization(Protocol):
    """A function that normalizes one table; see its class for the options."""

    def __call__(
        self,
        table: pd.DataFrame,
        *,
        speaker: str = "speaker",
        label: str | None = "label",
        token: str | None = "id",
        **options: Any,
    ) -> pd.DataFrame:
        """Return the new columns on the table's index."""


def function_twin(normalizer: type[SpeakerNormalizer]) -> Normalization:
    """Make the function that fits a normalizer on a table and transforms the same table."""

    def normalize(
        table: pd.DataFrame,
        *,
        speaker: str = "speaker",
        label: str | None = "label",
        token: str | None = "id",
        **options: Any,
    ) -> pd.DataFrame:
        made = normalizer().set_params(**options)
        return made.fit_transform(table, speaker=speaker, label=label, token=token)

    key = normalizer.info.key
    normalize.__name__ = normalize.__qualname__ = key
    normalize.__doc__ = (
        f"{normalizer.info.title} ({normalizer.info.source}) of one table: {normalizer.info.formula}.\n\n"
        f"Options are those of `{normalizer.__name__}`; returns its new columns on the table's index.\n"
    )
    return normalize


lobanov = function_twin(Lobanov)
lobanov_balanced = function_twin(LobanovBalanced)
nearey1 = function_twin(Nearey1)
nearey2 = function_twin(Nearey2)
nearey2_regression = function_twin(Nearey2Regression)
deltaf = function_twin(DeltaF)
watt_fabricius = function_twin(WattFabricius)
watt_fabricius_mod = function_twin(WattFabriciusModified)
mean_ratio = function_twin(MeanRatio)
bark_difference = function_twin(BarkDifference)
syrdal_gopal = function_twin(SyrdalGopal)
gerstman = function_twin(Gerstman)
labov = function_twin(Labov)
miller = function_twin(Miller)
nordstrom_lindblom = function_twin(NordstromLindblom)
c_cure = function_twin(CCure)

__all__ = [
    "METHODS",
    "BarkDifference",
    "CCure",
    "DeltaF",
    "Gerstman",
    "Labov",
    "Lobanov",
    "LobanovBalanced",
    "MeanRatio",
    "Miller",
    "Nearey1",
    "Nearey2",
    "Nearey2Regression",
    "NordstromLindblom",
    "SyrdalGopal",
    "WattFabricius",
    "WattFabriciusModified",
    "bark_difference",
    "c_cure",
    "deltaf",
    "function_twin",
    "gerstman",
    "labov",
    "lobanov",
    "lobanov_balanced",
    "mean_ratio",
    "miller",
    "nearey1",
    "nearey2",
    "nearey2_regression",
    "nordstrom_lindblom",
    "syrdal_gopal",
    "watt_fabricius",
    "watt_fabricius_mod",
]
