"""What can be wrong with the numbers of a table made elsewhere: units, zeros, several rows per token."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from os import PathLike
from typing import TYPE_CHECKING

from w2vpraat.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

# F1 of any voice lies between about 200 and 1400 Hz. In kHz it is below 2, in Bark, ERB or ln Hz below 20.
HIGHEST_KILOHERTZ = 2.0
LEAST_HERTZ = 20.0
LONGEST_SECONDS = 5.0
TIMES = ("prop_time", "rel_time", "time", "timepoint", "percent", "times_norm", "t")


def require_numbers(table: pd.DataFrame, columns: Sequence[str], file: str | PathLike[str]) -> None:
    """Check that these columns hold numbers.

    Raises
    ------
    InputError
        Naming the column and the first cell that is none.
    """
    from w2vpraat.pipeline.user_tables import MISSING, is_number

    for column in columns:
        if table[column].dtype.kind in "fiu":
            continue
        texts = [str(cell) for cell in table[column]]
        odd = next((text for text in texts if text not in MISSING and not is_number(text)), "")
        if not odd and all(text in MISSING for text in texts):
            raise InputError(
                f'column "{column}" is empty', "leave it out: --formants F1,F2 for example", file=file
            )
        # Cells that are numbers one by one can be a mixture: 300.5 and 300,5.
        odd = odd or next((text for text in texts if "," in text), texts[0])
        raise InputError(f'column "{column}" holds text: "{odd}"', "correct or empty such cells", file=file)


def formant_warnings(table: pd.DataFrame, formants: Sequence[str]) -> list[str]:
    """Say what makes columns of formants implausible as frequencies in Hz.

    Parameters
    ----------
    table : DataFrame
    formants : sequence of str
        Columns of numbers, first formant first.

    Returns
    -------
    list of str
        Empty if nothing is odd.
    """
    if not formants:
        return []
    negative = [column for column in formants if (table[column] < 0).any()]
    if negative:
        return [
            f"{', '.join(negative)}: negative values look normalized already, but formants in Hz are needed "
            "(ready columns can be compared with --set NAME=COL,COL)"
        ]
    said = []
    middles = {
        column: float(table[column].dropna().median()) for column in formants if table[column].notna().any()
    }
    first = middles.get(formants[0], float("nan"))
    if first < HIGHEST_KILOHERTZ:
        said.append(
            f"the median of {formants[0]} is {first:.3g}: it looks like kHz, but Hz are needed "
            "(multiply by 1000)"
        )
    elif first < LEAST_HERTZ:
        said.append(
            f"the median of {formants[0]} is {first:.3g}: it looks like Bark, ERB or a logarithm, but Hz are "
            "needed; what scales and normalizations make of it is wrong"
        )
    for low, high in pairwise(middles):
        if middles[low] > middles[high]:
            said.append(f"{low} is higher than {high}: are the columns swapped?")
    return said


def duration_warnings(table: pd.DataFrame) -> list[str]:
    """Say if a column ``dur`` looks like milliseconds."""
    if "dur" not in table.columns or table["dur"].dtype.kind != "f":
        return []
    middle = float(table["dur"].median())
    if not middle > LONGEST_SECONDS:
        return []
    return [f"the median of dur is {middle:.4g}: it looks like milliseconds, w2vpraat's tables have seconds"]


def repeated_row_warnings(table: pd.DataFrame, label: str, speaker: str) -> list[str]:
    """Say if a table without token ids looks as if it had several rows per token."""
    time = next((str(name) for name in table.columns if str(name).casefold() in TIMES), "")
    if "id" in table.columns or not time:
        return []
    # A run of the same label in which time goes on is one token measured several times.
    known = [name for name in (label, speaker) if name]
    same = (table[known] == table[known].shift()).all(axis=1)
    later = table[time] > table[time].shift() if table[time].dtype.kind == "f" else same
    several = int((same & later).sum())
    if several < len(table) / 2:
        return []
    return [
        f'"{time}" grows from row to row within a label: if these are time points of one token, give them '
        "the same id (a column id, or --token COLUMN); now each row counts as a token"
    ]


def tell_tokens_apart(
    table: pd.DataFrame, label: str, speaker: str, file: str | PathLike[str]
) -> tuple[pd.DataFrame, list[str]]:
    """Make ids unique that start again with each file or speaker.

    Rows with the same id are the time points of one token, and a token has one speaker, file and label.

    Parameters
    ----------
    table : DataFrame
    label, speaker : str
        Columns; the speaker may be an empty text.
    file : path
        For messages.

    Returns
    -------
    table : DataFrame
        With ``file_name:id`` or ``speaker:id`` as id if need be.
    notes : list of str

    Raises
    ------
    InputError
        If rows of one token still have different labels.
    """
    if "id" not in table.columns or not table["id"].duplicated().any():
        return table, []
    notes = []
    for column in ("file_name", speaker):
        if not column or column not in table.columns:
            continue
        if table.groupby("id")[column].nunique().max() > 1:
            table = table.assign(id=table[column].astype(str) + ":" + table["id"].astype(str))
            notes.append(f"ids start again with each {column}, so a token's id is {column}:id")
    labels = table.groupby("id")[label].nunique()
    if labels.max() > 1:
        token = labels.idxmax()
        said = ", ".join(map(str, table.loc[table["id"] == token, label].unique()))
        raise InputError(
            f'rows with the id "{token}" have different labels: {said}',
            "rows with the same id are time points of one token: --token COLUMN, or make the ids unique",
            file=file,
        )
    return table, notes
