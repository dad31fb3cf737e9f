"""The values of a TextGrid: intervals, points, tiers, grids. Frozen; edits make new ones."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from operator import le, lt
from typing import TYPE_CHECKING, NamedTuple, TypeAlias, TypeVar

from w2vpraat.errors import TextGridError

if TYPE_CHECKING:
    from w2vpraat.corpus.textgrid.source import Source

T = TypeVar("T", bound="IntervalTier | PointTier")


@dataclass(frozen=True, eq=False)
class Origin:
    """Mark of a tier that was read from a file; compared by identity.

    Parameters
    ----------
    index : int
        Position of the tier among those of its grid in the file.
    """

    index: int


class Interval(NamedTuple):
    """A stretch of time with a label.

    Attributes
    ----------
    start, end : float
        Times in seconds. As found: a broken file may hold ``end <= start``.
    label : str
        As found: neither stripped, nor converted, nor normalized.
    """

    start: float
    end: float
    label: str = ""

    @property
    def duration(self) -> float:
        """Duration in seconds."""
        return self.end - self.start

    @property
    def midpoint(self) -> float:
        """Time halfway, in seconds."""
        return 0.5 * (self.start + self.end)


class Point(NamedTuple):
    """A moment with a label.

    Attributes
    ----------
    time : float
        In seconds.
    label : str
        As found.
    """

    time: float
    label: str = ""


@dataclass(frozen=True)
class IntervalTier:
    """A tier of intervals, in the order of the file.

    Parameters
    ----------
    name : str
        May be empty or the same as another tier's.
    start, end : float
        Domain of the tier in seconds.
    intervals : tuple of Interval
        As found: gaps, overlaps and unordered intervals are kept.
    """

    name: str
    start: float
    end: float
    intervals: tuple[Interval, ...] = ()
    # Which tier of the file this was, so that saving can keep its bytes; and, after policies took items
    # out, each item's number in the file (0: made here).
    origin: Origin | None = field(default=None, compare=False, repr=False)
    file_numbers: tuple[int, ...] | None = field(default=None, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "intervals", tuple(self.intervals))

    @property
    def items(self) -> tuple[Interval, ...]:
        """The intervals; the same name as in a point tier."""
        return self.intervals

    def __len__(self) -> int:
        return len(self.intervals)

    def __iter__(self) -> Iterator[Interval]:
        return iter(self.intervals)

    def numbered(self) -> Iterator[tuple[int, Interval]]:
        """Yield (number in the file, interval); 0 for one that a repair made."""
        return zip(self.file_numbers or range(1, len(self.intervals) + 1), self.intervals, strict=True)

    def interval(self, number: int) -> Interval:
        """Return an interval by number, counted from 1.

        Raises
        ------
        TextGridError
            If there is none.
        """
        return self.intervals[item_index(self, number)]

    def number_at(self, time: float) -> int:
        """Return the number of the first interval with ``start <= time < end``; 0 if none.

        The end of the tier belongs to its last interval.
        """
        if self.sorted_starts is not None:
            index = bisect_right(self.sorted_starts, time) - 1
            if index >= 0:
                found = self.intervals[index]
                if time < found.end or time == found.end == self.end:
                    return index + 1
            return 0
        for number, item in enumerate(self.intervals, 1):
            if item.start <= time < item.end or time == item.end == self.end:
                return number
        return 0

    def interval_at(self, time: float) -> Interval | None:
        """Return the interval of `number_at`, or None."""
        number = self.number_at(time)
        return self.intervals[number - 1] if number else None

    def numbers_between(self, start: float, end: float) -> tuple[int, ...]:
        """Numbers of the intervals that share more than an edge with ``start`` to ``end``."""
        if self.sorted_starts is not None:
            first = max(bisect_right(self.sorted_starts, start) - 1, 0)
            candidates = range(first, bisect_left(self.sorted_starts, end))
        else:
            candidates = range(len(self.intervals))
        return tuple(
            index + 1
            for index in candidates
            if self.intervals[index].start < end and self.intervals[index].end > start
        )

    def intervals_between(self, start: float, end: float) -> tuple[Interval, ...]:
        """Return the intervals of `numbers_between`."""
        return tuple(self.intervals[number - 1] for number in self.numbers_between(start, end))

    @cached_property
    def sorted_starts(self) -> list[float] | None:
        """Starts in seconds, for bisection; None if durations aren't positive or intervals overlap."""
        starts = [item[0] for item in self.intervals]
        ends = [item[1] for item in self.intervals]
        tidy = all(map(lt, starts, ends)) and all(map(le, ends, starts[1:]))
        return starts if tidy else None


