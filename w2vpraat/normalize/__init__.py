"""Frequency scales and normalization by speaker, for formants, f0 and embeddings.

Names are loaded when first used, so that ``--help`` needs neither pandas nor scikit-learn.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from w2vpraat.normalize.embeddings import (
        EMBEDDING_METHODS,
        CentreBySpeaker,
        EmbeddingNormalizer,
        Pca,
        RemoveSpeakerSubspace,
        Whiten,
        ZScoreBySpeaker,
        centre_by_speaker,
        make_embedding_method,
        normalize_vectors,
        pca,
        remove_speaker_subspace,
        whiten,
        zscore_by_speaker,
    )
    from w2vpraat.normalize.formants import (
        METHODS,
        BarkDifference,
        CCure,
        DeltaF,
        Gerstman,
        Labov,
        Lobanov,
        LobanovBalanced,
        MeanRatio,
        Miller,
        Nearey1,
        Nearey2,
        Nearey2Regression,
        NordstromLindblom,
        SyrdalGopal,
        WattFabricius,
        WattFabriciusModified,
        bark_difference,
        c_cure,
        deltaf,
        gerstman,
        labov,
        lobanov,
        lobanov_balanced,
        mean_ratio,
        miller,
        nearey1,
        nearey2,
        nearey2_regression,
        nordstrom_lindblom,
        syrdal_gopal,
        watt_fabricius,
        watt_fabricius_mod,
    )
    from w2vpraat.normalize.methods import MethodInfo, describe_methods
    from w2vpraat.normalize.pitch import (
        F0_METHODS,
        LogCentredF0,
        LogZF0,
        SemitoneF0,
        TValueF0,
        chao_digits,
        count_octave_jumps,
        f0_lc,
        f0_lz,
        f0_st,
        f0_t,
    )
    from w2vpraat.normalize.scales import SCALES, Scale, from_scale, scale_name, semitones, to_scale
    from w2vpraat.normalize.tables import (
        NormalizedTable,
        check_normalize_params,
        formant_representation,
        make_method,
        normalize_table,
    )

__all__ = [
    "EMBEDDING_METHODS",
    "F0_METHODS",
    "METHODS",
    "SCALES",
    "BarkDifference",
    "CCure",
    "CentreBySpeaker",
    "DeltaF",
    "EmbeddingNormalizer",
    "Gerstman",
    "Labov",
    "Lobanov",
    "LobanovBalanced",
    "LogCentredF0",
    "LogZF0",
    "MeanRatio",
    "MethodInfo",
    "Miller",
    "Nearey1",
    "Nearey2",
    "Nearey2Regression",
    "NordstromLindblom",
    "NormalizedTable",
    "Pca",
    "RemoveSpeakerSubspace",
    "Scale",
    "SemitoneF0",
    "SyrdalGopal",
    "TValueF0",
    "WattFabricius",
    "WattFabriciusModified",
    "Whiten",
    "ZScoreBySpeaker",
    "bark_difference",
    "c_cure",
    "centre_by_speaker",
    "chao_digits",
    "check_normalize_params",
    "count_octave_jumps",
    "deltaf",
    "describe_methods",
    "f0_lc",
    "f0_lz",
    "f0_st",
    "f0_t",
    "formant_representation",
    "from_scale",
    "gerstman",
    "labov",
    "lobanov",
    "lobanov_balanced",
    "make_embedding_method",
    "make_method",
    "mean_ratio",
    "miller",
    "nearey1",
    "nearey2",
    "nearey2_regression",
    "nordstrom_lindblom",
    "normalize_table",
    "normalize_vectors",
    "pca",
    "remove_speaker_subspace",
    "scale_name",
    "semitones",
    "syrdal_gopal",
    "to_scale",
    "watt_fabricius",
    "watt_fabricius_mod",
    "whiten",
    "zscore_by_speaker",
]

# Light modules first: the names that --help needs are found before pandas is loaded. Never the names of the
# sub-modules themselves.
_HOMES = ("methods", "scales", "formants", "pitch", "tables", "embeddings")


def __getattr__(name: str) -> Any:
    if name in __all__:
        for home in _HOMES:
            module = importlib.import_module(f"{__name__}.{home}")
            if name in vars(module):
                globals()[name] = value = vars(module)[name]
                return value
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
