"""Tables that users already have: read as they are, with their representations found by column name."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

from w2vpraat.corpus.tables.cells import Cells, read_cells
from w2vpraat.corpus.tables.importing import import_cells
from w2vpraat.corpus.tables.presets import AUTO, NONE, find_preset, recognize
from w2vpraat.corpus.tables.reading import read_table
from w2vpraat.errors import InputError, W2VPraatError
from w2vpraat.params import NormalizeParams
from w2vpraat.representation import Representation

if TYPE_CHECKING:
    import pandas as pd

UNDEFINED = "--undefined--"
EXCEL_ERRORS = ("#N/A", "#VALUE!", "#DIV/0!", "#NUM!", "#REF!", "#NAME?", "#NULL!")
MISSING = frozenset(["", "NA", "N/A", "NaN", "nan", "NULL", ".", UNDEFINED, *EXCEL_ERRORS])
LABEL_NAMES = ("label", "vowel", "phone", "segment", "seg")
SPEAKER_NAMES = ("speaker", "spk", "spkr", "talker", "subject", "participant", "speaker_id")
# "03" is a name, not a number; "2" and "9" are vowels in SAMPA.
ALWAYS_TEXT = (*LABEL_NAMES, *SPEAKER_NAMES, "id", "file_name", "word", "tier", "pre_seg", "fol_seg")
DECIMAL_COMMA = re.compile(r"-?\d+(,\d+)?")
THOUSANDS = re.compile(r"-?\d{1,3}(,\d{3})+")


@dataclass(frozen=True, eq=False)
class UserTable:
    """A table that a user already had.

    Parameters
    ----------
    table : pandas.DataFrame
        Columns whose cells are all numbers are float64, the others text (an empty text is a missing value).
    preset : str
        Key of the convention it was taken for; empty: none.
    notes : tuple of str
        What was recognized, renamed and decided, for the user to read.
    """

    table: pd.DataFrame
    preset: str = ""
    notes: tuple[str, ...] = ()


def read_user_table(
    path: str | PathLike[str], *, text: Sequence[str] = (), preset: str = AUTO
) -> pd.DataFrame:
    """Read a table of tokens: :func:`open_user_table` without its notes."""
    return open_user_table(path, text=text, preset=preset, keep=text).table


def open_user_table(
    path: str | PathLike[str],
    *,
    text: Sequence[str] = (),
    preset: str = AUTO,
    keep: Sequence[str] = (),
) -> UserTable:
    """Read a table of tokens: CSV, TSV, TXT, XLSX, YAML or Parquet, points or commas as decimal signs.

    A table of another program (new-fave, NORM, Visible Vowels, emuR, FAVE-extract, Fast Track, PolyglotDB,
    PraatSauce, VoxCommunis) is recognized by its header and gets w2vpraat's names and units.

    Parameters
    ----------
    path : path
        The file.
    text : sequence of str
        Columns that stay text even if they look like numbers, beside the usual names of speaker, label,
        id and file.
    preset : str
        ``"auto"``, ``"none"``, or the key of a convention (see ``w2vpraat.corpus.tables.presets``).
    keep : sequence of str
        Columns that a recognized table keeps under their own names.

    Returns
    -------
    UserTable
        Empty cells, NA, Praat's --undefined-- and Excel's errors are NaN in columns of numbers.

    Raises
    ------
    InputError
        If the file can't be read, is not what `preset` says, or two columns have the same name.
    """
    import pandas as pd

    path = Path(path)
    if path.is_dir():
        raise InputError("is a folder, not a table", "name the CSV file", file=path)
    if preset not in (AUTO, NONE):
        find_preset(preset)
    if path.suffix.lower() == ".parquet":
        try:
            return UserTable(pd.read_parquet(path))
        except (OSError, ValueError) as error:
            raise InputError(f"can't read the table: {error}", "check the path", file=path) from error
    try:
        if path.suffix.lower() in (".yaml", ".yml"):
            names, rows = read_table(path)
            columns = {name: [row.cells.get(name, "") for row in rows] for name in names}
            return _made(columns, "", [], text)
        return user_table(read_cells(path), text=text, preset=preset, keep=keep)
    except W2VPraatError as error:
        raise InputError(error.message, error.hint, file=path) from error


def user_table(
    cells: Cells, *, text: Sequence[str] = (), preset: str = AUTO, keep: Sequence[str] = ()
) -> UserTable:
    """Do the same as `open_user_table` with cells that are already read, of a file or of a Table of Praat.

    Raises
    ------
    InputError
        If the table is not what `preset` says, or two columns have the same name.
    """
    columns, found, notes = _text_columns(cells, preset, keep)
    return _made(columns, found, notes, text)


def _made(
    columns: Mapping[str, Sequence[str]], preset: str, notes: list[str], text: Sequence[str]
) -> UserTable:
    """Make columns of numbers where all cells are numbers."""
    import pandas as pd

    kept = {name.casefold() for name in (*ALWAYS_TEXT, *text)}
    table: dict[str, pd.Series] = {}
    thousands = []
    for column, cells in columns.items():
        numbers = None if column.casefold() in kept else _numbers(cells)
        if numbers is None:
            texts = ["" if cell == UNDEFINED else cell for cell in cells]
            table[column] = pd.Series(texts, dtype=object)
            continue
        table[column] = pd.Series(numbers, dtype=float)
        commas = [cell for cell in cells if "," in cell]
        if commas and all(THOUSANDS.fullmatch(cell) for cell in commas):
            thousands.append(f"{column} ({commas[0]} is read as {commas[0].replace(',', '.')})")
    if thousands:
        notes.append(f"commas are decimal signs, not thousands: {', '.join(thousands)}")
    return UserTable(pd.DataFrame(table), preset, tuple(notes))


def _text_columns(
    cells: Cells, preset: str, keep: Sequence[str]
) -> tuple[dict[str, Sequence[str]], str, list[str]]:
    """Return columns of texts, the preset that they follow, and the notes."""
    notes = list(cells.notes)
    found = None
    if preset != NONE:
        found = recognize(cells.columns) if preset == AUTO else find_preset(preset)
    if found is not None:
        made = import_cells(cells, found, keep=[name for name in keep if name])
        renamed = ", ".join(f"{theirs} -> {ours}" for theirs, ours in made.renamed.items())
        notes.append(
            f"taken for a table of {found.title}"
            + (f": {renamed}" if renamed else "")
            + (" (--preset none reads it as it is)" if preset == AUTO else "")
        )
        return dict(made.columns), found.key, [*notes, *made.notes]
    seen: dict[str, int] = {}
    for number, name in enumerate(cells.columns, start=1):
        if name in seen:
            raise InputError(
                f'columns {seen[name]} and {number} are both called "{name}"', "rename one of them"
            )
        seen[name] = number
    return (
        {name: [row[i] for row in cells.rows] for name, i in zip(seen, range(len(seen)), strict=True)},
        "",
        notes,
    )


def _numbers(cells: Sequence[str]) -> list[float] | None:
    filled = [cell for cell in cells if cell not in MISSING]
    if not filled or any("_" in cell for cell in filled):  # Python would read 1_2 as 12
        return None
    if any("," in cell for cell in filled) and all(DECIMAL_COMMA.fullmatch(cell) for cell in filled):
        cells = [cell.replace(",", ".") for cell in cells]
    try:
        return [float("nan") if cell in MISSING else float(cell) for cell in cells]
    except ValueError:
        return None


def is_number(cell: str) -> bool:
    """Whether a cell alone reads as a number, with a point or a comma as decimal sign."""
    return _numbers([cell]) is not None


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
    reference: pd.DataFrame | None = None,
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
    reference : DataFrame, optional
        Other tokens that the normalizations are fitted on.

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
                    reference=None if method == "raw" else reference,
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
