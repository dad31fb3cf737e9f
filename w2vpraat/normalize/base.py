"""What every normalization by speaker shares: parameters, statistics, warnings, refusals, the record."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, ClassVar, NamedTuple, TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from w2vpraat import __version__
from w2vpraat.errors import NormalizationError
from w2vpraat.normalize.estimator import Estimator, check_choice, note_text, plain
from w2vpraat.normalize.methods import MethodInfo
from w2vpraat.normalize.scales import SCALES, find_scale, scale_name
from w2vpraat.normalize.tokens import (
    Objects,
    SpeakerTokens,
    TokenValues,
    hertz_values,
    require_columns,
    speaker_values,
    token_values,
)

Array = NDArray[np.float64]
SelfNormalizer = TypeVar("SelfNormalizer", bound="SpeakerNormalizer")

STATISTICS_COLUMNS = ("speaker", "statistic", "formant", "value", "n_tokens", "n_types")
"""Columns of ``statistics_``: one row per speaker, statistic and formant (or formant set)."""


class Statistic(NamedTuple):
    """One fitted number of one speaker."""

    speaker: Any
    statistic: str
    formant: str
    value: float
    n_tokens: int
    n_types: int | None


class SpeakerNormalizer(Estimator, ABC):
    """Base of the normalizations that learn statistics per speaker and apply them to any token.

    Parameters
    ----------
    formants : tuple of str
        Columns in Hz that enter the procedure.
    balance : str
        ``"token"``: every token counts once; ``"vowel"``: every vowel type counts once, as the mean of its
        tokens.
    scale : str
        Scale that the values are converted to first (a key of ``SCALES``), or ``"hz"``.
    few_tokens : str
        A speaker whose statistics are refused: ``"nan"`` leaves empty cells and warns, ``"error"`` raises.
    unknown_speaker : str
        A speaker at `transform` who wasn't there at `fit`: ``"error"`` or ``"nan"``.
    point : "mean" or float
        The value of a token with several rows that enters the statistics: the mean over its rows, or the row
        nearest to this proportional time.

    Attributes
    ----------
    statistics_ : DataFrame
        Columns ``speaker, statistic, formant, value, n_tokens, n_types``.
    warnings_ : tuple of str
        One readable sentence each.
    notes_ : tuple of (speaker, str)
        The same, by speaker (None: about all).
    """

    info: ClassVar[MethodInfo]
    needs_label: ClassVar[bool] = False
    balances: ClassVar[tuple[str, ...]] = ("token", "vowel")
    refused_scales: ClassVar[tuple[str, ...]] = ()
    hertz_only: ClassVar[str] = ""

    def __init__(
        self,
        formants: Sequence[str] = ("F1", "F2", "F3"),
        balance: str = "token",
        scale: str = "hz",
        few_tokens: str = "nan",
        unknown_speaker: str = "error",
        point: str | float = "mean",
    ) -> None:
        self.formants = formants
        self.balance = balance
        self.scale = scale
        self.few_tokens = few_tokens
        self.unknown_speaker = unknown_speaker
        self.point = point

    # What a method defines

    @abstractmethod
    def _speaker_statistics(self, tokens: SpeakerTokens) -> list[Statistic]:
        """Learn one speaker's statistics; NaN where they are refused."""

    @abstractmethod
    def _apply(self, values: Array, speakers: Objects) -> dict[str, Array]:
        """Make the new columns from values in Hz, shape (n_rows, n_columns), ordered as ``_columns()``."""

    def _columns(self) -> tuple[str, ...]:
        """Columns that are read, the formants first."""
        return tuple(self.formants)

    def _all_statistics(self, tokens: TokenValues) -> list[Statistic]:
        return [item for group in tokens.by_speaker() for item in self._speaker_statistics(group)]

    def check_options(self) -> None:
        """Refuse impossible options."""
        if isinstance(self.formants, str) or not self.formants:
            raise NormalizationError("formants must be a tuple of column names, such as ('F1', 'F2', 'F3')")
        if len(set(self.formants)) != len(tuple(self.formants)):
            raise NormalizationError(f"formants names a column twice: {', '.join(self.formants)}")
        check_choice("balance", self.balance, self.balances)
        check_choice("few_tokens", self.few_tokens, ("nan", "error"))
        check_choice("unknown_speaker", self.unknown_speaker, ("error", "nan"))
        if self.point != "mean" and (isinstance(self.point, str) or not 0.0 <= float(self.point) <= 1.0):
            raise NormalizationError(
                f"point = {self.point!r} is not possible", '"mean" or a number from 0 to 1'
            )
        self._check_scale()

    def _check_scale(self) -> None:
        if self.scale == "hz":
            return
        find_scale(self.scale)
        if self.hertz_only:
            raise NormalizationError(
                f"{self.info.title} works on Hz, not on {scale_name(self.scale)}: {self.hertz_only}",
                'use scale "hz" for this method',
            )
        if self.scale in self.refused_scales:
            raise NormalizationError(
                f"{self.info.title} takes ratios, which mean nothing on {scale_name(self.scale)} "
                "(its zero is arbitrary)",
                f"one of hz, {', '.join(key for key in SCALES if key not in self.refused_scales)}",
            )

    def _read(
        self, table: pd.DataFrame, speaker: str, label: str | None, needs_label: str, token: str | None
    ) -> TokenValues:
        return token_values(
            table,
            self._columns(),
            speaker=speaker,
            label=label,
            needs_label=needs_label,
            token=token,
            point=self.point,
        )

    # What every method shares

    @property
    def needed_columns(self) -> tuple[str, ...]:
        """Columns that are read, the formants first."""
        return self._columns()

    @property
    def depends_on_labels(self) -> bool:
        """Whether other labels give other values."""
        return self.needs_label or self.balance in ("vowel", "tone")

    def fit(
        self: SelfNormalizer,
        table: pd.DataFrame,
        *,
        speaker: str = "speaker",
        label: str | None = "label",
        token: str | None = "id",
        token_filter: str = "",
    ) -> SelfNormalizer:
        """Learn each speaker's statistics.

        Parameters
        ----------
        table : DataFrame
            One row per token, or several rows per token that share `token` and differ in time.
        speaker : str
            Column of the speakers.
        label : str, optional
            Column of the vowel types; only methods on vowel means need it, the others count types with it.
        token : str, optional
            Column of token ids; where they repeat (tracks), each token gives one value. None: each row is a
            token.
        token_filter : str
            Which tokens these are, in words, for the record.

        Returns
        -------
        self

        Raises
        ------
        NormalizationError
            For impossible options, missing columns, zero or negative values, and (``few_tokens="error"``)
            for a speaker whose statistics are refused.
        """
        self.check_options()
        needed = self.info.title if self.needs_label or self.balance in ("vowel", "tone") else ""
        tokens = self._read(table, speaker, label, needed, token)
        self._notes: list[tuple[Any, str]] = []
        if label is not None and tokens.labels is None:
            self._warn(None, f'no column "{label}", so vowel types were not counted')
        rows = self._all_statistics(tokens)
        self._fitted: dict[tuple[str, str], dict[Any, float]] = {}
        for row in rows:
            self._fitted.setdefault((row.statistic, row.formant), {})[row.speaker] = row.value
        statistics = pd.DataFrame(rows, columns=list(STATISTICS_COLUMNS))
        self.statistics_ = statistics.astype({"n_types": "Int64"})
        self.notes_ = tuple(self._notes)
        self.warnings_ = tuple(note_text(self.info.title, [name], text) for name, text in self.notes_)
        self.speaker_ = speaker
        self.label_ = label
        self.token_rule_ = tokens.rule
        self.token_filter_ = token_filter
        self.n_tokens_ = {group.speaker: len(group.values) for group in tokens.by_speaker()}
        self.n_types_ = {group.speaker: group.n_types() for group in tokens.by_speaker()}
        del self._notes
        return self

    def transform(self, table: pd.DataFrame) -> pd.DataFrame:
        """Apply the learned statistics to any tokens of the same speakers.

        Parameters
        ----------
        table : DataFrame
            Same column names as at `fit`; any number of rows per token.

        Returns
        -------
        DataFrame
            Only the new columns, on the index of `table`.

        Raises
        ------
        NormalizationError
            Before `fit`, for missing columns, wrong values, and (``unknown_speaker="error"``) unknown
            speakers.
        """
        self._check_fitted()
        require_columns(table, self._columns(), "the normalization")
        values = hertz_values(table, self._columns())
        speakers = speaker_values(table, self.speaker_)
        unknown = [name for name in pd.unique(speakers) if name not in self.n_tokens_]
        if unknown and self.info.sees_speaker and self.unknown_speaker == "error":
            raise NormalizationError(
                f"{self.info.title} has no statistics of speaker {', '.join(map(str, unknown[:5]))}",
                'fit on tokens of these speakers, or choose unknown_speaker="nan"',
            )
        made: pd.DataFrame = pd.DataFrame(self._apply(values, speakers), index=table.index)
        return made

    def fit_transform(
        self,
        table: pd.DataFrame,
        *,
        speaker: str = "speaker",
        label: str | None = "label",
        token: str | None = "id",
        token_filter: str = "",
    ) -> pd.DataFrame:
        """Learn from a table and apply to the same table; see `fit` and `transform`."""
        self.fit(table, speaker=speaker, label=label, token=token, token_filter=token_filter)
        return self.transform(table)

    def record(self) -> dict[str, Any]:
        """Return everything that a paper or a later check needs, as plain JSON values.

        Raises
        ------
        NormalizationError
            Before `fit`.
        """
        self._check_fitted()
        info = self.info
        return {
            "method": info.key,
            "title": info.title,
            "author": info.author,
            "year": info.year,
            "reference": info.reference,
            "formula": info.formula,
            "formants": list(self._columns()),
            "scale": self.scale,
            "scale_name": scale_name(self.scale),
            "balance": self.balance,
            "statistic_unit": self._unit(),
            "sd": info.sd or None,
            "token_value": self.token_rule_,
            "token_filter": self.token_filter_,
            "n_tokens": {str(key): int(value) for key, value in self.n_tokens_.items()},
            "n_types": {str(key): value for key, value in self.n_types_.items()},
            "constants": self._constants(),
            "options": plain(self.get_params()),
            "warnings": list(self.warnings_),
            "equivalent": info.equivalent,
            "sees_speaker": info.sees_speaker,
            "version": __version__,
        }

    def _constants(self) -> list[dict[str, Any]]:
        columns = ["speaker", "statistic", "formant", "value", "n_tokens", "n_types"]
        rows = self.statistics_[columns].astype(object).itertuples(index=False, name=None)
        out = []
        for row in rows:
            item = dict(zip(columns, row, strict=True))
            item["speaker"] = str(item["speaker"])
            item["n_types"] = None if pd.isna(item["n_types"]) else int(item["n_types"])
            out.append(plain(item))
        return out

    def _unit(self) -> str:
        if self.info.unit == "token" and self.balance == "vowel":
            return "vowel mean"
        return self.info.unit

    def _column_name(self, column: str) -> str:
        """Raw name + suffix; a scale other than Hz stands between them, so no column hides its scale."""
        return (
            f"{column}{self.info.suffix}"
            if self.scale == "hz"
            else f"{column}_{self.scale}{self.info.suffix}"
        )

    def _scaled(self, values: Array) -> Array:
        return values if self.scale == "hz" else find_scale(self.scale).forward(values)

    def _statistic(self, statistic: str, formant: str, speakers: Objects) -> Array:
        """One fitted number per row, shape (n_rows,); NaN for speakers without it."""
        known = self._fitted.get((statistic, formant), {})
        return np.array([known.get(name, np.nan) for name in speakers], dtype=np.float64)

    def _warn(self, speaker: Any, text: str) -> None:
        self._notes.append((speaker, text))

    def _refuse(self, speaker: Any, reason: str, hint: str = "") -> None:
        """Raise, or note that the cells stay empty, by the policy `few_tokens`."""
        if self.few_tokens == "error":
            raise NormalizationError(f'{self.info.title}: speaker "{speaker}": {reason}', hint)
        self._warn(speaker, f"{reason}; cells left empty")

    def _check_fitted(self) -> None:
        if not hasattr(self, "statistics_"):
            raise NormalizationError(f"{type(self).__name__} was not fitted", "call fit first")
