"""Which token the selection in the editor means, and which interval a token is."""

from __future__ import annotations

from w2vpraat.corpus.textgrid import Interval, Point

from .document import Document
from .views.tier_layout import selected_number


def selected_place(document: Document | None) -> tuple[int, int] | None:
    """Return tier and number (from 1) of the selected interval or point; None if there is none."""
    if document is None or document.tier is None:
        return None
    view = document.view
    number = selected_number(document.tier, view.selection_start, view.selection_end)
    return (view.tier, number) if number else None


def selected_token(document: Document | None) -> str:
    """Return the id of the selected interval or point, as it is now; empty if there is none."""
    place = selected_place(document)
    return "" if document is None or place is None else f"{document.name}#{place[0]}.{place[1]}"


def item_of(document: Document | None, token: str) -> Interval | Point | None:
    """Return the interval or point that an id means; None if it is of another recording, or not there."""
    name, _, place = token.rpartition("#")
    tier, _, number = place.partition(".")
    if document is None or name != document.name or not (tier.isdecimal() and number.isdecimal()):
        return None
    tiers, at = document.grid.tiers, int(number) - 1
    if not 1 <= int(tier) <= len(tiers) or not 0 <= at < len(tiers[int(tier) - 1].items):
        return None
    return tiers[int(tier) - 1].items[at]
