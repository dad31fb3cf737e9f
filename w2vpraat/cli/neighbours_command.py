"""``w2vpraat neighbours``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from w2vpraat.cli.options import SectionedCommand, parameter_options, settings_from
from w2vpraat.cli.represented_table import open_represented_table, represented_table_options

if TYPE_CHECKING:
    import pandas as pd

    from w2vpraat.compare.tokens.neighbours import NearestTokens

WITHOUT = (
    "review.first",
    "review.second",
    "review.outlier_level",
    "normalize.f0_methods",
    "normalize.embedding_methods",
)
SHOWN = 20


@click.command(cls=SectionedCommand)
@click.argument("table", type=click.Path())
@click.option("--id", "ids", multiple=True, help="A token; may be repeated. Without it all tokens are asked.")
@click.option(
    "--representation", "name", default="", help="In what; default: the first embedding, or formants."
)
@click.option(
    "-o", "--output", type=click.Path(file_okay=False), help="Folder for neighbours.csv and agreement.csv."
)
@represented_table_options
@parameter_options("review", "normalize", without=WITHOUT)
def command(
    table: str, ids: tuple[str, ...], name: str, output: str | None, config: str | None, **values: Any
) -> int:
    """List the tokens nearest to a token, said by other speakers.

    TABLE is a results folder of `w2vpraat run`, or a CSV, TSV or XLSX with formants in Hz.

    \b
    w2vpraat neighbours results/ --id "anna#2.14"
    w2vpraat neighbours results/ --id "anna#2.14" --representation lobanov --neighbours 5
    w2vpraat neighbours results/ -o results/
    """
    from w2vpraat.cli.progress import follow
    from w2vpraat.compare.tokens.neighbours import NearestTokens, find_neighbours
    from w2vpraat.export.tables import write_table
    from w2vpraat.pipeline.reviewing import choose_two, find_representation

    settings = settings_from(values, config=config)
    given = {key: value for key, value in values.items() if "__" not in key}
    opened = open_represented_table(table, settings.normalize, **given)
    chosen = (
        find_representation(opened.representations, name)
        if name
        else choose_two(opened.representations, settings.review)[0][-1]
    )
    label, speaker = opened.columns.label, opened.columns.speaker
    events = find_neighbours(
        chosen, opened.tokens, ids or None, settings.review, label=label, speaker=speaker
    )
    found, _ = follow(events, NearestTokens)
    neighbours = found.table()
    scores = found.scores()
    if ids:
        _show_neighbours(found, neighbours, scores)
    else:
        _show_lowest(found, scores)
    for note in found.notes:
        click.echo(f"Note: {note}.")
    if output is not None:
        target = Path(output)
        write_table(neighbours, target / "neighbours.csv", keep_order=True)
        write_table(scores, target / "agreement.csv", keep_order=True)
        click.echo(f"\nwritten to {target}: neighbours.csv, agreement.csv", err=True)
    return 0


def _show_neighbours(found: NearestTokens, neighbours: pd.DataFrame, scores: pd.DataFrame) -> None:
    """Print the neighbours of each token asked."""
    from w2vpraat.cli.progress import print_table

    for row in scores.to_dict("records"):
        own = neighbours[neighbours["id"] == row["id"]]
        click.echo(f"{row['id']}  {row['label']}  ({_context(row)})")
        click.echo(f"Nearest in {found.name}; {int(own['same_label'].sum())} of {len(own)} have its label:\n")
        cells = [
            (str(one["rank"]), f"{one['distance']:.3f}", one["neighbour"], one["label"], _context(one))
            for one in own.to_dict("records")
        ]
        print_table(cells, ("rank", "distance", "id", "label", "who, what, when"))
        click.echo("")


def _show_lowest(found: NearestTokens, scores: pd.DataFrame) -> None:
    """Print the mean agreement, and the tokens whose neighbours agree least."""
    from w2vpraat.cli.progress import print_table

    k = found.neighbours.shape[1]
    mean = float(scores["agreement"].mean())
    click.echo(
        f"Of the {k} nearest tokens in {found.name}, {100 * mean:.1f} % have the token's label, on average "
        f"over {len(scores)} tokens. These agree least:\n"
    )
    lowest = scores.sort_values(["agreement", "id"], kind="stable").head(SHOWN)
    cells = [
        (f"{row['agreement']:.2f}", row["id"], row["label"], _context(row))
        for row in lowest.to_dict("records")
    ]
    print_table(cells, ("share", "id", "label", "who, what, when"))
    click.echo("")


def _context(row: dict[Any, Any]) -> str:
    parts = [f"speaker {row['speaker']}"]
    if isinstance(row.get("word"), str) and row["word"]:
        parts.append(row["word"])
    start, end = row.get("start"), row.get("end")
    if start is not None and end is not None and start == start and end == end:
        parts.append(f"{start:.3f}-{end:.3f} s")
    return ", ".join(parts)