@dataclass(frozen=True)
class PointTier:
    """A tier of points ("TextTier" in files), in the order of the file.

    Parameters
    ----------
    name : str
        May be empty or the same as another tier's.
    start, end : float
        Domain of the tier in seconds.
    points : tuple of Point
        As found: unordered points and equal times are kept.
    """

    name: str
    start: float
    end: float
    points: tuple[Point, ...] = ()
    origin: Origin | None = field(default=None, compare=False, repr=False)
    file_numbers: tuple[int, ...] | None = field(default=None, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "points", tuple(self.points))

    @property
    def items(self) -> tuple[Point, ...]:
        """The points; the same name as in an interval tier."""
        return self.points

    def __len__(self) -> int:
        return len(self.points)

    def __iter__(self) -> Iterator[Point]:
        return iter(self.points)

    def numbered(self) -> Iterator[tuple[int, Point]]:
        """Yield (number in the file, point); 0 for one that a repair made."""
        return zip(self.file_numbers or range(1, len(self.points) + 1), self.points, strict=True)

    def point(self, number: int) -> Point:
        """Return a point by number, counted from 1.

        Raises
        ------
        TextGridError
            If there is none.
        """
        return self.points[item_index(self, number)]

    def points_between(self, start: float, end: float) -> tuple[Point, ...]:
        """Return the points with ``start <= time <= end``."""
        times = self.sorted_times
        if times is not None:
            return self.points[bisect_left(times, start) : bisect_right(times, end)]
        return tuple(point for point in self.points if start <= point.time <= end)

    @cached_property
    def sorted_times(self) -> list[float] | None:
        """Times in seconds, for bisection; None if they go back somewhere. Equal times may be there."""
        times = [point[0] for point in self.points]
        return times if all(map(le, times, times[1:])) else None


Tier: TypeAlias = IntervalTier | PointTier


