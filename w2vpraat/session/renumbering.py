"""Follow tokens through edits: ids count intervals, and intervals are added, removed and moved.

`find_again` finds tokens by time, after anything may have happened. Here the edit itself is known, so a token
whose boundaries were moved away from under its mark is followed too.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from w2vpraat.corpus.discover import Recording
from w2vpraat.corpus.textgrid import Interval, IntervalTier, Point, TextGrid, Tier, to_unicode
from w2vpraat.corpus.token_values import Token
from w2vpraat.session.choices import Placed, find_again, is_token_id, is_unplaced, unplaced_id
from w2vpraat.session.grid_changes import GridChange
from w2vpraat.session.session import Session
from w2vpraat.session.tier_edits import Splice

POINT_REACH = 0.025
"""Seconds around a point that count as the point, as far as no other point is nearer."""


def place_of(token: str) -> tuple[str, int, int] | None:
    """Return recording, tier and item of a token's id; None if it is none, or of a token that is gone."""
    if not is_token_id(token) or is_unplaced(token):
        return None
    recording, _, place = token.rpartition("#")
    tier, _, item = place.partition(".")
    return recording, int(tier), int(item)


def ids_after(change: GridChange, ids: Iterable[str]) -> dict[str, str | None]:
    """Return the ids that tokens have after an edit of their recording.

    Parameters
    ----------
    change : GridChange
        The edit; undo is ``change.inverted()``.
    ids : iterable of str
        Of tokens of this recording, as they were before.

    Returns
    -------
    dict
        Id before to id after, None for tokens that are gone. Of intervals that were split, the longer part
        goes on as the token; of merged ones, the longest.
    """
    edits = {edit.index: edit for edit in change.edited}
    after = {was: index for index, was in enumerate(change.places) if was is not None}
    asked: dict[int, set[int]] = {}
    known = {}
    for one in ids:
        place = place_of(one)
        if place is not None:
            known[one] = place
            asked.setdefault(place[1] - 1, set()).add(place[2] - 1)
    moved: dict[int, dict[int, int | None]] = {}
    for was, items in asked.items():
        edit = edits.get(after[was]) if was in after else None
        moved[was] = {item: item for item in items} if edit is None else _moved(edit.splices, items)
    made: dict[str, str | None] = {}
    for one, (recording, tier, item) in known.items():
        now = moved[tier - 1][item - 1] if tier - 1 in after else None
        made[one] = None if now is None else f"{recording}#{after[tier - 1] + 1}.{now + 1}"
    return made


def _moved(splices: Sequence[Splice], items: Iterable[int]) -> dict[int, int | None]:
    pairs = [_paired(splice) for splice in splices]

    def now(item: int) -> int | None:
        shift = 0
        for splice, pair in zip(splices, pairs, strict=True):
            offset = item - splice.first
            if offset < 0:
                break
            if offset < len(splice.removed):
                return splice.first + shift + pair[offset] if offset in pair else None
            shift += len(splice.inserted) - len(splice.removed)
        return item + shift

    return {item: now(item) for item in items}


def _paired(splice: Splice) -> dict[int, int]:
    """Say which of the new items each of the old ones became: offset before to offset after."""
    old, new = splice.removed, splice.inserted
    pairs: dict[int, int] = {}
    free = set(range(len(new)))
    for place, item in enumerate(old):  # points may pass each other
        same = next((one for one in sorted(free) if new[one] == item), None)
        if same is not None:
            pairs[place] = same
            free.discard(same)
    if len(old) == len(new):
        rest = [place for place in range(len(old)) if place not in pairs]
        return {**pairs, **dict(zip(rest, sorted(free), strict=True))}
    shared = [
        (-_shared(item, new[one]), place, one)
        for place, item in enumerate(old)
        if place not in pairs
        for one in free
    ]
    for less, place, one in sorted(shared):
        if less < 0 and place not in pairs and one in free:
            pairs[place] = one
            free.discard(one)
    return pairs


def _shared(one: Interval | Point, other: Interval | Point) -> float:
    if isinstance(one, Point) or isinstance(other, Point):
        return 0.0
    return min(one.end, other.end) - max(one.start, other.start)


def bare_token(recording: Recording, grid: TextGrid, tier: int, item: int) -> Token | None:
    """Return an item of a grid as a token, whatever the settings choose; None if there is none.

    Parameters
    ----------
    recording : Recording
    grid : TextGrid
        Its annotation.
    tier, item : int
        Counted from 1.

    Returns
    -------
    Token or None
        Without speaker, word and neighbours; a point reaches 25 ms either way, or half the way to the next.
    """
    if not (1 <= tier <= len(grid) and 1 <= item <= len(grid.tiers[tier - 1])):
        return None
    found = grid.tiers[tier - 1]
    start, end = _reach(found, item - 1)
    raw = found.items[item - 1].label
    return Token(
        f"{recording.name}#{tier}.{item}",
        recording.file_name,
        "",
        found.name,
        tier,
        item,
        to_unicode(raw).strip(),
        raw,
        start,
        end,
    )


