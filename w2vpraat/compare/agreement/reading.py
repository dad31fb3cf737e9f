"""Two annotations on disk: two TextGrids, or two folders of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from os import PathLike
from pathlib import Path

from w2vpraat.compare.agreement.values import AnnotationPair
from w2vpraat.corpus.textgrid.reader import read_textgrid
from w2vpraat.corpus.textgrid.values import TextGrid
from w2vpraat.corpus.tier_names import PHONE_NAMES, match_tiers, tiers_of_kind
from w2vpraat.errors import InputError, TextGridError, W2VPraatError
from w2vpraat.events import Progress, Skipped

STEP = "agree"


@dataclass(frozen=True)
class AnnotationPairs:
    """Pairs that were found.

    Parameters
    ----------
    pairs : tuple of AnnotationPair
        One per recording and tier.
    skipped : tuple of Skipped
        Files without a partner, unreadable ones, and those that lack the tier.
    """

    pairs: tuple[AnnotationPair, ...] = field(repr=False)
    skipped: tuple[Skipped, ...] = ()


def reading_annotation_pairs(
    first: str | PathLike[str],
    second: str | PathLike[str],
    tier: str = "",
    second_tier: str = "",
    *,
    fallback_encoding: str = "latin-1",
) -> Iterator[Progress | Skipped | AnnotationPairs]:
    """Read two annotations of the same recordings.

    Parameters
    ----------
    first, second : path
        Two TextGrids, or two folders; files in folders belong together if their paths inside the folders are
        the same but for the case and ``.TextGrid``.
    tier : str
        Tier of the first: name, number, or pattern (``* - phones``) that may mean several tiers, which are
        then paired by name. Empty: the phone tier, or the only one.
    second_tier : str
        Tier of the second; empty: the same.
    fallback_encoding : str
        As for `w2vpraat.corpus.textgrid.read_textgrid`.

    Yields
    ------
    Progress, Skipped
        One per recording.
    AnnotationPairs
        At the end.

    Raises
    ------
    InputError
        If a path is missing, one is a file and the other a folder, or no files belong together.
    """
    files, lonely = _files(Path(first), Path(second))
    skipped: list[Skipped] = list(lonely)
    yield from lonely
    pairs: list[AnnotationPair] = []
    for done, (name, one, other) in enumerate(files, 1):
        try:
            grids = [read_textgrid(path, fallback_encoding=fallback_encoding) for path in (one, other)]
            pairs += _tier_pairs(name, grids[0], grids[1], tier, second_tier)
        except W2VPraatError as error:
            event = Skipped(STEP, name, error)
            skipped.append(event)
            yield event
        yield Progress(STEP, done, len(files), name)
    yield AnnotationPairs(tuple(pairs), tuple(skipped))


def _files(first: Path, second: Path) -> tuple[list[tuple[str, Path, Path]], list[Skipped]]:
    for path in (first, second):
        if not path.exists():
            raise InputError("there is no such file or folder", "check the path", file=path)
    if first.is_dir() != second.is_dir():
        raise InputError(
            f"{first} and {second}: one is a folder and the other a file", "give two files or two folders"
        )
    if not first.is_dir():
        return [(first.stem, first, second)], []
    found = [_in_folder(path) for path in (first, second)]
    both = [key for key in found[0] if key in found[1]]
    if not both:
        raise InputError(
            f"no TextGrid in {first} has one of the same name in {second}",
            "give the second annotator's files the names of the first's",
        )
    lonely = [
        Skipped(
            STEP, str(path), InputError(f"has no partner in {other}", "give both the same name", file=path)
        )
        for mine, theirs, other in ((found[0], found[1], second), (found[1], found[0], first))
        for key, path in mine.items()
        if key not in theirs
    ]
    names = [found[0][key].relative_to(first).with_suffix("").as_posix() for key in both]
    return [(name, found[0][key], found[1][key]) for name, key in zip(names, both, strict=True)], lonely


def _in_folder(folder: Path) -> dict[str, Path]:
    paths = sorted(path for path in folder.rglob("*") if path.suffix.casefold() == ".textgrid")
    return {path.relative_to(folder).with_suffix("").as_posix().casefold(): path for path in paths}


def _tier_pairs(
    name: str, first: TextGrid, second: TextGrid, tier: str, second_tier: str
) -> list[AnnotationPair]:
    ours = _tiers(first, tier)
    theirs = _tiers(second, second_tier or tier)
    if len(ours) == len(theirs) == 1:
        return [AnnotationPair(name, first, second, ours[0] + 1, theirs[0] + 1)]
    by_name = {second.tier_names[index]: index for index in theirs}
    missing = [first.tier_names[index] for index in ours if first.tier_names[index] not in by_name]
    if missing or len(ours) != len(theirs):
        which = missing or [name for name in by_name if name not in {first.tier_names[i] for i in ours}]
        raise TextGridError(
            f'the tier "{(which or [""])[0]}" has no tier of the same name in the other file',
            "choose one tier in each: --tier and --second-tier",
            file=second.file if missing else first.file,
        )
    return [
        AnnotationPair(name, first, second, index + 1, by_name[first.tier_names[index]] + 1) for index in ours
    ]


def _tiers(grid: TextGrid, pattern: str) -> Sequence[int]:
    names = grid.tier_names
    if pattern:
        found = match_tiers(names, pattern)
    else:
        found = tiers_of_kind(names, PHONE_NAMES) or ([0] if len(names) == 1 else [])
    if not found:
        known = ", ".join(f'{number} "{name}"' for number, name in enumerate(names, 1)) or "none"
        what = f'there is no tier "{pattern}"' if pattern else "it is not clear which tier is meant"
        raise TextGridError(what, f"choose one with --tier; tiers: {known}", file=grid.file)
    return found
