"""Samples of f0 by speaker, token and time point."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from w2vpraat.errors import NormalizationError
from w2vpraat.normalize.scales import check_hertz
from w2vpraat.normalize.tokens import (
    Array,
    SpeakerTokens,
    TokenValues,
    hertz_values,
    label_values,
    require_columns,
    speaker_rows,
    speaker_values,
    time_column,
    token_keys,
)

OCTAVE_JUMP = 12.0
"""Semitones; a larger step between neighbouring voiced samples is suspected to be an octave error."""


def count_octave_jumps(f0: ArrayLike) -> int:
    """Count steps of more than 12 semitones between neighbouring voiced samples of one contour.

    Parameters
    ----------
    f0 : array_like, shape (n_samples,)
        Hz, in order of time; NaN = unvoiced, skipped.
    """
    voiced = check_hertz(f0, "f0")
    voiced = voiced[~np.isnan(voiced)]
    steps = np.abs(np.diff(12.0 * np.log2(voiced)))
    return int((steps > OCTAVE_JUMP).sum())


@dataclass(frozen=True)
class SpeakerSamples(SpeakerTokens):
    """Samples of f0 of one speaker, with the token and the point within it of each sample."""

    token: NDArray[np.intp]
    point: NDArray[np.intp]

    @property
    def f0(self) -> Array:
        """Hz, NaN = unvoiced, shape (n_samples,)."""
        return self.values[:, 0]

    def points_per_token(self) -> NDArray[np.intp]:
        """How many samples each token has, shape (n_tokens,)."""
        return np.unique(self.token, return_counts=True)[1].astype(np.intp)

    def n_jumps(self) -> int:
        """Octave-jump suspects within tokens."""
        order = np.lexsort((self.point, self.token))
        f0, token = self.f0[order], self.token[order]
        voiced = ~np.isnan(f0)
        f0, token = f0[voiced], token[voiced]
        steps = np.abs(np.diff(12.0 * np.log2(f0)))
        return int(((steps > OCTAVE_JUMP) & (token[1:] == token[:-1])).sum())

    def tone_contours(self) -> list[Array]:
        """Mean ln f0 of each tone at each point that has a voiced sample."""
        assert self.labels is not None
        logs = np.log(self.f0)
        out = []
        for tone in self.types():
            rows = (self.labels == tone) & ~np.isnan(logs)
            points = np.unique(self.point[rows])
            contour = [logs[rows & (self.point == point)].mean() for point in points]
            if contour:
                out.append(np.array(contour, dtype=np.float64))
        return out


@dataclass(frozen=True)
class F0Samples(TokenValues):
    """Samples of f0 of all speakers; values of shape (n_samples, 1)."""

    token: NDArray[np.intp]
    point: NDArray[np.intp]

    def by_speaker(self) -> Iterator[SpeakerSamples]:
        """Yield speaker after speaker, sorted."""
        for name, rows in speaker_rows(self.speakers):
            labels = None if self.labels is None else self.labels[rows]
            yield SpeakerSamples(name, self.values[rows], labels, self.token[rows], self.point[rows])


def f0_samples(
    table: pd.DataFrame, f0: str, *, speaker: str, label: str | None, needs_label: str, token: str | None
) -> F0Samples:
    """Read the samples of f0 of a table.

    Parameters
    ----------
    table : DataFrame
        One row per sample; rows of one token share `token` and follow their time column, else their order.
    f0, speaker, label, token : str
        Names of columns.
    needs_label : str
        What needs the labels (tones); empty if nothing does.

    Raises
    ------
    NormalizationError
        For missing columns, zero or negative values, and rows without speaker.
    """
    require_columns(table, [f0], "the normalization of f0")
    if table.empty:
        raise NormalizationError("the table has no rows")
    values = hertz_values(table, [f0])
    speakers = speaker_values(table, speaker)
    labels = label_values(table, label, needs_label)
    keys = token_keys(table, speaker, token)
    if keys:
        codes = table.groupby(keys, sort=False, dropna=False).ngroup()
        times = time_column(table)
        frame = pd.DataFrame({"code": codes.to_numpy()})
        frame["time"] = pd.to_numeric(table[times]).to_numpy() if times else np.arange(len(table))
        point = frame.groupby("code")["time"].rank(method="first").to_numpy(dtype=np.float64)
        rule = "every voiced sample of each token"
        tokens, points = np.asarray(codes, dtype=np.intp), point.astype(np.intp)
    else:
        tokens, points = np.arange(len(table), dtype=np.intp), np.ones(len(table), dtype=np.intp)
        rule = "one sample per token"
    return F0Samples(speakers, labels, values, rule, tokens, points)
