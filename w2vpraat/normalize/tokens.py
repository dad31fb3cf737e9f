"""A table's rows as tokens: one value per token and formant, checked, with its speaker and label."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from w2vpraat.errors import NormalizationError
from w2vpraat.normalize.scales import check_hertz

Array = NDArray[np.float64]
Objects = NDArray[np.object_]

TIME_COLUMNS = ("prop_time", "rel_time", "time")
"""Columns that tell the rows of one token apart, in order of preference."""

_FORMANT_NUMBER = re.compile(r"f([1-9])(?!\d)", re.IGNORECASE)


@dataclass(frozen=True)
class SpeakerTokens:
    """The tokens of one speaker.

    Parameters
    ----------
    speaker : object
        As in the table.
    values : ndarray, shape (n_tokens, n_columns)
        NaN = missing.
    labels : ndarray of object, shape (n_tokens,), optional
        Vowel types; None where the table has none.
    """

    speaker: Any
    values: Array
    labels: Objects | None

    def column(self, index: int) -> Array:
        """Present values of one column."""
        column = self.values[:, index]
        present: Array = column[~np.isnan(column)]
        return present

    def n_types(self, index: int | None = None) -> int | None:
        """Vowel types with a value in this column (in any, without one); None without labels."""
        if self.labels is None:
            return None
        present = ~np.isnan(self.values)
        keep = present.any(axis=1) if index is None else present[:, index]
        return len(set(self.labels[keep]) - {""})

    def types(self) -> tuple[Any, ...]:
        """Vowel types, sorted as text so that the order of rows doesn't matter."""
        return () if self.labels is None else tuple(sorted(set(self.labels), key=str))

    def cell_means(self, index: int) -> tuple[tuple[Any, ...], Array, NDArray[np.intp]]:
        """Means of one column by vowel type.

        Returns
        -------
        types : tuple
            Vowel types that have a value.
        means : ndarray, shape (n_types,)
        counts : ndarray, shape (n_types,)
            Tokens behind each mean.
        """
        assert self.labels is not None
        types, means, counts = [], [], []
        for kind in self.types():
            column = self.values[self.labels == kind, index]
            column = column[~np.isnan(column)]
            if column.size:
                types.append(kind)
                means.append(float(column.mean()))
                counts.append(column.size)
        return tuple(types), np.array(means, dtype=np.float64), np.array(counts, dtype=np.intp)

    def replaced(self, values: Array) -> SpeakerTokens:
        """Return the same tokens with other values."""
        return SpeakerTokens(self.speaker, values, self.labels)


@dataclass(frozen=True)
class TokenValues:
    """One value per token and column.

    Parameters
    ----------
    speakers : ndarray of object, shape (n_tokens,)
    labels : ndarray of object, shape (n_tokens,), optional
    values : ndarray, shape (n_tokens, n_columns)
    rule : str
        How rows became tokens, for the record.
    """

    speakers: Objects
    labels: Objects | None
    values: Array
    rule: str

    def by_speaker(self) -> Iterator[SpeakerTokens]:
        """Yield speaker after speaker, sorted."""
        for name, rows in speaker_rows(self.speakers):
            yield SpeakerTokens(name, self.values[rows], None if self.labels is None else self.labels[rows])


def speaker_rows(speakers: Objects) -> Iterator[tuple[Any, NDArray[np.intp]]]:
    """Yield each speaker with its row numbers: numbers in their order, then names as text."""
    codes, names = pd.factorize(speakers)
    order = np.argsort(codes, kind="stable")
    parts = np.split(order, np.cumsum(np.bincount(codes, minlength=len(names)))[:-1])

    def rank(code: int) -> tuple[bool, float, str]:
        name = names[code]
        number = isinstance(name, (int, float, np.number)) and not isinstance(name, bool)
        return not number, float(name) if number else 0.0, str(name)

    for code in sorted(range(len(names)), key=rank):
        yield names[code], parts[code]


def require_columns(table: pd.DataFrame, columns: Sequence[str], purpose: str) -> None:
    """Check that the table has these columns.

    Raises
    ------
    NormalizationError
        With the columns that it does have.
    """
    if not isinstance(table, pd.DataFrame):
        raise NormalizationError(f"{purpose} needs a pandas table, not {type(table).__name__}")
    missing = [column for column in columns if column not in table.columns]
    if missing:
        hint = f"columns here: {', '.join(map(str, table.columns))}"
        raise NormalizationError(f"no column {', '.join(map(repr, missing))} for {purpose}", hint)
    repeated = [column for column in columns if list(table.columns).count(column) > 1]
    if repeated:
        raise NormalizationError(f"column {repeated[0]!r} occurs more than once in the table")


def hertz_values(table: pd.DataFrame, columns: Sequence[str]) -> Array:
    """Read columns as positive float64, NaN = missing.

    Returns
    -------
    ndarray, shape (n_rows, n_columns)

    Raises
    ------
    NormalizationError
        For text, and for zero, negative or infinite values.
    """
    out = np.empty((len(table), len(columns)), dtype=np.float64)
    for index, column in enumerate(columns):
        try:
            numbers = pd.to_numeric(table[column])
        except (ValueError, TypeError) as error:
            raise NormalizationError(
                f'column "{column}" is not numeric: {error}',
                "leave the cell empty where nothing was measured",
            ) from error
        out[:, index] = numbers.to_numpy(dtype=np.float64, na_value=np.nan)
        check_hertz(out[:, index], f'column "{column}"')
    return out


