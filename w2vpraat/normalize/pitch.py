"""f0 and tone by speaker: semitones, log z-score, T-value, centred log f0, Chao digits.

The statistics are taken over voiced samples, so a table holds the same number of time-normalized points of
every token; unvoiced samples are empty cells (NaN), never 0. Nothing is ever z-scored within a token: a
level tone would be blown up to full range.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from w2vpraat.errors import NormalizationError
from w2vpraat.normalize.base import Array, SpeakerNormalizer, Statistic
from w2vpraat.normalize.estimator import check_choice
from w2vpraat.normalize.f0_samples import F0Samples, SpeakerSamples, count_octave_jumps, f0_samples
from w2vpraat.normalize.formants import function_twin
from w2vpraat.normalize.methods import F0_METHOD_INFO
from w2vpraat.normalize.scales import check_hertz
from w2vpraat.normalize.tokens import Objects, SpeakerTokens

PERCENTILES = (5.0, 95.0)
"""Percentiles of lg f0 that ``f0_t`` takes as extremes with ``extremes="percentile"``."""


def chao_digits(t: ArrayLike) -> Array:
    """Five-level tone digits from T-values: ceil(T), with 0 as 1, kept within 1-5.

    Parameters
    ----------
    t : array_like
        T-values; beyond 0-5 where `TValueF0` doesn't take the observed extremes. NaN passes.

    Returns
    -------
    ndarray of float
        1 to 5, or NaN.

    Notes
    -----
    Common practice after Chao's five-level notation. T is rounded to 1e-9 first, so that 4 stays in level 4
    whatever the last bit says.
    """
    values: Array = np.asarray(t, dtype=np.float64)
    digits: Array = np.clip(np.ceil(np.round(values, 9)), 1.0, 5.0)
    return digits


class F0Normalizer(SpeakerNormalizer):
    """Base of the f0 normalizations.

    Parameters
    ----------
    f0 : str
        Column of f0 in Hz, NaN = unvoiced.
    balance : str
        ``"token"``: every voiced sample counts once; ``"tone"``: every tone (column `label`) counts once,
        as its mean contour (mean of ln f0 at each point).
    few_tokens, unknown_speaker
        See `SpeakerNormalizer`.

    Attributes
    ----------
    statistics_ : DataFrame
        Besides the method's own: ``n_voiced``, ``n_unvoiced`` and ``n_octave_jumps`` of every speaker.
    """

    balances: ClassVar[tuple[str, ...]] = ("token", "tone")
    scale = "hz"

    def __init__(
        self,
        f0: str = "f0",
        balance: str = "token",
        few_tokens: str = "nan",
        unknown_speaker: str = "error",
    ) -> None:
        self.f0 = f0
        self.balance = balance
        self.few_tokens = few_tokens
        self.unknown_speaker = unknown_speaker

    def _columns(self) -> tuple[str, ...]:
        return (self.f0,)

    def check_options(self) -> None:
        """Refuse impossible options."""
        check_choice("balance", self.balance, self.balances)
        check_choice("few_tokens", self.few_tokens, ("nan", "error"))
        check_choice("unknown_speaker", self.unknown_speaker, ("error", "nan"))

    @property
    def depends_on_labels(self) -> bool:
        """Whether other labels (tones) give other values."""
        return self._by_tone()

    def _by_tone(self) -> bool:
        """Whether tones must be known."""
        return self.balance == "tone"

    def _unit(self) -> str:
        return "tone mean contour" if self._by_tone() else "voiced sample"

    def _read(
        self, table: pd.DataFrame, speaker: str, label: str | None, needs_label: str, token: str | None
    ) -> F0Samples:
        needed = self.info.title if self._by_tone() else needs_label
        return f0_samples(table, self.f0, speaker=speaker, label=label, needs_label=needed, token=token)

    def _speaker_statistics(self, tokens: SpeakerTokens) -> list[Statistic]:
        assert isinstance(tokens, SpeakerSamples)
        voiced = tokens.column(0)
        sizes = tokens.points_per_token()
        if sizes.min() != sizes.max():
            text = f"tokens have from {sizes.min()} to {sizes.max()} samples"
            if self._by_tone():
                raise NormalizationError(
                    f'{self.info.title}: speaker "{tokens.speaker}": {text}',
                    "mean contours by tone need the same number of time-normalized points of every token",
                )
            self._warn(tokens.speaker, f"{text}, so long tokens weigh more")
        jumps = tokens.n_jumps()
        if jumps:
            self._warn(
                tokens.speaker, f"{jumps} octave-jump suspects (more than 12 semitones between neighbours)"
            )
        counts = {
            "n_voiced": voiced.size,
            "n_unvoiced": tokens.f0.size - voiced.size,
            "n_octave_jumps": jumps,
        }
        values = {**self._learn(tokens), **counts}
        n_tokens = np.unique(tokens.token[~np.isnan(tokens.f0)]).size
        return [
            Statistic(tokens.speaker, name, self.f0, float(value), n_tokens, tokens.n_types(0))
            for name, value in values.items()
        ]

    @abstractmethod
    def _learn(self, samples: SpeakerSamples) -> dict[str, float]:
        """Learn the method's own statistics; NaN where refused."""

    def _log_mean(self, samples: SpeakerSamples) -> float:
        """Mean ln f0 over voiced samples, or over tones; NaN without any."""
        if not samples.column(0).size:
            self._refuse(samples.speaker, "no voiced sample")
            return float("nan")
        if self._by_tone():
            return float(np.mean([contour.mean() for contour in samples.tone_contours()]))
        return float(np.log(samples.column(0)).mean())

    def _formula(self, f0: Array, speakers: Objects) -> Array:
        """Apply the statistics to f0 in Hz, shape (n_rows,)."""
        raise NotImplementedError

    def _apply(self, values: Array, speakers: Objects) -> dict[str, Array]:
        return {self._column_name(self.f0): self._formula(values[:, 0], speakers)}


