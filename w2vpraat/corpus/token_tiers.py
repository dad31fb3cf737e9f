"""Which tiers of a grid hold the tokens, and which the words."""

from __future__ import annotations

from w2vpraat.corpus.textgrid import IntervalTier, TextGrid
from w2vpraat.corpus.tier_names import PHONE_NAMES, WORD_NAMES, match_tiers, split_tier_name, tiers_of_kind
from w2vpraat.errors import TokenError
from w2vpraat.params import TokenParams


def choose_tiers(grid: TextGrid, params: TokenParams, *, file: str | None = None) -> tuple[int, ...]:
    """Find the tiers that hold the tokens.

    Returns
    -------
    tuple of int
        Numbers counted from 1. With ``params.tier`` all that match (several speakers in one grid); without it
        the tiers called phones (or segments, MAU ...: `tier_names.PHONE_NAMES`), else the only interval tier.

    Raises
    ------
    TokenError
        If there is none. The message lists the tiers.
    """
    names = [tier.name for tier in grid.tiers]
    intervals = [index for index, tier in enumerate(grid.tiers) if isinstance(tier, IntervalTier)]
    if params.tier.strip():
        chosen = match_tiers(names, params.tier)
        message = f'has no tier "{params.tier}"'
    else:
        chosen = [intervals[place] for place in tiers_of_kind([names[i] for i in intervals], PHONE_NAMES)]
        chosen = chosen or (intervals if len(intervals) == 1 else [])
        message = "has no tier that is plainly the phone tier"
    if not chosen:
        raise TokenError(message, f"choose from: {_listed(grid)}", file=file)
    return tuple(index + 1 for index in chosen)


def word_tier_for(
    grid: TextGrid, number: int, params: TokenParams, *, file: str | None = None
) -> IntervalTier | None:
    """Find the word tier that goes with a token tier.

    Of several, the one of the same speaker (``SPK - words`` for ``SPK - phones``) is taken.

    Returns
    -------
    IntervalTier or None
        None if ``params.word_tier`` is empty and no tier is plainly the one.

    Raises
    ------
    TokenError
        If the tier that is asked for is missing, ambiguous or a point tier, or stop words can't be looked up.
    """
    names = [tier.name for tier in grid.tiers]
    if params.word_tier.strip():
        found = match_tiers(names, params.word_tier)
    else:
        found = tiers_of_kind(names, WORD_NAMES)
    speaker, _ = split_tier_name(names[number - 1])
    usable = [index for index in found if index != number - 1 and isinstance(grid.tiers[index], IntervalTier)]
    for wanted in dict.fromkeys((speaker, "")):
        same = [index for index in usable if split_tier_name(names[index])[0] == wanted]
        if len(same) == 1:
            tier = grid.tiers[same[0]]
            return tier if isinstance(tier, IntervalTier) else None
    if params.word_tier.strip():
        what = (
            "is ambiguous here" if usable else "is not an interval tier here" if found else "does not exist"
        )
        raise TokenError(
            f'the word tier "{params.word_tier}" {what}', f"choose from: {_listed(grid)}", file=file
        )
    if params.stop_words:
        raise TokenError(
            "stop words need a word tier, and none is plainly the one",
            f"set word_tier; choose from: {_listed(grid)}",
            file=file,
            tier=names[number - 1],
        )
    return None


def _listed(grid: TextGrid) -> str:
    kinds = {True: "", False: " (points)"}
    listed = [
        f'{number} "{tier.name}"{kinds[isinstance(tier, IntervalTier)]}'
        for number, tier in enumerate(grid.tiers, 1)
    ]
    return ", ".join(listed) or "no tiers at all"
