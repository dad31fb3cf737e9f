"""Tables that users already have: read as they are, with their representations found by column name."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

from w2vpraat.corpus.tables_in import read_table
from w2vpraat.errors import InputError, W2VPraatError
from w2vpraat.params import NormalizeParams
from w2vpraat.representation import Representation

if TYPE_CHECKING:
    import pandas as pd

MISSING = frozenset(["", "NA", "NaN", "nan", "--undefined--"])
LABEL_NAMES = ("label", "vowel", "phone", "segment", "seg")
SPEAKER_NAMES = ("speaker", "spk", "talker", "subject")
# "03" is a name, not a number.
ALWAYS_TEXT = (*LABEL_NAMES, *SPEAKER_NAMES, "id", "file_name", "word")
DECIMAL_COMMA = re.compile(r"-?\d+(,\d+)?")


def read_user_table(path: str | PathLike[str], *, text: Sequence[str] = ()) -> pd.DataFrame:
    """Read a table of tokens: CSV, TSV, XLSX or Parquet, points or commas as decimal signs.

    Parameters
    ----------
    path : path
        The file.
    text : sequence of str
        Columns that stay text even if they look like numbers, beside the usual names of speaker, label,
        id and file.

    Returns
    -------
    pandas.DataFrame
        Columns whose cells are all numbers become float64 (empty, NA and Praat's --undefined-- are NaN).

    Raises
    ------
    InputError
        If the file can't be read.
    """
    import pandas as pd

    path = Path(path)
    if path.is_dir():
        raise InputError("is a folder, not a table", "name the CSV file", file=path)
    if path.suffix.lower() == ".parquet":
        try:
            return pd.read_parquet(path)
        except (OSError, ValueError) as error:
            raise InputError(f"can't read the table: {error}", "check the path", file=path) from error
    try:
        columns, rows = read_table(path)
    except W2VPraatError as error:
        raise InputError(error.message, error.hint, file=path) from error
    kept = {name.casefold() for name in (*ALWAYS_TEXT, *text)}
    table: dict[str, pd.Series] = {}
    for column in columns:
        cells = [row.cells.get(column, "") for row in rows]
        numbers = None if column.casefold() in kept else _numbers(cells)
        table[column] = pd.Series(
            cells if numbers is None else numbers, dtype=object if numbers is None else float
        )
    return pd.DataFrame(table)


def _numbers(cells: Sequence[str]) -> list[float] | None:
    filled = [cell for cell in cells if cell not in MISSING]
    if not filled:
        return None
    if any("," in cell for cell in filled) and all(DECIMAL_COMMA.fullmatch(cell) for cell in filled):
        cells = [cell.replace(",", ".") for cell in cells]
    try:
        return [float("nan") if cell in MISSING else float(cell) for cell in cells]
    except ValueError:
        return None


def require(table: pd.DataFrame, columns: Sequence[str], file: str | PathLike[str]) -> None:
    """Check that the table has these columns.

    Raises
    ------
    InputError
        Naming the missing column and those that are there.
    """
    for column in columns:
        if column not in table.columns:
            import difflib

            near = difflib.get_close_matches(column, [str(name) for name in table.columns], n=1, cutoff=0.4)
            guess = f'did you mean "{near[0]}"? ' if near else ""
            names = ", ".join(map(str, table.columns[:20]))
            raise InputError(f'the table has no column "{column}"', f"{guess}columns: {names}", file=file)


def with_ids(table: pd.DataFrame) -> pd.DataFrame:
    """Return the table with a column ``id``: its own, or the row numbers from 1."""
    if "id" in table.columns:
        return table
    out = table.copy()
    out.insert(0, "id", [str(number) for number in range(1, len(table) + 1)])
    return out


def table_representations(
    table: pd.DataFrame,
    params: NormalizeParams,
    methods: Sequence[str],
    *,
    speaker: str,
    label: str,
    f0: str = "f0",
) -> tuple[list[Representation], list[str]]:
    """Make the representations that a table of formants allows.

    Parameters
    ----------
    table : DataFrame
        With a column ``id``.
    params : NormalizeParams
        Formant set, scale, balance, policy.
    methods : sequence of str
        Normalizations; ``"raw"`` is the formants themselves.
    speaker, label, f0 : str
        Columns.

    Returns
    -------
    tuple
        Representations, and the methods left out with the reason.
    """
    from w2vpraat.normalize import METHODS, formant_representation, make_method

    made: list[Representation] = []
    left_out: list[str] = []
    for method in methods:
        if method != "raw" and method not in METHODS:
            make_method(method)  # says which methods there are
        try:
            options = {}
            if method != "raw":
                chosen = make_method(method, params, f0=f0).get_params()
                options = {k: v for k, v in chosen.items() if k not in ("formants", "scale", "f0")}
            made.append(
                formant_representation(
                    table,
                    method,
                    params.formants,
                    scale=params.scale,
                    speaker=speaker,
                    label=label,
                    f0=f0,
                    **options,
                )
            )
        except W2VPraatError as error:
            left_out.append(f"{method} left out: {error}")
    return made, left_out


def column_set(table: pd.DataFrame, name: str, columns: Sequence[str]) -> Representation:
    """Make a representation of columns that are already in the table, rows of one token averaged.

    Columns with the suffix of a normalization by speaker (``F1_z``) count as seeing the speaker's tokens.
    """
    from w2vpraat.normalize.methods import describe_methods

    suffixes = tuple(info.suffix for info in describe_methods() if info.sees_speaker and info.suffix)
    values = table.groupby("id", sort=False)[list(columns)].mean()
    return Representation(
        name,
        tuple(map(str, values.index)),
        values.to_numpy(dtype=float),
        tuple(columns),
        {"kind": "columns of the table"},
        sees_speaker=any(column.endswith(suffixes) for column in columns),
    )


def renamed(items: Sequence[Representation]) -> list[Representation]:
    """Give representations of the same name a number, so that tables can tell them apart."""
    seen: dict[str, int] = {}
    out = []
    for item in items:
        seen[item.name] = seen.get(item.name, 0) + 1
        out.append(item if seen[item.name] == 1 else replace(item, name=f"{item.name} ({seen[item.name]})"))
    return out
