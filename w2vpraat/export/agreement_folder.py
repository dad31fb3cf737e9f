"""The folder on two annotators: five tables and the methods paragraph. Command line and window share it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from w2vpraat.export.tables import write_table
from w2vpraat.writing import write_whole

if TYPE_CHECKING:
    import pandas as pd

    from w2vpraat.compare.agreement.agreement import Agreement

METHODS = "methods.txt"


def write_agreement(compared: Agreement, differing: pd.DataFrame, text: str, folder: Path) -> tuple[str, ...]:
    """Write everything about a comparison.

    Parameters
    ----------
    compared : Agreement
        The comparison.
    differing : pandas.DataFrame
        The disagreements, from `disagreement_table`; more columns are welcome.
    text : str
        Methods paragraph with its references.
    folder : Path
        Is made if there is none.

    Returns
    -------
    tuple of str
        Names of the files.
    """
    tables = {
        "agreement.csv": compared.summaries(),
        "confusions.csv": compared.confusions(equal=True),
        "disagreements.csv": differing,
        "boundaries.csv": compared.boundary_table(),
        "items.csv": compared.item_table(),
    }
    for name, table in tables.items():
        write_table(table, folder / name, keep_order=True)
    write_whole(text.encode(), folder / METHODS)
    return (*tables, METHODS)
