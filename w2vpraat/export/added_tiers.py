"""Further tiers that say of each token what was found: nearest label, scores, frames.

A tier has the items of the tier that the tokens are of, with the same times and numbers, so that interval 14
of the one is about interval 14 of the other; what is no token is empty. Tiers of the file are not touched.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from w2vpraat.corpus.textgrid.edits import add_tier
from w2vpraat.corpus.textgrid.values import Interval, IntervalTier, Point, PointTier, TextGrid, Tier
from w2vpraat.corpus.token_values import Token
from w2vpraat.errors import TextGridError

Value = str | float | int | None

NEAR = 1e-5
"""Seconds: what closing tiny gaps may have moved; no edit by hand is that small."""


@dataclass(frozen=True)
class TokenTier:
    """What one further tier says.

    Parameters
    ----------
    name : str
        What follows the name of the tokens' tier: ``nearest (phone layer 4)`` makes ``phones nearest (phone
        layer 4)``.
    values : mapping
        Token id -> label, whole number or score. A token that is not here, None and NaN leave the interval
        empty.
    decimals : int
        Of scores.
    """

    name: str
    values: Mapping[str, Value]
    decimals: int = 3

    def text(self, token: str) -> str:
        """Return what is written for a token."""
        value = self.values.get(token)
        if value is None:
            return ""
        if isinstance(value, str):
            return value
        if isinstance(value, bool) or not math.isfinite(value):
            return ""
        if isinstance(value, int):
            return str(value)
        text = f"{value:.{self.decimals}f}"
        return text.lstrip("-") if not text.strip("-0.") else text  # no "-0.000"


def add_score_tiers(grid: TextGrid, tokens: Iterable[Token], tiers: Sequence[TokenTier]) -> TextGrid:
    """Put further tiers after those of a TextGrid.

    Parameters
    ----------
    grid : TextGrid
        As it is now.
    tokens : iterable of Token
        Of this recording. Those whose interval has other times or another label now are left out, see
        :func:`tokens_there`.
    tiers : sequence of TokenTier
        Each becomes one tier for each tier that has tokens. A tier of the same name, made by an earlier call,
        is replaced where it stands.

    Returns
    -------
    TextGrid
        With the same source: `w2vpraat.corpus.textgrid.write_textgrid` keeps the bytes of the other tiers.

    Raises
    ------
    TextGridError
        If there is nothing to say of any token.
    """
    made = grid
    for tier in score_tiers(grid, tokens, tiers):
        made = _with_tier(made, tier)
    if made is grid:
        raise TextGridError(
            "no token of this recording has a value for any of the tiers",
            "measure again, or choose other tiers",
            file=grid.file,
        )
    return made


def score_tiers(
    grid: TextGrid, tokens: Iterable[Token], tiers: Sequence[TokenTier], *, empty: bool = False
) -> tuple[Tier, ...]:
    """Make the further tiers of a TextGrid by themselves.

    Parameters
    ----------
    grid, tokens, tiers
        See :func:`add_score_tiers`.
    empty : bool
        Also make tiers in which no token has a value.

    Returns
    -------
    tuple of Tier
        For each tier that has tokens, in order, those of `tiers`.
    """
    there, _ = tokens_there(grid, tokens)
    by_tier: dict[int, dict[int, str]] = defaultdict(dict)
    for token, number in there:
        by_tier[token.tier_number][number] = token.id
    made: list[Tier] = []
    for number, ids in sorted(by_tier.items()):
        source = grid.tiers[number - 1]
        for wanted in tiers:
            texts = {item: wanted.text(token) for item, token in ids.items()}
            if empty or any(texts.values()):
                made.append(_tier(source, f"{source.name} {wanted.name}".strip(), texts))
    return tuple(made)


def tokens_there(
    grid: TextGrid, tokens: Iterable[Token]
) -> tuple[tuple[tuple[Token, int], ...], tuple[Token, ...]]:
    """Find the intervals of tokens that were measured on perhaps another state of the annotation.

    Parameters
    ----------
    grid : TextGrid
        As it is now.
    tokens : iterable of Token

    Returns
    -------
    there : tuple of (Token, int)
        Each token with the number of its interval or point now: same tier, same times, same label.
    gone : tuple of Token
        The others.
    """
    tiers: dict[int, _Items] = {}
    there, gone = [], []
    for token in tokens:
        number = token.tier_number
        if number > len(grid) or grid.tiers[number - 1].name != token.tier:
            gone.append(token)
            continue
        if number not in tiers:
            tiers[number] = _Items(grid.tiers[number - 1])
        found = tiers[number].find(token)
        if found:
            there.append((token, found))
        else:
            gone.append(token)
    return tuple(there), tuple(gone)


class _Items:
    """The items of a tier, to be found by number, or by time and label."""

    def __init__(self, tier: Tier) -> None:
        self._by_number: dict[int, Interval | Point] = dict(tier.numbered())
        self._by_time: dict[tuple[int, str], list[int]] = defaultdict(list)
        for number, item in self._by_number.items():
            self._by_time[round(item[0] / NEAR), item.label].append(number)
        # Policies change the times of what overlaps: only the number tells which item it was.
        self._is_broken = isinstance(tier, IntervalTier) and tier.sorted_starts is None

    def find(self, token: Token) -> int:
        """Return the number that a token's item has now; 0 if it is gone."""
        own = self._by_number.get(token.interval)
        if own is not None and self._is(token, own, broken=self._is_broken):
            return token.interval
        at = token.middle if isinstance(next(iter(self._by_number.values()), None), Point) else token.start
        step = round(at / NEAR)
        for near in (step, step - 1, step + 1):
            for number in self._by_time.get((near, token.raw_label), ()):
                if self._is(token, self._by_number[number]):
                    return number
        return 0

    def _is(self, token: Token, item: Interval | Point, *, broken: bool = False) -> bool:
        if item.label != token.raw_label:
            return False
        if isinstance(item, Point):
            return abs(item.time - token.middle) <= NEAR
        low, high = sorted((item.start, item.end))
        if broken:
            return low <= token.middle <= high
        return abs(low - token.start) <= NEAR and abs(high - token.end) <= NEAR


def _tier(source: Tier, name: str, texts: Mapping[int, str]) -> Tier:
    if isinstance(source, PointTier):
        points = tuple(Point(item.time, texts[at]) for at, item in source.numbered() if texts.get(at))
        return PointTier(name, source.start, source.end, points)
    intervals = tuple(Interval(one.start, one.end, texts.get(at, "")) for at, one in source.numbered())
    return IntervalTier(name, source.start, source.end, intervals)


def _with_tier(grid: TextGrid, tier: Tier) -> TextGrid:
    same = [n for n in grid.tier_numbers(tier.name) if type(grid.tiers[n - 1]) is type(tier)]
    return grid.with_tier(same[-1], tier) if same else add_tier(grid, tier)
