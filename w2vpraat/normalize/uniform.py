"""Normalizations with one factor per speaker for all formants: Nearey 2, ΔF, Labov, Nordström & Lindblom."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np

from w2vpraat.errors import NormalizationError
from w2vpraat.normalize.base import Array, SpeakerNormalizer, Statistic
from w2vpraat.normalize.methods import METHOD_INFO
from w2vpraat.normalize.tokens import Objects, SpeakerTokens, TokenValues, formant_numbers

LABOV_G = 6.896874
"""Group log-mean of the 345 speakers of the Atlas of North American English (Labov, Ash & Boberg 2006)."""


class UniformNormalizer(SpeakerNormalizer):
    """Base of the methods that scale all formants of a speaker alike.

    Parameters
    ----------
    formants, balance, scale, few_tokens, unknown_speaker, point
        See `SpeakerNormalizer`. The formants of the set make the speaker's factor.
    also : tuple of str
        Further columns (F4, f0) that get the same factor but don't enter it.
    """

    hertz_only: ClassVar[str] = "it scales all formants of a speaker by one factor"
    statistic: ClassVar[str]

    def __init__(
        self,
        formants: Sequence[str] = ("F1", "F2", "F3"),
        balance: str = "token",
        scale: str = "hz",
        few_tokens: str = "nan",
        unknown_speaker: str = "error",
        point: str | float = "mean",
        also: Sequence[str] = (),
    ) -> None:
        super().__init__(formants, balance, scale, few_tokens, unknown_speaker, point)
        self.also = also

    def check_options(self) -> None:
        """Refuse impossible options."""
        super().check_options()
        both = set(self.formants) & set(self.also)
        if isinstance(self.also, str) or both or len(set(self.also)) != len(tuple(self.also)):
            raise NormalizationError(
                f"also = {self.also!r} is not possible", "a tuple of columns outside formants, each once"
            )

    def _columns(self) -> tuple[str, ...]:
        return (*self.formants, *self.also)

    @property
    def _set_name(self) -> str:
        return ",".join(self.formants)

    def _own(self, tokens: SpeakerTokens) -> SpeakerTokens:
        """Drop the columns that don't enter the statistics."""
        return tokens.replaced(tokens.values[:, : len(self.formants)])

    def _pooled_mean(self, tokens: SpeakerTokens) -> float:
        """Mean over all present values, or over the means of all vowel x formant cells; NaN without any."""
        if self.balance == "vowel":
            cells = [tokens.cell_means(index)[1] for index in range(tokens.values.shape[1])]
            sample = np.concatenate(cells)
        else:
            sample = tokens.values[~np.isnan(tokens.values)]
        return float(sample.mean()) if sample.size else float("nan")

    def _row(self, tokens: SpeakerTokens, statistic: str, value: float) -> Statistic:
        used = int((~np.isnan(tokens.values)).any(axis=1).sum())
        return Statistic(tokens.speaker, statistic, self._set_name, value, used, tokens.n_types())

    def _warn_missing(self, tokens: SpeakerTokens) -> None:
        """Report how many values are missing, since the others then weigh more."""
        missing = np.isnan(tokens.values).sum(axis=0)
        parts = [
            f"{name} missing for {count} of {len(tokens.values)} tokens"
            for name, count in zip(self.formants, missing, strict=True)
            if count
        ]
        if parts:
            self._warn(tokens.speaker, f"{'; '.join(parts)}: mean over the values present")

    def _factor(self, speakers: Objects) -> Array:
        return self._statistic(self.statistic, self._set_name, speakers)

    def _scaled_columns(self, values: Array, factor: Array) -> dict[str, Array]:
        return {
            self._column_name(name): values[:, index] * factor for index, name in enumerate(self._columns())
        }

    def _apply(self, values: Array, speakers: Objects) -> dict[str, Array]:
        return self._scaled_columns(values, 1.0 / self._factor(speakers))


