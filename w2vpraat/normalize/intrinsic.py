"""Normalizations within the token: Bark differences, Syrdal & Gopal, and Miller (with the speaker's f0)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from w2vpraat.errors import NormalizationError
from w2vpraat.normalize.base import Array, SpeakerNormalizer, Statistic
from w2vpraat.normalize.methods import METHOD_INFO
from w2vpraat.normalize.scales import SCALES, find_scale, scale_name
from w2vpraat.normalize.tokens import Objects, SpeakerTokens, formant_numbers

BARK_SCALES = tuple(key for key in SCALES if key.startswith("bark_"))


class IntrinsicNormalizer(SpeakerNormalizer):
    """Base of the methods that need F1, F2 and F3 of one token, found by name or by place."""

    f0: str

    def check_options(self) -> None:
        """Refuse impossible options."""
        super().check_options()
        if sorted(formant_numbers(self.formants)) != [1, 2, 3]:
            raise NormalizationError(
                f"{self.info.title} takes F1, F2 and F3, not {', '.join(self.formants)}",
                "name the three columns",
            )

    def _in_order(self, values: Array) -> tuple[Array, Array, Array]:
        numbers = formant_numbers(self.formants)
        first, second, third = (values[:, numbers.index(number)] for number in (1, 2, 3))
        return first, second, third

    def _warn_missing(self, tokens: SpeakerTokens) -> None:
        names = self._columns()
        missing = np.isnan(tokens.values).sum(axis=0)
        parts = [f"{name} missing for {count}" for name, count in zip(names, missing, strict=True) if count]
        if parts:
            self._warn(
                tokens.speaker, f"{', '.join(parts)} of {len(tokens.values)} tokens; their cells stay empty"
            )


class BarkDifference(IntrinsicNormalizer):
    """Bark differences of one token (Thomas & Kendall 2007, NORM): ``z3_z1``, ``z3_z2``, ``z2_z1``.

    Z is Bark by Traunmüller 1990 with end corrections, or another Bark scale, which then stands in the column
    names. Needs no other token of the speaker. A token without F3 gets no Z3 columns; a speaker without any
    F3 is refused. tidynorm's ``_bz`` is Zi - Z3, the negative of Z3 - Zi.

    Parameters
    ----------
    formants : tuple of str
        The columns of F1, F2 and F3.
    balance : str
        Without meaning here; "token".
    scale : str
        A Bark scale.
    few_tokens, unknown_speaker, point
        See `SpeakerNormalizer`.
    """

    info = METHOD_INFO["bark_difference"]
    balances = ("token",)

    def __init__(
        self,
        formants: Sequence[str] = ("F1", "F2", "F3"),
        balance: str = "token",
        scale: str = "bark_traunmuller",
        few_tokens: str = "nan",
        unknown_speaker: str = "error",
        point: str | float = "mean",
    ) -> None:
        super().__init__(formants, balance, scale, few_tokens, unknown_speaker, point)

    def _check_scale(self) -> None:
        if self.scale not in BARK_SCALES:
            raise NormalizationError(
                f"{self.info.title} is a difference in Bark, not in {scale_name(self.scale)}",
                f"one of {', '.join(BARK_SCALES)}",
            )

    def _name(self, column: str) -> str:
        return column if self.scale == "bark_traunmuller" else f"{column}_{self.scale}"

    def _speaker_statistics(self, tokens: SpeakerTokens) -> list[Statistic]:
        third = tokens.values[:, formant_numbers(self.formants).index(3)]
        absent = ["F3"] if np.isnan(third).all() else []
        if len(self._columns()) > 3 and np.isnan(tokens.values[:, 3]).all():
            absent.append("f0")
        if absent:
            self._refuse(tokens.speaker, f"{' and '.join(absent)} missing for every token")
        else:
            self._warn_missing(tokens)
        return []

    def _apply(self, values: Array, speakers: Objects) -> dict[str, Array]:
        z1, z2, z3 = (find_scale(self.scale).forward(f) for f in self._in_order(values))
        return {self._name("z3_z1"): z3 - z1, self._name("z3_z2"): z3 - z2, self._name("z2_z1"): z2 - z1}


class SyrdalGopal(BarkDifference):
    """Height and front-back in Bark (Syrdal & Gopal 1986, JASA 79:1086-1100): ``z1_z0``, ``z3_z2``.

    Z1 - Z0 and Z3 - Z2 of the same token. f0 below about 204 Hz lies under 2 Bark, where the end correction
    matters; choose ``scale="bark_traunmuller_plain"`` to leave it out.

    Parameters
    ----------
    formants, balance, scale, few_tokens, unknown_speaker, point
        See `BarkDifference`.
    f0 : str
        Column of f0 in Hz.
    """

    info = METHOD_INFO["syrdal_gopal"]

    def __init__(
        self,
        formants: Sequence[str] = ("F1", "F2", "F3"),
        balance: str = "token",
        scale: str = "bark_traunmuller",
        few_tokens: str = "nan",
        unknown_speaker: str = "error",
        point: str | float = "mean",
        f0: str = "f0",
    ) -> None:
        super().__init__(formants, balance, scale, few_tokens, unknown_speaker, point)
        self.f0 = f0

    def _columns(self) -> tuple[str, ...]:
        return (*self.formants, self.f0)

    def _apply(self, values: Array, speakers: Objects) -> dict[str, Array]:
        forward = find_scale(self.scale).forward
        z1, z2, z3 = (forward(f) for f in self._in_order(values))
        return {self._name("z1_z0"): z1 - forward(values[:, 3]), self._name("z3_z2"): z3 - z2}


class Miller(IntrinsicNormalizer):
    """Formant ratios with a sensory reference (Miller 1989): ``ln_f1_sr``, ``ln_f2_f1``, ``ln_f3_f2``.

    ln(F1 / SR), ln(F2 / F1), ln(F3 / F2), SR = 168 (GM f0 / 168)^(1/3), GM f0 = geometric mean of the
    speaker's f0. Refused for a speaker without f0.

    Parameters
    ----------
    formants, balance, scale, few_tokens, unknown_speaker, point
        See `SpeakerNormalizer`; `balance` concerns the mean of f0.
    f0 : str
        Column of f0 in Hz.
    """

    info = METHOD_INFO["miller"]
    hertz_only = "it takes logarithms of ratios itself"

    def __init__(
        self,
        formants: Sequence[str] = ("F1", "F2", "F3"),
        balance: str = "token",
        scale: str = "hz",
        few_tokens: str = "nan",
        unknown_speaker: str = "error",
        point: str | float = "mean",
        f0: str = "f0",
    ) -> None:
        super().__init__(formants, balance, scale, few_tokens, unknown_speaker, point)
        self.f0 = f0

    def _columns(self) -> tuple[str, ...]:
        return (*self.formants, self.f0)

    def _speaker_statistics(self, tokens: SpeakerTokens) -> list[Statistic]:
        logs = tokens.replaced(np.log(tokens.values))
        sample = logs.cell_means(3)[1] if self.balance == "vowel" else logs.column(3)
        mean = np.nan
        if sample.size:
            mean = float(np.exp(sample.mean()))
            self._warn_missing(tokens)
        else:
            self._refuse(tokens.speaker, f"no {self.f0}")
        reference = 168.0 * (mean / 168.0) ** (1.0 / 3.0)
        count, types = tokens.column(3).size, tokens.n_types(3)
        return [
            Statistic(tokens.speaker, "gm_f0", self.f0, mean, count, types),
            Statistic(tokens.speaker, "sr", self.f0, float(reference), count, types),
        ]

    def _apply(self, values: Array, speakers: Objects) -> dict[str, Array]:
        f1, f2, f3 = self._in_order(values)
        reference = self._statistic("sr", self.f0, speakers)
        # A speaker without f0 is refused as a whole: no half-filled rows.
        known = np.where(np.isnan(reference), np.nan, 1.0)
        return {
            "ln_f1_sr": np.log(f1 / reference),
            "ln_f2_f1": np.log(f2 / f1) * known,
            "ln_f3_f2": np.log(f3 / f2) * known,
        }
