"""``w2vpraat normalize``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from w2vpraat.cli.options import SectionedCommand, parameter_options, settings_from
from w2vpraat.cli.table_options import column_options, open_table


@click.command(cls=SectionedCommand)
@click.argument("table", type=click.Path(), required=False)
@click.option(
    "-o", "--output", type=click.Path(dir_okay=False), help="CSV to write; default: to the terminal."
)
@click.option("--f0", "f0_column", default="f0", show_default=True, help="Column of f0, if there is one.")
@click.option("--list", "list_methods", is_flag=True, help="List the methods with author and year, and stop.")
@column_options
@parameter_options("normalize")
def command(
    table: str | None,
    output: str | None,
    f0_column: str,
    list_methods: bool,
    label: str,
    speaker: str,
    token: str,
    preset: str,
    config: str | None,
    **values: Any,
) -> int:
    """Add normalized columns to TABLE: formants in Hz as CSV, TSV or XLSX, also one that you already have.

    One row per token (or per token and time, with a column id). Raw columns stay. Next to the output,
    NAME.normalization.json records each method with its source and its fitted constants.

    \b
    w2vpraat normalize --list
    w2vpraat normalize vowels.csv --methods lobanov,nearey2,deltaf -o normalized.csv
    w2vpraat normalize pb52.csv --label vowel --formants f1,f2,f3 --methods nearey2 --balance vowel
    """
    if list_methods:
        _list_methods()
        return 0
    if table is None:
        raise click.UsageError("name a table, or use --list")
    from w2vpraat.export.tables import write_json, write_table
    from w2vpraat.normalize import normalize_table

    settings = settings_from(values, config=config)
    data, columns = open_table(
        table,
        settings.normalize,
        label=label,
        speaker=speaker,
        token=token,
        preset=preset,
        named=[f0_column],
        ids=False,
    )
    result = normalize_table(
        data,
        columns.normalize,
        speaker=columns.speaker,
        label=columns.label,
        f0=f0_column if f0_column in data.columns else None,
        token="id" if "id" in data.columns else None,
    )
    for warning in result.warnings:
        click.echo(f"note: {warning}", err=True)
    if output is None:
        click.echo(result.table.to_csv(index=False), nl=False)
        return 0
    write_table(result.table, output, keep_order=True)
    record = Path(output).with_suffix(".normalization.json")
    write_json({"table": str(table), "records": result.records, "warnings": list(result.warnings)}, record)
    click.echo(f"{len(result.table)} rows, {len(result.records)} methods: {output}, {record}", err=True)
    return 0


def _list_methods() -> None:
    from w2vpraat.cli.progress import print_table
    from w2vpraat.normalize.methods import describe_methods

    for kind, option in (
        ("formants", "--methods"),
        ("f0", "--f0-methods"),
        ("embedding", "--embedding-methods"),
    ):
        click.echo(f"\n{kind} ({option})")
        print_table(
            [
                (info.key, info.title, f"{info.author} {info.year or ''}".strip(), info.columns)
                for info in describe_methods(kind)
            ],
            ("key", "method", "source", "columns"),
        )
