"""What people decide about single tokens and speakers: a formant ceiling, or that a token was reviewed.

Ids count intervals (``ann#1.5``), so they move when a boundary is added before them. Each choice therefore
remembers the tier and a time inside its token, and is found again by them.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_right
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from itertools import accumulate
from typing import Protocol

from w2vpraat.corpus.token_values import Token
from w2vpraat.errors import InputError

LOWEST_CEILING = 1000.0
"""Hz; as for the ceilings of `FormantParams`."""

_TOKEN_ID = re.compile(r"#[0-9]+\.[0-9]+\Z")


@dataclass(frozen=True)
class CeilingChoice:
    """A formant ceiling set by hand, for one token or for all tokens of a speaker.

    Parameters
    ----------
    who : str
        Id of the token, or the speaker. A token's own goes before its speaker's.
    ceiling : float
        Hz.
    tier : str
        Name of the token's tier; empty for a speaker.
    time : float, optional
        A time inside the token when it was chosen, in seconds.

    Raises
    ------
    InputError
        If nobody is named, or the ceiling is below 1000 Hz.
    """

    who: str
    ceiling: float
    tier: str = ""
    time: float | None = None

    def __post_init__(self) -> None:
        if not self.who.strip():
            raise InputError("a formant ceiling names neither token nor speaker", "name one of them")
        if not (math.isfinite(self.ceiling) and self.ceiling >= LOWEST_CEILING):
            raise InputError(
                f'the formant ceiling of "{self.who}" is {self.ceiling:g} Hz',
                f"from {LOWEST_CEILING:g} Hz; about 5000 for men, 5500 for women, 8000 for small children",
            )


@dataclass(frozen=True)
class ReviewMark:
    """What a reviewer said of a token.

    Parameters
    ----------
    done, star : bool
        Reviewed; worth another look.
    tags : tuple of str
        Words of the reviewer's own, without blanks at the ends, each once.
    note : str
        A remark.
    tier : str
        Name of the token's tier.
    time : float, optional
        A time inside the token when it was marked, in seconds.
    """

    done: bool = False
    star: bool = False
    tags: tuple[str, ...] = ()
    note: str = ""
    tier: str = ""
    time: float | None = None

    def __post_init__(self) -> None:
        tags = dict.fromkeys(tag.strip() for tag in self.tags)
        object.__setattr__(self, "tags", tuple(tag for tag in tags if tag))

    @property
    def says_something(self) -> bool:
        """False for a mark that is worth nothing."""
        return bool(self.done or self.star or self.tags or self.note)


class Placed(Protocol):
    """Something that was said of a token at a time."""

    @property
    def tier(self) -> str:
        """Name of the tier."""

    @property
    def time(self) -> float | None:
        """A time inside the token, in seconds."""


def is_token_id(who: str) -> bool:
    """Tell whether a name is a token's id, ``recording#tier.interval``."""
    return _TOKEN_ID.search(who) is not None


def find_again(said: Mapping[str, Placed], tokens: Iterable[Token]) -> tuple[dict[str, str], tuple[str, ...]]:
    """Find the tokens that something was said of, also if intervals were added or removed since.

    Parameters
    ----------
    said : mapping
        Id of a token, as it was then, to what was said.
    tokens : iterable of Token
        All tokens, as they are now.

    Returns
    -------
    found : dict
        Id then to id now: the token of this id if it still holds the time (or none is known), else the one
        that holds the time on the tier of this name, in the same recording.
    lost : tuple of str
        Ids for which there is no such token (any more).
    """
    by_id: dict[str, Token] = {}
    by_tier: dict[tuple[str, str], list[Token]] = {}
    wanted = {name.rpartition("#")[0] for name in said}
    for token in tokens:
        if token.recording in wanted:
            by_id[token.id] = token
            by_tier.setdefault((token.recording, token.tier), []).append(token)
    tiers = {key: _InTime(found) for key, found in by_tier.items()}
    found: dict[str, str] = {}
    lost = []
    for name, item in said.items():
        same = by_id.get(name)
        if same is not None and _fits(same, item):
            found[name] = name
            continue
        tier = item.tier or (same.tier if same is not None else "")
        line = tiers.get((name.rpartition("#")[0], tier))
        now = [] if item.time is None or line is None else line.at(item.time)
        if len(now) == 1:
            found[name] = now[0].id
        else:
            lost.append(name)
    return found, tuple(lost)


class _InTime:
    """The tokens of a tier, to be looked up by time; they may overlap."""

    def __init__(self, tokens: Iterable[Token]) -> None:
        self.tokens = sorted(tokens, key=lambda token: token.start)
        self.starts = [token.start for token in self.tokens]
        self.reach = list(accumulate((token.end for token in self.tokens), max))

    def at(self, time: float) -> list[Token]:
        """Return the tokens that hold a time."""
        place = bisect_right(self.starts, time) - 1
        held = []
        while place >= 0 and self.reach[place] > time:
            if self.tokens[place].end > time:
                held.append(self.tokens[place])
            place -= 1
        return held


def unplaced_id(name: str, taken: Collection[str]) -> str:
    """Return an id for what was said of a token that is gone: tier 0, so that no other token has it."""
    recording = name.rpartition("#")[0]
    number = 1
    while f"{recording}#0.{number}" in taken:
        number += 1
    return f"{recording}#0.{number}"


def is_unplaced(name: str) -> bool:
    """Tell whether an id is one of `unplaced_id`."""
    return name.rpartition("#")[2].startswith("0.")


def _fits(token: Token, item: Placed) -> bool:
    if item.tier and token.tier != item.tier:
        return False
    return item.time is None or token.start <= item.time < token.end


def ceilings_for(
    choices: Iterable[CeilingChoice], tokens: Iterable[Token]
) -> tuple[dict[str, float], tuple[str, ...]]:
    """Return the ceiling of each token or speaker that one was set for.

    Parameters
    ----------
    choices : iterable of CeilingChoice
        Set by hand.
    tokens : iterable of Token
        The tokens in use.

    Returns
    -------
    ceilings : dict
        Token id (as it is now) or speaker to Hz.
    lost : tuple of str
        What fits no token or speaker.
    """
    listed, known = list(choices), list(tokens)
    of_tokens = {one.who: one for one in listed if is_token_id(one.who)}
    found, lost = find_again(of_tokens, known)
    speakers = {token.speaker for token in known}
    of_speakers = {one.who: one.ceiling for one in listed if one.who not in of_tokens}
    ceilings = {who: hertz for who, hertz in of_speakers.items() if who in speakers}
    ceilings.update({now: of_tokens[then].ceiling for then, now in found.items()})
    return ceilings, (*lost, *(who for who in of_speakers if who not in speakers))


def sorted_ceilings(choices: Iterable[CeilingChoice]) -> tuple[CeilingChoice, ...]:
    """Return one choice for each name, in order; of two the later counts."""
    last = {one.who: one for one in choices}
    return tuple(last[who] for who in sorted(last))
