"""Which columns of a user's table hold what: a choice that is always told to the user."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from w2vpraat.errors import InputError
from w2vpraat.params import NormalizeParams
from w2vpraat.pipeline.table_checks import (
    duration_warnings,
    formant_warnings,
    repeated_row_warnings,
    require_numbers,
    tell_tokens_apart,
)
from w2vpraat.pipeline.user_tables import LABEL_NAMES, SPEAKER_NAMES, require, with_ids

if TYPE_CHECKING:
    import pandas as pd

NOBODY = "none"
"""Instead of the speaker's column: all tokens are one speaker's."""


@dataclass(frozen=True)
class Columns:
    """The columns to use.

    Parameters
    ----------
    label, speaker : str
        The speaker may be an empty text where none is needed.
    normalize : NormalizeParams
        With the formants by their names in the table.
    """

    label: str
    speaker: str
    normalize: NormalizeParams


@dataclass(frozen=True, eq=False)
class FoundTable:
    """A user's table whose columns are known.

    Parameters
    ----------
    table : pandas.DataFrame
        One row per token, or per token and time; in the order given.
    columns : Columns
    notes : tuple of str
        What was found and decided.
    warnings : tuple of str
        What looks wrong with the numbers.
    """

    table: pd.DataFrame
    columns: Columns
    notes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


def command_option(name: str) -> str:
    """Return what the user calls a choice on the command line: ``label`` -> ``--label``."""
    return f"--{name}"


def find_columns(
    table: pd.DataFrame,
    params: NormalizeParams,
    *,
    file: str,
    label: str = "",
    speaker: str = "",
    token: str = "",
    ids: bool = True,
    need_speaker: bool = True,
    need_formants: bool = True,
    option: Callable[[str], str] = command_option,
) -> FoundTable:
    """Find the columns of a table, and look whether the numbers can be what they are taken for.

    Parameters
    ----------
    table : pandas.DataFrame
        From `w2vpraat.pipeline.user_tables`.
    params : NormalizeParams
        Its formants are looked for without regard to capitals.
    file : str
        Name of the table, for messages.
    label, speaker, token : str
        Columns named by the user; empty: the usual ones. Speaker ``"none"``: one speaker for all.
    ids : bool
        Number the rows in a column ``id`` if there is none.
    need_speaker : bool
        Whether a table without a column for the speaker is refused.
    need_formants : bool
        Whether a table with none of the formants is refused; else it has no formants and no methods.
    option : callable
        What the choice of a column is called where the user makes it.

    Returns
    -------
    FoundTable
        Its rows are those of `table`, in the same order.

    Raises
    ------
    InputError
        If a column is missing, holds text instead of numbers, or rows of one token have several labels.
    """
    if speaker == NOBODY and NOBODY not in table.columns:
        speaker = "speaker"
        table = table.assign(speaker="(one speaker)")
    if token:
        require(table, [token], file)
        if token != "id":
            table = table.drop(columns="id", errors="ignore").rename(columns={token: "id"})
    if not need_formants and not any(_alike(table, name) for name in params.formants):
        params = replace(params, formants=(), methods=())
    columns, notes = choose_columns(
        table, file, params, label=label, speaker=speaker, need_speaker=need_speaker, option=option
    )
    formants = columns.normalize.formants
    require_numbers(table, formants, file)
    table, remarks = tell_tokens_apart(table, columns.label, columns.speaker, file)
    warnings = (
        *formant_warnings(table, formants),
        *duration_warnings(table),
        *repeated_row_warnings(table, columns.label, columns.speaker),
    )
    return FoundTable(with_ids(table) if ids else table, columns, (*notes, *remarks), warnings)


def choose_columns(
    table: pd.DataFrame,
    file: str,
    params: NormalizeParams,
    *,
    label: str,
    speaker: str,
    need_speaker: bool = True,
    option: Callable[[str], str] = command_option,
) -> tuple[Columns, tuple[str, ...]]:
    """Find the columns that the user named, or the usual ones; say which were found.

    Without `need_speaker` the speaker may be an empty text.

    Raises
    ------
    InputError
        If a column is missing.
    """
    formants = _find_formants(table, params.formants, file, option("formants"))
    found_label, notes = _find(table, label, LABEL_NAMES, option("label"), file)
    more = f", or {option('speaker')} {NOBODY} if all tokens are one speaker's"
    found_speaker, further = _find(
        table, speaker, SPEAKER_NAMES, option("speaker"), file, needed=need_speaker, more=more
    )
    return Columns(found_label, found_speaker, replace(params, formants=formants)), (*notes, *further)


def _find(
    table: pd.DataFrame,
    named: str,
    usual: Sequence[str],
    option: str,
    file: str,
    *,
    needed: bool = True,
    more: str = "",
) -> tuple[str, tuple[str, ...]]:
    if named:
        require(table, [named], file)
        return named, ()
    for name in usual:
        for column in table.columns:
            if str(column).casefold() == name:
                said = () if column == usual[0] else (f'{option} is the column "{column}"',)
                return str(column), said
    if not needed:
        return "", ()
    raise InputError(
        f"can't tell which column to use for {option}",
        f"{option} NAME{more}; columns: {', '.join(map(str, table.columns[:20]))}",
        file=file,
    )


def _alike(table: pd.DataFrame, name: str) -> list[str]:
    """Return the columns of this name, whatever their capitals."""
    return [str(column) for column in table.columns if str(column).casefold() == name.casefold()]


def _find_formants(table: pd.DataFrame, names: Sequence[str], file: str, option: str) -> tuple[str, ...]:
    """Return the columns of these formants, whatever their capitals."""
    found: dict[str, str] = {}
    for name in names:
        same = _alike(table, name)
        if name in same or len(same) == 1:
            found[name] = name if name in same else same[0]
    missing = [name for name in names if name not in found]
    if missing:
        others = f"{option} {','.join(found)} does without; " if found else f"{option} COL,COL; "
        raise InputError(
            f'the table has no column "{missing[0]}"',
            f"{others}columns: {', '.join(map(str, table.columns[:20]))}",
            file=file,
        )
    return tuple(found[name] for name in names)
