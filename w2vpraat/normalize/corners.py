"""Watt & Fabricius: the speaker's vowel triangle, from named or automatically chosen corner vowels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np

from w2vpraat.errors import NormalizationError
from w2vpraat.normalize.base import Array, SpeakerNormalizer, Statistic
from w2vpraat.normalize.methods import METHOD_INFO
from w2vpraat.normalize.tokens import Objects, SpeakerTokens


class WattFabricius(SpeakerNormalizer):
    """F / S, S = centroid of the vowel triangle (Watt & Fabricius 2002): ``F1_wf``, ``F2_wf``.

    From the vowel means of the corners i (FLEECE) and a (TRAP), and u' with F1(u') = F2(u') = F1(i):
    S1 = (F1i + F1a + F1u') / 3, S2 = (F2i + F2a + F2u') / 3.

    Parameters
    ----------
    formants : tuple of str
        The columns of F1 and F2, in this order.
    balance, scale, few_tokens, unknown_speaker, point
        See `SpeakerNormalizer`; the unit is always the vowel mean.
    corners : tuple of str
        Labels of FLEECE and TRAP in your data. Empty: chosen per speaker, as R's ``vowels`` does, with a
        warning: F1i = lowest vowel mean of F1, F2i = highest of F2 (maybe another vowel), a = vowel with
        the highest F1.

    Notes
    -----
    Refused where a corner vowel is missing (or, without names, with fewer than 2 vowel types).
    """

    info = METHOD_INFO["watt_fabricius"]
    needs_label = True
    balances = ("vowel",)
    refused_scales = ("ln", "semitone")
    modified: ClassVar[bool] = False

    def __init__(
        self,
        formants: Sequence[str] = ("F1", "F2"),
        balance: str = "vowel",
        scale: str = "hz",
        few_tokens: str = "nan",
        unknown_speaker: str = "error",
        point: str | float = "mean",
        corners: Sequence[str] = (),
    ) -> None:
        super().__init__(formants, balance, scale, few_tokens, unknown_speaker, point)
        self.corners = corners

    def check_options(self) -> None:
        """Refuse impossible options."""
        super().check_options()
        if len(tuple(self.formants)) != 2:
            raise NormalizationError(f"{self.info.title} takes F1 and F2, not {', '.join(self.formants)}")
        if isinstance(self.corners, str) or len(tuple(self.corners)) not in (0, 2):
            raise NormalizationError(
                f"corners = {self.corners!r} is not possible", "the labels of FLEECE and TRAP, or nothing"
            )

    def _speaker_statistics(self, tokens: SpeakerTokens) -> list[Statistic]:
        tokens = tokens.replaced(self._scaled(tokens.values))
        first, second = (dict(zip(*tokens.cell_means(index)[:2], strict=True)) for index in (0, 1))
        found = self._named(tokens.speaker, first, second) if self.corners else None
        if not self.corners:
            found = self._automatic(tokens.speaker, first, second)
        s = (np.nan, np.nan) if found is None else self._centroid(*found)
        return [
            Statistic(tokens.speaker, "S", formant, float(s[i]), tokens.column(i).size, tokens.n_types(i))
            for i, formant in enumerate(self.formants)
        ]

    def _named(
        self, speaker: Any, first: dict[Any, float], second: dict[Any, float]
    ) -> tuple[float, float, float, float] | None:
        high, low = self.corners
        missing = [kind for kind in (high, low) if kind not in first or kind not in second]
        if missing:
            self._refuse(
                speaker, f"corner vowel {', '.join(map(str, missing))} is missing", "name other corner vowels"
            )
            return None
        return first[high], second[high], first[low], second[low]

    def _automatic(
        self, speaker: Any, first: dict[Any, float], second: dict[Any, float]
    ) -> tuple[float, float, float, float] | None:
        both = [kind for kind in first if kind in second]
        if len(both) < 2:
            self._refuse(speaker, f"corner vowels can't be chosen from {len(both)} vowel types")
            return None
        close = min(both, key=first.__getitem__)
        front = max(both, key=second.__getitem__)
        open_ = max(both, key=first.__getitem__)
        self._warn(
            speaker,
            f"corners chosen automatically: F1 of {close}, F2 of {front} for FLEECE; {open_} for TRAP",
        )
        return first[close], second[front], first[open_], second[open_]

    def _centroid(self, f1i: float, f2i: float, f1a: float, f2a: float) -> tuple[float, float]:
        f1u = f2u = f1i
        if self.modified:
            return (f1i + f1a + f1u) / 3.0, (f2i + f2u) / 2.0
        return (f1i + f1a + f1u) / 3.0, (f2i + f2a + f2u) / 3.0

    def _apply(self, values: Array, speakers: Objects) -> dict[str, Array]:
        scaled = self._scaled(values)
        return {
            self._column_name(formant): scaled[:, index] / self._statistic("S", formant, speakers)
            for index, formant in enumerate(self.formants)
        }


class WattFabriciusModified(WattFabricius):
    """The modified centroid (Fabricius, Watt & Johnson 2009): ``F1_mwf``, ``F2_mwf``.

    As `WattFabricius`, but F2 of TRAP is replaced by the mean of F2(FLEECE) and F2(u'), so S2 = (F2i +
    F2u') / 2 and the front-back place of the open vowel no longer matters.
    """

    info = METHOD_INFO["watt_fabricius_mod"]
    modified = True