class Nearey2(UniformNormalizer):
    """Shared log-mean, uniform scaling (Nearey 1978, eq. 3.1.10, "CLIH"): ``F1_lm`` ...

    ln F - m, m = mean of ln F over all tokens and formants of the set. F1-F3 and F1-F2 give different values;
    the set is stored. Missing values are left out of the mean and counted. Adank et al. 2004, eq. 9, sums the
    formant means instead of averaging them; this doesn't.

    Refused without a token; warned about where one speaker lacks a formant altogether, so that sets differ.
    """

    info = METHOD_INFO["nearey2"]
    hertz_only = "it takes the logarithm itself"
    statistic = "log_mean"

    def _speaker_statistics(self, tokens: SpeakerTokens) -> list[Statistic]:
        tokens = self._own(tokens)
        value = self._pooled_mean(tokens.replaced(np.log(tokens.values)))
        if np.isnan(value):
            self._refuse(tokens.speaker, "no token")
        else:
            absent = [
                name for index, name in enumerate(self.formants) if np.isnan(tokens.values[:, index]).all()
            ]
            if absent:
                self._warn(
                    tokens.speaker,
                    f"no {', '.join(absent)} at all: its formant set differs from {self._set_name}, "
                    "so its values can't be compared",
                )
            self._warn_missing(tokens)
        return [self._row(tokens, self.statistic, value)]

    def _apply(self, values: Array, speakers: Objects) -> dict[str, Array]:
        mean = self._factor(speakers)
        return {
            self._column_name(name): np.log(values[:, index]) - mean
            for index, name in enumerate(self._columns())
        }


class DeltaF(UniformNormalizer):
    """Formant spacing (Johnson 2020, Lab. Phon. 11(1):10): ``F1_df`` ...

    F / ΔF, ΔF = mean over tokens and formants of Fi / (i - 0.5). The formant number i comes from the
    column's name (``F2``, ``f2``), else from its place in `formants`. Leaving F3 out changes ΔF; the set is
    stored.

    Refused without a token; warned about where values are missing.
    """

    info = METHOD_INFO["deltaf"]
    statistic = "delta_f"

    def _speaker_statistics(self, tokens: SpeakerTokens) -> list[Statistic]:
        tokens = self._own(tokens)
        spacing = np.array(formant_numbers(self.formants), dtype=np.float64) - 0.5
        value = self._pooled_mean(tokens.replaced(tokens.values / spacing))
        if np.isnan(value):
            self._refuse(tokens.speaker, "no token")
        else:
            self._warn_missing(tokens)
        return [self._row(tokens, self.statistic, value)]


