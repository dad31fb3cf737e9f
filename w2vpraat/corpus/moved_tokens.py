"""Tokens with moved boundaries, as a second annotator might have set them."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import product

from w2vpraat.corpus.problems import SNAP
from w2vpraat.corpus.token_values import Token, Tokens

# Both boundaries of an interval go their own ways; a point has one place, so both ends move together.
INTERVAL_MOVES = tuple(one for one in product((-1, 0, 1), repeat=2) if one != (0, 0))
POINT_MOVES = ((-1, -1), (1, 1))
_FUZZ = 1e-9  # 0.03 - 0.02 s are ten milliseconds


@dataclass(frozen=True)
class Reach:
    """How far the boundaries of a token can move outwards, in seconds.

    Parameters
    ----------
    earliest : float
        Where the interval before it starts, or the sound.
    latest : float
        Where the interval after it ends, or the sound.
    """

    earliest: float = -math.inf
    latest: float = math.inf


@dataclass(frozen=True)
class MovedToken:
    """A copy of a token with other boundaries.

    Parameters
    ----------
    token : Token
        The copy; its id is the token's, ``~`` and both moves in milliseconds: ``a#1.3~-10~+10``.
    origin : str
        Id of the token as it is.
    shift : float
        By how much boundaries were moved, in seconds.
    clipped : bool
        Whether a boundary met a neighbour's far edge or the edge of the sound and moved less.
    """

    token: Token
    origin: str
    shift: float
    clipped: bool

    @property
    def moves(self) -> str:
        """Moves of start and end in milliseconds, as in the id: ``-10~+10``."""
        return self.token.id.removeprefix(f"{self.origin}~")


def moved_tokens(
    token: Token, shift: float, reach: Reach | None = None, *, shortest: float = 0.01, point: bool = False
) -> tuple[MovedToken, ...]:
    """Move start and end by ``shift`` seconds, either way or not at all.

    Parameters
    ----------
    token : Token
        As it is.
    shift : float
        Seconds, above 0.
    reach : Reach, optional
        Boundaries stop there; a token that already lies beyond stays where it is.
    shortest : float
        A move that would leave less than this (or than the token's own length, if that is less) is not made.
    point : bool
        Whether it stands for a point: then both ends move together, which are two moves instead of eight.

    Returns
    -------
    tuple of MovedToken
        At most eight (`n_moves`), the unmoved token not among them.
    """
    reach = reach or Reach()
    earliest, latest = min(reach.earliest, token.start), max(reach.latest, token.end)
    least = min(shortest, token.duration) - _FUZZ
    made = []
    for left, right in POINT_MOVES if point else INTERVAL_MOVES:
        # Without the noise of binary fractions, as a person would type it.
        wanted = round(token.start + left * shift, 12), round(token.end + right * shift, 12)
        start = token.start if left == 0 else min(max(wanted[0], earliest), latest)
        end = token.end if right == 0 else max(min(wanted[1], latest), earliest)
        if end - start < least:
            continue
        name = f"{token.id}~{_milliseconds(left * shift)}~{_milliseconds(right * shift)}"
        clipped = (left != 0 and start != wanted[0]) or (right != 0 and end != wanted[1])
        made.append(MovedToken(replace(token, id=name, start=start, end=end), token.id, shift, clipped))
    return tuple(made)


def n_moves(*, point: bool = False) -> int:
    """How many moves there are of one token by one shift, if none is left out."""
    return len(POINT_MOVES if point else INTERVAL_MOVES)


def _milliseconds(seconds: float) -> str:
    return f"{1000.0 * seconds:+.6g}" if seconds else "0"


def reaches(tokens: Tokens) -> dict[str, Reach]:
    """Find out how far the boundaries of the kept tokens can move before they pass a neighbour.

    Neighbours are all intervals of the same tier, also those that became no tokens. An edge passed is one
    that lies before the start or after the end; edges inside the token don't hold it.

    Returns
    -------
    dict
        Token id -> `Reach`; infinite where no interval follows, so that only the sound's edge counts.
    """
    edges: dict[tuple[str, int], list[float]] = {}
    for token in _intervals(tokens):
        edges.setdefault((token.recording, token.tier_number), []).extend((token.start, token.end))
    ordered = {tier: sorted(times) for tier, times in edges.items()}
    found = {}
    for token in tokens.kept:
        times = ordered.get((token.recording, token.tier_number), [])
        # Edges that are the same but for rounding are one boundary.
        before = bisect_left(times, token.start - SNAP) - 1
        after = bisect_left(times, token.end + SNAP)
        found[token.id] = Reach(
            times[before] if before >= 0 else -math.inf, times[after] if after < len(times) else math.inf
        )
    return found


def _intervals(tokens: Tokens) -> Iterator[Token]:
    everything: Iterable[Token] = (*tokens.kept, *(one.token for one in tokens.rejected))
    for token in everything:
        if math.isfinite(token.start) and math.isfinite(token.end) and token.end > token.start:
            yield token
