"""A second pass without seeing the first: a random sample of intervals with their labels hidden."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from w2vpraat.compare.agreement.matching import comparable_items
from w2vpraat.corpus.textgrid.splicing import spliced
from w2vpraat.corpus.textgrid.values import Interval, Point, TextGrid
from w2vpraat.errors import ComparisonError
from w2vpraat.params.agreeing import AgreementParams


@dataclass(frozen=True)
class BlindCopy:
    """A grid to be labelled a second time.

    Parameters
    ----------
    grid : TextGrid
        As the original, with the labels of the sample emptied.
    tier : int
        Number of the tier, from 1.
    numbers : tuple of int
        Items of the sample, from 1, in order: what to label, and later the `only` of an `AnnotationPair`.
    """

    grid: TextGrid = field(repr=False)
    tier: int
    numbers: tuple[int, ...]


def blind_copy(
    grid: TextGrid, tier: int | str, share: float, seed: int = 0, params: AgreementParams | None = None
) -> BlindCopy:
    """Draw a sample of a tier and hide its labels.

    Parameters
    ----------
    grid : TextGrid
        As the first annotator left it.
    tier : int or str
        Number, from 1, or name.
    share : float
        Of each label's items, above 0 to 1; at least one of each label is drawn, so that rare labels are
        there.
    seed : int
        The same seed draws the same sample.
    params : AgreementParams, optional
        Which labels are pauses; these are never drawn.

    Returns
    -------
    BlindCopy
        Boundaries, other labels and other tiers are as they were.

    Raises
    ------
    ComparisonError
        If the share is out of range, or there is nothing to draw from.
    TextGridError
        If there is no such tier.
    """
    if not 0.0 < share <= 1.0:
        raise ComparisonError(f"a share of {share:g} is not possible", "above 0, at most 1")
    number = grid.tier_number(tier)
    found = grid.tiers[number - 1]
    by_label: dict[str, list[int]] = {}
    for item in comparable_items(found, params or AgreementParams()):
        if item.label:
            by_label.setdefault(item.label, []).append(item.number)
    if not by_label:
        raise ComparisonError("no item of this tier has a label", "choose another tier", tier=found.name)
    random = np.random.default_rng(seed)
    drawn: list[int] = []
    for label in sorted(by_label):
        numbers = by_label[label]
        n = max(1, round(share * len(numbers)))
        drawn += [int(one) for one in random.choice(numbers, size=n, replace=False)]
    hidden = frozenset(drawn)
    items: tuple[Interval | Point, ...] = found.items
    made = [item._replace(label="") if index in hidden else item for index, item in enumerate(items, 1)]
    emptied = spliced(found, 0, len(found), made)
    return BlindCopy(grid.with_tier(number, emptied), number, tuple(sorted(hidden)))
