"""Finding and replacing in labels, in one grid and over files; labels that an inventory doesn't know."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Protocol, TypeAlias

from w2vpraat.corpus.textgrid.edits import set_label
from w2vpraat.corpus.textgrid.label_positions import read_label
from w2vpraat.corpus.textgrid.label_query import Query
from w2vpraat.corpus.textgrid.reader import read_textgrid
from w2vpraat.corpus.textgrid.replacements import Template, read_template, replaced_label
from w2vpraat.corpus.textgrid.values import Interval, Point, TextGrid, with_items
from w2vpraat.corpus.textgrid.writer import write_textgrid
from w2vpraat.errors import TextGridError, W2VPraatError
from w2vpraat.events import Progress, Skipped

if TYPE_CHECKING:
    from w2vpraat.corpus.labels import LabelMap

__all__ = [
    "After",
    "FileChanges",
    "GridFile",
    "LabelChange",
    "Match",
    "Query",
    "find_in",
    "find_next",
    "replace_in",
    "replace_match",
    "replacing_in_files",
    "unknown_labels",
    "writing_changes",
]


class Match(NamedTuple):
    """A place in a grid.

    Attributes
    ----------
    tier, item : int
        Numbers of the tier and the interval or point, from 1.
    start, end : int
        Stretch of the label as found, in characters.
    """

    tier: int
    item: int
    start: int
    end: int


class LabelChange(NamedTuple):
    """One label before and after.

    Attributes
    ----------
    tier, item : int
        Numbers, from 1.
    time : float
        Start of the interval, or the point, in seconds.
    old, new : str
        As in the file.
    """

    tier: int
    item: int
    time: float
    old: str
    new: str


@dataclass(frozen=True)
class FileChanges:
    """What replacing would do, or has done, in one file.

    Parameters
    ----------
    name : str
        Of the recording.
    path : Path
        The TextGrid.
    changes : tuple of LabelChange
        In order; leave some out to keep those labels.
    n_matches : int
        Matches in the file; one label may hold several.
    """

    name: str
    path: Path
    changes: tuple[LabelChange, ...]
    n_matches: int


class GridFile(Protocol):
    """What replacing needs of a recording: `w2vpraat.corpus.discover.Recording` fits."""

    @property
    def name(self) -> str:
        """Its name."""

    @property
    def grid_path(self) -> Path:
        """Its TextGrid."""


After: TypeAlias = tuple[int, int] | tuple[int, int, int]
"""Numbers of tier and item, and perhaps a position in the label, in characters."""


def find_in(grid: TextGrid, query: Query) -> tuple[Match, ...]:
    """Find all places, tier by tier.

    Raises
    ------
    TextGridError
        If there is no such tier.
    """
    # Most labels of a tier occur many times.
    places: dict[str, list[tuple[int, int]]] = {}
    found = []
    for tier, item, label in _labels(grid, query):
        if label not in places:
            places[label] = _places(query, label)
        found += [Match(tier, item, start, end) for start, end in places[label]]
    return tuple(found)


def find_next(grid: TextGrid, query: Query, after: After, *, backwards: bool = False) -> Match | None:
    """Find the next place, and go on at the other end of the grid.

    Parameters
    ----------
    grid, query
        Where and what.
    after : (tier, item) or (tier, item, position)
        Numbers of tier and item from where to look; with a position in the label (the text cursor), the rest
        of that label is looked at first, as Praat does. An item 0 is before the first.
    backwards : bool
        Find the one before instead.

    Returns
    -------
    Match or None
        None if there is none. Smaller than `after` if the search went round.

    Raises
    ------
    TextGridError
        If there is no such tier.
    """
    labels = list(_labels(grid, query))
    here = after[:2]
    low = bisect_left(labels, here, key=_numbers)
    high = bisect_right(labels, here, key=_numbers)
    before, own, later = labels[:low], labels[low:high], labels[high:]
    ordered = [*before[::-1], *later[::-1], *own] if backwards else [*later, *before, *own]
    if len(after) == 3:
        for tier, item, label in own:
            places = _places(query, label)
            rest = [one for one in places if (one[1] <= after[2] if backwards else one[0] >= after[2])]
            if rest:
                return Match(tier, item, *rest[-1 if backwards else 0])
    nowhere: set[str] = set()
    for tier, item, label in ordered:
        if label not in nowhere:
            places = _places(query, label)
            if places:
                return Match(tier, item, *places[-1 if backwards else 0])
            nowhere.add(label)
    return None


def replace_in(grid: TextGrid, query: Query, replacement: str) -> tuple[TextGrid, int]:
    r"""Replace all places.

    Parameters
    ----------
    grid, query
        Where and what.
    replacement : str
        As it is written; for a regular expression, groups as ``\1`` or ``\g<name>`` and a backslash as
        ``\\``.

    Returns
    -------
    grid : TextGrid
        The rest of a label, and groups, keep their way of writing (Unicode or Praat's codes).
    n : int
        Places replaced.

    Raises
    ------
    TextGridError
        If there is no such tier.
    InputError
        If the replacement refers to a group that isn't there; it names the position.
    """
    changes, n = _changes(grid, query, read_template(query.pattern, replacement, query.regex))
    for number in {change.tier: None for change in changes}:
        items: list[Interval | Point] = list(grid.tiers[number - 1].items)
        for change in changes:
            if change.tier == number:
                items[change.item - 1] = items[change.item - 1]._replace(label=change.new)
        grid = grid.with_tier(number, with_items(grid.tiers[number - 1], tuple(items)))
    return grid, n


def replace_match(grid: TextGrid, query: Query, match: Match, replacement: str) -> TextGrid:
    """Replace one place that `find_in` or `find_next` found.

    Raises
    ------
    TextGridError
        If it isn't found there any more.
    InputError
        As `replace_in`.
    """
    template = read_template(query.pattern, replacement, query.regex)
    read = read_label(_label(grid, match.tier, match.item) or "", normalize=query.normalize)
    for found in query.matches_in(read):
        if read.whole_signs(*found.span())[2:] == match[2:]:
            return set_label(grid, match.tier, match.item, replaced_label(read, [found], template))
    raise TextGridError(
        "the label has changed since it was found",
        "find again",
        file=grid.file,
        tier=grid.tier(match.tier).name,
        interval=match.item,
    )


def replacing_in_files(
    recordings: Iterable[GridFile], query: Query, replacement: str, *, fallback_encoding: str = "latin-1"
) -> Iterator[Progress | Skipped | FileChanges]:
    """Look what replacing would change in many files; nothing is written.

    Parameters
    ----------
    recordings : iterable of Recording
        With `name` and `grid_path`; a TextGrid that several of them share is looked at once.
    query, replacement
        As for `replace_in`.
    fallback_encoding : str
        As for `read_textgrid`.

    Yields
    ------
    Progress, Skipped, FileChanges
        One Progress per file; before it FileChanges if there is something to replace, or Skipped if the file
        can't be read or has no such tier. Give the FileChanges to `writing_changes`.

    Raises
    ------
    InputError
        As `replace_in`.
    """
    template = read_template(query.pattern, replacement, query.regex)
    files = list({recording.grid_path: recording for recording in recordings}.values())
    return _looking(files, query, template, fallback_encoding)


def writing_changes(
    files: Iterable[FileChanges], *, fallback_encoding: str = "latin-1", backup: bool = False
) -> Iterator[Progress | Skipped | FileChanges]:
    """Make changes that `replacing_in_files` proposed, file by file.

    Parameters
    ----------
    files : iterable of FileChanges
        Those that are wanted, with the changes that are wanted.
    fallback_encoding : str
        As for `read_textgrid`.
    backup : bool
        Keep the old files under their name with ``.bak`` added.

    Yields
    ------
    Progress, Skipped, FileChanges
        One Progress per file; before it FileChanges if it was written, or Skipped if a label has changed
        since, or it can't be written: then it stays as it is.
    """
    wanted = [file for file in files if file.changes]
    for done, file in enumerate(wanted, 1):
        try:
            grid = read_textgrid(file.path, fallback_encoding=fallback_encoding)
            for change in file.changes:
                grid = _changed(grid, change)
            write_textgrid(grid, backup=backup)
            yield file
        except W2VPraatError as error:
            yield Skipped("replace", file.name, error)
        yield Progress("replace", done, len(wanted), file.name)


def unknown_labels(
    grid: TextGrid, tier: int | str, inventory: LabelMap | Iterable[str]
) -> list[tuple[int, str]]:
    """List labels that an inventory doesn't know (Ctrl-Alt-L, "check spelling in tier").

    Parameters
    ----------
    grid, tier
        Where.
    inventory : LabelMap or iterable of str
        A label map from `w2vpraat.corpus.labels.load_label_map`, or the labels that are allowed. Empty labels
        always are.

    Returns
    -------
    list of (int, str)
        Number of the interval or point, and its label as found.
    """
    from w2vpraat.corpus.labels import LabelMap, plain_label

    known: dict[str, bool] = {"": True}
    if isinstance(inventory, LabelMap):
        label_map = inventory
    else:
        label_map = None
        known.update((plain_label(label), True) for label in inventory)
    unknown = []
    items: tuple[Interval | Point, ...] = grid.tier(tier).items
    for number, item in enumerate(items, 1):
        plain = plain_label(item.label, label_map)
        if plain not in known:
            known[plain] = label_map is not None and label_map.knows(plain)
        if not known[plain]:
            unknown.append((number, item.label))
    return unknown


def _looking(
    files: list[GridFile], query: Query, template: Template, fallback_encoding: str
) -> Iterator[Progress | Skipped | FileChanges]:
    for done, file in enumerate(files, 1):
        try:
            grid = read_textgrid(file.grid_path, fallback_encoding=fallback_encoding)
            changes, n = _changes(grid, query, template)
            if changes:
                yield FileChanges(file.name, file.grid_path, tuple(changes), n)
        except W2VPraatError as error:
            yield Skipped("find", file.name, error)
        yield Progress("find", done, len(files), file.name)


def _labels(grid: TextGrid, query: Query) -> Iterator[tuple[int, int, str]]:
    for tier in _tiers(grid, query):
        items: tuple[Interval | Point, ...] = grid.tiers[tier - 1].items
        for item, found in enumerate(items, 1):
            yield tier, item, found.label


def _tiers(grid: TextGrid, query: Query) -> list[int]:
    numbers: set[int] = set()
    for tier in query.tiers:
        if isinstance(tier, str) and len(grid.tier_numbers(tier)) > 1:
            numbers.update(grid.tier_numbers(tier))
        else:
            numbers.add(grid.tier_number(tier))
    return sorted(numbers) if query.tiers else list(range(1, len(grid) + 1))


def _places(query: Query, label: str) -> list[tuple[int, int]]:
    read = read_label(label, normalize=query.normalize)
    return [read.whole_signs(*match.span())[2:] for match in query.matches_in(read)]


def _changes(grid: TextGrid, query: Query, template: Template) -> tuple[list[LabelChange], int]:
    changes, n = [], 0
    known: dict[str, tuple[str, int]] = {}
    for tier, item, label in _labels(grid, query):
        if label not in known:
            read = read_label(label, normalize=query.normalize)
            matches = list(query.matches_in(read))
            known[label] = (replaced_label(read, matches, template) if matches else label), len(matches)
        new, count = known[label]
        n += count
        if new != label:
            changes.append(LabelChange(tier, item, grid.tiers[tier - 1].items[item - 1][0], label, new))
    return changes, n


def _numbers(one: tuple[int, int, str]) -> tuple[int, int]:
    return one[:2]


def _label(grid: TextGrid, tier: int, item: int) -> str | None:
    items: tuple[Interval | Point, ...] = grid.tier(tier).items
    return items[item - 1].label if 1 <= item <= len(items) else None


def _changed(grid: TextGrid, change: LabelChange) -> TextGrid:
    if _label(grid, change.tier, change.item) != change.old:
        raise TextGridError(
            f'the label was "{change.old}" and has changed since',
            "look for it again",
            file=grid.file,
            tier=grid.tier(change.tier).name,
            interval=change.item,
            time=change.time,
        )
    return set_label(grid, change.tier, change.item, change.new)