class SemitoneF0(F0Normalizer):
    """f0 in semitones above a reference: ``f0_st`` = 12 log2(f0 / reference).

    Parameters
    ----------
    f0, balance, few_tokens, unknown_speaker
        See `F0Normalizer`.
    reference : "geometric_mean", "median" or float
        The speaker's geometric mean or median of f0, or a fixed value in Hz (100 as in Praat).
    """

    info = F0_METHOD_INFO["f0_st"]

    def __init__(
        self,
        f0: str = "f0",
        balance: str = "token",
        few_tokens: str = "nan",
        unknown_speaker: str = "error",
        reference: str | float = "geometric_mean",
    ) -> None:
        super().__init__(f0, balance, few_tokens, unknown_speaker)
        self.reference = reference

    def check_options(self) -> None:
        """Refuse impossible options."""
        super().check_options()
        if isinstance(self.reference, str):
            check_choice("reference", self.reference, ("geometric_mean", "median"))
        else:
            check_hertz(self.reference, "reference")

    def _learn(self, samples: SpeakerSamples) -> dict[str, float]:
        mean = self._log_mean(samples)
        if np.isnan(mean) or self.reference == "geometric_mean":
            return {"reference": float(np.exp(mean))}
        if self.reference == "median":
            if self._by_tone():
                return {"reference": float(np.exp(np.median(np.concatenate(samples.tone_contours()))))}
            return {"reference": float(np.median(samples.column(0)))}
        return {"reference": float(self.reference)}

    def _formula(self, f0: Array, speakers: Objects) -> Array:
        semitones: Array = 12.0 * np.log2(f0 / self._statistic("reference", self.f0, speakers))
        return semitones


class LogZF0(F0Normalizer):
    """Log z-score of f0 (LZ; Zhu 1999): ``f0_lz`` = (ln f0 - mean ln f0) / sd ln f0, sd with n-1.

    Not the z-score of f0 in Hz. Refused with fewer than 2 voiced samples or sd = 0. With ``balance="tone"``
    the mean is that of the tone means and the sd that of all points of the mean contours. For the
    parameters see `F0Normalizer`.
    """

    info = F0_METHOD_INFO["f0_lz"]

    def _learn(self, samples: SpeakerSamples) -> dict[str, float]:
        voiced = samples.column(0)
        if voiced.size < 2:
            self._refuse(samples.speaker, f"{voiced.size} voiced samples, at least 2 are needed")
            return {"log_mean": np.nan, "log_sd": np.nan}
        sample = np.concatenate(samples.tone_contours()) if self._by_tone() else np.log(voiced)
        if sample.size < 2 or sample.max() == sample.min():
            self._refuse(samples.speaker, f"f0 doesn't vary over its {sample.size} values, so sd = 0")
            return {"log_mean": self._log_mean(samples), "log_sd": np.nan}
        return {"log_mean": self._log_mean(samples), "log_sd": float(sample.std(ddof=1))}

    def _formula(self, f0: Array, speakers: Objects) -> Array:
        mean = self._statistic("log_mean", self.f0, speakers)
        z: Array = (np.log(f0) - mean) / self._statistic("log_sd", self.f0, speakers)
        return z


