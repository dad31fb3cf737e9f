"""What the window shows, as one frozen value read from a results folder."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

from w2vpraat.errors import InputError


@dataclass(frozen=True)
class Sheet:
    """A table as text: header and rows."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Results:
    """The files of one results folder.

    Parameters
    ----------
    folder : Path
        The folder that ``w2vpraat run`` wrote.
    tokens, scores : Sheet
        ``tokens.csv`` and ``scores.csv``.
    figure : Path or None
        The side-by-side figure, if there is one.
    """

    folder: Path
    tokens: Sheet
    scores: Sheet
    figure: Path | None


def read_results(folder: Path) -> Results:
    """Read a results folder.

    Raises
    ------
    InputError
        If the folder holds no ``tokens.csv``, or a table can't be read.
    """
    tokens = folder / "tokens.csv"
    if not tokens.is_file():
        raise InputError(
            "this folder holds no tokens.csv",
            "choose a folder that `w2vpraat run CORPUS -o FOLDER` or `w2vpraat demo` wrote",
            file=folder,
        )
    figure = folder / "figure.png"
    scores = folder / "scores.csv"
    return Results(
        folder,
        _read_sheet(tokens),
        _read_sheet(scores) if scores.is_file() else Sheet((), ()),
        figure if figure.is_file() else None,
    )


def _read_sheet(path: Path) -> Sheet:
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            rows = [tuple(row) for row in csv.reader(file)]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(
            f"can't read the table: {error}", "write it again with w2vpraat run", file=path
        ) from error
    return Sheet(rows[0], tuple(rows[1:])) if rows else Sheet((), ())
