"""Which columns of a user's table hold what: options, and the choice that was made is always said."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from w2vpraat.params import NormalizeParams

if TYPE_CHECKING:
    import pandas as pd

    from w2vpraat.pipeline.table_columns import Columns

Command = TypeVar("Command", bound=Callable[..., Any])


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
    from w2vpraat.pipeline.table_columns import find_columns
    from w2vpraat.pipeline.user_tables import open_user_table

    file = Path(path)
    file = file / "tokens.csv" if file.is_dir() else file
    chosen = (label, speaker, token)
    opened = open_user_table(file, text=chosen, preset=preset, keep=(*chosen, *params.formants, *named))
    for note in opened.notes:
        click.echo(f"note: {note}", err=True)
    found = find_columns(
        opened.table,
        params,
        file=str(file),
        label=label,
        speaker=speaker,
        token=token,
        ids=ids,
        need_speaker=need_speaker,
        need_formants=need_formants,
    )
    for note in found.notes:
        click.echo(f"note: {note}", err=True)
    for warning in found.warnings:
        click.echo(f"warning: {warning}", err=True)
    return found.table, found.columns
