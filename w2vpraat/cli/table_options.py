"""Which columns of a user's table hold what: options, and a choice that is always said."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from w2vpraat.errors import InputError
from w2vpraat.params import NormalizeParams

if TYPE_CHECKING:
    import pandas as pd

Command = TypeVar("Command", bound=Callable[..., Any])
# --speaker none: all tokens are one speaker's.
NOBODY = "none"


@dataclass(frozen=True)
class Columns:
    """The columns to use."""

    label: str
    speaker: str
    normalize: NormalizeParams


def column_options(command: Command) -> Command:
    """Add ``--label``, ``--speaker``, ``--token`` and ``--preset``."""
    from w2vpraat.corpus.tables.presets import AUTO, NONE, PRESETS

    options = (
        click.option("--label", default="", help="Column of the vowel or label; default: label, vowel ..."),
        click.option(
            "--speaker",
            default="",
            help="Column of the speaker; default: speaker, spk ... none: all tokens are one speaker's.",
        ),
        click.option(
            "--token",
            default="",
            help="Column that is the same in all rows of a token (its time points); default: id.",
        ),
        click.option(
            "--preset",
            type=click.Choice([AUTO, NONE, *(key for key in PRESETS if key != "new-fave-param")]),
            default=AUTO,
            show_default=True,
            help="Whose columns the table has; auto: see the header, none: w2vpraat's or your own.",
        ),
    )
    for option in reversed(options):
        command = option(command)
    return command


def open_table(
    path: str | Path,
    params: NormalizeParams,
    *,
    label: str = "",
    speaker: str = "",
    token: str = "",
    preset: str = "auto",
    named: Sequence[str] = (),
    ids: bool = True,
    need_speaker: bool = True,
    need_formants: bool = True,
) -> tuple[pd.DataFrame, Columns]:
    """Open a table (or the table of a results folder), find its columns, and say what was found.

    Parameters
    ----------
    path : path
        A table, or a folder with ``tokens.csv``.
    params : NormalizeParams
        Its formants are looked for without regard to capitals.
    label, speaker, token : str
        Columns named by the user; empty: the usual ones. Speaker ``"none"``: one speaker for all.
    preset : str
        ``"auto"``, ``"none"`` or a key of ``w2vpraat.corpus.tables.presets``.
    named : sequence of str
        Further columns that the user names; a recognized table keeps their names.
    ids : bool
        Number the rows in a column ``id`` if there is none.
    need_speaker : bool
        Whether a table without a column for the speaker is refused.
    need_formants : bool
        Whether a table with none of the formants is refused; else it has no formants and no methods.

    Returns
    -------
    table : DataFrame
    columns : Columns

    Raises
    ------
    InputError
        If the table can't be read, or a column is missing or holds text instead of numbers.
    """
    from w2vpraat.pipeline.table_checks import (
        duration_warnings,
        formant_warnings,
        repeated_row_warnings,
        require_numbers,
        tell_tokens_apart,
    )
    from w2vpraat.pipeline.user_tables import open_user_table, require, with_ids

    file = Path(path)
    file = file / "tokens.csv" if file.is_dir() else file
    chosen = (label, speaker, token)
    opened = open_user_table(file, text=chosen, preset=preset, keep=(*chosen, *params.formants, *named))
    table = opened.table
    notes = list(opened.notes)
    if speaker == NOBODY and NOBODY not in table.columns:
        speaker = "speaker"
        table = table.assign(speaker="(one speaker)")
    if token:
        require(table, [token], file)
        table = (
            table.drop(columns="id", errors="ignore").rename(columns={token: "id"})
            if token != "id"
            else table
        )
    for note in notes:
        click.echo(f"note: {note}", err=True)
    if not need_formants and not any(_alike(table, name) for name in params.formants):
        params = replace(params, formants=(), methods=())
    columns = choose_columns(
        table, str(file), params, label=label, speaker=speaker, need_speaker=need_speaker
    )
    formants = columns.normalize.formants
    require_numbers(table, formants, file)
    table, notes = tell_tokens_apart(table, columns.label, columns.speaker, file)
    for note in notes:
        click.echo(f"note: {note}", err=True)
    for warning in (
        *formant_warnings(table, formants),
        *duration_warnings(table),
        *repeated_row_warnings(table, columns.label, columns.speaker),
    ):
        click.echo(f"warning: {warning}", err=True)
    return (with_ids(table) if ids else table), columns


def choose_columns(
    table: pd.DataFrame,
    file: str,
    params: NormalizeParams,
    *,
    label: str,
    speaker: str,
    need_speaker: bool = True,
) -> Columns:
    """Find the columns that the user named, or the usual ones; say which were found.

    Without `need_speaker` the speaker may be an empty text.

    Raises
    ------
    InputError
        If a column is missing.
    """
    from w2vpraat.pipeline.user_tables import LABEL_NAMES, SPEAKER_NAMES

    formants = _find_formants(table, params.formants, file)
    return Columns(
        _find(table, label, LABEL_NAMES, "--label", file),
        _find(table, speaker, SPEAKER_NAMES, "--speaker", file, needed=need_speaker),
        replace(params, formants=formants),
    )


def _find(
    table: pd.DataFrame, named: str, usual: Sequence[str], option: str, file: str, *, needed: bool = True
) -> str:
    from w2vpraat.pipeline.user_tables import require

    if named:
        require(table, [named], file)
        return named
    for name in usual:
        for column in table.columns:
            if str(column).casefold() == name:
                if column != usual[0]:
                    click.echo(f'note: {option} is the column "{column}"', err=True)
                return str(column)
    if not needed:
        return ""
    more = ", or --speaker none if all tokens are one speaker's" if option == "--speaker" else ""
    raise InputError(
        f"can't tell which column to use for {option}",
        f"{option} NAME{more}; columns: {', '.join(map(str, table.columns[:20]))}",
        file=file,
    )


def _alike(table: pd.DataFrame, name: str) -> list[str]:
    """Return the columns of this name, whatever their capitals."""
    return [str(column) for column in table.columns if str(column).casefold() == name.casefold()]


def _find_formants(table: pd.DataFrame, names: Sequence[str], file: str) -> tuple[str, ...]:
    """Return the columns of these formants, whatever their capitals."""
    found: dict[str, str] = {}
    for name in names:
        same = _alike(table, name)
        if name in same or len(same) == 1:
            found[name] = name if name in same else same[0]
    missing = [name for name in names if name not in found]
    if missing:
        others = f"--formants {','.join(found)} does without; " if found else "--formants COL,COL; "
        raise InputError(
            f'the table has no column "{missing[0]}"',
            f"{others}columns: {', '.join(map(str, table.columns[:20]))}",
            file=file,
        )
    return tuple(found[name] for name in names)
