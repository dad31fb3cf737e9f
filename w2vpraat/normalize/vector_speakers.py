"""Normalizations of vectors by speaker: centring, z-score, removal of the speaker subspace."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from w2vpraat.errors import NormalizationError
from w2vpraat.normalize.estimator import check_choice
from w2vpraat.normalize.methods import EMBEDDING_METHOD_INFO
from w2vpraat.normalize.tokens import speaker_rows
from w2vpraat.normalize.vectors import Array, EmbeddingNormalizer
from w2vpraat.representation import Representation


class CentreBySpeaker(EmbeddingNormalizer):
    """Subtract the speaker's mean vector.

    Parameters
    ----------
    unknown_speaker : str
        A speaker at `transform` who wasn't there at `fit`: ``"error"`` or ``"nan"``.
    few_tokens : str
        A speaker refused by the method: ``"nan"`` leaves the vectors missing and warns, ``"error"`` raises.

    Attributes
    ----------
    means_, sds_ : dict
        Vector of each speaker.
    """

    info = EMBEDDING_METHOD_INFO["centre"]
    needs_speakers = True
    least: ClassVar[int] = 1
    few: ClassVar[int] = 5

    def __init__(self, unknown_speaker: str = "error", few_tokens: str = "nan") -> None:
        self.unknown_speaker = unknown_speaker
        self.few_tokens = few_tokens

    def _check_options(self) -> None:
        check_choice("unknown_speaker", self.unknown_speaker, ("error", "nan"))
        check_choice("few_tokens", self.few_tokens, ("nan", "error"))

    def _uses_speakers_at_transform(self) -> bool:
        return True

    def _learn(self, x: Array, speakers: NDArray[np.object_] | None) -> None:
        assert speakers is not None
        self.means_: dict[Any, Array] = {}
        self.sds_: dict[Any, Array] = {}
        self.counts_: dict[Any, int] = {}
        for name, rows in speaker_rows(speakers):
            self.counts_[name] = len(rows)
            if len(rows) < self.least:
                reason = f"{len(rows)} tokens, at least {self.least} are needed"
                if self.few_tokens == "error":
                    raise NormalizationError(f'{self.info.title}: speaker "{name}": {reason}')
                self._warn(name, f"{reason}; vectors left missing")
                self.means_[name] = self.sds_[name] = np.full(x.shape[1], np.nan)
                continue
            if len(rows) < self.few:
                self._warn(name, f"only {len(rows)} tokens (fewer than {self.few})")
            self.means_[name] = x[rows].mean(axis=0)
            self.sds_[name] = self._spread(name, x[rows])

    def _spread(self, speaker: Any, x: Array) -> Array:
        return np.ones(x.shape[1])

    def _apply(self, x: Array, speakers: NDArray[np.object_] | None) -> Array:
        assert speakers is not None
        out = np.full(x.shape, np.nan)
        unknown = []
        for name, rows in speaker_rows(speakers):
            if name in self.means_:
                out[rows] = (x[rows] - self.means_[name]) / self.sds_[name]
            else:
                unknown.append(name)
        if unknown and self.unknown_speaker == "error":
            raise NormalizationError(
                f"{self.info.title} has no statistics of speaker {', '.join(map(str, unknown[:5]))}",
                'fit on tokens of these speakers, or choose unknown_speaker="nan"',
            )
        return out

    def _facts(self) -> dict[str, Any]:
        return {"n_tokens_by_speaker": {str(name): count for name, count in self.counts_.items()}}


class ZScoreBySpeaker(CentreBySpeaker):
    """Lobanov for vectors: (x - mean) / sd by speaker in every dimension, sd with n-1.

    A dimension that doesn't vary within a speaker becomes 0 for that speaker, with a warning, since dead
    dimensions are common in trained networks. Refused with fewer than 2 tokens. Parameters as in
    `CentreBySpeaker`.
    """

    info = EMBEDDING_METHOD_INFO["z"]
    least = 2
    few = 10

    def _spread(self, speaker: Any, x: Array) -> Array:
        flat = x.max(axis=0) == x.min(axis=0)
        if flat.any():
            self._warn(speaker, f"sd = 0 in {int(flat.sum())} dimensions, which become 0")
        sd: Array = np.where(flat, 1.0, x.std(axis=0, ddof=1))
        return sd


class RemoveSpeakerSubspace(EmbeddingNormalizer):
    """Project out the directions in which speakers differ (Liu, Tang & Goldwater 2023).

    PCA of the speaker means; the leading directions V are collapsed: x - V V' (x - m), m = the mean of the
    speaker means. The dimensions stay, the rank falls. Speakers need no labels at `transform` and may be
    new.

    Parameters
    ----------
    directions : int, optional
        How many directions; None: as many as `variance` asks for.
    variance : float
        Share of the variance between speaker means that the directions must reach.

    Attributes
    ----------
    mean_ : ndarray, shape (dim,)
    axes_ : ndarray, shape (n_directions, dim)
    share_ : float
        Share of the variance between speaker means that was removed.
    """

    info = EMBEDDING_METHOD_INFO["subspace"]
    needs_speakers = True

    def __init__(self, directions: int | None = None, variance: float = 0.95) -> None:
        self.directions = directions
        self.variance = variance

    def _check_options(self) -> None:
        if self.directions is not None and self.directions < 1:
            raise NormalizationError(f"directions = {self.directions} is not possible", "at least 1")
        if not 0.0 < self.variance <= 1.0:
            raise NormalizationError(f"variance = {self.variance} is not possible", "above 0, at most 1")

    def _learn(self, x: Array, speakers: NDArray[np.object_] | None) -> None:
        assert speakers is not None
        groups = dict(speaker_rows(speakers))
        self.counts_ = {name: len(rows) for name, rows in groups.items()}
        if len(groups) < 2:
            raise NormalizationError(
                f"{self.info.title}: {len(groups)} speaker, at least 2 are needed",
                "centre by speaker instead",
            )
        if len(groups) < 5:
            self._warn(None, f"only {len(groups)} speakers (fewer than 5)")
        means = np.stack([x[rows].mean(axis=0) for rows in groups.values()])
        self.mean_: Array = means.mean(axis=0)
        _, lengths, axes = np.linalg.svd(means - self.mean_, full_matrices=False)
        shares = lengths**2
        rank = int((lengths > lengths[0] * max(means.shape) * np.finfo(np.float64).eps).sum())
        if not rank or not shares.sum() > 0.0:
            raise NormalizationError(f"{self.info.title}: all speakers have the same mean vector")
        shares = shares / shares.sum()
        if self.directions is None:
            # The first count that reaches the share; the tolerance keeps 1.0 from asking for noise.
            count = min(int(np.searchsorted(np.cumsum(shares), self.variance - 1e-12)) + 1, rank)
        else:
            count = self.directions
        if count > rank:
            raise NormalizationError(
                f"{self.info.title}: {count} directions, but the means of {len(groups)} speakers span {rank}",
                f"at most {rank}",
            )
        if count >= x.shape[1]:
            raise NormalizationError(
                f"{self.info.title}: {count} directions would leave nothing of {x.shape[1]} dimensions",
                "choose fewer directions or a smaller share of variance",
            )
        self.axes_: Array = axes[:count]
        self.share_ = float(shares[:count].sum())

    def _shares_tokens(self, vectors: Representation) -> bool:
        # New speakers are projected by directions of others: their values don't depend on their own tokens.
        return not self.fit_ids_.isdisjoint(vectors.ids)

    def _apply(self, x: Array, speakers: NDArray[np.object_] | None) -> Array:
        out: Array = x - (x - self.mean_) @ self.axes_.T @ self.axes_
        return out

    def _facts(self) -> dict[str, Any]:
        return {
            "n_directions": len(self.axes_),
            "variance": self.share_,
            "n_tokens_by_speaker": {str(name): count for name, count in self.counts_.items()},
        }
