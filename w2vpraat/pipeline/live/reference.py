"""How an edit moved the reference of a normalization: the speaker's means, and with them the other tokens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

SHOWN_COLUMNS = 3
"""A sentence names the means of so many columns; of more it tells how far the mean vector moved."""


@dataclass(frozen=True, eq=False)
class SpeakerShift:
    """Mean and spread of one speaker's values before and after an edit.

    Parameters
    ----------
    speaker : str
    n_before, n_after : int
        Tokens.
    mean_before, mean_after, sd_before, sd_after : ndarray, shape (n_columns,)
        Of the values that are normalized, over tokens that have them; of tokens measured at several points
        the mean over the points. NaN where there are none; sd with n - 1.
    """

    speaker: str
    n_before: int
    n_after: int
    mean_before: Floats
    mean_after: Floats
    sd_before: Floats
    sd_after: Floats


@dataclass(frozen=True, eq=False)
class ReferenceShift:
    """What an edit did to the reference, and to tokens that nobody edited.

    Parameters
    ----------
    columns : tuple of str
        Of the values that are normalized.
    speakers : tuple of SpeakerShift
        Everybody whose tokens were edited, came or went.
    n_moved : int
        Other tokens (not edited) with another normalized value.
    largest : float
        Largest distance by which one of them moved, in normalized units; 0 if none did.
    largest_id : str
        Which one; empty if none did.
    frozen : bool
        Whether the constants were held.
    """

    columns: tuple[str, ...]
    speakers: tuple[SpeakerShift, ...]
    n_moved: int
    largest: float
    largest_id: str
    frozen: bool

    @property
    def told(self) -> str:
        """The same in a sentence or two."""
        parts = [_told(self.columns, one) for one in self.speakers]
        if self.frozen:
            parts.append("the reference is frozen, so other tokens stay")
        elif self.n_moved:
            parts.append(
                f"{self.n_moved} other tokens moved, by up to {self.largest:.3g} ({self.largest_id})"
            )
        else:
            parts.append("no other token moved")
        return "; ".join(parts)


def speaker_shift(speaker: str, before: NDArray[Any], after: NDArray[Any]) -> SpeakerShift:
    """Compare a speaker's values.

    Parameters
    ----------
    speaker : str
    before, after : ndarray, shape (n_tokens, n_points, n_columns)
    """
    old, new = token_means(before), token_means(after)
    return SpeakerShift(speaker, len(old), len(new), *_moments(old, new))


def token_means(values: NDArray[Any]) -> Floats:
    """Return one value per token, shape (n_tokens, n_columns): the mean over its points that have one."""
    if values.shape[1] == 1:
        return values[:, 0].astype(np.float64)
    there = np.isfinite(values)
    counts = there.sum(axis=1)
    sums = np.where(there, values, 0.0).sum(axis=1)
    return np.where(counts > 0, sums / np.maximum(counts, 1), np.nan)


def _moments(old: Floats, new: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    found = []
    for values in (old, new):
        there = np.isfinite(values)
        counts = there.sum(axis=0)
        filled = np.where(there, values, 0.0)
        mean = np.where(counts > 0, filled.sum(axis=0) / np.maximum(counts, 1), np.nan)
        squares = np.where(there, (values - mean) ** 2, 0.0).sum(axis=0)
        sd = np.where(counts > 1, np.sqrt(squares / np.maximum(counts - 1, 1)), np.nan)
        found.append((mean, sd))
    return found[0][0], found[1][0], found[0][1], found[1][1]


def _told(columns: Sequence[str], one: SpeakerShift) -> str:
    count = (
        f"{one.n_after} tokens" if one.n_before == one.n_after else f"{one.n_before} -> {one.n_after} tokens"
    )
    if not one.n_after or not one.n_before:
        return f"{one.speaker}: {count}"
    if len(columns) > SHOWN_COLUMNS:
        far = float(np.linalg.norm(np.nan_to_num(one.mean_after - one.mean_before)))
        return f"{one.speaker}: {count}, mean vector moved by {far:.3g}"
    means = ", ".join(
        f"mean {name} {before:.5g} -> {after:.5g} (sd {sd_before:.4g} -> {sd_after:.4g})"
        for name, before, after, sd_before, sd_after in zip(
            columns, one.mean_before, one.mean_after, one.sd_before, one.sd_after, strict=True
        )
    )
    return f"{one.speaker}: {count}, {means}"
