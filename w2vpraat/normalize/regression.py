"""Nearey 2 by regression (Barreda & Nearey 2018): right where speakers lack vowels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from w2vpraat.errors import NormalizationError
from w2vpraat.normalize.base import Array, SpeakerNormalizer, Statistic
from w2vpraat.normalize.methods import METHOD_INFO
from w2vpraat.normalize.tokens import Objects, SpeakerTokens, TokenValues


class Nearey2Regression(SpeakerNormalizer):
    """Log-mean by regression over all speakers (Barreda & Nearey 2018): ``F1_lmr`` ...

    Fits ln F ~ 0 + speaker + cell on the cell means (cell = vowel x formant), cells coded to sum to zero, and
    subtracts the speaker's coefficient. Equals Nearey 2 where all speakers have the same cells.

    Refused where groups of speakers share no vowel, since their coefficients can't be compared: with
    ``few_tokens="nan"`` the largest connected group is kept, the others get empty cells. Warned about a
    speaker with fewer than 3 vowel types. Adding a speaker can change the values of the others.

    For the parameters see `SpeakerNormalizer`; the unit is always the cell mean.
    """

    info = METHOD_INFO["nearey2_regression"]
    needs_label = True
    balances = ("vowel",)
    hertz_only = "it takes the logarithm itself"

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

    def _all_statistics(self, tokens: TokenValues) -> list[Statistic]:
        groups = [group.replaced(np.log(group.values)) for group in tokens.by_speaker()]
        speaker_of, cell_of, means = _cells(groups, len(self.formants))
        kept = self._connected(groups, speaker_of, cell_of)
        used = kept[speaker_of]
        coefficients = np.full(len(groups), np.nan)
        if used.any():
            rows = np.flatnonzero(kept)
            coefficients[rows] = speaker_coefficients(
                np.searchsorted(rows, speaker_of[used]), cell_of[used], means[used]
            )
        name = ",".join(self.formants)
        return [
            Statistic(
                group.speaker,
                "log_mean",
                name,
                float(value),
                int((~np.isnan(group.values)).any(axis=1).sum()),
                group.n_types(),
            )
            for group, value in zip(groups, coefficients, strict=True)
        ]

    def _connected(
        self, groups: list[SpeakerTokens], speaker_of: NDArray[np.intp], cell_of: NDArray[np.intp]
    ) -> NDArray[np.bool_]:
        """Which speakers are joined by shared cells, shape (n_speakers,); the rest is refused."""
        part = _parts(len(groups), speaker_of, cell_of)
        sizes = np.bincount(part[part >= 0])
        largest = int(sizes.argmax()) if sizes.size else -1
        if sizes.size > 1 and int((sizes == sizes.max()).sum()) > 1:
            raise NormalizationError(
                f"{self.info.title}: the speakers fall into {sizes.size} groups that share no vowel",
                "use Nearey 2, or labels that the speakers have in common",
            )
        for index, group in enumerate(groups):
            n_types = group.n_types() or 0
            if part[index] < 0:
                self._refuse(group.speaker, "no token")
            elif part[index] != largest:
                self._refuse(group.speaker, "shares no vowel with the other speakers")
            elif n_types < 3:
                self._warn(group.speaker, f"only {n_types} vowel types (fewer than 3)")
        joined: NDArray[np.bool_] = part == largest
        return joined & (part >= 0)

    def _speaker_statistics(self, tokens: SpeakerTokens) -> list[Statistic]:
        raise NotImplementedError  # one fit for all speakers: see _all_statistics

    def _apply(self, values: Array, speakers: Objects) -> dict[str, Array]:
        mean = self._statistic("log_mean", ",".join(self.formants), speakers)
        return {
            self._column_name(name): np.log(values[:, index]) - mean
            for index, name in enumerate(self.formants)
        }


def _cells(groups: list[SpeakerTokens], n_formants: int) -> tuple[NDArray[np.intp], NDArray[np.intp], Array]:
    """Speaker number, cell number and mean ln F of every filled cell, each of shape (n_cells,)."""
    numbers: dict[Any, int] = {}
    speakers, cells, means = [], [], []
    for index, group in enumerate(groups):
        for formant in range(n_formants):
            types, values, _ = group.cell_means(formant)
            for kind, value in zip(types, values, strict=True):
                speakers.append(index)
                cells.append(numbers.setdefault((kind, formant), len(numbers)))
                means.append(value)
    return (
        np.array(speakers, dtype=np.intp),
        np.array(cells, dtype=np.intp),
        np.array(means, dtype=np.float64),
    )


def _parts(n_speakers: int, speaker_of: NDArray[np.intp], cell_of: NDArray[np.intp]) -> NDArray[np.intp]:
    """Count off the groups of speakers joined by shared cells, shape (n_speakers,); -1: no cell at all."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    part = np.full(n_speakers, -1, dtype=np.intp)
    if not speaker_of.size:
        return part
    n_nodes = n_speakers + int(cell_of.max()) + 1
    graph = coo_matrix(
        (np.ones(speaker_of.size), (speaker_of, n_speakers + cell_of)), shape=(n_nodes, n_nodes)
    )
    component = connected_components(graph, directed=False)[1]
    present = np.unique(speaker_of)
    part[present] = np.unique(component[present], return_inverse=True)[1]
    return part


def speaker_coefficients(
    speaker_of: NDArray[np.intp], cell_of: NDArray[np.intp], means: Array
) -> NDArray[np.float64]:
    """Least-squares speaker coefficients of ``mean ~ 0 + speaker + cell``, cells summing to zero.

    Parameters
    ----------
    speaker_of, cell_of : ndarray of int, shape (n_cells,)
        Speaker and cell of each mean, numbered from 0; speakers must be connected by shared cells.
    means : ndarray, shape (n_cells,)

    Returns
    -------
    ndarray, shape (n_speakers,)

    Notes
    -----
    The speakers are eliminated first, so only a matrix of cells x cells is solved and corpora of thousands of
    speakers stay cheap. The minimum-norm solution sums to zero over cells, which is the contrast asked for.
    """
    cells = np.unique(cell_of, return_inverse=True)[1]
    n_speakers, n_cells = int(speaker_of.max()) + 1, int(cells.max()) + 1
    filled = np.zeros((n_speakers, n_cells))
    filled[speaker_of, cells] = 1.0
    values = np.zeros((n_speakers, n_cells))
    values[speaker_of, cells] = means
    per_speaker = filled.sum(axis=1)
    weights = filled / per_speaker[:, None]
    average = values.sum(axis=1) / per_speaker
    left = np.diag(filled.sum(axis=0)) - filled.T @ weights
    right = values.sum(axis=0) - filled.T @ average
    effects = np.linalg.lstsq(left, right, rcond=1e-10)[0]
    effects -= effects.mean()
    coefficients: NDArray[np.float64] = average - weights @ effects
    return coefficients