class LogCentredF0(F0Normalizer):
    """Centred log f0: ``f0_lc`` = ln f0 - mean ln f0. For the parameters see `F0Normalizer`."""

    info = F0_METHOD_INFO["f0_lc"]

    def _learn(self, samples: SpeakerSamples) -> dict[str, float]:
        return {"log_mean": self._log_mean(samples)}

    def _formula(self, f0: Array, speakers: Objects) -> Array:
        centred: Array = np.log(f0) - self._statistic("log_mean", self.f0, speakers)
        return centred


class TValueF0(F0Normalizer):
    """T-value of f0 (Shi 1986): ``f0_t`` = 5 (lg f0 - lg min) / (lg max - lg min).

    Parameters
    ----------
    f0, few_tokens, unknown_speaker
        See `F0Normalizer`.
    balance : str
        Only ``"token"``; see `extremes`.
    extremes : str
        ``"observed"``: the speaker's lowest and highest sample (published form; one halving error sets the
        minimum); ``"percentile"``: 5th and 95th percentile of lg f0, linear interpolation;
        ``"tone_means"``: lowest and highest point of the mean contours of the tones (column `label`).

    Notes
    -----
    With anything but ``"observed"`` T may leave 0-5; it isn't clipped. Refused where max = min.
    """

    info = F0_METHOD_INFO["f0_t"]
    balances: ClassVar[tuple[str, ...]] = ("token",)

    def __init__(
        self,
        f0: str = "f0",
        balance: str = "token",
        few_tokens: str = "nan",
        unknown_speaker: str = "error",
        extremes: str = "observed",
    ) -> None:
        super().__init__(f0, balance, few_tokens, unknown_speaker)
        self.extremes = extremes

    def check_options(self) -> None:
        """Refuse impossible options."""
        super().check_options()
        check_choice("extremes", self.extremes, ("observed", "percentile", "tone_means"))

    def _by_tone(self) -> bool:
        return self.extremes == "tone_means"

    def _learn(self, samples: SpeakerSamples) -> dict[str, float]:
        voiced = samples.column(0)
        low = high = np.nan
        if self.extremes == "percentile" and voiced.size:
            low, high = 10.0 ** np.percentile(np.log10(voiced), PERCENTILES)
        elif self.extremes == "tone_means" and voiced.size:
            contours = np.exp(np.concatenate(samples.tone_contours()))
            low, high = contours.min(), contours.max()
        elif voiced.size:
            low, high = voiced.min(), voiced.max()
        if not low < high:
            reason = "f0 has no range (max = min)" if voiced.size else "no voiced sample"
            self._refuse(samples.speaker, reason)
            low = high = np.nan
        return {"min": float(low), "max": float(high)}

    def _formula(self, f0: Array, speakers: Objects) -> Array:
        low = np.log10(self._statistic("min", self.f0, speakers))
        high = np.log10(self._statistic("max", self.f0, speakers))
        t: Array = 5.0 * (np.log10(f0) - low) / (high - low)
        return t


F0_METHODS: Mapping[str, type[F0Normalizer]] = MappingProxyType(
    {normalizer.info.key: normalizer for normalizer in (SemitoneF0, LogZF0, TValueF0, LogCentredF0)}
)
"""f0 normalizations by key."""

f0_st = function_twin(SemitoneF0)
f0_lz = function_twin(LogZF0)
f0_t = function_twin(TValueF0)
f0_lc = function_twin(LogCentredF0)


def make_f0_method(key: str, **options: Any) -> F0Normalizer:
    """Make an f0 normalization by key.

    Raises
    ------
    NormalizationError
        For an unknown key or option.
    """
    if key not in F0_METHODS:
        raise NormalizationError(f'unknown f0 normalization "{key}"', f"one of {', '.join(F0_METHODS)}")
    return F0_METHODS[key]().set_params(**options)


__all__ = [
    "F0_METHODS",
    "F0Normalizer",
    "LogCentredF0",
    "LogZF0",
    "SemitoneF0",
    "TValueF0",
    "chao_digits",
    "count_octave_jumps",
    "f0_lc",
    "f0_lz",
    "f0_st",
    "f0_t",
    "make_f0_method",
]
