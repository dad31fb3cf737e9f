"""Normalization of embeddings: by-speaker centring and z-score, whitening, PCA, speaker subspace removed.

Each works on a `Representation` or on an array of shape (n_tokens, dim). Tokens with a missing value are left
out of `fit` and stay missing. One function each fits and transforms the same tokens.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from w2vpraat.errors import NormalizationError
from w2vpraat.normalize.vector_axes import Pca, Whiten
from w2vpraat.normalize.vector_speakers import CentreBySpeaker, RemoveSpeakerSubspace, ZScoreBySpeaker
from w2vpraat.normalize.vectors import EmbeddingNormalizer
from w2vpraat.representation import Representation

EMBEDDING_METHODS: Mapping[str, type[EmbeddingNormalizer]] = MappingProxyType(
    {
        normalizer.info.key: normalizer
        for normalizer in (CentreBySpeaker, ZScoreBySpeaker, Whiten, Pca, RemoveSpeakerSubspace)
    }
)
"""Embedding normalizations by key."""


def make_embedding_method(key: str, **options: Any) -> EmbeddingNormalizer:
    """Make an embedding normalization by key.

    Raises
    ------
    NormalizationError
        For an unknown key or option.
    """
    if key not in EMBEDDING_METHODS:
        raise NormalizationError(
            f'unknown embedding normalization "{key}"', f"one of {', '.join(EMBEDDING_METHODS)}"
        )
    return EMBEDDING_METHODS[key]().set_params(**options)


def normalize_vectors(
    vectors: Representation,
    method: str,
    speakers: Sequence[Any] | None = None,
    *,
    reference: tuple[Representation, Sequence[Any]] | None = None,
    **options: Any,
) -> Representation:
    """Fit an embedding normalization on these tokens and return them transformed.

    Parameters
    ----------
    vectors : Representation
    method : str
        A key of ``EMBEDDING_METHODS``: centre, z, whiten, pca, subspace.
    speakers : sequence, shape (n_tokens,), optional
        Speaker of each token.
    reference : (Representation, sequence), optional
        Other vectors and their speakers, to fit on instead; speakers that are not among them get NaN.
    **options
        Options of the method's class.
    """
    made = make_embedding_method(method, **options)
    if reference is None:
        return made.fit_transform(vectors, speakers)
    if "unknown_speaker" in made.get_params():
        made.set_params(unknown_speaker="nan")
    return made.fit(*reference).transform(vectors, speakers)


def centre_by_speaker(vectors: Representation, speakers: Sequence[Any], **options: Any) -> Representation:
    """Subtract each speaker's mean vector; see `CentreBySpeaker`."""
    return CentreBySpeaker(**options).fit_transform(vectors, speakers)


def zscore_by_speaker(vectors: Representation, speakers: Sequence[Any], **options: Any) -> Representation:
    """Z-score every dimension by speaker; see `ZScoreBySpeaker`."""
    return ZScoreBySpeaker(**options).fit_transform(vectors, speakers)


def whiten(vectors: Representation, **options: Any) -> Representation:
    """Whiten over all tokens; see `Whiten`."""
    return Whiten(**options).fit_transform(vectors)


def pca(vectors: Representation, **options: Any) -> Representation:
    """Reduce to principal components over all tokens; see `Pca`."""
    return Pca(**options).fit_transform(vectors)


def remove_speaker_subspace(
    vectors: Representation, speakers: Sequence[Any], **options: Any
) -> Representation:
    """Project out the directions in which speakers differ; see `RemoveSpeakerSubspace`."""
    return RemoveSpeakerSubspace(**options).fit_transform(vectors, speakers)


__all__ = [
    "EMBEDDING_METHODS",
    "CentreBySpeaker",
    "EmbeddingNormalizer",
    "Pca",
    "RemoveSpeakerSubspace",
    "Whiten",
    "ZScoreBySpeaker",
    "centre_by_speaker",
    "make_embedding_method",
    "normalize_vectors",
    "pca",
    "remove_speaker_subspace",
    "whiten",
    "zscore_by_speaker",
]
