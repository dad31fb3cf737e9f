"""``w2vpraat layers``."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from w2vpraat.cli.corpus_options import corpus_arguments, corpus_settings
from w2vpraat.cli.options import SectionedCommand, parameter_options

if TYPE_CHECKING:
    import pandas as pd

# What the models are called and how they are probed is said in the section of the layers.
WITHOUT = ("embed.model", "compare.probes", "compare.projection", "normalize.embedding_methods")


@click.command(cls=SectionedCommand)
@corpus_arguments
@click.option(
    "-o", "--output", type=click.Path(file_okay=False), required=True, help="Folder for the results."
)
@parameter_options(
    "read",
    "tokens",
    "formants",
    "pitch",
    "intensity",
    "embed",
    "normalize",
    "compare",
    "layers",
    without=WITHOUT,
)
def command(corpus: str | None, speakers: str | None, output: str, config: str | None, **values: Any) -> int:
    """Show what every layer of several models keeps of label, speaker and sex, on speakers held out.

    \b
    w2vpraat layers my_folder --speakers speakers.csv --label-map arpabet --label-class vowel -o layers
    w2vpraat layers my_folder --models base,my_phone_model,random --columns dialect -o layers

    The folder gets layers.csv (probes), similarity.csv (SVCCA, PWCCA), subspaces.csv, maps.csv,
    map_points.csv, figures, and layers.html, which shows and explains them. --layers chooses layers; without
    it all are used.
    """
    from w2vpraat.cli.progress import follow, list_skipped
    from w2vpraat.pipeline.layer_folder import write_layers
    from w2vpraat.pipeline.layers import LayersResults, looking_into_layers
    from w2vpraat.pipeline.running import results_folder

    settings = corpus_settings(corpus, speakers, values, config)
    folder = results_folder(output)
    results, skipped = follow(looking_into_layers(settings), LayersResults)
    written = write_layers(results, folder, command_line=sys.argv)
    _show(results.tables["layers"])
    for note in results.notes:
        click.echo(f"Note: {note}.")
    click.echo(f"\nWritten to {folder}:\n  {', '.join(path.name for path in written)}")
    list_skipped(skipped)
    return int(bool(skipped))


def _show(table: pd.DataFrame) -> None:
    """Print what the last layer of each model keeps, by the linear probe."""
    from w2vpraat.cli.progress import print_table
    from w2vpraat.export.layer_figures import one_unit

    linear = one_unit(table, "lda")
    if linear.empty:
        return
    targets = list(dict.fromkeys(linear["target"]))
    last = linear["layer"].isna() | (linear["layer"] == linear.groupby("model")["layer"].transform("max"))
    rows = []
    for name, own in linear[last].groupby("representation", sort=False):
        of_target = {row["target"]: row for row in own.to_dict("records")}
        rows.append((str(name), *(_cell(of_target.get(target)) for target in targets)))
    click.echo("\nLinear probes, last layer, % [interval over speakers]:\n")
    print_table(rows, ("representation", *targets))
    click.echo("")


def _cell(row: Mapping[Any, Any] | None) -> str:
    if row is None:
        return "–"
    span = f" [{100 * row['low']:.0f}, {100 * row['high']:.0f}]" if row["low"] == row["low"] else ""
    return f"{100 * row['value']:.1f}{span}"
