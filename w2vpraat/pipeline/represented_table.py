"""A user's table, or a results folder, with all the representations that it allows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from w2vpraat.pipeline.table_columns import Columns
from w2vpraat.pipeline.user_tables import renamed, table_representations
from w2vpraat.representation import Representation

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class RepresentedTable:
    """One row per token, all rows of the table (time points), and what represents the tokens.

    Parameters
    ----------
    tokens, rows : pandas.DataFrame
    columns : Columns
    representations : list of Representation
        Raw formants, normalized ones, vectors.
    left_out : tuple of str
        Methods that the table does not allow, with the reason.
    """

    tokens: pd.DataFrame
    rows: pd.DataFrame
    columns: Columns
    representations: list[Representation]
    left_out: tuple[str, ...] = ()


def represent_table(
    table: pd.DataFrame, columns: Columns, vectors: Sequence[Representation] = (), *, f0: str = "f0"
) -> RepresentedTable:
    """Make the representations of a table: formants, normalized ones, vectors.

    Parameters
    ----------
    table : pandas.DataFrame
        With a column ``id``; one row per token, or per token and time.
    columns : Columns
        Which of them to use. Without formants there are only the vectors.
    vectors : sequence of Representation
        Of the same tokens.
    f0 : str
        Column of f0; may be absent.
    """
    made, left_out = table_representations(
        table,
        columns.normalize,
        ("raw", *columns.normalize.methods) if columns.normalize.formants else (),
        speaker=columns.speaker,
        label=columns.label,
        f0=f0,
    )
    items = renamed([*made, *vectors])
    return RepresentedTable(table.drop_duplicates("id"), table, columns, items, tuple(left_out))
