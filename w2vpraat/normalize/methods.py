"""Facts about every normalization: key, title, source, columns, limits. No computation, no heavy import."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from w2vpraat.normalize.formant_methods import FORMANT_METHODS
from w2vpraat.normalize.method_info import MethodInfo

_F0 = (
    MethodInfo(
        key="f0_st",
        kind="f0",
        title="f0 in semitones",
        author="no single source",
        year=0,
        reference="12 semitones per octave",
        formula="12 log2(f0 / ref), ref = speaker geometric mean, median, 100 Hz or another value",
        columns="f0_st",
        needs=("f0",),
        unit="voiced sample",
        refuse="no voiced sample",
        warn="octave jumps",
        suffix="_st",
    ),
    MethodInfo(
        key="f0_lz",
        kind="f0",
        title="log z-score of f0 (LZ)",
        author="Zhu",
        year=1999,
        reference="Zhu 1999; z-score: Earle 1975, Rose 1987",
        formula="(ln f0 - mean ln f0) / sd ln f0",
        columns="f0_lz",
        needs=("f0",),
        unit="voiced sample",
        refuse="fewer than 2 voiced samples, or sd = 0",
        warn="octave jumps",
        suffix="_lz",
        sd="n-1",
    ),
    MethodInfo(
        key="f0_t",
        kind="f0",
        title="T-value of f0",
        author="Shi",
        year=1986,
        reference="Shi 1986; revised in Shi et al. 2010",
        formula="5 (lg f0 - lg min) / (lg max - lg min)",
        columns="f0_t",
        needs=("f0",),
        unit="voiced sample",
        refuse="max = min",
        warn="octave jumps (one halving error sets the minimum)",
        suffix="_t",
    ),
    MethodInfo(
        key="f0_lc",
        kind="f0",
        title="centred log f0",
        author="no single source",
        year=0,
        reference="ln f0 minus the speaker's mean",
        formula="ln f0 - mean ln f0",
        columns="f0_lc",
        needs=("f0",),
        unit="voiced sample",
        refuse="no voiced sample",
        warn="octave jumps",
        suffix="_lc",
    ),
)

_EMBEDDINGS = (
    MethodInfo(
        key="centre",
        kind="embedding",
        title="by-speaker centring",
        author="no single source",
        year=0,
        reference="speaker mean subtracted in every dimension",
        formula="x - mean x",
        columns="e0001 ...",
        needs=("vectors", "speaker"),
        unit="token",
        refuse="no token",
        warn="fewer than 5 tokens",
    ),
    MethodInfo(
        key="z",
        kind="embedding",
        title="by-speaker z-score",
        author="after Lobanov",
        year=1971,
        reference="Lobanov's procedure in every dimension",
        formula="(x - mean x) / sd x",
        columns="e0001 ...",
        needs=("vectors", "speaker"),
        unit="token",
        refuse="fewer than 2 tokens",
        warn="fewer than 10 tokens; a dimension with sd = 0 becomes 0",
        sd="n-1",
    ),
    MethodInfo(
        key="whiten",
        kind="embedding",
        title="whitening",
        author="Kessy, Lewin & Strimmer",
        year=2018,
        reference="Kessy, Lewin & Strimmer 2018, Am. Stat. 72:309-314; shrinkage: Ledoit & Wolf 2004",
        formula="W (x - mean x), W' W = inverse of the shrunk covariance over all tokens",
        columns="e0001 ... (ZCA) or pc0001 ... (PCA)",
        needs=("vectors",),
        unit="token",
        refuse="fewer than 2 tokens",
        warn="no more tokens than dimensions",
        sees_speaker=False,
    ),
    MethodInfo(
        key="pca",
        kind="embedding",
        title="principal components",
        author="Pearson",
        year=1901,
        reference="Pearson 1901, Phil. Mag. 2:559-572",
        formula="V' (x - mean x), V = leading eigenvectors over all tokens",
        columns="pc0001 ...",
        needs=("vectors",),
        unit="token",
        refuse="fewer than 2 tokens",
        warn="-",
        sees_speaker=False,
    ),
    MethodInfo(
        key="subspace",
        kind="embedding",
        title="speaker subspace removed",
        author="Liu, Tang & Goldwater",
        year=2023,
        reference="Liu, Tang & Goldwater 2023, Interspeech, 2968-2972",
        formula="x - V V' (x - m), V = leading principal directions of the speaker means, m = their mean",
        columns="e0001 ...",
        needs=("vectors", "speaker"),
        unit="speaker mean",
        refuse="fewer than 2 speakers",
        warn="fewer than 5 speakers",
    ),
)

METHOD_INFO: Mapping[str, MethodInfo] = MappingProxyType({info.key: info for info in FORMANT_METHODS})
"""Formant normalizations by key."""
F0_METHOD_INFO: Mapping[str, MethodInfo] = MappingProxyType({info.key: info for info in _F0})
"""f0 normalizations by key."""
EMBEDDING_METHOD_INFO: Mapping[str, MethodInfo] = MappingProxyType({info.key: info for info in _EMBEDDINGS})
"""Embedding normalizations by key."""


def describe_methods(kind: str = "") -> tuple[MethodInfo, ...]:
    """List every method, for ``--help``, menus and docs.

    Parameters
    ----------
    kind : str
        ``formants``, ``f0`` or ``embedding``; empty for all.

    Returns
    -------
    tuple of MethodInfo
        In the order of the documentation.
    """
    every = FORMANT_METHODS + _F0 + _EMBEDDINGS
    return tuple(info for info in every if kind in ("", info.kind))


__all__ = ["EMBEDDING_METHOD_INFO", "F0_METHOD_INFO", "METHOD_INFO", "MethodInfo", "describe_methods"]
