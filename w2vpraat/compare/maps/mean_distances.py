"""Distances between speakers, labels or groups by their means, for a map of voices or dialects."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from w2vpraat.compare.maps.map_quality import standard_columns
from w2vpraat.compare.material import column_texts, gather
from w2vpraat.compare.probes.linear import encode
from w2vpraat.errors import ComparisonError
from w2vpraat.params import CompareParams
from w2vpraat.representation import Representation

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]


def mean_distances(
    representation: Representation,
    tokens_table: pd.DataFrame,
    of: str = "speaker",
    within: str | None = None,
    *,
    label: str = "label",
    speaker: str = "speaker",
) -> tuple[tuple[str, ...], Floats]:
    """Measure how far speakers lie apart in how they say the same labels, or labels within the same speakers.

    The distance of two speakers is the root of the mean squared Euclidean distance between their means of a
    label, over the labels that both say, in standardized columns. Every label counts the same, however often
    it is said. If everybody says everything, the distances are those of a space.

    Parameters
    ----------
    representation : Representation
    tokens_table : pandas.DataFrame
        One row per token, ids in the column ``id`` or in the index.
    of : str
        Column of what is compared: speakers, labels, or groups (dialect, age group ...).
    within : str, optional
        Column of what is held constant; default: the label, or the speaker if labels are compared.
    label, speaker : str
        Columns.

    Returns
    -------
    names : tuple of str
        Sorted.
    distances : ndarray, shape (n_names, n_names)
        For `w2vpraat.compare.maps.scaling.scale_distances`.

    Raises
    ------
    ComparisonError
        No such column, fewer than two values, or two of them have nothing in common.
    """
    if within is None:
        within = speaker if of == label else label
    material = gather(
        [representation],
        tokens_table,
        CompareParams(),
        label=label,
        speaker=speaker,
        sex="",
        file="",
        every_label=True,
    )
    compared, constant = (column_texts(tokens_table, name, material.ids) for name in (of, within))
    known = np.array([bool(one and two) for one, two in zip(compared, constant, strict=True)])
    names, rows = encode([text for text, here in zip(compared, known, strict=True) if here])
    cells, columns = encode([text for text, here in zip(constant, known, strict=True) if here])
    if len(names) < 2:
        raise ComparisonError(f'column "{of}" has {len(names)} values', "two or more can be compared")
    values = standard_columns(material.vectors(representation))[known]
    sums = np.zeros((len(names), len(cells), values.shape[1]))
    counts = np.zeros((len(names), len(cells)))
    np.add.at(sums, (rows, columns), values)
    np.add.at(counts, (rows, columns), 1.0)
    means = sums / np.maximum(counts, 1.0)[:, :, None]
    distances = np.zeros((len(names), len(names)))
    for one in range(len(names)):
        both = (counts[one] > 0) & (counts > 0)
        alone = np.flatnonzero(~both.any(axis=1))
        if len(alone):
            raise ComparisonError(
                f'"{names[one]}" and "{names[alone[0]]}" have no {within} in common',
                f"leave one of them out, or compare what has every {within}",
            )
        squares = ((means[one] - means) ** 2).sum(axis=2)
        distances[one] = np.sqrt((squares * both).sum(axis=1) / both.sum(axis=1))
    return names, np.asarray((distances + distances.T) / 2.0)
