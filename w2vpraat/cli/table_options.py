"""Which columns of a user's table hold what: options, and a choice that is always said."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar

import click

from w2vpraat.errors import InputError
from w2vpraat.params import NormalizeParams

if TYPE_CHECKING:
    import pandas as pd

Command = TypeVar("Command", bound=Callable[..., Any])


@dataclass(frozen=True)
class Columns:
    """The columns to use."""

    label: str
    speaker: str
    normalize: NormalizeParams


def column_options(command: Command) -> Command:
    """Add ``--label`` and ``--speaker``."""
    command = click.option("--speaker", default="", help="Column of the speaker; default: speaker, spk ...")(
        command
    )
    return click.option(
        "--label", default="", help="Column of the vowel or label; default: label, vowel ..."
    )(command)


def choose_columns(
    table: pd.DataFrame, file: str, params: NormalizeParams, *, label: str, speaker: str
) -> Columns:
    """Find the columns that the user named, or the usual ones; say which were found.

    Raises
    ------
    InputError
        If a column is missing.
    """
    from w2vpraat.pipeline.user_tables import LABEL_NAMES, SPEAKER_NAMES

    formants = tuple(_find_formant(table, name, file) for name in params.formants)
    return Columns(
        _find(table, label, LABEL_NAMES, "--label", file),
        _find(table, speaker, SPEAKER_NAMES, "--speaker", file),
        replace(params, formants=formants),
    )


def _find(table: pd.DataFrame, named: str, usual: Sequence[str], option: str, file: str) -> str:
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
    raise InputError(
        f"can't tell which column to use for {option}",
        f"{option} NAME; columns: {', '.join(map(str, table.columns[:20]))}",
        file=file,
    )


def _find_formant(table: pd.DataFrame, name: str, file: str) -> str:
    from w2vpraat.pipeline.user_tables import require

    if name in table.columns:
        return name
    same = [str(column) for column in table.columns if str(column).casefold() == name.casefold()]
    if len(same) == 1:
        return same[0]
    require(table, [name], file)
    return name
