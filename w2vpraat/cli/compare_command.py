"""``w2vpraat compare``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from w2vpraat.cli.options import SectionedCommand, parameter_options, settings_from
from w2vpraat.cli.represented_table import open_represented_table, represented_table_options

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
@click.option(
    "--set",
    "column_sets",
    multiple=True,
    metavar="NAME=COL,COL,...",
    help="Compare these columns of the table too, for example mine=F1_x,F2_x; may be repeated.",
)
@represented_table_options
@parameter_options("normalize", "compare", "pairs", "review")
def command(
    table: str,
    output: str | None,
    sex: str,
    column_sets: tuple[str, ...],
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
    from w2vpraat.cli.score_table import print_yardsticks
    from w2vpraat.pipeline.running import results_folder
    from w2vpraat.pipeline.user_tables import renamed, require
    from w2vpraat.pipeline.yardsticks import Roles, Yardsticks, judging

    path = Path(table)
    target = None if output is None else results_folder(output)
    settings = settings_from(values, config=config)
    given = {name: value for name, value in values.items() if "__" not in name}
    wanted = (*settings.compare.columns, *settings.compare.across)
    opened = open_represented_table(table, settings.normalize, **given, named=(sex, *wanted))
    # Sex may be absent; any other column that is asked for must be there.
    require(opened.tokens, [name for name in wanted if name not in ("sex", sex)], path)
    items = renamed([*opened.representations, *_column_sets(column_sets, opened.rows, path)])
    roles = Roles(opened.columns.label, opened.columns.speaker, sex)
    found, _ = follow(judging(items, opened.tokens, settings, roles=roles), Yardsticks)
    print_yardsticks(found)
    if target is not None:
        from w2vpraat.pipeline.stored_run import stored_run
        from w2vpraat.pipeline.yardstick_folder import write_report, write_yardstick_tables

        written = list(write_yardstick_tables(found, target))
        made = stored_run(path) if path.is_dir() else None
        written.append(
            write_report(
                found,
                target,
                settings if made is None else made.settings_for(settings),
                source=path.name if made is None else made.source,
                speech=made is not None,
                measurements=None if made is None else made.measurements,
                notes=opened.left_out,
            )
        )
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
