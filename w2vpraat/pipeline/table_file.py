"""The table of a run as one file, in the columns of w2vpraat or of another program, with its provenance."""

from __future__ import annotations

from os import PathLike
from pathlib import Path

from w2vpraat.corpus.token_values import metadata_columns
from w2vpraat.pipeline.results import run_provenance
from w2vpraat.pipeline.running import Results
from w2vpraat.writing import json_bytes, write_whole


def provenance_beside(path: str | PathLike[str]) -> Path:
    """Return where the record of a table lies: ``vowels.provenance.json`` beside ``vowels.csv``."""
    return Path(path).with_suffix(".provenance.json")


def write_table_file(
    results: Results, path: str | PathLike[str], *, preset: str = ""
) -> tuple[Path, Path, tuple[str, ...]]:
    """Write the long table of a run, and beside it what made it.

    Parameters
    ----------
    results : Results
        From `running`.
    path : path
        ``.csv``, ``.tsv``, ``.parquet`` or ``.xlsx``; with a preset an ending that the program reads.
    preset : str
        ``"new-fave"``, ``"norm"``, ``"visvow"`` or ``"emur"``; empty: w2vpraat's own columns.

    Returns
    -------
    table, provenance : Path
        The files.
    notes : tuple of str
        What the other program's table could not hold.

    Raises
    ------
    ExportError
        If the table lacks what the program needs, or a file can't be written.
    """
    from w2vpraat.export.presets import as_preset, write_preset
    from w2vpraat.export.tables import write_table

    notes: tuple[str, ...] = ()
    if preset:
        made = as_preset(results.table, preset)
        notes = made.notes
        table = write_preset(made, path)
    else:
        table = write_table(results.table, path, metadata=metadata_columns(results.opened.tokens.kept))
    record = run_provenance(results, [table], table.parent)
    return table, write_whole(json_bytes(record.as_dict()), provenance_beside(table)), notes