@dataclass(frozen=True)
class TextGrid:
    """Tiers over one stretch of time.

    Parameters
    ----------
    start, end : float
        Domain in seconds; the start need not be 0.
    tiers : tuple of IntervalTier or PointTier
        In the order of the file.
    name : str
        Name of the object in a Collection file; else empty.
    source : Source, optional
        The file that it was read from: bytes, encoding, form. Kept by every edit, so that saving changes only
        what was edited. Not compared.
    """

    start: float
    end: float
    tiers: tuple[Tier, ...] = ()
    name: str = ""
    source: Source | None = field(default=None, compare=False, repr=False)
    # Which grid of the source this is; a Collection may hold several.
    source_index: int = field(default=0, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "tiers", tuple(self.tiers))

    def __len__(self) -> int:
        return len(self.tiers)

    def __iter__(self) -> Iterator[Tier]:
        return iter(self.tiers)

    @property
    def duration(self) -> float:
        """Duration in seconds."""
        return self.end - self.start

    @property
    def tier_names(self) -> tuple[str, ...]:
        """Names in order; may be empty or repeat."""
        return tuple(tier.name for tier in self.tiers)

    @property
    def file(self) -> str | None:
        """Path that it was read from."""
        return None if self.source is None else str(self.source.path)

    @property
    def encoding(self) -> str | None:
        """Encoding of the file, for example utf-8, utf-16-be, latin-1; or binary."""
        return None if self.source is None else self.source.encoding

    @property
    def form(self) -> str | None:
        """Form of the file: long, short, chronological, binary."""
        return None if self.source is None else self.source.form

    @property
    def newline(self) -> str | None:
        """Line end of the file."""
        return None if self.source is None else self.source.newline

    @property
    def notes(self) -> tuple[tuple[str, str], ...]:
        """What reading had to assume, as (kind, message): a guessed encoding, data after the end."""
        return () if self.source is None else self.source.notes

    def tier(self, which: int | str) -> Tier:
        """Return a tier by number (counted from 1) or name.

        Raises
        ------
        TextGridError
            If there is none, or several of that name.
        """
        return self.tiers[self.tier_number(which) - 1]

    def interval_tier(self, which: int | str) -> IntervalTier:
        """Return a tier as `tier` does; it must hold intervals.

        Raises
        ------
        TextGridError
            If it is a point tier, or as `tier`.
        """
        tier = self.tier(which)
        if not isinstance(tier, IntervalTier):
            raise TextGridError(
                "this is a point tier", "choose an interval tier", file=self.file, tier=tier.name
            )
        return tier

    def point_tier(self, which: int | str) -> PointTier:
        """Return a tier as `tier` does; it must hold points.

        Raises
        ------
        TextGridError
            If it is an interval tier, or as `tier`.
        """
        tier = self.tier(which)
        if not isinstance(tier, PointTier):
            raise TextGridError(
                "this is an interval tier", "choose a point tier", file=self.file, tier=tier.name
            )
        return tier

    def tier_number(self, which: int | str) -> int:
        """Return the number of a tier, counted from 1, by number or name.

        Raises
        ------
        TextGridError
            If there is none, or several of that name.
        """
        if isinstance(which, int):
            if not 1 <= which <= len(self.tiers):
                raise TextGridError(
                    f"there is no tier {which}", f"tiers are numbered 1 to {len(self.tiers)}", file=self.file
                )
            return which
        numbers = self.tier_numbers(which)
        if not numbers:
            known = ", ".join(f'{number} "{name}"' for number, name in enumerate(self.tier_names, 1))
            raise TextGridError(f'there is no tier "{which}"', f"tiers: {known or 'none'}", file=self.file)
        if len(numbers) > 1:
            raise TextGridError(
                f'tiers {", ".join(map(str, numbers))} all have the name "{which}"',
                "choose one by its number",
                file=self.file,
                tier=which,
            )
        return numbers[0]

    def tier_numbers(self, name: str) -> tuple[int, ...]:
        """Numbers of all tiers of that name, counted from 1."""
        return tuple(number for number, tier in enumerate(self.tiers, 1) if tier.name == name)

    def with_tier(self, which: int | str, tier: Tier) -> TextGrid:
        """Return a grid with one tier replaced; what is equal to the old tier keeps its bytes in the file."""
        number = self.tier_number(which)
        old = self.tiers[number - 1]
        if tier.origin is None and old.origin is not None and type(tier) is type(old):
            tier = replace(tier, origin=old.origin)
        return self.with_tiers((*self.tiers[: number - 1], tier, *self.tiers[number:]))

    def with_tiers(self, tiers: tuple[Tier, ...]) -> TextGrid:
        """Return a grid with these tiers instead."""
        return replace(self, tiers=tiers)

    def with_interval(self, which: int | str, number: int, interval: Interval) -> TextGrid:
        """Return a grid with one interval replaced, unchecked; `edits` has the checked forms."""
        return self.with_tier(which, with_item(self.interval_tier(which), number, interval))

    def with_point(self, which: int | str, number: int, point: Point) -> TextGrid:
        """Return a grid with one point replaced, unchecked; `edits` has the checked forms."""
        return self.with_tier(which, with_item(self.point_tier(which), number, point))


def item_index(tier: Tier, number: int) -> int:
    """Index of an item from its number, or an error that names the range."""
    if not 1 <= number <= len(tier):
        what = "interval" if isinstance(tier, IntervalTier) else "point"
        raise TextGridError(
            f"there is no {what} {number}", f"{what}s are numbered 1 to {len(tier)}", tier=tier.name
        )
    return number - 1


def with_item(tier: T, number: int, item: Interval | Point) -> T:
    """Return a tier with one item replaced."""
    index = item_index(tier, number)
    return with_items(tier, (*tier.items[:index], item, *tier.items[index + 1 :]))


def with_items(tier: T, items: tuple[Interval | Point, ...]) -> T:
    """Return a tier with other items; it remembers which tier of the file it was."""
    kept = tier.file_numbers if len(items) == len(tier) else None
    made = {"intervals" if isinstance(tier, IntervalTier) else "points": items}
    return replace(tier, file_numbers=kept, **made)  # type: ignore[arg-type]
