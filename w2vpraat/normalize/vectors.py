"""What every normalization of vectors shares: missing tokens, speakers, provenance, the record."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, ClassVar, TypeVar, overload

import numpy as np
from numpy.typing import NDArray

from w2vpraat import __version__
from w2vpraat.errors import NormalizationError
from w2vpraat.normalize.estimator import Estimator, note_text, plain
from w2vpraat.normalize.methods import MethodInfo
from w2vpraat.representation import Representation

Array = NDArray[np.float64]
Vectors = Representation | NDArray[Any]
Self = TypeVar("Self", bound="EmbeddingNormalizer")


class EmbeddingNormalizer(Estimator, ABC):
    """Base of the normalizations of vectors.

    Attributes
    ----------
    warnings_ : tuple of str
        One readable sentence each.
    n_tokens_, n_missing_ : int
        Tokens that entered the fit, and those left out for a missing value.
    dim_ : int
        Dimensions.
    """

    info: ClassVar[MethodInfo]
    needs_speakers: ClassVar[bool] = False

    @abstractmethod
    def _learn(self, x: Array, speakers: NDArray[np.object_] | None) -> None:
        """Learn from complete vectors, shape (n_tokens, dim)."""

    @abstractmethod
    def _apply(self, x: Array, speakers: NDArray[np.object_] | None) -> Array:
        """Transform complete vectors, shape (n_tokens, dim)."""

    @abstractmethod
    def _facts(self) -> dict[str, Any]:
        """Return what was fitted, for the record."""

    def _check_options(self) -> None:
        """Refuse impossible options."""

    def _columns(self, columns: tuple[str, ...]) -> tuple[str, ...]:
        return columns

    def _uses_speakers_at_transform(self) -> bool:
        return False

    def fit(self: Self, vectors: Vectors, speakers: Sequence[Any] | None = None) -> Self:
        """Learn from these tokens.

        Parameters
        ----------
        vectors : Representation or ndarray, shape (n_tokens, dim)
        speakers : sequence, shape (n_tokens,), optional
            Speaker of each token; the methods by speaker need it.

        Returns
        -------
        self

        Raises
        ------
        NormalizationError
            For impossible options, missing or unequal speakers, and too few tokens or speakers.
        """
        self._check_options()
        x = _matrix(vectors)
        names = _speaker_array(speakers, len(x), self.info.title if self.needs_speakers else "")
        complete = np.isfinite(x).all(axis=1)
        self._notes: list[tuple[Any, str]] = []
        if not complete.any():
            raise NormalizationError(f"{self.info.title}: none of {len(x)} tokens has a complete vector")
        self.dim_ = x.shape[1]
        self.n_tokens_ = int(complete.sum())
        self.n_missing_ = int((~complete).sum())
        self.n_speakers_ = None if names is None else len(set(names[complete]))
        self.fit_ids_ = frozenset(vectors.ids) if isinstance(vectors, Representation) else frozenset()
        self._learn(x[complete], None if names is None else names[complete])
        self.warnings_ = tuple(note_text(self.info.title, [name], text) for name, text in self._notes)
        del self._notes
        return self

    @overload
    def transform(self, vectors: Representation, speakers: Sequence[Any] | None = None) -> Representation: ...

    @overload
    def transform(self, vectors: NDArray[Any], speakers: Sequence[Any] | None = None) -> NDArray[Any]: ...

    def transform(self, vectors: Vectors, speakers: Sequence[Any] | None = None) -> Vectors:
        """Apply what was learned.

        Parameters
        ----------
        vectors : Representation or ndarray, shape (n_tokens, dim)
        speakers : sequence, shape (n_tokens,), optional
            Speaker of each token; by-speaker centring and z-score need it.

        Returns
        -------
        Representation or ndarray
            As given, of the same floating type; a Representation carries this method's record in its
            provenance.

        Raises
        ------
        NormalizationError
            Before `fit`, for another number of dimensions, and for unknown speakers by policy.
        """
        self._check_fitted()
        x = _matrix(vectors)
        if x.shape[1] != self.dim_:
            raise NormalizationError(
                f"{self.info.title} was fitted on {self.dim_} dimensions, not on {x.shape[1]}"
            )
        needed = self.info.title if self._uses_speakers_at_transform() else ""
        names = _speaker_array(speakers, len(x), needed)
        complete = np.isfinite(x).all(axis=1)
        found = self._apply(x[complete], None if names is None else names[complete])
        out = np.full((len(x), found.shape[1]), np.nan)
        out[complete] = found
        if isinstance(vectors, Representation):
            return self._represent(vectors, out.astype(vectors.values.dtype))
        kind = vectors.dtype if np.issubdtype(vectors.dtype, np.floating) else np.dtype(np.float64)
        return out.astype(kind)

    @overload
    def fit_transform(
        self, vectors: Representation, speakers: Sequence[Any] | None = None
    ) -> Representation: ...

    @overload
    def fit_transform(self, vectors: NDArray[Any], speakers: Sequence[Any] | None = None) -> NDArray[Any]: ...

    def fit_transform(self, vectors: Vectors, speakers: Sequence[Any] | None = None) -> Vectors:
        """Learn from these tokens and transform them; see `fit` and `transform`."""
        return self.fit(vectors, speakers).transform(vectors, speakers)

    def record(self) -> dict[str, Any]:
        """Return everything that a paper or a later check needs, as plain JSON values."""
        self._check_fitted()
        info = self.info
        return {
            "method": info.key,
            "title": info.title,
            "author": info.author,
            "year": info.year,
            "reference": info.reference,
            "formula": info.formula,
            "statistic_unit": info.unit,
            "sd": info.sd or None,
            "n_tokens": self.n_tokens_,
            "n_missing": self.n_missing_,
            "n_speakers": self.n_speakers_,
            "dim": self.dim_,
            **plain(self._facts()),
            "options": plain(self.get_params()),
            "warnings": list(self.warnings_),
            "version": __version__,
        }

    def _represent(self, vectors: Representation, values: NDArray[Any]) -> Representation:
        steps = [*vectors.provenance.get("normalizations", ()), self.record()]
        sees = vectors.sees_speaker or (self.info.sees_speaker and self._shares_tokens(vectors))
        return replace(
            vectors,
            name=f"{vectors.name}, {self.info.title}",
            values=values,
            columns=self._columns(vectors.columns)
            if values.shape[1] == vectors.dim
            else component_columns(values.shape[1]),
            provenance={**vectors.provenance, "normalizations": steps},
            sees_speaker=sees,
        )

    def _shares_tokens(self, vectors: Representation) -> bool:
        """Whether a value depends on other tokens of the same speaker: always, for statistics by speaker."""
        return True

    def _warn(self, speaker: Any, text: str) -> None:
        self._notes.append((speaker, text))

    def _check_fitted(self) -> None:
        if not hasattr(self, "warnings_"):
            raise NormalizationError(f"{type(self).__name__} was not fitted", "call fit first")


def _matrix(vectors: Vectors) -> Array:
    values = vectors.values if isinstance(vectors, Representation) else np.asarray(vectors)
    if values.ndim != 2 or not values.shape[0] or not values.shape[1]:
        raise NormalizationError(f"vectors must have shape (n_tokens, dim), not {values.shape}")
    x: Array = values.astype(np.float64)
    return x


def _speaker_array(speakers: Sequence[Any] | None, n: int, needed: str) -> NDArray[np.object_] | None:
    if speakers is None:
        if needed:
            raise NormalizationError(f"{needed} needs the speaker of every token")
        return None
    names = np.empty(len(speakers), dtype=object)
    names[:] = list(speakers)
    if len(names) != n:
        raise NormalizationError(f"{len(names)} speakers for {n} tokens")
    if any(name is None or name != name for name in names):
        raise NormalizationError("some tokens have no speaker")
    return names


def component_columns(dim: int) -> tuple[str, ...]:
    """Column names of principal components: ``pc0001`` ..."""
    return tuple(f"pc{index:04d}" for index in range(1, dim + 1))
