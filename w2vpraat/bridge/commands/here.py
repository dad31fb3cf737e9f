"""What an editor's cursor or selection is about: the tokens of one tier there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from w2vpraat.bridge.job import Job
from w2vpraat.bridge.pairs import Pairs
from w2vpraat.corpus.textgrid import IntervalTier, Point, Tier
from w2vpraat.corpus.token_values import REASONS, Token, Tokens
from w2vpraat.errors import InputError

LISTED = 5


@dataclass(frozen=True, eq=False)
class Here:
    """A stretch of one tier of the user's TextGrid.

    Parameters
    ----------
    tier : Tier
        As it is in Praat.
    number : int
        Of the tier, counted from 1.
    start, end : float
        Selection in seconds; equal: a cursor.
    point_window : float
        Half the stretch that stands for a point, in seconds.
    """

    tier: Tier
    number: int
    start: float
    end: float
    point_window: float

    @property
    def where(self) -> str:
        """The place as the user sees it."""
        time = f"{self.start:.3f}" if self.start == self.end else f"{self.start:.3f} to {self.end:.3f}"
        return f'tier {self.number} "{self.tier.name}", {time} s'

    def tokens(self, tokens: Tokens) -> tuple[Token, ...]:
        """Return the tokens that are here, in order.

        Raises
        ------
        InputError
            If there is none, with the reason and the place.
        """
        items = dict(self._items())
        kept = tuple(
            token for token in tokens.kept if token.tier_number == self.number and token.interval in items
        )
        if kept:
            return kept
        if not items:
            raise self._nothing()
        reasons = {one.token.interval: one for one in tokens.rejected if one.token.tier_number == self.number}
        kind = "interval" if isinstance(self.tier, IntervalTier) else "point"
        said = []
        for number, label in list(items.items())[:LISTED]:
            one = reasons.get(number)
            why = "it lies outside the Sound" if one is None else one.detail or REASONS[one.reason]
            shown = f' ("{label}")' if label.strip() else ""
            said.append(f"{kind} {number}{shown}: {why}")
        more = f", and {len(items) - LISTED} more" if len(items) > LISTED else ""
        raise InputError(
            f"{self.where}: there is nothing to measure: {'; '.join(said)}{more}",
            f"click into a labelled {kind} of the tier that is meant, inside the Sound",
        )

    def best(self, tokens: Tokens) -> Token:
        """Return the token here that has most of the selection.

        Raises
        ------
        InputError
            As `tokens`.
        """
        return max(self.tokens(tokens), key=lambda one: min(one.end, self.end) - max(one.start, self.start))

    def _items(self) -> Iterator[tuple[int, str]]:
        """Numbers and labels of the items that the selection touches, or that the cursor is in."""
        cursor = self.start == self.end
        for number, item in self.tier.numbered():
            if isinstance(item, Point):
                low, high = item.time - self.point_window, item.time + self.point_window
            else:
                low, high = item.start, item.end
            # A boundary belongs to what follows it, as in Praat; the end of the tier to the last interval.
            at = low <= self.start < high or self.start == high == self.tier.end
            if at if cursor else low < self.end and high > self.start:
                yield number, item.label

    def _nothing(self) -> InputError:
        if self.end < self.tier.start or self.start > self.tier.end:
            return InputError(
                f"{self.where}: the tier lasts from {self.tier.start:.3f} to {self.tier.end:.3f} s only",
                "click into an interval",
            )
        if isinstance(self.tier, IntervalTier):
            return InputError(f"{self.where}: the tier has no interval here", "click into an interval")
        return InputError(f"{self.where}: the tier has no point near here", "click on a point")


def here_of(job: Job, pairs: Pairs) -> Here:
    """Return the place that an editor's job is about; its keys are ``from``, ``to`` and ``tier``.

    Raises
    ------
    InputError
        If a time is missing, or no tier can be told.
    """
    start, end = sorted((job.number("from"), job.number("to", job.number("from"))))
    grid = pairs.grids[0]
    given = job.text("tier")
    number = int(given) if given.isdecimal() else 0
    if not number:
        found = grid.tier_numbers(pairs.tier_name) if pairs.tier_name else ()
        if not found:
            raise InputError(
                "no tier was chosen, and none can be told", f"tiers: {', '.join(grid.tier_names)}"
            )
        number = found[0]
    return Here(grid.tiers[number - 1], number, start, end, pairs.settings.tokens.point_window)
