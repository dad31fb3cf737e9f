"""What is wrong with a TextGrid, and named policies for it. Nothing is changed unless asked."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from os import PathLike
from typing import TypeAlias

from w2vpraat.corpus.textgrid import repairs
from w2vpraat.corpus.textgrid.values import Interval, IntervalTier, Point, PointTier, TextGrid, Tier
from w2vpraat.errors import TextGridError
from w2vpraat.params import ReadParams

SNAP = 1e-5
"""Edges closer than this (seconds) were meant to be the same."""

AUDIO_TOLERANCE = 1e-3
"""A grid may be this much longer than its audio (seconds): durations are often rounded to milliseconds."""

KINDS = (
    "overlap",
    "gap",
    "reversed",
    "unordered",
    "unsnapped",
    "same_time",
    "outside_tier",
    "tier_edge",
    "tier_domain",
    "beyond_audio",
    "unknown_symbol",
    "duplicate_tier",
    "empty_tier_name",
    "encoding",
    "trailing_data",
)
"""All kinds of problems."""


@dataclass(frozen=True)
class Problem:
    """Something about a TextGrid that may be wrong.

    Parameters
    ----------
    kind : str
        One of `KINDS`.
    message : str
        For a phonetician, without the place.
    file : str, optional
        The file.
    tier : str, optional
        Name of the tier.
    interval : int, optional
        Number of the interval or point in the file, counted from 1.
    start, end : float, optional
        The stretch concerned, in seconds.
    tier_number : int, optional
        Number of the tier, counted from 1.
    """

    kind: str
    message: str
    file: str | None = None
    tier: str | None = None
    interval: int | None = None
    start: float | None = None
    end: float | None = None
    tier_number: int | None = None


def find_problems(
    grid: TextGrid,
    *,
    file: str | PathLike[str] | None = None,
    audio_end: float | None = None,
    known: Callable[[str], bool] | None = None,
    known_tiers: Collection[int] | None = None,
) -> tuple[Problem, ...]:
    """List what may be wrong with a grid.

    Parameters
    ----------
    grid : TextGrid
        As read.
    file : path, optional
        Named in the problems; default: the file that the grid was read from.
    audio_end : float, optional
        Time of the end of the audio in seconds, to find what reaches beyond it by more than
        `AUDIO_TOLERANCE`.
    known : callable, optional
        Says whether a label is known; asked for labels that aren't empty.
    known_tiers : collection of int, optional
        Numbers of the tiers whose labels `known` is asked for; default: all.

    Returns
    -------
    tuple of Problem
        Of the whole file first, then by tier.
    """
    name = grid.file if file is None else str(file)
    problems = [Problem(kind, message, name) for kind, message in grid.notes]
    if audio_end is not None and grid.end > audio_end + AUDIO_TOLERANCE:
        message = f"the audio ends at {audio_end:.6g} s, {grid.end - audio_end:.3g} s before the TextGrid"
        problems.append(Problem("beyond_audio", message, name, start=audio_end, end=grid.end))
    for number, tier in enumerate(grid.tiers, 1):
        asked = known if known_tiers is None or number in known_tiers else None
        found = [
            *_tier_problems(grid, number),
            *_item_problems(tier, audio_end, asked),
            *(_sequence_problems(tier) if isinstance(tier, IntervalTier) else _point_problems(tier)),
        ]
        problems += [
            Problem(kind, message, name, tier.name, item, start, end, number)
            for kind, message, item, start, end in found
        ]
    return tuple(problems)


Item: TypeAlias = Interval | Point
Found: TypeAlias = tuple[str, str, int | None, float | None, float | None]


def _tier_problems(grid: TextGrid, number: int) -> Iterator[Found]:
    tier = grid.tiers[number - 1]
    if not tier.name.strip():
        yield "empty_tier_name", f"tier {number} has no name", None, None, None
    same = grid.tier_numbers(tier.name)
    if same[0] != number:
        yield "duplicate_tier", f"tier {number} has the same name as tier {same[0]}", None, None, None
    if abs(tier.start - grid.start) > SNAP or abs(tier.end - grid.end) > SNAP:
        message = (
            f"the tier goes from {tier.start:.6g} to {tier.end:.6g} s,"
            f" the TextGrid from {grid.start:.6g} to {grid.end:.6g} s"
        )
        yield "tier_domain", message, None, tier.start, tier.end


def _item_problems(
    tier: Tier, audio_end: float | None, known: Callable[[str], bool] | None
) -> Iterator[Found]:
    low, high = tier.start - SNAP, tier.end + SNAP
    limit = None if audio_end is None else audio_end + AUDIO_TOLERANCE
    for number, item in tier.numbered():
        start, end, label = item[0], item[-2], item.label
        if isinstance(item, Interval) and end <= start:
            what = "has no duration" if end == start else f"ends {start - end:.3g} s before it starts"
            yield "reversed", f'"{label}" {what}', number, start, end
        if start < low or end > high:
            yield "outside_tier", f'"{label}" reaches outside its tier', number, start, end
        if audio_end is not None and limit is not None and end > limit:
            message = f'"{label}" reaches {end - audio_end:.3g} s beyond the audio ({audio_end:.6g} s)'
            yield "beyond_audio", message, number, start, end
        if known is not None and label.strip() and not known(label):
            yield "unknown_symbol", f'the label "{label}" is not known', number, start, end


def _sequence_problems(tier: IntervalTier) -> Iterator[Found]:
    for (before, left), (number, right) in pairwise(tier.numbered()):
        if right.start < left.start:
            message = f'"{right.label}" comes after interval {before}, but starts earlier'
            yield "unordered", message, number, right.start, right.end
    reach = tier.start
    reaching: int | None = None
    for number, item in in_time(tier):
        off = item.start - reach
        if reaching is not None and off < -SNAP:
            message = f'"{item.label}" starts {-off:.3g} s before interval {reaching} ends'
            yield "overlap", message, number, item.start, min(item.end, reach)
        elif reaching is not None and off > SNAP:
            message = f"{off:.3g} s between interval {reaching} and this one are unlabelled"
            yield "gap", message, number, reach, item.start
        elif reaching is not None and off:
            message = f"the edges of interval {reaching} and this one differ by {abs(off):.2g} s"
            yield "unsnapped", message, number, min(reach, item.start), max(reach, item.start)
        elif abs(off) > SNAP:
            message = (
                f"the first interval starts {abs(off):.3g} s {'after' if off > 0 else 'before'} the tier"
            )
            yield "tier_edge", message, number, reach, item.start
        if reaching is None or item.end > reach:
            reach, reaching = item.end, number
    if reaching is None:
        yield "tier_edge", "the tier has no intervals", None, tier.start, tier.end
    elif abs(tier.end - reach) > SNAP:
        side = "before" if reach < tier.end else "after"
        message = f"the last interval ends {abs(tier.end - reach):.3g} s {side} the tier"
        yield "tier_edge", message, reaching, reach, tier.end


def _point_problems(tier: PointTier) -> Iterator[Found]:
    for (before, left), (number, right) in pairwise(tier.numbered()):
        if right.time < left.time:
            message = f'"{right.label}" comes after point {before}, but is earlier'
            yield "unordered", message, number, right.time, right.time
    first: dict[float, int] = {}
    for number, point in tier.numbered():
        if point.time in first:
            message = f'"{point.label}" is at the same time as point {first[point.time]}; Praat would drop it'
            yield "same_time", message, number, point.time, point.time
        first.setdefault(point.time, number)


def in_time(tier: IntervalTier) -> list[tuple[int, Interval]]:
    """Return (number, interval) by start; intervals without a positive duration are left out."""
    found = [(number, item) for number, item in tier.numbered() if item.end > item.start]
    return sorted(found, key=lambda one: one[1].start)


# In this order: later policies see what earlier ones left.
_POLICED = ("reversed", "overlap", "beyond_audio", "unknown_symbol", "gap")

_HINTS = {
    "reversed": "correct it in Praat, or set reversed to keep, drop or repair",
    "overlap": "correct it in Praat, or set overlap to keep, drop or repair (trim)",
    "beyond_audio": "is it the right sound? else set beyond_audio to keep, drop or repair (clip)",
    "unknown_symbol": "correct the label, choose another label map, or set unknown_symbol to keep or drop",
    "gap": "correct it in Praat, or set gap to keep or repair (fill with an empty interval)",
}


@dataclass(frozen=True)
class Applied:
    """What a policy did about a problem.

    Parameters
    ----------
    problem : Problem
        The problem.
    policy : str
        ``drop`` or ``repair``.
    action : str
        What was done: ``dropped``, or the times before and after.
    """

    problem: Problem
    policy: str
    action: str


def apply_policies(
    grid: TextGrid, problems: Iterable[Problem], read: ReadParams, *, audio_end: float | None = None
) -> tuple[TextGrid, tuple[Applied, ...]]:
    """Treat problems as the policies say. The grid itself and tiers without problems stay as they are.

    ``drop`` leaves out the interval (of an overlap, the one that starts later). ``repair`` trims an overlap
    at the end of the earlier interval, clips to the audio, swaps a start and end that are reversed (and
    leaves out what has no duration), and fills gaps with empty intervals; edges that differ by less than
    1e-5 s are then snapped. A gap has no interval to drop: ``drop`` keeps it.

    Parameters
    ----------
    grid : TextGrid
        As read.
    problems : iterable of Problem
        Of `find_problems` for this grid; leave out those of tiers that don't matter.
    read : ReadParams
        The policies.
    audio_end : float, optional
        Where to clip to; default: as in the problem of the whole file, if it is among `problems`.

    Returns
    -------
    grid : TextGrid
        The numbers of the file stay with the intervals: see ``tier.numbered()``.
    applied : tuple of Applied
        What was dropped or repaired.

    Raises
    ------
    TextGridError
        For the first problem whose policy is ``error``.
    """
    listed = [problem for problem in problems if problem.kind in _POLICED]
    for problem in listed:
        if getattr(read, problem.kind) == "error":
            raise TextGridError(
                problem.message,
                _HINTS[problem.kind],
                file=problem.file,
                tier=problem.tier,
                interval=problem.interval,
                time=problem.start,
            )
    if audio_end is None:
        whole = (p.start for p in listed if p.kind == "beyond_audio" and p.tier_number is None)
        audio_end = next(whole, None)
    applied: list[Applied] = []
    for number, tier in enumerate(grid.tiers, 1):
        here = [problem for problem in listed if problem.tier_number == number]
        for kind in _POLICED:
            found = [problem for problem in here if problem.kind == kind]
            policy = getattr(read, kind)
            if not found or policy == "keep" or (kind, policy) == ("gap", "drop"):
                continue
            changed = _treat(tier, kind, policy, found, audio_end)
            before: dict[int, Item] = dict(tier.numbered())
            after: dict[int, Item] = dict(changed.numbered())
            applied += [Applied(problem, policy, _action(problem, before, after)) for problem in found]
            tier = changed
        if tier is not grid.tiers[number - 1]:
            grid = grid.with_tier(number, tier)
    return grid, tuple(applied)


def _treat(tier: Tier, kind: str, policy: str, found: list[Problem], audio_end: float | None) -> Tier:
    drop = policy == "drop"
    if kind == "unknown_symbol" or (kind == "beyond_audio" and drop):
        return repairs.drop_numbers(tier, {problem.interval for problem in found if problem.interval})
    if kind == "beyond_audio":
        if audio_end is None:
            raise TextGridError(
                "can't clip: the end of the audio isn't known", "give audio_end", tier=tier.name
            )
        return repairs.clip_end(tier, audio_end)
    if not isinstance(tier, IntervalTier):
        return tier
    if kind == "reversed":
        return repairs.drop_reversed(tier) if drop else repairs.turn_reversed(tier)
    if kind == "overlap":
        return (
            repairs.drop_overlaps(tier, SNAP)
            if drop
            else repairs.snap_edges(repairs.trim_overlaps(tier, SNAP))
        )
    return repairs.fill_gaps(repairs.snap_edges(tier))


def _action(problem: Problem, before: dict[int, Item], after: dict[int, Item]) -> str:
    number = problem.interval or 0
    if problem.kind == "gap":
        return "filled with an empty interval"
    if number in before and number not in after:
        return "dropped"
    if number in before and before[number] != after[number]:
        was, now = (f"{item[0]:.6g}-{item[-2]:.6g} s" for item in (before[number], after[number]))
        return f"{was} became {now}"
    return "kept: not needed after other changes"