class Labov(UniformNormalizer):
    """Telsur normalization (Labov, Ash & Boberg 2006:39-40): ``F1_labov``, ``F2_labov``, Hz-like.

    F exp(G - S), S = the speaker's arithmetic mean of ln F1 and ln F2 over tokens.

    Parameters
    ----------
    formants, balance, scale, few_tokens, unknown_speaker, point, also
        See `UniformNormalizer`. Add F3 to `formants` to let it enter S.
    g : float or "corpus"
        Group log-mean G: 6.896874 of the Atlas, or the mean over all values of the fitted tokens.

    Notes
    -----
    The default of R's ``vowels`` (``geomean=TRUE``) takes the geometric mean of the logarithms; ours is the
    arithmetic mean, as published. Refused without a token.
    """

    info = METHOD_INFO["labov"]
    statistic = "log_mean"

    def __init__(
        self,
        formants: Sequence[str] = ("F1", "F2"),
        balance: str = "token",
        scale: str = "hz",
        few_tokens: str = "nan",
        unknown_speaker: str = "error",
        point: str | float = "mean",
        also: Sequence[str] = (),
        g: float | str = LABOV_G,
    ) -> None:
        super().__init__(formants, balance, scale, few_tokens, unknown_speaker, point, also)
        self.g = g

    def check_options(self) -> None:
        """Refuse impossible options."""
        super().check_options()
        if self.g != "corpus" and (isinstance(self.g, str) or not np.isfinite(self.g)):
            raise NormalizationError(f"g = {self.g!r} is not possible", 'a number or "corpus"')

    def _all_statistics(self, tokens: TokenValues) -> list[Statistic]:
        rows = super()._all_statistics(tokens)
        if self.g != "corpus":
            self.g_ = float(self.g)
            return rows
        # Weighted by the values behind each S, so that this is the mean over all values of the corpus.
        weights = []
        for group in tokens.by_speaker():
            own = self._own(group)
            cells = (
                [own.cell_means(i)[1].size for i in range(len(self.formants))]
                if self.balance == "vowel"
                else []
            )
            weights.append(sum(cells) if cells else int((~np.isnan(own.values)).sum()))
        means = np.array([row.value for row in rows])
        kept = ~np.isnan(means)
        total = np.array(weights, dtype=np.float64)[kept]
        self.g_ = float(np.average(means[kept], weights=total)) if kept.any() else float("nan")
        return rows

    def _speaker_statistics(self, tokens: SpeakerTokens) -> list[Statistic]:
        tokens = self._own(tokens)
        value = self._pooled_mean(tokens.replaced(np.log(tokens.values)))
        if np.isnan(value):
            self._refuse(tokens.speaker, "no token")
        else:
            self._warn_missing(tokens)
        return [self._row(tokens, self.statistic, value)]

    def record(self) -> dict[str, Any]:
        """Return the common record and G under ``g``."""
        return {**super().record(), "g": self.g_}

    def _apply(self, values: Array, speakers: Objects) -> dict[str, Array]:
        return self._scaled_columns(values, np.exp(self.g_ - self._factor(speakers)))


class NordstromLindblom(UniformNormalizer):
    """Vocal-tract scaling by F3 of open vowels (Nordström & Lindblom 1975): ``F1_nl`` ...

    F / k, k = mean F3 over tokens with F1 above a threshold, divided by 2.5 (the form of Persson, Barreda &
    Jaeger 2025). Refused without such a token; warned about with fewer than 3.

    Parameters
    ----------
    formants, balance, scale, few_tokens, unknown_speaker, point, also
        See `UniformNormalizer`; F1 and F3 must be among the formants.
    threshold : float
        Hz; lower limit of F1 of the tokens that count as open, itself excluded.
    """

    info = METHOD_INFO["nordstrom_lindblom"]
    statistic = "k"

    def __init__(
        self,
        formants: Sequence[str] = ("F1", "F2", "F3"),
        balance: str = "token",
        scale: str = "hz",
        few_tokens: str = "nan",
        unknown_speaker: str = "error",
        point: str | float = "mean",
        also: Sequence[str] = (),
        threshold: float = 600.0,
    ) -> None:
        super().__init__(formants, balance, scale, few_tokens, unknown_speaker, point, also)
        self.threshold = threshold

    def check_options(self) -> None:
        """Refuse impossible options."""
        super().check_options()
        if not {1, 3} <= set(formant_numbers(self.formants)):
            raise NormalizationError(f"{self.info.title} needs F1 and F3, not {self._set_name}")

    def _speaker_statistics(self, tokens: SpeakerTokens) -> list[Statistic]:
        tokens = self._own(tokens)
        numbers = formant_numbers(self.formants)
        f1, f3 = numbers.index(1), numbers.index(3)
        with np.errstate(invalid="ignore"):
            open_tokens = (tokens.values[:, f1] > self.threshold) & ~np.isnan(tokens.values[:, f3])
        count = int(open_tokens.sum())
        chosen = SpeakerTokens(
            tokens.speaker,
            tokens.values[open_tokens][:, [f3]],
            None if tokens.labels is None else tokens.labels[open_tokens],
        )
        value = self._pooled_mean(chosen) / 2.5
        if not count:
            self._refuse(tokens.speaker, f"no token with F1 above {self.threshold:g} Hz and an F3")
        elif count < 3:
            self._warn(tokens.speaker, f"only {count} tokens with F1 above {self.threshold:g} Hz")
        return [self._row(chosen, self.statistic, value)]