def formant_numbers(columns: Sequence[str]) -> tuple[int, ...]:
    """Formant number of each column: from its name (``F2``, ``f2``, ``norm_F2``), else from its place.

    Names decide only if each of them holds one number and none repeats.
    """
    found = [_FORMANT_NUMBER.findall(column) for column in columns]
    if all(len(numbers) == 1 for numbers in found):
        numbers = tuple(int(one[0]) for one in found)
        if len(set(numbers)) == len(numbers):
            return numbers
    return tuple(range(1, len(columns) + 1))


def speaker_values(table: pd.DataFrame, speaker: str) -> Objects:
    """Read the speaker column.

    Raises
    ------
    NormalizationError
        If it is missing or a row has no speaker.
    """
    require_columns(table, [speaker], "the speakers")
    values = table[speaker]
    nameless = int(values.isna().sum())
    if nameless:
        raise NormalizationError(f'{nameless} of {len(table)} rows have no speaker in column "{speaker}"')
    return values.to_numpy(dtype=object)


def label_values(table: pd.DataFrame, label: str | None, needed: str) -> Objects | None:
    """Read the label column, or return None where there is none and none is needed.

    Parameters
    ----------
    needed : str
        What needs the labels; empty if they only serve to count vowel types.

    Raises
    ------
    NormalizationError
        If labels are needed and the column or one of its cells is missing.
    """
    if label is None or label not in table.columns:
        if not needed:
            return None
        if label is None:
            raise NormalizationError(f"{needed} needs the labels of the vowels", "name their column")
        require_columns(table, [label], f"the vowel labels that {needed} needs")
    values = table[label]
    if needed and values.isna().any():
        raise NormalizationError(
            f'{int(values.isna().sum())} of {len(table)} rows have no label in column "{label}", '
            f"which {needed} needs"
        )
    labels: Objects = values.astype(object).where(values.notna(), "").to_numpy(dtype=object)
    return labels


def token_keys(table: pd.DataFrame, speaker: str, token: str | None) -> list[str]:
    """Columns that name a token; empty if each row is a token."""
    if token is None or token not in table.columns or token == speaker:
        return []
    keys = [speaker, token] + (["file_name"] if "file_name" in table.columns else [])
    return keys if table.duplicated(keys).any() else []


def time_column(table: pd.DataFrame) -> str | None:
    """Column that orders the rows of one token."""
    return next((column for column in TIME_COLUMNS if column in table.columns), None)


def token_values(
    table: pd.DataFrame,
    columns: Sequence[str],
    *,
    speaker: str,
    label: str | None,
    needs_label: str,
    token: str | None,
    point: str | float,
) -> TokenValues:
    """Read one value per token and column.

    Parameters
    ----------
    table : DataFrame
        One row per token, or several (a track) if the column `token` repeats.
    columns : sequence of str
        Columns in Hz.
    speaker, label, token : str
        Names of columns; a token is a row unless `token` repeats within a speaker and file.
    needs_label : str
        What needs the labels; empty if nothing does.
    point : "mean" or float
        The value of a track: the mean over its rows, or the row nearest to this proportional time.

    Raises
    ------
    NormalizationError
        For missing columns, wrong values, rows without speaker, and ids that repeat without a time column.
    """
    require_columns(table, columns, "the normalization")
    if table.empty:
        raise NormalizationError("the table has no rows")
    values = hertz_values(table, columns)
    speakers = speaker_values(table, speaker)
    labels = label_values(table, label, needs_label)
    keys = token_keys(table, speaker, token)
    if not keys:
        return TokenValues(speakers, labels, values, "one row per token")
    times = time_column(table)
    if times is None:
        raise NormalizationError(
            f'column "{token}" names several rows alike, but no column tells them apart in time',
            f"add one of {', '.join(TIME_COLUMNS)}, or say that each row is a token (token=None)",
        )
    groups = np.asarray(table.groupby(keys, sort=False, dropna=False).ngroup(), dtype=np.intp)
    first = np.unique(groups, return_index=True)[1]
    if point == "mean":
        frame = pd.DataFrame(values).groupby(groups, sort=True).mean()
        chosen = np.asarray(frame, dtype=np.float64)
        rule = "mean over the rows of each token"
    else:
        nearest = _nearest_rows(table, groups, float(point))
        chosen, rule = values[nearest], f"row nearest to proportional time {float(point):g} of each token"
    return TokenValues(speakers[first], None if labels is None else labels[first], chosen, rule)


def _nearest_rows(table: pd.DataFrame, groups: NDArray[np.intp], point: float) -> NDArray[np.intp]:
    column = next((name for name in ("prop_time", "rel_time") if name in table.columns), None)
    if column is None:
        raise NormalizationError(
            f"no column prop_time to find proportional time {point:g} in",
            'use the mean over each token ("mean")',
        )
    # Ties go to the earlier row: lexsort is stable in its last key, time.
    times = pd.to_numeric(table[column]).to_numpy(dtype=np.float64)
    order = np.lexsort((times, np.round(np.abs(times - point), 12), groups))
    sorted_groups = groups[order]
    starts = np.r_[True, sorted_groups[1:] != sorted_groups[:-1]]
    nearest: NDArray[np.intp] = order[starts]
    return nearest
