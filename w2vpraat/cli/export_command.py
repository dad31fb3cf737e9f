"""``w2vpraat export``."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from w2vpraat.cli.table_options import column_options, open_table
from w2vpraat.corpus.tables.presets import WRITTEN

if TYPE_CHECKING:
    import pandas as pd


@click.command()
@click.argument("table", type=click.Path())
@click.option(
    "--as", "target", type=click.Choice(list(WRITTEN)), required=True, help="Whose columns to write."
)
@click.option("-o", "--output", type=click.Path(dir_okay=False), required=True, help="File to write.")
@column_options
def command(table: str, target: str, output: str, label: str, speaker: str, token: str, preset: str) -> int:
    """Write TABLE in the columns of another program.

    TABLE is a results folder of `w2vpraat run`, or any table that w2vpraat reads. Columns are renamed and
    reordered, times converted; nothing is computed anew. What the other program can't hold is listed.

    \b
    new-fave  *_points.csv, then all other columns             .csv
    norm      NORM and the R package vowels                    .txt (tabs)
    visvow    Visible Vowels, wide form                        .xlsx
    emur      emuR's query() or get_trackdata(), times in ms   .csv

    \b
    w2vpraat export results/ --as visvow -o vowels.xlsx
    w2vpraat export h95.csv --as norm --label vowel -o h95.txt
    """
    from w2vpraat.export.presets import as_preset, write_preset
    from w2vpraat.params import NormalizeParams

    params = replace(NormalizeParams(), formants=())
    needs_speaker = target in ("norm", "visvow")
    data, columns = open_table(
        table,
        params,
        label=label,
        speaker=speaker,
        token=token,
        preset=preset,
        need_speaker=needs_speaker,
        ids=False,
    )
    made = as_preset(_our_names(data, columns.label, columns.speaker), target)
    write_preset(made, output)
    for note in made.notes:
        click.echo(f"note: {note}", err=True)
    click.echo(
        f"written: {output} ({len(made.rows)} rows, {made.preset.title}, see {made.preset.source})", err=True
    )
    return 0


def _our_names(data: pd.DataFrame, label: str, speaker: str) -> pd.DataFrame:
    """Give label, speaker and formants the names of the long table."""
    names = {label: "label", speaker: "speaker"}
    names |= {name: name.upper() for name in map(str, data.columns) if re.fullmatch(r"[fb][1-9]", name)}
    return data.rename(
        columns={old: new for old, new in names.items() if old and old != new and new not in data.columns}
    )
