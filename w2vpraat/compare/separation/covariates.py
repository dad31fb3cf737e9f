"""Columns of a table as covariates: numbers as they are, words as categories."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from w2vpraat.compare.material import column_texts
from w2vpraat.errors import ComparisonError

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Covariates:
    """Columns of some tokens.

    Attributes
    ----------
    names : tuple of str
        As the user gave them.
    numbers : ndarray, shape (n_tokens, n_numeric)
        Numeric columns; NaN = missing.
    classes : ndarray, shape (n_tokens, n_categorical)
        Numbers of the categories; -1 = missing.
    by_speaker : bool
        Whether the speaker is a covariate. It is taken out by centring, not by dummy columns: the same
        residuals, and as fast for a hundred speakers.
    """

    names: tuple[str, ...]
    numbers: Floats
    classes: Ints
    by_speaker: bool

    @classmethod
    def read(
        cls, table: pd.DataFrame, ids: Sequence[str], names: Sequence[str], *, speaker: str, label: str
    ) -> Covariates:
        """Read columns of a token table; ``speaker`` also names the column of the speaker.

        Raises
        ------
        ComparisonError
            No such column, or the column of the labels.
        """
        import pandas as pd

        names = tuple(dict.fromkeys(names))
        further = [name for name in names if name not in ("speaker", speaker)]
        if label in further:
            raise ComparisonError(
                f'the column "{label}" holds the labels, so it can\'t be a covariate', "leave it out"
            )
        numbers, classes = [], []
        for name in further:
            texts = column_texts(table, name, ids)
            if pd.api.types.is_numeric_dtype(table[name]) and not pd.api.types.is_bool_dtype(table[name]):
                numbers.append([float(text) if text else np.nan for text in texts])
            else:
                _, codes = np.unique(texts, return_inverse=True)
                classes.append(np.where([bool(text) for text in texts], codes, -1))
        n = len(ids)
        return cls(
            names,
            np.array(numbers, dtype=np.float64).T.reshape(n, -1),
            np.array(classes, dtype=np.intp).T.reshape(n, -1),
            len(further) < len(names),
        )

    @property
    def known(self) -> Bools:
        """Which tokens have a value in every column, shape (n_tokens,)."""
        finite = np.isfinite(self.numbers).all(axis=1) & (self.classes >= 0).all(axis=1)
        return np.asarray(finite)

    def take(self, rows: Ints) -> Covariates:
        """Return those of these tokens."""
        return Covariates(self.names, self.numbers[rows], self.classes[rows], self.by_speaker)

    def design(self) -> Floats:
        """Return standardized numbers and dummy columns of the categories that occur, without intercept."""
        columns = [_standard(column) for column in self.numbers.T]
        for codes in self.classes.T:
            columns += [(codes == code).astype(np.float64) for code in np.unique(codes)[1:]]
        return np.array(columns).T.reshape(len(self.numbers), -1)


def _standard(column: Floats) -> Floats:
    centred = column - column.mean()
    sd = centred.std()
    return np.asarray(
        centred / sd if sd > 1e-12 * max(float(np.abs(column).max()), 1e-300) else 0.0 * centred
    )


def centred_by(values: Floats, groups: Ints) -> Floats:
    """Subtract each group's mean, shape (n_tokens, n_columns)."""
    _, numbers = np.unique(groups, return_inverse=True)
    member = np.zeros((int(numbers.max(initial=0)) + 1, len(numbers)))
    member[numbers, np.arange(len(numbers))] = 1.0
    means = (member @ values) / member.sum(axis=1, keepdims=True)
    return np.asarray(values - means[numbers])
