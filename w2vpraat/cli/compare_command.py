"""``w2vpraat compare``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from w2vpraat.cli.options import SectionedCommand, parameter_options, settings_from
from w2vpraat.cli.table_options import column_options, open_table

if TYPE_CHECKING:
    import pandas as pd

    from w2vpraat.representation import Representation


@click.command(cls=SectionedCommand)
@click.argument("table", type=click.Path())
@click.option(
    "-o",
    "--output",
    type=click.Path(file_okay=False),
    help="Folder for report.html and the tables: scores, ranking, differences, pairs, variance ...",
)
@click.option("--sex", default="sex", show_default=True, help="Column of the sex (F/M); may be absent.")
@click.option("--f0", "f0_column", default="f0", show_default=True, help="Column of f0, if there is one.")
@click.option("--vectors", type=click.Path(dir_okay=False), help="vectors.npz of the same tokens (by id).")
@click.option(
    "--set",
    "column_sets",
    multiple=True,
    metavar="NAME=COL,COL,...",
    help="Compare these columns of the table too, for example mine=F1_x,F2_x; may be repeated.",
)
@column_options
@parameter_options("normalize", "compare", "pairs")
def command(
    table: str,
    output: str | None,
    sex: str,
    f0_column: str,
    vectors: str | None,
    column_sets: tuple[str, ...],
    label: str,
    speaker: str,
    token: str,
    preset: str,
    config: str | None,
    **values: Any,
) -> int:
    """Compare representations of the tokens in TABLE on the same tokens and folds.

    TABLE is a CSV, TSV or XLSX with formants in Hz, also one that you already have, or a results folder of
    `w2vpraat run`. Compared are the raw formants, the --methods, every --set, and --vectors. No audio is
    needed.

    \b
    w2vpraat compare results/ -o report/
    w2vpraat compare vowels.csv --label vowel --speaker speaker --formants F1,F2,F3
    w2vpraat compare pb52.csv --label vowel --folds 10 --methods lobanov,nearey2,deltaf -o pb52/
    w2vpraat compare mine.csv --set barks=B1,B2 --columns dialect --across dialect -o scores/

    With -o the folder gets report.html (one file, opens offline: ranking, maps, pairs, warnings, methods to
    paste) and the tables behind it.
    """
    from w2vpraat.cli.progress import follow
    from w2vpraat.cli.score_table import print_ranking, print_scores
    from w2vpraat.pipeline.user_tables import renamed, require, table_representations
    from w2vpraat.pipeline.yardsticks import Roles, Yardsticks, judging

    path = Path(table)
    settings = settings_from(values, config=config)
    wanted = (*settings.compare.columns, *settings.compare.across)
    data, columns = open_table(
        path,
        settings.normalize,
        label=label,
        speaker=speaker,
        token=token,
        preset=preset,
        named=(f0_column, sex, *wanted),
    )
    # Sex may be absent; any other column that is asked for must be there.
    require(data, [name for name in wanted if name not in ("sex", sex)], path)
    items, left_out = table_representations(
        data,
        columns.normalize,
        ("raw", *columns.normalize.methods),
        speaker=columns.speaker,
        label=columns.label,
        f0=f0_column,
    )
    items += _column_sets(column_sets, data, path)
    items += _vectors(vectors, path)
    for text in left_out:
        click.echo(f"note: {text}", err=True)
    found, _ = follow(
        judging(
            renamed(items),
            data.drop_duplicates("id"),
            settings,
            roles=Roles(columns.label, columns.speaker, sex),
        ),
        Yardsticks,
    )
    print_scores(found.scores)
    print_ranking(found.ranking)
    for note in found.notes:
        click.echo(f"Note: {note}.")
    for one in found.cautions:
        click.echo(f"Warning: {one.title}. {one.sentence}")
    if output is not None:
        from w2vpraat.pipeline.yardstick_folder import write_report, write_yardstick_tables

        target = Path(output)
        written = list(write_yardstick_tables(found, target))
        written.append(write_report(found, target, settings, source=path.name, notes=left_out))
        click.echo(f"\nWritten to {target}:\n  {', '.join(one.name for one in written)}", err=True)
    return 0


def _column_sets(texts: tuple[str, ...], data: pd.DataFrame, path: Path) -> list[Representation]:
    from w2vpraat.pipeline.user_tables import column_set, require

    made = []
    for text in texts:
        name, mark, names = text.partition("=")
        chosen = [part.strip() for part in names.split(",") if part.strip()]
        if not mark or not name.strip() or not chosen:
            raise click.BadParameter(f"{text!r} is not NAME=COL,COL,...", param_hint="--set")
        require(data, chosen, path)
        made.append(column_set(data, name.strip(), chosen))
    return made


def _vectors(named: str | None, path: Path) -> list[Representation]:
    from w2vpraat.export.vectors import read_vectors

    if named is None and (path / "vectors.npz").is_file():
        named = str(path / "vectors.npz")
    return [] if named is None else list(read_vectors(named))
