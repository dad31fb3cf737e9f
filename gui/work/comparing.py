"""Work on two annotators that is done on other threads: read, compare, adopt, make a blind copy."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from w2vpraat.compare.agreement.adopting import adopt
from w2vpraat.compare.agreement.agreement import Agreement, agreement
from w2vpraat.compare.agreement.blind import blind_copy
from w2vpraat.compare.agreement.disagreements import Disagreement, disagreements
from w2vpraat.compare.agreement.values import AnnotationPair
from w2vpraat.corpus.discover import Recording
from w2vpraat.corpus.textgrid import Interval, PointTier, TextGrid, Tier, read_textgrid, write_textgrid
from w2vpraat.errors import InputError, W2VPraatError
from w2vpraat.params.agreeing import AgreementParams

from .second_notes import Mark, Sample, mark_of

APART = 0.1
"""Seconds by which start and end of two TextGrids of one recording may differ: programs round and pad."""
LISTED_FROM = 1e-4
"""Boundaries that differ by less, in seconds, are the same: the rounding of programs."""
FEW = 0.2
"""If a smaller share of the items is paired, it may be another recording."""


def reading_second(path: Path, grid: TextGrid, own: Path, encoding: str) -> Iterator[TextGrid]:
    """Read a second annotator's TextGrid.

    Parameters
    ----------
    path : Path
        Of the second.
    grid : TextGrid
        The first, as on the screen.
    own : Path
        File of the first.
    encoding : str
        Fallback encoding.

    Yields
    ------
    TextGrid

    Raises
    ------
    W2VPraatError
        If it can't be read or is not of this recording.
    """
    second = read_textgrid(path, fallback_encoding=encoding)
    check_second(grid, second, path, own)
    yield second


def check_second(grid: TextGrid, second: TextGrid, path: Path, own: Path) -> None:
    """Refuse a TextGrid that can't be another annotation of the same recording.

    Raises
    ------
    InputError
        If it is the same file, has no tier, or covers another stretch of time.
    """
    if os.path.realpath(path) == os.path.realpath(own):
        raise InputError(
            "this is the recording's own TextGrid", "choose the file of the other annotator", file=path
        )
    if not len(second):
        raise InputError("the TextGrid has no tier", "choose another file", file=path)
    if abs(grid.start - second.start) > APART or abs(grid.end - second.end) > APART:
        raise InputError(
            f"it covers {second.start:.6g} to {second.end:.6g} s, the recording's own TextGrid "
            f"{grid.start:.6g} to {grid.end:.6g} s",
            "choose the TextGrid of the same recording",
            file=path,
        )


@dataclass(frozen=True)
class Compared:
    """Two tiers of a recording, compared.

    Parameters
    ----------
    grid : TextGrid
        The first, as it was compared.
    tier : str
        Name of its tier.
    numbers : mapping
        One row of `Agreement.summary`; empty if nothing could be compared.
    differing : tuple of Disagreement
        All of them, in order of time.
    differences : tuple of float
        Of all boundaries that both have, second less first, in milliseconds.
    marks : tuple of Mark
        Of `differing`.
    problem : W2VPraatError, optional
        Why nothing could be compared.
    """

    grid: TextGrid = field(repr=False)
    tier: str
    numbers: Mapping[str, Any] = field(default_factory=dict, repr=False)
    differing: tuple[Disagreement, ...] = field(default=(), repr=False)
    differences: tuple[float, ...] = field(default=(), repr=False)
    marks: tuple[Mark, ...] = field(default=(), repr=False)
    problem: W2VPraatError | None = None

    @property
    def is_doubtful(self) -> bool:
        """Whether so little is paired that it may be another recording."""
        numbers = self.numbers
        return bool(numbers) and numbers["n_matched"] < FEW * min(numbers["n_first"], numbers["n_second"])


def comparing(pair: AnnotationPair) -> Iterator[Compared]:
    """Yield two tiers compared."""
    name = pair.first.tiers[pair.tier_numbers[0] - 1].name
    try:
        compared = _agreement(pair)
    except W2VPraatError as error:
        yield Compared(pair.first, name, problem=error)
        return
    differing = disagreements(compared)
    (row,) = compared.summary().to_dict("records")  # plain numbers: Qt takes none of numpy's
    numbers = {str(name): value for name, value in row.items()}
    differences = tuple(float(one.difference_ms) for one in compared.boundaries)
    marks = tuple(mark_of(one, name) for one in differing)
    yield Compared(pair.first, name, numbers, differing, differences, marks)


@dataclass(frozen=True)
class Adopted:
    """What adopting has made.

    Parameters
    ----------
    base, grid : TextGrid
        The first annotator's, before and after.
    done : tuple of Disagreement
        What was adopted.
    refused : tuple of W2VPraatError
        Why some could not be.
    """

    base: TextGrid = field(repr=False)
    grid: TextGrid = field(repr=False)
    done: tuple[Disagreement, ...] = ()
    refused: tuple[W2VPraatError, ...] = ()


def adopting(pair: AnnotationPair, marks: Collection[Mark]) -> Iterator[Adopted]:
    """Take over what the second annotator has, in the first's grid.

    The latest goes first, since adopting moves the numbers of what comes after. What its neighbour's adoption
    has changed is compared again and adopted in another round, until nothing more can be.

    Parameters
    ----------
    pair : AnnotationPair
        Tiers by number.
    marks : collection of Mark
        Which disagreements.

    Yields
    ------
    Adopted
    """
    grid, wanted = pair.first, set(marks)
    name = grid.tiers[pair.tier_numbers[0] - 1].name
    done: list[Disagreement] = []
    refused: dict[Mark, W2VPraatError] = {}
    moved = True
    while wanted and moved:
        moved = False
        compared = _agreement(replace(pair, first=grid))
        for one in reversed(disagreements(compared)):
            mark = mark_of(one, name)
            if mark not in wanted:
                continue
            try:
                grid = adopt(grid, pair.second, one, compared.params)
            except W2VPraatError as error:
                refused[mark] = error
                continue
            moved = True
            wanted.discard(mark)
            refused.pop(mark, None)
            done.append(one)
    if done:
        other = InputError("something beside it was adopted", "look at it again", file=pair.first.file)
        refused = {mark: refused.get(mark, other) for mark in wanted}
    yield Adopted(pair.first, grid, tuple(done), tuple(refused.values()))


def sample_numbers(tier: Tier, times: Sequence[float]) -> tuple[int, ...]:
    """Return the numbers of the items at these times."""
    if isinstance(tier, PointTier):
        known = {round(point.time, 6): number for number, point in enumerate(tier, 1)}
        found = [known.get(round(time, 6), 0) for time in times]
    else:
        found = [tier.number_at(time) for time in times]
    return tuple(sorted({number for number in found if number}))


@dataclass(frozen=True)
class BlindFile:
    """A blind copy that was written.

    Parameters
    ----------
    path : Path
        The new file.
    sample : Sample
        What it hides.
    """

    path: Path
    sample: Sample


def making_blind(grid: TextGrid, own: Path, tier: int, share: float, seed: int) -> Iterator[BlindFile]:
    """Write a blind copy beside a TextGrid, under a name that is free; yield it.

    Raises
    ------
    W2VPraatError
        If there is nothing to draw from, or it can't be written.
    """
    made = blind_copy(grid, tier, share, seed)
    found = grid.tiers[made.tier - 1]
    picked = [found.items[number - 1] for number in made.numbers]
    times = tuple(item.midpoint if isinstance(item, Interval) else item.time for item in picked)
    path = _reserved(own)
    try:
        write_textgrid(made.grid, path)
    except W2VPraatError:
        path.unlink()
        raise
    yield BlindFile(path, Sample(found.name, times))


def looking_in_folder(folder: Path, recordings: Sequence[Recording]) -> Iterator[dict[str, Path]]:
    """Yield which recording has a TextGrid of the same name in a folder.

    Paths inside the folder are compared with the names of recordings first, then the names of files alone.

    Raises
    ------
    InputError
        If none has.
    """
    own = {os.path.realpath(one.grid_path) for one in recordings}
    by_path: dict[str, Path] = {}
    by_name: dict[str, list[Path]] = {}
    for path in sorted(folder.rglob("*")):
        if path.suffix.casefold() == ".textgrid" and os.path.realpath(path) not in own:
            by_path[path.relative_to(folder).with_suffix("").as_posix().casefold()] = path
            by_name.setdefault(path.stem.casefold(), []).append(path)
    found = {}
    for one in recordings:
        same = by_name.get(one.grid_path.stem.casefold(), [])
        partner = by_path.get(one.name.casefold()) or (same[0] if len(same) == 1 else None)
        if partner is not None:
            found[one.name] = partner
    if not found:
        raise InputError(
            "no TextGrid here has the name of a recording",
            "the second annotator's files must be called like the first's",
            file=folder,
        )
    yield found


def _agreement(pair: AnnotationPair) -> Agreement:
    return agreement([pair], AgreementParams(listed_from=LISTED_FROM, bootstrap=0))


def _reserved(own: Path) -> Path:
    # The file is made at once, so that nothing that appears meanwhile is written over.
    number = 1
    while True:
        path = own.with_name(f"{own.stem}_blind{'' if number == 1 else number}.TextGrid")
        try:
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
        except FileExistsError:
            number += 1
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise InputError(f"can't be made: {reason}", "check the folder", file=path) from error
        else:
            return path
