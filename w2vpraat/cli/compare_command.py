"""``w2vpraat compare``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from w2vpraat.cli.options import SectionedCommand, parameter_options, settings_from
from w2vpraat.cli.table_options import choose_columns, column_options


@click.command(cls=SectionedCommand)
@click.argument("table", type=click.Path())
@click.option(
    "-o", "--output", type=click.Path(file_okay=False), help="Folder for scores.csv and left_out.csv."
)
@click.option("--sex", default="sex", show_default=True, help="Column of the sex (F/M); may be absent.")
@click.option("--f0", "f0_column", default="f0", show_default=True, help="Column of f0, if there is one.")
@click.option("--vectors", type=click.Path(dir_okay=False), help="vectors.npz of the same tokens (by id).")
@click.option(
    "--columns",
    "column_sets",
    multiple=True,
    metavar="NAME=COL,COL,...",
    help="Compare these columns of the table too, for example mine=F1_x,F2_x; may be repeated.",
)
@column_options
@parameter_options("normalize", "compare")
def command(
    table: str,
    output: str | None,
    sex: str,
    f0_column: str,
    vectors: str | None,
    column_sets: tuple[str, ...],
    label: str,
    speaker: str,
    config: str | None,
    **values: Any,
) -> int:
    """Compare representations of the tokens in TABLE on the same tokens and folds.

    TABLE is a CSV, TSV or XLSX with formants in Hz, also one that you already have, or a results folder of
    `w2vpraat run`. Compared are the raw formants, the --methods, --columns, and --vectors.

    \b
    w2vpraat compare results/
    w2vpraat compare pb52.csv --label vowel --folds 10 --methods lobanov,nearey2,deltaf
    w2vpraat compare mine.csv --columns barks=B1,B2 -o scores/
    """
    from w2vpraat.cli.score_table import print_scores
    from w2vpraat.compare import compare
    from w2vpraat.export.tables import write_table
    from w2vpraat.pipeline.user_tables import (
        column_set,
        read_user_table,
        renamed,
        require,
        table_representations,
        with_ids,
    )

    path = Path(table)
    if path.is_dir():
        folder, path = path, path / "tokens.csv"
        if vectors is None and (folder / "vectors.npz").is_file():
            vectors = str(folder / "vectors.npz")
    settings = settings_from(values, config=config)
    data = with_ids(read_user_table(path, text=(label, speaker)))
    columns = choose_columns(data, str(path), settings.normalize, label=label, speaker=speaker)
    items, left_out = table_representations(
        data,
        columns.normalize,
        ("raw", *columns.normalize.methods),
        speaker=columns.speaker,
        label=columns.label,
        f0=f0_column,
    )
    for text in column_sets:
        name, mark, names = text.partition("=")
        if not mark or not names:
            raise click.BadParameter(f"{text!r} is not NAME=COL,COL,...", param_hint="--columns")
        chosen = [part.strip() for part in names.split(",") if part.strip()]
        require(data, chosen, path)
        items.append(column_set(data, name, chosen))
    if vectors is not None:
        from w2vpraat.export.vectors import read_vectors

        items.extend(read_vectors(vectors))
    for text in left_out:
        click.echo(f"note: {text}", err=True)
    one_row = data.drop_duplicates("id")
    scores = compare(
        renamed(items), one_row, settings.compare, label=columns.label, speaker=columns.speaker, sex=sex
    )
    print_scores(scores)
    if output is not None:
        target = Path(output)
        write_table(scores.table, target / "scores.csv", keep_order=True)
        write_table(scores.left_out, target / "left_out.csv", keep_order=True)
        click.echo(f"\nwritten: {target / 'scores.csv'}", err=True)
    return 0
