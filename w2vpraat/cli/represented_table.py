"""Options for a user's table, or a results folder, and all the representations that it allows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from w2vpraat.cli.table_options import column_options, open_table

if TYPE_CHECKING:
    from w2vpraat.params import NormalizeParams
    from w2vpraat.pipeline.represented_table import RepresentedTable

Command = TypeVar("Command", bound=Callable[..., Any])


def represented_table_options(command: Command) -> Command:
    """Add ``--f0``, ``--vectors`` and the options about columns."""
    for option in (
        click.option("--vectors", type=click.Path(dir_okay=False), help="vectors.npz of the same tokens."),
        click.option("--f0", "f0_column", default="f0", show_default=True, help="Column of f0, if any."),
    ):
        command = option(command)
    return column_options(command)


def open_represented_table(
    path: str,
    params: NormalizeParams,
    *,
    f0_column: str,
    vectors: str | None,
    label: str,
    speaker: str,
    token: str,
    preset: str,
    named: Sequence[str] = (),
) -> RepresentedTable:
    """Open a table, say what was found, and make its representations: formants, normalized ones, vectors.

    Parameters
    ----------
    path : str
        A table, or a results folder.
    params : NormalizeParams
    f0_column, vectors, label, speaker, token, preset
        The options.
    named : sequence of str
        Further columns that the user names; a table of another program keeps their names.

    Raises
    ------
    InputError
        If the table or the vectors can't be read, or a column is missing. All formants may be missing if
        there are vectors.
    """
    from w2vpraat.export.vectors import read_vectors
    from w2vpraat.pipeline.represented_table import represent_table

    if vectors is None and (Path(path) / "vectors.npz").is_file():
        vectors = str(Path(path) / "vectors.npz")
    embedded = list(read_vectors(vectors)) if vectors is not None else []
    data, columns = open_table(
        path,
        params,
        label=label,
        speaker=speaker,
        token=token,
        preset=preset,
        named=[f0_column, *named],
        need_formants=not embedded,
    )
    made = represent_table(data, columns, embedded, f0=f0_column)
    for text in made.left_out:
        click.echo(f"note: {text}", err=True)
    return made
