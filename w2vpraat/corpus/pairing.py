"""Which sound file belongs to which TextGrid: by name, beside each other or across parallel folders."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Unpaired:
    """A file that has no partner, or more than one.

    Parameters
    ----------
    path : Path
        The file.
    reason : str
        What is wrong.
    hint : str
        What to do about it; may be empty.
    """

    path: Path
    reason: str
    hint: str = ""

    def __str__(self) -> str:
        return f"{self.path}: {self.reason}" + (f" ({self.hint})" if self.hint else "")


@dataclass(frozen=True)
class SourceFile:
    """A sound file or TextGrid, with what pairing looks at."""

    path: Path
    folder: tuple[str, ...]  # parts relative to the root
    stem: str  # NFC: file systems of macOS hand out decomposed names


def pairs_beside(
    audios: list[SourceFile], grids: list[SourceFile], unpaired: list[Unpaired]
) -> list[tuple[SourceFile, SourceFile]]:
    """Pair files of the same folder; several of one kind are reported."""
    places: dict[tuple[tuple[str, ...], str], tuple[list[SourceFile], list[SourceFile]]] = defaultdict(
        lambda: ([], [])
    )
    for kind, files in enumerate((audios, grids)):
        for file in files:
            places[file.folder, file.stem][kind].append(file)
    pairs = []
    for sounds, marks in places.values():
        if len(sounds) == len(marks) == 1:
            pairs.append((sounds[0], marks[0]))
            continue
        for files, name in ((sounds, "sound files"), (marks, "TextGrids")):
            if len(files) > 1:
                _report_several(files, name, sounds + marks, unpaired)
    return pairs


def _report_several(
    candidates: list[SourceFile], kind: str, concerned: list[SourceFile], unpaired: list[Unpaired]
) -> None:
    names = ", ".join(candidate.path.name for candidate in candidates)
    if len({candidate.folder for candidate in candidates}) > 1:
        names = ", ".join("/".join([*candidate.folder, candidate.path.name]) for candidate in candidates)
    known = {report.path for report in unpaired}
    for file in concerned:
        if file.path not in known:
            unpaired.append(
                Unpaired(file.path, f"several {kind} fit: {names}", "keep one of them, or rename the others")
            )


def pairs_across(
    audios: list[SourceFile],
    grids: list[SourceFile],
    unpaired: list[Unpaired],
    beside: list[tuple[SourceFile, SourceFile]],
) -> list[tuple[SourceFile, SourceFile]]:
    """Pair files of parallel folders, where exactly one partner is possible on both sides."""
    done = {file for pair in beside for file in pair}
    reported = {report.path for report in unpaired}
    sound_folders = {file.folder for file in audios}
    grid_folders = {file.folder for file in grids}
    # A folder with both kinds is complete in itself: its lonely files wait for a partner right there.
    left_audios = [
        f for f in audios if f not in done and f.path not in reported and f.folder not in grid_folders
    ]
    left_grids: dict[str, list[SourceFile]] = defaultdict(list)
    for grid in grids:
        if grid not in done and grid.path not in reported and grid.folder not in sound_folders:
            left_grids[grid.stem].append(grid)
    fits_audio: dict[SourceFile, list[SourceFile]] = {}
    fits_grid: dict[SourceFile, list[SourceFile]] = defaultdict(list)
    for audio in left_audios:
        fits_audio[audio] = [g for g in left_grids[audio.stem] if _are_parallel(audio.folder, g.folder)]
        for grid in fits_audio[audio]:
            fits_grid[grid].append(audio)
    pairs = []
    for audio, partners in fits_audio.items():
        if len(partners) == 1 and len(fits_grid[partners[0]]) == 1:
            pairs.append((audio, partners[0]))
        elif len(partners) > 1:
            _report_several(partners, "TextGrids", [audio, *partners], unpaired)
        elif partners:
            rivals = fits_grid[partners[0]]
            _report_several(rivals, "sound files", [*rivals, partners[0]], unpaired)
    return pairs


def _are_parallel(first: tuple[str, ...], second: tuple[str, ...]) -> bool:
    """Tell whether two folders differ in one part only (or one of them is a flat collection)."""
    one, two = list(first), list(second)
    while one and two and one[0] == two[0]:
        del one[0], two[0]
    if min(len(one), len(two)) <= 1 and len(one) != len(two):
        return True
    while one and two and one[-1] == two[-1]:
        del one[-1], two[-1]
    return len(one) <= 1 and len(two) <= 1


def report_lonely(
    files: list[SourceFile], others: list[SourceFile], kind: str, known: set[Path]
) -> list[Unpaired]:
    """Report the files that are not `known` yet, with a look at what the others are called."""
    same = {other.stem: other for other in reversed(others)}
    alike = {_plain(other.stem): other for other in reversed(others)}
    reports = []
    for file in files:
        if file.path in known:
            continue
        if other := same.get(file.stem):
            place = "/".join([*other.folder, other.path.name])
            hint = f"{place} has the same name: put the two into one folder if they belong together"
        elif other := alike.get(_plain(file.stem)):
            hint = f"{other.path.name} is nearly the same name: rename one of them if they belong together"
        else:
            hint = f"a {kind} of the same name must lie beside it"
        reports.append(Unpaired(file.path, f"no {kind} of this name", hint))
    return reports


def _plain(stem: str) -> str:
    return stem.casefold().replace(" ", "_")
