"""Which tier of a second annotator's TextGrid belongs to which tier of ours."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from w2vpraat.corpus.textgrid import TextGrid

NO_PARTNERS: Mapping[str, str] = MappingProxyType({})


def namesakes(grid: TextGrid, second: TextGrid, partners: Mapping[str, str] = NO_PARTNERS) -> dict[int, int]:
    """Return which tier of a second grid belongs to which tier; of several equal names in their order.

    Parameters
    ----------
    grid, second : TextGrid
        Only tiers of the same kind (intervals, points) belong together.
    partners : mapping
        Name of a tier to the name of its partner, where the user has chosen one; empty: it has none.

    Returns
    -------
    dict
        Number to number, from 1, in the order of the tiers.
    """
    free: dict[tuple[str, type], list[int]] = {}
    for number, tier in enumerate(second.tiers, 1):
        free.setdefault((tier.name, type(tier)), []).append(number)
    found = {}
    # What was chosen goes first: a namesake must not take it.
    order = sorted(range(1, len(grid) + 1), key=lambda number: grid.tiers[number - 1].name not in partners)
    for number in order:
        tier = grid.tiers[number - 1]
        known = free.get((partners.get(tier.name, tier.name), type(tier)))
        if known and partners.get(tier.name) != "":
            found[number] = known.pop(0)
    return dict(sorted(found.items()))