def _reach(tier: Tier, index: int) -> tuple[float, float]:
    if isinstance(tier, IntervalTier):
        interval = tier.intervals[index]
        return interval.start, interval.end
    time = tier.points[index].time
    near = [tier.points[one].time for one in (index - 1, index + 1) if 0 <= one < len(tier.points)]
    reach = min([POINT_REACH, *(abs(other - time) / 2 for other in near if other != time)])
    return time - reach, time + reach


def tokens_said(recording: Recording, grid: TextGrid, said: Mapping[str, Placed]) -> tuple[Token, ...]:
    """Return the items of a grid that something said could be about, for `find_again`.

    Parameters
    ----------
    recording : Recording
    grid : TextGrid
        Its annotation as it is now.
    said : mapping
        Id of a token of this recording, as it was then, to what was said.

    Returns
    -------
    tuple of Token
        The items of these ids, and those that hold the times on tiers of these names; see `bare_token`.
    """
    wanted: dict[tuple[int, int], None] = {}
    times: dict[str, list[float]] = {}
    for name, item in said.items():
        place = place_of(name)
        if place is not None:
            wanted[place[1], place[2]] = None
        tier = item.tier
        if not tier and place is not None and place[1] <= len(grid):
            tier = grid.tiers[place[1] - 1].name
        if item.time is not None:
            times.setdefault(tier, []).append(item.time)
    for number, tier_ in enumerate(grid.tiers, 1):
        asked = times.get(tier_.name)
        if asked:
            wanted.update(dict.fromkeys((number, one) for one in _holding(tier_, asked)))
    found = (bare_token(recording, grid, tier, item) for tier, item in sorted(wanted))
    return tuple(token for token in found if token is not None)


def _holding(tier: Tier, times: Sequence[float]) -> set[int]:
    """Return the numbers of the items that hold one of these times."""
    items = tier.items
    if isinstance(tier, IntervalTier):
        orderly = all(one.end <= two.start + 1e-9 for one, two in pairwise(tier.intervals))
        if not orderly:
            return {
                n for n, one in enumerate(tier.intervals, 1) if any(one.start <= t < one.end for t in times)
            }
        starts = [one.start for one in tier.intervals]
    else:
        starts = [_reach(tier, index)[0] for index in range(len(items))]
    found = set()
    for time in times:
        index = bisect_right(starts, time) - 1
        # Beside it too: bounds are compared exactly where the token is looked for.
        found |= {one + 1 for one in (index - 1, index) if 0 <= one < len(items)}
    return found


def places_after(
    said: Mapping[str, Placed], change: GridChange, recording: Recording, grid: TextGrid
) -> dict[str, str]:
    """Say where what was said of tokens belongs after an edit.

    Parameters
    ----------
    said : mapping
        Id of a token of this recording before the edit, or an id of tier 0, to what was said.
    change : GridChange
        The edit.
    recording : Recording
        Where it was made.
    grid : TextGrid
        After the edit.

    Returns
    -------
    dict
        Id before to id after. What was said of tokens that are gone gets an id of tier 0 (see
        `unplaced_id`), and comes back when an edit divides what is at its time: undo, for example.
    """
    now: dict[str, str] = {}
    taken: set[str] = set()
    for name, after in ids_after(change, said).items():
        if after is not None and after not in taken:
            now[name] = after
            taken.add(after)
    waiting = {name: item for name, item in said.items() if is_unplaced(name)}
    if waiting:
        made = {f"{recording.name}#{tier}.{item}" for tier, item in _more(change)}
        back, _ = find_again(waiting, tokens_said(recording, grid, waiting))
        for name, after in back.items():
            if after in made and after not in taken:
                now[name] = after
                taken.add(after)
    for name in said:
        if name not in now:
            now[name] = name if is_unplaced(name) else unplaced_id(name, {*taken, *said})
            taken.add(now[name])
    return now


def _more(change: GridChange) -> Iterator[tuple[int, int]]:
    """Yield tier and number of items where there are more of them now than before: what a split made."""
    for edit in change.edited:
        shift = 0
        for first, removed, inserted in edit.splices:
            if len(inserted) > len(removed):
                for index in range(first + shift, first + shift + len(inserted)):
                    yield edit.index + 1, index + 1
            shift += len(inserted) - len(removed)
    for index, tier in change.added:
        for number in range(1, len(tier) + 1):
            yield index + 1, number


def marks_found_again(session: Session, recording: Recording, grid: TextGrid) -> Session:
    """Let review marks find their tokens by time: after a file was read that may be another one.

    Parameters
    ----------
    session : Session
    recording : Recording
    grid : TextGrid
        As it is now.

    Returns
    -------
    Session
        The same object if all marks are where they were.
    """
    own = {name: mark for name, mark in session.review.items() if name.rpartition("#")[0] == recording.name}
    if not own:
        return session
    marked = replace(session, settings=replace(session.settings, ceilings=()))
    found, _ = marked.found_again(tokens_said(recording, grid, own))
    return session if found.review == session.review else replace(session, review=found.review)
