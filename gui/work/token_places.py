"""Where tokens are after edits: their ids count intervals, and intervals are added and taken away."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from w2vpraat.corpus.textgrid import TextGrid
from w2vpraat.corpus.token_values import Token
from w2vpraat.session.grid_changes import grid_change


def ids_after(tokens: Sequence[Token], before: TextGrid, after: TextGrid) -> dict[str, str | None]:
    """Tell which ids the tokens of a recording have after edits.

    Parameters
    ----------
    tokens : sequence of Token
        Of one recording.
    before, after : TextGrid
        Its annotation then and now.

    Returns
    -------
    dict
        Id then -> id now, None for tokens that were changed or removed; empty if nothing changed at all.
    """
    if before is after:
        return {}
    change = grid_change(before, after)
    if change.is_empty:
        return {}
    # Item by item: a change over several edits counts all that lies between them as touched.
    places = {was: index for index, was in enumerate(change.places) if was is not None}
    found: dict[str, str | None] = {}
    for was in sorted({token.tier_number - 1 for token in tokens}):
        items = dict(before.tiers[was].numbered())
        numbers: dict[Any, int] = {}
        if was in places:
            for number, item in after.tiers[places[was]].numbered():
                numbers.setdefault(item, number)
        for token in tokens:
            if token.tier_number == was + 1:
                now = numbers.get(items[token.interval])
                found[token.id] = None if now is None else f"{token.recording}#{places[was] + 1}.{now}"
    return found
