"""Normalizations that treat each formant by itself: Lobanov, Nearey 1, mean ratio, C-CuRE, Gerstman."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np

from w2vpraat.errors import NormalizationError
from w2vpraat.normalize.base import Array, SpeakerNormalizer, Statistic
from w2vpraat.normalize.methods import METHOD_INFO
from w2vpraat.normalize.tokens import Objects, SpeakerTokens


class SeparateNormalizer(SpeakerNormalizer):
    """Base of the methods that learn each column by itself."""

    logarithm: ClassVar[bool] = False

    def _domain(self, values: Array) -> Array:
        return np.log(values) if self.logarithm else self._scaled(values)

    def _sample(self, tokens: SpeakerTokens, index: int) -> Array:
        """Return what the statistics are taken over: the tokens, or the vowel means."""
        return tokens.cell_means(index)[1] if self._unit() == "vowel mean" else tokens.column(index)

    def _speaker_statistics(self, tokens: SpeakerTokens) -> list[Statistic]:
        tokens = tokens.replaced(self._domain(tokens.values))
        self._warn_about(tokens)
        out = []
        for index, formant in enumerate(self.formants):
            sample = self._sample(tokens, index)
            n_tokens = tokens.column(index).size
            for name, value in self._learn(tokens.speaker, formant, sample).items():
                out.append(Statistic(tokens.speaker, name, formant, value, n_tokens, tokens.n_types(index)))
        return out

    def _warn_about(self, tokens: SpeakerTokens) -> None:
        """Note what the reader should know about this speaker."""

    @abstractmethod
    def _learn(self, speaker: Any, formant: str, sample: Array) -> dict[str, float]:
        """Learn the statistics of one column; NaN where refused."""

    @abstractmethod
    def _formula(self, values: Array, formant: str, speakers: Objects) -> Array:
        """Apply the statistics of one column, given values in the domain of the method."""

    def _apply(self, values: Array, speakers: Objects) -> dict[str, Array]:
        domain = self._domain(values)
        return {
            self._column_name(formant): self._formula(domain[:, index], formant, speakers)
            for index, formant in enumerate(self.formants)
        }

    def _few(self, tokens: SpeakerTokens, least_tokens: int = 0, least_types: int = 0) -> None:
        """Warn about few tokens and few vowel types, counted where any formant is present."""
        n_tokens = int((~np.isnan(tokens.values)).any(axis=1).sum())
        n_types = tokens.n_types()
        if 0 < n_tokens < least_tokens:
            self._warn(tokens.speaker, f"only {n_tokens} tokens (fewer than {least_tokens})")
        if n_types is not None and 0 < n_types < least_types:
            self._warn(tokens.speaker, f"only {n_types} vowel types (fewer than {least_types})")


class _MeanNormalizer(SeparateNormalizer):
    """Methods whose only statistic is the mean."""

    least_tokens: ClassVar[int] = 0

    def _warn_about(self, tokens: SpeakerTokens) -> None:
        self._few(tokens, self.least_tokens)

    def _learn(self, speaker: Any, formant: str, sample: Array) -> dict[str, float]:
        if not sample.size:
            self._refuse(speaker, f"no token with {formant}")
            return {"mean": np.nan}
        return {"mean": float(sample.mean())}


class Lobanov(SeparateNormalizer):
    """Z-score of each formant by speaker (Lobanov 1971, JASA 49:606-608): ``F1_z`` ...

    (F - mean) / sd over the speaker's tokens, sd with n-1. Works on any column: formants, f0, duration.
    With ``balance="vowel"`` mean and sd are those of the vowel means, as in `LobanovBalanced`.

    Refused with fewer than 2 tokens or sd = 0; warned about with fewer than 10 tokens or 3 vowel types.
    For the parameters see `SpeakerNormalizer`.
    """

    info = METHOD_INFO["lobanov"]

    def _warn_about(self, tokens: SpeakerTokens) -> None:
        self._few(tokens, 10, 3)

    def _learn(self, speaker: Any, formant: str, sample: Array) -> dict[str, float]:
        unit = "vowel types" if self._unit() == "vowel mean" else "tokens"
        if sample.size < 2:
            self._refuse(speaker, f"{formant} has {sample.size} {unit}, at least 2 are needed")
            return {"mean": np.nan, "sd": np.nan}
        if sample.max() == sample.min():
            # Not sd == 0: rounding of the mean may leave equal values a tiny sd.
            self._refuse(speaker, f"{formant} is the same in all {sample.size} {unit}, so sd = 0")
            return {"mean": float(sample.mean()), "sd": np.nan}
        return {"mean": float(sample.mean()), "sd": float(sample.std(ddof=1))}

    def _formula(self, values: Array, formant: str, speakers: Objects) -> Array:
        mean = self._statistic("mean", formant, speakers)
        return (values - mean) / self._statistic("sd", formant, speakers)


class LobanovBalanced(Lobanov):
    """Lobanov 2.0 (Brand et al. 2021, J. Phon. 88:101096): ``F1_lob2`` ...

    (F - mean) / sd where both are those of the vowel-type means (sd with n-1), so that unequal token counts
    don't move the reference. Refused with fewer than 2 vowel types or sd = 0; warned about a vowel type
    with 1 token.
    """

    info = METHOD_INFO["lobanov_balanced"]
    needs_label = True
    balances = ("vowel",)

    def __init__(
        self,
        formants: Sequence[str] = ("F1", "F2", "F3"),
        balance: str = "vowel",
        scale: str = "hz",
        few_tokens: str = "nan",
        unknown_speaker: str = "error",
        point: str | float = "mean",
    ) -> None:
        super().__init__(formants, balance, scale, few_tokens, unknown_speaker, point)

    def _warn_about(self, tokens: SpeakerTokens) -> None:
        assert tokens.labels is not None
        single = [kind for kind in tokens.types() if int((tokens.labels == kind).sum()) == 1]
        if single:
            self._warn(tokens.speaker, f"1 token only of {', '.join(map(str, single))}")


class Nearey1(_MeanNormalizer):
    """Formant-intrinsic log-mean (Nearey 1978): ``F1_lm1`` ...

    ln F - mean ln F, each formant by itself. Takes the logarithm itself, so the scale stays Hz.
    Refused without a token; warned about with fewer than 5.
    """

    info = METHOD_INFO["nearey1"]
    logarithm = True
    hertz_only = "it takes the logarithm itself"
    least_tokens = 5

    def _formula(self, values: Array, formant: str, speakers: Objects) -> Array:
        return values - self._statistic("mean", formant, speakers)


class CCure(_MeanNormalizer):
    """Centring (C-CuRE; McMurray & Jongman 2011): ``F1_c`` ...

    F - mean F, each formant by itself, in Hz or any scale. Refused without a token.
    """

    info = METHOD_INFO["c_cure"]

    def _formula(self, values: Array, formant: str, speakers: Objects) -> Array:
        return values - self._statistic("mean", formant, speakers)


class MeanRatio(_MeanNormalizer):
    """F / mean F, each formant by itself: ``F1_mr`` ...

    tidynorm calls this Watt & Fabricius, which it is not (see `WattFabricius`); every fit says so.
    """

    info = METHOD_INFO["mean_ratio"]
    refused_scales = ("ln", "semitone")

    def _all_statistics(self, tokens: Any) -> list[Statistic]:
        self._warn(None, "not Watt & Fabricius (tidynorm gives this the suffix _wf)")
        return super()._all_statistics(tokens)

    def _formula(self, values: Array, formant: str, speakers: Objects) -> Array:
        return values / self._statistic("mean", formant, speakers)


class Gerstman(SeparateNormalizer):
    """Range normalization (Gerstman 1968, IEEE Trans. Audio Electroacoust. 16:78-80): ``F1_g`` ...

    999 (F - min) / (max - min), with the extremes over the vowel means. ``balance="token"`` takes them over
    the tokens, where one outlier sets the range; `percentile` then softens them.

    Parameters
    ----------
    formants, balance, scale, few_tokens, unknown_speaker, point
        See `SpeakerNormalizer`.
    percentile : float
        0 for minimum and maximum; 2 for the 2nd and 98th percentile (linear interpolation).

    Notes
    -----
    Refused where max = min; warned about with fewer than 3 vowel types. Values may leave 0-999 and aren't
    clipped.
    """

    info = METHOD_INFO["gerstman"]

    def __init__(
        self,
        formants: Sequence[str] = ("F1", "F2", "F3"),
        balance: str = "vowel",
        scale: str = "hz",
        few_tokens: str = "nan",
        unknown_speaker: str = "error",
        point: str | float = "mean",
        percentile: float = 0.0,
    ) -> None:
        super().__init__(formants, balance, scale, few_tokens, unknown_speaker, point)
        self.percentile = percentile

    def _unit(self) -> str:
        return "token" if self.balance == "token" else "vowel mean"

    def check_options(self) -> None:
        """Refuse impossible options."""
        super().check_options()
        if not 0.0 <= self.percentile < 50.0:
            raise NormalizationError(f"percentile = {self.percentile} is not possible", "from 0 to below 50")

    def _warn_about(self, tokens: SpeakerTokens) -> None:
        self._few(tokens, least_types=3)

    def _learn(self, speaker: Any, formant: str, sample: Array) -> dict[str, float]:
        if not sample.size or sample.max() == sample.min():
            self._refuse(speaker, f"{formant} has no range (max = min)")
            return {"min": np.nan, "max": np.nan}
        low, high = np.percentile(sample, [self.percentile, 100.0 - self.percentile])
        return {"min": float(low), "max": float(high)}

    def _formula(self, values: Array, formant: str, speakers: Objects) -> Array:
        low = self._statistic("min", formant, speakers)
        return 999.0 * (values - low) / (self._statistic("max", formant, speakers) - low)
